/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "tiles.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <hallwatt/prefetch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SLAB_SHIFT 6 /* a page at a time: larger slabs would not fit where what the start needed has come free */
#define SLAB_TILES (1u << SLAB_SHIFT)
#define LOOSE_SLABS 16u /* so much may be spare in any case */

struct tile {
	uint32_t next; /* number of the next of the chain, or of the slab's next spare one; 0: none */
	uint8_t octets[TILES_OCTETS];
};

_Static_assert(sizeof(struct tile) % HWATT_CACHE_LINE == 0, "a tile fills lines of the cache");

/* A tile's number is its slab's, then its place there, and one more, as 0 is none. */
struct tiles_slab {
	struct tile *tiles; /* NULL: none of them is used */
	uint32_t spare;     /* number of the first that is not; 0: all are */
	uint32_t used;
};

static uint32_t slab_of(uint32_t number)
{
	return (number - 1) >> SLAB_SHIFT;
}

static struct tile *tile(const struct tiles *t, uint32_t number)
{
	return &t->slabs[slab_of(number)].tiles[(number - 1) & (SLAB_TILES - 1)];
}

static void fill_slab(struct tiles *t, uint32_t number)
{
	struct tiles_slab *slab = &t->slabs[number];
	slab->tiles = hwatt_alloc_aligned(HWATT_CACHE_LINE, SLAB_TILES * sizeof(*slab->tiles));
	slab->spare = number * SLAB_TILES + 1;
	for (uint32_t i = 0; i < SLAB_TILES; i++)
		slab->tiles[i].next = i + 1 < SLAB_TILES ? slab->spare + i + 1 : 0;
	t->room += SLAB_TILES;
}

/* The first slab with a spare tile. */
static struct tiles_slab *find_room(struct tiles *t)
{
	while (t->low < t->slab_count && t->slabs[t->low].tiles != NULL && t->slabs[t->low].spare == 0)
		t->low++;
	if (t->low == t->slab_count) {
		assert(t->slab_count < UINT32_MAX >> SLAB_SHIFT);
		if (t->slab_count == t->slab_room) {
			t->slab_room += t->slab_room / 4 + 16;
			t->slabs = hwatt_realloc(t->slabs, t->slab_room * sizeof(*t->slabs));
		}
		t->slabs[t->slab_count++] = (struct tiles_slab){ .tiles = NULL };
	}
	if (t->slabs[t->low].tiles == NULL)
		fill_slab(t, t->low);
	return &t->slabs[t->low];
}

static uint32_t take(struct tiles *t)
{
	struct tiles_slab *slab = find_room(t);
	uint32_t number = slab->spare;
	slab->spare = tile(t, number)->next;
	slab->used++;
	t->used++;
	return number;
}

static void give(struct tiles *t, uint32_t number)
{
	uint32_t at = slab_of(number);
	struct tiles_slab *slab = &t->slabs[at];
	tile(t, number)->next = slab->spare;
	slab->spare = number;
	slab->used--;
	t->used--;
	t->low = at < t->low ? at : t->low;
	if (slab->used > 0)
		return;
	free(slab->tiles);
	*slab = (struct tiles_slab){ .tiles = NULL };
	t->room -= SLAB_TILES;
}

static void give_chain(struct tiles *t, uint32_t chain)
{
	while (chain != 0) {
		uint32_t next = tile(t, chain)->next;
		give(t, chain);
		chain = next;
	}
}

/* Whether so much has come free that what stands behind should move there. */
static bool is_loose(const struct tiles *t)
{
	uint32_t spare = t->room - t->used;
	return spare > t->room / 8 && spare > LOOSE_SLABS * SLAB_TILES;
}

/* The number of a tile to be written, which stands in the chain as `number`, 0 behind its end; the rest of the chain in `rest`. */
static uint32_t place(struct tiles *t, uint32_t number, uint32_t *rest, bool loose)
{
	*rest = number != 0 ? tile(t, number)->next : 0;
	if (number != 0 && (!loose || slab_of(number) <= t->low))
		return number;
	if (number != 0)
		give(t, number);
	return take(t);
}

uint32_t tiles_put(struct tiles *t, uint32_t chain, const uint8_t *octets, size_t length)
{
	uint32_t first = 0, before = 0;
	bool loose = is_loose(t);
	while (length > 0) {
		size_t here = length < TILES_OCTETS ? length : TILES_OCTETS;
		uint32_t number = place(t, chain, &chain, loose);
		memcpy(tile(t, number)->octets, octets, here);
		octets += here;
		length -= here;
		if (before != 0)
			tile(t, before)->next = number;
		else
			first = number;
		before = number;
	}
	if (before != 0)
		tile(t, before)->next = 0;
	give_chain(t, chain);
	return first;
}

void tiles_copy(const struct tiles *t, uint32_t chain, uint8_t *out, size_t length)
{
	while (length > 0) {
		const struct tile *at = tile(t, chain);
		size_t here = length < TILES_OCTETS ? length : TILES_OCTETS;
		memcpy(out, at->octets, here);
		out += here;
		length -= here;
		chain = at->next;
	}
}

void tiles_fetch(const struct tiles *t, uint32_t chain, unsigned depth)
{
	for (; depth > 0 && chain != 0; depth--)
		chain = tile(t, chain)->next;
	if (chain != 0)
		hwatt_prefetch(tile(t, chain), sizeof(struct tile));
}

void tiles_free(struct tiles *t)
{
	for (uint32_t i = 0; i < t->slab_count; i++)
		free(t->slabs[i].tiles);
	free(t->slabs);
	*t = (struct tiles){ 0 };
}
