/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* torture_store.c - the store under a writer that is killed, a disk that fails, and a power cut.
 *
 *   torture_store kill ROUNDS [SEED]      SIGKILL a writing child at random moments
 *   torture_store faults                  let the n-th change of a file fail, for every n
 *   torture_store spill                   the same inside transactions that are larger than the cache
 *   torture_store power ROUNDS [SEED]     lose what was not synced, at random moments
 *
 * Each batch of rows goes in one transaction with a checkpoint that names it. Afterwards the file must be sound, hold every
 * batch that the writer was told is committed, and nothing of any other but, at most, the one in flight, whole. */
#include "faulty_vfs.h"
#include "../unit/random.h"
#include "store.h"
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POINTS 7
#define T0_S INT64_C(1767225600)

static char dir[64];

#define die(...)                                                                                                       \
	do {                                                                                                           \
		fprintf(stderr, "torture_store: " __VA_ARGS__);                                                        \
		fprintf(stderr, " (%s stays)\n", dir);                                                                 \
		exit(1);                                                                                               \
	} while (0)

static uint64_t random_state;

static uint64_t next_random(void)
{
	return random_next(&random_state);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st, (void)type, (void)walk;
	return remove(path);
}

static void new_folder(void)
{
	strcpy(dir, "/tmp/hallwatt-torture-XXXXXX");
	if (mkdtemp(dir) == NULL)
		die("no folder: %s", strerror(errno));
}

static void remove_folder(void)
{
	faulty_vfs_forget();
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- what is written ---- */

static int64_t amount_of(int64_t batch, int64_t point)
{
	return batch * 1000003 + point;
}

/* Batch `n`, from 1: a row of quarter n for each point, an event, and the checkpoint "n". */
static int write_batch(struct store *store, int64_t batch, struct hwatt_error *err)
{
	char text[24], index[24];
	int64_t context;
	struct store_context same = { .device = "pdu-a1", .config_hash = batch % 50 == 0 ? "new" : "old" };
	if (store_begin(store, err) < 0)
		return -1;
	int rc = store_context_id(store, &same, &context, err);
	for (int64_t p = 1; rc == 0 && p <= POINTS; p++) {
		int64_t id;
		snprintf(index, sizeof(index), "%" PRId64, p);
		struct store_point point = { .device = "pdu-a1", .index = index, .role = HWATT_OUTLET,
					     .quantity = HWATT_ENERGY, .kind = INTERVAL_ENERGY };
		struct interval interval = { .start_s = T0_S + batch * QUARTER_S, .kind = INTERVAL_ENERGY,
					     .amount = amount_of(batch, p), .covered_ms = QUARTER_MS,
					     .source = 'D', .quality = 'M', .state = 'G' };
		rc = store_point_id(store, &point, &id, err);
		if (rc == 0)
			rc = store_append(store, id, context, &interval, err);
	}
	struct store_event event = { .at_ms = batch, .kind = "batch" };
	if (rc == 0)
		rc = store_event_add(store, &event, err);
	snprintf(text, sizeof(text), "%" PRId64, batch);
	if (rc == 0)
		rc = store_checkpoint(store, "pdu-a1", text, strlen(text) + 1, err);
	/* As the daemon does it: what went wrong in between comes out of the commit as well. */
	struct hwatt_error late = { 0 };
	if (rc < 0) {
		if (store_commit(store, &late) == 0)
			die("batch %" PRId64 " failed (%s) and was committed", batch, err->text);
		return -1;
	}
	return store_commit(store, err);
}

/* Packs the next day, in slices, though it is not over: what is appended after that has its packs go stale. */
static int pack_day(struct store *store, struct hwatt_error *err)
{
	int64_t day;
	struct store *reader = NULL;
	struct store_packs *packs = NULL;
	bool done = false;
	if (store_pack_next(store, INT64_MAX, &day, err) < 0 || store_open_reader(dir, &reader, err) < 0)
		return -1;
	int rc = day == STORE_NO_DAY ? 0 : store_pack_make(reader, day, &packs, err);
	while (rc == 0 && packs != NULL && !done)
		rc = store_pack_put(store, packs, 3, &done, err);
	store_packs_free(packs);
	store_close(reader);
	return rc;
}

/* ---- what must be there ---- */

static int see_checkpoint(void *arg, const char *device, const void *bytes, size_t length, int64_t journal)
{
	(void)journal;
	if (strcmp(device, "pdu-a1") != 0 || length == 0)
		die("a strange checkpoint");
	*(int64_t *)arg = strtoll(bytes, NULL, 10);
	return 0;
}

static int64_t checkpoint_of(struct store *store)
{
	struct hwatt_error err = { 0 };
	int64_t batch = 0;
	if (store_checkpoints(store, see_checkpoint, &batch, &err) < 0)
		die("%s", err.text);
	return batch;
}

struct expect { int64_t rows, events; };

static int see_row(void *arg, const struct store_interval *row)
{
	struct expect *expect = arg;
	int64_t batch = expect->rows / POINTS + 1, point = expect->rows % POINTS + 1;
	if (row->interval.start_s != T0_S + batch * QUARTER_S || row->point != point ||
	    row->seq != batch || row->interval.amount != amount_of(batch, point))
		die("row %" PRId64 " is not what was written", expect->rows);
	expect->rows++;
	return 0;
}

static int see_event(void *arg, const struct store_event *event)
{
	struct expect *expect = arg;
	if (event->at_ms != ++expect->events)
		die("event %" PRId64 " is not what was written", expect->events);
	return 0;
}

/* Opens the store as after a crash; returns its last batch, which is `reported` or, in flight then, the one after. */
static int64_t look(int64_t reported)
{
	struct hwatt_error err = { 0 };
	struct store *store;
	struct expect expect = { 0 };
	if (store_open(dir, NULL, &store, &err) < 0 || store_check(store, &err) < 0)
		die("%s", err.text);
	int64_t batch = checkpoint_of(store);
	if (batch != reported && batch != reported + 1)
		die("the checkpoint is of batch %" PRId64 ", the writer was at %" PRId64, batch, reported);
	if (store_intervals(store, NULL, 0, 0, INT64_MAX, see_row, &expect, &err) < 0 ||
	    store_events(store, 0, INT64_MAX, see_event, &expect, &err) < 0)
		die("%s", err.text);
	if (expect.rows != batch * POINTS || expect.events != batch)
		die("%" PRId64 " rows and %" PRId64 " events for %" PRId64 " batches", expect.rows, expect.events,
		    batch);
	store_close(store);
	return batch;
}

/* ---- kill -9 ---- */

static _Noreturn void write_until_killed(int out)
{
	struct hwatt_error err = { 0 };
	struct store *store;
	if (store_open(dir, NULL, &store, &err) < 0)
		die("%s", err.text);
	for (int64_t batch = checkpoint_of(store) + 1;; batch++) {
		if (write_batch(store, batch, &err) < 0)
			die("%s", err.text);
		if (write(out, &batch, sizeof(batch)) != sizeof(batch))
			_exit(1);
		if (batch % 3 == 0 && pack_day(store, &err) < 0)
			die("%s", err.text);
	}
}

/* Kills a writer after a random time; returns the last batch that it reported, `before` when none. With `under_way` the time begins
 * with its first report: where a disk is slow, it would never get that far. */
static int64_t kill_one(int64_t before, bool under_way)
{
	int ends[2];
	int64_t batch, last = before;
	if (pipe(ends) != 0)
		die("no pipe: %s", strerror(errno));
	pid_t child = fork();
	if (child < 0)
		die("no child: %s", strerror(errno));
	if (child == 0) {
		close(ends[0]);
		write_until_killed(ends[1]);
	}
	close(ends[1]);
	if (under_way && read(ends[0], &batch, sizeof(batch)) == sizeof(batch))
		last = batch;
	long ns = (long)(next_random() % 60000000); /* from opening and recovery to many checkpoints of the log */
	nanosleep(&(struct timespec){ .tv_nsec = ns }, NULL);
	kill(child, SIGKILL);
	int status;
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		die("the writer ended on its own");
	while (read(ends[0], &batch, sizeof(batch)) == sizeof(batch))
		last = batch;
	close(ends[0]);
	return last;
}

static int torture_kill(long rounds)
{
	int64_t batch = 0, in_flight = 0;
	new_folder();
	for (long round = 0; round < rounds; round++) {
		int64_t reported = kill_one(batch, round % 4 == 3);
		batch = look(reported);
		in_flight += batch - reported;
	}
	printf("%ld kills, %" PRId64 " batches, %" PRId64 " of them committed but not yet reported: all there\n", rounds,
	       batch, in_flight);
	if (batch == 0)
		die("no batch was ever written");
	remove_folder();
	return 0;
}

/* ---- the n-th change fails ---- */

#define FAULT_BATCHES 12

/* Writes the batches while change `n` fails, once or from then on; says again what failed. Returns how many sentences it got. */
static int write_through_fault(long n, int code, bool lasting)
{
	struct hwatt_error err = { 0 };
	struct store *store = NULL;
	int sentences = 0;
	faulty_vfs_fail(n, code, lasting);
	while (store_open(dir, NULL, &store, &err) < 0) {
		if (err.code != HWATT_EIO || err.text[0] == '\0')
			die("n = %ld: opening said %d \"%s\"", n, err.code, err.text);
		if (++sentences > 1 && !lasting)
			die("n = %ld: opening failed twice: %s", n, err.text);
		faulty_vfs_fail(0, 0, false);
	}
	for (int64_t batch = checkpoint_of(store) + 1; batch <= FAULT_BATCHES;) {
		if (write_batch(store, batch, &err) == 0) {
			if (batch++ % 4 != 0 || pack_day(store, &err) == 0)
				continue;
			if (err.code != HWATT_EIO || strstr(err.text, "the disk ") == NULL || (++sentences > 1 && !lasting))
				die("n = %ld: packing said %d \"%s\"", n, err.code, err.text);
			faulty_vfs_fail(0, 0, false);
			if (pack_day(store, &err) < 0)
				die("n = %ld: packing failed again: %s", n, err.text);
			continue;
		}
		if (err.code != HWATT_EIO || strstr(err.text, "the disk ") == NULL)
			die("n = %ld: batch %" PRId64 " said %d \"%s\"", n, batch, err.code, err.text);
		if (++sentences > 1 && !lasting)
			die("n = %ld: one fault failed twice: %s", n, err.text);
		if (checkpoint_of(store) != batch - 1)
			die("n = %ld: batch %" PRId64 " was rolled back and is there", n, batch);
		if (write_batch(store, batch, &err) < 0 && !lasting)
			die("n = %ld: batch %" PRId64 " failed again: %s", n, batch, err.text);
		faulty_vfs_fail(0, 0, false); /* somebody made room */
		if (checkpoint_of(store) == batch)
			batch++;
	}
	store_close(store);
	faulty_vfs_fail(0, 0, false);
	return sentences;
}

static int torture_faults(void)
{
	static const struct { int code; bool lasting; const char *name; } kinds[] = {
		{ SQLITE_FULL, false, "full once" },
		{ SQLITE_FULL, true, "full until there is room" },
		{ SQLITE_IOERR_WRITE, false, "broken once" },
		{ SQLITE_IOERR_FSYNC, true, "broken until mended" },
	};
	faulty_vfs_install();
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		long n = 0, noticed = 0;
		bool reached;
		do {
			n++;
			new_folder();
			noticed += write_through_fault(n, kinds[k].code, kinds[k].lasting) > 0;
			reached = faulty_vfs_reached();
			if (look(FAULT_BATCHES) != FAULT_BATCHES)
				die("n = %ld: batches were lost", n);
			remove_folder();
		} while (reached);
		printf("disk %-26s %4ld places, %4ld failures said and made good\n", kinds[k].name, n - 1, noticed);
		if (n < 50 || noticed < 30)
			die("that was hardly any");
	}
	return 0;
}

/* ---- a transaction larger than the cache ---- */

#define SPILL_ROWS 60000 /* 5 MB, of which the cache holds 2 */

/* Appends quarters until the commit; returns how many appends failed. Each gives the same sentence after the first. */
static int64_t append_many(struct store *store, int64_t point, int64_t context, struct hwatt_error *first)
{
	int64_t failures = 0;
	struct hwatt_error err = { 0 };
	if (store_begin(store, &err) < 0)
		die("%s", err.text);
	for (int64_t q = 1; q <= SPILL_ROWS; q++) {
		struct interval interval = { .start_s = T0_S + q * QUARTER_S, .kind = INTERVAL_ENERGY, .amount = q,
					     .source = 'D', .quality = 'M', .state = 'G' };
		if (store_append(store, point, context, &interval, &err) == 0) {
			if (failures > 0)
				die("row %" PRId64 " went into a broken transaction", q);
		} else if (failures++ == 0) {
			*first = err;
		} else if (strcmp(first->text, err.text) != 0) {
			die("after \"%s\" came \"%s\"", first->text, err.text);
		}
	}
	if (failures == 0)
		return store_commit(store, first);
	if (store_commit(store, &err) == 0 || strcmp(first->text, err.text) != 0)
		die("the commit said \"%s\" after \"%s\"", err.text, first->text);
	return failures;
}

static int count_row(void *arg, const struct store_interval *row)
{
	(void)row;
	++*(int64_t *)arg;
	return 0;
}

static int torture_spill(void)
{
	int inside = 0;
	faulty_vfs_install();
	for (long n = 1; n < 1600; n += 201) {
		struct hwatt_error err = { 0 };
		struct store *store;
		struct store_point place = { .device = "pdu-a1", .index = "1", .quantity = HWATT_ENERGY };
		struct store_context same = { .device = "pdu-a1" };
		int64_t point, context, rows = 0;
		new_folder();
		if (store_open(dir, NULL, &store, &err) < 0 || store_point_id(store, &place, &point, &err) < 0 ||
		    store_context_id(store, &same, &context, &err) < 0)
			die("%s", err.text);
		faulty_vfs_fail(n, n % 2 == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE, false);
		if (append_many(store, point, context, &err) > 0)
			inside++;
		faulty_vfs_fail(0, 0, false);
		bool failed = faulty_vfs_reached();
		if (failed && strstr(err.text, "the disk ") == NULL)
			die("n = %ld: \"%s\"", n, err.text);
		if (failed && append_many(store, point, context, &err) != 0)
			die("n = %ld: failed again: %s", n, err.text);
		if (store_check(store, &err) < 0 ||
		    store_intervals(store, NULL, 0, 0, INT64_MAX, count_row, &rows, &err) < 0)
			die("n = %ld: %s", n, err.text);
		if (rows != SPILL_ROWS)
			die("n = %ld: %" PRId64 " rows", n, rows);
		store_close(store);
		remove_folder();
	}
	printf("%d large transactions failed in the middle: rolled back whole, and good the second time\n", inside);
	return inside > 3 ? 0 : 1;
}

/* ---- power cut ---- */

static int torture_power(long rounds)
{
	int64_t in_flight = 0, batches = 0;
	faulty_vfs_install();
	for (long round = 0; round < rounds; round++) {
		struct hwatt_error err = { 0 };
		struct store *store;
		int64_t reported = 0;
		new_folder();
		/* First without a cut, so that the file is there and the log is long; each fourth while it is made. */
		bool young = round % 4 == 0;
		int64_t quiet = (int64_t)(next_random() % 20);
		for (int64_t part = 0; part < 2; part++) {
			if (young == (part == 0))
				faulty_vfs_cut_after((long)(1 + next_random() % (young ? 40 : 400)), next_random());
			if (store_open(dir, NULL, &store, &err) < 0)
				break;
			while (write_batch(store, reported + 1, &err) == 0) {
				reported++;
				if ((part == 0 && reported >= quiet) || reported > 1000)
					break;
			}
			store_close(store);
		}
		faulty_vfs_lose_unsynced();
		int64_t batch = look(reported);
		in_flight += batch - reported;
		batches += batch;
		remove_folder();
	}
	printf("%ld power cuts, %" PRId64 " batches, %" PRId64 " of them in flight: all that was committed is there\n",
	       rounds, batches, in_flight);
	return batches > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	long count = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
	random_state = argc > 3 ? strtoull(argv[3], NULL, 10) : (uint64_t)time(NULL);
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(what, "faults") == 0)
		return torture_faults();
	if (strcmp(what, "spill") == 0)
		return torture_spill();
	if (count > 0 && (strcmp(what, "kill") == 0 || strcmp(what, "power") == 0)) {
		printf("seed %" PRIu64 "\n", random_state);
		fflush(stdout);
		return strcmp(what, "kill") == 0 ? torture_kill(count) : torture_power(count);
	}
	fprintf(stderr, "usage: torture_store kill ROUNDS [SEED] | faults | spill | power ROUNDS [SEED]\n");
	return 2;
}
