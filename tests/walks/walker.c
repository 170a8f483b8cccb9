#include "config.h"

#include "tests/walks/walker.h"

#include "base/io.h"
#include "tests/unit/unit.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TURNS_MAX 20000
#define ANSWER_MS 5 /* what a person's answer takes, in real time: ten seconds of a session at the speed walked here */

/* The clock of deadlines, read once and then moved by what a walk would have waited: what a busy machine takes is no time of a simulated
 * host's. Linked in the place of libc's; the other clocks go on as they are. */
static int64_t stepped_ms;

int __real_clock_gettime(clockid_t id, struct timespec *out);
int __wrap_clock_gettime(clockid_t id, struct timespec *out);

int __wrap_clock_gettime(clockid_t id, struct timespec *out)
{
	if (id != CLOCK_BOOTTIME)
		return __real_clock_gettime(id, out);
	if (!stepped_ms) {
		struct timespec now;

		if (__real_clock_gettime(id, &now) != 0)
			return -1;
		stepped_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	}
	*out = (struct timespec){.tv_sec = stepped_ms / 1000, .tv_nsec = stepped_ms % 1000 * 1000000};
	return 0;
}

static const char *source_path(const char *rest, char *out, size_t cap)
{
	const char *top = getenv("RA_SRCDIR");

	snprintf(out, cap, "%s/%s", top ? top : ".", rest);
	return out;
}

static void must(ra_err err, const struct ra_errs *errs)
{
	char line[2048];

	if (err)
		fail_msg("%s", ra_errs_line(errs, line, sizeof(line)));
}

/* Read once: walks only read it, and it takes longer to load than a walk. */
static struct ra_flowset *shipped;

struct ra_flowset *walker_flows(void)
{
	if (shipped)
		return shipped;
	char dir[512];
	const char *dirs[] = {source_path("flows", dir, sizeof(dir)), NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .trust_anyone = true};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	must(ra_flowset_load(&sources, &shipped, &errs), &errs);
	return shipped;
}

/* Leave out the replies to requests that hold a text. */
static void leave_out(cJSON *recording, const char *text)
{
	cJSON *state, *side;

	cJSON_ArrayForEach(state, cJSON_GetObjectItemCaseSensitive(recording, "states"))
	{
		cJSON_ArrayForEach(side, state)
		{
			cJSON *replies = cJSON_GetObjectItemCaseSensitive(side, "replies");

			for (int i = cJSON_GetArraySize(replies) - 1; i >= 0; i--) {
				char *request = ra_json_print(ra_json_get(cJSON_GetArrayItem(replies, i), "request"));

				if (strstr(request, text))
					cJSON_DeleteItemFromArray(replies, i);
				free(request);
			}
		}
	}
}

/* A recording of flows/demo, changed and written to a directory; then the one it stands on, and so on. */
static void put_recording(const char *dir, const char *id, const char *without, int speed)
{
	char rest[128], path[512];
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	RA_AUTO(ra_json_free) struct ra_json *doc = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	snprintf(rest, sizeof(rest), "flows/demo/%s.json", id);
	must(ra_read_file(source_path(rest, path, sizeof(path)), &bytes, &errs), &errs);
	must(ra_json_parse(path, bytes.data, bytes.len, NULL, &doc, &errs), &errs);
	cJSON *copy = cJSON_Duplicate(ra_json_root(doc), true);

	cJSON_DeleteItemFromObjectCaseSensitive(copy, "speed");
	cJSON_AddNumberToObject(copy, "speed", speed ? speed : 2000);
	if (without)
		leave_out(copy, without);
	char *text = ra_json_print(copy);

	snprintf(path, sizeof(path), "%s/%s.json", dir, id);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	free(text);
	if (ra_json_str(copy, "base", NULL))
		put_recording(dir, ra_json_str(copy, "base", ""), without, speed);
	cJSON_Delete(copy);
}

struct ra_recording *walker_recording(const char *id, const char *without, int speed)
{
	char path[512], dir[] = "/tmp/reattest-walk-XXXXXX";
	struct ra_recording *recording = NULL;
	char **names = NULL;
	size_t count = 0;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	assert_non_null(mkdtemp(dir));
	put_recording(dir, id, without, speed);
	snprintf(path, sizeof(path), "%s/%s.json", dir, id);
	must(ra_source_load(path, &recording, &errs), &errs);
	must(ra_list_dir(dir, ".json", &names, &count, &errs), &errs);
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	ra_names_free(names, count);
	rmdir(dir);
	return recording;
}

void walker_begin(struct walker *w, const char *demo, const char *journal, bool resume)
{
	struct ra_session_options options = {.interactive = true, .until = RA_UTC_NONE};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	w->flows = walker_flows();
	w->recording = walker_recording(demo, NULL, w->speed);
	w->hub = ra_hub_new(1);
	options.flows = w->flows;
	options.recording = w->recording;
	options.firmware_changes = !w->not_allowed && !strcmp(ra_json_str(ra_source_root(w->recording), "x_allow", ""), "firmware-changes");
	options.entry = NULL;
	options.journal_path = resume ? NULL : journal;
	ra_err err = resume ? ra_session_resume(w->hub, &options, journal, &w->session, &errs)
			    : ra_session_new(w->hub, &options, &w->session, &errs);

	if (err && w->may_fault)
		ra_errs_line(&errs, w->fault, sizeof(w->fault));
	else
		must(err, &errs);
}

void walker_begin_check(struct walker *w, const char *demo, const char *without)
{
	struct ra_session_options options = {.all_checks = true, .until = RA_UTC_NONE};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	w->flows = walker_flows();
	w->recording = walker_recording(demo, without, w->speed);
	w->hub = ra_hub_new(1);
	options.flows = w->flows;
	options.recording = w->recording;
	must(ra_session_new(w->hub, &options, &w->session, &errs), &errs);
}

void walker_end(struct walker *w)
{
	w->hub = ra_hub_free(w->hub);
	w->recording = ra_source_free(w->recording);
	w->flows = NULL;
}

/* What the recording answers to a subject, or NULL. */
static const cJSON *scripted(const struct walker *w, const char *subject)
{
	return ra_json_get(ra_json_get(ra_source_root(w->recording), "answers"), subject);
}

static bool has_option(const struct ra_view_prompt *prompt, const char *id)
{
	for (size_t i = 0; i < prompt->option_count; i++)
		if (!strcmp(prompt->options[i].id, id))
			return true;
	return false;
}

/* The ids to choose. Out: count. */
static size_t choice(struct walker *w, const struct ra_view_prompt *prompt, const char **ids)
{
	const cJSON *answer = scripted(w, prompt->subject), *item;
	size_t count = 0;

	if (prompt->scene == RA_SCENE_GATE && w->type_groups > 1 && strstr(prompt->hint, "differs")) {
		w->try = 1;
		ids[count++] = w->type_groups == 2 ? "closed" : "key-proven";
	} else if (prompt->scene == RA_SCENE_ACT) {
		ids[count++] = "done";
	} else if (w->instead[0] && !strcmp(prompt->subject, w->instead[0])) {
		ids[count++] = w->instead[1];
	} else if (!*prompt->subject) {
		const char *entry = ra_json_str(ra_json_get(ra_source_root(w->recording), "answers"), "entry", NULL);

		ids[count++] = entry && has_option(prompt, entry) ? entry : prompt->options[0].id;
	} else if (cJSON_IsString(answer)) {
		ids[count++] = answer->valuestring;
	} else {
		cJSON_ArrayForEach(item, answer) ids[count++] = item->valuestring;
	}
	/* A walk that was killed behind its gate stands before it again at the action itself. */
	bool again = prompt->scene == RA_SCENE_GATE && cJSON_IsString(answer) && !strcmp(answer->valuestring, "do");

	if (!count || !has_option(prompt, ids[0])) {
		ids[0] = again || has_option(prompt, "do-it") ? prompt->options[0].id : prompt->scene == RA_SCENE_GATE ? "closed" : "unknown";
		count = 1;
	}
	ids[count] = NULL;
	return count;
}

/* What is pasted, or typed where groups of the key are asked for. Out: text[128]. */
static void key_word(struct walker *w, const struct ra_view_prompt *prompt, char *text)
{
	const char *key = ra_json_str(ra_source_root(w->recording), "key", "x");
	int group = 0;

	snprintf(text, 128, "%s", w->type_groups ? "groups" : key);
	if (sscanf(prompt->text, "Type group %d ", &group) != 1)
		return;
	assert_true(w->type_groups && group >= 1 && group <= 16 && strlen(key) == 16 * 7 - 1);
	snprintf(text, 128, "%.6s", key + (group - 1) * 7);
	w->groups_asked[w->try] |= 1u << (group - 1);
	if (w->type_groups > 1 && !w->try && !strncmp(prompt->hint, "2 of", 4))
		text[5] = text[5] == '0' ? '1' : '0';
}

void walker_answer_took(void)
{
	stepped_ms += ANSWER_MS;
}

static void say(struct walker *w, const struct ra_view_prompt *prompt)
{
	char key[128];
	const char *ids[32];
	const cJSON *answer = scripted(w, prompt->subject);
	bool skip = cJSON_IsString(answer) && !strcmp(answer->valuestring, "skip");
	struct ra_word word = {.prompt = prompt->id, .kind = RA_WORD_GO, .ids = ids};
	struct ra_secret *secret = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	switch (prompt->kind) {
	case RA_ASK_CHOICE:
	case RA_ASK_MANY:
		word.kind = RA_WORD_CHOOSE;
		choice(w, prompt, ids);
		break;
	case RA_ASK_YES_NO:
		word.kind = skip ? RA_WORD_SKIP : RA_WORD_YES;
		break;
	case RA_ASK_TYPED:
		word.kind = skip ? RA_WORD_SKIP : RA_WORD_TYPED;
		word.typed = prompt->hint;
		break;
	case RA_ASK_SECRET:
		secret = ra_secret_new();
		key_word(w, prompt, key);
		must(ra_secret_set(secret, key, strlen(key)), &errs);
		word.kind = RA_WORD_SECRET;
		word.secret = secret;
		break;
	case RA_ASK_GO_ON:
	case RA_ASK_NOTHING:
	case RA_ASK_WAIT:
	case RA_ASK_END:
		break;
	}
	ra_err err = ra_session_answer(w->session, &word, &errs);

	ra_secret_free(secret);
	if (!w->may_fault) /* else the next view tells of it */
		must(err, &errs);
	walker_answer_took();
}

static void step(struct walker *w)
{
	enum ra_happened happened = RA_HAPPENED_CHANGE;
	struct ra_session *which = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	while (happened != RA_HAPPENED_NOTHING)
		must(ra_hub_step(w->hub, &happened, &which, &errs), &errs);
}

void walker_wait(struct walker *w)
{
	struct pollfd fds[RA_HUB_FDS_MAX];
	int timeout_ms = -1, count = ra_hub_poll(w->hub, fds, RA_HUB_FDS_MAX, &timeout_ms);

	if (timeout_ms < 0 && !count)
		fail_msg("the walk waits for nothing");
	/* Nobody waits for a simulated host: the clock goes to what comes next. */
	if (poll(fds, (nfds_t)count, timeout_ms < 0 ? 1000 : 0) == 0 && timeout_ms >= 0)
		stepped_ms += timeout_ms;
}

/* One look at the walk, and one answer. Out: the view when the walk is over or at a step, else NULL. */
static struct ra_view *look(struct walker *w, const char *until)
{
	struct ra_view *view = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	step(w);
	must(ra_session_view(w->session, false, &view, &errs), &errs);
	if (w->show)
		w->show(w, view);
	if (w->die_at && view->entry_count >= w->die_at)
		raise(SIGKILL);
	if (view->prompt.kind == RA_ASK_END ||
	    (until && view->step_count && !strcmp(view->steps[view->step_count - 1].id, until) &&
	     view->prompt.kind != RA_ASK_NOTHING))
		return view;
	if (view->prompt.kind == RA_ASK_NOTHING || view->prompt.kind == RA_ASK_WAIT)
		walker_wait(w);
	else
		say(w, &view->prompt);
	ra_view_free(view);
	return NULL;
}

void walker_until(struct walker *w, const char *until)
{
	struct ra_view *view = NULL;

	for (int turn = 0; turn < TURNS_MAX && !view; turn++)
		view = look(w, until);
	assert_non_null(view);
	assert_int_not_equal(view->prompt.kind, RA_ASK_END);
	ra_view_free(view);
}

struct ra_view *walker_run(struct walker *w)
{
	struct ra_view *view = NULL;

	for (int turn = 0; turn < TURNS_MAX && !view; turn++)
		view = look(w, NULL);
	if (!view)
		fail_msg("the walk does not end");
	return view;
}
