/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* block.h - what is published of one device: packed, counted, never changed after.
 *
 * What the points are (role, quantity, index, source) is apart from their values, and so are their names: blocks of a page whose
 * devices have the same share them, and strings too.  Values are as wide as the widest of the device needs.  A lean PDU of 24
 * outlets takes some 500 octets so.
 *
 * Blocks live for seconds beside memory that stays for good: so the many of one publication lie on large pages of their own, which
 * leave no holes when they go.  To read the points: hwatt_view_point_at() and its neighbours in view.h. */
#ifndef HALLWATT_BLOCK_H
#define HALLWATT_BLOCK_H

#include <hallwatt/view.h>

/* A device with `count` points, in an allocation of its own; one reference, the caller's. Of `draft` the strings are borrowed, NULL
 * becomes "", and what tells of points, page and references is ignored. */
struct hwatt_view_device *block_build(const struct hwatt_view_device *draft, const struct hwatt_view_point *points, size_t count);
/* The same on *page while it has room, else on a new page, which is *page then. Begin with NULL. */
struct hwatt_view_device *block_build_on(struct hwatt_view_page **page, const struct hwatt_view_device *draft,
					 const struct hwatt_view_point *points, size_t count);
/* The caller builds no more there: the page goes with its last block. NULL is allowed. */
void block_page_release(struct hwatt_view_page *page);
/* One more reference; any thread. Returns `device`. */
struct hwatt_view_device *block_take(struct hwatt_view_device *device);
/* Gives one reference back, frees with the last; any thread. NULL is allowed. */
void block_release(struct hwatt_view_device *device);

#endif
