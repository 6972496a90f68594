/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* shape.h - which points a device has: their descriptions, without values.
 *
 * Devices of one kind have equal shapes and share one, which stands on a shelf and is never changed there: who declares
 * something new goes on with a copy of its own until that is shared again.  Main loop only. */
#ifndef HALLWATT_SHAPE_H
#define HALLWATT_SHAPE_H

#include <hallwatt/reading.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct target_point {
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	const char *index, *name, *source; /* one allocation, owned; name "" when none */
	uint64_t modulus;
	int64_t step;
	bool alternative;
};

struct shape {
	unsigned users;
	bool shelved;               /* shared: not to be changed */
	uint64_t hash;              /* when shelved: of all that it says */
	struct target_point *points;
	size_t count, capacity;
	uint32_t *slots;            /* open addressing: point number + 1 */
	size_t slot_count;          /* a power of two */
};

struct shape_shelf {
	struct shape **shapes;
	size_t count, capacity;
	size_t usual;               /* so many points had the one that was shared last: what comes next is mostly alike */
};

/* One without points; the caller's. */
struct shape *shape_new(void);
/* Declares a point, in a copy when *shape is shared and does not say so yet.  Its number; -1 above HWATT_MAX_POINTS. */
int shape_declare(struct shape **shape, struct shape_shelf *shelf, const struct hwatt_point *point);
/* Puts *shape on the shelf, or takes an equal one from there in its place. */
void shape_share(struct shape **shape, struct shape_shelf *shelf);
/* `shelf` may be NULL for one that was never shared; `shape` NULL is fine. */
void shape_release(struct shape *shape, struct shape_shelf *shelf);
/* All shapes must have been released. */
void shape_shelf_free(struct shape_shelf *shelf);

#endif
