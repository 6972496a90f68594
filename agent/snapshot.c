/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "snapshot.h"
#include "block.h"
#include "reference.h"
#include "stringset.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static void kpi_each(struct hwatt_view_kpi *k, void (*each)(void *arg, const char **text), void *arg)
{
	const char **all[] = { &k->subject_kind, &k->subject, &k->kpi, &k->part, &k->window, &k->unit, &k->notes, &k->numerator_unit,
			       &k->denominator_unit, &k->label, &k->notation, &k->ruleset, &k->ruleset_hash };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		each(arg, all[i]);
}

static void requirement_each(struct hwatt_view_requirement *r, void (*each)(void *arg, const char **text),
			     void *arg)
{
	const char **all[] = { &r->contract, &r->requirement, &r->type, &r->unit, &r->reasons, &r->window };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		each(arg, all[i]);
	stringset_each_language(&r->sentence, each, arg);
	stringset_each_language(&r->title, each, arg);
	stringset_each_language(&r->forecast.sentence, each, arg);
}

static void contract_each(struct hwatt_view_contract *c, void (*each)(void *arg, const char **text), void *arg)
{
	const char **all[] = { &c->id, &c->buyer, &c->supplier };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		each(arg, all[i]);
	stringset_each_language(&c->title, each, arg);
}

/* Visits every string of the three arrays, which belong to the caller. */
static void hall_each(size_t kpi_count, struct hwatt_view_kpi *kpis, size_t requirement_count,
		      struct hwatt_view_requirement *requirements, size_t contract_count,
		      struct hwatt_view_contract *contracts, void (*each)(void *arg, const char **text), void *arg)
{
	for (size_t i = 0; i < kpi_count; i++)
		kpi_each(&kpis[i], each, arg);
	for (size_t i = 0; i < requirement_count; i++)
		requirement_each(&requirements[i], each, arg);
	for (size_t i = 0; i < contract_count; i++)
		contract_each(&contracts[i], each, arg);
}

static void *copy_array(void *to, const void *from, size_t octets)
{
	return octets > 0 ? memcpy(to, from, octets) : to;
}

struct hwatt_view_hall *snapshot_hall_build(const struct hwatt_view_hall *draft)
{
	size_t k = draft->kpi_count, r = draft->requirement_count, c = draft->contract_count;
	/* The KPIs hold 128-bit numbers: they come first, where malloc's alignment is that of any type. */
	size_t kpis_octets = k * sizeof(struct hwatt_view_kpi);
	size_t requirements_octets = r * sizeof(struct hwatt_view_requirement);
	size_t contracts_octets = c * sizeof(struct hwatt_view_contract);
	size_t arrays = kpis_octets + requirements_octets + contracts_octets;
	char *scratch = hwatt_alloc(arrays);
	struct hwatt_view_kpi *kpis = copy_array(scratch, draft->kpis, kpis_octets);
	struct hwatt_view_requirement *requirements =
		copy_array(scratch + kpis_octets, draft->requirements, requirements_octets);
	struct hwatt_view_contract *contracts =
		copy_array(scratch + kpis_octets + requirements_octets, draft->contracts, contracts_octets);

	struct stringset strings;
	stringset_init(&strings, 12 * k + 12 * r + 6 * c);
	hall_each(k, kpis, r, requirements, c, contracts, stringset_note_one, &strings);
	size_t head = (sizeof(struct hwatt_view_hall) + 15) / 16 * 16;
	struct hwatt_view_hall *hall = hwatt_alloc(head + arrays + strings.octets);
	char *at = (char *)hall + head;
	stringset_settle(&strings, at + arrays, NULL);
	hall_each(k, kpis, r, requirements, c, contracts, stringset_move_one, &strings);
	memcpy(at, scratch, arrays);
	hall->kpi_count = k;
	hall->requirement_count = r;
	hall->contract_count = c;
	hall->kpis = (const struct hwatt_view_kpi *)(void *)at;
	hall->requirements = (const struct hwatt_view_requirement *)(void *)(at + kpis_octets);
	hall->contracts = (const struct hwatt_view_contract *)(void *)(at + kpis_octets + requirements_octets);
	atomic_init(&hall->refs, 1);
	stringset_free(&strings);
	free(scratch);
	return hall;
}

struct hwatt_view_hall *snapshot_hall_take(struct hwatt_view_hall *hall)
{
	reference_hold(&hall->refs);
	return hall;
}

void snapshot_hall_release(struct hwatt_view_hall *hall)
{
	if (hall != NULL && reference_drop(&hall->refs))
		free(hall);
}

static void counter_each(struct hwatt_view_counter *c, void (*each)(void *arg, const char **text), void *arg)
{
	each(arg, &c->name);
	each(arg, &c->help);
	if (c->label != NULL) { /* NULL: it has no label */
		each(arg, &c->label);
		each(arg, &c->label_value);
	}
}

struct hwatt_snapshot *snapshot_build(const struct hwatt_snapshot *draft)
{
	size_t devices_octets = draft->device_count * sizeof(draft->devices[0]);
	size_t power_octets = draft->site_power_count * sizeof(draft->site_power[0]);
	size_t counters_octets = draft->counter_count * sizeof(draft->counters[0]);
	struct stringset strings;
	stringset_init(&strings, draft->site_power_count + 4 * draft->counter_count);
	for (size_t i = 0; i < draft->site_power_count; i++)
		stringset_note(&strings, draft->site_power[i].site);
	for (size_t i = 0; i < draft->counter_count; i++) {
		struct hwatt_view_counter counter = draft->counters[i];
		counter_each(&counter, stringset_note_one, &strings);
	}
	struct hwatt_snapshot *snap =
		hwatt_alloc(sizeof(*snap) + devices_octets + power_octets + counters_octets + strings.octets);
	struct hwatt_view_device **devices = (struct hwatt_view_device **)(snap + 1);
	struct hwatt_view_site_power *power = (void *)((char *)devices + devices_octets);
	struct hwatt_view_counter *counters = (void *)((char *)power + power_octets);
	stringset_settle(&strings, (char *)counters + counters_octets, NULL);
	*snap = *draft;
	snap->devices = copy_array(devices, draft->devices, devices_octets);
	snap->site_power = copy_array(power, draft->site_power, power_octets);
	snap->counters = copy_array(counters, draft->counters, counters_octets);
	for (size_t i = 0; i < draft->device_count; i++)
		block_take(devices[i]);
	for (size_t i = 0; i < draft->site_power_count; i++)
		power[i].site = stringset_find(&strings, power[i].site);
	for (size_t i = 0; i < draft->counter_count; i++)
		counter_each(&counters[i], stringset_move_one, &strings);
	snap->hall = draft->hall != NULL ? snapshot_hall_take(draft->hall)
					 : snapshot_hall_build(&(struct hwatt_view_hall){ .kpi_count = 0 });
	atomic_init(&snap->refs, 1);
	stringset_free(&strings);
	return snap;
}

void snapshot_release(const struct hwatt_snapshot *snap)
{
	/* Readers get it const; the count is the one thing in it that changes. */
	struct hwatt_snapshot *own = (struct hwatt_snapshot *)(uintptr_t)snap;
	if (own == NULL || !reference_drop(&own->refs))
		return;
	for (size_t i = 0; i < own->device_count; i++)
		block_release(own->devices[i]);
	snapshot_hall_release(own->hall);
	free(own);
}

struct snapshot_hub {
	uv_mutex_t lock;
	struct hwatt_snapshot *current;
};

struct snapshot_hub *snapshot_hub_new(void)
{
	struct snapshot_hub *hub = hwatt_alloc(sizeof(*hub));
	if (uv_mutex_init(&hub->lock) != 0)
		abort();
	return hub;
}

void snapshot_hub_free(struct snapshot_hub *hub)
{
	if (hub == NULL)
		return;
	snapshot_release(hub->current);
	uv_mutex_destroy(&hub->lock);
	free(hub);
}

void snapshot_hub_publish(struct snapshot_hub *hub, struct hwatt_snapshot **snap)
{
	uv_mutex_lock(&hub->lock);
	struct hwatt_snapshot *old = hub->current;
	hub->current = *snap;
	uv_mutex_unlock(&hub->lock);
	*snap = NULL;
	snapshot_release(old); /* frees outside the lock */
}

const struct hwatt_snapshot *snapshot_hub_take(struct snapshot_hub *hub)
{
	uv_mutex_lock(&hub->lock);
	struct hwatt_snapshot *snap = hub->current;
	if (snap != NULL)
		reference_hold(&snap->refs);
	uv_mutex_unlock(&hub->lock);
	return snap;
}
