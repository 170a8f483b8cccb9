#include "config.h"

#include "link/quote.h"

#include <ctype.h>
#include <string.h>

#define LOG_NAME_MAX 32
#define LOG_LINES_MAX 100000

ra_err ra_quote_word(const char *word, struct ra_buf *out)
{
	static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:=,%@";
	/* A word with '=' in front of the program would be an assignment. */
	if (*word && strspn(word, harmless) == strlen(word) && !strchr(word, '='))
		return ra_buf_text(out, word);
	ra_err err = ra_buf_text(out, "'");
	while (*word && !err) {
		size_t len = strcspn(word, "'");
		err = ra_buf_add(out, word, len);
		word += len;
		if (!err && *word == '\'') {
			err = ra_buf_text(out, "'\\''");
			word++;
		}
	}
	return err ? err : ra_buf_text(out, "'");
}

static ra_err quote_run(const cJSON *run, struct ra_buf *out)
{
	if (!cJSON_IsArray(run) || !run->child)
		return RA_E_INVALID;
	for (const cJSON *word = run->child; word; word = word->next) {
		if (!cJSON_IsString(word))
			return RA_E_INVALID;
		ra_err err = word == run->child ? RA_OK : ra_buf_text(out, " ");
		if (!err)
			err = ra_quote_word(word->valuestring, out);
		if (err)
			return err;
	}
	return RA_OK;
}

static bool is_log_name(const cJSON *name)
{
	if (!cJSON_IsString(name) || !name->valuestring[0] || strlen(name->valuestring) > LOG_NAME_MAX)
		return false;
	for (const char *at = name->valuestring; *at; at++)
		if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at))
			return false;
	return true;
}

/* Rotated files (highest number is oldest) and then the current one, the newest lines_max lines of them; every file
 * under a head line of its own, a file that is not there under none. since_boot is served by reading the rotated ones
 * too: the first line of a file tells how far back it reaches. Only what busybox has. By eval, so that it is words like
 * every other command. */
static ra_err quote_log(const cJSON *log, struct ra_buf *out)
{
	const cJSON *files = ra_json_get(log, "files");
	int64_t lines = ra_json_int(log, "lines_max", 2000);
	if (!cJSON_IsArray(files) || !files->child || lines < 1 || lines > LOG_LINES_MAX)
		return RA_E_INVALID;
	ra_err err = ra_buf_text(out, "eval '( n=1; for f in");
	for (const cJSON *name = files->child; name && !err; name = name->next)
		err = is_log_name(name) ? ra_buf_printf(out, " %s", name->valuestring) : RA_E_INVALID;
	if (err)
		return err;
	return ra_buf_printf(
	    out,
	    "; do d=/var/run/log; [ -e $d/$f.log ] || d=/var/log; [ -e $d/$f.log ] || continue; n=0; "
	    "echo \"==> $f <==\"; "
	    "{ for i in 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0; do "
	    "[ -e $d/$f.$i.gz ] && zcat $d/$f.$i.gz; done; cat $d/$f.log; } | tail -n %d; done; exit $n )'",
	    (int)lines);
}

ra_err ra_quote_request(const cJSON *request, struct ra_buf *out)
{
	const cJSON *run = ra_json_get(request, "run");
	const cJSON *log = ra_json_get(request, "log");
	if (run)
		return quote_run(run, out);
	return log ? quote_log(log, out) : RA_E_INVALID;
}

ra_err ra_quote_frame(const char *command, const char *nonce, struct ra_buf *out)
{
	return ra_buf_printf(out, "{ %s; } </dev/null; r=$?; { echo; echo %s; } >&2; echo; echo %s $r", command, nonce,
			     nonce);
}

/* What stands once before the joined commands: a function that runs one, called as `f NONCE SECONDS COMMAND`.
 * - The shell's own words (job notes, "Terminated") go nowhere; the command alone has the real stderr.
 * - The timer TERMs the shell, whose trap marks the command as stopped (x) and so breaks the wait; again until that is
 *   heard, for a TERM may come before the wait, but not for ever: a shell that died leaves its number to others. It holds no stream: the end of the exec would wait for it.
 * - Then the command (if it was stopped) and the timer are killed, and TERM goes to the process group with the shell's
 *   number, which it leads where sshd made it do so: that ends the timer's sleep and what the command left running.
 *   Where it leads none this reaches nobody, and a shell that had to stop a command runs no further one (l): what is
 *   left may still write. */
#define JOIN_HEAD                                                                                                      \
	"exec 3>&2 2>/dev/null; trap x=t TERM; f() { n=$1 s=$2; shift 2; x=; "                                         \
	"\"$@\" </dev/null 2>&3 3>&- & p=$!; "                                                                         \
	"{ sleep $s; for i in 1 2 3 4 5; do kill $$ || break; sleep 1; done; } </dev/null >/dev/null 3>&- & k=$!; "                           \
	"wait $p; r=$?; m=$x; kill -KILL $k ${m:+$p}; kill -TERM -$$ || l=$m; wait $k; "                               \
	"{ echo; echo $n; } >&3; echo; echo $n $r $m; [ -z \"$l\" ] || exit; }"

ra_err ra_quote_join(const char *command, const char *nonce, int limit_s, struct ra_buf *out)
{
	return ra_buf_printf(out, "%s; f %s %d %s", out->len ? "" : JOIN_HEAD, nonce, limit_s, command);
}
