/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fuzz_books.c - any octets as a register that people keep: rows or mistakes, never a crash.  The first octet says which register, the second
 * whether it is a table. */
#include "books.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	struct books books = {0};
	struct certificate_check checks[CERTIFICATE_CHECKS];
	enum books_kind kind = (enum books_kind)(data[0] % BOOKS_KINDS);
	const char *file = data[1] % 2 == 0 ? "f.csv" : "f.yaml";
	books_take(&books, kind, file, (const char *)data + 2, size - 2, arena, &report);
	books_finish(&books, arena, &report);
	size_t count;
	const struct certificate *rows = books_certificates(&books, &count);
	struct certificate_audit audit = { .site = "s", .from_day = 0, .to_day = 30000, .used_mj = -1 };
	certificate_audit(rows, count, &audit, arena, checks);
	for (size_t i = 0; i < books.logbook.track_count; i++)
		for (size_t k = 1; k < books.logbook.tracks[i].count; k++)
			if (books.logbook.tracks[i].spells[k].from_day < books.logbook.tracks[i].spells[k - 1].to_day && report.count == 0)
				__builtin_trap(); /* spells never overlap */
	hwatt_arena_free(arena);
	return 0;
}
