/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "dense.h"
#include <endian.h>
#include <string.h>

/* The sign goes to the lowest bit, so that small numbers of either sign have zeros above. */
static uint64_t fold(int64_t number)
{
	return (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
}

static int64_t unfold(uint64_t bits)
{
	return (int64_t)(bits >> 1 ^ (0 - (bits & 1)));
}

static unsigned width_of(uint64_t bits)
{
	return bits == 0 ? 0 : (unsigned)(71 - __builtin_clzll(bits)) / 8;
}

static void put(uint8_t *at, uint64_t bits)
{
	uint64_t octets = htole64(bits);
	memcpy(at, &octets, sizeof(octets));
}

/* `width` is 1 to 8. */
static uint64_t take(const uint8_t *at, unsigned width)
{
	uint64_t octets;
	memcpy(&octets, at, sizeof(octets));
	return le64toh(octets) & UINT64_MAX >> (64 - 8 * width);
}

/* First the widths, two to an octet, then the numbers. */
size_t dense_put_row(uint8_t *out, const int64_t *numbers, size_t count)
{
	uint8_t *at = out + (count + 1) / 2;
	memset(out, 0, (count + 1) / 2);
	for (size_t i = 0; i < count; i++) {
		uint64_t bits = fold(numbers[i]);
		if (bits == 0)
			continue;
		unsigned width = width_of(bits);
		out[i / 2] |= (uint8_t)(width << i % 2 * 4);
		put(at, bits);
		at += width;
	}
	return (size_t)(at - out);
}

size_t dense_take_row(const uint8_t *in, int64_t *numbers, size_t count)
{
	const uint8_t *at = in + (count + 1) / 2;
	for (size_t i = 0; i < count; i++) {
		unsigned width = in[i / 2] >> i % 2 * 4 & 15;
		numbers[i] = 0;
		if (width == 0)
			continue;
		numbers[i] = unfold(take(at, width));
		at += width;
	}
	return (size_t)(at - in);
}

/* First the width of each column, then the columns. */
size_t dense_put_table(uint8_t *out, const int64_t *numbers, size_t rows, size_t columns, size_t stride)
{
	uint8_t *at = out + columns;
	for (size_t c = 0; c < columns; c++) {
		uint64_t all = 0;
		for (size_t r = 0; r < rows; r++)
			all |= fold(numbers[r * stride + c]);
		unsigned width = width_of(all);
		out[c] = (uint8_t)width;
		for (size_t r = 0; r < rows && width > 0; r++, at += width)
			put(at, fold(numbers[r * stride + c]));
	}
	return (size_t)(at - out);
}

size_t dense_take_table(const uint8_t *in, int64_t *numbers, size_t rows, size_t columns, size_t stride)
{
	const uint8_t *at = in + columns;
	for (size_t c = 0; c < columns; c++) {
		unsigned width = in[c];
		for (size_t r = 0; r < rows; r++, at += width)
			numbers[r * stride + c] = width > 0 ? unfold(take(at, width)) : 0;
	}
	return (size_t)(at - in);
}
