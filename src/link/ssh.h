/* ssh.h - the insides of the SSH link, shared by its files. Private to link/.
 *
 * ssh.c: life of the link; ssh_dial.c: name to socket; ssh_trust.c: host key; ssh_auth.c: login; ssh_exec.c, ssh_join.c,
 * ssh_read.c: requests (ssh_exec.h); ssh_idle.c: between requests.
 * Invariants: libssh2 is only ever called without blocking, from ra_ssh_step; every phase has a deadline; a call that
 * left half a packet unsent is repeated before anything else is sent (pin); nothing waits for a channel to close.
 * Before all that ssh_settle.c asks what the operator's ssh configuration says of the host; ssh_proxy.c is the way there through a
 * child, instead of ssh_dial.c. */
#ifndef RA_LINK_SSH_H
#define RA_LINK_SSH_H

#include "base/child.h"
#include "link/agent.h"
#include "link/askpass.h"
#include "link/identity.h"
#include "link/knownhosts.h"
#include "link/queue.h"
#include "link/quote.h"
#include "link/resolve.h"
#include "link/sshconfig.h"

#include <libssh2.h>

#define RA_SSH_TRIES 3 /* addresses dialled at a time */
#define RA_SSH_IDENTITIES 8
#define RA_SSH_CHANNELS 6 /* requests running at a time, until the host says fewer */
#define RA_SSH_CLOSING_MAX 16
#define RA_SSH_ZOMBIES_MAX 2 /* channels that do not close; one more and the session is renewed */
#define RA_SSH_CLOSE_MS 300
#define RA_SSH_IDLE_MS 45000 /* nothing heard for so long while something runs: the peer is gone */
#define RA_SSH_KEEPALIVE_MS 15000
#define RA_SSH_FIRST_MAX 4096 /* greeting and list of algorithms */
/* libssh2 goes on within one call for as long as the host talks, and takes a greeting byte by byte: so many bytes are
 * read in one step, and so many may come with nothing in them for us; until the login is through, and after it. */
#define RA_SSH_STEP_LOGIN_LEN ((size_t)32 << 10)
#define RA_SSH_STEP_LEN ((size_t)4 << 20)
#define RA_SSH_FLOOD_LOGIN_LEN ((size_t)256 << 10)
#define RA_SSH_FLOOD_LEN ((size_t)32 << 20)
#define RA_SSH_PROMPTS_MAX 2 /* each means a new connection, and the password once more: five offers of a wrong one would lock the account */
#define RA_SSH_KNOWN_FILES (2 * RA_SSHCONFIG_ROWS)
#define RA_SSH_SAID_LEN 4096 /* of what a child says last, so much is kept */
#ifdef POLLRDHUP
#define RA_SSH_PEER_GONE POLLRDHUP /* what poll() says of a peer that ended the connection */
#else
#define RA_SSH_PEER_GONE 0
#endif

enum ra_ssh_phase {
	RA_SSH_IDLE,  /* no connection; one is made when there is a job */
	RA_SSH_PAUSE, /* waits before it connects again */
	RA_SSH_SETTLE, /* ssh tells its configuration of the host */
	RA_SSH_RESOLVE,
	RA_SSH_CONNECT,
	RA_SSH_HANDSHAKE,
	RA_SSH_TRUST,
	RA_SSH_AUTH,
	RA_SSH_READY
};

/* Whether a step of a phase is through. */
enum ra_progress { RA_PROGRESS_WAIT, RA_PROGRESS_DONE, RA_PROGRESS_FAILED };

struct ra_ssh_dial {
	struct ra_lookup *lookup;
	struct ra_addrs addrs;
	int next; /* address to try next */
	struct {
		int fd; /* -1 none */
	} tries[RA_SSH_TRIES];
	ra_mono_ms next_at;
	int error; /* errno of the last failure */
};

/* What went over the socket; kept by our own send and receive functions. */
struct ra_ssh_wire {
	uint64_t bytes_in, bytes_out;
	size_t step_len;  /* read in this step */
	size_t flood_len; /* read since anything of it was for us */
	bool flood;       /* too much of that */
	bool heard;       /* since the last look */
	bool closed;      /* end of file or an error was seen */
	bool mute;        /* nothing more may pass: it is being closed, or an answer we have not got would be sent */
	bool parted;      /* the host said goodbye, in these words */
	char farewell[96];
	char first[RA_SSH_FIRST_MAX];
	size_t first_len;
};

enum ra_auth_step {
	RA_AUTH_METHODS,
	RA_AUTH_AGENT_LIST,
	RA_AUTH_AGENT_KEY,
	RA_AUTH_FILE_LOAD,
	RA_AUTH_FILE_PROBE,
	RA_AUTH_FILE_PASSPHRASE,
	RA_AUTH_FILE_KEY,
	RA_AUTH_SECRET, /* keyboard-interactive or password */
	RA_AUTH_DONE
};
struct ra_ssh_auth {
	enum ra_auth_step step;
	bool by_key, by_prompts, by_password; /* methods the host offers */
	char methods[128];
	int attempts;
	struct ra_agent *agent;
	int agent_key, agent_offered;
	bool signing;       /* the agent was asked for a signature */
	struct ra_buf blob; /* public key of the running attempt */
	size_t identity;
	struct ra_identity *key; /* of the identity file in hand */
	int passphrase_tries;
	bool password_given; /* in this conversation */
	bool prompt_open;    /* a prompt came that we have no answer for */
	struct ra_need prompt;
	char tried[384]; /* keys and why each did not serve */
};

struct ra_ssh_closing {
	LIBSSH2_CHANNEL *channel;
	ra_mono_ms since;
};

/* The configuration of the operator's own ssh: asked for once in the life of the link. */
struct ra_ssh_settle {
	bool wanted, done;
	bool user_said, port_said, identities_said, known_said, host_key_said, agent_wanted, timeouts_said;
	struct ra_child child;
	int out_fd, err_fd; /* -1: closed */
	struct ra_buf out, err;
	char off[400];  /* why it could not be read; "" */
	char used[500]; /* what of it counts for this host; "" */
	char notes[400]; /* what of it is not followed; "" */
};

/* The child that is the way to the host. */
struct ra_ssh_proxy {
	enum { RA_PROXY_NONE, RA_PROXY_JUMP, RA_PROXY_COMMAND } kind;
	char *spec; /* ProxyJump or ProxyCommand, as configured */
	bool pass_fd, may_ask;
	struct ra_child child;
	int err_fd; /* -1: closed */
	struct ra_askpass *askpass; /* NULL: it can ask nobody */
	bool asking;                /* its question is the open need */
	bool asked;                 /* of this child a question came */
	int tries;                  /* children a crowded jump host turned away */
	ra_mono_ms ended_at;        /* it closed its end; 0 */
	char said[RA_SSH_SAID_LEN + 1];
	size_t said_len;
};

struct ra_ssh {
	struct ra_link head; /* first: the caller's pointer */
	struct ra_queue queue;
	struct ra_job *jobs;

	char *host, *user, *agent_path; /* host: as the operator named it */
	char *at;                       /* where it is: another name, an address */
	char *known_as;                 /* under which name its key is known; NULL: as at, with its port */
	int port;
	char *identities[RA_SSH_IDENTITIES + 1];
	bool identities_only; /* of the agent's keys only those of the identities */
	char *known_files[RA_SSH_KNOWN_FILES + 1];
	bool known_kept; /* a key is written down in the first one */
	bool known_hashed;
	struct ra_ssh_settle settle;
	struct ra_ssh_proxy proxy;
	struct ra_child leaving; /* told to end */
	int host_key;
	bool may_ask;
	int connect_ms, handshake_ms, auth_ms, beside_ms;

	enum ra_ssh_phase phase;
	ra_mono_ms now, deadline;
	bool again; /* more can be done at once */
	struct ra_ssh_dial dial;
	struct ra_ssh_wire wire;
	int fd;
	LIBSSH2_SESSION *session;
	const void *pin; /* who must call libssh2 next */
	ra_mono_ms heard_at;
	ra_mono_ms keepalive_at;
	int unread;   /* bytes that lay in the socket at the last look in idle time */
	bool probing; /* a channel is opened only to hear the host */

	bool need_open;
	bool revive; /* the operator answered: look whether the connection still lives */
	enum ra_need_kind need_kind;
	struct ra_secret *phrases[RA_SSH_IDENTITIES]; /* passphrases of identities, kept for a second connection */
	struct ra_secret *password;                   /* typed by the operator, accepted or not yet tried */
	struct {
		char text[1024];
		struct ra_secret *answer;
	} prompts[RA_SSH_PROMPTS_MAX];
	int prompt_count;

	char fingerprint[RA_FINGERPRINT_LEN];
	char accepted[RA_FINGERPRINT_LEN]; /* the operator said yes to this one */
	bool key_trusted;                  /* known before, or accepted by the operator: a password may be sent */
	bool key_to_add;                   /* accept-new: written once the login by key succeeded */
	char unkept[400];                  /* why it could not be written down; "" */
	struct ra_ssh_auth auth;

	ra_mono_ms opening_at; /* since when a channel is being opened, by whomever */
	struct ra_exec *execs;   /* what runs, ssh_exec.h */
	struct ra_exec *opening; /* libssh2 opens one channel at a time */
	int channel_max;
	int open_tries;       /* refused, since one opened */
	ra_mono_ms open_at;   /* when the next may be tried */
	ra_mono_ms open_until; /* RA_DEADLINE_NONE: none was refused while nothing ran */
	bool single;          /* a joined exec came to nothing here: one request in each */
	struct ra_ssh_closing closing[RA_SSH_CLOSING_MAX];
	int closing_count;
	int reconnects; /* since a request last succeeded */
	bool final;     /* login or host key refused: never tried again by this link */
	char final_say[RA_LINK_SAY_MAX];
};

/* Our own socket calls and allocator, as libssh2 wants them (ssh_wire.c). */
void *ra_ssh_alloc(size_t len, void **abstract);
void *ra_ssh_realloc(void *mem, size_t len, void **abstract);
void ra_ssh_mem_free(void *mem, void **abstract);
ssize_t ra_ssh_send(libssh2_socket_t fd, const void *bytes, size_t len, int flags, void **abstract);
ssize_t ra_ssh_recv(libssh2_socket_t fd, void *bytes, size_t len, int flags, void **abstract);
LIBSSH2_DISCONNECT_FUNC(ra_ssh_parted);

/* Ask ssh for its configuration of the host, and go by it (ssh_settle.c). DONE: go on, read or not. */
enum ra_progress ra_ssh_settle_start(struct ra_ssh *ssh);
enum ra_progress ra_ssh_settle(struct ra_ssh *ssh);
void ra_ssh_settle_stop(struct ra_ssh *ssh);
/* Descriptors. Out: count. */
int ra_ssh_settle_poll(const struct ra_ssh *ssh, struct pollfd *fds, ra_mono_ms *deadline);
/* What stands for tokens of the configuration. Shape: room keeps what is looked up. */
struct ra_ssh_names_room {
	char home[512], user[64], uid[16], host[256];
};
void ra_ssh_names(const struct ra_ssh *ssh, struct ra_ssh_names_room *room, struct ra_ssh_names *out);
/* What the configuration did, for the record. Out: out[cap], "" when it did nothing. */
void ra_ssh_settle_say(const struct ra_ssh *ssh, char *out, size_t cap);

/* What the way is called: "jump host bastion.example". Out: out[cap]; returns out. */
const char *ra_ssh_way_name(const struct ra_ssh *ssh, char *out, size_t cap);
/* Start the child that is the way to the host; its socket stands in ssh->fd and the handshake begins (ssh_proxy.c). */
enum ra_progress ra_ssh_proxy_start(struct ra_ssh *ssh);
/* Hear what it says and asks. FAILED: the link is down. */
enum ra_progress ra_ssh_proxy_step(struct ra_ssh *ssh);
/* Nothing came through it. WAIT until it has ended and said why. */
enum ra_progress ra_ssh_proxy_failed(struct ra_ssh *ssh, bool timed_out);
/* The operator's answer to its question. */
void ra_ssh_proxy_answer(struct ra_ssh *ssh, const struct ra_secret *secret);
void ra_ssh_proxy_stop(struct ra_ssh *ssh);
int ra_ssh_proxy_poll(const struct ra_ssh *ssh, struct pollfd *fds, ra_mono_ms *deadline);

/* Tell a child to end; it is waited for in later steps. */
void ra_ssh_let_go(struct ra_ssh *ssh, struct ra_child *child);
/* Read what a pipe holds. Shape: room takes it, NULL: it is thrown away when over its cap. Out: *fd -1 when it ended. */
void ra_ssh_drain(int *fd, struct ra_buf *out);

/* Start to look the host up; then step until a connected socket stands in ssh->fd (ssh_dial.c). */
enum ra_progress ra_ssh_dial_start(struct ra_ssh *ssh);
enum ra_progress ra_ssh_dial_resolve(struct ra_ssh *ssh);
enum ra_progress ra_ssh_dial_connect(struct ra_ssh *ssh);
void ra_ssh_dial_stop(struct ra_ssh *ssh);
/* Descriptors of the running tries. Out: count. */
int ra_ssh_dial_poll(const struct ra_ssh *ssh, struct pollfd *fds, ra_mono_ms *deadline);

/* What may be agreed on, by method; names in order of preference (ssh_trust.c). */
struct ra_ssh_offer {
	int method;
	const char *names; /* separated by commas */
};
/* Out: *out; false past the last one. */
bool ra_ssh_offer(size_t index, struct ra_ssh_offer *out);
/* What may be agreed on (ssh_kex.c). Host key types that are known come first. Out: libssh2's code. */
int ra_ssh_kex_prefer(struct ra_ssh *ssh, unsigned types);
/* What the host's list of algorithms lacks, in words; "" when nothing, or when it never came. libssh2 has one code for all of it. */
void ra_ssh_kex_gap(struct ra_ssh *ssh, char *out, size_t cap);

/* Make the session and shake hands (ssh_trust.c). */
enum ra_progress ra_ssh_shake_start(struct ra_ssh *ssh);
enum ra_progress ra_ssh_shake(struct ra_ssh *ssh);
/* Say why a handshake came to nothing. */
void ra_ssh_shake_failed(struct ra_ssh *ssh, bool timed_out);
/* Judge the host's key by the known hosts and the policy. WAIT: the operator is asked. */
enum ra_progress ra_ssh_trust(struct ra_ssh *ssh);
/* The operator's answer. */
void ra_ssh_trust_answer(struct ra_ssh *ssh, bool yes);
/* Write a key accepted by accept-new, after the login. */
void ra_ssh_trust_keep(struct ra_ssh *ssh);
/* Shape: cap is RA_LINK_SAY_MAX. Out: the sentence of a link that is up, with what of its key the operator must know behind it. */
void ra_ssh_trust_say(const struct ra_ssh *ssh, char *say, size_t cap);

/* Log in (ssh_auth.c). */
void ra_ssh_auth_start(struct ra_ssh *ssh);
enum ra_progress ra_ssh_auth(struct ra_ssh *ssh);
void ra_ssh_auth_answer(struct ra_ssh *ssh, const struct ra_secret *secret);
/* The host closed the connection during the login. */
enum ra_progress ra_ssh_auth_hung_up(struct ra_ssh *ssh);
/* The time for the login is over. */
enum ra_progress ra_ssh_auth_late(struct ra_ssh *ssh);
void ra_ssh_auth_stop(struct ra_ssh *ssh);

/* Is the host still there? (ssh_idle.c) */
/* The other end closed the connection, or it is lost. Looks into the socket without taking anything. */
bool ra_ssh_peer_is_gone(const struct ra_ssh *ssh);
/* Send what makes the host say something, when it is time. */
void ra_ssh_keep_alive(struct ra_ssh *ssh);
/* While nothing is asked. Out: FAILED when the host is gone; DONE when a probe is begun. */
enum ra_progress ra_ssh_idle(struct ra_ssh *ssh);
/* Go on with a probe, if one runs: a channel is opened and closed again. libssh2 reads only for somebody who waits, and a host that
 * answers no keepalive may itself wait for us to agree on new keys. Out: FAILED when the session is lost. */
enum ra_progress ra_ssh_probe(struct ra_ssh *ssh);

/* Requests (ssh_exec.c, ssh_join.c). Give a job what it needs to be sent. Errors: RA_E_INVALID (no request for SSH), RA_E_NOMEM. */
ra_err ra_ssh_exec_new(struct ra_ssh *ssh, struct ra_job *job, struct ra_errs *errs);
void ra_ssh_exec_free(struct ra_ssh *ssh, struct ra_job *job);
/* Run all jobs as far as they go. Out: FAILED when the session is lost. */
enum ra_progress ra_ssh_exec(struct ra_ssh *ssh);
/* Give a job's ticket its reply; the job goes with the next sweep. */
void ra_ssh_exec_reply(struct ra_ssh *ssh, struct ra_job *job, enum ra_link_why why, const char *say);
/* Is it on its way, or was it lost there? */
bool ra_ssh_exec_is_sent(const struct ra_job *job);
void ra_ssh_exec_cancel(struct ra_ssh *ssh, struct ra_job *job);
/* Forget the jobs and channels that are over. */
void ra_ssh_exec_sweep(struct ra_ssh *ssh);
/* Forget the channels a lost session had. What ran stays sent; what only waited behind it in the same exec waits again. */
void ra_ssh_exec_forget(struct ra_ssh *ssh);
/* A channel was asked for, and the host says neither yes nor no. */
bool ra_ssh_opens_late(const struct ra_ssh *ssh);
ra_mono_ms ra_ssh_exec_deadline(const struct ra_ssh *ssh);

/* The life of the link (ssh.c). */
/* Note what libssh2 said: true for "would block"; pins who when half a packet is unsent. */
bool ra_ssh_blocked(struct ra_ssh *ssh, const void *who, int rc);
/* Tell a state of the link. */
void ra_ssh_state(struct ra_ssh *ssh, enum ra_link_state state, enum ra_link_why why, const char *say);
/* Close the connection; every job gets its reply, the link is DOWN. final: never try again. Shape: why and say go to
 * all. */
enum ra_progress ra_ssh_down(struct ra_ssh *ssh, enum ra_link_why why, const char *fmt, ...) RA_PRINTF(3, 4);
enum ra_progress ra_ssh_refuse(struct ra_ssh *ssh, const char *fmt, ...) RA_PRINTF(2, 3);
/* Ask the operator. Out: FAILED (link DOWN with deny) when nobody may be asked. */
enum ra_progress ra_ssh_ask(struct ra_ssh *ssh, const struct ra_need *need, const char *deny);
/* Hang up, and connect anew after so long; what waits goes over that. Out: FAILED. */
enum ra_progress ra_ssh_pause(struct ra_ssh *ssh, int64_t wait_ms);
/* The words libssh2 has for its last error. Borrowed. */
const char *ra_ssh_words(struct ra_ssh *ssh);

#endif
