/* vsphere_do.c - changes: a row of calls each, every call sent once, its task followed to the end. The host is read first (which also
 * renews a login that expired), so that the call itself never has to be sent a second time. */
#include "config.h"

#include "link/vsphere.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_MS 1000     /* between two looks at a task */
#define LOOK_LOST_MS 2000
#define LOGIN_MS 100     /* between two looks whether a login is through */
#define LOST_MAX 30      /* looks that failed in a row: then nobody knows how the task ended */
#define HELD_BACK_MAX 10 /* a call of which nothing left is tried so often */
#define ALARMS_MAX 128   /* triggered on one host, of which one is meant */

#define CONNECTION "runtime.connectionState"
#define SERVICES "configManager.serviceSystem"
#define TRIGGERED "triggeredAlarmState"

enum aim { AT_HOST, AT_SERVICES, AT_ALARMS };
/* One call of a change. */
struct deed {
	const char *method, *inner;
	bool task;
};
static const struct change_row {
	const char *name;
	enum aim aim;
	const char *needs; /* the connection state it begins in, NULL: any */
	struct deed deeds[2];
} rows[] = {
    {"EnterMaintenanceMode",
     AT_HOST,
     "connected",
     {{"EnterMaintenanceMode_Task", "<timeout>0</timeout><evacuatePoweredOffVms>false</evacuatePoweredOffVms>", true}}},
    {"ExitMaintenanceMode", AT_HOST, "connected", {{"ExitMaintenanceMode_Task", "<timeout>0</timeout>", true}}},
    {"DisconnectAndReconnect",
     AT_HOST,
     "connected",
     {{"DisconnectHost_Task", "", true}, {"ReconnectHost_Task", "<reconnectSpec><syncState>false</syncState></reconnectSpec>", true}}},
    {"ReconnectHost", AT_HOST, NULL, {{"ReconnectHost_Task", "<reconnectSpec><syncState>false</syncState></reconnectSpec>", true}}},
    {"RebootHost", AT_HOST, "connected", {{"RebootHost_Task", "<force>false</force>", true}}},
    {"AcknowledgeAlarm", AT_ALARMS, NULL, {{"AcknowledgeAlarm", NULL, false}}},
    {"StartService", AT_SERVICES, "connected", {{"StartService", "<id>TSM-SSH</id>", false}}},
    {"StopService", AT_SERVICES, "connected", {{"StopService", "<id>TSM-SSH</id>", false}}},
};

struct change {
	struct ra_job *job;
	const struct change_row *row;
	struct ra_vs_ref host, self, task, alarms[ALARMS_MAX];
	size_t alarm_count;
	size_t at;        /* deed */
	int lost, held;
	bool cancel, cancel_sent;
	struct ra_progress_told told;
};

static void change_free(struct ra_vs_op *op)
{
	free(op->own);
}

/* The change is over. status 0: done; else say tells why not, and what stands half done. */
static void finish(struct ra_vs *vs, struct ra_vs_op *op, int status, const char *say)
{
	struct change *change = op->own;
	char text[RA_LINK_SAY_MAX];

	if (status && change->at > 0)
		snprintf(text, sizeof(text), "THE HOST IS LEFT DISCONNECTED. %s", say);
	else
		snprintf(text, sizeof(text), "%s", say);
	ra_vs_answer_no(vs, change->job, status, text);
	ra_vs_op_end(op);
}

/* Nobody knows how it ended; or nothing of it was sent. */
static void finish_unknown(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct change *change = op->own;
	struct ra_reply *reply = ra_job_reply(change->job);
	char text[RA_LINK_SAY_MAX];

	if (reply)
		reply->sent = said->sent || change->at > 0;
	snprintf(text, sizeof(text), "%s%s", change->at > 0 ? "The host was disconnected and may be so still: look at it in the vSphere Client. " : "",
		 said->say ? said->say : "");
	ra_vs_answer_why(vs, change->job, said->why, text);
	ra_vs_op_end(op);
}

/* vCenter gave up in the middle: such a fault does not say that nothing was done. */
static bool is_doubtful(const char *fault)
{
	static const char *const names[] = {"HostCommunication", "HostNotReachable", "RuntimeFault", "SystemError", "Timedout"};

	for (size_t i = 0; i < RA_LEN(names); i++)
		if (strcmp(names[i], fault) == 0)
			return true;
	return false;
}

/* A fault ended the deed. After a first half it is known what stands half done, whatever the fault. */
static void finish_fault(struct ra_vs *vs, struct ra_vs_op *op, const char *fault, const char *say)
{
	const struct change *change = op->own;

	if (!change->at && is_doubtful(fault))
		finish_unknown(vs, op, &(struct ra_vs_said){.why = RA_LINK_CUT, .sent = true, .say = say});
	else
		finish(vs, op, 1, say);
}

static void call(struct ra_vs *vs, struct ra_vs_op *op);
static void look(struct ra_vs *vs, struct ra_vs_op *op);

static void next_deed(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct change *change = op->own;

	if (change->at + 1 < RA_LEN(change->row->deeds) && change->row->deeds[change->at + 1].method) {
		change->at++;
		call(vs, op);
		return;
	}
	change->at = 0;
	finish(vs, op, 0, "");
}

static void pause_look(struct ra_vs *vs, struct ra_vs_op *op, int64_t ms)
{
	op->wake_at = vs->now + ms;
	op->wake = look;
}

/* Tell how far the task is, when that is news. */
static void tell(struct ra_vs *vs, struct change *change, const cJSON *info)
{
	struct ra_progress_told told = {.ticket = change->job->id,
					.percent = (int)ra_json_int(info, "progress", -1),
					.may_cancel = ra_json_bool(info, "cancelable", false) && !change->cancel_sent && !change->at};

	if (told.percent < -1 || told.percent > 100)
		told.percent = -1;
	if (!change->job->slot || (told.percent == change->told.percent && told.may_cancel == change->told.may_cancel))
		return;
	change->told = told;
	ra_queue_progress(&vs->queue, &told);
}

static void take_cancel(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	(void)said; /* the task itself says how it ended */
	pause_look(vs, op, LOOK_MS);
}

static void task_failed(struct ra_vs *vs, struct ra_vs_op *op, const cJSON *info)
{
	struct change *change = op->own;
	const cJSON *error = ra_json_get(info, "error");
	const char *name = ra_json_str(ra_json_get(error, "fault"), "_type", "the task failed"), *text = ra_json_str(error, "localizedMessage", "");
	char say[RA_LINK_SAY_MAX];

	snprintf(say, sizeof(say), "%s: %s%s%.300s", change->row->deeds[change->at].method, name, *text ? ": " : "", text);
	finish_fault(vs, op, name, say);
}

static void take_look(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct change *change = op->own;
	const cJSON *info = ra_vs_value(&op->fetch, change->task.id, "info");
	const char *state = ra_json_str(info, "state", "");

	change->lost = 0;
	tell(vs, change, info);
	if (strcmp(state, "success") == 0) {
		next_deed(vs, op);
	} else if (strcmp(state, "error") == 0) {
		task_failed(vs, op, info);
	} else if (!info) {
		finish_unknown(vs, op, &(struct ra_vs_said){.why = RA_LINK_CUT, .sent = true, .say = "vCenter does not show the task any more"});
	} else if (change->cancel && !change->cancel_sent && !change->at && ra_json_bool(info, "cancelable", false)) {
		/* Only the first half: without the second one the host would be left disconnected. */
		change->cancel_sent = true;
		ra_vs_soap(vs, op, &(struct ra_vs_soap){.method = "CancelTask", .self = &change->task, .inner = "", .change = true}, take_cancel);
	} else {
		pause_look(vs, op, LOOK_MS);
	}
}

/* A look that failed says nothing of the task. */
static void look_fail(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct change *change = op->own;
	bool gone = strcmp(said->fault.name, "ManagedObjectNotFound") == 0;

	if (!gone && ++change->lost < LOST_MAX) {
		pause_look(vs, op, LOOK_LOST_MS);
		return;
	}
	finish_unknown(vs, op,
		       &(struct ra_vs_said){.why = gone ? RA_LINK_CUT : RA_LINK_UNREACHABLE,
					    .sent = true,
					    .say = gone ? "vCenter does not know the task any more: how it ended is not known"
							: "vCenter could not be asked how the task ended"});
}

static void look(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct change *change = op->own;

	op->fail = look_fail;
	ra_vs_fetch_reset(&op->fetch);
	snprintf(op->fetch.type, sizeof(op->fetch.type), "Task");
	ra_vs_fetch_path(&op->fetch, "info");
	op->fetch.refs = &change->task;
	op->fetch.ref_count = 1;
	op->fetch.done = take_look;
	ra_vs_fetch(vs, op);
}

static void take_call(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct change *change = op->own;
	const struct deed *deed = &change->row->deeds[change->at];
	char say[RA_LINK_SAY_MAX];

	/* The second half of a change whose first half is done: what never left may still go. */
	if (said->why != RA_LINK_ANSWERED && !said->sent && change->at > 0 && ++change->held < HELD_BACK_MAX) {
		op->wake_at = vs->now + LOOK_LOST_MS;
		op->wake = call;
		return;
	}
	if (said->why != RA_LINK_ANSWERED || (!said->result && !said->fault.name[0])) {
		finish_unknown(vs, op,
			       said->why != RA_LINK_ANSWERED ? said
							     : &(struct ra_vs_said){.why = RA_LINK_CUT, .sent = true, .say = said->say});
		return;
	}
	if (said->fault.name[0]) {
		snprintf(say, sizeof(say), "%s: %s%s%s%s%s", deed->method, said->fault.name, said->fault.detail[0] ? " " : "", said->fault.detail,
			 said->fault.text[0] ? ": " : "", said->fault.text);
		finish_fault(vs, op, said->fault.name, say);
		return;
	}
	if (!deed->task)
		next_deed(vs, op);
	else if (ra_vs_ref_of(ra_vs_kid(said->result, "returnval"), &change->task))
		look(vs, op);
	else
		finish_unknown(vs, op, &(struct ra_vs_said){.why = RA_LINK_CUT, .sent = true, .say = "vCenter named no task for it"});
}

/* Send the deed that is due: the one place of this link from which something changes. */
static void call(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct change *change = op->own;
	const struct deed *deed = &change->row->deeds[change->at];
	RA_AUTO(ra_buf_free) struct ra_buf inner = {0};
	ra_err err = RA_OK;

	/* A login is being renewed: without its session the call would only be refused, and a second half would not come. */
	if (vs->phase != RA_VS_READY) {
		op->wake_at = vs->now + LOGIN_MS;
		op->wake = call;
		return;
	}
	/* Nobody waits for it any more, and it was told as not sent: so it is not. A second half goes whatever was said since. */
	if (!change->at && (change->cancel || !change->job->slot)) {
		ra_vs_answer_why(vs, change->job, RA_LINK_CANCELLED, "given up before it was sent");
		ra_vs_op_end(op);
		return;
	}
	if (deed->inner)
		err = ra_buf_text(&inner, deed->inner);
	else
		err = ra_vs_put_ref(&inner, "alarm", &change->alarms[0]) || ra_vs_put_ref(&inner, "entity", &change->host) ? RA_E_NOMEM : RA_OK;
	if (err) {
		finish_unknown(vs, op, &(struct ra_vs_said){.why = RA_LINK_CUT, .say = "no memory for the request"});
		return;
	}
	if (ra_job_reply(change->job))
		ra_job_reply(change->job)->sent = true;
	ra_vs_soap(vs, op, &(struct ra_vs_soap){.method = deed->method, .self = &change->self, .inner = ra_buf_str(&inner), .change = true}, take_call);
}

/* Which of the triggered alarms is the one this program speaks of? */
static void take_alarm_names(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct change *change = op->own;

	for (size_t i = 0; i < change->alarm_count; i++) {
		const cJSON *name = ra_vs_value(&op->fetch, change->alarms[i].id, "info.name");

		if (!cJSON_IsString(name) || strcmp(name->valuestring, RA_VS_ALARM) != 0)
			continue;
		change->alarms[0] = change->alarms[i];
		call(vs, op);
		return;
	}
	finish(vs, op, 1, "the alarm \"" RA_VS_ALARM "\" was not found among those triggered on this host; nothing was done");
}

static void ask_alarm_names(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct change *change = op->own;
	const cJSON *item;

	cJSON_ArrayForEach (item, ra_vs_value(&op->fetch, change->host.id, TRIGGERED)) {
		const cJSON *alarm = ra_json_get(item, "alarm");

		if (change->alarm_count == RA_LEN(change->alarms))
			break;
		snprintf(change->alarms[change->alarm_count].type, RA_VS_REF_TYPE_MAX, "%s", ra_json_str(alarm, "type", "Alarm"));
		snprintf(change->alarms[change->alarm_count++].id, RA_VS_NAME_MAX, "%s", ra_json_str(alarm, "id", ""));
	}
	change->self = vs->alarms;
	ra_vs_fetch_reset(&op->fetch);
	snprintf(op->fetch.type, sizeof(op->fetch.type), "Alarm");
	ra_vs_fetch_path(&op->fetch, "info.name");
	op->fetch.refs = change->alarms;
	op->fetch.ref_count = change->alarm_count;
	op->fetch.done = take_alarm_names;
	ra_vs_fetch(vs, op);
}

/* The host as it is now; then the call. */
static void take_host(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct change *change = op->own;
	const cJSON *state = ra_vs_value(&op->fetch, change->host.id, CONNECTION), *services = ra_vs_value(&op->fetch, change->host.id, SERVICES);
	const char *now = cJSON_IsString(state) ? state->valuestring : "not known";
	char say[RA_LINK_SAY_MAX];

	if (change->row->needs && strcmp(now, change->row->needs) != 0) {
		snprintf(say, sizeof(say), "the host's connection is %.40s now; nothing was done", now);
		finish(vs, op, 1, say);
		return;
	}
	change->self = change->host;
	if (change->row->aim == AT_ALARMS) {
		ask_alarm_names(vs, op);
		return;
	}
	if (change->row->aim == AT_SERVICES) {
		snprintf(change->self.type, RA_VS_REF_TYPE_MAX, "%s", ra_json_str(services, "type", ""));
		snprintf(change->self.id, RA_VS_NAME_MAX, "%s", ra_json_str(services, "id", ""));
	}
	if (change->self.id[0])
		call(vs, op);
	else
		finish(vs, op, 1, "vCenter does not show the host's services to this user; nothing was done");
}

static void before_fail(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct change *change = op->own;

	ra_vs_answer_said(vs, change->job, said);
	ra_vs_op_end(op);
}

static const struct change_row *row_of(const struct ra_job *job)
{
	const char *name = ra_json_str(ra_json_root(job->request), "call", "");

	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

void ra_vs_do(struct ra_vs *vs, struct ra_job *job)
{
	const struct ra_vs_host *host = ra_vs_host(vs, ra_vs_want_of(job)->target);
	const struct change_row *row = row_of(job);
	struct change *change = row && host ? calloc(1, sizeof(*change)) : NULL;
	struct ra_vs_op *op = change ? ra_vs_op_new(vs) : NULL;

	if (!op) {
		free(change);
		ra_vs_answer_why(vs, job, row && host ? RA_LINK_CUT : RA_LINK_NO_REQUEST, row ? "no memory for the change" : "no such change");
		return;
	}
	ra_vs_want_of(job)->taken = true;
	ra_vs_sent(vs, job);
	if (ra_job_reply(job))
		ra_job_reply(job)->sent = false;
	*change = (struct change){.job = job, .row = row, .host = host->ref, .told = {.percent = -2}};
	op->own = change;
	op->drop = change_free;
	op->fail = before_fail;
	snprintf(op->fetch.type, sizeof(op->fetch.type), "HostSystem");
	ra_vs_fetch_path(&op->fetch, CONNECTION);
	if (row->aim == AT_SERVICES)
		ra_vs_fetch_path(&op->fetch, SERVICES);
	if (row->aim == AT_ALARMS)
		ra_vs_fetch_path(&op->fetch, TRIGGERED);
	op->fetch.refs = &change->host;
	op->fetch.ref_count = 1;
	op->fetch.done = take_host;
	ra_vs_fetch(vs, op);
}

void ra_vs_do_cancel(struct ra_vs *vs, struct ra_job *job)
{
	for (struct ra_vs_op *op = vs->ops; op; op = op->next) {
		struct change *change = op->drop == change_free ? op->own : NULL;

		if (change && change->job == job && !op->over)
			change->cancel = true;
	}
}
