/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* integral.h - what lies under the samples of one gauge: energy under power, time integrals of any level.
 *
 * Feed it samples in time order; each call says how much lies under the stretch since the sample before and whether
 * that stretch is covered.  Exact integers: no I/O, no clock, no allocation, so a test replays a year in a second.
 *
 * Units: level in its fixed unit (power: mW, + is consumption), time ms (monotonic), amount 2 x level x ms (power:
 * halves of a microjoule), doubled so that the trapezoid never halves an odd number.
 * Source: domain.md 5.1 and 5.3. */
#ifndef HALLWATT_INTEGRAL_H
#define HALLWATT_INTEGRAL_H

#include <hallwatt/error.h>
#include <stdbool.h>
#include <stdint.h>

#define INTEGRAL_MAX_LEVEL INT64_C(1000000000000) /* with the longest gap: 7.2e18, inside int64 */
#define INTEGRAL_MAX_GAP_MS INT64_C(3600000)

enum integral_rule {
	INTEGRAL_TRAPEZOID, /* momentary values: a straight line between two samples */
	INTEGRAL_STEP,      /* averages and change-only values: the previous value is held */
};

struct integral { /* owned by the caller; {0} is fresh */
	bool primed;
	int64_t last_ms, last_level;
};

struct stretch { /* the time between two samples */
	int64_t from_ms, to_ms;
	int64_t from_level, to_level; /* the line between them; equal under the step rule */
	int64_t amount;               /* 0 where not covered */
	bool covered;                 /* false: first sample, or a hole longer than the limit */
};

/* Adds the sample `level` at `at_ms` and describes the stretch it closes in `out`.  `max_gap_ms`, 1 to
 * INTEGRAL_MAX_GAP_MS, is the longest hole bridged (inclusive).  Fails with HWATT_ERANGE, leaving `in` and `out` alone,
 * when time does not move forward or |level| is above INTEGRAL_MAX_LEVEL. */
int integral_add(struct integral *in, int64_t at_ms, int64_t level, int64_t max_gap_ms, enum integral_rule rule,
		 struct stretch *out, struct hwatt_error *err);

/* The amount from the stretch's start until `at_ms` (inside it), the level interpolated there, rounded down: the
 * parts on both sides of a border add up exactly, and the remainder goes to the later one. */
int64_t stretch_until(const struct stretch *stretch, int64_t at_ms);

#endif
