/* The vCenter of a walk: by which way in, one link for many hosts, what it asks of the operator, and how far a change is. */
#include "config.h"

#include "tests/unit/unit.h"

#include "tests/unit/session_rig.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define KEY "vcenter admin@vc.example:443"

/* The wall clock, as it was set meanwhile. Linked in the place of libc's. */
static int64_t wall_shift_ms;

int __real_clock_gettime(clockid_t id, struct timespec *out);
int __wrap_clock_gettime(clockid_t id, struct timespec *out);

int __wrap_clock_gettime(clockid_t id, struct timespec *out)
{
	int rc = __real_clock_gettime(id, out);

	if (!rc && id == CLOCK_REALTIME)
		out->tv_sec += wall_shift_ms / 1000;
	return rc;
}

struct bench {
	struct ra_flowset *flows;
	struct ra_hub *hub;
	struct ra_session_options options;
	struct ra_errs errs;
};

static void set_up(struct bench *b, int parallel)
{
	*b = (struct bench){.flows = session_vcenter_flows(), .hub = ra_hub_new(parallel)};
	ra_errs_clear(&b->errs);
	b->options = (struct ra_session_options){.flows = b->flows, .flow = "t", .entry = "look", .no_ssh = true, .all_checks = true,
						 .vcenter = {.url = "admin@vc.example"}, .until = RA_UTC_NONE};
}

static struct ra_session *add(struct bench *b, const char *host)
{
	struct ra_session *session = NULL;
	char line[1024];

	b->options.host = host;
	if (ra_session_new(b->hub, &b->options, &session, &b->errs))
		fail_msg("%s", ra_errs_line(&b->errs, line, sizeof(line)));
	return session;
}

static void tear_down(struct bench *b)
{
	ra_hub_free(b->hub);
	ra_flowset_free(b->flows);
}

static struct ra_secret *secret(const char *word)
{
	struct ra_secret *made = ra_secret_new();

	assert_non_null(made);
	assert_int_equal(ra_secret_set(made, word, strlen(word)), RA_OK);
	return made;
}

static const char *text_of(const struct ra_secret *from)
{
	return from ? ra_secret_bytes(from, NULL) : "";
}

/* What was said outranks the record, the record the environment; what the environment knows of one vCenter and one user goes to no other. */
static void test_way_in(void **state)
{
	static const struct {
		const char *url, *user, *found_url, *found_user;
		const char *place, *as, *password;
		bool ambient;
	} rows[] = {
		{NULL, NULL, NULL, NULL, "", NULL, "", false},
		{NULL, NULL, NULL, "u", "", NULL, "", false},
		{NULL, NULL, "vc.example", "u", "vc.example", "u", "pw", true},
		{NULL, NULL, "https://u@vc.example/sdk", NULL, "vc.example", "u", "pw", true},
		{NULL, NULL, "https://v@vc.example:8443/sdk", "u", "vc.example:8443", "v", "", true},
		{"", NULL, "vc.example", "u", "", NULL, "", false},
		{"vc.example", NULL, NULL, "u", "vc.example", "u", "pw", false},
		{"vc.example", NULL, "https://VC.example/sdk", "u", "vc.example", "u", "pw", false},
		{"vc.example", NULL, "other.example", "u", "vc.example", NULL, "", false},
		{"vc.example", "w", NULL, "u", "vc.example", "w", "", false},
		{"w@vc.example", NULL, NULL, "u", "vc.example", "w", "", false},
		{"w@vc.example", "u", NULL, "u", "vc.example", "u", "pw", false},
		{"vc.example", "w", NULL, NULL, "vc.example", "w", "pw", false},
		{"x@vc.example", "", NULL, "u", "vc.example", NULL, "", false},
		{"https://[2001:db8::1]:8443", "w", NULL, NULL, "[2001:db8::1]:8443", "w", "pw", false},
	};
	struct ra_secret *found = secret("pw");

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct bench b;

		set_up(&b, 1);
		b.options.vcenter = (struct ra_vcenter_access){.url = rows[i].url, .user = rows[i].user};
		b.options.govc = (struct ra_vcenter_access){rows[i].found_url, rows[i].found_user, found};
		const struct ra_session *s = add(&b, "root@esx01:2222");
		struct ra_vcenter_told told = ra_session_vcenter(s);

		if (strcmp(s->vcenter.place, rows[i].place) || strcmp(text_of(s->vcenter.password), rows[i].password) ||
		    strcmp(s->vcenter.user ? s->vcenter.user : "-", rows[i].as ? rows[i].as : "-"))
			fail_msg("row %zu: \"%s\" \"%s\" \"%s\"", i, s->vcenter.place, s->vcenter.user, text_of(s->vcenter.password));
		assert_int_equal(s->planes[RA_PLANE_VCENTER].given, *rows[i].place != '\0');
		assert_int_equal(told.ambient, rows[i].ambient);
		assert_int_equal(told.place != NULL, *rows[i].place != '\0');
		tear_down(&b);
	}
	ra_secret_free(found);
}

/* A place that is none does not begin, and leaves nothing behind. */
static void test_no_such_place(void **state)
{
	static const char *const urls[] = {"http://vc.example", "https://u:secret@vc.example", "http://u:secret@vc.example", "https://u:secret/1@vc.example", "vc.example:0", "https://"};

	for (size_t i = 0; i < RA_LEN(urls); i++) {
		struct ra_session *session = NULL;
		char line[1024];
		struct bench b;

		set_up(&b, 1);
		b.options.host = "esx01";
		b.options.vcenter.url = urls[i];
		assert_int_equal(ra_session_new(b.hub, &b.options, &session, &b.errs), RA_E_ARG);
		assert_null(strstr(ra_errs_line(&b.errs, line, sizeof(line)), "secret"));
		tear_down(&b);
	}
}

/* All hosts behind one vCenter share its link and ask at once; each names itself; the last one closes it. */
static void test_one_link_for_many_hosts(void **state)
{
	struct bench b;

	set_up(&b, 1);
	struct puppet *vc = session_puppet_at(b.hub, KEY);
	struct ra_session *first = add(&b, "esx01"), *second = add(&b, "root@esx02:2222"), *third = add(&b, "esx03");

	session_settle(b.hub);
	puppet_state(vc, RA_LINK_UP, RA_LINK_ANSWERED);
	session_settle(b.hub);
	assert_true(vc->ticket_count > 0);
	/* They hold nothing of their own, so none waits for a turn: the link can join what they ask. */
	assert_string_equal(vc->target, "esx03");
	assert_int_equal(ra_session_stop(first, "operator", &b.errs), RA_OK);
	session_settle(b.hub);
	assert_int_equal(b.hub->link_count, 1);
	struct ra_view *view = session_look(second);

	assert_string_equal(view->planes[RA_PLANE_VCENTER].state, "up");
	assert_string_equal(view->planes[RA_PLANE_SSH].state, "not given");
	ra_view_free(view);
	assert_int_equal(ra_session_stop(third, "operator", &b.errs), RA_OK);
	session_settle(b.hub);
	assert_ptr_equal(b.hub->links[0].link, &vc->head);
	assert_int_equal(ra_session_stop(second, "operator", &b.errs), RA_OK);
	session_settle(b.hub);
	assert_null(b.hub->links[0].link);
	tear_down(&b);
}

/* A link that takes no more now is asked again; the walk goes on and no wish is lost. */
static void test_full_link(void **state)
{
	struct bench b;

	set_up(&b, 1);
	struct puppet *vc = session_puppet_at(b.hub, KEY);
	struct ra_session *s = add(&b, "esx01");

	vc->full = true;
	session_settle(b.hub);
	assert_int_equal(vc->ticket_count, 0);
	assert_false(s->ended);
	assert_true(s->wake_at != RA_UTC_NONE);
	vc->full = false;
	s->wake_at = 0;
	session_settle(b.hub);
	assert_true(vc->ticket_count > 0);
	tear_down(&b);
}

/* A yes is for the certificate alone, a name is typed, a password is a secret; each prompt says whose. */
static void test_needs(void **state)
{
	static const struct {
		enum ra_need_kind need;
		enum ra_prompt_kind kind;
		const char *title;
		int word;
		ra_err err;
		bool yes;
		const char *given;
	} rows[] = {
		{RA_NEED_CERT, RA_ASK_YES_NO, "First sight of this server's certificate: vc.example", RA_WORD_YES, RA_OK, true, ""},
		{RA_NEED_CERT, RA_ASK_YES_NO, "First sight of this server's certificate: vc.example", RA_WORD_NO, RA_OK, false, ""},
		{RA_NEED_CERT, RA_ASK_YES_NO, "First sight of this server's certificate: vc.example", RA_WORD_TYPED, RA_E_ARG, false, ""},
		{RA_NEED_CERT, RA_ASK_YES_NO, "First sight of this server's certificate: vc.example", RA_WORD_GO, RA_E_ARG, false, ""},
		{RA_NEED_USER, RA_ASK_TYPED, "User of vCenter: vc.example", RA_WORD_TYPED, RA_OK, true, "admin"},
		{RA_NEED_USER, RA_ASK_TYPED, "User of vCenter: vc.example", RA_WORD_YES, RA_E_ARG, false, ""},
		{RA_NEED_USER, RA_ASK_TYPED, "User of vCenter: vc.example", RA_WORD_SKIP, RA_OK, false, ""},
		{RA_NEED_PASSWORD, RA_ASK_SECRET, "Password for vCenter: vc.example", RA_WORD_YES, RA_E_ARG, false, ""},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct bench b;

		set_up(&b, 1);
		b.options.interactive = true;
		struct puppet *vc = session_puppet_at(b.hub, KEY);
		struct ra_session *s = add(&b, "esx01");

		session_settle(b.hub);
		puppet_need(vc, rows[i].need);
		session_settle(b.hub);
		struct ra_view *view = session_look(s);

		assert_int_equal(view->prompt.kind, rows[i].kind);
		assert_string_equal(view->prompt.title, rows[i].title);
		assert_null(strstr(view->prompt.hint, "ESXi"));
		if (rows[i].kind == RA_ASK_TYPED)
			assert_string_equal(view->prompt.hint, ""); /* a front end would show it as what to type */
		ra_view_free(view);
		ra_err err = session_say(s, rows[i].word, "admin", &b.errs);

		if (err != rows[i].err)
			fail_msg("row %zu: %d", i, err);
		assert_int_equal(vc->answers, !err);
		assert_int_equal(vc->yes, rows[i].yes);
		assert_string_equal(vc->given, rows[i].given);
		tear_down(&b);
	}
}

/* Without anybody to ask, nothing is accepted. */
static void test_nobody_accepts(void **state)
{
	static const enum ra_need_kind needs[] = {RA_NEED_CERT, RA_NEED_USER, RA_NEED_PASSWORD};

	for (size_t i = 0; i < RA_LEN(needs); i++) {
		struct bench b;

		set_up(&b, 2);
		struct puppet *vc = session_puppet_at(b.hub, KEY);

		add(&b, "esx01");
		add(&b, "esx02");
		session_settle(b.hub);
		puppet_need(vc, needs[i]);
		session_settle(b.hub);
		assert_int_equal(vc->answers, 1);
		assert_false(vc->yes || vc->secret);
		tear_down(&b);
	}
}

/* Each password goes to its own plane, and refusals of one say nothing of the other, were they the same word. */
static void test_passwords_stay_apart(void **state)
{
	for (int same = 0; same < 2; same++) {
		struct bench b;

		set_up(&b, 4);
		struct ra_secret *ssh = secret(same ? "word" : "of-ssh"), *vcenter = secret(same ? "word" : "of-vcenter");
		struct puppet *vc = session_puppet_at(b.hub, KEY), *hosts[2];

		hosts[0] = session_puppet(b.hub, "esx01");
		hosts[1] = session_puppet(b.hub, "esx02");
		b.options.no_ssh = false;
		b.options.password = ssh;
		b.options.vcenter.password = vcenter;
		add(&b, "esx01");
		add(&b, "esx02");
		session_settle(b.hub);
		for (int i = 0; i < 2; i++) {
			puppet_need(hosts[i], RA_NEED_PASSWORD);
			session_settle(b.hub);
			assert_string_equal(hosts[i]->given, text_of(ssh));
			puppet_state(hosts[i], RA_LINK_DOWN, RA_LINK_REFUSED);
			session_settle(b.hub);
		}
		puppet_need(vc, RA_NEED_PASSWORD);
		session_settle(b.hub);
		assert_string_equal(vc->given, text_of(vcenter));
		ra_secret_free(ssh);
		ra_secret_free(vcenter);
		tear_down(&b);
	}
}

/* With only one of the two, the other plane is asked for and gets nothing. */
static void test_password_of_one_is_not_lent(void **state)
{
	for (int which = 0; which < 2; which++) {
		struct bench b;

		set_up(&b, 1);
		struct ra_secret *word = secret("word");
		struct puppet *vc = session_puppet_at(b.hub, KEY), *host = session_puppet(b.hub, "esx01");

		b.options.no_ssh = false;
		*(which ? &b.options.password : &b.options.vcenter.password) = word;
		add(&b, "esx01");
		session_settle(b.hub);
		puppet_need(which ? vc : host, RA_NEED_PASSWORD);
		session_settle(b.hub);
		assert_int_equal((which ? vc : host)->answers, 1);
		assert_string_equal((which ? vc : host)->given, "");
		ra_secret_free(word);
		tear_down(&b);
	}
}

/* A walk in front of its action, on a host whose link is a puppet. */
static struct ra_session *act(struct bench *b, struct puppet **host)
{
	set_up(b, 1);
	b->options.vcenter.url = NULL;
	b->options.no_ssh = b->options.all_checks = false;
	b->options.interactive = true;
	b->options.entry = "act";
	*host = session_puppet(b->hub, "esx01");
	struct ra_session *s = add(b, "esx01");

	session_until(b->hub, s, RA_ASK_YES_NO);
	(*host)->ticket_count = 0;
	assert_int_equal(session_say(s, RA_WORD_YES, NULL, &b->errs), RA_OK);
	session_settle(b->hub);
	return s;
}

/* A change that vCenter carries out names the host, and vCenter's refusal is how it ended. */
static void test_action_by_vcenter(void **state)
{
	struct bench b;

	set_up(&b, 1);
	b.options.flow = "vc";
	b.options.entry = "act";
	b.options.interactive = true;
	b.options.all_checks = false;
	struct puppet *vc = session_puppet_at(b.hub, KEY);
	struct ra_session *s = add(&b, "root@esx01:22");

	session_until(b.hub, s, RA_ASK_YES_NO);
	vc->ticket_count = 0;
	assert_int_equal(session_say(s, RA_WORD_YES, NULL, &b.errs), RA_OK);
	session_settle(b.hub);
	assert_int_equal(vc->ticket_count, 1);
	assert_string_equal(vc->target, "esx01");
	size_t entries = s->entry_count;

	puppet_reply(vc, vc->tickets[0], RA_LINK_ANSWERED);
	vc->events[0].reply.status = 1;
	assert_int_equal(ra_buf_text(&vc->events[0].reply.err, "InvalidState: the host is not connected"), RA_OK);
	session_settle(b.hub);
	assert_string_equal(s->entries[entries].kind, "done");
	assert_string_equal(ra_json_str(s->entries[entries].body, "how", ""), "refused");
	tear_down(&b);
}

/* esxcli through vCenter is marked: in full once, then in short; the version that brought it goes with the ticket. */
static void test_esxcli_is_marked(void **state)
{
	static const char full[] = " (through vCenter, an interface VMware does not document for others)", brief[] = " (through vCenter)";
	struct bench b;
	int in_full = 0, in_short = 0;

	set_up(&b, 1);
	b.options.flow = "vc";
	b.options.interactive = true;
	b.options.all_checks = false;
	struct puppet *vc = session_puppet_at(b.hub, KEY);
	struct ra_session *s = add(&b, "esx01");

	session_settle(b.hub);
	assert_int_equal(vc->ticket_count, 2);
	assert_string_equal(vc->since, "7.0.2");
	puppet_reply(vc, vc->tickets[0], RA_LINK_UNREACHABLE);
	session_settle(b.hub);
	struct ra_view *view = session_look(s);

	for (size_t i = 0; i < view->command_count; i++) {
		in_full += strstr(view->commands[i].words, full) != NULL;
		in_short += strstr(view->commands[i].words, brief) != NULL;
	}
	assert_int_equal(in_full, 1);
	assert_int_equal(in_short, 1);
	ra_view_free(view);
	tear_down(&b);
}

/* The list of recovery keys is read over what is given and not down, SSH first, and over vCenter only where esxcli may go. */
static void test_where_the_key_list_is_read(void **state)
{
	static const struct {
		bool no_ssh, ssh_down, no_vcenter, no_esxcli;
		enum ra_plane plane;
	} rows[] = {
		{false, false, false, false, RA_PLANE_SSH},   {false, true, false, false, RA_PLANE_VCENTER},
		{true, false, false, false, RA_PLANE_VCENTER}, {false, false, true, false, RA_PLANE_SSH},
		{false, false, false, true, RA_PLANE_SSH},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		const struct ra_check_plane *plane = NULL;
		struct bench b;

		set_up(&b, 1);
		b.options.no_ssh = rows[i].no_ssh;
		b.options.no_esxcli = rows[i].no_esxcli;
		b.options.vcenter.url = rows[i].no_vcenter ? NULL : "vc.example";
		struct ra_session *s = add(&b, "esx01");

		s->planes[RA_PLANE_SSH].state = rows[i].ssh_down ? RA_LINK_DOWN : RA_LINK_IDLE;
		const struct ra_check *check = ra_gate_key_check(s, &plane);

		assert_non_null(check);
		assert_string_equal(check->id, "a-key");
		if (plane->plane != rows[i].plane)
			fail_msg("row %zu: %s", i, ra_plane_name(plane->plane));
		tear_down(&b);
	}
}

/* How often a ticket was cancelled; checks may be, too. */
static int cancels(const struct puppet *host, uint64_t ticket)
{
	int count = 0;

	for (int i = 0; i < host->cancelled_count; i++)
		count += host->cancelled[i] == ticket;
	return count;
}

/* How far a change is stands in the prompt and in no entry; it is cancelled only where its machine offers that, and once. */
static void test_progress_and_cancel(void **state)
{
	struct puppet *host;
	struct bench b;
	struct ra_session *s = act(&b, &host);
	size_t entries = s->entry_count;
	uint64_t change = host->tickets[0];

	assert_int_equal(host->ticket_count, 1);
	ra_session_cancel(s);
	assert_int_equal(cancels(host, change), 0);
	puppet_progress(host, change + 1000, 77, true);
	puppet_progress(host, change, 42, false);
	session_settle(b.hub);
	struct ra_view *view = session_look(s);

	assert_int_equal(view->prompt.kind, RA_ASK_NOTHING);
	assert_string_equal(view->prompt.progress, "42 %");
	assert_true(view->prompt.since != RA_UTC_NONE);
	assert_false(view->prompt.may_cancel);
	assert_non_null(strstr(view->prompt.hint, "neither cancelled nor repeated"));
	ra_view_free(view);
	ra_session_cancel(s);
	assert_int_equal(cancels(host, change), 0);
	puppet_progress(host, change, 43, true);
	session_settle(b.hub);
	view = session_look(s);
	assert_true(view->prompt.may_cancel);
	assert_non_null(strstr(view->prompt.hint, "Ctrl-C asks for it"));
	ra_view_free(view);
	ra_session_cancel(s);
	ra_session_cancel(s);
	assert_int_equal(cancels(host, change), 1);
	view = session_look(s);
	assert_false(view->prompt.may_cancel);
	assert_non_null(strstr(view->prompt.hint, "asked to cancel"));
	ra_view_free(view);
	assert_int_equal(s->entry_count, entries);
	puppet_reply(host, change, RA_LINK_CANCELLED);
	session_settle(b.hub);
	assert_string_equal(s->entries[entries].kind, "done");
	tear_down(&b);
}

/* A change that finds no place in its link is not lost, and not sent twice. */
static void test_full_link_keeps_the_change(void **state)
{
	struct puppet *host;
	struct bench b;

	set_up(&b, 1);
	b.options.vcenter.url = NULL;
	b.options.no_ssh = b.options.all_checks = false;
	b.options.interactive = true;
	b.options.entry = "act";
	host = session_puppet(b.hub, "esx01");
	struct ra_session *s = add(&b, "esx01");

	session_until(b.hub, s, RA_ASK_YES_NO);
	host->ticket_count = 0;
	host->full = true;
	assert_int_equal(session_say(s, RA_WORD_YES, NULL, &b.errs), RA_OK);
	session_settle(b.hub);
	assert_int_equal(host->ticket_count, 0);
	host->full = false;
	for (int i = 0; i < 3; i++) {
		s->wake_at = 0;
		session_settle(b.hub);
	}
	assert_int_equal(host->ticket_count, 1);
	tear_down(&b);
}

/* A walk goes on by the vCenter and the user it had, unless others are said; what the environment says does not outrank it. That its
 * certificate was not looked at stays in the record, whatever the second part does. */
static void test_resume_keeps_the_way_in(void **state)
{
	static const struct {
		const char *url, *user, *found_url;
		const char *place, *as, *password;
	} rows[] = {
		{NULL, NULL, "other.example", "vc.example", "admin", ""},
		{NULL, NULL, NULL, "vc.example", "admin", "pw"},
		{NULL, "new", "vc.example", "vc.example", "new", "pw"},
		{"vc2.example", NULL, NULL, "vc2.example", NULL, "pw"},
		{"", NULL, "other.example", "", NULL, ""},
	};
	struct ra_secret *found = secret("pw");

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char path[] = "/tmp/reattest-vc-XXXXXX";
		struct ra_session *s = NULL, *read = NULL;
		struct bench b;

		assert_true(mkstemp(path) >= 0);
		unlink(path);
		set_up(&b, 1);
		b.options.journal_path = path;
		b.options.interactive = b.options.insecure = true;
		add(&b, "esx01");
		ra_hub_free(b.hub);
		b.hub = ra_hub_new(1);
		b.options.host = NULL;
		b.options.insecure = false;
		b.options.vcenter = (struct ra_vcenter_access){.url = rows[i].url, .user = rows[i].user};
		b.options.govc = (struct ra_vcenter_access){.url = rows[i].found_url, .password = found};
		assert_int_equal(ra_session_resume(b.hub, &b.options, path, &s, &b.errs), RA_OK);
		if (strcmp(s->vcenter.place, rows[i].place) || strcmp(s->vcenter.user ? s->vcenter.user : "-", rows[i].as ? rows[i].as : "-") ||
		    strcmp(text_of(s->vcenter.password), rows[i].password))
			fail_msg("row %zu: \"%s\" \"%s\" \"%s\"", i, s->vcenter.place, s->vcenter.user, text_of(s->vcenter.password));
		assert_int_equal(s->planes[RA_PLANE_VCENTER].given, *rows[i].place != '\0');
		/* Another vCenter than the one until now is said. */
		const char *before = ra_session_vcenter(s).before;

		assert_string_equal(before ? before : "", !strcmp(rows[i].place, "vc2.example") ? "vc.example" : "");
		ra_hub_free(b.hub);
		b.hub = NULL;
		assert_int_equal(ra_session_read(b.flows, path, &read, &b.errs), RA_OK);
		struct ra_view *view = session_look(read);
		bool listed = false;

		assert_true(view->unchecked);
		for (size_t k = 0; k < view->unseen_count; k++)
			listed = listed || strstr(view->unseen[k].why, "--insecure");
		assert_true(listed);
		ra_view_free(view);
		ra_session_close(read);
		unlink(path);
		tear_down(&b);
	}
	ra_secret_free(found);
}

/* Where a record that was handed over goes is another's word: a password of the environment that names no place is not for there, then or
 * later. */
static void test_no_password_to_anothers_place(void **state)
{
	char path[] = "/tmp/reattest-vc-XXXXXX";
	struct ra_secret *found = secret("pw");
	struct ra_session *s = NULL;
	struct bench b;

	assert_true(mkstemp(path) >= 0);
	unlink(path);
	set_up(&b, 1);
	b.options.journal_path = path;
	b.options.interactive = true;
	add(&b, "esx01");
	b.options.host = NULL;
	b.options.govc = (struct ra_vcenter_access){.password = found};
	for (int i = 0; i < 3; i++) {
		bool taking = i == 0;

		ra_hub_free(b.hub);
		b.hub = ra_hub_new(1);
		b.options.vcenter = (struct ra_vcenter_access){.url = i == 2 ? "vc.example" : NULL, .user = taking ? "" : NULL};
		b.options.taken_from = taking ? "ops1 on there" : NULL;
		b.options.taken_by = taking ? "ops2 on here" : NULL;
		b.options.taken_at = taking ? "2026-03-02T01:00:00Z" : NULL;
		assert_int_equal(ra_session_resume(b.hub, &b.options, path, &s, &b.errs), RA_OK);
		assert_string_equal(s->vcenter.place, "vc.example");
		assert_string_equal(text_of(s->vcenter.password), i == 2 ? "pw" : ""); /* who names the place means it */
	}
	unlink(path);
	tear_down(&b);
	ra_secret_free(found);
}

/* The newest ticket is answered so. */
static void answered(struct bench *b, struct puppet *vc, const char *out)
{
	assert_true(vc->ticket_count > 0);
	puppet_reply(vc, vc->tickets[vc->ticket_count - 1], RA_LINK_ANSWERED);
	vc->events[vc->count - 1].reply.status = 0;
	assert_int_equal(ra_buf_text(&vc->events[vc->count - 1].reply.out, out), RA_OK);
	vc->ticket_count = 0;
	session_settle(b->hub);
}

static const char service_on[] = "{\"service\":[{\"key\":\"TSM-SSH\",\"running\":true}]}",
		  service_off[] = "{\"service\":[{\"key\":\"TSM-SSH\",\"running\":false}]}";

/* A change that vCenter carries out, from the operator's yes to its verification. */
static void do_change(struct bench *b, struct ra_session *s, struct puppet *vc, const char *seen)
{
	session_until(b->hub, s, RA_ASK_YES_NO);
	vc->ticket_count = 0;
	assert_int_equal(session_say(s, RA_WORD_YES, NULL, &b->errs), RA_OK);
	session_settle(b->hub);
	answered(b, vc, "null");
	session_settle(b->hub);
	answered(b, vc, seen);
}

static bool one_says(const struct ra_texts *texts, const char *word)
{
	for (size_t i = 0; i < texts->count; i++)
		if (strstr(texts->items[i], word))
			return true;
	return false;
}

/* The process died while it waited for a change to show, and goes on twenty minutes later (long past the minute it would have waited), or after
 * the clock was set back by an hour: what is read now counts, and what does not answer yet is waited for, not judged. */
static void test_a_wait_goes_on_after_a_resume(void **state)
{
	static const struct {
		int64_t later_ms; /* by the wall clock */
		bool answers;
	} rows[] = {{1200000, true}, {1200000, false}, {-3600000, true}, {-3600000, false}};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		char path[] = "/tmp/reattest-wait-XXXXXX";
		struct ra_session *s = NULL;
		struct bench b;

		assert_true(mkstemp(path) >= 0);
		unlink(path);
		set_up(&b, 1);
		b.options.flow = "vc";
		b.options.entry = "ssh-on";
		b.options.interactive = true;
		b.options.all_checks = false;
		b.options.journal_path = path;
		struct puppet *vc = session_puppet_at(b.hub, KEY);

		s = add(&b, "esx01");
		session_until(b.hub, s, RA_ASK_YES_NO);
		vc->ticket_count = 0;
		assert_int_equal(session_say(s, RA_WORD_YES, NULL, &b.errs), RA_OK);
		session_settle(b.hub);
		answered(&b, vc, "null");
		ra_hub_free(b.hub);

		wall_shift_ms = rows[i].later_ms;
		b.hub = ra_hub_new(1);
		b.options.host = b.options.journal_path = NULL;
		vc = session_puppet_at(b.hub, KEY);
		assert_int_equal(ra_session_resume(b.hub, &b.options, path, &s, &b.errs), RA_OK);
		assert_true(ra_session_now(s) >= s->entries[s->entry_count - 2].t);
		session_until(b.hub, s, RA_ASK_WAIT);
		struct ra_view *view = session_look(s);

		assert_true(view->prompt.deadline > view->now);
		assert_true(one_says(&view->since, rows[i].later_ms > 0 ? "20 min before" : "less than a minute before"));
		ra_view_free(view);
		if (rows[i].answers) {
			answered(&b, vc, service_on);
			session_until(b.hub, s, RA_ASK_CHOICE);
		} else {
			puppet_reply(vc, vc->tickets[vc->ticket_count - 1], RA_LINK_UNREACHABLE);
			session_settle(b.hub);
		}
		view = session_look(s);
		assert_string_equal(view->actions[0].result, rows[i].answers ? "verified" : "unknown");
		assert_int_equal(view->prompt.kind, rows[i].answers ? RA_ASK_CHOICE : RA_ASK_WAIT);
		ra_view_free(view);
		tear_down(&b);
		unlink(path);
		wall_shift_ms = 0;
	}
}

static bool unseen_says(const struct ra_view *view, const char *what, const char *why)
{
	for (size_t i = 0; i < view->unseen_count; i++)
		if (!strcmp(view->unseen[i].what, what) && strstr(view->unseen[i].why, why))
			return true;
	return false;
}

/* What is left out keeps the operator's reason, in the way and under what was not checked, also when the record is read; what could be a
 * recovery key is not in it. A wait that is given up keeps its own. */
static void test_left_out_with_a_reason(void **state)
{
	for (int waits = 0; waits < 2; waits++) {
		char path[] = "/tmp/reattest-why-XXXXXX";
		struct ra_session *s = NULL, *read = NULL;
		struct bench b;

		assert_true(mkstemp(path) >= 0);
		unlink(path);
		set_up(&b, 1);
		b.options.flow = "vc";
		b.options.entry = "ssh-on";
		b.options.interactive = true;
		b.options.all_checks = false;
		b.options.journal_path = path;
		struct puppet *vc = session_puppet_at(b.hub, KEY);

		s = add(&b, "esx01");
		session_until(b.hub, s, RA_ASK_YES_NO);
		if (waits) {
			vc->ticket_count = 0;
			assert_int_equal(session_say(s, RA_WORD_YES, NULL, &b.errs), RA_OK);
			session_settle(b.hub);
			answered(&b, vc, "null");
			session_until(b.hub, s, RA_ASK_WAIT);
		}
		struct ra_view *view = session_look(s);
		struct ra_word word = {.prompt = view->prompt.id, .kind = RA_WORD_SKIP,
				       .typed = "no window 111111-222222-333333-444444-555555-666666-777777-888888-999999-000000-111111-222222-333333-"
						"444444-555555-666666"};

		assert_true(view->prompt.skip_why);
		ra_view_free(view);
		assert_int_equal(ra_session_answer(s, &word, &b.errs), RA_OK);
		session_settle(b.hub);
		assert_int_equal(ra_session_stop(s, "operator", &b.errs), RA_OK);
		assert_int_equal(ra_session_read(b.flows, path, &read, &b.errs), RA_OK);
		view = session_look(read);
		if (waits) {
			assert_non_null(strstr(view->actions[0].said, "no window"));
		} else {
			assert_non_null(strstr(view->steps[0].because, "left out by the operator: no window"));
			assert_int_equal(view->steps[0].mark, RA_MARK_SKIP);
			assert_true(unseen_says(view, "SSH on", "no window"));
			assert_null(strstr(view->steps[0].because, "222222"));
		}
		ra_view_free(view);
		ra_session_close(read);
		tear_down(&b);
		unlink(path);
	}
}

/* A walk lives by the clock it began with: that the wall clock is set meanwhile is nothing to it. */
static void test_the_wall_clock_is_set(void **state)
{
	static const int64_t shifts_ms[] = {7200000, -3600000};

	for (size_t i = 0; i < RA_LEN(shifts_ms); i++) {
		struct bench b;

		set_up(&b, 1);
		struct ra_session *s = add(&b, "esx01");
		ra_utc_ms before = ra_session_now(s);

		wall_shift_ms = shifts_ms[i];
		assert_true(ra_session_now(s) >= before && ra_session_now(s) - before < 60000);
		wall_shift_ms = 0;
		tear_down(&b);
	}
}

/* What was changed for the walk alone is told while it lasts and at the end; a walk that goes on offers to take it back before it asks
 * anything of anybody, and is asked once. */
static void test_owed_on_resume(void **state)
{
	for (int later = 0; later < 2; later++) {
		char path[] = "/tmp/reattest-owed-XXXXXX";
		struct ra_session *s = NULL;
		struct bench b;

		assert_true(mkstemp(path) >= 0);
		unlink(path);
		set_up(&b, 1);
		b.options.flow = "vc";
		b.options.entry = "ssh-on";
		b.options.interactive = true;
		b.options.all_checks = false;
		b.options.journal_path = path;
		struct puppet *vc = session_puppet_at(b.hub, KEY);

		s = add(&b, "esx01");
		do_change(&b, s, vc, service_on);
		session_until(b.hub, s, RA_ASK_CHOICE);
		struct ra_view *view = session_look(s);

		assert_string_equal(view->prompt.title, "Ask");
		assert_int_equal(view->owed.count, 1);
		assert_string_equal(view->owed.items[0], "Still to be done: SSH off.");
		assert_false(one_says(&view->next, "SSH off"));
		ra_view_free(view);
		assert_int_equal(ra_session_stop(s, "operator", &b.errs), RA_OK);
		view = session_look(s);
		assert_true(one_says(&view->next, "SSH off") && one_says(&view->next, "`reattest resume`"));
		ra_view_free(view);
		assert_string_equal(ra_json_get(s->entries[s->entry_count - 1].body, "owed")->child->valuestring, "ssh-on");
		ra_hub_free(b.hub);

		b.hub = ra_hub_new(1);
		b.options.host = b.options.journal_path = NULL;
		vc = session_puppet_at(b.hub, KEY);
		assert_int_equal(ra_session_resume(b.hub, &b.options, path, &s, &b.errs), RA_OK);
		session_until(b.hub, s, RA_ASK_CHOICE);
		view = session_look(s);
		assert_int_equal(vc->ticket_count, 0);
		assert_non_null(strstr(view->prompt.text, "SSH on"));
		assert_true(one_says(&view->since, "less than a minute before") && one_says(&view->since, "SSH off"));
		assert_string_equal(view->prompt.options[0].id, "do-it");
		assert_true(view->prompt.options[0].safe);
		ra_view_free(view);
		assert_int_equal(session_say(s, RA_WORD_YES, NULL, &b.errs), RA_E_ARG);
		assert_int_equal(session_say(s, RA_WORD_CHOOSE, "a", &b.errs), RA_E_ARG);
		assert_int_equal(session_say(s, RA_WORD_CHOOSE, later ? "later" : "do-it", &b.errs), RA_OK);
		if (!later) {
			/* What was read before is read again first: no change is confirmed on it. */
			session_settle(b.hub);
			view = session_look(s);
			assert_int_equal(view->prompt.kind, RA_ASK_NOTHING);
			assert_int_equal(session_say(s, RA_WORD_YES, NULL, &b.errs), RA_E_STATE);
			assert_int_equal(vc->ticket_count, 2);
			assert_int_equal(view->since.count, 0); /* told until a step is taken */
			ra_view_free(view);
			puppet_reply(vc, vc->tickets[0], RA_LINK_TIMEOUT);
			answered(&b, vc, service_on);
			do_change(&b, s, vc, service_off);
		}
		session_until(b.hub, s, RA_ASK_CHOICE);
		view = session_look(s);
		assert_string_equal(view->prompt.title, "Ask");
		assert_int_equal(view->owed.count, later);
		ra_view_free(view);
		unlink(path);
		tear_down(&b);
	}
}

/* A user that was typed is the one the walk goes on with, once vCenter let them in. */
static void test_typed_user_is_kept(void **state)
{
	for (int up = 0; up < 2; up++) {
		char path[] = "/tmp/reattest-user-XXXXXX";
		struct bench b;

		assert_true(mkstemp(path) >= 0);
		unlink(path);
		set_up(&b, 1);
		b.options.vcenter.url = "vc.example";
		b.options.interactive = true;
		b.options.journal_path = path;
		struct puppet *vc = session_puppet_at(b.hub, "vcenter @vc.example:443");
		struct ra_session *s = add(&b, "esx01");

		session_settle(b.hub);
		puppet_need(vc, RA_NEED_USER);
		session_settle(b.hub);
		assert_int_equal(session_say(s, RA_WORD_TYPED, "typed@sso", &b.errs), RA_OK);
		puppet_state(vc, up ? RA_LINK_UP : RA_LINK_DOWN, up ? RA_LINK_ANSWERED : RA_LINK_REFUSED);
		session_settle(b.hub);
		ra_hub_free(b.hub);
		b.hub = ra_hub_new(1);
		b.options.host = b.options.journal_path = b.options.vcenter.url = NULL;
		assert_int_equal(ra_session_resume(b.hub, &b.options, path, &s, &b.errs), RA_OK);
		assert_string_equal(s->vcenter.user ? s->vcenter.user : "-", up ? "typed@sso" : "-");
		unlink(path);
		tear_down(&b);
	}
}

/* --insecure is loud: the plane says so, in its entry, too. */
static void test_unchecked_plane_says_so(void **state)
{
	struct bench b;

	set_up(&b, 1);
	b.options.insecure = true;
	struct puppet *vc = session_puppet_at(b.hub, KEY);
	struct ra_session *s = add(&b, "esx01");

	session_settle(b.hub);
	puppet_state(vc, RA_LINK_UP, RA_LINK_ANSWERED);
	session_settle(b.hub);
	struct ra_view *view = session_look(s);

	assert_non_null(strstr(view->planes[RA_PLANE_VCENTER].say, "certificate not checked (--insecure)"));
	ra_view_free(view);
	for (size_t i = 0; i < s->entry_count; i++)
		if (!strcmp(s->entries[i].kind, "plane"))
			assert_non_null(strstr(ra_json_str(s->entries[i].body, "say", ""), "certificate not checked (--insecure)"));
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_way_in),
		cmocka_unit_test(test_no_such_place),
		cmocka_unit_test(test_one_link_for_many_hosts),
		cmocka_unit_test(test_full_link),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_nobody_accepts),
		cmocka_unit_test(test_passwords_stay_apart),
		cmocka_unit_test(test_password_of_one_is_not_lent),
		cmocka_unit_test(test_action_by_vcenter),
		cmocka_unit_test(test_esxcli_is_marked),
		cmocka_unit_test(test_where_the_key_list_is_read),
		cmocka_unit_test(test_progress_and_cancel),
		cmocka_unit_test(test_full_link_keeps_the_change),
		cmocka_unit_test(test_no_password_to_anothers_place),
	    cmocka_unit_test(test_resume_keeps_the_way_in),
		cmocka_unit_test(test_owed_on_resume),
		cmocka_unit_test(test_a_wait_goes_on_after_a_resume),
		cmocka_unit_test(test_the_wall_clock_is_set),
		cmocka_unit_test(test_left_out_with_a_reason),
		cmocka_unit_test(test_typed_user_is_kept),
		cmocka_unit_test(test_unchecked_plane_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
