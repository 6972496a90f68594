/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* emission.h - greenhouse gases of the electricity used, in both of the ways that are reported side by side.
 *
 * Location-based: every kWh at the intensity of the grid.  Market-based: what is covered by a certificate or a contract at the
 * intensity stated there, the rest at the residual mix, never at the grid's average.  Source: GHG Protocol scope 2 guidance,
 * domain.md 4.4. */
#ifndef HALLWATT_EMISSION_H
#define HALLWATT_EMISSION_H

#include <hallwatt/number.h>
#include <stddef.h>

struct emission_part {
	hwatt_i128 energy_wh;
	int64_t ug_per_kwh;        /* intensity: micrograms of CO2 equivalents per kWh (1 g/kWh = 1000000) */
};

/* kg of CO2e of all parts, exact. */
struct hwatt_ratio emission_kg(const struct emission_part *parts, size_t count);
/* kg of CO2e of `used_wh`, of which the parts are covered (their sum, cut at what was used) and the rest has the residual
 * mix. */
struct hwatt_ratio emission_market_kg(hwatt_i128 used_wh, const struct emission_part *covered, size_t count,
				      int64_t residual_ug_per_kwh);

#endif
