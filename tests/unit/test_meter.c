/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "meter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define J INTERVAL_UJ2_PER_J
#define WH (3600 * J)
#define T0 INT64_C(1764547200) /* 2025-12-01T00:00:00Z */
#define MAX_CLOSED 1600

struct bench { /* a meter, what it emitted, and the clocks */
	struct meter meter;
	struct meter_settings settings;
	struct interval closed[MAX_CLOSED];
	int count;
	int64_t clock_off_ms; /* wall = T0 + time + off */
	struct meter_sample next; /* flags for the next sample */
};

static void collect(void *arg, const struct interval *interval)
{
	struct bench *b = arg;
	assert_true(b->count < MAX_CLOSED);
	b->closed[b->count++] = *interval;
}

static struct bench *bench_new(int64_t max_gap_s, int64_t step_mj)
{
	struct bench *b = calloc(1, sizeof(*b));
	assert_non_null(b);
	meter_init(&b->meter);
	b->settings = (struct meter_settings){ .kind = INTERVAL_ENERGY, .max_gap_ms = max_gap_s * 1000,
					       .max_level = 22000000, .register_step = step_mj };
	return b;
}

static int try_feed(struct bench *b, int64_t at_s, int64_t watts, int64_t count)
{
	struct meter_sample sample = b->next;
	sample.wall_ms = (T0 + at_s) * 1000 + b->clock_off_ms;
	sample.mono_ms = (at_s + 1000) * 1000;
	sample.has_level = watts != INT64_MIN;
	sample.level = sample.has_level ? watts * 1000 : 0;
	sample.has_count = count >= 0;
	sample.count = (uint64_t)count;
	memset(&b->next, 0, sizeof(b->next));
	struct hwatt_error err = { 0 };
	int rc = meter_feed(&b->meter, &b->settings, &sample, collect, b, &err);
	assert_true(rc == 0 || err.code != HWATT_OK);
	return rc;
}

#define NO_LEVEL INT64_MIN
#define NO_COUNT (-1)

static void feed(struct bench *b, int64_t at_s, int64_t watts, int64_t count)
{
	assert_int_equal(try_feed(b, at_s, watts, count), 0);
}

static void close_at(struct bench *b, int64_t at_s)
{
	meter_close(&b->meter, &b->settings, (T0 + at_s) * 1000 + b->clock_off_ms, collect, b);
}

/* The interval in force that begins `at_s` after T0: a correction counts instead of what it replaces. */
static const struct interval *in_force(const struct bench *b, int64_t at_s)
{
	for (int i = b->count - 1; i >= 0; i--)
		if (b->closed[i].start_s == T0 + at_s)
			return &b->closed[i];
	return NULL;
}

static const struct interval *quarter(const struct bench *b, int64_t at_s)
{
	const struct interval *interval = in_force(b, at_s);
	if (interval == NULL)
		fail_msg("no quarter at %lld", (long long)at_s);
	return interval;
}

static struct interval running(const struct bench *b)
{
	struct interval interval;
	assert_true(meter_running(&b->meter, &interval));
	return interval;
}

static int64_t total(const struct bench *b)
{
	struct meter_total t = meter_total(&b->meter);
	return t.j * J + t.uj2;
}

/* Every quarter that is in force, the running one and what could not be placed are the total. */
static void assert_adds_up(const struct bench *b)
{
	struct interval run = running(b);
	int64_t sum = run.amount;
	for (int i = 0; i < b->count; i++)
		if (in_force(b, b->closed[i].start_s - T0) == &b->closed[i])
			sum += b->closed[i].amount;
	struct meter_total away = meter_unplaced(&b->meter);
	assert_int_equal(sum + away.j * J + away.uj2, total(b));
}

static void every_quarter_is_closed_once(const struct bench *b)
{
	for (int i = 0; i < b->count; i++) {
		int first = 0;
		for (int k = 0; k < i; k++)
			first |= b->closed[k].start_s == b->closed[i].start_s;
		assert_int_equal(b->closed[i].correction, first);
	}
}

static void example_25_trapezoid_constant(void **state)
{
	(void)state;
	struct bench *b = bench_new(900, 0);
	feed(b, 0, 400, NO_COUNT);
	feed(b, 900, 400, NO_COUNT);
	const struct interval *q = quarter(b, 0);
	assert_int_equal(q->amount, 100 * WH);
	assert_int_equal(q->covered_ms, QUARTER_MS);
	assert_int_equal(q->quality, 'M');
	assert_int_equal(q->source, 'D');
	assert_int_equal(q->state, 'G');
	assert_int_equal(q->gap_count, 0);
	free(b);
}

static void example_26_trapezoid_ramp(void **state)
{
	(void)state;
	struct bench *b = bench_new(900, 0);
	feed(b, 0, 300, NO_COUNT);
	feed(b, 900, 500, NO_COUNT);
	assert_int_equal(quarter(b, 0)->amount, 100 * WH);
	assert_int_equal(quarter(b, 0)->min, 300000);
	free(b);
}

static void with_a_gap(struct bench *b, int64_t before, int64_t after)
{
	feed(b, 0, 400, before);
	feed(b, 60, 420, before);
	feed(b, 180, 380, before);
	feed(b, 900, 380, after);
}

static void example_27_gap(void **state)
{
	(void)state;
	struct bench *b = bench_new(300, 0);
	with_a_gap(b, NO_COUNT, NO_COUNT);
	const struct interval *q = quarter(b, 0);
	assert_int_equal(q->amount, 72600 * J);
	assert_int_equal(q->covered_ms, 180000);
	assert_int_equal(q->quality, 'L');
	assert_int_equal(q->state, 'T');
	assert_int_equal(q->gap_count, 1);
	assert_int_equal(q->gaps[0].from_ms, 180000);
	assert_int_equal(q->gaps[0].to_ms, 900000);
	assert_int_equal(q->gaps[0].reason, 'T');
	free(b);
}

static void example_28_gap_step_rule(void **state)
{
	(void)state;
	struct bench *b = bench_new(300, 0);
	b->settings.averages = true;
	with_a_gap(b, NO_COUNT, NO_COUNT);
	assert_int_equal(quarter(b, 0)->amount, 74400 * J);
	assert_int_equal(quarter(b, 0)->source, 'C');
	free(b);
}

static void example_29_gap_filled_by_register(void **state)
{
	(void)state;
	struct bench *b = bench_new(300, 100 * HWATT_MJ_PER_WH);
	with_a_gap(b, 12345, 12346);
	const struct interval *q = quarter(b, 0);
	assert_int_equal(q->amount, 100 * WH);
	assert_int_equal(q->source, 'B');
	assert_int_equal(q->quality, 'P');
	assert_int_equal(q->covered_ms, QUARTER_MS);
	assert_true(q->has_register && q->has_integral);
	assert_int_equal(q->register_amount, 100 * WH);
	assert_int_equal(q->register_first, 12345);
	assert_int_equal(q->register_last, 12346);
	assert_int_equal(q->integral_amount, 72600 * J);
	assert_int_equal(q->integral_covered_ms, 180000);
	free(b);
}

static void example_30_clip_at_border(void **state)
{
	(void)state;
	struct bench *b = bench_new(60, 0);
	feed(b, 890, 100, NO_COUNT);
	feed(b, 910, 200, NO_COUNT);
	assert_int_equal(quarter(b, 0)->amount, 1250 * J);
	assert_int_equal(quarter(b, 0)->covered_ms, 10000);
	assert_int_equal(quarter(b, 0)->gaps[0].reason, 'D'); /* not connected before the first sample */
	assert_int_equal(quarter(b, 0)->state, 'D');
	assert_int_equal(running(b).amount, 1750 * J);
	assert_int_equal(total(b), 3000 * J);
	free(b);
}

static void clip(struct bench *b)
{
	feed(b, 870, 500, NO_COUNT); /* the example's quarter begins at 900 */
	feed(b, 930, 520, NO_COUNT);
	feed(b, 990, 540, NO_COUNT);
	feed(b, 1770, 540, NO_COUNT);
	feed(b, 1830, 600, NO_COUNT);
}

static void example_31_clip_long_segment(void **state)
{
	(void)state;
	struct bench *b = bench_new(1000, 0);
	clip(b);
	assert_int_equal(quarter(b, 0)->amount, 15150 * J);
	assert_int_equal(quarter(b, 900)->amount, 485100 * J);
	assert_int_equal(quarter(b, 900)->covered_ms, QUARTER_MS);
	assert_int_equal(running(b).amount, 17550 * J);
	assert_int_equal(total(b), 517800 * J);
	free(b);
}

static void example_32_same_with_g_max_300(void **state)
{
	(void)state;
	struct bench *b = bench_new(300, 0);
	clip(b);
	assert_int_equal(quarter(b, 900)->amount, 63900 * J);
	assert_int_equal(quarter(b, 900)->covered_ms, 120000);
	free(b);
}

static void example_33_register(void **state)
{
	(void)state;
	struct bench *b = bench_new(300, 100 * HWATT_MJ_PER_WH);
	feed(b, 0, NO_LEVEL, 12345);
	feed(b, 900, NO_LEVEL, 12349);
	assert_int_equal(quarter(b, 0)->amount, 400 * WH);
	assert_int_equal(quarter(b, 0)->source, 'B');
	assert_int_equal(quarter(b, 0)->quality, 'E'); /* a hole, though of a single quarter */
	free(b);
}

static void example_34_wrap_of_32_bits(void **state)
{
	(void)state;
	struct bench *b = bench_new(900, HWATT_MJ_PER_WH);
	b->settings.register_modulus = UINT64_C(1) << 32;
	feed(b, 0, NO_LEVEL, 4294967290);
	feed(b, 900, NO_LEVEL, 10);
	assert_int_equal(quarter(b, 0)->amount, 16 * WH);
	assert_int_equal(quarter(b, 0)->quality, 'M');
	assert_false(quarter(b, 0)->register_reset);
	free(b);
}

static void example_35_wrap_or_reset(void **state)
{
	(void)state;
	struct bench *b = bench_new(900, HWATT_MJ_PER_WH);
	b->settings.register_modulus = UINT64_C(1) << 32;
	feed(b, 0, NO_LEVEL, 4294960000);
	feed(b, 900, NO_LEVEL, 500);
	const struct interval *q = quarter(b, 0);
	assert_int_equal(q->amount, 500 * WH);
	assert_int_equal(q->unknown_max, 5000 * WH);
	assert_int_equal(q->covered_ms, 0); /* a lower bound, no measurement */
	assert_int_equal(q->quality, 'R');
	assert_true(q->register_reset);
	assert_int_equal(q->gaps[0].reason, 'R');
	free(b);
}

static void example_36_reset_with_stamp(void **state)
{
	(void)state;
	struct bench *b = bench_new(900, 100 * HWATT_MJ_PER_WH);
	b->next = (struct meter_sample){ .has_stamp = true, .stamp = 1 };
	feed(b, 0, NO_LEVEL, 500000);
	b->next = (struct meter_sample){ .has_stamp = true, .stamp = 2 };
	feed(b, 900, NO_LEVEL, 32);
	assert_int_equal(quarter(b, 0)->amount, 3200 * WH);
	assert_int_equal(quarter(b, 0)->unknown_max, 2300 * WH);
	free(b);
}

static void example_37_wrap_of_64_bits(void **state)
{
	(void)state;
	struct bench *b = bench_new(900, 1);
	b->settings.kind = INTERVAL_FLOW;
	b->settings.max_level = 0;
	feed(b, 0, NO_LEVEL, 0);
	b->next = (struct meter_sample){ 0 };
	struct meter_sample s = { .wall_ms = T0 * 1000 + 1000, .mono_ms = 1001000, .has_count = true, .exchanged = true,
				  .count = UINT64_MAX - 999 };
	assert_int_equal(meter_feed(&b->meter, &b->settings, &s, collect, b, NULL), 0);
	feed(b, 30, NO_LEVEL, 500);
	assert_int_equal(running(b).amount, 1500);
	assert_int_equal(total(b), 1500);
	free(b);
}

/* 400 W for hours, a register of 0.1 kWh: quarters keep the samples' shape, the sum follows the register. */
static void a_coarse_register_leaves_the_shape_to_the_samples(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 100 * HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 8 * 3600; at += 30)
		feed(b, at, 400, 1000 + at * 400 / 3600 / 100);
	for (int i = 0; i < b->count; i++) {
		assert_int_equal(b->closed[i].amount, 100 * WH);
		assert_int_equal(b->closed[i].source, 'D');
		assert_int_equal(b->closed[i].quality, 'M');
	}
	assert_adds_up(b);
	free(b);
}

/* Samples read 10 % too much, the register is right, and a step of it takes 40 minutes: the total stays within one
 * step, and once the ratio is known quarters are right too, with no lump where the register steps. */
static void the_register_corrects_a_steady_error_of_the_samples(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 100 * HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 5 * 86400; at += 30) {
		int64_t count = at * 150 / 3600 / 100;
		feed(b, at, 165, 1000 + count);
		int64_t off = total(b) - count * 100 * WH;
		assert_true(off >= -100 * WH && off <= 100 * WH);
	}
	for (int i = b->count - 96; i < b->count; i++)
		assert_in_range(b->closed[i].amount, 37 * WH, 38 * WH);
	assert_adds_up(b);
	free(b);
}

static void a_fine_register_wins_over_the_samples(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 1800; at += 30)
		feed(b, at, 6000, at * 5000 / 3600); /* samples 20 % too high */
	assert_in_range(quarter(b, 0)->amount, 1248 * WH, 1252 * WH);
	assert_int_equal(quarter(b, 0)->source, 'B');
	assert_int_equal(quarter(b, 0)->integral_amount, 1500 * WH);
	assert_int_equal(quarter(b, 0)->register_amount, 1250 * WH);
	assert_adds_up(b);
	free(b);
}

static void a_register_that_stands_still_does_not_hide_the_load(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 4 * 3600; at += 30) /* stuck from 900 s to 2 h, then it goes on */
		feed(b, at, 4000, (at < 900 ? at : at < 7200 ? 900 : at - 6300) * 4000 / 3600);
	assert_in_range(total(b), 15997 * WH, 16003 * WH);
	bool frozen = false;
	for (int i = 0; i < b->count; i++)
		frozen |= b->closed[i].quality == 'F';
	assert_true(frozen);
	assert_adds_up(b);
	free(b);
}

static void a_silent_device_is_explained_by_its_register(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 1200; at += 30)
		feed(b, at, 3600, at);
	close_at(b, 900 + 100); /* the quarter from 900 is still to come */
	assert_int_equal(b->count, 1);
	close_at(b, 4600);
	assert_int_equal(quarter(b, 900)->quality, 'L');
	assert_int_equal(quarter(b, 900)->covered_ms, 300000);
	assert_int_equal(quarter(b, 900)->gaps[0].from_ms, 300000);
	assert_int_equal(quarter(b, 1800)->quality, 'X');
	assert_int_equal(quarter(b, 1800)->state, 'T');
	assert_int_equal(b->count, 5);
	feed(b, 4800, 3600, 3000); /* 1800 Wh in an hour */
	assert_int_equal(quarter(b, 900)->amount, 300 * WH + 300 * WH);
	assert_int_equal(quarter(b, 900)->quality, 'P');
	assert_int_equal(quarter(b, 900)->samples, 11);
	assert_int_equal(quarter(b, 900)->gap_count, 0);
	assert_int_equal(quarter(b, 1800)->amount, 450 * WH);
	assert_int_equal(quarter(b, 1800)->quality, 'E');
	assert_int_equal(quarter(b, 1800)->state, 'S');
	assert_int_equal(quarter(b, 1800)->covered_ms, QUARTER_MS);
	assert_true(quarter(b, 1800)->correction);
	assert_int_equal(quarter(b, 2700)->register_first, 1200); /* of the reads nearest the border */
	assert_int_equal(quarter(b, 3600)->register_first, 3000);
	assert_int_equal(running(b).amount, 150 * WH);
	feed(b, 4830, 3600, 3030);
	assert_int_equal(total(b), 3030 * WH);
	assert_adds_up(b);
	every_quarter_is_closed_once(b);
	free(b);
}

static void a_hole_not_closed_yet_needs_no_correction(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	feed(b, 0, 3600, 0);
	feed(b, 30, 3600, 30);
	feed(b, 3630, 3600, 3630);
	assert_int_equal(b->count, 4);
	for (int i = 0; i < b->count; i++)
		assert_false(b->closed[i].correction);
	assert_int_equal(quarter(b, 900)->amount, 900 * WH);
	assert_int_equal(quarter(b, 900)->quality, 'E');
	assert_int_equal(quarter(b, 0)->quality, 'P');
	free(b);
}

static void a_quarter_is_not_closed_while_its_last_sample_can_come(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	for (int64_t at = 0; at <= 890; at += 10)
		feed(b, at, 3600, NO_COUNT);
	close_at(b, 905);
	close_at(b, 980);
	assert_int_equal(b->count, 0);
	feed(b, 980, 3600, NO_COUNT);
	assert_int_equal(quarter(b, 0)->quality, 'M');
	assert_int_equal(quarter(b, 0)->amount, 900 * WH);
	close_at(b, 1890);
	assert_int_equal(b->count, 2);
	free(b);
}

static void nothing_is_bridged_over_more_than_a_year(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	feed(b, 0, NO_LEVEL, 0);
	feed(b, 367 * 86400, NO_LEVEL, 5000);
	assert_int_equal(total(b), 0);
	feed(b, 367 * 86400 + 60, NO_LEVEL, 5010);
	assert_int_equal(total(b), 10 * WH);
	free(b);
}

/* A sample taken on a border, handed in after the quarters behind it were closed. */
static void a_late_sample_on_a_border_is_taken(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	feed(b, 0, 3600, 0);
	close_at(b, 2000);
	feed(b, 900, 3600, 900);
	uint8_t octets[METER_ENCODED_MAX];
	size_t length = meter_encode(&b->meter, octets);
	assert_int_equal(meter_decode(&b->meter, octets, length, NULL), 0);
	assert_int_equal(quarter(b, 0)->amount, 900 * WH);
	feed(b, 960, 3600, 960);
	feed(b, 1860, 3600, 1860);
	assert_int_equal(quarter(b, 900)->amount, 900 * WH);
	assert_int_equal(total(b), 1860 * WH);
	assert_adds_up(b);
	every_quarter_is_closed_once(b);
	free(b);
}

static void without_a_register_a_hole_stays_one(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	feed(b, 0, 3600, NO_COUNT);
	feed(b, 30, 3600, NO_COUNT);
	close_at(b, 2000);
	feed(b, 3630, 3600, NO_COUNT);
	feed(b, 3660, 3600, NO_COUNT);
	assert_int_equal(total(b), 60 * WH);
	assert_int_equal(quarter(b, 900)->quality, 'X');
	assert_int_equal(quarter(b, 2700)->quality, 'X');
	assert_adds_up(b);
	every_quarter_is_closed_once(b);
	free(b);
}

static void the_count_may_come_a_little_later_than_the_samples(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 60; at += 30)
		feed(b, at, 3600, at);
	for (int64_t at = 3660; at <= 3900; at += 30)
		feed(b, at, 3600, NO_COUNT);
	feed(b, 3930, 3600, 3930);
	assert_int_equal(total(b), 3930 * WH);
	assert_int_equal(quarter(b, 1800)->amount, 900 * WH);
	assert_adds_up(b);
	/* It never comes: after a while samples count alone, and the hole is a gap. */
	for (int64_t at = 7530; at <= 8520; at += 30)
		feed(b, at, 3600, NO_COUNT);
	assert_int_equal(total(b), (3930 + 60) * WH); /* since 900 s after they came back */
	assert_adds_up(b);
	feed(b, 8550, 3600, 8550); /* now it does: in the total, but not in any quarter */
	assert_int_equal(total(b), 8550 * WH);
	struct meter_total away = meter_unplaced(&b->meter);
	assert_int_equal(away.j * J + away.uj2, (8550 - 3930 - 90) * WH);
	assert_true(running(b).unknown_max >= away.j * J);
	assert_adds_up(b);
	free(b);
}

static void counts_alone_are_as_good_as_samples(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 1830; at += 45)
		feed(b, at, NO_LEVEL, at);
	assert_int_equal(quarter(b, 0)->amount, 900 * WH);
	assert_int_equal(quarter(b, 0)->quality, 'M');
	assert_int_equal(quarter(b, 0)->source, 'B');
	assert_false(quarter(b, 0)->has_integral);
	assert_int_equal(quarter(b, 900)->amount, 900 * WH);
	free(b);
}

static void a_level_that_is_missing_now_and_then_is_bridged(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 1800; at += 30)
		feed(b, at, at % 90 == 0 ? 3600 : NO_LEVEL, at);
	assert_int_equal(quarter(b, 0)->integral_covered_ms, QUARTER_MS);
	assert_int_equal(quarter(b, 0)->amount, 900 * WH);
	assert_int_equal(quarter(b, 0)->quality, 'M');
	for (int64_t at = 1830; at <= 3600; at += 30) /* it is gone for good: the register alone */
		feed(b, at, NO_LEVEL, at);
	assert_int_equal(total(b), 3600 * WH);
	assert_adds_up(b);
	free(b);
}

static void only_seven_days_are_corrected(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	feed(b, 0, 3600, 0);
	feed(b, 30, 3600, 30);
	int64_t back = 10 * 86400;
	feed(b, back, 3600, back);
	assert_int_equal(total(b), back * WH); /* nothing is lost */
	struct meter_total away = meter_unplaced(&b->meter);
	assert_in_range(away.j, (3 * 86400 - 31) * INT64_C(3600), (3 * 86400) * INT64_C(3600));
	assert_true(running(b).unknown_max >= away.j * J);
	assert_non_null(in_force(b, back - 7 * 86400));
	assert_null(in_force(b, back - 7 * 86400 - 900));
	assert_int_equal(quarter(b, back - 7 * 86400)->amount, 900 * WH);
	assert_adds_up(b);
	every_quarter_is_closed_once(b);
	free(b);
}

static void a_reset_covered_by_samples_loses_nothing(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 1800; at += 30) {
		b->next.has_stamp = true;
		b->next.stamp = at < 450 ? 7 : 8;
		feed(b, at, 3600, at < 450 ? 5000 + at : at - 450);
	}
	assert_int_equal(total(b), 1800 * WH);
	assert_int_equal(quarter(b, 0)->quality, 'R');
	assert_true(quarter(b, 0)->register_reset);
	assert_int_equal(quarter(b, 0)->covered_ms, QUARTER_MS);
	assert_int_equal(quarter(b, 0)->unknown_max, 0);
	assert_int_equal(quarter(b, 900)->quality, 'M');
	free(b);
}

static void a_reset_in_a_hole_is_bounded(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	feed(b, 0, 3600, 90000);
	feed(b, 30, 3600, 90030);
	close_at(b, 3000);
	feed(b, 3630, 3600, 600);
	assert_int_equal(total(b), 630 * WH);
	int64_t unknown = running(b).unknown_max;
	for (int64_t at = 0; at < 3600; at += 900)
		unknown += quarter(b, at)->unknown_max;
	assert_int_equal(unknown, 22000 * WH - 600 * WH);
	assert_int_equal(quarter(b, 900)->quality, 'R');
	assert_int_equal(quarter(b, 900)->covered_ms, 0);
	assert_adds_up(b);
	every_quarter_is_closed_once(b);
	free(b);
}

static void another_device_begins_anew(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	feed(b, 0, 3600, 90000);
	feed(b, 30, 3600, 90030);
	b->next.exchanged = true;
	feed(b, 60, 7200, 5);
	feed(b, 90, 7200, 65);
	feed(b, 900, 7200, 65 + 810 * 2);
	assert_int_equal(total(b), (30 + 60 + 1620) * WH);
	assert_int_equal(quarter(b, 0)->state, 'X');
	assert_int_equal(quarter(b, 0)->quality, 'R');
	assert_int_equal(quarter(b, 0)->covered_ms, 870000);
	assert_int_equal(quarter(b, 0)->gaps[0].reason, 'R');
	assert_adds_up(b);
	free(b);
}

static void a_restarted_device_resets_rather_than_wraps(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	b->settings.register_modulus = 100000;
	feed(b, 0, NO_LEVEL, 99990);
	b->next.restarted = true;
	feed(b, 60, NO_LEVEL, 4);
	assert_int_equal(total(b), 4 * WH);
	assert_true(running(b).register_reset);
	free(b);
}

static void values_that_are_no_load_are_refused(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	feed(b, 0, 3600, NO_COUNT);
	assert_int_equal(try_feed(b, 30, -1, NO_COUNT), -1);
	assert_int_equal(try_feed(b, 60, 26401, NO_COUNT), -1); /* above 1.2 x rating */
	assert_int_equal(try_feed(b, 60, NO_LEVEL, NO_COUNT), -1);
	feed(b, 70, 26400, NO_COUNT);
	assert_int_equal(try_feed(b, 70, 3600, NO_COUNT), -1); /* time did not move */
	assert_int_equal(try_feed(b, 69, 3600, NO_COUNT), -1);
	assert_int_equal(try_feed(b, 170, -1, NO_COUNT), -1);
	feed(b, 180, 3600, NO_COUNT);
	struct interval run = running(b);
	assert_int_equal(run.state, 'O');
	assert_int_equal(run.samples, 3);
	assert_int_equal(run.gap_count, 1);
	assert_int_equal(run.gaps[0].reason, 'O');
	assert_int_equal(total(b), 1050000 * J); /* 15 kW for 70 s */
	free(b);
}

static void a_bad_level_does_not_cost_the_count(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 900; at += 30)
		feed(b, at, at < 300 ? 3600 : -1, at);
	assert_int_equal(total(b), 900 * WH);
	assert_int_equal(quarter(b, 0)->state, 'O');
	free(b);
}

static void exported_power_is_no_negative_consumption(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	b->settings.may_export = true;
	feed(b, 0, 3600, NO_COUNT);
	feed(b, 30, -3600, NO_COUNT);
	feed(b, 60, -3600, NO_COUNT);
	feed(b, 90, 0, NO_COUNT);
	assert_int_equal(total(b), 15 * WH);
	assert_int_equal(running(b).min, -3600000);
	free(b);
}

static void a_forward_step_leaves_a_hole(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	for (int64_t at = 0; at <= 600; at += 30)
		feed(b, at, 3600, NO_COUNT);
	b->clock_off_ms = 2000 * 1000;
	for (int64_t at = 630; at <= 900; at += 30)
		feed(b, at, 3600, NO_COUNT);
	assert_int_equal(total(b), 900 * WH); /* by the monotonic clock */
	assert_int_equal(quarter(b, 0)->quality, 'C');
	assert_int_equal(quarter(b, 0)->covered_ms, 600000);
	assert_int_equal(quarter(b, 0)->gaps[0].reason, 'C');
	assert_int_equal(quarter(b, 900)->quality, 'X');
	assert_int_equal(quarter(b, 1800)->quality, 'C');
	assert_int_equal(quarter(b, 1800)->gaps[0].to_ms, 800000);
	assert_int_equal(quarter(b, 1800)->amount, 100 * WH);
	assert_adds_up(b);
	free(b);
}

static void after_a_backward_step_no_quarter_comes_twice(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	for (int64_t at = 0; at <= 1020; at += 30)
		feed(b, at, 3600, NO_COUNT);
	assert_int_equal(b->count, 1);
	b->clock_off_ms = -600 * 1000; /* 00:17 becomes 00:07 */
	for (int64_t at = 1050; at <= 3600; at += 30)
		feed(b, at, 3600, NO_COUNT);
	assert_int_equal(total(b), 3600 * WH);
	assert_int_equal(b->count, 3);
	assert_int_equal(quarter(b, 0)->amount, 900 * WH);
	assert_int_equal(quarter(b, 0)->quality, 'M');
	assert_int_equal(quarter(b, 900)->amount, (900 + 600) * WH); /* with the repeated time */
	assert_int_equal(quarter(b, 900)->covered_ms, QUARTER_MS);
	assert_int_equal(quarter(b, 900)->quality, 'C');
	assert_int_equal(quarter(b, 1800)->quality, 'M');
	assert_adds_up(b);
	every_quarter_is_closed_once(b);
	free(b);
}

static void a_clock_that_ran_years_ahead_does_no_lasting_harm(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	for (int64_t at = 0; at <= 300; at += 30)
		feed(b, at, 3600, NO_COUNT);
	b->clock_off_ms = INT64_C(5) * 365 * 86400000;
	for (int64_t at = 330; at <= 600; at += 30)
		feed(b, at, 3600, NO_COUNT);
	b->clock_off_ms = 0;
	for (int64_t at = 630; at <= 4500; at += 30)
		feed(b, at, 3600, NO_COUNT);
	assert_int_equal(quarter(b, 900)->amount, (900 + 300 + 300) * WH); /* with what was counted up to here */
	assert_int_equal(quarter(b, 1800)->amount, 900 * WH); /* back in our days */
	assert_int_equal(quarter(b, 1800)->quality, 'M');
	assert_int_equal(total(b), 4500 * WH);
	assert_adds_up(b);
	every_quarter_is_closed_once(b);
	free(b);
}

static void small_corrections_of_the_clock_cost_nothing(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	for (int64_t at = 0; at <= 3600; at += 30) {
		feed(b, at, 3600, NO_COUNT);
		b->clock_off_ms += at / 30 % 5 * 7 - 14;
	}
	assert_int_equal(total(b), 3600 * WH);
	for (int i = 0; i < b->count; i++) {
		assert_int_equal(b->closed[i].quality, 'M');
		assert_int_equal(b->closed[i].covered_ms, QUARTER_MS);
	}
	assert_adds_up(b);
	free(b);
}

/* The daemon was away; the monotonic clock of the next boot says nothing about the last. */
static void a_restart_is_bridged_by_wall_time(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	feed(b, 0, 3600, NO_COUNT);
	feed(b, 30, 3600, NO_COUNT);
	uint8_t octets[METER_ENCODED_MAX];
	size_t length = meter_encode(&b->meter, octets);
	assert_int_equal(meter_decode(&b->meter, octets, length, NULL), 0);
	meter_resume(&b->meter);
	struct meter_sample s = { .wall_ms = (T0 + 90) * 1000, .mono_ms = 17, .has_level = true, .level = 3600000 };
	assert_int_equal(meter_feed(&b->meter, &b->settings, &s, collect, b, NULL), 0);
	assert_int_equal(total(b), 90 * WH);
	s.wall_ms += 30000;
	s.mono_ms += 30000;
	assert_int_equal(meter_feed(&b->meter, &b->settings, &s, collect, b, NULL), 0);
	assert_int_equal(total(b), 120 * WH);
	/* And when even the wall clock is behind, nothing is bridged and nothing goes back. */
	meter_resume(&b->meter);
	s.wall_ms -= 60000;
	s.mono_ms = 5;
	assert_int_equal(meter_feed(&b->meter, &b->settings, &s, collect, b, NULL), 0);
	assert_int_equal(total(b), 120 * WH);
	assert_int_equal(running(b).quality, 'C');
	free(b);
}

static void levels_and_flows_are_metered_too(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	b->settings.kind = INTERVAL_LEVEL;
	b->settings.max_level = 1000000;
	for (int64_t at = 0; at <= 900; at += 30) /* 40 %, in ppm */
		feed(b, at, 400, NO_COUNT);
	assert_int_equal(quarter(b, 0)->amount, 2 * INT64_C(400000) * QUARTER_MS);
	assert_int_equal(try_feed(b, 930, 1001, NO_COUNT), -1);
	free(b);
	b = bench_new(90, 1);
	b->settings.kind = INTERVAL_FLOW;
	b->settings.max_level = 1250000000; /* 10 Gbit/s */
	for (int64_t at = 0; at <= 900; at += 30)
		feed(b, at, NO_LEVEL, at * 125000000);
	assert_int_equal(quarter(b, 0)->amount, INT64_C(112500000000)); /* example 56 */
	assert_int_equal(quarter(b, 0)->source, 'B');
	assert_int_equal(quarter(b, 0)->quality, 'M');
	free(b);
}

/* A level that crosses zero on a border: its parts are not zero, though they add up to zero, and nothing else has any. */
static void a_level_that_crosses_zero_hides_nothing(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	b->settings.kind = INTERVAL_LEVEL;
	feed(b, 870, -5, NO_COUNT);
	feed(b, 930, 5, NO_COUNT);
	assert_int_equal(quarter(b, 0)->amount, -5000 * 30000);
	assert_int_equal(quarter(b, 0)->unknown_max, 0);
	assert_int_equal(running(b).amount, 5000 * 30000);
	assert_int_equal(total(b), 0);
	free(b);
}

static void settings_that_cannot_be_are_refused(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, 0);
	feed(b, 0, 3600, NO_COUNT);
	struct hwatt_error err = { 0 };
	struct meter_sample s = { .wall_ms = (T0 + 30) * 1000, .mono_ms = 1030000, .has_level = true, .level = 1 };
	struct meter_settings bad[] = { b->settings, b->settings, b->settings, b->settings };
	bad[0].max_gap_ms = 0;
	bad[1].max_gap_ms = 3600001;
	bad[2].register_step = INT64_MAX;
	bad[3].kind = INTERVAL_LEVEL;
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(meter_feed(&b->meter, &bad[i], &s, collect, b, &err), -1);
		assert_int_equal(err.code, HWATT_EINVAL);
	}
	free(b);
}

static void damaged_states_are_refused(void **state)
{
	(void)state;
	struct bench *b = bench_new(90, HWATT_MJ_PER_WH);
	for (int64_t at = 0; at <= 1200; at += 30)
		feed(b, at, 3600, at);
	close_at(b, 4600); /* with a held quarter and a gap */
	uint8_t octets[METER_ENCODED_MAX], again[METER_ENCODED_MAX];
	size_t length = meter_encode(&b->meter, octets);
	struct meter copy;
	assert_int_equal(meter_decode(&copy, octets, length, NULL), 0);
	assert_int_equal(meter_encode(&copy, again), length);
	assert_memory_equal(octets, again, length);
	for (size_t cut = 0; cut < length; cut++)
		assert_int_equal(meter_decode(&copy, octets, cut, NULL), -1);
	octets[0]++;
	struct hwatt_error err = { 0 };
	assert_int_equal(meter_decode(&copy, octets, length, &err), -1);
	assert_int_equal(err.code, HWATT_EPROTO);
	octets[0]--;
	octets[1] = 2; /* neither false nor true */
	assert_int_equal(meter_decode(&copy, octets, length, NULL), -1);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_25_trapezoid_constant),
		cmocka_unit_test(example_26_trapezoid_ramp),
		cmocka_unit_test(example_27_gap),
		cmocka_unit_test(example_28_gap_step_rule),
		cmocka_unit_test(example_29_gap_filled_by_register),
		cmocka_unit_test(example_30_clip_at_border),
		cmocka_unit_test(example_31_clip_long_segment),
		cmocka_unit_test(example_32_same_with_g_max_300),
		cmocka_unit_test(example_33_register),
		cmocka_unit_test(example_34_wrap_of_32_bits),
		cmocka_unit_test(example_35_wrap_or_reset),
		cmocka_unit_test(example_36_reset_with_stamp),
		cmocka_unit_test(example_37_wrap_of_64_bits),
		cmocka_unit_test(a_coarse_register_leaves_the_shape_to_the_samples),
		cmocka_unit_test(the_register_corrects_a_steady_error_of_the_samples),
		cmocka_unit_test(a_fine_register_wins_over_the_samples),
		cmocka_unit_test(a_register_that_stands_still_does_not_hide_the_load),
		cmocka_unit_test(a_silent_device_is_explained_by_its_register),
		cmocka_unit_test(a_hole_not_closed_yet_needs_no_correction),
		cmocka_unit_test(a_quarter_is_not_closed_while_its_last_sample_can_come),
		cmocka_unit_test(nothing_is_bridged_over_more_than_a_year),
		cmocka_unit_test(a_late_sample_on_a_border_is_taken),
		cmocka_unit_test(without_a_register_a_hole_stays_one),
		cmocka_unit_test(the_count_may_come_a_little_later_than_the_samples),
		cmocka_unit_test(counts_alone_are_as_good_as_samples),
		cmocka_unit_test(a_level_that_is_missing_now_and_then_is_bridged),
		cmocka_unit_test(only_seven_days_are_corrected),
		cmocka_unit_test(a_reset_covered_by_samples_loses_nothing),
		cmocka_unit_test(a_reset_in_a_hole_is_bounded),
		cmocka_unit_test(another_device_begins_anew),
		cmocka_unit_test(a_restarted_device_resets_rather_than_wraps),
		cmocka_unit_test(values_that_are_no_load_are_refused),
		cmocka_unit_test(a_bad_level_does_not_cost_the_count),
		cmocka_unit_test(exported_power_is_no_negative_consumption),
		cmocka_unit_test(a_forward_step_leaves_a_hole),
		cmocka_unit_test(after_a_backward_step_no_quarter_comes_twice),
		cmocka_unit_test(a_clock_that_ran_years_ahead_does_no_lasting_harm),
		cmocka_unit_test(small_corrections_of_the_clock_cost_nothing),
		cmocka_unit_test(a_restart_is_bridged_by_wall_time),
		cmocka_unit_test(levels_and_flows_are_metered_too),
		cmocka_unit_test(a_level_that_crosses_zero_hides_nothing),
		cmocka_unit_test(settings_that_cannot_be_are_refused),
		cmocka_unit_test(damaged_states_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
