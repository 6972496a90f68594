/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* pipeline_parts.c - serial numbers: whether it is another device than the last time, and whether its parts are others.
 *
 * Another device has registers of its own, so its meters begin anew; another part never touches them.  What is new is written
 * with the commit that also holds what the meters made of the same poll. */
#include "pipeline_private.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_SPACE "parts"
#define PARTS_MAX_OCTETS (STOCK_MAX_PARTS * (4 * STOCK_TEXT + 16))
#define NEWS_MAX (8 * STOCK_MAX_PARTS) /* events that wait while the store fails */

struct serial_news {
	char *before, *now; /* before NULL: none was known */
	int64_t at_ms;
};

struct part_news {
	char *known;      /* the parts as they are to be kept */
	struct store_event *events;
	size_t count;
};

struct pipeline_news *pipeline_news(struct pipeline_device *d)
{
	if (d->news == NULL)
		d->news = hwatt_alloc(sizeof(*d->news));
	return d->news;
}

static struct serial_news *serial_of(const struct pipeline_device *d)
{
	return d->news != NULL ? d->news->serial : NULL;
}

static struct part_news *parts_of(const struct pipeline_device *d)
{
	return d->news != NULL ? d->news->parts : NULL;
}

static void forget_parts(struct pipeline_device *d)
{
	struct part_news *n = parts_of(d);
	if (n == NULL)
		return;
	for (size_t i = 0; i < n->count; i++) {
		free((void *)(uintptr_t)n->events[i].subject);
		free((void *)(uintptr_t)n->events[i].before);
		free((void *)(uintptr_t)n->events[i].after);
	}
	free(n->events);
	free(n->known);
	free(n);
	d->news->parts = NULL;
}

static void forget_serial(struct pipeline_device *d)
{
	struct serial_news *n = serial_of(d);
	if (n == NULL)
		return;
	free(n->before);
	free(n->now);
	free(n);
	d->news->serial = NULL;
}

void pipeline_forget_serial(struct pipeline_device *d)
{
	forget_serial(d);
	forget_parts(d);
	if (d->news == NULL || d->news->errors != NULL)
		return;
	free(d->news);
	d->news = NULL;
}

/* Has `known` kept of the device's parts with the next commit. */
static struct part_news *keep_parts(struct pipeline *p, struct pipeline_device *d, const char *known)
{
	struct pipeline_news *news = pipeline_news(d);
	if (news->parts == NULL)
		news->parts = hwatt_alloc(sizeof(*news->parts));
	free(news->parts->known);
	news->parts->known = hwatt_strdup(known);
	p->new_serials = true;
	return news->parts;
}

/* Holds the serial number against the one known before: another one means another device, whose parts are no exchanges. */
void pipeline_check_serial(struct pipeline *p, struct pipeline_device *d, const char *serial, int64_t wall_ms)
{
	struct hwatt_error err = {0};
	char *known = NULL;
	if (serial == NULL || !hwatt_serial_identifies(serial) || (serial_of(d) != NULL && strcmp(serial_of(d)->now, serial) == 0))
		return;
	if (store_get(p->parts.store, SERIAL_SPACE, d->id, &known, &err) < 0) {
		hwatt_log(p->parts.log, HWATT_ERROR, "%s: serial number not known: %s", d->id, err.text);
		return;
	}
	if (known != NULL && strcmp(known, serial) == 0) {
		free(known);
		return;
	}
	forget_serial(d);
	pipeline_news(d)->serial = hwatt_alloc(sizeof(struct serial_news));
	*d->news->serial = (struct serial_news){ .before = known, .now = hwatt_strdup(serial), .at_ms = wall_ms };
	p->new_serials = true;
	if (known == NULL)
		return;
	d->exchanged = true;
	keep_parts(p, d, "");
	hwatt_log(p->parts.log, HWATT_INFO, "%s: serial number was %s and is %s now: device replaced", d->id, known, serial);
}

struct inspection {
	struct pipeline *pipeline;
	struct pipeline_device *device;
	int64_t wall_ms;
	struct store_event *events;
	size_t count;
};

static void on_change(void *arg, const struct stock_change *c)
{
	struct inspection *i = arg;
	hwatt_log(i->pipeline->parts.log, HWATT_INFO, "%s: %s: %s, from \"%s\" to \"%s\"", i->device->id, c->subject, c->kind, c->before,
		  c->after);
	if (i->count == NEWS_MAX)
		return;
	i->events = hwatt_realloc(i->events, (i->count + 1) * sizeof(*i->events));
	i->events[i->count++] = (struct store_event){ .at_ms = i->wall_ms, .kind = c->kind, .device = i->device->id,
						      .subject = hwatt_strdup(c->subject), .before = hwatt_strdup(c->before),
						      .after = hwatt_strdup(c->after) };
}

/* What is known of the device's parts, malloc'ed; NULL: the store fails. */
static char *known_parts(struct pipeline *p, const struct pipeline_device *d)
{
	struct hwatt_error err = {0};
	char *known = NULL;
	if (parts_of(d) != NULL)
		return hwatt_strdup(parts_of(d)->known);
	if (store_get(p->parts.store, PARTS_SPACE, d->id, &known, &err) < 0) {
		hwatt_log(p->parts.log, HWATT_ERROR, "%s: its parts are not known: %s", d->id, err.text);
		return NULL;
	}
	return known != NULL ? known : hwatt_strdup("");
}

void pipeline_check_parts(struct pipeline *p, struct pipeline_device *d, struct hwatt_target *t, int64_t wall_ms)
{
	char *known = target_stock(t) != NULL ? known_parts(p, d) : NULL;
	struct stock stock = {0};
	struct hwatt_text text;
	if (known == NULL)
		return; /* what was told stays until the store can be read */
	struct inspection look = { .pipeline = p, .device = d, .wall_ms = wall_ms };
	if (parts_of(d) != NULL) {
		look.events = parts_of(d)->events;
		look.count = parts_of(d)->count;
	}
	stock_read(&stock, known);
	stock_update(&stock, target_stock(t), on_change, &look);
	hwatt_text_init(&text, PARTS_MAX_OCTETS);
	stock_write(&stock, &text);
	if (strcmp(known, hwatt_text_string(&text)) != 0 || look.count > 0) {
		struct part_news *news = keep_parts(p, d, hwatt_text_string(&text));
		news->events = look.events;
		news->count = look.count;
	}
	hwatt_text_free(&text);
	stock_free(&stock);
	free(known);
	target_forget_stock(t);
}

static int write_parts(struct pipeline *p, const struct pipeline_device *d, struct hwatt_error *err)
{
	const struct part_news *n = d->news->parts;
	for (size_t i = 0; i < n->count; i++)
		if (store_event_add(p->parts.store, &n->events[i], err) < 0)
			return -1;
	return store_put(p->parts.store, PARTS_SPACE, d->id, n->known, err);
}

static int write_serial(struct pipeline *p, const struct pipeline_device *d, struct hwatt_error *err)
{
	const struct serial_news *n = d->news->serial;
	struct store_event event = { .at_ms = n->at_ms, .kind = "device_replaced", .device = d->id,
				     .subject = "chassis", .before = n->before, .after = n->now };
	if (n->before != NULL && store_event_add(p->parts.store, &event, err) < 0)
		return -1;
	return store_put(p->parts.store, SERIAL_SPACE, d->id, n->now, err);
}

int pipeline_write_serials(struct pipeline *p, struct hwatt_error *err)
{
	for (size_t i = 0; i < p->count && p->new_serials; i++) {
		const struct pipeline_device *d = p->devices[i];
		if ((serial_of(d) != NULL && write_serial(p, d, err) < 0) || (parts_of(d) != NULL && write_parts(p, d, err) < 0))
			return -1;
	}
	return 0;
}
