/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* store_schema.c - the tables, their versions, and the statements that are kept prepared.
 *
 * A version is never edited once released: a change is a further row of `versions`. A new file goes through all of them, so
 * that it is the same as an old one that was brought up to date. */
#include "store_private.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The comments stand in the file too: `.schema` of the sqlite3 shell shows them to whoever has only the file. */
static const char migration_table[] =
	"CREATE TABLE migration (\n"
	"  version INTEGER PRIMARY KEY,\n"
	"  applied_at TEXT NOT NULL,      -- UTC\n"
	"  agent_version TEXT NOT NULL,\n"
	"  what TEXT NOT NULL\n"
	") STRICT;\n";

static const char point_table[] =
	"CREATE TABLE point (             -- what is measured\n"
	"  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 16777216),\n"
	"  device TEXT NOT NULL,\n"
	"  role TEXT NOT NULL,            -- inlet, outlet, cpu ...\n"
	"  idx TEXT NOT NULL,             -- tells points of one role apart\n"
	"  quantity TEXT NOT NULL,        -- energy, cpu_utilisation ...\n"
	"  kind TEXT NOT NULL CHECK (kind IN ('energy', 'level', 'flow')), -- gives the unit of interval.amount\n"
	"  last_seq INTEGER NOT NULL DEFAULT 0, -- of its rows in interval\n"
	"  UNIQUE (device, role, idx, quantity)\n"
	") STRICT;\n";

static const char context_table[] =
	"CREATE TABLE context (           -- what is the same for many intervals; '' = not known\n"
	"  id INTEGER PRIMARY KEY,\n"
	"  device TEXT NOT NULL,\n"
	"  serial TEXT NOT NULL,\n"
	"  model TEXT NOT NULL,\n"
	"  firmware TEXT NOT NULL,\n"
	"  profile TEXT NOT NULL,\n"
	"  power_role TEXT NOT NULL,\n"
	"  site TEXT NOT NULL,\n"
	"  config_hash TEXT NOT NULL,     -- SHA-256, hexadecimal\n"
	"  ruleset_hash TEXT NOT NULL,\n"
	"  agent_version TEXT NOT NULL,\n"
	"  clock_source TEXT NOT NULL,\n"
	"  accuracy_ppm INTEGER NOT NULL, -- maximum permissible error; 0 = not known\n"
	"  ct_ratio_ppm INTEGER NOT NULL  -- current transformer, 1000000 = 1\n"
	") STRICT;\n"
	"CREATE INDEX context_by_device ON context (device);\n";

static const char interval_table[] =
	"CREATE TABLE interval (          -- closed quarters of an hour; only ever appended to\n"
	"  start_s INTEGER NOT NULL CHECK (start_s % 900 = 0), -- UTC, seconds since 1970\n"
	"  point INTEGER NOT NULL REFERENCES point (id),\n"
	"  seq INTEGER NOT NULL CHECK (seq > 0), -- per point, +1 without holes; of one start the highest is in force\n"
	"  context INTEGER NOT NULL REFERENCES context (id),\n"
	"  supersedes INTEGER CHECK (supersedes < seq), -- seq of the row of the same start that this one corrects\n"
	"  amount INTEGER NOT NULL,       -- energy: halves of a microjoule; level: 2 x unit x ms; flow: octets\n"
	"  covered_ms INTEGER NOT NULL CHECK (covered_ms BETWEEN 0 AND 900000), -- really measured\n"
	"  source TEXT NOT NULL CHECK (source GLOB '[ABCDE-]'), -- B register, C device average,\n"
	"                                 -- D integrated samples, E estimate, - none\n"
	"  quality TEXT NOT NULL CHECK (quality GLOB '[MPLFCREX]'), -- M measured, P and L\n"
	"                                 -- partly, F frozen, C clock step, R reset, E estimated, X missing\n"
	"  state TEXT NOT NULL CHECK (length(state) = 1), -- OCMF meter state, G = ok\n"
	"  samples INTEGER NOT NULL,\n"
	"  min_value INTEGER,             -- of the samples; energy: mW, level: unit; NULL = no samples\n"
	"  max_value INTEGER,\n"
	"  last_value INTEGER,\n"
	"  register_amount INTEGER,       -- by the device's register; NULL = it has none\n"
	"  register_first ANY,            -- raw counts nearest the borders; TEXT from 2^63 up\n"
	"  register_last ANY,\n"
	"  register_step INTEGER,         -- mJ (energy) or units a count\n"
	"  register_reset INTEGER CHECK (register_reset = 1), -- NULL = it was not reset\n"
	"  integral_amount INTEGER,       -- by integration of samples; NULL = not integrated\n"
	"  integral_covered_ms INTEGER,\n"
	"  unknown_max INTEGER,           -- most that a reset or gap may hide, unit of amount; NULL = 0\n"
	"  gaps TEXT,                     -- JSON [[from_ms, to_ms, reason], ...] after the start; T silent,\n"
	"                                 -- D not connected, C clock, R reset, O out of range; NULL = none\n"
	"  PRIMARY KEY (start_s, point, seq)\n"
	") STRICT, WITHOUT ROWID;\n"
	"CREATE INDEX interval_by_point ON interval (point, start_s, seq);\n";

static const char checkpoint_table[] =
	"CREATE TABLE checkpoint (        -- open state of a device's meters, for the next start\n"
	"  id INTEGER PRIMARY KEY,\n"
	"  device TEXT NOT NULL UNIQUE,\n"
	"  state BLOB NOT NULL\n"
	") STRICT;\n";

static const char event_table[] =
	"CREATE TABLE event (\n"
	"  id INTEGER PRIMARY KEY,\n"
	"  at_ms INTEGER NOT NULL,        -- UTC, milliseconds since 1970\n"
	"  kind TEXT NOT NULL,            -- device_replaced, register_reset, clock_step ...\n"
	"  device TEXT NOT NULL,\n"
	"  subject TEXT NOT NULL,\n"
	"  before TEXT NOT NULL,\n"
	"  after TEXT NOT NULL\n"
	") STRICT;\n"
	"CREATE INDEX event_by_time ON event (at_ms);\n";

static const char value_table[] =
	"CREATE TABLE value (             -- small things to remember\n"
	"  space TEXT NOT NULL,\n"
	"  key TEXT NOT NULL,\n"
	"  value TEXT NOT NULL,\n"
	"  PRIMARY KEY (space, key)\n"
	") STRICT, WITHOUT ROWID;\n";

/* A state is written now and then, what was fed to the meters since with every commit. Numbers of rows are not used again: the
 * last one stays. */
static const char journal_table[] =
	"CREATE TABLE journal (           -- what the meters were fed, for the next start\n"
	"  id INTEGER PRIMARY KEY,\n"
	"  records BLOB NOT NULL          -- of all devices that were polled since the row before\n"
	") STRICT;\n"
	"ALTER TABLE checkpoint ADD COLUMN journal INTEGER NOT NULL DEFAULT 0; -- the state holds the rows up to this\n";

/* Derived from interval: may be emptied (with the value 'pack', 'until') while no daemon runs, and is made again. */
static const char pack_table[] =
	"CREATE TABLE pack (              -- what sums need of a point's day; derived from interval\n"
	"  day INTEGER NOT NULL,          -- UTC, days since 1970\n"
	"  point INTEGER NOT NULL REFERENCES point (id),\n"
	"  octets BLOB,                   -- agent/pack.h; NULL = something came late, the intervals tell\n"
	"  PRIMARY KEY (day, point)\n"
	") STRICT, WITHOUT ROWID;\n"
	"CREATE INDEX pack_stale ON pack (day) WHERE octets IS NULL;\n";

/* For people with common tools; hallwatt itself reads the tables. */
static const char report_view[] =
	"CREATE VIEW interval_report AS   -- the intervals in force, in readable units\n"
	"SELECT strftime('%Y-%m-%dT%H:%M:%SZ', i.start_s, 'unixepoch') AS start,\n"
	"  p.device, p.role, p.idx, p.quantity, i.seq,\n"
	"  CASE p.kind WHEN 'energy' THEN i.amount / 7.2e9 END AS energy_wh,\n"
	"  CASE WHEN p.kind = 'level' AND i.covered_ms > 0 THEN i.amount / 2.0 / i.covered_ms END AS mean_value,\n"
	"  CASE p.kind WHEN 'flow' THEN i.amount END AS octets,\n"
	"  i.covered_ms / 9e5 AS coverage, i.source, i.quality, i.state, i.samples,\n"
	"  i.min_value, i.max_value, i.last_value, i.gaps,\n"
	"  c.serial, c.model, c.firmware, c.site, c.power_role, i.start_s, i.point\n"
	"FROM interval i JOIN point p ON p.id = i.point JOIN context c ON c.id = i.context\n"
	"WHERE NOT EXISTS (SELECT 1 FROM interval n\n"
	"  WHERE n.start_s = i.start_s AND n.point = i.point AND n.seq > i.seq);\n";

static const struct {
	const char *what;
	const char *sql[8]; /* up to the first NULL */
} versions[] = { /* version number - 1 */
	{ "points, contexts, intervals, checkpoints, events, values",
	  { migration_table, point_table, context_table, interval_table, checkpoint_table, event_table, value_table } },
	{ "a view of the intervals in force for common tools", { report_view } },
	{ "a journal of what the meters were fed since their checkpoints", { journal_table } },
	{ "packs of days, from which years are summed", { pack_table } },
};
#define NEWEST ((int64_t)(sizeof(versions) / sizeof(versions[0])))

const char *store_sql(enum store_sql which)
{
	static const char *const texts[SQL_COUNT] = {
		[SQL_BEGIN] = "BEGIN IMMEDIATE",
		[SQL_BEGIN_READ] = "BEGIN",
		[SQL_COMMIT] = "COMMIT",
		[SQL_ROLLBACK] = "ROLLBACK",
		[SQL_POINT_FIND] = "SELECT id, kind FROM point"
				   " WHERE device = ?1 AND role = ?2 AND idx = ?3 AND quantity = ?4",
		[SQL_POINT_ADD] = "INSERT INTO point (device, role, idx, quantity, kind) VALUES (?1, ?2, ?3, ?4, ?5)",
		[SQL_POINT_TAIL] = "SELECT kind, last_seq, (SELECT max(start_s) FROM interval WHERE point = ?1)"
				   " FROM point WHERE id = ?1",
		[SQL_POINT_SEQ] = "UPDATE point SET last_seq = ?2 WHERE id = ?1",
		[SQL_CONTEXT_FIND] =
			"SELECT id FROM context WHERE device = ?1 AND serial = ?2 AND model = ?3 AND firmware = ?4"
			" AND profile = ?5 AND power_role = ?6 AND site = ?7 AND config_hash = ?8"
			" AND ruleset_hash = ?9 AND agent_version = ?10 AND clock_source = ?11"
			" AND accuracy_ppm = ?12 AND ct_ratio_ppm = ?13",
		[SQL_CONTEXT_ADD] =
			"INSERT INTO context (device, serial, model, firmware, profile, power_role, site, config_hash,"
			" ruleset_hash, agent_version, clock_source, accuracy_ppm, ct_ratio_ppm)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
		[SQL_APPEND] =
			"INSERT INTO interval (start_s, point, seq, context, supersedes, amount, covered_ms, source,"
			" quality, state, samples, min_value, max_value, last_value, register_amount,"
			" register_first, register_last, register_step, register_reset, integral_amount,"
			" integral_covered_ms, unknown_max, gaps)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
			" ?19, ?20, ?21, ?22, ?23)",
		[SQL_LATEST] = "SELECT max(seq) FROM interval WHERE start_s = ?1 AND point = ?2",
		[SQL_CHECKPOINT] = "INSERT INTO checkpoint (device, state, journal)"
				   " VALUES (?1, ?2, (SELECT coalesce(max(id), 0) FROM journal))"
				   " ON CONFLICT (device) DO UPDATE SET state = excluded.state, journal = excluded.journal",
		[SQL_JOURNAL_ADD] = "INSERT INTO journal (records) VALUES (?1)",
		[SQL_JOURNAL_DROP] = "DELETE FROM journal WHERE id <= ?1 AND id < (SELECT max(id) FROM journal)",
		[SQL_EVENT_ADD] = "INSERT INTO event (at_ms, kind, device, subject, before, after)"
				  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		[SQL_PUT] = "INSERT INTO value (space, key, value) VALUES (?1, ?2, ?3)"
			    " ON CONFLICT (space, key) DO UPDATE SET value = excluded.value",
		[SQL_DROP] = "DELETE FROM value WHERE space = ?1 AND key = ?2",
		[SQL_PACK] = "INSERT INTO pack (day, point, octets) VALUES (?1, ?2, ?3)"
			     " ON CONFLICT (day, point) DO UPDATE SET octets = excluded.octets",
		[SQL_PACK_DROP] = "DELETE FROM pack WHERE day = ?1 AND point = ?2",
		[SQL_PACK_NEXT] = "SELECT min(start_s) FROM interval WHERE start_s >= ?1",
		[SQL_PACK_STALE] = "SELECT min(day) FROM pack WHERE octets IS NULL AND day < ?1",
		[SQL_GET] = "SELECT value FROM value WHERE space = ?1 AND key = ?2",
	};
	return texts[which];
}

static const char *const kinds[] = {
	[INTERVAL_ENERGY] = "energy", [INTERVAL_LEVEL] = "level", [INTERVAL_FLOW] = "flow",
};

const char *store_kind_name(enum interval_kind kind)
{
	return kinds[kind];
}

int store_kind_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i], name) == 0)
			return (int)i;
	return -1;
}

/* ---- is it ours? ---- */

static int not_ours(const char *path, struct hwatt_error *err)
{
	return hwatt_fail(err, HWATT_EINVAL, "%s: this is not a hallwatt database; it is left alone", path);
}

static int too_new(const char *path, int64_t version, struct hwatt_error *err)
{
	return hwatt_fail(err, HWATT_EINVAL,
			  "%s: written by a newer hallwatt (version %" PRId64 " of the tables, this one knows %" PRId64
			  "); it is left alone",
			  path, version, NEWEST);
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* A transaction was cut off in a file without write-ahead log, which is so only while it is made: SQLite mends it. */
static bool has_journal(const char *path)
{
	char journal[4200];
	struct stat st;
	snprintf(journal, sizeof(journal), "%s-journal", path);
	return stat(journal, &st) == 0 && st.st_size > 0;
}

int store_inspect(const char *path, bool *fresh, struct hwatt_error *err)
{
	unsigned char head[100]; /* SQLite's file header; version at 60, application at 68 */
	struct stat st;
	*fresh = false;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT) {
		*fresh = true;
		return 0;
	}
	if (fd < 0)
		return hwatt_fail(err, HWATT_EIO, "%s: %s", path, strerror(errno));
	ssize_t length = -1;
	bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (regular)
		length = pread(fd, head, sizeof(head), 0);
	close(fd);
	if (!regular)
		return hwatt_fail(err, HWATT_EINVAL, "%s: this is not a plain file", path);
	if (length < 0)
		return hwatt_fail(err, HWATT_EIO, "%s: cannot be read", path);
	if (length == 0 || has_journal(path)) /* we were cut off just after making it */
		return 0;
	if (length < (ssize_t)sizeof(head) || memcmp(head, "SQLite format 3", 16) != 0 ||
	    be32(head + 68) != STORE_APPLICATION_ID)
		return not_ours(path, err);
	if ((int64_t)be32(head + 60) > NEWEST)
		return too_new(path, (int64_t)be32(head + 60), err);
	return 0;
}

/* ---- versions ---- */

static int pragma(struct store *store, const char *sql, int64_t *value, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = -1;
	if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW) {
		*value = sqlite3_column_int64(stmt, 0);
		rc = 0;
	} else {
		store_fail(store, "read its version", err);
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int note_migration(struct store *store, int64_t version, struct hwatt_error *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = -1;
	if (sqlite3_prepare_v2(store->db,
			       "INSERT INTO migration (version, applied_at, agent_version, what)"
			       " VALUES (?1, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?2, ?3)",
			       -1, &stmt, NULL) != SQLITE_OK) {
		store_fail(store, "migrate", err);
	} else {
		sqlite3_bind_int64(stmt, 1, version);
		sqlite3_bind_text(stmt, 2, HALLWATT_VERSION, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 3, versions[version - 1].what, -1, SQLITE_STATIC);
		rc = store_run(store, stmt, "migrate", err);
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int apply(struct store *store, int64_t version, struct hwatt_error *err)
{
	const char *const *sql = versions[version - 1].sql;
	for (size_t i = 0; i < sizeof(versions[0].sql) / sizeof(*sql) && sql[i] != NULL; i++)
		if (sqlite3_exec(store->db, sql[i], NULL, NULL, NULL) != SQLITE_OK)
			return store_fail(store, "migrate", err);
	return 0;
}

static int migrate_from(struct store *store, int64_t version, struct hwatt_error *err)
{
	char sql[96];
	if (store_begin(store, err) < 0)
		return -1;
	while (version < NEWEST) {
		version++;
		if (apply(store, version, err) < 0 || note_migration(store, version, err) < 0) {
			store_rollback(store);
			return -1;
		}
	}
	snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %" PRId64,
		 STORE_APPLICATION_ID, NEWEST);
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		store_fail(store, "migrate", err);
		store_rollback(store);
		return -1;
	}
	return store_commit(store, err);
}

int store_migrate(struct store *store, struct hwatt_log *log, struct hwatt_error *err)
{
	int64_t version, application, objects;
	if (pragma(store, "PRAGMA application_id", &application, err) < 0 ||
	    pragma(store, "PRAGMA user_version", &version, err) < 0 ||
	    pragma(store, "SELECT count(*) FROM sqlite_schema", &objects, err) < 0)
		return -1;
	if (application != STORE_APPLICATION_ID && (application != 0 || version != 0 || objects != 0))
		return not_ours(store->path, err);
	if (version > NEWEST)
		return too_new(store->path, version, err);
	if (version == NEWEST)
		return 0;
	if (migrate_from(store, version, err) < 0)
		return -1;
	if (version == 0)
		hwatt_log(log, HWATT_INFO, "%s: made", store->path);
	else
		hwatt_log(log, HWATT_INFO, "%s: brought from version %" PRId64 " to %" PRId64, store->path, version,
			  NEWEST);
	return 0;
}

int store_expect_newest(struct store *store, struct hwatt_error *err)
{
	int64_t version, application;
	if (pragma(store, "PRAGMA application_id", &application, err) < 0 ||
	    pragma(store, "PRAGMA user_version", &version, err) < 0)
		return -1;
	if (application != STORE_APPLICATION_ID)
		return not_ours(store->path, err);
	if (version > NEWEST)
		return too_new(store->path, version, err);
	if (version < NEWEST)
		return hwatt_fail(err, HWATT_EINVAL,
				  "%s: written by an older hallwatt; the daemon brings it up to date when it starts",
				  store->path);
	return 0;
}
