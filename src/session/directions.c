/* directions.c - a step's settings in the words of the machine itself: where each stands in its setup, what it is called, what it is now and
 * what it is to be, as its management controller tells it. Pure over the session's state. What comes from the machine is put on one line and
 * cut, so that it can look like no sentence of ours. */
#include "config.h"

#include "session/internal.h"

#include "flow/setting.h"
#include "link/link.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MAX_SHOWN 80     /* bytes of a label, a value; what is longer is no name to be looked for */
#define PLACE_MAX_SHOWN 200   /* of a way through menus */
#define CHOICES_MAX_SHOWN 300 /* of all values, or of all that is needed first */
#define WARNING_MAX_SHOWN 400

/* Where it is read from. */
struct from {
	const struct ra_facts *facts;
	struct ra_query query;
};

/* While a person does the step, what was told before it is what they work by: nothing told then counts for what comes after. */
static struct from from_of(const struct ra_session *s, const struct ra_step *step)
{
	struct from from = {.facts = ra_state_facts(s->state), .query = RA_QUERY_NOW};
	struct ra_now now = ra_state_now(s->state, NULL);

	if (now.phase == RA_PH_ACTING && now.manual_start && now.step == step)
		from.query.seq_max = now.action_seq;
	return from;
}

/* What is known of one row. Texts are clean and owned. */
struct told {
	const cJSON *row;
	const char *setting, *to; /* to: the word that is to be set; NULL: look */
	char *label, *place, *value, *choices, *needs, *warning;
	const char *word, *next;  /* what it means now, and from the next start on; NULL: not told */
	const struct ra_value *values;
	bool locked, twice, wanted;
	bool enables; /* all it needs first is that the TPM is on */
};

static void told_clear_auto(struct told *t)
{
	free(t->label);
	free(t->place);
	free(t->value);
	free(t->choices);
	free(t->needs);
	free(t->warning);
}

static const struct ra_value *part(const struct from *from, const char *setting, const char *name)
{
	char fact[RA_FACT_NAME_MAX];

	if (!ra_setting_fact(setting, name, fact))
		return NULL;
	struct ra_reading reading = ra_facts_read(from->facts, fact, &from->query);

	return reading.reason == RA_KNOWN ? reading.value : NULL;
}

/* What a machine says, on one line, clean, and cut at a character. NULL value: "". Owner: caller. Out: NULL without memory. */
static char *foreign(const struct ra_value *value, size_t max)
{
	RA_AUTO(ra_mem_free) char *text = value ? ra_value_text(value) : strdup("");
	RA_AUTO(ra_mem_free) char *clean = text ? ra_text_clean_dup(text, false) : NULL;
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	size_t len = clean ? strlen(clean) : 0;

	if (!clean || len <= max)
		return clean ? strdup(clean) : NULL;
	for (len = max; len && ((unsigned char)clean[len] & 0xc0) == 0x80;)
		len--;
	return ra_buf_printf(&out, "%.*s ...", (int)len, clean) ? NULL : ra_buf_take(&out);
}

/* How this firmware spells a word among the values it offers; NULL where none is known to mean it. Borrowed. */
static const char *spelled(const struct told *t, const char *word)
{
	for (size_t i = 0; t->values && t->values->type == RA_LIST && i < t->values->as.list.count; i++)
		if (ra_bmc_means(t->setting, t->values->as.list.items[i], word))
			return t->values->as.list.items[i];
	return NULL;
}

static const char *word_of(const struct from *from, const char *setting, const char *name)
{
	const struct ra_value *value = part(from, setting, name);

	return value && value->type == RA_TEXT ? value->as.text : NULL;
}

/* Is all that is needed first that the TPM is on? That every step of the TPM is about. Anything else that unlocks it, a clear even, is a
 * change of its own, and not this step's. */
static bool only_enables(const struct from *from, const struct ra_value *needs)
{
	const struct ra_value *label = part(from, "tpm", "label");
	size_t len = label && label->type == RA_TEXT ? strlen(label->as.text) : 0;

	for (size_t i = 0; len && needs && needs->type == RA_LIST && i < needs->as.list.count; i++) {
		const char *need = needs->as.list.items[i];

		if (strncmp(need, label->as.text, len) || strncmp(need + len, ": ", 2) || !ra_bmc_means("tpm", need + len + 2, "on"))
			return false;
	}
	return len > 0;
}

/* Errors: RA_E_NOMEM. */
static ra_err read_row(const struct from *from, const cJSON *row, struct told *t)
{
	const char *setting = ra_json_str(row, "setting", "");
	const struct ra_value *locked = part(from, setting, "locked"), *starts = part(from, setting, "starts");
	const struct {
		char **at;
		const char *name;
		size_t max;
	} texts[] = {{&t->label, "label", NAME_MAX_SHOWN},	  {&t->place, "place", PLACE_MAX_SHOWN}, {&t->value, "value", NAME_MAX_SHOWN},
		     {&t->choices, "values", CHOICES_MAX_SHOWN}, {&t->needs, "needs", CHOICES_MAX_SHOWN}, {&t->warning, "warning", WARNING_MAX_SHOWN}};

	*t = (struct told){.row = row, .setting = setting, .to = ra_setting_to(row)};
	for (size_t i = 0; i < RA_LEN(texts); i++)
		if (!(*texts[i].at = foreign(part(from, setting, texts[i].name), texts[i].max)))
			return RA_E_NOMEM;
	t->word = word_of(from, setting, "word");
	t->next = word_of(from, setting, "next_word");
	t->values = part(from, setting, "values");
	t->enables = only_enables(from, part(from, setting, "needs"));
	t->locked = locked && locked->type == RA_BOOL && locked->as.yes;
	t->twice = starts && starts->type == RA_INT && starts->as.number > 1;
	t->wanted = t->word && ra_setting_wants(row, t->word);
	return RA_OK;
}

/* Two words for one thing: ours for a setting whose name was not told, and for a word whose spelling was not. */
struct called {
	const char *id, *say;
};
static const char *called(const struct called *rows, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(rows[i].id, id))
			return rows[i].say;
	return id;
}

static const char *name_of(const struct told *t)
{
	static const struct called rows[] = {
	    {"tpm", "The TPM"},
	    {"algorithm", "The TPM's hash algorithm"},
	    {"sha1-bank", "The SHA-1 bank"},
	    {"sha256-bank", "The SHA-256 bank"},
	    {"hierarchy", "The TPM's hierarchy"},
	    {"storage-hierarchy", "The storage hierarchy"},
	    {"endorsement-hierarchy", "The endorsement hierarchy"},
	    {"interface", "The TPM's interface"},
	    {"operation", "What is done to the TPM at the next start"},
	    {"secure-boot", "Secure Boot"},
	    {"boot-mode", "The boot mode"},
	    {"physical-presence", "The TPM's physical presence"},
	    {"txt", "Intel TXT"},
	};

	return *t->label ? t->label : called(rows, RA_LEN(rows), t->setting);
}

static const char *say_word(const char *word)
{
	static const struct called rows[] = {{"sha1", "SHA-1"}, {"sha256", "SHA-256"}, {"sha384", "SHA-384"}, {"several", "more than one bank"},
					     {"fifo", "FIFO"},	{"crb", "CRB"},	       {"uefi", "UEFI"}};

	return called(rows, RA_LEN(rows), word);
}

/* What is to be done with it, in one sentence or two. */
static ra_err put_state(const struct told *t, bool action, struct ra_buf *out)
{
	const char *is = ra_json_str(t->row, "is", NULL), *now = t->value, *value = t->to ? spelled(t, t->to) : NULL;
	bool waits = t->to && t->next && ra_setting_wants(t->row, t->next);
	RA_AUTO(ra_mem_free) char *set = value ? ra_text_clean_dup(value, false) : NULL;

	if (value && !set)
		return RA_E_NOMEM;
	if (is && t->wanted)
		return ra_buf_printf(out, ": is %s, as it must be. Leave it.", now);
	if (is && t->word)
		return ra_buf_printf(out, ": must be %s, and is %s. Change nothing: stop here, and leave without saving.", say_word(is), now);
	if (is)
		return ra_buf_printf(out, ": must be %s%s%s. Where it is not, stop here, and leave without saving.", say_word(is),
				     *now ? "; now it says " : "", now);
	if (t->to && t->wanted && !t->next)
		return ra_buf_printf(out, ": is %s already. Leave it.", now);
	if (waits)
		return ra_buf_printf(out, ": %s waits for the next start already. Leave it.", set ? set : say_word(t->next));
	if (set)
		return ra_buf_printf(out, ": set it to %s.%s%s%s", set, *now ? " Now it is " : "", now, *now ? "." : "");
	if (t->to && t->values)
		return ra_buf_printf(out, ": it is to be %s. Which of its choices means that is not known: where none says so plainly, leave it.",
				     say_word(t->to));
	if (t->to)
		return ra_buf_printf(out, ": it is to be %s; what it offers was not told.%s%s%s", say_word(t->to), *now ? " Now it is " : "", now,
				     *now ? "." : "");
	if (!*now)
		return ra_buf_text(out, ": what it is now was not told.");
	return ra_buf_printf(out, ": is %s now.%s", now, action ? " It is to be as it is on record." : "");
}

/* Is there something to be set by this row still? */
static bool is_open(const struct told *t)
{
	return t->to && !(t->wanted && !t->next) && !(t->next && ra_setting_wants(t->row, t->next));
}

/* Where it stands, what it offers, what comes first. */
static ra_err put_rest(const struct told *t, struct ra_buf *out)
{
	const char *clear = t->to && strcmp(t->to, "clear") ? spelled(t, "clear") : NULL;
	RA_AUTO(ra_mem_free) char *never = clear && is_open(t) ? ra_text_clean_dup(clear, false) : NULL;
	ra_err err = clear && is_open(t) && !never ? RA_E_NOMEM : RA_OK;

	if (!err && *t->place)
		err = ra_buf_printf(out, "\nWhere: %s.", t->place);
	if (!err && is_open(t) && *t->choices)
		err = ra_buf_printf(out, "\nChoices: %s.", t->choices);
	if (!err && never)
		err = ra_buf_printf(out, " Never %s: it empties the TPM.", never);
	if (!err && t->to && t->wanted && t->next && is_open(t))
		err = ra_buf_printf(out, "\nAnother value waits for the next start: %s.", say_word(t->next));
	if (!err && is_open(t) && *t->needs && !t->enables)
		err = ra_buf_printf(out, "\nIt is locked till this is so: %s. That is a change of its own, and not part of this step: where it cannot be "
				    "chosen, leave without saving.", t->needs);
	else if (!err && is_open(t) && *t->needs)
		err = ra_buf_printf(out, "\nIt is locked till this is so: %s. Set that, save, restart; then this, and restart again%s.", t->needs,
				    t->twice ? ": two starts" : "");
	else if (!err && is_open(t) && t->locked)
		err = ra_buf_text(out, "\nIt is shown as locked, and not what locks it: where it cannot be chosen, leave without saving.");
	if (!err && is_open(t) && *t->warning)
		err = ra_buf_printf(out, "\nIts own warning: %s", t->warning);
	return err;
}

/* Is what a row is about there at all? What offers no such value is another thing by the same name. */
static bool is_told(const struct told *t)
{
	return *t->value || *t->label;
}

/* All rows of a step: how many are told of, those that are left to be set or looked at, those that wait for the next start. */
struct tally {
	size_t shown, open, waiting;
};

/* The rows, numbered, a paragraph each. Errors: RA_E_NOMEM. */
static ra_err put_rows(const struct ra_session *s, const struct ra_step *step, struct ra_buf *out, struct tally *tally)
{
	const struct from from = from_of(s, step);
	const cJSON *row;

	cJSON_ArrayForEach(row, ra_json_get(step->text, "settings"))
	{
		RA_AUTO(told_clear) struct told t = {0};

		if (read_row(&from, row, &t))
			return RA_E_NOMEM;
		if (!is_told(&t) || (ra_json_bool(row, "instead", false) && tally->shown))
			continue;
		if (ra_buf_printf(out, "\n\n%zu. %s", ++tally->shown, name_of(&t)) || put_state(&t, step->kind == RA_STEP_ACTION, out) || put_rest(&t, out))
			return RA_E_NOMEM;
		tally->open += is_open(&t) || !t.to;
		tally->waiting += t.to && !is_open(&t) && t.next;
	}
	return RA_OK;
}

/* Of whose firmware it is: its version where that is known, and the name of its management controller. */
static ra_err put_head(const struct ra_session *s, struct ra_buf *out)
{
	RA_AUTO(ra_mem_free) char *bios = ra_say_fact(s, "host.bios");
	RA_AUTO(ra_mem_free) char *bmc = ra_say_fill(s, "{" RA_FILL_BMC "}");

	return bmc ? ra_buf_printf(out, "From this server's own firmware%s%s, as %s tells it:", bios ? ", BIOS " : "", bios ? bios : "", bmc)
		   : RA_E_NOMEM;
}

/* Is the management controller that of another server? Not known is not yes. */
static bool is_other(const struct ra_session *s)
{
	const struct ra_facts *facts = ra_state_facts(s->state);
	struct ra_reading bmc = ra_facts_read(facts, RA_FACT_BMC_SERIAL, NULL), host = ra_facts_read(facts, RA_FACT_HOST_SERIAL, NULL);
	struct ra_reading sku = ra_facts_read(facts, RA_FACT_BMC_SKU, NULL);

	return bmc.reason == RA_KNOWN && host.reason == RA_KNOWN && !ra_value_equal(bmc.value, host.value) &&
	       !(sku.reason == RA_KNOWN && ra_value_equal(sku.value, host.value));
}

/* A clear is warned of by us: some firmware does not. */
static bool empties(const struct ra_step *step)
{
	const cJSON *row;

	cJSON_ArrayForEach(row, ra_json_get(step->text, "settings"))
	{
		const char *to = ra_setting_to(row);

		if (to && !strcmp(to, "clear"))
			return true;
	}
	return false;
}

static const char all_so[] = "\n\nAll of that is as it is to be: change nothing, leave without saving, and say that it was not done.";
static const char all_waits[] = "\n\nNothing is left to be set: leave without saving, and restart.";
static const char lead[] = "\n\nHow to get there, and out again. Where a name or a place differs, the list above is this server's:";

char *ra_say_directions(const struct ra_session *s, const struct ra_step *step)
{
	static const char warning[] = "A clear empties the TPM for good: what is bound to it opens with its recovery key only. The firmware may not "
				      "warn of it.";
	static const char foreign_bmc[] = "The management controller that was given is another server's: what it tells of settings is left out.";
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	RA_AUTO(ra_buf_free) struct ra_buf rows = {0};
	struct tally tally = {0};
	ra_err err = put_rows(s, step, &rows, &tally);

	if (!err && empties(step))
		err = ra_buf_printf(&out, "%s%s", warning, tally.shown ? "\n\n" : "");
	if (!err && tally.shown && is_other(s))
		err = ra_buf_text(&out, foreign_bmc);
	else if (!err && tally.shown)
		err = put_head(s, &out) || ra_buf_text(&out, ra_buf_str(&rows)) ||
				      (!tally.open && ra_buf_text(&out, tally.waiting ? all_waits : all_so)) || ra_buf_text(&out, lead)
			      ? RA_E_NOMEM
			      : RA_OK;
	return err ? NULL : strdup(ra_buf_str(&out));
}
