/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* csv.h - a table of comma-separated values as the tree that a YAML list of maps would give.
 *
 * So one option table reads both, and every mistake has its line and column. RFC 4180 with a header row of key names; bounded. What
 * spreadsheets do is taken: a byte-order mark, semicolons between the cells (when the header has them and no comma), lines
 * that end with LF or CRLF. Blanks around a cell without quotes do not count; an empty cell is a key left out; several values of
 * a list stand in one cell with semicolons between them (in quotes, when semicolons part the cells). */
#ifndef HALLWATT_CSV_H
#define HALLWATT_CSV_H

#include "document.h"

#define CSV_MAX_COLUMNS 64u
#define CSV_MAX_CELL 65536u /* octets */

/* Parses `length` octets as a table called `file` in messages (borrowed by the marks), whose columns are the scalars and lists of
 * scalars of `row`. Gives a sequence of mappings, one a row, for hwatt_option_read by `row`. Unknown, double and missing columns and
 * rows of another length are mistakes. NULL, after adding a mistake, when there is no table to give. */
const struct hwatt_node *csv_parse(const char *file, const char *bytes, size_t length, const struct hwatt_schema *row,
				   struct hwatt_arena *arena, struct hwatt_report *report);

#endif
