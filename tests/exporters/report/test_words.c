/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "views.h"
#include "words.h"

static void shows(enum measure measure, const char *unit, struct hwatt_ratio value, enum hwatt_language language, const char *text)
{
	struct hwatt_text out;
	struct number_style style = number_style(measure, unit, value);
	hwatt_text_init(&out, 256);
	assert_string_equal(number_text(&style, value, language, &out), text);
	hwatt_text_free(&out);
}

static void numbers_are_written_as_the_language_has_them(void **state)
{
	(void)state;
	shows(MEASURE_RATIO, "1", (struct hwatt_ratio){ 12951, 10000 }, HWATT_SV, "1,30");
	shows(MEASURE_RATIO, "1", (struct hwatt_ratio){ 12951, 10000 }, HWATT_EN, "1.30");
	shows(MEASURE_SHARE, "1", (struct hwatt_ratio){ 42, 100 }, HWATT_NB, "42,0\xc2\xa0%");
	shows(MEASURE_SHARE, "1", (struct hwatt_ratio){ 42, 100 }, HWATT_EN, "42.0%");
	shows(MEASURE_SHARE, "1", (struct hwatt_ratio){ -5, 100 }, HWATT_SV, "\xe2\x88\x92" "5,0\xc2\xa0%");
	shows(MEASURE_ENERGY, "J", (struct hwatt_ratio){ 5400000, 1 }, HWATT_SV, "1,5\xc2\xa0kWh");
	shows(MEASURE_ENERGY, "J", (struct hwatt_ratio){ INT64_C(3600000000), 1 }, HWATT_SV, "1,0\xc2\xa0MWh");
	shows(MEASURE_ENERGY, "J", (struct hwatt_ratio){ INT64_C(45000000000000000), 1 }, HWATT_SV,
	      "12\xe2\x80\xaf" "500,0\xc2\xa0GWh");
	shows(MEASURE_AMOUNT, "m3/MWh", (struct hwatt_ratio){ 2, 5 }, HWATT_SV, "0,40\xc2\xa0L/kWh");
	shows(MEASURE_AMOUNT, "years", (struct hwatt_ratio){ 27, 4 }, HWATT_SV, "6,8\xc2\xa0" "år");
	shows(MEASURE_AMOUNT, "kg/kWh", (struct hwatt_ratio){ 267, 10000 }, HWATT_NB, "0,027\xc2\xa0kg/kWh");
	shows(MEASURE_AMOUNT, "1/W", (struct hwatt_ratio){ 2, 100 }, HWATT_EN, "0.02/W");
	shows(MEASURE_RATIO, "1", (struct hwatt_ratio){ 0, 0 }, HWATT_SV, "\xe2\x80\x93");
}

static void a_margin_of_long_fractions_is_right(void **state)
{
	(void)state;
	/* a reduction of 29.37 %, of a baseline of 75 MWh in millijoules times a factor in millionths */
	hwatt_i128 den = (hwatt_i128)270000000000000 * 1000000 * 1000000;
	struct hwatt_view_requirement v = { .known = true, .limited = true, .value = { den / 10000 * 2937, den }, .limit = { 50000, 1000000 } };
	struct hwatt_ratio margin = margin_of(&v);
	assert_true(hwatt_ratio_double(margin) > 4.873999 && hwatt_ratio_double(margin) < 4.874001);
	shows(MEASURE_SHARE, "1", margin, HWATT_SV, "487,4\xc2\xa0%");
}

static void a_value_that_differs_from_its_limit_is_shown_to_differ(void **state)
{
	(void)state;
	struct hwatt_text out;
	struct hwatt_ratio limit = { 13, 10 };
	struct number_style style = number_style(MEASURE_RATIO, "1", limit);
	hwatt_text_init(&out, 256);
	assert_string_equal(number_text_beside(&style, (struct hwatt_ratio){ 130004, 100000 }, limit, HWATT_EN, &out), "1.30004");
	assert_string_equal(number_text_beside(&style, (struct hwatt_ratio){ 130, 100 }, limit, HWATT_EN, &out), "1.30");
	style = number_style(MEASURE_SHARE, "1", limit);
	assert_string_equal(number_text_beside(&style, (struct hwatt_ratio){ -3, 10000 }, (struct hwatt_ratio){ 0, 1 }, HWATT_EN, &out),
			    "\xe2\x88\x92" "0.03%");
	assert_string_equal(share_text(999999, HWATT_EN, &out), "99.9999%");
	assert_string_equal(share_text(1000000, HWATT_EN, &out), "100.0%");
	hwatt_text_free(&out);
}

static void words_fall_back_to_what_there_is(void **state)
{
	(void)state;
	struct hwatt_texts only = { .sv = "Drift" }, none = {0};
	assert_string_equal(words_in(&only, HWATT_NB), "Drift");
	assert_string_equal(words_in(&none, HWATT_EN), "");
	assert_string_equal(words_status(HWATT_SV, HWATT_NOT_ENOUGH_DATA), "Otillräckliga data");
	assert_string_equal(words_event(HWATT_SV, "unheard_of"), "unheard_of");
	assert_int_equal(measure_of("unheard_of", "J"), MEASURE_ENERGY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_margin_of_long_fractions_is_right),
		cmocka_unit_test(numbers_are_written_as_the_language_has_them),
		cmocka_unit_test(a_value_that_differs_from_its_limit_is_shown_to_differ),
		cmocka_unit_test(words_fall_back_to_what_there_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
