/* prompt.c - what the walk wants from the operator now, in one form for every front end. Pure over the session's state. */
#include "config.h"

#include "session/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ra_prompt_clear(struct ra_view_prompt *prompt)
{
	free(prompt->subject);
	free(prompt->title);
	free(prompt->text);
	free(prompt->hint);
	free(prompt->danger);
	free(prompt->progress);
	for (size_t i = 0; i < prompt->watch_count; i++) {
		free(prompt->watch[i].plane);
		free(prompt->watch[i].say);
	}
	free(prompt->watch);
	for (size_t i = 0; i < prompt->option_count; i++) {
		free(prompt->options[i].id);
		free(prompt->options[i].say);
	}
	free(prompt->options);
	*prompt = (struct ra_view_prompt){0};
}

static ra_err put(char **at, const char *text)
{
	free(*at);
	*at = ra_text_clean_dup(text ? text : "", true);
	return *at ? RA_OK : RA_E_NOMEM;
}

static ra_err put_own(char **at, char *text)
{
	free(*at);
	*at = text;
	return text ? RA_OK : RA_E_NOMEM;
}

ra_err ra_prompt_option(struct ra_view_prompt *prompt, const char *id, char *say, bool safe)
{
	struct ra_view_option *more = say ? realloc(prompt->options, (prompt->option_count + 1) * sizeof(*more)) : NULL;

	if (!more) {
		free(say);
		return RA_E_NOMEM;
	}
	prompt->options = more;
	more[prompt->option_count] = (struct ra_view_option){.id = strdup(id), .say = say, .safe = safe};
	prompt->option_count++;
	return more[prompt->option_count - 1].id ? RA_OK : RA_E_NOMEM;
}

static int open_need(const struct ra_session *s)
{
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		if (s->planes[i].need_open && !s->ended)
			return i;
	return -1;
}

/* How a need is asked. */
struct need_form {
	enum ra_prompt_kind kind;
	const char *title, *text, *hint; /* text: where the link has none */
};

static const struct need_form *need_form(enum ra_plane plane, const struct ra_need *need)
{
	static const struct need_form forms[] = {
		[RA_NEED_HOST_KEY] = {RA_ASK_YES_NO, "First sight of this host's key", "",
				      "Compare the fingerprint with the one on the host's console. Nothing is sent to the host before."},
		[RA_NEED_CERT] = {RA_ASK_YES_NO, "First sight of this server's certificate", "",
				  "Compare the SHA-256 with what its administrator names. Nothing is sent to it before, no password either."},
		[RA_NEED_USER] = {RA_ASK_TYPED, "User", "", ""},
		[RA_NEED_PASSWORD] = {RA_ASK_SECRET, "Password", "",
				      "It is kept in wiped memory for this walk and tried once: five refusals lock an ESXi account."},
		[RA_NEED_PASSPHRASE] = {RA_ASK_SECRET, "Passphrase of the key file", "", ""},
		[RA_NEED_PROMPT] = {RA_ASK_SECRET, "The host asks", "", ""},
	};
	static const struct need_form user = {RA_ASK_TYPED, "User of vCenter",
					      "By whom vCenter is asked, as in administrator@vsphere.local. Read-only rights on the host are "
					      "enough to look.",
					      ""};
	static const struct need_form password = {RA_ASK_SECRET, "Password for vCenter", "",
						  "It is kept in wiped memory for this walk and tried once."};

	static const struct need_form bmc_user = {RA_ASK_TYPED, "User of the BMC", "By whom the server's management controller is asked. One who may only "
									     "look is enough.",
						  ""};
	static const struct need_form bmc_password = {RA_ASK_SECRET, "Password for the BMC", "",
						      "It is kept in wiped memory for this walk and tried once."};
	static const struct need_form on_the_way = {RA_ASK_SECRET, "Before the host is reached", "", ""};

	if (need->kind == RA_NEED_PROMPT && need->on_the_way)
		return &on_the_way;
	if (need->kind == RA_NEED_USER && plane != RA_PLANE_SSH)
		return plane == RA_PLANE_BMC ? &bmc_user : &user;
	if (need->kind == RA_NEED_PASSWORD && plane != RA_PLANE_SSH)
		return plane == RA_PLANE_BMC ? &bmc_password : &password;
	return &forms[need->kind];
}

/* What a question of the way needs beside it. One that is echoed is ssh's own (a yes to a jump host's key, which it writes down); what a jump
 * host words as it likes never takes this note away. */
static const char *way_note(const struct ra_need *need)
{
	if (need->echo)
		return "\n\nThis is about a jump host, not the host itself. The answer goes to ssh.";
	return "\n\nA jump host asks this, not the host itself: the host's password is not meant. The answer goes to ssh, and is kept nowhere.";
}

/* Who types a password anew knows how many this host has counted already. */
static void put_hint(const struct ra_session_plane *at, const struct need_form *form, char *out, size_t cap)
{
	bool counts = at->refused && !at->need.on_the_way && (at->need.kind == RA_NEED_PASSWORD || at->need.kind == RA_NEED_PROMPT);

	if (counts)
		snprintf(out, cap, "%s%s%d %s refused here.", form->hint, *form->hint ? " " : "", at->refused, at->refused == 1 ? "was" : "were");
	else
		snprintf(out, cap, "%s", form->hint);
}

static ra_err need_prompt(const struct ra_session *s, enum ra_plane plane, struct ra_view_prompt *out)
{
	const struct ra_session_plane *at = &s->planes[plane];
	const struct ra_need *need = &at->need;
	const struct need_form *form = need_form(plane, need);
	const char *whose = *need->subject ? need->subject : plane == RA_PLANE_VCENTER ? s->vcenter.place : plane == RA_PLANE_BMC ? s->bmc.place : "";
	char title[400], text[sizeof(need->text) + 260], hint[300];

	snprintf(text, sizeof(text), "%s%s%s", at->asked_again ? "Asked again: the answer before was not taken.\n\n" : "",
		 *need->text ? need->text : form->text, need->on_the_way ? way_note(need) : "");
	put_hint(at, form, hint, sizeof(hint));
	out->scene = RA_SCENE_CONNECT;
	out->kind = need->echo && need->kind == RA_NEED_PROMPT ? RA_ASK_TYPED : form->kind;
	out->may_skip = true;
	snprintf(title, sizeof(title), "%s: %s", form->title, whose);
	return put(&out->title, title) || put(&out->text, text) || put(&out->hint, hint)
		       ? RA_E_NOMEM
		       : RA_OK;
}

/* Before the first entry: which symptom is it? */
static ra_err entry_prompt(const struct ra_session *s, struct ra_view_prompt *out)
{
	const struct ra_flow *flow = ra_flowset_flow(s->flows, s->flow);
	const cJSON *row;
	bool first = true;
	ra_err err = put(&out->title, "What do you see?");

	out->kind = RA_ASK_CHOICE;
	cJSON_ArrayForEach(row, flow->entries)
	{
		if (!err)
			err = ra_prompt_option(out, ra_json_str(row, "go", ""), ra_say_fill(s, ra_json_str(row, "say", "")), first);
		first = false;
	}
	return err ? err : put(&out->text, flow->title);
}

static ra_err question_prompt(const struct ra_session *s, const struct ra_now *now, struct ra_view_prompt *out)
{
	const struct ra_question *question = now->question;
	ra_err err = put(&out->title, now->phase == RA_PH_QUESTION ? now->step->title : now->check->title);

	out->kind = question->many ? RA_ASK_MANY : RA_ASK_CHOICE;
	out->may_back = true;
	if (!err)
		err = put_own(&out->text, ra_say_fill(s, question->ask));
	if (!err && question->look)
		err = put_own(&out->hint, ra_say_fill(s, question->look));
	for (size_t i = 0; i < question->count && !err; i++)
		err = ra_prompt_option(out, question->choices[i].id, ra_say_fill(s, question->choices[i].say), false);
	return err ? err : ra_prompt_option(out, "unknown", strdup("I do not know"), true);
}

static ra_err gate_prompt(const struct ra_session *s, const struct ra_now *now, struct ra_view_prompt *out)
{
	const struct ra_gate_talk *talk = &s->talk;
	const char *unproven = ra_gate_unproven(s, now->gates);
	const cJSON *row, *id;
	char title[256] = "";

	/* The step's own title: the gate's says what is to be proven, and over a question it would read as if it were. */
	if (talk->gate && talk->stage == RA_GATE_STATEMENTS)
		snprintf(title, sizeof(title), "%s: statement %zu of %d", now->step->title, talk->statement + 1,
			 cJSON_GetArraySize(talk->gate->statements));
	ra_err err = put(&out->title, *title ? title : now->step->title);

	out->scene = RA_SCENE_GATE;
	out->may_back = true;
	switch (talk->stage) {
	case RA_GATE_CHOOSE:
		out->kind = RA_ASK_CHOICE;
		if (!err)
			err = put(&out->hint, *talk->say ? talk->say : unproven);
		if (!err)
			err = put(&out->text, "A host whose configuration is bound to the TPM may not start again after what comes "
					      "next. One of these must hold first:");
		cJSON_ArrayForEach(id, now->gates)
		{
			const struct ra_gate *gate = ra_flowset_gate(s->flows, id->valuestring);

			if (gate && !err && !(unproven && gate->needs_key))
				err = ra_prompt_option(out, gate->id, ra_say_fill(s, gate->title), false);
		}
		return err ? err : ra_prompt_option(out, "closed", strdup("Leave it closed: nothing is changed"), true);
	case RA_GATE_STATEMENTS:
		out->kind = RA_ASK_YES_NO;
		row = cJSON_GetArrayItem(talk->gate->statements, (int)talk->statement);
		if (!err)
			err = put_own(&out->text, ra_say_fill(s, ra_json_str(row, "say", "")));
		return err ? err : put_own(&out->hint, ra_say_fill(s, talk->gate->why));
	case RA_GATE_PROOF:
		out->kind = RA_ASK_SECRET;
		out->may_skip = true;
		if (!err)
			err = put(&out->text, "Paste the whole recovery key from the copy you keep. It is compared with the host's own "
					      "list in memory, then wiped; only the Recovery ID and the outcome are recorded. Where you "
					      "can only type, type the word groups: four of the 16 are asked for, and the key counts as "
					      "partly proven.");
		return err ? err : put(&out->hint, "16 groups of 6 digits. Nothing is shown while you paste or type.");
	case RA_GATE_GROUPS:
		out->kind = RA_ASK_SECRET;
		out->may_skip = true;
		snprintf(title, sizeof(title), "Type group %d of the %d groups of the stored recovery key: its %d digits.",
			 ra_gate_talk_group(talk), RA_KEY_GROUPS, RA_KEY_GROUP_DIGITS);
		err = err ? err : put(&out->text, title);
		snprintf(title, sizeof(title), "%zu of %d typed. Nothing is shown while you type.", talk->typed, RA_GATE_GROUP_COUNT);
		return err ? err : put(&out->hint, title);
	case RA_GATE_TYPE:
		out->kind = RA_ASK_TYPED;
		if (!err)
			err = put_own(&out->hint, ra_say_fill(s, talk->gate->type));
		return err ? err : put_own(&out->text, ra_say_fill(s, talk->gate->why));
	case RA_GATE_IDLE:
	case RA_GATE_FETCH:
		break;
	}
	out->kind = RA_ASK_NOTHING;
	return err ? err : put(&out->text, "Reading again what the gate is judged by");
}

const char *ra_held_back(const struct ra_session *s, char *room, size_t cap)
{
	char until[RA_UTC_TEXT_LEN];
	struct ra_errs errs;

	if (s->read_only)
		return "This walk is read-only: the step is shown, nothing begins.";
	if (s->dry_run)
		return "Dry run: the step is shown, nothing begins.";
	ra_errs_clear(&errs);
	if (ra_journal_ready(s->journal, &errs)) {
		snprintf(room, cap, "No change begins now, for it could not be recorded: %s.", errs.text[0]);
		return room;
	}
	if (!ra_state_too_late(s->state, ra_session_now(s)))
		return NULL;
	snprintf(room, cap,
		 "The agreed time was over at %s: no disruptive or irreversible step begins now. Ask for a longer window, then "
		 "`reattest resume` with a new --until. What only takes back a change, without restarting the host, may still be done.",
		 ra_utc_format(ra_state_until(s->state), until));
	return room;
}

/* Why a step is dangerous, whether it can be undone, and its words: who decides reads the first page. NULL without memory. Owner: caller. */
static char *with_danger(const struct ra_session *s, const struct ra_now *now)
{
	RA_AUTO(ra_mem_free) char *say = ra_say_step(s, now->step);
	RA_AUTO(ra_mem_free) char *why = ra_say_danger(s, &now->step->action);
	RA_AUTO(ra_mem_free) char *undo = ra_say_undo(s, now->flow, now->step);
	RA_AUTO(ra_buf_free) struct ra_buf all = {0};

	if (!say || !why || !undo ||
	    ra_buf_printf(&all, "%s%s%s%s%s", why, *why ? "\n\n" : "", undo, *say ? "\n\n" : "", say))
		return NULL;
	return strdup(ra_buf_str(&all));
}

static ra_err confirm_prompt(const struct ra_session *s, const struct ra_now *now, struct ra_view_prompt *out)
{
	const struct ra_action *action = &now->step->action;
	char room[RA_HELD_MAX];
	const char *held = ra_held_back(s, room, sizeof(room));
	ra_err err = put(&out->title, now->step->title);

	out->scene = RA_SCENE_CONFIRM;
	out->may_skip = out->may_back = true;
	out->skip_why = !held;
	if (!err)
		err = put_own(&out->text, with_danger(s, now));
	if (!err)
		err = put(&out->danger, ra_danger_name(action->danger));
	if (held) {
		out->kind = RA_ASK_CHOICE;
		err = err ? err : ra_prompt_option(out, "skip", strdup("Go on without it"), true);
		return err ? err : put(&out->hint, held);
	}
	if (!action->confirm_type) {
		out->kind = RA_ASK_YES_NO;
		return err ? err : put(&out->hint, action->by_human ? "Yes means: you do this now, by hand." : "Yes means: reattest sends it now.");
	}
	out->kind = RA_ASK_TYPED;
	RA_AUTO(ra_mem_free) char *value = ra_say_fact(s, action->confirm_type->valuestring);

	return err ? err : put(&out->hint, value ? value : s->host);
}

/* The change that was sent and not answered yet; NULL: none. */
static const struct ra_flight *sent_change(const struct ra_session *s)
{
	for (size_t i = 0; i < RA_TICKETS_MAX; i++)
		if (s->flights[i].kind == RA_TICKET_ACTION)
			return &s->flights[i];
	return NULL;
}

/* What was sent goes on by itself: how far it is, and whether it can be cancelled. */
static ra_err sent_prompt(const struct ra_session *s, struct ra_view_prompt *out)
{
	const struct ra_flight *change = sent_change(s);
	char percent[16] = "";

	out->kind = RA_ASK_NOTHING;
	if (!change)
		return put(&out->hint, "Sent. A change is neither cancelled nor repeated.");
	out->since = change->since;
	out->may_cancel = change->may_cancel && !change->cancel_asked;
	if (change->percent >= 0)
		snprintf(percent, sizeof(percent), "%d %%", change->percent);
	ra_err err = put(&out->progress, percent);

	return err ? err : put(&out->hint, change->cancel_asked ? "vCenter was asked to cancel it. How it ended is told by vCenter's answer."
				   : change->may_cancel  ? "Sent. vCenter lets this be cancelled: Ctrl-C asks for it."
							 : "Sent. A change is neither cancelled nor repeated.");
}

static ra_err act_prompt(const struct ra_session *s, const struct ra_now *now, struct ra_view_prompt *out)
{
	ra_err err = put(&out->title, now->step->title);

	out->scene = RA_SCENE_ACT;
	if (!err)
		err = put_own(&out->text, ra_say_step(s, now->step));
	if (!err)
		err = put(&out->danger, ra_danger_name(now->step->action.danger));
	if (!now->manual_start)
		return err ? err : sent_prompt(s, out);
	out->kind = RA_ASK_CHOICE;
	err = err ? err : put(&out->hint, "Do it now, then say so here. Only what is read after that counts.");
	err = err ? err : ra_prompt_option(out, "done", strdup("It is done"), false);
	return err ? err : ra_prompt_option(out, "not_done", strdup("I did not do it"), true);
}

/* A person began this and the program stopped before the end was told: only they can say. */
static ra_err told_late_prompt(const struct ra_session *s, const struct ra_now *now, struct ra_view_prompt *out)
{
	ra_err err = act_prompt(s, now, out);

	return err ? err : put(&out->hint, "The program stopped after you began this. Look at the host before you answer.");
}

static ra_err wait_prompt(const struct ra_session *s, const struct ra_now *now, struct ra_view_prompt *out)
{
	if (now->manual_start && now->outcome_unknown)
		return told_late_prompt(s, now, out);
	out->may_skip = out->skip_why = true;
	if (now->question) /* who cannot see whether it shows may give the verification up, as one may give up waiting */
		return question_prompt(s, now, out) || put(&out->title, now->step->title) ? RA_E_NOMEM : RA_OK;
	ra_err err = put(&out->title, now->step->title);

	out->kind = RA_ASK_WAIT;
	out->scene = RA_SCENE_WAIT;
	out->since = now->action_start;
	out->deadline = ra_watch_deadline(s, now);
	if (!err)
		err = ra_watch_put(s, now, out);
	if (!err)
		err = put(&out->text, now->outcome_unknown
					      ? "The program stopped while this was being done: its outcome is not known. It is not done "
						"again; only its verification leads on."
					      : "Waiting until the change shows.");
	return err;
}

/* It is asked once all of that is there. */
static ra_err reads_prompt(const struct ra_now *now, struct ra_view_prompt *out)
{
	out->kind = RA_ASK_NOTHING;
	out->may_back = true;
	return put(&out->title, now->step->title) || put(&out->text, "Reading again what this step is judged by") ? RA_E_NOMEM : RA_OK;
}

static ra_err phase_prompt(const struct ra_session *s, const struct ra_now *now, struct ra_view_prompt *out)
{
	switch (now->phase) {
	case RA_PH_NEW:
		return entry_prompt(s, out);
	case RA_PH_MANUAL:
	case RA_PH_QUESTION:
		return question_prompt(s, now, out);
	case RA_PH_GATE:
		return gate_prompt(s, now, out);
	case RA_PH_CONFIRM:
		return s->reads ? reads_prompt(now, out) : confirm_prompt(s, now, out);
	case RA_PH_ACTING:
		return act_prompt(s, now, out);
	case RA_PH_VERIFY:
		return wait_prompt(s, now, out);
	case RA_PH_CHECKS:
		out->kind = s->held ? RA_ASK_GO_ON : RA_ASK_NOTHING;
		out->may_back = true;
		return put(&out->title, now->step->title);
	case RA_PH_END:
		break;
	}
	return RA_OK;
}

ra_err ra_prompt_of_step(const struct ra_session *s, struct ra_view_prompt *out)
{
	struct ra_now now = ra_session_stand(s);

	*out = (struct ra_view_prompt){.since = RA_UTC_NONE, .deadline = RA_UTC_NONE};
	ra_err err = phase_prompt(s, &now, out);

	if (err)
		ra_prompt_clear(out);
	return err;
}

ra_err ra_prompt_make(const struct ra_session *s, struct ra_view_prompt *out)
{
	struct ra_now now = ra_session_stand(s);
	int plane = open_need(s);
	ra_err err = RA_OK;

	*out = (struct ra_view_prompt){.since = RA_UTC_NONE, .deadline = RA_UTC_NONE};
	if (plane < 0 && ra_owe_asks(s)) {
		err = ra_owe_prompt(s, out);
	} else if (s->ended || now.phase == RA_PH_END) {
		out->kind = RA_ASK_END;
		out->scene = RA_SCENE_OUTCOME;
	} else if (plane >= 0) {
		err = need_prompt(s, (enum ra_plane)plane, out);
	} else {
		err = phase_prompt(s, &now, out);
	}
	if (!err)
		err = put(&out->subject, now.check ? now.check->id : now.step ? now.step->id : "");
	char **texts[] = {&out->title, &out->text, &out->hint, &out->danger};

	for (size_t i = 0; i < RA_LEN(texts); i++)
		if (!err && !*texts[i])
			err = put(texts[i], "");
	out->may_again = plane < 0 && !ra_owe_asks(s) && ra_session_may_again(s, &now);
	out->id = ra_prompt_identity(s);
	if (err)
		ra_prompt_clear(out);
	return err;
}

/* FNV-1a over one number. Source: Fowler, Noll, Vo, 64 bit. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		hash = (hash ^ ((value >> (8 * i)) & 0xff)) * 1099511628211u;
	return hash;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = mix(hash, (unsigned char)*text);
	return hash;
}

uint64_t ra_prompt_identity(const struct ra_session *s)
{
	struct ra_now now = ra_session_stand(s);
	const struct ra_visit *visits;
	size_t visit_count = ra_state_path(s->state, &visits), answers = 0;
	uint64_t hash = 14695981039346656037u;
	int plane = open_need(s);

	for (size_t i = 0; i < s->entry_count; i++)
		answers += !strcmp(s->entries[i].kind, "answer") || !strcmp(s->entries[i].kind, "gate") ||
			   !strcmp(s->entries[i].kind, "resume");
	hash = mix(hash, s->ended);
	hash = mix(hash, (uint64_t)now.phase);
	hash = mix(hash, visit_count ? (uint64_t)visits[visit_count - 1].seq : 0);
	hash = mix(hash, (uint64_t)now.action_seq);
	hash = mix(hash, answers);
	hash = mix(hash, now.outcome_unknown);
	hash = mix_text(hash, now.check ? now.check->id : NULL);
	hash = mix(hash, s->held);
	hash = mix(hash, ra_owe_asks(s));
	hash = mix(hash, s->reads && now.phase == RA_PH_CONFIRM);
	hash = mix(hash, (uint64_t)s->talk.stage);
	hash = mix(hash, s->talk.statement);
	hash = mix_text(hash, s->talk.say);
	if (plane >= 0) {
		hash = mix(hash, (uint64_t)plane + 1);
		hash = mix_text(hash, s->planes[plane].need.text);
		hash = mix(hash, (uint64_t)s->planes[plane].need.kind);
		hash = mix(hash, s->planes[plane].asked);
	}
	return hash;
}
