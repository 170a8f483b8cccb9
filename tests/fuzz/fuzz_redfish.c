/* fuzz_redfish.c - any bytes as what a BMC answers: read as an error, as links, and as the body of every resource on the way to every other.
 * What is told is one line of UTF-8; every path to be read stays on its server; the way to anything ends. And as all that a change is planned
 * from and judged by: a plan is a refusal or one call with its body, and what was not done is told in words. */
#include "config.h"

#include "base/text.h"
#include "link/redfish_do.h"

#include <stdlib.h>
#include <string.h>

#define LEN_MAX (1 << 16)
#define READS_MAX 200 /* more than any way takes: members of each collection, and the ways past each */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void is_line(const char *text, size_t cap)
{
	const char *end = memchr(text, '\0', cap);

	if (!end || !ra_utf8_valid(text, (size_t)(end - text)))
		abort();
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			abort();
}

static void is_path(const char *path)
{
	if (path[0] != '/' || path[1] == '/' || strlen(path) >= RA_RF_URI_MAX || strstr(path, "/../") || strchr(path, ' ') || strchr(path, '#'))
		abort();
	is_line(path, RA_RF_URI_MAX);
}

static void walk(const cJSON *body, enum ra_rf_what aim)
{
	struct ra_rf_way *ways = calloc(RA_RF_COUNT, sizeof(*ways));
	enum ra_rf_what from = RA_RF_COUNT;
	bool of_member = false;
	char say[200] = "";
	int reads = 0;

	if (!ways)
		return;
	for (;;) {
		const char *path = ra_rf_next(ways, aim, &from, &of_member, say, sizeof(say));

		if (!path) {
			if (!say[0])
				abort();
			break;
		}
		is_path(path);
		if (from == aim && !of_member)
			break;
		if (++reads > READS_MAX)
			abort();
		ra_rf_learn(ways, from, of_member, body);
	}
	ra_rf_forget(ways, false);
	ra_rf_forget(ways, true);
	free(ways);
}

/* What it has to do: each job is one line, whatever it calls itself; what is to be read stays on its server. */
static void jobs(const cJSON *body)
{
	char(*uris)[RA_RF_URI_MAX] = calloc(RA_RF_JOBS_MAX, sizeof(*uris));
	cJSON *told = ra_rf_jobs_of(ra_json_get(body, "Members"), 0), *job;
	int left = 0, count = uris ? ra_rf_jobs_unread(body, uris, &left) : 0;

	for (int i = 0; i < count; i++)
		is_path(uris[i]);
	if (count > RA_RF_JOBS_MAX || left < 0)
		abort();
	cJSON_ArrayForEach (job, ra_json_get(told, "jobs"))
		is_line(ra_json_str(job, "say", "\n"), 1000);
	cJSON_Delete(told);
	free(uris);
}

static void locations(const uint8_t *bytes, size_t len)
{
	char text[RA_RF_URI_MAX * 2], out[RA_RF_URI_MAX];

	len = len < sizeof(text) - 1 ? len : sizeof(text) - 1;
	memcpy(text, bytes, len);
	text[len] = '\0';
	if (ra_rf_location(text, "bmc.example", 443, out))
		is_path(out);
}

static void judge(const struct ra_rf_plan *plan, const struct ra_rf_seen *seen, const cJSON *body)
{
	for (int i = 0; i < 8; i++) {
		struct ra_rf_took took = {.status = 200 + 101 * (i % 4), .body = body, .job = i & 4 ? "J" : "", .job_is = ra_rf_job_of(body), .job_says = ""};
		struct ra_rf_verdict verdict;

		ra_rf_said_of(body, &took.said);
		if (ra_rf_judge(plan, seen, &took, &verdict) == RA_OK && (!verdict.out || (verdict.status == 0) != (verdict.say[0] == '\0')))
			abort();
		ra_rf_verdict_clear(&verdict);
	}
}

static void change(const char *request, const struct ra_rf_seen *seen, const cJSON *body)
{
	static const char *const ours[] = {"TpmSecurity", NULL};
	RA_AUTO(ra_json_free) struct ra_json *json = NULL;
	const struct ra_rf_row *row;
	struct ra_rf_plan plan;

	if (ra_json_parse("request", request, strlen(request), NULL, &json, NULL) || !(row = ra_rf_row_of(ra_json_root(json))))
		abort();
	if (ra_rf_plan(row, seen, ours, &plan) == RA_OK && !plan.refused[0]) {
		if (!plan.body || !plan.item_count || plan.path[0] != '/')
			abort();
		judge(&plan, seen, body);
	}
	ra_rf_plan_clear(&plan);
}

/* The same body as all that is read; and what its own members of these names are as each. */
static void changes(const cJSON *body)
{
	static const char *const requests[] = {
	    "{\"redfish\":\"set\",\"setting\":\"tpm\",\"to\":\"on\"}",	    "{\"redfish\":\"set\",\"setting\":\"algorithm\",\"to\":\"sha256\"}",
	    "{\"redfish\":\"set\",\"setting\":\"hierarchy\",\"to\":\"on\"}", "{\"redfish\":\"set\",\"setting\":\"secure-boot\",\"to\":\"on\"}",
	    "{\"redfish\":\"unset\",\"setting\":\"tpm\"}",		    "{\"redfish\":\"unset\",\"setting\":\"secure-boot\"}",
	    "{\"redfish\":\"next-boot\",\"to\":\"setup\"}",		    "{\"redfish\":\"next-boot\",\"to\":\"none\"}",
	    "{\"redfish\":\"power\",\"to\":\"off\"}",
	};
	static const struct {
		const char *name;
		enum ra_rf_what what;
	} parts[] = {{"system", RA_RF_SYSTEM}, {"bios", RA_RF_BIOS}, {"pending", RA_RF_PENDING}, {"secureboot", RA_RF_SECUREBOOT}};
	struct ra_rf_seen seen = {0};
	char says[80];

	for (size_t i = 0; i < RA_RF_COUNT; i++) {
		seen.body[i] = body;
		seen.path[i] = "/x";
	}
	for (size_t i = 0; i < RA_LEN(parts); i++)
		if (ra_json_get(body, parts[i].name))
			seen.body[parts[i].what] = ra_json_get(body, parts[i].name);
	for (size_t i = 0; i < RA_LEN(requests); i++)
		change(requests[i], &seen, body);
	ra_rf_job_says(body, says, sizeof(says));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	RA_AUTO(ra_json_free) struct ra_json *json = NULL;
	struct ra_rf_said said;

	if (len > LEN_MAX)
		return 0;
	locations(bytes, len);
	if (ra_json_parse("body", (const char *)bytes, len, NULL, &json, NULL))
		return 0;
	ra_rf_said_of(ra_json_root(json), &said);
	is_line(said.key, sizeof(said.key));
	is_line(said.text, sizeof(said.text));
	if (!said.is_error && (said.key[0] || said.text[0]))
		abort();
	for (int status = 0; status < 600; status += 100)
		(void)ra_rf_why(status + 1, &said);
	jobs(ra_json_root(json));
	for (int aim = 0; aim < RA_RF_COUNT; aim++)
		walk(ra_json_root(json), (enum ra_rf_what)aim);
	changes(ra_json_root(json));
	return 0;
}
