/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Who may be surveyed: no more at a time than fit, the first who asked first. */
#include "turns.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 1000 };

static int called[MANY], calls;

static void on_turn(void *arg)
{
	called[calls++] = *(int *)arg;
}

static void queue_up(struct turns *turns, struct turn *all, int *names, int count)
{
	*turns = (struct turns){ .call = on_turn };
	memset(all, 0, (size_t)count * sizeof(*all));
	calls = 0;
	for (int i = 0; i < count; i++) {
		names[i] = i;
		turns_ask(turns, &all[i], &names[i]);
	}
}

static void no_more_run_than_fit_and_the_first_comes_first(void **state)
{
	(void)state;
	struct turns turns;
	static struct turn all[MANY];
	static int names[MANY];
	queue_up(&turns, all, names, MANY);
	size_t limit = turns_limit(&turns);
	assert_int_equal(limit, TURNS_OCTETS / TURNS_FIRST_OCTETS);
	assert_int_equal(turns.held, limit);
	assert_int_equal(turns.waiting, MANY - limit);
	assert_int_equal(turns.waited, MANY - limit);
	assert_false(turns_free(&turns));
	assert_false(turns_ask(&turns, &all[limit], &names[limit])); /* asking again changes no place */
	assert_int_equal(turns.waiting, MANY - limit);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(all[i].state, TURN_HELD);
		turns_give(&turns, &all[i], 0);
		assert_true(turns.held <= limit);
	}
	assert_int_equal(calls, MANY - (int)limit);
	for (int i = 0; i < calls; i++)
		assert_int_equal(called[i], (int)limit + i);
	assert_true(turns_free(&turns));
	assert_int_equal(turns.held + turns.waiting, 0);
	assert_null(turns.last);
}

static void who_leaves_the_queue_is_not_called(void **state)
{
	(void)state;
	struct turns turns;
	static struct turn all[MANY];
	static int names[MANY];
	queue_up(&turns, all, names, 100);
	int limit = (int)turns_limit(&turns);
	turns_give(&turns, &all[limit], 0);     /* the first of the queue, */
	turns_give(&turns, &all[limit + 2], 0); /* one in its midst */
	turns_give(&turns, &all[99], 0);        /* and the last */
	assert_int_equal(calls, 0);
	assert_int_equal(turns.waiting, 100 - limit - 3);
	turns_force(&turns, &all[98]); /* and one that cannot wait */
	assert_int_equal(turns.held, limit + 1);
	turns_give(&turns, &all[0], 0);
	assert_int_equal(calls, 0); /* the room is taken */
	for (int i = 1; i < limit; i++)
		turns_give(&turns, &all[i], 0);
	assert_int_equal(called[0], limit + 1);
	assert_int_equal(called[1], limit + 3);
	assert_int_equal(calls, 100 - limit - 4);
	turns_give(&turns, &all[0], 0); /* none */
	assert_int_equal(turns.held, 100 - limit - 3);
}

static void the_bound_follows_what_surveys_take(void **state)
{
	(void)state;
	struct turns turns = { .call = on_turn };
	struct turn turn = { 0 };
	for (int i = 0; i < 200; i++) {
		assert_true(turns_ask(&turns, &turn, &turns));
		turns_give(&turns, &turn, 32u << 10);
	}
	assert_in_range(turns_limit(&turns), 460, 560); /* 16 MiB in 32 KiB */
	for (int i = 0; i < 200; i++) {
		turns_ask(&turns, &turn, &turns);
		turns_give(&turns, &turn, 4u << 20);
	}
	assert_int_equal(turns_limit(&turns), TURNS_LEAST);
	for (int i = 0; i < 200; i++) {
		turns_ask(&turns, &turn, &turns);
		turns_give(&turns, &turn, 100);
	}
	assert_int_equal(turns_limit(&turns), TURNS_MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_more_run_than_fit_and_the_first_comes_first),
		cmocka_unit_test(who_leaves_the_queue_is_not_called),
		cmocka_unit_test(the_bound_follows_what_surveys_take),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
