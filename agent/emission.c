/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "emission.h"

#define WH_UG_PER_KG ((hwatt_i128)1000000000 * 1000) /* Wh x ug/kWh in a kg */

struct hwatt_ratio emission_kg(const struct emission_part *parts, size_t count)
{
	hwatt_i128 sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += parts[i].energy_wh * parts[i].ug_per_kwh;
	return (struct hwatt_ratio){ sum, WH_UG_PER_KG };
}

struct hwatt_ratio emission_market_kg(hwatt_i128 used_wh, const struct emission_part *covered, size_t count,
				      int64_t residual_ug_per_kwh)
{
	hwatt_i128 left = used_wh, sum = 0;
	for (size_t i = 0; i < count && left > 0; i++) {
		hwatt_i128 part = covered[i].energy_wh < left ? covered[i].energy_wh : left;
		sum += part * covered[i].ug_per_kwh;
		left -= part;
	}
	return (struct hwatt_ratio){ sum + left * residual_ug_per_kwh, WH_UG_PER_KG };
}
