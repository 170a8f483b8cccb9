/* flowgraph.c - flows as a drawing, and the way of a walk in it. */
#include "config.h"

#include "base/text.h"
#include "flow/draw.h"
#include "journal/journal.h"
#include "session/session.h"
#include "verb/flowparts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDS_MAX 64

/* What was asked for. */
struct request {
	const char *dir, *file;
	const char *ids[IDS_MAX];
	size_t id_count;
	const struct ra_draw_format *format;
};
/* What is drawn. */
struct work {
	struct ra_flowset *set;
	struct ra_session *walk;  /* NULL without a record */
	struct ra_view *view;     /* of the walk */
	struct ra_trod *way;
	char note[RA_ERR_TEXT_MAX];
	struct ra_chart **charts;
	size_t count;
};

static void work_free(struct work *w)
{
	for (size_t i = 0; i < w->count; i++)
		ra_chart_free(w->charts[i]);
	free(w->charts);
	free(w->way);
	ra_view_free(w->view);
	if (w->walk)
		ra_session_close(w->walk);
	ra_flowset_free(w->set);
}

static int read_request(const struct ra_context *context, struct request *r)
{
	const char *format = context->options->format ? context->options->format : "svg";

	r->format = ra_draw_format(format);
	if (!r->format) {
		ra_say("a flow is drawn as svg, dot or mermaid, not as \"%s\"", format);
		return RA_EXIT_USAGE;
	}
	for (int i = 1; i < context->argc; i++) {
		const char *operand = context->argv[i];
		bool dir = ra_flow_is_dir(operand), file = !dir && (strchr(operand, '/') || strstr(operand, ".json"));

		if ((dir && r->dir) || (file && r->file) || r->id_count == IDS_MAX) {
			ra_say("flow graph takes one directory, one file, and up to %d flows of them by id", IDS_MAX);
			return RA_EXIT_USAGE;
		}
		if (dir)
			r->dir = operand;
		else if (file)
			r->file = operand;
		else
			r->ids[r->id_count++] = operand;
	}
	return RA_EXIT_OK;
}

/* The flow set a record was made with. */
struct made_with {
	char sha256[80], version[80];
};

static ra_err see_start(void *payload, const struct ra_entry *entry, struct ra_errs *errs)
{
	struct made_with *with = payload;

	(void)errs;
	if (entry->seq == 0 && !strcmp(entry->kind, "start")) {
		snprintf(with->sha256, sizeof(with->sha256), "%s", ra_json_str(entry->body, "flow_sha256", ""));
		snprintf(with->version, sizeof(with->version), "%s", ra_json_str(entry->body, "flow_version", ""));
	}
	return RA_OK;
}

/* Said before the fold, which may not get through a record of other flows. */
static ra_err tell_other_set(const char *path, const struct work *w, struct ra_errs *errs)
{
	struct made_with with = {0};
	struct ra_verify found;
	ra_err err = ra_journal_verify(path, see_start, &with, &found, errs);

	if (!err && *with.sha256 && strcmp(with.sha256, ra_flowset_sha256(w->set)))
		ra_say("the record was made with another flow set (version %s, %.12s; here %.12s): what this one does not hold is not marked",
		       with.version, with.sha256, ra_flowset_sha256(w->set));
	return err;
}

static void write_note(struct work *w)
{
	const struct ra_view *v = w->view;
	char began[RA_UTC_TEXT_LEN];

	snprintf(w->note, sizeof(w->note), "Marked: the walk of %.100s, begun %s. %s%s%s%s", v->host, ra_utc_format(v->started, began),
		 *v->outcome ? "It ended: " : "It has not ended.", v->outcome, *v->outcome ? "." : "",
		 strcmp(v->flow_sha256, ra_flowset_sha256(w->set)) ? " It was made with another flow set than is drawn." : "");
}

static int read_walk(const char *path, struct work *w)
{
	struct ra_errs errs;

	ra_errs_clear(&errs);
	ra_err err = tell_other_set(path, w, &errs);

	if (!err)
		err = ra_session_read(w->set, path, &w->walk, &errs);
	if (!err)
		err = ra_session_view(w->walk, false, &w->view, &errs);
	if (err)
		return ra_say_errs(&errs);
	w->way = calloc(w->view->step_count + 1, sizeof(*w->way));
	if (!w->way)
		return RA_EXIT_INTERNAL;
	for (size_t i = 0; i < w->view->step_count; i++) {
		const struct ra_view_step *step = &w->view->steps[i];

		w->way[i] = (struct ra_trod){.flow = step->flow, .step = step->id, .by = step->left_by, .back = step->mark == RA_MARK_BACK};
	}
	write_note(w);
	return RA_EXIT_OK;
}

/* Add the chart of a flow, once. Out: an exit code. */
static int add_chart(struct work *w, const char *id)
{
	const struct ra_flow *flow = ra_flowset_flow(w->set, id);

	if (!flow)
		return ra_flow_none(id);
	for (size_t i = 0; i < w->count; i++)
		if (w->charts[i]->flow == flow)
			return RA_EXIT_OK;
	struct ra_chart *chart = ra_chart_new(flow);

	if (!chart || (w->view && ra_chart_trace(chart, w->way, w->view->step_count))) {
		ra_chart_free(chart);
		ra_say("no memory for the drawing");
		return RA_EXIT_INTERNAL;
	}
	w->charts[w->count++] = chart;
	return RA_EXIT_OK;
}

/* The flows that are named; else those the walk went through; else those of the file; else all. */
static int choose(struct work *w, const struct request *r)
{
	const struct ra_flow *const *flows;
	size_t count = ra_flowset_flows(w->set, &flows);
	int code = RA_EXIT_OK;

	w->charts = calloc(count + 1, sizeof(*w->charts));
	if (!w->charts)
		return RA_EXIT_INTERNAL;
	for (size_t i = 0; i < r->id_count && code == RA_EXIT_OK; i++)
		code = add_chart(w, r->ids[i]);
	if (r->id_count)
		return code;
	for (size_t i = 0; i < count && r->file && code == RA_EXIT_OK; i++)
		if (!flows[i]->shipped)
			code = add_chart(w, flows[i]->id);
	for (size_t i = 0; !r->file && w->view && i < w->view->step_count && code == RA_EXIT_OK; i++)
		code = add_chart(w, w->view->steps[i].flow);
	bool all = !w->count;

	for (size_t i = 0; i < count && all && code == RA_EXIT_OK; i++)
		code = add_chart(w, flows[i]->id);
	return code;
}

static int draw(const struct ra_context *context, const struct request *r, const struct work *w)
{
	struct ra_drawing drawing = {.charts = (const struct ra_chart *const *)w->charts,
				     .count = w->count,
				     .note = w->view ? w->note : NULL,
				     .over = w->view && *w->view->outcome};
	RA_AUTO(ra_buf_free) struct ra_buf document = {0};

	if (r->format->draw(&drawing, &document)) {
		ra_say("no memory for the drawing");
		return RA_EXIT_INTERNAL;
	}
	return ra_verb_write(context->options, &document);
}

int ra_flow_graph(const struct ra_context *context)
{
	struct request request = {0};
	struct work work = {0};
	int code = read_request(context, &request);

	if (code == RA_EXIT_OK)
		code = ra_flow_load(context, request.dir, request.file, &work.set);
	if (code == RA_EXIT_OK && context->options->journal)
		code = read_walk(context->options->journal, &work);
	if (code == RA_EXIT_OK)
		code = choose(&work, &request);
	if (code == RA_EXIT_OK)
		code = draw(context, &request, &work);
	work_free(&work);
	return code;
}
