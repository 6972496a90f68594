/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "profile.h"
#include "nearest.h"
#include "path.h"
#include "profile_texts.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_PROFILES 2000u

struct file_profile { /* a profile as its file says it, before its parts are read */
	const char *name, *vendor, *source;
	int64_t priority;
	bool supplement;
	struct hwatt_list without;
	const struct hwatt_node *match;
	struct hwatt_list identity, readings, parts; /* const struct hwatt_node * */
	struct hwatt_mark mark;
};

struct file_reading {
	int role, quantity, unit;
	const char *index, *name;
	int64_t scale, divide, offset, min, max, modulus;
	struct hwatt_list absent;
	bool fixed, only_if_none, alternative;
	struct hwatt_profile_quirk quirk;
	struct hwatt_mark mark;
};

struct file_identity {
	int part;
	struct hwatt_mark mark;
};

struct file_part {
	int kind;
	const char *index;
	struct hwatt_mark mark;
};

static const char *const unit_words[] = { "base", "fahrenheit", "kelvin", NULL };
static const char *const part_words[] = { "vendor", "model", "serial", "firmware", NULL };

#define PROFILE_AT(field) .offset = offsetof(struct file_profile, field)
static const struct hwatt_option profile_options[] = {
	{ .name = "profile", .type = HWATT_STRING, PROFILE_AT(name), .flags = HWATT_REQUIRED,
	  .pattern = "^[a-z0-9][a-z0-9-]*$", .help = "the profile's name, as its file" },
	{ .name = "vendor", .type = HWATT_STRING, PROFILE_AT(vendor), .help = "maker, where the device does not say it" },
	{ .name = "source", .type = HWATT_STRING, PROFILE_AT(source), .flags = HWATT_REQUIRED,
	  .pattern = ".", .help = "where the facts come from: MIB and revision" },
	{ .name = "priority", .type = HWATT_INTEGER, PROFILE_AT(priority), .fallback = "50", .min = 0, .max = 100,
	  .help = "of several profiles that fit a device the highest names it and is asked first" },
	{ .name = "supplement", .type = HWATT_BOOL, PROFILE_AT(supplement),
	  .help = "a standard that adds to a family's own profile" },
	{ .name = "without", .type = HWATT_LIST, PROFILE_AT(without), .flags = HWATT_ONE_OR_LIST, .item = HWATT_STRING,
	  .help = "profiles that do not apply beside this one" },
	{ .name = "match", .type = HWATT_NODE, PROFILE_AT(match), .flags = HWATT_REQUIRED,
	  .help = "which devices it is for" },
	{ .name = "identity", .type = HWATT_LIST, PROFILE_AT(identity), .item = HWATT_NODE,
	  .help = "where model, serial number and firmware stand" },
	{ .name = "readings", .type = HWATT_LIST, PROFILE_AT(readings), .item = HWATT_NODE,
	  .help = "what the device can tell; of one point the first that answers counts" },
	{ .name = "parts", .type = HWATT_LIST, PROFILE_AT(parts), .item = HWATT_NODE,
	  .help = "where serial numbers of parts stand that can be exchanged: power supplies, modules, batteries ..." },
};
static const struct hwatt_schema file_schema = {
	.name = "profile", .help = "What a device family can tell.", .size = sizeof(struct file_profile),
	.options = profile_options, .count = sizeof(profile_options) / sizeof(profile_options[0]),
	.mark_offset = offsetof(struct file_profile, mark),
};

#define QUIRK_AT(field) .offset = offsetof(struct hwatt_profile_quirk, field)
static const struct hwatt_option quirk_options[] = {
	{ .name = "model", .type = HWATT_STRING, QUIRK_AT(model), .help = "regular expression on the device's model" },
	{ .name = "firmware", .type = HWATT_STRING, QUIRK_AT(firmware), .help = "regular expression on its firmware" },
	{ .name = "why", .type = HWATT_STRING, QUIRK_AT(why), .flags = HWATT_REQUIRED, .pattern = ".",
	  .help = "what the agent does wrong, and where that is known from" },
	{ .name = "leave_out", .type = HWATT_BOOL, QUIRK_AT(leave_out), .help = "true when what it says is worth nothing" },
};

static void check_expression(const char *text, const char *key, const struct hwatt_node *at, struct hwatt_report *report)
{
	struct hwatt_mark mark = hwatt_node_mark(at, key);
	if (!hwatt_expression_sound(text))
		hwatt_report_add(report, &mark, "\"%s\" is no regular expression", text);
}

static void check_quirk(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct hwatt_profile_quirk *quirk = object;
	if (quirk->model[0] == '\0' && quirk->firmware[0] == '\0')
		hwatt_report_add(report, &at->mark, "a quirk is of some models or firmwares; state \"model\" or \"firmware\"");
	check_expression(quirk->model, "model", at, report);
	check_expression(quirk->firmware, "firmware", at, report);
}

static const struct hwatt_schema quirk_schema = {
	.name = "quirk", .help = "A known fault of some agents.", .size = sizeof(struct hwatt_profile_quirk),
	.options = quirk_options, .count = sizeof(quirk_options) / sizeof(quirk_options[0]), .check = check_quirk,
	.mark_offset = offsetof(struct hwatt_profile_quirk, mark),
};

#define READING_AT(field) .offset = offsetof(struct file_reading, field)
static const struct hwatt_option reading_options[] = {
	{ .name = "role", .type = HWATT_ENUM, READING_AT(role), .flags = HWATT_REQUIRED, .help = "inlet, outlet, psu ..." },
	{ .name = "quantity", .type = HWATT_ENUM, READING_AT(quantity), .flags = HWATT_REQUIRED,
	  .help = "active_power, energy, temperature ..." },
	{ .name = "index", .type = HWATT_STRING, READING_AT(index),
	  .help = "template of the point's index, such as \"{row}\" or \"env.{1}\"" },
	{ .name = "name", .type = HWATT_STRING, READING_AT(name), .help = "a fixed name" },
	{ .name = "scale", .type = HWATT_DECIMAL, READING_AT(scale), .flags = HWATT_REQUIRED,
	  .help = "what the raw number is multiplied with to give the base unit" },
	{ .name = "divide", .type = HWATT_DECIMAL, READING_AT(divide), .fallback = "1",
	  .help = "and divided by, where no decimal scale is exact" },
	{ .name = "offset", .type = HWATT_DECIMAL, READING_AT(offset), .fallback = "0",
	  .help = "added after scaling, in the base unit" },
	{ .name = "unit", .type = HWATT_ENUM, READING_AT(unit), .words = unit_words,
	  .help = "what the scaled value is in: base, fahrenheit or kelvin" },
	{ .name = "absent", .type = HWATT_LIST, READING_AT(absent), .flags = HWATT_ONE_OR_LIST, .item = HWATT_INTEGER,
	  .help = "raw values that mean \"not measured\"" },
	{ .name = "min", .type = HWATT_DECIMAL, READING_AT(min), .help = "least plausible value, in the base unit" },
	{ .name = "max", .type = HWATT_DECIMAL, READING_AT(max), .help = "greatest plausible value, in the base unit" },
	{ .name = "modulus", .type = HWATT_INTEGER, READING_AT(modulus), .min = 0, .max = INT64_MAX,
	  .help = "registers: the raw count returns to 0 here; default: as wide as its type" },
	{ .name = "fixed", .type = HWATT_BOOL, READING_AT(fixed),
	  .help = "does not change while the device runs: read with the names, not with the values" },
	{ .name = "only_if_none", .type = HWATT_BOOL, READING_AT(only_if_none),
	  .help = "only where no reading before it gave this role and quantity" },
	{ .name = "quirk", .type = HWATT_OBJECT, READING_AT(quirk), .schema = &quirk_schema,
	  .help = "only for devices that have this known fault, before the row for all others" },
	{ .name = "alternative", .type = HWATT_BOOL, READING_AT(alternative),
	  .help = "the same watt as readings before it, which are the chosen ones; counts where there are none" },
};
#define READING_OPTIONS (sizeof(reading_options) / sizeof(reading_options[0]))

static const struct hwatt_option identity_options[] = {
	{ .name = "part", .type = HWATT_ENUM, .offset = offsetof(struct file_identity, part), .flags = HWATT_REQUIRED,
	  .words = part_words, .help = "vendor, model, serial or firmware" },
};

static const struct hwatt_option kind_options[] = {
	{ .name = "kind", .type = HWATT_ENUM, .offset = offsetof(struct file_part, kind), .flags = HWATT_REQUIRED,
	  .help = "psu, module, battery, fan, drive, enclosure ..." },
	{ .name = "index", .type = HWATT_STRING, .offset = offsetof(struct file_part, index),
	  .help = "template of the place, such as \"{row}\" or \"{1}.{2}\"" },
};

/* The names of all roles, quantities or kinds of parts, as ENUM wants them. */
static const char *const *role_words(struct hwatt_arena *arena)
{
	const char **words = hwatt_arena_alloc(arena, (HWATT_ROLES + 1) * sizeof(*words));
	for (int i = 0; i < HWATT_ROLES; i++)
		words[i] = hwatt_role_name((enum hwatt_role)i);
	return words;
}

static const char *const *quantity_words(struct hwatt_arena *arena)
{
	const char **words = hwatt_arena_alloc(arena, (HWATT_QUANTITIES + 1) * sizeof(*words));
	for (int i = 0; i < HWATT_QUANTITIES; i++)
		words[i] = hwatt_quantity_info((enum hwatt_quantity)i)->name;
	return words;
}

static const char *const *kind_words(struct hwatt_arena *arena)
{
	const char **words = hwatt_arena_alloc(arena, (HWATT_PART_KINDS + 1) * sizeof(*words));
	for (int i = 0; i < HWATT_PART_KINDS; i++)
		words[i] = hwatt_part_word((enum hwatt_part_kind)i);
	return words;
}

#define ALIGN(size) (((size) + 15u) / 16u * 16u)

/* A table of `head` options followed by the collector's `tail`, whose struct stands behind the head's. */
static const struct hwatt_schema *join(struct hwatt_arena *arena, const char *name, const char *help,
				       const struct hwatt_option *head, size_t count, size_t size, size_t mark_offset,
				       const struct hwatt_schema *tail)
{
	struct hwatt_option *options = hwatt_arena_alloc(arena, (count + tail->count) * sizeof(*options));
	struct hwatt_schema *schema = hwatt_arena_alloc(arena, sizeof(*schema));
	memcpy(options, head, count * sizeof(*options));
	for (size_t i = 0; i < count; i++) {
		if (strcmp(options[i].name, "role") == 0)
			options[i].words = role_words(arena);
		if (strcmp(options[i].name, "quantity") == 0)
			options[i].words = quantity_words(arena);
		if (strcmp(options[i].name, "kind") == 0)
			options[i].words = kind_words(arena);
	}
	for (size_t i = 0; i < tail->count; i++) {
		options[count + i] = tail->options[i];
		options[count + i].offset += ALIGN(size);
	}
	*schema = (struct hwatt_schema){ .name = name, .help = help, .size = ALIGN(size) + tail->size, .options = options,
					 .count = count + tail->count, .mark_offset = mark_offset };
	return schema;
}

struct tables {
	const struct hwatt_collector *collector;
	const struct hwatt_schema *reading, *identity, *part;
	struct hwatt_arena *arena;
	struct hwatt_report *report;
};

static struct tables make_tables(const struct hwatt_collector *collector, struct hwatt_arena *arena, struct hwatt_report *report)
{
	return (struct tables){
		.collector = collector, .arena = arena, .report = report,
		.reading = join(arena, "reading", "One thing that the device can tell.", reading_options,
				READING_OPTIONS, sizeof(struct file_reading), offsetof(struct file_reading, mark),
				&collector->source),
		.identity = join(arena, "identity", "Where the device says who it is.", identity_options, 1,
				 sizeof(struct file_identity), offsetof(struct file_identity, mark), &collector->source),
		.part = join(arena, "part", "A kind of part, and where its serial numbers stand.", kind_options,
			     sizeof(kind_options) / sizeof(kind_options[0]), sizeof(struct file_part), offsetof(struct file_part, mark),
			     &collector->part),
	};
}

/* Reads `node` by a joined table; gives the head and, behind it, the collector's struct, which is `of`. NULL after mistakes. */
static void *read_joined(const struct tables *t, const struct hwatt_schema *schema, size_t head, const struct hwatt_schema *of,
			 const struct hwatt_node *node, void **tail)
{
	char *object = hwatt_arena_alloc(t->arena, schema->size);
	if (hwatt_option_read(schema, node, object, t->arena, t->report) < 0)
		return NULL;
	*tail = object + ALIGN(head);
	size_t before = t->report->count;
	if (of->check != NULL)
		of->check(*tail, node, t->report);
	return t->report->count == before ? object : NULL;
}

/* Adds a mistake where `key` stands; false. */
static bool mistake(const struct tables *t, const struct hwatt_node *node, const char *key, const char *sentence)
{
	struct hwatt_mark mark = hwatt_node_mark(node, key);
	hwatt_report_add(t->report, &mark, "%s", sentence);
	return false;
}

static bool read_reading(const struct tables *t, const struct hwatt_node *node, struct hwatt_profile_reading *out)
{
	void *source;
	const struct file_reading *in = read_joined(t, t->reading, sizeof(*in), &t->collector->source, node, &source);
	if (in == NULL)
		return false;
	if (in->divide == 0 || in->scale == 0)
		return mistake(t, node, in->scale == 0 ? "scale" : "divide", "\"scale\" and \"divide\" cannot be 0");
	*out = (struct hwatt_profile_reading){
		.role = (enum hwatt_role)in->role, .quantity = (enum hwatt_quantity)in->quantity,
		.index = in->index, .name = in->name, .scale_micro = in->scale, .divide_micro = in->divide,
		.offset_micro = in->offset, .unit = (enum hwatt_profile_unit)in->unit, .absent = in->absent,
		.has_min = document_get(node, "min") != NULL, .has_max = document_get(node, "max") != NULL,
		.min_micro = in->min, .max_micro = in->max, .modulus = in->modulus, .fixed = in->fixed,
		.only_if_none = in->only_if_none, .alternative = in->alternative,
		.quirk = document_get(node, "quirk") != NULL ? &in->quirk : NULL, .mark = in->mark, .source = source,
	};
	if (out->unit != HWATT_UNIT_BASE && out->quantity != HWATT_TEMPERATURE)
		return mistake(t, node, "unit", "\"unit\" is for temperatures; other units are made by \"scale\"");
	if (out->has_min && out->has_max && out->min_micro > out->max_micro)
		return mistake(t, node, "min", "\"min\" is above \"max\"");
	return true;
}

static void read_parts(const struct tables *t, const struct hwatt_list *nodes, struct hwatt_profile *p)
{
	struct hwatt_profile_part *parts = hwatt_arena_alloc(t->arena, nodes->count * sizeof(*parts));
	const struct hwatt_node *const *items = nodes->items;
	if (nodes->count > 0 && t->collector->part.count == 0) {
		hwatt_report_add(t->report, &items[0]->mark, "profiles of \"%s\" have no parts", t->collector->name);
		return;
	}
	for (size_t i = 0; i < nodes->count; i++) {
		void *source;
		const struct file_part *one = read_joined(t, t->part, sizeof(*one), &t->collector->part, items[i], &source);
		if (one != NULL)
			parts[p->part_count++] = (struct hwatt_profile_part){ (enum hwatt_part_kind)one->kind, one->index, one->mark, source };
	}
	p->parts = parts;
}

static const struct hwatt_profile *read_profile(const struct tables *t, const struct hwatt_node *root)
{
	size_t before = t->report->count;
	struct file_profile in;
	hwatt_option_read(&file_schema, root, &in, t->arena, t->report);
	struct hwatt_profile *p = hwatt_arena_alloc(t->arena, sizeof(*p));
	*p = (struct hwatt_profile){ .name = in.name, .vendor = in.vendor, .source = in.source, .priority = in.priority,
				     .supplement = in.supplement, .without = in.without,
				     .without_mark = hwatt_node_mark(root, "without"), .mark = in.mark };
	p->match = hwatt_arena_alloc(t->arena, t->collector->match.size);
	if (in.match != NULL)
		hwatt_option_read(&t->collector->match, in.match, p->match, t->arena, t->report);

	struct hwatt_profile_identity *identity = hwatt_arena_alloc(t->arena, in.identity.count * sizeof(*identity));
	const struct hwatt_node *const *nodes = in.identity.items;
	for (size_t i = 0; i < in.identity.count; i++) {
		void *source;
		const struct file_identity *one = read_joined(t, t->identity, sizeof(*one), &t->collector->source, nodes[i], &source);
		if (one != NULL)
			identity[p->identity_count++] = (struct hwatt_profile_identity){
				(enum hwatt_identity_part)one->part, one->mark, source };
	}
	struct hwatt_profile_reading *readings = hwatt_arena_alloc(t->arena, in.readings.count * sizeof(*readings));
	nodes = in.readings.items;
	for (size_t i = 0; i < in.readings.count; i++)
		if (read_reading(t, nodes[i], &readings[p->reading_count]))
			p->reading_count++;
	p->identity = identity;
	p->readings = readings;
	read_parts(t, &in.parts, p);
	return t->report->count == before ? p : NULL;
}

const struct hwatt_profile *profile_parse(const char *file, const char *bytes, size_t length,
					  const struct hwatt_collector *collector, struct hwatt_arena *arena,
					  struct hwatt_report *report)
{
	struct tables t = make_tables(collector, arena, report);
	size_t before = report->count;
	const struct hwatt_node *root = document_parse(file, bytes, length, arena, report);
	return root != NULL && report->count == before ? read_profile(&t, root) : NULL;
}

struct one { /* a profile that was found: who it is for, and its text */
	const struct hwatt_profile *head;
	struct packed text;
};

/* The profiles of one collector as they are found. */
struct found {
	struct hwatt_arena *arena; /* of what stays */
	struct one *profiles;
	size_t count, capacity;
	uint64_t hash;
};

static void keep(struct found *found, struct one one)
{
	for (size_t i = 0; i < found->count; i++) {
		if (strcmp(found->profiles[i].head->name, one.head->name) == 0) {
			packed_free(&found->profiles[i].text);
			found->profiles[i] = one;
			return;
		}
	}
	if (found->count == found->capacity) {
		found->capacity = found->capacity > 0 ? found->capacity * 2 : 128;
		found->profiles = hwatt_realloc(found->profiles, found->capacity * sizeof(*found->profiles));
	}
	found->profiles[found->count++] = one;
}

/* A copy of who a profile is for, without what it says of those devices. */
static const struct hwatt_profile *copy_head(const struct tables *t, const struct hwatt_profile *p, const struct hwatt_node *root,
					     struct hwatt_arena *arena)
{
	struct hwatt_profile *head = hwatt_arena_alloc(arena, sizeof(*head));
	*head = (struct hwatt_profile){ .name = hwatt_arena_strdup(arena, p->name), .vendor = hwatt_arena_strdup(arena, p->vendor),
					.source = hwatt_arena_strdup(arena, p->source), .priority = p->priority,
					.supplement = p->supplement, .without = { .count = p->without.count }, .without_mark = p->without_mark,
					.mark = p->mark };
	const char **without = hwatt_arena_alloc(arena, p->without.count * sizeof(*without));
	for (size_t i = 0; i < p->without.count; i++)
		without[i] = hwatt_arena_strdup(arena, ((const char *const *)p->without.items)[i]);
	head->without.items = without;
	head->match = hwatt_arena_alloc(arena, t->collector->match.size);
	hwatt_option_read(&t->collector->match, document_get(root, "match"), head->match, arena, t->report);
	return head;
}

/* FNV-1a, to tell whether a reload changed anything. */
static uint64_t mix(uint64_t hash, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)bytes[i]) * UINT64_C(1099511628211);
	return hash;
}

/* Reads and checks the whole, and keeps little of it. */
static void read_file(const struct tables *tables, const char *path, struct found *found)
{
	struct tables here = *tables, *t = &here;
	struct hwatt_text text;
	struct hwatt_error err;
	hwatt_text_init(&text, DOCUMENT_MAX_OCTETS);
	struct hwatt_mark start = { path, 1, 1 };
	size_t before = t->report->count;
	t->arena = hwatt_arena_new();
	if (document_read(path, &text, &err) < 0) {
		hwatt_report_add(t->report, &start, "%s", err.text);
	} else {
		const struct hwatt_node *root =
			document_parse(path, hwatt_text_string(&text), text.length, t->arena, t->report);
		const struct hwatt_profile *p =
			root != NULL && t->report->count == before ? read_profile(t, root) : NULL;
		const char *base = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
		if (p != NULL && (strncmp(base, p->name, strlen(p->name)) != 0 || strcmp(base + strlen(p->name), ".yaml") != 0))
			hwatt_report_add(t->report, &p->mark, "the file of profile \"%s\" is called %s.yaml", p->name, p->name);
		else if (p != NULL)
			keep(found, (struct one){ copy_head(t, p, root, found->arena), packed_new(hwatt_text_string(&text), text.length) });
		found->hash = mix(found->hash, hwatt_text_string(&text), text.length);
	}
	hwatt_arena_free(t->arena);
	hwatt_text_free(&text);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool ends_in(const char *name, const char *ending)
{
	size_t n = strlen(name), m = strlen(ending);
	return name[0] != '.' && n > m && strcmp(name + n - m, ending) == 0;
}

/* All *.yaml of FOLDER/COLLECTOR in the order of their names. A missing folder has none. */
static void read_folder(const struct tables *t, const char *folder, struct found *found)
{
	const char *paths[MAX_PROFILES];
	size_t count = 0;
	const char *path = hwatt_arena_printf(found->arena, "%s/%s", folder, t->collector->name);
	DIR *dir = opendir(path);
	if (dir == NULL)
		return;
	struct dirent *entry;
	while ((entry = readdir(dir)) != NULL && count < MAX_PROFILES) {
		if (!ends_in(entry->d_name, ".yaml") && !ends_in(entry->d_name, ".yml"))
			continue;
		const char *file = hwatt_arena_printf(found->arena, "%s/%s", path, entry->d_name);
		struct hwatt_mark start = { file, 1, 1 };
		if (ends_in(entry->d_name, ".yml"))
			hwatt_report_add(t->report, &start, "a profile's file ends in .yaml: rename it");
		else
			paths[count++] = file;
	}
	closedir(dir);
	qsort(paths, count, sizeof(paths[0]), by_text);
	for (size_t i = 0; i < count; i++)
		read_file(t, paths[i], found);
}

/* Whether the file is a profile, in a folder where nothing reads it. */
static bool is_profile(const char *path)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report aside = { .arena = arena };
	struct hwatt_text text;
	struct hwatt_error err;
	hwatt_text_init(&text, DOCUMENT_MAX_OCTETS);
	const struct hwatt_node *root = document_read(path, &text, &err) < 0 ? NULL :
		document_parse(path, hwatt_text_string(&text), text.length, arena, &aside);
	bool yes = root != NULL && document_get(root, "profile") != NULL && document_get(root, "match") != NULL;
	hwatt_text_free(&text);
	hwatt_arena_free(arena);
	return yes;
}

/* Profiles belong in a folder of their protocol. One that lies elsewhere would be passed over without a word. */
static void find_strays(const char *folder, const struct hwatt_collector *const *collectors, struct hwatt_arena *arena,
			struct hwatt_report *report)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const char *path = hwatt_arena_printf(arena, "%s/%s", folder, entry->d_name);
		struct hwatt_mark start = { path, 1, 1 };
		struct nearest near = { .wanted = entry->d_name };
		bool known = false;
		for (size_t i = 0; collectors[i] != NULL; i++) {
			nearest_offer(&near, collectors[i]->name);
			known = known || strcmp(collectors[i]->name, entry->d_name) == 0;
		}
		if ((ends_in(entry->d_name, ".yaml") || ends_in(entry->d_name, ".yml")) && is_profile(path))
			hwatt_report_add(report, &start, "a profile belongs in a folder of its protocol, like %s/snmp", folder);
		else if (!known && near.best != NULL && entry->d_name[0] != '.' && entry->d_type == DT_DIR)
			hwatt_report_add(report, &start, "there is no protocol \"%s\"%s", entry->d_name, nearest_hint(&near, arena));
	}
	if (dir != NULL)
		closedir(dir);
}

/* Every profile that another one excludes must be there. */
static void check_without(const struct found *found, struct hwatt_arena *arena, struct hwatt_report *report)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct hwatt_profile *p = found->profiles[i].head;
		const char *const *names = p->without.items;
		for (size_t j = 0; j < p->without.count; j++) {
			struct nearest near = { .wanted = names[j] };
			bool known = false;
			for (size_t k = 0; k < found->count && !known; k++) {
				nearest_offer(&near, found->profiles[k].head->name);
				known = strcmp(found->profiles[k].head->name, names[j]) == 0;
			}
			if (!known)
				hwatt_report_add(report, &p->without_mark, "there is no profile \"%.60s\"%s", names[j], nearest_hint(&near, arena));
		}
	}
}

static int by_priority(const void *a, const void *b)
{
	const struct hwatt_profile *x = ((const struct one *)a)->head, *y = ((const struct one *)b)->head;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	return strcmp(x->name, y->name);
}

static struct hwatt_profile_set settle(struct found *found, const struct hwatt_collector *collector)
{
	struct hwatt_profile *profiles = hwatt_arena_alloc(found->arena, found->count * sizeof(*profiles));
	struct hwatt_profile_texts *texts = profile_texts_new(collector, found->count);
	if (found->count > 0)
		qsort(found->profiles, found->count, sizeof(found->profiles[0]), by_priority);
	for (size_t i = 0; i < found->count; i++) {
		profiles[i] = *found->profiles[i].head;
		profile_texts_set(texts, i, &found->profiles[i].text);
	}
	free(found->profiles);
	return (struct hwatt_profile_set){ found->count, profiles, found->hash, texts };
}

int profile_load(const struct hwatt_list *folders, const struct hwatt_collector *const *collectors,
		 struct profile_catalog *out, struct hwatt_arena *arena, struct hwatt_report *report)
{
	size_t before = report->count;
	const char *const *paths = folders->items;
	out->count = 0;
	while (collectors[out->count] != NULL)
		out->count++;
	struct hwatt_profile_set *sets = hwatt_arena_alloc(arena, out->count * sizeof(*sets));
	for (size_t i = 0; i < folders->count; i++) {
		struct hwatt_mark at = { paths[i], 1, 1 };
		if (access(paths[i], R_OK | X_OK) < 0)
			hwatt_report_add(report, &at, "cannot read the folder of profiles: %s", strerror(errno));
		else
			find_strays(paths[i], collectors, arena, report);
	}
	for (size_t c = 0; c < out->count; c++) {
		struct hwatt_arena *scratch = hwatt_arena_new();
		struct tables t = make_tables(collectors[c], scratch, report);
		struct found found = { .arena = arena, .hash = UINT64_C(14695981039346656037) };
		for (size_t i = 0; i < folders->count; i++)
			read_folder(&t, paths[i], &found);
		if (report->count == before) /* else one may be missing for another reason */
			check_without(&found, arena, report);
		sets[c] = settle(&found, collectors[c]);
		hwatt_arena_free(scratch);
	}
	out->sets = sets;
	return report->count == before ? 0 : -1;
}

void profile_catalog_free(struct profile_catalog *catalog)
{
	for (size_t i = 0; i < catalog->count; i++)
		hwatt_profile_texts_release(catalog->sets[i].texts);
	catalog->count = 0;
}

const struct hwatt_profile_set *profile_set(const struct profile_catalog *catalog,
					    const struct hwatt_collector *const *collectors,
					    const struct hwatt_collector *collector)
{
	static const struct hwatt_profile_set none = { 0 };
	for (size_t i = 0; i < catalog->count; i++)
		if (collectors[i] == collector)
			return &catalog->sets[i];
	return &none;
}

const struct hwatt_profile *profile_by_name(const struct hwatt_profile_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->profiles[i].name, name) == 0)
			return &set->profiles[i];
	return NULL;
}

void profile_folder(char *out, size_t size)
{
	path_shipped("profiles", "HALLWATT_PROFILES", out, size);
}

const struct hwatt_schema *profile_schema(const struct hwatt_collector *collector, struct hwatt_arena *arena)
{
	struct tables t = make_tables(collector, arena, NULL);
	struct hwatt_option *options = hwatt_arena_alloc(arena, sizeof(profile_options));
	struct hwatt_schema *schema = hwatt_arena_alloc(arena, sizeof(*schema));
	memcpy(options, profile_options, sizeof(profile_options));
	*schema = file_schema;
	schema->options = options;
	for (size_t i = 0; i < schema->count; i++) {
		if (strcmp(options[i].name, "match") == 0) {
			options[i].schema = &collector->match;
		} else if (strcmp(options[i].name, "readings") == 0 || strcmp(options[i].name, "identity") == 0) {
			options[i].schema = options[i].name[0] == 'r' ? t.reading : t.identity;
		} else if (strcmp(options[i].name, "parts") == 0) {
			options[i].schema = t.part;
		}
	}
	return schema;
}
