/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "dense.h"
#include <stdbool.h>
#include <string.h>

#define DIVIDED 64u  /* above a column's shift */
#define ZEROES_SHIFT 3
#define ZEROES_MAX 31u

/* ---- rows ---- */

/* Of each number that is not 0 an octet with how many zeroes come before and its width, and itself; then one for what zeroes follow.
 * Where there are too many a 0 is put as a number. */
size_t dense_put_row(uint8_t *out, const int64_t *numbers, size_t count)
{
	uint8_t *at = out;
	size_t next = 0;
	for (size_t i = 0; i < count; i++) {
		if (numbers[i] == 0 && i - next < ZEROES_MAX)
			continue;
		unsigned width = octets_signed(octets_signed_bits(numbers[i]));
		*at++ = (uint8_t)((i - next) << ZEROES_SHIFT | (width - 1));
		octets_put(at, (uint64_t)numbers[i]);
		at += width;
		next = i + 1;
	}
	if (next < count)
		*at++ = (uint8_t)((count - next) << ZEROES_SHIFT);
	return (size_t)(at - out);
}

size_t dense_take_row(const uint8_t *in, int64_t *numbers, size_t count)
{
	const uint8_t *at = in;
	memset(numbers, 0, count * sizeof(numbers[0]));
	for (size_t i = 0; i < count; i++) {
		unsigned head = *at++;
		i += head >> ZEROES_SHIFT;
		if (i >= count)
			break;
		unsigned width = (head & 7u) + 1;
		numbers[i] = octets_take_signed(at, width);
		at += width;
	}
	return (size_t)(at - in);
}

/* ---- tables ---- */

/* The one that makes 1 of an odd number, modulo 2^64; each step doubles the bits that are right. */
static uint64_t inverse_of(uint64_t odd)
{
	uint64_t inverse = odd * 3 ^ 2; /* 5 bits */
	for (int i = 0; i < 4 && odd != 1; i++)
		inverse *= 2 - odd * inverse;
	return inverse;
}

struct column { /* a number is base + (what is put << shift) x odd, modulo 2^64 */
	int64_t base;
	uint64_t odd, inverse;
	unsigned width, shift;
};

static bool is_constant(const int64_t *number, const int64_t *end, size_t stride)
{
	for (int64_t first = *number; number != end; number += stride)
		if (*number != first)
			return false;
	return true;
}

/* Multiplying by an odd number's inverse loses nothing; where all are its multiples they become small. */
static struct column look_at(const int64_t *numbers, size_t rows, size_t stride, uint64_t odd)
{
	const int64_t *end = numbers + rows * stride;
	struct column c = { .base = numbers[0], .odd = 1, .inverse = 1 };
	if (is_constant(numbers, end, stride))
		return c;
	int64_t least = c.base;
	for (const int64_t *number = numbers; number != end; number += stride)
		least = *number < least ? *number : least;
	c.base = least;
	uint64_t any = 0, any_divided = 0, inverse = odd == 1 ? 1 : inverse_of(odd);
	for (const int64_t *number = numbers; number != end; number += stride) {
		uint64_t off = (uint64_t)*number - (uint64_t)least;
		any |= off;
		any_divided |= off * inverse;
	}
	if (octets_width(any_divided) < octets_width(any)) {
		any = any_divided;
		c.odd = odd;
		c.inverse = inverse;
	}
	c.shift = (unsigned)__builtin_ctzll(any);
	c.width = octets_width(any >> c.shift);
	if (c.width >= OCTETS_WIDE)
		c.width = 64;
	return c;
}

static uint8_t *put_column(uint8_t *at, const int64_t *numbers, size_t rows, size_t stride, const struct column *c)
{
	uint64_t base = (uint64_t)c->base, inverse = c->inverse;
	struct octets_bits bits = { .at = at };
	for (const int64_t *from = numbers, *end = numbers + rows * stride; from != end; from += stride)
		octets_put_bits(&bits, ((uint64_t)*from - base) * inverse >> c->shift, c->width);
	return octets_end_bits(&bits);
}

/* First the columns' bases as a row, then of each its width and, if that is not 0, its shift and its numbers. */
size_t dense_put_table(uint8_t *out, const int64_t *numbers, size_t rows, size_t columns, size_t stride, const uint64_t *odds)
{
	struct column column[DENSE_COLUMNS_MAX];
	int64_t bases[DENSE_COLUMNS_MAX] = { 0 };
	if (rows == 0)
		return 0;
	for (size_t c = 0; c < columns; c++) {
		column[c] = look_at(numbers + c, rows, stride, odds[c]);
		bases[c] = column[c].base;
	}
	uint8_t *at = out + dense_put_row(out, bases, columns);
	for (size_t c = 0; c < columns; c++) {
		*at++ = (uint8_t)column[c].width;
		if (column[c].width == 0)
			continue;
		*at++ = (uint8_t)(column[c].shift | (column[c].odd != 1 ? DIVIDED : 0));
		at = put_column(at, numbers + c, rows, stride, &column[c]);
	}
	return (size_t)(at - out);
}

static const uint8_t *take_column(const uint8_t *in, int64_t *numbers, size_t rows, size_t stride, const struct column *c)
{
	uint64_t mask = UINT64_MAX >> (64 - c->width), base = (uint64_t)c->base, factor = c->odd << c->shift;
	size_t at = 0;
	size_t width = c->width;
	for (int64_t *end = numbers + rows * stride; numbers != end; numbers += stride, at += width)
		*numbers = (int64_t)(base + (octets_take(in + at / 8) >> at % 8 & mask) * factor);
	return in + (at + 7) / 8;
}

size_t dense_take_table(const uint8_t *in, int64_t *numbers, size_t rows, size_t columns, size_t stride, const uint64_t *odds)
{
	int64_t bases[DENSE_COLUMNS_MAX] = { 0 };
	if (rows == 0)
		return 0;
	const uint8_t *at = in + dense_take_row(in, bases, columns);
	for (size_t c = 0; c < columns; c++) {
		struct column column = { .base = bases[c], .odd = 1, .width = *at++ };
		if (column.width == 0) {
			int64_t base = bases[c];
			for (int64_t *to = numbers + c, *end = to + rows * stride; to != end; to += stride)
				*to = base;
			continue;
		}
		column.shift = *at & (DIVIDED - 1);
		column.odd = (*at++ & DIVIDED) != 0 ? odds[c] : 1;
		at = take_column(at, numbers + c, rows, stride, &column);
	}
	return (size_t)(at - in);
}
