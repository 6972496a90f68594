/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* taken.h - what a poll took from an answer, to hold one way of reading it against another. */
#ifndef SNMP_TEST_TAKEN_H
#define SNMP_TEST_TAKEN_H

#include "plan.h"
#include <string.h>

#define TAKEN_INPUTS 10

struct taken {
	int64_t numbers[TAKEN_INPUTS];
	struct plan_value values[TAKEN_INPUTS];
	bool odd[TAKEN_INPUTS];
	struct plan_poll poll;
};

/* Nothing yet. It must stay where it is: the poll points into it. */
static inline void taken_begin(struct taken *t)
{
	memset(t, 0, sizeof(*t));
	for (int i = 0; i < TAKEN_INPUTS; i++)
		t->numbers[i] = PLAN_NO_NUMBER;
	t->poll = (struct plan_poll){ .numbers = t->numbers, .values = t->values, .odd = t->odd };
}

static inline bool taken_same(const struct taken *x, const struct taken *y, int32_t input)
{
	struct plan_value a = plan_value(&x->poll, input), b = plan_value(&y->poll, input);
	return x->numbers[input] == y->numbers[input] && x->odd[input] == y->odd[input] && a.answered == b.answered &&
	       a.number == b.number &&
	       (!a.number || (a.raw.mantissa == b.raw.mantissa && a.raw.e10 == b.raw.e10 && a.raw.e2 == b.raw.e2));
}

#endif
