/* junit.c - the result as JUnit XML, for CI systems: a suite for each host, of a check red exactly where its exit code says so.
 *
 * There is no standard; this is what Jenkins (junit-10.xsd) and GitLab read alike: testsuites / testsuite (name, tests, failures, errors,
 * skipped, time, timestamp, hostname) / properties, testcase (classname, name, time), system-out. A testcase holds one of failure, error,
 * skipped, or none where it passed; counts are of testcases. FAIL is a failure, ERROR and UNKNOWN are errors, for unknown is never well
 * and a skipped case counts as well; what does not apply, and a plane that was not given, is skipped; WARN passes and says so. */
#include "config.h"

#include "base/pen.h"
#include "report/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OPEN "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"reattest\">\n"
#define CLOSE "</testsuites>\n"

enum ends { PASSED, FAILURE, ERRORED, SKIPPED, ENDS };
/* A suite being written, twice: the first time it is counted, for its counts stand before its cases. */
struct suite {
	struct ra_pen pen;
	const struct ra_view *v;
	size_t counts[ENDS];
};

/* A text in XML: clean, escaped, and without the two characters of the plane that XML has not. Source: XML 1.0 (fifth edition) 2.2. */
static void put_text(struct suite *s, const char *text)
{
	for (const char *at = text; *at;) {
		size_t len = 0;

		while (at[len] && strncmp(at + len, "\xef\xbf\xbe", 3) && strncmp(at + len, "\xef\xbf\xbf", 3))
			len++;
		ra_pen_lines(&s->pen, &ra_pen_xml, at, len);
		at += len;
		at += *at ? 3 : 0;
	}
}

/* A line feed in an attribute is read as a space. Source: XML 1.0 3.3.3. */
static void put_attribute(struct suite *s, const char *name, const char *text)
{
	ra_pen_printf(&s->pen, " %s=\"", name);
	put_text(s, text);
	ra_pen_raw(&s->pen, "\"");
}

/* One testcase. */
struct testcase {
	const char *group, *name, *type, *message, *out; /* type and message: of all that did not pass; out: "" */
	int64_t took_ms;
	enum ends end;
};

static void put_case(struct suite *s, const struct testcase *c)
{
	static const char *const elements[ENDS] = {NULL, "failure", "error", "skipped"};

	s->counts[c->end]++;
	ra_pen_raw(&s->pen, "    <testcase classname=\"");
	put_text(s, *s->v->host ? s->v->host : "no host");
	ra_pen_printf(&s->pen, ".%s\"", c->group);
	put_attribute(s, "name", c->name);
	ra_pen_printf(&s->pen, " time=\"%" PRId64 ".%03d\"", c->took_ms / 1000, (int)(c->took_ms % 1000));
	if (c->end == PASSED && !*c->out) {
		ra_pen_raw(&s->pen, "/>\n");
		return;
	}
	ra_pen_raw(&s->pen, ">\n");
	if (c->end != PASSED) {
		ra_pen_printf(&s->pen, "      <%s", elements[c->end]);
		if (c->end != SKIPPED)
			put_attribute(s, "type", c->type);
		put_attribute(s, "message", c->message);
		ra_pen_raw(&s->pen, "/>\n");
	}
	if (*c->out) {
		ra_pen_raw(&s->pen, "      <system-out>");
		put_text(s, c->out);
		ra_pen_raw(&s->pen, "</system-out>\n");
	}
	ra_pen_raw(&s->pen, "    </testcase>\n");
}

static void put_planes(struct suite *s)
{
	for (size_t i = 0; i < s->v->plane_count; i++) {
		const struct ra_view_plane *p = &s->v->planes[i];
		bool given = strcmp(p->state, "not given") != 0;
		struct testcase c = {.group = "planes", .name = ra_report_plane(p->name), .type = "down", .message = *p->say ? p->say : p->state, .out = "",
				 .end = !given ? SKIPPED : !strcmp(p->state, "down") ? ERRORED : PASSED};

		put_case(s, &c);
	}
}

/* How long a check's requests took. */
static int64_t took(const struct ra_view *v, const char *check)
{
	int64_t ms = 0;

	for (size_t i = 0; i < v->command_count; i++)
		if (!v->commands[i].running && v->commands[i].took_ms > 0 && !strcmp(v->commands[i].check, check))
			ms += v->commands[i].took_ms;
	return ms;
}

/* "FAIL [SSH, vCenter] Secure Boot is off", and what the sources say that do not agree on it. */
static ra_err say_result(const struct ra_view_result *r, struct ra_buf *out)
{
	ra_err err = ra_buf_printf(out, "%s%s%s%s%s%s", r->verdict, *r->planes ? " [" : "", r->planes, *r->planes ? "]" : "",
				   *r->why ? ": " : "", r->why);

	if (!err && r->shown && *r->shown)
		err = ra_buf_printf(out, "\n%s", r->shown);
	for (size_t i = 0; i < r->disputed.count && !err; i++)
		err = ra_buf_printf(out, "\n%s", r->disputed.items[i]);
	return err;
}

static void put_results(struct suite *s)
{
	static const struct {
		const char *verdict;
		enum ends end;
	} ends[] = {{"fail", FAILURE}, {"error", ERRORED}, {"unknown", ERRORED}, {"not_applicable", SKIPPED}};

	for (size_t i = 0; i < s->v->result_count; i++) {
		const struct ra_view_result *r = &s->v->results[i];
		RA_AUTO(ra_buf_free) struct ra_buf out = {0}, name = {0};
		struct testcase c = {.group = "checks", .type = r->verdict_id, .message = *r->why ? r->why : r->verdict, .took_ms = took(s->v, r->check)};

		for (size_t k = 0; k < RA_LEN(ends); k++)
			c.end = strcmp(ends[k].verdict, r->verdict_id) ? c.end : ends[k].end;
		if (say_result(r, &out) || ra_buf_printf(&name, "%s (%s)", r->title, r->check))
			s->pen.err = RA_E_NOMEM;
		c.name = ra_buf_str(&name);
		c.out = ra_buf_str(&out);
		put_case(s, &c);
	}
}

/* The facts the flow requires: told, or not and so an error. */
static void put_required(struct suite *s)
{
	const struct ra_view *v = s->v;

	for (size_t i = 0; i < v->fact_count; i++) {
		struct testcase c = {.group = "facts", .name = v->facts[i].name, .out = v->facts[i].known ? v->facts[i].value : v->facts[i].reason};

		if (v->facts[i].required && (v->facts[i].known || !strcmp(v->facts[i].reason, "not_applicable")))
			put_case(s, &c);
	}
	for (size_t i = 0; i < v->unseen_count; i++) {
		struct testcase c = {.group = "facts", .name = v->unseen[i].what, .type = "unknown", .message = v->unseen[i].why, .out = "", .end = ERRORED};

		if (!strncmp(v->unseen[i].why, RA_UNSEEN_REQUIRED, strlen(RA_UNSEEN_REQUIRED)))
			put_case(s, &c);
	}
}

/* Red and green of the whole as the exit code has it: where no check failed, the way may still have ended badly. */
static void put_outcome(struct suite *s)
{
	static const struct {
		int code;
		enum ends end;
	} codes[] = {{0, PASSED}, {11, PASSED}, {13, PASSED}, {10, FAILURE}, {14, FAILURE}};
	const struct ra_view *v = s->v;
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	const char *outcome = *v->outcome ? v->outcome : "not finished";
	enum ends end = ERRORED;
	ra_err err = ra_buf_printf(&out, "%s%s%s (exit %d)", outcome, *v->outcome_title ? ": " : "", v->outcome_title, v->exit_code);

	for (size_t i = 0; i < RA_LEN(codes); i++)
		end = codes[i].code == v->exit_code ? codes[i].end : end;
	struct testcase c = {.group = "outcome", .name = "Outcome", .type = outcome, .message = *v->outcome_title ? v->outcome_title : v->end_reason, .end = end};

	for (size_t i = 0; i < v->cause_count && !err; i++)
		if (!strcmp(v->causes[i].status, "likely"))
			err = ra_buf_printf(&out, "\nlikely cause: %s", v->causes[i].title);
	for (size_t i = 0; i < v->unseen_count && !err; i++)
		err = ra_buf_printf(&out, "\nnot checked: %s: %s", v->unseen[i].what, v->unseen[i].why);
	for (size_t i = 0; i < v->next.count && !err; i++)
		err = ra_buf_printf(&out, "\nnext: %s", v->next.items[i]);
	s->pen.err = s->pen.err ? s->pen.err : err;
	c.out = ra_buf_str(&out);
	put_case(s, &c);
}

static void put_properties(struct suite *s)
{
	const struct ra_view *v = s->v;
	char exit_code[16], entries[24];
	const char *const rows[][2] = {
		{"reattest", v->program}, {"flow", v->flow}, {"flow_version", v->flow_version}, {"flow_sha256", v->flow_sha256},
		{"esxi", v->esxi_version}, {"attestation", v->attestation}, {"source", v->source}, {"change", v->change_id},
		{"case", v->case_id}, {"redacted", v->redacted ? "a redacted copy: names and addresses stand for others" : ""},
		{"unchecked", v->unchecked ? "the certificate of vCenter was not checked" : ""}, {"exit", exit_code},
		{"entries", entries}, {"head", v->head},
	};

	snprintf(exit_code, sizeof(exit_code), "%d", v->exit_code);
	snprintf(entries, sizeof(entries), "%" PRId64, v->entry_count);
	ra_pen_raw(&s->pen, "    <properties>\n");
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		if (!*rows[i][1])
			continue;
		ra_pen_raw(&s->pen, "      <property");
		put_attribute(s, "name", rows[i][0]);
		put_attribute(s, "value", rows[i][1]);
		ra_pen_raw(&s->pen, "/>\n");
	}
	ra_pen_raw(&s->pen, "    </properties>\n");
}

static void put_cases(struct suite *s)
{
	put_planes(s);
	put_results(s);
	put_required(s);
	put_outcome(s);
}

/* The head of the suite: a time has no zone there (it is UTC), by the de-facto schema. */
static void put_head(struct suite *s, const struct ra_view *v, const size_t *counts)
{
	int64_t ms = v->now > v->started ? v->now - v->started : 0;
	size_t tests = counts[PASSED] + counts[FAILURE] + counts[ERRORED] + counts[SKIPPED];
	char at[RA_UTC_TEXT_LEN];

	ra_pen_raw(&s->pen, "  <testsuite");
	put_attribute(s, "name", v->named && *v->named ? v->named : *v->host ? v->host : "no host");
	ra_pen_printf(&s->pen, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%" PRId64 ".%03d\" timestamp=\"%.19s\"", tests,
		      counts[FAILURE], counts[ERRORED], counts[SKIPPED], ms / 1000, (int)(ms % 1000), ra_utc_format(v->started, at));
	put_attribute(s, "hostname", *v->host ? v->host : "no host");
	ra_pen_raw(&s->pen, ">\n");
}

ra_err ra_report_junit(const struct ra_view *v, struct ra_buf *out)
{
	RA_AUTO(ra_buf_free) struct ra_buf cases = {0};
	struct suite counted = {.pen = {.out = &cases}, .v = v}, s = {.pen = {.out = out}, .v = v};

	put_cases(&counted);
	ra_pen_raw(&s.pen, OPEN);
	put_head(&s, v, counted.counts);
	put_properties(&s);
	ra_pen_raw(&s.pen, ra_buf_str(&cases));
	ra_pen_raw(&s.pen, "  </testsuite>\n" CLOSE);
	return counted.pen.err ? counted.pen.err : s.pen.err;
}

ra_err ra_report_junit_join(const char *const *results, size_t count, struct ra_buf *out)
{
	ra_err err = ra_buf_text(out, OPEN);

	for (size_t i = 0; i < count && !err; i++) {
		size_t len = strlen(results[i]), around = strlen(OPEN) + strlen(CLOSE);

		err = len < around ? RA_E_INTERNAL : ra_buf_add(out, results[i] + strlen(OPEN), len - around);
	}
	return err ? err : ra_buf_text(out, CLOSE);
}
