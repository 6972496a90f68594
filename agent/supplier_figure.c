/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "supplier_figure.h"
#include "fraction.h"
#include "kpi.h"
#include <hallwatt/language.h>
#include <math.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROW(field, key, what) .name = key, .type = what, .offset = offsetof(struct supplier_figure, field)
#define NANO INT64_C(1000000000)

static const char *const words[] = { "1", "%", "kWh", "MWh", "GWh", "m3/MWh", "L/kWh", "kg/kWh", "g/kWh", NULL };
static const struct { int64_t num, den; const char *base; } units[] = {
	{ 1, 1, "1" }, { 1, 100, "1" }, { 3600000, 1, "J" }, { INT64_C(3600000000), 1, "J" }, { INT64_C(3600000000000), 1, "J" },
	{ 1, 1, "m3/MWh" }, { 1, 1, "m3/MWh" }, { 1, 1, "kg/kWh" }, { 1, 1000, "kg/kWh" },
};
_Static_assert(COUNT(words) == COUNT(units) + 1, "a scale for each unit");

static const struct hwatt_option keys[] = {
	{ ROW(contract, "contract", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "id of the contract" },
	{ ROW(figure, "figure", HWATT_STRING), .flags = HWATT_REQUIRED, .pattern = "^[a-z0-9_]+$",
	  .help = "which figure, by its name in hallwatt: pue2, energy_it, wue ..." },
	{ ROW(from_day, "from", HWATT_DATE), .flags = HWATT_REQUIRED, .help = "first day that it is of" },
	{ ROW(to_day, "to", HWATT_DATE), .flags = HWATT_REQUIRED, .help = "last day" },
	{ ROW(value, "value", HWATT_DECIMAL), .flags = HWATT_REQUIRED, .help = "the number" },
	{ ROW(unit, "unit", HWATT_ENUM), .words = words, .fallback = "1", .help = "its unit" },
	{ ROW(uncertainty, "uncertainty", HWATT_DECIMAL), .min = 0, .max = INT64_MAX, .help = "expanded uncertainty (k = 2) in the same unit" },
	{ ROW(author, "author", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "who reported it" },
	{ ROW(document, "document", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "report in which it stands" },
	{ ROW(document_sha256, "document_sha256", HWATT_STRING), .pattern = "^([0-9a-f]{64})?$", .help = "SHA-256 of that file" },
	{ ROW(received_day, "received", HWATT_DATE), .help = "day on which it came" },
};

static void check(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct supplier_figure *row = object;
	struct hwatt_mark mark = hwatt_node_mark(at, "to");
	if (row->to_day < row->from_day)
		hwatt_report_add(report, &mark, "\"to\" is before \"from\"; it is the last day");
}

static const struct hwatt_schema schema = {
	.name = "supplier figure", .help = "a figure that the supplier reported", .size = sizeof(struct supplier_figure), .options = keys,
	.count = COUNT(keys), .check = check, .mark_offset = offsetof(struct supplier_figure, mark),
};

const struct hwatt_schema *supplier_figure_schema(void)
{
	return &schema;
}

static struct hwatt_ratio in_base(const struct supplier_figure *row, int64_t micro)
{
	return (struct hwatt_ratio){ (hwatt_i128)micro * units[row->unit].num, (hwatt_i128)1000000 * units[row->unit].den };
}

struct hwatt_ratio supplier_figure_value(const struct supplier_figure *row)
{
	return in_base(row, row->value);
}

const char *supplier_figure_unit(const struct supplier_figure *row)
{
	return units[row->unit].base;
}

/* |a - b| to 1e-9 of the unit, rounded up. */
static struct hwatt_ratio distance(struct hwatt_ratio a, struct hwatt_ratio b)
{
	struct hwatt_ratio minus = { -b.num, b.den }, d = fraction_plus(a, minus);
	d.num = d.num < 0 ? -d.num : d.num;
	return d;
}

/* --- what cannot be ---------------------------------------------------------------------------------------------- */

enum range { AT_LEAST_ONE, SHARE, NOT_NEGATIVE, POSITIVE };

/* The hard range of a figure.  domain.md 1.1. */
static enum range range_of(const struct supplier_figure *row)
{
	static const char *const shares[] = { "ref", "erf", "renewable_share", "renewable_share_monthly", "ups_efficiency", "idle_share",
					      "comatose_share", "coverage" };
	const char *tail = strstr(row->figure, "_utilisation");
	if (strncmp(row->figure, "pue", 3) == 0 || strcmp(row->figure, "ppue") == 0)
		return AT_LEAST_ONE;
	for (size_t i = 0; i < COUNT(shares); i++)
		if (strcmp(row->figure, shares[i]) == 0)
			return SHARE;
	if (tail != NULL && tail[12] == '\0' && strcmp(row->figure, "rack_utilisation") != 0)
		return SHARE; /* a rack may draw more than its usable power */
	return strcmp(row->figure, "cer") == 0 || strcmp(row->figure, "itee") == 0 ? POSITIVE : NOT_NEGATIVE;
}

/* What makes the supplier's figure impossible, in English for hwatt_tr; NULL: it can be. */
static const char *impossible(const struct supplier_figure *row)
{
	struct hwatt_ratio value = supplier_figure_value(row), one = { 1, 1 };
	/* u is half of the stated U: below 1 - u, as for a measured PUE */
	struct hwatt_ratio least = fraction_plus(one, fraction_scale((struct hwatt_ratio){ -in_base(row, row->uncertainty).num,
										      in_base(row, row->uncertainty).den }, 1, 2));
	enum range range = range_of(row);
	if (range == AT_LEAST_ONE && hwatt_ratio_compare(value, least) < 0)
		return HWATT_N("The supplier's figure is below 1, which is physically impossible: a data hall cannot use less energy than its IT "
			       "equipment does. Ask which meters it is made of, and whether some are left out or counted twice.");
	if (range == SHARE && (value.num < 0 || hwatt_ratio_compare(value, one) > 0))
		return HWATT_N("The supplier's figure is a share outside 0 to 100 %, which is physically impossible. Ask how it was computed.");
	if (range == POSITIVE && value.num <= 0)
		return HWATT_N("The supplier's figure is not above zero, which is physically impossible. Ask how it was computed.");
	if (range == NOT_NEGATIVE && value.num < 0 && strcmp(units[row->unit].base, "Cel") != 0)
		return HWATT_N("The supplier's figure is below zero, which is physically impossible. Ask how it was computed.");
	return NULL;
}

static struct hwatt_texts in_languages(const char *english)
{
	return (struct hwatt_texts){ .sv = hwatt_tr(HWATT_SV, english), .nb = hwatt_tr(HWATT_NB, english), .en = english };
}

struct hwatt_followup_comparison supplier_figure_compare(const struct supplier_figure *row, const struct kpi *ours, const char *unit,
							 int64_t from_s, int64_t to_s, int64_t min_coverage_ppm)
{
	struct hwatt_followup_comparison c = { .figure = row->figure, .unit = units[row->unit].base, .author = row->author,
					       .document = row->document, .from_s = from_s, .to_s = to_s,
					       .theirs = supplier_figure_value(row), .agreement = HWATT_NOT_COMPARABLE,
					       .sentence = { .sv = "", .nb = "", .en = "" } };
	const char *wrong = impossible(row);
	if (wrong != NULL) {
		c.agreement = HWATT_IMPOSSIBLE;
		c.sentence = in_languages(wrong);
	}
	c.coverage_ppm = ours->coverage.den > 0 ? (int64_t)(ours->coverage.num * HWATT_PPM / ours->coverage.den) : 0;
	if (!ours->known || strcmp(unit, c.unit) != 0)
		return c;
	c.ours = ours->value;
	c.difference = fraction_plus(c.theirs, (struct hwatt_ratio){ -c.ours.num, c.ours.den });
	if (wrong == NULL && (ours->flags & KPI_PHYS_IMPOSSIBLE) != 0)
		c.sentence = in_languages(HWATT_N("What was measured is physically impossible itself, so nothing can be compared: a meter is "
						  "assigned or wired wrongly."));
	if (wrong != NULL || (ours->flags & KPI_PHYS_IMPOSSIBLE) != 0 || c.coverage_ppm < min_coverage_ppm || !ours->certain)
		return c;
	double stated = hwatt_ratio_double(in_base(row, row->uncertainty));
	double both = hypot(2 * (double)ours->u_nano / 1e9, stated);
	c.uncertainty = (struct hwatt_ratio){ both < 1e28 ? (hwatt_i128)ceil(both * 1e9) : (hwatt_i128)1e37, NANO };
	c.agreement = hwatt_ratio_compare(distance(c.theirs, c.ours), c.uncertainty) <= 0 ? HWATT_AGREES : HWATT_DIFFERS;
	return c;
}
