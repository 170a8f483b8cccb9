/* vsphere_more.c - what no property of a host tells by itself. Each stage is one joined question for all jobs of a batch that need it:
 * the names of alarms, the cluster, running tasks, key providers, virtual machines, the other hosts. Facts are put side by side here,
 * never judged. */
#include "config.h"

#include "link/vsphere.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum stage { ALARMS, PARENTS, TASKS, KEYS, VMS, SIBLINGS, STAGES };

_Static_assert(STAGES == RA_LEN(((struct ra_vs_batch *)0)->more), "a stage has its fetch");

/* More than any vCenter has: beyond them an answer is not looked through, and says so by being none. */
#define REFS_MAX 100000
#define PLACES_MAX 256

#define MODEL "summary.hardware.model"
#define VENDOR "summary.hardware.vendor"
#define BIOS "hardware.biosInfo.biosVersion"
#define ESXI_VERSION "summary.config.product.version"
#define BUILD "summary.config.product.build"
#define STATUS "summary.tpmAttestation"
#define SECURE_BOOT "capability.uefiSecureBoot"

static const char *text(const cJSON *node)
{
	return cJSON_IsString(node) ? node->valuestring : "";
}

static const char *host_id(const struct ra_vs *vs, const struct ra_job *job)
{
	const struct ra_vs_host *host = ra_vs_host(vs, ra_vs_want_of(job)->target);

	return host ? host->ref.id : "";
}

/* Put text under a key unless it is empty. Out: false without memory. */
static bool put_text(cJSON *object, const char *key, const char *value)
{
	return !*value || cJSON_AddStringToObject(object, key, value);
}

static bool add_item(cJSON *list, cJSON *item)
{
	if (item && cJSON_AddItemToArray(list, item))
		return true;
	cJSON_Delete(item);
	return false;
}

/* Note the reference a node holds ({"type","id"}). Out: false without memory, or when there are more than any server has. */
static bool add_ref(struct ra_vs_batch *batch, const cJSON *node, const char *type)
{
	const char *id = ra_json_str(node, "id", ""), *own = ra_json_str(node, "type", "");
	struct ra_vs_ref *more;

	if (!*id || (*type && strcmp(type, own) != 0))
		return true;
	if (batch->ref_count >= REFS_MAX)
		return false;
	more = realloc(batch->refs, (batch->ref_count + 1) * sizeof(*more));
	if (!more)
		return false;
	batch->refs = more;
	snprintf(more[batch->ref_count].id, sizeof(more->id), "%s", id);
	snprintf(more[batch->ref_count].type, sizeof(more->type), "%s", own);
	batch->ref_count++;
	return true;
}

static int by_id(const void *a, const void *b)
{
	const struct ra_vs_ref *left = a, *right = b;

	return strcmp(left->id, right->id);
}

/* Each of them once. */
static void unique_refs(struct ra_vs_batch *batch)
{
	size_t count = 0;

	if (batch->ref_count)
		qsort(batch->refs, batch->ref_count, sizeof(*batch->refs), by_id);
	for (size_t i = 0; i < batch->ref_count; i++)
		if (!count || by_id(&batch->refs[count - 1], &batch->refs[i]) != 0)
			batch->refs[count++] = batch->refs[i];
	batch->ref_count = count;
}

/* What a stage asks. */
struct stage_row {
	enum ra_vs_kind kind; /* of the jobs it is for */
	const char *type;     /* of the objects; their references stand in the jobs' property */
	const char *member;   /* of its items, where the reference stands; NULL: the item itself */
	const char *paths[9];
	bool each; /* what is not told of one of them (the first path) is not told at all: it may be the one that matters */
};
static const struct stage_row rows[STAGES] = {
    [ALARMS] = {RA_VS_ALARMS, "Alarm", "alarm", {"info.name"}, true},
    [PARENTS] = {RA_VS_PARENT,
		 "ClusterComputeResource",
		 NULL,
		 {"name", "host", "configurationEx.dasConfig.enabled", "configurationEx.drsConfig.enabled",
		  "configurationEx.vsanConfigInfo.enabled", "lifecycleManaged", "configManagerEnabled"},
		 false},
    [TASKS] = {RA_VS_TASKS, "Task", NULL, {"info"}, true},
    [KEYS] = {RA_VS_KEYS, "", NULL, {"kmipServers"}, false},
    [VMS] = {RA_VS_VMS,
	     "VirtualMachine",
	     NULL,
	     {"name", "runtime.powerState", "runtime.faultToleranceState", "guest.ipAddress", "guest.hostName", "guest.net"},
	     true},
    [SIBLINGS] = {RA_VS_SIBLINGS, "HostSystem", NULL, {"name", VENDOR, MODEL, BIOS, ESXI_VERSION, BUILD, STATUS, SECURE_BOOT}, false},
};

/* The references one job's property holds. */
static bool gather(const struct ra_vs *vs, struct ra_vs_batch *batch, const struct ra_job *job, const struct stage_row *row)
{
	const cJSON *value = ra_vs_value(&batch->main, host_id(vs, job), ra_vs_want_of(job)->path), *item;
	bool whole = true;

	if (cJSON_IsObject(value))
		return add_ref(batch, value, row->type);
	cJSON_ArrayForEach (item, value)
		whole = whole && add_ref(batch, row->member ? ra_json_get(item, row->member) : item, row->type);
	return whole;
}

static void next_stage(struct ra_vs *vs, struct ra_vs_op *op);

static void take_stage(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct ra_vs_batch *batch = op->own;

	batch->more[batch->stage++] = op->fetch;
	op->fetch = (struct ra_vs_fetch){0};
	next_stage(vs, op);
}

/* A stage that fails costs the jobs that are for it, and no others. */
static void stage_fail(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct ra_vs_batch *batch = op->own;

	for (size_t i = 0; i < batch->count; i++) {
		struct ra_job *job = batch->jobs[i];

		if (!job || ra_vs_want_of(job)->kind != rows[batch->stage].kind)
			continue;
		batch->jobs[i] = NULL;
		ra_vs_answer_said(vs, job, said);
	}
	ra_vs_fetch_reset(&op->fetch);
	batch->stage++;
	next_stage(vs, op);
}

static bool is_wanted(const struct ra_vs_batch *batch, enum ra_vs_kind kind)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->jobs[i] && ra_vs_want_of(batch->jobs[i])->kind == kind)
			return true;
	return false;
}

/* Ask what the stage asks, for every job that needs it. */
static void ask_stage(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct ra_vs_batch *batch = op->own;
	const struct stage_row *row = &rows[batch->stage];
	bool whole = true;

	batch->ref_count = 0;
	if (batch->stage == KEYS && vs->crypto.id[0])
		whole = (batch->refs = realloc(batch->refs, sizeof(*batch->refs))) != NULL;
	if (batch->stage == KEYS && vs->crypto.id[0] && whole)
		batch->refs[batch->ref_count++] = vs->crypto;
	for (size_t i = 0; i < batch->count && whole && batch->stage != KEYS && batch->stage != SIBLINGS; i++)
		if (batch->jobs[i] && ra_vs_want_of(batch->jobs[i])->kind == row->kind)
			whole = gather(vs, batch, batch->jobs[i], row);
	if (!whole) {
		stage_fail(vs, op, &(struct ra_vs_said){.why = RA_LINK_CUT, .say = "no memory for the answer"});
		return;
	}
	unique_refs(batch);
	op->fetch = (struct ra_vs_fetch){.done = take_stage};
	for (size_t i = 0; i < RA_LEN(row->paths) && row->paths[i]; i++)
		ra_vs_fetch_path(&op->fetch, row->paths[i]);
	/* A manager is asked by its own type, which differs between servers. */
	snprintf(op->fetch.type, sizeof(op->fetch.type), "%s", batch->stage == KEYS ? vs->crypto.type : row->type);
	op->fetch.refs = batch->stage == SIBLINGS ? NULL : batch->refs ? batch->refs : batch->hosts;
	op->fetch.ref_count = batch->ref_count;
	ra_vs_fetch(vs, op);
}

static cJSON *alarm_json(const struct ra_vs_batch *batch, const cJSON *alarm)
{
	const char *id = ra_json_str(ra_json_get(alarm, "alarm"), "id", ""), *name = text(ra_vs_value(&batch->more[ALARMS], id, "info.name"));
	char line[400];

	snprintf(line, sizeof(line), "%s %s%s", ra_json_str(alarm, "overallStatus", "gray"), *name ? name : id,
		 ra_json_bool(alarm, "acknowledged", false) ? " (acknowledged)" : "");
	return cJSON_CreateString(line);
}

static cJSON *alarms_json(const struct ra_vs *vs, const struct ra_vs_batch *batch, const struct ra_job *job)
{
	const cJSON *value = ra_vs_value(&batch->main, host_id(vs, job), ra_vs_want_of(job)->path), *item;
	cJSON *list = cJSON_CreateArray();

	cJSON_ArrayForEach (item, value)
		if (list && !add_item(list, alarm_json(batch, item)))
			list = ra_cjson_free(list);
	return list;
}

static cJSON *parent_json(const struct ra_vs *vs, const struct ra_vs_batch *batch, const struct ra_job *job)
{
	static const struct {
		const char *key, *path;
	} flags[] = {{"ha", "configurationEx.dasConfig.enabled"},
		     {"drs", "configurationEx.drsConfig.enabled"},
		     {"vsan", "configurationEx.vsanConfigInfo.enabled"},
		     {"image", "lifecycleManaged"},
		     {"config_profile", "configManagerEnabled"}};
	const cJSON *ref = ra_vs_value(&batch->main, host_id(vs, job), ra_vs_want_of(job)->path);
	const char *id = ra_json_str(ref, "id", "");
	const struct ra_vs_fetch *fetch = &batch->more[PARENTS];
	cJSON *object = cJSON_CreateObject();
	bool whole = object && put_text(object, "type", ra_json_str(ref, "type", "")) && put_text(object, "name", text(ra_vs_value(fetch, id, "name")));

	if (whole && ra_vs_value(fetch, id, "host"))
		whole = cJSON_AddNumberToObject(object, "hosts", cJSON_GetArraySize(ra_vs_value(fetch, id, "host"))) != NULL;
	for (size_t i = 0; i < RA_LEN(flags) && whole; i++)
		whole = ra_vs_put_copy(object, flags[i].key, ra_vs_value(fetch, id, flags[i].path));
	return whole ? object : ra_cjson_free(object);
}

static cJSON *task_json(const cJSON *info)
{
	const char *name = ra_json_str(info, "name", "");
	cJSON *object = cJSON_CreateObject();

	if (object && put_text(object, "name", *name ? name : ra_json_str(info, "descriptionId", "")) &&
	    put_text(object, "state", ra_json_str(info, "state", "")) && put_text(object, "entity", ra_json_str(info, "entityName", "")) &&
	    ra_vs_put_copy(object, "progress", ra_json_get(info, "progress")))
		return object;
	return ra_cjson_free(object);
}

static cJSON *tasks_json(const struct ra_vs *vs, const struct ra_vs_batch *batch, const struct ra_job *job)
{
	const cJSON *value = ra_vs_value(&batch->main, host_id(vs, job), ra_vs_want_of(job)->path), *item;
	cJSON *list = cJSON_CreateArray();

	cJSON_ArrayForEach (item, value) {
		const cJSON *info = ra_vs_value(&batch->more[TASKS], ra_json_str(item, "id", ""), "info");

		if (list && info && !add_item(list, task_json(info)))
			list = ra_cjson_free(list);
	}
	return list;
}

static cJSON *provider_json(const cJSON *cluster)
{
	const char *type = ra_json_str(cluster, "managementType", "");
	cJSON *object = cJSON_CreateObject();

	if (object && put_text(object, "id", ra_json_str(ra_json_get(cluster, "clusterId"), "id", "")) &&
	    put_text(object, "type", *type ? type : "unknown") && ra_vs_put_copy(object, "default", ra_json_get(cluster, "useAsDefault")) &&
	    ra_vs_put_copy(object, "has_backup", ra_json_get(cluster, "hasBackup")) && ra_vs_put_copy(object, "tpm_required", ra_json_get(cluster, "tpmRequired")))
		return object;
	return ra_cjson_free(object);
}

static const cJSON *providers(const struct ra_vs *vs, const struct ra_vs_batch *batch)
{
	return ra_vs_value(&batch->more[KEYS], vs->crypto.id, "kmipServers");
}

static cJSON *keys_json(const struct ra_vs *vs, const struct ra_vs_batch *batch, const struct ra_job *job RA_UNUSED)
{
	const cJSON *item;
	cJSON *list = cJSON_CreateArray();

	cJSON_ArrayForEach (item, providers(vs, batch))
		if (list && !add_item(list, provider_json(item)))
			list = ra_cjson_free(list);
	return list;
}

/* Does a virtual machine have this name or address? */
static bool answers_to(const struct ra_vs_item *vm, const char *place)
{
	const cJSON *nic, *address;

	if (!*place)
		return false;
	if (strcasecmp(text(ra_json_get(vm->values, "guest.hostName")), place) == 0 ||
	    strcasecmp(text(ra_json_get(vm->values, "guest.ipAddress")), place) == 0)
		return true;
	cJSON_ArrayForEach (nic, ra_json_get(vm->values, "guest.net"))
		cJSON_ArrayForEach (address, ra_json_get(nic, "ipAddress"))
			if (strcasecmp(text(address), place) == 0)
				return true;
	return false;
}

/* Has it one of the addresses of such an object? A member `address` is a list wherever it stands, for name servers have several. */
static bool serves_at(const cJSON *object, const struct ra_vs_item *vm)
{
	const cJSON *address;

	cJSON_ArrayForEach (address, ra_json_get(object, "address"))
		if (answers_to(vm, text(address)))
			return true;
	return false;
}

static bool serves_keys(const struct ra_vs *vs, const struct ra_vs_batch *batch, const struct ra_vs_item *vm)
{
	const cJSON *cluster, *server;

	cJSON_ArrayForEach (cluster, providers(vs, batch))
		cJSON_ArrayForEach (server, ra_json_get(cluster, "servers"))
			if (serves_at(server, vm))
				return true;
	return false;
}

static cJSON *serves_json(const struct ra_vs *vs, const struct ra_vs_batch *batch, const char *host, const struct ra_vs_item *vm)
{
	static const char *const roles[] = {"vcenter", "key server", "dns"};
	bool has[] = {answers_to(vm, vs->url.host) || answers_to(vm, text(ra_vs_value(&batch->main, host, "summary.managementServerIp"))),
		      serves_keys(vs, batch, vm), serves_at(ra_vs_value(&batch->main, host, "config.network.dnsConfig"), vm)};
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < RA_LEN(roles) && list; i++)
		if (has[i] && !add_item(list, cJSON_CreateString(roles[i])))
			list = ra_cjson_free(list);
	return list;
}

/* One virtual machine; a machine that is on and tells no address goes into silent. */
static bool add_vm(const struct ra_vs *vs, const struct ra_vs_batch *batch, const char *host, const struct ra_vs_item *vm, cJSON *const lists[2])
{
	const char *name = text(ra_json_get(vm->values, "name")), *power = text(ra_json_get(vm->values, "runtime.powerState"));
	bool silent = strcmp(power, "poweredOff") != 0 && !*text(ra_json_get(vm->values, "guest.ipAddress"));
	cJSON *object = cJSON_CreateObject(), *serves = serves_json(vs, batch, host, vm);

	if (!object || !serves || !put_text(object, "name", name) || !put_text(object, "power", power) ||
	    !put_text(object, "ft", text(ra_json_get(vm->values, "runtime.faultToleranceState"))) ||
	    !cJSON_AddItemToObject(object, "serves", serves)) {
		cJSON_Delete(serves);
		cJSON_Delete(object);
		return false;
	}
	return add_item(lists[0], object) && (!silent || add_item(lists[1], cJSON_CreateString(name)));
}

/* How many addresses its machines are compared with. */
static int places_of(const struct ra_vs *vs, const struct ra_vs_batch *batch, const char *host)
{
	int count = cJSON_GetArraySize(ra_json_get(ra_vs_value(&batch->main, host, "config.network.dnsConfig"), "address"));
	const cJSON *cluster, *server;

	cJSON_ArrayForEach (cluster, providers(vs, batch))
		cJSON_ArrayForEach (server, ra_json_get(cluster, "servers"))
			count += 1 + cJSON_GetArraySize(ra_json_get(server, "address"));
	return count;
}

static cJSON *vms_json(const struct ra_vs *vs, const struct ra_vs_batch *batch, const struct ra_job *job)
{
	const char *host = host_id(vs, job);
	const cJSON *value = ra_vs_value(&batch->main, host, ra_vs_want_of(job)->path), *item;
	cJSON *object = cJSON_CreateObject();
	cJSON *lists[] = {object ? cJSON_AddArrayToObject(object, "vms") : NULL, object ? cJSON_AddArrayToObject(object, "silent") : NULL};
	bool whole = lists[0] && lists[1] && places_of(vs, batch, host) <= PLACES_MAX;

	cJSON_ArrayForEach (item, value) {
		const struct ra_vs_item *vm = ra_vs_item(&batch->more[VMS], ra_json_str(item, "id", ""));

		whole = whole && vm && add_vm(vs, batch, host, vm, lists);
	}
	return whole ? object : ra_cjson_free(object);
}

static cJSON *sibling_json(const struct ra_vs_item *host)
{
	const cJSON *attestation = ra_json_get(host->values, STATUS);
	cJSON *object = cJSON_CreateObject();

	if (object && put_text(object, "name", text(ra_json_get(host->values, "name"))) &&
	    put_text(object, "status", ra_json_str(attestation, "status", "")) && put_text(object, "version", text(ra_json_get(host->values, ESXI_VERSION))) &&
	    put_text(object, "build", text(ra_json_get(host->values, BUILD))) && put_text(object, "bios", text(ra_json_get(host->values, BIOS))) &&
	    ra_vs_put_copy(object, "secure_boot", ra_json_get(host->values, SECURE_BOOT)))
		return object;
	return ra_cjson_free(object);
}

static cJSON *siblings_json(const struct ra_vs *vs, const struct ra_vs_batch *batch, const struct ra_job *job)
{
	const struct ra_vs_fetch *fetch = &batch->more[SIBLINGS];
	const char *own = host_id(vs, job);
	const char *vendor = text(ra_vs_value(&batch->main, own, VENDOR)), *model = text(ra_vs_value(&batch->main, own, MODEL));
	/* A host without a model has no siblings that could be told. */
	cJSON *list = *model ? cJSON_CreateArray() : cJSON_CreateNull();

	for (size_t i = 0; *model && i < fetch->item_count && list; i++) {
		const struct ra_vs_item *item = &fetch->items[i];

		if (strcmp(item->ref.id, own) == 0 || strcmp(text(ra_json_get(item->values, MODEL)), model) != 0 ||
		    strcmp(text(ra_json_get(item->values, VENDOR)), vendor) != 0)
			continue;
		if (!add_item(list, sibling_json(item)))
			list = ra_cjson_free(list);
	}
	return list;
}

/* Why one of the objects a job's property refers to is not told, a fault's name; "" when all are. */
static const char *untold(const struct ra_vs_batch *batch, const cJSON *value, size_t stage)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, value) {
		const char *id = ra_json_str(rows[stage].member ? ra_json_get(item, rows[stage].member) : item, "id", "");
		const char *missing = ra_vs_missing(&batch->more[stage], id, rows[stage].paths[0]);

		if (*missing)
			return missing;
		if (!ra_vs_item(&batch->more[stage], id))
			return "ManagedObjectNotFound";
	}
	return "";
}

/* The answer to one job, from everything read. */
static void answer_job(struct ra_vs *vs, const struct ra_vs_batch *batch, struct ra_job *job)
{
	static cJSON *(*const makers[STAGES])(const struct ra_vs *, const struct ra_vs_batch *, const struct ra_job *) = {
	    alarms_json, parent_json, tasks_json, keys_json, vms_json, siblings_json};
	const struct ra_vs_want *want = ra_vs_want_of(job);
	const char *own = host_id(vs, job), *missing;
	const cJSON *value = want->path ? ra_vs_value(&batch->main, own, want->path) : NULL;
	size_t stage = 0;
	RA_AUTO(ra_cjson_free) cJSON *json = NULL;

	while (stage < STAGES && rows[stage].kind != want->kind)
		stage++;
	/* A property that is not there, or not to be had, says so itself: nothing is made up from its absence. */
	if (want->path && (*ra_vs_missing(&batch->main, own, want->path) || !value || cJSON_IsRaw(value))) {
		ra_vs_answer_value(vs, job, &batch->main, own);
		return;
	}
	missing = stage < STAGES && rows[stage].each ? untold(batch, value, stage) : "";
	if (*missing) {
		ra_vs_answer_missing(vs, job, missing, rows[stage].paths[0]);
		return;
	}
	if (stage == KEYS && *ra_vs_missing(&batch->more[KEYS], vs->crypto.id, "kmipServers")) {
		ra_vs_answer_why(vs, job, RA_LINK_REFUSED, "this user may not read the key providers");
		return;
	}
	json = stage < STAGES ? makers[stage](vs, batch, job) : NULL;
	if (json)
		ra_vs_answer(vs, job, json);
	else
		ra_vs_answer_why(vs, job, RA_LINK_CUT, "no memory for the answer");
}

static void next_stage(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct ra_vs_batch *batch = op->own;

	while (batch->stage < STAGES && !is_wanted(batch, rows[batch->stage].kind) &&
	       !(batch->stage == KEYS && is_wanted(batch, RA_VS_VMS)))
		batch->stage++;
	if (batch->stage < STAGES) {
		ask_stage(vs, op);
		return;
	}
	for (size_t i = 0; i < batch->count; i++) {
		struct ra_job *job = batch->jobs[i];

		batch->jobs[i] = NULL;
		if (job)
			answer_job(vs, batch, job);
	}
	ra_vs_op_end(op);
}

void ra_vs_more(struct ra_vs *vs, struct ra_vs_op *op)
{
	op->fail = stage_fail;
	next_stage(vs, op);
}
