/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* exporter.h - an output format: pulled over HTTP (or by a subcommand), or pushed. */
#ifndef HALLWATT_EXPORTER_H
#define HALLWATT_EXPORTER_H

#include <hallwatt/error.h>
#include <hallwatt/option.h>
#include <hallwatt/text.h>
#include <hallwatt/view.h>

struct hwatt_outlet;

struct hwatt_eu_report;
struct hwatt_followup;
struct hwatt_joint;

struct hwatt_view {
	const struct hwatt_snapshot *snapshot; /* never NULL over HTTP */
	const struct hwatt_followup *followup; /* of a subcommand that reports on a contract; else NULL */
	const struct hwatt_joint *joint;       /* of one that lays contracts side by side; else NULL */
	const struct hwatt_eu_report *eu_report; /* of one that reports on a data centre's year; else NULL */
};

struct hwatt_request {
	const char *path;
	const char *accept;          /* "" when the client sent none */
	const char *(*query)(const struct hwatt_request *request, const char *key); /* NULL: absent */
	void *server;                /* for `query` */
};

struct hwatt_answer { /* what `render` fills, and `begin` but for the body */
	struct hwatt_text *body;
	unsigned status;             /* 200 unless set */
	const char *content_type;    /* static or in `scratch` */
	char scratch[160];
};

/* How much one call of `more` adds, or somewhat beyond. */
#define HWATT_PIECE_OCTETS 32768u

struct hwatt_exporter {
	const char *name;
	struct hwatt_schema settings;

	/* Pull: writes the answer to GET `path`, or to a subcommand that names the exporter.  `view` holds one snapshot.  Runs on the HTTP
	 * thread, or in a subcommand, and touches its arguments only. */
	const char *path; /* NULL: nothing to pull over HTTP */
	const char *title; /* for the landing page */
	int (*render)(const struct hwatt_view *view, const struct hwatt_request *request,
		      struct hwatt_answer *answer, struct hwatt_error *err);

	/* Pull of what may be large, instead of `render`: in pieces, so that it is never whole in memory.  `begin` sets status and content
	 * type and gives what the others work on; the snapshot is borrowed until `end`, the request is not.  `more` adds a piece to `body`:
	 * 1 there are others, 0 it was the last, -1 it failed.  `again` goes back to the beginning: the same octets come. */
	int (*begin)(const struct hwatt_view *view, const struct hwatt_request *request, struct hwatt_answer *answer, void **pieces,
		     struct hwatt_error *err);
	int (*more)(void *pieces, struct hwatt_text *body, struct hwatt_error *err);
	void (*again)(void *pieces);
	void (*end)(void *pieces);

	/* Push, main loop: as a collector's open and close; `publish` returns at once. */
	int (*open)(struct hwatt_outlet *o, struct hwatt_error *err);
	void (*publish)(struct hwatt_outlet *o, const struct hwatt_snapshot *snap);
	void (*close)(struct hwatt_outlet *o);
};

/* Written by the build from the folders under exporters/; ends with NULL. */
extern const struct hwatt_exporter *const hallwatt_exporters[];

#endif
