/* What `ssh -G` prints, read; tokens of ssh_config(5) filled in; the arguments of the child that goes through jump
 * hosts. */
#include "unit.h"

#include "link/sshconfig.h"
#include "tests/unit/refuse.h"

#include <stdio.h>
#include <string.h>

#define BASE "hostname esx01.lab\nport 22\n"

static void parse(const char *text, struct ra_sshconfig *out)
{
	struct ra_errs errs;
	ra_errs_clear(&errs);
	if (ra_sshconfig_parse(text, strlen(text), out, &errs) != RA_OK)
		fail_msg("\"%s\": %s", text, errs.text[0]);
}

/* Every member as one text. */
static const char *shown(const struct ra_sshconfig *c, struct ra_buf *out)
{
	static const char *const strict[] = {"ask", "yes", "accept-new", "off"};
	const struct {
		const char *name, *text;
	} texts[] = {
	    {"user", c->user},       {"agent", c->identity_agent},  {"alias", c->host_key_alias},
	    {"jump", c->proxy_jump}, {"command", c->proxy_command},
	};
	const struct {
		const char *name;
		char *const *rows;
	} lists[] = {{"id", c->identities}, {"known", c->known}, {"system", c->known_system}};
	ra_buf_reset(out);
	assert_int_equal(ra_buf_printf(out, "%s:%d", c->hostname, c->port), RA_OK);
	for (size_t i = 0; i < RA_LEN(texts); i++)
		if (texts[i].text)
			assert_int_equal(ra_buf_printf(out, " %s=%s", texts[i].name, texts[i].text), RA_OK);
	for (size_t i = 0; i < RA_LEN(lists); i++)
		for (char *const *row = lists[i].rows; *row; row++)
			assert_int_equal(ra_buf_printf(out, " %s[%s]", lists[i].name, *row), RA_OK);
	if (c->connect_s)
		assert_int_equal(ra_buf_printf(out, " connect=%d", c->connect_s), RA_OK);
	assert_int_equal(ra_buf_printf(out, "%s%s%s%s%s%s", c->strict ? " strict=" : "",
				       c->strict ? strict[c->strict] : "", c->identities_only ? " only" : "",
				       c->hash_known ? " hash" : "", c->pass_fd ? " fd" : "",
				       c->known_said ? " said" : ""),
			 RA_OK);
	if (*c->unheeded)
		assert_int_equal(ra_buf_printf(out, " unheeded=%s", c->unheeded), RA_OK);
	return ra_buf_str(out);
}

static void test_parse(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
	    {BASE, "esx01.lab:22"},
	    {"port 2222\r\nhostname 2001:db8::1", "2001:db8::1:2222"},
	    {BASE "user admin\nuser second\n", "esx01.lab:22 user=admin"},
	    {BASE "identityfile ~/.ssh/%h\nidentityfile /a b/id\nidentityfile none\n",
	     "esx01.lab:22 id[~/.ssh/%h] id[/a b/id]"},
	    {BASE "identityagent none\n", "esx01.lab:22 agent=none"},
	    {BASE "identityagent $FOO\nidentitiesonly yes\nhashknownhosts yes\nproxyusefdpass yes\n",
	     "esx01.lab:22 agent=$FOO only hash fd"},
	    {BASE "identitiesonly no\nhashknownhosts no\nproxyusefdpass no\n", "esx01.lab:22"},
	    {BASE "userknownhostsfile /root/.ssh/known_hosts /root/.ssh/known_hosts2\n",
	     "esx01.lab:22 known[/root/.ssh/known_hosts] known[/root/.ssh/known_hosts2] said"},
	    /* A path with a blank is printed as it is. */
	    {BASE "userknownhostsfile /root/x /tmp/k b/kh ~/z\n",
	     "esx01.lab:22 known[/root/x] known[/tmp/k b/kh] known[~/z] said"},
	    {BASE "userknownhostsfile none\nglobalknownhostsfile none\n", "esx01.lab:22 said"},
	    {BASE "globalknownhostsfile /etc/ssh/ssh_known_hosts\n", "esx01.lab:22 system[/etc/ssh/ssh_known_hosts]"},
	    {BASE "userknownhostsfile  /a  /b \n", "esx01.lab:22 known[/a] known[/b] said"},
	    {BASE "stricthostkeychecking true\n", "esx01.lab:22 strict=yes"},
	    {BASE "stricthostkeychecking yes\n", "esx01.lab:22 strict=yes"},
	    {BASE "stricthostkeychecking accept-new\n", "esx01.lab:22 strict=accept-new"},
	    {BASE "stricthostkeychecking ask\n", "esx01.lab:22"},
	    {BASE "stricthostkeychecking false\n", "esx01.lab:22 strict=off"},
	    {BASE "stricthostkeychecking off\n", "esx01.lab:22 strict=off"},
	    {BASE "stricthostkeychecking whatever\n", "esx01.lab:22"},
	    {BASE "connecttimeout 7\n", "esx01.lab:22 connect=7"},
	    {BASE "connecttimeout none\n", "esx01.lab:22"},
	    {BASE "connecttimeout 99999999999999999999\n", "esx01.lab:22"},
	    {BASE "hostkeyalias vault\nproxyjump a,b\n", "esx01.lab:22 alias=vault jump=a,b"},
	    {BASE "proxyjump none\nproxycommand none\nhostkeyalias none\n", "esx01.lab:22"},
	    {BASE "proxycommand nc -X 5 %h %p\n", "esx01.lab:22 command=nc -X 5 %h %p"},
	    /* What belongs to no such output, and what is not followed. */
	    {BASE "proxycommand a\x1b[2Jb\nproxycommandx y\nproxycommand\nproxycommand \nbogus\n\n", "esx01.lab:22"},
	    {BASE
	     "revokedhostkeys /r\nbindaddress 10.0.0.1\naddressfamily any\ncertificatefile none\nrevokedhostkeys /s\n",
	     "esx01.lab:22 unheeded=RevokedHostKeys, BindAddress"},
	    {"Hostname upper\n" BASE, "esx01.lab:22"},
	};
	RA_AUTO(ra_buf_free) struct ra_buf text = {0};
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		struct ra_sshconfig config;
		parse(rows[i].text, &config);
		assert_string_equal(shown(&config, &text), rows[i].shown);
		ra_sshconfig_clear(&config);
	}
}

static void test_no_output(void **state)
{
	static const char *const texts[] = {
	    "",
	    "\n",
	    "hostname esx01\n",
	    "port 22\n",
	    "hostname esx01\nport 0\n",
	    "hostname esx01\nport 65536\n",
	    "hostname esx01\nport 22x\n",
	    "hostname -oProxyCommand=id\nport 22\n",
	    "hostname $(id)\nport 22\n",
	    "hostname a b\nport 22\n",
	};
	struct ra_sshconfig config;
	struct ra_errs errs;
	for (size_t i = 0; i < RA_LEN(texts); i++) {
		ra_errs_clear(&errs);
		if (ra_sshconfig_parse(texts[i], strlen(texts[i]), &config, &errs) != RA_E_INVALID || !errs.count)
			fail_msg("\"%s\" was taken", texts[i]);
		assert_null(config.hostname);
	}
	/* A zero byte hides nothing. */
	static const char zero[] = "hostname a\0b\nport 22\n";
	assert_int_equal(ra_sshconfig_parse(zero, sizeof(zero) - 1, &config, NULL), RA_E_INVALID);
	/* More files than there is room for are left out. */
	RA_AUTO(ra_buf_free) struct ra_buf many = {0};
	assert_int_equal(ra_buf_text(&many, BASE "userknownhostsfile"), RA_OK);
	for (int i = 0; i < RA_SSHCONFIG_ROWS + 5; i++)
		assert_int_equal(ra_buf_printf(&many, " /f%d", i), RA_OK);
	parse(ra_buf_str(&many), &config);
	assert_string_equal(config.known[RA_SSHCONFIG_ROWS - 1], "/f15");
	assert_null(config.known[RA_SSHCONFIG_ROWS]);
	ra_sshconfig_clear(&config);
}

static const char *variable(const char *name)
{
	return strcmp(name, "KEYS") == 0 ? "/media/keys" : NULL;
}

static const struct ra_ssh_names names = {.home = "/home/me",
					  .host = "10.1.2.3",
					  .typed = "esx01",
					  .user = "root",
					  .local_user = "me",
					  .uid = "1000",
					  .local_host = "desk.lab",
					  .port = 2222,
					  .variable = variable};

static void test_path(void **state)
{
	static const struct {
		const char *text, *filled; /* filled NULL: refused */
	} rows[] = {
	    {"/plain/path", "/plain/path"},
	    {"~/.ssh/id", "/home/me/.ssh/id"},
	    {"~", "/home/me"},
	    {"%d/%h/%n/%p/%r/%u/%i", "/home/me/10.1.2.3/esx01/2222/root/me/1000"},
	    {"%l %L %k %%", "desk.lab desk esx01 %"},
	    {"${KEYS}/id", "/media/keys/id"},
	    {"/a$b/${KEYS}", "/a$b//media/keys"},
	    {"~other/id", NULL},
	    {"%C", NULL},
	    {"/a/%", NULL},
	    {"${NOTHING}/id", NULL},
	    {"${KEYS", NULL},
	    {"${}", NULL},
	};
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf out = {0};
		struct ra_errs errs;
		ra_errs_clear(&errs);
		ra_err err = ra_sshconfig_path(rows[i].text, &names, &out, &errs);
		assert_int_equal(err, rows[i].filled ? RA_OK : RA_E_INVALID);
		assert_int_equal(errs.count != 0, err != RA_OK);
		assert_string_equal(ra_buf_str(&out), rows[i].filled ? rows[i].filled : "");
	}
	struct ra_ssh_names alias = names;
	RA_AUTO(ra_buf_free) struct ra_buf out = {0};
	alias.key_alias = "vault";
	assert_int_equal(ra_sshconfig_path("%k", &alias, &out, NULL), RA_OK);
	assert_string_equal(ra_buf_str(&out), "vault");
	/* It grows to no end. */
	char homes[2 * 3000 + 1];
	for (size_t i = 0; i + 1 < sizeof(homes); i += 2)
		memcpy(homes + i, "%d", 2);
	homes[sizeof(homes) - 1] = '\0';
	ra_buf_free(&out);
	assert_int_equal(ra_sshconfig_path(homes, &names, &out, NULL), RA_E_LIMIT);
	assert_string_equal(ra_buf_str(&out), "");
}

static void test_command(void **state)
{
	static const struct {
		const char *text, *host, *typed, *user, *filled; /* filled NULL: refused */
	} rows[] = {
	    {"nc %h %p", "10.1.2.3", "esx01", "root", "nc 10.1.2.3 2222"},
	    {"connect %n %r 100%%", "h", "esx01", "adm.in-1@lab", "connect esx01 adm.in-1@lab 100%"},
	    {"nc '%h' \"$X\"", "fe80::1%eth0", "t", "u", "nc 'fe80::1%eth0' \"$X\""},
	    /* What is not in the command need not be safe for it. */
	    {"nc fixed", "a;b", "$(id)", "`id`", "nc fixed"},
	    {"nc %h", "a;b", "t", "u", NULL},
	    {"nc %h", "$(id)", "t", "u", NULL},
	    {"nc %h", "-x", "t", "u", NULL},
	    {"nc %n", "h", "a b", "u", NULL},
	    {"nc %n", "h", "a|b", "u", NULL},
	    {"nc %r", "h", "t", "lab\\admin", NULL},
	    {"nc %r", "h", "t", "a'b", NULL},
	    {"nc %r", "h", "t", "-l", NULL},
	    {"nc %r", "h", "t", "", NULL},
	    {"nc %d", "h", "t", "u", NULL},
	    {"nc %", "h", "t", "u", NULL},
	};
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf out = {0};
		struct ra_ssh_names with = names;
		with.host = rows[i].host;
		with.typed = rows[i].typed;
		with.user = rows[i].user;
		ra_err err = ra_sshconfig_command(rows[i].text, &with, &out, NULL);
		if ((err == RA_OK) != (rows[i].filled != NULL) ||
		    strcmp(ra_buf_str(&out), rows[i].filled ? rows[i].filled : ""))
			fail_msg("row %zu: %d \"%s\"", i, err, ra_buf_str(&out));
	}
}

static void test_jump(void **state)
{
	static const struct {
		const char *jumps;
		bool batch;
		const char *argv; /* NULL: refused */
	} rows[] = {
	    {"bastion", false, "/usr/bin/ssh -W [10.1.2.3]:2222 -o ControlMaster=no -- bastion"},
	    {"bastion", true, "/usr/bin/ssh -W [10.1.2.3]:2222 -o BatchMode=yes -o ControlMaster=no -- bastion"},
	    {"ops@bastion:2022", false, "/usr/bin/ssh -W [10.1.2.3]:2222 -l ops -p 2022 -o ControlMaster=no -- bastion"},
	    {"ssh://ops@[2001:db8::1]:2022", false, "/usr/bin/ssh -W [10.1.2.3]:2222 -l ops -p 2022 -o ControlMaster=no -- 2001:db8::1"},
	    {"u@b1:22,ssh://c@b2:2200,[::1]:33", false,
	     "/usr/bin/ssh -W [10.1.2.3]:2222 -p 33 -J u@b1:22,ssh://c@b2:2200 -o ControlMaster=no -- ::1"},
	    {"[10.0.0.1]", true, "/usr/bin/ssh -W [10.1.2.3]:2222 -o BatchMode=yes -o ControlMaster=no -- 10.0.0.1"},
	    {"", false, NULL},
	    {"-oProxyCommand=id", false, NULL},
	    {"a,-F", false, NULL},
	    {"-F,a", false, NULL},
	    {"a,,b", false, NULL},
	    {"a,", false, NULL},
	    {"-l@a", false, NULL},
	    {"$(id)", false, NULL},
	    {"a:0", false, NULL},
	    {"a b", false, NULL},
	    {"1,2,3,4,5,6,7,8,9", false, NULL},
	};
	for (size_t i = 0; i < RA_LEN(rows); i++) {
		RA_AUTO(ra_buf_free) struct ra_buf all = {0};
		struct ra_ssh_jump jump;
		struct ra_errs errs;
		ra_errs_clear(&errs);
		ra_err err = ra_ssh_jump_make("/usr/bin/ssh", rows[i].jumps, &names, rows[i].batch, &jump, &errs);
		if ((err == RA_OK) != (rows[i].argv != NULL) || (err && !errs.count))
			fail_msg("\"%s\": %d", rows[i].jumps, err);
		for (const char *const *arg = jump.argv; !err && *arg; arg++)
			assert_int_equal(ra_buf_printf(&all, "%s%s", all.len ? " " : "", *arg), RA_OK);
		assert_string_equal(ra_buf_str(&all), rows[i].argv ? rows[i].argv : "");
	}
	struct ra_ssh_names bad = names;
	struct ra_ssh_jump jump;
	bad.host = "a]:22 b";
	assert_int_equal(ra_ssh_jump_make("/usr/bin/ssh", "bastion", &bad, true, &jump, NULL), RA_E_INVALID);
}

/* Each allocation refused in turn: no memory, or all of it, and never a part. */
static void test_no_memory(void **state)
{
	static const char text[] =
	    BASE "user a\nidentityfile ~/x\nidentityfile ~/y\nuserknownhostsfile /a /b c\nglobalknownhostsfile /d\n"
		 "identityagent /e\nhostkeyalias f\nproxyjump g\nproxycommand h %h ${A}\n";
	struct ra_sshconfig config;
	fail_at = -1;
	allocations = 0;
	parse(text, &config);
	ra_sshconfig_clear(&config);
	const int total = allocations;
	assert_true(total > 10);
	for (int at = 0; at < total; at++) {
		allocations = 0;
		fail_at = at;
		ra_err err = ra_sshconfig_parse(text, sizeof(text) - 1, &config, NULL);
		fail_at = -1;
		assert_int_equal(err, RA_E_NOMEM);
		assert_null(config.hostname);
		assert_null(config.identities[0]);
	}
	for (int at = 0; at < 3; at++) {
		struct ra_buf out = {0};
		allocations = 0;
		fail_at = at;
		ra_err err = ra_sshconfig_path("~/%h/%n", &names, &out, NULL);
		fail_at = -1;
		assert_string_equal(ra_buf_str(&out), err ? "" : "/home/me/10.1.2.3/esx01");
		ra_buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),   cmocka_unit_test(test_no_output), cmocka_unit_test(test_path),
	    cmocka_unit_test(test_command), cmocka_unit_test(test_jump),      cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
