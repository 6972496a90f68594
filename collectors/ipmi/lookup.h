/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lookup.h - from a device's host to its address, without waiting. */
#ifndef IPMI_LOOKUP_H
#define IPMI_LOOKUP_H

#include "hub.h"

struct lookup;

/* Once, later; `address` NULL: `err` says why there is none. */
typedef void lookup_done(void *arg, const union hwatt_udp_address *address, const struct hwatt_error *err);

/* Whether `host` is an address already. */
bool lookup_numeric(const char *host, uint16_t port, union hwatt_udp_address *out);
/* Of several addresses it gives one, another with each `turn`. NULL, and `err`: it cannot even begin. */
struct lookup *lookup_start(struct uv_loop_s *loop, const char *host, uint16_t port, unsigned turn, lookup_done *done, void *arg,
			    struct hwatt_error *err);
/* `done` is not called; it takes care of itself. */
void lookup_forget(struct lookup *lookup); /* NULL is fine */

#endif
