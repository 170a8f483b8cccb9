/* vsphere_ask.c - questions that are no property: the attestation report, esxcli through vCenter, the TPM by REST. One job, one op. */
#include "config.h"

#include "base/digest.h"
#include "link/vsphere.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TPMS_MAX 4
#define KEYS_MAX 8
#define PATH_MAX_LEN 400
#define SESSION_MS 50 /* between two looks whether another question's REST session is there */

/* What one question knows. */
struct question {
	struct ra_job *job;
	struct ra_vs_ref host;
	struct ra_vs_ref executer;
	/* REST */
	cJSON *tpms; /* the answer in the making */
	int tpm, key, key_count;
	char keys[KEYS_MAX][RA_VS_NAME_MAX];
	bool renewed;
};

static void question_free(struct ra_vs_op *op)
{
	struct question *question = op->own;

	if (question)
		cJSON_Delete(question->tpms);
	free(question);
}

/* The op ends with its job answered by what went wrong. */
static void ask_fail(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct question *question = op->own;

	ra_vs_answer_said(vs, question->job, said);
	ra_vs_op_end(op);
}

static void ask_end(struct ra_vs *vs, struct ra_vs_op *op, const cJSON *json)
{
	struct question *question = op->own;

	if (json)
		ra_vs_answer(vs, question->job, json);
	else
		ra_vs_answer_why(vs, question->job, RA_LINK_CUT, "no memory for the answer");
	ra_vs_op_end(op);
}

static void take_report(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct question *question = op->own;
	RA_AUTO(ra_cjson_free) cJSON *json = NULL;
	const xmlNode *report = ra_vs_kid(said->result, "returnval");
	ra_err err = RA_OK;

	if (!said->result) {
		ask_fail(vs, op, said);
		return;
	}
	if (report)
		err = ra_vs_json(report, false, &json);
	else
		json = cJSON_CreateNull();
	if (err == RA_E_INVALID) {
		ra_vs_answer_no(vs, question->job, 1, "the attestation report holds what is no byte of a digest");
		ra_vs_op_end(op);
		return;
	}
	ask_end(vs, op, json);
}

/* esxcli through vCenter. Source: the requests govc sends for host.esxcli (RetrieveManagedMethodExecuter, ExecuteSoap with the
 * handler's id and the method's dotted name); VMware publishes no contract of them. */

/* A member's text of a list's item, as a JSON text in a secret. Out: false when it would need an escape, or does not fit. */
static ra_err put_secret_text(struct ra_secret *out, const xmlNode *node)
{
	char text[512];
	ra_err err = ra_vs_text(node, text, sizeof(text)) ? RA_OK : RA_E_INVALID;

	for (const char *at = text; *at && !err; at++)
		if ((unsigned char)*at < 0x20 || *at == '"' || *at == '\\')
			err = RA_E_INVALID;
	err = err ? err : ra_secret_add(out, "\"", 1);
	err = err ? err : ra_secret_add(out, text, strlen(text));
	err = err ? err : ra_secret_add(out, "\"", 1);
	ra_wipe(text, sizeof(text));
	return err;
}

/* A list of structures of texts as JSON, in wiped memory only. */
static ra_err secret_json(const xmlNode *list, struct ra_secret *out)
{
	ra_err err = ra_secret_add(out, "[", 1);

	for (const xmlNode *item = ra_vs_kid(list, NULL), *first = item; item && !err; item = ra_vs_next(item, NULL)) {
		err = item == first ? ra_secret_add(out, "{", 1) : ra_secret_add(out, ",{", 2);
		for (const xmlNode *at = ra_vs_kid(item, NULL), *head = at; at && !err; at = ra_vs_next(at, NULL)) {
			const char *name = (const char *)at->name;

			err = at == head ? ra_secret_add(out, "\"", 1) : ra_secret_add(out, ",\"", 2);
			err = err ? err : ra_secret_add(out, name, strlen(name));
			err = err ? err : ra_secret_add(out, "\":", 2);
			err = err ? err : put_secret_text(out, at);
		}
		err = err ? err : ra_secret_add(out, "}", 1);
	}
	return err ? err : ra_secret_add(out, "]", 1);
}

static void answer_secret(struct ra_vs *vs, struct ra_vs_op *op, const xmlNode *list)
{
	struct question *question = op->own;
	struct ra_reply *reply = ra_job_reply(question->job);

	if (reply) {
		reply->status = 0;
		reply->secret = ra_secret_new();
		if (!reply->secret || secret_json(list, reply->secret))
			reply->secret = ra_secret_free(reply->secret);
		ra_vs_answer_why(vs, question->job, reply->secret ? RA_LINK_ANSWERED : RA_LINK_CUT,
				 reply->secret ? "" : "the list of recovery keys cannot be read");
	} else {
		ra_vs_job_drop(vs, question->job);
	}
	ra_vs_op_end(op);
}

/* What esxcli answered, which comes as XML inside a text. */
static void take_inner(struct ra_vs *vs, struct ra_vs_op *op, const xmlNode *response)
{
	struct question *question = op->own;
	xmlChar *text = xmlNodeGetContent(response);
	RA_AUTO(ra_cjson_free) cJSON *json = NULL;
	xmlDoc *doc = NULL;
	xmlNode *root;
	ra_err err = text ? ra_xml_parse((const char *)text, strlen((const char *)text), &doc, NULL) : RA_E_NOMEM;

	xmlFree(text);
	root = err ? NULL : xmlDocGetRootElement(doc);
	if (root && question->job->secret) {
		answer_secret(vs, op, root);
	} else if (root && ra_vs_json(root, false, &json) == RA_OK) {
		/* A list of structures comes as an object whose one member is that list, where no type says what it is. */
		cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "DataObject");

		ask_end(vs, op, list ? list : json);
	} else {
		ra_vs_answer_no(vs, question->job, 1, "esxcli's answer through vCenter cannot be read");
		ra_vs_op_end(op);
	}
	xmlFreeDoc(doc);
}

static void take_esxcli(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct question *question = op->own;
	const xmlNode *value = ra_vs_kid(said->result, "returnval"), *fault = ra_vs_kid(value, "fault");
	char text[300];

	if (!said->result) {
		ask_fail(vs, op, said);
	} else if (fault) {
		(void)ra_vs_kid_text(fault, "faultMsg", text, sizeof(text));
		ra_vs_answer_no(vs, question->job, 1, text);
		ra_vs_op_end(op);
	} else {
		take_inner(vs, op, ra_vs_kid(value, "response"));
	}
}

/* "system","version","get": the handler "ha-cli-handler-system-version", the method "vim.EsxCLI.system.version.get". */
static ra_err put_command(const cJSON *words, struct ra_buf *out)
{
	const cJSON *word;
	ra_err err = ra_buf_text(out, "<moid>ha-cli-handler");

	cJSON_ArrayForEach (word, words)
		if (!err && word->next)
			err = ra_buf_text(out, "-") ? RA_E_NOMEM : ra_vs_escape(out, word->valuestring);
	err = err ? err : ra_buf_text(out, "</moid><version>urn:vim25/5.0</version><method>vim.EsxCLI");
	cJSON_ArrayForEach (word, words)
		if (!err)
			err = ra_buf_text(out, ".") ? RA_E_NOMEM : ra_vs_escape(out, word->valuestring);
	return err ? err : ra_buf_text(out, "</method>");
}

static void take_executer(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct question *question = op->own;
	RA_AUTO(ra_buf_free) struct ra_buf inner = {0};

	if (!said->result || !ra_vs_ref_of(ra_vs_kid(said->result, "returnval"), &question->executer)) {
		ask_fail(vs, op, said);
		return;
	}
	if (put_command(ra_json_get(ra_json_root(question->job->request), "esxcli"), &inner)) {
		ask_end(vs, op, NULL);
		return;
	}
	ra_vs_soap(vs, op, &(struct ra_vs_soap){.method = "ExecuteSoap", .self = &question->executer, .inner = ra_buf_str(&inner)}, take_esxcli);
}

/* REST. A path part that is an id: letters, digits and a few signs, nothing else. Out: false for any other. */
static bool is_plain(const char *id)
{
	return *id && strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:") == strlen(id) && strcmp(id, "..") != 0;
}

static void next_rest(struct ra_vs *vs, struct ra_vs_op *op);

/* Send GET; the session's id goes as a header and is wiped. */
static void get(struct ra_vs *vs, struct ra_vs_op *op, const char *path, ra_vs_take take)
{
	char session[300];
	const char *headers[] = {session, "Accept: application/json", NULL};

	/* Another question found the session over. */
	if (!vs->rest) {
		ask_fail(vs, op, &(struct ra_vs_said){.why = RA_LINK_UNREACHABLE, .say = "vCenter ended the REST session while it was used; ask again"});
		return;
	}
	snprintf(session, sizeof(session), "vmware-api-session-id: %s", ra_secret_bytes(vs->rest, NULL));
	ra_vs_rest(vs, op, &(struct ra_http_call){.method = "GET", .path = path, .headers = headers}, take);
	ra_wipe(session, sizeof(session));
}

static void rest_no(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	static const struct {
		int status;
		enum ra_link_why why;
		const char *words;
	} rows[] = {{401, RA_LINK_REFUSED, "the REST session is refused"},
		    {403, RA_LINK_REFUSED, "this user lacks the privilege Host.Tpm.Read"},
		    {404, RA_LINK_NO_REQUEST, "it has no such REST interface, or no such TPM"},
		    {503, RA_LINK_UNREACHABLE, "its REST service is not available"}};
	struct question *question = op->own;
	int status = said->http ? said->http->status : 0;
	char say[RA_LINK_SAY_MAX];

	if (said->why != RA_LINK_ANSWERED) {
		ask_fail(vs, op, said);
		return;
	}
	ra_vs_op_end(op);
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		if (rows[i].status != status)
			continue;
		snprintf(say, sizeof(say), "%s: %s (HTTP status %d)", vs->place, rows[i].words, status);
		ra_vs_answer_why(vs, question->job, rows[i].why, say);
		return;
	}
	snprintf(say, sizeof(say), "%s: the TPM's REST interface answers with HTTP status %d", vs->place, status);
	ra_vs_answer_no(vs, question->job, 1, say);
}

/* The JSON of a REST answer; NULL (the op then ended) when it is none. Owner: ra_json_free. */
static struct ra_json *rest_json(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	const struct ra_json_limits limits = {.len_max = RA_VS_ANSWER_MAX};
	struct question *question = op->own;
	struct ra_json *doc = NULL;

	if (said->why != RA_LINK_ANSWERED || said->http->status != 200) {
		rest_no(vs, op, said);
		return NULL;
	}
	if (ra_json_parse("REST answer", ra_buf_str(&said->http->body), said->http->body.len, &limits, &doc, NULL) == RA_OK)
		return doc;
	ra_vs_answer_no(vs, question->job, 1, "a REST answer of vCenter is no JSON");
	ra_vs_op_end(op);
	return NULL;
}

static cJSON *this_tpm(const struct question *question)
{
	return cJSON_GetArrayItem(question->tpms, question->tpm);
}

static void take_key(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	static const char *const members[] = {"type", "certificate", "manufacturer_certificate_uri"};
	struct question *question = op->own;
	RA_AUTO(ra_json_free) struct ra_json *doc = rest_json(vs, op, said);
	cJSON *list = cJSON_GetObjectItemCaseSensitive(this_tpm(question), "endorsement_keys"), *one = doc ? cJSON_CreateObject() : NULL;
	bool whole = one != NULL;

	if (!doc)
		return;
	for (size_t i = 0; i < RA_LEN(members) && whole; i++)
		whole = ra_vs_put_copy(one, members[i], ra_json_get(ra_json_root(doc), members[i]));
	if (!whole || !cJSON_AddItemToArray(list, one)) {
		cJSON_Delete(one);
		ask_end(vs, op, NULL);
		return;
	}
	question->key++;
	next_rest(vs, op);
}

static void take_keys(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct question *question = op->own;
	RA_AUTO(ra_json_free) struct ra_json *doc = rest_json(vs, op, said);
	const cJSON *item;

	if (!doc)
		return;
	question->key = question->key_count = 0;
	cJSON_ArrayForEach (item, ra_json_root(doc)) {
		const char *id = ra_json_str(item, "key", "");

		if (is_plain(id) && strlen(id) < RA_VS_NAME_MAX && question->key_count < KEYS_MAX)
			snprintf(question->keys[question->key_count++], RA_VS_NAME_MAX, "%s", id);
	}
	if (!cJSON_AddArrayToObject(this_tpm(question), "endorsement_keys"))
		ask_end(vs, op, NULL);
	else
		next_rest(vs, op);
}

static void take_tpm(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	static const char *const members[] = {"manufacturer", "model", "firmware_version"};
	struct question *question = op->own;
	RA_AUTO(ra_json_free) struct ra_json *doc = rest_json(vs, op, said);
	cJSON *tpm = this_tpm(question), *banks;
	const cJSON *bank;
	bool whole = true;

	if (!doc)
		return;
	for (size_t i = 0; i < RA_LEN(members) && whole; i++)
		whole = ra_vs_put_copy(tpm, members[i], ra_json_get(ra_json_root(doc), members[i]));
	banks = cJSON_IsArray(ra_json_get(ra_json_root(doc), "banks")) ? cJSON_AddArrayToObject(tpm, "banks") : NULL;
	cJSON_ArrayForEach (bank, ra_json_get(ra_json_root(doc), "banks")) {
		cJSON *name = cJSON_CreateString(ra_json_str(bank, "algorithm", ""));

		if (!banks || !name || !cJSON_AddItemToArray(banks, name)) {
			cJSON_Delete(name);
			whole = false;
		}
	}
	if (!whole) {
		ask_end(vs, op, NULL);
		return;
	}
	char path[PATH_MAX_LEN];

	snprintf(path, sizeof(path), "/api/vcenter/trusted-infrastructure/hosts/%s/hardware/tpm/%s/endorsement-keys", question->host.id,
		 ra_json_str(tpm, "tpm", ""));
	get(vs, op, path, take_keys);
}

/* The next key of this TPM, else the next TPM, else the end. */
static void next_rest(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct question *question = op->own;
	const char *tpm = ra_json_str(this_tpm(question), "tpm", "");
	char path[PATH_MAX_LEN];

	if (question->key < question->key_count) {
		snprintf(path, sizeof(path), "/api/vcenter/trusted-infrastructure/hosts/%s/hardware/tpm/%s/endorsement-keys/%s", question->host.id,
			 tpm, question->keys[question->key]);
		get(vs, op, path, take_key);
		return;
	}
	question->tpm++;
	question->key = question->key_count = 0;
	if (!this_tpm(question)) {
		ask_end(vs, op, question->tpms);
		return;
	}
	snprintf(path, sizeof(path), "/api/vcenter/trusted-infrastructure/hosts/%s/hardware/tpm/%s", question->host.id,
		 ra_json_str(this_tpm(question), "tpm", ""));
	get(vs, op, path, take_tpm);
}

static void ask_rest(struct ra_vs *vs, struct ra_vs_op *op);

static void take_tpms(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	static const char *const members[] = {"tpm", "major_version", "minor_version", "active"};
	struct question *question = op->own;
	bool expired = said->why == RA_LINK_ANSWERED && said->http->status == 401 && !question->renewed;
	RA_AUTO(ra_json_free) struct ra_json *doc = expired ? NULL : rest_json(vs, op, said);
	const cJSON *item;
	bool whole;

	if (expired) {
		question->renewed = true;
		vs->rest = ra_secret_free(vs->rest);
		ask_rest(vs, op);
		return;
	}
	if (!doc)
		return;
	question->tpms = cJSON_CreateArray();
	whole = question->tpms != NULL;
	cJSON_ArrayForEach (item, ra_json_root(doc)) {
		cJSON *one = whole && cJSON_GetArraySize(question->tpms) < TPMS_MAX && is_plain(ra_json_str(item, "tpm", "")) &&
					     strlen(ra_json_str(item, "tpm", "")) < RA_VS_NAME_MAX
				     ? cJSON_CreateObject()
				     : NULL;

		for (size_t i = 0; i < RA_LEN(members) && one && whole; i++)
			whole = ra_vs_put_copy(one, members[i], ra_json_get(item, members[i]));
		if (one && !cJSON_AddItemToArray(question->tpms, one)) {
			cJSON_Delete(one);
			whole = false;
		}
	}
	question->tpm = -1;
	if (whole)
		next_rest(vs, op);
	else
		ask_end(vs, op, NULL);
}

static void take_session(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct question *question = op->own;
	const char *id;
	struct ra_json *doc;

	vs->opening = false;
	if (said->why == RA_LINK_ANSWERED && (said->http->status == 200 || said->http->status == 201)) {
		doc = NULL;
		if (ra_json_parse("session", ra_buf_str(&said->http->body), said->http->body.len, NULL, &doc, NULL) == RA_OK) {
			id = cJSON_IsString(ra_json_root(doc)) ? ra_json_root(doc)->valuestring : "";
			vs->rest = is_plain(id) && strlen(id) < 200 ? ra_secret_new() : NULL;
			if (vs->rest && ra_secret_set(vs->rest, id, strlen(id)))
				vs->rest = ra_secret_free(vs->rest);
			if (cJSON_IsString(ra_json_root(doc)))
				ra_wipe(ra_json_root(doc)->valuestring, strlen(id));
		}
		ra_json_free(doc);
		if (vs->rest) {
			ask_rest(vs, op);
			return;
		}
		ra_vs_answer_no(vs, question->job, 1, "vCenter's REST session cannot be read");
		ra_vs_op_end(op);
		return;
	}
	rest_no(vs, op, said);
}

/* "Authorization: Basic ..." of the user who is logged in. Owner: caller wipes and frees. Out: NULL without memory. */
static char *basic(const struct ra_vs *vs)
{
	size_t len = 0;
	const char *password = ra_secret_bytes(vs->password, &len);
	size_t user_len = strlen(vs->user), room = user_len + 1 + len;
	char *both = malloc(room + 1), *code = NULL, *line = NULL;

	if (both) {
		memcpy(both, vs->user, user_len);
		both[user_len] = ':';
		memcpy(both + user_len + 1, password, len);
		code = ra_base64(both, room);
		ra_wipe(both, room);
	}
	free(both);
	if (code && (line = malloc(strlen(code) + 32)))
		snprintf(line, strlen(code) + 32, "Authorization: Basic %s", code);
	if (code)
		ra_wipe(code, strlen(code));
	free(code);
	return line;
}

static void ask_rest(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct question *question = op->own;
	char path[PATH_MAX_LEN], *line;

	if (vs->rest) {
		snprintf(path, sizeof(path), "/api/vcenter/trusted-infrastructure/hosts/%s/hardware/tpm", question->host.id);
		get(vs, op, path, take_tpms);
		return;
	}
	if (vs->opening) { /* one session is enough for all */
		op->wake_at = vs->now + SESSION_MS;
		op->wake = ask_rest;
		return;
	}
	line = basic(vs);
	const char *headers[] = {line, "Accept: application/json", NULL};

	if (!line) {
		ask_end(vs, op, NULL);
		return;
	}
	vs->opening = true;
	ra_vs_rest(vs, op, &(struct ra_http_call){.method = "POST", .path = "/api/session", .headers = headers, .body = "", .body_len = 0},
		   take_session);
	ra_wipe(line, strlen(line));
	free(line);
}

void ra_vs_ask(struct ra_vs *vs, struct ra_job *job)
{
	struct ra_vs_want *want = ra_vs_want_of(job);
	const struct ra_vs_host *host = ra_vs_host(vs, want->target);
	struct question *question = calloc(1, sizeof(*question));
	struct ra_vs_op *op = question ? ra_vs_op_new(vs) : NULL;

	if (!op || !host) {
		free(question);
		if (op)
			ra_vs_op_end(op);
		ra_vs_answer_why(vs, job, RA_LINK_CUT, "no memory for the question");
		return;
	}
	want->taken = true;
	ra_vs_sent(vs, job);
	*question = (struct question){.job = job, .host = host->ref};
	op->own = question;
	op->drop = question_free;
	op->fail = ask_fail;
	if (want->kind == RA_VS_REPORT)
		ra_vs_soap(vs, op, &(struct ra_vs_soap){.method = "QueryTpmAttestationReport", .self = &question->host, .inner = ""}, take_report);
	else if (want->kind == RA_VS_ESXCLI)
		ra_vs_soap(vs, op, &(struct ra_vs_soap){.method = "RetrieveManagedMethodExecuter", .self = &question->host, .inner = ""},
			   take_executer);
	else if (is_plain(question->host.id))
		ask_rest(vs, op);
	else
		ask_fail(vs, op, &(struct ra_vs_said){.why = RA_LINK_NO_REQUEST, .say = "this host's id cannot stand in a REST path"});
}
