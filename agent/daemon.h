/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* daemon.h - the parts of `hallwatt run`, wired: fleet, pipeline, store, HTTP, signals. `hallwatt demo` runs the same. */
#ifndef HALLWATT_DAEMON_H
#define HALLWATT_DAEMON_H

#include <hallwatt/error.h>
#include <hallwatt/log.h>
#include <uv.h>

struct daemon;

struct daemon_settings {
	const char *config_file;
	const char *listen;      /* overrides the configuration; NULL: as configured */
	struct hwatt_log *log;
};

/* Loads, opens, listens and polls. HWATT_EINVAL after logging each mistake of the configuration. The daemon lives until
 * daemon_stop() has run its course on `loop`: then no handle of it is left there and it is freed. */
int daemon_start(uv_loop_t *loop, const struct daemon_settings *settings, struct daemon **out,
		 struct hwatt_error *err);
/* Ends everything in order: sessions closed, last quarter state saved. */
void daemon_stop(struct daemon *daemon);

#endif
