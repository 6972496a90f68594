/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* store.h - the SQLite file under `state`: points, closed intervals, open state, events.
 *
 * One writer, WAL, synchronous=FULL. Everything between store_begin and store_commit is one transaction: a
 * device's checkpoint and the intervals that it closed go together, so that kill -9 loses neither.
 * Readers open a connection of their own (store_open_reader). Times are UTC.
 *
 * A write outside a transaction is one of its own. After a write that failed with HWATT_EIO inside one, the transaction can
 * only be rolled back: further writes and store_commit give the same error. A write that is refused (HWATT_EINVAL) changes
 * nothing and the transaction goes on. store.md explains the tables. */
#ifndef HALLWATT_STORE_H
#define HALLWATT_STORE_H

#include "interval.h"
#include <hallwatt/error.h>
#include <hallwatt/log.h>
#include <stddef.h>
#include <stdint.h>

struct store;

/* Opens (makes, migrates) `dir`/hallwatt.db; the folder is made when missing (mode 0700). HWATT_EIO; HWATT_EINVAL when
 * the file is of a newer version or not ours, and is left alone. One writer: a second one is refused (HWATT_EIO, says who
 * holds it). In one process the writer is opened before its readers. */
int store_open(const char *dir, struct hwatt_log *log, struct store **out, struct hwatt_error *err);
/* A read-only connection to the same file, for another thread or command; between store_begin and store_commit it sees one
 * state. HWATT_EINVAL: not ours, or of another version. */
int store_open_reader(const char *dir, struct store **out, struct hwatt_error *err);
/* Whether it was opened so: what it learns is not kept. */
bool store_only_reads(const struct store *store);
void store_close(struct store *store);

int store_begin(struct store *store, struct hwatt_error *err);
/* On failure everything since store_begin is rolled back and stays the caller's to say again. */
int store_commit(struct store *store, struct hwatt_error *err);
void store_rollback(struct store *store);

struct store_point {
	int64_t id;
	const char *device, *index;
	enum hwatt_role role;
	enum hwatt_quantity quantity; /* ENERGY stands for power and energy of one place */
	enum interval_kind kind;
};

/* The id of a point, made when it is new. `point->id` is ignored. */
int store_point_id(struct store *store, const struct store_point *point, int64_t *id, struct hwatt_error *err);
/* All points, in the order of their ids. The strings live during the call. Stops when `each` returns non-zero. */
int store_points(struct store *store, int (*each)(void *arg, const struct store_point *point), void *arg,
		 struct hwatt_error *err);

/* What is the same for many intervals of a device, kept once: returns the id of an equal row. */
struct store_context {
	const char *device, *serial, *model, *firmware, *profile, *power_role, *site;
	const char *config_hash, *ruleset_hash, *agent_version, *clock_source;
	int64_t accuracy_ppm; /* MPE; 0 unknown */
	int64_t ct_ratio_ppm; /* 1000000 = 1 */
};
int store_context_id(struct store *store, const struct store_context *context, int64_t *id,
		     struct hwatt_error *err);

/* Appends a closed interval; its sequence number is the point's last + 1. With `correction` it supersedes the row of the
 * same start (which stays); without, a second row of the same start is refused (HWATT_EINVAL). A correction of a start that
 * has no row is a first row. `min`, `max` and `last` are not kept where there are no samples, nor the fields of a method that
 * the interval does not have: they are 0 when read again. */
int store_append(struct store *store, int64_t point, int64_t context, const struct interval *interval,
		 struct hwatt_error *err);

/* The open state of a device's meters, as octets: one row a device. It holds all journal rows there are. */
int store_checkpoint(struct store *store, const char *device, const void *bytes, size_t length,
		     struct hwatt_error *err);
/* Calls `each` with each device's octets and the number of the last journal row that they hold. */
int store_checkpoints(struct store *store,
		      int (*each)(void *arg, const char *device, const void *bytes, size_t length, int64_t journal),
		      void *arg, struct hwatt_error *err);

/* The journal: what happened after the checkpoints, as octets. A row's number is above those of all rows before it. */
int store_journal_add(struct store *store, const void *bytes, size_t length, int64_t *id, struct hwatt_error *err);
/* Drops the rows up to `id`, but for the last of all. */
int store_journal_drop(struct store *store, int64_t id, struct hwatt_error *err);
/* Calls `each` with each row, in order. Stops when it returns non-zero. */
int store_journal(struct store *store, int (*each)(void *arg, int64_t id, const void *bytes, size_t length), void *arg,
		  struct hwatt_error *err);

struct store_interval { int64_t point; int64_t seq; struct interval interval; };
/* The intervals in force (not superseded) of `points` (count of them, sorted; NULL: all) with from_s <= start < to_s, in the
 * order of start, then point. Stops when `each` returns non-zero. */
int store_intervals(struct store *store, const int64_t *points, size_t count, int64_t from_s, int64_t to_s,
		    int (*each)(void *arg, const struct store_interval *row), void *arg,
		    struct hwatt_error *err);

/* The start of the newest interval of all; INT64_MIN: there is none. */
int store_newest(struct store *store, int64_t *start_s, struct hwatt_error *err);

/* Calls `each` with the id of every point that has intervals, and the start of its first. Stops when it returns non-zero. */
int store_firsts(struct store *store, int (*each)(void *arg, int64_t point, int64_t start_s), void *arg, struct hwatt_error *err);

/* --- days, for sums over long times ---
 *
 * A day (UTC) that has been over for a while is packed (pack.h): what sums need of a point's quarters, in one row.  Packs are
 * derived; the intervals stay, and what is appended to a packed day has that point's rows read again until it is packed anew. */

struct store_day { /* quarter q of points[i] is at [i * 96 + q] */
	int64_t start_s;       /* UTC midnight */
	size_t count;
	const int64_t *points;
	const int64_t *amount;
	const int32_t *covered_ms;
	const char *quality;   /* '\0': no interval; amount and covered_ms are 0 then */
};
/* What store_intervals gives, day by day: those with any of the intervals, in order.  Stops when `each` returns non-zero. */
int store_days(struct store *store, const int64_t *points, size_t count, int64_t from_s, int64_t to_s,
	       int (*each)(void *arg, const struct store_day *day), void *arg, struct hwatt_error *err);

#define STORE_NO_DAY INT64_MIN
/* The day (days since 1970) to be packed next, of those that are over by `before_s`; STORE_NO_DAY.  The writer then notes
 * what is appended to it until store_pack_put is done with it. */
int store_pack_next(struct store *writer, int64_t before_s, int64_t *day, struct hwatt_error *err);
struct store_packs; /* of one day */
/* Packs what `reader`, which began after store_pack_next, sees of that day. For another thread. */
int store_pack_make(struct store *reader, int64_t day, struct store_packs **out, struct hwatt_error *err);
/* Writes up to `limit` of them. *done: that was all, and the day counts as packed. After a failure begin anew. */
int store_pack_put(struct store *writer, struct store_packs *packs, size_t limit, bool *done, struct hwatt_error *err);
void store_packs_free(struct store_packs *packs);

struct store_event { int64_t at_ms; const char *kind, *device, *subject, *before, *after; };
/* Appends an event ("device_replaced", "register_reset", "clock_step", ...). */
int store_event_add(struct store *store, const struct store_event *event, struct hwatt_error *err);
int store_events(struct store *store, int64_t from_ms, int64_t to_ms,
		 int (*each)(void *arg, const struct store_event *event), void *arg, struct hwatt_error *err);

/* Small named values: the last known identity of a device, engine ids, verdict history. `value` NULL: forgets it. */
int store_put(struct store *store, const char *space, const char *key, const char *value, struct hwatt_error *err);
/* *value is malloc'ed, NULL when absent. */
int store_get(struct store *store, const char *space, const char *key, char **value, struct hwatt_error *err);

/* Reads everything and fails (HWATT_EIO) unless pages, references and sequence numbers are whole, and packs say what the
 * intervals say. Takes a second for a million intervals. */
int store_check(struct store *store, struct hwatt_error *err);

#endif
