#include "config.h"

#include "ui/input.h"
#include "base/text.h"

ra_err ra_input_begin(struct ra_input *input, bool secret)
{
	ra_input_free(input);
	if (!secret)
		return RA_OK;
	input->secret = ra_secret_new();
	return input->secret ? RA_OK : RA_E_NOMEM;
}

void ra_input_free(struct ra_input *input)
{
	input->secret = ra_secret_free(input->secret);
	ra_buf_free(&input->text);
}

bool ra_input_empty(const struct ra_input *input)
{
	size_t len = input->text.len;

	if (input->secret)
		ra_secret_bytes(input->secret, &len);
	return len == 0;
}

const char *ra_input_text(const struct ra_input *input)
{
	return ra_buf_str(&input->text);
}

static ra_err add(struct ra_input *input, const char *bytes, size_t len, struct ra_errs *errs)
{
	ra_err err = RA_E_LIMIT;

	if (input->secret)
		err = ra_secret_add(input->secret, bytes, len);
	else if (input->text.len + len <= RA_INPUT_MAX)
		err = ra_buf_add(&input->text, bytes, len);
	if (err == RA_E_LIMIT)
		return ra_fail(errs, err, "too long; the rest was left out");
	return err ? ra_fail(errs, err, "no memory for what was typed") : RA_OK;
}

/* A plain text takes one line; what is no text in it becomes a blank. */
static ra_err paste_text(struct ra_input *input, const char *bytes, size_t len, struct ra_errs *errs)
{
	ra_err err = RA_OK;
	uint32_t cp;
	int n;

	while (len && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	for (; !err && (n = ra_utf8_next(bytes, len, &cp)) != 0; bytes += n, len -= (size_t)n) {
		bool odd = n < 0 || cp < 0x20 || ra_cp_width(cp) < 0;

		n = n < 0 ? 1 : n;
		err = odd ? add(input, " ", 1, errs) : add(input, bytes, (size_t)n, errs);
	}
	return err;
}

/* A secret keeps its lines (a list of recovery keys has some); the line end that a copied line brings along is dropped,
 * CR becomes LF. */
static ra_err paste_secret(struct ra_input *input, const char *bytes, size_t len, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	while (len && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
		len--;
	for (size_t i = 0; i < len && !err; i++) {
		if (bytes[i] == '\r' && i + 1 < len && bytes[i + 1] == '\n')
			continue;
		err = add(input, bytes[i] == '\r' ? "\n" : &bytes[i], 1, errs);
	}
	return err;
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

static void chop(struct ra_input *input)
{
	size_t len;
	const char *bytes;

	if (input->secret) {
		bytes = ra_secret_bytes(input->secret, &len);
		while (len > 1 && is_continuation(bytes[len - 1])) {
			ra_secret_chop(input->secret);
			len--;
		}
		ra_secret_chop(input->secret);
		return;
	}
	len = input->text.len;
	while (len > 1 && is_continuation(input->text.data[len - 1]))
		len--;
	if (len) {
		input->text.len = len - 1;
		input->text.data[len - 1] = '\0';
	}
}

static ra_err typed(struct ra_input *input, uint32_t cp, struct ra_errs *errs)
{
	char bytes[4];
	size_t len = (size_t)ra_utf8_put(cp, bytes);
	ra_err err = RA_OK;

	if (input->secret || (ra_cp_width(cp) >= 0 && (ra_cp_width(cp) > 0 || !ra_input_empty(input))))
		err = add(input, bytes, len, errs);
	ra_wipe(bytes, sizeof(bytes));
	return err;
}

ra_err ra_input_key(struct ra_input *input, const struct ra_key_event *event, const struct ra_secret *pasted,
		    struct ra_errs *errs)
{
	ra_err err = RA_OK;
	size_t len;

	if (event->key == RA_KEY_CHAR)
		return typed(input, event->cp, errs);
	if (event->key == RA_KEY_BACKSPACE)
		chop(input);
	if (event->key == RA_KEY_CTRL && event->cp == 'u') {
		ra_buf_reset(&input->text);
		if (input->secret)
			ra_secret_wipe(input->secret);
	}
	if (event->key == RA_KEY_PASTE && pasted) {
		const char *bytes = ra_secret_bytes(pasted, &len);

		err = input->secret ? paste_secret(input, bytes, len, errs) : paste_text(input, bytes, len, errs);
		if (!err && event->cp)
			err = ra_fail(errs, RA_E_LIMIT, "what was pasted is too long; it was cut");
	}
	return err;
}

void ra_input_paint(struct ra_grid *grid, struct ra_area area, const struct ra_input *input, bool focused)
{
	const char *text = ra_input_text(input);
	int cursor = 0;

	ra_grid_fill(grid, (struct ra_area){area.row, area.col, 1, area.cols}, RA_LOOK_FIELD);
	if (input->secret) {
		ra_grid_put(grid, area, RA_LOOK_FIELD,
			    ra_input_empty(input) ? " (nothing typed yet)" : " (typed; not shown)");
	} else {
		while (ra_text_width(text) >= area.cols && *text)
			do
				text++;
			while (is_continuation(*text));
		cursor = ra_grid_put(grid, area, RA_LOOK_FIELD, text);
	}
	if (focused) {
		grid->cursor_row = area.row;
		grid->cursor_col = area.col + cursor;
	}
}
