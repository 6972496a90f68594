/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "interval.h"
#include <assert.h>
#include <string.h>

/* The place of a letter in QUALITY_LETTERS; an unknown one counts as the worst. */
static size_t rank_of(char letter)
{
	const char *at = letter != '\0' ? strchr(QUALITY_LETTERS, letter) : NULL;
	return at != NULL ? (size_t)(at - QUALITY_LETTERS) : strlen(QUALITY_LETTERS) - 1;
}

char quality_worse(char a, char b)
{
	size_t ra = rank_of(a), rb = rank_of(b);
	return QUALITY_LETTERS[ra > rb ? ra : rb];
}

struct interval_sum interval_sum_begin(int64_t from_s, int64_t to_s)
{
	assert(to_s >= from_s);
	return (struct interval_sum){ .from_s = from_s, .to_s = to_s, .quality = 'X' };
}

void interval_sum_add(struct interval_sum *sum, const struct interval *interval)
{
	if (interval->start_s < sum->from_s || interval->start_s >= sum->to_s)
		return;
	sum->quality = sum->intervals == 0 ? QUALITY_LETTERS[rank_of(interval->quality)]
					   : quality_worse(sum->quality, interval->quality);
	sum->intervals++;
	sum->letters[rank_of(interval->quality)]++;
	sum->amount += interval->amount;
	sum->covered_ms += interval->covered_ms;
	sum->unknown_max += interval->unknown_max;
	if (interval->covered_ms * 10 >= QUARTER_MS * 9)
		sum->complete++;
}

int64_t interval_sum_expected(const struct interval_sum *sum)
{
	return (sum->to_s - sum->from_s) / QUARTER_S;
}

char interval_sum_quality(const struct interval_sum *sum)
{
	return sum->intervals < interval_sum_expected(sum) ? 'X' : sum->quality;
}

struct hwatt_ratio interval_sum_coverage(const struct interval_sum *sum)
{
	return (struct hwatt_ratio){ .num = sum->covered_ms, .den = (hwatt_i128)(sum->to_s - sum->from_s) * 1000 };
}

struct hwatt_ratio interval_sum_completeness(const struct interval_sum *sum)
{
	return (struct hwatt_ratio){ .num = sum->complete, .den = interval_sum_expected(sum) };
}

struct hwatt_ratio interval_sum_mean(const struct interval_sum *sum)
{
	return (struct hwatt_ratio){ .num = sum->amount, .den = 2 * (hwatt_i128)sum->covered_ms };
}

hwatt_i128 interval_sum_high(const struct interval_sum *sum, int64_t max_level)
{
	hwatt_i128 gap_ms = (hwatt_i128)(sum->to_s - sum->from_s) * 1000 - sum->covered_ms;
	return sum->amount + 2 * gap_ms * max_level;
}

struct hwatt_ratio interval_sum_estimate(const struct interval_sum *sum)
{
	hwatt_i128 expected_ms = (hwatt_i128)(sum->to_s - sum->from_s) * 1000;
	if (2 * (hwatt_i128)sum->covered_ms < expected_ms || expected_ms == 0)
		return (struct hwatt_ratio){ 0, 0 };
	return (struct hwatt_ratio){ .num = sum->amount * expected_ms, .den = sum->covered_ms };
}
