/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "quarter.h"
#include <stddef.h>

#define FINE_STEPS 20 /* a register resolves a quarter that it counted at least so many steps in: u below 2.1 % */

struct quarter quarter_begin(int64_t start_s, enum interval_kind kind)
{
	return (struct quarter){ .sum = { .start_s = start_s, .kind = kind } };
}

void quarter_gap(struct quarter *quarter, int64_t from_ms, int64_t to_ms, char reason)
{
	int64_t start_ms = quarter_start_ms(quarter);
	int64_t from = from_ms > start_ms ? from_ms - start_ms : 0;
	int64_t to = to_ms < start_ms + QUARTER_MS ? to_ms - start_ms : QUARTER_MS;
	if (from >= to)
		return;
	struct interval *sum = &quarter->sum;
	struct interval_gap *last = sum->gap_count > 0 ? &sum->gaps[sum->gap_count - 1] : NULL;
	bool touches = last != NULL && last->reason == reason && from <= last->to_ms;
	if (touches || sum->gap_count == INTERVAL_MAX_GAPS) {
		if (to > last->to_ms)
			last->to_ms = (int32_t)to;
		return;
	}
	sum->gaps[sum->gap_count++] =
		(struct interval_gap){ .from_ms = (int32_t)from, .to_ms = (int32_t)to, .reason = reason };
}

void quarter_note(struct quarter *quarter, const int64_t *level)
{
	struct interval *sum = &quarter->sum;
	if (sum->samples < INT32_MAX)
		sum->samples++;
	if (level == NULL)
		return;
	bool first = (quarter->marks & QUARTER_LEVEL) == 0;
	if (first || *level < sum->min)
		sum->min = *level;
	if (first || *level > sum->max)
		sum->max = *level;
	sum->last = *level;
	quarter->marks |= QUARTER_LEVEL;
}

static char quality_of(const struct quarter *quarter)
{
	const struct interval *sum = &quarter->sum;
	char letter = sum->covered_ms == QUARTER_MS ? 'M' : sum->covered_ms * 10 >= QUARTER_MS * 9 ? 'P' : 'L';
	if (sum->covered_ms == 0 && sum->amount == 0)
		letter = 'X';
	if (quarter->filled_ms > 0)
		letter = quality_worse(letter, quarter->filled_ms == QUARTER_MS ? 'E' : 'P');
	if (quarter->marks & QUARTER_FROZEN)
		letter = quality_worse(letter, 'F');
	if (quarter->marks & QUARTER_CLOCK)
		letter = quality_worse(letter, 'C');
	if (quarter->marks & (QUARTER_RESET | QUARTER_EXCHANGED))
		letter = quality_worse(letter, 'R');
	return letter;
}

/* The OCMF meter state, the gravest thing that happened. */
static char state_of(const struct quarter *quarter)
{
	const struct interval *sum = &quarter->sum;
	if (quarter->marks & QUARTER_EXCHANGED)
		return 'X';
	if (quarter->filled_ms == QUARTER_MS)
		return 'S';
	char state = quarter->marks & QUARTER_REJECT ? 'O' : 'G';
	for (int i = 0; i < sum->gap_count; i++)
		if (sum->gaps[i].reason == 'T')
			return 'T';
		else if (sum->gaps[i].reason == 'D' && state == 'G')
			state = 'D';
	return state;
}

static char source_of(const struct quarter *quarter)
{
	const struct interval *sum = &quarter->sum;
	char samples = quarter->marks & QUARTER_AVERAGES ? 'C' : 'D';
	if (sum->has_register) {
		hwatt_i128 step = (hwatt_i128)sum->register_step * (sum->kind == INTERVAL_ENERGY ? INTERVAL_UJ2_PER_MJ : 1);
		bool fine = step > 0 && sum->register_amount >= step * FINE_STEPS;
		return !sum->has_integral || quarter->filled_ms > 0 || fine ? 'B' : samples;
	}
	return sum->has_integral ? samples : '-';
}

struct interval quarter_read(const struct quarter *quarter)
{
	struct interval interval = quarter->sum;
	interval.source = source_of(quarter);
	interval.quality = quality_of(quarter);
	interval.state = state_of(quarter);
	interval.register_reset = (quarter->marks & QUARTER_RESET) != 0;
	return interval;
}
