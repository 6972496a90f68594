/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "allocation.h"
#include <assert.h>

/* Whether a's remainder goes before b's. */
static bool before(const int64_t *weights, int64_t total, hwatt_i128 sum, size_t a, size_t b)
{
	hwatt_i128 ra = (hwatt_i128)total * weights[a] % sum, rb = (hwatt_i128)total * weights[b] % sum;
	return ra != rb ? ra > rb : a < b;
}

bool allocation_share(int64_t total, const int64_t *weights, size_t count, int64_t *out)
{
	assert(total >= 0);
	hwatt_i128 sum = 0;
	for (size_t i = 0; i < count; i++) {
		assert(weights[i] >= 0);
		sum += weights[i];
		out[i] = 0;
	}
	if (sum == 0)
		return false;
	int64_t left = total;
	for (size_t i = 0; i < count; i++) {
		out[i] = (int64_t)((hwatt_i128)total * weights[i] / sum);
		left -= out[i];
	}
	/* Fewer than `count` are left; each goes to whoever has fewer than `left` before him. */
	for (size_t i = 0; i < count; i++) {
		int64_t ahead = 0;
		for (size_t k = 0; k < count && ahead < left; k++)
			ahead += k != i && before(weights, total, sum, k, i);
		if (ahead < left)
			out[i]++;
	}
	return true;
}

struct hwatt_ratio allocation_proportional(int64_t tenant, int64_t it, int64_t dc)
{
	return (struct hwatt_ratio){ .num = (hwatt_i128)tenant * dc, .den = it };
}

struct hwatt_ratio allocation_two_part(int64_t tenant, int64_t it, int64_t dc, int64_t fixed, int64_t tenant_kw,
				       int64_t contracted_kw)
{
	/* tenant + fixed x kw / KW + (dc - it - fixed) x tenant / it, over the common denominator it x KW. Inputs below 2^40
	 * (a TWh in Wh) keep it in 128 bits. */
	hwatt_i128 den = (hwatt_i128)it * contracted_kw;
	hwatt_i128 num = (hwatt_i128)tenant * den + (hwatt_i128)fixed * tenant_kw * it +
			 (hwatt_i128)(dc - it - fixed) * tenant * contracted_kw;
	return (struct hwatt_ratio){ .num = num, .den = den };
}
