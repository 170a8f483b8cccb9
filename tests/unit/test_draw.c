/* Drawings: golden documents of a small flow with a walk in it (UPDATE_GOLDEN=1 writes them anew), and titles that would like to be markup. */
#include "tests/unit/flow_fixture.h"

#include "base/io.h"
#include "flow/draw.h"
#include "flow/words.h"

#include <ctype.h>
#include <stdlib.h>

static const struct ra_trod way[] = {
    {"main", "look", "edge", false}, {"main", "ask", "unknown", false}, {"main", "side", "call", false}, {"side", "look", "else", false},
    {"side", "fine", "return", false}, {"main", "maintain", "skip", false}, {"main", "stop", "", false},
};

/* Draw both flows of the fixture. traced: with the walk. */
static void draw(const char *format, const struct flow_change *changes, size_t count, bool traced, struct ra_buf *out)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	struct ra_errs errs;

	if (flow_fixture(changes, count, &set, &errs))
		fail_msg("%s", errs.text[0]);
	RA_AUTO(ra_chart_free) struct ra_chart *main_flow = ra_chart_new(ra_flowset_flow(set, "main"));
	RA_AUTO(ra_chart_free) struct ra_chart *side = ra_chart_new(ra_flowset_flow(set, "side"));
	const struct ra_chart *charts[] = {main_flow, side};
	const struct ra_drawing drawing = {.charts = charts, .count = 2, .note = traced ? "Marked: <a walk> & \"more\"" : NULL, .over = traced};

	if (traced) {
		assert_int_equal(ra_chart_trace(main_flow, way, RA_LEN(way)), RA_OK);
		assert_int_equal(ra_chart_trace(side, way, RA_LEN(way)), RA_OK);
	}
	assert_int_equal(ra_draw_format(format)->draw(&drawing, out), RA_OK);
}

static void compare(const char *format, const char *name, bool traced)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0}, again = {0}, want = {0};
	char path[512];

	draw(format, NULL, 0, traced, &got);
	draw(format, NULL, 0, traced, &again);
	assert_string_equal(ra_buf_str(&got), ra_buf_str(&again));
	snprintf(path, sizeof(path), "%s/tests/unit/drawings/%s", unit_dir("RA_SRCDIR"), name);
	if (getenv("UPDATE_GOLDEN"))
		assert_int_equal(ra_write_file(path, 0644, got.data, got.len, NULL), RA_OK);
	if (ra_read_file(path, &want, NULL))
		fail_msg("%s: no such golden file; UPDATE_GOLDEN=1 writes it", path);
	if (strcmp(ra_buf_str(&want), ra_buf_str(&got)))
		fail_msg("%s differs from what is drawn now:\n%s", path, ra_buf_str(&got));
}

static void drawings_are_as_kept(void **state)
{
	(void)state;
	compare("dot", "plain.dot", false);
	compare("dot", "walk.dot", true);
	compare("mermaid", "plain.mmd", false);
	compare("mermaid", "walk.mmd", true);
	compare("svg", "walk.svg", true);
	assert_null(ra_draw_format("png"));
}

#define HOSTILE "\\\"];} end %%{init: {}}%% ]] --> <script>alert(1)</script> & ]]> `x` $x$ \\\\ #quot; \\u202e\\u001b[31m "
static const struct flow_change hostile[] = {{"main.flow.json", "'title':'Look'", "'title':'" HOSTILE "'"},
					     {"main.flow.json", "'because':'the log says so'", "'because':'" HOSTILE "'"}};

/* Each line's quotes pair, a backslash hides the next character. */
static void check_dot(const char *text)
{
	bool quoted = false;

	for (const char *at = text; *at; at++) {
		if (quoted && *at == '\\')
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (*at == '\n')
			assert_false(quoted);
		else if (!quoted)
			assert_true(isalnum((unsigned char)*at) || strchr(" \t{}[];=,->_.", *at));
	}
	assert_false(quoted);
}

/* Between quotes nothing stands that means something to Mermaid, but entities and the program's own line ends. */
static void check_mermaid(const char *text)
{
	bool quoted = false;

	for (const char *at = text; *at; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == '\n')
			assert_false(quoted);
		else if (quoted && !strncmp(at, "<br/>", 5))
			at += 4;
		else if (quoted && *at == '#')
			assert_true(isalnum((unsigned char)at[1]) && strchr(at, ';') && strchr(at, ';') - at < 7);
		else if (quoted)
			assert_null(strchr("<>{}[]|`%\\&$", *at));
	}
	assert_false(quoted);
}

/* Only what the drawing itself writes is markup, and nothing leads outside. */
static void check_svg(const char *text)
{
	static const char *const tags[] = {"?xml", "svg", "title", "desc", "style", "defs", "marker", "path", "rect", "g", "text", "tspan", "a"};
	const char *body = strstr(text, "</style>");

	for (const char *at = text; (at = strchr(at, '<')); at++) {
		const char *name = at + 1 + (at[1] == '/');
		size_t len = strcspn(name, " >/\n");
		bool known = false;

		for (size_t i = 0; i < RA_LEN(tags); i++)
			known = known || (len == strlen(tags[i]) && !strncmp(tags[i], name, len));
		if (!known)
			fail_msg("<%.*s> is no element of a drawing", (int)len, name);
	}
	assert_non_null(body);
	for (const char *at = text; (at = strstr(at, "href=")); at++)
		assert_int_equal(strncmp(at, "href=\"#", 7), 0);
	for (const char *at = text; (at = strstr(at, "url(")); at++)
		assert_int_equal(strncmp(at, "url(#a)", 7), 0);
	assert_null(strstr(strstr(text, "://www.w3.org/2000/svg") + 1, "://"));
	assert_null(strstr(text, "@import"));
	assert_null(strstr(text, " on"));
}

static void hostile_titles_are_text(void **state)
{
	static const struct {
		const char *format;
		void (*check)(const char *text);
		const char *stands; /* what the title becomes */
	} rows[] = {{"dot", check_dot, "\\\"];} end %%{init: {}}%%"},
		    {"mermaid", check_mermaid, "#quot;#93;;#125; end #37;#37;#123;init: #123;#125;#125;#37;#37;"},
		    {"svg", check_svg, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; ]]&gt;"}};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf calm = {0}, wild = {0};

		draw(rows[i].format, NULL, 0, false, &calm);
		draw(rows[i].format, hostile, RA_LEN(hostile), true, &wild);
		rows[i].check(ra_buf_str(&calm));
		rows[i].check(ra_buf_str(&wild));
		assert_null(strchr(ra_buf_str(&wild), '\033'));
		assert_null(strstr(ra_buf_str(&wild), "\xe2\x80\xae"));
		if (strcmp(rows[i].format, "svg") && !strstr(ra_buf_str(&wild), rows[i].stands))
			fail_msg("%s: %s is not in %s", rows[i].format, rows[i].stands, ra_buf_str(&wild));
		if (!strcmp(rows[i].format, "svg")) /* a card's lines are broken, its tip is not */
			assert_non_null(strstr(ra_buf_str(&wild), rows[i].stands));
	}
}

/* What may not be overlooked stands in words in every format. */
static void danger_is_told_in_words(void **state)
{
	static const char *const formats[] = {"dot", "mermaid", "svg"};

	(void)state;
	for (size_t i = 0; i < RA_LEN(formats); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf text = {0};

		draw(formats[i], NULL, 0, false, &text);
		assert_non_null(strstr(ra_buf_str(&text), "irreversible"));
		assert_non_null(strstr(ra_buf_str(&text), strcmp(formats[i], "svg") ? "behind a gate" : "only behind the gate key-proven or rebuild"));
		assert_non_null(strstr(ra_buf_str(&text), "gate: key-proven"));
	}
}

static const struct {
	const char *when, *words;
} conditions[] = {
    {"{'fact':'a.b','is':'TPM'}", "a.b is \"TPM\""},
    {"{'fact':'a.b','is':{'fact':'c.d'},'plane':'ssh'}", "a.b (by ssh) is c.d"},
    {"{'all':[{'fact':'a.b','known':true},{'any':[{'fact':'a.b','in':['x','y']},{'not':{'fact':'c.d','known':false}}]}]}",
     "a.b is known and (a.b is one of [\"x\",\"y\"] or not (c.d is not known))"},
    {"{'fact':'a.b','gt':{'action':'start'}}", "a.b is more than the start of the action"},
    {"{'fact':'a.b','older_than':'now','by_s':300}", "a.b is more than 300 s before now"},
    {"{'fact':'a.b','within':{'fact':'c.d'},'by_s':5}", "a.b is within 5 s of c.d"},
    {"{'fact':'a.b','match':'(?i)x\\u001b'}", "a.b matches \"(?i)x\\u001b\""},
    {"{'fact':'a.b','has':'x'}", "a.b holds \"x\""},
    {"{'fact':'a.b','has_any':['x']}", "a.b holds one of [\"x\"]"},
    {"{'fact':'a.b','only':'x'}", "a.b holds nothing but \"x\""},
    {"{'not':{'fact':'a.b','only':{'fact':'c.d'}}}", "not (a.b holds nothing but c.d)"},
    {"{'fact':'a.b','count':{'ge':2}}", "a.b has a number of items that is at least 2"},
    {"{'fact':'a.b','na':true}", "a.b does not apply"},
    {"{'fact':'a.b','conflict':true}", "a.b is told differently by planes"},
    {"{'fact':'a.b','is':'TPM','as_of':{'action':'start'}}", "a.b as it was when the action began is \"TPM\""},
};

static void conditions_have_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < RA_LEN(conditions); i++) {
		RA_AUTO(ra_mem_free) char *bytes = flow_quotes(conditions[i].when);
		RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
		RA_AUTO(ra_cond_free) struct ra_cond *cond = NULL;
		RA_AUTO(ra_buf_free) struct ra_buf words = {0};
		struct ra_errs errs;

		ra_errs_clear(&errs);
		if (ra_json_parse("c", bytes, strlen(bytes), NULL, &doc, &errs) || ra_cond_compile(doc, ra_json_root(doc), &cond, &errs))
			fail_msg("%s: %s", conditions[i].when, errs.text[0]);
		assert_int_equal(ra_cond_words(cond, &words), RA_OK);
		assert_string_equal(ra_buf_str(&words), conditions[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(drawings_are_as_kept),    cmocka_unit_test(hostile_titles_are_text),
	    cmocka_unit_test(danger_is_told_in_words), cmocka_unit_test(conditions_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
