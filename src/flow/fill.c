/* fill.c - texts of a flow with the facts they name. */
#include "config.h"

#include "flow/state.h"

#include <stdlib.h>
#include <string.h>

#define HOST_NAME "host.name"

/* A text fact as the machine spells it; NULL when it is not known. Borrowed from the facts. */
static const char *spelled(const struct ra_state *state, const char *fact)
{
	struct ra_query query = {.plane = RA_PLANE_ANY, .prefer = ra_flowset_prefer(state->set, fact)};
	struct ra_reading reading = ra_facts_read(state->facts, fact, &query);

	return reading.reason == RA_KNOWN && reading.value->type == RA_TEXT ? reading.value->as.text : NULL;
}

/* Where the host itself does not say whose it is, its management controller may. */
struct ra_maker ra_state_maker(const struct ra_state *state)
{
	const char *vendor = spelled(state, "host.vendor"), *model = spelled(state, "host.model");

	return vendor ? ra_flowset_maker(state->set, vendor, model)
		      : ra_flowset_maker(state->set, spelled(state, "bmc.maker"), model ? model : spelled(state, "bmc.model"));
}

/* What its maker calls the management controller of this server. Owner: caller. */
static char *bmc_name(const struct ra_state *state)
{
	struct ra_maker maker = ra_state_maker(state);
	const char *name = ra_maker_bmc(&maker);

	return name ? strdup(name) : NULL;
}

/* The value of a fact for people; NULL when it is not known (or without memory). Owner: caller. */
static char *value_of(const struct ra_state *state, const char *fact)
{
	if (strcmp(fact, RA_FILL_BMC) == 0)
		return bmc_name(state);
	if (strcmp(fact, RA_FILL_RESUME) == 0)
		return strdup("{" RA_FILL_RESUME "}");
	struct ra_query query = {.plane = RA_PLANE_ANY, .prefer = ra_flowset_prefer(state->set, fact)};
	struct ra_reading reading = ra_facts_read(state->facts, fact, &query);
	char *text = reading.reason == RA_KNOWN ? ra_value_text(reading.value) : NULL;

	if (text && *text)
		return text;
	free(text);
	/* A host that does not answer still has the name it was called by. */
	if (strcmp(fact, HOST_NAME) == 0 && reading.reason != RA_CONFLICT && state->host && *state->host)
		return strdup(state->host);
	return NULL;
}

/* Length of "{fact.name}" at text, 0 when there is none. */
static size_t mark_len(const char *text, char *fact)
{
	size_t len = strcspn(text + 1, "{}");

	if (text[len + 1] != '}' || len >= RA_FACT_NAME_MAX)
		return 0;
	memcpy(fact, text + 1, len);
	fact[len] = '\0';
	return ra_fact_name_ok(fact) ? len + 2 : 0;
}

char *ra_state_fill(const struct ra_state *state, const char *text, bool *complete)
{
	struct ra_buf out = {0};
	ra_err err = ra_buf_text(&out, "");
	bool all = true;

	while (*text && err == RA_OK) {
		char fact[RA_FACT_NAME_MAX];
		size_t plain = strcspn(text, "{"), len = text[plain] ? mark_len(text + plain, fact) : 0;
		char *value;

		if (len == 0)
			plain += text[plain] != '\0';
		err = ra_buf_add(&out, text, plain);
		text += plain + len;
		if (len == 0 || err != RA_OK)
			continue;
		value = value_of(state, fact);
		all = all && value;
		err = ra_buf_text(&out, value ? value : "(unknown)");
		free(value);
	}
	if (complete)
		*complete = all;
	if (err == RA_OK)
		return ra_buf_take(&out);
	ra_buf_free(&out);
	return NULL;
}
