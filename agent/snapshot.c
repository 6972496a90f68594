/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "snapshot.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct slot {
	const char *text; /* borrowed; NULL: free */
	size_t length;
	uint64_t hash;
	const char *at;   /* where it stands, NULL: not yet */
};

/* The strings of one block while it is built: first all are noted, which tells how much room they need, then the block
 * is allocated and each is looked up again. Open addressing; every string stands once. */
struct strings {
	struct slot *slots;
	size_t mask;   /* slots - 1 */
	size_t count;
	size_t octets; /* of those that stand nowhere, with the NULs */
};

static void strings_init(struct strings *s, size_t most)
{
	size_t slots = 16;
	while (slots < 2 * most)
		slots *= 2;
	*s = (struct strings){ .slots = hwatt_alloc(slots * sizeof(s->slots[0])), .mask = slots - 1 };
}

static uint64_t hash_of(const char *text, size_t length)
{
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return hash;
}

static struct slot *strings_find(const struct strings *s, const char *text, size_t length, uint64_t hash)
{
	size_t at = (size_t)(hash ^ hash >> 32) & s->mask;
	while (s->slots[at].text != NULL &&
	       (s->slots[at].length != length || memcmp(s->slots[at].text, text, length) != 0))
		at = (at + 1) & s->mask;
	return &s->slots[at];
}

static void strings_note(struct strings *s, const char *text)
{
	if (text == NULL)
		text = "";
	size_t length = strlen(text);
	uint64_t hash = hash_of(text, length);
	struct slot *slot = strings_find(s, text, length, hash);
	if (slot->text != NULL)
		return;
	*slot = (struct slot){ .text = text, .length = length, .hash = hash };
	s->count++;
	s->octets += length + 1;
}

/* Finds those that stand in `known` already. */
static void strings_share(struct strings *s, const struct strings *known)
{
	for (size_t i = 0; i <= s->mask; i++) {
		struct slot *slot = &s->slots[i];
		if (slot->text == NULL)
			continue;
		slot->at = strings_find(known, slot->text, slot->length, slot->hash)->at;
		s->octets -= slot->at != NULL ? slot->length + 1 : 0;
	}
}

/* As if none stood anywhere. */
static void strings_unshare(struct strings *s)
{
	for (size_t i = 0; i <= s->mask; i++) {
		s->octets += s->slots[i].at != NULL ? s->slots[i].length + 1 : 0;
		s->slots[i].at = NULL;
	}
}

/* Copies the noted strings that stand nowhere to `base`, the end of the block, and has `known` find them there (NULL: nobody
 * shall) while that is not half full. */
static void strings_settle(struct strings *s, char *base, struct strings *known)
{
	for (size_t i = 0; i <= s->mask; i++) {
		struct slot *slot = &s->slots[i];
		if (slot->text == NULL || slot->at != NULL)
			continue;
		slot->at = memcpy(base, slot->text, slot->length + 1);
		base += slot->length + 1;
		if (known == NULL || known->count > known->mask / 2)
			continue;
		*strings_find(known, slot->text, slot->length, slot->hash) =
			(struct slot){ .text = slot->at, .length = slot->length, .hash = slot->hash, .at = slot->at };
		known->count++;
	}
}

static void strings_move(const struct strings *s, const char **text)
{
	const char *from = *text != NULL ? *text : "";
	size_t length = strlen(from);
	const struct slot *slot = strings_find(s, from, length, hash_of(from, length));
	assert(slot->at != NULL);
	*text = slot->at;
}

/* `texts` keeps its NULLs: an absent language is no empty one. */
static void texts_each(struct hwatt_texts *texts, void (*each)(void *arg, const char **text), void *arg)
{
	const char **all[] = { &texts->sv, &texts->nb, &texts->en };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (*all[i] != NULL)
			each(arg, all[i]);
}

static void note(void *strings, const char **text)
{
	strings_note(strings, *text);
}

static void move(void *strings, const char **text)
{
	strings_move(strings, text);
}

/* Visits every string of a device that is no array. */
static void device_each(struct hwatt_view_device *d, void (*each)(void *arg, const char **text), void *arg)
{
	const char **all[] = { &d->id, &d->site, &d->room, &d->rack, &d->vendor, &d->model, &d->serial,
			       &d->firmware, &d->profile };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		each(arg, all[i]);
}

static void point_each(struct hwatt_view_point *p, void (*each)(void *arg, const char **text), void *arg)
{
	each(arg, &p->index);
	each(arg, &p->name);
	each(arg, &p->source);
}

/* True when that was the last reference. What other threads did with the block happened before. */
static bool drop(atomic_uint *refs)
{
	unsigned before = atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel);
	assert(before > 0);
	return before == 1;
}

static void hold(atomic_uint *refs)
{
	unsigned before = atomic_fetch_add_explicit(refs, 1, memory_order_relaxed);
	assert(before > 0 && before < UINT32_MAX);
	(void)before;
}

#define PAGE_OCTETS (1u << 20) /* so large that malloc has it mapped, and unmapped when it goes */
#define PAGE_STRINGS 2048u     /* of which a page's later blocks know where they stand */

struct hwatt_snapshot_page {
	atomic_uint refs; /* its blocks, and who builds there */
	size_t used;
	struct strings known; /* that stand there: devices of one kind have most alike; only while somebody builds there */
	alignas(max_align_t) unsigned char octets[PAGE_OCTETS];
};

static size_t rounded(size_t size)
{
	return (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

/* Zeroed room on the page, which has it. */
static void *take_room(struct hwatt_snapshot_page *page, size_t size)
{
	void *room = page->octets + page->used;
	page->used += rounded(size);
	hold(&page->refs);
	return room;
}

static void page_drop(struct hwatt_snapshot_page *page)
{
	if (drop(&page->refs))
		free(page);
}

void snapshot_page_release(struct hwatt_snapshot_page *page)
{
	if (page == NULL)
		return;
	free(page->known.slots);
	page->known = (struct strings){ 0 };
	page_drop(page);
}

/* A page with room for a block of `size` octets and the strings that it does not know: *page, or a new one in its place. */
static struct hwatt_snapshot_page *page_for(struct hwatt_snapshot_page **page, size_t size, struct strings *strings)
{
	if (*page != NULL) {
		strings_share(strings, &(*page)->known);
		if (PAGE_OCTETS - (*page)->used >= rounded(size + strings->octets))
			return *page;
		strings_unshare(strings);
	}
	snapshot_page_release(*page);
	*page = hwatt_alloc(sizeof(**page));
	atomic_init(&(*page)->refs, 1);
	strings_init(&(*page)->known, PAGE_STRINGS);
	return *page;
}

/* `page` NULL: in an allocation of its own. */
static struct hwatt_view_device *build(struct hwatt_snapshot_page **page, const struct hwatt_view_device *draft)
{
	struct strings strings;
	strings_init(&strings, 9 + 3 * draft->point_count);
	struct hwatt_view_device head = *draft;
	device_each(&head, note, &strings);
	for (size_t i = 0; i < draft->point_count; i++) {
		struct hwatt_view_point p = draft->points[i];
		point_each(&p, note, &strings);
	}
	size_t points_octets = draft->point_count * sizeof(draft->points[0]);
	size_t octets = sizeof(head) + points_octets;
	bool alone = page == NULL || octets + strings.octets > PAGE_OCTETS / 4; /* one so large would waste much of a page */
	struct hwatt_snapshot_page *on = alone ? NULL : page_for(page, octets, &strings);
	octets += strings.octets;
	struct hwatt_view_device *device = alone ? hwatt_alloc(octets) : take_room(on, octets);
	struct hwatt_view_point *points = (struct hwatt_view_point *)(device + 1);
	strings_settle(&strings, (char *)points + points_octets, alone ? NULL : &on->known);
	*device = head;
	device->page = on;
	device_each(device, move, &strings);
	for (size_t i = 0; i < draft->point_count; i++) {
		points[i] = draft->points[i];
		point_each(&points[i], move, &strings);
	}
	device->points = points;
	atomic_init(&device->refs, 1);
	free(strings.slots);
	return device;
}

struct hwatt_view_device *snapshot_device_build(const struct hwatt_view_device *draft)
{
	return build(NULL, draft);
}

struct hwatt_view_device *snapshot_device_build_on(struct hwatt_snapshot_page **page, const struct hwatt_view_device *draft)
{
	return build(page, draft);
}

struct hwatt_view_device *snapshot_device_take(struct hwatt_view_device *device)
{
	hold(&device->refs);
	return device;
}

void snapshot_device_release(struct hwatt_view_device *device)
{
	if (device == NULL || !drop(&device->refs))
		return;
	if (device->page != NULL)
		page_drop(device->page);
	else
		free(device);
}

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
	texts_each(&r->sentence, each, arg);
	texts_each(&r->title, each, arg);
	texts_each(&r->forecast.sentence, each, arg);
}

static void contract_each(struct hwatt_view_contract *c, void (*each)(void *arg, const char **text), void *arg)
{
	const char **all[] = { &c->id, &c->buyer, &c->supplier };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		each(arg, all[i]);
	texts_each(&c->title, each, arg);
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

	struct strings strings;
	strings_init(&strings, 12 * k + 12 * r + 6 * c);
	hall_each(k, kpis, r, requirements, c, contracts, note, &strings);
	size_t head = (sizeof(struct hwatt_view_hall) + 15) / 16 * 16;
	struct hwatt_view_hall *hall = hwatt_alloc(head + arrays + strings.octets);
	char *at = (char *)hall + head;
	strings_settle(&strings, at + arrays, NULL);
	hall_each(k, kpis, r, requirements, c, contracts, move, &strings);
	memcpy(at, scratch, arrays);
	hall->kpi_count = k;
	hall->requirement_count = r;
	hall->contract_count = c;
	hall->kpis = (const struct hwatt_view_kpi *)(void *)at;
	hall->requirements = (const struct hwatt_view_requirement *)(void *)(at + kpis_octets);
	hall->contracts = (const struct hwatt_view_contract *)(void *)(at + kpis_octets + requirements_octets);
	atomic_init(&hall->refs, 1);
	free(strings.slots);
	free(scratch);
	return hall;
}

struct hwatt_view_hall *snapshot_hall_take(struct hwatt_view_hall *hall)
{
	hold(&hall->refs);
	return hall;
}

void snapshot_hall_release(struct hwatt_view_hall *hall)
{
	if (hall != NULL && drop(&hall->refs))
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
	struct strings strings;
	strings_init(&strings, draft->site_power_count + 4 * draft->counter_count);
	for (size_t i = 0; i < draft->site_power_count; i++)
		strings_note(&strings, draft->site_power[i].site);
	for (size_t i = 0; i < draft->counter_count; i++) {
		struct hwatt_view_counter counter = draft->counters[i];
		counter_each(&counter, note, &strings);
	}
	struct hwatt_snapshot *snap =
		hwatt_alloc(sizeof(*snap) + devices_octets + power_octets + counters_octets + strings.octets);
	struct hwatt_view_device **devices = (struct hwatt_view_device **)(snap + 1);
	struct hwatt_view_site_power *power = (void *)((char *)devices + devices_octets);
	struct hwatt_view_counter *counters = (void *)((char *)power + power_octets);
	strings_settle(&strings, (char *)counters + counters_octets, NULL);
	*snap = *draft;
	snap->devices = copy_array(devices, draft->devices, devices_octets);
	snap->site_power = copy_array(power, draft->site_power, power_octets);
	snap->counters = copy_array(counters, draft->counters, counters_octets);
	for (size_t i = 0; i < draft->device_count; i++)
		hold(&devices[i]->refs);
	for (size_t i = 0; i < draft->site_power_count; i++)
		strings_move(&strings, &power[i].site);
	for (size_t i = 0; i < draft->counter_count; i++)
		counter_each(&counters[i], move, &strings);
	snap->hall = draft->hall != NULL ? snapshot_hall_take(draft->hall)
					 : snapshot_hall_build(&(struct hwatt_view_hall){ .kpi_count = 0 });
	atomic_init(&snap->refs, 1);
	free(strings.slots);
	return snap;
}

void snapshot_release(const struct hwatt_snapshot *snap)
{
	/* Readers get it const; the count is the one thing in it that changes. */
	struct hwatt_snapshot *own = (struct hwatt_snapshot *)(uintptr_t)snap;
	if (own == NULL || !drop(&own->refs))
		return;
	for (size_t i = 0; i < own->device_count; i++)
		snapshot_device_release(own->devices[i]);
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
		hold(&snap->refs);
	uv_mutex_unlock(&hub->lock);
	return snap;
}
