/* firstpage.c - what the next shift reads first: where the walk stands, what is half done, what comes next, what must
 * not be done. */
#include "config.h"

#include "flow/flowset.h"
#include "verb/takeover.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What the last reading of a fact means to somebody who takes over. */
static const struct {
	const char *fact, *value, *say;
} standing[] = {
    {"host.connection", "disconnected",
     "THE HOST IS DISCONNECTED: vCenter does not manage it. Connect it again before anything else."},
    {"host.connection", "notResponding", "vCenter has no contact with the host."},
    {"host.maintenance", "yes", "The host is in maintenance mode."},
    {"service.ssh", "yes", "SSH runs on the host."},
};

/* What somebody wants to know first. */
static const char *const read_first[][2] = {
    {"ESXi", "host.version"},    {"Attestation", "attestation.status"}, {"Connection", "host.connection"},
    {"Mode", "encryption.mode"}, {"Secure Boot", "secureboot.on"},      {"Maintenance mode", "host.maintenance"},
};

struct page {
	const struct ra_view *v;
	const struct ra_flowset *flows;
	struct ra_buf *out;
	ra_err err;
	bool any; /* a line stands under the heading */
};

static void add(struct page *p, const char *fmt, ...) RA_PRINTF(2, 3);
static void add(struct page *p, const char *fmt, ...)
{
	char line[2048];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	p->err = p->err ? p->err : ra_buf_text(p->out, line);
	p->any = true;
}

static void heading(struct page *p, const char *title)
{
	add(p, "\n## %s\n\n", title);
	p->any = false;
}

static const struct ra_view_fact *fact(const struct ra_view *v, const char *name)
{
	for (size_t i = 0; i < v->fact_count; i++)
		if (!strcmp(v->facts[i].name, name))
			return &v->facts[i];
	return NULL;
}

/* What a machine last said of a fact, whatever was done since: not what is so, but what was seen. NULL: nothing. */
static const struct ra_view_obs *last_read(const struct ra_view *v, const char *name)
{
	const struct ra_view_fact *f = fact(v, name);
	const struct ra_view_obs *last = NULL;

	for (size_t i = 0; f && i < f->obs_count; i++)
		if (f->obs[i].value && (!last || f->obs[i].seq > last->seq))
			last = &f->obs[i];
	return last;
}

static bool last_read_is(const struct ra_view *v, const char *name, const char *value)
{
	const struct ra_view_obs *obs = last_read(v, name);

	return obs && !strcmp(obs->value, value);
}

static bool fact_is(const struct ra_view *v, const char *name, const char *json)
{
	const struct ra_view_fact *f = fact(v, name);

	return f && f->known && f->json && !strcmp(f->json, json);
}

static void put_session(struct page *p, const struct ra_handover *head)
{
	const struct ra_view *v = p->v;
	const char *const rows[][2] = {
	    {"Host", v->host},
	    {"Change", v->change_id},
	    {"Case", v->case_id},
	    {"Until", v->until},
	    {"Begun by", v->operator_name},
	    {"Handed over by", head->from},
	    {"Handed over at", head->at},
	    {"Source", v->source},
	};

	add(p, "# Handover: %s\n\n", *v->host ? v->host : "a host");
	for (size_t i = 0; i < RA_LEN(rows); i++)
		if (*rows[i][1])
			add(p, "- %s: %s\n", rows[i][0], rows[i][1]);
	add(p, "- Flow: %s %s, set %.16s\n", v->flow, v->flow_version, head->flow_sha256);
	add(p, "- Record: %lld entries, head %s\n", (long long)head->count, head->head);
}

static void put_last_read(struct page *p)
{
	char at[RA_UTC_TEXT_LEN];

	heading(p, "As it was last read");
	for (size_t i = 0; i < RA_LEN(read_first); i++) {
		const struct ra_view_obs *obs = last_read(p->v, read_first[i][1]);
		const char *value = !obs                         ? ""
				    : !strcmp(obs->value, "yes") ? "true"
				    : !strcmp(obs->value, "no")  ? "false"
								 : obs->value;

		if (obs)
			add(p, "- %s: %s (%s)\n", read_first[i][0], ra_flowset_word(p->flows, read_first[i][1], value),
			    ra_utc_format(obs->at, at));
	}
	if (!p->any)
		add(p, "- Nothing was read.\n");
}

static void put_where(struct page *p)
{
	const struct ra_view *v = p->v;
	const struct ra_view_step *now = v->step_count ? &v->steps[v->step_count - 1] : NULL;

	heading(p, "Where it stands");
	if (now)
		add(p, "- Step: %s\n", now->title);
	if (*v->outcome)
		add(p, "- It ended or was stopped: %s%s%s\n", v->outcome, *v->outcome_title ? ", " : "",
		    v->outcome_title);
	else
		add(p, "- It broke off: its last entry is no end\n");
	for (size_t i = 0; i < v->cause_count; i++)
		if (!strcmp(v->causes[i].status, "likely"))
			add(p, "- Likely cause: %s\n", v->causes[i].title);
	for (size_t i = 0; i < v->action_count; i++)
		add(p, "- Done: %s (%s)\n", v->actions[i].title,
		    *v->actions[i].result ? v->actions[i].result : "not ended");
}

static bool is_settled(const struct ra_view_action *action)
{
	static const char *const results[] = {"verified", "not done", "not_done", "refused"};

	for (size_t i = 0; i < RA_LEN(results); i++)
		if (!strcmp(results[i], action->result))
			return true;
	return false;
}

static bool touches(const struct ra_view_action *action, const char *class)
{
	for (size_t i = 0; i < action->touches.count; i++)
		if (!strcmp(action->touches.items[i], class))
			return true;
	return false;
}

static void put_half_done(struct page *p)
{
	const struct ra_view *v = p->v;

	heading(p, "Half done");
	for (size_t i = 0; i < RA_LEN(standing); i++)
		if (last_read_is(v, standing[i].fact, standing[i].value))
			add(p, "- %s (As it was last read.)\n", standing[i].say);
	for (size_t i = 0; i < v->owed.count; i++)
		add(p, "- %s\n", v->owed.items[i]);
	for (size_t i = 0; i < v->action_count; i++) {
		const struct ra_view_action *a = &v->actions[i];

		if (!strcmp(a->undone, "open"))
			add(p, "- \"%s\" is not taken back. %s\n", a->title, a->undo);
		if (is_settled(a))
			continue;
		if (a->ended != RA_UTC_NONE && !strcmp(a->result, "unverified"))
			add(p, "- \"%s\" was begun and nothing read since shows that it worked.\n", a->title);
		else
			add(p,
			    "- \"%s\" was begun and its outcome is NOT KNOWN: look at the host before anything else.\n",
			    a->title);
		if (touches(a, "next_boot_setup"))
			add(p, "  A step in the host's firmware setup may be pending: it takes effect with the next "
			       "start.\n");
	}
	if (!p->any)
		add(p, "- Nothing that the record knows of.\n");
}

static void put_next(struct page *p)
{
	const struct ra_view *v = p->v;

	heading(p, "Next");
	add(p, "- `reattest resume FILE.handover` on your machine: it asks for your own access, reads everything "
	       "again, and goes on at this step.\n");
	for (size_t i = 0; i < v->next.count; i++) {
		const char *next = v->next.items[i], *path = *v->journal_path ? strstr(next, v->journal_path) : NULL;

		/* the record's place here is none there */
		add(p, path ? "- %.*sFILE.handover%s\n" : "- %.*s%s\n", path ? (int)(path - next) : (int)strlen(next), next,
		    path ? path + strlen(v->journal_path) : "");
	}
	add(p, "- `tar xzf FILE.handover journal.jsonl && reattest verify journal.jsonl` shows that the record is "
	       "whole.\n");
}

static void put_notes(struct page *p)
{
	if (p->v->notes.count)
		heading(p, "Notes");
	for (size_t i = 0; i < p->v->notes.count; i++)
		add(p, "- %s\n", p->v->notes.items[i]);
}

static void put_must_not(struct page *p)
{
	const struct ra_view *v = p->v;

	heading(p, "What must NOT be done");
	if (!fact_is(v, "encryption.mode", "\"NONE\""))
		add(p,
		    "- Do not clear the TPM, do not change its settings or Secure Boot, do not replace the board: the "
		    "configuration of this host %s "
		    "bound to its TPM.\n- Do not restart it before its recovery key is proven anew.\n",
		    last_read_is(v, "encryption.mode", "TPM") ? "is" : "may be");
	for (size_t i = 0; i < v->action_count; i++)
		if (!is_settled(&v->actions[i]))
			add(p, "- Do not do \"%s\" once more before it is known what became of it.\n",
			    v->actions[i].title);
	if (*v->until)
		add(p,
		    "- Begin nothing disruptive or irreversible after %s, unless a longer time was agreed (`reattest "
		    "resume --until`).\n",
		    v->until);
	add(p, "- Do not rely on a gate that was opened before: all are closed, and every statement and proof is asked "
	       "for anew.\n");
	add(p, "- Do not go on with this session in two places.\n");
}

ra_err ra_handover_page(const struct ra_view *view, const struct ra_flowset *flows, const struct ra_handover *head,
			struct ra_buf *out)
{
	struct page p = {.v = view, .flows = flows, .out = out};

	put_session(&p, head);
	put_where(&p);
	put_last_read(&p);
	put_half_done(&p);
	put_next(&p);
	put_must_not(&p);
	put_notes(&p);
	add(&p, "\nNo password, key or proof is in this archive. Answers given by the host itself are not proof of its "
		"integrity.\n");
	return p.err;
}
