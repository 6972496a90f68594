/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* evaluation.h - keeps the figures and verdicts of all sites and contracts as intervals close.
 *
 * Made once for a configuration generation from the stored intervals, then fed each interval as it closes or is
 * corrected.  What a judgement costs does not depend on how long the history is.
 *
 * Windows of figures: the last quarter; the day, month and year of that quarter, as far as they have elapsed; the last 12 whole
 * months; the contract so far.  Coverage is of the elapsed part.
 * Period of a verdict: the last one of the requirement's window that is over and lies in the contract's validity (cut off there,
 * but 12 months are 12 months); until there is one, the first, which is open.  An open period is asked as well: a breach that
 * nothing can undo goes before a period that was met. */
#ifndef HALLWATT_EVALUATION_H
#define HALLWATT_EVALUATION_H

#include <stddef.h>
#include "inventory.h"
#include "store.h"
#include <hallwatt/view.h>
#include <stdatomic.h>

#define EVALUATION_RING 4       /* quarters that may still change without reading the store again */
#define EVALUATION_GRACE_S 300  /* so long after its end a quarter waits for points that have not reported it */

struct evaluation;

/* Sums what `store` holds.  `inventory`, its configuration and `store` are borrowed.  `now_s`: UTC.  HWATT_EINVAL: a site's
 * time zone is not known; HWATT_EIO: the store cannot be read. */
int evaluation_open(const struct inventory *inventory, struct store *store, struct hwatt_log *log, int64_t now_s,
		    struct evaluation **out, struct hwatt_error *err);
/* The same; gives up with HWATT_ENODATA when *stop becomes true, which another thread may set. */
int evaluation_load(const struct inventory *inventory, struct store *store, struct hwatt_log *log, int64_t now_s,
		    const atomic_bool *stop, struct evaluation **out, struct hwatt_error *err);
/* The same as it stood at `at_s`: quarters of sites that begin later are passed over.  For what is asked of a time long ago, since a
 * site keeps its last months alone. */
int evaluation_past(const struct inventory *inventory, struct store *store, struct hwatt_log *log, int64_t at_s,
		    struct evaluation **out, struct hwatt_error *err);
void evaluation_close(struct evaluation *evaluation);
/* From now on reads (after late corrections) and writes (since when a silent meter is waited for) go to this store: so that
 * it can be made on another thread from a reader.  Intervals that closed meanwhile are then fed again. */
void evaluation_store(struct evaluation *evaluation, struct store *store);

/* A point is new in the store. Known ones are passed over. */
void evaluation_point(struct evaluation *evaluation, const struct store_point *point);
/* A quarter of a point closed, or a correction of one, which is in the store by the next judgement.  Any order; the same
 * one again replaces it. */
void evaluation_interval(struct evaluation *evaluation, int64_t point_id, const struct interval *interval);

/* All figures and verdicts as of `now_s`: a new block with one reference, the caller's (snapshot_hall_release). */
struct hwatt_view_hall *evaluation_judge(struct evaluation *evaluation, int64_t now_s);

#endif
