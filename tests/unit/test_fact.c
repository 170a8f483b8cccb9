/* Facts: what observations of several planes, boots and moments amount to. A case is the observations and the reading. */
#include "config.h"

#include "tests/unit/unit.h"

#include "check/fact.h"

#include <stdio.h>
#include <string.h>

#define T0 INT64_C(1700000000000)
#define S(seconds) (T0 + INT64_C(1000) * (seconds))
#define OBS_MAX 12

#define SSH RA_PLANE_SSH
#define VC RA_PLANE_VCENTER
#define BMC RA_PLANE_BMC
#define OP RA_PLANE_OPERATOR
#define ANY RA_PLANE_ANY

/* An observation as a row: times in seconds after T0. */
struct row {
	const char *name;
	int plane;
	int at;
	enum ra_reason reason;
	const char *text; /* a text, or NULL: time */
	int time;
	int seq;          /* 0: its place in the case, from 1 */
	int asked;        /* 0: at */
	bool lasting, session;
	const char *check;
};
#define TEXT(n, p, t, v) {.name = n, .plane = p, .at = t, .text = v}
#define TIME(n, p, t, v) {.name = n, .plane = p, .at = t, .time = v}
#define GAP(n, p, t, r) {.name = n, .plane = p, .at = t, .reason = r}
#define BOOT(p, t, v) TIME("host.boot_time", p, t, v)

struct plane_clock {
	int plane, offset_s, margin_s;
};
struct fact_case {
	const char *title;
	struct row rows[OBS_MAX];
	struct plane_clock clocks[3];
	struct { int at, seq; } void_before;
	struct { int at, seq; const char *check; } again;
	struct ra_query query; /* planes as they are; a case without one asks for now */
	bool asks;
	const char *name; /* "" : "x" */
	enum ra_reason reason;
	const char *text; /* NULL: not looked at */
};

static void add_row(struct ra_facts *facts, const struct row *row, int place)
{
	struct ra_obs obs = {.plane = row->plane, .reason = row->reason, .at = S(row->at), .lasting = row->lasting,
			     .session_clock = row->session, .seq = row->seq ? row->seq : place + 1};

	snprintf(obs.name, sizeof(obs.name), "%s", row->name);
	snprintf(obs.check, sizeof(obs.check), "%s", row->check ? row->check : "c");
	obs.asked = row->asked ? S(row->asked) : 0;
	if (row->reason == RA_KNOWN && row->text)
		obs.value = (struct ra_value){.type = RA_TEXT, .as.text = strdup(row->text)};
	else if (row->reason == RA_KNOWN)
		obs.value = (struct ra_value){.type = RA_TIME, .as.time = S(row->time)};
	assert_int_equal(ra_facts_add(facts, &obs), RA_OK);
	assert_true(obs.value.type == RA_BOOL); /* taken */
}

static int row_count(const struct fact_case *c)
{
	int count = 0;

	while (count < OBS_MAX && c->rows[count].name)
		count++;
	return count;
}

/* Fill a store with the rows in a given order. */
static struct ra_facts *fill(const struct fact_case *c, const int *order)
{
	struct ra_facts *facts = ra_facts_new();

	assert_non_null(facts);
	for (int i = 0; i < row_count(c); i++)
		add_row(facts, &c->rows[order[i]], order[i]);
	for (size_t i = 0; i < RA_LEN(c->clocks); i++)
		if (c->clocks[i].plane || c->clocks[i].margin_s || c->clocks[i].offset_s)
			ra_facts_set_clock(facts, c->clocks[i].plane, c->clocks[i].offset_s * 1000, c->clocks[i].margin_s * 1000);
	if (c->void_before.at)
		assert_int_equal(ra_facts_void_before(facts, S(c->void_before.at), c->void_before.seq), RA_OK);
	if (c->again.check)
		assert_int_equal(ra_facts_again(facts, c->again.check, S(c->again.at), c->again.seq), RA_OK);
	return facts;
}

static void expect(const struct fact_case *c, const struct ra_facts *facts)
{
	struct ra_reading reading = ra_facts_read(facts, c->name ? c->name : "x", c->asks ? &c->query : NULL);

	if (reading.reason != c->reason)
		fail_msg("%s: reads as %s, expected %s", c->title, ra_reason_name(reading.reason), ra_reason_name(c->reason));
	assert_int_equal(reading.value != NULL, reading.reason == RA_KNOWN);
	if (c->text) {
		char *text = ra_value_text(reading.value);

		if (strcmp(text, c->text) != 0)
			fail_msg("%s: reads as \"%s\", expected \"%s\"", c->title, text, c->text);
		free(text);
	}
}

/* Every case in the order given, and backwards. */
static void run(const struct fact_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int there[OBS_MAX], back[OBS_MAX], rows = row_count(&cases[i]);
		struct ra_facts *facts;

		for (int j = 0; j < rows; j++) {
			there[j] = j;
			back[j] = rows - 1 - j;
		}
		facts = fill(&cases[i], there);
		expect(&cases[i], facts);
		ra_facts_free(facts);
		facts = fill(&cases[i], back);
		expect(&cases[i], facts);
		ra_facts_free(facts);
	}
}

static const struct fact_case agreement[] = {
	{.title = "nobody asked", .reason = RA_NOT_ASKED},
	{.title = "one plane", .rows = {TEXT("x", SSH, 1, "a")}, .reason = RA_KNOWN, .text = "a"},
	{.title = "newest of a plane", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", SSH, 2, "b")}, .reason = RA_KNOWN, .text = "b"},
	{.title = "a plane that knew and now does not", .rows = {TEXT("x", SSH, 1, "a"), GAP("x", SSH, 2, RA_TIMEOUT)}, .reason = RA_TIMEOUT},
	{.title = "two planes agree", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", VC, 2, "a")}, .reason = RA_KNOWN, .text = "a"},
	{.title = "two planes disagree", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", VC, 2, "b")}, .reason = RA_CONFLICT},
	{.title = "the older word of a plane makes no conflict", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", VC, 2, "b"), TEXT("x", SSH, 3, "b")}, .reason = RA_KNOWN, .text = "b"},
	{.title = "two of three do not outvote one", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", VC, 2, "b"), TEXT("x", BMC, 2, "b")}, .reason = RA_CONFLICT},
	{.title = "prefer wins a conflict", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", VC, 2, "b")}, .asks = true, .query = {.plane = ANY, .prefer = SSH}, .reason = RA_KNOWN, .text = "a"},
	{.title = "prefer that does not know wins nothing", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", VC, 2, "b"), GAP("x", BMC, 2, RA_TIMEOUT)}, .asks = true, .query = {.plane = ANY, .prefer = BMC}, .reason = RA_CONFLICT},
	{.title = "prefer may not be the operator", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", VC, 2, "b"), TEXT("x", OP, 2, "c")}, .asks = true, .query = {.plane = ANY, .prefer = OP}, .reason = RA_CONFLICT},
	{.title = "one plane asked for", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", VC, 2, "b")}, .asks = true, .query = {.plane = SSH, .prefer = ANY}, .reason = RA_KNOWN, .text = "a"},
	{.title = "one plane asked for that was not", .rows = {TEXT("x", SSH, 1, "a")}, .asks = true, .query = {.plane = VC, .prefer = ANY}, .reason = RA_NOT_ASKED},
	{.title = "one knows, one does not", .rows = {TEXT("x", SSH, 1, "a"), GAP("x", VC, 2, RA_TIMEOUT)}, .reason = RA_KNOWN, .text = "a"},
};

static const struct fact_case operator_cases[] = {
	{.title = "operator alone counts", .rows = {TEXT("x", OP, 1, "o")}, .reason = RA_KNOWN, .text = "o"},
	{.title = "machine wins, however old", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", OP, 9, "o")}, .reason = RA_KNOWN, .text = "a"},
	{.title = "operator settles no conflict", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", VC, 2, "b"), TEXT("x", OP, 9, "a")}, .reason = RA_CONFLICT},
	{.title = "operator where the machine failed", .rows = {GAP("x", SSH, 1, RA_TIMEOUT), TEXT("x", OP, 2, "o")}, .reason = RA_KNOWN, .text = "o"},
	{.title = "operator against proof of not applicable", .rows = {GAP("x", SSH, 1, RA_NOT_APPLICABLE), TEXT("x", OP, 2, "o")}, .reason = RA_NOT_APPLICABLE},
	{.title = "operator asked for by name", .rows = {TEXT("x", SSH, 1, "a"), TEXT("x", OP, 2, "o")}, .asks = true, .query = {.plane = OP, .prefer = ANY}, .reason = RA_KNOWN, .text = "o"},
	{.title = "operator does not know", .rows = {GAP("x", OP, 1, RA_NOT_APPLICABLE)}, .reason = RA_NOT_APPLICABLE},
	{.title = "of two answers the newer", .rows = {TEXT("x", OP, 1, "o"), TEXT("x", OP, 2, "p")}, .reason = RA_KNOWN, .text = "p"},
};

/* The order of reasons when nobody knows: each beats the one below it. */
static const struct fact_case nearness[] = {
	{.title = "malformed > truncated", .rows = {GAP("x", SSH, 1, RA_MALFORMED), GAP("x", VC, 2, RA_TRUNCATED)}, .reason = RA_MALFORMED},
	{.title = "truncated > timeout", .rows = {GAP("x", SSH, 1, RA_TIMEOUT), GAP("x", VC, 2, RA_TRUNCATED)}, .reason = RA_TRUNCATED},
	{.title = "timeout > refused", .rows = {GAP("x", SSH, 1, RA_TIMEOUT), GAP("x", VC, 2, RA_REFUSED)}, .reason = RA_TIMEOUT},
	{.title = "refused > unreachable", .rows = {GAP("x", SSH, 1, RA_UNREACHABLE), GAP("x", VC, 2, RA_REFUSED)}, .reason = RA_REFUSED},
	{.title = "unreachable > withheld", .rows = {GAP("x", SSH, 1, RA_UNREACHABLE), GAP("x", VC, 2, RA_WITHHELD)}, .reason = RA_UNREACHABLE},
	{.title = "withheld > not applicable", .rows = {GAP("x", SSH, 1, RA_NOT_APPLICABLE), GAP("x", VC, 2, RA_WITHHELD)}, .reason = RA_WITHHELD},
	{.title = "not applicable > not asked", .rows = {GAP("x", SSH, 1, RA_NOT_APPLICABLE), GAP("x", VC, 2, RA_NOT_ASKED)}, .reason = RA_NOT_APPLICABLE},
};

static const struct fact_case boots[] = {
	{.title = "after the boot counts", .rows = {TEXT("x", SSH, 100, "a"), BOOT(VC, 110, 50)}, .clocks = {{VC, 0, 1}}, .reason = RA_KNOWN, .text = "a"},
	{.title = "before the boot does not", .rows = {TEXT("x", SSH, 100, "a"), BOOT(VC, 400, 200)}, .clocks = {{VC, 0, 1}}, .reason = RA_NOT_ASKED},
	{.title = "asked before the boot, answered after", .rows = {{.name = "x", .plane = SSH, .at = 210, .asked = 190, .text = "a"}, BOOT(VC, 400, 200)}, .clocks = {{VC, 0, 1}}, .reason = RA_NOT_ASKED},
	{.title = "inside the margin does not", .rows = {TEXT("x", SSH, 203, "a"), BOOT(VC, 400, 200)}, .clocks = {{VC, 0, 5}}, .reason = RA_NOT_ASKED},
	{.title = "lasting survives the boot", .rows = {{.name = "x", .plane = SSH, .at = 100, .text = "a", .lasting = true}, BOOT(VC, 400, 200)}, .clocks = {{VC, 0, 1}}, .reason = RA_KNOWN, .text = "a"},
	{.title = "a fast clock is taken back", .rows = {TEXT("x", SSH, 100, "a"), BOOT(VC, 200, 3650)}, .clocks = {{VC, 3600, 1}}, .reason = RA_KNOWN, .text = "a"},
	{.title = "a slow clock is taken forward", .rows = {TEXT("x", SSH, 100, "a"), BOOT(VC, 4000, 200 - 3600)}, .clocks = {{VC, -3600, 1}}, .reason = RA_NOT_ASKED},
	{.title = "a boot time of the session's clock needs no offset", .rows = {TEXT("x", VC, 100, "a"), {.name = "host.boot_time", .plane = SSH, .at = 400, .time = 200, .session = true}}, .clocks = {{SSH, -9000, 1}}, .reason = RA_NOT_ASKED},
	{.title = "no clock: the plane is taken at its word", .rows = {TEXT("x", SSH, 100, "a"), BOOT(VC, 110, 50)}, .reason = RA_KNOWN, .text = "a"},
	{.title = "no clock, slow: another boot time tells of a boot between", .rows = {BOOT(VC, 90, -9000), TEXT("x", SSH, 100, "a"), BOOT(VC, 400, 200 - 3600)}, .reason = RA_NOT_ASKED},
	{.title = "no clock, slow: what was asked after the new boot time counts", .rows = {BOOT(VC, 90, -9000), BOOT(VC, 400, 200 - 3600), TEXT("x", SSH, 401, "a")}, .reason = RA_KNOWN, .text = "a"},
	{.title = "no boot is later than when it was told", .rows = {BOOT(VC, 90, 90000), TEXT("x", SSH, 100, "a")}, .clocks = {{VC, 0, 1}}, .reason = RA_KNOWN, .text = "a"},
	{.title = "told again, the first telling holds", .rows = {BOOT(VC, 90, 90000), TEXT("x", SSH, 100, "a"), BOOT(VC, 190, 90000)}, .clocks = {{VC, 0, 1}}, .reason = RA_KNOWN, .text = "a"},
	{.title = "every machine's boot time is held against", .rows = {BOOT(SSH, 390, 20), TEXT("x", SSH, 100, "a"), BOOT(VC, 400, 200)}, .clocks = {{VC, 0, 1}, {.plane = SSH, .margin_s = 1}}, .reason = RA_NOT_ASKED},
	{.title = "the operator's boot time where no machine knows", .rows = {TEXT("x", VC, 100, "a"), BOOT(OP, 300, 200)}, .reason = RA_NOT_ASKED},
	{.title = "the operator's boot time against a machine's", .rows = {TEXT("x", VC, 100, "a"), BOOT(VC, 110, 50), BOOT(OP, 300, 200)}, .clocks = {{VC, 0, 1}}, .reason = RA_KNOWN, .text = "a"},
	{.title = "what the operator says together with the boot counts", .rows = {TEXT("x", OP, 300, "o"), BOOT(OP, 300, 300)}, .reason = RA_KNOWN, .text = "o"},
	{.title = "an unknown boot time voids nothing", .rows = {TEXT("x", SSH, 100, "a"), GAP("host.boot_time", SSH, 400, RA_TIMEOUT)}, .reason = RA_KNOWN, .text = "a"},
	{.title = "boot time: newest of a plane", .rows = {BOOT(SSH, 1, 0), BOOT(SSH, 400, 300)}, .name = "host.boot_time", .reason = RA_KNOWN, .text = "2023-11-14T22:18:20Z"},
	{.title = "boot times within 300 s agree, the later is taken", .rows = {BOOT(SSH, 500, 300), BOOT(VC, 501, 0)}, .name = "host.boot_time", .reason = RA_KNOWN, .text = "2023-11-14T22:18:20Z"},
	{.title = "whoever came last", .rows = {BOOT(SSH, 502, 300), BOOT(VC, 501, 0)}, .name = "host.boot_time", .reason = RA_KNOWN, .text = "2023-11-14T22:18:20Z"},
	{.title = "boot times 301 s apart do not", .rows = {BOOT(SSH, 500, 301), BOOT(VC, 501, 0)}, .name = "host.boot_time", .reason = RA_CONFLICT},
	{.title = "boot times are compared on one clock", .rows = {BOOT(SSH, 500, 7200), BOOT(VC, 501, 0)}, .clocks = {{VC, 0, 1}, {SSH, 7200, 1}}, .name = "host.boot_time", .reason = RA_KNOWN},
};

static const struct fact_case voids[] = {
	{.title = "before an action", .rows = {TEXT("x", SSH, 100, "a")}, .void_before = {200, 5}, .reason = RA_NOT_ASKED},
	{.title = "after an action", .rows = {{.name = "x", .plane = SSH, .at = 201, .seq = 6, .text = "a"}}, .void_before = {200, 5}, .reason = RA_KNOWN, .text = "a"},
	{.title = "in the same moment, entered before", .rows = {{.name = "x", .plane = SSH, .at = 200, .seq = 4, .text = "a"}}, .void_before = {200, 5}, .reason = RA_NOT_ASKED},
	{.title = "in the same moment, entered after", .rows = {{.name = "x", .plane = SSH, .at = 200, .seq = 6, .text = "a"}}, .void_before = {200, 5}, .reason = RA_KNOWN, .text = "a"},
	{.title = "on its way when the action began", .rows = {{.name = "x", .plane = SSH, .at = 201, .asked = 199, .seq = 6, .text = "a"}}, .void_before = {200, 5}, .reason = RA_NOT_ASKED},
	{.title = "lasting survives an action", .rows = {{.name = "x", .plane = SSH, .at = 100, .text = "a", .lasting = true}}, .void_before = {200, 5}, .reason = RA_KNOWN, .text = "a"},
	{.title = "the operator's answers too", .rows = {TEXT("x", OP, 100, "o")}, .void_before = {200, 5}, .reason = RA_NOT_ASKED},
	{.title = "a boot time from before an action is not read", .rows = {BOOT(SSH, 100, 50)}, .void_before = {200, 5}, .name = "host.boot_time", .reason = RA_NOT_ASKED},
	{.title = "as it stood when the action began", .rows = {TEXT("x", SSH, 100, "a"), {.name = "x", .plane = SSH, .at = 300, .seq = 9, .text = "b"}}, .void_before = {200, 5}, .asks = true, .query = {.plane = ANY, .prefer = ANY, .seq_max = 5}, .reason = RA_KNOWN, .text = "a"},
	{.title = "as it stood then, by the boot known then", .rows = {TEXT("x", SSH, 100, "a"), {.name = "host.boot_time", .plane = VC, .at = 400, .seq = 9, .time = 300}}, .clocks = {{VC, 0, 1}}, .void_before = {200, 5}, .asks = true, .query = {.plane = ANY, .prefer = ANY, .seq_max = 5}, .reason = RA_KNOWN, .text = "a"},
	{.title = "only from an entry on", .rows = {TEXT("x", SSH, 100, "a")}, .asks = true, .query = {.plane = ANY, .prefer = ANY, .seq_min = 2}, .reason = RA_NOT_ASKED},
	{.title = "again: that check's", .rows = {{.name = "x", .plane = SSH, .at = 100, .text = "a", .check = "k", .lasting = true}}, .again = {200, 5, "k"}, .reason = RA_NOT_ASKED},
	{.title = "again: not another's", .rows = {{.name = "x", .plane = SSH, .at = 100, .text = "a", .check = "other"}}, .again = {200, 5, "k"}, .reason = RA_KNOWN, .text = "a"},
};

static const struct fact_case contact[] = {
	{.title = "connected", .rows = {TEXT("host.connection", VC, 1, "connected"), TEXT("x", VC, 2, "a")}, .reason = RA_KNOWN, .text = "a"},
	{.title = "not responding: vCenter's word is old", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("x", VC, 2, "a")}, .reason = RA_UNREACHABLE},
	{.title = "disconnected, asked in any order", .rows = {TEXT("x", VC, 1, "a"), TEXT("host.connection", VC, 2, "disconnected")}, .reason = RA_UNREACHABLE},
	{.title = "the host's own word stands", .rows = {TEXT("host.connection", VC, 1, "disconnected"), TEXT("x", VC, 2, "a"), TEXT("x", SSH, 3, "b")}, .reason = RA_KNOWN, .text = "b"},
	{.title = "the connection itself", .rows = {TEXT("host.connection", VC, 1, "disconnected")}, .name = "host.connection", .reason = RA_KNOWN, .text = "disconnected"},
	{.title = "the attestation vCenter holds", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("attestation.status", VC, 2, "notAccepted")}, .name = "attestation.status", .reason = RA_KNOWN, .text = "notAccepted"},
	{.title = "the alarm vCenter holds", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("alarm.state", VC, 2, "red")}, .name = "alarm.state", .reason = RA_KNOWN, .text = "red"},
	{.title = "host.found while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("host.found", VC, 2, "a")}, .name = "host.found", .reason = RA_KNOWN, .text = "a"},
	{.title = "host.managed while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("host.managed", VC, 2, "a")}, .name = "host.managed", .reason = RA_KNOWN, .text = "a"},
	{.title = "host.matches while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("host.matches", VC, 2, "a")}, .name = "host.matches", .reason = RA_KNOWN, .text = "a"},
	{.title = "host.vcenter_name while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("host.vcenter_name", VC, 2, "a")}, .name = "host.vcenter_name", .reason = RA_KNOWN, .text = "a"},
	{.title = "cluster.drs while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("cluster.drs", VC, 2, "a")}, .name = "cluster.drs", .reason = RA_KNOWN, .text = "a"},
	{.title = "siblings.passed while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("siblings.passed", VC, 2, "a")}, .name = "siblings.passed", .reason = RA_KNOWN, .text = "a"},
	{.title = "keyprovider.ids while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("keyprovider.ids", VC, 2, "a")}, .name = "keyprovider.ids", .reason = RA_KNOWN, .text = "a"},
	{.title = "task.running while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("task.running", VC, 2, "a")}, .name = "task.running", .reason = RA_KNOWN, .text = "a"},
	{.title = "trustauthority.status while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("trustauthority.status", VC, 2, "a")}, .name = "trustauthority.status", .reason = RA_KNOWN, .text = "a"},
	{.title = "vcenter.version while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("vcenter.version", VC, 2, "a")}, .name = "vcenter.version", .reason = RA_KNOWN, .text = "a"},
	{.title = "service.ssh while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("service.ssh", VC, 2, "a")}, .name = "service.ssh", .reason = RA_UNREACHABLE},
	{.title = "secureboot.on while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("secureboot.on", VC, 2, "a")}, .name = "secureboot.on", .reason = RA_UNREACHABLE},
	{.title = "lockdown.mode while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("lockdown.mode", VC, 2, "a")}, .name = "lockdown.mode", .reason = RA_UNREACHABLE},
	{.title = "vm.ft while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("vm.ft", VC, 2, "a")}, .name = "vm.ft", .reason = RA_UNREACHABLE},
	{.title = "host.maintenance while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("host.maintenance", VC, 2, "a")}, .name = "host.maintenance", .reason = RA_UNREACHABLE},
	{.title = "host.managed_by while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("host.managed_by", VC, 2, "a")}, .name = "host.managed_by", .reason = RA_UNREACHABLE},
	{.title = "host.foundry while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("host.foundry", VC, 2, "a")}, .name = "host.foundry", .reason = RA_UNREACHABLE},
	{.title = "clusters.x while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("clusters.x", VC, 2, "a")}, .name = "clusters.x", .reason = RA_UNREACHABLE},
	{.title = "cluster while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("cluster", VC, 2, "a")}, .name = "cluster", .reason = RA_UNREACHABLE},
	{.title = "tpm.active while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("tpm.active", VC, 2, "a")}, .name = "tpm.active", .reason = RA_UNREACHABLE},
	{.title = "encryption.mode while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("encryption.mode", VC, 2, "a")}, .name = "encryption.mode", .reason = RA_UNREACHABLE},
	{.title = "report.log_reliable while not responding", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("report.log_reliable", VC, 2, "a")}, .name = "report.log_reliable", .reason = RA_UNREACHABLE},
	{.title = "what belongs to the host and not to the boot", .rows = {TEXT("host.connection", VC, 1, "notResponding"), {.name = "x", .plane = VC, .at = 2, .text = "a", .lasting = true}}, .reason = RA_KNOWN, .text = "a"},
	{.title = "an unknown connection says nothing", .rows = {GAP("host.connection", VC, 1, RA_TIMEOUT), TEXT("x", VC, 2, "a")}, .reason = RA_KNOWN, .text = "a"},
	{.title = "no action makes an old word new", .rows = {TEXT("host.connection", VC, 1, "notResponding"), {.name = "x", .plane = VC, .at = 300, .seq = 9, .text = "a"}}, .void_before = {200, 5}, .reason = RA_UNREACHABLE},
	{.title = "connected again", .rows = {TEXT("host.connection", VC, 1, "notResponding"), TEXT("host.connection", VC, 3, "connected"), TEXT("x", VC, 4, "a")}, .reason = RA_KNOWN, .text = "a"},
	{.title = "the operator's word on the connection does not silence vCenter", .rows = {TEXT("host.connection", OP, 1, "disconnected"), TEXT("x", VC, 2, "a")}, .reason = RA_KNOWN, .text = "a"},
};

/* A time of something that happened is not later than the moment it was told. */
static const struct fact_case ahead[] = {
	{.title = "told after it happened", .rows = {TIME("x", VC, 100, 90)}, .clocks = {{VC, 0, 1}}, .reason = RA_KNOWN},
	{.title = "five minutes ahead: clocks step", .rows = {TIME("x", VC, 100, 401)}, .clocks = {{VC, 0, 1}}, .reason = RA_KNOWN},
	{.title = "more than that", .rows = {TIME("x", VC, 100, 402)}, .clocks = {{VC, 0, 1}}, .reason = RA_CONFLICT},
	{.title = "years ahead, its clock not measured", .rows = {TIME("x", VC, 100, 100000000)}, .reason = RA_CONFLICT},
	{.title = "ahead with a clock that is ahead", .rows = {TIME("x", VC, 100, 3690)}, .clocks = {{VC, 3600, 1}}, .reason = RA_KNOWN},
	{.title = "level with ours, by a clock that is behind", .rows = {TIME("x", VC, 4000, 4000)}, .clocks = {{VC, -3600, 1}}, .reason = RA_CONFLICT},
	{.title = "an operator's too", .rows = {TIME("x", OP, 100, 9000)}, .reason = RA_CONFLICT},
	{.title = "a boot has its own rule", .rows = {BOOT(VC, 100, 90000)}, .clocks = {{VC, 0, 1}}, .name = "host.boot_time", .reason = RA_KNOWN},
};

#define RUN_TABLE(table)                        \
	static void test_##table(void **state)  \
	{                                       \
		run(table, RA_LEN(table));      \
	}                                       \
	struct unit_semicolon_##table
RUN_TABLE(agreement);
RUN_TABLE(operator_cases);
RUN_TABLE(nearness);
RUN_TABLE(boots);
RUN_TABLE(voids);
RUN_TABLE(contact);
RUN_TABLE(ahead);

/* The observation stays visible when its reading says otherwise. */
static void test_raw_stays(void **state)
{
	struct ra_facts *facts = ra_facts_new();

	add_row(facts, &(struct row)TEXT("host.connection", VC, 1, "notResponding"), 0);
	add_row(facts, &(struct row)TEXT("x", VC, 2, "a"), 1);
	assert_int_equal(ra_facts_read(facts, "x", NULL).reason, RA_UNREACHABLE);
	assert_int_equal(ra_facts_obs_count(facts, "x"), 1);
	assert_int_equal(ra_facts_obs(facts, "x", 0)->reason, RA_KNOWN);
	assert_string_equal(ra_facts_obs(facts, "x", 0)->value.as.text, "a");
	assert_null(ra_facts_obs(facts, "x", 1));
	assert_int_equal(ra_facts_count(facts), 2);
	assert_string_equal(ra_facts_name(facts, 0), "host.connection");
	assert_null(ra_facts_name(facts, 2));
	ra_facts_free(facts);
}

/* A log bool: seen, not seen, and what the boot makes of it. Times in seconds after T0 on ssh's clock. */
struct log_case {
	const char *title;
	bool seen;
	int covers_from, last_seen; /* 0: none */
	int boot;                   /* 0: not told */
	int clock_margin_s;         /* 0: never measured */
	enum ra_reason reason;
	bool yes;
};
static const struct log_case logs[] = {
	{"not seen, back to before this boot", false, 10, 0, 100, 1, RA_KNOWN, false},
	{"not seen, log begins after the boot", false, 110, 0, 100, 1, RA_TRUNCATED, false},
	{"not seen, within the margin", false, 99, 0, 100, 5, RA_TRUNCATED, false},
	{"not seen, boot time not known", false, 10, 0, 0, 1, RA_TRUNCATED, false},
	{"not seen, clock never measured", false, 10, 0, 100, 0, RA_TRUNCATED, false},
	{"seen in this boot", true, 10, 150, 100, 1, RA_KNOWN, true},
	{"seen, time not known", true, 0, 0, 100, 1, RA_KNOWN, true},
	{"seen, boot time not known", true, 0, 150, 0, 1, RA_KNOWN, true},
	{"seen, clock never measured", true, 0, 50, 100, 0, RA_KNOWN, true},
	{"seen in an earlier boot only", true, 10, 50, 100, 1, RA_KNOWN, false},
	{"seen in an earlier boot, log not whole", true, 0, 50, 100, 1, RA_TRUNCATED, false},
	{"seen within the margin of the boot", true, 10, 99, 100, 5, RA_KNOWN, true},
};

static void test_log_bools(void **state)
{
	for (size_t i = 0; i < RA_LEN(logs); i++) {
		const struct log_case *c = &logs[i];
		struct ra_facts *facts = ra_facts_new();
		struct ra_obs obs = {.name = "sig.a", .plane = SSH, .at = S(400), .seq = 1,
				     .value = {.type = RA_BOOL, .as.yes = c->seen}};
		struct ra_reading reading;

		obs.covers_from = c->covers_from ? S(c->covers_from) : RA_UTC_NONE;
		obs.last_seen = c->last_seen ? S(c->last_seen) : 0;
		assert_int_equal(ra_facts_add(facts, &obs), RA_OK);
		if (c->boot)
			add_row(facts, &(struct row){.name = "host.boot_time", .plane = SSH, .at = 399, .time = c->boot, .session = true}, 1);
		if (c->clock_margin_s)
			ra_facts_set_clock(facts, SSH, 0, c->clock_margin_s * 1000 - 1);
		reading = ra_facts_read(facts, "sig.a", NULL);
		if (reading.reason != c->reason || (reading.value && reading.value->as.yes != c->yes))
			fail_msg("%s: %s %d", c->title, ra_reason_name(reading.reason), reading.value ? reading.value->as.yes : -1);
		ra_facts_free(facts);
	}
}

/* ssh's own boot time on ssh's own clock needs no measure of it. */
static void test_log_same_clock(void **state)
{
	struct ra_facts *facts = ra_facts_new();
	struct ra_obs obs = {.name = "sig.a", .plane = SSH, .at = S(400), .covers_from = S(10), .value = {.type = RA_BOOL}};

	assert_int_equal(ra_facts_add(facts, &obs), RA_OK);
	add_row(facts, &(struct row)BOOT(SSH, 399, 100), 1);
	assert_int_equal(ra_facts_read(facts, "sig.a", NULL).reason, RA_KNOWN);
	ra_facts_free(facts);
}

static void test_session_time(void **state)
{
	struct ra_facts *facts = ra_facts_new();
	const struct ra_obs *obs;
	ra_utc_ms at;
	int64_t margin, offset;

	add_row(facts, &(struct row)TIME("t", VC, 400, 4000), 0);
	obs = ra_facts_obs(facts, "t", 0);
	assert_false(ra_facts_session_time(facts, obs, &at, &margin));
	assert_false(ra_facts_clock(facts, VC, &offset, &margin));
	ra_facts_set_clock(facts, VC, 3600000, 700);
	assert_true(ra_facts_session_time(facts, obs, &at, &margin));
	assert_true(at == S(400) && margin == 700);
	assert_int_equal(ra_facts_read(facts, "t", NULL).clock, VC);
	add_row(facts, &(struct row){.name = "u", .plane = SSH, .at = 400, .time = 30, .session = true}, 1);
	assert_true(ra_facts_session_time(facts, ra_facts_obs(facts, "u", 0), &at, &margin));
	assert_true(at == S(30) && margin == 0);
	assert_int_equal(ra_facts_read(facts, "u", NULL).clock, RA_PLANE_SESSION);
	assert_true(ra_facts_clock(facts, RA_PLANE_SESSION, &offset, &margin) && offset == 0 && margin == 0);
	ra_facts_set_clock(facts, OP, 99, 99);
	assert_true(ra_facts_clock(facts, OP, &offset, &margin) && offset == 0 && margin == 0);
	add_row(facts, &(struct row)TEXT("v", SSH, 1, "a"), 2);
	assert_false(ra_facts_session_time(facts, ra_facts_obs(facts, "v", 0), &at, &margin));
	ra_facts_free(facts);
}

static void test_names(void **state)
{
	static const struct { const char *name; bool ok; } names[] = {
		{"encryption.mode", true}, {"sig.no-sha256", true}, {"plane.ssh.state", true}, {"bmc.tpm_cleared", true}, {"x", true},
		{"", false}, {".a", false}, {"a.", false}, {"a..b", false}, {"A.b", false}, {"1a", false}, {"a b", false}, {"a/b", false},
		{"a123456789.123456789.123456789.123456789.123456789.123456789.12", true},
		{"a123456789.123456789.123456789.123456789.123456789.123456789.123", false},
	};
	struct ra_facts *facts = ra_facts_new();

	for (size_t i = 0; i < RA_LEN(names); i++) {
		struct ra_obs obs = {.value = {.type = RA_TEXT, .as.text = strdup("v")}};

		assert_int_equal(ra_fact_name_ok(names[i].name), names[i].ok);
		snprintf(obs.name, sizeof(obs.name), "%s", names[i].name);
		if (strlen(names[i].name) < sizeof(obs.name))
			assert_int_equal(ra_facts_add(facts, &obs), names[i].ok ? RA_OK : RA_E_ARG);
		ra_value_clear(&obs.value);
	}
	ra_facts_free(facts);
	for (int i = 0; i < RA_REASON_COUNT; i++)
		assert_int_equal(ra_reason_parse(ra_reason_name(i)), i);
	for (int i = 0; i < RA_PLANE_COUNT; i++)
		assert_int_equal(ra_plane_parse(ra_plane_name(i)), i);
	for (int i = 0; i < RA_TYPE_COUNT; i++)
		assert_int_equal(ra_type_parse(ra_type_name(i)), i);
	assert_int_equal(ra_plane_parse("any"), RA_PLANE_ANY);
	assert_int_equal(ra_reason_parse(""), -1);
	assert_true(ra_reason_is_transport(RA_TIMEOUT) && !ra_reason_is_transport(RA_MALFORMED) && !ra_reason_is_transport(RA_CONFLICT));
}

/* A repeatable shuffle. */
static void shuffle(int *order, int count, uint32_t *seed)
{
	for (int i = count - 1; i > 0; i--) {
		int j, t;

		*seed = *seed * 1664525u + 1013904223u;
		j = (int)((*seed >> 8) % (uint32_t)(i + 1));
		t = order[i];
		order[i] = order[j];
		order[j] = t;
	}
}

/* Whatever the order of arrival, every reading is the same. */
static void test_order_does_not_matter(void **state)
{
	static const struct fact_case batch = {
		.rows = {BOOT(SSH, 100, 90), BOOT(VC, 101, 80), TEXT("x", SSH, 100, "a"), TEXT("x", VC, 100, "b"),
			 {.name = "x", .plane = SSH, .at = 100, .seq = 3, .text = "c", .check = "d"}, TEXT("y", VC, 85, "old"),
			 TEXT("y", SSH, 102, "new"), GAP("z", SSH, 100, RA_TIMEOUT), TEXT("z", OP, 99, "o"),
			 TEXT("host.connection", VC, 100, "connected"), TEXT("w", VC, 100, "w"), GAP("w", VC, 100, RA_REFUSED)},
		.clocks = {{VC, 0, 1}},
	};
	static const char *const names[] = {"x", "y", "z", "w", "host.boot_time", "host.connection"};
	int order[OBS_MAX];
	struct ra_facts *first = NULL;
	uint32_t seed = 7;

	for (int i = 0; i < OBS_MAX; i++)
		order[i] = i;
	first = fill(&batch, order);
	for (int round = 0; round < 1000; round++) {
		struct ra_facts *facts;

		shuffle(order, OBS_MAX, &seed);
		facts = fill(&batch, order);
		for (size_t i = 0; i < RA_LEN(names); i++) {
			struct ra_reading a = ra_facts_read(first, names[i], NULL), b = ra_facts_read(facts, names[i], NULL);

			assert_int_equal(a.reason, b.reason);
			assert_int_equal(a.plane, b.plane);
			assert_true(a.at == b.at && a.clock == b.clock && (a.value != NULL) == (b.value != NULL));
			assert_true(!a.value || ra_value_equal(a.value, b.value));
			for (size_t j = 0; j < ra_facts_obs_count(first, names[i]); j++)
				assert_true(ra_facts_obs(first, names[i], j)->seq == ra_facts_obs(facts, names[i], j)->seq);
		}
		ra_facts_free(facts);
	}
	assert_int_equal(ra_facts_read(first, "x", NULL).reason, RA_CONFLICT);
	ra_facts_free(first);
}

static void test_obs_json(void **state)
{
	struct ra_obs all[] = {
		{.name = "a.text", .plane = SSH, .value = {.type = RA_TEXT}, .at = S(5), .asked = S(4), .check = "c"},
		{.name = "a.time", .plane = SSH, .value = {.type = RA_TIME, .as.time = S(1) + 7}, .at = S(5), .session_clock = true, .margin_ms = 51},
		{.name = "sig.a", .plane = SSH, .value = {.type = RA_BOOL, .as.yes = true}, .at = S(5), .covers_from = S(1), .last_seen = S(2)},
		{.name = "a.gap", .plane = VC, .reason = RA_TRUNCATED, .at = S(5), .lasting = true},
		{.name = "a.int", .plane = OP, .value = {.type = RA_INT, .as.number = -7}, .at = S(5)},
	};

	all[0].value.as.text = strdup("h\303\244\"llo");
	snprintf(all[2].evidence, sizeof(all[2].evidence), "%064d", 0);
	for (size_t i = 0; i < RA_LEN(all); i++) {
		cJSON *json = ra_obs_to_json(&all[i]), *again;
		char *text = ra_json_print(json), *text_again;
		struct ra_obs obs;

		assert_int_equal(ra_obs_from_json(json, &obs), RA_OK);
		again = ra_obs_to_json(&obs);
		text_again = ra_json_print(again);
		assert_string_equal(text, text_again);
		assert_true(obs.reason != RA_KNOWN || ra_value_equal(&obs.value, &all[i].value));
		assert_true(obs.session_clock == all[i].session_clock && obs.margin_ms == all[i].margin_ms && obs.lasting == all[i].lasting);
		assert_true(obs.last_seen == all[i].last_seen && obs.covers_from == all[i].covers_from && obs.asked == all[i].asked);
		free(text);
		free(text_again);
		cJSON_Delete(json);
		cJSON_Delete(again);
		ra_obs_clear(&obs);
		ra_obs_clear(&all[i]);
	}
}

static void test_obs_json_refused(void **state)
{
	static const char *const bad[] = {
		"{}", "[]", "{\"name\":\"a\",\"plane\":\"ssh\"}", "{\"name\":\"a\",\"plane\":\"moon\",\"unknown\":\"timeout\"}",
		"{\"name\":\"A\",\"plane\":\"ssh\",\"unknown\":\"timeout\"}", "{\"name\":\"a\",\"plane\":\"ssh\",\"unknown\":\"later\"}",
		"{\"name\":\"a\",\"plane\":\"ssh\",\"type\":\"bool\",\"value\":\"x\"}",
		"{\"name\":\"a\",\"plane\":\"ssh\",\"unknown\":\"timeout\",\"type\":\"bool\",\"value\":true}",
		"{\"name\":\"a\",\"plane\":\"ssh\",\"unknown\":\"timeout\",\"at\":5}",
		"{\"name\":\"a\",\"plane\":\"ssh\",\"unknown\":\"timeout\",\"evidence\":\"abc\"}",
	};

	for (size_t i = 0; i < RA_LEN(bad); i++) {
		cJSON *json = cJSON_Parse(bad[i]);
		struct ra_obs obs;

		assert_non_null(json);
		assert_int_equal(ra_obs_from_json(json, &obs), RA_E_INVALID);
		cJSON_Delete(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreement),
		cmocka_unit_test(test_operator_cases),
		cmocka_unit_test(test_nearness),
		cmocka_unit_test(test_boots),
		cmocka_unit_test(test_voids),
		cmocka_unit_test(test_contact),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_raw_stays),
		cmocka_unit_test(test_log_bools),
		cmocka_unit_test(test_log_same_clock),
		cmocka_unit_test(test_session_time),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_order_does_not_matter),
		cmocka_unit_test(test_obs_json),
		cmocka_unit_test(test_obs_json_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
