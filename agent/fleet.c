/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "fleet.h"
#include "option_equal.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <hallwatt/prefetch.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct crew { /* members that were opened with one generation */
	struct fleet *fleet;
	struct generation *generation;
	size_t count;
};

struct member { /* one device */
	struct crew *crew;
	const struct config_device *config; /* in the crew's generation */
	void *place;                        /* what the hooks know it by */
	struct hwatt_target *target;
	struct scheduler_entry entry;
	uint64_t secrets;                   /* see option_secrets(); as they were when the session was opened */
};

_Static_assert(sizeof(struct member) <= 72, "there are ten thousand of them");

struct fleet {
	uv_loop_t *loop;
	struct hwatt_log *log;
	struct fleet_hooks hooks;
	struct target_memory memory;
	struct target_shelf shelf;
	struct scheduler *scheduler;
	size_t engine_count;
	void **engines;                     /* in the order of hallwatt_collectors; NULL: not started */
	bool *running;
	struct member **members;
	size_t count;
	size_t leaving;                     /* members whose target is closing */
	bool stopping;
	uv_idle_t farewell;                 /* calls `stopped` from the loop, never from within fleet_stop */
};

static int start_engine(struct fleet *fleet, const struct hwatt_collector *collector, struct hwatt_error *err)
{
	size_t n = generation_collector_number(collector);
	if (fleet->running[n])
		return 0;
	if (collector->start != NULL && collector->start(fleet->loop, fleet->log, &fleet->engines[n], err) < 0)
		return hwatt_within(err, "%s", collector->name);
	fleet->running[n] = true;
	return 0;
}

static void on_farewell_closed(uv_handle_t *handle)
{
	struct fleet *fleet = handle->data;
	struct fleet_hooks hooks = fleet->hooks;
	target_shelf_free(&fleet->shelf);
	free(fleet->engines);
	free(fleet->running);
	free(fleet->members);
	free(fleet);
	hooks.stopped(hooks.arg);
}

static void on_farewell(uv_idle_t *idle)
{
	struct fleet *fleet = idle->data;
	uv_idle_stop(idle);
	for (size_t i = 0; i < fleet->engine_count; i++)
		if (fleet->running[i] && hallwatt_collectors[i]->stop != NULL)
			hallwatt_collectors[i]->stop(fleet->engines[i]);
	scheduler_stop(fleet->scheduler);
	uv_close((uv_handle_t *)idle, on_farewell_closed);
}

static void say_farewell_when_empty(struct fleet *fleet)
{
	if (fleet->stopping && fleet->leaving == 0 && fleet->count == 0)
		uv_idle_start(&fleet->farewell, on_farewell);
}

static struct crew *crew_new(struct fleet *fleet, struct generation *generation)
{
	struct crew *crew = hwatt_alloc(sizeof(*crew));
	*crew = (struct crew){ .fleet = fleet, .generation = generation_take(generation), .count = 1 };
	return crew;
}

static void crew_leave(struct crew *crew)
{
	if (--crew->count > 0)
		return;
	generation_release(crew->generation);
	free(crew);
}

static void on_closed(void *arg, struct hwatt_target *t)
{
	struct member *m = arg;
	struct fleet *fleet = m->crew->fleet;
	(void)t;
	crew_leave(m->crew);
	free(m);
	fleet->leaving--;
	say_farewell_when_empty(fleet);
}

static void on_done(void *arg, struct hwatt_target *t, const struct hwatt_error *err)
{
	struct member *m = arg;
	int64_t took_us = scheduler_took_us(&m->entry); /* a poll takes an hour at most */
	const struct fleet *fleet = m->crew->fleet;
	int missed = scheduler_missed(&m->entry);
	if (err == NULL && missed > 0)
		hwatt_log(hwatt_target_log(t), HWATT_INFO, "answers again, after %d missed poll%s", missed, missed == 1 ? "" : "s");
	if (err != NULL && missed == 0)
		hwatt_log(hwatt_target_log(t), HWATT_WARN, "%s: %s", err->code == HWATT_ETIMEOUT ? "silent" : "cannot be read",
			  err->text);
	scheduler_done(fleet->scheduler, &m->entry, err == NULL);
	fleet->hooks.polled(fleet->hooks.arg, m->place, t, err, took_us);
	target_rest(t);
}

static void on_put_off(void *arg)
{
	struct member *m = arg;
	scheduler_put_off(m->crew->fleet->scheduler, &m->entry);
}

static void on_ready(void *arg)
{
	struct member *m = arg;
	scheduler_hurry(m->crew->fleet->scheduler, &m->entry);
}

static void on_fetch(const void *arg, unsigned step)
{
	const struct member *m = arg;
	if (m->crew->fleet->hooks.fetch != NULL)
		m->crew->fleet->hooks.fetch(m->place, step);
}

static struct member *member_of(struct scheduler_entry *e)
{
	return (struct member *)((char *)e - offsetof(struct member, entry));
}

static void on_fetch_poll(const struct scheduler_entry *e, unsigned step)
{
	const struct member *m = (const struct member *)((const char *)e - offsetof(struct member, entry));
	if (step > 0)
		target_fetch(m->target, step - 1);
	else
		hwatt_prefetch(m, sizeof(*m));
}

static void on_poll(struct scheduler_entry *e, int64_t limit_ms)
{
	target_poll(member_of(e)->target, limit_ms);
}

static void on_expire(struct scheduler_entry *e)
{
	target_expire(member_of(e)->target);
}

/* Lets a member go; it is no longer among fleet->members. */
static void dismiss(struct member *m)
{
	m->crew->fleet->leaving++;
	scheduler_remove(m->crew->fleet->scheduler, &m->entry);
	target_close(m->target);
}

/* Opens a session for `config` and schedules it. NULL when the session could not be opened, which is logged. */
static struct member *recruit(struct crew *crew, const struct config_device *config, bool soon)
{
	struct fleet *fleet = crew->fleet;
	const struct hwatt_collector *collector = generation_collector(config->device.scheme);
	struct member *m = hwatt_alloc(sizeof(*m));
	struct hwatt_error err = {0};
	m->place = fleet->hooks.changing(fleet->hooks.arg, config->device.id);
	m->crew = crew;
	m->config = config;
	struct target_parts parts = {
		.loop = fleet->loop, .parent_log = fleet->log, .collector = collector,
		.engine = fleet->engines[generation_collector_number(collector)],
		.settings = config->settings, .device = &config->device,
		.profiles = generation_profiles(crew->generation, collector),
		.owner = { .done = on_done, .closed = on_closed, .fetch = on_fetch, .put_off = on_put_off, .ready = on_ready, .arg = m },
		.memory = fleet->memory,
		.shelf = &fleet->shelf,
	};
	if (target_open(&parts, &m->target, &err) < 0) {
		struct hwatt_log *log = hwatt_log_child(fleet->log, config->device.id);
		hwatt_log(log, HWATT_ERROR, "cannot be polled: %s", err.text);
		hwatt_log_free(log);
		free(m);
		return NULL;
	}
	m->secrets = option_secrets(&collector->settings, parts.settings);
	crew->count++;
	scheduler_add(fleet->scheduler, &m->entry, config->device.id, config->device.interval_ms, config->device.timeout_ms, soon);
	return m;
}

/* A password that was changed needs a new session; one that cannot be read now does not end the one that works. */
static bool same_secrets(const struct member *m, const struct hwatt_schema *schema, const void *settings)
{
	uint64_t now = option_secrets(schema, settings);
	return now == 0 || now == m->secrets;
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Whether the session of `m` serves `b` of `next` as well. What only the inventory reads may differ. */
static bool same_session(const struct member *m, const struct generation *next, const struct config_device *b)
{
	const struct hwatt_device *x = &m->config->device, *y = &b->device;
	const struct hwatt_collector *collector = generation_collector(x->scheme);
	return same_text(x->scheme, y->scheme) && same_text(x->host, y->host) && x->port == y->port &&
	       same_text(x->profile, y->profile) && x->interval_ms == y->interval_ms &&
	       x->timeout_ms == y->timeout_ms && x->rated_mw == y->rated_mw &&
	       option_equal(&collector->settings, m->config->settings, b->settings) &&
	       same_secrets(m, &collector->settings, b->settings) &&
	       generation_profiles(m->crew->generation, collector)->hash == generation_profiles(next, collector)->hash;
}

/* The place of the member with that id; SIZE_MAX: there is none. */
static size_t find_member(const struct fleet *fleet, const char *id)
{
	/* Members are sorted by id between changes. */
	size_t low = 0, high = fleet->count;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = strcmp(fleet->members[mid]->config->device.id, id);
		if (c == 0)
			return mid;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return SIZE_MAX;
}

static int by_id(const void *a, const void *b)
{
	const struct member *const *x = a, *const *y = b;
	return strcmp((*x)->config->device.id, (*y)->config->device.id);
}

int fleet_prepare(struct fleet *fleet, const struct generation *generation, struct hwatt_error *err)
{
	const struct config *config = generation->config;
	for (size_t i = 0; i < config->device_count; i++) {
		const struct hwatt_collector *c = generation_collector(config->devices[i].device.scheme);
		if (start_engine(fleet, c, err) < 0)
			return -1;
	}
	return 0;
}

void fleet_change(struct fleet *fleet, struct generation *generation)
{
	const struct config *config = generation->config;
	struct member **next = hwatt_alloc((config->device_count + 1) * sizeof(*next));
	struct crew *crew = crew_new(fleet, generation);
	bool first = fleet->count == 0;
	bool *stays = hwatt_alloc(fleet->count + 1);
	size_t count = 0, kept = 0;
	for (size_t i = 0; i < config->device_count; i++) {
		const struct config_device *device = &config->devices[i];
		size_t at = find_member(fleet, device->device.id);
		struct member *m = at != SIZE_MAX ? fleet->members[at] : NULL;
		if (m != NULL && same_session(m, generation, device)) {
			stays[at] = true;
			kept++;
		} else {
			m = recruit(crew, device, first || m == NULL);
		}
		if (m != NULL)
			next[count++] = m;
	}
	for (size_t i = 0; i < fleet->count; i++)
		if (!stays[i])
			dismiss(fleet->members[i]);
	free(stays);
	crew_leave(crew);
	free(fleet->members);
	fleet->members = next;
	fleet->count = count;
	qsort(next, count, sizeof(*next), by_id);
	hwatt_log(fleet->log, HWATT_INFO, "%zu device%s polled, %zu as before", count, count == 1 ? "" : "s", kept);
}

int fleet_start(uv_loop_t *loop, struct hwatt_log *log, struct generation *generation, struct fleet_hooks hooks,
		struct target_memory memory, struct fleet **out, struct hwatt_error *err)
{
	static const struct scheduler_client client = { .poll = on_poll, .expire = on_expire, .fetch = on_fetch_poll };
	struct fleet *fleet = hwatt_alloc(sizeof(*fleet));
	fleet->loop = loop;
	fleet->log = log;
	fleet->hooks = hooks;
	fleet->memory = memory;
	while (hallwatt_collectors[fleet->engine_count] != NULL)
		fleet->engine_count++;
	fleet->engines = hwatt_alloc((fleet->engine_count + 1) * sizeof(void *));
	fleet->running = hwatt_alloc((fleet->engine_count + 1) * sizeof(bool));
	fleet->scheduler = scheduler_start(loop, &client);
	uv_idle_init(loop, &fleet->farewell);
	fleet->farewell.data = fleet;
	*out = fleet;
	if (fleet_prepare(fleet, generation, err) < 0)
		return -1;
	fleet_change(fleet, generation);
	return 0;
}

void fleet_stop(struct fleet *fleet)
{
	fleet->stopping = true;
	size_t count = fleet->count;
	fleet->count = 0;
	fleet->leaving++; /* one that closes at once is not the last while we are here */
	for (size_t i = 0; i < count; i++)
		dismiss(fleet->members[i]);
	fleet->leaving--;
	say_farewell_when_empty(fleet);
}

struct scheduler_figures fleet_figures(const struct fleet *fleet)
{
	return scheduler_figures(fleet->scheduler);
}

void fleet_counters(const struct fleet *fleet,
		    void (*put)(void *arg, const char *name, const char *help, int64_t value), void *arg)
{
	for (size_t i = 0; i < fleet->engine_count; i++)
		if (fleet->running[i] && hallwatt_collectors[i]->counters != NULL)
			hallwatt_collectors[i]->counters(fleet->engines[i], put, arg);
}
