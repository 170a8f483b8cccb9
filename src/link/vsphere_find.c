/* vsphere_find.c - which host of the inventory an operator means: by its name there, the name it gives itself, an address, its UUID.
 * One read of every host's names serves all targets; an address nobody is named by is looked up by vCenter. */
#include "config.h"

#include "link/vsphere.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE_MS 10000 /* so long a host that was not found is not looked for again */
#define MATCHES_MAX 20

#define NAME "name"
#define UUID "summary.hardware.uuid"
#define DNS "config.network.dnsConfig"

/* The targets an op looks for; those that are addresses come last, one by one. */
struct search {
	char **targets;
	size_t count, at;
	bool old; /* FindAllByIp is not known here: FindByIp */
};

/* Where a target stands among those known, which are sorted, or would. */
static size_t place_of(const struct ra_vs *vs, const char *target)
{
	size_t from = 0, to = vs->host_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (strcmp(vs->hosts[middle].target, target) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static struct ra_vs_host *known(const struct ra_vs *vs, const char *target)
{
	size_t at = place_of(vs, target);

	return at < vs->host_count && strcmp(vs->hosts[at].target, target) == 0 ? &vs->hosts[at] : NULL;
}

const struct ra_vs_host *ra_vs_host(const struct ra_vs *vs, const char *target)
{
	return known(vs, target);
}

static void host_clear(struct ra_vs_host *host)
{
	free(host->target);
	free(host->name);
	cJSON_Delete(host->matches);
	*host = (struct ra_vs_host){0};
}

void ra_vs_hosts_forget(struct ra_vs *vs)
{
	for (size_t i = 0; i < vs->host_count; i++)
		host_clear(&vs->hosts[i]);
	free(vs->hosts);
	vs->hosts = NULL;
	vs->host_count = 0;
}

void ra_vs_hosts_doubt(struct ra_vs *vs)
{
	for (size_t i = 0; i < vs->host_count; i++)
		vs->hosts[i].doubted = true;
}

static void search_free(struct ra_vs_op *op)
{
	struct search *search = op->own;

	for (size_t i = 0; search && i < search->count; i++)
		free(search->targets[i]);
	if (search)
		free(search->targets);
	free(search);
}

/* A new record of a target; the old one goes. Out: NULL without memory. */
static struct ra_vs_host *record(struct ra_vs *vs, const char *target)
{
	size_t place = place_of(vs, target);
	struct ra_vs_host *at = known(vs, target);
	char *own = strdup(target);

	if (!own)
		return NULL;
	if (at) {
		host_clear(at);
	} else {
		struct ra_vs_host *more = realloc(vs->hosts, (vs->host_count + 1) * sizeof(*more));

		if (!more) {
			free(own);
			return NULL;
		}
		vs->hosts = more;
		at = &more[place];
		memmove(at + 1, at, (vs->host_count++ - place) * sizeof(*at));
	}
	*at = (struct ra_vs_host){.target = own, .at = vs->now, .by = ""};
	return at;
}

static const char *text(const cJSON *node)
{
	return cJSON_IsString(node) ? node->valuestring : "";
}

static bool same(const char *a, const char *b)
{
	return *a && strcasecmp(a, b) == 0;
}

/* "esx01" of "esx01.lab.example"; an address has none. */
static bool same_short(const char *target, const char *name)
{
	size_t len = strcspn(name, ".");
	unsigned char room[16];

	return !strchr(target, '.') && strlen(target) == len && strncasecmp(target, name, len) == 0 && inet_pton(AF_INET, name, room) != 1;
}

/* "esx01.lab.example" of "esx01" and "lab.example". */
static bool same_full(const char *target, const char *own, const char *domain)
{
	size_t len = strlen(own);

	if (!len || strncasecmp(target, own, len) != 0)
		return false;
	return *domain ? target[len] == '.' && strcasecmp(target + len + 1, domain) == 0 : target[len] == '\0';
}

/* How well a host fits: 0 not, 1 by its short name, 2 to the letter. */
static int fits(const struct ra_vs_item *item, const char *target, const char **by)
{
	const char *name = text(ra_json_get(item->values, NAME));
	const cJSON *dns = ra_json_get(item->values, DNS);
	const char *own = ra_json_str(dns, "hostName", ""), *domain = ra_json_str(dns, "domainName", "");

	*by = "uuid";
	if (same(target, text(ra_json_get(item->values, UUID))))
		return 2;
	*by = "name";
	if (same(target, name) || (strchr(target, '.') && same_full(target, own, domain)))
		return 2;
	return same_short(target, name) || same(target, own);
}

/* Put a host found into a record. Out: false without memory. */
static bool take_match(struct ra_vs_host *host, const struct ra_vs_item *item, const char *by)
{
	const char *name = text(ra_json_get(item->values, NAME));

	if (!host->matches)
		host->matches = cJSON_CreateArray();
	if (!host->matches)
		return false;
	host->found = host->found == RA_VS_NONE ? RA_VS_ONE : RA_VS_MANY;
	host->ref = item->ref;
	host->by = by;
	if (!host->name)
		host->name = strdup(name);
	if (cJSON_GetArraySize(host->matches) < MATCHES_MAX) {
		cJSON *one = cJSON_CreateString(name);

		if (!one || !cJSON_AddItemToArray(host->matches, one)) {
			cJSON_Delete(one);
			return false;
		}
	}
	return host->name != NULL;
}

static bool match(struct ra_vs *vs, const struct ra_vs_fetch *fetch, const char *target)
{
	struct ra_vs_host *host = record(vs, target);
	const char *by = "";
	int best = 0;

	if (!host)
		return false;
	for (size_t i = 0; i < fetch->item_count; i++) {
		int rank = fits(&fetch->items[i], target, &by);

		best = rank > best ? rank : best;
	}
	/* A host's own API has one host: it is meant when it is called by the name it is reached by. */
	if (!best && vs->is_esxi && fetch->item_count == 1 && same(target, vs->url.host))
		return take_match(host, &fetch->items[0], "address");
	for (size_t i = 0; best && i < fetch->item_count; i++)
		if (fits(&fetch->items[i], target, &by) == best && !take_match(host, &fetch->items[i], by))
			return false;
	return true;
}

static bool is_address(const char *target)
{
	unsigned char room[16];

	return inet_pton(AF_INET, target, room) == 1 || inet_pton(AF_INET6, target, room) == 1;
}

static void next_address(struct ra_vs *vs, struct ra_vs_op *op);

static void finish(struct ra_vs *vs, struct ra_vs_op *op)
{
	vs->finding = false;
	vs->again = true;
	ra_vs_op_end(op);
}

static void answer_target(struct ra_vs *vs, const char *target, const struct ra_vs_said *said)
{
	struct ra_job *next;

	for (struct ra_job *job = vs->jobs; job; job = next) {
		const struct ra_vs_want *want = ra_vs_want_of(job);

		next = job->next;
		if (want->target && !want->taken && strcmp(want->target, target) == 0)
			ra_vs_answer_said(vs, job, said);
	}
}

static void search_fail(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct search *search = op->own;

	finish(vs, op);
	for (size_t i = 0; i < search->count; i++)
		answer_target(vs, search->targets[i], said);
}

static void take_addresses(struct ra_vs *vs, struct ra_vs_op *op, const struct ra_vs_said *said)
{
	struct search *search = op->own;
	const char *target = search->targets[search->at];
	enum ra_link_why why;
	char say[RA_LINK_SAY_MAX];

	if (!said->result) {
		why = said->why == RA_LINK_ANSWERED ? ra_vs_fault_why(vs, &said->fault, say, sizeof(say)) : said->why;
		if (why == RA_LINK_NO_REQUEST && !search->old) {
			search->old = true;
			next_address(vs, op);
			return;
		}
		if (said->why != RA_LINK_ANSWERED) {
			search_fail(vs, op, said);
			return;
		}
		/* A search that is refused found nothing out: not even that there is no such host. */
		if (known(vs, target))
			known(vs, target)->doubted = true;
		answer_target(vs, target, said);
	}
	for (const xmlNode *at = ra_vs_kid(said->result, "returnval"); at; at = ra_vs_next(at, "returnval")) {
		struct ra_vs_host *host = known(vs, target);
		struct ra_vs_ref ref;
		const struct ra_vs_item *item = ra_vs_ref_of(at, &ref) ? ra_vs_item(&op->fetch, ref.id) : NULL;

		if (host && item && !take_match(host, item, "address"))
			break;
	}
	search->at++;
	next_address(vs, op);
}

/* The next target that is an address and was not found by a name. */
static void next_address(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct search *search = op->own;
	RA_AUTO(ra_buf_free) struct ra_buf inner = {0};

	for (; search->at < search->count; search->at++) {
		const struct ra_vs_host *host = known(vs, search->targets[search->at]);

		if (host && host->found == RA_VS_NONE && is_address(host->target) && vs->search.id[0])
			break;
	}
	if (search->at == search->count) {
		finish(vs, op);
		return;
	}
	if (ra_vs_put(&inner, "ip", search->targets[search->at]) || ra_buf_text(&inner, "<vmSearch>false</vmSearch>")) {
		search_fail(vs, op, &(struct ra_vs_said){.why = RA_LINK_CUT, .say = "no memory for the request"});
		return;
	}
	ra_vs_soap(vs, op,
		   &(struct ra_vs_soap){.method = search->old ? "FindByIp" : "FindAllByIp", .self = &vs->search, .inner = ra_buf_str(&inner)},
		   take_addresses);
}

static void take_index(struct ra_vs *vs, struct ra_vs_op *op)
{
	struct search *search = op->own;

	for (size_t i = 0; i < search->count; i++) {
		if (match(vs, &op->fetch, search->targets[i]))
			continue;
		search_fail(vs, op, &(struct ra_vs_said){.why = RA_LINK_CUT, .say = "no memory for the inventory"});
		return;
	}
	next_address(vs, op);
}

/* Is this target to be looked for (again)? */
static bool is_open(const struct ra_vs *vs, const char *target)
{
	const struct ra_vs_host *host = known(vs, target);

	return !host || host->doubted || (host->found != RA_VS_ONE && vs->now - host->at >= NONE_MS);
}

static bool add_target(struct search *search, const char *target)
{
	char **more;

	for (size_t i = 0; i < search->count; i++)
		if (strcmp(search->targets[i], target) == 0)
			return true;
	more = realloc(search->targets, (search->count + 1) * sizeof(*more));
	if (!more)
		return false;
	search->targets = more;
	more[search->count] = strdup(target);
	search->count += more[search->count] != NULL;
	return more[search->count ? search->count - 1 : 0] != NULL;
}

bool ra_vs_find(struct ra_vs *vs)
{
	struct search *search;
	struct ra_vs_op *op;
	bool any = false;

	if (vs->finding)
		return true;
	for (const struct ra_job *job = vs->jobs; job && !any; job = job->next) {
		const struct ra_vs_want *want = ra_vs_want_of(job);

		any = !want->taken && want->target && is_open(vs, want->target);
	}
	if (!any)
		return false;
	op = ra_vs_op_new(vs);
	search = op ? calloc(1, sizeof(*search)) : NULL;
	if (!search) {
		if (op)
			ra_vs_op_end(op);
		return any;
	}
	op->own = search;
	op->drop = search_free;
	op->fail = search_fail;
	vs->finding = true;
	for (const struct ra_job *job = vs->jobs; job; job = job->next) {
		const struct ra_vs_want *want = ra_vs_want_of(job);

		if (!want->taken && want->target && is_open(vs, want->target) && !add_target(search, want->target))
			break;
	}
	snprintf(op->fetch.type, sizeof(op->fetch.type), "HostSystem");
	ra_vs_fetch_path(&op->fetch, NAME);
	ra_vs_fetch_path(&op->fetch, UUID);
	ra_vs_fetch_path(&op->fetch, DNS);
	op->fetch.done = take_index;
	ra_vs_fetch(vs, op);
	return true;
}
