#include "config.h"

#include "ui/ui.h"
#include "ui/app.h"
#include "ui/plain.h"

#include <stdlib.h>
#include <unistd.h>

struct ra_ui {
	struct ra_term_options term;
	struct ra_plain_options plain;
	struct ra_frontend frontend;
};

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

/* Why plain mode is to be used although it was not asked for; NULL: the terminal will do. */
static const char *why_plain(void)
{
	if (is_set("ACCESSIBLE"))
		return "ACCESSIBLE is set";
	return ra_term_why_not();
}

struct ra_ui *ra_ui_new(const struct ra_ui_options *options, const char **why)
{
	bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	struct ra_ui *ui;

	*why = NULL;
	if (!options->plain && !tty) {
		*why = "there is no terminal here; --plain asks by numbered prompts and reads the answers from "
		       "standard input";
		return NULL;
	}
	ui = calloc(1, sizeof(*ui));
	if (!ui) {
		*why = "no memory";
		return NULL;
	}
	*why = options->plain ? NULL : why_plain();
	ui->term = (struct ra_term_options){.ascii = options->ascii, .rows = options->rows, .cols = options->cols};
	ui->plain = (struct ra_plain_options){.ascii = options->ascii || ra_term_wants_ascii()};
	if (options->plain || *why)
		ui->frontend = (struct ra_frontend){"plain", &ui->plain, ra_plain_pick, ra_plain_form, ra_plain_walk};
	else
		ui->frontend = (struct ra_frontend){"terminal", &ui->term, ra_app_pick, ra_app_form, ra_app_walk};
	return ui;
}

const struct ra_frontend *ra_ui_frontend(const struct ra_ui *ui)
{
	return &ui->frontend;
}

struct ra_ui *ra_ui_free(struct ra_ui *ui)
{
	free(ui);
	return NULL;
}
