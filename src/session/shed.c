/* shed.c - what is kept of the entries of a record that is only read. A long one has a hundred thousand of them; most of what they hold is
 * in the state once they are folded, or was only there to be verified. */
#include "config.h"

#include "flow/entries.h"
#include "session/viewmake.h"

#include <stdlib.h>
#include <string.h>

/* What the entry itself says. */
static const char *const placed[] = {"v", "seq", "prev", "t", "kind"};
/* Of what was answered: what the state has, or what verified it. */
static const char *const folded[] = {"facts", "complete", "sha256"};

static void drop(cJSON *body, const char *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cJSON_DeleteItemFromObjectCaseSensitive(body, keys[i]);
}

/* The lines of an answer as the one text that is shown of them. */
static ra_err join(cJSON *body, const char *key)
{
	const cJSON *lines = ra_json_get(body, key);
	RA_AUTO(ra_mem_free) char *text = lines ? ra_view_joined(lines) : NULL;

	if (!lines)
		return RA_OK;
	if (!text)
		return RA_E_NOMEM;
	cJSON_DeleteItemFromObjectCaseSensitive(body, key);
	return !*text || cJSON_AddStringToObject(body, key, text) ? RA_OK : RA_E_NOMEM;
}

ra_err ra_session_shed(struct ra_entry *entry)
{
	int kind = ra_entry_parse(entry->kind);

	if (kind < 0)
		return RA_OK;
	entry->kind = ra_entry_name((enum ra_entry_kind)kind);
	drop(entry->body, placed, RA_LEN(placed));
	if (kind != RA_ENTRY_REPLY && kind != RA_ENTRY_ANSWER)
		return RA_OK;
	drop(entry->body, folded, RA_LEN(folded));
	ra_err err = join(entry->body, "out");

	return err ? err : join(entry->body, "err");
}
