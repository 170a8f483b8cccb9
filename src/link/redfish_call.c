/* redfish_call.c - one call to a BMC: who it is from, what it brought. */
#include "config.h"

#include "base/digest.h"
#include "link/redfish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALL_MS 60000
#define LOGOUT_CALL_MS 5000
#define TOKEN_MAX 4096 /* as long as http keeps one */
#define HEADER_MAX (TOKEN_MAX + 64)

static const cJSON *root_of(const struct ra_json *json)
{
	return json ? ra_json_root(json) : NULL;
}

/* Basic credentials as a header's value. A name with a colon in it cannot be told from its password. */
static bool put_basic(const struct ra_rf *rf, char *out, size_t cap)
{
	size_t len = 0, user_len = strlen(rf->user);
	const char *password = ra_secret_bytes(rf->password, &len);
	char *pair = malloc(user_len + len + 2), *text;
	bool good = false;

	if (!pair)
		return false;
	memcpy(pair, rf->user, user_len);
	pair[user_len] = ':';
	memcpy(pair + user_len + 1, password, len);
	text = ra_base64(pair, user_len + 1 + len);
	ra_wipe(pair, user_len + len + 2);
	free(pair);
	if (text) {
		good = (size_t)snprintf(out, cap, "Authorization: Basic %s", text) < cap;
		ra_wipe(text, strlen(text));
	}
	free(text);
	return good;
}

/* What lets us in, as a header; "" before the login. Out: false when it cannot be made. */
static bool put_access(const struct ra_rf *rf, char *out, size_t cap)
{
	out[0] = '\0';
	if (rf->token)
		return (size_t)snprintf(out, cap, "X-Auth-Token: %s", ra_secret_bytes(rf->token, NULL)) < cap;
	return !rf->basic || put_basic(rf, out, cap);
}

/* Hand a call over, as it is but for its id and who it is from. */
static bool send_call(struct ra_rf *rf, struct ra_http_call *call, const char *if_match)
{
	char access[HEADER_MAX], match[160];
	const char *headers[6] = {"Accept: application/json", "OData-Version: 4.0"};
	bool good = put_access(rf, access, sizeof(access));
	size_t count = 2;

	if (call->secret || call->body)
		headers[count++] = "Content-Type: application/json";
	if (!call->secret && access[0]) /* a login is from nobody */
		headers[count++] = access;
	if (if_match && if_match[0]) {
		snprintf(match, sizeof(match), "If-Match: %s", if_match);
		headers[count++] = match;
	}
	call->headers = headers;
	call->id = ++rf->next_call | (strcmp(call->method, "DELETE") == 0 ? RA_RF_LEAVE : 0);
	good = good && ra_http_send(rf->http, call, NULL) == RA_OK;
	ra_wipe(access, sizeof(access));
	return good;
}

bool ra_rf_send(struct ra_rf *rf, const char *method, const char *path, const char *body, const char *if_match)
{
	struct ra_http_call call = {.method = method, .path = path, .body = body, .body_len = strlen(body), .timeout_ms = CALL_MS,
				    .cap_len = RA_RF_ANSWER_MAX};

	rf->call = send_call(rf, &call, if_match) ? call.id : 0;
	return rf->call != 0;
}

static bool send_read(struct ra_rf *rf)
{
	/* Only what the book reads beyond the resources, a registry, is large. */
	size_t cap = rf->from == RA_RF_PLACE ? RA_RF_ANSWER_MAX : RA_RF_RESOURCE_MAX;
	struct ra_http_call call = {.method = "GET", .path = rf->path, .timeout_ms = CALL_MS, .cap_len = cap};
	bool good = send_call(rf, &call, NULL);

	rf->call = good ? call.id : 0;
	return good;
}

bool ra_rf_get(struct ra_rf *rf, const char *path)
{
	if (path != rf->path)
		snprintf(rf->path, sizeof(rf->path), "%s", path);
	rf->hops = 0;
	return send_read(rf);
}

bool ra_rf_follow(struct ra_rf *rf, const struct ra_http_answer *answer)
{
	char path[RA_RF_URI_MAX];
	bool moved = answer->status == 301 || answer->status == 302 || answer->status == 307 || answer->status == 308;

	if (answer->why != RA_LINK_ANSWERED || !moved || rf->hops >= RA_RF_HOPS_MAX ||
	    !ra_rf_location(ra_buf_str(&answer->location), rf->url.host, rf->url.port, path))
		return false;
	rf->hops++;
	snprintf(rf->path, sizeof(rf->path), "%s", path);
	return send_read(rf);
}

/* Append a JSON text to a secret, in its quotes. */
static ra_err put_text(struct ra_secret *out, const char *text)
{
	ra_err err = ra_secret_add(out, "\"", 1);

	for (; *text && !err; text++) {
		char escaped[8];

		if (*text == '"' || *text == '\\')
			snprintf(escaped, sizeof(escaped), "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			snprintf(escaped, sizeof(escaped), "\\u%04x", (unsigned)(unsigned char)*text);
		else
			snprintf(escaped, sizeof(escaped), "%c", *text);
		err = ra_secret_add(out, escaped, strlen(escaped));
		ra_wipe(escaped, sizeof(escaped));
	}
	return err ? err : ra_secret_add(out, "\"", 1);
}

bool ra_rf_login(struct ra_rf *rf)
{
	RA_AUTO(ra_secret_free) struct ra_secret *body = ra_secret_new();
	struct ra_http_call call = {.method = "POST", .path = rf->sessions, .secret = body, .timeout_ms = CALL_MS, .cap_len = RA_RF_ANSWER_MAX};
	static const char user[] = "{\"UserName\":", password[] = ",\"Password\":";
	ra_err err = body ? ra_secret_add(body, user, sizeof(user) - 1) : RA_E_NOMEM;

	err = err ? err : put_text(body, rf->user);
	err = err ? err : ra_secret_add(body, password, sizeof(password) - 1);
	err = err ? err : put_text(body, ra_secret_bytes(rf->password, NULL));
	err = err ? err : ra_secret_add(body, "}", 1);
	rf->token = ra_secret_free(rf->token);
	rf->basic = false;
	rf->call = !err && send_call(rf, &call, NULL) ? call.id : 0;
	return rf->call != 0;
}

bool ra_rf_take_session(struct ra_rf *rf, const struct ra_http_answer *answer, const struct ra_json *json)
{
	bool good = answer->why == RA_LINK_ANSWERED && answer->status >= 200 && answer->status < 300 && answer->token.len > 0;

	if (!good)
		return false;
	/* Where it is ended. Some name it in the body alone. */
	if (!ra_rf_location(ra_buf_str(&answer->location), rf->url.host, rf->url.port, rf->session))
		(void)ra_rf_uri_of(root_of(json), rf->session);
	rf->token = ra_secret_new();
	return rf->token && ra_secret_set(rf->token, answer->token.data, answer->token.len) == RA_OK;
}

void ra_rf_logout(struct ra_rf *rf)
{
	struct ra_http_call call = {.method = "DELETE", .path = rf->session, .timeout_ms = LOGOUT_CALL_MS, .cap_len = RA_RF_ANSWER_MAX,
				    .again = true};

	if (rf->token && rf->session[0] && send_call(rf, &call, NULL))
		rf->leaving++;
	rf->session[0] = '\0';
	rf->token = ra_secret_free(rf->token);
}

static void say_status(const struct ra_rf *rf, const struct ra_http_answer *answer, struct ra_rf_got *out)
{
	const char *what = "this cannot be used";

	if (answer->status >= 300 && answer->status < 400)
		what = "it sends to another place, where it is not followed";
	else if (out->why == RA_LINK_NO_REQUEST)
		what = "it has no such resource";
	else if (out->why == RA_LINK_REFUSED)
		what = "it does not show this to the user";
	else if (out->why == RA_LINK_UNREACHABLE)
		what = "it has no answer at this time";
	snprintf(out->say, sizeof(out->say), "%.120s: %.150s: %.80s (HTTP %d)%s%.350s", rf->place, rf->path, what, answer->status,
		 out->said.text[0] ? ": " : "", out->said.text);
}

void ra_rf_read(const struct ra_rf *rf, const struct ra_http_answer *answer, struct ra_rf_got *out)
{
	static const struct ra_json_limits limits = {.len_max = RA_RF_ANSWER_MAX, .placeless = true};
	bool good = answer->status >= 200 && answer->status < 300;
	char cause[RA_ERR_TEXT_MAX];
	struct ra_errs errs;
	ra_err err;

	ra_errs_clear(&errs);
	*out = (struct ra_rf_got){.why = answer->why, .status = answer->status, .retry_s = answer->retry_s};
	snprintf(out->say, sizeof(out->say), "%s", answer->say);
	if (answer->why != RA_LINK_ANSWERED)
		return;
	err = ra_json_parse("the answer", ra_buf_str(&answer->body), answer->body.len, &limits, &out->json, &errs);
	ra_rf_said_of(root_of(out->json), &out->said);
	if (good && !err && cJSON_IsObject(root_of(out->json)) && !out->said.is_error)
		return;
	if (!good || out->said.is_error) {
		out->why = ra_rf_why(answer->status, &out->said);
		say_status(rf, answer, out);
	} else {
		snprintf(out->say, sizeof(out->say), "%.120s: %.150s: what it answers is no resource (%.60s): %.300s", rf->place, rf->path,
			 answer->type[0] ? answer->type : "of no type", err ? ra_errs_line(&errs, cause, sizeof(cause)) : "it is no object");
	}
	out->json = ra_json_free(out->json);
}
