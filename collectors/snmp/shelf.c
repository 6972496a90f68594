/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "shelf.h"
#include <assert.h>
#include <string.h>

#define PARTS 9

struct part { const void *octets; size_t length; };

/* Everything a plan consists of, but for its book and its place here. */
static void parts_of(const struct plan *p, struct part out[PARTS])
{
	const struct part parts[PARTS] = {
		{ p->octets, p->octet_count },
		{ p->requests, p->request_count * sizeof(*p->requests) },
		{ p->expects, p->expect_count * sizeof(*p->expects) },
		{ p->points, p->point_count * sizeof(*p->points) },
		{ p->whens, p->when_count * sizeof(*p->whens) },
		{ p->input_whens, (p->input_count + 1) * sizeof(*p->input_whens) },
		{ p->when_refs, p->ref_count * sizeof(*p->when_refs) },
		{ p->terms, p->term_count * sizeof(*p->terms) },
		{ p->fixed, p->fixed_count * sizeof(*p->fixed) },
	};
	memcpy(out, parts, sizeof(parts));
}

/* The ids in the packets are put in when they are sent, each time: between that they mean nothing. */
static void forget_ids(struct plan *plan)
{
	for (size_t i = 0; i < plan->request_count; i++)
		ber_put_id(plan->octets + plan->requests[i].packet, plan->requests[i].id_at, 0);
}

static bool equal(const struct plan *a, const struct plan *b)
{
	struct part x[PARTS], y[PARTS];
	if (a->digest != b->digest || a->book != b->book)
		return false;
	parts_of(a, x);
	parts_of(b, y);
	for (int i = 0; i < PARTS; i++)
		if (x[i].length != y[i].length || (x[i].length > 0 && memcmp(x[i].octets, y[i].octets, x[i].length) != 0))
			return false;
	return true;
}

/* FNV-1a. */
static uint64_t digest(const struct plan *plan)
{
	struct part parts[PARTS];
	uint64_t h = UINT64_C(14695981039346656037);
	parts_of(plan, parts);
	for (int i = 0; i < PARTS; i++)
		for (size_t k = 0; k < parts[i].length; k++)
			h = (h ^ ((const uint8_t *)parts[i].octets)[k]) * UINT64_C(1099511628211);
	return h ^ h >> 32;
}

struct plan *shelf_put(struct shelf *shelf, struct plan *plan)
{
	forget_ids(plan);
	plan->digest = digest(plan);
	struct plan **row = &shelf->rows[plan->digest % SHELF_ROWS];
	for (struct plan *p = *row; p != NULL; p = p->next) {
		forget_ids(p);
		if (!equal(p, plan))
			continue;
		plan_free(plan);
		p->users++;
		return p;
	}
	plan->users = 1;
	plan->next = *row;
	*row = plan;
	return plan;
}

void shelf_release(struct shelf *shelf, struct plan *plan)
{
	if (plan == NULL || --plan->users > 0)
		return;
	struct plan **at = &shelf->rows[plan->digest % SHELF_ROWS];
	while (*at != plan)
		at = &(*at)->next;
	*at = plan->next;
	plan_free(plan);
}
