/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "word.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct word {
	struct word *next;
	uint32_t hash, users;
	char text[];
};

/* FNV-1a. */
static uint32_t hash_of(const char *text)
{
	uint32_t h = 2166136261u;
	for (const char *p = text; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	return h;
}

static struct word **head_of(const struct word_shelf *shelf, uint32_t hash)
{
	return &shelf->heads[hash & (shelf->size - 1)];
}

static void grow(struct word_shelf *shelf)
{
	struct word_shelf more = { .size = shelf->size == 0 ? 64 : 2 * shelf->size, .count = shelf->count };
	more.heads = hwatt_alloc(more.size * sizeof(struct word *));
	for (size_t i = 0; i < shelf->size; i++) {
		for (struct word *w = shelf->heads[i]; w != NULL;) {
			struct word *next = w->next;
			w->next = *head_of(&more, w->hash);
			*head_of(&more, w->hash) = w;
			w = next;
		}
	}
	free(shelf->heads);
	*shelf = more;
}

const char *word_take(struct word_shelf *shelf, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return "";
	if (shelf == NULL)
		return hwatt_strdup(text);
	if (shelf->count >= shelf->size)
		grow(shelf);
	uint32_t hash = hash_of(text);
	struct word **head = head_of(shelf, hash);
	for (struct word *w = *head; w != NULL; w = w->next) {
		if (w->hash == hash && strcmp(w->text, text) == 0) {
			w->users++;
			return w->text;
		}
	}
	size_t size = strlen(text) + 1;
	struct word *w = hwatt_alloc(sizeof(*w) + size);
	*w = (struct word){ .next = *head, .hash = hash, .users = 1 };
	memcpy(w->text, text, size);
	*head = w;
	shelf->count++;
	return w->text;
}

void word_give(struct word_shelf *shelf, const char *word)
{
	if (word == NULL || word[0] == '\0')
		return;
	if (shelf == NULL) {
		free((char *)(uintptr_t)word);
		return;
	}
	struct word **at = head_of(shelf, hash_of(word));
	while ((*at)->text != word)
		at = &(*at)->next;
	struct word *w = *at;
	if (--w->users > 0)
		return;
	*at = w->next;
	shelf->count--;
	free(w);
}

void word_shelf_free(struct word_shelf *shelf)
{
	assert(shelf->count == 0);
	free(shelf->heads);
	*shelf = (struct word_shelf){ 0 };
}
