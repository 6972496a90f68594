/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* watch.h - tells when files that another program keeps have changed.
 *
 * Their folders are watched, as most programs write beside a file and rename.  The kernel tells of changes on its own file
 * systems only: what changes on a network share, or in a folder that is made later, is seen with the next reload. */
#ifndef HALLWATT_WATCH_H
#define HALLWATT_WATCH_H

#include <hallwatt/log.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

struct watch;

struct watch_place { /* files of a folder */
	const char *folder;
	const char *name; /* pattern for fnmatch(3) */
};

/* `changed` is called for each change, maybe several times for one. */
struct watch *watch_new(uv_loop_t *loop, struct hwatt_log *log, void (*changed)(void *arg), void *arg);
/* Watches these places from now on, and no others; copied. */
void watch_set(struct watch *w, const struct watch_place *places, size_t count);
/* Frees it; then `closed` is called, from the loop or from here. */
void watch_close(struct watch *w, void (*closed)(void *arg), void *arg);

#endif
