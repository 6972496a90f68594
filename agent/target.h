/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* target.h - one device in a collector's hands: its points, their last values, its identity.
 *
 * The core's side of hallwatt/collector.h. A target belongs to who opened it (scheduler, probe) until `closed` was
 * called. Everything is on the main loop. */
#ifndef HALLWATT_TARGET_H
#define HALLWATT_TARGET_H

#include "kind.h"
#include "shape.h"
#include "stock.h"
#include "values.h"
#include <hallwatt/collector.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#define TARGET_MAX_WARNINGS 64
#define TARGET_RESTS_FROM_MS 5000 /* the values of a device that is polled more often stay spread out */

struct target_reading { /* one of them, spelt out */
	struct hwatt_value value;
	int64_t mono_ms;   /* when it came */
	bool fresh;        /* in the running or the last poll */
};

/* The value of point number `n`, which is described by `point`; false: it has none yet. */
static inline bool target_value(const struct target_values *values, const struct target_point *point, size_t n,
				struct target_reading *out)
{
	uint32_t at = target_at(values, n);
	if (at == 0)
		return false;
	*out = (struct target_reading){ .value = { .value = target_kept(values, n) }, .fresh = at >= values->from,
					.mono_ms = values->epoch_ms + at };
	if (hwatt_quantity_info(point->quantity)->counter) {
		out->value.count = (uint64_t)target_kept(values, n);
		if (out->value.count > INT64_MAX ||
		    __builtin_mul_overflow((int64_t)out->value.count, point->step, &out->value.value))
			out->value.value = INT64_MAX;
	}
	return true;
}

struct target_identity { /* "" when not known */
	const char *vendor, *model, *serial, *firmware, *profile, *profile_reason;
};

struct target_owner {
	/* A poll ended: NULL when all was read. What is new is fresh. */
	void (*done)(void *arg, struct hwatt_target *t, const struct hwatt_error *err);
	/* After target_close(): the target is freed when this returns. */
	void (*closed)(void *arg, struct hwatt_target *t);
	void *arg;
	/* A poll will end soon, when those of others have: has the processor fetch what `done` will touch, in steps from 0 on, each
	 * going on from what the one before fetched. NULL: nothing is fetched. */
	void (*fetch)(const void *arg, unsigned step);
	/* A poll ended that was put off: neither read nor missed. NULL: no poll can be put off. */
	void (*put_off)(void *arg);
	/* The next poll should come at once, or right after the one that runs. NULL: it comes when it comes. */
	void (*ready)(void *arg);
};

struct target_memory { /* what targets keep over restarts */
	void (*remember)(void *arg, const char *device, const char *key, const char *value); /* value NULL: forget */
	char *(*recall)(void *arg, const char *device, const char *key);                     /* malloc'ed; NULL: nothing */
	void *arg;
};

/* What targets share. {0} is fresh. */
struct target_shelf {
	struct shape_shelf shapes;
	struct kind_shelf kinds;
	struct target_common *commons; /* what they were made of alike */
	struct values_spread *spare;   /* rooms of targets that rest */
	struct values_spread look;     /* where values that rest are looked at */
};
/* All targets must have been closed. */
void target_shelf_free(struct target_shelf *shelf);

/* What a target is made of; everything is borrowed and outlives the target. */
struct target_parts {
	uv_loop_t *loop;
	struct hwatt_log *log;        /* the device's; NULL: a child of the next, under the device's name */
	struct hwatt_log *parent_log;
	const struct hwatt_collector *collector;
	void *engine;
	const void *settings;
	const struct hwatt_device *device;
	const struct hwatt_profile_set *profiles;
	struct target_owner owner;
	struct target_memory memory; /* all NULL: nothing is kept */
	struct target_shelf *shelf;  /* NULL: nothing is shared with other targets */
};

/* Makes a target and opens its session; no traffic yet. Fails as the collector's `open` does. */
int target_open(const struct target_parts *parts, struct hwatt_target **out, struct hwatt_error *err);
/* A poll will start soon: has the processor fetch the target (step 0), then the session (step 1). */
void target_fetch(const struct hwatt_target *t, unsigned step);
/* Starts a poll that must end within `limit_ms`; none may be running. */
void target_poll(struct hwatt_target *t, int64_t limit_ms);
/* Likewise starts a recording, of a collector that can. */
void target_record(struct hwatt_target *t, struct hwatt_recording *order, int64_t limit_ms);
/* The deadline passed: ends the running poll with HWATT_ETIMEOUT, through the owner's `done`. */
void target_expire(struct hwatt_target *t);
/* After a poll, when its values were looked at: those of a device that is not polled all the time lie packed until they are looked at
 * again. Only with a shelf. */
void target_rest(struct hwatt_target *t);
/* Closes the session; `closed` follows, maybe before this returns. */
void target_close(struct hwatt_target *t);

bool target_polling(const struct hwatt_target *t);
/* What the points are, and what they said last. */
const struct target_point *target_points(const struct hwatt_target *t, size_t *count);
/* Good until the next call, for this or another target of the shelf, or until the target's next poll. */
const struct target_values *target_values(const struct hwatt_target *t);
struct target_identity target_identity(const struct hwatt_target *t);
/* Grows by one whenever the identity changed. */
uint64_t target_identity_version(const struct hwatt_target *t);
/* The parts that the last look found; NULL: there was none since target_forget_stock(). */
const struct stock *target_stock(const struct hwatt_target *t);
void target_forget_stock(struct hwatt_target *t);
/* The sentences that the collector had for a human. */
const char *const *target_warnings(const struct hwatt_target *t, size_t *count);
/* The device's uptime went back since the poll before. */
bool target_restarted(const struct hwatt_target *t);
int64_t target_requests(const struct hwatt_target *t);
/* Values that were out of their quantity's range, since the target was opened. */
int64_t target_dropped(const struct hwatt_target *t);

#endif
