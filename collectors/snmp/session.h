/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* session.h - the collector's functions (hallwatt/collector.h says what each must do). */
#ifndef SNMP_SESSION_H
#define SNMP_SESSION_H

#include <hallwatt/collector.h>

int session_start(struct uv_loop_s *loop, struct hwatt_log *log, void **out, struct hwatt_error *err);
void session_stop(void *engine);
int session_open(struct hwatt_target *t, struct hwatt_error *err);
void session_poll(struct hwatt_target *t);
void session_abort(struct hwatt_target *t);
void session_record(struct hwatt_target *t, struct hwatt_recording *order);
int session_find(void *engine, const void *settings, const struct sockaddr *to, int64_t timeout_ms, hwatt_find_done *done,
		 void *arg, struct hwatt_error *err);
void session_close(struct hwatt_target *t);
void session_counters(void *engine, void (*put)(void *arg, const char *name, const char *help, int64_t value), void *arg);

#endif
