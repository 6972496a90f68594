/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* readings.c - a family for each quantity, chosen and alternative, for each kind of total, and for names: each asks every device
 * for its points.
 *
 * A family has every label set once: the first point of a device that claims one keeps it. */
#include "writing.h"
#include <stdio.h>
#include <string.h>

#define ALL UINT32_MAX
#define ELECTRIC (1u << HWATT_ENERGY | 1u << HWATT_ACTIVE_POWER)

enum what { VALUES, TOTALS, NAMES };

struct list { /* which points a family shows */
	enum what what;
	uint32_t quantities; /* a set */
	bool alternative;    /* of values and totals; these bear their source as a label, as there may be several */
};

/* The value in the family's unit. Two quantities are kept in units that no family bears. */
static void put_point_value(struct exposition *x, const struct hwatt_view_point *p)
{
	if (p->quantity == HWATT_FAN_SPEED) /* thousandths of a revolution a minute -> a second */
		exposition_double(x, (double)p->value / 60000.0);
	else if (p->quantity == HWATT_IF_SPEED) /* bits -> octets: eighths have three decimals */
		exposition_fixed(x, p->value * 125, 3);
	else
		exposition_fixed(x, p->value, hwatt_quantity_info(p->quantity)->decimals);
}

static void put_total(struct exposition *x, const struct hwatt_view_point *p)
{
	exposition_energy(x, p->total_j, p->total_uj);
}

/* Litres. */
static void put_volume(struct exposition *x, const struct hwatt_view_point *p)
{
	exposition_fixed(x, p->total_j, 3);
}


static void put_one(struct exposition *x, const struct hwatt_view_point *p)
{
	(void)p;
	exposition_int(x, 1);
}

static const struct {
	struct list list;
	struct family family;
	void (*put)(struct exposition *x, const struct hwatt_view_point *point);
} rows[] = { /* after the values of each quantity, chosen and alternative */
	{ { TOTALS, ELECTRIC, false },
	  { "energy_joules_total", FAMILY_COUNTER,
	    "Energy since the point was first seen. Never goes back, also over a restart or a reset of the "
	    "device's register; stays while the device is silent.", false }, put_total },
	{ { TOTALS, ELECTRIC, true },
	  { "alternative_energy_joules_total", FAMILY_COUNTER,
	    "Energy by another source of the same thing; not to be added up.", false }, put_total },
	{ { TOTALS, 1u << HWATT_THERMAL_ENERGY, false },
	  { "thermal_energy_joules_total", FAMILY_COUNTER,
	    "Heat since the point was first seen. Never goes back; stays while the device is silent.", false }, put_total },
	{ { TOTALS, 1u << HWATT_THERMAL_ENERGY, true },
	  { "alternative_thermal_energy_joules_total", FAMILY_COUNTER,
	    "Heat by another source of the same thing; not to be added up.", false }, put_total },
	{ { TOTALS, 1u << HWATT_WATER_VOLUME, false },
	  { "water_cubic_meters_total", FAMILY_COUNTER,
	    "Water since the point was first seen. Never goes back, also over a reset of the meter's register; stays "
	    "while the device is silent.", false }, put_volume },
	{ { TOTALS, 1u << HWATT_WATER_VOLUME, true },
	  { "alternative_water_cubic_meters_total", FAMILY_COUNTER,
	    "Water by another source of the same thing; not to be added up.", false }, put_volume },
	{ { NAMES, ALL, false },
	  { "point_info", FAMILY_INFO, "The device's own name of an outlet, interface and so on; always 1.", false }, put_one },
};
#define OF_QUANTITIES (2 * (size_t)HWATT_QUANTITIES)

void readings_look(struct writing *w)
{
	for (size_t i = 0; i < w->snap->device_count; i++) {
		w->quantities[false] |= hwatt_view_quantities(w->snap->devices[i], false);
		w->quantities[true] |= hwatt_view_quantities(w->snap->devices[i], true);
	}
}

static struct list list_of(size_t family)
{
	if (family >= OF_QUANTITIES)
		return rows[family - OF_QUANTITIES].list;
	return (struct list){ VALUES, 1u << family / 2, family % 2 != 0 };
}

/* Whether any of the quantities is there that the list wants. */
static bool are_there(struct list list, const uint32_t quantities[2])
{
	if (list.what == NAMES)
		return (quantities[false] | quantities[true]) != 0;
	return (quantities[list.alternative] & list.quantities) != 0;
}

static void describe_quantity(struct writing *w, const struct hwatt_quantity_info *info, bool alternative)
{
	size_t length = strlen(info->metric);
	bool total = length > 6 && strcmp(info->metric + length - 6, "_total") == 0;
	snprintf(w->name, sizeof(w->name), "%s%s", alternative ? "alternative_" : "", info->metric);
	snprintf(w->help, sizeof(w->help), alternative ? "%s What another source says of the same thing; not to be added up."
						       : "%s The device's last answer; absent while it is silent.", info->help);
	w->family = (struct family){ .name = w->name, .type = total ? FAMILY_COUNTER : FAMILY_GAUGE, .help = w->help };
}

static bool begin(struct writing *w, size_t family)
{
	if (!are_there(list_of(family), w->quantities))
		return false;
	if (family >= OF_QUANTITIES) {
		exposition_family(&w->x, &rows[family - OF_QUANTITIES].family);
		return true;
	}
	const struct hwatt_quantity_info *info = hwatt_quantity_info((enum hwatt_quantity)(family / 2));
	if (info->metric == NULL)
		return false;
	describe_quantity(w, info, family % 2 != 0);
	exposition_family(&w->x, &w->family);
	return true;
}

static bool claims(struct list list, const struct hwatt_view_point *p)
{
	if (list.what == NAMES)
		return p->name[0] != '\0';
	return p->alternative == list.alternative && (list.quantities >> p->quantity & 1) != 0 &&
	       (list.what == TOTALS ? p->metered : p->present);
}

/* Whether a point before bears the same labels in the list. */
static bool is_duplicate(struct list list, const struct hwatt_view_device *device, size_t at, const char *source)
{
	while ((at = hwatt_view_before(device, at)) < device->point_count) {
		struct hwatt_view_point p = hwatt_view_point_at(device, at);
		if (claims(list, &p) && (!list.alternative || strcmp(p.source, source) == 0))
			return true;
	}
	return false;
}

static void put_point(struct writing *w, size_t family, const struct hwatt_view_device *device, const struct hwatt_view_point *p)
{
	struct exposition *x = &w->x;
	struct list list = list_of(family);
	exposition_sample(x);
	exposition_label(x, "device", device->id);
	exposition_label(x, "role", hwatt_role_name(p->role));
	exposition_label(x, "index", p->index);
	if (list.alternative)
		exposition_label(x, "source", p->source);
	if (list.what == NAMES)
		exposition_label(x, "name", p->name);
	(family < OF_QUANTITIES ? put_point_value : rows[family - OF_QUANTITIES].put)(x, p);
}

static void put(struct writing *w, size_t family, size_t item)
{
	const struct hwatt_view_device *device = w->snap->devices[item];
	struct list list = list_of(family);
	const uint32_t quantities[2] = { hwatt_view_quantities(device, false), hwatt_view_quantities(device, true) };
	if (!are_there(list, quantities) || (list.what == NAMES && device->names == NULL))
		return;
	for (size_t at = 0; (at = hwatt_view_next(device, list.quantities, at)) < device->point_count; at++) {
		struct hwatt_view_point p = hwatt_view_point_at(device, at);
		if (!claims(list, &p))
			continue;
		if (is_duplicate(list, device, at, p.source))
			w->duplicates += list.what != NAMES; /* several quantities of one outlet bear its name */
		else
			put_point(w, family, device, &p);
	}
}

static size_t count_devices(const struct writing *w)
{
	return w->snap->device_count;
}

const struct group readings_group = { OF_QUANTITIES + sizeof(rows) / sizeof(rows[0]), count_devices, begin, put };

static size_t one(const struct writing *w)
{
	(void)w;
	return 1;
}

static bool begin_duplicates(struct writing *w, size_t family)
{
	static const struct family duplicates = {
		"duplicate_points", FAMILY_GAUGE,
		"Points left out because another of their device has the same role, index and quantity.", false
	};
	(void)family;
	exposition_family(&w->x, &duplicates);
	return true;
}

static void put_duplicates(struct writing *w, size_t family, size_t item)
{
	(void)family;
	(void)item;
	exposition_sample(&w->x);
	exposition_int(&w->x, (int64_t)w->duplicates);
}

const struct group duplicates_group = { 1, one, begin_duplicates, put_duplicates };
