/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* average.h - means that are weighed: by time, by mass, by area; and degree days.
 *
 * Source: domain.md 2.1 (size indicators over a year), 2.3 (CDD), 3.1 (GWP). */
#ifndef HALLWATT_AVERAGE_H
#define HALLWATT_AVERAGE_H

#include <hallwatt/number.h>
#include <stdbool.h>
#include <stddef.h>

struct average_state { int64_t from_s, value; }; /* it is `value` from then on */

/* Mean over [from_s, to_s) of what the states (in the order of their times) say, 0 before the first: a size indicator before the
 * entry into operation.  Unknown for an empty window. */
struct hwatt_ratio average_over_time(const struct average_state *states, size_t count, int64_t from_s, int64_t to_s);

struct average_part { int64_t weight, value; };

/* sum weight x value / sum weight: the GWP of refrigerants by charge, set points by area.  Unknown without weight. */
struct hwatt_ratio average_weighted(const struct average_part *parts, size_t count);

#define AVERAGE_CDD_FROM_MILLI 24000 /* a day counts from a mean of 24 C on */
#define AVERAGE_CDD_BASE_MILLI 21000 /* with what it is above 21 C */

/* Cooling degree days of daily mean temperatures, in 1/1000 C. */
int64_t average_cooling_degree_days(const int64_t *milli_celsius, size_t count);

#endif
