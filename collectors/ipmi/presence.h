/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* presence.h - whether a BMC is there: Get Channel Authentication Capabilities, which needs no session.
 *
 * Source: IPMI 2.0, revision 1.1, 13.6 (message format) and 22.13 (the command). */
#ifndef IPMI_PRESENCE_H
#define IPMI_PRESENCE_H

#include <hallwatt/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRESENCE_ASK_OCTETS 23

struct presence {
	bool ipmi_1_5, ipmi_2_0;
};

/* The question, for the channel it comes in by and the user's privilege. */
void presence_ask(uint8_t out[PRESENCE_ASK_OCTETS]);
/* Reads an answer. HWATT_EPROTO: it is none to this question, or not sound. */
int presence_read(const void *packet, size_t length, struct presence *out, struct hwatt_error *err);

#endif
