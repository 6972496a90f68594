/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/number.h>
#include <assert.h>
#include <math.h>
#include <stdio.h>

__extension__ typedef unsigned __int128 hwatt_u128;

static hwatt_u128 magnitude(hwatt_i128 v)
{
	return v < 0 ? -(hwatt_u128)v : (hwatt_u128)v;
}

hwatt_i128 hwatt_gcd(hwatt_i128 a, hwatt_i128 b)
{
	a = a < 0 ? -a : a;
	b = b < 0 ? -b : b;
	while (b != 0) {
		hwatt_i128 rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

double hwatt_ratio_double(struct hwatt_ratio r)
{
	return r.den == 0 ? (double)NAN : (double)((long double)r.num / (long double)r.den);
}

void hwatt_ratio_format(struct hwatt_ratio r, int decimals, char out[64])
{
	assert(decimals >= 0 && decimals <= 15);
	if (r.den == 0) {
		snprintf(out, 64, "unknown");
		return;
	}
	bool negative = (r.num < 0) != (r.den < 0) && r.num != 0;
	hwatt_u128 num = magnitude(r.num), den = magnitude(r.den);
	hwatt_u128 whole = num / den, rest = num % den;
	char digits[17];
	/* Long division, one more look for the rounding. rest < den, so rest * 10 fits while den < 2^124. */
	for (int i = 0; i < decimals; i++) {
		rest *= 10;
		digits[i] = (char)('0' + (int)(rest / den));
		rest %= den;
	}
	bool odd = decimals > 0 ? (digits[decimals - 1] - '0') % 2 != 0 : whole % 2 != 0;
	bool up = rest > den - rest || (rest == den - rest && odd);
	for (int i = decimals - 1; up && i >= 0; i--) {
		up = digits[i] == '9';
		digits[i] = up ? '0' : (char)(digits[i] + 1);
	}
	if (up)
		whole++;
	digits[decimals] = '\0';
	char integer[40];
	int at = (int)sizeof(integer);
	do {
		integer[--at] = (char)('0' + (int)(whole % 10));
		whole /= 10;
	} while (whole > 0 && at > 0);
	snprintf(out, 64, "%s%.*s%s%s", negative ? "-" : "", (int)sizeof(integer) - at, integer + at,
		 decimals > 0 ? "." : "", digits);
}

/* Compares two non-negative fractions by their continued fractions: exact, and nothing overflows. */
static int compare_magnitudes(hwatt_u128 an, hwatt_u128 ad, hwatt_u128 bn, hwatt_u128 bd)
{
	for (;;) {
		hwatt_u128 aq = an / ad, bq = bn / bd;
		if (aq != bq)
			return aq < bq ? -1 : 1;
		hwatt_u128 ar = an % ad, br = bn % bd;
		if (ar == 0 || br == 0)
			return ar == br ? 0 : ar == 0 ? -1 : 1;
		/* a/b < c/d when d/c < b/a: turn both over, and change sides. */
		an = bd;
		bn = ad;
		ad = br;
		bd = ar;
	}
}

int hwatt_ratio_compare(struct hwatt_ratio a, struct hwatt_ratio b)
{
	assert(a.den != 0 && b.den != 0);
	int as = a.num == 0 ? 0 : (a.num < 0) != (a.den < 0) ? -1 : 1;
	int bs = b.num == 0 ? 0 : (b.num < 0) != (b.den < 0) ? -1 : 1;
	if (as != bs)
		return as < bs ? -1 : 1;
	int c = as == 0 ? 0 : compare_magnitudes(magnitude(a.num), magnitude(a.den), magnitude(b.num), magnitude(b.den));
	return as < 0 ? -c : c;
}
