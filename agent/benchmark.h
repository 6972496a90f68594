/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* benchmark.h - what the maker declares of a server model: performance and power, as a test report has them.
 *
 * Rows come from the files under `benchmarks`; a row names the servers that it is of.  Figures of different benchmarks are never put
 * together.  Source: domain.md 1.4, 3.2. */
#ifndef HALLWATT_BENCHMARK_H
#define HALLWATT_BENCHMARK_H

#include "document.h"

struct benchmark {
	const char *vendor, *model;   /* as the device tells them */
	const char *name;             /* of the benchmark: "SERT" */
	int64_t performance_micro;    /* greatest, in millionths of the benchmark's unit */
	int64_t full_mw, idle_mw;     /* power at that load, and without load (0: not stated) */
	int64_t active_efficiency_micro; /* 0: not stated */
	struct hwatt_list devices;    /* const char *: the servers of that model, by id */
	const char *source;
	struct hwatt_mark mark;
};

const struct hwatt_schema *benchmark_schema(void);
#endif
