/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* rmcpp.h - RMCP+ as it is on the wire: packets, their protection, the messages inside.
 *
 * Written from the specification (IPMI 2.0 revision 1.1, chapters 13.6 to 13.28) and sharing no
 * line with hallwatt's own client.  It is strict: what the specification does not allow is refused,
 * with the reason, so that a sloppy client is found out. */
#ifndef HALLSIM_RMCPP_H
#define HALLSIM_RMCPP_H

#include "octets.h"
#include "rmcpp_crypto.h"

#define RMCPP_PACKET_MAX 1024

enum rmcpp_payload {
	RMCPP_IPMI = 0x00,
	RMCPP_OPEN_REQUEST = 0x10,
	RMCPP_OPEN_ANSWER = 0x11,
	RMCPP_RAKP1 = 0x12,
	RMCPP_RAKP2 = 0x13,
	RMCPP_RAKP3 = 0x14,
	RMCPP_RAKP4 = 0x15,
};

enum rmcpp_kind { RMCPP_PING, RMCPP_V15, RMCPP_V20 };

/* A packet taken apart; the pointers go into what was received. */
struct rmcpp_packet {
	enum rmcpp_kind kind;
	uint8_t tag;          /* of a ping */
	uint8_t payload_type; /* V20 */
	bool encrypted, authenticated;
	uint32_t session_id, sequence;
	const uint8_t *payload;
	size_t payload_length;
	const uint8_t *covered; /* from the authentication type on */
	const uint8_t *trailer; /* behind the payload */
	size_t trailer_length;
};

enum rmcpp_fate {
	RMCPP_FINE,
	RMCPP_MALFORMED,
	RMCPP_BAD_TRAILER, /* integrity pad, pad length or next header */
	RMCPP_BAD_CODE,    /* the authentication code differs */
	RMCPP_BAD_PADDING, /* the confidentiality pad */
};

/* Takes `size` octets apart, without looking at protection. */
enum rmcpp_fate rmcpp_parse(const uint8_t *data, size_t size, struct rmcpp_packet *out);

/* Checks the code of a protected packet and decrypts it to `plain`, RMCPP_PACKET_MAX of room. */
enum rmcpp_fate rmcpp_open(struct rmcpp_crypto *crypto, const struct rmcpp_keys *keys,
                           const struct rmcpp_packet *packet, uint8_t *plain, size_t *plain_length);

/* Writes a protected packet with `payload` (an IPMI message) and the initialisation vector `iv`. */
void rmcpp_seal(struct rmcpp_crypto *crypto, const struct rmcpp_keys *keys, uint32_t session_id,
                uint32_t sequence, const uint8_t *payload, size_t length,
                const uint8_t iv[RMCPP_BLOCK], struct octets_writer *out);

/* Writes a packet outside of any session: of IPMI 2.0 with the payload type, of IPMI 1.5, a pong. */
void rmcpp_plain(unsigned payload_type, const uint8_t *payload, size_t length,
                 struct octets_writer *out);
void rmcpp_plain15(const uint8_t *payload, size_t length, struct octets_writer *out);
void rmcpp_pong(uint8_t tag, struct octets_writer *out);

/* An IPMI message over LAN. */
struct rmcpp_message {
	uint8_t responder, netfn, lun, requester, sequence, requester_lun, command;
	const uint8_t *data;
	size_t length;
};

/* Takes a request apart.  False when a checksum is wrong or it is too short. */
bool rmcpp_message_parse(const uint8_t *data, size_t size, struct rmcpp_message *out);

/* Writes the answer to `request`: `data` begins with the completion code. */
void rmcpp_message_answer(const struct rmcpp_message *request, const uint8_t *data, size_t length,
                          struct octets_writer *out);

#endif
