/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Renewable electricity against what was used: REF, and shares by finer matching. */
#include "fraction.h"
#include "kpi_private.h"
#include "matching.h"
#include <hallwatt/arena.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct claim { /* whose certificates, and how much of them */
	const struct kpi_period *period;
	const struct certificate_filter *filter;
	bool twice;               /* one that counts stands twice */
};

/* The site's IT energy that is the contract's; 1 of 1 for a site. */
static struct hwatt_ratio share_of(const struct kpi_period *period, const struct kpi_site *site)
{
	hwatt_i128 whole = 0;
	if (period->contract == NULL)
		return (struct hwatt_ratio){ 1, 1 };
	for (size_t i = 0; i < site->slice_count; i++)
		whole += site->slices[i].it.num;
	hwatt_i128 own = site->it.num < whole ? site->it.num : whole;
	if (whole <= 0 || own <= 0)
		return (struct hwatt_ratio){ 0, 1 };
	return (struct hwatt_ratio){ own * 1000000 / whole, 1000000 };
}

/* What eligible rows give for the days: of the site (part of it is the contract's), and of the contract itself. */
static hwatt_i128 given(struct claim *claim, const struct kpi_site *site, enum certificate_time time, int64_t from_day,
			int64_t to_day, struct hwatt_ratio share)
{
	hwatt_i128 shared = 0, own = 0;
	for (size_t i = 0; i < claim->period->certificate_count; i++) {
		const struct certificate *row = &claim->period->certificates[i];
		bool for_site = strcmp(row->site, site->id) == 0;
		bool for_contract = claim->period->contract != NULL && site == &claim->period->sites[0] &&
				    strcmp(row->contract, claim->period->contract) == 0; /* at several sites: with the first */
		if ((!for_site && !for_contract) || row->kind == CERTIFICATE_ONSITE || !certificate_eligible(row, claim->filter) ||
		    !certificate_within(row, time, from_day, to_day) || !certificate_meant_for(row, from_day, to_day))
			continue;
		hwatt_i128 amount = (hwatt_i128)row->volume_mj * KPI_PER_MJ;
		shared += for_site ? amount : 0;
		own += for_contract ? amount : 0;
		claim->twice |= row->twice;
	}
	return shared / share.den * share.num + own;
}

/* What the site's own plant gives of the slice, less what of its guarantees was sold. */
static hwatt_i128 own_plant(const struct claim *claim, const struct kpi_site *site, const struct kpi_slice *slice, struct hwatt_ratio share)
{
	hwatt_i128 sum = site->onsite_renewable && slice->onsite.num > 0 ? slice->onsite.num : 0;
	for (size_t i = 0; i < claim->period->certificate_count && sum > 0; i++) {
		const struct certificate *row = &claim->period->certificates[i];
		if (row->kind == CERTIFICATE_ONSITE && row->guarantees == CERTIFICATE_SOLD && strcmp(row->site, site->id) == 0 &&
		    certificate_within(row, CERTIFICATE_BY_PRODUCTION, slice->from_day, slice->to_day))
			sum -= (hwatt_i128)row->volume_mj * KPI_PER_MJ;
	}
	return sum > 0 ? sum / share.den * share.num : 0;
}

struct tally {
	struct matching_interval *intervals;
	size_t count;
	hwatt_i128 mpe;           /* of the load */
	int64_t covered_ms;
	bool unrated;
	char quality;
};

static hwatt_i128 load_of(const struct kpi_slice *slice, struct hwatt_ratio share)
{
	return slice->dc.num > 0 ? slice->dc.num / share.den * share.num : 0;
}

static void add_site(struct tally *t, struct claim *claim, const struct kpi_site *site, enum kpi_matching matching)
{
	struct hwatt_ratio share = share_of(claim->period, site);
	struct matching_interval whole = {0};
	int64_t covered_ms = 0;
	for (size_t i = 0; i < site->slice_count; i++) {
		const struct kpi_slice *slice = &site->slices[i];
		struct matching_interval month = { .load = load_of(slice, share), .generated = own_plant(claim, site, slice, share) };
		covered_ms += slice->dc.covered_ms;
		t->mpe += slice->dc.num_mpe / share.den * share.num;
		t->unrated |= slice->dc.unrated > 0;
		t->quality = quality_worse(t->quality, kpi_pair_quality(&slice->dc));
		if (matching == KPI_MATCH_MONTHLY) {
			month.generated += given(claim, site, CERTIFICATE_BY_PRODUCTION, slice->from_day, slice->to_day, share);
			t->intervals[t->count++] = month;
		}
		whole.load += month.load;
		whole.generated += month.generated;
	}
	if (matching == KPI_MATCH_ANNUAL && site->slice_count > 0) {
		whole.generated += given(claim, site, CERTIFICATE_BY_CONSUMPTION, site->slices[0].from_day,
					 site->slices[site->slice_count - 1].to_day, share);
		t->intervals[t->count++] = whole;
	}
	t->covered_ms = covered_ms < t->covered_ms ? covered_ms : t->covered_ms;
}

/* The share, and what was generated beyond what was used. */
static hwatt_i128 match(const struct kpi_period *period, enum kpi_matching matching, const struct certificate_filter *filter,
			struct kpi *out)
{
	struct claim claim = { period, filter, false };
	struct tally t = { .covered_ms = INT64_MAX, .quality = 'M' };
	size_t slices = 0;
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = 'X', .flags = KPI_NO_DATA };
	if (matching >= KPI_MATCH_HOURLY) {
		out->flags = KPI_NO_DATA | KPI_NOT_RESOLVED;
		return 0;
	}
	for (size_t i = 0; i < period->site_count; i++)
		slices += period->sites[i].slice_count;
	if (slices == 0)
		return 0;
	t.intervals = hwatt_alloc(slices * sizeof(*t.intervals));
	for (size_t i = 0; i < period->site_count; i++)
		add_site(&t, &claim, &period->sites[i], matching);
	struct hwatt_ratio share = matching_share(t.intervals, t.count);
	hwatt_i128 surplus = matching_surplus(t.intervals, t.count);
	if (t.covered_ms > 0 && t.covered_ms != INT64_MAX) {
		out->flags = share.den == 0 ? KPI_DIV_ZERO : 0u;
		out->flags |= surplus > 0 ? KPI_SURPLUS : 0u;
		out->flags |= claim.twice ? KPI_DOUBLE_COUNT : 0u;
		out->known = share.den != 0;
		out->coverage = kpi_part_of(t.covered_ms, period->span.elapsed * QUARTER_MS);
		out->quality = t.quality;
	}
	if (out->known) {
		out->value = share;
		out->numerator = (struct hwatt_ratio){ share.num, KPI_PER_J };
		out->denominator = (struct hwatt_ratio){ share.den, KPI_PER_J };
		out->numerator_unit = out->denominator_unit = "J";
		out->certain = !t.unrated;
		out->u_nano = out->certain ? kpi_nano_up(kpi_relative_u(share.den, t.mpe) * hwatt_ratio_double(share)) : 0;
	}
	free(t.intervals);
	return surplus;
}

void kpi_renewable_share(const struct kpi_period *period, enum kpi_matching matching, const struct certificate_filter *filter,
			 struct kpi *out)
{
	match(period, matching, filter, out);
}

static const struct kpi_pair *dc_pair(const struct kpi_slice *slice, int arg)
{
	(void)arg;
	return &slice->dc;
}

/* What carriers add to the energy of all sites, in 2uJ x ppm. */
static hwatt_i128 carriers_of(const struct kpi_period *period, struct kpi *out)
{
	hwatt_i128 sum = 0;
	for (size_t i = 0; i < period->site_count; i++) {
		const struct kpi_site *site = &period->sites[i];
		struct kpi_flow flows[RULESET_CARRIERS];
		struct kpi_flowed flowed;
		size_t count = kpi_add_carriers(site, KPI_DENOMINATOR, NULL, flows, 0);
		if (count == 0)
			continue;
		kpi_flow_sum(site, flows, count, dc_pair, 0, &flowed);
		struct hwatt_ratio coverage = kpi_part_of(flowed.paired_ms, period->span.elapsed * QUARTER_MS);
		if (hwatt_ratio_compare(coverage, out->coverage) < 0)
			out->coverage = coverage;
		struct hwatt_ratio share = share_of(period, site);
		sum += flowed.flow[KPI_DENOMINATOR] / HWATT_PPM * (KPI_PER_KWH / 1000000) / share.den * share.num;
	}
	return sum;
}

void kpi_ref(const struct kpi_period *period, struct kpi *out)
{
	static const struct certificate_filter renewable;
	hwatt_i128 surplus = match(period, KPI_MATCH_ANNUAL, &renewable, out);
	hwatt_i128 more = out->known ? carriers_of(period, out) : 0;
	if (period->site_count > 0)
		out->ruleset = period->sites[0].ruleset;
	if (more == 0)
		return;
	hwatt_i128 rest = surplus < more ? surplus : more; /* what is left of the certificates covers fuels and heat too */
	out->value.num += rest;
	out->value.den += more;
	out->numerator.num += rest;
	out->denominator.num += more;
	if (surplus <= more)
		out->flags &= ~(unsigned)KPI_SURPLUS;
}
