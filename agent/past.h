/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* past.h - meters a recorded past: a stream of values with their times goes through the same meters, quarters and store
 * as a poll would.
 *
 * The stream is text, one line each:
 *   point N DEVICE ROLE INDEX QUANTITY   declares column N, counted from 0
 *   register N STEP MODULUS              column N is a raw register: fixed units per count, modulus (0: 2^64)
 *   UTC_MS V0 V1 V2 ...                  one step: integers in the quantities' fixed units, "-" where nothing came */
#ifndef HALLWATT_PAST_H
#define HALLWATT_PAST_H

#include "pipeline.h"
#include <stdio.h>

struct past_figures { int64_t steps, values, first_ms, last_ms; };

/* Called now and then with the time that the stream has come to; false ends the reading. */
typedef bool past_progress(void *arg, int64_t at_ms);

/* Reads `in` to its end into `pipeline`, committing every `commit_steps` steps. HWATT_EPROTO with the line's number for a
 * malformed line, HWATT_EIO when the store fails, HWATT_ENODATA when `progress` ended it. */
int past_meter(FILE *in, struct pipeline *pipeline, int64_t commit_steps, past_progress *progress, void *arg,
	       struct past_figures *out, struct hwatt_error *err);

#endif
