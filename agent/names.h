/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* names.h - things by their name: a table that is filled, sorted once, and then asked. */
#ifndef HALLWATT_NAMES_H
#define HALLWATT_NAMES_H

#include <hallwatt/arena.h>

struct name {
	const char *text;
	const void *thing;
};

struct names { /* {0} is empty; free with names_free */
	struct name *rows;
	size_t count, capacity;
};

/* Adds a thing; both pointers are borrowed. */
void names_add(struct names *names, const char *text, const void *thing);
/* Sorts by name; things of one name stay in the order in which they were added. */
void names_sort(struct names *names);
/* The first thing called `text`, NULL when there is none. */
const void *names_find(const struct names *names, const char *text);
/* The row of the first thing called `text`, its namesakes after it; names->count when there is none. */
size_t names_first(const struct names *names, const char *text);
/* "; did you mean \"X\"?" with the likest name, or "", in the arena. */
const char *names_hint(const struct names *names, const char *text, struct hwatt_arena *arena);
void names_free(struct names *names);

#endif
