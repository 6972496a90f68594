/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_sdr.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "octets.h"

#define RECORD_FULL 0x01
#define RECORD_COMPACT 0x02
#define RECORD_FRU_LOCATOR 0x11
#define RECORD_MC_LOCATOR 0x12
#define RECORD_OEM 0xc0
#define SDR_VERSION 0x51
#define OWNER_BMC 0x20
#define ENTITY_BOARD 7
#define ENTITY_SUPPLY 10
#define THRESHOLD 0x01 /* event/reading type */
#define SPECIFIC 0x6f
#define LEAD 5 /* records in front of the sensors */

size_t bmc_sdr_count(const struct bmc_sensor_set *set)
{
	return LEAD + set->count;
}

uint16_t bmc_sdr_id(size_t index)
{
	return (uint16_t)(4 + 3 * index);
}

int bmc_sdr_find(const struct bmc_sensor_set *set, uint16_t id)
{
	if (id == 0)
		return 0;
	for (size_t i = 0; i < bmc_sdr_count(set); i++)
		if (bmc_sdr_id(i) == id)
			return (int)i;
	return -1;
}

/* The name of a record's subject, in 8-bit characters. */
static void put_name(struct octets_writer *out, const char *name)
{
	octets_put_u8(out, (unsigned)(0xc0 | strlen(name)));
	octets_put_text(out, name);
}

/* Where to find a FRU inventory device. */
static void put_fru_locator(struct octets_writer *out, int device, int entity, int instance,
                            const char *name)
{
	octets_put_u8(out, OWNER_BMC);
	octets_put_u8(out, (unsigned)device);
	octets_put_u8(out, 0x80); /* logical FRU device, LUN 0 */
	octets_put_u8(out, 0);    /* channel 0 */
	octets_put_u8(out, 0);
	octets_put_u8(out, 0x10); /* FRU inventory device behind the controller */
	octets_put_u8(out, 0);
	octets_put_u8(out, (unsigned)entity);
	octets_put_u8(out, (unsigned)instance);
	octets_put_u8(out, 0);
	put_name(out, name);
}

/* The BMC itself. */
static void put_mc_locator(struct octets_writer *out)
{
	octets_put_u8(out, OWNER_BMC);
	octets_put_u8(out, 0);    /* channel */
	octets_put_u8(out, 0);    /* power state notification */
	octets_put_u8(out, 0x0b); /* FRU inventory, SDR repository, sensors */
	octets_put_many(out, 0, 3);
	octets_put_u8(out, ENTITY_BOARD);
	octets_put_u8(out, 1);
	octets_put_u8(out, 0);
	put_name(out, "hallsim BMC");
}

/* The five records that are no sensors. */
static uint8_t put_lead(struct octets_writer *out, size_t index)
{
	static const uint8_t oem[] = {0x9f, 0x86, 0x01, 'h', 'a', 'l', 'l'};
	switch (index) {
	case 0: put_mc_locator(out); return RECORD_MC_LOCATOR;
	case 1: put_fru_locator(out, 0, ENTITY_BOARD, 1, "System FRU"); return RECORD_FRU_LOCATOR;
	case 2: put_fru_locator(out, 1, ENTITY_SUPPLY, 1, "PSU1 FRU"); return RECORD_FRU_LOCATOR;
	case 3: octets_put(out, oem, sizeof(oem)); return RECORD_OEM;
	default: put_fru_locator(out, 2, ENTITY_SUPPLY, 2, "PSU2 FRU"); return RECORD_FRU_LOCATOR;
	}
}

/* Whose sensor it is, and what a reader may do with it. */
static void put_key(struct octets_writer *out, const struct bmc_sensor *sensor)
{
	bool discrete = sensor->source == BMC_SENSOR_DISCRETE;
	octets_put_u8(out, sensor->owner == 0 ? OWNER_BMC : sensor->owner);
	octets_put_u8(out, 0);
	octets_put_u8(out, sensor->number);
	octets_put_u8(out, sensor->entity);
	octets_put_u8(out, sensor->instance);
	octets_put_u8(out, discrete ? 0x63 : 0x7f);
	octets_put_u8(out, sensor->alarm_at != 0 ? 0x44 : 0x40); /* are thresholds readable? */
	octets_put_u8(out, sensor->type);
	octets_put_u8(out, discrete ? SPECIFIC : THRESHOLD);
}

/* The record of a sensor with states. */
static void put_compact(struct octets_writer *out, const struct bmc_sensor *sensor)
{
	put_key(out, sensor);
	octets_put_u16(out, 0);
	octets_put_u16(out, 0);
	octets_put_u16(out, 0x000f); /* the states it can tell */
	octets_put_u8(out, 0xc0);
	octets_put_many(out, 0, 2);
	octets_put_u8(out, 1); /* shared by one sensor */
	octets_put_many(out, 0, 7);
	put_name(out, sensor->name);
}

/* M or B: ten bits of two's complement, the upper two in an octet of their own. */
static void put_ten_bits(struct octets_writer *out, int value)
{
	octets_put_u8(out, (unsigned)value & 0xff);
	octets_put_u8(out, ((unsigned)value >> 8 & 3) << 6);
}

/* The record of a sensor with a number. */
static void put_full(struct octets_writer *out, const struct bmc_sensor *sensor)
{
	bool thresholds = sensor->alarm_at != 0;
	put_key(out, sensor);
	octets_put_u16(out, 0);
	octets_put_u16(out, 0);
	octets_put_u16(out, thresholds ? 0x0018 : 0); /* upper non-critical and critical */
	octets_put_u8(out, sensor->units1);
	octets_put_u8(out, sensor->unit);
	octets_put_u8(out, 0);
	octets_put_u8(out, sensor->linear);
	put_ten_bits(out, sensor->m);
	put_ten_bits(out, sensor->b);
	octets_put_u8(out, 0);
	octets_put_u8(out, ((unsigned)sensor->r_exponent & 15) << 4 |
	                           ((unsigned)sensor->b_exponent & 15));
	octets_put_u8(out, 0); /* no nominal reading or normal range */
	octets_put_many(out, 0, 3);
	octets_put_u8(out, 0xff); /* sensor maximum and minimum */
	octets_put_u8(out, 0);
	octets_put_u8(out, 0);
	octets_put_u8(out, sensor->alarm_at);
	octets_put_u8(out, sensor->warn_at);
	octets_put_many(out, 0, 3);
	octets_put_many(out, 0, 5); /* hysteresis, reserved, OEM */
	put_name(out, sensor->name);
}

size_t bmc_sdr_write(const struct bmc_sensor_set *set, size_t index, uint8_t record[BMC_SDR_MAX])
{
	struct octets_writer out = octets_writer(record, BMC_SDR_MAX);
	uint8_t type = RECORD_FULL;
	octets_put_u16(&out, bmc_sdr_id(index));
	octets_put_u8(&out, SDR_VERSION);
	octets_put_u8(&out, 0);
	octets_put_u8(&out, 0);
	if (index < LEAD) {
		type = put_lead(&out, index);
	} else if (set->sensors[index - LEAD].source == BMC_SENSOR_DISCRETE) {
		type = RECORD_COMPACT;
		put_compact(&out, &set->sensors[index - LEAD]);
	} else {
		put_full(&out, &set->sensors[index - LEAD]);
	}
	record[3] = type;
	record[4] = (uint8_t)(out.length - BMC_SDR_HEADER);
	return out.length;
}

const struct bmc_sensor *bmc_sensor_find(const struct bmc_sensor_set *set, uint8_t number)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->sensors[i].number == number && set->sensors[i].owner == 0)
			return &set->sensors[i];
	return NULL;
}

/* What the sensor measures, in W; -1 when that is no power. */
static int64_t measured(const struct bmc_sensor *sensor, const struct bmc_power *power)
{
	switch (sensor->source) {
	case BMC_SENSOR_TOTAL: return power->watts;
	case BMC_SENSOR_SUPPLY_1: return power->first;
	case BMC_SENSOR_SUPPLY_2: return power->watts - power->first;
	case BMC_SENSOR_SUPPLY_1_OVER: return power->first * 5 / 4;
	case BMC_SENSOR_SUPPLY_2_OVER: return (power->watts - power->first) * 5 / 4;
	default: return -1;
	}
}

uint8_t bmc_sensor_raw(const struct bmc_sensor *sensor, const struct bmc_power *power)
{
	int64_t watts = measured(sensor, power);
	if (watts < 0)
		return sensor->raw;
	int64_t counts = (watts + sensor->m / 2) / sensor->m;
	return counts > 255 ? 255 : (uint8_t)counts;
}

bool bmc_sensor_value(const struct bmc_sensor *sensor, const struct bmc_power *power, char *out,
                      size_t room)
{
	if (sensor->source == BMC_SENSOR_UNAVAILABLE || sensor->source == BMC_SENSOR_IDLE ||
	    sensor->source == BMC_SENSOR_DISCRETE || sensor->owner != 0)
		return false;
	if (sensor->source == BMC_SENSOR_FIXED)
		snprintf(out, room, "%s", sensor->value);
	else
		snprintf(out, room, "%" PRId64, (int64_t)bmc_sensor_raw(sensor, power) * sensor->m);
	return true;
}
