/* redfish_jobs.c - what a BMC has to do yet, and what of it failed: jobs (Dell's and the standard's) and tasks as one list in words of ours.
 * Pure. Sources: DMTF Job, JobService, Task, TaskService; DellJob bodies of iDRAC 9 (Scheduled) and iDRAC 10 (ReadyForExecution). */
#include "config.h"

#include "link/redfish.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define SAY_MAX 300

/* What a word of theirs means. */
static const struct {
	const char *theirs, *ours;
} states[] = {
    {"New", "waiting"},           {"Scheduled", "waiting"},       {"Scheduling", "waiting"}, {"Waiting", "waiting"},
    {"Pending", "waiting"},       {"PendingActivation", "waiting"}, {"Downloaded", "waiting"}, {"ReadyForExecution", "waiting"},
    {"RebootPending", "waiting"}, {"Paused", "waiting"},          {"Suspended", "waiting"},  {"UserIntervention", "waiting"},
    {"Interrupted", "waiting"},   {"Running", "running"},         {"Starting", "running"},   {"Stopping", "running"},
    {"Cancelling", "running"},    {"Continue", "running"},        {"Validating", "running"}, {"Downloading", "running"},
    {"Service", "running"},       {"Completed", "done"},          {"RebootCompleted", "done"}, {"Cancelled", "done"},
    {"Killed", "done"},           {"Failed", "failed"},           {"CompletedWithErrors", "failed"}, {"RebootFailed", "failed"},
    {"Exception", "failed"},      {"Invalid", "failed"},
};

/* What a job is about: by Dell's type, by what it sends where, by its name; the first row that has it. */
static const struct {
	const char *pointer, *holds, *about;
} topics[] = {
    {"/JobType", "BIOSConfiguration", "settings"},
    {"/Oem/Dell/JobType", "BIOSConfiguration", "settings"},
    {"/Payload/TargetUri", "/Bios", "settings"},
    {"/Payload/TargetUri", "/SecureBoot", "settings"},
    {"/TargetSettingsURI", "/Bios", "settings"},
    {"/JobType", "FirmwareUpdate", "firmware"},
    {"/Oem/Dell/JobType", "FirmwareUpdate", "firmware"},
    {"/Payload/TargetUri", "/UpdateService", "firmware"},
    {"/Name", "BIOS.Setup", "settings"},
};

static const char *text_at(const cJSON *body, const char *pointer)
{
	const cJSON *node = ra_json_pointer(body, pointer);

	return cJSON_IsString(node) ? node->valuestring : "";
}

/* Does a text hold a word, whatever its case? */
static bool holds(const char *text, const char *word)
{
	for (size_t len = strlen(word); *text; text++)
		if (strncasecmp(text, word, len) == 0)
			return true;
	return false;
}

static const char *about(const cJSON *job)
{
	for (size_t i = 0; i < RA_LEN(topics); i++)
		if (holds(text_at(job, topics[i].pointer), topics[i].holds))
			return topics[i].about;
	return NULL;
}

static const char *word_of(const cJSON *job)
{
	const char *word = text_at(job, "/JobState");

	if (!word[0])
		word = text_at(job, "/TaskState");
	return word[0] ? word : text_at(job, "/Oem/Dell/JobState");
}

/* A task can be completed and have failed: its status tells. */
static const char *state_of(const cJSON *job)
{
	bool critical = !strcmp(text_at(job, "/TaskStatus"), "Critical") || !strcmp(text_at(job, "/JobStatus"), "Critical");
	const char *word = word_of(job);

	for (size_t i = 0; i < RA_LEN(states); i++)
		if (strcmp(states[i].theirs, word) == 0)
			return critical && !strcmp(word, "Completed") ? "failed" : states[i].ours;
	return "unknown";
}

/* Is one job surely younger than another? By the start of both, else by numbers that are given out in order. */
static bool is_younger(const cJSON *job, const cJSON *than)
{
	const char *start = text_at(job, "/StartTime"), *than_start = text_at(than, "/StartTime");
	const char *id = text_at(job, "/Id"), *than_id = text_at(than, "/Id");

	if (isdigit((unsigned char)start[0]) && isdigit((unsigned char)than_start[0]))
		return strcmp(start, than_start) > 0;
	if (strspn(id, "0123456789") == strlen(id) && strspn(than_id, "0123456789") == strlen(than_id) && strlen(id) != strlen(than_id))
		return strlen(id) > strlen(than_id);
	return strlen(id) == strlen(than_id) && strcmp(id, than_id) > 0;
}

/* A failure that a younger job about the same has outlived is history. */
static bool is_past(const cJSON *members, const cJSON *job, const char *topic)
{
	const cJSON *other;

	cJSON_ArrayForEach (other, members) {
		const char *same = other == job ? NULL : about(other);

		if (same && !strcmp(same, topic) && strcmp(state_of(other), "unknown") != 0 && is_younger(other, job))
			return true;
	}
	return false;
}

static const char *message_of(const cJSON *job)
{
	const cJSON *messages = ra_json_get(job, "Messages");
	const cJSON *last = cJSON_GetArrayItem(messages, cJSON_GetArraySize(messages) - 1);
	const char *text = text_at(job, "/Message");

	if (!text[0])
		text = ra_json_str(last, "Message", "");
	return text[0] ? text : ra_json_str(last, "MessageId", "");
}

/* Put a text of theirs behind what is there, at most max bytes of it; what is not plain ASCII as '?', for a cut could halve it. */
static void put(char say[SAY_MAX], const char *text, size_t max)
{
	size_t len = strlen(say);

	for (size_t i = 0; text[i] && i < max && len + 1 < SAY_MAX; i++)
		say[len++] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
	say[len] = '\0';
}

static void say_job(const cJSON *job, char say[SAY_MAX])
{
	const char *message = message_of(job), *name = text_at(job, "/Name");

	say[0] = '\0';
	put(say, text_at(job, "/Id"), 60);
	put(say, name[0] ? ", " : "", 2);
	put(say, name, 80);
	put(say, ": ", 2);
	put(say, word_of(job)[0] ? word_of(job) : "no state", 30);
	put(say, message[0] ? ": " : "", 2);
	put(say, message, 110);
}

static bool add_job(cJSON *jobs, const cJSON *members, const cJSON *job, const char *topic)
{
	const char *state = state_of(job);
	cJSON *one = cJSON_CreateObject();
	char say[SAY_MAX];

	if (!one || !cJSON_AddItemToArray(jobs, one)) {
		cJSON_Delete(one);
		return false;
	}
	if (!strcmp(state, "failed") && is_past(members, job, topic))
		state = "past";
	say_job(job, say);
	return cJSON_AddStringToObject(one, "about", topic) && cJSON_AddStringToObject(one, "state", state) &&
	       cJSON_AddStringToObject(one, "say", say);
}

cJSON *ra_rf_jobs_of(const cJSON *members, int left)
{
	cJSON *out = cJSON_CreateObject(), *jobs = out ? cJSON_AddArrayToObject(out, "jobs") : NULL;
	const cJSON *job;
	bool good = jobs && cJSON_AddNumberToObject(out, "left", left);

	cJSON_ArrayForEach (job, members) {
		const char *topic = about(job);

		if (topic)
			good = good && add_job(jobs, members, job, topic);
	}
	if (good)
		return out;
	cJSON_Delete(out);
	return NULL;
}

int ra_rf_jobs_unread(const cJSON *collection, char (*uris)[RA_RF_URI_MAX], int *left)
{
	const cJSON *members = ra_json_get(collection, "Members"), *member;
	int count = 0, size = cJSON_GetArraySize(members), skip = size > RA_RF_JOBS_MAX ? size - RA_RF_JOBS_MAX : 0, at = 0;

	*left = 0;
	cJSON_ArrayForEach (member, members)
		if (word_of(member)[0])
			return 0; /* it has put them there itself */
	*left = skip + (ra_json_get(collection, "Members@odata.nextLink") != NULL);
	cJSON_ArrayForEach (member, members)
		if (at++ >= skip)
			count += ra_rf_uri_of(member, uris[count]);
	return count;
}
