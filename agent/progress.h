/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* progress.h - a bar for what takes more than two seconds, where a human watches.
 *
 *	Metering the past  [##########..............]  41 %  12 s left
 *
 * Drawn on a terminal only, in place, at most ten times a second; wiped at the end. */
#ifndef HALLWATT_PROGRESS_H
#define HALLWATT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PROGRESS_WORTH_MS 2000 /* what takes less gets no bar */

struct progress { /* owned by the caller */
	FILE *out;
	const char *label; /* borrowed */
	int64_t total;
	int64_t start_ms, drawn_ms;
	bool shown;        /* on a terminal */
	bool drawn;
};

/* Begins at `now_ms`, of any clock that goes forward. Draws on `out` (stderr) when that is a terminal. */
void progress_start(struct progress *p, FILE *out, const char *label, int64_t total, int64_t now_ms);
/* `done` of the total are done. Cheap: may be called for every one. */
void progress_update(struct progress *p, int64_t done, int64_t now_ms);
/* Wipes the bar, also before a message. */
void progress_end(struct progress *p);

#endif
