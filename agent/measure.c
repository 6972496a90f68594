/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"
#include "books.h"
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROW(field, key, what) .name = key, .type = what, .offset = offsetof(struct measure, field)

static const enum logbook_quantity quantities[] = {
	LOGBOOK_WATER, LOGBOOK_WATER_POTABLE, LOGBOOK_WATER_FRESH, LOGBOOK_HEAT_REUSED, LOGBOOK_HEAT_OWN_USE, LOGBOOK_HEAT_REMOVED,
	LOGBOOK_DISTRICT_COOLING, LOGBOOK_DISTRICT_HEATING, LOGBOOK_STEAM, LOGBOOK_CONDENSER_WATER,
};
static const char *const words[] = { "water", "water_potable", "water_fresh", "heat_reused", "heat_own_use", "heat_removed",
				     "district_cooling", "district_heating", "steam", "condenser_water", NULL };
_Static_assert(COUNT(words) == COUNT(quantities) + 1, "a word for each quantity");

static const struct hwatt_option rows[] = {
	{ ROW(word, "quantity", HWATT_ENUM), .flags = HWATT_REQUIRED, .words = words,
	  .help = "what its register of water or heat counts, as a quantity of the readings" },
	{ ROW(index, "index", HWATT_STRING),
	  .help = "index of the register, as hallwatt probe shows it; without one all that the device has of the kind are added up" },
	{ ROW(meter, "meter", HWATT_STRING),
	  .help = "name of this meter among the readings; else the device's, with the index behind it" },
	{ ROW(accuracy_ppm, "accuracy", HWATT_RATIO), .min = 0, .max = 500000,
	  .help = "greatest error of this meter, like 2 %; else the device's" },
};
const struct hwatt_schema measure_schema = {
	.name = "measure", .help = "what a polled register of water or heat measures", .size = sizeof(struct measure), .options = rows,
	.count = COUNT(rows), .mark_offset = offsetof(struct measure, mark),
};

enum logbook_quantity measure_quantity(const struct measure *measure)
{
	return quantities[measure->word];
}

enum hwatt_quantity measure_register(const struct measure *measure)
{
	return measure_quantity(measure) <= LOGBOOK_WATER_FRESH ? HWATT_WATER_VOLUME : HWATT_THERMAL_ENERGY;
}

void measure_name(struct measure *measure, const char *device, struct hwatt_arena *arena)
{
	if (measure->meter[0] == '\0')
		measure->meter = measure->index[0] == '\0' ? device : hwatt_arena_printf(arena, "%s/%s", device, measure->index);
}

/* --- what would count twice -------------------------------------------------------------------------------------- */

/* Two rows of one device that have a register in common. */
static void check_overlap(const struct measure_device *d, struct hwatt_report *report)
{
	for (size_t i = 0; i < d->count; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct measure *a = &d->measures[k], *b = &d->measures[i];
			bool common = a->index[0] == '\0' || b->index[0] == '\0' || strcmp(a->index, b->index) == 0;
			if (a->word == b->word && common)
				hwatt_report_add(report, &b->mark, "%s of this register counts already by the row at line %u; a register counts once",
						 words[b->word], a->mark.line);
		}
	}
}

struct checking { const struct measure_device *devices; size_t count; struct hwatt_report *report, *notes; };

/* Two registers under one name would be one meter with two values. */
static void check_names(const struct checking *c, const struct measure_device *d, const struct measure *m)
{
	for (size_t i = 0; i < c->count; i++) {
		for (size_t k = 0; k < c->devices[i].count; k++) {
			const struct measure *other = &c->devices[i].measures[k];
			if (other == m)
				return; /* those behind it look at this one */
			if (strcmp(c->devices[i].site, d->site) == 0 && other->word == m->word && strcmp(other->meter, m->meter) == 0)
				hwatt_report_add(c->report, &m->mark, "%s of site %s is measured by %s already, under the same name \"%s\"; give "
						 "one of them another name under \"meter\"", words[m->word], d->site, c->devices[i].id, m->meter);
		}
	}
}

/* A register beside what is written down of the same quantity. */
static void check_tracks(const struct checking *c, const struct measure_device *d, const struct measure *m, const struct logbook *logbook)
{
	for (size_t t = 0; t < logbook->track_count; t++) {
		const struct logbook_track *track = &logbook->tracks[t];
		if (track->quantity != measure_quantity(m) || strcmp(track->site, d->site) != 0 || track->count == 0)
			continue;
		const struct hwatt_mark *at = &track->spells[0].row->mark;
		if (track->meter[0] == '\0')
			hwatt_report_add(c->report, at, "%s of site %s is polled from %s, too; say under \"meter\" which one this is: \"%s\" if it is "
					 "the same meter (it counts once), or another name", words[m->word], d->site, d->id, m->meter);
		else if (strcmp(track->meter, m->meter) == 0)
			hwatt_report_add(c->notes, at, "%s is polled from %s, which goes before what is written down: readings of it count where they "
					 "end before the first poll, and for months in which it was not polled at all", m->meter, d->id);
	}
}

void measure_check(const struct measure_device *devices, size_t count, const struct books *books, struct hwatt_report *report,
		   struct hwatt_report *notes)
{
	struct checking c = { devices, count, report, notes };
	for (size_t i = 0; i < count; i++) {
		check_overlap(&devices[i], report);
		for (size_t k = 0; k < devices[i].count; k++) {
			check_names(&c, &devices[i], &devices[i].measures[k]);
			check_tracks(&c, &devices[i], &devices[i].measures[k], &books->logbook);
		}
	}
}
