/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* reading.h - one value at one time.
 *
 * A collector first declares a point (what is measured, where, in which fixed unit) and then feeds it values:
 * the description is sent once, the hot path carries two integers.
 *
 * Fixed units: each quantity has a base unit and a number of decimals; a value is an integer count of
 * base unit x 10^-decimals (active_power: mW; ratios: parts per million).  Energy is the exception: millijoules inside,
 * Wh outside, since 1 J is no whole number of mWh.  Source of the names: product.md, "Readings". */
#ifndef HALLWATT_READING_H
#define HALLWATT_READING_H

#include <stdbool.h>
#include <stdint.h>

#define HWATT_MJ_PER_WH INT64_C(3600000)
#define HWATT_PPM INT64_C(1000000)

enum hwatt_role {
	HWATT_INLET, HWATT_PHASE, HWATT_BANK, HWATT_OUTLET, HWATT_UPS_INPUT, HWATT_UPS_OUTPUT,
	HWATT_UPS_BATTERY, HWATT_PSU, HWATT_CHASSIS, HWATT_CPU, HWATT_MEMORY, HWATT_STORAGE,
	HWATT_INTERFACE, HWATT_POE_PORT, HWATT_SENSOR, HWATT_ROLES
};

enum hwatt_quantity {
	HWATT_ACTIVE_POWER, HWATT_APPARENT_POWER, HWATT_REACTIVE_POWER, HWATT_ENERGY, HWATT_CURRENT,
	HWATT_VOLTAGE, HWATT_POWER_FACTOR, HWATT_FREQUENCY, HWATT_TEMPERATURE, HWATT_HUMIDITY,
	HWATT_UPS_LOAD, HWATT_BATTERY_CHARGE, HWATT_FAN_SPEED, HWATT_RATED_POWER, HWATT_POE_POWER,
	HWATT_CPU_UTILISATION, HWATT_MEMORY_USED, HWATT_MEMORY_SIZE, HWATT_STORAGE_USED,
	HWATT_STORAGE_SIZE, HWATT_IF_IN_OCTETS, HWATT_IF_OUT_OCTETS, HWATT_IF_SPEED,
	HWATT_WATER_VOLUME, HWATT_THERMAL_ENERGY, HWATT_UPTIME, HWATT_IF_COUNT, HWATT_QUANTITIES
};

struct hwatt_quantity_info {
	const char *name;   /* "active_power": in probe's JSON and in profiles */
	const char *unit;   /* "W": base unit in probe's JSON */
	int decimals;       /* of the fixed unit; energy and thermal_energy: see `energy` */
	bool energy;        /* fixed unit is mJ, shown in Wh */
	bool counter;       /* only grows, but for wraps and resets */
	int64_t min, max;   /* beyond these, in the fixed unit, no real thing can be: HWATT_ERANGE */
	const char *metric; /* Prometheus family without prefix, "power_watts"; NULL: not exported */
	const char *help;   /* its HELP text */
};

/* The row of `quantity`; never NULL for a value below HWATT_QUANTITIES. */
const struct hwatt_quantity_info *hwatt_quantity_info(enum hwatt_quantity quantity);
/* -1 when there is no such name. */
int hwatt_quantity_by_name(const char *name);
const char *hwatt_role_name(enum hwatt_role role);
int hwatt_role_by_name(const char *name);

#define HWATT_INDEX_SIZE 64
#define HWATT_NAME_SIZE 96
#define HWATT_SOURCE_SIZE 160

struct hwatt_point { /* what is measured; strings are copied by hwatt_target_point() */
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	const char *index;  /* "1", "2.3", "total": tells points of one role apart; UTF-8 */
	const char *name;   /* the device's own name of it, NULL or UTF-8 */
	const char *source; /* OID without leading dot, SDR record id, Redfish pointer */
	uint64_t modulus;   /* counters: the register counts modulo this; 0: 2^64 */
	int64_t step;       /* counters: fixed units per raw count (energy: mJ); 0: 1 */
	bool alternative;   /* the same watt as another point, which is the chosen one */
};

struct hwatt_value {
	int64_t value;  /* fixed unit of the point's quantity; counters: count x step, saturated */
	uint64_t count; /* counters: the raw register, before scaling */
};

/* Puts `value` in the quantity's base unit as a decimal: (ENERGY, 4.44e14 mJ) -> Wh. Fits in 40 octets. */
void hwatt_value_format(enum hwatt_quantity quantity, int64_t value, char out[40]);

#endif
