/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Packed days say what the intervals say, whatever is appended before, during and after the packing. */
#include "folder.h"

#include "pack.h"
#include "store.h"
#include "store_private.h"
#include <inttypes.h>
#include <stdbool.h>

#define DAY INT64_C(20000)
#define DAYS 5
#define POINTS 20

struct place {
	struct folder folder;
	char dir[64];
	struct store *store, *reader;
	int64_t context, ids[POINTS];
	bool there[DAYS][POINTS][PACK_QUARTERS];
};

static void ok(int rc, const struct hwatt_error *err)
{
	if (rc < 0)
		fail_msg("%s", err->text);
}

static void open_both(struct place *p)
{
	struct hwatt_error err;
	ok(store_open(p->dir, NULL, &p->store, &err), &err);
	ok(store_open_reader(p->dir, &p->reader, &err), &err);
}

static void begin(struct place *p)
{
	struct hwatt_error err;
	*p = (struct place){ .folder = folder_new() };
	snprintf(p->dir, sizeof(p->dir), "%s/state", p->folder.path);
	open_both(p);
	struct store_context where = { .device = "pdu" };
	ok(store_context_id(p->store, &where, &p->context, &err), &err);
	for (int i = 0; i < POINTS; i++) {
		char index[16];
		snprintf(index, sizeof(index), "%d", i);
		struct store_point point = { .device = "pdu", .index = index, .role = HWATT_OUTLET, .quantity = HWATT_ENERGY };
		ok(store_point_id(p->store, &point, &p->ids[i], &err), &err);
	}
}

static void end(struct place *p)
{
	struct hwatt_error err;
	ok(store_check(p->store, &err), &err);
	store_close(p->reader);
	store_close(p->store);
	folder_gone(&p->folder);
}

static struct interval random_quarter(int64_t day, int quarter)
{
	struct interval i = { .start_s = day * PACK_DAY_S + quarter * QUARTER_S, .amount = (int64_t)rand() << (rand() % 30),
			      .covered_ms = QUARTER_MS, .source = 'D', .quality = 'M', .state = 'G' };
	if (rand() % 10 == 0) {
		i.covered_ms = rand() % QUARTER_MS;
		i.quality = QUALITY_LETTERS[rand() % 8];
	}
	return i;
}

static void append(struct place *p, int day, int point, int quarter)
{
	struct hwatt_error err;
	struct interval interval = random_quarter(DAY + day, quarter);
	interval.correction = p->there[day][point][quarter];
	ok(store_append(p->store, p->ids[point], p->context, &interval, &err), &err);
	p->there[day][point][quarter] = true;
}

static void fill(struct place *p, int day, int points)
{
	struct hwatt_error err;
	ok(store_begin(p->store, &err), &err);
	for (int q = 0; q < PACK_QUARTERS; q++)
		for (int i = 0; i < points; i++)
			if (rand() % 50 != 0)
				append(p, day, i, q);
	ok(store_commit(p->store, &err), &err);
}

/* One step: false when there is nothing to pack. `during` is called between the look and the writing. */
static bool pack(struct place *p, void (*during)(struct place *p), size_t limit)
{
	struct hwatt_error err;
	int64_t day;
	struct store_packs *packs;
	bool done = false;
	ok(store_pack_next(p->store, (DAY + DAYS) * PACK_DAY_S, &day, &err), &err);
	if (day == STORE_NO_DAY)
		return false;
	ok(store_pack_make(p->reader, day, &packs, &err), &err);
	if (during != NULL)
		during(p);
	while (!done)
		ok(store_pack_put(p->store, packs, limit, &done, &err), &err);
	store_packs_free(packs);
	return true;
}

/* --- store_days against store_intervals --- */

struct cells { int64_t amount[POINTS]; int32_t covered_ms[POINTS]; char quality[POINTS]; };

struct sheet {
	const int64_t *points;
	size_t count;
	struct cells *quarters; /* from DAY on */
	int64_t last_day_s;
};

static int put_interval(void *arg, const struct store_interval *row)
{
	struct sheet *s = arg;
	for (size_t i = 0; i < s->count; i++) {
		struct cells *c = &s->quarters[(row->interval.start_s - DAY * PACK_DAY_S) / QUARTER_S];
		if (s->points[i] != row->point)
			continue;
		c->amount[i] = row->interval.amount;
		c->covered_ms[i] = (int32_t)row->interval.covered_ms;
		c->quality[i] = row->interval.quality;
	}
	return 0;
}

static int put_day(void *arg, const struct store_day *day)
{
	struct sheet *s = arg;
	assert_true(day->start_s > s->last_day_s && day->start_s % PACK_DAY_S == 0);
	assert_int_equal(day->count, s->count);
	s->last_day_s = day->start_s;
	for (size_t i = 0; i < day->count; i++) {
		for (size_t q = 0; q < PACK_QUARTERS; q++) {
			struct cells *c = &s->quarters[(day->start_s - DAY * PACK_DAY_S) / QUARTER_S + (int64_t)q];
			size_t at = i * PACK_QUARTERS + q;
			c->amount[i] = day->amount[at];
			c->covered_ms[i] = day->covered_ms[at];
			c->quality[i] = day->quality[at];
		}
	}
	return 0;
}

static void days_say_what_intervals_say(struct place *p, const int64_t *points, size_t count, int64_t from_s, int64_t to_s)
{
	struct hwatt_error err;
	size_t size = DAYS * PACK_QUARTERS * sizeof(struct cells);
	struct sheet left = { points, count, calloc(1, size), INT64_MIN }, right = { points, count, calloc(1, size), INT64_MIN };
	ok(store_intervals(p->reader, points, count, from_s, to_s, put_interval, &left, &err), &err);
	ok(store_days(p->reader, points, count, from_s, to_s, put_day, &right, &err), &err);
	assert_memory_equal(left.quarters, right.quarters, size);
	free(left.quarters);
	free(right.quarters);
}

static void all_is_well(struct place *p)
{
	int64_t from_s = DAY * PACK_DAY_S, to_s = (DAY + DAYS) * PACK_DAY_S;
	days_say_what_intervals_say(p, p->ids, POINTS, from_s, to_s);
	days_say_what_intervals_say(p, p->ids + 3, 2, from_s, to_s); /* few */
	days_say_what_intervals_say(p, p->ids, POINTS, from_s + 7 * QUARTER_S, to_s - 9 * QUARTER_S);
	days_say_what_intervals_say(p, p->ids + 3, 2, from_s + 7 * QUARTER_S, from_s + 8 * QUARTER_S);
	days_say_what_intervals_say(p, p->ids + 3, 12, from_s + PACK_DAY_S, from_s + 2 * PACK_DAY_S);
}

static void packs_say_what_the_intervals_say(void **state)
{
	(void)state;
	struct place p;
	begin(&p);
	all_is_well(&p); /* nothing */
	for (int day = 0; day < DAYS; day++)
		fill(&p, day, POINTS);
	for (int steps = 0; steps < DAYS; steps++) {
		all_is_well(&p);
		assert_true(pack(&p, NULL, SIZE_MAX));
	}
	all_is_well(&p);
	assert_false(pack(&p, NULL, SIZE_MAX));
	end(&p);
}

static void a_day_is_packed_when_it_is_over(void **state)
{
	(void)state;
	struct place p;
	struct hwatt_error err;
	int64_t day;
	begin(&p);
	ok(store_pack_next(p.store, INT64_MAX, &day, &err), &err);
	assert_true(day == STORE_NO_DAY);
	fill(&p, 1, POINTS);
	ok(store_pack_next(p.store, (DAY + 2) * PACK_DAY_S - 1, &day, &err), &err);
	assert_true(day == STORE_NO_DAY);
	ok(store_pack_next(p.store, (DAY + 2) * PACK_DAY_S, &day, &err), &err);
	assert_int_equal(day, DAY + 1);
	end(&p);
}

static int64_t stale(const struct place *p)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	char path[80];
	snprintf(path, sizeof(path), "%s/hallwatt.db", p->dir);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM pack WHERE octets IS NULL", -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	int64_t count = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return count;
}

static void what_comes_late_is_read_from_the_intervals_until_it_is_packed_anew(void **state)
{
	(void)state;
	struct place p;
	begin(&p);
	for (int day = 0; day < 3; day++)
		fill(&p, day, POINTS - 1);
	while (pack(&p, NULL, SIZE_MAX))
		;
	append(&p, 1, 4, 10);          /* a correction, or the first of its quarter */
	append(&p, 1, 4, 11);
	append(&p, 2, POINTS - 1, 50); /* a point that had nothing */
	append(&p, 0, 7, 95);
	assert_int_equal(stale(&p), 3);
	all_is_well(&p);
	while (pack(&p, NULL, SIZE_MAX))
		;
	assert_int_equal(stale(&p), 0);
	all_is_well(&p);
	end(&p);
}

static void disturb(struct place *p)
{
	for (int n = 0; n < 6; n++)
		append(p, rand() % 2, rand() % POINTS, rand() % PACK_QUARTERS);
}

static void what_comes_during_the_packing_is_not_lost(void **state)
{
	(void)state;
	for (int seed = 0; seed < 20; seed++) {
		struct place p;
		srand((unsigned)seed);
		begin(&p);
		fill(&p, 0, POINTS - 1);
		fill(&p, 1, POINTS / 2);
		for (int steps = 0; steps < 5; steps++) {
			pack(&p, disturb, (size_t)(1 + rand() % POINTS));
			all_is_well(&p);
		}
		while (pack(&p, NULL, SIZE_MAX))
			all_is_well(&p);
		assert_int_equal(stale(&p), 0);
		end(&p);
	}
}

static void an_append_that_is_rolled_back_does_no_harm(void **state)
{
	(void)state;
	struct place p;
	struct hwatt_error err;
	begin(&p);
	fill(&p, 0, POINTS);
	while (pack(&p, NULL, SIZE_MAX))
		;
	ok(store_begin(p.store, &err), &err);
	struct interval late = random_quarter(DAY, 3);
	late.correction = true;
	ok(store_append(p.store, p.ids[0], p.context, &late, &err), &err);
	store_rollback(p.store);
	assert_int_equal(stale(&p), 0);
	all_is_well(&p);
	end(&p);
}

/* Half a day's packs are in the file when we are killed: they mean nothing. */
static void a_packing_that_was_cut_off_begins_anew(void **state)
{
	(void)state;
	struct place p;
	struct hwatt_error err;
	int64_t day;
	bool done;
	struct store_packs *packs;
	begin(&p);
	fill(&p, 0, POINTS);
	ok(store_pack_next(p.store, INT64_MAX, &day, &err), &err);
	ok(store_pack_make(p.reader, day, &packs, &err), &err);
	ok(store_pack_put(p.store, packs, POINTS / 2, &done, &err), &err);
	assert_false(done);
	store_packs_free(packs);
	store_close(p.reader);
	store_close(p.store);
	open_both(&p);
	append(&p, 0, 0, 5);
	all_is_well(&p);
	assert_true(pack(&p, NULL, SIZE_MAX));
	all_is_well(&p);
	assert_false(pack(&p, NULL, SIZE_MAX));
	end(&p);
}

/* Changes the file as only a fault can. */
static void harm(const struct place *p, const char *sql)
{
	sqlite3 *db;
	char path[80];
	snprintf(path, sizeof(path), "%s/hallwatt.db", p->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_damaged_pack_is_found_and_does_not_count(void **state)
{
	(void)state;
	static const struct { const char *harm, *mend; bool malformed; } cases[] = {
		{ "UPDATE pack SET octets = x'00' WHERE point = 3", "UPDATE pack SET octets = NULL WHERE point = 3", true },
		{ "UPDATE pack SET octets = (SELECT octets FROM pack WHERE point = 4) WHERE point = 3",
		  "UPDATE pack SET octets = NULL WHERE point = 3", false },
		{ "DELETE FROM pack WHERE point = 3", "INSERT INTO pack VALUES (20000, 3, NULL)", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place p;
		struct hwatt_error err;
		begin(&p);
		fill(&p, 0, POINTS);
		while (pack(&p, NULL, SIZE_MAX))
			;
		ok(store_check(p.store, &err), &err);
		harm(&p, cases[i].harm);
		assert_int_equal(store_check(p.store, &err), -1);
		assert_int_equal(err.code, HWATT_EIO);
		assert_non_null(strstr(err.text, "point 3"));
		if (cases[i].malformed)
			all_is_well(&p);
		harm(&p, cases[i].mend);
		while (pack(&p, NULL, SIZE_MAX))
			;
		end(&p);
	}
}

static int stop_at_once(void *arg, const struct store_day *day)
{
	int *calls = arg;
	(void)day;
	return ++*calls;
}

static void reading_stops_when_it_is_told(void **state)
{
	(void)state;
	struct place p;
	struct hwatt_error err;
	begin(&p);
	for (int day = 0; day < 4; day++)
		fill(&p, day, POINTS);
	for (int packed = 0; packed < 3; packed++) {
		for (size_t count = 1; count <= POINTS; count += POINTS - 1) {
			int calls = 0;
			ok(store_days(p.reader, p.ids, count, 0, INT64_MAX, stop_at_once, &calls, &err), &err);
			assert_int_equal(calls, 1);
		}
		pack(&p, NULL, SIZE_MAX);
	}
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packs_say_what_the_intervals_say),
		cmocka_unit_test(a_day_is_packed_when_it_is_over),
		cmocka_unit_test(what_comes_late_is_read_from_the_intervals_until_it_is_packed_anew),
		cmocka_unit_test(what_comes_during_the_packing_is_not_lost),
		cmocka_unit_test(an_append_that_is_rolled_back_does_no_harm),
		cmocka_unit_test(a_packing_that_was_cut_off_begins_anew),
		cmocka_unit_test(a_damaged_pack_is_found_and_does_not_count),
		cmocka_unit_test(reading_stops_when_it_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
