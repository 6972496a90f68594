/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Matching by the hour on the whole path: certificates and their hours from files, a store of quarters, figures and verdicts of the running
 * evaluation and of a report; held against sums that are made here, quarter by quarter. */
#include "loading.h"
#include "folder.h"

#include "collectors.h"
#include "evaluation.h"
#include "followup.h"
#include "snapshot.h"
#include <hallwatt/arena.h>
#include <hallwatt/reading.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { GRID, UPS, PDU_A, PDU_B, POINTS };

#define OCTOBER_S (civil_day(2026, 9, 30) * 86400 + 22 * 3600)  /* midnight in Stockholm, in summer time */
#define NOVEMBER_S (civil_day(2026, 10, 31) * 86400 + 23 * 3600) /* in winter time */
#define HOURS ((size_t)745)                                     /* one day has 25 */
#define KWH_MJ (1000 * HWATT_MJ_PER_WH)

static const struct store_point points[POINTS] = {
	[GRID] = { .device = "grid-1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	[UPS] = { .device = "ups-1", .index = "1", .role = HWATT_UPS_OUTPUT, .quantity = HWATT_ENERGY },
	[PDU_A] = { .device = "pdu-a", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	[PDU_B] = { .device = "pdu-b", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
};

static const char hall[] =
	"sites: [{id: s1, country: SE, bidding_zone: SE3, timezone: Europe/Stockholm}]\ncontracts: [c.yaml]\n"
	"certificates: [g.csv]\nproduction: [p*.csv]\nfactors: [f.csv]\ndevices:\n"
	"  - {id: grid-1, address: snmp://a, site: s1, power_role: grid}\n"
	"  - {id: ups-1, address: snmp://a, site: s1, power_role: ups_output, fed_by: grid-1}\n"
	"  - {id: pdu-a, address: snmp://a, site: s1, power_role: pdu, fed_by: ups-1}\n"
	"  - {id: pdu-b, address: snmp://a, site: s1, power_role: pdu, fed_by: ups-1}\n";
static const char contract[] =
	"id: c\ntitle: t\nbuyer: b\nsupplier: s\nvalid: {from: 2026-10-01, to: 2026-10-31}\nscope: [{device: pdu-a}]\nrequirements:\n"
	"  - {id: annual, type: renewable_share, min: 0.1, window: month, min_coverage: 0.5}\n"
	"  - {id: monthly, type: renewable_share, min: 0.1, window: month, matching: monthly, min_coverage: 0.5}\n"
	"  - {id: hourly, type: renewable_share, min: 0.1, window: month, matching: hourly, min_coverage: 0.5}\n"
	"  - {id: quarters, type: renewable_share, min: 0.1, window: month, matching: quarter_hourly, min_coverage: 0.5}\n"
	"  - {id: cfe, type: cfe_score, min: 0.1, window: month, min_coverage: 0.5}\n";
static const char factors[] = "kind,zone,year,value,unit,published,source\ncarbon_free,SE3,2026,0.6,share,2026-09-01,made up\n";

struct quarter { int64_t uj2[POINTS]; int32_t covered_ms; };

struct rig {
	struct folder folder;
	struct loading l;
	struct config *config;
	struct inventory *inventory;
	struct store *store, *reader;
	struct quarter quarters[(size_t)31 * 96 + 4];
};

static void ok(int rc, const struct hwatt_error *err)
{
	if (rc < 0)
		fail_msg("%s", err->text);
}

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static void add_quarters(struct rig *r, uint64_t *seed, bool gaps)
{
	struct hwatt_error err;
	int64_t ids[POINTS], context;
	struct store_context where = { .device = "pdu" };
	ok(store_context_id(r->store, &where, &context, &err), &err);
	for (int p = 0; p < POINTS; p++)
		ok(store_point_id(r->store, &points[p], &ids[p], &err), &err);
	ok(store_begin(r->store, &err), &err);
	for (size_t q = 0; q < HOURS * 4; q++) {
		int64_t own = (int64_t)(next(seed) % 400000) + 100000, rest = (int64_t)(next(seed) % 400000) + 100000;
		int64_t mw[POINTS] = { (own + rest) * 14 / 10, own + rest, own, rest };
		bool gap = gaps && next(seed) % 30 == 0;
		r->quarters[q].covered_ms = gap ? 300000 : QUARTER_MS;
		for (int p = 0; p < POINTS; p++) {
			struct interval i = { .start_s = OCTOBER_S + (int64_t)q * QUARTER_S, .kind = points[p].kind, .source = 'D', .state = 'G',
					      .quality = gap ? 'L' : 'M', .samples = 30, .last = mw[p], .covered_ms = r->quarters[q].covered_ms };
			i.amount = r->quarters[q].uj2[p] = 2 * mw[p] * i.covered_ms;
			ok(store_append(r->store, ids[p], context, &i, &err), &err);
		}
	}
	ok(store_commit(r->store, &err), &err);
}

static struct rig *rig_new(const char *certificates, const char *production, uint64_t *seed, bool gaps)
{
	struct rig *r = hwatt_alloc(sizeof(*r));
	struct hwatt_error err;
	char path[96];
	*r = (struct rig){ .folder = folder_new(), .l = loading_begin() };
	folder_write(&r->folder, "h.yaml", hall);
	folder_write(&r->folder, "c.yaml", contract);
	folder_write(&r->folder, "f.csv", factors);
	folder_write(&r->folder, "g.csv", certificates);
	if (production != NULL)
		folder_write(&r->folder, "p.csv", production);
	snprintf(path, sizeof(path), "%s/h.yaml", r->folder.path);
	r->config = config_load(path, &r->l.report);
	assert_string_equal(loading_mistakes(&r->l), "");
	r->inventory = inventory_build(r->config, &r->l.report);
	assert_string_equal(loading_mistakes(&r->l), "");
	snprintf(path, sizeof(path), "%s/state", r->folder.path);
	ok(store_open(path, NULL, &r->store, &err), &err);
	ok(store_open_reader(path, &r->reader, &err), &err);
	add_quarters(r, seed, gaps);
	return r;
}

static void rig_free(struct rig *r)
{
	store_close(r->reader);
	store_close(r->store);
	inventory_free(r->inventory);
	config_free(r->config);
	folder_gone(&r->folder);
	loading_end(&r->l);
	free(r);
}

static struct hwatt_view_hall *judge(struct rig *r)
{
	struct evaluation *e;
	struct hwatt_error err;
	ok(evaluation_open(r->inventory, r->store, NULL, NOVEMBER_S + 3600, &e, &err), &err);
	struct hwatt_view_hall *hall_view = evaluation_judge(e, NOVEMBER_S + 3600);
	evaluation_close(e);
	return hall_view;
}

static const struct hwatt_view_requirement *verdict(const struct hwatt_view_hall *h, const char *id)
{
	for (size_t i = 0; i < h->requirement_count; i++)
		if (strcmp(h->requirements[i].requirement, id) == 0)
			return &h->requirements[i];
	fail_msg("no requirement %s", id);
	return NULL;
}

static void expect(const struct hwatt_view_requirement *v, enum hwatt_status status, const char *reasons)
{
	if (v->status != status || strcmp(v->reasons, reasons) != 0)
		fail_msg("%s: %s / %s: %s", v->requirement, hwatt_status_name(v->status), v->reasons, v->sentence.en);
}

/* The figure of a report on the site, "" or the contract. */
static struct hwatt_view_kpi reported(struct rig *r, const char *kind, const char *kpi)
{
	const struct hwatt_followup *f;
	struct hwatt_error err;
	struct hwatt_view_kpi out = { .known = false };
	ok(followup_make(r->inventory, r->reader, &(struct followup_ask){ "c", "2026-10", NULL, NOVEMBER_S + 7200 }, &f, &err), &err);
	for (size_t i = 0; i < f->series_count; i++)
		if (strcmp(f->series[i].subject_kind, kind) == 0 && strcmp(f->series[i].kpi, kpi) == 0)
			out = f->series[i].whole;
	out.notes = "";
	followup_free(f);
	return out;
}

#define HEAD "statement_id,kind,site,contract,volume,technology,guarantees,production_start,production_end,production_from,production_until," \
	     "transaction_time,domain_country,device_gsrn\n"
#define WIND HEAD "W,go,s1,,900 kWh,wind,,2026-10-01,2026-10-31,,,2026-11-01,NO,\n"

/* Hours of the statement W, written as people in Stockholm do: the hour that stands twice has two offsets. */
static void write_hours(struct hwatt_text *text, int64_t *kwh, uint64_t *seed)
{
	hwatt_text_puts(text, "statement_id,start,volume\n");
	for (size_t h = 0; h < HOURS; h++) {
		int64_t start_s = OCTOBER_S + (int64_t)h * 3600, offset = start_s < civil_day(2026, 10, 25) * 86400 + 3600 ? 2 : 1;
		int64_t local_s = start_s + offset * 3600;
		int year, month, day;
		day_civil(local_s / 86400, &year, &month, &day);
		kwh[h] = (int64_t)(next(seed) % 3);
		hwatt_text_printf(text, "W,%04d-%02d-%02dT%02" PRId64 ":00+0%" PRId64 ":00,%" PRId64 " kWh\n", year, month, day,
				  local_s / 3600 % 24, offset, kwh[h]);
	}
}

static hwatt_i128 least(hwatt_i128 a, hwatt_i128 b)
{
	return a < b ? a : b;
}

static void hours_are_held_against_hours_through_the_change_of_the_clock(void **state)
{
	(void)state;
	uint64_t seed = 25;
	int64_t kwh[HOURS + 1];
	struct hwatt_text text;
	hwatt_text_init(&text, 1u << 20);
	write_hours(&text, kwh, &seed);
	struct rig *r = rig_new(WIND, hwatt_text_string(&text), &seed, false);
	hwatt_i128 matched = 0, used = 0;
	for (size_t h = 0; h < HOURS; h++) {
		hwatt_i128 load = 0, made = (hwatt_i128)kwh[h] * KWH_MJ * INTERVAL_UJ2_PER_MJ;
		for (size_t q = 0; q < 4; q++)
			load += r->quarters[h * 4 + q].uj2[GRID];
		matched += least(load, made);
		used += load;
	}
	assert_int_equal((NOVEMBER_S - OCTOBER_S) / 3600, HOURS);
	struct hwatt_view_kpi share = reported(r, "site", "renewable_share_hourly"), cfe = reported(r, "site", "cfe_score");
	assert_true(share.known && cfe.known);
	assert_int_equal(share.coverage_ppm, 1000000);
	/* what the statement holds and no hour tells may be of any hour: the value is the least */
	assert_int_equal(hwatt_ratio_compare(share.value, (struct hwatt_ratio){ matched, used }), 0);
	assert_int_equal(hwatt_ratio_compare(cfe.value, (struct hwatt_ratio){ matched * 10 + (used - matched) * 6, used * 10 }), 0);
	struct hwatt_view_hall *live = judge(r);
	for (size_t i = 0; i < live->kpi_count; i++) /* the running evaluation sums the same */
		if (strcmp(live->kpis[i].kpi, "renewable_share_hourly") == 0 && strcmp(live->kpis[i].subject_kind, "contract") == 0 &&
		    strcmp(live->kpis[i].window, "contract") == 0)
			assert_int_equal(hwatt_ratio_compare(live->kpis[i].value, reported(r, "contract", "renewable_share_hourly").value), 0);
	expect(verdict(live, "hourly"), HWATT_MET, "OK");
	expect(verdict(live, "cfe"), HWATT_MET, "OK");
	expect(verdict(live, "quarters"), HWATT_NOT_ENOUGH_DATA, "NOT_RESOLVED"); /* an hour is not taken apart */
	assert_false(verdict(live, "quarters")->known);
	assert_non_null(strstr(verdict(live, "quarters")->sentence.en, "in which quarter of an hour"));
	assert_non_null(strstr(verdict(live, "quarters")->sentence.sv, "kvart för kvart"));
	assert_null(strstr(verdict(live, "hourly")->sentence.en, "the same for all its customers"));
	snapshot_hall_release(live);
	hwatt_text_free(&text);
	rig_free(r);
}

static void without_hours_nothing_is_said_but_what_no_hour_could_mend(void **state)
{
	(void)state;
	uint64_t seed = 3;
	struct rig *r = rig_new(WIND, NULL, &seed, false);
	struct hwatt_view_hall *live = judge(r);
	expect(verdict(live, "annual"), HWATT_MET, "OK");
	expect(verdict(live, "monthly"), HWATT_MET, "OK");
	expect(verdict(live, "hourly"), HWATT_NOT_ENOUGH_DATA, "NOT_RESOLVED");
	assert_non_null(strstr(verdict(live, "hourly")->sentence.en, "Ask the supplier for the hourly production of the plants"));
	assert_non_null(strstr(verdict(live, "hourly")->sentence.nb, "time for time"));
	snapshot_hall_release(live);
	rig_free(r);
	/* 20 kWh are too few, whenever they were produced */
	r = rig_new(HEAD "W,go,s1,,20 kWh,wind,,2026-10-01,2026-10-31,,,2026-11-01,NO,\n", NULL, &seed, false);
	live = judge(r);
	expect(verdict(live, "annual"), HWATT_NOT_MET, "LIMIT");
	expect(verdict(live, "hourly"), HWATT_NOT_MET, "LIMIT_CERTAIN");
	expect(verdict(live, "cfe"), HWATT_MET, "OK"); /* the grid alone is beyond that */
	snapshot_hall_release(live);
	rig_free(r);
}

/* At midnight UTC of 24 October the clocks in Stockholm show two: of the day's 25 hours two are called 02:00. */
static void granular_certificates_count_in_their_own_hour(void **state)
{
	(void)state;
	uint64_t seed = 8;
	struct rig *r = rig_new(HEAD "A,go,,c,50 Wh,wind,,2026-10-25,2026-10-25,00:00,01:00,2026-11-01,NO,\n"
				     "B,go,,c,50 Wh,wind,,2026-10-25,2026-10-25,01:00,02:00,2026-11-01,NO,\n"
				     "C,go,,c,100 kWh,wind,,2026-10-25,2026-10-25,02:00,03:00,2026-11-01,NO,\n" /* more than was used */
				     "D,go,,c,100 Wh,wind,,2026-09-30,2026-09-30,22:00,22:15,2026-11-01,NO,\n" /* in October, in Stockholm */
				     "E,go,,c,100 Wh,wind,,2026-09-30,2026-09-30,21:00,22:00,2026-11-01,NO,\n" /* and not */
				     "F,go,,c,100 Wh,nuclear,,2026-10-05,2026-10-05,10:00,11:00,2026-11-01,NO,\n", NULL, &seed, false);
	struct hwatt_view_hall *live = judge(r);
	const struct hwatt_view_requirement *hourly = verdict(live, "hourly"), *annual = verdict(live, "annual");
	hwatt_i128 own = 0, whole = 0, hour = 0, dc = 0;
	for (size_t q = 0; q < HOURS * 4; q++) {
		own += r->quarters[q].uj2[PDU_A];
		whole += r->quarters[q].uj2[PDU_A] + r->quarters[q].uj2[PDU_B];
		dc += r->quarters[q].uj2[GRID];
	}
	for (size_t q = 0; q < 4; q++)
		hour += r->quarters[(24 * 24 + 4) * 4 + q].uj2[PDU_A];
	double share = (double)own / (double)whole, load = (double)dc * share, wh = 3600e6 * 2;
	double matched = 200 * wh + (double)hour / (double)own * load; /* two hours, a quarter, and all of an hour's load */
	assert_true(hourly->known && annual->known);
	double got = hwatt_ratio_double(hourly->value);
	if (got < matched / load * 0.99999 || got > matched / load * 1.00001)
		fail_msg("%.9f, not %.9f", got, matched / load);
	double all = hwatt_ratio_double(annual->value);
	assert_true(all > 100200 * wh / load * 0.99999 && all < 100200 * wh / load * 1.00001);
	snapshot_hall_release(live);
	rig_free(r);
}

/* What was produced while the meters were silent counts for as much as they were not; an hour counts as measured from 0.9 on. */
static void hours_with_gaps_lower_the_coverage(void **state)
{
	(void)state;
	uint64_t seed = 77;
	int64_t kwh[HOURS + 1];
	struct hwatt_text text;
	hwatt_text_init(&text, 1u << 20);
	write_hours(&text, kwh, &seed);
	struct rig *r = rig_new(WIND, hwatt_text_string(&text), &seed, true);
	hwatt_i128 matched = 0, used = 0;
	int64_t measured = 0;
	for (size_t h = 0; h < HOURS; h++) {
		hwatt_i128 load = 0;
		int64_t covered_ms = 0;
		for (size_t q = 0; q < 4; q++) {
			load += r->quarters[h * 4 + q].uj2[GRID];
			covered_ms += r->quarters[h * 4 + q].covered_ms;
		}
		hwatt_i128 made = (hwatt_i128)kwh[h] * KWH_MJ * covered_ms / 3600000 * INTERVAL_UJ2_PER_MJ;
		matched += least(load, made);
		used += load;
		measured += covered_ms * 10 >= 36000000 * INT64_C(9) / 10;
	}
	struct hwatt_view_kpi share = reported(r, "site", "renewable_share_hourly");
	assert_int_equal(hwatt_ratio_compare(share.value, (struct hwatt_ratio){ matched, used }), 0);
	assert_true(measured > 500 && measured < 745);
	assert_int_equal(share.coverage_ppm, measured * 1000000 / 745);
	assert_int_equal(share.quality, 'L');
	hwatt_text_free(&text);
	rig_free(r);
}

static struct hwatt_ratio hourly_of(struct evaluation *e)
{
	struct hwatt_view_hall *view = evaluation_judge(e, NOVEMBER_S + 3600);
	struct hwatt_ratio value = verdict(view, "hourly")->value;
	snapshot_hall_release(view);
	return value;
}

/* A quarter of long ago is told anew: the running evaluation ends where one that begins now does. */
static void a_late_correction_reaches_its_hour(void **state)
{
	(void)state;
	uint64_t seed = 41;
	int64_t kwh[HOURS + 1], id, context;
	struct hwatt_text text;
	struct hwatt_error err;
	struct evaluation *running, *fresh;
	hwatt_text_init(&text, 1u << 20);
	write_hours(&text, kwh, &seed);
	struct rig *r = rig_new(WIND, hwatt_text_string(&text), &seed, false);
	ok(evaluation_open(r->inventory, r->store, NULL, NOVEMBER_S + 3600, &running, &err), &err);
	struct hwatt_ratio before = hourly_of(running);
	struct store_context where = { .device = "pdu" };
	ok(store_context_id(r->store, &where, &context, &err), &err);
	ok(store_point_id(r->store, &points[GRID], &id, &err), &err);
	size_t hour = 100;
	while (kwh[hour] == 0)
		hour++;
	struct interval i = { .start_s = OCTOBER_S + (int64_t)hour * 3600, .source = 'D', .quality = 'M', .state = 'G', .samples = 30,
			      .covered_ms = QUARTER_MS, .amount = 2 * INT64_C(9000000) * QUARTER_MS, .correction = true };
	ok(store_begin(r->store, &err), &err);
	ok(store_append(r->store, id, context, &i, &err), &err);
	ok(store_commit(r->store, &err), &err);
	evaluation_interval(running, id, &i);
	struct hwatt_ratio after = hourly_of(running);
	ok(evaluation_open(r->inventory, r->store, NULL, NOVEMBER_S + 3600, &fresh, &err), &err);
	assert_int_equal(hwatt_ratio_compare(after, hourly_of(fresh)), 0);
	assert_true(hwatt_ratio_compare(before, after) != 0);
	evaluation_close(fresh);
	evaluation_close(running);
	hwatt_text_free(&text);
	rig_free(r);
}

/* Rows at random: statements with and without hours, granular ones, deliveries of the same plants. */
static void write_random(struct hwatt_text *certificates, struct hwatt_text *production, uint64_t *seed)
{
	static const char *const kinds[] = { "go", "ppa" }, *const guarantees[] = { "", "cancelled" };
	hwatt_text_puts(certificates, HEAD);
	hwatt_text_puts(production, "statement_id,start,minutes,volume\n");
	for (int i = 0; i < 12; i++) {
		size_t kind = next(seed) % 2;
		int first = 1 + (int)(next(seed) % 20), last = first + (int)(next(seed) % 11);
		bool own = next(seed) % 3 == 0;
		hwatt_text_printf(certificates, "R%d,%s,%s,%s,%d kWh,wind,%s,2026-10-%02d,2026-10-%02d,,,2026-11-01,NO,%s%d\n", i, kinds[kind],
				  own ? "" : "s1", own ? "c" : "", 30, guarantees[kind], first, last, next(seed) % 2 == 0 ? "P" : "Q", (int)(next(seed) % 2));
		int minutes = next(seed) % 2 == 0 ? 60 : 15;
		for (int n = 0; n < (int)(next(seed) % 3) * 15; n++)
			hwatt_text_printf(production, "R%d,2026-10-%02dT%02d:00Z,%d,%d Wh\n", i, first + n / 24, n % 24, minutes,
					  (int)(next(seed) % 1000));
	}
	for (int i = 0; i < 20; i++) {
		int hour = (int)(next(seed) % 23), day = 1 + (int)(next(seed) % 31);
		hwatt_text_printf(certificates, "G%d,go,s1,,%d Wh,solar,,2026-10-%02d,2026-10-%02d,%02d:00,%02d:00,2026-11-01,NO,P0\n", i,
				  1 + (int)(next(seed) % 900), day, day, hour, hour + 1);
	}
}

static void finer_matching_never_exceeds_coarser_on_the_whole_path(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int round = 0; round < 12; round++) {
		struct hwatt_text certificates, production;
		hwatt_text_init(&certificates, 1u << 20);
		hwatt_text_init(&production, 1u << 20);
		write_random(&certificates, &production, &seed);
		struct rig *r = rig_new(hwatt_text_string(&certificates), hwatt_text_string(&production), &seed, round % 2 == 1);
		struct hwatt_view_hall *live = judge(r);
		static const char *const finer[] = { "quarters", "hourly", "monthly", "annual" };
		struct hwatt_ratio before = { 0, 1 };
		for (size_t i = 0; i < sizeof(finer) / sizeof(finer[0]); i++) {
			const struct hwatt_view_requirement *v = verdict(live, finer[i]);
			if (!v->known)
				continue;
			if (hwatt_ratio_compare(before, v->value) > 0)
				fail_msg("round %d: %s is %.9f, what is finer %.9f", round, finer[i], hwatt_ratio_double(v->value),
					 hwatt_ratio_double(before));
			before = v->value;
		}
		assert_true(verdict(live, "hourly")->known && before.num > 0);
		assert_true(hwatt_ratio_compare(verdict(live, "cfe")->value, verdict(live, "hourly")->value) >= 0);
		snapshot_hall_release(live);
		rig_free(r);
		hwatt_text_free(&certificates);
		hwatt_text_free(&production);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_are_held_against_hours_through_the_change_of_the_clock),
		cmocka_unit_test(without_hours_nothing_is_said_but_what_no_hour_could_mend),
		cmocka_unit_test(granular_certificates_count_in_their_own_hour),
		cmocka_unit_test(hours_with_gaps_lower_the_coverage),
		cmocka_unit_test(a_late_correction_reaches_its_hour),
		cmocka_unit_test(finer_matching_never_exceeds_coarser_on_the_whole_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
