/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* bmc.h - the collector's functions (hallwatt/collector.h says what each must do), over whatever transport leads there. */
#ifndef IPMI_BMC_H
#define IPMI_BMC_H

#include "lan.h"

int bmc_start(struct uv_loop_s *loop, struct hwatt_log *log, void **out, struct hwatt_error *err);
void bmc_stop(void *engine);
int bmc_find(void *engine, const void *settings, const struct sockaddr *to, int64_t timeout_ms, hwatt_find_done *done, void *arg,
	     struct hwatt_error *err);
int bmc_open(struct hwatt_target *t, struct hwatt_error *err);
void bmc_poll(struct hwatt_target *t);
void bmc_abort(struct hwatt_target *t);
void bmc_close(struct hwatt_target *t);
void bmc_counters(void *engine, void (*put)(void *arg, const char *name, const char *help, int64_t value), void *arg);

/* For tests, before the first poll: another way to the controller than the one that its address names. */
void bmc_set_transport(struct hwatt_target *t, struct transport *transport);
/* For figures: the octets of one controller that has no sensors. */
size_t bmc_octets(void);

#endif
