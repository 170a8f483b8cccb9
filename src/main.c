#include "config.h"

#include "base/secret.h"
#include "verb/verb.h"

#include <signal.h>
#include <stdio.h>

static const struct ra_frontend *front_end(void *payload, const struct ra_options *options)
{
	fprintf(stderr, "reattest: no front end in this build\n");
	return NULL;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	ra_secret_process_guard();
	return ra_verb_main(argc, argv, front_end, NULL);
}
