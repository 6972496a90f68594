/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* arena.h - memory that goes all at once: a configuration generation, a profile set.
 *
 * Allocation never fails: out of memory ends the process. Zeroed. */
#ifndef HALLWATT_ARENA_H
#define HALLWATT_ARENA_H

#include <stddef.h>

struct hwatt_arena;

struct hwatt_arena *hwatt_arena_new(void);
/* For what is large and soon gone, while others make what stays: its room is mapped, so that no holes are left between that. */
struct hwatt_arena *hwatt_arena_new_apart(void);
void hwatt_arena_free(struct hwatt_arena *arena);
void *hwatt_arena_alloc(struct hwatt_arena *arena, size_t size); /* aligned for any type, zeroed */
char *hwatt_arena_strdup(struct hwatt_arena *arena, const char *string);
char *hwatt_arena_strndup(struct hwatt_arena *arena, const char *string, size_t length);
char *hwatt_arena_printf(struct hwatt_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* malloc and friends that end the process when memory is out; never NULL. */
void *hwatt_alloc(size_t size); /* zeroed */
void *hwatt_alloc_aligned(size_t alignment, size_t size); /* a power of two, and a multiple of it; not zeroed */
void *hwatt_realloc(void *old, size_t size);
char *hwatt_strdup(const char *string);

#endif
