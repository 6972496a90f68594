/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "contract.h"
#include "names.h"
#include "package.h"
#include <stdlib.h>
#include <string.h>

#define MAX_KEYS 128u /* of all types of requirements together */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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
	{ .name = "packages", .type = HWATT_LIST, .offset = offsetof(struct contract, packages), .item = HWATT_NODE,
	  .help = "sets of requirements by name and version, like eu-gpp-data-centres@2020, or {package: ..., set: {TEMPLATE: {KEY: "
		  "VALUE}}, drop: [TEMPLATE], only: [TEMPLATE]}" },
	{ .name = "requirements", .type = HWATT_LIST, .offset = offsetof(struct contract, nodes), .item = HWATT_NODE,
	  .help = "what was promised, one row each" },
	{ .name = "registers", .type = HWATT_OBJECT, .offset = offsetof(struct contract, register_files),
	  .schema = &registers_schema, .help = "tables kept by hand: equipment, documents, activities, factories, counters, places" },
	{ .name = "reserved_power", .type = HWATT_POWER, .offset = offsetof(struct contract, reserved_mw), .min = 1,
	  .max = INT64_C(1000000000000), .help = "power that the contract reserves, where the site shares overhead out by it" },
	{ .name = "min_coverage", .type = HWATT_OBJECT, .offset = offsetof(struct contract, min_coverage),
	  .schema = &minima_schema, .help = "how much must have been measured, where a requirement does not say" },
	{ .name = "missing_is_breach", .type = HWATT_BOOL, .offset = offsetof(struct contract, missing_is_breach),
	  .help = "true when the contract counts a closed period without enough data as a breach" },
};

static const struct hwatt_schema schema = {
	.name = "contract", .help = "what was promised", .size = sizeof(struct contract), .options = contract_keys,
	.count = COUNT(contract_keys), .mark_offset = offsetof(struct contract, mark),
};

/* What a key means where types of requirements differ in it. */
static const char *help_of_both(const struct hwatt_option *a, const struct hwatt_option *b)
{
	static const struct { const char *name, *help; } shared[] = {
		{ "max", "the highest allowed; of what, and in which unit, tells the type" },
		{ "min", "the lowest allowed; of what, and in which unit, tells the type" },
		{ "due_days", "or so many days after what the type tells: the beginning of the contract, a replacement, the end of the period" },
	};
	if (a->help == NULL || b->help == NULL || strcmp(a->help, b->help) == 0)
		return a->help != NULL ? a->help : b->help;
	for (size_t i = 0; i < COUNT(shared); i++)
		if (strcmp(shared[i].name, a->name) == 0)
			return shared[i].help;
	return a->help;
}

/* The keys of all types of requirements under one roof: one that types read differently is anything. */
static const struct hwatt_schema *any_requirement(struct hwatt_arena *arena)
{
	struct hwatt_option *rows = hwatt_arena_alloc(arena, MAX_KEYS * sizeof(*rows));
	const struct requirement_type *type;
	size_t count = 0;
	for (size_t t = 0; (type = requirement_type_at(t)) != NULL; t++) {
		for (size_t i = 0; i < type->option_count; i++) {
			const struct hwatt_option *key = &type->options[i];
			size_t at = 0;
			while (at < count && strcmp(rows[at].name, key->name) != 0)
				at++;
			if (at == count && count < MAX_KEYS) {
				rows[count++] = *key;
				if (strcmp(key->name, "id") != 0 && strcmp(key->name, "type") != 0)
					rows[at].flags &= ~HWATT_REQUIRED;
				continue;
			}
			if (at < count)
				rows[at].help = help_of_both(&rows[at], key);
			if (at < count && (rows[at].type != key->type || rows[at].words != key->words || rows[at].min != key->min ||
						  rows[at].max != key->max)) {
				rows[at].type = HWATT_NODE;
				rows[at].fallback = NULL;
				rows[at].pattern = NULL;
			}
		}
	}
	struct hwatt_schema *all = hwatt_arena_alloc(arena, sizeof(*all));
	*all = (struct hwatt_schema){ .name = "requirement", .help = "one promise; its keys by its type", .options = rows, .count = count };
	return all;
}

const struct hwatt_schema *contract_schema(struct hwatt_arena *arena)
{
	struct hwatt_option *rows = hwatt_arena_alloc(arena, sizeof(contract_keys));
	struct hwatt_schema *whole = hwatt_arena_alloc(arena, sizeof(*whole));
	memcpy(rows, contract_keys, sizeof(contract_keys));
	for (size_t i = 0; i < COUNT(contract_keys); i++)
		if (strcmp(rows[i].name, "requirements") == 0)
			rows[i].schema = any_requirement(arena);
	*whole = schema;
	whole->options = rows;
	return whole;
}

/* --- requirements ------------------------------------------------------------------------------------------------ */

/* What the contract says for all. */
static void fill_defaults(struct requirement *r, const struct contract *contract)
{
	r->missing_is_breach |= contract->missing_is_breach;
	if (r->min_coverage_ppm == 0 && r->type->measure != NULL && r->type->unit != UNIT_NONE && strcmp(r->type->name, "coverage") != 0)
		r->min_coverage_ppm = r->window <= WINDOW_MONTH ? contract->min_coverage.month_ppm
								: contract->min_coverage.year_ppm;
}

static void check_valid_within(const struct requirement *r, const struct contract *contract, struct hwatt_report *report)
{
	if (r->template_id[0] != '\0') /* a package may hold steps of later years */
		return;
	if (r->valid.from_day > contract->valid.to_day || (r->valid.to_day != 0 && r->valid.to_day < contract->valid.from_day))
		hwatt_report_add(report, &r->mark, "requirement \"%s\" is never in force while the contract is", r->id);
}

/* Sums of months cannot be cut within one: what is metered over months is in force for whole ones. */
static void check_whole_months(const struct requirement *r, const struct contract *contract, struct hwatt_report *report)
{
	int year, month, mday;
	if (r->type->measure == NULL || r->window < WINDOW_MONTH)
		return;
	day_civil(r->valid.from_day, &year, &month, &mday);
	if (r->valid.from_day > contract->valid.from_day && mday != 1)
		hwatt_report_add(report, &r->mark, "requirement \"%s\" is metered by months: \"from\" is the first day of one", r->id);
	day_civil(r->valid.to_day + 1, &year, &month, &mday);
	if (r->valid.to_day != 0 && r->valid.to_day < contract->valid.to_day && mday != 1)
		hwatt_report_add(report, &r->mark, "requirement \"%s\" is metered by months: \"to\" is the last day of one", r->id);
}

static void check_twice(const struct requirement *all, size_t i, const struct hwatt_node *node, struct hwatt_report *report)
{
	struct hwatt_mark at = hwatt_node_mark(node, "id");
	for (size_t j = 0; j < i; j++) {
		if (all[j].type == NULL || strcmp(all[j].id, all[i].id) != 0)
			continue;
		hwatt_report_add(report, &at, "requirement \"%s\" stands twice, first at %s:%u", all[i].id, all[j].mark.file,
				 all[j].mark.line);
		return;
	}
}

/* What a requirement says of others of the contract. */
static void check_requires(const struct contract *contract, const struct requirement *r, struct hwatt_report *report)
{
	const struct requirement *all = contract->requirements.items;
	size_t triggered = 0;
	for (size_t i = 0; i < contract->requirements.count; i++)
		triggered += all[i].type != NULL && all[i].trigger == TRIGGER_REPLACEMENT;
	if (triggered == 0)
		hwatt_report_add(report, &r->mark, "nothing is asked of replaced hardware; give a requirement \"trigger: replacement\"");
	for (size_t w = 0; w < r->replacement.requires.count; w++) {
		const char *id = ((const char *const *)r->replacement.requires.items)[w];
		bool found = false;
		for (size_t i = 0; i < contract->requirements.count; i++)
			found |= all[i].type != NULL && all[i].trigger == TRIGGER_REPLACEMENT && strcmp(all[i].id, id) == 0;
		if (!found)
			hwatt_report_add(report, &r->mark, "there is no requirement \"%.60s\" with the trigger replacement", id);
	}
}

/* What a quarter of an hour is counted by must be one for the whole contract. */
static void check_terms_agree(const struct requirement *all, size_t i, struct hwatt_report *report)
{
	const struct requirement *r = &all[i];
	bool idle = r->type != NULL && strcmp(r->type->name, "idle_ratio") == 0;
	bool inlet = r->type != NULL && strcmp(r->type->name, "inlet_temperature") == 0 && r->inlet.range == KPI_INLET_OWN;
	for (size_t j = 0; j < i && (idle || inlet); j++) {
		if (all[j].type != r->type)
			continue;
		const struct utilisation_rule *a = &all[j].idle.rule, *b = &r->idle.rule;
		if (idle && (a->cpu_ppm != b->cpu_ppm || a->busy_ppm != b->busy_ppm || a->octets_per_s != b->octets_per_s))
			hwatt_report_add(report, &r->mark, "a contract has one rule for idle servers; that of \"%s\" differs", all[j].id);
		else if (inlet && all[j].inlet.range == KPI_INLET_OWN &&
			 (all[j].inlet.own.low != r->inlet.own.low || all[j].inlet.own.high != r->inlet.own.high))
			hwatt_report_add(report, &r->mark, "a contract has one range of its own beside the classes; that of \"%s\" differs",
					 all[j].id);
		else
			continue;
		return;
	}
}

static void read_requirements(struct contract *contract, struct package_shelf *shelf, struct hwatt_arena *arena,
			      struct hwatt_report *report)
{
	struct package_rows rows = package_rows(&contract->packages, &contract->nodes, contract->mark.file, shelf, &contract->files, arena,
						report);
	if (rows.count > CONTRACT_MAX_REQUIREMENTS) {
		hwatt_report_add(report, &contract->mark, "%zu requirements are more than %u", rows.count, CONTRACT_MAX_REQUIREMENTS);
		return;
	}
	struct requirement *all = hwatt_arena_alloc(arena, (rows.count + 1) * sizeof(*all));
	for (size_t i = 0; i < rows.count; i++) {
		all[i] = rows.items[i].origin;
		if (!requirement_read(rows.items[i].node, &all[i], arena, report))
			continue;
		fill_defaults(&all[i], contract);
		check_valid_within(&all[i], contract, report);
		check_whole_months(&all[i], contract, report);
		registers_check_file(&all[i].document.path, all[i].document.sha256, &all[i].mark, arena, report);
		check_twice(all, i, rows.items[i].node, report);
		check_terms_agree(all, i, report);
	}
	contract->requirements = (struct hwatt_list){ all, rows.count };
	for (size_t i = 0; i < rows.count; i++)
		if (all[i].type != NULL && strcmp(all[i].type->name, "replacement") == 0)
			check_requires(contract, &all[i], report);
}

static struct contract *read_whole(const struct hwatt_node *node, struct package_shelf *shelf, struct hwatt_arena *arena,
				   struct hwatt_report *report)
{
	size_t before = report_total(report);
	struct contract *contract = hwatt_arena_alloc(arena, sizeof(*contract));
	hwatt_option_read(&schema, node, contract, arena, report);
	struct hwatt_mark at = hwatt_node_mark(node, "scope");
	if (document_get(node, "scope") != NULL && contract->scope.count == 0 && report_total(report) == before)
		hwatt_report_add(report, &at, "the scope is empty; name a site, a rack or a device");
	read_requirements(contract, shelf, arena, report);
	registers_load(&contract->register_files, &contract->registers, &contract->files, arena, report);
	return report_total(report) == before ? contract : NULL;
}

struct contract *contract_read(const struct hwatt_node *node, struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct package_shelf shelf = {0};
	return read_whole(node, &shelf, arena, report);
}

struct contract *contract_load(const char *path, struct package_shelf *shelf, struct hwatt_arena *arena, struct hwatt_report *report)
{
	size_t before = report_total(report);
	const struct hwatt_node *node = document_load(path, arena, report);
	if (node == NULL)
		return NULL;
	struct contract *contract = read_whole(node, shelf, arena, report);
	return report_total(report) == before ? contract : NULL;
}

/* --- what registers say of requirements -------------------------------------------------------------------------- */

static bool keeps_file(const struct contract *contract, const char *file)
{
	for (size_t i = 0; i < contract->files.count; i++)
		if (strcmp(((const char *const *)contract->files.items)[i], file) == 0)
			return true;
	return false;
}

struct row_check {
	struct contract *const *contracts;
	const struct names *requirements; /* of each contract */
	size_t count, own;                /* own: the contract whose row it is */
	struct hwatt_arena *arena;
	struct hwatt_report *report;
};

/* A register may be shared: then a row is about a requirement of any contract that keeps it. */
static void check_row(const struct row_check *c, const char *id, const struct hwatt_mark *at)
{
	if (id == NULL || id[0] == '\0' || names_find(&c->requirements[c->own], id) != NULL)
		return;
	for (size_t i = 0; i < c->count; i++)
		if (names_find(&c->requirements[i], id) != NULL && keeps_file(c->contracts[i], at->file))
			return;
	hwatt_report_add(c->report, at, "contract %s has no requirement \"%.60s\"%s", c->contracts[c->own]->id, id,
			 names_hint(&c->requirements[c->own], id, c->arena));
}

void contract_check_rows(struct contract *const *contracts, size_t count, struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct names *names = hwatt_alloc((count + 1) * sizeof(*names));
	for (size_t i = 0; i < count; i++) {
		const struct requirement *all = contracts[i]->requirements.items;
		names[i] = (struct names){0};
		for (size_t r = 0; r < contracts[i]->requirements.count; r++)
			names_add(&names[i], all[r].id, &all[r]);
		names_sort(&names[i]);
	}
	struct row_check c = { contracts, names, count, 0, arena, report };
	for (; c.own < count; c.own++) {
		const struct registers *kept = &contracts[c.own]->registers;
		const struct register_document *documents = kept->documents.items;
		const struct register_activity *activities = kept->activities.items;
		for (size_t i = 0; i < kept->documents.count; i++)
			check_row(&c, documents[i].requirement, &documents[i].mark);
		for (size_t i = 0; i < kept->activities.count; i++)
			check_row(&c, activities[i].requirement, &activities[i].mark);
	}
	for (size_t i = 0; i < count; i++)
		names_free(&names[i]);
	free(names);
}
