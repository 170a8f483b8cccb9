/* vsphere.c - the life of the vCenter link: what server it is, whether it is the right one, who logs in, and the way out. */
#include "config.h"

#include "link/api.h"
#include "link/vsphere.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOGOUT_MS 800 /* so long the end of a session is waited for at most */
#define OLD_API "6.0"
#define FIRST_API "6.7" /* attestation began with it; older servers are asked once more in their own words */

static struct ra_vs *of(struct ra_link *link)
{
	return (struct ra_vs *)link;
}

ra_utc_ms ra_vs_utc(const struct ra_vs *vs)
{
	return ra_clock_utc(&vs->head.clock, ra_mono_now());
}

static void set_state(struct ra_vs *vs, enum ra_link_state state, enum ra_link_why why, const char *say)
{
	vs->head.state = state;
	ra_queue_state(&vs->queue, state, why, say, "");
}

/* Jobs. */

static void want_free(struct ra_job *job)
{
	struct ra_vs_want *want = job->own;

	if (want) {
		free(want->target);
		free(want->since);
	}
	free(want);
	job->own = NULL;
}

void ra_vs_job_drop(struct ra_vs *vs, struct ra_job *job)
{
	ra_jobs_remove(&vs->jobs, job);
	want_free(job);
	ra_job_free(job);
}

void ra_vs_sent(struct ra_vs *vs, struct ra_job *job)
{
	struct ra_reply *reply = ra_job_reply(job);

	job->deadline = vs->now + job->timeout_ms;
	if (!reply)
		return;
	reply->sent = true;
	reply->sent_at = ra_vs_utc(vs);
}

/* Its reply goes; the job stays in the list. */
static void reply_to(struct ra_vs *vs, struct ra_job *job, enum ra_link_why why, const char *say)
{
	struct ra_reply *reply = ra_job_reply(job);

	if (!reply)
		return;
	reply->came_at = ra_vs_utc(vs);
	ra_queue_reply(&vs->queue, job, why, say);
}

void ra_vs_answer_why(struct ra_vs *vs, struct ra_job *job, enum ra_link_why why, const char *say)
{
	reply_to(vs, job, why, say);
	ra_vs_job_drop(vs, job);
}

void ra_vs_answer(struct ra_vs *vs, struct ra_job *job, const cJSON *json)
{
	RA_AUTO(ra_mem_free) char *text = ra_json_print(json);
	struct ra_reply *reply = ra_job_reply(job);
	size_t len = text ? strlen(text) : 0;

	if (cJSON_IsRaw(json)) {
		ra_vs_answer_no(vs, job, 1, "what came holds bytes that are none: it cannot be read");
		return;
	}
	if (reply)
		reply->status = 0;
	if (reply && job->cap_len && len > job->cap_len) {
		len = job->cap_len;
		reply->truncated = true;
	}
	if (reply && (!text || ra_buf_add(&reply->out, text, len)))
		ra_vs_answer_why(vs, job, RA_LINK_CUT, "no memory for the answer");
	else
		ra_vs_answer_why(vs, job, RA_LINK_ANSWERED, "");
}

void ra_vs_answer_no(struct ra_vs *vs, struct ra_job *job, int status, const char *say)
{
	struct ra_reply *reply = ra_job_reply(job);

	if (reply) {
		reply->status = status;
		if (ra_buf_text(&reply->err, say)) {
			ra_vs_answer_why(vs, job, RA_LINK_CUT, say);
			return;
		}
	}
	ra_vs_answer_why(vs, job, RA_LINK_ANSWERED, say);
}

void ra_vs_answer_said(struct ra_vs *vs, struct ra_job *job, const struct ra_vs_said *said)
{
	char say[RA_LINK_SAY_MAX];
	enum ra_link_why why = said->why;

	if (why == RA_LINK_ANSWERED && said->fault.name[0]) {
		why = ra_vs_fault_why(vs, &said->fault, say, sizeof(say));
	} else {
		snprintf(say, sizeof(say), "%s", said->say ? said->say : "");
		/* An answer that cannot be read is an answer: what it should tell is malformed, not out of reach. */
		if (why == RA_LINK_ANSWERED && !*say)
			snprintf(say, sizeof(say), "%s: what it answers cannot be used", vs->place);
	}
	if (why == RA_LINK_ANSWERED)
		ra_vs_answer_no(vs, job, 1, say);
	else
		ra_vs_answer_why(vs, job, why, say);
}

/* The end, for now or for good. */

static void answer_all(struct ra_vs *vs, enum ra_link_why why, const char *say)
{
	while (vs->jobs)
		ra_vs_answer_why(vs, vs->jobs, why, say);
}

static void hang_up(struct ra_vs *vs)
{
	for (struct ra_vs_op *op = vs->ops; op; op = op->next) {
		if (op->call)
			ra_http_cancel(vs->http, op->call);
		op->call = 0;
		op->resend = false;
		ra_vs_op_end(op);
	}
	vs->cookie = ra_secret_free(vs->cookie);
	vs->rest = ra_secret_free(vs->rest);
	vs->logged_in = vs->finding = vs->opening = false;
	vs->phase = RA_VS_IDLE;
	vs->renewals = 0;
}

void ra_vs_down(struct ra_vs *vs, enum ra_link_why why, const char *say)
{
	char text[RA_LINK_SAY_MAX];

	snprintf(text, sizeof(text), "%s", say ? say : "");
	hang_up(vs);
	set_state(vs, RA_LINK_DOWN, why, text);
	answer_all(vs, why, text);
}

void ra_vs_refuse(struct ra_vs *vs, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(vs->final_say, sizeof(vs->final_say), fmt, args);
	va_end(args);
	vs->final = true;
	vs->password = ra_secret_free(vs->password);
	ra_vs_down(vs, RA_LINK_REFUSED, vs->final_say);
}

bool ra_vs_renew(struct ra_vs *vs)
{
	if (vs->renewals++ > 0)
		return false;
	vs->cookie = ra_secret_free(vs->cookie);
	vs->logged_in = false;
	ra_vs_login(vs);
	return true;
}

/* The way in. */

static void ask_operator(struct ra_vs *vs, const struct ra_need *need, const char *deny)
{
	if (!vs->may_ask) {
		ra_vs_refuse(vs, "%s", deny);
		return;
	}
	vs->phase = RA_VS_ASKING;
	vs->asked = need->kind;
	vs->head.state = RA_LINK_WAITING;
	ra_queue_need(&vs->queue, need);
}

static void ask_certificate(struct ra_vs *vs, const char *deny)
{
	struct ra_need need;

	ra_http_need(vs->http, vs->place, &need);
	ask_operator(vs, &need, deny);
}

/* What is still missing for the login is asked; then it goes. */
static void go_in(struct ra_vs *vs)
{
	struct ra_need need = {.kind = RA_NEED_USER, .echo = true};
	char deny[400];

	if (!vs->user[0]) {
		snprintf(need.subject, sizeof(need.subject), "%.255s", vs->place);
		snprintf(need.text, sizeof(need.text), "User name, such as administrator@vsphere.local");
		snprintf(deny, sizeof(deny), "%s: no user name was given (--vcenter-user)", vs->place);
		ask_operator(vs, &need, deny);
	} else if (!vs->password) {
		need = (struct ra_need){.kind = RA_NEED_PASSWORD};
		snprintf(need.subject, sizeof(need.subject), "%s at %.120s", vs->user, vs->place);
		snprintf(need.text, sizeof(need.text), "Password of %s", vs->user);
		snprintf(deny, sizeof(deny), "%s: no password was given (--vcenter-password-fd)", vs->place);
		ask_operator(vs, &need, deny);
	} else {
		ra_vs_login(vs);
	}
}

static bool take_ref(const xmlNode *content, const char *name, struct ra_vs_ref *out)
{
	if (ra_vs_ref_of(ra_vs_kid(content, name), out))
		return true;
	*out = (struct ra_vs_ref){0};
	return false;
}

static ra_err take_content(struct ra_vs *vs, const xmlNode *content)
{
	const xmlNode *about = ra_vs_kid(content, "about");
	cJSON *json = NULL;
	ra_err err;

	if (!take_ref(content, "rootFolder", &vs->root) || !take_ref(content, "propertyCollector", &vs->collector) ||
	    !take_ref(content, "sessionManager", &vs->sessions) || !about)
		return RA_E_INVALID;
	(void)take_ref(content, "searchIndex", &vs->search);
	(void)take_ref(content, "cryptoManager", &vs->crypto);
	(void)take_ref(content, "alarmManager", &vs->alarms);
	err = ra_vs_json(about, false, &json);
	if (err)
		return err;
	cJSON_Delete(vs->about);
	vs->about = json;
	snprintf(vs->server_api, sizeof(vs->server_api), "%s", ra_json_str(json, "apiVersion", OLD_API));
	snprintf(vs->api, sizeof(vs->api), "%s", ra_api_order(vs->server_api, RA_VS_API_MAX) > 0 ? RA_VS_API_MAX : vs->server_api);
	if (strspn(vs->api, "0123456789.") != strlen(vs->api))
		snprintf(vs->api, sizeof(vs->api), OLD_API);
	vs->is_esxi = strcmp(ra_json_str(json, "apiType", ""), "HostAgent") == 0;
	return RA_OK;
}

static void greet(struct ra_vs *vs);

static void take_greeting(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	char say[RA_LINK_SAY_MAX];

	ra_vs_op_end(op);
	if (said->why == RA_LINK_REFUSED && ra_http_peer(vs->http)->trust == RA_TLS_UNKNOWN) {
		ask_certificate(vs, said->say);
	} else if (said->why == RA_LINK_REFUSED) {
		ra_vs_refuse(vs, "%s", said->say);
	} else if (said->why != RA_LINK_ANSWERED) {
		ra_vs_down(vs, said->why, said->say);
	} else if (!said->result && !vs->old && said->fault.name[0]) {
		vs->old = true;
		greet(vs);
	} else if (!said->result || take_content(vs, ra_vs_kid(said->result, "returnval"))) {
		snprintf(say, sizeof(say), "%s: this is no vCenter and no ESXi host, or not at %.64s: %.300s", vs->place, vs->url.path,
			 said->fault.name[0] ? said->fault.name : said->say && *said->say ? said->say : "its greeting lacks what each of them has");
		ra_vs_down(vs, RA_LINK_UNREACHABLE, say);
	} else {
		go_in(vs);
	}
}

static void greet(struct ra_vs *vs)
{
	static const struct ra_vs_ref instance = {"ServiceInstance", "ServiceInstance"};
	struct ra_vs_op *op = ra_vs_op_new(vs);

	if (!op) {
		ra_vs_down(vs, RA_LINK_CUT, "no memory for the connection");
		return;
	}
	vs->phase = RA_VS_GREET;
	snprintf(vs->api, sizeof(vs->api), "%s", vs->old ? OLD_API : FIRST_API);
	if (vs->head.state != RA_LINK_CONNECTING)
		set_state(vs, RA_LINK_CONNECTING, RA_LINK_ANSWERED, "");
	ra_vs_soap(vs, op, &(struct ra_vs_soap){.method = "RetrieveServiceContent", .self = &instance, .inner = ""}, take_greeting);
}

/* The work. */

/* Below the version that brought what is asked nothing is asked. Out: true when the job was answered so. */
static bool too_old(struct ra_vs *vs, struct ra_job *job)
{
	const struct ra_vs_want *want = ra_vs_want_of(job);
	char say[RA_LINK_SAY_MAX];

	if (want->since && ra_api_order(vs->server_api, want->since) < 0)
		snprintf(say, sizeof(say), "%s speaks API %.20s; what is asked came with %.20s", vs->place, vs->server_api, want->since);
	else if (want->kind == RA_VS_REST && vs->is_esxi)
		snprintf(say, sizeof(say), "%s is an ESXi host: only a vCenter has this interface", vs->place);
	else
		return false;
	ra_vs_answer_why(vs, job, RA_LINK_NO_REQUEST, say);
	return true;
}

static size_t running(const struct ra_vs *vs)
{
	size_t count = 0;

	for (const struct ra_vs_op *op = vs->ops; op; op = op->next)
		count += !op->over;
	return count;
}

/* Every job that waits: not for this server, or on its way. */
static void dispatch(struct ra_vs *vs)
{
	struct ra_job *next;

	for (struct ra_job *job = vs->jobs; job; job = next) {
		next = job->next;
		if (!ra_vs_want_of(job)->taken)
			(void)too_old(vs, job);
	}
	if (ra_vs_find(vs))
		return;
	ra_vs_read(vs);
	for (struct ra_job *job = vs->jobs; job; job = next) {
		enum ra_vs_kind kind = ra_vs_want_of(job)->kind;

		next = job->next;
		if (ra_vs_want_of(job)->taken || (kind != RA_VS_CHANGE && running(vs) >= RA_VS_OPS_MAX))
			continue;
		if (kind == RA_VS_CHANGE)
			ra_vs_do(vs, job);
		else if (kind == RA_VS_REPORT || kind == RA_VS_REST || kind == RA_VS_ESXCLI)
			ra_vs_ask(vs, job);
	}
}

static void take_answers(struct ra_vs *vs)
{
	struct ra_http_answer answer = {0};

	while (ra_http_next(vs->http, &answer)) {
		ra_vs_take_answer(vs, &answer);
		ra_http_answer_clear(&answer);
		answer = (struct ra_http_answer){0};
	}
}

static void wake(struct ra_vs *vs)
{
	for (struct ra_vs_op *op = vs->ops; op; op = op->next) {
		if (op->over || op->wake_at > vs->now)
			continue;
		op->wake_at = RA_DEADLINE_NONE;
		op->wake(vs, op);
	}
}

/* Tickets whose time is over get their answer; what they asked may still come and is dropped then. */
static void expire(struct ra_vs *vs)
{
	char say[RA_LINK_SAY_MAX];

	for (struct ra_job *job = vs->jobs; job; job = job->next) {
		if (!job->slot || job->deadline > vs->now)
			continue;
		snprintf(say, sizeof(say), "%s: no answer within %d seconds", vs->place, job->timeout_ms / 1000);
		reply_to(vs, job, RA_LINK_TIMEOUT, say);
	}
}

static void vs_step(struct ra_link *link, ra_mono_ms now)
{
	struct ra_vs *vs = of(link);

	vs->now = now;
	vs->again = false;
	ra_http_step(vs->http, now);
	take_answers(vs);
	wake(vs);
	expire(vs);
	if (vs->final && vs->jobs)
		answer_all(vs, RA_LINK_REFUSED, vs->final_say);
	if (vs->phase == RA_VS_IDLE && vs->jobs)
		greet(vs);
	else if (vs->phase == RA_VS_READY)
		dispatch(vs);
	ra_vs_sweep(vs);
}

static int vs_poll(const struct ra_link *link, struct pollfd *fds, ra_mono_ms *deadline)
{
	const struct ra_vs *vs = (const struct ra_vs *)link;
	int count = ra_http_poll(vs->http, fds, deadline);

	for (const struct ra_vs_op *op = vs->ops; op; op = op->next)
		*deadline = op->wake_at < *deadline ? op->wake_at : *deadline;
	for (const struct ra_job *job = vs->jobs; job; job = job->next)
		*deadline = job->slot && job->deadline < *deadline ? job->deadline : *deadline;
	if (vs->again || !ra_queue_is_empty(&vs->queue) || (vs->phase == RA_VS_IDLE && vs->jobs))
		*deadline = vs->now;
	return count;
}

static bool is_words(const cJSON *list)
{
	const cJSON *word;

	cJSON_ArrayForEach (word, list)
		if (!cJSON_IsString(word))
			return false;
	return cJSON_IsArray(list) && list->child;
}

/* A request as a want. Out: false for one this link does not carry. */
static bool read_request(const struct ra_vs *vs, const cJSON *request, struct ra_vs_want *want)
{
	static const struct {
		const char *name;
		enum ra_vs_kind kind;
		bool path; /* is a property of the host by this name */
	} rows[] = {{"host", RA_VS_HOST, false},	     {"CurrentTime", RA_VS_TIME, false}, {"about", RA_VS_ABOUT, false},
		    {"certificate", RA_VS_CERT, false},	     {"siblings", RA_VS_SIBLINGS, false}, {"keyProviders", RA_VS_KEYS, false},
		    {"triggeredAlarmState", RA_VS_ALARMS, true}, {"parent", RA_VS_PARENT, true},  {"recentTask", RA_VS_TASKS, true},
		    {"vm", RA_VS_VMS, true}};
	const char *property = ra_json_str(request, "property", NULL), *call = ra_json_str(request, "call", NULL);

	if (property) {
		want->kind = RA_VS_HOST_PROPERTY;
		want->path = property;
	}
	for (size_t i = 0; property && i < RA_LEN(rows); i++) {
		if (strcmp(rows[i].name, property) != 0)
			continue;
		want->kind = rows[i].kind;
		want->path = rows[i].path ? property : NULL;
	}
	if (call)
		want->kind = strcmp(call, "QueryTpmAttestationReport") == 0 ? RA_VS_REPORT : RA_VS_CHANGE;
	else if (ra_json_get(request, "rest"))
		want->kind = RA_VS_REST;
	else if (is_words(ra_json_get(request, "esxcli")))
		want->kind = RA_VS_ESXCLI;
	else if (!property)
		return false;
	return !(want->kind == RA_VS_ESXCLI && vs->no_esxcli) &&
	       (want->target || want->kind == RA_VS_TIME || want->kind == RA_VS_ABOUT || want->kind == RA_VS_CERT);
}

static ra_err vs_submit(struct ra_link *link, const struct ra_ticket *ticket, struct ra_errs *errs)
{
	struct ra_vs *vs = of(link);
	struct ra_vs_want *want;
	struct ra_job *job;
	ra_err err;

	if (ra_jobs_count(vs->jobs) >= RA_VS_JOBS_MAX)
		return ra_fail(errs, RA_E_LIMIT, "%s: more than %d requests are waiting", vs->place, RA_VS_JOBS_MAX);
	err = ra_job_new(ticket, &job, errs);
	if (err)
		return err;
	job->own = want = calloc(1, sizeof(*want));
	if (want) {
		want->target = ticket->target ? strdup(ticket->target) : NULL;
		want->since = ticket->since ? strdup(ticket->since) : NULL;
	}
	if (!want || (ticket->target && !want->target) || (ticket->since && !want->since)) {
		want_free(job);
		ra_job_free(job);
		return ra_fail(errs, RA_E_NOMEM, "no memory for a request");
	}
	ra_jobs_add(&vs->jobs, job);
	/* A change is one by the caller's word and by its name: when they part, it goes nowhere. */
	if (!read_request(vs, ra_json_root(job->request), want) || (want->kind == RA_VS_CHANGE) != ticket->change)
		ra_vs_answer_why(vs, job, RA_LINK_NO_REQUEST,
				 want->kind == RA_VS_ESXCLI && vs->no_esxcli ? "esxcli through vCenter is switched off (--no-esxcli-via-vcenter)"
									    : "vCenter cannot be asked this way");
	return RA_OK;
}

static void vs_cancel(struct ra_link *link, uint64_t ticket)
{
	struct ra_vs *vs = of(link);

	for (struct ra_job *job = vs->jobs; job; job = job->next) {
		const struct ra_vs_want *want = ra_vs_want_of(job);

		if (job->id != ticket || !job->slot)
			continue;
		if (!want->taken)
			ra_vs_answer_why(vs, job, RA_LINK_CANCELLED, "given up before it was sent");
		else if (job->change)
			ra_vs_do_cancel(vs, job);
		else
			reply_to(vs, job, RA_LINK_CANCELLED, "given up before the answer came");
		return;
	}
}

static bool keep_user(struct ra_vs *vs, const struct ra_secret *secret)
{
	size_t len = 0;
	const char *user = ra_secret_bytes(secret, &len);

	if (!len || len >= sizeof(vs->user) || memchr(user, '\0', len))
		return false;
	memcpy(vs->user, user, len + 1);
	return true;
}

static bool keep_password(struct ra_vs *vs, const struct ra_secret *secret)
{
	size_t len = 0;
	const char *bytes = ra_secret_bytes(secret, &len);

	vs->password = len ? ra_secret_new() : NULL;
	if (vs->password && ra_secret_set(vs->password, bytes, len) == RA_OK)
		return true;
	vs->password = ra_secret_free(vs->password);
	return false;
}

/* The operator says no to the certificate, or nobody is there to say yes. */
static void turn_down(struct ra_vs *vs)
{
	char say[RA_LINK_SAY_MAX];

	ra_http_declined(vs->http, vs->place, say, sizeof(say));
	ra_vs_refuse(vs, "%s", say);
}

static void vs_answer(struct ra_link *link, bool yes, const struct ra_secret *secret)
{
	struct ra_vs *vs = of(link);

	if (vs->phase != RA_VS_ASKING)
		return;
	vs->now = ra_mono_now();
	set_state(vs, RA_LINK_CONNECTING, RA_LINK_ANSWERED, "");
	if (vs->asked == RA_NEED_CERT) {
		ra_err err = yes ? ra_http_accept(vs->http, NULL) : RA_E_DENIED;

		/* A file that cannot be written costs the next run a question, not this one its way. */
		if (err == RA_OK || err == RA_E_IO)
			greet(vs);
		else
			turn_down(vs);
	} else if (vs->asked == RA_NEED_USER) {
		if (secret && keep_user(vs, secret))
			go_in(vs);
		else
			ra_vs_refuse(vs, "%s: no user name was given", vs->place);
	} else if (secret && keep_password(vs, secret)) {
		go_in(vs);
	} else {
		ra_vs_refuse(vs, "%s: no password was given", vs->place);
	}
	vs->again = true;
}

static void vs_hint(struct ra_link *link RA_UNUSED, const char *what RA_UNUSED)
{
	/* A real vCenter sees for itself what was done to it. */
}

static void vs_next(struct ra_link *link, struct ra_event *out)
{
	ra_queue_next(&of(link)->queue, out);
}

/* End the sessions this link began: asked for, and waited for no longer than may be. */
static void take_goodbye(struct ra_vs *vs RA_UNUSED, struct ra_vs_op *op, const struct ra_vs_said *said RA_UNUSED)
{
	ra_vs_op_end(op);
}

static void say_goodbye(struct ra_vs *vs)
{
	struct ra_vs_op *op = ra_vs_op_new(vs), *rest = vs->rest ? ra_vs_op_new(vs) : NULL;
	char session[300];
	const char *headers[] = {session, NULL};

	/* Both go over connections that are kept: a handshake of a far server would take all of their time. */
	if (op)
		ra_vs_soap(vs, op, &(struct ra_vs_soap){.method = "Logout", .self = &vs->sessions, .inner = ""}, take_goodbye);
	if (rest) {
		snprintf(session, sizeof(session), "vmware-api-session-id: %s", ra_secret_bytes(vs->rest, NULL));
		ra_vs_rest(vs, rest, &(struct ra_http_call){.method = "DELETE", .path = "/api/session", .headers = headers, .again = true}, take_goodbye);
		ra_wipe(session, sizeof(session));
	}
}

static bool is_done(const struct ra_vs *vs)
{
	for (const struct ra_vs_op *op = vs->ops; op; op = op->next)
		if (!op->over)
			return false;
	return true;
}

static void log_out(struct ra_vs *vs)
{
	ra_mono_ms end = ra_mono_now() + LOGOUT_MS;

	ra_vs_ops_free(vs);
	vs->phase = RA_VS_IDLE;
	say_goodbye(vs);
	for (ra_mono_ms now = ra_mono_now(); !is_done(vs) && now < end; now = ra_mono_now()) {
		struct pollfd fds[RA_LINK_FDS_MAX];
		ra_mono_ms deadline = RA_DEADLINE_NONE;
		int count = ra_http_poll(vs->http, fds, &deadline);

		deadline = deadline < end ? deadline : end;
		(void)poll(fds, (nfds_t)count, deadline > now ? (int)(deadline - now) : 0);
		ra_http_step(vs->http, ra_mono_now());
		take_answers(vs);
	}
}

static void vs_free(struct ra_link *link)
{
	struct ra_vs *vs = of(link);

	if (vs->logged_in)
		log_out(vs);
	ra_vs_ops_free(vs);
	while (vs->jobs)
		ra_vs_job_drop(vs, vs->jobs);
	ra_http_free(vs->http);
	ra_vs_hosts_forget(vs);
	ra_queue_free(&vs->queue);
	ra_secret_free(vs->password);
	ra_secret_free(vs->cookie);
	ra_secret_free(vs->rest);
	cJSON_Delete(vs->about);
	ra_wipe(vs, sizeof(*vs));
	free(vs);
}

static const struct ra_link_ops vsphere_ops = {
    .name = "vsphere",
    .submit = vs_submit,
    .cancel = vs_cancel,
    .answer = vs_answer,
    .hint = vs_hint,
    .poll = vs_poll,
    .step = vs_step,
    .next = vs_next,
    .free = vs_free,
};

ra_err ra_link_vsphere_new(const struct ra_vsphere_options *options, const struct ra_clock *clock, struct ra_link **out,
			   struct ra_errs *errs)
{
	struct ra_vs *vs = calloc(1, sizeof(*vs));
	ra_err err = vs ? ra_vsphere_url_parse(options->url, &vs->url, errs) : ra_fail(errs, RA_E_NOMEM, "no memory for a link");
	struct ra_http_options http = {.ca_files = options->ca_files,
				       .known_hosts = options->known_hosts,
				       .proxy = options->proxy,
				       .insecure = options->insecure};

	*out = NULL;
	if (!err && options->user && strlen(options->user) >= sizeof(vs->user))
		err = ra_fail(errs, RA_E_ARG, "the name of the vCenter user is too long");
	if (!err) {
		http.host = vs->url.host;
		http.port = vs->url.port;
		err = ra_http_new(&http, &vs->http, errs);
	}
	if (err) {
		free(vs);
		return err;
	}
	vs->head = (struct ra_link){.ops = &vsphere_ops, .state = RA_LINK_IDLE, .clock = *clock};
	snprintf(vs->user, sizeof(vs->user), "%s", options->user ? options->user : vs->url.user);
	snprintf(vs->place, sizeof(vs->place), strchr(vs->url.host, ':') ? "[%s]:%d" : "%s:%d", vs->url.host, vs->url.port);
	vs->may_ask = options->may_ask;
	vs->no_esxcli = options->no_esxcli;
	vs->now = ra_mono_now();
	*out = &vs->head;
	return RA_OK;
}
