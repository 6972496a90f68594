/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* synthetic.h - a snapshot with one of everything, among it what is hard to write. */
#ifndef PROMETHEUS_SYNTHETIC_H
#define PROMETHEUS_SYNTHETIC_H

#include "snapshot.h"
#include <hallwatt/exporter.h>

/* The caller releases it. */
struct hwatt_snapshot *synthetic_snapshot(void);
/* `devices` alike, each of `points` points, for measuring. */
struct hwatt_snapshot *synthetic_hall(size_t devices, size_t points);
/* All pieces of a page in the body of `answer`. */
int synthetic_render(const struct hwatt_snapshot *snap, const char *accept, struct hwatt_answer *answer, struct hwatt_error *err);

#endif
