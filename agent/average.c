/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "average.h"

struct hwatt_ratio average_over_time(const struct average_state *states, size_t count, int64_t from_s, int64_t to_s)
{
	hwatt_i128 sum = 0;
	for (size_t i = 0; i < count; i++) {
		int64_t begin = states[i].from_s > from_s ? states[i].from_s : from_s;
		int64_t end = i + 1 < count && states[i + 1].from_s < to_s ? states[i + 1].from_s : to_s;
		if (end > begin)
			sum += (hwatt_i128)states[i].value * (end - begin);
	}
	return to_s > from_s ? (struct hwatt_ratio){ sum, to_s - from_s } : (struct hwatt_ratio){ 0, 0 };
}

struct hwatt_ratio average_weighted(const struct average_part *parts, size_t count)
{
	struct hwatt_ratio mean = { 0, 0 };
	for (size_t i = 0; i < count; i++) {
		mean.num += (hwatt_i128)parts[i].weight * parts[i].value;
		mean.den += parts[i].weight;
	}
	return mean;
}

int64_t average_cooling_degree_days(const int64_t *milli_celsius, size_t count)
{
	int64_t sum = 0;
	for (size_t i = 0; i < count; i++)
		if (milli_celsius[i] >= AVERAGE_CDD_FROM_MILLI)
			sum += milli_celsius[i] - AVERAGE_CDD_BASE_MILLI;
	return sum;
}
