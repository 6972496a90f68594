/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* curl_loop.h - libcurl's multi interface on a libuv loop: the only file that knows both.
 *
 * A job is one transfer on an easy handle that its owner made. Jobs that need a new connection wait until fewer than
 * CURL_LOOP_HANDSHAKES of them are under way, so that a start with thousands of BMCs does not drown in handshakes. */
#ifndef REDFISH_CURL_LOOP_H
#define REDFISH_CURL_LOOP_H

#include <curl/curl.h>
#include <hallwatt/error.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#define CURL_LOOP_HANDSHAKES 50u

struct curl_loop;

struct curl_loop_job { /* owned by the caller; {0} is idle */
	CURL *easy;
	bool fresh; /* no connection is kept for it: this transfer begins with a handshake */
	/* The transfer ended. The easy handle is out of the loop and may be started again from here. */
	void (*done)(void *arg, CURLcode code);
	void *arg;
	/* the loop's own */
	enum { CURL_LOOP_IDLE, CURL_LOOP_WAITING, CURL_LOOP_RUNNING } state;
	struct curl_loop_job *next, *previous;
};

/* Loads libcurl; fails with HWATT_EIO when that cannot start. */
int curl_loop_new(uv_loop_t *loop, struct curl_loop **out, struct hwatt_error *err);
/* Closes all connections; its libuv handles go with the next turns of the loop. No job may be under way. */
void curl_loop_free(struct curl_loop *loop);

void curl_loop_start(struct curl_loop *loop, struct curl_loop_job *job);
/* Ends it without `done`; an idle job may be given, too. Its connection is closed. */
void curl_loop_cancel(struct curl_loop *loop, struct curl_loop_job *job);
/* Keeps up to one idle connection for each of `peers`. */
void curl_loop_peers(struct curl_loop *loop, size_t peers);

struct curl_loop_figures {
	int64_t requests, handshakes, running, waiting;
};
struct curl_loop_figures curl_loop_figures(const struct curl_loop *loop);

#endif
