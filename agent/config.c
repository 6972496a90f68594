/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "config.h"
#include "contract.h"
#include "digest.h"
#include "discovery.h"
#include "fetch.h"
#include "watch.h"
#include "names.h"
#include "nearest.h"
#include "package.h"
#include "path.h"
#include "place.h"
#include <assert.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#define FILES_MAX 10000u
#define PROTOCOLS_MAX 16u
#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)
#define DEVICE_ID "^[a-z0-9._-]+$"
#define NAME "^[A-Za-z0-9._-]+$"

struct raw_credentials { /* one name with its protocol */
	const char *name;
	const struct hwatt_node *protocols[PROTOCOLS_MAX]; /* in the order of hallwatt_collectors */
	struct hwatt_mark mark;
};

struct raw_discovery {
	struct hwatt_list file; /* const struct hwatt_node * */
	const struct hwatt_node *http;
	struct hwatt_mark mark;
};

struct raw { /* what one file says */
	const char *listen, *web_config, *state;
	int64_t interval_ms, timeout_ms, stale_after_ms, retries;
	bool enable_lifecycle;
	struct { int level, format; } log;
	struct hwatt_list books[BOOKS_KINDS]; /* const struct hwatt_node * */
	struct hwatt_list include, profiles, contracts; /* const struct hwatt_node *, so that a mistake has its place */
	struct hwatt_list credentials, sites, racks, devices, discovery;
};

#define ROW(of, field, key, what) .name = key, .type = what, .offset = offsetof(of, field)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define DC_ROW(field, key, what) ROW(struct config_data_centre, field, key, what)
static const char *const centre_types[] = { "not_stated", "enterprise", "colocation", "cohosting", NULL };
static const struct hwatt_option refrigerant_rows[] = {
	{ ROW(struct config_refrigerant, name, "name", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "name, like R-1234ze" },
	{ ROW(struct config_refrigerant, charge, "charge_kg", HWATT_DECIMAL), .min = 1, .max = INT64_C(1000000000000),
	  .help = "mass in the machines, in kg" },
	{ ROW(struct config_refrigerant, gwp, "gwp", HWATT_DECIMAL), .min = 0, .max = INT64_C(100000000000),
	  .help = "global warming potential" },
};
static const struct hwatt_schema refrigerant_schema = {
	.name = "refrigerant", .help = "a refrigerant of the cooling", .size = sizeof(struct config_refrigerant),
	.options = refrigerant_rows, .count = COUNT(refrigerant_rows), .mark_offset = offsetof(struct config_refrigerant, mark),
};
static const struct hwatt_option data_centre_rows[] = {
	{ DC_ROW(owner, "owner", HWATT_STRING), .help = "who owns it" },
	{ DC_ROW(owner_contact, "owner_contact", HWATT_STRING), .help = "how to reach the owner" },
	{ DC_ROW(operator, "operator", HWATT_STRING), .help = "who operates it" },
	{ DC_ROW(operator_contact, "operator_contact", HWATT_STRING), .help = "how to reach the operator" },
	{ DC_ROW(lau, "lau", HWATT_STRING), .help = "Eurostat's code of the local administrative unit" },
	{ DC_ROW(nuts3, "nuts3", HWATT_STRING), .pattern = "^([A-Z]{2}[A-Z0-9]{3})?$", .help = "NUTS 3 code, like SE332" },
	{ DC_ROW(type, "type", HWATT_ENUM), .words = centre_types, .fallback = "not_stated", .help = "whom it serves" },
	{ DC_ROW(operation_start, "operation_start", HWATT_STRING), .pattern = "^([0-9]{4}-(0[1-9]|1[0-2]))?$",
	  .help = "year and month of the entry into operation, in quotes: \"2019-06\"" },
	{ DC_ROW(elec_redundancy, "electrical_redundancy", HWATT_STRING), .help = "of the supply, by line-up: N, N+1, 2N ..." },
	{ DC_ROW(elec_redundancy_rack, "electrical_redundancy_rack", HWATT_STRING), .help = "of the supply, by rack" },
	{ DC_ROW(cool_redundancy, "cooling_redundancy", HWATT_STRING), .help = "of the cooling, by room" },
	{ DC_ROW(cool_redundancy_rack, "cooling_redundancy_rack", HWATT_STRING), .help = "of the cooling, by rack" },
	{ DC_ROW(no_grid_functions, "no_grid_functions", HWATT_BOOL), .help = "true when it offers no services to the grid" },
	{ DC_ROW(grid_functions, "grid_functions", HWATT_LIST), .item = HWATT_STRING, .help = "services that it offers to the grid" },
	{ DC_ROW(refrigerants, "refrigerants", HWATT_LIST), .schema = &refrigerant_schema, .help = "refrigerants of the computer rooms' cooling" },
};
static const struct hwatt_schema data_centre_schema = {
	.name = "data centre", .help = "what the yearly report asks of a site", .size = sizeof(struct config_data_centre),
	.options = data_centre_rows, .count = COUNT(data_centre_rows),
};

const char *config_data_centre_type(int type)
{
	return type > 0 ? centre_types[type] : "";
}

static const char *const allocation_words[] = { "proportional", "two_part", "reserved", NULL };
static const struct hwatt_option allocation_rows[] = {
	{ ROW(struct config_allocation, rule, "rule", HWATT_ENUM), .words = allocation_words, .fallback = "proportional",
	  .help = "proportional: overhead follows IT energy; two_part: a part of it follows contracted power; reserved: all of it does" },
	{ ROW(struct config_allocation, fixed_ppm, "fixed", HWATT_RATIO), .min = 0, .max = HWATT_PPM,
	  .help = "two_part: the part of the overhead that follows contracted power" },
	{ ROW(struct config_allocation, contracted_mw, "contracted_power", HWATT_POWER), .min = 1, .max = INT64_C(1000000000000),
	  .help = "two_part, reserved: power that the site has to let, let or not" },
};
static void check_allocation(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct config_allocation *a = object;
	struct hwatt_mark mark = hwatt_node_mark(at, "fixed");
	if (a->rule == 1 && document_get(at, "fixed") == NULL)
		hwatt_report_add(report, &at->mark, "two_part needs \"fixed\": the part of the overhead that follows contracted power, like 0.4");
	else if (a->rule != 1 && document_get(at, "fixed") != NULL)
		hwatt_report_add(report, &mark, "\"fixed\" belongs to the rule two_part");
	if (a->rule != 0 && a->contracted_mw == 0)
		hwatt_report_add(report, &at->mark, "%s needs \"contracted_power\": the power that the site has to let, like 400 kW",
				 allocation_words[a->rule]);
}
static const struct hwatt_schema allocation_schema = {
	.name = "allocation", .help = "how cooling and losses are shared out among contracts", .size = sizeof(struct config_allocation),
	.options = allocation_rows, .count = COUNT(allocation_rows), .check = check_allocation,
};

static const char *const onsite_words[] = { "hydro", "wind", "solar", "biomass", "geothermal", "ocean", "nuclear", "fossil", "waste",
					    "unknown", NULL };
static_assert(COUNT(onsite_words) == CERTIFICATE_TECHNOLOGIES + 1, "a word for each technology");

static const struct hwatt_option site_rows[] = {
	{ ROW(struct config_site, id, "id", HWATT_STRING), .flags = HWATT_REQUIRED, .pattern = DEVICE_ID,
	  .help = "unique name of the site, of a-z, 0-9, dot, underscore and hyphen" },
	{ ROW(struct config_site, name, "name", HWATT_STRING), .help = "name for humans; the id when absent" },
	{ ROW(struct config_site, country, "country", HWATT_STRING), .help = "ISO 3166-1 code, like SE or \"NO\" (in quotes)" },
	{ ROW(struct config_site, bidding_zone, "bidding_zone", HWATT_STRING), .pattern = NAME,
	  .help = "bidding zone of the electricity market, like SE1" },
	{ ROW(struct config_site, timezone, "timezone", HWATT_STRING), .fallback = "UTC",
	  .help = "time zone in which days, months and years are cut, like Europe/Stockholm" },
	{ ROW(struct config_site, rated_it_mw, "rated_it_power", HWATT_POWER), .min = 0, .max = INT64_C(1000000000000),
	  .help = "power that the site is built to give to IT equipment" },
	{ ROW(struct config_site, ruleset, "ruleset", HWATT_STRING), .fallback = RULESET_DEFAULT,
	  .help = "rules that its figures are computed by" },
	{ ROW(struct config_site, onsite, "onsite_technology", HWATT_ENUM), .words = onsite_words, .fallback = "unknown",
	  .help = "what the meters with the power role onsite measure; only a renewable source counts as one" },
	{ ROW(struct config_site, allocation, "allocation", HWATT_OBJECT), .schema = &allocation_schema,
	  .help = "how cooling and losses are shared out among the contracts" },
	{ ROW(struct config_site, data_centre, "data_centre", HWATT_OBJECT), .schema = &data_centre_schema,
	  .help = "what the yearly report asks of a site" },
};
static const struct hwatt_schema site_schema = {
	.name = "site", .help = "a data hall or data centre", .size = sizeof(struct config_site), .options = site_rows,
	.count = COUNT(site_rows), .mark_offset = offsetof(struct config_site, mark),
};

static const struct hwatt_option rack_rows[] = {
	{ ROW(struct config_rack, id, "id", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "name of the rack, unique in its site" },
	{ ROW(struct config_rack, site, "site", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "id of the site where it stands" },
	{ ROW(struct config_rack, usable_mw, "usable_power", HWATT_POWER), .min = 0, .max = INT64_C(1000000000),
	  .help = "power that one feed of the rack may give" },
};
static const struct hwatt_schema rack_schema = {
	.name = "rack", .help = "a rack whose usable power is known", .size = sizeof(struct config_rack), .options = rack_rows,
	.count = COUNT(rack_rows), .mark_offset = offsetof(struct config_rack, mark),
};

static const char *const power_roles[] = { "none", "grid", "onsite", "generator", "ups_input", "ups_output", "pdu", "it",
					   "cooling", "other", NULL };
static_assert(COUNT(power_roles) == HWATT_POWER_ROLES + 1, "a word for each power role");
static const char *const point_words[] = { "total", "all", NULL };

static const struct hwatt_option device_rows[] = {
	{ ROW(struct config_device, device.id, "id", HWATT_STRING), .flags = HWATT_REQUIRED, .pattern = DEVICE_ID,
	  .help = "unique name of the device, of a-z, 0-9, dot, underscore and hyphen" },
	{ ROW(struct config_device, address, "address", HWATT_STRING), .flags = HWATT_REQUIRED,
	  .help = "protocol and host, like snmp://192.0.2.7 or snmp://[2001:db8::7]:1161" },
	{ ROW(struct config_device, device.credentials, "credentials", HWATT_STRING), .help = "name of the credentials to use" },
	{ ROW(struct config_device, device.site, "site", HWATT_STRING), .help = "id of the site where it stands" },
	{ ROW(struct config_device, device.room, "room", HWATT_STRING), .help = "room where it stands" },
	{ ROW(struct config_device, device.rack, "rack", HWATT_STRING), .help = "rack where it stands" },
	{ ROW(struct config_details, u, "u", HWATT_INTEGER), .flags = HWATT_ASIDE, .min = 1, .max = 100, .help = "lowest rack unit that it fills" },
	{ ROW(struct config_device, device.power_role, "power_role", HWATT_ENUM), .words = power_roles,
	  .help = "where it sits in the power tree; a UPS is ups_output (or ups_input) and gives both ends" },
	{ ROW(struct config_details, fed_by, "fed_by", HWATT_LIST), .item = HWATT_NODE, .flags = HWATT_ASIDE | HWATT_ONE_OR_LIST,
	  .pattern = "^[a-z0-9._-]+(/[a-z_]+/[0-9]+)?$",
	  .help = "devices that feed it, like ups-1, or their outlets, like pdu-a1/outlet/7" },
	{ ROW(struct config_details, meter, "meter", HWATT_STRING), .flags = HWATT_ASIDE,
	  .help = "role of the points that are its total, like inlet; else the first that it has" },
	{ ROW(struct config_details, points, "points", HWATT_ENUM), .flags = HWATT_ASIDE, .words = point_words, .fallback = "total",
	  .help = "which points get rows of energy per quarter: the totals, or all" },
	{ ROW(struct config_device, device.rated_mw, "rated_power", HWATT_POWER), .min = 0, .max = INT64_C(100000000000),
	  .help = "most power that it can carry; a reading above it is not believed" },
	{ ROW(struct config_details, accuracy_ppm, "accuracy", HWATT_RATIO), .flags = HWATT_ASIDE, .min = 0, .max = 500000,
	  .help = "greatest error of its energy metering, like 1 %" },
	{ ROW(struct config_details, measures, "measures", HWATT_LIST), .flags = HWATT_ASIDE | HWATT_ONE_OR_LIST, .schema = &measure_schema,
	  .help = "what its registers of water and heat measure; without it they are shown and count for nothing" },
	{ ROW(struct config_details, usable_mw, "usable_power", HWATT_POWER), .flags = HWATT_ASIDE, .min = 0, .max = INT64_C(100000000000),
	  .help = "power that this feed may give" },
	{ ROW(struct config_device, device.interval_ms, "interval", HWATT_DURATION), .min = SECOND, .max = HOUR,
	  .help = "how often it is polled; the main interval when absent" },
	{ ROW(struct config_device, device.timeout_ms, "timeout", HWATT_DURATION), .min = 100, .max = HOUR,
	  .help = "how long a poll may take; the main timeout when absent" },
	{ ROW(struct config_device, device.profile, "profile", HWATT_STRING), .help = "profile to use, whatever would match" },
};
static const struct hwatt_schema device_schema = {
	.name = "device", .help = "something polled", .size = sizeof(struct config_device), .options = device_rows,
	.count = COUNT(device_rows), .mark_offset = offsetof(struct config_device, mark),
	.aside_offset = offsetof(struct config_device, details), .aside_size = sizeof(struct config_details),
};

static const struct hwatt_option discovery_rows[] = {
	{ ROW(struct raw_discovery, file, "file", HWATT_LIST), .item = HWATT_NODE, .flags = HWATT_ONE_OR_LIST, .pattern = ".",
	  .help = "files of targets in the manner of Prometheus' file_sd, as patterns relative to this file; "
		  "taken in when they change" },
	{ ROW(struct raw_discovery, http, "http", HWATT_NODE), .pattern = "^https?://",
	  .help = "address of a list of targets in the manner of Prometheus' http_sd, asked for once a minute" },
};
static const struct hwatt_schema discovery_schema = {
	.name = "discovery", .help = "devices from elsewhere", .size = sizeof(struct raw_discovery), .options = discovery_rows,
	.count = COUNT(discovery_rows), .mark_offset = offsetof(struct raw_discovery, mark),
};

static const char *const levels[] = { "debug", "info", "warn", "error", NULL };
static const char *const formats[] = { "logfmt", "json", NULL };
static const struct hwatt_option log_rows[] = {
	{ .name = "level", .type = HWATT_ENUM, .offset = 0, .words = levels, .fallback = "info", .help = "least level that is written" },
	{ .name = "format", .type = HWATT_ENUM, .offset = sizeof(int), .words = formats, .fallback = "logfmt",
	  .help = "how a line is written" },
};
static const struct hwatt_schema log_schema = { .name = "log", .size = 2 * sizeof(int), .options = log_rows, .count = 2 };

#define BOOK(kind, key) .name = key, .type = HWATT_LIST, .offset = offsetof(struct raw, books) + (kind) * sizeof(struct hwatt_list), \
			.item = HWATT_NODE, .flags = HWATT_ONE_OR_LIST, .pattern = "."

/* The main file's rows; `credentials`, whose schema the collectors make, comes last. */
static const struct hwatt_option main_rows[] = {
	{ ROW(struct raw, listen, "listen", HWATT_STRING), .fallback = "127.0.0.1:9890", .help = "where to serve HTTP" },
	{ ROW(struct raw, web_config, "web_config", HWATT_STRING),
	  .help = "file with TLS and users, in the format of Prometheus' exporter-toolkit" },
	{ ROW(struct raw, state, "state", HWATT_STRING), .fallback = "/var/lib/hallwatt", .help = "folder of the database" },
	{ ROW(struct raw, interval_ms, "interval", HWATT_DURATION), .fallback = "30s", .min = SECOND, .max = HOUR,
	  .help = "how often a device is polled" },
	{ ROW(struct raw, timeout_ms, "timeout", HWATT_DURATION), .min = 100, .max = HOUR,
	  .help = "how long a poll may take; 10s, or the interval when that is shorter" },
	{ ROW(struct raw, retries, "retries", HWATT_INTEGER), .fallback = "2", .min = 0, .max = 10,
	  .help = "how often an unanswered request is repeated" },
	{ ROW(struct raw, stale_after_ms, "stale_after", HWATT_DURATION), .min = SECOND, .max = 24 * HOUR,
	  .help = "how long the last reading of a silent device is shown; 3 intervals when absent" },
	{ ROW(struct raw, enable_lifecycle, "enable_lifecycle", HWATT_BOOL), .fallback = "true",
	  .help = "whether POST /-/reload is served" },
	{ ROW(struct raw, log, "log", HWATT_OBJECT), .schema = &log_schema, .help = "what is logged, and how" },
	{ ROW(struct raw, include, "include", HWATT_LIST), .item = HWATT_NODE, .flags = HWATT_ONE_OR_LIST, .pattern = ".",
	  .help = "further files with credentials, sites, racks and devices, as patterns relative to this file" },
	{ ROW(struct raw, profiles, "profiles", HWATT_LIST), .item = HWATT_NODE, .flags = HWATT_ONE_OR_LIST, .pattern = ".",
	  .help = "folders with further profiles, relative to this file" },
	{ ROW(struct raw, sites, "sites", HWATT_LIST), .schema = &site_schema, .help = "the data halls" },
	{ ROW(struct raw, racks, "racks", HWATT_LIST), .schema = &rack_schema, .help = "racks whose usable power is known" },
	{ ROW(struct raw, devices, "devices", HWATT_LIST), .schema = &device_schema, .help = "what is polled" },
	{ ROW(struct raw, discovery, "device_discovery", HWATT_LIST), .schema = &discovery_schema,
	  .help = "devices from files that other programs write, or from their servers" },
	{ ROW(struct raw, contracts, "contracts", HWATT_LIST), .item = HWATT_NODE, .flags = HWATT_ONE_OR_LIST, .pattern = ".",
	  .help = "files with one contract each, as patterns relative to this file" },
	{ BOOK(BOOKS_READINGS, "readings"), .help = "files with what is read by people: water, heat, fuels, areas ... (CSV or YAML)" },
	{ BOOK(BOOKS_CERTIFICATES, "certificates"), .help = "files with cancelled guarantees of origin and contracted deliveries (CSV or YAML)" },
	{ BOOK(BOOKS_PRODUCTION, "production"), .help = "files with the hours in which the electricity of certificates was produced (CSV or YAML)" },
	{ BOOK(BOOKS_FACTORS, "factors"), .help = "files with emission factors beside the shipped ones (CSV or YAML)" },
	{ BOOK(BOOKS_RULESETS, "rulesets"), .help = "files with a ruleset each, beside the shipped ones" },
	{ BOOK(BOOKS_BENCHMARKS, "benchmarks"), .help = "files with what makers declare of server models (CSV or YAML)" },
	{ BOOK(BOOKS_SUPPLIER_FIGURES, "supplier_figures"), .help = "files with figures that suppliers reported (CSV or YAML)" },
};

/* Keys that an included file may hold. */
static const char *const shared_keys[] = { "credentials", "sites", "racks", "devices", NULL };

static void check_credentials(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	(void)object; /* every key of it is a protocol, as it was read without a mistake */
	if (at->count == 0)
		hwatt_report_add(report, &at->mark, "these credentials name no protocol, like {snmp: {...}}");
	for (size_t i = 1; i < at->count; i++)
		hwatt_report_add(report, &at->items[i]->mark, "credentials are for one protocol; give %s a name of its own", at->keys[i]->text);
}

/* What one name under `credentials` may say: a key per collector. */
static const struct hwatt_schema *credentials_schema(struct hwatt_arena *arena)
{
	size_t count = 0;
	while (hallwatt_collectors[count] != NULL)
		count++;
	assert(count <= PROTOCOLS_MAX);
	struct hwatt_option *rows = hwatt_arena_alloc(arena, (count + 1) * sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < hallwatt_collectors[i]->settings.count; j++) /* a node would not outlive its file */
			assert(hallwatt_collectors[i]->settings.options[j].type != HWATT_NODE);
		rows[i] = (struct hwatt_option){
			.name = hallwatt_collectors[i]->name, .type = HWATT_NODE, .schema = &hallwatt_collectors[i]->settings,
			.offset = offsetof(struct raw_credentials, protocols) + i * sizeof(const struct hwatt_node *),
			.help = hallwatt_collectors[i]->settings.help,
		};
	}
	struct hwatt_schema *schema = hwatt_arena_alloc(arena, sizeof(*schema));
	*schema = (struct hwatt_schema){ .name = "credentials", .size = sizeof(struct raw_credentials), .options = rows,
					 .count = count, .check = check_credentials,
					 .mark_offset = offsetof(struct raw_credentials, mark) };
	return schema;
}

const struct hwatt_schema *config_schema(struct hwatt_arena *arena)
{
	struct hwatt_option *rows = hwatt_arena_alloc(arena, sizeof(main_rows) + sizeof(*rows));
	memcpy(rows, main_rows, sizeof(main_rows));
	rows[COUNT(main_rows)] = (struct hwatt_option){
		ROW(struct raw, credentials, "credentials", HWATT_MAP), .schema = credentials_schema(arena), .pattern = NAME,
		.help = "how to be let in: a name, and under it a protocol with its settings" };
	struct hwatt_schema *schema = hwatt_arena_alloc(arena, sizeof(*schema));
	*schema = (struct hwatt_schema){ .name = "hallwatt.yaml", .help = "configuration of hallwatt", .size = sizeof(struct raw),
					 .options = rows, .count = COUNT(main_rows) + 1 };
	return schema;
}

struct source { /* one file that was read */
	const struct hwatt_node *root;
	struct raw raw;
	dev_t device;
	ino_t inode;
};

struct pending { /* a device as it was read, and from what */
	const struct hwatt_node *node;
	const struct config_device *device;
};

struct loader {
	struct config *config;
	struct hwatt_arena *documents; /* trees of the files, which go after the load */
	struct hwatt_report *report;
	struct digest *digest, *own_digest;
	bool targets; /* the file that is read is one of targets */
	const struct hwatt_schema *schema;
	struct source *sources; /* the main file first */
	size_t source_count;
	struct names sites, racks, credentials, devices, contracts;
	struct pending *pending; /* devices as they were read */
	size_t pending_count, pending_capacity;
	size_t contract_capacity;
	struct package_shelf shelf; /* requirement packages of all contracts */
	enum books_kind kind; /* of the books being read */
	const void *defaults[PROTOCOLS_MAX]; /* settings of devices without credentials, once they were needed */
};

static void mistake(struct loader *l, struct hwatt_mark at, const char *text)
{
	hwatt_report_add(l->report, &at, "%s", text);
}

/* Reads a file into the digest and as a tree. `path` must live as long as the configuration. */
static const struct hwatt_node *load_document(struct loader *l, const char *path)
{
	struct hwatt_text bytes;
	struct hwatt_error err;
	const struct hwatt_node *root = NULL;
	hwatt_text_init(&bytes, DOCUMENT_MAX_OCTETS);
	if (document_read(path, &bytes, &err) < 0) {
		mistake(l, (struct hwatt_mark){ path, 1, 1 }, err.text);
	} else {
		digest_add(l->digest, hwatt_text_string(&bytes), bytes.length);
		if (!l->targets)
			digest_add(l->own_digest, hwatt_text_string(&bytes), bytes.length);
		root = document_parse(path, hwatt_text_string(&bytes), bytes.length, l->documents, l->report);
	}
	hwatt_text_free(&bytes);
	return root;
}

/* Whether the file was read already, under this or another name. */
static bool seen(const struct loader *l, const struct stat *st)
{
	for (size_t i = 0; i < l->source_count; i++)
		if (l->sources[i].device == st->st_dev && l->sources[i].inode == st->st_ino)
			return true;
	return false;
}

static void load_source(struct loader *l, const char *path)
{
	struct stat st = {0};
	if (stat(path, &st) == 0 && seen(l, &st))
		return;
	l->sources = hwatt_realloc(l->sources, (l->source_count + 1) * sizeof(*l->sources));
	struct source *source = &l->sources[l->source_count++];
	*source = (struct source){ .device = st.st_dev, .inode = st.st_ino };
	source->root = load_document(l, path);
	if (source->root == NULL)
		return;
	hwatt_option_read(l->schema, source->root, &source->raw, l->config->arena, l->report);
	for (size_t i = 0; l->source_count > 1 && source->root->kind == HWATT_NODE_MAPPING && i < source->root->count; i++) {
		const struct hwatt_node *key = source->root->keys[i];
		bool shared = false, known = false;
		for (size_t k = 0; shared_keys[k] != NULL; k++)
			shared = shared || strcmp(key->text, shared_keys[k]) == 0;
		for (size_t k = 0; k < l->schema->count; k++)
			known = known || strcmp(key->text, l->schema->options[k].name) == 0;
		if (known && !shared)
			hwatt_report_add(l->report, &key->mark, "\"%s\" belongs in the main file; an included file holds credentials, "
					 "sites, racks and devices", key->text);
	}
}

/* The text of a scalar node that stands in a list of file names; NULL after a mistake. */
static const char *text_of(struct loader *l, const struct hwatt_node *node)
{
	if (node->kind == HWATT_NODE_SCALAR && node->text[0] != '\0')
		return node->text;
	mistake(l, node->mark, "the name of a file or folder belongs here");
	return NULL;
}

/* Calls `take` for every file that matches a pattern of the list; a plain name must be there. */
static void each_file(struct loader *l, const struct hwatt_list *patterns, void (*take)(struct loader *l, const char *path))
{
	for (size_t i = 0; i < patterns->count; i++) {
		const struct hwatt_node *node = ((const struct hwatt_node *const *)patterns->items)[i];
		const char *text = text_of(l, node);
		if (text == NULL)
			continue;
		const char *slash = strrchr(l->config->file, '/');
		const char *pattern = text[0] == '/' || slash == NULL ? text :
			hwatt_arena_printf(l->documents, "%.*s/%s", (int)(slash - l->config->file), l->config->file, text);
		glob_t found = {0};
		int rc = glob(pattern, GLOB_BRACE, NULL, &found);
		if (rc == GLOB_NOMATCH && strpbrk(pattern, "*?[{") == NULL)
			hwatt_report_add(l->report, &node->mark, "there is no file %s", pattern);
		else if (rc != 0 && rc != GLOB_NOMATCH)
			hwatt_report_add(l->report, &node->mark, "cannot look for files like %s", pattern);
		else if (found.gl_pathc > FILES_MAX)
			hwatt_report_add(l->report, &node->mark, "more than %u files", FILES_MAX);
		else
			for (size_t k = 0; k < found.gl_pathc; k++)
				take(l, hwatt_arena_strdup(l->config->arena, found.gl_pathv[k]));
		globfree(&found);
	}
}

/* Adds a mistake for each name that stands twice; `mark_offset` is where the things keep their mark. */
static void report_twice(struct loader *l, const struct names *names, const char *what, size_t mark_offset)
{
	for (size_t i = 1; i < names->count; i++) {
		struct hwatt_mark first, at;
		if (names->rows[i].text[0] == '\0' || strcmp(names->rows[i].text, names->rows[i - 1].text) != 0)
			continue;
		memcpy(&first, (const char *)names->rows[i - 1].thing + mark_offset, sizeof(first));
		memcpy(&at, (const char *)names->rows[i].thing + mark_offset, sizeof(at));
		hwatt_report_add(l->report, &at, "the %s \"%s\" stands twice, first at %s:%u", what, names->rows[i].text, first.file,
				 first.line);
	}
}

/* Where the value of `key` stands, for a thing whose object begins at `at`: the trees are still there. */
static struct hwatt_mark mark_in(const struct loader *l, const char *list, size_t source, size_t item, const char *key)
{
	const struct hwatt_node *items = document_get(l->sources[source].root, list);
	return hwatt_node_mark(items->items[item], key);
}

/* Reads one name under `credentials` by its collector's table. */
static void take_credentials(struct loader *l, const struct raw_credentials *raw, struct config_credentials *out)
{
	size_t i = 0;
	*out = (struct config_credentials){ .name = raw->name, .mark = raw->mark };
	while (hallwatt_collectors[i] != NULL && raw->protocols[i] == NULL)
		i++;
	if (hallwatt_collectors[i] == NULL)
		return; /* reported */
	out->collector = hallwatt_collectors[i];
	out->settings = hwatt_arena_alloc(l->config->arena, out->collector->settings.size);
	hwatt_option_read(&out->collector->settings, raw->protocols[i], out->settings, l->config->arena, l->report);
}

static void gather_credentials(struct loader *l)
{
	struct config *c = l->config;
	for (size_t s = 0; s < l->source_count; s++)
		c->credentials_count += l->sources[s].raw.credentials.count;
	c->credentials = hwatt_arena_alloc(c->arena, (c->credentials_count + 1) * sizeof(*c->credentials));
	size_t n = 0;
	for (size_t s = 0; s < l->source_count; s++)
		for (size_t i = 0; i < l->sources[s].raw.credentials.count; i++) {
			const struct raw_credentials *raw = l->sources[s].raw.credentials.items;
			take_credentials(l, &raw[i], &c->credentials[n++]);
		}
	for (size_t i = 0; i < n; i++)
		names_add(&l->credentials, c->credentials[i].name, &c->credentials[i]);
	names_sort(&l->credentials);
	if (l->source_count > 1) /* twice in one file is reported by the document */
		report_twice(l, &l->credentials, "name", offsetof(struct config_credentials, mark));
}

static void check_site(struct loader *l, const struct config_site *site, size_t source, size_t item)
{
	struct hwatt_error err;
	if (site->country[0] != '\0' && place_country(site->country, &err) < 0)
		mistake(l, mark_in(l, "sites", source, item, "country"), err.text);
	if (site->timezone[0] != '\0' && place_timezone(site->timezone, &err) < 0)
		mistake(l, mark_in(l, "sites", source, item, "timezone"), err.text);
}

static void gather_sites(struct loader *l)
{
	struct config *c = l->config;
	for (size_t s = 0; s < l->source_count; s++)
		c->site_count += l->sources[s].raw.sites.count;
	c->sites = hwatt_arena_alloc(c->arena, (c->site_count + 1) * sizeof(*c->sites));
	size_t n = 0;
	for (size_t s = 0; s < l->source_count; s++)
		for (size_t i = 0; i < l->sources[s].raw.sites.count; i++) {
			struct config_site *site = &c->sites[n++];
			*site = ((const struct config_site *)l->sources[s].raw.sites.items)[i];
			if (site->name[0] == '\0')
				site->name = site->id;
			check_site(l, site, s, i);
			names_add(&l->sites, site->id, site);
		}
	names_sort(&l->sites);
	report_twice(l, &l->sites, "site", offsetof(struct config_site, mark));
}

/* Whether there is a site called `site`; else a mistake at `at` with the likest. */
static void check_site_name(struct loader *l, const char *site, struct hwatt_mark at)
{
	if (site[0] != '\0' && names_find(&l->sites, site) == NULL)
		hwatt_report_add(l->report, &at, "there is no site \"%.60s\"%s", site, names_hint(&l->sites, site, l->documents));
}

static void gather_racks(struct loader *l)
{
	struct config *c = l->config;
	for (size_t s = 0; s < l->source_count; s++)
		c->rack_count += l->sources[s].raw.racks.count;
	c->racks = hwatt_arena_alloc(c->arena, (c->rack_count + 1) * sizeof(*c->racks));
	size_t n = 0;
	for (size_t s = 0; s < l->source_count; s++)
		for (size_t i = 0; i < l->sources[s].raw.racks.count; i++) {
			struct config_rack *rack = &c->racks[n++];
			*rack = ((const struct config_rack *)l->sources[s].raw.racks.items)[i];
			check_site_name(l, rack->site, mark_in(l, "racks", s, i, "site"));
			names_add(&l->racks, hwatt_arena_printf(l->documents, "%s/%s", rack->site, rack->id), rack);
		}
	names_sort(&l->racks);
	report_twice(l, &l->racks, "rack", offsetof(struct config_rack, mark));
}

/* Notes a device that was read; all are looked through when all are there. */
static void take_device(struct loader *l, const struct hwatt_node *node, const struct config_device *device)
{
	if (l->pending_count == l->pending_capacity) {
		l->pending_capacity = l->pending_capacity == 0 ? 64 : l->pending_capacity * 2;
		l->pending = hwatt_realloc(l->pending, l->pending_capacity * sizeof(*l->pending));
	}
	l->pending[l->pending_count++] = (struct pending){ node, device };
}

static void take_discovered(void *arg, const struct hwatt_node *node)
{
	struct loader *l = arg;
	struct config_device *device = hwatt_arena_alloc(l->config->arena, sizeof(*device));
	hwatt_option_read(&device_schema, node, device, l->config->arena, l->report);
	take_device(l, node, device);
}

static void load_targets(struct loader *l, const char *path)
{
	l->targets = true;
	const struct hwatt_node *root = load_document(l, path);
	l->targets = false;
	if (root != NULL)
		discovery_read(root, l->documents, l->report, take_discovered, l);
}

/* Notes where a pattern's files are. One with wildcards in its folders is not watched. */
static void note_place(struct loader *l, struct watch_place *places, size_t *count, const struct hwatt_node *node)
{
	if (node->kind != HWATT_NODE_SCALAR || node->text[0] == '\0')
		return;
	char *path = hwatt_arena_strdup(l->config->arena, path_beside(l->config->file, node->text, l->config->arena));
	char *slash = strrchr(path, '/');
	if (slash == NULL)
		return;
	*slash = '\0';
	if (strpbrk(path, "*?[{") == NULL) /* braces are glob's own */
		places[(*count)++] = (struct watch_place){ slash == path ? "/" : path, strchr(slash + 1, '{') != NULL ? "*" : slash + 1 };
}

static void note_places(struct loader *l, const struct raw *raw)
{
	size_t most = 0, count = 0;
	const struct raw_discovery *all = raw->discovery.items;
	for (size_t i = 0; i < raw->discovery.count; i++)
		most += all[i].file.count;
	struct watch_place *places = hwatt_arena_alloc(l->config->arena, (most + 1) * sizeof(*places));
	for (size_t i = 0; i < raw->discovery.count; i++)
		for (size_t k = 0; k < all[i].file.count; k++)
			note_place(l, places, &count, ((const struct hwatt_node *const *)all[i].file.items)[k]);
	l->config->target_places = (struct hwatt_list){ .items = places, .count = count };
}

/* The list of a server as it was kept last: `state`/targets-HASH.json; it may not be there yet, or not for us to read. */
static void load_fetched(struct loader *l, const struct hwatt_node *node, struct fetch_order *out)
{
	char digest[65];
	const char *text = node->kind == HWATT_NODE_SCALAR ? node->text : "";
	*out = (struct fetch_order){ .url = "", .file = "" };
	if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0) {
		mistake(l, node->mark, "the address of a list of targets begins with http:// or https://");
		return;
	}
	if (strchr(text, '@') != NULL) {
		mistake(l, node->mark, "a user does not belong in an address");
		return;
	}
	digest_hex(text, strlen(text), digest);
	out->url = hwatt_arena_strdup(l->config->arena, text);
	out->file = hwatt_arena_printf(l->config->arena, "%s/targets-%.12s.json", l->config->state, digest);
	if (access(out->file, R_OK) == 0)
		load_targets(l, out->file);
}

static void discover(struct loader *l)
{
	const struct raw *raw = &l->sources[0].raw;
	struct fetch_order *orders = hwatt_arena_alloc(l->config->arena, (raw->discovery.count + 1) * sizeof(*orders));
	l->config->target_urls.items = orders;
	for (size_t i = 0; i < raw->discovery.count; i++) {
		const struct raw_discovery *d = &((const struct raw_discovery *)raw->discovery.items)[i];
		if (d->http != NULL)
			load_fetched(l, d->http, &orders[l->config->target_urls.count++]);
		else if (d->file.count == 0 && d->mark.file != NULL)
			mistake(l, d->mark, "say where the devices come from: {file: PATTERN} or {http: URL}");
		each_file(l, &d->file, load_targets);
	}
	note_places(l, raw);
}

/* The protocol of an address; NULL after a mistake. */
static const struct hwatt_collector *find_collector(struct loader *l, const char *scheme, struct hwatt_mark at)
{
	struct nearest near = { .wanted = scheme };
	for (size_t i = 0; hallwatt_collectors[i] != NULL; i++) {
		if (strcmp(hallwatt_collectors[i]->name, scheme) == 0)
			return hallwatt_collectors[i];
		nearest_offer(&near, hallwatt_collectors[i]->name);
	}
	hwatt_report_add(l->report, &at, "there is no protocol \"%.60s\"%s", scheme, nearest_hint(&near, l->documents));
	return NULL;
}

/* The settings of a device that names no credentials: the collector's defaults; NULL after a mistake. */
static const void *default_settings(struct loader *l, const struct hwatt_collector *collector, struct hwatt_mark at)
{
	size_t i = 0;
	while (hallwatt_collectors[i] != collector)
		i++;
	if (l->defaults[i] == NULL) {
		const struct hwatt_node nothing = { .kind = HWATT_NODE_MAPPING, .mark = at };
		struct hwatt_report aside = { .arena = l->documents };
		void *settings = hwatt_arena_alloc(l->config->arena, collector->settings.size);
		if (hwatt_option_read(&collector->settings, &nothing, settings, l->config->arena, &aside) == 0) {
			l->defaults[i] = settings;
		} else {
			hwatt_report_add(l->report, &at, "a device on %s needs credentials: %s", collector->name,
					 aside.mistakes[0].text);
		}
	}
	return l->defaults[i];
}

static void resolve_credentials(struct loader *l, struct config_device *d, const struct hwatt_collector *collector,
				const struct hwatt_node *node)
{
	struct hwatt_mark at = hwatt_node_mark(node, "credentials");
	const char *name = d->device.credentials;
	if (name[0] == '\0') {
		d->settings = collector != NULL ? default_settings(l, collector, d->mark) : NULL;
		return;
	}
	const struct config_credentials *credentials = names_find(&l->credentials, name);
	if (credentials == NULL)
		hwatt_report_add(l->report, &at, "there are no credentials \"%.60s\"%s", name,
				 names_hint(&l->credentials, name, l->documents));
	else if (collector != NULL && credentials->collector != NULL && credentials->collector != collector)
		hwatt_report_add(l->report, &at, "the credentials \"%.60s\" are for %s, the address is for %s", name,
				 credentials->collector->name, collector->name);
	else
		d->settings = credentials->settings;
}

/* One entry of fed_by: "ups-1" or "pdu-a1/outlet/7". */
static void read_feed(struct loader *l, const struct hwatt_node *node, struct config_feed *out)
{
	*out = (struct config_feed){ .role = -1, .mark = node->mark };
	const char *slash = node->kind == HWATT_NODE_SCALAR ? strchr(node->text, '/') : NULL;
	if (node->kind != HWATT_NODE_SCALAR || node->text[0] == '\0' || slash == node->text) {
		mistake(l, node->mark, "a device belongs here, like ups-1, or an outlet of one, like pdu-a1/outlet/7");
		return;
	}
	if (slash == NULL) {
		out->device = hwatt_arena_strdup(l->config->arena, node->text);
		return;
	}
	char role[24] = "";
	size_t length = strcspn(slash + 1, "/");
	if (length < sizeof(role))
		memcpy(role, slash + 1, length);
	out->role = hwatt_role_by_name(role);
	const char *digits = slash + 1 + length + (slash[1 + length] == '/' ? 1 : 0);
	size_t count = strspn(digits, "0123456789");
	if (out->role < 0 || count == 0 || count > 5 || digits[count] != '\0' || digits[0] == '0') {
		hwatt_report_add(l->report, &node->mark, "\"%.60s\" names no part of a device; write it like pdu-a1/outlet/7", node->text);
		return;
	}
	out->index = atoi(digits);
	out->device = hwatt_arena_strndup(l->config->arena, node->text, (size_t)(slash - node->text));
}

static void resolve_feeds(struct loader *l, struct hwatt_list *fed_by)
{
	const struct hwatt_node *const *nodes = fed_by->items;
	size_t kept = 0;
	if (fed_by->count == 0)
		return;
	struct config_feed *feeds = hwatt_arena_alloc(l->config->arena, fed_by->count * sizeof(*feeds));
	for (size_t i = 0; i < fed_by->count; i++) {
		read_feed(l, nodes[i], &feeds[kept]);
		kept += feeds[kept].device != NULL ? 1 : 0;
	}
	*fed_by = (struct hwatt_list){ feeds, kept };
}

static void resolve_times(struct loader *l, struct config_device *d, const struct hwatt_node *node)
{
	const struct config *c = l->config;
	struct hwatt_mark at = hwatt_node_mark(node, "timeout");
	if (d->device.interval_ms == 0)
		d->device.interval_ms = c->interval_ms;
	if (d->device.timeout_ms > d->device.interval_ms)
		mistake(l, at, "the timeout is longer than the interval");
	if (d->device.timeout_ms == 0)
		d->device.timeout_ms = c->timeout_ms < d->device.interval_ms ? c->timeout_ms : d->device.interval_ms;
}

static void resolve_device(struct loader *l, struct config_device *d, const struct hwatt_node *node)
{
	struct hwatt_error err;
	const struct hwatt_collector *collector = NULL;
	struct hwatt_mark at = hwatt_node_mark(node, "address");
	const char *address = d->address, *host;
	d->settings = NULL;
	if (address[0] != '\0') {
		if (config_address(address, l->documents, &d->device.scheme, &host, &d->device.port, &err) < 0) {
			mistake(l, at, err.text);
		} else {
			collector = find_collector(l, d->device.scheme, at);
			d->device.scheme = collector != NULL ? collector->name : "";
			d->device.host = hwatt_arena_strdup(l->config->arena, host);
		}
	}
	resolve_credentials(l, d, collector, node);
	check_site_name(l, d->device.site, hwatt_node_mark(node, "site"));
	if (d->device.power_role != HWATT_POWER_NONE && d->device.site[0] == '\0')
		hwatt_report_add(l->report, &d->mark, "a device with a power role needs a site, as sums are made by site");
	const struct config_details *details = config_details(d);
	if (details->measures.count > 0 && d->device.site[0] == '\0')
		hwatt_report_add(l->report, &d->mark, "a device that measures water or heat needs a site, as sums are made by site");
	for (size_t i = 0; i < details->measures.count; i++)
		measure_name(&((struct measure *)details->measures.items)[i], d->device.id, l->config->arena);
	if (details->meter[0] != '\0' && hwatt_role_by_name(details->meter) < 0) {
		struct nearest near = { .wanted = details->meter };
		for (int role = 0; role < HWATT_ROLES; role++)
			nearest_offer(&near, hwatt_role_name((enum hwatt_role)role));
		at = hwatt_node_mark(node, "meter");
		hwatt_report_add(l->report, &at, "there is no role \"%.60s\"%s", details->meter, nearest_hint(&near, l->documents));
	}
	resolve_times(l, d, node);
	if (d->details != NULL)
		resolve_feeds(l, &d->details->fed_by);
}

/* All devices in one array: the file's own where it has them all, as it mostly has. */
static struct config_device *in_one_array(const struct loader *l)
{
	for (size_t s = 0; s < l->source_count && l->pending_count > 0; s++)
		if (l->sources[s].raw.devices.count == l->pending_count)
			return l->sources[s].raw.devices.items;
	struct config_device *all = hwatt_arena_alloc(l->config->arena, (l->pending_count + 1) * sizeof(*all));
	for (size_t i = 0; i < l->pending_count; i++)
		all[i] = *l->pending[i].device;
	return all;
}

static void gather_devices(struct loader *l)
{
	struct config *c = l->config;
	for (size_t s = 0; s < l->source_count; s++)
		for (size_t i = 0; i < l->sources[s].raw.devices.count; i++) {
			const struct config_device *devices = l->sources[s].raw.devices.items;
			take_device(l, document_get(l->sources[s].root, "devices")->items[i], &devices[i]);
		}
	discover(l);
	c->device_count = l->pending_count;
	c->devices = in_one_array(l);
	for (size_t i = 0; i < c->device_count; i++) {
		resolve_device(l, &c->devices[i], l->pending[i].node);
		names_add(&l->devices, c->devices[i].device.id, &c->devices[i]);
	}
	names_sort(&l->devices);
	report_twice(l, &l->devices, "device", offsetof(struct config_device, mark));
}

static void digest_file(struct loader *l, const char *path)
{
	struct hwatt_text bytes;
	hwatt_text_init(&bytes, DOCUMENT_MAX_OCTETS);
	if (document_read(path, &bytes, NULL) == 0) /* else who loads it says so */
		digest_add(l->digest, hwatt_text_string(&bytes), bytes.length);
	hwatt_text_free(&bytes);
}

static void load_contract(struct loader *l, const char *path)
{
	struct config *c = l->config;
	digest_file(l, path);
	struct contract *contract = contract_load(path, &l->shelf, c->arena, l->report);
	if (contract == NULL)
		return;
	for (size_t i = 0; i < contract->files.count; i++) /* its packages and registers */
		digest_file(l, ((const char *const *)contract->files.items)[i]);
	if (c->contract_count == l->contract_capacity) {
		size_t grown = l->contract_capacity == 0 ? 8 : l->contract_capacity * 2;
		struct contract **contracts = hwatt_arena_alloc(c->arena, grown * sizeof(struct contract *));
		if (c->contract_count > 0)
			memcpy(contracts, c->contracts, c->contract_count * sizeof(struct contract *));
		c->contracts = contracts;
		l->contract_capacity = grown;
	}
	c->contracts[c->contract_count++] = contract;
	names_add(&l->contracts, contract->id, contract);
}

/* Takes a file of the books of l->kind. */
static void load_book(struct loader *l, const char *path)
{
	struct hwatt_text bytes;
	struct hwatt_error err;
	hwatt_text_init(&bytes, DOCUMENT_MAX_OCTETS);
	if (document_read(path, &bytes, &err) < 0) {
		mistake(l, (struct hwatt_mark){ path, 1, 1 }, err.text);
	} else {
		digest_add(l->digest, hwatt_text_string(&bytes), bytes.length);
		books_take(l->config->books, l->kind, path, hwatt_text_string(&bytes), bytes.length, l->config->arena, l->report);
	}
	hwatt_text_free(&bytes);
}

static void check_contract_name(struct loader *l, const char *contract, struct hwatt_mark at)
{
	if (contract[0] != '\0' && names_find(&l->contracts, contract) == NULL)
		hwatt_report_add(l->report, &at, "there is no contract \"%.60s\"%s", contract, names_hint(&l->contracts, contract, l->documents));
}

/* What registers measure beside what is written down. */
static void check_measures(struct loader *l)
{
	const struct config *c = l->config;
	struct measure_device *devices = hwatt_arena_alloc(l->documents, (c->device_count + 1) * sizeof(*devices));
	size_t count = 0;
	for (size_t i = 0; i < c->device_count; i++) {
		const struct config_device *d = &c->devices[i];
		const struct hwatt_list *measures = &config_details(d)->measures;
		if (measures->count > 0)
			devices[count++] = (struct measure_device){ d->device.id, d->device.site, measures->items, measures->count };
	}
	measure_check(devices, count, c->books, l->report, &l->config->notes);
}

/* The names in the books, and the rules that the sites name. */
static void check_books(struct loader *l)
{
	const struct config *c = l->config;
	size_t count;
	const struct logbook_row *readings = c->books->rows[BOOKS_READINGS].items;
	for (size_t i = 0; i < c->books->rows[BOOKS_READINGS].count; i++)
		check_site_name(l, readings[i].site, readings[i].mark);
	const struct certificate *certificates = books_certificates(c->books, &count);
	for (size_t i = 0; i < count; i++) {
		check_site_name(l, certificates[i].site, certificates[i].mark);
		check_contract_name(l, certificates[i].contract, certificates[i].mark);
	}
	const struct supplier_figure *figures = books_supplier_figures(c->books, &count);
	for (size_t i = 0; i < count; i++)
		check_contract_name(l, figures[i].contract, figures[i].mark);
	const struct benchmark *benchmarks = books_benchmarks(c->books, &count);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < benchmarks[i].devices.count; k++) {
			const char *id = ((const char *const *)benchmarks[i].devices.items)[k];
			if (names_find(&l->devices, id) == NULL)
				hwatt_report_add(l->report, &benchmarks[i].mark, "there is no device \"%.60s\"%s", id,
						 names_hint(&l->devices, id, l->documents));
		}
	for (size_t i = 0; i < c->site_count; i++)
		if (books_ruleset(c->books, c->sites[i].ruleset) == NULL)
			hwatt_report_add(l->report, &c->sites[i].mark, "there is no ruleset \"%.60s\"; shipped are EED-2024, EED-2026 and "
					 "ISO-30134-2016", c->sites[i].ruleset);
}

static void load_books(struct loader *l)
{
	struct config *c = l->config;
	for (int kind = 0; kind < BOOKS_KINDS; kind++) {
		struct hwatt_list files = l->sources[0].raw.books[kind];
		l->kind = (enum books_kind)kind;
		each_file(l, &files, load_book);
	}
	books_finish(c->books, c->arena, l->report);
	check_books(l);
	check_measures(l);
}

/* What the main file alone says. */
static void take_main(struct loader *l)
{
	struct config *c = l->config;
	const struct raw *raw = &l->sources[0].raw;
	const struct hwatt_node *root = l->sources[0].root;
	const char *host;
	uint16_t port;
	struct hwatt_error err;
	c->listen = raw->listen;
	if (config_listen(c->listen, l->documents, &host, &port, &err) < 0)
		mistake(l, hwatt_node_mark(root, "listen"), err.text);
	c->state = path_beside(c->file, raw->state, c->arena);
	c->web_config = raw->web_config[0] != '\0' ? path_beside(c->file, raw->web_config, c->arena) : "";
	c->interval_ms = raw->interval_ms;
	c->timeout_ms = raw->timeout_ms;
	if (c->timeout_ms > c->interval_ms)
		mistake(l, hwatt_node_mark(root, "timeout"), "the timeout is longer than the interval");
	if (c->timeout_ms == 0)
		c->timeout_ms = c->interval_ms < 10 * SECOND ? c->interval_ms : 10 * SECOND;
	c->stale_after_ms = raw->stale_after_ms > 0 ? raw->stale_after_ms : 3 * c->interval_ms;
	if (c->stale_after_ms < c->interval_ms)
		mistake(l, hwatt_node_mark(root, "stale_after"), "a reading would be stale before the next one comes; write at least the interval");
	c->retries = (int)raw->retries;
	c->enable_lifecycle = raw->enable_lifecycle;
	c->log_level = (enum hwatt_level)raw->log.level;
	c->log_format = (enum hwatt_log_format)raw->log.format;
	const char **folders = hwatt_arena_alloc(c->arena, (raw->profiles.count + 1) * sizeof(const char *));
	for (size_t i = 0; i < raw->profiles.count; i++) {
		const char *text = text_of(l, ((const struct hwatt_node *const *)raw->profiles.items)[i]);
		if (text != NULL)
			folders[c->profiles.count++] = path_beside(c->file, text, c->arena);
	}
	c->profiles.items = folders;
}

static void load_all(struct loader *l)
{
	load_source(l, l->config->file);
	if (l->sources[0].root == NULL || l->sources[0].root->kind != HWATT_NODE_MAPPING)
		return; /* nothing to go on with */
	struct hwatt_list include = l->sources[0].raw.include; /* the array of sources moves as it grows */
	each_file(l, &include, load_source);
	take_main(l);
	gather_credentials(l);
	gather_sites(l);
	gather_racks(l);
	gather_devices(l);
	struct hwatt_list contracts = l->sources[0].raw.contracts;
	each_file(l, &contracts, load_contract);
	names_sort(&l->contracts);
	report_twice(l, &l->contracts, "contract", offsetof(struct contract, mark));
	contract_check_rows(l->config->contracts, l->config->contract_count, l->documents, l->report);
	load_books(l);
	digest_finish(l->digest, l->config->hash);
	digest_finish(l->own_digest, l->config->own_hash);
}

const struct config_details *config_details(const struct config_device *device)
{
	static const struct config_details none = { .points = CONFIG_POINTS_TOTAL, .meter = "" };
	return device->details != NULL ? device->details : &none;
}

const struct ruleset *config_ruleset(const struct config *config, const char *site)
{
	for (size_t i = 0; i < config->site_count; i++)
		if (strcmp(config->sites[i].id, site) == 0)
			return books_ruleset(config->books, config->sites[i].ruleset);
	return NULL;
}

struct config *config_load(const char *path, struct hwatt_report *report)
{
	struct config *config = NULL;
	struct hwatt_arena *arena = hwatt_arena_new();
	size_t before = report_total(report);
	struct loader l = { .documents = hwatt_arena_new(), .report = report, .digest = digest_new(),
			    .own_digest = digest_new() };
	l.config = hwatt_arena_alloc(arena, sizeof(*l.config));
	l.config->arena = arena;
	l.config->file = hwatt_arena_strdup(arena, path);
	l.config->books = books_new(arena);
	l.config->notes.arena = arena;
	l.schema = config_schema(l.documents);
	load_all(&l);
	if (report_total(report) == before) {
		config = l.config;
		arena = NULL;
	}
	digest_free(l.digest);
	digest_free(l.own_digest);
	free(l.sources);
	free(l.pending);
	names_free(&l.sites);
	names_free(&l.racks);
	names_free(&l.credentials);
	names_free(&l.devices);
	names_free(&l.contracts);
	hwatt_arena_free(l.documents);
	hwatt_arena_free(arena);
	return config;
}

void config_free(struct config *config)
{
	if (config != NULL)
		hwatt_arena_free(config->arena); /* the configuration itself lies in it */
}
