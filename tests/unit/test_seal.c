/* Seals with an SSH key: made by the ssh-keygen of this machine, and no bit of document or signature changes unseen. */
#include "tests/unit/journal_make.h"

#include "base/child.h"
#include "journal/seal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#define WAIT_MS 60000

/* Run ssh-keygen to its end. Out: false where there is none. */
static bool keygen(const char *const *rest)
{
	RA_AUTO(ra_mem_free) char *path = ra_find_program("ssh-keygen");
	RA_AUTO(ra_buf_free) struct ra_buf out = {0}, said = {0};
	const char *argv[24] = {path};
	struct ra_child child;

	if (!path)
		return false;
	for (size_t i = 0; rest[i]; i++)
		argv[i + 1] = rest[i];
	const struct ra_child_spec spec = {.argv = argv, .in = -1};

	assert_int_equal(ra_child_run(&spec, WAIT_MS, &out, &said, &child, NULL), RA_OK);
	return child.status == 0;
}

static const char *new_key(void **state, const char *name, const char *type)
{
	const char *path = path_in(state, name);

	if (access(path, F_OK) && !keygen((const char *[]){"-q", "-t", type, "-N", "", "-C", "", "-f", path, NULL}))
		skip();
	return path;
}

/* "me@x" and "other@x" of these keys. Shape: options go between name and key. */
static const char *write_signers(void **state, const char *key, const char *options)
{
	RA_AUTO(ra_buf_free) struct ra_buf public = {0}, line = {0};
	char path[300];

	snprintf(path, sizeof(path), "%s.pub", key);
	get(path, &public);
	assert_int_equal(ra_buf_printf(&line, "me@x %s %s", options, public.data), RA_OK);
	const char *out = path_in(state, "signers");

	put(out, line.data, line.len);
	return out;
}

static const char *journal(void **state, const char *name)
{
	const char *path = path_in(state, name);

	if (access(path, F_OK))
		make_sample(path);
	return path;
}

static ra_err seal(const char *path, const char *key, struct ra_sealed *out)
{
	const struct ra_seal_with with = {.ssh_key = key, .wait_ms = WAIT_MS};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	return ra_seal_make(path, &with, out, &errs);
}

static ra_err see(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	(void)errs;
	ra_heads_see(payload, entry);
	return RA_OK;
}

/* Look at seal and chain. */
static struct ra_seal look(const char *path, const char *signers, struct ra_heads *heads)
{
	static struct ra_seal found;
	const struct ra_seal_trust trust = {signers, NULL};
	struct ra_verify chain;

	*heads = (struct ra_heads){0};
	assert_int_equal(ra_seal_look(path, &trust, &found, NULL), RA_OK);
	heads->claimed = found.doc_good ? &found.head : NULL;
	assert_int_equal(ra_journal_verify(path, see, heads, &chain, NULL), RA_OK);
	ra_heads_end(heads, &chain);
	return found;
}

static const char *part(const char *path, const char *suffix)
{
	static char out[4][300];
	static int at;

	at = (at + 1) % 4;
	snprintf(out[at], sizeof(out[at]), "%s%s", path, suffix);
	return out[at];
}

/* One spelling: every other one of the same head is none. */
static void documents(void **state)
{
#define S "00000000000000000000000000000000000000000000000000000000000000aa"
#define H "00000000000000000000000000000000000000000000000000000000000000bb"
	static const char *const bad[] = {
		"",
		"{}\n",
		"{\"session\":\"" S "\",\"count\":3,\"head\":\"" H "\"}",
		"{\"session\":\"" S "\",\"count\":3,\"head\":\"" H "\"}\n\n",
		"{\"session\":\"" S "\", \"count\":3,\"head\":\"" H "\"}\n",
		"{\"count\":3,\"session\":\"" S "\",\"head\":\"" H "\"}\n",
		"{\"session\":\"" S "\",\"count\":03,\"head\":\"" H "\"}\n",
		"{\"session\":\"" S "\",\"count\":3.0,\"head\":\"" H "\"}\n",
		"{\"session\":\"" S "\",\"count\":0,\"head\":\"" H "\"}\n",
		"{\"session\":\"" S "\",\"count\":-1,\"head\":\"" H "\"}\n",
		"{\"session\":\"" S "0\",\"count\":3,\"head\":\"" H "\"}\n",
		"{\"session\":\"" S "\",\"count\":3,\"head\":\"" H "\",\"x\":1}\n",
		"{\"session\":\"" S "\",\"count\":3,\"head\":\"" H "\",\"head\":\"" H "\"}\n",
		"{\"session\":\"" S "\",\"count\":9007199254740993,\"head\":\"" H "\"}\n",
	};
	const struct ra_head head = {S, 3, H};
	RA_AUTO(ra_buf_free) struct ra_buf doc = {0};
	struct ra_head back;

	(void)state;
	assert_int_equal(ra_head_write(&head, &doc), RA_OK);
	assert_string_equal(doc.data, "{\"session\":\"" S "\",\"count\":3,\"head\":\"" H "\"}\n");
	assert_int_equal(ra_head_read(&doc, &back), RA_OK);
	assert_string_equal(back.session, head.session);
	assert_int_equal(back.count, head.count);
	assert_string_equal(back.head, head.head);
	for (size_t i = 0; i < RA_LEN(bad); i++) {
		struct ra_buf other = {.data = (char *)bad[i], .len = strlen(bad[i])};

		if (ra_head_read(&other, &back) != RA_E_INVALID)
			fail_msg("%s is taken", bad[i]);
	}
}

/* Each kind of key, by its own name. */
static void keys(void **state)
{
	static const struct {
		const char *type, *named;
	} kinds[] = {{"ed25519", "ED25519 key SHA256:"}, {"ecdsa", "ECDSA key SHA256:"}, {"rsa", "RSA key SHA256:"}};
	const char *path = journal(state, "keys");

	for (size_t i = 0; i < RA_LEN(kinds); i++) {
		const char *key = new_key(state, kinds[i].type, kinds[i].type);
		struct ra_sealed sealed;
		struct ra_heads heads;

		assert_int_equal(seal(path, key, &sealed), RA_OK);
		assert_false(sealed.incomplete);
		assert_int_equal(sealed.head.count, RA_LEN(sample) + 1);
		assert_memory_equal(sealed.ssh_by, kinds[i].named, strlen(kinds[i].named));
		struct ra_seal found = look(path, write_signers(state, key, ""), &heads);

		assert_true(heads.claim_holds && found.has_ssh && !found.has_cms);
		assert_int_equal(found.ssh.trust, RA_SSHSIG_VOUCHED);
		assert_string_equal(found.ssh.signer, "me@x");
		assert_string_equal(found.ssh.key, sealed.ssh_by);
	}
}

/* Who the list names counts, for this purpose and at this time. */
static const struct {
	const char *key, *options;
	enum ra_sshsig_trust trust;
	const char *why;
} lists[] = {
	{"ed25519", "", RA_SSHSIG_VOUCHED, ""},
	{"ed25519", "namespaces=\"journal@reattest\"", RA_SSHSIG_VOUCHED, ""},
	{"ed25519", "namespaces=\"git\"", RA_SSHSIG_UNKNOWN, "has the key, but not for the namespace"},
	{"ed25519", "valid-before=\"20200101\"", RA_SSHSIG_UNKNOWN, "has the key, but not for the namespace"},
	{"ed25519-other", "", RA_SSHSIG_UNKNOWN, "is for this key"},
};

static void signers(void **state)
{
	const char *path = journal(state, "signers-of"), *key = new_key(state, "ed25519", "ed25519");
	struct ra_sealed sealed;
	struct ra_heads heads;

	(void)new_key(state, "ed25519-other", "ed25519");
	assert_int_equal(seal(path, key, &sealed), RA_OK);
	for (size_t i = 0; i < RA_LEN(lists); i++) {
		struct ra_seal found = look(path, write_signers(state, path_in(state, lists[i].key), lists[i].options), &heads);

		/* Older ones find nobody where the time is over. */
		assert_int_equal(found.ssh.trust, lists[i].trust);
		if (!strstr(lists[i].options, "valid-before"))
			assert_non_null(strstr(found.ssh.why, lists[i].why));
	}
	assert_int_equal(look(path, NULL, &heads).ssh.trust, RA_SSHSIG_UNKNOWN);
	const struct ra_seal_trust missing = {path_in(state, "no-such-list"), NULL};
	struct ra_seal found;

	assert_int_equal(ra_seal_look(path, &missing, &found, NULL), RA_E_NOTFOUND);
}

/* Change every bit of a part and cut it at every byte: never is it taken for good. */
static void spoil(const char *path, const char *suffix, const char *list)
{
	const char *at = part(path, suffix);
	RA_AUTO(ra_buf_free) struct ra_buf whole = {0};
	struct ra_heads heads;
	char name[300];

	snprintf(name, sizeof(name), "%s", at);
	get(name, &whole);
	for (size_t bit = 0; bit < whole.len * 8; bit++) {
		whole.data[bit / 8] ^= (char)(1 << bit % 8);
		put(name, whole.data, whole.len);
		struct ra_seal found = look(path, list, &heads);

		if (found.doc_good && heads.claim_holds && found.ssh.trust != RA_SSHSIG_BAD)
			fail_msg("%s: bit %zu of byte %zu can change unseen", suffix, bit % 8, bit / 8);
		whole.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (size_t cut = 0; cut < whole.len; cut++) {
		put(name, whole.data, cut);
		struct ra_seal found = look(path, list, &heads);

		assert_false(found.doc_good && heads.claim_holds && found.ssh.trust != RA_SSHSIG_BAD);
	}
	put(name, whole.data, whole.len);
	assert_int_equal(look(path, list, &heads).ssh.trust, RA_SSHSIG_VOUCHED);
}

static void every_bit(void **state)
{
	const char *path = journal(state, "bits"), *key = new_key(state, "ed25519", "ed25519");
	struct ra_sealed sealed;

	assert_int_equal(seal(path, key, &sealed), RA_OK);
	const char *list = write_signers(state, key, "");

	spoil(path, RA_SEAL_HEAD, list);
	spoil(path, RA_SEAL_SSH, list);
}

/* A signature over the document as it was does not serve for another, however well that one is spelled. */
static void another_record(void **state)
{
	const char *path = journal(state, "mine"), *other = path_in(state, "theirs"), *key = new_key(state, "ed25519", "ed25519");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	struct ra_sealed sealed;
	struct ra_heads heads;
	unsigned nonce = 99;
	struct ra_journal *open;

	assert_int_equal(ra_journal_create(other, &open, NULL), RA_OK);
	ra_journal_set_nonce(open, numbered_nonce, &nonce);
	append(open, T0, "session", "{\"target\":{\"$s\":\"esx02\"}}");
	end(open, T0, "stopped");
	assert_int_equal(seal(other, key, &sealed), RA_E_BUSY); /* while it is open */
	ra_journal_free(open);
	assert_int_equal(seal(path, key, &sealed), RA_OK);
	get(part(path, RA_SEAL_HEAD), &bytes);
	put(part(other, RA_SEAL_HEAD), bytes.data, bytes.len);
	get(part(path, RA_SEAL_SSH), &bytes);
	put(part(other, RA_SEAL_SSH), bytes.data, bytes.len);
	struct ra_seal found = look(other, NULL, &heads);

	assert_int_equal(found.ssh.trust, RA_SSHSIG_UNKNOWN); /* the signature is good, of another record */
	assert_false(heads.claim_holds);
	assert_int_equal(seal(other, key, &sealed), RA_OK);
	assert_int_equal(sealed.replaced_count, RA_LEN(sample) + 1);
	look(other, NULL, &heads);
	assert_true(heads.claim_holds);
}

/* What went on after the seal is not under it; what was cut off is missed. */
static void before_and_after(void **state)
{
	const char *path = path_in(state, "goes-on"), *key = new_key(state, "ed25519", "ed25519");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	struct ra_sealed sealed;
	struct ra_journal *open;
	struct ra_heads heads;

	make_sample(path);
	get(path, &bytes);
	assert_int_equal(seal(path, key, &sealed), RA_OK);
	assert_int_equal(ra_journal_open(path, NULL, NULL, &open, NULL), RA_OK);
	append(open, T0 + 20000, "resume", "{}");
	end(open, T0 + 30000, "stopped");
	ra_journal_free(open);
	struct ra_seal found = look(path, NULL, &heads);

	assert_true(heads.claim_holds);
	assert_int_equal(heads.at.count, found.head.count + 2);
	/* An earlier end of it, on which the later seal does not sit. */
	assert_int_equal(seal(path, key, &sealed), RA_OK);
	assert_int_equal(sealed.replaced_count, RA_LEN(sample) + 1);
	put(path, bytes.data, bytes.len);
	look(path, NULL, &heads);
	assert_false(heads.claim_holds);
}

/* A pipe in place of a part of the seal is told, and not waited for. */
static void no_files(void **state)
{
	static const char *const parts[] = {RA_SEAL_HEAD, RA_SEAL_SSH, RA_SEAL_CMS};
	const char *path = journal(state, "piped"), *key = new_key(state, "ed25519", "ed25519");
	const struct ra_seal_trust trust = {0};
	struct ra_sealed sealed;
	struct ra_seal found;
	struct ra_errs errs;

	alarm(60);
	for (size_t i = 0; i < RA_LEN(parts); i++) {
		assert_int_equal(seal(path, key, &sealed), RA_OK);
		unlink(part(path, parts[i]));
		assert_int_equal(mkfifo(part(path, parts[i]), 0600), 0);
		ra_errs_clear(&errs);
		assert_int_equal(ra_seal_look(path, &trust, &found, &errs), RA_E_IO);
		assert_non_null(strstr(errs.text[0], "is not a file"));
		unlink(part(path, parts[i]));
	}
	alarm(0);
}

/* What cannot be sealed; and that nothing of an attempt that failed is left. */
static void refusals(void **state)
{
	const char *path = journal(state, "refused"), *key = new_key(state, "ed25519", "ed25519");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0}, again = {0};
	char **names = NULL;
	struct ra_sealed sealed;
	size_t count = 0;

	get(path, &bytes);
	assert_int_equal(seal(path_in(state, "none"), key, &sealed), RA_E_NOTFOUND);
	assert_int_equal(seal(path, path_in(state, "no-key"), &sealed), RA_E_NOTFOUND);
	assert_int_equal(seal(path, path, &sealed), RA_E_ARG); /* no key at all */
	put(path_in(state, "empty"), "", 0);
	assert_int_equal(seal(path_in(state, "empty"), key, &sealed), RA_E_STATE);
	bytes.data[1250] ^= 1;
	put(path_in(state, "broken"), bytes.data, bytes.len);
	bytes.data[1250] ^= 1;
	assert_int_equal(seal(path_in(state, "broken"), key, &sealed), RA_E_BROKEN);
	if (keygen((const char *[]){"-q", "-t", "ed25519", "-N", "open sesame", "-C", "", "-f", path_in(state, "shut"), NULL}))
		assert_int_equal(seal(path, path_in(state, "shut"), &sealed), RA_E_ARG); /* and nobody was waited for */
	get(path, &again);
	assert_int_equal(again.len, bytes.len);
	assert_memory_equal(again.data, bytes.data, bytes.len);
	assert_int_equal(ra_list_dir(*state, "", &names, &count, NULL), RA_OK);
	for (size_t i = 0; i < count; i++)
		assert_false(!strncmp(names[i], "refused.", 8) || strstr(names[i], ".new"));
	ra_names_free(names, count);
}

/* A process that died is sealed as far as it came. */
static void incomplete(void **state)
{
	const char *path = path_in(state, "died"), *key = new_key(state, "ed25519", "ed25519");
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	struct ra_sealed sealed;
	struct ra_heads heads;
	struct stat st;

	get(journal(state, "whole"), &bytes);
	put(path, bytes.data, bytes.len - 5);
	assert_int_equal(seal(path, key, &sealed), RA_OK);
	assert_true(sealed.incomplete);
	assert_int_equal(sealed.head.count, RA_LEN(sample));
	look(path, NULL, &heads);
	assert_true(heads.claim_holds);
	assert_int_equal(stat(part(path, RA_SEAL_SSH), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Without ssh-keygen nothing is sealed, and what is there is not called good. */
static void no_tool(void **state)
{
	const char *path = journal(state, "no-tool"), *key = new_key(state, "ed25519", "ed25519");
	RA_AUTO(ra_mem_free) char *search = strdup(getenv("PATH"));
	struct ra_sealed sealed;
	struct ra_heads heads;
	bool signs = true;
	char *tool = NULL;

	assert_int_equal(seal(path, key, &sealed), RA_OK);
	assert_int_equal(ra_sshsig_tool(&tool, &signs, NULL), RA_OK);
	assert_true(tool && signs);
	free(tool);
	setenv("PATH", *state, 1);
	ra_err err = seal(path, key, &sealed);
	struct ra_seal found = look(path, NULL, &heads);

	assert_int_equal(ra_sshsig_tool(&tool, &signs, NULL), RA_OK);
	setenv("PATH", search, 1);
	assert_int_equal(err, RA_E_NOTFOUND);
	assert_int_equal(found.ssh.trust, RA_SSHSIG_UNCHECKED);
	assert_string_equal(found.ssh.why, "there is no ssh-keygen in $PATH");
	assert_null(tool);
	/* One that knows nothing of signatures. */
	put(path_in(state, "ssh-keygen"), "#!/bin/sh\necho 'usage: ssh-keygen' >&2\nexit 1\n", 47);
	assert_int_equal(chmod(path_in(state, "ssh-keygen"), 0700), 0);
	setenv("PATH", *state, 1);
	found = look(path, NULL, &heads);
	assert_int_equal(ra_sshsig_tool(&tool, &signs, NULL), RA_OK);
	setenv("PATH", search, 1);
	assert_true(tool && !signs);
	assert_int_equal(found.ssh.trust, RA_SSHSIG_UNCHECKED);
	free(tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),   cmocka_unit_test(keys),		   cmocka_unit_test(signers),
		cmocka_unit_test(every_bit),   cmocka_unit_test(another_record), cmocka_unit_test(before_and_after),
		cmocka_unit_test(no_files),
		cmocka_unit_test(refusals),    cmocka_unit_test(incomplete),	   cmocka_unit_test(no_tool),
	};

	/* What this test runs asks nobody. */
	setenv("SSH_ASKPASS_REQUIRE", "never", 1);
	unsetenv("SSH_AUTH_SOCK");
	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
