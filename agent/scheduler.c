/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheduler.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <hallwatt/prefetch.h>
#include <stdlib.h>
#include <string.h>

#define MILLION 1000000
#define BRANCHES 8u /* of the heap: a flat one, as each entry that moves in it has to be told, and lies anywhere in memory */

_Static_assert(sizeof(struct scheduler_entry) <= 32, "there are ten thousand of them");

struct due { /* with its time beside it, so that the heap is put in order without a look at each entry */
	int64_t at_ms; /* when the heap must look: the entry is due, or its running poll's deadline */
	struct scheduler_entry *entry;
};

struct scheduler {
	uv_loop_t *loop;
	struct scheduler_client client;
	uv_timer_t timer;
	struct due *heap; /* the earliest first */
	size_t count, capacity;
	int64_t rate;         /* polls in a million milliseconds, when all answer */
	int64_t rest_until_ms; /* the next lot begins then */
	struct scheduler_figures figures;
};

static void heap_put(struct scheduler *s, size_t at, struct due due)
{
	s->heap[at] = due;
	due.entry->position = (uint32_t)at;
}

/* The earliest of those below `at`; `count` when there are none. */
static size_t earliest_below(const struct scheduler *s, size_t at)
{
	size_t first = at * BRANCHES + 1, end = first + BRANCHES < s->count ? first + BRANCHES : s->count;
	if (first >= end)
		return s->count;
	size_t earliest = first;
	for (size_t i = first + 1; i < end; i++)
		if (s->heap[i].at_ms < s->heap[earliest].at_ms)
			earliest = i;
	return earliest;
}

/* Moves the entry at `at` to where `at_ms` belongs. */
static void heap_fix(struct scheduler *s, size_t at, int64_t at_ms)
{
	struct due due = { at_ms, s->heap[at].entry };
	while (at > 0 && s->heap[(at - 1) / BRANCHES].at_ms > due.at_ms) {
		heap_put(s, at, s->heap[(at - 1) / BRANCHES]);
		at = (at - 1) / BRANCHES;
	}
	for (;;) {
		size_t below = earliest_below(s, at);
		if (below == s->count || s->heap[below].at_ms >= due.at_ms)
			break;
		heap_put(s, at, s->heap[below]);
		at = below;
	}
	heap_put(s, at, due);
}

static void on_timer(uv_timer_t *timer);

/* Sets the timer for what is due first. One that stands earlier is left: it finds nothing and sets itself anew. */
static void arm(struct scheduler *s)
{
	if (s->count == 0) {
		uv_timer_stop(&s->timer);
		return;
	}
	int64_t at_ms = s->heap[0].at_ms > s->rest_until_ms ? s->heap[0].at_ms : s->rest_until_ms;
	int64_t wait = at_ms - (int64_t)uv_now(s->loop);
	uint64_t ms = wait > 0 ? (uint64_t)wait : 0;
	if (!uv_is_active((uv_handle_t *)&s->timer) || uv_timer_get_due_in(&s->timer) > ms)
		uv_timer_start(&s->timer, on_timer, ms, 0);
}

/* Has the processor fetch what polls that are due will touch: that of many at once takes little longer than that of one. */
static void fetch_ahead(const struct scheduler *s, int64_t now)
{
	size_t due[SCHEDULER_LOT], count = 0; /* places in the heap; those above one that is due are due, too */
	if (s->count > 0 && s->heap[0].at_ms <= now)
		due[count++] = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t at = due[i] * BRANCHES + 1; at <= due[i] * BRANCHES + BRANCHES && at < s->count && count < SCHEDULER_LOT; at++)
			if (s->heap[at].at_ms <= now)
				due[count++] = at;
	for (size_t i = 0; i < count && count > 1; i++)
		hwatt_prefetch(s->heap[due[i]].entry, sizeof(*s->heap[0].entry));
	for (unsigned step = 0; step < SCHEDULER_FETCH_STEPS && count > 1 && s->client.fetch != NULL; step++)
		for (size_t i = 0; i < count; i++)
			s->client.fetch(s->heap[due[i]].entry, step);
}

static uint32_t clock_us(void)
{
	return (uint32_t)(uv_hrtime() / 1000);
}

static void start_poll(struct scheduler *s, struct scheduler_entry *e, int64_t now)
{
	int64_t late_us = (now - e->due_ms) * 1000;
	s->figures.polls++;
	s->figures.lateness_us_sum += late_us;
	if (late_us > s->figures.lateness_us_max)
		s->figures.lateness_us_max = late_us;
	if (late_us > 1000000)
		s->figures.late++;
	s->figures.outstanding++;
	e->polling = true;
	heap_fix(s, e->position, now + e->limit_ms);
	e->began_us = clock_us();
	s->client.poll(e, e->limit_ms);
}

/* Polls that begin at once. Twice an even share, so that those who wait are made up for. */
static int64_t lot_of(const struct scheduler *s)
{
	int64_t share = s->rate * 2 * SCHEDULER_LOT_MS / MILLION;
	return share > SCHEDULER_LOT ? share : SCHEDULER_LOT;
}

static void on_timer(uv_timer_t *timer)
{
	struct scheduler *s = timer->data;
	int64_t now = (int64_t)uv_now(s->loop), started = 0, lot = lot_of(s);
	fetch_ahead(s, now);
	/* The client may end its poll, or remove entries, within the call: look at the top anew each time. */
	while (s->count > 0 && s->heap[0].at_ms <= now && s->rest_until_ms <= now) {
		struct scheduler_entry *e = s->heap[0].entry;
		if (e->polling) {
			s->client.expire(e);
			continue;
		}
		if (started++ == lot) {
			s->rest_until_ms = now + SCHEDULER_LOT_MS;
			break;
		}
		start_poll(s, e, now);
	}
	arm(s);
}

struct scheduler *scheduler_start(uv_loop_t *loop, const struct scheduler_client *client)
{
	struct scheduler *s = hwatt_alloc(sizeof(*s));
	s->loop = loop;
	s->client = *client;
	uv_timer_init(loop, &s->timer);
	s->timer.data = s;
	return s;
}

static void on_closed(uv_handle_t *handle)
{
	struct scheduler *s = handle->data;
	free(s->heap);
	free(s);
}

void scheduler_stop(struct scheduler *s)
{
	assert(s->count == 0);
	uv_close((uv_handle_t *)&s->timer, on_closed);
}

static uint64_t key_hash(const char *key)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (; *key != '\0'; key++)
		h = (h ^ (unsigned char)*key) * UINT64_C(1099511628211);
	return h ^ h >> 29; /* the low bits of FNV alone are not even enough for short keys */
}

/* The next time at or after `from` that is the entry's place in its period. */
static int64_t next_place(const struct scheduler_entry *e, int64_t from)
{
	int64_t into = (from - e->place_ms) % e->period_ms;
	if (into < 0)
		into += e->period_ms;
	return into == 0 ? from : from + e->period_ms - into;
}

void scheduler_add(struct scheduler *s, struct scheduler_entry *e, const char *key, int64_t period_ms, int64_t limit_ms,
		   bool soon)
{
	assert(period_ms > 0 && period_ms <= INT32_MAX && limit_ms > 0);
	uint64_t hash = key_hash(key);
	*e = (struct scheduler_entry){ .period_ms = (int32_t)period_ms,
				       .limit_ms = (int32_t)(limit_ms < period_ms ? limit_ms : period_ms) };
	e->place_ms = (int32_t)(hash % (uint64_t)period_ms);
	int32_t grid_ms = e->period_ms / SCHEDULER_GROUPS < SCHEDULER_GRID_MS ? e->period_ms / SCHEDULER_GROUPS : SCHEDULER_GRID_MS;
	e->place_ms -= grid_ms > 0 ? e->place_ms % grid_ms : 0;
	s->rate += MILLION / period_ms;
	uv_update_time(s->loop);
	int64_t now = (int64_t)uv_now(s->loop);
	int64_t spread = period_ms < SCHEDULER_SOON_MS ? period_ms : SCHEDULER_SOON_MS;
	int64_t crowd = (int64_t)s->count * SCHEDULER_FIRST_MS;
	spread = spread > crowd ? spread : crowd;
	e->due_ms = soon ? now + (int64_t)(hash % (uint64_t)spread) : next_place(e, now);
	if (s->count == s->capacity) {
		s->capacity = s->capacity == 0 ? 64 : s->capacity + s->capacity / 4;
		s->heap = hwatt_realloc(s->heap, s->capacity * sizeof(*s->heap));
	}
	heap_put(s, s->count++, (struct due){ e->due_ms, e });
	heap_fix(s, e->position, e->due_ms);
	arm(s);
}

void scheduler_remove(struct scheduler *s, struct scheduler_entry *e)
{
	size_t at = e->position;
	s->rate -= MILLION / e->period_ms;
	if (e->polling)
		s->figures.outstanding--;
	if (e->missed > SCHEDULER_PATIENCE)
		s->figures.backed_off--;
	s->count--;
	if (at < s->count) {
		heap_put(s, at, s->heap[s->count]);
		heap_fix(s, at, s->heap[at].at_ms);
	}
	arm(s);
}

/* How long to wait from one poll's due time to the next, in whole periods while the device is not backed off. */
static int64_t wait_ms(const struct scheduler_entry *e)
{
	int64_t wait = e->period_ms;
	for (int i = SCHEDULER_PATIENCE; i < e->missed && wait < SCHEDULER_BACKOFF_MAX_MS; i++)
		wait *= 2;
	int64_t most = e->period_ms > SCHEDULER_BACKOFF_MAX_MS ? e->period_ms : SCHEDULER_BACKOFF_MAX_MS;
	return wait < most ? wait : most;
}

static void end_poll(struct scheduler *s, struct scheduler_entry *e)
{
	assert(e->polling);
	e->polling = false;
	s->figures.outstanding--;
}

/* The next poll comes at its place after `from`, unless there is a hurry. */
static void set_due(struct scheduler *s, struct scheduler_entry *e, int64_t from)
{
	int64_t now = (int64_t)uv_now(s->loop);
	e->due_ms = e->hurried ? now : next_place(e, from > now ? from : now + 1);
	e->hurried = false;
	heap_fix(s, e->position, e->due_ms);
	arm(s);
}

void scheduler_put_off(struct scheduler *s, struct scheduler_entry *e)
{
	end_poll(s, e);
	s->figures.put_off++;
	set_due(s, e, e->due_ms + 1);
}

void scheduler_hurry(struct scheduler *s, struct scheduler_entry *e)
{
	e->hurried = true;
	if (!e->polling)
		set_due(s, e, e->due_ms);
}

void scheduler_done(struct scheduler *s, struct scheduler_entry *e, bool ok)
{
	end_poll(s, e);
	bool was_off = e->missed > SCHEDULER_PATIENCE;
	if (ok)
		e->missed = 0;
	else if (e->missed < 1000)
		e->missed++;
	bool is_off = e->missed > SCHEDULER_PATIENCE;
	s->figures.backed_off += (int)is_off - (int)was_off;
	if (!ok)
		s->figures.missed++;
	set_due(s, e, e->due_ms + (is_off ? wait_ms(e) : 1));
}

int64_t scheduler_took_us(const struct scheduler_entry *e)
{
	return clock_us() - e->began_us;
}

int scheduler_missed(const struct scheduler_entry *e)
{
	return e->missed;
}

struct scheduler_figures scheduler_figures(const struct scheduler *s)
{
	struct scheduler_figures f = s->figures;
	f.entries = (int64_t)s->count;
	return f;
}
