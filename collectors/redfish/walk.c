/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "walk.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT "/redfish/v1/"

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

static size_t find(const struct walk *walk, const char *path)
{
	for (size_t i = 0; i < walk->count; i++)
		if (strcmp(walk->items[i].path, path) == 0)
			return i;
	return WALK_NONE;
}

static size_t add(struct walk *walk, const char *path, enum kind kind, bool collection, size_t place, const char *label)
{
	size_t known = find(walk, path);
	if (known != WALK_NONE)
		return known;
	if (walk->count == WALK_MAX_RESOURCES) {
		walk->full = true;
		return WALK_NONE;
	}
	if (walk->count == walk->capacity) {
		walk->capacity = walk->capacity == 0 ? 16 : walk->capacity * 2;
		walk->items = hwatt_realloc(walk->items, walk->capacity * sizeof(*walk->items));
	}
	struct resource *r = &walk->items[walk->count];
	*r = (struct resource){ .path = hwatt_strdup(path), .kind = kind, .collection = collection, .wanted = true,
				.place = place, .label = hwatt_strdup(label) };
	return walk->count++;
}

void walk_start(struct walk *walk)
{
	*walk = (struct walk){ 0 };
	add(walk, ROOT, KIND_ROOT, false, WALK_NONE, "");
}

void walk_free(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		free(walk->items[i].path);
		free(walk->items[i].prefix);
		free(walk->items[i].label);
		free(walk->items[i].etag);
		json_decref(walk->items[i].stencil);
	}
	free(walk->items);
	*walk = (struct walk){ 0 };
}

size_t walk_next(const struct walk *walk)
{
	size_t best = WALK_NONE;
	for (size_t i = 0; i < walk->count; i++) {
		const struct resource *r = &walk->items[i];
		if (r->wanted && !r->missing && (best == WALK_NONE || r->kind < walk->items[best].kind))
			best = i;
	}
	return best;
}

void walk_again(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		walk->items[i].wanted = true;
		walk->items[i].missing = false;
	}
}

void walk_due(struct walk *walk, int64_t now_ms)
{
	for (size_t i = 0; i < walk->count; i++) {
		struct resource *r = &walk->items[i];
		if ((r->tier == TIER_POWER && r->stencil == NULL) || (r->tier != TIER_NEVER && r->due_ms <= now_ms))
			r->wanted = true;
	}
}

static bool is_place(enum kind kind)
{
	return kind == KIND_CHASSIS || kind == KIND_SYSTEM || kind == KIND_PDU;
}

/* The label that children of one thing carry: a supply's metrics are the supply's. */
static const char *child_label(const struct resource *from, const struct link_rule *rule, const char *path)
{
	if (from->kind == KIND_SUPPLY || from->kind == KIND_PROCESSOR || from->kind == KIND_MEMORY)
		return from->label;
	return rule->collection ? "" : last_part(path);
}

static void follow_one(struct walk *walk, size_t at, const struct link_rule *rule, const json_t *link)
{
	char path[TREE_PATH_MAX];
	size_t place = is_place(walk->items[at].kind) && !walk->items[at].collection ? at : walk->items[at].place;
	char label[TREE_PATH_MAX * 2];
	if (!tree_link(link, path))
		return;
	snprintf(label, sizeof(label), "%s", child_label(&walk->items[at], rule, path));
	if (rule->to == KIND_DRIVE) /* drives of several controllers have the same numbers */
		snprintf(label, sizeof(label), "%.200s.%.200s", walk->items[at].label, last_part(path));
	add(walk, path, rule->to, rule->collection, place, label);
}

static void follow(struct walk *walk, size_t at, const struct link_rule *rule, const json_t *json)
{
	const char *star = strstr(rule->pointer, "/*");
	if (star == NULL) {
		const json_t *link = tree_at(json, rule->pointer);
		if (json_is_object(link))
			follow_one(walk, at, rule, link);
		return;
	}
	char head[64];
	size_t n = (size_t)(star - rule->pointer);
	memcpy(head, rule->pointer, n);
	head[n] = '\0';
	const json_t *list = tree_at(json, head);
	for (size_t i = 0; json_is_array(list) && i < json_array_size(list); i++)
		follow_one(walk, at, rule, json_array_get(list, i));
}

/* A member that is more than a link. */
static bool whole(const json_t *member)
{
	return json_is_object(member) && json_object_size(member) > 2 && json_object_get(member, "@odata.type") != NULL;
}

size_t walk_follow(struct walk *walk, size_t at, const json_t *json)
{
	if (!walk->items[at].collection) {
		for (size_t i = 0; i < standard_links.count; i++)
			if (standard_links.items[i].from == walk->items[at].kind)
				follow(walk, at, &standard_links.items[i], json);
		return 0;
	}
	size_t links = 0;
	const json_t *members = json_object_get(json, "Members");
	for (size_t i = 0; json_is_array(members) && i < json_array_size(members); i++)
		links += !whole(json_array_get(members, i));
	return links;
}

void walk_members(struct walk *walk, size_t at, const json_t *json, bool single)
{
	char path[TREE_PATH_MAX];
	const json_t *members = json_object_get(json, "Members");
	for (size_t i = 0; single && json_is_array(members) && i < json_array_size(members); i++)
		if (tree_link(json_array_get(members, i), path))
			add(walk, path, walk->items[at].kind, false, walk->items[at].place, last_part(path));
	const json_t *next = json_object_get(json, "Members@odata.nextLink");
	if (tree_link(next, path))
		add(walk, path, walk->items[at].kind, true, walk->items[at].place, "");
}

/* How many resources of one kind there are: one chassis alone needs no name in front of its readings. */
static size_t count_of(const struct walk *walk, enum kind kind)
{
	size_t count = 0;
	for (size_t i = 0; i < walk->count; i++)
		count += walk->items[i].kind == kind && !walk->items[i].collection;
	return count;
}

void walk_place(struct walk *walk, size_t at, const json_t *json)
{
	struct resource *r = &walk->items[at];
	char path[TREE_PATH_MAX];
	if (!is_place(r->kind) || r->collection)
		return;
	r->contained = r->kind == KIND_CHASSIS && tree_link(tree_at(json, "/Links/ContainedBy"), path) && find(walk, path) != WALK_NONE;
	const char *type = tree_string(json, "/ChassisType");
	if (strcmp(type, "Component") == 0 || strcmp(type, "Module") == 0)
		r->contained = count_of(walk, KIND_CHASSIS) > 1;
	if (r->prefix != NULL)
		return;
	if (count_of(walk, r->kind) <= 1) {
		r->prefix = hwatt_strdup("");
		return;
	}
	r->prefix = hwatt_alloc(strlen(r->label) + 2);
	strcpy(stpcpy(r->prefix, r->label), ".");
}

struct place walk_where(const struct walk *walk, size_t at)
{
	const struct resource *r = &walk->items[at];
	size_t of = is_place(r->kind) && !r->collection ? at : r->place;
	const struct resource *place = of != WALK_NONE ? &walk->items[of] : NULL;
	bool own = of == at; /* a system's own facts carry its Id as their label */
	return (struct place){ .path = r->path, .prefix = own || place == NULL || place->prefix == NULL ? "" : place->prefix,
			       .label = r->label, .contained = place != NULL && place->contained };
}
