/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which cipher suite a controller is asked for, day by day. */
#include "ciphers.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TODAY 20000

/* As after a restart. */
static struct ciphers restarted(const struct ciphers *c, int64_t today)
{
	struct ciphers again = { .only = c->only };
	char note[CIPHERS_TEXT];
	ciphers_recall(&again, ciphers_note(c, note) ? note : NULL, today);
	return again;
}

static void who_has_done_17_is_never_asked_for_less(void **state)
{
	(void)state;
	struct ciphers c = { 0 };
	assert_int_equal(ciphers_first(&c, TODAY), 17);
	assert_true(ciphers_done(&c, 17, TODAY));
	for (int64_t day = TODAY; day < TODAY + 1000; day += 100) {
		assert_int_equal(ciphers_first(&c, day), 17);
		assert_int_equal(ciphers_refuse(&c, 17), 0);
		ciphers_silent(&c);
		assert_false(ciphers_due(&c, day));
		c = restarted(&c, day);
	}
}

/* A person may say 3; when that is taken back, what was known before holds. */
static void three_by_configuration_teaches_nothing(void **state)
{
	(void)state;
	struct ciphers c = { 0 };
	ciphers_done(&c, 17, TODAY);
	c = restarted(&c, TODAY);
	c.only = 3;
	assert_int_equal(ciphers_first(&c, TODAY), 3);
	assert_false(ciphers_done(&c, 3, TODAY));
	assert_int_equal(ciphers_refuse(&c, 3), 0);
	c = restarted(&c, TODAY);
	c.only = 0;
	assert_int_equal(ciphers_first(&c, TODAY), 17);
	assert_int_equal(ciphers_refuse(&c, 17), 0);
	struct ciphers fresh = { .only = 3 };
	assert_false(ciphers_done(&fresh, 3, TODAY));
	fresh.only = 0;
	assert_int_equal(ciphers_first(&fresh, TODAY), 17);
	struct ciphers only = { .only = 17 };
	assert_int_equal(ciphers_first(&only, TODAY), 17);
	assert_int_equal(ciphers_refuse(&only, 17), 0);
}

static void who_refuses_17_is_asked_for_3_for_a_week(void **state)
{
	(void)state;
	struct ciphers c = { 0 };
	assert_int_equal(ciphers_first(&c, TODAY), 17);
	assert_int_equal(ciphers_refuse(&c, 17), 3);
	assert_true(ciphers_done(&c, 3, TODAY));
	c = restarted(&c, TODAY + 2);
	assert_int_equal(ciphers_first(&c, TODAY + 6), 3);
	assert_false(ciphers_due(&c, TODAY + 6));
	assert_true(ciphers_due(&c, TODAY + 7));
	struct ciphers kept = c;
	c = restarted(&c, TODAY + 7);
	assert_int_equal(ciphers_first(&c, TODAY + 7), 17);
	assert_int_equal(ciphers_first(&kept, TODAY + 7), 17); /* without a restart, too */
	assert_int_equal(ciphers_refuse(&kept, 17), 3);
	assert_true(ciphers_done(&kept, 3, TODAY + 7));
	assert_int_equal(ciphers_first(&kept, TODAY + 13), 3);
	assert_int_equal(ciphers_first(&kept, TODAY + 14), 17);
	assert_true(ciphers_done(&kept, 17, TODAY + 14)); /* it has learnt */
	assert_int_equal(ciphers_refuse(&kept, 17), 0);
}

static void who_was_only_silent_is_asked_again_the_next_day(void **state)
{
	(void)state;
	struct ciphers c = { 0 };
	assert_int_equal(ciphers_first(&c, TODAY), 17);
	ciphers_silent(&c);
	assert_int_equal(ciphers_first(&c, TODAY), 3);
	ciphers_silent(&c); /* in turn, until something is known */
	assert_int_equal(ciphers_first(&c, TODAY), 17);
	ciphers_silent(&c);
	assert_int_equal(ciphers_first(&c, TODAY), 3);
	assert_true(ciphers_done(&c, 3, TODAY));
	ciphers_silent(&c); /* of which silence takes nothing */
	assert_int_equal(ciphers_first(&c, TODAY), 3);
	c = restarted(&c, TODAY);
	assert_int_equal(ciphers_first(&c, TODAY), 3);
	assert_int_equal(ciphers_first(&c, TODAY + 1), 17);
}

static void asking_ends_when_neither_is_taken(void **state)
{
	(void)state;
	struct ciphers starts[] = { { 0 }, { .known = 3, .until = TODAY + 3 }, { .known = 3, .until = TODAY + 3, .refused = true },
				    { .other_turn = true }, { .other_turn = true, .refused = true } };
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct ciphers c = starts[i];
		for (int attempt = 0; attempt < 3; attempt++) {
			uint8_t asked = ciphers_first(&c, TODAY);
			bool seventeen = false;
			int n = 0;
			for (; asked != 0 && n < 10; n++) {
				seventeen = seventeen || asked == 17;
				asked = ciphers_refuse(&c, asked);
			}
			assert_true(n <= 3);
			assert_true(seventeen || attempt == 0);
		}
	}
}

static void notes_that_make_no_sense_are_no_knowledge(void **state)
{
	(void)state;
	static const char *const notes[] = { "", "3", "3 20000", "3 until", "3 until 90000", "0 until 20003", "1 until 20003", "x" };
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		struct ciphers c = { 0 };
		ciphers_recall(&c, notes[i], TODAY);
		assert_int_equal(ciphers_first(&c, TODAY), 17);
		assert_int_equal(ciphers_refuse(&c, 17), 3);
	}
	struct ciphers c = { 0 };
	ciphers_recall(&c, "17 19990", TODAY); /* as earlier versions wrote it */
	assert_int_equal(ciphers_refuse(&c, 17), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_has_done_17_is_never_asked_for_less),
		cmocka_unit_test(three_by_configuration_teaches_nothing),
		cmocka_unit_test(who_refuses_17_is_asked_for_3_for_a_week),
		cmocka_unit_test(who_was_only_silent_is_asked_again_the_next_day),
		cmocka_unit_test(asking_ends_when_neither_is_taken),
		cmocka_unit_test(notes_that_make_no_sense_are_no_knowledge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
