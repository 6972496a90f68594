/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Renewable electricity against what was used: REF, and shares by finer matching. */
#include "claim.h"
#include "fraction.h"
#include "kpi_private.h"
#include "matching.h"
#include <hallwatt/arena.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NANO ((hwatt_i128)1000000000)

struct plea { /* what is asked for, and what was found on the way */
	const struct kpi_period *period;
	struct claim claim;
	enum kpi_matching matching;
	bool twice;               /* one that counts stands twice */
	bool unresolved;          /* one may count and cannot be placed in time */
	bool green;               /* something was placed, or an own plant gave it */
	void (*each)(void *arg, const struct kpi_hour *hour); /* NULL: nobody listens */
	void *arg;
	hwatt_i128 *surplus;      /* by site; NULL: nobody asks */
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

static hwatt_i128 part_of(hwatt_i128 amount, struct hwatt_ratio share)
{
	return amount / share.den * share.num;
}

static bool for_site(const struct certificate *row, const struct kpi_site *site)
{
	return strcmp(row->site, site->id) == 0;
}

/* Whether the row is the site's, or the contract's, which at several sites has its certificates at the first. */
static bool belongs(const struct plea *plea, const struct kpi_site *site, const struct certificate *row)
{
	const char *contract = plea->period->contract;
	return for_site(row, site) || (contract != NULL && site == &plea->period->sites[0] && strcmp(row->contract, contract) == 0);
}

static struct claim_span span_of(const struct kpi_slice *first, const struct kpi_slice *last)
{
	return (struct claim_span){ first->from_s, last->to_s, first->from_day, last->to_day };
}

/* What eligible rows give in the span: of the site (part of it is the contract's), and of the contract itself. */
static hwatt_i128 given(struct plea *plea, const struct kpi_site *site, bool annual, const struct claim_span *span, struct hwatt_ratio share)
{
	hwatt_i128 shared = 0, own = 0;
	for (size_t i = 0; i < plea->claim.count; i++) {
		const struct certificate *row = plea->claim.rows[i];
		if (row->kind == CERTIFICATE_ONSITE || !belongs(plea, site, row))
			continue;
		int64_t mj = claim_row_mj(&plea->claim, row, annual, span);
		if (mj == 0 || !certificate_eligible(row, plea->claim.filter))
			continue;
		*(for_site(row, site) ? &shared : &own) += (hwatt_i128)mj * KPI_PER_MJ;
		plea->twice |= row->twice;
	}
	plea->green |= shared + own > 0;
	return part_of(shared, share) + own;
}

/* Days that two spans share, of the row's. */
static hwatt_i128 part_sold(const struct certificate *row, const struct claim_span *whole)
{
	int64_t first = row->from_day > whole->from_day ? row->from_day : whole->from_day;
	int64_t end = row->to_day + 1 < whole->to_day ? row->to_day + 1 : whole->to_day;
	if (first >= end)
		return 0;
	return (hwatt_i128)row->volume_mj * (end - first) / (row->to_day + 1 - row->from_day) * KPI_PER_MJ;
}

/* What the site's own plant gives in each slice, less what of its guarantees was sold: in the slice that holds all of a row, else in
 * proportion to what the slices gave. */
static void own_plants(struct plea *plea, const struct kpi_site *site, struct hwatt_ratio share, hwatt_i128 *out)
{
	struct claim_span whole = span_of(&site->slices[0], &site->slices[site->slice_count - 1]);
	hwatt_i128 sold = 0, sum = 0;
	for (size_t i = 0; i < site->slice_count; i++)
		out[i] = site->onsite_renewable && site->slices[i].onsite.num > 0 ? site->slices[i].onsite.num : 0;
	for (size_t i = 0; i < plea->claim.count; i++) {
		const struct certificate *row = plea->claim.rows[i];
		if (row->kind != CERTIFICATE_ONSITE || row->guarantees != CERTIFICATE_SOLD || !for_site(row, site))
			continue;
		hwatt_i128 rest = part_sold(row, &whole);
		for (size_t k = 0; k < site->slice_count; k++) {
			if (!certificate_within(row, CERTIFICATE_BY_PRODUCTION, site->slices[k].from_day, site->slices[k].to_day))
				continue;
			hwatt_i128 here = rest < out[k] ? rest : out[k];
			out[k] -= here;
			rest -= here;
		}
		sold += rest;
	}
	for (size_t i = 0; i < site->slice_count; i++)
		sum += out[i];
	hwatt_i128 left = sum > sold ? sum - sold : 0;
	for (size_t i = 0; i < site->slice_count; i++) { /* sold of sum, to 1e-9 */
		hwatt_i128 kept = sold == 0 ? out[i] : sum > 0 ? out[i] / NANO * (left * NANO / sum) : 0;
		out[i] = part_of(kept, share);
		plea->green |= out[i] > 0;
	}
}

static hwatt_i128 load_of(const struct kpi_slice *slice, struct hwatt_ratio share)
{
	return slice->dc.num > 0 ? part_of(slice->dc.num, share) : 0;
}

/* --- steps of an hour or a quarter ------------------------------------------------------------------------------- */

#define WEIGHT_BITS 60 /* of the weights, so that products of two fit in 128 */

struct steps { /* of a slice */
	int64_t from_s, step_s;   /* the first begins there, be it before the slice */
	size_t count;
	struct matching_interval *intervals;
	hwatt_i128 *own, *plant;  /* weights: own IT energy, own plant */
	int64_t *covered_ms;
};

static int64_t step_of(enum kpi_matching matching)
{
	return matching == KPI_MATCH_HOURLY ? 4 * QUARTER_S : matching == KPI_MATCH_QUARTER ? QUARTER_S : 0;
}

static const struct kpi_cell *cell_at(const struct kpi_course *course, int64_t at_s)
{
	static const struct kpi_cell none;
	int64_t place = (at_s - course->from_s) / QUARTER_S;
	return at_s >= course->from_s && (uint64_t)place < course->count ? &course->cells[place] : &none;
}

static void steps_make(struct steps *s, const struct kpi_slice *slice, int64_t step_s)
{
	s->step_s = step_s;
	s->from_s = slice->from_s / step_s * step_s;
	s->count = (size_t)((slice->to_s - s->from_s + step_s - 1) / step_s);
	s->intervals = hwatt_alloc((s->count + 1) * sizeof(*s->intervals));
	s->own = hwatt_alloc((s->count + 1) * sizeof(*s->own));
	s->plant = hwatt_alloc((s->count + 1) * sizeof(*s->plant));
	s->covered_ms = hwatt_alloc((s->count + 1) * sizeof(*s->covered_ms));
}

static void steps_free(struct steps *s)
{
	free(s->intervals);
	free(s->own);
	free(s->plant);
	free(s->covered_ms);
}

/* Spreads `amount` in proportion to the weights: exactly, the last ones carry what division leaves. */
static void spread(hwatt_i128 amount, const hwatt_i128 *weights, size_t count, hwatt_i128 (*put)(struct matching_interval *to, hwatt_i128 part),
		   struct matching_interval *to)
{
	hwatt_i128 total = 0, seen = 0, given_out = 0;
	int shift = 0;
	for (size_t i = 0; i < count; i++)
		total += weights[i];
	if (total <= 0)
		return;
	while (total >> shift >= (hwatt_i128)1 << WEIGHT_BITS)
		shift++;
	for (size_t i = 0; i < count; i++) {
		seen += weights[i];
		hwatt_i128 until = seen == total ? amount : amount / (total >> shift) * (seen >> shift) +
								    amount % (total >> shift) * (seen >> shift) / (total >> shift);
		until = until < amount ? until : amount;
		given_out += put(&to[i], until - given_out);
	}
}

static hwatt_i128 put_load(struct matching_interval *to, hwatt_i128 part)
{
	to->load += part;
	return part;
}

static hwatt_i128 put_generated(struct matching_interval *to, hwatt_i128 part)
{
	to->generated += part;
	return part;
}

/* Takes the meters' quarters: the weights, and how much of each step is measured. */
static void take_quarters(struct steps *s, const struct kpi_period *period, const struct kpi_site *site, const struct kpi_slice *slice)
{
	for (int64_t at_s = slice->from_s; at_s < slice->to_s; at_s += QUARTER_S) {
		size_t i = (size_t)((at_s - s->from_s) / s->step_s);
		const struct kpi_cell *dc = cell_at(&site->dc_course, at_s), *own = dc;
		if (period->contract != NULL)
			own = cell_at(&site->own_course, at_s);
		const struct kpi_cell *plant = cell_at(&site->onsite_course, at_s);
		s->own[i] += own->energy > 0 ? own->energy : 0;
		s->plant[i] += plant->energy > 0 ? plant->energy : 0;
		s->covered_ms[i] += own->covered_ms < dc->covered_ms ? own->covered_ms : dc->covered_ms;
	}
}

/* How much of [from_s, to_s) was measured. */
static int64_t measured_ms(const struct kpi_period *period, const struct kpi_site *site, int64_t from_s, int64_t to_s)
{
	int64_t sum = 0;
	for (int64_t at_s = from_s; at_s < to_s; at_s += QUARTER_S) {
		const struct kpi_cell *dc = cell_at(&site->dc_course, at_s);
		const struct kpi_cell *own = period->contract != NULL ? cell_at(&site->own_course, at_s) : dc;
		sum += own->covered_ms < dc->covered_ms ? own->covered_ms : dc->covered_ms;
	}
	return sum;
}

/* Puts the hours of a row where each lies in one step; what stems from a delivery is taken off all of them alike. */
static void put_row(struct plea *plea, struct steps *s, const struct kpi_site *site, const struct certificate *row,
		    const struct kpi_slice *slice, struct hwatt_ratio share)
{
	struct claim_span span = span_of(slice, slice);
	int64_t gross = certificate_hours_mj(row, slice->from_s, slice->to_s), off = claim_stems_mj(&plea->claim, row, false, &span);
	if (gross <= 0 || !certificate_meant_for(row, slice->from_day, slice->to_day))
		return;
	off = off < gross ? off : gross;
	for (size_t i = certificate_hour_at(row, slice->from_s); i < row->hour_count; i++) {
		const struct certificate_hour *hour = &row->hours[i];
		int64_t end_s = hour->start_s + hour->seconds, place = (hour->start_s - s->from_s) / s->step_s;
		if (end_s > slice->to_s)
			break;
		if ((end_s - 1 - s->from_s) / s->step_s != place)
			continue;
		int64_t measured = measured_ms(plea->period, site, hour->start_s, end_s), whole_ms = hour->seconds * INT64_C(1000);
		hwatt_i128 mj = (hwatt_i128)hour->volume_mj * (gross - off) / gross;
		if (measured < whole_ms)
			mj = mj * measured / whole_ms;
		hwatt_i128 amount = mj * KPI_PER_MJ;
		s->intervals[place].generated += for_site(row, site) ? part_of(amount, share) : amount;
		plea->twice |= row->twice;
		plea->green |= hour->volume_mj > 0;
	}
}

static void put_rows(struct plea *plea, struct steps *s, const struct kpi_site *site, const struct kpi_slice *slice, struct hwatt_ratio share)
{
	for (size_t i = 0; i < plea->claim.count; i++) {
		const struct certificate *row = plea->claim.rows[i];
		if (row->hour_count > 0 && row->kind != CERTIFICATE_ONSITE && belongs(plea, site, row) &&
		    row->hours[row->hour_count - 1].start_s >= slice->from_s && row->hours[0].start_s < slice->to_s &&
		    certificate_eligible(row, plea->claim.filter))
			put_row(plea, s, site, row, slice, share);
	}
}

struct tally {
	struct hwatt_ratio share;  /* matched of used */
	hwatt_i128 surplus, cfe;   /* cfe: times ppm */
	hwatt_i128 mpe;            /* of the load */
	int64_t covered_ms;
	bool unrated, measured, no_factor, provisional;
	char quality;
};

static void tally_intervals(struct tally *t, const struct matching_interval *intervals, size_t count)
{
	struct hwatt_ratio share = matching_share(intervals, count);
	t->share.num += share.num;
	t->share.den += share.den;
	t->surplus += matching_surplus(intervals, count);
	t->cfe += matching_cfe(intervals, count).num;
}

/* Matches a slice step by step. Returns how much of it was measured to 0.9. */
static int64_t add_steps(struct tally *t, struct plea *plea, const struct kpi_site *site, const struct kpi_slice *slice, hwatt_i128 plant,
			 struct hwatt_ratio share)
{
	struct steps s;
	int64_t covered_ms = 0;
	steps_make(&s, slice, step_of(plea->matching));
	take_quarters(&s, plea->period, site, slice);
	spread(load_of(slice, share), s.own, s.count, put_load, s.intervals);
	spread(plant, s.plant, s.count, put_generated, s.intervals);
	put_rows(plea, &s, site, slice, share);
	for (size_t i = 0; i < s.count; i++) {
		struct matching_interval *interval = &s.intervals[i];
		int64_t from_s = s.from_s + (int64_t)i * s.step_s, to_s = from_s + s.step_s;
		int64_t whole_ms = ((to_s < slice->to_s ? to_s : slice->to_s) - (from_s > slice->from_s ? from_s : slice->from_s)) * 1000;
		covered_ms += s.covered_ms[i] * 10 >= whole_ms * 9 ? whole_ms : 0;
		interval->carbon_free_ppm = slice->carbon_free.micro;
		if (plea->each != NULL) {
			hwatt_i128 matched = interval->load < interval->generated ? interval->load : interval->generated;
			struct kpi_hour hour = { from_s, interval->load, interval->generated, matched };
			plea->each(plea->arg, &hour);
		}
	}
	tally_intervals(t, s.intervals, s.count);
	steps_free(&s);
	return covered_ms;
}

/* --- a site ------------------------------------------------------------------------------------------------------ */

static void find_unresolved(struct plea *plea, const struct kpi_site *site)
{
	struct claim_span whole = span_of(&site->slices[0], &site->slices[site->slice_count - 1]);
	size_t parts = plea->matching == KPI_MATCH_ANNUAL ? 1 : site->slice_count;
	struct claim_span *spans = hwatt_alloc(parts * sizeof(*spans));
	for (size_t i = 0; i < parts; i++)
		spans[i] = parts == 1 ? whole : span_of(&site->slices[i], &site->slices[i]);
	for (size_t i = 0; i < plea->claim.count && !plea->unresolved; i++) {
		const struct certificate *row = plea->claim.rows[i];
		plea->unresolved = belongs(plea, site, row) && certificate_eligible(row, plea->claim.filter) &&
				   claim_unresolved(&plea->claim, row, step_of(plea->matching), &whole, spans, parts);
	}
	free(spans);
}

static void add_site(struct tally *t, struct plea *plea, const struct kpi_site *site)
{
	struct hwatt_ratio share = share_of(plea->period, site);
	struct matching_interval whole = {0};
	int64_t covered_ms = 0;
	hwatt_i128 *plants = hwatt_alloc((site->slice_count + 1) * sizeof(*plants)), before = t->surplus;
	if (site->slice_count > 0)
		own_plants(plea, site, share, plants);
	for (size_t i = 0; i < site->slice_count; i++) {
		const struct kpi_slice *slice = &site->slices[i];
		t->mpe += slice->dc.num_mpe / share.den * share.num;
		t->unrated |= slice->dc.unrated > 0;
		t->measured |= slice->dc.covered_ms > 0;
		t->quality = quality_worse(t->quality, kpi_pair_quality(&slice->dc));
		t->no_factor |= !slice->carbon_free.known;
		t->provisional |= slice->carbon_free.provisional;
		if (step_of(plea->matching) > 0) {
			covered_ms += add_steps(t, plea, site, slice, plants[i], share);
			continue;
		}
		covered_ms += slice->dc.covered_ms;
		struct matching_interval month = { .load = load_of(slice, share), .generated = plants[i] };
		if (plea->matching == KPI_MATCH_MONTHLY) {
			struct claim_span span = span_of(slice, slice);
			month.generated += given(plea, site, false, &span, share);
			tally_intervals(t, &month, 1);
		}
		whole.load += month.load;
		whole.generated += month.generated;
	}
	if (plea->matching == KPI_MATCH_ANNUAL && site->slice_count > 0) {
		struct claim_span span = span_of(&site->slices[0], &site->slices[site->slice_count - 1]);
		whole.generated += given(plea, site, true, &span, share);
		tally_intervals(t, &whole, 1);
	}
	free(plants);
	if (site->slice_count > 0)
		find_unresolved(plea, site);
	if (plea->surplus != NULL)
		plea->surplus[site - plea->period->sites] = t->surplus - before;
	t->covered_ms = covered_ms < t->covered_ms ? covered_ms : t->covered_ms;
}

/* Matches all sites; false when nothing was measured. */
static bool tally_all(struct plea *plea, struct tally *t)
{
	const struct kpi_period *period = plea->period;
	*t = (struct tally){ .share = { 0, 0 }, .covered_ms = INT64_MAX, .quality = 'M' };
	for (size_t i = 0; i < period->site_count; i++)
		add_site(t, plea, &period->sites[i]);
	return t->measured && t->covered_ms != INT64_MAX;
}

static struct plea plea_make(const struct kpi_period *period, enum kpi_matching matching, const struct certificate_filter *filter)
{
	return (struct plea){ .period = period, .matching = matching,
			      .claim = { period->certificates, period->certificate_count, filter } };
}

static void put_result(const struct plea *plea, const struct tally *t, struct kpi *out)
{
	out->flags = (t->share.den == 0 ? KPI_DIV_ZERO : 0u) | (t->surplus > 0 ? KPI_SURPLUS : 0u) | (plea->twice ? KPI_DOUBLE_COUNT : 0u);
	out->known = t->share.den != 0;
	if (plea->unresolved && (step_of(plea->matching) > 0 || plea->matching == KPI_MATCH_MONTHLY || !plea->green))
		out->flags |= KPI_NOT_RESOLVED;
	if (plea->unresolved && !plea->green) /* nothing at all can be placed: that is no 0 */
		out->known = false;
	out->coverage = kpi_part_of(t->covered_ms, plea->period->span.elapsed * QUARTER_MS);
	out->quality = t->quality;
	if (!out->known)
		return;
	if (t->surplus > 0)
		out->surplus = (struct hwatt_ratio){ t->surplus, KPI_PER_J };
	out->value = t->share;
	out->numerator = (struct hwatt_ratio){ t->share.num, KPI_PER_J };
	out->denominator = (struct hwatt_ratio){ t->share.den, KPI_PER_J };
	out->numerator_unit = out->denominator_unit = "J";
	out->certain = !t->unrated;
	out->u_nano = out->certain ? kpi_nano_up(kpi_relative_u(t->share.den, t->mpe) * hwatt_ratio_double(t->share)) : 0;
}

/* The share, and what was generated beyond what was used, by site (NULL: nobody asks). */
static void match(const struct kpi_period *period, enum kpi_matching matching, const struct certificate_filter *filter, struct kpi *out,
		  hwatt_i128 *surplus)
{
	struct plea plea = plea_make(period, matching, filter);
	struct tally t;
	plea.surplus = surplus;
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = 'X', .flags = KPI_NO_DATA };
	if ((step_of(matching) > 0 && !period->hourly) || !tally_all(&plea, &t))
		return;
	put_result(&plea, &t, out);
	if ((out->flags & KPI_NOT_RESOLVED) == 0 || matching == KPI_MATCH_ANNUAL)
		return;
	struct kpi most; /* wherever the rest was produced, matched as a whole it is no less */
	match(period, KPI_MATCH_ANNUAL, filter, &most, NULL);
	out->capped = most.known && (most.flags & KPI_NOT_RESOLVED) == 0;
	out->high = most.value;
}

void kpi_renewable_share(const struct kpi_period *period, enum kpi_matching matching, const struct certificate_filter *filter,
			 struct kpi *out)
{
	match(period, matching, filter, out, NULL);
}

void kpi_cfe(const struct kpi_period *period, enum kpi_matching matching, const struct certificate_filter *filter, struct kpi *out)
{
	struct certificate_filter own = *filter;
	struct tally t;
	if (own.technologies == 0)
		own.technologies = CERTIFICATE_CARBON_FREE;
	struct plea plea = plea_make(period, matching, &own);
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = 'X', .flags = KPI_NO_DATA };
	if (!period->hourly || !tally_all(&plea, &t))
		return;
	if (t.no_factor) {
		out->flags = KPI_NO_FACTOR;
		return;
	}
	plea.green = true; /* what nobody can place counts as the grid does */
	put_result(&plea, &t, out);
	out->flags |= t.provisional ? KPI_PROVISIONAL_FACTOR : 0u;
	if (!out->known)
		return;
	out->value = (struct hwatt_ratio){ t.cfe, t.share.den * HWATT_PPM };
	out->numerator = (struct hwatt_ratio){ t.cfe / HWATT_PPM, KPI_PER_J };
	out->u_nano = out->certain ? kpi_nano_up(kpi_relative_u(t.share.den, t.mpe) * hwatt_ratio_double(out->value)) : 0;
}

void kpi_matching_hours(const struct kpi_period *period, enum kpi_matching matching, const struct certificate_filter *filter,
			void (*each)(void *arg, const struct kpi_hour *hour), void *arg)
{
	struct plea plea = plea_make(period, matching, filter);
	struct tally t;
	plea.each = each;
	plea.arg = arg;
	if (period->hourly && step_of(matching) > 0)
		tally_all(&plea, &t);
}

static const struct kpi_pair *dc_pair(const struct kpi_slice *slice, int arg)
{
	(void)arg;
	return &slice->dc;
}

/* What carriers add to the energy of a site, in 2uJ x ppm. */
static hwatt_i128 carriers_of(const struct kpi_period *period, const struct kpi_site *site, struct kpi *out)
{
	struct kpi_flow flows[RULESET_CARRIERS];
	struct kpi_flowed flowed;
	size_t count = kpi_add_carriers(site, KPI_DENOMINATOR, NULL, flows, 0);
	if (count == 0)
		return 0;
	kpi_flow_sum(site, flows, count, dc_pair, 0, &flowed);
	struct hwatt_ratio coverage = kpi_part_of(flowed.paired_ms, period->span.elapsed * QUARTER_MS);
	if (hwatt_ratio_compare(coverage, out->coverage) < 0)
		out->coverage = coverage;
	return part_of(flowed.flow[KPI_DENOMINATOR] / HWATT_PPM * (KPI_PER_KWH / 1000000), share_of(period, site));
}

void kpi_ref(const struct kpi_period *period, struct kpi *out)
{
	static const struct certificate_filter renewable;
	hwatt_i128 *surplus = hwatt_alloc((period->site_count + 1) * sizeof(*surplus)), over = 0;
	match(period, KPI_MATCH_ANNUAL, &renewable, out, surplus);
	if (period->site_count > 0)
		out->ruleset = period->sites[0].ruleset;
	for (size_t i = 0; i < period->site_count && out->known; i++) {
		hwatt_i128 more = carriers_of(period, &period->sites[i], out);
		hwatt_i128 rest = surplus[i] < more ? surplus[i] : more; /* what is left of the site's certificates covers its fuels and heat too */
		out->value.num += rest;
		out->value.den += more;
		out->numerator.num += rest;
		out->denominator.num += more;
		over += surplus[i] - rest;
	}
	if (over == 0)
		out->flags &= ~(unsigned)KPI_SURPLUS;
	if (out->known)
		out->surplus = (struct hwatt_ratio){ over, over > 0 ? KPI_PER_J : 0 };
	free(surplus);
}
