#include "config.h"

#include "session/internal.h"

#include <stdlib.h>

static void free_texts(struct ra_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i]);
	free(texts->items);
}

static void free_all(char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
}
#define FREE_ALL(...)                                               \
	do {                                                        \
		char *const texts_[] = {__VA_ARGS__};               \
		free_all(texts_, sizeof(texts_) / sizeof(*texts_)); \
	} while (0)

static void free_facts(struct ra_view *v)
{
	for (size_t i = 0; i < v->fact_count; i++) {
		struct ra_view_fact *f = &v->facts[i];

		for (size_t k = 0; k < f->obs_count; k++)
			FREE_ALL(f->obs[k].plane, f->obs[k].value, f->obs[k].reason, f->obs[k].check, f->obs[k].evidence);
		free(f->obs);
		free_texts(&f->disputed);
		FREE_ALL(f->name, f->type, f->value, f->reason, f->json);
	}
	free(v->facts);
}

static void free_causes(struct ra_view *v)
{
	for (size_t i = 0; i < v->cause_count; i++) {
		struct ra_view_cause *c = &v->causes[i];

		for (size_t k = 0; k < c->rule_count; k++)
			FREE_ALL(c->rules[k].kind, c->rules[k].because, c->rules[k].source, c->rules[k].value,
				 c->rules[k].confidence);
		free(c->rules);
		free_texts(&c->guide);
		free_texts(&c->references);
		FREE_ALL(c->id, c->title, c->status, c->why, c->impact, c->resolution, c->fix_by);
	}
	free(v->causes);
}

static void free_actions(struct ra_view *v)
{
	for (size_t i = 0; i < v->action_count; i++) {
		struct ra_view_action *a = &v->actions[i];

		for (size_t k = 0; k < a->change_count; k++) {
			struct ra_view_change *c = &a->changes[k];

			FREE_ALL(c->fact, c->title, c->before.value, c->before.plane, c->after.value, c->after.plane);
		}
		free(a->changes);
		free_texts(&a->touches);
		FREE_ALL(a->step, a->title, a->danger, a->result, a->said, a->undo, a->undo_step, a->undone);
	}
	free(v->actions);
}

static void free_steps(struct ra_view *v)
{
	for (size_t i = 0; i < v->step_count; i++) {
		struct ra_view_step *step = &v->steps[i];

		for (size_t k = 0; k < step->shown_count; k++) {
			struct ra_view_shown *w = &step->shown[k];

			FREE_ALL(w->kind, w->title, w->text, w->hint, w->type, w->danger);
			free_texts(&w->offered);
			free_texts(&w->said);
		}
		free(step->shown);
		for (size_t k = 0; k < step->turn_count; k++)
			FREE_ALL(step->turns[k].label, step->turns[k].because, step->turns[k].to, step->turns[k].title);
		free(step->turns);
		FREE_ALL(step->flow, step->id, step->title, step->because, step->left_by);
	}
	free(v->steps);
}

static void free_way(struct ra_view *v)
{
	for (size_t i = 0; i < v->plane_count; i++)
		FREE_ALL(v->planes[i].name, v->planes[i].state, v->planes[i].say, v->planes[i].peer);
	free(v->planes);
	free_steps(v);
	for (size_t i = 0; i < v->gate_count; i++)
		FREE_ALL(v->gates[i].gate, v->gates[i].step, v->gates[i].title, v->gates[i].why);
	free(v->gates);
	free_actions(v);
	for (size_t i = 0; i < v->unseen_count; i++)
		FREE_ALL(v->unseen[i].what, v->unseen[i].why);
	free(v->unseen);
	for (size_t i = 0; i < v->drift_count; i++)
		FREE_ALL(v->drift[i].name, v->drift[i].wanted, v->drift[i].is, v->drift[i].next, v->drift[i].say);
	free(v->drift);
}

static void free_map(struct ra_view *v)
{
	for (size_t i = 0; i < v->map_count; i++) {
		struct ra_view_map_row *r = &v->map[i];

		FREE_ALL(r->flow, r->id, r->title, r->is, r->sign, r->taken, r->label);
		free_texts(&r->say);
		free_texts(&r->ways);
	}
	free(v->map);
}

static void free_evidence(struct ra_view *v)
{
	for (size_t i = 0; i < v->result_count; i++) {
		struct ra_view_result *r = &v->results[i];

		FREE_ALL(r->check, r->title, r->why, r->verdict, r->verdict_id, r->shown, r->planes);
		free_texts(&r->disputed);
	}
	free(v->results);
	for (size_t i = 0; i < v->palette_count; i++) {
		struct ra_view_check *c = &v->palette[i];

		FREE_ALL(c->check, c->title, c->why, c->planes, c->verdict, c->verdict_why);
	}
	free(v->palette);
	for (size_t i = 0; i < v->topic_count; i++) {
		FREE_ALL(v->topics[i].id, v->topics[i].title, v->topics[i].text);
		free_texts(&v->topics[i].sources);
	}
	free(v->topics);
	for (size_t i = 0; i < v->command_count; i++) {
		struct ra_view_command *c = &v->commands[i];

		FREE_ALL(c->plane, c->check, c->words, c->why, c->out, c->err);
	}
	free(v->commands);
}

static void free_quirks(struct ra_view *v)
{
	for (size_t i = 0; i < v->quirk_count; i++)
		FREE_ALL(v->quirks[i].id, v->quirks[i].title, v->quirks[i].say, v->quirks[i].source);
	free(v->quirks);
	free(v->maker);
}

struct ra_view *ra_view_free(struct ra_view *v)
{
	if (!v)
		return NULL;
	free_way(v);
	free_evidence(v);
	free_map(v);
	free_facts(v);
	free_causes(v);
	free_quirks(v);
	free_texts(&v->notes);
	free_texts(&v->since);
	free_texts(&v->say);
	free_texts(&v->next);
	free_texts(&v->owed);
	ra_prompt_clear(&v->prompt);
	FREE_ALL(v->flow, v->flow_title, v->flow_version, v->flow_sha256, v->program, v->named, v->host, v->esxi_version, v->attestation,
		 v->source, v->operator_name, v->change_id, v->case_id, v->until, v->journal_path, v->head, v->outcome,
		 v->outcome_title, v->end_reason, v->seen_words);
	free(v);
	return NULL;
}
