/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* guide.h - profiles made ready for Redfish: expressions compiled, rows as the decoder wants them.
 *
 * One guide serves all devices of one set; it copies what it keeps, so that it may outlive the profiles it was made from. */
#ifndef REDFISH_GUIDE_H
#define REDFISH_GUIDE_H

#include "decode.h"
#include "source.h"
#include <hallwatt/arena.h>

struct family {
	const char *name, *vendor;
	const regex_t *is_vendor, *is_model, *is_firmware, *is_path; /* NULL: not asked */
	const char *vendor_text, *model_text, *firmware_text, *path_text;
	size_t without_count;
	const char *const *without;
	struct rule_list rules;
};

struct guide {
	struct hwatt_arena *arena;
	uint64_t hash;
	unsigned users;
	size_t family_count, regex_count;
	const struct family *families; /* by priority, highest first */
	regex_t *regexes;
};

struct guide *guide_new(const struct hwatt_profile_set *set);
struct guide *guide_take(struct guide *guide);
void guide_release(struct guide *guide); /* NULL is fine */

struct guide_facts { /* what a device says of itself; "" when it does not */
	const char *vendor, *model, *firmware;
	const char *const *paths; /* of its chassis, systems and managers */
	size_t path_count;
};

struct guide_choice {
	const struct family *family; /* names the device; NULL: none fits */
	char reason[200];
	struct rule_list rules;      /* of all that fit, the highest priority first; the items are the caller's to free */
};
/* Which families fit; `forced` names the only one to take, "" for the best. */
void guide_choose(const struct guide *guide, const struct guide_facts *facts, const char *forced, struct guide_choice *out);

#endif
