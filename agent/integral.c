/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "integral.h"
#include <assert.h>
#include <hallwatt/number.h>
#include <inttypes.h>

int integral_add(struct integral *in, int64_t at_ms, int64_t level, int64_t max_gap_ms, enum integral_rule rule,
		 struct stretch *out, struct hwatt_error *err)
{
	assert(at_ms >= 0 && max_gap_ms > 0 && max_gap_ms <= INTEGRAL_MAX_GAP_MS);
	if (level < -INTEGRAL_MAX_LEVEL || level > INTEGRAL_MAX_LEVEL)
		return hwatt_fail(err, HWATT_ERANGE, "%" PRId64 " is beyond any level", level);
	if (in->primed && at_ms <= in->last_ms)
		return hwatt_fail(err, HWATT_ERANGE, "the sample is %" PRId64 " ms behind the last",
				  in->last_ms - at_ms);

	*out = (struct stretch){ .from_ms = in->primed ? in->last_ms : at_ms, .to_ms = at_ms };
	out->from_level = in->primed ? in->last_level : level;
	out->to_level = rule == INTEGRAL_STEP ? out->from_level : level;
	int64_t elapsed_ms = out->to_ms - out->from_ms;
	out->covered = in->primed && elapsed_ms <= max_gap_ms;
	if (out->covered) /* the limits above keep it inside int64 */
		out->amount = (out->from_level + out->to_level) * elapsed_ms;
	*in = (struct integral){ .primed = true, .last_ms = at_ms, .last_level = level };
	return 0;
}

int64_t stretch_until(const struct stretch *stretch, int64_t at_ms)
{
	assert(at_ms >= stretch->from_ms && at_ms <= stretch->to_ms);
	if (!stretch->covered || at_ms == stretch->from_ms)
		return 0;
	if (at_ms == stretch->to_ms)
		return stretch->amount;
	int64_t part_ms = at_ms - stretch->from_ms, whole_ms = stretch->to_ms - stretch->from_ms;
	/* Twice the area under the line: 2 p0 x + (p1 - p0) x^2 / T, rounded down. */
	hwatt_i128 bend = (hwatt_i128)(stretch->to_level - stretch->from_level) * part_ms * part_ms;
	hwatt_i128 rounded = bend / whole_ms;
	if (bend % whole_ms < 0)
		rounded--;
	return 2 * stretch->from_level * part_ms + (int64_t)rounded;
}
