/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scale.h"
#include <string.h>

#define MICRO INT64_C(1000000)
#define MAX_DIGITS 18
#define MAX_EXPONENT 30

/* The number at the start of a text; blanks before it are skipped. */
static bool read_text(const uint8_t *p, size_t length, struct scale_raw *out)
{
	size_t i = 0, digits = 0;
	bool negative = false, point = false;
	while (i < length && (p[i] == ' ' || p[i] == '\t'))
		i++;
	if (i < length && (p[i] == '+' || p[i] == '-'))
		negative = p[i++] == '-';
	int64_t m = 0;
	int e10 = 0;
	for (; i < length; i++) {
		if (p[i] == '.' && !point) {
			point = true;
		} else if (p[i] >= '0' && p[i] <= '9') {
			digits++;
			if (m > (INT64_MAX - 9) / 10) { /* more digits than we hold */
				e10 += point ? 0 : 1;
				continue;
			}
			m = m * 10 + (p[i] - '0');
			e10 -= point ? 1 : 0;
		} else {
			break;
		}
	}
	if (digits == 0 || e10 < -MAX_EXPONENT || e10 > MAX_EXPONENT)
		return false;
	if (i + 1 < length && (p[i] == ',' || p[i] == '.' || p[i] == ':' || p[i] == '/') && p[i + 1] >= '0' && p[i + 1] <= '9')
		return false; /* 1,234 or 10.0.0.1 or 12:30 or 08/29/2019: not a number that we may guess at */
	while (m % 10 == 0 && e10 < 0) { /* "5.00" is 5, and "0.00" is 0 */
		m /= 10;
		e10++;
	}
	*out = (struct scale_raw){ .mantissa = negative ? -m : m, .e10 = (int16_t)e10 };
	return true;
}

/* IEEE 754 bits as mantissa x 2^e2; NaN and infinities are no numbers. */
static bool read_float(uint64_t bits, int fraction_bits, int exponent_bits, struct scale_raw *out)
{
	uint64_t fraction = bits & ((UINT64_C(1) << fraction_bits) - 1);
	int exponent = (int)(bits >> fraction_bits & ((UINT64_C(1) << exponent_bits) - 1));
	bool negative = (bits >> (fraction_bits + exponent_bits) & 1) != 0;
	int bias = (1 << (exponent_bits - 1)) - 1;
	if (exponent == (1 << exponent_bits) - 1)
		return false;
	if (exponent > 0)
		fraction |= UINT64_C(1) << fraction_bits;
	else
		exponent = 1;
	int e2 = exponent - bias - fraction_bits;
	while (fraction != 0 && (fraction & 1) == 0) {
		fraction >>= 1;
		e2++;
	}
	if (fraction == 0)
		e2 = 0;
	*out = (struct scale_raw){ .mantissa = negative ? -(int64_t)fraction : (int64_t)fraction, .e2 = (int16_t)e2 };
	return true;
}

bool scale_read(enum ber_type type, int64_t number, const uint8_t *bytes, size_t length, struct scale_raw *out)
{
	switch (type) {
	case BER_INTEGER:
	case BER_COUNTER32:
	case BER_GAUGE32:
	case BER_TIMETICKS:
		*out = (struct scale_raw){ .mantissa = number };
		return true;
	case BER_COUNTER64:
		*out = (struct scale_raw){ .mantissa = number < 0 ? INT64_MAX : number };
		return true;
	case BER_FLOAT:
		return read_float((uint64_t)number, 23, 8, out);
	case BER_DOUBLE:
		return read_float((uint64_t)number, 52, 11, out);
	case BER_STRING:
		return read_text(bytes, length, out);
	default:
		return false;
	}
}

/* The line in its smallest numbers; false when they stay too large to multiply a raw value with. */
static bool reduce(hwatt_i128 a, hwatt_i128 b, hwatt_i128 c, struct scale *out)
{
	const hwatt_i128 most = (hwatt_i128)1 << 62;
	hwatt_i128 g = hwatt_gcd(hwatt_gcd(a, b), c);
	if (c == 0)
		return false;
	g = c < 0 ? -g : g;
	a /= g;
	b /= g;
	c /= g;
	if (c >= most || a >= most || a <= -most || b >= most || b <= -most)
		return false;
	*out = (struct scale){ (int64_t)a, (int64_t)b, (int64_t)c };
	return true;
}

/* Fixed units in one base unit: 1000 for W, 3,600,000 (mJ) for Wh. */
static int64_t fixed_per_base(enum hwatt_quantity quantity)
{
	const struct hwatt_quantity_info *info = hwatt_quantity_info(quantity);
	int64_t f = 1;
	if (info->energy)
		return HWATT_MJ_PER_WH;
	for (int i = 0; i < info->decimals; i++)
		f *= 10;
	return f;
}

bool scale_make(const struct hwatt_profile_reading *reading, enum hwatt_profile_unit unit, int64_t factor_micro,
		struct scale *out)
{
	/* base = raw x (scale x factor / divide) + offset, all in millionths */
	hwatt_i128 num = (hwatt_i128)reading->scale_micro * factor_micro, den = (hwatt_i128)reading->divide_micro * MICRO;
	struct scale s;
	if (den == 0 || !reduce(num, 0, den, &s))
		return false;
	hwatt_i128 offset = reading->offset_micro, five = 1, nine = 1;
	if (unit == HWATT_UNIT_FAHRENHEIT) { /* (F - 32) x 5 / 9 */
		offset -= 32 * MICRO;
		five = 5;
		nine = 9;
	} else if (unit == HWATT_UNIT_KELVIN) {
		offset -= 273150000;
	}
	/* ((a / c) raw + offset / 10^6) x f x 5 / 9, on one denominator */
	hwatt_i128 f = fixed_per_base(reading->quantity) * five, a, b, c;
	if (__builtin_mul_overflow(s.a * f, MICRO, &a) || __builtin_mul_overflow(offset * f, s.c, &b) ||
	    __builtin_mul_overflow(s.c * nine, MICRO, &c))
		return false;
	return reduce(a, b, c, out);
}

bool scale_exponent(struct scale *s, int64_t exponent)
{
	if (exponent < -MAX_EXPONENT || exponent > MAX_EXPONENT)
		return false;
	for (; exponent > 0; exponent--)
		if (!scale_times(s, 10, 1))
			return false;
	for (; exponent < 0; exponent++)
		if (!scale_times(s, 1, 10))
			return false;
	return true;
}

bool scale_times(struct scale *s, int64_t numerator, int64_t denominator)
{
	if (numerator == 0 || denominator == 0)
		return false;
	hwatt_i128 below = denominator; /* 2^62 x 2^63 fits */
	return reduce((hwatt_i128)s->a * numerator, s->b * below, s->c * below, s);
}

bool scale_apply(const struct scale *s, struct scale_raw raw, int64_t *out)
{
	hwatt_i128 n = (hwatt_i128)raw.mantissa * s->a, b = s->b, c = s->c;
	int e10 = raw.e10, e2 = raw.e2;
	if (e10 == 0 && e2 == 0 && c == 1 && b == 0) /* nearly always */
		return !__builtin_mul_overflow(raw.mantissa, s->a, out);
	if (raw.mantissa == 0)
		e10 = e2 = 0;
	for (; e10 > 0; e10--)
		if (__builtin_mul_overflow(n, (hwatt_i128)10, &n))
			return false;
	for (; e10 < 0; e10++)
		if (__builtin_mul_overflow(b, (hwatt_i128)10, &b) || __builtin_mul_overflow(c, (hwatt_i128)10, &c))
			return false;
	for (; e2 > 0; e2--)
		if (__builtin_mul_overflow(n, (hwatt_i128)2, &n))
			return false;
	for (; e2 < 0; e2++) {
		if (__builtin_mul_overflow(b, (hwatt_i128)2, &b) || __builtin_mul_overflow(c, (hwatt_i128)2, &c)) {
			n = b = 0; /* far below half a fixed unit */
			c = 1;
			break;
		}
	}
	if (__builtin_add_overflow(n, b, &n))
		return false;
	hwatt_i128 q = n / c, r = n % c;
	if (r < 0)
		r = -r;
	if (r >= c - r)
		q += n < 0 ? -1 : 1;
	if (q > INT64_MAX || q < INT64_MIN)
		return false;
	*out = (int64_t)q;
	return true;
}

int64_t scale_step(const struct scale *s)
{
	return s->b == 0 && s->a > 0 && s->a % s->c == 0 ? s->a / s->c : 0;
}
