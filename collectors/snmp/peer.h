/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* peer.h - SNMPv3 with one device: who its engine is, what its clock says, and what its Reports mean.
 *
 * The engine asks peer_security for each message: the first one to an unknown device asks for its engine id, and whatever
 * comes back decides whether the request is sent again, answered or refused.  Nothing waits; time is an argument. */
#ifndef SNMP_PEER_H
#define SNMP_PEER_H

#include "engine.h"
#include "seal.h"
#include "source.h"
#include <hallwatt/collector.h>

struct roster; /* all peers, by engine id: to find two devices with one */
struct peer;

int roster_open(struct roster **out, struct hwatt_error *err);
void roster_close(struct roster *roster);

/* Reads the secrets of `settings` and makes the keys. `to` is where the device is found, once it is known; it and `target` outlive
 * the peer. HWATT_EINVAL. */
int peer_new(struct roster *roster, struct hwatt_target *target, const union hwatt_udp_address *to,
	     const struct snmp_settings *settings, int64_t now_ms, struct peer **out, struct hwatt_error *err);
void peer_free(struct peer *peer); /* NULL is fine */

/* With a struct peer * as its argument. */
extern const struct engine_security peer_security;

/* The device gave no answer at all: `err` is made to say so if it was only the user's messages that it did not answer. */
void peer_silent(struct peer *peer, struct hwatt_error *err);
/* After a refusal the device is left alone for a while: -1 and the refusal during it. */
int peer_held(const struct peer *peer, int64_t now_ms, struct hwatt_error *err);

#endif
