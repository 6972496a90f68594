/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "disguise.h"
#include <ctype.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TRIES 1000u

/* A number that looks random and depends on nothing that was scrubbed (splitmix64). */
static uint64_t mixed(uint64_t seed)
{
	seed += UINT64_C(0x9e3779b97f4a7c15);
	seed = (seed ^ seed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	seed = (seed ^ seed >> 27) * UINT64_C(0x94d049bb133111eb);
	return seed ^ seed >> 31;
}

static uint8_t like(uint8_t c, uint64_t random)
{
	if (isdigit(c))
		return (uint8_t)('0' + random % 10);
	if (isupper(c))
		return (uint8_t)('A' + random % 26);
	if (islower(c))
		return (uint8_t)('a' + random % 26);
	return c;
}

const struct disguise *disguise_known(const struct disguises *d, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->all[i].length == length && memcmp(d->all[i].bytes, bytes, length) == 0)
			return &d->all[i];
	return NULL;
}

static bool taken(const struct disguises *d, const uint8_t *made, size_t length)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->all[i].length == length && (memcmp(d->all[i].made, made, length) == 0 ||
						       memcmp(d->all[i].bytes, made, length) == 0))
			return true;
	return false;
}

/* An IPv6 address as long in text and in OIDs: what is zero stays it, and so does the prefix of a link. */
static void make_up_six(uint8_t *made, const uint8_t *was, uint64_t seed)
{
	for (size_t i = 0; i < 16; i++) {
		uint64_t random = mixed(seed + i);
		bool inner = i % 2 == 1 && was[i - 1] != 0;
		made[i] = (uint8_t)(was[i] >= 0x80 ? 0x80 | (random & 0x7fu) : inner ? random & 0x7fu : was[i] == 0 ? 0 :
				    was[i] < 0x10 ? 1 + random % 15 : 0x10 + random % 0x70);
	}
	if (was[0] == 0xfe)
		memcpy(made, was, 2);
	else if (was[0] >= 0x10)
		made[0] = was[0] < 0x80 ? 0x3f : 0xfd; /* of documentation, and of nobody */
}

/* Octets: each keeps its high bit, so that it takes as much room in an OID; the first says "made up by hand". */
static void make_up(struct disguises *d, struct disguise *one)
{
	bool four = one->length == 4 && !one->text, six = one->length == 16 && !one->text;
	for (unsigned try = 0; try < MAX_TRIES; try++) {
		uint64_t seed = mixed(++d->made);
		for (size_t i = 0; i < one->length; i++) {
			uint8_t was = one->bytes[i];
			uint64_t random = mixed(seed + i);
			if (one->text)
				one->made[i] = like(was, random);
			else if (four) /* as many digits as before */
				one->made[i] = (uint8_t)(was >= 100 ? 100 + random % 100 : was >= 10 ? 10 + random % 90 : 1 + random % 9);
			else
				one->made[i] = (uint8_t)((was & 0x80u) | (i == 0 ? 2u : random & 0x7fu));
		}
		if (six)
			make_up_six(one->made, one->bytes, seed);
		if (four)
			one->made[0] = one->bytes[0] >= 100 ? 198 : one->bytes[0] >= 10 ? 10 : 9;
		if (!taken(d, one->made, one->length))
			return;
	}
}

const struct disguise *disguise_learn(struct disguises *d, const uint8_t *bytes, size_t length, bool text, bool anywhere)
{
	const struct disguise *old = disguise_known(d, bytes, length);
	if (old != NULL || d->count >= DISGUISE_MOST) {
		d->full = d->full || old == NULL;
		return old;
	}
	if (d->count == d->capacity) {
		d->capacity = d->capacity > 0 ? d->capacity * 2 : 64;
		d->all = hwatt_realloc(d->all, d->capacity * sizeof(*d->all));
	}
	uint8_t *copy = hwatt_arena_alloc(d->arena, length * 2);
	memcpy(copy, bytes, length);
	struct disguise one = { .bytes = copy, .made = copy + length, .length = length, .text = text, .anywhere = anywhere };
	make_up(d, &one);
	d->all[d->count] = one;
	return &d->all[d->count++];
}

static int longest_first(const void *a, const void *b)
{
	const struct disguise *x = a, *y = b;
	return x->length > y->length ? -1 : x->length < y->length;
}

void disguise_sort(struct disguises *d)
{
	if (d->count > 1)
		qsort(d->all, d->count, sizeof(*d->all), longest_first);
}

void disguise_free(struct disguises *d)
{
	free(d->all);
	d->all = NULL;
}
