/* The line of an entry to the letter, what goes in and comes back, what is refused, where a journal may live. */
#include "tests/unit/journal_make.h"

#include <errno.h>
#include <sys/stat.h>

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

/* A body with its marks, and the whole first line it makes with openings numbered from 1. The hashes were computed by
 * another program (python3 hashlib). */
static const struct {
	const char *name, *body, *line;
} lines[] = {
    {"no members", "{}",
     "{\"body\":{\"v\":1,\"seq\":0,\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"t\":"
     "\"2026-11-23T07:32:44Z\",\"kind\":\"k\"},\"hash\":"
     "\"8005505a69a97f24dc1597d55a7a587f105b5f2c00fb879c2c4a76550105b7d3\",\"open\":[]}"},
    {"open members, all types", "{\"a\":[1,-2.5,true,false,null,\"x\\\"\\\\\\u0007/é\"],\"b\":{}}",
     "{\"body\":{\"v\":1,\"seq\":0,\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"t\":"
     "\"2026-11-23T07:32:44Z\",\"kind\":\"k\",\"a\":[1,-2.5,true,false,null,\"x\\\"\\\\\\u0007/"
     "é\"],\"b\":{}},\"hash\":\"ef4402b04e053c43c15d94e21e5bc7a31f19113042980062d34d053a7a425a01\",\"open\":[]}"},
    {"one value", "{\"host\":{\"$s\":\"esx01\"}}",
     "{\"body\":{\"v\":1,\"seq\":0,\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"t\":"
     "\"2026-11-23T07:32:44Z\",\"kind\":\"k\",\"host\":{\"$c\":"
     "\"8b7a49d37869355961ceb64aa58552d9d3acead211b5ea175c75963892ae9556\"}},\"hash\":"
     "\"920f09684c1ae34b4b3951a3e8322cd1a1a519d6121e845ea0f89feb5f4fd5e4\",\"open\":[["
     "\"00000000000000000000000000000001\",\"esx01\"]]}"},
    {"an object as a value", "{\"x\":{\"$s\":{\"n\":[1,{}]}}}",
     "{\"body\":{\"v\":1,\"seq\":0,\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"t\":"
     "\"2026-11-23T07:32:44Z\",\"kind\":\"k\",\"x\":{\"$c\":"
     "\"53482e5486a85a30019bc283465a2c72d6d0cb79a195e06094da2c4a1c3e992e\"}},\"hash\":"
     "\"93246fa9e54f45adf02477ad0918f38ffea4227c47c16109b18249142b7cd06a\",\"open\":[["
     "\"00000000000000000000000000000001\",{\"n\":[1,{}]}]]}"},
    {"in lists and objects, in the order of the text",
     "{\"l\":[\"x\",{\"$s\":\"1\"},[{\"$s\":null}]],\"o\":{\"y\":1,\"z\":{\"$s\":false}}}",
     "{\"body\":{\"v\":1,\"seq\":0,\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"t\":"
     "\"2026-11-23T07:32:44Z\",\"kind\":\"k\",\"l\":[\"x\",{\"$c\":"
     "\"33a117b2a172b5f04a525bc3d6e10f2b9e0641ffb6be74a84ae288a36987c5dd\"},[{\"$c\":"
     "\"b96d15d10975a2464dc47ac5c3506a5dec2cab36fdaa691cec534f383f77c817\"}]],\"o\":{\"y\":1,\"z\":{\"$c\":"
     "\"379b4e0dfceae9e5a28a1fd0c5dbabd89e73fa46d3f39a308de43f91af67194b\"}}},\"hash\":"
     "\"6f8a193fa3d8be0b99833b130200879c01573a6daf39670c4b3b574dffb80521\",\"open\":[["
     "\"00000000000000000000000000000001\",\"1\"],[\"00000000000000000000000000000002\",null],["
     "\"00000000000000000000000000000003\",false]]}"},
    {"a mark inside of a marked value", "{\"x\":{\"$s\":{\"a\":{\"$s\":[{\"$s\":\"b\"}]}}}}",
     "{\"body\":{\"v\":1,\"seq\":0,\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"t\":"
     "\"2026-11-23T07:32:44Z\",\"kind\":\"k\",\"x\":{\"$c\":"
     "\"5c2dbf563fb46d7f7073174f2ad37fd159fd461583fc7eae5bd96b49b0f153a5\"}},\"hash\":"
     "\"d7a25ccffc405a604a5fc65f874223d99a9e115ede23ebb6927ff6e0f8b1bca0\",\"open\":[["
     "\"00000000000000000000000000000001\",{\"a\":[\"b\"]}]]}"},
    {"a mark around a mark", "{\"x\":{\"$s\":{\"$s\":1}}}",
     "{\"body\":{\"v\":1,\"seq\":0,\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"t\":"
     "\"2026-11-23T07:32:44Z\",\"kind\":\"k\",\"x\":{\"$c\":"
     "\"9a76166614f286745cb8ef1e713cfe649eeb4e8172f4645aa320024ebd13fec2\"}},\"hash\":"
     "\"5321ca3a380a77128375cd5ca73501a201e5f6dc4b8ffb46e0eafa20e458c732\",\"open\":[["
     "\"00000000000000000000000000000001\",1]]}"},
};

static struct ra_journal *in_memory(unsigned *nonce)
{
	struct ra_journal *journal;

	assert_int_equal(ra_journal_create(NULL, &journal, NULL), RA_OK);
	*nonce = 0;
	ra_journal_set_nonce(journal, numbered_nonce, nonce);
	return journal;
}

static void line_to_the_letter(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};

	for (size_t i = 0; i < RA_LEN(lines); i++) {
		const char *path = path_in(state, "letter");
		struct ra_journal *journal;
		unsigned nonce = 0;

		assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
		ra_journal_set_nonce(journal, numbered_nonce, &nonce);
		append(journal, T0, "k", lines[i].body);
		get(path, &got);
		assert_int_equal(got.data[got.len - 1], '\n');
		got.data[got.len - 1] = '\0';
		assert_string_equal(got.data, lines[i].line);
		assert_memory_equal(strstr(got.data, ",\"hash\":\"") + 9, ra_journal_head(journal), 64);
		ra_journal_free(journal);
		unlink(path);
	}
}

/* What a caller marks comes back as if it had never been marked. */
static const struct {
	const char *body, *back;
} round_trips[] = {
    {"{\"a\":{\"$s\":\"x\"}}", "{\"a\":\"x\"}"},
    {"{\"a\":[{\"$s\":1},{\"$s\":[2]},3]}", "{\"a\":[1,[2],3]}"},
    {"{\"a\":{\"b\":{\"$s\":{\"c\":\"\\u0001\"}},\"d\":null}}", "{\"a\":{\"b\":{\"c\":\"\\u0001\"},\"d\":null}}"},
    {"{\"a\":{\"$s\":{}},\"b\":{\"$s\":[]},\"c\":{\"$s\":\"\"}}", "{\"a\":{},\"b\":[],\"c\":\"\"}"},
    {"{\"a\":{\"$s\":9007199254740991},\"b\":{\"$s\":0.1}}", "{\"a\":9007199254740991,\"b\":0.1}"},
};

static void value_comes_back(void **state)
{
	for (size_t i = 0; i < RA_LEN(round_trips); i++) {
		unsigned nonce;
		RA_AUTO(ra_journal_free) struct ra_journal *journal = in_memory(&nonce);
		RA_AUTO(ra_mem_free) char *got = NULL;
		char want[512];
		struct ra_entry entry;

		assert_int_equal(ra_journal_append(journal, T0 + 5, "k", body_of(round_trips[i].body), &entry, NULL),
				 RA_OK);
		got = ra_json_print(entry.body);
		snprintf(want, sizeof(want),
			 "{\"v\":1,\"seq\":0,\"prev\":\"" ZEROS
			 "\",\"t\":\"2026-11-23T07:32:44.005Z\",\"kind\":\"k\",%s",
			 round_trips[i].back + 1);
		assert_string_equal(got, want);
		assert_string_equal(entry.kind, "k");
		assert_int_equal(entry.seq, 0);
		assert_true(entry.t == T0 + 5);
		ra_entry_clear(&entry);
	}
}

/* Time never runs backwards in a journal: what was asked for, and what stands there. */
static void time_is_held(void **state)
{
	static const struct {
		ra_utc_ms asked, stands;
	} cases[] = {{T0, T0}, {T0 - 1, T0}, {RA_UTC_NONE, T0}, {T0 + 7, T0 + 7}, {T0 + 6, T0 + 7}, {T0 + 8, T0 + 8}};
	unsigned nonce;
	RA_AUTO(ra_journal_free) struct ra_journal *journal = in_memory(&nonce);

	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_entry entry;

		assert_int_equal(ra_journal_append(journal, cases[i].asked, "k", cJSON_CreateObject(), &entry, NULL),
				 RA_OK);
		assert_true(entry.t == cases[i].stands);
		assert_int_equal(entry.seq, i);
		ra_entry_clear(&entry);
	}
	assert_int_equal(ra_journal_count(journal), RA_LEN(cases));
	assert_null(ra_journal_path(journal));
	assert_int_equal(ra_journal_sync(journal, NULL), RA_OK);
}

/* Bodies that are not written, and the sentence. */
static const struct {
	const char *kind, *body;
	ra_err code;
	const char *sentence;
} refused[] = {
    {"k", "[]", RA_E_ARG, "the body of an entry is not an object"},
    {"k", "{\"seq\":7}", RA_E_ARG, "an entry cannot be written: entry 1: JSON:1:"},
    {"k", "{\"kind\":\"x\"}", RA_E_ARG, "an entry cannot be written: entry 1: JSON:1:"},
    {"k", "{\"a\":1,\"a\":2}", RA_E_ARG, "an entry cannot be written: entry 1: JSON:1:"},
    {"", "{}", RA_E_ARG, "an entry cannot be written: entry 1: kind is not a name"},
    {"k", "{\"$x\":1}", RA_E_ARG, "an entry cannot be written: entry 1: the key \"$x\" is not the body's to use"},
    {"k", "{\"a\":[{\"$w\":true}]}", RA_E_ARG,
     "an entry cannot be written: entry 1: the key \"$w\" is not the body's to use"},
    {"k", "{\"a\":{\"$s\":1,\"b\":2}}", RA_E_ARG,
     "an entry cannot be written: entry 1: the key \"$s\" is not the body's to use"},
    {"k", "{\"a\":{\"$c\":\"" ZEROS "\"}}", RA_E_ARG,
     "an entry cannot be written: the body holds a commitment that is not the journal's"},
    {"k", "{\"a\":{\"$s\":{\"$c\":1}}}", RA_E_ARG,
     "an entry cannot be written: entry 1: an opening is not of the form"},
    {"k", "{\"a\":\"\xff\"}", RA_E_ARG, "an entry cannot be written: it holds bytes that are not UTF-8, or no number"},
    {"k", "{\"a\":{\"$s\":\"caf\xe9\"}}", RA_E_ARG, "an entry cannot be written: it holds bytes that are not UTF-8"},
    {"k", "{\"\xc0\x80\":1}", RA_E_ARG, "an entry cannot be written: it holds bytes that are not UTF-8"},
    {"\xff", "{}", RA_E_ARG, "an entry cannot be written: it holds bytes that are not UTF-8"},
    {"k", "{\"a\":1e300000}", RA_E_ARG, "an entry cannot be written: it holds bytes that are not UTF-8, or no number"},
    {"end", "{\"reason\":\"x\"}", RA_E_ARG, "an entry cannot be written: entry 1: the end entry's count or head"},
    {"end", "{\"count\":1,\"head\":\"" ZEROS "\"}", RA_E_ARG,
     "an entry cannot be written: entry 1: the end entry's count or head"},
    {"k", "{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", RA_E_ARG,
     "an entry cannot be written: entry 1: JSON:1:"},
};

static void refused_entry_leaves_nothing(void **state)
{
	const char *path = path_in(state, "refused");
	struct ra_journal *journal;
	struct ra_verify found;

	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	append(journal, T0, "k", "{}");
	for (size_t i = 0; i < RA_LEN(refused); i++) {
		struct ra_entry entry;
		struct ra_errs errs;
		ra_err err;

		ra_errs_clear(&errs);
		err = ra_journal_append(journal, T0, refused[i].kind, body_of(refused[i].body), &entry, &errs);
		if (err != refused[i].code ||
		    strncmp(errs.text[0], refused[i].sentence, strlen(refused[i].sentence)) != 0)
			fail_msg("%s: %d %s", refused[i].body, err, errs.text[0]);
		assert_null(entry.body);
	}
	append(journal, T0, "k", "{\"still\":\"open\"}");
	end(journal, T0, "stopped");
	ra_journal_free(journal);
	found = verify_file(path);
	assert_int_equal(found.verdict, RA_VERIFY_WHOLE);
	assert_int_equal(found.count, 3);
}

static void too_long_is_refused(void **state)
{
	unsigned nonce;
	RA_AUTO(ra_journal_free) struct ra_journal *journal = in_memory(&nonce);
	size_t len = RA_JOURNAL_LINE_MAX;
	RA_AUTO(ra_mem_free) char *text = malloc(len + 1);
	struct ra_entry entry;

	memset(text, 'x', len);
	text[len] = '\0';
	for (int marked = 0; marked < 2; marked++) {
		cJSON *body = cJSON_CreateObject(), *value = cJSON_CreateString(text);

		assert_true(cJSON_AddItemToObject(body, "a", marked ? ra_journal_sensitive(value) : value));
		assert_int_equal(ra_journal_append(journal, T0, "k", body, &entry, NULL), RA_E_LIMIT);
	}
	text[len - 400] = '\0';
	for (int marked = 0; marked < 2; marked++) {
		cJSON *body = cJSON_CreateObject(), *value = cJSON_CreateString(text);

		assert_true(cJSON_AddItemToObject(body, "a", marked ? ra_journal_sensitive(value) : value));
		assert_int_equal(ra_journal_append(journal, T0, "k", body, &entry, NULL), RA_OK);
		assert_int_equal(strlen(ra_json_str(entry.body, "a", "")), len - 400);
		ra_entry_clear(&entry);
	}
}

static void random_openings_differ(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf got = {0};
	const char *path = path_in(state, "random");
	struct ra_journal *journal;
	char first[33];

	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	append(journal, T0, "k", "{\"a\":{\"$s\":1},\"b\":{\"$s\":1}}");
	ra_journal_free(journal);
	get(path, &got);
	snprintf(first, sizeof(first), "%.32s", strstr(got.data, "\"open\":[[\"") + 10);
	assert_int_equal(strspn(first, "0123456789abcdef"), 32);
	assert_null(strstr(strstr(got.data, first) + 1, first));
}

/* cJSON's memory runs out at every place in turn: no entry, no leak, no half entry; and with memory all goes on. */
static size_t allocations_left;
static void *scarce_malloc(size_t len)
{
	return allocations_left && allocations_left-- ? malloc(len) : NULL;
}

static void without_memory(void **state)
{
	cJSON_Hooks scarce = {scarce_malloc, free};
	unsigned nonce;
	RA_AUTO(ra_journal_free) struct ra_journal *journal = in_memory(&nonce);
	ra_err err = RA_E_NOMEM;
	size_t n;

	for (n = 0; err && n < 1000; n++) {
		cJSON *body = body_of(sample[1].body);
		struct ra_entry entry;

		allocations_left = n;
		cJSON_InitHooks(&scarce);
		err = ra_journal_append(journal, T0, "k", body, &entry, NULL);
		cJSON_InitHooks(NULL);
		assert_int_equal(ra_journal_count(journal), err ? 0 : 1);
		assert_true(err == RA_OK || (err == RA_E_NOMEM && !entry.body));
		ra_entry_clear(&entry);
	}
	assert_int_equal(err, RA_OK);
	assert_true(n > 20);
}

static void where_a_journal_lives(void **state)
{
	const char *path = path_in(state, "lives"), *fifo = path_in(state, "fifo");
	struct ra_journal *journal, *second;
	struct ra_verify found;
	struct stat st;

	assert_int_equal(ra_journal_create(path, &journal, NULL), RA_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_string_equal(ra_journal_path(journal), path);
	assert_string_equal(ra_journal_head(journal), ZEROS);
	assert_int_equal(ra_journal_create(path, &second, NULL), RA_E_IO);
	assert_null(second);
	ra_journal_free(journal);
	found = verify_file(path); /* the process died before its first entry */
	assert_int_equal(found.verdict, RA_VERIFY_INCOMPLETE);
	assert_int_equal(found.count, 0);

	assert_int_equal(ra_journal_create(path_in(state, "none/x"), &journal, NULL), RA_E_IO);
	assert_int_equal(ra_journal_open(path_in(state, "none"), NULL, NULL, &journal, NULL), RA_E_NOTFOUND);
	assert_int_equal(ra_journal_verify(path_in(state, "none"), NULL, NULL, &found, NULL), RA_E_NOTFOUND);
	assert_int_equal(ra_journal_open(*state, NULL, NULL, &journal, NULL), RA_E_IO);
	assert_int_equal(ra_journal_verify(*state, NULL, NULL, &found, NULL), RA_E_IO);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(ra_journal_open(fifo, NULL, NULL, &journal, NULL), RA_E_IO);
	assert_int_equal(ra_journal_verify(fifo, NULL, NULL, &found, NULL), RA_E_IO);
	assert_null(journal);
}

struct seen {
	int count;
	int stop_at;
	char kinds[256];
};

static ra_err see(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct seen *seen = payload;

	assert_int_equal(entry->seq, seen->count);
	seen->count++;
	strncat(seen->kinds, entry->kind, sizeof(seen->kinds) - strlen(seen->kinds) - 1);
	strncat(seen->kinds, " ", sizeof(seen->kinds) - strlen(seen->kinds) - 1);
	return seen->count == seen->stop_at ? ra_fail(errs, RA_E_CANCELLED, "enough") : RA_OK;
}

static void go_on_after_the_end(void **state)
{
	const char *path = path_in(state, "sample");
	struct seen seen = {0};
	struct ra_journal *journal;
	struct ra_verify found;

	make_sample(path);
	assert_int_equal(verify_file(path).verdict, RA_VERIFY_WHOLE);
	assert_int_equal(ra_journal_open(path, see, &seen, &journal, NULL), RA_OK);
	assert_string_equal(seen.kinds, "session reply edge answer intent end ");
	append(journal, T0 + 20000, "outcome", "{\"of\":4,\"result\":\"unknown\"}");
	assert_int_equal(verify_file(path).verdict, RA_VERIFY_INCOMPLETE);
	end(journal, T0 + 20000, "resolved");
	found = verify_file(path);
	assert_int_equal(found.verdict, RA_VERIFY_WHOLE);
	assert_int_equal(found.count, 8);
	assert_string_equal(found.head, ra_journal_head(journal));
	ra_journal_free(journal);
}

static void reader_can_stop(void **state)
{
	const char *path = path_in(state, "stop");
	struct seen seen = {.stop_at = 3};
	struct ra_journal *journal;
	struct ra_verify found;

	make_sample(path);
	assert_int_equal(ra_journal_verify(path, see, &seen, &found, NULL), RA_E_CANCELLED);
	assert_int_equal(seen.count, 3);
	seen = (struct seen){.stop_at = 1};
	assert_int_equal(ra_journal_open(path, see, &seen, &journal, NULL), RA_E_CANCELLED);
	assert_null(journal);
	assert_int_equal(verify_file(path).verdict, RA_VERIFY_WHOLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(line_to_the_letter),  cmocka_unit_test(value_comes_back),
	    cmocka_unit_test(time_is_held),        cmocka_unit_test(refused_entry_leaves_nothing),
	    cmocka_unit_test(too_long_is_refused), cmocka_unit_test(random_openings_differ),
	    cmocka_unit_test(without_memory),      cmocka_unit_test(where_a_journal_lives),
	    cmocka_unit_test(go_on_after_the_end), cmocka_unit_test(reader_can_stop),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
