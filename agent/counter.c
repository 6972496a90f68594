/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "counter.h"
#include <assert.h>

/* 1.05 x Pmax x dt + q: rounded down, which only matters below one unit. */
static hwatt_i128 limit_of(const struct counter_scale *scale)
{
	return scale->most + scale->most / 20 + scale->step;
}

static struct counter_change reset_to(uint64_t count, const struct counter_scale *scale)
{
	hwatt_i128 amount = (hwatt_i128)count * scale->step;
	if (amount > limit_of(scale))
		return (struct counter_change){ .event = COUNTER_IMPLAUSIBLE };
	struct counter_change change = { .event = COUNTER_RESET, .amount = amount };
	if (scale->most > amount)
		change.unknown_max = scale->most - amount;
	return change;
}

static struct counter_change judge(const struct counter *before, const struct counter_read *read,
				   const struct counter_scale *scale)
{
	if (read->exchanged)
		return (struct counter_change){ .event = COUNTER_EXCHANGED };
	if (!before->primed)
		return (struct counter_change){ .event = COUNTER_FIRST };
	if (before->has_stamp && read->has_stamp && before->stamp != read->stamp)
		return reset_to(read->count, scale);

	/* Forward by the modulus arithmetic; for 2^64 that is what unsigned does. */
	bool behind = read->count < before->last;
	uint64_t counts = read->count - before->last;
	if (behind)
		counts += scale->modulus;
	hwatt_i128 amount = (hwatt_i128)counts * scale->step;
	bool fits = amount <= limit_of(scale);
	if (!behind)
		return fits ? (struct counter_change){ .event = COUNTER_ADVANCED, .amount = amount }
			    : (struct counter_change){ .event = COUNTER_IMPLAUSIBLE };
	struct counter_change reset = reset_to(read->count, scale);
	if (fits && !(read->restarted && reset.event == COUNTER_RESET))
		return (struct counter_change){ .event = COUNTER_WRAPPED, .amount = amount };
	return reset;
}

struct counter_change counter_add(struct counter *counter, const struct counter_read *read,
				  const struct counter_scale *scale)
{
	assert(scale->step > 0 && scale->step <= COUNTER_MAX_STEP);
	assert(scale->most >= 0 && scale->most <= (hwatt_i128)1 << 100);
	if (scale->modulus != 0 && read->count >= scale->modulus)
		return (struct counter_change){ .event = COUNTER_NONE };
	if (scale->modulus != 0 && counter->last >= scale->modulus)
		counter->primed = false; /* the profile's modulus changed: begin anew */

	struct counter_change change = judge(counter, read, scale);
	counter->primed = true;
	counter->last = read->count;
	/* A device that now and then leaves the stamp out has not been reset. */
	if (read->has_stamp || change.event == COUNTER_EXCHANGED) {
		counter->has_stamp = read->has_stamp;
		counter->stamp = read->has_stamp ? read->stamp : 0;
	}
	return change;
}
