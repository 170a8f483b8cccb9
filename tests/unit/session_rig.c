#include "config.h"

#include "tests/unit/unit.h"

#include "tests/unit/session_rig.h"

#include "base/io.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BOUND_MS 8000

static const char flow[] =
	"{'$schema':'s','format':1,'id':'t','version':'1','title':'T','start':'look','required':['host.name'],\n"
	"'entries':[{'say':'It fails','go':'look'},{'say':'It must rest','go':'act'},{'say':'What?','go':'ask'}],'steps':{\n"
	"'ask':{'kind':'question','title':'Ask','ask':'What?','many':true,'answers':[{'id':'a','say':'A','set':{'hist.a':true}},"
	"{'id':'b','say':'B','set':{'hist.b':true}}],'next':[{'when':{'all':[{'fact':'hist.a','is':true},{'fact':'hist.b','is':true}]},"
	"'go':'well'}],'else':'stop','unknown':'stop','error':'stop'},\n"
	"'look':{'kind':'check','title':'Look','checks':['name'],'next':[],'else':'act','unknown':'stop','error':'stop'},\n"
	"'act':{'kind':'action','title':'Maintenance','by':'ssh','do':{'run':['esxcli','system','maintenanceMode','set',"
	"'--enable','true']},'danger':'disruptive','touches':['maintenance'],'toward':'change','say':'Enter it.',\n"
	" 'verify':{'checks':['maint'],'until':{'fact':'maintenance.on','is':'Enabled'},'every_s':20,'for_s':600},\n"
	" 'ok':'well','fail':'stop','skip':'stop','undo':'Leave it.'},\n"
	"'well':{'kind':'end','title':'Well','outcome':'resolved'},\n"
	"'stop':{'kind':'end','title':'Stop','outcome':'stopped','next':['Go on later.']}}}\n";

static void must(ra_err err, const struct ra_errs *errs)
{
	char line[2048];

	if (err)
		fail_msg("%s", ra_errs_line(errs, line, sizeof(line)));
}

/* A file of its own directory, with a text in which ' stands for quotes. Out: its path. */
static const char *put_file(char *dir, char *path, const char *text)
{
	char *copy = strdup(text);
	struct ra_errs errs;

	assert_non_null(copy);
	assert_non_null(mkdtemp(dir));
	sprintf(path, "%s/t.flow.json", dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	for (char *at = copy; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	ra_errs_clear(&errs);
	must(ra_write_all(fd, copy, strlen(copy), &errs), &errs);
	close(fd);
	free(copy);
	return path;
}

static struct ra_flowset *flows_of(bool vcenter)
{
	char dir[512], more[512], own[] = "/tmp/reattest-flow-XXXXXX", path[64];
	const char *dirs[] = {dir, vcenter ? more : NULL, NULL};
	struct ra_flow_sources sources = {.dirs = dirs, .file = put_file(own, path, flow), .trust_anyone = true, .unproven = true};
	struct ra_flowset *set = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	snprintf(dir, sizeof(dir), "%s/tests/unit/walkset", unit_dir("RA_SRCDIR"));
	snprintf(more, sizeof(more), "%s/tests/unit/vcenterset", unit_dir("RA_SRCDIR"));
	must(ra_flowset_load(&sources, &set, &errs), &errs);
	unlink(path);
	rmdir(own);
	return set;
}

struct ra_flowset *session_flows(void)
{
	return flows_of(false);
}

struct ra_flowset *session_vcenter_flows(void)
{
	return flows_of(true);
}

struct ra_recording *session_recording(const struct rig_host *host)
{
	static const char form[] =
		"{'$schema':'s','format':1,'id':'r','title':'R','story':'S','host':'esx01','clock':'2026-03-02T01:00:00Z','speed':%d,'planes':['ssh'%s],"
		"'start':'off','states':{\n"
		"'off':{'ssh':{'state':'up','replies':[\n"
		"{'request':{'run':['esxcli','system','hostname','get']},'out':['   Host Name: esx01']},\n"
		"{'request':{'run':['esxcli','system','maintenanceMode','set','--enable','true']},'out':[]},\n"
		"{'request':{'run':['esxcli','system','maintenanceMode','get']},'out':['Maintenance Mode: Disabled'],'took_ms':%d}\n"
		"]},'vcenter':{'state':'up','replies':[\n"
		"{'request':{'property':'summary.tpmAttestation'},'json':{'status':'%s','time':'2026-03-01T01:00:00Z'}}]}},\n"
		"'on':{'like':'off','ssh':{'state':'up','replies':[\n"
		"{'request':{'run':['esxcli','system','maintenanceMode','get']},'out':['Maintenance Mode: Enabled']}]}}},\n"
		"'moves':[%s]}\n";
	static const char move[] = "{'from':'off','on':{'request':{'run':['esxcli','system','maintenanceMode','set','--enable',"
				   "'true']}},'to':'on'}";
	char text[4096], own[] = "/tmp/reattest-host-XXXXXX", path[64];
	struct ra_recording *recording = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	snprintf(text, sizeof(text), form, host->speed, host->status ? ",'vcenter'" : "", host->took_ms,
		 host->status ? host->status : "", host->stays ? "" : move);
	must(ra_source_load(put_file(own, path, text), &recording, &errs), &errs);
	unlink(path);
	rmdir(own);
	return recording;
}

void session_settle(struct ra_hub *hub)
{
	enum ra_happened happened = RA_HAPPENED_CHANGE;
	struct ra_session *which = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	for (int i = 0; happened != RA_HAPPENED_NOTHING; i++) {
		must(ra_hub_step(hub, &happened, &which, &errs), &errs);
		assert_true(i < 10000);
	}
}

int session_until(struct ra_hub *hub, struct ra_session *session, enum ra_prompt_kind kind)
{
	ra_mono_ms end = ra_mono_now() + BOUND_MS;
	int polls = 0;

	for (;;) {
		struct pollfd fds[RA_HUB_FDS_MAX];
		int timeout_ms = 0;

		session_settle(hub);
		struct ra_view *view = session_look(session);
		enum ra_prompt_kind now = view->prompt.kind;

		ra_view_free(view);
		if (now == kind)
			return polls;
		if (ra_mono_now() > end)
			fail_msg("prompt %d stands, not %d", now, kind);
		int count = ra_hub_poll(hub, fds, RA_HUB_FDS_MAX, &timeout_ms);

		poll(fds, (nfds_t)count, timeout_ms < 0 ? BOUND_MS : timeout_ms);
		polls++;
	}
}

ra_err session_say(struct ra_session *session, int kind, const char *id, struct ra_errs *errs)
{
	const char *ids[] = {id, NULL};
	struct ra_word word = {.prompt = ra_prompt_identity(session), .ids = ids, .typed = id};

	word.kind = kind;
	ra_errs_clear(errs);
	return ra_session_answer(session, &word, errs);
}

struct ra_view *session_look(const struct ra_session *session)
{
	struct ra_view *view = NULL;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	must(ra_session_view(session, false, &view, &errs), &errs);
	return view;
}

static struct puppet *of(struct ra_link *link)
{
	return (struct puppet *)link;
}

static ra_err puppet_submit(struct ra_link *link, const struct ra_ticket *ticket, struct ra_errs *errs)
{
	struct puppet *puppet = of(link);

	if (puppet->full)
		return ra_fail(errs, RA_E_LIMIT, "the puppet is full");
	snprintf(puppet->target, sizeof(puppet->target), "%s", ticket->target ? ticket->target : "");
	snprintf(puppet->since, sizeof(puppet->since), "%s", ticket->since ? ticket->since : "");
	puppet->tickets[puppet->ticket_count++ % 64] = ticket->id;
	return RA_OK;
}

static void puppet_cancel(struct ra_link *link, uint64_t ticket)
{
	struct puppet *puppet = of(link);

	puppet->cancelled[puppet->cancelled_count++ % 64] = ticket;
}

static void puppet_answer(struct ra_link *link, bool yes, const struct ra_secret *secret)
{
	of(link)->answers++;
	of(link)->yes = yes;
	of(link)->secret = secret != NULL;
	snprintf(of(link)->given, sizeof(of(link)->given), "%s", secret ? ra_secret_bytes(secret, NULL) : "");
}

static void puppet_hint(struct ra_link *link RA_UNUSED, const char *what RA_UNUSED)
{
}

static int puppet_poll(const struct ra_link *link RA_UNUSED, struct pollfd *fds RA_UNUSED, ra_mono_ms *deadline)
{
	*deadline = RA_DEADLINE_NONE;
	return 0;
}

static void puppet_step(struct ra_link *link RA_UNUSED, ra_mono_ms now RA_UNUSED)
{
}

static void puppet_next(struct ra_link *link, struct ra_event *out)
{
	struct puppet *puppet = of(link);

	*out = (struct ra_event){.kind = RA_EV_NONE};
	if (!puppet->count)
		return;
	*out = puppet->events[0];
	memmove(puppet->events, puppet->events + 1, (size_t)--puppet->count * sizeof(puppet->events[0]));
}

static void puppet_free(struct ra_link *link)
{
	free(link);
}

static const struct ra_link_ops puppet_ops = {
	.name = "puppet", .submit = puppet_submit, .cancel = puppet_cancel, .answer = puppet_answer, .hint = puppet_hint,
	.poll = puppet_poll, .step = puppet_step, .next = puppet_next, .free = puppet_free,
};

struct puppet *session_puppet(struct ra_hub *hub, const char *host)
{
	char key[128];

	snprintf(key, sizeof(key), "ssh @%s:0", host);
	return session_puppet_at(hub, key);
}

struct puppet *session_puppet_at(struct ra_hub *hub, const char *key)
{
	struct puppet *puppet = calloc(1, sizeof(*puppet));

	assert_non_null(puppet);
	puppet->head.ops = &puppet_ops;
	puppet->hub = hub;
	hub->links[hub->link_count++] = (struct ra_hub_link){.key = strdup(key), .link = &puppet->head, .credential = -1};
	return puppet;
}

static struct ra_event *push(struct puppet *puppet, enum ra_event_kind kind)
{
	assert_true(puppet->count < (int)RA_LEN(puppet->events));
	struct ra_event *event = &puppet->events[puppet->count++];

	*event = (struct ra_event){.kind = kind};
	return event;
}

void puppet_state(struct puppet *puppet, enum ra_link_state state, enum ra_link_why why)
{
	struct ra_event *event = push(puppet, RA_EV_STATE);

	event->state = state;
	event->why = why;
	snprintf(event->say, sizeof(event->say), "the puppet says so");
}

void puppet_need(struct puppet *puppet, enum ra_need_kind kind)
{
	struct ra_event *event = push(puppet, RA_EV_NEED);

	event->need.kind = kind;
	snprintf(event->need.text, sizeof(event->need.text), "what is it?");
}

void puppet_need_on_the_way(struct puppet *puppet, enum ra_need_kind kind)
{
	struct ra_event *event = push(puppet, RA_EV_NEED);

	event->need.kind = kind;
	event->need.on_the_way = true;
	snprintf(event->need.subject, sizeof(event->need.subject), "jump host bastion, on the way to esx0");
	snprintf(event->need.text, sizeof(event->need.text), "Password: ");
}

void puppet_progress(struct puppet *puppet, uint64_t ticket, int percent, bool may_cancel)
{
	push(puppet, RA_EV_PROGRESS)->progress = (struct ra_progress_told){ticket, percent, may_cancel};
}

void puppet_reply(struct puppet *puppet, uint64_t ticket, enum ra_link_why why)
{
	struct ra_event *event = push(puppet, RA_EV_REPLY);

	event->reply.ticket = ticket;
	event->reply.why = why;
	event->reply.status = -1;
	/* By the walk's own clock: another may be a millisecond behind it, and an answer asked before its time does not count. */
	event->reply.sent_at = event->reply.came_at =
		puppet->hub->session_count ? ra_session_now(puppet->hub->sessions[0]) : ra_utc_now();
	snprintf(event->reply.say, sizeof(event->reply.say), "the puppet says so");
}
