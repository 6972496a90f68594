/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* domain.h - a site of made-up sums, for the examples of domain.md 9. */
#ifndef HALLWATT_TEST_DOMAIN_H
#define HALLWATT_TEST_DOMAIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "kpi.h"
#include <cmocka.h>
#include <string.h>

#define DOMAIN_DAY_S INT64_C(86400)
#define EXPECT(ratio, decimals, text) domain_expect((ratio), (decimals), (text), __LINE__)

static inline void domain_expect(struct hwatt_ratio ratio, int decimals, const char *text, int line)
{
	char got[64];
	hwatt_ratio_format(ratio, decimals, got);
	if (strcmp(got, text) != 0)
		fail_msg("line %d: %s, not %s", line, got, text);
}

/* kWh that were measured throughout `days`. */
static inline struct kpi_pair domain_energy(int64_t num_kwh, int64_t den_kwh, int64_t days)
{
	struct kpi_pair pair = { .num = num_kwh * KPI_PER_KWH, .den = den_kwh * KPI_PER_KWH, .covered_ms = days * DOMAIN_DAY_S * 1000,
				 .quarters = (int32_t)(days * 96) };
	pair.letters[0] = pair.quarters;
	return pair;
}

struct domain { /* one site; a year of twelve slices of 30 days is near enough */
	struct kpi_slice slices[12];
	struct kpi_spell spells[8][12];
	struct kpi_track tracks[8];
	struct kpi_site site;
	struct kpi_period period;
	const struct certificate *rows[16];
};

/* Certificates one by one, as a period has them. */
static inline const struct certificate *const *domain_rows(struct domain *d, const struct certificate *rows, size_t count)
{
	assert_true(count <= sizeof(d->rows) / sizeof(d->rows[0]));
	for (size_t i = 0; i < count; i++)
		d->rows[i] = &rows[i];
	return d->rows;
}

/* A site measured over one slice of so many days. */
static inline void domain_begin(struct domain *d, int64_t days)
{
	memset(d, 0, sizeof(*d));
	d->slices[0] = (struct kpi_slice){ .from_s = 0, .to_s = days * DOMAIN_DAY_S, .from_day = 0, .to_day = days };
	d->site = (struct kpi_site){ .id = "hall", .slice_count = 1, .slices = d->slices, .tracks = d->tracks };
	d->period = (struct kpi_period){ .span = { days * 96, days * 96 }, .site_count = 1, .sites = &d->site };
}

/* Somebody read an amount, in millionths, over the days [from, to). */
static inline void domain_read(struct domain *d, enum logbook_quantity quantity, int64_t from_day, int64_t to_day, hwatt_i128 value)
{
	struct kpi_track *track = NULL;
	for (size_t i = 0; i < d->site.track_count; i++)
		if (d->tracks[i].quantity == quantity)
			track = &d->tracks[i];
	if (track == NULL) {
		size_t at = d->site.track_count++;
		track = &d->tracks[at];
		*track = (struct kpi_track){ .quantity = quantity, .meter = "", .spells = d->spells[at] };
	}
	d->spells[track - d->tracks][track->count++] =
		(struct kpi_spell){ from_day * DOMAIN_DAY_S, to_day * DOMAIN_DAY_S, value, false };
}

#endif
