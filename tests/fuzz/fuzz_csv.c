/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv.c - any octets as a table: rows or mistakes, never a crash. */
#include "csv.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct row {
	const char *id;
	int64_t count, day;
	bool flag;
	int kind;
	struct hwatt_texts title;
	struct hwatt_list labels;
};

static const char *const kinds[] = { "server", "switch", NULL };
static const struct hwatt_option options[] = {
	{ .name = "id", .type = HWATT_STRING, .offset = offsetof(struct row, id), .flags = HWATT_REQUIRED },
	{ .name = "count", .type = HWATT_DECIMAL, .offset = offsetof(struct row, count) },
	{ .name = "day", .type = HWATT_DATE, .offset = offsetof(struct row, day) },
	{ .name = "flag", .type = HWATT_BOOL, .offset = offsetof(struct row, flag) },
	{ .name = "kind", .type = HWATT_ENUM, .offset = offsetof(struct row, kind), .words = kinds },
	{ .name = "title", .type = HWATT_TEXTS, .offset = offsetof(struct row, title) },
	{ .name = "labels", .type = HWATT_LIST, .offset = offsetof(struct row, labels), .item = HWATT_STRING },
};
static const struct hwatt_schema schema = { .name = "row", .size = sizeof(struct row), .options = options, .count = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	const struct hwatt_node *table = csv_parse("fuzz.csv", (const char *)data, size, &schema, arena, &report);
	if (table == NULL && report.count == 0)
		abort();
	for (size_t i = 0; table != NULL && i < table->count; i++) {
		struct row row;
		hwatt_option_read(&schema, table->items[i], &row, arena, &report);
	}
	hwatt_arena_free(arena);
	return 0;
}
