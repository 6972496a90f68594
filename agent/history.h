/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* history.h - sums the stored past for a configuration generation on another thread, so that polling never waits for it.
 *
 * A load reads through a connection of its own, all of it at one state of the file. Quarters that are committed while it runs are kept
 * here and fed to the evaluation once it is made: feeding one that the load has seen as well changes nothing. Only one load runs at
 * a time; a change of the configuration has the running one give up, and the next begins when it has gone. A load that
 * fails is tried again after HISTORY_RETRY_MS.  When nothing is to be loaded, days of the store are packed (packer.h). Main loop
 * only, but for the work itself. */
#ifndef HALLWATT_HISTORY_H
#define HALLWATT_HISTORY_H

#include "evaluation.h"
#include "generation.h"

#define HISTORY_RETRY_MS 60000

struct uv_loop_s;
struct history;

/* `loop` NULL: loads are done at once, through `store`. `log` and `store`, the writer, are borrowed. */
struct history *history_new(struct uv_loop_s *loop, struct store *store, struct hwatt_log *log);
/* Has a running load give up and waits until it has let go of the file; the loop then has a callback left to run. */
void history_close(struct history *history);

/* Forgets what was summed and wants the past of `generation`. Without a loop it is loaded now, and errors are those of
 * evaluation_open. */
int history_change(struct history *history, struct generation *generation, int64_t now_s, struct hwatt_error *err);
/* Begins the load that is wanted, if it is time; else packs a little. */
void history_turn(struct history *history, int64_t now_s, int64_t mono_ms);
/* The evaluation of the present generation; NULL while its past is loaded. */
struct evaluation *history_evaluation(struct history *history);
/* A past was summed to its end since the start: a reload does not take that back. */
bool history_ready(const struct history *history);

/* A quarter was committed. `point` with its id. */
void history_feed(struct history *history, const struct store_point *point, const struct interval *interval);

#endif
