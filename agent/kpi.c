/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "fraction.h"
#include "kpi_private.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NANO INT64_C(1000000000)

/* --- one quarter ------------------------------------------------------------------------------------------------- */

size_t kpi_letter_rank(char letter)
{
	const char *at = letter != '\0' ? strchr(QUALITY_LETTERS, letter) : NULL;
	return at != NULL ? (size_t)(at - QUALITY_LETTERS) : KPI_LETTERS - 1;
}

static struct kpi_side add_up(const struct kpi_input *inputs, size_t count)
{
	struct kpi_side s = { .covered_ms = QUARTER_MS };
	size_t expected = 0;
	for (size_t i = 0; i < count; i++) {
		if (!inputs[i].expected)
			continue;
		hwatt_i128 part = (hwatt_i128)inputs[i].amount * inputs[i].share_ppm;
		size_t rank = kpi_letter_rank(inputs[i].quality);
		s.energy += part;
		s.mpe += (part < 0 ? -part : part) * inputs[i].mpe_ppm;
		s.unrated |= inputs[i].mpe_ppm == 0 && inputs[i].amount != 0;
		s.covered_ms = inputs[i].covered_ms < s.covered_ms ? inputs[i].covered_ms : s.covered_ms;
		s.rank = rank > s.rank ? rank : s.rank;
		expected++;
	}
	if (expected == 0) {
		s.covered_ms = 0;
		s.rank = KPI_LETTERS - 1;
	}
	return s;
}

void kpi_side_ratio(const struct kpi_side *num, const struct kpi_side *den, struct kpi_pair *out)
{
	*out = (struct kpi_pair){ .covered_ms = num->covered_ms < den->covered_ms ? num->covered_ms : den->covered_ms };
	out->letters[num->rank > den->rank ? num->rank : den->rank] = 1;
	if (out->covered_ms < KPI_VALID_MS || num->energy < 0 || den->energy < 0)
		return;
	out->num = num->energy;
	out->den = den->energy;
	out->num_mpe = num->mpe;
	out->den_mpe = den->mpe;
	out->quarters = 1;
	out->unrated = num->unrated || den->unrated;
}

void kpi_side_energy(const struct kpi_side *side, struct kpi_pair *out)
{
	*out = (struct kpi_pair){ .num = side->energy, .num_mpe = side->mpe, .covered_ms = side->covered_ms,
				  .unrated = side->unrated };
	out->quarters = side->covered_ms >= KPI_VALID_MS;
	out->letters[side->rank] = 1;
}

void kpi_quarter_ratio(const struct kpi_input *num, size_t num_count, const struct kpi_input *den, size_t den_count,
		       struct kpi_pair *out)
{
	struct kpi_side n = add_up(num, num_count), d = add_up(den, den_count);
	kpi_side_ratio(&n, &d, out);
}

void kpi_quarter_energy(const struct kpi_input *inputs, size_t count, struct kpi_pair *out)
{
	struct kpi_side s = add_up(inputs, count);
	kpi_side_energy(&s, out);
}

void kpi_pair_add(struct kpi_pair *to, const struct kpi_pair *from, int sign)
{
	to->num += sign * from->num;
	to->den += sign * from->den;
	to->num_mpe += sign * from->num_mpe;
	to->den_mpe += sign * from->den_mpe;
	to->covered_ms += sign * from->covered_ms;
	to->quarters += sign * from->quarters;
	to->unrated += sign * from->unrated;
	for (size_t i = 0; i < KPI_LETTERS; i++)
		to->letters[i] += sign * from->letters[i];
}

char kpi_worst_letter(const int32_t letters[KPI_LETTERS])
{
	for (size_t i = KPI_LETTERS; i-- > 0;)
		if (letters[i] > 0)
			return QUALITY_LETTERS[i];
	return 'X';
}

char kpi_pair_quality(const struct kpi_pair *pair)
{
	return kpi_worst_letter(pair->letters);
}

/* --- ratios and energies ----------------------------------------------------------------------------------------- */

struct hwatt_ratio kpi_part_of(int64_t part, int64_t whole)
{
	return whole > 0 ? (struct hwatt_ratio){ part < whole ? part : whole, whole } : (struct hwatt_ratio){ 0, 1 };
}

/* Relative standard uncertainty of a sum from its MPE-weighted twin: the meters of one side are taken to err in the same
 * direction (domain.md 5.7: same type), which is never too small. */
double kpi_relative_u(hwatt_i128 sum, hwatt_i128 mpe)
{
	return sum > 0 ? (double)mpe / (double)sum / 1e6 / sqrt(3.0) : 0;
}

hwatt_i128 kpi_nano_up(double u)
{
	double scaled = ceil(u * 1e9);
	return scaled < 1e37 ? (hwatt_i128)scaled : (hwatt_i128)1e37;
}

/* The lowest PUE that the whole window can have: in the time not paired the IT runs at its rated power without any
 * overhead.  Known only when that power is. */
static void bound_pue(const struct kpi_pair *sum, int64_t rated_it_mw, int64_t missing_quarters, struct kpi *out)
{
	if (rated_it_mw <= 0 || sum->num < sum->den || sum->den <= 0)
		return;
	hwatt_i128 most = (hwatt_i128)rated_it_mw * 2 * QUARTER_MS * missing_quarters * HWATT_PPM;
	out->bounded = true;
	out->low = (struct hwatt_ratio){ sum->num + most, sum->den + most };
}

/* The quotient of a pair's sums and its uncertainty; false, with the flag why, when there is none. */
static bool divide(const struct kpi_pair *sum, struct kpi *out)
{
	if (sum->den == 0) {
		out->flags |= sum->quarters == 0 ? KPI_NO_DATA : KPI_DIV_ZERO;
		return false;
	}
	out->known = true;
	out->value = (struct hwatt_ratio){ sum->num, sum->den };
	out->numerator = (struct hwatt_ratio){ sum->num, KPI_PER_J };
	out->denominator = (struct hwatt_ratio){ sum->den, KPI_PER_J };
	out->numerator_unit = out->denominator_unit = "J";
	out->certain = sum->unrated == 0;
	if (out->certain) {
		double u_rel = hypot(kpi_relative_u(sum->num, sum->num_mpe), kpi_relative_u(sum->den, sum->den_mpe));
		out->u_nano = kpi_nano_up(u_rel * hwatt_ratio_double(out->value));
	}
	return true;
}

static void judge_pue(const struct kpi_period *period, const struct kpi_pair *sum, struct kpi *out)
{
	if (!divide(sum, out) || sum->num >= sum->den)
		return;
	struct hwatt_ratio least = { NANO - (out->u_nano < NANO ? out->u_nano : NANO), NANO };
	bool impossible = !period->single && hwatt_ratio_compare(out->value, least) < 0;
	out->flags |= impossible ? KPI_PHYS_IMPOSSIBLE : KPI_WARN_BELOW_ONE;
}

/* The category at which `site` answers when `wanted` is asked; 0: none. */
static int site_category(const struct kpi_site *site, int wanted)
{
	for (int c = 1; c <= 3; c++)
		if (site->has_pue[c] && (wanted == 0 || wanted == c))
			return c;
	return 0;
}

void kpi_pue(const struct kpi_period *period, int category, struct kpi *out)
{
	struct kpi_pair sum = {0};
	int64_t rated_mw = 0, quarters = INT64_MAX;
	bool rated = true;
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = 'X' };
	for (size_t i = 0; i < period->site_count; i++) {
		const struct kpi_site *site = &period->sites[i];
		int c = site_category(site, category);
		if (c == 0) {
			*out = (struct kpi){ .coverage = { 0, 1 }, .quality = 'X', .flags = KPI_CATEGORY_MISMATCH };
			return;
		}
		if (out->category != 0 && c != out->category)
			out->flags |= KPI_CATEGORY_MIXED;
		out->category = out->category == 0 || c < out->category ? c : out->category;
		struct kpi_pair pair = site->pue[c];
		if (kpi_has_carriers(site)) {
			pair = kpi_pue_with_carriers(site, c, &out->flags);
			out->ruleset = site->ruleset;
		}
		kpi_pair_add(&sum, &pair, 1);
		quarters = pair.quarters < quarters ? pair.quarters : quarters;
		rated = rated && site->rated_it_mw > 0;
		rated_mw += site->rated_it_mw;
	}
	if (period->site_count == 0) {
		out->flags = KPI_NO_DATA;
		return;
	}
	out->coverage = kpi_part_of(quarters, period->span.elapsed);
	out->quality = kpi_pair_quality(&sum);
	judge_pue(period, &sum, out);
	bound_pue(&sum, rated ? rated_mw : 0, period->span.total - quarters, out);
}

void kpi_ups_efficiency(const struct kpi_period *period, struct kpi *out)
{
	struct kpi_pair sum = {0};
	int64_t quarters = INT64_MAX;
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = 'X', .flags = KPI_NO_DATA };
	for (size_t i = 0; i < period->site_count; i++) {
		const struct kpi_site *site = &period->sites[i];
		if (!site->has_ups)
			continue;
		kpi_pair_add(&sum, &site->ups, 1);
		quarters = site->ups.quarters < quarters ? site->ups.quarters : quarters;
	}
	if (quarters == INT64_MAX)
		return;
	out->flags = 0;
	out->coverage = kpi_part_of(quarters, period->span.elapsed);
	out->quality = kpi_pair_quality(&sum);
	/* More out than in over a whole window is no efficiency: a battery gives back for a quarter or two, not for longer. */
	if (divide(&sum, out) && sum.num > sum.den)
		out->flags |= period->single ? KPI_WARN_ABOVE_ONE : KPI_PHYS_IMPOSSIBLE;
}

void kpi_ppue(const struct kpi_period *period, const char *site, const char *room, struct kpi *out)
{
	struct kpi_pair sum = {0};
	int64_t quarters = INT64_MAX;
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = 'X', .flags = KPI_NO_DATA };
	for (size_t i = 0; i < period->room_count; i++) {
		const struct kpi_room *part = &period->rooms[i];
		if (strcmp(part->room, room) != 0 || (site[0] != '\0' && strcmp(part->site, site) != 0))
			continue;
		if (part->category == 0) {
			out->flags = KPI_CATEGORY_MISMATCH;
			return;
		}
		out->category = out->category == 0 || part->category < out->category ? part->category : out->category;
		kpi_pair_add(&sum, &part->pair, 1);
		quarters = part->pair.quarters < quarters ? part->pair.quarters : quarters;
	}
	if (quarters == INT64_MAX)
		return;
	out->flags = 0;
	out->coverage = kpi_part_of(quarters, period->span.elapsed);
	out->quality = kpi_pair_quality(&sum);
	judge_pue(period, &sum, out);
}

/* Fills `out` from one energy sum; the measured part is the lower bound of the window's. */
static void from_energy(const struct kpi_pair *sum, struct kpi_span span, struct kpi *out)
{
	*out = (struct kpi){ .coverage = kpi_part_of(sum->covered_ms, span.elapsed * QUARTER_MS) };
	out->quality = kpi_pair_quality(sum);
	out->bounded = true;
	out->low = (struct hwatt_ratio){ sum->num, KPI_PER_J };
	if (sum->covered_ms == 0 && sum->num == 0) {
		out->flags = KPI_NO_DATA;
		return;
	}
	out->known = true;
	out->value = out->low;
	out->certain = sum->unrated == 0;
	if (out->certain)
		out->u_nano = kpi_nano_up((double)sum->num_mpe / (double)KPI_PER_J / 1e6 / sqrt(3.0));
}

/* Which energy of a site. */
static const struct kpi_pair *dc_of(const struct kpi_site *site)
{
	return site->has_dc ? &site->dc : NULL;
}

static const struct kpi_pair *cooling_of(const struct kpi_site *site)
{
	return site->has_cooling ? &site->cooling : NULL;
}

static const struct kpi_pair *it_of(const struct kpi_site *site)
{
	return site->it_category != 0 ? &site->it : NULL;
}

/* Sums over the sites that have it; coverage is the least covered site's. */
static void energy(const struct kpi_period *period, const struct kpi_pair *(*of)(const struct kpi_site *site), struct kpi *out)
{
	struct kpi_pair sum = {0};
	int64_t covered_ms = INT64_MAX;
	for (size_t i = 0; i < period->site_count; i++) {
		const struct kpi_pair *pair = of(&period->sites[i]);
		if (pair == NULL)
			continue;
		kpi_pair_add(&sum, pair, 1);
		covered_ms = pair->covered_ms < covered_ms ? pair->covered_ms : covered_ms;
	}
	sum.covered_ms = covered_ms == INT64_MAX ? 0 : covered_ms;
	from_energy(&sum, period->span, out);
}

void kpi_energy_dc(const struct kpi_period *period, struct kpi *out)
{
	energy(period, dc_of, out);
}

void kpi_energy_cooling(const struct kpi_period *period, struct kpi *out)
{
	energy(period, cooling_of, out);
}

hwatt_i128 kpi_at_its_rate(hwatt_i128 amount, int64_t time_ms, int64_t covered_ms)
{
	return amount / covered_ms * time_ms + amount % covered_ms * time_ms / covered_ms;
}

static struct hwatt_ratio expected_energy(const struct kpi_period *period)
{
	hwatt_i128 sum = 0;
	int64_t rest_ms = (period->span.total - period->span.elapsed) * QUARTER_MS;
	for (size_t i = 0; i < period->meter.count; i++) {
		const struct kpi_member *m = &period->meter.members[i];
		if (m->lanes[0].covered_ms <= 0)
			return (struct hwatt_ratio){ 0, 0 }; /* one has said nothing: nobody knows what it takes */
		int64_t time_ms = (m->expected_ms > m->lanes[0].covered_ms ? m->expected_ms : m->lanes[0].covered_ms) + rest_ms;
		sum += kpi_at_its_rate(m->lanes[0].amount * m->weight_ppm, time_ms, m->lanes[0].covered_ms);
	}
	return (struct hwatt_ratio){ sum, period->meter.count > 0 ? KPI_PER_J : 0 };
}

void kpi_energy_it(const struct kpi_period *period, struct kpi *out)
{
	energy(period, it_of, out);
	if (out->known)
		out->expected = expected_energy(period);
	for (size_t i = 0; i < period->site_count; i++) {
		int category = period->sites[i].it_category;
		if (category != 0 && (out->category == 0 || category < out->category))
			out->category = category;
	}
}

/* The energy of a contract at a site with its part of the overhead, in J. */
static struct hwatt_ratio allocated(const struct kpi_site *site, struct hwatt_ratio pue)
{
	struct hwatt_ratio own = { site->it.num, KPI_PER_J };
	if (site->fixed_ppm == 0 || pue.num <= pue.den)
		return fraction_product(own, pue, FRACTION_ENERGY_BITS);
	struct hwatt_ratio variable = { site->fixed_ppm * pue.den + (HWATT_PPM - site->fixed_ppm) * pue.num, HWATT_PPM * pue.den };
	struct hwatt_ratio overhead = { pue.num - pue.den, KPI_PER_J }; /* the ratio's sides are the energies themselves */
	struct hwatt_ratio fixed = fraction_product(overhead, (struct hwatt_ratio){ (hwatt_i128)site->fixed_ppm * site->reserved_mw,
										    (hwatt_i128)HWATT_PPM * site->contracted_mw },
						    FRACTION_ENERGY_BITS);
	return fraction_plus(fraction_product(own, variable, FRACTION_ENERGY_BITS), fixed);
}

void kpi_energy_allocated(const struct kpi_period *period, struct kpi *out)
{
	kpi_energy_it(period, out); /* category, and the bound: no overhead is below nothing */
	struct hwatt_ratio own = out->value;
	struct hwatt_ratio sum = { 0, 1 };
	double variance = 0;
	for (size_t i = 0; i < period->site_count && out->known; i++) {
		const struct kpi_site *site = &period->sites[i];
		struct kpi_period alone = *period;
		struct kpi pue;
		if (site->it_category == 0 || site->it.num <= 0)
			continue;
		alone.sites = site;
		alone.site_count = 1;
		kpi_pue(&alone, 0, &pue);
		out->flags |= pue.flags;
		out->known = pue.known;
		if (hwatt_ratio_compare(pue.coverage, out->coverage) < 0)
			out->coverage = pue.coverage;
		if (kpi_letter_rank(pue.quality) > kpi_letter_rank(out->quality))
			out->quality = pue.quality;
		if (!pue.known)
			break;
		if (site->fixed_ppm > 0 && (site->reserved_mw == 0 || site->contracted_mw == 0)) {
			out->flags |= KPI_NO_DATA; /* nobody says how much of the site the contract reserves */
			out->known = false;
			break;
		}
		struct hwatt_ratio part = allocated(site, pue.value);
		double u_rel = hypot(kpi_relative_u(site->it.num, site->it.num_mpe),
				     (double)pue.u_nano / 1e9 / hwatt_ratio_double(pue.value));
		variance += pow(u_rel * hwatt_ratio_double(part), 2);
		out->certain = out->certain && pue.certain;
		sum = sum.num == 0 ? part : fraction_plus(sum, part);
	}
	if (out->known && hwatt_ratio_known(out->expected) && own.num > 0) /* the overhead goes on in step */
		out->expected = fraction_product(out->expected, fraction_quotient(sum, own), FRACTION_ENERGY_BITS);
	else
		out->expected = (struct hwatt_ratio){ 0, 0 };
	out->value = sum;
	out->u_nano = out->certain ? kpi_nano_up(sqrt(variance)) : 0;
}

void kpi_itee(const struct kpi_period *period, struct kpi *out)
{
	const struct kpi_servers *servers = &period->servers;
	*out = (struct kpi){ .coverage = kpi_part_of(servers->rated, servers->all), .quality = 'X', .flags = KPI_NO_DATA };
	if (servers->rated == 0 || servers->mixed || servers->power <= 0)
		return;
	out->flags = 0;
	out->known = true;
	out->quality = 'M';
	out->numerator = (struct hwatt_ratio){ servers->performance, (hwatt_i128)1000000 * HWATT_PPM };
	out->denominator = (struct hwatt_ratio){ servers->power, (hwatt_i128)1000 * HWATT_PPM };
	out->numerator_unit = "1";
	out->denominator_unit = "W";
	out->value = fraction_quotient(out->numerator, out->denominator);
}

void kpi_capacity_use(const struct kpi_period *period, struct kpi *out)
{
	struct hwatt_ratio demand = { 0, 1 };
	hwatt_i128 energy = 0;
	int64_t quarters = INT64_MAX;
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = 'X', .flags = KPI_NO_DATA };
	for (size_t i = 0; i < period->site_count; i++) {
		const struct kpi_site *site = &period->sites[i];
		if (!hwatt_ratio_known(site->pd_it_mw) || site->pd_it_mw.num <= 0)
			return;
		demand = fraction_plus(demand, site->pd_it_mw);
		energy += site->power.num;
		quarters = site->power.quarters < quarters ? site->power.quarters : quarters;
		if (kpi_letter_rank(kpi_pair_quality(&site->power)) > kpi_letter_rank(out->quality) || i == 0)
			out->quality = kpi_pair_quality(&site->power);
	}
	if (period->site_count == 0 || quarters <= 0 || energy < 0)
		return;
	out->flags = 0;
	out->known = true;
	out->coverage = kpi_part_of(quarters, period->span.elapsed);
	/* 2uJ x ppm over ms is mW x 2 x ppm */
	out->numerator = (struct hwatt_ratio){ energy, (hwatt_i128)2 * HWATT_PPM * 1000 * quarters * QUARTER_MS };
	out->denominator = (struct hwatt_ratio){ demand.num, demand.den * 1000 };
	out->numerator_unit = out->denominator_unit = "W";
	out->value = fraction_quotient(out->numerator, out->denominator);
}

void kpi_coverage(const struct kpi_period *period, struct kpi *out)
{
	*out = (struct kpi){ .coverage = { 1, 1 }, .quality = kpi_pair_quality(&period->metered) };
	if (!period->has_metered || period->span.elapsed == 0) {
		out->flags = KPI_NO_DATA;
		out->coverage = (struct hwatt_ratio){ 0, 1 };
		return;
	}
	out->known = true;
	out->value = kpi_part_of(period->metered.quarters, period->span.elapsed);
}

/* --- utilisation ------------------------------------------------------------------------------------------------- */

enum kind { CPU, VOLUME, LINK };

static const size_t lane_counts[] = { [CPU] = 1, [VOLUME] = 2, [LINK] = 3 };

/* The time that all lanes of a member have. */
static int64_t member_covered_ms(const struct kpi_member *member, size_t lanes)
{
	int64_t least = member->lanes[0].covered_ms;
	for (size_t i = 1; i < lanes; i++)
		least = member->lanes[i].covered_ms < least ? member->lanes[i].covered_ms : least;
	return least < member->expected_ms ? least : member->expected_ms;
}

static struct hwatt_ratio lane_mean(const struct kpi_lane *lane, int64_t factor)
{
	return (struct hwatt_ratio){ lane->amount * factor, lane->covered_ms };
}

static void member_parts(enum kind kind, const struct kpi_member *m, struct hwatt_ratio *num, struct hwatt_ratio *den)
{
	switch (kind) {
	case CPU: /* 2 x ppm x ms */
		*num = lane_mean(&m->lanes[0], m->weight_ppm);
		*den = (struct hwatt_ratio){ 2 * HWATT_PPM * m->weight_ppm, 1 };
		break;
	case VOLUME: /* 2 x MiB x ms on both sides */
		*num = lane_mean(&m->lanes[0], m->weight_ppm);
		*den = lane_mean(&m->lanes[1], m->weight_ppm);
		break;
	case LINK: { /* octets; 2 x Mbit/s x ms, which is 500 bit */
		struct hwatt_ratio in = lane_mean(&m->lanes[0], 8 * m->weight_ppm), to = lane_mean(&m->lanes[1], 8 * m->weight_ppm);
		*num = hwatt_ratio_compare(in, to) > 0 ? in : to;
		*den = lane_mean(&m->lanes[2], 500 * m->weight_ppm);
		break;
	}
	}
}

/* num / den of two fractions, reduced far enough to fit. */
static struct hwatt_ratio quotient(struct hwatt_ratio num, struct hwatt_ratio den)
{
	return num.den == den.den ? fraction_product((struct hwatt_ratio){ num.num, 1 }, (struct hwatt_ratio){ 1, den.num }, FRACTION_SHARE_BITS)
				  : fraction_product(num, (struct hwatt_ratio){ den.den, den.num }, FRACTION_SHARE_BITS);
}

static void utilisation(const struct kpi_group *group, enum kind kind, struct kpi *out)
{
	struct hwatt_ratio num = { 0, 1 }, den = { 0, 1 };
	hwatt_i128 covered = 0, expected = 0;
	bool any = false;
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = kpi_worst_letter(group->letters) };
	for (size_t i = 0; i < group->count; i++) {
		const struct kpi_member *m = &group->members[i];
		struct hwatt_ratio part, whole;
		int64_t ms = member_covered_ms(m, lane_counts[kind]);
		covered += ms;
		expected += m->expected_ms;
		if (ms <= 0 || 2 * ms < m->expected_ms) {
			out->excluded++;
			continue;
		}
		member_parts(kind, m, &part, &whole);
		num = any ? fraction_plus(num, part) : part;
		den = any ? fraction_plus(den, whole) : whole;
		any = true;
	}
	if (expected > 0)
		out->coverage = (struct hwatt_ratio){ covered, expected };
	if (!any || den.num == 0) {
		out->flags = any ? KPI_DIV_ZERO : KPI_NO_DATA;
		return;
	}
	out->known = true;
	out->value = quotient(num, den);
}

void kpi_cpu_utilisation(const struct kpi_period *period, struct kpi *out)
{
	utilisation(&period->cpu, CPU, out);
}

void kpi_memory_utilisation(const struct kpi_period *period, struct kpi *out)
{
	utilisation(&period->memory, VOLUME, out);
}

void kpi_storage_utilisation(const struct kpi_period *period, struct kpi *out)
{
	utilisation(&period->storage, VOLUME, out);
}

void kpi_network_utilisation(const struct kpi_period *period, struct kpi *out)
{
	utilisation(&period->network, LINK, out);
}

void kpi_rack_utilisation(const struct kpi_period *period, struct kpi *out)
{
	const struct kpi_group *group = &period->rack;
	struct hwatt_ratio sum = { 0, 1 };
	hwatt_i128 measured = 0, window_ms = (hwatt_i128)period->span.total * QUARTER_MS;
	int64_t least_ms = INT64_MAX, least_expected_ms = 1;
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = kpi_worst_letter(group->letters) };
	for (size_t i = 0; i < group->count; i++) {
		const struct kpi_member *m = &group->members[i];
		const struct kpi_lane *lane = &m->lanes[0];
		if (lane->covered_ms < least_ms) {
			least_ms = lane->covered_ms;
			least_expected_ms = m->expected_ms;
		}
		if (lane->covered_ms > 0)
			sum = sum.num == 0 ? lane_mean(lane, m->weight_ppm) : fraction_plus(sum, lane_mean(lane, m->weight_ppm));
		measured += lane->amount * m->weight_ppm;
	}
	if (group->count == 0 || least_ms <= 0) { /* a feed without data: the rack's power is not known */
		out->flags = KPI_NO_DATA;
		return;
	}
	out->coverage = kpi_part_of(least_ms, least_expected_ms);
	hwatt_i128 capacity = group->capacity_mw * 2 * HWATT_PPM;
	if (capacity == 0) {
		out->flags = KPI_DIV_ZERO;
		return;
	}
	out->known = true;
	out->value = fraction_product(sum, (struct hwatt_ratio){ 1, capacity }, FRACTION_SHARE_BITS);
	out->bounded = window_ms > 0;
	out->low = (struct hwatt_ratio){ measured, capacity * window_ms };
}

/* --- odds and ends ----------------------------------------------------------------------------------------------- */

struct hwatt_ratio kpi_power_ratio(int64_t dc_mw, int64_t it_mw)
{
	return it_mw > 0 && dc_mw > 0 ? (struct hwatt_ratio){ dc_mw, it_mw } : (struct hwatt_ratio){ 0, 0 };
}

void kpi_notation(const char *name, int category, const char *part, bool interim, int64_t first_day, int64_t last_day,
		  struct hwatt_ratio value, char out[160])
{
	int y[2], m[2], d[2];
	char number[64], digit[4] = "";
	day_civil(first_day, &y[0], &m[0], &d[0]);
	day_civil(last_day, &y[1], &m[1], &d[1]);
	hwatt_ratio_format(value, 2, number);
	if (category > 0)
		snprintf(digit, sizeof(digit), "%d", category % 10);
	snprintf(out, 160, "%s%s%s%s%.40s%s (%04d-%02d-%02d:%04d-%02d-%02d) = %.40s", part != NULL ? "p" : interim ? "i" : "", name, digit,
		 part != NULL ? "[" : "", part != NULL ? part : "", part != NULL ? "]" : "", y[0], m[0], d[0], y[1], m[1], d[1], number);
}

bool kpi_order_plausible(const struct kpi *lower, const struct kpi *higher)
{
	if (!lower->known || !higher->known)
		return true;
	/* Meters of unknown accuracy are taken to be good to 1 % when the question is whether a warning is due. */
	double tolerance = lower->certain && higher->certain ?
				   hypot((double)lower->u_nano, (double)higher->u_nano) * 2 / 1e9 :
				   hwatt_ratio_double(lower->value) / 100;
	return hwatt_ratio_compare(lower->value, higher->value) <= 0 ||
	       hwatt_ratio_double(lower->value) - hwatt_ratio_double(higher->value) <= tolerance;
}

void kpi_flag_names(unsigned flags, char *out, size_t size)
{
	static const char *const names[] = { "NO_DATA", "DIV_ZERO", "PHYS_IMPOSSIBLE", "WARN_BELOW_ONE", "CATEGORY_MISMATCH",
					     "CATEGORY_MIXED", "WARN_ABOVE_ONE", "PROVISIONAL_FACTOR", "NO_FACTOR",
					     "UNVERIFIED_WEIGHT", "ESTIMATED", "SURPLUS", "ELECTRICITY_ONLY", "NOT_RESOLVED", "DOUBLE_COUNT" };
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((flags >> i & 1) != 0 && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? " " : "", names[i]);
}
