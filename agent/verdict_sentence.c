/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The sentences of a verdict, for readers who are no engineers; in Swedish and Norwegian by po/. */
#include "verdict.h"
#include <stdio.h>
#include <string.h>

#define NBSP "\xc2\xa0"

enum phrase {
	PROMISED, AT_MOST, BELOW, AT_LEAST, ABOVE,
	MEASURED, MEASURED_DAY, MEASURED_SO_FAR, COVERED, COVERED_SO_FAR, NO_VALUE,
	PLACE_UPS, PLACE_PDU, PLACE_IT, MEASURED_AT,
	MET, NOT_MET, GUARDED, CERTAIN, OPEN, OPEN_GAPS, GAPS, GAPS_BREACH, NOTHING, NOTHING_BREACH, ZERO, IMPOSSIBLE,
	CATEGORY, CATEGORY_NONE, UNCERTAIN, CALIBRATION, OUTSIDE, NO_SUBJECT,
	WHOLE_HALL, BELOW_ONE, EXCLUDED,
	PHRASES
};

/* {n} noun, {l} limit, {w} window, {f} first day, {t} last day, {v} value, {c} coverage, {m} its minimum, {u} uncertainty,
 * {p} place, {x} devices left out, {s} side of the limit. */
static const char *const phrases[PHRASES] = {
	[PROMISED] = HWATT_N("Promised: {n}{p}, {s} {l} {w}."),
	[AT_MOST] = HWATT_N("at most"),
	[BELOW] = HWATT_N("below"),
	[AT_LEAST] = HWATT_N("at least"),
	[ABOVE] = HWATT_N("above"),
	[MEASURED] = HWATT_N("Measured from {f} to {t}: {v}."),
	[MEASURED_DAY] = HWATT_N("Measured on {t}: {v}."),
	[MEASURED_SO_FAR] = HWATT_N("Measured so far, from {f}: {v}."),
	[COVERED] = HWATT_N("The metering covers {c} of the period."),
	[COVERED_SO_FAR] = HWATT_N("The metering covers {c} of the time so far."),
	[NO_VALUE] = HWATT_N("There is no value for {f} to {t}."),
	[PLACE_UPS] = HWATT_N("after the uninterruptible power supply (UPS)"),
	[PLACE_PDU] = HWATT_N("at the power strips of the racks (PDU)"),
	[PLACE_IT] = HWATT_N("at the power inlets of the IT equipment"),
	[MEASURED_AT] = HWATT_N(", measured {p}"),
	[MET] = HWATT_N("The requirement is met."),
	[NOT_MET] = HWATT_N("The requirement is not met. Ask the supplier to explain the cause and to "
	                    "present a plan of action with dates."),
	[GUARDED] = HWATT_N("With the measurement uncertainty (±{u}) it is not certain that the limit is kept."),
	[CERTAIN] = HWATT_N("The limit has been passed already, whatever missing and coming data may show."),
	[OPEN] = HWATT_N("The period is not over; the requirement is judged after {t}. There is nothing to "
	                 "ask for yet."),
	[OPEN_GAPS] = HWATT_N("The period is not over; the requirement is judged after {t}. At least {m} "
	                      "must have been measured by then: ask the supplier to repair the gaps in the "
	                      "metering."),
	[GAPS] = HWATT_N("That is not enough to judge: at least {m} must have been measured. Ask the "
	                 "supplier to repair the metering and to account for what is missing."),
	[GAPS_BREACH] = HWATT_N("At least {m} must have been measured, and under the contract missing data "
	                        "is a breach. The requirement is not met. Ask the supplier to repair the "
	                        "metering and to account for what is missing."),
	[NOTHING] = HWATT_N("Nothing was measured, so the requirement cannot be judged. Ask the supplier to "
	                    "get the metering going and to explain why it is missing."),
	[NOTHING_BREACH] = HWATT_N("Nothing was measured, and under the contract that is a breach. The "
	                           "requirement is not met. Ask the supplier to get the metering going and "
	                           "to explain why it is missing."),
	[ZERO] = HWATT_N("According to the meters the IT equipment used no energy, and then the value cannot "
	                 "be computed. Ask the supplier to check the meters."),
	[IMPOSSIBLE] = HWATT_N("The value is physically impossible: a meter is wrongly connected, wrongly "
	                       "set or counted twice. The requirement cannot be judged. Ask the supplier to "
	                       "check the meters and to correct the fault."),
	[CATEGORY] = HWATT_N("The data hall has no meters {p}, so the requirement cannot be judged. Ask the "
	                     "supplier to meter there, or agree on another metering point."),
	[CATEGORY_NONE] = HWATT_N("The data hall lacks the meters needed for PUE, so the requirement cannot "
	                          "be judged. Ask the supplier to meter the energy of both the whole hall "
	                          "and the IT equipment."),
	[UNCERTAIN] = HWATT_N("The contract requires the measurement uncertainty to be counted in, but the "
	                      "accuracy of the meters is not stated. Ask for the accuracy class of the "
	                      "meters."),
	[CALIBRATION] = HWATT_N("The calibration of a meter ended within the period, so the requirement "
	                        "cannot be judged finally. Ask for a valid calibration certificate."),
	[OUTSIDE] = HWATT_N("The contract is not in force yet, so there is nothing to judge."),
	[NO_SUBJECT] = HWATT_N("Nothing in the scope of the contract is concerned by the requirement, so "
	                       "there is nothing to judge."),
	[WHOLE_HALL] = HWATT_N("The value is that of the whole data hall, the same for all its customers."),
	[BELOW_ONE] = HWATT_N("The value is just below 1, which is within the measurement uncertainty."),
	[EXCLUDED] = HWATT_N("Number of devices left out because less than half of the period was measured: {x}."),
};

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

static struct scale scale_of(const struct requirement *r)
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

/* --- putting it together ----------------------------------------------------------------------------------------- */

struct words { /* what stands for {n}, {l} ... */
	enum hwatt_language language;
	const char *noun, *window, *from, *to, *side, *at;
	char limit[96], value[96], coverage[96], minimum[96], uncertainty[96], excluded[16];
};

static const char *word_for(const struct words *w, char letter)
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
	default: return w->excluded;
	}
}

/* Puts a phrase with its words, after a space when something stands already. */
static void put(struct hwatt_text *out, enum phrase phrase, const struct words *w)
{
	const char *text = hwatt_tr(w->language, phrases[phrase]);
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

static const char *in_language(const struct hwatt_texts *texts, enum hwatt_language language)
{
	return language == HWATT_SV ? texts->sv : language == HWATT_NB ? texts->nb : texts->en;
}

static void write_numbers(const struct verdict_question *q, struct words *w)
{
	const struct requirement *r = q->requirement;
	const struct kpi *kpi = &q->kpi;
	const struct scale scale = scale_of(r), percent = { 100, 1, 1, "%", true };
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
	snprintf(w->excluded, sizeof(w->excluded), "%d", (int)kpi->excluded);
}

static void put_promise(const struct verdict_question *q, struct words *w, struct hwatt_text *out)
{
	const struct requirement *r = q->requirement;
	int category = r->category != 0 ? (int)r->category : q->kpi.category;
	struct hwatt_text at;
	hwatt_text_init(&at, 512);
	w->at = "";
	if (r->type->unit == UNIT_RATIO && category != 0) {
		w->at = hwatt_tr(w->language, phrases[PLACE_UPS + category - 1]);
		put(&at, MEASURED_AT, w);
	}
	const char *place = w->at;
	w->at = hwatt_text_string(&at);
	put(out, PROMISED, w);
	hwatt_text_free(&at);
	w->at = place;
}

static void put_measured(const struct verdict_question *q, const struct words *w, struct hwatt_text *out)
{
	bool itself = q->requirement->min_coverage_ppm == 0; /* the value is the coverage */
	if (w->from[0] == '\0')
		return;
	if (!q->kpi.known) {
		if (q->closed)
			put(out, NO_VALUE, w);
		return;
	}
	put(out, !q->closed ? MEASURED_SO_FAR : strcmp(w->from, w->to) == 0 ? MEASURED_DAY : MEASURED, w);
	if (!itself)
		put(out, q->closed ? COVERED : COVERED_SO_FAR, w);
	if (q->requirement->type->subject == SUBJECT_SITE)
		put(out, WHOLE_HALL, w);
	if (q->kpi.excluded > 0)
		put(out, EXCLUDED, w);
}

/* Why nothing can be judged, and what to do about it. */
static enum phrase missing_phrase(const struct verdict_question *q, const struct verdict *v)
{
	bool breach = v->status == HWATT_NOT_MET;
	if ((v->reasons & REASON_CATEGORY_MISMATCH) != 0)
		return q->requirement->category != 0 ? CATEGORY : CATEGORY_NONE;
	if ((v->reasons & REASON_PHYS_IMPOSSIBLE) != 0)
		return IMPOSSIBLE;
	if ((v->reasons & REASON_NO_UNCERTAINTY) != 0)
		return UNCERTAIN;
	if ((v->reasons & REASON_PERIOD_OPEN) != 0)
		return (v->reasons & REASON_COVERAGE) != 0 && q->kpi.known ? OPEN_GAPS : OPEN;
	if ((v->reasons & REASON_DIV_ZERO) != 0)
		return ZERO;
	if ((v->reasons & REASON_NO_DATA) != 0)
		return breach ? NOTHING_BREACH : NOTHING;
	return breach ? GAPS_BREACH : GAPS;
}

static void put_outcome(const struct verdict_question *q, const struct verdict *v, const struct words *w,
			struct hwatt_text *out)
{
	const struct requirement *r = q->requirement;
	if ((v->reasons & REASON_WARN_BELOW_ONE) != 0)
		put(out, BELOW_ONE, w);
	if (v->status == HWATT_MET) {
		put(out, MET, w);
	} else if (v->status == HWATT_EXPIRED) {
		put(out, CALIBRATION, w);
	} else if ((v->reasons & (REASON_LIMIT | REASON_LIMIT_CERTAIN)) == 0) {
		put(out, missing_phrase(q, v), w);
	} else {
		struct hwatt_ratio limit = requirement_limit(r);
		int side = hwatt_ratio_compare(q->kpi.known ? q->kpi.value : limit, limit);
		if ((v->reasons & REASON_LIMIT_CERTAIN) != 0)
			put(out, CERTAIN, w);
		else if (r->guard == GUARD_GUARDED_ACCEPT && (r->maximum ? side <= 0 : side >= 0))
			put(out, GUARDED, w);
		put(out, NOT_MET, w);
	}
}

void verdict_sentence(const struct verdict_question *q, const struct verdict *v, const struct verdict_period *period,
		      enum hwatt_language language, struct hwatt_text *out)
{
	const struct requirement *r = q->requirement;
	struct words w = { .language = language, .noun = in_language(&r->type->noun[r->boundary], language),
			   .window = hwatt_tr(language, windows[r->window]), .from = period->from, .to = period->to };
	w.side = hwatt_tr(language, phrases[r->maximum ? (r->exclusive ? BELOW : AT_MOST) : r->exclusive ? ABOVE : AT_LEAST]);
	write_numbers(q, &w);
	put_promise(q, &w, out);
	if (v->status == HWATT_NOT_APPLICABLE) {
		put(out, (v->reasons & REASON_NO_SUBJECT) != 0 ? NO_SUBJECT : OUTSIDE, &w);
		return;
	}
	put_measured(q, &w, out);
	put_outcome(q, v, &w, out);
}
