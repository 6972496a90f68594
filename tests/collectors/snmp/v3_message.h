/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* v3_message.h - SNMPv3 messages in the open, as an agent (or a liar) would write them. */
#ifndef SNMP_V3_MESSAGE_H
#define SNMP_V3_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

struct v3_message {
	uint32_t id;
	uint8_t flags;
	const char *engine; /* octets, NUL-terminated */
	int64_t boots, time;
	const char *user;
	size_t digest_length; /* zeros */
	const uint8_t *pdu;
	size_t pdu_length;
};

/* Its length; 0 when it does not fit. */
size_t v3_write(const struct v3_message *message, uint8_t *out, size_t size);
/* A Report of the counter `oid` (encoded contents) as PDU. */
size_t v3_write_report(uint32_t id, const uint8_t *oid, size_t length, uint8_t *out, size_t size);

#endif
