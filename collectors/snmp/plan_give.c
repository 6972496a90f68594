/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* plan_give.c - numbers become the target's values. */
#include "plan.h"
#include <hallwatt/arena.h>
#include <string.h>

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
		struct plan_value v = plan_value(poll, plan->terms[t].input);
		int64_t other;
		if (!v.number || v.raw.e10 != raw->e10 || v.raw.e2 != raw->e2 ||
		    __builtin_mul_overflow(v.raw.mantissa, (int64_t)plan->terms[t].sign, &other) ||
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

/* Whether the value with which zero means "not measured" is there and is not zero. */
static bool beside_zero(const struct plan_point *p, const struct plan_poll *poll)
{
	struct plan_value other = p->zero_with >= 0 ? plan_value(poll, p->zero_with) : (struct plan_value){ 0 };
	return other.number && other.raw.mantissa != 0;
}

/* Any point. */
static bool evaluate(const struct plan *plan, const struct plan_point *p, const struct plan_poll *poll,
		     struct hwatt_value *out)
{
	struct plan_value v = plan_value(poll, p->input);
	out->count = 0;
	if (!v.number || is_sentinel(&p->reading->is.absent, v.raw))
		return false;
	for (uint32_t w = p->first_when; w < p->first_when + p->when_count; w++)
		if (!poll->held[plan->when_refs[w]])
			return false;
	if (v.raw.mantissa == 0 && beside_zero(p, poll))
		return false;
	struct scale_raw raw = v.raw;
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
static void tell_life(const struct plan_point *p, struct plan_hold *hold, const struct plan_poll *poll,
		      struct hwatt_target *target, int handle)
{
	struct plan_value stamp = plan_value(poll, p->stamp), value = plan_value(poll, p->input);
	if (stamp.number)
		plan_hold_tell(hold, target, handle, LIVES_STAMP(stamp.raw.mantissa), value.raw.mantissa);
}

static int handle_of(const struct plan_hold *hold, uint32_t slot)
{
	return hold->handles != NULL ? hold->handles[slot] : (int)slot;
}

static void give_point(const struct plan *plan, struct plan_hold *hold, const struct plan_point *p,
		       const struct plan_poll *poll, struct hwatt_target *target)
{
	struct hwatt_value value;
	int handle = handle_of(hold, p->slot);
	if (handle < 0 || !evaluate(plan, p, poll, &value))
		return;
	hwatt_target_add(target, handle, value);
	if (p->stamp >= 0)
		tell_life(p, hold, poll, target, handle);
}

/* Values of points whose slots follow one another. */
static void give_kept(const struct plan_hold *hold, uint32_t slot, const int64_t *kept, uint32_t count, struct hwatt_target *target)
{
	if (hold->handles == NULL) {
		hwatt_target_add_run(target, (int)slot, kept, count);
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		if (hold->handles[slot + i] >= 0)
			hwatt_target_add_run(target, hold->handles[slot + i], &kept[i], 1);
}

/* Plain points. A value that is none, or not of their kind, is looked at by itself. */
static void give_plain(const struct plan *plan, struct plan_hold *hold, const struct plan_run *run, const struct plan_poll *poll,
		       struct hwatt_target *target)
{
	enum { MOST = 64 };
	int64_t kept[MOST];
	const struct plan_kind kind = plan->kinds[run->kind];
	const int64_t *numbers = poll->numbers;
	const uint32_t *inputs = plan->inputs_of + run->first_point;
	for (uint32_t at = 0; at < run->count;) {
		uint32_t most = run->count - at < MOST ? run->count - at : MOST, n = 0;
		for (; n < most; n++) {
			int64_t raw = numbers[inputs[at + n]];
			if ((uint64_t)raw - (uint64_t)kind.low > kind.span || raw == kind.absent)
				break;
			kept[n] = raw * kind.keep;
		}
		if (n > 0)
			give_kept(hold, run->slot + at, kept, n, target);
		at += n;
		if (n < most)
			give_point(plan, hold, &plan->points[run->first_point + at++], poll, target);
	}
}

void plan_give(const struct plan *plan, struct plan_hold *hold, size_t r, const struct plan_poll *poll,
	       struct hwatt_target *target)
{
	const struct plan_request *request = &plan->requests[r];
	for (uint32_t i = request->first_run; i < request->first_run + request->run_count; i++) {
		const struct plan_run *run = &plan->runs[i];
		if (run->kind != PLAN_NOT_PLAIN)
			give_plain(plan, hold, run, poll, target);
		else
			for (uint32_t p = run->first_point; p < run->first_point + run->count; p++)
				give_point(plan, hold, &plan->points[p], poll, target);
	}
}

void plan_give_fixed(const struct plan_hold *hold, struct hwatt_target *target)
{
	for (size_t i = 0; i < hold->fixed_count; i++)
		hwatt_target_add(target, hold->fixed[i].handle, hold->fixed[i].value);
}

#define RAW_LEAST (-(INT64_C(1) << 62)) /* what is lower is looked at by itself */

static int64_t quotient(int64_t value, int64_t by, bool up) /* by > 0 */
{
	int64_t q = value / by, r = value % by;
	return q + (up && r > 0) - (!up && r < 0);
}

/* What a point's raw values become; false when it is more than a number times another. */
static bool plain_kind(const struct plan_point *p, struct plan_kind *out)
{
	const struct hwatt_list *absent = &p->reading->is.absent;
	if (p->when_count > 0 || p->term_count > 0 || p->zero_with >= 0 || p->stamp >= 0 || p->digits != 0 || p->scale.a <= 0 ||
	    p->scale.b != 0 || p->scale.c != 1 || p->step < 0 || absent->count > 1)
		return false;
	int64_t low = quotient(p->min, p->scale.a, true), high = quotient(p->max, p->scale.a, false);
	int64_t least = p->step > 0 ? 0 : RAW_LEAST;
	low = low > least ? low : least;
	if (low > high)
		return false;
	memset(out, 0, sizeof(*out));
	out->low = low;
	out->span = (uint64_t)high - (uint64_t)low;
	out->keep = p->step > 0 ? 1 : p->scale.a;
	out->absent = absent->count == 1 ? *(const int64_t *)absent->items : PLAN_NO_NUMBER;
	return true;
}

/* The number of the point's kind, which may be new. */
static uint32_t kind_of(struct plan *plan, const struct plan_point *p, size_t *capacity)
{
	struct plan_kind kind;
	if (!plain_kind(p, &kind))
		return PLAN_NOT_PLAIN;
	for (size_t i = 0; i < plan->kind_count; i++)
		if (memcmp(&plan->kinds[i], &kind, sizeof(kind)) == 0)
			return (uint32_t)i;
	if (plan->kind_count == *capacity) {
		*capacity = *capacity * 2 + 8;
		plan->kinds = hwatt_realloc(plan->kinds, *capacity * sizeof(*plan->kinds));
	}
	plan->kinds[plan->kind_count] = kind;
	return (uint32_t)plan->kind_count++;
}

static bool same_quantity(const struct plan_point *a, const struct plan_point *b)
{
	return a->reading->is.quantity == b->reading->is.quantity && a->step == b->step;
}

void plan_make_runs(struct plan *plan)
{
	size_t capacity = 0;
	plan->runs = hwatt_alloc((plan->point_count + 1) * sizeof(*plan->runs));
	plan->inputs_of = hwatt_alloc((plan->point_count + 1) * sizeof(*plan->inputs_of));
	for (size_t r = 0; r < plan->request_count; r++) {
		struct plan_request *request = &plan->requests[r];
		request->first_run = (uint32_t)plan->run_count;
		for (uint32_t i = request->first_point; i < request->first_point + request->point_count; i++) {
			const struct plan_point *p = &plan->points[i];
			struct plan_run *run = &plan->runs[plan->run_count]; /* behind the last */
			uint32_t kind = kind_of(plan, p, &capacity);
			plan->inputs_of[i] = (uint32_t)p->input;
			if (plan->run_count > request->first_run && run[-1].kind == kind && p->slot == run[-1].slot + run[-1].count &&
			    same_quantity(p, &p[-1])) {
				run[-1].count++;
				continue;
			}
			*run = (struct plan_run){ .first_point = i, .count = 1, .slot = p->slot, .kind = kind };
			plan->run_count++;
		}
		request->run_count = (uint32_t)plan->run_count - request->first_run;
	}
}
