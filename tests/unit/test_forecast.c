/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "forecast.h"

#define DAY 86400
#define MWH(x) { (hwatt_i128)(x) * 3600000000, 1 }

static struct requirement cap(void)
{
	struct requirement r = { .id = "r", .type = requirement_type_by_name("energy"), .maximum = true, .limited = true,
				 .max = INT64_C(100000000) * HWATT_MJ_PER_WH };
	r.window = WINDOW_YEAR;
	return r;
}

static struct verdict_question open_year(const struct requirement *r, int64_t coverage_ppm)
{
	return (struct verdict_question){ .requirement = r, .in_force = true, .has_subject = true,
					  .kpi = { .known = true, .value = MWH(60), .coverage = { coverage_ppm, 1000000 } } };
}

static void said(const struct verdict_question *q, const struct forecast *f, enum hwatt_language language, const char *expected)
{
	struct hwatt_text text;
	const struct verdict_period period = { "2026-01-01", "2026-12-31" };
	hwatt_text_init(&text, 1000);
	forecast_sentence(q, f, &period, 10, 2026, language, &text);
	assert_string_equal(hwatt_text_string(&text), expected);
	hwatt_text_free(&text);
}

static void energy_goes_on_at_its_rate(void **state)
{
	(void)state;
	struct requirement r = cap();
	struct verdict_question q = open_year(&r, 1000000);
	struct forecast f = forecast_make(&q, 0, 365 * DAY, 182 * DAY + DAY / 2); /* half of the year */
	assert_true(f.known);
	assert_int_equal(hwatt_ratio_compare(f.value, (struct hwatt_ratio)MWH(120)), 0);
	assert_int_equal(f.status, HWATT_NOT_MET);
	assert_int_equal(f.crosses_s, 365 * DAY * INT64_C(10) / 12); /* 100 of 120 */
	said(&q, &f, HWATT_SV, "Om det fortsätter så här passeras gränsen i oktober 2026, och 120,0\u00a0MWh väntas från och med 2026-01-01 till och med "
	     "2026-12-31. Detta är en prognos, inte en bedömning.");
	q.kpi.value = (struct hwatt_ratio)MWH(50);
	f = forecast_make(&q, 0, 365 * DAY, 182 * DAY + DAY / 2);
	assert_int_equal(f.status, HWATT_MET); /* at the limit */
	assert_int_equal(f.crosses_s, 0);
	said(&q, &f, HWATT_EN, "If it goes on like this, the requirement will be met from 2026-01-01 to 2026-12-31: 100.0\u00a0MWh is expected. "
	     "This is a forecast, not a verdict.");
	r.exclusive = true;
	f = forecast_make(&q, 0, 365 * DAY, 182 * DAY + DAY / 2);
	assert_int_equal(f.status, HWATT_NOT_MET);
}

static void only_covered_time_makes_the_rate(void **state)
{
	(void)state;
	struct requirement r = cap();
	struct verdict_question q = open_year(&r, 500000);
	struct forecast f = forecast_make(&q, 0, 365 * DAY, 182 * DAY + DAY / 2);
	assert_int_equal(hwatt_ratio_compare(f.value, (struct hwatt_ratio)MWH(240)), 0);
	q.kpi.coverage.num--; /* less than half is no ground for an estimate */
	assert_false(forecast_make(&q, 0, 365 * DAY, 182 * DAY + DAY / 2).known);
}

static void a_ratio_stays_what_it_is(void **state)
{
	(void)state;
	struct requirement r = { .id = "r", .type = requirement_type_by_name("pue"), .maximum = true, .limited = true, .max = 1300000 };
	struct verdict_question q = open_year(&r, 900000);
	q.kpi.value = (struct hwatt_ratio){ 131, 100 };
	struct forecast f = forecast_make(&q, 0, 30 * DAY, 10 * DAY);
	assert_int_equal(f.status, HWATT_NOT_MET);
	assert_int_equal(f.crosses_s, 0);
	said(&q, &f, HWATT_NB, "Hvis det fortsetter slik, blir kravet ikke oppfylt fra og med 2026-01-01 til og med 2026-12-31: 1,31 ventes. "
	     "Dette er en prognose, ikke en vurdering.");
}

static void what_was_passed_already_is_not_foretold(void **state)
{
	(void)state;
	struct requirement r = cap();
	struct verdict_question q = open_year(&r, 1000000);
	q.kpi.value = (struct hwatt_ratio)MWH(101);
	struct forecast f = forecast_make(&q, 0, 400 * DAY, 200 * DAY);
	assert_int_equal(f.status, HWATT_NOT_MET);
	assert_int_equal(f.crosses_s, 0);
	said(&q, &f, HWATT_EN, "If it goes on like this, the requirement will not be met from 2026-01-01 to 2026-12-31: 202.0\u00a0MWh is expected. "
	     "This is a forecast, not a verdict.");
}

static void there_is_no_forecast_without_ground(void **state)
{
	(void)state;
	struct requirement r = cap();
	struct verdict_question q = open_year(&r, 1000000), other = q;
	assert_true(forecast_make(&q, 0, 30 * DAY, DAY).known);
	assert_false(forecast_make(&q, 0, 30 * DAY, DAY - 1).known);
	assert_false(forecast_make(&q, 0, 30 * DAY, 30 * DAY).known);
	other.closed = true;
	assert_false(forecast_make(&other, 0, 30 * DAY, 2 * DAY).known);
	other = q;
	other.kpi.known = false;
	assert_false(forecast_make(&other, 0, 30 * DAY, 2 * DAY).known);
	other = q;
	other.by_evidence = true;
	assert_false(forecast_make(&other, 0, 30 * DAY, 2 * DAY).known);
	struct forecast none = { .known = false };
	said(&q, &none, HWATT_EN, "");
}

/* 400 W that are always seen, 100 W that are seen for half of the time, and 50 W from a quarter of the elapsed time on. */
static void each_meter_goes_on_at_its_own_rate(void **state)
{
	(void)state;
	const int64_t day_ms = INT64_C(86400000), elapsed = 100 * day_ms;
	const struct kpi_lane lanes[] = { { (hwatt_i128)800000 * elapsed, elapsed }, { (hwatt_i128)200000 * elapsed / 2, elapsed / 2 },
					  { (hwatt_i128)100000 * 75 * day_ms, 75 * day_ms } };
	struct kpi_member members[] = { { .lanes = &lanes[0], .weight_ppm = HWATT_PPM, .expected_ms = elapsed },
					{ .lanes = &lanes[1], .weight_ppm = HWATT_PPM / 2, .expected_ms = elapsed },
					{ .lanes = &lanes[2], .weight_ppm = HWATT_PPM, .expected_ms = 75 * day_ms } };
	struct kpi_site site = { .it_category = 2, .it = { .covered_ms = elapsed / 2 } };
	for (size_t i = 0; i < 3; i++)
		site.it.num += lanes[i].amount * members[i].weight_ppm;
	struct kpi_period period = { .span = { 100 * 96, 365 * 96 }, .site_count = 1, .sites = &site, .contract = "c",
				     .meter = { .count = 3, .members = members } };
	struct requirement r = cap();
	struct verdict_question q = open_year(&r, 1000000);
	r.type->measure(&period, &r, &q.kpi);
	/* 400 W and half of 100 for the year, 50 for 340 days of it */
	hwatt_i128 joules = ((hwatt_i128)450 * 365 + 50 * 340) * 86400;
	assert_int_equal(hwatt_ratio_compare(q.kpi.expected, (struct hwatt_ratio){ joules, 1 }), 0);
	struct forecast f = forecast_make(&q, 0, 365 * DAY, 100 * DAY);
	assert_true(f.known);
	double share = hwatt_ratio_double(f.value) / (double)joules;
	assert_true(share > 0.999999 && share < 1.000001);

	struct requirement trend = { .id = "t", .type = requirement_type_by_name("energy_trend"), .limited = true, .min = 100000 };
	trend.trend.baseline = (int64_t)joules * 1000 * 5 / 4; /* a quarter more than what the year will end with */
	trend.trend.factor = 1000000;
	q.requirement = &trend;
	trend.type->measure(&period, &trend, &q.kpi);
	f = forecast_make(&q, 0, 365 * DAY, 100 * DAY);
	assert_true(hwatt_ratio_double(f.value) > 0.1999 && hwatt_ratio_double(f.value) < 0.2001);
	members[1].lanes = &(struct kpi_lane){ 0, 0 }; /* one that never answered: nobody knows */
	r.type->measure(&period, &r, &q.kpi);
	assert_false(hwatt_ratio_known(q.kpi.expected));
}

static void great_numbers_do_not_overflow(void **state)
{
	(void)state;
	struct requirement r = cap();
	struct verdict_question q = open_year(&r, 1000000);
	q.kpi.value = (struct hwatt_ratio){ (hwatt_i128)1 << 120, (hwatt_i128)1 << 90 };
	q.kpi.coverage = (struct hwatt_ratio){ (hwatt_i128)1 << 100, (hwatt_i128)1 << 100 };
	struct forecast f = forecast_make(&q, 0, 400 * DAY, 200 * DAY);
	assert_int_equal(hwatt_ratio_compare(f.value, (struct hwatt_ratio){ (hwatt_i128)1 << 31, 1 }), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(energy_goes_on_at_its_rate),
		cmocka_unit_test(only_covered_time_makes_the_rate),
		cmocka_unit_test(a_ratio_stays_what_it_is),
		cmocka_unit_test(what_was_passed_already_is_not_foretold),
		cmocka_unit_test(there_is_no_forecast_without_ground),
		cmocka_unit_test(each_meter_goes_on_at_its_own_rate),
		cmocka_unit_test(great_numbers_do_not_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
