/* redfish.c - the life of the BMC link: is it a BMC, and the right one, who goes in, what is read for whom, and the way out. */
#include "config.h"

#include "link/api.h"
#include "link/redfish.h"
#include "link/redfish_book.h"
#include "link/redfish_do.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 20000 /* so long a BMC that is busy, and says for how long, is waited for by a read */
#define LOGOUT_MS 1500 /* so long the end of a session is waited for at most; BMCs are slow, and keep few sessions */

static struct ra_rf *of(struct ra_link *link)
{
	return (struct ra_rf *)link;
}

static const struct ra_rf_want *want_of(const struct ra_job *job)
{
	return job->own;
}

static ra_utc_ms utc(const struct ra_rf *rf)
{
	return ra_clock_utc(&rf->head.clock, ra_mono_now());
}

static void set_state(struct ra_rf *rf, enum ra_link_state state, enum ra_link_why why, const char *say, const char *peer)
{
	rf->head.state = state;
	ra_queue_state(&rf->queue, state, why, say, peer);
}

/* The end, for now or for good. */

static void gather_end(struct ra_rf *rf)
{
	cJSON_Delete(rf->gather.bodies);
	free(rf->gather.uris);
	memset(&rf->gather, 0, sizeof(rf->gather));
}

/* What was read for jobs is no longer. */
static void aim_end(struct ra_rf *rf)
{
	gather_end(rf);
	ra_rf_book_stop(rf);
	rf->aim = RA_RF_COUNT;
}

static void down(struct ra_rf *rf, enum ra_link_why why, const char *say)
{
	char text[RA_LINK_SAY_MAX];

	snprintf(text, sizeof(text), "%s", say);
	if (rf->call)
		ra_http_cancel(rf->http, rf->call);
	rf->call = 0;
	aim_end(rf);
	rf->phase = RA_RF_IDLE;
	ra_rf_logout(rf);
	ra_rf_forget(rf->ways, true);
	set_state(rf, RA_LINK_DOWN, why, text, "");
	ra_rf_answer_all(rf, why, text);
}

static void refuse(struct ra_rf *rf, const char *fmt, ...) RA_PRINTF(2, 3);
static void refuse(struct ra_rf *rf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(rf->final_say, sizeof(rf->final_say), fmt, args);
	va_end(args);
	rf->final = true;
	down(rf, RA_LINK_REFUSED, rf->final_say);
	rf->password = ra_secret_free(rf->password);
}

static void refuse_login(struct ra_rf *rf, const struct ra_rf_got *got)
{
	refuse(rf, "%s refuses the user name or the password%s%.300s Nothing more is tried: an account is locked after a few refusals.", rf->place,
	       got->said.text[0] ? ": " : ".", got->said.text);
}

static void no_memory(struct ra_rf *rf)
{
	down(rf, RA_LINK_CUT, "no memory for a request to the BMC");
}

static void get(struct ra_rf *rf, const char *path)
{
	if (!ra_rf_get(rf, path))
		no_memory(rf);
}

static void log_in(struct ra_rf *rf)
{
	rf->phase = RA_RF_LOGIN;
	if (!ra_rf_login(rf))
		no_memory(rf);
}

/* The way in. */

static void ask_operator(struct ra_rf *rf, const struct ra_need *need, const char *deny)
{
	if (!rf->may_ask) {
		refuse(rf, "%s", deny);
		return;
	}
	rf->phase = RA_RF_ASKING;
	rf->asked = need->kind;
	rf->head.state = RA_LINK_WAITING;
	ra_queue_need(&rf->queue, need);
}

static void ask_certificate(struct ra_rf *rf, const char *deny)
{
	struct ra_need need;

	ra_http_need(rf->http, rf->place, &need);
	ask_operator(rf, &need, deny);
}

/* What is still missing for the login is asked; then it goes. */
static void go_in(struct ra_rf *rf)
{
	struct ra_need need = {.kind = RA_NEED_USER, .echo = true};
	char deny[400];

	if (!rf->user[0]) {
		snprintf(need.subject, sizeof(need.subject), "%.255s", rf->place);
		snprintf(need.text, sizeof(need.text), "User name of the BMC. One that may only read is enough");
		snprintf(deny, sizeof(deny), "%s: no user name was given (--bmc-user)", rf->place);
		ask_operator(rf, &need, deny);
	} else if (!rf->password) {
		need = (struct ra_need){.kind = RA_NEED_PASSWORD};
		snprintf(need.subject, sizeof(need.subject), "%s at %.120s", rf->user, rf->place);
		snprintf(need.text, sizeof(need.text), "Password of %s", rf->user);
		snprintf(deny, sizeof(deny), "%s: no password was given (--bmc-password-fd)", rf->place);
		ask_operator(rf, &need, deny);
	} else {
		log_in(rf);
	}
}

static void greet(struct ra_rf *rf)
{
	rf->phase = RA_RF_GREET;
	if (rf->head.state != RA_LINK_CONNECTING)
		set_state(rf, RA_LINK_CONNECTING, RA_LINK_ANSWERED, "", "");
	rf->basic = false;
	get(rf, RA_RF_ROOT_URI);
}

static void take_greeting(struct ra_rf *rf, const struct ra_rf_got *got)
{
	const cJSON *root = got->json ? ra_json_root(got->json) : NULL;
	char say[RA_LINK_SAY_MAX];

	if (got->why == RA_LINK_REFUSED && !got->status && ra_http_peer(rf->http)->trust == RA_TLS_UNKNOWN) {
		ask_certificate(rf, got->say);
	} else if (got->why == RA_LINK_REFUSED && !got->status) {
		refuse(rf, "%s", got->say);
	} else if (!root && got->status != 401) { /* the root is open to all; some want a login first */
		snprintf(say, sizeof(say), "%s%.500s", got->status && got->why != RA_LINK_UNREACHABLE ? "This is no BMC with Redfish. " : "", got->say);
		down(rf, got->why == RA_LINK_ANSWERED || got->why == RA_LINK_NO_REQUEST ? RA_LINK_UNREACHABLE : got->why, say);
	} else if (root && !ra_json_get(root, "RedfishVersion") && !ra_json_get(root, "Systems")) {
		snprintf(say, sizeof(say), "This is no BMC with Redfish. %s: what it answers at " RA_RF_ROOT_URI " is no Redfish service", rf->place);
		down(rf, RA_LINK_UNREACHABLE, say);
	} else {
		snprintf(rf->version, sizeof(rf->version), "%s", ra_json_str(root, "RedfishVersion", ""));
		rf->expands = cJSON_IsTrue(ra_json_pointer(root, "/ProtocolFeaturesSupported/ExpandQuery/NoLinks"));
		if (!ra_rf_uri_of(ra_json_pointer(root, "/Links/Sessions"), rf->sessions))
			snprintf(rf->sessions, sizeof(rf->sessions), "%s", RA_RF_SESSIONS_URI);
		if (root)
			ra_rf_learn(rf->ways, RA_RF_ROOT, false, root);
		go_in(rf);
	}
}

static void is_up(struct ra_rf *rf)
{
	const struct ra_http_peer *peer = ra_http_peer(rf->http);
	char seen[160];

	rf->phase = RA_RF_READY;
	rf->lost_logins = 0;
	rf->again = true;
	if (rf->head.state == RA_LINK_UP)
		return;
	snprintf(seen, sizeof(seen), "%s%s", peer->sha256[0] ? "SHA256:" : "", peer->sha256);
	set_state(rf, RA_LINK_UP, RA_LINK_ANSWERED,
		  peer->trust == RA_TLS_INSECURE ? "the BMC's certificate was not checked (--insecure)" : "", seen);
}

/* It has no sessions (a status of one that knows no such thing), or none is free: the password goes with each read instead. */
static bool has_no_session(const struct ra_rf_got *got)
{
	return got->status == 404 || got->status == 405 || got->status == 501 || strcmp(got->said.key, "SessionLimitExceeded") == 0;
}

/* Something the root alone does not open was asked for with the password: whatever else it says, it was let in or not. */
static void take_basic(struct ra_rf *rf, const struct ra_http_answer *answer, const struct ra_rf_got *got)
{
	if (answer->why != RA_LINK_ANSWERED)
		down(rf, answer->why, answer->say);
	else if (answer->status == 401)
		refuse_login(rf, got);
	else
		is_up(rf);
}

/* A login that brought no session, and no refusal either. */
static void lose_login(struct ra_rf *rf, bool sent, enum ra_link_why why, const char *say)
{
	if (sent && ++rf->lost_logins >= RA_API_LOGINS_LOST_MAX)
		refuse(rf, "%.400s. %d logins in a row brought no session: no other is made by itself, for such ones may count as refused.", say,
		       rf->lost_logins);
	else
		down(rf, why, say);
}

static void take_login(struct ra_rf *rf, const struct ra_http_answer *answer, const struct ra_rf_got *got)
{
	if (ra_rf_take_session(rf, answer, got->json)) {
		is_up(rf);
	} else if (answer->why != RA_LINK_ANSWERED) {
		lose_login(rf, answer->sent, answer->why, answer->say);
	} else if (has_no_session(got)) {
		const char *systems = rf->ways[RA_RF_SYSTEMS].uri;

		rf->basic = true;
		get(rf, *systems ? systems : RA_RF_ROOT_URI "Systems");
	} else if (got->status >= 400 && got->status < 500 && got->status != 429) {
		refuse_login(rf, got);
	} else if (got->why != RA_LINK_ANSWERED) {
		down(rf, got->why, got->say);
	} else {
		char say[RA_LINK_SAY_MAX];

		snprintf(say, sizeof(say), "%s: the login brought no session (HTTP %d)%s%.300s", rf->place, got->status, got->said.text[0] ? ": " : "",
			 got->said.text);
		lose_login(rf, true, RA_LINK_UNREACHABLE, say);
	}
}

/* The work: one resource at a time, for all who wait for it. */

static void sent(struct ra_rf *rf, struct ra_job *job)
{
	struct ra_reply *reply = ra_job_reply(job);

	job->deadline = rf->now + job->timeout_ms;
	if (!reply)
		return;
	reply->sent = true;
	reply->sent_at = utc(rf);
}

static void go_on(struct ra_rf *rf);
enum ending { END_TEXT, END_NO, END_WHY };
/* Answer every job of the aim alike; it is reached. */
static void finish(struct ra_rf *rf, enum ending how, enum ra_link_why why, const char *text)
{
	struct ra_job *next;

	if (rf->doing) {
		rf->aim = RA_RF_COUNT;
		ra_rf_book_stop(rf);
		rf->again = true;
		ra_rf_do_came(rf, how == END_TEXT ? text : NULL, how == END_WHY ? why : RA_LINK_ANSWERED, text);
		return;
	}
	for (struct ra_job *job = rf->jobs; job; job = next) {
		next = job->next;
		if (!want_of(job)->taken)
			continue;
		if (how == END_TEXT)
			ra_rf_answer_text(rf, job, text);
		else if (how == END_NO)
			ra_rf_answer_no(rf, job, text);
		else
			ra_rf_answer_why(rf, job, why, text);
	}
	aim_end(rf);
	rf->again = true;
}

/* One of the reads behind an answer that several make up is over. Out: false when it was none of those, or the answer cannot be without it. */
static bool end_of_several(struct ra_rf *rf, struct ra_json *json, const char *say, bool for_now)
{
	RA_AUTO(ra_mem_free) char *text = NULL;
	enum ra_rf_book_then then;

	if (!ra_rf_book_reads(rf))
		return false;
	then = ra_rf_book_take(rf, json, say, for_now, &text);
	if (then == RA_RF_BOOK_MORE)
		go_on(rf);
	else if (then == RA_RF_BOOK_DONE)
		finish(rf, END_TEXT, RA_LINK_ANSWERED, text);
	else if (then == RA_RF_BOOK_CUT)
		finish(rf, END_WHY, RA_LINK_CUT, "no memory for the answer");
	return then != RA_RF_BOOK_NONE;
}

/* The resource itself: a collection with its members, where the BMC can. */
static void get_resource(struct ra_rf *rf, const char *path)
{
	static const char with[] = "?$expand=.";
	char whole[RA_RF_URI_MAX];

	if (rf->expands && ra_rf_is_whole(rf->aim) && !strchr(path, '?') && strlen(path) + sizeof(with) <= sizeof(whole)) {
		snprintf(whole, sizeof(whole), "%s%s", path, with);
		get(rf, whole);
	} else {
		get(rf, path);
	}
}

static void go_on(struct ra_rf *rf)
{
	char why[200] = "", say[RA_LINK_SAY_MAX];
	const char *path = ra_rf_next(rf->ways, rf->aim, &rf->from, &rf->of_member, why, sizeof(why));

	if (!path) {
		snprintf(say, sizeof(say), "%s: %s", rf->place, why);
		if (!end_of_several(rf, NULL, say, false))
			finish(rf, END_WHY, RA_LINK_NO_REQUEST, say);
		return;
	}
	rf->renewed = false;
	if (rf->from == rf->aim && !rf->of_member)
		get_resource(rf, path);
	else
		get(rf, path);
}

static void begin_read(struct ra_rf *rf)
{
	enum ra_rf_what what = want_of(rf->jobs)->what;

	rf->aim = what;
	rf->retraced = !rf->ways[rf->aim].uri[0]; /* it is about to be found anew */
	rf->tries = 0;
	rf->patience_ms = PATIENCE_MS;
	ra_rf_forget(rf->ways, false);
	if (what == RA_RF_SETUP && !ra_rf_book_begin(rf)) {
		no_memory(rf);
		return;
	}
	/* Not those behind a change: what was read before it is not what they ask for. */
	for (struct ra_job *job = rf->jobs; job && !want_of(job)->change; job = job->next)
		if (want_of(job)->what == what) {
			((struct ra_rf_want *)job->own)->taken = true;
			sent(rf, job);
		}
	go_on(rf);
}

void ra_rf_fetch(struct ra_rf *rf, enum ra_rf_what what, const char *path)
{
	rf->aim = what;
	if (path)
		snprintf(rf->ways[what].uri, sizeof(rf->ways[what].uri), "%s", path);
	rf->retraced = path || !rf->ways[what].uri[0];
	rf->tries = 0;
	ra_rf_forget(rf->ways, false);
	if (what == RA_RF_SETUP && !ra_rf_book_begin(rf))
		no_memory(rf);
	else
		go_on(rf);
}

static void begin_change(struct ra_rf *rf, struct ra_job *job)
{
	((struct ra_rf_want *)job->own)->taken = true;
	sent(rf, job);
	if (ra_job_reply(job))
		ra_job_reply(job)->sent = false;
	ra_rf_do(rf, job);
}

/* It is busy, and says for how long: it is asked again then, if that is within our patience and that of those who wait. */
static bool wait_for_it(struct ra_rf *rf, const struct ra_rf_got *got)
{
	int64_t wait_ms = (int64_t)got->retry_s * 1000;
	bool some = false;

	for (const struct ra_job *job = rf->jobs; job; job = job->next)
		some = some || (want_of(job)->taken && job->deadline > rf->now + wait_ms);
	if (got->status != 503 || !wait_ms || wait_ms > rf->patience_ms || !some)
		return false;
	rf->patience_ms -= wait_ms;
	rf->wake_at = rf->now + wait_ms;
	return true;
}

/* What is known of the way may be out of date: once it is found anew. */
static bool retrace(struct ra_rf *rf)
{
	if (rf->retraced || rf->from == RA_RF_ROOT)
		return false;
	rf->retraced = true;
	ra_rf_forget(rf->ways, true);
	go_on(rf);
	return true;
}

static void finish_json(struct ra_rf *rf, const cJSON *answer)
{
	RA_AUTO(ra_mem_free) char *text = answer ? ra_json_print(answer) : NULL;

	if (!text)
		finish(rf, END_WHY, RA_LINK_CUT, "no memory for the answer");
	else
		finish(rf, END_TEXT, RA_LINK_ANSWERED, text);
}

static void finish_jobs(struct ra_rf *rf, const cJSON *members, int left)
{
	cJSON *jobs = ra_rf_jobs_of(members, left);

	finish_json(rf, jobs);
	cJSON_Delete(jobs);
}

static void gather_next(struct ra_rf *rf)
{
	rf->renewed = false;
	rf->tries = 0;
	if (rf->gather.at < rf->gather.count)
		get(rf, rf->gather.uris[rf->gather.at++]);
	else
		finish_jobs(rf, rf->gather.bodies, rf->gather.left);
}

/* A member (NULL: it cannot be had, and is one left out). */
static void gather_take(struct ra_rf *rf, const cJSON *body)
{
	cJSON *kept = body ? cJSON_Duplicate(body, true) : NULL;

	rf->gather.left += body == NULL;
	if (body && (!kept || !cJSON_AddItemToArray(rf->gather.bodies, kept))) {
		cJSON_Delete(kept);
		finish(rf, END_WHY, RA_LINK_CUT, "no memory for the answer");
		return;
	}
	gather_next(rf);
}

/* A collection of jobs: its members are in it, or they are read now. */
static void deliver_jobs(struct ra_rf *rf, const cJSON *collection)
{
	int left = 0;

	rf->gather.uris = calloc(RA_RF_JOBS_MAX, sizeof(*rf->gather.uris));
	rf->gather.count = rf->gather.uris ? ra_rf_jobs_unread(collection, rf->gather.uris, &left) : 0;
	rf->gather.left = left;
	if (!rf->gather.uris || (rf->gather.count && !(rf->gather.bodies = cJSON_CreateArray())))
		finish(rf, END_WHY, RA_LINK_CUT, "no memory for the answer");
	else if (rf->gather.count)
		gather_next(rf);
	else
		finish_jobs(rf, ra_json_get(collection, "Members"), left);
}

static void deliver(struct ra_rf *rf, struct ra_rf_got *got)
{
	struct ra_json *json = got->json;

	ra_rf_learn(rf->ways, rf->from, rf->of_member, ra_json_root(json));
	if (ra_rf_book_reads(rf)) {
		got->json = NULL;
		end_of_several(rf, json, "", false);
	} else if (ra_rf_is_whole(rf->aim)) {
		deliver_jobs(rf, ra_json_root(json));
	} else {
		finish_json(rf, ra_json_root(json));
	}
}

/* A read ended otherwise than by a resource. */
static void take_failure(struct ra_rf *rf, const struct ra_http_answer *answer, const struct ra_rf_got *got)
{
	bool lost = answer->why == RA_LINK_UNREACHABLE || (answer->why == RA_LINK_CUT && !answer->truncated);
	bool gone = got->why == RA_LINK_NO_REQUEST && got->status;

	if (answer->why == RA_LINK_REFUSED) { /* another certificate than before */
		refuse(rf, "%s", got->say);
	} else if (lost && rf->tries++ == 0) {
		get(rf, rf->path);
	} else if (lost) {
		down(rf, got->why, got->say);
	} else if (got->status == 401 && rf->basic) {
		refuse_login(rf, got);
	} else if (got->status == 401 && !rf->renewed) { /* sessions expire, some within half a minute */
		rf->renewed = true;
		ra_rf_logout(rf);
		log_in(rf);
	} else if (rf->gather.bodies && got->why != RA_LINK_TIMEOUT) {
		gather_take(rf, NULL);
	} else if (got->status >= 400 && got->status != 404 && strstr(rf->path, "?$expand=")) { /* it says that it can, and it cannot */
		rf->expands = false;
		get(rf, rf->ways[rf->aim].uri);
	} else if (wait_for_it(rf, got) || (gone && retrace(rf))) {
		return;
	} else if ((rf->from != rf->aim && gone) || (rf->of_member && got->why != RA_LINK_TIMEOUT)) {
		/* On the way: what is not there leads nowhere, and a member that cannot be looked at is not the one. */
		ra_rf_learn(rf->ways, rf->from, rf->of_member, NULL);
		go_on(rf);
	} else if (!end_of_several(rf, NULL, got->say, got->why == RA_LINK_UNREACHABLE || got->why == RA_LINK_TIMEOUT)) {
		finish(rf, got->why == RA_LINK_ANSWERED ? END_NO : END_WHY, got->why, got->say);
	}
}

static void take_read(struct ra_rf *rf, const struct ra_http_answer *answer, struct ra_rf_got *got)
{
	if (!got->json) {
		take_failure(rf, answer, got);
	} else if (rf->gather.bodies) {
		gather_take(rf, answer->body.len <= RA_RF_JOB_MAX ? ra_json_root(got->json) : NULL);
	} else if (rf->from == rf->aim && !rf->of_member) {
		deliver(rf, got);
	} else {
		ra_rf_learn(rf->ways, rf->from, rf->of_member, ra_json_root(got->json));
		go_on(rf);
	}
}

/* The change itself was answered, or lost: nothing of it is sent again. */
static void take_change(struct ra_rf *rf, const struct ra_http_answer *answer)
{
	struct ra_reply *reply = ra_job_reply((struct ra_job *)ra_rf_do_job(rf));
	struct ra_rf_got got;

	rf->changing = false;
	if (answer->why == RA_LINK_REFUSED) { /* another certificate than before */
		if (reply)
			reply->sent = answer->sent;
		refuse(rf, "%s", answer->say);
		return;
	}
	ra_rf_read(rf, answer, &got);
	ra_rf_do_took(rf, answer, &got);
	ra_json_free(got.json);
}

static void take_answer(struct ra_rf *rf, const struct ra_http_answer *answer)
{
	enum ra_rf_phase phase = rf->phase;
	struct ra_rf_got got;

	if (answer->id != rf->call) {
		rf->leaving -= (answer->id & RA_RF_LEAVE) != 0; /* else it is what was given up */
		return;
	}
	rf->call = 0;
	if (rf->changing) {
		take_change(rf, answer);
		return;
	}
	if (phase != RA_RF_LOGIN && ra_rf_follow(rf, answer))
		return;
	snprintf(rf->etag, sizeof(rf->etag), "%s", answer->etag);
	ra_rf_read(rf, answer, &got);
	if (phase == RA_RF_GREET)
		take_greeting(rf, &got);
	else if (phase == RA_RF_LOGIN && rf->basic)
		take_basic(rf, answer, &got);
	else if (phase == RA_RF_LOGIN)
		take_login(rf, answer, &got);
	else
		take_read(rf, answer, &got);
	ra_json_free(got.json);
}

static void take_answers(struct ra_rf *rf)
{
	struct ra_http_answer answer = {0};

	while (ra_http_next(rf->http, &answer)) {
		take_answer(rf, &answer);
		ra_http_answer_clear(&answer);
		answer = (struct ra_http_answer){0};
	}
}

/* Below the version that brought what is asked nothing is asked. */
static void answer_too_old(struct ra_rf *rf)
{
	char say[RA_LINK_SAY_MAX];
	struct ra_job *next;

	for (struct ra_job *job = rf->jobs; job; job = next) {
		next = job->next;
		if (!job->since[0] || !rf->version[0] || ra_api_order(rf->version, job->since) >= 0)
			continue;
		snprintf(say, sizeof(say), "%s speaks Redfish %.20s; what is asked came with %.20s", rf->place, rf->version, job->since);
		ra_rf_answer_why(rf, job, RA_LINK_NO_REQUEST, say);
	}
}

/* Tickets whose time is over get their answer; a read nobody waits for any more is given up. */
static void expire(struct ra_rf *rf)
{
	char say[RA_LINK_SAY_MAX];
	struct ra_job *next;
	bool waited = false;

	for (struct ra_job *job = rf->jobs; job; job = next) {
		next = job->next;
		if (job->deadline <= rf->now) {
			snprintf(say, sizeof(say), "%s: no answer within %d seconds%s", rf->place, job->timeout_ms / 1000,
				 ra_rf_do_job(rf) != job ? "" : ra_rf_do_is_sent(rf) ? "; the change was sent, and how it ended is not known"
										      : "; nothing was sent");
			ra_rf_answer_why(rf, job, RA_LINK_TIMEOUT, say);
		} else {
			waited = waited || want_of(job)->taken;
		}
	}
	if (rf->aim == RA_RF_COUNT || waited || rf->phase != RA_RF_READY)
		return;
	ra_http_cancel(rf->http, rf->call);
	rf->call = 0;
	aim_end(rf);
	rf->again = true;
}

static void rf_step(struct ra_link *link, ra_mono_ms now)
{
	struct ra_rf *rf = of(link);

	rf->now = now;
	rf->again = false;
	ra_http_step(rf->http, now);
	take_answers(rf);
	expire(rf);
	if (rf->final && rf->jobs)
		ra_rf_answer_all(rf, RA_LINK_REFUSED, rf->final_say);
	if (rf->phase == RA_RF_IDLE && rf->jobs)
		greet(rf);
	if (rf->phase != RA_RF_READY || rf->call || now < rf->wake_at)
		return;
	answer_too_old(rf);
	rf->wake_at = 0;
	if (rf->aim != RA_RF_COUNT) /* its login was renewed, or it was waited for */
		get(rf, rf->path);
	else if (rf->doing)
		ra_rf_do_on(rf);
	else if (rf->jobs && want_of(rf->jobs)->change)
		begin_change(rf, rf->jobs);
	else if (rf->jobs)
		begin_read(rf);
}

static int rf_poll(const struct ra_link *link, struct pollfd *fds, ra_mono_ms *deadline)
{
	const struct ra_rf *rf = (const struct ra_rf *)link;
	int count = ra_http_poll(rf->http, fds, deadline);

	for (const struct ra_job *job = rf->jobs; job; job = job->next)
		*deadline = job->deadline < *deadline ? job->deadline : *deadline;
	if (rf->again || !ra_queue_is_empty(&rf->queue) ||
	    (rf->jobs && (rf->phase == RA_RF_IDLE || (rf->phase == RA_RF_READY && !rf->call && rf->wake_at <= rf->now))))
		*deadline = rf->now;
	if (rf->phase == RA_RF_READY && !rf->call && rf->wake_at > rf->now && rf->wake_at < *deadline)
		*deadline = rf->wake_at;
	return count;
}

static ra_err rf_submit(struct ra_link *link, const struct ra_ticket *ticket, struct ra_errs *errs)
{
	struct ra_rf *rf = of(link);
	struct ra_rf_want *want;
	struct ra_job *job;
	ra_err err;

	if (ra_jobs_count(rf->jobs) >= RA_JOBS_MAX)
		return ra_fail(errs, RA_E_LIMIT, "%s: more than %d requests are waiting", rf->place, RA_JOBS_MAX);
	err = ra_job_new(ticket, &job, errs);
	if (err)
		return err;
	job->own = want = calloc(1, sizeof(*want));
	if (!want) {
		ra_job_free(job);
		return ra_fail(errs, RA_E_NOMEM, "no memory for a request");
	}
	ra_jobs_add(&rf->jobs, job);
	want->what = ra_rf_what_of(ra_json_root(job->request));
	want->change = ticket->change;
	/* Nothing is changed but what stands in the table of changes, and no secret is read. */
	if (ticket->secret || (ticket->change ? !ra_rf_row_of(ra_json_root(job->request)) : want->what == RA_RF_COUNT))
		ra_rf_answer_why(rf, job, RA_LINK_NO_REQUEST, "a BMC cannot be asked this way");
	return RA_OK;
}

static void rf_cancel(struct ra_link *link, uint64_t ticket)
{
	struct ra_rf *rf = of(link);

	for (struct ra_job *job = rf->jobs; job; job = job->next)
		if (job->id == ticket && ra_rf_do_job(rf) == job && ra_rf_do_is_sent(rf)) {
			return; /* it goes on */
		} else if (job->id == ticket) {
			ra_rf_answer_why(rf, job, RA_LINK_CANCELLED,
				   want_of(job)->taken && !want_of(job)->change ? "given up before the answer came"
										 : "given up before it was sent");
			return;
		}
}

static bool keep_user(struct ra_rf *rf, const struct ra_secret *secret)
{
	size_t len = 0;
	const char *user = ra_secret_bytes(secret, &len);

	if (!len || len >= sizeof(rf->user) || memchr(user, '\0', len))
		return false;
	memcpy(rf->user, user, len + 1);
	return true;
}

static bool keep_password(struct ra_rf *rf, const struct ra_secret *secret)
{
	size_t len = 0;
	const char *bytes = ra_secret_bytes(secret, &len);

	rf->password = len ? ra_secret_new() : NULL;
	if (rf->password && !memchr(bytes, '\0', len) && ra_secret_set(rf->password, bytes, len) == RA_OK)
		return true;
	rf->password = ra_secret_free(rf->password);
	return false;
}

/* The operator says no to the certificate, or nobody is there to say yes. */
static void turn_down(struct ra_rf *rf)
{
	char say[RA_LINK_SAY_MAX];

	ra_http_declined(rf->http, rf->place, say, sizeof(say));
	refuse(rf, "%s", say);
}

static void rf_answer(struct ra_link *link, bool yes, const struct ra_secret *secret)
{
	struct ra_rf *rf = of(link);

	if (rf->phase != RA_RF_ASKING)
		return;
	rf->now = ra_mono_now();
	rf->again = true;
	set_state(rf, RA_LINK_CONNECTING, RA_LINK_ANSWERED, "", "");
	if (rf->asked == RA_NEED_CERT) {
		ra_err err = yes ? ra_http_accept(rf->http, NULL) : RA_E_DENIED;

		/* A file that cannot be written costs the next run a question, not this one its way. */
		if (err == RA_OK || err == RA_E_IO)
			greet(rf);
		else
			turn_down(rf);
	} else if (rf->asked == RA_NEED_USER) {
		if (secret && keep_user(rf, secret))
			go_in(rf);
		else
			refuse(rf, "%s: no user name was given", rf->place);
	} else if (secret && keep_password(rf, secret)) {
		go_in(rf);
	} else {
		refuse(rf, "%s: no password was given", rf->place);
	}
}

static void rf_hint(struct ra_link *link RA_UNUSED, const char *what RA_UNUSED)
{
	/* A real BMC sees for itself what was done to it. */
}

static void rf_next(struct ra_link *link, struct ra_event *out)
{
	ra_queue_next(&of(link)->queue, out);
}

/* One turn of a loop of our own, no longer than to end. */
static void wait_once(struct ra_rf *rf, ra_mono_ms end)
{
	struct pollfd fds[RA_LINK_FDS_MAX];
	ra_mono_ms deadline = RA_DEADLINE_NONE, now = ra_mono_now();
	int count = ra_http_poll(rf->http, fds, &deadline);

	deadline = deadline < end ? deadline : end;
	(void)poll(fds, (nfds_t)count, deadline > now ? (int)(deadline - now) : 0);
	ra_http_step(rf->http, ra_mono_now());
}

/* End what was begun: a login that is under way, too, would leave a session behind. */
static void leave(struct ra_rf *rf)
{
	ra_mono_ms end = ra_mono_now() + LOGOUT_MS;

	if (rf->call && rf->phase != RA_RF_LOGIN) {
		ra_http_cancel(rf->http, rf->call);
		rf->call = 0;
	}
	while (rf->call && ra_mono_now() < end) {
		wait_once(rf, end);
		take_answers(rf);
	}
	ra_rf_logout(rf);
	while (rf->leaving && ra_mono_now() < end) {
		wait_once(rf, end);
		take_answers(rf);
	}
}

static void rf_free(struct ra_link *link)
{
	struct ra_rf *rf = of(link);

	while (rf->jobs)
		ra_rf_job_drop(rf, rf->jobs);
	aim_end(rf);
	leave(rf);
	ra_http_free(rf->http);
	ra_queue_free(&rf->queue);
	ra_secret_free(rf->password);
	ra_secret_free(rf->token);
	ra_rf_book_free(rf->book);
	ra_wipe(rf, sizeof(*rf));
	free(rf);
}

static const struct ra_link_ops redfish_ops = {
    .name = "redfish",
    .submit = rf_submit,
    .cancel = rf_cancel,
    .answer = rf_answer,
    .hint = rf_hint,
    .poll = rf_poll,
    .step = rf_step,
    .next = rf_next,
    .free = rf_free,
};

ra_err ra_link_redfish_new(const struct ra_redfish_options *options, const struct ra_clock *clock, struct ra_link **out,
			   struct ra_errs *errs)
{
	struct ra_rf *rf = calloc(1, sizeof(*rf));
	ra_err err = rf ? ra_bmc_url_parse(options->url, &rf->url, errs) : ra_fail(errs, RA_E_NOMEM, "no memory for a link");
	struct ra_http_options http = {.ca_files = options->ca_files,
				       .known_hosts = options->known_hosts,
				       .proxy = options->proxy,
				       .insecure = options->insecure};

	*out = NULL;
	if (!err && options->user && strlen(options->user) >= sizeof(rf->user))
		err = ra_fail(errs, RA_E_ARG, "the name of the BMC's user is too long");
	if (!err) {
		http.host = rf->url.host;
		http.port = rf->url.port;
		err = ra_http_new(&http, &rf->http, errs);
	}
	if (err) {
		free(rf);
		return err;
	}
	rf->head = (struct ra_link){.ops = &redfish_ops, .state = RA_LINK_IDLE, .clock = *clock};
	rf->aim = RA_RF_COUNT;
	snprintf(rf->user, sizeof(rf->user), "%s", options->user ? options->user : rf->url.user);
	snprintf(rf->place, sizeof(rf->place), strchr(rf->url.host, ':') ? "[%s]:%d" : "%s:%d", rf->url.host, rf->url.port);
	rf->may_ask = options->may_ask;
	rf->now = ra_mono_now();
	*out = &rf->head;
	return RA_OK;
}
