/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* verdict_history.h - since when a requirement is met or not, and what changed it: kept in the store, a row only on a change.
 *
 * A change is another status, or other reasons for the same status. While a period is open, how much of it was measured so far is no
 * change. A new period with the same outcome is none either: it shows that the status lasts. */
#ifndef HALLWATT_VERDICT_HISTORY_H
#define HALLWATT_VERDICT_HISTORY_H

#include "store.h"
#include "verdict.h"
#include <hallwatt/view.h>

#define VERDICT_HISTORY_MAX 200u /* changes kept of a requirement: the first and the newest */

struct verdict_change {
	int64_t at_s;              /* UTC: when it was found */
	enum hwatt_status status;
	int64_t from_s, to_s;      /* of which period */
	char reasons[VERDICT_REASONS_SIZE];
};

/* The changes of a requirement, oldest first, to be freed; *out NULL and 0 when there are none. The last one's at_s is since when the
 * status is what it is. HWATT_EIO: the store cannot be read. */
int verdict_history_read(struct store *store, const char *contract, const char *requirement, struct verdict_change **out,
			 size_t *count, struct hwatt_error *err);

struct verdict_history;

struct verdict_history *verdict_history_new(void);
void verdict_history_free(struct verdict_history *history);
/* Writes down what changed among all verdicts, in one transaction. HWATT_EIO: nothing was written; it is tried again with the
 * next verdicts. `store` is a writer without an open transaction. */
int verdict_history_keep(struct verdict_history *history, struct store *store, const struct hwatt_view_hall *hall, int64_t now_s,
			 struct hwatt_error *err);

#endif
