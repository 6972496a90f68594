/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The schema is eu.schema.json; the keys are those of the field table, one object a section. */
#include "json_parts.h"
#include "views.h"
#include <hallwatt/language.h>

static json_t *field(const struct hwatt_eu_report *r, enum hwatt_eu_field f)
{
	const struct hwatt_eu_value *v = &r->values[f];
	switch (hwatt_eu_field_info(f)->kind) {
	case HWATT_EU_NUMBER: return json_value(v->number);
	case HWATT_EU_FLAG: return v->text[0] != '\0' ? json_boolean(v->text[0] == 'y') : json_null();
	case HWATT_EU_TEXT: return v->text[0] != '\0' ? json_text(v->text) : json_null();
	}
	return json_null();
}

static json_t *quality(const struct hwatt_eu_report *r)
{
	json_t *all = json_object(), *o = json_object();
	for (enum hwatt_eu_field f = 0; f < HWATT_EU_FIELDS; f++) {
		const struct hwatt_eu_value *v = &r->values[f];
		json_t *one = json_object();
		json_put(one, "status", json_text(hwatt_eu_status_name(v->status)));
		json_put(one, "coverage", json_share(v->coverage_ppm));
		json_put(one, "u_rel", v->u_known ? json_value(v->u_rel) : json_null());
		json_put(one, "quality", json_letter(v->quality));
		json_put(one, "method", json_text(v->method));
		json_put(one, "note", json_text(v->note));
		json_put(all, hwatt_eu_field_info(f)->key, one);
	}
	json_put(o, "per_field", all);
	return o;
}

static json_t *carriers(const struct hwatt_eu_report *r)
{
	json_t *o = json_object();
	for (size_t i = 0; i < r->carrier_count; i++)
		json_put(o, r->carriers[i].name, json_value(r->carriers[i].kwh));
	return o;
}

static json_t *point(const void *item)
{
	const struct hwatt_eu_point *p = item;
	json_t *o = json_object();
	json_put(o, "device", json_text(p->device));
	json_put(o, "point", json_text(p->point));
	json_put(o, "category", json_integer(p->category));
	return o;
}

static json_t *refrigerant(const void *item)
{
	const struct hwatt_eu_refrigerant *r = item;
	json_t *o = json_object();
	json_put(o, "name", json_text(r->name));
	json_put(o, "kg", json_value(r->kg));
	json_put(o, "gwp", json_value(r->gwp));
	return o;
}

static json_t *statement(const void *item)
{
	const struct hwatt_eu_statement *s = item;
	json_t *o = json_object();
	json_put(o, "id", json_text(s->id));
	json_put(o, "kind", json_text(s->kind));
	json_put(o, "document_sha256", json_text(s->document_sha256));
	json_put(o, "kwh", json_value(s->kwh));
	return o;
}

static json_t *invariant(const void *item)
{
	const struct hwatt_eu_invariant *v = item;
	json_t *o = json_object();
	json_put(o, "rule", json_text(v->rule));
	json_put(o, "holds", v->checked ? json_boolean(v->holds) : json_null());
	json_put(o, "words", json_texts(&(struct hwatt_texts){ .sv = hwatt_tr(HWATT_SV, v->words), .nb = hwatt_tr(HWATT_NB, v->words),
							       .en = v->words }));
	return o;
}

static json_t *name(const void *item)
{
	const char *const *text = item;
	return json_text(*text);
}

static json_t *evidence(const struct hwatt_eu_report *r)
{
	json_t *o = json_object();
	json_put(o, "merkle_root", json_text(r->merkle_root));
	json_put(o, "tree_size", json_integer(r->tree_size));
	json_put(o, "timestamp_token_ref", json_text(r->timestamp_token_ref));
	json_put(o, "go_statements", ARRAY(r->statements, r->statement_count, statement));
	return o;
}

json_t *eu_json(const struct hwatt_eu_report *r)
{
	json_t *o = json_object();
	for (enum hwatt_eu_section s = 0; s < HWATT_EU_SECTIONS; s++)
		json_put(o, hwatt_eu_section_name(s), json_object());
	for (enum hwatt_eu_field f = 0; f < HWATT_EU_FIELDS; f++) {
		const struct hwatt_eu_field_info *info = hwatt_eu_field_info(f);
		if (f != HWATT_EU_REFRIGERANTS && f != HWATT_EU_GRID_FUNCTIONS) /* lists, below */
			json_put(json_object_get(o, hwatt_eu_section_name(info->section)), info->key, field(r, f));
	}
	json_t *annex2 = json_object_get(o, hwatt_eu_section_name(HWATT_EU_ANNEX2));
	json_put(annex2, "e_dc_by_carrier_kwh", carriers(r));
	json_put(annex2, "e_it_points", ARRAY(r->points, r->point_count, point));
	json_put(annex2, "refrigerants", ARRAY(r->refrigerants, r->refrigerant_count, refrigerant));
	json_put(annex2, "grid_functions", ARRAY(r->grid_functions, r->grid_function_count, name));
	json_put(o, "schema", json_text(r->schema));
	json_put(o, "ruleset_id", json_text(r->ruleset_id));
	json_put(o, "ruleset_hash", json_text(r->ruleset_hash));
	json_put(o, "site", json_text(r->site));
	json_put(o, "reporting_year", json_integer(r->year));
	json_put(o, "from", json_utc(r->from_s));
	json_put(o, "to", json_utc(r->to_s));
	json_put(o, "open", json_boolean(r->open));
	json_put(o, "tz", json_text(r->timezone));
	json_put(o, "generated_at", json_utc(r->generated_s));
	json_put(o, "generator_version", json_text(r->generator_version));
	json_put(o, "config_hash", json_text(r->config_hash));
	json_put(o, "quality", quality(r));
	json_put(o, "invariants", ARRAY(r->invariants, r->invariant_count, invariant));
	json_put(o, "notes", ARRAY(r->notes, r->note_count, name));
	json_put(o, "evidence", evidence(r));
	return o;
}
