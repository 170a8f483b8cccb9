#include "config.h"

#include "ui/app.h"
#include "ui/pick.h"
#include "ui/screen.h"

#include <errno.h>
#include <signal.h>

#define TICK_MS 1000

/* A terminal and the grid that fits it. */
struct stage {
	struct ra_term *term;
	struct ra_grid *grid;
	struct pollfd fds[RA_TERM_FDS + RA_HUB_FDS_MAX];
};
struct app {
	struct stage stage;
	struct ra_screen screen;
	struct ra_view *view;
	const struct ra_walk *walk;
	uint64_t version;
	ra_mono_ms made; /* when the view was made */
	bool dirty, over;
	enum ra_left left;
	int signal_number;
};

static ra_err stage_fit(struct stage *stage, struct ra_errs *errs)
{
	int rows, cols;

	ra_term_size(stage->term, &rows, &cols);
	struct ra_grid *grid = ra_grid_new(rows, cols, ra_term_ascii(stage->term));

	if (!grid)
		return ra_fail(errs, RA_E_NOMEM, "no memory for the screen");
	ra_grid_free(stage->grid);
	stage->grid = grid;
	return RA_OK;
}

static ra_err stage_open(struct stage *stage, const struct ra_term_options *options, struct ra_errs *errs)
{
	ra_err err = ra_term_open(options, &stage->term, errs);

	return err ? err : stage_fit(stage, errs);
}

static void stage_close(struct stage *stage)
{
	stage->term = ra_term_free(stage->term);
	stage->grid = ra_grid_free(stage->grid);
}

/* Wait for any of the descriptors, or for timeout_ms (-1: for ever), or until what is half typed ends. */
static ra_err stage_wait(struct stage *stage, int hub_fds, int timeout_ms, struct ra_errs *errs)
{
	ra_mono_ms deadline = ra_term_deadline(stage->term);

	if (deadline != RA_DEADLINE_NONE) {
		ra_mono_ms left = deadline - ra_mono_now();

		left = left < 0 ? 0 : left;
		if (timeout_ms < 0 || left < timeout_ms)
			timeout_ms = (int)left;
	}
	ra_term_poll(stage->term, stage->fds);
	if (poll(stage->fds, (nfds_t)(RA_TERM_FDS + hub_fds), timeout_ms) < 0) {
		if (errno != EINTR)
			return ra_fail(errs, RA_E_IO, "waiting for keys failed: %s", strerror(errno));
		for (int i = 0; i < RA_TERM_FDS; i++)
			stage->fds[i].revents = 0;
	}
	return RA_OK;
}

/* A list or a form until it is over. Out: *number of a signal that ended it, 0. */
static ra_err small_run(struct stage *stage, struct ra_small *small, enum ra_small_end *end, int *number,
			struct ra_errs *errs)
{
	ra_err err = RA_OK;
	bool dirty = true;

	while (!err && *end == RA_SMALL_GOES_ON && !*number) {
		struct ra_term_event event;

		if (dirty) {
			ra_small_paint(small, stage->grid);
			ra_term_show(stage->term, stage->grid);
		}
		dirty = false;
		err = stage_wait(stage, 0, -1, errs);
		while (!err && *end == RA_SMALL_GOES_ON && !*number) {
			ra_term_next(stage->term, stage->fds, &event);
			if (event.what == RA_TERM_NOTHING)
				break;
			dirty = true;
			if (event.what == RA_TERM_SIGNAL)
				*number = event.signal_number;
			else if (event.what == RA_TERM_RESIZE || event.what == RA_TERM_RESUMED)
				err = stage_fit(stage, errs);
			else if (event.what == RA_TERM_KEY)
				*end = ra_small_key(small, &event.key, ra_term_pasted(stage->term));
			if (event.what == RA_TERM_SUSPEND || *end == RA_SMALL_SUSPEND)
				ra_term_suspend(stage->term);
			if (*end == RA_SMALL_REPAINT)
				ra_term_repaint(stage->term);
			if (*end == RA_SMALL_SUSPEND || *end == RA_SMALL_REPAINT)
				*end = RA_SMALL_GOES_ON;
		}
	}
	return err;
}

/* Show a list or form; a signal ends the program as it would without us, the terminal restored: no session is open yet.
 */
static ra_err small_show(const struct ra_term_options *options, struct ra_small *small, enum ra_small_end *end,
			 struct ra_errs *errs)
{
	struct stage stage = {0};
	int number = 0;
	ra_err err = stage_open(&stage, options, errs);

	*end = RA_SMALL_GOES_ON;
	if (!err)
		err = small_run(&stage, small, end, &number, errs);
	stage_close(&stage);
	if (number)
		raise(number);
	return err;
}

ra_err ra_app_pick(void *payload, const char *title, const struct ra_pick_item *items, size_t count, int *picked,
		   struct ra_errs *errs)
{
	struct ra_small small;
	enum ra_small_end end;

	ra_small_list(&small, title, items, count);
	ra_err err = small_show(payload, &small, &end, errs);

	*picked = !err && end == RA_SMALL_DONE ? small.row : -1;
	ra_small_free(&small);
	return err;
}

ra_err ra_app_form(void *payload, const char *title, struct ra_form_field *fields, size_t count, bool *done,
		   struct ra_errs *errs)
{
	struct ra_small small;
	enum ra_small_end end = RA_SMALL_LEFT;
	ra_err err = ra_small_form(&small, title, fields, count);

	if (err)
		err = ra_fail(errs, err, "the form \"%s\" cannot be shown", title);
	else
		err = small_show(payload, &small, &end, errs);
	*done = !err && end == RA_SMALL_DONE;
	if (*done && ra_small_values(&small))
		err = ra_fail(errs, RA_E_NOMEM, "no memory for what was typed");
	ra_small_free(&small);
	return err;
}

static void say_errs(struct app *app, const struct ra_errs *errs)
{
	char line[RA_ERRS_MAX * RA_ERR_TEXT_MAX];

	ra_screen_say(&app->screen, ra_errs_line(errs, line, sizeof(line)));
	app->dirty = true;
}

/* Let the session do what it can now. A journal that cannot be written ends the session, and its view says so. */
static ra_err step(struct app *app, struct ra_errs *errs)
{
	enum ra_happened happened = RA_HAPPENED_CHANGE;
	struct ra_session *which;

	while (happened != RA_HAPPENED_NOTHING) {
		struct ra_errs own;

		ra_errs_clear(&own);
		ra_err err = ra_hub_step(app->walk->hub, &happened, &which, &own);

		if (err == RA_E_NOMEM)
			return ra_fail(errs, err, "no memory to go on");
		if (err) {
			say_errs(app, &own);
			return RA_OK;
		}
	}
	return RA_OK;
}

/* True while the picture changes with the clock. */
static bool ticks(const struct app *app)
{
	if (app->view->prompt.kind == RA_ASK_WAIT || app->view->prompt.kind == RA_ASK_NOTHING)
		return true;
	for (size_t i = 0; i < app->view->command_count; i++)
		if (app->view->commands[i].running)
			return true;
	return false;
}

/* Make the view anew when the session changed, or the clock in it is old. */
static ra_err refresh(struct app *app, struct ra_errs *errs)
{
	uint64_t version = ra_session_version(app->walk->session);
	ra_mono_ms now = ra_mono_now();
	struct ra_view *view = NULL;

	if (app->view && version == app->version && !(ticks(app) && now - app->made >= TICK_MS))
		return RA_OK;
	ra_err err = ra_session_view(app->walk->session, false, &view, errs);

	if (err)
		return err;
	ra_view_free(app->view);
	app->view = view;
	app->version = version;
	app->made = now;
	app->dirty = true;
	ra_screen_update(&app->screen, view);
	return RA_OK;
}

static ra_err catch_up(struct app *app, struct ra_errs *errs)
{
	ra_err err = step(app, errs);

	return err ? err : refresh(app, errs);
}

/* A record that cannot be closed is an error of its own, unless a signal makes haste. */
static ra_err leave(struct app *app, enum ra_left left, struct ra_errs *errs)
{
	struct ra_errs own;

	ra_errs_clear(&own);
	app->over = true;
	app->left = app->view->prompt.kind == RA_ASK_END && left == RA_LEFT_OPERATOR ? RA_LEFT_END : left;
	return ra_session_stop(app->walk->session, left == RA_LEFT_SIGNAL ? "signal" : "operator",
			       left == RA_LEFT_SIGNAL ? &own : errs);
}

static void show_output(struct app *app, int64_t seq)
{
	struct ra_view *view = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (ra_session_view(app->walk->session, true, &view, &errs))
		say_errs(app, &errs);
	else if (ra_screen_output(&app->screen, view, seq))
		ra_screen_say(&app->screen, "this output cannot be shown");
	ra_view_free(view);
}

/* The answer of a check that was run alone has come. */
static void show_ran(struct app *app)
{
	struct ra_view *view = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (!ra_screen_ran(&app->screen, app->view))
		return;
	if (ra_session_view(app->walk->session, true, &view, &errs))
		say_errs(app, &errs);
	else if (ra_screen_ran_show(&app->screen, view))
		ra_screen_say(&app->screen, "no memory for this page");
	ra_view_free(view);
	app->dirty = true;
}

static void export_to(struct app *app, const char *format)
{
	char say[RA_ERR_TEXT_MAX] = "";
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (app->walk->export_to(app->walk->payload, app->walk->session, format, say, sizeof(say), &errs))
		say_errs(app, &errs);
	else
		ra_screen_say(&app->screen, say);
}

/* What is asked of the session itself. */
static ra_err ask_session(struct app *app, const struct ra_wish *wish, struct ra_errs *errs)
{
	struct ra_session *session = app->walk->session;
	ra_err err;

	switch (wish->kind) {
	case RA_WISH_ANSWER:
		err = ra_session_answer(session, &wish->word, errs);
		ra_screen_answered(&app->screen, !err);
		return err;
	case RA_WISH_BACK:
		return ra_session_back(session, errs);
	case RA_WISH_AGAIN:
		return ra_session_again(session, wish->text, errs);
	case RA_WISH_NOTE:
		err = ra_session_note(session, wish->text, errs);
		if (!err)
			ra_screen_say(&app->screen, "noted");
		return err;
	case RA_WISH_RUN:
		err = ra_session_run(session, wish->text, errs);
		if (err)
			app->screen.ran[0] = '\0';
		else
			ra_screen_say(&app->screen, "asked; its verdict comes here");
		return err;
	case RA_WISH_UNDO:
		return ra_session_undo(session, wish->text, errs);
	case RA_WISH_CANCEL:
		ra_screen_say(&app->screen, ra_tell_cancelled(app->view));
		ra_session_cancel(session);
		return RA_OK;
	default:
		return RA_OK;
	}
}

static ra_err grant(struct app *app, const struct ra_wish *wish, struct ra_errs *errs)
{
	struct ra_errs own;

	ra_errs_clear(&own);
	switch (wish->kind) {
	case RA_WISH_NOTHING:
		return RA_OK;
	case RA_WISH_LEAVE:
		return leave(app, RA_LEFT_OPERATOR, errs);
	case RA_WISH_SUSPEND:
		ra_term_suspend(app->stage.term);
		return stage_fit(&app->stage, errs);
	case RA_WISH_REPAINT:
		ra_term_repaint(app->stage.term);
		return RA_OK;
	case RA_WISH_OUTPUT:
		show_output(app, wish->seq);
		return RA_OK;
	case RA_WISH_EXPORT:
		export_to(app, wish->text);
		return RA_OK;
	default:
		if (ask_session(app, wish, &own))
			say_errs(app, &own);
		return catch_up(app, errs);
	}
}

static ra_err on_event(struct app *app, const struct ra_term_event *event, struct ra_errs *errs)
{
	struct ra_wish wish;

	app->dirty = true;
	switch (event->what) {
	case RA_TERM_KEY:
		ra_screen_key(&app->screen, app->view, &event->key, ra_term_pasted(app->stage.term), &wish);
		ra_screen_update(&app->screen, app->view);
		return grant(app, &wish, errs);
	case RA_TERM_SUSPEND:
		ra_term_suspend(app->stage.term);
		return stage_fit(&app->stage, errs);
	case RA_TERM_RESIZE:
	case RA_TERM_RESUMED:
		return stage_fit(&app->stage, errs);
	case RA_TERM_SIGNAL:
		app->signal_number = event->signal_number;
		(void)!leave(app, RA_LEFT_SIGNAL, errs);
		return RA_OK;
	case RA_TERM_NOTHING:
		break;
	}
	return RA_OK;
}

static ra_err wait_for_more(struct app *app, struct ra_errs *errs)
{
	int timeout_ms = -1;
	int count = ra_hub_poll(app->walk->hub, app->stage.fds + RA_TERM_FDS, RA_HUB_FDS_MAX, &timeout_ms);

	if (ticks(app)) {
		ra_mono_ms left = app->made + TICK_MS - ra_mono_now();

		left = left < 0 ? 0 : left;
		if (timeout_ms < 0 || left < timeout_ms)
			timeout_ms = (int)left;
	}
	return stage_wait(&app->stage, count, timeout_ms, errs);
}

static ra_err walk_run(struct app *app, struct ra_errs *errs)
{
	ra_err err = RA_OK;

	while (!err && !app->over) {
		struct ra_term_event event;

		err = catch_up(app, errs);
		if (!err)
			show_ran(app);
		if (!err && app->dirty) {
			ra_screen_paint(&app->screen, app->view, app->stage.grid);
			ra_term_show(app->stage.term, app->stage.grid);
			app->dirty = false;
		}
		if (!err)
			err = wait_for_more(app, errs);
		while (!err && !app->over) {
			ra_term_next(app->stage.term, app->stage.fds, &event);
			if (event.what == RA_TERM_NOTHING)
				break;
			err = on_event(app, &event, errs);
		}
	}
	return err;
}

ra_err ra_app_walk(void *payload, const struct ra_walk *walk, enum ra_left *left, int *signal_number,
		   struct ra_errs *errs)
{
	struct app app = {.walk = walk, .left = RA_LEFT_OPERATOR, .screen = {.demo = walk->demo}};
	ra_err err = stage_open(&app.stage, payload, errs);

	if (!err)
		err = walk_run(&app, errs);
	stage_close(&app.stage);
	ra_screen_free(&app.screen);
	ra_view_free(app.view);
	*left = app.left;
	*signal_number = app.signal_number;
	return err;
}
