/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What plan_read() takes from a packet is what ber_decode() and plan_take() would, to the last field, or nothing; and what plan_give()
 * gives of many points at once is what each of them gives by itself. */
#include "plan_give.c"
#include "../../unit/random.h"
#include "fake_target.h"
#include "taken.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXPECTS = 12, INPUTS = TAKEN_INPUTS, ROOM = 26, ROUNDS = 300000 };

static uint64_t next_random(void)
{
	static uint64_t seed = 7;
	return random_next(&seed);
}

struct rig {
	uint8_t octets[EXPECTS * ROOM];
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
		uint8_t *oid = r->octets + i * ROOM + PLAN_OID_HEAD;
		static const uint8_t lengths[EXPECTS] = { 14, 14, 14, 5, 14, 6, 13, 22, 23, 14, 14, 14 }; /* words are compared */
		size_t length = lengths[i];
		oid[-2] = BER_OID;
		oid[-1] = (uint8_t)length;
		memcpy(oid, column, sizeof(column));
		memset(oid + sizeof(column), 0x15, ROOM - PLAN_OID_HEAD - sizeof(column));
		oid[length - 1] = (uint8_t)(i + 1);
		r->expects[i] = (struct plan_expect){ .oid = (uint32_t)(i * ROOM + PLAN_OID_HEAD), .oid_length = (uint16_t)length,
						      .input = i < INPUTS ? (int32_t)i : -1,
						      .watched = i >= INPUTS };
	}
	r->request = (struct plan_request){ .expect_count = EXPECTS };
	r->plan = (struct plan){ .octets = r->octets, .requests = &r->request, .expects = r->expects,
				 .input_whens = r->input_whens, .request_count = 1, .expect_count = EXPECTS,
				 .input_count = INPUTS };
	plan_make_names(&r->plan);
}

static void rig_free(struct rig *r)
{
	free(r->plan.names);
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
		{ BER_INTEGER, 8, { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 } }, /* PLAN_NO_NUMBER */
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

/* Holds both ways against each other; true when the short one took it. */
static bool compare(const struct rig *r, const uint8_t *octets, size_t length)
{
	uint8_t *packet = malloc(length); /* nothing behind it */
	memcpy(packet, octets, length);
	static struct ber_message message;
	struct taken fast, slow;
	taken_begin(&fast);
	taken_begin(&slow);
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
	for (int32_t i = 0; i < INPUTS; i++)
		assert_true(taken_same(&fast, &slow, i)); /* not taken: both are empty */
	free(packet);
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
	rig_free(&r);
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
	rig_free(&r);
}

/* Reads the first octets of a list, with nothing behind them. */
static bool read_first(const struct rig *r, const uint8_t *list, size_t length)
{
	struct taken taken;
	uint8_t *octets = malloc(length + 1);
	memcpy(octets + 1, list, length); /* what is before a list does not matter: it is its packet's head */
	taken_begin(&taken);
	bool took = plan_read(&r->plan, 0, octets + 1, length, &taken.poll);
	for (int i = 0; i < INPUTS; i++)
		assert_true(took || plan_value(&taken.poll, i).answered == false);
	free(octets);
	return took;
}

static void nothing_behind_the_end_is_looked_at(void **state)
{
	(void)state;
	struct rig r;
	uint8_t packet[2048];
	struct ber_head head;
	rig_new(&r);
	assert_true(ber_read_head(packet, answer(&r, EXPECTS, 1, packet), &head));
	assert_true(read_first(&r, head.variables, head.length));
	for (size_t length = 0; length < head.length; length++)
		assert_false(read_first(&r, head.variables, length));
	size_t length = answer(&r, INPUTS, 1, packet); /* the last value is said to be longer than the packet is */
	packet[length - 3] = 8;
	packet[length - 21] = (uint8_t)(packet[length - 21] + 6);
	assert_false(compare(&r, packet, length));
	rig_free(&r);
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
		size_t length = answer(&r, count, next_random() % 2 == 0 ? 9 : 20, packet);
		for (uint64_t n = next_random() % 3; n > 0; n--)
			packet[next_random() % length] = (uint8_t)next_random();
		took += compare(&r, packet, length);
	}
	assert_true(took > ROUNDS / 10 && took < ROUNDS);
	rig_free(&r);
}

enum { POINTS = 24, GOES = 20000 };

struct hall { /* points with random rules, and what a poll said */
	struct family_reading readings[POINTS];
	int64_t absent[POINTS][2];
	struct plan_point points[POINTS];
	struct plan_request request;
	struct plan plan;
	int handles[POINTS];
	struct plan_hold hold;
	int64_t numbers[POINTS];
	struct plan_value values[POINTS];
	bool odd[POINTS];
	struct plan_poll poll;
};

static int64_t pick(const int64_t *list, size_t count)
{
	return list[next_random() % count];
}

#define PICK(list) pick(list, sizeof(list) / sizeof((list)[0]))

/* Rules of a point: as the one before it, mostly. */
static void make_point(struct hall *h, size_t i)
{
	static const int64_t quantities[] = { HWATT_ACTIVE_POWER, HWATT_ENERGY, HWATT_TEMPERATURE, HWATT_CURRENT };
	static const int64_t factors[] = { 1, 10, 1000, -1, 0, INT64_C(1) << 40 }, steps[] = { 1, 360000, INT64_C(1) << 50 };
	static const int64_t lows[] = { INT64_MIN, INT64_MIN, -7000, 0, 55 }, highs[] = { INT64_MAX, INT64_MAX, 7000, 0, -15, 100000 };
	struct plan_point *p = &h->points[i];
	struct family_reading *r = &h->readings[i];
	uint32_t slot = (uint32_t)(i < POINTS / 2 ? i : i ^ 1); /* the others do not follow one another */
	*p = (struct plan_point){ .input = (int32_t)i, .zero_with = -1, .stamp = -1, .slot = slot, .reading = r };
	if (i > 0 && next_random() % 4 != 0) {
		*r = r[-1];
		*p = (struct plan_point){ .input = (int32_t)i, .zero_with = -1, .stamp = -1, .slot = slot, .reading = r,
					  .scale = p[-1].scale, .step = p[-1].step, .min = p[-1].min, .max = p[-1].max };
		return;
	}
	r->is.quantity = (enum hwatt_quantity)PICK(quantities);
	r->is.absent = (struct hwatt_list){ h->absent[i], next_random() % 3 };
	h->absent[i][0] = -1;
	h->absent[i][1] = 5;
	p->scale = (struct scale){ PICK(factors), next_random() % 8 == 0 ? 3 : 0, next_random() % 8 == 0 ? 10 : 1 };
	p->step = r->is.quantity == HWATT_ENERGY ? PICK(steps) : 0;
	p->min = PICK(lows);
	p->max = PICK(highs);
	p->zero_with = next_random() % 8 == 0 ? 0 : -1;
}

/* What the device says of an input. */
static void make_value(struct hall *h, size_t i)
{
	static const int64_t raws[] = { 0, -1, -2, 1, 5, 6, 7, 8, 54, 55, 56, 70, 71, 6999, 7000, 7001, -7000, -7001, 99999, 100001, INT32_MAX,
					INT64_C(1) << 31, INT64_MAX, INT64_MAX / 1000, INT64_MAX / 1000 + 1, INT64_MIN, INT64_MIN / 2,
					INT64_MIN / 2 - 1, PLAN_NO_NUMBER };
	int64_t raw = next_random() % 2 == 0 ? PICK(raws) : (int64_t)(next_random() % 5000);
	h->odd[i] = next_random() % 8 == 0 || raw == PLAN_NO_NUMBER;
	h->numbers[i] = h->odd[i] || next_random() % 16 == 0 ? PLAN_NO_NUMBER : raw;
	h->values[i] = (struct plan_value){ .raw = { raw, (int16_t)(next_random() % 3) - 1, 0 }, .answered = true,
					    .number = next_random() % 4 != 0 };
}

static void hall_new(struct hall *h, bool strewn)
{
	memset(h, 0, sizeof(*h));
	for (size_t i = 0; i < POINTS; i++) {
		make_point(h, i);
		make_value(h, i);
		h->handles[i] = strewn ? (int)((i * 7 + 3) % POINTS) : (int)i;
		if (strewn && next_random() % 8 == 0)
			h->handles[i] = -1;
	}
	h->request = (struct plan_request){ .point_count = POINTS };
	h->plan = (struct plan){ .requests = &h->request, .points = h->points, .request_count = 1, .point_count = POINTS,
				 .input_count = POINTS };
	h->hold = (struct plan_hold){ .handles = strewn ? h->handles : NULL };
	h->poll = (struct plan_poll){ .numbers = h->numbers, .values = h->values, .odd = h->odd };
	plan_make_runs(&h->plan);
}

static void hear(const struct hall *h, struct hwatt_target *t, struct fake_point *points)
{
	memset(points, 0, POINTS * sizeof(*points));
	*t = (struct hwatt_target){ .points = points, .point_count = POINTS };
	for (size_t i = 0; i < POINTS; i++) {
		int handle = h->handles[h->points[i].slot];
		if (handle >= 0)
			points[handle].is = (struct hwatt_point){ .quantity = h->readings[i].is.quantity, .step = h->points[i].step };
	}
}

static void points_at_once_and_one_by_one_give_the_same(void **state)
{
	(void)state;
	static struct hall h;
	struct hwatt_target many, each;
	struct fake_point of_many[POINTS], of_each[POINTS];
	unsigned given = 0, dropped = 0, runs = 0;
	for (int go = 0; go < GOES; go++) {
		hall_new(&h, go % 3 == 0);
		hear(&h, &many, of_many);
		hear(&h, &each, of_each);
		plan_give(&h.plan, &h.hold, 0, &h.poll, &many);
		for (size_t i = 0; i < POINTS; i++)
			give_point(&h.plan, &h.hold, &h.points[i], &h.poll, &each);
		assert_int_equal(many.dropped, each.dropped);
		for (size_t i = 0; i < POINTS; i++) {
			assert_int_equal(of_many[i].times, of_each[i].times);
			assert_int_equal(of_many[i].value.value, of_each[i].value.value);
			assert_int_equal(of_many[i].value.count, of_each[i].value.count);
			given += of_many[i].times;
		}
		dropped += many.dropped;
		for (size_t i = 0; i < h.plan.run_count; i++)
			runs += h.plan.runs[i].kind != PLAN_NOT_PLAIN && h.plan.runs[i].count > 1;
		free(h.plan.runs);
		free(h.plan.kinds);
		free(h.plan.inputs_of);
	}
	assert_true(given > GOES);
	assert_true(dropped > GOES / 100);
	assert_true(runs > GOES / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_as_expected_is_taken),
		cmocka_unit_test(another_answer_is_left_alone),
		cmocka_unit_test(nothing_behind_the_end_is_looked_at),
		cmocka_unit_test(whatever_comes_both_ways_agree),
		cmocka_unit_test(points_at_once_and_one_by_one_give_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
