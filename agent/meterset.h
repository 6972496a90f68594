/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* meterset.h - the meters of one device: from the values of a poll to quarters.
 *
 * Every place that has power or an energy register gets an ENERGY meter, every register of water or heat one of its own; processors, memory, fixed disks and links are
 * summed over the device and kept as levels and flows with the index "total". Byte levels are in MiB, link
 * speeds in Mbit/s, so that their integrals fit.  No I/O and no clock: a simulated past goes through the same code.
 *
 * The whole state of a PDU with 24 outlets is some 10 KiB of octets, what a poll brings to it 200: so states are kept seldom
 * and records of polls between them. As the meters are pure, a state and the records after it give the same state again. */
#ifndef HALLWATT_METERSET_H
#define HALLWATT_METERSET_H

#include "layout.h"
#include "meter.h"
#include "store.h"
#include "target.h"
#include "tiles.h"
#include <hallwatt/text.h>

#define METERSET_BYTES_PER_LEVEL INT64_C(1048576)
#define METERSET_BITS_PER_LEVEL INT64_C(1000000)
#define METERSET_PACKED_FROM_MS 5000 /* of a set that is polled more often the meters stay spread out: packing costs a quarter of a poll */
#define METERSET_MAX_WATER INT64_C(1000) /* L/s: no pipe of a data centre carries more, so a register that jumps was set */

struct meterset;

/* What the sets of many devices share. {0} is fresh. One of them is spread out, the one that was used last, and those that are
 * polled often; the others' meters are packed (cells.h). */
struct meterset_shelf {
	struct layout_shelf layouts;
	struct tiles tiles; /* of packed meters */
	struct meterset *spread;
};
/* All sets must have been freed. */
void meterset_shelf_free(struct meterset_shelf *shelf);

struct meterset_settings {
	int64_t interval_ms; /* of the polls: the longest hole bridged follows from it */
	int64_t rated_mw;    /* of the device, 0: unknown */
};

struct meterset_poll { /* what one poll gave */
	const struct target_point *points;
	const struct target_values *values; /* of them the fresh ones */
	size_t count;
	int64_t wall_ms, mono_ms; /* now; a value's own time dates it */
	bool restarted, exchanged;
};

/* A finished quarter of one point of the device (point->device is the set's). */
typedef void meterset_emit(void *arg, const struct store_point *point, const struct interval *interval);

/* `device` is borrowed, as is the shelf; NULL: nothing is shared. */
struct meterset *meterset_new(const char *device, struct meterset_settings settings, struct meterset_shelf *shelf);
void meterset_free(struct meterset *set);
void meterset_configure(struct meterset *set, struct meterset_settings settings);
/* The points of another target stand behind the same device from now on (after a reload). */
void meterset_rebind(struct meterset *set);

/* Asks of each meter whether its quarters are wanted. Of an energy meter whose quarters are not, the total is kept alone
 * (tally.h). Until it is asked, all are. */
void meterset_keep(struct meterset *set, bool (*wanted)(void *arg, const struct store_point *point), void *arg);
/* Whether meters came since that was asked. */
bool meterset_grew(const struct meterset *set);

/* The set will be fed soon: has the processor fetch it (step 0), then its meters (from step 1 on, each going on from the one before). */
void meterset_fetch(const struct meterset *set, unsigned step);
/* Appends to `record` what meterset_replay() needs to do the same again; NULL: nobody keeps records. */
void meterset_feed(struct meterset *set, const struct meterset_poll *poll, struct hwatt_text *record, meterset_emit *emit,
		   void *arg);
/* Closes all quarters that ended at or before `wall_ms`. */
void meterset_close(struct meterset *set, int64_t wall_ms, meterset_emit *emit, void *arg);

struct meterset_total { enum hwatt_role role; enum hwatt_quantity quantity; const char *index; struct meter_total total; };
/* The next total of energy, heat or water (uj2: litres) at or after place `from` (0 at first); returns the place to go on from, 0 when there is no more. */
size_t meterset_total(struct meterset *set, size_t from, struct meterset_total *out);

/* The whole state as octets, and back: HWATT_EPROTO for octets that are not ours. */
void meterset_encode(struct meterset *set, struct hwatt_text *out);
int meterset_decode(struct meterset *set, const void *bytes, size_t length, struct hwatt_error *err);
/* Feeds what was fed after the state was encoded; the quarters that this closes were emitted then. HWATT_EPROTO as above; what
 * stands before the damage was fed. */
int meterset_replay(struct meterset *set, const void *record, size_t length, struct hwatt_error *err);
/* After the last replay: time has passed since, and the monotonic clock began anew. */
void meterset_resume(struct meterset *set);

/* Whether something happened since the state was last kept that no record tells (a new meter, other settings, a quarter closed
 * by the clock, a feed without record): then it must be encoded anew. */
bool meterset_unsettled(const struct meterset *set);
void meterset_unsettle(struct meterset *set);
/* The state that was encoded is kept now. */
void meterset_settle(struct meterset *set);

#endif
