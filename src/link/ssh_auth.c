#include "config.h"

#include "link/ssh.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTEMPTS_MAX 5 /* OpenSSH hangs up after six, and every key offered counts */
#define AGENT_KEYS_MAX 4
#define PASSPHRASE_TRIES 3

/* Does this libssh2 choose the signature of an RSA key by what the host takes (1.11), or take it from the key's name? */
static bool chooses_rsa(void)
{
	return libssh2_version(0x010b00) != NULL;
}

/* Remember what was tried, for the sentence at the end. */
static void note(struct ra_ssh *ssh, const char *fmt, ...) RA_PRINTF(2, 3);
static void note(struct ra_ssh *ssh, const char *fmt, ...)
{
	char *tried = ssh->auth.tried;
	size_t len = strlen(tried), cap = sizeof(ssh->auth.tried);
	va_list args;
	if (len)
		len += (size_t)snprintf(tried + len, cap - len, "; ");
	if (len >= cap)
		return;
	va_start(args, fmt);
	vsnprintf(tried + len, cap - len, fmt, args);
	va_end(args);
}

static bool list_has(const char *list, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = list; (at = strstr(at, name)); at += len)
		if ((at == list || at[-1] == ',') && (at[len] == ',' || !at[len]))
			return true;
	return false;
}

static enum ra_progress go(struct ra_ssh *ssh, enum ra_auth_step step)
{
	ssh->auth.step = step;
	ssh->deadline = ssh->now + ssh->auth_ms;
	return RA_PROGRESS_DONE;
}

static enum ra_progress next_identity(struct ra_ssh *ssh)
{
	ssh->auth.key = ra_identity_free(ssh->auth.key);
	ssh->auth.passphrase_tries = 0;
	ssh->auth.identity++;
	return go(ssh, RA_AUTH_FILE_LOAD);
}

void ra_ssh_auth_start(struct ra_ssh *ssh)
{
	ra_ssh_auth_stop(ssh);
	ssh->phase = RA_SSH_AUTH;
	(void)go(ssh, RA_AUTH_METHODS);
}

void ra_ssh_auth_stop(struct ra_ssh *ssh)
{
	struct ra_ssh_auth *auth = &ssh->auth;
	ra_agent_free(auth->agent);
	ra_identity_free(auth->key);
	ra_buf_free(&auth->blob);
	memset(auth, 0, sizeof(*auth));
}

enum ra_progress ra_ssh_auth_hung_up(struct ra_ssh *ssh)
{
	bool offered = ssh->auth.step == RA_AUTH_SECRET && ssh->password;
	if (offered)
		return ra_ssh_refuse(
		    ssh, "%s ended the connection when the password of %s was offered. It was not tried again.",
		    ssh->host, ssh->user);
	const char *tried = ssh->auth.tried[0] ? ssh->auth.tried : "the first key";
	if (strcasestr(ssh->wire.farewell, "authentication failures"))
		return ra_ssh_refuse(ssh,
				     "%s does not let %s in and ended the connection after %d tries (\"%.60s\"). Name the key it "
				     "knows, with --identity. Tried: %s.",
				     ssh->host, ssh->user, ssh->auth.attempts + 1, ssh->wire.farewell, tried);
	return ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "%s ended the connection during the login%s%s%s%s%s.", ssh->host,
			   ssh->wire.parted ? " (\"" : "", ssh->wire.farewell, ssh->wire.parted ? "\")" : "",
			   ssh->auth.tried[0] ? "; tried: " : "", ssh->auth.tried);
}

/* A password that brought no answer may have been counted as a wrong one: whoever waits for the host would offer it again and again. */
enum ra_progress ra_ssh_auth_late(struct ra_ssh *ssh)
{
	if (ssh->auth.step == RA_AUTH_SECRET && ssh->password)
		return ra_ssh_refuse(ssh, "%s does not finish the login: the password of %s was offered and not answered. It is not tried again by itself.",
				     ssh->host, ssh->user);
	return ra_ssh_down(ssh, RA_LINK_TIMEOUT, "%s does not finish the login. It may be overloaded, or its directory service is not reachable.",
			   ssh->host);
}

/* What libssh2 says after an offer means the connection is gone, not that the key would not do. */
static bool is_gone(const struct ra_ssh *ssh, int rc)
{
	return ssh->wire.parted || ssh->wire.closed || rc == LIBSSH2_ERROR_SOCKET_SEND || rc == LIBSSH2_ERROR_SOCKET_RECV ||
	       rc == LIBSSH2_ERROR_SOCKET_DISCONNECT;
}

/* Why a key of this type may not be taken. Source: the configuration of an 8.0.2 host (FIPS mode), and what it did. */
static const char *not_accepted(const char *type)
{
	return strcmp(type, "ssh-ed25519") == 0 ? "not accepted (ESXi 8.0.2 was seen to turn Ed25519 keys away)" : "not accepted";
}

/* Nothing is left to try. */
static enum ra_progress refused(struct ra_ssh *ssh)
{
	const char *tried = ssh->auth.tried[0] ? ssh->auth.tried : "no key was there to offer";
	if ((ssh->auth.by_prompts || ssh->auth.by_password) && !ssh->key_trusted)
		return ra_ssh_refuse(ssh,
				     "%s: no key let %s in (%s), and a password is not sent to a host whose key was "
				     "not known. Connect once "
				     "with --host-key ask.",
				     ssh->host, ssh->user, tried);
	return ra_ssh_refuse(ssh, "%s does not let %s in. It offers: %s. Tried: %s.", ssh->host, ssh->user,
			     ssh->auth.methods, tried);
}

static enum ra_progress methods(struct ra_ssh *ssh)
{
	struct ra_ssh_auth *auth = &ssh->auth;
	const char *list = libssh2_userauth_list(ssh->session, ssh->user, (unsigned)strlen(ssh->user));
	int rc = list ? 0 : libssh2_session_last_errno(ssh->session);
	if (!list && libssh2_userauth_authenticated(ssh->session))
		return go(ssh, RA_AUTH_DONE);
	if (ra_ssh_blocked(ssh, ssh, rc))
		return RA_PROGRESS_WAIT;
	if (!list)
		return ra_ssh_down(ssh, RA_LINK_UNREACHABLE, "%s does not say how to log in: %s", ssh->host,
				   ra_ssh_words(ssh));
	snprintf(auth->methods, sizeof(auth->methods), "%s", list);
	auth->by_key = list_has(list, "publickey");
	auth->by_prompts = list_has(list, "keyboard-interactive");
	auth->by_password = list_has(list, "password");
	if (!auth->by_key)
		return go(ssh, RA_AUTH_SECRET);
	if (!ssh->agent_path || ra_agent_open(ssh->agent_path, &auth->agent) != RA_OK ||
	    ra_agent_list(auth->agent) != RA_OK) {
		if (ssh->agent_path)
			note(ssh, "the ssh agent does not answer");
		auth->agent = ra_agent_free(auth->agent);
		return go(ssh, RA_AUTH_FILE_LOAD);
	}
	return go(ssh, RA_AUTH_AGENT_LIST);
}

static enum ra_progress agent_list(struct ra_ssh *ssh)
{
	ra_err err = ra_agent_step(ssh->auth.agent);
	if (err == RA_E_BUSY)
		return RA_PROGRESS_WAIT;
	if (!err)
		return go(ssh, RA_AUTH_AGENT_KEY);
	note(ssh, "the ssh agent does not answer");
	ssh->auth.agent = ra_agent_free(ssh->auth.agent);
	return go(ssh, RA_AUTH_FILE_LOAD);
}

/* libssh2 asks for a signature; the agent gives it when it likes (it may ask its owner). */
static int sign_by_agent(LIBSSH2_SESSION *session RA_UNUSED, unsigned char **sig, size_t *sig_len,
			 const unsigned char *data, size_t data_len, void **abstract)
{
	struct ra_ssh *ssh = *abstract;
	struct ra_ssh_auth *auth = &ssh->auth;
	int count;
	const struct ra_agent_key *key = &ra_agent_keys(auth->agent, &count)[auth->agent_key];
	const struct ra_agent_work work = {.key = key->blob,
					   .key_len = key->blob_len,
					   .data = data,
					   .data_len = data_len,
					   .flags = ra_identity_rsa_bits(data, data_len) == 512 ? RA_AGENT_RSA_SHA2_512
												: RA_AGENT_RSA_SHA2_256};
	char type[32];
	ra_key_type_name(key->blob, key->blob_len, type, sizeof(type));
	if (strcmp(type, "ssh-rsa") == 0 && !ra_identity_rsa_bits(data, data_len))
		return -1; /* with SHA-1 nothing is signed */
	if (!auth->signing && ra_agent_sign(auth->agent, &work) != RA_OK)
		return -1;
	auth->signing = true;
	ra_err err = ra_agent_step(auth->agent);
	if (err == RA_E_BUSY)
		return LIBSSH2_ERROR_EAGAIN;
	auth->signing = false;
	if (err)
		return -1;
	const unsigned char *bytes = ra_agent_signature(auth->agent, sig_len);
	*sig = ra_ssh_alloc(*sig_len, NULL);
	if (!*sig)
		return -1;
	memcpy(*sig, bytes, *sig_len);
	return 0;
}

/* Is a key of the agent one that may be offered? With IdentitiesOnly those of the identities alone may. */
static bool may_offer(const struct ra_ssh *ssh, const struct ra_agent_key *key)
{
	bool named = !ssh->identities_only;
	for (char *const *path = ssh->identities; *path && !named; path++) {
		RA_AUTO(ra_buf_free) struct ra_buf blob = {0};
		named = ra_identity_public(*path, &blob) == RA_OK && blob.len == key->blob_len &&
			memcmp(ra_buf_str(&blob), key->blob, blob.len) == 0;
	}
	return named;
}

static enum ra_progress agent_key(struct ra_ssh *ssh)
{
	struct ra_ssh_auth *auth = &ssh->auth;
	int count;
	char type[32];
	void *self = ssh;
	const struct ra_agent_key *keys = ra_agent_keys(auth->agent, &count);
	/* A key under way stays: libssh2 is called again with the same one. */
	while (!auth->blob.len && auth->agent_key < count && !may_offer(ssh, &keys[auth->agent_key]))
		auth->agent_key++;
	if (auth->agent_key >= count || auth->agent_offered >= AGENT_KEYS_MAX || auth->attempts >= ATTEMPTS_MAX) {
		if (!count || (ssh->identities_only && !auth->agent_offered))
			note(ssh, count ? "the ssh agent holds none of the keys that may be used (IdentitiesOnly)"
					: "the ssh agent holds no key");
		auth->agent = ra_agent_free(auth->agent);
		return go(ssh, RA_AUTH_FILE_LOAD);
	}
	const struct ra_agent_key *key = &keys[auth->agent_key];
	if (!auth->blob.len && ra_identity_offer(key->blob, key->blob_len, chooses_rsa(), &auth->blob) != RA_OK) {
		auth->agent_key++;
		return RA_PROGRESS_DONE;
	}
	int rc = libssh2_userauth_publickey(ssh->session, ssh->user, (unsigned char *)auth->blob.data, auth->blob.len,
					    sign_by_agent, &self);
	if (ra_ssh_blocked(ssh, ssh, rc))
		return RA_PROGRESS_WAIT;
	if (rc == 0)
		return go(ssh, RA_AUTH_DONE);
	if (is_gone(ssh, rc))
		return ra_ssh_auth_hung_up(ssh);
	ra_key_type_name(key->blob, key->blob_len, type, sizeof(type));
	note(ssh, "agent key %s (%.40s): %s", type, key->comment,
	     rc == LIBSSH2_ERROR_AUTHENTICATION_FAILED ? not_accepted(type) : "the agent did not sign");
	ra_buf_reset(&auth->blob);
	auth->signing = false;
	auth->attempts++;
	auth->agent_offered++;
	auth->agent_key++;
	return go(ssh, RA_AUTH_AGENT_KEY);
}

static enum ra_progress ask_passphrase(struct ra_ssh *ssh)
{
	struct ra_need need = {.kind = RA_NEED_PASSPHRASE};
	const char *path = ssh->identities[ssh->auth.identity];
	if (!ssh->may_ask) {
		note(ssh, "%.60s: has a passphrase and nobody can be asked: load it with ssh-add", path);
		return next_identity(ssh);
	}
	snprintf(need.subject, sizeof(need.subject), "%s", path);
	snprintf(need.text, sizeof(need.text), "%sPassphrase of the key file %s",
		 ssh->auth.passphrase_tries ? "That was not it. " : "", path);
	ssh->auth.step = RA_AUTH_FILE_PASSPHRASE;
	return ra_ssh_ask(ssh, &need, "");
}

/* Key files by these ciphers came late to libssh2; a right passphrase would look wrong. Source: its release notes. */
static bool can_open(const struct ra_identity *key)
{
	static const struct {
		const char *cipher;
		int since;
	} late[] = {
	    {"aes128-gcm@openssh.com", 0x010b01},
	    {"aes256-gcm@openssh.com", 0x010b01},
	    {"chacha20-poly1305@openssh.com", 0x010b02},
	};
	for (size_t i = 0; i < RA_LEN(late); i++)
		if (strcmp(late[i].cipher, key->cipher) == 0)
			return libssh2_version(late[i].since) != NULL;
	return true;
}

static enum ra_progress file_load(struct ra_ssh *ssh)
{
	struct ra_ssh_auth *auth = &ssh->auth;
	const char *path = ssh->identities[auth->identity];
	struct ra_errs errs;
	ra_errs_clear(&errs);
	if (!path)
		return go(ssh, RA_AUTH_SECRET);
	if (auth->attempts >= ATTEMPTS_MAX) {
		note(ssh, "%.60s: not offered, the host allows few tries", path);
		return next_identity(ssh);
	}
	if (ra_identity_load(path, &auth->key, &errs) != RA_OK) {
		note(ssh, "%.60s: %.60s", path, errs.text[0]);
		return next_identity(ssh);
	}
	if (auth->key->openssh && auth->key->encrypted && strcmp(auth->key->type, "ssh-rsa") == 0 && !chooses_rsa()) {
		note(ssh,
		     "%.60s: an RSA key with a passphrase in this format needs the ssh agent, or a copy of it in another: "
		     "cp FILE COPY, ssh-keygen -p -m PEM -f COPY",
		     path);
		return next_identity(ssh);
	}
	if (!can_open(auth->key)) {
		note(ssh,
		     "%.60s: its passphrase is by %s, which libssh2 %s cannot open: add it to the ssh agent, or convert a copy: "
		     "ssh-keygen -p -Z aes256-ctr -f COPY",
		     path, auth->key->cipher, libssh2_version(0));
		return next_identity(ssh);
	}
	if (!auth->key->encrypted || ssh->phrases[auth->identity])
		return go(ssh, RA_AUTH_FILE_KEY);
	if (!auth->key->blob)
		return ask_passphrase(ssh);
	return go(ssh, RA_AUTH_FILE_PROBE);
}

static int sign_nothing(LIBSSH2_SESSION *session RA_UNUSED, unsigned char **sig RA_UNUSED, size_t *sig_len RA_UNUSED,
			const unsigned char *data RA_UNUSED, size_t data_len RA_UNUSED, void **abstract)
{
	bool *wanted = *abstract;
	*wanted = true;
	return -1;
}

/* Would the host take this key? Asked before the operator is asked for its passphrase. */
static enum ra_progress file_probe(struct ra_ssh *ssh)
{
	struct ra_ssh_auth *auth = &ssh->auth;
	bool wanted = false;
	void *at = &wanted;
	if (!auth->blob.len && ra_identity_offer(auth->key->blob, auth->key->blob_len, chooses_rsa(), &auth->blob) != RA_OK)
		return next_identity(ssh);
	int rc = libssh2_userauth_publickey(ssh->session, ssh->user, (unsigned char *)auth->blob.data, auth->blob.len,
					    sign_nothing, &at);
	if (ra_ssh_blocked(ssh, ssh, rc))
		return RA_PROGRESS_WAIT;
	ra_buf_reset(&auth->blob);
	if (wanted)
		return ask_passphrase(ssh);
	if (rc == 0)
		return go(ssh, RA_AUTH_DONE);
	if (is_gone(ssh, rc))
		return ra_ssh_auth_hung_up(ssh);
	auth->attempts++;
	note(ssh, "%.60s: %s", ssh->identities[auth->identity], not_accepted(auth->key->type));
	return next_identity(ssh);
}

static int sign_by_key(LIBSSH2_SESSION *session RA_UNUSED, unsigned char **sig, size_t *sig_len,
		       const unsigned char *data, size_t data_len, void **abstract)
{
	const struct ra_ssh *ssh = *abstract;
	RA_AUTO(ra_buf_free) struct ra_buf made = {0};
	if (ra_identity_sign(ssh->auth.key, data, data_len, &made) != RA_OK)
		return -1;
	*sig = ra_ssh_alloc(made.len, NULL);
	*sig_len = made.len;
	if (*sig)
		memcpy(*sig, made.data, made.len);
	return *sig ? 0 : -1;
}

/* Offer the key in hand. Out: libssh2's code; LIBSSH2_ERROR_FILE when it does not open. */
static int offer(struct ra_ssh *ssh)
{
	struct ra_ssh_auth *auth = &ssh->auth;
	const struct ra_secret *passphrase = ssh->phrases[auth->identity];
	void *self = ssh;
	size_t len;
	const char *bytes = ra_secret_bytes(auth->key->bytes, &len);
	if (auth->key->openssh && auth->key->encrypted)
		return libssh2_userauth_publickey_frommemory(ssh->session, ssh->user, strlen(ssh->user), NULL, 0, bytes,
							     len,
							     passphrase ? ra_secret_bytes(passphrase, NULL) : NULL);
	if (ra_identity_open(auth->key, passphrase) != RA_OK)
		return LIBSSH2_ERROR_FILE;
	if (!auth->blob.len && ra_identity_offer(auth->key->blob, auth->key->blob_len, chooses_rsa(), &auth->blob) != RA_OK)
		return LIBSSH2_ERROR_FILE;
	return libssh2_userauth_publickey(ssh->session, ssh->user, (unsigned char *)auth->blob.data, auth->blob.len,
					  sign_by_key, &self);
}

static enum ra_progress file_key(struct ra_ssh *ssh)
{
	struct ra_ssh_auth *auth = &ssh->auth;
	const char *path = ssh->identities[auth->identity];
	int rc = offer(ssh);
	if (ra_ssh_blocked(ssh, ssh, rc))
		return RA_PROGRESS_WAIT;
	ra_buf_reset(&auth->blob);
	if (rc == 0)
		return go(ssh, RA_AUTH_DONE);
	if (is_gone(ssh, rc))
		return ra_ssh_auth_hung_up(ssh);
	bool unreadable = rc != LIBSSH2_ERROR_AUTHENTICATION_FAILED;
	if (unreadable && auth->key->encrypted) {
		ssh->phrases[auth->identity] = ra_secret_free(ssh->phrases[auth->identity]);
		if (++auth->passphrase_tries < PASSPHRASE_TRIES)
			return ask_passphrase(ssh);
	}
	auth->attempts++;
	note(ssh, "%.60s: %s", path,
	     !unreadable            ? not_accepted(auth->key->type)
	     : auth->key->encrypted ? "the passphrase does not open it"
				    : "cannot be read");
	return next_identity(ssh);
}

static void put_answer(LIBSSH2_USERAUTH_KBDINT_RESPONSE *response, const struct ra_secret *secret)
{
	size_t len;
	const char *bytes = ra_secret_bytes(secret, &len);
	response->text = ra_ssh_alloc(len + 1, NULL);
	if (!response->text)
		return;
	memcpy(response->text, bytes, len);
	response->length = (unsigned)len;
}

static bool looks_like_password(const struct ra_need *prompt)
{
	return !prompt->echo && strcasestr(prompt->text, "assword");
}

/* The answer to one prompt of the host: the password once, what the operator said before, else none. */
static const struct ra_secret *answer_for(struct ra_ssh *ssh, const struct ra_need *prompt)
{
	for (int i = 0; i < ssh->prompt_count; i++)
		if (strcmp(ssh->prompts[i].text, prompt->text) == 0)
			return ssh->prompts[i].answer;
	if (!looks_like_password(prompt) || ssh->auth.password_given)
		return NULL;
	ssh->auth.password_given = true;
	return ssh->password;
}

/* libssh2 wants all answers now. One we have not got is fetched from the operator; until then not a byte leaves this
 * connection. */
static LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(answer_prompts)
{
	struct ra_ssh *ssh = *abstract;
	for (int i = 0; i < num_prompts; i++) {
		struct ra_need prompt = {.kind = RA_NEED_PROMPT, .echo = prompts[i].echo};
		snprintf(prompt.subject, sizeof(prompt.subject), "%s", ssh->host);
		snprintf(prompt.text, sizeof(prompt.text), "%.*s",
			 (int)(prompts[i].length > 250 ? 250 : prompts[i].length), (const char *)prompts[i].text);
		const struct ra_secret *answer = answer_for(ssh, &prompt);
		if (answer) {
			put_answer(&responses[i], answer);
			continue;
		}
		if (!ssh->auth.prompt_open)
			ssh->auth.prompt = prompt;
		ssh->auth.prompt_open = true;
		ssh->wire.mute = true;
	}
}

static enum ra_progress foreign_prompt(struct ra_ssh *ssh)
{
	char deny[512];
	const struct ra_need prompt = ssh->auth.prompt;
	if (looks_like_password(&prompt) && ssh->auth.password_given)
		return ra_ssh_refuse(ssh,
				     "%s refuses the password of %s (it asks again: \"%.100s\"). It was sent once and "
				     "is not sent again.",
				     ssh->host, ssh->user, prompt.text);
	snprintf(deny, sizeof(deny), "%s asks \"%.200s\", which only the operator can answer, and nobody can be asked.",
		 ssh->host, prompt.text);
	if (ssh->prompt_count == RA_SSH_PROMPTS_MAX)
		return ra_ssh_refuse(ssh, "%s asks more than %d questions", ssh->host, RA_SSH_PROMPTS_MAX);
	return ra_ssh_ask(ssh, &prompt, deny);
}

static enum ra_progress ask_password(struct ra_ssh *ssh)
{
	struct ra_need need = {.kind = RA_NEED_PASSWORD};
	char deny[512];
	snprintf(need.subject, sizeof(need.subject), "%s@%s", ssh->user, ssh->host);
	snprintf(need.text, sizeof(need.text),
		 "Password of %s on %s. It is sent once: ESXi locks the account after five wrong ones.", ssh->user,
		 ssh->host);
	snprintf(deny, sizeof(deny), "%s wants a password for %s, and nobody can be asked. Tried: %s.", ssh->host,
		 ssh->user, ssh->auth.tried[0] ? ssh->auth.tried : "no key was there to offer");
	return ra_ssh_ask(ssh, &need, deny);
}

static enum ra_progress by_secret(struct ra_ssh *ssh)
{
	struct ra_ssh_auth *auth = &ssh->auth;
	unsigned user_len = (unsigned)strlen(ssh->user), password_len = 0;
	size_t len = 0;
	if (!ssh->key_trusted || (!auth->by_prompts && !auth->by_password))
		return refused(ssh);
	if (!ssh->password)
		return ask_password(ssh);
	const char *password = ra_secret_bytes(ssh->password, &len);
	password_len = (unsigned)len;
	int rc = auth->by_prompts
		     ? libssh2_userauth_keyboard_interactive_ex(ssh->session, ssh->user, user_len, answer_prompts)
		     : libssh2_userauth_password_ex(ssh->session, ssh->user, user_len, password, password_len, NULL);
	if (auth->prompt_open)
		return foreign_prompt(ssh);
	if (ra_ssh_blocked(ssh, ssh, rc))
		return RA_PROGRESS_WAIT;
	if (rc == 0)
		return go(ssh, RA_AUTH_DONE);
	/* What libssh2 cannot read it does not answer: then the password never left. */
	if (auth->by_prompts && !auth->password_given)
		return ra_ssh_refuse(ssh, "%s asks for the login of %s in a way that cannot be answered: %s", ssh->host,
				     ssh->user, ra_ssh_words(ssh));
	return ra_ssh_refuse(ssh,
			     "%s refuses the password of %s. It was sent once and is not sent again. A locked account "
			     "(five wrong passwords, "
			     "15 minutes) and lockdown mode look the same from here.",
			     ssh->host, ssh->user);
}

/* Keep an answer to a prompt for the next connection. */
static bool keep_prompt(struct ra_ssh *ssh, const struct ra_secret *secret)
{
	size_t len;
	const char *bytes = ra_secret_bytes(secret, &len);
	struct ra_secret *copy = ra_secret_new();
	if (!copy || ra_secret_set(copy, bytes, len) != RA_OK) {
		ra_secret_free(copy);
		return false;
	}
	snprintf(ssh->prompts[ssh->prompt_count].text, sizeof(ssh->prompts[0].text), "%s", ssh->auth.prompt.text);
	ssh->prompts[ssh->prompt_count++].answer = copy;
	return true;
}

static bool keep_secret(struct ra_secret **slot, const struct ra_secret *secret)
{
	size_t len;
	const char *bytes = ra_secret_bytes(secret, &len);
	ra_secret_free(*slot);
	*slot = ra_secret_new();
	if (*slot && ra_secret_set(*slot, bytes, len) == RA_OK)
		return true;
	*slot = ra_secret_free(*slot);
	return false;
}

void ra_ssh_auth_answer(struct ra_ssh *ssh, const struct ra_secret *secret)
{
	bool kept = false;
	if (ssh->need_kind == RA_NEED_PASSPHRASE && !secret) {
		note(ssh, "%.60s: no passphrase given", ssh->identities[ssh->auth.identity]);
		(void)next_identity(ssh);
		return;
	}
	if (!secret) {
		ra_ssh_refuse(ssh, "%s: no %s was given", ssh->host,
			      ssh->need_kind == RA_NEED_PASSWORD ? "password" : "answer");
		return;
	}
	if (ssh->need_kind == RA_NEED_PASSPHRASE) {
		kept = keep_secret(&ssh->phrases[ssh->auth.identity], secret);
		ssh->auth.step = RA_AUTH_FILE_KEY;
	} else if (ssh->need_kind == RA_NEED_PASSWORD) {
		kept = keep_secret(&ssh->password, secret);
	} else {
		kept = keep_prompt(ssh, secret);
	}
	if (!kept)
		ra_ssh_refuse(ssh, "%s: no memory for the answer", ssh->host);
}

enum ra_progress ra_ssh_auth(struct ra_ssh *ssh)
{
	static enum ra_progress (*const steps[])(struct ra_ssh *) = {
	    [RA_AUTH_METHODS] = methods,     [RA_AUTH_AGENT_LIST] = agent_list, [RA_AUTH_AGENT_KEY] = agent_key,
	    [RA_AUTH_FILE_LOAD] = file_load, [RA_AUTH_FILE_PROBE] = file_probe, [RA_AUTH_FILE_PASSPHRASE] = file_key,
	    [RA_AUTH_FILE_KEY] = file_key,   [RA_AUTH_SECRET] = by_secret,
	};
	while (ssh->auth.step != RA_AUTH_DONE) {
		enum ra_progress progress = steps[ssh->auth.step](ssh);
		if (progress != RA_PROGRESS_DONE)
			return progress;
	}
	return RA_PROGRESS_DONE;
}
