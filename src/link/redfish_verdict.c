/* redfish_verdict.c - what became of a change: by what was read back, attribute by attribute; what the BMC said is only told beside it.
 * Pure. Sources: HTTP 200 with errors inside, and values dropped without a word, are known of iDRACs (dellemc modules #1072,
 * community.general #5091); jobs: dell/iDRAC-Redfish-Scripting; tasks: DMTF DSP2046, Task. */
#include "config.h"

#include "link/redfish_do.h"
#include "link/redfish_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define JOB_SCHEDULED_TEXT "successfully scheduled"

static const struct {
	const char *member, *state;
	enum ra_rf_job is;
} job_states[] = {
    {"JobState", "Scheduled", RA_RF_JOB_SCHEDULED},	   {"JobState", "Completed", RA_RF_JOB_SCHEDULED},
    {"JobState", "Failed", RA_RF_JOB_FAILED},		   {"JobState", "CompletedWithErrors", RA_RF_JOB_FAILED},
    {"JobState", "RebootFailed", RA_RF_JOB_FAILED},	   {"TaskState", "Pending", RA_RF_JOB_SCHEDULED},
    {"TaskState", "Completed", RA_RF_JOB_SCHEDULED},	   {"TaskState", "Exception", RA_RF_JOB_FAILED},
    {"TaskState", "Killed", RA_RF_JOB_FAILED},		   {"TaskState", "Cancelled", RA_RF_JOB_FAILED},
    {"TaskState", "Interrupted", RA_RF_JOB_FAILED},
};

static const char *text_of(const cJSON *body)
{
	const cJSON *first = ra_json_get(body, "Messages");
	const char *text = ra_json_str(body, "Message", "");

	first = cJSON_IsArray(first) ? first->child : NULL;
	return *text ? text : ra_json_str(first, "Message", "");
}

enum ra_rf_job ra_rf_job_of(const cJSON *body)
{
	enum ra_rf_job is = RA_RF_JOB_GOES_ON;

	for (size_t i = 0; i < RA_LEN(job_states); i++)
		if (strcmp(ra_json_str(body, job_states[i].member, ""), job_states[i].state) == 0)
			is = job_states[i].is > is ? job_states[i].is : is;
	if (is == RA_RF_JOB_GOES_ON && strstr(text_of(body), JOB_SCHEDULED_TEXT))
		is = RA_RF_JOB_SCHEDULED;
	return is;
}

void ra_rf_job_says(const cJSON *body, char *out, size_t cap)
{
	size_t at = 0;

	for (const char *text = text_of(body); *text && at + 1 < cap; text++)
		out[at++] = (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text;
	out[at] = '\0';
}

/* What the next start will find of an item. Out: NULL: it is not shown. */
static const cJSON *next_of(const struct ra_rf_item *item, const struct ra_rf_seen *seen)
{
	const cJSON *body = seen->body[item->at];

	return ra_json_get(item->object[0] ? ra_json_get(body, item->object) : body, item->name);
}

/* Secure Boot that was asked of its resource may show among the settings that wait. */
static bool shows_elsewhere(const struct ra_rf_item *item, const struct ra_rf_seen *seen)
{
	const cJSON *attribute;
	char text[RA_RF_VALUE_MAX];

	if (item->at != RA_RF_SECUREBOOT)
		return false;
	cJSON_ArrayForEach (attribute, ra_json_get(seen->body[RA_RF_PENDING], "Attributes")) {
		const struct ra_rf_name *name = ra_rf_name_of(attribute->string);
		const char *word = name && name->topic == RA_RF_SECURE_BOOT && ra_rf_value_text(attribute, text) ? ra_rf_word_of(name, text) : NULL;

		if (word && strcmp(word, cJSON_IsTrue(item->wanted) ? "on" : "off") == 0)
			return true;
	}
	return false;
}

/* The BMC itself said no, in its status or in its words. */
static bool is_refusal(const struct ra_rf_took *took)
{
	bool words = took->status >= 200 && took->status < 300 && took->said.is_error && took->said.key[0] &&
		     strcmp(took->said.key, "SystemResetRequired") != 0;

	return words || (took->status >= 300 && took->status < 500) || took->status == 501 || took->status == 503;
}

/* It failed in the middle: such an answer does not say that nothing was done. */
static bool is_failure(const struct ra_rf_took *took)
{
	return took->status >= 500 && !is_refusal(took);
}

enum fate { F_GOOD, F_REFUSED, F_UNCHANGED, F_UNKNOWN, F_DOUBTFUL };
struct end {
	enum fate fate;
	const char *result;
	char why[RA_RF_TEXT_MAX];
};

static void say_refusal(const struct ra_rf_item *item, const struct ra_rf_took *took, struct end *end)
{
	struct ra_rf_said about;

	ra_rf_said_about(took->body, item->name, &about);
	if (about.text[0])
		snprintf(end->why, sizeof(end->why), "%s", about.text);
	else if (took->said.text[0])
		snprintf(end->why, sizeof(end->why), "%s", took->said.text);
	else if (took->status == 412)
		snprintf(end->why, sizeof(end->why), "somebody changed it in the meantime (HTTP 412)");
	else
		snprintf(end->why, sizeof(end->why), "the BMC answered with HTTP %d", took->status);
}

static void say_doubt(const struct ra_rf_item *item, const struct ra_rf_seen *seen, const struct ra_rf_took *took, struct end *end)
{
	if (took->job[0] && took->job_is == RA_RF_JOB_GOES_ON)
		snprintf(end->why, sizeof(end->why), "the BMC's job %.60s does not say that it is ready%s%.200s", took->job,
			 took->job_says[0] ? ": " : "", took->job_says);
	else if (!seen->body[item->at])
		snprintf(end->why, sizeof(end->why), "what waits for the next start cannot be read back");
	else
		say_refusal(item, took, end);
}

static struct end end_of(const struct ra_rf_plan *plan, const struct ra_rf_item *item, const struct ra_rf_seen *seen,
			 const struct ra_rf_took *took)
{
	const cJSON *next = next_of(item, seen);
	bool is = (next && cJSON_Compare(next, item->wanted, true)) || shows_elsewhere(item, seen);
	struct end end = {.fate = F_GOOD, .result = plan->waits ? "waits" : "none"};

	is = is || (!plan->waits && !next && item->at == RA_RF_PENDING);
	if (!seen->body[item->at] || (took->job[0] && took->job_is == RA_RF_JOB_GOES_ON) || (!is && is_failure(took))) {
		end = (struct end){.fate = F_DOUBTFUL, .result = "unknown"};
		say_doubt(item, seen, took, &end);
	} else if (took->job[0] && took->job_is == RA_RF_JOB_FAILED) {
		end = (struct end){.fate = F_REFUSED, .result = "refused"};
		snprintf(end.why, sizeof(end.why), "the BMC's job failed%s%.300s", took->job_says[0] ? ": " : "", took->job_says);
	} else if (is && plan->by_job && !took->job[0]) {
		end = (struct end){.fate = F_UNKNOWN, .result = "unknown"};
		snprintf(end.why, sizeof(end.why), "it waits, but the BMC named no job that carries it out at the next start");
	} else if (!is && is_refusal(took)) {
		end = (struct end){.fate = F_REFUSED, .result = "refused"};
		say_refusal(item, took, &end);
	} else if (!is) {
		end = (struct end){.fate = F_UNCHANGED, .result = "unchanged"};
		snprintf(end.why, sizeof(end.why), "the BMC took it without an error, but it does not wait for the next start: it was dropped");
	}
	return end;
}

/* What only asks for something (a reset) is not read back: by the answer alone. */
static struct end end_of_asked(const struct ra_rf_item *item, const struct ra_rf_took *took)
{
	struct end end = {.fate = F_GOOD, .result = "taken"};

	if (is_failure(took) || (took->status < 300 && is_refusal(took))) {
		end = (struct end){.fate = F_DOUBTFUL, .result = "unknown"};
		say_refusal(item, took, &end);
	} else if (is_refusal(took)) {
		end = (struct end){.fate = F_REFUSED, .result = "refused"};
		say_refusal(item, took, &end);
	}
	return end;
}

static bool is_asked(const struct ra_rf_plan *plan)
{
	return strcmp(plan->method, "POST") == 0;
}

/* One attribute of the answer. */
static bool put_item(cJSON *list, const struct ra_rf_item *item, const cJSON *next, const char *result, const char *why)
{
	cJSON *node = cJSON_CreateObject(), *wanted = cJSON_Duplicate(item->wanted, true), *now = item->now ? cJSON_Duplicate(item->now, true) : NULL;
	cJSON *then = next ? cJSON_Duplicate(next, true) : NULL;
	bool good = node && cJSON_AddItemToArray(list, node) && cJSON_AddStringToObject(node, "attribute", item->name);

	if (!good || !wanted || !cJSON_AddItemToObject(node, "wanted", wanted)) {
		good = false;
		cJSON_Delete(wanted);
	}
	if (!good || (now && !cJSON_AddItemToObject(node, "now", now))) {
		good = false;
		cJSON_Delete(now);
	}
	if (!good || (then && !cJSON_AddItemToObject(node, "next", then))) {
		good = false;
		cJSON_Delete(then);
	}
	return good && cJSON_AddStringToObject(node, "result", result) && (!why[0] || cJSON_AddStringToObject(node, "why", why));
}

/* What is told of several, on one line. */
static void say(struct ra_rf_verdict *out, const char *name, const char *result, const char *why)
{
	size_t at = strlen(out->say);

	snprintf(out->say + at, sizeof(out->say) - at, "%s%.90s: %s%s%.300s", at ? "; " : "", name, result, why[0] ? ": " : "", why);
}

static ra_err put_end(struct ra_rf_verdict *out, cJSON *root, const char *job)
{
	if (job[0] && !cJSON_AddStringToObject(root, "job", job))
		return RA_E_NOMEM;
	out->out = ra_json_print(root);
	return out->out ? RA_OK : RA_E_NOMEM;
}

ra_err ra_rf_judge(const struct ra_rf_plan *plan, const struct ra_rf_seen *seen, const struct ra_rf_took *took, struct ra_rf_verdict *out)
{
	RA_AUTO(ra_cjson_free) cJSON *root = cJSON_CreateObject();
	cJSON *list = root ? cJSON_AddArrayToObject(root, "attributes") : NULL;

	*out = (struct ra_rf_verdict){0};
	if (!list)
		return RA_E_NOMEM;
	for (int i = 0; i < plan->item_count; i++) {
		const struct ra_rf_item *item = &plan->items[i];
		struct end end = is_asked(plan) ? end_of_asked(item, took) : end_of(plan, item, seen, took);

		out->doubtful = out->doubtful || end.fate == F_DOUBTFUL;
		out->early = out->early || (end.fate == F_UNCHANGED && took->status == 202);
		out->status = end.fate == F_GOOD ? out->status : 1;
		say(out, item->name, end.result, end.why);
		if (!put_item(list, item, is_asked(plan) ? NULL : next_of(item, seen), end.result, end.why))
			return RA_E_NOMEM;
	}
	if (out->status == 0)
		out->say[0] = '\0';
	return put_end(out, root, took->job);
}

ra_err ra_rf_judge_refused(const struct ra_rf_plan *plan, struct ra_rf_verdict *out)
{
	RA_AUTO(ra_cjson_free) cJSON *root = cJSON_CreateObject();
	cJSON *list = root ? cJSON_AddArrayToObject(root, "attributes") : NULL;

	*out = (struct ra_rf_verdict){.status = 1};
	snprintf(out->say, sizeof(out->say), "%s", plan->refused);
	if (!list)
		return RA_E_NOMEM;
	for (int i = 0; i < plan->item_count; i++)
		if (!put_item(list, &plan->items[i], NULL, "refused", plan->refused))
			return RA_E_NOMEM;
	return put_end(out, root, "");
}

void ra_rf_verdict_clear(struct ra_rf_verdict *verdict)
{
	free(verdict->out);
	*verdict = (struct ra_rf_verdict){0};
}
