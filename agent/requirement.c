/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "requirement.h"
#include "nearest.h"
#include <string.h>

const char *const requirement_window_words[] = { "interval", "day", "month", "year", "12_months", "contract", "12 months", NULL };
const char *const requirement_trigger_words[] = { "always", "replacement", NULL };

const struct requirement_type *requirement_type_at(size_t i)
{
	static const struct requirement_type *const tables[] = { judge_measured_types, judge_resource_types, judge_server_types, judge_document_types, judge_asset_types,
								 judge_location_types, judge_event_types, judge_counter_types };
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct requirement_type *type = tables[t]; type->name != NULL; type++)
			if (i-- == 0)
				return type;
	return NULL;
}

const struct requirement_type *requirement_type_by_name(const char *name)
{
	const struct requirement_type *type;
	for (size_t i = 0; (type = requirement_type_at(i)) != NULL; i++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

struct hwatt_ratio requirement_limit(const struct requirement *r)
{
	int64_t limit = r->maximum ? r->max : r->min;
	return (struct hwatt_ratio){ limit, r->type->unit == UNIT_ENERGY ? 1000 : REQUIREMENT_MILLION };
}

const char *requirement_unit_name(const struct requirement *r)
{
	static const char *const names[] = { [UNIT_RATIO] = "1", [UNIT_SHARE] = "1", [UNIT_ENERGY] = "J", [UNIT_YEARS] = "years",
					     [UNIT_PLAIN] = "1", [UNIT_MASS] = "kg", [UNIT_FACTOR] = "1", [UNIT_WATER] = "m3/MWh",
					     [UNIT_CARBON] = "kg/kWh", [UNIT_NONE] = "" };
	if (r->type->unit == UNIT_PLAIN && strcmp(r->type->name, "counter") == 0 && r->counter.unit[0] != '\0')
		return r->counter.unit;
	return names[r->type->unit];
}

const char *requirement_noun(const struct requirement *r)
{
	bool energy = r->type->unit == UNIT_ENERGY && r->energy.boundary == BOUNDARY_ALLOCATED;
	bool other = energy || (r->type->unit == UNIT_YEARS && r->label.class_word == AGE_IN_USE);
	return r->type->noun[other];
}

const char *requirement_deliver(const struct requirement *r, enum hwatt_language language)
{
	const char *const own[HWATT_LANGUAGES] = { [HWATT_SV] = r->deliver.sv, [HWATT_NB] = r->deliver.nb, [HWATT_EN] = r->deliver.en };
	if (own[language] != NULL && own[language][0] != '\0')
		return own[language];
	return r->type->deliver != NULL ? hwatt_tr(language, r->type->deliver) : "";
}

static void unknown_type(const char *name, const struct hwatt_mark *at, struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct nearest near = { .wanted = name };
	const struct requirement_type *type;
	for (size_t i = 0; (type = requirement_type_at(i)) != NULL; i++)
		nearest_offer(&near, type->name);
	hwatt_report_add(report, at, "unknown type \"%.60s\" of requirement%s", name, nearest_hint(&near, arena));
}

/* Exactly one limit (or at most one), on a side that means something for the type. */
static void check_limit(struct requirement *r, const struct hwatt_node *node, struct hwatt_report *report)
{
	bool max = document_get(node, "max") != NULL, min = document_get(node, "min") != NULL;
	struct hwatt_mark at_max = hwatt_node_mark(node, "max"), at_min = hwatt_node_mark(node, "min");
	r->maximum = max;
	r->limited = max || min;
	if (max && !r->type->may_max)
		hwatt_report_add(report, &at_max, "a %s requirement has \"min\", not \"max\"", r->type->name);
	else if (min && !r->type->may_min)
		hwatt_report_add(report, &at_min, "a %s requirement has \"max\", not \"min\"", r->type->name);
	else if (max && min)
		hwatt_report_add(report, &at_min, "state \"max\" or \"min\", not both; two limits are two requirements");
	else if (!max && !min && r->type->limits == LIMITS_REQUIRED && r->template_id[0] == '\0')
		hwatt_report_add(report, &node->mark, "the requirement has no limit; state \"%s\"",
				 r->type->may_max ? "max" : "min");
	else if (!max && !min && r->type->limits == LIMITS_REQUIRED)
		hwatt_report_add(report, &node->mark, "template \"%s\" of %s has no limit, as its source gives none; state what the "
				 "contract says: set: {%s: {%s: ...}}", r->template_id, r->package, r->template_id,
				 r->type->may_max ? "max" : "min");
}

static void check_days(const struct requirement *r, const struct hwatt_node *node, struct hwatt_report *report)
{
	struct hwatt_mark at = hwatt_node_mark(node, "to");
	if (r->valid.to_day != 0 && r->valid.to_day < r->valid.from_day)
		hwatt_report_add(report, &at, "the requirement ends before it begins; \"to\" is its last day");
	at = hwatt_node_mark(node, "due_days");
	if (r->due_day != 0 && r->due_days >= 0)
		hwatt_report_add(report, &at, "state \"due\" or \"due_days\", not both");
	at = hwatt_node_mark(node, "due");
	if (r->trigger == TRIGGER_REPLACEMENT && r->due_day != 0)
		hwatt_report_add(report, &at, "what a replacement starts is due so many days after it: \"due_days\"");
}

/* What a type asks for and the source of a template does not give, the contract must: the mistake names the template. */
static void check_terms(const struct requirement *r, const struct hwatt_node *node, struct hwatt_report *report)
{
	size_t before = report_total(report);
	r->type->check(r, node, report);
	if (report_total(report) > before && r->template_id[0] != '\0')
		hwatt_report_add(report, &node->mark, "that is about template \"%s\" of %s: say it under set: {%s: {...}}", r->template_id,
				 r->package, r->template_id);
}

bool requirement_read(const struct hwatt_node *node, struct requirement *out, struct hwatt_arena *arena, struct hwatt_report *report)
{
	static const enum window_kind kinds[] = { WINDOW_INTERVAL, WINDOW_DAY, WINDOW_MONTH, WINDOW_YEAR, WINDOW_12_MONTHS,
						  WINDOW_CONTRACT, WINDOW_12_MONTHS };
	const struct requirement from = *out;
	const struct hwatt_node *name = document_get(node, "type");
	if (name == NULL || name->kind != HWATT_NODE_SCALAR) {
		hwatt_report_add(report, &node->mark, node->kind != HWATT_NODE_MAPPING
					 ? "a requirement is a map of keys and values"
					 : "the requirement lacks \"type\": what is promised, such as pue");
		return false;
	}
	const struct requirement_type *type = requirement_type_by_name(name->text);
	if (type == NULL) {
		unknown_type(name->text, &name->mark, arena, report);
		return false;
	}
	struct hwatt_schema keys = { .name = "requirement", .size = sizeof(*out), .options = type->options,
				     .count = type->option_count, .mark_offset = offsetof(struct requirement, mark) };
	size_t before = report_total(report);
	int rc = hwatt_option_read(&keys, node, out, arena, report);
	if (out->document.path == NULL) /* a type without such a key */
		out->document.path = "";
	out->package = from.package != NULL ? from.package : "";
	out->template_id = from.template_id != NULL ? from.template_id : "";
	out->stage = from.stage != NULL ? from.stage : "";
	out->risk = from.risk != NULL ? from.risk : "";
	out->area = from.area != NULL ? from.area : "";
	out->source = from.source;
	out->verification = from.verification;
	out->deliver = from.deliver;
	if (rc < 0)
		return false;
	out->type = type;
	out->window = document_get(node, "window") != NULL ? kinds[out->window_word] : type->window;
	check_limit(out, node, report);
	if (type->fill != NULL)
		type->fill(out);
	check_days(out, node, report);
	if (type->check != NULL && report_total(report) == before)
		check_terms(out, node, report);
	return report_total(report) == before;
}
