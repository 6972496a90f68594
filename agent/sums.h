/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* sums.h - what a subject's quarters add up to, by day and month.
 *
 * Every window that is judged is a union of bins: a quarter, one of the last days, whole months, or everything.  A quarter is added
 * to its day, its month and the total at once, so that no window is ever added up from quarters again.  A bin that turns out
 * to be wrong (a late register read) is marked, summed anew by its owner and replaced.  Memory grows by a bin a month.
 * Exact integers: the order of adding does not matter. */
#ifndef HALLWATT_SUMS_H
#define HALLWATT_SUMS_H

#include "kpi.h"

enum group_kind { GROUP_CPU, GROUP_MEMORY, GROUP_STORAGE, GROUP_NETWORK, GROUP_INLET, GROUP_RACK, GROUP_METER, GROUP_KINDS };

struct sums { /* of one quarter, day ... ; {0} is empty */
	size_t pair_count, lane_count;
	struct kpi_pair *pairs;
	struct kpi_lane *lanes;
	int32_t letters[GROUP_KINDS][KPI_LETTERS]; /* quarters by their worst letter, for each group of lanes */
};

/* Makes room for so many; new ones are zero. Never shrinks. */
void sums_reserve(struct sums *sums, size_t pair_count, size_t lane_count);
/* Sets all to zero and keeps the room. */
void sums_clear(struct sums *sums);
/* to += from, or -= when `sign` is -1. */
void sums_add(struct sums *to, const struct sums *from, int sign);
/* to = from. */
void sums_copy(struct sums *to, const struct sums *from);
bool sums_equal(const struct sums *a, const struct sums *b);
void sums_free(struct sums *sums);

#define BINS_DAYS 10 /* days kept apart: a correction of these costs the reading of one day, an older one that of a month */

struct bin {
	int64_t from_s, to_s;
	bool wrong;
	struct sums sums;
};

struct bins { /* see bins_init */
	const struct zone *zone;
	int64_t from_s, to_s;  /* quarters outside are passed over */
	size_t month_limit;    /* months kept, 0: all */
	size_t day_count, month_count, month_capacity;
	struct bin days[BINS_DAYS];
	struct bin *months;
	struct sums total;
};

void bins_init(struct bins *bins, const struct zone *zone, int64_t from_s, int64_t to_s, size_t month_limit);
void bins_free(struct bins *bins);
/* Adds (or with `sign` -1 takes away) what the quarter at `start_s` gives. */
void bins_add(struct bins *bins, int64_t start_s, const struct sums *quarter, int sign);
/* What was added for the quarter at `start_s` is no longer true: its bin must be summed anew. */
void bins_mark(struct bins *bins, int64_t start_s);
/* A bin that is marked, days first; NULL when all are right. */
struct bin *bins_wrong(struct bins *bins);
/* Puts `fresh` in its place, here and in all that contain it. */
void bins_replace(struct bins *bins, struct bin *bin, const struct sums *fresh);
/* The sums of the month that contains `at_s`, until the next change; NULL when there are none. */
const struct sums *bins_month(const struct bins *bins, int64_t at_s);
/* The sums over a window of days, months or the whole; WINDOW_INTERVAL is not kept here. */
void bins_window(const struct bins *bins, const struct window *window, struct sums *out);

#endif
