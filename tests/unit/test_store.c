/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "store.h"
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define T0 INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

/* ---- a folder for each test ---- */

struct place {
	char dir[64], db[96];
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	strcpy(place->dir, "/tmp/hallwatt-store-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	snprintf(place->db, sizeof(place->db), "%s/hallwatt.db", place->dir);
	*state = place;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st, (void)type, (void)walk;
	return remove(path);
}

static int tear_down(void **state)
{
	struct place *place = *state;
	nftw(place->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(place);
	return 0;
}

#define must(call)                                                                                                     \
	do {                                                                                                           \
		struct hwatt_error why = { 0 };                                                                        \
		if ((call) < 0)                                                                                        \
			fail_msg("%s", why.text);                                                                      \
	} while (0)

static void assert_says(const struct hwatt_error *err, enum hwatt_code code, const char *part)
{
	if (strstr(err->text, part) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err->text, part);
	assert_int_equal(err->code, code);
}

static struct store *open_store(const struct place *place)
{
	struct store *store = NULL;
	must(store_open(place->dir, NULL, &store, &why));
	return store;
}

static int64_t add_point(struct store *store, const char *device, const char *index)
{
	struct store_point point = { .device = device, .index = index, .role = HWATT_OUTLET,
				     .quantity = HWATT_ENERGY, .kind = INTERVAL_ENERGY };
	int64_t id = 0;
	must(store_point_id(store, &point, &id, &why));
	return id;
}

static int64_t add_context(struct store *store, const char *serial)
{
	struct store_context context = { .device = "pdu-a1", .serial = serial, .config_hash = "00ff",
					 .ct_ratio_ppm = HWATT_PPM };
	int64_t id = 0;
	must(store_context_id(store, &context, &id, &why));
	return id;
}

/* The quarter number `n` after T0, with `amount`. */
static struct interval quarter(int64_t n, int64_t amount)
{
	return (struct interval){ .start_s = T0 + n * QUARTER_S, .kind = INTERVAL_ENERGY, .amount = amount,
				  .covered_ms = QUARTER_MS, .source = 'D', .quality = 'M', .state = 'G',
				  .has_integral = true, .integral_amount = amount,
				  .integral_covered_ms = QUARTER_MS };
}

static void append(struct store *store, int64_t point, int64_t context, struct interval interval)
{
	must(store_append(store, point, context, &interval, &why));
}

struct rows {
	size_t count, stop_after;
	struct store_interval row[64];
};

static int take(void *arg, const struct store_interval *row)
{
	struct rows *rows = arg;
	assert_true(rows->count < 64);
	rows->row[rows->count++] = *row;
	return rows->count == rows->stop_after;
}

static struct rows read_rows(struct store *store, const int64_t *points, size_t count, int64_t from_s,
			     int64_t to_s)
{
	struct rows rows = { 0 };
	must(store_intervals(store, points, count, from_s, to_s, take, &rows, &why));
	return rows;
}

static struct rows read_all(struct store *store)
{
	return read_rows(store, NULL, 0, 0, INT64_MAX);
}

/* One number that SQL gives, through a connection of its own. */
static int64_t ask(const struct place *place, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	assert_int_equal(sqlite3_open_v2(place->db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	int64_t value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return value;
}

/* Runs SQL on the closed file. */
static void run_sql(const struct place *place, const char *sql)
{
	sqlite3 *db;
	char *message = NULL;
	assert_int_equal(sqlite3_open(place->db, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
	sqlite3_close(db);
}

static char *slurp(const char *path, size_t *length)
{
	FILE *in = fopen(path, "rb");
	assert_non_null(in);
	char *bytes = calloc(1, 1u << 20);
	*length = fread(bytes, 1, 1u << 20, in);
	fclose(in);
	return bytes;
}

/* ---- the file ---- */

static void a_new_store_is_a_private_file_that_common_tools_can_read(void **state)
{
	struct place *place = *state;
	struct stat st;
	char inner[80];
	struct place nested = { 0 };
	snprintf(inner, sizeof(inner), "%s/state", place->dir);
	memcpy(nested.dir, inner, sizeof(nested.dir) - 1);
	snprintf(nested.db, sizeof(nested.db), "%.80s/hallwatt.db", inner);
	mode_t old = umask(0);
	struct store *store = open_store(&nested);
	umask(old);
	assert_int_equal(stat(nested.dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(nested.db, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	char wal[100];
	snprintf(wal, sizeof(wal), "%s-wal", nested.db);
	must(store_put(store, "a", "b", "c", &why));
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	store_close(store);
	assert_int_equal(ask(&nested, "PRAGMA application_id"), 0x48575454);
	assert_int_equal(ask(&nested, "PRAGMA user_version"), 4);
	assert_int_equal(ask(&nested, "SELECT count(*) FROM migration"), 4);
	assert_int_equal(ask(&nested, "SELECT count(*) FROM pragma_table_list"
				      " WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND NOT strict"), 0);
}

static void the_store_writes_ahead_and_waits_for_the_disk(void **state)
{
	struct place *place = *state;
	store_close(open_store(place));
	struct store *store = open_store(place); /* again: nothing to migrate */
	assert_int_equal(ask(place, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
	store_close(store);
}

static void a_second_writer_is_refused_by_name(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place), *second = NULL;
	struct hwatt_error err = { 0 };
	char pid[64];
	assert_int_equal(store_open(place->dir, NULL, &second, &err), -1);
	snprintf(pid, sizeof(pid), "another hallwatt writes here, process %ld", (long)getpid());
	assert_says(&err, HWATT_EIO, pid);
	pid_t child = fork();
	if (child == 0)
		_exit(store_open(place->dir, NULL, &second, &err) == -1 && strstr(err.text, pid) != NULL ? 0 : 1);
	int status;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	store_close(store);
	store_close(open_store(place)); /* free again */
}

static void assert_refused_and_untouched(const struct place *place, const char *sentence)
{
	size_t before_length, after_length;
	char *before = slurp(place->db, &before_length);
	struct store *store = NULL;
	struct hwatt_error err = { 0 };
	assert_int_equal(store_open(place->dir, NULL, &store, &err), -1);
	assert_says(&err, HWATT_EINVAL, sentence);
	err = (struct hwatt_error){ 0 };
	assert_int_equal(store_open_reader(place->dir, &store, &err), -1);
	assert_true(err.code != HWATT_OK && err.text[0] != '\0');
	char *after = slurp(place->db, &after_length);
	assert_int_equal(before_length, after_length);
	assert_memory_equal(before, after, before_length);
	free(before);
	free(after);
}

static void what_is_no_database_is_left_alone(void **state)
{
	struct place *place = *state;
	FILE *out = fopen(place->db, "w");
	for (int i = 0; i < 1000; i++)
		fprintf(out, "my shopping list, line %d\n", i);
	fclose(out);
	assert_refused_and_untouched(place, "this is not a hallwatt database; it is left alone");
}

static void a_short_scrap_is_left_alone(void **state)
{
	struct place *place = *state;
	FILE *out = fopen(place->db, "w");
	fputs("SQLite format 3", out);
	fclose(out);
	assert_refused_and_untouched(place, "this is not a hallwatt database; it is left alone");
}

static void somebody_elses_database_is_left_alone(void **state)
{
	struct place *place = *state;
	run_sql(place, "CREATE TABLE mine (x); INSERT INTO mine VALUES (1)");
	assert_refused_and_untouched(place, "this is not a hallwatt database; it is left alone");
}

/* Runs SQL in a process that ends without closing the file: its write-ahead log stays, and who opens the file ends it. */
static void run_sql_and_crash(const struct place *place, const char *sql)
{
	pid_t child = fork();
	if (child == 0) {
		sqlite3 *db;
		_exit(sqlite3_open(place->db, &db) == SQLITE_OK &&
				      sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK
			      ? 0
			      : 1);
	}
	int status;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
}

static void somebody_elses_unfinished_log_is_left_alone(void **state)
{
	struct place *place = *state;
	run_sql_and_crash(place, "PRAGMA application_id = 1; PRAGMA journal_mode = WAL; CREATE TABLE mine (x)");
	size_t before, after;
	struct store *store = NULL;
	char *bytes = slurp(place->db, &before);
	assert_int_equal(store_open(place->dir, NULL, &store, NULL), -1);
	free(bytes);
	bytes = slurp(place->db, &after);
	free(bytes);
	assert_int_equal(before, after);
}

static void a_newer_version_is_left_alone(void **state)
{
	struct place *place = *state;
	store_close(open_store(place));
	run_sql(place, "PRAGMA user_version = 5");
	run_sql_and_crash(place, "CREATE TABLE newer (x)");
	assert_refused_and_untouched(place, "written by a newer hallwatt (version 5 of the tables, this one knows 4)");
}

static void a_folder_in_its_place_is_refused(void **state)
{
	struct place *place = *state;
	struct store *store = NULL;
	struct hwatt_error err = { 0 };
	mkdir(place->db, 0700);
	assert_int_equal(store_open(place->dir, NULL, &store, &err), -1);
	assert_says(&err, HWATT_EINVAL, "this is not a plain file");
}

static void a_folder_that_cannot_be_made_is_a_sentence(void **state)
{
	struct place *place = *state;
	struct store *store = NULL;
	struct hwatt_error err = { 0 };
	char deep[128];
	snprintf(deep, sizeof(deep), "%s/no/such", place->dir);
	assert_int_equal(store_open(deep, NULL, &store, &err), -1);
	assert_says(&err, HWATT_EIO, "the folder cannot be made: No such file or directory");
	assert_int_equal(store_open_reader(deep, &store, &err), -1);
	assert_says(&err, HWATT_EIO, "hallwatt.db: No such file or directory");
}

static void damage_is_reported_not_crashed_on(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t point = add_point(store, "pdu-a1", "1"), context = add_context(store, "S1");
	must(store_begin(store, &why));
	for (int64_t n = 0; n < 2000; n++)
		append(store, point, context, quarter(n, n));
	must(store_commit(store, &why));
	store_close(store);
	int fd = open(place->db, O_RDWR);
	struct stat st;
	char rubbish[4096];
	memset(rubbish, 0xa5, sizeof(rubbish));
	assert_int_equal(fstat(fd, &st), 0);
	for (off_t at = st.st_size / 2; at < st.st_size; at += 8192)
		assert_int_equal(pwrite(fd, rubbish, sizeof(rubbish), at), sizeof(rubbish));
	close(fd);
	store = open_store(place);
	struct hwatt_error err = { 0 };
	assert_int_equal(store_check(store, &err), -1);
	assert_says(&err, HWATT_EIO, "the file is damaged");
	store_close(store);
}

/* ---- migration ---- */

static void a_file_of_version_1_is_brought_up_to_date_with_all_it_holds(void **state)
{
	struct place *place = *state;
	size_t length;
	char *sql = slurp(TEST_SOURCE_DIR "/store_version_1.sql", &length);
	run_sql(place, sql);
	free(sql);
	struct store *store = open_store(place);
	assert_int_equal(ask(place, "PRAGMA user_version"), 4);
	assert_int_equal(ask(place, "SELECT count(*) FROM migration"), 4);
	assert_int_equal(ask(place, "SELECT count(*) FROM checkpoint WHERE journal = 0"),
			 ask(place, "SELECT count(*) FROM checkpoint"));
	assert_int_equal(ask(place, "SELECT count(*) FROM interval_report"), 2);
	must(store_check(store, &why));
	struct rows rows = read_all(store);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.row[0].interval.amount, 5400000000000);
	assert_int_equal(rows.row[1].seq, 3); /* the correction of its second */
	assert_int_equal(rows.row[1].interval.amount, 5500000000000);
	int64_t point = add_point(store, "pdu-a1", "1");
	assert_int_equal(point, 1); /* it is known */
	append(store, point, 1, quarter(2, 7));
	rows = read_all(store);
	assert_int_equal(rows.row[2].seq, 4);
	store_close(store);
}

static void a_new_file_has_the_same_tables_as_a_migrated_one(void **state)
{
	struct place *place = *state;
	static const char tables[] = "SELECT sum(length(sql)) FROM sqlite_schema";
	size_t length;
	char *sql = slurp(TEST_SOURCE_DIR "/store_version_1.sql", &length);
	run_sql(place, sql);
	free(sql);
	store_close(open_store(place));
	int64_t migrated = ask(place, tables);
	unlink(place->db);
	store_close(open_store(place));
	assert_int_equal(ask(place, tables), migrated);
}

/* ---- points and contexts ---- */

static int see_points(void *arg, const struct store_point *point)
{
	char *seen = arg;
	sprintf(seen + strlen(seen), "%" PRId64 " %s/%s/%s/%s/%d;", point->id, point->device,
		hwatt_role_name(point->role), point->index, hwatt_quantity_info(point->quantity)->name,
		(int)point->kind);
	return 0;
}

static void a_point_keeps_its_id(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	struct store_point cpu = { .device = "srv", .index = "total", .role = HWATT_CPU,
				   .quantity = HWATT_CPU_UTILISATION, .kind = INTERVAL_LEVEL };
	int64_t id = 0;
	assert_int_equal(add_point(store, "pdu-a1", "1"), 1);
	assert_int_equal(add_point(store, "pdu-a1", "2"), 2);
	must(store_point_id(store, &cpu, &id, &why));
	assert_int_equal(id, 3);
	store_close(store);
	store = open_store(place);
	assert_int_equal(add_point(store, "pdu-a1", "2"), 2);
	char seen[512] = "";
	must(store_points(store, see_points, seen, &why));
	assert_string_equal(seen, "1 pdu-a1/outlet/1/energy/0;2 pdu-a1/outlet/2/energy/0;"
				  "3 srv/cpu/total/cpu_utilisation/1;");
	cpu.kind = INTERVAL_FLOW;
	struct hwatt_error err = { 0 };
	assert_int_equal(store_point_id(store, &cpu, &id, &err), -1);
	assert_says(&err, HWATT_EINVAL, "is kept as level, not as flow");
	store_close(store);
}

static void equal_contexts_are_kept_once(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t first = add_context(store, "S1");
	assert_int_equal(add_context(store, "S2"), first + 1);
	assert_int_equal(add_context(store, "S1"), first);
	struct store_context context = { .device = "pdu-a1", .serial = "S1", .config_hash = "00ff",
					 .ct_ratio_ppm = HWATT_PPM, .accuracy_ppm = 10000 };
	int64_t other = 0;
	must(store_context_id(store, &context, &other, &why));
	assert_int_equal(other, first + 2);
	store_close(store);
}

/* ---- intervals ---- */

static void assert_same(const struct interval *a, const struct interval *b)
{
	assert_int_equal(a->start_s, b->start_s);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->amount, b->amount);
	assert_int_equal(a->covered_ms, b->covered_ms);
	assert_int_equal(a->source, b->source);
	assert_int_equal(a->quality, b->quality);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->samples, b->samples);
	assert_int_equal(a->min, b->min);
	assert_int_equal(a->max, b->max);
	assert_int_equal(a->last, b->last);
	assert_int_equal(a->has_register, b->has_register);
	assert_int_equal(a->has_integral, b->has_integral);
	assert_int_equal(a->register_amount, b->register_amount);
	assert_int_equal(a->integral_amount, b->integral_amount);
	assert_int_equal(a->integral_covered_ms, b->integral_covered_ms);
	assert_true(a->register_first == b->register_first);
	assert_true(a->register_last == b->register_last);
	assert_int_equal(a->register_step, b->register_step);
	assert_int_equal(a->register_reset, b->register_reset);
	assert_int_equal(a->unknown_max, b->unknown_max);
	assert_int_equal(a->correction, b->correction);
	assert_int_equal(a->gap_count, b->gap_count);
	for (int i = 0; i < a->gap_count; i++) {
		assert_int_equal(a->gaps[i].from_ms, b->gaps[i].from_ms);
		assert_int_equal(a->gaps[i].to_ms, b->gaps[i].to_ms);
		assert_int_equal(a->gaps[i].reason, b->gaps[i].reason);
	}
}

/* Every field at a value of its own, all gaps taken, a register beyond 2^63. */
static struct interval full(void)
{
	struct interval interval = {
		.start_s = T0, .kind = INTERVAL_ENERGY, .amount = -INT64_C(5400000000001), .covered_ms = 123456,
		.source = 'B', .quality = 'R', .state = 'X', .samples = 31,
		.min = -5, .max = 6000001, .last = 3000000,
		.has_register = true, .register_amount = INT64_MAX, .register_first = UINT64_MAX - 1,
		.register_last = UINT64_MAX, .register_step = 360000000, .register_reset = true,
		.has_integral = true, .integral_amount = INT64_MIN, .integral_covered_ms = 899999,
		.unknown_max = 77, .gap_count = INTERVAL_MAX_GAPS,
	};
	for (int i = 0; i < INTERVAL_MAX_GAPS; i++)
		interval.gaps[i] = (struct interval_gap){ i * 100000, i * 100000 + 99999, "TDCROTDC"[i] };
	return interval;
}

static void every_field_comes_back(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t point = add_point(store, "pdu-a1", "1"), context = add_context(store, "S1");
	struct interval bare = { .start_s = T0 + QUARTER_S, .source = '-', .quality = 'X', .state = 'T' };
	struct interval most = full();
	must(store_append(store, point, context, &most, &why));
	must(store_append(store, point, context, &bare, &why));
	store_close(store);
	must(store_open_reader(place->dir, &store, &why));
	assert_true(store_only_reads(store));
	struct rows rows = read_all(store);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.row[0].point, point);
	assert_int_equal(rows.row[0].seq, 1);
	assert_same(&rows.row[0].interval, &most);
	assert_same(&rows.row[1].interval, &bare);
	store_close(store);
	/* For common tools: counts that SQLite's integers do not hold are not shown as negative, gaps are JSON. */
	assert_int_equal(ask(place, "SELECT register_last = '18446744073709551615' FROM interval"), 1);
	assert_int_equal(ask(place, "SELECT json_extract(gaps, '$[7][1]') FROM interval"), 799999);
	assert_int_equal(ask(place, "SELECT count(*) FROM interval WHERE min_value IS NULL"
				    " AND register_first IS NULL AND gaps IS NULL AND supersedes IS NULL"), 1);
}

static void rows_come_by_start_then_point(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t points[12], context = add_context(store, "S1");
	for (int i = 0; i < 12; i++) {
		char index[16];
		snprintf(index, sizeof(index), "%d", i);
		points[i] = add_point(store, "pdu-a1", index);
	}
	must(store_begin(store, &why));
	for (int i = 11; i >= 0; i--) /* point by point, the last first */
		for (int64_t n = 0; n < 4; n++)
			append(store, points[i], context, quarter(n, i * 10 + n));
	must(store_commit(store, &why));

	struct rows rows = read_all(store);
	assert_int_equal(rows.count, 48);
	for (size_t i = 0; i < 48; i++) {
		assert_int_equal(rows.row[i].interval.start_s, T0 + (int64_t)(i / 12) * QUARTER_S);
		assert_int_equal(rows.row[i].point, points[i % 12]);
	}
	/* Few of many points and most of them: two ways through the file, one answer. */
	int64_t few[] = { points[1], points[5], points[9] };
	rows = read_rows(store, few, 3, T0 + QUARTER_S, T0 + 3 * QUARTER_S);
	assert_int_equal(rows.count, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(rows.row[i].interval.start_s, T0 + (int64_t)(1 + i / 3) * QUARTER_S);
		assert_int_equal(rows.row[i].point, few[i % 3]);
	}
	rows = read_rows(store, points + 2, 10, T0 + QUARTER_S, T0 + 3 * QUARTER_S);
	assert_int_equal(rows.count, 20);
	for (size_t i = 0; i < 20; i++) {
		assert_int_equal(rows.row[i].interval.start_s, T0 + (int64_t)(1 + i / 10) * QUARTER_S);
		assert_int_equal(rows.row[i].point, points[2 + i % 10]);
	}
	assert_int_equal(read_rows(store, few, 0, 0, INT64_MAX).count, 0);
	struct rows some = { .stop_after = 5 };
	must(store_intervals(store, NULL, 0, 0, INT64_MAX, take, &some, &why));
	assert_int_equal(some.count, 5);
	some = (struct rows){ .stop_after = 5 };
	must(store_intervals(store, few, 3, 0, INT64_MAX, take, &some, &why));
	assert_int_equal(some.count, 5);
	store_close(store);
}

static void a_correction_is_appended_and_the_old_row_stays(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t point = add_point(store, "pdu-a1", "1"), context = add_context(store, "S1");
	for (int i = 2; i < 8; i++) { /* so that one point is few */
		char index[16];
		snprintf(index, sizeof(index), "%d", i);
		append(store, add_point(store, "pdu-a1", index), context, quarter(1, 1000));
	}
	append(store, point, context, quarter(0, 10));
	append(store, point, context, quarter(1, 20));
	append(store, point, context, quarter(2, 30));
	for (int64_t again = 1; again <= 2; again++) {
		struct interval corrected = quarter(1, 20 + again);
		corrected.correction = true;
		append(store, point, context, corrected);
	}
	struct rows rows = read_rows(store, &point, 1, 0, INT64_MAX);
	assert_int_equal(rows.count, 3);
	assert_int_equal(rows.row[0].seq, 1);
	assert_int_equal(rows.row[1].seq, 5);
	assert_int_equal(rows.row[1].interval.amount, 22);
	assert_true(rows.row[1].interval.correction);
	assert_int_equal(rows.row[2].seq, 3);
	rows = read_all(store);
	assert_int_equal(rows.count, 9);
	assert_int_equal(rows.row[1].interval.amount, 22);
	must(store_check(store, &why));
	store_close(store);
	assert_int_equal(ask(place, "SELECT count(*) FROM interval WHERE point = 1"), 5);
	assert_int_equal(ask(place, "SELECT supersedes FROM interval WHERE point = 1 AND seq = 5"), 4);
	assert_int_equal(ask(place, "SELECT supersedes FROM interval WHERE point = 1 AND seq = 4"), 2);
	assert_int_equal(ask(place, "SELECT count(*) FROM interval_report WHERE point = 1"), 3);
}

static void a_correction_of_nothing_is_a_first_row(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	struct interval corrected = quarter(0, 5);
	corrected.correction = true;
	append(store, add_point(store, "pdu-a1", "1"), add_context(store, "S1"), corrected);
	struct rows rows = read_all(store);
	assert_int_equal(rows.count, 1);
	assert_false(rows.row[0].interval.correction);
	must(store_check(store, &why));
	store_close(store);
}

static void what_does_not_fit_is_refused_and_the_rest_goes_on(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t point = add_point(store, "pdu-a1", "1"), context = add_context(store, "S1");
	struct hwatt_error err = { 0 };
	must(store_begin(store, &why));
	append(store, point, context, quarter(0, 1));

	struct interval twice = quarter(0, 2);
	assert_int_equal(store_append(store, point, context, &twice, &err), -1);
	assert_says(&err, HWATT_EINVAL, "has an interval of start 1767225600 already");
	struct interval level = quarter(1, 2);
	level.kind = INTERVAL_LEVEL;
	assert_int_equal(store_append(store, point, context, &level, &err), -1);
	assert_says(&err, HWATT_EINVAL, "is kept as energy, not as level");
	struct interval odd = quarter(1, 2);
	odd.start_s++;
	assert_int_equal(store_append(store, point, context, &odd, &err), -1);
	assert_says(&err, HWATT_EINVAL, "start_s % 900 = 0");
	struct interval letter = quarter(1, 2);
	letter.quality = 'Q';
	assert_int_equal(store_append(store, point, context, &letter, &err), -1);
	assert_says(&err, HWATT_EINVAL, "CHECK constraint failed: quality");
	struct interval over = quarter(1, 2);
	over.covered_ms = QUARTER_MS + 1;
	assert_int_equal(store_append(store, point, context, &over, &err), -1);
	assert_says(&err, HWATT_EINVAL, "CHECK constraint failed: covered_ms");
	struct interval good = quarter(1, 3);
	assert_int_equal(store_append(store, 99, context, &good, &err), -1);
	assert_says(&err, HWATT_EINVAL, "there is no point 99");
	assert_int_equal(store_append(store, INT64_MAX, context, &good, &err), -1);
	assert_int_equal(store_append(store, 0, context, &good, &err), -1);
	assert_int_equal(store_append(store, point, 99, &good, &err), -1);
	assert_says(&err, HWATT_EINVAL, "FOREIGN KEY");

	append(store, point, context, good);
	must(store_commit(store, &why));
	struct rows rows = read_all(store);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.row[1].seq, 2); /* no hole */
	must(store_check(store, &why));
	store_close(store);
}

static void sequence_numbers_have_no_holes_after_a_rollback_or_a_restart(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t point = add_point(store, "pdu-a1", "1"), context = add_context(store, "S1");
	append(store, point, context, quarter(0, 1));
	must(store_begin(store, &why));
	append(store, point, context, quarter(1, 2));
	append(store, point, context, quarter(2, 3));
	store_rollback(store);
	assert_int_equal(read_all(store).count, 1);
	append(store, point, context, quarter(1, 4));
	store_close(store);
	store = open_store(place);
	append(store, point, context, quarter(3, 5));
	append(store, point, context, quarter(2, 6)); /* late, before the last */
	struct interval twice = quarter(3, 7);
	struct hwatt_error err = { 0 };
	assert_int_equal(store_append(store, point, context, &twice, &err), -1);
	assert_says(&err, HWATT_EINVAL, "already");
	struct rows rows = read_all(store);
	assert_int_equal(rows.count, 4);
	assert_int_equal(rows.row[1].seq, 2);
	assert_int_equal(rows.row[1].interval.amount, 4);
	assert_int_equal(rows.row[2].seq, 4);
	assert_int_equal(rows.row[3].seq, 3);
	must(store_check(store, &why));
	store_close(store);
}

static void the_check_finds_a_hole(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t point = add_point(store, "pdu-a1", "1"), context = add_context(store, "S1");
	for (int64_t n = 0; n < 3; n++)
		append(store, point, context, quarter(n, n));
	store_close(store);
	run_sql(place, "DELETE FROM interval WHERE seq = 2");
	store = open_store(place);
	struct hwatt_error err = { 0 };
	assert_int_equal(store_check(store, &err), -1);
	assert_says(&err, HWATT_EIO, "point 1 counts to 3 and has 2 rows, 1 to 3");
	store_close(store);
	run_sql(place, "UPDATE interval SET gaps = 'none' WHERE seq = 1; UPDATE point SET last_seq = 2;"
		       "UPDATE interval SET seq = 2 WHERE seq = 3");
	store = open_store(place);
	assert_int_equal(store_check(store, &err), -1);
	assert_says(&err, HWATT_EIO, "interval 1 of point 1 has no gaps but none");
	struct rows rows = { 0 };
	assert_int_equal(store_intervals(store, NULL, 0, 0, INT64_MAX, take, &rows, &err), -1);
	assert_says(&err, HWATT_EIO, "the file is damaged: interval 1 of point 1");
	store_close(store);
}

static void gaps_that_nobody_wrote_are_refused(void **state)
{
	struct place *place = *state;
	static const char nine[] = "[[1,2,\"T\"],[1,2,\"T\"],[1,2,\"T\"],[1,2,\"T\"],[1,2,\"T\"],[1,2,\"T\"],"
				   "[1,2,\"T\"],[1,2,\"T\"],[1,2,\"T\"]]";
	static const char *const texts[] = {
		"", "[", "[]", "[[]]", "[[1,2,\"T\"]", "[[1,2,\"T\"]]]", "[[1,2,\"T\"],]", "[[1,2,\"\"]]",
		"[[1,2,T]]", "[[-1,2,\"T\"]]", "[[1,900001,\"T\"]]", "[[1,2]]", "[[1,2,\"TT\"]]", "[[1,2,\"T\"]",
		"[[99999999999999999999,2,\"T\"]]",
		nine,
	};
	struct store *store = open_store(place);
	append(store, add_point(store, "pdu-a1", "1"), add_context(store, "S1"), quarter(0, 1));
	store_close(store);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char sql[512];
		snprintf(sql, sizeof(sql), "UPDATE interval SET gaps = '%s'", texts[i]);
		run_sql(place, sql);
		must(store_open_reader(place->dir, &store, &why));
		struct rows rows = { 0 };
		struct hwatt_error err = { 0 };
		if (store_intervals(store, NULL, 0, 0, INT64_MAX, take, &rows, &err) == 0)
			fail_msg("%s was read", texts[i]);
		store_close(store);
	}
}

/* ---- checkpoints, events, values ---- */

static int see_checkpoint(void *arg, const char *device, const void *bytes, size_t length, int64_t journal)
{
	char *seen = arg;
	sprintf(seen + strlen(seen), "%s:%zu:%.*s", device, length, (int)length, (const char *)bytes);
	sprintf(seen + strlen(seen), journal > 0 ? "@%" PRId64 ";" : ";", journal);
	return 0;
}

static int see_journal(void *arg, int64_t id, const void *bytes, size_t length)
{
	char *seen = arg;
	sprintf(seen + strlen(seen), "%" PRId64 ":%.*s;", id, (int)length, (const char *)bytes);
	return 0;
}

static void a_checkpoint_holds_the_journal_before_it_and_numbers_are_not_used_again(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	char seen[256] = "";
	int64_t id = 0;
	must(store_checkpoint(store, "a", "0", 1, &why));
	must(store_begin(store, &why));
	must(store_journal_add(store, "one", 3, &id, &why));
	assert_int_equal(id, 1);
	must(store_checkpoint(store, "b", "1", 1, &why));
	must(store_commit(store, &why));
	must(store_journal_add(store, "two", 3, &id, &why));
	must(store_checkpoints(store, see_checkpoint, seen, &why));
	must(store_journal(store, see_journal, seen, &why));
	assert_string_equal(seen, "a:1:0;b:1:1@1;1:one;2:two;");
	must(store_journal_drop(store, 1, &why));
	must(store_begin(store, &why));
	must(store_journal_drop(store, 2, &why)); /* the last one stays */
	must(store_commit(store, &why));
	store_close(store);
	store = open_store(place);
	must(store_journal_add(store, "three", 5, &id, &why));
	seen[0] = '\0';
	must(store_journal(store, see_journal, seen, &why));
	assert_string_equal(seen, "2:two;3:three;");
	store_close(store);
}

static void a_checkpoint_is_the_last_one_and_goes_with_its_intervals(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t point = add_point(store, "pdu-a1", "1"), context = add_context(store, "S1");
	char seen[128] = "";
	must(store_begin(store, &why));
	append(store, point, context, quarter(0, 1));
	must(store_checkpoint(store, "pdu-b", "two", 3, &why));
	must(store_checkpoint(store, "pdu-a", "one", 3, &why));
	must(store_checkpoint(store, "pdu-c", NULL, 0, &why));
	must(store_commit(store, &why));
	must(store_begin(store, &why));
	append(store, point, context, quarter(1, 1));
	must(store_checkpoint(store, "pdu-a", "one more", 8, &why));
	store_rollback(store);
	must(store_checkpoint(store, "pdu-b", "three", 5, &why));
	store_close(store);
	must(store_open_reader(place->dir, &store, &why));
	must(store_checkpoints(store, see_checkpoint, seen, &why));
	assert_string_equal(seen, "pdu-a:3:one;pdu-b:5:three;pdu-c:0:;");
	assert_int_equal(read_all(store).count, 1);
	store_close(store);
}

static int see_event(void *arg, const struct store_event *event)
{
	char *seen = arg;
	sprintf(seen + strlen(seen), "%" PRId64 " %s %s %s %s>%s;", event->at_ms, event->kind, event->device,
		event->subject, event->before, event->after);
	return 0;
}

static void events_come_by_time(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	struct store_event late = { 2000, "device_replaced", "pdu-a1", "", "S1", "S2" };
	struct store_event early = { 1000, "clock_step", NULL, "", NULL, "1500" };
	must(store_event_add(store, &late, &why));
	must(store_event_add(store, &early, &why));
	char seen[256] = "";
	must(store_events(store, 0, 2001, see_event, seen, &why));
	assert_string_equal(seen, "1000 clock_step   >1500;2000 device_replaced pdu-a1  S1>S2;");
	seen[0] = '\0';
	must(store_events(store, 1001, 2000, see_event, seen, &why));
	assert_string_equal(seen, "");
	store_close(store);
}

static void a_value_is_kept_until_it_is_forgotten(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	char *value = NULL;
	must(store_get(store, "engine", "pdu-a1", &value, &why));
	assert_null(value);
	must(store_put(store, "engine", "pdu-a1", "8000", &why));
	must(store_put(store, "engine", "pdu-a1", "Malmö", &why));
	must(store_put(store, "other", "pdu-a1", "x", &why));
	must(store_get(store, "engine", "pdu-a1", &value, &why));
	assert_string_equal(value, "Malmö");
	free(value);
	must(store_put(store, "engine", "pdu-a1", NULL, &why));
	must(store_get(store, "engine", "pdu-a1", &value, &why));
	assert_null(value);
	store_close(store);
}

/* ---- readers ---- */

static void a_reader_sees_one_state_while_the_writer_goes_on(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place), *reader;
	int64_t point = add_point(store, "pdu-a1", "1"), context = add_context(store, "S1");
	append(store, point, context, quarter(0, 1));
	must(store_open_reader(place->dir, &reader, &why));
	must(store_begin(reader, &why));
	assert_int_equal(read_all(reader).count, 1);
	append(store, point, context, quarter(1, 2));
	assert_int_equal(read_all(reader).count, 1);
	must(store_commit(reader, &why));
	assert_int_equal(read_all(reader).count, 2);
	struct hwatt_error err = { 0 };
	assert_int_equal(store_put(reader, "a", "b", "c", &err), -1);
	assert_says(&err, HWATT_EIO, "readonly");
	store_close(reader);
	store_close(store);
}

struct nested { struct store *store; size_t count; };

static int look_again(void *arg, const struct store_interval *row)
{
	struct nested *nested = arg;
	struct rows rows = read_rows(nested->store, &row->point, 1, row->interval.start_s,
				     row->interval.start_s + 1);
	assert_int_equal(rows.count, 1);
	must(store_put(nested->store, "seen", "row", "yes", &why));
	nested->count++;
	return 0;
}

static void a_callback_may_use_the_store(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t point = add_point(store, "pdu-a1", "1"), context = add_context(store, "S1");
	for (int64_t n = 0; n < 3; n++)
		append(store, point, context, quarter(n, n));
	struct nested nested = { store, 0 };
	must(store_intervals(store, NULL, 0, 0, INT64_MAX, look_again, &nested, &why));
	assert_int_equal(nested.count, 3);
	store_close(store);
}

int main(void)
{
#define in_place(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		in_place(a_new_store_is_a_private_file_that_common_tools_can_read),
		in_place(the_store_writes_ahead_and_waits_for_the_disk),
		in_place(a_second_writer_is_refused_by_name),
		in_place(what_is_no_database_is_left_alone),
		in_place(a_short_scrap_is_left_alone),
		in_place(somebody_elses_database_is_left_alone),
		in_place(somebody_elses_unfinished_log_is_left_alone),
		in_place(a_newer_version_is_left_alone),
		in_place(a_folder_in_its_place_is_refused),
		in_place(a_folder_that_cannot_be_made_is_a_sentence),
		in_place(damage_is_reported_not_crashed_on),
		in_place(a_file_of_version_1_is_brought_up_to_date_with_all_it_holds),
		in_place(a_new_file_has_the_same_tables_as_a_migrated_one),
		in_place(a_point_keeps_its_id),
		in_place(equal_contexts_are_kept_once),
		in_place(every_field_comes_back),
		in_place(rows_come_by_start_then_point),
		in_place(a_correction_is_appended_and_the_old_row_stays),
		in_place(a_correction_of_nothing_is_a_first_row),
		in_place(what_does_not_fit_is_refused_and_the_rest_goes_on),
		in_place(sequence_numbers_have_no_holes_after_a_rollback_or_a_restart),
		in_place(the_check_finds_a_hole),
		in_place(gaps_that_nobody_wrote_are_refused),
		in_place(a_checkpoint_is_the_last_one_and_goes_with_its_intervals),
		in_place(a_checkpoint_holds_the_journal_before_it_and_numbers_are_not_used_again),
		in_place(events_come_by_time),
		in_place(a_value_is_kept_until_it_is_forgotten),
		in_place(a_reader_sees_one_state_while_the_writer_goes_on),
		in_place(a_callback_may_use_the_store),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
