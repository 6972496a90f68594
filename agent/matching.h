/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* matching.h - how much of a consumption is covered by green energy of the same time.
 *
 * What was generated in an interval counts for the load of that interval only: the finer the intervals, the less is matched,
 * never more.  One interval for a whole year is annual matching.  Exact; amounts in any unit, all the same.  A certificate is
 * never split finer than its own period, so that its amount stands in an interval that holds all of it.
 * Source: domain.md 4.3. */
#ifndef HALLWATT_MATCHING_H
#define HALLWATT_MATCHING_H

#include <hallwatt/number.h>
#include <stddef.h>

struct matching_interval {
	hwatt_i128 load, generated; /* not negative */
	int64_t carbon_free_ppm;   /* of the grid, for the CFE score */
};

/* sum min(load, generated) / sum load; unknown when there is no load. */
struct hwatt_ratio matching_share(const struct matching_interval *intervals, size_t count);
/* What was generated and not matched. */
hwatt_i128 matching_surplus(const struct matching_interval *intervals, size_t count);
/* Adds up every `factor` intervals (the last group may be shorter) into `out`, in place if need be; the carbon-free share is
 * weighed by the load that the contracts do not cover.  Returns the new count. */
size_t matching_coarser(const struct matching_interval *intervals, size_t count, size_t factor, struct matching_interval *out);
/* CFE score: what the contracts do not cover counts with the grid's carbon-free share.  Source: domain.md 4.3. */
struct hwatt_ratio matching_cfe(const struct matching_interval *intervals, size_t count);

#endif
