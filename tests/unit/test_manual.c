/* man/reattest.1 says what the tables say: its lists between ".\" begin NAME" and ".\" end NAME" are those rendered
 * here, to the byte. UPDATE_GOLDEN=1 writes them into the page. What README.md and the page's own words name of options
 * and verbs is there, too. */
#include "tests/unit/unit.h"

#include "base/io.h"
#include "ui/keytable.h"
#include "verb/verb.h"

#include <stdio.h>
#include <string.h>

#define WIDTH 76

static void add(struct ra_buf *out, const char *text)
{
	assert_int_equal(ra_buf_text(out, text), RA_OK);
}

/* One byte as roff reads it literally. */
static void add_char(struct ra_buf *out, char c)
{
	static const struct {
		char c;
		const char *roff;
	} rows[] = {{'-', "\\-"}, {'\\', "\\e"}, {'`', "\\(ga"}, {'~', "\\(ti"}, {'^', "\\(ha"}, {'"', "\\(dq"}};
	char plain[2] = {c, '\0'};

	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (rows[i].c == c) {
			add(out, rows[i].roff);
			return;
		}
	add(out, plain);
}

static void add_word(struct ra_buf *out, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		add_char(out, word[i]);
}

/* Running text: filled lines, a new one after each sentence, none that begins as a request does. */
static void add_text(struct ra_buf *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");
		bool sentence = len && strchr(".?!", text[len - 1]) && text[len];

		if (column && column + 1 + len > WIDTH) {
			add(out, "\n");
			column = 0;
		}
		if (column)
			add(out, " ");
		else if (strchr(".'", *text))
			add(out, "\\&");
		add_word(out, text, len);
		column += len + (column > 0);
		text += len + (text[len] == ' ');
		if (sentence) {
			add(out, "\n");
			column = 0;
		}
	}
	add(out, "\n");
}

/* "[HOST]", "HOST...", "lint|test [FILE...]" as macros: words in capitals are arguments, others are typed as they
 * stand. */
static void add_usage(struct ra_buf *out, const char *usage)
{
	char words[128], *save = NULL;

	snprintf(words, sizeof(words), "%s", usage);
	for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		bool optional = *word == '[';
		const char *dots = strstr(word, "...") ? " ..." : "";
		const char *comma = word[strlen(word) - 1] == ',' ? " ," : "";

		word += optional;
		word[*dots ? (size_t)(strstr(word, "...") - word) : strcspn(word, "],")] = '\0';
		add(out, optional ? " Oo" : "");
		add(out, *word >= 'A' && *word <= 'Z' ? " Ar " : " Cm ");
		add_word(out, word, strlen(word));
		add(out, dots);
		add(out, optional ? " Oc" : "");
		add(out, comma);
	}
}

static void synopsis(struct ra_buf *out)
{
	const struct ra_verb *verbs;
	size_t count = ra_verbs(&verbs);

	for (size_t i = 0; i < count; i++) {
		bool walk = !strcmp(verbs[i].name, "walk");

		add(out, ".Nm\n");
		if (!walk) {
			add(out, ".Cm ");
			add_word(out, verbs[i].name, strlen(verbs[i].name));
			add(out, "\n");
		}
		add(out, ".Op Ar option ...\n");
		if (*verbs[i].usage) {
			size_t dot = out->len;

			add_usage(out, verbs[i].usage);
			out->data[dot] = '.'; /* where the space was */
			add(out, "\n");
		}
	}
}

static void verbs(struct ra_buf *out)
{
	const struct ra_verb *rows;
	size_t count = ra_verbs(&rows);

	for (size_t i = 0; i < count; i++) {
		add(out, ".It Cm ");
		add_word(out, rows[i].name, strlen(rows[i].name));
		add_usage(out, rows[i].usage);
		add(out, "\n");
		add_text(out, rows[i].summary);
	}
}

/* "walk check" as "(walk, check)". */
static void add_verbs(struct ra_buf *out, const char *verbs)
{
	char line[256] = "(";
	size_t len = 1;

	for (const char *at = *verbs ? verbs : "every verb"; *at && len + 4 < sizeof(line); at++) {
		if (*at == ' ' && *verbs)
			line[len++] = ',';
		line[len++] = *at;
	}
	line[len] = ')';
	add_text(out, line);
}

static void options(struct ra_buf *out)
{
	const struct ra_option_row *rows;
	size_t count = ra_option_rows(&rows);

	for (size_t i = 0; i < count; i++) {
		char line[256];

		add(out, ".It ");
		if (rows[i].letter) {
			snprintf(line, sizeof(line), "Fl %c , ", rows[i].letter);
			add(out, line);
		}
		add(out, "Fl \\-");
		add_word(out, rows[i].name, strlen(rows[i].name));
		if (rows[i].arg) {
			add(out, " Ar ");
			add_word(out, rows[i].arg, strlen(rows[i].arg));
		}
		add(out, "\n");
		add_text(out, rows[i].help);
		add_verbs(out, rows[i].verbs);
	}
}

static void exits(struct ra_buf *out)
{
	static const struct {
		int number;
		const char *text;
	} rows[] = {
#define ROW(name, number, text) {number, text},
	    RA_EXITS(ROW) RA_VERIFY_EXITS(ROW)
#undef ROW
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char line[32];

		snprintf(line, sizeof(line), ".It %d\n", rows[i].number);
		add(out, line);
		add_text(out, rows[i].text);
	}
}

/* The places a key serves in, as a list of words. Rows to mark are rows of a walk. */
static void add_places(struct ra_buf *out, unsigned places)
{
	static const struct {
		unsigned place;
		const char *words;
	} rows[] = {
	    {RA_IN_LIST, "lists"}, {RA_IN_WALK, "the walk"}, {RA_IN_MANY, "rows to mark"}, {RA_IN_END, "the outcome"},
	    {RA_IN_TEXT, "pages"}, {RA_IN_BOARD, "boards"},  {RA_IN_FIELD, "fields"},
	};
	char line[128] = "(";
	unsigned known = 0;

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		known |= rows[i].place;
		if (places & rows[i].place && !(rows[i].place == RA_IN_MANY && places & RA_IN_WALK))
			snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s", line[1] ? ", " : "",
				 rows[i].words);
	}
	assert_int_equal(places & ~known, 0);
	add_text(out, places == known ? "(everywhere)" : strcat(line, ")"));
}

static void keys(struct ra_buf *out)
{
	const struct ra_key_row *rows;
	size_t count = ra_key_rows(&rows);

	for (size_t i = 0; i < count; i++) {
		add(out, ".It ");
		add_word(out, rows[i].name, strlen(rows[i].name));
		add(out, "\n");
		add_text(out, rows[i].help);
		add_places(out, rows[i].places);
	}
}

static const struct {
	const char *name;
	void (*render)(struct ra_buf *out);
} blocks[] = {{"synopsis", synopsis}, {"verbs", verbs}, {"options", options}, {"keys", keys}, {"exits", exits}};

/* The place of a block's inner lines in the page. */
static char *find_block(char *page, const char *name, size_t *len)
{
	char begin[64], end[64];

	snprintf(begin, sizeof(begin), ".\\\" begin %s\n", name);
	snprintf(end, sizeof(end), ".\\\" end %s\n", name);
	char *at = strstr(page, begin), *to = at ? strstr(at, end) : NULL;

	if (!to)
		fail_msg("the page has no block %s", name);
	at += strlen(begin);
	*len = (size_t)(to - at);
	return at;
}

static void page_says_what_the_tables_say(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf page = {0};
	const char *update = getenv("UPDATE_GOLDEN");
	char path[512];
	int stale = 0;

	snprintf(path, sizeof(path), "%s/man/reattest.1", unit_dir("RA_SRCDIR"));
	assert_int_equal(ra_read_file(path, &page, NULL), RA_OK);
	for (size_t i = 0; i < RA_LEN(blocks); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf want = {0}, next = {0};
		size_t len = 0;
		char *at = find_block(page.data, blocks[i].name, &len);

		blocks[i].render(&want);
		if (len == want.len && !memcmp(at, want.data, len))
			continue;
		stale++;
		assert_int_equal(ra_buf_add(&next, page.data, (size_t)(at - page.data)), RA_OK);
		add(&next, want.data);
		add(&next, at + len);
		ra_buf_reset(&page);
		add(&page, next.data);
		if (!update)
			print_error("man/reattest.1, %s: the table says\n%s", blocks[i].name, want.data);
	}
	if (stale && update && *update)
		assert_int_equal(ra_write_file(path, 0644, page.data, page.len, NULL), RA_OK);
	else if (stale)
		fail_msg("%d of the page's lists are not the tables'; UPDATE_GOLDEN=1 writes them", stale);
}

static bool is_option(const char *name, size_t len)
{
	const struct ra_option_row *rows;
	size_t count = ra_option_rows(&rows);

	for (size_t i = 0; i < count; i++)
		if (strlen(rows[i].name) == len && !memcmp(rows[i].name, name, len))
			return true;
	return false;
}

/* A word after "reattest " in lower-case letters alone is a verb; hosts have dots, operands are in capitals. */
static bool is_verb(const char *word, size_t len)
{
	char name[32];

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	return ra_verb(name) != NULL;
}

/* Every "--word" of a line is an option. Out: how many. */
static int look_options(const char *file, const char *line)
{
	int seen = 0;

	for (const char *at = line; (at = strstr(at, "--")); at += 2) {
		size_t len = strspn(at + 2, "abcdefghijklmnopqrstuvwxyz-");

		if (!len || (at > line && !strchr(" `", at[-1])))
			continue;
		if (!is_option(at + 2, len))
			fail_msg("%s names --%.*s, which is no option", file, (int)len, at + 2);
		seen++;
	}
	return seen;
}

/* Every "`reattest word", and in code every line that begins so, names a verb. Out: how many. */
static int look_verbs(const char *file, const char *line, bool code)
{
	int seen = 0;

	for (const char *at = line; (at = strstr(at, "reattest ")); at++) {
		const char *word = at + strlen("reattest ");
		size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz");

		if (!len || !strchr(" `", word[len]) || (at == line ? !code : at[-1] != '`'))
			continue;
		if (!is_verb(word, len))
			fail_msg("%s names the verb %.*s, which is not there", file, (int)len, word);
		seen++;
	}
	return seen;
}

static void named_things_are_there(void **state)
{
	static const char *const files[] = {"README.md", "man/reattest.1"};
	int options_seen = 0, verbs_seen = 0;

	for (size_t i = 0; i < RA_LEN(files); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {0}, text = {0};
		bool code = false;
		char path[512], *save = NULL;

		snprintf(path, sizeof(path), "%s/%s", unit_dir("RA_SRCDIR"), files[i]);
		assert_int_equal(ra_read_file(path, &bytes, NULL), RA_OK);
		for (const char *at = bytes.data; *at; at++)
			if (*at != '\\' || at[1] != '-') /* roff's minus sign */
				assert_int_equal(ra_buf_add(&text, at, 1), RA_OK);
		for (char *line = strtok_r(text.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			if (!strncmp(line, "```", 3) || !strncmp(line, ".Bd", 3) || !strncmp(line, ".Ed", 3))
				code = !code;
			options_seen += look_options(files[i], line);
			verbs_seen += look_verbs(files[i], line, code);
		}
	}
	assert_true(options_seen > 10 && verbs_seen > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(page_says_what_the_tables_say),
	    cmocka_unit_test(named_things_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
