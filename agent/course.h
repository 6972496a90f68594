/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* course.h - the energy of sums quarter by quarter, for those subjects that somebody asks hours of.
 *
 * Most figures need days and months alone (sums.h).  Matching by the hour needs each quarter: 24 octets, 0.8 MB a year for each sum
 * that is kept.  A quarter that is put again replaces what was there, so that corrections need no bookkeeping. */
#ifndef HALLWATT_COURSE_H
#define HALLWATT_COURSE_H

#include "kpi.h"

struct course { /* {0} is empty; free with course_free */
	int64_t from_s;
	size_t count, capacity;
	struct kpi_cell *cells;
};

/* Puts a quarter; those between it and the others are empty. */
void course_put(struct course *course, int64_t start_s, struct kpi_cell cell);
/* What there is of [from_s, to_s), borrowed until the next put. */
struct kpi_course course_window(const struct course *course, int64_t from_s, int64_t to_s);
void course_free(struct course *course);

struct courses { /* several, by the number of the sum; {0} is empty */
	size_t count;
	size_t *sums;
	struct course *items;
};

/* The course of a sum, made when it is new. Pointers to courses do not outlive this. */
struct course *courses_add(struct courses *courses, size_t sum);
/* NULL: it is not kept. */
const struct course *courses_find(const struct courses *courses, size_t sum);
void courses_free(struct courses *courses);

#endif
