/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"
#include "interval.h"
#include "octets.h"
#include <string.h>

#define FORMAT 1
#define HEAD 11
#define EXCEPTION 6

static bool usual(int32_t covered_ms, char quality)
{
	return quality == 'M' && covered_ms == QUARTER_MS;
}

static void put_le(uint8_t *out, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static size_t width_of(uint64_t value)
{
	size_t width = 0;
	for (; value != 0; value >>= 8)
		width++;
	return width;
}

size_t pack_encode(const int64_t *amount, const int32_t *covered_ms, const char *quality, uint8_t out[PACK_MAX_OCTETS])
{
	int64_t least = INT64_MAX, most = INT64_MIN;
	size_t exceptions = 0;
	for (size_t q = 0; q < PACK_QUARTERS; q++) {
		exceptions += !usual(covered_ms[q], quality[q]);
		if (quality[q] == '\0')
			continue;
		least = amount[q] < least ? amount[q] : least;
		most = amount[q] > most ? amount[q] : most;
	}
	if (least > most)
		least = most = 0;
	size_t width = width_of((uint64_t)most - (uint64_t)least);
	out[0] = FORMAT;
	out[1] = (uint8_t)width;
	out[2] = (uint8_t)exceptions;
	octets_put(out + 3, (uint64_t)least);
	uint8_t *at = out + HEAD;
	for (size_t q = 0; q < PACK_QUARTERS; q++, at += width)
		put_le(at, quality[q] != '\0' ? (uint64_t)amount[q] - (uint64_t)least : 0, width);
	for (size_t q = 0; q < PACK_QUARTERS; q++) {
		if (usual(covered_ms[q], quality[q]))
			continue;
		at[0] = (uint8_t)q;
		at[1] = (uint8_t)quality[q];
		put_le(at + 2, quality[q] != '\0' ? (uint32_t)covered_ms[q] : 0, 4);
		at += EXCEPTION;
	}
	return (size_t)(at - out);
}

static int read_exceptions(const uint8_t *at, size_t count, int64_t *amount, int32_t *covered_ms, char *quality)
{
	for (size_t i = 0, next = 0; i < count; i++, at += EXCEPTION) {
		size_t q = at[0];
		uint32_t covered = (uint32_t)at[2] | (uint32_t)at[3] << 8 | (uint32_t)at[4] << 16 | (uint32_t)at[5] << 24;
		if (q < next || q >= PACK_QUARTERS || covered > QUARTER_MS || (at[1] == 0 && covered != 0) ||
		    (at[1] != 0 && strchr(QUALITY_LETTERS, at[1]) == NULL))
			return -1;
		next = q + 1;
		quality[q] = (char)at[1];
		covered_ms[q] = (int32_t)covered;
		if (at[1] == 0)
			amount[q] = 0;
	}
	return 0;
}

int pack_decode(const void *octets, size_t length, int64_t *amount, int32_t *covered_ms, char *quality)
{
	uint8_t in[PACK_MAX_OCTETS + OCTETS_SLACK];
	if (length < HEAD || length > PACK_MAX_OCTETS)
		return -1;
	memcpy(in, octets, length);
	memset(in + length, 0, OCTETS_SLACK);
	size_t width = in[1], exceptions = in[2];
	if (in[0] != FORMAT || width > 8 || exceptions > PACK_QUARTERS ||
	    length != HEAD + PACK_QUARTERS * width + exceptions * EXCEPTION)
		return -1;
	uint64_t least = octets_take(in + 3), mask = width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * width)) - 1;
	const uint8_t *at = in + HEAD;
	for (size_t q = 0; q < PACK_QUARTERS; q++, at += width) {
		amount[q] = (int64_t)(least + (octets_take(at) & mask));
		covered_ms[q] = QUARTER_MS;
	}
	memset(quality, 'M', PACK_QUARTERS);
	return read_exceptions(at, exceptions, amount, covered_ms, quality);
}
