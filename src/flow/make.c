/* make.c - bodies of entries: the beginning, replies, answers. What came from a machine or an operator is marked as such. */
#include "config.h"

#include "flow/state.h"

#include "base/digest.h"
#include "base/text.h"
#include "check/mask.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 2000         /* elements of out or err in one entry */
#define OUT_KEPT_MAX (16 << 20) /* bytes of out in one entry: no check asks for more (cap_kib), and a piece of evidence holds it */
#define ERR_KEPT_MAX (64 << 10)

bool ra_put(cJSON *body, const char *key, cJSON *node)
{
	if (node && cJSON_AddItemToObject(body, key, node))
		return true;
	cJSON_Delete(node);
	return false;
}

bool ra_put_text(cJSON *body, const char *key, const char *text)
{
	return ra_put(body, key, cJSON_CreateString(text));
}

bool ra_put_number(cJSON *body, const char *key, int64_t number)
{
	return ra_put(body, key, cJSON_CreateNumber((double)number));
}

/* As the journal expects them; this room stands below none that could be asked to do it. */
static cJSON *mark_as(const char *key, cJSON *value)
{
	cJSON *mark = value ? cJSON_CreateObject() : NULL;

	if (!mark) {
		cJSON_Delete(value);
		return NULL;
	}
	return ra_put(mark, key, value) ? mark : ra_cjson_free(mark);
}

cJSON *ra_sensitive(cJSON *value)
{
	return mark_as("$s", value);
}

cJSON *ra_marked(const cJSON *node)
{
	cJSON *value = cJSON_IsObject(node) ? node->child : NULL;

	if (!value || value->next)
		return NULL;
	return strcmp(value->string, "$s") == 0 || strcmp(value->string, "$e") == 0 ? value : NULL;
}

static bool put_private(cJSON *body, const char *key, const char *text)
{
	return !text || ra_put(body, key, ra_sensitive(cJSON_CreateString(text)));
}

cJSON *ra_obs_array(const struct ra_obs *obs, size_t count)
{
	RA_AUTO(ra_cjson_free) cJSON *array = cJSON_CreateArray();
	cJSON *out = array;

	for (size_t i = 0; i < count && array; i++) {
		cJSON *item = ra_obs_to_json(&obs[i]);
		cJSON *value = item ? cJSON_DetachItemFromObjectCaseSensitive(item, "value") : NULL;

		if (!item || !cJSON_AddItemToArray(array, item)) {
			cJSON_Delete(item);
			cJSON_Delete(value);
			return NULL;
		}
		if (value && !ra_put(item, "value", ra_sensitive(value)))
			return NULL;
	}
	array = NULL;
	return out;
}

static ra_err no_memory(struct ra_errs *errs)
{
	return ra_fail(errs, RA_E_NOMEM, "out of memory");
}

/* A walk begins where the flow begins, or at one of its entries. */
static bool is_entry(const struct ra_flow *flow, const char *step)
{
	const cJSON *entry;

	if (strcmp(flow->start, step) == 0)
		return true;
	cJSON_ArrayForEach (entry, flow->entries) {
		if (strcmp(ra_json_str(entry, "go", ""), step) == 0)
			return true;
	}
	return false;
}

ra_err ra_make_start(const struct ra_state *state, const struct ra_start_info *info, cJSON **out, struct ra_errs *errs)
{
	const struct ra_flow *flow = ra_flowset_flow(state->set, info->flow);
	const char *step = info->entry_step ? info->entry_step : flow ? flow->start : NULL;
	RA_AUTO(ra_cjson_free) cJSON *body = NULL;

	*out = NULL;
	if (state->started)
		return ra_fail(errs, RA_E_STATE, "the walk has begun already");
	if (!flow)
		return ra_fail(errs, RA_E_ARG, "no flow \"%s\"; `reattest flow show` names them", info->flow);
	if (!is_entry(flow, step) || !ra_flow_step(flow, step))
		return ra_fail(errs, RA_E_ARG, "flow \"%s\" has no entry at \"%s\"", flow->id, step);
	body = cJSON_CreateObject();
	if (!body || !ra_put_text(body, "program", info->version ? info->version : "") ||
	    (info->program_sha256 && *info->program_sha256 && !ra_put_text(body, "program_sha256", info->program_sha256)) ||
	    !ra_put_text(body, "flow", flow->id) || !ra_put_text(body, "flow_version", flow->version ? flow->version : "") ||
	    !ra_put_text(body, "flow_sha256", ra_flowset_sha256(state->set)) || !ra_put_text(body, "step", step) ||
	    !put_private(body, "host", info->host) || !ra_put_text(body, "source", info->source ? info->source : "live") ||
	    !ra_put_text(body, "planes", info->planes ? info->planes : "") ||
	    !put_private(body, "operator", info->operator_name) || !put_private(body, "change", info->change_id) ||
	    !put_private(body, "case", info->case_id) || (info->until && !ra_put_text(body, "until", info->until)) ||
	    (info->firmware_changes && !cJSON_AddTrueToObject(body, "firmware_changes")))
		return no_memory(errs);
	*out = body;
	body = NULL;
	return RA_OK;
}

/* A piece of output as a JSON text if it is one that may be shown, else as base64. */
static cJSON *piece(const char *bytes, size_t len)
{
	bool plain = ra_utf8_valid(bytes, len);
	RA_AUTO(ra_mem_free) char *text = NULL;
	cJSON *coded;

	for (size_t i = 0; i < len && plain; i++)
		plain = (unsigned char)bytes[i] >= 0x20 || bytes[i] == '\t' || bytes[i] == '\n';
	if (plain) {
		text = strndup(bytes, len);
		return text ? cJSON_CreateString(text) : NULL;
	}
	text = ra_base64(bytes, len);
	coded = text ? cJSON_CreateObject() : NULL;
	if (!coded)
		return NULL;
	return ra_put_text(coded, "base64", text) ? coded : ra_cjson_free(coded);
}

/* Bytes cut at line feeds; several lines to a piece where there are very many. */
static cJSON *pieces(const char *bytes, size_t len)
{
	RA_AUTO(ra_cjson_free) cJSON *array = cJSON_CreateArray();
	cJSON *out = array;
	size_t lines = 1, per, from = 0, seen = 0;

	for (size_t i = 0; i < len; i++)
		lines += bytes[i] == '\n';
	per = lines / LINES_MAX + 1;
	for (size_t i = 0; i <= len && len > 0; i++) {
		cJSON *line;

		if (i < len && (bytes[i] != '\n' || ++seen % per != 0))
			continue;
		line = mark_as("$e", piece(bytes + from, i - from)); /* no fold reads it: it may stand beside the journal */
		if (!array || !line || !cJSON_AddItemToArray(array, line)) {
			cJSON_Delete(line);
			return NULL;
		}
		from = i + 1;
	}
	array = NULL;
	return out;
}

static bool put_output(cJSON *body, const struct ra_plane_answer *answer)
{
	size_t out_len = answer->out_len < OUT_KEPT_MAX ? answer->out_len : OUT_KEPT_MAX;
	size_t err_len = answer->err_len < ERR_KEPT_MAX ? answer->err_len : ERR_KEPT_MAX;
	char hex[RA_SHA256_HEX_LEN];

	if (ra_sha256_hex(answer->out ? answer->out : "", answer->out_len, hex) != RA_OK)
		return false;
	if (out_len < answer->out_len && !ra_put_number(body, "kept_len", (int64_t)out_len))
		return false;
	return ra_put(body, "sha256", ra_sensitive(cJSON_CreateString(hex))) && ra_put(body, "out", pieces(answer->out, out_len)) &&
	       ra_put(body, "err", pieces(answer->err, err_len));
}

static bool put_found(cJSON *body, const struct ra_found *found)
{
	cJSON *clock = NULL;

	if (!ra_put(body, "facts", ra_obs_array(found->obs, found->count)))
		return false;
	if (!found->clock_measured)
		return true;
	clock = cJSON_CreateObject();
	if (clock && ra_put_number(clock, "offset_ms", found->clock_offset_ms) &&
	    ra_put_number(clock, "margin_ms", found->clock_margin_ms))
		return ra_put(body, "clock", clock);
	cJSON_Delete(clock);
	return false;
}

static bool put_reply(cJSON *body, const struct ra_want *want, const struct ra_plane_answer *answer)
{
	int64_t took_ms = answer->came > answer->sent ? answer->came - answer->sent : 0;

	return ra_put_text(body, "request", want->plane->request) &&
	       ra_put_text(body, "why", answer->failed == RA_KNOWN ? "answered" : ra_reason_name(answer->failed)) &&
	       ra_put_number(body, "status", answer->status) &&
	       ra_put(body, "complete", cJSON_CreateBool(answer->complete)) &&
	       ra_put(body, "truncated", cJSON_CreateBool(answer->truncated)) && ra_put_number(body, "took_ms", took_ms) &&
	       put_output(body, answer);
}

static cJSON *reply_body(const struct ra_check *check, const struct ra_check_plane *plane)
{
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_CreateObject();
	cJSON *out = body;

	if (!body || !ra_put_text(body, "check", check->id) || !ra_put_text(body, "plane", ra_plane_name(plane->plane)))
		return NULL;
	body = NULL;
	return out;
}

/* One stream of an answer without the secrets in it. Out: *bytes, *len now those of room. */
static ra_err without_secrets(const char **bytes, size_t *len, struct ra_buf *room)
{
	ra_err err = *bytes ? ra_mask_secrets(RA_MASK_ANSWER, *bytes, *len, room) : RA_OK;

	if (!*bytes || err != RA_OK)
		return err;
	*bytes = ra_buf_str(room);
	*len = room->len;
	return RA_OK;
}

ra_err ra_make_reply(const struct ra_state *state, const struct ra_want *want, const struct ra_plane_answer *given,
		     cJSON **out, struct ra_errs *errs)
{
	RA_AUTO(ra_cjson_free) cJSON *body = NULL;
	RA_AUTO(ra_buf_free) struct ra_buf out_masked = {0}, err_masked = {0};
	struct ra_plane_answer room = *given, *answer = &room;
	struct ra_found found = {0};
	bool whole;

	*out = NULL;
	if (!state->started || state->ended)
		return ra_fail(errs, RA_E_STATE, "no walk takes replies now");
	if (want->plane->secret)
		return ra_fail(errs, RA_E_DENIED, "the answer of check \"%s\" is a secret: it is never written down",
			       want->check->id);
	/* A machine may say a secret nobody asked for: a log holds the boot options, and with them the recovery key. */
	if (without_secrets(&room.out, &room.out_len, &out_masked) != RA_OK || without_secrets(&room.err, &room.err_len, &err_masked) != RA_OK)
		return no_memory(errs);
	room.named = state->named;
	if (ra_extract_facts(want->check, want->plane, ra_flowset_signatures(state->set), answer, &found) != RA_OK)
		return no_memory(errs);
	body = reply_body(want->check, want->plane);
	whole = body && put_reply(body, want, answer) && put_found(body, &found);
	ra_found_free(&found);
	if (!whole)
		return no_memory(errs);
	*out = body;
	body = NULL;
	return RA_OK;
}

ra_err ra_reply_never(const struct ra_state *state, const struct ra_check *check, const struct ra_check_plane *plane,
		      ra_utc_ms now, cJSON **out)
{
	RA_AUTO(ra_cjson_free) cJSON *body = reply_body(check, plane);
	struct ra_found found = {0};
	bool whole;

	(void)state;
	*out = NULL;
	if (!body || ra_extract_reason(check, plane, RA_NOT_APPLICABLE, now, &found) != RA_OK)
		return RA_E_NOMEM;
	whole = ra_put_text(body, "why", ra_reason_name(RA_NOT_APPLICABLE)) && put_found(body, &found);
	ra_found_free(&found);
	if (!whole)
		return RA_E_NOMEM;
	*out = body;
	body = NULL;
	return RA_OK;
}
