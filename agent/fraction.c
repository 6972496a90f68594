/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "fraction.h"

#define GRID ((hwatt_i128)1000000000000000) /* 1e15: what a sum falls back to when 128 bits do not hold it exactly */

/* The nearest multiple of 1/GRID; its denominator is GRID. */
static hwatt_i128 on_grid(struct hwatt_ratio r)
{
	hwatt_i128 whole = r.num / r.den, rest = r.num % r.den;
	/* `rest` x GRID fits while the denominator is below 1e23: time, shares and capacities are. */
	return whole * GRID + (rest * GRID * 2 + (rest < 0 ? -r.den : r.den)) / (r.den * 2);
}

struct hwatt_ratio fraction_plus(struct hwatt_ratio a, struct hwatt_ratio b)
{
	struct hwatt_ratio sum;
	hwatt_i128 left, right;
	if (a.den == b.den && !__builtin_add_overflow(a.num, b.num, &sum.num))
		return (struct hwatt_ratio){ sum.num, a.den };
	if (!__builtin_mul_overflow(a.num, b.den, &left) && !__builtin_mul_overflow(b.num, a.den, &right) &&
	    !__builtin_add_overflow(left, right, &sum.num) && !__builtin_mul_overflow(a.den, b.den, &sum.den) &&
	    sum.den < ((hwatt_i128)1 << 75))
		return sum;
	return (struct hwatt_ratio){ on_grid(a) + on_grid(b), GRID };
}

struct hwatt_ratio fraction_product(struct hwatt_ratio a, struct hwatt_ratio b, int bits)
{
	const hwatt_i128 most_num = (hwatt_i128)1 << 118, most_den = (hwatt_i128)1 << bits;
	hwatt_i128 g = hwatt_gcd(a.num, b.den), h = hwatt_gcd(b.num, a.den);
	if (g > 1) {
		a.num /= g;
		b.den /= g;
	}
	if (h > 1) {
		b.num /= h;
		a.den /= h;
	}
	struct hwatt_ratio r;
	while (__builtin_mul_overflow(a.num, b.num, &r.num) || __builtin_mul_overflow(a.den, b.den, &r.den) ||
	       r.num > most_num || r.den > most_den) {
		hwatt_i128 *num = a.num > b.num ? &a.num : &b.num, *den = a.den > b.den ? &a.den : &b.den;
		*num >>= 1;
		*den >>= 1;
	}
	return r;
}

struct hwatt_ratio fraction_scale(struct hwatt_ratio r, int64_t num, int64_t den)
{
	bool negative = r.num < 0;
	if (r.den == 0)
		return r;
	struct hwatt_ratio scaled = fraction_product((struct hwatt_ratio){ negative ? -r.num : r.num, r.den },
						     (struct hwatt_ratio){ num, den }, FRACTION_SHARE_BITS);
	return (struct hwatt_ratio){ negative ? -scaled.num : scaled.num, scaled.den };
}

struct hwatt_ratio fraction_quotient(struct hwatt_ratio num, struct hwatt_ratio den)
{
	if (num.den == 0 || den.num == 0 || den.den == 0)
		return (struct hwatt_ratio){ 0, 0 };
	bool negative = num.num < 0;
	struct hwatt_ratio r = fraction_product((struct hwatt_ratio){ negative ? -num.num : num.num, num.den },
						(struct hwatt_ratio){ den.den, den.num }, FRACTION_SHARE_BITS);
	return (struct hwatt_ratio){ negative ? -r.num : r.num, r.den };
}
