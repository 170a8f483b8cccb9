#include "config.h"

#include "journal/journal.h"
#include "journal/line.h"
#include "base/digest.h"

#include <string.h>

/* Turn item into value, in place and under item's key. Owner: takes value. */
static void become(cJSON *item, cJSON *value)
{
	cJSON_Delete(item->child);
	cJSON_free(item->valuestring);
	item->type = (value->type & 0xff) | (item->type & cJSON_StringIsConst);
	item->child = value->child;
	item->valuestring = value->valuestring;
	item->valueint = value->valueint;
	item->valuedouble = value->valuedouble;
	value->child = NULL;
	value->valuestring = NULL;
	cJSON_Delete(value);
}

/* {key: value} with nothing beside it. Out: the value, NULL when node is not that. */
static cJSON *only_member(const cJSON *node, const char *key)
{
	if (!cJSON_IsObject(node) || !node->child || node->child->next || !node->child->string)
		return NULL;
	return strcmp(node->child->string, key) == 0 ? node->child : NULL;
}

static cJSON *wrap(const char *key, cJSON *value)
{
	cJSON *node = cJSON_CreateObject();

	if (value && node && cJSON_AddItemToObject(node, key, value))
		return node;
	cJSON_Delete(value);
	cJSON_Delete(node);
	return NULL;
}

cJSON *ra_journal_sensitive(cJSON *value)
{
	return wrap("$s", value);
}

cJSON *ra_journal_bulk(cJSON *value)
{
	return wrap("$e", value);
}

/* What a mark holds. Out: NULL for a node that is none. */
static cJSON *marked(const cJSON *node)
{
	cJSON *held = only_member(node, "$s");

	return held ? held : only_member(node, "$e");
}

/* Take marks away below node, keeping what they held. */
static void unmark(cJSON *node)
{
	for (cJSON *held = marked(node); held; held = marked(node))
		become(node, cJSON_DetachItemViaPointer(node, held));
	for (cJSON *child = node->child; child; child = child->next)
		unmark(child);
}

static ra_err opening(const cJSON *value, ra_nonce_fn nonce, void *payload, struct ra_buf *out)
{
	RA_AUTO(ra_mem_free) char *text = ra_json_print(value);
	char random[2 * RA_NONCE_LEN + 1];
	ra_err err = text ? nonce(payload, random) : RA_E_NOMEM;

	if (!err)
		err = ra_buf_printf(out, "[\"%s\",", random);
	if (!err)
		err = ra_buf_text(out, text);
	return err ? err : ra_buf_text(out, "]");
}

/* Replace one marked item by its commitment and append its opening. */
static ra_err commit(cJSON *item, ra_nonce_fn nonce, void *payload, struct ra_buf *open)
{
	char hash[RA_SHA256_HEX_LEN];
	ra_err err = open->len ? ra_buf_text(open, ",") : RA_OK;
	size_t from = open->len;
	cJSON *commitment;

	unmark(item);
	if (!err)
		err = opening(item, nonce, payload, open);
	if (!err)
		err = ra_sha256_hex(open->data + from, open->len - from, hash);
	if (err)
		return err;
	commitment = wrap("$c", cJSON_CreateString(hash));
	if (!commitment)
		return RA_E_NOMEM;
	become(item, commitment);
	return RA_OK;
}

/* Bytes of the texts at and below a node. */
static size_t text_len(const cJSON *node)
{
	size_t len = cJSON_IsString(node) ? strlen(node->valuestring) : 0;

	for (const cJSON *child = node->child; child; child = child->next)
		len += text_len(child);
	return len;
}

size_t ra_line_bulk_len(const cJSON *body)
{
	size_t len = 0;

	for (const cJSON *child = body->child; child; child = child->next) {
		const cJSON *bulk = only_member(child, "$e");

		if (bulk)
			len += text_len(bulk) + 2 * RA_NONCE_LEN + sizeof("[\"\",\"\"],") - 1;
		else if (!only_member(child, "$s"))
			len += ra_line_bulk_len(child);
	}
	return len;
}

ra_err ra_line_commit(cJSON *body, ra_nonce_fn nonce, void *payload, struct ra_buf *open, struct ra_away *away)
{
	ra_err err = RA_OK;

	for (cJSON *child = body->child; child && !err; child = child->next) {
		bool far = away && only_member(child, "$e");

		if (far)
			away->count++;
		if (marked(child))
			err = commit(child, nonce, payload, far ? &away->text : open);
		else
			err = ra_line_commit(child, nonce, payload, open, away);
	}
	return err;
}

const char *ra_line_commitment(const cJSON *node)
{
	const cJSON *held = only_member(node, "$c");

	return held && cJSON_IsString(held) && ra_is_sha256_hex(held->valuestring) ? held->valuestring : NULL;
}

/* Walking a list of openings beside the commitments of a body. */
struct list {
	struct ra_span left;
	cJSON *node;                  /* the next opening in the tree, NULL after the last */
	size_t len;                   /* its bytes */
	char hash[RA_SHA256_HEX_LEN]; /* of its bytes */
};
struct opener {
	const char *name;
	const struct ra_line *line;
	struct list lists[2]; /* the line's, and that of its piece of the evidence file */
	int64_t withheld;
	struct ra_errs *errs;
};

/* Step over used bytes and compute the hash of the opening that is next now. */
static ra_err list_load(const struct opener *opener, struct list *list, size_t used)
{
	list->left.bytes += used;
	list->left.len -= used;
	list->hash[0] = '\0';
	if (!list->node)
		return RA_OK;
	list->len = ra_line_nest_len(list->left.bytes, list->left.len);
	if (ra_sha256_next(opener->line->sha256, list->left.bytes, list->len, list->hash))
		return ra_fail(opener->errs, RA_E_INTERNAL, "%s: cannot compute a SHA-256", opener->name);
	return RA_OK;
}

static ra_err list_next(const struct opener *opener, struct list *list)
{
	list->node = list->node->next;
	return list_load(opener, list, list->len + (list->left.len > list->len)); /* and the comma */
}

/* The list whose next opening is that of a commitment, NULL. */
static struct list *list_of(struct opener *opener, const char *hash)
{
	for (size_t i = 0; i < RA_LEN(opener->lists); i++)
		if (strcmp(opener->lists[i].hash, hash) == 0)
			return &opener->lists[i];
	return NULL;
}

static bool is_nonce(const cJSON *node)
{
	return cJSON_IsString(node) && strlen(node->valuestring) == (size_t)2 * RA_NONCE_LEN &&
	       strspn(node->valuestring, "0123456789abcdef") == (size_t)2 * RA_NONCE_LEN;
}

static bool has_reserved_key(const cJSON *node)
{
	if (cJSON_IsObject(node))
		for (const cJSON *child = node->child; child; child = child->next)
			if (child->string[0] == '$')
				return true;
	for (const cJSON *child = node->child; child; child = child->next)
		if (has_reserved_key(child))
			return true;
	return false;
}

const cJSON *ra_line_shown(const struct ra_line *line, const char *commitment)
{
	const cJSON *shown = line->shown ? ra_json_get(line->shown, commitment) : NULL;

	return shown && !has_reserved_key(shown) ? shown : NULL;
}

/* What stands for a value without opening. */
static cJSON *stand_in(const struct opener *opener, const char *hash)
{
	const cJSON *shown = ra_line_shown(opener->line, hash);

	return wrap("$w", shown ? cJSON_Duplicate(shown, true) : cJSON_CreateTrue());
}

/* The value of the opening at the cursor. Out: NULL when it is not ["<32 hex>",value]. */
static cJSON *opened_value(const cJSON *node)
{
	cJSON *nonce = node->child;

	if (!cJSON_IsArray(node) || !nonce || !nonce->next || nonce->next->next || !is_nonce(nonce))
		return NULL;
	return has_reserved_key(nonce->next) ? NULL : nonce->next;
}

/* Give item the value of its commitment, when the next opening of a list is its own. */
static ra_err open_item(struct opener *opener, cJSON *item, const char *hash)
{
	struct list *mine = list_of(opener, hash);
	cJSON *value = mine ? opened_value(mine->node) : NULL;

	if (mine && !value)
		return ra_fail(opener->errs, RA_E_BROKEN, "%s: an opening is not of the form [\"32 hex digits\",value]",
			       opener->name);
	/* What is opened moves from the list into the body. */
	value = mine ? cJSON_DetachItemViaPointer(mine->node, value) : stand_in(opener, hash);
	if (!value)
		return ra_fail(opener->errs, RA_E_NOMEM, "%s: not enough memory", opener->name);
	become(item, value);
	if (mine)
		return list_next(opener, mine);
	opener->withheld++;
	return RA_OK;
}

/* Commitments are met in the order of the text: an item before what follows it, members of an object as written. */
static ra_err resolve(struct opener *opener, cJSON *node)
{
	ra_err err = RA_OK;

	for (cJSON *child = node->child; child && !err; child = child->next) {
		const char *hash = ra_line_commitment(child);

		if (cJSON_IsObject(node) && child->string[0] == '$')
			return ra_fail(opener->errs, RA_E_BROKEN, "%s: the key \"%.20s\" is not the body's to use",
				       opener->name, child->string);
		if (hash)
			err = open_item(opener, child, hash);
		else
			err = resolve(opener, child);
	}
	return err;
}

/* The first opening of a list, to be taken apart. */
static cJSON *first_of(struct ra_json *doc, const char *key)
{
	cJSON *root = doc ? ra_json_tree(doc) : NULL, *list = key ? cJSON_GetObjectItemCaseSensitive(root, key) : root;

	return list ? list->child : NULL;
}

ra_err ra_line_resolve(const char *name, struct ra_line *line, cJSON **out, int64_t *withheld, struct ra_errs *errs)
{
	struct opener opener = {.name = name, .line = line, .errs = errs,
				.lists = {{.left = line->open, .node = first_of(line->doc, "open")},
					  {.left = line->away, .node = first_of(line->away_doc, NULL)}}};
	RA_AUTO(ra_cjson_free) cJSON *body = cJSON_DetachItemFromObjectCaseSensitive(ra_json_tree(line->doc), "body");
	ra_err err;

	line->body_node = NULL;
	*out = NULL;
	*withheld = 0;
	err = list_load(&opener, &opener.lists[0], 0);
	if (!err)
		err = list_load(&opener, &opener.lists[1], 0);
	if (!err)
		err = resolve(&opener, body);
	if (!err && (opener.lists[0].node || opener.lists[1].node))
		err = ra_fail(errs, RA_E_BROKEN,
			      "%s: an opening belongs to no commitment of the body, or not at its place", name);
	if (err)
		return err;
	*out = body;
	body = NULL;
	*withheld = opener.withheld;
	return RA_OK;
}
