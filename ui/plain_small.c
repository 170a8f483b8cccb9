#include "config.h"

#include "ui/lines.h"
#include "ui/plain.h"

#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>

/* A list or a form. */
struct asked {
	struct ra_lines lines;
	struct ra_errs *errs;
	ra_err err;
};

static void put(struct asked *asked, const char *fmt, ...) RA_PRINTF(2, 3);
static void put(struct asked *asked, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (!asked->err)
		asked->err = ra_lines_vprint(&asked->lines, asked->errs, fmt, args);
	va_end(args);
}

static ra_err begin(struct asked *asked, void *payload, struct ra_errs *errs)
{
	const struct ra_plain_options *options = payload;

	*asked = (struct asked){.errs = errs};
	return ra_lines_begin(&asked->lines, options->ascii, errs);
}

static bool stopped(const struct asked *asked)
{
	return asked->err || asked->lines.ended || asked->lines.signal_number;
}

/* A signal goes on as it would have without us: no session is open yet. */
static ra_err end(struct asked *asked)
{
	int number = asked->lines.signal_number;

	ra_lines_end(&asked->lines);
	if (number)
		raise(number);
	return asked->err;
}

ra_err ra_plain_pick(void *payload, const char *title, const struct ra_pick_item *items, size_t count, int *picked,
		     struct ra_errs *errs)
{
	struct asked asked;
	ra_err err = begin(&asked, payload, errs);

	*picked = -1;
	if (err)
		return err;
	put(&asked, "%s\n", title);
	for (size_t i = 0; i < count; i++)
		put(&asked, "  %zu. %s%s%s\n", i + 1, items[i].title, *items[i].more ? ": " : "", items[i].more);
	while (!stopped(&asked)) {
		put(&asked, "Choose 1 to %zu, or q to leave: ", count);
		if (!ra_lines_read(&asked.lines, false) || !strcasecmp(ra_lines_text(&asked.lines), "q"))
			break;
		*picked = ra_line_number(ra_lines_text(&asked.lines), (int)count) - 1;
		if (*picked >= 0)
			break;
	}
	return end(&asked);
}

ra_err ra_plain_form(void *payload, const char *title, struct ra_form_field *fields, size_t count, bool *done,
		     struct ra_errs *errs)
{
	struct asked asked;
	ra_err err = begin(&asked, payload, errs);

	*done = false;
	if (err)
		return err;
	put(&asked, "%s (an empty line keeps what is there; the end of input leaves)\n", title);
	for (size_t i = 0; i < count && !stopped(&asked); i++) {
		const char *kept = fields[i].value ? fields[i].value : "";

		put(&asked, "%s%s%s%s [%s]: ", fields[i].label, *fields[i].hint ? " (" : "", fields[i].hint,
		    *fields[i].hint ? ")" : "", kept);
		if (!ra_lines_read(&asked.lines, false))
			break;
		if (*ra_lines_text(&asked.lines)) {
			char *value = strdup(ra_lines_text(&asked.lines));

			if (!value)
				asked.err = ra_fail(errs, RA_E_NOMEM, "no memory for what was typed");
			free(fields[i].value);
			fields[i].value = value;
		}
		*done = i + 1 == count && !asked.err;
	}
	return end(&asked);
}
