/* fuzz_check.c - any bytes as a check file. Whatever loads holds only requests of the read-only table. */
#include "config.h"

#include "check/check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ra_json *doc = NULL;
	RA_AUTO(ra_check_free) struct ra_check *check = NULL;

	if (ra_json_parse("input", (const char *)bytes, len, NULL, &doc, NULL) || ra_check_load(doc, &check, NULL))
		return 0;
	for (size_t i = 0; i < check->plane_count; i++) {
		RA_AUTO(ra_cjson_free) cJSON *request = cJSON_Parse(check->planes[i].request);
		const char *why;
		bool secret;

		if (ra_request_class(check->planes[i].plane, request, &secret, &why) != RA_REQ_READ ||
		    secret != check->planes[i].secret)
			abort();
	}
	return 0;
}
