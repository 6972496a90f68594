/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "discovery.h"
#include <ctype.h>
#include <string.h>

static const char *const device_keys[] = { "id", "site", "room", "rack", "power_role", "credentials", "profile" };
#define KEYS (sizeof(device_keys) / sizeof(device_keys[0]))

struct group {
	const struct hwatt_node *targets, *labels;
};

static const struct hwatt_option rows[] = {
	{ .name = "targets", .type = HWATT_NODE, .offset = offsetof(struct group, targets), .flags = HWATT_REQUIRED,
	  .help = "list of addresses" },
	{ .name = "labels", .type = HWATT_NODE, .offset = offsetof(struct group, labels), .help = "what holds for all of them" },
};
static const struct hwatt_schema group_schema = { .name = "group of targets", .size = sizeof(struct group), .options = rows,
						  .count = 2 };

/* How well the label names the key: 3 "rack", 2 "__meta_hallwatt_rack", 1 "__meta_netbox_rack", 0 not at all. */
static int likeness(const char *label, const char *key)
{
	static const char meta[] = "__meta_";
	if (strcmp(label, key) == 0)
		return 3;
	if (strncmp(label, meta, sizeof(meta) - 1) != 0)
		return 0;
	const char *word = label + sizeof(meta) - 1;
	const char *rest = strchr(word, '_');
	if (rest == NULL || strcmp(rest + 1, key) != 0)
		return 0;
	return strncmp(word, "hallwatt_", 9) == 0 ? 2 : 1;
}

/* The label that fits `key` best, NULL when none does or it is empty, which is as good as absent. */
static const struct hwatt_node *find_label(const struct hwatt_node *labels, const char *key)
{
	const struct hwatt_node *best = NULL;
	int best_likeness = 0;
	for (size_t i = 0; labels != NULL && labels->kind == HWATT_NODE_MAPPING && i < labels->count; i++) {
		int like = likeness(labels->keys[i]->text, key);
		if (like > best_likeness && labels->items[i]->kind == HWATT_NODE_SCALAR && labels->items[i]->length > 0) {
			best = labels->items[i];
			best_likeness = like;
		}
	}
	return best;
}

/* A text at a place, as if it were written there in quotes. */
static struct hwatt_node *text_node(struct hwatt_arena *arena, struct hwatt_mark at, const char *text)
{
	struct hwatt_node *node = hwatt_arena_alloc(arena, sizeof(*node));
	*node = (struct hwatt_node){ .kind = HWATT_NODE_SCALAR, .mark = at, .quoted = true, .text = text, .length = strlen(text) };
	return node;
}

static void put(struct hwatt_node *device, struct hwatt_arena *arena, const char *key, struct hwatt_node *value)
{
	device->keys[device->count] = text_node(arena, value->mark, key);
	device->items[device->count++] = value;
}

/* The host of an address, in small letters and with hyphens for what an id cannot hold. */
static const char *id_from(const char *address, struct hwatt_arena *arena)
{
	const char *host = strstr(address, "://");
	char *id = hwatt_arena_strdup(arena, host != NULL ? host + 3 : address);
	if (id[0] == '[')
		id++;
	id[strcspn(id, "]")] = '\0';
	char *colon = strchr(id, ':');
	if (colon != NULL && strchr(colon + 1, ':') == NULL)
		*colon = '\0'; /* a port */
	for (char *at = id; *at != '\0'; at++) {
		*at = (char)tolower((unsigned char)*at);
		if (!isalnum((unsigned char)*at) && strchr("._-", *at) == NULL)
			*at = '-';
	}
	return id;
}

static const struct hwatt_node *device_of(const struct hwatt_node *target, const struct hwatt_node *labels,
					  struct hwatt_arena *arena)
{
	struct hwatt_node *device = hwatt_arena_alloc(arena, sizeof(*device));
	device->kind = HWATT_NODE_MAPPING;
	device->mark = target->mark;
	device->items = hwatt_arena_alloc(arena, (KEYS + 1) * sizeof(struct hwatt_node *));
	device->keys = hwatt_arena_alloc(arena, (KEYS + 1) * sizeof(struct hwatt_node *));
	const struct hwatt_node *scheme = document_get(labels, "__scheme__");
	const char *address = target->text;
	if (strstr(address, "://") == NULL && scheme != NULL && scheme->kind == HWATT_NODE_SCALAR)
		address = hwatt_arena_printf(arena, "%s://%s", scheme->text, address);
	put(device, arena, "address", text_node(arena, target->mark, address));
	for (size_t i = 0; i < KEYS; i++) {
		const struct hwatt_node *label = find_label(labels, device_keys[i]);
		if (label != NULL)
			put(device, arena, device_keys[i], text_node(arena, label->mark, label->text));
		else if (strcmp(device_keys[i], "id") == 0)
			put(device, arena, "id", text_node(arena, target->mark, id_from(target->text, arena)));
	}
	return device;
}

void discovery_read(const struct hwatt_node *root, struct hwatt_arena *arena, struct hwatt_report *report,
		    void (*take)(void *arg, const struct hwatt_node *device), void *arg)
{
	static const struct hwatt_node no_labels = { .kind = HWATT_NODE_MAPPING };
	if (root->kind != HWATT_NODE_SEQUENCE) {
		hwatt_report_add(report, &root->mark, "a file of targets is a list, like [{\"targets\": [...], \"labels\": {...}}]");
		return;
	}
	for (size_t i = 0; i < root->count; i++) {
		struct group group;
		if (hwatt_option_read(&group_schema, root->items[i], &group, arena, report) < 0)
			continue;
		const struct hwatt_node *labels = group.labels != NULL ? group.labels : &no_labels;
		if (labels->kind != HWATT_NODE_MAPPING)
			hwatt_report_add(report, &labels->mark, "labels are a map of names and texts");
		if (group.targets->kind != HWATT_NODE_SEQUENCE)
			hwatt_report_add(report, &group.targets->mark, "targets are a list of addresses");
		for (size_t k = 0; group.targets->kind == HWATT_NODE_SEQUENCE && k < group.targets->count; k++) {
			const struct hwatt_node *target = group.targets->items[k];
			if (target->kind == HWATT_NODE_SCALAR && target->length > 0)
				take(arg, device_of(target, labels, arena));
			else
				hwatt_report_add(report, &target->mark, "an address belongs here, like \"snmp://192.0.2.7\"");
		}
	}
}
