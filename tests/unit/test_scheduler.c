/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The scheduler on a real loop with periods of milliseconds: what is asserted are orders and counts, not times. */
#include "scheduler.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#define DEVICES 50

struct device {
	struct world *world;
	struct scheduler_entry entry;
	bool silent, polling;
	int polls, expired;
	int64_t first_ms, last_ms, shortest_ms;
};

struct world {
	uv_loop_t loop;
	uv_timer_t end;
	struct scheduler *scheduler;
	struct device devices[DEVICES];
	int count, polled_once;
	int64_t began_ms;
};

static void on_poll(struct scheduler_entry *e, int64_t limit_ms)
{
	struct device *d = (struct device *)((char *)e - offsetof(struct device, entry));
	int64_t now = (int64_t)uv_now(&d->world->loop);
	assert_false(d->polling); /* at most one outstanding */
	assert_true(limit_ms > 0);
	if (d->polls > 0 && now - d->last_ms < d->shortest_ms)
		d->shortest_ms = now - d->last_ms;
	if (d->polls == 0)
		d->first_ms = now;
	d->last_ms = now;
	d->polls++;
	d->polling = d->silent;
	if (!d->silent)
		scheduler_done(d->world->scheduler, e, true);
}

static void on_expire(struct scheduler_entry *e)
{
	struct device *d = (struct device *)((char *)e - offsetof(struct device, entry));
	assert_true(d->polling);
	d->polling = false;
	d->expired++;
	scheduler_done(d->world->scheduler, e, false);
}

static void on_end(uv_timer_t *timer)
{
	struct world *w = timer->data;
	for (int i = 0; i < w->count; i++)
		scheduler_remove(w->scheduler, &w->devices[i].entry);
	scheduler_stop(w->scheduler);
	uv_close((uv_handle_t *)&w->end, NULL);
}

static void run(struct world *w, int count, int64_t period_ms, int64_t limit_ms, uint64_t for_ms)
{
	static const struct scheduler_client client = { .poll = on_poll, .expire = on_expire };
	uv_loop_init(&w->loop);
	uv_timer_init(&w->loop, &w->end);
	w->end.data = w;
	w->count = count;
	w->scheduler = scheduler_start(&w->loop, &client);
	w->began_ms = (int64_t)uv_now(&w->loop);
	for (int i = 0; i < count; i++) {
		struct device *d = &w->devices[i];
		char key[16];
		snprintf(key, sizeof(key), "pdu-%d", i);
		d->world = w;
		d->shortest_ms = INT64_MAX;
		scheduler_add(w->scheduler, &d->entry, key, period_ms, limit_ms, false);
	}
	uv_timer_start(&w->end, on_end, for_ms, 0);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
}

static void polls_are_spread_over_the_period(void **state)
{
	(void)state;
	struct world w = {0};
	run(&w, DEVICES, 400, 100, 1000);
	int quarters[4] = {0};
	for (int i = 0; i < DEVICES; i++) {
		assert_true(w.devices[i].polls >= 1);
		assert_true(w.devices[i].first_ms - w.began_ms <= 410 || w.devices[i].polls < 2);
		quarters[(w.devices[i].first_ms - w.began_ms) * 4 / 401 % 4]++;
	}
	for (int q = 0; q < 4; q++)
		assert_true(quarters[q] >= DEVICES / 12); /* 4 of 50 where 12 are expected */
}

static void a_poll_keeps_its_place_in_the_period(void **state)
{
	(void)state;
	struct world w = {0};
	run(&w, 8, 50, 20, 600);
	for (int i = 0; i < 8; i++) {
		assert_in_range(w.devices[i].polls, 6, 13);
		assert_int_equal(w.devices[i].expired, 0);
	}
}

static void a_silent_device_expires_and_delays_nobody(void **state)
{
	(void)state;
	struct world w = {0};
	w.devices[3].silent = true;
	run(&w, 8, 50, 20, 600);
	assert_true(w.devices[3].expired >= 2);
	for (int i = 0; i < 8; i++)
		if (i != 3)
			assert_in_range(w.devices[i].polls, 6, 13);
}

static void a_dead_device_is_asked_less_and_less_often(void **state)
{
	(void)state;
	struct world w = {0};
	w.devices[0].silent = true;
	run(&w, 2, 10, 5, 800);
	assert_true(w.devices[1].polls >= 40);
	/* 4 polls at the period, then gaps of 20, 40, 80, 160, 320 ms ... */
	assert_in_range(w.devices[0].polls, 5, 12);
}

struct crowd {
	uv_loop_t loop;
	struct scheduler *scheduler;
	struct member { struct crowd *crowd; struct scheduler_entry entry; unsigned fetched; } members[3 * SCHEDULER_LOT];
	int64_t at_ms;         /* the turn that polls begin in */
	int in_turn, most, polls, turns, fetched;
};

static struct member *member_of(const struct scheduler_entry *e)
{
	return (struct member *)(uintptr_t)((const char *)e - offsetof(struct member, entry));
}

static void on_crowd_fetch(const struct scheduler_entry *e, unsigned step)
{
	struct member *m = member_of(e);
	assert_int_equal(step, m->fetched % SCHEDULER_FETCH_STEPS);
	m->fetched++;
}

static void on_crowd_poll(struct scheduler_entry *e, int64_t limit_ms)
{
	struct member *m = member_of(e);
	struct crowd *c = m->crowd;
	int64_t now = (int64_t)uv_now(&c->loop);
	(void)limit_ms;
	assert_true(c->polls == 0 || now == c->at_ms || now - c->at_ms >= SCHEDULER_LOT_MS);
	c->turns += c->polls == 0 || now != c->at_ms;
	c->in_turn = c->polls == 0 || now != c->at_ms ? 1 : c->in_turn + 1;
	c->most = c->in_turn > c->most ? c->in_turn : c->most;
	c->at_ms = now;
	c->polls++;
	c->fetched += m->fetched > 0;
	assert_in_range(scheduler_took_us(e), 0, 3599999999);
	scheduler_done(c->scheduler, e, true);
}

static void a_group_that_is_too_large_begins_in_lots(void **state)
{
	(void)state;
	static struct crowd c;
	enum { MEMBERS = 3 * SCHEDULER_LOT };
	static const struct scheduler_client client = { .poll = on_crowd_poll, .expire = on_expire, .fetch = on_crowd_fetch };
	uv_loop_init(&c.loop);
	c.scheduler = scheduler_start(&c.loop, &client);
	for (int i = 0; i < MEMBERS; i++) { /* one key: all at one place */
		c.members[i].crowd = &c;
		scheduler_add(c.scheduler, &c.members[i].entry, "pdu", 600, 100, false);
	}
	while (c.polls < MEMBERS)
		uv_run(&c.loop, UV_RUN_ONCE);
	assert_int_equal(c.most, SCHEDULER_LOT);
	assert_int_equal(c.turns, 3);
	assert_true(c.fetched >= MEMBERS / 3); /* of each lot those that the heap tells first, and the first lot is all of those */
	for (int i = 0; i < MEMBERS; i++)
		scheduler_remove(c.scheduler, &c.members[i].entry);
	scheduler_stop(c.scheduler);
	uv_run(&c.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&c.loop), 0);
}

struct waiter {
	uv_loop_t *loop;
	struct scheduler_entry entry;
	struct scheduler *scheduler;
	int polls, until;      /* put off until it has been polled so often, then answers */
	int64_t at_ms[8];
};

static void on_waiter_poll(struct scheduler_entry *e, int64_t limit_ms)
{
	struct waiter *w = (struct waiter *)((char *)e - offsetof(struct waiter, entry));
	(void)limit_ms;
	if (w->polls < 8)
		w->at_ms[w->polls] = (int64_t)uv_now(w->loop);
	if (++w->polls < w->until)
		scheduler_put_off(w->scheduler, e);
	else if (w->polls == w->until)
		scheduler_done(w->scheduler, e, true);
}

static void on_waiter_expire(struct scheduler_entry *e)
{
	struct waiter *w = (struct waiter *)((char *)e - offsetof(struct waiter, entry));
	scheduler_done(w->scheduler, e, false);
}

static const struct scheduler_client waiting_client = { .poll = on_waiter_poll, .expire = on_waiter_expire };

static void waiter_open(uv_loop_t *loop, struct waiter *w, int64_t period_ms, int64_t limit_ms)
{
	uv_loop_init(loop);
	w->loop = loop;
	w->scheduler = scheduler_start(loop, &waiting_client);
	scheduler_add(w->scheduler, &w->entry, "pdu", period_ms, limit_ms, true);
}

static void waiter_close(uv_loop_t *loop, struct waiter *w)
{
	scheduler_remove(w->scheduler, &w->entry);
	scheduler_stop(w->scheduler);
	uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

static void a_poll_that_was_put_off_is_neither_read_nor_missed(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct waiter w = { .until = 6 }; /* more often than a device that is missed keeps its period */
	waiter_open(&loop, &w, 20, 10);
	while (w.polls < 6)
		uv_run(&loop, UV_RUN_ONCE);
	struct scheduler_figures f = scheduler_figures(w.scheduler);
	assert_int_equal(f.put_off, 5);
	assert_int_equal(f.missed, 0);
	assert_int_equal(f.outstanding, 0);
	assert_int_equal(f.backed_off, 0);
	assert_int_equal(scheduler_missed(&w.entry), 0);
	for (int i = 1; i < 6; i++)
		assert_true(w.at_ms[i] > w.at_ms[i - 1]); /* at its next place, not again and again */
	waiter_close(&loop, &w);
}

static void who_is_in_a_hurry_is_polled_at_once(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct waiter w = { .until = 2 };
	waiter_open(&loop, &w, 3600000, 3600000);
	scheduler_hurry(w.scheduler, &w.entry); /* instead of within the seconds after a start */
	for (int i = 0; i < 5 && w.polls == 0; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(w.polls, 1); /* and put off, for an hour */
	assert_true(w.entry.due_ms > w.at_ms[0] + 1);
	scheduler_hurry(w.scheduler, &w.entry);
	for (int i = 0; i < 5 && w.polls == 1; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(w.polls, 2);
	assert_int_equal(scheduler_figures(w.scheduler).late, 0);
	w.until = 0;
	scheduler_hurry(w.scheduler, &w.entry);
	for (int i = 0; i < 5 && w.polls == 2; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_true(w.entry.polling);
	scheduler_hurry(w.scheduler, &w.entry); /* while it is polled: right after that */
	for (int i = 0; i < 5; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(w.polls, 3);
	scheduler_done(w.scheduler, &w.entry, false);
	for (int i = 0; i < 5 && w.polls == 3; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(w.polls, 4);
	assert_true(w.entry.polling && !w.entry.hurried);
	waiter_close(&loop, &w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(polls_are_spread_over_the_period),
		cmocka_unit_test(a_group_that_is_too_large_begins_in_lots),
		cmocka_unit_test(a_poll_keeps_its_place_in_the_period),
		cmocka_unit_test(a_poll_that_was_put_off_is_neither_read_nor_missed),
		cmocka_unit_test(who_is_in_a_hurry_is_polled_at_once),
		cmocka_unit_test(a_silent_device_expires_and_delays_nobody),
		cmocka_unit_test(a_dead_device_is_asked_less_and_less_often),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
