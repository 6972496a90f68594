/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "counter.h"
#include <hallwatt/reading.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define WH (HWATT_MJ_PER_WH * 2000) /* in halves of a microjoule */
#define TWO_32 (UINT64_C(1) << 32)

/* Pmax x 900 s. */
static hwatt_i128 most_of(int64_t watts)
{
	return (hwatt_i128)watts * 900 * 2000000;
}

static struct counter_change step(struct counter *c, uint64_t count, uint64_t modulus, int64_t watts)
{
	struct counter_read read = { .count = count };
	struct counter_scale scale = { .modulus = modulus, .step = WH, .most = most_of(watts) };
	return counter_add(c, &read, &scale);
}

static struct counter at(uint64_t count)
{
	return (struct counter){ .primed = true, .last = count };
}

static void the_first_read_is_only_a_baseline(void **state)
{
	(void)state;
	struct counter c = { 0 };
	struct counter_change x = step(&c, 500, 0, 1000);
	assert_int_equal(x.event, COUNTER_FIRST);
	assert_true(x.amount == 0);
	assert_int_equal(step(&c, 500, 0, 1000).event, COUNTER_ADVANCED);
}

static void example_33_register(void **state)
{
	(void)state;
	struct counter c = at(12345);
	struct counter_read read = { .count = 12349 };
	struct counter_scale scale = { .step = 100 * WH, .most = most_of(22000) };
	struct counter_change x = counter_add(&c, &read, &scale);
	assert_int_equal(x.event, COUNTER_ADVANCED);
	assert_true(x.amount == 400 * WH);
}

static void example_34_wrap_of_32_bits(void **state)
{
	(void)state;
	struct counter c = at(4294967290u);
	struct counter_change x = step(&c, 10, TWO_32, 22000);
	assert_int_equal(x.event, COUNTER_WRAPPED);
	assert_true(x.amount == 16 * WH);
}

static void example_35_wrap_or_reset(void **state)
{
	(void)state;
	struct counter c = at(4294960000u);
	struct counter_change x = step(&c, 500, TWO_32, 22000);
	assert_int_equal(x.event, COUNTER_RESET); /* a wrap would be 7796 Wh, 5776 are the limit */
	assert_true(x.amount == 500 * WH);
	assert_true(x.unknown_max == 5000 * WH);
}

static void the_limit_itself_still_is_a_wrap(void **state)
{
	(void)state;
	struct counter c = at(TWO_32 - 5776); /* 1.05 x 22 000 W x 0.25 h + 1 Wh = 5776 Wh */
	assert_int_equal(step(&c, 0, TWO_32, 22000).event, COUNTER_WRAPPED);
	c = at(TWO_32 - 5777);
	assert_int_equal(step(&c, 0, TWO_32, 22000).event, COUNTER_RESET);
}

static void example_36_reset_with_stamp(void **state)
{
	(void)state;
	struct counter c = { .primed = true, .last = 500000, .has_stamp = true, .stamp = 1 };
	struct counter_read read = { .count = 32, .has_stamp = true, .stamp = 2 };
	struct counter_scale scale = { .step = 100 * WH, .most = most_of(22000) };
	struct counter_change x = counter_add(&c, &read, &scale);
	assert_int_equal(x.event, COUNTER_RESET);
	assert_true(x.amount == 3200 * WH);
	assert_true(x.unknown_max == 2300 * WH);
}

static void example_37_wrap_of_64_bits(void **state)
{
	(void)state;
	struct counter c = at(UINT64_MAX - 999);
	struct counter_read read = { .count = 500 };
	struct counter_scale scale = { .step = 1, .most = 1000000 };
	struct counter_change x = counter_add(&c, &read, &scale);
	assert_int_equal(x.event, COUNTER_WRAPPED);
	assert_true(x.amount == 1500);
}

static void every_modulus_wraps(void **state)
{
	(void)state;
	static const uint64_t moduli[] = { UINT64_C(1) << 31, TWO_32, UINT64_C(1) << 53, 0, 1000000, UINT64_C(10000000000) };
	for (size_t i = 0; i < sizeof(moduli) / sizeof(moduli[0]); i++) {
		struct counter c = at(moduli[i] - 7);
		struct counter_change x = step(&c, 5, moduli[i], 22000);
		assert_int_equal(x.event, COUNTER_WRAPPED);
		assert_true(x.amount == 12 * WH);
	}
}

static void a_restart_makes_a_reset_of_what_could_be_a_wrap(void **state)
{
	(void)state;
	struct counter c = at(999990);
	struct counter_read read = { .count = 3, .restarted = true };
	struct counter_scale scale = { .modulus = 1000000, .step = WH, .most = most_of(22000) };
	assert_int_equal(counter_add(&c, &read, &scale).event, COUNTER_RESET);
	read.count = 10; /* and does not touch a register that survived it */
	assert_int_equal(counter_add(&c, &read, &scale).event, COUNTER_ADVANCED);
}

static void an_exchange_is_a_new_baseline(void **state)
{
	(void)state;
	struct counter c = { .primed = true, .last = 100, .has_stamp = true, .stamp = 1 };
	struct counter_read read = { .count = 90000, .exchanged = true };
	struct counter_scale scale = { .step = WH, .most = most_of(22000) };
	struct counter_change x = counter_add(&c, &read, &scale);
	assert_int_equal(x.event, COUNTER_EXCHANGED);
	assert_true(x.amount == 0);
	assert_false(c.has_stamp);
	assert_true(step(&c, 90001, 0, 22000).amount == WH);
}

static void more_than_can_have_flowed_is_a_new_baseline(void **state)
{
	(void)state;
	struct counter c = at(1000);
	struct counter_change x = step(&c, 7000, 0, 22000);
	assert_int_equal(x.event, COUNTER_IMPLAUSIBLE);
	assert_true(x.amount == 0);
	assert_true(step(&c, 7001, 0, 22000).amount == WH);
	/* Back to some old value: neither a wrap, nor did 6500 Wh flow since a reset. */
	assert_int_equal(step(&c, 6500, 0, 22000).event, COUNTER_IMPLAUSIBLE);
}

static void a_count_beyond_the_modulus_is_no_count(void **state)
{
	(void)state;
	struct counter c = at(1000);
	assert_int_equal(step(&c, TWO_32, TWO_32, 22000).event, COUNTER_NONE);
	assert_int_equal(c.last, 1000);
	assert_true(step(&c, 1001, TWO_32, 22000).amount == WH);
}

static void a_stamp_left_out_once_is_no_reset(void **state)
{
	(void)state;
	struct counter c = { .primed = true, .last = 100, .has_stamp = true, .stamp = 7 };
	assert_int_equal(step(&c, 101, 0, 22000).event, COUNTER_ADVANCED);
	struct counter_read read = { .count = 102, .has_stamp = true, .stamp = 7 };
	struct counter_scale scale = { .step = WH, .most = most_of(22000) };
	assert_int_equal(counter_add(&c, &read, &scale).event, COUNTER_ADVANCED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_read_is_only_a_baseline),
		cmocka_unit_test(example_33_register),
		cmocka_unit_test(example_34_wrap_of_32_bits),
		cmocka_unit_test(example_35_wrap_or_reset),
		cmocka_unit_test(the_limit_itself_still_is_a_wrap),
		cmocka_unit_test(example_36_reset_with_stamp),
		cmocka_unit_test(example_37_wrap_of_64_bits),
		cmocka_unit_test(every_modulus_wraps),
		cmocka_unit_test(a_restart_makes_a_reset_of_what_could_be_a_wrap),
		cmocka_unit_test(an_exchange_is_a_new_baseline),
		cmocka_unit_test(more_than_can_have_flowed_is_a_new_baseline),
		cmocka_unit_test(a_count_beyond_the_modulus_is_no_count),
		cmocka_unit_test(a_stamp_left_out_once_is_no_reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
