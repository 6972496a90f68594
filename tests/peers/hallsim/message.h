/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* message.h - one SNMP request in, its answer out: v1 (RFC 1157) and v2c (RFC 1901, 3416, 3584).
 *
 * No sockets here: octets to octets, so that a test or a fuzzer can ask. */
#ifndef HALLSIM_MESSAGE_H
#define HALLSIM_MESSAGE_H

#include "mib.h"

#define MESSAGE_MAX 1472 /* an answer fits one Ethernet frame: 1500 - 20 - 8 */

enum message_fate {
	MESSAGE_ANSWERED,
	MESSAGE_MALFORMED,
	MESSAGE_BAD_VERSION,
	MESSAGE_BAD_COMMUNITY,
	MESSAGE_NOT_A_REQUEST, /* well-formed, but a response, a trap or the like */
	MESSAGE_NO_ROOM,       /* not even tooBig fits */
};

/* Answers the request of `length` octets at `request` from `mib` as it stands at `moment`, into
 * `answer` (MESSAGE_MAX octets), and sets `answer_length`, 0 unless MESSAGE_ANSWERED. */
enum message_fate message_answer(const struct mib *mib, const struct mib_moment *moment,
                                 const char *community, const uint8_t *request, size_t length,
                                 uint8_t *answer, size_t *answer_length);

#endif
