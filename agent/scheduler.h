/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* scheduler.h - who is polled when: period, spread, deadline, back-off.
 *
 * Each entry has at most one poll outstanding. Polls of one period are spread evenly by a hash of the device's id, so that they keep
 * their place over restarts; a device that missed several polls in a row is asked less often, a silent one never delays
 * another. Times are the loop's monotonic milliseconds. */
#ifndef HALLWATT_SCHEDULER_H
#define HALLWATT_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#define SCHEDULER_GRID_MS 200           /* polls begin together in groups, at most so far apart: the caches are cold after a wait ... */
#define SCHEDULER_GROUPS 8              /* ... and so many groups in a short period */
#define SCHEDULER_LOT 128               /* more of a group than these, or than twice an even share, begin a little later ... */
#define SCHEDULER_LOT_MS 25             /* ... one lot after the other, so that no burst fills a buffer on the way */
#define SCHEDULER_SOON_MS 2000          /* after a start the first polls come within this ... */
#define SCHEDULER_FIRST_MS 2            /* ... or one in so many ms: looking devices over takes far more than polling them */
#define SCHEDULER_FETCH_STEPS 3u        /* see `fetch` */
#define SCHEDULER_PATIENCE 3            /* missed polls before asking less often */
#define SCHEDULER_BACKOFF_MAX_MS 60000  /* a dead device is asked this often, or at its period when that is longer */

struct scheduler;

struct scheduler_entry;

struct scheduler_client { /* whose the entries are, which are parts of what it polls; called on the loop */
	void (*poll)(struct scheduler_entry *e, int64_t limit_ms); /* start a poll; scheduler_done() follows, or `expire` is called */
	void (*expire)(struct scheduler_entry *e);                 /* its deadline passed: end it, which calls scheduler_done() */
	/* `poll` will be called soon, after that of others: has the processor fetch what it will touch. In SCHEDULER_FETCH_STEPS steps
	 * from 0 on, each going on from what the one before fetched. NULL: nothing is fetched. */
	void (*fetch)(const struct scheduler_entry *e, unsigned step);
};

struct scheduler_entry { /* a place in the schedule: owned by who adds it, filled by the scheduler alone */
	int64_t due_ms;   /* when the next poll is due */
	int32_t period_ms, limit_ms;
	int32_t place_ms; /* in the period */
	uint32_t position;/* in the heap */
	uint32_t began_us;/* the running poll; such a clock goes round in 71 minutes */
	int16_t missed;
	bool polling;
	bool hurried;     /* polled again as soon as the running poll has ended */
};

struct scheduler_figures { /* since the start */
	int64_t polls, missed, put_off;
	int64_t late;            /* began more than a second after they were due */
	int64_t lateness_us_sum, lateness_us_max;
	int64_t outstanding, entries, backed_off;
};

struct scheduler *scheduler_start(uv_loop_t *loop, const struct scheduler_client *client);
/* All entries must have been removed. Frees after its timer has closed. */
void scheduler_stop(struct scheduler *s);

/* Adds `entry`, which is polled every `period_ms` (at most INT32_MAX), each poll bounded by `limit_ms`; `key` places it in the period. With `soon` the
 * first poll comes within min(period, SCHEDULER_SOON_MS), later when there are very many, otherwise at its place. */
void scheduler_add(struct scheduler *s, struct scheduler_entry *entry, const char *key, int64_t period_ms, int64_t limit_ms,
		   bool soon);
/* Removes it; a running poll is forgotten (the client aborts it itself). */
void scheduler_remove(struct scheduler *s, struct scheduler_entry *e);
/* The poll that was started has ended. */
void scheduler_done(struct scheduler *s, struct scheduler_entry *e, bool ok);
/* The poll that was started has ended, and counts neither as read nor as missed. */
void scheduler_put_off(struct scheduler *s, struct scheduler_entry *e);
/* The next poll is due now, or, while one runs, when that has ended; those after it come at their places. */
void scheduler_hurry(struct scheduler *s, struct scheduler_entry *e);
/* How long the running poll has taken until now; less than 71 minutes. */
int64_t scheduler_took_us(const struct scheduler_entry *e);
/* Polls missed in a row. */
int scheduler_missed(const struct scheduler_entry *e);
struct scheduler_figures scheduler_figures(const struct scheduler *s);

#endif
