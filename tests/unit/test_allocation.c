/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "allocation.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void assert_ratio(struct hwatt_ratio r, int decimals, const char *expected)
{
	char text[64];
	hwatt_ratio_format(r, decimals, text);
	assert_string_equal(text, expected);
}

static void example_40_allocation_proportional(void **state)
{
	(void)state;
	assert_ratio(allocation_proportional(30, 80, 100), 1, "37.5");
	assert_false(hwatt_ratio_known(allocation_proportional(30, 0, 100)));
}

static void example_41_allocation_two_part(void **state)
{
	(void)state;
	assert_ratio(allocation_two_part(30, 80, 100, 8, 1, 2), 1, "38.5");
}

static void example_42_largest_remainder(void **state)
{
	(void)state;
	int64_t out[3];
	assert_true(allocation_share(1000, (int64_t[]){ 1, 1, 1 }, 3, out));
	assert_memory_equal(out, ((int64_t[]){ 334, 333, 333 }), sizeof(out));
	assert_true(allocation_share(1001, (int64_t[]){ 5, 3, 2 }, 3, out));
	assert_memory_equal(out, ((int64_t[]){ 501, 300, 200 }), sizeof(out));
	assert_false(allocation_share(1001, (int64_t[]){ 0, 0, 0 }, 3, out));
	assert_true(allocation_share(INT64_MAX, (int64_t[]){ INT64_MAX / 3, INT64_MAX / 3, 1 }, 3, out));
	assert_true((hwatt_i128)out[0] + out[1] + out[2] == INT64_MAX);
}

static void example_43_hour_to_quarters(void **state)
{
	(void)state;
	int64_t out[4];
	assert_true(allocation_share(1001, (int64_t[]){ 1, 1, 1, 1 }, 4, out));
	assert_memory_equal(out, ((int64_t[]){ 251, 250, 250, 250 }), sizeof(out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_40_allocation_proportional),
		cmocka_unit_test(example_41_allocation_two_part),
		cmocka_unit_test(example_42_largest_remainder),
		cmocka_unit_test(example_43_hour_to_quarters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
