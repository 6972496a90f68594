/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "contract.h"
#include "nearest.h"
#include <stdlib.h>
#include <string.h>

#define MILLION INT64_C(1000000)

/* --- keys -------------------------------------------------------------------------------------------------------- */

static const char *const window_words[] = { "interval", "day", "month", "year", "12_months", "contract", "12 months", NULL };
static const char *const guard_words[] = { "simple", "guarded_accept", "guarded_reject", NULL };
static const char *const boundary_words[] = { "it", "allocated", NULL };

#define AT(field) offsetof(struct requirement, field)

/* The keys of every requirement; `limit` is the type of its max and min, which must lie within low..high. */
#define COMMON_KEYS(limit, low, high, max_help, min_help) \
	{ .name = "id", .type = HWATT_STRING, .offset = AT(id), .flags = HWATT_REQUIRED, \
	  .pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", .help = "name of the requirement, unique in the contract" }, \
	{ .name = "type", .type = HWATT_STRING, .offset = AT(type_name), .flags = HWATT_REQUIRED, \
	  .help = "what is promised" }, \
	{ .name = "title", .type = HWATT_TEXTS, .offset = AT(title), .help = "the requirement in the words of the contract" }, \
	{ .name = "max", .type = (limit), .offset = AT(max), .min = (low), .max = (high), .help = max_help }, \
	{ .name = "min", .type = (limit), .offset = AT(min), .min = (low), .max = (high), .help = min_help }, \
	{ .name = "exclusive", .type = HWATT_BOOL, .offset = AT(exclusive), \
	  .help = "true when the limit itself is a breach: below max, above min" }, \
	{ .name = "window", .type = HWATT_ENUM, .offset = AT(window_word), .words = window_words, \
	  .help = "the period that is judged as a whole" }, \
	{ .name = "missing_is_breach", .type = HWATT_BOOL, .offset = AT(missing_is_breach), \
	  .help = "true when the contract counts a closed period without enough data as a breach" }

#define COVERAGE_KEY \
	{ .name = "min_coverage", .type = HWATT_RATIO, .offset = AT(min_coverage_ppm), .min = 1, .max = HWATT_PPM, \
	  .help = "how much of the period must have been measured for a verdict" }
#define GUARD_KEY \
	{ .name = "guard", .type = HWATT_ENUM, .offset = AT(guard), .words = guard_words, \
	  .help = "what the uncertainty of the meters does to the limit" }

static const struct hwatt_option pue_keys[] = {
	COMMON_KEYS(HWATT_DECIMAL, MILLION, 10 * MILLION, "highest PUE allowed", NULL),
	COVERAGE_KEY,
	GUARD_KEY,
	{ .name = "category", .type = HWATT_INTEGER, .offset = AT(category), .min = 1, .max = 3,
	  .help = "where the IT energy is measured: 1 UPS output, 2 PDU, 3 IT input; the lowest that is metered unless stated" },
};
static const struct hwatt_option energy_keys[] = {
	COMMON_KEYS(HWATT_ENERGY_AMOUNT, HWATT_MJ_PER_WH, HWATT_MJ_PER_WH * 1000000000000, "highest energy allowed, such as 100 MWh", NULL),
	COVERAGE_KEY,
	GUARD_KEY,
	{ .name = "boundary", .type = HWATT_ENUM, .offset = AT(boundary), .words = boundary_words, .fallback = "it",
	  .help = "it: the IT equipment's own energy; allocated: with its share of cooling and losses (times the site's PUE)" },
};
static const struct hwatt_option utilisation_keys[] = {
	COMMON_KEYS(HWATT_RATIO, 0, HWATT_PPM, "highest utilisation allowed, 0 to 1", "lowest utilisation allowed, 0 to 1"),
	COVERAGE_KEY,
};
static const struct hwatt_option rack_keys[] = {
	COMMON_KEYS(HWATT_RATIO, 0, HWATT_PPM, "highest utilisation allowed, 0 to 1", "lowest utilisation allowed, 0 to 1"),
	COVERAGE_KEY,
};
static const struct hwatt_option coverage_keys[] = {
	COMMON_KEYS(HWATT_RATIO, 1, HWATT_PPM, NULL, "share of the quarters of an hour that must be measured"),
};

/* --- types ------------------------------------------------------------------------------------------------------- */

static void measure_pue(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	kpi_pue(period, (int)r->category, out);
}

static void measure_energy(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	if (r->boundary == BOUNDARY_ALLOCATED)
		kpi_energy_allocated(period, out);
	else
		kpi_energy_it(period, out);
}

static void measure_cpu(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_cpu_utilisation(period, out);
}

static void measure_storage(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_storage_utilisation(period, out);
}

static void measure_network(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_network_utilisation(period, out);
}

static void measure_rack(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_rack_utilisation(period, out);
}

static void measure_coverage(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_coverage(period, out);
}

#define KEYS(table) .options = (table), .option_count = sizeof(table) / sizeof((table)[0])

static const struct requirement_type types[] = {
	{ .name = "pue", KEYS(pue_keys), .unit = UNIT_RATIO, .may_max = true, .window = WINDOW_12_MONTHS,
	  .subject = SUBJECT_SITE, .measure = measure_pue,
	  .noun = { { .sv = "PUE (hela datahallens energi delad med it-utrustningens)",
		      .nb = "PUE (hele datahallens energi delt på IT-utstyrets)",
		      .en = "PUE (the energy of the whole data hall divided by that of its IT equipment)" } } },
	{ .name = "energy", KEYS(energy_keys), .unit = UNIT_ENERGY, .may_max = true, .window = WINDOW_YEAR,
	  .subject = SUBJECT_ENERGY, .measure = measure_energy,
	  .noun = { { .sv = "energianvändning i avtalets it-utrustning",
		      .nb = "energibruk i avtalens IT-utstyr",
		      .en = "energy used by the IT equipment of the contract" },
		    { .sv = "energianvändning i avtalets it-utrustning, med dess andel av kyla och elförluster",
		      .nb = "energibruk i avtalens IT-utstyr, med dets andel av kjøling og strømtap",
		      .en = "energy used by the IT equipment of the contract, with its share of cooling and power losses" } } },
	{ .name = "cpu_utilisation", KEYS(utilisation_keys), .unit = UNIT_SHARE, .may_max = true, .may_min = true,
	  .window = WINDOW_MONTH, .subject = SUBJECT_DEVICES, .measure = measure_cpu,
	  .noun = { { .sv = "servrarnas genomsnittliga processoranvändning",
		      .nb = "servernes gjennomsnittlige prosessorbruk",
		      .en = "average processor utilisation of the servers" } } },
	{ .name = "storage_utilisation", KEYS(utilisation_keys), .unit = UNIT_SHARE, .may_max = true, .may_min = true,
	  .window = WINDOW_MONTH, .subject = SUBJECT_DEVICES, .measure = measure_storage,
	  .noun = { { .sv = "andel av lagringsutrymmet som används",
		      .nb = "andel av lagringsplassen som er i bruk",
		      .en = "share of the storage space that is in use" } } },
	{ .name = "network_utilisation", KEYS(utilisation_keys), .unit = UNIT_SHARE, .may_max = true, .may_min = true,
	  .window = WINDOW_MONTH, .subject = SUBJECT_DEVICES, .measure = measure_network,
	  .noun = { { .sv = "nätverksförbindelsernas genomsnittliga belastning i den mest belastade riktningen",
		      .nb = "nettverksforbindelsenes gjennomsnittlige belastning i den mest belastede retningen",
		      .en = "average load of the network links in their busier direction" } } },
	{ .name = "rack_utilisation", KEYS(rack_keys), .unit = UNIT_SHARE, .may_max = true, .may_min = true,
	  .window = WINDOW_MONTH, .subject = SUBJECT_RACKS, .measure = measure_rack,
	  .noun = { { .sv = "andel av rackens tillgängliga effekt som används",
		      .nb = "andel av rackenes tilgjengelige effekt som er i bruk",
		      .en = "share of the available power of the racks that is in use" } } },
	{ .name = "coverage", KEYS(coverage_keys), .unit = UNIT_SHARE, .may_min = true, .window = WINDOW_MONTH,
	  .subject = SUBJECT_ENERGY, .measure = measure_coverage,
	  .noun = { { .sv = "andel av tiden då elmätningen är fullständig",
		      .nb = "andel av tiden der strømmålingen er fullstendig",
		      .en = "share of the time in which the electricity metering is complete" } } },
};

/* Types of domain.md 7.3 that this version does not measure. */
static const char *const later[] = {
	"ppue", "wue", "erf", "cer", "cue", "pue_class", "energy_trend", "ref", "renewable_share", "electricity_label",
	"memory_utilisation", "idle_ratio", "inlet_temperature", "reporting", "ecolabel_share", "test_report", "lifetime",
	"repair", "reuse_rate", "end_of_life", "attestation", "policy", "minerals", "forced_labour", "ilo_core", "labour_law",
	"due_diligence", "audit", "findings", "environmental_management", "chemicals", "anti_corruption", "location",
	"replacement", "refrigerant", "counter", "follow_up",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct requirement_type *requirement_type_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

struct hwatt_ratio requirement_limit(const struct requirement *r)
{
	int64_t limit = r->maximum ? r->max : r->min;
	return (struct hwatt_ratio){ limit, r->type->unit == UNIT_ENERGY ? 1000 : MILLION };
}

/* --- the file ---------------------------------------------------------------------------------------------------- */

static const struct hwatt_option scope_keys[] = {
	{ .name = "site", .type = HWATT_STRING, .offset = offsetof(struct contract_scope, site),
	  .help = "a whole site" },
	{ .name = "rack", .type = HWATT_STRING, .offset = offsetof(struct contract_scope, rack),
	  .help = "all devices of a rack" },
	{ .name = "device", .type = HWATT_STRING, .offset = offsetof(struct contract_scope, device),
	  .help = "one device" },
	{ .name = "outlets", .type = HWATT_STRING, .offset = offsetof(struct contract_scope, outlets),
	  .pattern = "^[0-9]{1,5}(-[0-9]{1,5})?$", .help = "only these outlets of the device: \"3\" or 1-8" },
	{ .name = "share", .type = HWATT_RATIO, .offset = offsetof(struct contract_scope, share_ppm), .fallback = "1",
	  .min = 1, .max = HWATT_PPM, .help = "the contract's share of hardware that several customers use" },
};

static void check_scope(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct contract_scope *scope = object;
	int stated = (scope->site[0] != '\0') + (scope->device[0] != '\0') +
		     (scope->rack[0] != '\0' && scope->site[0] == '\0');
	struct hwatt_mark mark = hwatt_node_mark(at, "outlets");
	if (stated == 0)
		hwatt_report_add(report, &at->mark, "state what is in scope: a site, a rack or a device");
	else if (stated > 1)
		hwatt_report_add(report, &at->mark, "one row of the scope names one thing: a site, a rack (with its site) or a "
				 "device; write a row for each");
	if (scope->outlets[0] == '\0')
		return;
	if (scope->device[0] == '\0')
		hwatt_report_add(report, &mark, "\"outlets\" belong to a device; state \"device\" too");
	const char *dash = strchr(scope->outlets, '-');
	long first = strtol(scope->outlets, NULL, 10), last = dash != NULL ? strtol(dash + 1, NULL, 10) : first;
	if (first < 1 || last < first)
		hwatt_report_add(report, &mark, "\"%s\" is no range of outlets; write \"3\" or 1-8", scope->outlets);
}

static const struct hwatt_schema scope_schema = {
	.name = "scope", .help = "what the contract covers", .size = sizeof(struct contract_scope), .options = scope_keys,
	.count = COUNT(scope_keys), .check = check_scope, .mark_offset = offsetof(struct contract_scope, mark),
};

struct validity { int64_t from_day, to_day; };

static const struct hwatt_option valid_keys[] = {
	{ .name = "from", .type = HWATT_DATE, .offset = offsetof(struct validity, from_day), .flags = HWATT_REQUIRED,
	  .help = "first day" },
	{ .name = "to", .type = HWATT_DATE, .offset = offsetof(struct validity, to_day), .flags = HWATT_REQUIRED,
	  .help = "last day" },
};

static void check_valid(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct validity *valid = object;
	struct hwatt_mark mark = hwatt_node_mark(at, "to");
	if (valid->to_day < valid->from_day)
		hwatt_report_add(report, &mark, "the contract ends before it begins; \"to\" is its last day");
	else if (valid->to_day - valid->from_day > 36525)
		hwatt_report_add(report, &mark, "the contract runs for more than a hundred years");
}

static const struct hwatt_schema valid_schema = {
	.name = "validity", .size = sizeof(struct validity), .options = valid_keys, .count = COUNT(valid_keys),
	.check = check_valid,
};

struct minima { int64_t month_ppm, year_ppm; };

static const struct hwatt_option minima_keys[] = {
	{ .name = "month", .type = HWATT_RATIO, .offset = offsetof(struct minima, month_ppm), .fallback = "0.95", .min = 1,
	  .max = HWATT_PPM, .help = "for periods of at most a month" },
	{ .name = "year", .type = HWATT_RATIO, .offset = offsetof(struct minima, year_ppm), .fallback = "0.98", .min = 1,
	  .max = HWATT_PPM, .help = "for longer periods" },
};

static const struct hwatt_schema minima_schema = {
	.name = "minimum coverage", .size = sizeof(struct minima), .options = minima_keys, .count = COUNT(minima_keys),
};

static const struct hwatt_option contract_keys[] = {
	{ .name = "id", .type = HWATT_STRING, .offset = offsetof(struct contract, id), .flags = HWATT_REQUIRED,
	  .pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", .help = "name of the contract, unique" },
	{ .name = "title", .type = HWATT_TEXTS, .offset = offsetof(struct contract, title),
	  .help = "a title for readers, one text or one per language" },
	{ .name = "buyer", .type = HWATT_STRING, .offset = offsetof(struct contract, buyer), .help = "who buys" },
	{ .name = "supplier", .type = HWATT_STRING, .offset = offsetof(struct contract, supplier), .help = "who promised" },
	{ .name = "valid", .type = HWATT_OBJECT, .offset = offsetof(struct contract, valid), .flags = HWATT_REQUIRED,
	  .schema = &valid_schema, .help = "first and last day of the contract" },
	{ .name = "scope", .type = HWATT_LIST, .offset = offsetof(struct contract, scope), .flags = HWATT_REQUIRED,
	  .schema = &scope_schema, .help = "what the contract covers" },
	{ .name = "packages", .type = HWATT_LIST, .offset = offsetof(struct contract, packages), .item = HWATT_STRING,
	  .help = "shipped sets of requirements" },
	{ .name = "requirements", .type = HWATT_LIST, .offset = offsetof(struct contract, nodes), .item = HWATT_NODE,
	  .help = "what was promised, one row each" },
	{ .name = "min_coverage", .type = HWATT_OBJECT, .offset = offsetof(struct contract, min_coverage),
	  .schema = &minima_schema, .help = "how much must have been measured, where a requirement does not say" },
	{ .name = "missing_is_breach", .type = HWATT_BOOL, .offset = offsetof(struct contract, missing_is_breach),
	  .help = "true when the contract counts a closed period without enough data as a breach" },
};

static const struct hwatt_schema schema = {
	.name = "contract", .help = "what was promised", .size = sizeof(struct contract), .options = contract_keys,
	.count = COUNT(contract_keys), .mark_offset = offsetof(struct contract, mark),
};

const struct hwatt_schema *contract_schema(void)
{
	return &schema;
}

/* --- requirements ------------------------------------------------------------------------------------------------ */

static void unknown_type(const char *name, const struct hwatt_mark *at, struct hwatt_arena *arena,
			 struct hwatt_report *report)
{
	struct nearest near = { .wanted = name };
	for (size_t i = 0; i < COUNT(later); i++) {
		if (strcmp(later[i], name) == 0) {
			hwatt_report_add(report, at, "type %s is not supported by this version", name);
			return;
		}
	}
	for (size_t i = 0; i < COUNT(types); i++)
		nearest_offer(&near, types[i].name);
	hwatt_report_add(report, at, "unknown type \"%.60s\" of requirement%s", name, nearest_hint(&near, arena));
}

/* Exactly one limit, on a side that means something for the type. */
static void check_limit(struct requirement *r, const struct hwatt_node *node, struct hwatt_report *report)
{
	bool max = document_get(node, "max") != NULL, min = document_get(node, "min") != NULL;
	struct hwatt_mark at_max = hwatt_node_mark(node, "max"), at_min = hwatt_node_mark(node, "min");
	r->maximum = max;
	if (max && !r->type->may_max)
		hwatt_report_add(report, &at_max, "a %s requirement has \"min\", not \"max\"", r->type->name);
	else if (min && !r->type->may_min)
		hwatt_report_add(report, &at_min, "a %s requirement has \"max\", not \"min\"", r->type->name);
	else if (max && min)
		hwatt_report_add(report, &at_min, "state \"max\" or \"min\", not both; two limits are two requirements");
	else if (!max && !min)
		hwatt_report_add(report, &node->mark, "the requirement has no limit; state \"%s\"",
				 r->type->may_max ? "max" : "min");
}

static void fill_defaults(struct requirement *r, const struct hwatt_node *node, const struct contract *contract)
{
	static const enum window_kind kinds[] = { WINDOW_INTERVAL, WINDOW_DAY, WINDOW_MONTH, WINDOW_YEAR, WINDOW_12_MONTHS,
						  WINDOW_CONTRACT, WINDOW_12_MONTHS };
	r->window = document_get(node, "window") != NULL ? kinds[r->window_word] : r->type->window;
	r->missing_is_breach |= contract->missing_is_breach;
	if (r->min_coverage_ppm == 0 && r->type->measure != measure_coverage)
		r->min_coverage_ppm = r->window <= WINDOW_MONTH ? contract->min_coverage.month_ppm
								: contract->min_coverage.year_ppm;
}

static void read_requirement(const struct contract *contract, const struct hwatt_node *node, struct requirement *out,
			     struct hwatt_arena *arena, struct hwatt_report *report)
{
	const struct hwatt_node *name = document_get(node, "type");
	if (name == NULL || name->kind != HWATT_NODE_SCALAR) {
		hwatt_report_add(report, &node->mark, node->kind != HWATT_NODE_MAPPING
					 ? "a requirement is a map of keys and values"
					 : "the requirement lacks \"type\": what is promised, such as pue");
		return;
	}
	const struct requirement_type *type = requirement_type_by_name(name->text);
	if (type == NULL) {
		unknown_type(name->text, &name->mark, arena, report);
		return;
	}
	struct hwatt_schema keys = { .name = "requirement", .size = sizeof(*out), .options = type->options,
				     .count = type->option_count, .mark_offset = offsetof(struct requirement, mark) };
	if (hwatt_option_read(&keys, node, out, arena, report) < 0)
		return;
	out->type = type;
	check_limit(out, node, report);
	fill_defaults(out, node, contract);
}

static void read_requirements(struct contract *contract, struct hwatt_arena *arena, struct hwatt_report *report)
{
	const struct hwatt_node *const *nodes = contract->nodes.items;
	size_t count = contract->nodes.count;
	if (count > CONTRACT_MAX_REQUIREMENTS) {
		hwatt_report_add(report, &contract->mark, "%zu requirements are more than %u", count, CONTRACT_MAX_REQUIREMENTS);
		return;
	}
	struct requirement *all = hwatt_arena_alloc(arena, count * sizeof(*all));
	for (size_t i = 0; i < count; i++) {
		read_requirement(contract, nodes[i], &all[i], arena, report);
		for (size_t j = 0; j < i && all[i].type != NULL; j++) {
			if (all[j].type == NULL || strcmp(all[j].id, all[i].id) != 0)
				continue;
			struct hwatt_mark at = hwatt_node_mark(nodes[i], "id");
			hwatt_report_add(report, &at, "requirement \"%s\" stands twice, first in line %u", all[i].id,
					 all[j].mark.line);
			break;
		}
	}
	contract->requirements = (struct hwatt_list){ all, count };
}

struct contract *contract_read(const struct hwatt_node *node, struct hwatt_arena *arena, struct hwatt_report *report)
{
	size_t before = report_total(report);
	struct contract *contract = hwatt_arena_alloc(arena, sizeof(*contract));
	hwatt_option_read(&schema, node, contract, arena, report);
	const char *const *packages = contract->packages.items;
	struct hwatt_mark at = hwatt_node_mark(node, "packages");
	for (size_t i = 0; i < contract->packages.count; i++)
		if (packages[i] != NULL)
			hwatt_report_add(report, &at, "unknown requirement package \"%.60s\"", packages[i]);
	at = hwatt_node_mark(node, "scope");
	if (document_get(node, "scope") != NULL && contract->scope.count == 0 && report_total(report) == before)
		hwatt_report_add(report, &at, "the scope is empty; name a site, a rack or a device");
	read_requirements(contract, arena, report);
	return report_total(report) == before ? contract : NULL;
}

struct contract *contract_load(const char *path, struct hwatt_arena *arena, struct hwatt_report *report)
{
	size_t before = report_total(report);
	const struct hwatt_node *node = document_load(path, arena, report);
	if (node == NULL)
		return NULL;
	struct contract *contract = contract_read(node, arena, report);
	return report_total(report) == before ? contract : NULL;
}
