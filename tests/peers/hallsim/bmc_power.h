/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_power.h - what a simulated server draws: known to whoever knows seed, number and time.
 *
 *   h     = octets_scatter(seed * 1000003 + number), modulo 2^64
 *   base  = 100 + h mod 400 W
 *   watts = base + t / 5, where t runs 0, 1, .. 300, 299, .. 1 within 600 s:
 *           p = (UTC second + (h >> 32) mod 600) mod 600; t = p < 300 ? p : 600 - p
 *
 * So it changes by 1 W every 5 s, and two servers seldom agree. */
#ifndef HALLSIM_BMC_POWER_H
#define HALLSIM_BMC_POWER_H

#include <stdint.h>

struct bmc_power {
	int64_t watts;
	int64_t first;           /* what the first of its two supplies takes */
	int64_t low, high, mean; /* over the period */
	int64_t period_ms;
};

/* Where the power of servers comes from: this function, or a hall. */
struct bmc_power_source {
	void (*read)(void *arg, uint32_t number, int64_t at_ms, struct bmc_power *out);
	void *arg;
};

/* The power of server `number` at `at_ms`, UTC. */
struct bmc_power bmc_power_at(uint64_t seed, uint32_t number, int64_t at_ms);

#endif
