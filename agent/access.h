/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* access.h - what a command needs to talk to devices: a collector, its settings, the profiles.
 *
 * The settings are those of credentials in a configuration, or what the collector's table makes of a few words. */
#ifndef HALLWATT_ACCESS_H
#define HALLWATT_ACCESS_H

#include "generation.h"

struct access { /* {0}, then the first three; closed by access_close() */
	const char *config_file, *credentials, *profiles; /* NULL: not given */
	struct hwatt_arena *arena;
	struct generation *generation; /* with a configuration */
	const struct hwatt_collector *collector;
	const struct hwatt_profile_set *profile_set;
};

/* Loads configuration and profiles for the collector of `scheme`. HWATT_EINVAL: `err` says what, or `report` has mistakes. */
int access_open(struct access *a, const char *scheme, struct hwatt_report *report, struct hwatt_error *err);
void access_close(struct access *a);

/* The settings of the named credentials; NULL and `err` when there are none such for this protocol. */
const void *access_credentials(const struct access *a, struct hwatt_error *err);
/* SNMP v1 or v2c with a community, read as a configuration that says the same. NULL when `report` has mistakes. */
const void *access_community(struct access *a, bool version_1, const char *community, struct hwatt_report *report);

#endif
