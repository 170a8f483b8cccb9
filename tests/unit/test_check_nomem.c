/* Each allocation of check/ refused in turn: no memory is said, nothing crashes and (under a sanitizer) nothing leaks. */
#include "config.h"

#include "tests/unit/cert_make.h"
#include "tests/unit/check_unit.h"

#include "base/pattern.h"
#include "tests/unit/refuse.h"

#define HEAD "{\"format\":1,\"id\":\"k\",\"title\":\"t\",\"why\":\"w\",\"since\":\"7.0.2\","
#define RUN "\"planes\":[{\"via\":\"ssh\",\"run\":[\"vmware\",\"-v\"],"
static const char keyvalue[] = HEAD RUN "\"parse\":\"keyvalue\",\"facts\":{\"a.a\":{\"type\":\"text\",\"key\":\"Mode\",\"in\":[\"TPM\"]},"
					"\"a.b\":{\"type\":\"text\",\"key\":\"X\",\"absent\":\"none\"},\"a.c\":{\"type\":\"list\",\"key\":\"L\"}},"
					"\"fails\":[{\"match\":\"never\",\"unknown\":\"refused\"},{\"match\":\"Mode\",\"set\":{\"a.a\":\"v\"}}]}]}";
static const char json[] = HEAD RUN "\"parse\":\"json\",\"facts\":{\"a.a\":{\"type\":\"text\",\"pointer\":\"/Mode\",\"map\":{\"tpm\":\"TPM\"}},"
				    "\"a.b\":{\"type\":\"list\",\"pointer\":\"/L/*\"}}}]}";
static const char regex[] = HEAD RUN "\"parse\":\"regex\",\"facts\":{\"a.a\":{\"type\":\"list\",\"pattern\":\"\\\\w+\"}}}]}";
static const char x509[] = HEAD RUN "\"parse\":\"x509\",\"facts\":{\"a.a\":{\"type\":\"text\",\"field\":\"subject\"},"
				    "\"a.b\":{\"type\":\"int\",\"field\":\"days_left\"},\"a.c\":{\"type\":\"time\",\"field\":\"not_before\"}}}]}";
static const char where[] = HEAD RUN "\"parse\":\"json\",\"facts\":{\"a.a\":{\"type\":\"text\",\"pointer\":\"/*/k\",\"where\":{\"n\":1}},"
				     "\"a.b\":{\"type\":\"bool\",\"pointer\":\"/*/k\",\"exists\":true}}}]}";
static const char logs[] = HEAD "\"planes\":[{\"via\":\"ssh\",\"log\":{\"files\":[\"hostd\"],\"lines_max\":9},\"parse\":\"signatures\"}]}";

/* Load a check, take an answer in, keep what was found, read it, write it and read it back. */
static ra_err whole_way(const char *text, const char *out, int status)
{
	struct ra_signature item = {.id = "s", .literal = "Mode"};
	struct ra_signatures signatures = {&item, 1};
	RA_AUTO(ra_check_free) struct ra_check *check = NULL;
	RA_AUTO(ra_facts_free) struct ra_facts *facts = ra_facts_new();
	struct ra_plane_answer answer = answer_of(out);
	struct ra_json *doc = NULL;
	struct ra_found found = {0};
	ra_err err = facts ? ra_json_parse("f", text, strlen(text), NULL, &doc, NULL) : RA_E_NOMEM;

	if (!err)
		err = ra_check_load(doc, &check, NULL);
	answer.status = status;
	if (!err) {
		item.logs = ra_json_pointer(ra_json_root(check->doc), "/planes/0/log/files");
		err = ra_extract_facts(check, &check->planes[0], &signatures, &answer, &found);
	}
	for (size_t i = 0; !err && i < found.count; i++) {
		RA_AUTO(ra_cjson_free) cJSON *written = ra_obs_to_json(&found.obs[i]);
		struct ra_obs obs = {0};

		err = written ? ra_obs_from_json(written, &obs) : RA_E_NOMEM;
		if (!err)
			err = ra_facts_add(facts, &obs);
		ra_obs_clear(&obs);
	}
	if (!err)
		err = ra_facts_void_before(facts, 1, 1);
	if (!err)
		err = ra_facts_again(facts, "other", 1, 1);
	ra_found_free(&found);
	return err;
}

static ra_err load_keyvalue(void)
{
	return whole_way(keyvalue, "Mode: TPM\nL: a, b\n", 0);
}

static ra_err load_no(void)
{
	return whole_way(keyvalue, "Mode: TPM\n", 1);
}

static ra_err load_json(void)
{
	return whole_way(json, "{\"Mode\":\"tpm\",\"L\":[\"a\",\"b\"]}", 0);
}

static ra_err load_regex(void)
{
	return whole_way(regex, "a b c", 0);
}

static ra_err load_log(void)
{
	return whole_way(logs, "2026-03-02T00:00:00Z Mode\n", 0);
}

static char *pem; /* made while memory is there */

static ra_err load_x509(void)
{
	return whole_way(x509, pem, 0);
}

static ra_err load_where(void)
{
	return whole_way(where, "[{\"n\":1,\"k\":\"a\"},{\"n\":2,\"k\":\"b\"}]", 0);
}

static void every_allocation_may_fail(void **state)
{
	static const struct {
		const char *name;
		ra_err (*run)(void);
	} rows[] = {
		{"keyvalue", load_keyvalue}, {"no", load_no}, {"json", load_json}, {"regex", load_regex}, {"log", load_log},
		{"x509", load_x509}, {"where", load_where},
	};
	cJSON_Hooks hooks = {.malloc_fn = __wrap_malloc, .free_fn = free};

	fail_at = -1;
	pem = cert_make("x", CHECK_T0, CHECK_T0 + 1000);
	cJSON_InitHooks(&hooks);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		int total;

		allocations = 0;
		fail_at = -1;
		assert_int_equal(rows[i].run(), RA_OK);
		total = allocations;
		assert_true(total > 10);
		for (int at = 0; at < total; at++) {
			ra_err err;

			allocations = 0;
			fail_at = at;
			err = rows[i].run();
			fail_at = -1;
			if (err != RA_E_NOMEM)
				fail_msg("%s, allocation %d of %d refused: %d", rows[i].name, at, total, err);
		}
	}
	cJSON_InitHooks(NULL);
	free(pem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
