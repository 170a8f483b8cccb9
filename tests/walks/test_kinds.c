/* Every kind of host, and every text a host that does not start shows, goes to its own end: by its recording, over the steps that make
 * it what it is, and over none that could cost the host. (Outcome and exit code of every recording: test_walks.c.) */
#include "config.h"

#include "tests/unit/unit.h"
#include "tests/walks/walker.h"

#include <string.h>

static const struct row {
	const char *demo, *end;
	const char *via; /* a step on the way */
} rows[] = {
	{"standalone", "standalone", "standalone-look"},
	{"vcenter-down", "vcenter-down", "host-only"},
	{"nested", "nested", "kind"},
	{"too-old", "too-old", "kind"},
	{"services-down", "contact-services", "contact"},
	{"licence-over", "licence-first", "reconnect-ready"},
	{"image-cluster", "repair-image", "device"},
	{"auto-deploy", "repair-deploy", "device"},
	{"config-profile", "healthy", "settings-back"},
	{"vsan-two-node", "resolved", "vsan-ready"},
	{"vxrail", "vxrail-dell", "vxrail"},
	{"server-profile", "profile-owner", "server-profile"},
	{"dpu", "tpm-by-name", "device"},
	{"firmware-tpm", "crb-only", "interface"},
	{"tpm-12", "tpm-12", "device"},
	{"trust-authority", "authority-failed", "trust-authority"},
	{"boot-component", "boot-refused", "boot-repair"},
	{"boot-kernel", "kernel-refused", "console"},
	{"boot-loader", "loader-refused", "console"},
	{"boot-crypto64", "crypto64", "console"},
	{"txt-damaged", "store-key-first", "txt-gate"},
	{"not-decrypted", "decrypt-case", "settings-now"},
	{"recovery-refused", "recovery-failed", "key-typed"},
	{"stale-seal", "rebuild", "clear-and-rebuild"},
	{"tpm-switched", "resolved", "assert-presence"},
};
/* Never on these ways, but for the end that gives the host up. */
static const char *const deadly[] = {"clear-tpm", "clear-hierarchy", "clear-and-rebuild"};

static bool went(const struct ra_view *view, const char *step)
{
	for (size_t i = 0; i < view->step_count; i++)
		if (!strcmp(view->steps[i].id, step))
			return true;
	return false;
}

static void check_row(const struct row *row, const struct ra_view *view)
{
	const char *last = view->step_count ? view->steps[view->step_count - 1].id : "";

	if (strcmp(last, row->end))
		fail_msg("%s: ended at %s, not at %s", row->demo, last, row->end);
	if (!went(view, row->via))
		fail_msg("%s: did not go over %s", row->demo, row->via);
	for (size_t i = 0; i < RA_LEN(deadly); i++)
		if (strcmp(view->outcome, "rebuild") && went(view, deadly[i]))
			fail_msg("%s: came to %s", row->demo, deadly[i]);
}

static void test_walks(void **state)
{
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct walker w = {0};

		walker_begin(&w, rows[i].demo, NULL, false);
		struct ra_view *view = walker_run(&w);

		check_row(&rows[i], view);
		ra_view_free(view);
		walker_end(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_walks)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
