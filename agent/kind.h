/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* kind.h - what devices of one kind say of themselves alike: maker, model, firmware and the profile that they are read by.
 *
 * Equal ones are one. A shelf is {0} at first; what was taken is given back by who took it. */
#ifndef HALLWATT_KIND_H
#define HALLWATT_KIND_H

#include "word.h"
#include <hallwatt/device.h>
#include <stdbool.h>

struct kind {
	const char *vendor, *model, *firmware, *profile, *profile_reason; /* "" when not known */
	struct kind *next;
	unsigned users;
};

struct kind_shelf {
	struct kind *first;
	struct word_shelf words;
};

/* The shelf's copy of all of `id` but the serial number; without a shelf (NULL) a copy of its own. */
struct kind *kind_take(struct kind_shelf *shelf, const struct hwatt_identity *id);
/* `kind` is what kind_take() gave from that shelf, or NULL. */
void kind_give(struct kind_shelf *shelf, struct kind *kind);
bool kind_is(const struct kind *kind, const struct hwatt_identity *id);
/* All kinds and words must have been given back. */
void kind_shelf_free(struct kind_shelf *shelf);

#endif
