/* The HTML report: whatever a machine says is text in it, every link leads somewhere, and it is bounded however much came back. A page is
 * well-formed XML but for its first line, so that tags that do not close are found here. */
#include "tests/unit/unit.h"
#include "tests/unit/view_all.h"
#include "tests/unit/view_fixture.h"

#include "base/digest.h"
#include "base/io.h"
#include "base/xml.h"
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T(text) ((char *)(text))
#define DOCTYPE "<!DOCTYPE html>\n"

static char *rendered(const struct ra_view *v)
{
	struct ra_buf out = {0};

	assert_int_equal(ra_report_format("html")->render(v, &out), RA_OK);
	return ra_buf_take(&out);
}

/* With RA_PAGES naming a directory pages are written there, for the browser to be asked (tests/browser/report-html.sh). */
static void keep(const char *name, const char *page)
{
	const char *dir = getenv("RA_PAGES");
	char path[512];

	if (!dir || !*dir)
		return;
	snprintf(path, sizeof(path), "%s/%s.html", dir, name);
	assert_int_equal(ra_write_file(path, 0644, page, strlen(page), NULL), RA_OK);
}

static xmlDoc *parsed(const char *page)
{
	xmlDoc *doc = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_int_equal(strncmp(page, DOCTYPE, strlen(DOCTYPE)), 0);
	if (ra_xml_parse(page + strlen(DOCTYPE), strlen(page) - strlen(DOCTYPE), &doc, &errs))
		fail_msg("%s", errs.text[0]);
	return doc;
}

static bool is_one_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

/* Ids seen so far, and where links lead. */
struct seen {
	char *ids[2000], *targets[2000];
	size_t id_count, target_count, elements;
};

static void see_attribute(const xmlAttr *at, struct seen *seen)
{
	static const char *const allowed[] = {
		"aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "colspan", "content", "cx", "cy", "d", "dx", "height", "href",
		"http-equiv", "id", "lang", "name", "r", "rel", "role", "rowspan", "rx", "scope", "tabindex", "viewBox", "width", "x", "y"};
	const char *name = (const char *)at->name;
	char *value = (char *)xmlNodeGetContent((const xmlNode *)at);

	assert_non_null(value);
	if (!is_one_of(name, allowed, RA_LEN(allowed)))
		fail_msg("an attribute %s=\"%s\"", name, value);
	assert_true(seen->id_count < RA_LEN(seen->ids) && seen->target_count < RA_LEN(seen->targets));
	if (!strcmp(name, "id"))
		seen->ids[seen->id_count++] = strdup(value);
	if (!strcmp(name, "href") && *value == '#')
		seen->targets[seen->target_count++] = strdup(value + 1);
	else if (!strcmp(name, "href") && strncmp(value, "https://", 8))
		fail_msg("a link to %s", value);
	xmlFree(value);
}

static void see(const xmlNode *node, struct seen *seen)
{
	static const char *const allowed[] = {
		"a", "article", "blockquote", "body", "br", "caption", "circle", "code", "dd", "details", "div", "dl", "dt", "figcaption",
		"figure", "h1", "h2", "h3", "h4", "head", "header", "html", "li", "main", "meta", "nav", "ol", "p", "path", "pre", "rect",
		"section", "span", "strong", "style", "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "time", "title", "tr",
		"tspan", "ul"};

	for (; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE) {
			seen->elements++;
			if (!is_one_of((const char *)node->name, allowed, RA_LEN(allowed)))
				fail_msg("an element %s", (const char *)node->name);
			for (const xmlAttr *at = node->properties; at; at = at->next)
				see_attribute(at, seen);
		}
		assert_int_not_equal(node->type, XML_COMMENT_NODE);
		assert_int_not_equal(node->type, XML_CDATA_SECTION_NODE);
		assert_int_not_equal(node->type, XML_PI_NODE);
		see(node->children, seen);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The page is made of what a report is made of, ids are there once, links within it lead somewhere. Out: elements. */
static size_t is_sound(const char *page)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	xmlDoc *doc = parsed(page);
	size_t elements;

	assert_non_null(seen);
	see(xmlDocGetRootElement(doc), seen);
	qsort(seen->ids, seen->id_count, sizeof(*seen->ids), by_name);
	for (size_t i = 1; i < seen->id_count; i++)
		if (!strcmp(seen->ids[i - 1], seen->ids[i]))
			fail_msg("the id %s is there twice", seen->ids[i]);
	for (size_t i = 0; i < seen->target_count; i++)
		if (!bsearch(&seen->targets[i], seen->ids, seen->id_count, sizeof(*seen->ids), by_name))
			fail_msg("nothing has the id %s", seen->targets[i]);
	assert_true(seen->target_count > 3);
	for (size_t i = 0; i < seen->id_count; i++)
		free(seen->ids[i]);
	for (size_t i = 0; i < seen->target_count; i++)
		free(seen->targets[i]);
	elements = seen->elements;
	free(seen);
	xmlFreeDoc(doc);
	return elements;
}

static const char *const hostile[] = {
	"</script><script>alert(1)</script>",
	"<img src=x onerror=alert(1)>",
	"\"><svg/onload=alert(1)>",
	"' onmouseover='alert(1)",
	"]]>",
	"--><!--",
	"<!-- <![CDATA[ <?php ?>",
	"javascript:alert(1)",
	"https://x.example/\"onclick=\"alert(1)",
	"https://x.example/ javascript:1",
	"</title></style></pre></details></main><h1>owned</h1>",
	"<style>*{display:none}</style><meta http-equiv=refresh content=0;url=//evil>",
	"&#x3c;script&#x3e; &lt;b&gt; &amp &#0; &bogus;",
	("a\xe2\x80\xae"
	 "b\xe2\x81\xa6"
	 "c\xd8\x9c"),
	("\x1b[31mred\x1b]52;c;AAAA\x07\x9b"
	 "31m\x7f\x01"),
	"broken \xff\xc0\xaf utf-8 \xed\xa0\x80 \xf0\x9f\x98",
	"null\xef\xbf\xbf \xef\xbf\xbe \xef\xb7\x90 noncharacters",
	"%s%n%d %1$s",
	"line\nline\r\n\ttab  two  spaces",
	"\n\nleading line feeds",
};

static size_t count_of(const char *page, const char *what)
{
	size_t count = 0;

	for (const char *at = page; (at = strstr(at, what)); at++)
		count++;
	return count;
}

/* Markup of a machine is text: the page has the same elements whatever they say. */
static void test_foreign_text_marks_nothing_up(void **state)
{
	struct ra_view calm = view_all("calm");
	RA_AUTO(ra_mem_free) char *page = rendered(&calm);
	size_t elements = is_sound(page);

	for (size_t i = 0; i < RA_LEN(hostile); i++) {
		struct ra_view v = view_all(hostile[i]);
		RA_AUTO(ra_mem_free) char *got = rendered(&v);
		size_t now = is_sound(got) - count_of(got, "<text ") - count_of(got, "<a rel=") - count_of(got, "<span class=\"badge "),
		       want = elements - count_of(page, "<text ") - count_of(page, "<span class=\"badge ");

		/* A step's words are wrapped into lines of the drawing, an address of the flow set is a link, a long word is no badge; no other
		 * element comes or goes. */
		if (now != want)
			fail_msg("%s: %zu elements, not %zu", hostile[i], now, want);
		for (const unsigned char *at = (const unsigned char *)got; *at; at++)
			if ((*at < 0x20 && *at != '\n' && *at != '\t') || *at == 0x7f)
				fail_msg("%s: a byte %02x", hostile[i], *at);
		assert_null(strstr(got, "\xe2\x80\xae"));
	}
}

/* All of it at once, and long. */
static void test_a_hostile_page(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf all = {0};

	for (size_t i = 0; i < 2 * RA_LEN(hostile); i++)
		assert_int_equal(ra_buf_text(&all, hostile[i % RA_LEN(hostile)]), RA_OK);
	for (size_t i = 0; i < 500; i++)
		assert_int_equal(ra_buf_text(&all, "x<y&"), RA_OK);
	struct ra_view v = view_all(ra_buf_str(&all));
	RA_AUTO(ra_mem_free) char *page = rendered(&v);

	is_sound(page);
	keep("hostile", page);
}

/* What each character becomes, in a text and in an attribute; only an address that is nothing else is a link. */
static void test_escapes(void **state)
{
	static const struct {
		const char *said, *stands;
	} rows[] = {
		{"a & b", ">a &amp; b<"},
		{"<b>", ">&lt;b&gt;<"},
		{"\"'", ">&quot;&#39;<"},
		{"&lt;", ">&amp;lt;<"},
		{"\x1b[0m", ">&lt;1b&gt;[0m<"},
		{"\xe2\x80\xae", ">&lt;U+202E&gt;<"},
		{"\xc3\xa4\xe6\xbc\xa2", ">\xc3\xa4\xe6\xbc\xa2<"},
		{"https://kb.example/1?a=1&b=2", "<a rel=\"noreferrer noopener\" href=\"https://kb.example/1?a=1&amp;b=2\">https://kb.example/1?a=1&amp;b=2</a>"},
		{"http://kb.example/", ">http://kb.example/<"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_view v = view_all(rows[i].said);
		RA_AUTO(ra_mem_free) char *page = rendered(&v);

		if (!strstr(page, rows[i].stands))
			fail_msg("%s does not stand as %s", rows[i].said, rows[i].stands);
	}
	struct ra_view v = view_all("host.example");
	struct ra_view_fact fact = {.name = T("a"), .type = T("text"), .value = T("https://evil.example/"), .reason = T(""), .known = true};

	v.facts = &fact;
	RA_AUTO(ra_mem_free) char *page = rendered(&v);

	assert_null(strstr(page, "href=\"https:")); /* what a host says is no link, whatever it looks like */
}

/* The policy takes the page's own style and nothing else. */
static void test_policy_names_the_style(void **state)
{
	struct ra_view v = fixture_walk();
	RA_AUTO(ra_mem_free) char *page = rendered(&v);
	const char *style = strstr(page, "<style>") + strlen("<style>"), *end = strstr(style, "</style>");
	char hex[65], want[160];
	unsigned char digest[32];

	assert_int_equal(ra_sha256_hex(style, (size_t)(end - style), hex), RA_OK);
	for (size_t i = 0; i < sizeof(digest); i++)
		digest[i] = (unsigned char)strtoul((const char[]){hex[2 * i], hex[2 * i + 1], 0}, NULL, 16);
	RA_AUTO(ra_mem_free) char *base64 = ra_base64(digest, sizeof(digest));

	snprintf(want, sizeof(want), "content=\"default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\"", base64);
	assert_non_null(strstr(page, want));
	assert_null(strstr(end, "style=")); /* a policy of digests lets none of these pass */
	assert_true(strcspn(style, "<&") == (size_t)(end - style)); /* nothing in it means anything to XML */
}

/* However much came back, the page stays small, and says how much it leaves out. */
static void test_outputs_are_bounded(void **state)
{
	enum { BIG = 1 << 20, MANY = 200 };
	char *big = malloc(BIG + 1);
	static struct ra_view_command commands[MANY];
	static char words[MANY][16];
	struct ra_view v = fixture_walk();

	assert_non_null(big);
	for (size_t i = 0; i < BIG; i += 2)
		memcpy(big + i, "\xc3\xa4", 2); /* a cut must not part these */
	memcpy(big, "BEGIN", 5);
	big[5] = ' ';
	memcpy(big + BIG - 4, "LAST", 5);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(words[i], sizeof(words[i]), "w%zu", i);
		commands[i] = (struct ra_view_command){.seq = (int64_t)i, .plane = T("ssh"), .check = T("c"), .words = words[i],
						       .why = T("answered"), .at = NOW, .out = big, .err = T("")};
	}
	v.commands = commands;
	v.facts = NULL;
	v.fact_count = 0;
	for (v.command_count = 1; v.command_count <= MANY; v.command_count += MANY - 1) {
		RA_AUTO(ra_mem_free) char *page = rendered(&v);
		RA_AUTO(ra_buf_free) struct ra_buf part = {0};

		is_sound(page);
		assert_non_null(strstr(page, ">\nBEGIN "));
		assert_non_null(strstr(page, "LAST</pre>"));
		assert_non_null(strstr(page, "983040 bytes are left out here"));
		assert_null(strstr(page, "&lt;c3&gt;"));
		assert_null(strstr(page, "&lt;a4&gt;"));
		assert_true(strlen(page) < (v.command_count == 1 ? 130u << 10 : 5u << 20));
		assert_int_equal(strstr(page, "1048576 bytes came back; this page has no room") != NULL, v.command_count > 1);
		assert_int_equal(ra_report_format("html")->part(&v, 1, 2, &part), RA_OK);
		assert_true(part.len < 300u << 10);
	}
	free(big);
}

/* Of very many requests the newest are told of, and links lead to no other. */
static void test_requests_are_bounded(void **state)
{
	enum { MANY = 5000, SHOWN = 4000 };
	static struct ra_view_command commands[MANY];
	struct ra_view_obs obs[] = {{T("ssh"), T("a"), T(""), T("c"), NOW, MANY - SHOWN - 1, true, T("")},
				    {T("vcenter"), T("a"), T(""), T("c"), NOW, MANY - SHOWN, true, T("")}};
	struct ra_view_fact fact = {.name = T("a"), .type = T("text"), .value = T("a"), .reason = T(""), .known = true, .obs = obs, .obs_count = 2};
	struct ra_view v = fixture_walk();

	for (size_t i = 0; i < MANY; i++)
		commands[i] = (struct ra_view_command){.seq = (int64_t)i, .plane = T("ssh"), .check = T("c"), .words = T("w"), .why = T("timeout"), .at = NOW};
	v.commands = commands;
	v.command_count = MANY;
	v.facts = &fact;
	v.fact_count = 1;
	RA_AUTO(ra_mem_free) char *page = rendered(&v);

	assert_int_equal(count_of(page, "<details class=\"command\">"), SHOWN);
	assert_non_null(strstr(page, "1000 earlier requests are in the record"));
	assert_non_null(strstr(page, "<td class=\"by\">SSH, <a href=\"#e1000\">vCenter</a></td>"));
}

/* What came back the same is there once, and told of the second time; a link leads from there to the first. */
static void test_the_same_is_there_once(void **state)
{
	static char long_text[200];
	struct ra_view v = fixture_walk();
	struct ra_view_command commands[3];

	memset(long_text, 'x', sizeof(long_text) - 1);
	for (size_t i = 0; i < RA_LEN(commands); i++)
		commands[i] = (struct ra_view_command){.seq = 14 + (int64_t)i, .plane = T("ssh"), .check = T("secureboot"), .words = T("get"),
						       .why = T("answered"), .at = NOW, .out = long_text, .err = T("")};
	commands[2].status = 1;
	v.commands = commands;
	v.command_count = RA_LEN(commands);
	RA_AUTO(ra_mem_free) char *page = rendered(&v);

	is_sound(page);
	assert_int_equal(count_of(page, long_text), 2);
	assert_non_null(strstr(page, "<div id=\"e15\">\n<p>The same came back as in <a href=\"#e14\">entry 14</a>.</p>"));
}

/* Two sources that do not agree stand side by side, each with its time and a way to what it answered. */
static void test_a_conflict_is_seen(void **state)
{
	struct ra_view_obs obs[] = {
		{T("ssh"), T("maybe"), T(""), T("secureboot"), AT(12, 3, 40), 11, true, T("")}, /* a later one of SSH stands in its place */
		{T("ssh"), T("no"), T(""), T("secureboot"), AT(12, 4, 30), 13, false, T("")},   /* the same was read again */
		{T("ssh"), T("no"), T(""), T("secureboot"), AT(12, 4, 31), 14, true, T("")},
		{T("vcenter"), T("yes"), T(""), T("secureboot"), AT(12, 4, 31), 15, true, T("")},
	};
	struct ra_view_fact fact = {.name = T("host.secureboot"), .type = T("bool"), .value = T("no"), .reason = T(""), .known = true, .obs = obs, .obs_count = RA_LEN(obs)};
	struct ra_view v = fixture_walk();

	v.facts = &fact;
	v.fact_count = 1;
	RA_AUTO(ra_mem_free) char *page = rendered(&v);
	const char *at = strstr(page, "rowspan=\"3\">host.secureboot</th><td>no <span class=\"badge warn\">conflict</span></td><td class=\"by\"><a href=\"#e14\">SSH</a>");

	assert_non_null(at);
	at = strstr(at, "<tr class=\"also\"><td>yes</td><td class=\"by\"><a href=\"#e15\">vCenter</a></td><td class=\"when\"><time>2026-02-14 12:04:31Z</time></td>"
			"<td class=\"when\">9.0 s</td>");
	assert_non_null(at);
	assert_non_null(strstr(at, "<tr class=\"past\"><td><span class=\"dim\">earlier:</span> maybe</td><td class=\"by\"><a href=\"#e11\">SSH</a>"));
	obs[3].value = T("no");
	RA_AUTO(ra_mem_free) char *agreed = rendered(&v);

	assert_null(strstr(agreed, ">conflict<"));
	assert_non_null(strstr(agreed, "<a href=\"#e14\">SSH</a>, <a href=\"#e15\">vCenter</a>"));
}

/* Several hosts are one page: what they say together, then each under its own ids. */
static void test_many_are_one_page(void **state)
{
	const struct ra_report_format *format = ra_report_format("html");
	const struct ra_report_line lines[] = {
		{RA_LINE_TITLE, "", "reattest 1: 2 hosts", 0},  {RA_LINE_ITEM, "FAIL", "2 hosts: <a>, b", 0}, {RA_LINE_HEADING, "", "Hosts", 0},
		{RA_LINE_ITEM, "FAIL", "a: <b>", 1},		{RA_LINE_BELOW, "", "below", 0},	      {RA_LINE_BELOW, "", "below too", 0},
		{RA_LINE_ITEM, "FAIL", "b", 2},			{RA_LINE_HEADING, "", "Empty", 0},
	};
	struct ra_view v = fixture_walk();
	struct ra_buf parts[2] = {{0}, {0}}, summary = {0}, page = {0};

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(format->part(&v, i + 1, 2, &parts[i]), RA_OK);
	assert_int_equal(ra_report_lines(format, lines, RA_LEN(lines), &summary), RA_OK);
	assert_int_equal(ra_report_page(ra_buf_str(&summary), (const char *const[]){ra_buf_str(&parts[0]), ra_buf_str(&parts[1])}, 2, &page), RA_OK);
	is_sound(ra_buf_str(&page));
	keep("many", ra_buf_str(&page));
	assert_non_null(strstr(ra_buf_str(&page), "<h1>reattest 1: 2 hosts</h1>"));
	assert_non_null(strstr(ra_buf_str(&page), "<a href=\"#h1\">a: &lt;b&gt;</a><ul><li>below</li>\n<li>below too</li></ul>\n</li>\n<li>"));
	assert_non_null(strstr(ra_buf_str(&page), "href=\"#h2-e14\""));
	for (size_t i = 0; i < 2; i++)
		ra_buf_free(&parts[i]);
	ra_buf_free(&summary);
	ra_buf_free(&page);
}

/* Of very many, what fills a page is left out, which is said; no link leads to what is not there. */
static void test_very_many_are_brief(void **state)
{
	enum { MANY = 51 };
	struct ra_view v = fixture_walk();
	struct ra_buf parts[MANY] = {{0}}, page = {0};
	const char *texts[MANY];

	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(ra_report_format("html")->part(&v, i + 1, MANY, &parts[i]), RA_OK);
		texts[i] = ra_buf_str(&parts[i]);
	}
	assert_int_equal(ra_report_page("<h1>51 hosts</h1>\n", texts, MANY, &page), RA_OK);
	is_sound(ra_buf_str(&page));
	assert_null(strstr(ra_buf_str(&page), "<details class=\"command"));
	assert_non_null(strstr(ra_buf_str(&page), "Of so many hosts facts and evidence are left out"));
	assert_true(page.len / MANY < 15000);
	for (size_t i = 0; i < MANY; i++)
		ra_buf_free(&parts[i]);
	ra_buf_free(&page);
}

/* The page of a walk, as it is kept. UPDATE_GOLDEN=1 writes it anew. */
static void test_page_is_as_kept(void **state)
{
	struct ra_view_turn turns[] = {
		{T("fail"), T(""), T("stopped"), T("Stopped"), false, true},
		{T("else, unknown"), T("not <known>"), T("device"), T("TPM device"), false, false},
		{T("1"), T(""), T("secure-boot"), T("Secure Boot"), true, false},
	};
	struct ra_view v = fixture_walk();
	struct ra_view_step steps[16];
	RA_AUTO(ra_buf_free) struct ra_buf want = {0};
	char path[512];

	assert_true(v.step_count <= RA_LEN(steps));
	memcpy(steps, v.steps, v.step_count * sizeof(*steps));
	steps[5].turns = turns;
	steps[5].turn_count = RA_LEN(turns);
	steps[3].depth = 1;
	v.steps = steps;
	RA_AUTO(ra_mem_free) char *got = rendered(&v);
	RA_AUTO(ra_mem_free) char *again = rendered(&v);

	assert_string_equal(got, again);
	is_sound(got);
	snprintf(path, sizeof(path), "%s/tests/unit/data/report.html", unit_dir("RA_SRCDIR"));
	if (getenv("UPDATE_GOLDEN"))
		assert_int_equal(ra_write_file(path, 0644, got, strlen(got), NULL), RA_OK);
	if (ra_read_file(path, &want, NULL))
		fail_msg("%s: no such golden file; UPDATE_GOLDEN=1 writes it", path);
	if (strcmp(ra_buf_str(&want), got))
		fail_msg("%s differs from what is written now; UPDATE_GOLDEN=1 writes it anew, then read the diff", path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_foreign_text_marks_nothing_up), cmocka_unit_test(test_a_hostile_page), cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_policy_names_the_style),	      cmocka_unit_test(test_outputs_are_bounded),
		cmocka_unit_test(test_requests_are_bounded),
		cmocka_unit_test(test_the_same_is_there_once),
		cmocka_unit_test(test_a_conflict_is_seen),	      cmocka_unit_test(test_many_are_one_page),
		cmocka_unit_test(test_page_is_as_kept),
		cmocka_unit_test(test_very_many_are_brief),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
