/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "exposition.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "hallwatt_"

void exposition_init(struct exposition *x, struct hwatt_text *out, const struct format *format)
{
	*x = (struct exposition){ .out = out, .format = format };
}

void exposition_family(struct exposition *x, const struct family *family)
{
	int n = snprintf(x->name, sizeof(x->name), "%s%s", family->foreign ? "" : PREFIX, family->name);
	assert(n > 0 && (size_t)n < sizeof(x->name));
	x->name_length = (size_t)n;
	x->family = family;
	x->described = false;
}

const char *exposition_unit(const char *name, size_t length)
{
	/* One that ends another comes after it. */
	static const char *const units[] = {
		"voltamperes_reactive", "voltamperes", "bytes_per_second", "cubic_meters", "megawatthours", "joules",
		"watts", "amperes", "volts", "celsius", "hertz", "seconds", "bytes", "ratio", "grams",
	};
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t n = strlen(units[i]);
		if (length > n && name[length - n - 1] == '_' && memcmp(name + length - n, units[i], n) == 0)
			return units[i];
	}
	return NULL;
}

static void put_help(struct exposition *x, const char *help)
{
	for (; *help != '\0'; help++) {
		if (*help == '\\')
			hwatt_text_puts(x->out, "\\\\");
		else if (*help == '\n')
			hwatt_text_puts(x->out, "\\n");
		else if (*help == '"' && x->format->quotes_in_help)
			hwatt_text_puts(x->out, "\\\"");
		else
			hwatt_text_putc(x->out, *help);
	}
}

static void put_head(struct exposition *x, const char *keyword, size_t length)
{
	hwatt_text_puts(x->out, keyword);
	hwatt_text_put(x->out, x->name, length);
	hwatt_text_putc(x->out, ' ');
}

static void describe(struct exposition *x)
{
	static const char *const suffixes[] = { [FAMILY_GAUGE] = "", [FAMILY_COUNTER] = "_total",
						[FAMILY_INFO] = "_info" };
	const char *suffix = suffixes[x->family->type];
	size_t cut = strlen(suffix), base = x->name_length - cut;
	assert(x->name_length > cut && memcmp(x->name + base, suffix, cut) == 0);
	size_t length = x->format->base_names ? base : x->name_length;
	put_head(x, "# HELP ", length);
	put_help(x, x->family->help);
	hwatt_text_putc(x->out, '\n');
	put_head(x, "# TYPE ", length);
	hwatt_text_puts(x->out, x->family->type == FAMILY_INFO	    ? x->format->info_type
				: x->family->type == FAMILY_COUNTER ? "counter"
								    : "gauge");
	hwatt_text_putc(x->out, '\n');
	const char *unit = x->format->units && x->family->type != FAMILY_INFO ? exposition_unit(x->name, base) : NULL;
	if (unit != NULL) {
		put_head(x, "# UNIT ", length);
		hwatt_text_puts(x->out, unit);
		hwatt_text_putc(x->out, '\n');
	}
	x->described = true;
}

void exposition_sample(struct exposition *x)
{
	if (!x->described)
		describe(x);
	hwatt_text_put(x->out, x->name, x->name_length);
	x->labelled = false;
	x->series++;
}

/* A label's value between its quotes; runs of plain characters go in one piece. */
static void put_value(struct hwatt_text *out, const char *value)
{
	const unsigned char *p = (const unsigned char *)value, *plain = p;
	size_t left = strlen(value);
	while (left > 0) {
		size_t n = *p < 0x80 ? 1 : hwatt_utf8_length(p, left);
		const char *instead = n == 0 ? "\xef\xbf\xbd" : *p == '\\' ? "\\\\" : *p == '"' ? "\\\"" : *p == '\n' ? "\\n" : NULL;
		if (n == 0)
			n = 1;
		if (instead != NULL) {
			hwatt_text_put(out, (const char *)plain, (size_t)(p - plain));
			hwatt_text_puts(out, instead);
			plain = p + n;
		}
		p += n;
		left -= n;
	}
	hwatt_text_put(out, (const char *)plain, (size_t)(p - plain));
}

void exposition_label(struct exposition *x, const char *name, const char *value)
{
	hwatt_text_putc(x->out, x->labelled ? ',' : '{');
	hwatt_text_puts(x->out, name);
	hwatt_text_put(x->out, "=\"", 2);
	put_value(x->out, value);
	hwatt_text_putc(x->out, '"');
	x->labelled = true;
}

static void before_value(struct exposition *x)
{
	if (x->labelled)
		hwatt_text_putc(x->out, '}');
	hwatt_text_putc(x->out, ' ');
}

void exposition_int(struct exposition *x, int64_t value)
{
	before_value(x);
	hwatt_text_int(x->out, value);
	hwatt_text_putc(x->out, '\n');
}

/* "." and the digits of `rest` x 10^-decimals without the zeros at the end; nothing for 0. */
static void put_fraction(struct hwatt_text *out, uint64_t rest, int decimals)
{
	char digits[20];
	if (rest == 0)
		return;
	for (int i = decimals; i > 0; i--, rest /= 10)
		digits[i] = (char)('0' + rest % 10);
	digits[0] = '.';
	while (digits[decimals] == '0')
		decimals--;
	hwatt_text_put(out, digits, (size_t)decimals + 1);
}

void exposition_fixed(struct exposition *x, int64_t value, int decimals)
{
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value, scale = 1;
	assert(decimals >= 0 && decimals < 19);
	for (int i = 0; i < decimals; i++)
		scale *= 10;
	before_value(x);
	if (value < 0)
		hwatt_text_putc(x->out, '-');
	hwatt_text_uint(x->out, magnitude / scale);
	put_fraction(x->out, magnitude % scale, decimals);
	hwatt_text_putc(x->out, '\n');
}

void exposition_energy(struct exposition *x, int64_t j, int64_t uj)
{
	before_value(x);
	hwatt_text_int(x->out, j);
	put_fraction(x->out, (uint64_t)uj, 6);
	hwatt_text_putc(x->out, '\n');
}

static void put_double(struct hwatt_text *out, double value)
{
	char text[40];
	if (isnan(value) || isinf(value)) {
		hwatt_text_puts(out, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	hwatt_text_puts(out, text);
}

void exposition_double(struct exposition *x, double value)
{
	before_value(x);
	put_double(x->out, value);
	hwatt_text_putc(x->out, '\n');
}

void exposition_ratio(struct exposition *x, struct hwatt_ratio value)
{
	assert(hwatt_ratio_known(value));
	if (value.num % value.den == 0 && value.num / value.den <= INT64_MAX && value.num / value.den >= INT64_MIN)
		exposition_int(x, (int64_t)(value.num / value.den));
	else
		exposition_double(x, hwatt_ratio_double(value));
}

void exposition_end(struct exposition *x)
{
	hwatt_text_puts(x->out, x->format->end);
}
