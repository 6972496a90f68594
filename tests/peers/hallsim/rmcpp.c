/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "rmcpp.h"

#include <assert.h>

#include "rmcpp_crypto.h"

#define RMCP_VERSION 0x06
#define RMCP_NO_ACK 0xff
#define CLASS_ASF 0x06
#define CLASS_IPMI 0x07
#define ASF_IANA UINT32_C(0xbe110000) /* 4542, most significant octet first */
#define ASF_PING 0x80
#define ASF_PONG 0x40
#define AUTH_NONE 0x00
#define AUTH_RMCPP 0x06
#define FLAG_ENCRYPTED 0x80
#define FLAG_AUTHENTICATED 0x40
#define NEXT_HEADER 0x07
#define PAYLOAD_OEM 0x02
#define V20_HEADER 12 /* authentication type to payload length */
#define MESSAGE_HEADER 3

/* An ASF presence ping. */
static enum rmcpp_fate parse_asf(struct octets_reader *in, struct rmcpp_packet *out)
{
	uint32_t iana = octets_u32(in);
	uint8_t type = octets_u8(in);
	out->kind = RMCPP_PING;
	out->tag = octets_u8(in);
	octets_u8(in); /* reserved */
	uint8_t length = octets_u8(in);
	if (in->bad || iana != ASF_IANA || type != ASF_PING || length != octets_left(in))
		return RMCPP_MALFORMED;
	return RMCPP_FINE;
}

/* IPMI 1.5, of which only what stands outside of sessions is spoken. */
static enum rmcpp_fate parse_v15(struct octets_reader *in, struct rmcpp_packet *out)
{
	out->kind = RMCPP_V15;
	out->sequence = octets_u32(in);
	out->session_id = octets_u32(in);
	out->payload_length = octets_u8(in);
	out->payload = octets_take(in, out->payload_length);
	size_t left = octets_left(in); /* one octet of legacy padding is allowed */
	if (in->bad || left > 1 || out->sequence != 0 || out->session_id != 0)
		return RMCPP_MALFORMED;
	return RMCPP_FINE;
}

/* IPMI 2.0. */
static enum rmcpp_fate parse_v20(struct octets_reader *in, struct rmcpp_packet *out)
{
	out->kind = RMCPP_V20;
	out->covered = in->data + in->at - 1;
	uint8_t type = octets_u8(in);
	out->encrypted = (type & FLAG_ENCRYPTED) != 0;
	out->authenticated = (type & FLAG_AUTHENTICATED) != 0;
	out->payload_type = type & 0x3f;
	if (out->payload_type == PAYLOAD_OEM)
		return RMCPP_MALFORMED;
	out->session_id = octets_u32(in);
	out->sequence = octets_u32(in);
	out->payload_length = octets_u16(in);
	out->payload = octets_take(in, out->payload_length);
	if (in->bad || out->payload_length > RMCPP_PACKET_MAX)
		return RMCPP_MALFORMED;
	out->trailer_length = octets_left(in);
	out->trailer = octets_take(in, out->trailer_length);
	if (!out->authenticated && out->trailer_length != 0)
		return RMCPP_MALFORMED;
	return RMCPP_FINE;
}

enum rmcpp_fate rmcpp_parse(const uint8_t *data, size_t size, struct rmcpp_packet *out)
{
	struct octets_reader in = octets_reader(data, size);
	*out = (struct rmcpp_packet){0};
	uint8_t version = octets_u8(&in);
	octets_u8(&in); /* reserved */
	uint8_t sequence = octets_u8(&in);
	uint8_t class = octets_u8(&in);
	if (in.bad || version != RMCP_VERSION)
		return RMCPP_MALFORMED;
	if (class == CLASS_ASF)
		return parse_asf(&in, out);
	if (class != CLASS_IPMI || sequence != RMCP_NO_ACK)
		return RMCPP_MALFORMED;
	uint8_t auth = octets_u8(&in);
	if (auth == AUTH_RMCPP)
		return parse_v20(&in, out);
	if (auth == AUTH_NONE && !in.bad)
		return parse_v15(&in, out);
	return RMCPP_MALFORMED;
}

void rmcpp_plain(unsigned payload_type, const uint8_t *payload, size_t length,
                 struct octets_writer *out)
{
	static const uint8_t header[] = {RMCP_VERSION, 0, RMCP_NO_ACK, CLASS_IPMI, AUTH_RMCPP};
	octets_put(out, header, sizeof(header));
	octets_put_u8(out, payload_type);
	octets_put_u32(out, 0);
	octets_put_u32(out, 0);
	octets_put_u16(out, (unsigned)length);
	octets_put(out, payload, length);
}

void rmcpp_plain15(const uint8_t *payload, size_t length, struct octets_writer *out)
{
	static const uint8_t header[] = {RMCP_VERSION, 0, RMCP_NO_ACK, CLASS_IPMI, AUTH_NONE};
	octets_put(out, header, sizeof(header));
	octets_put_u32(out, 0);
	octets_put_u32(out, 0);
	octets_put_u8(out, (unsigned)length);
	octets_put(out, payload, length);
}

void rmcpp_pong(uint8_t tag, struct octets_writer *out)
{
	static const uint8_t header[] = {RMCP_VERSION, 0, RMCP_NO_ACK, CLASS_ASF};
	octets_put(out, header, sizeof(header));
	octets_put_u32(out, ASF_IANA);
	octets_put_u8(out, ASF_PONG);
	octets_put_u8(out, tag);
	octets_put_u8(out, 0);
	octets_put_u8(out, 16);
	octets_put_u32(out, ASF_IANA);
	octets_put_u32(out, 0);
	octets_put_u8(out, 0x81); /* speaks IPMI, ASF 1.0 */
	octets_put_many(out, 0, 7);
}

bool rmcpp_message_parse(const uint8_t *data, size_t size, struct rmcpp_message *out)
{
	struct octets_reader in = octets_reader(data, size);
	out->responder = octets_u8(&in);
	uint8_t netfn = octets_u8(&in);
	octets_u8(&in); /* checksum of the first two */
	out->requester = octets_u8(&in);
	uint8_t sequence = octets_u8(&in);
	out->command = octets_u8(&in);
	if (octets_left(&in) < 1)
		return false;
	out->length = octets_left(&in) - 1;
	out->data = octets_take(&in, out->length);
	out->netfn = netfn >> 2;
	out->lun = netfn & 3;
	out->sequence = sequence >> 2;
	out->requester_lun = sequence & 3;
	return octets_checksum(data, MESSAGE_HEADER) == 0 &&
	       octets_checksum(data + MESSAGE_HEADER, size - MESSAGE_HEADER) == 0;
}

void rmcpp_message_answer(const struct rmcpp_message *request, const uint8_t *data, size_t length,
                          struct octets_writer *out)
{
	uint8_t head[2] = {request->requester,
	                   (uint8_t)((request->netfn | 1) << 2 | request->requester_lun)};
	octets_put(out, head, sizeof(head));
	octets_put_u8(out, octets_checksum(head, sizeof(head)));
	size_t start = out->length;
	octets_put_u8(out, request->responder);
	octets_put_u8(out, (unsigned)(request->sequence << 2 | request->lun));
	octets_put_u8(out, request->command);
	octets_put(out, data, length);
	if (!out->full)
		octets_put_u8(out, octets_checksum(out->data + start, out->length - start));
}

/* How many octets of FFh stand before the pad length, so that it all comes to a multiple of 4. */
static size_t integrity_pad(size_t payload_length)
{
	return (4 - (V20_HEADER + payload_length + 2) % 4) % 4;
}

/* The code of the octets from the authentication type to the next header. */
static void packet_code(struct rmcpp_crypto *crypto, const struct rmcpp_keys *keys,
                        const uint8_t *covered, size_t length, uint8_t code[RMCPP_CODE_MAX])
{
	rmcpp_hmac(crypto, keys->suite, keys->k1, rmcpp_hash_length(keys->suite), covered, length,
	           code);
}

/* Looks at what stands behind the payload. */
static enum rmcpp_fate check_trailer(struct rmcpp_crypto *crypto, const struct rmcpp_keys *keys,
                                     const struct rmcpp_packet *packet)
{
	uint8_t code[RMCPP_CODE_MAX];
	size_t pad = integrity_pad(packet->payload_length);
	size_t code_length = rmcpp_code_length(keys->suite);
	const uint8_t *trailer = packet->trailer;
	if (packet->trailer_length != pad + 2 + code_length)
		return RMCPP_BAD_TRAILER;
	packet_code(crypto, keys, packet->covered, V20_HEADER + packet->payload_length + pad + 2,
	            code);
	if (!rmcpp_same(code, trailer + pad + 2, code_length))
		return RMCPP_BAD_CODE;
	for (size_t i = 0; i < pad; i++)
		if (trailer[i] != 0xff)
			return RMCPP_BAD_TRAILER;
	if (trailer[pad] != pad || trailer[pad + 1] != NEXT_HEADER)
		return RMCPP_BAD_TRAILER;
	return RMCPP_FINE;
}

/* Takes the confidentiality pad (01 02 03 .. and its length) off `*length` octets. */
static enum rmcpp_fate strip_pad(const uint8_t *plain, size_t *length)
{
	size_t pad = plain[*length - 1];
	if (pad >= RMCPP_BLOCK || pad + 1 > *length)
		return RMCPP_BAD_PADDING;
	for (size_t i = 0; i < pad; i++)
		if (plain[*length - 1 - pad + i] != i + 1)
			return RMCPP_BAD_PADDING;
	*length -= pad + 1;
	return RMCPP_FINE;
}

enum rmcpp_fate rmcpp_open(struct rmcpp_crypto *crypto, const struct rmcpp_keys *keys,
                           const struct rmcpp_packet *packet, uint8_t *plain, size_t *plain_length)
{
	enum rmcpp_fate fate = check_trailer(crypto, keys, packet);
	if (fate != RMCPP_FINE)
		return fate;
	size_t length = packet->payload_length;
	if (length < (size_t)2 * RMCPP_BLOCK || length % RMCPP_BLOCK != 0)
		return RMCPP_BAD_PADDING;
	*plain_length = length - RMCPP_BLOCK;
	rmcpp_cipher(crypto, keys->k2, packet->payload, false, packet->payload + RMCPP_BLOCK,
	             *plain_length, plain);
	return strip_pad(plain, plain_length);
}

void rmcpp_seal(struct rmcpp_crypto *crypto, const struct rmcpp_keys *keys, uint32_t session_id,
                uint32_t sequence, const uint8_t *payload, size_t length,
                const uint8_t iv[RMCPP_BLOCK], struct octets_writer *out)
{
	static const uint8_t header[] = {RMCP_VERSION, 0, RMCP_NO_ACK, CLASS_IPMI};
	uint8_t padded[RMCPP_PACKET_MAX], secret[RMCPP_PACKET_MAX], code[RMCPP_CODE_MAX];
	struct octets_writer in = octets_writer(padded, sizeof(padded));

	octets_put(&in, payload, length);
	size_t pad = (RMCPP_BLOCK - (length + 1) % RMCPP_BLOCK) % RMCPP_BLOCK;
	for (size_t i = 0; i < pad; i++)
		octets_put_u8(&in, (unsigned)i + 1);
	octets_put_u8(&in, (unsigned)pad);
	assert(!in.full);
	rmcpp_cipher(crypto, keys->k2, iv, true, padded, in.length, secret);

	octets_put(out, header, sizeof(header));
	size_t start = out->length;
	octets_put_u8(out, AUTH_RMCPP);
	octets_put_u8(out, FLAG_ENCRYPTED | FLAG_AUTHENTICATED | RMCPP_IPMI);
	octets_put_u32(out, session_id);
	octets_put_u32(out, sequence);
	octets_put_u16(out, (unsigned)(RMCPP_BLOCK + in.length));
	octets_put(out, iv, RMCPP_BLOCK);
	octets_put(out, secret, in.length);
	pad = integrity_pad(RMCPP_BLOCK + in.length);
	octets_put_many(out, 0xff, pad);
	octets_put_u8(out, (unsigned)pad);
	octets_put_u8(out, NEXT_HEADER);
	assert(!out->full);
	packet_code(crypto, keys, out->data + start, out->length - start, code);
	octets_put(out, code, rmcpp_code_length(keys->suite));
}
