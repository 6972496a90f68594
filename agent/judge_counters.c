/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Figures counted by hand, with author and source.  domain.md 7.3 (K_COUNTER). */
#include "judge.h"
#include <hallwatt/language.h>
#include <string.h>

static void judge_counter(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_counter *rows = registers->counters.items;
	hwatt_i128 sum = 0;
	int64_t days = 0;
	bool negative = false;
	for (size_t i = 0; i < registers->counters.count; i++) { /* periods of a counter do not overlap */
		const struct register_counter *c = &rows[i];
		if (strcmp(c->counter, r->counter.counter) != 0 || c->from_day < facts->from_day || c->to_day > facts->to_day)
			continue;
		sum += c->value_micro;
		days += c->to_day - c->from_day + 1;
		negative |= c->value_micro < 0;
	}
	out->kpi.known = days > 0;
	out->kpi.flags = days > 0 ? 0 : KPI_NO_DATA;
	out->kpi.coverage = (struct hwatt_ratio){ days, facts->to_day - facts->from_day + 1 };
	out->kpi.value = out->kpi.low = (struct hwatt_ratio){ sum, 1000000 };
	out->kpi.bounded = days > 0 && !negative;
}

static const struct hwatt_option keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_DECIMAL, INT64_C(-1000000000000000000), INT64_C(1000000000000000000), "highest count in the period",
			       "lowest count in the period"),
	{ .name = "counter", .type = HWATT_STRING, .offset = REQUIREMENT_AT(counter.counter), .flags = HWATT_REQUIRED,
	  .help = "what is counted, as in the register of counters" },
	{ .name = "unit", .type = HWATT_STRING, .offset = REQUIREMENT_AT(counter.unit), .help = "of what, like sheets" },
	{ .name = "min_coverage", .type = HWATT_RATIO, .offset = REQUIREMENT_AT(min_coverage_ppm), .fallback = "1", .min = 1,
	  .max = HWATT_PPM, .help = "for how much of the period there must be entries" },
};

const struct requirement_type judge_counter_types[] = {
	{ .name = "counter", REQUIREMENT_KEYS(keys), .unit = UNIT_PLAIN, .may_max = true, .may_min = true, .window = WINDOW_YEAR,
	  .judge = judge_counter,
	  .noun = { HWATT_N("a count kept by hand") },
	  .deliver = HWATT_N("the missing counts, with who counted and from what source") },
	{ .name = NULL },
};
