/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A month of polling against a load that is known exactly. HALLWATT_SEED=n repeats a run.
 *
 * The bounds that are held (q: step of the register):
 *   calm clock, sound register   after every read the total is within 2 q of the truth, whatever was silent how long
 *   quarters of letter M         within 1.5 % and 4 q of the truth
 *   any trouble                  the truth lies between what was measured and that plus Pmax throughout the gaps,
 *                                within 1.5 % and 2 q for each event */
#include "../unit/random.h"
#include "interval.h"
#include "meter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define T0_MS INT64_C(1767225600000) /* 2026-01-01 */
#define DAYS 31
#define KNOTS (DAYS * 1440 + 2)
#define QUARTERS (DAYS * 96 + 200)
#define PMAX_MW INT64_C(8000000)
#define POLL_MS 30000

struct load { /* power on a straight line between the minutes, and the energy under it */
	int64_t mw[KNOTS];
	int64_t until[KNOTS]; /* halves of a microjoule */
};

static void load_fill(struct load *load, uint64_t *seed)
{
	int64_t base = 1000000 + random_below(seed, 3000000), noise = 0;
	for (int i = 0; i < KNOTS; i++) {
		int64_t minute = i % 1440, day = minute < 720 ? minute : 1440 - minute; /* 0 at night, 720 at noon */
		noise += random_below(seed, 20001) - 10000 - noise / 50;
		load->mw[i] = base + base * day / 1440 + noise;
		load->until[i] = i == 0 ? 0 : load->until[i - 1] + (load->mw[i - 1] + load->mw[i]) * 60000;
	}
}

static int64_t load_mw(const struct load *load, int64_t ms)
{
	int64_t i = ms / 60000, x = ms % 60000;
	return load->mw[i] + (load->mw[i + 1] - load->mw[i]) * x / 60000;
}

static int64_t load_until(const struct load *load, int64_t ms)
{
	int64_t i = ms / 60000, x = ms % 60000;
	return load->until[i] + 2 * load->mw[i] * x + (load->mw[i + 1] - load->mw[i]) * x / 60000 * x;
}

struct scene {
	const char *name;
	bool power, calm_clock, sound, stamps;
	int64_t step_mj;     /* 0: no register */
	int64_t bias_ppm;    /* of the samples */
};

struct hall { /* one device, its clocks, and what its meter said */
	uint64_t seed;
	const struct scene *scene;
	struct load load;
	struct meter meter;
	struct meter_settings settings;
	int64_t now_ms, clock_off_ms, boot_ms; /* true time since T0; wall = T0 + now + off; mono = now - boot */
	int64_t silent_until_ms;
	int64_t base;        /* of the register: true energy at its zero */
	int64_t first_ms;    /* of the first sample */
	int64_t events, back_ms;
	uint64_t stamp;
	bool restarted, exchanged;
	struct interval quarters[QUARTERS];
	int64_t off_ms[QUARTERS];  /* of the clock in each quarter, by that clock */
	bool seen[QUARTERS], stepped[QUARTERS]; /* with two of them: nothing is known of what truly was in there */
};

static void keep(void *arg, const struct interval *interval)
{
	struct hall *hall = arg;
	int64_t at = (interval->start_s - T0_MS / 1000) / QUARTER_S;
	assert_in_range(at, 0, QUARTERS - 1);
	struct interval *slot = &hall->quarters[at];
	assert_int_equal(interval->correction, slot->start_s != 0);
	*slot = *interval;
}

static void trouble(struct hall *hall)
{
	uint64_t *seed = &hall->seed;
	if (random_below(seed, 2000) == 0) { /* silent for minutes, hours or two days */
		static const int64_t longest[] = { 600000, 7200000, 172800000 };
		hall->silent_until_ms = hall->now_ms + random_below(seed, longest[random_below(seed, 3)]);
	}
	if (random_below(seed, 3000) == 0) { /* the daemon is killed and comes back a little later */
		uint8_t octets[METER_ENCODED_MAX];
		size_t length = meter_encode(&hall->meter, octets);
		assert_int_equal(meter_decode(&hall->meter, octets, length, NULL), 0);
		meter_resume(&hall->meter);
		hall->now_ms += random_below(seed, 600000);
		hall->boot_ms = hall->now_ms;
	}
	/* The register begins anew. In a hole only one that stamps it is caught: the other may have counted past its last read. */
	bool seen = hall->scene->stamps || hall->now_ms >= hall->silent_until_ms;
	if (!hall->scene->sound && seen && random_below(seed, 8000) == 0) {
		hall->stamp++;
		hall->base = load_until(&hall->load, hall->now_ms);
		hall->restarted = true;
		hall->events++;
	}
	if (!hall->scene->sound && random_below(seed, 15000) == 0) { /* another device */
		hall->base = load_until(&hall->load, hall->now_ms) - random_below(seed, INT64_C(1) << 50);
		hall->exchanged = true;
		hall->events++;
	}
	if (!hall->scene->calm_clock && random_below(seed, 4000) == 0) {
		int64_t off_ms = random_below(seed, 7200001) - 3600000;
		if (off_ms < hall->clock_off_ms)
			hall->back_ms += hall->clock_off_ms - off_ms;
		hall->clock_off_ms = off_ms;
		hall->events++;
	}
}

static void poll(struct hall *hall)
{
	const struct scene *scene = hall->scene;
	int64_t wall_ms = T0_MS + 3600000 + hall->now_ms + hall->clock_off_ms;
	meter_close(&hall->meter, &hall->settings, wall_ms, keep, hall);
	int64_t at = (interval_start_s(wall_ms) - T0_MS / 1000) / QUARTER_S;
	hall->stepped[at] = hall->stepped[at] || (hall->seen[at] && hall->off_ms[at] != hall->clock_off_ms);
	hall->seen[at] = true;
	hall->off_ms[at] = hall->clock_off_ms;
	if (hall->now_ms < hall->silent_until_ms)
		return;
	struct meter_sample sample = {
		.wall_ms = wall_ms, .mono_ms = hall->now_ms - hall->boot_ms, .has_level = scene->power,
		.has_count = scene->step_mj > 0, .has_stamp = scene->stamps, .stamp = hall->stamp, .restarted = hall->restarted, .exchanged = hall->exchanged,
	};
	sample.level = load_mw(&hall->load, hall->now_ms) * (1000000 + scene->bias_ppm) / 1000000;
	if (scene->step_mj > 0)
		sample.count = (uint64_t)((load_until(&hall->load, hall->now_ms) - hall->base) / (scene->step_mj * 2000));
	hall->restarted = hall->exchanged = false;
	struct hwatt_error err = { 0 };
	if (meter_feed(&hall->meter, &hall->settings, &sample, keep, hall, &err) < 0)
		fail_msg("%s", err.text);
	if (hall->first_ms < 0)
		hall->first_ms = hall->now_ms;
	if (scene->sound && scene->calm_clock && scene->step_mj > 0) {
		struct meter_total total = meter_total(&hall->meter);
		int64_t off = total.j * INTERVAL_UJ2_PER_J + total.uj2 -
			      (load_until(&hall->load, hall->now_ms) - load_until(&hall->load, hall->first_ms));
		if (llabs(off) > 2 * scene->step_mj * 2000)
			fail_msg("%s: at %lld ms the total is off by %lld J", scene->name, (long long)hall->now_ms,
				 (long long)(off / INTERVAL_UJ2_PER_J));
	}
}

static void judge(struct hall *hall)
{
	const struct scene *scene = hall->scene;
	int64_t step = scene->step_mj * 2000, gap_ms = hall->back_ms, measured = 0;
	int good = 0;
	for (int64_t at = 0; at < QUARTERS; at++) {
		const struct interval *q = &hall->quarters[at];
		if (q->start_s == 0)
			continue;
		gap_ms += QUARTER_MS - q->covered_ms;
		measured += q->amount;
		if (q->quality != 'M' || hall->stepped[at])
			continue;
		int64_t from_ms = at * QUARTER_MS - 3600000 - hall->off_ms[at];
		int64_t truth = load_until(&hall->load, from_ms + QUARTER_MS) - load_until(&hall->load, from_ms);
		int64_t bias = step > 0 ? 0 : truth / 1000 * (scene->bias_ppm / 1000);
		if (llabs(q->amount - truth - bias) > truth / 66 + 4 * step)
			fail_msg("%s: quarter %lld has %lld J, truly %lld", scene->name, (long long)at,
				 (long long)(q->amount / INTERVAL_UJ2_PER_J), (long long)(truth / INTERVAL_UJ2_PER_J));
		good++;
	}
	struct interval running;
	assert_true(meter_running(&hall->meter, &running));
	measured += running.amount;
	gap_ms += QUARTER_MS;
	struct meter_total total = meter_total(&hall->meter), away = meter_unplaced(&hall->meter);
	int64_t sum = total.j * INTERVAL_UJ2_PER_J + total.uj2;
	assert_int_equal(measured + away.j * INTERVAL_UJ2_PER_J + away.uj2, sum);

	int64_t truth = load_until(&hall->load, hall->now_ms) - load_until(&hall->load, hall->first_ms);
	int64_t within = truth / 66 + 2 * step * (hall->events + 1);
	printf("%-34s %5d good quarters, %3lld events: %8.1f of %8.1f kWh, gaps %.1f h\n", scene->name, good,
	       (long long)hall->events, (double)sum / 7.2e12, (double)truth / 7.2e12, (double)gap_ms / 3.6e6);
	assert_true(good > 1000);
	if (sum > truth + within || sum + 2 * gap_ms * PMAX_MW < truth - within)
		fail_msg("%s: the truth is not between the bounds", scene->name);
}

static void play(const struct scene *scene, uint64_t seed)
{
	struct hall *hall = calloc(1, sizeof(*hall));
	assert_non_null(hall);
	hall->seed = seed;
	hall->scene = scene;
	hall->first_ms = -1;
	load_fill(&hall->load, &hall->seed);
	meter_init(&hall->meter);
	hall->settings = (struct meter_settings){ .kind = INTERVAL_ENERGY, .max_gap_ms = 90000, .max_level = PMAX_MW,
						  .register_step = scene->step_mj };
	hall->now_ms = hall->boot_ms = 3600000; /* so that an early step back stays after T0 */
	while (hall->now_ms < INT64_C(86400000) * DAYS - 1200000) {
		poll(hall);
		trouble(hall);
		hall->now_ms += POLL_MS - 200 + random_below(&hall->seed, 401);
	}
	judge(hall);
	free(hall);
}

static void a_month_of_polling_stays_within_its_bounds(void **state)
{
	(void)state;
	static const struct scene scenes[] = {
		{ "power alone, calm clock", true, true, true, false, 0, 0 },
		{ "power alone, clock steps", true, false, true, false, 0, 0 },
		{ "power and 1 Wh register", true, true, true, false, 3600000, 0 },
		{ "power and 100 Wh register", true, true, true, false, 360000000, 0 },
		{ "power 8 % off, 100 Wh register", true, true, true, false, 360000000, 80000 },
		{ "register alone, 10 Wh", false, true, true, false, 36000000, 0 },
		{ "1 Wh register, resets, exchanges", true, true, false, true, 3600000, 0 },
		{ "100 Wh register, every trouble", true, false, false, true, 360000000, 0 },
		{ "register alone, every trouble", false, false, false, false, 36000000, 0 },
	};
	uint64_t seed = random_seed();
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		play(&scenes[i], seed + i);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_month_of_polling_stays_within_its_bounds) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
