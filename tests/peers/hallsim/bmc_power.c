/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_power.h"

#include "octets.h"

#define BASE_LOW_W 100
#define BASE_SPAN_W 400
#define PERIOD_S 600
#define STEP_S 5
#define SWING_W (PERIOD_S / 2 / STEP_S)

struct bmc_power bmc_power_at(uint64_t seed, uint32_t number, int64_t at_ms)
{
	uint64_t h = octets_scatter(seed * UINT64_C(1000003) + number);
	int64_t base = BASE_LOW_W + (int64_t)(h % BASE_SPAN_W);
	int64_t at = (at_ms / 1000 + (int64_t)((h >> 32) % PERIOD_S)) % PERIOD_S;
	int64_t t = at < PERIOD_S / 2 ? at : PERIOD_S - at;
	return (struct bmc_power){
		.watts = base + t / STEP_S,
		.first = (base + t / STEP_S) / 2,
		.low = base,
		.high = base + SWING_W,
		.mean = base + SWING_W / 2,
		.period_ms = PERIOD_S * 1000,
	};
}
