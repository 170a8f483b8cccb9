/* fuzz_json.c - any bytes through the strict JSON reader; what it takes prints, and what it printed reads back as the
 * same bytes. */
#include "config.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	RA_AUTO(ra_json_free) struct ra_json *again = NULL;
	RA_AUTO(ra_mem_free) char *printed = NULL;
	RA_AUTO(ra_mem_free) char *twice = NULL;

	if (ra_json_parse("input", (const char *)bytes, len, NULL, &doc, NULL))
		return 0;
	printed = ra_json_print(ra_json_root(doc));
	/* a short decimal such as 1e22 prints longer than it was written: the cap of the input is not that of the
	 * output */
	if (!printed ||
	    ra_json_parse("printed", printed, strlen(printed), &(struct ra_json_limits){.len_max = 16u << 20, .depth_max = 32}, &again, NULL))
		abort();
	twice = ra_json_print(ra_json_root(again));
	if (!twice || strcmp(printed, twice) != 0)
		abort();
	return 0;
}
