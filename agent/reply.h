/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* reply.h - what an HTTP request is answered: status, headers, body. Knows no sockets; http.c carries it.
 *
 * Paths: those of the exporters, "/", "/-/healthy", "/-/ready", "/-/reload". Source: ecosystem.md a.4. */
#ifndef HALLWATT_REPLY_H
#define HALLWATT_REPLY_H

#include "encoding.h"
#include <hallwatt/exporter.h>

/* The main loop is taken for stuck when it has not turned for so long. */
#define REPLY_STUCK_MS 10000
/* The largest body that is made whole, and the largest piece of another: a piece ends after a device or a requirement. */
#define REPLY_MAX_OCTETS (16u << 20)
/* What may come in pieces and is not larger is answered whole, with its length. */
#define REPLY_WHOLE_OCTETS 131072u

struct reply_view { /* what there is to answer from */
	const struct hwatt_exporter *const *exporters; /* ends with NULL */
	const struct hwatt_snapshot *snapshot;         /* NULL before the first publication */
	bool enable_lifecycle;
	int64_t silent_ms;                             /* since the main loop turned */
	size_t max_octets;                             /* largest body; REPLY_MAX_OCTETS but in tests */
};

struct reply_request {
	const char *method, *path;
	const char *accept, *accept_encoding; /* "" when absent */
	const char *(*query)(const struct hwatt_request *request, const char *key);
	void *server;                         /* for `query` */
	bool length_wanted;                   /* also of an answer in pieces: HTTP/1.0 would not see where it ends */
};

struct encoder;

struct reply {
	unsigned status;
	const char *content_type;
	const char *allow;      /* for 405, else NULL */
	bool html;              /* wants the policy of pages */
	bool reload;            /* nothing decided yet: reload, then reply_reloaded() */
	enum encoding encoding;
	struct hwatt_text body; /* the whole, or where `more` follows its first pieces, or none yet */
	bool more;              /* reply_more() gives others */
	uint64_t length;        /* of all pieces where that was wanted; 0: not known */
	const struct hwatt_exporter *exporter; /* whose answer it is, NULL: ours */
	void *pieces;           /* the exporter's, while `more` */
	struct encoder *encoder; /* of the pieces; NULL: they go as they are */
	struct hwatt_text plain; /* a piece before it is encoded */
	struct hwatt_error failure; /* code other than HWATT_OK: it failed, for the log */
	char scratch[160];      /* content_type may point here: do not copy the struct */
};

/* Whether what stands at `path` is made from a snapshot: the exporters' paths. */
bool reply_is_measured(const struct hwatt_exporter *const *exporters, const char *path);
/* Answers `request`; `out` is initialised here and freed with reply_free(). While `out->more`, the snapshot is borrowed. */
void reply_make(const struct reply_view *view, const struct reply_request *request, struct reply *out);
/* Puts the next pieces in place of those in the body; `more` is false after the last. Fails with `failure` set: what was sent so far
 * must not pass as the whole. */
int reply_more(struct reply *reply);
/* Answers a reload that succeeded (`rc` 0) or failed with `message`, one or more lines. */
void reply_reloaded(struct reply *reply, int rc, const char *message);
/* Answers with a plain sentence. */
void reply_say(struct reply *reply, unsigned status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void reply_free(struct reply *reply);

#endif
