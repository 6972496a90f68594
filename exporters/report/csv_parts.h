/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* csv_parts.h - rows of a table for spreadsheets, RFC 4180. */
#ifndef REPORT_CSV_PARTS_H
#define REPORT_CSV_PARTS_H

#include <hallwatt/text.h>

/* Puts a row; a NULL cell is empty.  What a spreadsheet would take for a formula (device names come from devices) gets an apostrophe;
 * numbers are left alone. */
void csv_put_row(const char *const *cells, size_t count, struct hwatt_text *out);

#endif
