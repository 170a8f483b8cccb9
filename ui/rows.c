#include "config.h"

#include "ui/rows.h"

static void add(struct ra_rows *out, enum ra_row_kind kind, size_t index)
{
	if (out->count < RA_ROWS_MAX)
		out->rows[out->count++] = (struct ra_row){kind, index};
}

static void add_safe(struct ra_rows *out, enum ra_row_kind kind)
{
	out->safe = out->count;
	add(out, kind, 0);
}

static bool has_option(const struct ra_view_prompt *prompt, const char *id)
{
	for (size_t i = 0; i < prompt->option_count; i++)
		if (!strcmp(prompt->options[i].id, id))
			return true;
	return false;
}

static void add_options(const struct ra_view_prompt *prompt, struct ra_rows *out)
{
	out->safe = out->count;
	for (size_t i = 0; i < prompt->option_count && i < RA_OPTIONS_MAX; i++) {
		if (prompt->options[i].safe)
			out->safe = out->count;
		add(out, RA_ROW_OPTION, i);
	}
	if (prompt->kind == RA_ASK_MANY)
		add(out, RA_ROW_DONE, 0);
	if (prompt->may_skip && !has_option(prompt, "skip"))
		add(out, RA_ROW_SKIP, 0);
}

bool ra_row_types_yes(const struct ra_view_prompt *prompt)
{
	return prompt->kind == RA_ASK_YES_NO &&
	       (!strcmp(prompt->danger, "disruptive") || !strcmp(prompt->danger, "irreversible"));
}

/* A field that does something stands below the row that leaves it alone; one that lets a login go on has the focus. */
static void add_field(const struct ra_view_prompt *prompt, struct ra_rows *out)
{
	bool first = prompt->kind == RA_ASK_SECRET || prompt->scene == RA_SCENE_CONNECT;

	if (first)
		add_safe(out, RA_ROW_FIELD);
	if (prompt->may_skip)
		(first ? add(out, RA_ROW_SKIP, 0) : add_safe(out, RA_ROW_SKIP));
	else if (prompt->may_back)
		(first ? add(out, RA_ROW_BACK, 0) : add_safe(out, RA_ROW_BACK));
	if (!first)
		add(out, RA_ROW_FIELD, 0);
}

/* What needs a look stands first: 0 for a failure, more for the rest. */
static int rank_of(const struct ra_view_result *result)
{
	static const char *const words[] = {"FAIL", "ERROR", "WARN", "UNKNOWN"};

	for (size_t i = 0; i < RA_LEN(words); i++)
		if (!result->running && !strcmp(result->verdict, words[i]))
			return (int)i;
	return (int)RA_LEN(words);
}

static void add_results(const struct ra_view *view, struct ra_rows *out)
{
	for (int rank = 0; rank <= 4; rank++)
		for (size_t i = 0; i < view->result_count; i++)
			if (view->results[i].in_step && rank_of(&view->results[i]) == rank)
				add(out, RA_ROW_RESULT, i);
}

void ra_rows_make(const struct ra_view *view, struct ra_rows *out)
{
	const struct ra_view_prompt *prompt = &view->prompt;

	out->count = 0;
	out->safe = -1;
	/* Elsewhere the words come first; what is seen of a restart stands in them, and needs the room. */
	if (prompt->scene == RA_SCENE_WALK || (prompt->scene == RA_SCENE_WAIT && !prompt->watch_count))
		add_results(view, out);
	switch (prompt->kind) {
	case RA_ASK_NOTHING:
		break;
	case RA_ASK_GO_ON:
		add_safe(out, RA_ROW_GO);
		break;
	case RA_ASK_CHOICE:
	case RA_ASK_MANY:
		add_options(prompt, out);
		break;
	case RA_ASK_YES_NO:
		add_safe(out, RA_ROW_NO);
		add(out, ra_row_types_yes(prompt) ? RA_ROW_FIELD : RA_ROW_YES, 0);
		break;
	case RA_ASK_TYPED:
	case RA_ASK_SECRET:
		add_field(prompt, out);
		break;
	case RA_ASK_WAIT:
		add_safe(out, RA_ROW_KEEP_WAITING);
		if (prompt->may_skip)
			add(out, RA_ROW_SKIP, 0);
		break;
	case RA_ASK_END:
		add_safe(out, RA_ROW_EXPORT);
		add(out, RA_ROW_LEAVE, 0);
		break;
	}
	if (out->safe < 0 && out->count)
		out->safe = 0;
}

int ra_rows_find(const struct ra_rows *rows, struct ra_row row)
{
	for (int i = 0; i < rows->count; i++)
		if (rows->rows[i].kind == row.kind && rows->rows[i].index == row.index)
			return i;
	return -1;
}

static const char *skip_words(enum ra_scene scene)
{
	switch (scene) {
	case RA_SCENE_CONFIRM:
		return "Leave it: this is not done";
	case RA_SCENE_CONNECT:
		return "Go on without it";
	case RA_SCENE_GATE:
		return "Leave the gate closed: nothing is changed";
	case RA_SCENE_WAIT:
		return "Give up waiting";
	default:
		return "Skip this";
	}
}

const char *ra_row_words(const struct ra_view_prompt *prompt, enum ra_row_kind kind)
{
	switch (kind) {
	case RA_ROW_DONE:
		return "Go on with what is marked";
	case RA_ROW_GO:
		return "Next";
	case RA_ROW_YES:
		return "Yes";
	case RA_ROW_NO:
		return prompt->scene == RA_SCENE_CONFIRM ? "No: leave it, nothing is changed" : "No";
	case RA_ROW_KEEP_WAITING:
		return "Keep waiting";
	case RA_ROW_SKIP:
		return skip_words(prompt->scene);
	case RA_ROW_BACK:
		return "Back: nothing is changed";
	case RA_ROW_EXPORT:
		return "Write the transcript to a file";
	case RA_ROW_LEAVE:
		return "Leave";
	default:
		return "";
	}
}
