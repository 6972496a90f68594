/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* test_hallsim.c - BER, the order of OIDs, the calendar, and the physics over time; no network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ber.h"
#include "bmc_hall.h"
#include "calendar.h"
#include "course.h"
#include "families.h"
#include "message.h"

#define MONDAY_S INT64_C(1790000000) /* 2026-09-21T14:13:20Z */

static const struct event_plan quiet = {.live = false};

/* A course that stands `after_s` seconds after its origin, a Monday. */
static struct course *course_after(int64_t origin_s, int64_t after_ms)
{
	struct sim_fault fault = {{0}};
	struct course *course = malloc(sizeof(*course));
	assert_non_null(course);
	course_open(course, 1, &quiet, origin_s);
	if (course_seek(course, course->origin_s * 1000 + after_ms, &fault) < 0)
		fail_msg("%s", fault.text);
	return course;
}

static void integers_take_as_few_octets_as_hold_them(void **state)
{
	static const struct {
		int64_t value;
		size_t length;
		uint8_t octets[10];
	} cases[] = {
		{0, 3, {2, 1, 0}},
		{127, 3, {2, 1, 127}},
		{128, 4, {2, 2, 0, 128}},
		{-1, 3, {2, 1, 0xff}},
		{-128, 3, {2, 1, 0x80}},
		{-129, 4, {2, 2, 0xff, 0x7f}},
		{INT32_MAX, 6, {2, 4, 0x7f, 0xff, 0xff, 0xff}},
		{INT32_MIN, 6, {2, 4, 0x80, 0, 0, 0}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t buffer[16];
		struct ber_writer out = ber_writer(buffer, sizeof(buffer));
		ber_put_int(&out, cases[i].value);
		assert_false(out.full);
		assert_int_equal(out.length, cases[i].length);
		assert_memory_equal(buffer, cases[i].octets, out.length);
		struct ber_reader in = ber_reader(buffer, out.length);
		assert_int_equal(ber_read_int32(&in), cases[i].value);
		assert_false(in.bad);
	}
}

static void unsigned_numbers_never_look_negative(void **state)
{
	uint8_t buffer[16];
	static const uint8_t gauge[] = {0x42, 5, 0, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t counter[] = {0x46, 9,    0,    0xff, 0xff, 0xff,
	                                  0xff, 0xff, 0xff, 0xff, 0xff};
	(void)state;
	struct ber_writer out = ber_writer(buffer, sizeof(buffer));
	ber_put_unsigned(&out, BER_GAUGE32, UINT32_MAX);
	assert_int_equal(out.length, sizeof(gauge));
	assert_memory_equal(buffer, gauge, sizeof(gauge));
	out = ber_writer(buffer, sizeof(buffer));
	ber_put_unsigned(&out, BER_COUNTER64, UINT64_MAX);
	assert_int_equal(out.length, sizeof(counter));
	assert_memory_equal(buffer, counter, sizeof(counter));
}

static void an_oid_survives_the_wire(void **state)
{
	static const uint32_t oid[] = {2, 999, 0, 127, 128, 16383, 16384, 4294967295u};
	uint32_t back[BER_OID_MAX];
	uint8_t buffer[64];
	(void)state;
	struct ber_writer out = ber_writer(buffer, sizeof(buffer));
	ber_put_oid(&out, oid, 8);
	assert_false(out.full);
	assert_int_equal(ber_oid_decode(buffer + 2, out.length - 2, back), 8);
	assert_memory_equal(back, oid, sizeof(oid));
	assert_int_equal(ber_oid_decode(buffer + 2, out.length - 3, back), 0);   /* cut off */
	static const uint8_t too_large[] = {0x2b, 0x90, 0x80, 0x80, 0x80, 0x00}; /* 2^32 */
	assert_int_equal(ber_oid_decode(too_large, sizeof(too_large), back), 0);
	assert_int_equal(ber_oid_decode(too_large, 0, back), 0);
}

static void an_oid_of_more_than_128_parts_is_refused(void **state)
{
	uint8_t content[BER_OID_MAX];
	uint32_t back[BER_OID_MAX];
	(void)state;
	memset(content, 1, sizeof(content));
	assert_int_equal(ber_oid_decode(content, 127, back), 128);
	assert_int_equal(ber_oid_decode(content, 128, back), 0);
}

static void a_reader_never_leaves_its_octets(void **state)
{
	static const uint8_t lies[][6] = {
		{0x04, 0x05, 1, 2, 3, 4},             /* one octet short */
		{0x04, 0x84, 0xff, 0xff, 0xff, 0xff}, /* four gigabytes */
		{0x04, 0x80, 0, 0, 0, 0},             /* indefinite */
		{0x04, 0x85, 0, 0, 0, 0},             /* a length of five octets */
		{0x05, 0x04, 1, 2, 3, 4},             /* another tag */
	};
	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		struct ber_reader in = ber_reader(lies[i], sizeof(lies[i]));
		struct ber_reader content = ber_enter(&in, BER_OCTETS);
		assert_true(in.bad);
		assert_true(content.bad);
		assert_int_equal(ber_peek(&content), -1);
	}
	struct ber_reader none = ber_reader(lies[0], 1);
	ber_skip(&none);
	assert_true(none.bad);
}

static void regress_a_skip_at_the_end_reads_nothing(void **state)
{
	uint8_t *edge = malloc(1);
	(void)state;
	assert_non_null(edge);
	struct ber_reader in = ber_reader(edge, 0);
	ber_skip(&in);
	assert_true(in.bad);
	assert_ptr_equal(in.at, edge);
	free(edge);
}

static void a_writer_stops_where_it_is_full(void **state)
{
	uint8_t buffer[8];
	(void)state;
	struct ber_writer out = ber_writer(buffer, sizeof(buffer));
	ber_put_int(&out, 1);
	ber_put(&out, BER_OCTETS, (const uint8_t *)"abcd", 4);
	assert_true(out.full);
	assert_int_equal(out.length, 3);
}

static void oids_stand_in_lexicographic_order(void **state)
{
	static const uint32_t a[] = {1, 3, 6}, b[] = {1, 3, 6, 1}, c[] = {1, 3, 7},
			      d[] = {1, 3, 4294967295u};
	(void)state;
	assert_int_equal(mib_compare(a, 3, a, 3), 0);
	assert_int_equal(mib_compare(a, 3, b, 4), -1);
	assert_int_equal(mib_compare(b, 4, c, 3), -1);
	assert_int_equal(mib_compare(d, 3, c, 3), 1);
}

static void rows_are_found_wherever_they_were_added(void **state)
{
	struct mib mib = {0};
	(void)state;
	mib_number(&mib, "1.3.6.1.10", 1, BER_INTEGER, 10);
	mib_number(&mib, "1.3.6.1.9", 10, BER_INTEGER, 9);
	mib_number(&mib, "1.3.6.1.9", 9, BER_INTEGER, 8);
	mib_sort(&mib);
	static const uint32_t nine_nine[] = {1, 3, 6, 1, 9, 9}, nine[] = {1, 3, 6, 1, 9},
			      beyond[] = {1, 3, 6, 1, 11}, nine_eleven[] = {1, 3, 6, 1, 9, 11};
	assert_int_equal(mib_find(&mib, nine_nine, 6, false), 0);
	assert_int_equal(mib_find(&mib, nine_nine, 6, true), 1);
	assert_int_equal(mib_find(&mib, nine, 5, true), 0);
	assert_int_equal(mib_find(&mib, beyond, 5, false), 3);
	assert_true(mib_has_object(&mib, nine_eleven, 6));
	assert_true(mib_has_object(&mib, nine, 5));
	assert_false(mib_has_object(&mib, beyond, 5));
	assert_false(mib_has_object(&mib, nine, 4));
	mib_free(&mib);
}

static void every_device_has_its_rows_in_order(void **state)
{
	(void)state;
	for (int i = 0; i < HALL_DEVICES; i++) {
		struct mib mib = {0};
		bool card = hall_devices[i].kind == HALL_BMC ||
		            hall_devices[i].kind == HALL_REDFISH_SERVER;
		families_build(&mib, i); /* asserts that no OID is there twice */
		if (card)
			assert_int_equal(mib.count, 0); /* it does not speak SNMP */
		else
			assert_in_range(mib.count, 60, 700);
		for (size_t row = 1; row < mib.count; row++)
			assert_int_equal(mib_compare(mib.rows[row - 1].oid,
			                             mib.rows[row - 1].length, mib.rows[row].oid,
			                             mib.rows[row].length),
			                 -1);
		mib_free(&mib);
	}
}

static void dates_come_out_as_in_the_calendar(void **state)
{
	char text[20];
	int64_t at_s = 0;
	(void)state;
	struct calendar_date date = calendar_date(MONDAY_S);
	assert_int_equal(date.year, 2026);
	assert_int_equal(date.month, 9);
	assert_int_equal(date.day, 21);
	assert_int_equal(date.weekday, 0);
	assert_int_equal(calendar_midnight_s(2024, 2, 29) + 86400, calendar_midnight_s(2024, 3, 1));
	calendar_apc_text(MONDAY_S, text);
	assert_string_equal(text, "09/21/2026 14:13:20");
	assert_int_equal(calendar_parse("2026-09-21", &at_s), 0);
	assert_int_equal(at_s, MONDAY_S - MONDAY_S % 86400);
	assert_int_equal(calendar_parse("2026-02-29", &at_s), -1);
	assert_int_equal(calendar_parse("2026-09-21x", &at_s), -1);
}

static void summer_time_starts_and_ends_on_sundays_at_one_utc(void **state)
{
	int64_t start_s = calendar_midnight_s(2026, 3, 29) + 3600;
	int64_t end_s = calendar_midnight_s(2026, 10, 25) + 3600;
	(void)state;
	assert_int_equal(calendar_stockholm_offset_s(start_s - 1), 3600);
	assert_int_equal(calendar_stockholm_offset_s(start_s), 7200);
	assert_int_equal(calendar_stockholm_offset_s(end_s - 1), 7200);
	assert_int_equal(calendar_stockholm_offset_s(end_s), 3600);
}

static void the_same_seed_and_time_give_the_same_hall(void **state)
{
	int64_t first[LOAD_CHANNELS], again[LOAD_CHANNELS], other[LOAD_CHANNELS];
	(void)state;
	load_compute(7, &quiet, MONDAY_S - MONDAY_S % 60, first);
	load_compute(7, &quiet, MONDAY_S - MONDAY_S % 60, again);
	load_compute(8, &quiet, MONDAY_S - MONDAY_S % 60, other);
	assert_memory_equal(first, again, sizeof(first));
	assert_memory_not_equal(first, other, sizeof(first));
}

/* Sum of `count` channels from `first`. */
static int64_t sum(const int64_t *value, int first, int count)
{
	int64_t total = 0;
	for (int i = 0; i < count; i++)
		total += value[first + i];
	return total;
}

static void power_adds_up_at_every_minute_of_a_month(void **state)
{
	int64_t value[LOAD_CHANNELS];
	(void)state;
	for (int64_t at_s = MONDAY_S - MONDAY_S % 60; at_s < MONDAY_S + 31 * 86400; at_s += 420) {
		int64_t charge_ppm = 0;
		load_compute(1, &quiet, at_s, value);
		int64_t out = sum(value, LOAD_UPS_OUT_MW, HALL_LINES);
		int64_t in = sum(value, LOAD_UPS_IN_MW, HALL_LINES);
		int64_t rest = sum(value, LOAD_COOLER_MW, HALL_COOLERS) + value[LOAD_OTHER_MW];
		int64_t cords = sum(value, LOAD_CORD_A_MW, 2 * HALL_LOADS);
		assert_int_equal(sum(value, LOAD_PDU_MW, HALL_PDUS), out);
		assert_int_equal(sum(value, LOAD_PHASE_MW, HALL_PDUS * HALL_LINES), out);
		assert_in_range(out - cords, 8 * 9000, cords / 200 + 8 * 9000);
		assert_int_equal(sum(value, LOAD_GRID_LINE_MW, HALL_LINES), value[LOAD_GRID_MW]);
		assert_int_equal(value[LOAD_GRID_MW], in + rest);
		if (event_battery(at_s, &charge_ppm) == EVENT_BATTERY_IDLE)
			assert_in_range(value[LOAD_GRID_MW] * 1000 / out, 1140, 1360);
	}
}

static void a_day_and_a_night_a_weekday_and_a_weekend_differ(void **state)
{
	int64_t noon[LOAD_CHANNELS], night[LOAD_CHANNELS], sunday[LOAD_CHANNELS];
	int64_t monday_s = MONDAY_S - MONDAY_S % 86400;
	(void)state;
	load_compute(1, &quiet, monday_s + 13 * 3600, noon);
	load_compute(1, &quiet, monday_s + 2 * 3600, night);
	load_compute(1, &quiet, monday_s - 86400 + 13 * 3600, sunday);
	assert_true(sum(noon, LOAD_USE_PPM, 12) > sum(night, LOAD_USE_PPM, 12) * 12 / 10);
	assert_true(sum(noon, LOAD_USE_PPM, 12) > sum(sunday, LOAD_USE_PPM, 12) * 11 / 10);
	assert_true(noon[LOAD_GRID_MW] > night[LOAD_GRID_MW]);
}

static void a_register_is_the_integral_of_its_power(void **state)
{
	int channel = LOAD_PDU_MW + 3;
	double sum_mj = 0;
	struct sim_fault fault = {{0}};
	(void)state;
	struct course *course = course_after(MONDAY_S, 0);
	int64_t before_mw = course_value(course, channel);
	for (int64_t ms = 5000; ms <= 2 * 86400 * INT64_C(1000); ms += 5000) {
		assert_int_equal(course_seek(course, course->origin_s * 1000 + ms, &fault), 0);
		int64_t now_mw = course_value(course, channel);
		sum_mj += (double)(before_mw + now_mw) / 2 * 5;
		before_mw = now_mw;
		int64_t error_mj = course_integral(course, channel) - (int64_t)sum_mj;
		assert_in_range(error_mj + 40000, 0, 80000); /* 40 J of 500 MJ: rounding to mW */
	}
	assert_int_equal(course_register(course, channel),
	                 course_integral(course, channel) / COURSE_STEP_MJ);
	free(course);
}

static void a_register_does_not_care_how_often_it_is_asked(void **state)
{
	struct sim_fault fault = {{0}};
	(void)state;
	struct course *once = course_after(MONDAY_S, 86399123);
	struct course *often = course_after(MONDAY_S, 0);
	for (int64_t ms = 0; ms < 86399123; ms += 777)
		assert_int_equal(course_seek(often, often->origin_s * 1000 + ms, &fault), 0);
	assert_int_equal(course_seek(often, once->at_ms, &fault), 0);
	for (int channel = 0; channel < LOAD_CHANNELS; channel++) {
		assert_int_equal(course_value(once, channel), course_value(often, channel));
		assert_int_equal(course_integral(once, channel), course_integral(often, channel));
	}
	assert_int_equal(course_seek(often, once->at_ms - 1, &fault), -1);
	free(once);
	free(often);
}

static void a_restart_empties_the_registers_of_one_pdu(void **state)
{
	int64_t restart_s = calendar_midnight_s(2026, 11, 11) + 2 * 3600 + 17 * 60;
	struct sim_fault fault = {{0}};
	(void)state;
	struct course *course = course_after(restart_s - 86400, 86400 * INT64_C(1000) - 1);
	int64_t other = course_integral(course, LOAD_PDU_MW + 3);
	assert_true(course_integral(course, LOAD_PDU_MW + 4) > 0);
	assert_false(event_silent(&quiet, 6, restart_s - 1));
	assert_int_equal(course_seek(course, restart_s * 1000, &fault), 0);
	assert_int_equal(course_integral(course, LOAD_PDU_MW + 4), 0);
	assert_int_equal(course->reset_s[4], restart_s);
	assert_true(course_integral(course, LOAD_PDU_MW + 3) >= other);
	assert_true(event_silent(&quiet, 6, restart_s));
	assert_false(event_silent(&quiet, 6, restart_s + EVENT_RESTART_SILENCE_S));
	free(course);
}

static void a_battery_test_takes_charge_and_gives_it_back(void **state)
{
	int64_t first_s = calendar_midnight_s(2026, 10, 1), ppm = 0;
	(void)state;
	assert_int_equal(event_battery(first_s + 7199, &ppm), EVENT_BATTERY_IDLE);
	assert_int_equal(ppm, 1000000);
	assert_int_equal(event_battery(first_s + 7200 + 300, &ppm), EVENT_BATTERY_TEST);
	assert_int_equal(ppm, 940000);
	assert_int_equal(event_battery(first_s + 7200 + 600, &ppm), EVENT_BATTERY_CHARGING);
	assert_int_equal(ppm, 880000);
	assert_int_equal(event_battery(first_s + 7200 + 600 + 7200, &ppm), EVENT_BATTERY_IDLE);
}

static void disks_stay_within_their_size(void **state)
{
	(void)state;
	for (int server = 0; server < HALL_SERVERS; server++)
		for (int day = 0; day < 400; day++) {
			int64_t used = load_disk_used_by(1, server, MONDAY_S + day * 86400);
			assert_int_equal(used % 4096, 0);
			assert_in_range(used, hall_servers[server].disk_by / 10,
			                hall_servers[server].disk_by * 7 / 10);
		}
}

static void processors_average_to_their_server(void **state)
{
	(void)state;
	struct course *course = course_after(MONDAY_S, 0);
	for (int server = 0; server < HALL_SERVERS; server++) {
		int64_t use_ppm = course->from[LOAD_USE_PPM + server];
		assert_in_range(course_cpu_ppm(course, server) - use_ppm + 90000, 0, 180000);
	}
	free(course);
}

static void every_load_is_alone_at_its_outlets(void **state)
{
	(void)state;
	for (int i = 0; i < HALL_LOADS; i++)
		for (int side = 0; side < 2; side++)
			assert_int_equal(hall_load_at(hall_pdu(hall_loads[i].rack, side),
			                              hall_loads[i].outlet),
			                 i);
	for (int server = 0; server < HALL_SERVERS; server++) {
		int device = hall_find(hall_servers[server].device);
		assert_int_equal(hall_devices[device].unit, server);
		assert_string_equal(hall_devices[device].rack,
		                    hall_racks[hall_loads[hall_server_load(server)].rack]);
	}
}

static void a_management_card_says_what_its_outlets_give(void **state)
{
	(void)state;
	struct course *course = course_after(MONDAY_S, 0);
	for (int64_t s = 0; s < 3600; s += 17) {
		struct sim_fault fault = {{0}};
		assert_int_equal(course_seek(course, course->origin_s * 1000 + s * 1000, &fault), 0);
		for (int i = HALL_BMC_FIRST; i < HALL_REDFISH_FIRST + HALL_REDFISH; i++) {
			int load = hall_device_load(i);
			assert_true(load >= 0 && hall_loads[load].server < 0);
			struct bmc_power power = bmc_hall_power(course, load);
			int64_t a_mw = course_value(course, LOAD_CORD_A_MW + load);
			int64_t fed_mw = a_mw + course_value(course, LOAD_CORD_B_MW + load);
			/* half a watt of rounding beside the loss of 0.4 % */
			assert_in_range(fed_mw * 996 / 1000 - power.watts * 1000 + 500, 0, 1000);
			assert_in_range(a_mw * 996 / 1000 - power.first * 1000 + 500, 0, 1000);
			assert_true(power.low <= power.watts && power.watts <= power.high);
			assert_true(power.low <= power.mean && power.mean <= power.high);
		}
	}
	assert_int_equal(hall_devices[HALL_BMC_FIRST].kind, HALL_BMC);
	assert_int_equal(hall_devices[HALL_BMC_FIRST + HALL_BMCS - 1].kind, HALL_BMC);
	assert_int_equal(hall_devices[HALL_REDFISH_FIRST].kind, HALL_REDFISH_SERVER);
	assert_int_equal(hall_devices[HALL_REDFISH_FIRST + HALL_REDFISH - 1].kind, HALL_REDFISH_SERVER);
	free(course);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_take_as_few_octets_as_hold_them),
		cmocka_unit_test(unsigned_numbers_never_look_negative),
		cmocka_unit_test(an_oid_survives_the_wire),
		cmocka_unit_test(an_oid_of_more_than_128_parts_is_refused),
		cmocka_unit_test(a_reader_never_leaves_its_octets),
		cmocka_unit_test(regress_a_skip_at_the_end_reads_nothing),
		cmocka_unit_test(a_writer_stops_where_it_is_full),
		cmocka_unit_test(oids_stand_in_lexicographic_order),
		cmocka_unit_test(rows_are_found_wherever_they_were_added),
		cmocka_unit_test(every_device_has_its_rows_in_order),
		cmocka_unit_test(dates_come_out_as_in_the_calendar),
		cmocka_unit_test(summer_time_starts_and_ends_on_sundays_at_one_utc),
		cmocka_unit_test(the_same_seed_and_time_give_the_same_hall),
		cmocka_unit_test(power_adds_up_at_every_minute_of_a_month),
		cmocka_unit_test(a_day_and_a_night_a_weekday_and_a_weekend_differ),
		cmocka_unit_test(a_register_is_the_integral_of_its_power),
		cmocka_unit_test(a_register_does_not_care_how_often_it_is_asked),
		cmocka_unit_test(a_restart_empties_the_registers_of_one_pdu),
		cmocka_unit_test(a_battery_test_takes_charge_and_gives_it_back),
		cmocka_unit_test(disks_stay_within_their_size),
		cmocka_unit_test(processors_average_to_their_server),
		cmocka_unit_test(every_load_is_alone_at_its_outlets),
		cmocka_unit_test(a_management_card_says_what_its_outlets_give),
	};
	return cmocka_run_group_tests_name("hallsim", tests, NULL, NULL);
}
