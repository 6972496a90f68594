/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Water, heat, carbon, renewable energy: the examples of domain.md 9, by number. */
#include "domain.h"
#include "average.h"
#include "proportionality.h"
#include "utilisation.h"
#include <stdlib.h>

#define YEAR 365
#define MICRO INT64_C(1000000)

static struct certificate row(int kind, int64_t mwh)
{
	static const char *const none = "";
	return (struct certificate){ .id = "s", .kind = kind, .technology = CERTIFICATE_WIND, .site = "hall", .contract = none,
				     .volume_mj = mwh * 1000000 * HWATT_MJ_PER_WH, .cert_id_from = none, .cert_id_to = none,
				     .domain_country = none, .country = none, .zone = none, .support_code = none, .cancelled_day = 100,
				     .from_day = 0, .to_day = YEAR - 1, .guarantees = kind == CERTIFICATE_GO ? CERTIFICATE_NOT_STATED
													   : CERTIFICATE_CANCELLED };
}

static struct kpi ref_of(struct domain *d, const struct certificate *rows, size_t count)
{
	struct kpi out;
	d->period.certificates = domain_rows(d, rows, count);
	d->period.certificate_count = count;
	kpi_ref(&d->period, &out);
	return out;
}

static void example_8_ref(void **state)
{
	(void)state;
	struct domain d;
	domain_begin(&d, YEAR);
	d.slices[0].dc = domain_energy(10000000, 0, YEAR);
	d.slices[0].onsite = domain_energy(1000000, 0, YEAR);
	d.site.onsite_renewable = true;
	struct certificate rows[] = { row(CERTIFICATE_GO, 2000), row(CERTIFICATE_PPA, 3000) };
	struct kpi out = ref_of(&d, rows, 2);
	EXPECT(out.value, 9, "0.600000000");
	EXPECT(out.numerator, 0, "21600000000000");
	assert_string_equal(out.numerator_unit, "J");
	assert_int_equal(hwatt_ratio_compare(out.coverage, (struct hwatt_ratio){ 1, 1 }), 0);
	d.site.onsite_renewable = false; /* nobody said what the own plant burns */
	EXPECT(ref_of(&d, rows, 2).value, 2, "0.50");
}

/* Guarantees of energy that is delivered under contract are that delivery's: no MWh is in both. domain.md 2.3 (p), 4.5 check 7. */
static void regress_5_energy_under_contract_and_its_guarantees_count_once(void **state)
{
	(void)state;
	struct domain d;
	domain_begin(&d, YEAR);
	d.slices[0].dc = domain_energy(10000000, 0, YEAR);
	struct certificate rows[] = { row(CERTIFICATE_GO, 2000), row(CERTIFICATE_PPA, 3000), row(CERTIFICATE_GO, 2000) };
	rows[0].device_gsrn = rows[2].device_gsrn = rows[1].device_gsrn = "735";
	struct hwatt_arena *arena = hwatt_arena_new();
	certificate_link(rows, 3, arena);
	struct kpi out = ref_of(&d, rows, 3);
	EXPECT(out.value, 9, "0.400000000"); /* 3000 under contract, and 1000 of the guarantees beyond */
	assert_int_equal(out.flags, 0);
	rows[1].technology = CERTIFICATE_NUCLEAR; /* the contract's do not count: then all guarantees do */
	out = ref_of(&d, rows, 3);
	EXPECT(out.value, 9, "0.400000000");
	out = ref_of(&d, &rows[2], 1);
	EXPECT(out.value, 9, "0.200000000");
	hwatt_arena_free(arena);
}

static void example_9_ref_with_guarantees_sold(void **state)
{
	(void)state;
	struct domain d;
	domain_begin(&d, YEAR);
	d.slices[0].dc = domain_energy(10000000, 0, YEAR);
	d.slices[0].onsite = domain_energy(1000000, 0, YEAR);
	d.site.onsite_renewable = true;
	struct certificate rows[] = { row(CERTIFICATE_GO, 2000), row(CERTIFICATE_PPA, 2500), row(CERTIFICATE_PPA, 500),
				      row(CERTIFICATE_ONSITE, 400) };
	rows[2].guarantees = CERTIFICATE_SOLD;
	EXPECT(ref_of(&d, rows, 4).value, 9, "0.550000000");
	rows[3].guarantees = CERTIFICATE_SOLD; /* those of the own roof as well */
	EXPECT(ref_of(&d, rows, 4).value, 9, "0.510000000");
}

static void example_10_ref_is_cut_at_one(void **state)
{
	(void)state;
	struct domain d;
	domain_begin(&d, YEAR);
	d.slices[0].dc = domain_energy(10000000, 0, YEAR);
	struct certificate rows[] = { row(CERTIFICATE_GO, 12000) };
	struct kpi out = ref_of(&d, rows, 1);
	assert_int_equal(hwatt_ratio_compare(out.value, (struct hwatt_ratio){ 1, 1 }), 0);
	assert_int_equal(out.flags, KPI_SURPLUS);
	EXPECT(out.surplus, 0, "7200000000000"); /* 2,000 MWh */
	domain_read(&d, LOGBOOK_NATURAL_GAS, 0, YEAR, 5000000 * MICRO); /* gas is energy too: the surplus covers part of it */
	out = ref_of(&d, rows, 1);
	EXPECT(out.value, 9, "0.800000000");
	assert_int_equal(out.flags, 0);
	assert_false(hwatt_ratio_known(out.surplus));
}

/* What one site has too much of does not cover the fuel of another: energy belongs to one data centre. domain.md 2.3. */
static void regress_5_the_surplus_of_a_site_is_its_own(void **state)
{
	(void)state;
	struct domain a, b;
	domain_begin(&a, YEAR);
	domain_begin(&b, YEAR);
	a.slices[0].dc = b.slices[0].dc = domain_energy(1000000, 0, YEAR);
	b.site.id = "other";
	domain_read(&b, LOGBOOK_NATURAL_GAS, 0, YEAR, 1000000 * MICRO);
	struct kpi_site sites[] = { a.site, b.site };
	struct certificate one = row(CERTIFICATE_GO, 2000);
	a.period.sites = sites;
	a.period.site_count = 2;
	struct kpi out = ref_of(&a, &one, 1); /* 2,000 MWh for a site of 1,000, beside one of 1,000 and as much gas */
	EXPECT(out.value, 9, "0.333333333");
	EXPECT(out.surplus, 0, "3600000000000");
}

/* A year's guarantees of the own plant were sold: no month holds the row, and it counts all the same. domain.md 2.3 (r). */
static void regress_5_sold_guarantees_of_the_own_plant_need_no_month_of_their_own(void **state)
{
	(void)state;
	struct domain d;
	struct kpi monthly;
	static const struct certificate_filter renewable;
	domain_begin(&d, 30);
	d.site.slice_count = 2;
	d.site.onsite_renewable = true;
	d.period.span = (struct kpi_span){ 60 * 96, 60 * 96 };
	for (int64_t i = 0; i < 2; i++) {
		d.slices[i] = (struct kpi_slice){ .from_s = i * 30 * DOMAIN_DAY_S, .to_s = (i + 1) * 30 * DOMAIN_DAY_S, .from_day = i * 30, .to_day = (i + 1) * 30 };
		d.slices[i].dc = domain_energy(1000000, 0, 30);
		d.slices[i].onsite = domain_energy(i == 0 ? 300000 : 100000, 0, 30);
	}
	struct certificate sold = row(CERTIFICATE_ONSITE, 200);
	sold.guarantees = CERTIFICATE_SOLD;
	sold.to_day = 59;
	struct kpi out = ref_of(&d, &sold, 1);
	EXPECT(out.value, 9, "0.100000000"); /* 400 generated, 200 sold, of 2,000 */
	kpi_renewable_share(&d.period, KPI_MATCH_MONTHLY, &renewable, &monthly);
	EXPECT(monthly.value, 9, "0.100000000");
	sold.to_day = 29; /* all of the first month's and no more */
	sold.volume_mj *= 2;
	out = ref_of(&d, &sold, 1);
	EXPECT(out.value, 9, "0.000000000"); /* what was sold beyond is missing from the second */
}

/* Certificates come before deliveries under contract, whatever their order in the books; what burns and states no emission is not free of
 * it. domain.md 4.4. */
static void regress_5_market_based_carbon_has_an_order(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	domain_begin(&d, YEAR);
	d.slices[0].grid = domain_energy(1000000, 1000000, YEAR);
	d.slices[0].residual = (struct kpi_factor){ 500000000, true, false };
	struct certificate rows[] = { row(CERTIFICATE_PPA, 1000), row(CERTIFICATE_GO, 1000) };
	rows[0].emission_micro = 20000000;
	d.period.certificate_count = 2;
	d.period.certificates = domain_rows(&d, rows, 2);
	kpi_cue_market(&d.period, &out);
	EXPECT(out.value, 6, "0.000000");
	rows[1].technology = CERTIFICATE_FOSSIL;
	kpi_cue_market(&d.period, &out);
	EXPECT(out.value, 6, "0.020000");
	rows[0].technology = CERTIFICATE_WASTE;
	rows[0].emission_micro = 0;
	kpi_cue_market(&d.period, &out);
	EXPECT(out.value, 6, "0.500000");
}

static void example_11_erf(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	domain_begin(&d, 30);
	d.slices[0].dc = domain_energy(147, 0, 30);
	domain_read(&d, LOGBOOK_HEAT_REUSED, 0, 30, 79 * MICRO);
	kpi_erf(&d.period, &out);
	EXPECT(out.value, 9, "0.537414966");
	d.spells[0][0].value = 148 * MICRO; /* more heat than there was energy */
	kpi_erf(&d.period, &out);
	assert_int_equal(out.flags, KPI_PHYS_IMPOSSIBLE);
}

static void example_12_erf_net_of_own_use(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	domain_begin(&d, YEAR);
	d.slices[0].dc = domain_energy(10000000, 0, YEAR);
	domain_read(&d, LOGBOOK_HEAT_REUSED, 0, YEAR, 1500000 * MICRO);
	domain_read(&d, LOGBOOK_HEAT_OWN_USE, 0, YEAR, 200000 * MICRO);
	kpi_erf(&d.period, &out);
	EXPECT(out.value, 9, "0.130000000");
}

static void example_13_cer(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	domain_begin(&d, 30);
	d.slices[0].cooling = domain_energy(44, 0, 30);
	domain_read(&d, LOGBOOK_HEAT_REMOVED, 0, 30, 95 * MICRO);
	kpi_cer(&d.period, &out);
	EXPECT(out.value, 9, "2.159090909");
}

static void example_14_cue(void **state)
{
	(void)state; /* 1,500 kg: 5,000 kWh from the grid at 240 g, and 300 kg of scope 1 */
	struct domain d;
	struct kpi out;
	domain_begin(&d, 30);
	d.slices[0].grid = domain_energy(5000, 2500, 30);
	d.slices[0].location = (struct kpi_factor){ 240 * MICRO, true, false };
	domain_read(&d, LOGBOOK_SCOPE1, 0, 30, 300 * MICRO);
	kpi_cue_location(&d.period, &out);
	EXPECT(out.value, 9, "0.600000000");
	EXPECT(out.numerator, 3, "1500.000");
	EXPECT(out.denominator, 3, "2500.000");
	assert_int_equal(out.flags, 0);
	kpi_cue_market(&d.period, &out); /* nobody published a residual mix */
	assert_false(out.known);
	assert_int_equal(out.flags, KPI_NO_FACTOR);
	d.slices[0].location.provisional = true;
	kpi_cue_location(&d.period, &out);
	assert_int_equal(out.flags, KPI_PROVISIONAL_FACTOR);
}

static void example_15_wue(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	domain_begin(&d, 30);
	d.slices[0].it = domain_energy(582600, 0, 30);
	domain_read(&d, LOGBOOK_WATER, 0, 30, 928 * MICRO);
	kpi_wue(&d.period, &out);
	EXPECT(out.value, 9, "1.592859595");
	assert_int_equal(out.category, 2);
}

static void example_16_wue_units(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	domain_begin(&d, YEAR);
	d.slices[0].it = domain_energy(8000000, 0, YEAR);
	domain_read(&d, LOGBOOK_WATER_POTABLE, 0, YEAR, 12000 * MICRO);
	kpi_wue(&d.period, &out);
	EXPECT(out.value, 9, "1.500000000");
	assert_int_equal(out.category, 1); /* only potable water is read: said so */
	EXPECT(out.numerator, 0, "12000");
	EXPECT(out.denominator, 0, "8000");
}

static void example_19_and_20_it_power_over_the_year(void **state)
{
	(void)state;
	int64_t from_s = civil_day(2026, 1, 1), to_s = civil_day(2027, 1, 1);
	struct average_state grown[] = { { from_s, 600 }, { civil_day(2026, 7, 1), 900 } };
	EXPECT(average_over_time(grown, 2, from_s, to_s), 9, "751.232876712");
	struct average_state opened[] = { { civil_day(2026, 10, 1), 800 } };
	EXPECT(average_over_time(opened, 1, from_s, to_s), 9, "201.643835616");
}

static void example_21_cooling_degree_days(void **state)
{
	(void)state;
	assert_int_equal(average_cooling_degree_days((int64_t[]){ 20000, 22000, 24000, 26000, 28500 }, 5), 15500);
}

static void example_24_itee(void **state)
{
	(void)state;
	struct proportionality_server servers[] = { { 1000000, 300000, 1 }, { 2000000, 500000, 1 } };
	EXPECT(proportionality_itee(servers, 2), 6, "3750.000000");
	assert_false(hwatt_ratio_known(proportionality_itee(NULL, 0)));
}

static void example_59_idle_servers(void **state)
{
	(void)state; /* 30 of 200 that are on */
	int64_t idle = 0, comatose = 0;
	for (int64_t i = 0; i < 200; i++) {
		struct utilisation_server server = { i < 30 ? 49999 : 50000, 50000, 999, i < 10 ? 180 : 30 };
		idle += utilisation_idle(&server);
		comatose += utilisation_comatose(&server);
	}
	EXPECT(((struct hwatt_ratio){ idle, 200 }), 6, "0.150000");
	assert_int_equal(comatose, 10);
	struct utilisation_server server = { 40000, 50001, 0, 30 }; /* more than 5 % of its time above 10 % */
	assert_false(utilisation_idle(&server));
	server = (struct utilisation_server){ 40000, 0, 1000, 30 };
	assert_false(utilisation_idle(&server));
	server = (struct utilisation_server){ 40000, 0, 0, 29 };
	assert_false(utilisation_idle(&server));
}

struct servers { /* of 30 days, by their mean load, busy time and octets per second */
	struct kpi_member members[200];
	struct kpi_lane cpu[200][2], links[200][2];
};

static void add_server(struct servers *s, struct kpi_group *group, int64_t cpu_ppm, int64_t busy_ppm, int64_t octets_per_s)
{
	int64_t ms = 30 * DOMAIN_DAY_S * 1000;
	size_t i = group->count++;
	s->cpu[i][0] = (struct kpi_lane){ (hwatt_i128)2 * cpu_ppm * ms, ms };
	s->cpu[i][1] = (struct kpi_lane){ (hwatt_i128)busy_ppm * ms / HWATT_PPM, ms };
	s->links[i][0] = (struct kpi_lane){ (hwatt_i128)octets_per_s * ms / 1000, ms };
	s->links[i][1] = (struct kpi_lane){ 0, ms };
	s->members[i] = (struct kpi_member){ .lanes = s->cpu[i], .links = octets_per_s >= 0 ? s->links[i] : NULL, .weight_ppm = HWATT_PPM,
					     .expected_ms = ms };
	group->members = s->members;
	group->letters[0] = 1;
}

static void example_59_as_a_figure(void **state)
{
	(void)state;
	struct servers *s = calloc(1, sizeof(*s));
	struct domain d;
	struct kpi out;
	domain_begin(&d, 30);
	d.period.idle = (struct utilisation_rule)UTILISATION_RULE;
	for (int i = 0; i < 200; i++)
		add_server(s, &d.period.cpu, i < 30 ? 49999 : i < 90 ? 50000 : 40000, i < 90 ? 50000 : i < 140 ? 50001 : 0, i < 140 ? 999 : 1000);
	kpi_idle_share(&d.period, &out);
	EXPECT(out.value, 6, "0.150000");
	EXPECT(out.numerator, 0, "30");
	EXPECT(out.denominator, 0, "200");
	EXPECT(out.coverage, 4, "1.0000");
	kpi_comatose_share(&d.period, &out); /* nothing is known of half a year */
	assert_false(out.known);
	d.period.half_year = d.period.cpu;
	kpi_comatose_share(&d.period, &out);
	EXPECT(out.value, 6, "0.150000");
	d.period.idle.cpu_ppm = 49999; /* the contract has its own limits */
	kpi_idle_share(&d.period, &out);
	EXPECT(out.value, 6, "0.000000");
	d.period.span.elapsed = 27 * 96; /* not a month yet */
	kpi_idle_share(&d.period, &out);
	assert_false(out.known);
	free(s);
}

static void a_quiet_server_whose_links_nobody_measures_may_work(void **state)
{
	(void)state;
	struct servers *s = calloc(1, sizeof(*s));
	struct domain d;
	struct kpi out;
	domain_begin(&d, 30);
	d.period.idle = (struct utilisation_rule)UTILISATION_RULE;
	add_server(s, &d.period.cpu, 10000, 0, -1);
	add_server(s, &d.period.cpu, 10000, 0, 10);
	add_server(s, &d.period.cpu, 400000, 1000000, -1); /* this one works, whatever its links do */
	add_server(s, &d.period.cpu, 400000, 1000000, 500000);
	kpi_idle_share(&d.period, &out);
	EXPECT(out.value, 4, "0.3333"); /* one of the three that are known */
	EXPECT(out.coverage, 4, "0.7500");
	assert_int_equal(out.excluded, 1);
	s->members[0].expected_ms = s->cpu[0][0].covered_ms = 20 * DOMAIN_DAY_S * 1000; /* it came during the month: not idle yet */
	kpi_idle_share(&d.period, &out);
	EXPECT(out.value, 4, "0.2500");
	assert_int_equal(out.excluded, 0);
	s->members[0].expected_ms = s->cpu[0][0].covered_ms = 30 * DOMAIN_DAY_S * 1000;
	s->members[1].weight_ppm = HWATT_PPM / 2; /* a server that two customers share is half a server */
	kpi_idle_share(&d.period, &out);
	EXPECT(out.value, 4, "0.2000");
	free(s);
}

static void air_within_its_range_by_time(void **state)
{
	(void)state; /* one inlet at 20 degrees for 30 days, 3 of them at 33; another measured for 10 days alone */
	int64_t ms = 30 * DOMAIN_DAY_S * 1000, warm = ms / 10;
	struct kpi_lane lanes[2][1 + KPI_INLET_RANGES] = {{{ 0, 0 }}};
	struct kpi_member members[2] = { { .lanes = lanes[0], .weight_ppm = HWATT_PPM, .expected_ms = ms },
					 { .lanes = lanes[1], .weight_ppm = HWATT_PPM, .expected_ms = ms } };
	struct domain d;
	struct kpi out;
	domain_begin(&d, 30);
	for (int i = 0; i <= KPI_INLET_RANGES; i++)
		lanes[0][i] = (struct kpi_lane){ ms, ms };
	lanes[0][0].amount = (hwatt_i128)2 * (20000 * (ms - warm) + 33000 * warm);
	lanes[0][1 + KPI_INLET_A1].amount = ms - warm;
	for (int i = 0; i <= KPI_INLET_RANGES; i++)
		lanes[1][i] = (struct kpi_lane){ (i == 0 ? (hwatt_i128)2 * 20000 : 1) * (ms / 3), ms / 3 };
	d.period.inlet = (struct kpi_group){ .count = 2, .members = members, .letters = { 1 } };
	kpi_inlet_within(&d.period, KPI_INLET_A1, &out);
	EXPECT(out.value, 4, "0.9000");
	EXPECT(out.coverage, 4, "0.6667");
	assert_int_equal(out.excluded, 1);
	kpi_inlet_within(&d.period, KPI_INLET_A2, &out);
	EXPECT(out.value, 4, "1.0000");
	kpi_inlet_temperature(&d.period, &out);
	EXPECT(out.value, 4, "21.3000");
	d.period.inlet.count = 0;
	kpi_inlet_within(&d.period, KPI_INLET_A1, &out);
	assert_false(out.known);
	assert_int_equal(out.flags, KPI_NO_DATA);
}

static void example_5_a_room_by_itself(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	struct kpi_room rooms[] = { { "hall", "room-1", 2, domain_energy(300, 100, 30) }, { "hall", "room-2", 3, domain_energy(79, 70, 30) },
				    { "hall", "office", 0, domain_energy(0, 0, 0) } };
	domain_begin(&d, 30);
	d.period.rooms = rooms;
	d.period.room_count = 3;
	kpi_ppue(&d.period, "", "room-2", &out);
	EXPECT(out.value, 9, "1.128571429");
	assert_int_equal(out.category, 3);
	EXPECT(out.coverage, 2, "1.00");
	kpi_ppue(&d.period, "elsewhere", "room-2", &out);
	assert_false(out.known);
	kpi_ppue(&d.period, "hall", "office", &out); /* no IT is measured there */
	assert_int_equal(out.flags, KPI_CATEGORY_MISMATCH);
}

static void example_60_proportionality(void **state)
{
	(void)state;
	struct proportionality_point points[] = { { 0, 150000 }, { 200000, 220000 }, { 1000000, 400000 } };
	EXPECT(proportionality_area(points, 3), 4, "0.7125");
	EXPECT(proportionality_ep(points, 3), 4, "0.5750");
	EXPECT(proportionality_range(150000, 400000), 4, "0.6250");
	points[1].load_ppm = 0; /* no curve */
	assert_false(hwatt_ratio_known(proportionality_area(points, 3)));
	assert_false(hwatt_ratio_known(proportionality_ep(points, 3)));
}

static void example_62_refrigerants(void **state)
{
	(void)state;
	struct average_part parts[] = { { 40, 675 }, { 10, 1430 }, { 50, 7 } };
	EXPECT(average_weighted(parts, 3), 1, "416.5");
	assert_false(hwatt_ratio_known(average_weighted(parts, 0)));
}

/* --- what pairs with what ---------------------------------------------------------------------------------------- */

static void months_under_one_reading_count_together(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	domain_begin(&d, 30);
	for (int64_t i = 0; i < 3; i++) {
		d.slices[i] = (struct kpi_slice){ .from_s = i * 30 * DOMAIN_DAY_S, .to_s = (i + 1) * 30 * DOMAIN_DAY_S };
		d.slices[i].it = domain_energy(1000 * (i + 1), 0, 30);
	}
	d.site.slice_count = 3;
	d.period.span = (struct kpi_span){ 90 * 96, 90 * 96 };
	domain_read(&d, LOGBOOK_WATER, 0, 60, 6 * MICRO); /* two months on one bill; the third is not read yet */
	kpi_wue(&d.period, &out);
	EXPECT(out.value, 6, "2.000000"); /* 6 m3 over 1 + 2 MWh, not over 6 */
	EXPECT(out.coverage, 4, "0.6667");
	d.spells[0][0].to_s = 70 * DOMAIN_DAY_S; /* the bill goes into the third month, which it does not cover */
	kpi_wue(&d.period, &out);
	assert_false(out.known);
	assert_int_equal(out.flags, KPI_NO_DATA);
	domain_read(&d, LOGBOOK_WATER, 70, 90, 3 * MICRO);
	kpi_wue(&d.period, &out);
	EXPECT(out.value, 6, "1.500000");
	EXPECT(out.coverage, 4, "1.0000");
	d.slices[1].it.covered_ms = 0; /* the meters were silent for a month of the three */
	kpi_wue(&d.period, &out);
	assert_false(out.known);
}

static void gas_belongs_to_the_energy_of_its_months(void **state)
{
	(void)state; /* example 3 again, from what was written down */
	struct domain d;
	struct kpi out;
	domain_begin(&d, YEAR);
	d.slices[0].pue[1] = d.site.pue[1] = domain_energy(9000000, 7500000, YEAR);
	d.site.has_pue[1] = true;
	domain_read(&d, LOGBOOK_NATURAL_GAS, 0, YEAR, 1000000 * MICRO);
	kpi_pue(&d.period, 1, &out);
	EXPECT(out.value, 9, "1.333333333");
	struct ruleset_weight weight = { 0, 350000, false, { 0 } };
	struct ruleset weighted = { .carriers = 1, .weights = { &weight, 1 } };
	d.site.ruleset = &weighted;
	kpi_pue(&d.period, 1, &out);
	EXPECT(out.value, 9, "1.246666667");
	assert_int_equal(out.flags, KPI_UNVERIFIED_WEIGHT);
	d.tracks[0].spells = NULL;
	d.tracks[0].count = 0; /* gas is burnt, and nobody knows how much: no PUE, rather than one that is too good */
	kpi_pue(&d.period, 1, &out);
	assert_false(out.known);
}

static void an_estimate_shows(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	domain_begin(&d, 30);
	d.slices[0].it = domain_energy(1000, 0, 30);
	domain_read(&d, LOGBOOK_WATER, 0, 28, MICRO); /* 28 of 30 days: enough to count */
	d.spells[0][0].estimated = true;
	kpi_wue(&d.period, &out);
	assert_true(out.known);
	assert_int_equal(out.quality, 'E');
	assert_int_equal(out.flags, KPI_ESTIMATED);
	EXPECT(out.coverage, 4, "0.9333");
	d.spells[0][0].to_s = 26 * DOMAIN_DAY_S; /* less than 0.9 */
	kpi_wue(&d.period, &out);
	assert_false(out.known);
}

static void notations(void **state)
{
	(void)state;
	char text[160];
	int64_t from = civil_day(2025, 1, 1), to = civil_day(2025, 12, 31);
	kpi_notation("PUE", 2, NULL, false, from, to, (struct hwatt_ratio){ 1314, 1000 }, text);
	assert_string_equal(text, "PUE2 (2025-01-01:2025-12-31) = 1.31");
	kpi_notation("PUE", 1, NULL, true, civil_day(2026, 4, 1), civil_day(2026, 9, 30), (struct hwatt_ratio){ 124, 100 }, text);
	assert_string_equal(text, "iPUE1 (2026-04-01:2026-09-30) = 1.24");
	kpi_notation("PUE", 3, "room-2", true, from, to, (struct hwatt_ratio){ 113, 100 }, text);
	assert_string_equal(text, "pPUE3[room-2] (2025-01-01:2025-12-31) = 1.13");
}

static void overhead_follows_reserved_power_where_the_site_says_so(void **state)
{
	(void)state; /* example 41: 30 of 80, half of the power, 8 of the 20 of overhead fixed */
	struct domain d;
	struct kpi out;
	domain_begin(&d, 1);
	d.site.it_category = 1;
	d.site.has_pue[1] = true;
	d.site.pue[1] = domain_energy(100, 80, 1);
	d.site.it = domain_energy(30, 0, 1);
	d.period.contract = "c";
	d.site.fixed_ppm = 400000;
	d.site.reserved_mw = 50;
	d.site.contracted_mw = 100;
	kpi_energy_allocated(&d.period, &out);
	assert_int_equal(hwatt_ratio_compare(out.value, (struct hwatt_ratio){ 385 * 360000, 1 }), 0);
	d.site.fixed_ppm = 1000000;
	kpi_energy_allocated(&d.period, &out);
	assert_int_equal(hwatt_ratio_compare(out.value, (struct hwatt_ratio){ 40 * 3600000, 1 }), 0);
	d.site.reserved_mw = 0; /* not stated */
	kpi_energy_allocated(&d.period, &out);
	assert_false(out.known);
	d.site.fixed_ppm = 0;
	kpi_energy_allocated(&d.period, &out);
	assert_int_equal(hwatt_ratio_compare(out.value, (struct hwatt_ratio){ 375 * 360000, 1 }), 0);
}

static void capacity_use(void **state)
{
	(void)state;
	struct domain d;
	struct kpi out;
	domain_begin(&d, 10);
	d.site.it_category = 2;
	d.site.it = domain_energy(24000, 0, 10); /* 100 kW */
	d.site.power = d.site.it;
	d.site.it.num += 12000 * KPI_PER_KWH; /* where one of two meters is silent, the other's energy has no time of both */
	d.site.it_category = 0; /* a contract that uses nothing there: the hall is used all the same */
	d.site.pd_it_mw = (struct hwatt_ratio){ 400000000, 1 };
	kpi_capacity_use(&d.period, &out);
	EXPECT(out.value, 6, "0.250000");
	EXPECT(out.numerator, 3, "100000.000");
	d.site.pd_it_mw = (struct hwatt_ratio){ 0, 0 };
	kpi_capacity_use(&d.period, &out);
	assert_false(out.known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regress_5_energy_under_contract_and_its_guarantees_count_once),
		cmocka_unit_test(example_8_ref),
		cmocka_unit_test(example_9_ref_with_guarantees_sold),
		cmocka_unit_test(example_10_ref_is_cut_at_one),
		cmocka_unit_test(regress_5_the_surplus_of_a_site_is_its_own),
		cmocka_unit_test(regress_5_sold_guarantees_of_the_own_plant_need_no_month_of_their_own),
		cmocka_unit_test(regress_5_market_based_carbon_has_an_order),
		cmocka_unit_test(example_11_erf),
		cmocka_unit_test(example_12_erf_net_of_own_use),
		cmocka_unit_test(example_13_cer),
		cmocka_unit_test(example_14_cue),
		cmocka_unit_test(example_15_wue),
		cmocka_unit_test(example_16_wue_units),
		cmocka_unit_test(example_19_and_20_it_power_over_the_year),
		cmocka_unit_test(example_21_cooling_degree_days),
		cmocka_unit_test(example_24_itee),
		cmocka_unit_test(example_59_idle_servers),
		cmocka_unit_test(example_59_as_a_figure),
		cmocka_unit_test(a_quiet_server_whose_links_nobody_measures_may_work),
		cmocka_unit_test(air_within_its_range_by_time),
		cmocka_unit_test(example_5_a_room_by_itself),
		cmocka_unit_test(example_60_proportionality),
		cmocka_unit_test(example_62_refrigerants),
		cmocka_unit_test(months_under_one_reading_count_together),
		cmocka_unit_test(gas_belongs_to_the_energy_of_its_months),
		cmocka_unit_test(an_estimate_shows),
		cmocka_unit_test(notations),
		cmocka_unit_test(capacity_use),
		cmocka_unit_test(overhead_follows_reserved_power_where_the_site_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
