/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "verdict_words.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NBSP "\xc2\xa0"

static const char *const windows[WINDOW_KINDS] = {
	[WINDOW_INTERVAL] = HWATT_N("per quarter of an hour"),
	[WINDOW_DAY] = HWATT_N("per day"),
	[WINDOW_MONTH] = HWATT_N("per month"),
	[WINDOW_YEAR] = HWATT_N("per calendar year"),
	[WINDOW_12_MONTHS] = HWATT_N("over twelve months"),
	[WINDOW_CONTRACT] = HWATT_N("over the whole contract"),
};

/* --- numbers ----------------------------------------------------------------------------------------------------- */

struct scale { /* how values of a requirement are written */
	hwatt_i128 times, over;
	int decimals;
	const char *unit; /* after a space; "" none */
	bool percent;
};

static struct scale scale_of(const struct requirement *r, enum hwatt_language language)
{
	static const struct { int64_t from_j; const char *name; } units[] = {
		{ INT64_C(36000000000000), "GWh" }, { INT64_C(3600000000), "MWh" }, { 0, "kWh" },
	};
	static const int64_t joules[] = { INT64_C(3600000000000), INT64_C(3600000000), INT64_C(3600000) };
	struct hwatt_ratio limit = requirement_limit(r);
	if (r->type->unit == UNIT_RATIO)
		return (struct scale){ 1, 1, 2, "", false };
	if (r->type->unit == UNIT_SHARE)
		return (struct scale){ 100, 1, 1, "%", true };
	if (r->type->unit == UNIT_MASS)
		return (struct scale){ 1, 1, 1, "kg", false };
	if (r->type->unit == UNIT_FACTOR)
		return (struct scale){ 1, 1, 2, "", false };
	if (r->type->unit == UNIT_WATER)
		return (struct scale){ 1, 1, 2, "L/kWh", false };
	if (r->type->unit == UNIT_CARBON)
		return (struct scale){ 1, 1, 3, "kg/kWh", false };
	if (r->type->unit == UNIT_YEARS)
		return (struct scale){ 1, 1, 1, hwatt_tr(language, HWATT_N("years")), false };
	if (r->type->unit == UNIT_PLAIN)
		return (struct scale){ 1, 1, 0, strcmp(r->type->name, "counter") == 0 ? r->counter.unit : "", false };
	size_t i = 0;
	while (limit.num < units[i].from_j * limit.den)
		i++;
	return (struct scale){ 1, joules[i], 1, units[i].name, false };
}

static struct hwatt_ratio scaled(const struct scale *scale, struct hwatt_ratio value)
{
	return (struct hwatt_ratio){ value.num * scale->times, value.den * scale->over };
}

/* Decimals that write `value` exactly, at least `from` and at most 9. */
static int exact_decimals(struct hwatt_ratio value, int from)
{
	hwatt_i128 power = 1;
	for (int d = 0; d < 9; d++, power *= 10)
		if (d >= from && value.num * power % value.den == 0)
			return d;
	return 9;
}

/* Decimals, at least `from`, that tell `value` from `limit`. */
static int telling_decimals(struct hwatt_ratio value, struct hwatt_ratio limit, int from)
{
	char a[64], b[64];
	if (hwatt_ratio_compare(value, limit) == 0)
		return from;
	for (int d = from; d < 15; d++) {
		hwatt_ratio_format(value, d, a);
		hwatt_ratio_format(limit, d, b);
		if (strcmp(a, b) != 0)
			return d;
	}
	return 15;
}

/* A decimal comma and a space before the unit, or as English has it. */
static void write_number(char out[96], struct hwatt_ratio value, int decimals, const struct scale *scale,
			 enum hwatt_language language)
{
	char digits[64];
	hwatt_ratio_format(value, decimals, digits);
	char *point = strchr(digits, '.');
	if (point != NULL && language != HWATT_EN)
		*point = ',';
	bool tight = scale->percent && language == HWATT_EN;
	snprintf(out, 96, "%s%s%s", digits, scale->unit[0] == '\0' || tight ? "" : NBSP, scale->unit);
}

/* --- words ------------------------------------------------------------------------------------------------------- */

static const char *word_for(const struct verdict_words *w, char letter)
{
	switch (letter) {
	case 'n': return w->noun;
	case 'l': return w->limit;
	case 'w': return w->window;
	case 'f': return w->from;
	case 't': return w->to;
	case 'v': return w->value;
	case 'c': return w->coverage;
	case 'm': return w->minimum;
	case 'u': return w->uncertainty;
	case 'p': return w->at;
	case 's': return w->side;
	case 'd': return w->day;
	case 'k': return w->names;
	case 'a': return w->ask;
	case 'i': return w->part;
	case 'j': return w->whole;
	case 'r': return w->detail;
	default: return w->excluded;
	}
}

void verdict_words_put(struct hwatt_text *out, const char *english, const struct verdict_words *w)
{
	const char *text = hwatt_tr(w->language, english);
	if (out->length > 0)
		hwatt_text_putc(out, ' ');
	while (*text != '\0') {
		const char *brace = strchr(text, '{');
		size_t plain = brace != NULL ? (size_t)(brace - text) : strlen(text);
		hwatt_text_put(out, text, plain);
		text += plain;
		if (brace != NULL) {
			hwatt_text_puts(out, word_for(w, brace[1]));
			text += 3;
		}
	}
}

static void write_numbers(const struct verdict_question *q, struct verdict_words *w)
{
	const struct requirement *r = q->requirement;
	const struct kpi *kpi = &q->kpi;
	const struct scale scale = scale_of(r, w->language), percent = { 100, 1, 1, "%", true };
	struct hwatt_ratio limit = scaled(&scale, requirement_limit(r));
	int decimals = exact_decimals(limit, scale.decimals);
	write_number(w->limit, limit, decimals, &scale, w->language);
	if (kpi->known) {
		struct hwatt_ratio value = scaled(&scale, kpi->value);
		write_number(w->value, value, telling_decimals(value, limit, decimals), &scale, w->language);
		struct hwatt_ratio u = scaled(&scale, (struct hwatt_ratio){ 2 * kpi->u_nano, 1000000000 });
		write_number(w->uncertainty, u, decimals + 1, &scale, w->language);
	}
	struct hwatt_ratio coverage = scaled(&percent, kpi->coverage);
	struct hwatt_ratio minimum = scaled(&percent, (struct hwatt_ratio){ r->min_coverage_ppm, HWATT_PPM });
	decimals = exact_decimals(minimum, 1);
	write_number(w->minimum, minimum, decimals, &percent, w->language);
	int told = telling_decimals(coverage, minimum, decimals), full = telling_decimals(coverage, (struct hwatt_ratio){ 100, 1 }, 1);
	write_number(w->coverage, coverage, told > full ? told : full, &percent, w->language);
	snprintf(w->part, sizeof(w->part), "%" PRId64, q->evidence.part);
	snprintf(w->whole, sizeof(w->whole), "%" PRId64, q->evidence.whole);
	snprintf(w->excluded, sizeof(w->excluded), "%d", (int)kpi->excluded);
}

void verdict_words_fill(struct verdict_words *w, const struct verdict_question *q, const struct verdict_period *period,
			enum hwatt_language language)
{
	const struct requirement *r = q->requirement;
	*w = (struct verdict_words){ .language = language, .noun = hwatt_tr(language, requirement_noun(r)), .at = "",
				     .window = hwatt_tr(language, windows[r->window]), .from = period->from, .to = period->to,
				     .names = q->evidence.names != NULL ? q->evidence.names :
					      strcmp(r->type->name, "ppue") == 0 ? r->part.room : "",
				     .detail = q->evidence.detail != NULL ? q->evidence.detail : "",
				     .ask = requirement_deliver(r, language) };
	w->side = r->maximum ? (r->exclusive ? hwatt_tr(language, "below") : hwatt_tr(language, "at most"))
			     : r->exclusive ? hwatt_tr(language, "above") : hwatt_tr(language, "at least");
	if (r->type->unit != UNIT_NONE)
		write_numbers(q, w);
}
