/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* quarters.h - whose quarters are wanted, and nobody who keeps them: for those who look at totals and states of meter sets. */
#ifndef HALLWATT_TEST_QUARTERS_H
#define HALLWATT_TEST_QUARTERS_H

#include "store.h"

/* For meterset_keep(). */
static inline bool quarters_of_none(void *arg, const struct store_point *point)
{
	(void)arg;
	(void)point;
	return false;
}

static inline bool quarters_of_inlets(void *arg, const struct store_point *point)
{
	(void)arg;
	return point->role == HWATT_INLET;
}

/* A meterset_emit. */
static inline void quarters_forget(void *arg, const struct store_point *point, const struct interval *interval)
{
	(void)arg;
	(void)point;
	(void)interval;
}

#endif
