/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* layout.h - which meters a device has, and which of its points feed them.
 *
 * Every place that has power or an energy register gets an ENERGY meter, every register of water or heat one of its own (FLOW in
 * litres; ENERGY); processors, memory, fixed disks and links are
 * summed over the device, and of the air at its inlets the warmest is kept.  An inlet is a temperature sensor whose own name or index has
 * "inlet", "intake" or "ambient" in it, but for those of a power supply.  As with shapes, devices of one kind share one layout, which stands on a shelf and is never changed
 * there: what changes one goes on with a copy of its own.  Strings belong to the shelf and live as long, so that equal ones
 * have equal addresses.  Main loop only. */
#ifndef HALLWATT_LAYOUT_H
#define HALLWATT_LAYOUT_H

#include "interval.h"
#include "shape.h"

#define LAYOUT_NONE UINT32_MAX

enum layout_summary { LAYOUT_CPU, LAYOUT_MEMORY_USED, LAYOUT_MEMORY_SIZE, LAYOUT_STORAGE_USED, LAYOUT_STORAGE_SIZE, LAYOUT_INLET,
		      LAYOUT_LINK_IN, LAYOUT_LINK_OUT, LAYOUT_LINK_SPEED, LAYOUT_SUMMARIES };

struct layout_meter {
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	enum interval_kind kind;
	uint32_t power, energy; /* numbers of the points, or LAYOUT_NONE; energy: also a register of water or heat */
	uint64_t hash;
	const char *index;      /* the shelf's */
	int64_t step;           /* of its register; 0: none came yet */
	uint64_t modulus;
};

struct layout_link { /* a network interface: three points of one index */
	uint64_t hash;
	uint32_t in, out, speed;
};

struct layout_table { /* finds numbers by hash: open addressing, number + 1 */
	uint32_t *slots;
	size_t size; /* a power of two, or 0 */
};

struct layout {
	unsigned users;
	bool shelved;                              /* shared: not to be changed */
	uint64_t hash;                             /* when shelved */
	size_t bound;                              /* so many points were looked at */
	struct layout_meter *meters;
	size_t meter_count, meter_capacity;
	struct layout_table meter_table;
	uint32_t summaries[LAYOUT_SUMMARIES];      /* numbers of meters; LAYOUT_NONE until the device has such points */
	uint32_t *members[LAYOUT_SUMMARIES];       /* numbers of the points that are summed, but for links */
	size_t member_count[LAYOUT_SUMMARIES];
	struct layout_link *links;
	size_t link_count;
	struct layout_table link_table;
};

struct layout_shelf {
	struct layout **layouts;
	size_t count, capacity;
	char **texts;                              /* open addressing */
	size_t text_count, text_size;
};

struct layout *layout_new(void);
void layout_release(struct layout *layout, struct layout_shelf *shelf);
/* Puts *layout on the shelf, or takes an equal one from there in its place. */
void layout_share(struct layout **layout, struct layout_shelf *shelf);
/* All layouts must have been released. */
void layout_shelf_free(struct layout_shelf *shelf);

/* The number of a meter, which is added when there is none. */
uint32_t layout_take(struct layout **layout, struct layout_shelf *shelf, enum hwatt_role role, enum hwatt_quantity quantity,
		     const char *index, enum interval_kind kind);
/* The meter of a summary, likewise. */
uint32_t layout_take_summary(struct layout **layout, struct layout_shelf *shelf, enum layout_summary summary);
void layout_set_register(struct layout **layout, struct layout_shelf *shelf, uint32_t meter, int64_t step, uint64_t modulus);
/* Finds the places of the points that were declared since the last call. */
void layout_bind(struct layout **layout, struct layout_shelf *shelf, const struct target_point *points, size_t count);
/* Another target stands behind the same device from now on. */
void layout_unbind(struct layout **layout, struct layout_shelf *shelf);

#endif
