/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "inventory.h"
#include "contract.h"
#include "feeding.h"
#include "names.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END (-1)

const int *inventory_total_roles(const struct config_device *device, enum hwatt_power_role power_role)
{
	static const int feeders[] = { HWATT_INLET, HWATT_PHASE, HWATT_BANK, HWATT_OUTLET, HWATT_CHASSIS, HWATT_PSU, END };
	static const int loads[] = { HWATT_CHASSIS, HWATT_PSU, HWATT_INLET, HWATT_PHASE, END };
	static const int ups_inputs[] = { HWATT_UPS_INPUT, HWATT_INLET, HWATT_PHASE, END };
	static const int ups_outputs[] = { HWATT_UPS_OUTPUT, HWATT_OUTLET, END };
	static const int stated[HWATT_ROLES][2] = {
		[HWATT_INLET] = { HWATT_INLET, END }, [HWATT_PHASE] = { HWATT_PHASE, END }, [HWATT_BANK] = { HWATT_BANK, END },
		[HWATT_OUTLET] = { HWATT_OUTLET, END }, [HWATT_UPS_INPUT] = { HWATT_UPS_INPUT, END },
		[HWATT_UPS_OUTPUT] = { HWATT_UPS_OUTPUT, END }, [HWATT_UPS_BATTERY] = { HWATT_UPS_BATTERY, END },
		[HWATT_PSU] = { HWATT_PSU, END }, [HWATT_CHASSIS] = { HWATT_CHASSIS, END }, [HWATT_CPU] = { HWATT_CPU, END },
		[HWATT_MEMORY] = { HWATT_MEMORY, END }, [HWATT_STORAGE] = { HWATT_STORAGE, END },
		[HWATT_INTERFACE] = { HWATT_INTERFACE, END }, [HWATT_POE_PORT] = { HWATT_POE_PORT, END },
		[HWATT_SENSOR] = { HWATT_SENSOR, END },
	};
	int meter = hwatt_role_by_name(config_details(device)->meter);
	if (meter >= 0 && !feeding_is_ups(device))
		return stated[meter];
	switch (power_role) {
	case HWATT_POWER_UPS_INPUT: return ups_inputs;
	case HWATT_POWER_UPS_OUTPUT: return ups_outputs;
	case HWATT_POWER_IT:
	case HWATT_POWER_COOLING:
	case HWATT_POWER_OTHER: return loads;
	default: return feeders;
	}
}

bool inventory_covers(const struct inventory_meter *meter, const char *index)
{
	if (meter->first == 0)
		return true;
	size_t digits = strspn(index, "0123456789");
	if (digits == 0 || digits > 9 || index[digits] != '\0')
		return false;
	int number = atoi(index);
	return number >= meter->first && number <= meter->last;
}

/* "pdu-b1 outlets 1-8", "ups-1 output": as a human would call the meter. */
static void meter_name(const struct inventory_meter *m, char out[96])
{
	const char *id = m->device->device.id;
	if (m->first != 0 && m->first == m->last)
		snprintf(out, 96, "%.60s outlet %d", id, m->first);
	else if (m->first != 0)
		snprintf(out, 96, "%.60s outlets %d-%d", id, m->first, m->last);
	else if (m->role == HWATT_UPS_INPUT || m->role == HWATT_UPS_OUTPUT)
		snprintf(out, 96, "%.60s %s", id, m->role == HWATT_UPS_INPUT ? "input" : "output");
	else
		snprintf(out, 96, "%.90s", id);
}

static size_t device_number(const struct inventory *inv, const struct config_device *device)
{
	return (size_t)(device - inv->config->devices);
}

/* The places where a meter sits: one, or one per outlet. `outlet` from first to last. */
static struct place meter_place(const struct inventory *inv, const struct inventory_meter *m, int outlet)
{
	struct place place = { .device = device_number(inv, m->device), .kind = PLACE_INPUT };
	if (m->first != 0) {
		place.kind = PLACE_OUTLET;
		place.outlet = outlet;
	} else if (m->role == HWATT_UPS_OUTPUT) {
		place.kind = PLACE_OUTPUT;
	}
	return place;
}

/* Whether power that comes through `place` is (or may be) what the meter counts. */
static bool meter_counts(const struct inventory_meter *m, struct place place)
{
	if (m->first != 0)
		return place.kind == PLACE_SOME || (place.kind == PLACE_OUTLET && place.outlet >= m->first && place.outlet <= m->last);
	if (m->role == HWATT_UPS_OUTPUT)
		return place.kind != PLACE_INPUT;
	return true; /* all that goes into the device */
}

struct chosen { /* meters by device, as chains */
	const struct inventory_meter *meters;
	size_t count;
	size_t *first; /* by device: position + 1, 0 none */
	size_t *next;  /* by meter */
};

struct conflict {
	const struct chosen *chosen;
	size_t self;  /* the meter walked from */
	size_t found; /* the other one; chosen->count: none */
};

static bool meet(void *arg, struct place place)
{
	struct conflict *c = arg;
	for (size_t at = c->chosen->first[place.device]; at != 0; at = c->chosen->next[at - 1])
		if (at - 1 != c->self && meter_counts(&c->chosen->meters[at - 1], place)) {
			c->found = at - 1;
			return false;
		}
	return true;
}

/* The first meter that counts what the meter `self` counts, chosen->count when there is none. */
static size_t find_conflict(const struct inventory *inv, const struct chosen *chosen, size_t self)
{
	const struct inventory_meter *m = &chosen->meters[self];
	struct conflict c = { chosen, self, chosen->count };
	for (int outlet = m->first; outlet <= m->last && c.found == chosen->count; outlet++) {
		if (outlet > m->first) { /* above the outlets lies what the first one showed: look at these alone */
			meet(&c, meter_place(inv, m, outlet));
			continue;
		}
		feeding_walk(inv->feeding, meter_place(inv, m, outlet), meet, &c);
	}
	return c.found;
}

static struct chosen choose(const struct inventory *inv, const struct inventory_meter *meters, size_t count)
{
	struct chosen c = { .meters = meters, .count = count };
	c.first = hwatt_alloc((inv->config->device_count + 1) * sizeof(*c.first));
	c.next = hwatt_alloc((count + 1) * sizeof(*c.next));
	for (size_t i = count; i > 0; i--) {
		size_t device = device_number(inv, meters[i - 1].device);
		c.next[i - 1] = c.first[device];
		c.first[device] = i;
	}
	return c;
}

/* Fills `below` and `above` with the first two meters that count the same watts; false when there are none. */
static bool find_double(const struct inventory *inv, const struct inventory_meter *meters, size_t count, size_t *below,
			size_t *above)
{
	struct chosen c = choose(inv, meters, count);
	*above = count;
	for (size_t i = 0; i < count && *above == count; i++) {
		*above = find_conflict(inv, &c, i);
		*below = i;
	}
	free(c.first);
	free(c.next);
	return *above < count;
}

int inventory_cut(const struct inventory *inventory, const struct inventory_meter *meters, size_t count,
		  struct hwatt_error *err)
{
	size_t below, above;
	char one[96], other[96];
	if (!find_double(inventory, meters, count, &below, &above))
		return 0;
	meter_name(&meters[below], one);
	meter_name(&meters[above], other);
	if (meters[below].device == meters[above].device)
		return hwatt_fail(err, HWATT_EINVAL, "DOUBLE_COUNT: %s and %s measure the same watts", one, other);
	return hwatt_fail(err, HWATT_EINVAL, "DOUBLE_COUNT: %s lies behind %s, whose energy holds it already", one, other);
}

/* Whether a device is a meter for `role`; a UPS is one for both of its ends. */
static bool has_role(const struct config_device *device, enum hwatt_power_role role)
{
	if (feeding_is_ups(device))
		return role == HWATT_POWER_UPS_INPUT || role == HWATT_POWER_UPS_OUTPUT;
	return device->device.power_role == role;
}

struct same_role {
	const struct inventory *inv;
	size_t self;
	enum hwatt_power_role role;
	bool found;
};

static bool is_same_role(void *arg, struct place place)
{
	struct same_role *s = arg;
	s->found = place.device != s->self && has_role(&s->inv->config->devices[place.device], s->role);
	return !s->found;
}

/* Whether no other meter for `role` is upstream. */
static bool is_topmost(const struct inventory *inv, const struct config_device *device, enum hwatt_power_role role)
{
	struct same_role s = { inv, device_number(inv, device), role, false };
	feeding_walk(inv->feeding, (struct place){ .device = s.self, .kind = PLACE_INPUT }, is_same_role, &s);
	return !s.found;
}

struct pile { /* meters, while their number is not known */
	struct inventory_meter *meters;
	size_t count, capacity;
};

static void add_meter(struct pile *pile, const struct config_device *device, enum hwatt_power_role power_role, int role,
		      int64_t share_ppm)
{
	if (pile->count == pile->capacity) {
		pile->capacity = pile->capacity == 0 ? 16 : pile->capacity * 2;
		pile->meters = hwatt_realloc(pile->meters, pile->capacity * sizeof(*pile->meters));
	}
	pile->meters[pile->count++] = (struct inventory_meter){ .device = device, .power_role = (uint8_t)power_role, .role = (int16_t)role,
								.share_ppm = (int32_t)share_ppm };
}

/* Moves the pile to the arena. */
static struct inventory_sum keep(struct inventory *inv, struct pile *pile)
{
	struct inventory_meter *meters = hwatt_arena_alloc(inv->arena, (pile->count + 1) * sizeof(*meters));
	if (pile->count > 0)
		memcpy(meters, pile->meters, pile->count * sizeof(*meters));
	struct inventory_sum sum = { pile->count, meters };
	free(pile->meters);
	*pile = (struct pile){0};
	return sum;
}

/* E_DC is what grid, on-site generation and generators give together: none of them may be behind another. */
static void check_supply(const struct inventory *inv, const struct inventory_site *site, struct hwatt_report *report)
{
	static const enum hwatt_power_role roles[] = { HWATT_POWER_GRID, HWATT_POWER_ONSITE, HWATT_POWER_GENERATOR };
	struct pile all = {0};
	struct hwatt_error err;
	for (size_t r = 0; r < 3; r++)
		for (size_t i = 0; i < site->power[roles[r]].count; i++)
			add_meter(&all, site->power[roles[r]].meters[i].device, roles[r], -1, HWATT_PPM);
	if (inventory_cut(inv, all.meters, all.count, &err) < 0)
		hwatt_report_add(report, &site->site->mark, "the energy that enters %s: %s", site->site->id, err.text);
	free(all.meters);
}

/* The role whose points are the meter: one end of a UPS, -1 for a total. */
static int end_of(const struct config_device *device, int power_role)
{
	if (!feeding_is_ups(device))
		return -1;
	return power_role == HWATT_POWER_UPS_INPUT ? HWATT_UPS_INPUT : HWATT_UPS_OUTPUT;
}

static void build_sites(struct inventory *inv, const struct names *sites, struct hwatt_report *report)
{
	const struct config *c = inv->config;
	struct inventory_site *out = hwatt_arena_alloc(inv->arena, (c->site_count + 1) * sizeof(*out));
	struct pile(*piles)[HWATT_POWER_ROLES] = hwatt_alloc((c->site_count + 1) * sizeof(*piles));
	for (size_t i = 0; i < c->device_count; i++) {
		const struct config_device *d = &c->devices[i];
		const struct config_site *site = names_find(sites, d->device.site);
		for (int role = HWATT_POWER_NONE + 1; site != NULL && role < HWATT_POWER_ROLES; role++)
			if (has_role(d, (enum hwatt_power_role)role) && is_topmost(inv, d, (enum hwatt_power_role)role))
				add_meter(&piles[site - c->sites][role], d, (enum hwatt_power_role)role, end_of(d, role), HWATT_PPM);
	}
	for (size_t s = 0; s < c->site_count; s++) {
		out[s].site = &c->sites[s];
		for (int role = 0; role < HWATT_POWER_ROLES; role++)
			out[s].power[role] = keep(inv, &piles[s][role]);
		check_supply(inv, &out[s], report);
	}
	free(piles);
	inv->sites = out;
	inv->site_count = c->site_count;
}

struct scoping { /* one contract's scope in the making */
	struct inventory *inv;
	struct hwatt_report *report;
	const struct names *sites, *devices, *racks; /* racks: devices by the rack they stand in */
	const struct contract *contract;
	struct inventory_scope *out;
	struct pile meters;
	const struct contract_scope **rows;          /* which row chose each meter */
	size_t rows_capacity;
	int64_t *subjects;                           /* share by device, 0: no subject */
	bool *site_used;
	const struct config_rack **whole_racks;
	size_t whole_rack_count, whole_rack_capacity;
};

static void choose_meter(struct scoping *s, const struct contract_scope *row, const struct config_device *device,
			 enum hwatt_power_role power_role, int role)
{
	if (s->meters.count == s->rows_capacity) {
		s->rows_capacity = s->rows_capacity == 0 ? 16 : s->rows_capacity * 2;
		s->rows = hwatt_realloc(s->rows, s->rows_capacity * sizeof(*s->rows));
	}
	s->rows[s->meters.count] = row;
	add_meter(&s->meters, device, power_role, role, row->share_ppm);
	int category = power_role == HWATT_POWER_UPS_OUTPUT ? 1 : power_role == HWATT_POWER_PDU ? 2 : 3;
	if (s->out->category == 0 || category < s->out->category)
		s->out->category = category;
}

/* Devices that are read for their utilisation: IT, and those without any power role. */
static bool can_be_subject(const struct config_device *device)
{
	return device->device.power_role == HWATT_POWER_IT || device->device.power_role == HWATT_POWER_NONE;
}

static void add_subject(struct scoping *s, const struct config_device *device, int64_t share_ppm)
{
	int64_t *share = &s->subjects[device_number(s->inv, device)];
	if (share_ppm > *share) /* two rows may reach a server, through its A and its B feed */
		*share = share_ppm;
}

static void use_site(struct scoping *s, const char *site)
{
	const struct config_site *found = names_find(s->sites, site);
	if (found != NULL)
		s->site_used[found - s->inv->config->sites] = true;
}

/* The rack as it is configured, or made up when only devices name it. */
static const struct config_rack *rack_called(struct scoping *s, const char *site, const char *id, struct hwatt_mark at)
{
	const struct config *c = s->inv->config;
	for (size_t i = 0; i < c->rack_count; i++)
		if (strcmp(c->racks[i].id, id) == 0 && strcmp(c->racks[i].site, site) == 0)
			return &c->racks[i];
	for (size_t i = 0; i < s->whole_rack_count; i++)
		if (strcmp(s->whole_racks[i]->id, id) == 0 && strcmp(s->whole_racks[i]->site, site) == 0)
			return s->whole_racks[i];
	struct config_rack *rack = hwatt_arena_alloc(s->inv->arena, sizeof(*rack));
	*rack = (struct config_rack){ .id = id, .site = site, .mark = at };
	return rack;
}

static void add_rack(struct scoping *s, const struct config_rack *rack)
{
	for (size_t i = s->whole_rack_count; i > 0; i--) /* what is added twice mostly stands last */
		if (s->whole_racks[i - 1] == rack)
			return;
	if (s->whole_rack_count == s->whole_rack_capacity) {
		s->whole_rack_capacity = s->whole_rack_capacity == 0 ? 16 : s->whole_rack_capacity * 2;
		s->whole_racks = hwatt_realloc(s->whole_racks, s->whole_rack_capacity * sizeof(*s->whole_racks));
	}
	s->whole_racks[s->whole_rack_count++] = rack;
}

/* The site's IT energy at the lowest category that is metered. */
static void scope_site(struct scoping *s, const struct contract_scope *row)
{
	static const enum hwatt_power_role levels[] = { HWATT_POWER_UPS_OUTPUT, HWATT_POWER_PDU, HWATT_POWER_IT };
	const struct config *c = s->inv->config;
	const struct config_site *site = names_find(s->sites, row->site);
	if (site == NULL) {
		hwatt_report_add(s->report, &row->mark, "there is no site \"%.60s\"%s", row->site,
				 names_hint(s->sites, row->site, s->inv->arena));
		return;
	}
	const struct inventory_site *inside = &s->inv->sites[site - c->sites];
	for (size_t level = 0; level < 3; level++) {
		const struct inventory_sum *sum = &inside->power[levels[level]];
		for (size_t i = 0; i < sum->count; i++)
			choose_meter(s, row, sum->meters[i].device, levels[level], sum->meters[i].role);
		if (sum->count > 0)
			break;
	}
	for (size_t i = 0; i < c->device_count; i++)
		if (can_be_subject(&c->devices[i]) && strcmp(c->devices[i].device.site, site->id) == 0)
			add_subject(s, &c->devices[i], row->share_ppm);
	for (size_t i = 0; i < c->rack_count && row->share_ppm == HWATT_PPM; i++)
		if (strcmp(c->racks[i].site, site->id) == 0)
			add_rack(s, &c->racks[i]);
	for (size_t i = 0; i < s->racks->count && row->share_ppm == HWATT_PPM; i++)
		if (strcmp(((const struct config_device *)s->racks->rows[i].thing)->device.site, site->id) == 0)
			add_rack(s, rack_called(s, site->id, s->racks->rows[i].text, row->mark));
	use_site(s, site->id);
}

struct rack_search { /* the sites where a rack of that name stands */
	const struct contract_scope *row;
	const char *site, *other; /* the first, and one that differs from it; NULL: none */
};

static void look_at_rack(struct rack_search *r, const char *rack, const char *site)
{
	if (strcmp(rack, r->row->rack) != 0 || (r->row->site[0] != '\0' && strcmp(r->row->site, site) != 0))
		return;
	if (r->site == NULL)
		r->site = site;
	else if (strcmp(r->site, site) != 0)
		r->other = site;
}

static void report_no_rack(struct scoping *s, const struct contract_scope *row)
{
	const struct config *c = s->inv->config;
	struct names all = {0};
	for (size_t i = 0; i < s->racks->count; i++) {
		const struct config_device *d = s->racks->rows[i].thing;
		if (row->site[0] == '\0' || strcmp(row->site, d->device.site) == 0)
			names_add(&all, d->device.rack, NULL);
	}
	for (size_t i = 0; i < c->rack_count; i++)
		if (row->site[0] == '\0' || strcmp(row->site, c->racks[i].site) == 0)
			names_add(&all, c->racks[i].id, NULL);
	hwatt_report_add(s->report, &row->mark, "there is no rack \"%.60s\"%s%s%s", row->rack, row->site[0] != '\0' ? " at " : "",
			 row->site, names_hint(&all, row->rack, s->inv->arena));
	names_free(&all);
}

/* The site of the rack that the row means; NULL after a mistake. */
static const char *rack_site(struct scoping *s, const struct contract_scope *row)
{
	const struct config *c = s->inv->config;
	struct rack_search r = { .row = row };
	for (size_t i = names_first(s->racks, row->rack); i < s->racks->count; i++)
		look_at_rack(&r, s->racks->rows[i].text, ((const struct config_device *)s->racks->rows[i].thing)->device.site);
	for (size_t i = 0; i < c->rack_count; i++)
		look_at_rack(&r, c->racks[i].id, c->racks[i].site);
	if (r.site == NULL) {
		report_no_rack(s, row);
	} else if (r.other != NULL) {
		hwatt_report_add(s->report, &row->mark, "the rack \"%.60s\" stands at %s and at %s; state its site too", row->rack, r.site,
				 r.other);
		return NULL;
	}
	return r.site;
}

struct behind {
	const struct inventory *inv;
	const struct inventory_meter *meter;
	bool found;
};

static bool is_behind(void *arg, struct place place)
{
	struct behind *b = arg;
	b->found = place.device == device_number(b->inv, b->meter->device) && meter_counts(b->meter, place);
	return !b->found;
}

/* The rack's PDUs, without those behind another of them; else its IT devices. */
static void scope_rack(struct scoping *s, const struct contract_scope *row)
{
	const char *site = rack_site(s, row);
	if (site == NULL)
		return;
	struct pile pdus = {0};
	size_t first = names_first(s->racks, row->rack), end = first;
	for (; end < s->racks->count && strcmp(s->racks->rows[end].text, row->rack) == 0; end++) {
		const struct config_device *d = s->racks->rows[end].thing;
		if (strcmp(d->device.site, site) != 0)
			continue;
		if (can_be_subject(d))
			add_subject(s, d, row->share_ppm);
		if (d->device.power_role == HWATT_POWER_PDU)
			add_meter(&pdus, d, HWATT_POWER_PDU, -1, row->share_ppm);
	}
	for (size_t i = 0; i < pdus.count; i++) {
		bool below = false;
		for (size_t k = 0; k < pdus.count && !below; k++) {
			struct behind b = { s->inv, &pdus.meters[k], false };
			if (k != i)
				feeding_walk(s->inv->feeding, meter_place(s->inv, &pdus.meters[i], 0), is_behind, &b);
			below = b.found;
		}
		if (!below)
			choose_meter(s, row, pdus.meters[i].device, HWATT_POWER_PDU, -1);
	}
	for (size_t i = first; i < end && pdus.count == 0; i++) {
		const struct config_device *d = s->racks->rows[i].thing;
		if (strcmp(d->device.site, site) == 0 && d->device.power_role == HWATT_POWER_IT &&
		    is_topmost(s->inv, d, HWATT_POWER_IT))
			choose_meter(s, row, d, HWATT_POWER_IT, -1);
	}
	free(pdus.meters);
	if (row->share_ppm == HWATT_PPM)
		add_rack(s, rack_called(s, site, row->rack, row->mark));
	use_site(s, site);
}

/* The devices whose power comes (or may come) through the meter that was chosen last. */
static void add_subjects_behind(struct scoping *s, int64_t share_ppm)
{
	const struct config *c = s->inv->config;
	struct behind b = { s->inv, &s->meters.meters[s->meters.count - 1], false };
	for (size_t i = 0; i < c->device_count; i++) {
		if (!can_be_subject(&c->devices[i]) || strcmp(c->devices[i].device.site, b.meter->device->device.site) != 0)
			continue;
		b.found = false;
		feeding_walk(s->inv->feeding, (struct place){ .device = i, .kind = PLACE_INPUT }, is_behind, &b);
		if (b.found)
			add_subject(s, &c->devices[i], share_ppm);
	}
}

static void scope_outlets(struct scoping *s, const struct contract_scope *row, const struct config_device *d)
{
	if (d->device.power_role != HWATT_POWER_PDU) {
		hwatt_report_add(s->report, &row->mark, "%s is no PDU, so that it has no outlets to choose; leave \"outlets\" out", d->device.id);
		return;
	}
	choose_meter(s, row, d, HWATT_POWER_IT, HWATT_OUTLET); /* at the outlet: category 3 */
	struct inventory_meter *m = &s->meters.meters[s->meters.count - 1];
	const char *dash = strchr(row->outlets, '-');
	m->first = atoi(row->outlets);
	m->last = dash != NULL ? atoi(dash + 1) : m->first;
	if (m->first < 1 || m->last < m->first)
		hwatt_report_add(s->report, &row->mark, "\"%.20s\" is no range of outlets; write \"3\" or 1-8", row->outlets);
	else
		add_subjects_behind(s, row->share_ppm);
}

static void scope_device(struct scoping *s, const struct contract_scope *row)
{
	const struct config_device *d = names_find(s->devices, row->device);
	if (d == NULL) {
		hwatt_report_add(s->report, &row->mark, "there is no device \"%.60s\"%s", row->device,
				 names_hint(s->devices, row->device, s->inv->arena));
		return;
	}
	use_site(s, d->device.site);
	enum hwatt_power_role role = d->device.power_role;
	if (row->outlets[0] != '\0') {
		scope_outlets(s, row, d);
	} else if (role == HWATT_POWER_IT || role == HWATT_POWER_NONE) {
		if (role == HWATT_POWER_IT)
			choose_meter(s, row, d, role, -1);
		add_subject(s, d, row->share_ppm);
	} else if (role == HWATT_POWER_PDU || has_role(d, HWATT_POWER_UPS_OUTPUT)) {
		enum hwatt_power_role end = role == HWATT_POWER_PDU ? role : HWATT_POWER_UPS_OUTPUT;
		choose_meter(s, row, d, end, end_of(d, (int)end));
		add_subjects_behind(s, row->share_ppm);
	} else {
		hwatt_report_add(s->report, &row->mark, "%s has the power role %s, which measures no IT equipment; name a UPS, PDU or IT device",
				 d->device.id, hwatt_power_role_name(role));
	}
}

/* Moves what was found to the arena. */
static void keep_scope(struct scoping *s)
{
	const struct config *c = s->inv->config;
	struct inventory_scope *out = s->out;
	out->energy = keep(s->inv, &s->meters);
	size_t count = 0;
	for (size_t i = 0; i < c->device_count; i++)
		count += s->subjects[i] > 0 ? 1 : 0;
	struct inventory_subject *subjects = hwatt_arena_alloc(s->inv->arena, (count + 1) * sizeof(*subjects));
	for (size_t i = 0; i < c->device_count; i++)
		if (s->subjects[i] > 0)
			subjects[out->subject_count++] = (struct inventory_subject){ &c->devices[i], s->subjects[i] };
	out->subjects = subjects;
	out->racks = hwatt_arena_alloc(s->inv->arena, (s->whole_rack_count + 1) * sizeof(*out->racks));
	if (s->whole_rack_count > 0)
		memcpy(out->racks, s->whole_racks, s->whole_rack_count * sizeof(*out->racks));
	out->rack_count = s->whole_rack_count;
	out->sites = hwatt_arena_alloc(s->inv->arena, (c->site_count + 1) * sizeof(*out->sites));
	for (size_t i = 0; i < c->site_count; i++)
		if (s->site_used[i])
			out->sites[out->site_count++] = &s->inv->sites[i];
}

/* A partial PUE of a room that no device is in would never be known. */
static void check_rooms(struct scoping *s)
{
	const struct config *c = s->inv->config;
	const struct requirement *all = s->contract->requirements.items;
	for (size_t r = 0; r < s->contract->requirements.count; r++) {
		const struct requirement *ppue = &all[r];
		if (strcmp(ppue->type->name, "ppue") != 0)
			continue;
		struct names rooms = {0};
		for (size_t i = 0; i < c->device_count; i++) {
			const struct hwatt_device *d = &c->devices[i].device;
			bool at = ppue->part.site[0] == '\0' || strcmp(d->site, ppue->part.site) == 0;
			for (size_t k = 0; k < s->out->site_count && at && d->room[0] != '\0'; k++)
				if (strcmp(s->out->sites[k]->site->id, d->site) == 0)
					names_add(&rooms, d->room, d);
		}
		names_sort(&rooms);
		if (names_find(&rooms, ppue->part.room) == NULL)
			hwatt_report_add(s->report, &ppue->mark, "no device of %s%s stands in a room \"%.60s\"%s",
					 ppue->part.site[0] != '\0' ? "site " : "the contract's sites", ppue->part.site, ppue->part.room,
					 names_hint(&rooms, ppue->part.room, s->inv->arena));
		names_free(&rooms);
	}
}

static void build_scope(struct scoping *s)
{
	const struct config *c = s->inv->config;
	const struct contract_scope *rows = s->contract->scope.items;
	s->subjects = hwatt_alloc((c->device_count + 1) * sizeof(*s->subjects));
	s->site_used = hwatt_alloc((c->site_count + 1) * sizeof(*s->site_used));
	for (size_t i = 0; i < s->contract->scope.count; i++) {
		if (rows[i].device[0] != '\0')
			scope_device(s, &rows[i]);
		else if (rows[i].rack[0] != '\0')
			scope_rack(s, &rows[i]);
		else
			scope_site(s, &rows[i]);
	}
	size_t below, above;
	struct hwatt_error err;
	if (find_double(s->inv, s->meters.meters, s->meters.count, &below, &above)) {
		inventory_cut(s->inv, s->meters.meters, s->meters.count, &err);
		const struct contract_scope *later = above > below ? s->rows[above] : s->rows[below];
		hwatt_report_add(s->report, &later->mark, "%s", err.text);
	}
	keep_scope(s);
	check_rooms(s);
	free(s->subjects);
	free(s->site_used);
	free(s->whole_racks);
	free(s->rows);
}

static void build_scopes(struct inventory *inv, const struct names *sites, const struct names *devices,
			 struct hwatt_report *report)
{
	const struct config *c = inv->config;
	struct inventory_scope *scopes = hwatt_arena_alloc(inv->arena, (c->contract_count + 1) * sizeof(*scopes));
	struct names racks = {0};
	for (size_t i = 0; i < c->device_count; i++)
		if (c->devices[i].device.rack[0] != '\0')
			names_add(&racks, c->devices[i].device.rack, &c->devices[i]);
	names_sort(&racks);
	for (size_t i = 0; i < c->contract_count; i++) {
		struct scoping s = { .inv = inv, .report = report, .sites = sites, .devices = devices, .racks = &racks,
				     .contract = c->contracts[i], .out = &scopes[i] };
		scopes[i].contract = c->contracts[i];
		build_scope(&s);
	}
	names_free(&racks);
	inv->scopes = scopes;
	inv->scope_count = c->contract_count;
}

struct inventory *inventory_build(const struct config *config, struct hwatt_report *report)
{
	size_t before = report_total(report);
	struct hwatt_arena *arena = hwatt_arena_new();
	struct inventory *inv = hwatt_arena_alloc(arena, sizeof(*inv));
	*inv = (struct inventory){ .arena = arena, .config = config };
	inv->feeding = feeding_build(config, arena, report);
	if (inv->feeding != NULL) {
		struct names sites = {0}, devices = {0};
		for (size_t i = 0; i < config->site_count; i++)
			names_add(&sites, config->sites[i].id, &config->sites[i]);
		for (size_t i = 0; i < config->device_count; i++)
			names_add(&devices, config->devices[i].device.id, &config->devices[i]);
		names_sort(&sites);
		names_sort(&devices);
		build_sites(inv, &sites, report);
		build_scopes(inv, &sites, &devices, report);
		names_free(&sites);
		names_free(&devices);
	}
	if (report_total(report) == before)
		return inv;
	inventory_free(inv);
	return NULL;
}

void inventory_free(struct inventory *inventory)
{
	if (inventory != NULL)
		hwatt_arena_free(inventory->arena); /* the inventory itself lies in it */
}
