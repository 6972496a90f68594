/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "course.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct course *c, size_t count)
{
	if (count <= c->capacity)
		return;
	c->capacity = count > c->capacity * 2 ? count : c->capacity * 2;
	c->cells = hwatt_realloc(c->cells, c->capacity * sizeof(*c->cells));
}

void course_put(struct course *c, int64_t start_s, struct kpi_cell cell)
{
	if (c->count == 0)
		c->from_s = start_s;
	if (start_s < c->from_s) {
		size_t more = (size_t)((c->from_s - start_s) / QUARTER_S);
		reserve(c, c->count + more);
		memmove(c->cells + more, c->cells, c->count * sizeof(*c->cells));
		memset(c->cells, 0, more * sizeof(*c->cells));
		c->from_s = start_s;
		c->count += more;
	}
	size_t place = (size_t)((start_s - c->from_s) / QUARTER_S);
	if (place >= c->count) {
		reserve(c, place + 1);
		memset(c->cells + c->count, 0, (place + 1 - c->count) * sizeof(*c->cells));
		c->count = place + 1;
	}
	c->cells[place] = cell;
}

struct kpi_course course_window(const struct course *c, int64_t from_s, int64_t to_s)
{
	int64_t end_s = c->from_s + (int64_t)c->count * QUARTER_S;
	from_s = from_s > c->from_s ? from_s : c->from_s;
	to_s = to_s < end_s ? to_s : end_s;
	if (c->count == 0 || from_s >= to_s)
		return (struct kpi_course){0};
	return (struct kpi_course){ from_s, (size_t)((to_s - from_s) / QUARTER_S), c->cells + (from_s - c->from_s) / QUARTER_S };
}

void course_free(struct course *c)
{
	free(c->cells);
	*c = (struct course){0};
}

static struct course *find(const struct courses *all, size_t sum)
{
	for (size_t low = 0, high = all->count; low < high;) { /* the sums are in order */
		size_t middle = low + (high - low) / 2;
		if (all->sums[middle] == sum)
			return &all->items[middle];
		if (all->sums[middle] < sum)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct course *courses_add(struct courses *all, size_t sum)
{
	struct course *found = find(all, sum);
	if (found != NULL)
		return found;
	size_t at = all->count;
	all->sums = hwatt_realloc(all->sums, (all->count + 1) * sizeof(*all->sums));
	all->items = hwatt_realloc(all->items, (all->count + 1) * sizeof(*all->items));
	for (; at > 0 && all->sums[at - 1] > sum; at--) {
		all->sums[at] = all->sums[at - 1];
		all->items[at] = all->items[at - 1];
	}
	all->sums[at] = sum;
	all->items[at] = (struct course){0};
	all->count++;
	return &all->items[at];
}

const struct course *courses_find(const struct courses *all, size_t sum)
{
	return find(all, sum);
}

void courses_free(struct courses *all)
{
	for (size_t i = 0; i < all->count; i++)
		course_free(&all->items[i]);
	free(all->sums);
	free(all->items);
	*all = (struct courses){0};
}
