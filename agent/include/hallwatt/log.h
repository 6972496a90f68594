/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* log.h - one line per change of state, on stderr, as logfmt or JSON.
 *
 * A logger is made from a parent and a name ("snmp", "pdu-a7"), which stand in the line as `logger`.
 * Log what changed; count the rest as metrics.  Secrets never come here. */
#ifndef HALLWATT_LOG_H
#define HALLWATT_LOG_H

enum hwatt_level { HWATT_DEBUG, HWATT_INFO, HWATT_WARN, HWATT_ERROR };
enum hwatt_log_format { HWATT_LOGFMT, HWATT_LOG_JSON };

struct hwatt_log;

/* The root logger; writes to stderr, with the journal's <n> prefix when stderr is the journal. */
struct hwatt_log *hwatt_log_new(enum hwatt_level level, enum hwatt_log_format format);
/* A logger called `name` below `parent`; it must go before its parent. */
struct hwatt_log *hwatt_log_child(struct hwatt_log *parent, const char *name);
void hwatt_log_free(struct hwatt_log *log);

/* Writes one line when `level` is enabled; any thread. `log` may be NULL: nothing is written. */
void hwatt_log(struct hwatt_log *log, enum hwatt_level level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
