/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* course.h - the hall as it runs through time: every value at an instant, and its integral.
 *
 * Between two whole minutes all channels run in a straight line, so the integral of each is exact:
 * whole minutes by the trapezoid, the rest by the parabola under the line.  The integrals start at
 * an origin; those of a PDU start again when it loses its registers. */
#ifndef HALLSIM_COURSE_H
#define HALLSIM_COURSE_H

#include "fault.h"
#include "load.h"

#define COURSE_ORIGIN_S INT64_C(1735689600) /* 2025-01-01T00:00:00Z */
#define COURSE_STEP_MJ INT64_C(360000000)   /* an energy register counts tenths of a kWh */

struct course {
	uint64_t seed;
	struct event_plan plan;
	int64_t origin_s;
	int64_t minute_s; /* the whole minute before the present instant */
	int64_t at_ms;    /* the present instant, UTC */
	int64_t from[LOAD_CHANNELS], to[LOAD_CHANNELS]; /* at minute_s and a minute later */
	int64_t area[LOAD_CHANNELS]; /* integral from origin to minute_s, unit x s */
	int64_t base[LOAD_CHANNELS]; /* what `area` was at the last reset */
	int64_t reset_s[HALL_PDUS];  /* the last reset; origin_s: none yet */
};

/* Stands at `origin_s`, rounded down to a minute, with all integrals zero. */
void course_open(struct course *course, uint64_t seed, const struct event_plan *plan,
                 int64_t origin_s);

/* Goes on to `at_ms`.  Fails, going nowhere, when that lies before the present instant. */
int course_seek(struct course *course, int64_t at_ms, struct sim_fault *fault);

/* The value of channel `channel` at the present instant. */
int64_t course_value(const struct course *course, int channel);

/* The integral of `channel` since the origin or its last reset: mJ for mW, bits for bit/s. */
int64_t course_integral(const struct course *course, int channel);

/* The energy register of a PDU's inlet, or of one cord of a load, in tenths of a kWh. */
int64_t course_register(const struct course *course, int channel);

/* What the registers of the meters of water and heat show: counts of 10 L and of kWh. They stood
 * somewhere at the origin, as the meters are older than the hall. */
#define COURSE_WATER_STEP_L 10
#define COURSE_HEAT_STEP_MJ INT64_C(3600000000)
int64_t course_water_register(const struct course *course);
int64_t course_heat_register(const struct course *course, int channel);

/* Octets through a server's interface (`channel` LOAD_IN_BPS + i or LOAD_OUT_BPS + i), and through
 * one of the switch's uplinks, which share the servers' traffic equally (LOAD_IN_BPS or
 * LOAD_OUT_BPS). */
int64_t course_octets(const struct course *course, int channel);
int64_t course_uplink_octets(const struct course *course, int first_channel);

/* Mean of hrProcessorLoad over the cores of `server`, in millionths. */
int64_t course_cpu_ppm(const struct course *course, int server);

#endif
