/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "factor.h"
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROW(field, key, what) .name = key, .type = what, .offset = offsetof(struct factor, field)

static const char *const kinds[] = { "grid", "residual_mix", "supplier_mix", "carbon_free", NULL };
static const char *const units[] = { "g/kWh", "share", NULL };

static const struct hwatt_option keys[] = {
	{ ROW(kind, "kind", HWATT_ENUM), .flags = HWATT_REQUIRED, .words = kinds,
	  .help = "grid: all that the zone's grid carried; residual_mix: what no certificate took; supplier_mix: a supplier's product; "
		  "carbon_free: share of the grid without carbon" },
	{ ROW(zone, "zone", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "bidding zone, country, or the id of a site" },
	{ ROW(year, "year", HWATT_INTEGER), .flags = HWATT_REQUIRED, .min = 2000, .max = 2999, .help = "calendar year that it is of" },
	{ ROW(value, "value", HWATT_DECIMAL), .flags = HWATT_REQUIRED, .min = 0, .max = INT64_C(5000000000), .help = "the number" },
	{ ROW(unit, "unit", HWATT_ENUM), .flags = HWATT_REQUIRED, .words = units, .help = "grams of CO2 equivalents per kWh, or a share" },
	{ ROW(published_day, "published", HWATT_DATE), .flags = HWATT_REQUIRED, .help = "day of publication" },
	{ ROW(provisional, "provisional", HWATT_BOOL), .help = "true when the source will still change it" },
	{ ROW(source, "source", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "who published it, and where" },
};

static void check(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct factor *f = object;
	struct hwatt_mark mark = hwatt_node_mark(at, "unit");
	if ((f->kind == FACTOR_CARBON_FREE) != (f->unit == 1))
		hwatt_report_add(report, &mark, "%s is stated in %s", kinds[f->kind], f->kind == FACTOR_CARBON_FREE ? "share" : "g/kWh");
	mark = hwatt_node_mark(at, "value");
	if (f->unit == 1 && f->value > 1000000)
		hwatt_report_add(report, &mark, "a share lies between 0 and 1");
}

static const struct hwatt_schema schema = {
	.name = "factor", .help = "an emission factor", .size = sizeof(struct factor), .options = keys, .count = COUNT(keys),
	.check = check, .mark_offset = offsetof(struct factor, mark),
};

const struct hwatt_schema *factor_schema(void)
{
	return &schema;
}

const char *factor_kind_name(enum factor_kind kind)
{
	return kinds[kind];
}

/* Whether `a` answers better than `b`: a later year, or the same published later. */
static bool better(const struct factor *a, const struct factor *b)
{
	if (b == NULL || a->year != b->year)
		return b == NULL || a->year > b->year;
	return a->published_day > b->published_day;
}

struct factor_answer factor_find(const struct factor *rows, size_t count, enum factor_kind kind, const char *const *zones,
				 size_t zone_count, int64_t year, int64_t known_day)
{
	for (size_t z = 0; z < zone_count; z++) {
		const struct factor *best = NULL;
		if (zones[z] == NULL || zones[z][0] == '\0')
			continue;
		for (size_t i = 0; i < count; i++)
			if (rows[i].kind == (int)kind && rows[i].year <= year && rows[i].published_day <= known_day &&
			    strcmp(rows[i].zone, zones[z]) == 0 && better(&rows[i], best))
				best = &rows[i];
		if (best != NULL)
			return (struct factor_answer){ best, best->provisional || best->year < year };
	}
	return (struct factor_answer){0};
}
