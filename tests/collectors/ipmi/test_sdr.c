/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sdr.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MANY (INT64_C(1) << 62)

static const struct sdr_line thousandths = { 1000, 0, 1 };

/* A full record: watts, M 5, B -100, B exponent 1, R exponent -1, two's complement, on a supply; name "PSU1 Input". */
static const uint8_t full[] = {
	0x34, 0x12, 0x51, 0x01, 53, 0x20, 0x35, 0x9f, 0x0a, 0x82, 0x7f, 0x68, 0x08, 0x01, 0, 0, 0, 0, 0, 0,
	0x80, 0x06, 0x00, 0x00, 5, 0x02, 0x9c, 0xc0, 0x02, 0xf1, 0, 0, 0, 0, 0xff, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xca, 'P', 'S', 'U', '1', ' ', 'I', 'n', 'p', 'u', 't',
};

static struct sdr_record read_whole(const uint8_t *bytes, size_t length)
{
	struct sdr_record r;
	struct hwatt_error err = { 0 };
	if (sdr_read(bytes, length, &r, &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

static int64_t value_of(struct sdr_analog a, uint8_t raw)
{
	int64_t out;
	struct hwatt_error err = { 0 };
	if (sdr_value(&a, raw, &thousandths, MANY, &out, &err) < 0)
		fail_msg("%s", err.text);
	return out;
}

static struct sdr_analog line(int16_t m, int16_t b, int8_t b_exp, int8_t r_exp)
{
	return (struct sdr_analog){ .factors = { m, b, b_exp, r_exp } };
}

static struct sdr_analog curve(uint8_t linearisation)
{
	struct sdr_analog a = line(2, 0, 0, 0);
	a.linearisation = linearisation;
	return a;
}

static void a_full_record_is_read(void **state)
{
	(void)state;
	assert_int_equal(sdr_length(full), sizeof(full));
	struct sdr_record r = read_whole(full, sizeof(full));
	assert_int_equal(r.kind, SDR_FULL);
	assert_int_equal(r.id, 0x1234);
	assert_int_equal(r.owner, SDR_BMC);
	assert_int_equal(r.lun, 1);
	assert_int_equal(r.channel, 3);
	assert_int_equal(r.number, 0x9f);
	assert_int_equal(r.entity, SDR_POWER_SUPPLY);
	assert_int_equal(r.instance, 2);
	assert_int_equal(r.sensor_type, 8);
	assert_int_equal(r.event_type, 1);
	assert_int_equal(r.unit, SDR_WATTS);
	assert_int_equal(r.analog.format, SDR_TWOS_COMPLEMENT);
	assert_int_equal(r.analog.linearisation, 0);
	assert_int_equal(r.analog.factors.m, 5);
	assert_int_equal(r.analog.factors.b, -100);
	assert_int_equal(r.analog.factors.b_exp, 1);
	assert_int_equal(r.analog.factors.r_exp, -1);
	assert_string_equal(r.name, "PSU1 Input");
	assert_int_equal(value_of(r.analog, 80), -60000);      /* (400 - 1000) / 10 */
	assert_int_equal(value_of(r.analog, 0xff), -100500);   /* (-5 - 1000) / 10 */
}

static void ten_bits_are_split_over_two_octets(void **state)
{
	(void)state;
	uint8_t bytes[sizeof(full)];
	memcpy(bytes, full, sizeof(full));
	bytes[24] = 0x00, bytes[25] = 0x80; /* M = -512 */
	bytes[26] = 0xff, bytes[27] = 0x7f; /* B = 511: the low six bits are accuracy */
	bytes[29] = 0x78;                   /* R exponent 7, B exponent -8 */
	struct sdr_factors f = read_whole(bytes, sizeof(bytes)).analog.factors;
	assert_int_equal(f.m, -512);
	assert_int_equal(f.b, 511);
	assert_int_equal(f.r_exp, 7);
	assert_int_equal(f.b_exp, -8);
	bytes[24] = 0x01, bytes[25] = 0x7f; /* M = 257: the low six bits are tolerance */
	assert_int_equal(read_whole(bytes, sizeof(bytes)).analog.factors.m, 257);
}

static void units_with_rate_modifier_and_percentage(void **state)
{
	(void)state;
	uint8_t bytes[sizeof(full)];
	memcpy(bytes, full, sizeof(full));
	bytes[20] = 0x40 | SDR_PER_HOUR << 3 | SDR_TIMES << 1 | 1;
	bytes[22] = SDR_HOUR;
	struct sdr_record r = read_whole(bytes, sizeof(bytes));
	assert_int_equal(r.analog.format, SDR_ONES_COMPLEMENT);
	assert_int_equal(r.rate, SDR_PER_HOUR);
	assert_int_equal(r.modifier, SDR_TIMES);
	assert_int_equal(r.modifier_unit, SDR_HOUR);
	assert_true(r.percentage);
}

static void every_cut_short_record_is_refused_or_loses_its_name(void **state)
{
	(void)state;
	for (size_t length = 0; length < sizeof(full); length++) {
		struct sdr_record r;
		struct hwatt_error err = { 0 };
		int rc = sdr_read(full, length, &r, &err);
		assert_int_equal(rc, length < 30 ? -1 : 0);
		if (rc < 0)
			assert_int_equal(err.code, HWATT_EPROTO);
		else
			assert_memory_equal(r.name, "PSU1 Input", strlen(r.name));
	}
}

static void what_lies_behind_the_stated_length_is_not_read(void **state)
{
	(void)state;
	uint8_t bytes[sizeof(full)];
	memcpy(bytes, full, sizeof(full));
	bytes[4] = 47; /* ends within the name */
	assert_string_equal(read_whole(bytes, sizeof(bytes)).name, "PSU1");
	bytes[4] = 53;
	bytes[47] = 0xe4; /* four characters; bit 5 means nothing */
	assert_string_equal(read_whole(bytes, sizeof(bytes)).name, "PSU1");
}

static void a_compact_record_shares_and_has_no_analog_value(void **state)
{
	(void)state;
	const uint8_t compact[] = { 1, 0, 0x51, 0x02, 29, 0x20, 0, 0x1b, 10, 1, 0x63, 0x40, 8, 0x6f, 0, 0, 0, 0, 0x0f, 0, 0xc0, 0,
				    0, 3, 0, 0, 0, 0, 0, 0, 0, 0xc2, 'P', 'S' };
	struct sdr_record r = read_whole(compact, sizeof(compact));
	assert_int_equal(r.kind, SDR_COMPACT);
	assert_int_equal(r.share_count, 3);
	assert_int_equal(r.event_type, 0x6f);
	assert_string_equal(r.name, "PS");
	struct hwatt_error err = { 0 };
	int64_t out;
	assert_int_equal(sdr_value(&r.analog, 1, &thousandths, MANY, &out, &err), -1);
	assert_int_equal(err.code, HWATT_EPROTO);
}

static void locators_are_read(void **state)
{
	(void)state;
	const uint8_t fru[] = { 2, 0, 0x51, 0x11, 15, 0x20, 3, 0x80, 0x70, 0, 0x10, 0x02, 10, 2, 0, 0xc4, 'P', 'S', 'U', '2' };
	struct sdr_record r = read_whole(fru, sizeof(fru));
	assert_int_equal(r.kind, SDR_FRU_LOCATOR);
	assert_true(r.logical_fru);
	assert_int_equal(r.owner, 0x20);
	assert_int_equal(r.number, 3);
	assert_int_equal(r.channel, 7);
	assert_int_equal(r.entity, SDR_POWER_SUPPLY);
	assert_int_equal(r.instance, 2);
	assert_string_equal(r.name, "PSU2");
	const uint8_t mc[] = { 3, 0, 0x51, 0x12, 14, 0x2c, 0x06, 0, 0xbf, 0, 0, 0, 7, 1, 0, 0xc3, 'N', 'M', '1' };
	r = read_whole(mc, sizeof(mc));
	assert_int_equal(r.kind, SDR_MC_LOCATOR);
	assert_int_equal(r.owner, 0x2c);
	assert_int_equal(r.channel, 6);
	assert_int_equal(r.capabilities, 0xbf);
	assert_string_equal(r.name, "NM1");
	const uint8_t event[] = { 4, 0, 0x51, 0x03, 14, 0x20, 0, 0x44, 7, 1, 0x12, 0x6f, 1, 0, 0, 0, 0xc2, 'S', 'E' };
	r = read_whole(event, sizeof(event));
	assert_int_equal(r.kind, SDR_EVENT_ONLY);
	assert_int_equal(r.sensor_type, 0x12);
	assert_string_equal(r.name, "SE");
	const uint8_t oem[] = { 5, 0, 0x51, 0xc0, 1, 0xff };
	r = read_whole(oem, sizeof(oem));
	assert_int_equal(r.kind, SDR_OTHER);
	assert_int_equal(r.type, 0xc0);
}

static void raw_octets_of_the_three_formats(void **state)
{
	(void)state;
	struct sdr_analog a = line(1, 0, 0, 0);
	assert_int_equal(value_of(a, 0xf6), 246000);
	a.format = SDR_TWOS_COMPLEMENT;
	assert_int_equal(value_of(a, 0xf6), -10000);
	assert_int_equal(value_of(a, 0x80), -128000);
	assert_int_equal(value_of(a, 0x7f), 127000);
	a.format = SDR_ONES_COMPLEMENT;
	assert_int_equal(value_of(a, 0xf6), -9000);
	assert_int_equal(value_of(a, 0xff), 0);
	assert_int_equal(value_of(a, 0x80), -127000);
}

static void the_line_is_exact(void **state)
{
	(void)state;
	assert_int_equal(value_of(line(63, 0, 0, -3), 192), 12096);           /* 12.096 V */
	assert_int_equal(value_of(line(4, 0, 0, 0), 50), 200000);
	assert_int_equal(value_of(line(1, -128, 0, 0), 0x99), 25000);
	assert_int_equal(value_of(line(511, 511, -8, -8), 255), 1);           /* 0.0013 of a unit: 1.3 thousandths */
	assert_int_equal(value_of(line(511, 511, 7, 5), 255), INT64_C(511013030500000000));
	assert_int_equal(value_of(line(1, 5, -1, 0), 1), 1500);
	assert_int_equal(value_of(line(5, 0, 0, -4), 1), 1);                  /* half a thousandth: away from zero */
	assert_int_equal(value_of(line(-5, 0, 0, -4), 1), -1);
	int64_t out;
	struct hwatt_error err = { 0 };
	const struct sdr_line fahrenheit = { 5000, -160000, 9 };
	assert_int_equal(sdr_value(&(struct sdr_analog){ .factors = { 1, 0, 0, 0 } }, 68, &fahrenheit, MANY, &out, &err), 0);
	assert_int_equal(out, 20000);
	assert_int_equal(sdr_value(&(struct sdr_analog){ .factors = { 1, 0, 0, 0 } }, 67, &fahrenheit, MANY, &out, &err), 0);
	assert_int_equal(out, 19444);
}

static void all_eleven_curves(void **state)
{
	(void)state; /* y = 2 x; x = 8 */
	assert_int_equal(value_of(curve(1), 8), 2773);      /* ln 16 */
	assert_int_equal(value_of(curve(2), 50), 2000);     /* log10 100 */
	assert_int_equal(value_of(curve(3), 8), 4000);      /* log2 16 */
	assert_int_equal(value_of(curve(4), 1), 7389);      /* e^2 */
	assert_int_equal(value_of(curve(5), 2), 10000000);  /* 10^4 */
	assert_int_equal(value_of(curve(6), 5), 1024000);   /* 2^10 */
	assert_int_equal(value_of(curve(7), 4), 125);       /* 1/8 */
	assert_int_equal(value_of(curve(8), 12), 576000);   /* 24^2 */
	assert_int_equal(value_of(curve(9), 5), 1000000);   /* 10^3 */
	assert_int_equal(value_of(curve(10), 8), 4000);     /* sqrt 16 */
	assert_int_equal(value_of(curve(11), 32), 4000);    /* cbrt 64 */
}

static void a_curve_without_a_value_is_an_error_not_a_number(void **state)
{
	(void)state;
	struct sdr_analog wrong[] = { curve(1), curve(7), curve(10), curve(5), line(1, 0, 0, 7) };
	wrong[2].factors.m = -1;           /* root of a negative number */
	const uint8_t raws[] = { 0, 0, 9, 255, 255 };
	for (size_t i = 0; i < sizeof(raws); i++) {
		int64_t out = 77, max = i == 4 ? 1000 : MANY;
		struct hwatt_error err = { 0 };
		assert_int_equal(sdr_value(&wrong[i], raws[i], &thousandths, max, &out, &err), -1);
		assert_int_equal(err.code, HWATT_ERANGE);
		assert_int_equal(out, 77);
	}
	int64_t out;
	struct hwatt_error err = { 0 };
	struct sdr_analog reserved = curve(12);
	assert_int_equal(sdr_value(&reserved, 1, &thousandths, MANY, &out, &err), -1);
	assert_int_equal(err.code, HWATT_EPROTO);
}

static void a_non_linear_sensor_takes_factors_of_each_raw_value(void **state)
{
	(void)state;
	struct sdr_analog a = curve(SDR_NON_LINEAR);
	assert_true(sdr_needs_factors(&a));
	assert_false(sdr_needs_factors(&(struct sdr_analog){ .linearisation = SDR_LAST_CURVE }));
	const uint8_t answer[] = { 0x21, 7, 0x00, 0x0a, 0x00, 0x00, 0xf0 }; /* M 7, B 10, R exponent -1 */
	struct hwatt_error err = { 0 };
	assert_int_equal(sdr_read_factors(answer, sizeof(answer), &a.factors, &err), 0);
	assert_int_equal(value_of(a, 10), 8000);
	assert_int_equal(sdr_read_factors(answer, sizeof(answer) - 1, &a.factors, &err), -1);
	assert_int_equal(a.factors.m, 7);
}

static void names_in_all_encodings(void **state)
{
	(void)state;
	char out[IDSTRING_SIZE];
	idstring_read(IDSTRING_PACKED, (const uint8_t[]){ 0x29, 0xdc, 0xa6 }, 3, out); /* the specification's own example */
	assert_string_equal(out, "IPMI");
	idstring_read(IDSTRING_BCD, (const uint8_t[]){ 0x12, 0xab, 0x3c, 0xde, 0xf4 }, 5, out);
	assert_string_equal(out, "12 -3.:,_4");
	idstring_read(IDSTRING_OTHER, (const uint8_t[]){ 'T', 0, 0xe5, 0, 0x20, 0x26, 0x3d, 0xd8, 0x00, 0xde }, 10, out);
	assert_string_equal(out, "T\xc3\xa5\xe2\x98\xa0\xf0\x9f\x98\x80");
	idstring_read(IDSTRING_OTHER, (const uint8_t[]){ 0x3d, 0xd8, 'x', 0, 0x00, 0xde, 'y' }, 7, out);
	assert_string_equal(out, "\xef\xbf\xbdx\xef\xbf\xbd");
	idstring_read(IDSTRING_LATIN1, "Luft f\xf6r \x01 \xff\xff", 13, out);
	assert_string_equal(out, "Luft f\xc3\xb6r");
	idstring_read(IDSTRING_LATIN1, "f\xc3\xb6r", 4, out);
	assert_string_equal(out, "f\xc3\xb6r");
	idstring_read(IDSTRING_PACKED, NULL, 0, out);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_record_is_read),
		cmocka_unit_test(ten_bits_are_split_over_two_octets),
		cmocka_unit_test(units_with_rate_modifier_and_percentage),
		cmocka_unit_test(every_cut_short_record_is_refused_or_loses_its_name),
		cmocka_unit_test(what_lies_behind_the_stated_length_is_not_read),
		cmocka_unit_test(a_compact_record_shares_and_has_no_analog_value),
		cmocka_unit_test(locators_are_read),
		cmocka_unit_test(raw_octets_of_the_three_formats),
		cmocka_unit_test(the_line_is_exact),
		cmocka_unit_test(all_eleven_curves),
		cmocka_unit_test(a_curve_without_a_value_is_an_error_not_a_number),
		cmocka_unit_test(a_non_linear_sensor_takes_factors_of_each_raw_value),
		cmocka_unit_test(names_in_all_encodings),
	};
	return cmocka_run_group_tests_name("sdr", tests, NULL, NULL);
}
