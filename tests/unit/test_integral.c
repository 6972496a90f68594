/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "integral.h"
#include <hallwatt/number.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define J INT64_C(2000000) /* in halves of a microjoule */

struct series { /* one integral fed with seconds and watts */
	struct integral in;
	int64_t max_gap_ms;
	enum integral_rule rule;
	int64_t sum, covered_ms;
};

static struct stretch feed(struct series *s, int64_t at_ms, int64_t mw)
{
	struct stretch out;
	struct hwatt_error err = { 0 };
	if (integral_add(&s->in, at_ms, mw, s->max_gap_ms, s->rule, &out, &err) < 0)
		fail_msg("%s", err.text);
	s->sum += out.amount;
	s->covered_ms += out.covered ? out.to_ms - out.from_ms : 0;
	return out;
}

static void a_hole_longer_than_the_limit_is_not_covered(void **state)
{
	(void)state;
	struct series s = { .max_gap_ms = 60000 };
	assert_false(feed(&s, 0, 500000).covered); /* nothing before it */
	assert_true(feed(&s, 60000, 500000).covered);
	struct stretch hole = feed(&s, 120001, 500000);
	assert_false(hole.covered);
	assert_int_equal(hole.to_ms - hole.from_ms, 60001);
	assert_int_equal(hole.amount, 0);
}

static void example_25_trapezoid_constant(void **state)
{
	(void)state;
	struct series s = { .max_gap_ms = 900000 };
	feed(&s, 0, 400000);
	feed(&s, 900000, 400000);
	assert_int_equal(s.sum, 360000 * J);
}

static void example_26_trapezoid_ramp(void **state)
{
	(void)state;
	struct series s = { .max_gap_ms = 900000 };
	feed(&s, 0, 300000);
	feed(&s, 900000, 500000);
	assert_int_equal(s.sum, 360000 * J);
}

static void with_a_gap(struct series *s)
{
	static const int64_t points[][2] = { { 0, 400 }, { 60, 420 }, { 180, 380 }, { 900, 380 } };
	for (size_t i = 0; i < 4; i++)
		feed(s, points[i][0] * 1000, points[i][1] * 1000);
}

static void example_27_gap(void **state)
{
	(void)state;
	struct series s = { .max_gap_ms = 300000 };
	with_a_gap(&s);
	assert_int_equal(s.sum, 72600 * J);
	assert_int_equal(s.covered_ms, 180000);
}

static void example_28_gap_step_rule(void **state)
{
	(void)state;
	struct series s = { .max_gap_ms = 300000, .rule = INTEGRAL_STEP };
	with_a_gap(&s);
	assert_int_equal(s.sum, 74400 * J);
}

static void example_30_clip_at_border(void **state)
{
	(void)state;
	struct series s = { .max_gap_ms = 60000 };
	feed(&s, 890000, 100000);
	struct stretch stretch = feed(&s, 910000, 200000);
	assert_int_equal(stretch_until(&stretch, 890000), 0);
	assert_int_equal(stretch_until(&stretch, 900000), 1250 * J);
	assert_int_equal(stretch.amount - stretch_until(&stretch, 900000), 1750 * J);
	assert_int_equal(stretch_until(&stretch, 910000), 3000 * J);
}

/* Examples 31 and 32: what falls into 0..900 s of a series that begins 30 s before. */
static void clip_quarter(int64_t max_gap_ms, int64_t *inside, int64_t *covered_ms, int64_t *total)
{
	static const int64_t points[][2] = { { -30, 500 }, { 30, 520 }, { 90, 540 }, { 870, 540 }, { 930, 600 } };
	struct series s = { .max_gap_ms = max_gap_ms };
	*inside = *covered_ms = 0;
	for (size_t i = 0; i < 5; i++) {
		struct stretch x = feed(&s, (points[i][0] + 30) * 1000, points[i][1] * 1000);
		int64_t from = x.from_ms < 30000 ? 30000 : x.from_ms > 930000 ? 930000 : x.from_ms;
		int64_t to = x.to_ms < 30000 ? 30000 : x.to_ms > 930000 ? 930000 : x.to_ms;
		if (!x.covered || from >= to)
			continue;
		*inside += stretch_until(&x, to) - stretch_until(&x, from);
		*covered_ms += to - from;
	}
	*total = s.sum;
}

static void example_31_clip_long_segment(void **state)
{
	(void)state;
	int64_t inside, covered_ms, total;
	clip_quarter(1000000, &inside, &covered_ms, &total);
	assert_int_equal(inside, 485100 * J);
	assert_int_equal(covered_ms, 900000);
	assert_int_equal(total, 517800 * J);
}

static void example_32_same_with_g_max_300(void **state)
{
	(void)state;
	int64_t inside, covered_ms, total;
	clip_quarter(300000, &inside, &covered_ms, &total);
	assert_int_equal(inside, 63900 * J);
	assert_int_equal(covered_ms, 120000);
}

static void parts_add_up_exactly_wherever_a_stretch_is_cut(void **state)
{
	(void)state;
	struct series s = { .max_gap_ms = INTEGRAL_MAX_GAP_MS };
	feed(&s, 0, 123457);
	struct stretch x = feed(&s, 7919, 999331);
	int64_t last = 0;
	for (int64_t ms = 0; ms <= 7919; ms++) {
		int64_t now = stretch_until(&x, ms);
		assert_true(now >= last); /* no part is negative */
		last = now;
	}
	assert_int_equal(last, x.amount);
	x.from_level = 999331; /* downhill: rounded down too, so that the remainder goes to the later part */
	x.to_level = 123457;
	assert_int_equal(stretch_until(&x, 1), 2 * 999331 - 111); /* 875874 / 7919 = 110.6 */
}

static void extremes_stay_inside_int64(void **state)
{
	(void)state;
	struct series s = { .max_gap_ms = INTEGRAL_MAX_GAP_MS };
	feed(&s, 0, INTEGRAL_MAX_LEVEL);
	struct stretch x = feed(&s, INTEGRAL_MAX_GAP_MS, INTEGRAL_MAX_LEVEL);
	assert_true(x.amount == 2 * INTEGRAL_MAX_LEVEL * INTEGRAL_MAX_GAP_MS);
	assert_int_equal(stretch_until(&x, INTEGRAL_MAX_GAP_MS / 2), x.amount / 2);
	feed(&s, 2 * INTEGRAL_MAX_GAP_MS, -INTEGRAL_MAX_LEVEL);
}

static void refused_samples_change_nothing(void **state)
{
	(void)state;
	struct integral in = { .primed = true, .last_ms = 1000, .last_level = 5 };
	struct stretch out = { .amount = 42 };
	struct hwatt_error err = { 0 };
	assert_int_equal(integral_add(&in, 1000, 5, 60000, INTEGRAL_TRAPEZOID, &out, &err), -1);
	assert_int_equal(err.code, HWATT_ERANGE);
	assert_int_equal(integral_add(&in, 2000, INTEGRAL_MAX_LEVEL + 1, 60000, INTEGRAL_TRAPEZOID, &out, &err), -1);
	assert_int_equal(integral_add(&in, 2000, -INTEGRAL_MAX_LEVEL - 1, 60000, INTEGRAL_TRAPEZOID, &out, &err), -1);
	assert_int_equal(in.last_ms, 1000);
	assert_int_equal(out.amount, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hole_longer_than_the_limit_is_not_covered),
		cmocka_unit_test(example_25_trapezoid_constant),
		cmocka_unit_test(example_26_trapezoid_ramp),
		cmocka_unit_test(example_27_gap),
		cmocka_unit_test(example_28_gap_step_rule),
		cmocka_unit_test(example_30_clip_at_border),
		cmocka_unit_test(example_31_clip_long_segment),
		cmocka_unit_test(example_32_same_with_g_max_300),
		cmocka_unit_test(parts_add_up_exactly_wherever_a_stretch_is_cut),
		cmocka_unit_test(extremes_stay_inside_int64),
		cmocka_unit_test(refused_samples_change_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
