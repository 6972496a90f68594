/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* process.h - what the system says of this process. Source: proc(5). */
#ifndef PROMETHEUS_PROCESS_H
#define PROMETHEUS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

struct process_stat { /* of /proc/PID/stat */
	int64_t cpu_ticks, threads, start_ticks, virtual_octets, resident_pages;
};

/* Reads the one line of /proc/PID/stat; the command in it may hold blanks and brackets. False: it is none. */
bool process_parse_stat(const char *line, struct process_stat *out);
/* The value after "btime" of /proc/stat, -1 when there is none. */
int64_t process_parse_boot(const char *text);

struct process { /* -1: not known, which is left out rather than faked */
	double cpu_s, start_s;
	int64_t open_fds, max_fds, virtual_octets, max_virtual_octets, resident_octets, threads;
};

struct process process_read(void);

#endif
