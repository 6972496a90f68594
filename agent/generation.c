/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "generation.h"
#include "nearest.h"
#include <hallwatt/arena.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

size_t generation_collector_number(const struct hwatt_collector *collector)
{
	size_t i = 0;
	while (hallwatt_collectors[i] != collector)
		i++;
	return i;
}

const struct hwatt_collector *generation_collector(const char *scheme)
{
	for (size_t i = 0; hallwatt_collectors[i] != NULL; i++)
		if (strcmp(hallwatt_collectors[i]->name, scheme) == 0)
			return hallwatt_collectors[i];
	return NULL;
}

int generation_load_profiles(const struct hwatt_list *more, struct profile_catalog *out, struct hwatt_arena *arena,
			     struct hwatt_report *report)
{
	char shipped[PATH_MAX];
	profile_folder(shipped, sizeof(shipped));
	const char **folders = hwatt_arena_alloc(arena, (more->count + 1) * sizeof(*folders));
	folders[0] = hwatt_arena_strdup(arena, shipped);
	for (size_t i = 0; i < more->count; i++)
		folders[i + 1] = ((const char *const *)more->items)[i];
	struct hwatt_list all = { .items = folders, .count = more->count + 1 };
	return profile_load(&all, hallwatt_collectors, out, arena, report);
}

/* A device that names a profile which is not there would never be read. */
static int check_device_profiles(const struct generation *g, struct hwatt_report *report)
{
	size_t before = report->count;
	for (size_t i = 0; i < g->config->device_count; i++) {
		const struct config_device *d = &g->config->devices[i];
		const struct hwatt_collector *collector = generation_collector(d->device.scheme);
		const struct hwatt_profile_set *set = generation_profiles(g, collector);
		struct nearest near = { .wanted = d->device.profile };
		if (d->device.profile[0] == '\0' || profile_by_name(set, d->device.profile) != NULL)
			continue;
		for (size_t j = 0; j < set->count; j++)
			nearest_offer(&near, set->profiles[j].name);
		hwatt_report_add(report, &d->mark, "%s: there is no profile \"%.60s\" for %s%s", d->device.id, d->device.profile,
				 d->device.scheme, nearest_hint(&near, g->arena));
	}
	return report->count == before ? 0 : -1;
}

struct generation *generation_load(const char *path, struct hwatt_report *report)
{
	struct generation *g = hwatt_alloc(sizeof(*g));
	g->refs = 1;
	g->arena = hwatt_arena_new();
	g->config = config_load(path, report);
	if (g->config == NULL)
		goto failed;
	/* Both are looked at before giving up, so that all mistakes come at once. */
	int profiles = generation_load_profiles(&g->config->profiles, &g->profiles, g->arena, report);
	g->inventory = inventory_build(g->config, report);
	if (profiles == 0) /* else one may be missing for its own mistakes */
		profiles = check_device_profiles(g, report);
	if (profiles < 0 || g->inventory == NULL)
		goto failed;
	return g;
failed:
	generation_release(g);
	return NULL;
}

struct generation *generation_take(struct generation *generation)
{
	generation->refs++;
	return generation;
}

void generation_release(struct generation *g)
{
	if (g == NULL || --g->refs > 0)
		return;
	inventory_free(g->inventory);
	config_free(g->config);
	profile_catalog_free(&g->profiles);
	hwatt_arena_free(g->arena);
	free(g);
}

const struct hwatt_profile_set *generation_profiles(const struct generation *generation,
						    const struct hwatt_collector *collector)
{
	return profile_set(&generation->profiles, hallwatt_collectors, collector);
}

void generation_log_mistakes(struct hwatt_log *log, const struct hwatt_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct hwatt_mistake *m = &report->mistakes[i];
		hwatt_log(log, HWATT_ERROR, "%s:%u:%u: %s", m->mark.file, m->mark.line, m->mark.column, m->text);
	}
}
