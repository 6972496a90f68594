/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "rmcpp.h"
#include <assert.h>
#include <hallwatt/wire.h>
#include <string.h>

#define RMCP_VERSION 0x06
#define RMCP_NO_SEQUENCE 0xff
#define RMCP_CLASS_IPMI 0x07
#define FORMAT_RMCPP 0x06
#define ENCRYPTED 0x80
#define AUTHENTICATED 0x40
#define PAYLOAD_TYPE 0x3f
#define PAYLOAD_OEM 0x02      /* six more octets of head */
#define NEXT_HEADER 0x07
#define COVERED_FROM 4u       /* the seal is over all from the format on */
#define BMC 0x20
#define CONSOLE 0x81

uint8_t rmcpp_checksum(const uint8_t *bytes, size_t length)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return (uint8_t)(0x100 - sum);
}

static uint8_t *put_le(uint8_t *out, uint32_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		*out++ = (uint8_t)(value >> (8 * i));
	return out;
}

int rmcpp_head(const void *bytes, size_t length, struct rmcpp_packet *out, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	uint8_t version = hwatt_wire_u8(&in);
	hwatt_wire_take(&in, 2);
	uint8_t class = hwatt_wire_u8(&in), format = hwatt_wire_u8(&in), type = hwatt_wire_u8(&in);
	if (!hwatt_wire_ok(&in) || version != RMCP_VERSION || class != RMCP_CLASS_IPMI || format != FORMAT_RMCPP)
		return hwatt_fail(err, HWATT_EPROTO, "no RMCP+ packet");
	if ((type & PAYLOAD_TYPE) == PAYLOAD_OEM)
		hwatt_wire_take(&in, 6);
	*out = (struct rmcpp_packet){ .type = type & PAYLOAD_TYPE, .encrypted = (type & ENCRYPTED) != 0,
				      .authenticated = (type & AUTHENTICATED) != 0, .bytes = bytes, .size = length };
	out->session = (uint32_t)hwatt_wire_le(&in, 4);
	out->sequence = (uint32_t)hwatt_wire_le(&in, 4);
	out->length = (size_t)hwatt_wire_le(&in, 2);
	out->payload = hwatt_wire_take(&in, out->length);
	out->end = in.at;
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "the packet ends after %zu octets, within what it announces", length);
	return 0;
}

/* The seal is at the very end; before it stand the next header, the pad's length and up to three octets of pad. */
static bool sealed(struct sealer *sealer, const struct rmcpp_keys *keys, const struct rmcpp_packet *p)
{
	uint8_t mac[SUITE_MAX_MAC];
	size_t code = keys->suite->code, behind = p->size - p->end;
	if (behind < code + 2)
		return false;
	size_t pad = behind - code - 2, at = p->size - code;
	if (p->bytes[at - 1] != NEXT_HEADER || p->bytes[at - 2] != pad)
		return false;
	struct sealer_part covered = { p->bytes + COVERED_FROM, at - COVERED_FROM };
	sealer_mac(sealer, keys->suite, keys->k1, keys->suite->mac, &covered, 1, mac);
	return sealer_equal(mac, p->bytes + at, code);
}

int rmcpp_open(struct sealer *sealer, const struct rmcpp_keys *keys, const struct rmcpp_packet *p,
	       uint8_t plain[RMCPP_MAX_PACKET], struct hwatt_error *err)
{
	if (!p->authenticated || !p->encrypted)
		return hwatt_fail(err, HWATT_EPROTO, "a packet of the session that is not sealed or not encrypted");
	if (!sealed(sealer, keys, p))
		return hwatt_fail(err, HWATT_EPROTO, "the packet's seal is wrong");
	if (p->length < 2 * SUITE_BLOCK || p->length % SUITE_BLOCK != 0 || p->length > RMCPP_MAX_PACKET)
		return hwatt_fail(err, HWATT_EPROTO, "%zu octets cannot be what was encrypted", p->length);
	size_t length = p->length - SUITE_BLOCK;
	sealer_decrypt(sealer, keys->k2, p->payload, p->payload + SUITE_BLOCK, length, plain);
	size_t pad = plain[length - 1]; /* whatever the pad holds: controllers differ */
	if (pad >= SUITE_BLOCK)
		return hwatt_fail(err, HWATT_EPROTO, "a pad of %zu octets cannot be", pad);
	return (int)(length - 1 - pad);
}

int rmcpp_message(const uint8_t *bytes, size_t length, struct rmcpp_response *out, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	uint8_t to = hwatt_wire_u8(&in), netfn = hwatt_wire_u8(&in), first = hwatt_wire_u8(&in);
	hwatt_wire_u8(&in); /* from: some controllers say another than was asked */
	uint8_t sequence = hwatt_wire_u8(&in), command = hwatt_wire_u8(&in), code = hwatt_wire_u8(&in);
	if (!hwatt_wire_ok(&in) || hwatt_wire_left(&in) < 1)
		return hwatt_fail(err, HWATT_EPROTO, "an IPMI message of %zu octets is too short", length);
	if (to != CONSOLE || (netfn & 0x04) == 0)
		return hwatt_fail(err, HWATT_EPROTO, "the IPMI message is not a response to us");
	*out = (struct rmcpp_response){ .netfn = netfn >> 2, .sequence = sequence >> 2, .command = command, .code = code };
	out->length = hwatt_wire_left(&in) - 1;
	out->data = hwatt_wire_take(&in, out->length);
	uint8_t last = hwatt_wire_u8(&in);
	out->checksums_wrong = first != rmcpp_checksum(bytes, 2) || last != rmcpp_checksum(bytes + 3, length - 4);
	return 0;
}

static uint8_t *put_head(uint8_t *out, uint8_t type, uint32_t session, uint32_t sequence, size_t length)
{
	const uint8_t start[] = { RMCP_VERSION, 0, RMCP_NO_SEQUENCE, RMCP_CLASS_IPMI, FORMAT_RMCPP, type };
	memcpy(out, start, sizeof(start));
	out = put_le(out + sizeof(start), session, 4);
	out = put_le(out, sequence, 4);
	return put_le(out, (uint32_t)length, 2);
}

size_t rmcpp_plain(uint8_t type, const uint8_t *payload, size_t length, uint8_t out[RMCPP_MAX_PLAIN])
{
	assert(length <= RMCPP_MAX_OUT);
	uint8_t *at = put_head(out, type, 0, 0, length);
	memcpy(at, payload, length);
	return RMCPP_HEAD + length;
}

/* The message into `out`, with its pad for encryption; the length of both. */
static size_t put_message(const struct rmcpp_request *r, uint8_t *out)
{
	size_t length = 7 + r->length;
	out[0] = BMC;
	out[1] = (uint8_t)(r->netfn << 2 | r->lun);
	out[2] = rmcpp_checksum(out, 2);
	out[3] = CONSOLE;
	out[4] = (uint8_t)(r->sequence << 2);
	out[5] = r->command;
	if (r->length > 0)
		memcpy(out + 6, r->data, r->length);
	out[6 + r->length] = rmcpp_checksum(out + 3, 3 + r->length);
	size_t pad = (SUITE_BLOCK - (length + 1) % SUITE_BLOCK) % SUITE_BLOCK;
	for (size_t i = 0; i < pad; i++)
		out[length + i] = (uint8_t)(i + 1);
	out[length + pad] = (uint8_t)pad;
	return length + pad + 1;
}

size_t rmcpp_seal_with(struct sealer *sealer, const struct rmcpp_keys *keys, uint32_t session, uint32_t sequence,
		       const struct rmcpp_request *request, const uint8_t iv[SUITE_BLOCK], uint8_t out[RMCPP_MAX_SEALED])
{
	uint8_t message[RMCPP_MAX_OUT + SUITE_BLOCK], mac[SUITE_MAX_MAC];
	assert(7 + request->length <= RMCPP_MAX_OUT);
	size_t length = put_message(request, message);
	uint8_t *at = put_head(out, RMCPP_IPMI | ENCRYPTED | AUTHENTICATED, session, sequence, SUITE_BLOCK + length);
	memcpy(at, iv, SUITE_BLOCK);
	sealer_encrypt(sealer, keys->k2, iv, message, length, at + SUITE_BLOCK);
	at += SUITE_BLOCK + length;
	size_t pad = (4 - ((size_t)(at - out) - COVERED_FROM + 2) % 4) % 4;
	memset(at, 0xff, pad);
	at += pad;
	*at++ = (uint8_t)pad;
	*at++ = NEXT_HEADER;
	struct sealer_part covered = { out + COVERED_FROM, (size_t)(at - out) - COVERED_FROM };
	sealer_mac(sealer, keys->suite, keys->k1, keys->suite->mac, &covered, 1, mac);
	memcpy(at, mac, keys->suite->code);
	return (size_t)(at - out) + keys->suite->code;
}

size_t rmcpp_seal(struct sealer *sealer, const struct rmcpp_keys *keys, uint32_t session, uint32_t sequence,
		  const struct rmcpp_request *request, uint8_t out[RMCPP_MAX_SEALED])
{
	uint8_t iv[SUITE_BLOCK];
	sealer_random(sealer, iv, sizeof(iv));
	return rmcpp_seal_with(sealer, keys, session, sequence, request, iv, out);
}
