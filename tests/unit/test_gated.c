/* Every gated class of change in the shipped danger.json, one after the other: the linter finds a way past its gate, the engine begins no
 * such action without a pass of that class's own gate, whatever a flow says, and a shut gate ends the walk before it. */
#include "unit.h"

#include "flow_rig.h"

#include "base/io.h"
#include "flow/lint.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One class, and a flow made for it. */
struct made {
	const char *class;
	const cJSON *gates;
	bool clear;
	struct ra_flowset *set;
	char path[64];
};

/* way: where the first step leads; gate: what the action says of it. */
static void make(struct made *m, const char *way, const char *gate)
{
	const char *dirs[] = {NULL, NULL};
	RA_AUTO(ra_mem_free) char *dir = ra_path_join(unit_dir("RA_SRCDIR"), "flows"), *gates = ra_json_print(m->gates);
	struct ra_flow_sources sources = {.dirs = dirs, .file = m->path, .trust_anyone = true, .unproven = true};
	struct ra_errs errs;
	char line[1024];
	FILE *file;
	int fd;

	ra_errs_clear(&errs);
	dirs[0] = dir;
	snprintf(m->path, sizeof(m->path), "/tmp/gated-XXXXXX.flow.json");
	fd = mkstemps(m->path, 10);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	assert_non_null(file);
	fprintf(file,
		"{\"$schema\":\"schema/flow.schema.json\",\"format\":1,\"id\":\"gated\",\"version\":\"1\",\"title\":\"t\",\"start\":\"look\",\"steps\":{\n"
		"\"look\":{\"kind\":\"check\",\"title\":\"l\",\"checks\":[\"esxi-version\",\"config-encryption\",\"boot-time\",\"tpm-log-signatures\"],\"next\":[],"
		"\"else\":\"%s\",\"unknown\":\"%s\",\"error\":\"%s\"},\n"
		"\"shut\":{\"kind\":\"gate\",\"title\":\"g\",\"gate\":%s,\"open\":\"act\",\"closed\":\"stop\"},\n"
		"\"act\":{\"kind\":\"action\",\"title\":\"a\",\"by\":\"human\",\"danger\":\"irreversible\",\"touches\":[\"%s\"],\"toward\":\"change\",%s%s"
		"\"say\":[\"Do it.\"],\"verify\":{\"checks\":[\"boot-time\"],\"until\":{\"fact\":\"host.boot_time\",\"gt\":{\"action\":\"start\"}},\"every_s\":20,\"for_s\":60},"
		"\"ok\":\"split\",\"fail\":\"stop\",\"skip\":\"stop\",\"recovery\":\"stop\"},\n"
		"\"split\":{\"kind\":\"check\",\"title\":\"s\",\"checks\":[\"config-encryption\"],\"next\":[{\"when\":{\"fact\":\"encryption.mode\","
		"\"as_of\":{\"action\":\"start\"},\"is\":\"TPM\"},\"go\":\"stop\"}],\"else\":\"stop\",\"unknown\":\"stop\",\"error\":\"stop\"},\n"
		"\"stop\":{\"kind\":\"end\",\"title\":\"e\",\"outcome\":\"stopped\"}},\n"
		"\"tests\":[{\"name\":\"the gate stays shut on a bound host\",\"given\":{\"encryption.mode\":\"TPM\",\"host.version\":\"8.0.2\"},"
		"\"outcome\":\"stopped\",\"never\":[\"act\"]},\n"
		"{\"name\":\"nor does it open where nobody knows\",\"given\":{},\"outcome\":\"stopped\",\"never\":[\"act\"]}]}\n",
		way, way, way, gates, m->class, gate, m->clear ? "\"only_for\":[\"ownership-taken\"]," : "");
	assert_int_equal(fclose(file), 0);
	if (ra_flowset_load(&sources, &m->set, &errs))
		fail_msg("%s: %s", m->class, ra_errs_line(&errs, line, sizeof(line)));
}

static void unmake(struct made *m)
{
	m->set = ra_flowset_free(m->set);
	unlink(m->path);
}

static size_t gate_findings(const struct made *m)
{
	static struct ra_finding findings[RA_FINDINGS_MAX];
	size_t count = ra_flowset_lint(m->set, findings), found = 0;

	for (size_t i = 0; i < count; i++)
		found += findings[i].rule == 3 && strstr(findings[i].text, m->class) != NULL;
	return found;
}

/* A host bound to its TPM, with the one cause a clear may be for. */
static void begin(struct rig *rig, const struct made *m, const char *mode)
{
	rig_begin(rig, m->set, "gated", NULL, "ssh");
	rig_world(rig, "ssh", "encryption.mode", mode);
	rig_world(rig, "ssh", "host.version", "\"8.0.2\"");
	rig_world(rig, "ssh", "host.boot_time", "\"2026-03-12T00:00:00Z\"");
	rig_world(rig, "ssh", "sig.event-ownership", "true");
	rig_run(rig);
}

static void denied(struct rig *rig, const char *words)
{
	cJSON *body = NULL;

	assert_int_equal(ra_make_intent(rig->state, NULL, rig->now, &body, &rig->errs), RA_E_DENIED);
	assert_null(body);
	assert_non_null(strstr(rig->errs.text[0], words));
	ra_errs_clear(&rig->errs);
}

/* A flow that leads past the gate: told by the linter, and stopped by the engine all the same. */
static void past_the_gate(struct made *m)
{
	struct rig rig;

	make(m, "act", "");
	if (!gate_findings(m))
		fail_msg("%s: the linter finds no way past its gate", m->class);
	begin(&rig, m, "\"TPM\"");
	assert_string_equal(rig_phase(&rig), "confirm");
	denied(&rig, "only behind its own gate");
	rig_end(&rig);
	unmake(m);
}

/* The right flow: shut, lied to, and opened with everything given. */
static void before_the_gate(struct made *m)
{
	RA_AUTO(ra_mem_free) char *gates = ra_json_print(m->gates);
	char gate[256], path[256];
	struct ra_finding *findings = calloc(RA_FINDINGS_MAX, sizeof(*findings));
	struct ra_flow_tests counts;
	struct rig rig;
	cJSON *body = NULL;
	size_t count = 0;

	snprintf(gate, sizeof(gate), "\"gate\":%s,", gates);
	make(m, "shut", gate);
	if (gate_findings(m))
		fail_msg("%s: the linter finds fault with a way through its gate", m->class);
	assert_int_equal(ra_flowset_test(m->set, &counts, findings, &count), RA_OK);
	for (size_t i = 0; i < count; i++)
		if (findings[i].rule == 7)
			fail_msg("%s: %s", m->class, findings[i].text);
	free(findings);
	begin(&rig, m, "\"TPM\"");
	assert_string_equal(rig_phase(&rig), "gate");
	assert_int_not_equal(ra_make_intent(rig.state, NULL, rig.now, &body, NULL), RA_OK);
	for (const cJSON *id = m->gates->child; id; id = id->next) {
		assert_int_equal(rig_gate(&rig, id->valuestring, false), RA_OK);
		assert_string_equal(rig_phase(&rig), "gate");
	}
	assert_int_equal(rig_do(&rig, "g:-"), RA_OK);
	assert_string_equal(rig_path(&rig, path, sizeof(path)), "look>shut>stop");
	rig_end(&rig);
	for (const cJSON *id = m->gates->child; id; id = id->next) {
		begin(&rig, m, "\"TPM\"");
		assert_int_equal(rig_gate(&rig, id->valuestring, true), RA_OK);
		rig_run(&rig);
		assert_string_equal(rig_phase(&rig), "confirm");
		assert_int_equal(ra_make_intent(rig.state, NULL, rig.now, &body, &rig.errs), RA_OK);
		cJSON_Delete(body);
		rig.now += 3600000; /* an hour later the pass is over */
		denied(&rig, "closed again");
		rig_end(&rig);
	}
	unmake(m);
}

static struct ra_json *shipped(const char *name)
{
	RA_AUTO(ra_mem_free) char *path = ra_path_join(unit_dir("RA_SRCDIR"), name);
	RA_AUTO(ra_buf_free) struct ra_buf bytes = {0};
	struct ra_json *doc = NULL;

	assert_int_equal(ra_read_file(path, &bytes, NULL), RA_OK);
	assert_int_equal(ra_json_parse(name, bytes.data, bytes.len, NULL, &doc, NULL), RA_OK);
	return doc;
}

static void every_gated_class(void **state)
{
	struct ra_json *danger = shipped("flows/danger.json");
	const cJSON *class;
	size_t gated = 0;

	cJSON_ArrayForEach (class, ra_json_get(ra_json_root(danger), "classes")) {
		struct made m = {.class = class->string, .gates = ra_json_get(class, "gate"), .clear = !strcmp(class->string, "tpm_clear")};

		if (!m.gates)
			continue;
		gated++;
		past_the_gate(&m);
		before_the_gate(&m);
	}
	assert_true(gated >= 28);
	ra_json_free(danger);
}

static bool touches_gated(const cJSON *step, const cJSON *classes)
{
	const cJSON *id;

	cJSON_ArrayForEach (id, ra_json_get(step, "touches")) {
		if (ra_json_get(ra_json_get(classes, id->valuestring), "gate"))
			return true;
	}
	return false;
}

static bool never_in_a_test(const cJSON *flow, const char *step)
{
	const cJSON *test, *id;

	cJSON_ArrayForEach (test, ra_json_get(flow, "tests")) {
		cJSON_ArrayForEach (id, ra_json_get(test, "never")) {
			if (!strcmp(id->valuestring, step))
				return true;
		}
	}
	return false;
}

/* Each gated change of the shipped flows stands in the `never` of at least one of their tests. */
static void every_gated_step_has_a_never(void **state)
{
	RA_AUTO(ra_mem_free) char *dir = ra_path_join(unit_dir("RA_SRCDIR"), "flows");
	struct ra_json *danger = shipped("flows/danger.json");
	const cJSON *classes = ra_json_get(ra_json_root(danger), "classes"), *step;
	char **names, name[300];
	size_t count, gated = 0;

	assert_int_equal(ra_list_dir(dir, ".flow.json", &names, &count, NULL), RA_OK);
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "flows/%s", names[i]);
		struct ra_json *flow = shipped(name);

		cJSON_ArrayForEach (step, ra_json_get(ra_json_root(flow), "steps")) {
			if (strcmp(ra_json_str(step, "toward", ""), "change") || !touches_gated(step, classes))
				continue;
			gated++;
			if (!never_in_a_test(ra_json_root(flow), step->string))
				fail_msg("%s: no test says never of step %s", name, step->string);
		}
		ra_json_free(flow);
	}
	assert_true(gated > 0);
	ra_names_free(names, count);
	ra_json_free(danger);
}

/* Every step a walk can come to when it may not pass these two. Out: seen by index. */
struct walk_on {
	const struct ra_flow *flow;
	const char *const *without; /* NULL-terminated */
	bool *seen;
};
static void visit(struct walk_on *on, const char *id);

static void on_way(void *payload, const struct ra_step *step, const struct ra_way *way)
{
	(void)step;
	visit(payload, way->go);
}

static void visit(struct walk_on *on, const char *id)
{
	const struct ra_step *step = ra_flow_step(on->flow, id);
	size_t at = step ? (size_t)(step - on->flow->steps) : 0;

	for (const char *const *word = on->without; *word; word++)
		if (!strcmp(*word, id))
			return;
	if (!step || on->seen[at])
		return;
	on->seen[at] = true;
	ra_step_ways(step, on_way, on);
}

/* Evidence first: no way leads to a change that disturbs the host before what can be read of it was read and kept - on a host that does
 * not start: before its console and its settings were photographed; on a server that is off: before its BMC told what it knows. */
static void evidence_first(void **state)
{
	static const char *const evidence[] = {"evidence", "pictures", "power-look", NULL};
	RA_AUTO(ra_flowset_free) struct ra_flowset *set = rig_load("flows");
	const struct ra_flow *flow = ra_flowset_flow(set, "tpm-attestation");
	struct walk_on on = {.flow = flow, .without = evidence};
	const cJSON *entry;
	size_t changes = 0;

	assert_non_null(flow);
	on.seen = calloc(flow->step_count, sizeof(*on.seen));
	assert_non_null(on.seen);
	visit(&on, flow->start);
	cJSON_ArrayForEach (entry, flow->entries) {
		visit(&on, ra_json_str(entry, "go", ""));
	}
	for (size_t i = 0; i < flow->step_count; i++) {
		const struct ra_step *step = &flow->steps[i];

		if (step->kind != RA_STEP_ACTION || step->action.danger <= RA_REVERSIBLE)
			continue;
		changes++;
		if (on.seen[i])
			fail_msg("a way leads to %s before the evidence is kept", step->id);
	}
	assert_true(changes > 5);
	free(on.seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_gated_class),
	    cmocka_unit_test(every_gated_step_has_a_never),
	    cmocka_unit_test(evidence_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
