/* program.c - which program writes a record: the digest of the file that runs. */
#include "config.h"

#include "base/digest.h"
#include "session/internal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file is mapped, not read: it is in memory, it runs. */
static void digest_of(const char *path, char out[RA_SHA256_HEX_LEN])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *bytes = MAP_FAILED;

	out[0] = '\0';
	if (fd >= 0 && !fstat(fd, &st) && st.st_size > 0)
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes != MAP_FAILED) {
		if (ra_sha256_hex(bytes, (size_t)st.st_size, out))
			out[0] = '\0';
		(void)munmap(bytes, (size_t)st.st_size);
	}
	if (fd >= 0)
		close(fd);
}

const char *ra_session_program(const struct ra_session *session)
{
	struct ra_hub *hub = session->hub;

	/* A record that is not kept needs none; of many it is one. */
	if (!ra_journal_path(session->journal))
		return "";
	if (!*hub->program_sha256)
		digest_of("/proc/self/exe", hub->program_sha256);
	return hub->program_sha256;
}
