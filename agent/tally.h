/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* tally.h - what remains of an energy meter whose quarters nobody keeps, while nothing unusual happens.
 *
 * Of the 26 meters of a PDU with 24 outlets only the total's quarters are kept; of the others the total alone is shown. A tally is such a
 * meter without quarters, in a tenth of the memory. It takes the samples that most samples are: in time, from a clock that was not
 * set, with the values that the one before had, the register moving forward by what can be. For all others it stands
 * aside: it is made a whole meter again, which decides, and becomes a tally when it can. The totals are the meter's, to
 * the last digit.  Its octets are the meter's own numbers; see meter.h for what they mean. */
#ifndef HALLWATT_TALLY_H
#define HALLWATT_TALLY_H

#include "meter_state.h"
#include <hallwatt/text.h>
#include <hallwatt/wire.h>

struct tally_clock { /* of all tallies of a device */
	int64_t epoch_ms; /* their times count from here; `now` as in meter_state.h */
	int64_t shift_ms; /* now = monotonic time + shift */
	int64_t wall_ms;  /* wall clock = now + this */
};

enum tally_mark { TALLY_LEVEL = 1, TALLY_COUNT = 2, TALLY_IN_STEP = 4, TALLY_STALLED = 8, TALLY_STAMP = 16, TALLY_MARKS = 31 };

#define TALLY_MAX_TOTAL (INT64_C(1) << 62)
#define TALLY_MAX_AMOUNT (INT64_C(1) << 61) /* of the others: two may be added */

struct tally { /* amounts in halves of a microjoule; numbers of one width alone, see cells.c */
	int64_t total;
	uint64_t count;
	int64_t lead, since_integral, since_total, ratio_register, ratio_integral;
	int64_t at, moved; /* milliseconds since the epoch, within 32 bits: the last sample, when the register last moved */
	int64_t level;     /* within 31 bits */
	int64_t marks;     /* some of TALLY_MARKS */
};

struct tally_turn { /* what all samples of one poll have in common */
	int64_t shift_ms;            /* a tally's time = monotonic time + this */
	int64_t first, last;         /* such times that both clocks of a sample can tell */
	int64_t max_gap_ms;          /* 0: the samples are none for tallies */
	int64_t most_level;
	int64_t most_amount_per_ms;
};

struct tally_sample {
	int64_t mono_ms;
	bool has_level, has_count, has_stamp;
	int64_t level;               /* 0 when there is none, as the others */
	uint64_t count, stamp;
	int64_t step;                /* amount per count */
	uint64_t modulus;            /* 0: 2^64 */
};

/* A clock that has just begun, as seen by `meter`. */
struct tally_clock tally_clock_begin(const struct meter *meter);
/* Whether the wall clock was set since the clocks were last compared. */
bool tally_clock_was_set(const struct tally_clock *clock, int64_t wall_ms, int64_t mono_ms);
/* Makes a tally of a meter; false when its state has more to it. `stamp` takes the register's stamp, if it has one. */
bool tally_take(struct tally *tally, const struct tally_clock *clock, const struct meter_settings *settings,
		const struct meter *meter, uint64_t *stamp);
/* The other way. Its open quarter begins here, and all that was counted before is in none. */
void tally_give(const struct tally *tally, const struct tally_clock *clock, const struct meter_settings *settings,
		uint64_t stamp, struct meter *meter);
/* `clocks` is of the poll: its times, and whether the device restarted or was exchanged. */
struct tally_turn tally_turn(const struct tally_clock *clock, const struct meter_settings *settings, const struct meter_sample *clocks);
/* Feeds a sample as meter_feed() does; false: it is not for a tally, and nothing changed. `stamp` is the tally's. */
bool tally_feed(struct tally *tally, const struct tally_turn *turn, const struct tally_sample *sample, uint64_t stamp);
bool tally_has_stamp(const struct tally *tally);
struct meter_total tally_total(const struct tally *tally);
/* The wall clock at its last sample. */
int64_t tally_wall_ms(const struct tally *tally, const struct tally_clock *clock);
/* Brings the epoch forward by `ms`; false: the tally is older than that. */
bool tally_age(struct tally *tally, uint32_t ms);

void tally_encode(const struct tally *tally, uint64_t stamp, struct hwatt_text *out);
int tally_decode(struct tally *tally, const struct meter_settings *settings, uint64_t *stamp, struct hwatt_wire *in,
		 struct hwatt_error *err);

/* tally_feed() for what comes nearly always, and for each of many totals at each poll: power, beside a register without a stamp that
 * reads what it read before. `at` is the sample's time of tallies. */
static inline bool tally_feed_steady(struct tally *t, const struct tally_turn *turn, int64_t at, int64_t level, int64_t step)
{
	int64_t dt_ms = at - t->at, lead = t->lead;
	if ((t->marks & ~(int64_t)TALLY_IN_STEP) != (TALLY_LEVEL | TALLY_COUNT) ||
	    (uint64_t)dt_ms - 1 >= (uint64_t)turn->max_gap_ms || at < turn->first || at > turn->last ||
	    (uint64_t)level > (uint64_t)turn->most_level)
		return false;
	int64_t integral = (t->level + level) * dt_ms, since_integral = t->since_integral + integral;
	if (at - t->moved > METER_STALL_MS && since_integral >= METER_STALL_STEPS * step)
		return false;
	if (t->ratio_register >= METER_RATIO_STEPS * step) /* what is shaped is at most four times as much */
		integral = (int64_t)meter_scaled(integral, &(struct meter_ratio){ t->ratio_register, t->ratio_integral }, step);
	/* See hold() in meter.c: nothing was counted. */
	int64_t shaped = lead + integral, held = shaped > step ? step : shaped < -step ? -step : shaped;
	int64_t amount = held > lead ? held - lead : 0, total = t->total + amount, since_total = t->since_total + amount;
	if ((uint64_t)(total | since_integral << 1 | since_total << 1) >= TALLY_MAX_TOTAL) /* `lead` goes nowhere new */
		return false;
	t->total = total;
	t->lead = lead + amount;
	t->since_integral = since_integral;
	t->since_total = since_total;
	t->at = at;
	t->level = level;
	return true;
}

#endif
