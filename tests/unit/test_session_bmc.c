/* The BMC of a walk: by which way in, what it asks of the operator, whose password goes to it, and where a walk that is resumed goes. */
#include "config.h"

#include "tests/unit/unit.h"

#include "flow_rig.h"
#include "tests/unit/session_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY "bmc operator@bmc.example:443"

static struct ra_flowset *the_set;

struct bench {
	struct ra_hub *hub;
	struct ra_session_options options;
	struct ra_errs errs;
};

static void set_up(struct bench *b)
{
	*b = (struct bench){.hub = ra_hub_new(4)};
	ra_errs_clear(&b->errs);
	b->options = (struct ra_session_options){.flows = the_set, .host = "esx01", .no_ssh = true, .all_checks = true,
						 .bmc = {.url = "operator@bmc.example"}, .until = RA_UTC_NONE};
}

static struct ra_session *add(struct bench *b)
{
	struct ra_session *session = NULL;
	char line[1024];

	if (ra_session_new(b->hub, &b->options, &session, &b->errs))
		fail_msg("%s", ra_errs_line(&b->errs, line, sizeof(line)));
	return session;
}

static void tear_down(struct bench *b)
{
	ra_hub_free(b->hub);
}

static struct ra_secret *secret(const char *word)
{
	struct ra_secret *made = ra_secret_new();

	assert_non_null(made);
	assert_int_equal(ra_secret_set(made, word, strlen(word)), RA_OK);
	return made;
}

static void test_way_in(void **state)
{
	static const struct {
		const char *url, *user, *place, *as;
	} rows[] = {
		{NULL, NULL, "", NULL},
		{"", NULL, "", NULL},
		{"", "u", "", NULL},
		{"bmc.example", NULL, "bmc.example", NULL},
		{"bmc.example", "u", "bmc.example", "u"},
		{"v@bmc.example", NULL, "bmc.example", "v"},
		{"v@bmc.example", "u", "bmc.example", "u"},
		{"v@bmc.example", "", "bmc.example", NULL},
		{"https://[2001:db8::1]:8443/redfish/v1/", "u", "[2001:db8::1]:8443", "u"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_secret_free) struct ra_secret *word = secret("word");
		struct bench b;

		set_up(&b);
		b.options.bmc = (struct ra_vcenter_access){rows[i].url, rows[i].user, word};
		b.options.govc = (struct ra_vcenter_access){"vc.example", "g", word};
		b.options.proxy = "http://proxy.example:3128";
		b.options.insecure = true;
		const struct ra_session *s = add(&b);
		bool given = *rows[i].place != '\0';

		if (strcmp(s->bmc.place, rows[i].place) || strcmp(s->bmc.user ? s->bmc.user : "-", given && rows[i].as ? rows[i].as : "-"))
			fail_msg("row %zu: \"%s\" \"%s\"", i, s->bmc.place, s->bmc.user);
		assert_int_equal(s->planes[RA_PLANE_BMC].given, given);
		assert_int_equal(s->bmc.password != NULL, given);
		/* What was said of vCenter is not for it. */
		assert_null(s->bmc.proxy);
		assert_false(s->bmc.insecure || s->bmc.ambient);
		tear_down(&b);
	}
}

static void test_no_such_place(void **state)
{
	static const char *const urls[] = {"http://bmc.example", "https://u:s3cret@bmc.example", "bmc.example:0", "bmc.example/ui", "https://"};

	(void)state;
	for (size_t i = 0; i < RA_LEN(urls); i++) {
		struct ra_session *session = NULL;
		char line[1024];
		struct bench b;

		set_up(&b);
		b.options.bmc.url = urls[i];
		assert_int_equal(ra_session_new(b.hub, &b.options, &session, &b.errs), RA_E_ARG);
		assert_null(strstr(ra_errs_line(&b.errs, line, sizeof(line)), "s3cret"));
		tear_down(&b);
	}
}

/* Each prompt says that it is the BMC's, and a word for it goes there. */
static void test_needs(void **state)
{
	static const struct {
		enum ra_need_kind need;
		const char *title;
		int word;
		const char *given;
	} rows[] = {
		{RA_NEED_CERT, "First sight of this server's certificate: bmc.example", RA_WORD_YES, ""},
		{RA_NEED_USER, "User of the BMC: bmc.example", RA_WORD_TYPED, "auditor"},
	};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct bench b;

		set_up(&b);
		b.options.interactive = true;
		b.options.entry = "kind";
		struct puppet *bmc = session_puppet_at(b.hub, KEY);
		struct ra_session *s = add(&b);

		session_settle(b.hub);
		assert_true(s->entry_count > 0);
		puppet_need(bmc, rows[i].need);
		session_settle(b.hub);
		struct ra_view *view = session_look(s);

		assert_string_equal(view->prompt.title, rows[i].title);
		ra_view_free(view);
		assert_int_equal(session_say(s, rows[i].word, "auditor", &b.errs), RA_OK);
		assert_int_equal(bmc->answers, 1);
		assert_true(bmc->yes);
		assert_string_equal(bmc->given, rows[i].given);
		puppet_state(bmc, RA_LINK_UP, RA_LINK_ANSWERED);
		session_settle(b.hub);
		/* By whom it was let in stands in the record. */
		assert_string_equal(s->bmc.user, rows[i].need == RA_NEED_USER ? "auditor" : "operator");
		tear_down(&b);
	}
}

/* A password given for one plane goes to that plane alone. */
static void test_passwords_stay_apart(void **state)
{
	(void)state;
	for (int which = 0; which < 3; which++) {
		RA_AUTO(ra_secret_free) struct ra_secret *word = secret("word");
		struct bench b;

		set_up(&b);
		b.options.vcenter.url = "admin@vc.example";
		b.options.no_ssh = false;
		*(which == 0 ? &b.options.password : which == 1 ? &b.options.vcenter.password : &b.options.bmc.password) = word;
		struct puppet *puppets[] = {session_puppet(b.hub, "esx01"), session_puppet_at(b.hub, "vcenter admin@vc.example:443"),
					    session_puppet_at(b.hub, KEY)};

		add(&b);
		session_settle(b.hub);
		for (int i = 0; i < 3; i++) {
			puppet_need(puppets[i], RA_NEED_PASSWORD);
			session_settle(b.hub);
			assert_int_equal(puppets[i]->answers, 1);
			assert_string_equal(puppets[i]->given, i == which ? "word" : "");
		}
		tear_down(&b);
	}
}

/* What is resumed goes to the BMC of the record, unless another is named, or none. */
static void test_resumed(void **state)
{
	static const struct {
		const char *url, *user, *place, *as;
	} rows[] = {
		{NULL, NULL, "bmc.example", "operator"},
		{NULL, "other", "bmc.example", "other"},
		{NULL, "", "bmc.example", NULL},
		{"", NULL, "", NULL},
		{"bmc2.example", NULL, "bmc2.example", NULL},
	};
	char path[] = "/tmp/reattest-bmc-XXXXXX";

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_session *s = NULL;
		struct bench b;

		snprintf(path, sizeof(path), "/tmp/reattest-bmc-XXXXXX");
		int fd = mkstemp(path);

		assert_true(fd >= 0);
		close(fd);
		assert_int_equal(unlink(path), 0);
		set_up(&b);
		b.options.journal_path = path;
		b.options.interactive = true;
		b.options.all_checks = false;
		b.options.entry = "kind";
		(void)session_puppet_at(b.hub, KEY);
		assert_int_equal(ra_session_stop(add(&b), "operator", &b.errs), RA_OK);
		tear_down(&b);

		set_up(&b);
		b.options.bmc = (struct ra_vcenter_access){.url = rows[i].url, .user = rows[i].user};
		b.options.interactive = true;
		assert_int_equal(ra_session_resume(b.hub, &b.options, path, &s, &b.errs), RA_OK);
		if (strcmp(s->bmc.place, rows[i].place) || strcmp(s->bmc.user ? s->bmc.user : "-", rows[i].as ? rows[i].as : "-"))
			fail_msg("row %zu: \"%s\" \"%s\"", i, s->bmc.place, s->bmc.user);
		assert_int_equal(s->planes[RA_PLANE_BMC].given, *rows[i].place != '\0');
		tear_down(&b);
		assert_int_equal(unlink(path), 0);
	}
}

static int load(void **state)
{
	(void)state;
	the_set = rig_load("flows");
	return the_set ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	the_set = ra_flowset_free(the_set);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_way_in), cmocka_unit_test(test_no_such_place), cmocka_unit_test(test_needs),
					   cmocka_unit_test(test_passwords_stay_apart), cmocka_unit_test(test_resumed)};

	return cmocka_run_group_tests(tests, load, unload);
}
