/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "head.h"

#define VERSION_3 3
#define USER_BASED 3 /* msgSecurityModel */
#define SALT 8u      /* octets of msgPrivacyParameters */

static const uint8_t *take_string(struct hwatt_wire *in, size_t most, size_t *length)
{
	struct hwatt_wire string = ber_open(in, BER_STRING);
	if (string.length > most)
		in->failed = true;
	*length = string.length;
	return string.bytes;
}

/* version and the id; leaves `message` behind them and `global` behind the id. */
static bool read_start(struct hwatt_wire *message, struct hwatt_wire *global, uint32_t *id)
{
	int64_t version = ber_integer(message);
	*global = ber_open(message, BER_SEQUENCE);
	int64_t number = ber_integer(global);
	if (!hwatt_wire_ok(message) || !hwatt_wire_ok(global) || version != VERSION_3 || number < 0 || number > INT32_MAX)
		return false;
	*id = (uint32_t)number;
	return true;
}

static bool read_global(struct hwatt_wire *global, struct head *out)
{
	size_t flags_length;
	int64_t max_size = ber_integer(global);
	const uint8_t *flags = take_string(global, 1, &flags_length);
	int64_t model = ber_integer(global);
	if (!hwatt_wire_ok(global) || hwatt_wire_left(global) != 0 || flags_length != 1 || model != USER_BASED ||
	    max_size < 484 || max_size > INT32_MAX)
		return false;
	out->flags = *flags & (HEAD_AUTH | HEAD_PRIV);
	return out->flags != HEAD_PRIV; /* encryption without digest does not exist */
}

static bool read_security(struct hwatt_wire *message, struct head *out)
{
	size_t salt_length;
	struct hwatt_wire octets = ber_open(message, BER_STRING);
	struct hwatt_wire in = ber_open(&octets, BER_SEQUENCE);
	out->engine = take_string(&in, HEAD_MAX_ENGINE, &out->engine_length);
	out->boots = ber_integer(&in);
	out->time = ber_integer(&in);
	out->user = take_string(&in, HEAD_MAX_USER, &out->user_length);
	take_string(&in, HEAD_MAX_DIGEST, &out->digest_length);
	take_string(&in, SALT, &salt_length);
	if (!hwatt_wire_ok(message) || !hwatt_wire_ok(&octets) || !hwatt_wire_ok(&in) || hwatt_wire_left(&octets) != 0 ||
	    hwatt_wire_left(&in) != 0)
		return false;
	return out->boots >= 0 && out->boots <= INT32_MAX && out->time >= 0 && out->time <= INT32_MAX &&
	       ((out->flags & HEAD_AUTH) == 0 || out->digest_length > 0) &&
	       ((out->flags & HEAD_PRIV) == 0 || salt_length == SALT);
}

static bool read_data(struct hwatt_wire *message, struct head *out)
{
	size_t ignored;
	bool encrypted = (out->flags & HEAD_PRIV) != 0;
	struct hwatt_wire data = ber_open(message, encrypted ? BER_STRING : BER_SEQUENCE);
	if (!hwatt_wire_ok(message) || !hwatt_wire_ok(&data) || hwatt_wire_left(message) != 0)
		return false;
	if (encrypted)
		return data.length > 0;
	take_string(&data, HEAD_MAX_ENGINE, &ignored); /* contextEngineID, contextName */
	take_string(&data, 255, &ignored);
	if (!hwatt_wire_ok(&data))
		return false;
	out->pdu_length = hwatt_wire_left(&data);
	out->pdu = hwatt_wire_take(&data, out->pdu_length);
	return out->pdu_length > 0;
}

int head_read(const void *packet, size_t length, struct head *out, struct hwatt_error *err)
{
	struct hwatt_wire global, in = hwatt_wire_from(packet, length), message = ber_open(&in, BER_SEQUENCE);
	*out = (struct head){ 0 };
	if (hwatt_wire_ok(&in) && hwatt_wire_left(&in) == 0 && read_start(&message, &global, &out->id) &&
	    read_global(&global, out) && read_security(&message, out) && read_data(&message, out))
		return 0;
	return hwatt_fail(err, HWATT_EPROTO, "malformed SNMPv3 message of %zu octets", length);
}

bool head_peek_id(const void *packet, size_t length, uint32_t *id)
{
	struct hwatt_wire global, in = hwatt_wire_from(packet, length), message = ber_open(&in, BER_SEQUENCE);
	return read_start(&message, &global, id);
}
