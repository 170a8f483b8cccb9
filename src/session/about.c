/* about.c - the door to what link/ knows of this installation. */
#include "config.h"

#include "link/about.h"
#include "link/http.h"
#include "session/about.h"

const char *ra_about_ssh_library(void)
{
	return ra_ssh_library();
}

ra_err ra_about_ssh_lacks(struct ra_buf *out)
{
	return ra_ssh_lacks(out);
}

const char *ra_about_https_library(char *out, size_t cap)
{
	return ra_http_library(out, cap);
}

const char *ra_about_xml_library(char *out, size_t cap)
{
	return ra_xml_library(out, cap);
}

ra_err ra_about_https_lacks(struct ra_buf *out)
{
	return ra_https_lacks(out);
}

ra_err ra_about_agent(const char *path, int wait_ms, int *keys)
{
	return ra_ssh_agent_count(path, wait_ms, keys);
}

ra_err ra_about_ssh_client(int wait_ms, bool config, struct ra_buf *found, struct ra_buf *trouble)
{
	return ra_ssh_client(wait_ms, config, found, trouble);
}
