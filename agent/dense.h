/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* dense.h - 64-bit numbers at rest, each in as few octets as it needs.
 *
 * For what lies in memory by the hundred thousand and is looked at seldom; not for files. Small numbers of either sign take one octet,
 * zero takes none.  Reading and writing go in steps of eight octets: behind what is written there must be room for
 * DENSE_SLACK more, here and where it is copied to. */
#ifndef HALLWATT_DENSE_H
#define HALLWATT_DENSE_H

#include <stddef.h>
#include <stdint.h>

#define DENSE_SLACK 8u
#define DENSE_ROW_MAX(count) (((count) + 1) / 2 + 8 * (count))
#define DENSE_TABLE_MAX(rows, columns) ((columns) + 8 * (rows) * (columns))

/* A row: each number in its own width. Writes up to DENSE_ROW_MAX octets; returns how many. */
size_t dense_put_row(uint8_t *out, const int64_t *numbers, size_t count);
/* The same back; returns how many octets it took. */
size_t dense_take_row(const uint8_t *in, int64_t *numbers, size_t count);

/* Rows of `columns` numbers, each beginning `stride` numbers after the one before; a column is as wide as its widest number.
 * Writes up to DENSE_TABLE_MAX octets; returns how many. */
size_t dense_put_table(uint8_t *out, const int64_t *numbers, size_t rows, size_t columns, size_t stride);
/* The same back. */
size_t dense_take_table(const uint8_t *in, int64_t *numbers, size_t rows, size_t columns, size_t stride);

#endif
