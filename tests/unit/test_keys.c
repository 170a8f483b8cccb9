#include "tests/unit/unit.h"

#include "base/text.h"
#include "ui/input.h"
#include "ui/keys.h"
#include "ui/keytable.h"

#include <stdio.h>
#include <string.h>

#define TEXT(literal) literal, sizeof(literal) - 1
#define BEGIN "\033[200~"
#define END "\033[201~"

/* Bytes and the keys they are: "a" a character, "^c" Ctrl, words in <>, a paste in {}. */
static const struct {
	const char *bytes;
	size_t len;
	const char *keys;
} rows[] = {
    {TEXT("q?\r\n\t\177\010"), "q?<enter><enter><tab><erase><erase>"},
    {TEXT("\003\032\014"), "^c^z^l"},
    {TEXT("\033[A\033[B\033[C\033[D"), "<up><down><right><left>"},
    {TEXT("\033OA\033OB\033OC\033OD"), "<up><down><right><left>"},
    {TEXT("\033[1;5A\033[1;2D\033O5A"), "<up><left><up>"},
    {TEXT("\033[a\033Oa"), "<up><up>"},
    {TEXT("\033[H\033[F\033OH\033OF\033[1~\033[4~\033[7~\033[8~"), "<home><end><home><end><home><end><home><end>"},
    {TEXT("\033[5~\033[6~\033[2~\033[3~\033[5;5~\033[6^"), "<pgup><pgdn><ins><del><pgup><pgdn>"},
    {TEXT("\033OP\033OQ\033OR\033OS"), "<f1><f2><f3><f4>"},
    {TEXT("\033[11~\033[12~\033[13~\033[14~\033[15~\033[17~\033[18~\033[19~\033[20~\033[21~\033[23~\033[24~"),
     "<f1><f2><f3><f4><f5><f6><f7><f8><f9><f10><f11><f12>"},
    {TEXT("\033[[A\033[[B\033[[C\033[[D\033[[E"), "<f1><f2><f3><f4><f5>"},
    {TEXT("\033[1;2P\033[15;3~"), "<f1><f5>"},
    {TEXT("\033[Z\033OM\033Oq\033Oj"), "<backtab><enter>1*"},
    {TEXT("\303\251\346\274\242\360\237\230\200"), "\303\251\346\274\242\360\237\230\200"},
    /* swallowed: Alt, unknown, mouse reports in SGR form, answers to questions, strings, torn and wrong UTF-8, NUL */
    {TEXT("\033qx"), "x"},
    {TEXT("\033\303\251x"), "x"},
    {TEXT("\033[99~x\033[q\033[?1;2c\033[12;34Hx"), "xx"},
    {TEXT("\033[<0;10;20M\033[<0;10;20mx"), "x"},
    {TEXT("\033[113;5ux"), "x"},
    {TEXT("\033[ qx\033[$A\033[!px"), "xx"},
    {TEXT("\033[1111111111111111111111111111111111Ax"), "x"},
    {TEXT("\033]0;quit\007x\033]52;c;q\033\\x\033Pq\033\\x\033_q\033\\x"), "xxxx"},
    {TEXT("\200x\303x\355\240\200x\300\257\xff\302\200y"), "xxxy"},
    {TEXT("\000x\034\035\036\037"), "x"},
    {TEXT("\033[1\rx\033O\033[A"), "x<up>"},
    {TEXT("\033\033[A\033[\033[B\033[[\033[C"), "<esc><up><down><right>"},
    /* pastes */
    {TEXT(BEGIN "quit\ry" END "x"), "{quit\ry}x"},
    {TEXT(BEGIN END), "{}"},
    {TEXT(BEGIN "\033[20\033[A\033[2011~q" END), "{\033[20\033[A\033[2011~q}"},
    {TEXT(BEGIN BEGIN "q" END "y"), "{" BEGIN "q}y"},
    {TEXT(END "x"), "x"},
};

static void told_key(struct ra_keys *keys, const struct ra_key_event *event, struct ra_buf *out)
{
	static const char *const names[] = {
	    [RA_KEY_UP] = "up",           [RA_KEY_DOWN] = "down",       [RA_KEY_LEFT] = "left",
	    [RA_KEY_RIGHT] = "right",     [RA_KEY_HOME] = "home",       [RA_KEY_END] = "end",
	    [RA_KEY_PGUP] = "pgup",       [RA_KEY_PGDN] = "pgdn",       [RA_KEY_INSERT] = "ins",
	    [RA_KEY_DELETE] = "del",      [RA_KEY_ENTER] = "enter",     [RA_KEY_TAB] = "tab",
	    [RA_KEY_BACKTAB] = "backtab", [RA_KEY_BACKSPACE] = "erase", [RA_KEY_ESC] = "esc",
	};
	char bytes[4];
	size_t len;
	ra_err err;

	if (event->key == RA_KEY_CHAR)
		err = ra_buf_add(out, bytes, (size_t)ra_utf8_put(event->cp, bytes));
	else if (event->key == RA_KEY_CTRL)
		err = ra_buf_printf(out, "^%c", (int)event->cp);
	else if (event->key == RA_KEY_PASTE) {
		const char *pasted = ra_secret_bytes(ra_keys_pasted(keys), &len);

		err = ra_buf_printf(out, "{%.*s}%s", (int)len, pasted, event->cp ? "cut" : "");
	} else if (event->key >= RA_KEY_F1)
		err = ra_buf_printf(out, "<f%d>", (int)(event->key - RA_KEY_F1) + 1);
	else
		err = ra_buf_printf(out, "<%s>", names[event->key]);
	assert_int_equal(err, RA_OK);
}

static void feed(struct ra_keys *keys, const char *bytes, size_t len, struct ra_buf *out)
{
	struct ra_key_event event;

	while (len) {
		size_t used = ra_keys_take(keys, bytes, len, 0, &event);

		assert_true(used > 0 && used <= len);
		if (event.key != RA_KEY_NONE)
			told_key(keys, &event, out);
		bytes += used;
		len -= used;
	}
}

static void decodes_at_every_split(void **state)
{
	for (size_t i = 0; i < RA_LEN(rows); i++)
		for (size_t split = 0; split <= rows[i].len; split++) {
			RA_AUTO(ra_keys_free) struct ra_keys *keys = ra_keys_new(0);
			RA_AUTO(ra_buf_free) struct ra_buf got = {0};

			feed(keys, rows[i].bytes, split, &got);
			feed(keys, rows[i].bytes + split, rows[i].len - split, &got);
			assert_string_equal(ra_buf_str(&got), rows[i].keys);
		}
}

static void decodes_byte_by_byte(void **state)
{
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_keys_free) struct ra_keys *keys = ra_keys_new(0);
		RA_AUTO(ra_buf_free) struct ra_buf got = {0};

		for (size_t at = 0; at < rows[i].len; at++)
			feed(keys, rows[i].bytes + at, 1, &got);
		assert_string_equal(ra_buf_str(&got), rows[i].keys);
	}
}

/* What stands half known, when that ends, as what, and what a letter after it is. */
static const struct {
	const char *bytes;
	ra_mono_ms deadline;
	const char *expired, *after;
} halves[] = {
    {"", RA_DEADLINE_NONE, "", "q"}, {"\033", 1050, "<esc>", "q"}, {"\033[", 1500, "", "q"},
    {"\033[1;", 1500, "", "q"},      {"\033[[", 1500, "", "q"},    {"\033O", 1500, "", "q"},
    {"\033]0;", 1500, "", "q"},      {"\303", 1500, "", "q"},      {BEGIN "abc", 6000, "{abc}cut", "q"},
};

static void halves_end_by_deadline(void **state)
{
	for (size_t i = 0; i < RA_LEN(halves); i++) {
		RA_AUTO(ra_keys_free) struct ra_keys *keys = ra_keys_new(0);
		RA_AUTO(ra_buf_free) struct ra_buf got = {0};
		struct ra_key_event event;

		ra_keys_take(keys, halves[i].bytes, strlen(halves[i].bytes), 1000, &event);
		assert_int_equal(ra_keys_deadline(keys), halves[i].deadline);
		if (halves[i].deadline == RA_DEADLINE_NONE)
			continue;
		ra_keys_expire(keys, halves[i].deadline - 1, &event);
		assert_int_equal(event.key, RA_KEY_NONE);
		ra_keys_expire(keys, halves[i].deadline, &event);
		if (event.key != RA_KEY_NONE)
			told_key(keys, &event, &got);
		assert_string_equal(ra_buf_str(&got), halves[i].expired);
		assert_int_equal(ra_keys_deadline(keys), RA_DEADLINE_NONE);
		ra_buf_reset(&got);
		feed(keys, "q", 1, &got);
		assert_string_equal(ra_buf_str(&got), halves[i].after);
	}
}

static void a_paste_is_capped_and_wiped(void **state)
{
	RA_AUTO(ra_keys_free) struct ra_keys *keys = ra_keys_new(0);
	struct ra_key_event event;
	char block[1000];
	size_t len;

	memset(block, 'q', sizeof(block));
	ra_keys_take(keys, TEXT(BEGIN), 0, &event);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(ra_keys_take(keys, block, sizeof(block), 0, &event), sizeof(block));
		assert_int_equal(event.key, RA_KEY_NONE);
	}
	ra_keys_take(keys, TEXT(END), 0, &event);
	assert_int_equal(event.key, RA_KEY_PASTE);
	assert_int_equal(event.cp, 1);
	ra_secret_bytes(ra_keys_pasted(keys), &len);
	assert_int_equal(len, RA_SECRET_MAX);
	ra_keys_take(keys, "x", 1, 0, &event);
	ra_secret_bytes(ra_keys_pasted(keys), &len);
	assert_int_equal(len, 0);
}

static void escdelay_is_parsed(void **state)
{
	static const struct {
		const char *text;
		int ms;
	} delays[] = {{NULL, 50},     {"", 50},      {"0", 50},  {"1", 1},   {"25", 25},
		      {"1000", 1000}, {"10001", 50}, {"-5", 50}, {"25x", 50}};

	for (size_t i = 0; i < RA_LEN(delays); i++)
		assert_int_equal(ra_esc_delay_parse(delays[i].text), delays[i].ms);
}

/* In one place a key does one thing; each action has a letter, or a key every keyboard has. */
static void the_table_is_unambiguous(void **state)
{
	const struct ra_key_row *table;
	size_t count = ra_key_rows(&table);

	for (size_t i = 0; i < count; i++) {
		bool reachable = *table[i].letters || table[i].ctrl;

		for (size_t k = 0; k < RA_LEN(table[i].keys); k++)
			reachable = reachable || table[i].keys[k] == RA_KEY_TAB || table[i].keys[k] == RA_KEY_ENTER ||
				    table[i].keys[k] == RA_KEY_BACKSPACE;
		assert_true(reachable ||
			    table[i].places == RA_IN_FIELD); /* in a field letters are text, help is one Esc away */
		assert_non_null(table[i].help);
		for (size_t j = 0; j < i; j++) {
			if (!(table[i].places & table[j].places))
				continue;
			for (const char *letter = table[i].letters; *letter; letter++)
				assert_null(strchr(table[j].letters, *letter));
			assert_true(!table[i].ctrl || table[i].ctrl != table[j].ctrl);
			for (size_t k = 0; k < RA_LEN(table[i].keys) && table[i].keys[k]; k++)
				for (size_t m = 0; m < RA_LEN(table[j].keys); m++)
					assert_true(table[i].keys[k] != table[j].keys[m]);
		}
	}
}

static const struct {
	unsigned place;
	struct ra_key_event event;
	enum ra_act act;
} acts[] = {
    {RA_IN_WALK, {RA_KEY_CHAR, 'q'}, RA_ACT_QUIT},    {RA_IN_TEXT, {RA_KEY_CHAR, 'q'}, RA_ACT_CLOSE},
    {RA_IN_FIELD, {RA_KEY_CHAR, 'q'}, RA_ACT_NONE},   {RA_IN_FIELD, {RA_KEY_ESC, 0}, RA_ACT_CLOSE},
    {RA_IN_WALK, {RA_KEY_ESC, 0}, RA_ACT_NONE},       {RA_IN_LIST, {RA_KEY_ESC, 0}, RA_ACT_NONE},
    {RA_IN_WALK, {RA_KEY_CHAR, 'N'}, RA_ACT_NOTE},    {RA_IN_TEXT, {RA_KEY_CHAR, 'N'}, RA_ACT_FIND_LAST},
    {RA_IN_MANY, {RA_KEY_CHAR, ' '}, RA_ACT_MARK},    {RA_IN_WALK, {RA_KEY_CHAR, ' '}, RA_ACT_PAGE_DOWN},
    {RA_IN_WALK, {RA_KEY_PASTE, 0}, RA_ACT_NONE},     {RA_IN_LIST, {RA_KEY_CTRL, 'z'}, RA_ACT_SUSPEND},
    {RA_IN_WALK, {RA_KEY_CHAR, 0x2603}, RA_ACT_NONE}, {RA_IN_WALK, {RA_KEY_CHAR, 0}, RA_ACT_NONE},
    {RA_IN_WALK, {RA_KEY_F1 + 9, 0}, RA_ACT_QUIT},    {RA_IN_WALK, {RA_KEY_NONE, 0}, RA_ACT_NONE},
};

static void keys_do_what_the_table_says(void **state)
{
	for (size_t i = 0; i < RA_LEN(acts); i++)
		assert_int_equal(ra_key_act(acts[i].place, &acts[i].event), acts[i].act);
}

/* Keys typed into a field and what it holds then. */
static const struct {
	const char *bytes;
	size_t len;
	const char *plain, *secret;
} typed[] = {
    {TEXT("abc"), "abc", "abc"},
    {TEXT("ab\177c"), "ac", "ac"},
    {TEXT("\177\177a"), "a", "a"},
    {TEXT("a\303\251\177b"), "ab", "ab"},
    {TEXT("abc\025d"), "d", "d"},
    {TEXT("a" BEGIN "q\r\nr\n" END "b"), "aq  rb", "aq\nrb"},
    {TEXT(BEGIN "x\033[31m\ty\302\233" END), "x [31m y ", "x\033[31m\ty\302\233"},
    {TEXT("\314\201a"), "a", "\314\201a"}, /* a mark with nothing to stand on */
    {TEXT("\033[Aa\r\033"), "a", "a"},
};

static void fields_take_text(void **state)
{
	for (size_t i = 0; i < RA_LEN(typed); i++)
		for (int secret = 0; secret < 2; secret++) {
			RA_AUTO(ra_keys_free) struct ra_keys *keys = ra_keys_new(0);
			struct ra_input input = {0};
			struct ra_key_event event;
			size_t used = 0;

			assert_int_equal(ra_input_begin(&input, secret), RA_OK);
			assert_true(ra_input_empty(&input));
			while (used < typed[i].len) {
				used += ra_keys_take(keys, typed[i].bytes + used, typed[i].len - used, 0, &event);
				assert_int_equal(ra_input_key(&input, &event, ra_keys_pasted(keys), NULL), RA_OK);
			}
			assert_string_equal(ra_input_text(&input), secret ? "" : typed[i].plain);
			if (secret)
				assert_string_equal(ra_secret_bytes(input.secret, NULL), typed[i].secret);
			ra_input_free(&input);
		}
}

static void a_secret_is_never_painted(void **state)
{
	RA_AUTO(ra_grid_free) struct ra_grid *grid = ra_grid_new(1, 40, false);
	RA_AUTO(ra_buf_free) struct ra_buf one = {0}, other = {0};
	struct ra_input input = {0};

	assert_int_equal(ra_input_begin(&input, true), RA_OK);
	for (const char *at = "S3cret"; *at; at++) {
		assert_int_equal(ra_input_key(&input, &(struct ra_key_event){RA_KEY_CHAR, (uint32_t)*at}, NULL, NULL),
				 RA_OK);
		ra_buf_reset(&one);
		ra_grid_clear(grid);
		ra_input_paint(grid, (struct ra_area){0, 0, 1, 40}, &input, true);
		assert_int_equal(ra_grid_text(grid, true, &one), RA_OK);
		if (!other.len)
			assert_int_equal(ra_grid_text(grid, true, &other), RA_OK);
		assert_string_equal(ra_buf_str(&one), ra_buf_str(&other)); /* not its length either */
	}
	assert_null(strchr(ra_buf_str(&one), '3'));
	ra_input_free(&input);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decodes_at_every_split),      cmocka_unit_test(decodes_byte_by_byte),
	    cmocka_unit_test(halves_end_by_deadline),      cmocka_unit_test(a_paste_is_capped_and_wiped),
	    cmocka_unit_test(escdelay_is_parsed),          cmocka_unit_test(the_table_is_unambiguous),
	    cmocka_unit_test(keys_do_what_the_table_says), cmocka_unit_test(fields_take_text),
	    cmocka_unit_test(a_secret_is_never_painted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
