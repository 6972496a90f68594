/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The examples are those of domain.md 9, by number. */
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kpi.h"

#define KWH (INT64_C(3600000) * INTERVAL_UJ2_PER_J) /* in 2uJ */
#define UNIT(x) ((struct kpi_input){ .expected = true, .amount = (x), .covered_ms = QUARTER_MS, .quality = 'M', \
				     .share_ppm = HWATT_PPM })
#define EQUAL(kpi, decimals, text) equal((kpi), (decimals), (text), __LINE__)

static void equal(const struct kpi *kpi, int decimals, const char *text, int line)
{
	char got[64];
	hwatt_ratio_format(kpi->value, decimals, got);
	if (!kpi->known || strcmp(got, text) != 0)
		fail_msg("line %d: %s%s, not %s", line, kpi->known ? "" : "unknown ", got, text);
}

static const struct kpi_span day = { 96, 96 };

/* A site whose PUE of category 1 has the sums of one quarter, in a window of one quarter. */
static struct kpi pue_of(const struct kpi_input *num, size_t nums, const struct kpi_input *den, size_t dens)
{
	struct kpi_site site = { .has_pue[1] = true };
	struct kpi_period period = { .span = { 1, 1 }, .site_count = 1, .sites = &site };
	struct kpi out;
	kpi_quarter_ratio(num, nums, den, dens, &site.pue[1]);
	kpi_pue(&period, 1, &out);
	return out;
}

static void example_1_pue(void **state)
{
	(void)state;
	struct kpi_input dc = UNIT(1200 * KWH / 10), it = UNIT(1000 * KWH / 10);
	struct kpi out = pue_of(&dc, 1, &it, 1);
	EQUAL(&out, 9, "1.200000000");
	assert_int_equal(out.category, 1);
	assert_int_equal(out.flags, 0);
	assert_int_equal(out.quality, 'M');
}

static void example_2_three_categories(void **state)
{
	(void)state;
	struct kpi_input dc = UNIT(100 * KWH), it[] = { UNIT(70 * KWH), UNIT(137 * KWH / 2), UNIT(66 * KWH) };
	static const char *const expected[] = { "1.428571429", "1.459854015", "1.515151515" };
	struct kpi_site site = {0};
	struct kpi_period period = { .span = { 1, 1 }, .site_count = 1, .sites = &site };
	struct kpi out[3];
	for (int c = 1; c <= 3; c++) {
		site.has_pue[c] = true;
		kpi_quarter_ratio(&dc, 1, &it[c - 1], 1, &site.pue[c]);
		kpi_pue(&period, c, &out[c - 1]);
		EQUAL(&out[c - 1], 9, expected[c - 1]);
		assert_int_equal(out[c - 1].category, c);
	}
	assert_true(kpi_order_plausible(&out[0], &out[1]) && kpi_order_plausible(&out[1], &out[2]));
	assert_false(kpi_order_plausible(&out[2], &out[0]));
	kpi_pue(&period, 0, &out[2]); /* not asked for: the lowest */
	assert_int_equal(out[2].category, 1);
}

static void example_38_ups_loss_and_efficiency(void **state)
{
	(void)state;
	struct kpi_input out_of = UNIT(494 * KWH / 10), into = UNIT(52 * KWH);
	struct kpi_site site = { .has_ups = true };
	struct kpi_period period = { .span = { 1, 1 }, .site_count = 1, .sites = &site };
	struct kpi out;
	kpi_quarter_ratio(&out_of, 1, &into, 1, &site.ups);
	kpi_ups_efficiency(&period, &out);
	EQUAL(&out, 9, "0.950000000");
	assert_true(site.ups.den - site.ups.num == (hwatt_i128)(26 * KWH / 10) * HWATT_PPM); /* the loss: 2.6 kWh */
	assert_int_equal(out.flags, 0);
	site.ups.num = site.ups.den + 1; /* gives more than it takes */
	kpi_ups_efficiency(&period, &out);
	assert_int_equal(out.flags, KPI_PHYS_IMPOSSIBLE);
	period.single = true;
	kpi_ups_efficiency(&period, &out);
	assert_int_equal(out.flags, KPI_WARN_ABOVE_ONE);
	site.has_ups = false;
	kpi_ups_efficiency(&period, &out);
	assert_false(out.known);
}

static void example_3_carriers(void **state)
{
	(void)state; /* in kWh: a ratio is the same in any unit */
	struct kpi_input dc[] = { UNIT(9000000), UNIT(1000000) }, it = UNIT(7500000);
	dc[1].share_ppm = 350000; /* gas */
	struct kpi out = pue_of(dc, 2, &it, 1);
	EQUAL(&out, 9, "1.246666667");
	dc[1].share_ppm = HWATT_PPM;
	out = pue_of(dc, 2, &it, 1);
	EQUAL(&out, 9, "1.333333333");
}

static void example_4_ratio_of_sums(void **state)
{
	(void)state;
	struct kpi_input dc[] = { UNIT(120 * KWH), UNIT(90 * KWH) }, it[] = { UNIT(100 * KWH), UNIT(60 * KWH) };
	struct kpi_site site = { .has_pue[1] = true };
	struct kpi_period period = { .span = { 2, 2 }, .site_count = 1, .sites = &site };
	struct kpi out;
	for (int i = 0; i < 2; i++) {
		struct kpi_pair quarter;
		kpi_quarter_ratio(&dc[i], 1, &it[i], 1, &quarter);
		kpi_pair_add(&site.pue[1], &quarter, 1);
	}
	kpi_pue(&period, 1, &out);
	EQUAL(&out, 4, "1.3125");
}

static void example_5_part_of_a_hall(void **state)
{
	(void)state;
	struct kpi_input loads[] = { UNIT(70 * KWH), UNIT(9 * KWH) };
	struct kpi out = pue_of(loads, 2, loads, 1);
	EQUAL(&out, 9, "1.128571429");
}

static void example_6_no_it_energy(void **state)
{
	(void)state;
	struct kpi_input dc = UNIT(5 * KWH), it = UNIT(0);
	struct kpi out = pue_of(&dc, 1, &it, 1);
	assert_false(out.known);
	assert_int_equal(out.flags, KPI_DIV_ZERO);
}

static void example_7_impossible(void **state)
{
	(void)state;
	struct kpi_input dc = UNIT(95 * KWH), it = UNIT(100 * KWH);
	dc.mpe_ppm = 12247; /* 0.01 / sqrt 2 x sqrt 3 on each side: 1 % together */
	it.mpe_ppm = 12247;
	struct kpi out = pue_of(&dc, 1, &it, 1);
	assert_true(fabs((double)out.u_nano / 1e9 / 0.95 - 0.01) < 1e-6);
	assert_int_equal(out.flags, KPI_PHYS_IMPOSSIBLE);
	dc.amount = 995 * KWH / 10; /* within 1 % */
	out = pue_of(&dc, 1, &it, 1);
	assert_int_equal(out.flags, KPI_WARN_BELOW_ONE);
	EQUAL(&out, 3, "0.995");
}

static void a_single_quarter_below_one_is_no_alarm(void **state)
{
	(void)state; /* a discharging battery gives more than the grid does */
	struct kpi_input dc = UNIT(95 * KWH), it = UNIT(100 * KWH);
	struct kpi_site site = { .has_pue[1] = true };
	struct kpi_period period = { .span = { 1, 1 }, .single = true, .site_count = 1, .sites = &site };
	struct kpi out;
	kpi_quarter_ratio(&dc, 1, &it, 1, &site.pue[1]);
	kpi_pue(&period, 1, &out);
	assert_int_equal(out.flags, KPI_WARN_BELOW_ONE);
}

static struct kpi cpu_of(const struct kpi_lane *lanes, size_t count, int64_t expected_ms)
{
	struct kpi_member members[8];
	for (size_t i = 0; i < count; i++)
		members[i] = (struct kpi_member){ &lanes[i], NULL, HWATT_PPM, expected_ms };
	struct kpi_period period = { .span = day, .cpu = { .count = count, .members = members } };
	struct kpi out;
	kpi_cpu_utilisation(&period, &out);
	return out;
}

static void example_22_servers(void **state)
{
	(void)state;
	struct kpi_lane lanes[] = { { 2 * 100000 * 1000, 1000 }, { 2 * 300000 * 1000, 1000 }, { 2 * 500000 * 1000, 1000 } };
	struct kpi out = cpu_of(lanes, 3, 1000);
	EQUAL(&out, 6, "0.300000");
	assert_int_equal(hwatt_ratio_compare(out.value, (struct hwatt_ratio){ 3, 10 }), 0);
	assert_int_equal(hwatt_ratio_compare(out.coverage, (struct hwatt_ratio){ 1, 1 }), 0);
}

static void example_23_servers_with_gaps(void **state)
{
	(void)state; /* A: 10, 20, 30, 40 over four quarters; B: 60, 80 over two */
	struct kpi_lane lanes[] = { { (hwatt_i128)2 * 1000000 * QUARTER_MS, 4 * QUARTER_MS },
				    { (hwatt_i128)2 * 1400000 * QUARTER_MS, 2 * QUARTER_MS } };
	struct kpi out = cpu_of(lanes, 2, 4 * QUARTER_MS);
	EQUAL(&out, 6, "0.475000");
	assert_int_equal(hwatt_ratio_compare(out.value, (struct hwatt_ratio){ 475, 1000 }), 0);
	assert_int_equal(out.excluded, 0);
	assert_int_equal(hwatt_ratio_compare(out.coverage, (struct hwatt_ratio){ 3, 4 }), 0);
	lanes[1].covered_ms--; /* below one half: left out, and still missing in the coverage */
	out = cpu_of(lanes, 2, 4 * QUARTER_MS);
	EQUAL(&out, 6, "0.250000");
	assert_int_equal(out.excluded, 1);
	assert_true(hwatt_ratio_compare(out.coverage, (struct hwatt_ratio){ 76, 100 }) < 0);
}

static void thousands_of_uneven_servers_stay_exact_to_1e_20(void **state)
{
	(void)state;
	static struct kpi_lane lanes[5000];
	static struct kpi_member members[5000];
	for (size_t i = 0; i < 5000; i++) { /* each at exactly 1/3 over a time of its own */
		int64_t ms = 30000000000 - (int64_t)i * 2999; /* a year with gaps */
		lanes[i] = (struct kpi_lane){ (hwatt_i128)2 * 333333 * ms + 2 * ms / 3, ms };
		members[i] = (struct kpi_member){ &lanes[i], NULL, HWATT_PPM, 30000000000 };
	}
	struct kpi_period period = { .span = day, .cpu = { .count = 5000, .members = members } };
	struct kpi out;
	kpi_cpu_utilisation(&period, &out);
	EQUAL(&out, 14, "0.33333333333333");
}

static void example_54_storage_and_56_network(void **state)
{
	(void)state;
	struct kpi_lane volume[] = { { (hwatt_i128)2 * 76800 * QUARTER_MS, QUARTER_MS },
				     { (hwatt_i128)2 * 102400 * QUARTER_MS, QUARTER_MS } };
	struct kpi_lane link[] = { { 112500000000, QUARTER_MS }, { 90000000000, QUARTER_MS },
				   { (hwatt_i128)2 * 10000 * QUARTER_MS, QUARTER_MS } };
	struct kpi_member storage = { volume, NULL, HWATT_PPM, QUARTER_MS }, network = { link, NULL, HWATT_PPM, QUARTER_MS };
	struct kpi_period period = { .span = { 1, 1 }, .storage = { .count = 1, .members = &storage },
				     .network = { .count = 1, .members = &network } };
	struct kpi out;
	kpi_storage_utilisation(&period, &out);
	EQUAL(&out, 6, "0.750000");
	kpi_network_utilisation(&period, &out); /* the busier direction, not the sum */
	EQUAL(&out, 6, "0.100000");
	link[1].amount = 225000000000;
	kpi_network_utilisation(&period, &out);
	EQUAL(&out, 6, "0.200000");
}

static void shared_storage_weighs_by_its_share(void **state)
{
	(void)state; /* 100 of 200 wholly ours; 300 of 400, of which a quarter is ours: 175 / 300 */
	struct kpi_lane a[] = { { 200, 1 }, { 400, 1 } }, b[] = { { 600, 1 }, { 800, 1 } };
	struct kpi_member members[] = { { a, NULL, HWATT_PPM, 1 }, { b, NULL, HWATT_PPM / 4, 1 } };
	struct kpi_period period = { .span = day, .storage = { .count = 2, .members = members } };
	struct kpi out;
	kpi_storage_utilisation(&period, &out);
	assert_int_equal(hwatt_ratio_compare(out.value, (struct hwatt_ratio){ 175, 300 }), 0);
}

static void example_61_rack(void **state)
{
	(void)state; /* A 3.1 kW + B 3.1 kW on 11 kW usable per feed */
	struct kpi_lane feeds[] = { { (hwatt_i128)2 * 3100000 * QUARTER_MS, QUARTER_MS },
				    { (hwatt_i128)2 * 3100000 * QUARTER_MS, QUARTER_MS } };
	struct kpi_member members[] = { { &feeds[0], NULL, HWATT_PPM, QUARTER_MS }, { &feeds[1], NULL, HWATT_PPM, QUARTER_MS } };
	struct kpi_period period = { .span = { 1, 4 }, .rack = { .count = 2, .members = members, .capacity_mw = 11000000 } };
	struct kpi out;
	kpi_rack_utilisation(&period, &out);
	EQUAL(&out, 8, "0.56363636");
	assert_true(out.bounded); /* three quarters are to come: at least a fourth of it */
	assert_int_equal(hwatt_ratio_compare(out.low, (struct hwatt_ratio){ 62, 110 * 4 }), 0);
	feeds[1] = (struct kpi_lane){0};
	kpi_rack_utilisation(&period, &out);
	assert_false(out.known);
	assert_int_equal(out.flags, KPI_NO_DATA);
}

static void example_49_partial_month(void **state)
{
	(void)state;
	struct kpi_period period = { .span = { 2016, 2016 }, .has_metered = true, .metered = { .quarters = 1980 } };
	struct kpi out;
	kpi_coverage(&period, &out);
	EQUAL(&out, 9, "0.982142857");
}

static void example_52_uncertainty(void **state)
{
	(void)state;
	struct kpi_input dc = UNIT(100 * KWH), it = UNIT(70 * KWH);
	dc.mpe_ppm = 7000;
	it.mpe_ppm = 20000;
	struct kpi out = pue_of(&dc, 1, &it, 1);
	assert_true(out.certain);
	assert_true(fabs(2 * (double)out.u_nano / 1e9 - 0.034954) < 1e-6);
	it.mpe_ppm = 0; /* one meter of unknown accuracy: no figure at all */
	out = pue_of(&dc, 1, &it, 1);
	assert_false(out.certain);
}

static void a_quarter_counts_only_when_both_sides_are_covered(void **state)
{
	(void)state;
	struct kpi_input dc = UNIT(100), it[] = { UNIT(40), UNIT(40) };
	struct kpi_pair pair;
	it[1].covered_ms = KPI_VALID_MS;
	it[1].quality = 'P';
	kpi_quarter_ratio(&dc, 1, it, 2, &pair);
	assert_int_equal(pair.quarters, 1);
	assert_int_equal(kpi_pair_quality(&pair), 'P');
	it[1].covered_ms = KPI_VALID_MS - 1;
	it[1].quality = 'L';
	kpi_quarter_ratio(&dc, 1, it, 2, &pair);
	assert_int_equal(pair.quarters, 0);
	assert_true(pair.num == 0 && pair.den == 0);
	assert_int_equal(kpi_pair_quality(&pair), 'L');
	it[1].expected = false; /* did not exist yet */
	kpi_quarter_ratio(&dc, 1, it, 2, &pair);
	assert_int_equal(pair.quarters, 1);
	it[0].expected = false;
	kpi_quarter_ratio(&dc, 1, it, 2, &pair);
	assert_int_equal(pair.quarters, 0);
	assert_int_equal(kpi_pair_quality(&pair), 'X');
	dc.amount = -1;
	it[0].expected = true;
	kpi_quarter_ratio(&dc, 1, it, 2, &pair);
	assert_int_equal(pair.quarters, 0);
}

static void energy_counts_what_was_measured(void **state)
{
	(void)state;
	struct kpi_input it[] = { UNIT(40 * KWH), UNIT(20 * KWH) };
	it[1].covered_ms = QUARTER_MS / 2;
	it[1].share_ppm = 350000;
	struct kpi_site site = { .it_category = 2 };
	kpi_quarter_energy(it, 2, &site.it);
	struct kpi_period period = { .span = { 1, 2 }, .site_count = 1, .sites = &site };
	struct kpi out;
	kpi_energy_it(&period, &out);
	assert_int_equal(hwatt_ratio_compare(out.value, (struct hwatt_ratio){ 47 * 3600000, 1 }), 0);
	assert_int_equal(hwatt_ratio_compare(out.low, out.value), 0);
	assert_int_equal(hwatt_ratio_compare(out.coverage, (struct hwatt_ratio){ 1, 2 }), 0);
	assert_int_equal(out.category, 2);
}

static void example_40_allocation_proportional(void **state)
{
	(void)state;
	struct kpi_input dc = UNIT(100 * KWH), it = UNIT(80 * KWH), mine = UNIT(30 * KWH);
	struct kpi_site site = { .has_pue[2] = true, .it_category = 2 };
	kpi_quarter_ratio(&dc, 1, &it, 1, &site.pue[2]);
	kpi_quarter_energy(&mine, 1, &site.it);
	struct kpi_period period = { .span = { 1, 1 }, .site_count = 1, .sites = &site };
	struct kpi out;
	kpi_energy_allocated(&period, &out);
	assert_int_equal(hwatt_ratio_compare(out.value, (struct hwatt_ratio){ 375 * 360000, 1 }), 0);
	assert_int_equal(hwatt_ratio_compare(out.low, (struct hwatt_ratio){ 30 * 3600000, 1 }), 0);
}

static void sites_are_summed_and_labelled_with_the_lowest_category(void **state)
{
	(void)state;
	struct kpi_input dc = UNIT(120), it = UNIT(100), dc2 = UNIT(90), it2 = UNIT(60);
	struct kpi_site sites[2] = { { .has_pue[2] = true }, { .has_pue[1] = true, .has_pue[2] = true } };
	kpi_quarter_ratio(&dc, 1, &it, 1, &sites[0].pue[2]);
	kpi_quarter_ratio(&dc2, 1, &it2, 1, &sites[1].pue[1]);
	struct kpi_period period = { .span = { 1, 1 }, .site_count = 2, .sites = sites };
	struct kpi out;
	kpi_pue(&period, 0, &out);
	EQUAL(&out, 4, "1.3125");
	assert_int_equal(out.category, 1);
	assert_int_equal(out.flags, KPI_CATEGORY_MIXED);
	kpi_pue(&period, 2, &out); /* the second site's category 2 has no data: coverage says so */
	assert_int_equal(hwatt_ratio_compare(out.coverage, (struct hwatt_ratio){ 0, 1 }), 0);
	sites[1] = sites[0];
	sites[0].pue[2].quarters = 1;
	sites[1].pue[2].quarters = 0;
	kpi_pue(&period, 2, &out); /* the least covered site's coverage, in either order */
	assert_int_equal(hwatt_ratio_compare(out.coverage, (struct hwatt_ratio){ 0, 1 }), 0);
	sites[0].pue[2].quarters = 0;
	sites[1].pue[2].quarters = 1;
	kpi_pue(&period, 2, &out);
	assert_int_equal(hwatt_ratio_compare(out.coverage, (struct hwatt_ratio){ 0, 1 }), 0);
	kpi_pue(&period, 3, &out);
	assert_false(out.known);
	assert_int_equal(out.flags, KPI_CATEGORY_MISMATCH);
}

static void pue_is_bounded_by_the_rated_power(void **state)
{
	(void)state; /* 3 of 4 quarters measured at 2.0; the fourth at most 4 kW without overhead */
	struct kpi_input dc = UNIT((int64_t)2 * 2 * 1000000 * QUARTER_MS), it = UNIT((int64_t)2 * 1000000 * QUARTER_MS);
	struct kpi_site site = { .has_pue[1] = true, .rated_it_mw = 4000000 };
	for (int i = 0; i < 3; i++) {
		struct kpi_pair quarter;
		kpi_quarter_ratio(&dc, 1, &it, 1, &quarter);
		kpi_pair_add(&site.pue[1], &quarter, 1);
	}
	struct kpi_period period = { .span = { 3, 4 }, .site_count = 1, .sites = &site };
	struct kpi out;
	kpi_pue(&period, 1, &out);
	assert_true(out.bounded);
	assert_int_equal(hwatt_ratio_compare(out.low, (struct hwatt_ratio){ 10, 7 }), 0);
	site.rated_it_mw = 0;
	kpi_pue(&period, 1, &out);
	assert_false(out.bounded);
}

/* Property: the mean of monthly PUE weighted by IT energy is the ratio of sums; PUE1 <= PUE2 <= PUE3 in a consistent hall. */
static void properties_of_pue(void **state)
{
	(void)state;
	unsigned seed = 20261121;
	for (int run = 0; run < 200; run++) {
		struct kpi_site site = { .has_pue = { false, true, true, true } };
		struct kpi_period period = { .span = { 12, 12 }, .site_count = 1, .sites = &site };
		struct kpi out[3];
		hwatt_i128 weighted = 0, weights = 0;
		for (int month = 0; month < 12; month++) {
			int64_t load = 1000 + rand_r(&seed) % 100000, pdu = load + rand_r(&seed) % 500;
			int64_t ups = pdu + rand_r(&seed) % 500, all = ups + rand_r(&seed) % 50000;
			struct kpi_input dc = UNIT(all), it[] = { UNIT(ups), UNIT(pdu), UNIT(load) };
			for (int c = 1; c <= 3; c++) {
				struct kpi_pair quarter;
				kpi_quarter_ratio(&dc, 1, &it[c - 1], 1, &quarter);
				kpi_pair_add(&site.pue[c], &quarter, 1);
			}
			weighted += (hwatt_i128)all * 1000000000 / ups * ups; /* PUE of the month x its weight, to 1e-9 */
			weights += ups;
		}
		for (int c = 1; c <= 3; c++)
			kpi_pue(&period, c, &out[c - 1]);
		double mean = (double)weighted / 1e9 / (double)weights;
		assert_true(fabs(mean - hwatt_ratio_double(out[0].value)) < 1e-7);
		assert_true(hwatt_ratio_compare(out[0].value, out[1].value) <= 0);
		assert_true(hwatt_ratio_compare(out[1].value, out[2].value) <= 0);
	}
}

static void adding_and_taking_away_leaves_nothing(void **state)
{
	(void)state;
	struct kpi_input dc = UNIT(123456789), it = UNIT(98765432);
	dc.mpe_ppm = 5000;
	struct kpi_pair sum = {0}, quarter, zero = {0};
	kpi_quarter_ratio(&dc, 1, &it, 1, &quarter);
	kpi_pair_add(&sum, &quarter, 1);
	assert_memory_not_equal(&sum, &zero, sizeof(sum));
	kpi_pair_add(&sum, &quarter, -1);
	assert_memory_equal(&sum, &zero, sizeof(sum));
}

static void the_momentary_ratio_has_its_own_name(void **state)
{
	(void)state;
	assert_int_equal(hwatt_ratio_compare(kpi_power_ratio(130, 100), (struct hwatt_ratio){ 13, 10 }), 0);
	assert_false(hwatt_ratio_known(kpi_power_ratio(130, 0)));
	assert_false(hwatt_ratio_known(kpi_power_ratio(0, 100)));
}

static void flags_have_names(void **state)
{
	(void)state;
	char names[64];
	kpi_flag_names(KPI_DIV_ZERO | KPI_CATEGORY_MIXED, names, sizeof(names));
	assert_string_equal(names, "DIV_ZERO CATEGORY_MIXED");
	kpi_flag_names(0, names, sizeof(names));
	assert_string_equal(names, "");
}

static void the_greatest_common_divisor_has_no_sign(void **state)
{
	(void)state;
	const hwatt_i128 large = (hwatt_i128)3 << 100;
	assert_true(hwatt_gcd(12, 18) == 6 && hwatt_gcd(-12, 18) == 6 && hwatt_gcd(12, -18) == 6);
	assert_true(hwatt_gcd(7, 9) == 1 && hwatt_gcd(0, -5) == 5 && hwatt_gcd(5, 0) == 5 && hwatt_gcd(0, 0) == 0);
	assert_true(hwatt_gcd(large, -(large / 3) * 5) == large / 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_greatest_common_divisor_has_no_sign),
		cmocka_unit_test(example_1_pue),
		cmocka_unit_test(example_2_three_categories),
		cmocka_unit_test(example_3_carriers),
		cmocka_unit_test(example_38_ups_loss_and_efficiency),
		cmocka_unit_test(example_4_ratio_of_sums),
		cmocka_unit_test(example_5_part_of_a_hall),
		cmocka_unit_test(example_6_no_it_energy),
		cmocka_unit_test(example_7_impossible),
		cmocka_unit_test(a_single_quarter_below_one_is_no_alarm),
		cmocka_unit_test(example_22_servers),
		cmocka_unit_test(example_23_servers_with_gaps),
		cmocka_unit_test(thousands_of_uneven_servers_stay_exact_to_1e_20),
		cmocka_unit_test(example_54_storage_and_56_network),
		cmocka_unit_test(shared_storage_weighs_by_its_share),
		cmocka_unit_test(example_61_rack),
		cmocka_unit_test(example_49_partial_month),
		cmocka_unit_test(example_52_uncertainty),
		cmocka_unit_test(a_quarter_counts_only_when_both_sides_are_covered),
		cmocka_unit_test(energy_counts_what_was_measured),
		cmocka_unit_test(example_40_allocation_proportional),
		cmocka_unit_test(sites_are_summed_and_labelled_with_the_lowest_category),
		cmocka_unit_test(pue_is_bounded_by_the_rated_power),
		cmocka_unit_test(properties_of_pue),
		cmocka_unit_test(adding_and_taking_away_leaves_nothing),
		cmocka_unit_test(the_momentary_ratio_has_its_own_name),
		cmocka_unit_test(flags_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
