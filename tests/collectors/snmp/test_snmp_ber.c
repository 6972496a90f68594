/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "ber.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ber_message message;

static struct ber_oid oid(const char *text)
{
	static uint8_t bytes[8][BER_MAX_OID];
	static unsigned next;
	uint8_t *at = bytes[next++ % 8];
	size_t length = ber_oid_parse(text, at, BER_MAX_OID);
	assert_true(length > 0);
	return (struct ber_oid){ at, length };
}

/* A v2c response to id 0x40000001 with one varbind of sysUpTime.0, whose value is `value`. */
static size_t response(uint8_t *out, const void *value, size_t length)
{
	static const uint8_t fixed[] = { 0x02, 1, 1, 0x04, 6, 'p', 'u', 'b', 'l', 'i', 'c' };
	static const uint8_t ids[] = { 0x02, 4, 0x40, 0, 0, 1, 0x02, 1, 0, 0x02, 1, 0 };
	static const uint8_t name[] = { 0x06, 8, 0x2b, 6, 1, 2, 1, 1, 3, 0 };
	size_t pair = sizeof(name) + length, pdu = sizeof(ids) + 4 + pair, all = sizeof(fixed) + 2 + pdu, at = 0;
	out[at++] = 0x30;
	out[at++] = (uint8_t)all;
	memcpy(out + at, fixed, sizeof(fixed));
	at += sizeof(fixed);
	out[at++] = 0xa2;
	out[at++] = (uint8_t)pdu;
	memcpy(out + at, ids, sizeof(ids));
	at += sizeof(ids);
	out[at++] = 0x30;
	out[at++] = (uint8_t)(pair + 2);
	out[at++] = 0x30;
	out[at++] = (uint8_t)pair;
	memcpy(out + at, name, sizeof(name));
	memcpy(out + at + sizeof(name), value, length);
	return at + pair;
}

static int decode_value(const void *value, size_t length)
{
	uint8_t packet[256];
	size_t n = response(packet, value, length);
	static uint8_t *exact; /* what the message points into must live on */
	free(exact);
	exact = malloc(n);
	memcpy(exact, packet, n);
	return ber_decode(exact, n, &message, NULL);
}
#define DECODE(...) decode_value((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void a_request_is_written_as_the_standard_says(void **state)
{
	(void)state;
	static const uint8_t expected[] = {
		0x30, 0x29, 0x02, 0x01, 0x01, 0x04, 0x06, 'p', 'u', 'b', 'l', 'i', 'c', 0xa0, 0x1c, 0x02, 0x04, 0x40, 0x00,
		0x00, 0x07, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00, 0x30, 0x0e, 0x30, 0x0c, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x02,
		0x01, 0x01, 0x03, 0x00, 0x05, 0x00 };
	struct ber_oid uptime = oid("1.3.6.1.2.1.1.3.0");
	struct ber_request request = { BER_V2C, "public", BER_GET, 9, &uptime, 1 };
	uint8_t out[128];
	size_t id_at, n = ber_encode(&request, out, sizeof(out), &id_at);
	assert_int_equal(n, sizeof(expected));
	ber_put_id(out, id_at, 0x40000007);
	assert_memory_equal(out, expected, n);
}

static void getbulk_carries_its_repetitions(void **state)
{
	(void)state;
	struct ber_oid columns[2] = { oid("1.3.6.1.2.1.2.2.1.10"), oid("1.3.6.1.2.1.2.2.1.16") };
	struct ber_request request = { BER_V2C, "public", BER_GETBULK, 200, columns, 2 };
	uint8_t out[256];
	size_t id_at, n = ber_encode(&request, out, sizeof(out), &id_at);
	assert_int_equal(ber_decode(out, n, &message, NULL), 0);
	assert_int_equal(message.pdu, BER_GETBULK);
	assert_int_equal(message.error_status, 0); /* non-repeaters */
	assert_int_equal(message.error_index, 200);
	assert_int_equal(message.count, 2);
	assert_int_equal(ber_oid_compare(message.varbinds[1].oid, columns[1]), 0);
}

static void a_request_that_does_not_fit_is_refused_at_every_size(void **state)
{
	(void)state;
	struct ber_oid columns[2] = { oid("1.3.6.1.2.1.2.2.1.10"), oid("1.3.6.1.2.1.2.2.1.16") };
	struct ber_request request = { BER_V1, "public", BER_GETNEXT, 0, columns, 2 };
	uint8_t out[256];
	size_t id_at, full = ber_encode(&request, out, sizeof(out), &id_at);
	for (size_t size = 0; size < full; size++) {
		uint8_t *exact = malloc(size + 1);
		assert_int_equal(ber_encode(&request, exact, size, &id_at), 0);
		free(exact);
	}
	assert_int_equal(ber_encode(&request, out, full, &id_at), full);
}

static void every_type_is_read(void **state)
{
	(void)state;
	assert_int_equal(DECODE(0x02, 1, 0xff), 0);
	assert_int_equal(message.varbinds[0].number, -1);
	assert_int_equal(DECODE(0x42, 4, 0xff, 0xff, 0xff, 0xff), 0);
	assert_true(message.varbinds[0].number == 4294967295);
	assert_int_equal(DECODE(0x46, 9, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 0);
	assert_true((uint64_t)message.varbinds[0].number == UINT64_MAX);
	assert_int_equal(DECODE(0x44, 7, 0x9f, 0x78, 4, 0x42, 0x48, 0, 0), 0);
	assert_int_equal(message.varbinds[0].type, BER_FLOAT);
	assert_int_equal(message.varbinds[0].number, 0x42480000);
	assert_int_equal(DECODE(0x44, 3, 1, 2, 3), 0);
	assert_int_equal(message.varbinds[0].type, BER_OPAQUE);
	assert_int_equal(DECODE(0x81, 0), 0);
	assert_int_equal(message.varbinds[0].type, BER_NO_INSTANCE);
	assert_int_equal(DECODE(0x04, 2, 'o', 'k'), 0);
	assert_memory_equal(message.varbinds[0].bytes, "ok", 2);
	assert_int_equal(message.request_id, 0x40000001);
}

static void longer_forms_that_devices_send_are_taken(void **state)
{
	(void)state;
	assert_int_equal(DECODE(0x02, 4, 0, 0, 0, 5), 0); /* not the shortest integer */
	assert_int_equal(message.varbinds[0].number, 5);
	assert_int_equal(DECODE(0x02, 0x81, 1, 5), 0); /* not the shortest length */
	assert_int_equal(message.varbinds[0].number, 5);
	assert_int_equal(DECODE(0x41, 5, 0, 0xff, 0xff, 0xff, 0xff), 0);
	assert_true(message.varbinds[0].number == 4294967295);
	assert_int_equal(DECODE(0x42, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe), 0); /* sign extended */
	assert_true(message.varbinds[0].number == 4294967294);
}

static void unsound_values_are_refused(void **state)
{
	(void)state;
	assert_int_equal(DECODE(0x02, 0), -1);                            /* an integer of nothing */
	assert_int_equal(DECODE(0x02, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1), -1); /* of nine octets */
	assert_int_equal(DECODE(0x41, 5, 1, 0, 0, 0, 0), -1);             /* above 32 bits */
	assert_int_equal(DECODE(0x02, 0x80, 5, 0, 0), -1);                /* indefinite length */
	assert_int_equal(DECODE(0x02, 0x85, 0, 0, 0, 0, 1, 5), -1);       /* length of five octets */
	assert_int_equal(DECODE(0x04, 0x84, 0xff, 0xff, 0xff, 0xff), -1); /* longer than the packet */
	assert_int_equal(DECODE(0x06, 2, 0x2b, 0x86), -1);                /* OID ends within an arc */
	assert_int_equal(DECODE(0x06, 6, 0x2b, 0x90, 0x80, 0x80, 0x80, 0x00), -1); /* arc above 2^32-1 */
	assert_int_equal(DECODE(0x05, 1, 0), -1);                         /* NULL with contents */
	assert_int_equal(DECODE(0x13, 1, 'x'), -1);                       /* a type that SNMP has not */
	assert_int_equal(DECODE(0x02, 1, 5, 0), -1);                      /* something behind the value */
}

static void octets_behind_the_message_are_refused(void **state)
{
	(void)state;
	uint8_t packet[256];
	size_t n = response(packet, "\x02\x01\x05", 3);
	assert_int_equal(ber_decode(packet, n, &message, NULL), 0);
	packet[n] = 0;
	assert_int_equal(ber_decode(packet, n + 1, &message, NULL), -1);
}

static void a_packet_cut_anywhere_is_refused(void **state)
{
	(void)state;
	uint8_t packet[256];
	size_t n = response(packet, "\x02\x01\x05", 3);
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *exact = malloc(cut + 1);
		memcpy(exact, packet, cut);
		assert_int_equal(ber_decode(exact, cut, &message, NULL), -1);
		free(exact);
	}
}

static void the_id_is_peeked_from_responses_only(void **state)
{
	(void)state;
	uint8_t packet[256];
	struct ber_head head = { 0 };
	size_t n = response(packet, "\x02\x01\x05", 3);
	assert_true(ber_read_head(packet, n, &head));
	assert_int_equal(head.id, 0x40000001);
	packet[13] = 0xa0;
	assert_false(ber_read_head(packet, n, &head));
}

static void oids_are_parsed_and_formatted(void **state)
{
	(void)state;
	uint8_t bytes[BER_MAX_OID];
	char text[64];
	ber_oid_format(oid(".1.3.6.1.4.1.4294967295.128.127"), text, sizeof(text));
	assert_string_equal(text, "1.3.6.1.4.1.4294967295.128.127");
	ber_oid_format(oid("2.999.3"), text, sizeof(text));
	assert_string_equal(text, "2.999.3");
	static const char *const wrong[] = { "", "1", "3.1", "1.40", "1.3.", "1..3", "1.3.4294967296", "1.3.x", "1.3.6 " };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(ber_oid_parse(wrong[i], bytes, sizeof(bytes)), 0);
	char most[BER_MAX_SUBIDS * 2 + 8] = "1.3";
	for (int i = 2; i < BER_MAX_SUBIDS; i++)
		strcat(most, ".1");
	assert_int_equal(ber_oid_parse(most, bytes, sizeof(bytes)), BER_MAX_SUBIDS - 1);
	strcat(most, ".1");
	assert_int_equal(ber_oid_parse(most, bytes, sizeof(bytes)), 0);
}

static void oids_are_ordered_by_arcs_not_octets(void **state)
{
	(void)state;
	assert_true(ber_oid_compare(oid("1.3.127"), oid("1.3.128")) < 0);
	assert_true(ber_oid_compare(oid("1.3.16383"), oid("1.3.16384")) < 0); /* ff 7f and 81 80 00 */
	assert_true(ber_oid_compare(oid("1.3.6"), oid("1.3.6.1")) < 0);
	assert_true(ber_oid_compare(oid("1.3.6.2"), oid("1.3.6.1.9")) > 0);
	assert_int_equal(ber_oid_compare(oid("1.3.6.1"), oid("1.3.6.1")), 0);
	assert_true(ber_oid_below(oid("1.3.6.1.2"), oid("1.3.6.1")));
	assert_false(ber_oid_below(oid("1.3.6.12"), oid("1.3.6.1")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_written_as_the_standard_says),
		cmocka_unit_test(getbulk_carries_its_repetitions),
		cmocka_unit_test(a_request_that_does_not_fit_is_refused_at_every_size),
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(longer_forms_that_devices_send_are_taken),
		cmocka_unit_test(unsound_values_are_refused),
		cmocka_unit_test(octets_behind_the_message_are_refused),
		cmocka_unit_test(a_packet_cut_anywhere_is_refused),
		cmocka_unit_test(the_id_is_peeked_from_responses_only),
		cmocka_unit_test(oids_are_parsed_and_formatted),
		cmocka_unit_test(oids_are_ordered_by_arcs_not_octets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
