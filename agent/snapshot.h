/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* snapshot.h - everything published at one instant, never changed after.
 *
 * A draft is a block as view.h describes it whose strings and arrays are borrowed: the pipeline keeps one per
 * target and writes the newest values into it.  The build functions copy a draft into one immutable,
 * counted allocation, in which equal strings stand once.  NULL strings become "".
 * Publishing swaps the blocks of devices that answered and counts a reference for the rest.
 *
 * Blocks live for seconds beside memory that stays for good: so the many of one publication lie on large pages of their own, which
 * leave no holes when they go; strings that several blocks of a page have stand there once. */
#ifndef HALLWATT_SNAPSHOT_H
#define HALLWATT_SNAPSHOT_H

#include <hallwatt/view.h>

/* Copies `draft` with its points; the result has one reference, the caller's. Draft's `refs` and `page` are ignored. */
struct hwatt_view_device *snapshot_device_build(const struct hwatt_view_device *draft);
/* The same on *page while it has room, else on a new page, which is *page then. Begin with NULL. */
struct hwatt_view_device *snapshot_device_build_on(struct hwatt_snapshot_page **page, const struct hwatt_view_device *draft);
/* The caller builds no more there: the page goes with its last block. NULL is allowed. */
void snapshot_page_release(struct hwatt_snapshot_page *page);
/* One more reference; any thread. Returns `device`. */
struct hwatt_view_device *snapshot_device_take(struct hwatt_view_device *device);
/* Gives one reference back, frees with the last; any thread. NULL is allowed. */
void snapshot_device_release(struct hwatt_view_device *device);

/* The same for KPIs, requirements and contracts. */
struct hwatt_view_hall *snapshot_hall_build(const struct hwatt_view_hall *draft);
struct hwatt_view_hall *snapshot_hall_take(struct hwatt_view_hall *hall);
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
