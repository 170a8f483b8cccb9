/* only.c - single checks by name. */
#include "config.h"

#include "verb/only.h"

#include "base/near.h"
#include "base/own.h"
#include "flow/flowset.h"
#include "verb/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LEN 63
#define NEAR_MAX 6

static bool is_near(const char *name, const char *check)
{
	return ra_near_distance(name, check) <= 2 || (strlen(name) > 2 && strstr(check, name));
}

static ra_err no_check(const struct ra_flowset *flows, const char *name, struct ra_errs *errs)
{
	const struct ra_check *const *checks;
	size_t count = ra_flowset_checks(flows, &checks), near = 0, len = 0;
	char line[NEAR_MAX * (NAME_MAX_LEN + 3)] = "";

	for (size_t i = 0; i < count && near < NEAR_MAX; i++)
		if (is_near(name, checks[i]->id))
			len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%.*s", near++ ? ", " : "", NAME_MAX_LEN, checks[i]->id);
	return near ? ra_fail(errs, RA_E_ARG, "there is no check \"%s\"; near to it: %s", name, line)
		    : ra_fail(errs, RA_E_ARG, "there is no check \"%s\"; `reattest check --only list` names them", name);
}

void ra_only_free(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}

ra_err ra_only_read(const struct ra_flowset *flows, const char *text, char ***out, struct ra_errs *errs)
{
	RA_AUTO(ra_mem_free) char *room = strdup(text);
	char **names = calloc(strlen(text) + 2, sizeof(*names)), *save = NULL;
	size_t count = 0;
	ra_err err = room && names ? RA_OK : ra_fail(errs, RA_E_NOMEM, "no memory");

	*out = NULL;
	for (char *name = err ? NULL : strtok_r(room, ",", &save); name && !err; name = strtok_r(NULL, ",", &save)) {
		if (!ra_flowset_check(flows, name))
			err = no_check(flows, name, errs);
		else if (!(names[count++] = strdup(name)))
			err = ra_fail(errs, RA_E_NOMEM, "no memory");
	}
	if (!err && !count)
		err = ra_fail(errs, RA_E_ARG, "--only wants names of checks; `reattest check --only list` names them");
	if (err)
		ra_only_free(names);
	else
		*out = names;
	return err;
}

static bool asks(const struct ra_check *check, enum ra_plane plane)
{
	for (size_t i = 0; i < check->plane_count; i++)
		if (check->planes[i].plane == plane)
			return true;
	return false;
}

/* "ssh,vcenter"; "by hand" where only a person can look. */
static const char *planes_of(const struct ra_check *check, char *out, size_t cap)
{
	size_t len = 0;

	out[0] = '\0';
	for (int plane = 0; plane < RA_PLANE_OPERATOR; plane++)
		if (asks(check, (enum ra_plane)plane))
			len += (size_t)snprintf(out + len, cap - len, "%s%s", len ? "," : "", ra_plane_name((enum ra_plane)plane));
	if (!len)
		snprintf(out, cap, "%s", check->manual ? "by hand" : "given");
	return out;
}

void ra_list_checks(const struct ra_flowset *flows)
{
	const struct ra_check *const *checks;
	size_t count = ra_flowset_checks(flows, &checks);
	char planes[64];

	for (size_t i = 0; i < count; i++) {
		if (ra_check_is_secret(checks[i]))
			continue;
		printf("%-24s %-16s ", checks[i]->id, planes_of(checks[i], planes, sizeof(planes)));
		ra_print_clean("", checks[i]->title, "\n");
	}
}

void ra_list_facts(const struct ra_flowset *flows)
{
	const struct ra_check *const *checks;
	size_t count = ra_flowset_checks(flows, &checks);

	for (size_t i = 0; i < count; i++) {
		const struct ra_check *check = checks[i];

		for (size_t p = 0; p < check->plane_count; p++)
			for (size_t f = 0; f < check->planes[p].fact_count; f++) {
				const char *name = check->planes[p].facts[f].name;
				bool told = false;

				for (size_t q = 0; q < p && !told; q++)
					for (size_t g = 0; g < check->planes[q].fact_count && !told; g++)
						told = !strcmp(check->planes[q].facts[g].name, name);
				if (!told)
					printf("%-36s %-8s %s\n", name, ra_type_name(check->planes[p].facts[f].type), check->id);
			}
	}
}

static void print_topic(const struct ra_topic *topic)
{
	const cJSON *item;

	ra_print_clean("", topic->title, "\n");
	cJSON_ArrayForEach(item, topic->text) ra_print_clean("\n", item->valuestring, "\n");
	cJSON_ArrayForEach(item, topic->sources) ra_print_clean(item == topic->sources->child ? "\nSources: " : "; ", item->valuestring, "");
	printf("\n");
}

int ra_show_help(const struct ra_flowset *flows, const char *topic)
{
	const struct ra_topic *topics;
	size_t count = ra_flowset_topics(flows, &topics);

	for (size_t i = 0; i < count; i++) {
		if (!topic) {
			printf("%-16s ", topics[i].id);
			ra_print_clean("", topics[i].title, "\n");
		} else if (!strcmp(topics[i].id, topic)) {
			print_topic(&topics[i]);
			return RA_EXIT_OK;
		}
	}
	if (!topic)
		return RA_EXIT_OK;
	ra_say("there is no page of help \"%s\"; `reattest flow show help` names them", topic);
	return RA_EXIT_NOINPUT;
}
