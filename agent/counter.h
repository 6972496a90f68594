/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* counter.h - what a register of a device counted between two reads: wraps, resets, exchanges, nonsense.
 *
 * Amounts are counts x step in the unit that the caller meters in (energy: halves of a microjoule; flow: octets).
 * Source: domain.md 5.4.  One rule is added to it: a reset whose new count is itself more than could have flowed is
 * implausible, so that a register that was set to some old value does not count that value as energy. */
#ifndef HALLWATT_COUNTER_H
#define HALLWATT_COUNTER_H

#include <hallwatt/number.h>
#include <stdbool.h>
#include <stdint.h>

#define COUNTER_MAX_STEP INT64_C(720000000000000) /* 100 kWh in halves of a microjoule */

enum counter_event {
	COUNTER_NONE,        /* no sound count: nothing changed */
	COUNTER_FIRST,       /* the baseline */
	COUNTER_ADVANCED,    /* also by nothing */
	COUNTER_WRAPPED,
	COUNTER_RESET,       /* it began anew: `amount` since then, up to `unknown_max` more before */
	COUNTER_EXCHANGED,   /* another device: a new baseline */
	COUNTER_IMPLAUSIBLE, /* more than can have flowed: a new baseline */
};

struct counter { /* owned by the caller; {0} is fresh */
	bool primed, has_stamp;
	uint64_t last;
	uint64_t stamp;      /* the register's own "counting since" */
};

struct counter_read {
	uint64_t count;
	bool restarted;      /* the device restarted since the read before: a reset is likelier than a wrap */
	bool exchanged;      /* the serial number changed */
	bool has_stamp;
	uint64_t stamp;
};

struct counter_scale {
	uint64_t modulus;    /* counts modulo this; 0: 2^64 */
	int64_t step;        /* amount per count, 1 to COUNTER_MAX_STEP */
	hwatt_i128 most;     /* Pmax x time between the reads, as an amount, 0 to 2^100 */
};

struct counter_change {
	enum counter_event event;
	hwatt_i128 amount;      /* ADVANCED, WRAPPED, RESET; else 0 */
	hwatt_i128 unknown_max; /* RESET: what may have flowed before it, beyond `amount` */
};

/* Judges the next read and takes it as the last one, unless the count is not below the modulus (NONE). */
struct counter_change counter_add(struct counter *counter, const struct counter_read *read,
				  const struct counter_scale *scale);

#endif
