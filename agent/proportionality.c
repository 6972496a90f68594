/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "proportionality.h"
#include <hallwatt/reading.h>

struct hwatt_ratio proportionality_area(const struct proportionality_point *points, size_t count)
{
	hwatt_i128 twice = 0;
	if (count < 2 || points[0].load_ppm != 0 || points[count - 1].load_ppm != HWATT_PPM || points[count - 1].mw <= 0)
		return (struct hwatt_ratio){ 0, 0 };
	for (size_t i = 1; i < count; i++) {
		if (points[i].load_ppm <= points[i - 1].load_ppm)
			return (struct hwatt_ratio){ 0, 0 };
		twice += (hwatt_i128)(points[i].mw + points[i - 1].mw) * (points[i].load_ppm - points[i - 1].load_ppm);
	}
	return (struct hwatt_ratio){ twice, (hwatt_i128)2 * HWATT_PPM * points[count - 1].mw };
}

struct hwatt_ratio proportionality_ep(const struct proportionality_point *points, size_t count)
{
	struct hwatt_ratio area = proportionality_area(points, count);
	return (struct hwatt_ratio){ 2 * (area.den - area.num), area.den };
}

struct hwatt_ratio proportionality_range(int64_t idle_mw, int64_t full_mw)
{
	return (struct hwatt_ratio){ full_mw - idle_mw, full_mw };
}

struct hwatt_ratio proportionality_itee(const struct proportionality_server *servers, size_t count)
{
	struct hwatt_ratio sum = { 0, 0 };
	for (size_t i = 0; i < count; i++) {
		sum.num += (hwatt_i128)servers[i].performance * servers[i].count * 1000;
		sum.den += (hwatt_i128)servers[i].mw * servers[i].count;
	}
	return sum;
}
