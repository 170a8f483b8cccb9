/* watch.c - waiting until a change shows: what was last seen of each plane, when each check is due again, and which looks say something new.
 * A look that says what the last one said is counted, and stands in the record with the next that does: an hour of waiting is read in a minute. */
#include "config.h"

#include "session/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAY_MS 600000     /* a look is recorded at least so often, also when it says nothing new */
#define GRACE_MS 300000   /* after this machine slept nothing is given up for so long: a network may need that to come back */
#define JITTER_MS 5000    /* a boot time made of an uptime is not the same to the second twice */
#define JITTER_S 2        /* nor is a difference between two clocks */
#define OFF_LONG_MS 300000
#define POST_LONG_MS 900000
#define START_LONG_MS 900000
#define BOOT_TIME "host.boot_time"
#define BMC_NAME_MAX 8 /* "iDRAC", "XCC" */

/* What a value of a fact means while a host is waited for. In the order of their worth: what a maker's own member tells is finer. */
static const struct {
	const char *fact, *value, *say;
	enum ra_watch_mark mark;
} words[] = {
	{"bmc.power", "On", "On", RA_WATCH_ON},
	{"bmc.power", "Off", "Off", RA_WATCH_OFF},
	{"bmc.power", "PoweringOn", "switching on", RA_WATCH_ON},
	{"bmc.power", "PoweringOff", "switching off", RA_WATCH_ON},
	{"bmc.power", "Paused", "paused", RA_WATCH_ON},
	{"bmc.post", "InPost", "in POST", RA_WATCH_POST},
	{"bmc.post", "InPostDiscoveryComplete", "in POST, its devices found", RA_WATCH_POST},
	{"bmc.post", "Reset", "in reset", RA_WATCH_POST},
	{"bmc.post", "FinishedPost", "POST finished", RA_WATCH_STARTED},
	{"bmc.boot_progress", "PrimaryProcessorInitializationStarted", "in POST: processor", RA_WATCH_POST},
	{"bmc.boot_progress", "SecondaryProcessorInitializationStarted", "in POST: processors", RA_WATCH_POST},
	{"bmc.boot_progress", "BusInitializationStarted", "in POST: buses", RA_WATCH_POST},
	{"bmc.boot_progress", "MemoryInitializationStarted", "in POST: memory", RA_WATCH_POST},
	{"bmc.boot_progress", "PCIResourceConfigStarted", "in POST: PCI devices", RA_WATCH_POST},
	{"bmc.boot_progress", "SystemHardwareInitializationComplete", "in POST: hardware ready", RA_WATCH_POST},
	{"bmc.boot_progress", "SetupEntered", "in the firmware setup", RA_WATCH_SETUP},
	{"bmc.boot_progress", "OSBootStarted", "POST finished, starting", RA_WATCH_STARTED},
	{"bmc.boot_progress", "OSRunning", "POST finished, its system runs", RA_WATCH_STARTED},
	{"host.connection", "connected", "host connected", RA_WATCH_ON},
	{"host.connection", "notResponding", "host not responding", RA_WATCH_AWAY},
	{"host.connection", "disconnected", "host disconnected", RA_WATCH_AWAY},
};
/* The facts looked for, and their places in ra_watch_seen.values. */
static const char *const watched[RA_WATCH_FACTS] = {"bmc.power", "bmc.post", "bmc.boot_progress", "host.connection"};

static void clear_rows(struct ra_watch *watch)
{
	for (size_t i = 0; i < watch->count; i++)
		cJSON_Delete(watch->rows[i].said);
	*watch = (struct ra_watch){.not_before = RA_UTC_NONE, .woke = RA_UTC_NONE};
	for (size_t i = 0; i < RA_PLANE_COUNT; i++)
		watch->seen[i] = (struct ra_watch_seen){.since = RA_UTC_NONE, .at = RA_UTC_NONE, .boot = RA_UTC_NONE};
}

void ra_watch_clear(struct ra_session *s)
{
	clear_rows(&s->watch);
}

void ra_watch_begin(struct ra_session *s)
{
	struct ra_now now = ra_session_stand(s);
	int64_t seq = now.phase == RA_PH_VERIFY ? now.action_seq : 0;

	if (seq == s->watch.seq)
		return;
	clear_rows(&s->watch);
	s->watch.seq = seq;
}

void ra_watch_slept(struct ra_session *s, int64_t real_ms)
{
	if (!s->watch.seq)
		return;
	s->watch.woke = ra_session_now(s);
	s->watch.slept_ms = real_ms * (s->clock.scale ? s->clock.scale : 1);
	s->watch.not_before = s->watch.woke + GRACE_MS;
	ra_session_touch(s);
}

ra_utc_ms ra_watch_deadline(const struct ra_session *s, const struct ra_now *now)
{
	bool later = s->watch.seq && s->watch.not_before != RA_UTC_NONE && now->deadline != RA_UTC_NONE && s->watch.not_before > now->deadline;

	return later ? s->watch.not_before : now->deadline;
}

static struct ra_watch_row *row_of(struct ra_watch *watch, const struct ra_check_plane *plane)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->rows[i].plane == plane)
			return &watch->rows[i];
	return NULL;
}

ra_utc_ms ra_watch_due(struct ra_session *s, const struct ra_want *want)
{
	const struct ra_watch_row *row = s->watch.seq ? row_of(&s->watch, want->plane) : NULL;
	ra_utc_ms next = row && row->looked != RA_UTC_NONE ? row->looked + ra_session_stand(s).step->action.every_ms : RA_UTC_NONE;

	return row && row->again ? RA_UTC_NONE : next > want->not_before ? next : want->not_before;
}

/* A value as it stands in a reply that is on its way into the journal. */
static const cJSON *value_of(const cJSON *obs)
{
	const cJSON *value = ra_json_get(obs, "value");
	const cJSON *marked = cJSON_IsObject(value) ? ra_json_get(value, "$s") : NULL;

	return marked ? marked : value;
}

static ra_utc_ms time_of(const cJSON *obs)
{
	const cJSON *value = value_of(obs);
	ra_utc_ms time = RA_UTC_NONE;

	return cJSON_IsString(value) && ra_utc_parse(value->valuestring, &time) == RA_OK ? time : RA_UTC_NONE;
}

static bool near(int64_t a, int64_t b, int64_t jitter)
{
	return a - b <= jitter && b - a <= jitter;
}

static bool same_obs(const cJSON *a, const cJSON *b)
{
	const char *name = ra_json_str(a, "name", ""), *type = ra_json_str(a, "type", "");
	const cJSON *x = value_of(a), *y = value_of(b);
	size_t len = strlen(name);

	if (strcmp(name, ra_json_str(b, "name", "")) || strcmp(type, ra_json_str(b, "type", "")) ||
	    strcmp(ra_json_str(a, "unknown", ""), ra_json_str(b, "unknown", "")))
		return false;
	if (!strcmp(type, "time") && time_of(a) != RA_UTC_NONE && time_of(b) != RA_UTC_NONE)
		return near(time_of(a), time_of(b), JITTER_MS);
	if (len > 2 && !strcmp(name + len - 2, "_s") && cJSON_IsNumber(x) && cJSON_IsNumber(y))
		return near((int64_t)x->valuedouble, (int64_t)y->valuedouble, JITTER_S);
	return (!x && !y) || (x && y && cJSON_Compare(x, y, true));
}

/* Does a reply say what another said? How long it took, and its bytes, do not count: facts do. */
static bool same_reply(const cJSON *a, const cJSON *b)
{
	const cJSON *facts = ra_json_get(a, "facts"), *other = ra_json_get(b, "facts"), *one = other ? other->child : NULL, *obs;

	if (strcmp(ra_json_str(a, "why", ""), ra_json_str(b, "why", "")) || ra_json_int(a, "status", 0) != ra_json_int(b, "status", 0) ||
	    cJSON_GetArraySize(facts) != cJSON_GetArraySize(other))
		return false;
	cJSON_ArrayForEach(obs, facts)
	{
		if (!one || !same_obs(obs, one))
			return false;
		one = one->next;
	}
	return true;
}

/* The host started again since a plane last told: what was read before holds no more, so each is said anew, and what was passed over is
 * read again at once. */
static void note_boot(struct ra_watch *watch, enum ra_plane plane, const cJSON *obs)
{
	ra_utc_ms boot = time_of(obs);

	if (boot == RA_UTC_NONE || (watch->seen[plane].boot != RA_UTC_NONE && near(boot, watch->seen[plane].boot, JITTER_MS)))
		return;
	watch->seen[plane].boot = boot;
	watch->boots++;
	for (size_t i = 0; i < watch->count; i++)
		watch->rows[i].again = watch->rows[i].same > 0;
}

static void keep_value(struct ra_watch_seen *seen, const cJSON *obs)
{
	const cJSON *value = value_of(obs);

	for (size_t i = 0; i < RA_WATCH_FACTS; i++)
		if (!strcmp(watched[i], ra_json_str(obs, "name", "")))
			snprintf(seen->values[i], sizeof(seen->values[i]), "%s", cJSON_IsString(value) ? value->valuestring : "");
}

/* The words of what a plane tells. Out: its mark, the last one that has words. */
static enum ra_watch_mark put_words(const struct ra_watch_seen *seen, char *out, size_t cap)
{
	enum ra_watch_mark mark = RA_WATCH_ON;
	bool off = !strcmp(seen->values[0], "Off"), told = false;

	out[0] = '\0';
	for (size_t i = 0; i < RA_WATCH_FACTS; i++) {
		bool progress = i == 1 || i == 2;
		size_t len = strlen(out);

		for (size_t k = 0; k < RA_LEN(words) && !(progress && (off || told)); k++) {
			if (strcmp(words[k].fact, watched[i]) || strcmp(words[k].value, seen->values[i]))
				continue;
			snprintf(out + len, cap - len, "%s%s", len ? ", " : "", words[k].say);
			mark = words[k].mark;
			told = told || progress;
		}
	}
	return mark;
}

static const char *failed_words(enum ra_link_why why)
{
	return why == RA_LINK_REFUSED ? "refused; it is not tried again by itself" : why == RA_LINK_NO_REQUEST ? "cannot be asked" : "no answer yet";
}

/* What the plane looks like now, in words; since when, if they are new. */
static void see(struct ra_session *s, enum ra_plane plane, const struct ra_reply *reply)
{
	struct ra_watch_seen *seen = &s->watch.seen[plane];
	bool answers = reply->why == RA_LINK_ANSWERED || s->planes[plane].state == RA_LINK_UP;
	ra_utc_ms start = ra_session_stand(s).action_start;
	char say[sizeof(seen->say)];
	enum ra_watch_mark mark = RA_WATCH_AWAY;

	if (answers) {
		mark = put_words(seen, say, sizeof(say));
		size_t len = strlen(say);

		/* What vCenter shows of a host it does not reach is from the last contact. */
		if (seen->boot != RA_UTC_NONE && start != RA_UTC_NONE && mark != RA_WATCH_AWAY)
			len += (size_t)snprintf(say + len, sizeof(say) - len, "%s%s", len ? ", " : "answers, ",
						seen->boot > start ? "started again" : "not started again yet");
		if (!len)
			snprintf(say, sizeof(say), "answers");
	} else {
		snprintf(say, sizeof(say), "%s", failed_words(reply->why));
	}
	if (strcmp(say, seen->say))
		seen->since = reply->came_at;
	snprintf(seen->say, sizeof(seen->say), "%s", say);
	seen->at = reply->came_at;
	seen->mark = mark;
}

bool ra_watch_take(struct ra_session *s, const struct ra_want *want, const struct ra_reply *reply, cJSON *body)
{
	struct ra_watch *watch = &s->watch;
	struct ra_watch_row *row = watch->seq ? row_of(watch, want->plane) : NULL;
	ra_utc_ms sent = reply->sent_at == RA_UTC_NONE ? reply->came_at : reply->sent_at;
	struct ra_now now = ra_session_stand(s);
	const cJSON *obs;

	if (!watch->seq || now.phase != RA_PH_VERIFY || (!row && watch->count == RA_WATCH_ROWS_MAX))
		return false;
	if (!row) {
		row = &watch->rows[watch->count++];
		*row = (struct ra_watch_row){.plane = want->plane, .recorded = RA_UTC_NONE};
	}
	cJSON_ArrayForEach(obs, ra_json_get(body, "facts"))
	{
		keep_value(&watch->seen[want->plane->plane], obs);
		if (!strcmp(ra_json_str(obs, "name", ""), BOOT_TIME))
			note_boot(watch, want->plane->plane, obs);
	}
	see(s, want->plane->plane, reply);
	row->looked = sent;
	row->again = false;
	if (row->said && row->boots == watch->boots && sent - row->recorded < SAY_MS && sent < ra_watch_deadline(s, &now) &&
	    same_reply(row->said, body)) {
		row->same++;
		return true;
	}
	/* What is passed over is told where the next is written down. */
	if (row->same && !cJSON_AddNumberToObject(body, "same", row->same))
		return false;
	cJSON_Delete(row->said);
	*row = (struct ra_watch_row){
		.plane = row->plane, .looked = sent, .recorded = sent, .boots = watch->boots, .said = cJSON_Duplicate(body, true)};
	return false;
}

/* For the view. */

/* What a person has to look at, as no program can. NULL: nothing. */
static const char *advice(const struct ra_session *s, ra_utc_ms now)
{
	const struct ra_watch_seen *bmc = &s->watch.seen[RA_PLANE_BMC], *ssh = &s->watch.seen[RA_PLANE_SSH],
				   *vcenter = &s->watch.seen[RA_PLANE_VCENTER];
	int64_t span = bmc->since == RA_UTC_NONE ? 0 : now - bmc->since;
	bool away = (ssh->at == RA_UTC_NONE || ssh->mark == RA_WATCH_AWAY) && (vcenter->at == RA_UTC_NONE || vcenter->mark == RA_WATCH_AWAY);

	if (bmc->mark == RA_WATCH_OFF && span >= OFF_LONG_MS)
		return "The server is off for long. Look at its console. If it is to run, it is switched on there; nothing is done to it from here.";
	if (bmc->mark == RA_WATCH_POST && span >= POST_LONG_MS)
		return "POST does not finish. Look at the console: it may wait for a key, or show what is wrong. Nothing is done to it from here.";
	if (bmc->mark == RA_WATCH_STARTED && away && span >= START_LONG_MS)
		return "The firmware is done and the host does not answer. Look at the console: it may ask for something, or show what is wrong.";
	return NULL;
}

static ra_err put_row(const struct ra_session *s, int plane, struct ra_view_prompt *out)
{
	const struct ra_watch_seen *seen = &s->watch.seen[plane];
	struct ra_view_watch *row = &out->watch[out->watch_count++];
	struct ra_maker maker = ra_state_maker(s->state);
	const char *bmc = plane == RA_PLANE_BMC ? ra_maker_bmc(&maker) : NULL; /* a maker's own word; a paraphrase is too long for a line */

	row->since = seen->since;
	row->at = seen->at;
	row->plane = bmc && strlen(bmc) <= BMC_NAME_MAX ? ra_text_clean_dup(bmc, false) : strdup(ra_plane_name((enum ra_plane)plane));
	row->say = ra_text_clean_dup(seen->at == RA_UTC_NONE ? "not read yet" : seen->say, false);
	return row->plane && row->say ? RA_OK : RA_E_NOMEM;
}

ra_err ra_watch_put(const struct ra_session *s, const struct ra_now *now, struct ra_view_prompt *out)
{
	static const enum ra_plane order[] = {RA_PLANE_BMC, RA_PLANE_SSH, RA_PLANE_VCENTER};
	ra_utc_ms at = ra_session_now(s);
	const char *look = NULL;
	ra_err err = RA_OK;

	if (!s->watch.seq || !now->step->action.restarts)
		return RA_OK;
	out->watch = calloc(RA_LEN(order), sizeof(*out->watch));
	if (!out->watch)
		return RA_E_NOMEM;
	for (size_t i = 0; i < RA_LEN(order) && !err; i++)
		if (s->planes[order[i]].given)
			err = put_row(s, order[i], out);
	look = advice(s, at);
	if (!err && s->watch.woke != RA_UTC_NONE) {
		out->slept_ms = s->watch.slept_ms;
		out->woke = s->watch.woke;
	}
	if (err || !look)
		return err;
	out->hint = strdup(look);
	return out->hint ? RA_OK : RA_E_NOMEM;
}
