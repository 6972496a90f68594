/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* sheet.h - a register that people keep: a list of rows, as YAML (or JSON) or as a table of a spreadsheet.
 *
 * One option table says what a row may hold, whichever way it is written. */
#ifndef HALLWATT_SHEET_H
#define HALLWATT_SHEET_H

#include "document.h"

#define SHEET_MAX_ROWS 200000u

/* Reads the rows that `bytes` hold: a table when the name of the file ends in ".csv", else a list of maps.  Only rows without a
 * mistake are given, in the order of the file.  Items of the list: structs of `row`, in the arena. */
struct hwatt_list sheet_read(const char *file, const char *bytes, size_t length, const struct hwatt_schema *row,
			     struct hwatt_arena *arena, struct hwatt_report *report);

#endif
