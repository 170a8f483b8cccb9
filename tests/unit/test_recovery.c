/* The recovery key against the host's list. The keys here are made up. */
#include "config.h"

#include "tests/unit/unit.h"

#include "check/check.h"

#include <string.h>

#define KEY "100001-100002-100003-100004-100005-100006-100007-100008-100009-100010-100011-100012-100013-100014-100015-100016"
#define KEY_12 "100001-100002-100003-100004-100005-100006-100007-100008-100009-100010-100011-999999-100013-100014-100015-100016"
#define KEY_1_16 "100000-100002-100003-100004-100005-100006-100007-100008-100009-100010-100011-100012-100013-100014-100015-100017"
#define ID "{2DDD5424-7F3F-406A-8DA8-D62630F6C8BC}"
#define OTHER "{00000000-0000-0000-0000-000000000001}"
#define LIST(id_label, key_label) "[{\"" key_label "\": \"" KEY "\", \"" id_label "\": \"" ID "\"}]\n"
#define PLAIN LIST("RecoveryID", "Key")

#define TABLE "Recovery ID                             Key\n--------------------------------------  ---\n"
#define XML(id_label, key_label) \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<output xmlns=\"http://www.vmware.com/Products/ESX/5.0/esxcli\">\n<root>\n   <list type=\"structure\">\n" \
	"      <structure typeName=\"RecoveryKey\">\n         <field name=\"" key_label "\">\n            <string>" KEY "</string>\n         </field>\n" \
	"         <field name=\"" id_label "\">\n            <string>" ID "</string>\n         </field>\n      </structure>\n   </list>\n</root>\n</output>\n"
#define PAIRS(key_label) \
	"structure[0].RecoveryKey." key_label ".string=" KEY "\nstructure[0].RecoveryKey.RecoveryID.string=" ID "\n"

struct key_case {
	const char *title, *list, *pasted;
	ra_err err;
	int differs_at;
	const char *says;
};

static const struct key_case cases[] = {
	{"the key", PLAIN, KEY, RA_OK, 0, NULL},
	{"blanks in the label", LIST("Recovery ID", "Key"), KEY, RA_OK, 0, NULL},
	{"other spellings", LIST("recovery_id", "key"), KEY, RA_OK, 0, NULL},
	{"one object", "{\"RecoveryID\":\"" ID "\",\"Key\":\"" KEY "\"}", KEY, RA_OK, 0, NULL},
	{"further members", "[{\"RecoveryID\":\"" ID "\",\"Key\":\"" KEY "\",\"n\":-1.5e3,\"b\":true,\"z\":null,\"t\":\"x\"}]", KEY, RA_OK, 0, NULL},
	{"ID without braces in the list", "[{\"RecoveryID\":\"2DDD5424-7F3F-406A-8DA8-D62630F6C8BC\",\"Key\":\"" KEY "\"}]", KEY, RA_OK, 0, NULL},
	{"wrapped as a terminal wraps it", PLAIN, "100001-100002-100003-100004-1000\r\n05-100006-100007-100008-100009-100010-100011-100012-\n100013-100014-100015-100016\n", RA_OK, 0, NULL},
	{"blanks for dashes", PLAIN, "100001 100002 100003 100004 100005 100006 100007 100008 100009 100010 100011 100012 100013 100014 100015 100016", RA_OK, 0, NULL},
	{"with its ID", PLAIN, ID "  " KEY, RA_OK, 0, NULL},
	{"with its ID in small letters", PLAIN, "{2ddd5424-7f3f-406a-8da8-d62630f6c8bc} " KEY, RA_OK, 0, NULL},
	{"group 12", PLAIN, KEY_12, RA_OK, 12, NULL},
	{"two groups: the first", PLAIN, KEY_1_16, RA_OK, 1, NULL},
	{"another of two entries", "[{\"RecoveryID\":\"" OTHER "\",\"Key\":\"" KEY_12 "\"},{\"RecoveryID\":\"" ID "\",\"Key\":\"" KEY "\"}]", KEY, RA_OK, 0, NULL},
	{"an old copy", PLAIN, OTHER KEY, RA_E_INVALID, 0, "Recovery ID {00000000"},
	{"nothing", PLAIN, "", RA_E_INVALID, 0, "group 1 of"},
	{"one group short", PLAIN, "100001-100002-100003-100004-100005-100006-100007-100008-100009-100010-100011-100012-100013-100014-100015", RA_E_INVALID, 0, "group 16 of"},
	{"five digits in group 2", PLAIN, "100001-10002-100003-100004-100005-100006-100007-100008-100009-100010-100011-100012-100013-100014-100015-100016", RA_E_INVALID, 0, "group 2 of"},
	{"a letter in group 3", PLAIN, "100001-100002-10O003-100004-100005-100006-100007-100008-100009-100010-100011-100012-100013-100014-100015-100016", RA_E_INVALID, 0, "group 3 of"},
	{"a group too many", PLAIN, KEY "-100017", RA_E_INVALID, 0, "behind the 16th"},
	{"far too much", PLAIN, KEY KEY KEY, RA_E_INVALID, 0, "longer than"},
	{"braces round no ID", PLAIN, "{2DDD5424-7F3F-406A-8DA8-D62630F6C8BX}" KEY, RA_E_INVALID, 0, "no Recovery ID"},
	{"the table", TABLE ID "  " KEY "\n", KEY, RA_OK, 0, NULL},
	{"the table, group 12", TABLE ID "  " KEY "\n", KEY_12, RA_OK, 12, NULL},
	{"the table with two keys", TABLE OTHER "  " KEY_12 "\n" ID "  " KEY "\n", KEY, RA_OK, 0, NULL},
	{"the table without a row", TABLE, KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"the table, a row torn", TABLE ID "  100001-100002-1000", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"the table, a row without a key", TABLE ID "\n" OTHER "  " KEY "\n", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"a row without the table", ID "  " KEY "\n", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"XML", XML("RecoveryID", "Key"), KEY, RA_OK, 0, NULL},
	{"XML with blanks in the label", XML("Recovery ID", "Key"), KEY, RA_OK, 0, NULL},
	{"XML, torn", "<output><root><list><structure><field name=\"RecoveryID\"><string>" ID "</string></field><field name=\"Key\"><string>" KEY "</string>", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"XML of something else", "<output><root><structure><field name=\"Mode\"><string>TPM</string></field></structure></root></output>", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"key and value", PAIRS("Key"), KEY, RA_OK, 0, NULL},
	{"key and value, group 12", PAIRS("Key"), KEY_12, RA_OK, 12, NULL},
	{"key and value without a key", PAIRS("Quay"), KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"an empty list", "[]", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"nothing listed", "", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"no ID", "[{\"Key\":\"" KEY "\"}]", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"no key", "[{\"RecoveryID\":\"" ID "\"}]", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"a key too short", "[{\"RecoveryID\":\"" ID "\",\"Key\":\"100001-100002\"}]", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"key twice", "[{\"RecoveryID\":\"" ID "\",\"Key\":\"" KEY "\",\"key\":\"" KEY "\"}]", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"torn list", "[{\"RecoveryID\":\"" ID "\",\"Key\":\"" KEY, KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"more behind the list", PLAIN "x", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"nested", "[[{\"RecoveryID\":\"" ID "\",\"Key\":\"" KEY "\"}]]", KEY, RA_E_INVALID, 0, "no recovery key list"},
	{"escapes", "[{\"Recovery\\u0049D\":\"" ID "\",\"Key\":\"" KEY "\"}]", KEY, RA_E_INVALID, 0, "no recovery key list"},
};

/* No sentence holds six digits in a row: nothing of a key can leak through an error. */
static void no_digits(const char *line)
{
	for (const char *at = line; *at; at++)
		if (strspn(at, "123456789") >= 2 && strspn(at, "0123456789") >= 6)
			fail_msg("an error tells digits: %s", line);
}

/* Some groups, typed: only those are compared, and all of them. */
static void test_part(void **state)
{
	static const struct {
		const char *title, *list, *typed;
		unsigned groups;
		ra_err err;
		bool part;
		int differs_at;
	} rows[] = {
		{"four groups", PLAIN, "100001100005100012100016", 1u << 0 | 1u << 4 | 1u << 11 | 1u << 15, RA_OK, true, 0},
		{"blanks between", PLAIN, "100001 100005\n100012 100016", 1u << 0 | 1u << 4 | 1u << 11 | 1u << 15, RA_OK, true, 0},
		{"one differs", PLAIN, "100001100005999999100016", 1u << 0 | 1u << 4 | 1u << 11 | 1u << 15, RA_OK, false, 12},
		{"the key of another host in the groups asked for", "[{\"RecoveryID\":\"" ID "\",\"Key\":\"" KEY_12 "\"}]", "100001100012", 1u << 0 | 1u << 11, RA_OK, false, 12},
		{"a group not asked for may differ", "[{\"RecoveryID\":\"" ID "\",\"Key\":\"" KEY_12 "\"}]", "100001100002", 3, RA_OK, true, 0},
		{"the second of two entries", "[{\"RecoveryID\":\"" OTHER "\",\"Key\":\"" KEY_12 "\"},{\"RecoveryID\":\"" ID "\",\"Key\":\"" KEY "\"}]", "100012", 1u << 11, RA_OK, true, 0},
		{"groups of two entries mixed", "[{\"RecoveryID\":\"" OTHER "\",\"Key\":\"" KEY_12 "\"},{\"RecoveryID\":\"" ID "\",\"Key\":\"" KEY_1_16 "\"}]", "100001100012", 1u << 0 | 1u << 11, RA_OK, false, 12},
		{"all sixteen, typed, are all", PLAIN, "100001100002100003100004100005100006100007100008100009100010100011100012100013100014100015100016", 0xffff, RA_OK, false, 0},
		{"one digit short", PLAIN, "10000110000", 3, RA_E_INVALID, false, 0},
		{"a digit too many", PLAIN, "1000011000021", 3, RA_E_INVALID, false, 0},
		{"a letter", PLAIN, "10000I100002", 3, RA_E_INVALID, false, 0},
		{"none asked for", PLAIN, "", 0, RA_E_ARG, false, 0},
		{"none asked for that there is", PLAIN, "", 1u << 16, RA_E_ARG, false, 0},
		{"no list", "", "100001", 1, RA_E_INVALID, false, 0},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const struct ra_key_typed typed = {rows[i].typed, strlen(rows[i].typed)};
		struct ra_key_match match;
		struct ra_errs errs;
		char line[1024];

		ra_errs_clear(&errs);
		if (ra_recovery_compare_part(rows[i].list, strlen(rows[i].list), rows[i].groups, &typed, &match, &errs) != rows[i].err ||
		    match.part != rows[i].part || match.differs_at != rows[i].differs_at || match.all != (rows[i].groups == 0xffff))
			fail_msg("%s: part %d, all %d, differs at %d", rows[i].title, match.part, match.all, match.differs_at);
		no_digits(ra_errs_line(&errs, line, sizeof(line)));
	}
}

/* A terminal of any width breaks the table anywhere; line ends alone, or with the CR a terminal adds. */
static void test_wrapped_at_any_width(void **state)
{
	static const char table[] = TABLE ID "  " KEY "\n" OTHER "  " KEY_12 "\n";
	char text[3 * sizeof(table)];
	struct ra_key_match match;

	for (size_t width = 1; width < 160; width++) {
		size_t len = 0, column = 0;

		for (const char *at = table; *at; at++) {
			if (column == width) {
				if (width % 2)
					text[len++] = '\r';
				text[len++] = '\n';
				column = 0;
			}
			column = *at == '\n' ? 0 : column + 1;
			text[len++] = *at;
		}
		if (ra_recovery_compare(text, len, KEY, strlen(KEY), &match, NULL) || !match.all || strcmp(match.id, ID))
			fail_msg("not read at a width of %zu", width);
		assert_int_equal(ra_recovery_compare(text, len, KEY_1_16, strlen(KEY_1_16), &match, NULL), RA_OK);
		assert_int_equal(match.all, false);
	}
}

static void test_cases(void **state)
{
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		const struct key_case *c = &cases[i];
		struct ra_key_match match;
		struct ra_errs errs;
		char line[1024];
		ra_err err;

		ra_errs_clear(&errs);
		err = ra_recovery_compare(c->list, strlen(c->list), c->pasted, strlen(c->pasted), &match, &errs);
		ra_errs_line(&errs, line, sizeof(line));
		if (err != c->err || (c->says && !strstr(line, c->says)))
			fail_msg("%s: %d %s", c->title, err, line);
		no_digits(line);
		if (err) {
			assert_false(match.all);
			continue;
		}
		if (match.differs_at != c->differs_at || match.all != (c->differs_at == 0))
			fail_msg("%s: differs at %d, expected %d", c->title, match.differs_at, c->differs_at);
		assert_string_equal(match.id, ID);
	}
}

/* Each group alone is noticed, and named. */
static void test_every_group(void **state)
{
	for (int group = 0; group < 16; group++) {
		for (int digit = 0; digit < 6; digit++) {
			char pasted[] = KEY;
			struct ra_key_match match;

			pasted[group * 7 + digit] = pasted[group * 7 + digit] == '7' ? '8' : '7';
			assert_int_equal(ra_recovery_compare(PLAIN, strlen(PLAIN), pasted, strlen(pasted), &match, NULL), RA_OK);
			assert_int_equal(match.differs_at, group + 1);
			assert_false(match.all);
		}
	}
}

/* The list cut anywhere is no list, and never a key. */
static void test_cut(void **state)
{
	for (size_t len = 0; len < strlen(PLAIN) - 1; len++) {
		char *cut = malloc(len ? len : 1);
		struct ra_key_match match;

		memcpy(cut, PLAIN, len);
		assert_int_equal(ra_recovery_compare(cut, len, KEY, strlen(KEY), &match, NULL), RA_E_INVALID);
		free(cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_wrapped_at_any_width),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_every_group),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
