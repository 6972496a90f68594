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

#include "meter.h"
#include <hallwatt/text.h>
#include <hallwatt/wire.h>

struct tally_clock { /* of all tallies of a device */
	int64_t epoch_ms; /* their times count from here; `now` as in meter_state.h */
	int64_t shift_ms; /* now = monotonic time + shift */
	int64_t wall_ms;  /* wall clock = now + this */
	bool resumed;     /* the monotonic clock began anew */
};

#define TALLY_MARKS 31

struct tally { /* amounts in halves of a microjoule; numbers of one width alone, see cells.c */
	int64_t total;
	uint64_t count;
	int64_t lead, since_integral, since_total, ratio_register, ratio_integral;
	int64_t at, moved; /* milliseconds since the epoch, within 32 bits: the last sample, when the register last moved */
	int64_t level;     /* within 31 bits */
	int64_t marks;     /* some of TALLY_MARKS */
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
/* Feeds a sample as meter_feed() does; false: it is not for a tally, and nothing changed. */
bool tally_feed(struct tally *tally, const struct tally_clock *clock, const struct meter_settings *settings,
		const struct meter_sample *sample, uint64_t stamp);
bool tally_has_stamp(const struct tally *tally);
struct meter_total tally_total(const struct tally *tally);
/* The wall clock at its last sample. */
int64_t tally_wall_ms(const struct tally *tally, const struct tally_clock *clock);
/* Brings the epoch forward by `ms`; false: the tally is older than that. */
bool tally_age(struct tally *tally, uint32_t ms);

void tally_encode(const struct tally *tally, uint64_t stamp, struct hwatt_text *out);
int tally_decode(struct tally *tally, const struct meter_settings *settings, uint64_t *stamp, struct hwatt_wire *in,
		 struct hwatt_error *err);

#endif
