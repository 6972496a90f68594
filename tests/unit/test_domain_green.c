/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Matching, emissions, guarantees of origin, label classes: the examples of domain.md 9, by number. */
#include "loading.h"

#include "domain.h"
#include "emission.h"
#include "matching.h"
#include <stdlib.h>

static void example_17_and_18_label_edges(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	const struct ruleset_file *file = ruleset_files;
	while (file->name != NULL && strcmp(file->name, "EED-2026.yaml") != 0)
		file++;
	assert_non_null(file->name);
	struct ruleset *rules = ruleset_read(file->name, (const char *)file->bytes, file->length, l.arena, &l.report);
	assert_string_equal(loading_mistakes(&l), "");
	static const struct { int64_t num; const char *class; } pue[] = { { 12500000, "B" }, { 12500001, "C" }, { 11500000, "A" },
		{ 19000000, "F" }, { 19000001, "G" } }, wue[] = { { 4000000, "C" }, { 4100000, "D" }, { 10000000, "F" }, { 10100000, "G" } };
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(ruleset_class(&rules->classes.pue, (struct hwatt_ratio){ pue[i].num, 10000000 }), pue[i].class);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(ruleset_class(&rules->classes.wue, (struct hwatt_ratio){ wue[i].num, 10000000 }), wue[i].class);
	assert_null(ruleset_class(&rules->classes.pue, (struct hwatt_ratio){ 1, 0 }));
	assert_int_equal(ruleset_class_bound(&rules->classes.pue, "B"), 1250000);
	assert_int_equal(ruleset_class_bound(&rules->classes.pue, "G"), 0);
	assert_int_equal(ruleset_class_bound(&rules->classes.pue, "H"), -1);
	loading_end(&l);
}

static void example_63_annual_match(void **state)
{
	(void)state;
	struct matching_interval year = { 8760, 8000, 0 };
	EXPECT(matching_share(&year, 1), 9, "0.913242009");
}

static const struct matching_interval hours[] = { { 10, 20, 500000 }, { 10, 0, 500000 }, { 10, 15, 500000 }, { 10, 5, 500000 } };

static void example_64_hourly_match(void **state)
{
	(void)state;
	struct matching_interval all;
	EXPECT(matching_share(hours, 4), 3, "0.625");
	assert_int_equal(matching_coarser(hours, 4, 4, &all), 1);
	EXPECT(matching_share(&all, 1), 3, "1.000");
	assert_true(matching_surplus(hours, 4) == 15);
}

static void example_65_cfe_score(void **state)
{
	(void)state;
	struct matching_interval other[4];
	static const int64_t shares[] = { 400000, 600000, 500000, 800000 };
	memcpy(other, hours, sizeof(other));
	for (size_t i = 0; i < 4; i++)
		other[i].carbon_free_ppm = shares[i];
	EXPECT(matching_cfe(hours, 4), 4, "0.8125");
	EXPECT(matching_cfe(other, 4), 4, "0.8750");
}

static void example_66_quarters_and_hours(void **state)
{
	(void)state;
	struct matching_interval quarters[] = { { 2, 4, 0 }, { 2, 4, 0 }, { 2, 0, 0 }, { 2, 0, 0 } }, hour;
	EXPECT(matching_share(quarters, 4), 1, "0.5");
	matching_coarser(quarters, 4, 4, &hour);
	EXPECT(matching_share(&hour, 1), 1, "1.0");
}

static void example_67_scope_2(void **state)
{
	(void)state;
	struct emission_part grid = { 1000000000, 30000000 }, go = { 900000000, 0 };
	EXPECT(emission_kg(&grid, 1), 3, "30000.000");
	EXPECT(emission_market_kg(1000000000, &go, 1, 524100000), 3, "52410.000");
	go.energy_wh = 2000000000; /* more than was used covers no more than that */
	EXPECT(emission_market_kg(1000000000, &go, 1, 524100000), 3, "0.000");

	/* the same as a figure: 1,000 MWh from the grid for 800 MWh of IT */
	struct domain d;
	struct kpi out;
	domain_begin(&d, 365);
	d.slices[0].grid = domain_energy(1000000, 800000, 365);
	d.slices[0].location = (struct kpi_factor){ 30000000, true, false };
	d.slices[0].residual = (struct kpi_factor){ 524100000, true, true };
	struct certificate row = { .id = "s", .technology = CERTIFICATE_WIND, .site = "hall", .contract = "", .volume_mj = 900000000 * HWATT_MJ_PER_WH,
				   .domain_country = "", .country = "", .zone = "", .support_code = "", .cancelled_day = 100, .to_day = 364 };
	d.period.certificates = (const struct certificate *[]){ &row };
	d.period.certificate_count = 1;
	kpi_cue_location(&d.period, &out);
	EXPECT(out.numerator, 3, "30000.000");
	EXPECT(out.value, 6, "0.037500");
	kpi_cue_market(&d.period, &out);
	EXPECT(out.numerator, 3, "52410.000");
	assert_int_equal(out.flags, KPI_ELECTRICITY_ONLY | KPI_PROVISIONAL_FACTOR);
	row.twice = true; /* regress_5: another row has the same certificates */
	kpi_cue_market(&d.period, &out);
	assert_int_equal(out.flags, KPI_ELECTRICITY_ONLY | KPI_PROVISIONAL_FACTOR | KPI_DOUBLE_COUNT);
	kpi_cue_location(&d.period, &out);
	assert_int_equal(out.flags, KPI_ELECTRICITY_ONLY);
}

static void example_68_year_of_a_guarantee(void **state)
{
	(void)state;
	int64_t june = civil_day(2025, 6, 15);
	struct certificate_disclosure d = certificate_disclosure_se(june, civil_day(2026, 3, 31));
	assert_int_equal(d.year, 2025);
	assert_false(d.expired);
	d = certificate_disclosure_se(june, civil_day(2026, 4, 2));
	assert_int_equal(d.year, 2026);
	assert_false(d.expired);
	d = certificate_disclosure_se(june, 0);
	assert_int_equal(d.year, 2026);
	assert_true(d.expired);
	assert_false(certificate_disclosure_se(june, civil_day(2026, 6, 15)).expired);
	assert_true(certificate_disclosure_se(june, civil_day(2026, 6, 16)).expired);
}

static void example_69_nuclear_is_not_renewable(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	domain_begin(&d, 365);
	d.slices[0].dc = domain_energy(100000, 0, 365);
	struct certificate row = { .id = "s", .technology = CERTIFICATE_NUCLEAR, .site = "hall", .contract = "", .volume_mj = 100000000 * HWATT_MJ_PER_WH,
				   .domain_country = "SE", .country = "SE", .zone = "SE3", .support_code = "", .cancelled_day = 100, .to_day = 364 };
	d.period.certificates = (const struct certificate *[]){ &row };
	d.period.certificate_count = 1;
	kpi_ref(&d.period, &out);
	EXPECT(out.value, 6, "0.000000");
	struct certificate_filter any = { .technologies = 1u << CERTIFICATE_NUCLEAR };
	kpi_renewable_share(&d.period, KPI_MATCH_ANNUAL, &any, &out); /* a contract may ask for carbon-free instead */
	EXPECT(out.value, 6, "1.000000");
}

/* --- properties -------------------------------------------------------------------------------------------------- */

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static void finer_matching_never_exceeds_coarser(void **state)
{
	(void)state;
	uint64_t seed = 20261025;
	for (int round = 0; round < 2000; round++) {
		struct matching_interval fine[96], coarse[96];
		size_t count = 1 + next(&seed) % 96;
		for (size_t i = 0; i < count; i++)
			fine[i] = (struct matching_interval){ (int64_t)(next(&seed) % 1000) + (i == 0), (int64_t)(next(&seed) % 1000), 0 };
		size_t groups = matching_coarser(fine, count, 1 + next(&seed) % 8, coarse);
		assert_true(hwatt_ratio_compare(matching_share(fine, count), matching_share(coarse, groups)) <= 0);
		matching_coarser(coarse, groups, groups, coarse);
		assert_true(hwatt_ratio_compare(matching_share(fine, count), matching_share(coarse, 1)) <= 0);
		assert_true(hwatt_ratio_compare(matching_cfe(fine, count), matching_share(fine, count)) >= 0);
	}
}

static void monthly_matching_never_exceeds_annual_and_takes_no_certificate_apart(void **state)
{
	(void)state;
	uint64_t seed = 7;
	static const struct certificate_filter renewable;
	for (int round = 0; round < 300; round++) {
		struct domain d;
		struct certificate rows[6];
		struct kpi monthly, annual;
		domain_begin(&d, 30);
		d.site.slice_count = 12;
		d.period.span = (struct kpi_span){ 360 * 96, 360 * 96 };
		for (int64_t i = 0; i < 12; i++) {
			d.slices[i] = (struct kpi_slice){ .from_s = i * 30 * DOMAIN_DAY_S, .to_s = (i + 1) * 30 * DOMAIN_DAY_S,
							  .from_day = i * 30, .to_day = (i + 1) * 30 };
			d.slices[i].dc = domain_energy((int64_t)(next(&seed) % 100000) + 1, 0, 30);
		}
		for (size_t i = 0; i < 6; i++) {
			int64_t first = (int64_t)(next(&seed) % 12) * 30, days = i == 5 ? 60 : 30; /* the last one spans two months */
			rows[i] = (struct certificate){ .id = "s", .technology = CERTIFICATE_HYDRO, .site = "hall", .contract = "",
							.volume_mj = (int64_t)(next(&seed) % 200000000) * HWATT_MJ_PER_WH, .domain_country = "",
							.country = "", .zone = "", .support_code = "", .cancelled_day = 300,
							.from_day = first, .to_day = first + days - 1 };
		}
		d.period.certificates = domain_rows(&d, rows, 6);
		d.period.certificate_count = 6;
		kpi_renewable_share(&d.period, KPI_MATCH_MONTHLY, &renewable, &monthly);
		kpi_renewable_share(&d.period, KPI_MATCH_ANNUAL, &renewable, &annual);
		assert_true(hwatt_ratio_compare(monthly.value, annual.value) <= 0);
		d.period.certificates = domain_rows(&d, &rows[5], 1);
		d.period.certificate_count = 1;
		kpi_renewable_share(&d.period, KPI_MATCH_MONTHLY, &renewable, &monthly);
		assert_true(monthly.value.num == 0); /* never split finer than its period */
	}
}

/* A guarantee that is disclosed in, or was cancelled for, another year is that year's, whatever month it was produced in. */
static void regress_5_monthly_matching_takes_nothing_of_another_year(void **state)
{
	(void)state;
	static const struct certificate_filter renewable;
	struct domain d;
	struct kpi monthly, annual;
	domain_begin(&d, 31);
	int64_t december = civil_day(2025, 12, 1), january = civil_day(2026, 1, 1);
	d.slices[0] = (struct kpi_slice){ .from_s = december * DOMAIN_DAY_S, .to_s = january * DOMAIN_DAY_S, .from_day = december, .to_day = january };
	d.slices[0].dc = domain_energy(1000, 0, 31);
	struct certificate row = { .id = "s", .technology = CERTIFICATE_WIND, .site = "hall", .contract = "", .volume_mj = 1000000 * HWATT_MJ_PER_WH,
				   .domain_country = "SE", .country = "", .zone = "", .support_code = "", .from_day = december,
				   .to_day = january - 1, .cancelled_day = civil_day(2026, 4, 2) };
	d.period.certificates = (const struct certificate *[]){ &row };
	d.period.certificate_count = 1;
	kpi_renewable_share(&d.period, KPI_MATCH_ANNUAL, &renewable, &annual);
	kpi_renewable_share(&d.period, KPI_MATCH_MONTHLY, &renewable, &monthly);
	assert_true(annual.value.num == 0 && monthly.value.num == 0);
	row.cancelled_day = civil_day(2026, 3, 31);
	kpi_renewable_share(&d.period, KPI_MATCH_MONTHLY, &renewable, &monthly);
	assert_int_equal(hwatt_ratio_compare(monthly.value, (struct hwatt_ratio){ 1, 1 }), 0);
	row.domain_country = "NO";
	row.consumption_from_day = civil_day(2024, 1, 1);
	row.consumption_to_day = civil_day(2024, 12, 31);
	kpi_renewable_share(&d.period, KPI_MATCH_MONTHLY, &renewable, &monthly);
	assert_true(monthly.value.num == 0);
	row.consumption_to_day = december;
	kpi_renewable_share(&d.period, KPI_MATCH_MONTHLY, &renewable, &monthly);
	assert_true(monthly.value.num > 0);
}

static void the_mean_weighed_by_it_energy_is_the_ratio_of_sums(void **state)
{
	(void)state;
	uint64_t seed = 3;
	for (int round = 0; round < 500; round++) {
		struct kpi_site site = { .has_pue[1] = true };
		struct kpi_period period = { .span = { 12, 12 }, .site_count = 1, .sites = &site };
		struct kpi out;
		hwatt_i128 dc = 0, it = 0;
		double weighted = 0;
		for (int month = 0; month < 12; month++) {
			struct kpi_pair pair = domain_energy((int64_t)(next(&seed) % 1000) + 2000, (int64_t)(next(&seed) % 1000) + 1000, 0);
			pair.quarters = 1;
			kpi_pair_add(&site.pue[1], &pair, 1);
			dc += pair.num;
			it += pair.den;
			weighted += (double)pair.num / (double)pair.den * (double)pair.den;
		}
		kpi_pue(&period, 1, &out);
		assert_int_equal(hwatt_ratio_compare(out.value, (struct hwatt_ratio){ dc, it }), 0);
		double difference = weighted / (double)it - hwatt_ratio_double(out.value);
		assert_true(difference < 1e-12 && difference > -1e-12);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_17_and_18_label_edges),
		cmocka_unit_test(example_63_annual_match),
		cmocka_unit_test(example_64_hourly_match),
		cmocka_unit_test(example_65_cfe_score),
		cmocka_unit_test(example_66_quarters_and_hours),
		cmocka_unit_test(example_67_scope_2),
		cmocka_unit_test(example_68_year_of_a_guarantee),
		cmocka_unit_test(example_69_nuclear_is_not_renewable),
		cmocka_unit_test(finer_matching_never_exceeds_coarser),
		cmocka_unit_test(monthly_matching_never_exceeds_annual_and_takes_no_certificate_apart),
		cmocka_unit_test(regress_5_monthly_matching_takes_nothing_of_another_year),
		cmocka_unit_test(the_mean_weighed_by_it_energy_is_the_ratio_of_sums),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
