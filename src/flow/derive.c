/* derive.c - what the site's list and the template say about this host, as facts. Made anew after every entry from the entries alone; an
 * observation is added only when something changed. */
#include "config.h"

#include "flow/drift.h"
#include "flow/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a row of the list has, and the fact of the host it is held against. */
static const struct listed {
	const char *member, *site, *fact, *word;
	bool of_list; /* stands beside the models, for all hosts */
} listed[] = {
	{"bios", "site.bios", "host.bios", "BIOS", false},
	{"tpm_firmware", "site.tpm_firmware", "tpm.firmware", "TPM firmware", false},
	{"esxi", "site.esxi", RA_FACT_ESXI_VERSION, "ESXi", false},
	{"vcenter", "site.vcenter", "vcenter.version", "vCenter", true},
};

static struct ra_reading read_fact(const struct ra_state *state, const char *name)
{
	struct ra_query query = {.plane = RA_PLANE_ANY, .prefer = ra_flowset_prefer(state->set, name)};

	return ra_facts_read(state->facts, name, &query);
}

/* Say a fact if it is not what was said of it last. Owner: takes value's content. */
static ra_err tell(struct ra_state *state, const struct ra_fold_entry *entry, const char *name, enum ra_reason reason,
		   struct ra_value *value)
{
	size_t count = ra_facts_obs_count(state->facts, name);
	const struct ra_obs *last = count ? ra_facts_obs(state->facts, name, count - 1) : NULL;
	struct ra_obs obs = {.plane = RA_PLANE_SESSION, .at = entry->t, .seq = entry->seq, .lasting = true, .reason = reason, .value = *value};

	*value = (struct ra_value){.type = value->type};
	snprintf(obs.name, sizeof(obs.name), "%s", name);
	if (last && last->reason == reason && (reason != RA_KNOWN || ra_value_equal(&last->value, &obs.value))) {
		ra_obs_clear(&obs);
		return RA_OK;
	}
	return ra_facts_add(state->facts, &obs);
}

static ra_err tell_text(struct ra_state *state, const struct ra_fold_entry *entry, const char *name, enum ra_type type, const cJSON *text,
			enum ra_reason without)
{
	struct ra_value value = {.type = type};
	ra_err err = text ? ra_value_from_json(type, text, &value) : RA_OK;

	return err == RA_E_NOMEM ? err : tell(state, entry, name, err ? RA_MALFORMED : text ? RA_KNOWN : without, &value);
}

static ra_err add_line(cJSON **list, const char *line)
{
	cJSON *item = cJSON_CreateString(line);

	if (!*list)
		*list = cJSON_CreateArray();
	if (item && *list && cJSON_AddItemToArray(*list, item))
		return RA_OK;
	cJSON_Delete(item);
	return RA_E_NOMEM;
}

/* The comparison of one fact, gathered. */
struct sums {
	cJSON *drift, *open;  /* sentences; NULL: none */
	enum ra_reason doubt; /* of the first that nobody told */
};

/* A fact of the host against the site's list. */
static ra_err compare(const struct ra_state *state, const char *fact, const char *word, const struct ra_value *wanted, struct sums *sums)
{
	struct ra_reading is = read_fact(state, fact);
	char line[2 * RA_BRIEF_MAX + 160], want[RA_BRIEF_MAX], have[RA_BRIEF_MAX];

	if (is.reason != RA_KNOWN) {
		sums->doubt = sums->open ? sums->doubt : is.reason;
		snprintf(line, sizeof(line), "%s (%s)", word, ra_reason_name(is.reason));
		return add_line(&sums->open, line);
	}
	if (is.value->type == wanted->type && ra_value_equal(is.value, wanted))
		return RA_OK;
	if (ra_brief(state, fact, wanted, want) || ra_brief(state, fact, is.value, have))
		return RA_E_NOMEM;
	snprintf(line, sizeof(line), "%s: the list has %s, the host %s", word, want, have);
	return add_line(&sums->drift, line);
}

/* Owner: sentences (NULL: none) stay the caller's. */
static ra_err tell_list(struct ra_state *state, const struct ra_fold_entry *entry, const char *name, enum ra_reason reason,
			const cJSON *sentences)
{
	struct ra_value list = {.type = RA_LIST};
	ra_err err = sentences ? ra_value_from_json(RA_LIST, sentences, &list) : RA_OK;

	return err == RA_E_NOMEM ? err : tell(state, entry, name, err ? RA_MALFORMED : reason, &list);
}

/* Known to differ, or known to be the same in all; where something was not told, it is not in order but unknown. */
static ra_err tell_sums(struct ra_state *state, const struct ra_fold_entry *entry, const char *drift, const char *open, struct sums *sums)
{
	enum ra_reason reason = sums->open && !sums->drift ? sums->doubt : RA_KNOWN;
	ra_err err = tell_list(state, entry, drift, reason, sums->drift);

	return err ? err : tell_list(state, entry, open, RA_KNOWN, sums->open);
}

static void clear_sums(struct sums *sums)
{
	cJSON_Delete(sums->drift);
	cJSON_Delete(sums->open);
}

/* The rows of a template as sentences. */
static ra_err sum_rows(const struct ra_drift *rows, size_t count, struct sums *sums)
{
	char line[RA_DRIFT_SAY_MAX];
	ra_err err = RA_OK;

	for (size_t i = 0; i < count && !err; i++) {
		bool told = rows[i].reason == RA_KNOWN;

		if (told && !rows[i].differs)
			continue;
		if (!told && !sums->open)
			sums->doubt = rows[i].reason;
		ra_drift_say(&rows[i], line, sizeof(line));
		err = add_line(told ? &sums->drift : &sums->open, line);
	}
	return err;
}

static ra_err derive_template(struct ra_state *state, const struct ra_fold_entry *entry)
{
	RA_AUTO(ra_mem_free) struct ra_drift *rows = NULL;
	size_t count = 0;
	struct sums sums = {0};
	ra_err err = tell_text(state, entry, "template.title", RA_TEXT, ra_json_get(state->wanted, "title"), RA_WITHHELD);

	if (!err && !ra_json_get(state->wanted, "wanted") && !ra_json_get(state->wanted, "firmware")) { /* a copy without it */
		err = tell_list(state, entry, "template.drift", RA_WITHHELD, NULL);
		return err ? err : tell_list(state, entry, "template.unknown", RA_WITHHELD, NULL);
	}
	if (!err)
		err = ra_drift_rows(state, &rows, &count);
	if (!err)
		err = sum_rows(rows, count, &sums);
	if (!err)
		err = tell_sums(state, entry, "template.drift", "template.unknown", &sums);
	clear_sums(&sums);
	return err;
}

/* The row of this host's model; NULL when there is none, and *without says why. */
static const cJSON *row_of(const struct ra_state *state, enum ra_reason *without)
{
	struct ra_reading model = read_fact(state, "host.model");
	const cJSON *row;

	*without = model.reason != RA_KNOWN ? model.reason : RA_NOT_APPLICABLE;
	if (model.reason != RA_KNOWN || model.value->type != RA_TEXT)
		return NULL;
	cJSON_ArrayForEach (row, ra_json_get(state->site, "models")) {
		if (strcmp(ra_json_str(row, "model", ""), model.value->as.text) == 0)
			return row;
	}
	return NULL;
}

static ra_err derive_listed(struct ra_state *state, const struct ra_fold_entry *entry, const struct listed *at, const cJSON *from,
			    enum ra_reason without, struct sums *sums)
{
	const cJSON *text = ra_json_get(from, at->member);
	struct ra_value wanted = {.type = RA_TEXT};
	int type = ra_flowset_fact_type(state->set, at->fact);
	ra_err err = tell_text(state, entry, at->site, at->of_list || !strcmp(at->member, "esxi") ? RA_VERSION : RA_TEXT, text, without);

	if (err || !text)
		return err;
	err = ra_value_from_json(type < 0 ? RA_TEXT : (enum ra_type)type, text, &wanted);
	if (err == RA_E_INVALID)
		err = RA_OK;
	if (!err)
		err = compare(state, at->fact, at->word, &wanted, sums);
	ra_value_clear(&wanted);
	return err;
}

static ra_err derive_site(struct ra_state *state, const struct ra_fold_entry *entry)
{
	struct sums sums = {0};
	bool held = ra_json_get(state->site, "models");
	enum ra_reason without = RA_WITHHELD;
	const cJSON *row = held ? row_of(state, &without) : NULL;
	ra_err err = tell_text(state, entry, "site.date", RA_TEXT, ra_json_get(state->site, "date"), RA_WITHHELD);

	for (size_t i = 0; i < RA_LEN(listed) && !err; i++) {
		bool there = listed[i].of_list || row;

		err = derive_listed(state, entry, &listed[i], listed[i].of_list ? state->site : row,
				    there && held ? RA_NOT_APPLICABLE : without, &sums);
	}
	/* Of a model that is not in the list nothing is said, and that is not "the same". */
	if (!err && !row) {
		err = add_line(&sums.open, without == RA_NOT_APPLICABLE ? "this model is not in the list" : "which model this is");
		sums.doubt = without;
	}

	if (!err)
		err = tell_sums(state, entry, "site.drift", "site.unknown", &sums);
	clear_sums(&sums);
	return err;
}

ra_err ra_apply_given(struct ra_state *state, const struct ra_fold_entry *entry, struct ra_errs *errs)
{
	const char *what = ra_json_str(entry->body, "what", "");
	const cJSON *content = ra_json_get(entry->body, "content");
	bool site = strcmp(what, "site-list") == 0;
	cJSON **slot = site ? &state->site : &state->wanted;

	if (!site && strcmp(what, "template") != 0)
		return ra_cannot_follow(entry, errs, "\"%s\" is nothing a site gives", what);
	if (!cJSON_IsObject(content))
		return ra_cannot_follow(entry, errs, "it has no content");
	cJSON_Delete(*slot);
	*slot = cJSON_Duplicate(content, true);
	if (!*slot || site)
		return *slot ? RA_OK : RA_E_NOMEM;
	cJSON_Delete(state->named);
	return ra_drift_names(*slot, &state->named);
}

ra_err ra_derive(struct ra_state *state, const struct ra_fold_entry *entry)
{
	ra_err err = state->site ? derive_site(state, entry) : RA_OK;

	return !err && state->wanted ? derive_template(state, entry) : err;
}

void ra_need_of_given(const struct ra_state *state, struct ra_need *need, const char *fact)
{
	const cJSON *at;

	if (strncmp(fact, "site.", 5) == 0 && state->site) {
		ra_need_add_fact(state, need, "host.model");
		for (size_t i = 0; i < RA_LEN(listed); i++)
			ra_need_add_fact(state, need, listed[i].fact);
	}
	if (strncmp(fact, "template.", 9) != 0)
		return;
	cJSON_ArrayForEach (at, ra_json_get(state->wanted, "wanted"))
		ra_need_add_fact(state, need, at->string);
	static const char *const firmware[] = {RA_FACT_SETTINGS, RA_FACT_NEXT, "bmc.maker"};

	for (size_t i = 0; state->named && i < RA_LEN(firmware); i++)
		ra_need_add_fact(state, need, firmware[i]);
}
