/* The HTTPS client against fake-https.py; started by http.sh. */
#include "config.h"

#include "unit.h"

#include "base/io.h"
#include "link/http.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOUND_MS 30000
#define STEP_MS 2000 /* longer than any step, also on a busy machine */

static char dir[128], ports[512];
static uint64_t next_id;
static ra_mono_ms longest_ms;

static const char *path_of(const char *name)
{
	static char paths[4][256];
	static unsigned at;
	char *out = paths[at++ % 4];
	snprintf(out, sizeof(paths[0]), "%s/%s", dir, name);
	return out;
}

static int port_of(const char *name)
{
	char want[32];
	snprintf(want, sizeof(want), " %s=", name);
	const char *at = strstr(ports, want);
	if (!at)
		fail_msg("no server %s in %s", name, ports);
	return (int)strtol(at + strlen(want), NULL, 10);
}

static char *slurp(const char *name)
{
	struct ra_buf bytes = {0};
	assert_int_equal(ra_read_file(path_of(name), &bytes, NULL), RA_OK);
	char *text = ra_buf_take(&bytes);
	assert_non_null(text);
	return text;
}

/* How often a text stands in the server's log. */
static int logged(const char *text)
{
	char *log = access(path_of("log"), F_OK) ? strdup("") : slurp("log");
	int n = 0;
	assert_non_null(log);
	for (const char *at = log; (at = strstr(at, text)) != NULL; at++)
		n++;
	free(log);
	return n;
}

static int group_setup(void **state)
{
	const char *at = getenv("RA_LIVE_DIR");
	if (!at)
		return -1;
	snprintf(dir, sizeof(dir), "%s", at);
	char *text = slurp("ports");
	snprintf(ports, sizeof(ports), " %s", text);
	free(text);
	return 0;
}

static int fresh(void **state)
{
	unlink(path_of("known"));
	if (truncate(path_of("log"), 0) && !access(path_of("log"), F_OK))
		return -1;
	return 0;
}

/* A client of a server by name; known hosts in DIR/known, the authority's file unless said otherwise. */
static struct ra_http *client(const char *server, struct ra_http_options options)
{
	struct ra_http *http = NULL;
	struct ra_errs errs;
	ra_errs_clear(&errs);
	options.host = options.host ? options.host : "localhost";
	options.port = options.port ? options.port : port_of(server);
	options.known_hosts = options.known_hosts ? options.known_hosts : path_of("known");
	options.ca_files = options.ca_files ? options.ca_files : path_of("ca.crt");
	if (ra_http_new(&options, &http, &errs) != RA_OK)
		fail_msg("%s", errs.text[0]);
	return http;
}
static struct ra_http *good(void)
{
	return client("good", (struct ra_http_options){0});
}

static uint64_t post(struct ra_http *http, const char *path, struct ra_http_call call)
{
	call.id = ++next_id;
	call.method = call.method ? call.method : "GET";
	call.path = path;
	call.timeout_ms = call.timeout_ms ? call.timeout_ms : BOUND_MS;
	call.cap_len = call.cap_len ? call.cap_len : 1 << 20;
	assert_int_equal(ra_http_send(http, &call, NULL), RA_OK);
	return call.id;
}

static int turn(struct ra_http *http, int wait_ms)
{
	struct pollfd fds[RA_LINK_FDS_MAX];
	ra_mono_ms deadline, now = ra_mono_now();
	int n = ra_http_poll(http, fds, &deadline);
	assert_in_range(n, 0, RA_LINK_FDS_MAX);
	int64_t left = deadline < now ? 0 : deadline - now;
	poll(fds, (nfds_t)n, left < wait_ms ? (int)left : wait_ms);
	now = ra_mono_now();
	ra_http_step(http, now);
	ra_mono_ms took_ms = ra_mono_now() - now;
	longest_ms = took_ms > longest_ms ? took_ms : longest_ms;
	if (took_ms > STEP_MS)
		fail_msg("one step took %d ms", (int)took_ms);
	return n;
}

/* Step until there is an answer. */
static struct ra_http_answer answer(struct ra_http *http)
{
	struct ra_http_answer out;
	ra_mono_ms end = ra_mono_now() + BOUND_MS;
	while (!ra_http_next(http, &out)) {
		if (ra_mono_now() > end)
			fail_msg("no answer in %d ms", BOUND_MS);
		turn(http, 50);
	}
	return out;
}

static struct ra_http_answer ask(struct ra_http *http, const char *path, struct ra_http_call call)
{
	uint64_t id = post(http, path, call);
	struct ra_http_answer out = answer(http);
	assert_int_equal(out.id, id);
	return out;
}

static void expect_body(struct ra_http_answer got, const char *body)
{
	if (got.why != RA_LINK_ANSWERED)
		fail_msg("why %d: %s", got.why, got.say);
	assert_string_equal(got.say, "");
	assert_true(got.sent);
	if (!strstr(ra_buf_str(&got.body), body))
		fail_msg("\"%s\" is not in: %s", body, ra_buf_str(&got.body));
	ra_http_answer_clear(&got);
}

static void expect_why(struct ra_http_answer got, enum ra_link_why why, bool sent, const char *say)
{
	if (got.why != why || got.sent != sent || !strstr(got.say, say))
		fail_msg("why %d sent %d \"%s\", expected %d %d \"%s\"", got.why, got.sent, got.say, why, sent, say);
	ra_http_answer_clear(&got);
}

/* Nothing is watched but kept connections, and nothing is waited for. */
static void expect_idle(struct ra_http *http)
{
	struct pollfd fds[RA_LINK_FDS_MAX];
	ra_mono_ms deadline;
	turn(http, 0);
	assert_int_equal(ra_http_poll(http, fds, &deadline), 0);
	assert_true(deadline == RA_DEADLINE_NONE);
}

static void expect_counts(struct ra_http *http, unsigned requests, unsigned connections)
{
	uint64_t sent, made;
	ra_http_counts(http, &sent, &made);
	assert_int_equal(sent, requests);
	assert_int_equal(made, connections);
}

static void expect_trust(struct ra_http *http, enum ra_tls_trust trust)
{
	assert_int_equal(ra_http_peer(http)->trust, trust);
}

/* What the openssl program says the thumbprint is. */
static void thumb_of(const char *name, const char *digest, char *out)
{
	char command[400];
	snprintf(command, sizeof(command), "openssl x509 -in %s.crt -noout -fingerprint -%s | cut -d= -f2",
		 path_of(name), digest);
	FILE *pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_non_null(fgets(out, RA_THUMB_LEN, pipe));
	out[strcspn(out, "\n")] = '\0';
	pclose(pipe);
	assert_in_range(strlen(out), 59, 95);
}

static void test_verified(void **state)
{
	struct ra_http *http = good();
	char thumb[RA_THUMB_LEN];
	expect_trust(http, RA_TLS_UNSEEN);
	static const char *const headers[] = {"Content-Type: text/xml", "X-Own: 17", NULL};
	expect_body(ask(http, "/echo",
			(struct ra_http_call){.method = "POST", .body = "<a/>", .body_len = 4, .headers = headers}),
		    "Content-Type: text/xml\nX-Own: 17\nContent-Length: 4\n\n<a/>");
	const struct ra_http_peer *peer = ra_http_peer(http);
	thumb_of("good", "sha256", thumb);
	assert_int_equal(peer->trust, RA_TLS_VERIFIED);
	assert_string_equal(peer->sha256, thumb);
	assert_string_equal(peer->subject, "CN=good.test,O=Lab");
	assert_string_equal(peer->issuer, "CN=Authority");
	assert_string_equal(peer->why, "");
	assert_true(peer->not_before <= ra_utc_now() && peer->not_after > ra_utc_now() + 7 * 86400000LL);
	char *pem = slurp("good.crt");
	assert_string_equal(ra_buf_str(&peer->chain), strstr(pem, "-----BEGIN"));
	free(pem);
	/* An address of the certificate serves as well, and a certificate as its own authority. */
	ra_http_free(http);
	http = client("good", (struct ra_http_options){.host = "127.0.0.1", .ca_files = path_of("good.crt")});
	expect_body(ask(http, "/echo", (struct ra_http_call){0}), "GET /echo HTTP/1.1\nHost: 127.0.0.1");
	expect_trust(http, RA_TLS_VERIFIED);
	ra_http_free(http);
}

static void test_requests(void **state)
{
	struct ra_http *http = good();
	struct ra_secret *secret = ra_secret_new();
	assert_non_null(secret);
	assert_int_equal(ra_secret_set(secret, "pass word", 9), RA_OK);
	uint64_t id = post(http, "/echo", (struct ra_http_call){.method = "POST", .secret = secret});
	ra_secret_free(secret); /* the call has its own */
	struct ra_http_answer got = answer(http);
	assert_int_equal(got.id, id);
	/* Nobody asked for these. */
	static const char *const never[] = {"Expect", "x-www-form", "Cookie", "Authorization"};
	for (size_t i = 0; i < RA_LEN(never); i++)
		assert_null(strstr(ra_buf_str(&got.body), never[i]));
	assert_non_null(strstr(ra_buf_str(&got.body), "User-Agent: reattest\n"));
	expect_body(got, "\n\npass word");
	expect_body(ask(http, "/a/../b?c=%20d", (struct ra_http_call){.method = "DELETE"}),
		    "DELETE /a/../b?c=%20d HTTP/1.1");
	expect_body(ask(http, "/echo", (struct ra_http_call){.method = "POST"}), "Content-Length: 0");
	static const struct ra_http_call bad[] = {
	    {.method = "GET", .path = "/a b"},       {.method = "GET", .path = "nothing"},
	    {.method = "GET", .path = "/a\r\nX: y"}, {.method = "GET", .path = "/#a"},
	    {.method = "GET /x", .path = "/"},
	};
	for (size_t i = 0; i < RA_LEN(bad); i++)
		assert_int_equal(ra_http_send(http, &bad[i], NULL), RA_E_ARG);
	static const char *const split[] = {"X: a\r\nY: b", NULL};
	assert_int_equal(
	    ra_http_send(http, &(struct ra_http_call){.method = "GET", .path = "/", .headers = split}, NULL), RA_E_ARG);
	expect_idle(http);
	ra_http_free(http);
}

static void test_answers(void **state)
{
	struct ra_http *http = good();
	struct ra_http_answer got = ask(http, "/cookie", (struct ra_http_call){0});
	assert_string_equal(ra_buf_str(&got.cookie), "vmware_soap_session=\"abc=d\"");
	assert_string_equal(got.type, "application/json");
	assert_string_equal(got.etag, "\"v1\"");
	assert_int_equal(got.status, 200);
	expect_body(got, "{}");
	got = ask(http, "/hostile", (struct ra_http_call){0});
	assert_string_equal(ra_buf_str(&got.cookie), "");
	assert_string_equal(got.etag, "");
	assert_int_equal(strlen(got.type), sizeof(got.type) - 1);
	expect_body(got, "{}");
	got = ask(http, "/interim", (struct ra_http_call){0});
	assert_string_equal(ra_buf_str(&got.cookie), "");
	expect_body(got, "after");
	static const struct {
		const char *path;
		int status;
		size_t len;
		const char *body;
	} cases[] = {
	    {"/gzip", 200, 10, "hello gzip"}, {"/chunked", 200, 5, "abcde"}, {"/status", 500, 6, "broken"},
	    {"/redirect", 302, 0, ""},        {"/empty", 204, 0, ""},        {"/open-end", 200, 7, "the end"},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		got = ask(http, cases[i].path, (struct ra_http_call){0});
		assert_int_equal(got.status, cases[i].status);
		assert_int_equal(got.body.len, cases[i].len);
		expect_body(got, cases[i].body);
	}
	assert_int_equal(logged("GET /echo"), 0); /* no redirect was followed */
	got = ask(http, "/big", (struct ra_http_call){.cap_len = 8 << 20});
	assert_int_equal(got.body.len, 5 << 20);
	expect_body(got, "bbbb");
	ra_http_free(http);
}

/* Self-signed: refused at first sight with nothing sent, accepted by the operator, known ever after. */
static void test_unknown(void **state)
{
	struct ra_http *http = client("self", (struct ra_http_options){0});
	char thumb[RA_THUMB_LEN], line[300];
	thumb_of("self", "sha256", thumb);
	assert_int_equal(ra_http_accept(http, NULL), RA_E_STATE);
	for (int i = 0; i < 5; i++)
		post(http, "/echo", (struct ra_http_call){0});
	for (int i = 0; i < 5; i++)
		expect_why(answer(http), RA_LINK_REFUSED, false, thumb);
	expect_why(ask(http, "/echo", (struct ra_http_call){0}), RA_LINK_REFUSED, false, "self-signed certificate");
	expect_trust(http, RA_TLS_UNKNOWN);
	assert_int_equal(logged("request"), 0);
	expect_idle(http);
	assert_int_equal(ra_http_accept(http, NULL), RA_OK);
	expect_body(ask(http, "/echo", (struct ra_http_call){0}), "GET /echo");
	assert_int_equal(ra_http_accept(http, NULL), RA_E_STATE);
	http = ra_http_free(http);
	snprintf(line, sizeof(line), "localhost:%d %s\n", port_of("self"), thumb);
	char *known = slurp("known");
	assert_string_equal(known, line);
	free(known);
	http = client("self", (struct ra_http_options){0});
	expect_body(ask(http, "/echo", (struct ra_http_call){0}), "GET /echo");
	expect_trust(http, RA_TLS_PINNED);
	assert_int_equal(ra_http_peer(http)->line, 1);
	ra_http_free(http);
}

/* Where it cannot be noted it counts for this run. */
static void test_accept_unwritable(void **state)
{
	struct ra_errs errs;
	ra_errs_clear(&errs);
	struct ra_http *http = client("self", (struct ra_http_options){.known_hosts = path_of("ports/known")});
	expect_why(ask(http, "/echo", (struct ra_http_call){0}), RA_LINK_REFUSED, false, "cannot be judged");
	expect_trust(http, RA_TLS_UNCHECKED); /* not a directory: it cannot be read either */
	assert_int_equal(ra_http_accept(http, NULL), RA_E_STATE);
	http = ra_http_free(http);
	http = client("self", (struct ra_http_options){.known_hosts = "/proc/none/known"});
	expect_why(ask(http, "/echo", (struct ra_http_call){0}), RA_LINK_REFUSED, false, "not known here");
	assert_int_equal(ra_http_accept(http, &errs), RA_E_IO);
	assert_non_null(strstr(errs.text[0], "/proc/none"));
	expect_body(ask(http, "/echo", (struct ra_http_call){0}), "GET /echo");
	expect_trust(http, RA_TLS_ACCEPTED);
	ra_http_free(http);
}

static void put_known(const char *host, int port, const char *thumb)
{
	char line[400];
	snprintf(line, sizeof(line), "# lab\n%s:%d %s\n", host, port, thumb);
	assert_int_equal(ra_write_file(path_of("known"), 0600, line, strlen(line), NULL), RA_OK);
}

static void test_changed(void **state)
{
	char thumb[RA_THUMB_LEN], other[RA_THUMB_LEN];
	thumb_of("self", "sha256", thumb);
	thumb_of("good", "sha256", other);
	put_known("localhost", port_of("self"), other);
	struct ra_http *http = client("self", (struct ra_http_options){0});
	struct ra_http_answer got = ask(http, "/echo", (struct ra_http_call){0});
	const char *const words[] = {"HAS CHANGED", thumb, other, "line 2", path_of("known"), "remove that line"};
	for (size_t i = 0; i < RA_LEN(words); i++)
		if (!strstr(got.say, words[i]))
			fail_msg("no \"%s\" in \"%s\"", words[i], got.say);
	expect_why(got, RA_LINK_REFUSED, false, "Nothing was sent");
	expect_trust(http, RA_TLS_CHANGED);
	assert_int_equal(ra_http_accept(http, NULL), RA_E_STATE);
	assert_int_equal(logged("request"), 0);
	ra_http_free(http);
	/* An authority's word outranks the file, as for govc. */
	put_known("localhost", port_of("good"), thumb);
	http = good();
	expect_body(ask(http, "/echo", (struct ra_http_call){0}), "GET /echo");
	expect_trust(http, RA_TLS_VERIFIED);
	ra_http_free(http);
}

/* Why a certificate does not verify, and that its thumbprint (here of SHA-1) makes up for it. */
static void test_reasons(void **state)
{
	static const struct {
		const char *server, *host, *why;
	} cases[] = {
	    {"wrong", "localhost", "hostname mismatch"},
	    {"wrong", "127.0.0.1", "IP address mismatch"},
	    {"expired", "localhost", "certificate has expired"},
	    {"self", "localhost", "self-signed certificate"},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		char thumb[RA_THUMB_LEN];
		fresh(state);
		struct ra_http *http = client(cases[i].server, (struct ra_http_options){.host = cases[i].host});
		expect_why(ask(http, "/echo", (struct ra_http_call){0}), RA_LINK_REFUSED, false, cases[i].why);
		expect_trust(http, RA_TLS_UNKNOWN);
		http = ra_http_free(http);
		thumb_of(cases[i].server, "sha1", thumb);
		put_known(cases[i].host, port_of(cases[i].server), thumb);
		http = client(cases[i].server, (struct ra_http_options){.host = cases[i].host});
		expect_body(ask(http, "/echo", (struct ra_http_call){0}), "GET /echo");
		expect_trust(http, RA_TLS_PINNED);
		assert_string_equal(ra_http_peer(http)->why, cases[i].why);
		http = ra_http_free(http);
		fresh(state);
		http = client(cases[i].server, (struct ra_http_options){.host = cases[i].host, .insecure = true});
		expect_body(ask(http, "/echo", (struct ra_http_call){0}), "GET /echo");
		expect_trust(http, RA_TLS_INSECURE);
		assert_int_equal(strlen(ra_http_peer(http)->sha256), RA_THUMB_LEN - 1);
		ra_http_free(http);
		assert_int_equal(access(path_of("known"), F_OK), -1);
	}
	/* Without --ca-file the system's authorities count, and they do not know this one. */
	struct ra_http *http = NULL;
	const struct ra_http_options system = {
	    .host = "localhost", .port = port_of("good"), .known_hosts = path_of("known")};
	assert_int_equal(ra_http_new(&system, &http, NULL), RA_OK);
	expect_why(ask(http, "/echo", (struct ra_http_call){0}), RA_LINK_REFUSED, false,
		   "unable to get local issuer certificate");
	ra_http_free(http);
}

static void test_options(void **state)
{
	static const struct ra_http_options bad[] = {
	    {.host = ""},
	    {.host = "a b"},
	    {.host = "-x"},
	    {.host = "vc/sdk"},
	    {.host = "vc@x"},
	    {.host = "m\xc3\xbcnchen"},
	    {.host = "vc", .port = 65536},
	    {.host = "vc", .ca_files = "/nonexistent/ca.pem"},
	    {.host = "vc", .ca_files = "/dev/null"},
	    {.host = "vc", .proxy = "ftp://p:1"},
	    {.host = "vc", .proxy = "http://user:secret@p:1"},
	    {.host = "vc", .proxy = "http://p"},
	    {.host = "vc", .proxy = "p:0"},
	    {.host = "vc", .proxy = "http://p:3128/path"},
	    {.host = "vc", .proxy = "http://p:x"},
	    {.host = "vc", .proxy = "http://:3128"},
	    {.host = "vc", .proxy = "http://a:b:1"},
	};
	for (size_t i = 0; i < RA_LEN(bad); i++) {
		struct ra_http *http;
		struct ra_errs errs;
		ra_errs_clear(&errs);
		if (ra_http_new(&bad[i], &http, &errs) != RA_E_ARG || http || !errs.count)
			fail_msg("case %zu is taken", i);
		assert_null(strstr(errs.text[0], "secret"));
	}
}

static void test_failures(void **state)
{
	static const struct {
		const char *server, *path;
		enum ra_link_why why;
		bool sent;
		const char *say;
		int timeout_ms;
	} cases[] = {
	    {"good", "/cut", RA_LINK_CUT, true, "in the middle of the answer", 0},
	    {"good", "/cut-open", RA_LINK_CUT, true, "in the middle of the answer", 0},
	    {"good", "/close", RA_LINK_UNREACHABLE, true, "the connection was lost before an answer came", 0},
	    {"good", "/garbage", RA_LINK_UNREACHABLE, true, "not as a web server", 0},
	    {"good", "/badgzip", RA_LINK_CUT, true, "compression is broken", 0},
	    {"good", "/headers", RA_LINK_CUT, true, "headers without end", 0},
	    {"good", "/interims", RA_LINK_CUT, true, "headers without end", 0},
	    {"good", "/line", RA_LINK_CUT, true, "headers without end", 0},
	    {"good", "/endless", RA_LINK_CUT, true, "longer than the cap", 0},
	    {"good", "/bomb", RA_LINK_CUT, true, "longer than the cap", 0},
	    {"good", "/big", RA_LINK_CUT, true, "longer than the cap", 0},
	    {"good", "/slow", RA_LINK_TIMEOUT, true, "no answer in 1 s", 300},
	    {"good", "/drip", RA_LINK_TIMEOUT, true, "does not end in 1 s", 300},
	    {"good", "/drip-head", RA_LINK_TIMEOUT, true, "in 1 s", 300},
	    {"plain", "/", RA_LINK_UNREACHABLE, false, "no TLS handshake", 0},
	    {"old", "/", RA_LINK_UNREACHABLE, false, "no TLS handshake", 0},
	    {"drop", "/", RA_LINK_UNREACHABLE, false, "no TLS handshake", 0},
	    {"mute", "/", RA_LINK_TIMEOUT, false, "comes to no TLS handshake in 1 s", 0},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		const bool mute = strcmp(cases[i].server, "mute") == 0;
		struct ra_http *http = client(cases[i].server, (struct ra_http_options){.connect_ms = mute ? 300 : 0});
		char place[64];
		snprintf(place, sizeof(place), "localhost:%d: ", port_of(cases[i].server));
		struct ra_http_answer got =
		    ask(http, cases[i].path, (struct ra_http_call){.timeout_ms = cases[i].timeout_ms});
		if (strncmp(got.say, place, strlen(place)) != 0)
			fail_msg("%s: \"%s\" does not begin with %s", cases[i].path, got.say, place);
		assert_int_equal(got.truncated, strstr(got.say, "longer than the cap") != NULL);
		if (got.truncated)
			assert_int_equal(got.body.len, 1 << 20);
		assert_true(got.body.len <= 1 << 20);
		expect_why(got, cases[i].why, cases[i].sent, cases[i].say);
		expect_idle(http);
		ra_http_free(http);
	}
	struct ra_http *http = client("x", (struct ra_http_options){.port = 1});
	expect_why(ask(http, "/", (struct ra_http_call){0}), RA_LINK_UNREACHABLE, false, "Connection refused");
	expect_idle(http);
	ra_http_free(http);
	http = client("good", (struct ra_http_options){.host = "no.such.name.invalid"});
	expect_why(ask(http, "/", (struct ra_http_call){0}), RA_LINK_UNREACHABLE, false, "could not be resolved");
	expect_idle(http);
	ra_http_free(http);
}

/* Step until the server has seen a request (or this many turns). */
static void until_logged(struct ra_http *http, const char *text)
{
	ra_mono_ms end = ra_mono_now() + BOUND_MS;
	while (!logged(text)) {
		if (ra_mono_now() > end)
			fail_msg("the server saw no \"%s\"", text);
		turn(http, 20);
	}
}

static void test_cancel(void **state)
{
	/* While the name is looked up, or just after. */
	struct ra_http *http = good();
	uint64_t id = post(http, "/slow", (struct ra_http_call){0});
	ra_http_step(http, ra_mono_now());
	ra_http_cancel(http, id);
	expect_why(answer(http), RA_LINK_CANCELLED, false, "given up");
	expect_idle(http);
	/* Before it could start. */
	post(http, "/slow", (struct ra_http_call){0});
	post(http, "/slow", (struct ra_http_call){0});
	id = post(http, "/echo", (struct ra_http_call){0});
	until_logged(http, "/slow");
	ra_http_cancel(http, id);
	expect_why(answer(http), RA_LINK_CANCELLED, false, "given up");
	/* While the answer is waited for. */
	ra_http_cancel(http, id - 1);
	ra_http_cancel(http, id - 2);
	ra_http_cancel(http, id - 2);
	ra_http_cancel(http, 999999);
	struct ra_http_answer one = answer(http), two = answer(http);
	assert_int_equal(one.id + two.id, id - 1 + id - 2);
	assert_true(one.sent || two.sent);
	expect_why(one, RA_LINK_CANCELLED, one.sent, "given up");
	expect_why(two, RA_LINK_CANCELLED, two.sent, "given up");
	expect_idle(http);
	expect_body(ask(http, "/echo", (struct ra_http_call){0}), "GET /echo");
	ra_http_free(http);
	/* While the handshake is waited for. */
	http = client("mute", (struct ra_http_options){0});
	id = post(http, "/", (struct ra_http_call){0});
	for (int i = 0; i < 10; i++)
		turn(http, 20);
	ra_http_cancel(http, id);
	expect_why(answer(http), RA_LINK_CANCELLED, false, "given up");
	expect_idle(http);
	ra_http_free(http);
}

/* Whatever is under way, letting go takes no time. */
static void test_let_go(void **state)
{
	static const struct {
		const char *server, *host, *path;
		int turns;
	} cases[] = {
	    {"good", "localhost", "/slow", 0},        {"good", "localhost", "/slow", 1},
	    {"good", "no.such.name.invalid", "/", 1}, {"mute", "localhost", "/", 10},
	    {"good", "localhost", "/endless", 5},     {"good", "localhost", "/slow", 20},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		struct ra_http *http = client(cases[i].server, (struct ra_http_options){.host = cases[i].host});
		for (int n = 0; n < 5; n++)
			post(http, cases[i].path, (struct ra_http_call){.cap_len = 64 << 20});
		for (int n = 0; n < cases[i].turns; n++)
			turn(http, 20);
		ra_mono_ms began = ra_mono_now();
		ra_http_free(http);
		assert_true(ra_mono_now() - began < 1000);
	}
	assert_null(ra_http_free(NULL));
}

static void test_kept(void **state)
{
	struct ra_http *http = good();
	for (int i = 0; i < 4; i++) {
		expect_body(ask(http, "/echo", (struct ra_http_call){.method = i & 1 ? "GET" : "POST", .again = true}),
			    "/echo");
		expect_idle(http);
	}
	expect_counts(http, 4, 1);
	/* What must not leave twice goes over a connection of its own. */
	for (int i = 0; i < 2; i++)
		expect_body(ask(http, "/echo", (struct ra_http_call){.method = "POST", .body = "x", .body_len = 1}),
			    "\n\nx");
	expect_counts(http, 6, 3);
	assert_int_equal(logged("connection"), 3);
	/* Many at once, on two connections. */
	for (int i = 0; i < 40; i++)
		post(http, "/echo", (struct ra_http_call){0});
	for (int i = 0; i < 40; i++)
		expect_body(answer(http), "/echo");
	assert_int_equal(logged("connection"), 3);
	expect_idle(http);
	ra_http_free(http);
}

/* A kept connection that turns out to be dead: a read is sent again, anything else never met it. */
static void test_dead_connection(void **state)
{
	struct ra_http *http = good();
	expect_body(ask(http, "/stale", (struct ra_http_call){0}), "stale");
	expect_body(
	    ask(http, "/echo", (struct ra_http_call){.method = "POST", .again = true, .body = "r", .body_len = 1}),
	    "\n\nr");
	assert_int_equal(logged("POST /echo"), 2);
	expect_body(ask(http, "/stale", (struct ra_http_call){0}), "stale");
	expect_body(ask(http, "/echo-once", (struct ra_http_call){.method = "POST", .body = "w", .body_len = 1}),
		    "\n\nw");
	assert_int_equal(logged("POST /echo-once"), 1);
	ra_http_free(http);
	/* The server hangs up on the first try: no second one. */
	http = good();
	expect_why(ask(http, "/close", (struct ra_http_call){.method = "POST", .again = true}), RA_LINK_UNREACHABLE,
		   true, "lost");
	assert_int_equal(logged("POST /close"), 1);
	ra_http_free(http);
}

/* A server that sends without end takes no other's turn. */
static void test_no_starving(void **state)
{
	struct ra_http *flood = good(), *http = good();
	longest_ms = 0;
	uint64_t id = post(flood, "/endless", (struct ra_http_call){.cap_len = 1 << 30});
	until_logged(flood, "/endless");
	for (int i = 0; i < 5; i++) {
		post(http, "/echo", (struct ra_http_call){0});
		struct ra_http_answer got;
		ra_mono_ms began = ra_mono_now();
		for (int turns = 0; !ra_http_next(http, &got); turns++) {
			turn(flood, 0);
			turn(http, 0);
			assert_true(ra_mono_now() - began < BOUND_MS);
		}
		expect_body(got, "/echo");
	}
	print_message("longest step under a flood: %d ms\n", (int)longest_ms);
	ra_http_cancel(flood, id);
	expect_why(answer(flood), RA_LINK_CANCELLED, true, "given up");
	ra_http_free(flood);
	ra_http_free(http);
}

static void through(const char *scheme, const char *proxy, const char *host, const char *seen)
{
	char url[100];
	snprintf(url, sizeof(url), "%s127.0.0.1:%d", scheme, port_of(proxy));
	fresh(NULL);
	struct ra_http *http = client("good", (struct ra_http_options){.host = host, .proxy = url});
	static const char *const headers[] = {"X-Own: secret", NULL};
	expect_body(ask(http, "/echo", (struct ra_http_call){.headers = headers}), "X-Own: secret");
	expect_trust(http, RA_TLS_VERIFIED);
	expect_idle(http);
	if (logged(seen) != 1)
		fail_msg("%s: the proxy did not see \"%s\"", url, seen);
	char *log = slurp("log");
	char *line = strstr(log, seen);
	line[strcspn(line, "\n")] = '\0';
	assert_null(strstr(line, "X-Own"));
	free(log);
	ra_http_free(http);
}

static void test_proxies(void **state)
{
	/* The environment must not switch a given proxy off. */
	setenv("no_proxy", "*", 1);
	through("http://", "connect", "vc.inside.test", "connect CONNECT vc.inside.test:");
	through("", "connect", "localhost", "connect CONNECT localhost:");
	through("socks5h://", "socks", "vc.inside.test", "socks 3 vc.inside.test");
	through("socks5://", "socks", "localhost", "socks ");
	unsetenv("no_proxy");
	static const struct {
		const char *proxy;
		enum ra_link_why why;
		const char *say;
	} cases[] = {
	    {"deny", RA_LINK_UNREACHABLE, "the proxy makes no connection"},
	    {"flood", RA_LINK_UNREACHABLE, "proxy"},
	    {"drop", RA_LINK_UNREACHABLE, "the proxy makes no connection"},
	    {"mute", RA_LINK_TIMEOUT, "by proxy http://127.0.0.1:"},
	};
	for (size_t i = 0; i < RA_LEN(cases); i++) {
		char url[100];
		snprintf(url, sizeof(url), "http://127.0.0.1:%d", port_of(cases[i].proxy));
		struct ra_http *http =
		    client("good", (struct ra_http_options){.proxy = url, .connect_ms = i == 3 ? 300 : 0});
		expect_why(ask(http, "/echo", (struct ra_http_call){0}), cases[i].why, false, cases[i].say);
		ra_http_free(http);
	}
	struct ra_http *http = client("good", (struct ra_http_options){.proxy = "http://no.such.name.invalid:3128"});
	expect_why(ask(http, "/echo", (struct ra_http_call){0}), RA_LINK_UNREACHABLE, false,
		   "the name of its proxy could not be resolved");
	ra_http_free(http);
	/* Without the option no proxy is used, whatever the environment says. */
	static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"};
	for (size_t i = 0; i < RA_LEN(names); i++)
		setenv(names[i], "http://127.0.0.1:1", 1);
	http = good();
	expect_body(ask(http, "/echo", (struct ra_http_call){0}), "GET /echo");
	ra_http_free(http);
	for (size_t i = 0; i < RA_LEN(names); i++)
		unsetenv(names[i]);
}

static void test_library(void **state)
{
	char text[64], small[6];
	assert_non_null(strstr(ra_http_library(text, sizeof(text)), " OpenSSL/"));
	assert_int_equal(strlen(ra_http_library(small, sizeof(small))), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_verified, fresh),
	    cmocka_unit_test_setup(test_requests, fresh),
	    cmocka_unit_test_setup(test_answers, fresh),
	    cmocka_unit_test_setup(test_unknown, fresh),
	    cmocka_unit_test_setup(test_accept_unwritable, fresh),
	    cmocka_unit_test_setup(test_changed, fresh),
	    cmocka_unit_test_setup(test_reasons, fresh),
	    cmocka_unit_test_setup(test_options, fresh),
	    cmocka_unit_test_setup(test_failures, fresh),
	    cmocka_unit_test_setup(test_cancel, fresh),
	    cmocka_unit_test_setup(test_let_go, fresh),
	    cmocka_unit_test_setup(test_kept, fresh),
	    cmocka_unit_test_setup(test_dead_connection, fresh),
	    cmocka_unit_test_setup(test_no_starving, fresh),
	    cmocka_unit_test_setup(test_proxies, fresh),
	    cmocka_unit_test_setup(test_library, fresh),
	};
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("https", tests, group_setup, NULL);
}
