/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_sdr.h - sensors: their data records, what they show, and the values that are published.
 *
 * The value that a test may expect of a sensor is written down beside it as text, not computed from
 * the conversion factors of its record: a slip in the record shows as a wrong value. */
#ifndef HALLSIM_BMC_SDR_H
#define HALLSIM_BMC_SDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bmc_power.h"

#define BMC_SDR_MAX 64 /* octets of a record */
#define BMC_SDR_HEADER 5
#define BMC_SDR_END 0xffff

/* Where a sensor's raw value comes from. */
enum bmc_sensor_source {
	BMC_SENSOR_FIXED,    /* `raw` */
	BMC_SENSOR_TOTAL,    /* the power of the server, in counts of `m` W */
	BMC_SENSOR_SUPPLY_1, /* the power of one cord */
	BMC_SENSOR_SUPPLY_2,
	BMC_SENSOR_SUPPLY_1_OVER, /* the same and a quarter more */
	BMC_SENSOR_SUPPLY_2_OVER,
	BMC_SENSOR_UNAVAILABLE, /* "reading unavailable" is set */
	BMC_SENSOR_IDLE,        /* scanning is disabled */
	BMC_SENSOR_DISCRETE,    /* states `raw` */
};

struct bmc_sensor {
	uint8_t number;
	const char *name;
	const char *value; /* what it shows; NULL: by its source, or nothing at all */
	enum bmc_sensor_source source;
	uint8_t raw;
	uint8_t type, entity, instance;
	uint8_t unit, units1; /* units1: format, rate, modifier, percentage */
	uint8_t linear;
	int m, b, b_exponent, r_exponent;
	uint8_t owner;             /* 0: the BMC itself, 20h */
	uint8_t warn_at, alarm_at; /* upper thresholds, raw; 0: none */
};

struct bmc_sensor_set {
	const struct bmc_sensor *sensors;
	size_t count;
};

extern const struct bmc_sensor_set bmc_sensors_rack, bmc_sensors_supplies, bmc_sensors_standby,
	bmc_sensors_total, bmc_sensors_quarrel, bmc_sensors_laboratory;

/* How many records `set` has, and the id of the one at `index`: ids are neither dense nor from 0. */
size_t bmc_sdr_count(const struct bmc_sensor_set *set);
uint16_t bmc_sdr_id(size_t index);

/* The index of the record `id`, -1 when there is none.  0 is the first, as everywhere. */
int bmc_sdr_find(const struct bmc_sensor_set *set, uint16_t id);

/* Writes the record at `index`; returns its length. */
size_t bmc_sdr_write(const struct bmc_sensor_set *set, size_t index, uint8_t out[BMC_SDR_MAX]);

/* The sensor `number` of `set` that the BMC itself owns, NULL when there is none. */
const struct bmc_sensor *bmc_sensor_find(const struct bmc_sensor_set *set, uint8_t number);

/* The raw value while the server draws `power`. */
uint8_t bmc_sensor_raw(const struct bmc_sensor *sensor, const struct bmc_power *power);

/* Whether the sensor shows a number, and which, as text. */
bool bmc_sensor_value(const struct bmc_sensor *sensor, const struct bmc_power *power, char *out,
                      size_t room);

#endif
