/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "kind.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

static bool same(const char *a, const char *b)
{
	return strcmp(a, b != NULL ? b : "") == 0;
}

bool kind_is(const struct kind *k, const struct hwatt_identity *id)
{
	return same(k->vendor, id->vendor) && same(k->model, id->model) && same(k->firmware, id->firmware) &&
	       same(k->profile, id->profile) && same(k->profile_reason, id->profile_reason);
}

struct kind *kind_take(struct kind_shelf *shelf, const struct hwatt_identity *id)
{
	for (struct kind *k = shelf != NULL ? shelf->first : NULL; k != NULL; k = k->next) {
		if (!kind_is(k, id))
			continue;
		k->users++;
		return k;
	}
	struct word_shelf *words = shelf != NULL ? &shelf->words : NULL;
	struct kind *k = hwatt_alloc(sizeof(*k));
	*k = (struct kind){ .vendor = word_take(words, id->vendor), .model = word_take(words, id->model),
			    .firmware = word_take(words, id->firmware), .profile = word_take(words, id->profile),
			    .profile_reason = word_take(words, id->profile_reason), .users = 1 };
	if (shelf != NULL) {
		k->next = shelf->first;
		shelf->first = k;
	}
	return k;
}

void kind_give(struct kind_shelf *shelf, struct kind *kind)
{
	if (kind == NULL || --kind->users > 0)
		return;
	struct word_shelf *words = shelf != NULL ? &shelf->words : NULL;
	struct kind **at = shelf != NULL ? &shelf->first : NULL;
	while (at != NULL && *at != kind)
		at = &(*at)->next;
	if (at != NULL)
		*at = kind->next;
	word_give(words, kind->vendor);
	word_give(words, kind->model);
	word_give(words, kind->firmware);
	word_give(words, kind->profile);
	word_give(words, kind->profile_reason);
	free(kind);
}

void kind_shelf_free(struct kind_shelf *shelf)
{
	assert(shelf->first == NULL);
	word_shelf_free(&shelf->words);
}
