/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lockout.h"
#include <stdio.h>

static void two_tries_then_ever_longer_waits_up_to_a_day(void **state)
{
	(void)state;
	struct lockout l = { 0 };
	assert_int_equal(lockout_refused(&l, 1000), 0);
	assert_int_equal(lockout_refused(&l, 2000), LOCKOUT_MS);
	assert_int_equal(l.until_ms, 2000 + LOCKOUT_MS);
	assert_int_equal(lockout_refused(&l, l.until_ms), 2 * LOCKOUT_MS);
	for (int i = 0; i < 100; i++)
		assert_true(lockout_refused(&l, l.until_ms) <= LOCKOUT_MAX_MS);
	assert_int_equal(lockout_refused(&l, 0), LOCKOUT_MAX_MS);
}

static void a_restart_takes_it_over_and_other_accounts_do_not(void **state)
{
	(void)state;
	char text[LOCKOUT_TEXT];
	struct lockout before = { .mark = lockout_mark("monitor", "guess") }, after = { .mark = before.mark };
	lockout_refused(&before, 0);
	lockout_refused(&before, 1000);
	lockout_text(&before, 61000, 1700000000, text);
	lockout_recall(&after, text, 5000, 1700000060); /* a minute later */
	assert_int_equal(after.refusals, 2);
	assert_int_equal(after.until_ms, 5000 + LOCKOUT_MS - 2 * 60000);
	struct lockout other = { .mark = lockout_mark("monitor", "the right one") };
	lockout_recall(&other, text, 5000, 1700000060);
	assert_int_equal(other.refusals, 0);
	assert_int_not_equal(lockout_mark("a", "bc"), lockout_mark("ab", "c"));
}

static void steps_of_the_clock_and_nonsense_do_not_lengthen_it(void **state)
{
	(void)state;
	char text[LOCKOUT_TEXT];
	struct lockout l = { .mark = 7 };
	snprintf(text, sizeof(text), "0007 2 1700000900");
	lockout_recall(&l, text, 0, 1000); /* the clock went back to 1970 */
	assert_int_equal(l.until_ms, LOCKOUT_MS);
	lockout_recall(&l, text, 0, 1800000000);
	assert_int_equal(l.until_ms, 0);
	const char *const bad[] = { "", "0007", "0007 2", "0007 99999999 5", "x 1 2", "0007 2 999999999999999999999" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		l = (struct lockout){ .mark = 7 };
		lockout_recall(&l, bad[i], 0, 0);
		assert_true(l.until_ms <= LOCKOUT_MAX_MS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_tries_then_ever_longer_waits_up_to_a_day),
		cmocka_unit_test(a_restart_takes_it_over_and_other_accounts_do_not),
		cmocka_unit_test(steps_of_the_clock_and_nonsense_do_not_lengthen_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
