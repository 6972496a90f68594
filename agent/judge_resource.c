/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Requirements on water, heat, carbon, renewable energy and label classes.  domain.md 7.3 (M_WUE ... M_REF, M_PUE_CLASS). */
#include "judge.h"
#include <hallwatt/language.h>
#include <string.h>

#define MILLION REQUIREMENT_MILLION

static const char *const guard_words[] = { "simple", "guarded_accept", "guarded_reject", NULL };
static const char *const basis_words[] = { "location", "market", NULL };
static const char *const matching_words[] = { "annual", "monthly", "hourly", "quarter_hourly", NULL };
static const char *const class_words[] = { "A", "B", "C", "D", "E", "F", NULL };

#define RESOURCE_KEYS(kind, low, high, max_help, min_help) \
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY, REQUIREMENT_LIMIT_KEYS(kind, low, high, max_help, min_help), \
	{ .name = "min_coverage", .type = HWATT_RATIO, .offset = REQUIREMENT_AT(min_coverage_ppm), .min = 1, .max = HWATT_PPM, \
	  .help = "how much of the period must have been measured for a verdict" }, \
	{ .name = "guard", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(guard), .words = guard_words, \
	  .help = "what the uncertainty of the meters does to the limit" }

static const struct hwatt_option wue_keys[] = {
	RESOURCE_KEYS(HWATT_DECIMAL, 0, 100 * MILLION, "highest WUE allowed, in litres per kWh", NULL),
};
static const struct hwatt_option share_keys[] = {
	RESOURCE_KEYS(HWATT_RATIO, 0, HWATT_PPM, NULL, "lowest share, 0 to 1"),
};
static const struct hwatt_option cer_keys[] = {
	RESOURCE_KEYS(HWATT_DECIMAL, 0, 1000 * MILLION, NULL, "lowest ratio of heat removed to electricity"),
};
static const struct hwatt_option cue_keys[] = {
	RESOURCE_KEYS(HWATT_DECIMAL, 0, 100 * MILLION, "highest CUE allowed, in kg per kWh", NULL),
	{ .name = "basis", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(cue.basis), .words = basis_words, .flags = HWATT_REQUIRED,
	  .help = "location: the grid's intensity; market: what certificates cover at theirs, the rest at the residual mix" },
};
/* Which certificates count. */
#define GREEN_KEYS \
	{ .name = "technologies", .type = HWATT_LIST, .offset = REQUIREMENT_AT(green.technologies), .item = HWATT_STRING, \
	  .pattern = "^(hydro|wind|solar|biomass|geothermal|ocean|nuclear|fossil|waste)$", \
	  .help = "sources that count, like [hydro, wind, solar]; every renewable one when absent (cfe_score: and nuclear)" }, \
	{ .name = "countries", .type = HWATT_LIST, .offset = REQUIREMENT_AT(green.countries), .item = HWATT_STRING, \
	  .pattern = "^[A-Z]{2}$", .help = "countries of production that count, like [SE, \"NO\"]; any when absent" }, \
	{ .name = "zones", .type = HWATT_LIST, .offset = REQUIREMENT_AT(green.zones), .item = HWATT_STRING, \
	  .help = "bidding zones of production that count, like [SE1, SE2]; any when absent" }, \
	{ .name = "labels", .type = HWATT_LIST, .offset = REQUIREMENT_AT(green.labels), .item = HWATT_STRING, \
	  .help = "environmental labels of which one must be on it, like [bra-miljoval]; none needed when absent" }, \
	{ .name = "unsupported", .type = HWATT_BOOL, .offset = REQUIREMENT_AT(green.unsupported), \
	  .help = "true when only plants without support count" }

static const struct hwatt_option renewable_keys[] = {
	RESOURCE_KEYS(HWATT_RATIO, 0, HWATT_PPM, NULL, "lowest share, 0 to 1"),
	{ .name = "matching", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(green.matching), .words = matching_words, .fallback = "annual",
	  .help = "annual: over the whole period; monthly, hourly, quarter_hourly: what was produced in a month, an hour or a quarter of an "
		  "hour counts for that one" },
	GREEN_KEYS,
};
static const struct hwatt_option cfe_keys[] = {
	RESOURCE_KEYS(HWATT_RATIO, 0, HWATT_PPM, NULL, "lowest score, 0 to 1"),
	{ .name = "matching", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(green.matching), .words = matching_words, .fallback = "hourly",
	  .help = "hourly or quarter_hourly: the steps in which production and use are held against each other" },
	GREEN_KEYS,
};
static const struct hwatt_option class_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	{ .name = "min_coverage", .type = HWATT_RATIO, .offset = REQUIREMENT_AT(min_coverage_ppm), .min = 1, .max = HWATT_PPM,
	  .help = "how much of the period must have been measured for a verdict" },
	{ .name = "class", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(rating.worst), .words = class_words, .flags = HWATT_REQUIRED,
	  .help = "worst class allowed, of the European rating scheme" },
};

static void measure_cfe(const struct kpi_period *period, const struct requirement *r, struct kpi *out);

static void measure_wue(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_wue(period, out);
}

static void measure_erf(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_erf(period, out);
}

static void measure_cer(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_cer(period, out);
}

static void measure_cue(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	if (r->cue.basis == 0)
		kpi_cue_location(period, out);
	else
		kpi_cue_market(period, out);
}

static void measure_ref(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_ref(period, out);
}

static void measure_capacity(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_capacity_use(period, out);
}

bool requirement_hourly(const struct requirement *r)
{
	return r->type->matched && r->green.matching >= (int)KPI_MATCH_HOURLY;
}

bool requirement_filter(const struct requirement *r, struct certificate_filter *out)
{
	const char *const *wanted = r->green.technologies.items;
	if (!r->type->matched)
		return false;
	*out = (struct certificate_filter){ .countries = r->green.countries, .zones = r->green.zones, .labels = r->green.labels,
					    .unsupported = r->green.unsupported };
	for (size_t i = 0; i < r->green.technologies.count; i++)
		for (int t = 0; t < CERTIFICATE_TECHNOLOGIES; t++)
			if (strcmp(wanted[i], certificate_technology_name((enum certificate_technology)t)) == 0)
				out->technologies |= 1u << t;
	if (out->technologies == 0 && r->type->measure == measure_cfe)
		out->technologies = CERTIFICATE_CARBON_FREE;
	return true;
}

static void measure_renewable(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	struct certificate_filter filter;
	requirement_filter(r, &filter);
	kpi_renewable_share(period, (enum kpi_matching)r->green.matching, &filter, out);
}

static void measure_cfe(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	struct certificate_filter filter;
	requirement_filter(r, &filter);
	kpi_cfe(period, (enum kpi_matching)r->green.matching, &filter, out);
}

static void check_cfe(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	struct hwatt_mark mark = hwatt_node_mark(at, "matching");
	if (!requirement_hourly(r))
		hwatt_report_add(report, &mark, "a CFE score is of hours: write matching: hourly or quarter_hourly");
}

/* The shipped rules that have the classes; in the arena. */
static const struct ruleset *label_rules(struct hwatt_arena *arena)
{
	struct hwatt_report report = { .arena = arena };
	const struct ruleset_file *file = ruleset_files;
	while (file->name != NULL && strcmp(file->name, RULESET_LABELS ".yaml") != 0)
		file++;
	return file->name != NULL ? ruleset_read(file->name, (const char *)file->bytes, file->length, arena, &report) : NULL;
}

/* The limit is the bound of the class: a value is judged before it is rounded. */
static void fill_class(struct requirement *r, bool water)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	const struct ruleset *rules = label_rules(arena);
	if (rules != NULL) {
		r->max = ruleset_class_bound(water ? &rules->classes.wue : &rules->classes.pue, class_words[r->rating.worst]);
		r->maximum = r->limited = true;
	}
	hwatt_arena_free(arena);
}

static void fill_pue_class(struct requirement *r)
{
	fill_class(r, false);
}

static void fill_wue_class(struct requirement *r)
{
	fill_class(r, true);
}

static void measure_pue_class(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_pue(period, 1, out); /* the regulation measures at the UPS */
}

const struct requirement_type judge_resource_types[] = {
	{ .name = "ref", REQUIREMENT_KEYS(share_keys), .unit = UNIT_SHARE, .may_min = true, .window = WINDOW_YEAR, .subject = SUBJECT_SITE,
	  .measure = measure_ref, .own = true, .noun = { HWATT_N("share of renewable energy in all energy of the data hall (REF)") } },
	{ .name = "renewable_share", REQUIREMENT_KEYS(renewable_keys), .unit = UNIT_SHARE, .may_min = true, .window = WINDOW_YEAR,
	  .subject = SUBJECT_SITE, .measure = measure_renewable, .matched = true, .own = true,
	  .noun = { HWATT_N("share of the electricity that is proved to be of the promised kind") } },
	{ .name = "cfe_score", REQUIREMENT_KEYS(cfe_keys), .unit = UNIT_SHARE, .may_min = true, .window = WINDOW_YEAR,
	  .subject = SUBJECT_SITE, .measure = measure_cfe, .check = check_cfe, .matched = true, .own = true,
	  .noun = { HWATT_N("share of the electricity that is carbon-free hour by hour (CFE score)") } },
	{ .name = "cue", REQUIREMENT_KEYS(cue_keys), .unit = UNIT_CARBON, .may_max = true, .window = WINDOW_YEAR, .subject = SUBJECT_SITE,
	  .measure = measure_cue, .noun = { HWATT_N("greenhouse gases per energy of the IT equipment (CUE)") } },
	{ .name = "wue", REQUIREMENT_KEYS(wue_keys), .unit = UNIT_WATER, .may_max = true, .window = WINDOW_YEAR, .subject = SUBJECT_SITE,
	  .measure = measure_wue, .noun = { HWATT_N("water per energy of the IT equipment (WUE)") } },
	{ .name = "erf", REQUIREMENT_KEYS(share_keys), .unit = UNIT_SHARE, .may_min = true, .window = WINDOW_YEAR, .subject = SUBJECT_SITE,
	  .measure = measure_erf, .noun = { HWATT_N("share of the energy that is used again as heat elsewhere (ERF)") } },
	{ .name = "cer", REQUIREMENT_KEYS(cer_keys), .unit = UNIT_FACTOR, .may_min = true, .window = WINDOW_YEAR, .subject = SUBJECT_SITE,
	  .measure = measure_cer, .noun = { HWATT_N("heat removed per electricity of the cooling (CER)") } },
	{ .name = "it_capacity_use", REQUIREMENT_KEYS(share_keys), .unit = UNIT_SHARE, .may_min = true, .window = WINDOW_YEAR,
	  .subject = SUBJECT_SITE, .measure = measure_capacity,
	  .noun = { HWATT_N("share of the installed IT power that is used") } },
	{ .name = "pue_class", REQUIREMENT_KEYS(class_keys), .unit = UNIT_FACTOR, .may_max = true, .limits = LIMITS_OPTIONAL,
	  .window = WINDOW_12_MONTHS, .subject = SUBJECT_SITE, .measure = measure_pue_class, .fill = fill_pue_class,
	  .noun = { HWATT_N("PUE that the promised class of the European rating scheme allows") } },
	{ .name = "wue_class", REQUIREMENT_KEYS(class_keys), .unit = UNIT_WATER, .may_max = true, .limits = LIMITS_OPTIONAL,
	  .window = WINDOW_12_MONTHS, .subject = SUBJECT_SITE, .measure = measure_wue, .fill = fill_wue_class,
	  .noun = { HWATT_N("WUE that the promised class of the European rating scheme allows") } },
	{ .name = NULL },
};
