/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "tiles.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <hallwatt/prefetch.h>
#include <stdlib.h>
#include <string.h>

#define SLAB_SHIFT 6 /* a page at a time: larger slabs would not fit where what the start needed has come free */
#define SLAB_TILES (1u << SLAB_SHIFT)

struct tile {
	uint32_t next; /* 0: none */
	uint8_t octets[TILES_OCTETS];
};

_Static_assert(sizeof(struct tile) % HWATT_CACHE_LINE == 0, "a tile fills lines of the cache");

struct tiles_slab {
	struct tile tiles[SLAB_TILES];
};

static struct tile *tile(const struct tiles *t, uint32_t number)
{
	return &t->slabs[number >> SLAB_SHIFT]->tiles[number & (SLAB_TILES - 1)];
}

/* Room for one more slab, whose pages are the system's until they are written to. */
static void add_slab(struct tiles *t)
{
	struct tiles_slab *slab = aligned_alloc(HWATT_CACHE_LINE, sizeof(*slab));
	if (slab == NULL)
		abort();
	t->slabs = hwatt_realloc(t->slabs, (t->slab_count + 1) * sizeof(struct tiles_slab *));
	t->slabs[t->slab_count++] = slab;
}

static uint32_t take(struct tiles *t)
{
	uint32_t number = t->spare;
	t->used++;
	if (number != 0) {
		t->spare = tile(t, number)->next;
	} else {
		number = t->made > 0 ? t->made : 1; /* 0 is none */
		assert(number < UINT32_MAX);
		if (number >> SLAB_SHIFT == t->slab_count)
			add_slab(t);
		t->made = number + 1;
	}
	tile(t, number)->next = 0;
	return number;
}

/* Gives a chain back from its tile `number` on. */
static void give(struct tiles *t, uint32_t number)
{
	while (number != 0) {
		struct tile *at = tile(t, number);
		uint32_t next = at->next;
		at->next = t->spare;
		t->spare = number;
		t->used--;
		number = next;
	}
}

uint32_t tiles_put(struct tiles *t, uint32_t chain, const uint8_t *octets, size_t length)
{
	uint32_t *link = &chain; /* in the tile before; slabs do not move */
	while (length > 0) {
		size_t here = length < TILES_OCTETS ? length : TILES_OCTETS;
		if (*link == 0)
			*link = take(t);
		struct tile *at = tile(t, *link);
		memcpy(at->octets, octets, here);
		octets += here;
		length -= here;
		link = &at->next;
	}
	give(t, *link);
	*link = 0;
	return chain;
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
		free(t->slabs[i]);
	free(t->slabs);
	*t = (struct tiles){ 0 };
}
