/* fuzz_flow.c - a file of a flow set, of whichever kind, beside a small set it can refer to: what loads is linted, its
 * tests are run, and its flows are drawn. */
#include "config.h"

#include "flow/draw.h"
#include "flow/flowset_build.h"
#include "flow/lint.h"

#include <stdlib.h>
#include <string.h>

#define HEAD "\"$schema\":\"s\",\"format\":1,"
#define LEN_MAX 65536 /* tests of a flow are walks: size is time */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char danger[] = "{" HEAD "\"classes\":{\"tpm_clear\":{\"title\":\"t\",\"danger\":\"irreversible\","
				      "\"gate\":[\"key-proven\"],\"restarts\":true},"
			     "\"reboot\":{\"title\":\"t\",\"danger\":\"disruptive\",\"restarts\":true}},"
			     "\"gates\":{\"key-proven\":{\"title\":\"t\",\"why\":\"w\",\"fresh\":[\"boot\"],"
			     "\"statements\":[{\"id\":\"s\",\"say\":\"s\"}]}}}";
static const char check[] =
    "{" HEAD "\"id\":\"boot\",\"title\":\"t\",\"why\":\"w\",\"planes\":[{\"via\":\"ssh\",\"run\":[\"esxcli\","
	     "\"system\",\"stats\","
    "\"uptime\",\"get\"],\"parse\":\"builtin:uptime-us\",\"facts\":{\"host.boot_time\":{\"type\":\"time\"}}}]}";

static bool take(struct ra_flowset *set, enum ra_flow_kind kind, const char *bytes, size_t len)
{
	struct ra_json *doc = NULL;

	return !ra_json_parse("input", bytes, len, NULL, &doc, NULL) &&
	       !ra_flowset_take(set, kind, RA_FROM_INSTALLED, doc, NULL);
}

static void draw(const struct ra_flow *flow)
{
	static const char *const formats[] = {"svg", "dot", "mermaid"};
	RA_AUTO(ra_chart_free) struct ra_chart *chart = ra_chart_new(flow);
	RA_AUTO(ra_mem_free) struct ra_chart_row *rows = NULL;
	const struct ra_chart *charts[] = {chart};
	const struct ra_drawing drawing = {.charts = charts, .count = 1};
	size_t count, told = 0;

	if (!chart || ra_chart_rows(chart, &rows, &count))
		abort();
	for (size_t i = 0; i < count; i++)
		told += rows[i].arc == RA_CHART_NONE;
	if (told != flow->step_count)
		abort();
	for (size_t i = 0; i < RA_LEN(formats); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf out = {0};

		if (ra_draw_format(formats[i])->draw(&drawing, &out))
			abort();
	}
}

static void examine(struct ra_flowset *set)
{
	RA_AUTO(ra_mem_free) struct ra_finding *findings = calloc(RA_FINDINGS_MAX, sizeof(*findings));
	struct ra_flow_tests counts;
	size_t count;

	if (!findings || ra_flowset_finish(set, NULL))
		return;
	count = ra_flowset_lint(set, findings);
	for (size_t i = 0; i < count; i++) {
		if (!strchr(findings[i].text, ':'))
			abort();
	}
	if (ra_flowset_test(set, &counts, findings, &count) || counts.edges_taken > counts.edges)
		abort();
	const struct ra_flow *const *flows;

	count = ra_flowset_flows(set, &flows);
	for (size_t i = 0; i < count; i++)
		draw(flows[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	for (int kind = RA_KIND_FLOW; len <= LEN_MAX && kind <= RA_KIND_FLEET; kind++) {
		RA_AUTO(ra_flowset_free) struct ra_flowset *set = ra_flowset_new();

		if (!set || (kind != RA_KIND_DANGER && !take(set, RA_KIND_DANGER, danger, strlen(danger))) ||
		    !take(set, RA_KIND_CHECK, check, strlen(check)))
			abort();
		if (take(set, (enum ra_flow_kind)kind, (const char *)bytes, len))
			examine(set);
	}
	return 0;
}
