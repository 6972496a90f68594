/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What an SNMPv3 device says, and what comes of it: without a network, by the messages themselves. */
#include "fake_target.h"
#include "peer.h"
#include "v3_message.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ENGINE "\x80\x01\x02\x03\x04"
#define OTHER "\x80\x01\x02\x03\x05"
#define ID 0x40000007u
#define USM 0x2b, 6, 1, 6, 3, 15, 1, 1

struct talk {
	struct hwatt_target target;
	union hwatt_udp_address to;
	struct snmp_settings settings;
	struct roster *roster;
	struct peer *peer;
	struct ber_message answer;
	struct hwatt_error err;
	uint8_t packet[256], sent[1500];
	size_t packet_length, sent_length;
};

static void begin(struct talk *t, int auth, int priv)
{
	static const uint8_t uptime[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 };
	const struct ber_oid oid = { uptime, sizeof(uptime) };
	const struct ber_request get = { .version = BER_V2C, .community = "", .pdu = BER_GET, .oids = &oid, .count = 1 };
	size_t id_at;
	*t = (struct talk){ .target = { .device = { .id = "pdu-a1" } } };
	setenv("V3_SECRET", "correct horse", 1);
	t->settings = (struct snmp_settings){
		.version = SNMP_V3, .user = "fred", .context = "", .engine_id = "", .auth = auth, .priv = priv,
		.auth_secret = { .kind = HWATT_SECRET_ENV, .where = "V3_SECRET" },
		.priv_secret = { .kind = HWATT_SECRET_ENV, .where = "V3_SECRET" },
	};
	t->packet_length = ber_encode(&get, t->packet, sizeof(t->packet), &id_at);
	ber_put_id(t->packet, id_at, ID);
	assert_int_equal(roster_open(&t->roster, &t->err), 0);
	if (peer_new(t->roster, &t->target, &t->to, &t->settings, 0, &t->peer, &t->err) < 0)
		fail_msg("%s", t->err.text);
}

static void end(struct talk *t)
{
	peer_free(t->peer);
	roster_close(t->roster);
	fake_forget(&t->target);
}

static struct head ask(struct talk *t)
{
	struct head h;
	t->sent_length = peer_security.seal(t->peer, ID, t->packet, t->packet_length, 1000, t->sent, sizeof(t->sent));
	assert_true(t->sent_length > 0);
	if (head_read(t->sent, t->sent_length, &h, &t->err) < 0)
		fail_msg("%s", t->err.text);
	assert_int_equal(h.id, ID);
	return h;
}

static enum engine_verdict hear(struct talk *t, const uint8_t *bytes, size_t length)
{
	t->err = (struct hwatt_error){ 0 };
	return peer_security.unseal(t->peer, ID, bytes, length, 1000, &t->answer, &t->err);
}

static enum engine_verdict hear_open(struct talk *t, const char *engine, uint8_t flags, const uint8_t *pdu, size_t length)
{
	uint8_t bytes[1500];
	const struct v3_message m = {
		.id = ID, .flags = flags, .engine = engine, .boots = 7, .time = 100, .user = "fred", .pdu = pdu,
		.pdu_length = length, .digest_length = (flags & HEAD_AUTH) != 0 ? 24 : 0,
	};
	size_t n = v3_write(&m, bytes, sizeof(bytes));
	struct head h;
	assert_int_equal(head_read(bytes, n, &h, NULL), 0);
	return hear(t, bytes, n);
}

static enum engine_verdict hear_report(struct talk *t, const char *engine, const uint8_t *oid, size_t length)
{
	uint8_t pdu[200];
	return hear_open(t, engine, 0, pdu, v3_write_report(ID, oid, length, pdu, sizeof(pdu)));
}

static enum engine_verdict hear_usm(struct talk *t, const char *engine, uint8_t counter)
{
	const uint8_t oid[] = { USM, counter, 0 };
	return hear_report(t, engine, oid, sizeof(oid));
}

static void meet(struct talk *t)
{
	assert_int_equal(ask(t).engine_length, 0);
	assert_int_equal(hear_usm(t, ENGINE, 4), ENGINE_AGAIN);
}

static void an_unknown_device_is_asked_who_it_is(void **state)
{
	(void)state;
	struct talk t;
	begin(&t, SEAL_SHA256, SEAL_AES);
	struct head h = ask(&t);
	assert_int_equal(h.engine_length, 0);
	assert_int_equal(h.user_length, 0);
	assert_int_equal(h.flags, 0);
	assert_int_equal(hear_usm(&t, ENGINE, 4), ENGINE_AGAIN);
	h = ask(&t);
	assert_int_equal(h.flags, HEAD_AUTH | HEAD_PRIV);
	assert_int_equal(h.engine_length, 5);
	assert_memory_equal(h.engine, ENGINE, 5);
	assert_memory_equal(h.user, "fred", 4);
	assert_int_equal(h.boots, 7);
	assert_int_equal(h.time, 100);
	end(&t);
}

static void every_report_has_its_sentence(void **state)
{
	(void)state;
	static const struct { uint8_t counter; const char *words; } usm[] = {
		{ 1, "authentication and encryption" }, { 3, "no SNMPv3 user \"fred\"" }, { 5, "wrong digest" }, { 6, "cannot decrypt" },
	};
	static const uint8_t context[] = { 0x2b, 6, 1, 6, 3, 12, 1, 5, 0 }, other[] = { 0x2b, 6, 1, 6, 3, 99, 0 };
	struct talk t;
	for (size_t i = 0; i < sizeof(usm) / sizeof(usm[0]); i++) {
		struct hwatt_error held = { 0 };
		begin(&t, SEAL_SHA256, SEAL_AES);
		meet(&t);
		assert_int_equal(hear_usm(&t, ENGINE, usm[i].counter), ENGINE_REFUSED);
		assert_int_equal(t.err.code, HWATT_EAUTH);
		if (strstr(t.err.text, usm[i].words) == NULL)
			fail_msg("%s", t.err.text);
		assert_int_equal(peer_held(t.peer, 60999, &held), -1);
		assert_string_equal(held.text, t.err.text);
		assert_int_equal(peer_held(t.peer, 61000, &held), 0);
		assert_int_equal(hear_usm(&t, ENGINE, usm[i].counter), ENGINE_REFUSED);
		assert_int_equal(peer_held(t.peer, 120999, &held), -1); /* twice as long */
		assert_int_equal(peer_held(t.peer, 121000, &held), 0);
		end(&t);
	}
	begin(&t, SEAL_SHA256, SEAL_AES);
	meet(&t);
	assert_int_equal(hear_report(&t, ENGINE, context, sizeof(context)), ENGINE_REFUSED);
	assert_non_null(strstr(t.err.text, "context"));
	assert_int_equal(hear_report(&t, ENGINE, other, sizeof(other)), ENGINE_REFUSED);
	assert_int_equal(t.err.code, HWATT_EPROTO);
	end(&t);
}

static void an_answer_with_less_security_than_asked_is_dropped(void **state)
{
	(void)state;
	struct talk t;
	uint8_t pdu[256];
	size_t length = 0;
	begin(&t, SEAL_SHA256, SEAL_AES);
	meet(&t);
	/* The request's own PDU, as a response: what it holds is nobody's matter. */
	length = t.packet_length - 7; /* 30 xx, version, empty community */
	memcpy(pdu, t.packet + 7, length);
	assert_int_equal(pdu[0], BER_GET);
	pdu[0] = BER_RESPONSE;
	assert_int_equal(hear_open(&t, ENGINE, 0, pdu, length), ENGINE_DROP);
	assert_int_equal(hear_open(&t, ENGINE, HEAD_AUTH, pdu, length), ENGINE_DROP); /* nor is a digest of zeros one */
	assert_int_equal(hear_open(&t, ENGINE, HEAD_AUTH | HEAD_PRIV, pdu, length), ENGINE_DROP);
	end(&t);

	begin(&t, SEAL_NO_AUTH, SEAL_NO_PRIV);
	meet(&t);
	ask(&t);
	assert_int_equal(hear_open(&t, ENGINE, 0, pdu, length), ENGINE_ANSWER); /* the same where that is all there is */
	assert_int_equal(t.answer.request_id, ID);
	assert_int_equal(hear_open(&t, OTHER, 0, pdu, length), ENGINE_DROP);
	pdu[5]++; /* another request id: 30 is a2 len 02 04 .. */
	assert_int_equal(hear_open(&t, ENGINE, 0, pdu, length), ENGINE_DROP);
	end(&t);
}

/* What the user with the same secret wrote, with the PDU as a response. */
static size_t answer(struct talk *t, struct seal_clock clock, uint8_t *out, size_t size)
{
	uint8_t packet[256];
	struct seal_user user = { .name = "fred", .context = "", .auth = SEAL_SHA256, .priv = SEAL_AES,
				  .engine = ENGINE, .engine_length = 5 };
	struct seal *seal;
	assert_int_equal(seal_open(&seal, &t->err), 0);
	assert_int_equal(seal_key_take(seal, user.auth, "correct horse", &user.auth_key, &t->err), 0);
	assert_int_equal(seal_key_take(seal, user.auth, "correct horse", &user.priv_key, &t->err), 0);
	assert_ptr_equal(user.auth_key, user.priv_key); /* made once */
	assert_int_equal(seal_bind(seal, &user, &t->err), 0);
	memcpy(packet, t->packet, t->packet_length);
	packet[7] = BER_RESPONSE;
	size_t length = seal_write(seal, &user, clock, ID, packet, t->packet_length, out, size);
	assert_true(length > 0);
	seal_key_release(seal, user.auth_key);
	seal_key_release(seal, user.priv_key);
	seal_close(seal);
	return length;
}

static void a_sealed_answer_is_opened_once_and_in_time(void **state)
{
	(void)state;
	struct talk t;
	uint8_t bytes[1500];
	begin(&t, SEAL_SHA256, SEAL_AES);
	meet(&t);
	size_t length = answer(&t, (struct seal_clock){ 7, 100, true }, bytes, sizeof(bytes));
	assert_int_equal(hear(&t, bytes, length), ENGINE_ANSWER);
	assert_int_equal(t.answer.count, 1);
	assert_non_null(strstr(t.target.memory, "8001020304 7 "));
	for (size_t i = 0; i < length; i++) {
		bytes[i] ^= 0x40;
		assert_int_equal(hear(&t, bytes, length), ENGINE_DROP); /* no octet of it may differ */
		bytes[i] ^= 0x40;
	}
	length = answer(&t, (struct seal_clock){ 7, 5000, true }, bytes, sizeof(bytes));
	assert_int_equal(hear(&t, bytes, length), ENGINE_ANSWER);
	length = answer(&t, (struct seal_clock){ 7, 100, true }, bytes, sizeof(bytes));
	assert_int_equal(hear(&t, bytes, length), ENGINE_DROP); /* said before */
	length = answer(&t, (struct seal_clock){ 6, 9000, true }, bytes, sizeof(bytes));
	assert_int_equal(hear(&t, bytes, length), ENGINE_DROP);
	for (int i = 0; i < 5; i++) { /* who has answered and is silent is dead, however long */
		hwatt_fail(&t.err, HWATT_ETIMEOUT, "no answer");
		peer_silent(t.peer, &t.err);
		assert_int_equal(t.err.code, HWATT_ETIMEOUT);
	}
	end(&t);
}

static void a_silent_user_is_told_from_a_dead_device(void **state)
{
	(void)state;
	struct talk t;
	struct hwatt_error err;
	begin(&t, SEAL_SHA256, SEAL_AES);
	ask(&t);
	hwatt_fail(&err, HWATT_ETIMEOUT, "no answer");
	peer_silent(t.peer, &err);
	assert_int_equal(err.code, HWATT_ETIMEOUT);
	meet(&t);
	peer_silent(t.peer, &err);
	assert_int_equal(err.code, HWATT_EAUTH);
	assert_non_null(strstr(err.text, "\"priv_secret\""));
	assert_int_equal(ask(&t).engine_length, 0); /* and asked anew who it is */
	end(&t);
}

static void packets_that_are_none_are_dropped(void **state)
{
	(void)state;
	struct talk t;
	uint8_t pdu[200], bytes[400];
	const uint8_t oid[] = { USM, 4, 0 };
	begin(&t, SEAL_SHA256, SEAL_AES);
	struct v3_message m = { .id = ID, .engine = ENGINE, .boots = 7, .time = 100, .user = "", .pdu = pdu };
	m.pdu_length = v3_write_report(ID, oid, sizeof(oid), pdu, sizeof(pdu));
	size_t length = v3_write(&m, bytes, sizeof(bytes));
	for (size_t n = 0; n < length; n++)
		assert_int_equal(hear(&t, bytes, n), ENGINE_DROP);
	struct v3_message bad = m;
	bad.boots = -1;
	assert_int_equal(hear(&t, bytes, v3_write(&bad, bytes, sizeof(bytes))), ENGINE_DROP);
	bad = m;
	bad.time = INT64_C(1) << 31;
	assert_int_equal(hear(&t, bytes, v3_write(&bad, bytes, sizeof(bytes))), ENGINE_DROP);
	bad = m;
	bad.flags = HEAD_PRIV;
	assert_int_equal(hear(&t, bytes, v3_write(&bad, bytes, sizeof(bytes))), ENGINE_DROP);
	bad = m;
	bad.engine = "123456789012345678901234567890123";
	assert_int_equal(hear(&t, bytes, v3_write(&bad, bytes, sizeof(bytes))), ENGINE_DROP);
	bad.engine = "";
	assert_int_equal(hear(&t, bytes, v3_write(&bad, bytes, sizeof(bytes))), ENGINE_DROP);
	assert_int_equal(hear(&t, bytes, v3_write(&m, bytes, sizeof(bytes))), ENGINE_AGAIN);
	end(&t);
}

static bool same_value(const struct ber_varbind *ours, const struct ber_varbind *theirs)
{
	if (ours->type != theirs->type) /* the library knows more kinds of Opaque, and of exceptions none in a v2c manner */
		return false;
	if (ours->type == BER_STRING || ours->type == BER_OID || ours->type == BER_IPADDRESS || ours->type == BER_OPAQUE)
		return ours->length == theirs->length && (ours->length == 0 || memcmp(ours->bytes, theirs->bytes, ours->length) == 0);
	return ours->number == theirs->number || ours->number != (int32_t)ours->number; /* no INTEGER of SNMP is wider */
}

static void assert_same(const struct ber_message *ours, const struct ber_message *theirs)
{
	assert_int_equal(ours->count, theirs->count);
	assert_int_equal((int32_t)ours->error_status, (int32_t)theirs->error_status);
	for (size_t i = 0; i < ours->count; i++) {
		assert_int_equal(ber_oid_compare(ours->varbinds[i].oid, theirs->varbinds[i].oid), 0);
		if (!same_value(&ours->varbinds[i], &theirs->varbinds[i]))
			fail_msg("varbind %zu, types %x and %x: values differ", i, ours->varbinds[i].type, theirs->varbinds[i].type);
	}
}

static void what_the_library_reads_is_what_our_decoder_reads(void **state)
{
	(void)state;
	/* A bit of everything: 15 varbinds 1.3.n of all types, as contents. */
	static const uint8_t values[][16] = {
		{ 3, 2, 1, 0x80 }, { 6, 2, 4, 0x7f, 0xff, 0xff, 0xff }, { 7, 0x41, 5, 0, 0xff, 0xff, 0xff, 0xff }, { 3, 0x42, 1, 9 },
		{ 6, 0x43, 4, 0x7f, 0, 0, 1 }, { 11, 0x46, 9, 0, 0x9a, 1, 2, 3, 4, 5, 6, 7 }, { 5, 4, 3, 'a', 0, 0xff }, { 2, 4, 0 },
		{ 6, 0x40, 4, 127, 0, 0, 1 }, { 7, 6, 5, 0x2b, 0x8f, 0xff, 0xff, 0x7f }, { 2, 5, 0 }, { 2, 0x80, 0 }, { 2, 0x81, 0 },
		{ 2, 0x82, 0 }, { 9, 0x44, 7, 0x9f, 0x78, 4, 0x43, 0x65, 0x80, 0 },
		{ 13, 0x44, 11, 0x9f, 0x79, 8, 0xbf, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a },
	};
	uint8_t pdu[512], mutated[512];
	static struct ber_message ours;
	size_t n = 0, compared = 0;
	struct talk t;
	static const uint8_t start[] = { 0xa2, 0x82, 0, 0, 2, 4, 0x40, 0, 0, 7, 2, 1, 0, 2, 1, 0, 0x30, 0x82, 0, 0 };
	memcpy(pdu, start, sizeof(start));
	n = sizeof(start);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const uint8_t head[] = { 0x30, (uint8_t)(4 + values[i][0]), 6, 2, 0x2b, (uint8_t)i };
		memcpy(pdu + n, head, sizeof(head));
		memcpy(pdu + n + sizeof(head), values[i] + 1, values[i][0]);
		n += sizeof(head) + values[i][0];
	}
	pdu[2] = (uint8_t)((n - 4) >> 8);
	pdu[3] = (uint8_t)(n - 4);
	pdu[18] = (uint8_t)((n - 20) >> 8);
	pdu[19] = (uint8_t)(n - 20);
	begin(&t, SEAL_NO_AUTH, SEAL_NO_PRIV);
	meet(&t);
	assert_int_equal(hear_open(&t, ENGINE, 0, pdu, n), ENGINE_ANSWER);
	assert_int_equal(ber_decode_pdu(pdu, n, &ours, &t.err), 0);
	assert_int_equal(ours.count, 16);
	assert_same(&ours, &t.answer);
	for (size_t bit = 0; bit < n * 8; bit++) { /* and wherever one bit is another */
		memcpy(mutated, pdu, n);
		mutated[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (hear_open(&t, ENGINE, 0, mutated, n) != ENGINE_ANSWER || ber_decode_pdu(mutated, n, &ours, NULL) < 0)
			continue;
		assert_same(&ours, &t.answer);
		compared++;
	}
	assert_true(compared > 500);
	end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_device_is_asked_who_it_is),
		cmocka_unit_test(every_report_has_its_sentence),
		cmocka_unit_test(an_answer_with_less_security_than_asked_is_dropped),
		cmocka_unit_test(a_sealed_answer_is_opened_once_and_in_time),
		cmocka_unit_test(a_silent_user_is_told_from_a_dead_device),
		cmocka_unit_test(packets_that_are_none_are_dropped),
		cmocka_unit_test(what_the_library_reads_is_what_our_decoder_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
