/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#define SECOND_NS UINT64_C(1000000000)

static void on_timer(uv_timer_t *timer)
{
	int *calls = timer->data;
	++*calls;
}

static void standing_still_is_no_time(void **state)
{
	(void)state;
	int status;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		uint64_t began_ns = uv_hrtime();
		raise(SIGSTOP);
		_exit(uv_hrtime() - began_ns < SECOND_NS / 100 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_true(WIFSTOPPED(status));
	sleep(1);
	kill(child, SIGCONT);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_wait_is_as_long_as_it_was_asked_for(void **state)
{
	(void)state;
	uv_loop_t loop;
	uv_timer_t timer;
	int calls = 0;
	uv_loop_init(&loop);
	uv_timer_init(&loop, &timer);
	timer.data = &calls;
	uv_timer_start(&timer, on_timer, 200, 0);
	uint64_t began_ns = uv_hrtime();
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(calls, 1);
	assert_in_range(uv_hrtime() - began_ns, SECOND_NS / 5, SECOND_NS / 5 + SECOND_NS / 500);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void who_looks_again_and_again_sees_it_go(void **state)
{
	(void)state;
	uint64_t began_ns = uv_hrtime();
	int looks = 0;
	while (uv_hrtime() - began_ns < SECOND_NS / 1000)
		looks++;
	assert_in_range(looks, 900, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standing_still_is_no_time),
		cmocka_unit_test(a_wait_is_as_long_as_it_was_asked_for),
		cmocka_unit_test(who_looks_again_and_again_sees_it_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
