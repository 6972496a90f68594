/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The sentences of verdicts that rest on documents, registers and events. */
#include "verdict_words.h"
#include "calendar.h"
#include <stdio.h>
#include <string.h>

static void put_promise(const struct verdict_question *q, const struct verdict_words *w, struct hwatt_text *out)
{
	const struct requirement *r = q->requirement;
	if (!r->limited)
		verdict_words_put(out, HWATT_N("Promised: {n}."), w);
	else if (r->type->present)
		verdict_words_put(out, HWATT_N("Promised: {n}, {s} {l}."), w);
	else
		verdict_words_put(out, HWATT_N("Promised: {n}{p}, {s} {l} {w}."), w);
}

static void put_value(const struct verdict_question *q, const struct verdict_words *w, struct hwatt_text *out)
{
	bool counted = q->evidence.whole > 0 && q->requirement->type->unit == UNIT_SHARE;
	if (!q->kpi.known || w->from[0] == '\0')
		return;
	if (q->requirement->type->present)
		verdict_words_put(out, counted ? HWATT_N("By the registers, on {t}: {v} ({i} of {j}).") : HWATT_N("By the registers, on {t}: {v}."),
				  w);
	else if (!q->closed)
		verdict_words_put(out, HWATT_N("By the registers so far, from {f}: {v}."), w);
	else
		verdict_words_put(out, counted ? HWATT_N("By the registers, from {f} to {t}: {v} ({i} of {j}).")
					       : HWATT_N("By the registers, from {f} to {t}: {v}."), w);
}

static void write_day(struct verdict_words *w, int64_t day)
{
	int year, month, mday;
	day_civil(day, &year, &month, &mday);
	snprintf(w->day, sizeof(w->day), "%04d-%02d-%02d", year % 10000, month % 100, mday % 100);
}

/* What was handed in and is no use yet. */
static void put_handed_in(const struct verdict_question *q, const struct verdict_words *w, struct hwatt_text *out)
{
	if (q->evidence.rejected > 0)
		verdict_words_put(out, HWATT_N("What was handed in was rejected when it was reviewed."), w);
	if (q->evidence.submitted > 0)
		verdict_words_put(out, HWATT_N("Something was handed in and waits for your review."), w);
}

static const char *outcome_of_evidence(const struct verdict_question *q, const struct verdict *v)
{
	const unsigned *count = q->evidence.count;
	if (v->status == HWATT_MET && q->requirement->type->by_due)
		return HWATT_N("The last report that was due or is there, on {k}, came in time with all that it must hold. The requirement is met.");
	if (v->status == HWATT_MET)
		return q->evidence.until_day != 0
			? HWATT_N("What was handed in is accepted and valid up to and including {d}. The requirement is met.")
			: HWATT_N("What the registers hold fulfils it. The requirement is met.");
	if (q->evidence.too_late)
		return HWATT_N("The deadline {d} was not kept, for: {k}. The requirement is not met. Ask the supplier to explain the cause and to "
			       "hand in the next one in time.");
	if (count[EVIDENCE_FAILED] > 0)
		return HWATT_N("By a document or register it is not kept, for: {k}. The requirement is not met. Ask the supplier to put it right "
			       "and to hand in: {a}.");
	if (count[EVIDENCE_OVERDUE] > 0)
		return HWATT_N("The deadline {d} has passed, for: {k}. The requirement is not met. Ask the supplier for: {a}.");
	if (v->status == HWATT_NOT_MET && verdict_to_review(&q->evidence))
		return HWATT_N("Nothing else is accepted, for: {k}. It was due on {d}, and under the contract that is a breach. The requirement is not met "
			       "until you have accepted it.");
	if (v->status == HWATT_NOT_MET)
		return HWATT_N("Nothing that is accepted has been handed in, for: {k}. It was due on {d}, and under the contract that is a "
			       "breach. The requirement is not met. Ask the supplier for: {a}.");
	if (v->status == HWATT_EXPIRED)
		return HWATT_N("What was handed in has been out of date since {d}, for: {k}. Ask the supplier for: {a}.");
	if (verdict_to_review(&q->evidence))
		return HWATT_N("Nothing else is accepted, for: {k}. The requirement can be judged when you have reviewed it.");
	if (count[EVIDENCE_MISSING] > 0)
		return HWATT_N("Nothing that is accepted has been handed in, for: {k}. It was due on {d}. The requirement cannot be judged. Ask "
			       "the supplier for: {a}.");
	if (count[EVIDENCE_AWAITED] > 0)
		return HWATT_N("Nothing that is accepted has been handed in yet, for: {k}. It is due on {d}. Ask the supplier for: {a}.");
	return HWATT_N("No register tells, for: {k}. The requirement cannot be judged. Ask the supplier for: {a}.");
}

static const char *outcome_of_value(const struct verdict *v)
{
	if (v->status == HWATT_MET)
		return HWATT_N("The requirement is met.");
	if ((v->reasons & REASON_LIMIT) != 0)
		return HWATT_N("The requirement is not met. Ask the supplier to explain the cause and to present a plan of action with dates.");
	if ((v->reasons & REASON_LIMIT_CERTAIN) != 0)
		return HWATT_N("The limit has been passed already, whatever is still missing. The requirement is not met. Ask the supplier to explain "
			       "the cause and to present a plan of action with dates.");
	if ((v->reasons & REASON_PERIOD_OPEN) != 0)
		return HWATT_N("The period is not over; the requirement is judged after {t}. There is nothing to ask for yet.");
	if (v->status == HWATT_NOT_MET)
		return HWATT_N("The registers do not tell enough, and under the contract that is a breach. The requirement is not met. Ask the "
			       "supplier for: {a}.");
	if ((v->reasons & REASON_NO_DATA) == 0)
		return HWATT_N("There are entries for {c} of the period, and {m} is needed. The requirement cannot be judged. Ask the supplier "
			       "for: {a}.");
	return HWATT_N("The registers do not tell enough. The requirement cannot be judged. Ask the supplier for: {a}.");
}

/* The day that the outcome speaks of. */
static int64_t day_of(const struct verdict_question *q, const struct verdict *v)
{
	if (v->status == HWATT_MET)
		return q->evidence.until_day;
	return v->status == HWATT_EXPIRED ? q->evidence.expired_day : q->evidence.due_day;
}

void verdict_evidence_sentence(const struct verdict_question *q, const struct verdict *v, struct verdict_words *w,
			       struct hwatt_text *out)
{
	put_promise(q, w, out);
	if (v->status == HWATT_NOT_APPLICABLE) {
		verdict_words_put(out, (v->reasons & REASON_NO_SUBJECT) != 0
					       ? HWATT_N("Nothing in the scope of the contract is concerned by the requirement, so there is nothing to "
							 "judge.")
					       : HWATT_N("The requirement is not in force at that time, so there is nothing to judge."), w);
		return;
	}
	write_day(w, day_of(q, v));
	if (q->by_evidence) {
		put_handed_in(q, w, out);
		if (q->evidence.finding != NULL && v->status != HWATT_MET)
			verdict_words_put(out, q->evidence.finding, w);
		verdict_words_put(out, outcome_of_evidence(q, v), w);
		return;
	}
	put_value(q, w, out);
	if (w->names[0] != '\0' && v->status != HWATT_MET)
		verdict_words_put(out, HWATT_N("Look at: {k}."), w);
	verdict_words_put(out, outcome_of_value(v), w);
}
