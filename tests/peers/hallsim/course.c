/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "course.h"

#include <inttypes.h>
#include <string.h>

/* Starts the registers of PDU `pdu` again at the present minute. */
static void reset_pdu(struct course *course, int pdu)
{
	course->reset_s[pdu] = course->minute_s;
	course->base[LOAD_PDU_MW + pdu] = course->area[LOAD_PDU_MW + pdu];
	for (int i = 0; i < HALL_LOADS; i++) {
		if (hall_loads[i].rack != hall_pdu_rack(pdu))
			continue;
		int channel = (hall_pdu_side(pdu) == 0 ? LOAD_CORD_A_MW : LOAD_CORD_B_MW) + i;
		course->base[channel] = course->area[channel];
	}
}

/* Goes one minute on. */
static void advance(struct course *course)
{
	for (int i = 0; i < LOAD_CHANNELS; i++)
		course->area[i] += (course->from[i] + course->to[i]) * (LOAD_MINUTE_S / 2);
	memcpy(course->from, course->to, sizeof(course->from));
	course->minute_s += LOAD_MINUTE_S;
	load_compute(course->seed, &course->plan, course->minute_s + LOAD_MINUTE_S, course->to);
	for (int pdu = 0; pdu < HALL_PDUS; pdu++)
		if (event_pdu_restarts(&course->plan, pdu, course->minute_s))
			reset_pdu(course, pdu);
}

void course_open(struct course *course, uint64_t seed, const struct event_plan *plan,
                 int64_t origin_s)
{
	*course = (struct course){.seed = seed, .plan = *plan};
	course->origin_s = origin_s - origin_s % LOAD_MINUTE_S;
	course->minute_s = course->origin_s;
	course->at_ms = course->origin_s * 1000;
	for (int pdu = 0; pdu < HALL_PDUS; pdu++)
		course->reset_s[pdu] = course->origin_s;
	load_compute(seed, plan, course->minute_s, course->from);
	load_compute(seed, plan, course->minute_s + LOAD_MINUTE_S, course->to);
}

int course_seek(struct course *course, int64_t at_ms, struct sim_fault *fault)
{
	if (at_ms < course->at_ms)
		return sim_fail(fault,
		                "%" PRId64 " ms lies before %" PRId64 " ms, where the hall is",
		                at_ms, course->at_ms);
	while (at_ms >= (course->minute_s + LOAD_MINUTE_S) * 1000)
		advance(course);
	course->at_ms = at_ms;
	return 0;
}

int64_t course_value(const struct course *course, int channel)
{
	int64_t into_ms = course->at_ms - course->minute_s * 1000;
	int64_t from = course->from[channel];
	return from + (course->to[channel] - from) * into_ms / (LOAD_MINUTE_S * 1000);
}

int64_t course_integral(const struct course *course, int channel)
{
	int64_t into_ms = course->at_ms - course->minute_s * 1000;
	int64_t from = course->from[channel];
	/* No channel changes by more than 1e9 in a minute (1 MW, 1 Gbit/s): this stays below 4e18.
	 */
	int64_t curve = (course->to[channel] - from) * into_ms * into_ms;
	int64_t part = from * into_ms + curve / (2 * LOAD_MINUTE_S * 1000);
	return course->area[channel] - course->base[channel] + part / 1000;
}

int64_t course_register(const struct course *course, int channel)
{
	return course_integral(course, channel) / COURSE_STEP_MJ;
}

int64_t course_water_register(const struct course *course)
{
	return 183456 + course_integral(course, LOAD_WATER_UL_S) / (COURSE_WATER_STEP_L * 1000000);
}

int64_t course_heat_register(const struct course *course, int channel)
{
	return 41207 + course_integral(course, channel) / COURSE_HEAT_STEP_MJ;
}

int64_t course_octets(const struct course *course, int channel)
{
	return course_integral(course, channel) / 8;
}

int64_t course_uplink_octets(const struct course *course, int first_channel)
{
	int64_t bits = 0;
	for (int i = 0; i < HALL_SERVERS; i++)
		bits += course_integral(course, first_channel + i);
	return bits / 8 / HALL_SWITCH_UPLINKS;
}

int64_t course_cpu_ppm(const struct course *course, int server)
{
	int64_t sum = 0;
	int cores = hall_servers[server].cores;
	for (int core = 0; core < cores; core++)
		sum += load_core_percent(course->seed, server, core, course->minute_s,
		                         course->from[LOAD_USE_PPM + server]);
	return sum * 10000 / cores;
}
