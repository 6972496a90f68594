/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "names.h"
#include "nearest.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void names_add(struct names *names, const char *text, const void *thing)
{
	if (names->count == names->capacity) {
		names->capacity = names->capacity == 0 ? 16 : names->capacity * 2;
		names->rows = hwatt_realloc(names->rows, names->capacity * sizeof(*names->rows));
	}
	names->rows[names->count++] = (struct name){ text, thing };
}

static int compare(const void *left, const void *right)
{
	const struct name *a = left, *b = right;
	return strcmp(a->text, b->text);
}

/* Bottom-up merging: stable, which qsort() is not. */
void names_sort(struct names *names)
{
	size_t count = names->count;
	struct name *from = names->rows, *to = hwatt_alloc((count + 1) * sizeof(*to));
	struct name *spare = to;
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t start = 0; start < count; start += 2 * width) {
			size_t left = start, middle = start + width < count ? start + width : count;
			size_t right = middle, end = start + 2 * width < count ? start + 2 * width : count;
			for (size_t i = start; i < end; i++) {
				bool take_left = left < middle && (right == end || compare(&from[left], &from[right]) <= 0);
				to[i] = take_left ? from[left++] : from[right++];
			}
		}
		struct name *swap = from;
		from = to;
		to = swap;
	}
	if (from != names->rows && count > 0)
		memcpy(names->rows, from, count * sizeof(*from));
	free(spare);
}

size_t names_first(const struct names *names, const char *text)
{
	size_t low = 0, high = names->count;
	while (low < high) { /* the first row that is not below `text` */
		size_t middle = low + (high - low) / 2;
		if (strcmp(names->rows[middle].text, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < names->count && strcmp(names->rows[low].text, text) == 0 ? low : names->count;
}

const void *names_find(const struct names *names, const char *text)
{
	size_t row = names_first(names, text);
	return row < names->count ? names->rows[row].thing : NULL;
}

const char *names_hint(const struct names *names, const char *text, struct hwatt_arena *arena)
{
	struct nearest near = { .wanted = text };
	for (size_t i = 0; i < names->count; i++)
		nearest_offer(&near, names->rows[i].text);
	return nearest_hint(&near, arena);
}

void names_free(struct names *names)
{
	free(names->rows);
	*names = (struct names){0};
}
