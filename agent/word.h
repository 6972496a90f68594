/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* word.h - strings that many devices have in common, kept once: vendors, models, names of profiles.
 *
 * A shelf is {0} at first. What was taken is given back by who took it, so that what devices say cannot pile up. */
#ifndef HALLWATT_WORD_H
#define HALLWATT_WORD_H

#include <stddef.h>

struct word;

struct word_shelf {
	struct word **heads; /* by hash, each the first of a list */
	size_t size, count;  /* size: a power of two, or 0 */
};

/* The shelf's copy of `text`, NULL being "". Without a shelf (NULL) a copy of its own. */
const char *word_take(struct word_shelf *shelf, const char *text);
/* `word` is what word_take() gave from that shelf, or NULL. */
void word_give(struct word_shelf *shelf, const char *word);
/* All words must have been given back. */
void word_shelf_free(struct word_shelf *shelf);

#endif
