/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "nearest.h"
#include <ctype.h>
#include <string.h>

#define WORD_MAX 64

static int lower(char c)
{
	return tolower((unsigned char)c);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t nearest_distance(const char *a, const char *b, size_t limit)
{
	size_t n = strnlen(a, WORD_MAX + 1), m = strnlen(b, WORD_MAX + 1);
	if (n > WORD_MAX || m > WORD_MAX || (n > m ? n - m : m - n) > limit)
		return limit + 1;
	size_t rows[3][WORD_MAX + 1]; /* two rows back, one row back, this row */
	for (size_t j = 0; j <= m; j++)
		rows[1][j] = j;
	memcpy(rows[0], rows[1], sizeof(rows[0]));
	for (size_t i = 1; i <= n; i++) {
		size_t lowest = rows[2][0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t change = rows[1][j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
			size_t cost = least(change, 1 + least(rows[1][j], rows[2][j - 1]));
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
				cost = least(cost, rows[0][j - 2] + 1);
			rows[2][j] = cost;
			lowest = least(lowest, cost);
		}
		if (lowest > limit)
			return limit + 1;
		memcpy(rows[0], rows[1], sizeof(rows[0]));
		memcpy(rows[1], rows[2], sizeof(rows[1]));
	}
	return rows[1][m] > limit ? limit + 1 : rows[1][m];
}

void nearest_offer(struct nearest *nearest, const char *word)
{
	size_t length = strlen(nearest->wanted);
	size_t limit = length < 3 ? 1 : length < 6 ? 2 : 3;
	if (nearest->best != NULL)
		limit = nearest->distance > 0 ? nearest->distance - 1 : 0;
	size_t distance = nearest_distance(nearest->wanted, word, limit);
	/* A word of which nothing is left is no likeness. */
	if (distance <= limit && distance < least(length, strlen(word)) && (nearest->best == NULL || distance < nearest->distance)) {
		nearest->best = word;
		nearest->distance = distance;
	}
}

const char *nearest_hint(const struct nearest *nearest, struct hwatt_arena *arena)
{
	return nearest->best == NULL ? "" : hwatt_arena_printf(arena, "; did you mean \"%s\"?", nearest->best);
}
