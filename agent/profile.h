/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* profile.h - reads the folders of profiles into one set per collector.
 *
 * A folder holds one folder per collector: FOLDER/snmp/apc-rpdu2.yaml. A profile in a later folder replaces one of the same name
 * in an earlier one, so that users mend a family by dropping a file. */
#ifndef HALLWATT_PROFILE_LOADER_H
#define HALLWATT_PROFILE_LOADER_H

#include "document.h"
#include <hallwatt/collector.h>
#include <hallwatt/profile.h>

struct profile_catalog { /* one set per collector, in the collectors' order */
	size_t count;
	const struct hwatt_profile_set *sets;
};

/* Reads `folders` (a list of const char *) for `collectors` (ended by NULL). A folder that cannot be read is a
 * mistake. Returns 0, or -1 after adding mistakes to `report`; the sound profiles are in `out` either way, to be freed. */
int profile_load(const struct hwatt_list *folders, const struct hwatt_collector *const *collectors,
		 struct profile_catalog *out, struct hwatt_arena *arena, struct hwatt_report *report);
/* Lets go of the sets' texts; all else is the arena's. A catalog of zeros is fine. */
void profile_catalog_free(struct profile_catalog *catalog);
/* Reads one profile from a file's text; NULL after adding mistakes. For tests and the fuzzer. */
const struct hwatt_profile *profile_parse(const char *file, const char *bytes, size_t length,
					  const struct hwatt_collector *collector, struct hwatt_arena *arena,
					  struct hwatt_report *report);
/* The set of `collector`; an empty one when it has none. */
const struct hwatt_profile_set *profile_set(const struct profile_catalog *catalog,
					    const struct hwatt_collector *const *collectors,
					    const struct hwatt_collector *collector);
const struct hwatt_profile *profile_by_name(const struct hwatt_profile_set *set, const char *name);
/* The folder of the profiles that come with the program: $HALLWATT_PROFILES, else beside the binary (../share/hallwatt/profiles),
 * else the installed one. Fits in PATH_MAX. */
void profile_folder(char *out, size_t size);
/* The schema of a profile of `collector`, for the JSON Schema; in the arena. */
const struct hwatt_schema *profile_schema(const struct hwatt_collector *collector, struct hwatt_arena *arena);

#endif
