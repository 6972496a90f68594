/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_sensor.c - what the sensor device answers about its sensors. */
#include "bmc.h"

#include "bmc_command.h"

#define EVENTS 0x80
#define SCANNING 0x40
#define UNAVAILABLE 0x20
#define OWN_CURVE_M 2 /* of every raw value; the record says otherwise */
#define OWN_CURVE_B 5
#define NON_LINEAR 0x70

/* The sensor whose number comes next, NULL when there is none. */
static const struct bmc_sensor *take_sensor(struct bmc_call *call)
{
	return bmc_sensor_find(call->bmc->profile->sensors, octets_u8(&call->in));
}

uint8_t bmc_sensor_device_info(struct bmc_call *call)
{
	bool records = octets_left(&call->in) > 0 && (octets_u8(&call->in) & 1) != 0;
	const struct bmc_sensor_set *set = call->bmc->profile->sensors;
	octets_put_u8(call->out, (unsigned)(records ? bmc_sdr_count(set) : set->count));
	octets_put_u8(call->out, 0x01); /* static; LUN 0 has sensors */
	return CODE_DONE;
}

uint8_t bmc_sensor_reading(struct bmc_call *call)
{
	const struct bmc_power_source *source = &call->world->power;
	const struct bmc_sensor *sensor = take_sensor(call);
	struct bmc_power power = {0};
	if (sensor == NULL)
		return CODE_NOT_THERE;
	source->read(source->arg, call->bmc->number, call->world->at_ms, &power);
	uint8_t raw = bmc_sensor_raw(sensor, &power);
	if (sensor->source == BMC_SENSOR_DISCRETE) {
		octets_put_u8(call->out, 0);
		octets_put_u8(call->out, EVENTS | SCANNING);
		octets_put_u8(call->out, raw);
		octets_put_u8(call->out, 0x80);
		return CODE_DONE;
	}
	bool idle = sensor->source == BMC_SENSOR_IDLE ||
	            bmc_rule(call->world, call->bmc, BMC_FAULT_SCANNING_OFF) != NULL;
	unsigned flags = EVENTS | (idle ? 0 : SCANNING);
	if (sensor->source == BMC_SENSOR_UNAVAILABLE ||
	    bmc_rule(call->world, call->bmc, BMC_FAULT_UNAVAILABLE) != NULL)
		flags |= UNAVAILABLE;
	unsigned states = 0xc0;
	if (sensor->alarm_at != 0)
		states |= (raw >= sensor->warn_at ? 0x08u : 0) | (raw >= sensor->alarm_at ? 0x10u : 0);
	octets_put_u8(call->out, raw);
	octets_put_u8(call->out, flags);
	octets_put_u8(call->out, states);
	return CODE_DONE;
}

uint8_t bmc_sensor_factors(struct bmc_call *call)
{
	const struct bmc_sensor *sensor = take_sensor(call);
	uint8_t raw = octets_u8(&call->in);
	if (sensor == NULL || sensor->linear < NON_LINEAR)
		return CODE_NOT_THERE;
	octets_put_u8(call->out, raw + 1u);
	octets_put_u8(call->out, OWN_CURVE_M);
	octets_put_u8(call->out, 0);
	octets_put_u8(call->out, OWN_CURVE_B);
	octets_put_many(call->out, 0, 3);
	return CODE_DONE;
}

uint8_t bmc_sensor_thresholds(struct bmc_call *call)
{
	const struct bmc_sensor *sensor = take_sensor(call);
	if (sensor == NULL)
		return CODE_NOT_THERE;
	bool has = sensor->alarm_at != 0;
	octets_put_u8(call->out, has ? 0x18 : 0);
	octets_put_many(call->out, 0, 3);
	octets_put_u8(call->out, sensor->warn_at);
	octets_put_u8(call->out, sensor->alarm_at);
	octets_put_u8(call->out, 0);
	return CODE_DONE;
}
