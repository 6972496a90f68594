/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What plan_read() takes from a packet is what ber_decode() and plan_take() would, to the last field, or nothing. */
#include "plan.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { EXPECTS = 12, INPUTS = 10, ROUNDS = 300000 };

static uint64_t next_random(void)
{
	static uint64_t seed = 88172645463325252u;
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

struct rig {
	uint8_t octets[EXPECTS * 18];
	struct plan_expect expects[EXPECTS];
	struct plan_request request;
	uint32_t input_whens[INPUTS + 1];
	struct plan plan;
};

/* Twelve rows of columns, of which two are between those that are wanted. */
static void rig_new(struct rig *r)
{
	static const uint8_t column[] = { 0x2b, 6, 1, 4, 1, 0x82, 0x3e, 1, 1, 26, 9, 4, 3 };
	memset(r, 0, sizeof(*r));
	for (uint32_t i = 0; i < EXPECTS; i++) {
		uint8_t *oid = r->octets + i * 18 + PLAN_OID_HEAD;
		size_t length = i == 3 ? 5 : 14; /* one shorter than a word, with its head */
		oid[-2] = BER_OID;
		oid[-1] = (uint8_t)length;
		memcpy(oid, column, sizeof(column));
		oid[length - 1] = (uint8_t)(i + 1);
		r->expects[i] = (struct plan_expect){ .oid = (uint32_t)(i * 18 + PLAN_OID_HEAD), .oid_length = (uint16_t)length,
						      .input = i < INPUTS ? (int32_t)i : -1,
						      .watched = i >= INPUTS };
	}
	r->request = (struct plan_request){ .expect_count = EXPECTS };
	r->plan = (struct plan){ .octets = r->octets, .requests = &r->request, .expects = r->expects,
				 .input_whens = r->input_whens, .request_count = 1, .expect_count = EXPECTS,
				 .input_count = INPUTS };
}

static size_t put(uint8_t *at, uint8_t tag, const void *bytes, size_t length)
{
	at[0] = tag;
	at[1] = (uint8_t)length;
	memcpy(at + 2, bytes, length);
	return length + 2;
}

static size_t put_value(uint8_t *at, uint32_t kind)
{
	static const struct { uint8_t tag, length; uint8_t bytes[9]; } values[] = {
		{ BER_INTEGER, 2, { 0x12, 0x34 } }, { BER_INTEGER, 1, { 0xff } }, { BER_GAUGE32, 5, { 0, 0xff, 0xff, 0xff, 0xff } },
		{ BER_COUNTER32, 4, { 0x80, 0, 0, 1 } }, { BER_GAUGE32, 4, { 0xff, 0xff, 0xff, 0xff } }, { BER_STRING, 4, "12.5" },
		{ BER_TIMETICKS, 3, { 1, 2, 3 } }, { BER_INTEGER, 4, { 0x80, 0, 0, 0 } }, { BER_STRING, 0, "" },
		{ BER_COUNTER64, 6, { 1, 2, 3, 4, 5, 6 } }, { BER_NO_INSTANCE, 0, "" }, { BER_GAUGE32, 0, "" }, { BER_NULL, 0, "" },
		{ BER_OID, 2, { 0x2b, 6 } }, { BER_GAUGE32, 5, { 1, 0, 0, 0, 0 } },
		{ BER_INTEGER, 5, { 0x80, 0, 0, 0, 1 } }, { BER_COUNTER64, 8, { 0xff, 1, 2, 3, 4, 5, 6, 7 } },
		{ BER_COUNTER64, 9, { 0, 1, 2, 3, 4, 5, 6, 7, 8 } }, { BER_GAUGE32, 8, { 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4 } },
	};
	kind %= sizeof(values) / sizeof(values[0]);
	return put(at, values[kind].tag, values[kind].bytes, values[kind].length);
}

static void wrap(uint8_t *packet, size_t *length, uint8_t tag)
{
	memmove(packet + 4, packet, *length);
	packet[0] = tag;
	packet[1] = 0x82;
	packet[2] = (uint8_t)(*length >> 8);
	packet[3] = (uint8_t)*length;
	*length += 4;
}

static void before(uint8_t *packet, size_t *length, const uint8_t *head, size_t head_length)
{
	memmove(packet + head_length, packet, *length);
	memcpy(packet, head, head_length);
	*length += head_length;
}

/* An answer: what is expected, with values of `kinds` kinds. */
static size_t answer(const struct rig *r, uint32_t count, uint32_t kinds, uint8_t *packet)
{
	static const uint8_t pdu[] = { 2, 4, 0x40, 0, 0, 7, 2, 1, 0, 2, 1, 0 };
	static const uint8_t message[] = { 2, 1, 1, 4, 6, 'p', 'u', 'b', 'l', 'i', 'c' };
	size_t length = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t pair[64];
		const struct plan_expect *e = &r->expects[i % EXPECTS];
		size_t n = put(pair, BER_OID, r->octets + e->oid, e->oid_length);
		n += put_value(pair + n, kinds == 1 ? 0 : (uint32_t)next_random() % kinds);
		if (kinds > 1 && next_random() % 4 == 0) {
			wrap(pair, &n, BER_SEQUENCE); /* with a length of three octets */
			memcpy(packet + length, pair, n);
			length += n;
		} else {
			length += put(packet + length, BER_SEQUENCE, pair, n);
		}
	}
	wrap(packet, &length, BER_SEQUENCE);
	before(packet, &length, pdu, sizeof(pdu));
	wrap(packet, &length, BER_RESPONSE);
	before(packet, &length, message, sizeof(message));
	wrap(packet, &length, BER_SEQUENCE);
	return length;
}

struct taken {
	struct plan_value values[INPUTS];
	struct plan_poll poll;
};

static void begin(struct taken *t)
{
	memset(t, 0, sizeof(*t));
	t->poll.values = t->values;
}

static bool same(const struct plan_value *a, const struct plan_value *b)
{
	return a->answered == b->answered && a->number == b->number && a->whole == b->whole &&
	       (!a->number || (a->raw.mantissa == b->raw.mantissa && a->raw.e10 == b->raw.e10 && a->raw.e2 == b->raw.e2));
}

/* Holds both ways against each other; true when the short one took it. */
static bool compare(const struct rig *r, const uint8_t *packet, size_t length)
{
	static struct ber_message message;
	struct taken fast, slow;
	begin(&fast);
	begin(&slow);
	struct ber_head head = { 0 };
	bool took = ber_read_head(packet, length, &head) && head.variables != NULL &&
		    plan_read(&r->plan, 0, head.variables, head.length, &fast.poll);
	assert_false(fast.poll.changed);
	if (took) {
		assert_int_equal(ber_decode(packet, length, &message, NULL), 0);
		assert_int_equal(message.pdu, BER_RESPONSE);
		assert_int_equal(message.error_status, 0);
		assert_int_equal(message.count, EXPECTS);
		plan_take(&r->plan, 0, &message, &slow.poll);
		assert_false(slow.poll.changed);
	}
	for (size_t i = 0; i < INPUTS; i++)
		assert_true(same(&fast.values[i], &slow.values[i])); /* not taken: both are empty */
	return took;
}

static void an_answer_as_expected_is_taken(void **state)
{
	(void)state;
	struct rig r;
	uint8_t packet[2048];
	rig_new(&r);
	assert_true(compare(&r, packet, answer(&r, EXPECTS, 1, packet)));
	for (int i = 0; i < 1000; i++)
		assert_true(compare(&r, packet, answer(&r, EXPECTS, 9, packet)));
}

static void another_answer_is_left_alone(void **state)
{
	(void)state;
	struct rig r;
	uint8_t packet[2048];
	rig_new(&r);
	assert_false(compare(&r, packet, answer(&r, EXPECTS - 1, 1, packet)));
	assert_false(compare(&r, packet, answer(&r, EXPECTS + 1, 1, packet)));
	size_t length = answer(&r, EXPECTS, 1, packet);
	assert_false(compare(&r, packet, length - 1));
	packet[length] = 0;
	assert_false(compare(&r, packet, length + 1));
	packet[length - 20] ^= 1; /* in an OID or a length */
	assert_false(compare(&r, packet, length));
}

static void whatever_comes_both_ways_agree(void **state)
{
	(void)state;
	struct rig r;
	uint8_t packet[2048];
	unsigned took = 0;
	rig_new(&r);
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t count = next_random() % 8 == 0 ? (uint32_t)(next_random() % (EXPECTS + 3)) : EXPECTS;
		size_t length = answer(&r, count, next_random() % 2 == 0 ? 9 : 19, packet);
		for (uint64_t n = next_random() % 3; n > 0; n--)
			packet[next_random() % length] = (uint8_t)next_random();
		took += compare(&r, packet, length);
	}
	assert_true(took > ROUNDS / 10 && took < ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_as_expected_is_taken),
		cmocka_unit_test(another_answer_is_left_alone),
		cmocka_unit_test(whatever_comes_both_ways_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
