/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* proportionality.h - how far the power of a server follows its load, from declared or measured points.
 *
 * Source: domain.md 1.4 (ITEEsv) and 6 (energy proportionality, dynamic range). */
#ifndef HALLWATT_PROPORTIONALITY_H
#define HALLWATT_PROPORTIONALITY_H

#include <hallwatt/number.h>
#include <stdbool.h>
#include <stddef.h>

struct proportionality_point { int64_t load_ppm, mw; };

/* Area under the power curve over that of full power: points in the order of their loads, from 0 to 1000000; unknown otherwise. */
struct hwatt_ratio proportionality_area(const struct proportionality_point *points, size_t count);
/* EP = 1 - (area - 0.5) / 0.5: 1 is ideal, 0 flat. */
struct hwatt_ratio proportionality_ep(const struct proportionality_point *points, size_t count);
/* (full - idle) / full. */
struct hwatt_ratio proportionality_range(int64_t idle_mw, int64_t full_mw);

struct proportionality_server { /* as its benchmark declares it */
	int64_t performance;       /* greatest, in units of the benchmark */
	int64_t mw;                /* power at that load */
	int64_t count;             /* servers of that kind */
};

/* ITEEsv: performance per W of all together, a ratio of sums; comparable within one benchmark only. */
struct hwatt_ratio proportionality_itee(const struct proportionality_server *servers, size_t count);

#endif
