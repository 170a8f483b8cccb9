/* What is masked, once or twice, is JSON where it was, and then holds no text under a name that speaks of a password but a word of a
 * switch. */
#include "base/json.h"
#include "check/mask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static bool speaks_of(const char *name, const char *word)
{
	for (; *name; name++) {
		size_t i = 0;
		while (word[i] && tolower((unsigned char)name[i]) == word[i])
			i++;
		if (!word[i])
			return true;
	}
	return false;
}

static bool is_state(const char *text)
{
	static const char *const states[] = {" set",	    " installed", " enabled",  " present",
					     " configured", " specified", " required", " supported"};

	for (size_t i = 0; i < RA_LEN(states); i++)
		if (strcasecmp(text, states[i]) == 0)
			return true;
	return false;
}

static bool stays(const char *value)
{
	static const char *const words[] = {"",	RA_MASKED, "true", "false", "null", "enabled", "enable",	 "disabled", "disable",
					    "yes", "no",	   "none", "set",	 "unset", "not",	 "installed"};

	for (size_t i = 0; i < RA_LEN(words); i++)
		if (strcasecmp(value, words[i]) == 0 || (strncasecmp(value, words[i], strlen(words[i])) == 0 && is_state(value + strlen(words[i]))))
			return true;
	return false;
}

static void look(const cJSON *node)
{
	for (const cJSON *item = node->child; item; item = item->next) {
		if (cJSON_IsString(item) && item->string && (speaks_of(item->string, "password") || speaks_of(item->string, "salt")) &&
		    !stays(item->valuestring))
			abort();
		look(item);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	RA_AUTO(ra_buf_free) struct ra_buf once = {0}, twice = {0};
	RA_AUTO(ra_json_free) struct ra_json *before = NULL;
	RA_AUTO(ra_json_free) struct ra_json *after = NULL;
	RA_AUTO(ra_json_free) struct ra_json *again = NULL;

	if (ra_mask_secrets(RA_MASK_ANSWER, (const char *)bytes, len, &once) ||
	    ra_mask_secrets(RA_MASK_ANSWER, ra_buf_str(&once), once.len, &twice))
		abort();
	if (ra_json_parse("input", (const char *)bytes, len, NULL, &before, NULL) || cJSON_IsNumber(ra_json_root(before)))
		return 0;
	if (ra_json_parse("masked", ra_buf_str(&once), once.len, NULL, &after, NULL) ||
	    ra_json_parse("masked", ra_buf_str(&twice), twice.len, NULL, &again, NULL))
		abort();
	look(ra_json_root(after));
	return 0;
}
