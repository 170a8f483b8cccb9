/* Waiting for a restart, in a world whose clock the test turns: what is asked how often, what of it is written down, what a person reads,
 * and how a machine that slept or a program that was killed goes on. */
#include "config.h"

#include "tests/unit/unit.h"

#include "base/io.h"
#include "tests/unit/session_rig.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NEVER 1000000
#define HOUR_S 3600

/* The clocks, stopped but for what the test turns them on. Linked in the place of libc's. */
static int64_t turned_ms;

int __wrap_clock_gettime(clockid_t id, struct timespec *out);

int __wrap_clock_gettime(clockid_t id, struct timespec *out)
{
	int64_t ms = turned_ms + (id == CLOCK_REALTIME ? 1773316800000 : 1000000);

	out->tv_sec = (time_t)(ms / 1000);
	out->tv_nsec = (long)(ms % 1000) * 1000000;
	return 0;
}

/* A host that goes down, is off, in POST, and back, at seconds from the start of the wait; and the BMC that is away for a while. */
struct world {
	int down_s, on_s, posted_s, up_s;
	int bmc_away_s, bmc_back_s;
	int64_t from_ms;  /* turned_ms at the start of the wait */
	int asked[RA_PLANE_COUNT];
	bool mute;        /* nothing is answered */
	bool login_refused;
};
static struct world world;

static int second(void)
{
	return (int)((turned_ms - world.from_ms) / 1000);
}

/* One plane of it. */
struct machine {
	struct ra_link head;
	enum ra_plane plane;
	enum ra_link_state told;
	struct ra_event events[32];
	int count;
};

static struct ra_event *push(struct machine *machine, enum ra_event_kind kind)
{
	assert_true(machine->count < (int)RA_LEN(machine->events));
	struct ra_event *event = &machine->events[machine->count++];

	*event = (struct ra_event){.kind = kind};
	return event;
}

static bool is_up(void)
{
	return second() < world.down_s || second() >= world.up_s;
}

static bool answers(enum ra_plane plane)
{
	if (plane == RA_PLANE_SSH)
		return is_up() && !world.login_refused;
	return plane != RA_PLANE_BMC || second() < world.bmc_away_s || second() >= world.bmc_back_s;
}

/* What this plane answers to a request. */
static void put_answer(enum ra_plane plane, const char *request, struct ra_buf *out)
{
	char stamp[RA_UTC_TEXT_LEN];
	int64_t up_ms = second() < world.down_s ? 86400000 + turned_ms : turned_ms - world.from_ms - (int64_t)world.up_s * 1000 + 60000;
	ra_err err = RA_OK;

	if (plane == RA_PLANE_BMC && !strcmp(request, "{\"redfish\":\"system\"}"))
		err = ra_buf_printf(out, "{\"PowerState\":\"%s\",\"Oem\":{\"Hpe\":{\"PostState\":\"%s\"}}}",
				    !is_up() && second() < world.on_s ? "Off" : "On",
				    is_up() || second() >= world.posted_s ? "FinishedPost" : second() < world.on_s ? "PowerOff" : "InPost");
	else if (strstr(request, "connectionState"))
		err = ra_buf_text(out, is_up() ? "\"connected\"" : "\"notResponding\"");
	else if (strstr(request, "bootTime"))
		err = ra_buf_printf(out, "\"%s\"", ra_utc_format(1773316800000 - 86400000, stamp));
	else if (strstr(request, "uptime"))
		err = ra_buf_printf(out, "%lld\n", (long long)up_ms * 1000);
	else if (strstr(request, "date"))
		err = ra_buf_printf(out, "%s\n", ra_utc_format(ra_utc_now() / 1000 * 1000, stamp));
	assert_int_equal(err, RA_OK);
}

static ra_err machine_submit(struct ra_link *link, const struct ra_ticket *ticket, struct ra_errs *errs RA_UNUSED)
{
	struct machine *machine = (struct machine *)link;
	bool good = answers(machine->plane);
	enum ra_link_why why = good ? RA_LINK_ANSWERED : machine->plane == RA_PLANE_SSH && world.login_refused ? RA_LINK_REFUSED : RA_LINK_UNREACHABLE;
	enum ra_link_state now = good ? RA_LINK_UP : RA_LINK_DOWN;

	world.asked[machine->plane]++;
	if (world.mute)
		return RA_OK;
	if (machine->told != now || !good) { /* a link that is down tries to connect anew */
		push(machine, RA_EV_STATE)->state = RA_LINK_CONNECTING;
		struct ra_event *state = push(machine, RA_EV_STATE);

		state->state = machine->told = now;
		state->why = why;
	}
	struct ra_event *event = push(machine, RA_EV_REPLY);

	event->reply.ticket = ticket->id;
	event->reply.why = why;
	event->reply.sent = good;
	event->reply.status = good ? 0 : -1;
	event->reply.sent_at = event->reply.came_at = ra_clock_utc(&machine->head.clock, ra_mono_now());
	snprintf(event->reply.say, sizeof(event->reply.say), "no answer");
	if (good)
		put_answer(machine->plane, ticket->request, &event->reply.out);
	return RA_OK;
}

static void machine_cancel(struct ra_link *link RA_UNUSED, uint64_t ticket RA_UNUSED)
{
}

static void machine_answer(struct ra_link *link RA_UNUSED, bool yes RA_UNUSED, const struct ra_secret *secret RA_UNUSED)
{
}

static void machine_hint(struct ra_link *link RA_UNUSED, const char *what RA_UNUSED)
{
}

static int machine_poll(const struct ra_link *link, struct pollfd *fds RA_UNUSED, ra_mono_ms *deadline)
{
	*deadline = ((const struct machine *)link)->count ? ra_mono_now() : RA_DEADLINE_NONE;
	return 0;
}

static void machine_step(struct ra_link *link RA_UNUSED, ra_mono_ms now RA_UNUSED)
{
}

static void machine_next(struct ra_link *link, struct ra_event *out)
{
	struct machine *machine = (struct machine *)link;

	*out = (struct ra_event){.kind = RA_EV_NONE};
	if (!machine->count)
		return;
	*out = machine->events[0];
	memmove(machine->events, machine->events + 1, (size_t)--machine->count * sizeof(machine->events[0]));
}

static void machine_free(struct ra_link *link)
{
	struct machine *machine = (struct machine *)link;

	for (int i = 0; i < machine->count; i++)
		ra_event_clear(&machine->events[i]);
	free(machine);
}

static const struct ra_link_ops machine_ops = {
	.name = "machine", .submit = machine_submit, .cancel = machine_cancel, .answer = machine_answer, .hint = machine_hint,
	.poll = machine_poll, .step = machine_step, .next = machine_next, .free = machine_free,
};

static const char flow[] =
	"{\"$schema\":\"s\",\"format\":1,\"id\":\"w\",\"version\":\"1\",\"title\":\"W\",\"start\":\"act\",\"required\":[\"host.boot_time\"],\n"
	"\"entries\":[{\"say\":\"It is to start again\",\"go\":\"act\"}],\"steps\":{\n"
	"\"act\":{\"kind\":\"action\",\"title\":\"Restart\",\"by\":\"human\",\"danger\":\"disruptive\",\"touches\":[\"reboot\"],\"toward\":\"restore\",\n"
	" \"say\":\"Restart it.\",\"verify\":{\"checks\":[\"boot-time\",\"host-clock\",\"host-connection\",\"bmc-system\"],\n"
	" \"until\":{\"fact\":\"host.boot_time\",\"plane\":\"ssh\",\"gt\":{\"action\":\"start\"}},\"every_s\":20,\"for_s\":3600},\n"
	" \"ok\":\"well\",\"fail\":\"stop\",\"skip\":\"stop\",\"undo\":\"It runs.\"},\n"
	"\"well\":{\"kind\":\"end\",\"title\":\"Well\",\"outcome\":\"resolved\"},\n"
	"\"stop\":{\"kind\":\"end\",\"title\":\"Stop\",\"outcome\":\"stopped\",\"next\":[\"Go on later.\"]}}}\n";

static struct ra_flowset *flows;

static int load(void **state)
{
	char dir[512], own[] = "/tmp/reattest-watch-XXXXXX", path[64], line[1024];
	const char *dirs[] = {dir, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .file = path, .trust_anyone = true, .unproven = true};
	struct ra_errs errs;

	(void)state;
	ra_errs_clear(&errs);
	snprintf(dir, sizeof(dir), "%s/flows", unit_dir("RA_SRCDIR"));
	if (!mkdtemp(own))
		return -1;
	snprintf(path, sizeof(path), "%s/w.flow.json", own);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || ra_write_all(fd, flow, sizeof(flow) - 1, &errs) || ra_flowset_load(&sources, &flows, &errs))
		fprintf(stderr, "%s\n", ra_errs_line(&errs, line, sizeof(line)));
	if (fd >= 0)
		close(fd);
	unlink(path);
	rmdir(own);
	return flows ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	flows = ra_flowset_free(flows);
	return 0;
}

struct bench {
	struct ra_hub *hub;
	struct ra_session *session;
	struct ra_session_options options;
	struct ra_errs errs;
	int wakes; /* how often poll returned */
};

static void add_machine(struct bench *b, enum ra_plane plane, const char *key)
{
	struct machine *machine = calloc(1, sizeof(*machine));

	assert_non_null(machine);
	machine->head.ops = &machine_ops;
	machine->head.clock = b->session->clock;
	machine->plane = plane;
	b->hub->links[b->hub->link_count++] = (struct ra_hub_link){.key = strdup(key), .link = &machine->head, .credential = -1};
}

static void add_machines(struct bench *b)
{
	add_machine(b, RA_PLANE_SSH, "ssh @esx01:0");
	if (b->session->planes[RA_PLANE_VCENTER].given)
		add_machine(b, RA_PLANE_VCENTER, b->session->vcenter.key);
	if (b->session->planes[RA_PLANE_BMC].given)
		add_machine(b, RA_PLANE_BMC, b->session->bmc.key);
}

static void options_of(struct bench *b, bool all)
{
	*b = (struct bench){.hub = ra_hub_new(1)};
	ra_errs_clear(&b->errs);
	b->options = (struct ra_session_options){.flows = flows, .host = "esx01", .flow = "w", .interactive = true, .until = RA_UTC_NONE,
						 .vcenter = {.url = all ? "v@vc.example" : ""},
						 .bmc = {.url = all ? "b@bmc.example" : ""}};
}

/* To the wait for it, in a world. */
static void set_up(struct bench *b, bool all, const struct world *made, const char *path)
{
	turned_ms = 0;
	world = *made;
	world.from_ms = NEVER * 1000LL; /* nothing of it begins yet */
	options_of(b, all);
	b->options.journal_path = path;
	assert_int_equal(ra_session_new(b->hub, &b->options, &b->session, &b->errs), RA_OK);
	add_machines(b);
	session_settle(b->hub);
	for (int i = 0; i < 4 && ra_session_stand(b->session).phase != RA_PH_VERIFY; i++) {
		bool acting = ra_session_stand(b->session).phase == RA_PH_ACTING;

		turned_ms += 1000;
		if (acting) {
			memset(world.asked, 0, sizeof(world.asked));
			world.from_ms = turned_ms;
		}
		assert_int_equal(acting ? session_say(b->session, RA_WORD_CHOOSE, "done", &b->errs)
					: session_say(b->session, RA_WORD_YES, NULL, &b->errs), RA_OK);
		session_settle(b->hub);
	}
	assert_int_equal(ra_session_stand(b->session).phase, RA_PH_VERIFY);
}

static void tear_down(struct bench *b)
{
	ra_hub_free(b->hub);
}

/* Turn the clock to a second of the wait, as poll would: never further than the program asked to be woken. */
static void run_to(struct bench *b, int until_s)
{
	session_settle(b->hub);
	while (second() < until_s && !b->session->ended) {
		struct pollfd fds[RA_HUB_FDS_MAX];
		int timeout_ms = 0;

		(void)ra_hub_poll(b->hub, fds, RA_HUB_FDS_MAX, &timeout_ms);
		int64_t left = (int64_t)until_s * 1000 - (turned_ms - world.from_ms);

		turned_ms += timeout_ms < 0 || timeout_ms > left ? left : timeout_ms;
		b->wakes++;
		session_settle(b->hub);
	}
}

static int entries_of(const struct bench *b, const char *kind)
{
	int count = 0;

	for (size_t i = 0; i < b->session->entry_count; i++)
		count += !strcmp(b->session->entries[i].kind, kind);
	return count;
}

/* What stands of a plane, "" for no line of it. Out: in out[cap]. */
static const char *line_of(const struct bench *b, const char *plane, char *out, size_t cap)
{
	struct ra_view *view = session_look(b->session);

	out[0] = '\0';
	for (size_t i = 0; i < view->prompt.watch_count; i++)
		if (!strcmp(view->prompt.watch[i].plane, plane))
			snprintf(out, cap, "%s %d", view->prompt.watch[i].say, (int)((view->now - view->prompt.watch[i].since) / 1000));
	ra_view_free(view);
	return out;
}

static void reads(const struct bench *b, const char *plane, const char *wanted)
{
	char line[256];

	if (strcmp(line_of(b, plane, line, sizeof(line)), wanted))
		fail_msg("second %d, %s: \"%s\", not \"%s\"", second(), plane, line, wanted);
}

static const struct world comes_back = {.down_s = 30, .on_s = 70, .posted_s = 310, .up_s = 610, .bmc_away_s = NEVER, .bmc_back_s = NEVER};

/* It is over when a boot time says so, and not when the BMC says it runs; each plane is told as it was seen, and since when. */
static void test_what_is_seen(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, true, &comes_back, NULL);
	run_to(&b, 5);
	reads(&b, "ssh", "answers, not started again yet 5");
	reads(&b, "vcenter", "host connected, not started again yet 5");
	reads(&b, "bmc", "On, POST finished 5");
	run_to(&b, 65);
	reads(&b, "ssh", "no answer yet 25");
	reads(&b, "vcenter", "host not responding 25");
	reads(&b, "bmc", "Off 25");
	run_to(&b, 300);
	reads(&b, "bmc", "On, in POST 220");
	run_to(&b, 600);
	reads(&b, "bmc", "On, POST finished 280");
	assert_false(b.session->ended);
	run_to(&b, HOUR_S);
	assert_true(b.session->ended);
	struct ra_view *view = session_look(b.session);

	assert_string_equal(view->outcome, "resolved");
	assert_string_equal(view->actions[0].result, "verified");
	ra_view_free(view);
	assert_true(second() >= 610 && second() <= 630);
	tear_down(&b);
}

/* The price of ten minutes: three looks a minute and plane, for each check of it; a wake-up for each look; and no entry without news. */
static void test_price_of_waiting(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, true, &comes_back, NULL);
	run_to(&b, 600);
	/* SSH: boot time and clock; vCenter: boot time and connection; BMC: its system. Second 0 to 600 each 20 s. */
	assert_int_equal(world.asked[RA_PLANE_SSH], 62);
	assert_int_equal(world.asked[RA_PLANE_VCENTER], 62);
	assert_int_equal(world.asked[RA_PLANE_BMC], 31);
	if (b.wakes > 70)
		fail_msg("woke %d times", b.wakes);
	if (entries_of(&b, "reply") > 20)
		fail_msg("%d replies stand in the record", entries_of(&b, "reply"));
	tear_down(&b);
}

/* An hour of nothing: told when it is off for long, given up after one more look at each, and read in a minute. */
static void test_an_hour_of_nothing(void **state)
{
	static const struct world off = {.down_s = 30, .on_s = NEVER, .posted_s = NEVER, .up_s = NEVER, .bmc_away_s = NEVER, .bmc_back_s = NEVER};
	struct bench b;
	int same = 0, before;

	(void)state;
	set_up(&b, true, &off, NULL);
	before = entries_of(&b, "reply") - world.asked[RA_PLANE_SSH] - world.asked[RA_PLANE_VCENTER] - world.asked[RA_PLANE_BMC];
	run_to(&b, 300);
	struct ra_view *view = session_look(b.session);

	assert_string_equal(view->prompt.hint, "");
	ra_view_free(view);
	run_to(&b, 350);
	view = session_look(b.session);
	assert_non_null(strstr(view->prompt.hint, "The server is off for long. Look at its console."));
	ra_view_free(view);
	run_to(&b, HOUR_S - 1);
	assert_false(b.session->ended);
	run_to(&b, HOUR_S + 60);
	assert_true(b.session->ended);
	view = session_look(b.session);
	assert_string_equal(view->actions[0].result, "unverified");
	ra_view_free(view);
	assert_true(world.asked[RA_PLANE_SSH] + world.asked[RA_PLANE_VCENTER] + world.asked[RA_PLANE_BMC] >= 5 * 180);
	if (entries_of(&b, "reply") > 64)
		fail_msg("%d replies stand in the record", entries_of(&b, "reply"));
	for (size_t i = 0; i < b.session->entry_count; i++)
		same += (int)ra_json_int(b.session->entries[i].body, "same", 0);
	/* No look is lost to the record: those not written down are counted in those that are, but for the last of all. */
	assert_int_equal(same + entries_of(&b, "reply") - before, world.asked[RA_PLANE_SSH] + world.asked[RA_PLANE_VCENTER] + world.asked[RA_PLANE_BMC]);
	tear_down(&b);
}

static void test_post_does_not_end(void **state)
{
	static const struct world stuck = {.down_s = 30, .on_s = 70, .posted_s = NEVER, .up_s = NEVER, .bmc_away_s = NEVER, .bmc_back_s = NEVER};
	static const struct world silent = {.down_s = 30, .on_s = 70, .posted_s = 100, .up_s = NEVER, .bmc_away_s = NEVER, .bmc_back_s = NEVER};
	static const struct {
		const struct world *world;
		const char *say;
	} rows[] = {{&stuck, "POST does not finish."}, {&silent, "The firmware is done and the host does not answer."}};

	(void)state;
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct bench b;

		set_up(&b, true, rows[i].world, NULL);
		run_to(&b, 900);
		struct ra_view *view = session_look(b.session);

		assert_string_equal(view->prompt.hint, "");
		ra_view_free(view);
		run_to(&b, 1100);
		view = session_look(b.session);
		assert_non_null(strstr(view->prompt.hint, rows[i].say));
		assert_int_equal(view->action_count, 1);
		ra_view_free(view);
		tear_down(&b);
	}
}

/* A plane that is not given has no line, is not asked, and nobody is asked in its place; one that is away does not end the wait. */
static void test_planes(void **state)
{
	struct world away = comes_back;
	struct bench b;

	(void)state;
	set_up(&b, false, &comes_back, NULL);
	run_to(&b, 300);
	assert_int_equal(world.asked[RA_PLANE_VCENTER] + world.asked[RA_PLANE_BMC], 0);
	struct ra_view *view = session_look(b.session);

	assert_int_equal(view->prompt.kind, RA_ASK_WAIT);
	assert_int_equal(view->prompt.watch_count, 1);
	ra_view_free(view);
	run_to(&b, HOUR_S);
	view = session_look(b.session);
	assert_string_equal(view->outcome, "resolved");
	ra_view_free(view);
	tear_down(&b);

	away.bmc_away_s = 35;
	away.bmc_back_s = 500;
	set_up(&b, true, &away, NULL);
	run_to(&b, 300);
	reads(&b, "bmc", "no answer yet 260");
	run_to(&b, 590);
	reads(&b, "bmc", "On, POST finished 90");
	run_to(&b, HOUR_S);
	view = session_look(b.session);
	assert_string_equal(view->outcome, "resolved");
	ra_view_free(view);
	tear_down(&b);
}

/* Who is not let in is told so; the wait goes on. */
static void test_refused(void **state)
{
	struct world refused = comes_back;
	struct bench b;

	(void)state;
	refused.login_refused = true;
	set_up(&b, true, &refused, NULL);
	run_to(&b, 100);
	reads(&b, "ssh", "refused; it is not tried again by itself 100");
	assert_false(b.session->ended);
	tear_down(&b);
}

/* This machine sleeps past the deadline: all is read at once, and the wait is given up only when it had time to find its network again. */
static void test_sleep(void **state)
{
	static const struct world off = {.down_s = 30, .on_s = NEVER, .posted_s = NEVER, .up_s = NEVER, .bmc_away_s = NEVER, .bmc_back_s = NEVER};
	const int woke_s = 2 * HOUR_S;
	struct bench b;

	(void)state;
	set_up(&b, true, &off, NULL);
	run_to(&b, 100);
	memset(world.asked, 0, sizeof(world.asked));
	turned_ms = world.from_ms + woke_s * 1000LL;
	session_settle(b.hub);
	/* What does not answer right after a sleep says nothing: it is asked once more. */
	assert_int_equal(world.asked[RA_PLANE_SSH], 4);
	assert_int_equal(world.asked[RA_PLANE_VCENTER], 2);
	assert_int_equal(world.asked[RA_PLANE_BMC], 1);
	assert_false(b.session->ended);
	struct ra_view *view = session_look(b.session);

	assert_int_equal(view->prompt.slept_ms / 1000, woke_s - 100);
	assert_int_equal(view->prompt.deadline - view->now, 300000);
	ra_view_free(view);
	run_to(&b, woke_s + 299);
	assert_false(b.session->ended);
	run_to(&b, woke_s + 360);
	assert_true(b.session->ended);
	tear_down(&b);

	/* Awake while it started: seen at the first look. */
	set_up(&b, true, &comes_back, NULL);
	run_to(&b, 100);
	turned_ms = world.from_ms + woke_s * 1000LL;
	session_settle(b.hub);
	view = session_look(b.session);
	assert_string_equal(view->outcome, "resolved");
	ra_view_free(view);
	tear_down(&b);
}

/* The program dies in the wait, with all it had seen; the next one waits for the same start. */
static void test_killed_and_resumed(void **state)
{
	char path[] = "/tmp/reattest-watch-XXXXXX", copy[64];
	struct ra_session *s = NULL;
	struct bench b;

	(void)state;
	assert_non_null(mkdtemp(path));
	char first[64];

	snprintf(first, sizeof(first), "%s/first", path);
	snprintf(copy, sizeof(copy), "%s/copy", path);
	set_up(&b, true, &comes_back, first);
	run_to(&b, 100);
	ra_utc_ms start = ra_session_stand(b.session).action_start;
	char command[200];

	/* The file as a killed program leaves it. */
	snprintf(command, sizeof(command), "cp %s %s", first, copy);
	assert_int_equal(system(command), 0);
	tear_down(&b);
	options_of(&b, true);
	assert_int_equal(ra_session_resume(b.hub, &b.options, copy, &s, &b.errs), RA_OK);
	b.session = s;
	add_machines(&b);
	memset(world.asked, 0, sizeof(world.asked));
	session_settle(b.hub);
	assert_int_equal(ra_session_stand(s).phase, RA_PH_VERIFY);
	assert_true(ra_session_stand(s).action_start == start);
	assert_int_equal(world.asked[RA_PLANE_BMC], 1);
	run_to(&b, 105);
	reads(&b, "bmc", "On, in POST 5");
	run_to(&b, HOUR_S);
	struct ra_view *view = session_look(s);

	assert_string_equal(view->actions[0].result, "verified");
	ra_view_free(view);
	assert_true(second() >= 610 && second() <= 630);
	tear_down(&b);
	unlink(first);
	unlink(copy);
	snprintf(command, sizeof(command), "rm -rf %s", path);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_seen),	  cmocka_unit_test(test_price_of_waiting), cmocka_unit_test(test_an_hour_of_nothing),
		cmocka_unit_test(test_post_does_not_end), cmocka_unit_test(test_planes),	   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_sleep),		  cmocka_unit_test(test_killed_and_resumed),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
