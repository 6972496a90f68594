/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* inventory.h - sites, places, power roles, who feeds whom; the cut rule is checked here.
 *
 * What feeds a device is what its fed_by says; a device with the power role `it` that says nothing is fed by the PDUs of its
 * rack. Of the devices of one power role at a site only the topmost are summed: a PDU behind a PDU is part of it.
 *
 * A meter is a place in the power tree where energy can be read: a device's total, one end of a UPS, or one outlet of a PDU. A set of meters
 * may be summed only when none is upstream of another (domain.md 5.8). */
#ifndef HALLWATT_INVENTORY_H
#define HALLWATT_INVENTORY_H

#include "config.h"

struct inventory_meter { /* small: each device is one or more */
	const struct config_device *device;
	int32_t first, last;     /* outlets etc. by number; 0, 0: all of the role */
	int32_t share_ppm;       /* 1000000 unless shared hardware */
	int16_t role;            /* enum hwatt_role, or -1: the device's total (its first metered role) */
	uint8_t power_role;      /* enum hwatt_power_role */
};

_Static_assert(sizeof(struct inventory_meter) <= 24, "each device is one or more");

struct inventory_sum { /* meters that may be added up */
	size_t count;
	const struct inventory_meter *meters;
};

struct inventory_subject { /* a device whose utilisation counts for a contract: power role `it`, or none */
	const struct config_device *device;
	int64_t share_ppm;
};

struct inventory_site {
	const struct config_site *site;
	struct inventory_sum power[HWATT_POWER_ROLES]; /* by power role */
};

struct inventory_scope { /* of one contract */
	const struct contract *contract;
	struct inventory_sum energy;      /* the cut that measures its IT energy */
	int category;                     /* 1 UPS, 2 PDU, 3 IT: the lowest present; 0 none */
	size_t subject_count;
	const struct inventory_subject *subjects;
	size_t rack_count;
	const struct config_rack **racks; /* racks wholly in scope */
	size_t site_count;
	const struct inventory_site **sites;
};

struct feeding;

struct inventory {
	struct hwatt_arena *arena;        /* owns everything below */
	const struct feeding *feeding;    /* who feeds whom */
	const struct config *config;      /* borrowed */
	size_t site_count, scope_count;
	const struct inventory_site *sites;
	const struct inventory_scope *scopes; /* in the order of config->contracts */
};

/* Builds the tree; mistakes (unknown devices, loops, a sum that would count a watt twice, with the two meters named)
 * go to `report`, then NULL. */
struct inventory *inventory_build(const struct config *config, struct hwatt_report *report);
void inventory_free(struct inventory *inventory);

/* Whether these meters may be added up: HWATT_EINVAL with DOUBLE_COUNT and the two names when one is upstream of another
 * or they share a place. Source: domain.md 5.8. */
int inventory_cut(const struct inventory *inventory, const struct inventory_meter *meters, size_t count,
		  struct hwatt_error *err);

/* Whether a point called `index` of the meter's role is one of its outlets; true for all when it has no numbers. */
bool inventory_covers(const struct inventory_meter *meter, const char *index);

/* The roles whose points can be a device's total, most trusted first, ended by -1. */
const int *inventory_total_roles(const struct config_device *device, enum hwatt_power_role power_role);

#endif
