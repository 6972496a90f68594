/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* followup.h - makes what is said of a contract and a period in a follow-up meeting, from the store.
 *
 * Figures and verdicts are those that the daemon had at the end of the period (of one that is not over: has now), with what came
 * late since: the same sums, ratios and judges.  Each requirement is judged for the last period of its window that ended within the report's;
 * where none did, for the one that was open at its end.  Read are the days of the period and of the windows that are judged. */
#ifndef HALLWATT_FOLLOWUP_MAKER_H
#define HALLWATT_FOLLOWUP_MAKER_H

#include "inventory.h"
#include "store.h"
#include <hallwatt/followup.h>

/* The local days, both inclusive, of "2026", "2026-Q3", "2026-10" or "2026-01-01..2026-06-30". HWATT_EINVAL: none of those. */
int followup_period(const char *text, int64_t *from_day, int64_t *to_day, struct hwatt_error *err);

struct followup_ask {
	const char *contract, *period; /* an id of the inventory's configuration; as above */
	const char *ruleset;           /* id; NULL: each site's own */
	int64_t now_s;                 /* UTC */
};

/* `reader` stands in no transaction.  HWATT_EINVAL: no such contract, period or ruleset, or the contract is not valid in it;
 * HWATT_ENODATA: it has not begun; HWATT_EIO. Free with followup_free. */
int followup_make(const struct inventory *inventory, struct store *reader, const struct followup_ask *ask,
		  const struct hwatt_followup **out, struct hwatt_error *err);
void followup_free(const struct hwatt_followup *followup);

#endif
