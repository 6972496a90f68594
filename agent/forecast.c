/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "forecast.h"
#include "verdict_words.h"
#include <stdio.h>
#include <string.h>

/* Whether the value grows with time: the rest of the period adds to it. */
static bool adds_up(const struct requirement *r)
{
	return r->type->unit == UNIT_ENERGY || r->type->unit == UNIT_MASS || strcmp(r->type->name, "counter") == 0;
}

static bool keeps(const struct requirement *r, struct hwatt_ratio value)
{
	int c = hwatt_ratio_compare(value, requirement_limit(r));
	return c == 0 ? !r->exclusive : r->maximum ? c < 0 : c > 0;
}

/* Numbers short enough to be multiplied by spans of time: a forecast is no proof. */
static struct hwatt_ratio shortened(struct hwatt_ratio value)
{
	const hwatt_i128 most = (hwatt_i128)1 << 60;
	while (value.num > most || value.num < -most || value.den > most) {
		value.num /= 2;
		value.den /= 2;
	}
	value.den = value.den != 0 ? value.den : 1;
	return value;
}

struct forecast forecast_make(const struct verdict_question *q, int64_t from_s, int64_t to_s, int64_t now_s)
{
	const struct requirement *r = q->requirement;
	struct forecast out = { .known = false };
	int64_t elapsed_s = now_s - from_s;
	if (q->by_evidence || q->closed || !q->in_force || !r->limited || !q->kpi.known || elapsed_s < FORECAST_LEAST_S || now_s >= to_s ||
	    hwatt_ratio_compare(q->kpi.coverage, (struct hwatt_ratio){ 1, 2 }) < 0)
		return out;
	out.known = true;
	out.value = q->kpi.value;
	bool trend = strcmp(r->type->name, "energy_trend") == 0; /* a share of an amount that still grows */
	if (trend && hwatt_ratio_known(q->kpi.expected))
		out.value = shortened(q->kpi.expected);
	if (adds_up(r)) {
		/* value / (coverage x elapsed) is the rate */
		struct hwatt_ratio value = shortened(q->kpi.value), coverage = shortened(q->kpi.coverage), limit = requirement_limit(r);
		bool whole = r->type->judge != NULL; /* counted by hand: coverage is of the whole period */
		hwatt_i128 covered_ms = coverage.num * 1000 * (whole ? to_s - from_s : elapsed_s) / coverage.den;
		covered_ms = covered_ms > 0 ? covered_ms : 1;
		out.value = shortened((struct hwatt_ratio){ value.num * ((to_s - from_s) * 1000) / covered_ms, value.den });
		if (hwatt_ratio_known(q->kpi.expected)) /* meters have gaps of their own: the least covered one is not the rate of all */
			out.value = shortened(q->kpi.expected);
		bool passed = hwatt_ratio_compare(value, limit) > 0; /* already: nothing to foretell of when */
		if (value.num > 0 && limit.num >= 0 && hwatt_ratio_compare(out.value, limit) > 0 && r->maximum && !passed) {
			double share = hwatt_ratio_double(limit) / hwatt_ratio_double(out.value);
			out.crosses_s = from_s + (int64_t)(share * (double)(to_s - from_s));
			out.crosses_s = out.crosses_s > now_s ? out.crosses_s : now_s;
		}
	}
	out.status = keeps(r, out.value) ? HWATT_MET : HWATT_NOT_MET;
	return out;
}

void forecast_sentence(const struct verdict_question *q, const struct forecast *f, const struct verdict_period *period, int month, int year,
		       enum hwatt_language language, struct hwatt_text *out)
{
	static const char *const months[] = { HWATT_N("January"), HWATT_N("February"), HWATT_N("March"), HWATT_N("April"), HWATT_N("May"),
					      HWATT_N("June"), HWATT_N("July"), HWATT_N("August"), HWATT_N("September"),
					      HWATT_N("October"), HWATT_N("November"), HWATT_N("December") };
	struct verdict_words words;
	struct verdict_question expected = *q;
	char when[64];
	if (!f->known)
		return;
	expected.kpi.value = f->value;
	verdict_words_fill(&words, &expected, period, language);
	snprintf(when, sizeof(when), "%s %d", hwatt_tr(language, months[(month + 11) % 12]), year);
	words.names = when;
	if (f->status == HWATT_MET)
		verdict_words_put(out, HWATT_N("If it goes on like this, the requirement will be met from {f} to {t}: {v} is expected. This is a forecast, "
					       "not a verdict."), &words);
	else if (f->crosses_s != 0)
		verdict_words_put(out, HWATT_N("If it goes on like this, the limit will be passed in {k}, and {v} is expected from {f} to {t}. This is a "
					       "forecast, not a verdict."), &words);
	else
		verdict_words_put(out, HWATT_N("If it goes on like this, the requirement will not be met from {f} to {t}: {v} is expected. This is a "
					       "forecast, not a verdict."), &words);
}
