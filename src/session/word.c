/* word.c - the operator's word, held against the prompt that stands. */
#include "config.h"

#include "session/internal.h"

#include <stdio.h>
#include <string.h>

static const char *chosen(const struct ra_word *word)
{
	return word->kind == RA_WORD_CHOOSE && word->ids && word->ids[0] ? word->ids[0] : NULL;
}

/* A yes is only for a host's key or a server's certificate, a name is typed, a secret is for all else; leaving it is always possible. */
static bool fits_need(const struct ra_need *need, const struct ra_word *word)
{
	if (word->kind == RA_WORD_NO || word->kind == RA_WORD_SKIP)
		return true;
	if (need->kind == RA_NEED_HOST_KEY || need->kind == RA_NEED_CERT)
		return word->kind == RA_WORD_YES;
	if (need->kind == RA_NEED_USER)
		return word->kind == RA_WORD_TYPED && word->typed;
	return (word->kind == RA_WORD_SECRET && word->secret) || (word->kind == RA_WORD_TYPED && word->typed);
}

static ra_err answer_need(struct ra_session *s, const struct ra_word *word, bool *mine, struct ra_errs *errs)
{
	for (int i = 0; i < RA_PLANE_COUNT; i++) {
		struct ra_session_plane *at = &s->planes[i];

		if (!at->need_open)
			continue;
		if (!fits_need(&at->need, word))
			return ra_fail(errs, RA_E_ARG, at->need.kind == RA_NEED_HOST_KEY ? "say yes or no to the host's key"
						       : at->need.kind == RA_NEED_CERT   ? "say yes or no to the certificate"
											 : "give what is asked for, or leave it");
		struct ra_link *link = at->hub_link->link;
		RA_AUTO(ra_secret_free) struct ra_secret *typed = NULL;
		const struct ra_secret *secret = word->kind == RA_WORD_SECRET ? word->secret : NULL;

		if (word->kind == RA_WORD_TYPED) {
			typed = ra_secret_new();
			if (!typed || ra_secret_set(typed, word->typed, strlen(word->typed)))
				return ra_fail(errs, RA_E_NOMEM, "no memory");
			secret = typed;
		}
		struct ra_way_in *in = ra_way_in_of(s, (enum ra_plane)i);

		if (secret && at->need.kind == RA_NEED_USER && in && ra_way_in_user(in, word->typed))
			return ra_fail(errs, RA_E_NOMEM, "no memory");
		at->need_open = false;
		at->answered = secret != NULL;
		at->offering = at->offering || (secret && !at->need.on_the_way &&
						(at->need.kind == RA_NEED_PASSWORD || at->need.kind == RA_NEED_PROMPT));
		*mine = true;
		ra_session_touch(s);
		link->ops->answer(link, word->kind == RA_WORD_YES || secret, secret);
		return RA_OK;
	}
	return RA_OK;
}

/* An entry of what somebody said, with the words it was said to. Owner: takes body. */
static ra_err append_shown(struct ra_session *s, const char *kind, cJSON *body, struct ra_errs *errs)
{
	if (!ra_shown_put(s, body))
		return ra_session_append(s, kind, body, true, errs);
	cJSON_Delete(body);
	return ra_fail(errs, RA_E_NOMEM, "no memory for the words of an entry");
}

static ra_err choose_entry(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	if (!chosen(word))
		return ra_fail(errs, RA_E_ARG, "choose what you see");
	return ra_session_begin(s, chosen(word), errs);
}

static ra_err answer_question(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	static const char *const nothing[] = {NULL};
	const char *id = chosen(word);
	cJSON *body = NULL;

	if (word->kind != RA_WORD_CHOOSE && word->kind != RA_WORD_SKIP)
		return ra_fail(errs, RA_E_ARG, "choose an answer");
	bool unknown = !id || !strcmp(id, "unknown");
	struct ra_now now = ra_session_stand(s);
	ra_err err = ra_make_answer(s->state, now.phase == RA_PH_QUESTION ? NULL : now.check,
				    unknown ? nothing : word->ids, ra_session_now(s), &body, errs);

	return err ? err : append_shown(s, "answer", body, errs);
}

static ra_err skip(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf why = {0};
	cJSON *body = NULL;
	const char *kind = NULL;
	ra_err err = word->typed ? ra_session_words(word->typed, &why, errs) : RA_OK;

	if (!err)
		err = ra_make_skip(s->state, ra_buf_str(&why), &kind, &body, errs);

	return err ? err : append_shown(s, kind, body, errs);
}

/* The one place of this room where an action begins: the engine lets it, the intent is on disk, then the first byte may leave. */
static ra_err begin_action(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	cJSON *body = NULL;
	const char *id = chosen(word);
	char room[RA_HELD_MAX];

	if (word->kind == RA_WORD_SKIP || word->kind == RA_WORD_NO || (id && !strcmp(id, "skip")))
		return skip(s, word, errs);
	const char *held = ra_held_back(s, room, sizeof(room));

	if (s->reads)
		return ra_fail(errs, RA_E_STATE, "what this step is judged by is being read again; it is asked then");
	if (held) {
		ra_session_touch(s); /* it may be so only now: then the step says it from here on */
		return ra_fail(errs, RA_E_DENIED, "%s", held);
	}
	if (word->kind != RA_WORD_YES && word->kind != RA_WORD_TYPED)
		return ra_fail(errs, RA_E_ARG, "confirm the step, or leave it");
	ra_err err = ra_make_intent(s->state, word->kind == RA_WORD_TYPED ? word->typed : NULL, ra_session_now(s), &body,
				    errs);

	return err ? err : append_shown(s, "intent", body, errs);
}

static ra_err end_doing(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	struct ra_now now = ra_session_stand(s);
	const char *how = chosen(word);
	cJSON *body = NULL;
	char what[RA_FACT_NAME_MAX + 16];

	if (!now.manual_start)
		return ra_fail(errs, RA_E_STATE, "the change was sent; it is neither cancelled nor repeated");
	if (!how || (strcmp(how, "done") && strcmp(how, "not_done")))
		return ra_fail(errs, RA_E_ARG, "say whether it is done");
	ra_err err = ra_make_done(s->state, how, "", &body, errs);

	snprintf(what, sizeof(what), "action:%s", now.step->id);
	if (!err)
		err = append_shown(s, "done", body, errs);
	if (err || strcmp(how, "done") || !s->recording)
		return err;
	return ra_session_hint(s, what, errs);
}

static ra_err phase_word(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	struct ra_now now = ra_session_stand(s);

	switch (now.phase) {
	case RA_PH_NEW:
		return choose_entry(s, word, errs);
	case RA_PH_QUESTION:
	case RA_PH_MANUAL:
		return answer_question(s, word, errs);
	case RA_PH_GATE:
		return ra_gate_talk_word(s, word, errs);
	case RA_PH_CONFIRM:
		return begin_action(s, word, errs);
	case RA_PH_ACTING:
		return end_doing(s, word, errs);
	case RA_PH_VERIFY:
		if (word->kind == RA_WORD_SKIP)
			return skip(s, word, errs);
		if (now.manual_start && now.outcome_unknown)
			return end_doing(s, word, errs);
		return now.question ? answer_question(s, word, errs)
				    : ra_fail(errs, RA_E_STATE, "waiting; it can only be given up");
	case RA_PH_CHECKS:
		if (!s->held)
			return ra_fail(errs, RA_E_STATE, "the checks are still running");
		s->pass_hold = true;
		ra_session_touch(s);
		return RA_OK;
	case RA_PH_END:
		break;
	}
	return ra_fail(errs, RA_E_STATE, "the walk is over");
}

ra_err ra_session_answer(struct ra_session *s, const struct ra_word *word, struct ra_errs *errs)
{
	bool mine = false;

	if (s->ended)
		return ra_fail(errs, RA_E_STATE, "the walk is over");
	if (word->prompt != ra_prompt_identity(s))
		return ra_fail(errs, RA_E_STATE, "another question stands now");
	ra_err err = answer_need(s, word, &mine, errs);

	if (err || mine)
		return err;
	return ra_owe_asks(s) ? ra_owe_word(s, word, errs) : phase_word(s, word, errs);
}
