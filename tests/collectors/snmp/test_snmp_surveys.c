/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Many devices that want to be surveyed at once, on recorded agents: how many are, who waits for whom, and when they are again. */
#include "session.c"
#include "fake_target.h"
#include "recording.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define UPTIME "1.3.6.1.2.1.1.3.0"
#define QUICK "{community: public, timeout: 20s, retries: 0, refresh: 1d}"

enum { MOST = 400 };

struct hall {
	struct fake_world world;
	struct recording agent, dead; /* the second is silent */
	struct hwatt_target *devices[MOST];
	bool called[MOST];
	int64_t first_ms[MOST];       /* when it had values for the first time; 0: not yet */
	int failures[MOST], count;
	int64_t limit_ms, began_ms;   /* of each poll */
	size_t most;                  /* surveys at a time that were seen */
};

static struct turns *turns_of(struct hall *h)
{
	return &((struct module *)h->world.engine)->turns;
}

static void on_ready(struct hwatt_target *t)
{
	bool *called = t->of;
	*called = true;
}

static struct hall *open_hall(int64_t limit_ms)
{
	struct hall *h = hwatt_alloc(sizeof(*h));
	fake_world_open(&h->world, NULL);
	recording_open(&h->agent, &h->world.loop, TEST_SOURCE_DIR "/recordings/apc-ap8641.snmprec", AF_INET);
	recording_open(&h->dead, &h->world.loop, TEST_SOURCE_DIR "/recordings/apc-ap8641.snmprec", AF_INET);
	h->limit_ms = limit_ms;
	turns_of(h)->usual = TURNS_OCTETS; /* few, so that a small hall has to wait */
	return h;
}

static void add_devices(struct hall *h, const struct recording *agent, const char *settings, int count)
{
	struct hwatt_error err;
	for (int i = 0; i < count; i++) {
		struct hwatt_target *t = fake_open(&h->world, "127.0.0.1", agent->port, settings, &err);
		assert_non_null(t);
		t->patient = true;
		t->on_ready = on_ready;
		t->of = &h->called[h->count];
		h->devices[h->count++] = t;
	}
}

static void close_hall(struct hall *h)
{
	for (int i = 0; i < h->count; i++)
		fake_close(h->devices[i]);
	assert_int_equal(turns_of(h)->held + turns_of(h)->waiting, 0);
	recording_close(&h->agent);
	recording_close(&h->dead);
	fake_world_close(&h->world);
	free(h);
}

static void start_all(struct hall *h)
{
	h->began_ms = (int64_t)uv_now(&h->world.loop);
	for (int i = 0; i < h->count; i++)
		fake_start(h->devices[i], h->limit_ms);
}

/* One turn of the loop, and what a scheduler would do after it: who was called, or missed a poll, is polled again. */
static void turn(struct hall *h)
{
	uv_run(&h->world.loop, UV_RUN_ONCE);
	turns_of(h)->usual = TURNS_OCTETS;
	h->most = turns_of(h)->held > h->most ? turns_of(h)->held : h->most;
	for (int i = 0; i < h->count; i++) {
		struct hwatt_target *t = h->devices[i];
		if (!t->done)
			continue;
		if (t->failed)
			h->failures[i]++;
		else if (!t->put_off && h->first_ms[i] == 0)
			h->first_ms[i] = (int64_t)uv_now(&h->world.loop);
		bool again = h->called[i] || t->failed;
		h->called[i] = false;
		if (again)
			fake_start(t, h->limit_ms);
	}
}

static int ready_devices(const struct hall *h, int from, int to)
{
	int ready = 0;
	for (int i = from; i < to; i++)
		ready += h->first_ms[i] > 0;
	return ready;
}

static void few_are_surveyed_at_a_time_and_none_is_missed(void **state)
{
	(void)state;
	struct hall *h = open_hall(30000);
	add_devices(h, &h->agent, QUICK, 100);
	start_all(h);
	while (ready_devices(h, 0, 100) < 100)
		turn(h);
	assert_int_equal(h->most, TURNS_LEAST);
	assert_true(turns_of(h)->waited >= 100 - (int)TURNS_LEAST * 2);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(h->failures[i], 0);
		assert_true(h->devices[i]->put_offs <= 1); /* called once, and then it was its turn */
		assert_int_equal(fake_value(h->devices[i], "inlet", "active_power", "1"), 1210000);
	}
	close_hall(h);
}

static void who_waits_holds_next_to_nothing_and_keeps_its_place(void **state)
{
	(void)state;
	struct hall *h = open_hall(30000);
	struct turn others[TURNS_LEAST] = { 0 };
	for (size_t i = 0; i < TURNS_LEAST; i++)
		turns_force(turns_of(h), &others[i]);
	add_devices(h, &h->agent, QUICK, 3);
	for (int i = 0; i < 3; i++) {
		fake_start(h->devices[i], h->limit_ms);
		assert_int_equal(fake_wait(h->devices[i]), 0);
		assert_true(h->devices[i]->put_off);
		const struct session *s = hwatt_target_session(h->devices[i]);
		assert_true(s->aside->survey == NULL && s->aside->greeting != NULL && s->book == NULL);
	}
	unsigned asked = h->agent.requests;
	fake_start(h->devices[0], h->limit_ms); /* its poll's next turn, before that of its survey: nothing is asked */
	assert_true(h->devices[0]->done && h->devices[0]->put_off);
	assert_int_equal(h->agent.requests, asked);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(h->devices[i]->ready, 0);
		turns_give(turns_of(h), &others[i], 0);
		assert_int_equal(h->devices[i]->ready, 1);
	}
	for (size_t i = 3; i < TURNS_LEAST; i++)
		turns_give(turns_of(h), &others[i], 0);
	close_hall(h);
}

static void devices_that_never_answer_take_no_turn(void **state)
{
	(void)state;
	struct hall *h = open_hall(30000);
	h->dead.fault = FAULT_SILENT;
	add_devices(h, &h->dead, QUICK, 300);
	add_devices(h, &h->agent, QUICK, 60);
	start_all(h);
	while (ready_devices(h, 300, 360) < 60)
		turn(h);
	for (int i = 0; i < 300; i++)
		assert_int_equal(h->failures[i], 0); /* all were through before the first of the dead was given up */
	assert_int_equal(turns_of(h)->held + turns_of(h)->waiting, 0);
	close_hall(h);
}

/* They hold all turns when they fall silent: those who wait are kept for two of their polls at the most. */
static void who_falls_silent_in_a_survey_gives_its_turn_back(void **state)
{
	(void)state;
	struct hall *h = open_hall(600);
	int dead = (int)TURNS_LEAST;
	add_devices(h, &h->dead, "{community: public, timeout: 200ms, retries: 0}", dead);
	start_all(h);
	while (h->dead.requests < (unsigned)dead * 2)
		turn(h); /* greeted, and some of the survey */
	h->dead.fault = FAULT_SILENT;
	int64_t silent_ms = (int64_t)uv_now(&h->world.loop);
	add_devices(h, &h->agent, "{community: public, timeout: 5s, retries: 0}", 10);
	for (int i = dead; i < dead + 10; i++)
		fake_start(h->devices[i], 30000);
	for (int called = 0; called < 10; turn(h)) {
		for (int i = dead + called; i < dead + 10 && h->devices[i]->ready > 0; i++)
			called++;
		assert_true((int64_t)uv_now(&h->world.loop) - silent_ms < 2 * h->limit_ms + 2000); /* with a margin for a busy machine */
	}
	while (ready_devices(h, dead, dead + 10) < 10)
		turn(h);
	for (int i = dead; i < dead + 10; i++)
		assert_int_equal(h->failures[i], 0);
	close_hall(h);
}

static void a_survey_that_a_deadline_cuts_goes_on_at_once(void **state)
{
	(void)state;
	struct hall *h = open_hall(60);
	add_devices(h, &h->agent, "{community: public, timeout: 50ms, retries: 0}", 1);
	h->agent.fault = FAULT_DEAF; /* each larger request is a silence, so that the survey takes several polls */
	h->agent.most = 12;
	start_all(h);
	while (ready_devices(h, 0, 1) < 1) {
		turn(h);
		assert_true(h->devices[0]->put_offs < 100);
	}
	assert_true(h->devices[0]->put_offs > 0 && h->devices[0]->ready > 0); /* it answers: nothing was missed */
	close_hall(h);
}

static struct session *surveyed(struct hall *h, int i)
{
	fake_start(h->devices[i], h->limit_ms);
	assert_int_equal(fake_wait(h->devices[i]), 0);
	return hwatt_target_session(h->devices[i]);
}

static void a_repeat_that_finds_the_same_changes_nothing(void **state)
{
	(void)state;
	struct hall *h = open_hall(30000);
	add_devices(h, &h->agent, QUICK, 1);
	struct session *s = surveyed(h, 0);
	const struct plan *plan = s->plan;
	const void *handles = s->hold->handles, *fixed = s->hold->fixed;
	assert_true(s->hold->fixed_count > 0);
	unsigned asked = h->agent.nexts;
	s->refresh_ms = (int64_t)uv_now(&h->world.loop);
	surveyed(h, 0);
	assert_true(h->agent.nexts > asked); /* it was surveyed */
	assert_ptr_equal(s->plan, plan);
	assert_ptr_equal(s->hold->handles, handles);
	assert_ptr_equal(s->hold->fixed, fixed);
	assert_null(s->aside);
	recording_set(&h->agent, "1.3.6.1.4.1.318.1.1.26.4.3.1.5.2", BER_INTEGER, 7); /* a second PDU in the chain */
	s->refresh_ms = (int64_t)uv_now(&h->world.loop);
	surveyed(h, 0);
	assert_true(s->plan->point_count > 0 && s->plan->users == 1);
	assert_int_equal(fake_value(h->devices[0], "inlet", "active_power", "2"), 70000);
	close_hall(h);
}

static void a_repeat_waits_while_the_device_is_polled_as_before(void **state)
{
	(void)state;
	struct hall *h = open_hall(30000);
	struct turn others[TURNS_LEAST] = { 0 };
	add_devices(h, &h->agent, QUICK, 1);
	struct session *s = surveyed(h, 0);
	for (size_t i = 0; i < TURNS_LEAST; i++)
		turns_force(turns_of(h), &others[i]);
	int64_t due_ms = s->refresh_ms = (int64_t)uv_now(&h->world.loop);
	unsigned nexts = h->agent.nexts;
	surveyed(h, 0);
	assert_int_equal(h->agent.nexts, nexts);
	assert_int_equal(h->devices[0]->put_offs, 0);
	assert_int_equal(fake_value(h->devices[0], "inlet", "active_power", "1"), 1210000);
	for (size_t i = 0; i < TURNS_LEAST; i++)
		turns_give(turns_of(h), &others[i], 0);
	surveyed(h, 0);
	assert_true(h->agent.nexts > nexts);
	assert_true(s->refresh_ms > due_ms);
	close_hall(h);
}

static void a_device_that_restarted_waits_without_being_missed(void **state)
{
	(void)state;
	struct hall *h = open_hall(30000);
	struct turn others[TURNS_LEAST] = { 0 };
	add_devices(h, &h->agent, QUICK, 1);
	surveyed(h, 0);
	for (size_t i = 0; i < TURNS_LEAST; i++)
		turns_force(turns_of(h), &others[i]);
	recording_set(&h->agent, UPTIME, BER_TIMETICKS, 100);
	surveyed(h, 0);
	assert_true(h->devices[0]->put_off);
	for (size_t i = 0; i < TURNS_LEAST; i++)
		turns_give(turns_of(h), &others[i], 0);
	assert_int_equal(h->devices[0]->ready, 1);
	surveyed(h, 0);
	assert_false(h->devices[0]->put_off);
	assert_int_equal(fake_value(h->devices[0], "inlet", "active_power", "1"), 1210000);
	close_hall(h);
}

static void repeats_spread_over_the_interval_and_stay_apart(void **state)
{
	(void)state;
	struct hall *h = open_hall(30000);
	add_devices(h, &h->agent, "{community: public, refresh: 10m}", 1);
	enum { DEVICES = 10000, MINUTES = 10 };
	int minutes[MINUTES + 1] = { 0 }, again[MINUTES + 1] = { 0 };
	int64_t now_ms = (int64_t)uv_now(&h->world.loop);
	for (int i = 0; i < DEVICES; i++) {
		char id[16];
		struct session s = { .line.target = h->devices[0] };
		snprintf(id, sizeof(id), "d%d", i);
		h->devices[0]->device.id = id;
		set_refresh(&s);
		assert_true(s.early);
		assert_in_range(s.refresh_ms - now_ms, 60000, 600000);
		assert_int_equal(surveyed_ms(&s), now_ms);
		minutes[(s.refresh_ms - now_ms) / 60000]++;
		int64_t was_ms = s.refresh_ms -= 4 * 600000; /* the hall was away for a while, and comes back together */
		set_refresh(&s);
		assert_false(s.early);
		assert_in_range(s.refresh_ms - now_ms, 1, 600000);
		assert_int_equal((s.refresh_ms - was_ms) % 600000, 0);
		again[(s.refresh_ms - now_ms) / 60000]++;
	}
	for (int i = 1; i < MINUTES; i++)
		assert_in_range(minutes[i], DEVICES / 9 * 8 / 10, DEVICES / 9 * 12 / 10);
	for (int i = 1; i < MINUTES; i++)
		assert_in_range(again[i], DEVICES / 9 * 8 / 10, DEVICES / 9 * 12 / 10);
	h->devices[0]->device.id = "test";
	close_hall(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_are_surveyed_at_a_time_and_none_is_missed),
		cmocka_unit_test(who_waits_holds_next_to_nothing_and_keeps_its_place),
		cmocka_unit_test(devices_that_never_answer_take_no_turn),
		cmocka_unit_test(who_falls_silent_in_a_survey_gives_its_turn_back),
		cmocka_unit_test(a_survey_that_a_deadline_cuts_goes_on_at_once),
		cmocka_unit_test(a_repeat_that_finds_the_same_changes_nothing),
		cmocka_unit_test(a_repeat_waits_while_the_device_is_polled_as_before),
		cmocka_unit_test(a_device_that_restarted_waits_without_being_missed),
		cmocka_unit_test(repeats_spread_over_the_interval_and_stay_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
