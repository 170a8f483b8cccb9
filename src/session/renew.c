/* renew.c - a link that is down is tried again on the operator's word, and on nothing else: a host that is tried by itself with a wrong
 * password locks the account. */
#include "config.h"

#include "session/internal.h"

bool ra_session_may_again(const struct ra_session *s, const struct ra_now *now)
{
	return s->interactive && !s->ended && now->step && now->step->kind == RA_STEP_CHECK &&
	       (now->phase == RA_PH_CHECKS || now->phase == RA_PH_MANUAL);
}

/* What was on its way over a link that is gone is asked anew by whoever still wants it. */
static void forget_flights(struct ra_session *s, enum ra_plane plane)
{
	for (size_t i = 0; i < RA_TICKETS_MAX; i++)
		if (s->flights[i].plane == plane)
			s->flights[i] = (struct ra_flight){0};
}

/* A change is neither sent twice nor left without its answer. */
static bool changing(const struct ra_session *s, enum ra_plane plane)
{
	for (size_t i = 0; i < RA_TICKETS_MAX; i++)
		if (s->flights[i].kind == RA_TICKET_ACTION && s->flights[i].plane == plane)
			return true;
	return false;
}

static void renew(struct ra_session *s, enum ra_plane plane)
{
	struct ra_session_plane *at = &s->planes[plane];

	at->spent = at->spent || (at->hub_link && at->hub_link->password_offered);
	ra_hub_link_leave(s, plane);
	forget_flights(s, plane);
	at->state = RA_LINK_IDLE;
	at->why = RA_LINK_ANSWERED;
	at->say[0] = '\0';
	at->told_up = at->told_down = at->withheld = at->offering = at->answered = false;
}

/* One that was up and was lost tries again by itself with the next request, and with what it was let in with. */
static bool is_done_for(const struct ra_session_plane *at)
{
	return at->given && at->state == RA_LINK_DOWN && (at->why == RA_LINK_REFUSED || !at->hub_link || !at->hub_link->was_up);
}

void ra_session_renew(struct ra_session *s)
{
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		if (is_done_for(&s->planes[i]) && !changing(s, (enum ra_plane)i))
			renew(s, (enum ra_plane)i);
	ra_session_touch(s);
}
