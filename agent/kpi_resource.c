/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Figures of water, heat and carbon: what was written down, paired with the meters' energy of the same months. */
#include "claim.h"
#include "fraction.h"
#include "kpi_private.h"
#include <math.h>
#include <string.h>

#define MICRO_KWH (KPI_PER_KWH / 1000000) /* a millionth of a kWh in 2uJ x ppm */
#define COUNTS(covered, whole) ((covered) * 10 >= (whole) * 9) /* as a quarter does: from 0.9 on */

/* --- pairing ----------------------------------------------------------------------------------------------------- */

bool kpi_has_flow(const struct kpi_site *site, enum logbook_quantity quantity)
{
	for (size_t i = 0; i < site->track_count; i++)
		if (site->tracks[i].quantity == quantity)
			return true;
	for (size_t i = 0; i < site->resource_count; i++)
		if (site->resources[i].quantity == quantity)
			return true;
	return false;
}

hwatt_i128 kpi_resource_micro(const struct kpi_resource *resource, hwatt_i128 num)
{
	return num / HWATT_PPM * resource->micro_num / resource->micro_den;
}

bool kpi_same_meter(const struct kpi_resource *resource, const struct kpi_track *track)
{
	return resource->quantity == track->quantity && strcmp(resource->meter, track->meter) == 0;
}

bool kpi_spell_counts(const struct kpi_site *site, const struct kpi_track *track, const struct kpi_spell *spell)
{
	for (size_t r = 0; r < site->resource_count; r++) {
		if (!kpi_same_meter(&site->resources[r], track) || spell->to_s <= site->resources[r].from_s)
			continue;
		for (size_t i = 0; i < site->slice_count; i++)
			if (site->slices[i].from_s < spell->to_s && site->slices[i].to_s > spell->from_s &&
			    site->slices[i].resources[r].covered_ms > 0)
				return false;
	}
	return true;
}

static const struct kpi_flow *flow_of(const struct kpi_track *track, const struct kpi_flow *flows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (flows[i].quantity == track->quantity)
			return &flows[i];
	return NULL;
}

/* Whether a reading of these flows lies on both sides of `at_s`: then the months there count together. */
static bool spanned(const struct kpi_site *site, const struct kpi_flow *flows, size_t count, int64_t at_s)
{
	for (size_t t = 0; t < site->track_count; t++) {
		const struct kpi_track *track = &site->tracks[t];
		for (size_t i = 0; i < track->count && flow_of(track, flows, count) != NULL; i++)
			if (track->spells[i].from_s < at_s && track->spells[i].to_s > at_s && kpi_spell_counts(site, track, &track->spells[i]))
				return true;
	}
	return false;
}

struct group { /* months that count together */
	int64_t from_s, to_s;
	int64_t covered_ms;       /* of the least covered track */
	size_t first, end;        /* of the slices */
	hwatt_i128 flow[2], mpe[2];
	char quality;
	bool estimated, unrated;
};

/* What one track gives to the group: readings that lie wholly in it. Returns the time they cover. */
static int64_t add_track(struct group *g, const struct kpi_site *site, const struct kpi_track *track, const struct kpi_flow *flow)
{
	int64_t covered_ms = 0;
	for (size_t i = 0; i < track->count; i++) {
		const struct kpi_spell *spell = &track->spells[i];
		if (spell->from_s < g->from_s || spell->to_s > g->to_s || !kpi_spell_counts(site, track, spell))
			continue;
		hwatt_i128 part = spell->value * flow->weight_ppm;
		covered_ms += (spell->to_s - spell->from_s) * 1000;
		g->flow[flow->side] += part;
		g->mpe[flow->side] += (part < 0 ? -part : part) * track->accuracy_ppm;
		g->estimated |= spell->estimated;
		g->unrated |= track->accuracy_ppm == 0 && part != 0;
	}
	return covered_ms;
}

/* What a polled register counted in the group. */
static int64_t add_register(struct group *g, const struct kpi_site *site, size_t resource, const struct kpi_flow *flow)
{
	const struct kpi_resource *of = &site->resources[resource];
	struct kpi_pair sum = {0};
	for (size_t i = g->first; i < g->end; i++)
		kpi_pair_add(&sum, &site->slices[i].resources[resource], 1);
	int64_t weight = flow->weight_ppm < 0 ? -flow->weight_ppm : flow->weight_ppm;
	g->flow[flow->side] += kpi_resource_micro(of, sum.num) * flow->weight_ppm;
	g->mpe[flow->side] += kpi_resource_micro(of, sum.num_mpe) * weight;
	g->unrated |= sum.unrated > 0;
	g->quality = sum.covered_ms > 0 ? quality_worse(g->quality, kpi_pair_quality(&sum)) : g->quality;
	return sum.covered_ms;
}

static bool begins_before(const struct kpi_track *track, int64_t at_s)
{
	return track->count > 0 && track->spells[0].from_s < at_s;
}

static void cover(struct group *g, int64_t covered_ms)
{
	g->covered_ms = covered_ms < g->covered_ms ? covered_ms : g->covered_ms;
}

/* A meter that is polled, with what is written down of it; false: it is not expected yet. */
static bool add_polled(struct group *g, const struct kpi_site *site, size_t resource, const struct kpi_flow *flow)
{
	bool expected = site->resources[resource].from_s < g->to_s;
	int64_t covered_ms = add_register(g, site, resource, flow);
	for (size_t t = 0; t < site->track_count; t++) {
		if (!kpi_same_meter(&site->resources[resource], &site->tracks[t]))
			continue;
		expected |= begins_before(&site->tracks[t], g->to_s);
		covered_ms += add_track(g, site, &site->tracks[t], flow);
	}
	if (expected)
		cover(g, covered_ms);
	return expected;
}

static bool is_polled(const struct kpi_site *site, const struct kpi_track *track)
{
	for (size_t r = 0; r < site->resource_count; r++)
		if (kpi_same_meter(&site->resources[r], track))
			return true;
	return false;
}

/* The flows of the group; a meter that begins later is not expected yet, but some meter of each flow must be. */
static void add_flows(struct group *g, const struct kpi_site *site, const struct kpi_flow *flows, size_t count)
{
	g->covered_ms = (g->to_s - g->from_s) * 1000;
	for (size_t f = 0; f < count; f++) {
		bool expected = false;
		for (size_t r = 0; r < site->resource_count; r++)
			if (site->resources[r].quantity == flows[f].quantity)
				expected |= add_polled(g, site, r, &flows[f]);
		for (size_t t = 0; t < site->track_count; t++) {
			const struct kpi_track *track = &site->tracks[t];
			if (track->quantity != flows[f].quantity || !begins_before(track, g->to_s) || is_polled(site, track))
				continue;
			expected = true;
			cover(g, add_track(g, site, track, &flows[f]));
		}
		if (!expected)
			g->covered_ms = 0;
	}
}

static void take_group(struct kpi_flowed *out, const struct group *g, const struct kpi_site *site, size_t first, size_t end,
		       const struct kpi_pair *(*of)(const struct kpi_slice *slice, int arg), int arg)
{
	struct kpi_pair energy = {0};
	int64_t whole_ms = (g->to_s - g->from_s) * 1000;
	for (size_t i = first; i < end; i++)
		kpi_pair_add(&energy, of(&site->slices[i], arg), 1);
	int64_t energy_ms = energy.den != 0 ? energy.quarters * QUARTER_MS : energy.covered_ms;
	if (whole_ms <= 0 || !COUNTS(g->covered_ms, whole_ms) || !COUNTS(energy_ms, whole_ms))
		return;
	out->any = true;
	out->paired_ms += energy_ms < g->covered_ms ? energy_ms : g->covered_ms;
	out->estimated |= g->estimated;
	out->unrated |= g->unrated;
	out->quality = quality_worse(out->quality, g->quality);
	kpi_pair_add(&out->energy, &energy, 1);
	for (int side = 0; side < 2; side++) {
		out->flow[side] += g->flow[side];
		out->flow_mpe[side] += g->mpe[side];
	}
	for (size_t i = first; i < end; i++) {
		const struct kpi_slice *slice = &site->slices[i];
		hwatt_i128 num = of(slice, arg)->num;
		out->location_carbon += num * slice->location.micro;
		out->residual_carbon += num * slice->residual.micro;
		out->no_location |= !slice->location.known;
		out->no_residual |= !slice->residual.known;
		out->provisional_location |= slice->location.provisional;
		out->provisional_residual |= slice->residual.provisional;
	}
}

void kpi_flow_sum(const struct kpi_site *site, const struct kpi_flow *flows, size_t count,
		  const struct kpi_pair *(*of)(const struct kpi_slice *slice, int arg), int arg, struct kpi_flowed *out)
{
	*out = (struct kpi_flowed){ .quality = 'M' };
	for (size_t first = 0, end; first < site->slice_count; first = end) {
		for (end = first + 1; end < site->slice_count && spanned(site, flows, count, site->slices[end].from_s); end++)
			;
		struct group g = { .from_s = site->slices[first].from_s, .to_s = site->slices[end - 1].to_s, .first = first, .end = end,
				   .quality = 'M' };
		add_flows(&g, site, flows, count);
		take_group(out, &g, site, first, end, of, arg);
	}
}

/* --- carriers ---------------------------------------------------------------------------------------------------- */

bool kpi_has_carriers(const struct kpi_site *site)
{
	for (int q = LOGBOOK_FIRST_CARRIER; q <= (int)LOGBOOK_LAST_CARRIER; q++)
		if (kpi_has_flow(site, (enum logbook_quantity)q))
			return true;
	return false;
}

size_t kpi_add_carriers(const struct kpi_site *site, enum kpi_half side, const struct ruleset_weighting *weights,
			struct kpi_flow *flows, size_t count)
{
	for (int q = LOGBOOK_FIRST_CARRIER; q <= (int)LOGBOOK_LAST_CARRIER; q++)
		if (kpi_has_flow(site, (enum logbook_quantity)q))
			flows[count++] = (struct kpi_flow){ (enum logbook_quantity)q, side,
							    weights != NULL ? weights->ppm[q - LOGBOOK_FIRST_CARRIER] : HWATT_PPM };
	return count;
}

static const struct kpi_pair *pue_pair(const struct kpi_slice *slice, int category)
{
	return &slice->pue[category];
}

struct kpi_pair kpi_pue_with_carriers(const struct kpi_site *site, int category, unsigned *flags)
{
	struct kpi_flow flows[RULESET_CARRIERS];
	struct kpi_flowed sum;
	struct ruleset_weighting weights;
	if (site->ruleset != NULL)
		weights = ruleset_weighting(site->ruleset);
	size_t count = kpi_add_carriers(site, KPI_NUMERATOR, site->ruleset != NULL ? &weights : NULL, flows, 0);
	for (size_t i = 0; i < count && site->ruleset != NULL; i++)
		if (!weights.verified[flows[i].quantity - LOGBOOK_FIRST_CARRIER])
			*flags |= KPI_UNVERIFIED_WEIGHT;
	kpi_flow_sum(site, flows, count, pue_pair, category, &sum);
	*flags |= sum.estimated ? KPI_ESTIMATED : 0u;
	struct kpi_pair pair = sum.energy;
	pair.num += sum.flow[KPI_NUMERATOR] * MICRO_KWH / HWATT_PPM;
	pair.num_mpe += sum.flow_mpe[KPI_NUMERATOR] / HWATT_PPM * MICRO_KWH;
	pair.unrated += sum.unrated;
	pair.letters[kpi_letter_rank(sum.quality)] += sum.any; /* the worst of the carriers' registers shows */
	if (pair.quarters * QUARTER_MS > sum.paired_ms)
		pair.quarters = (int32_t)(sum.paired_ms / QUARTER_MS);
	return pair;
}

/* --- quotients --------------------------------------------------------------------------------------------------- */

static const struct kpi_pair *it_pair(const struct kpi_slice *slice, int arg)
{
	(void)arg;
	return &slice->it;
}

static const struct kpi_pair *dc_pair(const struct kpi_slice *slice, int arg)
{
	(void)arg;
	return &slice->dc;
}

static const struct kpi_pair *cooling_pair(const struct kpi_slice *slice, int arg)
{
	(void)arg;
	return &slice->cooling;
}

static const struct kpi_pair *grid_pair(const struct kpi_slice *slice, int arg)
{
	(void)arg;
	return &slice->grid;
}

struct sums { /* over the sites of a period */
	hwatt_i128 num, num_mpe, den, den_mpe;
	int64_t paired_ms;        /* of the least covered site */
	size_t sites;
	bool unrated;
};

static struct kpi nothing(unsigned flags)
{
	return (struct kpi){ .coverage = { 0, 1 }, .quality = 'X', .flags = flags };
}

/* Takes a site's flows into the sums; false when nothing of it is covered. */
static bool take_site(struct sums *s, const struct kpi_flowed *flowed, struct kpi *out)
{
	if (s->sites++ == 0 || flowed->paired_ms < s->paired_ms)
		s->paired_ms = flowed->paired_ms;
	out->flags |= flowed->estimated ? KPI_ESTIMATED : 0u;
	s->unrated |= flowed->unrated || flowed->energy.unrated > 0;
	char letter = flowed->any ? kpi_pair_quality(&flowed->energy) : 'X';
	letter = quality_worse(letter, flowed->estimated ? quality_worse(flowed->quality, 'E') : flowed->quality);
	out->quality = s->sites == 1 ? letter : quality_worse(out->quality, letter);
	return flowed->any;
}

/* num / den, in units of the caller; u from the weighted twins. */
static void finish(const struct kpi_period *period, const struct sums *s, struct hwatt_ratio num, struct hwatt_ratio den, struct kpi *out)
{
	out->coverage = kpi_part_of(s->paired_ms, period->span.elapsed * QUARTER_MS);
	if (s->paired_ms == 0) {
		out->flags |= KPI_NO_DATA;
		return;
	}
	if (den.num == 0) {
		out->flags |= KPI_DIV_ZERO;
		return;
	}
	out->known = true;
	out->numerator = num;
	out->denominator = den;
	out->value = fraction_quotient(num, den);
	out->certain = !s->unrated;
	if (out->certain) {
		double u_rel = hypot(kpi_relative_u(s->num, s->num_mpe), kpi_relative_u(s->den, s->den_mpe));
		out->u_nano = kpi_nano_up(u_rel * fabs(hwatt_ratio_double(out->value)));
	}
}

static enum logbook_quantity water_of(const struct kpi_site *site, int *category)
{
	int water = site->ruleset != NULL ? site->ruleset->water : RULESET_WATER_ALL;
	*category = 2;
	if (water == RULESET_WATER_FRESH)
		return LOGBOOK_WATER_FRESH;
	if (water == RULESET_WATER_ALL && kpi_has_flow(site, LOGBOOK_WATER))
		return LOGBOOK_WATER;
	*category = 1;
	return LOGBOOK_WATER_POTABLE;
}

void kpi_wue(const struct kpi_period *period, struct kpi *out)
{
	struct sums s = {0};
	*out = nothing(0);
	for (size_t i = 0; i < period->site_count; i++) {
		const struct kpi_site *site = &period->sites[i];
		struct kpi_flowed flowed;
		int category;
		struct kpi_flow flow = { water_of(site, &category), KPI_NUMERATOR, HWATT_PPM };
		kpi_flow_sum(site, &flow, 1, it_pair, 0, &flowed);
		out->category = out->category == 0 || category < out->category ? category : out->category;
		out->ruleset = site->ruleset;
		take_site(&s, &flowed, out);
		s.num += flowed.flow[KPI_NUMERATOR] / HWATT_PPM;
		s.num_mpe += flowed.flow_mpe[KPI_NUMERATOR] / HWATT_PPM;
		s.den += flowed.energy.num;
		s.den_mpe += flowed.energy.num_mpe;
	}
	out->numerator_unit = "m3";
	out->denominator_unit = "MWh";
	finish(period, &s, (struct hwatt_ratio){ s.num, 1000000 }, (struct hwatt_ratio){ s.den, KPI_PER_KWH * 1000 }, out);
}

/* All energy of a site as the yearly report sums it: electricity and carriers without weights, in `side` DENOMINATOR. */
static void add_all_energy(struct sums *s, const struct kpi_flowed *flowed)
{
	s->den += flowed->energy.num + flowed->flow[KPI_DENOMINATOR] / HWATT_PPM * MICRO_KWH;
	s->den_mpe += flowed->energy.num_mpe + flowed->flow_mpe[KPI_DENOMINATOR] / HWATT_PPM * MICRO_KWH;
}

void kpi_erf(const struct kpi_period *period, struct kpi *out)
{
	struct sums s = {0};
	*out = nothing(0);
	for (size_t i = 0; i < period->site_count; i++) {
		const struct kpi_site *site = &period->sites[i];
		struct kpi_flowed flowed;
		struct kpi_flow flows[RULESET_CARRIERS + 2] = { { LOGBOOK_HEAT_REUSED, KPI_NUMERATOR, HWATT_PPM } };
		size_t count = 1;
		if (kpi_has_flow(site, LOGBOOK_HEAT_OWN_USE))
			flows[count++] = (struct kpi_flow){ LOGBOOK_HEAT_OWN_USE, KPI_NUMERATOR, -HWATT_PPM };
		count = kpi_add_carriers(site, KPI_DENOMINATOR, NULL, flows, count);
		kpi_flow_sum(site, flows, count, dc_pair, 0, &flowed);
		out->ruleset = site->ruleset;
		take_site(&s, &flowed, out);
		s.num += flowed.flow[KPI_NUMERATOR] / HWATT_PPM * MICRO_KWH;
		s.num_mpe += flowed.flow_mpe[KPI_NUMERATOR] / HWATT_PPM * MICRO_KWH;
		add_all_energy(&s, &flowed);
	}
	out->numerator_unit = out->denominator_unit = "J";
	finish(period, &s, (struct hwatt_ratio){ s.num, KPI_PER_J }, (struct hwatt_ratio){ s.den, KPI_PER_J }, out);
	if (out->known && (s.num > s.den || s.num < 0))
		out->flags |= KPI_PHYS_IMPOSSIBLE;
}

void kpi_cer(const struct kpi_period *period, struct kpi *out)
{
	struct sums s = {0};
	*out = nothing(0);
	for (size_t i = 0; i < period->site_count; i++) {
		const struct kpi_site *site = &period->sites[i];
		struct kpi_flowed flowed;
		struct kpi_flow flow = { LOGBOOK_HEAT_REMOVED, KPI_NUMERATOR, HWATT_PPM };
		kpi_flow_sum(site, &flow, 1, cooling_pair, 0, &flowed);
		take_site(&s, &flowed, out);
		s.num += flowed.flow[KPI_NUMERATOR] / HWATT_PPM * MICRO_KWH;
		s.num_mpe += flowed.flow_mpe[KPI_NUMERATOR] / HWATT_PPM * MICRO_KWH;
		s.den += flowed.energy.num;
		s.den_mpe += flowed.energy.num_mpe;
	}
	out->numerator_unit = out->denominator_unit = "J";
	finish(period, &s, (struct hwatt_ratio){ s.num, KPI_PER_J }, (struct hwatt_ratio){ s.den, KPI_PER_J }, out);
}

/* --- carbon ------------------------------------------------------------------------------------------------------ */

/* What of a row counts for the site in the window: energy of a guarantee that counts as a delivery too is the delivery's. */
static hwatt_i128 covered_by(const struct kpi_period *period, const struct kpi_site *site, const struct certificate *row)
{
	static const struct certificate_filter any = { .technologies = (1u << CERTIFICATE_TECHNOLOGIES) - 1 };
	const struct kpi_slice *first = &site->slices[0], *last = &site->slices[site->slice_count - 1];
	struct claim claim = { period->certificates, period->certificate_count, &any };
	struct claim_span span = { first->from_s, last->to_s, first->from_day, last->to_day };
	bool burnt = row->technology >= (int)CERTIFICATE_FOSSIL; /* fossil, waste, unknown: without a number it is not free of carbon */
	if (strcmp(row->site, site->id) != 0 || row->kind == CERTIFICATE_ONSITE || !certificate_eligible(row, &any) ||
	    (burnt && row->emission_micro == 0))
		return 0;
	return (hwatt_i128)claim_row_mj(&claim, row, true, &span) * KPI_PER_MJ;
}

/* Carbon of a site's grid electricity where certificates come first, then deliveries under contract, then the residual mix, in 2uJ x ppm x millionths of g/kWh; notes where one stands twice. */
static hwatt_i128 market_carbon(const struct kpi_period *period, const struct kpi_site *site, const struct kpi_flowed *flowed, unsigned *flags)
{
	hwatt_i128 used = flowed->energy.num, left = used, carbon = 0;
	for (size_t i = 0; i < 2 * period->certificate_count && site->slice_count > 0 && used > 0; i++) {
		const struct certificate *row = period->certificates[i % period->certificate_count];
		if ((row->kind == CERTIFICATE_GO) != (i < period->certificate_count))
			continue;
		/* Of the time that is measured: a certificate of the whole year covers the part of it that has data. */
		hwatt_i128 part = kpi_at_its_rate(covered_by(period, site, row), flowed->paired_ms, period->span.elapsed * QUARTER_MS);
		part = part < left ? part : left;
		*flags |= part > 0 && row->twice ? KPI_DOUBLE_COUNT : 0u;
		left -= part;
		carbon += part * row->emission_micro;
	}
	return used > 0 ? carbon + left * (flowed->residual_carbon / used) : 0;
}

static void cue(const struct kpi_period *period, bool market, struct kpi *out)
{
	struct sums s = {0};
	hwatt_i128 carbon = 0, scope1 = 0;
	*out = nothing(0);
	for (size_t i = 0; i < period->site_count; i++) {
		const struct kpi_site *site = &period->sites[i];
		struct kpi_flowed flowed;
		struct kpi_flow flow = { LOGBOOK_SCOPE1, KPI_NUMERATOR, HWATT_PPM };
		bool own = kpi_has_flow(site, LOGBOOK_SCOPE1);
		kpi_flow_sum(site, &flow, own, grid_pair, 0, &flowed);
		take_site(&s, &flowed, out);
		out->flags |= own ? 0u : KPI_ELECTRICITY_ONLY;
		if (flowed.any && (market ? flowed.no_residual : flowed.no_location))
			out->flags |= KPI_NO_FACTOR;
		if (market ? flowed.provisional_residual : flowed.provisional_location)
			out->flags |= KPI_PROVISIONAL_FACTOR;
		carbon += market ? market_carbon(period, site, &flowed, &out->flags) : flowed.location_carbon;
		scope1 += flowed.flow[KPI_NUMERATOR] / HWATT_PPM;
		s.num += flowed.energy.num;
		s.num_mpe += flowed.energy.num_mpe;
		s.den += flowed.energy.den;
		s.den_mpe += flowed.energy.den_mpe;
	}
	if ((out->flags & KPI_NO_FACTOR) != 0) {
		*out = nothing(KPI_NO_FACTOR);
		return;
	}
	/* carbon / KPI_PER_KWH are millionths of a g; scope 1 millionths of a kg */
	struct hwatt_ratio kg = { carbon / 1000 + scope1 * KPI_PER_KWH, KPI_PER_KWH * 1000000 };
	out->numerator_unit = "kg";
	out->denominator_unit = "kWh";
	finish(period, &s, kg, (struct hwatt_ratio){ s.den, KPI_PER_KWH }, out);
}

void kpi_cue_location(const struct kpi_period *period, struct kpi *out)
{
	cue(period, false, out);
}

void kpi_cue_market(const struct kpi_period *period, struct kpi *out)
{
	cue(period, true, out);
}
