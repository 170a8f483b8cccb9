/* The program on a terminal: started, walked by keys, resized, stopped, ended by signals; what it leaves behind, and
 * what it costs. */
#include "tests/unit/unit.h"

#include "base/io.h"
#include "tests/live/pty.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEST_MAX_S 100
#define MOVE_BYTES_MAX 120
#define FIRST "What do you see?"
#define DEMO                                                                                                           \
	{                                                                                                              \
		"demo", "secure-boot-off"                                                                              \
	}
#define UP "\033[A"
#define DOWN "\033[B"

/* Fail, with the whole screen; cmocka's own messages are cut. */
static void broken(struct pty *pty, const char *fmt, ...) RA_PRINTF(2, 3);
static void broken(struct pty *pty, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "; what stands there:\n%s", pty_text(pty));
	pty_end(pty);
	fail();
}

static void begin(struct pty *pty, const struct pty_start *start, const char *until)
{
	alarm(TEST_MAX_S);
	pty_begin(pty, start);
	if (until && !pty_see(pty, until, false))
		broken(pty, "\"%s\" never stood there", until);
}

static void begin_demo(struct pty *pty)
{
	begin(pty, &(struct pty_start){.rows = 24, .cols = 80, .args = DEMO}, FIRST);
	assert_true(pty_see(pty, "q quit", false));
	pty_settle(pty, 100);
}

/* The row that is marked. */
static const char *marked(struct pty *pty)
{
	const char *at = strstr(pty_text(pty), "> ");

	return at ? at : "";
}

static bool pty_changed_mark(struct pty *pty, const char *before)
{
	for (int i = 0; i < 200 && !strcmp(before, marked(pty)); i++)
		pty_settle(pty, 20);
	return strcmp(before, marked(pty)) != 0;
}

/* What to press when a text stands on the screen: the ways through two simulated hosts. */
struct cue {
	const char *see, *keys;
};
static const struct cue restored[] = {
    {"Keep waiting", NULL},
    {"What changed", "gjxG\r"},
    {"Support bundle", "g\r"},
    {"type  yes  here", "jyes\r"},
    {"type  esx01.lab.example  here", "jesx01.lab.example\r"},
    {"Yes means: you do this now", "j\r"},
    {"It is done", "k\r"},
    {"> Next", "\r"},
    {FIRST, "\r"},
    {"I do not know", "g\r"},
};
#define WRONG_KEY                                                                                                      \
	"314159-265358-979323-846264-338327-950288-419716-939937-510582-097494-459230-781640-628620-899862-803482-"    \
	"534211"
static const struct cue sealed[] = {
    {"What changed", "gxG\r"},
    {"Support bundle", "gj\r"},
    {"type  yes  here", "jyes\r"},
    {"type  esx01.lab.example  here", "jesx01.lab.example\r"},
    {"must hold first", "g\r"},
    {"paste it here", "\033[200~" WRONG_KEY "\033[201~\r"},
    {"> No", "j\r"},
    {"It is done", "k\r"},
    {"> Next", "\r"},
    {FIRST, "\r"},
};

/* The part of the screen on the right: what the prompt is. */
static bool stands(const char *screen, const char *text)
{
	for (const char *line = screen; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		const char *end = strchr(line, '\n'), *bar = strstr(line, "\xe2\x94\x82"),
			   *at = bar ? strstr(bar, text) : NULL;

		if (at && (!end || at < end))
			return true;
	}
	return false;
}

/* Press what the cues say until a text stands there. */
static void drive(struct pty *pty, const struct cue *cues, size_t count, const char *until)
{
	for (int pressed = 0; !stands(pty_text(pty), until); pressed++) {
		char *before = strdup(pty_text(pty));
		size_t i = 0;

		while (i < count && !stands(before, cues[i].see))
			i++;
		if (i < count && cues[i].keys)
			pty_press(pty, cues[i].keys);
		bool changed = pty_changed(pty, before);

		free(before);
		if (!changed || pressed > 200)
			broken(pty, "nothing new after %d keys, \"%s\" not reached", pressed, until);
		pty_settle(pty, 30);
	}
}

static void walks_to_its_outcome(void **state)
{
	struct pty pty;

	begin_demo(&pty);
	drive(&pty, restored, RA_LEN(restored), "Outcome:");
	if (!stands(pty_text(&pty), "Outcome: resolved"))
		broken(&pty, "it was not resolved");
	pty_press(&pty, "q");
	int status = pty_status(&pty);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(pty_restored(&pty));
	pty_end(&pty);
}

/* A recovery key that is pasted reaches neither the screen nor the record. */
static void a_secret_stays_unseen(void **state)
{
	RA_AUTO(ra_buf_free) struct ra_buf record = {0};
	struct ra_errs errs;
	struct pty pty;
	char path[4096];

	ra_errs_clear(&errs);
	begin(&pty,
	      &(struct pty_start){.rows = 40,
				  .cols = 100,
				  .args = {"demo", "sealed-without-key", "--journal",
					   (char *)pty_path("sealed.jsonl", path, sizeof(path))}},
	      FIRST);
	drive(&pty, sealed, RA_LEN(sealed), "paste it here");
	pty_press(&pty, "\033[200~" WRONG_KEY "\033[201~");
	assert_true(pty_see(&pty, "(typed; not shown)", false));
	pty_press(&pty, "\r");
	assert_true(pty_see(&pty, "(typed; not shown)", true));
	drive(&pty, sealed, 1, "differ");
	pty_press(&pty, "q");
	pty_settle(&pty, 50);
	assert_int_equal(ra_read_file(path, &record, &errs), RA_OK);
	assert_null(strstr(ra_buf_str(&record), "314159"));
	assert_null(strstr(ra_buf_str(&pty.raw), "314159"));
	pty_end(&pty);
}

static void pages_open_and_close(void **state)
{
	static const char *const pages[][2] = {{"a", "Causes "},
					       {"c", "Every request"},
					       {"f", "What is known"},
					       {"s", "The steps so far"},
					       {"?", "Keys "}};
	struct pty pty;

	begin_demo(&pty);
	pty_press(&pty, "\r");
	assert_true(pty_see(&pty, "> Next", false));
	for (size_t i = 0; i < RA_LEN(pages); i++) {
		pty_press(&pty, pages[i][0]);
		assert_true(pty_see(&pty, pages[i][1], false) || !i);
		assert_true(pty_see(&pty, "q close", false));
		pty_press(&pty, "q");
		assert_true(pty_see(&pty, "> Next", false));
	}
	pty_press(&pty, "v");
	assert_true(pty_see(&pty, "%)", false));
	pty_press(&pty, "\033");
	assert_true(pty_see(&pty, "> Next", false));
	pty_end(&pty);
}

static void a_resize_keeps_the_selection(void **state)
{
	static const int sizes[][2] = {{15, 60}, {12, 40}, {50, 132}, {24, 80}, {24, 41}, {60, 200}, {24, 80}};
	struct pty pty;

	begin_demo(&pty);
	pty_press(&pty, DOWN);
	assert_true(pty_see(&pty, "> The host does not start", false));
	for (size_t i = 0; i < RA_LEN(sizes); i++) {
		pty_resize(&pty, sizes[i][0], sizes[i][1]);
		kill(pty.program, 0);
		assert_true(pty_see(&pty, "> The host does not start", false));
		assert_true(pty_see(&pty, "q quit", false));
	}
	pty_resize(&pty, 11, 30);
	assert_true(pty_see(&pty, "This window is 30 x 11", false));
	pty_press(&pty, "\r");
	pty_resize(&pty, 24, 80);
	assert_true(pty_see(&pty, "> The host does not start", false));
	pty_end(&pty);
}

static void signals_leave_the_terminal_as_it_was(void **state)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT};

	for (int started = 0; started < 2; started++)
		for (size_t i = 0; i < RA_LEN(signals); i++) {
			struct pty pty;

			begin_demo(&pty);
			if (started) {
				pty_press(&pty, "\r");
				assert_true(pty_see(&pty, "> Next", false));
			}
			kill(pty.program, signals[i]);
			int status = pty_status(&pty);

			assert_true(WIFEXITED(status));
			assert_int_equal(WEXITSTATUS(status), 128 + signals[i]);
			assert_true(pty_restored(&pty));
			pty_end(&pty);
		}
}

static void a_list_dies_of_its_signal(void **state)
{
	struct pty pty;

	begin(&pty, &(struct pty_start){.rows = 24, .cols = 80, .args = {"demo"}}, "Simulated hosts");
	assert_true(pty_see(&pty, "q quit", false));
	kill(pty.program, SIGTERM);
	int status = pty_status(&pty);

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_true(pty_restored(&pty));
	pty_end(&pty);
}

/* What a crash leaves: nothing of ours but the way it ended. */
static void a_crash_restores_too(void **state)
{
	struct pty pty;

	begin_demo(&pty);
	kill(pty.program, SIGSEGV);
	int status = pty_status(&pty);

	assert_true(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 99)); /* 99: a sanitizer's */
	if (WIFSIGNALED(status))
		assert_true(pty_restored(&pty));
	pty_end(&pty);
}

static void a_hangup_ends_it(void **state)
{
	struct pty pty;

	begin_demo(&pty);
	close(pty.master);
	pty.master = -1;
	int status = -1;

	assert_int_equal(read(pty.told, &status, sizeof(status)), sizeof(status));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 129);
	pty_end(&pty);
}

static void it_stops_and_comes_back(void **state)
{
	struct pty pty;

	begin_demo(&pty);
	for (int i = 0; i < 5; i++) {
		pty_press(&pty,
			  i % 2 ? UP "\032" : DOWN "\032"); /* right behind a key: the stop is not lost in a repaint */
		int status = pty_status(&pty);

		assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
		assert_true(pty_restored(&pty));
		pty_foreground(&pty);
		assert_true(pty_see(&pty, i % 2 ? "> Host TPM" : "> The host does", false));
		assert_true(pty.alternate);
	}
	kill(pty.program, SIGTSTP);
	assert_true(WIFSTOPPED(pty_status(&pty)));
	assert_true(pty_restored(&pty));
	pty_foreground(&pty);
	assert_true(pty_see(&pty, "> The host does", false));
	kill(pty.program, SIGSTOP);
	assert_true(WIFSTOPPED(pty_status(&pty)));
	pty_foreground(&pty);
	pty_settle(&pty, 50);
	pty_press(&pty, UP);
	assert_true(pty_see(&pty, "> Host TPM", false));
	pty_end(&pty);
}

static void a_paste_presses_no_key(void **state)
{
	struct pty pty;

	begin_demo(&pty);
	pty_press(&pty, "\033[200~q\rq\ny\033[201~");
	assert_true(pty_see(&pty, "pasted is not taken as keys", false));
	pty_press(&pty, DOWN);
	assert_true(pty_see(&pty, "> The host does not start", false));
	pty_end(&pty);
}

static void odd_sequences_press_no_key(void **state)
{
	struct pty pty;

	begin_demo(&pty);
	pty_press(&pty, "\033");
	pty_settle(&pty, 120);
	pty_press(&pty, "\033q\033[99~\033[?1;2c\033]0;q\007\033OA" DOWN);
	assert_true(pty_see(&pty, "> The host does not start", false));
	pty_end(&pty);
}

/* True when a byte of the stream is outside of ASCII. */
static bool beyond_ascii(const struct pty *pty)
{
	for (size_t i = 0; i < pty->raw.len; i++)
		if ((unsigned char)pty->raw.data[i] >= 0x80)
			return true;
	return false;
}

/* True when the stream sets a colour (SGR 30-37, 38, 90-97). */
static bool coloured(const struct pty *pty)
{
	for (const char *at = ra_buf_str(&pty->raw); (at = strstr(at, "\033[")); at++) {
		size_t len = strspn(at + 2, "0123456789;");

		if (at[2 + len] != 'm')
			continue;
		for (const char *part = at + 2; part < at + 2 + len; part += strcspn(part, ";m") + 1)
			if ((part[0] == '3' || part[0] == '9') && part[1] >= '0' && part[1] <= '8')
				return true;
	}
	return false;
}

static void colour_can_be_switched_off(void **state)
{
	static const struct {
		const char *term, *env;
		bool colour;
	} rows[] = {{"xterm-256color", NULL, true},
		    {"xterm-256color", "NO_COLOR=1", false},
		    {"xterm-256color", "NO_COLOR=", true},
		    {"vt100", NULL, false},
		    {"linux", NULL, true},
		    {"screen", NULL, true}};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct pty pty;

		begin(&pty,
		      &(struct pty_start){
			  .rows = 24, .cols = 80, .term = rows[i].term, .env = {rows[i].env}, .args = DEMO},
		      FIRST);
		pty_press(&pty, "\r");
		assert_true(pty_see(&pty, "PASS", false));
		pty_settle(&pty, 50);
		assert_int_equal(coloured(&pty), rows[i].colour);
		pty_end(&pty);
	}
}

static void ascii_is_kept(void **state)
{
	static const struct {
		const char *env, *arg;
		bool ascii;
	} rows[] = {{NULL, NULL, false},
		    {NULL, "--ascii", true},
		    {"LC_ALL=C", NULL, true},
		    {"LC_ALL=xx_XX.UTF-8", NULL, false}};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct pty pty;

		begin(
		    &pty,
		    &(struct pty_start){
			.rows = 24, .cols = 80, .env = {rows[i].env}, .args = {"demo", "secure-boot-off", rows[i].arg}},
		    FIRST);
		pty_settle(&pty, 50);
		assert_int_equal(!beyond_ascii(&pty), rows[i].ascii);
		pty_end(&pty);
	}
}

static void without_a_capable_terminal_it_is_plain(void **state)
{
	static const struct {
		const char *term, *env, *arg;
	} rows[] = {{"dumb", NULL, NULL},
		    {"no-such-terminal", NULL, NULL},
		    {NULL, "ACCESSIBLE=1", NULL},
		    {NULL, NULL, "--plain"}};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct pty pty;

		begin(&pty,
		      &(struct pty_start){.rows = 24,
					  .cols = 80,
					  .term = rows[i].term,
					  .env = {rows[i].env},
					  .args = {"demo", "secure-boot-off", rows[i].arg}},
		      "Choose a number");
		pty_press(&pty, "q\n");
		int status = pty_status(&pty);

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 13);
		assert_null(strchr(ra_buf_str(&pty.raw), '\033'));
		pty_end(&pty);
	}
}

static void plain_mode_ends_by_signals(void **state)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM};

	for (size_t i = 0; i < RA_LEN(signals); i++) {
		struct pty pty;

		begin(&pty, &(struct pty_start){.rows = 24, .cols = 80, .args = {"demo", "secure-boot-off", "--plain"}},
		      "Choose a number");
		pty_press(&pty, signals[i] == SIGINT ? "\003" : "");
		if (signals[i] != SIGINT)
			kill(pty.program, signals[i]);
		int status = pty_status(&pty);

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 128 + signals[i]);
		pty_end(&pty);
	}
}

static void sizes_that_are_not_told(void **state)
{
	struct pty pty;

	begin(&pty, &(struct pty_start){.args = DEMO}, FIRST); /* 0 x 0: a serial line */
	assert_true(pty_see(&pty, "q quit", false));
	pty_end(&pty);
	begin(&pty, &(struct pty_start){.args = {"demo", "secure-boot-off", "--size", "14x50"}}, FIRST);
	assert_true(pty_see(&pty, "q quit", false));
	const char *last = pty_text(&pty);

	for (int row = 0; row < 13; row++)
		last = strchr(last, '\n') + 1;
	assert_non_null(strstr(last, "q quit"));
	assert_true(strcspn(last, "\n") <= 50);
	pty_end(&pty);
}

/* A copy of the simulated host whose vendor and version try to reach the terminal. */
static const char *hostile_recording(char *path, size_t cap)
{
	static const char *const swaps[][2] = {
	    {"PowerEdge R750",
	     "\\u001b]0;owned\\u0007\\u001b[31m\\u009b2J\\u202eP\xe6\xbc\xa2o\\u0301\\r\\u001b]52;c;b3duZWQ=\\u0007"},
	    {"Host secure boot was disabled", "%s%n\\u001bP0p\\u001b\\\\\\u001b[6n\\u001bc disabled"}};
	RA_AUTO(ra_buf_free) struct ra_buf text = {0}, out = {0};
	struct ra_errs errs;
	char from[4096];

	ra_errs_clear(&errs);
	assert_int_equal(
	    ra_read_file(pty_path("share/reattest/flows/demo/secure-boot-off.json", from, sizeof(from)), &text, &errs),
	    RA_OK);
	for (const char *at = ra_buf_str(&text); *at;) {
		size_t which = 0;

		while (which < RA_LEN(swaps) && strncmp(at, swaps[which][0], strlen(swaps[which][0])))
			which++;
		if (which < RA_LEN(swaps)) {
			assert_int_equal(ra_buf_text(&out, swaps[which][1]), RA_OK);
			at += strlen(swaps[which][0]);
		} else {
			assert_int_equal(ra_buf_add(&out, at++, 1), RA_OK);
		}
	}
	pty_path("hostile.json", path, cap);
	assert_int_equal(ra_write_file(path, 0600, out.data, out.len, &errs), RA_OK);
	return path;
}

static void a_hostile_host_reaches_nothing(void **state)
{
	static const char *const never[] = {"\033]",       "\033P",    "\033[6n",     "\033c",
					    "\033[2J\xe2", "\xc2\x9b", "\xe2\x80\xae"};
	char path[4096];
	struct pty pty;

	begin(&pty,
	      &(struct pty_start){.rows = 24, .cols = 80, .args = {"--from", hostile_recording(path, sizeof(path))}},
	      FIRST);
	pty_press(&pty, "\r");
	assert_true(pty_see(&pty, "> Next", false));
	pty_press(&pty, "f");
	assert_true(pty_see(&pty, "What is known", false));
	pty_press(&pty, "/<1b>\r");
	assert_true(pty_see(&pty, "<1b>]0;owned<07>", false));
	pty_press(&pty, "\r");
	assert_true(pty_see(&pty, "Observations", false));
	pty_press(&pty, "qqcG\r");
	pty_settle(&pty, 100);
	pty_press(&pty, "q");
	pty_settle(&pty, 100);
	assert_false(pty.titled);
	for (size_t i = 0; i < RA_LEN(never); i++)
		assert_null(strstr(ra_buf_str(&pty.raw), never[i]));
	pty_end(&pty);
}

static void moving_the_selection_is_cheap(void **state)
{
	struct pty pty;
	size_t most = 0, total = 0;

	begin_demo(&pty);
	for (int i = 0; i < 40; i++) {
		char *before = strdup(marked(&pty));
		size_t at = pty.raw.len;

		pty_press(&pty, i % 4 < 2 ? DOWN : UP);
		assert_true(pty_changed_mark(&pty, before));
		pty_settle(&pty, 40);
		free(before);
		at = pty.raw.len - at;
		most = at > most ? at : most;
		total += at;
	}
	print_message("bytes for a move: %zu at most, %zu on average\n", most, total / 40);
	assert_true(total > 0);
	assert_true(most <= MOVE_BYTES_MAX);
	pty_end(&pty);
}

static void an_idle_program_sleeps(void **state)
{
	struct pty pty;

	begin_demo(&pty);
	for (int started = 0; started < 2; started++) {
		if (started) {
			pty_press(&pty, "\r");
			assert_true(pty_see(&pty, "> Next", false));
			pty_settle(&pty, 300);
		}
		long before = pty_wakes(&pty);

		assert_true(before > 0);
		assert_int_equal(pty_settle(&pty, 1500), 0); /* no byte comes */
		assert_int_equal(pty_wakes(&pty) - before, 0);
	}
	pty_end(&pty);
}

static void the_first_frame_is_painted_once(void **state)
{
	struct pty pty;
	int count = 0;

	begin_demo(&pty);
	for (const char *at = ra_buf_str(&pty.raw); (at = strstr(at, FIRST)); at++)
		count++;
	print_message("bytes to the first frame: %zu\n", pty.raw.len);
	assert_int_equal(count, 1);
	assert_true(pty.raw.len < 4000);
	pty_end(&pty);
}

/* Random keys, pastes, torn sequences and sizes: it never breaks, never leaves the terminal broken, and never ends but
 * by leaving. */
static void any_keys_will_do(void **state)
{
	static const char *const keys[] = {"\r",
					   "\r",
					   "\r",
					   DOWN,
					   UP,
					   "j",
					   "k",
					   " ",
					   "x",
					   "g",
					   "G",
					   "\t",
					   "\033",
					   "b",
					   "c",
					   "a",
					   "f",
					   "s",
					   "v",
					   "?",
					   "r",
					   "N",
					   "/",
					   "n",
					   "e",
					   "m",
					   "1",
					   "2",
					   "yes\r",
					   "esx01.lab.example\r",
					   "\033[5~",
					   "\033[6~",
					   "\033[200~q\rpasted\033[201~",
					   "\033[",
					   "\033[1;",
					   "\303",
					   "\xe6\xbc\xa2",
					   "\177",
					   "\025",
					   "\014",
					   "q"};
	static const int sizes[][2] = {{24, 80}, {15, 60}, {12, 40}, {5, 20}, {40, 120}};
	const char *seed_text = getenv("SEED"), *events_text = getenv("EVENTS");
	unsigned seed = seed_text ? (unsigned)strtoul(seed_text, NULL, 10) : 1;
	int events = events_text ? (int)strtol(events_text, NULL, 10) : 600, lives = 0;

	while (events > 0) {
		struct pty pty;
		bool gone = false;

		begin_demo(&pty);
		lives++;
		while (events-- > 0 && !gone) {
			seed = seed * 1103515245u + 12345u;
			unsigned pick = seed >> 16;

			if (pick % 16 == 0)
				pty_resize(&pty, sizes[pick / 16 % 5][0], sizes[pick / 16 % 5][1]);
			else if (pick % RA_LEN(keys) != RA_LEN(keys) - 1 || pick / 64 % 2 == 0)
				pty_press(&pty, keys[pick % RA_LEN(keys)]);
			pty_settle(&pty, 2);
			gone = kill(pty.program, 0) != 0;
		}
		if (kill(pty.program, 0) == 0)
			kill(pty.program, SIGTERM);
		int status = pty_status(&pty);

		if (!WIFEXITED(status) ||
		    (WEXITSTATUS(status) != 143 && WEXITSTATUS(status) != 13 && WEXITSTATUS(status) != 0))
			broken(&pty, "seed %s, %d keys left: status %x", seed_text ? seed_text : "1", events,
			       (unsigned)status);
		assert_true(pty_restored(&pty));
		pty_end(&pty);
	}
	print_message("%d lives\n", lives);
}

/* An argument names the tests to run (a pattern); SEED and EVENTS change the last one. */
int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(walks_to_its_outcome),
	    cmocka_unit_test(a_secret_stays_unseen),
	    cmocka_unit_test(pages_open_and_close),
	    cmocka_unit_test(a_resize_keeps_the_selection),
	    cmocka_unit_test(signals_leave_the_terminal_as_it_was),
	    cmocka_unit_test(a_list_dies_of_its_signal),
	    cmocka_unit_test(a_crash_restores_too),
	    cmocka_unit_test(a_hangup_ends_it),
	    cmocka_unit_test(it_stops_and_comes_back),
	    cmocka_unit_test(a_paste_presses_no_key),
	    cmocka_unit_test(odd_sequences_press_no_key),
	    cmocka_unit_test(colour_can_be_switched_off),
	    cmocka_unit_test(ascii_is_kept),
	    cmocka_unit_test(without_a_capable_terminal_it_is_plain),
	    cmocka_unit_test(plain_mode_ends_by_signals),
	    cmocka_unit_test(sizes_that_are_not_told),
	    cmocka_unit_test(a_hostile_host_reaches_nothing),
	    cmocka_unit_test(moving_the_selection_is_cheap),
	    cmocka_unit_test(an_idle_program_sleeps),
	    cmocka_unit_test(the_first_frame_is_painted_once),
	    cmocka_unit_test(any_keys_will_do),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, pty_setup, pty_teardown);
}
