/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A BMC's answer of any kind, from octets to chosen readings: the first octet says which kind. */
#include "amount.h"
#include "decode.h"
#include "settle.h"
#include "tree.h"
#include "walk.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define MOST 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct found {
	struct row rows[MOST];
	size_t count;
};

static void collect(void *arg, const struct finding *f)
{
	struct found *found = arg;
	if (f->note != NULL || found->count == MOST)
		return;
	assert(strlen(f->index) < HWATT_INDEX_SIZE && f->index[0] != '\0' && strlen(f->source) > 0);
	found->rows[found->count++] = (struct row){
		.role = f->role, .quantity = f->quantity, .how = f->how, .kind = f->kind, .index = hwatt_strdup(f->index),
		.name = hwatt_strdup(f->name), .key = hwatt_strdup(f->key), .source = hwatt_strdup(f->source),
		.via = f->via != NULL ? hwatt_strdup(f->via) : NULL, .value = f->value, .point = -1,
	};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hwatt_error err;
	struct walk walk;
	if (size < 1)
		return 0;
	enum kind kind = (enum kind)(data[0] % KINDS);
	json_t *json = tree_parse((const char *)data + 1, size - 1, &err);
	if (json == NULL)
		return 0;
	struct found *found = hwatt_alloc(sizeof(*found));
	const struct decode d = { .emit = collect, .arg = found };
	const struct place place = { .path = "/redfish/v1/X", .prefix = "1.", .label = "X", .contained = data[0] >= 128 };
	decode_resource(&d, kind, &place, place.path, "", json);
	settle(found->rows, found->count);
	walk_start(&walk);
	walk.items[0].kind = kind;
	walk.items[0].collection = data[0] >= 128;
	walk_place(&walk, 0, json);
	walk_follow(&walk, 0, json);
	walk_members(&walk, 0, json, true);
	walk_free(&walk);
	for (size_t i = 0; i < found->count; i++) {
		free(found->rows[i].index);
		free(found->rows[i].name);
		free(found->rows[i].key);
		free(found->rows[i].source);
		free(found->rows[i].via);
	}
	free(found);
	json_decref(json);
	return 0;
}
