/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* deputy.h - metric reports that stand in for resources: one answer in place of several. No I/O, no clock.
 *
 * Only where at least one request of each poll is saved. A report is on trial first: it is read beside the resources until it
 * was seen to be made anew. On duty, its values are filled into the resources as they were read last, and these are decoded: units,
 * profiles and traps are the same. What it lacks, repeats or says too late is read itself in the same poll. Nothing is ever asked of
 * the service but to be read. */
#ifndef REDFISH_DEPUTY_H
#define REDFISH_DEPUTY_H

#include "report.h"
#include "settle.h"
#include "walk.h"

struct deputies;

struct deputy_view { /* what the device's session knows */
	struct walk *walk;
	struct row *rows;
	size_t row_count;
	int64_t now_ms;  /* of the loop */
	int64_t date_ms; /* UTC by the service's clock when it answered, 0: not said */
};

struct deputy_news { /* for the log */
	const char *path;      /* the report; NULL: nothing changed */
	size_t requests;       /* that it stands in for; 0: it does no longer */
	const char *why;       /* then */
};

/* Decodes `document`, which is `resource` with the values of rows that are `given`. Those that it takes are no longer so. */
typedef void deputy_fill(void *arg, size_t resource, const json_t *document);

/* Begins to look what reports there are, by the TelemetryService at `path`, for one who polls every `interval_ms`. */
struct deputies *deputies_new(const char *path, int64_t interval_ms);
void deputies_free(struct deputies *d, struct walk *walk); /* NULL is fine */
/* A poll begins. */
void deputies_begin(struct deputies *d, int64_t now_ms);
/* The path to ask for now: a report that was not read in this poll; with `survey`, else, what there is to be known. NULL: none. */
const char *deputies_next(struct deputies *d, bool survey);
/* The answer to that. Resources that it cannot stand in for are wanted. */
void deputies_take(struct deputies *d, const struct deputy_view *view, const json_t *json, deputy_fill *fill, void *arg);
/* There was no answer; `gone`: there is no such resource. */
void deputies_fail(struct deputies *d, const struct deputy_view *view, bool gone, bool late);
/* Keeps what was read of `resource`, which has a deputy. True: for the first time. */
bool deputies_keep(const struct deputy_view *view, size_t resource, const json_t *json);
/* Fills in whatever the report last said of `resource`, to be compared. */
void deputies_compare(struct deputies *d, const struct deputy_view *view, size_t resource, deputy_fill *fill, void *arg);
/* `resource` is read itself from now on. */
void deputies_dismiss(struct walk *walk, size_t resource);
/* What changed since the last call. */
struct deputy_news deputies_news(struct deputies *d);
/* Requests that were not needed since the last call. */
int64_t deputies_saved(struct deputies *d);

#endif
