#include "config.h"

#include "ui/keys.h"
#include "base/text.h"

#include <stdlib.h>

#define ESC 0x1b
#define ESC_DELAY_MAX_MS 10000

enum state { GROUND, ESCAPED, CSI, SS3, LINUX, STRING, STRING_ESC, UTF8, PASTE };

struct ra_keys {
	enum state state;
	int esc_delay_ms;
	ra_mono_ms since;         /* of the last byte */
	char seq[RA_KEY_SEQ_MAX]; /* parameters of a CSI, or bytes of a UTF-8 character */
	size_t seq_len;
	bool seq_odd;   /* too long, or with an intermediate byte */
	size_t end_len; /* bytes of the end mark seen in a paste */
	bool paste_cut;
	bool paste_told; /* wipe the paste at the next call */
	struct ra_secret *paste;
};

/* Final bytes of CSI and SS3 that mean the same in both, with or without parameters (modifiers play no part). */
static const struct {
	char final;
	enum ra_key key;
} finals[] = {
    {'A', RA_KEY_UP},  {'B', RA_KEY_DOWN}, {'C', RA_KEY_RIGHT},  {'D', RA_KEY_LEFT},   {'H', RA_KEY_HOME},
    {'F', RA_KEY_END}, {'P', RA_KEY_F1},   {'Q', RA_KEY_F1 + 1}, {'R', RA_KEY_F1 + 2}, {'S', RA_KEY_F1 + 3},
    {'a', RA_KEY_UP},  {'b', RA_KEY_DOWN}, {'c', RA_KEY_RIGHT},  {'d', RA_KEY_LEFT},
};
/* CSI number ~, the number being the first parameter; '^' and '@' end it with a modifier in rxvt. */
static const struct {
	int number;
	enum ra_key key;
} numbers[] = {
    {1, RA_KEY_HOME},    {2, RA_KEY_INSERT},  {3, RA_KEY_DELETE},  {4, RA_KEY_END},      {5, RA_KEY_PGUP},
    {6, RA_KEY_PGDN},    {7, RA_KEY_HOME},    {8, RA_KEY_END},     {11, RA_KEY_F1},      {12, RA_KEY_F1 + 1},
    {13, RA_KEY_F1 + 2}, {14, RA_KEY_F1 + 3}, {15, RA_KEY_F1 + 4}, {17, RA_KEY_F1 + 5},  {18, RA_KEY_F1 + 6},
    {19, RA_KEY_F1 + 7}, {20, RA_KEY_F1 + 8}, {21, RA_KEY_F1 + 9}, {23, RA_KEY_F1 + 10}, {24, RA_KEY_F1 + 11},
};
#define PASTE_BEGIN 200
static const char paste_end[] = "\033[201~";

struct ra_keys *ra_keys_new(int esc_delay_ms)
{
	struct ra_keys *keys = calloc(1, sizeof(*keys));

	if (!keys)
		return NULL;
	keys->esc_delay_ms = esc_delay_ms > 0 ? esc_delay_ms : RA_ESC_DELAY_MS;
	keys->paste = ra_secret_new();
	return keys->paste ? keys : ra_keys_free(keys);
}

struct ra_keys *ra_keys_free(struct ra_keys *keys)
{
	if (!keys)
		return NULL;
	ra_secret_free(keys->paste);
	ra_wipe(keys, sizeof(*keys));
	free(keys);
	return NULL;
}

int ra_esc_delay_parse(const char *text)
{
	char *end;
	long value = text ? strtol(text, &end, 10) : 0;

	return value >= 1 && value <= ESC_DELAY_MAX_MS && !*end ? (int)value : RA_ESC_DELAY_MS;
}

const struct ra_secret *ra_keys_pasted(const struct ra_keys *keys)
{
	return keys->paste;
}

static void ground(struct ra_keys *keys)
{
	keys->state = GROUND;
	ra_wipe(keys->seq, sizeof(keys->seq));
	keys->seq_len = 0;
	keys->seq_odd = false;
}

static void begin(struct ra_keys *keys, enum state state)
{
	ground(keys);
	keys->state = state;
}

static struct ra_key_event plain_byte(struct ra_keys *keys, unsigned char byte)
{
	if (byte == ESC)
		begin(keys, ESCAPED);
	else if (byte == '\r' || byte == '\n')
		return (struct ra_key_event){RA_KEY_ENTER, 0};
	else if (byte == '\t')
		return (struct ra_key_event){RA_KEY_TAB, 0};
	else if (byte == 0x7f || byte == 0x08)
		return (struct ra_key_event){RA_KEY_BACKSPACE, 0};
	else if (byte >= 1 && byte <= 26)
		return (struct ra_key_event){RA_KEY_CTRL, (uint32_t)byte + 'a' - 1};
	else if (byte >= 0x20 && byte < 0x7f)
		return (struct ra_key_event){RA_KEY_CHAR, byte};
	else if (byte >= 0xc2 && byte <= 0xf4) {
		begin(keys, UTF8);
		keys->seq[keys->seq_len++] = (char)byte;
	}
	return (struct ra_key_event){RA_KEY_NONE, 0};
}

/* Bytes that are no character are swallowed, but one that may begin the next key is looked at again. */
static struct ra_key_event utf8_byte(struct ra_keys *keys, unsigned char byte)
{
	size_t want = (unsigned char)keys->seq[0] >= 0xf0 ? 4 : (unsigned char)keys->seq[0] >= 0xe0 ? 3 : 2;
	struct ra_key_event event = {RA_KEY_NONE, 0};
	uint32_t cp;

	if ((byte & 0xc0) != 0x80) {
		ground(keys);
		return plain_byte(keys, byte);
	}
	keys->seq[keys->seq_len++] = (char)byte;
	if (keys->seq_len < want)
		return event;
	if (ra_utf8_next(keys->seq, keys->seq_len, &cp) == (int)want && cp >= 0xa0)
		event = (struct ra_key_event){RA_KEY_CHAR, cp};
	ra_wipe(&cp, sizeof(cp));
	ground(keys);
	return event;
}

static struct ra_key_event escaped_byte(struct ra_keys *keys, unsigned char byte)
{
	switch (byte) {
	case ESC:
		return (struct ra_key_event){RA_KEY_ESC, 0}; /* the second one may begin a sequence */
	case '[':
		begin(keys, CSI);
		break;
	case 'O':
		begin(keys, SS3);
		break;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		begin(keys, STRING);
		break;
	default:
		ground(keys);
	}
	return (struct ra_key_event){RA_KEY_NONE, 0};
}

static enum ra_key final_key(unsigned char final)
{
	for (size_t i = 0; i < RA_LEN(finals); i++)
		if (finals[i].final == (char) final)
			return finals[i].key;
	return final == 'Z' ? RA_KEY_BACKTAB : RA_KEY_NONE;
}

static enum ra_key number_key(int number)
{
	for (size_t i = 0; i < RA_LEN(numbers); i++)
		if (numbers[i].number == number)
			return numbers[i].key;
	return RA_KEY_NONE;
}

static int first_number(const struct ra_keys *keys)
{
	int value = 0;

	for (size_t i = 0; i < keys->seq_len && keys->seq[i] >= '0' && keys->seq[i] <= '9' && value < 10000; i++)
		value = value * 10 + (keys->seq[i] - '0');
	return value;
}

static void paste_begin(struct ra_keys *keys)
{
	begin(keys, PASTE);
	keys->end_len = 0;
	keys->paste_cut = false;
	ra_secret_wipe(keys->paste);
}

static struct ra_key_event csi_byte(struct ra_keys *keys, unsigned char byte)
{
	enum ra_key key = RA_KEY_NONE;

	if (byte == ESC) {
		begin(keys, ESCAPED);
	} else if (byte >= 0x20 && byte < 0x40) {
		keys->seq_odd = keys->seq_odd || byte < 0x30 || byte > ';' || keys->seq_len == RA_KEY_SEQ_MAX;
		if (!keys->seq_odd)
			keys->seq[keys->seq_len++] = (char)byte;
	} else if (byte == '[' && !keys->seq_len && !keys->seq_odd) {
		begin(keys, LINUX);
	} else {
		int number = first_number(keys);

		if (!keys->seq_odd && (byte == '~' || byte == '^' || byte == '@'))
			key = number_key(number);
		else if (!keys->seq_odd &&
			 number <= 1) /* another one makes it an answer to a question that was not asked */
			key = final_key(byte);
		if (!keys->seq_odd && byte == '~' && number == PASTE_BEGIN)
			paste_begin(keys);
		else
			ground(keys);
	}
	return (struct ra_key_event){key, 0};
}

/* SS3 with a keypad's code is the byte 0x40 below it. Source: XTerm Control Sequences, VT220-style function keys,
 * keypad. */
static struct ra_key_event ss3_byte(struct ra_keys *keys, unsigned char byte)
{
	enum ra_key key = final_key(byte);

	if (byte >= '0' && byte <= '9') /* a modifier, in old xterms */
		return (struct ra_key_event){RA_KEY_NONE, 0};
	ground(keys);
	if (byte == ESC || byte == 'M' || (byte >= 'j' && byte <= 'y'))
		return plain_byte(keys, byte == ESC ? ESC : (unsigned char)(byte - 0x40));
	return (struct ra_key_event){byte == 'Z' ? RA_KEY_NONE : key, 0};
}

static struct ra_key_event linux_byte(struct ra_keys *keys, unsigned char byte)
{
	ground(keys);
	if (byte == ESC)
		begin(keys, ESCAPED);
	return (struct ra_key_event){byte >= 'A' && byte <= 'E' ? RA_KEY_F1 + (byte - 'A') : RA_KEY_NONE, 0};
}

static void string_byte(struct ra_keys *keys, unsigned char byte)
{
	if (byte == 0x07 || byte == 0x18 || byte == 0x1a || keys->state == STRING_ESC)
		ground(keys);
	else if (byte == ESC)
		keys->state = STRING_ESC;
}

static void paste_add(struct ra_keys *keys, const char *bytes, size_t len)
{
	if (!keys->paste_cut && ra_secret_add(keys->paste, bytes, len))
		keys->paste_cut = true;
}

static struct ra_key_event paste_done(struct ra_keys *keys)
{
	ground(keys);
	keys->paste_told = true;
	return (struct ra_key_event){RA_KEY_PASTE, keys->paste_cut};
}

static struct ra_key_event paste_byte(struct ra_keys *keys, unsigned char byte)
{
	char kept = (char)byte;

	if (kept == paste_end[keys->end_len]) {
		if (++keys->end_len == sizeof(paste_end) - 1)
			return paste_done(keys);
		return (struct ra_key_event){RA_KEY_NONE, 0};
	}
	paste_add(keys, paste_end, keys->end_len);
	keys->end_len = kept == paste_end[0];
	if (!keys->end_len)
		paste_add(keys, &kept, 1);
	ra_wipe(&kept, sizeof(kept));
	return (struct ra_key_event){RA_KEY_NONE, 0};
}

static struct ra_key_event take_byte(struct ra_keys *keys, unsigned char byte)
{
	switch (keys->state) {
	case GROUND:
		return plain_byte(keys, byte);
	case UTF8:
		return utf8_byte(keys, byte);
	case ESCAPED:
		return escaped_byte(keys, byte);
	case CSI:
		return csi_byte(keys, byte);
	case SS3:
		return ss3_byte(keys, byte);
	case LINUX:
		return linux_byte(keys, byte);
	case PASTE:
		return paste_byte(keys, byte);
	case STRING:
	case STRING_ESC:
		string_byte(keys, byte);
	}
	return (struct ra_key_event){RA_KEY_NONE, 0};
}

static void forget_told(struct ra_keys *keys)
{
	if (keys->paste_told)
		ra_secret_wipe(keys->paste);
	keys->paste_told = false;
}

size_t ra_keys_take(struct ra_keys *keys, const char *bytes, size_t len, ra_mono_ms now, struct ra_key_event *out)
{
	size_t used = 0;

	*out = (struct ra_key_event){RA_KEY_NONE, 0};
	forget_told(keys);
	while (used < len && out->key == RA_KEY_NONE)
		*out = take_byte(keys, (unsigned char)bytes[used++]);
	if (used)
		keys->since = now;
	return used;
}

ra_mono_ms ra_keys_deadline(const struct ra_keys *keys)
{
	switch (keys->state) {
	case GROUND:
		return RA_DEADLINE_NONE;
	case ESCAPED:
		return keys->since + keys->esc_delay_ms;
	case PASTE:
		return keys->since + RA_PASTE_STALE_MS;
	default:
		return keys->since + RA_KEY_STALE_MS;
	}
}

void ra_keys_expire(struct ra_keys *keys, ra_mono_ms now, struct ra_key_event *out)
{
	enum state state = keys->state;

	*out = (struct ra_key_event){RA_KEY_NONE, 0};
	if (now < ra_keys_deadline(keys))
		return;
	forget_told(keys);
	if (state == PASTE) {
		keys->paste_cut = true;
		*out = paste_done(keys);
		return;
	}
	ground(keys);
	if (state == ESCAPED)
		out->key = RA_KEY_ESC;
}
