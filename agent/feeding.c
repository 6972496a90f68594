/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "feeding.h"
#include "names.h"
#include <stdlib.h>
#include <string.h>

struct feeding {
	const struct config *config;
	struct hwatt_arena *arena;
	uint32_t *first;             /* by device: where those that feed it begin; they end where the next one's begin */
	const struct place *places;
};

struct piled { /* places, while their number is not known */
	struct place *places;
	size_t count, capacity;
};

static void pile(struct piled *p, struct place place)
{
	if (p->count == p->capacity) {
		p->capacity = p->capacity == 0 ? 16 : p->capacity * 2;
		p->places = hwatt_realloc(p->places, p->capacity * sizeof(*p->places));
	}
	p->places[p->count++] = place;
}

bool feeding_is_ups(const struct config_device *device)
{
	bool role = device->device.power_role == HWATT_POWER_UPS_INPUT || device->device.power_role == HWATT_POWER_UPS_OUTPUT;
	int meter = hwatt_role_by_name(config_details(device)->meter);
	return role && (meter < 0 || meter == HWATT_UPS_INPUT || meter == HWATT_UPS_OUTPUT);
}

static struct place place_of(const struct config *config, size_t device, const struct config_feed *feed)
{
	bool ups = feeding_is_ups(&config->devices[device]);
	struct place place = { .device = device, .kind = ups ? PLACE_OUTPUT : PLACE_SOME };
	if (feed != NULL && feed->role == HWATT_OUTLET)
		place = (struct place){ device, PLACE_OUTLET, feed->index };
	else if (feed != NULL && feed->role == HWATT_UPS_INPUT)
		place.kind = PLACE_INPUT;
	return place;
}

static void resolve(const struct feeding *f, struct piled *out, const struct names *devices, size_t index, struct hwatt_report *report)
{
	const struct config_device *d = &f->config->devices[index];
	const struct hwatt_list *fed_by = &config_details(d)->fed_by;
	const struct config_feed *feeds = fed_by->items;
	for (size_t i = 0; i < fed_by->count; i++) {
		const struct config_device *feeder = names_find(devices, feeds[i].device);
		if (feeder == NULL)
			hwatt_report_add(report, &feeds[i].mark, "there is no device \"%.60s\"%s", feeds[i].device,
					 names_hint(devices, feeds[i].device, f->arena));
		else if (feeder->device.site[0] != '\0' && strcmp(feeder->device.site, d->device.site) != 0)
			hwatt_report_add(report, &feeds[i].mark, "%s stands at %s, so it cannot feed %s at %s", feeder->device.id,
					 feeder->device.site, d->device.id, d->device.site[0] != '\0' ? d->device.site : "no site");
		else
			pile(out, place_of(f->config, (size_t)(feeder - f->config->devices), &feeds[i]));
	}
}

/* An IT device that does not say what feeds it: the PDUs of its rack, at outlets that are not told. */
static void assume_rack(const struct feeding *f, struct piled *out, const struct names *pdus, size_t index)
{
	const struct config_device *d = &f->config->devices[index];
	if (d->device.power_role != HWATT_POWER_IT || config_details(d)->fed_by.count > 0 || d->device.rack[0] == '\0')
		return;
	size_t first = names_first(pdus, d->device.rack), end = first;
	while (end < pdus->count && strcmp(pdus->rows[end].text, d->device.rack) == 0)
		end++;
	for (size_t i = first; i < end; i++) {
		const struct config_device *pdu = pdus->rows[i].thing;
		if (strcmp(pdu->device.site, d->device.site) == 0)
			pile(out, place_of(f->config, (size_t)(pdu - f->config->devices), NULL));
	}
}

struct search { /* for circles: depth first, without recursion */
	unsigned char *colour; /* 0 not seen, 1 on the path, 2 done */
	size_t *path, *next;   /* the path, and which feed of each comes next */
	size_t depth;
};

/* Tells of the circle that closes where the path meets `again`. */
static void report_circle(const struct feeding *f, const struct search *s, size_t again, struct hwatt_report *report)
{
	struct hwatt_text chain;
	hwatt_text_init(&chain, 300);
	size_t from = s->depth;
	while (from > 0 && s->path[from - 1] != again)
		from--;
	for (size_t i = from > 0 ? from - 1 : 0; i < s->depth; i++)
		hwatt_text_printf(&chain, "%s, fed by ", f->config->devices[s->path[i]].device.id);
	hwatt_report_add(report, &f->config->devices[s->path[s->depth - 1]].mark, "fed_by goes in a circle: %s%s",
			 hwatt_text_string(&chain), f->config->devices[again].device.id);
	hwatt_text_free(&chain);
}

static void search_from(const struct feeding *f, struct search *s, size_t start, struct hwatt_report *report)
{
	s->depth = 0;
	s->path[s->depth] = start;
	s->next[s->depth++] = 0;
	s->colour[start] = 1;
	while (s->depth > 0) {
		size_t at = s->path[s->depth - 1];
		size_t feed = f->first[at] + s->next[s->depth - 1];
		if (feed == f->first[at + 1]) {
			s->colour[at] = 2;
			s->depth--;
			continue;
		}
		size_t to = f->places[feed].device;
		s->next[s->depth - 1]++;
		if (s->colour[to] == 1)
			report_circle(f, s, to, report);
		if (s->colour[to] != 0)
			continue;
		s->colour[to] = 1;
		s->path[s->depth] = to;
		s->next[s->depth++] = 0;
	}
}

static void find_circles(const struct feeding *f, struct hwatt_report *report)
{
	size_t count = f->config->device_count;
	struct search s = { hwatt_alloc(count + 1), hwatt_alloc((count + 1) * sizeof(size_t)),
			    hwatt_alloc((count + 1) * sizeof(size_t)), 0 };
	for (size_t i = 0; i < count; i++)
		if (s.colour[i] == 0)
			search_from(f, &s, i, report);
	free(s.colour);
	free(s.path);
	free(s.next);
}

const struct feeding *feeding_build(const struct config *config, struct hwatt_arena *arena, struct hwatt_report *report)
{
	size_t before = report_total(report);
	struct feeding *f = hwatt_arena_alloc(arena, sizeof(*f));
	struct names devices = {0}, pdus = {0};
	struct piled piled = {0};
	*f = (struct feeding){ .config = config, .arena = arena };
	f->first = hwatt_arena_alloc(arena, (config->device_count + 1) * sizeof(*f->first));
	for (size_t i = 0; i < config->device_count; i++) {
		const struct config_device *d = &config->devices[i];
		names_add(&devices, d->device.id, d);
		if (d->device.power_role == HWATT_POWER_PDU && d->device.rack[0] != '\0')
			names_add(&pdus, d->device.rack, d);
	}
	names_sort(&devices);
	names_sort(&pdus);
	for (size_t i = 0; i < config->device_count; i++) {
		f->first[i] = (uint32_t)piled.count;
		resolve(f, &piled, &devices, i, report);
		assume_rack(f, &piled, &pdus, i);
	}
	f->first[config->device_count] = (uint32_t)piled.count;
	struct place *places = hwatt_arena_alloc(arena, (piled.count + 1) * sizeof(*places));
	if (piled.count > 0)
		memcpy(places, piled.places, piled.count * sizeof(*places));
	f->places = places;
	free(piled.places);
	names_free(&devices);
	names_free(&pdus);
	find_circles(f, report);
	return report_total(report) == before ? f : NULL;
}

struct walk { /* places in the order in which they are reached; a handful, seldom more */
	struct place *places;
	size_t count, capacity;
};

static void reach(struct walk *w, struct place place)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->places[i].device == place.device && w->places[i].kind == place.kind && w->places[i].outlet == place.outlet)
			return;
	if (w->count == w->capacity) {
		w->capacity = w->capacity == 0 ? 16 : w->capacity * 2;
		w->places = hwatt_realloc(w->places, w->capacity * sizeof(*w->places));
	}
	w->places[w->count++] = place;
}

void feeding_walk(const struct feeding *feeding, struct place from, bool (*visit)(void *arg, struct place place), void *arg)
{
	struct walk w = {0};
	reach(&w, from);
	for (size_t i = 0; i < w.count && visit(arg, w.places[i]); i++) {
		struct place at = w.places[i];
		if (at.kind != PLACE_INPUT) {
			reach(&w, (struct place){ .device = at.device, .kind = PLACE_INPUT });
			continue;
		}
		for (size_t k = feeding->first[at.device]; k < feeding->first[at.device + 1]; k++)
			reach(&w, feeding->places[k]);
	}
	free(w.places);
}
