/* Links that several walks share, and the guard of a password: with a link that says what the test wants. */
#include "config.h"

#include "tests/unit/unit.h"

#include "tests/unit/session_rig.h"

#include <stdio.h>
#include <string.h>

#define HOSTS_MAX 5

/* Walks as `check` makes them, on live hosts whose links are puppets. */
struct bench {
	struct ra_flowset *flows;
	struct ra_hub *hub;
	struct ra_secret *password;
	struct ra_session *sessions[HOSTS_MAX];
	struct puppet *puppets[HOSTS_MAX];
	struct ra_errs errs;
};

static void add(struct bench *b, size_t at, const char *host, bool interactive)
{
	struct ra_session_options options = {.flows = b->flows, .host = host, .flow = "t", .entry = "look",
					     .interactive = interactive, .password = b->password, .until = RA_UTC_NONE};
	char line[1024];

	if (ra_session_new(b->hub, &options, &b->sessions[at], &b->errs))
		fail_msg("%s", ra_errs_line(&b->errs, line, sizeof(line)));
}

static void set_up(struct bench *b, const char *password)
{
	*b = (struct bench){.flows = session_flows(), .hub = ra_hub_new(HOSTS_MAX)};
	ra_errs_clear(&b->errs);
	if (!password)
		return;
	b->password = ra_secret_new();
	assert_int_equal(ra_secret_set(b->password, password, strlen(password)), RA_OK);
}

static void tear_down(struct bench *b)
{
	ra_hub_free(b->hub);
	ra_secret_free(b->password);
	ra_flowset_free(b->flows);
}

/* So many hosts, each of which wants a password. */
static void hosts_want_password(struct bench *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char host[8] = "esx0";

		host[3] = (char)('0' + i);
		b->puppets[i] = session_puppet(b->hub, host);
		add(b, i, host, false);
	}
	session_settle(b->hub);
	for (size_t i = 0; i < count; i++)
		puppet_need(b->puppets[i], RA_NEED_PASSWORD);
	session_settle(b->hub);
}

static int offered(const struct bench *b)
{
	int count = 0;

	for (size_t i = 0; i < HOSTS_MAX; i++)
		count += b->puppets[i] && b->puppets[i]->secret;
	return count;
}

/* A wrong password meets one host, then one more, then none: the others are told that there is none. */
static void test_wrong_password_meets_two_hosts(void **state)
{
	static const enum ra_link_why ends[] = {RA_LINK_REFUSED, RA_LINK_TIMEOUT, RA_LINK_UNREACHABLE};

	for (size_t way = 0; way < RA_LEN(ends); way++) {
		struct bench b;

		set_up(&b, "wrong");
		hosts_want_password(&b, HOSTS_MAX);
		assert_int_equal(offered(&b), 1);
		assert_true(b.puppets[0]->secret);
		puppet_state(b.puppets[0], RA_LINK_DOWN, ends[way]);
		session_settle(b.hub);
		assert_int_equal(offered(&b), 2);
		puppet_state(b.puppets[1], RA_LINK_DOWN, ends[way]);
		session_settle(b.hub);
		assert_int_equal(offered(&b), 2);
		for (size_t i = 2; i < HOSTS_MAX; i++) {
			assert_int_equal(b.puppets[i]->answers, 1);
			assert_false(b.puppets[i]->yes);
			/* The link says that it got none; the walk knows why. */
			puppet_state(b.puppets[i], RA_LINK_DOWN, RA_LINK_REFUSED);
		}
		session_settle(b.hub);
		for (size_t i = 0; i < HOSTS_MAX; i++) {
			struct ra_view *view = session_look(b.sessions[i]);
			bool withheld = strstr(view->planes[0].say, "was not asked: two hosts did not accept this password") != NULL;

			if (withheld != (i >= 2) || view->planes[0].unasked != withheld)
				fail_msg("host %zu: %s", i, view->planes[0].say);
			ra_view_free(view);
		}
		tear_down(&b);
	}
}

/* A walk that is given back is gone with its link, whether it had ended or not; the others go on. */
static void test_a_walk_is_given_back(void **state)
{
	struct bench b;

	set_up(&b, "x");
	hosts_want_password(&b, 3);
	ra_hub_release(b.hub, b.sessions[0]);
	assert_int_equal(b.hub->session_count, 2);
	assert_ptr_equal(b.hub->sessions[0], b.sessions[1]);
	b.puppets[0] = NULL;
	session_settle(b.hub);
	assert_true(b.puppets[1]->secret); /* who goes first now */
	assert_int_equal(ra_session_stop(b.sessions[2], "operator", &b.errs), RA_OK);
	session_settle(b.hub);
	ra_hub_release(b.hub, b.sessions[2]);
	assert_int_equal(b.hub->session_count, 1);
	ra_hub_release(b.hub, NULL); /* none of its own: nothing happens */
	assert_int_equal(b.hub->session_count, 1);
	tear_down(&b);
}

/* A place is free when the end of who had it was told: what ends at once does not pile up. */
static void test_a_place_is_held_until_told(void **state)
{
	enum ra_happened happened = RA_HAPPENED_NOTHING;
	struct ra_session *which = NULL;
	struct bench b;
	size_t ends = 0;

	set_up(&b, NULL);
	ra_hub_free(b.hub);
	b.hub = ra_hub_new(2);
	for (size_t i = 0; i < 4; i++) {
		char host[8] = "esx0";

		host[3] = (char)('0' + i);
		b.puppets[i] = session_puppet(b.hub, host);
		add(&b, i, host, true);
	}
	session_settle(b.hub);
	assert_true(b.sessions[1]->active && !b.sessions[2]->active);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(ra_session_stop(b.sessions[i], "operator", &b.errs), RA_OK);
	do {
		assert_int_equal(ra_hub_step(b.hub, &happened, &which, &b.errs), RA_OK);
		ends += happened == RA_HAPPENED_END;
		/* When the second end is told, the place of the first is taken, and no other. */
		if (happened == RA_HAPPENED_END)
			assert_true((size_t)b.sessions[2]->active + b.sessions[3]->active <= ends - 1);
	} while (happened != RA_HAPPENED_NOTHING);
	assert_int_equal(ends, 2);
	assert_true(b.sessions[2]->active && b.sessions[3]->active);
	tear_down(&b);
}

/* Once a host took it, all others may have it at once. */
static void test_right_password_opens_all(void **state)
{
	struct bench b;

	set_up(&b, "right");
	hosts_want_password(&b, HOSTS_MAX);
	assert_int_equal(offered(&b), 1);
	puppet_state(b.puppets[0], RA_LINK_UP, RA_LINK_ANSWERED);
	session_settle(b.hub);
	assert_int_equal(offered(&b), HOSTS_MAX);
	tear_down(&b);
}

/* The first host's walk ends before its host said a word: the next goes first. */
static void test_first_host_leaves(void **state)
{
	struct bench b;

	set_up(&b, "x");
	hosts_want_password(&b, 3);
	assert_int_equal(ra_session_stop(b.sessions[0], "operator", &b.errs), RA_OK);
	b.puppets[0] = NULL;
	session_settle(b.hub);
	assert_int_equal(offered(&b), 1);
	assert_true(b.puppets[1]->secret);
	tear_down(&b);
}

/* A walk that joins a link hears how it stands; a need whose walk ended is the other's; its tickets are given up. */
static void test_two_walks_on_one_host(void **state)
{
	struct bench b;

	set_up(&b, NULL);
	b.puppets[0] = session_puppet(b.hub, "esx0");
	add(&b, 0, "esx0", true);
	session_settle(b.hub);
	add(&b, 1, "esx0", true);
	session_settle(b.hub);
	assert_int_equal(b.hub->link_count, 1);
	assert_int_equal(b.puppets[0]->ticket_count, 2);
	puppet_need(b.puppets[0], RA_NEED_PASSWORD);
	session_settle(b.hub);
	struct ra_view *view = session_look(b.sessions[1]);

	assert_int_equal(view->prompt.kind, RA_ASK_NOTHING);
	ra_view_free(view);
	assert_int_equal(ra_session_stop(b.sessions[0], "operator", &b.errs), RA_OK);
	session_settle(b.hub);
	assert_int_equal(b.puppets[0]->cancelled_count, 1);
	assert_int_equal(b.puppets[0]->cancelled[0], b.puppets[0]->tickets[0]);
	view = session_look(b.sessions[1]);
	assert_int_equal(view->prompt.kind, RA_ASK_SECRET);
	ra_view_free(view);
	puppet_state(b.puppets[0], RA_LINK_UP, RA_LINK_ANSWERED);
	puppet_reply(b.puppets[0], b.puppets[0]->tickets[0], RA_LINK_CANCELLED);
	session_settle(b.hub);
	add(&b, 2, "esx0", true);
	session_settle(b.hub);
	view = session_look(b.sessions[2]);
	assert_string_equal(view->planes[0].state, "up");
	ra_view_free(view);
	tear_down(&b);
}

/* Where no user or no port is said, the ssh configuration may say another one: that is not the link of who said root, or 22. */
static void test_said_and_not_said_are_two_links(void **state)
{
	static const struct {
		const char *first, *second;
		size_t links;
	} rows[] = {
		{"esx0", "esx0", 1},	      {"esx0", "esx0:22", 2},	    {"esx0:22", "esx0", 2},
		{"esx0", "root@esx0", 2},     {"root@esx0", "esx0", 2},	    {"root@esx0:22", "root@esx0:22", 1},
		{"esx0:22", "esx0:2222", 2}, {"root@esx0", "other@esx0", 2},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct bench b;

		set_up(&b, NULL);
		add(&b, 0, rows[i].first, true);
		add(&b, 1, rows[i].second, true);
		for (size_t k = 0; k < 2; k++)
			assert_int_equal(ra_hub_link_get(b.sessions[k], RA_PLANE_SSH, &b.errs), RA_OK);
		if (b.hub->link_count != rows[i].links)
			fail_msg("%s and %s: %zu links", rows[i].first, rows[i].second, b.hub->link_count);
		tear_down(&b);
	}
}

static int entries_of(const struct ra_session *s, const char *kind)
{
	int count = 0;

	for (size_t i = 0; i < s->entry_count; i++)
		count += !strcmp(s->entries[i].kind, kind);
	return count;
}

/* The link fails, and what was asked over it. */
static void fails(struct bench *b, size_t at, enum ra_link_why why)
{
	puppet_state(b->puppets[at], RA_LINK_DOWN, why);
	puppet_reply(b->puppets[at], b->puppets[at]->tickets[0], why);
	session_settle(b->hub);
}

/* A way that was down is tried again when the operator says so, and never before. The record tells both ends and folds as it stands. */
static void test_again_tries_what_is_down(void **state)
{
	static const enum ra_link_why whys[] = {RA_LINK_UNREACHABLE, RA_LINK_REFUSED, RA_LINK_TIMEOUT};

	for (size_t i = 0; i < RA_LEN(whys); i++) {
		struct bench b;

		set_up(&b, NULL);
		b.puppets[0] = session_puppet(b.hub, "esx0");
		add(&b, 0, "esx0", true);
		session_settle(b.hub);
		fails(&b, 0, whys[i]);
		struct puppet *mended = session_puppet(b.hub, "esx0");
		struct ra_view *view = session_look(b.sessions[0]);

		session_settle(b.hub);
		assert_int_equal(mended->ticket_count, 0);
		assert_string_equal(view->planes[0].state, "down");
		assert_true(view->prompt.may_again);
		assert_int_not_equal(view->prompt.kind, RA_ASK_NOTHING);
		ra_view_free(view);
		assert_int_equal(ra_session_again(b.sessions[0], "", &b.errs), RA_OK);
		session_settle(b.hub);
		assert_int_equal(mended->ticket_count, 1);
		puppet_state(mended, RA_LINK_UP, RA_LINK_ANSWERED);
		puppet_reply(mended, mended->tickets[0], RA_LINK_ANSWERED);
		session_settle(b.hub);
		view = session_look(b.sessions[0]);
		assert_string_equal(view->planes[0].state, "up");
		ra_view_free(view);
		assert_int_equal(entries_of(b.sessions[0], "plane"), 2);
		assert_int_equal(entries_of(b.sessions[0], "again"), 1);
		/* What is up is not left. */
		assert_int_equal(ra_session_again(b.sessions[0], "", &b.errs), RA_OK);
		session_settle(b.hub);
		assert_int_equal(mended->ticket_count, 2);
		tear_down(&b);
	}
}

/* Another walk keeps the link that is down; it does not come to the new one by itself. */
static void test_again_leaves_others_alone(void **state)
{
	struct bench b;

	set_up(&b, NULL);
	b.puppets[0] = session_puppet(b.hub, "esx0");
	add(&b, 0, "esx0", true);
	add(&b, 1, "esx0", true);
	session_settle(b.hub);
	puppet_state(b.puppets[0], RA_LINK_DOWN, RA_LINK_REFUSED);
	for (int i = 0; i < 2; i++)
		puppet_reply(b.puppets[0], b.puppets[0]->tickets[i], RA_LINK_REFUSED);
	session_settle(b.hub);
	struct puppet *mended = session_puppet(b.hub, "esx0");

	assert_int_equal(ra_session_again(b.sessions[0], "", &b.errs), RA_OK);
	session_settle(b.hub);
	assert_int_equal(mended->ticket_count, 1);
	assert_ptr_equal(b.sessions[1]->planes[RA_PLANE_SSH].hub_link->link, b.puppets[0]);
	assert_int_equal(ra_session_again(b.sessions[1], "", &b.errs), RA_OK);
	session_settle(b.hub);
	assert_int_equal(mended->ticket_count, 2);
	tear_down(&b);
}

/* A password that did not open the host is typed anew or not at all, and who types it knows how many were refused. */
static void test_again_resends_no_password(void **state)
{
	struct bench b;

	set_up(&b, "wrong");
	b.puppets[0] = session_puppet(b.hub, "esx0");
	add(&b, 0, "esx0", true);
	session_settle(b.hub);
	puppet_need(b.puppets[0], RA_NEED_PASSWORD);
	session_settle(b.hub);
	assert_string_equal(b.puppets[0]->given, "wrong");
	fails(&b, 0, RA_LINK_REFUSED);
	for (size_t i = 1; i < 4; i++) {
		char count[40];

		b.puppets[i] = session_puppet(b.hub, "esx0");
		assert_int_equal(ra_session_again(b.sessions[0], "", &b.errs), RA_OK);
		session_settle(b.hub);
		puppet_need(b.puppets[i], RA_NEED_PASSWORD);
		session_settle(b.hub);
		assert_int_equal(b.puppets[i]->answers, 0);
		struct ra_view *view = session_look(b.sessions[0]);

		snprintf(count, sizeof(count), "%zu %s refused here.", i, i == 1 ? "was" : "were");
		assert_int_equal(view->prompt.kind, RA_ASK_SECRET);
		assert_non_null(strstr(view->prompt.hint, count));
		ra_view_free(view);
		assert_int_equal(session_say(b.sessions[0], RA_WORD_TYPED, "typed", &b.errs), RA_OK);
		assert_string_equal(b.puppets[i]->given, "typed");
		fails(&b, i, RA_LINK_REFUSED);
	}
	tear_down(&b);
}

/* A link that was up and was lost is kept: it goes there again by itself, with what it was let in with. Refused after that, it is left, and
 * what was refused does not go with the new one. */
static void test_again_keeps_a_link_that_was_lost(void **state)
{
	struct bench b;

	set_up(&b, "right");
	b.puppets[0] = session_puppet(b.hub, "esx0");
	add(&b, 0, "esx0", true);
	session_settle(b.hub);
	puppet_need(b.puppets[0], RA_NEED_PASSWORD);
	session_settle(b.hub);
	assert_string_equal(b.puppets[0]->given, "right");
	puppet_state(b.puppets[0], RA_LINK_UP, RA_LINK_ANSWERED);
	session_settle(b.hub);
	fails(&b, 0, RA_LINK_UNREACHABLE);
	b.puppets[1] = session_puppet(b.hub, "esx0");
	assert_int_equal(ra_session_again(b.sessions[0], "", &b.errs), RA_OK);
	session_settle(b.hub);
	assert_int_equal(b.puppets[0]->ticket_count, 2);
	assert_int_equal(b.puppets[1]->ticket_count, 0);
	puppet_state(b.puppets[0], RA_LINK_DOWN, RA_LINK_REFUSED);
	puppet_reply(b.puppets[0], b.puppets[0]->tickets[1], RA_LINK_REFUSED);
	session_settle(b.hub);
	assert_int_equal(ra_session_again(b.sessions[0], "", &b.errs), RA_OK);
	session_settle(b.hub);
	assert_int_equal(b.puppets[1]->ticket_count, 1);
	puppet_need(b.puppets[1], RA_NEED_PASSWORD);
	session_settle(b.hub);
	assert_int_equal(b.puppets[1]->answers, 0);
	tear_down(&b);
}

/* This machine slept while something was on its way, or nobody stepped the hub: that it did not come says nothing of the host. Out: the link. */
static struct puppet *begin_and_sleep(struct bench *b, ra_mono_ms slept_ms)
{
	set_up(b, NULL);
	b->puppets[0] = session_puppet(b->hub, "esx0");
	add(b, 0, "esx0", true);
	session_settle(b->hub);
	puppet_state(b->puppets[0], RA_LINK_UP, RA_LINK_ANSWERED);
	session_settle(b->hub);
	assert_int_equal(b->puppets[0]->ticket_count, 1);
	b->hub->stepped_at -= slept_ms;
	session_settle(b->hub);
	return b->puppets[0];
}

static void test_sleep_is_no_silence_of_the_host(void **state)
{
	static const struct {
		ra_mono_ms slept_ms;
		enum ra_link_why why;
		bool again; /* it is asked again, and nothing is recorded */
	} rows[] = {
		{7200000, RA_LINK_TIMEOUT, true},      {20000, RA_LINK_TIMEOUT, true},  {20000, RA_LINK_UNREACHABLE, true}, {20000, RA_LINK_CUT, true},
		{20000, RA_LINK_REFUSED, false},       {20000, RA_LINK_ANSWERED, false}, {5000, RA_LINK_TIMEOUT, false},     {0, RA_LINK_UNREACHABLE, false},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct bench b;
		struct puppet *link = begin_and_sleep(&b, rows[i].slept_ms);

		puppet_reply(link, link->tickets[0], rows[i].why);
		session_settle(b.hub);
		if ((link->ticket_count == 2) != rows[i].again || entries_of(b.sessions[0], "reply") != !rows[i].again)
			fail_msg("row %zu: %d tickets, %d replies", i, link->ticket_count, entries_of(b.sessions[0], "reply"));
		tear_down(&b);
	}
}

/* After it woke a link has one try to connect anew: a host that cannot be reached then cannot be reached. */
static void test_after_sleep_a_host_that_is_gone_is_gone(void **state)
{
	struct bench b;
	struct puppet *link = begin_and_sleep(&b, 20000);

	puppet_state(link, RA_LINK_DOWN, RA_LINK_UNREACHABLE); /* found dead */
	puppet_reply(link, link->tickets[0], RA_LINK_UNREACHABLE);
	session_settle(b.hub);
	assert_int_equal(link->ticket_count, 2);
	assert_int_equal(entries_of(b.sessions[0], "reply"), 0);
	puppet_state(link, RA_LINK_CONNECTING, RA_LINK_ANSWERED);
	puppet_state(link, RA_LINK_DOWN, RA_LINK_UNREACHABLE);
	puppet_reply(link, link->tickets[1], RA_LINK_UNREACHABLE);
	session_settle(b.hub);
	/* What was sent before the try is asked once more, and counts then. */
	if (link->ticket_count == 3) {
		puppet_reply(link, link->tickets[2], RA_LINK_UNREACHABLE);
		session_settle(b.hub);
	}
	assert_int_equal(link->ticket_count, 3);
	assert_int_equal(entries_of(b.sessions[0], "reply"), 1);
	tear_down(&b);
}

/* The same question of a jump host's ssh again: the answer before was not taken, and that is said. */
static void test_a_jump_host_asks_again(void **state)
{
	struct bench b;

	set_up(&b, NULL);
	b.puppets[0] = session_puppet(b.hub, "esx0");
	add(&b, 0, "esx0", true);
	session_settle(b.hub);
	for (int i = 0; i < 3; i++) {
		puppet_need_on_the_way(b.puppets[0], RA_NEED_PROMPT);
		session_settle(b.hub);
		struct ra_view *view = session_look(b.sessions[0]);
		uint64_t id = view->prompt.id;

		assert_int_equal(strstr(view->prompt.text, "Asked again: the answer before was not taken.") != NULL, i > 0);
		assert_non_null(strstr(view->prompt.text, "is kept nowhere"));
		ra_view_free(view);
		assert_int_equal(session_say(b.sessions[0], RA_WORD_TYPED, "123456", &b.errs), RA_OK);
		assert_true(id != ra_prompt_identity(b.sessions[0]));
	}
	/* About a key of its own ssh keeps the answer. What a jump host words so is still a secret of its own. */
	for (int own = 0; own < 2; own++) {
		puppet_need_on_the_way(b.puppets[0], RA_NEED_PROMPT);
		struct ra_need *need = &b.puppets[0]->events[0].need;

		need->echo = own;
		snprintf(need->text, sizeof(need->text), "Are you sure you want to continue connecting (yes/no/[fingerprint])? ");
		session_settle(b.hub);
		struct ra_view *view = session_look(b.sessions[0]);

		assert_int_equal(strstr(view->prompt.text, "kept nowhere") == NULL, own);
		assert_int_equal(strstr(view->prompt.text, "Asked again") != NULL, own);
		ra_view_free(view);
		if (!own)
			assert_int_equal(session_say(b.sessions[0], RA_WORD_TYPED, "no", &b.errs), RA_OK);
	}
	tear_down(&b);
}

/* Only a yes takes a host's key, only a secret a password; leaving is always possible. */
static void test_words_that_fit_a_need(void **state)
{
	static const struct {
		enum ra_need_kind need;
		int word;
		ra_err err;
		bool yes, secret;
	} rows[] = {
		{RA_NEED_HOST_KEY, RA_WORD_YES, RA_OK, true, false},
		{RA_NEED_HOST_KEY, RA_WORD_NO, RA_OK, false, false},
		{RA_NEED_HOST_KEY, RA_WORD_SKIP, RA_OK, false, false},
		{RA_NEED_HOST_KEY, RA_WORD_TYPED, RA_E_ARG, false, false},
		{RA_NEED_HOST_KEY, RA_WORD_SECRET, RA_E_ARG, false, false},
		{RA_NEED_HOST_KEY, RA_WORD_GO, RA_E_ARG, false, false},
		{RA_NEED_PASSWORD, RA_WORD_YES, RA_E_ARG, false, false},
		{RA_NEED_PASSWORD, RA_WORD_GO, RA_E_ARG, false, false},
		{RA_NEED_PASSWORD, RA_WORD_SKIP, RA_OK, false, false},
		{RA_NEED_PROMPT, RA_WORD_TYPED, RA_OK, true, true},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct bench b;

		set_up(&b, NULL);
		b.puppets[0] = session_puppet(b.hub, "esx0");
		add(&b, 0, "esx0", true);
		session_settle(b.hub);
		puppet_need(b.puppets[0], rows[i].need);
		session_settle(b.hub);
		ra_err err = session_say(b.sessions[0], rows[i].word, "yes", &b.errs);

		if (err != rows[i].err)
			fail_msg("row %zu: %d", i, err);
		assert_int_equal(b.puppets[0]->answers, !err);
		assert_int_equal(b.puppets[0]->yes, rows[i].yes);
		assert_int_equal(b.puppets[0]->secret, rows[i].secret);
		tear_down(&b);
	}
}

/* A jump host asks for a password: the host's is not for it, whoever walks, and whatever it calls its question. */
static void test_nothing_for_a_jump_host(void **state)
{
	static const struct {
		enum ra_need_kind kind;
		bool interactive;
	} rows[] = {
		{RA_NEED_PROMPT, false},
		{RA_NEED_PROMPT, true},
		{RA_NEED_PASSWORD, false},
		{RA_NEED_PASSWORD, true},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct bench b;

		set_up(&b, "of the host");
		b.puppets[0] = session_puppet(b.hub, "esx0");
		add(&b, 0, "esx0", rows[i].interactive);
		session_settle(b.hub);
		puppet_need_on_the_way(b.puppets[0], rows[i].kind);
		session_settle(b.hub);
		session_settle(b.hub);
		/* Nobody to ask: refused; else it stands until it is answered. */
		assert_int_equal(b.puppets[0]->answers, !rows[i].interactive);
		assert_false(b.puppets[0]->secret);
		struct ra_view *view = session_look(b.sessions[0]);

		if (rows[i].kind == RA_NEED_PROMPT && rows[i].interactive) {
			assert_int_equal(view->prompt.kind, RA_ASK_SECRET);
			assert_non_null(strstr(view->prompt.title, "jump host bastion, on the way to esx0"));
			assert_non_null(strstr(view->prompt.text, "the host's password is not meant"));
			assert_int_equal(session_say(b.sessions[0], RA_WORD_TYPED, "123456", &b.errs), RA_OK);
			assert_true(b.puppets[0]->secret);
		}
		ra_view_free(view);
		tear_down(&b);
	}
}

/* What an ended walk still has on its way does not count as running. */
static void test_an_ended_walk_runs_nothing(void **state)
{
	struct bench b;

	set_up(&b, NULL);
	b.puppets[0] = session_puppet(b.hub, "esx0");
	add(&b, 0, "esx0", true);
	session_settle(b.hub);
	struct ra_view *view = session_look(b.sessions[0]);

	assert_true(view->result_count && view->results[0].running);
	ra_view_free(view);
	assert_int_equal(ra_session_stop(b.sessions[0], "operator", &b.errs), RA_OK);
	session_settle(b.hub);
	view = session_look(b.sessions[0]);
	for (size_t i = 0; i < view->result_count; i++)
		assert_false(view->results[i].running);
	ra_view_free(view);
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_password_meets_two_hosts),
		cmocka_unit_test(test_a_walk_is_given_back),
		cmocka_unit_test(test_a_place_is_held_until_told),
		cmocka_unit_test(test_right_password_opens_all),
		cmocka_unit_test(test_first_host_leaves),
		cmocka_unit_test(test_two_walks_on_one_host),
		cmocka_unit_test(test_nothing_for_a_jump_host),
		cmocka_unit_test(test_said_and_not_said_are_two_links),
		cmocka_unit_test(test_again_tries_what_is_down),
		cmocka_unit_test(test_again_leaves_others_alone),
		cmocka_unit_test(test_again_resends_no_password),
		cmocka_unit_test(test_again_keeps_a_link_that_was_lost),
		cmocka_unit_test(test_sleep_is_no_silence_of_the_host),
		cmocka_unit_test(test_after_sleep_a_host_that_is_gone_is_gone),
		cmocka_unit_test(test_a_jump_host_asks_again),
		cmocka_unit_test(test_words_that_fit_a_need),
		cmocka_unit_test(test_an_ended_walk_runs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
