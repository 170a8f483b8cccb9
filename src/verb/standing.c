/* standing.c - how a kept session stands. A quick look at its record gives the few entries that say so (what machines answered is not
 * read), and the flow set gives the words for its steps. */
#include "config.h"

#include "verb/standing.h"

#include "base/io.h"
#include "flow/flowset.h"
#include "journal/journal.h"
#include "journal/seal.h"
#include "session/view.h"
#include "verb/common.h"
#include "verb/takeover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEDS_MAX 128 /* changes of one walk that are looked at; a walk has a handful */

/* A change, as far as it is followed. */
struct deed {
	const struct ra_step *step; /* NULL: the set here has no such step */
	char id[64];
	const char *result; /* "" while it has none */
};
/* A record as it is looked through. */
struct look {
	const struct ra_flowset *flows;
	struct ra_standing *out;
	char flow[64];
	bool live, ended;
	ra_utc_ms last;
	int owed;
	struct deed deeds[DEEDS_MAX];
	size_t deed_count;
};

static const struct ra_step *step_of(const struct look *look, const char *flow, const char *step)
{
	const struct ra_flow *found = look->flows ? ra_flowset_flow(look->flows, flow) : NULL;

	return found ? ra_flow_step(found, step) : NULL;
}

static void stand_at(struct look *look, const char *flow, const char *step)
{
	const struct ra_step *found = step_of(look, flow, step);

	snprintf(look->flow, sizeof(look->flow), "%s", flow);
	snprintf(look->out->step, sizeof(look->out->step), "%s", step);
	snprintf(look->out->title, sizeof(look->out->title), "%s", found ? found->title : step);
}

static void see_start(struct look *look, const cJSON *body)
{
	const char *source = ra_json_str(body, "source", "");

	snprintf(look->out->host, sizeof(look->out->host), "%s", ra_json_str(body, "host", ""));
	look->out->no_flows = !ra_verb_flows_here(ra_json_str(body, "flow_sha256", ""), look->flows);
	look->live = !strcmp(source, "live") || !strcmp(source, RA_SOURCE_MANUAL);
	stand_at(look, ra_json_str(body, "flow", ""), ra_json_str(body, "step", ""));
}

static void see_way(struct look *look, const cJSON *body)
{
	stand_at(look, ra_json_str(body, "to_flow", look->flow), ra_json_str(body, "to", ""));
}

static void see_intent(struct look *look, const cJSON *body)
{
	struct deed *deed = look->deed_count < DEEDS_MAX ? &look->deeds[look->deed_count++] : &look->deeds[DEEDS_MAX - 1];

	snprintf(deed->id, sizeof(deed->id), "%s", ra_json_str(body, "step", ""));
	deed->step = step_of(look, look->flow, deed->id);
	deed->result = "";
}

static void see_outcome(struct look *look, const cJSON *body)
{
	static const char *const results[] = {"verified", "unverified", "not_done", "refused"};

	for (size_t i = 0; look->deed_count && i < RA_LEN(results); i++)
		if (!strcmp(results[i], ra_json_str(body, "result", "")))
			look->deeds[look->deed_count - 1].result = results[i];
}

static void see_end(struct look *look, const cJSON *body)
{
	snprintf(look->out->outcome, sizeof(look->out->outcome), "%s", ra_json_str(body, "outcome", ""));
	look->owed = cJSON_GetArraySize(ra_json_get(body, "owed"));
	look->ended = true;
}

static void see_resume(struct look *look, const cJSON *body)
{
	(void)body;
	look->out->outcome[0] = '\0';
	look->owed = 0;
	look->ended = false;
}

static const struct {
	const char *kind;
	void (*see)(struct look *look, const cJSON *body);
} kinds[] = {
	{"start", see_start},	  {"edge", see_way}, {"back", see_way},	    {"intent", see_intent},
	{"outcome", see_outcome}, {"end", see_end},  {"resume", see_resume},
};

static ra_err see(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct look *look = payload;

	(void)errs;
	for (size_t i = 0; i < RA_LEN(kinds); i++)
		if (!strcmp(kinds[i].kind, entry->kind))
			kinds[i].see(look, entry->body);
	look->last = entry->t;
	return RA_OK;
}

static void half(struct ra_standing *out, const char *before, const char *title, const char *after)
{
	if (out->half_count < RA_HALF_MAX)
		snprintf(out->half[out->half_count++], sizeof(out->half[0]), "%s%.120s%s", before, title, after);
}

static bool touches(const struct ra_step *step, const char *class)
{
	const cJSON *id;

	cJSON_ArrayForEach(id, (step ? step->action.touches : NULL)) if (cJSON_IsString(id) && !strcmp(id->valuestring, class)) return true;
	return false;
}

/* How the host is left in one respect: by the newest change of it that may have been made. */
static void half_of_class(const struct look *look, const char *class, const char *is, const char *maybe)
{
	bool both = !strcmp(class, "disconnect"); /* what disconnects connects again: verified, it did both */

	for (size_t i = look->deed_count; i-- > 0;) {
		const struct deed *deed = &look->deeds[i];
		bool verified = !strcmp(deed->result, "verified"), refused = !strcmp(deed->result, "refused");

		if (!touches(deed->step, class) || !strcmp(deed->result, "not_done") || (refused && !both && !deed->step->action.restore))
			continue;
		if (verified && (both || deed->step->action.restore))
			return;
		half(look->out, verified ? is : maybe, "", "");
		return;
	}
}

/* What a temporary change owes: the title of the step that ends it. */
static void half_of_owed(const struct look *look)
{
	for (size_t i = look->deed_count; i-- > 0;) {
		const struct deed *deed = &look->deeds[i];
		bool paid = !strcmp(deed->result, "not_done") || !strcmp(deed->result, "refused");
		const struct ra_action *action = deed->step ? &deed->step->action : NULL;

		if (!action || !action->temporary || !action->undo_step)
			continue;
		for (size_t k = i + 1; k < look->deed_count; k++) {
			const struct deed *later = &look->deeds[k];
			bool ends = !strcmp(later->id, action->undo_step) || (action->waits && later->step && later->step->action.restarts);

			paid = paid || (ends && !strcmp(later->result, "verified"));
		}
		const struct ra_step *undo = step_of(look, look->flow, action->undo_step);

		if (!paid) {
			look->out->owes = true;
			half(look->out, "still to be done: ", undo ? undo->title : action->undo_step, "");
		}
	}
}

static void tell_half(struct look *look)
{
	struct ra_standing *out = look->out;
	const struct deed *last = look->deed_count ? &look->deeds[look->deed_count - 1] : NULL;

	if (last && !*last->result) {
		out->owes = true;
		half(out, "begun, and what became of it is not known: ", last->step ? last->step->title : last->id, "");
	}
	half_of_owed(look);
	if (look->owed && !out->owes) {
		out->owes = true;
		half(out, "something changed for this walk alone is not taken back", "", "");
	}
	half_of_class(look, "maintenance", "the host is in maintenance mode", "the host may be in maintenance mode");
	half_of_class(look, "disconnect", "", "the host may be disconnected from vCenter");
}

static void judge(struct look *look, const struct ra_verify *verify)
{
	struct ra_standing *out = look->out;
	bool stopped = !*out->outcome || !strcmp(out->outcome, "stopped");

	out->entries = verify->count;
	out->redacted = verify->redacted;
	out->state = verify->verdict == RA_VERIFY_BROKEN	? RA_KEPT_BROKEN
		     : verify->verdict == RA_VERIFY_INCOMPLETE ? RA_KEPT_BROKE_OFF
		     : stopped				       ? RA_KEPT_STOPPED
							       : RA_KEPT_ENDED;
	out->resumable = out->entries && !out->redacted && !out->no_flows &&
			 (out->state == RA_KEPT_BROKE_OFF || out->state == RA_KEPT_STOPPED || (out->state == RA_KEPT_ENDED && out->owes));
}

static bool is_open(const char *path)
{
	int fd = -1;
	bool busy = ra_verb_lock(path, &fd, NULL) == RA_E_BUSY;

	if (fd >= 0)
		close(fd);
	return busy;
}

void ra_standing_read(const char *path, const struct ra_flowset *flows, struct ra_standing *out)
{
	static const char *const wanted[RA_LEN(kinds) + 1] = {"start", "edge", "back", "intent", "outcome", "end", "resume", NULL};
	struct look look = {.flows = flows, .out = out, .last = RA_UTC_NONE};
	struct ra_verify verify;
	struct stat st;
	char head[4096];

	*out = (struct ra_standing){.state = RA_KEPT_UNREADABLE, .last = RA_UTC_NONE};
	if (stat(path, &st))
		return;
	out->len = st.st_size;
	out->last = (ra_utc_ms)st.st_mtime * 1000;
	if (!ra_journal_glance(path, wanted, see, &look, &verify, NULL)) {
		tell_half(&look);
		judge(&look, &verify);
		if (look.live && look.last != RA_UTC_NONE)
			out->last = look.last;
	}
	if (is_open(path)) {
		out->state = RA_KEPT_OPEN;
		out->resumable = false;
	}
	int len = snprintf(head, sizeof(head), "%s" RA_SEAL_SSH, path);

	out->sealed = len > 0 && (size_t)len < sizeof(head) && !access(head, F_OK);
	snprintf(head, sizeof(head), "%.4000s" RA_SEAL_CMS, path);
	out->sealed = out->sealed || !access(head, F_OK);
}

const char *ra_kept_name(enum ra_kept_state state)
{
	static const char *const names[] = {"open", "unreadable", "broken", "broke_off", "stopped", "ended"};

	return names[state];
}

const char *ra_standing_words(const struct ra_standing *is, char *out, size_t cap)
{
	static const char *const words[] = {"open in another reattest", "unreadable", "BROKEN", "broke off", "stopped", "ended: "};

	bool left = is->state == RA_KEPT_BROKE_OFF || is->state == RA_KEPT_STOPPED || (is->state == RA_KEPT_ENDED && is->owes);

	snprintf(out, cap, "%s%s%s%s%s", words[is->state], is->state == RA_KEPT_ENDED ? is->outcome : "",
		 is->resumable ? "; resumable" : left && is->no_flows && !is->redacted ? "; other flow set" : "", is->redacted ? "; redacted" : "", is->sealed ? "; sealed" : "");
	return out;
}

const char *ra_standing_age(ra_utc_ms last, ra_utc_ms now, char *out)
{
	int64_t s = last == RA_UTC_NONE || now < last ? 0 : (now - last) / 1000;

	if (s < 3600)
		snprintf(out, 16, "%d min", (int)(s / 60));
	else if (s < 48 * 3600)
		snprintf(out, 16, "%d h", (int)(s / 3600));
	else
		snprintf(out, 16, "%d d", (int)(s / 86400 > 99999 ? 99999 : s / 86400));
	return out;
}

static int newest_first(const void *a, const void *b)
{
	const struct ra_kept_row *left = a, *right = b;

	return left->is.last != right->is.last ? (left->is.last < right->is.last) - (left->is.last > right->is.last)
					       : strcmp(right->name, left->name);
}

void ra_kept_list_clear(struct ra_kept_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->rows[i].name);
	free(list->rows);
	free(list->dir);
	list->flows = ra_flowset_free(list->flows);
	*list = (struct ra_kept_list){0};
}

ra_err ra_kept_list_read(const struct ra_context *context, struct ra_kept_list *out, struct ra_errs *errs)
{
	char **names = NULL;
	size_t count = 0;
	struct ra_errs own;

	ra_errs_clear(&own);
	*out = (struct ra_kept_list){.dir = ra_verb_sessions_dir()};
	if (!out->dir || access(out->dir, R_OK))
		return RA_OK;
	ra_err err = ra_list_dir(out->dir, ".jsonl", &names, &count, errs);

	if (!err && count && ra_verb_flows(context, &out->flows, &own)) /* a list of sessions needs no flows, only its words do */
		out->flows = NULL;
	out->rows = err ? NULL : calloc(count + 1, sizeof(*out->rows));
	if (!err && !out->rows)
		err = ra_fail(errs, RA_E_NOMEM, "no memory");
	for (size_t i = 0; !err && i < count; i++) {
		RA_AUTO(ra_mem_free) char *path = ra_path_join(out->dir, names[i]);
		struct ra_kept_row *row = &out->rows[out->count];

		row->name = path ? strdup(names[i]) : NULL;
		if (!row->name)
			err = ra_fail(errs, RA_E_NOMEM, "no memory");
		else
			ra_standing_read(path, out->flows, &row->is);
		out->count += !err;
	}
	ra_names_free(names, count);
	if (!err && out->count)
		qsort(out->rows, out->count, sizeof(*out->rows), newest_first);
	return err;
}
