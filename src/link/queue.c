#include "config.h"

#include "link/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ra_reply_clear(struct ra_reply *reply)
{
	ra_buf_free(&reply->out);
	ra_buf_free(&reply->err);
	reply->secret = ra_secret_free(reply->secret);
	memset(reply, 0, sizeof(*reply));
}

void ra_event_clear(struct ra_event *event)
{
	if (event->kind == RA_EV_REPLY)
		ra_reply_clear(&event->reply);
	memset(event, 0, sizeof(*event));
}

struct ra_link *ra_link_free(struct ra_link *link)
{
	if (link)
		link->ops->free(link);
	return NULL;
}

static void copy_text(char *to, size_t cap, const char *from)
{
	if (from)
		snprintf(to, cap, "%s", from);
}

ra_err ra_job_new(const struct ra_ticket *ticket, struct ra_job **out, struct ra_errs *errs)
{
	*out = NULL;
	RA_AUTO(ra_json_free) struct ra_json *request = NULL;
	ra_err err = ra_json_parse("request", ticket->request, strlen(ticket->request), NULL, &request, errs);
	if (err)
		return err;
	if (!cJSON_IsObject(ra_json_root(request)))
		return ra_fail(errs, RA_E_INVALID, "a request is an object, not %s", ticket->request);
	struct ra_job *job = calloc(1, sizeof(*job));
	struct ra_slot *slot = calloc(1, sizeof(*slot));
	if (!job || !slot) {
		free(job);
		free(slot);
		return ra_fail(errs, RA_E_NOMEM, "no memory for a request");
	}
	slot->of_job = true;
	slot->event.kind = RA_EV_REPLY;
	struct ra_reply *reply = &slot->event.reply;
	reply->ticket = ticket->id;
	reply->status = -1;
	reply->sent_at = reply->came_at = RA_UTC_NONE;
	reply->err.max_len = RA_ERR_CAP_LEN;
	*job = (struct ra_job){.slot = slot,
			       .id = ticket->id,
			       .request = request,
			       .timeout_ms = ticket->timeout_ms,
			       .cap_len = ticket->cap_len,
			       .change = ticket->change,
			       .secret = ticket->secret,
			       .deadline = RA_DEADLINE_NONE};
	snprintf(job->since, sizeof(job->since), "%s", ticket->since ? ticket->since : "");
	request = NULL;
	*out = job;
	return RA_OK;
}

struct ra_job *ra_job_free(struct ra_job *job)
{
	if (!job)
		return NULL;
	if (job->slot) {
		ra_event_clear(&job->slot->event);
		free(job->slot);
	}
	ra_json_free(job->request);
	free(job);
	return NULL;
}

struct ra_reply *ra_job_reply(struct ra_job *job)
{
	return job->slot ? &job->slot->event.reply : NULL;
}

void ra_jobs_add(struct ra_job **list, struct ra_job *job)
{
	while (*list)
		list = &(*list)->next;
	job->next = NULL;
	*list = job;
}

int ra_jobs_count(const struct ra_job *list)
{
	int count = 0;
	for (; list; list = list->next)
		count++;
	return count;
}

void ra_jobs_remove(struct ra_job **list, struct ra_job *job)
{
	while (*list && *list != job)
		list = &(*list)->next;
	if (*list)
		*list = job->next;
	job->next = NULL;
}

static void append(struct ra_queue *queue, struct ra_slot *slot)
{
	slot->next = NULL;
	if (queue->tail)
		queue->tail->next = slot;
	else
		queue->head = slot;
	queue->tail = slot;
}

void ra_queue_reply(struct ra_queue *queue, struct ra_job *job, enum ra_link_why why, const char *say)
{
	struct ra_slot *slot = job->slot;
	if (!slot)
		return;
	job->slot = NULL;
	struct ra_reply *reply = &slot->event.reply;
	reply->why = why;
	copy_text(reply->say, sizeof(reply->say), say);
	append(queue, slot);
}

/* A free slot, queued; or the last state queued, to be overwritten: only the newest state matters to anyone. */
static struct ra_slot *take_slot(struct ra_queue *queue)
{
	for (size_t i = 0; i < RA_QUEUE_SLOTS; i++) {
		struct ra_slot *slot = &queue->fixed[i];
		if (slot->used)
			continue;
		memset(slot, 0, sizeof(*slot));
		slot->used = true;
		append(queue, slot);
		return slot;
	}
	struct ra_slot *last = NULL;
	for (struct ra_slot *slot = queue->head; slot; slot = slot->next)
		if (!slot->of_job)
			last = slot;
	ra_event_clear(&last->event);
	return last;
}

void ra_queue_state(struct ra_queue *queue, enum ra_link_state state, enum ra_link_why why, const char *say,
		    const char *peer)
{
	struct ra_event *event = &take_slot(queue)->event;
	event->kind = RA_EV_STATE;
	event->state = state;
	event->why = why;
	copy_text(event->say, sizeof(event->say), say);
	copy_text(event->peer, sizeof(event->peer), peer);
}

void ra_queue_need(struct ra_queue *queue, const struct ra_need *need)
{
	struct ra_event *event = &take_slot(queue)->event;
	event->kind = RA_EV_NEED;
	event->state = RA_LINK_WAITING;
	event->need = *need;
}

void ra_queue_progress(struct ra_queue *queue, const struct ra_progress_told *told)
{
	struct ra_event *event = NULL;
	int waiting = 0;
	for (struct ra_slot *slot = queue->head; slot && !event; slot = slot->next) {
		if (slot->event.kind != RA_EV_PROGRESS)
			continue;
		waiting++;
		if (slot->event.progress.ticket == told->ticket)
			event = &slot->event;
	}
	/* States and needs are never pushed out by what only says how far something is. */
	if (!event && waiting >= RA_QUEUE_PROGRESS)
		return;
	if (!event)
		event = &take_slot(queue)->event;
	event->kind = RA_EV_PROGRESS;
	event->progress = *told;
}

void ra_queue_next(struct ra_queue *queue, struct ra_event *out)
{
	struct ra_slot *slot = queue->head;
	if (!slot) {
		memset(out, 0, sizeof(*out));
		return;
	}
	queue->head = slot->next;
	if (!queue->head)
		queue->tail = NULL;
	*out = slot->event;
	if (slot->of_job)
		free(slot);
	else
		slot->used = false;
}

bool ra_queue_is_empty(const struct ra_queue *queue)
{
	return !queue->head;
}

void ra_queue_free(struct ra_queue *queue)
{
	while (queue->head) {
		struct ra_event event;
		ra_queue_next(queue, &event);
		ra_event_clear(&event);
	}
}
