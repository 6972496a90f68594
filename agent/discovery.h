/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* discovery.h - devices from a file of targets that another program keeps, in the form of Prometheus' file_sd:
 *
 *     [{"targets": ["snmp://192.0.2.7"], "labels": {"id": "pdu-a1", "site": "hall-1", "__meta_netbox_rack": "A1"}}]
 *
 * Labels that are called like a key of a device, also behind __meta_ and one word, become that key; others mean nothing here.
 * A target without a protocol takes the label __scheme__; without the label id it is called by its host. */
#ifndef HALLWATT_DISCOVERY_H
#define HALLWATT_DISCOVERY_H

#include "document.h"

/* Calls `take` with each device as the map that a human would have written. */
void discovery_read(const struct hwatt_node *root, struct hwatt_arena *arena, struct hwatt_report *report,
		    void (*take)(void *arg, const struct hwatt_node *device), void *arg);

#endif
