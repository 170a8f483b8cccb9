/* fuzz_handover.c - any bytes as a handover: what is read has only names that have a place there, each once, and within
 * its cap. */
#include "config.h"

#include "verb/takeover.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct ra_tarball tar;
	struct ra_handover head;
	ra_err err = ra_handover_read(bytes, len, &tar, &head, NULL);

	for (size_t i = 0; i < tar.count; i++) {
		size_t max = ra_handover_expects(tar.files[i].name);

		if (!max || tar.files[i].bytes.len > max || strstr(tar.files[i].name, "..") ||
		    *tar.files[i].name == '/')
			abort();
		for (size_t k = 0; k < i; k++)
			if (!strcmp(tar.files[i].name, tar.files[k].name))
				abort();
	}
	if (!err && (strchr(head.journal, '/') || *head.journal == '.'))
		abort();
	ra_tarball_free(&tar);
	return 0;
}
