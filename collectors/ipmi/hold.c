/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "hold.h"
#include "rakp.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BUCKETS 16u
#define MOST_FRESH 4u
#define MOST_REFUSALS 1000000u /* far beyond the longest hold */

struct hold {
	struct hold *next; /* in its bucket */
	union hwatt_udp_address at;
	char user[RAKP_MAX_USER + 1];
	uint8_t status;
	bool has_good;
	uint8_t fresh_count;
	unsigned users, pending;
	unsigned refusals; /* since a login with what was refused was taken */
	unsigned bad;      /* refused last */
	unsigned good;     /* taken last */
	unsigned fresh[MOST_FRESH]; /* new ones: each may try once although others were refused */
	int64_t held_until_ms, full_until_ms;
};

/* The book. */
static size_t bucket_of(const struct hold_book *book, const union hwatt_udp_address *at, const char *user)
{
	uint64_t h = hub_hash(at);
	for (; *user != '\0'; user++)
		h = (h ^ (uint8_t)*user) * UINT64_C(1099511628211);
	return (size_t)((h ^ h >> 29) & (book->bucket_count - 1));
}

static void grow(struct hold_book *book)
{
	struct hold_book more = { .bucket_count = book->bucket_count == 0 ? FIRST_BUCKETS : book->bucket_count * 2,
				  .count = book->count };
	more.buckets = hwatt_alloc(more.bucket_count * sizeof(struct hold *));
	for (size_t i = 0; i < book->bucket_count; i++) {
		for (struct hold *h = book->buckets[i], *next; h != NULL; h = next) {
			size_t to = bucket_of(&more, &h->at, h->user);
			next = h->next;
			h->next = more.buckets[to];
			more.buckets[to] = h;
		}
	}
	free(book->buckets);
	*book = more;
}

struct hold *hold_take(struct hold_book *book, const union hwatt_udp_address *at, const char *user)
{
	assert(strlen(user) <= RAKP_MAX_USER);
	if (book->count >= book->bucket_count)
		grow(book);
	struct hold **bucket = &book->buckets[bucket_of(book, at, user)], *h = *bucket;
	while (h != NULL && (!hwatt_udp_same(&h->at, at) || strcmp(h->user, user) != 0))
		h = h->next;
	if (h == NULL) {
		h = hwatt_alloc(sizeof(*h));
		h->at = *at;
		snprintf(h->user, sizeof(h->user), "%s", user);
		h->next = *bucket;
		*bucket = h;
		book->count++;
	}
	h->users++;
	return h;
}

void hold_release(struct hold_book *book, struct hold *hold)
{
	if (hold == NULL || --hold->users > 0)
		return;
	struct hold **at = &book->buckets[bucket_of(book, &hold->at, hold->user)];
	while (*at != hold)
		at = &(*at)->next;
	*at = hold->next;
	book->count--;
	free(hold);
}

void hold_book_free(struct hold_book *book)
{
	assert(book->count == 0);
	free(book->buckets);
	*book = (struct hold_book){ 0 };
}

size_t hold_octets(void)
{
	return sizeof(struct hold);
}

/* Credentials that are new. */
static bool is_fresh(const struct hold *h, unsigned mark)
{
	bool found = false;
	for (unsigned i = 0; i < h->fresh_count; i++)
		found = found || h->fresh[i] == mark;
	return found;
}

static void remove_fresh(struct hold *h, unsigned mark)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < h->fresh_count; i++)
		if (h->fresh[i] != mark)
			h->fresh[kept++] = h->fresh[i];
	h->fresh_count = (uint8_t)kept;
}

static void add_fresh(struct hold *h, unsigned mark)
{
	if (h->fresh_count < MOST_FRESH && !is_fresh(h, mark))
		h->fresh[h->fresh_count++] = mark;
}

/* Over restarts. */
void hold_recall(struct hold *h, unsigned mark, const char *note, int64_t now_ms, int64_t wall_s)
{
	unsigned of, refusals;
	int64_t until_s;
	if (note != NULL && sscanf(note, "%x %u %" SCNd64, &of, &refusals, &until_s) == 3 && of == mark && refusals > 0) {
		int64_t left_s = until_s > wall_s ? until_s - wall_s : 0;
		int64_t until_ms = now_ms + (left_s < HOLD_MAX_MS / 1000 ? left_s * 1000 : HOLD_MAX_MS);
		if (refusals > h->refusals)
			h->refusals = refusals < MOST_REFUSALS ? refusals : MOST_REFUSALS;
		if (until_ms > h->held_until_ms)
			h->held_until_ms = until_ms;
		h->bad = mark;
		remove_fresh(h, mark);
	} else if (h->refusals == 0 || h->bad != mark) {
		add_fresh(h, mark);
	}
}

bool hold_note(const struct hold *h, unsigned mark, int64_t now_ms, int64_t wall_s, char out[HOLD_TEXT])
{
	if (h->refusals == 0 || (h->has_good && h->good == mark))
		return false;
	snprintf(out, HOLD_TEXT, "%04x %u %" PRId64, mark, h->refusals, wall_s + hold_left_ms(h, now_ms) / 1000);
	return true;
}

/* Logins. */
enum hold_answer hold_ask(const struct hold *h, unsigned mark, int64_t now_ms)
{
	bool good = h->has_good && h->good == mark, fresh = is_fresh(h, mark);
	if (!good && !fresh && now_ms < h->held_until_ms)
		return HOLD_REFUSED;
	if (now_ms < h->full_until_ms)
		return HOLD_FULL;
	unsigned left = fresh || now_ms < h->held_until_ms ? 1 : HOLD_TRIES - h->refusals % HOLD_TRIES;
	return h->pending < left ? HOLD_GO : HOLD_OTHERS;
}

void hold_begin(struct hold *h)
{
	h->pending++;
}

void hold_end(struct hold *h)
{
	assert(h->pending > 0);
	h->pending--;
}

void hold_accept(struct hold *h, unsigned mark)
{
	h->has_good = true;
	h->good = mark;
	if (h->bad != mark && h->refusals > 0)
		return; /* others were refused, and still would be */
	h->refusals = 0;
	h->held_until_ms = 0;
}

void hold_refuse(struct hold *h, unsigned mark, uint8_t status, int64_t now_ms)
{
	h->has_good = h->has_good && h->good != mark;
	remove_fresh(h, mark);
	h->bad = mark;
	h->status = status;
	h->refusals += h->refusals < MOST_REFUSALS;
	if (h->refusals % HOLD_TRIES != 0)
		return;
	int64_t hold_ms = HOLD_MS;
	for (unsigned i = HOLD_TRIES; i < h->refusals && hold_ms < HOLD_MAX_MS; i += HOLD_TRIES)
		hold_ms *= 2;
	h->held_until_ms = now_ms + (hold_ms < HOLD_MAX_MS ? hold_ms : HOLD_MAX_MS);
}

void hold_fill(struct hold *h, unsigned random, int64_t now_ms)
{
	h->full_until_ms = now_ms + HOLD_FULL_MS + random % HOLD_FULL_JITTER_MS;
}

int64_t hold_left_ms(const struct hold *h, int64_t now_ms)
{
	return h->held_until_ms > now_ms ? h->held_until_ms - now_ms : 0;
}

unsigned hold_refusals(const struct hold *h)
{
	return h->refusals;
}

uint8_t hold_status(const struct hold *h)
{
	return h->status;
}

bool hold_is_of(const struct hold *h, unsigned mark)
{
	return h->refusals > 0 && h->bad == mark;
}
