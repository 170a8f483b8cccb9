/* hub.c - many walks, one loop: owns the links, routes what they say, and keeps a password from locking an account. */
#include "config.h"

#include "session/internal.h"

#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ra_hub *ra_hub_new(int parallel)
{
	struct ra_hub *hub = calloc(1, sizeof(*hub));

	if (hub) {
		hub->parallel = parallel > 0 ? parallel : 16;
		hub->next_ticket = 1;
	}
	return hub;
}

struct ra_hub *ra_hub_free(struct ra_hub *hub)
{
	if (!hub)
		return NULL;
	for (size_t i = 0; i < hub->session_count; i++) {
		struct ra_errs errs;

		ra_errs_clear(&errs);
		/* A walk that nobody ended was ended from outside; a journal that takes no more stays as it is. */
		if (ra_session_stop(hub->sessions[i], "signal", &errs))
			hub->sessions[i]->ended = true;
		ra_session_close(hub->sessions[i]);
	}
	for (size_t i = 0; i < hub->link_count; i++) {
		ra_link_free(hub->links[i].link);
		free(hub->links[i].key);
	}
	ra_wipe(hub->credentials, sizeof(hub->credentials));
	free(hub);
	return NULL;
}

static struct ra_hub_link *find_link(struct ra_hub *hub, const char *key)
{
	for (size_t i = 0; i < hub->link_count; i++)
		if (hub->links[i].link && !strcmp(hub->links[i].key, key))
			return &hub->links[i];
	return NULL;
}

static struct ra_hub_link *free_place(struct ra_hub *hub)
{
	for (size_t i = 0; i < hub->link_count; i++)
		if (!hub->links[i].link)
			return &hub->links[i];
	return hub->link_count < RA_LINKS_MAX ? &hub->links[hub->link_count++] : NULL;
}

static ra_err open_link(struct ra_session *s, enum ra_plane plane, struct ra_link **out, struct ra_errs *errs)
{
	if (s->recording)
		return ra_link_replay_new(s->recording, ra_plane_name(plane), &s->clock, out, errs);
	if (plane != RA_PLANE_SSH)
		return ra_fail(errs, RA_E_ARG, "there is no live link for the plane %s", ra_plane_name(plane));
	struct ra_ssh_options options = {
		.host = s->host,
		.user = s->user,
		.port = s->port,
		.identities = (const char *const *)s->identities,
		.use_agent = true,
		.known_hosts = s->known_hosts,
		.host_key = s->host_key && !strcmp(s->host_key, "yes")		? RA_HOSTKEY_YES
			    : s->host_key && !strcmp(s->host_key, "accept-new") ? RA_HOSTKEY_ACCEPT_NEW
										: RA_HOSTKEY_ASK,
		.may_ask = s->interactive || s->password,
	};
	return ra_link_ssh_new(&options, &s->clock, out, errs);
}

ra_err ra_hub_link_get(struct ra_session *s, enum ra_plane plane, struct ra_errs *errs)
{
	char key[512];

	if (s->planes[plane].hub_link)
		return RA_OK;
	if (s->recording)
		snprintf(key, sizeof(key), "%s %p", ra_plane_name(plane), (void *)s);
	else
		snprintf(key, sizeof(key), "%s %s@%s:%d", ra_plane_name(plane), s->user ? s->user : "root", s->host,
			 s->port ? s->port : 22);
	struct ra_hub_link *at = find_link(s->hub, key);

	if (!at) {
		struct ra_link *link = NULL;
		ra_err err = open_link(s, plane, &link, errs);

		if (err)
			return err;
		at = free_place(s->hub);
		if (!at || !(at->key = strdup(key))) {
			ra_link_free(link);
			return ra_fail(errs, RA_E_LIMIT, "more than %d links at once", RA_LINKS_MAX);
		}
		at->link = link;
		at->users = 0;
		at->credential = -1;
		at->password_offered = false;
	}
	at->users++;
	s->planes[plane].hub_link = at;
	return RA_OK;
}

void ra_hub_link_drop(struct ra_session *s, enum ra_plane plane)
{
	struct ra_hub_link *at = s->planes[plane].hub_link;

	s->planes[plane].hub_link = NULL;
	if (!at || --at->users > 0)
		return;
	for (size_t i = 0; i < s->hub->credential_count; i++)
		if (s->hub->credentials[i].trying == at)
			s->hub->credentials[i].trying = NULL;
	at->link = ra_link_free(at->link);
	free(at->key);
	at->key = NULL;
}

static struct ra_credential *credential(struct ra_hub *hub, const struct ra_secret *password)
{
	size_t len = 0;
	const char *bytes = ra_secret_bytes(password, &len);
	char digest[RA_SHA256_HEX_LEN];

	if (ra_sha256_hex(bytes, len, digest))
		return NULL;
	for (size_t i = 0; i < hub->credential_count; i++)
		if (!strcmp(hub->credentials[i].digest, digest))
			return &hub->credentials[i];
	if (hub->credential_count == RA_LEN(hub->credentials))
		return NULL;
	struct ra_credential *made = &hub->credentials[hub->credential_count++];

	memcpy(made->digest, digest, sizeof(made->digest));
	return made;
}

int ra_hub_may_offer(struct ra_hub *hub, struct ra_hub_link *link, const struct ra_secret *password)
{
	struct ra_credential *known = credential(hub, password);

	if (!known || known->refusals >= 2 || link->password_offered)
		return -1;
	if (!known->accepted && known->trying && known->trying != link)
		return 0;
	known->trying = link;
	link->credential = (int)(known - hub->credentials);
	link->password_offered = true;
	return 1;
}

/* How the host took the password that was offered over this link, if one was. */
static void judge_credential(struct ra_hub *hub, struct ra_hub_link *link, const struct ra_event *event)
{
	if (link->credential < 0)
		return;
	struct ra_credential *known = &hub->credentials[link->credential];

	if (known->trying == link)
		known->trying = NULL;
	if (event->state == RA_LINK_UP)
		known->accepted = true;
	else if (event->why == RA_LINK_REFUSED)
		known->refusals++;
	link->credential = -1;
}

int ra_hub_poll(struct ra_hub *hub, struct pollfd *fds, int cap, int *timeout_ms)
{
	ra_mono_ms nearest = RA_DEADLINE_NONE, now = ra_mono_now();
	int count = 0;

	for (size_t i = 0; i < hub->link_count; i++) {
		struct ra_link *link = hub->links[i].link;
		struct pollfd own[RA_LINK_FDS_MAX];
		ra_mono_ms deadline = RA_DEADLINE_NONE;
		int got = link ? link->ops->poll(link, own, &deadline) : 0;

		for (int k = 0; k < got && count < cap; k++)
			fds[count++] = own[k];
		nearest = deadline < nearest ? deadline : nearest;
	}
	for (size_t i = 0; i < hub->session_count; i++) {
		const struct ra_session *s = hub->sessions[i];

		if (s->ended || s->wake_at == RA_UTC_NONE)
			continue;
		int64_t left = s->wake_at - ra_session_now(s);
		ra_mono_ms at = now + ra_clock_real_ms(&s->clock, left > 0 ? left : 0);

		nearest = at < nearest ? at : nearest;
	}
	*timeout_ms = nearest == RA_DEADLINE_NONE ? -1 : nearest <= now ? 0 : (int)(nearest - now);
	return count;
}

/* Every session on a link hears of its state; a reply or a need goes to the one it is for. */
static ra_err route(struct ra_hub *hub, struct ra_hub_link *at, struct ra_event *event, struct ra_errs *errs)
{
	bool taken = false;
	ra_err err = RA_OK;

	for (size_t i = 0; i < hub->session_count && !err && !taken; i++) {
		struct ra_session *s = hub->sessions[i];

		for (int plane = 0; plane < RA_PLANE_COUNT && !err; plane++) {
			if (s->planes[plane].hub_link != at)
				continue;
			bool mine = event->kind != RA_EV_REPLY;

			for (size_t k = 0; k < RA_TICKETS_MAX && !mine; k++)
				mine = s->flights[k].kind != RA_TICKET_FREE &&
				       s->flights[k].id == event->reply.ticket;
			if (!mine)
				continue;
			err = ra_session_event(s, (enum ra_plane)plane, event, errs);
			taken = event->kind != RA_EV_STATE;
		}
	}
	return err;
}

static ra_err step_links(struct ra_hub *hub, struct ra_errs *errs)
{
	for (size_t i = 0; i < hub->link_count; i++) {
		struct ra_hub_link *at = &hub->links[i];

		if (!at->link)
			continue;
		at->link->ops->step(at->link, ra_mono_now());
		for (bool more = true; more && at->link;) {
			struct ra_event event = {0};

			at->link->ops->next(at->link, &event);
			more = event.kind != RA_EV_NONE;
			if (event.kind == RA_EV_STATE && (event.state == RA_LINK_UP || event.state == RA_LINK_DOWN))
				judge_credential(hub, at, &event);
			ra_err err = more ? route(hub, at, &event, errs) : RA_OK;

			ra_event_clear(&event);
			if (err)
				return err;
		}
	}
	return RA_OK;
}

/* Places among the parallel ones go to sessions in the order they came. */
static void give_places(struct ra_hub *hub)
{
	int active = 0;

	for (size_t i = 0; i < hub->session_count; i++) {
		struct ra_session *s = hub->sessions[i];

		s->active = !s->ended && (s->active || active < hub->parallel);
		active += s->active;
	}
}

/* What a session has to say since it was last asked. */
static enum ra_happened news(struct ra_session *s)
{
	uint64_t prompt = ra_prompt_identity(s);

	if (s->ended && !s->told_end) {
		s->told_end = true;
		s->told_version = s->version;
		s->told_prompt = prompt;
		return RA_HAPPENED_END;
	}
	if (prompt != s->told_prompt) {
		s->told_prompt = prompt;
		s->told_version = s->version;
		return RA_HAPPENED_ASK;
	}
	if (s->version != s->told_version) {
		s->told_version = s->version;
		return RA_HAPPENED_CHANGE;
	}
	return RA_HAPPENED_NOTHING;
}

static void drop_links(struct ra_session *s)
{
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		if (s->planes[i].hub_link)
			ra_hub_link_drop(s, (enum ra_plane)i);
}

/* A walk whose journal takes no more is over: nothing may happen that is not written. */
static void give_up(struct ra_session *s, const struct ra_errs *errs)
{
	s->fault = *errs;
	s->ended = true;
	ra_session_touch(s);
}

ra_err ra_hub_step(struct ra_hub *hub, enum ra_happened *happened, struct ra_session **which, struct ra_errs *errs)
{
	ra_err err = step_links(hub, errs);

	*happened = RA_HAPPENED_NOTHING;
	*which = NULL;
	if (err)
		return err;
	give_places(hub);
	for (size_t i = 0; i < hub->session_count; i++) {
		struct ra_session *s = hub->sessions[i];
		struct ra_errs own;

		ra_errs_clear(&own);
		if (!s->ended && s->active && ra_session_drive(s, &own))
			give_up(s, &own);
		if (s->ended)
			drop_links(s);
	}
	for (size_t i = 0; i < hub->session_count && *happened == RA_HAPPENED_NOTHING; i++) {
		struct ra_session *s = hub->sessions[(hub->turn + i) % hub->session_count];

		*happened = news(s);
		if (*happened != RA_HAPPENED_NOTHING)
			*which = s;
	}
	if (*which)
		hub->turn++;
	return RA_OK;
}
