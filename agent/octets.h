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

#endif
