/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "interval.h"
#include <string.h>
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

static void the_worst_letter_wins(void **state)
{
	(void)state;
	const char *letters = QUALITY_LETTERS;
	for (size_t a = 0; a < strlen(letters); a++)
		for (size_t b = 0; b < strlen(letters); b++)
			assert_int_equal(quality_worse(letters[a], letters[b]), letters[a > b ? a : b]);
	assert_int_equal(quality_worse('M', '?'), 'X');
	assert_int_equal(quality_worse('\0', 'M'), 'X');
}

static void sums_carry_coverage_letters_and_bounds(void **state)
{
	(void)state;
	struct interval_sum sum = interval_sum_begin(0, 4 * QUARTER_S);
	interval_sum_add(&sum, &(struct interval){ .start_s = 0, .amount = 100, .covered_ms = QUARTER_MS, .quality = 'M' });
	interval_sum_add(&sum, &(struct interval){ .start_s = 900, .amount = 50, .covered_ms = 450000, .quality = 'L',
						   .unknown_max = 7 });
	interval_sum_add(&sum, &(struct interval){ .start_s = 1800, .covered_ms = 810000, .quality = 'P' });
	interval_sum_add(&sum, &(struct interval){ .start_s = 3600, .amount = 1000, .covered_ms = 1, .quality = 'R' });
	interval_sum_add(&sum, &(struct interval){ .start_s = -900, .amount = 1000, .covered_ms = 1, .quality = 'R' });
	assert_true(sum.amount == 150);
	assert_true(sum.unknown_max == 7);
	assert_int_equal(sum.letters[0], 1); /* M */
	assert_int_equal(sum.letters[1], 1); /* P */
	assert_int_equal(sum.letters[2], 1); /* L */
	assert_int_equal(sum.quality, 'L');
	assert_int_equal(interval_sum_quality(&sum), 'X'); /* the fourth is missing */
	assert_ratio(interval_sum_coverage(&sum), 3, "0.600");
	assert_ratio(interval_sum_completeness(&sum), 2, "0.50");
	assert_true(interval_sum_high(&sum, 10) == 150 + 2 * 10 * 1440000);
	assert_true(interval_sum_estimate(&sum).num * 6 == (hwatt_i128)1500 * interval_sum_estimate(&sum).den);
}

static void example_27_gap_allows_no_estimate(void **state)
{
	(void)state;
	struct interval_sum sum = interval_sum_begin(0, QUARTER_S);
	interval_sum_add(&sum, &(struct interval){ .start_s = 0, .amount = 72600 * INTERVAL_UJ2_PER_J, .covered_ms = 180000,
						   .quality = 'L' });
	assert_ratio(interval_sum_coverage(&sum), 1, "0.2");
	assert_false(hwatt_ratio_known(interval_sum_estimate(&sum)));
	assert_ratio((struct hwatt_ratio){ sum.amount, 3600 * INTERVAL_UJ2_PER_J }, 9, "20.166666667");
}

static void an_empty_window_knows_nothing(void **state)
{
	(void)state;
	struct interval_sum sum = interval_sum_begin(900, 900);
	assert_false(hwatt_ratio_known(interval_sum_coverage(&sum)));
	assert_false(hwatt_ratio_known(interval_sum_completeness(&sum)));
	assert_false(hwatt_ratio_known(interval_sum_mean(&sum)));
	assert_false(hwatt_ratio_known(interval_sum_estimate(&sum)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_letter_wins),
		cmocka_unit_test(sums_carry_coverage_letters_and_bounds),
		cmocka_unit_test(example_27_gap_allows_no_estimate),
		cmocka_unit_test(an_empty_window_knows_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
