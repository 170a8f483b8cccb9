/* value.c - typed values: made, copied, compared, written. */
#include "config.h"

#include "check/value.h"

#include "base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INT_MAX_EXACT ((INT64_C(1) << 53) - 1) /* what JSON carries without loss */
#define TIME_TEXT_MAX 40

void ra_value_clear(struct ra_value *value)
{
	if (value->type == RA_TEXT || value->type == RA_VERSION)
		free(value->as.text);
	if (value->type == RA_LIST) {
		for (size_t i = 0; i < value->as.list.count; i++)
			free(value->as.list.items[i]);
		free(value->as.list.items);
	}
	memset(value, 0, sizeof(*value));
}

bool ra_value_bytes_ok(const char *bytes, size_t len, size_t max)
{
	return len <= max && (len == 0 || ra_utf8_valid(bytes, len));
}

ra_err ra_value_list_add(struct ra_value *list, const char *item, size_t len)
{
	size_t count = list->as.list.count;
	char **items, *copy;

	if (count >= RA_LIST_MAX)
		return RA_E_LIMIT;
	if (!ra_value_bytes_ok(item, len, RA_LIST_ITEM_MAX))
		return RA_E_INVALID;
	copy = strndup(item, len);
	if (!copy)
		return RA_E_NOMEM;
	items = realloc(list->as.list.items, (count + 1) * sizeof(*items));
	if (!items) {
		free(copy);
		return RA_E_NOMEM;
	}
	items[count] = copy;
	list->as.list.items = items;
	list->as.list.count = count + 1;
	return RA_OK;
}

ra_err ra_value_copy(const struct ra_value *from, struct ra_value *to)
{
	ra_err err = RA_OK;

	*to = *from;
	if (from->type == RA_TEXT || from->type == RA_VERSION) {
		to->as.text = strdup(from->as.text);
		err = to->as.text ? RA_OK : RA_E_NOMEM;
	} else if (from->type == RA_LIST) {
		to->as.list.items = NULL;
		to->as.list.count = 0;
		for (size_t i = 0; !err && i < from->as.list.count; i++)
			err = ra_value_list_add(to, from->as.list.items[i], strlen(from->as.list.items[i]));
	}
	if (err)
		ra_value_clear(to);
	return err;
}

static bool lists_equal(const struct ra_value *a, const struct ra_value *b)
{
	if (a->as.list.count != b->as.list.count)
		return false;
	for (size_t i = 0; i < a->as.list.count; i++)
		if (strcmp(a->as.list.items[i], b->as.list.items[i]) != 0)
			return false;
	return true;
}

/* Compare two runs of digits as numbers of any length. Moves both past their run. */
static int digits_order(const char **a, const char **b)
{
	size_t len_a, len_b;
	int order;

	while (**a == '0')
		(*a)++;
	while (**b == '0')
		(*b)++;
	len_a = strspn(*a, "0123456789");
	len_b = strspn(*b, "0123456789");
	order = len_a != len_b ? (len_a < len_b ? -1 : 1) : memcmp(*a, *b, len_a);
	*a += len_a;
	*b += len_b;
	return order;
}

static bool goes_on(const char *version)
{
	return version[0] == '.' && isdigit((unsigned char)version[1]);
}

static int version_order(const char *a, const char *b)
{
	for (;;) {
		int order = digits_order(&a, &b);

		if (order)
			return order;
		if (!goes_on(a) && !goes_on(b))
			return strcmp(a, b);
		/* A number that is not there is 0: the shorter one stays at its end, where no digits stand. */
		a += goes_on(a);
		b += goes_on(b);
	}
}

static int number_order(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

int ra_value_order(const struct ra_value *a, const struct ra_value *b, bool *ok)
{
	*ok = a->type == b->type;
	if (*ok && a->type == RA_INT)
		return number_order(a->as.number, b->as.number);
	if (*ok && a->type == RA_TIME)
		return number_order(a->as.time, b->as.time);
	if (*ok && a->type == RA_VERSION)
		return version_order(a->as.text, b->as.text);
	*ok = false;
	return 0;
}

bool ra_value_equal(const struct ra_value *a, const struct ra_value *b)
{
	bool ok;

	if (a->type != b->type)
		return false;
	switch (a->type) {
	case RA_BOOL:
		return a->as.yes == b->as.yes;
	case RA_TEXT:
		return strcmp(a->as.text, b->as.text) == 0;
	case RA_LIST:
		return lists_equal(a, b);
	default:
		return ra_value_order(a, b, &ok) == 0 && ok;
	}
}

static ra_err int_from_word(const char *word, size_t len, int64_t *out)
{
	size_t at = len > 0 && word[0] == '-';
	int64_t value = 0;

	if (at == len || len > 17)
		return RA_E_INVALID;
	for (; at < len; at++) {
		if (word[at] < '0' || word[at] > '9')
			return RA_E_INVALID;
		value = value * 10 + (word[at] - '0');
	}
	if (value > INT_MAX_EXACT)
		return RA_E_INVALID;
	*out = word[0] == '-' ? -value : value;
	return RA_OK;
}

/* A version begins with a number; what follows its dotted numbers is one word ("218.0.38.0-1OEM.700.1.0.15843807"). */
static bool version_ok(const char *word, size_t len)
{
	if (len == 0 || len >= RA_FACT_NAME_MAX || word[0] < '0' || word[0] > '9')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)word[i]) && !strchr(".-+_", word[i]))
			return false;
	return true;
}

static ra_err text_from_word(const char *word, size_t len, char **out)
{
	if (!ra_value_bytes_ok(word, len, RA_TEXT_MAX))
		return RA_E_INVALID;
	*out = strndup(word, len);
	return *out ? RA_OK : RA_E_NOMEM;
}

static ra_err time_from_word(const char *word, size_t len, ra_utc_ms *out)
{
	char text[TIME_TEXT_MAX];

	if (len >= sizeof(text) || memchr(word, '\0', len))
		return RA_E_INVALID;
	memcpy(text, word, len);
	text[len] = '\0';
	return ra_utc_parse(text, out);
}

ra_err ra_value_from_word(enum ra_type type, const char *word, size_t len, struct ra_value *out)
{
	ra_err err = RA_E_INVALID;

	memset(out, 0, sizeof(*out));
	out->type = type;
	if (type == RA_BOOL) {
		out->as.yes = len == 4 && strncasecmp(word, "true", 4) == 0;
		err = out->as.yes || (len == 5 && strncasecmp(word, "false", 5) == 0) ? RA_OK : RA_E_INVALID;
	} else if (type == RA_INT) {
		err = int_from_word(word, len, &out->as.number);
	} else if (type == RA_TEXT || (type == RA_VERSION && version_ok(word, len))) {
		err = text_from_word(word, len, &out->as.text);
	} else if (type == RA_TIME) {
		err = time_from_word(word, len, &out->as.time);
	}
	if (err)
		memset(out, 0, sizeof(*out));
	return err;
}

static ra_err int_from_number(const cJSON *json, int64_t *out)
{
	double number = cJSON_IsNumber(json) ? json->valuedouble : 0.5;

	if (!(number >= -(double)INT_MAX_EXACT && number <= (double)INT_MAX_EXACT) || number != (double)(int64_t)number)
		return RA_E_INVALID;
	*out = (int64_t)number;
	return RA_OK;
}

static ra_err list_from_json(const cJSON *json, struct ra_value *out)
{
	const cJSON *item;
	ra_err err = cJSON_IsArray(json) ? RA_OK : RA_E_INVALID;

	*out = (struct ra_value){.type = RA_LIST};
	cJSON_ArrayForEach (item, json) {
		if (err)
			break;
		err = cJSON_IsString(item) ? ra_value_list_add(out, item->valuestring, strlen(item->valuestring))
					   : RA_E_INVALID;
		if (err == RA_E_LIMIT)
			err = RA_E_INVALID;
	}
	if (err)
		ra_value_clear(out);
	return err;
}

ra_err ra_value_from_json(enum ra_type type, const cJSON *json, struct ra_value *out)
{
	*out = (struct ra_value){.type = type};
	switch (type) {
	case RA_BOOL:
		out->as.yes = cJSON_IsTrue(json);
		return cJSON_IsBool(json) ? RA_OK : RA_E_INVALID;
	case RA_INT:
		return int_from_number(json, &out->as.number);
	case RA_LIST:
		return list_from_json(json, out);
	default:
		if (!cJSON_IsString(json)) {
			*out = (struct ra_value){.type = RA_BOOL};
			return RA_E_INVALID;
		}
		return ra_value_from_word(type, json->valuestring, strlen(json->valuestring), out);
	}
}

static cJSON *list_to_json(const struct ra_value *value)
{
	RA_AUTO(ra_cjson_free) cJSON *array = cJSON_CreateArray();
	cJSON *done = array;

	for (size_t i = 0; array && i < value->as.list.count; i++) {
		cJSON *item = cJSON_CreateString(value->as.list.items[i]);

		if (!item || !cJSON_AddItemToArray(array, item)) {
			cJSON_Delete(item);
			return NULL;
		}
	}
	array = NULL;
	return done;
}

cJSON *ra_value_to_json(const struct ra_value *value)
{
	char stamp[RA_UTC_TEXT_LEN];

	switch (value->type) {
	case RA_BOOL:
		return cJSON_CreateBool(value->as.yes);
	case RA_INT:
		return cJSON_CreateNumber((double)value->as.number);
	case RA_TIME:
		return cJSON_CreateString(ra_utc_format(value->as.time, stamp));
	case RA_LIST:
		return list_to_json(value);
	default:
		return cJSON_CreateString(value->as.text);
	}
}

/* Items that have commas themselves are told apart by another mark. */
static const char *between(const struct ra_value *list)
{
	for (size_t i = 0; i < list->as.list.count; i++)
		if (strchr(list->as.list.items[i], ','))
			return "; ";
	return ", ";
}

char *ra_value_text(const struct ra_value *value)
{
	struct ra_buf text = {0};
	char stamp[RA_UTC_TEXT_LEN];
	ra_err err = RA_OK;

	switch (value->type) {
	case RA_BOOL:
		return strdup(value->as.yes ? "yes" : "no");
	case RA_INT:
		err = ra_buf_printf(&text, "%" PRId64, value->as.number);
		break;
	case RA_TIME:
		return strdup(ra_utc_format(value->as.time, stamp));
	case RA_LIST:
		for (size_t i = 0; !err && i < value->as.list.count; i++)
			err = ra_buf_printf(&text, "%s%s", i ? between(value) : "", value->as.list.items[i]);
		break;
	default:
		return strdup(value->as.text);
	}
	if (err) {
		ra_buf_free(&text);
		return NULL;
	}
	return ra_buf_take(&text);
}
