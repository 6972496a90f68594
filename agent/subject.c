/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "subject.h"
#include "allocation.h"
#include "names.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define SITE_MONTHS 26 /* no window of a site reaches further back */

static const struct {
	enum hwatt_role role;
	size_t sources, lanes;
	enum hwatt_quantity quantities[3];
} group_rows[] = {
	[GROUP_CPU] = { HWATT_CPU, 1, 2, { HWATT_CPU_UTILISATION } },
	[GROUP_MEMORY] = { HWATT_MEMORY, 2, 2, { HWATT_MEMORY_USED, HWATT_MEMORY_SIZE } },
	[GROUP_STORAGE] = { HWATT_STORAGE, 2, 2, { HWATT_STORAGE_USED, HWATT_STORAGE_SIZE } },
	[GROUP_NETWORK] = { HWATT_INTERFACE, 3, 3, { HWATT_IF_IN_OCTETS, HWATT_IF_OUT_OCTETS, HWATT_IF_SPEED } },
	[GROUP_INLET] = { HWATT_SENSOR, 1, 1 + KPI_INLET_RANGES, { HWATT_TEMPERATURE } },
};

static const enum hwatt_power_role dc_roles[] = { HWATT_POWER_GRID, HWATT_POWER_ONSITE, HWATT_POWER_GENERATOR };
static const enum hwatt_power_role it_roles[] = { HWATT_POWER_NONE, HWATT_POWER_UPS_OUTPUT, HWATT_POWER_PDU, HWATT_POWER_IT };

/* --- who counts -------------------------------------------------------------------------------------------------- */

static void make_room(struct subject_uses *uses, size_t more)
{
	if (uses->count + more <= uses->capacity)
		return;
	assert(uses->capacity > 0 || uses->items == NULL);
	uses->capacity = uses->count + more;
	uses->items = hwatt_realloc(uses->items, uses->capacity * sizeof(*uses->items));
}

static void use(struct subject_uses *uses, size_t source, int64_t share_ppm)
{
	assert(source <= UINT32_MAX && share_ppm >= 0 && share_ppm <= HWATT_PPM);
	if (uses->count == uses->capacity)
		make_room(uses, uses->count + 1);
	uses->items[uses->count++] = (struct subject_use){ (uint32_t)source, (uint32_t)share_ppm };
}

static void use_sum(struct subject_uses *uses, const struct inventory_sum *sum, struct sources *sources)
{
	make_room(uses, sum->count);
	for (size_t i = 0; i < sum->count; i++)
		use(uses, sources_meter(sources, &sum->meters[i]), sum->meters[i].share_ppm);
}

/* A sum of several that some pair has already is kept once: all PDUs of a hall are summed for half a dozen figures. */
static void share_uses(const struct subject *s, struct subject_uses *uses)
{
	for (size_t i = 0; uses->count > 1 && i < 2 * s->pair_count; i++) {
		const struct subject_uses *other = i % 2 == 0 ? &s->pairs[i / 2].num : &s->pairs[i / 2].den;
		if (other == uses)
			return;
		if (other->count != uses->count || memcmp(other->items, uses->items, uses->count * sizeof(*uses->items)) != 0)
			continue;
		free(uses->items);
		*uses = (struct subject_uses){ .count = other->count, .items = other->items };
		return;
	}
}

static void free_uses(struct subject_uses *uses)
{
	if (uses->capacity > 0)
		free(uses->items);
}

/* After the last pair's uses were told. */
static void share_last(struct subject *s)
{
	if (s->pair_count == 0)
		return;
	share_uses(s, &s->pairs[s->pair_count - 1].num);
	share_uses(s, &s->pairs[s->pair_count - 1].den);
}

static size_t new_pair(struct subject *s, bool ratio)
{
	share_last(s);
	s->pairs = hwatt_realloc(s->pairs, (s->pair_count + 1) * sizeof(*s->pairs));
	s->pairs[s->pair_count] = (struct subject_pair){ .ratio = ratio };
	return s->pair_count++;
}

static void use_dc(struct subject_uses *uses, const struct inventory_site *site, struct sources *sources)
{
	for (size_t i = 0; i < sizeof(dc_roles) / sizeof(dc_roles[0]); i++)
		use_sum(uses, &site->power[dc_roles[i]], sources);
}

static size_t energy_pair(struct subject *s, const struct inventory_sum *sum, struct sources *sources)
{
	size_t pair = new_pair(s, false);
	use_sum(&s->pairs[pair].num, sum, sources);
	return pair;
}

/* What quotients of the site as a whole need beside its PUE: water, carbon and renewable energy are the site's, whoever asks. */
static void add_whole(struct subject *s, size_t site_at, struct sources *sources)
{
	const struct inventory_site *site = s->sites[site_at].site;
	struct subject_site whole = s->sites[site_at];
	int category = 0;
	whole.whole_dc = whole.whole_it = whole.whole_grid = whole.whole_onsite = whole.whole_generator = whole.whole_cooling = SUBJECT_NO_PAIR;
	for (int c = 3; c >= 1; c--)
		category = site->power[it_roles[c]].count > 0 ? c : category;
	if (site->power[HWATT_POWER_GRID].count > 0) {
		whole.whole_dc = new_pair(s, false);
		use_dc(&s->pairs[whole.whole_dc].num, site, sources);
	}
	if (category > 0) {
		whole.whole_it = energy_pair(s, &site->power[it_roles[category]], sources);
		whole.power = new_pair(s, true);
		use_sum(&s->pairs[whole.power].num, &site->power[it_roles[category]], sources);
		use_sum(&s->pairs[whole.power].den, &site->power[it_roles[category]], sources);
	}
	if (category > 0 && site->power[HWATT_POWER_GRID].count > 0) {
		whole.whole_grid = new_pair(s, true);
		use_sum(&s->pairs[whole.whole_grid].num, &site->power[HWATT_POWER_GRID], sources);
		use_sum(&s->pairs[whole.whole_grid].den, &site->power[it_roles[category]], sources);
	}
	if (site->power[HWATT_POWER_ONSITE].count > 0)
		whole.whole_onsite = energy_pair(s, &site->power[HWATT_POWER_ONSITE], sources);
	if (site->power[HWATT_POWER_GENERATOR].count > 0)
		whole.whole_generator = energy_pair(s, &site->power[HWATT_POWER_GENERATOR], sources);
	if (site->power[HWATT_POWER_COOLING].count > 0)
		whole.whole_cooling = energy_pair(s, &site->power[HWATT_POWER_COOLING], sources);
	s->sites[site_at] = whole;
}

/* The pairs of a site's PUE, where both sides are metered; a hall without a grid meter has no E_DC. */
static void add_site(struct subject *s, const struct inventory_site *site, struct sources *sources)
{
	s->sites = hwatt_realloc(s->sites, (s->site_count + 1) * sizeof(*s->sites));
	struct subject_site *added = &s->sites[s->site_count++];
	*added = (struct subject_site){ .site = site, .dc = SUBJECT_NO_PAIR, .it = SUBJECT_NO_PAIR, .power = SUBJECT_NO_PAIR,
					.cooling = SUBJECT_NO_PAIR, .ups = SUBJECT_NO_PAIR };
	bool grid = site->power[HWATT_POWER_GRID].count > 0;
	for (int c = 0; c <= 3; c++) {
		added->pue[c] = SUBJECT_NO_PAIR;
		if (c == 0 || !grid || site->power[it_roles[c]].count == 0)
			continue;
		added->pue[c] = new_pair(s, true);
		use_dc(&s->pairs[added->pue[c]].num, site, sources);
		use_sum(&s->pairs[added->pue[c]].den, &site->power[it_roles[c]], sources);
	}
	add_whole(s, s->site_count - 1, sources);
}

/* The registers of water and heat at each of the subject's sites: the site's, whoever asks. */
static void add_resources(struct subject *s, const struct config *config, struct sources *sources)
{
	for (size_t i = 0; i < config->device_count; i++) {
		const struct config_device *device = &config->devices[i];
		const struct config_details *details = config_details(device);
		for (size_t k = 0; k < s->site_count && details->measures.count > 0; k++) {
			struct subject_site *site = &s->sites[k];
			if (strcmp(site->site->site->id, device->device.site) != 0)
				continue;
			site->resources = hwatt_realloc(site->resources, (site->resource_count + details->measures.count) * sizeof(*site->resources));
			for (size_t m = 0; m < details->measures.count; m++) {
				const struct measure *measure = &((const struct measure *)details->measures.items)[m];
				int64_t mpe_ppm = measure->accuracy_ppm != 0 ? measure->accuracy_ppm : details->accuracy_ppm;
				struct subject_resource *added = &site->resources[site->resource_count++];
				*added = (struct subject_resource){ measure, sources_register(sources, device, measure_register(measure),
											      measure->index, mpe_ppm), new_pair(s, false) };
				use(&s->pairs[added->pair].num, added->source, HWATT_PPM);
			}
		}
	}
}

static struct subject_member *add_member(struct subject *s, enum group_kind kind, size_t lanes, int64_t weight_ppm)
{
	struct subject_group *group = &s->groups[kind];
	if (group->count == group->capacity) {
		group->capacity = group->capacity == 0 ? 4 : group->capacity * 2;
		group->members = hwatt_realloc(group->members, group->capacity * sizeof(*group->members));
	}
	group->members[group->count] = (struct subject_member){ .lane = s->lane_count, .peer = SUBJECT_NO_PEER,
								       .weight_ppm = weight_ppm };
	s->lane_count += lanes;
	return &group->members[group->count++];
}

/* --- racks ------------------------------------------------------------------------------------------------------- */

static bool in_rack(const struct inventory_meter *meter, const char *site, const char *rack)
{
	const struct hwatt_device *device = &meter->device->device;
	return rack[0] != '\0' && strcmp(device->rack, rack) == 0 && strcmp(device->site, site) == 0;
}

/* Usable power of one feed: the rack's own, else the smallest that its feeds state; 0 unknown. */
static int64_t usable_mw(const struct inventory *inventory, const struct inventory_sum *pdus, const char *site,
			 const char *rack)
{
	const struct config *config = inventory->config;
	for (size_t i = 0; i < config->rack_count; i++)
		if (strcmp(config->racks[i].id, rack) == 0 && strcmp(config->racks[i].site, site) == 0 &&
		    config->racks[i].usable_mw > 0)
			return config->racks[i].usable_mw;
	int64_t least = 0;
	for (size_t i = 0; i < pdus->count; i++)
		if (in_rack(&pdus->meters[i], site, rack) && config_details(pdus->meters[i].device)->usable_mw > 0 &&
		    (least == 0 || config_details(pdus->meters[i].device)->usable_mw < least))
			least = config_details(pdus->meters[i].device)->usable_mw;
	return least;
}

/* Adds the feeds of a rack that `pdus` holds, once for each rack; none when its usable power is unknown. */
static void add_rack(struct subject *s, const struct inventory *inventory, const struct inventory_sum *pdus,
		     const char *site, const char *rack, struct sources *sources)
{
	int64_t usable = usable_mw(inventory, pdus, site, rack);
	size_t before = s->groups[GROUP_RACK].count;
	for (size_t i = 0; usable > 0 && i < pdus->count; i++) {
		const struct inventory_meter *meter = &pdus->meters[i];
		if (!in_rack(meter, site, rack))
			continue;
		size_t source = sources_meter(sources, meter);
		add_member(s, GROUP_RACK, 1, meter->share_ppm)->sources[0] = source;
	}
	if (s->groups[GROUP_RACK].count > before) {
		s->rack_capacity_mw += usable;
		s->rack_count++;
	}
}

static bool is_pdu_of_rack(const struct inventory_meter *meter)
{
	return meter->power_role == HWATT_POWER_PDU && meter->device->device.rack[0] != '\0';
}

/* Racks of `pdus`, each at its first feed. */
static void add_racks(struct subject *s, const struct inventory *inventory, const struct inventory_sum *pdus,
		      struct sources *sources)
{
	for (size_t i = 0; i < pdus->count; i++) {
		const struct hwatt_device *device = &pdus->meters[i].device->device;
		bool seen = !is_pdu_of_rack(&pdus->meters[i]);
		for (size_t j = 0; j < i && !seen; j++)
			seen = in_rack(&pdus->meters[j], device->site, device->rack);
		if (!seen)
			add_rack(s, inventory, pdus, device->site, device->rack, sources);
	}
}

/* A contract's racks: those wholly in scope, and those of which it has whole PDUs. */
static void add_contract_racks(struct subject *s, const struct inventory *inventory, struct sources *sources)
{
	const struct inventory_scope *scope = s->scope;
	for (size_t r = 0; r < scope->rack_count; r++)
		for (size_t i = 0; i < scope->site_count; i++)
			if (strcmp(scope->sites[i]->site->id, scope->racks[r]->site) == 0)
				add_rack(s, inventory, &scope->sites[i]->power[HWATT_POWER_PDU], scope->racks[r]->site,
					 scope->racks[r]->id, sources);
	struct inventory_meter *rest = hwatt_alloc((scope->energy.count + 1) * sizeof(*rest));
	struct inventory_sum sum = { .meters = rest };
	for (size_t i = 0; i < scope->energy.count; i++) {
		const struct inventory_meter *meter = &scope->energy.meters[i];
		bool whole = is_pdu_of_rack(meter) && meter->first == 0 && meter->last == 0 && meter->share_ppm == HWATT_PPM;
		for (size_t r = 0; r < scope->rack_count && whole; r++)
			whole = !in_rack(meter, scope->racks[r]->site, scope->racks[r]->id);
		if (whole)
			rest[sum.count++] = *meter;
	}
	add_racks(s, inventory, &sum, sources);
	free(rest);
}

/* --- rooms ------------------------------------------------------------------------------------------------------- */

/* Adds the meters of the sum that stand in the room; how many. */
static size_t use_room(struct subject_uses *uses, const struct inventory_sum *sum, const char *room, struct sources *sources)
{
	size_t count = 0;
	for (size_t i = 0; i < sum->count; i++) {
		if (strcmp(sum->meters[i].device->device.room, room) != 0)
			continue;
		use(uses, sources_meter(sources, &sum->meters[i]), sum->meters[i].share_ppm);
		count++;
	}
	return count;
}

/* What the room's IT takes, measured where it is measured first, and with it what else stands in the room: cooling, other loads, and
 * what its UPSes lose.  `asked`: also where nothing is metered but IT, or IT alone is not. */
static void add_room(struct subject *s, const struct inventory_site *site, const char *room, bool asked, struct sources *sources)
{
	struct subject_uses it = {0}, all = {0};
	int category = 0;
	for (int c = 1; c <= 3 && category == 0; c++)
		category = use_room(&it, &site->power[it_roles[c]], room, sources) > 0 ? c : 0;
	bool losses = category == 1 && use_room(&all, &site->power[HWATT_POWER_UPS_INPUT], room, sources) == it.count;
	if (!losses) {
		all.count = 0; /* not every UPS is metered on both sides */
		use_room(&all, &site->power[it_roles[category]], room, sources);
	}
	size_t others = use_room(&all, &site->power[HWATT_POWER_COOLING], room, sources) +
			use_room(&all, &site->power[HWATT_POWER_OTHER], room, sources);
	if (asked ? category == 0 && others == 0 : category == 0 || (others == 0 && !losses)) {
		free(all.items); /* not a room of this site, or a pPUE of 1 that says nothing */
		free(it.items);
		return;
	}
	size_t pair = new_pair(s, true);
	s->pairs[pair].num = all;
	s->pairs[pair].den = it;
	s->rooms = hwatt_realloc(s->rooms, (s->room_count + 1) * sizeof(*s->rooms));
	s->rooms[s->room_count++] = (struct subject_room){ site->site->id, room, category, pair };
}

static void add_rooms(struct subject *s, struct sources *sources)
{
	const struct requirement *all = s->contract->requirements.items;
	for (size_t r = 0; r < s->contract->requirements.count; r++) {
		for (size_t i = 0; i < s->site_count && strcmp(all[r].type->name, "ppue") == 0; i++) {
			const char *site = s->sites[i].site->site->id;
			bool known = all[r].part.site[0] != '\0' && strcmp(all[r].part.site, site) != 0;
			for (size_t k = 0; k < s->room_count; k++)
				known |= strcmp(s->rooms[k].site, site) == 0 && strcmp(s->rooms[k].room, all[r].part.room) == 0;
			if (!known)
				add_room(s, s->sites[i].site, all[r].part.room, true, sources);
		}
	}
}

/* All rooms of a site that have IT and something else. */
static void add_site_rooms(struct subject *s, const struct config *config, struct sources *sources)
{
	struct names rooms = {0};
	for (size_t i = 0; i < config->device_count; i++) {
		const struct hwatt_device *d = &config->devices[i].device;
		if (d->room[0] != '\0' && d->power_role != HWATT_POWER_NONE && strcmp(d->site, s->id) == 0)
			names_add(&rooms, d->room, d);
	}
	names_sort(&rooms);
	for (size_t i = 0; i < rooms.count; i++)
		if (i == 0 || strcmp(rooms.rows[i].text, rooms.rows[i - 1].text) != 0)
			add_room(s, s->sites[0].site, rooms.rows[i].text, false, sources);
	names_free(&rooms);
}

/* The meters of the contract's energy one by one, where it promises an amount of it: each goes on at its own rate. */
static void add_meters(struct subject *s, struct sources *sources)
{
	const struct requirement *all = s->contract->requirements.items;
	bool asked = false;
	for (size_t r = 0; r < s->contract->requirements.count; r++)
		asked |= strcmp(all[r].type->name, "energy") == 0 || strcmp(all[r].type->name, "energy_trend") == 0;
	for (size_t i = 0; asked && i < s->scope->energy.count; i++) {
		size_t source = sources_meter(sources, &s->scope->energy.meters[i]);
		add_member(s, GROUP_METER, 1, s->scope->energy.meters[i].share_ppm)->sources[0] = source;
	}
}

/* --- making ------------------------------------------------------------------------------------------------------ */

/* What its contract agreed on; else what is usual. */
static void set_rules(struct subject *s)
{
	static const struct requirement none;
	const struct requirement *all = s->contract != NULL ? s->contract->requirements.items : &none;
	s->idle = (struct utilisation_rule)UTILISATION_RULE;
	s->inlet = (struct kpi_inlet_range){ 1, 0 };
	for (size_t i = 0; s->contract != NULL && i < s->contract->requirements.count; i++) {
		if (strcmp(all[i].type->name, "idle_ratio") == 0)
			s->idle = all[i].idle.rule;
		if (strcmp(all[i].type->name, "inlet_temperature") == 0 && all[i].inlet.range == KPI_INLET_OWN)
			s->inlet = all[i].inlet.own;
	}
}

static void finish(struct subject *s, const struct zone *zone, size_t month_limit)
{
	share_last(s);
	s->zone = zone;
	set_rules(s);
	bins_init(&s->bins, zone, s->from_s, s->to_s, month_limit);
}

void subject_init_site(struct subject *s, const struct inventory *inventory, const struct inventory_site *site,
		       const struct zone *zone, int64_t from_s, int64_t to_s, struct sources *sources)
{
	s->id = site->site->id;
	s->from_s = from_s;
	s->to_s = to_s;
	add_site(s, site, sources);
	struct subject_site *own = &s->sites[0];
	if (site->power[HWATT_POWER_GRID].count > 0) {
		own->dc = new_pair(s, false);
		use_dc(&s->pairs[own->dc].num, site, sources);
	}
	if (site->power[HWATT_POWER_COOLING].count > 0)
		own->cooling = energy_pair(s, &site->power[HWATT_POWER_COOLING], sources);
	if (site->power[HWATT_POWER_UPS_INPUT].count > 0 && site->power[HWATT_POWER_UPS_OUTPUT].count > 0) {
		own->ups = new_pair(s, true);
		use_sum(&s->pairs[own->ups].num, &site->power[HWATT_POWER_UPS_OUTPUT], sources);
		use_sum(&s->pairs[own->ups].den, &site->power[HWATT_POWER_UPS_INPUT], sources);
	}
	for (int c = 3; c >= 1; c--)
		own->it_category = site->power[it_roles[c]].count > 0 ? c : own->it_category;
	if (own->it_category > 0)
		own->it = energy_pair(s, &site->power[it_roles[own->it_category]], sources);
	s->metered = new_pair(s, false); /* what its PUE needs */
	use_dc(&s->pairs[s->metered].num, site, sources);
	use_sum(&s->pairs[s->metered].num, &site->power[it_roles[own->it_category]], sources);
	add_racks(s, inventory, &site->power[HWATT_POWER_PDU], sources);
	add_site_rooms(s, inventory->config, sources);
	add_resources(s, inventory->config, sources);
	finish(s, zone, SITE_MONTHS);
}

void subject_init_contract(struct subject *s, const struct inventory *inventory, const struct inventory_scope *scope,
			   const struct zone *zone, struct sources *sources)
{
	s->id = scope->contract->id;
	s->contract = scope->contract;
	s->scope = scope;
	struct window all = window_containing(zone, WINDOW_CONTRACT, 0, scope->contract->valid.from_day,
					      scope->contract->valid.to_day);
	s->from_s = all.from_s;
	s->to_s = all.to_s;
	for (size_t i = 0; i < scope->site_count; i++) {
		const char *id = scope->sites[i]->site->id;
		add_site(s, scope->sites[i], sources);
		for (size_t m = 0; m < scope->energy.count; m++) {
			const struct inventory_meter *meter = &scope->energy.meters[m];
			if (strcmp(meter->device->device.site, id) != 0)
				continue;
			if (s->sites[i].it == SUBJECT_NO_PAIR)
				s->sites[i].it = new_pair(s, false);
			s->sites[i].it_category = scope->category;
			use(&s->pairs[s->sites[i].it].num, sources_meter(sources, meter), meter->share_ppm);
		}
	}
	s->metered = energy_pair(s, &scope->energy, sources);
	add_contract_racks(s, inventory, sources);
	add_meters(s, sources);
	add_rooms(s, sources);
	add_resources(s, inventory->config, sources);
	finish(s, zone, 0);
}

void subject_free(struct subject *s)
{
	for (size_t i = 0; i < s->pair_count; i++) {
		free_uses(&s->pairs[i].num);
		free_uses(&s->pairs[i].den);
	}
	for (size_t g = 0; g < GROUP_KINDS; g++)
		free(s->groups[g].members);
	for (size_t i = 0; i < s->site_count; i++)
		free(s->sites[i].resources);
	free(s->pairs);
	free(s->rooms);
	free(s->sites);
	bins_free(&s->bins);
	*s = (struct subject){0};
}

/* --- summaries --------------------------------------------------------------------------------------------------- */

int subject_group_of(enum hwatt_role role, enum hwatt_quantity quantity)
{
	for (int g = 0; g < GROUP_RACK; g++)
		for (size_t l = 0; l < group_rows[g].sources; l++)
			if (group_rows[g].role == role && group_rows[g].quantities[l] == quantity)
				return g;
	return -1;
}

/* The share of `device` that counts for the subject; 0: none. */
static int64_t share_of(const struct subject *s, const struct config_device *device)
{
	if (s->contract == NULL)
		return strcmp(device->device.site, s->id) == 0 ? HWATT_PPM : 0;
	for (size_t i = 0; i < s->scope->subject_count; i++)
		if (strcmp(s->scope->subjects[i].device->device.id, device->device.id) == 0)
			return s->scope->subjects[i].share_ppm;
	return 0;
}

/* Lets a server's processors and its links know of each other. */
static void pair_up(struct subject *s, enum group_kind kind, size_t place)
{
	enum group_kind other = kind == GROUP_CPU ? GROUP_NETWORK : GROUP_CPU;
	struct subject_member *member = &s->groups[kind].members[place];
	for (size_t i = 0; (kind == GROUP_CPU || kind == GROUP_NETWORK) && i < s->groups[other].count; i++) {
		if (s->groups[other].members[i].device != member->device)
			continue;
		member->peer = i;
		s->groups[other].members[i].peer = place;
		return;
	}
}

void subject_join(struct subject *s, struct sources *sources, const struct config_device *device, enum hwatt_role role,
		  enum hwatt_quantity quantity)
{
	int g = subject_group_of(role, quantity);
	int64_t share_ppm = g >= 0 ? share_of(s, device) : 0;
	if (share_ppm == 0)
		return;
	struct subject_member *member = add_member(s, (enum group_kind)g, group_rows[g].lanes, share_ppm);
	member->device = device;
	pair_up(s, (enum group_kind)g, s->groups[g].count - 1);
	for (size_t l = 0; l < group_rows[g].sources; l++)
		member->sources[l] = sources_summary(sources, device, role, group_rows[g].quantities[l]);
}

/* --- points ------------------------------------------------------------------------------------------------------ */

size_t subject_sources(int group)
{
	return group >= GROUP_RACK ? 1 : group_rows[group].sources;
}

size_t subject_lanes(int group)
{
	return group >= GROUP_RACK ? 1 : group_rows[group].lanes;
}

/* The lane counts the time in which something held, out of all that is covered. */
static void count_time(struct kpi_lane *lane, bool held, int64_t covered_ms)
{
	lane->amount += held ? covered_ms : 0;
	lane->covered_ms += covered_ms;
}

void subject_derive(const struct subject *s, int group, int64_t amount, int64_t covered_ms, struct kpi_lane *lanes)
{
	hwatt_i128 twice = (hwatt_i128)2 * covered_ms; /* the amount is 2 x the mean x the time */
	if (group == GROUP_CPU)
		count_time(&lanes[1], amount >= s->idle.busy_ppm * twice, covered_ms);
	for (size_t i = 0; group == GROUP_INLET && i < KPI_INLET_RANGES; i++) {
		const struct kpi_inlet_range *range = i < KPI_INLET_OWN ? &kpi_inlet_classes[i] : &s->inlet;
		count_time(&lanes[1 + i], amount >= range->low * twice && amount <= range->high * twice, covered_ms);
	}
}

/* Calls for every source of the subject, some of them several times. */
static void each_source(const struct subject *s, void (*each)(void *arg, size_t source), void *arg)
{
	for (size_t p = 0; p < s->pair_count; p++) {
		for (size_t i = 0; i < s->pairs[p].num.count; i++)
			each(arg, s->pairs[p].num.items[i].source);
		for (size_t i = 0; i < s->pairs[p].den.count; i++)
			each(arg, s->pairs[p].den.items[i].source);
	}
	for (int g = 0; g < GROUP_KINDS; g++)
		for (size_t m = 0; m < s->groups[g].count; m++)
			for (size_t l = 0; l < subject_sources(g); l++)
				each(arg, s->groups[g].members[m].sources[l]);
}

struct gathering { const struct sources *sources; bool *taken; size_t *scratch; };

static void gather(void *arg, size_t source)
{
	struct gathering *g = arg;
	size_t count = sources_points(g->sources, source, g->scratch, 0);
	for (size_t i = 0; i < count; i++)
		g->taken[g->scratch[i]] = true;
}

struct by_id { int64_t id; size_t place; };

static int compare_ids(const void *left, const void *right)
{
	const struct by_id *a = left, *b = right;
	return (a->id > b->id) - (a->id < b->id);
}

size_t subject_points(const struct subject *s, const struct sources *sources, size_t *out)
{
	size_t all = sources_point_count(sources), count = 0;
	struct gathering gathering = { sources, hwatt_alloc(all + 1), hwatt_alloc((all + 1) * sizeof(size_t)) };
	struct by_id *sorted = hwatt_alloc((all + 1) * sizeof(*sorted));
	each_source(s, gather, &gathering);
	for (size_t i = 0; i < all; i++)
		if (gathering.taken[i])
			sorted[count++] = (struct by_id){ sources_point_id(sources, i), i };
	qsort(sorted, count, sizeof(*sorted), compare_ids);
	for (size_t i = 0; i < count; i++)
		out[i] = sorted[i].place;
	free(sorted);
	free(gathering.taken);
	free(gathering.scratch);
	return count;
}

struct search { const struct sources *sources; size_t *scratch; size_t point; bool found; };

static void look(void *arg, size_t source)
{
	struct search *search = arg;
	size_t count = search->found ? 0 : sources_points(search->sources, source, search->scratch, 0);
	for (size_t i = 0; i < count; i++)
		search->found |= search->scratch[i] == search->point;
}

bool subject_reads(const struct subject *s, const struct sources *sources, size_t point, size_t *scratch)
{
	struct search search = { sources, scratch, point, false };
	each_source(s, look, &search);
	return search.found;
}

/* --- a period ---------------------------------------------------------------------------------------------------- */

static const struct kpi_pair nothing;
static const struct kpi_lane no_lanes[SUBJECT_MAX_LANES];

static const struct kpi_pair *pair_at(const struct sums *sums, size_t pair)
{
	return pair < sums->pair_count ? &sums->pairs[pair] : &nothing;
}

bool subject_has_pue(const struct subject *s, size_t site, int category, const struct sources *sources)
{
	size_t pair = s->sites[site].pue[category];
	if (pair == SUBJECT_NO_PAIR)
		return false;
	const struct subject_uses *it = &s->pairs[pair].den;
	for (size_t i = 0; i < it->count; i++)
		if (sources_blind(sources, it->items[i].source))
			return false;
	return true;
}

static void make_sites(const struct subject *s, const struct sources *sources, const struct sums *sums,
		       struct kpi_site *out)
{
	for (size_t i = 0; i < s->site_count; i++) {
		const struct subject_site *site = &s->sites[i];
		out[i].id = site->site->site->id;
		out[i].rated_it_mw = site->site->site->rated_it_mw;
		if (s->contract != NULL && site->site->site->allocation.rule != ALLOCATION_PROPORTIONAL) {
			const struct config_allocation *a = &site->site->site->allocation;
			out[i].fixed_ppm = a->rule == ALLOCATION_RESERVED ? HWATT_PPM : a->fixed_ppm;
			out[i].reserved_mw = s->contract->reserved_mw;
			out[i].contracted_mw = a->contracted_mw;
		}
		out[i].pd_it_mw = (struct hwatt_ratio){ out[i].rated_it_mw, out[i].rated_it_mw > 0 };
		out[i].has_dc = site->dc != SUBJECT_NO_PAIR;
		out[i].dc = *pair_at(sums, site->dc);
		out[i].has_ups = site->ups != SUBJECT_NO_PAIR;
		out[i].ups = *pair_at(sums, site->ups);
		out[i].has_cooling = site->cooling != SUBJECT_NO_PAIR;
		out[i].cooling = *pair_at(sums, site->cooling);
		out[i].it_category = site->it != SUBJECT_NO_PAIR ? site->it_category : 0;
		out[i].it = *pair_at(sums, site->it);
		out[i].power = *pair_at(sums, site->power);
		for (int c = 1; c <= 3; c++) {
			out[i].has_pue[c] = subject_has_pue(s, i, c, sources);
			out[i].pue[c] = *pair_at(sums, site->pue[c]);
		}
	}
}

void subject_resources(const struct subject *s, size_t site, const struct sums *sums, struct kpi_pair *out)
{
	for (size_t i = 0; i < s->sites[site].resource_count; i++)
		out[i] = *pair_at(sums, s->sites[site].resources[i].pair);
}

void subject_slice(const struct subject *s, size_t site_at, const struct sums *sums, struct kpi_slice *slice)
{
	const struct subject_site *site = &s->sites[site_at];
	for (int c = 1; c <= 3; c++)
		slice->pue[c] = *pair_at(sums, site->pue[c]);
	slice->dc = *pair_at(sums, site->whole_dc);
	slice->it = *pair_at(sums, site->whole_it);
	slice->grid = *pair_at(sums, site->whole_grid);
	slice->onsite = *pair_at(sums, site->whole_onsite);
	slice->generator = *pair_at(sums, site->whole_generator);
	slice->cooling = *pair_at(sums, site->whole_cooling);
}

static int64_t expected_ms(const struct subject_member *member, size_t source_count, bool always, const struct sources *sources,
			   int64_t from_s, int64_t until_s)
{
	int64_t first_s = SOURCES_NEVER;
	for (size_t l = 0; l < source_count; l++) {
		int64_t seen_s = sources_first(sources, member->sources[l]);
		first_s = seen_s < first_s ? seen_s : first_s;
	}
	if (first_s == SOURCES_NEVER && always)
		first_s = from_s;
	first_s = first_s > from_s ? first_s : from_s;
	return first_s < until_s ? (until_s - first_s) * 1000 : 0;
}

static const struct kpi_lane *lanes_of(const struct subject_member *member, int g, const struct sums *sums)
{
	return member->lane + subject_lanes(g) <= sums->lane_count ? &sums->lanes[member->lane] : no_lanes;
}

static void make_group(const struct subject *s, int g, const struct sources *sources, const struct sums *sums,
		       int64_t from_s, int64_t until_s, struct kpi_member **memory, struct kpi_group *out)
{
	const struct subject_group *group = &s->groups[g];
	*memory = hwatt_alloc((group->count + 1) * sizeof(**memory));
	for (size_t m = 0; m < group->count; m++) {
		const struct subject_member *member = &group->members[m];
		struct kpi_member *made = &(*memory)[out->count];
		made->expected_ms = expected_ms(member, subject_sources(g), g == GROUP_RACK, sources, from_s, until_s);
		if (made->expected_ms == 0) /* not there yet */
			continue;
		made->weight_ppm = member->weight_ppm;
		made->lanes = lanes_of(member, g, sums);
		if (g == GROUP_CPU && member->peer != SUBJECT_NO_PEER)
			made->links = lanes_of(&s->groups[GROUP_NETWORK].members[member->peer], GROUP_NETWORK, sums);
		out->count++;
	}
	out->members = *memory;
	memcpy(out->letters, sums->letters[g], sizeof(out->letters));
}

void subject_period_make(const struct subject *s, const struct sources *sources, const struct sums *sums,
			 const struct window *window, int64_t until_s, struct subject_period *out)
{
	int64_t end_s = until_s < window->to_s ? until_s : window->to_s;
	end_s = end_s > window->from_s ? end_s : window->from_s;
	*out = (struct subject_period){0};
	out->sites = hwatt_alloc((s->site_count + 1) * sizeof(*out->sites));
	make_sites(s, sources, sums, out->sites);
	struct kpi_period *period = &out->period;
	period->span = (struct kpi_span){ (end_s - window->from_s) / QUARTER_S, (window->to_s - window->from_s) / QUARTER_S };
	period->single = window->kind == WINDOW_INTERVAL;
	period->site_count = s->site_count;
	period->sites = out->sites;
	period->contract = s->contract != NULL ? s->contract->id : NULL;
	period->metered = *pair_at(sums, s->metered);
	period->has_metered = s->pairs[s->metered].num.count > 0;
	struct kpi_group *groups[] = { &period->cpu, &period->memory, &period->storage, &period->network, &period->inlet,
				       &period->rack, &period->meter };
	for (int g = 0; g < GROUP_KINDS; g++)
		make_group(s, g, sources, sums, window->from_s, end_s, &out->members[g], groups[g]);
	period->rack.capacity_mw = s->rack_capacity_mw;
	period->idle = s->idle;
	out->rooms = hwatt_alloc((s->room_count + 1) * sizeof(*out->rooms));
	for (size_t i = 0; i < s->room_count; i++)
		out->rooms[i] = (struct kpi_room){ s->rooms[i].site, s->rooms[i].room, s->rooms[i].category,
						   *pair_at(sums, s->rooms[i].pair) };
	period->room_count = s->room_count;
	period->rooms = out->rooms;
}

void subject_period_half_year(const struct subject *s, const struct sources *sources, const struct sums *sums, const struct window *window,
			      struct subject_period *out)
{
	make_group(s, GROUP_CPU, sources, sums, window->from_s, window->to_s, &out->half_year, &out->period.half_year);
	for (size_t i = 0; i < out->period.half_year.count; i++) /* seen for less is not known for half a year */
		out->half_year[i].expected_ms = (window->to_s - window->from_s) * 1000;
}

void subject_period_free(struct subject_period *period)
{
	free(period->sites);
	hwatt_arena_free(period->arena);
	for (size_t g = 0; g < GROUP_KINDS; g++)
		free(period->members[g]);
	free(period->half_year);
	free(period->rooms);
	*period = (struct subject_period){0};
}
