/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "profile_texts.h"
#include "profile.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct hwatt_profile_texts {
	const struct hwatt_collector *collector;
	unsigned users;
	size_t count;
	struct packed items[];
};

struct packed packed_new(const char *bytes, size_t length)
{
	uLongf size = compressBound((uLong)length);
	struct packed packed = { hwatt_alloc(size), 0, length };
	int rc = compress2(packed.bytes, &size, (const Bytef *)bytes, (uLong)length, Z_DEFAULT_COMPRESSION);
	assert(rc == Z_OK); /* the room is what zlib says is enough */
	packed.size = size;
	packed.bytes = hwatt_realloc(packed.bytes, size);
	return packed;
}

void packed_free(struct packed *packed)
{
	free(packed->bytes);
	*packed = (struct packed){ 0 };
}

/* As it was, in the arena. */
static const char *unpack(const struct packed *packed, struct hwatt_arena *arena)
{
	uLongf length = (uLongf)packed->length;
	char *bytes = hwatt_arena_alloc(arena, packed->length + 1);
	int rc = uncompress((Bytef *)bytes, &length, packed->bytes, (uLong)packed->size);
	assert(rc == Z_OK && length == packed->length);
	return bytes;
}

struct hwatt_profile_texts *profile_texts_new(const struct hwatt_collector *collector, size_t count)
{
	struct hwatt_profile_texts *texts = hwatt_alloc(sizeof(*texts) + count * sizeof(texts->items[0]));
	texts->collector = collector;
	texts->users = 1;
	texts->count = count;
	return texts;
}

void profile_texts_set(struct hwatt_profile_texts *texts, size_t number, struct packed *text)
{
	assert(number < texts->count && texts->items[number].bytes == NULL);
	texts->items[number] = *text;
	*text = (struct packed){ 0 };
}

struct hwatt_profile_texts *hwatt_profile_texts_take(struct hwatt_profile_texts *texts)
{
	if (texts != NULL)
		texts->users++;
	return texts;
}

void hwatt_profile_texts_release(struct hwatt_profile_texts *texts)
{
	if (texts == NULL || --texts->users > 0)
		return;
	for (size_t i = 0; i < texts->count; i++)
		packed_free(&texts->items[i]);
	free(texts);
}

const struct hwatt_profile *hwatt_profile_texts_read(const struct hwatt_profile_texts *texts, size_t number,
						     struct hwatt_arena *arena)
{
	assert(number < texts->count);
	const struct packed *item = &texts->items[number];
	struct hwatt_report report = { .arena = arena };
	const struct hwatt_profile *p =
		profile_parse(texts->collector->name, unpack(item, arena), item->length, texts->collector, arena, &report);
	assert(p != NULL); /* it was sound when it was packed */
	return p;
}

const struct hwatt_profile *hwatt_profile_whole(const struct hwatt_profile_set *set, size_t number, struct hwatt_arena *arena)
{
	return set->texts != NULL ? hwatt_profile_texts_read(set->texts, number, arena) : &set->profiles[number];
}
