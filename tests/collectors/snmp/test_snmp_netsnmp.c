/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Our codec beside Net-SNMP's: the same packets, sound and mutated, must read the same wherever both take them, and our
 * requests must read as what they mean. */
#include "../../unit/random.h"
#include "ber.h"
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MUTATIONS 120000

static struct ber_message ours;

static netsnmp_pdu *theirs(const uint8_t *packet, size_t length)
{
	struct snmp_session session;
	u_char copy[4096];
	netsnmp_pdu *pdu = SNMP_MALLOC_TYPEDEF(netsnmp_pdu);
	snmp_sess_init(&session);
	session.version = SNMP_DEFAULT_VERSION;
	memcpy(copy, packet, length);
	if (snmp_parse(NULL, &session, pdu, copy, length) == 0)
		return pdu;
	snmp_free_pdu(pdu);
	return NULL;
}

static bool same_oid(struct ber_oid a, const oid *b, size_t count)
{
	uint32_t arcs[BER_MAX_SUBIDS];
	size_t n = ber_oid_arcs(a, arcs, BER_MAX_SUBIDS), i;
	if (n + 1 != count || b[0] * 40 + b[1] != arcs[0])
		return false;
	for (i = 1; i < n; i++)
		if (b[i + 1] != arcs[i])
			return false;
	return true;
}

static bool same_value(const struct ber_varbind *v, const netsnmp_variable_list *w)
{
	switch (v->type) {
	case BER_INTEGER:
		return w->type == ASN_INTEGER && /* theirs cuts to 32 bits what no INTEGER of SNMP can be */
		       (*w->val.integer == v->number || v->number != (int32_t)v->number);
	case BER_COUNTER32:
	case BER_GAUGE32:
	case BER_TIMETICKS:
		return w->type == (u_char)v->type && (uint32_t)*w->val.integer == (uint32_t)v->number;
	case BER_COUNTER64:
		return w->type == ASN_COUNTER64 &&
		       ((uint64_t)w->val.counter64->high << 32 | (uint32_t)w->val.counter64->low) == (uint64_t)v->number;
	case BER_STRING:
	case BER_IPADDRESS:
		return w->type == (u_char)v->type && w->val_len == v->length &&
		       (v->length == 0 || memcmp(w->val.string, v->bytes, v->length) == 0);
	case BER_OID:
		return w->type == ASN_OBJECT_ID &&
		       (v->length == 0 || same_oid((struct ber_oid){ v->bytes, v->length }, w->val.objid, w->val_len / sizeof(oid)));
	case BER_FLOAT: {
		uint32_t bits = (uint32_t)v->number;
		return w->type == ASN_OPAQUE_FLOAT && memcmp(w->val.floatVal, &bits, 4) == 0;
	}
	case BER_DOUBLE:
		return w->type == ASN_OPAQUE_DOUBLE && memcmp(w->val.doubleVal, &v->number, 8) == 0;
	case BER_NULL:
	case BER_NO_OBJECT:
	case BER_NO_INSTANCE:
	case BER_END_OF_VIEW:
		return w->type == (u_char)v->type;
	default:
		return true; /* Opaque of other contents: Net-SNMP reads more kinds */
	}
}

static void assert_same(const netsnmp_pdu *pdu)
{
	const netsnmp_variable_list *w = pdu->variables;
	assert_int_equal(pdu->reqid, (int32_t)ours.request_id);
	assert_int_equal(pdu->errstat, (int32_t)ours.error_status);
	assert_int_equal(pdu->errindex, (int32_t)ours.error_index);
	for (size_t i = 0; i < ours.count; i++, w = w->next_variable) {
		assert_non_null(w);
		assert_true(same_oid(ours.varbinds[i].oid, w->name, w->name_length));
		if (!same_value(&ours.varbinds[i], w))
			fail_msg("varbind %zu, type %x: values differ", i, ours.varbinds[i].type);
	}
	assert_null(w);
}

/* A response by Net-SNMP with a bit of everything. */
static size_t sound_packet(u_char *out, size_t size)
{
	static const oid base[] = { 1, 3, 6, 1, 4, 1, 318, 1, 1, 26, 9, 4, 3, 1, 7, 4294967295u };
	struct snmp_session session;
	oid name[16];
	long number = -123456;
	u_long big = 4294967295u;
	struct counter64 wide = { .high = 0x9abcdef0, .low = 0x12345678 };
	float f = 229.5f;
	double d = -0.1;
	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.community = (u_char *)"public";
	session.community_len = 6;
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
	pdu->version = SNMP_VERSION_2c;
	pdu->reqid = 0x40012345;
	memcpy(name, base, sizeof(base));
	snmp_pdu_add_variable(pdu, name, 16, ASN_INTEGER, &number, sizeof(number));
	name[15] = 1;
	snmp_pdu_add_variable(pdu, name, 16, ASN_COUNTER, &big, sizeof(big));
	snmp_pdu_add_variable(pdu, name, 15, ASN_GAUGE, &big, sizeof(big));
	snmp_pdu_add_variable(pdu, name, 12, ASN_TIMETICKS, &big, sizeof(big));
	snmp_pdu_add_variable(pdu, name, 11, ASN_COUNTER64, &wide, sizeof(wide));
	snmp_pdu_add_variable(pdu, name, 10, ASN_OCTET_STR, "rack A1", 7);
	snmp_pdu_add_variable(pdu, name, 9, ASN_OBJECT_ID, base, sizeof(base));
	snmp_pdu_add_variable(pdu, name, 8, ASN_IPADDRESS, "\x7f\x00\x00\x01", 4);
	snmp_pdu_add_variable(pdu, name, 7, ASN_OPAQUE_FLOAT, &f, sizeof(f));
	snmp_pdu_add_variable(pdu, name, 7, ASN_OPAQUE_DOUBLE, &d, sizeof(d));
	snmp_pdu_add_variable(pdu, name, 6, ASN_NULL, NULL, 0);
	snmp_pdu_add_variable(pdu, name, 6, SNMP_NOSUCHINSTANCE, NULL, 0);
	u_char *buffer = malloc(size);
	size_t room = size, offset = 0;
	assert_int_equal(snmp_build(&buffer, &room, &offset, &session, pdu), 0);
	memcpy(out, buffer + room - offset, offset);
	free(buffer);
	snmp_free_pdu(pdu);
	return offset;
}

static void sound_packets_read_the_same(void **state)
{
	(void)state;
	u_char packet[4096];
	size_t length = sound_packet(packet, sizeof(packet));
	assert_int_equal(ber_decode(packet, length, &ours, NULL), 0);
	assert_int_equal(ours.count, 12);
	netsnmp_pdu *pdu = theirs(packet, length);
	assert_non_null(pdu);
	assert_same(pdu);
	snmp_free_pdu(pdu);
}

static size_t mutate(const u_char *sound, size_t length, u_char *out, uint64_t *seed)
{
	memcpy(out, sound, length);
	for (uint64_t n = 1 + random_next(seed) % 3; n > 0; n--) {
		size_t at = random_next(seed) % length;
		switch (random_next(seed) % 5) {
		case 0: out[at] = (u_char)random_next(seed); break;
		case 1: out[at] ^= (u_char)(1u << random_next(seed) % 8); break;
		case 2: out[at]++; break;
		case 3: length = at > 0 ? at : 1; break;
		default: out[at] = (u_char)"\x00\x7f\x80\x81\x82\x84\xff\x30\x06\x02"[random_next(seed) % 10]; break;
		}
	}
	return length;
}

static void mutated_packets_read_the_same_where_both_take_them(void **state)
{
	(void)state;
	u_char sound[4096], packet[4096];
	size_t length = sound_packet(sound, sizeof(sound));
	unsigned both = 0, only_ours = 0, only_theirs = 0;
	uint64_t seed = 7; /* the same packets in every run */
	for (int i = 0; i < MUTATIONS; i++) {
		size_t n = mutate(sound, length, packet, &seed);
		bool taken = ber_decode(packet, n, &ours, NULL) == 0 && ours.pdu == BER_RESPONSE;
		netsnmp_pdu *pdu = theirs(packet, n);
		bool by_them = pdu != NULL && pdu->command == SNMP_MSG_RESPONSE;
		if (taken && by_them)
			assert_same(pdu);
		both += taken && by_them;
		only_ours += taken && !by_them;
		only_theirs += by_them && !taken;
		if (pdu != NULL)
			snmp_free_pdu(pdu);
	}
	print_message("%u read by both, %u by ours only, %u by theirs only\n", both, only_ours, only_theirs);
	assert_true(both > MUTATIONS / 4);
	assert_true(only_ours < MUTATIONS / 50);
	assert_true(only_theirs < MUTATIONS / 10);
}

static void our_requests_read_as_they_mean(void **state)
{
	(void)state;
	uint8_t first[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 }, second[] = { 0x2b, 6, 1, 4, 1, 0x82, 0x3e, 1 }, out[256];
	struct ber_oid oids[] = { { first, sizeof(first) }, { second, sizeof(second) } };
	static const struct { enum ber_version version; enum ber_pdu pdu; } kinds[] = {
		{ BER_V1, BER_GET }, { BER_V1, BER_GETNEXT }, { BER_V2C, BER_GET }, { BER_V2C, BER_GETBULK } };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct ber_request r = { kinds[i].version, "s3cret", kinds[i].pdu, 40, oids, 2 };
		size_t id_at, n = ber_encode(&r, out, sizeof(out), &id_at);
		ber_put_id(out, id_at, 0x5aa55aa5);
		netsnmp_pdu *pdu = theirs(out, n);
		assert_non_null(pdu);
		assert_int_equal(pdu->version, kinds[i].version == BER_V1 ? SNMP_VERSION_1 : SNMP_VERSION_2c);
		assert_int_equal(pdu->command, kinds[i].pdu);
		assert_int_equal(pdu->reqid, 0x5aa55aa5);
		assert_int_equal(pdu->errindex, kinds[i].pdu == BER_GETBULK ? 40 : 0);
		assert_true(same_oid(oids[1], pdu->variables->next_variable->name, pdu->variables->next_variable->name_length));
		snmp_free_pdu(pdu);
	}
}

int main(void)
{
	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG); /* it logs every bad packet */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_packets_read_the_same),
		cmocka_unit_test(mutated_packets_read_the_same_where_both_take_them),
		cmocka_unit_test(our_requests_read_as_they_mean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
