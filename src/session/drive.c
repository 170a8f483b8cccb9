/* drive.c - all that goes on without the operator: requests out, replies in, the next edge. */
#include "config.h"

#include "session/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RA_RETRY_MS 100 /* until a link that was full is asked again */
#define RA_READY_MS 1000 /* until a journal that was not ready is asked again */
#define RA_TURNS_MAX 2000 /* entries one drive may append: more is a flow that runs in a circle */

static struct ra_flight *free_flight(struct ra_session *s)
{
	for (size_t i = 0; i < RA_TICKETS_MAX; i++)
		if (s->flights[i].kind == RA_TICKET_FREE)
			return &s->flights[i];
	return NULL;
}

bool ra_session_flying(const struct ra_session *s, enum ra_ticket_kind kind, const struct ra_check_plane *plane)
{
	for (size_t i = 0; i < RA_TICKETS_MAX; i++)
		if (s->flights[i].kind == kind && (!plane || s->flights[i].want.plane == plane))
			return true;
	return false;
}

static struct ra_ticket ticket_for(const struct ra_session *s, enum ra_ticket_kind kind, const struct ra_want *want)
{
	struct ra_now now = ra_session_stand(s);
	struct ra_ticket ticket = {.id = s->hub->next_ticket++, .target = s->host, .timeout_ms = 60000, .cap_len = 65536};

	if (kind == RA_TICKET_ACTION) {
		ticket.request = now.step->action.request;
		ticket.timeout_ms = now.step->action.for_ms > 60000 ? (int)now.step->action.for_ms : 60000;
		ticket.change = true;
		return ticket;
	}
	ticket.request = want->plane->request;
	ticket.since = want->plane->since;
	ticket.timeout_ms = s->timeout_ms ? s->timeout_ms : want->plane->timeout_ms;
	ticket.cap_len = want->plane->cap_len;
	ticket.secret = kind == RA_TICKET_KEY;
	return ticket;
}

static void wake_by(struct ra_session *s, ra_utc_ms at)
{
	if (s->wake_at == RA_UTC_NONE || at < s->wake_at)
		s->wake_at = at;
}

ra_err ra_session_send(struct ra_session *s, enum ra_ticket_kind kind, const struct ra_want *want, struct ra_errs *errs)
{
	struct ra_flight *flight = free_flight(s);
	struct ra_now now = ra_session_stand(s);
	enum ra_plane plane = kind == RA_TICKET_ACTION ? now.step->action.plane : want->plane->plane;
	struct ra_errs own;

	if (!flight)
		return RA_OK;
	ra_err err = ra_hub_link_get(s, plane, errs);

	if (err)
		return err;
	struct ra_link *link = s->planes[plane].hub_link->link;
	struct ra_ticket ticket = ticket_for(s, kind, want);

	ra_errs_clear(&own);
	err = link->ops->submit(link, &ticket, &own);
	if (err == RA_E_LIMIT) { /* a link of many hosts is full: the wish stands */
		wake_by(s, ra_session_now(s) + RA_RETRY_MS);
		return RA_OK;
	}
	if (err && errs)
		*errs = own;
	if (err)
		return err;
	*flight = (struct ra_flight){.kind = kind, .plane = plane, .id = ticket.id, .since = ra_session_now(s), .percent = -1,
				    .doubtful = s->planes[plane].hub_link->doubt_until > ra_mono_now()};
	if (want)
		flight->want = *want;
	ra_session_touch(s);
	return RA_OK;
}

ra_err ra_session_hint(struct ra_session *s, const char *what, struct ra_errs *errs)
{
	for (int i = 0; i < RA_PLANE_COUNT; i++) {
		if (!s->planes[i].given)
			continue;
		ra_err err = ra_hub_link_get(s, (enum ra_plane)i, errs);

		if (err)
			return err;
		struct ra_link *link = s->planes[i].hub_link->link;

		link->clock = s->clock;
		link->ops->hint(link, what);
		link->ops->step(link, ra_mono_now());
		return RA_OK;
	}
	return RA_OK;
}

/* Send every wish that can go now. Out: *open whether any is still on its way or to come at once. */
static ra_err send_wants(struct ra_session *s, bool all, bool *open, struct ra_errs *errs)
{
	struct ra_planes planes = ra_session_planes(s);
	struct ra_want *wants = calloc(RA_WANTS_MAX, sizeof(*wants));
	ra_utc_ms now = ra_session_now(s);
	ra_err err = RA_OK;

	*open = s->again = false;
	if (!wants)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	size_t count = ra_state_wants(s->state, &planes, all, now, wants);

	for (size_t i = 0; i < count && !err; i++) {
		const struct ra_want *want = &wants[i];
		enum ra_plane plane = want->plane->plane;

		if (!want->needed && s->planes[plane].state == RA_LINK_DOWN)
			continue;
		ra_utc_ms due = ra_watch_due(s, want);

		if (due != RA_UTC_NONE && due > now) {
			wake_by(s, due);
			continue;
		}
		*open = *open || want->needed || all;
		s->again = s->again || (want->needed && want->again);
		if (!ra_session_flying(s, RA_TICKET_CHECK, want->plane))
			err = ra_session_send(s, RA_TICKET_CHECK, want, errs);
	}
	free(wants);
	return err;
}

/* The "id,id" of a step's "step=id,id" in the answers; NULL when there is no such line. */
static const char *answers_for(const struct ra_session *s, const char *step)
{
	size_t len = strlen(step);

	for (size_t i = 0; s->answers && s->answers[i]; i++)
		if (!strncmp(s->answers[i], step, len) && s->answers[i][len] == '=')
			return s->answers[i] + len + 1;
	return NULL;
}

/* Split "id,id" in place. Out: false when there are more than ids_max - 1. */
static bool split(char *text, const char **ids, size_t ids_max)
{
	char *save = NULL;
	size_t count = 0;

	for (char *id = strtok_r(text, ",", &save); id; id = strtok_r(NULL, ",", &save)) {
		if (count + 1 == ids_max)
			return false;
		ids[count++] = id;
	}
	ids[count] = NULL;
	return true;
}

/* A question that --answers answers. Out: *answered. */
static ra_err answer_from_file(struct ra_session *s, bool *answered, struct ra_errs *errs)
{
	struct ra_now now = ra_session_stand(s);
	const char *ids[32];
	cJSON *body = NULL;

	*answered = false;
	if (now.phase != RA_PH_QUESTION && now.phase != RA_PH_MANUAL)
		return RA_OK;
	const char *name = now.phase == RA_PH_MANUAL ? now.check->id : now.step->id;

	const char *line = answers_for(s, name);
	RA_AUTO(ra_mem_free) char *room = line ? strdup(line) : NULL;

	if (!line)
		return RA_OK;
	if (!room)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	ra_err err = split(room, ids, RA_LEN(ids)) ? ra_make_answer(s->state, now.phase == RA_PH_MANUAL ? now.check : NULL, ids,
								    ra_session_now(s), &body, errs)
						   : RA_E_INVALID;

	if (err)
		return ra_fail(errs, err, "the answers for %s do not fit its question", name);
	if (ra_shown_put(s, body)) {
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "no memory for the words of an entry");
	}
	*answered = true;
	return ra_session_append(s, "answer", body, true, errs);
}

/* The action's request leaves once; the journal has its intent. */
static ra_err send_action(struct ra_session *s, struct ra_errs *errs)
{
	struct ra_now now = ra_session_stand(s);

	if (now.phase != RA_PH_ACTING || now.manual_start || s->sent_seq == now.action_seq || !free_flight(s))
		return RA_OK;
	ra_err err = ra_session_send(s, RA_TICKET_ACTION, NULL, errs);

	/* What failed to leave is not tried again either; what found no place is. */
	if (err || ra_session_flying(s, RA_TICKET_ACTION, NULL))
		s->sent_seq = now.action_seq;
	return err;
}

/* Room that was made, and a file that was put back, are seen without a key. */
static void look_at_journal(struct ra_session *s, const struct ra_now *now)
{
	bool unready = !s->ended && now->phase == RA_PH_CONFIRM && ra_journal_ready(s->journal, NULL);

	if (unready != s->unready)
		ra_session_touch(s);
	s->unready = unready;
	if (unready)
		wake_by(s, ra_session_now(s) + RA_READY_MS * s->clock.scale);
}

static void set_wake(struct ra_session *s)
{
	struct ra_now now = ra_session_stand(s);

	look_at_journal(s, &now);

	ra_utc_ms deadline = ra_watch_deadline(s, &now);

	/* Past the deadline it is the last answers that are waited for, not the clock. */
	if (now.phase == RA_PH_VERIFY && deadline != RA_UTC_NONE && deadline > ra_session_now(s))
		wake_by(s, deadline);
}

/* One decision. Out: *went whether an entry was appended. */
static ra_err decide(struct ra_session *s, bool *went, struct ra_errs *errs)
{
	struct ra_decide_options options = {.planes = ra_session_planes(s),
					    .interactive = s->interactive,
					    .hold = s->interactive && !s->pass_hold,
					    .all = s->all_checks,
					    .not_before = s->watch.seq ? s->watch.not_before : RA_UTC_NONE};
	struct ra_decision decision = {0};
	ra_err err = ra_state_decide(s->state, &options, ra_session_now(s), &decision, errs);

	*went = false;
	if (err)
		return err;
	if (s->held != decision.ready) {
		s->held = decision.ready;
		ra_session_touch(s);
	}
	if (!decision.kind)
		return RA_OK;
	*went = true;
	if (strcmp(decision.kind, "end"))
		return ra_session_append(s, decision.kind, decision.body, true, errs);
	char outcome[32], reason[32];

	snprintf(outcome, sizeof(outcome), "%s", ra_json_str(decision.body, "outcome", "stopped"));
	snprintf(reason, sizeof(reason), "%s", ra_json_str(decision.body, "reason", "outcome"));
	cJSON_Delete(decision.body);
	return ra_session_end(s, reason, outcome, errs);
}

/* In `check` every read-only check runs before the fold moves: the report is about the host, not about the way. */
static ra_err gather_all(struct ra_session *s, bool *waiting, struct ra_errs *errs)
{
	*waiting = false;
	if (!s->all_checks || s->all_done)
		return RA_OK;
	ra_err err = send_wants(s, true, waiting, errs);

	*waiting = *waiting || ra_session_flying(s, RA_TICKET_CHECK, NULL);
	s->all_done = !err && !*waiting;
	return err;
}

/* The password given beforehand for this plane; none is ever offered to another. */
static const struct ra_secret *password_of(const struct ra_session *s, enum ra_plane plane)
{
	return plane == RA_PLANE_SSH	   ? s->password
	       : plane == RA_PLANE_VCENTER ? s->vcenter.password
	       : plane == RA_PLANE_BMC	   ? s->bmc.password
					   : NULL;
}

/* Offer the password given beforehand, if no other host goes first and no two refused it. */
static void offer_password(struct ra_session *s, enum ra_plane plane)
{
	struct ra_session_plane *at = &s->planes[plane];
	struct ra_link *link = at->hub_link->link;
	const struct ra_secret *password = password_of(s, plane);
	enum ra_offer may = ra_hub_may_offer(s->hub, at->hub_link, plane, password);
	bool offer = may == RA_OFFER_YES;

	if (may == RA_OFFER_WAIT || (!offer && s->interactive))
		return;
	at->need_open = false;
	at->withheld = may == RA_OFFER_WITHHELD;
	at->offering = at->offering || offer;
	ra_session_touch(s);
	link->ops->answer(link, offer, offer ? password : NULL);
}

/* Passwords that wait for another host to go first. */
static void offer_waiting(struct ra_session *s)
{
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		if (s->planes[i].need_open && s->planes[i].need.kind == RA_NEED_PASSWORD && !s->planes[i].need.on_the_way &&
		    password_of(s, (enum ra_plane)i))
			offer_password(s, (enum ra_plane)i);
}

/* Nobody says yes to what is judged by things read long ago; and who said go on had read something else than what comes now. */
static void note_reads(struct ra_session *s, bool open)
{
	s->pass_hold = s->pass_hold && !open;
	if (s->reads != open)
		ra_session_touch(s);
	s->reads = open;
}

ra_err ra_session_drive(struct ra_session *s, struct ra_errs *errs)
{
	bool waiting = false, went = true, open = false;
	ra_err err = RA_OK;

	s->wake_at = RA_UTC_NONE;
	if (ra_session_stand(s).phase == RA_PH_NEW)
		return RA_OK;
	offer_waiting(s);
	if (ra_owe_asks(s))
		return RA_OK;
	if (s->only)
		return ra_only_drive(s, errs);
	ra_watch_begin(s);
	err = gather_all(s, &waiting, errs);
	if (err || waiting)
		return err;
	for (int turn = 0; went && !err && !s->ended && !ra_owe_asks(s); turn++) {
		if (turn == RA_TURNS_MAX)
			return ra_fail(errs, RA_E_INVALID, "the flow runs in a circle at step \"%s\"; tell its author",
				       ra_session_stand(s).step->id);
		err = answer_from_file(s, &went, errs);
		if (!err && !went)
			err = decide(s, &went, errs);
	}
	if (!err && ra_owe_asks(s))
		return RA_OK;
	if (!err && !s->ended && s->interactive)
		err = ra_gate_talk_drive(s, errs);
	if (!err && !s->ended)
		err = send_action(s, errs);
	ra_watch_begin(s);
	if (!err && !s->ended)
		err = send_wants(s, false, &open, errs);
	note_reads(s, !err && s->again);
	set_wake(s);
	return err;
}

static enum ra_reason reason_of(enum ra_link_why why)
{
	static const enum ra_reason reasons[] = {
		[RA_LINK_ANSWERED] = RA_KNOWN,	    [RA_LINK_REFUSED] = RA_REFUSED, [RA_LINK_UNREACHABLE] = RA_UNREACHABLE,
		[RA_LINK_TIMEOUT] = RA_TIMEOUT,	    [RA_LINK_CUT] = RA_TRUNCATED,   [RA_LINK_CANCELLED] = RA_TIMEOUT,
		[RA_LINK_NO_REQUEST] = RA_NOT_ASKED,
	};

	return reasons[why];
}

static ra_err take_check(struct ra_session *s, const struct ra_want *want, const struct ra_reply *reply,
			 struct ra_errs *errs)
{
	struct ra_plane_answer answer = {
		.failed = reason_of(reply->why),
		.status = reply->status,
		.complete = reply->why == RA_LINK_ANSWERED && !reply->truncated,
		.truncated = reply->truncated,
		.out = ra_buf_str(&reply->out),
		.err = ra_buf_str(&reply->err),
		.out_len = reply->out.len,
		.err_len = reply->err.len,
		.sent = reply->sent_at == RA_UTC_NONE ? reply->came_at : reply->sent_at, /* never asked: the link knew at once */
		.came = reply->came_at,
	};
	cJSON *body = NULL;
	ra_err err = ra_make_reply(s->state, want, &answer, &body, errs);

	if (!err && ra_watch_take(s, want, reply, body)) {
		cJSON_Delete(body);
		return RA_OK;
	}
	return err ? err : ra_session_append(s, "reply", body, false, errs);
}

static ra_err take_action(struct ra_session *s, const struct ra_reply *reply, struct ra_errs *errs)
{
	const char *how = reply->why == RA_LINK_ANSWERED ? reply->status ? "refused" : "done"
			  : reply->sent			 ? "unknown"
							 : "not_done";
	const char *say = reply->why != RA_LINK_ANSWERED ? reply->say
			  : reply->err.len		 ? ra_buf_str(&reply->err)
							 : ra_buf_str(&reply->out);
	cJSON *body = NULL;
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(say, true);

	if (!clean)
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	ra_err err = ra_make_done(s->state, how, clean, &body, errs);

	return err ? err : ra_session_append(s, "done", body, true, errs);
}

static ra_err take_reply(struct ra_session *s, const struct ra_reply *reply, struct ra_errs *errs)
{
	for (size_t i = 0; i < RA_TICKETS_MAX; i++) {
		struct ra_flight flight = s->flights[i];

		if (flight.kind == RA_TICKET_FREE || flight.id != reply->ticket)
			continue;
		s->flights[i] = (struct ra_flight){0};
		ra_session_touch(s);
		if (s->ended || ra_flight_in_doubt(&flight, reply)) /* who still wants it asks again */
			return RA_OK;
		if (flight.kind == RA_TICKET_KEY)
			return ra_gate_talk_key(s, reply, errs);
		return flight.kind == RA_TICKET_ACTION ? take_action(s, reply, errs)
						       : take_check(s, &flight.want, reply, errs);
	}
	return RA_OK;
}

/* The plane's state as an entry, when it differs from the last one told. */
static ra_err take_state(struct ra_session *s, enum ra_plane plane, const struct ra_event *event, struct ra_errs *errs)
{
	struct ra_session_plane *at = &s->planes[plane];
	bool up = event->state == RA_LINK_UP, down = event->state == RA_LINK_DOWN;
	bool tell = (up && !at->told_up) || (down && !at->told_down);

	at->state = event->state;
	at->why = event->why;
	bool unchecked = up && plane == RA_PLANE_VCENTER && s->vcenter.insecure && !s->recording;

	snprintf(at->say, sizeof(at->say), "%s%s%.700s", unchecked ? RA_UNCHECKED : "", unchecked && *event->say ? "; " : "",
		 event->say);
	if (down && at->withheld) /* the link knows only that it got none */
		snprintf(at->say, sizeof(at->say), "%.300s was not asked: two %s did not accept this password, and it is offered to no further one. %s",
			 plane == RA_PLANE_BMC ? s->bmc.place : s->host, plane == RA_PLANE_BMC ? "BMCs" : "hosts",
			 plane == RA_PLANE_BMC ? "Wrong ones lock its account there." : "Five wrong ones lock an account for 15 minutes.");
	if (up)
		snprintf(at->peer, sizeof(at->peer), "%s", event->peer);
	at->ever_up = at->ever_up || up;
	if (up || down) {
		at->refused = up ? 0 : at->refused + at->offering;
		at->offering = at->answered = false;
	}
	at->need_open = at->need_open && !up && !down;
	ra_session_touch(s);
	if (!tell || s->ended)
		return RA_OK;
	at->told_up = up;
	at->told_down = down;
	cJSON *body = cJSON_CreateObject();
	RA_AUTO(ra_mem_free) char *clean = ra_text_clean_dup(at->say, false);
	cJSON *say = clean ? ra_journal_sensitive(cJSON_CreateString(clean)) : NULL;
	cJSON *peer = ra_journal_sensitive(cJSON_CreateString(at->peer));

	bool ok = body && say && cJSON_AddItemToObject(body, "say", say);

	say = ok ? NULL : say;
	ok = ok && peer && cJSON_AddItemToObject(body, "peer", peer);
	peer = ok ? NULL : peer;
	if (!ok ||
	    !cJSON_AddStringToObject(body, "plane", ra_plane_name(plane)) ||
	    !cJSON_AddStringToObject(body, "state", up ? "up" : "down") ||
	    !cJSON_AddStringToObject(body, "why", up ? "" : ra_reason_name(reason_of(event->why))) ||
	    (up && !ra_way_in_put_user(s, plane, body))) {
		cJSON_Delete(say);
		cJSON_Delete(peer);
		cJSON_Delete(body);
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	return ra_session_append(s, "plane", body, true, errs);
}

/* A password given beforehand is offered once, and only if no two hosts refused it; everything else is the operator's. None is for a
 * machine on the way to the host. */
static void take_need(struct ra_session *s, enum ra_plane plane, const struct ra_event *event)
{
	struct ra_session_plane *at = &s->planes[plane];
	struct ra_link *link = at->hub_link->link;

	at->asked_again = at->answered && event->need.on_the_way && at->need.kind == event->need.kind &&
			  !strcmp(at->need.subject, event->need.subject) && !strcmp(at->need.text, event->need.text);
	at->answered = false;
	at->asked++;
	at->need = event->need;
	at->need_open = true;
	ra_session_touch(s);
	if (event->need.kind != RA_NEED_PASSWORD || event->need.on_the_way || !password_of(s, plane)) {
		if (!s->interactive) {
			at->need_open = false;
			link->ops->answer(link, false, NULL);
		}
		return;
	}
	offer_password(s, plane);
}

/* How far the change is that was sent. Never an entry: only how it ended is. */
static void take_progress(struct ra_session *s, const struct ra_progress_told *told)
{
	for (size_t i = 0; i < RA_TICKETS_MAX; i++) {
		struct ra_flight *flight = &s->flights[i];

		if (flight->kind != RA_TICKET_ACTION || flight->id != told->ticket ||
		    (flight->percent == told->percent && flight->may_cancel == told->may_cancel))
			continue;
		flight->percent = told->percent > 100 ? 100 : told->percent;
		flight->may_cancel = told->may_cancel;
		ra_session_touch(s);
	}
}

ra_err ra_session_event(struct ra_session *s, enum ra_plane plane, struct ra_event *event, struct ra_errs *errs)
{
	switch (event->kind) {
	case RA_EV_REPLY:
		return take_reply(s, &event->reply, errs);
	case RA_EV_STATE:
		return take_state(s, plane, event, errs);
	case RA_EV_NEED:
		take_need(s, plane, event);
		break;
	case RA_EV_PROGRESS:
		take_progress(s, &event->progress);
		break;
	case RA_EV_NONE:
		break;
	}
	return RA_OK;
}
