/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "allocation.h"
#include <hallwatt/arena.h>
#include <hallwatt/reading.h>
#include <stdlib.h>
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

/* Adds the shares of `total` by `weights` to `out`. */
static bool share_more(int64_t total, const int64_t *weights, size_t count, int64_t *scratch, int64_t *out)
{
	if (total == 0)
		return true;
	if (!allocation_share(total, weights, count, scratch))
		return false;
	for (size_t i = 0; i < count; i++)
		out[i] += scratch[i];
	return true;
}

bool allocation_tenants(const struct allocation_site *site, const struct allocation_tenant *tenants, size_t count, int64_t *out)
{
	int64_t *energy = hwatt_alloc((count + 1) * sizeof(*energy)), *power = hwatt_alloc((count + 1) * sizeof(*power));
	int64_t *scratch = hwatt_alloc((count + 1) * sizeof(*scratch)), own = site->it_wh, vacant = site->contracted_mw;
	int64_t overhead = site->dc_wh - site->it_wh;
	int64_t fixed_ppm = site->rule == ALLOCATION_RESERVED ? HWATT_PPM : site->rule == ALLOCATION_TWO_PART ? site->fixed_ppm : 0;
	for (size_t i = 0; i < count; i++) {
		out[i] = energy[i] = tenants[i].it_wh;
		power[i] = tenants[i].reserved_mw;
		own -= tenants[i].it_wh;
		vacant -= tenants[i].reserved_mw;
	}
	out[count] = energy[count] = own;
	power[count] = vacant;
	bool good = own >= 0 && overhead >= 0 && (fixed_ppm == 0 || vacant >= 0);
	int64_t fixed = good ? (int64_t)((hwatt_i128)overhead * fixed_ppm / HWATT_PPM) : 0;
	good = good && share_more(fixed, power, count + 1, scratch, out) && share_more(overhead - fixed, energy, count + 1, scratch, out);
	free(energy);
	free(power);
	free(scratch);
	return good;
}
