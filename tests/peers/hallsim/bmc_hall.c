/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_hall.h"

#define MINUTE_MS 60000

/* What is left of `mw` behind the cord, in whole watts. */
static int64_t behind_cord_w(int64_t mw)
{
	return (mw * (1000 - HALL_CORD_LOSS_PERMILLE) / 1000 + 500) / 1000;
}

struct bmc_power bmc_hall_power(const struct course *course, int load)
{
	int a = LOAD_CORD_A_MW + load, b = LOAD_CORD_B_MW + load;
	int64_t from = course->from[a] + course->from[b], to = course->to[a] + course->to[b];
	return (struct bmc_power){
		.watts = behind_cord_w(course_value(course, a) + course_value(course, b)),
		.first = behind_cord_w(course_value(course, a)),
		.low = behind_cord_w(from < to ? from : to),
		.high = behind_cord_w(from < to ? to : from),
		.mean = behind_cord_w((from + to) / 2),
		.period_ms = MINUTE_MS,
	};
}

/* The course stands at the present instant already: `at_ms` says nothing new. */
static void read_bmc(void *arg, uint32_t number, int64_t at_ms, struct bmc_power *out)
{
	(void)at_ms;
	*out = bmc_hall_power(arg, hall_device_load(HALL_BMC_FIRST + (int)number));
}

static void read_redfish(void *arg, uint32_t number, int64_t at_ms, struct bmc_power *out)
{
	(void)at_ms;
	*out = bmc_hall_power(arg, hall_device_load(HALL_REDFISH_FIRST + (int)number));
}

struct bmc_power_source bmc_hall_redfish_power(const struct course *course)
{
	return (struct bmc_power_source){.read = read_redfish, .arg = (void *)(uintptr_t)course};
}

int bmc_hall_open(struct bmc_farm *farm, const struct course *course, uint64_t seed,
                  struct sim_fault *fault)
{
	/* of each way to tell power one: DCMI, DCMI with suite 17 alone, PSUs, a sensor */
	static const char *const profiles[HALL_BMCS] = {"0:rack", "1:modern", "2:early", "3:total"};
	struct bmc_power_source source = {.read = read_bmc, .arg = (void *)(uintptr_t)course};
	if (bmc_farm_open(farm, HALL_BMCS, seed, &source, fault) < 0)
		return -1;
	for (int i = 0; i < HALL_BMCS; i++) {
		if (bmc_farm_assign(farm, profiles[i], fault) < 0) {
			bmc_farm_close(farm);
			return -1;
		}
	}
	return 0;
}
