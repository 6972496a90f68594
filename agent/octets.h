/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* octets.h - how whole numbers are put where each may take fewer than eight octets.
 *
 * All are written and read eight octets at a time, whatever place they lie at and however many of those count: behind the last one
 * there must be room for OCTETS_SLACK more. */
#ifndef HALLWATT_OCTETS_H
#define HALLWATT_OCTETS_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define OCTETS_SLACK 8u
#define OCTETS_WIDE 57u /* bits: what is so wide may not lie in eight octets from anywhere */

/* The lowest first. */
static inline void octets_put(uint8_t *at, uint64_t number)
{
	uint64_t octets = htole64(number);
	memcpy(at, &octets, sizeof(octets));
}

static inline uint64_t octets_take(const uint8_t *at)
{
	uint64_t octets;
	memcpy(&octets, at, sizeof(octets));
	return le64toh(octets);
}

/* The sign goes to the lowest bit, so that small numbers of either sign are small. */
static inline uint64_t octets_fold(int64_t number)
{
	return (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
}

static inline int64_t octets_unfold(uint64_t number)
{
	return (int64_t)(number >> 1 ^ (0 - (number & 1)));
}

/* In how many bits it fits; 0: in none. */
static inline unsigned octets_width(uint64_t number)
{
	return number == 0 ? 0 : 64 - (unsigned)__builtin_clzll(number);
}

/* In two's complement, cut to the lowest octets: the bits that tell how many those are. Those of several numbers may be joined. */
static inline uint64_t octets_signed_bits(int64_t number)
{
	return (uint64_t)(number ^ number >> 63);
}

/* How many octets hold numbers of such bits, with room for the sign: 1 to 8. */
static inline unsigned octets_signed(uint64_t bits)
{
	return octets_width(bits) / 8 + 1;
}

static inline int64_t octets_take_signed(const uint8_t *at, unsigned octets)
{
	unsigned above = 64 - 8 * octets;
	return (int64_t)(octets_take(at) << above) >> above;
}

struct octets_bits { /* numbers of some bits behind each other, the first in the lowest bits */
	uint8_t *at;
	uint64_t bits;
	unsigned filled;
};

/* `number` has no more bits than `width`, which is below OCTETS_WIDE, or 64. */
static inline void octets_put_bits(struct octets_bits *out, uint64_t number, unsigned width)
{
	out->bits |= number << out->filled;
	out->filled += width;
	if (out->filled < 64)
		return;
	octets_put(out->at, out->bits);
	out->at += 8;
	out->filled -= 64;
	out->bits = out->filled == 0 ? 0 : number >> (width - out->filled);
}

/* Where the next octet goes. */
static inline uint8_t *octets_end_bits(const struct octets_bits *out)
{
	octets_put(out->at, out->bits);
	return out->at + (out->filled + 7) / 8;
}

#endif
