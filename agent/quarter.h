/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* quarter.h - a quarter of an hour being filled: sums, gaps and marks, until it becomes an interval.
 *
 * Used by meter.c alone.  Sums saturate instead of overflowing. Letters are found when it is read, from what was marked.
 * Source: domain.md 8.3, 8.4. */
#ifndef HALLWATT_QUARTER_H
#define HALLWATT_QUARTER_H

#include "interval.h"
#include <hallwatt/number.h>

enum quarter_mark {
	QUARTER_CLOCK = 1,      /* a clock step inside */
	QUARTER_RESET = 2,      /* a register reset inside */
	QUARTER_EXCHANGED = 4,  /* another device inside */
	QUARTER_FROZEN = 8,     /* the register stood still while power flowed */
	QUARTER_REJECT = 16,    /* a value was refused */
	QUARTER_FIRST = 32,     /* register_first is known */
	QUARTER_AVERAGES = 64,  /* the samples are averages of the device's own */
	QUARTER_LEVEL = 128,    /* min, max and last are known */
	QUARTER_MARKS = 255,
};

struct quarter { /* the gaps, which are seldom touched, at its end */
	int32_t filled_ms;      /* of the covered time: spread by a register over a hole */
	int32_t marks;
	struct interval sum;    /* letters, source and state still empty */
};

/* An empty quarter. */
struct quarter quarter_begin(int64_t start_s, enum interval_kind kind);

static inline int64_t quarter_start_ms(const struct quarter *quarter)
{
	return quarter->sum.start_s * 1000;
}

static inline int64_t quarter_end_ms(const struct quarter *quarter)
{
	return (quarter->sum.start_s + QUARTER_S) * 1000;
}

/* a + b, held at the ends of int64. */
static inline int64_t quarter_saturate(int64_t a, hwatt_i128 b)
{
	int64_t narrow = (int64_t)b, sum;
	if (narrow == b && !__builtin_add_overflow(a, narrow, &sum))
		return sum;
	hwatt_i128 wide = b + a;
	return wide > INT64_MAX ? INT64_MAX : wide < INT64_MIN ? INT64_MIN : (int64_t)wide;
}

/* Notes that nothing is known from from_ms to to_ms (UTC; the part inside this quarter), and why. */
void quarter_gap(struct quarter *quarter, int64_t from_ms, int64_t to_ms, char reason);
/* Counts one sample that fell into it; `level` may be NULL. */
void quarter_note(struct quarter *quarter, const int64_t *level);
/* The interval as it stands, with its letters. */
struct interval quarter_read(const struct quarter *quarter);

#endif
