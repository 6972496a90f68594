/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scale.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MICRO INT64_C(1000000)

static struct scale made(enum hwatt_quantity quantity, int64_t scale_micro, int64_t divide, int64_t offset_micro,
			 enum hwatt_profile_unit unit)
{
	struct hwatt_profile_reading r = { .quantity = quantity, .scale_micro = scale_micro, .divide_micro = divide * MICRO,
					   .offset_micro = offset_micro };
	struct scale s;
	assert_true(scale_make(&r, unit, MICRO, &s));
	return s;
}

static int64_t applied(struct scale s, struct scale_raw raw)
{
	int64_t out;
	assert_true(scale_apply(&s, raw, &out));
	return out;
}

static struct scale_raw text(const char *t)
{
	struct scale_raw raw;
	assert_true(scale_read(BER_STRING, 0, (const uint8_t *)t, strlen(t), &raw));
	return raw;
}

static void hundredths_of_kilowatts_become_milliwatts(void **state)
{
	(void)state;
	struct scale s = made(HWATT_ACTIVE_POWER, 10 * MICRO, 1, 0, HWATT_UNIT_BASE);
	assert_int_equal(applied(s, (struct scale_raw){ 121, 0, 0 }), 1210000);
	assert_int_equal(applied(s, (struct scale_raw){ -121, 0, 0 }), -1210000);
}

static void energy_is_in_millijoules_and_has_a_step(void **state)
{
	(void)state;
	struct scale s = made(HWATT_ENERGY, 100 * MICRO, 1, 0, HWATT_UNIT_BASE);
	assert_int_equal(scale_step(&s), 360000000);
	assert_int_equal(applied(s, (struct scale_raw){ 19516, 0, 0 }), INT64_C(1951600) * 3600000);
	s = made(HWATT_ENERGY, MICRO, 360, 0, HWATT_UNIT_BASE); /* counts ten watt-seconds */
	assert_int_equal(scale_step(&s), 10000);
	s = made(HWATT_ENERGY, MICRO, 7000000, 0, HWATT_UNIT_BASE); /* no whole number of millijoules */
	assert_int_equal(scale_step(&s), 0);
}

static void fahrenheit_is_exact(void **state)
{
	(void)state;
	struct scale s = made(HWATT_TEMPERATURE, 100000, 1, 0, HWATT_UNIT_FAHRENHEIT);
	assert_int_equal(applied(s, (struct scale_raw){ 683, 0, 0 }), 20167); /* 68.3 F = 20.1666... Cel */
	assert_int_equal(applied(s, (struct scale_raw){ 320, 0, 0 }), 0);
	assert_int_equal(applied(s, (struct scale_raw){ -400, 0, 0 }), -40000);
	s = made(HWATT_TEMPERATURE, MICRO, 1, 0, HWATT_UNIT_KELVIN);
	assert_int_equal(applied(s, (struct scale_raw){ 300, 0, 0 }), 26850);
}

static void idle_becomes_use(void **state)
{
	(void)state;
	struct scale s = made(HWATT_CPU_UTILISATION, -10000, 1, MICRO, HWATT_UNIT_BASE);
	assert_int_equal(applied(s, (struct scale_raw){ 62, 0, 0 }), 380000);
}

static void powers_of_ten_from_other_columns(void **state)
{
	(void)state;
	struct scale s = made(HWATT_VOLTAGE, MICRO, 1, 0, HWATT_UNIT_BASE);
	assert_true(scale_exponent(&s, -2)); /* precision 2 */
	assert_int_equal(applied(s, (struct scale_raw){ 1242, 0, 0 }), 12420);
	assert_true(scale_exponent(&s, -3)); /* milli */
	assert_int_equal(applied(s, (struct scale_raw){ 1242, 0, 0 }), 12); /* 12.42 mV */
	assert_true(scale_exponent(&s, 6));
	assert_int_equal(applied(s, (struct scale_raw){ 1242, 0, 0 }), 12420000);
	assert_false(scale_exponent(&s, 40));
	assert_false(scale_times(&s, 1, 0));
}

static void halves_go_away_from_zero(void **state)
{
	(void)state;
	struct scale s = made(HWATT_VOLTAGE, MICRO, 2000, 0, HWATT_UNIT_BASE); /* half millivolts */
	assert_int_equal(applied(s, (struct scale_raw){ 1, 0, 0 }), 1);
	assert_int_equal(applied(s, (struct scale_raw){ -1, 0, 0 }), -1);
	assert_int_equal(applied(s, (struct scale_raw){ 2, 0, 0 }), 1);
}

static void texts_with_units_are_numbers(void **state)
{
	(void)state;
	struct scale s = made(HWATT_VOLTAGE, MICRO, 1, 0, HWATT_UNIT_BASE);
	assert_int_equal(applied(s, text("+4.92 Volts")), 4920);
	assert_int_equal(applied(s, text("-4.92 Volts")), -4920);
	assert_int_equal(applied(s, text(" 12.0400")), 12040);
	assert_int_equal(applied(s, text("230V")), 230000);
	assert_int_equal(applied(s, text(".5")), 500);
	assert_int_equal(applied(s, text("33.")), 33000);
	assert_int_equal(text("5.00").e10, 0); /* as its whole number, which sentinels are compared with */
	assert_int_equal(text("0.000").e10, 0);
	struct scale_raw raw;
	static const char *const none[] = { "", "Not Readable", "N/A", "-", "1,234", "10.0.0.1", "12:30", "08/29/2019" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(scale_read(BER_STRING, 0, (const uint8_t *)none[i], strlen(none[i]), &raw));
}

static void a_text_of_many_digits_keeps_its_size(void **state)
{
	(void)state;
	struct scale s = made(HWATT_STORAGE_SIZE, MICRO, 1, 0, HWATT_UNIT_BASE);
	assert_int_equal(applied(s, text("9000000000000000000.4999999999999999999999")), INT64_C(9000000000000000000));
	int64_t out;
	assert_false(scale_apply(&s, text("90000000000000000000"), &out)); /* above 2^63 */
}

static void floats_are_exact(void **state)
{
	(void)state;
	struct scale s = made(HWATT_ACTIVE_POWER, MICRO, 1, 0, HWATT_UNIT_BASE);
	struct scale_raw raw;
	assert_true(scale_read(BER_FLOAT, 0x42480000, NULL, 0, &raw)); /* 50.0 */
	assert_int_equal(applied(s, raw), 50000);
	assert_true(scale_read(BER_FLOAT, 0xbf000000, NULL, 0, &raw)); /* -0.5 */
	assert_int_equal(applied(s, raw), -500);
	assert_true(scale_read(BER_DOUBLE, 0x3fb999999999999a, NULL, 0, &raw)); /* 0.1, nearly */
	assert_int_equal(applied(s, raw), 100);
	assert_true(scale_read(BER_FLOAT, 1, NULL, 0, &raw)); /* the least of all */
	assert_int_equal(applied(s, raw), 0);
	assert_false(scale_read(BER_FLOAT, 0x7f800000, NULL, 0, &raw)); /* infinity */
	assert_false(scale_read(BER_FLOAT, 0x7fc00000, NULL, 0, &raw)); /* no number */
}

static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	struct scale s = made(HWATT_ENERGY, 1000000 * MICRO, 1, 0, HWATT_UNIT_BASE);
	int64_t out;
	assert_false(scale_apply(&s, (struct scale_raw){ INT64_MAX, 0, 0 }, &out));
	struct hwatt_profile_reading r = { .quantity = HWATT_ENERGY, .scale_micro = INT64_MAX, .divide_micro = 1 };
	assert_false(scale_make(&r, HWATT_UNIT_BASE, INT64_MAX, &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hundredths_of_kilowatts_become_milliwatts),
		cmocka_unit_test(energy_is_in_millijoules_and_has_a_step),
		cmocka_unit_test(fahrenheit_is_exact),
		cmocka_unit_test(idle_becomes_use),
		cmocka_unit_test(powers_of_ten_from_other_columns),
		cmocka_unit_test(halves_go_away_from_zero),
		cmocka_unit_test(texts_with_units_are_numbers),
		cmocka_unit_test(a_text_of_many_digits_keeps_its_size),
		cmocka_unit_test(floats_are_exact),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
