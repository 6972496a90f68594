/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lan.h - IPMI over the network: a transport with a session of its own to one controller.
 *
 * The session is begun when a command is to be sent.  With a short interval it is kept, else it is closed when the poll is
 * over: controllers have few sessions, and forget idle ones without a word.  When a login may be tried says hold.h, and with
 * which cipher suite ciphers.h.
 * What is learnt of a controller (its cipher suite, the privilege it wants) is kept with hwatt_target_remember(). */
#ifndef IPMI_LAN_H
#define IPMI_LAN_H

#include "hub.h"
#include "settings.h"
#include "transport.h"
#include <hallwatt/collector.h>

#define LAN_KEEP_MS 20000             /* sessions are kept for intervals up to this */
#define LAN_MAX_SECRET 256u

struct lan_module; /* shared by all sessions of a loop */

int lan_start(struct uv_loop_s *loop, struct hwatt_log *log, struct lan_module **out, struct hwatt_error *err);
void lan_stop(struct lan_module *module); /* after the last transport has closed */
struct hub *lan_hub(struct lan_module *module);

/* The transport to the target's device, with its settings. HWATT_EINVAL: a secret cannot be read or be used. */
int lan_open(struct lan_module *module, struct hwatt_target *target, struct transport **out, struct hwatt_error *err);

/* For tests and figures. */
size_t lan_octets(void);

#endif
