/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"

static bool produced_within(const struct certificate *row, const struct claim_span *span)
{
	return certificate_within(row, CERTIFICATE_BY_PRODUCTION, span->from_day, span->to_day);
}

static bool meant_for(const struct certificate *row, const struct claim_span *span)
{
	return certificate_meant_for(row, span->from_day, span->to_day);
}

/* What the row gives by itself. */
static int64_t gross_mj(const struct certificate *row, bool annual, const struct claim_span *span)
{
	int64_t rest = row->volume_mj - row->hours_mj;
	if (annual && row->hour_count == 0 && certificate_within(row, CERTIFICATE_BY_CONSUMPTION, span->from_day, span->to_day))
		return row->volume_mj;
	if (annual && certificate_disclosed_within(row, span->from_day, span->to_day))
		return row->volume_mj;
	if (!meant_for(row, span) || (annual && row->hour_count == 0 && row->consumption_from_day == 0))
		return 0;
	return certificate_hours_mj(row, span->from_s, span->to_s) + (produced_within(row, span) ? rest : 0);
}

int64_t claim_stems_mj(const struct claim *claim, const struct certificate *row, bool annual, const struct claim_span *span)
{
	int64_t gross = row->link_count > 0 ? gross_mj(row, annual, span) : 0, sum = 0;
	for (size_t i = 0; i < row->link_count && sum < gross; i++) {
		const struct certificate_link *link = &row->links[i];
		if (!certificate_eligible(link->delivery, claim->filter))
			continue;
		int64_t there = gross_mj(link->delivery, annual, span), part = link->volume_mj < there ? link->volume_mj : there;
		sum += part < gross - sum ? part : gross - sum;
	}
	return sum;
}

int64_t claim_row_mj(const struct claim *claim, const struct certificate *row, bool annual, const struct claim_span *span)
{
	return gross_mj(row, annual, span) - claim_stems_mj(claim, row, annual, span);
}

/* --- what cannot be placed --------------------------------------------------------------------------------------- */

/* Whether its hours are known, all of them and as finely as asked. */
static bool told_by(const struct certificate *row, int64_t step_s)
{
	if (row->hours_mj < row->volume_mj)
		return false;
	for (size_t i = 0; i < row->hour_count; i++)
		if (row->hours[i].seconds > step_s)
			return false;
	return true;
}

static bool overlaps(const struct certificate *row, const struct claim_span *span)
{
	return row->from_day < span->to_day && row->to_day >= span->from_day;
}

/* Whether the row lies in one of the parts, or is told by hours; which is all the same to a matching by parts. */
static bool placed(const struct certificate *row, const struct claim_span *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (produced_within(row, &parts[i]))
			return true;
	return row->hours_mj == row->volume_mj;
}

/* What of the row is the same energy as other rows whose hours are told. */
static int64_t told_elsewhere(const struct claim *claim, const struct certificate *row, int64_t step_s)
{
	int64_t sum = 0;
	for (size_t i = 0; i < row->link_count; i++)
		if (certificate_eligible(row->links[i].delivery, claim->filter) &&
		    (row->links[i].delivery->kind == CERTIFICATE_ONSITE || told_by(row->links[i].delivery, step_s))) /* or metered */
			sum += row->links[i].volume_mj;
	for (size_t i = 0; i < claim->count && row->kind == CERTIFICATE_PPA; i++) {
		const struct certificate *other = claim->rows[i];
		for (size_t k = 0; k < other->link_count; k++)
			if (other->links[k].delivery == row && certificate_eligible(other, claim->filter) && told_by(other, step_s))
				sum += other->links[k].volume_mj;
	}
	return sum;
}

bool claim_unresolved(const struct claim *claim, const struct certificate *row, int64_t step_s, const struct claim_span *whole,
		      const struct claim_span *parts, size_t part_count)
{
	if (row->kind == CERTIFICATE_ONSITE || !overlaps(row, whole) || !meant_for(row, whole))
		return false;
	if (step_s > 0)
		return !told_by(row, step_s) && told_elsewhere(claim, row, step_s) < row->volume_mj;
	if (part_count == 1 && gross_mj(row, true, whole) > 0)
		return false;
	return !placed(row, parts, part_count);
}
