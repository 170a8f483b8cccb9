/* fuzz_extract.c - any bytes as a machine's answer, through every parser and builtin. The first byte chooses the
 * parser, the second how the answer ended; stderr follows after a line "%%". What is known must be fit for a journal,
 * and read back as the same. */
#include "config.h"

#include "check/check.h"

#include "base/pattern.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define CHECK(request, parse)                                                                                          \
	"{\"format\":1,\"id\":\"k\",\"title\":\"t\",\"why\":\"w\",\"planes\":[{\"via\":\"ssh\"," request               \
	",\"parse\":" parse "}]}"
#define RUN "\"run\":[\"vmware\",\"-v\"]"
#define FAILS                                                                                                          \
	",\"fails\":[{\"match\":\"(a|b)+ "                                                                             \
	"no\",\"unknown\":\"not_applicable\"},{\"match\":\"x\",\"set\":{\"a.a\":\"v\"}}]"

static const char *const checks[] = {
    CHECK(RUN, "\"keyvalue\",\"facts\":{\"a.a\":{\"type\":\"text\",\"key\":\"Mode\"},\"a.b\":{\"type\":\"bool\","
	       "\"key\":\"Require Secure Boot\","
	       "\"absent\":false},\"a.c\":{\"type\":\"version\",\"key\":\"Version\"},\"a.d\":{\"type\":\"list\","
	       "\"key\":\"L\"}}" FAILS),
    CHECK(RUN, "\"json\",\"facts\":{\"a.a\":{\"type\":\"text\",\"pointer\":\"/"
	       "Mode\"},\"a.b\":{\"type\":\"int\",\"pointer\":\"/N\"},"
	       "\"a.c\":{\"type\":\"list\",\"pointer\":\"/*/k\"},\"a.d\":{\"type\":\"time\",\"pointer\":\"/0/"
	       "t\"},\"a.e\":{\"type\":\"text\",\"pointer\":\"\"},"
	       "\"a.f\":{\"type\":\"list\",\"pointer\":\"\",\"named\":true}}" FAILS),
    CHECK(RUN, "\"table\",\"facts\":{\"a.a\":{\"type\":\"text\",\"column\":\"Version\",\"where\":{\"Name\":"
	       "\"tpmdriver\"},\"absent\":\"none\"},"
	       "\"a.b\":{\"type\":\"list\",\"column\":\"Acceptance Level\"}}"),
    CHECK(RUN, "\"lines\",\"facts\":{\"a.a\":{\"type\":\"text\",\"line\":0},\"a.b\":{\"type\":\"list\"},"
	       "\"a.c\":{\"type\":\"bool\",\"line\":1,\"map\":{\"Enabled\":true}}}" FAILS),
    CHECK(RUN, "\"regex\",\"facts\":{\"a.a\":{\"type\":\"text\",\"pattern\":\"ESXi "
	       "([0-9.]+)\"},\"a.b\":{\"type\":\"list\",\"pattern\":\"\\\\w*\"},"
	       "\"a.c\":{\"type\":\"bool\",\"pattern\":\"(a+)+$\",\"present\":true}}"),
    CHECK(RUN, "\"builtin:clock\",\"facts\":{\"a.a\":{\"type\":\"int\"}}"),
    CHECK(RUN, "\"builtin:uptime-us\",\"facts\":{\"a.a\":{\"type\":\"time\"}}"),
    CHECK(RUN, "\"builtin:secureboot-state\",\"facts\":{\"a.a\":{\"type\":\"bool\"}}"),
    CHECK(RUN, "\"builtin:secureboot-check\",\"facts\":{\"a.a\":{\"type\":\"bool\"}}"),
    CHECK("\"log\":{\"files\":[\"vmkernel\",\"hostd\"],\"since_boot\":true}", "\"signatures\""),
    CHECK(RUN, "\"x509\",\"facts\":{\"a.a\":{\"type\":\"text\",\"field\":\"subject\"},\"a.b\":{\"type\":\"int\","
	       "\"field\":\"days_left\",\"of\":\"earliest\"},\"a.c\":{\"type\":\"time\",\"field\":\"not_before\"}}"),
    CHECK(RUN, "\"json\",\"facts\":{\"a.a\":{\"type\":\"text\",\"pointer\":\"/*/k\",\"where\":{\"n\":[1,null]}},"
	       "\"a.b\":{\"type\":\"bool\",\"pointer\":\"/*/k\",\"where\":{\"n\":{\"not\":\"x\"}},\"exists\":true},"
	       "\"a.c\":{\"type\":\"list\",\"pointer\":\"/*/k\",\"where\":{\"n\":true}}}"),
    CHECK(RUN, "\"esxcli\",\"facts\":{\"a.a\":{\"type\":\"text\",\"pointer\":\"/Mode\",\"pattern\":\"^(?:R-)?(\\\\S+)$\"},"
	       "\"a.b\":{\"type\":\"text\",\"pointer\":\"/*/Version\",\"where\":{\"Name\":\"tpmdriver\"},\"absent\":\"none\"},"
	       "\"a.c\":{\"type\":\"bool\",\"pointer\":\"/Tpm Present\"},\"a.d\":{\"type\":\"list\",\"pointer\":\"/*/Name\"},"
	       "\"a.e\":{\"type\":\"text\",\"pointer\":\"\"}}" FAILS),
};

/* Abort unless the observation goes into a journal and comes back as it was. */
static void round_trip(const struct ra_obs *obs)
{
	RA_AUTO(ra_cjson_free) cJSON *json = ra_obs_to_json(obs);
	RA_AUTO(ra_mem_free) char *text = json ? ra_json_print(json) : NULL;
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	struct ra_obs again;

	if (!text || ra_json_parse("obs", text, strlen(text), NULL, &doc, NULL) ||
	    ra_obs_from_json(ra_json_root(doc), &again) || again.reason != obs->reason ||
	    (obs->reason == RA_KNOWN && !ra_value_equal(&obs->value, &again.value)))
		abort();
	ra_obs_clear(&again);
}

static struct ra_plane_answer answer_of(const uint8_t *bytes, size_t len, uint8_t how)
{
	struct ra_plane_answer answer = {
	    .status = how & 1,
	    .complete = !(how & 2),
	    .truncated = how & 4,
	    .failed = how & 8 ? RA_TIMEOUT : RA_KNOWN,
	    .out = (const char *)bytes,
	    .out_len = len,
	    .sent = INT64_C(1772413200000),
	    .came = INT64_C(1772413201000),
	};
	const char *cut = len ? memmem(bytes, len, "\n%%\n", 4) : NULL;

	if (cut) {
		answer.out_len = (size_t)(cut - answer.out);
		answer.err = cut + 4;
		answer.err_len = len - answer.out_len - 4;
	}
	return answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	RA_AUTO(ra_cjson_free) cJSON *logs = cJSON_Parse("[\"vmkernel\"]");
	RA_AUTO(ra_cjson_free) cJSON *named = cJSON_Parse("[\"Mode\",\"N\",\"k\"]");
	RA_AUTO(ra_pattern_free) struct ra_pattern *pattern = NULL;
	struct ra_signature item = {.id = "sha", .literal = "bank not", .logs = logs};
	struct ra_signatures signatures = {&item, 1};
	struct ra_json *doc = NULL;
	struct ra_check *check = NULL;
	struct ra_plane_answer answer;
	struct ra_found found;
	const char *text;

	if (len < 2 || !logs || !named || ra_pattern_compile("tpmDriver: \\w+:\\d+: .* bank not", &pattern, NULL))
		return 0;
	item.pattern = pattern;
	text = checks[bytes[0] % RA_LEN(checks)];
	if (ra_json_parse("check", text, strlen(text), NULL, &doc, NULL) || ra_check_load(doc, &check, NULL))
		abort();
	answer = answer_of(bytes + 2, len - 2, bytes[1]);
	answer.named = named;
	if (!ra_extract_facts(check, &check->planes[0], &signatures, &answer, &found)) {
		for (size_t i = 0; i < found.count; i++)
			round_trip(&found.obs[i]);
		if (found.count != check->planes[0].fact_count + (strcmp(check->planes[0].parse, "signatures") == 0))
			abort();
		ra_found_free(&found);
	}
	ra_check_free(check);
	return 0;
}
