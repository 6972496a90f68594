/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* recorder.h - walks a device and keeps all that it says: GETBULK (v1: GETNEXT), one request out at a time.
 *
 * Which subtrees: mib-2, the enterprise of sysObjectID, and what the profiles that fit were read from; or everything.
 * Walks are guarded: OIDs must grow; rows and octets are limited, and time is the poll's. */
#ifndef SNMP_RECORDER_H
#define SNMP_RECORDER_H

#include "survey.h"

#define RECORDER_MAX_ROWS 200000u
#define RECORDER_MAX_OCTETS (64u << 20)

struct recorder;

/* All walked, or `err`: the device fell silent. */
typedef void recorder_done(void *arg, const struct hwatt_error *err);

/* The book must outlive the recorder; the survey, which must be over, need not. */
struct recorder *recorder_new(const struct book *book, const struct survey *survey, struct line *line,
			      struct hwatt_recording *order, recorder_done *done, void *arg);
void recorder_run(struct recorder *r);
/* Scrubs what was ordered so, and writes what has come so far. Once; NULL is fine. */
void recorder_end(struct recorder *r);
void recorder_free(struct recorder *r); /* NULL is fine; nothing is called */

#endif
