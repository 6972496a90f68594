/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* subject.h - a site or a contract as something figures are about: which sources count for what, and their sums. */
#ifndef HALLWATT_SUBJECT_H
#define HALLWATT_SUBJECT_H

#include <stddef.h>
#include "contract.h"
#include "sources.h"
#include "sums.h"

#define SUBJECT_NO_PAIR SIZE_MAX
#define SUBJECT_MAX_LANES 6 /* of a member */

struct subject_use { uint32_t source, share_ppm; };

struct subject_uses { size_t count, capacity; struct subject_use *items; }; /* capacity 0: the items are another's, which are the same */

struct subject_pair { /* place i in struct sums */
	bool ratio;
	struct subject_uses num, den;
};

struct subject_room { /* that has a partial PUE: each of a site; of a contract those that it asks for */
	const char *site, *room;
	int category;
	size_t pair;
};

struct subject_resource { /* a register of water or heat of the site */
	const struct measure *measure;
	size_t source, pair;
};

#define SUBJECT_NO_PEER SIZE_MAX

struct subject_site {
	const struct inventory_site *site;
	size_t pue[4], dc, it, power, cooling, ups; /* pairs */
	size_t whole_dc, whole_it, whole_grid, whole_onsite, whole_generator, whole_cooling; /* pairs of the site as a whole, also for a contract */
	int it_category;
	size_t resource_count;
	struct subject_resource *resources;
};

struct subject_member { /* a device, or a feed of a rack */
	const struct config_device *device; /* NULL: a feed, or a meter */
	size_t sources[3], lane; /* the first lane */
	size_t peer;             /* CPU: the same device's place in the network group, and there its place here; SUBJECT_NO_PEER */
	int64_t weight_ppm;
};

struct subject_group {
	size_t count, capacity;
	struct subject_member *members;
};

struct subject {
	const char *id;
	const struct contract *contract;          /* NULL: a site */
	const struct inventory_scope *scope;      /* of a contract */
	const struct zone *zone;
	int64_t from_s, to_s;                     /* of a contract's validity; a site: from where it is summed, and no end */
	size_t site_count, pair_count, lane_count;
	struct subject_site *sites;
	struct subject_pair *pairs;
	size_t room_count;
	struct subject_room *rooms;
	size_t metered;                           /* pair of all meters that its energy needs */
	struct subject_group groups[GROUP_KINDS];
	struct utilisation_rule idle;             /* by which its servers are idle */
	struct kpi_inlet_range inlet;             /* that its contract agreed on; none when high is below low */
	hwatt_i128 rack_capacity_mw;
	size_t rack_count;
	struct bins bins;
};

/* Whether a site's PUE of that category can be measured: both sides have meters, and every device named as one gives power
 * or energy. A server that tells its load and not its power leaves E_IT at the servers unknown, not small. */
bool subject_has_pue(const struct subject *subject, size_t site, int category, const struct sources *sources);

/* Fill a zeroed subject; strings, zone and inventory are borrowed. */
void subject_init_site(struct subject *subject, const struct inventory *inventory, const struct inventory_site *site,
		       const struct zone *zone, int64_t from_s, int64_t to_s, struct sources *sources);
void subject_init_contract(struct subject *subject, const struct inventory *inventory, const struct inventory_scope *scope,
			   const struct zone *zone, struct sources *sources);
void subject_free(struct subject *subject);
/* A summary point of `device` appeared: the device becomes a member of the group it tells of, if the subject has the device. */
void subject_join(struct subject *subject, struct sources *sources, const struct config_device *device,
		  enum hwatt_role role, enum hwatt_quantity quantity);
/* How many sources a member of the group has, and how many lanes: one for each source, then those that follow from the first. */
size_t subject_sources(int group);
size_t subject_lanes(int group);
/* Adds to the lanes that follow from the first source what it gives in one quarter: in how much of the time a processor was busy, and the
 * air at the inlet within each range.  `lanes` is the member's first one. */
void subject_derive(const struct subject *subject, int group, int64_t amount, int64_t covered_ms, struct kpi_lane *lanes);
/* The group (enum group_kind) that a summary point tells of; -1: none. */
int subject_group_of(enum hwatt_role role, enum hwatt_quantity quantity);
/* Whether any source of the subject reads the point. */
bool subject_reads(const struct subject *subject, const struct sources *sources, size_t point, size_t *scratch);
/* The places of all its points in `out` (room for all points), by id and each once. Returns the count. */
size_t subject_points(const struct subject *subject, const struct sources *sources, size_t *out);
struct subject_period { /* a kpi_period with its memory */
	struct kpi_period period;
	struct kpi_site *sites;
	struct kpi_room *rooms;
	struct kpi_member *members[GROUP_KINDS], *half_year;
	struct hwatt_arena *arena; /* of what was added to the sites; NULL: nothing */
};

/* What the site's registers of water and heat counted, by their places, in `out` (room for all). */
void subject_resources(const struct subject *subject, size_t site, const struct sums *sums, struct kpi_pair *out);
/* The site's energies of one month, from its sums; `slice` keeps its times. */
void subject_slice(const struct subject *subject, size_t site, const struct sums *sums, struct kpi_slice *slice);

/* The sums over `window`, of which the part before `until_s` has elapsed, as figures are computed from. Free it. */
void subject_period_make(const struct subject *subject, const struct sources *sources, const struct sums *sums,
			 const struct window *window, int64_t until_s, struct subject_period *out);
/* Adds what idle servers of half a year are found by: the sums over `window`. */
void subject_period_half_year(const struct subject *subject, const struct sources *sources, const struct sums *sums,
			      const struct window *window, struct subject_period *out);
void subject_period_free(struct subject_period *period);

#endif
