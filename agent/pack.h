/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* pack.h - one day (UTC) of one point as a few hundred octets: what sums need of its 96 quarters, exactly.
 *
 * Little-endian octets:
 *   0       format, 1
 *   1       width W of an amount, 0 to 8
 *   2       number E of exceptions, 0 to 96
 *   3..10   the smallest amount, signed
 *   then    96 x W  amount of each quarter less the smallest, unsigned; 0 where there is no quarter
 *   then    E x 6   each quarter that is not M and covered for 900000 ms: number (0 to 95, ascending), quality letter (0: there
 *                   is no such quarter), covered ms (4 octets)
 * Equal days give equal octets. Pure functions. */
#ifndef HALLWATT_PACK_H
#define HALLWATT_PACK_H

#include <stddef.h>
#include <stdint.h>

#define PACK_QUARTERS 96
#define PACK_DAY_S 86400
#define PACK_MAX_OCTETS (11 + PACK_QUARTERS * 8 + PACK_QUARTERS * 6)

/* Writes the day to `out` and returns its length.  Arrays of PACK_QUARTERS; quality '\0': there is no quarter. */
size_t pack_encode(const int64_t *amount, const int32_t *covered_ms, const char *quality, uint8_t out[PACK_MAX_OCTETS]);
/* The day from its octets; amounts and covered times are 0 where there is no quarter.  -1 when malformed: the arrays then hold
 * anything. */
int pack_decode(const void *octets, size_t length, int64_t *amount, int32_t *covered_ms, char *quality);

#endif
