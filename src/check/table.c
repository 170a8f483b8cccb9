/* table.c - a table as esxcli prints it: names over runs of dashes over rows. */
#include "config.h"

#include "check/parse.h"

/* Out: false when the line is not made of runs of dashes. */
static bool read_rule(struct ra_span line, struct ra_table *table)
{
	table->count = 0;
	for (size_t at = 0; at < line.len;) {
		size_t begin = at;

		while (at < line.len && line.at[at] == '-')
			at++;
		if (at > begin) {
			if (table->count == RA_TABLE_COLUMNS_MAX)
				return false;
			table->begin[table->count] = begin;
			table->end[table->count++] = at;
		}
		if (at < line.len && line.at[at] != ' ' && line.at[at] != '-')
			return false;
		while (at < line.len && line.at[at] == ' ')
			at++;
	}
	return table->count > 0;
}

bool ra_table_find(struct ra_span text, struct ra_table *table)
{
	struct ra_span line;

	table->header = (struct ra_span){text.at, 0};
	while (ra_span_line(&text, &line)) {
		if (table->header.len && read_rule(line, table)) {
			table->rows = text;
			return true;
		}
		table->header = line;
	}
	return false;
}

struct ra_span ra_table_cell(const struct ra_table *table, struct ra_span line, int column)
{
	size_t begin = table->begin[column] < line.len ? table->begin[column] : line.len;
	size_t end = column + 1 < table->count ? table->begin[column + 1] : line.len;

	if (end > line.len)
		end = line.len;
	return ra_span_trim((struct ra_span){line.at + begin, end - begin});
}

bool ra_table_row_fits(const struct ra_table *table, struct ra_span line)
{
	for (int i = 0; i + 1 < table->count; i++)
		for (size_t at = table->end[i]; at < table->begin[i + 1] && at < line.len; at++)
			if (line.at[at] != ' ')
				return false;
	return true;
}

int ra_table_column(const struct ra_table *table, const char *name)
{
	for (int i = 0; i < table->count; i++)
		if (ra_span_label(ra_table_cell(table, table->header, i), name))
			return i;
	return -1;
}
