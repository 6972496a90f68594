/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* sdnotify.h - tells systemd how the service is (Type=notify). Source: sd_notify(3), which this does without libsystemd. */
#ifndef HALLWATT_SDNOTIFY_H
#define HALLWATT_SDNOTIFY_H

#include <hallwatt/error.h>
#include <stdint.h>

struct sdnotify { int fd; }; /* fd -1: nobody listens, and telling does nothing */

/* Connects to `where`, the value of NOTIFY_SOCKET; NULL or "": nobody listens. HWATT_EINVAL, HWATT_EIO. */
int sdnotify_open(struct sdnotify *n, const char *where, struct hwatt_error *err);
void sdnotify_close(struct sdnotify *n);

/* Sends `state`: "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..." or several lines. Never waits; HWATT_EIO. */
int sdnotify_tell(const struct sdnotify *n, const char *state, struct hwatt_error *err);
/* Says that a reload begins at `now_us` of the monotonic clock; "READY=1" ends it. */
int sdnotify_tell_reloading(const struct sdnotify *n, int64_t now_us, struct hwatt_error *err);

/* How often to tell WATCHDOG=1: half of what WATCHDOG_USEC (`usec`) allows, when WATCHDOG_PID (`pid`; NULL: anybody) is
 * `self`. 0: no watchdog. */
int64_t sdnotify_watchdog_ms(const char *usec, const char *pid, int64_t self);

#endif
