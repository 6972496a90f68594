/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "presence.h"
#include "rmcpp.h"
#include <hallwatt/wire.h>
#include <string.h>

#define VERSION_1_0 0x06
#define NO_SEQUENCE 0xff
#define CLASS_IPMI 0x07
#define COMMAND 0x38
#define REQUEST_NETFN 0x18  /* application, LUN 0 */
#define RESPONSE_NETFN 0x1c
#define BMC 0x20
#define REMOTE 0x81
#define EXTENDED 0x80       /* asks for what IPMI 2.0 has; in the answer: it has */
#define THIS_CHANNEL 0x0e
#define USER 0x02

void presence_ask(uint8_t out[PRESENCE_ASK_OCTETS])
{
	uint8_t message[] = { BMC, REQUEST_NETFN, 0, REMOTE, 0, COMMAND, EXTENDED | THIS_CHANNEL, USER, 0 };
	const uint8_t head[] = { VERSION_1_0, 0, NO_SEQUENCE, CLASS_IPMI };
	message[2] = rmcpp_checksum(message, 2);
	message[8] = rmcpp_checksum(message + 3, 5);
	memset(out, 0, PRESENCE_ASK_OCTETS); /* no authentication, sequence 0, session 0 */
	memcpy(out, head, sizeof(head));
	out[13] = sizeof(message);
	memcpy(out + 14, message, sizeof(message));
}

int presence_read(const void *packet, size_t length, struct presence *out, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(packet, length);
	uint8_t version = hwatt_wire_u8(&in);
	hwatt_wire_take(&in, 2);
	uint8_t class = hwatt_wire_u8(&in), type = hwatt_wire_u8(&in);
	hwatt_wire_take(&in, 8); /* sequence and session */
	uint8_t size = hwatt_wire_u8(&in);
	const uint8_t *message = hwatt_wire_take(&in, size);
	if (!hwatt_wire_ok(&in) || version != VERSION_1_0 || class != CLASS_IPMI || type != 0)
		return hwatt_fail(err, HWATT_EPROTO, "no RMCP answer outside a session");
	if (size < 8 || (message[6] == 0 && size < 16))
		return hwatt_fail(err, HWATT_EPROTO, "an answer of %u octets is too short", size);
	if ((message[1] & 0xfcu) != RESPONSE_NETFN || message[5] != COMMAND)
		return hwatt_fail(err, HWATT_EPROTO, "the answer is to another command");
	/* Some BMCs get the checksums wrong; that something answers is all that is asked here. A refusal is an answer. */
	*out = (struct presence){ .ipmi_1_5 = true };
	if (message[6] == 0 && (message[8] & EXTENDED) != 0) {
		out->ipmi_1_5 = (message[10] & 0x01u) != 0;
		out->ipmi_2_0 = (message[10] & 0x02u) != 0;
	}
	return 0;
}
