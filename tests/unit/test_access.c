/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "access.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct settings {
	const char *version, *community, *user, *context;
	struct hwatt_secret auth_secret, password;
	const char *auth, *priv, *cipher_suite, *ca;
	struct hwatt_secret priv_secret;
};

#define ROW(key, kind) { .name = #key, .type = kind, .offset = offsetof(struct settings, key) }

static const struct hwatt_option agent_rows[] = {
	ROW(version, HWATT_STRING), ROW(community, HWATT_STRING), ROW(user, HWATT_STRING), ROW(context, HWATT_STRING),
	ROW(auth, HWATT_STRING), ROW(auth_secret, HWATT_SECRET), ROW(priv, HWATT_STRING), ROW(priv_secret, HWATT_SECRET),
};
static const struct hwatt_option bmc_rows[] = {
	ROW(user, HWATT_STRING), ROW(password, HWATT_SECRET), ROW(cipher_suite, HWATT_STRING), ROW(ca, HWATT_STRING),
};
/* Two protocols with the keys that matter here. */
static const struct hwatt_collector agents = { .name = "agents",
	.settings = { .name = "agents", .size = sizeof(struct settings), .options = agent_rows, .count = 8 } };
static const struct hwatt_collector bmcs = { .name = "bmcs",
	.settings = { .name = "bmcs", .size = sizeof(struct settings), .options = bmc_rows, .count = 4 } };
const struct hwatt_collector *const hallwatt_collectors[] = { &agents, &bmcs, NULL };

struct said { /* a command line */
	struct access access;
	struct hwatt_report report;
	struct hwatt_error err;
};

static void say(struct said *s, const char *const *arguments)
{
	static const struct option options[] = { ACCESS_OPTIONS, { NULL, 0, NULL, 0 } };
	char *argv[32] = { "x" };
	int argc = 1, option;
	memset(s, 0, sizeof(*s));
	for (; *arguments != NULL; arguments++)
		argv[argc++] = (char *)(uintptr_t)*arguments;
	optind = 0;
	while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1)
		assert_true(access_take(&s->access, option, optarg));
	s->access.arena = hwatt_arena_new();
	s->report.arena = s->access.arena;
}

static const struct settings *read_by(struct said *s, const struct hwatt_collector *collector)
{
	const struct settings *settings = access_settings(&s->access, collector, &s->report, &s->err);
	if (settings == NULL)
		fail_msg("%s", s->err.text);
	return settings;
}

#define SAY(s, ...) say(s, (const char *const[]){ __VA_ARGS__, NULL })

static void refused(const struct hwatt_collector *collector, const char *sentence, const char *const *arguments)
{
	struct said s;
	say(&s, arguments);
	assert_null(access_settings(&s.access, collector, &s.report, &s.err));
	assert_int_equal(s.err.code, HWATT_EINVAL);
	assert_string_equal(s.err.text, sentence);
	access_close(&s.access);
}

#define REFUSED(collector, sentence, ...) refused(collector, sentence, (const char *const[]){ __VA_ARGS__, NULL })

static void nothing_said_is_the_tables_defaults(void **state)
{
	(void)state;
	struct said s;
	SAY(&s, "-c", "x.yaml");
	assert_string_equal(s.access.config_file, "x.yaml");
	assert_string_equal(read_by(&s, &agents)->version, "2c");
	assert_string_equal(read_by(&s, &bmcs)->user, "");
	access_close(&s.access);
	SAY(&s, "--version-1", "--community", "a\"b");
	assert_string_equal(read_by(&s, &agents)->version, "1");
	assert_string_equal(read_by(&s, &agents)->community, "a\"b");
	access_close(&s.access);
}

static void a_user_of_each_kind(void **state)
{
	(void)state;
	struct said s;
	SAY(&s, "--user", "fred", "--auth", "sha256", "--auth-file", "/a", "--priv", "aes128", "--priv-file", "/b", "--context", "c");
	const struct settings *is = read_by(&s, &agents);
	assert_string_equal(is->version, "3");
	assert_string_equal(is->user, "fred");
	assert_string_equal(is->auth, "sha256");
	assert_int_equal(is->auth_secret.kind, HWATT_SECRET_FILE);
	assert_string_equal(is->auth_secret.where, "/a");
	assert_string_equal(is->priv_secret.where, "/b");
	assert_string_equal(is->context, "c");
	struct hwatt_text text;
	hwatt_text_init(&text, 4096);
	hwatt_text_puts(&text, "said ");
	access_tell(&s.access, &agents, &text);
	assert_string_equal(hwatt_text_string(&text), "said {version: \"3\", user: \"fred\", auth: \"sha256\", auth_secret: {file: \"/a\"}, "
			    "priv: \"aes128\", priv_secret: {file: \"/b\"}, context: \"c\"}");
	hwatt_text_free(&text);
	access_close(&s.access);
	SAY(&s, "--user", "root", "--password-file", "pw", "--cipher-suite", "17", "--ca", "system");
	is = read_by(&s, &bmcs);
	assert_string_equal(is->user, "root");
	assert_int_equal(is->password.where[0], '/'); /* where the command runs */
	assert_string_equal(strrchr(is->password.where, '/'), "/pw");
	assert_string_equal(is->cipher_suite, "17");
	assert_string_equal(is->ca, "system");
	access_close(&s.access);
}

static void what_a_protocol_has_no_key_for_is_refused_by_its_option(void **state)
{
	(void)state;
	REFUSED(&agents, "--password-file is not for agents", "--user", "a", "--password-file", "f");
	REFUSED(&agents, "--ca is not for agents", "--ca", "f");
	REFUSED(&bmcs, "--community is not for bmcs", "--community", "public");
	REFUSED(&bmcs, "--auth is not for bmcs", "--auth", "sha");
	REFUSED(&bmcs, "--version-1 is not for bmcs", "--version-1");
}

static void what_does_not_go_together_is_refused(void **state)
{
	(void)state;
	REFUSED(&agents, "--auth, --priv and --context need --user", "--auth", "sha", "--auth-file", "f");
	REFUSED(&agents, "--auth and --auth-file need each other; --auth-file - asks for the pass phrase", "--user", "a", "--auth", "sha");
	REFUSED(&agents, "--priv and --priv-file need each other; --priv-file - asks for the pass phrase", "--user", "a", "--auth",
		"sha", "--auth-file", "f", "--priv-file", "f");
	REFUSED(&agents, "--priv needs --auth: SNMPv3 does not encrypt what it does not sign", "--user", "a", "--priv", "aes",
		"--priv-file", "f");
	REFUSED(&agents, "--user is for SNMPv3, in place of --version-1", "--user", "a", "--version-1");
	REFUSED(&agents, "--user is for SNMPv3, in place of --community", "--user", "a", "--community", "b");
	REFUSED(&bmcs, "--user needs --password-file; --password-file - asks for the password", "--user", "a");
	REFUSED(&agents, "--user stands in place of --credentials", "--credentials", "x", "--user", "a");
}

static void somebody_can_be_looked_for_without_credentials(void **state)
{
	(void)state;
	struct said s;
	SAY(&s, "--user", "fred", "--auth", "sha256", "--auth-file", "/a");
	const struct settings *is = access_bare(&s.access, &agents, &s.report);
	assert_string_equal(is->version, "3");
	assert_string_equal(is->auth, "");
	is = access_bare(&s.access, &bmcs, &s.report);
	assert_string_equal(is->user, "");
	access_close(&s.access);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_is_the_tables_defaults),
		cmocka_unit_test(a_user_of_each_kind),
		cmocka_unit_test(what_a_protocol_has_no_key_for_is_refused_by_its_option),
		cmocka_unit_test(what_does_not_go_together_is_refused),
		cmocka_unit_test(somebody_can_be_looked_for_without_credentials),
	};
	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
