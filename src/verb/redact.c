/* redact.c - `reattest redact`: a copy of a record that may leave the house, and the map that stays. */
#include "config.h"

#include "base/io.h"
#include "verb/redact.h"
#include "verb/replays.h"
#include "verb/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAP_MAX ((size_t)16 << 20)
#define ALSO_MAX ((size_t)1 << 20)
#define SEAL_MAX ((size_t)1 << 20)

/* What stood for what last time; none the first time. */
static ra_err load_map(const char *path, struct ra_json **out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {.max_len = MAP_MAX};

	*out = NULL;
	if (access(path, F_OK))
		return RA_OK;
	ra_err err = ra_read_file(path, &text, errs);

	if (!err)
		err = ra_json_parse(path, ra_buf_str(&text), text.len, NULL, out, errs);
	if (!err && !cJSON_IsObject(ra_json_root(*out)))
		err = ra_fail(errs, RA_E_INVALID, "%s is no map of an earlier redaction", path);
	return err;
}

static ra_err load_also(const char *path, struct ra_also **out, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {.max_len = ALSO_MAX};

	*out = NULL;
	if (!path)
		return RA_OK;
	ra_err err = ra_read_file(path, &text, errs);

	return err ? err : ra_also_read(path, ra_buf_str(&text), out, errs);
}

static ra_err write_map(const char *path, const cJSON *map, struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf text = {.max_len = MAP_MAX};
	ra_err err = ra_verb_print(map, &text);

	if (err)
		return ra_fail(errs, err, "the map does not fit into memory, or is larger than 16 MiB");
	return ra_write_file(path, 0600, text.data, text.len, errs);
}

/* The seal speaks of the head, and the copy has the same. */
static ra_err copy_seal(const char *path, const char *to, bool *sealed, struct ra_errs *errs)
{
	static const char *const ends[] = RA_SEAL_ENDS;
	ra_err err = RA_OK;

	for (size_t i = 0; i < RA_LEN(ends) && !err; i++) {
		RA_AUTO(ra_buf_free) struct ra_buf bytes = {.max_len = SEAL_MAX}, from = {0}, name = {0};

		err = ra_buf_printf(&from, "%s%s", path, ends[i]);
		err = err ? err : ra_buf_printf(&name, "%s%s", to, ends[i]);
		if (err || access(ra_buf_str(&from), F_OK))
			continue;
		if (!access(ra_buf_str(&name), F_OK))
			return ra_fail(errs, RA_E_IO, "%s is there already; remove it first", ra_buf_str(&name));
		err = ra_read_regular(ra_buf_str(&from), &bytes, errs);
		err = err ? err : ra_write_file(ra_buf_str(&name), 0600, bytes.data, bytes.len, errs);
		*sealed = true;
	}
	return err;
}

/* Nothing is left of a copy that is not complete. */
static void remove_copy(const char *to)
{
	static const char *const ends[] = RA_SEAL_ENDS;

	unlink(to);
	for (size_t i = 0; i < RA_LEN(ends); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf name = {0};

		if (!ra_buf_printf(&name, "%s%s", to, ends[i]))
			unlink(ra_buf_str(&name));
	}
}

/* Nothing of the copy may stand over something that is there: what was there is then not removed either. */
static ra_err all_free(const char *to, struct ra_errs *errs)
{
	static const char *const ends[] = {"", RA_SEAL_HEAD, RA_SEAL_SSH, RA_SEAL_CMS};

	for (size_t i = 0; i < RA_LEN(ends); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf name = {0};

		if (ra_buf_printf(&name, "%s%s", to, ends[i]))
			return ra_fail(errs, RA_E_NOMEM, "no memory");
		if (!access(ra_buf_str(&name), F_OK))
			return ra_fail(errs, RA_E_IO, "%s is there already; name another file, or remove it first", ra_buf_str(&name));
	}
	return RA_OK;
}

static ra_err redact_held(const struct ra_options *options, const char *path, const char *to, struct ra_redaction_told *told,
			  struct ra_errs *errs)
{
	RA_AUTO(ra_buf_free) struct ra_buf beside = {0};
	RA_AUTO(ra_json_free) struct ra_json *before = NULL;
	RA_AUTO(ra_also_free) struct ra_also *also = NULL;
	ra_err err = ra_buf_printf(&beside, "%s.map", path);
	const char *map = options->map ? options->map : ra_buf_str(&beside);

	if (!err && !strcmp(map, to))
		err = ra_fail(errs, RA_E_ARG, "--map and --output name one file");
	err = err ? err : all_free(to, errs);
	err = err ? err : ra_may_write(map, errs);
	err = err ? err : load_map(map, &before, errs);
	err = err ? err : load_also(options->also, &also, errs);
	if (err)
		return err;
	const struct ra_redaction_wish wish = {.path = path, .to = to, .also = also, .map = before ? ra_json_root(before) : NULL};

	err = ra_session_redact(&wish, told, errs);
	if (err)
		return err;
	err = copy_seal(path, to, &told->sealed, errs);
	err = err ? err : write_map(map, told->scrubbed.map, errs);
	if (err)
		remove_copy(to);
	return err;
}

ra_err ra_verb_redact_to(const struct ra_options *options, const char *path, const char *to, struct ra_redaction_told *told, struct ra_errs *errs)
{
	int fd = -1;

	*told = (struct ra_redaction_told){0};
	ra_err err = ra_verb_lock(path, &fd, errs); /* while somebody writes to it, its end would be missing */

	if (!err)
		err = redact_held(options, path, to, told, errs);
	if (fd >= 0)
		close(fd);
	return err;
}

static const char *plural(long long count, const char *one, const char *more)
{
	return count == 1 ? one : more;
}

ra_err ra_verb_redact_tell(const struct ra_redaction_told *told, const char *lead, struct ra_buf *out)
{
	ra_err err = ra_buf_printf(out, "%s%lld %s withheld, in %lld of %lld entries\n", lead, (long long)told->copy.dropped,
				   plural(told->copy.dropped, "value is", "values are"), (long long)told->copy.lines,
				   (long long)told->copy.of.count);

	for (size_t i = 0; i < told->scrubbed.count && !err; i++) {
		const struct ra_scrub_count *count = &told->scrubbed.counts[i];

		if (count->places)
			err = ra_buf_printf(out, "%s%s: %zu different, in %zu %s\n", lead, count->rule, count->values, count->places,
					    plural((long long)count->places, "place", "places"));
	}
	if (!err && told->hard)
		err = ra_buf_printf(out, "%s%zu answers could not be looked through: all of them is withheld\n", lead, told->hard);
	if (!err && told->copy.large)
		err = ra_buf_printf(out, "%s%lld answers are too large for a copy: all of them is withheld\n", lead, (long long)told->copy.large);
	if (!err && told->remains >= 0)
		err = ra_buf_printf(out, "%sWARNING: entry %lld names something of this list in \"%s\", which cannot be taken out\n", lead,
				    (long long)told->remains, told->remains_in);
	if (!err && told->sealed)
		err = ra_buf_printf(out, "%sthe seal is the original's and names who signed: the key, or the certificate with what stands in it\n", lead);
	err = err ? err
		  : ra_buf_printf(out,
				  "%sWARNING: what no rule knows is still in it. Looked for were secrets, keys and certificates, serial "
				  "numbers, hardware and IP addresses, UUIDs, names of hosts, domains, users, datastores, virtual machines, "
				  "clusters and key providers, and the words of --also. Read it before you hand it out\n",
				  lead);
	return err ? err : ra_buf_printf(out, "%stimes and sizes stay, as the record's hashes cover them\n", lead);
}

int ra_verb_redact(const struct ra_context *context)
{
	const char *to = context->options->output;
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	struct ra_redaction_told told = {0};
	struct ra_errs errs;

	ra_errs_clear(&errs);
	if (context->argc != 1 || !to || !strcmp(to, "-")) {
		ra_say("redact takes one journal, and -o FILE");
		return RA_EXIT_USAGE;
	}
	ra_err err = ra_verb_redact_to(context->options, context->argv[0], to, &told, &errs);

	if (!err && ra_verb_redact_tell(&told, "", &text))
		err = ra_fail(&errs, RA_E_NOMEM, "no memory");
	RA_AUTO(ra_mem_free) char *lines = err ? NULL : ra_buf_take(&text);
	char *rest = NULL;

	for (char *line = lines ? strtok_r(lines, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest))
		ra_say("%s", line);
	if (!err && told.copy.of.verdict == RA_VERIFY_INCOMPLETE)
		ra_say("%s is incomplete, and so is the copy%s", context->argv[0],
		       told.copy.of.torn_len ? "; its torn last line is not in it" : "");
	if (!err)
		ra_say("%s verifies, with the head of the original: %s. What stands for what is in %s%s; keep that to yourself", to,
		       told.copy.of.head, context->options->map ? context->options->map : context->argv[0],
		       context->options->map ? "" : ".map");
	ra_redaction_clear(&told);
	return err ? ra_say_errs(&errs) : RA_EXIT_OK;
}
