/* hub.c - many walks, one loop: owns the links, routes what they say, and keeps a password from locking an account. */
#include "config.h"

#include "session/internal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRIVE_MS 250 /* a walk in which nothing changed is looked at so often at most: what ages does so in seconds */

_Static_assert(RA_HUB_FDS_MAX >= RA_LINKS_MAX * RA_LINK_FDS_MAX, "every link of a hub must find room to be polled");

struct ra_hub *ra_hub_new(int parallel)
{
	struct ra_hub *hub = calloc(1, sizeof(*hub));

	if (hub) {
		hub->parallel = parallel <= 0 ? 16 : parallel > RA_HUB_PARALLEL_MAX ? RA_HUB_PARALLEL_MAX : parallel;
		hub->next_ticket = 1;
	}
	return hub;
}

static struct ra_hub_link *find_link(struct ra_hub *hub, const char *key)
{
	for (size_t i = 0; i < hub->link_count; i++)
		if (hub->links[i].link && !hub->links[i].left && !strcmp(hub->links[i].key, key))
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

static ra_err open_vcenter(struct ra_session *s, struct ra_link **out, struct ra_errs *errs)
{
	const struct ra_way_in *in = &s->vcenter;
	struct ra_vsphere_options options = {
		.url = in->url,
		.user = in->user,
		.ca_files = in->ca_files,
		.known_hosts = in->known_hosts,
		.proxy = in->proxy,
		.insecure = in->insecure,
		.no_esxcli = in->no_esxcli,
		.may_ask = s->interactive || in->password,
	};

	return ra_link_vsphere_new(&options, &s->clock, out, errs);
}

static ra_err open_bmc(struct ra_session *s, struct ra_link **out, struct ra_errs *errs)
{
	const struct ra_way_in *in = &s->bmc;
	struct ra_redfish_options options = {
		.url = in->url,
		.user = in->user,
		.ca_files = in->ca_files,
		.known_hosts = in->known_hosts,
		.may_ask = s->interactive || in->password,
	};

	return ra_link_redfish_new(&options, &s->clock, out, errs);
}

static ra_err open_link(struct ra_session *s, enum ra_plane plane, struct ra_link **out, struct ra_errs *errs)
{
	if (s->recording)
		return ra_link_replay_new(s->recording, ra_plane_name(plane), &s->clock, out, errs);
	if (plane == RA_PLANE_VCENTER)
		return open_vcenter(s, out, errs);
	if (plane == RA_PLANE_BMC)
		return open_bmc(s, out, errs);
	if (plane != RA_PLANE_SSH)
		return ra_fail(errs, RA_E_ARG, "there is no live link for the plane %s", ra_plane_name(plane));
	struct ra_ssh_options options = {
		.host = s->host,
		.user = s->user,
		.port = s->port,
		.identities = (const char *const *)s->identities,
		.use_agent = true,
		.known_hosts = s->known_hosts,
		.host_key = !s->host_key			  ? RA_HOSTKEY_UNSAID
			    : !strcmp(s->host_key, "yes")	  ? RA_HOSTKEY_YES
			    : !strcmp(s->host_key, "accept-new") ? RA_HOSTKEY_ACCEPT_NEW
								  : RA_HOSTKEY_ASK,
		.use_config = !s->no_ssh_config,
		.may_ask = s->interactive || s->password,
		.jump_may_ask = s->interactive,
	};
	return ra_link_ssh_new(&options, &s->clock, out, errs);
}

/* What tells one link from another: who goes in where. A recording's belong to their walk. What the operator did not say is kept apart from
 * what they did: their ssh configuration may say another user or port there, and only there. */
static const char *key_of(const struct ra_session *s, enum ra_plane plane, char *out, size_t cap)
{
	if (s->recording)
		snprintf(out, cap, "%s %p", ra_plane_name(plane), (const void *)s);
	else if (plane == RA_PLANE_VCENTER)
		snprintf(out, cap, "%s", s->vcenter.key);
	else if (plane == RA_PLANE_BMC)
		snprintf(out, cap, "%s", s->bmc.key);
	else
		snprintf(out, cap, "%s %s@%s:%d", ra_plane_name(plane), s->user ? s->user : "", s->host, s->port);
	return out;
}

ra_err ra_hub_link_get(struct ra_session *s, enum ra_plane plane, struct ra_errs *errs)
{
	char key[512];

	if (s->planes[plane].hub_link)
		return RA_OK;
	key_of(s, plane, key, sizeof(key));
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
		*at = (struct ra_hub_link){.key = at->key, .link = link, .credential = -1};
	}
	at->password_offered = at->password_offered || s->planes[plane].spent;
	at->users++;
	s->planes[plane].hub_link = at;
	/* Whoever joins a link that is up or down already hears of it now. */
	return at->told.kind == RA_EV_NONE ? RA_OK : ra_session_event(s, plane, &at->told, errs);
}

/* A need whose asker ended is another's on the same link. */
static void pass_on(struct ra_hub *hub, const struct ra_hub_link *at, const struct ra_need *need)
{
	struct ra_event event = {.kind = RA_EV_NEED, .need = *need};

	for (size_t i = 0; i < hub->session_count; i++) {
		struct ra_session *s = hub->sessions[i];

		for (int plane = 0; plane < RA_PLANE_COUNT && !s->ended; plane++) {
			if (s->planes[plane].hub_link != at)
				continue;
			if (ra_session_event(s, (enum ra_plane)plane, &event, NULL))
				continue;
			return;
		}
	}
}

/* Give up what this walk asked over a link that others use too. */
static void cancel_tickets(struct ra_session *s, enum ra_plane plane, struct ra_hub_link *at)
{
	for (size_t i = 0; i < RA_TICKETS_MAX; i++)
		if (s->flights[i].want.plane && s->flights[i].plane == plane)
			at->link->ops->cancel(at->link, s->flights[i].id);
}

/* Will a walk whose turn has not come yet use this link? Hosts behind one vCenter come to it one after the other: it is one login. */
static bool awaited(const struct ra_hub *hub, enum ra_plane plane, const struct ra_hub_link *at)
{
	char key[512];

	for (size_t i = 0; i < hub->session_count && !at->left; i++) {
		const struct ra_session *s = hub->sessions[i];

		if (!s->ended && s->planes[plane].given && !strcmp(key_of(s, plane, key, sizeof(key)), at->key))
			return true;
	}
	return false;
}

static void close_link(struct ra_hub *hub, struct ra_hub_link *at)
{
	for (size_t i = 0; i < hub->credential_count; i++)
		if (hub->credentials[i].trying == at)
			hub->credentials[i].trying = NULL;
	at->link = ra_link_free(at->link);
	free(at->key);
	at->key = NULL;
}

/* The last walk that a link was kept for may have ended without a request of its own. */
static void close_unused(struct ra_hub *hub)
{
	for (size_t i = 0; i < hub->link_count; i++) {
		struct ra_hub_link *at = &hub->links[i];
		bool wanted = false;

		for (int plane = 0; plane < RA_PLANE_COUNT && at->link && at->key && !at->users; plane++)
			wanted = wanted || awaited(hub, (enum ra_plane)plane, at);
		if (at->link && at->key && !at->users && !wanted)
			close_link(hub, at);
	}
}

void ra_hub_link_drop(struct ra_session *s, enum ra_plane plane)
{
	struct ra_session_plane *own = &s->planes[plane];
	struct ra_hub_link *at = own->hub_link;
	bool asked = own->need_open;

	own->hub_link = NULL;
	own->need_open = false;
	if (!at)
		return;
	if (--at->users > 0) {
		cancel_tickets(s, plane, at);
		if (asked)
			pass_on(s->hub, at, &own->need);
		return;
	}
	if (!awaited(s->hub, plane, at))
		close_link(s->hub, at);
}

void ra_hub_link_leave(struct ra_session *s, enum ra_plane plane)
{
	if (s->planes[plane].hub_link)
		s->planes[plane].hub_link->left = true;
	ra_hub_link_drop(s, plane);
}

static bool same(const struct ra_secret *a, const struct ra_secret *b)
{
	size_t a_len = 0, b_len = 0;
	const char *a_bytes = ra_secret_bytes(a, &a_len), *b_bytes = ra_secret_bytes(b, &b_len);

	return a_len == b_len && !memcmp(a_bytes, b_bytes, a_len);
}

/* The record of a password. Out: NULL when it cannot be kept: then it is not offered. */
static struct ra_credential *credential(struct ra_hub *hub, enum ra_plane plane, const struct ra_secret *password)
{
	size_t len = 0;
	const char *bytes = ra_secret_bytes(password, &len);

	for (size_t i = 0; i < hub->credential_count; i++)
		if (hub->credentials[i].plane == plane && same(hub->credentials[i].password, password))
			return &hub->credentials[i];
	if (hub->credential_count == RA_LEN(hub->credentials))
		return NULL;
	struct ra_credential *made = &hub->credentials[hub->credential_count];

	made->password = ra_secret_new();
	if (!made->password || ra_secret_set(made->password, bytes, len)) {
		made->password = ra_secret_free(made->password);
		return NULL;
	}
	made->plane = plane;
	hub->credential_count++;
	return made;
}

enum ra_offer ra_hub_may_offer(struct ra_hub *hub, struct ra_hub_link *link, enum ra_plane plane, const struct ra_secret *password)
{
	struct ra_credential *known = credential(hub, plane, password);

	if (!known || link->password_offered)
		return RA_OFFER_NEVER;
	if (known->refusals >= 2)
		return RA_OFFER_WITHHELD;
	if (!known->accepted && known->trying && known->trying != link)
		return RA_OFFER_WAIT;
	known->trying = link;
	link->credential = (int)(known - hub->credentials);
	link->password_offered = true;
	return RA_OFFER_YES;
}

/* How the host took the password that was offered over this link, if one was. A link that ends after the offer without a word may
 * have been refused: it counts as that, unless the password was accepted elsewhere. */
static void judge_credential(struct ra_hub *hub, struct ra_hub_link *link, const struct ra_event *event)
{
	if (link->credential < 0)
		return;
	struct ra_credential *known = &hub->credentials[link->credential];

	if (known->trying == link)
		known->trying = NULL;
	if (event->state == RA_LINK_UP)
		known->accepted = true;
	else if (event->why == RA_LINK_REFUSED || !known->accepted)
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
	if (now + RA_POLL_MAX_MS < nearest && ra_hub_flies(hub))
		nearest = now + RA_POLL_MAX_MS;
	*timeout_ms = nearest == RA_DEADLINE_NONE ? -1
		      : nearest <= now		  ? 0
		      : nearest - now > INT_MAX	  ? INT_MAX
						  : (int)(nearest - now);
	return count;
}

/* A reply and how far a change is go to the walk that asked. */
static bool concerns(const struct ra_session *s, const struct ra_event *event)
{
	bool own = event->kind == RA_EV_REPLY || event->kind == RA_EV_PROGRESS;
	uint64_t ticket = event->kind == RA_EV_REPLY ? event->reply.ticket : event->progress.ticket;

	for (size_t i = 0; i < RA_TICKETS_MAX && own; i++)
		if (s->flights[i].kind != RA_TICKET_FREE && s->flights[i].id == ticket)
			return true;
	return !own;
}

/* Every walk on a link hears of its state; a reply goes to the one it is for, a need to one that can answer. */
static void route(struct ra_hub *hub, const struct ra_hub_link *at, struct ra_event *event)
{
	for (size_t i = 0; i < hub->session_count; i++) {
		struct ra_session *s = hub->sessions[i];

		for (int plane = 0; plane < RA_PLANE_COUNT && !s->ended; plane++) {
			struct ra_errs errs;

			if (s->planes[plane].hub_link != at || !concerns(s, event))
				continue;
			ra_errs_clear(&errs);
			if (ra_session_event(s, (enum ra_plane)plane, event, &errs))
				ra_session_fault(s, &errs);
			if (event->kind != RA_EV_STATE)
				return;
		}
	}
}

static void keep_told(struct ra_hub_link *at, const struct ra_event *event)
{
	at->told = (struct ra_event){.kind = RA_EV_STATE, .state = event->state, .why = event->why};
	memcpy(at->told.say, event->say, sizeof(at->told.say));
	memcpy(at->told.peer, event->peer, sizeof(at->told.peer));
	at->was_up = at->was_up || event->state == RA_LINK_UP;
}

static void step_links(struct ra_hub *hub)
{
	for (size_t i = 0; i < hub->link_count; i++) {
		struct ra_hub_link *at = &hub->links[i];

		if (!at->link)
			continue;
		at->link->ops->step(at->link, ra_mono_now());
		for (bool more = true; more;) {
			struct ra_event event = {0};

			at->link->ops->next(at->link, &event);
			more = event.kind != RA_EV_NONE;
			ra_hub_heard(at, &event);
			if (event.kind == RA_EV_STATE)
				keep_told(at, &event);
			if (event.kind == RA_EV_STATE && (event.state == RA_LINK_UP || event.state == RA_LINK_DOWN))
				judge_credential(hub, at, &event);
			if (more)
				route(hub, at, &event);
			ra_event_clear(&event);
		}
	}
}

/* A walk that only asks the vCenter it shares with others holds no connection of its own: all such walks ask at once, so that the link
 * can join what they ask. */
static bool shares_all(const struct ra_session *s)
{
	return !s->recording && s->planes[RA_PLANE_VCENTER].given && !s->planes[RA_PLANE_SSH].given && !s->planes[RA_PLANE_BMC].given;
}

/* Places among the parallel ones go to sessions in the order they came. One that ended holds its place until that is told: what ends at once
 * would else pile up with all it holds. */
static void give_places(struct ra_hub *hub)
{
	int active = 0;

	for (size_t i = 0; i < hub->session_count; i++) {
		struct ra_session *s = hub->sessions[i];
		bool free_place = active < hub->parallel || shares_all(s);

		s->active = !s->retired && (s->active || (!s->ended && free_place));
		active += (s->active || (s->ended && !s->told_end)) && !shares_all(s);
	}
}

/* What a session has to say since it was last asked. Nothing that can be seen changes without the version. */
static enum ra_happened news(struct ra_session *s)
{
	if (s->version == s->told_version)
		return RA_HAPPENED_NOTHING;
	uint64_t prompt = ra_prompt_identity(s);
	bool end = s->ended && !s->told_end, ask = prompt != s->told_prompt;

	s->told_end = s->ended;
	s->told_version = s->version;
	s->told_prompt = prompt;
	return end ? RA_HAPPENED_END : ask ? RA_HAPPENED_ASK : RA_HAPPENED_CHANGE;
}

/* Give back what an ended walk held: links, tickets, secrets. */
static void retire(struct ra_session *s)
{
	if (s->retired)
		return;
	s->retired = true;
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		ra_hub_link_drop(s, (enum ra_plane)i);
	memset(s->flights, 0, sizeof(s->flights));
	ra_gate_talk_reset(s);
	s->password = ra_secret_free(s->password);
	s->key = ra_secret_free(s->key);
	s->vcenter.password = ra_secret_free(s->vcenter.password);
	s->bmc.password = ra_secret_free(s->bmc.password);
	close_unused(s->hub);
}

/* Is there anything to do for this walk: something changed, its time has come, or it waits for others to go first? */
static bool due(const struct ra_session *s)
{
	bool waits = false;

	for (int i = 0; i < RA_PLANE_COUNT; i++)
		waits = waits || s->planes[i].need_open;
	return waits || s->version != s->driven_version || ra_mono_now() - s->driven_at >= DRIVE_MS ||
	       (s->wake_at != RA_UTC_NONE && ra_session_now(s) >= s->wake_at);
}

static void drive(struct ra_session *s)
{
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (!s->ended && s->active && due(s)) {
		s->driven_version = s->version;
		s->driven_at = ra_mono_now();
		if (ra_session_drive(s, &errs))
			ra_session_fault(s, &errs);
	}
	if (s->ended)
		retire(s);
}

ra_err ra_hub_step(struct ra_hub *hub, enum ra_happened *happened, struct ra_session **which, struct ra_errs *errs RA_UNUSED)
{
	*happened = RA_HAPPENED_NOTHING;
	*which = NULL;
	ra_hub_awake(hub);
	step_links(hub);
	give_places(hub);
	for (size_t i = 0; i < hub->session_count; i++)
		drive(hub->sessions[i]);
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

/* A walk that nobody ended was ended from outside; a journal that takes no more stays as it is. */
static void end(struct ra_session *s)
{
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (ra_session_stop(s, "signal", &errs))
		s->ended = true;
}

void ra_hub_release(struct ra_hub *hub, struct ra_session *session)
{
	size_t at = 0;

	while (at < hub->session_count && hub->sessions[at] != session)
		at++;
	if (at == hub->session_count)
		return;
	end(session);
	retire(session);
	hub->session_count--;
	memmove(&hub->sessions[at], &hub->sessions[at + 1], (hub->session_count - at) * sizeof(*hub->sessions));
	ra_session_close(session);
}

struct ra_hub *ra_hub_free(struct ra_hub *hub)
{
	if (!hub)
		return NULL;
	for (size_t i = 0; i < hub->session_count; i++)
		end(hub->sessions[i]);
	for (size_t i = 0; i < hub->session_count; i++)
		retire(hub->sessions[i]);
	for (size_t i = 0; i < hub->session_count; i++)
		ra_session_close(hub->sessions[i]);
	for (size_t i = 0; i < hub->link_count; i++) {
		ra_link_free(hub->links[i].link);
		free(hub->links[i].key);
	}
	for (size_t i = 0; i < hub->credential_count; i++)
		ra_secret_free(hub->credentials[i].password);
	free(hub);
	return NULL;
}
