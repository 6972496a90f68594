/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "block.h"
#include "octets.h"
#include "reference.h"
#include "stringset.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_OCTETS (1u << 20) /* so large that malloc has it mapped, and unmapped when it goes */
#define PAGE_STRINGS 2048u     /* of which a page's later blocks know where they stand */
#define PAGE_FORMS 256u        /* likewise, and of lists of names */
#define NONE UINT32_MAX
#define MILLIONTHS_OCTETS 3u   /* of a total */

_Static_assert(HWATT_QUANTITIES <= 32, "a set of them is a uint32_t");

struct form_point {
	int32_t index, source;  /* where the string stands, from the form */
	uint32_t before;        /* the nearest with the same role and index; NONE */
	uint32_t value, total;  /* which of the device's values and totals; NONE: it has none */
	uint8_t role, quantity;
	bool alternative;
};

struct hwatt_view_form {
	uint32_t count, values, totals;
	uint32_t chosen, alternatives; /* sets of quantities */
	struct form_point points[];
};

struct hwatt_view_names {
	uint32_t count;
	int32_t at[]; /* a point each, from the struct */
};

/* Forms or lists of names that stand on a page, found by their hash. */
struct shelf {
	struct { uint64_t hash; const void *thing; } slots[2 * PAGE_FORMS];
	size_t count;
	const void *last; /* that was put or found: the next is mostly like it */
};

struct bench { /* what is needed while somebody builds on a page */
	struct stringset known;
	struct shelf forms, names;
};

struct hwatt_view_page {
	atomic_uint refs; /* its blocks, and who builds there */
	size_t used;
	struct bench *bench; /* NULL: nobody does */
	alignas(max_align_t) unsigned char octets[PAGE_OCTETS];
};

/* A block to be. */
struct work {
	const struct hwatt_view_device *draft;
	const struct hwatt_view_point *points;
	uint32_t count, values, totals;
	unsigned value_octets, total_octets;
	bool named;
	const struct hwatt_view_form *form;   /* on the page already; NULL: to be made */
	const struct hwatt_view_names *names; /* likewise */
	uint64_t form_hash, names_hash;
	struct stringset strings; /* that it needs */
	size_t form_at, names_at, strings_at, octets; /* of the block, each as far from its beginning */
};

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* A point may have a value, a total, or both. */
static bool has_value(const struct hwatt_view_point *p)
{
	return !p->metered || p->present;
}

static void measure(struct work *w)
{
	uint64_t value_bits = 0, total_bits = 0;
	for (uint32_t i = 0; i < w->count; i++) {
		const struct hwatt_view_point *p = &w->points[i];
		if (has_value(p)) {
			w->values++;
			value_bits |= octets_signed_bits(p->value);
		}
		if (p->metered) {
			assert(p->total_uj > -1000000 && p->total_uj < 1000000);
			w->totals++;
			total_bits |= octets_signed_bits(p->total_j);
		}
		w->named |= or_empty(p->name)[0] != '\0';
	}
	w->value_octets = octets_signed(value_bits);
	w->total_octets = octets_signed(total_bits);
}

/* --- forms and names ------------------------------------------------------------------------------------------- */

static const char *string_at(const void *from, int32_t distance)
{
	return (const char *)from + distance;
}

static int32_t distance_to(const void *from, const char *string)
{
	ptrdiff_t distance = string - (const char *)from;
	assert(distance > INT32_MIN && distance < INT32_MAX);
	return (int32_t)distance;
}

static bool is_form(const void *thing, const struct work *w)
{
	const struct hwatt_view_form *form = thing;
	if (form->count != w->count || form->values != w->values || form->totals != w->totals)
		return false;
	for (uint32_t i = 0; i < form->count; i++) {
		const struct form_point *f = &form->points[i];
		const struct hwatt_view_point *p = &w->points[i];
		if (f->role != (uint8_t)p->role || f->quantity != (uint8_t)p->quantity || f->alternative != p->alternative ||
		    (f->value != NONE) != has_value(p) || (f->total != NONE) != p->metered ||
		    strcmp(string_at(form, f->index), or_empty(p->index)) != 0 ||
		    strcmp(string_at(form, f->source), or_empty(p->source)) != 0)
			return false;
	}
	return true;
}

static uint64_t hash_form(const struct work *w)
{
	uint64_t hash = STRINGSET_SEED;
	for (uint32_t i = 0; i < w->count; i++) {
		const struct hwatt_view_point *p = &w->points[i];
		uint8_t head[] = { (uint8_t)p->role, (uint8_t)p->quantity };
		const char *index = or_empty(p->index);
		hash = stringset_hash(hash, head, sizeof(head));
		hash = stringset_hash(hash, index, strlen(index) + 1);
	}
	return hash;
}

static bool are_names(const void *thing, const struct work *w)
{
	const struct hwatt_view_names *names = thing;
	if (names->count != w->count)
		return false;
	for (uint32_t i = 0; i < names->count; i++)
		if (strcmp(string_at(names, names->at[i]), or_empty(w->points[i].name)) != 0)
			return false;
	return true;
}

static uint64_t hash_names(const struct work *w)
{
	uint64_t hash = STRINGSET_SEED;
	for (uint32_t i = 0; i < w->count; i++) {
		const char *name = or_empty(w->points[i].name);
		hash = stringset_hash(hash, name, strlen(name) + 1);
	}
	return hash;
}

/* What stands on the shelf and is what `w` needs; else NULL and its hash, to be put there. */
static const void *shelf_find(struct shelf *shelf, const struct work *w, bool (*is)(const void *, const struct work *),
			      uint64_t (*hash_of)(const struct work *), uint64_t *hash)
{
	if (shelf->last != NULL && is(shelf->last, w))
		return shelf->last;
	*hash = hash_of(w);
	for (size_t at = (size_t)*hash % (2 * PAGE_FORMS); shelf->slots[at].thing != NULL; at = (at + 1) % (2 * PAGE_FORMS))
		if (shelf->slots[at].hash == *hash && is(shelf->slots[at].thing, w))
			return shelf->last = shelf->slots[at].thing;
	return NULL;
}

static void shelf_put(struct shelf *shelf, const void *thing, uint64_t hash)
{
	shelf->last = thing;
	if (shelf->count == PAGE_FORMS)
		return;
	size_t at = (size_t)hash % (2 * PAGE_FORMS);
	while (shelf->slots[at].thing != NULL)
		at = (at + 1) % (2 * PAGE_FORMS);
	shelf->slots[at].hash = hash;
	shelf->slots[at].thing = thing;
	shelf->count++;
}

/* Links the points of one role and index; equal strings have equal distances. */
static void link_places(struct hwatt_view_form *form)
{
	size_t slots = 16;
	while (slots < 2 * (size_t)form->count)
		slots *= 2;
	uint32_t *last = hwatt_alloc(slots * sizeof(*last)); /* point + 1 */
	for (uint32_t i = 0; i < form->count; i++) {
		struct form_point *p = &form->points[i];
		uint64_t hash = ((uint64_t)(uint32_t)p->index * 64 + p->role) * UINT64_C(0x9e3779b97f4a7c15);
		size_t at = (size_t)(hash >> 32) & (slots - 1);
		while (last[at] != 0 && (form->points[last[at] - 1].index != p->index || form->points[last[at] - 1].role != p->role))
			at = (at + 1) & (slots - 1);
		p->before = last[at] != 0 ? last[at] - 1 : NONE;
		last[at] = i + 1;
	}
	free(last);
}

static void make_form(struct hwatt_view_form *form, const struct work *w)
{
	form->count = w->count;
	for (uint32_t i = 0; i < w->count; i++) {
		const struct hwatt_view_point *p = &w->points[i];
		form->points[i] = (struct form_point){
			.index = distance_to(form, stringset_find(&w->strings, p->index)),
			.source = distance_to(form, stringset_find(&w->strings, p->source)),
			.value = has_value(p) ? form->values++ : NONE, .total = p->metered ? form->totals++ : NONE,
			.role = (uint8_t)p->role, .quantity = (uint8_t)p->quantity, .alternative = p->alternative };
		*(p->alternative ? &form->alternatives : &form->chosen) |= 1u << p->quantity;
	}
	link_places(form);
}

static void make_names(struct hwatt_view_names *names, const struct work *w)
{
	names->count = w->count;
	for (uint32_t i = 0; i < w->count; i++)
		names->at[i] = distance_to(names, stringset_find(&w->strings, w->points[i].name));
}

/* --- values ---------------------------------------------------------------------------------------------------- */

/* A bit a value, whether it is present; the values; the totals, each with its millionths. */
static size_t values_octets(const struct work *w)
{
	return (w->values + 7) / 8 + (size_t)w->values * w->value_octets + (size_t)w->totals * (w->total_octets + MILLIONTHS_OCTETS) +
	       OCTETS_SLACK;
}

static void put_values(uint8_t *out, const struct work *w)
{
	uint8_t *value = out + (w->values + 7) / 8, *total = value + (size_t)w->values * w->value_octets;
	uint32_t n = 0;
	for (uint32_t i = 0; i < w->count; i++) {
		const struct hwatt_view_point *p = &w->points[i];
		if (!has_value(p))
			continue;
		if (p->present)
			out[n / 8] = (uint8_t)(out[n / 8] | 1u << n % 8);
		octets_put(value, (uint64_t)p->value);
		value += w->value_octets;
		n++;
	}
	for (uint32_t i = 0; i < w->count; i++) { /* after the values, whose last put went beyond its own octets */
		const struct hwatt_view_point *p = &w->points[i];
		if (!p->metered)
			continue;
		octets_put(total, (uint64_t)p->total_j);
		octets_put(total + w->total_octets, (uint64_t)p->total_uj);
		total += w->total_octets + MILLIONTHS_OCTETS;
	}
}

struct hwatt_view_point hwatt_view_point_at(const struct hwatt_view_device *device, size_t at)
{
	const struct hwatt_view_form *form = device->form;
	assert(at < form->count);
	const struct form_point *f = &form->points[at];
	const uint8_t *bits = (const uint8_t *)(device + 1), *values = bits + (form->values + 7) / 8;
	struct hwatt_view_point out = {
		.index = string_at(form, f->index), .source = string_at(form, f->source),
		.name = device->names != NULL ? string_at(device->names, device->names->at[at]) : "",
		.role = (enum hwatt_role)f->role, .quantity = (enum hwatt_quantity)f->quantity, .alternative = f->alternative };
	if (f->value != NONE) {
		out.present = (bits[f->value / 8] >> f->value % 8 & 1) != 0;
		out.value = octets_take_signed(values + (size_t)f->value * device->value_octets, device->value_octets);
	}
	if (f->total != NONE) {
		const uint8_t *total = values + (size_t)form->values * device->value_octets +
				       (size_t)f->total * (device->total_octets + MILLIONTHS_OCTETS);
		out.metered = true;
		out.total_j = octets_take_signed(total, device->total_octets);
		out.total_uj = (int32_t)octets_take_signed(total + device->total_octets, MILLIONTHS_OCTETS);
	}
	return out;
}

size_t hwatt_view_next(const struct hwatt_view_device *device, uint32_t quantities, size_t from)
{
	const struct hwatt_view_form *form = device->form;
	while (from < form->count && (quantities >> form->points[from].quantity & 1) == 0)
		from++;
	return from;
}

size_t hwatt_view_before(const struct hwatt_view_device *device, size_t at)
{
	uint32_t before = device->form->points[at].before;
	return before != NONE ? before : device->point_count;
}

uint32_t hwatt_view_quantities(const struct hwatt_view_device *device, bool alternative)
{
	return alternative ? device->form->alternatives : device->form->chosen;
}

/* --- pages ----------------------------------------------------------------------------------------------------- */

static size_t rounded(size_t size, size_t to)
{
	return (size + to - 1) / to * to;
}

static void page_drop(struct hwatt_view_page *page)
{
	if (reference_drop(&page->refs))
		free(page);
}

void block_page_release(struct hwatt_view_page *page)
{
	if (page == NULL)
		return;
	stringset_free(&page->bench->known);
	free(page->bench);
	page->bench = NULL;
	page_drop(page);
}

static struct hwatt_view_page *page_new(void)
{
	struct hwatt_view_page *page = hwatt_alloc(sizeof(*page));
	atomic_init(&page->refs, 1);
	page->bench = hwatt_alloc(sizeof(*page->bench));
	stringset_init(&page->bench->known, PAGE_STRINGS);
	return page;
}

/* Zeroed room on the page, which has it. */
static void *take_room(struct hwatt_view_page *page, size_t size)
{
	void *room = page->octets + page->used;
	page->used += rounded(size, alignof(max_align_t));
	reference_hold(&page->refs);
	return room;
}

/* --- blocks ---------------------------------------------------------------------------------------------------- */

/* Visits the strings of a device that others have, too; its id and serial number are its own. */
static void shared_each(struct hwatt_view_device *d, void (*each)(void *arg, const char **text), void *arg)
{
	const char **all[] = { &d->site, &d->room, &d->rack, &d->vendor, &d->model, &d->firmware, &d->profile };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		each(arg, all[i]);
}

/* Finds out what the block needs beside what stands on the page of `bench`, NULL: beside nothing. */
static void plan(struct work *w, struct bench *bench)
{
	struct hwatt_view_device head = *w->draft;
	w->form = bench != NULL ? shelf_find(&bench->forms, w, is_form, hash_form, &w->form_hash) : NULL;
	w->names = bench != NULL && w->named ? shelf_find(&bench->names, w, are_names, hash_names, &w->names_hash) : NULL;
	bool new_names = w->named && w->names == NULL;
	stringset_free(&w->strings);
	stringset_init(&w->strings, 8 + (w->form == NULL ? 2 * (size_t)w->count : 0) + (new_names ? w->count : 0));
	shared_each(&head, stringset_note_one, &w->strings);
	for (uint32_t i = 0; w->form == NULL && i < w->count; i++) {
		stringset_note(&w->strings, w->points[i].index);
		stringset_note(&w->strings, w->points[i].source);
	}
	for (uint32_t i = 0; new_names && i < w->count; i++)
		stringset_note(&w->strings, w->points[i].name);
	stringset_share(&w->strings, bench != NULL ? &bench->known : NULL);
	w->form_at = sizeof(head) + values_octets(w);
	if (w->form == NULL) /* forms and names are read in place */
		w->form_at = rounded(w->form_at, alignof(struct hwatt_view_form));
	w->names_at = w->form_at + (w->form == NULL ? sizeof(*w->form) + w->count * sizeof(w->form->points[0]) : 0);
	if (new_names)
		w->names_at = rounded(w->names_at, alignof(struct hwatt_view_names));
	w->strings_at = w->names_at + (new_names ? sizeof(*w->names) + w->count * sizeof(w->names->at[0]) : 0);
	w->octets = w->strings_at + w->strings.octets + strlen(or_empty(head.id)) + strlen(or_empty(head.serial)) + 2;
}

static char *put_string(char *at, const char *text, const char **out)
{
	size_t size = strlen(or_empty(text)) + 1;
	*out = memcpy(at, or_empty(text), size);
	return at + size;
}

/* Makes the planned block in `room`, which is zeroed. */
static struct hwatt_view_device *make(struct work *w, void *room, struct bench *bench)
{
	struct hwatt_view_device *device = room;
	char *base = room, *own = base + w->strings_at + w->strings.octets;
	*device = *w->draft;
	stringset_settle(&w->strings, base + w->strings_at, bench != NULL ? &bench->known : NULL);
	shared_each(device, stringset_move_one, &w->strings);
	own = put_string(own, w->draft->id, &device->id);
	put_string(own, w->draft->serial, &device->serial);
	put_values((uint8_t *)(device + 1), w);
	if (w->form == NULL) {
		make_form((struct hwatt_view_form *)(void *)(base + w->form_at), w);
		w->form = (const struct hwatt_view_form *)(void *)(base + w->form_at);
		if (bench != NULL)
			shelf_put(&bench->forms, w->form, w->form_hash);
	}
	if (w->named && w->names == NULL) {
		make_names((struct hwatt_view_names *)(void *)(base + w->names_at), w);
		w->names = (const struct hwatt_view_names *)(void *)(base + w->names_at);
		if (bench != NULL)
			shelf_put(&bench->names, w->names, w->names_hash);
	}
	device->form = w->form;
	device->names = w->names;
	device->point_count = w->count;
	device->value_octets = (uint8_t)w->value_octets;
	device->total_octets = (uint8_t)w->total_octets;
	device->page = NULL;
	atomic_init(&device->refs, 1);
	return device;
}

static struct hwatt_view_device *build_alone(struct work *w)
{
	plan(w, NULL);
	return make(w, hwatt_alloc(w->octets), NULL);
}

static struct work work_of(const struct hwatt_view_device *draft, const struct hwatt_view_point *points, size_t count)
{
	assert(count < NONE);
	struct work w = { .draft = draft, .points = points, .count = (uint32_t)count };
	measure(&w);
	return w;
}

struct hwatt_view_device *block_build(const struct hwatt_view_device *draft, const struct hwatt_view_point *points, size_t count)
{
	struct work w = work_of(draft, points, count);
	struct hwatt_view_device *device = build_alone(&w);
	stringset_free(&w.strings);
	return device;
}

struct hwatt_view_device *block_build_on(struct hwatt_view_page **page, const struct hwatt_view_device *draft,
					 const struct hwatt_view_point *points, size_t count)
{
	struct work w = work_of(draft, points, count);
	struct hwatt_view_device *device = NULL;
	if (*page == NULL)
		*page = page_new();
	plan(&w, (*page)->bench);
	if (w.octets > PAGE_OCTETS / 4) { /* one so large would waste much of a page */
		device = build_alone(&w);
	} else {
		if (PAGE_OCTETS - (*page)->used < rounded(w.octets, alignof(max_align_t))) {
			block_page_release(*page);
			*page = page_new();
			plan(&w, (*page)->bench); /* nothing stands there yet */
		}
		if (PAGE_OCTETS - (*page)->used >= rounded(w.octets, alignof(max_align_t))) {
			device = make(&w, take_room(*page, w.octets), (*page)->bench);
			device->page = *page;
		} else { /* it was small beside what it shared, and is not without */
			device = build_alone(&w);
		}
	}
	stringset_free(&w.strings);
	return device;
}

struct hwatt_view_device *block_take(struct hwatt_view_device *device)
{
	reference_hold(&device->refs);
	return device;
}

void block_release(struct hwatt_view_device *device)
{
	if (device == NULL || !reference_drop(&device->refs))
		return;
	if (device->page != NULL)
		page_drop(device->page);
	else
		free(device);
}
