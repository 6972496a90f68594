/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "ruleset.h"
#include "digest.h"
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MILLION INT64_C(1000000)

static const char *const statuses[] = { "draft", "adopted", "in_force", "withdrawn", NULL };
static const char *const carriers[] = { "unweighted", "weighted", NULL };
static const char *const locations[] = { "lau", "nuts3", NULL };
static const char *const waters[] = { "all", "potable", "fresh", NULL };
static const char *const carrier_words[] = { "natural_gas", "fuel_oil", "other_fuel", "district_cooling", "district_heating",
					     "steam", "condenser_water", NULL };
_Static_assert(COUNT(carrier_words) == RULESET_CARRIERS + 1, "a word for each carrier, in the order of logbook.h");

static const struct hwatt_option weight_keys[] = {
	{ .name = "carrier", .type = HWATT_ENUM, .offset = offsetof(struct ruleset_weight, carrier), .flags = HWATT_REQUIRED,
	  .words = carrier_words, .help = "what brings the energy" },
	{ .name = "weight", .type = HWATT_DECIMAL, .offset = offsetof(struct ruleset_weight, weight_ppm), .flags = HWATT_REQUIRED,
	  .min = 0, .max = 10 * MILLION, .help = "what a kWh of it counts, electricity being 1" },
	{ .name = "verified", .type = HWATT_BOOL, .offset = offsetof(struct ruleset_weight, verified), .fallback = "true",
	  .help = "false when the number was not checked in the source" },
};
static const struct hwatt_schema weight_schema = {
	.name = "weight", .size = sizeof(struct ruleset_weight), .options = weight_keys, .count = COUNT(weight_keys),
	.mark_offset = offsetof(struct ruleset_weight, mark),
};

static const struct hwatt_option class_keys[] = {
	{ .name = "class", .type = HWATT_STRING, .offset = offsetof(struct ruleset_class, name), .flags = HWATT_REQUIRED,
	  .pattern = "^[A-Z]$", .help = "letter of the class" },
	{ .name = "max", .type = HWATT_DECIMAL, .offset = offsetof(struct ruleset_class, max_micro), .min = 1, .max = 1000 * MILLION,
	  .help = "greatest value in it; the last class has none" },
};
static const struct hwatt_schema class_schema = {
	.name = "class", .size = sizeof(struct ruleset_class), .options = class_keys, .count = COUNT(class_keys),
	.mark_offset = offsetof(struct ruleset_class, mark),
};

static const struct hwatt_option classes_keys[] = {
	{ .name = "pue", .type = HWATT_LIST, .offset = 0, .schema = &class_schema, .help = "classes of PUE, best first" },
	{ .name = "wue", .type = HWATT_LIST, .offset = sizeof(struct hwatt_list), .schema = &class_schema,
	  .help = "classes of WUE in m3/MWh, best first" },
};
static const struct hwatt_schema classes_schema = {
	.name = "classes", .size = 2 * sizeof(struct hwatt_list), .options = classes_keys, .count = COUNT(classes_keys),
};

#define ROW(field, key, what) .name = key, .type = what, .offset = offsetof(struct ruleset, field)
static const struct hwatt_option keys[] = {
	{ ROW(id, "id", HWATT_STRING), .flags = HWATT_REQUIRED, .pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
	  .help = "name of the ruleset" },
	{ ROW(title, "title", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "what it is, for readers" },
	{ ROW(source, "source", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "where the rules stand" },
	{ ROW(published_day, "published", HWATT_DATE), .flags = HWATT_REQUIRED, .help = "day of publication" },
	{ ROW(status, "status", HWATT_ENUM), .words = statuses, .fallback = "in_force", .help = "whether it binds" },
	{ ROW(carriers, "carriers", HWATT_ENUM), .words = carriers, .fallback = "unweighted",
	  .help = "whether fuels and heat are summed with electricity as they are, or by the weights" },
	{ ROW(weights, "weights", HWATT_LIST), .schema = &weight_schema, .help = "weights of the carriers" },
	{ ROW(it_category, "it_category", HWATT_INTEGER), .min = 1, .max = 3, .help = "where the IT energy of its PUE is measured" },
	{ ROW(location, "location", HWATT_ENUM), .words = locations, .fallback = "lau", .help = "which code says where the site is" },
	{ ROW(water, "water", HWATT_ENUM), .words = waters, .fallback = "all", .help = "which water WUE counts" },
	{ ROW(classes, "classes", HWATT_OBJECT), .schema = &classes_schema, .help = "classes of the label" },
	{ ROW(omits, "omits", HWATT_LIST), .item = HWATT_STRING, .help = "fields of the yearly report that it does not have" },
};

static void check_bounds(const struct hwatt_list *classes, struct hwatt_report *report)
{
	const struct ruleset_class *rows = classes->items;
	for (size_t i = 1; i < classes->count; i++)
		if (rows[i - 1].max_micro == 0 || (rows[i].max_micro != 0 && rows[i].max_micro <= rows[i - 1].max_micro))
			hwatt_report_add(report, &rows[i].mark, "the classes do not rise; write the best one first, and only the last without \"max\"");
}

static void check(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct ruleset *r = object;
	const struct ruleset_weight *weights = r->weights.items;
	struct hwatt_mark mark = hwatt_node_mark(at, "carriers");
	check_bounds(&r->classes.pue, report);
	check_bounds(&r->classes.wue, report);
	if (r->carriers == 1 && r->weights.count == 0)
		hwatt_report_add(report, &mark, "\"weighted\" needs \"weights\"");
	for (size_t i = 0; i < r->weights.count; i++)
		for (size_t k = 0; k < i; k++)
			if (weights[i].carrier == weights[k].carrier)
				hwatt_report_add(report, &weights[i].mark, "%s has two weights", carrier_words[weights[i].carrier]);
}

static const struct hwatt_schema schema = {
	.name = "ruleset", .help = "rules that figures are computed by", .size = sizeof(struct ruleset), .options = keys,
	.count = COUNT(keys), .check = check, .mark_offset = offsetof(struct ruleset, mark),
};

const struct hwatt_schema *ruleset_schema(void)
{
	return &schema;
}

struct ruleset *ruleset_read(const char *file, const char *bytes, size_t length, struct hwatt_arena *arena, struct hwatt_report *report)
{
	const struct hwatt_node *node = document_parse(file, bytes, length, arena, report);
	struct ruleset *out = hwatt_arena_alloc(arena, sizeof(*out));
	if (node == NULL || hwatt_option_read(&schema, node, out, arena, report) < 0)
		return NULL;
	digest_hex(bytes, length, out->hash);
	return out;
}

struct ruleset_weighting ruleset_weighting(const struct ruleset *r)
{
	struct ruleset_weighting out = {0};
	const struct ruleset_weight *weights = r->weights.items;
	for (size_t i = 0; i < RULESET_CARRIERS && r->carriers == 0; i++) {
		out.ppm[i] = MILLION;
		out.verified[i] = true;
	}
	for (size_t i = 0; i < r->weights.count && r->carriers == 1; i++) {
		out.ppm[weights[i].carrier] = weights[i].weight_ppm;
		out.verified[weights[i].carrier] = weights[i].verified;
	}
	return out;
}

const char *ruleset_class(const struct hwatt_list *classes, struct hwatt_ratio value)
{
	const struct ruleset_class *rows = classes->items;
	for (size_t i = 0; i < classes->count && hwatt_ratio_known(value); i++)
		if (rows[i].max_micro == 0 || hwatt_ratio_compare(value, (struct hwatt_ratio){ rows[i].max_micro, MILLION }) <= 0)
			return rows[i].name;
	return NULL;
}

int64_t ruleset_class_bound(const struct hwatt_list *classes, const char *name)
{
	const struct ruleset_class *rows = classes->items;
	for (size_t i = 0; i < classes->count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].max_micro;
	return -1;
}

bool ruleset_omits(const struct ruleset *r, const char *field)
{
	const char *const *names = r->omits.items;
	for (size_t i = 0; i < r->omits.count; i++)
		if (strcmp(names[i], field) == 0)
			return true;
	return false;
}
