/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sets of which one has its meters whole and one as tallies see the same polls, with all that devices and clocks do. HALLWATT_SEED=n
 * repeats a run. */
#include "meterset.h"
#include "quarters.h"
#include "random.h"
#include "same_state.h"
#include "tally.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define START_MS INT64_C(1800000000000)
#define STEP_MS 30000
#define PLACES 6 /* 0 and 1: power and register; 2: power alone; 3: a register alone; 4: both, at rest; 5: with a stamp */
#define POINTS (2 * PLACES)

static uint64_t seed;

static uint64_t next_random(void)
{
	return random_next(&seed);
}

static bool chance(int one_in)
{
	return next_random() % (uint64_t)one_in == 0;
}

struct rig {
	struct target_point points[POINTS]; /* of place i: power 2 i, register 2 i + 1 */
	struct target_values values;
	int64_t kept[POINTS];
	uint32_t at[POINTS];
	struct target_stamp stamps[POINTS];
	int64_t level[PLACES];              /* mW */
	double drawn[PLACES];               /* mJ */
	uint64_t base[PLACES];
	int64_t wall_ms, mono_ms;
	struct meterset_shelf shelf;        /* so that each is packed while the other is fed */
	struct meterset *whole, *tallied;
	struct hwatt_text record;
	size_t shrunk;                      /* polls after which there was a tally */
	bool resumed;                       /* before this poll: all is told, as who comes later may go by another clock */
};

static void rig_new(struct rig *r)
{
	static const char *const indexes[PLACES] = { "1", "2", "3", "4", "5", "6" };
	*r = (struct rig){ .wall_ms = START_MS, .mono_ms = 5000 };
	for (int i = 0; i < POINTS; i++)
		r->points[i] = (struct target_point){ .role = HWATT_OUTLET, .index = indexes[i / 2], .name = "", .source = "",
						      .quantity = i % 2 == 0 ? HWATT_ACTIVE_POWER : HWATT_ENERGY,
						      .step = i / 2 == 1 ? 1000 : 360000,
						      .modulus = i / 2 == 1 ? 200000 : 0 };
	for (int i = 0; i < PLACES; i++)
		r->level[i] = i == 4 ? 0 : 100000 * (i + 1);
	struct meterset_settings settings = { .interval_ms = STEP_MS };
	r->values = (struct target_values){ .kept = r->kept, .at = r->at, .stamps = r->stamps };
	r->whole = meterset_new("dev", settings, &r->shelf);
	r->tallied = meterset_new("dev", settings, &r->shelf);
	hwatt_text_init(&r->record, 1u << 20);
}

static void rig_free(struct rig *r)
{
	meterset_free(r->whole);
	meterset_free(r->tallied);
	meterset_shelf_free(&r->shelf);
	hwatt_text_free(&r->record);
}

/* What the device says: registers that start anew or jump, values that lack or are no load. */
static void speak(struct rig *r, int64_t ms)
{
	for (int i = 0; i < PLACES; i++) {
		if (i != 4)
			r->level[i] += (int64_t)(next_random() % 2001) - 1000;
		r->drawn[i] += (double)r->level[i] * (double)ms / 1000 * 1.02; /* the register knows better */
		uint64_t count = r->base[i] + (uint64_t)(r->drawn[i] / (double)r->points[2 * i + 1].step);
		if (r->points[2 * i + 1].modulus != 0)
			count %= r->points[2 * i + 1].modulus;
		uint32_t age = (uint32_t)(next_random() % 3) * 7;
		bool off = chance(150) && !r->resumed, odd = chance(200);
		r->kept[2 * i] = odd ? -7 : r->level[i];
		r->kept[2 * i + 1] = (int64_t)count;
		r->at[2 * i] = i == 3 || off ? 0 : 100 - age;
		r->at[2 * i + 1] = i == 2 || off || (chance(150) && !r->resumed) ? 0 : 100 - age;
		if (chance(400)) {
			r->drawn[i] = 0;
			r->base[i] = next_random() % 3 == 0 ? 1000000000 : 0;
		}
		r->stamps[2 * i + 1] = (struct target_stamp){ i == 5 && !chance(10), (uint64_t)(r->wall_ms / 9000000) };
	}
	r->values.from = 1;
	r->values.epoch_ms = r->mono_ms - 100;
	r->resumed = false;
}

static void poll(struct rig *r, bool record)
{
	struct meterset_poll p = { .points = r->points, .values = &r->values, .count = POINTS, .wall_ms = r->wall_ms,
				   .mono_ms = r->mono_ms, .restarted = chance(120), .exchanged = chance(500) };
	hwatt_text_reset(&r->record);
	meterset_feed(r->whole, &p, NULL, quarters_forget, NULL);
	meterset_feed(r->tallied, &p, record ? &r->record : NULL, quarters_forget, NULL);
	if (meterset_grew(r->tallied))
		meterset_keep(r->tallied, quarters_of_none, NULL);
	meterset_close(r->whole, r->wall_ms, quarters_forget, NULL);
	meterset_close(r->tallied, r->wall_ms, quarters_forget, NULL);
}

static void assert_same_totals(struct meterset *a, struct meterset *b)
{
	struct meterset_total x, y;
	size_t at = 0, count = 0;
	while ((at = meterset_total(a, count, &x)) != 0) {
		assert_int_equal(meterset_total(b, count, &y), at);
		assert_string_equal(x.index, y.index);
		if (x.total.j != y.total.j || x.total.uj2 != y.total.uj2)
			fail_msg("place %s: %lld J %lld and %lld J %lld", x.index, (long long)x.total.j, (long long)x.total.uj2,
				 (long long)y.total.j, (long long)y.total.uj2);
		count = at;
	}
	assert_int_equal(count, PLACES);
}

static struct meterset *restarted(struct meterset *set, bool resume)
{
	struct hwatt_text text;
	struct hwatt_error err = { 0 };
	struct meterset *again = meterset_new("dev", (struct meterset_settings){ .interval_ms = 1 }, NULL);
	hwatt_text_init(&text, 1u << 20);
	meterset_encode(set, &text);
	if (meterset_decode(again, text.bytes, text.length, &err) < 0)
		fail_msg("%s", err.text);
	if (resume)
		meterset_resume(again);
	hwatt_text_free(&text);
	meterset_free(set);
	return again;
}

static size_t encoded_octets(struct meterset *set)
{
	struct hwatt_text text;
	hwatt_text_init(&text, 1u << 20);
	meterset_encode(set, &text);
	size_t length = text.length;
	hwatt_text_free(&text);
	return length;
}

/* Time goes on, mostly by a step. */
static int64_t wait(struct rig *r)
{
	int64_t ms = chance(100) ? (int64_t)(next_random() % 400000) + 1 : STEP_MS + (int64_t)(next_random() % 20);
	r->mono_ms += ms;
	r->wall_ms += ms;
	if (chance(300))
		r->wall_ms += (int64_t)(next_random() % 200001) - 100000;
	return ms;
}

static void tallies_count_what_meters_count(void **state)
{
	(void)state;
	for (int run = 0; run < 20; run++) {
		struct rig r;
		uint64_t began = seed;
		rig_new(&r);
		for (int i = 0; i < 3000; i++) {
			speak(&r, wait(&r));
			poll(&r, true);
			assert_same_totals(r.whole, r.tallied);
			r.shrunk += encoded_octets(r.tallied) < encoded_octets(r.whole) / 2;
			bool resume = chance(2);
			if (!chance(100))
				continue;
			r.whole = restarted(r.whole, resume);
			r.tallied = restarted(r.tallied, resume);
			r.resumed = resume;
			if (resume)
				r.mono_ms = (int64_t)(next_random() % 100000) + 200;
		}
		if (r.shrunk < 1500)
			fail_msg("seed %llu: only %zu polls found tallies", (unsigned long long)began, r.shrunk);
		rig_free(&r);
	}
}

/* A state with tallies and the records after it are the state, also when it was kept before the first poll after a restart. */
static void a_state_and_the_records_after_it_are_the_state(void **state)
{
	(void)state;
	struct rig r;
	int compared = 0;
	rig_new(&r);
	for (int i = 0; i < 400; i++) {
		struct hwatt_text saved;
		struct hwatt_error err = { 0 };
		hwatt_text_init(&saved, 1u << 20);
		if (i > 5 && chance(20)) {
			r.whole = restarted(r.whole, true);
			r.tallied = restarted(r.tallied, true);
		}
		meterset_encode(r.tallied, &saved);
		speak(&r, wait(&r));
		meterset_settle(r.tallied);
		poll(&r, true);
		struct meterset *again = meterset_new("dev", (struct meterset_settings){ .interval_ms = 1 }, NULL);
		assert_int_equal(meterset_decode(again, saved.bytes, saved.length, &err), 0);
		if (!meterset_unsettled(r.tallied)) { /* new meters and registers: the state is kept anew */
			compared++;
			assert_int_equal(meterset_replay(again, r.record.bytes, r.record.length, &err), 0);
			assert_same_state(r.tallied, again);
		}
		meterset_free(again);
		hwatt_text_free(&saved);
	}
	assert_true(compared > 380);
	rig_free(&r);
}

static bool always(void *arg, const struct store_point *point)
{
	(void)arg;
	(void)point;
	return true;
}

static void a_tally_that_is_wanted_again_is_a_meter_with_its_total(void **state)
{
	(void)state;
	struct rig r;
	rig_new(&r);
	for (int i = 0; i < 50; i++) {
		speak(&r, wait(&r));
		poll(&r, true);
		meterset_settle(r.tallied);
		meterset_keep(r.tallied, i % 2 == 0 ? always : quarters_of_none, NULL);
		assert_true(meterset_unsettled(r.tallied)); /* no record tells of it */
		assert_same_totals(r.whole, r.tallied);
	}
	rig_free(&r);
}

/* Weeks without a stop: the tallies' short times are brought forward. */
static void months_go_by(void **state)
{
	(void)state;
	struct rig r;
	rig_new(&r);
	for (int i = 0; i < 40000; i++) {
		int64_t ms = 299000;
		r.mono_ms += ms;
		r.wall_ms += ms;
		for (int k = 0; k < PLACES; k++) {
			r.kept[2 * k] = r.level[k];
			r.drawn[k] += (double)r.level[k] * (double)ms / 1000;
			r.kept[2 * k + 1] = (int64_t)(r.drawn[k] / 360000);
			r.at[2 * k] = r.at[2 * k + 1] = 100;
			r.points[2 * k + 1].modulus = 0;
			r.points[2 * k + 1].step = 360000;
		}
		r.values.from = 1;
		r.values.epoch_ms = r.mono_ms - 100;
		struct meterset_poll p = { .points = r.points, .values = &r.values, .count = POINTS, .wall_ms = r.wall_ms,
					   .mono_ms = r.mono_ms };
		if (i == 0) {
			meterset_configure(r.whole, (struct meterset_settings){ .interval_ms = 300000 });
			meterset_configure(r.tallied, (struct meterset_settings){ .interval_ms = 300000 });
		}
		meterset_feed(r.whole, &p, NULL, quarters_forget, NULL);
		meterset_feed(r.tallied, &p, NULL, quarters_forget, NULL);
		if (meterset_grew(r.tallied))
			meterset_keep(r.tallied, quarters_of_none, NULL);
		if (i % 1000 == 0)
			assert_same_totals(r.whole, r.tallied);
	}
	assert_same_totals(r.whole, r.tallied);
	assert_true(encoded_octets(r.tallied) < encoded_octets(r.whole) / 2);
	rig_free(&r);
}

/* Sets that are polled often stay spread out; a reload makes the one of the other. */
static void sets_become_busy_and_idle_again(void **state)
{
	(void)state;
	struct rig r;
	rig_new(&r);
	meterset_configure(r.whole, (struct meterset_settings){ .interval_ms = METERSET_PACKED_FROM_MS });
	meterset_configure(r.tallied, (struct meterset_settings){ .interval_ms = METERSET_PACKED_FROM_MS });
	for (int i = 0; i < 4000; i++) {
		/* Both bridge the same holes. */
		struct meterset_settings settings = { .interval_ms = METERSET_PACKED_FROM_MS - (i / 100 % 2) };
		if (i % 100 == 0)
			meterset_configure(i % 200 < 100 ? r.whole : r.tallied, settings);
		if (i % 100 == 50)
			meterset_configure(i % 200 < 100 ? r.tallied : r.whole, settings);
		speak(&r, wait(&r));
		poll(&r, false);
		if (i % 50 > 0 && i % 50 < 49)
			continue;
		assert_same_totals(r.whole, r.tallied);
	}
	rig_free(&r);
}

static void damaged_octets_are_an_error_or_sound(void **state)
{
	(void)state;
	struct rig r;
	struct hwatt_text saved;
	rig_new(&r);
	for (int i = 0; i < 5; i++) {
		speak(&r, wait(&r));
		poll(&r, true);
	}
	hwatt_text_init(&saved, 1u << 20);
	meterset_encode(r.tallied, &saved);
	for (int i = 0; i < 20000; i++) {
		struct hwatt_error err = { 0 };
		struct meterset *other = meterset_new("dev", (struct meterset_settings){ .interval_ms = 1 }, NULL);
		size_t at = next_random() % saved.length;
		char before = saved.bytes[at];
		saved.bytes[at] = (char)next_random();
		size_t length = chance(3) ? next_random() % saved.length : saved.length;
		if (meterset_decode(other, saved.bytes, length, &err) == 0) { /* then it can be gone on with */
			struct meterset_poll p = { .points = r.points, .values = &r.values, .count = POINTS,
						   .wall_ms = r.wall_ms + STEP_MS, .mono_ms = r.mono_ms + STEP_MS };
			meterset_feed(other, &p, NULL, quarters_forget, NULL);
			meterset_close(other, r.wall_ms + 900000, quarters_forget, NULL);
		} else {
			assert_int_equal(err.code, HWATT_EPROTO);
		}
		saved.bytes[at] = before;
		meterset_free(other);
	}
	hwatt_text_free(&saved);
	rig_free(&r);
}

/* ---- what was always so ---- */

/* A device with all kinds of meters, whose values and troubles follow from a seed by whole numbers alone. The octets of its states and its
 * quarters are summed up: no way to count faster may change one of them. */
enum old_place { OFTEN, WRAPS, GAUGE, REGISTER, SELDOM, STAMPED, STALLS, HUGE, OLD_PLACES };
enum { OLD_CPU = 2 * OLD_PLACES, OLD_INLET, OLD_WATER, OLD_IN, OLD_OUT, OLD_SPEED, OLD_POINTS };

static const int64_t old_steps[OLD_PLACES] = { 1000, 1000000, 1, 36000, 360000000, 36000000, 36000000, 3600000000 };

struct old {
	struct target_point points[OLD_POINTS];
	struct target_values values;
	int64_t kept[OLD_POINTS];
	int32_t narrow[OLD_POINTS];
	uint32_t at[OLD_POINTS], moments[8];
	uint8_t when[OLD_POINTS];
	struct target_stamp stamps[OLD_POINTS];
	int64_t level[OLD_PLACES], drawn_mj[OLD_PLACES];
	int64_t wall_ms, mono_ms, step_ms;
	struct meterset_shelf shelf;
	struct meterset *set, *again, *other; /* `again` replays the records; `other` makes both be packed */
	struct hwatt_text record, state, state_again;
	uint64_t sum;                         /* of all that was seen */
};

static void add_octets(uint64_t *sum, const void *octets, size_t count)
{
	const uint8_t *at = octets;
	for (size_t i = 0; i < count; i++)
		*sum = (*sum ^ at[i]) * UINT64_C(1099511628211);
}

static void add_number(uint64_t *sum, int64_t number)
{
	for (unsigned i = 0; i < 8; i++)
		*sum = (*sum ^ ((uint64_t)number >> 8 * i & 255)) * UINT64_C(1099511628211);
}

static void add_quarter(void *arg, const struct store_point *point, const struct interval *q)
{
	uint64_t *sum = &((struct old *)arg)->sum;
	const int64_t numbers[] = {
		point->role, point->quantity, q->start_s, q->amount, q->covered_ms, q->source, q->quality, q->state, q->samples, q->min, q->max,
		q->last, q->has_register, q->has_integral, q->register_amount, q->integral_amount, q->integral_covered_ms,
		(int64_t)q->register_first, (int64_t)q->register_last, q->register_step, q->register_reset, q->unknown_max, q->gap_count,
		q->correction,
	};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		add_number(sum, numbers[i]);
	for (int i = 0; i < q->gap_count; i++) {
		add_number(sum, q->gaps[i].from_ms);
		add_number(sum, q->gaps[i].to_ms);
		add_number(sum, q->gaps[i].reason);
	}
}

static bool is_old_wanted(void *arg, const struct store_point *point)
{
	(void)arg;
	return point->quantity != HWATT_ENERGY || point->index[0] == '0';
}

static void old_new(struct old *o, int64_t step_ms, int64_t rated_mw)
{
	static const char *const indexes[] = { "0", "1", "2", "3", "4", "5", "6", "7" };
	static const struct { enum hwatt_role role; enum hwatt_quantity quantity; const char *index; } others[] = {
		{ HWATT_CPU, HWATT_CPU_UTILISATION, "1" }, { HWATT_SENSOR, HWATT_TEMPERATURE, "inlet" },
		{ HWATT_SENSOR, HWATT_WATER_VOLUME, "w" }, { HWATT_INTERFACE, HWATT_IF_IN_OCTETS, "9" },
		{ HWATT_INTERFACE, HWATT_IF_OUT_OCTETS, "9" }, { HWATT_INTERFACE, HWATT_IF_SPEED, "9" },
	};
	*o = (struct old){ .wall_ms = START_MS, .mono_ms = 5000, .step_ms = step_ms, .sum = UINT64_C(14695981039346656037) };
	for (int i = 0; i < OLD_POINTS; i++) {
		o->points[i] = (struct target_point){ .role = HWATT_OUTLET, .name = "", .source = "", .step = 1,
						      .quantity = i % 2 == 0 ? HWATT_ACTIVE_POWER : HWATT_ENERGY };
		if (i >= OLD_CPU) {
			o->points[i].role = others[i - OLD_CPU].role;
			o->points[i].quantity = others[i - OLD_CPU].quantity;
		}
		o->points[i].index = i < OLD_CPU ? indexes[i / 2] : others[i - OLD_CPU].index;
	}
	for (int i = 0; i < OLD_PLACES; i++) {
		o->points[2 * i + 1].step = old_steps[i];
		o->points[2 * i + 1].modulus = i == WRAPS ? 200 : i == STAMPED ? UINT64_C(1) << 32 : 0;
		o->level[i] = i == HUGE ? INT32_MAX - 3000 : 50000 * (i + 1);
	}
	o->values = (struct target_values){ .stamps = o->stamps };
	struct meterset_settings settings = { .interval_ms = step_ms, .rated_mw = rated_mw };
	o->set = meterset_new("dev", settings, &o->shelf);
	o->again = meterset_new("dev", settings, &o->shelf);
	o->other = meterset_new("other", settings, &o->shelf);
	hwatt_text_init(&o->record, 1u << 20);
	hwatt_text_init(&o->state, 1u << 20);
	hwatt_text_init(&o->state_again, 1u << 20);
}

static void old_free(struct old *o)
{
	meterset_free(o->set);
	meterset_free(o->again);
	meterset_free(o->other);
	meterset_shelf_free(&o->shelf);
	hwatt_text_free(&o->record);
	hwatt_text_free(&o->state);
	hwatt_text_free(&o->state_again);
}

/* What place `i` says after `ms`. */
static void old_place_says(struct old *o, int i, int64_t ms)
{
	if (i == HUGE || !chance(3))
		o->level[i] += (int64_t)(next_random() % 2001) - 1000;
	if (i == GAUGE && chance(200))
		o->level[i] = o->level[i] == 0 ? 150000 : 0;
	if (o->level[i] < 0)
		o->level[i] = 0;
	bool stands = i == STALLS && o->wall_ms / 2000000 % 3 == 1;
	o->drawn_mj[i] += stands ? 0 : o->level[i] * ms / 1000 * (100 + i) / 100;
	if (chance(1500))
		o->drawn_mj[i] = chance(2) ? 0 : o->drawn_mj[i] * 3;
	int64_t count = o->drawn_mj[i] / old_steps[i];
	if (o->points[2 * i + 1].modulus != 0)
		count %= (int64_t)o->points[2 * i + 1].modulus;
	o->kept[2 * i] = chance(900) ? -7 : o->level[i];
	o->kept[2 * i + 1] = chance(900) ? INT64_C(0x123456789abcdef) : count;
	o->stamps[2 * i + 1] = (struct target_stamp){ i == STAMPED && !chance(50), (uint64_t)(o->wall_ms / 90000000) };
}

/* The values of the next poll, in two answers, in one of the forms that a target has. */
static void old_says(struct old *o, int64_t ms, bool all)
{
	if (chance(800)) /* another profile */
		o->points[2 * (chance(2) ? SELDOM : STALLS) + 1].step ^= 360000000 ^ 36000000;
	if (chance(800))
		o->points[2 * STAMPED + 1].modulus ^= UINT64_C(1) << 32;
	for (int i = 0; i < OLD_PLACES; i++)
		old_place_says(o, i, ms);
	o->kept[OLD_CPU] = (int64_t)(next_random() % 1000000);
	o->kept[OLD_INLET] = (int64_t)(next_random() % 40000) - 10000;
	o->kept[OLD_WATER] += chance(50) ? 0 : (int64_t)(next_random() % 30);
	o->kept[OLD_IN] += (int64_t)(next_random() % 100000);
	o->kept[OLD_OUT] += chance(300) ? -o->kept[OLD_OUT] : (int64_t)(next_random() % 100000);
	o->kept[OLD_SPEED] = 1000000000;
	bool narrow = true, silent = !all && chance(100);
	uint32_t first = 900 + (uint32_t)(next_random() % 50), second = first + 1 + (uint32_t)(next_random() % 90);
	for (int i = 0; i < OLD_POINTS; i++) {
		bool none = (i == 2 * GAUGE + 1) || (i == 2 * REGISTER) || (!all && (silent || chance(250)));
		o->at[i] = none ? (chance(2) ? 0 : 5) : i < OLD_POINTS / 2 ? first : second;
		o->when[i] = o->at[i] == 0 ? 0 : o->at[i] == 5 ? 1 : o->at[i] == first ? 2 : 3;
		narrow &= o->kept[i] >= INT32_MIN && o->kept[i] <= INT32_MAX;
		o->narrow[i] = (int32_t)o->kept[i];
	}
	o->moments[1] = 5;
	o->moments[2] = first;
	o->moments[3] = second;
	bool shared = !chance(4);
	o->values.kept = narrow && !chance(4) ? NULL : o->kept;
	o->values.narrow = o->values.kept == NULL ? o->narrow : NULL;
	o->values.at = shared ? NULL : o->at;
	o->values.when = shared ? o->when : NULL;
	o->values.moments = shared ? o->moments : NULL;
	o->values.stamps = chance(6) ? o->stamps : NULL;
	o->values.from = 6;
	o->values.epoch_ms = o->mono_ms - second;
}

static void old_restart(struct old *o)
{
	struct hwatt_error err = { 0 };
	bool resume = chance(2);
	struct meterset **const sets[] = { &o->set, &o->again };
	for (size_t i = 0; i < 2; i++) {
		struct meterset *next = meterset_new("dev", (struct meterset_settings){ .interval_ms = 1 }, &o->shelf);
		hwatt_text_reset(&o->state);
		meterset_encode(*sets[i], &o->state);
		if (meterset_decode(next, o->state.bytes, o->state.length, &err) < 0)
			fail_msg("%s", err.text);
		if (resume)
			meterset_resume(next);
		meterset_free(*sets[i]);
		*sets[i] = next;
	}
	if (resume)
		o->mono_ms = (int64_t)(next_random() % 100000) + 5000;
}

/* The state goes to who replays when no record tells all; otherwise both must come to the same. */
static void old_compare(struct old *o)
{
	struct hwatt_error err = { 0 };
	hwatt_text_reset(&o->state);
	meterset_encode(o->set, &o->state);
	add_octets(&o->sum, o->state.bytes, o->state.length);
	if (meterset_unsettled(o->set)) {
		meterset_free(o->again);
		o->again = meterset_new("dev", (struct meterset_settings){ .interval_ms = 1 }, &o->shelf);
		if (meterset_decode(o->again, o->state.bytes, o->state.length, &err) < 0)
			fail_msg("%s", err.text);
		meterset_settle(o->set);
		return;
	}
	if (meterset_replay(o->again, o->record.bytes, o->record.length, &err) < 0)
		fail_msg("%s", err.text);
	hwatt_text_reset(&o->state_again);
	meterset_encode(o->again, &o->state_again);
	assert_int_equal(o->state.length, o->state_again.length);
	assert_memory_equal(o->state.bytes, o->state_again.bytes, o->state.length);
}

static uint64_t old_run(int64_t step_ms, int64_t rated_mw, int polls)
{
	struct old o;
	int64_t off_ms = 0;
	old_new(&o, step_ms, rated_mw);
	for (int i = 0; i < polls; i++) {
		int64_t ms = chance(200) ? (int64_t)(next_random() % (40 * (uint64_t)step_ms)) + 1 : step_ms + (int64_t)(next_random() % 20);
		if (chance(2000)) /* nobody looks for days */
			ms += (int64_t)(next_random() % 900000000);
		if (chance(700)) { /* the wall clock goes days off, or comes back */
			int64_t by_ms = off_ms != 0 ? -off_ms : (int64_t)(next_random() % 1800000001) - 900000000;
			off_ms += by_ms;
			o.wall_ms += by_ms;
		}
		o.mono_ms += ms;
		o.wall_ms += ms + (chance(500) ? (int64_t)(next_random() % 200001) - 100000 : 0);
		if (i > 0 && chance(150))
			old_restart(&o);
		old_says(&o, ms, i == 0);
		struct meterset_poll p = { .points = o.points, .values = &o.values, .count = OLD_POINTS, .wall_ms = o.wall_ms,
					   .mono_ms = o.mono_ms, .restarted = chance(300), .exchanged = chance(900) };
		hwatt_text_reset(&o.record);
		meterset_feed(o.set, &p, &o.record, add_quarter, &o);
		if (meterset_grew(o.set))
			meterset_keep(o.set, is_old_wanted, NULL);
		if (chance(20))
			meterset_feed(o.other, &p, NULL, quarters_forget, NULL);
		if (chance(10))
			meterset_close(o.set, o.wall_ms, add_quarter, &o);
		old_compare(&o);
	}
	old_free(&o);
	return o.sum;
}

static void states_and_quarters_are_what_they_were(void **state)
{
	(void)state;
	static const struct { int64_t step_ms, rated_mw; uint64_t sum; } runs[] = {
		{ 1000, 0, UINT64_C(0xe57c095fe7f10048) },  { 1000, 290000, UINT64_C(0x81559f02264b8f1d) },
		{ 30000, 0, UINT64_C(0x30671605436b6568) }, { 30000, 3000000000, UINT64_C(0x96356e981e39b6a4) },
	};
	uint64_t before = seed;
	int wrong = 0;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		seed = 20260101 + i;
		uint64_t sum = old_run(runs[i].step_ms, runs[i].rated_mw, 8000);
		if (sum != runs[i].sum)
			print_error("run %zu: 0x%016llx\n", i, (unsigned long long)sum);
		wrong += sum != runs[i].sum;
	}
	seed = before;
	assert_int_equal(wrong, 0);
}

int main(void)
{
	seed = random_seed();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tallies_count_what_meters_count),
		cmocka_unit_test(states_and_quarters_are_what_they_were),
		cmocka_unit_test(a_state_and_the_records_after_it_are_the_state),
		cmocka_unit_test(a_tally_that_is_wanted_again_is_a_meter_with_its_total),
		cmocka_unit_test(months_go_by),
		cmocka_unit_test(sets_become_busy_and_idle_again),
		cmocka_unit_test(damaged_octets_are_an_error_or_sound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
