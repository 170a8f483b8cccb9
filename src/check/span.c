/* span.c - lines and labels in foreign bytes. */
#include "config.h"

#include "check/parse.h"

#include <ctype.h>
#include <string.h>

bool ra_span_line(struct ra_span *rest, struct ra_span *line)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->at, '\n', rest->len);
	line->at = rest->at;
	line->len = end ? (size_t)(end - rest->at) : rest->len;
	rest->at += line->len + (end != NULL);
	rest->len -= line->len + (end != NULL);
	if (line->len && line->at[line->len - 1] == '\r')
		line->len--;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct ra_span ra_span_trim(struct ra_span span)
{
	while (span.len && is_blank(span.at[0])) {
		span.at++;
		span.len--;
	}
	while (span.len && is_blank(span.at[span.len - 1]))
		span.len--;
	return span;
}

static bool is_filler(char c)
{
	return c == ' ' || c == '\t' || c == '_' || c == '-';
}

bool ra_span_label(struct ra_span span, const char *label)
{
	size_t at = 0;

	for (;;) {
		while (at < span.len && is_filler(span.at[at]))
			at++;
		while (is_filler(*label))
			label++;
		if (at == span.len || !*label)
			return at == span.len && !*label;
		if (tolower((unsigned char)span.at[at]) != tolower((unsigned char)*label))
			return false;
		at++;
		label++;
	}
}
