/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sheet.h"
#include "csv.h"
#include <string.h>

static bool is_table(const char *file)
{
	size_t length = strlen(file);
	return length >= 4 && strcmp(file + length - 4, ".csv") == 0;
}

struct hwatt_list sheet_read(const char *file, const char *bytes, size_t length, const struct hwatt_schema *row,
			     struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct hwatt_list list = {0};
	const struct hwatt_node *root = is_table(file) ? csv_parse(file, bytes, length, row, arena, report)
						       : document_parse(file, bytes, length, arena, report);
	if (root == NULL)
		return list;
	if (root->kind != HWATT_NODE_SEQUENCE) {
		hwatt_report_add(report, &root->mark, "the file holds a list: a row begins with \"- \"");
		return list;
	}
	if (root->count > SHEET_MAX_ROWS) {
		hwatt_report_add(report, &root->mark, "the file has more than %u rows; split it", SHEET_MAX_ROWS);
		return list;
	}
	char *items = hwatt_arena_alloc(arena, (root->count + 1) * row->size);
	for (size_t i = 0; i < root->count; i++)
		if (hwatt_option_read(row, root->items[i], items + list.count * row->size, arena, report) == 0)
			list.count++;
	list.items = items;
	return list;
}
