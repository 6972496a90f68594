/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* store_read.c - what is in the store, in the order in which it is asked for.
 *
 * Statements that call back are prepared for each call, so that a callback may use the store. */
#include "store_private.h"
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The text of a column; "" for NULL. */
static const char *text_of(sqlite3_stmt *stmt, int column)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);
	return text != NULL ? (const char *)text : "";
}

static sqlite3_stmt *prepare(struct store *store, const char *sql, const char *doing, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = NULL;
	if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		store_fail(store, doing, err);
	return stmt;
}

/* Says what a step that gave no row was, and finalizes. */
static int finish(struct store *store, sqlite3_stmt *stmt, int step, const char *doing, struct hwatt_error *err)
{
	int rc = step == SQLITE_DONE || step == SQLITE_ROW ? 0 : store_fail(store, doing, err);
	sqlite3_finalize(stmt);
	return rc;
}

/* ---- points ---- */

static int read_point(struct store *store, sqlite3_stmt *stmt, struct store_point *out,
		      struct hwatt_error *err)
{
	int role = hwatt_role_by_name(text_of(stmt, 2));
	int quantity = hwatt_quantity_by_name(text_of(stmt, 4));
	int kind = store_kind_by_name(text_of(stmt, 5));
	if (role < 0 || quantity < 0 || kind < 0)
		return hwatt_fail(err, HWATT_EINVAL, "%s: point %lld is a %s %s (%s), which this hallwatt does not know",
				  store->path, sqlite3_column_int64(stmt, 0), text_of(stmt, 2), text_of(stmt, 4),
				  text_of(stmt, 5));
	*out = (struct store_point){
		.id = sqlite3_column_int64(stmt, 0),
		.device = text_of(stmt, 1),
		.role = (enum hwatt_role)role,
		.index = text_of(stmt, 3),
		.quantity = (enum hwatt_quantity)quantity,
		.kind = (enum interval_kind)kind,
	};
	return 0;
}

int store_points(struct store *store, int (*each)(void *arg, const struct store_point *point), void *arg,
		 struct hwatt_error *err)
{
	static const char doing[] = "read the points";
	sqlite3_stmt *stmt =
		prepare(store, "SELECT id, device, role, idx, quantity, kind FROM point ORDER BY id", doing, err);
	if (stmt == NULL)
		return -1;
	int step;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct store_point point;
		if (read_point(store, stmt, &point, err) < 0) {
			sqlite3_finalize(stmt);
			return -1;
		}
		if (each(arg, &point) != 0)
			break;
	}
	return finish(store, stmt, step, doing, err);
}

/* ---- intervals ---- */

static const char reading[] = "read intervals";

#define INTERVAL_COLUMNS                                                                                               \
	"SELECT i.start_s, i.point, i.seq, p.kind, i.supersedes, i.amount, i.covered_ms, i.source, i.quality,"         \
	" i.state, i.samples, i.min_value, i.max_value, i.last_value, i.register_amount, i.register_first,"            \
	" i.register_last, i.register_step, i.register_reset, i.integral_amount, i.integral_covered_ms,"               \
	" i.unknown_max, i.gaps "

struct cursor { /* the rows in force of one statement, which is in the order of start, point, seq */
	sqlite3_stmt *stmt;
	bool at_row;              /* the statement stands on a row that was not read yet */
	bool has_row;             /* `row` is the next one to give */
	struct store_interval row;
};

static char letter(sqlite3_stmt *stmt, int column)
{
	return text_of(stmt, column)[0];
}

static bool read_number(const char **at, int32_t *out, char after)
{
	char *end;
	long value = strtol(*at, &end, 10);
	if (end == *at || *end != after || value < 0 || value > QUARTER_MS)
		return false;
	*out = (int32_t)value;
	*at = end + 1;
	return true;
}

/* Reads [[from,to,"T"],...] as store_write.c writes it; false when it is anything else. */
static bool read_gaps(const char *text, struct interval *out)
{
	const char *at = text;
	if (*at++ != '[')
		return false;
	while (out->gap_count < INTERVAL_MAX_GAPS) {
		struct interval_gap *gap = &out->gaps[out->gap_count];
		if (*at++ != '[' || !read_number(&at, &gap->from_ms, ',') || !read_number(&at, &gap->to_ms, ','))
			return false;
		if (at[0] != '"' || at[1] == '\0' || at[1] == '"' || at[2] != '"' || at[3] != ']')
			return false;
		gap->reason = at[1];
		out->gap_count++;
		at += 4;
		if (strcmp(at, "]") == 0)
			return true;
		if (*at++ != ',')
			return false;
	}
	return false;
}

static uint64_t count_of(sqlite3_stmt *stmt, int column)
{
	if (sqlite3_column_type(stmt, column) == SQLITE_TEXT)
		return strtoull(text_of(stmt, column), NULL, 10);
	return (uint64_t)sqlite3_column_int64(stmt, column);
}

static bool is_null(sqlite3_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt, column) == SQLITE_NULL;
}

/* Reads the columns of the methods, which many points lack. */
static void read_methods(sqlite3_stmt *stmt, struct interval *out)
{
	if (!is_null(stmt, 14)) {
		out->has_register = true;
		out->register_amount = sqlite3_column_int64(stmt, 14);
		out->register_first = count_of(stmt, 15);
		out->register_last = count_of(stmt, 16);
		out->register_step = sqlite3_column_int64(stmt, 17);
		out->register_reset = !is_null(stmt, 18);
	}
	if (!is_null(stmt, 19)) {
		out->has_integral = true;
		out->integral_amount = sqlite3_column_int64(stmt, 19);
		out->integral_covered_ms = sqlite3_column_int64(stmt, 20);
	}
}

/* False when what stands there cannot have been written by us. */
static bool read_interval(sqlite3_stmt *stmt, struct store_interval *row)
{
	const char *kind = text_of(stmt, 3);
	row->point = sqlite3_column_int64(stmt, 1);
	row->seq = sqlite3_column_int64(stmt, 2);
	row->interval = (struct interval){
		.start_s = sqlite3_column_int64(stmt, 0),
		.kind = kind[0] == 'e' ? INTERVAL_ENERGY : kind[0] == 'l' ? INTERVAL_LEVEL : INTERVAL_FLOW,
		.correction = !is_null(stmt, 4),
		.amount = sqlite3_column_int64(stmt, 5),
		.covered_ms = sqlite3_column_int64(stmt, 6),
		.source = letter(stmt, 7),
		.quality = letter(stmt, 8),
		.state = letter(stmt, 9),
		.samples = sqlite3_column_int(stmt, 10),
		.min = sqlite3_column_int64(stmt, 11),
		.max = sqlite3_column_int64(stmt, 12),
		.last = sqlite3_column_int64(stmt, 13),
		.unknown_max = sqlite3_column_int64(stmt, 21),
	};
	read_methods(stmt, &row->interval);
	return is_null(stmt, 22) || read_gaps(text_of(stmt, 22), &row->interval);
}

static int step_cursor(struct store *store, struct cursor *cursor, struct hwatt_error *err)
{
	int step = sqlite3_step(cursor->stmt);
	cursor->at_row = step == SQLITE_ROW;
	return cursor->at_row || step == SQLITE_DONE ? 0 : store_fail(store, reading, err);
}

static bool is_wanted(int64_t point, const int64_t *points, size_t count)
{
	if (points == NULL)
		return true;
	while (count > 0) {
		size_t half = count / 2;
		if (points[half] == point)
			return true;
		if (points[half] < point) {
			points += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return false;
}

/* Moves to the next start and point, and there to the highest sequence number: the row in force. */
static int next_row(struct store *store, struct cursor *cursor, const int64_t *points, size_t count,
		    struct hwatt_error *err)
{
	struct store_interval *row = &cursor->row;
	cursor->has_row = false;
	while (cursor->at_row) {
		int64_t start_s = sqlite3_column_int64(cursor->stmt, 0);
		int64_t point = sqlite3_column_int64(cursor->stmt, 1);
		if (cursor->has_row && (row->interval.start_s != start_s || row->point != point))
			return 0;
		if (is_wanted(point, points, count)) {
			if (!read_interval(cursor->stmt, row))
				return hwatt_fail(err, HWATT_EIO,
						  "%s: the file is damaged: interval %" PRId64 " of point %" PRId64,
						  store->path, row->seq, row->point);
			cursor->has_row = true;
		}
		if (step_cursor(store, cursor, err) < 0)
			return -1;
	}
	return 0;
}

static int open_cursor(struct store *store, const char *sql, int64_t from_s, int64_t to_s, int64_t point,
		       struct cursor *cursor, struct hwatt_error *err)
{
	cursor->stmt = prepare(store, sql, reading, err);
	if (cursor->stmt == NULL)
		return -1;
	sqlite3_bind_int64(cursor->stmt, 1, from_s);
	sqlite3_bind_int64(cursor->stmt, 2, to_s);
	if (point > 0)
		sqlite3_bind_int64(cursor->stmt, 3, point);
	return step_cursor(store, cursor, err);
}

/* All rows by start; for many points. */
static int scan_all(struct store *store, const int64_t *points, size_t count, int64_t from_s, int64_t to_s,
		    int (*each)(void *arg, const struct store_interval *row), void *arg,
		    struct hwatt_error *err)
{
	static const char sql[] = INTERVAL_COLUMNS
		"FROM interval i JOIN point p ON p.id = i.point"
		" WHERE i.start_s >= ?1 AND i.start_s < ?2 ORDER BY i.start_s, i.point, i.seq";
	struct cursor cursor = { 0 };
	int rc = open_cursor(store, sql, from_s, to_s, 0, &cursor, err);
	while (rc == 0 && (rc = next_row(store, &cursor, points, count, err)) == 0 && cursor.has_row)
		if (each(arg, &cursor.row) != 0)
			break;
	sqlite3_finalize(cursor.stmt);
	return rc;
}

#define MERGE_MAX 8

/* The cursor with the earliest row, the lowest point first; NULL when all are at their end. */
static struct cursor *earliest(struct cursor *cursors, size_t count)
{
	struct cursor *best = NULL;
	for (size_t i = 0; i < count; i++) /* the cursors are in the order of points */
		if (cursors[i].has_row &&
		    (best == NULL || cursors[i].row.interval.start_s < best->row.interval.start_s))
			best = &cursors[i];
	return best;
}

/* One cursor a point, merged; for few points among many. */
static int scan_few(struct store *store, const int64_t *points, size_t count, int64_t from_s, int64_t to_s,
		    int (*each)(void *arg, const struct store_interval *row), void *arg,
		    struct hwatt_error *err)
{
	static const char sql[] = INTERVAL_COLUMNS
		"FROM interval i INDEXED BY interval_by_point JOIN point p ON p.id = i.point"
		" WHERE i.point = ?3 AND i.start_s >= ?1 AND i.start_s < ?2 ORDER BY i.start_s, i.seq";
	struct cursor cursors[MERGE_MAX] = { 0 };
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = open_cursor(store, sql, from_s, to_s, points[i], &cursors[i], err);
		if (rc == 0)
			rc = next_row(store, &cursors[i], NULL, 0, err);
	}
	while (rc == 0) {
		struct cursor *cursor = earliest(cursors, count);
		if (cursor == NULL || each(arg, &cursor->row) != 0)
			break;
		rc = next_row(store, cursor, NULL, 0, err);
	}
	for (size_t i = 0; i < count; i++)
		sqlite3_finalize(cursors[i].stmt);
	return rc;
}

static int count_points(struct store *store, int64_t *count, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = prepare(store, "SELECT count(*) FROM point", reading, err);
	if (stmt == NULL)
		return -1;
	int step = sqlite3_step(stmt);
	*count = sqlite3_column_int64(stmt, 0);
	return finish(store, stmt, step, reading, err);
}

int store_intervals(struct store *store, const int64_t *points, size_t count, int64_t from_s, int64_t to_s,
		    int (*each)(void *arg, const struct store_interval *row), void *arg,
		    struct hwatt_error *err)
{
	int64_t all = 0;
	if (points != NULL && count <= MERGE_MAX && count_points(store, &all, err) < 0)
		return -1;
	/* By point costs about three times as much a row as by start, see bench_store. */
	if (points != NULL && count <= MERGE_MAX && (int64_t)count * 3 <= all)
		return scan_few(store, points, count, from_s, to_s, each, arg, err);
	return scan_all(store, points, count, from_s, to_s, each, arg, err);
}

int store_newest(struct store *store, int64_t *start_s, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = prepare(store, "SELECT max(start_s) FROM interval", reading, err);
	if (stmt == NULL)
		return -1;
	int step = sqlite3_step(stmt);
	*start_s = step == SQLITE_ROW && !is_null(stmt, 0) ? sqlite3_column_int64(stmt, 0) : INT64_MIN;
	return finish(store, stmt, step, reading, err);
}

int store_firsts(struct store *store, int (*each)(void *arg, int64_t point, int64_t start_s), void *arg, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = prepare(store, "SELECT id, (SELECT min(start_s) FROM interval WHERE point = id) FROM point", reading,
				     err);
	int step;
	if (stmt == NULL)
		return -1;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW)
		if (!is_null(stmt, 1) && each(arg, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1)) != 0)
			break;
	return finish(store, stmt, step, reading, err);
}

/* ---- checkpoints, events, values ---- */

int store_checkpoints(struct store *store,
		      int (*each)(void *arg, const char *device, const void *bytes, size_t length, int64_t journal),
		      void *arg, struct hwatt_error *err)
{
	static const char doing[] = "read the checkpoints";
	sqlite3_stmt *stmt = prepare(store, "SELECT device, state, journal FROM checkpoint ORDER BY device", doing, err);
	if (stmt == NULL)
		return -1;
	int step;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(stmt, 1);
		if (each(arg, text_of(stmt, 0), bytes != NULL ? bytes : "", (size_t)sqlite3_column_bytes(stmt, 1),
			 sqlite3_column_int64(stmt, 2)))
			break;
	}
	return finish(store, stmt, step, doing, err);
}

int store_journal(struct store *store, int (*each)(void *arg, int64_t id, const void *bytes, size_t length), void *arg,
		  struct hwatt_error *err)
{
	static const char doing[] = "read the journal";
	sqlite3_stmt *stmt = prepare(store, "SELECT id, records FROM journal ORDER BY id", doing, err);
	if (stmt == NULL)
		return -1;
	int step;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(stmt, 1);
		if (each(arg, sqlite3_column_int64(stmt, 0), bytes != NULL ? bytes : "",
			 (size_t)sqlite3_column_bytes(stmt, 1)))
			break;
	}
	return finish(store, stmt, step, doing, err);
}

int store_events(struct store *store, int64_t from_ms, int64_t to_ms,
		 int (*each)(void *arg, const struct store_event *event), void *arg, struct hwatt_error *err)
{
	static const char doing[] = "read the events";
	sqlite3_stmt *stmt = prepare(store,
				     "SELECT at_ms, kind, device, subject, before, after FROM event"
				     " WHERE at_ms >= ?1 AND at_ms < ?2 ORDER BY at_ms, id",
				     doing, err);
	if (stmt == NULL)
		return -1;
	sqlite3_bind_int64(stmt, 1, from_ms);
	sqlite3_bind_int64(stmt, 2, to_ms);
	int step;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct store_event event = {
			.at_ms = sqlite3_column_int64(stmt, 0),
			.kind = text_of(stmt, 1),
			.device = text_of(stmt, 2),
			.subject = text_of(stmt, 3),
			.before = text_of(stmt, 4),
			.after = text_of(stmt, 5),
		};
		if (each(arg, &event) != 0)
			break;
	}
	return finish(store, stmt, step, doing, err);
}

int store_get(struct store *store, const char *space, const char *key, char **value, struct hwatt_error *err)
{
	static const char doing[] = "read a value";
	*value = NULL;
	sqlite3_stmt *stmt = store_kept(store, SQL_GET, doing, err);
	if (stmt == NULL)
		return -1;
	sqlite3_bind_text(stmt, 1, space, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 2, key, -1, SQLITE_STATIC);
	int step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		*value = hwatt_strdup(text_of(stmt, 0));
	int rc = step == SQLITE_DONE || step == SQLITE_ROW ? 0 : store_fail(store, doing, err);
	sqlite3_reset(stmt);
	return rc;
}

/* ---- is all well? ---- */

/* Runs a query whose every row is a complaint; the first becomes the error. */
static int expect_none(struct store *store, const char *sql, struct hwatt_error *err)
{
	static const char doing[] = "check it";
	sqlite3_stmt *stmt = prepare(store, sql, doing, err);
	if (stmt == NULL)
		return -1;
	int step = sqlite3_step(stmt);
	if (step == SQLITE_ROW) {
		hwatt_fail(err, HWATT_EIO, "%s: the file is damaged: %s", store->path, text_of(stmt, 0));
		sqlite3_finalize(stmt);
		return -1;
	}
	return finish(store, stmt, step, doing, err);
}

int store_check(struct store *store, struct hwatt_error *err)
{
	static const char sequences[] =
		"SELECT 'point ' || p.id || ' counts to ' || p.last_seq || ' and has ' || count(i.seq) || ' rows, '"
		" || ifnull(min(i.seq), 0) || ' to ' || ifnull(max(i.seq), 0)"
		" FROM point p LEFT JOIN interval i ON i.point = p.id GROUP BY p.id"
		" HAVING count(DISTINCT i.seq) <> p.last_seq OR count(i.seq) <> p.last_seq"
		" OR ifnull(min(i.seq), 1) <> 1 OR ifnull(max(i.seq), 0) <> p.last_seq";
	static const char starts[] =
		"SELECT 'point ' || point || ' has ' || sum(supersedes IS NULL) || ' first rows of start ' || start_s"
		" FROM interval GROUP BY start_s, point HAVING sum(supersedes IS NULL) <> 1";
	static const char *const complaints[] = {
		"SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
		"SELECT 'a row of ' || \"table\" || ' lacks its ' || parent FROM pragma_foreign_key_check",
		sequences,
		starts,
		"SELECT 'interval ' || seq || ' of point ' || point || ' has no gaps but ' || gaps FROM interval"
		" WHERE gaps IS NOT NULL AND NOT json_valid(gaps)",
	};
	for (size_t i = 0; i < sizeof(complaints) / sizeof(complaints[0]); i++)
		if (expect_none(store, complaints[i], err) < 0)
			return -1;
	return store_pack_check(store, err);
}
