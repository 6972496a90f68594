/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* plan_read.c - answers become numbers. */
#include "plan.h"
#include <hallwatt/arena.h>
#include <string.h>

static void take_value(const struct plan *plan, int32_t input, const struct ber_varbind *v, struct plan_poll *poll)
{
	struct plan_value value = { .answered = true };
	if (ber_is_exception(v->type))
		poll->changed = true;
	else if (v->type == BER_INTEGER || v->type == BER_GAUGE32 || v->type == BER_COUNTER32)
		value.raw.mantissa = v->number, value.number = true;
	else
		value.number = scale_read(v->type, v->number, v->bytes, v->length, &value.raw);
	bool whole = value.number && value.raw.e10 == 0 && value.raw.e2 == 0 && value.raw.mantissa != PLAN_NO_NUMBER;
	poll->numbers[input] = whole ? value.raw.mantissa : PLAN_NO_NUMBER;
	poll->odd[input] = !whole;
	if (!whole)
		poll->values[input] = value;
	for (uint32_t w = plan->input_whens[input]; w < plan->input_whens[input + 1]; w++) {
		struct cell cell = { .type = v->type, .number = v->number, .bytes = v->bytes, .length = (uint32_t)v->length };
		poll->held[w] = cell_holds(plan->whens[w].is, &cell);
	}
}

static bool is_expected(const struct plan *plan, const struct plan_expect *e, const struct ber_varbind *v)
{
	return v->oid.length == e->oid_length && memcmp(v->oid.bytes, plan->octets + e->oid, e->oid_length) == 0;
}

static inline uint64_t eight(const uint8_t *p)
{
	uint64_t octets;
	memcpy(&octets, p, sizeof(octets));
	return octets;
}

/* The whole number of 1 to 8 octets before `end`, as ber.c reads it; eight octets must stand there. */
static inline int64_t number_before(bool is_signed, const uint8_t *end, size_t length)
{
	uint64_t word = eight(end - sizeof(word));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	unsigned over = (0u - 8u * (unsigned)length) & 63u; /* octets before it, as bits */
	word <<= over;
	return is_signed ? (int64_t)word >> over : (int64_t)(word >> over);
}

/* Takes the variable at `p`, of which `left` octets are there, when it is the expected one and sound; how many octets it has, or 0. */
static __attribute__((noinline)) size_t read_expected(const struct plan *plan, const struct plan_expect *e, const uint8_t *p,
						      size_t left, struct plan_poll *poll)
{
	size_t named = e->oid_length + PLAN_OID_HEAD;
	const uint8_t *start = p;
	if (left < named + 4 || e->oid_length >= 0x80)
		return 0;
	bool wide = p[1] == 0x82; /* as many agents write it */
	if (wide && left < named + 6)
		return 0;
	size_t whole = wide ? (size_t)p[2] << 8 | p[3] : p[1];
	p += wide ? 4 : 2;
	const uint8_t *value = p + named, *end = value + 2 + value[1];
	if (start[0] != BER_SEQUENCE || whole != (size_t)(end - p) || (size_t)(end - start) > left || value[1] >= 0x80 ||
	    memcmp(p, plan->octets + e->oid - PLAN_OID_HEAD, named) != 0)
		return 0;
	struct ber_varbind v = { .type = value[0], .bytes = value + 2, .length = value[1] };
	if (v.type == BER_INTEGER || v.type == BER_COUNTER64 || (v.type >= BER_COUNTER32 && v.type <= BER_TIMETICKS)) {
		if (v.length - 1 >= 8)
			return 0;
		v.number = number_before(v.type == BER_INTEGER, end, v.length);
		if (v.type != BER_INTEGER && v.type != BER_COUNTER64 && (v.number < 0 || v.number > UINT32_MAX))
			return 0;
	} else if (v.type != BER_STRING) {
		return 0;
	}
	if (e->input >= 0)
		take_value(plan, e->input, &v, poll);
	return (size_t)(end - start);
}

/* The same of most variables: a whole number that no condition looks at. NULL: it is another, and nothing was taken; else where it
 * ends. */
static inline const uint8_t *read_number(const struct plan_name *name, const uint8_t *p, const uint8_t *end, int64_t *numbers)
{
	size_t octets = name->octets;
	if ((size_t)(end - p) < octets + 5)
		return NULL;
	const uint8_t *oid = p + 2, *value = oid + octets;
	unsigned tag = value[0], length = value[1];
	const uint8_t *next = value + 2 + length;
	uint64_t differs = (eight(oid) ^ name->words[0]) | (eight(oid + name->middle) ^ name->words[1]) |
			   (eight(value - 8) ^ name->words[2]) | (p[0] ^ BER_SEQUENCE) | (p[1] ^ (octets + 2 + length));
	if (differs != 0 || length - 1 >= 8 || next > end)
		return NULL;
	int64_t number = number_before(tag == BER_INTEGER, next, length);
	if (tag == BER_INTEGER ? number == PLAN_NO_NUMBER
			       : tag - BER_COUNTER32 > BER_TIMETICKS - BER_COUNTER32 || (uint64_t)number > UINT32_MAX)
		return NULL;
	numbers[name->input] = number;
	return next;
}

static void forget(const struct plan *plan, int32_t input, struct plan_poll *poll)
{
	if (input < 0)
		return;
	poll->numbers[input] = PLAN_NO_NUMBER;
	poll->odd[input] = false;
	for (uint32_t w = plan->input_whens[input]; w < plan->input_whens[input + 1]; w++)
		poll->held[w] = false;
}

bool plan_read(const struct plan *plan, size_t r, const uint8_t *variables, size_t length, struct plan_poll *poll)
{
	const struct plan_request *request = &plan->requests[r];
	const struct plan_name *names = plan->names + request->first_expect;
	const struct plan_expect *expects = plan->expects + request->first_expect;
	const uint8_t *at = variables, *end = variables + length;
	int64_t *numbers = poll->numbers;
	uint32_t i, count = request->expect_count;
	for (i = 0; i < count; i++) {
		const uint8_t *next = read_number(&names[i], at, end, numbers);
		if (next == NULL)
			next = at + read_expected(plan, &expects[i], at, (size_t)(end - at), poll);
		if (next == at)
			break;
		at = next;
	}
	if (i == count && at == end)
		return true;
	while (i-- > 0)
		forget(plan, expects[i].input, poll);
	return false;
}

void plan_make_names(struct plan *plan)
{
	plan->names = hwatt_alloc((plan->expect_count + 1) * sizeof(*plan->names));
	for (size_t i = 0; i < plan->expect_count; i++) {
		const struct plan_expect *e = &plan->expects[i];
		const uint8_t *oid = plan->octets + e->oid - PLAN_OID_HEAD;
		size_t octets = e->oid_length + PLAN_OID_HEAD;
		plan->names[i].octets = PLAN_NO_NAME;
		if (e->watched || octets < 8 || octets > 24)
			continue;
		size_t middle = octets < 16 ? octets - 8 : 8;
		plan->names[i] = (struct plan_name){ .words = { eight(oid), eight(oid + middle), eight(oid + octets - 8) },
						     .input = (uint32_t)e->input, .octets = (uint16_t)octets,
						     .middle = (uint16_t)middle };
	}
}

bool plan_take(const struct plan *plan, size_t r, const struct ber_message *message, struct plan_poll *poll)
{
	const struct plan_request *request = &plan->requests[r];
	const struct plan_expect *expects = plan->expects + request->first_expect;
	bool in_place = true;
	for (size_t i = 0; i < message->count; i++) {
		const struct ber_varbind *v = &message->varbinds[i];
		if (i < request->expect_count && is_expected(plan, &expects[i], v)) {
			if (expects[i].input >= 0)
				take_value(plan, expects[i].input, v, poll);
			continue;
		}
		poll->changed = true; /* a row has come or gone: the others may stand at other places */
		in_place = false;
		for (size_t j = 0; j < request->expect_count; j++)
			if (expects[j].input >= 0 && is_expected(plan, &expects[j], v))
				take_value(plan, expects[j].input, v, poll);
	}
	return in_place;
}

void plan_take_one(const struct plan *plan, const struct plan_expect *expect, const struct ber_varbind *v,
		   struct plan_poll *poll)
{
	if (expect->input >= 0 && is_expected(plan, expect, v))
		take_value(plan, expect->input, v, poll);
}
