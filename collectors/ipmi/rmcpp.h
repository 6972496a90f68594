/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* rmcpp.h - RMCP+ packets as octets, and the IPMI messages in them.
 *
 * Reading is in two steps, as the length of the seal at the end is the session's: the head tells whose packet it is, then
 * rmcpp_open() checks the seal, decrypts and gives the payload.
 * Source: IPMI 2.0 revision 1.1, 13.6 (packet), 13.8 (LAN message), 13.28.4 (integrity), 13.29 (AES-CBC-128). */
#ifndef IPMI_RMCPP_H
#define IPMI_RMCPP_H

#include "suite.h"

#define RMCPP_MAX_PACKET 1024u
#define RMCPP_MAX_SEALED 160u    /* what rmcpp_seal() writes at most, for messages of up to RMCPP_MAX_OUT octets */
#define RMCPP_MAX_OUT 64u
#define RMCPP_HEAD 16u           /* octets before the payload */
#define RMCPP_MAX_PLAIN (RMCPP_HEAD + RMCPP_MAX_OUT)

enum rmcpp_payload {
	RMCPP_IPMI = 0x00, RMCPP_OPEN_REQUEST = 0x10, RMCPP_OPEN_RESPONSE = 0x11, RMCPP_RAKP1 = 0x12, RMCPP_RAKP2 = 0x13,
	RMCPP_RAKP3 = 0x14, RMCPP_RAKP4 = 0x15, RMCPP_FOREIGN = 0xff /* no RMCP+ at all: only `bytes` and `size` are set */
};

struct rmcpp_packet { /* borrows the octets it was read from */
	uint8_t type;            /* enum rmcpp_payload, or one that is not for us */
	bool encrypted, authenticated;
	uint32_t session, sequence;
	const uint8_t *payload;
	size_t length;
	const uint8_t *bytes;    /* the whole packet, and where in it the payload ends */
	size_t size, end;
};

struct rmcpp_keys {
	const struct suite *suite;
	uint8_t k1[SUITE_MAX_MAC];
	uint8_t k2[SUITE_AES_KEY];
};

struct rmcpp_request { /* an IPMI message to the controller */
	uint8_t netfn, lun, sequence, command;
	const uint8_t *data;
	size_t length;
};

struct rmcpp_response { /* one from it; borrows */
	uint8_t netfn, sequence, command, code;
	const uint8_t *data;     /* behind the completion code */
	size_t length;
	bool checksums_wrong;
};

/* Reads the head of a packet of at most RMCPP_MAX_PACKET octets. HWATT_EPROTO: no RMCP+ packet of IPMI. */
int rmcpp_head(const void *bytes, size_t length, struct rmcpp_packet *out, struct hwatt_error *err);
/* Checks the seal of a packet within a session, and decrypts its payload into `plain`; its length, or -1 with HWATT_EPROTO:
 * not sealed with these keys. */
int rmcpp_open(struct sealer *sealer, const struct rmcpp_keys *keys, const struct rmcpp_packet *packet,
	       uint8_t plain[RMCPP_MAX_PACKET], struct hwatt_error *err);
/* Reads an IPMI message. HWATT_EPROTO: too short, or not a response from the controller to us. */
int rmcpp_message(const uint8_t *bytes, size_t length, struct rmcpp_response *out, struct hwatt_error *err);

/* What makes the sum of all octets 0. */
uint8_t rmcpp_checksum(const uint8_t *bytes, size_t length);

/* Writes a packet outside a session; its length. `length` is at most RMCPP_MAX_OUT. */
size_t rmcpp_plain(uint8_t type, const uint8_t *payload, size_t length, uint8_t out[RMCPP_MAX_PLAIN]);
/* Writes an IPMI message, encrypted and sealed; its length. */
size_t rmcpp_seal(struct sealer *sealer, const struct rmcpp_keys *keys, uint32_t session, uint32_t sequence,
		  const struct rmcpp_request *request, uint8_t out[RMCPP_MAX_SEALED]);
/* As rmcpp_seal(), with the initialisation vector given: for vectors. */
size_t rmcpp_seal_with(struct sealer *sealer, const struct rmcpp_keys *keys, uint32_t session, uint32_t sequence,
		       const struct rmcpp_request *request, const uint8_t iv[SUITE_BLOCK], uint8_t out[RMCPP_MAX_SEALED]);

#endif
