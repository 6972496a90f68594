/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "loading.h"

#include "domain.h"
#include "collectors.h"
#include "eu_report.h"
#include <stdio.h>
#include <stdlib.h>

#define RIG_YEAR 2026

struct rig { /* a site with a year of twelve equal slices; 365 days */
	struct loading l;
	struct domain d;
	struct config_site site;
	struct eu_report_facts facts;
	struct hwatt_eu_report report;
};

static const char readings[] =
	"- {site: hall, quantity: it_power_demand, at: 2026-01-01, value: 600, unit: kW, author: k}\n"
	"- {site: hall, quantity: it_power_demand, at: 2026-07-01, value: 0.9, unit: MW, author: k}\n"
	"- {site: hall, quantity: floor_area, meter: a, at: 2020-01-01, value: 1000, unit: m2, author: k}\n"
	"- {site: hall, quantity: floor_area, meter: b, at: 2020-01-01, value: 500, unit: m2, author: k}\n"
	"- {site: hall, quantity: computer_room_area, meter: r1, at: 2020-01-01, value: 300, unit: m2, author: k}\n"
	"- {site: hall, quantity: computer_room_area, meter: r2, at: 2020-01-01, value: 100, unit: m2, author: k}\n"
	"- {site: hall, quantity: intake_temperature, meter: r1, at: 2020-01-01, value: 24, unit: Cel, author: k}\n"
	"- {site: hall, quantity: intake_temperature, meter: r2, at: 2020-01-01, value: 28, unit: Cel, author: k}\n"
	"- {site: hall, quantity: waste_heat_temperature, at: 2026-01-01, value: 40, unit: Cel, author: k}\n"
	"- {site: hall, quantity: waste_heat_temperature, at: 2026-07-01, value: 30, unit: Cel, author: k}\n"
	"- {site: hall, quantity: heat_reused, from: 2026-01-01, to: 2026-06-30, value: 300, unit: MWh, author: k}\n"
	"- {site: hall, quantity: heat_reused, from: 2026-07-01, to: 2026-12-31, value: 100, unit: MWh, author: k}\n"
	"- {site: hall, quantity: heat_own_use, from: 2026-01-01, to: 2026-12-31, value: 50, unit: MWh, author: k}\n"
	"- {site: hall, quantity: natural_gas, from: 2026-01-01, to: 2026-12-31, value: 500, unit: MWh, author: k, accuracy: 1 %}\n"
	"- {site: hall, quantity: water, from: 2026-01-01, to: 2026-12-31, value: 4000, unit: m3, author: k, estimated: true}\n"
	"- {site: hall, quantity: water_potable, from: 2026-01-01, to: 2026-11-30, value: 3000, unit: m3, author: k}\n"
	"- {site: hall, quantity: cooling_degree_days, from: 2026-01-01, to: 2026-12-31, value: 15.5, unit: degree-days, author: k}\n"
	"- {site: hall, quantity: storage_capacity, at: 2020-01-01, value: 2.5, unit: PB, customer_reported: true, author: k}\n"
	"- {site: other, quantity: traffic_in, from: 2026-01-01, to: 2026-12-31, value: 1, unit: EB, author: k}\n";

static const char certificates[] =
	"- {statement_id: g, site: hall, volume: 2000 MWh, technology: wind, production_start: 2026-01-01, production_end: 2026-12-31, transaction_time: 2027-01-20, document_sha256: \"\"}\n"
	"- {statement_id: p, kind: ppa, guarantees: cancelled, site: hall, volume: 3000 MWh, technology: hydro, production_start: 2026-01-01, production_end: 2026-12-31}\n"
	"- {statement_id: q, kind: ppa, guarantees: sold, site: hall, volume: 500 MWh, technology: hydro, production_start: 2026-01-01, production_end: 2026-12-31}\n"
	"- {statement_id: nuke, site: hall, volume: 100 MWh, technology: nuclear, production_start: 2026-01-01, production_end: 2026-12-31, transaction_time: 2027-01-20}\n";

static void begin(struct rig *r, const char *ruleset)
{
	*r = (struct rig){ .l = loading_begin() };
	struct books *books = books_new(r->l.arena);
	books_take(books, BOOKS_READINGS, "r.yaml", readings, strlen(readings), r->l.arena, &r->l.report);
	books_take(books, BOOKS_CERTIFICATES, "g.yaml", certificates, strlen(certificates), r->l.arena, &r->l.report);
	books_finish(books, r->l.arena, &r->l.report);
	assert_string_equal(loading_mistakes(&r->l), "");
	int64_t first = civil_day(RIG_YEAR, 1, 1);
	domain_begin(&r->d, 365);
	struct kpi_slice *slice = &r->d.slices[0];
	*slice = (struct kpi_slice){ .from_s = first * DOMAIN_DAY_S, .to_s = (first + 365) * DOMAIN_DAY_S, .from_day = first, .to_day = first + 365 };
	slice->dc = domain_energy(9500000, 0, 365);
	slice->it = domain_energy(8000000, 0, 365);
	slice->onsite = domain_energy(1000000, 0, 365);
	slice->generator = domain_energy(5000, 0, 365);
	slice->pue[1] = r->d.site.pue[1] = domain_energy(9500000, 8000000, 365);
	r->d.site.has_pue[1] = r->d.site.onsite_renewable = true;
	r->d.site.ruleset = books_ruleset(books, ruleset);
	const struct certificate *certificate_rows = books_certificates(books, &r->d.period.certificate_count);
	r->d.period.certificates = domain_rows(&r->d, certificate_rows, r->d.period.certificate_count);
	/* the tracks that the evaluation would make */
	for (size_t t = 0; t < books->logbook.track_count; t++) {
		const struct logbook_track *track = &books->logbook.tracks[t];
		if (track->quantity > LOGBOOK_OTHER_FUEL || track->quantity == LOGBOOK_WATER_POTABLE)
			continue;
		for (size_t i = 0; i < track->count; i++)
			domain_read(&r->d, track->quantity, track->spells[i].from_day, track->spells[i].to_day, track->spells[i].value);
	}
	r->site = (struct config_site){ .id = "hall", .name = "Hall", .data_centre = {
		.owner = "Owner AB", .owner_contact = "a@example.org", .operator = "", .operator_contact = "", .lau = "2580", .nuts3 = "SE332",
		.type = 2, .operation_start = "2019-06", .elec_redundancy = "2N", .elec_redundancy_rack = "", .cool_redundancy = "N+1",
		.cool_redundancy_rack = "", .no_grid_functions = true } };
	r->facts = (struct eu_report_facts){ .site = &r->site, .books = books, .ruleset = r->d.site.ruleset, .period = &r->d.period, .has_dc = true,
					     .has_generator = true, .has_onsite = true, .it_category = 1, .from_day = first, .to_day = first + 365,
					     .until_day = first + 365 };
	eu_report_fill(&r->facts, r->l.arena, &r->report);
}

static void number_is(const struct rig *r, enum hwatt_eu_field field, int decimals, const char *expected, enum hwatt_eu_status status, int line)
{
	const struct hwatt_eu_value *v = &r->report.values[field];
	char got[64];
	hwatt_ratio_format(v->number, decimals, got);
	if (strcmp(got, expected) != 0 || v->status != status)
		fail_msg("line %d: %s is %s, %s: %s", line, hwatt_eu_field_info(field)->key, got, hwatt_eu_status_name(v->status), v->note);
}
#define NUMBER(field, decimals, text, status) number_is(&r, field, decimals, text, status, __LINE__)

static void every_field_has_a_row_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < HWATT_EU_FIELDS; i++) {
		const struct hwatt_eu_field_info *info = hwatt_eu_field_info((enum hwatt_eu_field)i);
		assert_non_null(info->key);
		assert_true(i == 0 || info->section >= hwatt_eu_field_info((enum hwatt_eu_field)(i - 1))->section);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(info->key, hwatt_eu_field_info((enum hwatt_eu_field)k)->key);
	}
}

static void a_year_under_the_rules_of_2024(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, "EED-2024");
	const struct hwatt_eu_value *v = r.report.values;
	assert_string_equal(v[HWATT_EU_OWNER].text, "Owner AB, a@example.org");
	assert_int_equal(v[HWATT_EU_OPERATOR].status, HWATT_EU_NOT_AVAILABLE);
	assert_string_equal(v[HWATT_EU_OPERATOR].note, "not stated: data_centre.operator of the site");
	assert_string_equal(v[HWATT_EU_DC_TYPE].text, "colocation");
	assert_int_equal(v[HWATT_EU_LOCATION_NUTS3].status, HWATT_EU_NOT_REPORTED);
	assert_string_equal(v[HWATT_EU_GRID_FUNCTIONS].text, "no");
	NUMBER(HWATT_EU_PD_IT_KW, 9, "751.232876712", HWATT_EU_MEASURED); /* example 19 */
	NUMBER(HWATT_EU_S_DC_M2, 1, "1500.0", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_S_CR_M2, 1, "400.0", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_T_INTAKE_C, 2, "25.00", HWATT_EU_MEASURED);  /* weighed by area */
	NUMBER(HWATT_EU_T_WH_C, 2, "37.50", HWATT_EU_MEASURED);      /* weighed by heat */
	NUMBER(HWATT_EU_E_DC_KWH, 1, "10000000.0", HWATT_EU_MEASURED); /* with gas, unweighted */
	assert_int_equal(r.report.carrier_count, 2);
	assert_string_equal(r.report.carriers[1].name, "natural_gas");
	NUMBER(HWATT_EU_E_DC_BG_KWH, 1, "5000.0", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_E_IT_KWH, 1, "8000000.0", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_W_IN_M3, 1, "4000.0", HWATT_EU_ESTIMATED);
	assert_int_equal(v[HWATT_EU_W_IN_M3].quality, 'E');
	NUMBER(HWATT_EU_W_IN_CATEGORY, 0, "2", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_W_IN_POT_M3, 1, "3000.0", HWATT_EU_MEASURED);
	assert_int_equal(v[HWATT_EU_W_IN_POT_M3].coverage_ppm, 915068); /* 334 of 365 days */
	NUMBER(HWATT_EU_E_REUSE_KWH, 1, "350000.0", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_CDD, 1, "15.5", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_C_STOR_PB, 3, "2.500", HWATT_EU_CUSTOMER_REPORTED);
	NUMBER(HWATT_EU_E_RES_GOO_KWH, 1, "2000000.0", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_E_RES_PPA_KWH, 1, "3000000.0", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_E_RES_OS_KWH, 1, "1000000.0", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_E_RES_TOT_KWH, 1, "6000000.0", HWATT_EU_MEASURED);
	assert_int_equal(r.report.statement_count, 2);
	assert_int_equal(v[HWATT_EU_DATA_IN_BYTES].status, HWATT_EU_NOT_AVAILABLE); /* another site's */
	NUMBER(HWATT_EU_PUE, 6, "1.250000", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_WUE, 6, "0.500000", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_ERF, 6, "0.035000", HWATT_EU_MEASURED);
	NUMBER(HWATT_EU_REF, 6, "0.600000", HWATT_EU_MEASURED);
	assert_int_equal(v[HWATT_EU_PUE_CLASS].status, HWATT_EU_NOT_REPORTED);
	for (size_t i = 0; i < r.report.invariant_count; i++)
		assert_true(!r.report.invariants[i].checked || r.report.invariants[i].holds);
	assert_true(r.report.invariants[0].checked && r.report.invariants[5].checked);
	loading_end(&r.l);
}

static void the_same_year_under_the_rules_of_2026(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, "EED-2026");
	assert_string_equal(r.report.values[HWATT_EU_PUE_CLASS].text, "B");
	assert_int_equal(r.report.values[HWATT_EU_WUE].status, HWATT_EU_NOT_AVAILABLE); /* nobody read the freshwater */
	assert_int_equal(r.report.values[HWATT_EU_W_IN_POT_M3].status, HWATT_EU_NOT_REPORTED);
	assert_int_equal(r.report.values[HWATT_EU_LOCATION_LAU].status, HWATT_EU_NOT_REPORTED);
	assert_string_equal(r.report.values[HWATT_EU_LOCATION_NUTS3].text, "SE332");
	loading_end(&r.l);
}

static void what_contradicts_itself_shows(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, "EED-2024");
	r.d.slices[0].generator = domain_energy(11000000, 0, 365);
	r.d.slices[0].it = domain_energy(0, 0, 0);
	eu_report_fill(&r.facts, r.l.arena, &r.report);
	assert_true(r.report.invariants[1].checked);
	assert_false(r.report.invariants[1].holds);
	assert_non_null(strstr(r.report.invariants[1].words, "backup generators"));
	assert_false(r.report.invariants[0].checked); /* E_IT is not known: not 0 */
	assert_int_equal(r.report.values[HWATT_EU_E_IT_KWH].status, HWATT_EU_NOT_AVAILABLE);
	loading_end(&r.l);
}

static void regress_5_an_impossible_value_has_no_class(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, "EED-2026");
	r.d.period.site_count = 1;
	r.d.slices[0].pue[1] = r.d.site.pue[1] = domain_energy(4000000, 8000000, 365); /* and 500 MWh of gas */
	r.d.site.pue[1].num_mpe = r.d.slices[0].pue[1].num_mpe = r.d.site.pue[1].num * 10000;
	eu_report_fill(&r.facts, r.l.arena, &r.report);
	assert_string_equal(r.report.values[HWATT_EU_PUE].note, "PHYS_IMPOSSIBLE");
	assert_int_equal(r.report.values[HWATT_EU_PUE_CLASS].status, HWATT_EU_NOT_AVAILABLE);
	assert_string_equal(r.report.values[HWATT_EU_PUE_CLASS].text, "");
	loading_end(&r.l);
}

static void regress_5_a_certificate_that_stands_twice_shows(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, "EED-2024");
	assert_int_equal(r.report.invariant_count, 7);
	assert_true(r.report.invariants[6].checked && r.report.invariants[6].holds);
	((struct certificate *)(uintptr_t)r.d.period.certificates[3])->twice = true; /* nuclear: it does not count here */
	eu_report_fill(&r.facts, r.l.arena, &r.report);
	assert_true(r.report.invariants[6].holds);
	((struct certificate *)(uintptr_t)r.d.period.certificates[0])->twice = true;
	eu_report_fill(&r.facts, r.l.arena, &r.report);
	assert_true(r.report.invariants[6].checked);
	assert_false(r.report.invariants[6].holds);
	loading_end(&r.l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_a_row_of_its_own),
		cmocka_unit_test(a_year_under_the_rules_of_2024),
		cmocka_unit_test(the_same_year_under_the_rules_of_2026),
		cmocka_unit_test(what_contradicts_itself_shows),
		cmocka_unit_test(regress_5_an_impossible_value_has_no_class),
		cmocka_unit_test(regress_5_a_certificate_that_stands_twice_shows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
