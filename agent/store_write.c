/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* store_write.c - points, contexts, intervals, checkpoints, events and values into the store. */
#include "store_private.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void bind_string(sqlite3_stmt *stmt, int column, const char *string)
{
	sqlite3_bind_text(stmt, column, string != NULL ? string : "", -1, SQLITE_STATIC);
}

/* ---- points ---- */

/* What a point is known by, as columns 1 to 4. */
static void bind_point(sqlite3_stmt *stmt, const struct store_point *point)
{
	bind_string(stmt, 1, point->device);
	bind_string(stmt, 2, hwatt_role_name(point->role));
	bind_string(stmt, 3, point->index);
	bind_string(stmt, 4, hwatt_quantity_info(point->quantity)->name);
}

/* 1 with *id when the point is there, 0 when not. */
static int find_point(struct store *store, const struct store_point *point, int64_t *id,
		      struct hwatt_error *err)
{
	static const char doing[] = "look up a point";
	sqlite3_stmt *stmt = store_kept(store, SQL_POINT_FIND, doing, err);
	if (stmt == NULL)
		return -1;
	bind_point(stmt, point);
	int rc = sqlite3_step(stmt);
	int found = rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : store_fail(store, doing, err);
	if (found == 1) {
		*id = sqlite3_column_int64(stmt, 0);
		if (store_kind_by_name((const char *)sqlite3_column_text(stmt, 1)) != (int)point->kind)
			found = hwatt_fail(err, HWATT_EINVAL, "%s: point %s %s %s is kept as %s, not as %s",
					   store->path, point->device, hwatt_role_name(point->role), point->index,
					   (const char *)sqlite3_column_text(stmt, 1),
					   store_kind_name(point->kind));
	}
	sqlite3_reset(stmt);
	return found;
}

static int add_point(struct store *store, const struct store_point *point, int64_t *id,
		     struct hwatt_error *err)
{
	static const char doing[] = "add a point";
	sqlite3_stmt *stmt = store_kept(store, SQL_POINT_ADD, doing, err);
	if (stmt == NULL)
		return -1;
	bind_point(stmt, point);
	bind_string(stmt, 5, store_kind_name(point->kind));
	if (store_run(store, stmt, doing, err) < 0)
		return -1;
	*id = sqlite3_last_insert_rowid(store->db);
	return 0;
}

int store_point_id(struct store *store, const struct store_point *point, int64_t *id, struct hwatt_error *err)
{
	bool alone;
	if (store_enter(store, &alone, err) < 0)
		return -1;
	int rc = find_point(store, point, id, err);
	if (rc == 0)
		rc = add_point(store, point, id, err);
	return store_leave(store, alone, rc < 0 ? -1 : 0, err);
}

/* ---- contexts ---- */

static sqlite3_stmt *bind_context(struct store *store, enum store_sql which,
				  const struct store_context *context, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = store_kept(store, which, "note a device's context", err);
	if (stmt == NULL)
		return NULL;
	const char *const strings[] = {
		context->device, context->serial, context->model, context->firmware, context->profile,
		context->power_role, context->site, context->config_hash, context->ruleset_hash,
		context->agent_version, context->clock_source,
	};
	int column = 0;
	while (column < (int)(sizeof(strings) / sizeof(strings[0]))) {
		bind_string(stmt, column + 1, strings[column]);
		column++;
	}
	sqlite3_bind_int64(stmt, column + 1, context->accuracy_ppm);
	sqlite3_bind_int64(stmt, column + 2, context->ct_ratio_ppm);
	return stmt;
}

static int put_context(struct store *store, const struct store_context *context, int64_t *id,
		       struct hwatt_error *err)
{
	static const char doing[] = "note a device's context";
	sqlite3_stmt *stmt = bind_context(store, SQL_CONTEXT_FIND, context, err);
	if (stmt == NULL)
		return -1;
	int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*id = sqlite3_column_int64(stmt, 0);
	else if (rc != SQLITE_DONE)
		store_fail(store, doing, err);
	sqlite3_reset(stmt);
	if (rc != SQLITE_DONE)
		return rc == SQLITE_ROW ? 0 : -1;
	stmt = bind_context(store, SQL_CONTEXT_ADD, context, err);
	if (stmt == NULL || store_run(store, stmt, doing, err) < 0)
		return -1;
	*id = sqlite3_last_insert_rowid(store->db);
	return 0;
}

int store_context_id(struct store *store, const struct store_context *context, int64_t *id,
		     struct hwatt_error *err)
{
	bool alone;
	if (store_enter(store, &alone, err) < 0)
		return -1;
	return store_leave(store, alone, put_context(store, context, id, err), err);
}

/* ---- intervals ---- */

static const char appending[] = "append an interval";

static void grow_tails(struct store *store, size_t count)
{
	if (count <= store->tail_count)
		return;
	size_t size = count + count / 8 + 62;
	store->tails = hwatt_realloc(store->tails, size * sizeof(*store->tails));
	memset(store->tails + store->tail_count, 0, (size - store->tail_count) * sizeof(*store->tails));
	store->tail_count = size;
}

/* The tail of `point`, read from the file when it is not known. */
static struct store_tail *find_tail(struct store *store, int64_t point, struct hwatt_error *err)
{
	if (point < 1 || point > STORE_MAX_POINTS) {
		hwatt_fail(err, HWATT_EINVAL, "%s: there is no point %" PRId64, store->path, point);
		return NULL;
	}
	grow_tails(store, (size_t)point);
	struct store_tail *tail = &store->tails[point - 1];
	if (tail->known)
		return tail;
	sqlite3_stmt *stmt = store_kept(store, SQL_POINT_TAIL, appending, err);
	if (stmt == NULL)
		return NULL;
	sqlite3_bind_int64(stmt, 1, point);
	int rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		bool empty = sqlite3_column_type(stmt, 2) == SQLITE_NULL;
		int64_t seq = sqlite3_column_int64(stmt, 1);
		if (seq < 0 || seq >= UINT32_MAX) {
			sqlite3_reset(stmt);
			hwatt_fail(err, HWATT_EINVAL, "%s: point %" PRId64 " has a row with the number %" PRId64, store->path, point, seq);
			return NULL;
		}
		*tail = (struct store_tail){
			.kind = (int8_t)store_kind_by_name((const char *)sqlite3_column_text(stmt, 0)),
			.seq = (uint32_t)seq,
			.start_s = empty ? INT64_MIN : sqlite3_column_int64(stmt, 2),
			.known = true,
		};
	} else if (rc == SQLITE_DONE) {
		hwatt_fail(err, HWATT_EINVAL, "%s: there is no point %" PRId64, store->path, point);
	} else {
		store_fail(store, appending, err);
	}
	sqlite3_reset(stmt);
	return rc == SQLITE_ROW ? tail : NULL;
}

/* The sequence number of the row in force of that start, 0 when there is none. */
static int latest_seq(struct store *store, int64_t point, int64_t start_s, int64_t *seq,
		      struct hwatt_error *err)
{
	sqlite3_stmt *stmt = store_kept(store, SQL_LATEST, appending, err);
	if (stmt == NULL)
		return -1;
	sqlite3_bind_int64(stmt, 1, start_s);
	sqlite3_bind_int64(stmt, 2, point);
	int rc = sqlite3_step(stmt) == SQLITE_ROW ? 0 : store_fail(store, appending, err);
	if (rc == 0)
		*seq = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return rc;
}

static void note_moved(struct store *store, int64_t point, struct store_tail *tail)
{
	if (tail->moved)
		return;
	if (store->moved_count == store->moved_size) {
		store->moved_size += store->moved_size / 4 + 64;
		store->moved = hwatt_realloc(store->moved, store->moved_size * sizeof(*store->moved));
	}
	store->moved[store->moved_count++] = point;
	tail->moved = true;
}

/* "[[0,60000,"T"],[...]]"; the longest is 8 x 28 octets. */
#define GAPS_SIZE 256

static int format_gaps(const struct interval *interval, char out[GAPS_SIZE])
{
	int length = 0;
	for (int i = 0; i < interval->gap_count; i++)
		length += snprintf(out + length, (size_t)(GAPS_SIZE - length), "%s[%" PRId32 ",%" PRId32 ",\"%c\"]",
				   i == 0 ? "[" : ",", interval->gaps[i].from_ms, interval->gaps[i].to_ms,
				   interval->gaps[i].reason);
	length += snprintf(out + length, (size_t)(GAPS_SIZE - length), "]");
	assert(length < GAPS_SIZE);
	return length;
}

/* Counts above what SQLite's integers hold are kept as text, so that nobody reads them as negative. */
static void bind_count(sqlite3_stmt *stmt, int column, uint64_t count, char scratch[24])
{
	if (count <= INT64_MAX) {
		sqlite3_bind_int64(stmt, column, (int64_t)count);
		return;
	}
	int length = snprintf(scratch, 24, "%" PRIu64, count);
	sqlite3_bind_text(stmt, column, scratch, length, SQLITE_TRANSIENT);
}

static void bind_register(sqlite3_stmt *stmt, const struct interval *interval)
{
	char scratch[24];
	if (!interval->has_register) {
		for (int column = 15; column <= 19; column++)
			sqlite3_bind_null(stmt, column);
		return;
	}
	sqlite3_bind_int64(stmt, 15, interval->register_amount);
	bind_count(stmt, 16, interval->register_first, scratch);
	bind_count(stmt, 17, interval->register_last, scratch);
	sqlite3_bind_int64(stmt, 18, interval->register_step);
	if (interval->register_reset)
		sqlite3_bind_int64(stmt, 19, 1);
	else
		sqlite3_bind_null(stmt, 19);
}

static void bind_samples(sqlite3_stmt *stmt, const struct interval *interval)
{
	sqlite3_bind_int64(stmt, 11, interval->samples);
	if (interval->samples > 0) {
		sqlite3_bind_int64(stmt, 12, interval->min);
		sqlite3_bind_int64(stmt, 13, interval->max);
		sqlite3_bind_int64(stmt, 14, interval->last);
	} else {
		for (int column = 12; column <= 14; column++)
			sqlite3_bind_null(stmt, column);
	}
	if (interval->has_integral) {
		sqlite3_bind_int64(stmt, 20, interval->integral_amount);
		sqlite3_bind_int64(stmt, 21, interval->integral_covered_ms);
	} else {
		sqlite3_bind_null(stmt, 20);
		sqlite3_bind_null(stmt, 21);
	}
}

static int insert_interval(struct store *store, int64_t point, int64_t context, int64_t seq,
			   int64_t supersedes, const struct interval *interval, struct hwatt_error *err)
{
	char gaps[GAPS_SIZE];
	sqlite3_stmt *stmt = store_kept(store, SQL_APPEND, appending, err);
	if (stmt == NULL)
		return -1;
	sqlite3_bind_int64(stmt, 1, interval->start_s);
	sqlite3_bind_int64(stmt, 2, point);
	sqlite3_bind_int64(stmt, 3, seq);
	sqlite3_bind_int64(stmt, 4, context);
	if (supersedes > 0)
		sqlite3_bind_int64(stmt, 5, supersedes);
	else
		sqlite3_bind_null(stmt, 5);
	sqlite3_bind_int64(stmt, 6, interval->amount);
	sqlite3_bind_int64(stmt, 7, interval->covered_ms);
	sqlite3_bind_text(stmt, 8, &interval->source, 1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 9, &interval->quality, 1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 10, &interval->state, 1, SQLITE_STATIC);
	bind_samples(stmt, interval);
	bind_register(stmt, interval);
	if (interval->unknown_max != 0)
		sqlite3_bind_int64(stmt, 22, interval->unknown_max);
	else
		sqlite3_bind_null(stmt, 22);
	if (interval->gap_count > 0)
		sqlite3_bind_text(stmt, 23, gaps, format_gaps(interval, gaps), SQLITE_STATIC);
	else
		sqlite3_bind_null(stmt, 23);
	return store_run(store, stmt, appending, err);
}

static int append(struct store *store, int64_t point, int64_t context, const struct interval *interval,
		  struct hwatt_error *err)
{
	struct store_tail *tail = find_tail(store, point, err);
	if (tail == NULL)
		return -1;
	if (tail->kind != (int)interval->kind)
		return hwatt_fail(err, HWATT_EINVAL, "%s: point %" PRId64 " is kept as %s, not as %s", store->path,
				  point, store_kind_name((enum interval_kind)tail->kind), store_kind_name(interval->kind));
	int64_t supersedes = 0; /* a start behind all others needs no look */
	if (interval->start_s <= tail->start_s &&
	    latest_seq(store, point, interval->start_s, &supersedes, err) < 0)
		return -1;
	if (supersedes > 0 && !interval->correction)
		return hwatt_fail(err, HWATT_EINVAL,
				  "%s: point %" PRId64 " has an interval of start %" PRId64 " already", store->path,
				  point, interval->start_s);
	if (insert_interval(store, point, context, (int64_t)tail->seq + 1, supersedes, interval, err) < 0 ||
	    store_pack_disturb(store, point, interval->start_s, err) < 0)
		return -1;
	note_moved(store, point, tail);
	tail->seq++;
	if (interval->start_s > tail->start_s)
		tail->start_s = interval->start_s;
	return 0;
}

int store_append(struct store *store, int64_t point, int64_t context, const struct interval *interval,
		 struct hwatt_error *err)
{
	bool alone;
	assert(interval->gap_count >= 0 && interval->gap_count <= INTERVAL_MAX_GAPS);
	if (store_enter(store, &alone, err) < 0)
		return -1;
	return store_leave(store, alone, append(store, point, context, interval, err), err);
}

/* ---- checkpoints, events, values ---- */

int store_checkpoint(struct store *store, const char *device, const void *bytes, size_t length,
		     struct hwatt_error *err)
{
	static const char doing[] = "keep a device's checkpoint";
	bool alone;
	if (store_enter(store, &alone, err) < 0)
		return -1;
	sqlite3_stmt *stmt = store_kept(store, SQL_CHECKPOINT, doing, err);
	if (stmt == NULL)
		return store_leave(store, alone, -1, err);
	bind_string(stmt, 1, device);
	if (length > 0)
		sqlite3_bind_blob64(stmt, 2, bytes, length, SQLITE_STATIC);
	else
		sqlite3_bind_zeroblob(stmt, 2, 0); /* an empty pointer would be NULL */
	return store_leave(store, alone, store_run(store, stmt, doing, err), err);
}

int store_journal_add(struct store *store, const void *bytes, size_t length, int64_t *id, struct hwatt_error *err)
{
	static const char doing[] = "keep what was metered";
	bool alone;
	if (store_enter(store, &alone, err) < 0)
		return -1;
	sqlite3_stmt *stmt = store_kept(store, SQL_JOURNAL_ADD, doing, err);
	if (stmt == NULL)
		return store_leave(store, alone, -1, err);
	assert(length > 0);
	sqlite3_bind_blob64(stmt, 1, bytes, length, SQLITE_STATIC);
	int rc = store_run(store, stmt, doing, err);
	*id = sqlite3_last_insert_rowid(store->db);
	return store_leave(store, alone, rc, err);
}

int store_journal_drop(struct store *store, int64_t id, struct hwatt_error *err)
{
	static const char doing[] = "shorten the journal";
	bool alone;
	if (store_enter(store, &alone, err) < 0)
		return -1;
	sqlite3_stmt *stmt = store_kept(store, SQL_JOURNAL_DROP, doing, err);
	if (stmt == NULL)
		return store_leave(store, alone, -1, err);
	sqlite3_bind_int64(stmt, 1, id);
	return store_leave(store, alone, store_run(store, stmt, doing, err), err);
}

int store_event_add(struct store *store, const struct store_event *event, struct hwatt_error *err)
{
	static const char doing[] = "note an event";
	bool alone;
	if (store_enter(store, &alone, err) < 0)
		return -1;
	sqlite3_stmt *stmt = store_kept(store, SQL_EVENT_ADD, doing, err);
	if (stmt == NULL)
		return store_leave(store, alone, -1, err);
	sqlite3_bind_int64(stmt, 1, event->at_ms);
	bind_string(stmt, 2, event->kind);
	bind_string(stmt, 3, event->device);
	bind_string(stmt, 4, event->subject);
	bind_string(stmt, 5, event->before);
	bind_string(stmt, 6, event->after);
	return store_leave(store, alone, store_run(store, stmt, doing, err), err);
}

int store_put(struct store *store, const char *space, const char *key, const char *value,
	      struct hwatt_error *err)
{
	static const char doing[] = "keep a value";
	bool alone;
	if (store_enter(store, &alone, err) < 0)
		return -1;
	sqlite3_stmt *stmt = store_kept(store, value != NULL ? SQL_PUT : SQL_DROP, doing, err);
	if (stmt == NULL)
		return store_leave(store, alone, -1, err);
	bind_string(stmt, 1, space);
	bind_string(stmt, 2, key);
	if (value != NULL)
		bind_string(stmt, 3, value);
	return store_leave(store, alone, store_run(store, stmt, doing, err), err);
}
