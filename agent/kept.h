/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* kept.h - whose quarters are kept: what sums and scopes read by number, found by device.
 *
 * A device's total is kept always, its parts only when a sum names them.  An inventory may have ten thousand meters, and each
 * of a hundred thousand points asks: so the meters are sorted by device once. */
#ifndef HALLWATT_KEPT_H
#define HALLWATT_KEPT_H

#include "inventory.h"
#include <hallwatt/reading.h>

struct kept {
	const struct inventory_meter **meters; /* those that read a part of a device, sorted by it */
	size_t count;
};

struct kept kept_of(const struct inventory *inventory);
void kept_free(struct kept *kept);
/* Whether any sum or scope reads this outlet (or other part) of the device by number. */
bool kept_by_number(const struct kept *kept, const struct config_device *device, enum hwatt_role role, const char *index);

#endif
