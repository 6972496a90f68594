/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* interval.h - one quarter of an hour of one point: what flowed, how much of it was seen, by which method.
 *
 * Three kinds of point are kept by quarters, all as exact integer sums ("amount"):
 *   ENERGY  energy in halves of a microjoule (2uJ)
 *   LEVEL   the time integral of a gauge: 2 x fixed unit x ms (mean = amount / 2 / covered_ms)
 *   FLOW    what a counter counted: octets
 * Source: domain.md 5 and 8.3, 8.4. */
#ifndef HALLWATT_INTERVAL_H
#define HALLWATT_INTERVAL_H

#include "calendar.h"
#include <hallwatt/reading.h>
#include <stdbool.h>
#include <stdint.h>

#define INTERVAL_UJ2_PER_J INT64_C(2000000)
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

/* The quarter in which the UTC millisecond falls, as its start in seconds. */
static inline int64_t interval_start_s(int64_t utc_ms)
{
	int64_t q = utc_ms / QUARTER_MS;
	if (utc_ms % QUARTER_MS < 0)
		q--;
	return q * QUARTER_S;
}

#endif
