/* Documents from a view made by hand: hostile text marks nothing up, the order is the same, JSON is JSON. */
#include "config.h"

#include "base/json.h"
#include "report/report.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#define T(text) ((char *)(text))

static const char hostile[] = "<b>|`x`|* [a](http://evil) # _z_";

static struct ra_view_result results[] = {
	{.check = T("secure-boot-state"), .title = T("Secure Boot"), .why = T("Secure Boot is off"), .verdict = T("FAIL"),
	 .verdict_id = T("fail"), .shown = T(""), .planes = T("SSH"), .at = 1772413200000},
};
static struct ra_view_command commands[] = {
	{.seq = 3, .plane = T("ssh"), .check = T("c"), .words = T("secureBoot.py -s"), .why = T("answered"), .status = 0,
	 .took_ms = 12, .at = 1772413200000, .out = T("Disabled\n```\n# not a heading\n"), .err = T("")},
};
static struct ra_view_unseen unseen[] = {{.what = T("everything the BMC knows"), .why = T("it was not asked")}};
static struct ra_view_fact facts[] = {
	{.name = T("tpm.present"), .type = T("bool"), .value = T("yes"), .json = T("true"), .reason = T("known"), .known = true},
	{.name = T("host.vendor"), .type = T("text"), .reason = T("timeout")},
};

static struct ra_view view(void)
{
	return (struct ra_view){
		.flow = T("f"), .flow_title = T("F"), .flow_version = T("1"), .flow_sha256 = T("00"), .program = T("0.1.0"),
		.host = T(hostile), .esxi_version = T("8.0.2"), .attestation = T("Failed"), .source = T("live"),
		.operator_name = T(""), .change_id = T(""), .case_id = T(""), .until = T(""), .journal_path = T(""), .head = T("ff"),
		.entry_count = 5, .started = 1772413200000, .now = 1772413260000, .outcome = T("stopped"),
		.outcome_title = T("Stopped"), .end_reason = T("action"), .seen_words = T(""), .exit_code = 10,
		.results = results, .result_count = 1, .commands = commands, .command_count = 1,
		.unseen = unseen, .unseen_count = 1, .facts = facts, .fact_count = 2,
	};
}

static char *rendered(const struct ra_view *v, const char *format)
{
	struct ra_buf out = {0};

	assert_int_equal(ra_report_format(format)->render(v, &out), RA_OK);
	return ra_buf_take(&out);
}

static char *rendered_whole(const struct ra_view *v, const char *name)
{
	struct ra_buf out = {0};

	assert_int_equal(ra_report_render(ra_report_format(name), true, v, &out), RA_OK);
	return ra_buf_take(&out);
}

static void test_markdown_is_inert(void **state)
{
	struct ra_view v = view();
	RA_AUTO(ra_mem_free) char *md = rendered(&v, "md");

	assert_null(strstr(md, hostile));
	assert_non_null(strstr(md, "\\<b\\>\\|\\`x\\`\\|\\* \\[a\\](http\\://evil) \\# \\_z\\_"));
	/* The output holds three backticks: its fence has four, so the "heading" in it stays output. */
	assert_non_null(strstr(md, "````\nDisabled\n```\n# not a heading\n````\n"));
}

/* Nothing a ticket system makes a link, a name, a number, a picture or a list of. */
static void test_markdown_links_nothing(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{"ask @octocat, root@esx01", "ask @<!-- -->octocat, root@<!-- -->esx01"},
		{"see #12 and a/b#3", "see \\#<!-- -->12 and a/b\\#<!-- -->3"},
		{"GH-12, gh-x", "G<!-- -->H-12, gh-x"},
		{"https://evil.example ftp://e", "https\\://evil.example ftp\\://e"},
		{"www.evil.example", "www\\.evil.example"},
		{"![x](y)", "\\!\\[x\\](y)"},
		{"!3 %4 &5 $6 ~7", "\\!<!-- -->3 %<!-- -->4 \\&<!-- -->5 \\$<!-- -->6 \\~<!-- -->7"},
		{"mac 00:ab:11", "mac 00:<!-- -->ab:11"},
		{"&lt;script&gt;", "\\&<!-- -->lt;script\\&<!-- -->gt;"},
		{"{code}[~admin]|x|", "\\{code\\}\\[\\~<!-- -->admin\\]\\|x\\|"},
		{"- a", "\\- a"},
		{"    + a", "\\+ a"},
		{"1. a", "1\\. a"},
		{"# a", "\\# a"},
		{"==== a", "\\==== a"},
		{"a\n\n    b", "a     b"},
		{"a.\n\nb", "a. b"},
		{"a.\n\n\nb", "a. b"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_view v = view();
		char *note[] = {T(rows[i].from)}, wanted[256];

		v.notes.items = note;
		v.notes.count = 1;
		RA_AUTO(ra_mem_free) char *md = rendered(&v, "md");

		snprintf(wanted, sizeof(wanted), "## Notes\n\n- %s\n", rows[i].to);
		if (!strstr(md, wanted))
			fail_msg("%s: not as %s in %s", rows[i].from, wanted, strstr(md, "## Notes"));
	}
}

/* A ticket takes so many characters. Whatever the record holds there are no more; what is left out is said, and the first and the last
 * section are there. */
static void test_markdown_fits_a_ticket(void **state)
{
	enum { MANY = 400 };
	static struct ra_view_command many_commands[MANY];
	static struct ra_view_fact many_facts[MANY];
	static struct ra_view_unseen many_unseen[MANY];
	static struct ra_view_step many_steps[MANY];
	static char output[300 * 80], sentence[3000];
	struct ra_view v = view();

	for (size_t at = 0; at + 80 < sizeof(output); at += 80)
		snprintf(output + at, 81, "%-79s\n", "a line of output");
	for (size_t at = 0; at + 3 < sizeof(sentence); at += 3)
		memcpy(sentence + at, at % 2 ? "@a!" : "\xe2\x82\xac", 3);
	for (size_t i = 0; i < MANY; i++) {
		many_commands[i] = (struct ra_view_command){.plane = T("ssh"), .check = T("c"), .words = T("secureBoot.py -s"),
							    .why = T("answered"), .out = output, .err = T(""), .at = RA_UTC_NONE};
		many_facts[i] = (struct ra_view_fact){.name = T("a.b"), .type = T("text"), .value = sentence, .json = T("1"), .known = true};
		many_unseen[i] = (struct ra_view_unseen){sentence, sentence};
		many_steps[i] = (struct ra_view_step){.flow = T("f"), .id = T("s"), .title = sentence, .because = sentence, .left_by = T("edge"),
						      .at = RA_UTC_NONE};
	}
	v.commands = many_commands;
	v.facts = many_facts;
	v.unseen = many_unseen;
	v.steps = many_steps;
	for (size_t hard = 0; hard < 3; hard++) {
		v.command_count = hard ? MANY : 4;
		v.fact_count = v.unseen_count = v.step_count = hard > 1 ? MANY : 1;
		v.operator_name = v.case_id = v.change_id = v.attestation = v.source = hard > 1 ? sentence : T("x");
		RA_AUTO(ra_mem_free) char *md = rendered(&v, "md");

		assert_true(strlen(md) <= RA_REPORT_MD_MAX);
		assert_non_null(strstr(md, "**Shortened:** to fit a ticket"));
		assert_non_null(strstr(md, hard == 0 ? "lines more in the record" : "more in the record"));
		const char *last = strstr(md, "## Record\n\n- 5 entries, head ff\n");

		assert_non_null(last);
		assert_null(strstr(last + 3, "\n#"));
		size_t fences = 0;

		for (const char *at = md; (at = strstr(at, "\n```")); at++)
			fences++;
		assert_int_equal(fences % 2, 0);
		RA_AUTO(ra_mem_free) char *whole = rendered_whole(&v, "md");

		assert_true(strlen(whole) > RA_REPORT_MD_MAX);
		assert_null(strstr(whole, "Shortened"));
	}
}

/* However long it is, nothing is cut where nothing is to be left out: not a sentence, not a host's name, not a fence. */
static void test_nothing_is_cut(void **state)
{
	static const char *const formats[] = {"text", "txt", "md"};
	static char sentence[6000], ticks[300];
	struct ra_view v = view();
	struct ra_view_plane plane = {.name = T("ssh"), .state = T("down"), .say = sentence, .peer = T("")};
	struct ra_view_step step = {.flow = T("f"), .id = T("s"), .title = T("Step"), .because = sentence, .left_by = T("edge"),
				    .at = RA_UTC_NONE};
	struct ra_view_result result = {.check = T("c"), .title = T("C"), .why = sentence, .verdict = T("FAIL"),
					.verdict_id = T("fail"), .shown = T(""), .planes = T("SSH"), .at = RA_UTC_NONE};
	struct ra_view_unseen missing = {.what = T("x"), .why = sentence};
	struct ra_view_gate gate = {.gate = T("g"), .step = T("s"), .title = T("t"), .why = sentence, .opened = false, .at = RA_UTC_NONE};
	struct ra_view_command command = {.plane = T("ssh"), .check = T("c"), .words = sentence, .why = T("answered"), .out = ticks,
					  .err = T(""), .at = RA_UTC_NONE};
	struct ra_view_fact fact = {.name = T("a.b"), .type = T("text"), .value = sentence, .json = T("1"), .reason = T("known"),
				    .known = true};

	memset(sentence, 'x', sizeof(sentence) - 1);
	memcpy(sentence + sizeof(sentence) - 5, "END.", 4);
	memset(ticks, '`', sizeof(ticks) - 1);
	v.host = sentence;
	v.planes = &plane;
	v.steps = &step;
	v.results = &result;
	v.unseen = &missing;
	v.gates = &gate;
	v.commands = &command;
	v.facts = &fact;
	v.plane_count = v.step_count = v.result_count = v.unseen_count = v.gate_count = v.command_count = v.fact_count = 1;
	for (size_t i = 0; i < RA_LEN(formats); i++) {
		RA_AUTO(ra_mem_free) char *document = rendered_whole(&v, formats[i]);
		int ends = 0;

		for (const char *at = document; (at = strstr(at, "xxxEND.")); at++)
			ends++;
		assert_int_equal(ends, strcmp(formats[i], "text") ? 8 : 6);
	}
	RA_AUTO(ra_mem_free) char *md = rendered_whole(&v, "md");
	const char *open = strstr(md, ticks);

	assert_non_null(open);
	assert_int_equal(strspn(open, "`"), sizeof(ticks));
}

/* What a verdict is in JUnit; hostile text is text, and what XML has no character for is not there. */
static void test_junit(void **state)
{
	static const struct {
		const char *verdict, *id, *element;
	} rows[] = {
		{"PASS", "pass", NULL}, {"WARN", "warn", NULL}, {"INFO", "info", NULL}, {"FAIL", "fail", "<failure type=\"fail\" message=\"w&lt;y\"/>"},
		{"ERROR", "error", "<error type=\"error\" message=\"w&lt;y\"/>"}, {"UNKNOWN", "unknown", "<error type=\"unknown\" message=\"w&lt;y\"/>"},
		{"N/A", "not_applicable", "<skipped message=\"w&lt;y\"/>"},
	};
	static struct ra_view_fact required[] = {
		{.name = T("tpm.present"), .type = T("bool"), .value = T("yes"), .json = T("true"), .reason = T("known"), .known = true, .required = true},
	};
	static struct ra_view_unseen lacks[] = {{.what = T("host.model"), .why = T(RA_UNSEEN_REQUIRED "; timeout")}};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_view v = view();
		struct ra_view_result one = {.check = T("c"), .title = T("C \xef\xbf\xbe \x1b"), .why = T("w<y"), .verdict = T(rows[i].verdict),
					     .verdict_id = T(rows[i].id), .shown = T(""), .planes = T("SSH"), .at = RA_UTC_NONE};
		struct ra_view_plane planes[] = {{.name = T("ssh"), .state = T("down"), .say = T("no route"), .peer = T("")},
						 {.name = T("bmc"), .state = T("not given"), .say = T(""), .peer = T("")}};

		v.results = &one;
		v.facts = required;
		v.fact_count = 1;
		v.unseen = lacks;
		v.planes = planes;
		v.plane_count = RA_LEN(planes);
		v.exit_code = 12;
		RA_AUTO(ra_mem_free) char *xml = rendered(&v, "junit");
		const char *begins = strstr(xml, ".checks\" name=\"C  ");

		assert_non_null(begins);
		assert_null(strstr(xml, hostile));
		assert_null(strstr(xml, "\xef\xbf\xbe"));
		assert_null(strchr(xml, '\x1b'));
		const char *end = strstr(begins, "</testcase>"), *at = rows[i].element ? strstr(begins, rows[i].element) : NULL;

		assert_non_null(end);
		assert_int_equal(at && at < end, rows[i].element != NULL);
		assert_non_null(strstr(xml, ".planes\" name=\"SSH\" time=\"0.000\">\n      <error type=\"down\" message=\"no route\"/>"));
		assert_non_null(strstr(xml, ".planes\" name=\"BMC\" time=\"0.000\">\n      <skipped message=\"not given\"/>"));
		assert_non_null(strstr(xml, ".facts\" name=\"tpm.present\""));
		assert_non_null(strstr(xml, ".facts\" name=\"host.model\" time=\"0.000\">\n      <error type=\"unknown\""));
		assert_non_null(strstr(xml, " timestamp=\"2026-03-02T01:00:00\""));
	}
}

static void test_junit_of_many_is_one_document(void **state)
{
	struct ra_view v = view();
	RA_AUTO(ra_mem_free) char *one = rendered(&v, "junit");
	const char *two[] = {one, one};
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};

	assert_int_equal(ra_report_join(ra_report_format("junit"), two, 2, &out), RA_OK);
	const char *first = strstr(ra_buf_str(&out), "<testsuite "), *second = first ? strstr(first + 1, "<testsuite ") : NULL;

	assert_non_null(second);
	assert_null(strstr(ra_buf_str(&out) + 1, "<?xml"));
	assert_string_equal(strstr(second, "</testsuites>"), "</testsuites>\n");
}

/* Each document names what was found before what was not seen, and the record last. */
static void test_order_is_the_same(void **state)
{
	static const char *const order[] = {"Secure Boot is off", "everything the BMC knows", "5 entries, head ff"};
	static const char *const formats[] = {"text", "txt", "md"};
	struct ra_view v = view();

	for (size_t i = 0; i < RA_LEN(formats); i++) {
		RA_AUTO(ra_mem_free) char *document = rendered(&v, formats[i]);
		const char *at = document;

		assert_int_not_equal(*document, '\n');
		assert_null(strstr(document, "**:**")); /* the outcome's title and the second plane have no label */
		for (size_t k = 0; k < RA_LEN(order); k++) {
			at = strstr(at, order[k]);
			assert_non_null(at);
		}
		assert_int_equal(strstr(document, "Disabled") != NULL, strcmp(formats[i], "text") != 0);
	}
}

static void test_text_begins_with_what_was_not_seen(void **state)
{
	struct ra_view v = view();

	v.seen_words = T("nothing wrong found in what could be seen; not seen: x");
	RA_AUTO(ra_mem_free) char *text = rendered(&v, "text");

	assert_int_equal(strncmp(text, v.seen_words, strlen(v.seen_words)), 0);
}

/* Which certificate vCenter showed, and loudly when nobody checked it. */
static void test_vcenter_says_by_which_certificate(void **state)
{
	static const char *const formats[] = {"text", "txt", "md"};
	struct ra_view_plane planes[] = {{.name = T("ssh"), .state = T("up"), .say = T(""), .peer = T("SHA256:abc")},
					 {.name = T("vcenter"), .state = T("up"), .say = T(""), .peer = T("4A:0F")}};
	struct ra_view v = view();

	v.planes = planes;
	v.plane_count = RA_LEN(planes);
	for (size_t i = 0; i < RA_LEN(formats); i++)
		for (int unchecked = 0; unchecked < 2; unchecked++) {
			v.unchecked = unchecked;
			RA_AUTO(ra_mem_free) char *document = rendered(&v, formats[i]);

			assert_non_null(strstr(document, "SSH up, key SHA256:abc"));
			assert_non_null(strstr(document, "vCenter up, certificate 4A:0F"));
			assert_int_equal(strstr(document, "NOT CHECKED") != NULL, unchecked);
		}
}

static void test_json_is_one_object_or_a_list(void **state)
{
	struct ra_view v = view();
	RA_AUTO(ra_mem_free) char *one_of_them = rendered(&v, "json");
	const char *two[] = {one_of_them, one_of_them};

	for (size_t count = 1; count <= 2; count++) {
		RA_AUTO(ra_buf_free) struct ra_buf out = {0};
		RA_AUTO(ra_json_free) struct ra_json *doc = NULL;

		assert_int_equal(ra_report_join(ra_report_format("json"), two, count, &out), RA_OK);
		assert_int_equal(ra_json_parse("result", out.data, out.len, NULL, &doc, NULL), RA_OK);
		const cJSON *root = ra_json_root(doc);

		assert_int_equal(cJSON_IsArray(root), count == 2);
		const cJSON *one = count == 2 ? root->child : root;

		assert_true(cJSON_IsTrue(ra_json_pointer(one, "/facts/tpm.present/value")));
		assert_true(cJSON_IsNull(ra_json_pointer(one, "/facts/host.vendor/value")));
		assert_string_equal(ra_json_pointer(one, "/facts/host.vendor/reason")->valuestring, "timeout");
		assert_string_equal(ra_json_pointer(one, "/results/0/verdict")->valuestring, "fail");
		assert_string_equal(ra_json_pointer(one, "/not_checked/0/what")->valuestring, "everything the BMC knows");
		assert_string_equal(ra_json_pointer(one, "/target/host")->valuestring, hostile);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markdown_is_inert),
		cmocka_unit_test(test_markdown_links_nothing),
		cmocka_unit_test(test_markdown_fits_a_ticket),
		cmocka_unit_test(test_nothing_is_cut),
		cmocka_unit_test(test_junit),
		cmocka_unit_test(test_junit_of_many_is_one_document),
		cmocka_unit_test(test_order_is_the_same),
		cmocka_unit_test(test_text_begins_with_what_was_not_seen),
		cmocka_unit_test(test_vcenter_says_by_which_certificate),
		cmocka_unit_test(test_json_is_one_object_or_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
