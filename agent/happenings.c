/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "happenings.h"
#include <hallwatt/arena.h>
#include <hallwatt/part.h>
#include <stdlib.h>
#include <string.h>

static int take(void *arg, const struct store_event *event)
{
	struct happenings *h = arg;
	if (strcmp(event->kind, "device_replaced") != 0)
		return 0;
	if (h->count == h->capacity) {
		h->capacity = h->capacity == 0 ? 16 : h->capacity * 2;
		h->items = hwatt_realloc(h->items, h->capacity * sizeof(*h->items));
	}
	h->items[h->count++] = (struct happening){ .at_s = event->at_ms / 1000, .device = hwatt_strdup(event->device),
						   .before = hwatt_strdup(event->before), .after = hwatt_strdup(event->after),
						   .part = hwatt_strdup(hwatt_part_is_subject(event->subject) ? event->subject : "") };
	return 0;
}

static void drop(struct happening *item)
{
	free(item->device);
	free(item->before);
	free(item->after);
	free(item->part);
}

int happenings_read(struct happenings *h, struct store *store, int64_t now_s, struct hwatt_error *err)
{
	size_t before = h->count;
	int64_t to_ms = now_s * 1000;
	if (to_ms <= h->read_ms)
		return 0;
	if (store_events(store, h->read_ms, to_ms, take, h, err) < 0) {
		while (h->count > before)
			drop(&h->items[--h->count]);
		return -1;
	}
	h->read_ms = to_ms;
	return 0;
}

void happenings_free(struct happenings *h)
{
	for (size_t i = 0; i < h->count; i++)
		drop(&h->items[i]);
	free(h->items);
	*h = (struct happenings){0};
}
