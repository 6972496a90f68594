/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* nearest.h - the known word that is nearest to a misspelt one, for "did you mean".
 *
 * Start with {.wanted = word}, offer every known word, ask nearest.best: NULL when none is near enough. */
#ifndef HALLWATT_NEAREST_H
#define HALLWATT_NEAREST_H

#include <hallwatt/arena.h>

struct nearest {
	const char *wanted;
	const char *best; /* borrowed from the offers */
	size_t distance;
};

/* Number of inserted, deleted, changed or swapped characters between `a` and `b`, case ignored; `limit` + 1 when it is
 * more than `limit` or when one of the words is longer than 64 octets.
 * Source: optimal string alignment, restricted edit distance. */
size_t nearest_distance(const char *a, const char *b, size_t limit);
void nearest_offer(struct nearest *nearest, const char *word);
/* "; did you mean \"X\"?" or "", in the arena. */
const char *nearest_hint(const struct nearest *nearest, struct hwatt_arena *arena);

#endif
