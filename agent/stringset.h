/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* stringset.h - the strings of one immutable block while it is built: every one stands there once.
 *
 * First all are noted, which tells how much room they need; then the block is allocated, they settle at its end, and each is
 * looked up again. Those that stand in a set of others already (of a page that several blocks share) need no room. */
#ifndef HALLWATT_STRINGSET_H
#define HALLWATT_STRINGSET_H

#include <hallwatt/option.h>
#include <stddef.h>
#include <stdint.h>

struct stringset_slot {
	const char *text; /* borrowed; NULL: free */
	size_t length;
	uint64_t hash;
	const char *at;   /* where it stands, NULL: not yet */
};

struct stringset {
	struct stringset_slot *slots; /* open addressing */
	size_t mask;   /* slots - 1 */
	size_t count;
	size_t octets; /* of those that stand nowhere, with the NULs */
};

/* FNV-1a; begin with STRINGSET_SEED, or go on from what came before. */
#define STRINGSET_SEED UINT64_C(14695981039346656037)
uint64_t stringset_hash(uint64_t seed, const void *octets, size_t length);

/* Room for `most` different strings. */
void stringset_init(struct stringset *s, size_t most);
void stringset_free(struct stringset *s);
/* NULL counts as "". The text is borrowed until the set is freed. */
void stringset_note(struct stringset *s, const char *text);
/* Finds those that stand in `known` already; NULL: none does. */
void stringset_share(struct stringset *s, const struct stringset *known);
/* Copies the noted strings that stand nowhere to `base`, which has room for `octets`, and has `known` find them there (NULL: nobody
 * shall) while that is not half full. */
void stringset_settle(struct stringset *s, char *base, struct stringset *known);
/* Where a noted text stands, once all have settled. */
const char *stringset_find(const struct stringset *s, const char *text);

/* Visitors of a struct's strings: they note each, or have it point to where it stands. `set` is a struct stringset. */
void stringset_note_one(void *set, const char **text);
void stringset_move_one(void *set, const char **text);
/* `texts` keeps its NULLs: an absent language is no empty one. */
void stringset_each_language(struct hwatt_texts *texts, void (*each)(void *arg, const char **text), void *arg);

#endif
