/* peer.h - a vCenter or BMC peer (tests/peers) for tests: started with flags, ended when the test ends, whatever happens. */
#ifndef RA_TESTS_PEER_H
#define RA_TESTS_PEER_H

#include "unit.h"

#include "link/link.h"

struct peer {
	int in, out;
	int pid;
	char dir[128], url[128], thumb[128], ca[160], known[160], log[160], changes[160];
};
/* Start the program $RA_PEER with these flags (blanks between), its certificate signed by an authority of its own. */
void peer_start(struct peer *peer, const char *flags);
void peer_stop(struct peer *peer);
/* How often a method was called; NULL: requests in all. */
int peer_calls(const struct peer *peer, const char *method);
/* Changes the peer received, a line each. Owner: caller frees. */
char *peer_changes(const struct peer *peer);

/* What a link to the peer is to be like; zero fields: verified by its authority, the right user, the right password. */
struct peer_want {
	const char *url, *user, *password, *ca, *known, *proxy;
	bool insecure, no_ca, no_password, no_esxcli, may_ask, refuse_cert;
	bool redfish; /* the peer is a BMC */
};
struct ra_link *peer_link(const struct peer *peer, const struct peer_want *want);

#define ESX01 "esx01.lab.example"
#define PROPERTY(path) "{\"property\":\"" path "\"}"
#define CALL(name) "{\"call\":\"" name "\"}"
/* Submit as ticket id for a target (NULL: none) with a bound of 20 s. */
void peer_submit(struct ra_link *link, uint64_t id, const char *target, const char *request);
/* As peer_submit, for a change. */
void peer_change(struct ra_link *link, uint64_t id, const char *target, const char *request);
/* Step the link until the reply to this ticket; needs are answered as the want says. Owner: ra_event_clear. */
struct ra_event peer_reply(struct ra_link *link, uint64_t id);
/* Submit as ticket 1 for ESX01 and wait. */
struct ra_event peer_ask(struct ra_link *link, const char *request);
/* The answer to a question about ESX01 is this JSON. */
void peer_expect(struct ra_link *link, const char *request, const char *json);
/* It is not answered, for this reason, and the sentence holds these words. */
void peer_expect_why(struct ra_link *link, const char *request, enum ra_link_why why, const char *words);
/* The last state the link told while it was waited on, and the largest percent of a change. */
extern char peer_state_say[RA_LINK_SAY_MAX], peer_cert[160], peer_certificate[1024]; /* the last question about a certificate */
extern int peer_percent, peer_needs;
extern bool peer_may_cancel;

#endif
