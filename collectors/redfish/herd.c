/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "herd.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

struct slot {
	bool used;
	uint64_t hash;
	struct herd_key key;
	struct herd herd;
};

struct herds {
	struct slot *slots;
	size_t size, used; /* size: a power of two */
};

struct herds *herds_new(void)
{
	struct herds *herds = hwatt_alloc(sizeof(*herds));
	herds->size = 16;
	herds->slots = hwatt_alloc(herds->size * sizeof(*herds->slots));
	return herds;
}

void herds_free(struct herds *herds)
{
	free(herds->slots);
	free(herds);
}

static uint64_t mix(uint64_t h)
{
	h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
	return h ^ h >> 31;
}

static uint64_t hash_of(const struct herd_key *key)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < key->length; i++)
		h = (h ^ (unsigned char)key->text[i]) * UINT64_C(1099511628211);
	h = mix(h ^ key->place);
	h = mix(h ^ (uint64_t)key->numbers[0]);
	return mix(h ^ (uint64_t)key->numbers[1]);
}

static bool same(const struct herd_key *a, const struct herd_key *b)
{
	return a->place == b->place && a->numbers[0] == b->numbers[0] && a->numbers[1] == b->numbers[1] && a->length == b->length &&
	       (a->length == 0 || memcmp(a->text, b->text, a->length) == 0);
}

static struct slot *slot_of(const struct herds *herds, const struct herd_key *key, uint64_t hash)
{
	size_t at = (size_t)hash & (herds->size - 1);
	while (herds->slots[at].used && (herds->slots[at].hash != hash || !same(&herds->slots[at].key, key)))
		at = (at + 1) & (herds->size - 1);
	return &herds->slots[at];
}

static void grow(struct herds *herds)
{
	struct herds larger = { .size = herds->size * 2, .used = herds->used };
	larger.slots = hwatt_alloc(larger.size * sizeof(*larger.slots));
	for (size_t i = 0; i < herds->size; i++)
		if (herds->slots[i].used)
			*slot_of(&larger, &herds->slots[i].key, herds->slots[i].hash) = herds->slots[i];
	free(herds->slots);
	*herds = larger;
}

struct herd *herds_take(struct herds *herds, struct herd_key key)
{
	uint64_t hash = hash_of(&key);
	if (2 * herds->used >= herds->size)
		grow(herds);
	struct slot *slot = slot_of(herds, &key, hash);
	if (!slot->used) {
		*slot = (struct slot){ .used = true, .hash = hash, .key = key };
		herds->used++;
	}
	return &slot->herd;
}

const struct herd *herds_find(const struct herds *herds, struct herd_key key)
{
	const struct slot *slot = slot_of(herds, &key, hash_of(&key));
	return slot->used ? &slot->herd : NULL;
}
