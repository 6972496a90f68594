/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* knock.h - asks an address once whether a BMC is there, with the question of presence.h: no user is looked at. */
#ifndef IPMI_KNOCK_H
#define IPMI_KNOCK_H

#include "hub.h"
#include <hallwatt/collector.h>

/* As `find` in hallwatt/collector.h. */
void knock(struct hub *hub, const struct sockaddr *to, int64_t timeout_ms, hwatt_find_done *done, void *arg);

#endif
