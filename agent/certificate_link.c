/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Energy that stands in the books both as a delivery (under contract, or of the own plant) and as guarantees of origin. */
#include "certificate.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S INT64_C(86400)

struct candidate {
	struct certificate *row;
	int64_t left_mj;          /* that no link has taken yet */
};

struct found { struct candidate *guarantee; struct certificate_link link; };

struct linking {
	struct found *found;
	size_t count, capacity;
};

static bool same_owner(const struct certificate *a, const struct certificate *b)
{
	return strcmp(a->site, b->site) == 0 && strcmp(a->contract, b->contract) == 0;
}

bool certificate_same_energy(const struct certificate *guarantee, const struct certificate *delivery)
{
	if (!same_owner(guarantee, delivery))
		return false;
	if (guarantee->cert_id_from[0] != '\0' && delivery->cert_id_from[0] != '\0') /* the numbers tell for certain */
		return certificate_overlap(guarantee, delivery);
	return guarantee->device_gsrn[0] != '\0' && strcmp(guarantee->device_gsrn, delivery->device_gsrn) == 0 &&
	       guarantee->from_day <= delivery->to_day && delivery->from_day <= guarantee->to_day;
}

/* What was produced by both in the same hours. */
static int64_t common_mj(const struct certificate *a, const struct certificate *b)
{
	int64_t sum = 0;
	for (size_t i = 0, k = 0; i < a->hour_count && k < b->hour_count;) {
		const struct certificate_hour *x = &a->hours[i], *y = &b->hours[k];
		int64_t x_end = x->start_s + x->seconds, y_end = y->start_s + y->seconds;
		if (x->start_s < y_end && y->start_s < x_end)
			sum += x->volume_mj < y->volume_mj ? x->volume_mj : y->volume_mj;
		if (x_end <= y_end)
			i++;
		if (y_end <= x_end)
			k++;
	}
	return sum;
}

/* What of `row` may have been produced in the days of `other`: where its hours are told, those. */
static int64_t within_mj(const struct certificate *row, const struct certificate *other)
{
	int64_t rest = row->volume_mj - row->hours_mj;
	return rest + certificate_hours_mj(row, (other->from_day - 1) * DAY_S, (other->to_day + 2) * DAY_S);
}

static int64_t linked_mj(const struct certificate *guarantee, const struct certificate *delivery)
{
	if (guarantee->hours_mj == guarantee->volume_mj && delivery->hours_mj == delivery->volume_mj)
		return common_mj(guarantee, delivery);
	int64_t a = within_mj(guarantee, delivery), b = within_mj(delivery, guarantee);
	return a < b ? a : b;
}

static void link_pair(struct linking *l, struct candidate *guarantee, struct candidate *delivery)
{
	if (!certificate_same_energy(guarantee->row, delivery->row))
		return;
	int64_t part = linked_mj(guarantee->row, delivery->row);
	part = part < guarantee->left_mj ? part : guarantee->left_mj;
	part = part < delivery->left_mj ? part : delivery->left_mj;
	if (part <= 0)
		return;
	if (l->count == l->capacity) {
		l->capacity = l->capacity == 0 ? 64 : l->capacity * 2;
		l->found = hwatt_realloc(l->found, l->capacity * sizeof(*l->found));
	}
	l->found[l->count++] = (struct found){ guarantee, { delivery->row, part } };
	guarantee->left_mj -= part;
	delivery->left_mj -= part;
}

/* Guarantees and deliveries of one owner together, in the order of production, then of the books. */
static int compare(const void *left, const void *right)
{
	const struct certificate *a = ((const struct candidate *)left)->row, *b = ((const struct candidate *)right)->row;
	int c = strcmp(a->site, b->site);
	c = c != 0 ? c : strcmp(a->contract, b->contract);
	c = c != 0 ? c : (a->from_day > b->from_day) - (a->from_day < b->from_day);
	c = c != 0 ? c : (a->from_s > b->from_s) - (a->from_s < b->from_s);
	return c != 0 ? c : (a > b) - (a < b);
}

/* The first candidate of `list` that is the owner's, or comes after. */
static size_t first_of(const struct candidate *list, size_t count, const struct certificate *owner)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = strcmp(list[middle].row->site, owner->site);
		c = c != 0 ? c : strcmp(list[middle].row->contract, owner->contract);
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int by_guarantee(const void *left, const void *right)
{
	const struct found *a = left, *b = right;
	return (a->guarantee > b->guarantee) - (a->guarantee < b->guarantee);
}

static void hand_out(struct linking *l, struct hwatt_arena *arena)
{
	if (l->count == 0)
		return;
	struct certificate_link *links = hwatt_arena_alloc(arena, l->count * sizeof(*links));
	qsort(l->found, l->count, sizeof(*l->found), by_guarantee);
	for (size_t i = 0; i < l->count; i++) {
		struct certificate *row = l->found[i].guarantee->row;
		links[i] = l->found[i].link;
		if (row->link_count++ == 0)
			row->links = &links[i];
	}
}

void certificate_link(struct certificate *rows, size_t count, struct hwatt_arena *arena)
{
	struct candidate *all = hwatt_alloc((count + 1) * 2 * sizeof(*all)), *deliveries = all + count + 1;
	size_t guarantee_count = 0, delivery_count = 0;
	struct linking l = {0};
	for (size_t i = 0; i < count; i++) {
		struct candidate one = { &rows[i], rows[i].volume_mj };
		if (rows[i].kind == CERTIFICATE_GO)
			all[guarantee_count++] = one;
		else if (rows[i].guarantees != CERTIFICATE_SOLD) /* of a contract, or of the own plant, which is metered */
			deliveries[delivery_count++] = one;
	}
	qsort(all, guarantee_count, sizeof(*all), compare);
	qsort(deliveries, delivery_count, sizeof(*all), compare);
	size_t begin = 0; /* guarantees before it were produced before any delivery that comes */
	for (size_t d = 0; d < delivery_count; d++) {
		const struct certificate *row = deliveries[d].row;
		size_t first = first_of(all, guarantee_count, row);
		bool by_ids = row->cert_id_from[0] != '\0'; /* then the days do not tell */
		for (begin = begin > first ? begin : first;
		     begin < guarantee_count && same_owner(all[begin].row, row) && all[begin].row->to_day < row->from_day; begin++)
			;
		for (size_t g = by_ids ? first : begin; g < guarantee_count && same_owner(all[g].row, row); g++) {
			if (deliveries[d].left_mj == 0 || (!by_ids && all[g].row->from_day > row->to_day))
				break; /* all that come were produced later */
			if (all[g].left_mj > 0)
				link_pair(&l, &all[g], &deliveries[d]);
		}
	}
	hand_out(&l, arena);
	free(l.found);
	free(all);
}
