/* redfish_do.c - a change through a BMC on its way: what it changes is read first (which also renews a session that expired), the one call
 * is sent once, the job it makes is followed, and what then waits is read back. A call that was sent is never sent again. */
#include "config.h"

#include "link/redfish_do.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS 1000	 /* between two looks at a job, or at what does not show yet */
#define FOLLOW_MS 120000 /* so long a job may take to be ready */
#define LOST_MAX 10	 /* looks that failed in a row */
#define EARLY_MAX 5	 /* looks at what was only accepted, and does not show yet */
#define PATIENCE_MS 60000 /* so long a BMC that is busy is waited for before anything is sent */

enum stage { BEFORE, SENT, FOLLOW, AFTER };
struct ra_rf_doing {
	struct ra_job *job;
	const struct ra_rf_row *row;
	enum stage stage;
	size_t at; /* which read of the row; AFTER: which resource */
	bool asked_info;
	struct ra_json *bodies[RA_RF_COUNT];
	char etags[RA_RF_COUNT][128], paths[RA_RF_COUNT][RA_RF_URI_MAX];
	struct ra_rf_plan plan;
	struct ra_rf_took took;
	struct ra_json *said; /* the body took speaks of */
	char job_path[RA_RF_URI_MAX], job_says[RA_RF_TEXT_MAX];
	ra_mono_ms until;
	int lost, early;
	struct ra_progress_told told;
};

const struct ra_job *ra_rf_do_job(const struct ra_rf *rf)
{
	return rf->doing ? rf->doing->job : NULL;
}

bool ra_rf_do_is_sent(const struct ra_rf *rf)
{
	return rf->doing && rf->doing->stage != BEFORE;
}

void ra_rf_do_drop(struct ra_rf *rf)
{
	struct ra_rf_doing *doing = rf->doing;

	if (!doing)
		return;
	rf->doing = NULL;
	rf->changing = false;
	for (size_t i = 0; i < RA_RF_COUNT; i++)
		ra_json_free(doing->bodies[i]);
	ra_json_free(doing->said);
	ra_rf_plan_clear(&doing->plan);
	free(doing);
}

static struct ra_rf_seen seen_of(const struct ra_rf_doing *doing)
{
	struct ra_rf_seen seen = {0};

	for (size_t i = 0; i < RA_RF_COUNT; i++) {
		seen.body[i] = doing->bodies[i] ? ra_json_root(doing->bodies[i]) : NULL;
		seen.etag[i] = doing->etags[i];
		seen.path[i] = doing->paths[i];
	}
	return seen;
}

static void keep(struct ra_rf *rf, enum ra_rf_what what, struct ra_json *json)
{
	struct ra_rf_doing *doing = rf->doing;
	const char *own = json ? ra_json_str(ra_json_root(json), "@odata.etag", "") : "";

	ra_json_free(doing->bodies[what]);
	doing->bodies[what] = json;
	snprintf(doing->etags[what], sizeof(doing->etags[what]), "%s", !json ? "" : rf->etag[0] ? rf->etag : own);
	snprintf(doing->paths[what], sizeof(doing->paths[what]), "%s", rf->ways[what].uri);
}

/* The ends. Each lets go of the change. */

static void end_without_memory(struct ra_rf *rf)
{
	ra_rf_answer_why(rf, rf->doing->job, RA_LINK_CUT, ra_rf_do_is_sent(rf) ? "the change was sent; no memory to see how it ended"
									       : "no memory for the change; nothing was sent");
}

static void end_unknown(struct ra_rf *rf, enum ra_link_why why, const char *say)
{
	char text[RA_LINK_SAY_MAX];

	snprintf(text, sizeof(text), "%.120s: the change was sent, and how it ended is not known: %.500s", rf->place, say);
	ra_rf_answer_why(rf, rf->doing->job, why, text);
}

/* What this link set is its own: another setting may be added before the start. */
static void keep_ours(struct ra_rf *rf, const struct ra_rf_plan *plan)
{
	for (int i = 0; i < plan->item_count; i++) {
		size_t at = 0;

		while (at < RA_RF_OURS_MAX && rf->ours[at][0] && strcmp(rf->ours[at], plan->items[i].name) != 0)
			at++;
		if (at < RA_RF_OURS_MAX && plan->items[i].at == RA_RF_PENDING)
			snprintf(rf->ours[at], sizeof(rf->ours[at]), "%s", plan->items[i].name);
	}
}

static void end_told(struct ra_rf *rf, const struct ra_rf_verdict *verdict)
{
	char text[RA_LINK_SAY_MAX];

	snprintf(text, sizeof(text), "%.120s: %.600s", rf->place, verdict->say);
	ra_rf_answer_done(rf, rf->doing->job, verdict->status, verdict->out, verdict->status ? text : "");
}

/* Before the call. */

static void send_it(struct ra_rf *rf)
{
	struct ra_rf_doing *doing = rf->doing;
	struct ra_reply *reply = ra_job_reply(doing->job);

	doing->stage = SENT;
	rf->changing = true;
	if (reply)
		reply->sent = true;
	if (ra_rf_send(rf, doing->plan.method, doing->plan.path, doing->plan.body, doing->plan.if_match))
		return;
	doing->stage = BEFORE;
	rf->changing = false;
	if (reply)
		reply->sent = false;
	end_without_memory(rf);
}

static void decide(struct ra_rf *rf)
{
	struct ra_rf_doing *doing = rf->doing;
	struct ra_rf_seen seen = seen_of(doing);
	const char *ours[RA_RF_OURS_MAX + 1] = {NULL};
	struct ra_rf_verdict verdict = {0};

	for (size_t i = 0; i < RA_RF_OURS_MAX && rf->ours[i][0]; i++)
		ours[i] = rf->ours[i];
	if (ra_rf_plan(doing->row, &seen, ours, &doing->plan))
		end_without_memory(rf);
	else if (!doing->plan.refused[0])
		send_it(rf);
	else if (ra_rf_judge_refused(&doing->plan, &verdict))
		end_without_memory(rf);
	else
		end_told(rf, &verdict);
	ra_rf_verdict_clear(&verdict);
}

/* What a reset may be stands at a place of its own with some. */
static bool ask_info(struct ra_rf *rf)
{
	struct ra_rf_doing *doing = rf->doing;
	const cJSON *system = doing->bodies[RA_RF_SYSTEM] ? ra_json_root(doing->bodies[RA_RF_SYSTEM]) : NULL;
	const cJSON *reset = ra_json_get(ra_json_get(system, "Actions"), "#ComputerSystem.Reset");
	char path[RA_RF_URI_MAX];

	if (doing->asked_info || strcmp(doing->row->name, "power") != 0 || ra_rf_reset_types(system, NULL) ||
	    !ra_rf_uri_of(ra_json_get(reset, "@Redfish.ActionInfo"), path))
		return false;
	doing->asked_info = true;
	ra_rf_fetch(rf, RA_RF_PLACE, path);
	return true;
}

static void read_next(struct ra_rf *rf)
{
	struct ra_rf_doing *doing = rf->doing;

	if (doing->row->reads[doing->at] != RA_RF_COUNT)
		ra_rf_fetch(rf, doing->row->reads[doing->at], NULL);
	else if (!ask_info(rf))
		decide(rf);
}

static void take_before(struct ra_rf *rf, struct ra_json *json, enum ra_link_why why, const char *say)
{
	struct ra_rf_doing *doing = rf->doing;
	enum ra_rf_what what = doing->asked_info ? RA_RF_PLACE : doing->row->reads[doing->at];
	char text[RA_LINK_SAY_MAX];

	/* What is not there is for the plan to judge; what cannot be had is no ground for a change. */
	if (!json && what != RA_RF_SETUP && (why != RA_LINK_NO_REQUEST || what == RA_RF_SYSTEM)) {
		snprintf(text, sizeof(text), "%.700s; nothing was sent", say);
		if (why == RA_LINK_ANSWERED)
			ra_rf_answer_done(rf, doing->job, 1, "", text);
		else
			ra_rf_answer_why(rf, doing->job, why, text);
		return;
	}
	keep(rf, what, json);
	doing->at += !doing->asked_info;
	read_next(rf);
}

/* After it. */

static void pause_for(struct ra_rf *rf, int64_t ms)
{
	rf->wake_at = rf->now + ms;
	rf->again = false;
}

static void judge(struct ra_rf *rf)
{
	struct ra_rf_doing *doing = rf->doing;
	struct ra_rf_seen seen = seen_of(doing);
	struct ra_rf_verdict verdict = {0};

	if (ra_rf_judge(&doing->plan, &seen, &doing->took, &verdict)) {
		end_without_memory(rf);
	} else if (verdict.doubtful) {
		end_unknown(rf, doing->took.job[0] && doing->took.job_is == RA_RF_JOB_GOES_ON ? RA_LINK_TIMEOUT : RA_LINK_CUT, verdict.say);
	} else if (verdict.early && doing->early++ < EARLY_MAX) {
		doing->at = 0;
		pause_for(rf, LOOK_MS);
	} else {
		if (doing->plan.waits)
			keep_ours(rf, &doing->plan);
		end_told(rf, &verdict);
	}
	ra_rf_verdict_clear(&verdict);
}

static void read_back(struct ra_rf *rf)
{
	struct ra_rf_doing *doing = rf->doing;

	doing->stage = AFTER;
	while (doing->at < RA_RF_COUNT && !doing->plan.again_after[doing->at])
		doing->at++;
	if (doing->at < RA_RF_COUNT)
		ra_rf_fetch(rf, (enum ra_rf_what)doing->at, NULL);
	else
		judge(rf);
}

static void take_after(struct ra_rf *rf, struct ra_json *json)
{
	struct ra_rf_doing *doing = rf->doing;

	keep(rf, (enum ra_rf_what)doing->at, json);
	doing->at++;
	read_back(rf);
}

static void look(struct ra_rf *rf)
{
	rf->doing->stage = FOLLOW;
	ra_rf_fetch(rf, RA_RF_PLACE, rf->doing->job_path);
}

static void over(struct ra_rf *rf)
{
	rf->doing->at = 0;
	read_back(rf);
}

/* Tell how far the job is, when that is news. */
static void tell(struct ra_rf *rf, const cJSON *body)
{
	struct ra_rf_doing *doing = rf->doing;
	int64_t percent = ra_json_int(body, "PercentComplete", -1);
	struct ra_progress_told told = {.ticket = doing->job->id, .percent = percent >= 0 && percent <= 100 ? (int)percent : -1};

	if (!doing->job->slot || told.percent == doing->told.percent)
		return;
	doing->told = told;
	ra_queue_progress(&rf->queue, &told);
}

static void take_look(struct ra_rf *rf, struct ra_json *json, enum ra_link_why why)
{
	struct ra_rf_doing *doing = rf->doing;

	if (json && !doing->plan.by_job && !ra_json_get(ra_json_root(json), "TaskState") && !ra_json_get(ra_json_root(json), "JobState")) {
		doing->took.job = ""; /* the place of something else */
		json = ra_json_free(json);
	} else if (json) {
		doing->lost = 0;
		tell(rf, ra_json_root(json));
		doing->took.job_is = ra_rf_job_of(ra_json_root(json));
		ra_rf_job_says(ra_json_root(json), doing->job_says, sizeof(doing->job_says));
		ra_json_free(json);
	} else if (why == RA_LINK_NO_REQUEST && !doing->plan.by_job) {
		doing->took.job = ""; /* it is over, and not kept */
	}
	if (!doing->took.job[0] || doing->took.job_is != RA_RF_JOB_GOES_ON || rf->now >= doing->until || (!json && ++doing->lost >= LOST_MAX))
		over(rf);
	else
		pause_for(rf, LOOK_MS);
}

/* The name of a job: the end of its place. */
static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* The job an answer names, where settings need one. */
static void take_job(struct ra_rf *rf, const struct ra_http_answer *answer)
{
	struct ra_rf_doing *doing = rf->doing;
	const cJSON *body = doing->took.body;

	if (answer->status < 200 || answer->status >= 300 || strcmp(doing->plan.method, "PATCH") != 0)
		return;
	if (!ra_rf_location(ra_buf_str(&answer->location), rf->url.host, rf->url.port, doing->job_path) &&
	    (ra_json_get(body, "TaskState") || ra_json_get(body, "JobState")))
		(void)ra_rf_uri_of(body, doing->job_path);
	doing->took.job = name_of(doing->job_path);
}

void ra_rf_do_took(struct ra_rf *rf, const struct ra_http_answer *answer, const struct ra_rf_got *got)
{
	static const struct ra_json_limits limits = {.len_max = RA_RF_ANSWER_MAX, .placeless = true};
	struct ra_rf_doing *doing = rf->doing;
	struct ra_reply *reply = ra_job_reply(doing->job);
	char text[RA_LINK_SAY_MAX];

	if (reply)
		reply->sent = answer->sent;
	if (answer->why != RA_LINK_ANSWERED && answer->sent) {
		end_unknown(rf, answer->why, answer->say);
		return;
	}
	if (answer->why != RA_LINK_ANSWERED) {
		snprintf(text, sizeof(text), "%.700s; nothing was sent", answer->say);
		ra_rf_answer_why(rf, doing->job, answer->why, text);
		return;
	}
	if (ra_json_parse("the answer", ra_buf_str(&answer->body), answer->body.len, &limits, &doing->said, NULL))
		doing->said = NULL; /* many answer without a body */
	doing->took = (struct ra_rf_took){.status = answer->status, .said = got->said, .job = "", .job_says = doing->job_says};
	doing->took.body = doing->said ? ra_json_root(doing->said) : NULL;
	take_job(rf, answer);
	doing->until = rf->now + FOLLOW_MS;
	if (doing->job_path[0])
		look(rf);
	else
		over(rf);
}

void ra_rf_do_came(struct ra_rf *rf, const char *text, enum ra_link_why why, const char *say)
{
	static const struct ra_json_limits limits = {.len_max = RA_RF_ANSWER_MAX, .placeless = true};
	struct ra_json *json = NULL;

	if (text && ra_json_parse("the answer", text, strlen(text), &limits, &json, NULL)) {
		end_without_memory(rf);
		return;
	}
	if (rf->doing->stage == BEFORE)
		take_before(rf, json, why, say);
	else if (rf->doing->stage == FOLLOW)
		take_look(rf, json, why);
	else
		take_after(rf, json);
}

void ra_rf_do_on(struct ra_rf *rf)
{
	if (rf->doing->stage == FOLLOW)
		look(rf);
	else
		read_back(rf);
}

void ra_rf_do(struct ra_rf *rf, struct ra_job *job)
{
	struct ra_rf_doing *doing = calloc(1, sizeof(*doing));

	if (!doing) {
		ra_rf_answer_why(rf, job, RA_LINK_CUT, "no memory for the change; nothing was sent");
		return;
	}
	doing->job = job;
	doing->row = ra_rf_row_of(ra_json_root(job->request));
	doing->told.percent = -2;
	rf->doing = doing;
	rf->patience_ms = PATIENCE_MS;
	read_next(rf);
}
