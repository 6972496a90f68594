/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <hallwatt/chart.h>

static char drawing[16384];

static const char *draw(const struct hwatt_chart *chart)
{
	struct hwatt_text out;
	hwatt_text_init(&out, sizeof(drawing) - 1);
	hwatt_chart_put(chart, &out);
	assert_true(hwatt_text_ok(&out));
	strcpy(drawing, hwatt_text_string(&out));
	hwatt_text_free(&out);
	return drawing;
}

static size_t occurrences(const char *what)
{
	size_t n = 0;
	for (const char *p = drawing; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

static const struct hwatt_chart_point months[] = {
	{ .label = "jan", .shown = "1,20", .known = true, .value = 1.20 },
	{ .label = "feb", .shown = "1,30", .known = true, .value = 1.30 },
	{ .label = "mar", .shown = "-" },
	{ .label = "<apr>", .shown = "1,40", .known = true, .partial = true, .value = 1.40 },
};

static void what_is_not_known_is_never_bridged(void **state)
{
	(void)state;
	struct hwatt_chart chart = { .id = "pue", .title = "PUE & co", .description = "", .unit = "", .count = 4, .points = months,
				     .limited = true, .limit = 1.35, .limit_label = "högst 1,35", .language = HWATT_SV };
	draw(&chart);
	const char *path = strstr(drawing, " d=\"");
	assert_non_null(path);
	size_t moves = 0, lines = 0;
	for (const char *p = path + 4; *p != '"'; p++) {
		moves += *p == 'M';
		lines += *p == 'L';
	}
	assert_int_equal(moves, 2);
	assert_int_equal(lines, 1);
	assert_int_equal(occurrences("<circle"), 3);
	assert_int_equal(occurrences("dot partial"), 1);
	assert_int_equal(occurrences("class=\"limit\""), 1);
	assert_non_null(strstr(drawing, "&lt;apr&gt;"));
	assert_non_null(strstr(drawing, "PUE &amp; co"));
	assert_non_null(strstr(drawing, ">1,35<")); /* the axis has decimal commas */
	assert_null(strstr(drawing, ">1.35<"));
}

static double number_after(const char *from, const char *name)
{
	const char *at = strstr(from, name);
	assert_non_null(at);
	return strtod(at + strlen(name), NULL);
}

static void bars_stand_on_zero_and_are_as_high_as_their_values(void **state)
{
	(void)state;
	static const struct hwatt_chart_point days[] = { { "1", "10", true, false, 10 }, { "2", "40", true, false, 40 } };
	struct hwatt_chart chart = { .id = "e", .title = "", .description = "", .unit = "MWh", .bars = true, .count = 2, .points = days,
				     .language = HWATT_EN };
	draw(&chart);
	const char *first = strstr(drawing, "<rect"), *second = strstr(first + 1, "<rect");
	double a = number_after(first, " height=\""), b = number_after(second, " height=\"");
	assert_true(a > 10 && b / a > 3.98 && b / a < 4.02);
	assert_int_equal((int)(number_after(first, " y=\"") + a), (int)(number_after(second, " y=\"") + b));
}

static void a_flat_line_and_nothing_at_all_are_drawn_sensibly(void **state)
{
	(void)state;
	static const struct hwatt_chart_point same[] = { { "1", "", true, false, 0 }, { "2", "", true, false, 0 } };
	static const struct hwatt_chart_point none[] = { { "1", "", false, false, 0 } };
	struct hwatt_chart chart = { .id = "f", .title = "", .description = "", .unit = "", .count = 2, .points = same };
	draw(&chart);
	assert_null(strstr(drawing, "nan"));
	assert_null(strstr(drawing, "inf"));
	chart.points = none;
	chart.count = 1;
	assert_string_equal(draw(&chart), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_known_is_never_bridged),
		cmocka_unit_test(bars_stand_on_zero_and_are_as_high_as_their_values),
		cmocka_unit_test(a_flat_line_and_nothing_at_all_are_drawn_sensibly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
