/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <hallwatt/collector.h>
#include <stdlib.h>
#include <string.h>

#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

struct shape *shape_new(void)
{
	struct shape *s = hwatt_alloc(sizeof(*s));
	s->users = 1;
	return s;
}

static void free_shape(struct shape *s)
{
	for (size_t i = 0; i < s->count; i++)
		free((char *)(uintptr_t)s->points[i].index);
	free(s->points);
	free(s->slots);
	free(s);
}

static uint64_t hash_text(uint64_t h, const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * FNV_PRIME;
	return (h ^ 0x100) * FNV_PRIME;
}

static uint64_t hash_number(uint64_t h, uint64_t number)
{
	return (h ^ number ^ number >> 29) * FNV_PRIME;
}

/* Over what tells two points apart. */
static uint64_t point_hash(int role, int quantity, const char *index, const char *source)
{
	return hash_text(hash_text(FNV_START ^ (uint64_t)(role * 64 + quantity), index), source);
}

/* The slot where the point stands, or the free one where it belongs. */
static size_t find_slot(const struct shape *s, enum hwatt_role role, enum hwatt_quantity quantity, const char *index,
			const char *source)
{
	size_t at = (size_t)point_hash((int)role, (int)quantity, index, source) & (s->slot_count - 1);
	while (s->slots[at] != 0) {
		const struct target_point *p = &s->points[s->slots[at] - 1];
		if (p->role == role && p->quantity == quantity && strcmp(p->index, index) == 0 &&
		    strcmp(p->source, source) == 0)
			break;
		at = (at + 1) & (s->slot_count - 1);
	}
	return at;
}

static void grow_slots(struct shape *s)
{
	if (s->slot_count >= 2 * (s->count + 1))
		return;
	free(s->slots);
	s->slot_count = s->slot_count == 0 ? 32 : s->slot_count * 2;
	s->slots = hwatt_alloc(s->slot_count * sizeof(*s->slots));
	for (size_t i = 0; i < s->count; i++) {
		const struct target_point *p = &s->points[i];
		s->slots[find_slot(s, p->role, p->quantity, p->index, p->source)] = (uint32_t)i + 1;
	}
}

/* Copies the point's three strings into one allocation. */
static void copy_strings(struct target_point *p, const char *index, const char *name, const char *source)
{
	size_t a = strlen(index) + 1, b = strlen(name) + 1, c = strlen(source) + 1;
	char *all = hwatt_alloc(a + b + c);
	memcpy(all, index, a);
	memcpy(all + a, name, b);
	memcpy(all + a + b, source, c);
	p->index = all;
	p->name = all + a;
	p->source = all + a + b;
}

/* A copy that may be changed, in place of the shared one. */
static void own(struct shape **shape, struct shape_shelf *shelf)
{
	const struct shape *shared = *shape;
	struct shape *s = shape_new();
	s->count = s->capacity = shared->count;
	s->points = hwatt_alloc((s->count + 1) * sizeof(*s->points));
	for (size_t i = 0; i < s->count; i++) {
		const struct target_point *p = &shared->points[i];
		s->points[i] = *p;
		copy_strings(&s->points[i], p->index, p->name, p->source);
	}
	s->slot_count = shared->slot_count;
	s->slots = hwatt_alloc(s->slot_count * sizeof(*s->slots));
	if (s->slot_count > 0)
		memcpy(s->slots, shared->slots, s->slot_count * sizeof(*s->slots));
	shape_release(*shape, shelf);
	*shape = s;
}

static void change(struct shape **shape, struct shape_shelf *shelf, size_t at, const struct target_point *want)
{
	const struct target_point *known = &(*shape)->points[at];
	if (strcmp(known->name, want->name) == 0 && known->modulus == want->modulus && known->step == want->step &&
	    known->alternative == want->alternative)
		return;
	if ((*shape)->shelved)
		own(shape, shelf);
	struct target_point *p = &(*shape)->points[at];
	p->modulus = want->modulus;
	p->step = want->step;
	p->alternative = want->alternative;
	if (strcmp(p->name, want->name) != 0) {
		char *old = (char *)(uintptr_t)p->index;
		copy_strings(p, p->index, want->name, p->source);
		free(old);
	}
}

static void add(struct shape *s, const struct target_point *want)
{
	if (s->count == s->capacity) {
		s->capacity = s->capacity == 0 ? 16 : s->capacity * 2;
		s->points = hwatt_realloc(s->points, s->capacity * sizeof(*s->points));
	}
	grow_slots(s);
	size_t slot = find_slot(s, want->role, want->quantity, want->index, want->source);
	s->points[s->count] = *want;
	copy_strings(&s->points[s->count], want->index, want->name, want->source);
	s->slots[slot] = (uint32_t)++s->count;
}

int shape_declare(struct shape **shape, struct shape_shelf *shelf, const struct hwatt_point *point)
{
	struct target_point want = {
		.role = point->role, .quantity = point->quantity, .index = point->index != NULL ? point->index : "",
		.name = point->name != NULL ? point->name : "", .source = point->source != NULL ? point->source : "",
		.modulus = point->modulus, .step = point->step != 0 ? point->step : 1, .alternative = point->alternative,
	};
	struct shape *s = *shape;
	uint32_t known = s->slot_count == 0 ? 0 : s->slots[find_slot(s, want.role, want.quantity, want.index, want.source)];
	if (known != 0) {
		change(shape, shelf, known - 1, &want);
		return (int)known - 1;
	}
	if (s->count >= HWATT_MAX_POINTS)
		return -1;
	if (s->shelved)
		own(shape, shelf);
	add(*shape, &want);
	return (int)(*shape)->count - 1;
}

static uint64_t hash_of(const struct shape *s)
{
	uint64_t h = FNV_START;
	for (size_t i = 0; i < s->count; i++) {
		const struct target_point *p = &s->points[i];
		h = hash_number(h, (uint64_t)((int)p->role * 64 + (int)p->quantity) * 2 + p->alternative);
		h = hash_number(hash_number(h, p->modulus), (uint64_t)p->step);
		h = hash_text(hash_text(hash_text(h, p->index), p->name), p->source);
	}
	return h;
}

static bool equal(const struct shape *a, const struct shape *b)
{
	if (a->hash != b->hash || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct target_point *p = &a->points[i], *q = &b->points[i];
		if (p->role != q->role || p->quantity != q->quantity || p->modulus != q->modulus || p->step != q->step ||
		    p->alternative != q->alternative || strcmp(p->index, q->index) != 0 ||
		    strcmp(p->name, q->name) != 0 || strcmp(p->source, q->source) != 0)
			return false;
	}
	return true;
}

void shape_share(struct shape **shape, struct shape_shelf *shelf)
{
	struct shape *s = *shape;
	if (s->shelved)
		return;
	s->hash = hash_of(s);
	shelf->usual = s->count;
	for (size_t i = 0; i < shelf->count; i++) {
		if (!equal(shelf->shapes[i], s))
			continue;
		free_shape(s);
		*shape = shelf->shapes[i];
		(*shape)->users++;
		return;
	}
	if (shelf->count == shelf->capacity) {
		shelf->capacity = shelf->capacity == 0 ? 16 : shelf->capacity * 2;
		shelf->shapes = hwatt_realloc(shelf->shapes, shelf->capacity * sizeof(struct shape *));
	}
	s->points = hwatt_realloc(s->points, (s->count + 1) * sizeof(*s->points));
	s->capacity = s->count;
	s->shelved = true;
	shelf->shapes[shelf->count++] = s;
}

void shape_release(struct shape *s, struct shape_shelf *shelf)
{
	if (s == NULL || --s->users > 0)
		return;
	for (size_t i = 0; s->shelved && i < shelf->count; i++) {
		if (shelf->shapes[i] != s)
			continue;
		shelf->shapes[i] = shelf->shapes[--shelf->count];
		break;
	}
	free_shape(s);
}

void shape_shelf_free(struct shape_shelf *shelf)
{
	assert(shelf->count == 0);
	free(shelf->shapes);
	*shelf = (struct shape_shelf){ 0 };
}
