/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* number.h - exact arithmetic for energies and their ratios. */
#ifndef HALLWATT_NUMBER_H
#define HALLWATT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef __int128 hwatt_i128;

/* The greatest number that divides both; of 0 and a number that number, without its sign. */
hwatt_i128 hwatt_gcd(hwatt_i128 a, hwatt_i128 b);

/* numerator / denominator, exact; unknown when the denominator is 0. */
struct hwatt_ratio {
	hwatt_i128 num, den;
};

static inline bool hwatt_ratio_known(struct hwatt_ratio r)
{
	return r.den != 0;
}

/* For printing and for Prometheus only: never computed with. NaN when unknown. */
double hwatt_ratio_double(struct hwatt_ratio r);
/* The ratio rounded half-even to `decimals` (0..15) as decimal text: (12951/10000, 2) -> "1.30". Fits in 64. */
void hwatt_ratio_format(struct hwatt_ratio r, int decimals, char out[64]);
/* -1, 0, 1 as a is below, equal to, above b; exact. Both known, denominators of any sign. */
int hwatt_ratio_compare(struct hwatt_ratio a, struct hwatt_ratio b);

#endif
