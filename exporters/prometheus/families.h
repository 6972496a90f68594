/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* families.h - the groups of families that prometheus.c puts together; one file each. */
#ifndef PROMETHEUS_FAMILIES_H
#define PROMETHEUS_FAMILIES_H

#include "exposition.h"
#include <hallwatt/view.h>

/* The polling itself, and what the devices are: device_up, device_info, ... */
void put_devices(struct exposition *x, const struct hwatt_snapshot *snap);
/* What the devices say: power_watts, energy_joules_total, ... */
void put_readings(struct exposition *x, const struct hwatt_snapshot *snap);
/* Sites, KPIs, contracts and requirements. */
void put_hall(struct exposition *x, const struct hwatt_snapshot *snap);
/* The daemon itself: build_info, its counters, process_*; and how many series went before. */
void put_own(struct exposition *x, const struct hwatt_snapshot *snap);

#endif
