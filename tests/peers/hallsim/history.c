/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "bmc_hall.h"
#include "course.h"
#include "entity_sensor.h"
#include "host_resources.h"

#define POINTS_MAX 80
#define REGISTER_MODULUS INT64_C(2147483648) /* an Integer32 that starts again at 0 */
#define UPLINK_BPS INT64_C(40000000000)
#define LINE_MAX_OCTETS (24 * (POINTS_MAX + 1))

enum source {
	SOURCE_CHANNEL,
	SOURCE_LOAD_POWER,
	SOURCE_BMC_POWER,
	SOURCE_REGISTER,
	SOURCE_CPU,
	SOURCE_DISK_USED,
	SOURCE_DISK_SIZE,
	SOURCE_UPLINK_OCTETS,
	SOURCE_UPLINK_SPEED,
	SOURCE_WATER,
	SOURCE_HEAT,
};

struct point {
	int device; /* index in hall_devices */
	const char *role;
	int index; /* 0: "total" */
	const char *quantity;
	enum source source;
	int channel; /* or the number of the server, or of the load */
};

struct points {
	struct point at[POINTS_MAX];
	int count;
};

/* Adds a point; there is room for all that the hall has. */
static void add(struct points *points, struct point point)
{
	if (points->count < POINTS_MAX)
		points->at[points->count++] = point;
}

/* The points of the UPS: power of each line on both sides. */
static void add_ups(struct points *points, int device)
{
	for (int line = 0; line < HALL_LINES; line++)
		add(points, (struct point){device, "ups_input", line + 1, "active_power",
		                           SOURCE_CHANNEL, LOAD_UPS_IN_MW + line});
	for (int line = 0; line < HALL_LINES; line++)
		add(points, (struct point){device, "ups_output", line + 1, "active_power",
		                           SOURCE_CHANNEL, LOAD_UPS_OUT_MW + line});
}

/* The points of a PDU: its inlet, and the register where it has one. */
static void add_pdu(struct points *points, int device)
{
	int inlet = LOAD_PDU_MW + hall_devices[device].unit;
	add(points, (struct point){device, "inlet", 1, "active_power", SOURCE_CHANNEL, inlet});
	if (hall_devices[device].kind == HALL_PDU)
		add(points, (struct point){device, "inlet", 1, "energy", SOURCE_REGISTER, inlet});
}

/* The points of the switch: its power, its uplinks. */
static void add_switch(struct points *points, int device)
{
	add(points, (struct point){device, "sensor", ENTITY_SENSOR_POWER_INDEX, "active_power",
	                           SOURCE_LOAD_POWER, hall_switch_load()});
	for (int uplink = 0; uplink < HALL_SWITCH_UPLINKS; uplink++) {
		add(points, (struct point){device, "interface", 49 + uplink, "if_in_octets",
		                           SOURCE_UPLINK_OCTETS, LOAD_IN_BPS});
		add(points, (struct point){device, "interface", 49 + uplink, "if_out_octets",
		                           SOURCE_UPLINK_OCTETS, LOAD_OUT_BPS});
		add(points, (struct point){device, "interface", 49 + uplink, "if_speed",
		                           SOURCE_UPLINK_SPEED, 0});
	}
}

/* The points of a server: processors and disk. */
static void add_server(struct points *points, int device)
{
	int server = hall_devices[device].unit;
	add(points, (struct point){device, "cpu", 0, "cpu_utilisation", SOURCE_CPU, server});
	add(points, (struct point){device, "storage", HOST_RESOURCES_DISK_INDEX, "storage_used",
	                           SOURCE_DISK_USED, server});
	add(points, (struct point){device, "storage", HOST_RESOURCES_DISK_INDEX, "storage_size",
	                           SOURCE_DISK_SIZE, server});
}

/* The registers of water and heat. */
static void add_meters(struct points *points, int device)
{
	add(points, (struct point){.device = device, .role = "sensor", .index = 1,
	                           .quantity = "water_volume", .source = SOURCE_WATER});
	add(points, (struct point){.device = device, .role = "sensor", .index = 2,
	                           .quantity = "thermal_energy", .source = SOURCE_HEAT,
	                           .channel = LOAD_REUSED_MW});
	add(points, (struct point){.device = device, .role = "sensor", .index = 3,
	                           .quantity = "thermal_energy", .source = SOURCE_HEAT,
	                           .channel = LOAD_REMOVED_MW});
}

/* All points of the hall, device by device. */
static void collect(struct points *points)
{
	for (int i = 0; i < HALL_DEVICES; i++) {
		const struct hall_device *device = &hall_devices[i];
		switch (device->kind) {
		case HALL_GRID:
			add(points, (struct point){i, "sensor", ENTITY_SENSOR_POWER_INDEX,
			                           "active_power", SOURCE_CHANNEL, LOAD_GRID_MW});
			break;
		case HALL_COOLER:
			add(points,
			    (struct point){i, "sensor", ENTITY_SENSOR_POWER_INDEX, "active_power",
			                   SOURCE_CHANNEL, LOAD_COOLER_MW + device->unit});
			break;
		case HALL_UPS:
			add_ups(points, i);
			break;
		case HALL_PDU:
		case HALL_OLD_PDU:
			add_pdu(points, i);
			break;
		case HALL_SWITCH:
			add_switch(points, i);
			break;
		case HALL_SERVER:
			add_server(points, i);
			break;
		case HALL_BMC:
		case HALL_REDFISH_SERVER:
			add(points, (struct point){i, "chassis", 0, "active_power",
			                           SOURCE_BMC_POWER, hall_device_load(i)});
			break;
		case HALL_METERS:
			add_meters(points, i);
			break;
		case HALL_ROOM:
			break;
		}
	}
}

/* The value of `point` at the instant where `course` is. */
static int64_t value_of(const struct point *point, const struct course *course)
{
	switch (point->source) {
	case SOURCE_CHANNEL:
		return course_value(course, point->channel);
	case SOURCE_LOAD_POWER:
		return course_value(course, LOAD_CORD_A_MW + point->channel) +
		       course_value(course, LOAD_CORD_B_MW + point->channel);
	case SOURCE_BMC_POWER: /* in whole watts, as the card says it */
		return bmc_hall_power(course, point->channel).watts * 1000;
	case SOURCE_REGISTER:
		return course_register(course, point->channel) % REGISTER_MODULUS;
	case SOURCE_CPU:
		return course_cpu_ppm(course, point->channel);
	case SOURCE_DISK_USED:
		return load_disk_used_by(course->seed, point->channel, course->at_ms / 1000);
	case SOURCE_DISK_SIZE:
		return hall_servers[point->channel].disk_by;
	case SOURCE_UPLINK_OCTETS:
		return course_uplink_octets(course, point->channel);
	case SOURCE_UPLINK_SPEED:
		return UPLINK_BPS;
	case SOURCE_WATER:
		return course_water_register(course);
	case SOURCE_HEAT:
		return course_heat_register(course, point->channel);
	}
	return 0;
}

/* The lines that say what the columns are. */
static void write_header(const struct points *points, FILE *out)
{
	for (int n = 0; n < points->count; n++) {
		const struct point *point = &points->at[n];
		const char *id = hall_devices[point->device].id;
		if (point->source == SOURCE_WATER || point->source == SOURCE_HEAT)
			fprintf(out, "point %d %s %s %d.1 %s\n", n, id, point->role, point->index,
			        point->quantity); /* the meter's first value */
		else if (point->index == 0)
			fprintf(out, "point %d %s %s total %s\n", n, id, point->role,
			        point->quantity);
		else
			fprintf(out, "point %d %s %s %d %s\n", n, id, point->role, point->index,
			        point->quantity);
	}
	for (int n = 0; n < points->count; n++) {
		if (points->at[n].source == SOURCE_REGISTER)
			fprintf(out, "register %d %" PRId64 " %" PRId64 "\n", n, COURSE_STEP_MJ,
			        REGISTER_MODULUS);
		else if (points->at[n].source == SOURCE_WATER)
			fprintf(out, "register %d %d 0\n", n, COURSE_WATER_STEP_L);
		else if (points->at[n].source == SOURCE_HEAT)
			fprintf(out, "register %d %" PRId64 " 0\n", n, COURSE_HEAT_STEP_MJ);
	}
}

/* Writes `value` in decimal at `at`, where 20 octets are free; returns the place after it. */
static char *put_decimal(char *at, int64_t value)
{
	char digits[20];
	int count = 0;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	if (value < 0)
		*at++ = '-';
	do {
		digits[count++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

/* One line: the instant where `course` is, and all values. */
static void write_line(const struct points *points, const struct course *course, FILE *out)
{
	char line[LINE_MAX_OCTETS];
	bool silent[HALL_DEVICES];
	char *at = put_decimal(line, course->at_ms);

	for (int i = 0; i < HALL_DEVICES; i++)
		silent[i] = event_silent(&course->plan, i, course->at_ms / 1000);
	for (int n = 0; n < points->count; n++) {
		*at++ = ' ';
		if (silent[points->at[n].device])
			*at++ = '-';
		else
			at = put_decimal(at, value_of(&points->at[n], course));
	}
	*at++ = '\n';
	fwrite(line, 1, (size_t)(at - line), out);
}

int history_write(const struct history_span *span, FILE *out, struct sim_fault *fault)
{
	struct course course;
	struct points points = {.count = 0};
	const struct event_plan plan = {.live = false};

	if (span->step_s <= 0 || span->until_s < span->from_s)
		return sim_fail(fault,
		                "nothing lies between %" PRId64 " and %" PRId64
		                " in steps of %" PRId64 " s",
		                span->from_s, span->until_s, span->step_s);
	if (span->from_s < span->origin_s)
		return sim_fail(fault,
		                "%" PRId64 " s lies before the hall was built (%" PRId64 " s)",
		                span->from_s, span->origin_s);
	collect(&points);
	write_header(&points, out);
	course_open(&course, span->seed, &plan, span->origin_s);
	for (int64_t at_s = span->from_s;; at_s += span->step_s) {
		if (at_s > span->until_s)
			at_s = span->until_s;
		if (course_seek(&course, at_s * 1000, fault) < 0)
			return -1;
		write_line(&points, &course, out);
		if (ferror(out) != 0 || at_s == span->until_s)
			break;
	}
	if (fflush(out) != 0 || ferror(out) != 0)
		return sim_fail(fault, "cannot write the history: %s", strerror(errno));
	return 0;
}
