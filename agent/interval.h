/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* interval.h - one quarter of an hour of one point: what flowed, how much of it was seen, by which method.
 *
 * Three kinds of point are kept by quarters, all as exact integer sums ("amount"):
 *   ENERGY  energy in halves of a microjoule (2uJ)
 *   LEVEL   the time integral of a gauge: 2 x fixed unit x ms (mean = amount / 2 / covered_ms)
 *   FLOW    what a counter counted: octets, litres of water
 * Source: domain.md 5 and 8.3, 8.4. */
#ifndef HALLWATT_INTERVAL_H
#define HALLWATT_INTERVAL_H

#include "calendar.h"
#include <hallwatt/number.h>
#include <hallwatt/reading.h>
#include <stdbool.h>
#include <stdint.h>

#define INTERVAL_UJ2_PER_J INT64_C(2000000)
#define INTERVAL_UJ2_PER_MJ INT64_C(2000)
#define INTERVAL_MAX_GAPS 8

enum interval_kind { INTERVAL_ENERGY, INTERVAL_LEVEL, INTERVAL_FLOW };

/* Quality letters, domain.md 8.4; worse ones have higher rank. */
#define QUALITY_LETTERS "MPLFCREX"
/* The worse of two letters. */
char quality_worse(char a, char b);

struct interval_gap {
	int32_t from_ms, to_ms; /* from the interval's start */
	char reason;            /* T silent, D not connected, C clock, R reset, O out of range */
};

struct interval {
	int64_t start_s;           /* UTC, multiple of 900 */
	enum interval_kind kind;
	int64_t amount;            /* the chosen one */
	int64_t covered_ms;        /* 0..900000 */
	char source;               /* B register, C device average, D integrated samples, - none */
	char quality;              /* M P L F C R E X */
	char state;                /* OCMF meter state of domain.md 8.1: G ok, T timeout, X exchanged ... */
	int32_t samples;
	int64_t min, max, last;    /* of the samples, fixed unit (ENERGY: mW); 0 without samples */
	bool has_register, has_integral;
	int64_t register_amount;   /* both methods are kept where both exist */
	int64_t integral_amount, integral_covered_ms;
	uint64_t register_first, register_last; /* raw counts at the reads nearest the borders */
	int64_t register_step;     /* fixed units per count */
	bool register_reset;
	int64_t unknown_max;       /* upper bound of what a reset or gap may hide, same unit as amount */
	int gap_count;             /* more than INTERVAL_MAX_GAPS: the last one is stretched */
	struct interval_gap gaps[INTERVAL_MAX_GAPS];
	bool correction;           /* replaces an interval that was closed before (late register read) */
};

/* Many intervals of one point (or of points that may be added) over [from_s, to_s), multiples of 900 s. */
struct interval_sum {
	int64_t from_s, to_s;
	hwatt_i128 amount, unknown_max;
	int64_t covered_ms;
	int64_t intervals, complete;                  /* added; of them at least 0.9 covered */
	int64_t letters[sizeof(QUALITY_LETTERS) - 1]; /* how many of each, in that order */
	char quality;                                 /* the worst of those added; ask interval_sum_quality() */
};

struct interval_sum interval_sum_begin(int64_t from_s, int64_t to_s);
/* Adds one interval of the window; those outside are passed over. Each start once. */
void interval_sum_add(struct interval_sum *sum, const struct interval *interval);
/* Quarters in the window. */
int64_t interval_sum_expected(const struct interval_sum *sum);
/* The worst letter; X when a quarter is not there at all. */
char interval_sum_quality(const struct interval_sum *sum);
/* Time coverage C_t, domain.md 5.6; unknown for an empty window. */
struct hwatt_ratio interval_sum_coverage(const struct interval_sum *sum);
/* Interval coverage C_n: intervals with C_t >= 0.9 over those expected. */
struct hwatt_ratio interval_sum_completeness(const struct interval_sum *sum);
/* LEVEL: mean over the covered time, in fixed units (ENERGY: mean power in mW); unknown when nothing is covered. */
struct hwatt_ratio interval_sum_mean(const struct interval_sum *sum);
/* E_high: measured, and `max_level` (ENERGY: mW) throughout what was not covered. E_low is `amount`. */
hwatt_i128 interval_sum_high(const struct interval_sum *sum, int64_t max_level);
/* Mean of the covered time over the whole window; unknown below half covered. Whoever shows it says E. */
struct hwatt_ratio interval_sum_estimate(const struct interval_sum *sum);

/* The quarter in which the UTC millisecond falls, as its start in seconds. */
static inline int64_t interval_start_s(int64_t utc_ms)
{
	int64_t q = utc_ms / QUARTER_MS;
	if (utc_ms % QUARTER_MS < 0)
		q--;
	return q * QUARTER_S;
}

#endif
