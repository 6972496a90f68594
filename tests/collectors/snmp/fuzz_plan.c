/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fuzz_plan.c - the variables of an answer from anywhere: what plan_read() takes is what ber_decode() and plan_take() would; what it
 * does not take leaves nothing behind. */
#include "taken.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { EXPECTS = 5, INPUTS = 4, ROOM = 26, MOST = 2048 };
_Static_assert(INPUTS <= TAKEN_INPUTS, "what is taken has room");

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names of 2, 6, 13 and 22 octets, and one that nobody wants. */
static void make_expects(struct plan_expect *expects, uint8_t *octets)
{
	static const uint8_t lengths[EXPECTS] = { 2, 6, 13, 22, 6 };
	for (uint32_t i = 0; i < EXPECTS; i++) {
		uint8_t *oid = octets + i * ROOM + PLAN_OID_HEAD;
		oid[-2] = BER_OID;
		oid[-1] = lengths[i];
		for (uint32_t k = 0; k < lengths[i]; k++)
			oid[k] = (uint8_t)(k == 0 ? 0x2b : k + i);
		expects[i] = (struct plan_expect){ .oid = i * ROOM + PLAN_OID_HEAD, .oid_length = lengths[i],
						   .input = i < INPUTS ? (int32_t)i : -1, .watched = i >= INPUTS };
	}
}

/* A message around a list of variables; its length. */
static size_t wrap(const uint8_t *list, size_t length, uint8_t *out)
{
	static const uint8_t head[] = { 0x30, 0x82, 0, 0, 2, 1, 1, 4, 1, 'p', 0xa2, 0x82, 0, 0, 2, 1, 7, 2, 1, 0, 2, 1, 0, 0x30, 0x82, 0, 0 };
	memcpy(out, head, sizeof(head));
	memcpy(out + sizeof(head), list, length);
	for (size_t at = 2; at < sizeof(head); at += at == 2 ? 10 : 13) { /* the places of the three lengths */
		size_t inside = sizeof(head) + length - at - 2;
		out[at] = (uint8_t)(inside >> 8);
		out[at + 1] = (uint8_t)inside;
	}
	return sizeof(head) + length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ber_message message;
	uint8_t octets[EXPECTS * ROOM] = { 0 }, packet[MOST + 32];
	struct plan_expect expects[EXPECTS];
	struct plan_request request = { .expect_count = EXPECTS };
	uint32_t no_whens[INPUTS + 1] = { 0 };
	struct taken fast, slow;
	if (size > MOST)
		return 0;
	make_expects(expects, octets);
	struct plan plan = { .octets = octets, .requests = &request, .expects = expects, .input_whens = no_whens, .request_count = 1,
			     .expect_count = EXPECTS, .input_count = INPUTS };
	plan_make_names(&plan);
	taken_begin(&fast);
	taken_begin(&slow);
	size_t length = wrap(data, size, packet);
	uint8_t *list = malloc(length); /* exactly so long, with a head before it as there is in a packet */
	memcpy(list, packet, length);
	bool took = plan_read(&plan, 0, list + (length - size), size, &fast.poll);
	if (took) {
		int rc = ber_decode(packet, length, &message, NULL);
		assert(rc == 0 && message.count == EXPECTS);
		bool in_place = plan_take(&plan, 0, &message, &slow.poll);
		assert(in_place);
	}
	assert(!fast.poll.changed && !slow.poll.changed);
	for (int32_t i = 0; i < INPUTS; i++)
		assert(taken_same(&fast, &slow, i));
	free(list);
	free(plan.names);
	return 0;
}
