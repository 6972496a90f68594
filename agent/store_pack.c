/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* store_pack.c - days of quarters: packed where that was done, else put together from the intervals.
 *
 * The days before the value ('pack', 'until') are packed: there a point without a pack has no intervals, and one whose
 * pack is NULL, or malformed, has them read.  From that day on packs mean nothing. */
#include "pack.h"
#include "store_private.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPACE "pack"
#define KEY "until"

static const char reading[] = "read days";
static const char packing[] = "pack a day";

#define ROW "SELECT start_s, point, amount, covered_ms, quality FROM interval "
static const char rows_of_all[] = ROW "WHERE start_s >= ?1 AND start_s < ?2 ORDER BY start_s, point, seq";
static const char rows_of_one[] = ROW "INDEXED BY interval_by_point WHERE point = ?3 AND start_s >= ?1 AND start_s < ?2"
				      " ORDER BY start_s, seq";
static const char packs_of_all[] = "SELECT day, point, octets FROM pack WHERE day >= ?1 AND day < ?2 ORDER BY day, point";
static const char pack_of_one[] = "SELECT octets FROM pack WHERE day = ?1 AND point = ?2";

static int64_t day_of(int64_t utc_s)
{
	return utc_s / PACK_DAY_S - (utc_s % PACK_DAY_S < 0);
}

static sqlite3_stmt *prepare(struct store *store, const char *sql, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = NULL;
	if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		store_fail(store, reading, err);
	return stmt;
}

/* 1: a row, 0: the end, -1. */
static int step_row(struct store *store, sqlite3_stmt *stmt, struct hwatt_error *err)
{
	int step = sqlite3_step(stmt);
	return step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : store_fail(store, reading, err);
}

/* The first day that is not packed. */
static int packed_until(struct store *store, int64_t *day, struct hwatt_error *err)
{
	char *text;
	bool writer = store->lock_fd >= 0;
	if (!writer || !store->knows_packed) {
		if (store_get(store, SPACE, KEY, &text, err) < 0)
			return -1;
		store->packed_until = text != NULL ? strtoll(text, NULL, 10) : STORE_NO_DAY;
		store->knows_packed = true;
		free(text);
	}
	*day = store->packed_until;
	return 0;
}

/* ---- a day being put together ---- */

struct table {
	struct store_day day;
	int64_t number, from_s, to_s;
	int64_t *amount;
	int32_t *covered_ms;
	char *quality;
	bool *touched;      /* by point: it is not all zero */
	bool any;
	sqlite3_stmt *one;  /* rows_of_one */
};

static void open_table(struct table *t, const int64_t *points, size_t count, int64_t from_s, int64_t to_s)
{
	size_t cells = (count + 1) * PACK_QUARTERS;
	*t = (struct table){ .from_s = from_s, .to_s = to_s, .amount = hwatt_alloc(cells * sizeof(*t->amount)),
			     .covered_ms = hwatt_alloc(cells * sizeof(*t->covered_ms)), .quality = hwatt_alloc(cells),
			     .touched = hwatt_alloc(count + 1) };
	t->day = (struct store_day){ .count = count, .points = points, .amount = t->amount, .covered_ms = t->covered_ms,
				     .quality = t->quality };
}

static void close_table(struct table *t)
{
	sqlite3_finalize(t->one);
	free(t->amount);
	free(t->covered_ms);
	free(t->quality);
	free(t->touched);
}

static void clear_point(struct table *t, size_t place)
{
	size_t at = place * PACK_QUARTERS;
	memset(&t->amount[at], 0, PACK_QUARTERS * sizeof(t->amount[0]));
	memset(&t->covered_ms[at], 0, PACK_QUARTERS * sizeof(t->covered_ms[0]));
	memset(&t->quality[at], 0, PACK_QUARTERS);
	t->touched[place] = false;
}

static void begin_day(struct table *t, int64_t number)
{
	for (size_t i = 0; i < t->day.count; i++)
		if (t->touched[i])
			clear_point(t, i);
	t->number = number;
	t->day.start_s = number * PACK_DAY_S;
	t->any = false;
}

/* The place of a point among those asked for, looked for from `from` on; `count` when it is none of them. */
static size_t place_of(const struct table *t, int64_t point, size_t from)
{
	size_t low = from, high = t->day.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (t->day.points[middle] < point)
			low = middle + 1;
		else
			high = middle;
	}
	return low < t->day.count && t->day.points[low] == point ? low : t->day.count;
}

/* Takes a row of ROW: a later one of the same quarter supersedes it. */
static void put_row(struct table *t, size_t place, sqlite3_stmt *row)
{
	int64_t quarter = (sqlite3_column_int64(row, 0) - t->day.start_s) / QUARTER_S;
	const unsigned char *quality = sqlite3_column_text(row, 4);
	if (quarter < 0 || quarter >= PACK_QUARTERS)
		return;
	size_t at = place * PACK_QUARTERS + (size_t)quarter;
	t->amount[at] = sqlite3_column_int64(row, 2);
	t->covered_ms[at] = sqlite3_column_int(row, 3);
	t->quality[at] = quality != NULL && quality[0] != '\0' ? (char)quality[0] : 'X';
	t->touched[place] = t->any = true;
}

/* Reads one point's intervals of the day. */
static int read_rows(struct store *store, struct table *t, size_t place, struct hwatt_error *err)
{
	int rc;
	if (t->one == NULL && (t->one = prepare(store, rows_of_one, err)) == NULL)
		return -1;
	clear_point(t, place);
	sqlite3_reset(t->one);
	sqlite3_bind_int64(t->one, 1, t->day.start_s > t->from_s ? t->day.start_s : t->from_s);
	sqlite3_bind_int64(t->one, 2, t->day.start_s + PACK_DAY_S < t->to_s ? t->day.start_s + PACK_DAY_S : t->to_s);
	sqlite3_bind_int64(t->one, 3, t->day.points[place]);
	while ((rc = step_row(store, t->one, err)) == 1)
		put_row(t, place, t->one);
	sqlite3_reset(t->one);
	return rc;
}

/* Takes a pack, or where it does not tell, the intervals. */
static int put_pack(struct store *store, struct table *t, size_t place, sqlite3_stmt *row, int column, struct hwatt_error *err)
{
	size_t at = place * PACK_QUARTERS;
	const void *octets = sqlite3_column_blob(row, column);
	if (octets == NULL || pack_decode(octets, (size_t)sqlite3_column_bytes(row, column), &t->amount[at], &t->covered_ms[at],
					  &t->quality[at]) < 0)
		return read_rows(store, t, place, err);
	t->touched[place] = t->any = true;
	return 0;
}

/* Blanks what of the day lies outside the time asked for. */
static void cut(struct table *t)
{
	for (size_t q = 0; q < PACK_QUARTERS; q++) {
		int64_t start_s = t->day.start_s + (int64_t)q * QUARTER_S;
		if (start_s >= t->from_s && start_s < t->to_s)
			continue;
		for (size_t i = 0; i < t->day.count; i++) {
			size_t at = i * PACK_QUARTERS + q;
			t->amount[at] = t->covered_ms[at] = t->quality[at] = 0;
		}
	}
}

struct asking { int (*each)(void *arg, const struct store_day *day); void *arg; };

/* Gives the day, if it has anything; non-zero ends the reading. */
static int end_day(struct table *t, const struct asking *asking)
{
	if (!t->any)
		return 0;
	if (t->day.start_s < t->from_s || t->day.start_s + PACK_DAY_S > t->to_s)
		cut(t);
	return asking->each(asking->arg, &t->day);
}

/* ---- reading ---- */

/* All packs, or all rows, of a time in order; `done` is set when `each` wants no more. */
static int scan(struct store *store, struct table *t, bool packs, int64_t from, int64_t to, const struct asking *asking,
		bool *done, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = prepare(store, packs ? packs_of_all : rows_of_all, err);
	bool begun = false;
	size_t next = 0;
	int64_t last = INT64_MIN; /* start of the row before: within it points ascend */
	int rc = stmt == NULL ? -1 : 0;
	sqlite3_bind_int64(stmt, 1, from);
	sqlite3_bind_int64(stmt, 2, to);
	while (rc == 0 && (rc = step_row(store, stmt, err)) == 1) {
		int64_t at = sqlite3_column_int64(stmt, 0), day = packs ? at : day_of(at);
		if (!begun || day != t->number) {
			if (begun && end_day(t, asking) != 0) {
				*done = true;
				rc = 0;
				break;
			}
			begin_day(t, day);
			begun = true;
		}
		next = at == last ? next : 0;
		last = at;
		rc = 0;
		size_t place = place_of(t, sqlite3_column_int64(stmt, 1), next);
		if (place == t->day.count)
			continue;
		next = place;
		if (packs)
			rc = put_pack(store, t, place, stmt, 2, err);
		else
			put_row(t, place, stmt);
	}
	sqlite3_finalize(stmt);
	if (rc == 0 && begun && !*done)
		*done = end_day(t, asking) != 0;
	return rc;
}

/* Day by day and point by point: for few points among many. */
static int pick(struct store *store, struct table *t, int64_t from_day, int64_t to_day, int64_t until, const struct asking *asking,
		struct hwatt_error *err)
{
	sqlite3_stmt *stmt = prepare(store, pack_of_one, err);
	int rc = stmt == NULL ? -1 : 0;
	for (int64_t day = from_day; rc == 0 && day < to_day; day++) {
		begin_day(t, day);
		for (size_t i = 0; rc == 0 && i < t->day.count; i++) {
			if (day >= until) {
				rc = read_rows(store, t, i, err);
				continue;
			}
			sqlite3_reset(stmt);
			sqlite3_bind_int64(stmt, 1, day);
			sqlite3_bind_int64(stmt, 2, t->day.points[i]);
			int found = step_row(store, stmt, err);
			rc = found == 1 ? put_pack(store, t, i, stmt, 0, err) : found;
		}
		if (rc == 0 && end_day(t, asking) != 0)
			break;
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* The number that a statement gives; `none` when it gives NULL. */
static int one_number(struct store *store, const char *sql, int64_t none, int64_t *out, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = prepare(store, sql, err);
	int rc = stmt == NULL ? -1 : step_row(store, stmt, err);
	*out = rc == 1 && sqlite3_column_type(stmt, 0) != SQLITE_NULL ? sqlite3_column_int64(stmt, 0) : none;
	sqlite3_finalize(stmt);
	return rc < 0 ? -1 : 0;
}

/* Narrows a time to that of which anything is stored, so that nobody walks day by day from the beginning of time. */
static int narrow(struct store *store, int64_t *from_s, int64_t *to_s, struct hwatt_error *err)
{
	int64_t first_s, first_day, end_s, last_day;
	if (one_number(store, "SELECT min(start_s) FROM interval", INT64_MAX, &first_s, err) < 0 ||
	    one_number(store, "SELECT min(day) FROM pack", INT64_MAX / PACK_DAY_S, &first_day, err) < 0 ||
	    one_number(store, "SELECT max(start_s) + 900 FROM interval", INT64_MIN, &end_s, err) < 0 ||
	    one_number(store, "SELECT max(day) FROM pack", INT64_MIN / PACK_DAY_S, &last_day, err) < 0)
		return -1;
	first_s = first_day * PACK_DAY_S < first_s ? first_day * PACK_DAY_S : first_s;
	end_s = (last_day + 1) * PACK_DAY_S > end_s ? (last_day + 1) * PACK_DAY_S : end_s;
	*from_s = first_s > *from_s ? first_s : *from_s;
	*to_s = end_s < *to_s ? end_s : *to_s;
	return 0;
}

#define FEW 8 /* by point costs about as many times as much a pack as in order */

int store_days(struct store *store, const int64_t *points, size_t count, int64_t from_s, int64_t to_s,
	       int (*each)(void *arg, const struct store_day *day), void *arg, struct hwatt_error *err)
{
	const struct asking asking = { each, arg };
	int64_t until, all;
	if (packed_until(store, &until, err) < 0 || one_number(store, "SELECT count(*) FROM point", 0, &all, err) < 0 || narrow(store, &from_s, &to_s, err) < 0)
		return -1;
	if (count == 0 || from_s >= to_s)
		return 0;
	struct table table;
	open_table(&table, points, count, from_s, to_s);
	int64_t first = day_of(from_s), end = day_of(to_s - 1) + 1;
	bool done = false;
	int rc = 0;
	if ((int64_t)count * FEW < all) {
		rc = pick(store, &table, first, end, until, &asking, err);
	} else {
		if (first < until)
			rc = scan(store, &table, true, first, end < until ? end : until, &asking, &done, err);
		int64_t rows_s = first < until ? until * PACK_DAY_S : from_s;
		if (rc == 0 && !done && rows_s < to_s)
			rc = scan(store, &table, false, rows_s, to_s, &asking, &done, err);
	}
	close_table(&table);
	return rc;
}

/* ---- packing ---- */

struct one_pack { int64_t point; size_t at, length; }; /* length 0: the point has no intervals that day */

struct store_packs {
	int64_t day;
	bool anew;       /* the day was packed before: only those that are stale */
	size_t count, next;
	struct one_pack *items;
	size_t octet_count, octet_size;
	uint8_t *octets;
};

/* The earliest day from `until` on that has intervals. */
static int next_day(struct store *store, int64_t until, int64_t *day, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = store_kept(store, SQL_PACK_NEXT, packing, err);
	if (stmt == NULL)
		return -1;
	sqlite3_bind_int64(stmt, 1, until == STORE_NO_DAY ? INT64_MIN : until * PACK_DAY_S);
	int rc = step_row(store, stmt, err);
	*day = rc == 1 && sqlite3_column_type(stmt, 0) != SQLITE_NULL ? day_of(sqlite3_column_int64(stmt, 0)) : STORE_NO_DAY;
	sqlite3_reset(stmt);
	return rc < 0 ? -1 : 0;
}

static int stale_day(struct store *store, int64_t until, int64_t *day, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = store_kept(store, SQL_PACK_STALE, packing, err);
	if (stmt == NULL)
		return -1;
	sqlite3_bind_int64(stmt, 1, until);
	int rc = step_row(store, stmt, err);
	*day = rc == 1 && sqlite3_column_type(stmt, 0) != SQLITE_NULL ? sqlite3_column_int64(stmt, 0) : STORE_NO_DAY;
	sqlite3_reset(stmt);
	return rc < 0 ? -1 : 0;
}

int store_pack_next(struct store *store, int64_t before_s, int64_t *day, struct hwatt_error *err)
{
	int64_t until;
	store->packing = *day = STORE_NO_DAY;
	store->disturbed_count = 0;
	if (packed_until(store, &until, err) < 0 || next_day(store, until, day, err) < 0)
		return -1;
	if (*day != STORE_NO_DAY && (*day + 1) * PACK_DAY_S > before_s)
		*day = STORE_NO_DAY;
	if (*day == STORE_NO_DAY && stale_day(store, until, day, err) < 0)
		return -1;
	store->packing = *day;
	return 0;
}

static int collect(void *arg, const struct store_day *day)
{
	struct store_packs *packs = arg;
	for (size_t i = 0; i < day->count; i++) {
		const char *quality = &day->quality[i * PACK_QUARTERS];
		bool any = false;
		for (size_t q = 0; q < PACK_QUARTERS && !any; q++)
			any = quality[q] != '\0';
		if (!any)
			continue;
		if (packs->octet_count + PACK_MAX_OCTETS > packs->octet_size) {
			packs->octet_size = packs->octet_size * 2 + 16 * PACK_MAX_OCTETS;
			packs->octets = hwatt_realloc(packs->octets, packs->octet_size);
		}
		size_t length = pack_encode(&day->amount[i * PACK_QUARTERS], &day->covered_ms[i * PACK_QUARTERS], quality,
					    packs->octets + packs->octet_count);
		packs->items[packs->count++] = (struct one_pack){ day->points[i], packs->octet_count, length };
		packs->octet_count += length;
	}
	return 0;
}

/* The points that `sql` lists for the day, in order. */
static int list_points(struct store *store, const char *sql, int64_t day, int64_t **points, size_t *count,
		       struct hwatt_error *err)
{
	sqlite3_stmt *stmt = prepare(store, sql, err);
	size_t size = 0;
	int rc = stmt == NULL ? -1 : 0;
	*points = NULL;
	*count = 0;
	sqlite3_bind_int64(stmt, 1, day);
	while (rc == 0 && (rc = step_row(store, stmt, err)) == 1) {
		if (*count == size) {
			size = size * 2 + 64;
			*points = hwatt_realloc(*points, size * sizeof(**points));
		}
		(*points)[(*count)++] = sqlite3_column_int64(stmt, 0);
		rc = 0;
	}
	sqlite3_finalize(stmt);
	return rc;
}

/* Adds those of the points that turned out to have no intervals. */
static void note_empty(struct store_packs *packs, const int64_t *points, size_t count)
{
	size_t next = 0, made = packs->count;
	for (size_t i = 0; i < count; i++) {
		if (next < made && packs->items[next].point == points[i])
			next++;
		else
			packs->items[packs->count++] = (struct one_pack){ points[i], 0, 0 };
	}
}

int store_pack_make(struct store *store, int64_t day, struct store_packs **out, struct hwatt_error *err)
{
	int64_t until, *points;
	size_t count;
	if (packed_until(store, &until, err) < 0)
		return -1;
	const char *sql = day < until ? "SELECT point FROM pack WHERE day = ?1 AND octets IS NULL ORDER BY point"
				      : "SELECT id FROM point WHERE ?1 IS NOT NULL ORDER BY id";
	struct store_packs *packs = hwatt_alloc(sizeof(*packs));
	*packs = (struct store_packs){ .day = day, .anew = day < until };
	int rc = list_points(store, sql, day, &points, &count, err);
	packs->items = hwatt_alloc((count + 1) * sizeof(*packs->items));
	if (rc == 0)
		rc = store_days(store, points, count, day * PACK_DAY_S, (day + 1) * PACK_DAY_S, collect, packs, err);
	if (packs->anew)
		note_empty(packs, points, count);
	free(points);
	if (rc < 0) {
		store_packs_free(packs);
		return -1;
	}
	*out = packs;
	return 0;
}

static bool is_disturbed(const struct store *store, int64_t point)
{
	for (size_t i = 0; i < store->disturbed_count; i++)
		if (store->disturbed[i] == point)
			return true;
	return false;
}

static int drop_pack(struct store *store, int64_t day, int64_t point, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = store_kept(store, SQL_PACK_DROP, packing, err);
	if (stmt == NULL)
		return -1;
	sqlite3_bind_int64(stmt, 1, day);
	sqlite3_bind_int64(stmt, 2, point);
	return store_run(store, stmt, packing, err);
}

/* Keeps a pack; no octets: the intervals tell. */
static int keep_pack(struct store *store, int64_t day, int64_t point, const void *octets, size_t length, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = store_kept(store, SQL_PACK, packing, err);
	if (stmt == NULL)
		return -1;
	sqlite3_bind_int64(stmt, 1, day);
	sqlite3_bind_int64(stmt, 2, point);
	if (octets != NULL)
		sqlite3_bind_blob64(stmt, 3, octets, length, SQLITE_STATIC);
	else
		sqlite3_bind_null(stmt, 3);
	return store_run(store, stmt, packing, err);
}

static int put_packs(struct store *store, struct store_packs *packs, size_t end, struct hwatt_error *err)
{
	char text[32];
	for (size_t i = packs->next; i < end; i++) {
		const struct one_pack *item = &packs->items[i];
		bool disturbed = is_disturbed(store, item->point);
		int rc = item->length == 0 && !disturbed
				 ? drop_pack(store, packs->day, item->point, err)
				 : keep_pack(store, packs->day, item->point, disturbed ? NULL : packs->octets + item->at,
					     item->length, err);
		if (rc < 0)
			return -1;
	}
	if (end < packs->count || packs->anew)
		return 0;
	for (size_t i = 0; i < store->disturbed_count; i++) /* among them those that had nothing that day before */
		if (keep_pack(store, packs->day, store->disturbed[i], NULL, 0, err) < 0)
			return -1;
	snprintf(text, sizeof(text), "%" PRId64, packs->day + 1);
	return store_put(store, SPACE, KEY, text, err);
}

int store_pack_put(struct store *store, struct store_packs *packs, size_t limit, bool *done, struct hwatt_error *err)
{
	size_t end = packs->count - packs->next > limit ? packs->next + limit : packs->count;
	bool alone;
	*done = false;
	assert(store->packing == packs->day && !store->in_transaction);
	if (store_enter(store, &alone, err) < 0 || store_leave(store, alone, put_packs(store, packs, end, err), err) < 0)
		return -1;
	packs->next = end;
	if (end < packs->count)
		return 0;
	*done = true;
	store->packing = STORE_NO_DAY;
	if (!packs->anew)
		store->packed_until = packs->day + 1;
	return 0;
}

void store_packs_free(struct store_packs *packs)
{
	if (packs == NULL)
		return;
	free(packs->items);
	free(packs->octets);
	free(packs);
}

int store_pack_disturb(struct store *store, int64_t point, int64_t start_s, struct hwatt_error *err)
{
	int64_t until, day = day_of(start_s);
	if (packed_until(store, &until, err) < 0)
		return -1;
	if (day == store->packing && !is_disturbed(store, point)) {
		if (store->disturbed_count == store->disturbed_size) {
			store->disturbed_size = store->disturbed_size * 2 + 16;
			store->disturbed = hwatt_realloc(store->disturbed, store->disturbed_size * sizeof(*store->disturbed));
		}
		store->disturbed[store->disturbed_count++] = point;
	}
	return day < until ? keep_pack(store, day, point, NULL, 0, err) : 0;
}

/* ---- is all well? ---- */

/* Holds the stored packs of a day against those that its intervals give. */
static int compare_day(struct store *store, int64_t day, const struct store_packs *made, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = prepare(store, "SELECT point, octets FROM pack WHERE day = ?1 ORDER BY point", err);
	size_t next = 0;
	int rc = stmt == NULL ? -1 : 0;
	sqlite3_bind_int64(stmt, 1, day);
	while (rc == 0 && (rc = step_row(store, stmt, err)) == 1) {
		int64_t point = sqlite3_column_int64(stmt, 0);
		if (next < made->count && made->items[next].point < point)
			break; /* it lacks its pack */
		const struct one_pack *item = next < made->count && made->items[next].point == point ? &made->items[next++] : NULL;
		const void *octets = sqlite3_column_blob(stmt, 1);
		size_t length = (size_t)sqlite3_column_bytes(stmt, 1);
		bool same = octets == NULL || (item != NULL && length == item->length &&
					       memcmp(octets, made->octets + item->at, length) == 0);
		rc = same ? 0
			  : hwatt_fail(err, HWATT_EIO, "%s: the file is damaged: the pack of point %" PRId64 ", day %" PRId64
				       ", is not what its intervals say", store->path, point, day);
	}
	sqlite3_finalize(stmt);
	if (rc >= 0 && next < made->count)
		return hwatt_fail(err, HWATT_EIO, "%s: the file is damaged: point %" PRId64 " has no pack of day %" PRId64,
				  store->path, made->items[next].point, day);
	return rc;
}

int store_pack_check(struct store *store, struct hwatt_error *err)
{
	int64_t until, day, *points;
	size_t count;
	if (packed_until(store, &until, err) < 0 ||
	    list_points(store, "SELECT id FROM point WHERE ?1 IS NOT NULL ORDER BY id", 0, &points, &count, err) < 0)
		return -1;
	struct store_packs made = { .items = hwatt_alloc((count + 1) * sizeof(*made.items)) };
	struct table table;
	const struct asking asking = { collect, &made };
	int rc = 0;
	for (day = STORE_NO_DAY; rc == 0;) {
		rc = next_day(store, day, &day, err);
		if (rc < 0 || day == STORE_NO_DAY || day >= until)
			break;
		bool done = false;
		made.count = made.octet_count = 0;
		open_table(&table, points, count, day * PACK_DAY_S, (day + 1) * PACK_DAY_S);
		rc = scan(store, &table, false, day * PACK_DAY_S, (day + 1) * PACK_DAY_S, &asking, &done, err);
		close_table(&table);
		if (rc == 0)
			rc = compare_day(store, day++, &made, err);
	}
	free(made.items);
	free(made.octets);
	free(points);
	return rc;
}
