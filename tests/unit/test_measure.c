/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Registers of water and heat: from polls to quarters, to WUE and ERF, beside what people write down. */
#include "loading.h"
#include "folder.h"

#include "collectors.h"
#include "domain.h"
#include "eu_report.h"
#include "evaluation.h"
#include "meterset.h"
#include "snapshot.h"
#include "sources.h"
#include <stdlib.h>

#define START_MS INT64_C(1800000000000) /* a quarter's start */
#define LITRES(l) ((hwatt_i128)(l) * HWATT_PPM)

/* --- the configuration ------------------------------------------------------------------------------------------- */

/* Loads a hall with these rows under `measures` and these readings; its mistakes, or else its notes, are as expected. */
static void expect(const char *measures, const char *readings, const char *mistakes, const char *notes)
{
	struct folder folder = folder_new();
	struct loading l = loading_begin();
	struct hwatt_text text;
	char path[96];
	hwatt_text_init(&text, 1u << 16);
	hwatt_text_printf(&text, "sites: [{id: s1}]\nreadings: r.csv\ndevices:\n  - {id: m-1, address: snmp://a, site: s1,\n     measures: %s}\n", measures);
	folder_write(&folder, "h.yaml", hwatt_text_string(&text));
	hwatt_text_reset(&text);
	hwatt_text_printf(&text, "site,quantity,meter,from,to,value,unit,author\n%s", readings);
	folder_write(&folder, "r.csv", hwatt_text_string(&text));
	snprintf(path, sizeof(path), "%s/h.yaml", folder.path);
	struct config *config = config_load(path, &l.report);
	char *said = folder_strip(&folder, loading_mistakes(&l));
	assert_string_equal(said, mistakes);
	free(said);
	assert_true((config != NULL) == (mistakes[0] == '\0'));
	if (config != NULL) {
		hwatt_text_reset(&text);
		report_print(&config->notes, &text);
		said = folder_strip(&folder, hwatt_text_string(&text));
		assert_string_equal(said, notes);
		free(said);
	}
	hwatt_text_free(&text);
	config_free(config);
	folder_gone(&folder);
	loading_end(&l);
}

static void a_register_and_a_reading_of_one_meter_are_told_apart(void **state)
{
	(void)state;
	expect("{quantity: water}", "", "", "");
	expect("[{quantity: water, index: \"1\"}, {quantity: water_potable, index: \"1\"}, {quantity: heat_reused}]",
	       "s1,water,vatten-2,2026-01-01,2026-01-31,5,m3,Kari\n", "", ""); /* another meter */
	expect("{quantity: water, meter: vatten-1}", "s1,water,vatten-1,2026-01-01,2026-01-31,5,m3,Kari\n", "",
	       "r.csv:2:1: vatten-1 is polled from m-1, which goes before what is written down: readings of it count where they end before "
	       "the first poll, and for months in which it was not polled at all\n");
	expect("{quantity: water}", "s1,water,,2026-01-01,2026-01-31,5,m3,Kari\n",
	       "r.csv:2:1: water of site s1 is polled from m-1, too; say under \"meter\" which one this is: \"m-1\" if it is the same meter (it "
	       "counts once), or another name\n", "");
	expect("[{quantity: water}, {quantity: water, index: \"1\", meter: b}]", "",
	       "h.yaml:5:36: water of this register counts already by the row at line 5; a register counts once\n", "");
	expect("{quantity: watr}", "", "h.yaml:5:27: \"watr\" is not known here; did you mean \"water\"?\n", "");
	expect("[{quantity: heat_removed, index: \"1\", meter: k}, {quantity: heat_removed, index: \"2\", meter: k}]", "",
	       "h.yaml:5:65: heat_removed of site s1 is measured by m-1 already, under the same name \"k\"; give one of them another name under "
	       "\"meter\"\n", "");
}

/* --- from polls to quarters -------------------------------------------------------------------------------------- */

struct seen { hwatt_i128 amount, unknown; int64_t covered_ms; int quarters; char worst; };

static void on_quarter(void *arg, const struct store_point *point, const struct interval *interval)
{
	struct seen *seen = &((struct seen *)arg)[point->quantity == HWATT_THERMAL_ENERGY];
	assert_int_equal(point->kind, point->quantity == HWATT_THERMAL_ENERGY ? INTERVAL_ENERGY : INTERVAL_FLOW);
	seen->amount += interval->amount;
	seen->unknown += interval->unknown_max;
	seen->covered_ms += interval->covered_ms;
	seen->worst = quality_worse(seen->worst, interval->quality);
	seen->quarters++;
}

/* One poll of a water register in counts of 10 L modulo 100,000, and of a heat register in kWh. */
static void poll_at(struct meterset *set, int64_t ms, int64_t water, int64_t heat, struct seen *seen)
{
	struct target_point points[] = {
		{ .role = HWATT_SENSOR, .quantity = HWATT_WATER_VOLUME, .index = "1.1", .name = "", .source = "", .step = 10, .modulus = 100000 },
		{ .role = HWATT_SENSOR, .quantity = HWATT_THERMAL_ENERGY, .index = "2.1", .name = "", .source = "", .step = INT64_C(3600000000) },
	};
	int64_t kept[] = { water, heat };
	uint32_t at[] = { 1, 1 };
	struct target_values values = { .epoch_ms = ms - 1, .from = 1, .kept = kept, .at = at };
	struct meterset_poll poll = { .points = points, .values = &values, .count = 2, .wall_ms = START_MS + ms, .mono_ms = ms };
	meterset_feed(set, &poll, NULL, on_quarter, seen);
}

static void registers_of_water_and_heat_are_metered(void **state)
{
	(void)state;
	struct seen seen[2] = { { .worst = 'M' }, { .worst = 'M' } };
	struct meterset *set = meterset_new("m-1", (struct meterset_settings){ .interval_ms = 30000, .rated_mw = 1000 }, NULL);
	int64_t ms = 0;
	for (; ms <= 900000; ms += 30000) /* 20 L a minute; 60 kW, more than the device's own 1 W */
		poll_at(set, ms, 99900 + ms / 30000, 100 + ms / 60000, seen);
	assert_true(seen[0].amount == 300 && seen[1].amount == (hwatt_i128)15 * 3600000 * INTERVAL_UJ2_PER_J);
	assert_int_equal(seen[0].covered_ms, QUARTER_MS);
	assert_int_equal(seen[0].worst, 'M');
	ms = 4500000; /* silent for an hour, in which the register began anew: it counts what flowed */
	poll_at(set, ms, (99900 + 150) % 100000, 100 + 75, seen);
	assert_true(seen[0].amount == 1500);
	assert_int_equal(seen[0].covered_ms, 5 * QUARTER_MS);
	assert_int_equal(seen[0].worst, 'E'); /* how it was spread is not known */
	seen[0].worst = 'M';
	poll_at(set, ms + 30000, 51, 175, seen);
	poll_at(set, ms + 60000, 30, 3, seen); /* set back: 30 counts since, no 99,979 */
	for (ms += 90000; ms <= 5400000; ms += 30000)
		poll_at(set, ms, 30, 3, seen);
	assert_true(seen[0].amount == 1500 + 10 + 300 && seen[0].unknown > 0);
	assert_int_equal(seen[0].worst, 'R');
	struct meterset_total total;
	size_t next = meterset_total(set, 0, &total);
	assert_int_equal(total.quantity, HWATT_WATER_VOLUME);
	assert_int_equal(total.total.uj2, 1810);
	assert_int_not_equal(meterset_total(set, next, &total), 0);
	assert_int_equal(total.quantity, HWATT_THERMAL_ENERGY);
	assert_int_equal(total.total.j, (75 + 3) * 3600000);
	meterset_free(set);
}

static void a_jump_that_no_pipe_carries_is_no_water(void **state)
{
	(void)state;
	struct seen seen[2] = { { .worst = 'M' }, { .worst = 'M' } };
	struct meterset *set = meterset_new("m-1", (struct meterset_settings){ .interval_ms = 30000 }, NULL);
	for (int64_t ms = 0; ms <= 900000; ms += 30000)
		poll_at(set, ms, ms < 300000 ? 0 : ms == 300000 ? 50000 : 0, 1, seen);
	assert_true(seen[0].amount == 0); /* 500 m3 in half a minute, and back */
	assert_int_equal(seen[0].quarters, 1);
	meterset_free(set);
}

/* --- from quarters to figures ------------------------------------------------------------------------------------ */

static struct kpi_pair counted(hwatt_i128 num, int64_t mpe_ppm, int64_t days)
{
	struct kpi_pair pair = { .num = num, .num_mpe = num * mpe_ppm, .covered_ms = days * DOMAIN_DAY_S * 1000, .quarters = (int32_t)(days * 96),
				 .unrated = mpe_ppm == 0 };
	pair.letters[0] = pair.quarters;
	return pair;
}

struct polled { /* three months of 30 days with 100 MWh of IT energy each, and two water meters */
	struct domain d;
	struct kpi_pair counts[3][2];
	struct kpi_resource resources[2];
};

static void begin(struct polled *p)
{
	domain_begin(&p->d, 90);
	p->d.site.slice_count = 3;
	memset(p->counts, 0, sizeof(p->counts));
	for (int m = 0; m < 3; m++) {
		p->d.slices[m] = (struct kpi_slice){ .from_s = m * 30 * DOMAIN_DAY_S, .to_s = (m + 1) * 30 * DOMAIN_DAY_S, .from_day = m * 30,
						     .to_day = (m + 1) * 30, .it = domain_energy(100000, 0, 30), .resources = p->counts[m] };
		p->d.slices[m].it.num_mpe = p->d.slices[m].it.num * 10000;
	}
	p->resources[0] = (struct kpi_resource){ LOGBOOK_WATER, "a", 0, 1000, 1 };
	p->resources[1] = (struct kpi_resource){ LOGBOOK_WATER, "b", SOURCES_NEVER, 1000, 1 };
	p->d.site.resources = p->resources;
	p->d.site.resource_count = 1;
}

static struct kpi wue(struct polled *p)
{
	struct kpi out;
	kpi_wue(&p->d.period, &out);
	return out;
}

static void what_a_register_counted_makes_the_figure(void **state)
{
	(void)state;
	struct polled p;
	begin(&p);
	for (int m = 0; m < 3; m++)
		p.counts[m][0] = counted(LITRES(50000), 20000, 30);
	struct kpi out = wue(&p);
	EXPECT(out.value, 6, "0.500000");
	EXPECT(out.coverage, 2, "1.00");
	EXPECT(out.numerator, 0, "150");
	assert_true(out.certain); /* 2 % and 1 %, as limits: u = 0.5 x sqrt(5) % / sqrt(3) */
	EXPECT(((struct hwatt_ratio){ out.u_nano, 1000000000 }), 6, "0.006455");
	p.counts[1][0].unrated = 1;
	assert_false(wue(&p).certain);
	p.counts[1][0] = counted(LITRES(50000), 20000, 26); /* less than 0.9 of the month: it does not count */
	out = wue(&p);
	EXPECT(out.value, 6, "0.500000");
	EXPECT(out.coverage, 4, "0.6667");
	p.counts[1][0] = counted(LITRES(50000), 20000, 30);
	p.counts[1][0].letters[5] = 1; /* a reset in it shows */
	assert_int_equal(wue(&p).quality, 'R');
}

static void one_meter_counts_once(void **state)
{
	(void)state;
	struct polled p;
	begin(&p);
	for (int m = 0; m < 3; m++) {
		p.counts[m][0] = counted(LITRES(50000), 20000, 30);
		domain_read(&p.d, LOGBOOK_WATER, m * 30, (m + 1) * 30, 70 * 1000000);
	}
	p.d.tracks[0].meter = "a";
	p.d.tracks[0].accuracy_ppm = 20000;
	EXPECT(wue(&p).value, 6, "0.500000"); /* the register goes before what is written down */
	p.resources[0].from_s = 30 * DOMAIN_DAY_S; /* polled from the second month on */
	p.counts[0][0] = (struct kpi_pair){0};
	EXPECT(wue(&p).value, 6, "0.566667");
	EXPECT(wue(&p).coverage, 2, "1.00");
	p.counts[2][0] = (struct kpi_pair){0}; /* not polled at all in the third: it was read */
	EXPECT(wue(&p).value, 6, "0.633333");
	p.counts[2][0] = counted(LITRES(2000), 20000, 1); /* polled for a day: no month of readings hides that */
	EXPECT(wue(&p).value, 6, "0.600000");
	EXPECT(wue(&p).coverage, 4, "0.6667");
	p.d.tracks[0].meter = "c"; /* another meter: both count */
	p.counts[2][0] = counted(LITRES(50000), 20000, 30);
	EXPECT(wue(&p).value, 6, "1.033333");
}

static void a_meter_is_expected_from_its_first_poll_on(void **state)
{
	(void)state;
	struct polled p;
	begin(&p);
	p.d.site.resource_count = 2;
	for (int m = 0; m < 3; m++)
		p.counts[m][0] = counted(LITRES(50000), 20000, 30);
	EXPECT(wue(&p).value, 6, "0.500000"); /* b never answered and is not waited for yet */
	p.resources[1].from_s = 60 * DOMAIN_DAY_S;
	struct kpi out = wue(&p);
	EXPECT(out.coverage, 4, "0.6667"); /* now it is missed */
	p.counts[2][1] = counted(LITRES(30000), 20000, 30);
	out = wue(&p);
	EXPECT(out.value, 6, "0.600000");
	EXPECT(out.coverage, 2, "1.00");
}

/* --- all the way ------------------------------------------------------------------------------------------------- */

enum { GRID, UPS, WATER, CIRCUIT, HEAT, POINTS };

static const char hall[] = "sites: [{id: s1, timezone: UTC}]\nreadings: r.csv\ndevices:\n"
			   "  - {id: grid-1, address: snmp://a, site: s1, power_role: grid, accuracy: 1 %}\n"
			   "  - {id: ups-1, address: snmp://a, site: s1, power_role: ups_output, accuracy: 1 %}\n"
			   "  - {id: m-1, address: snmp://a, site: s1, accuracy: 3 %,\n"
			   "     measures: [{quantity: water, index: \"1.1\", meter: vatten, accuracy: 2 %}, {quantity: heat_reused, index: \"2.1\"}]}\n";

static void append(struct store *store, const int64_t *points, int64_t context, int64_t start_s)
{
	static const int64_t amounts[] = { [GRID] = 1500000 * 2 * QUARTER_MS, [UPS] = 1000000 * 2 * QUARTER_MS, [WATER] = 5, [CIRCUIT] = 900,
					   [HEAT] = 300000 * 2 * QUARTER_MS };
	struct hwatt_error err;
	for (size_t i = 0; i < POINTS; i++) {
		bool flow = i == WATER || i == CIRCUIT;
		struct interval row = { .start_s = start_s, .kind = flow ? INTERVAL_FLOW : INTERVAL_ENERGY, .amount = amounts[i],
					.covered_ms = QUARTER_MS, .source = 'B', .quality = 'M', .state = 'G', .samples = 30, .has_register = true,
					.register_amount = amounts[i], .register_step = 1 };
		if (store_append(store, points[i], context, &row, &err) < 0)
			fail_msg("%s", err.text);
	}
}

static void figure_is(const struct hwatt_view_hall *view, const char *kpi, const char *expected)
{
	for (size_t i = 0; i < view->kpi_count; i++) {
		const struct hwatt_view_kpi *k = &view->kpis[i];
		if (strcmp(k->kpi, kpi) != 0 || strcmp(k->window, "month") != 0)
			continue;
		assert_true(k->known);
		EXPECT(k->value, 4, expected);
		assert_int_equal(k->coverage_ppm, 1000000);
		assert_true(hwatt_ratio_known(k->uncertainty));
		return;
	}
	fail_msg("there is no %s", kpi);
}

static void polled_water_and_heat_reach_figures_and_the_yearly_report(void **state)
{
	(void)state;
	struct folder folder = folder_new();
	struct loading l = loading_begin();
	struct hwatt_error err;
	struct store *store;
	struct evaluation *e = NULL;
	char path[96];
	folder_write(&folder, "h.yaml", hall);
	folder_write(&folder, "r.csv", "site,quantity,meter,from,to,value,unit,accuracy,author\n"
				       "s1,water,vatten,2026-03-01,2026-03-31,1,m3,2 %,Kari\ns1,water,vatten,2026-04-01,2026-04-30,99,m3,2 %,Kari\n");
	snprintf(path, sizeof(path), "%s/h.yaml", folder.path);
	struct config *config = config_load(path, &l.report);
	struct inventory *inventory = config != NULL ? inventory_build(config, &l.report) : NULL;
	assert_string_equal(loading_mistakes(&l), "");
	static const struct store_point made[POINTS] = {
		[GRID] = { .device = "grid-1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
		[UPS] = { .device = "ups-1", .index = "1", .role = HWATT_UPS_OUTPUT, .quantity = HWATT_ENERGY },
		[WATER] = { .device = "m-1", .index = "1.1", .role = HWATT_SENSOR, .quantity = HWATT_WATER_VOLUME, .kind = INTERVAL_FLOW },
		[CIRCUIT] = { .device = "m-1", .index = "2.2", .role = HWATT_SENSOR, .quantity = HWATT_WATER_VOLUME, .kind = INTERVAL_FLOW },
		[HEAT] = { .device = "m-1", .index = "2.1", .role = HWATT_SENSOR, .quantity = HWATT_THERMAL_ENERGY },
	};
	const struct store_context where = { .device = "m-1", .serial = "", .model = "", .firmware = "", .profile = "", .power_role = "",
					     .site = "s1", .config_hash = "", .ruleset_hash = "", .agent_version = "", .clock_source = "" };
	int64_t start_s = civil_day(2026, 4, 1) * 86400, now_s = start_s + 960 * QUARTER_S, points[POINTS], context;
	snprintf(path, sizeof(path), "%s/state", folder.path);
	if (store_open(path, NULL, &store, &err) < 0 || store_begin(store, &err) < 0 || store_context_id(store, &where, &context, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < POINTS; i++)
		assert_int_equal(store_point_id(store, &made[i], &points[i], &err), 0);
	for (int64_t at_s = start_s; at_s < now_s; at_s += QUARTER_S)
		append(store, points, context, at_s);
	if (store_commit(store, &err) < 0 || evaluation_open(inventory, store, NULL, now_s, &e, &err) < 0)
		fail_msg("%s", err.text);
	struct hwatt_view_hall *view = evaluation_judge(e, now_s);
	figure_is(view, "wue", "20.0000"); /* 5 L on a quarter of a kWh: the circuit's water is not used up, what was written down is not added */
	figure_is(view, "erf", "0.2000");
	snapshot_hall_release(view);
	evaluation_close(e);
	struct eu_report *report;
	const struct eu_report_ask ask = { .site = "s1", .year = 2026, .now_s = now_s, .version = "test" };
	if (eu_report_make(inventory, store, NULL, &ask, &report, &err) < 0)
		fail_msg("%s", err.text);
	const struct hwatt_eu_value *v = eu_report_view(report)->values;
	EXPECT(v[HWATT_EU_W_IN_M3].number, 3, "5.800"); /* 4.8 m3 polled, and March by hand */
	assert_string_equal(v[HWATT_EU_W_IN_M3].method, "meters and readings");
	assert_int_equal(v[HWATT_EU_W_IN_M3].coverage_ppm, 41 * 1000000 / 365);
	EXPECT(v[HWATT_EU_W_IN_M3].u_rel, 6, "0.011547"); /* 2 % / sqrt(3) */
	EXPECT(v[HWATT_EU_E_REUSE_KWH].number, 3, "72.000");
	assert_string_equal(v[HWATT_EU_E_REUSE_KWH].method, "meters");
	eu_report_free(report);
	store_close(store);
	inventory_free(inventory);
	config_free(config);
	folder_gone(&folder);
	loading_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_register_and_a_reading_of_one_meter_are_told_apart),
		cmocka_unit_test(registers_of_water_and_heat_are_metered),
		cmocka_unit_test(a_jump_that_no_pipe_carries_is_no_water),
		cmocka_unit_test(what_a_register_counted_makes_the_figure),
		cmocka_unit_test(one_meter_counts_once),
		cmocka_unit_test(a_meter_is_expected_from_its_first_poll_on),
		cmocka_unit_test(polled_water_and_heat_reach_figures_and_the_yearly_report),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
