/* The replay link: a simulated host answers, fails, goes down and comes back as its recording says. */
#include "unit.h"

#include "link/link.h"

#include <stdio.h>
#include <string.h>

#define HEAD                                                                                              \
	"{\"$schema\":\"s\",\"format\":1,\"id\":\"t\",\"title\":\"T\",\"host\":\"esx01\","                \
	"\"clock\":\"2026-03-02T01:00:00Z\",\"planes\":[\"ssh\",\"vcenter\"],\"start\":\"a\","
#define REPLY(request, rest) "{\"request\":" request "," rest "}"
#define RUN(words) "{\"run\":[" words "]}"
#define TPM RUN("\"esxcli\",\"hardware\",\"trustedboot\",\"get\"")

static struct ra_recording *load(const char *text, struct ra_errs *errs)
{
	struct ra_json *doc = NULL;
	struct ra_recording *recording = NULL;
	ra_errs_clear(errs);
	assert_int_equal(ra_json_parse("rec.json", text, strlen(text), NULL, &doc, errs), RA_OK);
	if (ra_recording_load(doc, NULL, &recording, errs) != RA_OK)
		assert_null(recording);
	return recording;
}

/* A link with its recording, at session time start + now. */
struct bench {
	struct ra_recording *recording;
	struct ra_link *link;
	ra_mono_ms now;
	uint64_t next_id;
};

static struct bench bench_open(const char *text, const char *plane)
{
	struct bench bench = {.now = 1000};
	struct ra_errs errs;
	bench.recording = load(text, &errs);
	if (!bench.recording)
		fail_msg("%s", errs.text[0]);
	struct ra_clock clock = {.start_mono = bench.now, .scale = 1};
	assert_int_equal(ra_utc_parse("2026-03-02T01:00:00Z", &clock.start_utc), RA_OK);
	assert_int_equal(ra_link_replay_new(bench.recording, plane, &clock, &bench.link, &errs), RA_OK);
	return bench;
}

static void bench_close(struct bench *bench)
{
	bench->link = ra_link_free(bench->link);
	bench->recording = ra_recording_free(bench->recording);
}

static void submit(struct bench *bench, const char *request, bool secret, bool change)
{
	struct ra_ticket ticket = {.id = ++bench->next_id,
				   .request = request,
				   .timeout_ms = 30000,
				   .cap_len = 64,
				   .secret = secret,
				   .change = change};
	assert_int_equal(bench->link->ops->submit(bench->link, &ticket, NULL), RA_OK);
}

static void step_at(struct bench *bench, ra_mono_ms after_ms)
{
	bench->link->ops->step(bench->link, 1000 + after_ms);
}

/* Take events up to the next reply; says which states came before it as "up ", "down ". */
static struct ra_event take(struct bench *bench, char *states)
{
	struct ra_event event;
	states[0] = '\0';
	for (;;) {
		bench->link->ops->next(bench->link, &event);
		if (event.kind != RA_EV_STATE)
			return event;
		strcat(states, event.state == RA_LINK_UP ? "up " : "down ");
		ra_event_clear(&event);
	}
}

static const char states_doc[] = HEAD
	"\"states\":{"
	"\"a\":{\"ssh\":{\"replies\":["
	REPLY(TPM, "\"out\":[\"one\",\"two\"],\"status\":0") ","
	REPLY(RUN("\"json\""), "\"json\":{\"At\":\"${start-3600}\"}") ","
	REPLY(RUN("\"err\""), "\"out\":\"o\",\"err\":\"Permission denied\\n\",\"status\":1") ","
	REPLY(RUN("\"slow\""), "\"out\":\"late\",\"took_ms\":500") ","
	REPLY(RUN("\"never\""), "\"fault\":\"timeout\"") ","
	REPLY(RUN("\"gone\""), "\"fault\":\"unreachable\"") ","
	REPLY(RUN("\"no\""), "\"fault\":\"refused\"") ","
	REPLY(RUN("\"cut\""), "\"out\":\"half\",\"fault\":\"truncated\"") ","
	REPLY(RUN("\"long\""), "\"out\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"") ","
	REPLY(RUN("\"times\""), "\"out\":\"${move+90} ${now} ${since start-2} $${x}\"") ","
	REPLY(RUN("\"states\""), "\"out\":\"${entered down+1} ${since entered b}\"") ","
	REPLY(RUN("\"reboot\""), "\"out\":\"\"") ","
	REPLY("{\"log\":{\"lines_max\":9,\"files\":[\"vmkernel\"]}}", "\"out\":\"line\"")
	"]},\"vcenter\":{\"replies\":[" REPLY("{\"property\":\"summary.x\"}", "\"json\":true") "]}},"
	"\"b\":{\"like\":\"a\",\"ssh\":{\"replies\":[" REPLY(TPM, "\"out\":\"b\"") "]}},"
	"\"down\":{\"like\":\"b\",\"ssh\":{\"state\":\"down\",\"why\":\"timeout\",\"say\":\"it restarts\"}},"
	"\"back\":{\"like\":\"b\"}},"
	"\"moves\":[{\"from\":\"a\",\"on\":{\"action\":\"fix\"},\"to\":\"b\"},"
	"{\"from\":\"b\",\"on\":{\"request\":" RUN("\"reboot\"") "},\"to\":\"down\"},"
	"{\"from\":\"down\",\"on\":{\"after_s\":60},\"to\":\"back\"}]}";

static void test_answers(void **state)
{
	static const struct {
		const char *request;
		bool secret;
		int64_t due_ms;
		enum ra_link_why why;
		int status;
		bool truncated;
		const char *out, *err;
	} cases[] = {
		{TPM, false, 0, RA_LINK_ANSWERED, 0, false, "one\ntwo\n", ""},
		{TPM, true, 0, RA_LINK_ANSWERED, 0, false, "one\ntwo\n", ""},
		{RUN("\"json\""), false, 0, RA_LINK_ANSWERED, 0, false, "{\"At\":\"2026-03-02T00:00:00Z\"}\n", ""},
		{RUN("\"err\""), false, 0, RA_LINK_ANSWERED, 1, false, "o", "Permission denied\n"},
		{RUN("\"slow\""), false, 500, RA_LINK_ANSWERED, 0, false, "late", ""},
		{RUN("\"never\""), false, 30000, RA_LINK_TIMEOUT, -1, false, "", ""},
		{RUN("\"gone\""), false, 0, RA_LINK_UNREACHABLE, -1, false, "", ""},
		{RUN("\"no\""), false, 0, RA_LINK_REFUSED, -1, false, "", ""},
		{RUN("\"cut\""), false, 0, RA_LINK_ANSWERED, 0, true, "half", ""},
		{RUN("\"long\""), false, 0, RA_LINK_ANSWERED, 0, true,
		 "0123456789012345678901234567890123456789012345678901234567890123", ""},
		{RUN("\"times\""), false, 0, RA_LINK_ANSWERED, 0, false,
		 "2026-03-02T01:01:30Z 2026-03-02T01:00:00Z 2000000 ${x}", ""},
		{RUN("\"states\""), false, 0, RA_LINK_ANSWERED, 0, false, "2026-03-02T01:00:01Z 0", ""},
		{"{\"log\":{\"files\":[\"vmkernel\"],\"lines_max\":9}}", false, 0, RA_LINK_ANSWERED, 0, false, "line", ""},
		{RUN("\"esxcli\",\"--formatter=json\",\"system\",\"settings\""), false, 0, RA_LINK_ANSWERED, 1, false, "",
		 "Error: Unknown command or namespace system settings\n"},
		{"{\"property\":\"summary.x\"}", false, 0, RA_LINK_NO_REQUEST, -1, false, "", ""},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct bench bench = bench_open(states_doc, "ssh");
		char states[64];
		submit(&bench, cases[i].request, cases[i].secret, false);
		step_at(&bench, 0);
		if (cases[i].due_ms) {
			ra_mono_ms deadline;
			struct ra_event none = take(&bench, states);
			assert_int_equal(none.kind, RA_EV_NONE);
			assert_int_equal(bench.link->ops->poll(bench.link, NULL, &deadline), 0);
			assert_int_equal(deadline, 1000 + cases[i].due_ms);
			step_at(&bench, cases[i].due_ms);
		}
		struct ra_event event = take(&bench, states);
		assert_int_equal(event.kind, RA_EV_REPLY);
		struct ra_reply *reply = &event.reply;
		assert_int_equal(reply->why, cases[i].why);
		assert_int_equal(reply->status, cases[i].status);
		assert_int_equal(reply->truncated, cases[i].truncated);
		assert_string_equal(ra_buf_str(&reply->err), cases[i].err);
		assert_int_equal(reply->why == RA_LINK_ANSWERED, reply->say[0] == '\0');
		if (cases[i].secret) {
			assert_string_equal(ra_secret_bytes(reply->secret, NULL), cases[i].out);
			assert_int_equal(reply->out.len, 0);
		} else {
			assert_string_equal(ra_buf_str(&reply->out), cases[i].out);
			assert_null(reply->secret);
		}
		ra_event_clear(&event);
		bench_close(&bench);
	}
}

static void test_vcenter(void **state)
{
	struct bench bench = bench_open(states_doc, "vcenter");
	char states[64];
	submit(&bench, "{\"property\":\"summary.x\"}", false, false);
	submit(&bench, "{\"property\":\"summary.none\"}", false, false);
	step_at(&bench, 0);
	struct ra_event event = take(&bench, states);
	assert_string_equal(states, "up ");
	assert_string_equal(ra_buf_str(&event.reply.out), "true\n");
	ra_event_clear(&event);
	event = take(&bench, states);
	assert_int_equal(event.reply.why, RA_LINK_NO_REQUEST);
	assert_non_null(strstr(event.reply.say, "summary.none"));
	ra_event_clear(&event);
	bench_close(&bench);
}

/* An action moves the host, a request restarts it, time brings it back. */
static void test_moves(void **state)
{
	struct bench bench = bench_open(states_doc, "ssh");
	char states[64];
	struct ra_event event;
	ra_mono_ms deadline;
	bench.link->ops->hint(bench.link, "action:other");
	bench.link->ops->hint(bench.link, "action:fix");
	submit(&bench, TPM, false, false);
	step_at(&bench, 5000);
	event = take(&bench, states);
	assert_string_equal(ra_buf_str(&event.reply.out), "b");
	ra_event_clear(&event);

	submit(&bench, RUN("\"slow\""), false, true);
	step_at(&bench, 6000);
	bench.link->ops->cancel(bench.link, bench.next_id); /* a change that was sent goes on */
	submit(&bench, RUN("\"reboot\""), false, true);
	step_at(&bench, 6000);
	event = take(&bench, states);
	assert_string_equal(states, "");
	assert_int_equal(event.reply.ticket, 3);
	assert_int_equal(event.reply.why, RA_LINK_ANSWERED);
	ra_event_clear(&event);
	event = take(&bench, states);
	assert_string_equal(states, "down ");
	assert_int_equal(event.reply.ticket, 2);
	assert_int_equal(event.reply.why, RA_LINK_UNREACHABLE);
	assert_true(event.reply.sent);
	ra_event_clear(&event);
	bench.link->ops->poll(bench.link, NULL, &deadline);
	assert_int_equal(deadline, 1000 + 6000 + 60000);

	submit(&bench, TPM, false, true);
	step_at(&bench, 7000);
	event = take(&bench, states);
	assert_string_equal(states, "down ");
	assert_int_equal(event.reply.why, RA_LINK_TIMEOUT);
	assert_false(event.reply.sent);
	assert_string_equal(event.reply.say, "it restarts");
	ra_event_clear(&event);

	step_at(&bench, 200000);
	submit(&bench, RUN("\"times\""), false, false);
	step_at(&bench, 200000);
	event = take(&bench, states);
	assert_string_equal(states, "up ");
	/* the move was due 66 s after the start, however late anybody looked */
	assert_string_equal(ra_buf_str(&event.reply.out), "2026-03-02T01:02:36Z 2026-03-02T01:03:20Z 202000000 ${x}");
	ra_event_clear(&event);
	submit(&bench, RUN("\"states\""), false, false);
	step_at(&bench, 200000);
	event = take(&bench, states);
	/* states left behind keep their times */
	assert_string_equal(ra_buf_str(&event.reply.out), "2026-03-02T01:00:07Z 195000000");
	ra_event_clear(&event);
	bench_close(&bench);
}

static void test_cancel(void **state)
{
	struct bench bench = bench_open(states_doc, "ssh");
	char states[64];
	submit(&bench, RUN("\"never\""), false, false);
	step_at(&bench, 0);
	bench.link->ops->cancel(bench.link, 1);
	bench.link->ops->cancel(bench.link, 1);
	struct ra_event event = take(&bench, states);
	assert_int_equal(event.reply.why, RA_LINK_CANCELLED);
	ra_event_clear(&event);
	event = take(&bench, states);
	assert_int_equal(event.kind, RA_EV_NONE);
	submit(&bench, TPM, false, true);
	bench.link->ops->cancel(bench.link, 2); /* not sent yet: can be given up */
	event = take(&bench, states);
	assert_int_equal(event.reply.why, RA_LINK_CANCELLED);
	assert_false(event.reply.sent);
	ra_event_clear(&event);
	bench_close(&bench);
}

static void test_limit(void **state)
{
	struct bench bench = bench_open(states_doc, "ssh");
	struct ra_ticket ticket = {.request = TPM, .timeout_ms = 1, .cap_len = 1};
	ra_err err = RA_OK;
	for (ticket.id = 1; ticket.id < 1000 && !err; ticket.id++)
		err = bench.link->ops->submit(bench.link, &ticket, NULL);
	assert_int_equal(err, RA_E_LIMIT);
	ticket.request = "[]";
	bench_close(&bench);
	bench = bench_open(states_doc, "ssh");
	assert_int_equal(bench.link->ops->submit(bench.link, &ticket, NULL), RA_E_INVALID);
	bench_close(&bench);
}

static void test_no_plane(void **state)
{
	struct ra_errs errs;
	struct ra_link *link;
	struct ra_recording *recording = load(states_doc, &errs);
	struct ra_clock clock = {.scale = 1};
	assert_int_equal(ra_link_replay_new(recording, "bmc", &clock, &link, &errs), RA_E_NOTFOUND);
	assert_null(link);
	ra_recording_free(recording);
}

/* Comparing everything with everything is not for as many as a stranger likes. */
static void test_too_many(void **state)
{
	static const struct {
		const char *before, *each, *behind, *after, *say;
		int most;
	} cases[] = {
		{HEAD "\"states\":{\"a\":{\"ssh\":{\"replies\":[", "{\"request\":{\"run\":[\"x", "\"]}}", "]}}}}", "at most 1000 replies", 1000},
		{HEAD "\"states\":{", "\"s", "\":{}", ",\"a\":{}}}", "at most 256 states", 255},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		for (int count = cases[i].most; count <= cases[i].most + 1; count++) {
			RA_AUTO(ra_buf_free) struct ra_buf text = {0};
			struct ra_errs errs;
			assert_int_equal(ra_buf_text(&text, cases[i].before), RA_OK);
			for (int k = 0; k < count; k++) {
				assert_int_equal(ra_buf_text(&text, k ? "," : ""), RA_OK);
				assert_int_equal(ra_buf_text(&text, cases[i].each), RA_OK);
				assert_int_equal(ra_buf_printf(&text, "%d%s", k, cases[i].behind), RA_OK);
			}
			assert_int_equal(ra_buf_text(&text, cases[i].after), RA_OK);
			struct ra_recording *recording = load(text.data, &errs);
			assert_int_equal(recording != NULL, count == cases[i].most);
			if (!recording && !strstr(errs.text[0], cases[i].say))
				fail_msg("\"%s\" does not say \"%s\"", errs.text[0], cases[i].say);
			ra_recording_free(recording);
		}
	}
}

/* What must not load, and the words that say so. */
static void test_refused(void **state)
{
#define WITH_REPLY(reply) HEAD "\"states\":{\"a\":{\"ssh\":{\"replies\":[" reply "]}}}}"
#define WITH_MOVE(move) HEAD "\"states\":{\"a\":{}},\"moves\":[" move "]}"
	static const struct {
		const char *text, *say;
	} cases[] = {
		{"[]", "rec.json:1:1: a recording is an object"},
		{HEAD "\"states\":{}}", "there is no state \"a\""},
		{HEAD "\"states\":{\"a\":{}},\"speed\":0}", "\"speed\" is a whole number from 1"},
		{HEAD "\"states\":{\"a\":{}},\"color\":1}", "a recording has no \"color\""},
		{"{\"$schema\":\"s\",\"format\":1}", "a recording lacks \"id\""},
		{HEAD "\"states\":{\"a\":{\"shell\":{}}}}", "a state has no \"shell\""},
		{HEAD "\"states\":{\"a\":{\"like\":\"z\"}}}", "there is no state \"z\""},
		{HEAD "\"states\":{\"a\":{\"like\":\"b\"},\"b\":{\"like\":\"a\"}}}", "\"like\" goes round"},
		{HEAD "\"states\":{\"a\":{\"ssh\":{\"state\":\"off\"}}}}", "\"state\" is up or down"},
		{HEAD "\"states\":{\"a\":{\"ssh\":{\"why\":\"tired\"}}}}", "\"why\" is refused"},
		{WITH_REPLY("{\"out\":\"\"}"), "a reply lacks \"request\""},
		{WITH_REPLY(REPLY("{}", "\"out\":\"\"")), "a request is one of"},
		{WITH_REPLY(REPLY("{\"to\":\"on\"}", "\"out\":\"\"")), "a request is one of"},
		{WITH_REPLY(REPLY("{\"setting\":\"tpm\",\"to\":\"on\"}", "\"out\":\"\"")), "a request is one of"},
		{WITH_REPLY(REPLY("{\"call\":\"x\",\"to\":\"on\"}", "\"out\":\"\"")), "a request is one of"},
		{WITH_REPLY(REPLY("{\"redfish\":\"set\",\"setting\":1}", "\"out\":\"\"")), "\"setting\" is a text"},
		{WITH_REPLY(REPLY("{\"run\":[]}", "\"out\":\"\"")), "\"run\" is a list that is not empty"},
		{WITH_REPLY(REPLY("{\"run\":[1]}", "\"out\":\"\"")), "\"run\" is a list of texts"},
		{WITH_REPLY(REPLY("{\"exec\":\"x\"}", "\"out\":\"\"")), "a request has no \"exec\""},
		{WITH_REPLY(REPLY("{\"log\":{}}", "\"out\":\"\"")), "\"log\" lacks \"files\""},
		{WITH_REPLY(REPLY(TPM, "\"out\":5")), "\"out\" is a text or a list"},
		{WITH_REPLY(REPLY(TPM, "\"out\":[5]")), "\"out\" is a list of texts"},
		{WITH_REPLY(REPLY(TPM, "\"out\":\"\",\"json\":1")), "\"out\" or \"json\""},
		{WITH_REPLY(REPLY(TPM, "\"out\":\"${strat-5}\"")), "expected ${start-60}"},
		{WITH_REPLY(REPLY(TPM, "\"out\":\"${start-99999999999999999999}\"")), "expected ${start-60}"},
		{WITH_REPLY(REPLY(TPM, "\"json\":{\"a\":[\"${start-}\"]}")), "expected ${start-60}"},
		{WITH_REPLY(REPLY(TPM, "\"out\":\"${start-99999999999999999999}\"")), "expected ${start-60}"},
		{WITH_REPLY(REPLY(TPM, "\"out\":\"${entered nowhere}\"")), "expected ${start-60}"},
		{WITH_REPLY(REPLY(TPM, "\"status\":256")), "\"status\" is a whole number"},
		{WITH_REPLY(REPLY(TPM, "\"took_ms\":1.5")), "\"took_ms\" is a whole number"},
		{WITH_REPLY(REPLY(TPM, "\"fault\":\"bored\"")), "\"fault\" is timeout"},
		{WITH_REPLY(REPLY(TPM, "\"out\":\"1\"") "," REPLY(TPM, "\"out\":\"2\"")), "has a reply above"},
		{WITH_MOVE("{\"from\":\"a\",\"on\":{\"after_s\":0},\"to\":\"a\"}"), "\"after_s\" is a whole number"},
		{WITH_MOVE("{\"from\":\"a\",\"on\":{},\"to\":\"a\"}"), "\"on\" is one of"},
		{WITH_MOVE("{\"from\":\"a\",\"on\":{\"action\":\"x\"},\"to\":\"z\"}"), "there is no state \"z\""},
		{HEAD "\"states\":{\"a\":{}},\"answers\":{\"q\":1}}", "an answer is an id"},
		{HEAD "\"states\":{\"a\":{}},\"answers\":{\"Q\":\"a\"}}", "no name of a step or check"},
		{HEAD "\"states\":{\"a\":{}},\"key\":\"123456\"}", "16 groups of 6 digits"},
		{HEAD "\"states\":{\"a\":{}},\"expect\":{\"walk\":{\"exit\":0,\"outcome\":\"fixed\"}}}", "\"outcome\" is resolved"},
		{HEAD "\"states\":{\"a\":{}},\"expect\":{\"walk\":{\"exit\":0,\"path\":[]}}}", "\"path\" is a list that is not empty"},
		{HEAD "\"states\":{\"a\":{}},\"expect\":{\"walk\":{\"exit\":0,\"path\":[7]}}}", "\"path\" is a list of steps"},
		{HEAD "\"states\":{\"a\":{}},\"expect\":{\"walk\":{\"exit\":0,\"path\":[\"/a\"]}}}", "\"path\" is a list of steps"},
		{HEAD "\"states\":{\"a\":{}},\"expect\":{\"walk\":{\"exit\":0,\"path\":[\"a/\"]}}}", "\"path\" is a list of steps"},
		{HEAD "\"states\":{\"a\":{}},\"expect\":{\"walk\":{\"exit\":0,\"path\":[\"b--c/a\"]}}}", "\"path\" is a list of steps"},
		{HEAD "\"states\":{\"a\":{}},\"expect\":{\"walk\":{\"exit\":0,\"path\":[\"a/b/c\"]}}}", "\"path\" is a list of steps"},
		{HEAD "\"states\":{\"a\":{}},\"flow\":\"No Flow\"}", "\"flow\" is a name"},
		{WITH_REPLY(REPLY("{\"log\":{\"files\":[\"syslog\"]}}", "\"out\":\"\"")), "expected one of vmkernel"},
		{WITH_REPLY(REPLY("{\"log\":{\"files\":[\"hostd\",\"hostd\"]}}", "\"out\":\"\"")), "\"hostd\" stands twice"},
		{WITH_REPLY(REPLY("{\"log\":{\"files\":[\"hostd\"],\"x_a\":1}}", "\"out\":\"\"")), "no x_ in it"},
		{WITH_MOVE("{\"from\":\"a\",\"on\":{\"action\":\"Do It\"},\"to\":\"a\"}"), "\"action\" is a name"},
		{HEAD "\"states\":{\"a\":{}},\"expect\":{\"check\":{}}}", "what is expected lacks \"exit\""},
		{"{\"$schema\":\"s\",\"format\":1,\"id\":\"live\",\"title\":\"T\",\"host\":\"h\","
		 "\"clock\":\"2026-03-02T01:00:00Z\",\"planes\":[\"ssh\"],\"start\":\"a\",\"states\":{\"a\":{}}}",
		 "a recording is not called \"live\""},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_errs errs;
		assert_null(load(cases[i].text, &errs));
		assert_int_equal(errs.code, RA_E_INVALID);
		if (!strstr(errs.text[0], cases[i].say))
			fail_msg("case %zu: \"%s\" does not say \"%s\"", i, errs.text[0], cases[i].say);
	}
}

/* What came with a later API than the recording's vCenter speaks is not asked, as over a live link; SSH has no API. */
static void test_since(void **state)
{
	static const char doc[] = HEAD "\"states\":{\"a\":{\"ssh\":{\"replies\":[" REPLY(TPM, "\"out\":\"x\"") "]},\"vcenter\":{\"replies\":["
		REPLY("{\"property\":\"about\"}", "\"json\":{\"apiVersion\":\"7.0.3.0\"}") "," REPLY("{\"rest\":\"tpm\"}", "\"json\":[]") "]}}}}";
	static const struct {
		const char *plane, *request, *since;
		enum ra_link_why why;
	} cases[] = {
		{"vcenter", "{\"rest\":\"tpm\"}", "8.0.0.1", RA_LINK_NO_REQUEST},
		{"vcenter", "{\"rest\":\"tpm\"}", "7.0.3", RA_LINK_ANSWERED},
		{"vcenter", "{\"rest\":\"tpm\"}", NULL, RA_LINK_ANSWERED},
		{"ssh", TPM, "8.0.0.1", RA_LINK_ANSWERED},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct bench bench = bench_open(doc, cases[i].plane);
		struct ra_ticket ticket = {.id = 1, .request = cases[i].request, .timeout_ms = 1000, .cap_len = 64, .since = cases[i].since};
		char states[64];
		assert_int_equal(bench.link->ops->submit(bench.link, &ticket, NULL), RA_OK);
		step_at(&bench, 0);
		struct ra_event event = take(&bench, states);
		assert_int_equal(event.reply.why, cases[i].why);
		ra_event_clear(&event);
		bench_close(&bench);
	}
}

#define OF_BASE(id, base) "{\"$schema\":\"s\",\"format\":1,\"id\":\"" id "\",\"title\":\"T\",\"host\":\"esx01\"," base                \
	"\"clock\":\"2026-03-02T01:00:00Z\",\"planes\":[\"ssh\"],\"start\":\"" id "\","
#define ON OF_BASE("b", "\"base\":\"a\",")

static struct ra_json *parse(const char *text)
{
	struct ra_json *doc = NULL;
	assert_int_equal(ra_json_parse("on.json", text, strlen(text), NULL, &doc, NULL), RA_OK);
	return doc;
}

static struct ra_recording *load_on(const char *text, const char *under, struct ra_errs *errs)
{
	struct ra_recording *recording = NULL, *base = under ? load(under, errs) : NULL;
	assert_true(!under || base);
	ra_errs_clear(errs);
	ra_err err = ra_recording_load(parse(text), base, &recording, errs);
	assert_int_equal(err == RA_OK, recording != NULL);
	return recording;
}

/* The states of the base are there as if they stood in the recording; what the base begins with, and its moves, are not. */
static void test_base(void **state)
{
	static const char under[] = OF_BASE("a", "") "\"states\":{\"a\":{\"ssh\":{\"replies\":["
		REPLY(TPM, "\"out\":\"under\"") "," REPLY(RUN("\"date\",\"-u\",\"+%s\""), "\"out\":\"${entered a}\"") "]}}}}";
	static const char on[] = ON "\"states\":{\"b\":{\"like\":\"a\"},\"c\":{\"like\":\"a\",\"ssh\":{\"replies\":["
		REPLY(TPM, "\"out\":\"own ${entered a}\"") "]}}},\"moves\":["
		"{\"from\":\"b\",\"on\":{\"request\":" TPM "},\"to\":\"a\"},{\"from\":\"a\",\"on\":{\"after_s\":60},\"to\":\"c\"}]}";
	struct ra_errs errs;
	struct bench bench = {.now = 1000, .recording = load_on(on, under, &errs)};
	struct ra_clock clock = {.start_mono = bench.now, .scale = 1};
	struct ra_event event;
	char states[64];
	if (!bench.recording)
		fail_msg("%s", errs.text[0]);
	assert_int_equal(ra_utc_parse("2026-03-02T01:00:00Z", &clock.start_utc), RA_OK);
	assert_int_equal(ra_link_replay_new(bench.recording, "ssh", &clock, &bench.link, &errs), RA_OK);
	submit(&bench, TPM, false, false);
	step_at(&bench, 0);
	event = take(&bench, states);
	assert_string_equal(ra_buf_str(&event.reply.out), "under");
	ra_event_clear(&event);
	submit(&bench, TPM, false, false);
	step_at(&bench, 61000);
	event = take(&bench, states);
	assert_string_equal(ra_buf_str(&event.reply.out), "own 2026-03-02T01:00:00Z");
	ra_event_clear(&event);
	bench_close(&bench);
}

static void test_base_refused(void **state)
{
	static const struct {
		const char *on, *under, *say;
	} cases[] = {
		{ON "\"states\":{\"b\":{}}}", NULL, "its base is not here"},
		{ON "\"states\":{\"b\":{},\"a\":{}}}", OF_BASE("a", "") "\"states\":{\"a\":{}}}", "its base has a state \"a\""},
		{ON "\"states\":{\"b\":{\"like\":\"z\"}}}", OF_BASE("a", "") "\"states\":{\"a\":{}}}", "there is no state \"z\""},
		{ON "\"states\":7}", OF_BASE("a", "") "\"states\":{\"a\":{}}}", "\"states\" is an object"},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_errs errs;
		assert_null(load_on(cases[i].on, cases[i].under, &errs));
		if (!strstr(errs.text[0], cases[i].say))
			fail_msg("case %zu: \"%s\" does not say \"%s\"", i, errs.text[0], cases[i].say);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers), cmocka_unit_test(test_vcenter),  cmocka_unit_test(test_moves),
		cmocka_unit_test(test_cancel),  cmocka_unit_test(test_limit),    cmocka_unit_test(test_no_plane),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_since), cmocka_unit_test(test_base), cmocka_unit_test(test_base_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
