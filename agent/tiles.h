/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* tiles.h - octets at rest, in tiles of one size that stand in chains.
 *
 * For many things whose length changes again and again: in blocks of their own, all of which grow a little in their first hours, they
 * leave holes that none of the others fits in. Here what one gives back is as good for any other, and the room follows what is
 * held: half a tile is lost with each chain. What is put again when much has come free moves together, so that the rest can be freed. */
#ifndef HALLWATT_TILES_H
#define HALLWATT_TILES_H

#include <stddef.h>
#include <stdint.h>

#define TILES_OCTETS 60u /* that a tile holds; it takes four more */

struct tiles { /* {0}: none yet */
	struct tiles_slab *slabs; /* of so many tiles each */
	uint32_t slab_count, slab_room;
	uint32_t low;  /* slabs before this one are full */
	uint32_t used; /* tiles in chains */
	uint32_t room; /* tiles that there is memory for */
};

/* Puts the octets in place of those that the chain holds; 0 is the empty chain. Returns the chain, which is another one now. */
uint32_t tiles_put(struct tiles *tiles, uint32_t chain, const uint8_t *octets, size_t length);
/* Copies the first `length` octets of a chain that holds as many. */
void tiles_copy(const struct tiles *tiles, uint32_t chain, uint8_t *out, size_t length);
/* The chain will be read soon: has the processor fetch the tile that stands `depth` tiles behind its first, when those before have
 * been fetched. */
void tiles_fetch(const struct tiles *tiles, uint32_t chain, unsigned depth);
/* Whatever chains there are, they are gone. */
void tiles_free(struct tiles *tiles);

#endif
