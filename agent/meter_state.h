/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* meter_state.h - what a meter remembers between two samples, and its octets on disk.
 *
 * The inside of `struct meter`, for meter.c and the codec. Two clocks: wall (UTC ms) places energy in quarters, `now`
 * (ms) is a monotonic time of our own that goes on over restarts and measures lengths. */
#ifndef HALLWATT_METER_STATE_H
#define HALLWATT_METER_STATE_H

#include "counter.h"
#include "integral.h"
#include "meter.h"
#include "quarter.h"

struct meter_state {
	bool primed;           /* a sample was taken */
	bool resumed;          /* the device's or our monotonic clock began anew: bridge by wall time */
	bool rejected;         /* a value was refused since the cursor: explains the gap that follows */
	bool restarted;        /* the device restarted since the last count that was judged */
	bool gap_since_count;  /* time without any knowledge since the last count */
	bool in_step;          /* a tick of the register was seen since it was last taken up */
	bool stalled;          /* the register stands still while power flows: samples count alone */
	bool has_held;
	int32_t kind;          /* enum interval_kind */

	/* The cursor: until here time is accounted for. */
	int64_t at_wall_ms;    /* where in the quarters; never moves back, but for a clock that had run away */
	int64_t at_raw_ms;     /* what the wall clock said there */
	int64_t at_now_ms;
	int64_t last_now_ms;   /* of the last sample, which may be later than the cursor */
	int64_t last_wall_ms;
	int64_t shift_ms;      /* now = mono + shift */
	int64_t waiting_ms;    /* since when samples came without the count that should explain a hole; -1 */

	struct integral integral;
	struct counter counter;
	int64_t step;          /* amount per count */
	int64_t count_now_ms, count_wall_ms; /* of the last count judged */
	int64_t lead;          /* total minus register since the baseline: held within one step of 0 */

	/* Since the register last moved. */
	int64_t moved_now_ms;
	int64_t since_integral, since_total;
	/* Long-run ratio of register to integral, over whole ticks. */
	int64_t ratio_register, ratio_integral;

	struct meter_total total, unplaced;

	/* A clock that runs far ahead may come back: quarters that were never emitted, what was put behind them since, and
	 * quarters that were once emitted too early. */
	int64_t skip_from_s, skip_to_s, ahead_amount, ahead_from_s, ahead_to_s;

	struct quarter open;   /* the first that is not closed */
	struct quarter held;   /* the closed one that holds the cursor, as it was */
};

_Static_assert(sizeof(struct meter_state) == sizeof(struct meter), "a meter holds its state, and there are many");

static inline struct meter_state *meter_state(struct meter *meter)
{
	return (struct meter_state *)meter->opaque;
}

static inline const struct meter_state *meter_state_of(const struct meter *meter)
{
	return (const struct meter_state *)meter->opaque;
}

/* What tallies (tally.h) decide alike. */
#define METER_CLOCK_STEP_MS 1000
#define METER_STALL_STEPS 8
#define METER_RATIO_STEPS 50   /* so many steps of the register before it scales the samples */
#define METER_STALL_MS QUARTER_MS

struct meter_ratio { /* of register to integral in the long run, over whole ticks */
	int64_t by_register, by_integral;
};

static inline int64_t meter_amount_per_count(const struct meter_settings *settings)
{
	if (settings->kind == INTERVAL_LEVEL)
		return 0;
	return settings->kind == INTERVAL_ENERGY ? settings->register_step * INTERVAL_UJ2_PER_MJ
						 : settings->register_step;
}

/* The most that can have flowed in `ms`. */
hwatt_i128 meter_most_in(const struct meter_settings *settings, int64_t ms);

#define METER_MAX_WALL_MS INT64_C(253402300800000) /* year 10000 */
#define METER_MAX_MONO_MS (INT64_C(1) << 53)
#define METER_MAX_POWER_MW INT64_C(100000000000)   /* 100 MW, beyond any single point */

/* Whether both clocks of a sample are within their bounds. */
static inline bool meter_knows_time(const struct meter_sample *sample)
{
	return sample->wall_ms >= 0 && sample->wall_ms < METER_MAX_WALL_MS && sample->mono_ms >= 0 &&
	       sample->mono_ms <= METER_MAX_MONO_MS;
}

/* The highest level that is a load: up to 1.2 x rating, domain.md 5.3. */
static inline int64_t meter_most_level(const struct meter_settings *settings)
{
	int64_t ceiling = settings->kind == INTERVAL_ENERGY ? METER_MAX_POWER_MW : INTEGRAL_MAX_LEVEL;
	int64_t most = ceiling;
	if (settings->max_level > 0 && settings->max_level < ceiling)
		most = settings->max_level + (settings->kind == INTERVAL_ENERGY ? settings->max_level / 5 : 0);
	return most < ceiling ? most : ceiling;
}

static inline bool meter_is_load(const struct meter_settings *settings, int64_t level)
{
	int64_t most = meter_most_level(settings);
	bool may_be_negative = settings->kind == INTERVAL_LEVEL || settings->may_export;
	return level <= most && level >= (may_be_negative ? -most : 0);
}

/* Samples under- or overestimate by a steady share: the register's long-run ratio to them takes it away, so that
 * the steps of a coarse register do not show up as lumps. Exact rational, rounded down once per stretch. */
hwatt_i128 meter_scaled(int64_t integral, const struct meter_ratio *ratio, int64_t step);
void meter_learn(struct meter_ratio *ratio, hwatt_i128 counted, int64_t integral, int64_t step);

#endif
