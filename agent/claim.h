/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* claim.h - what a site's or a contract's certificates give in a time.
 *
 * A row counts where all of it belongs; where its hours are told it can be taken apart along them, and never finer.  A guarantee of
 * energy that counts as a delivery under contract as well is taken once.  What cannot be placed in time is not counted and not
 * forgotten: it is unresolved.  Pure.  Source: domain.md 2.3 (p, q), 4.1, 4.3, 4.5. */
#ifndef HALLWATT_CLAIM_H
#define HALLWATT_CLAIM_H

#include "certificate.h"

struct claim_span { /* local days are those of the site; from_day == to_day: no whole day */
	int64_t from_s, to_s, from_day, to_day;
};

struct claim {
	const struct certificate *const *rows;
	size_t count;
	const struct certificate_filter *filter;
};

/* What `row` gives in the span, in mJ, less what of it stems from deliveries that count there too; whoever owns it.  `annual`: the span is
 * matched as a whole, so that what was cancelled for its consumption counts whenever it was produced; else production decides. */
int64_t claim_row_mj(const struct claim *claim, const struct certificate *row, bool annual, const struct claim_span *span);
/* What of claim_row_mj was taken off since it stems from deliveries. */
int64_t claim_stems_mj(const struct claim *claim, const struct certificate *row, bool annual, const struct claim_span *span);
/* Whether a part of the eligible row may belong to the span and cannot be placed there: `step_s` 0: in its parts (months; or, with one
 * part, as a whole), else in steps of so many seconds. */
bool claim_unresolved(const struct claim *claim, const struct certificate *row, int64_t step_s, const struct claim_span *whole,
		      const struct claim_span *parts, size_t part_count);

#endif
