/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fuzz_document.c - any octets as a configuration, a contract and a file of targets: a tree or mistakes, never a crash. */
#include "../unit/collectors.h"
#include "config.h"
#include "contract.h"
#include "discovery.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	struct hwatt_arena *arena;
	struct hwatt_report report;
	const struct hwatt_schema *device;
};

static void read_by(struct fuzz *f, const struct hwatt_schema *schema, const struct hwatt_node *node)
{
	void *out = hwatt_arena_alloc(f->arena, schema->size);
	size_t before = report_total(&f->report);
	int rc = hwatt_option_read(schema, node, out, f->arena, &f->report);
	if ((rc == 0) != (report_total(&f->report) == before))
		abort();
}

static void take_device(void *arg, const struct hwatt_node *node)
{
	struct fuzz *f = arg;
	read_by(f, f->device, node);
}

/* Every value under `credentials`, by both tables. */
static void read_credentials(struct fuzz *f, const struct hwatt_node *credentials)
{
	for (size_t i = 0; credentials != NULL && i < credentials->count; i++)
		for (size_t k = 0; hallwatt_collectors[k] != NULL; k++)
			read_by(f, &hallwatt_collectors[k]->settings, credentials->items[i]);
}

static void read_addresses(struct fuzz *f, const uint8_t *data, size_t size)
{
	const char *scheme, *host;
	uint16_t port;
	struct hwatt_error err;
	const char *text = hwatt_arena_strndup(f->arena, (const char *)data, size);
	if (config_address(text, f->arena, &scheme, &host, &port, &err) == 0 && (scheme[0] == '\0' || (host[0] == '\0' && strcmp(scheme, "ipmi") != 0)))
		abort();
	if (config_listen(text, f->arena, &host, &port, &err) == 0 && port == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = { .arena = hwatt_arena_new() };
	f.report.arena = f.arena;
	const struct hwatt_schema *schema = config_schema(f.arena);
	for (size_t i = 0; i < schema->count; i++)
		if (strcmp(schema->options[i].name, "devices") == 0)
			f.device = schema->options[i].schema;
	const struct hwatt_node *root = document_parse("fuzz.yaml", (const char *)data, size, f.arena, &f.report);
	if (root == NULL && f.report.count == 0)
		abort();
	if (root != NULL) {
		read_by(&f, schema, root);
		read_credentials(&f, document_get(root, "credentials"));
		contract_read(root, f.arena, &f.report);
		discovery_read(root, f.arena, &f.report, take_device, &f);
	}
	read_addresses(&f, data, size);
	struct hwatt_text text;
	hwatt_text_init(&text, 1u << 20);
	report_print(&f.report, &text);
	hwatt_text_free(&text);
	hwatt_arena_free(f.arena);
	return 0;
}
