/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A BMC's answer of any kind, from octets to chosen readings: the first octet says which kind. */
#include "amount.h"
#include "decode.h"
#include "deputy.h"
#include "report.h"
#include "settle.h"
#include "tree.h"
#include "walk.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdio.h>
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

static void fill(void *arg, size_t resource, const json_t *document)
{
	struct row *rows = arg;
	assert(resource < 2 && json_is_object(document) && rows[resource].given);
	rows[resource].given = false;
}

/* A document as what a TelemetryService says: a definition, a metric, a report. */
static void read_report(const json_t *json)
{
	struct definition definition = { 0 };
	struct report report;
	definition_read(&definition, json, 10000);
	definition_add_metric(&definition, json);
	report_read(&report, &definition, json);
	for (size_t i = 0; i < report.count; i++) {
		const struct metric_value *value = report_find(&report, report.values[i].property);
		assert(value == NULL || (value == &report.values[i] && json_is_number(value->number) && value->at_ms != 0));
		definition_may_have(&definition, report.values[i].property);
	}
	report_free(&report);
	definition_free(&definition);
}

/* And as every answer to those who ask it, poll after poll: a report with it may come to stand in for a collection and a resource. */
static void serve_report(json_t *json)
{
	struct walk walk = { .items = hwatt_alloc(2 * sizeof(struct resource)), .count = 2, .capacity = 2 };
	struct row rows[2] = { { .key = (char *)(uintptr_t) "/r/1#/Reading" }, { .key = (char *)(uintptr_t) "/r/2#/A/0/B", .resource = 1 } };
	struct deputy_view view = { .walk = &walk, .rows = rows, .row_count = 2, .now_ms = 1000 };
	char time[32];
	for (size_t i = 0; i < 2; i++) {
		walk.items[i] = (struct resource){ .path = hwatt_strdup("/r"), .label = hwatt_strdup(""), .tier = TIER_POWER, .reads = 1, .collection = i == 0 };
		rows[i].quantity = HWATT_ACTIVE_POWER;
		rows[i].declared = true;
		rows[i].read = 1;
	}
	struct deputies *deputies = deputies_new("/t", 10000);
	for (int i = 0; i < 40; i++) {
		view.now_ms += 10000;
		snprintf(time, sizeof(time), "2026-06-29T08:%02d:%02dZ", i / 6, i % 6 * 10);
		json_object_set_new(json, "Timestamp", json_string(time));
		deputies_begin(deputies, view.now_ms);
		if (deputies_next(deputies, true) != NULL)
			deputies_take(deputies, &view, json, fill, rows);
		for (size_t k = 0; k < 2; k++)
			if (walk.items[k].deputy != 0 && walk.items[k].wanted && deputies_keep(&view, k, json))
				deputies_compare(deputies, &view, k, fill, rows);
		walk.items[0].wanted = walk.items[1].wanted = false;
	}
	deputies_free(deputies, &walk);
	walk_free(&walk);
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
	if (kind == KIND_TELEMETRY || kind == KIND_REPORT) {
		read_report(json);
		serve_report(json);
	}
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
