/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* dense.h - 64-bit numbers at rest, in as few octets or bits as they need.
 *
 * For what lies in memory by the hundred thousand and is looked at seldom; not for files. Small numbers of either sign in a row
 * take two octets, zeroes next to none. Reading and writing go in steps of eight octets: behind what is written there must be room for
 * DENSE_SLACK more, here and where it is copied to. */
#ifndef HALLWATT_DENSE_H
#define HALLWATT_DENSE_H

#include "octets.h"
#include <stddef.h>

#define DENSE_SLACK OCTETS_SLACK
#define DENSE_COLUMNS_MAX 16u
#define DENSE_ROW_MAX(count) (9 * (count))
#define DENSE_TABLE_MAX(rows, columns) (DENSE_ROW_MAX(columns) + 2 * (columns) + 8 * (rows) * (columns))

/* A row: each number in its own width. Writes up to DENSE_ROW_MAX octets; returns how many. */
size_t dense_put_row(uint8_t *out, const int64_t *numbers, size_t count);
/* The same back; returns how many octets it took. */
size_t dense_take_row(const uint8_t *in, int64_t *numbers, size_t count);

/* Rows of `columns` numbers, up to DENSE_COLUMNS_MAX, each beginning `stride` numbers after the one before. Of a column the least
 * number is put, and of each how much more it is, in as many bits as the most takes: none when all are the same. Of `odds` each
 * column has an odd number; where the differences are multiples of that, times a power of two, less is put. Writes up to
 * DENSE_TABLE_MAX octets; returns how many. */
size_t dense_put_table(uint8_t *out, const int64_t *numbers, size_t rows, size_t columns, size_t stride,
		       const uint64_t *odds);
/* The same back; `odds` must be the same too. */
size_t dense_take_table(const uint8_t *in, int64_t *numbers, size_t rows, size_t columns, size_t stride,
			const uint64_t *odds);

#endif
