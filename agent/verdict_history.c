/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "verdict_history.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPACE "verdicts" /* the store's: contract/requirement -> a line a change */
#define LINE_MAX_OCTETS (VERDICT_REASONS_SIZE + 120u)
#define KEY_MAX_OCTETS 200u

struct last { /* what is known to stand last in the store */
	char *key;
	enum hwatt_status status;
	char reasons[VERDICT_REASONS_SIZE];
	bool pending; /* in the transaction that is being made */
};

struct verdict_history {
	struct last *items; /* by key */
	size_t count, capacity;
};

/* --- the text of a history --------------------------------------------------------------------------------------- */

static int status_by_name(const char *name)
{
	for (int i = 0; i < HWATT_STATUSES; i++)
		if (strcmp(hwatt_status_name((enum hwatt_status)i), name) == 0)
			return i;
	return -1;
}

/* "1760000000 not_met 1759269600 1761951600 LIMIT" */
static bool read_line(const char *line, size_t length, struct verdict_change *out)
{
	char text[LINE_MAX_OCTETS], status[32];
	int at = 0;
	if (length >= sizeof(text))
		return false;
	memcpy(text, line, length);
	text[length] = '\0';
	if (sscanf(text, "%" SCNd64 " %31s %" SCNd64 " %" SCNd64 " %n", &out->at_s, status, &out->from_s, &out->to_s, &at) < 4)
		return false;
	int known = status_by_name(status);
	if (known < 0 || strlen(text + at) >= sizeof(out->reasons))
		return false;
	out->status = (enum hwatt_status)known;
	memcpy(out->reasons, text + at, strlen(text + at) + 1);
	return true;
}

/* A line that cannot be read is passed over. */
static void read_lines(const char *value, struct verdict_change **out, size_t *count)
{
	size_t capacity = 0;
	*out = NULL;
	*count = 0;
	for (const char *at = value; *at != '\0';) {
		size_t length = strcspn(at, "\n");
		if (*count == capacity) {
			capacity = capacity == 0 ? 8 : capacity * 2;
			*out = hwatt_realloc(*out, capacity * sizeof(**out));
		}
		if (read_line(at, length, &(*out)[*count]))
			(*count)++;
		at += length + (at[length] == '\n');
	}
}

static void write_lines(const struct verdict_change *changes, size_t count, struct hwatt_text *out)
{
	for (size_t i = 0; i < count; i++)
		hwatt_text_printf(out, "%" PRId64 " %s %" PRId64 " %" PRId64 " %s\n", changes[i].at_s, hwatt_status_name(changes[i].status),
				  changes[i].from_s, changes[i].to_s, changes[i].reasons);
}

int verdict_history_read(struct store *store, const char *contract, const char *requirement, struct verdict_change **out, size_t *count,
			 struct hwatt_error *err)
{
	char key[KEY_MAX_OCTETS], *value;
	snprintf(key, sizeof(key), "%s/%s", contract, requirement);
	*out = NULL;
	*count = 0;
	if (store_get(store, SPACE, key, &value, err) < 0)
		return -1;
	if (value != NULL)
		read_lines(value, out, count);
	free(value);
	return 0;
}

/* --- keeping ----------------------------------------------------------------------------------------------------- */

struct verdict_history *verdict_history_new(void)
{
	return hwatt_alloc(sizeof(struct verdict_history));
}

void verdict_history_free(struct verdict_history *h)
{
	for (size_t i = 0; h != NULL && i < h->count; i++)
		free(h->items[i].key);
	if (h != NULL)
		free(h->items);
	free(h);
}

/* Where the key is, or would be put. */
static size_t place_of(const struct verdict_history *h, const char *key)
{
	size_t low = 0, high = h->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(h->items[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct last *find(struct verdict_history *h, const char *key)
{
	size_t at = place_of(h, key);
	return at < h->count && strcmp(h->items[at].key, key) == 0 ? &h->items[at] : NULL;
}

static struct last *add(struct verdict_history *h, const char *key)
{
	size_t at = place_of(h, key);
	if (h->count == h->capacity) {
		h->capacity = h->capacity == 0 ? 64 : h->capacity * 2;
		h->items = hwatt_realloc(h->items, h->capacity * sizeof(*h->items));
	}
	memmove(&h->items[at + 1], &h->items[at], (h->count - at) * sizeof(*h->items));
	h->count++;
	h->items[at] = (struct last){ .key = hwatt_strdup(key), .status = HWATT_STATUSES };
	return &h->items[at];
}

static bool same(enum hwatt_status status, const char *reasons, const struct hwatt_view_requirement *r)
{
	if (status != r->status)
		return false;
	bool open = strstr(reasons, "PERIOD_OPEN") != NULL && strstr(r->reasons, "PERIOD_OPEN") != NULL;
	return open || strcmp(reasons, r->reasons) == 0;
}

/* The first change and the newest ones stay. */
static void shorten(struct verdict_change *changes, size_t *count)
{
	if (*count < VERDICT_HISTORY_MAX)
		return;
	size_t drop = *count - VERDICT_HISTORY_MAX + 1;
	memmove(&changes[1], &changes[1 + drop], (*count - 1 - drop) * sizeof(*changes));
	*count -= drop;
}

/* Looks what the store has of it, and adds the change when it is one. */
static int note(struct store *store, const char *key, const struct hwatt_view_requirement *r, int64_t now_s, struct hwatt_error *err)
{
	struct verdict_change *changes;
	size_t count;
	struct hwatt_text text;
	if (verdict_history_read(store, r->contract, r->requirement, &changes, &count, err) < 0)
		return -1;
	int rc = 0;
	if (count == 0 || !same(changes[count - 1].status, changes[count - 1].reasons, r)) {
		shorten(changes, &count);
		changes = hwatt_realloc(changes, (count + 1) * sizeof(*changes));
		changes[count] = (struct verdict_change){ .at_s = now_s, .status = r->status, .from_s = r->from_s, .to_s = r->to_s };
		snprintf(changes[count].reasons, sizeof(changes[count].reasons), "%s", r->reasons);
		hwatt_text_init(&text, (VERDICT_HISTORY_MAX + 1) * LINE_MAX_OCTETS);
		write_lines(changes, count + 1, &text);
		rc = store_put(store, SPACE, key, hwatt_text_string(&text), err);
		hwatt_text_free(&text);
	}
	free(changes);
	return rc;
}

/* What was pending is in the store now, or is not. */
static void settle(struct verdict_history *h, bool kept)
{
	for (size_t i = 0; i < h->count; i++) {
		if (h->items[i].pending && !kept)
			h->items[i].status = HWATT_STATUSES; /* like none: looked up again */
		h->items[i].pending = false;
	}
}

int verdict_history_keep(struct verdict_history *h, struct store *store, const struct hwatt_view_hall *hall, int64_t now_s,
			 struct hwatt_error *err)
{
	bool begun = false;
	int rc = 0;
	for (size_t i = 0; i < hall->requirement_count && rc == 0; i++) {
		const struct hwatt_view_requirement *r = &hall->requirements[i];
		char key[KEY_MAX_OCTETS];
		snprintf(key, sizeof(key), "%s/%s", r->contract, r->requirement);
		struct last *last = find(h, key);
		if (last != NULL && same(last->status, last->reasons, r))
			continue;
		if (!begun)
			rc = store_begin(store, err);
		begun |= rc == 0;
		if (rc == 0)
			rc = note(store, key, r, now_s, err);
		if (rc < 0)
			break;
		last = last != NULL ? last : add(h, key);
		last->status = r->status;
		last->pending = true;
		snprintf(last->reasons, sizeof(last->reasons), "%s", r->reasons);
	}
	if (begun && rc == 0)
		rc = store_commit(store, err);
	else if (begun)
		store_rollback(store);
	settle(h, rc == 0);
	return rc;
}
