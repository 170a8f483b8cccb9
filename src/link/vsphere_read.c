/* vsphere_read.c - joined reads: every waiting property of every host in one question. */
#include "config.h"

#include "link/vsphere.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(kind) (1u << (kind))
#define OF_HOST                                                                                                                      \
	(BIT(RA_VS_HOST_PROPERTY) | BIT(RA_VS_ALARMS) | BIT(RA_VS_PARENT) | BIT(RA_VS_TASKS) | BIT(RA_VS_VMS) | BIT(RA_VS_SIBLINGS) | \
	 BIT(RA_VS_KEYS))

static void batch_free(struct ra_vs_op *op)
{
	struct ra_vs_batch *batch = op->own;

	if (!batch)
		return;
	ra_vs_fetch_reset(&batch->main);
	for (size_t i = 0; i < RA_LEN(batch->more); i++)
		ra_vs_fetch_reset(&batch->more[i]);
	free(batch->jobs);
	free(batch->hosts);
	free(batch->refs);
	free(batch);
}

struct ra_vs_op *ra_vs_batch_new(struct ra_vs *vs, unsigned kinds)
{
	size_t count = 0;

	for (const struct ra_job *job = vs->jobs; job; job = job->next)
		count += !ra_vs_want_of(job)->taken && (BIT(ra_vs_want_of(job)->kind) & kinds);
	if (!count)
		return NULL;
	struct ra_vs_batch *batch = calloc(1, sizeof(*batch));
	struct ra_vs_op *op = batch ? ra_vs_op_new(vs) : NULL;

	if (!op) {
		free(batch);
		return NULL;
	}
	op->own = batch;
	op->drop = batch_free;
	op->fail = ra_vs_batch_fail;
	batch->jobs = calloc(count, sizeof(*batch->jobs));
	batch->hosts = calloc(count, sizeof(*batch->hosts));
	if (!batch->jobs || !batch->hosts) {
		ra_vs_op_end(op);
		return NULL;
	}
	for (struct ra_job *job = vs->jobs; job && batch->count < count; job = job->next) {
		if (ra_vs_want_of(job)->taken || !(BIT(ra_vs_want_of(job)->kind) & kinds))
			continue;
		ra_vs_want_of(job)->taken = true;
		batch->jobs[batch->count++] = job;
	}
	return op;
}

/* One host left the inventory: all are looked for anew, each job once more. */
static void look_anew(struct ra_vs *vs, struct ra_vs_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct ra_vs_want *want = batch->jobs[i] ? ra_vs_want_of(batch->jobs[i]) : NULL;

		if (!want || want->again)
			continue;
		want->again = true;
		want->taken = false;
		batch->jobs[i] = NULL;
	}
	ra_vs_hosts_doubt(vs);
}

void ra_vs_batch_fail(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct ra_vs_batch *batch = op->own;

	if (strcmp(said->fault.name, "ManagedObjectNotFound") == 0)
		look_anew(vs, batch);

	for (size_t i = 0; i < batch->count; i++) {
		struct ra_job *job = batch->jobs[i];

		batch->jobs[i] = NULL;
		if (job)
			ra_vs_answer_said(vs, job, said);
	}
	ra_vs_op_end(op);
}

void ra_vs_answer_missing(struct ra_vs *vs, struct ra_job *job, const char *name, const char *path)
{
	struct ra_vs_said said = {.why = RA_LINK_ANSWERED};

	snprintf(said.fault.name, sizeof(said.fault.name), "%s", name);
	snprintf(said.fault.detail, sizeof(said.fault.detail), "%s", path);
	ra_vs_answer_said(vs, job, &said);
}

void ra_vs_answer_value(struct ra_vs *vs, struct ra_job *job, const struct ra_vs_fetch *fetch, const char *id)
{
	const char *path = ra_vs_want_of(job)->path, *missing = ra_vs_missing(fetch, id, path);
	char say[RA_LINK_SAY_MAX];
	RA_AUTO(ra_cjson_free) cJSON *none = cJSON_CreateNull();
	const cJSON *value = ra_vs_value(fetch, id, path);

	if (*missing) {
		ra_vs_answer_missing(vs, job, missing, path);
	} else if (!ra_vs_item(fetch, id)) {
		snprintf(say, sizeof(say), "%s: does not speak of this host any more", vs->place);
		ra_vs_answer_why(vs, job, RA_LINK_NO_REQUEST, say);
		ra_vs_hosts_doubt(vs);
	} else {
		ra_vs_answer(vs, job, value ? value : none);
	}
}

static void take_hosts(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct ra_vs_batch *batch = op->own;

	batch->main = op->fetch;
	op->fetch = (struct ra_vs_fetch){0};
	for (size_t i = 0; i < batch->count; i++) {
		struct ra_job *job = batch->jobs[i];
		const struct ra_vs_want *want = ra_vs_want_of(job);
		const struct ra_vs_host *host = want->target ? ra_vs_host(vs, want->target) : NULL;

		if (want->kind != RA_VS_HOST_PROPERTY)
			continue;
		batch->jobs[i] = NULL;
		if (host)
			ra_vs_answer_value(vs, job, &batch->main, host->ref.id);
		else
			ra_vs_answer_why(vs, job, RA_LINK_CUT, "the host was forgotten while it was asked");
	}
	ra_vs_more(vs, op);
}

static void add_host(struct ra_vs_batch *batch, const struct ra_vs_ref *ref)
{
	for (size_t i = batch->host_count; i-- > 0;)
		if (strcmp(batch->hosts[i].id, ref->id) == 0)
			return;
	batch->hosts[batch->host_count++] = *ref;
}

/* A joined read of everything that waits. */
static void begin(struct ra_vs *vs)
{
	static const char *const for_vms[] = {"summary.managementServerIp", "config.network.dnsConfig"};
	static const char *const for_siblings[] = {"summary.hardware.vendor", "summary.hardware.model"};
	struct ra_vs_op *op = ra_vs_batch_new(vs, OF_HOST);
	struct ra_vs_batch *batch = op ? op->own : NULL;

	for (size_t i = 0; batch && i < batch->count; i++) {
		const struct ra_vs_want *want = ra_vs_want_of(batch->jobs[i]);
		const struct ra_vs_host *host = want->target ? ra_vs_host(vs, want->target) : NULL;

		ra_vs_sent(vs, batch->jobs[i]);
		if (host)
			add_host(batch, &host->ref);
		if (want->path)
			ra_vs_fetch_path(&op->fetch, want->path);
		for (size_t k = 0; k < RA_LEN(for_vms) && want->kind == RA_VS_VMS; k++)
			ra_vs_fetch_path(&op->fetch, for_vms[k]);
		for (size_t k = 0; k < RA_LEN(for_siblings) && want->kind == RA_VS_SIBLINGS; k++)
			ra_vs_fetch_path(&op->fetch, for_siblings[k]);
	}
	if (!batch)
		return;
	snprintf(op->fetch.type, sizeof(op->fetch.type), "HostSystem");
	op->fetch.refs = batch->hosts;
	op->fetch.ref_count = batch->host_count;
	op->fetch.done = take_hosts;
	ra_vs_fetch(vs, op);
}

static void take_time(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct ra_vs_batch *batch = op->own;
	char text[RA_VS_NAME_MAX];
	RA_AUTO(ra_cjson_free) cJSON *time = NULL;

	if (!said->result || !ra_vs_kid_text(said->result, "returnval", text, sizeof(text))) {
		ra_vs_batch_fail(vs, op, said);
		return;
	}
	time = cJSON_CreateString(text);
	for (size_t i = 0; i < batch->count; i++) {
		struct ra_job *job = batch->jobs[i];

		batch->jobs[i] = NULL;
		ra_vs_answer(vs, job, time);
	}
	ra_vs_op_end(op);
}

static void begin_time(struct ra_vs *vs)
{
	static const struct ra_vs_ref instance = {"ServiceInstance", "ServiceInstance"};
	struct ra_vs_op *op = ra_vs_batch_new(vs, BIT(RA_VS_TIME));
	struct ra_vs_batch *batch = op ? op->own : NULL;

	for (size_t i = 0; batch && i < batch->count; i++)
		ra_vs_sent(vs, batch->jobs[i]);
	if (op)
		ra_vs_soap(vs, op, &(struct ra_vs_soap){.method = "CurrentTime", .self = &instance, .inner = ""}, take_time);
}

static cJSON *host_json(const struct ra_vs_host *host)
{
	static const char *const found[] = {"none", "one", "many"};
	RA_AUTO(ra_cjson_free) cJSON *object = cJSON_CreateObject();
	cJSON *matches = host->found == RA_VS_MANY ? cJSON_Duplicate(host->matches, true) : NULL, *out = object;

	if (!object || !cJSON_AddStringToObject(object, "found", found[host->found]) ||
	    (host->found == RA_VS_ONE && (!cJSON_AddStringToObject(object, "name", host->name) ||
					  !cJSON_AddStringToObject(object, "id", host->ref.id) ||
					  !cJSON_AddStringToObject(object, "by", host->by))) ||
	    (matches && !cJSON_AddItemToObject(object, "matches", matches))) {
		cJSON_Delete(matches);
		return NULL;
	}
	object = NULL;
	return out;
}

/* The server's chain of certificates as a list of PEM texts. */
static cJSON *chain_json(const struct ra_http_peer *peer)
{
	static const char end[] = "-----END CERTIFICATE-----\n";
	RA_AUTO(ra_cjson_free) cJSON *list = cJSON_CreateArray();
	const char *at = ra_buf_str(&peer->chain), *past;
	cJSON *out = list;

	for (; list && (past = strstr(at, end)); at = past + sizeof(end) - 1) {
		RA_AUTO(ra_mem_free) char *pem = strndup(at, (size_t)(past - at) + sizeof(end) - 1);
		cJSON *one = pem ? cJSON_CreateString(pem) : NULL;

		if (one && cJSON_AddItemToArray(list, one))
			continue;
		cJSON_Delete(one);
		return NULL;
	}
	list = NULL;
	return out;
}

/* What the server says of itself, and where it was reached: nothing it says tells that. */
static cJSON *about_json(const struct ra_vs *vs)
{
	cJSON *json = cJSON_Duplicate(vs->about, true);
	const char *address = ra_http_peer(vs->http)->address;

	if (json && *address && !cJSON_GetObjectItemCaseSensitive(json, "address") && !cJSON_AddStringToObject(json, "address", address)) {
		cJSON_Delete(json);
		return NULL;
	}
	return json;
}

/* What needs no question: the server itself, which host it is, a host that is not there. Out: true when the job was answered. */
static bool at_once(struct ra_vs *vs, struct ra_job *job)
{
	const struct ra_vs_want *want = ra_vs_want_of(job);
	const struct ra_vs_host *host = want->target ? ra_vs_host(vs, want->target) : NULL;
	RA_AUTO(ra_cjson_free) cJSON *json = NULL;
	char say[RA_LINK_SAY_MAX];

	if (want->kind == RA_VS_ABOUT)
		json = about_json(vs);
	else if (want->kind == RA_VS_CERT)
		json = chain_json(ra_http_peer(vs->http));
	else if (want->kind == RA_VS_HOST && host)
		json = host_json(host);
	if (json) {
		ra_vs_answer(vs, job, json);
		return true;
	}
	if (!host || host->found == RA_VS_ONE)
		return false;
	snprintf(say, sizeof(say),
		 host->found == RA_VS_NONE ? "%s: no host in its inventory is called %.200s, by name, address or UUID"
					   : "%s: several hosts in its inventory are called %.200s; name the one you mean by its UUID or full name",
		 vs->place, want->target);
	ra_vs_answer_why(vs, job, RA_LINK_NO_REQUEST, say);
	return true;
}

void ra_vs_read(struct ra_vs *vs)
{
	struct ra_job *next;

	for (struct ra_job *job = vs->jobs; job; job = next) {
		next = job->next;
		if (!ra_vs_want_of(job)->taken)
			(void)at_once(vs, job);
	}
	begin_time(vs);
	begin(vs);
}
