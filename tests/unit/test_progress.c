/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pty.h>
#include <string.h>
#include <unistd.h>

struct terminal {
	int master;
	FILE *out;
	char seen[4096];
};

static struct terminal open_terminal(int columns)
{
	struct terminal t;
	int slave;
	struct winsize size = { .ws_row = 24, .ws_col = (unsigned short)columns };
	assert_int_equal(openpty(&t.master, &slave, NULL, NULL, &size), 0);
	fcntl(t.master, F_SETFL, O_NONBLOCK);
	t.out = fdopen(slave, "w");
	assert_non_null(t.out);
	return t;
}

static void close_terminal(struct terminal *t)
{
	fclose(t->out);
	close(t->master);
}

/* What was drawn since the last look. */
static const char *look(struct terminal *t)
{
	ssize_t n = read(t->master, t->seen, sizeof(t->seen) - 1);
	t->seen[n > 0 ? n : 0] = '\0';
	return t->seen;
}

static void what_takes_long_gets_a_bar(void **state)
{
	(void)state;
	struct terminal t = open_terminal(80);
	struct progress p;
	progress_start(&p, t.out, "Metering the past", 1000, 5000);
	progress_update(&p, 100, 6000);
	assert_string_equal(look(&t), "\r\033[KMetering the past  [###................................]  10 %  9 s left");
	progress_update(&p, 500, 9500);
	assert_string_equal(look(&t), "\r\033[KMetering the past  [#################..................]  50 %  5 s left");
	progress_update(&p, 1200, 15000); /* never more than all */
	assert_string_equal(look(&t), "\r\033[KMetering the past  [###################################] 100 %  0 s left");
	progress_end(&p);
	assert_string_equal(look(&t), "\r\033[K");
	close_terminal(&t);
}

static void what_is_soon_done_gets_none(void **state)
{
	(void)state;
	struct terminal t = open_terminal(80);
	struct progress p;
	progress_start(&p, t.out, "Quick", 1000, 0);
	progress_update(&p, 1, 100);    /* too early to tell */
	progress_update(&p, 500, 900);  /* 1.8 s in all */
	progress_update(&p, 1000, 1900);
	progress_end(&p);
	assert_string_equal(look(&t), "");
	close_terminal(&t);
}

static void it_is_drawn_ten_times_a_second_at_most(void **state)
{
	(void)state;
	struct terminal t = open_terminal(80);
	struct progress p;
	progress_start(&p, t.out, "Long", 100000, 0);
	int drawn = 0;
	for (int64_t i = 1; i <= 10000; i++) { /* 10 s */
		progress_update(&p, i, i);
		drawn += look(&t)[0] != '\0';
	}
	assert_in_range(drawn, 90, 100);
	close_terminal(&t);
}

static void a_start_without_an_end_in_sight_has_no_estimate(void **state)
{
	(void)state;
	struct terminal t = open_terminal(40);
	struct progress p;
	progress_start(&p, t.out, "Slow", 10, 0);
	progress_update(&p, 0, 3000);
	assert_string_equal(look(&t), "\r\033[KSlow  [........]   0 %");
	close_terminal(&t);
}

static void a_narrow_terminal_shows_the_share_alone(void **state)
{
	(void)state;
	struct terminal t = open_terminal(20);
	struct progress p;
	progress_start(&p, t.out, "Metering the past", 10, 0);
	progress_update(&p, 5, 3000);
	assert_string_equal(look(&t), "\r\033[K 50 %");
	close_terminal(&t);
}

static void nothing_is_drawn_where_nobody_watches(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	FILE *out = fdopen(ends[1], "w");
	struct progress p;
	progress_start(&p, out, "Unseen", 10, 0);
	progress_update(&p, 5, 3000);
	progress_end(&p);
	fclose(out);
	char seen[8];
	assert_int_equal(read(ends[0], seen, sizeof(seen)), 0);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_takes_long_gets_a_bar),
		cmocka_unit_test(what_is_soon_done_gets_none),
		cmocka_unit_test(it_is_drawn_ten_times_a_second_at_most),
		cmocka_unit_test(a_start_without_an_end_in_sight_has_no_estimate),
		cmocka_unit_test(a_narrow_terminal_shows_the_share_alone),
		cmocka_unit_test(nothing_is_drawn_where_nobody_watches),
	};
	return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
