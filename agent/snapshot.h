/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* snapshot.h - everything published at one instant, never changed after.
 *
 * A draft is what view.h describes with borrowed strings and arrays.  The build functions copy it into one immutable, counted
 * allocation, in which equal strings stand once.  NULL strings become "".  The blocks of devices are made by block.h.
 * Publishing swaps the blocks of devices that answered and counts a reference for the rest. */
#ifndef HALLWATT_SNAPSHOT_H
#define HALLWATT_SNAPSHOT_H

#include <hallwatt/view.h>

/* Copies KPIs, requirements and contracts; the result has one reference, the caller's. */
struct hwatt_view_hall *snapshot_hall_build(const struct hwatt_view_hall *draft);
/* One more reference; any thread. Returns `hall`. */
struct hwatt_view_hall *snapshot_hall_take(struct hwatt_view_hall *hall);
/* Gives one reference back, frees with the last; any thread. NULL is allowed. */
void snapshot_hall_release(struct hwatt_view_hall *hall);

/* Copies `draft` with its site powers and counters, and takes a reference on each device and on the hall (NULL: an empty
 * one). The result has one reference, the caller's. */
struct hwatt_snapshot *snapshot_build(const struct hwatt_snapshot *draft);
/* Gives one reference back, frees with the last; any thread. NULL is allowed. */
void snapshot_release(const struct hwatt_snapshot *snap);

struct snapshot_hub; /* where the present snapshot is found */

struct snapshot_hub *snapshot_hub_new(void);
/* Releases the present snapshot; those still taken live on. No other thread may be inside. */
void snapshot_hub_free(struct snapshot_hub *hub);
/* Makes *snap the present one, swallowing the caller's reference: *snap is NULL after. */
void snapshot_hub_publish(struct snapshot_hub *hub, struct hwatt_snapshot **snap);
/* The present snapshot, which the caller releases; NULL before the first publication. Any thread. */
const struct hwatt_snapshot *snapshot_hub_take(struct snapshot_hub *hub);

#endif
