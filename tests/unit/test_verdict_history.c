/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"
#include "verdict_history.h"
#include <hallwatt/log.h>

struct bench {
	struct folder folder;
	struct store *store;
	struct verdict_history *history;
	struct hwatt_view_requirement rows[2];
	struct hwatt_view_hall hall;
};

static void begin(struct bench *b)
{
	struct hwatt_error err;
	*b = (struct bench){ .folder = folder_new(), .history = verdict_history_new() };
	if (store_open(b->folder.path, NULL, &b->store, &err) < 0)
		fail_msg("%s", err.text);
	b->rows[0] = (struct hwatt_view_requirement){ .contract = "c", .requirement = "pue", .status = HWATT_MET, .reasons = "OK",
						      .from_s = 100, .to_s = 200 };
	b->rows[1] = (struct hwatt_view_requirement){ .contract = "c", .requirement = "cap", .status = HWATT_NOT_ENOUGH_DATA,
						      .reasons = "PERIOD_OPEN", .from_s = 100, .to_s = 900 };
	b->hall = (struct hwatt_view_hall){ .requirement_count = 2, .requirements = b->rows };
}

static void end(struct bench *b)
{
	verdict_history_free(b->history);
	store_close(b->store);
	folder_gone(&b->folder);
}

static void keep(struct bench *b, int64_t now_s)
{
	struct hwatt_error err;
	if (verdict_history_keep(b->history, b->store, &b->hall, now_s, &err) < 0)
		fail_msg("%s", err.text);
}

static size_t changes(struct bench *b, const char *requirement, struct verdict_change **out)
{
	struct hwatt_error err;
	size_t count;
	assert_int_equal(verdict_history_read(b->store, "c", requirement, out, &count, &err), 0);
	return count;
}

static void a_row_is_written_only_on_a_change(void **state)
{
	(void)state;
	struct bench b;
	struct verdict_change *c;
	begin(&b);
	assert_int_equal(changes(&b, "pue", &c), 0);
	assert_null(c);
	keep(&b, 1000);
	b.rows[0].from_s = 200; /* a new month, and met again */
	b.rows[0].to_s = 300;
	b.rows[1].reasons = "COVERAGE PERIOD_OPEN"; /* gaps so far */
	keep(&b, 2000);
	b.rows[0].status = HWATT_NOT_MET;
	b.rows[0].reasons = "LIMIT";
	keep(&b, 3000);
	b.rows[0].reasons = "LIMIT WARN_BELOW_ONE";
	keep(&b, 4000);
	assert_int_equal(changes(&b, "pue", &c), 3);
	assert_int_equal(c[0].at_s, 1000);
	assert_int_equal(c[0].status, HWATT_MET);
	assert_int_equal(c[1].at_s, 3000);
	assert_int_equal(c[1].status, HWATT_NOT_MET);
	assert_int_equal(c[1].from_s, 200);
	assert_int_equal(c[1].to_s, 300);
	assert_string_equal(c[1].reasons, "LIMIT");
	assert_string_equal(c[2].reasons, "LIMIT WARN_BELOW_ONE");
	free(c);
	assert_int_equal(changes(&b, "cap", &c), 1);
	free(c);
	b.rows[1].reasons = "COVERAGE"; /* the period is over, and too little was measured */
	keep(&b, 5000);
	b.rows[1].reasons = "PERIOD_OPEN"; /* the next one */
	keep(&b, 6000);
	assert_int_equal(changes(&b, "cap", &c), 3);
	free(c);
	end(&b);
}

static void a_restart_is_no_change(void **state)
{
	(void)state;
	struct bench b;
	struct verdict_change *c;
	begin(&b);
	keep(&b, 1000);
	verdict_history_free(b.history);
	b.history = verdict_history_new();
	keep(&b, 2000);
	assert_int_equal(changes(&b, "pue", &c), 1);
	assert_int_equal(c[0].at_s, 1000);
	free(c);
	end(&b);
}

static void the_first_and_the_newest_stay(void **state)
{
	(void)state;
	struct bench b;
	struct verdict_change *c;
	begin(&b);
	for (int i = 0; i < 300; i++) {
		b.rows[0].status = i % 2 == 0 ? HWATT_MET : HWATT_NOT_MET;
		b.rows[0].reasons = i % 2 == 0 ? "OK" : "LIMIT";
		keep(&b, 1000 + i);
	}
	assert_int_equal(changes(&b, "pue", &c), VERDICT_HISTORY_MAX);
	assert_int_equal(c[0].at_s, 1000);
	assert_int_equal(c[VERDICT_HISTORY_MAX - 1].at_s, 1299);
	assert_int_equal(c[1].at_s, 1300 - (int)VERDICT_HISTORY_MAX + 1);
	free(c);
	end(&b);
}

static void what_could_not_be_written_is_tried_again(void **state)
{
	(void)state;
	struct bench b;
	struct verdict_change *c;
	struct hwatt_error err;
	begin(&b);
	struct store *reader;
	assert_int_equal(store_open_reader(b.folder.path, &reader, &err), 0);
	assert_int_equal(verdict_history_keep(b.history, reader, &b.hall, 1000, &err), -1); /* cannot write */
	store_close(reader);
	assert_int_equal(changes(&b, "pue", &c), 0);
	keep(&b, 2000);
	assert_int_equal(changes(&b, "pue", &c), 1);
	free(c);
	end(&b);
}

static void damaged_lines_are_passed_over(void **state)
{
	(void)state;
	struct bench b;
	struct verdict_change *c;
	struct hwatt_error err;
	begin(&b);
	assert_int_equal(store_put(b.store, "verdicts", "c/pue", "nonsense\n1 met 2 3 OK\n\n4 meet 5 6 OK\n7 not_met 8 9 \n", &err), 0);
	assert_int_equal(changes(&b, "pue", &c), 2);
	assert_int_equal(c[1].at_s, 7);
	assert_string_equal(c[1].reasons, "");
	free(c);
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_written_only_on_a_change),
		cmocka_unit_test(a_restart_is_no_change),
		cmocka_unit_test(the_first_and_the_newest_stay),
		cmocka_unit_test(what_could_not_be_written_is_tried_again),
		cmocka_unit_test(damaged_lines_are_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
