/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cells.h - the meters of one device, side by side: spread out while a poll is fed, packed between two polls.
 *
 * A cell holds a whole meter (meter.h) or a tally (tally.h). Of ten thousand devices one is fed at a time, so the others' cells lie
 * in one block each, in a fifth of the room, and a poll touches fewer lines of memory. Packing loses nothing. */
#ifndef HALLWATT_CELLS_H
#define HALLWATT_CELLS_H

#include "tally.h"
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
	struct cell *all;  /* NULL while packed, or when there are none */
	uint8_t *packed;
	uint32_t count, room; /* of `packed`, in octets */
};

/* Adds fresh whole meters, whose quarters are wanted, until there are `count`. Only while spread out. */
void cells_grow(struct cells *cells, size_t count);
void cells_spread(struct cells *cells);
void cells_pack(struct cells *cells);
/* In either state; {0} after. */
void cells_free(struct cells *cells);

static inline bool cell_is_whole(const struct cell *cell)
{
	return (cell->flags & CELL_WHOLE) != 0;
}

#endif
