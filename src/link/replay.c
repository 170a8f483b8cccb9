#include "config.h"

#include "link/api.h"
#include "link/queue.h"
#include "link/recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct replay {
	struct ra_link head; /* first: the caller's pointer */
	struct ra_recording *recording;
	char plane[16];
	struct ra_queue queue;
	struct ra_job *jobs;
	ra_mono_ms now; /* of the last step */
	char hint[128]; /* waits for the next step, which knows what time it is */
};

/* What a job knows from the moment it was asked: the state may move on before the answer is due. */
struct asked {
	const cJSON *reply; /* NULL: the recording has none */
	struct ra_recording_times times;
	bool late; /* due at its deadline, unanswered */
};

static struct replay *of(struct ra_link *link)
{
	return (struct replay *)link;
}

static ra_utc_ms utc(const struct replay *replay, ra_mono_ms now)
{
	return ra_clock_utc(&replay->head.clock, now);
}

/* Answer and forget a job. */
static void finish(struct replay *replay, struct ra_job *job, enum ra_link_why why, const char *say)
{
	struct ra_reply *reply = ra_job_reply(job);
	reply->came_at = utc(replay, replay->now);
	ra_jobs_remove(&replay->jobs, job);
	ra_queue_reply(&replay->queue, job, why, say);
	free(job->own);
	ra_job_free(job);
}

static ra_err replay_submit(struct ra_link *link, const struct ra_ticket *ticket, struct ra_errs *errs)
{
	struct replay *replay = of(link);
	struct ra_job *job;
	if (ra_jobs_count(replay->jobs) >= RA_JOBS_MAX)
		return ra_fail(errs, RA_E_LIMIT, "%s: more than %d requests are waiting", replay->plane, RA_JOBS_MAX);
	ra_err err = ra_job_new(ticket, &job, errs);
	if (!err)
		ra_jobs_add(&replay->jobs, job);
	return err;
}

static void replay_cancel(struct ra_link *link, uint64_t ticket)
{
	struct replay *replay = of(link);
	for (struct ra_job *job = replay->jobs; job; job = job->next) {
		if (job->id != ticket)
			continue;
		if (!job->change || !job->own)
			finish(replay, job, RA_LINK_CANCELLED, "given up before the answer came");
		return;
	}
}

static void replay_answer(struct ra_link *link RA_UNUSED, bool yes RA_UNUSED, const struct ra_secret *secret RA_UNUSED)
{
	/* A recording asks nothing. */
}

static void take_hint(struct replay *replay)
{
	if (replay->hint[0])
		ra_recording_hint(replay->recording, replay->hint, utc(replay, replay->now));
	replay->hint[0] = '\0';
}

static void replay_hint(struct ra_link *link, const char *what)
{
	struct replay *replay = of(link);
	take_hint(replay);
	snprintf(replay->hint, sizeof(replay->hint), "%s", what);
}

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int replay_poll(const struct ra_link *link, struct pollfd *fds RA_UNUSED, ra_mono_ms *deadline)
{
	const struct replay *replay = (const struct replay *)link;
	*deadline = ra_queue_is_empty(&replay->queue) && !replay->hint[0] ? RA_DEADLINE_NONE : replay->now;
	for (const struct ra_job *job = replay->jobs; job; job = job->next)
		*deadline = min64(*deadline, job->own ? job->deadline : replay->now);
	/* A plane that goes down by itself is news; a frozen clock never gets there. */
	ra_utc_ms move = ra_recording_next_move(replay->recording);
	if (link->clock.scale > 0 && move != RA_UTC_NONE)
		*deadline =
		    min64(*deadline, replay->now + ra_clock_real_ms(&link->clock, move - utc(replay, replay->now)));
	return 0;
}

static void set_state(struct replay *replay, enum ra_link_state state, enum ra_link_why why, const char *say)
{
	replay->head.state = state;
	ra_queue_state(&replay->queue, state, why, say, "");
}

/* A vCenter that speaks an older API than what is asked came with is not asked, as over a live link. Out: true when so. */
static bool turned_down(struct replay *replay, struct ra_job *job)
{
	cJSON request = {.type = cJSON_Object}, about = {.type = cJSON_String, .string = (char *)"property", .valuestring = (char *)"about"};
	char say[160];

	if (!job->since[0] || strcmp(replay->plane, "vcenter") != 0)
		return false;
	request.child = &about;
	const cJSON *reply = ra_recording_reply(replay->recording, replay->plane, &request);
	const char *api = ra_json_str(ra_json_get(reply, "json"), "apiVersion", NULL);
	if (!api || ra_api_order(api, job->since) >= 0)
		return false;
	snprintf(say, sizeof(say), "%s speaks API %.20s; what is asked came with %s", replay->plane, api, job->since);
	finish(replay, job, RA_LINK_NO_REQUEST, say);
	return true;
}

/* Send a job: look up its reply and when that is due. */
static void ask(struct replay *replay, struct ra_job *job)
{
	if (turned_down(replay, job))
		return;
	struct asked *asked = calloc(1, sizeof(*asked));
	if (!asked) {
		finish(replay, job, RA_LINK_NO_REQUEST, "no memory for the request");
		return;
	}
	job->own = asked;
	asked->times = ra_recording_times(replay->recording, utc(replay, replay->now));
	asked->reply = ra_recording_reply(replay->recording, replay->plane, ra_json_root(job->request));
	int64_t took_ms = ra_json_int(asked->reply, "took_ms", 0);
	bool timed_out = strcmp(ra_json_str(asked->reply, "fault", ""), "timeout") == 0;
	asked->late = timed_out || took_ms > job->timeout_ms;
	job->deadline = replay->now + ra_clock_real_ms(&replay->head.clock, asked->late ? job->timeout_ms : took_ms);
	struct ra_reply *reply = ra_job_reply(job);
	reply->sent = true;
	reply->sent_at = asked->times.now;
}

/* "esxcli --formatter=json system tpm get" -> "system tpm get". */
static void words(const cJSON *run, char *out, size_t cap)
{
	out[0] = '\0';
	for (const cJSON *word = run->child->next; word; word = word->next) {
		size_t len = strlen(out);
		if (word->valuestring[0] != '-' && len < cap)
			snprintf(out + len, cap - len, "%s%s", len ? " " : "", word->valuestring);
	}
}

/* The recording knows no such request: answer as a host that lacks it. ESXi's text; which stream it takes is not known.
 */
static void answer_unknown(struct replay *replay, struct ra_job *job)
{
	const cJSON *request = ra_json_root(job->request);
	const cJSON *run = ra_json_get(request, "run");
	struct ra_reply *reply = ra_job_reply(job);
	const char *redfish = ra_json_str(request, "redfish", NULL);
	if (strcmp(replay->plane, "ssh") != 0 || !(run || ra_json_get(request, "log"))) {
		char say[200];
		snprintf(say, sizeof(say), "%s: %sthe recording holds no answer to %s", replay->plane,
			 redfish ? "" : "InvalidProperty: ",
			 redfish ? redfish : ra_json_str(request, "property", "this request"));
		reply->sent = false;
		finish(replay, job, RA_LINK_NO_REQUEST, say);
		return;
	}
	char text[512] = "log files";
	if (cJSON_IsString(run ? run->child : NULL))
		words(run, text, sizeof(text));
	reply->status = 1;
	bool told = ra_buf_printf(&reply->err, "Error: Unknown command or namespace %s\n", text) == RA_OK;
	finish(replay, job, told ? RA_LINK_ANSWERED : RA_LINK_CUT, NULL);
}

/* Keep what the cap allows; secret bytes go to wiped memory and leave no copy. */
static ra_err keep_out(struct ra_job *job, struct ra_buf *bytes)
{
	struct ra_reply *reply = ra_job_reply(job);
	size_t len = bytes->len;
	if (job->cap_len && len > job->cap_len) {
		len = job->cap_len;
		reply->truncated = true;
	}
	if (!job->secret)
		return ra_buf_add(&reply->out, ra_buf_str(bytes), len);
	reply->secret = ra_secret_new();
	ra_err err = reply->secret ? ra_secret_set(reply->secret, ra_buf_str(bytes), len) : RA_E_NOMEM;
	if (bytes->data)
		ra_wipe(bytes->data, bytes->room);
	return err;
}

static ra_err fill_reply(struct ra_job *job, const struct asked *asked)
{
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	struct ra_reply *reply = ra_job_reply(job);
	ra_err err = ra_recording_out(asked->reply, &asked->times, &bytes);
	if (!err)
		err = keep_out(job, &bytes);
	if (!err && !job->secret)
		err = ra_recording_err(asked->reply, &asked->times, &reply->err);
	if (err == RA_E_LIMIT) {
		reply->truncated = true;
		err = RA_OK;
	}
	return err;
}

static void answer(struct replay *replay, struct ra_job *job)
{
	const struct asked *asked = job->own;
	struct ra_reply *reply = ra_job_reply(job);
	const char *fault = ra_json_str(asked->reply, "fault", "");
	enum ra_link_why why = RA_LINK_ANSWERED;
	char say[200] = "";
	if (asked->late)
		why = RA_LINK_TIMEOUT;
	else
		(void)ra_recording_why(fault, &why);
	if (why != RA_LINK_ANSWERED) {
		snprintf(say, sizeof(say), "%s: %s", replay->plane,
			 why == RA_LINK_TIMEOUT   ? "no answer in time"
			 : why == RA_LINK_REFUSED ? "permission refused"
						  : "the connection was lost");
	} else {
		if (fill_reply(job, asked) != RA_OK) {
			why = RA_LINK_CUT;
			snprintf(say, sizeof(say), "%s: no memory for the answer", replay->plane);
		}
		reply->status = (int)ra_json_int(asked->reply, "status", 0);
		reply->truncated = reply->truncated || strcmp(fault, "truncated") == 0;
	}
	/* The move comes after the reply: a host that was told to restart still says so. */
	const struct ra_recording_times times = ra_recording_times(replay->recording, utc(replay, replay->now));
	ra_recording_asked(replay->recording, ra_json_root(job->request), times.now);
	finish(replay, job, why, say);
}

/* Bring the link's state in line with the recording's. Out: true when jobs may run. */
static bool settle(struct replay *replay)
{
	enum ra_link_why why = RA_LINK_UNREACHABLE;
	const char *say = "";
	bool up = ra_recording_is_up(replay->recording, replay->plane, &why, &say);
	if (up && replay->head.state != RA_LINK_UP && replay->jobs)
		set_state(replay, RA_LINK_UP, RA_LINK_ANSWERED, "");
	if (up)
		return true;
	if (replay->head.state == RA_LINK_UP || replay->jobs)
		set_state(replay, RA_LINK_DOWN, why, say);
	while (replay->jobs)
		finish(replay, replay->jobs, replay->jobs->own ? RA_LINK_UNREACHABLE : why, say);
	return false;
}

static void replay_step(struct ra_link *link, ra_mono_ms now)
{
	struct replay *replay = of(link);
	replay->now = now;
	ra_recording_advance(replay->recording, utc(replay, now));
	take_hint(replay);
	if (!settle(replay))
		return;
	struct ra_job *next;
	for (struct ra_job *job = replay->jobs; job; job = next) {
		next = job->next;
		if (!job->own)
			ask(replay, job);
	}
	for (struct ra_job *job = replay->jobs; job; job = next) {
		next = job->next;
		const struct asked *asked = job->own;
		if (job->deadline > now)
			continue;
		if (asked->reply)
			answer(replay, job);
		else
			answer_unknown(replay, job);
	}
	(void)settle(replay);
}

static void replay_next(struct ra_link *link, struct ra_event *out)
{
	ra_queue_next(&of(link)->queue, out);
}

static void replay_free(struct ra_link *link)
{
	struct replay *replay = of(link);
	while (replay->jobs) {
		struct ra_job *job = replay->jobs;
		ra_jobs_remove(&replay->jobs, job);
		free(job->own);
		ra_job_free(job);
	}
	ra_queue_free(&replay->queue);
	free(replay);
}

static const struct ra_link_ops replay_ops = {
    .name = "replay",
    .submit = replay_submit,
    .cancel = replay_cancel,
    .answer = replay_answer,
    .hint = replay_hint,
    .poll = replay_poll,
    .step = replay_step,
    .next = replay_next,
    .free = replay_free,
};

ra_err ra_link_replay_new(struct ra_recording *recording, const char *plane, const struct ra_clock *clock,
			  struct ra_link **out, struct ra_errs *errs)
{
	*out = NULL;
	if (!ra_recording_has_plane(recording, plane))
		return ra_fail(errs, RA_E_NOTFOUND, "the recording \"%s\" has no plane %s",
			       ra_json_str(ra_recording_root(recording), "id", ""), plane);
	struct replay *replay = calloc(1, sizeof(*replay));
	if (!replay)
		return ra_fail(errs, RA_E_NOMEM, "no memory for a link");
	replay->head = (struct ra_link){.ops = &replay_ops, .state = RA_LINK_IDLE, .clock = *clock};
	snprintf(replay->plane, sizeof(replay->plane), "%s", plane);
	replay->recording = recording;
	replay->now = ra_mono_now();
	*out = &replay->head;
	return RA_OK;
}
