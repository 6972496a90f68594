/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "registers.h"
#include "csv.h"
#include "digest.h"
#include "names.h"
#include "path.h"
#include "place.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROW(of, field, key, what) .name = key, .type = what, .offset = offsetof(struct of, field)
#define REGISTERS_SELECTOR_FORM "kind:, brand:, model:, asset:, serial:, device: or site: with a name behind, like brand:Acme, or *"
#define FILE_MAX (64u << 20) /* of a document whose checksum is looked at */

const char *const asset_kind_words[] = { "server", "storage", "network", "computer", "display", "phone", "printer", "pdu", "ups",
					 "cooling", "other", NULL };
const char *const document_type_words[] = { "attestation", "policy", "minerals", "forced_labour", "ilo_core", "child_labour",
					    "labour_law", "due_diligence", "test_report", "repair", "end_of_life",
					    "environmental_management", "chemicals", "anti_corruption", "electricity_label",
					    "ecolabel", "audit", "report", "calibration", "location", "other", NULL };
_Static_assert(COUNT(document_type_words) == DOC_TYPES + 1, "a word for each type of document");
const char *const location_about_words[] = { "data", "hardware", "staff", NULL };
const char *const audit_level_words[] = { "none", "self_assessment", "office_audit", "factory_audit", NULL };
static const char *const fate_words[] = { "unknown", "reused_internally", "reused_externally", "parts", "material", "disposed",
					  NULL };
static const char *const status_words[] = { "submitted", "accepted", "rejected", "withdrawn", NULL };
static const char *const activity_words[] = { "follow_up", "audit", "report", "finding", "refill", "incident", NULL };
static const char *const severity_words[] = { "low", "medium", "high", "critical", NULL };

/* --- rows -------------------------------------------------------------------------------------------------------- */

static void check_country(const struct hwatt_node *at, const char *key, const char *country, struct hwatt_report *report)
{
	struct hwatt_error err;
	struct hwatt_mark mark = hwatt_node_mark(at, key);
	if (country[0] != '\0' && place_country(country, &err) < 0)
		hwatt_report_add(report, &mark, "%s", err.text);
}

/* Adds a mistake when `last` is stated and before `first`. */
static void check_order(const struct hwatt_node *at, const char *key, int64_t first, int64_t last, const char *what,
			struct hwatt_report *report)
{
	struct hwatt_mark mark = hwatt_node_mark(at, key);
	if (first != 0 && last != 0 && last < first)
		hwatt_report_add(report, &mark, "%s", what);
}

static const struct hwatt_option asset_rows[] = {
	{ ROW(register_asset, id, "id", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "name of the asset, unique" },
	{ ROW(register_asset, kind, "kind", HWATT_ENUM), .flags = HWATT_REQUIRED, .words = asset_kind_words, .help = "what it is" },
	{ ROW(register_asset, brand, "brand", HWATT_STRING), .help = "brand owner" },
	{ ROW(register_asset, model, "model", HWATT_STRING), .help = "model" },
	{ ROW(register_asset, serial, "serial", HWATT_STRING), .help = "serial number, by which a replacement is noticed" },
	{ ROW(register_asset, device, "device", HWATT_STRING), .help = "id of the device in the configuration" },
	{ ROW(register_asset, site, "site", HWATT_STRING), .help = "where it stands" },
	{ ROW(register_asset, country, "country_of_assembly", HWATT_STRING), .help = "ISO 3166-1 code of the final assembly" },
	{ ROW(register_asset, owner, "owner", HWATT_STRING), .help = "who owns it" },
	{ ROW(register_asset, shared_by, "shared_by", HWATT_LIST), .item = HWATT_STRING, .help = "customers that share it" },
	{ ROW(register_asset, purchased_day, "purchased", HWATT_DATE), .help = "day of the purchase: eco-labels are judged as of it" },
	{ ROW(register_asset, installed_day, "installed", HWATT_DATE), .help = "first day in the hall" },
	{ ROW(register_asset, first_use_day, "first_use", HWATT_DATE), .help = "first day of use anywhere, when it came used" },
	{ ROW(register_asset, retired_day, "retired", HWATT_DATE), .help = "day on which it was taken out" },
	{ ROW(register_asset, replaces, "replaces", HWATT_STRING), .help = "id of the asset whose place it took" },
	{ ROW(register_asset, labels, "labels", HWATT_LIST), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST,
	  .help = "eco-labels that its register showed on the day of purchase, like tco-certified or epeat-gold; none, when it showed none" },
	{ ROW(register_asset, fate, "fate", HWATT_ENUM), .words = fate_words, .help = "what became of it after retirement" },
	{ ROW(register_asset, receiver, "receiver", HWATT_STRING), .help = "who took it" },
	{ ROW(register_asset, certificate, "certificate", HWATT_STRING), .help = "id of the document of the receiver" },
	{ ROW(register_asset, refrigerant, "refrigerant", HWATT_STRING), .help = "refrigerant in it, like R-32" },
	{ ROW(register_asset, charge_micro, "refrigerant_kg", HWATT_DECIMAL), .min = 0, .max = INT64_C(1000000000000),
	  .help = "charge of refrigerant in kg" },
	{ ROW(register_asset, gwp_micro, "refrigerant_gwp", HWATT_DECIMAL), .min = 0, .max = INT64_C(100000000000),
	  .help = "global warming potential of the refrigerant" },
};

static void check_asset(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct register_asset *a = object;
	struct hwatt_mark mark = hwatt_node_mark(at, "fate");
	check_country(at, "country_of_assembly", a->country, report);
	check_order(at, "retired", a->installed_day, a->retired_day, "it was retired before it was installed", report);
	check_order(at, "installed", a->purchased_day, a->installed_day, "it was installed before it was bought", report);
	check_order(at, "retired", a->first_use_day, a->retired_day, "it was retired before it was first used", report);
	if (a->fate != FATE_UNKNOWN && a->retired_day == 0)
		hwatt_report_add(report, &mark, "an asset with a fate has been retired; state \"retired\" too");
	if (a->replaces[0] != '\0' && a->installed_day == 0) {
		mark = hwatt_node_mark(at, "replaces");
		hwatt_report_add(report, &mark, "a replacement has a day; state \"installed\" too");
	}
	if ((a->charge_micro > 0) != (a->refrigerant[0] != '\0') || (a->gwp_micro > 0 && a->charge_micro == 0)) {
		mark = hwatt_node_mark(at, "refrigerant");
		hwatt_report_add(report, &mark, "a refrigerant is stated with its name and its charge: \"refrigerant\" and \"refrigerant_kg\"");
	}
}

static const struct hwatt_option document_rows[] = {
	{ ROW(register_document, id, "id", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "name of the document, unique" },
	{ ROW(register_document, type, "type", HWATT_ENUM), .flags = HWATT_REQUIRED, .words = document_type_words,
	  .help = "what it is about" },
	{ ROW(register_document, title, "title", HWATT_STRING), .help = "its title" },
	{ ROW(register_document, issuer, "issuer", HWATT_STRING), .help = "who wrote it" },
	{ ROW(register_document, requirement, "requirement", HWATT_STRING),
	  .help = "id of the requirement that it is for; any of its type when absent" },
	{ ROW(register_document, subjects, "subject", HWATT_LIST), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST,
	  .pattern = "^([*]|(kind|brand|model|asset|serial|device|site):.+)$", .form = REGISTERS_SELECTOR_FORM,
	  .help = "what it covers, like brand:Acme or model:X1; everything when absent" },
	{ ROW(register_document, issued_day, "issued", HWATT_DATE), .help = "day of issue" },
	{ ROW(register_document, from_day, "from", HWATT_DATE), .flags = HWATT_REQUIRED, .help = "first day on which it is valid" },
	{ ROW(register_document, to_day, "to", HWATT_DATE), .help = "last day on which it is valid; no end when absent" },
	{ ROW(register_document, status, "status", HWATT_ENUM), .flags = HWATT_REQUIRED, .words = status_words,
	  .help = "submitted, accepted, rejected or withdrawn" },
	{ ROW(register_document, path, "file", HWATT_STRING), .help = "the file itself, relative to this one" },
	{ ROW(register_document, sha256, "sha256", HWATT_STRING), .pattern = "^[0-9a-f]{64}$",
	  .form = "64 digits and small letters a to f, as sha256sum prints them",
	  .help = "SHA-256 of the file, as sha256sum prints it; checked when the file is there" },
	{ ROW(register_document, language, "lang", HWATT_STRING), .help = "its language, like sv" },
	{ ROW(register_document, claims, "claims", HWATT_LIST), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST,
	  .help = "what it says, like ilo-29, iso-14001 or tco-certified" },
	{ ROW(register_document, conforms, "conforms", HWATT_BOOL), .fallback = "true",
	  .help = "false when it says that the requirement is not met" },
	{ ROW(register_document, years, "years", HWATT_INTEGER), .min = 0, .max = 100, .help = "years that it promises" },
	{ ROW(register_document, reviewed_by, "reviewed_by", HWATT_STRING), .help = "who looked at it" },
	{ ROW(register_document, reviewed_day, "reviewed", HWATT_DATE), .help = "when" },
	{ ROW(register_document, supersedes, "supersedes", HWATT_STRING), .help = "id of the document whose place it takes" },
};

static void check_document(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct register_document *d = object;
	struct hwatt_mark mark = hwatt_node_mark(at, "status");
	check_order(at, "to", d->from_day, d->to_day, "it ends before it begins; \"to\" is its last day", report);
	check_order(at, "reviewed", d->issued_day, d->reviewed_day, "it was reviewed before it was issued", report);
	bool reviewed = d->status == DOC_ACCEPTED || d->status == DOC_REJECTED;
	if (reviewed && (d->reviewed_by[0] == '\0' || d->reviewed_day == 0))
		hwatt_report_add(report, &mark, "somebody has %s it; state \"reviewed_by\" and \"reviewed\"", status_words[d->status]);
	mark = hwatt_node_mark(at, "supersedes");
	if (strcmp(d->supersedes, d->id) == 0)
		hwatt_report_add(report, &mark, "a document cannot supersede itself");
}

static const struct hwatt_option activity_rows[] = {
	{ ROW(register_activity, id, "id", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "name of the activity, unique" },
	{ ROW(register_activity, kind, "kind", HWATT_ENUM), .flags = HWATT_REQUIRED, .words = activity_words, .help = "what it is" },
	{ ROW(register_activity, day, "on", HWATT_DATE), .flags = HWATT_REQUIRED, .help = "when it took place, or was found" },
	{ ROW(register_activity, title, "title", HWATT_STRING), .help = "what it was" },
	{ ROW(register_activity, subject, "subject", HWATT_STRING), .help = "what or who it was about, like a factory" },
	{ ROW(register_activity, level, "level", HWATT_ENUM), .words = audit_level_words, .help = "how deep an audit went" },
	{ ROW(register_activity, result, "result", HWATT_STRING), .help = "what came of it" },
	{ ROW(register_activity, lessons, "lessons", HWATT_STRING), .help = "what to change in the requirements" },
	{ ROW(register_activity, period, "period", HWATT_STRING), .pattern = "^[0-9]{4}(-(0[1-9]|1[0-2]))?$",
	  .form = "a year or a month, like 2026 or 2026-10",
	  .help = "the year or month that a report is about: 2026 or 2026-10" },
	{ ROW(register_activity, fields, "fields", HWATT_LIST), .item = HWATT_STRING, .help = "what a report holds" },
	{ ROW(register_activity, severity, "severity", HWATT_ENUM), .words = severity_words, .help = "how grave a finding is" },
	{ ROW(register_activity, due_day, "due", HWATT_DATE), .help = "by when a finding is to be closed" },
	{ ROW(register_activity, closed_day, "closed", HWATT_DATE), .help = "when a finding was closed" },
	{ ROW(register_activity, owner, "owner", HWATT_STRING), .help = "who is to act" },
	{ ROW(register_activity, document, "document", HWATT_STRING), .help = "id of the document about it" },
	{ ROW(register_activity, requirement, "requirement", HWATT_STRING), .help = "id of the requirement that it is for" },
	{ ROW(register_activity, amount_micro, "kg", HWATT_DECIMAL), .min = 0, .max = INT64_C(1000000000000),
	  .help = "refrigerant refilled, in kg" },
};

static void check_activity(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct register_activity *a = object;
	struct hwatt_mark mark = hwatt_node_mark(at, "level");
	check_order(at, "closed", a->day, a->closed_day, "it was closed before it was found", report);
	check_order(at, "due", a->day, a->due_day, "it is due before it was found", report);
	if (a->kind == ACTIVITY_AUDIT && a->level == LEVEL_NONE)
		hwatt_report_add(report, &mark, "an audit has a level: self_assessment, office_audit or factory_audit");
	mark = hwatt_node_mark(at, "kg");
	if ((a->kind == ACTIVITY_REFILL) != (a->amount_micro > 0))
		hwatt_report_add(report, &mark, a->kind == ACTIVITY_REFILL ? "a refill has an amount; state \"kg\""
									   : "only a refill has \"kg\"");
	mark = hwatt_node_mark(at, a->closed_day != 0 ? "closed" : "due");
	if (a->kind != ACTIVITY_FINDING && (a->closed_day != 0 || a->due_day != 0))
		hwatt_report_add(report, &mark, "only a finding is due and closed");
	mark = hwatt_node_mark(at, "period");
	if (a->kind == ACTIVITY_REPORT && a->period[0] == '\0')
		hwatt_report_add(report, &mark, "a report is about a period; state \"period\", like 2026-10");
}

static const struct hwatt_option factory_rows[] = {
	{ ROW(register_factory, name, "name", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "name of the factory" },
	{ ROW(register_factory, country, "country", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "ISO 3166-1 code" },
	{ ROW(register_factory, address, "address", HWATT_STRING), .help = "where it lies" },
	{ ROW(register_factory, brand, "brand", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "for which brand owner it works" },
	{ ROW(register_factory, products, "products", HWATT_STRING), .help = "what it makes" },
	{ ROW(register_factory, tier, "tier", HWATT_INTEGER), .fallback = "1", .min = 1, .max = 10,
	  .help = "how far down the chain: 1 final assembly" },
	{ ROW(register_factory, disclosed_day, "disclosed", HWATT_DATE), .help = "when the supplier named it" },
	{ ROW(register_factory, document, "document", HWATT_STRING), .help = "id of the document that names it" },
};

static void check_factory(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	check_country(at, "country", ((const struct register_factory *)object)->country, report);
}

static const struct hwatt_option counter_rows[] = {
	{ ROW(register_counter, counter, "counter", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "what is counted" },
	{ ROW(register_counter, from_day, "from", HWATT_DATE), .flags = HWATT_REQUIRED, .help = "first day counted" },
	{ ROW(register_counter, to_day, "to", HWATT_DATE), .flags = HWATT_REQUIRED, .help = "last day counted" },
	{ ROW(register_counter, value_micro, "value", HWATT_DECIMAL), .flags = HWATT_REQUIRED, .help = "how much" },
	{ ROW(register_counter, unit, "unit", HWATT_STRING), .help = "of what, like sheets" },
	{ ROW(register_counter, author, "author", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "who entered it" },
	{ ROW(register_counter, source, "source", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "where the figure comes from" },
	{ ROW(register_counter, entered_day, "entered", HWATT_DATE), .help = "when it was entered" },
	{ ROW(register_counter, document, "document", HWATT_STRING), .help = "id of the document that shows it" },
};

static void check_counter(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct register_counter *c = object;
	check_order(at, "to", c->from_day, c->to_day, "it ends before it begins; \"to\" is its last day", report);
}

static const struct hwatt_option location_rows[] = {
	{ ROW(register_location, name, "name", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "what is done there, or by whom" },
	{ ROW(register_location, about, "about", HWATT_ENUM), .flags = HWATT_REQUIRED, .words = location_about_words,
	  .help = "data, hardware or staff" },
	{ ROW(register_location, country, "country", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "ISO 3166-1 code" },
	{ ROW(register_location, from_day, "from", HWATT_DATE), .help = "first day; from the beginning when absent" },
	{ ROW(register_location, to_day, "to", HWATT_DATE), .help = "last day; no end when absent" },
	{ ROW(register_location, document, "document", HWATT_STRING), .help = "id of the statement" },
};

static void check_location(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct register_location *l = object;
	check_country(at, "country", l->country, report);
	check_order(at, "to", l->from_day, l->to_day, "it ends before it begins; \"to\" is its last day", report);
}

#define REGISTER(word, of, text) \
	{ .name = #of, .help = text, .size = sizeof(struct register_##of), .options = of##_rows, .count = COUNT(of##_rows), \
	  .check = check_##of, .mark_offset = offsetof(struct register_##of, mark) }

enum { ASSETS, DOCUMENTS, ACTIVITIES, FACTORIES, COUNTERS, LOCATIONS, REGISTERS };

static const struct hwatt_schema row_schemas[REGISTERS] = {
	REGISTER("assets", asset, "a piece of equipment, there or retired"),
	REGISTER("documents", document, "a document that the supplier handed in"),
	REGISTER("activities", activity, "something that was done or found: follow-ups, audits, reports, findings, refills"),
	REGISTER("factories", factory, "a factory of the supply chain"),
	REGISTER("counters", counter, "a figure counted by hand"),
	REGISTER("locations", location, "where data lie, hardware stands or staff works"),
};

#define FILES(field, text) \
	{ .name = #field, .type = HWATT_LIST, .offset = offsetof(struct registers_files, field), .item = HWATT_NODE, \
	  .flags = HWATT_ONE_OR_LIST, .pattern = ".", .help = text }

static const struct hwatt_option files_rows[REGISTERS] = {
	FILES(assets, "files with the equipment"), FILES(documents, "files with the documents handed in"),
	FILES(activities, "files with follow-ups, audits, reports, findings and refills"),
	FILES(factories, "files with the factories of the supply chain"), FILES(counters, "files with figures counted by hand"),
	FILES(locations, "files with places of data, hardware and staff"),
};

const struct hwatt_schema registers_schema = {
	.name = "registers", .help = "tables kept by hand: YAML lists, or CSV with a header row", .size = sizeof(struct registers_files),
	.options = files_rows, .count = REGISTERS,
};

static int register_by_name(const char *which)
{
	for (int i = 0; i < REGISTERS; i++)
		if (strcmp(files_rows[i].name, which) == 0)
			return i;
	return -1;
}

const struct hwatt_schema *registers_row_schema(const char *which)
{
	int i = register_by_name(which);
	return i >= 0 ? &row_schemas[i] : NULL;
}

/* --- files ------------------------------------------------------------------------------------------------------- */

static struct hwatt_list *list_of(struct registers *r, int which)
{
	struct hwatt_list *const lists[REGISTERS] = { &r->assets, &r->documents, &r->activities, &r->factories, &r->counters,
						      &r->locations };
	return lists[which];
}

static bool *flag_of(struct registers *r, int which)
{
	bool *const flags[REGISTERS] = { &r->has_assets, &r->has_documents, &r->has_activities, &r->has_factories,
					 &r->has_counters, &r->has_locations };
	return flags[which];
}

/* Adds the rows of a list to those that are there. */
static void add_rows(struct registers *r, int which, const struct hwatt_node *rows, struct hwatt_arena *arena,
		     struct hwatt_report *report)
{
	const struct hwatt_schema *schema = &row_schemas[which];
	struct hwatt_list *list = list_of(r, which);
	if (rows->kind != HWATT_NODE_SEQUENCE) {
		hwatt_report_add(report, &rows->mark, "a list of rows belongs here, each with the keys of one %s", schema->name);
		return;
	}
	if (list->count + rows->count > REGISTERS_MAX_ROWS) {
		hwatt_report_add(report, &rows->mark, "more than %u rows", REGISTERS_MAX_ROWS);
		return;
	}
	/* As the one value of a map, so that patterns are compiled once and not for each row. */
	const struct hwatt_option option = { .name = "rows", .type = HWATT_LIST, .schema = schema };
	const struct hwatt_schema whole = { .name = "rows", .size = sizeof(struct hwatt_list), .options = &option, .count = 1 };
	struct hwatt_node key = { .kind = HWATT_NODE_SCALAR, .mark = rows->mark, .text = "rows" };
	struct hwatt_node *keys[] = { &key }, *values[] = { (struct hwatt_node *)(uintptr_t)rows }; /* only read */
	struct hwatt_node map = { .kind = HWATT_NODE_MAPPING, .mark = rows->mark, .keys = keys, .items = values, .count = 1 };
	struct hwatt_list added = {0};
	hwatt_option_read(&whole, &map, &added, arena, report); /* a row with mistakes stays, for the others to refer to */
	char *items = hwatt_arena_alloc(arena, (list->count + added.count + 1) * schema->size);
	if (list->count > 0)
		memcpy(items, list->items, list->count * schema->size);
	if (added.count > 0)
		memcpy(items + list->count * schema->size, added.items, added.count * schema->size);
	*list = (struct hwatt_list){ items, list->count + added.count };
}

static bool is_table(const char *file)
{
	const char *dot = strrchr(file, '.');
	return dot != NULL && strcasecmp(dot, ".csv") == 0;
}

void registers_parse(const char *which, const char *file, const char *bytes, size_t length, struct registers *out,
		     struct hwatt_arena *arena, struct hwatt_report *report)
{
	int i = register_by_name(which);
	const struct hwatt_node *rows = is_table(file) ? csv_parse(file, bytes, length, &row_schemas[i], arena, report)
						       : document_parse(file, bytes, length, arena, report);
	*flag_of(out, i) = true;
	if (rows != NULL)
		add_rows(out, i, rows, arena, report);
}

/* --- what rows say of each other --------------------------------------------------------------------------------- */

/* Adds a mistake for each id that stands twice; leaves `names` sorted. Every row begins with its id. */
static void check_ids(const struct hwatt_list *list, const struct hwatt_schema *schema, struct names *names,
		      struct hwatt_report *report)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *row = (const char *)list->items + i * schema->size, *id;
		memcpy(&id, row, sizeof(id));
		if (id != NULL && id[0] != '\0')
			names_add(names, id, row);
	}
	names_sort(names);
	for (size_t i = 1; i < names->count; i++) {
		if (strcmp(names->rows[i].text, names->rows[i - 1].text) != 0)
			continue;
		const struct hwatt_mark *at = (const void *)((const char *)names->rows[i].thing + schema->mark_offset);
		const struct hwatt_mark *first = (const void *)((const char *)names->rows[i - 1].thing + schema->mark_offset);
		hwatt_report_add(report, at, "%s \"%s\" stands twice, first at %s:%u", schema->name, names->rows[i].text, first->file,
				 first->line);
	}
}

void registers_check_file(const char **path, const char *sha256, const struct hwatt_mark *at, struct hwatt_arena *arena,
			  struct hwatt_report *report)
{
	if (*path == NULL || (*path)[0] == '\0')
		return;
	*path = path_beside(at->file, *path, arena);
	struct hwatt_text bytes;
	struct hwatt_error err;
	char digest[65];
	if (sha256 == NULL || sha256[0] == '\0' || access(*path, F_OK) < 0)
		return;
	hwatt_text_init(&bytes, FILE_MAX);
	if (document_read(*path, &bytes, &err) < 0) {
		hwatt_report_add(report, at, "%s: %s", *path, err.text);
	} else {
		digest_hex(hwatt_text_string(&bytes), bytes.length, digest);
		if (strcmp(digest, sha256) != 0)
			hwatt_report_add(report, at, "%s is not the file that was reviewed: its SHA-256 is %s; review it again and state that",
					 *path, digest);
	}
	hwatt_text_free(&bytes);
}

static void check_documents(struct registers *r, const struct names *names, struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct register_document *documents = r->documents.items;
	for (size_t i = 0; i < r->documents.count; i++) {
		struct register_document *d = &documents[i];
		if (d->id == NULL || d->id[0] == '\0')
			continue;
		registers_check_file(&d->path, d->sha256, &d->mark, arena, report);
		if (d->supersedes[0] == '\0')
			continue;
		struct register_document *old = NULL;
		for (size_t j = 0; j < r->documents.count && old == NULL; j++)
			old = strcmp(documents[j].id != NULL ? documents[j].id : "", d->supersedes) == 0 ? &documents[j] : NULL;
		if (old == NULL)
			hwatt_report_add(report, &d->mark, "there is no document \"%.60s\" to supersede%s", d->supersedes,
					 names_hint(names, d->supersedes, arena));
		else if (d->status == DOC_ACCEPTED && (old->superseded_day == 0 || d->from_day < old->superseded_day))
			old->superseded_day = d->from_day;
	}
}

/* Documents that other rows name must be there. */
static void check_reference(const struct registers *r, const struct names *documents, const char *id, const struct hwatt_mark *at,
			    struct hwatt_arena *arena, struct hwatt_report *report)
{
	if (id != NULL && id[0] != '\0' && r->has_documents && names_find(documents, id) == NULL)
		hwatt_report_add(report, at, "there is no document \"%.60s\"%s", id, names_hint(documents, id, arena));
}

static void check_references(const struct registers *r, const struct names *documents, const struct names *assets,
			     struct hwatt_arena *arena, struct hwatt_report *report)
{
	const struct register_asset *a = r->assets.items;
	for (size_t i = 0; i < r->assets.count; i++) {
		check_reference(r, documents, a[i].certificate, &a[i].mark, arena, report);
		if (a[i].replaces != NULL && a[i].replaces[0] != '\0' && names_find(assets, a[i].replaces) == NULL)
			hwatt_report_add(report, &a[i].mark, "there is no asset \"%.60s\" to replace%s", a[i].replaces,
					 names_hint(assets, a[i].replaces, arena));
	}
	const struct register_activity *t = r->activities.items;
	for (size_t i = 0; i < r->activities.count; i++)
		check_reference(r, documents, t[i].document, &t[i].mark, arena, report);
	const struct register_factory *f = r->factories.items;
	for (size_t i = 0; i < r->factories.count; i++)
		check_reference(r, documents, f[i].document, &f[i].mark, arena, report);
	const struct register_counter *c = r->counters.items;
	for (size_t i = 0; i < r->counters.count; i++)
		check_reference(r, documents, c[i].document, &c[i].mark, arena, report);
	const struct register_location *l = r->locations.items;
	for (size_t i = 0; i < r->locations.count; i++)
		check_reference(r, documents, l[i].document, &l[i].mark, arena, report);
}

/* Periods of one counter must not overlap: a day would count twice. */
static void check_counters(const struct registers *r, struct hwatt_report *report)
{
	const struct register_counter *c = r->counters.items;
	struct names names = {0};
	for (size_t i = 0; i < r->counters.count; i++)
		if (c[i].counter != NULL)
			names_add(&names, c[i].counter, &c[i]);
	names_sort(&names);
	for (size_t i = 0; i < names.count; i++) {
		const struct register_counter *a = names.rows[i].thing;
		for (size_t j = i + 1; j < names.count && strcmp(names.rows[j].text, names.rows[i].text) == 0; j++) {
			const struct register_counter *b = names.rows[j].thing;
			if (a->from_day <= b->to_day && b->from_day <= a->to_day && a->to_day != 0 && b->to_day != 0) {
				hwatt_report_add(report, &b->mark, "these days of \"%s\" are counted already at %s:%u", b->counter,
						 a->mark.file, a->mark.line);
				break;
			}
		}
	}
	names_free(&names);
}

static void check_all(struct registers *r, struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct names assets = {0}, documents = {0}, activities = {0};
	check_ids(&r->assets, &row_schemas[ASSETS], &assets, report);
	check_ids(&r->documents, &row_schemas[DOCUMENTS], &documents, report);
	check_ids(&r->activities, &row_schemas[ACTIVITIES], &activities, report);
	check_documents(r, &documents, arena, report);
	check_references(r, &documents, &assets, arena, report);
	check_counters(r, report);
	names_free(&assets);
	names_free(&documents);
	names_free(&activities);
}

static void load_file(int which, const struct hwatt_node *name, struct registers *out, struct hwatt_list *files,
		      struct hwatt_arena *arena, struct hwatt_report *report)
{
	if (name->kind != HWATT_NODE_SCALAR || name->text[0] == '\0') {
		hwatt_report_add(report, &name->mark, "the name of a file belongs here, like registers/%s.csv", files_rows[which].name);
		return;
	}
	const char *path = path_beside(name->mark.file, name->text, arena);
	struct hwatt_text bytes;
	struct hwatt_error err;
	hwatt_text_init(&bytes, DOCUMENT_MAX_OCTETS);
	if (document_read(path, &bytes, &err) < 0)
		hwatt_report_add(report, &name->mark, "%s: %s", path, err.text);
	else
		registers_parse(files_rows[which].name, path, hwatt_text_string(&bytes), bytes.length, out, arena, report);
	hwatt_text_free(&bytes);
	const char **all = hwatt_arena_alloc(arena, (files->count + 1) * sizeof(*all));
	if (files->count > 0)
		memcpy(all, files->items, files->count * sizeof(*all));
	all[files->count] = path;
	*files = (struct hwatt_list){ all, files->count + 1 };
}

void registers_load(const struct registers_files *named, struct registers *out, struct hwatt_list *files, struct hwatt_arena *arena,
		    struct hwatt_report *report)
{
	const struct hwatt_list *const lists[REGISTERS] = { &named->assets, &named->documents, &named->activities,
							    &named->factories, &named->counters, &named->locations };
	for (int which = 0; which < REGISTERS; which++) {
		const struct hwatt_node *const *names = lists[which]->items;
		for (size_t i = 0; i < lists[which]->count; i++)
			load_file(which, names[i], out, files, arena, report);
	}
	check_all(out, arena, report);
}

/* --- questions --------------------------------------------------------------------------------------------------- */

bool registers_selects(const char *selector, const struct register_asset *asset)
{
	const struct { const char *prefix, *value; } rows[] = {
		{ "kind:", asset_kind_words[asset->kind] }, { "brand:", asset->brand },   { "model:", asset->model },
		{ "asset:", asset->id },                    { "serial:", asset->serial }, { "device:", asset->device },
		{ "site:", asset->site },
	};
	if (strcmp(selector, "*") == 0)
		return true;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t length = strlen(rows[i].prefix);
		if (strncmp(selector, rows[i].prefix, length) == 0)
			return rows[i].value != NULL && strcasecmp(selector + length, rows[i].value) == 0;
	}
	return false;
}

bool registers_in_use(const struct register_asset *asset, int64_t day)
{
	int64_t first = asset->installed_day != 0 ? asset->installed_day : asset->purchased_day;
	return first <= day && (asset->retired_day == 0 || asset->retired_day > day);
}
