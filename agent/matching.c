/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "matching.h"
#include <hallwatt/reading.h>
#include <assert.h>

static hwatt_i128 matched(const struct matching_interval *i)
{
	assert(i->load >= 0 && i->generated >= 0);
	return i->load < i->generated ? i->load : i->generated;
}

struct hwatt_ratio matching_share(const struct matching_interval *intervals, size_t count)
{
	struct hwatt_ratio share = { 0, 0 };
	for (size_t i = 0; i < count; i++) {
		share.num += matched(&intervals[i]);
		share.den += intervals[i].load;
	}
	return share;
}

hwatt_i128 matching_surplus(const struct matching_interval *intervals, size_t count)
{
	hwatt_i128 surplus = 0;
	for (size_t i = 0; i < count; i++)
		surplus += intervals[i].generated - matched(&intervals[i]);
	return surplus;
}

size_t matching_coarser(const struct matching_interval *intervals, size_t count, size_t factor, struct matching_interval *out)
{
	size_t groups = 0;
	assert(factor > 0);
	for (size_t i = 0; i < count; i += factor, groups++) {
		struct matching_interval sum = {0};
		hwatt_i128 free_rest = 0, rest = 0;
		for (size_t k = i; k < count && k < i + factor; k++) {
			hwatt_i128 uncovered = intervals[k].load - matched(&intervals[k]);
			sum.load += intervals[k].load;
			sum.generated += intervals[k].generated;
			free_rest += uncovered * intervals[k].carbon_free_ppm;
			rest += uncovered;
		}
		sum.carbon_free_ppm = rest > 0 ? (int64_t)(free_rest / rest) : 0;
		out[groups] = sum;
	}
	return groups;
}

struct hwatt_ratio matching_cfe(const struct matching_interval *intervals, size_t count)
{
	struct hwatt_ratio score = { 0, 0 };
	for (size_t i = 0; i < count; i++) {
		hwatt_i128 own = matched(&intervals[i]);
		score.num += own * HWATT_PPM + (intervals[i].load - own) * intervals[i].carbon_free_ppm;
		score.den += intervals[i].load * HWATT_PPM;
	}
	return score;
}
