/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* generation.h - all that a reload swaps at once: configuration, inventory, profiles.
 *
 * Counted, as a device that did not change keeps its session, which points into the generation it was opened with. Main loop only. */
#ifndef HALLWATT_GENERATION_H
#define HALLWATT_GENERATION_H

#include "config.h"
#include "inventory.h"
#include "profile.h"

struct generation {
	unsigned refs;
	struct config *config;
	struct inventory *inventory;
	struct hwatt_arena *arena;        /* of the profiles and of default settings */
	struct profile_catalog profiles;
};

/* Loads everything below the main file `path`. NULL when `report` then holds mistakes. One reference is the caller's. */
struct generation *generation_load(const char *path, struct hwatt_report *report);
struct generation *generation_take(struct generation *generation);
void generation_release(struct generation *generation); /* NULL is allowed */

/* The profiles of one collector. */
const struct hwatt_profile_set *generation_profiles(const struct generation *generation,
						    const struct hwatt_collector *collector);
/* The collector of an address's scheme, NULL when nothing speaks it. */
const struct hwatt_collector *generation_collector(const char *scheme);
/* Its place in hallwatt_collectors; it is one of them. */
size_t generation_collector_number(const struct hwatt_collector *collector);
/* Loads the shipped profiles, and those in `more` (const char *), for all collectors. */
int generation_load_profiles(const struct hwatt_list *more, struct profile_catalog *out, struct hwatt_arena *arena,
			     struct hwatt_report *report);
/* Logs each mistake of a report as an error of its own. */
void generation_log_mistakes(struct hwatt_log *log, const struct hwatt_report *report);

#endif
