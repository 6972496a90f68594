/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "dcmi.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* 204 W now, 154 lowest, 304 highest, 214 mean, over one hour. */
static const uint8_t good[] = { 0xdc, 204, 0, 154, 0, 0x30, 0x01, 214, 0, 1, 2, 3, 4, 0x80, 0xee, 0x36, 0x00, 0x40 };

static int code_of(const uint8_t *bytes, size_t length)
{
	struct dcmi_power p = { .now_mw = 77 };
	struct hwatt_error err = { 0 };
	int rc = dcmi_read_power(bytes, length, &p, &err);
	if (rc < 0)
		assert_int_equal(p.now_mw, 77);
	return rc < 0 ? (int)err.code : 0;
}

static int code_with(size_t at, uint8_t octet)
{
	uint8_t bytes[sizeof(good)];
	memcpy(bytes, good, sizeof(good));
	bytes[at] = octet;
	return code_of(bytes, sizeof(bytes));
}

static void a_power_reading(void **state)
{
	(void)state;
	struct dcmi_power p;
	struct hwatt_error err = { 0 };
	assert_int_equal(dcmi_read_power(good, sizeof(good), &p, &err), 0);
	assert_int_equal(p.now_mw, 204000);
	assert_int_equal(p.min_mw, 154000);
	assert_int_equal(p.max_mw, 304000);
	assert_int_equal(p.mean_mw, 214000);
	assert_int_equal(p.period_ms, 3600000);
	assert_int_equal(p.bmc_time_s, 0x04030201);
}

static void an_inactive_measurement_is_no_zero(void **state)
{
	(void)state;
	assert_int_equal(code_with(17, 0x00), HWATT_ENODATA);
	assert_int_equal(code_with(17, 0xbf), HWATT_ENODATA);
	const uint8_t zeros[18] = { [0] = 0xdc, [17] = 0x40 };
	assert_int_equal(code_of(zeros, sizeof(zeros)), HWATT_ENODATA);
	uint8_t before[18] = { [0] = 0xdc, [5] = 9, [17] = 0x40 }; /* 0 W now and in the mean, 9 W once */
	assert_int_equal(code_of(before, sizeof(before)), 0);
	uint8_t standby[sizeof(good)];
	memcpy(standby, good, sizeof(good));
	standby[1] = 0; /* no load now, some before: that can be */
	assert_int_equal(code_of(standby, sizeof(standby)), 0);
}

static void what_is_not_given_is_told(void **state)
{
	(void)state;
	uint8_t bytes[sizeof(good)];
	memcpy(bytes, good, sizeof(good));
	bytes[3] = bytes[4] = 0xff;
	struct dcmi_power p;
	struct hwatt_error err = { 0 };
	assert_int_equal(dcmi_read_power(bytes, sizeof(bytes), &p, &err), 0);
	assert_int_equal(p.min_mw, -1);
	assert_int_equal(p.now_mw, 204000);
	bytes[1] = bytes[2] = 0xff;
	assert_int_equal(code_of(bytes, sizeof(bytes)), HWATT_ENODATA);
}

static void another_group_or_length_is_malformed(void **state)
{
	(void)state;
	assert_int_equal(code_with(0, 0x00), HWATT_EPROTO);
	for (size_t length = 0; length < sizeof(good); length++)
		assert_int_equal(code_of(good, length), HWATT_EPROTO);
	const uint8_t ask[] = DCMI_ASK_POWER;
	assert_memory_equal(ask, "\xdc\x01\x00\x00", 4);
}

static void capabilities_add_up(void **state)
{
	(void)state;
	struct dcmi_capabilities c = { 0 };
	struct hwatt_error err = { 0 };
	const uint8_t supported[] = { 0xdc, 1, 5, 2, 0x00, 0x01, 0x07 };
	const uint8_t statistics[] = { 0xdc, 1, 5, 2, 4, 0x3c, 0x4f, 0x81, 0xc7 };
	assert_int_equal(dcmi_read_capabilities(DCMI_SUPPORTED, supported, sizeof(supported), &c, &err), 0);
	assert_true(c.power_management);
	assert_int_equal(c.major, 1);
	assert_int_equal(c.minor, 5);
	assert_int_equal(dcmi_read_capabilities(DCMI_STATISTICS, statistics, sizeof(statistics), &c, &err), 0);
	assert_true(c.power_management);
	assert_int_equal(c.period_count, 4);
	assert_int_equal(c.period_ms[0], 60000);
	assert_int_equal(c.period_ms[1], 15 * 60000);
	assert_int_equal(c.period_ms[2], 3600000);
	assert_int_equal(c.period_ms[3], 7 * INT64_C(86400000));
	/* Says four periods, sends two. */
	assert_int_equal(dcmi_read_capabilities(DCMI_STATISTICS, statistics, sizeof(statistics) - 2, &c, &err), 0);
	assert_int_equal(c.period_count, 2);
	assert_int_equal(dcmi_read_capabilities(DCMI_STATISTICS, statistics, 4, &c, &err), -1);
	assert_int_equal(dcmi_read_capabilities(DCMI_SUPPORTED, supported, 5, &c, &err), -1);
	assert_int_equal(err.code, HWATT_EPROTO);
	assert_int_equal(c.period_count, 2);
}

static void more_periods_than_there_is_room_for_are_left_out(void **state)
{
	(void)state;
	uint8_t many[5 + 40] = { 0xdc, 1, 5, 2, 40 };
	memset(many + 5, 0x41, 40);
	struct dcmi_capabilities c = { 0 };
	struct hwatt_error err = { 0 };
	assert_int_equal(dcmi_read_capabilities(DCMI_STATISTICS, many, sizeof(many), &c, &err), 0);
	assert_int_equal(c.period_count, DCMI_MAX_PERIODS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_power_reading),
		cmocka_unit_test(an_inactive_measurement_is_no_zero),
		cmocka_unit_test(what_is_not_given_is_told),
		cmocka_unit_test(another_group_or_length_is_malformed),
		cmocka_unit_test(capabilities_add_up),
		cmocka_unit_test(more_periods_than_there_is_room_for_are_left_out),
	};
	return cmocka_run_group_tests_name("dcmi", tests, NULL, NULL);
}
