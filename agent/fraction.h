/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fraction.h - exact fractions that are added and multiplied, for as long as 128 bits hold them. */
#ifndef HALLWATT_FRACTION_H
#define HALLWATT_FRACTION_H

#include <hallwatt/number.h>

#define FRACTION_SHARE_BITS 118 /* a share times 100, for percent, fits */
#define FRACTION_ENERGY_BITS 75 /* it can be summed further, and over 3.6e12, for GWh, it fits */

/* a + b with positive denominators: exact while 128 bits hold it, else each rounded to 1e-15 of the unit summed (ppm,
 * MiB, mW). */
struct hwatt_ratio fraction_plus(struct hwatt_ratio a, struct hwatt_ratio b);
/* a x b for fractions that are not negative: reduced first; what is still longer than `bits` (so that it can be scaled for
 * printing) loses its last bits, of more than 60 that remain. */
struct hwatt_ratio fraction_product(struct hwatt_ratio a, struct hwatt_ratio b, int bits);
/* r x num / den, num and den positive; unknown stays unknown. */
struct hwatt_ratio fraction_scale(struct hwatt_ratio r, int64_t num, int64_t den);
/* num / den, den positive; unknown when den is 0 or a side is unknown. */
struct hwatt_ratio fraction_quotient(struct hwatt_ratio num, struct hwatt_ratio den);

#endif
