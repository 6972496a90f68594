/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* store_private.h - what the files store*.c share; nobody else includes it. */
#ifndef HALLWATT_STORE_PRIVATE_H
#define HALLWATT_STORE_PRIVATE_H

#include "store.h"
#include <sqlite3.h>
#include <stdbool.h>

#define STORE_APPLICATION_ID 0x48575454 /* "HWTT" */
#define STORE_BUSY_MS 5000       /* at the start, and for readers */
#define STORE_BUSY_POLLING_MS 50 /* the writer shares a loop with the polls, and tries again in any case */
#define STORE_MAX_POINTS (INT64_C(1) << 24) /* also a CHECK of the table */

/* Statements that are prepared once and kept; see store_sql() in store_schema.c. */
enum store_sql {
	SQL_BEGIN, SQL_BEGIN_READ, SQL_COMMIT, SQL_ROLLBACK,
	SQL_POINT_FIND, SQL_POINT_ADD, SQL_POINT_TAIL, SQL_POINT_SEQ,
	SQL_CONTEXT_FIND, SQL_CONTEXT_ADD,
	SQL_APPEND, SQL_LATEST, SQL_CHECKPOINT, SQL_JOURNAL_ADD, SQL_JOURNAL_DROP, SQL_EVENT_ADD, SQL_PUT, SQL_DROP, SQL_GET,
	SQL_PACK, SQL_PACK_DROP, SQL_PACK_NEXT, SQL_PACK_STALE,
	SQL_COUNT
};

/* The end of one point's rows, so that an append needs no look into the file. */
struct store_tail { /* small: each point has one */
	int64_t start_s;      /* of the latest row of all */
	uint32_t seq;         /* of the last row: one each quarter lasts for 100,000 years */
	int8_t kind;          /* enum interval_kind */
	bool known, moved;    /* moved: `seq` is to be written at the commit */
};

_Static_assert(sizeof(struct store_tail) <= 16, "each point has one");

struct store {
	sqlite3 *db;
	char *path;
	int lock_fd;             /* -1: a reader */
	bool in_transaction;
	struct hwatt_error broken; /* code != HWATT_OK: why the transaction can only be rolled back */
	sqlite3_stmt *kept[SQL_COUNT];
	struct store_tail *tails; /* by point id - 1 */
	size_t tail_count;
	int64_t *moved;          /* ids of the tails that moved in this transaction */
	size_t moved_count, moved_size;
	bool knows_packed;
	int64_t packed_until;    /* the days before it are packed; STORE_NO_DAY: none is */
	int64_t packing;         /* the day that is being packed; STORE_NO_DAY */
	int64_t *disturbed;      /* points that got rows of it since */
	size_t disturbed_count, disturbed_size;
};

/* A row was appended: its day's pack, if there is one, no longer tells all. */
int store_pack_disturb(struct store *store, int64_t point, int64_t start_s, struct hwatt_error *err);
/* Fails unless every pack says what the intervals say. */
int store_pack_check(struct store *store, struct hwatt_error *err);

/* Fills `err` with "PATH: cannot DOING: why", from the database's last error; the transaction is broken then, unless the row
 * alone was refused. Returns -1. */
int store_fail(struct store *store, const char *doing, struct hwatt_error *err);

/* The text of a kept statement. */
const char *store_sql(enum store_sql which);
/* A kept statement, reset and without values; NULL with `err` when it cannot be prepared. */
sqlite3_stmt *store_kept(struct store *store, enum store_sql which, const char *doing, struct hwatt_error *err);
/* Steps a kept statement that gives no rows, and resets it. */
int store_run(struct store *store, sqlite3_stmt *stmt, const char *doing, struct hwatt_error *err);

/* A write of one's own, where the caller has no transaction open: store_enter begins one and sets `alone`, store_leave commits
 * it, or rolls it back when `rc` is -1. */
int store_enter(struct store *store, bool *alone, struct hwatt_error *err);
int store_leave(struct store *store, bool alone, int rc, struct hwatt_error *err);

/* Refuses what is no store of ours, before SQLite sees it; *fresh: there is nothing yet. Leaves the file alone. */
int store_inspect(const char *path, bool *fresh, struct hwatt_error *err);
/* Brings the open file to the newest version. */
int store_migrate(struct store *store, struct hwatt_log *log, struct hwatt_error *err);
/* Fails unless the open file is ours and of the newest version. */
int store_expect_newest(struct store *store, struct hwatt_error *err);

/* "energy", "level", "flow". */
const char *store_kind_name(enum interval_kind kind);
int store_kind_by_name(const char *name); /* -1: no such kind */

#endif
