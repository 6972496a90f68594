/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* service.h - a BMC in the collector's hands: the functions of struct hwatt_collector. */
#ifndef REDFISH_SERVICE_H
#define REDFISH_SERVICE_H

#include <hallwatt/collector.h>

int service_start(struct uv_loop_s *loop, struct hwatt_log *log, void **out, struct hwatt_error *err);
void service_stop(void *engine);
int service_open(struct hwatt_target *t, struct hwatt_error *err);
void service_poll(struct hwatt_target *t);
void service_abort(struct hwatt_target *t);
void service_close(struct hwatt_target *t);
void service_counters(void *engine, void (*put)(void *arg, const char *name, const char *help, int64_t value), void *arg);
int service_find(void *engine, const void *settings, const struct sockaddr *to, int64_t timeout_ms, hwatt_find_done *done,
		 void *arg, struct hwatt_error *err);

#endif
