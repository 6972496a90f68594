/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* plan.c - plans on their shelf, and memory for polls; plan_build.c makes plans, plan_read.c and plan_give.c use them. */
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
	free(plan->names);
	free(plan->points);
	free(plan->runs);
	free(plan->inputs_of);
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

void plan_hold_clear(struct plan_hold *hold)
{
	free(hold->handles);
	free(hold->fixed);
	*hold = (struct plan_hold){ .lives = hold->lives, .doubted = hold->doubted };
}

/* Whether both have the same octets, or are both not there. */
static bool alike(const void *a, const void *b, size_t size)
{
	return (a == NULL) == (b == NULL) && (a == NULL || memcmp(a, b, size) == 0);
}

void plan_hold_change(struct plan_hold *hold, struct plan_hold *to, const struct plan *same)
{
	hold->lives = to->lives; /* of the device, not of a plan */
	hold->doubted = to->doubted;
	if (same != NULL && hold->fixed_count == to->fixed_count && alike(hold->handles, to->handles, same->point_count * sizeof(*hold->handles))) {
		for (uint32_t i = 0; i < to->fixed_count; i++)
			hold->fixed[i] = to->fixed[i];
		plan_hold_clear(to);
	} else {
		plan_hold_clear(hold);
		*hold = *to;
	}
	*to = (struct plan_hold){ 0 };
}

void plan_hold_free(struct plan_hold *hold)
{
	plan_hold_clear(hold);
	if (hold->lives != NULL)
		lives_free(hold->lives);
	free(hold->lives);
	*hold = (struct plan_hold){ 0 };
}

void plan_hold_tell(struct plan_hold *hold, struct hwatt_target *target, int handle, uint64_t stamp, int64_t count)
{
	if (hold->lives == NULL)
		hold->lives = hwatt_alloc(sizeof(*hold->lives));
	if (lives_tell(hold->lives, target, handle, stamp, count))
		hold->doubted++;
}

static void poll_free(struct plan_poll *poll)
{
	free(poll->numbers);
	free(poll->values);
	free(poll->odd);
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
		poll->numbers = hwatt_realloc(poll->numbers, poll->value_room * sizeof(*poll->numbers));
		poll->values = hwatt_realloc(poll->values, poll->value_room * sizeof(*poll->values));
		poll->odd = hwatt_realloc(poll->odd, poll->value_room * sizeof(*poll->odd));
	}
	if (poll->held_room < plan->when_count) {
		poll->held_room = plan->when_count;
		poll->held = hwatt_realloc(poll->held, poll->held_room * sizeof(*poll->held));
	}
	memset(poll->numbers, PLAN_NO_NUMBER & 0xff, plan->input_count * sizeof(*poll->numbers));
	memset(poll->odd, 0, plan->input_count * sizeof(*poll->odd));
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
