/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sequence numbers out of order, doubled and played again. */
#include "window.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void each_number_comes_once(void **state)
{
	(void)state;
	static const uint32_t first[] = { 1, 0, 0x7ffffff0, 0xfffffff0 };
	for (size_t i = 0; i < 4; i++) {
		struct window w = { 0 };
		for (uint32_t n = 0; n < 1000; n++) {
			assert_true(window_take(&w, first[i] + n)); /* over the wrap, too */
			assert_false(window_take(&w, first[i] + n));
		}
	}
}

static void swapped_ones_are_taken_while_they_are_near(void **state)
{
	(void)state;
	struct window w = { 0 };
	assert_true(window_take(&w, 100));
	assert_true(window_take(&w, 103));
	assert_true(window_take(&w, 101));
	assert_false(window_take(&w, 101));
	assert_true(window_take(&w, 103 - (WINDOW_WIDTH - 1)));
	assert_false(window_take(&w, 103 - WINDOW_WIDTH));
	assert_true(window_take(&w, 102));
	assert_true(window_take(&w, 103 + WINDOW_WIDTH - 1));
	assert_false(window_take(&w, 103)); /* at the very edge, and known */
	assert_false(window_take(&w, 102)); /* beyond it */
	assert_true(window_take(&w, 1000000)); /* a jump leaves nothing of before */
	assert_true(window_take(&w, 999999));
	assert_false(window_take(&w, 134));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_comes_once),
		cmocka_unit_test(swapped_ones_are_taken_while_they_are_near),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
