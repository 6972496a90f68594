/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/arena.h>
#include <hallwatt/log.h>
#include <stdarg.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_OCTETS 4096u /* of many arenas this is all; each further block is twice as large, up to BLOCK_OCTETS */
#define BLOCK_OCTETS 65536u

struct block { /* filled from both ends: what is aligned from the front, strings from the back */
	struct block *next;
	size_t used, size, room; /* `size`: without the strings */
	alignas(max_align_t) unsigned char bytes[];
};

struct hwatt_arena {
	struct block *blocks; /* the one being filled first */
	bool apart;           /* they are mapped, of BLOCK_OCTETS or more with their heads */
};

static _Noreturn void out_of_memory(size_t size)
{
	fprintf(stderr, "hallwatt: out of memory (%zu octets)\n", size);
	abort();
}

void *hwatt_alloc(size_t size)
{
	void *p = calloc(1, size > 0 ? size : 1);
	if (p == NULL)
		out_of_memory(size);
	return p;
}

void *hwatt_alloc_aligned(size_t alignment, size_t size)
{
	void *p = aligned_alloc(alignment, size);
	if (p == NULL)
		out_of_memory(size);
	return p;
}

void *hwatt_realloc(void *old, size_t size)
{
	void *p = realloc(old, size > 0 ? size : 1);
	if (p == NULL)
		out_of_memory(size);
	return p;
}

char *hwatt_strdup(const char *string)
{
	size_t size = strlen(string) + 1;
	return memcpy(hwatt_alloc(size), string, size);
}

struct hwatt_arena *hwatt_arena_new(void)
{
	return hwatt_alloc(sizeof(struct hwatt_arena));
}

struct hwatt_arena *hwatt_arena_new_apart(void)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	arena->apart = true;
	return arena;
}

static struct block *block_new(const struct hwatt_arena *arena, size_t room)
{
	struct block *b;
	if (!arena->apart) {
		b = hwatt_alloc(sizeof(*b) + room);
	} else {
		b = mmap(NULL, sizeof(*b) + room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (b == MAP_FAILED)
			out_of_memory(room);
	}
	b->size = b->room = room;
	return b;
}

void hwatt_arena_free(struct hwatt_arena *arena)
{
	if (arena == NULL)
		return;
	for (struct block *b = arena->blocks; b != NULL;) {
		struct block *next = b->next;
		if (arena->apart)
			munmap(b, sizeof(*b) + b->room);
		else
			free(b);
		b = next;
	}
	free(arena);
}

void *hwatt_arena_alloc(struct hwatt_arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2)
		out_of_memory(size);
	size_t rounded = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	struct block *b = arena->blocks;
	if (b == NULL || b->size - b->used < rounded) {
		size_t usual = arena->apart ? BLOCK_OCTETS - sizeof(*b) : b == NULL ? FIRST_OCTETS : b->room < BLOCK_OCTETS ? b->room * 2 : BLOCK_OCTETS;
		while (!arena->apart && usual < BLOCK_OCTETS && usual / 4 < rounded)
			usual *= 2;
		bool big = rounded > BLOCK_OCTETS / 4;
		size_t room = big ? rounded : usual;
		b = block_new(arena, room);
		if (big && arena->blocks != NULL) { /* a big one does not end the block in use */
			b->next = arena->blocks->next;
			arena->blocks->next = b;
		} else {
			b->next = arena->blocks;
			arena->blocks = b;
		}
	}
	void *p = b->bytes + b->used;
	b->used += rounded;
	return p;
}

/* Zeroed room for a string, which needs no alignment. */
static char *string_room(struct hwatt_arena *arena, size_t size)
{
	struct block *b = arena->blocks;
	if (b == NULL || b->size - b->used < size)
		return hwatt_arena_alloc(arena, size);
	b->size -= size;
	return (char *)b->bytes + b->size;
}

char *hwatt_arena_strndup(struct hwatt_arena *arena, const char *string, size_t length)
{
	char *copy = string_room(arena, length + 1);
	memcpy(copy, string, length);
	return copy;
}

char *hwatt_arena_strdup(struct hwatt_arena *arena, const char *string)
{
	return hwatt_arena_strndup(arena, string, strlen(string));
}

char *hwatt_arena_printf(struct hwatt_arena *arena, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	size_t size = length < 0 ? 1 : (size_t)length + 1;
	char *copy = string_room(arena, size);
	vsnprintf(copy, size, fmt, again);
	va_end(again);
	return copy;
}
