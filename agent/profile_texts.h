/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* profile_texts.h - the texts of a set's profiles, packed by zlib. What is read of them later is in hallwatt/profile.h. */
#ifndef HALLWATT_PROFILE_TEXTS_H
#define HALLWATT_PROFILE_TEXTS_H

#include <hallwatt/collector.h>
#include <hallwatt/profile.h>

struct packed { /* a text in as many octets as it needs */
	unsigned char *bytes;
	size_t size, length; /* packed, and as it was */
};

/* `length` is at most a document's. */
struct packed packed_new(const char *bytes, size_t length);
void packed_free(struct packed *packed);

/* Room for `count` texts, with one user. */
struct hwatt_profile_texts *profile_texts_new(const struct hwatt_collector *collector, size_t count);
/* Sets the text of one profile, once, and empties `text`. */
void profile_texts_set(struct hwatt_profile_texts *texts, size_t number, struct packed *text);

#endif
