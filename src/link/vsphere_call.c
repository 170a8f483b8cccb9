/* vsphere_call.c - one call of a conversation: the envelope out, the answer in, a fault by its name. */
#include "config.h"

#include "link/api.h"
#include "link/vsphere.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALL_MS 60000
#define COOKIE_MAX 1024

struct ra_vs_op *ra_vs_op_new(struct ra_vs *vs)
{
	struct ra_vs_op *op = calloc(1, sizeof(*op));

	if (!op)
		return NULL;
	op->wake_at = RA_DEADLINE_NONE;
	op->sent_at = RA_UTC_NONE;
	op->next = vs->ops;
	vs->ops = op;
	return op;
}

void ra_vs_op_end(struct ra_vs_op *op)
{
	op->over = true;
	op->wake_at = RA_DEADLINE_NONE;
}

static struct ra_vs_op *op_free(struct ra_vs *vs, struct ra_vs_op *op)
{
	if (op->call)
		ra_http_cancel(vs->http, op->call);
	if (op->drop)
		op->drop(op);
	ra_vs_fetch_reset(&op->fetch);
	ra_buf_free(&op->body);
	free(op);
	return NULL;
}

void ra_vs_sweep(struct ra_vs *vs)
{
	for (struct ra_vs_op **at = &vs->ops; *at;) {
		struct ra_vs_op *op = *at;

		if (!op->over) {
			at = &op->next;
			continue;
		}
		*at = op->next;
		op_free(vs, op);
		vs->again = true;
	}
}

void ra_vs_ops_free(struct ra_vs *vs)
{
	while (vs->ops) {
		struct ra_vs_op *op = vs->ops;

		vs->ops = op->next;
		op_free(vs, op);
	}
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

ra_err ra_vs_escape(struct ra_buf *out, const char *text)
{
	ra_err err = RA_OK;

	while (*text && !err) {
		size_t plain = strcspn(text, "&<>\"'");

		err = ra_buf_add(out, text, plain);
		text += plain;
		if (*text && !err)
			err = ra_buf_text(out, entity(*text++));
	}
	return err;
}

ra_err ra_vs_put(struct ra_buf *out, const char *name, const char *text)
{
	ra_err err = ra_buf_printf(out, "<%s>", name);

	err = err ? err : ra_vs_escape(out, text);
	return err ? err : ra_buf_printf(out, "</%s>", name);
}

ra_err ra_vs_put_ref(struct ra_buf *out, const char *name, const struct ra_vs_ref *ref)
{
	ra_err err = ra_buf_printf(out, "<%s type=\"", name);

	err = err ? err : ra_vs_escape(out, ref->type);
	err = err ? err : ra_buf_text(out, "\">");
	err = err ? err : ra_vs_escape(out, ref->id);
	return err ? err : ra_buf_printf(out, "</%s>", name);
}

static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			   "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
			   " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
			   "<soapenv:Body>";
static const char tail[] = "</soapenv:Body></soapenv:Envelope>";

static ra_err envelope(const struct ra_vs_soap *soap, struct ra_buf *out)
{
	ra_err err = ra_buf_printf(out, "%s<%s xmlns=\"%s\">", head, soap->method, soap->space ? soap->space : "urn:vim25");

	err = err ? err : ra_vs_put_ref(out, "_this", soap->self);
	err = err ? err : ra_buf_text(out, soap->inner);
	return err ? err : ra_buf_printf(out, "</%s>%s", soap->method, tail);
}

/* Hand a call over. headers hold the session: wiped here. Out: false when it could not even be queued. */
static bool send_soap(struct ra_vs *vs, uint64_t id, const char *body, const struct ra_secret *secret, bool again)
{
	char cookie[COOKIE_MAX] = "", action[64];
	const char *session = vs->cookie ? ra_secret_bytes(vs->cookie, NULL) : "";
	const char *headers[] = {"Content-Type: text/xml; charset=utf-8", action, cookie, NULL};
	struct ra_http_call call = {.id = id,
				    .method = "POST",
				    .path = vs->url.path,
				    .headers = headers,
				    .body = body,
				    .body_len = body ? strlen(body) : 0,
				    .secret = secret,
				    .timeout_ms = CALL_MS,
				    .cap_len = RA_VS_ANSWER_MAX,
				    .again = again};
	ra_err err;

	snprintf(action, sizeof(action), "SOAPAction: \"urn:vim25/%s\"", vs->api);
	if (*session)
		snprintf(cookie, sizeof(cookie), "Cookie: %s", session);
	else
		headers[2] = NULL;
	err = ra_http_send(vs->http, &call, NULL);
	ra_wipe(cookie, sizeof(cookie));
	return err == RA_OK;
}

static void send_op(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct ra_vs_said said = {.why = RA_LINK_CUT, .say = "no memory for the request"};

	op->resend = false;
	op->tries++;
	op->login = vs->logins;
	op->call = ++vs->next_call;
	if (op->sent_at == RA_UTC_NONE)
		op->sent_at = ra_vs_utc(vs);
	if (send_soap(vs, op->call, ra_buf_str(&op->body), NULL, !op->change))
		return;
	op->call = 0;
	op->take(vs, op, &said);
}

void ra_vs_soap(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_soap *soap, ra_vs_take take)
{
	struct ra_vs_said said = {.why = RA_LINK_CUT, .say = "no memory for the request"};

	op->take = take;
	op->method = soap->method;
	op->change = soap->change;
	op->tries = 0;
	ra_buf_reset(&op->body);
	if (envelope(soap, &op->body)) {
		take(vs, op, &said);
		return;
	}
	send_op(vs, op);
}

void ra_vs_rest(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_http_call *call, ra_vs_take take)
{
	struct ra_vs_said said = {.why = RA_LINK_CUT, .say = "no memory for the request"};
	struct ra_http_call own = *call;

	op->take = take;
	op->method = NULL;
	op->change = false;
	op->tries = RA_VS_READ_TRIES;
	op->call = own.id = ++vs->next_call;
	own.timeout_ms = CALL_MS;
	own.cap_len = RA_VS_ANSWER_MAX;
	if (op->sent_at == RA_UTC_NONE)
		op->sent_at = ra_vs_utc(vs);
	if (ra_http_send(vs->http, &own, NULL) == RA_OK)
		return;
	op->call = 0;
	take(vs, op, &said);
}

void ra_vs_send_again(struct ra_vs *vs)
{
	for (struct ra_vs_op *op = vs->ops; op; op = op->next)
		if (op->resend && !op->over)
			send_op(vs, op);
}

/* Append a text to a secret, escaped for XML. */
static ra_err put_secret(struct ra_secret *out, const char *text)
{
	ra_err err = RA_OK;

	while (*text && !err) {
		size_t plain = strcspn(text, "&<>\"'");
		const char *escaped = text[plain] ? entity(text[plain]) : "";

		err = ra_secret_add(out, text, plain);
		err = err ? err : ra_secret_add(out, escaped, strlen(escaped));
		text += plain + (text[plain] != '\0');
	}
	return err;
}

/* A login that brought no session, and no refusal either. */
static void lose_login(struct ra_vs *vs, bool sent, enum ra_link_why why, const char *say)
{
	if (sent && ++vs->lost_logins >= RA_API_LOGINS_LOST_MAX)
		ra_vs_refuse(vs, "%.400s. %d logins in a row brought no session: no other is made by itself, for such ones may count as refused.", say,
			     vs->lost_logins);
	else
		ra_vs_down(vs, why, say);
}

static void take_login(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	char say[RA_LINK_SAY_MAX];

	ra_vs_op_end(op);
	/* Something in front of vCenter may say it in its own way; that, too, is counted where accounts are locked. */
	bool by_status = said->http && (said->http->status == 401 || said->http->status == 403);

	if (!by_status && said->why != RA_LINK_ANSWERED) {
		lose_login(vs, said->sent, said->why, said->say ? said->say : "");
		return;
	}
	if (by_status || strcmp(said->fault.name, "InvalidLogin") == 0) {
		ra_vs_refuse(vs, "%s refuses the user name or the password. Nothing more is tried: an account is locked after a few refusals.", vs->place);
		return;
	}
	if (said->fault.name[0] || !said->result) {
		enum ra_link_why why = ra_vs_fault_why(vs, &said->fault, say, sizeof(say));

		if (why == RA_LINK_REFUSED || said->fault.name[0])
			ra_vs_refuse(vs, "%s does not let this user in: %s", vs->place, say);
		else
			lose_login(vs, true, RA_LINK_UNREACHABLE, said->say ? said->say : "the login brought no answer that can be read");
		return;
	}
	vs->logged_in = true;
	vs->lost_logins = 0;
	vs->logins++;
	vs->phase = RA_VS_READY;
	vs->again = true;
	if (vs->head.state != RA_LINK_UP) {
		const struct ra_http_peer *peer = ra_http_peer(vs->http);
		char seen[160];

		vs->head.state = RA_LINK_UP;
		snprintf(seen, sizeof(seen), "%s%s", peer->sha256[0] ? "SHA256:" : "", peer->sha256);
		ra_queue_state(&vs->queue, RA_LINK_UP, RA_LINK_ANSWERED,
			       peer->trust == RA_TLS_INSECURE ? "the server's certificate was not checked (--insecure)" : "", seen);
	}
	ra_vs_send_again(vs);
}

void ra_vs_login(struct ra_vs *vs)
{
	const char *parts[] = {head, "<Login xmlns=\"urn:vim25\"><_this type=\"", NULL, "\">", NULL, "</_this><userName>",
			       NULL, "</userName><password>", NULL, "</password></Login>", tail};
	const char *values[] = {vs->sessions.type, vs->sessions.id, vs->user, ra_secret_bytes(vs->password, NULL)};
	RA_AUTO(ra_secret_free) struct ra_secret *body = ra_secret_new();
	struct ra_vs_op *op = ra_vs_op_new(vs);
	ra_err err = body && op ? RA_OK : RA_E_NOMEM;
	size_t value = 0;

	vs->phase = RA_VS_LOGIN;
	for (size_t i = 0; i < RA_LEN(parts) && !err; i++)
		err = parts[i] ? ra_secret_add(body, parts[i], strlen(parts[i])) : put_secret(body, values[value++]);
	if (!err) {
		op->method = "Login";
		op->take = take_login;
		op->tries = RA_VS_READ_TRIES;
		op->call = ++vs->next_call;
		if (send_soap(vs, op->call, NULL, body, false))
			return;
		op->call = 0;
	}
	if (op)
		ra_vs_op_end(op);
	ra_vs_down(vs, RA_LINK_CUT, "no memory for the login");
}

enum ra_link_why ra_vs_fault_why(const struct ra_vs *vs, const struct ra_vs_fault *fault, char *say, size_t cap)
{
	static const struct {
		const char *name;
		enum ra_link_why why;
		const char *words;
	} rows[] = {
	    {"NoPermission", RA_LINK_REFUSED, "this user lacks a privilege"},
	    {"NotAuthenticated", RA_LINK_REFUSED, "the session is not valid"},
	    {"InvalidLogin", RA_LINK_REFUSED, "user name or password is refused"},
	    {"NotSupported", RA_LINK_NO_REQUEST, "it does not support this"},
	    {"NotImplemented", RA_LINK_NO_REQUEST, "it does not support this"},
	    {"MethodNotFound", RA_LINK_NO_REQUEST, "it does not know this call"},
	    {"InvalidRequest", RA_LINK_NO_REQUEST, "it does not know this call"},
	    {"NotAsked", RA_LINK_NO_REQUEST, "it was not asked for this property"},
	    {"InvalidProperty", RA_LINK_NO_REQUEST, "it does not know this property"},
	    {"ManagedObjectNotFound", RA_LINK_NO_REQUEST, "the object is gone from the inventory"},
	    {"HostNotConnected", RA_LINK_UNREACHABLE, "it has no contact with the host"},
	    {"HostNotReachable", RA_LINK_UNREACHABLE, "it does not reach the host"},
	    {"HostCommunication", RA_LINK_UNREACHABLE, "it lost contact with the host"},
	    {"HostConnectFault", RA_LINK_UNREACHABLE, "it could not connect to the host"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		if (strcmp(rows[i].name, fault->name) != 0)
			continue;
		snprintf(say, cap, "%s: %s%s%s (%s)", vs->place, rows[i].words, fault->detail[0] ? ": " : "", fault->detail, fault->name);
		return rows[i].why;
	}
	snprintf(say, cap, "%s: %s%s%s", vs->place, fault->name[0] ? fault->name : "the answer cannot be read", fault->text[0] ? ": " : "",
		 fault->text);
	return RA_LINK_ANSWERED;
}

/* A SOAP answer as nodes. Out: *doc, freed by the caller. */
static void read_soap(const struct ra_http_answer *answer, struct ra_vs_said *said, xmlDoc **doc, struct ra_errs *errs)
{
	xmlNode *node;

	*doc = NULL;
	if (answer->status != 200 && answer->status != 500) {
		said->why = RA_LINK_UNREACHABLE;
		ra_fail(errs, RA_E_IO, "HTTP status %d", answer->status);
		return;
	}
	if (ra_xml_parse(ra_buf_str(&answer->body), answer->body.len, doc, errs))
		return;
	node = ra_vs_body(*doc);
	if (ra_vs_is(node, "Fault"))
		ra_vs_fault_of(node, &said->fault);
	else if (answer->status == 200 && node)
		said->result = node;
	else
		ra_fail(errs, RA_E_INVALID, "it holds no SOAP body");
}

/* Only on the way in: what a REST session, or a call from before the login, sets as a cookie is not this session's. */
static bool keep_cookie(struct ra_vs *vs, const struct ra_vs_op *op, const struct ra_http_answer *answer)
{
	bool way_in = op->method && (op->take == take_login || vs->phase == RA_VS_GREET);

	if (!way_in || !answer->cookie.len || answer->cookie.len >= COOKIE_MAX - 16)
		return true;
	if (!vs->cookie)
		vs->cookie = ra_secret_new();
	return vs->cookie && ra_secret_set(vs->cookie, answer->cookie.data, answer->cookie.len) == RA_OK;
}

static struct ra_vs_op *find_op(struct ra_vs *vs, uint64_t call)
{
	struct ra_vs_op *op = vs->ops;

	while (op && op->call != call)
		op = op->next;
	return op;
}

/* A read whose connection was lost, or whose login had expired, goes once more. Out: true when it does, or waits to. */
static bool goes_again(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	bool read = op->method && !op->change && vs->phase == RA_VS_READY;

	bool lost = said->why == RA_LINK_UNREACHABLE || (said->why == RA_LINK_CUT && said->http && !said->http->truncated);

	if (read && lost && op->tries < RA_VS_READ_TRIES) {
		send_op(vs, op);
		return true;
	}
	if (op->change || !op->method || strcmp(said->fault.name, "NotAuthenticated") != 0 || vs->phase < RA_VS_LOGIN ||
	    strcmp(op->method, "Login") == 0)
		return false;
	/* What went out before the last login says nothing of this session. */
	if (vs->phase == RA_VS_READY && op->login != vs->logins) {
		send_op(vs, op);
		return true;
	}
	op->resend = true;
	if (vs->phase == RA_VS_READY && !ra_vs_renew(vs))
		ra_vs_refuse(vs, "%s ends every session at once (NotAuthenticated); another log in would not help", vs->place);
	return true;
}

/* Every property of some object is missing because nobody is logged in: an expired session, told the quiet way. */
static bool is_expired(const xmlNode *result)
{
	const xmlNode *page = ra_vs_kid(result, "returnval");

	for (const xmlNode *object = ra_vs_kid(page, "objects"); object; object = ra_vs_next(object, "objects")) {
		for (const xmlNode *at = ra_vs_kid(object, "missingSet"); at; at = ra_vs_next(at, "missingSet")) {
			struct ra_vs_fault fault;

			ra_vs_fault_of(ra_vs_kid(at, "fault"), &fault);
			if (strcmp(fault.name, "NotAuthenticated") == 0)
				return true;
		}
	}
	return false;
}

void ra_vs_take_answer(struct ra_vs *vs, const struct ra_http_answer *answer)
{
	struct ra_vs_op *op = find_op(vs, answer->id);
	struct ra_vs_said said = {.why = answer->why, .sent = answer->sent, .say = answer->say, .http = answer};
	struct ra_errs errs;
	char say[RA_LINK_SAY_MAX], cause[RA_ERR_TEXT_MAX];
	xmlDoc *doc = NULL;

	ra_errs_clear(&errs);
	if (!op)
		return;
	op->call = 0;
	if (said.why == RA_LINK_ANSWERED && op->method)
		read_soap(answer, &said, &doc, &errs);
	if (said.why == RA_LINK_ANSWERED && !keep_cookie(vs, op, answer))
		ra_fail(&errs, RA_E_NOMEM, "no memory for the session");
	if (errs.count) {
		snprintf(say, sizeof(say), "%s: what it answers cannot be used: %s", vs->place, ra_errs_line(&errs, cause, sizeof(cause)));
		said.say = say;
	}
	if (is_expired(said.result)) {
		said.result = NULL;
		snprintf(said.fault.name, sizeof(said.fault.name), "NotAuthenticated");
	}
	if (said.result && vs->phase == RA_VS_READY && strcmp(op->method, "CurrentTime") != 0)
		vs->renewals = 0;
	if (!goes_again(vs, op, &said))
		op->take(vs, op, &said);
	xmlFreeDoc(doc);
}
