/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* readings.c - one pass over all points hangs each into the lists of its families, then each list is written.
 *
 * A family has every label set once: the first point of a device that claims one keeps it. */
#include "families.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A list a family: last values of each quantity, chosen and alternative; energy; names. */
enum {
	LIST_VALUES = 0,
	LIST_ALTERNATIVES = HWATT_QUANTITIES,
	LIST_ENERGY = 2 * HWATT_QUANTITIES,
	LIST_ENERGY_ALTERNATIVES,
	LIST_THERMAL,
	LIST_THERMAL_ALTERNATIVES,
	LIST_WATER,
	LIST_WATER_ALTERNATIVES,
	LIST_NAMES,
	LISTS
};

#define NOTHING UINT32_MAX

struct entry {
	const struct hwatt_view_device *device;
	const struct hwatt_view_point *point;
	uint32_t next;
	uint32_t list;
};

struct sorter {
	struct entry *entries;
	size_t count, capacity;
	uint32_t first[LISTS], last[LISTS];
	struct seen { /* hash table of the label sets of one device */
		uint32_t stamp, entry;
	} *seen;
	size_t mask;
	uint32_t stamp; /* of the present device: older slots are free */
	size_t duplicates;
};

static bool has_source_label(uint32_t list)
{
	return (list >= LIST_ALTERNATIVES && list < LIST_ENERGY) || list == LIST_ENERGY_ALTERNATIVES ||
	       list == LIST_THERMAL_ALTERNATIVES || list == LIST_WATER_ALTERNATIVES;
}

static bool same_labels(const struct entry *e, const struct hwatt_view_point *point, uint32_t list)
{
	return e->list == list && e->point->role == point->role && strcmp(e->point->index, point->index) == 0 &&
	       (!has_source_label(list) || strcmp(e->point->source, point->source) == 0);
}

static uint64_t mix(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211); /* FNV-1a */
	return hash;
}

/* The slot of that label set in the present device: taken when its stamp is the present one. */
static struct seen *seen_slot(const struct sorter *s, const struct hwatt_view_point *point, uint32_t list)
{
	uint64_t hash = mix(UINT64_C(14695981039346656037) + list * 31u + (uint64_t)point->role, point->index);
	if (has_source_label(list))
		hash = mix(hash, point->source);
	size_t at = (size_t)(hash ^ hash >> 32) & s->mask;
	while (s->seen[at].stamp == s->stamp && !same_labels(&s->entries[s->seen[at].entry], point, list))
		at = (at + 1) & s->mask;
	return &s->seen[at];
}

static void hang(struct sorter *s, uint32_t list, const struct hwatt_view_device *device,
		 const struct hwatt_view_point *point)
{
	struct seen *slot = seen_slot(s, point, list);
	if (slot->stamp == s->stamp) {
		s->duplicates += list != LIST_NAMES; /* several quantities of one outlet bear its name */
		return;
	}
	if (s->count == s->capacity) {
		s->capacity = s->capacity > 0 ? 2 * s->capacity : 1024;
		s->entries = hwatt_realloc(s->entries, s->capacity * sizeof(s->entries[0]));
	}
	uint32_t at = (uint32_t)s->count++;
	s->entries[at] = (struct entry){ .device = device, .point = point, .next = NOTHING, .list = list };
	*slot = (struct seen){ .stamp = s->stamp, .entry = at };
	if (s->first[list] == NOTHING)
		s->first[list] = at;
	else
		s->entries[s->last[list]].next = at;
	s->last[list] = at;
}

static void hang_point(struct sorter *s, const struct hwatt_view_device *device,
		       const struct hwatt_view_point *point)
{
	uint32_t quantity = point->quantity;
	if (point->present && hwatt_quantity_info(point->quantity)->metric != NULL)
		hang(s, (point->alternative ? LIST_ALTERNATIVES : LIST_VALUES) + quantity, device, point);
	bool electric = quantity == HWATT_ENERGY || quantity == HWATT_ACTIVE_POWER;
	uint32_t list = electric ? LIST_ENERGY : quantity == HWATT_THERMAL_ENERGY ? LIST_THERMAL : LIST_WATER;
	if (point->metered && (electric || quantity == HWATT_THERMAL_ENERGY || quantity == HWATT_WATER_VOLUME))
		hang(s, list + (point->alternative ? 1u : 0u), device, point);
	if (point->name[0] != '\0')
		hang(s, LIST_NAMES, device, point);
}

static void sort_points(struct sorter *s, const struct hwatt_snapshot *snap)
{
	size_t most = 1, slots = 16;
	for (size_t i = 0; i < snap->device_count; i++)
		if (snap->devices[i]->point_count > most)
			most = snap->devices[i]->point_count;
	while (slots < 6 * most) /* a point is in up to three lists */
		slots *= 2;
	s->mask = slots - 1;
	s->seen = hwatt_alloc(slots * sizeof(s->seen[0]));
	for (size_t i = 0; i < LISTS; i++)
		s->first[i] = NOTHING;
	for (size_t i = 0; i < snap->device_count; i++) {
		const struct hwatt_view_device *device = snap->devices[i];
		s->stamp++;
		for (size_t p = 0; p < device->point_count; p++)
			hang_point(s, device, &device->points[p]);
	}
}

/* The value in the family's unit. Two quantities are kept in units that no family bears. */
static void put_point_value(struct exposition *x, const struct entry *e)
{
	const struct hwatt_view_point *p = e->point;
	if (p->quantity == HWATT_FAN_SPEED) /* thousandths of a revolution a minute -> a second */
		exposition_double(x, (double)p->value / 60000.0);
	else if (p->quantity == HWATT_IF_SPEED) /* bits -> octets: eighths have three decimals */
		exposition_fixed(x, p->value * 125, 3);
	else
		exposition_fixed(x, p->value, hwatt_quantity_info(p->quantity)->decimals);
}

static void put_total(struct exposition *x, const struct entry *e)
{
	exposition_energy(x, e->point->total_j, e->point->total_uj);
}

/* Litres. */
static void put_volume(struct exposition *x, const struct entry *e)
{
	exposition_fixed(x, e->point->total_j, 3);
}

static void put_list(struct exposition *x, const struct sorter *s, uint32_t list, const struct family *family,
		     void (*put)(struct exposition *x, const struct entry *entry))
{
	exposition_family(x, family);
	for (uint32_t at = s->first[list]; at != NOTHING; at = s->entries[at].next) {
		const struct entry *e = &s->entries[at];
		exposition_sample(x);
		exposition_label(x, "device", e->device->id);
		exposition_label(x, "role", hwatt_role_name(e->point->role));
		exposition_label(x, "index", e->point->index);
		if (has_source_label(list))
			exposition_label(x, "source", e->point->source);
		if (list == LIST_NAMES)
			exposition_label(x, "name", e->point->name);
		put(x, e);
	}
}

static void put_quantity(struct exposition *x, const struct sorter *s, enum hwatt_quantity quantity)
{
	const struct hwatt_quantity_info *info = hwatt_quantity_info(quantity);
	if (info->metric == NULL)
		return;
	char help[400], other_name[96], other_help[400];
	snprintf(help, sizeof(help), "%s The device's last answer; absent while it is silent.", info->help);
	snprintf(other_name, sizeof(other_name), "alternative_%s", info->metric);
	snprintf(other_help, sizeof(other_help), "%s What another source says of the same thing; not to be added up.",
		 info->help);
	size_t length = strlen(info->metric);
	bool total = length > 6 && strcmp(info->metric + length - 6, "_total") == 0;
	enum family_type type = total ? FAMILY_COUNTER : FAMILY_GAUGE;
	const struct family chosen = { .name = info->metric, .type = type, .help = help };
	const struct family other = { .name = other_name, .type = type, .help = other_help };
	put_list(x, s, LIST_VALUES + (uint32_t)quantity, &chosen, put_point_value);
	put_list(x, s, LIST_ALTERNATIVES + (uint32_t)quantity, &other, put_point_value);
}

static void put_one(struct exposition *x, const struct entry *e)
{
	(void)e;
	exposition_int(x, 1);
}

void put_readings(struct exposition *x, const struct hwatt_snapshot *snap)
{
	static const struct {
		uint32_t list;
		struct family family;
		void (*put)(struct exposition *x, const struct entry *entry);
	} totals[] = {
		{ LIST_ENERGY, { "energy_joules_total", FAMILY_COUNTER,
				 "Energy since the point was first seen. Never goes back, also over a restart or a reset of the "
				 "device's register; stays while the device is silent.", false }, put_total },
		{ LIST_ENERGY_ALTERNATIVES, { "alternative_energy_joules_total", FAMILY_COUNTER,
					      "Energy by another source of the same thing; not to be added up.", false }, put_total },
		{ LIST_THERMAL, { "thermal_energy_joules_total", FAMILY_COUNTER,
				  "Heat since the point was first seen. Never goes back; stays while the device is silent.",
				  false }, put_total },
		{ LIST_THERMAL_ALTERNATIVES, { "alternative_thermal_energy_joules_total", FAMILY_COUNTER,
					       "Heat by another source of the same thing; not to be added up.", false }, put_total },
		{ LIST_WATER, { "water_cubic_meters_total", FAMILY_COUNTER,
				"Water since the point was first seen. Never goes back, also over a reset of the meter's register; stays "
				"while the device is silent.", false }, put_volume },
		{ LIST_WATER_ALTERNATIVES, { "alternative_water_cubic_meters_total", FAMILY_COUNTER,
					     "Water by another source of the same thing; not to be added up.", false }, put_volume },
	};
	static const struct family names = { "point_info", FAMILY_INFO,
					     "The device's own name of an outlet, interface and so on; always 1.", false };
	static const struct family duplicates = {
		"duplicate_points", FAMILY_GAUGE,
		"Points left out because another of their device has the same role, index and quantity.", false
	};
	struct sorter sorter = { .count = 0 };
	sort_points(&sorter, snap);
	for (int quantity = 0; quantity < HWATT_QUANTITIES; quantity++)
		put_quantity(x, &sorter, (enum hwatt_quantity)quantity);
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		put_list(x, &sorter, totals[i].list, &totals[i].family, totals[i].put);
	put_list(x, &sorter, LIST_NAMES, &names, put_one);
	exposition_family(x, &duplicates);
	exposition_sample(x);
	exposition_int(x, (int64_t)sorter.duplicates);
	free(sorter.entries);
	free(sorter.seen);
}
