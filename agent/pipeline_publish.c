/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline_private.h"
#include "block.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

/* Adds what the points of one role, or of its outlets that the meter covers, draw. False: a part is not known. */
static bool power_of_role(const struct hwatt_view_device *block, const struct inventory_meter *meter, int role,
			  int64_t *mw, bool *any)
{
	const uint32_t power = 1u << HWATT_ACTIVE_POWER;
	for (size_t i = 0; (i = hwatt_view_next(block, power, i)) < block->point_count; i++) {
		struct hwatt_view_point v = hwatt_view_point_at(block, i);
		if ((int)v.role != role || v.alternative || (meter->first != 0 && !inventory_covers(meter, v.index)))
			continue;
		*any = true;
		if (!v.present)
			return false;
		*mw += v.value;
	}
	return *any;
}

/* The power that a meter sees now, from the blocks about to be published; false when any part of it is not known. */
static bool power_of(const struct pipeline *p, const struct inventory_meter *meter, hwatt_i128 *mw_ppm)
{
	struct pipeline_device *d = pipeline_find(p, meter->device->device.id);
	if (d == NULL || !d->up)
		return false;
	int one[2] = { meter->role, -1 };
	const int *roles = meter->role >= 0 ? one : inventory_total_roles(meter->device, meter->power_role);
	for (; *roles >= 0; roles++) {
		int64_t mw = 0;
		bool any = false, known = power_of_role(d->block, meter, *roles, &mw, &any);
		if (known)
			*mw_ppm += (hwatt_i128)mw * meter->share_ppm;
		if (any)
			return known;
	}
	return false;
}

static size_t site_powers(const struct pipeline *p, struct hwatt_view_site_power *out)
{
	const struct inventory *inventory = p->generation->inventory;
	size_t n = 0;
	for (size_t s = 0; s < inventory->site_count; s++) {
		for (int r = 0; r < HWATT_POWER_ROLES; r++) {
			const struct inventory_sum *sum = &inventory->sites[s].power[r];
			hwatt_i128 mw_ppm = 0;
			bool known = sum->count > 0;
			for (size_t i = 0; i < sum->count && known; i++)
				known = power_of(p, &sum->meters[i], &mw_ppm);
			if (known)
				out[n++] = (struct hwatt_view_site_power){
					.site = inventory->sites[s].site->id, .role = (enum hwatt_power_role)r,
					.mw = (int64_t)(mw_ppm / HWATT_PPM) };
		}
	}
	return n;
}

void pipeline_count(struct pipeline *p, const char *name, const char *help, const char *label,
		    const char *label_value, double value)
{
	if (p->counter_count == p->counter_capacity) {
		p->counter_capacity = p->counter_capacity == 0 ? 32 : p->counter_capacity * 2;
		p->counters = hwatt_realloc(p->counters, p->counter_capacity * sizeof(*p->counters));
	}
	p->counters[p->counter_count++] = (struct hwatt_view_counter){ .name = name, .help = help, .label = label,
									.label_value = label_value,
									.value = value };
}

static void own_counters(struct pipeline *p)
{
	pipeline_count(p, "store_commits_total", "Transactions written to the store.", NULL, NULL,
		       (double)p->commits);
	pipeline_count(p, "store_commit_failures_total", "Transactions that failed and were tried again.", NULL,
		       NULL, (double)p->commit_failures);
	pipeline_count(p, "intervals_closed_total", "Quarters of an hour written to the store since the start.",
		       NULL, NULL, (double)p->quarters);
	pipeline_count(p, "intervals_lost_total", "Quarters given up because the store failed for too long, or refused them.", NULL,
		       NULL, (double)p->lost_quarters);
	pipeline_count(p, "history_summed", "Whether the stored past is summed: until then there are no figures and verdicts.",
		       NULL, NULL, history_evaluation(p->history) != NULL);
	pipeline_count(p, "intervals_waiting", "Closed quarters that wait to be written.", NULL, NULL,
		       (double)p->waiting_count);
}

/* Whether a device gave nothing for so long that its gauges are to go, once: it is silent, or its session could not be opened. */
static bool grew_stale(const struct pipeline *p, struct pipeline_device *d, int64_t mono_ms)
{
	if (d->heard_ms == 0)
		d->heard_ms = mono_ms;
	if (d->stale_shown || mono_ms - d->heard_ms <= pipeline_stale_after_ms(p, d))
		return false;
	d->polled = true; /* in vain, even if it could not be tried */
	d->up = false;
	d->stale_shown = true;
	return true;
}

static void add_view_point(struct pipeline *p, const struct hwatt_view_point *point)
{
	size_t n = p->point_count++;
	if (n == p->point_capacity) {
		p->point_capacity = n == 0 ? 256 : n * 2;
		p->points = hwatt_realloc(p->points, p->point_capacity * sizeof(*p->points));
	}
	p->points[n] = *point;
}

/* Adds the last values of the target's points; a new target has none until its first poll has ended. */
static void add_readings(struct pipeline *p, struct pipeline_device *d, int64_t mono_ms)
{
	size_t count = 0;
	const struct target_point *points = d->target != NULL ? target_points(d->target, &count) : NULL;
	const struct target_values *values = count > 0 ? target_values(d->target) : NULL;
	for (size_t i = 0; i < count; i++) {
		const struct target_point *t = &points[i];
		struct target_reading r = { .mono_ms = 0 };
		bool known = target_value(values, t, i, &r);
		int64_t age_ms = mono_ms - r.mono_ms;
		if (hwatt_quantity_info(t->quantity)->metric != NULL)
			add_view_point(p, &(struct hwatt_view_point){
				.role = t->role, .quantity = t->quantity, .index = t->index, .name = t->name,
				.source = t->source, .alternative = t->alternative, .value = r.value.value,
				.present = known && age_ms <= pipeline_stale_after_ms(p, d) });
	}
}

/* Adds the energy totals as they stand in the store: what the meters have when all was saved, else those published. */
static void add_totals(struct pipeline *p, struct pipeline_device *d)
{
	struct meterset_total t;
	for (size_t at = 0; !p->failing && (at = meterset_total(d->set, at, &t)) != 0;)
		add_view_point(p, &(struct hwatt_view_point){
			.role = t.role, .quantity = t.quantity, .index = t.index, .name = "", .source = "", .metered = true,
			.total_j = t.quantity == HWATT_WATER_VOLUME ? t.total.uj2 : t.total.j,
			.total_uj = t.quantity == HWATT_WATER_VOLUME ? 0 : (int32_t)(t.total.uj2 / 2) });
	for (size_t i = 0; p->failing && d->block != NULL && i < d->block->point_count; i++) {
		struct hwatt_view_point point = hwatt_view_point_at(d->block, i);
		if (point.metered)
			add_view_point(p, &point);
	}
}

static void build_block(struct pipeline *p, struct pipeline_device *d, struct hwatt_view_page **page, int64_t mono_ms)
{
	p->point_count = 0;
	add_readings(p, d, mono_ms);
	add_totals(p, d);
	const struct hwatt_device *as = &d->config->device;
	struct hwatt_view_device draft = {
		.id = d->id, .site = as->site, .room = as->room, .rack = as->rack, .power_role = as->power_role,
		.vendor = d->kind != NULL ? d->kind->vendor : NULL, .model = d->kind != NULL ? d->kind->model : NULL, .serial = d->serial,
		.firmware = d->kind != NULL ? d->kind->firmware : NULL, .profile = d->kind != NULL ? d->kind->profile : NULL, .polled = d->polled, .up = d->up, .last_success_ms = d->last_success_ms,
		.poll_duration_us = d->poll_duration_us, .polls = d->polls, .dropped = d->dropped };
	for (int code = 0; code < HWATT_CODES && d->news != NULL && d->news->errors != NULL; code++)
		draft.errors[code] = d->news->errors[code];
	struct hwatt_view_device *block = block_build_on(page, &draft, p->points, p->point_count);
	block_release(d->block);
	d->block = block;
	d->changed = false;
}

void pipeline_publish(struct pipeline *p, int64_t wall_ms, int64_t mono_ms)
{
	struct hwatt_view_device **blocks = hwatt_alloc((p->count + 1) * sizeof(*blocks));
	struct hwatt_view_page *page = NULL;
	for (size_t i = 0; i < p->count; i++) {
		struct pipeline_device *d = p->devices[i];
		if (grew_stale(p, d, mono_ms) || d->changed || d->block == NULL)
			build_block(p, d, &page, mono_ms);
		blocks[i] = d->block;
	}
	struct hwatt_view_site_power *powers =
		hwatt_alloc((p->generation->inventory->site_count * HWATT_POWER_ROLES + 1) * sizeof(*powers));
	p->counter_count = 0;
	own_counters(p);
	if (p->parts.counters != NULL)
		p->parts.counters(p->parts.arg, p);
	struct hwatt_snapshot draft = { .taken_ms = wall_ms, .device_count = p->count, .devices = blocks,
					.hall = p->hall, .site_power_count = site_powers(p, powers),
					.site_power = powers, .counter_count = p->counter_count,
					.counters = p->counters, .ready = history_ready(p->history) };
	struct hwatt_snapshot *snap = snapshot_build(&draft);
	snapshot_hub_publish(p->parts.hub, &snap);
	block_page_release(page);
	free(powers);
	free(blocks);
	p->published = true;
}

void pipeline_rest(struct pipeline *p)
{
	if (p->parts.hub == NULL || !p->published || p->failing)
		return; /* while the store fails the blocks hold the totals as they stand in it */
	for (size_t i = 0; i < p->count; i++) {
		block_release(p->devices[i]->block);
		p->devices[i]->block = NULL;
	}
	free(p->points);
	p->points = NULL;
	p->point_capacity = 0;
	struct hwatt_snapshot *snap = snapshot_build(&(struct hwatt_snapshot){ .hall = p->hall, .ready = history_ready(p->history),
									      .resting = true });
	snapshot_hub_publish(p->parts.hub, &snap);
}
