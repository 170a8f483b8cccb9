/* session_rig.h - a hub on the table: the flow set of tests/unit/walkset with a short flow of its own, a recording made from words,
 * and a link whose every word the test says. For the tests of session/. */
#ifndef RA_TESTS_SESSION_RIG_H
#define RA_TESTS_SESSION_RIG_H

#include "flow/flowset.h"
#include "session/internal.h"

/* A simulated host `esx01`: SSH answers, and `maintenanceMode set` is done (or not) after it was asked. */
struct rig_host {
	int speed;             /* session ms in one real ms */
	bool stays;            /* asked for maintenance mode, it stays as it is */
	int took_ms;           /* of `maintenanceMode get` */
	const char *status;    /* what its vCenter says of attestation; NULL: there is none */
};
/* Owner: caller frees. Fails the test when they do not load. */
struct ra_flowset *session_flows(void);
/* The same with tests/unit/vcenterset: the flow `vc`, whose checks and action go through vCenter. */
struct ra_flowset *session_vcenter_flows(void);
struct ra_recording *session_recording(const struct rig_host *host);

/* Step a hub until nothing happens. */
void session_settle(struct ra_hub *hub);
/* Step and poll until the prompt is of a kind. Out: how often poll returned. Fails the test after some seconds. */
int session_until(struct ra_hub *hub, struct ra_session *session, enum ra_prompt_kind kind);
/* Say a word to the prompt that stands. id: an option for CHOOSE. */
ra_err session_say(struct ra_session *session, int kind, const char *id, struct ra_errs *errs);
/* The view now. Owner: caller frees. */
struct ra_view *session_look(const struct ra_session *session);

/* A link that says what the test pushes. */
struct puppet {
	struct ra_link head;
	const struct ra_hub *hub;
	struct ra_event events[8];
	int count;
	uint64_t tickets[64], cancelled[64];
	int ticket_count, cancelled_count, answers; /* answers: how often a need was answered */
	bool yes, secret;                           /* how the last one was */
	char given[64];                             /* the secret of the last one */
	char target[64], since[16];                 /* of the last ticket */
	bool full;                                  /* takes no ticket now */
};
/* Put a puppet where the hub would open a link to HOST, with no user and no port said. Owner: the hub. */
struct puppet *session_puppet(struct ra_hub *hub, const char *host);
/* The same for a link of any key. */
struct puppet *session_puppet_at(struct ra_hub *hub, const char *key);
void puppet_state(struct puppet *puppet, enum ra_link_state state, enum ra_link_why why);
void puppet_need(struct puppet *puppet, enum ra_need_kind kind);
/* A machine on the way to the host asks. */
void puppet_need_on_the_way(struct puppet *puppet, enum ra_need_kind kind);
void puppet_progress(struct puppet *puppet, uint64_t ticket, int percent, bool may_cancel);
void puppet_reply(struct puppet *puppet, uint64_t ticket, enum ra_link_why why);

#endif
