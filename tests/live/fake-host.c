/* fake-host - the commands of a simulated ESXi host, answered from a recording: the stand-in behind
 * tests/live/fake-esxi.sh. Called under the name of a command (esxcli, secureBoot.py, ...) it prints what the recording
 * says for that argv. The recording is the file FAKE_RECORDING in its state FAKE_STATE; times in it count from the
 * moment in FAKE_STARTED (UTC seconds). fake-host --logs DIR   write the logs of the recording there, the older half of
 * each as a rotated .0.gz fake-host --port       print a free TCP port of the loopback fake-host --names      print the
 * names of the commands the recording knows, one per line */
#include "config.h"

#include "base/io.h"
#include "link/recording.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int die(const char *what)
{
	fprintf(stderr, "fake-host: %s\n", what);
	return 70;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* The recording, with its start state set to FAKE_STATE. Out: NULL after a word on stderr. */
static struct ra_recording *load(void)
{
	const char *path = getenv("FAKE_RECORDING"), *state = getenv("FAKE_STATE");
	struct ra_buf bytes = {0};
	struct ra_json *doc = NULL;
	struct ra_recording *recording = NULL;
	struct ra_errs errs;
	char line[RA_ERR_TEXT_MAX * 2];
	ra_errs_clear(&errs);
	ra_err err = ra_read_file(path ? path : "", &bytes, &errs);
	if (!err)
		err = ra_json_parse(path, ra_buf_str(&bytes), bytes.len, NULL, &doc, &errs);
	if (!err && state && *state) {
		cJSON *start = (cJSON *)ra_json_get(ra_json_root(doc), "start");
		if (start)
			cJSON_SetValuestring(start, state);
	}
	if (!err)
		err = ra_recording_load(doc, NULL, &recording, &errs);
	ra_buf_free(&bytes);
	if (err)
		die(ra_errs_line(&errs, line, sizeof(line)));
	return recording;
}

static struct ra_recording_times times(const struct ra_recording *recording)
{
	const char *started = getenv("FAKE_STARTED");
	struct ra_recording_times times = ra_recording_times(recording, ra_utc_now());
	int64_t from = started ? strtoll(started, NULL, 10) * 1000 : ra_utc_now();
	/* Nothing moves here: the host is and stays in the state it was started in. */
	times.start = times.move = from;
	times.entered = NULL;
	return times;
}

/* {"run":[...]} of an argv, its program by the name given. */
static cJSON *request_of(const char *program, int argc, char **argv)
{
	cJSON *request = cJSON_CreateObject();
	cJSON *run = cJSON_AddArrayToObject(request, "run");
	cJSON_AddItemToArray(run, cJSON_CreateString(program));
	for (int i = 1; i < argc; i++)
		cJSON_AddItemToArray(run, cJSON_CreateString(argv[i]));
	return request;
}

static const cJSON *find(const struct ra_recording *recording, int argc, char **argv)
{
	static const char *const folders[] = {"", "/usr/lib/vmware/secureboot/bin/"};
	const cJSON *reply = NULL;
	for (size_t i = 0; i < RA_LEN(folders) && !reply; i++) {
		char program[256];
		snprintf(program, sizeof(program), "%s%s", folders[i], base_name(argv[0]));
		RA_AUTO(ra_cjson_free) cJSON *request = request_of(program, argc, argv);
		reply = ra_recording_reply(recording, "ssh", request);
	}
	return reply;
}

static int answer(int argc, char **argv)
{
	struct ra_recording *recording = load();
	if (!recording)
		return 70;
	const struct ra_recording_times at = times(recording);
	const cJSON *reply = find(recording, argc, argv);
	struct ra_buf out = {0}, err = {0};
	int status = 1;
	if (reply) {
		const int64_t took_ms = ra_json_int(reply, "took_ms", 0) / 100; /* in a hurry: tests wait for it */
		const struct timespec wait = {.tv_sec = took_ms / 1000, .tv_nsec = took_ms % 1000 * 1000000};
		nanosleep(&wait, NULL);
		status = (int)ra_json_int(reply, "status", 0);
		if (ra_recording_out(reply, &at, &out) != RA_OK || ra_recording_err(reply, &at, &err) != RA_OK)
			status = die("the reply cannot be filled in");
	} else {
		(void)!ra_buf_text(&err, "Error: Unknown command or namespace");
		for (int i = 1; i < argc; i++)
			if (argv[i][0] != '-')
				(void)!ra_buf_printf(&err, " %s", argv[i]);
		(void)!ra_buf_text(&err, "\n");
	}
	fwrite(ra_buf_str(&err), 1, err.len, stderr);
	fwrite(ra_buf_str(&out), 1, out.len, stdout);
	ra_buf_free(&out);
	ra_buf_free(&err);
	ra_recording_free(recording);
	return fflush(stdout) == 0 ? status : 74;
}

/* Write lines of one log: the first half rotated and packed, the rest current. */
static int write_log(const char *dir, const char *name, const char *lines, size_t len)
{
	char path[512], command[700];
	const char *half = lines + len / 2;
	while (half > lines && half[-1] != '\n')
		half--;
	snprintf(path, sizeof(path), "%s/%s.0", dir, name);
	snprintf(command, sizeof(command), "busybox gzip -f '%s'", path);
	if (ra_write_file(path, 0644, lines, (size_t)(half - lines), NULL) != RA_OK || system(command) != 0)
		return -1;
	snprintf(path, sizeof(path), "%s/%s.log", dir, name);
	return ra_write_file(path, 0644, half, (size_t)(lines + len - half), NULL) == RA_OK ? 0 : -1;
}

/* Split an answer at its "==> name <==" lines. */
static int split_logs(const char *dir, const char *text)
{
	while (strncmp(text, "==> ", 4) == 0) {
		char name[64];
		const char *end = strstr(text, " <==\n");
		if (!end || end - text - 4 >= (long)sizeof(name))
			return -1;
		snprintf(name, sizeof(name), "%.*s", (int)(end - text - 4), text + 4);
		const char *lines = end + 5, *next = strstr(lines, "\n==> ");
		size_t len = next ? (size_t)(next + 1 - lines) : strlen(lines);
		if (strncmp(lines, "==> ", 4) == 0)
			len = 0;
		if (write_log(dir, name, lines, len) != 0)
			return -1;
		text = lines + len;
	}
	return *text ? -1 : 0;
}

/* The first log reply of the state and of those it is like. */
static int logs(const char *dir)
{
	struct ra_recording *recording = load();
	if (!recording)
		return 70;
	const struct ra_recording_times at = times(recording);
	const cJSON *states = ra_json_get(ra_recording_root(recording), "states");
	const cJSON *state = ra_json_get(states, ra_json_str(ra_recording_root(recording), "start", ""));
	struct ra_buf out = {0};
	while (state && !out.len) {
		const cJSON *list = ra_json_get(ra_json_get(state, "ssh"), "replies");
		for (const cJSON *reply = list ? list->child : NULL; reply && !out.len; reply = reply->next)
			if (ra_json_get(ra_json_get(reply, "request"), "log") &&
			    ra_recording_out(reply, &at, &out) != RA_OK)
				return die("a log cannot be filled in");
		state = ra_json_get(states, ra_json_str(state, "like", ""));
	}
	int status = split_logs(dir, ra_buf_str(&out)) == 0 ? 0 : die("a log cannot be written");
	ra_buf_free(&out);
	ra_recording_free(recording);
	return status;
}

static int names(void)
{
	struct ra_recording *recording = load();
	if (!recording)
		return 70;
	const cJSON *states = ra_json_get(ra_recording_root(recording), "states");
	for (const cJSON *state = states->child; state; state = state->next) {
		const cJSON *list = ra_json_get(ra_json_get(state, "ssh"), "replies");
		for (const cJSON *reply = list ? list->child : NULL; reply; reply = reply->next) {
			const cJSON *run = ra_json_get(ra_json_get(reply, "request"), "run");
			if (run)
				puts(base_name(run->child->valuestring));
		}
	}
	ra_recording_free(recording);
	return 0;
}

static int port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		return die(strerror(errno));
	printf("%d\n", ntohs(at.sin_port));
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	if (strcmp(base_name(argv[0]), "fake-host") != 0)
		return answer(argc, argv);
	if (argc == 3 && strcmp(argv[1], "--logs") == 0)
		return logs(argv[2]);
	if (argc == 2 && strcmp(argv[1], "--port") == 0)
		return port();
	if (argc == 2 && strcmp(argv[1], "--names") == 0)
		return names();
	return die("call me as a command of the host, or with --logs DIR, --port or --names");
}
