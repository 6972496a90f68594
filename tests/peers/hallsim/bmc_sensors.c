/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_sensors.c - the sensors of each kind of BMC, with what each of them shows. */
#include "bmc_sdr.h"

enum { /* sensor types */
	TEMPERATURE = 0x01,
	VOLTAGE = 0x02,
	CURRENT = 0x03,
	FAN = 0x04,
	SUPPLY = 0x08,
	OTHER_UNITS = 0x0b,
};

enum { /* entities */
	CPU = 3,
	BOARD = 7,
	PSU = 10,
	COOLING = 29,
	AIR_INLET = 0x37,
};

enum { /* base units */
	CELSIUS = 1,
	VOLT = 4,
	AMPERE = 5,
	WATT = 6,
	JOULE = 7,
	RPM = 0x12,
};

enum { /* first octet of the units */
	PLAIN = 0x00,
	ONES = 0x40,
	TWOS = 0x80,
	PER_HOUR = 0x28,
	PERCENT = 0x01,
};

#define SET(table) {(table), sizeof(table) / sizeof(*(table))}

/* A sensor of power: its value follows the server's. */
#define POWER(number_, name_, source_, type_, entity_, instance_, m_)                              \
	{.number = (number_), .name = (name_), .source = (source_), .type = (type_),               \
	 .entity = (entity_), .instance = (instance_), .unit = WATT, .m = (m_)}

/* Two PSUs that tell what they take in. */
#define SUPPLIES(one, two)                                                                         \
	POWER(0x21, "PSU1 Input", one, SUPPLY, PSU, 1, 8),                                         \
		POWER(0x22, "PSU2 Input", two, SUPPLY, PSU, 2, 8)

/* The surroundings, the same in all servers. */
#define SURROUNDINGS                                                                               \
	{.number = 0x30, .name = "Inlet Temp", .value = "23", .raw = 23, .type = TEMPERATURE,      \
	 .entity = AIR_INLET, .instance = 1, .unit = CELSIUS, .units1 = TWOS, .m = 1,              \
	 .warn_at = 35, .alarm_at = 40},                                                           \
		{.number = 0x31, .name = "CPU1 Temp", .value = "61.5", .raw = 123,                 \
	         .type = TEMPERATURE, .entity = CPU, .instance = 1, .unit = CELSIUS, .m = 5,       \
	         .r_exponent = -1, .warn_at = 170, .alarm_at = 190},                               \
		{.number = 0x40, .name = "Fan1", .value = "5400", .raw = 54, .type = FAN,          \
	         .entity = COOLING, .instance = 1, .unit = RPM, .m = 100},                         \
		{.number = 0x50, .name = "P12V", .value = "12.096", .raw = 192, .type = VOLTAGE,   \
	         .entity = BOARD, .instance = 1, .unit = VOLT, .m = 63, .r_exponent = -3},         \
		{.number = 0x60, .name = "PSU1 Iin", .value = "0.9", .raw = 9, .type = CURRENT,    \
	         .entity = PSU, .instance = 1, .unit = AMPERE, .m = 1, .r_exponent = -1},          \
		{.number = 0x61, .name = "PSU1 Status", .source = BMC_SENSOR_DISCRETE, .raw = 1,   \
	         .type = SUPPLY, .entity = PSU, .instance = 1},                                    \
		{.number = 0x62, .name = "Spare Temp", .source = BMC_SENSOR_IDLE, .raw = 99,       \
	         .type = TEMPERATURE, .entity = CPU, .instance = 3, .unit = CELSIUS,               \
	         .units1 = TWOS, .m = 1},                                                          \
	{                                                                                          \
		.number = 0x63, .name = "CPU2 Temp", .source = BMC_SENSOR_UNAVAILABLE, .raw = 88,  \
		.type = TEMPERATURE, .entity = CPU, .instance = 2, .unit = CELSIUS, .m = 1         \
	}

static const struct bmc_sensor rack[] = {
	POWER(0x20, "System Power", BMC_SENSOR_TOTAL, OTHER_UNITS, BOARD, 1, 16),
	SUPPLIES(BMC_SENSOR_SUPPLY_1, BMC_SENSOR_SUPPLY_2),
	SURROUNDINGS,
};

static const struct bmc_sensor supplies[] = {
	SUPPLIES(BMC_SENSOR_SUPPLY_1, BMC_SENSOR_SUPPLY_2),
	SURROUNDINGS,
};

static const struct bmc_sensor total[] = {
	SURROUNDINGS,
	POWER(0x25, "Pwr Consumption", BMC_SENSOR_TOTAL, CURRENT, BOARD, 1, 16),
	SUPPLIES(BMC_SENSOR_SUPPLY_1, BMC_SENSOR_SUPPLY_2),
};

static const struct bmc_sensor quarrel[] = {
	SUPPLIES(BMC_SENSOR_SUPPLY_1_OVER, BMC_SENSOR_SUPPLY_2_OVER),
	SURROUNDINGS,
};

static const struct bmc_sensor standby[] = {
	{.number = 0x20, .name = "System Power", .source = BMC_SENSOR_UNAVAILABLE,
         .type = OTHER_UNITS, .entity = BOARD, .instance = 1, .unit = WATT, .m = 16},
	{.number = 0x30, .name = "Inlet Temp", .value = "23", .raw = 23, .type = TEMPERATURE,
         .entity = AIR_INLET, .instance = 1, .unit = CELSIUS, .units1 = TWOS, .m = 1,
         .warn_at = 35, .alarm_at = 40},
	{.number = 0x31, .name = "CPU1 Temp", .source = BMC_SENSOR_UNAVAILABLE, .raw = 0,
         .type = TEMPERATURE, .entity = CPU, .instance = 1, .unit = CELSIUS, .m = 1},
	{.number = 0x51, .name = "P5V Standby", .value = "5.04", .raw = 210, .type = VOLTAGE,
         .entity = BOARD, .instance = 1, .unit = VOLT, .m = 24, .r_exponent = -3},
};

/* A sensor of one linearisation, without a unit. */
#define CURVE(number_, name_, value_, linear_, raw_, m_, r_)                                       \
	{.number = (number_), .name = (name_), .value = (value_), .raw = (raw_),                   \
	 .type = OTHER_UNITS, .entity = BOARD, .instance = (number_)-0x80, .unit = VOLT,           \
	 .linear = (linear_), .m = (m_), .r_exponent = (r_)}

static const struct bmc_sensor laboratory[] = {
	CURVE(0x81, "Line", "600", 0x00, 200, 3, 0),
	CURVE(0x82, "Natural Log", "4.9972", 0x01, 148, 1, 0),
	CURVE(0x83, "Log 10", "3", 0x02, 200, 5, 0),
	CURVE(0x84, "Log 2", "10", 0x03, 128, 8, 0),
	CURVE(0x85, "Power of e", "7.3891", 0x04, 20, 1, -1),
	CURVE(0x86, "Power of 10", "316.2278", 0x05, 25, 1, -1),
	CURVE(0x87, "Power of 2", "512", 0x06, 9, 1, 0),
	CURVE(0x88, "Reciprocal", "0.125", 0x07, 80, 1, -1),
	CURVE(0x89, "Square", "576", 0x08, 12, 2, 0),
	CURVE(0x8a, "Cube", "343", 0x09, 7, 1, 0),
	CURVE(0x8b, "Square Root", "12", 0x0a, 48, 3, 0),
	CURVE(0x8c, "Cube Root", "5", 0x0b, 25, 5, 0),
	/* a curve of its own: its factors are asked for by raw value, and are not the record's */
	CURVE(0x8d, "Own Curve", "207", 0x70, 101, 1, 0),
	{.number = 0x90, .name = "Twos Below", .value = "-10", .raw = 0xf6, .type = TEMPERATURE,
         .entity = BOARD, .instance = 0x10, .unit = CELSIUS, .units1 = TWOS, .m = 1},
	{.number = 0x91, .name = "Ones Below", .value = "-10", .raw = 0xf5, .type = TEMPERATURE,
         .entity = BOARD, .instance = 0x11, .unit = CELSIUS, .units1 = ONES, .m = 1},
	{.number = 0x92, .name = "Offset Below", .value = "-60", .raw = 80, .type = TEMPERATURE,
         .entity = BOARD, .instance = 0x12, .unit = CELSIUS, .m = 5, .b = -100, .b_exponent = 1,
         .r_exponent = -1},
	{.number = 0x93, .name = "Slope Below", .value = "-84", .raw = 42, .type = VOLTAGE,
         .entity = BOARD, .instance = 0x13, .unit = VOLT, .m = -2},
	{.number = 0x94, .name = "Wide Slope", .value = "51000", .raw = 100, .type = FAN,
         .entity = BOARD, .instance = 0x14, .unit = RPM, .m = 510},
	{.number = 0x95, .name = "CPU Load", .value = "37", .raw = 37, .type = OTHER_UNITS,
         .entity = CPU, .instance = 1, .units1 = PERCENT, .m = 1},
	{.number = 0x96, .name = "Heat per Hour", .value = "1200", .raw = 120, .type = OTHER_UNITS,
         .entity = BOARD, .instance = 0x15, .unit = JOULE, .units1 = PER_HOUR, .m = 10},
	{.number = 0x97, .name = "Foreign Watts", .value = "777", .raw = 111, .type = OTHER_UNITS,
         .entity = BOARD, .instance = 0x16, .unit = WATT, .m = 7, .owner = 0x2c},
};

const struct bmc_sensor_set bmc_sensors_rack = SET(rack);
const struct bmc_sensor_set bmc_sensors_supplies = SET(supplies);
const struct bmc_sensor_set bmc_sensors_standby = SET(standby);
const struct bmc_sensor_set bmc_sensors_total = SET(total);
const struct bmc_sensor_set bmc_sensors_quarrel = SET(quarrel);
const struct bmc_sensor_set bmc_sensors_laboratory = SET(laboratory);
