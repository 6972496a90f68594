/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* pipeline.h - carries a reading from the target to the snapshot.
 *
 * A poll ends -> the device's meters take its values -> quarters that closed wait, with the device's open state, for the next
 * commit -> once they are in the store they reach the evaluation -> what is published is what was committed, so that an
 * energy counter never shows more than a restart would find.  A snapshot is made when somebody asks for one: of ten
 * thousand devices that are polled each ten seconds and scraped each minute, most values are never read.  Time is an
 * argument: the past of a simulated hall goes the same way.  Main loop only. */
#ifndef HALLWATT_PIPELINE_H
#define HALLWATT_PIPELINE_H

#include "generation.h"
#include "meterset.h"
#include "snapshot.h"
#include "store.h"

struct pipeline;
struct pipeline_device; /* one device's place in it, while the configuration has the device */

struct pipeline_parts { /* borrowed */
	struct hwatt_log *log;
	struct store *store;
	struct snapshot_hub *hub; /* NULL: meter only; nothing is judged or published */
	struct uv_loop_s *loop;   /* where the stored past is summed aside; NULL: it is summed at once */
	/* Puts the daemon's own counters when a snapshot is made; NULL: none. */
	void (*counters)(void *arg, struct pipeline *pipeline);
	void *arg;
};

/* Takes up the open state that the store holds. */
int pipeline_open(const struct pipeline_parts *parts, struct pipeline **out, struct hwatt_error *err);
/* Commits what is left, best effort, and frees. */
void pipeline_close(struct pipeline *pipeline);

/* Goes over to `generation`: devices that stay keep their meters, those that left are forgotten but for their rows. */
int pipeline_change(struct pipeline *pipeline, struct generation *generation, int64_t wall_ms,
		    struct hwatt_error *err);
/* The device's points come from a new target; the one that it had is going. Its place; NULL: the configuration does not have it. */
struct pipeline_device *pipeline_rebind(struct pipeline *pipeline, const char *device);
/* One will end soon: has the processor fetch what that touches, in steps from 0 on (struct target_owner). */
void pipeline_fetch(const struct pipeline_device *device, unsigned step);
/* A poll of the device in that place ended. */
void pipeline_polled(struct pipeline *pipeline, struct pipeline_device *device, struct hwatt_target *t,
		     const struct hwatt_error *err, int64_t took_us, int64_t wall_ms, int64_t mono_ms);
/* Values without a target: the past. */
void pipeline_feed(struct pipeline *pipeline, const char *device, const struct meterset_poll *poll);
/* Writes all that waits, in one transaction. */
int pipeline_commit(struct pipeline *pipeline, struct hwatt_error *err);
/* Once a second: closes quarters that are over, commits, judges; publishes the first time after a change. */
void pipeline_tick(struct pipeline *pipeline, int64_t wall_ms, int64_t mono_ms);
/* Somebody asks: does what is due, commits and publishes what is known now. */
void pipeline_refresh(struct pipeline *pipeline, int64_t wall_ms, int64_t mono_ms);

/* Nobody has asked for a while: frees what is published, which is built anew for who asks next. Who cannot wait for that finds
 * no devices. */
void pipeline_rest(struct pipeline *pipeline);

/* For `counters`: adds one to the snapshot being made. Name and help are static, label_value is copied. */
void pipeline_count(struct pipeline *pipeline, const char *name, const char *help, const char *label,
		    const char *label_value, double value);

#endif
