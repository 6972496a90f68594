/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "amount.h"
#include <hallwatt/number.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DIGITS INT64_C(100000000000000000) /* 10^17 */

bool amount_parse(const char *text, struct amount *out)
{
	bool negative = *text == '-', any = false, point = false;
	int64_t digits = 0;
	int power = 0;
	if (*text == '-' || *text == '+')
		text++;
	for (; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		any = true;
		if (digits < MOST_DIGITS) {
			digits = digits * 10 + (*text - '0');
			power -= point;
		} else if (!point && ++power > 40) { /* digits beyond the 18th only tell the size */
			return false;
		}
	}
	if (any && (*text == 'e' || *text == 'E')) {
		char *end;
		long exponent = strtol(text + 1, &end, 10);
		if (end == text + 1 || exponent > 40 || exponent < -60)
			return false;
		power += (int)exponent;
		text = end;
	}
	*out = (struct amount){ negative ? -digits : digits, power };
	return any && *text == '\0' && power > -400;
}

bool amount_read(const json_t *json, struct amount *out)
{
	char text[40];
	if (json_is_integer(json)) {
		*out = (struct amount){ json_integer_value(json), 0 };
		return true;
	}
	if (json_is_real(json)) {
		if (!isfinite(json_real_value(json)))
			return false;
		snprintf(text, sizeof(text), "%.15g", json_real_value(json));
		return amount_parse(text, out);
	}
	return json_is_string(json) && json_string_length(json) < 40 && amount_parse(json_string_value(json), out);
}

bool amount_scale(struct amount a, int64_t times, int64_t divide, int64_t *out)
{
	hwatt_i128 n = (hwatt_i128)a.digits * times, d = divide;
	const hwatt_i128 most = (hwatt_i128)INT64_MAX << 48;
	for (; a.power > 0 && n != 0; a.power--) {
		if (n > most || n < -most)
			return false;
		n *= 10;
	}
	for (; a.power < 0 && n != 0; a.power++) {
		if (d > most)
			n /= 10; /* far below the last digit that counts */
		else
			d *= 10;
	}
	hwatt_i128 value = (n >= 0 ? n + d / 2 : n - d / 2) / d;
	if (value > INT64_MAX || value < INT64_MIN)
		return false;
	*out = (int64_t)value;
	return true;
}

int64_t amount_unit(enum hwatt_quantity quantity)
{
	const struct hwatt_quantity_info *info = hwatt_quantity_info(quantity);
	int64_t unit = info->energy ? HWATT_MJ_PER_WH : 1;
	for (int i = 0; i < info->decimals; i++)
		unit *= 10;
	return unit;
}
