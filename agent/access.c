/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "access.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <string.h>

int access_open(struct access *a, const char *scheme, struct hwatt_report *report, struct hwatt_error *err)
{
	a->arena = hwatt_arena_new();
	report->arena = a->arena;
	a->collector = generation_collector(scheme);
	if (a->collector == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "no collector speaks %s", scheme);
	if (a->credentials != NULL && a->config_file == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "--credentials needs --config.file");
	if (a->config_file != NULL) {
		a->generation = generation_load(a->config_file, report);
		if (a->generation == NULL)
			return hwatt_fail(err, HWATT_EINVAL, "the configuration has mistakes");
	}
	if (a->generation != NULL && a->profiles == NULL) {
		a->profile_set = generation_profiles(a->generation, a->collector);
		return 0;
	}
	struct hwatt_list more = { .items = &a->profiles, .count = a->profiles != NULL ? 1 : 0 };
	struct profile_catalog catalog;
	if (generation_load_profiles(&more, &catalog, a->arena, report) < 0)
		return hwatt_fail(err, HWATT_EINVAL, "the profiles have mistakes");
	a->profile_set = profile_set(&catalog, hallwatt_collectors, a->collector);
	return 0;
}

void access_close(struct access *a)
{
	generation_release(a->generation);
	if (a->arena != NULL)
		hwatt_arena_free(a->arena);
}

const void *access_credentials(const struct access *a, struct hwatt_error *err)
{
	const struct config *config = a->generation->config;
	for (size_t i = 0; i < config->credentials_count; i++) {
		const struct config_credentials *c = &config->credentials[i];
		if (strcmp(c->name, a->credentials) != 0)
			continue;
		if (c->collector == a->collector)
			return c->settings;
		hwatt_fail(err, HWATT_EINVAL, "these credentials are for another protocol: %s", a->credentials);
		return NULL;
	}
	hwatt_fail(err, HWATT_EINVAL, "the configuration has no credentials called %s", a->credentials);
	return NULL;
}

const void *access_community(struct access *a, bool version_1, const char *community, struct hwatt_report *report)
{
	struct hwatt_text text;
	hwatt_text_init(&text, 4096);
	hwatt_text_printf(&text, "{version: \"%s\", community: ", version_1 ? "1" : "2c");
	hwatt_text_json(&text, community);
	hwatt_text_puts(&text, "}");
	const struct hwatt_node *node =
		document_parse("(options)", hwatt_text_string(&text), text.length, a->arena, report);
	hwatt_text_free(&text);
	void *settings = hwatt_arena_alloc(a->arena, a->collector->settings.size);
	if (node == NULL || hwatt_option_read(&a->collector->settings, node, settings, a->arena, report) < 0)
		return NULL;
	return settings;
}
