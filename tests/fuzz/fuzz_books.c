/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fuzz_books.c - any octets as a register that people keep: rows or mistakes, never a crash.  The first octet says which register, the second
 * whether it is a table. */
#include "books.h"
#include <string.h>

/* What rows of production can be of. */
static const char certificates[] = "statement_id,kind,site,volume,technology,guarantees,production_start,production_end,device_gsrn\n"
				   "W,go,s,10 kWh,wind,,2026-01-01,2026-12-31,7\nP,ppa,s,10 kWh,wind,cancelled,2026-01-01,2026-12-31,7\n";

/* Hours are in order, apart, and no more than the row's volume. */
static void check_hours(const struct certificate *row)
{
	int64_t sum = 0, end_s = INT64_MIN;
	for (size_t i = 0; i < row->hour_count; i++) {
		if (row->hours[i].start_s < end_s || row->hours[i].volume_mj < 0)
			__builtin_trap();
		end_s = row->hours[i].start_s + row->hours[i].seconds;
		sum += row->hours[i].volume_mj;
	}
	if (sum != row->hours_mj || sum > row->volume_mj)
		__builtin_trap();
	for (size_t i = 0; i < row->link_count; i++)
		if (row->links[i].volume_mj <= 0 || row->links[i].volume_mj > row->volume_mj)
			__builtin_trap();
}

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
	if (kind == BOOKS_PRODUCTION)
		books_take(&books, BOOKS_CERTIFICATES, "c.csv", certificates, strlen(certificates), arena, &report);
	books_take(&books, kind, file, (const char *)data + 2, size - 2, arena, &report);
	books_finish(&books, arena, &report);
	size_t count;
	const struct certificate *rows = books_certificates(&books, &count);
	struct certificate_audit audit = { .site = "s", .from_day = 0, .to_day = 30000, .used_mj = -1 };
	certificate_audit(rows, count, &audit, arena, checks);
	for (size_t i = 0; i < count && report.count == 0; i++)
		check_hours(&rows[i]);
	for (size_t i = 0; i < books.logbook.track_count; i++)
		for (size_t k = 1; k < books.logbook.tracks[i].count; k++)
			if (books.logbook.tracks[i].spells[k].from_day < books.logbook.tracks[i].spells[k - 1].to_day && report.count == 0)
				__builtin_trap(); /* spells never overlap */
	hwatt_arena_free(arena);
	return 0;
}
