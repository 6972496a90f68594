/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* meter.h - what turns samples of one point into quarters: which source counts, and a total that never goes down.
 *
 * Built on counter.h (registers) and integral.h (samples). Pure: no I/O, no clock, no allocation; the state is plain data that
 * can be encoded and taken up again after a restart.  Source: domain.md 5. */
#ifndef HALLWATT_METER_H
#define HALLWATT_METER_H

#include "interval.h"
#include <hallwatt/error.h>
#include <stddef.h>

struct meter_settings {
	enum interval_kind kind;
	int64_t max_gap_ms;      /* longest hole bridged by integration; max(3 x poll, 60 s), at most 300 s by default */
	int64_t max_level;       /* Pmax in the level's fixed unit (ENERGY: mW), 0: unknown; FLOW: most per second */
	int64_t register_step;   /* fixed units per count (ENERGY: mJ); 0: no register */
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

struct meter { /* owned by the caller; see meter_init */
	int64_t opaque[112];
};

/* Receives a finished quarter. */
typedef void meter_emit(void *arg, const struct interval *interval);

void meter_init(struct meter *meter);
/* One sample in time order. Closes quarters that it leaves behind. HWATT_ERANGE: time did not move on, or the value is no load; nothing changed
 * then, except that it was noted as a reject in the quarter. */
int meter_feed(struct meter *meter, const struct meter_settings *settings, const struct meter_sample *sample,
	       meter_emit *emit, void *arg, struct hwatt_error *err);
/* Closes every quarter that ended at or before `wall_ms` (a silent device's quarters end too). */
void meter_close(struct meter *meter, const struct meter_settings *settings, int64_t wall_ms,
		 meter_emit *emit, void *arg);
/* After a restart: the monotonic clock began anew; the next sample bridges by wall time. */
void meter_resume(struct meter *meter);
/* What was counted since the point was first seen; never goes down. */
struct meter_total meter_total(const struct meter *meter);
/* The running quarter so far, not closed; false when there is none. */
bool meter_running(const struct meter *meter, struct interval *out);

/* Portable octets with a version; returns the length. */
size_t meter_encode(const struct meter *meter, uint8_t out[METER_ENCODED_MAX]);
int meter_decode(struct meter *meter, const uint8_t *bytes, size_t length, struct hwatt_error *err);

#endif
