/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "parts.h"
#include "tree.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT 128

struct found_part {
	enum hwatt_part_kind kind;
	enum kind from;       /* of the resource that says so */
	bool empty, fresh;    /* fresh: read in this round */
	char *index, *model, *serial;
};

static void free_part(struct found_part *p)
{
	free(p->index);
	free(p->model);
	free(p->serial);
}

void parts_free(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		free_part(&parts->items[i]);
	free(parts->items);
	*parts = (struct parts){0};
}

void parts_begin(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		parts->items[i].fresh = false;
}

static bool same(const struct found_part *a, const struct found_part *b)
{
	return a->empty == b->empty && strcmp(a->model, b->model) == 0 && strcmp(a->serial, b->serial) == 0;
}

static void take(struct parts *parts, const struct found_part *found)
{
	struct found_part *at = NULL;
	for (size_t i = 0; i < parts->count && at == NULL; i++)
		if (parts->items[i].kind == found->kind && parts->items[i].from == found->from &&
		    strcmp(parts->items[i].index, found->index) == 0)
			at = &parts->items[i];
	if (at != NULL && same(at, found)) {
		at->fresh = true;
		return;
	}
	if (at == NULL && parts->count == PARTS_MAX)
		return;
	if (at == NULL) {
		parts->items = hwatt_realloc(parts->items, (parts->count + 1) * sizeof(*parts->items));
		at = &parts->items[parts->count++];
	} else {
		free_part(at);
	}
	*at = *found;
	at->fresh = true;
	at->index = hwatt_strdup(found->index);
	at->model = hwatt_strdup(found->model);
	at->serial = hwatt_strdup(found->serial);
	parts->differ = true;
}

static void read_one(struct parts *parts, enum hwatt_part_kind kind, enum kind from, const char *prefix, const char *label,
		     const json_t *json)
{
	char index[TEXT], model[TEXT], serial[TEXT], place[2 * TEXT];
	const char *number = tree_string(json, "/SerialNumber"), *type = tree_string(json, "/Model");
	struct found_part found = { .kind = kind, .from = from, .index = index, .model = model, .serial = serial };
	found.empty = strcmp(tree_string(json, "/Status/State"), "Absent") == 0;
	if (number[0] == '\0' && !found.empty)
		return;
	snprintf(place, sizeof(place), "%.100s%.100s", prefix, label);
	hwatt_text_clean(index, sizeof(index), place, strlen(place));
	hwatt_text_clean(model, sizeof(model), type, found.empty ? 0 : strlen(type));
	hwatt_text_clean(serial, sizeof(serial), number, found.empty ? 0 : strlen(number));
	take(parts, &found);
}

/* Supplies that stand in the legacy resource have no Id of their own. */
static void read_supplies(struct parts *parts, const struct place *place, const json_t *json)
{
	const json_t *list = tree_at(json, "/PowerSupplies");
	for (size_t i = 0; json_is_array(list) && i < json_array_size(list); i++) {
		const json_t *supply = json_array_get(list, i);
		const char *id = tree_string(supply, "/MemberId");
		char number[24];
		snprintf(number, sizeof(number), "%zu", i);
		read_one(parts, HWATT_PART_PSU, KIND_POWER, place->prefix, id[0] != '\0' ? id : number, supply);
	}
}

void parts_read(struct parts *parts, enum kind kind, const struct place *place, const json_t *json)
{
	switch (kind) {
	case KIND_CHASSIS:
		read_one(parts, place->contained ? HWATT_PART_BOARD : HWATT_PART_ENCLOSURE, kind, "", place->label, json);
		break;
	case KIND_POWER: read_supplies(parts, place, json); break;
	case KIND_SUPPLY: read_one(parts, HWATT_PART_PSU, kind, place->prefix, place->label, json); break;
	case KIND_PROCESSOR: read_one(parts, HWATT_PART_PROCESSOR, kind, place->prefix, place->label, json); break;
	case KIND_DRIVE: read_one(parts, HWATT_PART_DRIVE, kind, place->prefix, place->label, json); break;
	default: break;
	}
}

void parts_tell(struct parts *parts, struct hwatt_target *t)
{
	bool supplies = false; /* in a tree of their own: the legacy resource says the same supplies by other names */
	for (size_t i = 0; i < parts->count; i++)
		supplies |= parts->items[i].from == KIND_SUPPLY;
	for (size_t i = 0; parts->differ && i < parts->count; i++) {
		const struct found_part *p = &parts->items[i];
		if (!p->fresh || (supplies && p->from == KIND_POWER))
			continue;
		hwatt_target_part(t, &(struct hwatt_part){ .kind = p->kind, .index = p->index, .model = p->model, .serial = p->serial,
							   .empty = p->empty });
	}
	if (parts->differ)
		hwatt_target_parts_told(t);
	parts->differ = false;
}
