/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* herd.h - rows that have something in common, found by what it is. Pure; a hash table that only grows. */
#ifndef REDFISH_HERD_H
#define REDFISH_HERD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct herd_key { /* what they have in common */
	size_t place;
	int64_t numbers[2];
	const char *text;   /* not copied; NULL: none */
	size_t length;      /* of text */
};

struct herd { /* what is known of them; {0} when new */
	size_t count, best; /* best: a row, by the user's word */
	bool declared, mixed;
};

struct herds;

struct herds *herds_new(void);
void herds_free(struct herds *herds);
/* The herd of `key`, made when there is none; valid until the next herds_take(). */
struct herd *herds_take(struct herds *herds, struct herd_key key);
/* NULL: there is none. */
const struct herd *herds_find(const struct herds *herds, struct herd_key key);

#endif
