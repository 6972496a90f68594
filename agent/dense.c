/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "dense.h"
#include <endian.h>
#include <string.h>

/* Numbers are cut to their lowest octets, in two's complement. `any` is all of them or'ed, `bits` likewise with the negative ones
 * turned over. */
static unsigned width_of(uint64_t any, uint64_t bits)
{
	if (any == 0)
		return 0;
	return bits == 0 ? 1 : (unsigned)(72 - __builtin_clzll(bits)) / 8; /* with room for the sign */
}

static uint64_t bits_of(int64_t number)
{
	return (uint64_t)(number ^ number >> 63);
}

static void put(uint8_t *at, int64_t number)
{
	uint64_t octets = htole64((uint64_t)number);
	memcpy(at, &octets, sizeof(octets));
}

/* `width` is 1 to 8. */
static int64_t take(const uint8_t *at, unsigned width)
{
	uint64_t octets;
	memcpy(&octets, at, sizeof(octets));
	unsigned above = 64 - 8 * width;
	return (int64_t)(le64toh(octets) << above) >> above;
}

/* First the widths, two to an octet, then the numbers. */
size_t dense_put_row(uint8_t *out, const int64_t *numbers, size_t count)
{
	uint8_t *at = out + (count + 1) / 2;
	memset(out, 0, (count + 1) / 2);
	for (size_t i = 0; i < count; i++) {
		if (numbers[i] == 0)
			continue;
		unsigned width = width_of(1, bits_of(numbers[i]));
		out[i / 2] |= (uint8_t)(width << i % 2 * 4);
		put(at, numbers[i]);
		at += width;
	}
	return (size_t)(at - out);
}

size_t dense_take_row(const uint8_t *in, int64_t *numbers, size_t count)
{
	const uint8_t *at = in + (count + 1) / 2;
	memset(numbers, 0, count * sizeof(numbers[0]));
	for (size_t i = 0; i < count; i++) {
		unsigned width = in[i / 2] >> i % 2 * 4 & 15;
		if (width == 0)
			continue;
		numbers[i] = take(at, width);
		at += width;
	}
	return (size_t)(at - in);
}

/* First the width of each column, then the columns. */
size_t dense_put_table(uint8_t *out, const int64_t *numbers, size_t rows, size_t columns, size_t stride)
{
	uint8_t *at = out + columns;
	for (size_t c = 0; c < columns; c++) {
		uint64_t any = 0, bits = 0;
		for (size_t r = 0; r < rows; r++) {
			any |= (uint64_t)numbers[r * stride + c];
			bits |= bits_of(numbers[r * stride + c]);
		}
		unsigned width = width_of(any, bits);
		out[c] = (uint8_t)width;
		for (size_t r = 0; r < rows && width > 0; r++, at += width)
			put(at, numbers[r * stride + c]);
	}
	return (size_t)(at - out);
}

size_t dense_take_table(const uint8_t *in, int64_t *numbers, size_t rows, size_t columns, size_t stride)
{
	const uint8_t *at = in + columns;
	for (size_t c = 0; c < columns; c++) {
		unsigned width = in[c];
		for (size_t r = 0; r < rows && width == 0; r++)
			numbers[r * stride + c] = 0;
		for (size_t r = 0; r < rows && width > 0; r++, at += width)
			numbers[r * stride + c] = take(at, width);
	}
	return (size_t)(at - in);
}
