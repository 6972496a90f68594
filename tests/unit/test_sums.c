/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sums.h"

#define DAY_S INT64_C(86400)
#define MARCH (civil_day(2026, 3, 1) * DAY_S)

static struct zone *utc(void)
{
	struct zone *zone;
	struct hwatt_error err;
	if (zone_load("UTC", &zone, &err) < 0)
		fail_msg("%s", err.text);
	return zone;
}

/* A quarter whose first pair holds `amount`. */
static struct sums quarter(int64_t amount)
{
	struct sums s = {0};
	sums_reserve(&s, 1, 1);
	s.pairs[0].num = amount;
	s.lanes[0].amount = amount;
	s.letters[GROUP_CPU][0] = 1;
	return s;
}

static void add(struct bins *bins, int64_t start_s, int64_t amount)
{
	struct sums s = quarter(amount);
	bins_add(bins, start_s, &s, 1);
	sums_free(&s);
}

static int64_t held(const struct bins *bins, enum window_kind kind, int64_t from_s, int64_t to_s)
{
	struct window window = { kind, from_s, to_s };
	struct sums out = {0};
	bins_window(bins, &window, &out);
	int64_t amount = out.pair_count > 0 ? (int64_t)out.pairs[0].num : 0;
	assert_true(out.lane_count == 0 || (int64_t)out.lanes[0].amount == amount);
	sums_free(&out);
	return amount;
}

static void windows_are_unions_of_bins(void **state)
{
	(void)state;
	struct zone *zone = utc();
	struct bins bins;
	bins_init(&bins, zone, MARCH, INT64_MAX, 0);
	add(&bins, MARCH - 900, 1000000); /* outside */
	add(&bins, MARCH, 1);
	add(&bins, MARCH + 2 * DAY_S, 10);
	add(&bins, MARCH + DAY_S, 100); /* a day between two others */
	add(&bins, MARCH + 40 * DAY_S, 1000);
	assert_int_equal(held(&bins, WINDOW_DAY, MARCH + DAY_S, MARCH + 2 * DAY_S), 100);
	assert_int_equal(held(&bins, WINDOW_DAY, MARCH + 3 * DAY_S, MARCH + 4 * DAY_S), 0);
	assert_int_equal(held(&bins, WINDOW_MONTH, MARCH, MARCH + 31 * DAY_S), 111);
	assert_int_equal(held(&bins, WINDOW_YEAR, MARCH - 59 * DAY_S, MARCH + 306 * DAY_S), 1111);
	assert_int_equal(held(&bins, WINDOW_12_MONTHS, MARCH + 31 * DAY_S, MARCH + 61 * DAY_S), 1000);
	assert_int_equal(held(&bins, WINDOW_CONTRACT, INT64_MIN, INT64_MAX), 1111);
	bins_free(&bins);
	zone_free(zone);
}

static void only_the_last_days_and_months_are_kept(void **state)
{
	(void)state;
	struct zone *zone = utc();
	struct bins bins;
	bins_init(&bins, zone, 0, INT64_MAX, 3);
	for (int day = 0; day < 100; day++)
		add(&bins, MARCH + day * DAY_S, 1);
	assert_int_equal(bins.day_count, BINS_DAYS);
	assert_int_equal(bins.month_count, 3);
	add(&bins, MARCH + 50 * DAY_S, 5); /* a day that is no longer apart: its month */
	add(&bins, MARCH, 7);              /* a month that is no longer there: the total */
	assert_int_equal(bins.day_count, BINS_DAYS);
	assert_int_equal(held(&bins, WINDOW_DAY, MARCH + 50 * DAY_S, MARCH + 51 * DAY_S), 0);
	assert_int_equal(held(&bins, WINDOW_DAY, MARCH + 90 * DAY_S, MARCH + 91 * DAY_S), 1);
	assert_int_equal(held(&bins, WINDOW_MONTH, MARCH + 31 * DAY_S, MARCH + 61 * DAY_S), 35);
	assert_int_equal(held(&bins, WINDOW_MONTH, MARCH, MARCH + 31 * DAY_S), 0);
	assert_int_equal(held(&bins, WINDOW_CONTRACT, INT64_MIN, INT64_MAX), 112);
	bins_free(&bins);
	zone_free(zone);
}

static void a_wrong_bin_is_replaced_in_all_that_contain_it(void **state)
{
	(void)state;
	struct zone *zone = utc();
	struct bins bins;
	bins_init(&bins, zone, 0, INT64_MAX, 0);
	for (int day = 0; day < 40; day++)
		add(&bins, MARCH + day * DAY_S, 1);
	assert_null(bins_wrong(&bins));
	bins_mark(&bins, MARCH + 35 * DAY_S + 900); /* a day apart */
	bins_mark(&bins, MARCH);                    /* and a month */
	struct sums fresh = quarter(50);
	struct bin *bin = bins_wrong(&bins);
	assert_int_equal(bin->from_s, MARCH + 35 * DAY_S);
	bins_replace(&bins, bin, &fresh);
	assert_int_equal(held(&bins, WINDOW_DAY, bin->from_s, bin->to_s), 50);
	assert_int_equal(held(&bins, WINDOW_MONTH, MARCH + 31 * DAY_S, MARCH + 61 * DAY_S), 58);
	assert_int_equal(held(&bins, WINDOW_CONTRACT, INT64_MIN, INT64_MAX), 89);
	bin = bins_wrong(&bins);
	assert_int_equal(bin->from_s, MARCH);
	assert_int_equal(bin->to_s, MARCH + 31 * DAY_S);
	bins_replace(&bins, bin, &fresh);
	assert_int_equal(held(&bins, WINDOW_MONTH, MARCH, MARCH + 31 * DAY_S), 50);
	assert_int_equal(held(&bins, WINDOW_CONTRACT, INT64_MIN, INT64_MAX), 108);
	assert_null(bins_wrong(&bins));
	sums_free(&fresh);
	bins_free(&bins);
	zone_free(zone);
}

static void sums_of_different_widths_add_up(void **state)
{
	(void)state;
	struct sums narrow = quarter(3), wide = {0}, sum = {0};
	sums_reserve(&wide, 2, 4);
	wide.lanes[3].covered_ms = 7;
	wide.pairs[0].num = 4;
	sums_add(&sum, &narrow, 1);
	sums_add(&sum, &wide, 1);
	assert_true(sum.pairs[0].num == 7 && sum.lanes[3].covered_ms == 7 && sum.lanes[0].amount == 3);
	sums_add(&sum, &wide, -1);
	assert_true(sums_equal(&sum, &narrow));
	assert_false(sums_equal(&sum, &wide));
	sums_copy(&sum, &wide);
	assert_true(sums_equal(&sum, &wide));
	sums_free(&narrow);
	sums_free(&wide);
	sums_free(&sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_are_unions_of_bins),
		cmocka_unit_test(only_the_last_days_and_months_are_kept),
		cmocka_unit_test(a_wrong_bin_is_replaced_in_all_that_contain_it),
		cmocka_unit_test(sums_of_different_widths_add_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
