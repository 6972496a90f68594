/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* http.h - the HTTP server: carries requests to reply.h and answers back, on a thread of its own.
 *
 * The thread takes a snapshot, answers from it and releases it; a large answer is made in pieces as the client takes them, and the
 * snapshot held meanwhile.  One that cannot be ended (its exporter fails, the client takes too long) breaks its connection, so that
 * nobody takes the part for the whole: chunks have an end, and HTTP/1.0 is told the length.  What must act (a reload, and making the snapshot that an
 * exporter is asked for) is posted to the main loop while its connection is suspended; a loop that is late with its beat is
 * not waited for, and the last snapshot answers.  Everything a client can make us hold is bounded by the constants below.
 * Writes do not raise SIGPIPE. */
#ifndef HALLWATT_HTTP_H
#define HALLWATT_HTTP_H

#include "reply.h"
#include "snapshot.h"
#include <hallwatt/log.h>

#define HTTP_MAX_CONNECTIONS 128u
#define HTTP_MAX_PER_ADDRESS 48u          /* a reverse proxy is one address */
#define HTTP_LATE_MS 3000                 /* without a beat of the main loop: exporters answer from what there is */
#define HTTP_TIMEOUT_S 30u                /* without a byte in either direction */
#define HTTP_ANSWER_S 120u                /* for taking an answer in pieces */
#define HTTP_MAX_HEAD_OCTETS 16384u       /* request line and headers, with our own book-keeping */
#define HTTP_MAX_BODY_OCTETS UINT64_C(65536) /* of a request; it is read and dropped */

struct uv_loop_s;
struct http;

struct http_settings {
	const char *listen;         /* "127.0.0.1:9890", "[::1]:9890", "localhost:0", ":9890" (all addresses) */
	const char *web_config;     /* NULL or "": none; anything else is refused, see http_start() */
	bool enable_lifecycle;      /* POST /-/reload works */
	unsigned timeout_s, answer_s; /* 0: HTTP_TIMEOUT_S, HTTP_ANSWER_S; others are for tests */
	const struct hwatt_exporter *const *exporters; /* ends with NULL; lives as long as the server */
	/* Publishes what is known now, on the main loop, before an exporter answers; NULL: the present snapshot will do. */
	void (*refresh)(void *arg);
	/* Reloads, on the main loop: 0, or -1 with one or more lines in `message`. Never NULL. */
	int (*reload)(void *arg, struct hwatt_text *message);
	void *arg;
};

/* Splits "host:port"; brackets around an IPv6 address are taken off. HWATT_EINVAL says what would be right. */
int http_split(const char *listen, char host[256], char port[6], struct hwatt_error *err);

/* Listens on what `settings` say and nowhere else, and starts the thread. HWATT_EINVAL: the address is no
 * address, or web_config is set: TLS and users are not offered yet, and serving without them what was meant to be
 * behind them is worse than not serving. HWATT_EIO: it cannot be listened on, with the reason. `settings` is copied but
 * for the exporters; `hub`, `loop` and `log` are borrowed until http_stop() has called back. */
int http_start(const struct http_settings *settings, struct snapshot_hub *hub, struct uv_loop_s *loop,
	       struct hwatt_log *log, struct http **out, struct hwatt_error *err);

/* Says that the main loop turns; `now_ms` is of the monotonic clock (uv_hrtime() / 1000000). Any thread. */
void http_beat(struct http *http, int64_t now_ms);
/* Changes whether POST /-/reload works, after a reload of the configuration. */
void http_set_lifecycle(struct http *http, bool enabled);
/* The port listened on: the real one when port 0 was asked for. */
uint16_t http_port(const struct http *http);
/* Requests answered since the start; any thread. */
uint64_t http_requests(const struct http *http);

/* Whether an answer in pieces is under way, which holds its snapshot; any thread. */
bool http_is_answering(const struct http *http);

/* Ends the thread at once; requests in flight are cut off. Frees `http` once the loop has turned again, as its
 * handle is closed there. NULL is allowed. */
void http_stop(struct http *http);

#endif
