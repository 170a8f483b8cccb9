/* awake.c - this machine slept, or the program stood still: nobody served the links meanwhile. That a host did not answer in that time says
 * nothing of the host, so what was on its way is asked again, over a connection that is there. */
#include "config.h"

#include "session/internal.h"

#include <string.h>

#define AWAY_MS 10000  /* while something is on its way the loop comes round within RA_POLL_MAX_MS */
#define IDLE_MS 60000  /* else it sleeps as long as nobody says anything; what a link does not hear of then is no news either */
#define DOUBT_MS 60000 /* so long a link may need to find that its other end is gone, and to connect anew */

bool ra_hub_flies(const struct ra_hub *hub)
{
	for (size_t i = 0; i < hub->session_count; i++)
		if (!hub->sessions[i]->ended)
			for (size_t k = 0; k < RA_TICKETS_MAX; k++)
				if (hub->sessions[i]->flights[k].kind != RA_TICKET_FREE)
					return true;
	return false;
}

void ra_hub_awake(struct ra_hub *hub)
{
	ra_mono_ms now = ra_mono_now();
	int64_t slept_ms = hub->stepped_at ? now - hub->stepped_at : 0;
	bool away = slept_ms > (ra_hub_flies(hub) ? AWAY_MS : IDLE_MS);

	hub->stepped_at = now;
	for (size_t i = 0; away && i < hub->link_count; i++) {
		hub->links[i].doubt_until = now + DOUBT_MS;
		hub->links[i].renewing = false;
	}
	for (size_t i = 0; away && i < hub->session_count; i++)
		for (size_t k = 0; k < RA_TICKETS_MAX; k++)
			hub->sessions[i]->flights[k].doubtful = true;
	for (size_t i = 0; away && i < hub->session_count; i++)
		ra_watch_slept(hub->sessions[i], slept_ms);
}

void ra_hub_heard(struct ra_hub_link *at, const struct ra_event *event)
{
	bool answered = event->kind == RA_EV_REPLY && event->reply.why == RA_LINK_ANSWERED;
	bool state = event->kind == RA_EV_STATE;

	/* It answers, it is connected anew, or it tried to and could not: all of that is of now. */
	if (answered || (state && (event->state == RA_LINK_UP || (event->state == RA_LINK_DOWN && at->renewing))))
		at->doubt_until = 0;
	at->renewing = at->renewing || (state && event->state == RA_LINK_CONNECTING);
}

bool ra_flight_in_doubt(const struct ra_flight *flight, const struct ra_reply *reply)
{
	/* A change is never sent again: what became of it is for its verification. */
	return flight->doubtful && flight->kind != RA_TICKET_ACTION &&
	       (reply->why == RA_LINK_TIMEOUT || reply->why == RA_LINK_UNREACHABLE || reply->why == RA_LINK_CUT);
}
