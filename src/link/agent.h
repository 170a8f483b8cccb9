/* agent.h - a client of the ssh agent that never waits. Private to link/.
 * Invariants: one request at a time over a socket that does not block; replies are capped; the agent's bytes are not
 * trusted. Source: draft-miller-ssh-agent, sections 4 and 5. libssh2's own client blocks and cannot ask for SHA-2
 * signatures. */
#ifndef RA_LINK_AGENT_H
#define RA_LINK_AGENT_H

#include "link/link.h"

#define RA_AGENT_KEYS_MAX 16
#define RA_AGENT_RSA_SHA2_256 2u
#define RA_AGENT_RSA_SHA2_512 4u

struct ra_agent_key {
	unsigned char *blob;
	size_t blob_len;
	char comment[128];
};
struct ra_agent;
/* Connect to a socket path. Errors: RA_E_NOTFOUND when nobody is there, RA_E_NOMEM. Owner: ra_agent_free. */
RA_MUST_USE ra_err ra_agent_open(const char *path, struct ra_agent **out);
/* Send "which keys have you" or "sign this with key". The reply comes by ra_agent_step.
 * Errors: RA_E_STATE while another request runs; RA_E_NOMEM, RA_E_LIMIT. */
RA_MUST_USE ra_err ra_agent_list(struct ra_agent *agent);
struct ra_agent_work {
	const unsigned char *key, *data;
	size_t key_len, data_len;
	unsigned flags;
};
RA_MUST_USE ra_err ra_agent_sign(struct ra_agent *agent, const struct ra_agent_work *work);
/* Go on. Errors: RA_E_BUSY while the reply is not whole; RA_E_IO when the agent hung up; RA_E_DENIED when it said no;
 * RA_E_INVALID. */
RA_MUST_USE ra_err ra_agent_step(struct ra_agent *agent);
/* What to poll for. Out: -1 when nothing is under way. */
int ra_agent_fd(const struct ra_agent *agent, short *events);
/* After a list: the keys (borrowed). */
const struct ra_agent_key *ra_agent_keys(const struct ra_agent *agent, int *count);
/* After a signature: its bytes without the name of the algorithm (borrowed until the next request). */
const unsigned char *ra_agent_signature(const struct ra_agent *agent, size_t *len);
struct ra_agent *ra_agent_free(struct ra_agent *agent);

#endif
