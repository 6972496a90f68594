/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "package.h"
#include "nearest.h"
#include "path.h"
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_TEMPLATES 500u

const char *const package_stage_words[] = { "any", "raw_material", "component_manufacturing", "final_assembly", "use", "end_of_life",
					    "other", NULL };
const char *const package_risk_words[] = { "any", "human_rights", "workers_rights", "environment", "anti_corruption", NULL };
const char *const package_area_words[] = { "any", "data_hall", "server", "network_product", "it_product", "supply_chain", NULL };

#define ROW(of, field, key, what) .name = key, .type = what, .offset = offsetof(struct of, field)

static const struct hwatt_option template_rows[] = {
	{ ROW(package_template, id, "id", HWATT_STRING), .flags = HWATT_REQUIRED, .pattern = "^[a-z0-9][a-z0-9-]{0,63}$",
	  .help = "name of the template, and of the requirement made from it" },
	{ ROW(package_template, type, "type", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "type of the requirement" },
	{ ROW(package_template, title, "title", HWATT_TEXTS), .flags = HWATT_REQUIRED, .help = "what is promised, in sv, nb and en" },
	{ ROW(package_template, source, "source", HWATT_TEXTS), .flags = HWATT_REQUIRED,
	  .help = "document and place that it rests on, in sv, nb and en; one text where it reads the same in all" },
	{ ROW(package_template, stage, "stage", HWATT_ENUM), .words = package_stage_words, .fallback = "any", .help = "life-cycle stage" },
	{ ROW(package_template, risk, "risk", HWATT_ENUM), .words = package_risk_words, .fallback = "any", .help = "risk area" },
	{ ROW(package_template, area, "area", HWATT_ENUM), .words = package_area_words, .fallback = "any", .help = "product area" },
	{ ROW(package_template, level, "level", HWATT_STRING), .help = "level of ambition in the source, like core" },
	{ ROW(package_template, keys, "keys", HWATT_NODE), .help = "keys of the requirement that the source gives" },
	{ ROW(package_template, verification, "verification", HWATT_TEXTS), .flags = HWATT_REQUIRED,
	  .help = "how it is checked, in sv, nb and en" },
	{ ROW(package_template, deliver, "deliver", HWATT_TEXTS), .flags = HWATT_REQUIRED,
	  .help = "what the supplier has to deliver, in sv, nb and en" },
};

static void check_texts(const struct hwatt_texts *texts, const char *key, const struct hwatt_node *at, struct hwatt_report *report)
{
	const char *const all[] = { texts->sv, texts->nb, texts->en };
	static const char *const languages[] = { "sv", "nb", "en" };
	struct hwatt_mark mark = hwatt_node_mark(at, key);
	for (size_t i = 0; i < 3; i++)
		if (all[i] == NULL || all[i][0] == '\0')
			hwatt_report_add(report, &mark, "\"%s\" lacks the language %s", key, languages[i]);
}

/* The name of a document may be the same in every language; one that is translated is translated to all. */
static void check_source(const struct hwatt_texts *source, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct hwatt_node *written = document_get(at, "source");
	if (written != NULL && (written->kind != HWATT_NODE_SCALAR || written->text[0] == '\0'))
		check_texts(source, "source", at, report);
}

static bool has_key(const struct requirement_type *type, const char *key)
{
	for (size_t i = 0; i < type->option_count; i++)
		if (strcmp(type->options[i].name, key) == 0)
			return true;
	return false;
}

static void check_template(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct package_template *t = object;
	const struct requirement_type *type = requirement_type_by_name(t->type);
	struct hwatt_mark mark = hwatt_node_mark(at, "type");
	check_texts(&t->title, "title", at, report);
	check_source(&t->source, at, report);
	check_texts(&t->verification, "verification", at, report);
	check_texts(&t->deliver, "deliver", at, report);
	if (type == NULL) {
		hwatt_report_add(report, &mark, "unknown type \"%.60s\" of requirement", t->type);
		return;
	}
	if (t->keys == NULL)
		return;
	if (t->keys->kind != HWATT_NODE_MAPPING)
		hwatt_report_add(report, &t->keys->mark, "a map of keys and values belongs here");
	for (size_t i = 0; t->keys->kind == HWATT_NODE_MAPPING && i < t->keys->count; i++) {
		const struct hwatt_node *key = t->keys->keys[i];
		bool fixed = strcmp(key->text, "id") == 0 || strcmp(key->text, "type") == 0 || strcmp(key->text, "title") == 0;
		if (fixed || !has_key(type, key->text))
			hwatt_report_add(report, &key->mark, "a %s requirement has no key \"%.60s\" to set here", t->type, key->text);
	}
}

static const struct hwatt_schema template_schema = {
	.name = "template", .help = "a requirement in the making", .size = sizeof(struct package_template), .options = template_rows,
	.count = COUNT(template_rows), .check = check_template, .mark_offset = offsetof(struct package_template, mark),
};

static const struct hwatt_option package_options[] = {
	{ ROW(package, name, "package", HWATT_STRING), .flags = HWATT_REQUIRED, .pattern = "^[a-z0-9][a-z0-9-]{0,63}$",
	  .help = "name of the package, as its file is called" },
	{ ROW(package, version, "version", HWATT_STRING), .flags = HWATT_REQUIRED, .pattern = "^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$",
	  .help = "version or year, as its file is called" },
	{ ROW(package, title, "title", HWATT_TEXTS), .flags = HWATT_REQUIRED, .help = "a title for readers, in sv, nb and en" },
	{ ROW(package, source, "source", HWATT_TEXTS), .flags = HWATT_REQUIRED,
	  .help = "the documents that it rests on, in sv, nb and en; one text where they read the same in all" },
	{ ROW(package, templates, "templates", HWATT_LIST), .flags = HWATT_REQUIRED, .schema = &template_schema,
	  .help = "the requirements, one row each" },
};

static void check_package(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct package *p = object;
	const struct package_template *t = p->templates.items;
	check_texts(&p->title, "title", at, report);
	check_source(&p->source, at, report);
	if (p->templates.count > MAX_TEMPLATES) {
		hwatt_report_add(report, &at->mark, "more than %u templates", MAX_TEMPLATES);
		return;
	}
	for (size_t i = 0; i < p->templates.count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(t[i].id, t[j].id) == 0)
				hwatt_report_add(report, &t[i].mark, "template \"%s\" stands twice, first in line %u", t[i].id, t[j].mark.line);
}

const struct hwatt_schema package_schema = {
	.name = "package", .help = "requirement templates with their sources", .size = sizeof(struct package), .options = package_options,
	.count = COUNT(package_options), .check = check_package, .mark_offset = offsetof(struct package, mark),
};

static const struct package *read_package(const struct hwatt_node *root, struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct package *package = hwatt_arena_alloc(arena, sizeof(*package));
	if (root == NULL || hwatt_option_read(&package_schema, root, package, arena, report) < 0)
		return NULL;
	struct package_template *templates = package->templates.items;
	const struct hwatt_node *rows = document_get(root, "templates");
	for (size_t i = 0; i < package->templates.count; i++)
		templates[i].node = rows->items[i];
	return package;
}

const struct package *package_parse(const char *file, const char *bytes, size_t length, struct hwatt_arena *arena,
				    struct hwatt_report *report)
{
	size_t before = report_total(report);
	const struct package *package = read_package(document_parse(file, bytes, length, arena, report), arena, report);
	return report_total(report) == before ? package : NULL;
}

const struct package *package_load(const char *path, struct hwatt_arena *arena, struct hwatt_report *report)
{
	size_t before = report_total(report);
	const struct package *package = read_package(document_load(path, arena, report), arena, report);
	if (package == NULL || report_total(report) > before)
		return NULL;
	const char *base = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	const char *expected = hwatt_arena_printf(arena, "%s@%s.yaml", package->name, package->version);
	if (strcmp(base, expected) != 0)
		hwatt_report_add(report, &package->mark, "the file of this package is called %s", expected);
	return report_total(report) == before ? package : NULL;
}

void package_folder(char *out, size_t size)
{
	path_shipped("requirements", "HALLWATT_REQUIREMENTS", out, size);
}

/* --- what a contract makes of packages --------------------------------------------------------------------------- */

struct choice { /* one entry of `packages` */
	const char *package;
	const struct hwatt_node *set;
	struct hwatt_list drop, only, areas; /* const char * */
	struct hwatt_mark mark;
};

static const struct hwatt_option choice_rows[] = {
	{ ROW(choice, package, "package", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "NAME@VERSION of the package" },
	{ ROW(choice, set, "set", HWATT_NODE), .help = "keys of requirements by template: {gpp-pue: {max: 1.3}}" },
	{ ROW(choice, drop, "drop", HWATT_LIST), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST, .help = "templates not wanted" },
	{ ROW(choice, only, "only", HWATT_LIST), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST, .help = "the only templates wanted" },
	{ ROW(choice, areas, "areas", HWATT_LIST), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST,
	  .help = "only templates of these product areas, like data_hall or server, and those of any" },
};
static const struct hwatt_schema choice_schema = {
	.name = "package", .help = "a package, and what the contract makes of it", .size = sizeof(struct choice), .options = choice_rows,
	.count = COUNT(choice_rows), .mark_offset = offsetof(struct choice, mark),
};

struct taking { /* the rows of a contract in the making */
	struct hwatt_arena *arena;
	struct hwatt_report *report;
	struct package_shelf *shelf;
	struct hwatt_list *files;
	const char *folders[2];
	struct package_row *rows;
	size_t count, capacity;
};

static struct package_row *add_row(struct taking *t, const struct hwatt_node *node)
{
	if (t->count == t->capacity) {
		size_t grown = t->capacity == 0 ? 32 : t->capacity * 2;
		struct package_row *rows = hwatt_arena_alloc(t->arena, grown * sizeof(*rows));
		if (t->count > 0)
			memcpy(rows, t->rows, t->count * sizeof(*rows));
		t->rows = rows;
		t->capacity = grown;
	}
	t->rows[t->count] = (struct package_row){ .node = node };
	return &t->rows[t->count++];
}

static void offer_packages(const struct taking *t, struct nearest *near)
{
	for (size_t i = 0; i < COUNT(t->folders); i++) {
		DIR *dir = opendir(t->folders[i]);
		struct dirent *entry;
		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			size_t n = strlen(entry->d_name);
			if (n > 5 && strcmp(entry->d_name + n - 5, ".yaml") == 0)
				nearest_offer(near, hwatt_arena_strndup(t->arena, entry->d_name, n - 5));
		}
		if (dir != NULL)
			closedir(dir);
	}
}

/* The package of that file, read when it is not on the shelf. */
static const struct package *from_shelf(struct taking *t, const char *path)
{
	struct package_shelf *shelf = t->shelf;
	for (size_t i = 0; i < shelf->count; i++)
		if (strcmp(shelf->rows[i].path, path) == 0)
			return shelf->rows[i].package;
	if (shelf->count == shelf->capacity) {
		size_t grown = shelf->capacity == 0 ? 8 : shelf->capacity * 2;
		struct package_shelf_row *rows = hwatt_arena_alloc(t->arena, grown * sizeof(*rows));
		if (shelf->count > 0)
			memcpy(rows, shelf->rows, shelf->count * sizeof(*rows));
		shelf->rows = rows;
		shelf->capacity = grown;
	}
	struct package_shelf_row *row = &shelf->rows[shelf->count++];
	*row = (struct package_shelf_row){ path, package_load(path, t->arena, t->report) };
	return row->package;
}

static const struct package *find_package(struct taking *t, const char *name, const struct hwatt_mark *at)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.@";
	if (name[0] == '\0' || name[0] == '.' || strspn(name, allowed) != strlen(name) || strchr(name, '@') == NULL) {
		hwatt_report_add(t->report, at, "\"%.60s\" names no package; write NAME@VERSION, like eu-gpp-data-centres@2020", name);
		return NULL;
	}
	for (size_t i = 0; i < COUNT(t->folders); i++) {
		const char *path = hwatt_arena_printf(t->arena, "%s/%s.yaml", t->folders[i], name);
		if (access(path, F_OK) < 0)
			continue;
		const char **files = hwatt_arena_alloc(t->arena, (t->files->count + 1) * sizeof(*files));
		if (t->files->count > 0)
			memcpy(files, t->files->items, t->files->count * sizeof(*files));
		files[t->files->count] = path;
		*t->files = (struct hwatt_list){ files, t->files->count + 1 };
		return from_shelf(t, path);
	}
	struct nearest near = { .wanted = name };
	offer_packages(t, &near);
	hwatt_report_add(t->report, at, "unknown requirement package \"%.60s\"%s", name, nearest_hint(&near, t->arena));
	return NULL;
}

static bool listed(const struct hwatt_list *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(((const char *const *)list->items)[i], id) == 0)
			return true;
	return false;
}

static void check_template_id(const struct taking *t, const struct package *p, const char *id, const struct hwatt_mark *at)
{
	const struct package_template *all = p->templates.items;
	struct nearest near = { .wanted = id };
	for (size_t i = 0; i < p->templates.count; i++) {
		if (strcmp(all[i].id, id) == 0)
			return;
		nearest_offer(&near, all[i].id);
	}
	hwatt_report_add(t->report, at, "package %s@%s has no template \"%.60s\"%s", p->name, p->version, id, nearest_hint(&near, t->arena));
}

static void check_areas(const struct taking *t, const struct choice *c, const struct hwatt_node *node)
{
	struct hwatt_mark at = hwatt_node_mark(node, "areas");
	for (size_t i = 0; i < c->areas.count; i++) {
		const char *area = ((const char *const *)c->areas.items)[i];
		struct nearest near = { .wanted = area };
		bool known = false;
		for (size_t k = 0; package_area_words[k] != NULL; k++) {
			known |= strcmp(package_area_words[k], area) == 0;
			nearest_offer(&near, package_area_words[k]);
		}
		if (!known)
			hwatt_report_add(t->report, &at, "unknown product area \"%.60s\"%s", area, nearest_hint(&near, t->arena));
	}
}

/* Everything that the contract says of the package names templates that there are. */
static void check_choice(const struct taking *t, const struct package *p, const struct choice *c, const struct hwatt_node *node)
{
	struct hwatt_mark drop = hwatt_node_mark(node, "drop"), only = hwatt_node_mark(node, "only");
	for (size_t i = 0; i < c->drop.count; i++)
		check_template_id(t, p, ((const char *const *)c->drop.items)[i], &drop);
	for (size_t i = 0; i < c->only.count; i++)
		check_template_id(t, p, ((const char *const *)c->only.items)[i], &only);
	check_areas(t, c, node);
	if (c->set == NULL)
		return;
	if (c->set->kind != HWATT_NODE_MAPPING) {
		hwatt_report_add(t->report, &c->set->mark, "a map of templates belongs here, like {gpp-pue: {max: 1.3}}");
		return;
	}
	for (size_t i = 0; i < c->set->count; i++) {
		const struct hwatt_node *keys = c->set->items[i];
		check_template_id(t, p, c->set->keys[i]->text, &c->set->keys[i]->mark);
		if (keys->kind != HWATT_NODE_MAPPING)
			hwatt_report_add(t->report, &keys->mark, "a map of keys belongs here, like {max: 1.3}");
		else if (document_get(keys, "type") != NULL)
			hwatt_report_add(t->report, &keys->mark, "the type of a template cannot be changed; drop it and write a requirement");
	}
}

static struct hwatt_node *scalar(const struct taking *t, const char *text, const struct hwatt_mark *mark)
{
	struct hwatt_node *node = hwatt_arena_alloc(t->arena, sizeof(*node));
	*node = (struct hwatt_node){ .kind = HWATT_NODE_SCALAR, .mark = *mark, .quoted = true, .text = text, .length = strlen(text) };
	return node;
}

static void put_key(struct hwatt_node *map, struct hwatt_node *key, struct hwatt_node *value)
{
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->keys[i]->text, key->text) == 0) {
			map->items[i] = value; /* what comes later holds */
			return;
		}
	map->keys[map->count] = key;
	map->items[map->count++] = value;
}

static void put_keys(struct hwatt_node *map, const struct hwatt_node *from)
{
	for (size_t i = 0; from != NULL && from->kind == HWATT_NODE_MAPPING && i < from->count; i++)
		if (from->keys[i]->kind == HWATT_NODE_SCALAR)
			put_key(map, from->keys[i], from->items[i]);
}

/* The template as a requirement of the contract: what the source gives, and over it what the contract says. */
static void take_template(struct taking *t, const struct package *p, const struct package_template *template,
			  const struct hwatt_node *set, const struct hwatt_mark *at)
{
	struct hwatt_node *map = hwatt_arena_alloc(t->arena, sizeof(*map));
	size_t room = 3 + (template->keys != NULL ? template->keys->count : 0) + (set != NULL ? set->count : 0);
	*map = (struct hwatt_node){ .kind = HWATT_NODE_MAPPING, .mark = set != NULL ? set->mark : *at, .text = "" };
	map->keys = hwatt_arena_alloc(t->arena, room * sizeof(struct hwatt_node *));
	map->items = hwatt_arena_alloc(t->arena, room * sizeof(struct hwatt_node *));
	put_key(map, scalar(t, "id", at), scalar(t, template->id, at));
	put_key(map, scalar(t, "type", at), scalar(t, template->type, at));
	put_key(map, scalar(t, "title", at), (struct hwatt_node *)(uintptr_t)document_get(template->node, "title")); /* only read */
	put_keys(map, template->keys);
	put_keys(map, set);
	struct requirement *origin = &add_row(t, map)->origin;
	origin->package = hwatt_arena_printf(t->arena, "%s@%s", p->name, p->version);
	origin->template_id = template->id;
	origin->source = template->source;
	origin->stage = package_stage_words[template->stage];
	origin->risk = package_risk_words[template->risk];
	origin->area = package_area_words[template->area];
	origin->verification = template->verification;
	origin->deliver = template->deliver;
}

static bool chosen(const struct choice *c, const struct package_template *template)
{
	if (listed(&c->drop, template->id) || (c->only.count > 0 && !listed(&c->only, template->id)))
		return false;
	return c->areas.count == 0 || template->area == 0 || listed(&c->areas, package_area_words[template->area]);
}

static void take_package(struct taking *t, const struct hwatt_node *node)
{
	struct choice choice = { .package = node->text, .mark = node->mark };
	if (node->kind != HWATT_NODE_SCALAR && hwatt_option_read(&choice_schema, node, &choice, t->arena, t->report) < 0)
		return;
	struct hwatt_mark at = hwatt_node_mark(node, "package");
	const struct package *p = find_package(t, choice.package, &at);
	if (p == NULL)
		return;
	check_choice(t, p, &choice, node);
	const struct package_template *all = p->templates.items;
	for (size_t i = 0; i < p->templates.count; i++) {
		if (!chosen(&choice, &all[i]))
			continue;
		const struct hwatt_node *set = choice.set != NULL ? document_get(choice.set, all[i].id) : NULL;
		take_template(t, p, &all[i], set != NULL && set->kind == HWATT_NODE_MAPPING ? set : NULL, &at);
	}
}

struct package_rows package_rows(const struct hwatt_list *wanted, const struct hwatt_list *written, const char *contract_file,
				 struct package_shelf *shelf, struct hwatt_list *files, struct hwatt_arena *arena,
				 struct hwatt_report *report)
{
	char shipped[PATH_MAX];
	struct taking t = { .arena = arena, .report = report, .shelf = shelf, .files = files };
	package_folder(shipped, sizeof(shipped));
	t.folders[0] = path_beside(contract_file, "requirements", arena);
	t.folders[1] = hwatt_arena_strdup(arena, shipped);
	const struct hwatt_node *const *packages = wanted->items, *const *nodes = written->items;
	for (size_t i = 0; i < wanted->count; i++)
		if (packages[i] != NULL)
			take_package(&t, packages[i]);
	for (size_t i = 0; i < written->count; i++)
		add_row(&t, nodes[i]);
	return (struct package_rows){ t.count, t.rows };
}
