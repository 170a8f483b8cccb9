#include "config.h"

#include "link/ssh.h"

#include <stdio.h>
#include <string.h>

/* As whom the host is known: an alias has no port. Source: OpenSSH, sshconnect.c, get_hostfile_hostname_ipaddr. */
static struct ra_known_query known_as(const struct ra_ssh *ssh, const void *key, size_t key_len)
{
	return (struct ra_known_query){.host = ssh->known_as ? ssh->known_as : ssh->at,
				       .port = ssh->known_as ? 22 : ssh->port,
				       .key = key,
				       .key_len = key_len,
				       .hashed = ssh->known_hashed};
}

static ra_err known(const struct ra_ssh *ssh, const void *key, size_t key_len, struct ra_known_found *found,
		    struct ra_errs *errs)
{
	const struct ra_known_query query = known_as(ssh, key, key_len);
	return ra_known_check((const char *const *)ssh->known_files, &query, found, errs);
}

enum ra_progress ra_ssh_shake_start(struct ra_ssh *ssh)
{
	struct ra_errs errs;
	struct ra_known_found found;
	ra_errs_clear(&errs);
	memset(&ssh->wire, 0, sizeof(ssh->wire));
	ssh->phase = RA_SSH_HANDSHAKE;
	ssh->deadline = ssh->now + ssh->handshake_ms;
	ssh->heard_at = ssh->now;
	ssh->pin = NULL;
	ssh->session = libssh2_session_init_ex(ra_ssh_alloc, ra_ssh_mem_free, ra_ssh_realloc, ssh);
	if (!ssh->session)
		return ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "no memory for an SSH session");
	libssh2_session_set_blocking(ssh->session, 0);
	/* The cast is libssh2's own interface: callbacks of all shapes go through void *. */
	libssh2_session_callback_set(ssh->session, LIBSSH2_CALLBACK_SEND, (void *)ra_ssh_send);
	libssh2_session_callback_set(ssh->session, LIBSSH2_CALLBACK_RECV, (void *)ra_ssh_recv);
	libssh2_session_callback_set(ssh->session, LIBSSH2_CALLBACK_DISCONNECT, (void *)ra_ssh_parted);
	if (known(ssh, NULL, 0, &found, &errs) != RA_OK)
		return ra_ssh_refuse(ssh, "%s. Nothing is trusted that cannot be checked.", errs.text[0]);
	if (ra_ssh_kex_prefer(ssh, found.types) != 0)
		return ra_ssh_down(ssh, RA_LINK_UNREACHABLE,
				   "this libssh2 has none of the algorithms reattest allows: %s", ra_ssh_words(ssh));
	return RA_PROGRESS_DONE;
}

enum ra_progress ra_ssh_shake(struct ra_ssh *ssh)
{
	int rc = libssh2_session_handshake(ssh->session, ssh->fd);
	if (ra_ssh_blocked(ssh, ssh, rc))
		return RA_PROGRESS_WAIT;
	if (rc && ssh->proxy.kind != RA_PROXY_NONE && !ssh->wire.bytes_in) {
		ssh->wire.closed = true; /* what we send finds nobody: how the child ended says why */
		return RA_PROGRESS_WAIT;
	}
	if (rc) {
		ra_ssh_shake_failed(ssh, false);
		return RA_PROGRESS_FAILED;
	}
	ssh->phase = RA_SSH_TRUST;
	return RA_PROGRESS_DONE;
}

void ra_ssh_shake_failed(struct ra_ssh *ssh, bool timed_out)
{
	struct ra_ssh_wire *wire = &ssh->wire;
	const char *first = wire->first;
	char gap[640];
	ra_ssh_kex_gap(ssh, gap, sizeof(gap));
	wire->first[strcspn(first, "\r\n")] = '\0';
	bool is_ssh = strncmp(first, "SSH-", 4) == 0;
	if (timed_out && !wire->bytes_in)
		ra_ssh_down(
		    ssh, RA_LINK_TIMEOUT,
		    "%s port %d accepts the connection but says nothing. It is no SSH server, or it is overloaded.",
		    ssh->host, ssh->port);
	else if (timed_out && is_ssh)
		ra_ssh_down(ssh, RA_LINK_TIMEOUT, "%s port %d stopped answering during the SSH handshake.", ssh->host,
			    ssh->port);
	else if (wire->flood && is_ssh)
		ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "%s port %d sends without end and comes to no SSH handshake.",
			    ssh->host, ssh->port);
	else if (!wire->bytes_in)
		ra_ssh_down(ssh, RA_LINK_UNREACHABLE,
			    "%s port %d closes the connection without a word. It may allow only some addresses.",
			    ssh->host, ssh->port);
	else if (strstr(first, "MaxStartups"))
		ra_ssh_down(ssh, RA_LINK_UNREACHABLE,
			    "%s has too many SSH logins under way (\"%.80s\"). Try again in a minute.", ssh->host,
			    first);
	else if (!is_ssh)
		ra_ssh_down(ssh, RA_LINK_UNREACHABLE,
			    "%s port %d answers, but not as an SSH server: \"%.80s\". Check the port.", ssh->host,
			    ssh->port, first);
	else if (gap[0])
		ra_ssh_down(
		    ssh, RA_LINK_UNREACHABLE,
		    "%s (%.60s): no SSH handshake, %s.",
		    ssh->host, first, gap);
	else
		ra_ssh_down(ssh, RA_LINK_UNREACHABLE,
			    "%s (%.60s): no SSH handshake: %s. The host may allow only algorithms that libssh2 %s does "
			    "not have.",
			    ssh->host, first, ra_ssh_words(ssh), libssh2_version(0));
}

/* The question on first sight. */
static enum ra_progress ask(struct ra_ssh *ssh, const struct ra_known_found *found, const char *type)
{
	struct ra_need need = {.kind = RA_NEED_HOST_KEY, .echo = true};
	char deny[RA_LINK_SAY_MAX], other[512] = "";
	snprintf(need.subject, sizeof(need.subject), "%s", ssh->host);
	if (found->verdict == RA_HOST_OTHER_TYPE)
		snprintf(other, sizeof(other),
			 " Only another key of it is known (%s %s, %s line %d), which it did not show now: be twice as "
			 "careful.",
			 found->type, found->fingerprint, found->file, found->line);
	if (found->verdict == RA_HOST_CA)
		snprintf(other, sizeof(other),
			 " A certificate authority is named for it (%s line %d), which reattest cannot check.",
			 found->file, found->line);
	snprintf(need.text, sizeof(need.text),
		 "The SSH key of %s port %d is not known here. Its %s key is %s.%s Compare it with the host's own "
		 "screen: DCUI > View "
		 "Support Information, or there: ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub. Is it the same?",
		 ssh->host, ssh->port, type, ssh->fingerprint, other);
	snprintf(deny, sizeof(deny),
		 "%s: the host's SSH key is not known here (%s %s).%s Connect once with ssh and compare it, "
		 "or start the walk once: reattest %s",
		 ssh->host, type, ssh->fingerprint, other, ssh->host);
	return ra_ssh_ask(ssh, &need, deny);
}

/* Refusals that no answer can lift. */
static enum ra_progress refuse(struct ra_ssh *ssh, const struct ra_known_found *found, const char *type)
{
	char name[300];
	const struct ra_known_query query = known_as(ssh, NULL, 0);
	ra_known_name(query.host, query.port, name, sizeof(name));
	if (found->verdict == RA_HOST_REVOKED)
		return ra_ssh_refuse(ssh,
				     "%s shows a key that is marked as revoked (%s line %d, %s). Somebody may be in "
				     "between: not connected.",
				     ssh->host, found->file, found->line, ssh->fingerprint);
	return ra_ssh_refuse(
	    ssh,
	    "THE SSH KEY OF %s HAS CHANGED. Known: %s %s (%s line %d). Shown now: %s %s. Reinstalling ESXi makes a new "
	    "key - but so "
	    "does somebody in between. Nothing was sent. Only when you know why it changed: ssh-keygen -f '%s' -R '%s'",
	    ssh->host, found->type, found->fingerprint, found->file, found->line, type, ssh->fingerprint, found->file,
	    name);
}

enum ra_progress ra_ssh_trust(struct ra_ssh *ssh)
{
	size_t len = 0;
	int kind;
	char type[32];
	struct ra_errs errs;
	struct ra_known_found found;
	ra_errs_clear(&errs);
	const char *key = libssh2_session_hostkey(ssh->session, &len, &kind);
	if (!key || ra_key_fingerprint(key, len, ssh->fingerprint) != RA_OK)
		return ra_ssh_refuse(ssh, "%s showed no key of its own", ssh->host);
	ra_key_type_name(key, len, type, sizeof(type));
	if (known(ssh, key, len, &found, &errs) != RA_OK)
		return ra_ssh_refuse(ssh, "%s. Nothing is trusted that cannot be checked.", errs.text[0]);
	ssh->key_to_add = false;
	ssh->key_trusted = found.verdict == RA_HOST_MATCH || strcmp(ssh->accepted, ssh->fingerprint) == 0;
	if (found.verdict == RA_HOST_CHANGED || found.verdict == RA_HOST_REVOKED)
		return refuse(ssh, &found, type);
	if (ssh->key_trusted) {
		ra_ssh_auth_start(ssh);
		return RA_PROGRESS_DONE;
	}
	if (ssh->host_key == RA_HOSTKEY_ACCEPT_NEW && found.verdict == RA_HOST_NEW) {
		ssh->key_to_add = true;
		ra_ssh_auth_start(ssh);
		return RA_PROGRESS_DONE;
	}
	if (ssh->host_key == RA_HOSTKEY_ASK)
		return ask(ssh, &found, type);
	return ra_ssh_refuse(ssh,
			     "%s: the host's SSH key is not known here (%s %s), and the policy is to connect to known "
			     "hosts only. Connect once with "
			     "ssh and compare it.",
			     ssh->host, type, ssh->fingerprint);
}

/* Not being able to write it down costs the operator the same question next time, nothing else: it is told when the link is up, for
 * whatever is told before is replaced by that. */
static void keep(struct ra_ssh *ssh)
{
	size_t len = 0;
	int kind;
	struct ra_errs errs;
	ra_errs_clear(&errs);
	const char *key = libssh2_session_hostkey(ssh->session, &len, &kind);
	const struct ra_known_query query = known_as(ssh, key, len);
	const char *file = ssh->known_files[0], *anew = ssh->key_to_add ? "taken" : "asked";
	ssh->unkept[0] = '\0';
	if (!ssh->known_kept || !file) {
		snprintf(ssh->unkept, sizeof(ssh->unkept),
			 "its key could not be kept: the ssh configuration names no file for it, so it is %s anew each time", anew);
		return;
	}
	if (key && ra_known_add(file, &query, &errs) == RA_OK)
		return;
	const char *why = errs.count ? errs.text[0] : "no memory";
	size_t named = strncmp(why, file, strlen(file)) ? 0 : strlen(file);
	why += named && why[named] == ' ' ? named + 1 : 0; /* the file is named once */
	snprintf(ssh->unkept, sizeof(ssh->unkept), "its key could not be kept in %.160s: %.160s, so it is %s anew each time", file, why,
		 anew);
}

void ra_ssh_trust_say(const struct ra_ssh *ssh, char *say, size_t cap)
{
	size_t len = strlen(say), room = cap - sizeof(ssh->unkept);
	if (!*ssh->unkept)
		return;
	len = len < room ? len : room; /* a long configuration does not push it out */
	snprintf(say + len, cap - len, "%s%s", len ? "; " : "", ssh->unkept);
}

void ra_ssh_trust_answer(struct ra_ssh *ssh, bool yes)
{
	if (!yes) {
		ra_ssh_refuse(ssh, "%s: the host's key was not accepted", ssh->host);
		return;
	}
	snprintf(ssh->accepted, sizeof(ssh->accepted), "%s", ssh->fingerprint);
	keep(ssh);
}

void ra_ssh_trust_keep(struct ra_ssh *ssh)
{
	if (ssh->key_to_add)
		keep(ssh);
	ssh->key_to_add = false;
}
