/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* random.h - numbers that look random, the same ones after the same seed on every machine. */
#ifndef HALLWATT_TEST_RANDOM_H
#define HALLWATT_TEST_RANDOM_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* splitmix64 */
static inline uint64_t random_next(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* From 0 on, less than `n`. */
static inline int64_t random_below(uint64_t *seed, int64_t n)
{
	return (int64_t)(random_next(seed) % (uint64_t)n);
}

/* Another one with every run, which is told, so that HALLWATT_SEED=n can repeat it. */
static inline uint64_t random_seed(void)
{
	const char *given = getenv("HALLWATT_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	printf("HALLWATT_SEED=%" PRIu64 "\n", seed);
	return seed;
}

#endif
