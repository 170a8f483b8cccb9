/* redfish_book.c - from the system to its firmware settings, what waits, and the attribute registry that explains them. */
#include "config.h"

#include "link/redfish_book.h"
#include "link/redfish_setup.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ANY_REGISTRY "BiosAttributeRegistry"

enum stage { NOTHING, SYSTEM, BIOS, PENDING, REGISTRIES, MEMBER, BODY };

struct ra_rf_book {
	enum stage stage;
	struct ra_json *bios, *pending;
	char version[64];	     /* of the BIOS, as the system tells it */
	char id[RA_RF_LABEL_MAX];    /* of the registry that is looked for */
	char member[RA_RF_URI_MAX];  /* that fits best so far */
	int fits, pages;
	char *sought;		     /* what the registry that is looked for will be of */
	char *key;		     /* what kept is of; NULL: nothing is known */
	cJSON *kept;		     /* the registry; NULL: there is none, and missing says why */
	char missing[RA_LINK_SAY_MAX];
};

struct ra_rf_book *ra_rf_book_free(struct ra_rf_book *book)
{
	if (!book)
		return NULL;
	ra_json_free(book->bios);
	ra_json_free(book->pending);
	free(book->sought);
	free(book->key);
	cJSON_Delete(book->kept);
	free(book);
	return NULL;
}

/* The part of a registry's name before its version: ".v1_0_3", ".1.0.0". */
static size_t stem(const char *id, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (id[i] == '.' && (isdigit((unsigned char)id[i + 1]) ||
				     (i + 2 < len && tolower((unsigned char)id[i + 1]) == 'v' && isdigit((unsigned char)id[i + 2]))))
			return i;
	return len;
}

int ra_rf_registry_fits(const char *uri, const char *id)
{
	size_t end = strlen(uri), at, len, id_len = strlen(id), member_stem, id_stem, common;
	const char *member;

	while (end && uri[end - 1] == '/')
		end--;
	for (at = end; at && uri[at - 1] != '/'; at--)
		;
	member = uri + at;
	len = end - at;
	if (len > 5 && strncasecmp(member + len - 5, ".json", 5) == 0)
		len -= 5;
	id = id_len ? id : ANY_REGISTRY;
	id_len = strlen(id);
	member_stem = stem(member, len);
	id_stem = stem(id, id_len);
	if (len == id_len && strncasecmp(member, id, len) == 0)
		return RA_RF_FITS;
	if (member_stem == id_stem && strncasecmp(member, id, id_stem) == 0)
		return 2;
	common = member_stem < id_stem ? member_stem : id_stem;
	return common >= strlen(ANY_REGISTRY) && strncasecmp(member, id, common) == 0;
}

/* A place of a registry file: a path, or a URL of this server; old iLOs have it one level deeper. */
static bool place_of(const cJSON *location, const char *host, int port, char out[RA_RF_URI_MAX])
{
	const cJSON *uri = ra_json_get(location, "Uri");

	return ra_rf_location(cJSON_IsString(uri) ? uri->valuestring : ra_json_str(uri, "extref", ""), host, port, out);
}

bool ra_rf_registry_location(const cJSON *file, const char *host, int port, char out[RA_RF_URI_MAX])
{
	const cJSON *list = ra_json_get(file, "Location"), *one;
	char place[RA_RF_URI_MAX];
	int best = -1;

	out[0] = '\0';
	if (!cJSON_IsArray(list))
		return cJSON_IsObject(list) && place_of(list, host, port, out);
	cJSON_ArrayForEach (one, list) {
		const char *language = ra_json_str(one, "Language", "");
		int fits = strcasecmp(language, "en") == 0 ? 2 : strncasecmp(language, "en", 2) == 0 ? 1 : 0;

		if (fits <= best || !place_of(one, host, port, place))
			continue;
		best = fits;
		memcpy(out, place, sizeof(place));
	}
	return best >= 0;
}

static void forget(struct ra_rf_book *book)
{
	free(book->key);
	book->key = NULL;
	book->kept = ra_cjson_free(book->kept);
}

void ra_rf_book_stop(struct ra_rf *rf)
{
	if (!rf->book)
		return;
	rf->book->stage = NOTHING;
	rf->book->bios = ra_json_free(rf->book->bios);
	rf->book->pending = ra_json_free(rf->book->pending);
	free(rf->book->sought);
	rf->book->sought = NULL;
}

bool ra_rf_book_reads(const struct ra_rf *rf)
{
	return rf->book && rf->book->stage != NOTHING;
}

/* Go on with one of the resources that links lead to. */
static enum ra_rf_book_then read_next(struct ra_rf *rf, enum stage stage, enum ra_rf_what what)
{
	rf->book->stage = stage;
	rf->aim = what;
	rf->tries = 0;
	rf->retraced = !rf->ways[what].uri[0];
	return RA_RF_BOOK_MORE;
}

/* Go on with a place that a body named. */
static enum ra_rf_book_then read_place(struct ra_rf *rf, enum stage stage, const char *path)
{
	snprintf(rf->ways[RA_RF_PLACE].uri, sizeof(rf->ways[RA_RF_PLACE].uri), "%s", path);
	read_next(rf, stage, RA_RF_PLACE);
	rf->retraced = true; /* no other way leads there */
	return RA_RF_BOOK_MORE;
}

bool ra_rf_book_begin(struct ra_rf *rf)
{
	rf->book = rf->book ? rf->book : calloc(1, sizeof(*rf->book));
	if (!rf->book)
		return false;
	ra_rf_book_stop(rf);
	read_next(rf, SYSTEM, RA_RF_SYSTEM);
	return true;
}

static enum ra_rf_book_then done(struct ra_rf *rf, char **out)
{
	struct ra_rf_book *book = rf->book;
	RA_AUTO(ra_cjson_free) cJSON *answer = NULL;
	ra_err err = ra_rf_setup(ra_json_root(book->bios), book->pending ? ra_json_root(book->pending) : NULL, book->kept, book->missing, &answer);

	*out = err ? NULL : ra_json_print(answer);
	ra_rf_book_stop(rf);
	return *out ? RA_RF_BOOK_DONE : RA_RF_BOOK_CUT;
}

/* The search is over, and what it brought stays known. */
static void keep(struct ra_rf_book *book)
{
	book->key = book->sought;
	book->sought = NULL;
}

/* There is no registry; that stays known, unless it may be there another time. */
static enum ra_rf_book_then without(struct ra_rf *rf, const char *say, bool for_now, char **out)
{
	size_t len = strlen(rf->place);

	/* Which machine it is about is known, and is no part of what it says of itself. */
	say += strncmp(say, rf->place, len) == 0 && strncmp(say + len, ": ", 2) == 0 ? len + 2 : 0;
	snprintf(rf->book->missing, sizeof(rf->book->missing), "%s", say);
	if (!for_now)
		keep(rf->book);
	return done(rf, out);
}

/* What the registry that is kept must be of: BIOS and registry, and the settings we know, for a registry tells of states, too. Owner: free. */
static char *key_of(const struct ra_rf_book *book)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	const cJSON *one;
	bool bad = ra_buf_printf(&text, "%s\n%s\n", book->id, book->version) != RA_OK;

	cJSON_ArrayForEach (one, ra_json_get(ra_json_root(book->bios), "Attributes")) {
		char value[RA_RF_VALUE_MAX];

		if (one->string && ra_rf_name_of(one->string) && ra_rf_value_text(one, value))
			bad = bad || ra_buf_printf(&text, "%s=%s\n", one->string, value) != RA_OK;
	}
	return bad ? NULL : strdup(ra_buf_str(&text));
}

/* Bios and what waits are there: is the registry that explains them known? */
static enum ra_rf_book_then registry(struct ra_rf *rf, char **out)
{
	struct ra_rf_book *book = rf->book;
	const char *waits = book->pending ? ra_json_str(ra_json_root(book->pending), "AttributeRegistry", "") : "";
	char *key;

	snprintf(book->id, sizeof(book->id), "%.*s", (int)sizeof(book->id) - 1,
		 ra_json_str(ra_json_root(book->bios), "AttributeRegistry", waits));
	key = key_of(book);
	if (!key)
		return RA_RF_BOOK_CUT;
	if (book->key && strcmp(key, book->key) == 0) {
		free(key);
		return done(rf, out);
	}
	forget(book);
	book->sought = key;
	book->member[0] = book->missing[0] = '\0';
	book->fits = book->pages = 0;
	return read_next(rf, REGISTRIES, RA_RF_REGISTRIES);
}

/* A page of the collection of registries: the member that is meant, the next page, or the best there was. */
static enum ra_rf_book_then page(struct ra_rf *rf, const cJSON *body, char **out)
{
	const cJSON *members = ra_json_get(body, "Members"), *one;
	struct ra_rf_book *book = rf->book;
	char uri[RA_RF_URI_MAX], say[RA_LINK_SAY_MAX];

	if (cJSON_IsArray(members))
		cJSON_ArrayForEach (one, members) {
			int fits = ra_rf_uri_of(one, uri) ? ra_rf_registry_fits(uri, book->id) : 0;

			if (fits > book->fits) {
				book->fits = fits;
				memcpy(book->member, uri, sizeof(uri));
			}
		}
	if (book->fits < RA_RF_FITS && ++book->pages < RA_RF_PAGES_MAX && ra_rf_uri_of(ra_json_get(body, "Members@odata.nextLink"), uri))
		return read_place(rf, REGISTRIES, uri);
	if (book->member[0])
		return read_place(rf, MEMBER, book->member);
	snprintf(say, sizeof(say), "%.200s: none of its registries is %.200s", rf->place, book->id[0] ? book->id : "of BIOS attributes");
	return without(rf, say, false, out);
}

static enum ra_rf_book_then member(struct ra_rf *rf, const cJSON *body, char **out)
{
	char uri[RA_RF_URI_MAX], say[RA_LINK_SAY_MAX];

	if (ra_rf_registry_location(body, rf->url.host, rf->url.port, uri))
		return read_place(rf, BODY, uri);
	snprintf(say, sizeof(say), "%.200s: %.200s names no place of the registry on this server", rf->place, rf->book->member);
	return without(rf, say, false, out);
}

static enum ra_rf_book_then registry_body(struct ra_rf *rf, const cJSON *body, char **out)
{
	char say[RA_LINK_SAY_MAX];

	if (ra_rf_registry_keep(body, &rf->book->kept))
		return RA_RF_BOOK_CUT;
	if (rf->book->kept) {
		keep(rf->book);
		return done(rf, out);
	}
	snprintf(say, sizeof(say), "%.200s: %.200s is no registry of attributes", rf->place, rf->path);
	return without(rf, say, false, out);
}

static enum ra_rf_book_then lacks(struct ra_rf *rf, const char *say, bool for_now, char **out)
{
	struct ra_rf_book *book = rf->book;

	if (book->stage == SYSTEM || book->stage == BIOS)
		return RA_RF_BOOK_NONE;
	if (book->stage == PENDING)
		return registry(rf, out);
	/* A page that cannot be read ends the pages, not the search. */
	if (book->stage == REGISTRIES && book->member[0])
		return read_place(rf, MEMBER, book->member);
	return without(rf, say, for_now, out);
}

enum ra_rf_book_then ra_rf_book_take(struct ra_rf *rf, struct ra_json *json, const char *say, bool for_now, char **out)
{
	RA_AUTO(ra_json_free) struct ra_json *mine = json;
	const cJSON *body = json ? ra_json_root(json) : NULL;
	struct ra_rf_book *book = rf->book;

	*out = NULL;
	if (!body)
		return lacks(rf, say, for_now, out);
	switch (book->stage) {
	case SYSTEM:
		snprintf(book->version, sizeof(book->version), "%.*s", (int)sizeof(book->version) - 1, ra_json_str(body, "BiosVersion", ""));
		return read_next(rf, BIOS, RA_RF_BIOS);
	case BIOS:
		book->bios = mine;
		mine = NULL;
		return read_next(rf, PENDING, RA_RF_PENDING);
	case PENDING:
		book->pending = mine;
		mine = NULL;
		return registry(rf, out);
	case REGISTRIES:
		return page(rf, body, out);
	case MEMBER:
		return member(rf, body, out);
	default:
		return registry_body(rf, body, out);
	}
}
