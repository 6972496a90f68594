/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* meter.h - what turns samples of one point into quarters: which source counts, and a total that never goes down.
 *
 * Built on counter.h (registers) and integral.h (samples). Pure: no I/O, no clock, no allocation; the state is plain data that
 * can be encoded and taken up again after a restart.  Source: domain.md 5.
 *
 * How it counts. Both methods are kept: D, the integral of the samples, and B, the register. The total E:
 * - while samples cover the time (holes up to max_gap_ms), E advances with D, held inside the register's band: of step q and
 *   read as B since its baseline, it means a true value in (B - q, B + q). So quarters of a coarse register keep the
 *   shape of the samples and sums follow the register. Once the register has counted 50 steps, D is scaled by the
 *   long-run ratio B / D (exact, within 1/4 to 4), so that a steady error of the samples does not turn into lumps;
 * - across a hole with a count on both sides E goes to the register's nominal value, spread evenly over the hole: covered,
 *   since it was measured. A hole above max_gap_ms leaves the letter E on quarters wholly inside and P on its ends; a
 *   shorter one (a point with a register alone) is as good as samples: M;
 * - when samples return before the count, up to METER_MAX_WAIT_MS are spent waiting for it, since it explains the hole;
 * - quarters of the hole that were closed already (silent device) are emitted again as corrections. Only the last
 *   METER_MAX_BACK quarters: what lies before goes to the total, to unknown_max of the running quarter and to meter_unplaced();
 * - without a register gaps stay gaps: nothing is filled in;
 * - a register that stands still for a quarter of an hour while D flows by 8 steps or more no longer holds E back (letter F),
 *   until it moves again;
 * - a reset adds what was counted since; where samples do not cover it, the time stays a gap R and unknown_max bounds
 *   what was lost. An exchange and an implausible count only set a new baseline;
 * - exported power (may_export) counts as zero: E is the energy drawn.
 *
 * Clocks. Lengths come from the monotonic clock, places from the wall clock. When the two differ by more than 1 s, both
 * quarters get the letter C; a forward step leaves uncovered time, and after a backward step the repeated time goes to the first
 * open quarter, as no quarter is closed twice. When a clock that ran ahead by more than METER_MAX_BACK quarters comes back within as
 * many, the meter goes on where it left: the quarters emitted meanwhile are taken back by corrections without data, their energy goes to
 * the first open quarter, and when their time really comes they are emitted as corrections again (even the few in between that
 * never were emitted). The monotonic clock should count time asleep too (CLOCK_BOOTTIME).
 *
 * Always: the sum of the quarters in force, the running one and meter_unplaced() is the total, exactly. */
#ifndef HALLWATT_METER_H
#define HALLWATT_METER_H

#include "interval.h"
#include <hallwatt/error.h>
#include <stddef.h>

struct meter_settings {
	enum interval_kind kind;
	int64_t max_gap_ms;      /* longest hole bridged by integration, 1 to 3600000; max(3 x poll, 60 s), at most 300 s by default */
	int64_t max_level;       /* Pmax in the level's fixed unit (ENERGY: mW), 0: unknown; FLOW: most per second */
	int64_t register_step;   /* fixed units per count (ENERGY: mJ, at most 100 kWh); 0: no register */
	uint64_t register_modulus; /* 0: 2^64 */
	bool averages;           /* the device reports averages: previous value held, no trapezoid */
	bool may_export;         /* negative power is real */
};

struct meter_sample {
	int64_t wall_ms;         /* UTC */
	int64_t mono_ms;         /* monotonic: lengths of time come from here */
	bool has_level, has_count;
	int64_t level;           /* fixed unit */
	uint64_t count;          /* raw register */
	bool restarted;          /* the device restarted since the sample before: prefer RESET over WRAP */
	bool exchanged;          /* the serial number changed: new baseline */
	bool has_stamp;          /* the register's own "counting since" */
	uint64_t stamp;
};

struct meter_total { int64_t j, uj2; }; /* ENERGY: whole joules, and halves of uJ below one joule; else amount in uj2 */

#define METER_ENCODED_MAX 1024
#define METER_MAX_BACK INT64_C(672)      /* quarters (7 days) that a late register read corrects */
#define METER_MAX_WAIT_MS INT64_C(900000)

struct meter { /* owned by the caller; see meter_init */
	int64_t opaque[95];
};

/* Receives a finished quarter. */
typedef void meter_emit(void *arg, const struct interval *interval);

void meter_init(struct meter *meter);
/* One sample in time order. Closes quarters that it leaves behind. HWATT_ERANGE: time did not move on, or the value is no load; nothing
 * changed then, except that it was noted as a reject in the quarter. A value that is no load beside a count is left out and noted, the
 * count is used. HWATT_EINVAL: the settings cannot be, or are of another kind than before. */
int meter_feed(struct meter *meter, const struct meter_settings *settings, const struct meter_sample *sample,
	       meter_emit *emit, void *arg, struct hwatt_error *err);
/* Closes every quarter that ended at or before `wall_ms` (a silent device's quarters end too), unless the sample that completes
 * it can still come: the last one is at most max_gap_ms + 1 s old. So it may be called at any time, as often as wanted. */
void meter_close(struct meter *meter, const struct meter_settings *settings, int64_t wall_ms,
		 meter_emit *emit, void *arg);
/* After a restart: the monotonic clock began anew; the next sample bridges by wall time. */
void meter_resume(struct meter *meter);
/* What was counted since the point was first seen; never goes down. */
struct meter_total meter_total(const struct meter *meter);
/* The part of the total that is in no quarter: too long ago, or counted over a time that nothing can place. */
struct meter_total meter_unplaced(const struct meter *meter);
/* The running quarter so far, not closed; false when there is none. */
bool meter_running(const struct meter *meter, struct interval *out);

/* Portable octets with a version; returns the length. */
size_t meter_encode(const struct meter *meter, uint8_t out[METER_ENCODED_MAX]);
int meter_decode(struct meter *meter, const uint8_t *bytes, size_t length, struct hwatt_error *err);

#endif
