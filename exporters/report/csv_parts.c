/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "csv_parts.h"
#include <string.h>

static bool looks_like_formula(const char *cell)
{
	if (cell[0] == '\0' || strchr("=+-@\t\r", cell[0]) == NULL)
		return false;
	return cell[0] != '-' || strspn(cell + 1, "0123456789.") != strlen(cell + 1);
}

static void put_cell(const char *cell, struct hwatt_text *out)
{
	if (cell == NULL || cell[0] == '\0')
		return;
	bool formula = looks_like_formula(cell), quote = strpbrk(cell, "\",\r\n") != NULL || formula;
	if (quote)
		hwatt_text_putc(out, '"');
	if (formula)
		hwatt_text_putc(out, '\'');
	for (; *cell != '\0'; cell++) {
		if (*cell == '"')
			hwatt_text_putc(out, '"');
		hwatt_text_putc(out, *cell);
	}
	if (quote)
		hwatt_text_putc(out, '"');
}

void csv_put_row(const char *const *cells, size_t count, struct hwatt_text *out)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			hwatt_text_putc(out, ',');
		put_cell(cells[i], out);
	}
	hwatt_text_puts(out, "\r\n");
}
