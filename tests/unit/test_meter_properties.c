/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What must hold for any stream of samples. HALLWATT_SEED=n repeats a run, HALLWATT_RUNS=n makes it longer. */
#include "meter.h"
#include "random.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define T0_MS INT64_C(1764547200000)
#define SLOTS 65536

static bool one_in(uint64_t *seed, int64_t n)
{
	return random_below(seed, n) == 0;
}

struct books { /* the quarters in force, by start */
	struct slot { int64_t start_s; int64_t amount; bool used; } slots[SLOTS];
	hwatt_i128 sum;
	int64_t quarters, corrections, phantoms; /* phantoms: corrections of what never was, only after a clock gone mad */
	bool broken;
	uint64_t hash; /* of everything emitted, in order */
};

static void mix(uint64_t *hash, int64_t value)
{
	*hash = (*hash ^ (uint64_t)value) * UINT64_C(0x100000001b3) + 1;
}

static void keep(void *arg, const struct interval *i)
{
	struct books *books = arg;
	size_t at = (uint64_t)(i->start_s / QUARTER_S) % SLOTS;
	while (books->slots[at].used && books->slots[at].start_s != i->start_s)
		at = (at + 1) % SLOTS;
	struct slot *slot = &books->slots[at];
	books->broken |= (slot->used && !i->correction) || i->start_s % QUARTER_S != 0 || i->covered_ms < 0 ||
			 i->covered_ms > QUARTER_MS || i->integral_covered_ms > QUARTER_MS || i->unknown_max < 0 ||
			 strchr(QUALITY_LETTERS, i->quality) == NULL || strchr("BCD-", i->source) == NULL ||
			 i->gap_count > INTERVAL_MAX_GAPS;
	books->sum += i->amount - (slot->used ? slot->amount : 0);
	books->quarters++;
	*slot = (struct slot){ .start_s = i->start_s, .amount = i->amount, .used = true };
	books->corrections += i->correction;
	books->phantoms += i->correction && !slot->used;
	const int64_t all[] = { i->start_s, i->amount, i->covered_ms, i->samples, i->min, i->max, i->last, i->source, i->quality,
				i->state, i->register_amount, i->integral_amount, i->integral_covered_ms, i->gap_count,
				(int64_t)i->register_first, (int64_t)i->register_last, i->unknown_max, i->correction };
	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		mix(&books->hash, all[k]);
	for (int k = 0; k < i->gap_count; k++)
		mix(&books->hash, i->gaps[k].from_ms * 31 + i->gaps[k].to_ms * 7 + i->gaps[k].reason);
}

static hwatt_i128 whole(struct meter_total t)
{
	return (hwatt_i128)t.j * INTERVAL_UJ2_PER_J + t.uj2;
}

struct world { /* a device and its clocks, with bad luck */
	uint64_t seed;
	struct meter_settings settings;
	int64_t wall_ms, mono_ms;
	uint64_t count, stamp;
	int64_t level;
	bool has_level, has_count, calm;
	int ran_ahead;
};

static void luck(struct world *w, struct meter_sample *s)
{
	uint64_t *seed = &w->seed;
	if (one_in(seed, 40))
		s->has_level = false;
	if (one_in(seed, 40))
		s->has_count = false;
	if (one_in(seed, 200))
		w->count = (uint64_t)random_below(seed, 50); /* reset */
	if (one_in(seed, 300)) {
		w->count = 0;
		w->stamp++;
	}
	if (one_in(seed, 300))
		s->restarted = true;
	if (one_in(seed, 400)) {
		s->exchanged = true;
		w->count = (uint64_t)random_below(seed, 100000000);
	}
	if (one_in(seed, 300))
		w->wall_ms += random_below(seed, 2) ? random_below(seed, 20000000) : -random_below(seed, 7200000);
	if (one_in(seed, 2000)) {
		w->wall_ms += INT64_C(86400000) * random_below(seed, 3000);
		w->ran_ahead++;
	}
	if (one_in(seed, 2000))
		w->wall_ms = T0_MS + w->mono_ms;
	if (one_in(seed, 150))
		s->level = -s->level - 1;
	if (one_in(seed, 500)) {
		w->mono_ms += INT64_C(86400000) * random_below(seed, 12); /* silent for days */
		w->wall_ms = T0_MS + w->mono_ms;
	}
}

static struct meter_sample step(struct world *w)
{
	uint64_t *seed = &w->seed;
	int64_t dt = one_in(seed, 30) ? random_below(seed, 7200000) + 1 : 20000 + random_below(seed, 20000);
	w->mono_ms += dt;
	w->wall_ms += dt + random_below(seed, 41) - 20;
	int64_t top = w->settings.max_level;
	w->level = one_in(seed, 20) ? random_below(seed, top) : w->level;
	if (w->settings.register_step > 0) {
		hwatt_i128 flowed = w->settings.kind == INTERVAL_ENERGY ? (hwatt_i128)w->level * dt / 1000
									 : (hwatt_i128)random_below(seed, 1000000000) * dt / 1000;
		w->count += (uint64_t)(flowed / w->settings.register_step);
		if (w->settings.register_modulus != 0)
			w->count %= w->settings.register_modulus;
	}
	struct meter_sample s = { .has_level = w->has_level, .has_count = w->has_count, .level = w->level };
	if (!w->calm)
		luck(w, &s);
	if (w->wall_ms < 0)
		w->wall_ms = 0;
	s.has_stamp = true;
	s.stamp = w->stamp;
	s.count = w->count;
	s.wall_ms = w->wall_ms;
	s.mono_ms = w->mono_ms;
	return s;
}

static struct world world_new(uint64_t seed)
{
	static const uint64_t moduli[] = { 0, UINT64_C(1) << 31, UINT64_C(1) << 32, UINT64_C(1) << 53, 1000000 };
	static const int64_t steps[] = { 0, 1, 1000, 3600000, 360000000 };
	struct world w = { .seed = seed, .wall_ms = T0_MS, .stamp = 5 };
	w.settings.kind = (enum interval_kind)random_below(&w.seed, 3);
	w.settings.max_gap_ms = one_in(&w.seed, 5) ? 3600000 : 90000;
	w.settings.register_step = steps[random_below(&w.seed, 5)];
	w.settings.register_modulus = moduli[random_below(&w.seed, 5)];
	w.settings.averages = one_in(&w.seed, 3);
	w.settings.may_export = one_in(&w.seed, 3);
	w.settings.max_level = 22000000;
	w.has_level = w.settings.kind != INTERVAL_FLOW && !one_in(&w.seed, 4);
	w.has_count = w.settings.register_step > 0;
	if (!w.has_level && !w.has_count) {
		w.settings.kind = INTERVAL_ENERGY;
		w.has_level = true;
	}
	if (w.settings.kind == INTERVAL_FLOW)
		w.settings = (struct meter_settings){ .kind = INTERVAL_FLOW, .max_gap_ms = 90000, .register_step = 1,
						      .max_level = 1250000000 };
	w.calm = one_in(&w.seed, 4);
	w.level = random_below(&w.seed, w.settings.max_level);
	return w;
}

static void check_adds_up(const struct meter *meter, const struct books *books, int64_t at)
{
	struct interval running;
	if (!meter_running(meter, &running))
		return;
	hwatt_i128 sum = books->sum + running.amount + whole(meter_unplaced(meter));
	if (sum != whole(meter_total(meter)))
		fail_msg("after %lld samples quarters are off the total by %lld", (long long)at,
			 (long long)(sum - whole(meter_total(meter))));
	if (books->broken)
		fail_msg("after %lld samples a quarter came twice, or is none", (long long)at);
}

/* One stream through two meters: the second is encoded, decoded and copied all the time. */
static void run(uint64_t seed, struct books *books, struct books *twin_books)
{
	struct world w = world_new(seed);
	struct meter meter, twin;
	memset(books, 0, sizeof(*books));
	memset(twin_books, 0, sizeof(*twin_books));
	meter_init(&meter);
	meter_init(&twin);
	hwatt_i128 last = 0;
	for (int64_t at = 0; at < 3000; at++) {
		struct meter_sample s = step(&w);
		struct hwatt_error err;
		if (one_in(&w.seed, 5)) {
			uint8_t octets[METER_ENCODED_MAX];
			size_t length = meter_encode(&twin, octets);
			memset(&twin, 0xa5, sizeof(twin));
			if (meter_decode(&twin, octets, length, &err) < 0)
				fail_msg("after %lld samples: %s", (long long)at, err.text);
		}
		if (!w.calm && one_in(&w.seed, 300)) {
			meter_resume(&meter);
			meter_resume(&twin);
		}
		if (one_in(&w.seed, 3)) {
			int64_t now = s.wall_ms + random_below(&w.seed, 100);
			meter_close(&meter, &w.settings, now, keep, books);
			meter_close(&twin, &w.settings, now, keep, twin_books);
		}
		int a = meter_feed(&meter, &w.settings, &s, keep, books, &err);
		int b = meter_feed(&twin, &w.settings, &s, keep, twin_books, &err);
		assert_int_equal(a, b);
		if (w.settings.kind != INTERVAL_LEVEL && whole(meter_total(&meter)) < last)
			fail_msg("after %lld samples the total went down", (long long)at);
		last = whole(meter_total(&meter));
		check_adds_up(&meter, books, at);
	}
	assert_true(books->hash == twin_books->hash);
	assert_true(books->phantoms == 0 || w.ran_ahead > 1);
	assert_true(whole(meter_total(&meter)) == whole(meter_total(&twin)));
}

static uint64_t environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	return text != NULL ? strtoull(text, NULL, 0) : otherwise;
}

static void quarters_add_up_and_totals_never_go_down(void **state)
{
	(void)state;
	uint64_t seed = random_seed();
	uint64_t runs = environment("HALLWATT_RUNS", 40);
	struct books *books = malloc(sizeof(*books)), *twin = malloc(sizeof(*twin));
	assert_true(books != NULL && twin != NULL);
	for (uint64_t i = 0; i < runs; i++) {
		printf("seed %llu\n", (unsigned long long)(seed + i));
		run(seed + i, books, twin);
	}
	free(books);
	free(twin);
}

static int64_t extreme(uint64_t *seed)
{
	static const int64_t values[] = { 0, 1, -1, 899999, 900000, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_C(1) << 53,
					  INT64_C(100000000000), INT64_C(1000000000000), INT64_C(253402300799999), T0_MS };
	int64_t value = values[random_below(seed, (int64_t)(sizeof(values) / sizeof(values[0])))];
	return one_in(seed, 3) ? (int64_t)random_next(seed) : one_in(seed, 3) ? (int64_t)(random_next(seed) >> random_below(seed, 64))
									      : value;
}

static void nobody(void *arg, const struct interval *interval)
{
	(void)interval;
	++*(int64_t *)arg;
}

/* Nothing that a peer, a file or a clock can say may overflow or run for ever: the sanitizers judge. */
static void any_input_is_survived(void **state)
{
	(void)state;
	uint64_t seed = random_seed();
	int64_t emitted = 0;
	for (int i = 0; i < 300; i++) {
		struct meter meter;
		meter_init(&meter);
		int64_t mono = 0, wall = T0_MS;
		for (int k = 0; k < 100; k++) {
			struct meter_settings settings = {
				.kind = (enum interval_kind)(i % 3), .max_gap_ms = one_in(&seed, 2) ? 3600000 : extreme(&seed),
				.max_level = extreme(&seed), .register_step = extreme(&seed),
				.register_modulus = (uint64_t)extreme(&seed), .averages = one_in(&seed, 2),
				.may_export = one_in(&seed, 2),
			};
			mono = one_in(&seed, 4) ? extreme(&seed) : (int64_t)((uint64_t)mono + 3600000);
			wall = one_in(&seed, 4) ? extreme(&seed) : (int64_t)((uint64_t)wall + 3600000);
			struct meter_sample s = {
				.wall_ms = wall, .mono_ms = mono, .has_level = !one_in(&seed, 4), .has_count = !one_in(&seed, 4),
				.level = extreme(&seed), .count = (uint64_t)extreme(&seed), .restarted = one_in(&seed, 4),
				.exchanged = one_in(&seed, 9), .has_stamp = one_in(&seed, 2), .stamp = random_next(&seed) % 3,
			};
			meter_feed(&meter, &settings, &s, nobody, &emitted, NULL);
			if (one_in(&seed, 5))
				meter_close(&meter, &settings, extreme(&seed), nobody, &emitted);
			if (one_in(&seed, 9))
				meter_resume(&meter);
			uint8_t octets[METER_ENCODED_MAX];
			size_t length = meter_encode(&meter, octets);
			assert_true(length <= METER_ENCODED_MAX);
			assert_int_equal(meter_decode(&meter, octets, length, NULL), 0);
		}
	}
	assert_true(emitted > 0);
}

/* A year at 30 s: a rack with day and night behind a register of 0.1 kWh. */
static void a_year_is_replayed(void **state)
{
	(void)state;
	struct books *books = calloc(1, sizeof(*books));
	assert_non_null(books);
	struct meter meter;
	meter_init(&meter);
	struct meter_settings settings = { .kind = INTERVAL_ENERGY, .max_gap_ms = 90000, .max_level = 22000000,
					   .register_step = 360000000 };
	hwatt_i128 truth = 0; /* in uJ */
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	int64_t samples = 0;
	for (int64_t at = 0; at <= INT64_C(365) * 86400; at += 30, samples++) {
		int64_t mw = 3000000 + at % 86400 * 20;
		struct meter_sample s = { .wall_ms = T0_MS + at * 1000, .mono_ms = at * 1000, .has_level = true, .level = mw,
					  .has_count = true, .count = (uint64_t)(truth / (360000000 * (hwatt_i128)1000)) };
		assert_int_equal(meter_feed(&meter, &settings, &s, keep, books, NULL), 0);
		truth += (hwatt_i128)(mw + (at + 30) % 86400 * 20 + 3000000) / 2 * 30000;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	double ns = ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) / (double)samples;
	printf("%lld samples, %.0f ns each\n", (long long)samples, ns);
	check_adds_up(&meter, books, samples);
	assert_int_equal(books->quarters, 35040);
	assert_int_equal(books->corrections, 0);
	hwatt_i128 off = whole(meter_total(&meter)) / 2 - truth, q = (hwatt_i128)360000000 * 1000;
	assert_true(off > -2 * q && off < 2 * q);
	free(books);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quarters_add_up_and_totals_never_go_down),
		cmocka_unit_test(any_input_is_survived),
		cmocka_unit_test(a_year_is_replayed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
