/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include "sums.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

void sums_reserve(struct sums *sums, size_t pair_count, size_t lane_count)
{
	if (pair_count > sums->pair_count) {
		sums->pairs = hwatt_realloc(sums->pairs, pair_count * sizeof(*sums->pairs));
		memset(sums->pairs + sums->pair_count, 0, (pair_count - sums->pair_count) * sizeof(*sums->pairs));
		sums->pair_count = pair_count;
	}
	if (lane_count > sums->lane_count) {
		sums->lanes = hwatt_realloc(sums->lanes, lane_count * sizeof(*sums->lanes));
		memset(sums->lanes + sums->lane_count, 0, (lane_count - sums->lane_count) * sizeof(*sums->lanes));
		sums->lane_count = lane_count;
	}
}

void sums_clear(struct sums *sums)
{
	if (sums->pair_count > 0)
		memset(sums->pairs, 0, sums->pair_count * sizeof(*sums->pairs));
	if (sums->lane_count > 0)
		memset(sums->lanes, 0, sums->lane_count * sizeof(*sums->lanes));
	memset(sums->letters, 0, sizeof(sums->letters));
}

void sums_add(struct sums *to, const struct sums *from, int sign)
{
	sums_reserve(to, from->pair_count, from->lane_count);
	for (size_t i = 0; i < from->pair_count; i++)
		kpi_pair_add(&to->pairs[i], &from->pairs[i], sign);
	for (size_t i = 0; i < from->lane_count; i++) {
		to->lanes[i].amount += sign * from->lanes[i].amount;
		to->lanes[i].covered_ms += sign * from->lanes[i].covered_ms;
	}
	for (size_t g = 0; g < GROUP_KINDS; g++)
		for (size_t i = 0; i < KPI_LETTERS; i++)
			to->letters[g][i] += sign * from->letters[g][i];
}

void sums_copy(struct sums *to, const struct sums *from)
{
	sums_clear(to);
	sums_add(to, from, 1);
}

bool sums_equal(const struct sums *a, const struct sums *b)
{
	struct sums left = {0}, right = {0};
	size_t pairs = a->pair_count > b->pair_count ? a->pair_count : b->pair_count;
	size_t lanes = a->lane_count > b->lane_count ? a->lane_count : b->lane_count;
	sums_reserve(&left, pairs, lanes);
	sums_reserve(&right, pairs, lanes);
	sums_add(&left, a, 1);
	sums_add(&right, b, 1);
	bool equal = (pairs == 0 || memcmp(left.pairs, right.pairs, pairs * sizeof(*left.pairs)) == 0) &&
		     (lanes == 0 || memcmp(left.lanes, right.lanes, lanes * sizeof(*left.lanes)) == 0) &&
		     memcmp(left.letters, right.letters, sizeof(left.letters)) == 0;
	sums_free(&left);
	sums_free(&right);
	return equal;
}

void sums_free(struct sums *sums)
{
	free(sums->pairs);
	free(sums->lanes);
	*sums = (struct sums){0};
}

/* --- bins -------------------------------------------------------------------------------------------------------- */

void bins_init(struct bins *bins, const struct zone *zone, int64_t from_s, int64_t to_s, size_t month_limit)
{
	*bins = (struct bins){ .zone = zone, .from_s = from_s, .to_s = to_s, .month_limit = month_limit };
}

void bins_free(struct bins *bins)
{
	for (size_t i = 0; i < bins->day_count; i++)
		sums_free(&bins->days[i].sums);
	for (size_t i = 0; i < bins->month_count; i++)
		sums_free(&bins->months[i].sums);
	free(bins->months);
	sums_free(&bins->total);
	*bins = (struct bins){0};
}

/* The bin that holds `start_s`, NULL when there is none; looked for from the newest. */
static struct bin *find(struct bin *bins, size_t count, int64_t start_s)
{
	for (size_t i = count; i-- > 0;)
		if (start_s >= bins[i].from_s)
			return start_s < bins[i].to_s ? &bins[i] : NULL;
	return NULL;
}

/* Puts an empty bin where it belongs in time. */
static struct bin *insert(struct bin *bins, size_t *count, const struct window *span)
{
	size_t at = *count;
	while (at > 0 && bins[at - 1].from_s > span->from_s)
		at--;
	memmove(&bins[at + 1], &bins[at], (*count - at) * sizeof(*bins));
	bins[at] = (struct bin){ .from_s = span->from_s, .to_s = span->to_s };
	(*count)++;
	return &bins[at];
}

static void drop_oldest(struct bin *bins, size_t *count)
{
	sums_free(&bins[0].sums);
	memmove(&bins[0], &bins[1], (*count - 1) * sizeof(*bins));
	(*count)--;
}

/* The day of `start_s`; NULL when it is older than those kept. */
static struct bin *day_of(struct bins *b, int64_t start_s)
{
	struct bin *day = find(b->days, b->day_count, start_s);
	if (day != NULL)
		return day;
	if (b->day_count == BINS_DAYS && start_s < b->days[0].from_s)
		return NULL;
	struct window span = window_containing(b->zone, WINDOW_DAY, start_s, 0, -1);
	if (b->day_count == BINS_DAYS)
		drop_oldest(b->days, &b->day_count);
	return insert(b->days, &b->day_count, &span);
}

static struct bin *month_of(struct bins *b, int64_t start_s)
{
	struct bin *month = find(b->months, b->month_count, start_s);
	if (month != NULL)
		return month;
	struct window span = window_containing(b->zone, WINDOW_MONTH, start_s, 0, -1);
	if (b->month_limit > 0 && b->month_count == b->month_limit) {
		if (start_s < b->months[0].from_s)
			return NULL;
		drop_oldest(b->months, &b->month_count);
	}
	if (b->month_count == b->month_capacity) {
		b->month_capacity = b->month_capacity == 0 ? 16 : b->month_capacity * 2;
		b->months = hwatt_realloc(b->months, b->month_capacity * sizeof(*b->months));
	}
	return insert(b->months, &b->month_count, &span);
}

static bool inside(const struct bins *b, int64_t start_s)
{
	return start_s >= b->from_s && start_s < b->to_s;
}

void bins_add(struct bins *b, int64_t start_s, const struct sums *quarter, int sign)
{
	if (!inside(b, start_s))
		return;
	struct bin *month = month_of(b, start_s), *day = day_of(b, start_s);
	if (day != NULL)
		sums_add(&day->sums, quarter, sign);
	if (month != NULL)
		sums_add(&month->sums, quarter, sign);
	sums_add(&b->total, quarter, sign);
}

void bins_mark(struct bins *b, int64_t start_s)
{
	if (!inside(b, start_s))
		return;
	struct bin *day = find(b->days, b->day_count, start_s), *month = day == NULL ? month_of(b, start_s) : NULL;
	if (day != NULL)
		day->wrong = true;
	else if (month != NULL)
		month->wrong = true;
}

struct bin *bins_wrong(struct bins *b)
{
	for (size_t i = 0; i < b->day_count; i++)
		if (b->days[i].wrong)
			return &b->days[i];
	for (size_t i = 0; i < b->month_count; i++)
		if (b->months[i].wrong)
			return &b->months[i];
	return NULL;
}

void bins_replace(struct bins *b, struct bin *bin, const struct sums *fresh)
{
	bool day = bin >= b->days && bin < b->days + BINS_DAYS;
	struct bin *month = day ? month_of(b, bin->from_s) : NULL;
	assert(bin->wrong);
	if (month != NULL) {
		sums_add(&month->sums, &bin->sums, -1);
		sums_add(&month->sums, fresh, 1);
	}
	sums_add(&b->total, &bin->sums, -1);
	sums_add(&b->total, fresh, 1);
	sums_copy(&bin->sums, fresh);
	bin->wrong = false;
}

const struct sums *bins_month(const struct bins *b, int64_t at_s)
{
	for (size_t i = b->month_count; i-- > 0;) /* most are asked for the last ones */
		if (at_s >= b->months[i].from_s && at_s < b->months[i].to_s)
			return &b->months[i].sums;
	return NULL;
}

void bins_window(const struct bins *b, const struct window *window, struct sums *out)
{
	assert(window->kind != WINDOW_INTERVAL);
	sums_clear(out);
	if (window->kind == WINDOW_CONTRACT && window->from_s <= b->from_s && window->to_s >= b->to_s) {
		sums_add(out, &b->total, 1);
		return;
	}
	bool days = window->kind == WINDOW_DAY;
	const struct bin *bins = days ? b->days : b->months;
	size_t count = days ? b->day_count : b->month_count;
	for (size_t i = 0; i < count; i++)
		if (bins[i].from_s < window->to_s && bins[i].to_s > window->from_s)
			sums_add(out, &bins[i].sums, 1);
}
