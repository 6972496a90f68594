/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cells.h - the meters of one device, side by side: spread out while a poll is fed, packed between two polls.
 *
 * A cell holds a whole meter (meter.h) or a tally (tally.h). Of ten thousand devices one is fed at a time, so the others' cells lie
 * in tiles, in a fifth of the room, and a poll touches fewer lines of memory. Packing loses nothing. */
#ifndef HALLWATT_CELLS_H
#define HALLWATT_CELLS_H

#include "tally.h"
#include "tiles.h"
#include <stdbool.h>

enum cell_flag {
	CELL_WANTED = 1, /* its quarters are */
	CELL_WHOLE = 2,  /* it is a meter, no tally */
	CELL_FLAGS = 3,
};

struct cell {
	uint8_t flags;
	union {
		struct tally tally;
		struct meter *meter; /* CELL_WHOLE: owned */
	};
};

struct cells { /* {0}: none yet, and spread out */
	struct cell *all; /* NULL while packed, or when there are none */
	uint32_t count;
	uint32_t tallies; /* so many of them, as their user counts */
	uint32_t packed, length; /* in tiles, so many octets, as they were packed last; 0: never */
};

/* Adds fresh whole meters, whose quarters are wanted, until there are `count`. Only while spread out. */
void cells_grow(struct cells *cells, size_t count);
/* The tiles are the same for all three. */
void cells_spread(struct cells *cells, const struct tiles *tiles);
void cells_pack(struct cells *cells, struct tiles *tiles);
/* In either state; {0} after. */
void cells_free(struct cells *cells, struct tiles *tiles);

static inline bool cell_is_whole(const struct cell *cell)
{
	return (cell->flags & CELL_WHOLE) != 0;
}

#endif
