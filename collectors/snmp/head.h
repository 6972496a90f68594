/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* head.h - the part of an SNMPv3 message that anyone can read: what must be known before its seal is looked at.
 *
 * Nothing in it can be trusted until the message's digest was found right.  Source: RFC 3412 6, RFC 3414 2.4. */
#ifndef SNMP_HEAD_H
#define SNMP_HEAD_H

#include "ber.h"

#define HEAD_AUTH 1u          /* flags: it has a digest */
#define HEAD_PRIV 2u          /* its PDU is encrypted */
#define HEAD_MAX_ENGINE 32u   /* octets of an engine id */
#define HEAD_MAX_USER 32u
#define HEAD_MAX_DIGEST 48u

struct head { /* points into the packet */
	uint32_t id;
	uint8_t flags;
	const uint8_t *engine, *user;
	size_t engine_length, user_length, digest_length;
	int64_t boots, time;
	const uint8_t *pdu;   /* NULL when encrypted */
	size_t pdu_length;
};

/* Reads the head of one whole packet. HWATT_EPROTO when it is no SNMPv3 message with the user-based security model, when a
 * length is out of its bounds, or when the digest or the encryption does not go with the flags. */
int head_read(const void *packet, size_t length, struct head *out, struct hwatt_error *err);
/* The message id alone, for matching: false when the packet's beginning is no SNMPv3 message. */
bool head_peek_id(const void *packet, size_t length, uint32_t *id);

#endif
