/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fleet.h - all devices being polled: a target and a place in the schedule for each.
 *
 * Lives through reloads: devices whose settings did not change keep their target, with its session and counters. */
#ifndef HALLWATT_FLEET_H
#define HALLWATT_FLEET_H

#include "generation.h"
#include "scheduler.h"
#include "target.h"

struct fleet;

struct fleet_hooks {
	/* A poll ended of the device that `changing` gave `place` for; `took_us` is how long it was. Log and meter there. */
	void (*polled)(void *arg, void *place, struct hwatt_target *t, const struct hwatt_error *err,
		       int64_t took_us);
	/* Such a poll will end soon: see struct target_owner. NULL: nothing is fetched. */
	void (*fetch)(const void *place, unsigned step);
	/* The target that `device` had, if any, is going; its next points come from a new one. Gives
	 * what stands for the device until then. */
	void *(*changing)(void *arg, const char *device);
	/* The fleet that was stopped has gone. */
	void (*stopped)(void *arg);
	void *arg;
};

/* Starts the engines of all collectors that `generation` needs and polls its devices. A device whose session cannot be opened is
 * logged and tried again at the next reload; an engine that cannot start fails the whole. */
int fleet_start(uv_loop_t *loop, struct hwatt_log *log, struct generation *generation, struct fleet_hooks hooks,
		struct target_memory memory, struct fleet **out, struct hwatt_error *err);
/* Starts the engines that `generation` needs beside those that run; nothing else changes yet. */
int fleet_prepare(struct fleet *fleet, const struct generation *generation, struct hwatt_error *err);
/* Goes over to `generation`, which was prepared. */
void fleet_change(struct fleet *fleet, struct generation *generation);
/* Closes all sessions; `stopped` follows and the fleet is freed. */
void fleet_stop(struct fleet *fleet);
struct scheduler_figures fleet_figures(const struct fleet *fleet);
/* Calls `put` with the counters of each engine. */
void fleet_counters(const struct fleet *fleet,
		    void (*put)(void *arg, const char *name, const char *help, int64_t value), void *arg);

#endif
