/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* store.c - opening, locking and transactions; rows are written in store_write.c and read in store_read.c. */
#include "store_private.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- errors ---- */

static bool is_refused_row(int rc)
{
	return (rc & 0xff) == SQLITE_CONSTRAINT || (rc & 0xff) == SQLITE_MISMATCH;
}

int store_fail(struct store *store, const char *doing, struct hwatt_error *err)
{
	int rc = sqlite3_extended_errcode(store->db);
	const char *why = sqlite3_errmsg(store->db);
	char scratch[128];
	switch (rc & 0xff) {
	case SQLITE_FULL:
		why = "the disk is full";
		break;
	case SQLITE_IOERR: {
		int number = sqlite3_system_errno(store->db);
		snprintf(scratch, sizeof(scratch), "the disk failed (%s)",
			 number != 0 ? strerror(number) : why);
		why = scratch;
		break;
	}
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		snprintf(scratch, sizeof(scratch), "the file is damaged (%s)", why);
		why = scratch;
		break;
	case SQLITE_BUSY:
		why = "another program keeps it locked";
		break;
	default:
		break;
	}
	struct hwatt_error failure;
	enum hwatt_code code = is_refused_row(rc) ? HWATT_EINVAL : HWATT_EIO;
	hwatt_fail(&failure, code, "%s: cannot %s: %s", store->path, doing, why);
	/* After a failed write SQLite may have rolled back on its own: what follows would be committed row by row. */
	if (store->in_transaction && code == HWATT_EIO && store->broken.code == HWATT_OK)
		store->broken = failure;
	if (err != NULL)
		*err = failure;
	return -1;
}

/* ---- kept statements ---- */

sqlite3_stmt *store_kept(struct store *store, enum store_sql which, const char *doing, struct hwatt_error *err)
{
	sqlite3_stmt **stmt = &store->kept[which];
	if (*stmt != NULL)
		sqlite3_reset(*stmt);
	else if (sqlite3_prepare_v3(store->db, store_sql(which), -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL) !=
		 SQLITE_OK)
		store_fail(store, doing, err);
	return *stmt;
}

int store_run(struct store *store, sqlite3_stmt *stmt, const char *doing, struct hwatt_error *err)
{
	int rc = sqlite3_step(stmt) == SQLITE_DONE ? 0 : store_fail(store, doing, err);
	sqlite3_reset(stmt);
	return rc;
}

static int run_kept(struct store *store, enum store_sql which, const char *doing, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = store_kept(store, which, doing, err);
	return stmt != NULL ? store_run(store, stmt, doing, err) : -1;
}

/* ---- transactions ---- */

int store_begin(struct store *store, struct hwatt_error *err)
{
	assert(!store->in_transaction);
	store->broken = (struct hwatt_error){ 0 };
	bool reader = store->lock_fd < 0;
	if (run_kept(store, reader ? SQL_BEGIN_READ : SQL_BEGIN, "begin a transaction", err) < 0)
		return -1;
	store->in_transaction = true;
	return 0;
}

void store_rollback(struct store *store)
{
	if (!store->in_transaction)
		return;
	if (!sqlite3_get_autocommit(store->db))
		run_kept(store, SQL_ROLLBACK, "roll back", NULL);
	store->in_transaction = false;
	store->broken = (struct hwatt_error){ 0 };
	/* The tails may be ahead of the file now; they are read again when needed. */
	for (size_t i = 0; i < store->moved_count; i++)
		store->tails[store->moved[i] - 1] = (struct store_tail){ 0 };
	store->moved_count = 0;
}

/* Writes the last sequence number of each point that got rows. */
static int put_tails(struct store *store, struct hwatt_error *err)
{
	for (size_t i = 0; i < store->moved_count; i++) {
		sqlite3_stmt *stmt = store_kept(store, SQL_POINT_SEQ, "commit", err);
		if (stmt == NULL)
			return -1;
		sqlite3_bind_int64(stmt, 1, store->moved[i]);
		sqlite3_bind_int64(stmt, 2, store->tails[store->moved[i] - 1].seq);
		if (store_run(store, stmt, "commit", err) < 0)
			return -1;
	}
	return 0;
}

int store_commit(struct store *store, struct hwatt_error *err)
{
	assert(store->in_transaction);
	if (store->broken.code != HWATT_OK) {
		if (err != NULL)
			*err = store->broken;
		store_rollback(store);
		return -1;
	}
	if (put_tails(store, err) < 0 || run_kept(store, SQL_COMMIT, "commit", err) < 0) {
		store_rollback(store);
		return -1;
	}
	store->in_transaction = false;
	for (size_t i = 0; i < store->moved_count; i++)
		store->tails[store->moved[i] - 1].moved = false;
	store->moved_count = 0;
	return 0;
}

int store_enter(struct store *store, bool *alone, struct hwatt_error *err)
{
	*alone = !store->in_transaction;
	if (*alone)
		return store_begin(store, err);
	if (store->broken.code == HWATT_OK)
		return 0;
	if (err != NULL)
		*err = store->broken;
	return -1;
}

int store_leave(struct store *store, bool alone, int rc, struct hwatt_error *err)
{
	if (!alone)
		return rc;
	if (rc == 0)
		return store_commit(store, err);
	store_rollback(store);
	return rc;
}

/* ---- one writer ---- */

/* Takes the lock that makes us the only writer. It goes with the process, however that ends. */
static int take_lock(const char *dir, int *fd, struct hwatt_error *err)
{
	char path[4096];
	if (snprintf(path, sizeof(path), "%s/hallwatt.lock", dir) >= (int)sizeof(path))
		return hwatt_fail(err, HWATT_EINVAL, "%.100s...: the path is too long", dir);
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return hwatt_fail(err, HWATT_EIO, "%s: %s", path, strerror(errno));
	/* Of the open file, not of the process: a second store_open in this process is refused as well. */
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	if (fcntl(*fd, F_OFD_SETLK, &lock) == 0) {
		char pid[32];
		int length = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
		/* For the sentence below only: that it cannot be written stops nobody. */
		if (ftruncate(*fd, 0) != 0 || pwrite(*fd, pid, (size_t)length, 0) != length)
			errno = 0;
		return 0;
	}
	int number = errno;
	char holder[32] = "";
	ssize_t length = pread(*fd, holder, sizeof(holder) - 1, 0);
	close(*fd);
	*fd = -1;
	if (number != EAGAIN && number != EACCES)
		return hwatt_fail(err, HWATT_EIO, "%s: cannot be locked: %s", path, strerror(number));
	if (length <= 0 || strtol(holder, NULL, 10) <= 0)
		return hwatt_fail(err, HWATT_EIO, "%s: another hallwatt writes here", dir);
	return hwatt_fail(err, HWATT_EIO, "%s: another hallwatt writes here, process %ld", dir,
			  strtol(holder, NULL, 10));
}

/* ---- open and close ---- */

static struct store *store_new(const char *dir)
{
	struct store *store = hwatt_alloc(sizeof(*store));
	store->lock_fd = -1;
	store->packed_until = store->packing = STORE_NO_DAY;
	size_t size = strlen(dir) + sizeof("/hallwatt.db");
	store->path = hwatt_alloc(size);
	snprintf(store->path, size, "%s/hallwatt.db", dir);
	return store;
}

/* Opens the connection and sets what holds for it. */
static int connect_file(struct store *store, int flags, struct hwatt_error *err)
{
	if (sqlite3_open_v2(store->path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		if (store->db == NULL)
			return hwatt_fail(err, HWATT_EIO, "%s: out of memory", store->path);
		return store_fail(store, "open it", err);
	}
	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, STORE_BUSY_MS);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	if (sqlite3_exec(store->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL) != SQLITE_OK)
		return store_fail(store, "open it", err);
	return 0;
}

/* Write-ahead logging: readers never wait for the writer, a commit is one append and one fsync. */
static int use_wal(struct store *store, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = -1;
	if (sqlite3_prepare_v2(store->db, "PRAGMA journal_mode = WAL", -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		store_fail(store, "switch to write-ahead logging", err);
	else if (strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") != 0)
		hwatt_fail(err, HWATT_EIO, "%s: this file system cannot do write-ahead logging", store->path);
	else
		rc = 0;
	/* The file changes when the statement ends. */
	if (sqlite3_finalize(stmt) != SQLITE_OK && rc == 0)
		rc = store_fail(store, "switch to write-ahead logging", err);
	/* A second's writes fit in that cache, and it is there all the time; readers, who come and go, have SQLite's own. */
	if (rc == 0 && sqlite3_exec(store->db, "PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -512", NULL, NULL,
				    NULL) != SQLITE_OK)
		rc = store_fail(store, "open it", err);
	return rc;
}

/* Makes the empty file, so that it and its companions get mode 0600 whatever the umask. */
static int make_file(const char *path, struct hwatt_error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EEXIST)
		return hwatt_fail(err, HWATT_EIO, "%s: cannot be made: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return 0;
}

int store_open(const char *dir, struct hwatt_log *log, struct store **out, struct hwatt_error *err)
{
	bool fresh = false;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return hwatt_fail(err, HWATT_EIO, "%s: the folder cannot be made: %s", dir, strerror(errno));
	struct store *store = store_new(dir);
	if (take_lock(dir, &store->lock_fd, err) < 0 || store_inspect(store->path, &fresh, err) < 0 ||
	    (fresh && make_file(store->path, err) < 0) ||
	    connect_file(store, SQLITE_OPEN_READWRITE, err) < 0 || store_migrate(store, log, err) < 0 ||
	    use_wal(store, err) < 0) {
		store_close(store);
		return -1;
	}
	sqlite3_busy_timeout(store->db, STORE_BUSY_POLLING_MS);
	*out = store;
	return 0;
}

int store_open_reader(const char *dir, struct store **out, struct hwatt_error *err)
{
	struct store *store = store_new(dir);
	/* No look at the file by other means than SQLite: closing it would drop the locks of a writer in this process. */
	int rc = -1;
	if (access(store->path, R_OK) != 0)
		hwatt_fail(err, HWATT_EIO, "%s: %s", store->path, strerror(errno));
	else if (connect_file(store, SQLITE_OPEN_READONLY, err) == 0)
		rc = store_expect_newest(store, err);
	if (rc < 0) {
		store_close(store);
		return -1;
	}
	*out = store;
	return 0;
}

bool store_only_reads(const struct store *store)
{
	return sqlite3_db_readonly(store->db, "main") == 1;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	if (store->in_transaction)
		store_rollback(store);
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(store->kept[i]);
	int rc = sqlite3_close(store->db);
	assert(rc == SQLITE_OK); /* else a statement of ours was left open */
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	free(store->tails);
	free(store->moved);
	free(store->disturbed);
	free(store->path);
	free(store);
}
