/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stringset.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

uint64_t stringset_hash(uint64_t seed, const void *octets, size_t length)
{
	const unsigned char *p = octets;
	for (size_t i = 0; i < length; i++)
		seed = (seed ^ p[i]) * UINT64_C(1099511628211);
	return seed;
}

void stringset_init(struct stringset *s, size_t most)
{
	size_t slots = 16;
	while (slots < 2 * most)
		slots *= 2;
	*s = (struct stringset){ .slots = hwatt_alloc(slots * sizeof(s->slots[0])), .mask = slots - 1 };
}

void stringset_free(struct stringset *s)
{
	free(s->slots);
	*s = (struct stringset){ 0 };
}

static struct stringset_slot *slot_of(const struct stringset *s, const char *text, size_t length, uint64_t hash)
{
	size_t at = (size_t)(hash ^ hash >> 32) & s->mask;
	while (s->slots[at].text != NULL &&
	       (s->slots[at].length != length || memcmp(s->slots[at].text, text, length) != 0))
		at = (at + 1) & s->mask;
	return &s->slots[at];
}

void stringset_note(struct stringset *s, const char *text)
{
	if (text == NULL)
		text = "";
	size_t length = strlen(text);
	uint64_t hash = stringset_hash(STRINGSET_SEED, text, length);
	struct stringset_slot *slot = slot_of(s, text, length, hash);
	if (slot->text != NULL)
		return;
	*slot = (struct stringset_slot){ .text = text, .length = length, .hash = hash };
	s->count++;
	s->octets += length + 1;
}

void stringset_share(struct stringset *s, const struct stringset *known)
{
	for (size_t i = 0; i <= s->mask; i++) {
		struct stringset_slot *slot = &s->slots[i];
		if (slot->text == NULL)
			continue;
		s->octets += slot->at != NULL ? slot->length + 1 : 0;
		slot->at = known != NULL ? slot_of(known, slot->text, slot->length, slot->hash)->at : NULL;
		s->octets -= slot->at != NULL ? slot->length + 1 : 0;
	}
}

void stringset_settle(struct stringset *s, char *base, struct stringset *known)
{
	for (size_t i = 0; i <= s->mask; i++) {
		struct stringset_slot *slot = &s->slots[i];
		if (slot->text == NULL || slot->at != NULL)
			continue;
		slot->at = memcpy(base, slot->text, slot->length + 1);
		base += slot->length + 1;
		if (known == NULL || known->count > known->mask / 2)
			continue;
		*slot_of(known, slot->text, slot->length, slot->hash) =
			(struct stringset_slot){ .text = slot->at, .length = slot->length, .hash = slot->hash, .at = slot->at };
		known->count++;
	}
}

const char *stringset_find(const struct stringset *s, const char *text)
{
	if (text == NULL)
		text = "";
	size_t length = strlen(text);
	const struct stringset_slot *slot = slot_of(s, text, length, stringset_hash(STRINGSET_SEED, text, length));
	assert(slot->at != NULL);
	return slot->at;
}

void stringset_note_one(void *set, const char **text)
{
	stringset_note(set, *text);
}

void stringset_move_one(void *set, const char **text)
{
	*text = stringset_find(set, *text);
}

void stringset_each_language(struct hwatt_texts *texts, void (*each)(void *arg, const char **text), void *arg)
{
	const char **all[] = { &texts->sv, &texts->nb, &texts->en };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (*all[i] != NULL)
			each(arg, all[i]);
}
