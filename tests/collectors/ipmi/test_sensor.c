/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sensor.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A full record of a threshold sensor, unsigned, y = x. */
static struct sdr_record record(uint8_t number, uint8_t entity, uint8_t instance, uint8_t unit, const char *name)
{
	struct sdr_record r = { .id = (uint16_t)(0x100 + number), .kind = SDR_FULL, .owner = SDR_BMC, .number = number,
				.entity = entity, .instance = instance, .event_type = 1, .unit = unit, .share_count = 1,
				.analog = { .factors = { 1, 0, 0, 0 } } };
	snprintf(r.name, sizeof(r.name), "%s", name);
	return r;
}

static struct sensor sensor_of(struct sdr_record r)
{
	struct sensor s;
	if (!sensor_from(&r, false, &s))
		fail_msg("\"%s\" is no sensor", r.name);
	return s;
}

static struct sensor watts(uint8_t number, uint8_t entity, uint8_t instance, const char *name)
{
	return sensor_of(record(number, entity, instance, SDR_WATTS, name));
}

static void refused(struct sdr_record r)
{
	struct sensor s;
	if (sensor_from(&r, false, &s))
		fail_msg("\"%s\" became %s %s", r.name, hwatt_role_name((enum hwatt_role)s.role),
			 hwatt_quantity_info((enum hwatt_quantity)s.quantity)->name);
}

static int64_t value_of(const struct sensor *s, uint8_t raw)
{
	int64_t out;
	struct hwatt_error err = { 0 };
	if (sensor_value(s, raw, &out, &err) < 0)
		fail_msg("%s", err.text);
	return out;
}

static void no_reading_is_not_zero(void **state)
{
	(void)state;
	uint8_t raw = 0x55;
	assert_int_equal(sensor_read((const uint8_t[]){ 0, 0xe0 }, 2, 0, &raw), SENSOR_UNAVAILABLE);
	assert_int_equal(sensor_read((const uint8_t[]){ 0, 0x80 }, 2, 0, &raw), SENSOR_NOT_SCANNED);
	assert_int_equal(sensor_read((const uint8_t[]){ 0, 0x80 }, 1, 0, &raw), SENSOR_NO_ANSWER);
	assert_int_equal(raw, 0x55);
	assert_int_equal(sensor_read((const uint8_t[]){ 0x2c, 0xc0, 0xc0 }, 3, 0, &raw), SENSOR_READS);
	assert_int_equal(raw, 0x2c);
	assert_string_equal(sensor_answer_text(SENSOR_NOT_SCANNED), "scanning disabled");
}

static void the_quirk_reads_what_is_said_not_to_be_scanned_but_not_what_is_unavailable(void **state)
{
	(void)state;
	uint8_t raw = 0;
	assert_int_equal(sensor_read((const uint8_t[]){ 9, 0x80 }, 2, SENSOR_IGNORE_SCANNING, &raw), SENSOR_READS);
	assert_int_equal(raw, 9);
	assert_int_equal(sensor_read((const uint8_t[]){ 9, 0x20 }, 2, SENSOR_IGNORE_SCANNING, &raw), SENSOR_UNAVAILABLE);
}

static void units_become_quantities_in_their_fixed_unit(void **state)
{
	(void)state;
	static const struct {
		uint8_t unit, rate, modifier, modifier_unit, raw;
		enum hwatt_quantity quantity;
		int64_t value;
	} rows[] = {
		{ SDR_CELSIUS, 0, 0, 0, 21, HWATT_TEMPERATURE, 21000 },
		{ SDR_FAHRENHEIT, 0, 0, 0, 68, HWATT_TEMPERATURE, 20000 },
		{ SDR_KELVIN, 0, 0, 0, 255, HWATT_TEMPERATURE, -18150 },
		{ SDR_VOLTS, 0, 0, 0, 12, HWATT_VOLTAGE, 12000 },
		{ SDR_AMPERES, 0, 0, 0, 3, HWATT_CURRENT, 3000 },
		{ SDR_WATTS, 0, 0, 0, 200, HWATT_ACTIVE_POWER, 200000 },
		{ SDR_VOLTAMPERES, 0, 0, 0, 200, HWATT_APPARENT_POWER, 200000 },
		{ SDR_RPM, 0, 0, 0, 100, HWATT_FAN_SPEED, 100000 },
		{ SDR_HERTZ, 0, 0, 0, 50, HWATT_FREQUENCY, 50000 },
		{ SDR_JOULES, SDR_PER_S, 0, 0, 77, HWATT_ACTIVE_POWER, 77000 },
		{ SDR_JOULES, SDR_PER_HOUR, 0, 0, 36, HWATT_ACTIVE_POWER, 10 },
		{ SDR_JOULES, 0, SDR_DIVIDED, SDR_MINUTE, 60, HWATT_ACTIVE_POWER, 1000 },
		{ SDR_REVOLUTIONS, SDR_PER_S, 0, 0, 2, HWATT_FAN_SPEED, 120000 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sdr_record r = record(1, 0x40, 1, rows[i].unit, "X");
		r.rate = rows[i].rate;
		r.modifier = rows[i].modifier;
		r.modifier_unit = rows[i].modifier_unit;
		struct sensor s = sensor_of(r);
		assert_int_equal(s.quantity, rows[i].quantity);
		assert_int_equal(value_of(&s, rows[i].raw), rows[i].value);
	}
}

static void a_unit_that_a_rate_or_modifier_changes_is_not_taken_at_its_word(void **state)
{
	(void)state;
	struct sdr_record r = record(1, 7, 1, SDR_WATTS, "System Power");
	r.rate = SDR_PER_HOUR;
	refused(r);
	r = record(1, 7, 1, SDR_WATTS, "System Power");
	r.modifier = SDR_TIMES;
	r.modifier_unit = SDR_HOUR; /* energy, in eight bits */
	refused(r);
	refused(record(1, 7, 1, SDR_JOULES, "System Energy"));
	refused(record(1, 7, 1, SDR_UNSPECIFIED, "System Power"));
	r = record(1, 7, 1, SDR_WATTS, "System Power");
	r.percentage = true;
	refused(r);
}

static void percentages_are_what_their_name_says(void **state)
{
	(void)state;
	struct sdr_record r = record(1, 7, 1, SDR_UNSPECIFIED, "CPU Usage");
	r.percentage = true;
	struct sensor s = sensor_of(r);
	assert_int_equal(s.role, HWATT_CPU);
	assert_int_equal(s.quantity, HWATT_CPU_UTILISATION);
	assert_int_equal(value_of(&s, 42), 420000);
	snprintf(r.name, sizeof(r.name), "Inlet Humidity");
	s = sensor_of(r);
	assert_int_equal(s.quantity, HWATT_HUMIDITY);
	snprintf(r.name, sizeof(r.name), "Fan 1");
	refused(r);
	snprintf(r.name, sizeof(r.name), "MEM Usage");
	refused(r);
}

static void ratings_limits_and_peaks_are_no_readings(void **state)
{
	(void)state;
	static const char *const names[] = { "Power Limit", "Pwr Cap", "MaxPower Max", "Peak Power", "PSU1 Rated Power",
					     "Power Budget", "Power_Cap", "Min Power" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		refused(record(1, 7, 1, SDR_WATTS, names[i]));
	/* A supply's status sensor, with a number in watts besides. */
	struct sdr_record status = record(1, SDR_POWER_SUPPLY, 1, SDR_WATTS, "Power Supply 1");
	status.event_type = 0x6f;
	refused(status);
	/* The machine's meter is no threshold sensor either (availability), and reads. */
	struct sdr_record meter = record(1, SDR_SYSTEM_BOARD, 1, SDR_WATTS, "Power Meter");
	meter.event_type = 0x0a;
	assert_int_equal(sensor_of(meter).watt, SENSOR_SYSTEM);
	assert_int_equal(sensor_of(record(1, 4, 1, SDR_CELSIUS, "08-HD Max")).quantity, HWATT_TEMPERATURE);
}

static void other_owners_event_only_and_discrete_records_are_passed_over(void **state)
{
	(void)state;
	struct sdr_record r = record(1, 7, 1, SDR_WATTS, "System Power");
	struct sensor s;
	r.owner = 0x2c;
	refused(r);
	assert_true(sensor_from(&r, true, &s));
	r = record(1, 7, 1, SDR_WATTS, "System Power");
	r.kind = SDR_COMPACT;
	refused(r);
	r = record(1, 7, 1, SDR_WATTS, "System Power");
	r.analog.format = SDR_NOT_ANALOG;
	refused(r);
	r = record(1, 7, 1, SDR_WATTS, "System Power");
	r.analog.linearisation = 0x20;
	refused(r);
	r.analog.linearisation = SDR_NON_LINEAR;
	assert_true(sensor_from(&r, false, &s));
}

static void the_whole_is_told_from_its_parts(void **state)
{
	(void)state;
	static const char *const whole[] = { "Pwr Consumption", "System Level", "Total Power", "Total_Power", "SYS_POWER",
					     "POWER_USAGE", "Power Meter", "Avg Power", "Sys Power", "HSC Input Power", "Power" };
	static const char *const parts[] = { "CPU Power", "CPU_Total_Power", "MEM Total Power", "FAN_Total_Power", "GPU1 Power",
					     "HDD_Total_Power", "Riser 1 Power", "PCIe Slot 3 Power" };
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		struct sensor s = watts(1, SDR_SYSTEM_BOARD, 1, whole[i]);
		if (s.watt != SENSOR_SYSTEM || s.role != HWATT_CHASSIS)
			fail_msg("%s: not the whole", whole[i]);
		assert_int_equal(watts(1, SDR_PROCESSOR, 1, whole[i]).watt, SENSOR_PART);
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (watts(1, SDR_SYSTEM_BOARD, 1, parts[i]).watt != SENSOR_PART)
			fail_msg("%s: not a part", parts[i]);
	assert_int_equal(watts(1, SDR_SYSTEM_BOARD, 1, "CPU Power").role, HWATT_CPU);
	assert_int_equal(watts(1, SDR_MEMORY_DEVICE, 1, "DIMM Power").role, HWATT_MEMORY);
}

static void supplies_are_numbered_and_their_two_sides_kept_apart(void **state)
{
	(void)state;
	struct sensor in = watts(1, SDR_POWER_SUPPLY, 1, "PSU2_Pin"), out = watts(2, SDR_POWER_SUPPLY, 1, "PSU2_Pout");
	assert_int_equal(in.watt, SENSOR_SUPPLY_IN);
	assert_int_equal(out.watt, SENSOR_SUPPLY_OUT);
	assert_int_equal(in.role, HWATT_PSU);
	assert_string_equal(in.index, "2"); /* by its name, whatever the instance says */
	assert_string_equal(out.index, "out.2");
	assert_string_equal(watts(3, SDR_POWER_SUPPLY, 4, "Input Power").index, "4");
	assert_int_equal(watts(4, SDR_SYSTEM_BOARD, 1, "PS1 Input Power").watt, SENSOR_SUPPLY_IN);
	assert_int_equal(watts(5, SDR_POWER_SUPPLY, 1, "PS Total Power").watt, SENSOR_SYSTEM);
	struct sensor amperes = sensor_of(record(6, SDR_POWER_SUPPLY, 2, SDR_AMPERES, "Current 2"));
	assert_int_equal(amperes.role, HWATT_PSU);
	assert_string_equal(amperes.index, "2");
	assert_string_equal(sensor_of(record(7, SDR_POWER_SUPPLY, 2, SDR_VOLTS, "PSU2 12V Out")).index, "out.2");
	assert_string_equal(sensor_of(record(8, SDR_POWER_SUPPLY, 2, SDR_VOLTS, "PSU2 12V")).index, "out.2");
	assert_int_equal(sensor_of(record(9, SDR_POWER_SUPPLY, 2, SDR_CELSIUS, "PSU2 Inlet")).role, HWATT_SENSOR);
}

static void dcmi_comes_first(void **state)
{
	(void)state;
	char why[160];
	struct sensor all[] = { watts(1, SDR_SYSTEM_BOARD, 1, "System Power"), watts(2, SDR_POWER_SUPPLY, 1, "PSU1 Input"),
				watts(3, SDR_POWER_SUPPLY, 2, "PSU2 Input") };
	assert_int_equal(sensor_settle(all, 3, true, why), SENSOR_CHOICE_DCMI);
	assert_true(all[0].alternative);
	assert_string_equal(all[0].index, "total"); /* beside the chosen one */
	assert_false(all[1].alternative);           /* a role of its own: never added to the chassis */
	assert_string_equal(why, "DCMI Get Power Reading");
}

static void then_one_sensor_of_the_whole_the_plainest(void **state)
{
	(void)state;
	char why[160];
	struct sensor all[] = { watts(9, SDR_SYSTEM_BOARD, 1, "System Level"), watts(10, SDR_SYSTEM_BOARD, 1, "Pwr Consumption"),
				watts(3, SDR_POWER_SUPPLY, 2, "PSU2 Input"), watts(4, SDR_POWER_UNIT, 1, "Total Power Out") };
	assert_int_equal(sensor_settle(all, 4, false, why), SENSOR_CHOICE_SYSTEM);
	assert_string_equal(all[1].index, "total");
	assert_false(all[1].alternative);
	assert_string_equal(all[0].index, "9");
	assert_true(all[0].alternative);
	assert_false(all[2].alternative);
	assert_true(all[3].alternative);
	assert_int_equal(all[3].role, HWATT_SENSOR);
	assert_string_equal(why, "sensor \"Pwr Consumption\" (no DCMI)");
	/* In the other order the same one. */
	struct sensor again[] = { watts(10, SDR_SYSTEM_BOARD, 1, "Pwr Consumption"), watts(9, SDR_SYSTEM_BOARD, 1, "System Level") };
	sensor_settle(again, 2, false, why);
	assert_string_equal(again[0].index, "total");
}

static void then_the_supplies_and_only_their_inputs(void **state)
{
	(void)state;
	char why[160];
	struct sensor all[] = { watts(1, SDR_POWER_SUPPLY, 1, "PSU1 Pin"), watts(2, SDR_POWER_SUPPLY, 1, "PSU1 Pout"),
				watts(3, SDR_POWER_SUPPLY, 2, "PSU2 Pin"), watts(4, SDR_PROCESSOR, 1, "CPU1 Power") };
	assert_int_equal(sensor_settle(all, 4, false, why), SENSOR_CHOICE_SUPPLIES);
	assert_false(all[0].alternative);
	assert_true(all[1].alternative);
	assert_false(all[2].alternative);
	assert_string_equal(why, "sum of the input of 2 power supplies (no DCMI, no sensor of the whole)");
	assert_int_equal(sensor_settle(all + 3, 1, false, why), SENSOR_CHOICE_NONE);
	assert_int_equal(sensor_settle(NULL, 0, false, why), SENSOR_CHOICE_NONE);
}

static void sensors_with_one_place_get_their_numbers(void **state)
{
	(void)state;
	char why[160];
	struct sensor all[] = { watts(1, SDR_POWER_SUPPLY, 1, "Input Power"), watts(2, SDR_POWER_SUPPLY, 1, "Power In"),
				watts(3, SDR_POWER_SUPPLY, 1, "AC Power"), watts(4, SDR_POWER_SUPPLY, 2, "AC Power") };
	sensor_settle(all, 4, false, why);
	assert_string_equal(all[0].index, "1.s0.1");
	assert_string_equal(all[1].index, "1.s0.2");
	assert_string_equal(all[2].index, "1.s0.3");
	assert_string_equal(all[3].index, "2");
}

static void what_cannot_be_is_dropped(void **state)
{
	(void)state;
	struct sensor s = sensor_of(record(1, 3, 1, SDR_CELSIUS, "CPU Temp"));
	s.analog.factors.m = 2;
	int64_t out = 5;
	struct hwatt_error err = { 0 };
	assert_int_equal(value_of(&s, 150), 300000);
	assert_int_equal(sensor_value(&s, 151, &out, &err), -1);
	assert_int_equal(err.code, HWATT_ERANGE);
	assert_int_equal(out, 5);
}

/* Two records of a Dell PowerEdge R630. Source: datdenkikniet/ipmi-rs, ipmi-rs-core/src/tests/dell_r630.rs (MIT or Apache-2.0). */
static void records_of_a_real_machine(void **state)
{
	(void)state;
	static const uint8_t fan[] = { 0x0d, 0x00, 0x51, 0x01, 0x30, 0x20, 0x00, 0x32, 0x07, 0x01, 0x7f, 0xd4, 0x04, 0x01,
		0x05, 0x30, 0x05, 0x00, 0x03, 0x00, 0x00, 0x12, 0x00, 0x00, 0x78, 0x02, 0x00, 0x02, 0x30, 0x00, 0x07, 0x54,
		0xc5, 0x8b, 0xff, 0x00, 0xff, 0xff, 0xff, 0x00, 0x05, 0x07, 0x01, 0x01, 0x00, 0x00, 0x00, 0xc5, 0x46, 0x61,
		0x6e, 0x32, 0x41 };
	static const uint8_t inlet[] = { 0x12, 0x00, 0x51, 0x01, 0x35, 0x20, 0x00, 0x04, 0x07, 0x01, 0x7f, 0x68, 0x01, 0x01,
		0x85, 0x32, 0x85, 0x32, 0x1b, 0x09, 0x00, 0x01, 0x00, 0x00, 0x01, 0x02, 0x80, 0xc2, 0x30, 0x00, 0x07, 0x97,
		0xc5, 0x8b, 0xff, 0x00, 0xff, 0xaf, 0xaa, 0x00, 0x79, 0x83, 0x01, 0x01, 0x00, 0x00, 0x00, 0xca, 0x49, 0x6e,
		0x6c, 0x65, 0x74, 0x20, 0x54, 0x65, 0x6d, 0x70 };
	struct sdr_record r;
	struct hwatt_error err = { 0 };
	assert_int_equal(sdr_read(fan, sizeof(fan), &r, &err), 0);
	struct sensor s = sensor_of(r);
	assert_string_equal(s.name, "Fan2A");
	assert_int_equal(s.quantity, HWATT_FAN_SPEED);
	assert_int_equal(value_of(&s, 0x2c), 5280000);
	assert_int_equal(sdr_read(inlet, sizeof(inlet), &r, &err), 0);
	s = sensor_of(r);
	assert_string_equal(s.name, "Inlet Temp");
	assert_int_equal(value_of(&s, 0x99), 25000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_reading_is_not_zero),
		cmocka_unit_test(the_quirk_reads_what_is_said_not_to_be_scanned_but_not_what_is_unavailable),
		cmocka_unit_test(units_become_quantities_in_their_fixed_unit),
		cmocka_unit_test(a_unit_that_a_rate_or_modifier_changes_is_not_taken_at_its_word),
		cmocka_unit_test(percentages_are_what_their_name_says),
		cmocka_unit_test(ratings_limits_and_peaks_are_no_readings),
		cmocka_unit_test(other_owners_event_only_and_discrete_records_are_passed_over),
		cmocka_unit_test(the_whole_is_told_from_its_parts),
		cmocka_unit_test(supplies_are_numbered_and_their_two_sides_kept_apart),
		cmocka_unit_test(dcmi_comes_first),
		cmocka_unit_test(then_one_sensor_of_the_whole_the_plainest),
		cmocka_unit_test(then_the_supplies_and_only_their_inputs),
		cmocka_unit_test(sensors_with_one_place_get_their_numbers),
		cmocka_unit_test(what_cannot_be_is_dropped),
		cmocka_unit_test(records_of_a_real_machine),
	};
	return cmocka_run_group_tests_name("sensor", tests, NULL, NULL);
}
