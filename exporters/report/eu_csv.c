/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One row a field, with what it rests on; then the parts that some fields consist of. */
#include "csv_parts.h"
#include "json_parts.h"
#include "views.h"

enum column { SECTION, KEY, SYMBOL, VALUE, UNIT, STATUS, COVERAGE, U_REL, QUALITY, METHOD, NOTE, COLUMNS };

static const char *const heads[COLUMNS] = { "section", "key", "symbol", "value", "unit", "status", "coverage", "u_rel", "quality", "method",
					    "note" };

static void put_field(const struct hwatt_eu_report *r, enum hwatt_eu_field f, struct hwatt_text *out)
{
	const struct hwatt_eu_field_info *info = hwatt_eu_field_info(f);
	const struct hwatt_eu_value *v = &r->values[f];
	const char quality[2] = { v->quality, '\0' };
	char number[64], coverage[64], u_rel[64];
	const char *const cells[COLUMNS] = {
		[SECTION] = hwatt_eu_section_name(info->section), [KEY] = info->key, [SYMBOL] = info->symbol,
		[VALUE] = info->kind == HWATT_EU_NUMBER ? value_text(v->number, number) : v->text, [UNIT] = info->unit,
		[STATUS] = hwatt_eu_status_name(v->status),
		[COVERAGE] = value_text((struct hwatt_ratio){ v->coverage_ppm, 1000000 }, coverage),
		[U_REL] = v->u_known ? value_text(v->u_rel, u_rel) : "", [QUALITY] = quality, [METHOD] = v->method, [NOTE] = v->note,
	};
	csv_put_row(cells, COLUMNS, out);
}

static void put_part(const char *key, const char *name, struct hwatt_ratio value, const char *unit, const char *note, struct hwatt_text *out)
{
	char number[64];
	const char *const cells[COLUMNS] = { [SECTION] = "annex2", [KEY] = key, [SYMBOL] = name, [VALUE] = value_text(value, number),
					     [UNIT] = unit, [NOTE] = note };
	csv_put_row(cells, COLUMNS, out);
}

void eu_csv(const struct hwatt_eu_report *r, struct hwatt_text *out)
{
	struct hwatt_ratio none = { 0, 0 };
	csv_put_row(heads, COLUMNS, out);
	for (enum hwatt_eu_field f = 0; f < HWATT_EU_FIELDS; f++)
		put_field(r, f, out);
	for (size_t i = 0; i < r->carrier_count; i++)
		put_part("e_dc_by_carrier_kwh", r->carriers[i].name, r->carriers[i].kwh, "kWh", "", out);
	for (size_t i = 0; i < r->point_count; i++)
		put_part("e_it_points", r->points[i].device, (struct hwatt_ratio){ r->points[i].category, 1 }, "category", r->points[i].point, out);
	for (size_t i = 0; i < r->refrigerant_count; i++) {
		put_part("refrigerant_kg", r->refrigerants[i].name, r->refrigerants[i].kg, "kg", "", out);
		put_part("refrigerant_gwp", r->refrigerants[i].name, r->refrigerants[i].gwp, "1", "", out);
	}
	for (size_t i = 0; i < r->grid_function_count; i++)
		put_part("grid_functions", r->grid_functions[i], none, "", "", out);
	for (size_t i = 0; i < r->statement_count; i++)
		put_part("go_statements", r->statements[i].id, r->statements[i].kwh, "kWh", r->statements[i].kind, out);
}
