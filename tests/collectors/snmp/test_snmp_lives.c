/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Which stamps of registers are told on. */
#include "fake_target.h"
#include "lives.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { REGISTERS = 40 };

struct rig {
	struct fake_point points[REGISTERS];
	struct hwatt_target target;
	struct lives lives;
};

static void rig_new(struct rig *r)
{
	*r = (struct rig){ .target = { .point_count = REGISTERS } };
	r->target.points = r->points;
}

static void rig_free(struct rig *r)
{
	lives_free(&r->lives);
	fake_forget(&r->target);
}

static bool doubts(struct rig *r, int handle, uint64_t stamp, int64_t count)
{
	return lives_tell(&r->lives, &r->target, handle, stamp, count);
}

static void a_stamp_that_stays_or_moves_once_is_told(void **state)
{
	(void)state;
	struct rig r;
	rig_new(&r);
	assert_false(doubts(&r, 3, 100, 5000));
	assert_false(doubts(&r, 3, 100, 6000));
	assert_int_equal(r.points[3].stamp, 100);
	assert_false(doubts(&r, 3, 700, 6500)); /* counts that were lost, and more than that since */
	assert_int_equal(r.points[3].stamp, 700);
	assert_false(doubts(&r, 3, 700, 6600));
	assert_false(doubts(&r, 3, 900, 6700));
	assert_int_equal(r.points[3].stamp, 900);
	assert_int_equal(r.target.warning_count, 0);
	rig_free(&r);
}

static void stamps_that_move_with_every_read_are_found_out(void **state)
{
	(void)state;
	struct rig r;
	rig_new(&r);
	for (int read = 0; read < 10; read++)
		for (int n = 0; n < REGISTERS; n++) {
			bool doubted = doubts(&r, n, (uint64_t)(1000 + read * 30), read * 50);
			if (read < 2)
				assert_false(doubted);
			else
				assert_true(doubted);
			assert_int_equal(r.points[n].stamp, 1000 + (read < 2 ? read : 1) * 30);
		}
	assert_true(r.lives.distrusted);
	assert_int_equal(r.target.warning_count, 1); /* once */
	assert_true(fake_warned(&r.target, "discontinuity times move with every read"));
	assert_true(doubts(&r, 0, 5, 1)); /* nothing of it any more */
	rig_free(&r);
}

static void a_register_that_goes_down_makes_its_stamp_credible(void **state)
{
	(void)state;
	struct rig r;
	rig_new(&r);
	for (int read = 0; read < 10; read++) { /* a tunnel that is set up anew all the time */
		assert_false(doubts(&r, 7, (uint64_t)(1000 + read * 30), 100 - read));
		assert_int_equal(r.points[7].stamp, 1000 + read * 30);
	}
	assert_false(r.lives.distrusted);
	rig_free(&r);
}

static void a_stamp_that_comes_to_rest_is_told_again(void **state)
{
	(void)state;
	struct rig r;
	rig_new(&r);
	assert_false(doubts(&r, 1, 10, 1));
	assert_false(doubts(&r, 1, 20, 2));
	assert_true(doubts(&r, 1, 30, 3));
	assert_int_equal(r.points[1].stamp, 20);
	assert_false(doubts(&r, 1, 30, 4));
	assert_int_equal(r.points[1].stamp, 30);
	assert_false(r.lives.distrusted);
	rig_free(&r);
}

static void registers_are_told_apart_in_any_order(void **state)
{
	(void)state;
	struct rig r;
	rig_new(&r);
	for (int i = 0; i < REGISTERS; i++)
		doubts(&r, i * 7 % REGISTERS, (uint64_t)(i * 7 % REGISTERS) + 1, 0);
	assert_int_equal(r.lives.count, REGISTERS);
	for (int i = 0; i < REGISTERS; i++) {
		assert_int_equal(r.lives.items[i].handle, i);
		assert_int_equal(r.points[i].stamp, i + 1);
	}
	rig_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stamp_that_stays_or_moves_once_is_told),
		cmocka_unit_test(stamps_that_move_with_every_read_are_found_out),
		cmocka_unit_test(a_register_that_goes_down_makes_its_stamp_credible),
		cmocka_unit_test(a_stamp_that_comes_to_rest_is_told_again),
		cmocka_unit_test(registers_are_told_apart_in_any_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
