/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "devid.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t dell[] = { 0x20, 0x81, 0x02, 0x52, 0x02, 0x8a, 0xa2, 0x02, 0x00, 0x00, 0x01, 9, 8, 7, 6 };

static void a_device_id(void **state)
{
	(void)state;
	struct devid d;
	struct hwatt_error err = { 0 };
	assert_int_equal(devid_read(dell, sizeof(dell), &d, &err), 0);
	assert_int_equal(d.device_id, 0x20);
	assert_int_equal(d.device_revision, 1);
	assert_true(d.own_sdrs);
	assert_false(d.updating);
	assert_string_equal(d.firmware, "2.52");
	assert_int_equal(d.ipmi_major, 2);
	assert_int_equal(d.ipmi_minor, 0);
	assert_false(d.has_sensors);
	assert_true(d.has_repository);
	assert_true(d.has_fru);
	assert_true(d.is_chassis);
	assert_int_equal(d.manufacturer, 674);
	assert_string_equal(devid_maker(d.manufacturer), "Dell");
	assert_int_equal(d.product, 0x0100);
	assert_int_equal(d.auxiliary[3], 6);
}

static void the_auxiliary_part_may_be_missing_but_nothing_else(void **state)
{
	(void)state;
	struct devid d;
	struct hwatt_error err = { 0 };
	for (size_t length = 0; length <= sizeof(dell); length++)
		assert_int_equal(devid_read(dell, length, &d, &err), length < 11 ? -1 : 0);
	assert_int_equal(err.code, HWATT_EPROTO);
}

static void an_update_and_a_minor_version_that_is_no_bcd(void **state)
{
	(void)state;
	uint8_t bytes[sizeof(dell)];
	memcpy(bytes, dell, sizeof(dell));
	bytes[2] = 0x89;
	bytes[3] = 0x0c;
	bytes[4] = 0x51;
	memset(bytes + 6, 0xff, 3);
	struct devid d;
	struct hwatt_error err = { 0 };
	assert_int_equal(devid_read(bytes, sizeof(bytes), &d, &err), 0);
	assert_true(d.updating);
	assert_string_equal(d.firmware, "9.12");
	assert_int_equal(d.ipmi_major, 1);
	assert_int_equal(d.ipmi_minor, 5);
	assert_int_equal(d.manufacturer, 0);
	assert_null(devid_maker(0));
}

static void a_guid_is_turned_round(void **state)
{
	(void)state;
	char out[DEVID_TEXT];
	struct hwatt_error err = { 0 };
	const uint8_t guid[] = { 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00 };
	assert_int_equal(devid_read_guid(guid, sizeof(guid), out, &err), 0);
	assert_string_equal(out, "00112233-4455-6677-8899-aabbccddeeff");
	const uint8_t zeros[16] = { 0 };
	assert_int_equal(devid_read_guid(zeros, sizeof(zeros), out, &err), -1);
	assert_int_equal(err.code, HWATT_ENODATA);
	assert_int_equal(devid_read_guid(guid, 15, out, &err), -1);
	assert_int_equal(err.code, HWATT_EPROTO);
}

static void the_state_of_the_chassis(void **state)
{
	(void)state;
	struct devid_chassis c;
	struct hwatt_error err = { 0 };
	assert_int_equal(devid_read_chassis("\x61\x00\x08", 3, &c, &err), 0);
	assert_true(c.on && c.cooling_fault);
	assert_false(c.overload || c.interlock || c.fault || c.control_fault || c.intrusion || c.drive_fault);
	assert_int_equal(devid_read_chassis("\x1e\x00\x05\x00", 4, &c, &err), 0);
	assert_true(c.overload && c.interlock && c.fault && c.control_fault && c.intrusion && c.drive_fault);
	assert_false(c.on || c.cooling_fault);
	assert_int_equal(devid_read_chassis("\x61\x00", 2, &c, &err), -1);
}

static void repositories_and_own_records(void **state)
{
	(void)state;
	struct devid_repository r;
	struct hwatt_error err = { 0 };
	const uint8_t repository[] = { 0x51, 0x0e, 0x01, 0xff, 0xff, 1, 0, 0, 0x60, 2, 0, 0, 0x61, 0x02 };
	assert_int_equal(devid_read_repository(false, repository, sizeof(repository), &r, &err), 0);
	assert_int_equal(r.records, 270);
	assert_int_equal(r.added, 0x60000001);
	assert_int_equal(r.erased, 0x61000002);
	assert_true(r.reserve);
	assert_int_equal(devid_read_repository(false, repository, sizeof(repository) - 1, &r, &err), -1);
	const uint8_t own[] = { 0x2a, 0x81, 4, 3, 2, 1 };
	assert_int_equal(devid_read_repository(true, own, sizeof(own), &r, &err), 0);
	assert_int_equal(r.records, 42);
	assert_true(r.changing);
	assert_int_equal(r.added, 0x01020304);
	assert_int_equal(devid_read_repository(true, own, 2, &r, &err), 0);
	assert_int_equal(r.added, 0);
	assert_int_equal(devid_read_repository(true, own, 1, &r, &err), -1);
	assert_int_equal(err.code, HWATT_EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_id),
		cmocka_unit_test(the_auxiliary_part_may_be_missing_but_nothing_else),
		cmocka_unit_test(an_update_and_a_minor_version_that_is_no_bcd),
		cmocka_unit_test(a_guid_is_turned_round),
		cmocka_unit_test(the_state_of_the_chassis),
		cmocka_unit_test(repositories_and_own_records),
	};
	return cmocka_run_group_tests_name("devid", tests, NULL, NULL);
}
