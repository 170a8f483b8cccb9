/* The variables of govc: what is taken from them, what cannot be read, and that no password stays in the environment. */
#include "config.h"

#include "tests/unit/unit.h"

#include "verb/govc.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"GOVC_URL",	     "GOVC_USERNAME",	  "GOVC_PASSWORD",
				    "GOVC_INSECURE", "GOVC_TLS_CA_CERTS", "GOVC_TLS_KNOWN_HOSTS"};

static int clean(void **state)
{
	for (size_t i = 0; i < RA_LEN(names); i++)
		unsetenv(names[i]);
	return 0;
}

static const char *text(const char *value)
{
	return value ? value : "-";
}

/* "NAME=value" lines, and what they come to. */
static void test_what_is_taken(void **state)
{
	static const struct {
		const char *set[3];
		const char *url, *user, *password;
		bool insecure;
	} rows[] = {
		{{NULL}, "-", "-", "-", false},
		{{"GOVC_URL=", "GOVC_PASSWORD="}, "-", "-", "-", false},
		{{"GOVC_URL=vc.example"}, "vc.example", "-", "-", false},
		{{"GOVC_URL=https://u:p%40%2Fw@vc.example:8443/sdk"}, "https://u@vc.example:8443/sdk", "-", "p@/w", false},
		{{"GOVC_URL=u%40vsphere.local:a@b@vc.example"}, "u%40vsphere.local@vc.example", "-", "a@b", false},
		{{"GOVC_URL=u:p@vc.example", "GOVC_PASSWORD=q"}, "u@vc.example", "-", "q", false},
		{{"GOVC_USERNAME=u", "GOVC_PASSWORD=p w", "GOVC_INSECURE=1"}, "-", "u", "p w", true},
		{{"GOVC_INSECURE=true"}, "-", "-", "-", true},
		{{"GOVC_INSECURE=False"}, "-", "-", "-", false},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_govc govc;
		struct ra_errs errs;

		ra_errs_clear(&errs);
		clean(NULL);
		for (size_t k = 0; k < RA_LEN(rows[i].set) && rows[i].set[k]; k++) {
			char *name = strdup(rows[i].set[k]);

			*strchr(name, '=') = '\0';
			assert_int_equal(setenv(name, name + strlen(name) + 1, 1), 0);
			free(name);
		}
		if (ra_govc_take(&govc, &errs))
			fail_msg("row %zu: %s", i, errs.text[0]);
		if (strcmp(text(govc.url), rows[i].url) || strcmp(text(govc.user), rows[i].user) ||
		    strcmp(govc.password ? ra_secret_bytes(govc.password, NULL) : "-", rows[i].password) ||
		    govc.insecure != rows[i].insecure)
			fail_msg("row %zu: \"%s\" \"%s\" \"%s\" %d", i, text(govc.url), text(govc.user),
				 govc.password ? ra_secret_bytes(govc.password, NULL) : "-", govc.insecure);
		ra_govc_clear(&govc);
	}
}

/* What cannot be read is an error with the variable's name and without its value. */
static void test_what_is_refused(void **state)
{
	static const char *const rows[][2] = {
		{"GOVC_URL", "http://s3cret.example"},	   {"GOVC_URL", "https://u:s3cret@"},
		{"GOVC_URL", "https://u:s3cret%4@vc"},	   {"GOVC_URL", "https://u:s3/cret@vc"},
		{"GOVC_URL", "https://vc.example?s3cret"}, {"GOVC_INSECURE", "s3cret"},
		{"GOVC_USERNAME", "s3cret\n"},		   {"GOVC_TLS_CA_CERTS", "/dev/null:/s3cret"},
		{"GOVC_TLS_KNOWN_HOSTS", "s3cret\a"},
	};

	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_govc govc;
		struct ra_errs errs;
		char line[1024];

		ra_errs_clear(&errs);
		clean(NULL);
		assert_int_equal(setenv(rows[i][0], rows[i][1], 1), 0);
		assert_int_equal(setenv("GOVC_PASSWORD", "pw", 1), 0);
		ra_err err = ra_govc_take(&govc, &errs);

		ra_errs_line(&errs, line, sizeof(line));
		if (err != RA_E_DENIED || strncmp(line, rows[i][0], strlen(rows[i][0])) || strstr(line, "s3"))
			fail_msg("row %zu: %d %s", i, err, line);
		assert_null(getenv("GOVC_PASSWORD"));
		ra_govc_clear(&govc);
	}
}

/* The bytes are gone from where they stood, not only the variable. */
static void test_passwords_leave_the_environment(void **state)
{
	static char url[] = "GOVC_URL=https://u:s3cret@vc.example/sdk", password[] = "GOVC_PASSWORD=s3cret";
	struct ra_govc govc;
	struct ra_errs errs;

	ra_errs_clear(&errs);
	clean(NULL);
	assert_int_equal(putenv(url), 0);
	assert_int_equal(putenv(password), 0);
	assert_int_equal(ra_govc_take(&govc, &errs), RA_OK);
	assert_null(getenv("GOVC_URL"));
	assert_null(getenv("GOVC_PASSWORD"));
	assert_null(memmem(url, sizeof(url), "s3cret", 6));
	assert_null(memmem(password, sizeof(password), "s3cret", 6));
	ra_govc_clear(&govc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_taken, NULL, clean),
		cmocka_unit_test_setup_teardown(test_what_is_refused, NULL, clean),
		cmocka_unit_test_setup_teardown(test_passwords_leave_the_environment, NULL, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
