/* flowshow.c - the flows by name, a flow step by step, and all that a step says. */
#include "config.h"

#include "base/text.h"
#include "flow/fleet.h"
#include "flow/setting.h"
#include "flow/words.h"
#include "verb/flowparts.h"
#include "verb/only.h"
#include "verb/showvendor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define INDENT_MAX 50 /* behind a longer name there is no room for a text */

static void show_way(void *payload, const struct ra_step *step, const struct ra_way *way)
{
	(void)payload;
	(void)step;
	printf("    %-10s -> %s", way->label, way->go);
	if (way->because)
		ra_print_clean("  (", way->because, ")");
	printf("\n");
}

static void print_kind(const struct ra_step *step)
{
	RA_AUTO(ra_buf_free) struct ra_buf words = {0};

	if (ra_step_words(step, &words))
		ra_say("no memory");
	printf("[%s]", ra_buf_str(&words));
}

static void show_step(const struct ra_step *step)
{
	printf("  %s  ", step->id);
	print_kind(step);
	ra_print_clean("  ", step->title, "\n");
	ra_step_ways(step, show_way, NULL);
}

/* All flows of the set by name, and the makers whose servers it knows. */
static int list_flows(const struct ra_flowset *set)
{
	const struct ra_flow *const *flows;
	size_t count = ra_flowset_flows(set, &flows);

	for (size_t i = 0; i < count; i++) {
		printf("%-24s %-8s ", flows[i]->id, flows[i]->version);
		ra_print_clean("", flows[i]->title, "\n");
	}
	ra_list_vendors(set);
	return RA_EXIT_OK;
}

static int show_flow(const struct ra_flow *flow)
{
	printf("%s %s  ", flow->id, flow->version);
	ra_print_clean("", flow->title, "\n");
	for (size_t i = 0; i < flow->step_count; i++)
		show_step(&flow->steps[i]);
	return RA_EXIT_OK;
}

/* For a person in lines that fit, as --help and doctor have them; for a program one line a text. */
static void part(const char *name, const char *text)
{
	RA_AUTO(ra_mem_free) char *clean = text && *text ? ra_text_clean_dup(text, false) : NULL;
	RA_AUTO(ra_buf_free) struct ra_buf lines = {0};

	if (!clean)
		return;
	if (isatty(STDOUT_FILENO) && strlen(name) < INDENT_MAX && !ra_verb_wrap(&lines, clean, strlen(name)))
		printf("%s%s", name, ra_buf_str(&lines));
	else
		printf("%s%s\n", name, clean);
}

/* A text, or a list of them, a line each. */
static void texts(const char *name, const cJSON *node)
{
	const cJSON *item;

	if (cJSON_IsString(node))
		part(name, node->valuestring);
	cJSON_ArrayForEach (item, (cJSON_IsArray(node) ? node : NULL))
		part(name, cJSON_IsString(item) ? item->valuestring : NULL);
}

/* The ids of a list, in one line. */
static void ids(const char *name, const cJSON *list, const char *between)
{
	RA_AUTO(ra_buf_free) struct ra_buf words = {0};

	if (ra_words_list(list, between, &words))
		ra_say("no memory");
	else if (words.len)
		printf("%s%s\n", name, ra_buf_str(&words));
}

static void condition(const char *name, const struct ra_cond *cond)
{
	RA_AUTO(ra_buf_free) struct ra_buf words = {0};

	if (!cond)
		return;
	if (ra_cond_words(cond, &words))
		ra_say("no memory");
	printf("%s%s\n", name, ra_buf_str(&words));
}

/* The checks of a step, and what each of them gives. */
static void checks(const char *name, const cJSON *list, const struct ra_flowset *set)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, list) {
		const struct ra_check *check = cJSON_IsString(item) ? ra_flowset_check(set, item->valuestring) : NULL;

		if (!check)
			continue;
		printf("%s%s", name, check->id);
		ra_print_clean("  ", check->title, "\n");
	}
}

static void question(const struct ra_step *step)
{
	part("asks      ", step->question.ask);
	for (size_t i = 0; i < step->question.count; i++) {
		const struct ra_choice *choice = &step->question.choices[i];
		RA_AUTO(ra_mem_free) char *set = choice->set ? ra_json_print(choice->set) : NULL;

		printf("answer    %s", choice->id);
		ra_print_clean("  ", choice->say, "");
		ra_print_clean(set ? "  sets " : "", set ? set : "", "\n");
	}
}

static void gate(const struct ra_flowset *set, const cJSON *list)
{
	const cJSON *item, *statement;

	cJSON_ArrayForEach (item, list) {
		const struct ra_gate *at = cJSON_IsString(item) ? ra_flowset_gate(set, item->valuestring) : NULL;

		if (!at)
			continue;
		printf("gate      %s", at->id);
		ra_print_clean("  ", at->title, "\n");
		part("  why     ", at->why);
		condition("  open if ", at->open_if);
		printf("  proof   %s\n", at->needs_key ? "the recovery key" : "none");
		cJSON_ArrayForEach (statement, at->statements)
			part("  affirm  ", ra_json_str(statement, "say", ""));
		part("  type    ", at->type);
		ids("  fresh   ", at->fresh, ", ");
	}
}

static void action(const struct ra_step *step, const struct ra_flowset *set)
{
	const struct ra_action *at = &step->action;

	part("sends     ", at->request);
	printf("toward    %s%s%s\n", at->restore ? "restore" : "change", at->restarts ? "; restarts the host" : "",
	       at->temporary ? "; for the walk only, it is taken back" : "");
	gate(set, at->gate);
	ids("only for  ", at->only_for, " or ");
	condition("guard     ", at->guard);
	part("confirm   the operator types the value of ", cJSON_IsString(at->confirm_type) ? at->confirm_type->valuestring : NULL);
	checks("verify by ", at->verify_checks, set);
	condition("verify    until ", at->until);
	printf("          every %lld s, for %lld s\n", (long long)at->every_ms / 1000, (long long)at->for_ms / 1000);
	part("undo      ", at->undo_text);
}

/* The ways out of a step, with the condition an edge is taken on. */
struct ways {
	size_t edge;
};

static void full_way(void *payload, const struct ra_step *step, const struct ra_way *way)
{
	struct ways *at = payload;

	show_way(NULL, step, way);
	if (!strncmp(way->label, "edge ", 5) && at->edge < step->edge_count)
		condition("               when ", step->edges[at->edge++].when);
}

/* The settings its directions are about: "algorithm to sha256". */
static void settings(const cJSON *rows)
{
	const cJSON *row;

	cJSON_ArrayForEach(row, rows)
	{
		const char *to = ra_setting_to(row), *is = ra_json_str(row, "is", NULL);

		printf("setting   %s", ra_json_str(row, "setting", ""));
		ra_print_clean(to ? " to " : is ? " must be " : ", looked at", to ? to : is ? is : "",
			       ra_json_bool(row, "instead", false) ? ", where nothing is told of those before\n" : "\n");
	}
}

/* All a step says. */
static int show_all(const struct ra_flow *flow, const struct ra_step *step, const struct ra_flowset *set)
{
	const cJSON *variants = ra_json_get(step->text, "id");
	const struct ra_maker other = ra_flowset_maker(set, NULL, NULL);
	struct ways at = {0};

	printf("%s/%s  ", flow->id, step->id);
	print_kind(step);
	ra_print_clean("  ", step->title, "\n");
	texts("says      ", step->say);
	if (cJSON_IsString(variants)) {
		part("says      the vendor's text ", variants->valuestring);
		texts("  other   ", ra_maker_text(&other, variants->valuestring));
		settings(ra_json_get(step->text, "settings"));
	}
	ids("guide     ", step->guide, ", ");
	checks("check     ", step->checks, set);
	if (step->kind == RA_STEP_QUESTION)
		question(step);
	if (step->kind == RA_STEP_GATE)
		gate(set, step->gates);
	if (step->kind == RA_STEP_ACTION)
		action(step, set);
	if (step->kind == RA_STEP_END)
		texts("next      ", step->next);
	else
		printf("ways out\n");
	ra_step_ways(step, full_way, &at);
	return RA_EXIT_OK;
}

/* The rules over many hosts, in the order they are told, or one of them. */
static int show_fleet(const struct ra_flowset *set, const char *only)
{
	const struct ra_fleet_rule *rules;
	size_t count = ra_flowset_fleet(set, &rules), shown = 0;

	for (size_t i = 0; i < count; i++) {
		RA_AUTO(ra_buf_free) struct ra_buf head = {0};

		if (only && strcmp(only, rules[i].id))
			continue;
		if (ra_buf_printf(&head, "%s%s  ", shown++ ? "\n" : "", rules[i].id)) {
			ra_say("no memory");
			return RA_EXIT_INTERNAL;
		}
		part(ra_buf_str(&head), rules[i].title);
		texts("says      ", rules[i].say);
		texts("next      ", rules[i].next);
		texts("source    ", rules[i].sources);
	}
	if (!only || shown)
		return RA_EXIT_OK;
	ra_say("there is no rule over hosts \"%s\"; `reattest flow show fleet` names them", only);
	return RA_EXIT_NOINPUT;
}

static int show(const struct ra_flowset *set, const char *id, const char *step_id)
{
	const struct ra_flow *flow = id ? ra_flowset_flow(set, id) : NULL;

	if (!id)
		return list_flows(set);
	if (!flow && !strcmp(id, "help"))
		return ra_show_help(set, step_id);
	if (!flow && !step_id && !strcmp(id, "checks"))
		return ra_list_checks(set), RA_EXIT_OK;
	if (!flow && !step_id && !strcmp(id, "facts"))
		return ra_list_facts(set), RA_EXIT_OK;
	if (!flow && !strcmp(id, "fleet"))
		return show_fleet(set, step_id);
	if (!flow && !step_id && ra_show_vendor(set, id))
		return RA_EXIT_OK;
	if (!flow)
		return ra_flow_none(id);
	if (!step_id)
		return show_flow(flow);
	const struct ra_step *step = ra_flow_step(flow, step_id);

	if (step)
		return show_all(flow, step, set);
	ra_say("the flow \"%s\" has no step \"%s\"; `reattest flow show %s` names them", id, step_id, id);
	return RA_EXIT_NOINPUT;
}

/* What is no directory is the id of a flow, then a step of it; or the id of a maker. */
int ra_flow_show(const struct ra_context *context)
{
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = NULL;
	const char *dir = NULL, *words[2] = {0};
	size_t count = 0;

	for (int i = 1; i < context->argc; i++) {
		const char *operand = context->argv[i];

		if (ra_flow_is_dir(operand) && !dir) {
			dir = operand;
		} else if (count < RA_LEN(words)) {
			words[count++] = operand;
		} else {
			ra_say("flow show takes a flow and one of its steps, not \"%s\" too", operand);
			return RA_EXIT_USAGE;
		}
	}
	int code = ra_flow_load(context, dir, NULL, &set);

	return code == RA_EXIT_OK ? show(set, words[0], words[1]) : code;
}
