/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fuzz_profile.c - any octets as a profile: mistakes, or a family that the collector can work with. */
#include "family.h"
#include "profile.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct hwatt_collector snmp_collector;

static void look_at(const struct book *book, const struct family_source *source)
{
	static const uint8_t row[] = { 1, 2, 3, 0x81, 0x00 };
	char out[64];
	assert(source->object == NO_OBJECT || (size_t)source->object < book->object_count);
	for (size_t i = 0; i < source->names.count; i++)
		if (source->names.items[i].row != NULL)
			family_expand(source->names.items[i].row, (struct ber_oid){ row, sizeof(row) }, out, sizeof(out));
	family_index(source->index_match, "a{value}", "PS 1", (struct ber_oid){ row, sizeof(row) }, out, sizeof(out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	const struct hwatt_profile *p = profile_parse("fuzz.yaml", (const char *)data, size, &snmp_collector, arena, &report);
	assert((p == NULL) == (report.count > 0));
	if (p != NULL) {
		struct hwatt_profile_set set = { .count = 1, .profiles = p, .hash = 1 };
		struct book *book = book_new(&set);
		const struct family *family = book_family(book, p->name);
		assert(family != NULL && family->part_count == p->part_count && family->reading_count == p->reading_count);
		for (size_t i = 0; i < family->reading_count; i++)
			look_at(book, &family->readings[i].source);
		for (size_t i = 0; i < family->identity_count; i++)
			look_at(book, &family->identity[i].source);
		for (size_t i = 0; i < family->part_count; i++)
			look_at(book, &family->parts[i].source);
		book_release(book);
	}
	hwatt_arena_free(arena);
	return 0;
}
