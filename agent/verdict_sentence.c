/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The sentences of a verdict, for readers who are no engineers; in Swedish and Norwegian by agent/po/. */
#include "verdict_words.h"
#include <string.h>

enum phrase {
	PROMISED,
	MEASURED, MEASURED_DAY, MEASURED_SO_FAR, COVERED, COVERED_SO_FAR, NO_VALUE,
	PLACE_UPS, PLACE_PDU, PLACE_IT, MEASURED_AT,
	MET, NOT_MET, GUARDED, CERTAIN, CERTAIN_CLOSED, OPEN, OPEN_GAPS, GAPS, GAPS_BREACH, NOTHING, NOTHING_BREACH, ZERO, IMPOSSIBLE,
	CATEGORY, CATEGORY_NONE, UNCERTAIN, CALIBRATION, OUTSIDE, NO_SUBJECT,
	WHOLE_HALL, ROOM_ALONE, BELOW_ONE, EXCLUDED, DOUBLE_COUNT, PROVISIONAL, FACTOR,
	UNRESOLVED, UNRESOLVED_MONTH, UNRESOLVED_HOUR, UNRESOLVED_QUARTER, /* in the order of enum kpi_matching */
	PHRASES
};

static const char *const phrases[PHRASES] = {
	[PROMISED] = HWATT_N("Promised: {n}{p}, {s} {l} {w}."),
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
	[CERTAIN_CLOSED] = HWATT_N("The limit would not be kept even if all that is missing turned out as well as it can."),
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
	[OUTSIDE] = HWATT_N("The requirement is not in force at that time, so there is nothing to judge."),
	[NO_SUBJECT] = HWATT_N("Nothing in the scope of the contract is concerned by the requirement, so "
	                       "there is nothing to judge."),
	[WHOLE_HALL] = HWATT_N("The value is that of the whole data hall, the same for all its customers."),
	[ROOM_ALONE] = HWATT_N("The value is that of the room {k} alone, the same for all its customers; it cannot be compared with the PUE of a data "
			       "hall."),
	[BELOW_ONE] = HWATT_N("The value is just below 1, which is within the measurement uncertainty."),
	[DOUBLE_COUNT] = HWATT_N("Something would count twice, so the requirement cannot be judged. Ask the supplier to show what "
				 "belongs to this contract, once."),
	[PROVISIONAL] = HWATT_N("A factor in the value is provisional: the value may change when the final one is published."),
	[FACTOR] = HWATT_N("The factor of the electricity grid that the value needs is not known, so the requirement cannot be judged. Enter "
			   "it among the factors, with its source."),
	[UNRESOLVED] = HWATT_N("The proofs of origin are of longer periods than the one that is judged, so the requirement cannot be judged. Ask "
			       "the supplier which part of each belongs to the period."),
	[UNRESOLVED_MONTH] = HWATT_N("Some proofs of origin do not say in which month the electricity was produced, so the requirement cannot be "
				     "judged. Ask the supplier for proofs month by month."),
	[UNRESOLVED_HOUR] = HWATT_N("Some proofs of origin do not say in which hour the electricity was produced, so the requirement cannot be "
				    "judged. Ask the supplier for the hourly production of the plants, or for certificates with the hour."),
	[UNRESOLVED_QUARTER] = HWATT_N("Some proofs of origin do not say in which quarter of an hour the electricity was produced, so the "
				       "requirement cannot be judged. Ask the supplier for the production of the plants in quarters of an "
				       "hour, or for certificates with the quarter."),
	[EXCLUDED] = HWATT_N("Number of devices left out because less than half of the period was measured: {x}."),
};

static void put(struct hwatt_text *out, enum phrase phrase, const struct verdict_words *w)
{
	verdict_words_put(out, phrases[phrase], w);
}

static void put_promise(const struct verdict_question *q, struct verdict_words *w, struct hwatt_text *out)
{
	const struct requirement *r = q->requirement;
	int category = 0;
	if (r->type->unit == UNIT_RATIO)
		category = r->pue.category != 0 ? (int)r->pue.category : q->kpi.category;
	struct hwatt_text at;
	hwatt_text_init(&at, 512);
	w->at = "";
	if (category != 0) {
		w->at = hwatt_tr(w->language, phrases[PLACE_UPS + category - 1]);
		put(&at, MEASURED_AT, w);
	}
	const char *place = w->at;
	w->at = hwatt_text_string(&at);
	put(out, PROMISED, w);
	hwatt_text_free(&at);
	w->at = place;
}

static void put_measured(const struct verdict_question *q, const struct verdict_words *w, struct hwatt_text *out)
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
	if (q->requirement->type->subject == SUBJECT_SITE && !q->requirement->type->own)
		put(out, strcmp(q->requirement->type->name, "ppue") == 0 ? ROOM_ALONE : WHOLE_HALL, w);
	if (q->kpi.excluded > 0)
		put(out, EXCLUDED, w);
}

/* Why nothing can be judged, and what to do about it. */
static enum phrase missing_phrase(const struct verdict_question *q, const struct verdict *v)
{
	bool breach = v->status == HWATT_NOT_MET;
	if ((v->reasons & REASON_CATEGORY_MISMATCH) != 0)
		return q->requirement->pue.category != 0 ? CATEGORY : CATEGORY_NONE;
	if ((v->reasons & REASON_DOUBLE_COUNT) != 0)
		return DOUBLE_COUNT;
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
	if ((v->reasons & REASON_NO_FACTOR) != 0)
		return FACTOR;
	if ((v->reasons & REASON_NOT_RESOLVED) != 0)
		return UNRESOLVED + (q->requirement->type->matched ? (enum phrase)q->requirement->green.matching : 0);
	return breach ? GAPS_BREACH : GAPS;
}

static void put_outcome(const struct verdict_question *q, const struct verdict *v, const struct verdict_words *w,
			struct hwatt_text *out)
{
	const struct requirement *r = q->requirement;
	if ((v->reasons & REASON_WARN_BELOW_ONE) != 0)
		put(out, BELOW_ONE, w);
	if ((v->reasons & REASON_PROVISIONAL_FACTOR) != 0)
		put(out, PROVISIONAL, w);
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
			put(out, q->closed ? CERTAIN_CLOSED : CERTAIN, w);
		else if (r->guard == GUARD_GUARDED_ACCEPT && (r->maximum ? side <= 0 : side >= 0))
			put(out, GUARDED, w);
		put(out, NOT_MET, w);
	}
}

void verdict_sentence(const struct verdict_question *q, const struct verdict *v, const struct verdict_period *period,
		      enum hwatt_language language, struct hwatt_text *out)
{
	struct verdict_words w;
	verdict_words_fill(&w, q, period, language);
	if (q->requirement->type->judge != NULL) {
		verdict_evidence_sentence(q, v, &w, out);
		return;
	}
	put_promise(q, &w, out);
	if (v->status == HWATT_NOT_APPLICABLE) {
		put(out, (v->reasons & REASON_NO_SUBJECT) != 0 ? NO_SUBJECT : OUTSIDE, &w);
		return;
	}
	put_measured(q, &w, out);
	put_outcome(q, v, &w, out);
}
