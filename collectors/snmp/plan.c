/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* plan.c - the plan in use; plan_new() is in plan_build.c. */
#include "plan.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

static void plan_free(struct plan *plan)
{
	book_release(plan->book);
	free(plan->octets);
	free(plan->requests);
	free(plan->expects);
	free(plan->points);
	free(plan->steps);
	free(plan->kinds);
	free(plan->whens);
	free(plan->input_whens);
	free(plan->when_refs);
	free(plan->terms);
	free(plan);
}


struct part { /* of a plan, for hashing and comparing */
	const void *bytes;
	size_t size;
};

#define PARTS 8

static void parts_of(const struct plan *p, struct part out[PARTS])
{
	const struct part parts[PARTS] = {
		{ p->octets, p->octet_count }, { p->requests, p->request_count * sizeof(*p->requests) },
		{ p->expects, p->expect_count * sizeof(*p->expects) }, { p->points, p->point_count * sizeof(*p->points) },
		{ p->whens, p->when_count * sizeof(*p->whens) },
		{ p->input_whens, (p->input_count + 1) * sizeof(*p->input_whens) },
		{ p->when_refs, p->ref_count * sizeof(*p->when_refs) }, { p->terms, p->term_count * sizeof(*p->terms) },
	};
	memcpy(out, parts, sizeof(parts));
}

static bool equal(const struct plan *a, const struct plan *b)
{
	struct part x[PARTS], y[PARTS];
	if (a->hash != b->hash || a->book != b->book)
		return false;
	parts_of(a, x);
	parts_of(b, y);
	for (int i = 0; i < PARTS; i++)
		if (x[i].size != y[i].size || (x[i].size > 0 && memcmp(x[i].bytes, y[i].bytes, x[i].size) != 0))
			return false;
	return true;
}

static uint64_t hash_of(const struct plan *plan)
{
	struct part parts[PARTS];
	uint64_t h = UINT64_C(14695981039346656037);
	parts_of(plan, parts);
	for (int i = 0; i < PARTS; i++)
		for (size_t j = 0; j < parts[i].size; j++)
			h = (h ^ ((const uint8_t *)parts[i].bytes)[j]) * UINT64_C(1099511628211);
	return h;
}

/* The ids in the packets are put in when they are sent, each time: between that they mean nothing. */
static void forget_ids(struct plan *plan)
{
	for (size_t i = 0; i < plan->request_count; i++)
		ber_put_id(plan->octets + plan->requests[i].packet, plan->requests[i].id_at, 0);
}

struct plan *plan_share(struct plan_shelf *shelf, struct plan *plan)
{
	forget_ids(plan);
	plan->hash = hash_of(plan);
	for (size_t i = 0; i < shelf->count; i++) {
		if (shelf->plans[i]->hash != plan->hash)
			continue;
		forget_ids(shelf->plans[i]);
		if (!equal(shelf->plans[i], plan))
			continue;
		plan_free(plan);
		shelf->plans[i]->users++;
		return shelf->plans[i];
	}
	if (shelf->count == shelf->capacity) {
		shelf->capacity = shelf->capacity > 0 ? shelf->capacity * 2 : 16;
		shelf->plans = hwatt_realloc(shelf->plans, shelf->capacity * sizeof(struct plan *));
	}
	plan->users = 1;
	shelf->plans[shelf->count++] = plan;
	return plan;
}

void plan_release(struct plan_shelf *shelf, struct plan *plan)
{
	if (plan == NULL || --plan->users > 0)
		return;
	size_t at = 0;
	while (shelf->plans[at] != plan)
		at++;
	shelf->plans[at] = shelf->plans[--shelf->count];
	plan_free(plan);
}

void plan_hold_free(struct plan_hold *hold)
{
	free(hold->handles);
	free(hold->fixed);
	*hold = (struct plan_hold){ .lives = hold->lives, .doubted = hold->doubted };
}

static void poll_free(struct plan_poll *poll)
{
	free(poll->values);
	free(poll->held);
	free(poll);
}

void plan_shelf_free(struct plan_shelf *shelf)
{
	while (shelf->spare != NULL) {
		struct plan_poll *next = shelf->spare->next;
		poll_free(shelf->spare);
		shelf->spare = next;
	}
	free(shelf->plans);
	*shelf = (struct plan_shelf){ 0 };
}

struct plan_poll *plan_poll_take(struct plan_shelf *shelf, const struct plan *plan)
{
	struct plan_poll *poll = shelf->spare;
	if (poll != NULL)
		shelf->spare = poll->next;
	else
		poll = hwatt_alloc(sizeof(*poll));
	if (poll->value_room < plan->input_count) {
		poll->value_room = plan->input_count;
		poll->values = hwatt_realloc(poll->values, poll->value_room * sizeof(*poll->values));
	}
	if (poll->held_room < plan->when_count) {
		poll->held_room = plan->when_count;
		poll->held = hwatt_realloc(poll->held, poll->held_room * sizeof(*poll->held));
	}
	memset(poll->values, 0, plan->input_count * sizeof(*poll->values));
	if (plan->when_count > 0)
		memset(poll->held, 0, plan->when_count * sizeof(*poll->held));
	poll->changed = false;
	poll->next = NULL;
	return poll;
}

void plan_poll_give(struct plan_shelf *shelf, struct plan_poll *poll)
{
	if (poll == NULL)
		return;
	poll->next = shelf->spare;
	shelf->spare = poll;
}

static void take_value(const struct plan *plan, int32_t input, const struct ber_varbind *v, struct plan_poll *poll)
{
	struct plan_value *value = &poll->values[input];
	value->answered = true;
	if (ber_is_exception(v->type)) {
		value->number = false;
		poll->changed = true;
	} else if (v->type == BER_INTEGER || v->type == BER_GAUGE32 || v->type == BER_COUNTER32) {
		value->raw = (struct scale_raw){ .mantissa = v->number };
		value->number = true;
	} else {
		value->number = scale_read(v->type, v->number, v->bytes, v->length, &value->raw);
	}
	value->whole = value->number && value->raw.e10 == 0 && value->raw.e2 == 0;
	for (uint32_t w = plan->input_whens[input]; w < plan->input_whens[input + 1]; w++) {
		struct cell cell = { .type = v->type, .number = v->number, .bytes = v->bytes, .length = v->length };
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

/* Whether the same octets stand at both, of as many. */
static inline bool same_octets(const uint8_t *p, const uint8_t *q, size_t length)
{
	if (length - 16 <= 8) /* as nearly all names are */
		return ((eight(p) ^ eight(q)) | (eight(p + 8) ^ eight(q + 8)) | (eight(p + length - 8) ^ eight(q + length - 8))) == 0;
	return memcmp(p, q, length) == 0;
}

/* The whole number of 1 to 8 octets before `end`, as ber.c reads it; eight octets must stand there. */
static inline int64_t number_before(bool is_signed, const uint8_t *end, size_t length)
{
	uint64_t word = eight(end - sizeof(word));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	unsigned over = 64 - 8 * (unsigned)length;
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

/* The same of most variables: a whole number that no condition looks at. NULL: it is another; else where it ends. */
static inline const uint8_t *read_plain(const uint8_t *octets, const struct plan_expect *e, const uint8_t *p, const uint8_t *end,
					struct plan_poll *poll)
{
	size_t named = e->oid_length + PLAN_OID_HEAD;
	if ((size_t)(end - p) < named + 5)
		return NULL;
	const uint8_t *value = p + 2 + named;
	size_t tag = value[0], length = value[1], whole = named + 2 + length;
	const uint8_t *next = value + 2 + length;
	if ((tag != BER_INTEGER && tag - BER_COUNTER32 > 1) || length - 1 >= 8 || p[0] != BER_SEQUENCE || p[1] != whole ||
	    whole >= 0x80 || next > end || e->watched || !same_octets(p + 2, octets + e->oid - PLAN_OID_HEAD, named))
		return NULL;
	int64_t number = number_before(tag == BER_INTEGER, next, length);
	if (tag != BER_INTEGER && (uint64_t)number > UINT32_MAX)
		return NULL;
	poll->values[e->input] = (struct plan_value){ .raw.mantissa = number, .answered = true, .number = true, .whole = true };
	return next;
}

static void forget(const struct plan *plan, int32_t input, struct plan_poll *poll)
{
	if (input < 0)
		return;
	poll->values[input] = (struct plan_value){ 0 };
	for (uint32_t w = plan->input_whens[input]; w < plan->input_whens[input + 1]; w++)
		poll->held[w] = false;
}

bool plan_read(const struct plan *plan, size_t r, const uint8_t *variables, size_t length, struct plan_poll *poll)
{
	const struct plan_request *request = &plan->requests[r];
	const struct plan_expect *first = plan->expects + request->first_expect, *last = first + request->expect_count, *e;
	const uint8_t *at = variables, *end = variables + length, *next;
	for (e = first; e < last; e++, at = next) {
		next = read_plain(plan->octets, e, at, end, poll);
		if (next == NULL)
			next = at + read_expected(plan, e, at, (size_t)(end - at), poll);
		if (next == at)
			break;
	}
	if (e == last && at == end)
		return true;
	while (e > first)
		forget(plan, (--e)->input, poll);
	return false;
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

static bool is_sentinel(const struct hwatt_list *absent, struct scale_raw raw)
{
	const int64_t *numbers = absent->items;
	for (size_t i = 0; i < absent->count; i++)
		if (raw.e10 == 0 && raw.e2 == 0 && raw.mantissa == numbers[i])
			return true;
	return false;
}

/* The raw value with what is added and subtracted; false when a part lacks. */
static bool add_terms(const struct plan *plan, const struct plan_point *p, const struct plan_poll *poll,
		      struct scale_raw *raw)
{
	for (uint32_t t = p->first_term; t < p->first_term + p->term_count; t++) {
		const struct plan_value *v = &poll->values[plan->terms[t].input];
		int64_t other;
		if (!v->number || v->raw.e10 != raw->e10 || v->raw.e2 != raw->e2 ||
		    __builtin_mul_overflow(v->raw.mantissa, (int64_t)plan->terms[t].sign, &other) ||
		    __builtin_add_overflow(raw->mantissa, other, &raw->mantissa))
			return false;
	}
	return true;
}

/* A register's count: whole, or in the last decimal that its text has. */
static bool register_count(const struct plan_point *p, struct scale_raw raw, uint64_t *count)
{
	int64_t m = raw.mantissa;
	int places = raw.e10 + p->digits;
	if (raw.e2 != 0 || m < 0)
		return false;
	for (; places > 0; places--)
		if (__builtin_mul_overflow(m, (int64_t)10, &m))
			return false;
	for (; places < 0; places++)
		m /= 10;
	*count = (uint64_t)m;
	return true;
}

/* A plain point whose raw value is a whole number. */
static inline bool evaluate_plain(const struct plan_kind *k, int64_t raw, struct hwatt_value *out)
{
	out->count = 0;
	if ((k->has_absent && raw == k->absent) || __builtin_mul_overflow(raw, k->factor, &out->value) || out->value < k->min ||
	    out->value > k->max)
		return false;
	if (k->step == 0)
		return true;
	if (raw < 0)
		return false;
	out->count = (uint64_t)raw;
	if (__builtin_mul_overflow(raw, k->step, &out->value))
		out->value = INT64_MAX;
	return true;
}

static bool evaluate(const struct plan *plan, const struct plan_point *p, const struct plan_poll *poll,
		     struct hwatt_value *out)
{
	const struct plan_value *v = &poll->values[p->input];
	out->count = 0;
	if (!v->number || is_sentinel(&p->reading->is.absent, v->raw))
		return false;
	for (uint32_t w = p->first_when; w < p->first_when + p->when_count; w++)
		if (!poll->held[plan->when_refs[w]])
			return false;
	if (p->zero_with >= 0 && v->raw.mantissa == 0 && poll->values[p->zero_with].number &&
	    poll->values[p->zero_with].raw.mantissa != 0)
		return false;
	struct scale_raw raw = v->raw;
	if (p->term_count > 0 && !add_terms(plan, p, poll, &raw))
		return false;
	bool whole = raw.e10 == 0 && raw.e2 == 0;
	if (!(whole && p->scale.b == 0 && p->scale.c == 1 ? !__builtin_mul_overflow(raw.mantissa, p->scale.a, &out->value)
							 : scale_apply(&p->scale, raw, &out->value)))
		return false;
	if (out->value < p->min || out->value > p->max)
		return false;
	if (p->step == 0)
		return true;
	if (whole && p->digits == 0 && raw.mantissa >= 0)
		out->count = (uint64_t)raw.mantissa;
	else if (!register_count(p, raw, &out->count))
		return false;
	if (out->count > INT64_MAX || __builtin_mul_overflow((int64_t)out->count, p->step, &out->value))
		out->value = INT64_MAX;
	return true;
}

/* A register's stamp came with its value. */
static void tell_life(const struct plan_point *p, const struct plan_hold *hold, const struct plan_poll *poll,
		      struct hwatt_target *target, int handle)
{
	const struct plan_value *stamp = &poll->values[p->stamp];
	if (stamp->number &&
	    lives_tell(hold->lives, target, handle, LIVES_STAMP(stamp->raw.mantissa), poll->values[p->input].raw.mantissa))
		(*hold->doubted)++;
}

void plan_give(const struct plan *plan, const struct plan_hold *hold, size_t r, const struct plan_poll *poll,
	       struct hwatt_target *target)
{
	enum { MOST = 64 };
	struct hwatt_given given[MOST];
	const struct plan_request *request = &plan->requests[r];
	const struct plan_kind *kinds = plan->kinds;
	const struct plan_value *values = poll->values;
	const int *handles = hold->handles;
	uint32_t at = request->first_point, end = at + request->point_count;
	while (at < end) {
		size_t count = 0;
		for (; at < end && count < MOST; at++) {
			const struct plan_step *step = &plan->steps[at];
			const struct plan_value *v = &values[step->input];
			struct hwatt_given *next = &given[count];
			next->point = handles != NULL ? handles[step->slot] : (int)step->slot;
			if (step->kind != PLAN_NOT_PLAIN && v->whole) {
				count += evaluate_plain(&kinds[step->kind], v->raw.mantissa, &next->value) && next->point >= 0;
				continue;
			}
			const struct plan_point *p = &plan->points[at];
			if (!evaluate(plan, p, poll, &next->value) || next->point < 0)
				continue;
			count++;
			if (p->stamp >= 0)
				tell_life(p, hold, poll, target, next->point);
		}
		hwatt_target_add_all(target, given, count);
	}
}

void plan_give_fixed(const struct plan_hold *hold, struct hwatt_target *target)
{
	for (size_t i = 0; i < hold->fixed_count; i++)
		hwatt_target_add(target, hold->fixed[i].handle, hold->fixed[i].value);
}
