/* main.c - what a process does once: guard its secrets, leave broken pipes and full files to error codes, take the
 * locale's character set, choose the front end when a verb wants one, and hand over to the verbs. */
#include "config.h"

#include "base/secret.h"
#include "ui/ui.h"
#include "verb/verb.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SIDE_MAX 1000

struct front {
	struct ra_ui *ui;
};

/* "24x80". Out: false when it is no size. */
static bool parse_size(const char *text, int *rows, int *cols)
{
	char *end;
	long first = strtol(text, &end, 10), second;

	if (end == text || *end != 'x')
		return false;
	text = end + 1;
	second = strtol(text, &end, 10);
	if (end == text || *end || first < 1 || first > SIDE_MAX || second < 1 || second > SIDE_MAX)
		return false;
	*rows = (int)first;
	*cols = (int)second;
	return true;
}

static const struct ra_frontend *make_front(void *payload, const struct ra_options *options)
{
	struct front *front = payload;
	struct ra_ui_options ui = {.plain = options->plain, .ascii = options->ascii};
	const char *why = NULL;

	if (options->size && !parse_size(options->size, &ui.rows, &ui.cols)) {
		fprintf(stderr, "reattest: --size wants ROWSxCOLS, as 24x80\n");
		return NULL;
	}
	if (!front->ui)
		front->ui = ra_ui_new(&ui, &why);
	if (why)
		fprintf(stderr, "reattest: %s%s\n", why, front->ui ? "; asking by numbered prompts" : "");
	return front->ui ? ra_ui_frontend(front->ui) : NULL;
}

/* The character set of the terminal. A locale that names UTF-8 and is not installed here (they travel over SSH) still
 * means UTF-8. */
static void take_character_set(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *value = NULL;

	if (setlocale(LC_CTYPE, ""))
		return;
	for (size_t i = 0; i < RA_LEN(names) && (!value || !*value); i++)
		value = getenv(names[i]);
	if (value && (strcasestr(value, "utf-8") || strcasestr(value, "utf8")))
		setlocale(LC_CTYPE, "C.UTF-8");
}

int main(int argc, char **argv)
{
	struct front front = {0};

	ra_secret_process_guard();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	take_character_set();
	int code = ra_verb_main(argc, argv, make_front, &front);

	ra_ui_free(front.ui);
	return code;
}
