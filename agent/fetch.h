/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fetch.h - lists of targets from other servers, in the manner of Prometheus' http_sd, kept in files.
 *
 * Each list is asked for at the start and once a minute then.  The file holds the last one that could be taken in, so a start does
 * not need the server.  libcurl works in libuv's threads, on copies; it is started with the first list. */
#ifndef HALLWATT_FETCH_H
#define HALLWATT_FETCH_H

#include <hallwatt/log.h>
#include <stddef.h>
#include <uv.h>

#define FETCH_INTERVAL_MS 60000

struct fetch;

struct fetch_order {
	const char *url;  /* http or https */
	const char *file; /* where its list is kept */
};

/* `take` is called when a file has another list. When it gives -1, having logged why, the list is put back to what it was, and not
 * tried again before it changes. */
struct fetch *fetch_new(uv_loop_t *loop, struct hwatt_log *log, int (*take)(void *arg), void *arg);
/* Fetches these from now on, and no others; copied. When libcurl cannot be loaded or started, which is logged, none. */
void fetch_set(struct fetch *f, const struct fetch_order *orders, size_t count);
/* Frees it; then `closed` is called from the loop. */
void fetch_close(struct fetch *f, void (*closed)(void *arg), void *arg);

#endif
