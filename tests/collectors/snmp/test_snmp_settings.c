/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What credentials may say, and what is said of those that cannot work. */
#include "fake_target.h"
#include "source.h"
#include <hallwatt/arena.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECRET "{env: X}"

static void check(const char *text, const char *mistake)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	struct hwatt_text said;
	struct snmp_settings settings;
	const struct hwatt_node *node = document_parse("test", text, strlen(text), arena, &report);
	assert_non_null(node);
	int rc = hwatt_option_read(&snmp_collector.settings, node, &settings, arena, &report);
	hwatt_text_init(&said, 1 << 16);
	report_print(&report, &said);
	if (mistake == NULL && rc < 0)
		fail_msg("%s: %s", text, hwatt_text_string(&said));
	if (mistake != NULL && (rc == 0 || strstr(hwatt_text_string(&said), mistake) == NULL))
		fail_msg("%s: \"%s\" does not say \"%s\"", text, hwatt_text_string(&said), mistake);
	hwatt_text_free(&said);
	hwatt_arena_free(arena);
}

static void sound_settings_are_taken(void **state)
{
	(void)state;
	check("{}", NULL);
	check("{version: 1, community: x}", NULL);
	check("{version: 3, user: fred}", NULL);
	check("{version: 3, user: fred, auth: sha1, auth_secret: " SECRET "}", NULL);
	check("{version: 3, user: fred, auth: sha512, auth_secret: " SECRET ", priv: aes256c, priv_secret: " SECRET ", context: c, "
	      "engine_id: \"0x80001F8801\"}", NULL);
}

static void settings_that_cannot_work_are_explained(void **state)
{
	(void)state;
	check("{version: 3}", "version 3 needs \"user\"");
	check("{user: fred}", "need \"version: 3\"");
	check("{version: 2c, auth: sha}", "need \"version: 3\"");
	check("{version: 3, user: f, community_secret: " SECRET "}", "version 3 has users, no community");
	check("{version: 3, user: f, auth: sha}", "\"auth\" needs \"auth_secret\"");
	check("{version: 3, user: f, auth_secret: " SECRET "}", "\"auth_secret\" needs \"auth\"");
	check("{version: 3, user: f, auth: sha, auth_secret: " SECRET ", priv: aes}", "\"priv\" needs \"priv_secret\"");
	check("{version: 3, user: f, auth: sha, auth_secret: " SECRET ", priv_secret: " SECRET "}", "\"priv_secret\" needs \"priv\"");
	check("{version: 3, user: f, priv: aes, priv_secret: " SECRET "}", "does not encrypt what it does not sign");
	check("{version: 3, user: f, auth: sha265, auth_secret: " SECRET "}", "did you mean \"sha256\"?");
	check("{version: 3, user: f, auth: sha, auth_secret: hunter22}", "a secret is named, not written here");
	check("{version: 3, user: f, engine_id: \"80001f\"}", "the wrong form for: version 3: the agent's engine id");
	check("{version: 3, user: f, engine_id: \"80001f880\"}", "the wrong form");
	check("{version: 3, user: \"123456789012345678901234567890123\"}", "the wrong form for: version 3: the user's name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_settings_are_taken),
		cmocka_unit_test(settings_that_cannot_work_are_explained),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
