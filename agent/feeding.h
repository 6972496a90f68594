/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* feeding.h - who feeds whom: the power tree as a graph of places, walked from a load towards the grid.
 *
 * A place is a device as a whole (what goes into it), the output of a UPS, or one outlet (bank, ...) of a device. Several feeds
 * may lead to one device (A and B), so that it is a tree only in spirit; it has no circle. */
#ifndef HALLWATT_FEEDING_H
#define HALLWATT_FEEDING_H

#include "config.h"

enum place_kind {
	PLACE_INPUT,  /* all that goes into the device */
	PLACE_OUTPUT, /* all that comes out of a UPS */
	PLACE_OUTLET, /* one outlet, by number */
	PLACE_SOME,   /* some part of the device, not told which */
};

struct place {
	size_t device; /* position in config->devices */
	enum place_kind kind;
	int outlet;
};

struct feeding;

/* Resolves every fed_by. Mistakes (unknown devices, other sites, circles) go to `report`, then NULL. */
const struct feeding *feeding_build(const struct config *config, struct hwatt_arena *arena, struct hwatt_report *report);

/* Calls `visit` with `from` and every place that the power comes through on its way to it, until it gives false. */
void feeding_walk(const struct feeding *feeding, struct place from, bool (*visit)(void *arg, struct place place), void *arg);

/* Whether a device is a UPS, which has two ends. */
bool feeding_is_ups(const struct config_device *device);

#endif
