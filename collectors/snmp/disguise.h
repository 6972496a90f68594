/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* disguise.h - what tells whose device a recording is of, and what is put in its place: made up, of the same length and kind. */
#ifndef SNMP_DISGUISE_H
#define SNMP_DISGUISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hwatt_arena;

#define DISGUISE_MOST 4096u

struct disguise {
	const uint8_t *bytes;
	uint8_t *made;        /* as long */
	size_t length;
	bool text, anywhere;  /* else only where it stands alone */
};

struct disguises { /* {0} but for the arena is empty; what is learnt lives as long as that */
	struct hwatt_arena *arena;
	struct disguise *all;
	size_t count, capacity;
	uint64_t made;        /* how many values were made up: the seed of the next */
	bool full;            /* one could not be learnt */
};

void disguise_free(struct disguises *d);

/* NULL: these octets were not learnt. Pointers hold until more is learnt. */
const struct disguise *disguise_known(const struct disguises *d, const uint8_t *bytes, size_t length);
/* The same by the same. Of `text` each letter and digit becomes another one, and the rest stays; octets keep what decides how long
 * they are in an OID, addresses how many digits they have. NULL and `full` when there are DISGUISE_MOST. */
const struct disguise *disguise_learn(struct disguises *d, const uint8_t *bytes, size_t length, bool text, bool anywhere);
/* The longest first, so that no part of it is put before it. */
void disguise_sort(struct disguises *d);

#endif
