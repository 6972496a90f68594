/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "lives.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

void lives_free(struct lives *lives)
{
	free(lives->items);
	*lives = (struct lives){ 0 };
}

/* Where the register is, or would stand. */
static size_t place_of(const struct lives *lives, int handle)
{
	size_t low = 0, high = lives->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (lives->items[middle].handle < handle)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void begin(struct lives *lives, size_t at, const struct life *life)
{
	if (lives->count == lives->capacity) {
		lives->capacity = (lives->count > 0 ? lives->count * 2 : 4) & INT32_MAX;
		lives->items = hwatt_realloc(lives->items, lives->capacity * sizeof(*lives->items));
	}
	memmove(lives->items + at + 1, lives->items + at, (lives->count - at) * sizeof(*lives->items));
	lives->items[at] = *life;
	lives->count++;
}

/* Whether the stamp may be told. */
static bool believed(struct lives *lives, const struct life *now)
{
	size_t at = place_of(lives, now->handle);
	if (at == lives->count || lives->items[at].handle != now->handle) {
		begin(lives, at, now);
		return !lives->distrusted;
	}
	struct life *life = &lives->items[at];
	bool moved = life->stamp != now->stamp, down = now->count < life->count;
	life->moves = moved && !down ? life->moves + 1 : 0;
	life->stamp = now->stamp;
	life->count = now->count;
	return !lives->distrusted && life->moves < 2;
}

bool lives_tell(struct lives *lives, struct hwatt_target *target, int handle, uint64_t stamp, int64_t count)
{
	struct life now = { .handle = handle, .stamp = stamp, .count = count };
	if (believed(lives, &now)) {
		hwatt_target_register_stamp(target, handle, stamp);
		return false;
	}
	if (!lives->distrusted && lives->items[place_of(lives, handle)].moves >= LIVES_MOVES) {
		lives->distrusted = true;
		hwatt_target_warn(target, "its discontinuity times move with every read while the counters run on: they are "
					  "ignored");
	}
	return true;
}
