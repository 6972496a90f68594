/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* introduce.h - asks found devices who they are: one poll each, as probe does it, a few at once.
 *
 * What a device took of packets is paid for before the next one is asked, so that the rate holds on the whole. */
#ifndef HALLWATT_INTRODUCE_H
#define HALLWATT_INTRODUCE_H

#include "pace.h"
#include "sweep.h"
#include "target.h"

#define INTRODUCE_AT_ONCE 8u
#define INTRODUCE_TIMEOUT_MS 30000

struct introduction { /* of one host; strings in the arena, "" when not known */
	const struct sweep_host *host;
	int access; /* by which of the accesses it is asked */
	const char *vendor, *model, *serial, *firmware, *profile, *profile_reason, *error;
	enum hwatt_power_role power_role; /* where the family makes it certain */
};

struct introducing { /* owned by the caller, who sets the first block and all else to 0 */
	uv_loop_t *loop;
	struct hwatt_log *log;
	struct hwatt_arena *arena;
	const struct sweep_access *accesses;
	const struct hwatt_profile_set *profiles;
	struct introduction *items; /* `host` and `access` set */
	size_t count;
	struct pace *pace;
	void (*progress)(void *arg, int64_t done, int64_t total);
	void (*done)(void *arg);
	void *arg;

	size_t next, running, finished;
	uv_timer_t timer;
};

/* Begins; `done` follows once. */
void introduce_start(struct introducing *in);

/* A rack PDU has outlets or banks, a UPS has an output: where the profile that fits says so. NONE: nothing is certain. */
enum hwatt_power_role introduce_power_role(const struct hwatt_profile_set *profiles, const char *name);

#endif
