/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fake_target.h - one device in the collector's hands without the daemon around it: what the collector says is kept for the
 * test to look at. */
#ifndef SNMP_FAKE_TARGET_H
#define SNMP_FAKE_TARGET_H

#include "profile.h"
#include "stock.h"
#include <hallwatt/collector.h>
#include <uv.h>

struct fake_point {
	struct hwatt_point is; /* strings owned */
	struct hwatt_value value;
	unsigned times;        /* values in the last poll */
	uint64_t stamp;
};

struct hwatt_target {
	uv_loop_t *loop;
	const struct hwatt_collector *collector;
	struct hwatt_device device;
	void *settings, *engine, *session;
	const struct hwatt_profile_set *profiles;
	struct hwatt_arena *arena;
	struct fake_point *points;
	size_t point_count;
	char *vendor, *model, *serial, *firmware, *profile, *profile_reason;
	char **warnings;
	size_t warning_count;
	unsigned requests, dropped;
	int64_t uptime_ms, deadline_ms, done_ms;
	bool polling, done, failed, closed;
	bool patient, put_off; /* polls may be put off; the last was */
	unsigned put_offs, ready;
	void (*on_ready)(struct hwatt_target *t); /* NULL: it is only counted */
	void *of;              /* the test's */
	struct hwatt_error err;
	uv_timer_t deadline;
	struct stock parts;    /* of the last look at them */
	unsigned looks;
	char *memory;          /* what was remembered, of one key */
};

struct fake_world { /* a loop, the collector's engine and the profiles that came with the project */
	uv_loop_t loop;
	void *engine;
	struct hwatt_arena *arena;
	struct profile_catalog catalog;
	const struct hwatt_profile_set *profiles;
};

extern const struct hwatt_collector snmp_collector;

/* Ends the process with a message when the profiles in `folder` (NULL: the project's) have mistakes. */
void fake_world_open(struct fake_world *world, const char *folder);
void fake_world_close(struct fake_world *world);

/* `settings`: YAML of the credentials, such as "{version: 1, retries: 0}". NULL when it does not open (see `err`). */
struct hwatt_target *fake_open(struct fake_world *world, const char *host, uint16_t port, const char *settings,
			       struct hwatt_error *err);
/* The same with something remembered, as after a restart; `memory` may be NULL. */
struct hwatt_target *fake_open_again(struct fake_world *world, const char *host, uint16_t port, const char *settings,
				     const char *memory, struct hwatt_error *err);
/* One poll of at most `timeout_ms`; 0, or -1 with target->err. */
int fake_poll(struct hwatt_target *t, int64_t timeout_ms);
/* Likewise a recording. */
int fake_record(struct hwatt_target *t, struct hwatt_recording *order, int64_t timeout_ms);
/* The same in two steps, so that several can be under way. */
void fake_start(struct hwatt_target *t, int64_t timeout_ms);
int fake_wait(struct hwatt_target *t);
void fake_close(struct hwatt_target *t);

/* Frees what was warned of and remembered, of a target that the test made itself. */
void fake_forget(struct hwatt_target *t);

/* The point, NULL when there is none. */
const struct fake_point *fake_find(const struct hwatt_target *t, const char *role, const char *quantity, const char *index);
/* The value given in the last poll in the fixed unit; fails the test when there is none. */
int64_t fake_value(const struct hwatt_target *t, const char *role, const char *quantity, const char *index);
/* The serial number of a part as it was last told, "-" at an empty place; NULL: nothing is known of the place. */
const char *fake_part(const struct hwatt_target *t, const char *kind, const char *index);
/* Whether some warning holds these words. */
bool fake_warned(const struct hwatt_target *t, const char *words);

#endif
