/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "kept.h"
#include <hallwatt/arena.h>
#include <stdlib.h>

static void add_sum(struct kept *kept, const struct inventory_sum *sum)
{
	if (sum->count == 0)
		return;
	kept->meters = hwatt_realloc(kept->meters, (kept->count + sum->count) * sizeof(*kept->meters));
	for (size_t i = 0; i < sum->count; i++)
		if (sum->meters[i].role >= 0)
			kept->meters[kept->count++] = &sum->meters[i];
}

static int by_device(const void *a, const void *b)
{
	const struct config_device *x = (*(const struct inventory_meter *const *)a)->device;
	const struct config_device *y = (*(const struct inventory_meter *const *)b)->device;
	return x < y ? -1 : x > y; /* they are of one array */
}

struct kept kept_of(const struct inventory *inventory)
{
	struct kept kept = { 0 };
	for (size_t s = 0; s < inventory->site_count; s++)
		for (int r = 0; r < HWATT_POWER_ROLES; r++)
			add_sum(&kept, &inventory->sites[s].power[r]);
	for (size_t s = 0; s < inventory->scope_count; s++)
		add_sum(&kept, &inventory->scopes[s].energy);
	if (kept.count > 0)
		qsort(kept.meters, kept.count, sizeof(*kept.meters), by_device);
	return kept;
}

void kept_free(struct kept *kept)
{
	free(kept->meters);
	*kept = (struct kept){ 0 };
}

bool kept_by_number(const struct kept *kept, const struct config_device *device, enum hwatt_role role, const char *index)
{
	size_t low = 0, high = kept->count;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (kept->meters[mid]->device < device)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < kept->count && kept->meters[low]->device == device; low++)
		if (kept->meters[low]->role == (int)role && inventory_covers(kept->meters[low], index))
			return true;
	return false;
}
