/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "verdict.h"
#include <stdio.h>

#define NANO INT64_C(1000000000)

/* Whether `value` keeps to the limit. */
static bool keeps(const struct requirement *r, struct hwatt_ratio value, struct hwatt_ratio limit)
{
	int c = hwatt_ratio_compare(value, limit);
	if (c == 0)
		return !r->exclusive;
	return r->maximum ? c < 0 : c > 0;
}

/* The limit moved by U = 2u: towards the safe side to accept, beyond it to reject. */
static struct hwatt_ratio guarded_limit(const struct requirement *r, const struct kpi *kpi)
{
	struct hwatt_ratio limit = requirement_limit(r);
	if (r->guard == GUARD_SIMPLE)
		return limit;
	hwatt_i128 u = (hwatt_i128)2 * kpi->u_nano;
	bool down = r->maximum == (r->guard == GUARD_GUARDED_ACCEPT);
	return (struct hwatt_ratio){ limit.num * (NANO / limit.den) + (down ? -u : u), NANO };
}

static struct verdict answer(enum hwatt_status status, unsigned reasons)
{
	return (struct verdict){ status, reasons };
}

/* Rules 6 and 7: there is a value on enough data. */
static struct verdict compare(const struct verdict_question *q, unsigned notes)
{
	const struct requirement *r = q->requirement;
	if (r->guard != GUARD_SIMPLE && !q->kpi.certain)
		return answer(HWATT_NOT_ENOUGH_DATA, REASON_NO_UNCERTAINTY | notes);
	bool kept = keeps(r, q->kpi.value, guarded_limit(r, &q->kpi));
	if (q->calibration_expired)
		return answer(HWATT_EXPIRED, REASON_DOC_EXPIRED | (kept ? 0u : REASON_LIMIT) | notes);
	return kept ? answer(HWATT_MET, REASON_OK | notes) : answer(HWATT_NOT_MET, REASON_LIMIT | notes);
}

/* Rule 2 and folding: the worst of all subjects decides, every shortfall is a reason. */
static struct verdict judge_evidence(const struct verdict_question *q)
{
	const struct verdict_evidence *e = &q->evidence;
	static const struct { enum hwatt_status status; unsigned reason; } rows[EVIDENCE_KINDS] = {
		[EVIDENCE_MET] = { HWATT_MET, 0 },
		[EVIDENCE_UNKNOWN] = { HWATT_NOT_ENOUGH_DATA, REASON_NO_DATA },
		[EVIDENCE_AWAITED] = { HWATT_NOT_ENOUGH_DATA, REASON_NO_DOC },
		[EVIDENCE_MISSING] = { HWATT_NOT_ENOUGH_DATA, REASON_NO_DOC },
		[EVIDENCE_EXPIRED] = { HWATT_EXPIRED, REASON_DOC_EXPIRED },
		[EVIDENCE_OVERDUE] = { HWATT_NOT_MET, REASON_OVERDUE },
		[EVIDENCE_FAILED] = { HWATT_NOT_MET, REASON_CLAIM },
	};
	struct verdict v = { HWATT_NOT_APPLICABLE, 0 };
	for (int kind = 0; kind < EVIDENCE_KINDS; kind++) {
		if (e->count[kind] == 0)
			continue;
		bool breach = kind == EVIDENCE_MISSING && q->requirement->missing_is_breach;
		v.status = verdict_worse(v.status, breach ? HWATT_NOT_MET : rows[kind].status);
		v.reasons |= rows[kind].reason;
	}
	if (e->rejected > 0 && e->rejected >= e->count[EVIDENCE_AWAITED] + e->count[EVIDENCE_MISSING])
		v.reasons &= ~(unsigned)REASON_NO_DOC;
	if (e->rejected > 0)
		v.reasons |= REASON_DOC_REJECTED;
	if (v.status == HWATT_NOT_APPLICABLE)
		v.reasons = REASON_NO_SUBJECT;
	if (v.status == HWATT_MET)
		v.reasons = REASON_OK;
	return v;
}

/* Whether the lower bound (of a minimum: the upper one) breaks the limit already.  A band that favours the buyer does not make a breach certain; one
 * that favours the supplier must be passed too. */
static bool certainly_beyond(const struct verdict_question *q)
{
	const struct requirement *r = q->requirement;
	const struct kpi *kpi = &q->kpi;
	if (!r->maximum && q->capped) /* shares of assets have no uncertainty */
		return !keeps(r, q->high, requirement_limit(r));
	if (!r->maximum && q->closed && kpi->capped)
		return !keeps(r, kpi->high, requirement_limit(r));
	if (!r->maximum || !kpi->bounded || (r->guard == GUARD_GUARDED_REJECT && !kpi->certain))
		return false;
	return !keeps(r, kpi->low, r->guard == GUARD_GUARDED_REJECT ? guarded_limit(r, kpi) : requirement_limit(r));
}

/* The value is the least that it can be: when even that keeps to the limit, nothing is missing. */
static bool unresolved(const struct verdict_question *q)
{
	return (q->kpi.flags & KPI_NOT_RESOLVED) != 0 && !(q->kpi.known && keeps(q->requirement, q->kpi.value, guarded_limit(q->requirement, &q->kpi)));
}

struct verdict verdict_judge(const struct verdict_question *q)
{
	const struct requirement *r = q->requirement;
	const struct kpi *kpi = &q->kpi;
	if (!q->in_force || !q->has_subject) /* rule 1 */
		return answer(HWATT_NOT_APPLICABLE, q->has_subject ? REASON_OUTSIDE_PERIOD : REASON_NO_SUBJECT);
	if (q->by_evidence) /* rule 2 */
		return judge_evidence(q);
	if (q->double_count || (kpi->flags & KPI_DOUBLE_COUNT) != 0)
		return answer(HWATT_NOT_ENOUGH_DATA, REASON_DOUBLE_COUNT | (q->closed ? 0u : REASON_PERIOD_OPEN));
	if ((kpi->flags & KPI_CATEGORY_MISMATCH) != 0)
		return answer(HWATT_NOT_ENOUGH_DATA, REASON_CATEGORY_MISMATCH);
	if ((kpi->flags & KPI_PHYS_IMPOSSIBLE) != 0)
		return answer(HWATT_NOT_ENOUGH_DATA, REASON_PHYS_IMPOSSIBLE | (q->closed ? 0u : REASON_PERIOD_OPEN));

	struct hwatt_ratio least = { r->min_coverage_ppm, HWATT_PPM };
	unsigned missing = (q->closed ? 0u : REASON_PERIOD_OPEN) |
			   (hwatt_ratio_compare(kpi->coverage, least) < 0 ? REASON_COVERAGE : 0u) |
			   ((kpi->flags & KPI_NO_DATA) != 0 ? REASON_NO_DATA : 0u) |
			   ((kpi->flags & KPI_NO_FACTOR) != 0 ? REASON_NO_FACTOR : 0u) |
			   (unresolved(q) ? REASON_NOT_RESOLVED : 0u) |
			   ((kpi->flags & KPI_DIV_ZERO) != 0 ? REASON_DIV_ZERO : 0u);
	unsigned notes = ((kpi->flags & KPI_WARN_BELOW_ONE) != 0 ? REASON_WARN_BELOW_ONE : 0u) |
			 (q->provisional || (kpi->flags & KPI_PROVISIONAL_FACTOR) != 0 ? REASON_PROVISIONAL_FACTOR : 0u);
	if (missing == 0 && kpi->known)
		return compare(q, notes);
	if (certainly_beyond(q)) /* rule 5 */
		return answer(HWATT_NOT_MET, REASON_LIMIT_CERTAIN);
	if (missing == 0)
		missing = REASON_NO_DATA;
	bool breach = q->closed && !q->awaited && r->missing_is_breach && (missing & REASON_DIV_ZERO) == 0;
	return answer(breach ? HWATT_NOT_MET : HWATT_NOT_ENOUGH_DATA, missing | notes); /* rules 3 and 4 */
}

bool verdict_to_review(const struct verdict_evidence *e)
{
	return e->submitted > 0 && e->submitted >= e->count[EVIDENCE_AWAITED] + e->count[EVIDENCE_MISSING] && e->count[EVIDENCE_UNKNOWN] == 0;
}

enum hwatt_status verdict_worse(enum hwatt_status a, enum hwatt_status b)
{
	static const int rank[HWATT_STATUSES] = { [HWATT_NOT_APPLICABLE] = 0, [HWATT_MET] = 1, [HWATT_NOT_ENOUGH_DATA] = 2,
						  [HWATT_EXPIRED] = 3, [HWATT_NOT_MET] = 4 };
	return rank[a] >= rank[b] ? a : b;
}

void verdict_reasons(unsigned reasons, char out[VERDICT_REASONS_SIZE])
{
	static const char *const names[] = { "OK", "LIMIT", "LIMIT_CERTAIN", "COVERAGE", "PERIOD_OPEN", "NO_DATA", "DIV_ZERO",
					     "PHYS_IMPOSSIBLE", "CATEGORY_MISMATCH", "NO_UNCERTAINTY", "DOC_EXPIRED",
					     "OUTSIDE_PERIOD", "NO_SUBJECT", "WARN_BELOW_ONE", "NO_DOC", "DOC_REJECTED", "CLAIM",
					     "OVERDUE", "DOUBLE_COUNT", "PROVISIONAL_FACTOR", "NOT_RESOLVED", "NO_FACTOR" };
	_Static_assert(sizeof(names) / sizeof(names[0]) == VERDICT_REASON_COUNT, "a name for each reason");
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((reasons >> i & 1) != 0 && used < VERDICT_REASONS_SIZE)
			used += (size_t)snprintf(out + used, VERDICT_REASONS_SIZE - used, "%s%s", used > 0 ? " " : "", names[i]);
}
