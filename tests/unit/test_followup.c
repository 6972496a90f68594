/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Follow-ups of a year that is in a store: their figures and verdicts are those that a live evaluation had then. */
#include "loading.h"
#include "folder.h"

#include "allocation.h"
#include "collectors.h"
#include "evaluation.h"
#include "followup.h"
#include "pack.h"
#include "snapshot.h"
#include "verdict_history.h"
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdlib.h>

enum { GRID, UPS, PDU_A, PDU_B, SRV, CPU, LATE, POINTS };

static const struct store_point points[POINTS] = {
	[GRID] = { .device = "grid-1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	[UPS] = { .device = "ups-1", .index = "1", .role = HWATT_UPS_OUTPUT, .quantity = HWATT_ENERGY },
	[PDU_A] = { .device = "pdu-a1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	[PDU_B] = { .device = "pdu-b1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	[SRV] = { .device = "srv-1", .index = "1", .role = HWATT_CHASSIS, .quantity = HWATT_ENERGY },
	[CPU] = { .device = "srv-1", .index = "total", .role = HWATT_CPU, .quantity = HWATT_CPU_UTILISATION, .kind = INTERVAL_LEVEL },
	[LATE] = { .device = "pdu-c1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
};

static const char hall[] =
	"sites: [{id: s1, country: SE, bidding_zone: SE3, timezone: Europe/Stockholm, rated_it_power: 9 kW}]\nracks: [{id: A1, site: s1, usable_power: 11 kW}]\n"
	"contracts: [c.yaml, d.yaml, e.yaml, f.yaml]\nsupplier_figures: [said.csv]\ncertificates: [go.csv]\ndevices:\n"
	"  - {id: grid-1, address: snmp://a, site: s1, power_role: grid, accuracy: 0.7 %}\n"
	"  - {id: ups-1, address: snmp://a, site: s1, power_role: ups_output, accuracy: 2 %, fed_by: grid-1}\n"
	"  - {id: pdu-a1, address: snmp://a, site: s1, rack: A1, power_role: pdu, accuracy: 2 %, fed_by: ups-1}\n"
	"  - {id: pdu-b1, address: snmp://a, site: s1, rack: A1, power_role: pdu, accuracy: 2 %, fed_by: ups-1}\n"
	"  - {id: srv-1, address: snmp://a, site: s1, rack: A1, power_role: it, accuracy: 1 %}\n"
	"  - {id: pdu-c1, address: snmp://a, site: s1, rack: B1, power_role: pdu, fed_by: ups-1}\n";
static const char contract_c[] =
	"id: c\ntitle: {sv: Avtal, en: Contract}\nbuyer: b\nsupplier: s\nvalid: {from: 2025-02-15, to: 2027-06-30}\nscope: [{rack: A1}]\n"
	"requirements:\n"
	"  - {id: month, type: pue, max: 1.42, window: month, min_coverage: 0.5}\n"
	"  - {id: twelve, type: pue, max: 1.38, window: 12 months, min_coverage: 0.5}\n"
	"  - {id: year, type: energy, max: 100 MWh, window: year}\n"
	"  - {id: cpu, type: cpu_utilisation, min: 0.30, window: month, min_coverage: 0.5}\n"
	"  - {id: day, type: pue, max: 1.5, window: day}\n";
static const char contract_d[] =
	"id: d\ntitle: t\nbuyer: b\nsupplier: s\nvalid: {from: 2026-04-01, to: 2026-11-15}\nscope: [{device: pdu-a1, share: 0.4},"
	" {device: pdu-c1}]\nrequirements:\n"
	"  - {id: all, type: energy, max: 9 MWh, window: contract}\n"
	"  - {id: month, type: pue, max: 1.42, window: month, min_coverage: 0.5}\n";
/* Of 1400 W in August some 3 % were not measured. */
static const char said[] =
	"contract,figure,from,to,value,unit,uncertainty,author,document\n"
	"c,energy_dc,2026-08-01,2026-08-31,1015,kWh,15,Supplier AB,report-08.pdf\n"
	"c,energy_dc,2026-08-01,2026-08-31,1.1,MWh,,Supplier AB,report-08b.pdf\n"
	"c,pue2,2026-08-01,2026-08-31,1.30,1,,Supplier AB,report-08.pdf\n"
	"c,energy_dc,2026-10-01,2026-10-31,1,MWh,,Supplier AB,report-10.pdf\n"
	"d,energy_dc,2026-08-01,2026-08-31,1,MWh,,Another,other.pdf\n";
/* One certificate stands in both rows. */
static const char go[] = "statement_id,site,kind,technology,volume,production_start,production_end,cert_id_from,cert_id_to,beneficiary_name\n"
			 "GO-1,s1,go,hydro,2 MWh,2026-07-01,2026-07-31,A100,A101,s\n"
			 "GO-2,s1,go,wind,1 MWh,2026-08-01,2026-08-31,A101,A101,s\n";
/* Needs no time but the month that it is about. */
static const char contract_e[] =
	"id: e\ntitle: t\nbuyer: b\nsupplier: s\nvalid: {from: 2025-02-15, to: 2027-06-30}\nscope: [{device: pdu-b1}]\nrequirements:\n"
	"  - {id: month, type: pue, category: 2, max: 1.42, window: month, min_coverage: 0.5}\n";
static const char contract_f[] =
	"id: f\ntitle: t\nbuyer: b\nsupplier: s\nvalid: {from: 2025-02-15, to: 2027-06-30}\nscope: [{device: pdu-b1}]\nrequirements:\n"
	"  - {id: certain, type: energy, max: 1 MWh, window: year, min_coverage: 0.1, missing_is_breach: true}\n";

struct rig {
	struct folder folder;
	struct loading l;
	struct config *config;
	struct inventory *inventory;
	struct store *store, *reader;
	int64_t ids[POINTS], context;
};

static int64_t stockholm(int year, int month, int day, int hour) /* winter time */
{
	return civil_day(year, month, day) * 86400 + (hour - 1) * 3600;
}

static void ok(int rc, const struct hwatt_error *err)
{
	if (rc < 0)
		fail_msg("%s", err->text);
}

static bool silent(int point, int64_t at_s)
{
	struct civil c = { .month = 0 };
	int day;
	day_civil(at_s / 86400, &c.year, &c.month, &day);
	if (point == LATE)
		return at_s < stockholm(2026, 5, 10, 7);
	/* A PDU among others in the first days of July, where a report begins: it is missing there, not absent. */
	return (at_s >= stockholm(2026, 6, 30, 20) && at_s < stockholm(2026, 7, 4, 0) && point == PDU_A) || (point == SRV && c.month == 3 && day < 8) || rand() % 60 == 0;
}

static void fill(struct rig *r, int64_t from_s, int64_t to_s)
{
	static const int64_t mw[POINTS] = { 1400000, 1000000, 300000, 200000, 480000, 350000, 450000 };
	struct hwatt_error err;
	srand(5);
	ok(store_begin(r->store, &err), &err);
	for (int64_t at_s = from_s; at_s < to_s; at_s += QUARTER_S) {
		for (int p = 0; p < POINTS; p++) {
			int64_t value = mw[p] + rand() % 100000 - 50000;
			struct interval i = { .start_s = at_s, .kind = points[p].kind, .amount = 2 * value * QUARTER_MS,
					      .covered_ms = QUARTER_MS, .source = 'D', .quality = 'M', .state = 'G', .samples = 30,
					      .last = value };
			if (silent(p, at_s))
				continue;
			if (rand() % 40 == 0) {
				i.covered_ms = rand() % 900000;
				i.amount = 2 * value * i.covered_ms;
				i.quality = 'L';
			}
			ok(store_append(r->store, r->ids[p], r->context, &i, &err), &err);
		}
	}
	ok(store_commit(r->store, &err), &err);
}

static void pack(struct rig *r, int64_t before_s)
{
	struct hwatt_error err;
	for (;;) {
		int64_t day;
		struct store_packs *packs;
		bool done = false;
		ok(store_pack_next(r->store, before_s, &day, &err), &err);
		if (day == STORE_NO_DAY)
			break;
		ok(store_pack_make(r->reader, day, &packs, &err), &err);
		ok(store_pack_put(r->store, packs, SIZE_MAX, &done, &err), &err);
		store_packs_free(packs);
	}
}

/* A store of the same past that ends at `end_s`. */
static struct rig *rig_until(int64_t end_s)
{
	struct rig *r = hwatt_alloc(sizeof(*r));
	struct hwatt_error err;
	char path[96];
	*r = (struct rig){ .folder = folder_new(), .l = loading_begin() };
	folder_write(&r->folder, "h.yaml", hall);
	folder_write(&r->folder, "c.yaml", contract_c);
	folder_write(&r->folder, "d.yaml", contract_d);
	folder_write(&r->folder, "e.yaml", contract_e);
	folder_write(&r->folder, "f.yaml", contract_f);
	folder_write(&r->folder, "said.csv", said);
	folder_write(&r->folder, "go.csv", go);
	snprintf(path, sizeof(path), "%s/h.yaml", r->folder.path);
	r->l.report.arena = r->l.arena;
	r->config = config_load(path, &r->l.report);
	assert_string_equal(loading_mistakes(&r->l), "");
	r->inventory = inventory_build(r->config, &r->l.report);
	assert_string_equal(loading_mistakes(&r->l), "");
	snprintf(path, sizeof(path), "%s/state", r->folder.path);
	ok(store_open(path, NULL, &r->store, &err), &err);
	ok(store_open_reader(path, &r->reader, &err), &err);
	struct store_context where = { .device = "pdu" };
	ok(store_context_id(r->store, &where, &r->context, &err), &err);
	for (int p = 0; p < POINTS; p++)
		ok(store_point_id(r->store, &points[p], &r->ids[p], &err), &err);
	fill(r, stockholm(2025, 9, 20, 0), end_s);
	return r;
}

static int set_up(void **state)
{
	struct rig *r = rig_until(stockholm(2026, 10, 20, 9));
	pack(r, stockholm(2026, 9, 1, 0)); /* some are packed, some not */
	*state = r;
	return 0;
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

static int tear_down(void **state)
{
	rig_free(*state);
	return 0;
}

static const struct hwatt_followup *make(struct rig *r, const char *contract, const char *period, int64_t now_s)
{
	struct hwatt_error err;
	const struct hwatt_followup *f = NULL;
	ok(followup_make(r->inventory, r->reader, &(struct followup_ask){ contract, period, NULL, now_s }, &f, &err), &err);
	return f;
}

/* --- against what a daemon said then --- */

static void same_ratio(const char *what, const char *name, struct hwatt_ratio a, struct hwatt_ratio b)
{
	if (a.num != b.num || a.den != b.den)
		fail_msg("%s of %s: %.9f and %.9f", what, name, hwatt_ratio_double(a), hwatt_ratio_double(b));
}

static void same_figure(const struct hwatt_view_kpi *live, const struct hwatt_view_kpi *ours)
{
	assert_string_equal(live->subject, ours->subject);
	assert_int_equal(live->from_s, ours->from_s);
	assert_int_equal(live->to_s, ours->to_s);
	assert_int_equal(live->known, ours->known);
	same_ratio("value", live->kpi, live->value, ours->value);
	same_ratio("uncertainty", live->kpi, live->uncertainty, ours->uncertainty);
	assert_int_equal(live->coverage_ppm, ours->coverage_ppm);
	assert_int_equal(live->quality, ours->quality);
	assert_int_equal(live->category, ours->category);
	assert_int_equal(live->excluded, ours->excluded);
	assert_string_equal(live->notes, ours->notes);
}

static void same_verdict(const struct hwatt_view_requirement *live, const struct hwatt_view_requirement *ours)
{
	assert_string_equal(live->requirement, ours->requirement);
	assert_string_equal(live->sentence.en, ours->sentence.en);
	assert_int_equal(live->status, ours->status);
	assert_int_equal(live->from_s, ours->from_s);
	assert_int_equal(live->to_s, ours->to_s);
	assert_int_equal(live->known, ours->known);
	same_ratio("value", live->requirement, live->value, ours->value);
	assert_int_equal(live->coverage_ppm, ours->coverage_ppm);
	assert_string_equal(live->reasons, ours->reasons);
	assert_string_equal(live->sentence.sv, ours->sentence.sv);
}

/* The part with those bounds of the same series as the live figure; NULL: the report has none. */
static const struct hwatt_view_kpi *part_of(const struct hwatt_followup *f, const struct hwatt_view_kpi *live, bool same_time)
{
	for (size_t i = 0; i < f->series_count; i++) {
		const struct hwatt_followup_series *s = &f->series[i];
		for (size_t p = 0; p < s->count && strcmp(s->kpi, live->kpi) == 0 && strcmp(s->subject, live->subject) == 0; p++)
			if (s->parts[p].from_s == live->from_s && s->parts[p].to_s == live->to_s &&
			    strcmp(s->parts[p].window, live->window) == 0)
				return &s->parts[p];
		/* A year so far is that of a report of this year. */
		if (same_time && strcmp(s->kpi, live->kpi) == 0 && strcmp(s->subject, live->subject) == 0 && strcmp(live->window, "year") == 0 &&
		    live->from_s == s->whole.from_s && live->to_s == s->whole.to_s)
			return &s->whole;
	}
	return NULL;
}

/* What a live evaluation says at `now_s` of the windows that the report has as well. Returns how many figures were the same. */
static int compare(const struct hwatt_followup *f, struct evaluation *e, int64_t now_s, bool verdicts)
{
	struct hwatt_view_hall *live = evaluation_judge(e, now_s);
	int figures = 0, judged = 0;
	for (size_t i = 0; i < live->kpi_count; i++) {
		const struct hwatt_view_kpi *part = part_of(f, &live->kpis[i], verdicts);
		if (part == NULL)
			continue;
		same_figure(&live->kpis[i], part);
		figures++;
	}
	for (size_t i = 0; i < live->requirement_count && verdicts; i++) {
		const struct hwatt_view_requirement *l = &live->requirements[i];
		if (strcmp(l->contract, f->contract.id) != 0 || (!l->open && l->to_s <= f->from_s))
			continue;
		for (size_t r = 0; r < f->requirement_count; r++) {
			const struct hwatt_view_requirement *ours = &f->requirements[r].verdict;
			/* Another report has the year that ended before this one: there the open one stands here. */
			if (strcmp(ours->requirement, l->requirement) != 0)
				continue;
			same_verdict(l, ours);
			judged++;
		}
	}
	assert_true(!verdicts || judged > 0);
	snapshot_hall_release(live);
	return figures;
}

static void each_month_is_what_a_daemon_said_at_its_end(void **state)
{
	struct rig *r = *state;
	struct hwatt_error err;
	int64_t now_s = stockholm(2026, 10, 20, 9) + EVALUATION_GRACE_S;
	const struct hwatt_followup *c = make(r, "c", "2026", now_s), *d = make(r, "d", "2026", now_s);
	int figures = 0;
	assert_true(c->open && d->open);
	for (int month = 2; month <= 10; month += 2) {
		int64_t end_s = civil_day(2026, month, 1) * 86400 - (month >= 4 ? 7200 : 3600) + EVALUATION_GRACE_S;
		struct evaluation *e;
		ok(evaluation_open(r->inventory, r->reader, NULL, end_s, &e, &err), &err);
		figures += compare(c, e, end_s, false) + compare(d, e, end_s, false);
		evaluation_close(e);
	}
	assert_true(figures > 60);
	followup_free(c);
	followup_free(d);
}

static void an_open_period_is_what_the_daemon_says_now(void **state)
{
	struct rig *r = *state;
	struct hwatt_error err;
	int64_t now_s = stockholm(2026, 10, 20, 9) + EVALUATION_GRACE_S;
	struct evaluation *e;
	ok(evaluation_open(r->inventory, r->reader, NULL, now_s, &e, &err), &err);
	for (int c = 0; c < 2; c++) {
		const struct hwatt_followup *f = make(r, c == 0 ? "c" : "d", "2026", now_s);
		assert_int_equal(f->to_s, stockholm(2027, 1, 1, 0));
		assert_true(compare(f, e, now_s, true) > 5); /* October so far */
		followup_free(f);
		f = make(r, c == 0 ? "c" : "d", "2026-10", now_s);
		assert_true(compare(f, e, now_s, true) > 5); /* today so far */
		followup_free(f);
	}
	evaluation_close(e);
}

static void the_verdicts_of_a_period_are_those_at_its_end(void **state)
{
	static const struct { const char *contract, *period; int year, month; bool summer; } cases[] = {
		{ "c", "2026-Q3", 2026, 10, true }, { "e", "2026-07", 2026, 8, true }, { "c", "2025", 2026, 1, false },
	};
	struct rig *r = *state;
	struct hwatt_error err;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t end_s = civil_day(cases[i].year, cases[i].month, 1) * 86400 - (cases[i].summer ? 7200 : 3600);
		struct evaluation *e;
		const struct hwatt_followup *f = make(r, cases[i].contract, cases[i].period, stockholm(2026, 10, 20, 9));
		assert_false(f->open);
		assert_int_equal(f->to_s, end_s);
		struct rig *then = rig_until(end_s);
		ok(evaluation_open(then->inventory, then->reader, NULL, end_s + EVALUATION_GRACE_S, &e, &err), &err);
		assert_true(compare(f, e, end_s + EVALUATION_GRACE_S, true) > 5);
		evaluation_close(e);
		rig_free(then);
		followup_free(f);
	}
}

/* --- periods and parts --- */

static const struct hwatt_followup_series *series(const struct hwatt_followup *f, const char *subject, const char *kpi)
{
	for (size_t i = 0; i < f->series_count; i++)
		if (strcmp(f->series[i].subject, subject) == 0 && strcmp(f->series[i].kpi, kpi) == 0)
			return &f->series[i];
	fail_msg("no %s of %s", kpi, subject);
	return NULL;
}

static const struct hwatt_followup_requirement *requirement(const struct hwatt_followup *f, const char *id)
{
	for (size_t i = 0; i < f->requirement_count; i++)
		if (strcmp(f->requirements[i].verdict.requirement, id) == 0)
			return &f->requirements[i];
	fail_msg("no requirement %s", id);
	return NULL;
}

static void parts_add_up_to_the_whole(void **state)
{
	static const struct { const char *period, *window; size_t parts; } cases[] = {
		{ "2026-Q3", "month", 3 }, { "2026-03", "day", 31 }, { "2026-01-15..2026-03-10", "month", 3 }, { "2026-02-27..2026-03-01", "day", 3 },
		{ "2025", "month", 11 },
	};
	struct rig *r = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct hwatt_followup *f = make(r, "c", cases[i].period, stockholm(2026, 10, 20, 9));
		const struct hwatt_followup_series *s = series(f, "c", "energy_it");
		double sum = 0;
		assert_int_equal(s->count, cases[i].parts);
		for (size_t p = 0; p < s->count; p++) {
			assert_string_equal(s->parts[p].window, cases[i].window);
			assert_true(p == 0 || s->parts[p].from_s == s->parts[p - 1].to_s);
			sum += s->parts[p].known ? hwatt_ratio_double(s->parts[p].value) : 0;
		}
		assert_int_equal(s->parts[s->count - 1].to_s, f->to_s);
		assert_string_equal(s->whole.window, "period");
		assert_true(s->whole.known && sum > 0);
		double whole = hwatt_ratio_double(s->whole.value);
		assert_true(whole - sum < whole * 1e-9 && sum - whole < whole * 1e-9);
		followup_free(f);
	}
}

static void a_window_that_does_not_end_in_the_period_is_judged_open(void **state)
{
	struct rig *r = *state;
	const struct hwatt_followup *f = make(r, "c", "2026-Q3", stockholm(2026, 10, 20, 9));
	const struct hwatt_view_requirement *year = &requirement(f, "year")->verdict, *month = &requirement(f, "month")->verdict;
	assert_true(year->open); /* a live daemon would still show 2025 */
	assert_int_equal(year->from_s, stockholm(2026, 1, 1, 0));
	assert_false(month->open);
	assert_int_equal(month->to_s, f->to_s);
	assert_false(requirement(f, "twelve")->verdict.open);
	followup_free(f);
}

/* What the first pass sees is nothing: that this would be a breach must not keep the open period from being asked. */
static void regress_5_a_certain_breach_shows_where_missing_data_is_one_too(void **state)
{
	struct rig *r = *state;
	const struct hwatt_followup *f = make(r, "f", "2025-01-01..2026-10-19", stockholm(2026, 10, 20, 9));
	const struct hwatt_view_requirement *v = &requirement(f, "certain")->verdict;
	assert_string_equal(v->reasons, "LIMIT_CERTAIN"); /* 2025 was met */
	assert_int_equal(v->status, HWATT_NOT_MET);
	assert_true(v->open);
	assert_int_equal(v->from_s, stockholm(2026, 1, 1, 0));
	followup_free(f);
	f = make(r, "f", "2025", stockholm(2026, 10, 20, 9));
	assert_int_equal(requirement(f, "certain")->verdict.status, HWATT_MET);
	followup_free(f);
}

static void what_came_after_the_period_does_not_count(void **state)
{
	struct rig *r = *state;
	const struct hwatt_followup *f = make(r, "d", "2026-Q2", stockholm(2026, 10, 20, 9));
	const struct hwatt_followup_requirement *all = requirement(f, "all");
	assert_true(all->verdict.open); /* the contract goes on until November */
	assert_int_equal(hwatt_ratio_compare(all->verdict.value, series(f, "d", "energy_it")->whole.value), 0);
	followup_free(f);
}

static void periods_are_read(void **state)
{
	(void)state;
	static const struct { const char *text; int from[3], to[3]; } good[] = {
		{ "2026", { 2026, 1, 1 }, { 2026, 12, 31 } }, { "2026-Q1", { 2026, 1, 1 }, { 2026, 3, 31 } },
		{ "2026-Q4", { 2026, 10, 1 }, { 2026, 12, 31 } }, { "2024-02", { 2024, 2, 1 }, { 2024, 2, 29 } },
		{ "2026-12", { 2026, 12, 1 }, { 2026, 12, 31 } }, { "2026-01-15..2026-01-15", { 2026, 1, 15 }, { 2026, 1, 15 } },
		{ "2024-02-29..2026-06-30", { 2024, 2, 29 }, { 2026, 6, 30 } },
	};
	static const char *const bad[] = { "", "26", "2026-", "2026-Q", "2026-Q0", "2026-Q5", "2026-Q11", "2026-00", "2026-13", "2026-1",
					   "2026-010", "1969", "2026-02-29..2026-03-01", "2026-03-01..2026-02-01", "2026-01-01..2026-06-31",
					   "2026-01-01...2026-06-3", "2026-01-01..2026-06-300", "last year", "2026 ", "+026",
					   "2026/01/01..2026/06/30" };
	int64_t from, to;
	struct hwatt_error err;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ok(followup_period(good[i].text, &from, &to, &err), &err);
		assert_int_equal(from, civil_day(good[i].from[0], good[i].from[1], good[i].from[2]));
		assert_int_equal(to, civil_day(good[i].to[0], good[i].to[1], good[i].to[2]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (followup_period(bad[i], &from, &to, &err) == 0)
			fail_msg("\"%s\" is a period", bad[i]);
		assert_int_equal(err.code, HWATT_EINVAL);
	}
}

/* An old period by newer rules, and by those of its time. */
static void figures_are_by_the_rules_that_were_asked_for(void **state)
{
	static const char *const asked[] = { "EED-2026", "EED-2024", "ISO-30134-2016" };
	struct rig *r = *state;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		const struct followup_ask ask = { "c", "2026-Q3", asked[i], stockholm(2026, 10, 20, 9) };
		const struct hwatt_followup *f = NULL;
		struct hwatt_error err = {0};
		size_t ruled = 0;
		ok(followup_make(r->inventory, r->reader, &ask, &f, &err), &err);
		for (size_t s = 0; s < f->series_count; s++) {
			if (f->series[s].whole.ruleset[0] == '\0')
				continue;
			assert_string_equal(f->series[s].whole.ruleset, asked[i]);
			ruled++;
		}
		assert_true(ruled > 0);
		assert_int_equal(f->ruleset_count, 1);
		assert_string_equal(f->rulesets[0].id, asked[i]);
		followup_free(f);
	}
	const struct followup_ask ask = { "c", "2026-Q3", "EED-1999", stockholm(2026, 10, 20, 9) };
	const struct hwatt_followup *f = NULL;
	struct hwatt_error err = {0};
	assert_int_equal(followup_make(r->inventory, r->reader, &ask, &f, &err), -1);
	assert_int_equal(err.code, HWATT_EINVAL);
	assert_string_equal(err.text, "there is no ruleset \"EED-1999\"");
	assert_null(f);
}

static void what_cannot_be_reported_is_a_sentence(void **state)
{
	static const struct { const char *contract, *period, *says; enum hwatt_code code; } cases[] = {
		{ "x", "2026", "there is no contract \"x\"; there are c, d, e", HWATT_EINVAL },
		{ "c", "2026-Q9", "\"2026-Q9\" is not a period", HWATT_EINVAL },
		{ "d", "2025", "contract d is not valid in 2025", HWATT_EINVAL },
		{ "c", "2026-11", "2026-11 has not begun", HWATT_ENODATA },
	};
	struct rig *r = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hwatt_error err = {0};
		const struct hwatt_followup *f = NULL;
		const struct followup_ask ask = { cases[i].contract, cases[i].period, NULL, stockholm(2026, 10, 20, 9) };
		assert_int_equal(followup_make(r->inventory, r->reader, &ask, &f, &err), -1);
		assert_int_equal(err.code, cases[i].code);
		assert_non_null(strstr(err.text, cases[i].says));
		assert_null(f);
	}
}

/* --- what goes with the figures --- */

static void add_event(struct rig *r, int64_t at_s, const char *kind, const char *device)
{
	struct hwatt_error err;
	struct store_event event = { .at_ms = at_s * 1000, .kind = kind, .device = device, .subject = "chassis", .before = "1", .after = "2" };
	ok(store_event_add(r->store, &event, &err), &err);
}

static void events_of_the_contracts_hardware_are_told(void **state)
{
	struct rig *r = *state;
	add_event(r, stockholm(2026, 8, 2, 4), "device_replaced", "pdu-b1");
	add_event(r, stockholm(2026, 7, 2, 4), "register_reset", "grid-1");
	add_event(r, stockholm(2026, 7, 9, 4), "device_replaced", "pdu-c1"); /* another contract's */
	add_event(r, stockholm(2026, 7, 5, 4), "clock_step", "");
	add_event(r, stockholm(2026, 6, 30, 4), "device_replaced", "pdu-a1"); /* before */
	add_event(r, stockholm(2026, 10, 2, 4), "device_replaced", "pdu-a1"); /* after */
	const struct hwatt_followup *f = make(r, "c", "2026-Q3", stockholm(2026, 10, 20, 9));
	assert_int_equal(f->event_count, 3);
	assert_string_equal(f->events[0].device, "grid-1");
	assert_string_equal(f->events[1].kind, "clock_step");
	assert_string_equal(f->events[2].device, "pdu-b1");
	assert_string_equal(f->events[2].after, "2");
	followup_free(f);
}

static void the_history_of_a_verdict_ends_with_the_period(void **state)
{
	struct rig *r = *state;
	struct hwatt_error err;
	const struct { int64_t at_s; enum hwatt_status status; const char *reasons; } found[] = {
		{ stockholm(2026, 2, 1, 0), HWATT_MET, "OK" }, { stockholm(2026, 6, 1, 0), HWATT_NOT_MET, "LIMIT" },
		{ stockholm(2026, 8, 1, 0), HWATT_NOT_MET, "LIMIT COVERAGE" }, { stockholm(2026, 10, 5, 0), HWATT_MET, "OK" },
	};
	struct verdict_history *history = verdict_history_new();
	for (size_t i = 0; i < 4; i++) {
		struct hwatt_view_requirement row = { .contract = "c", .requirement = "twelve", .status = found[i].status,
						      .reasons = found[i].reasons, .from_s = 1, .to_s = 2 };
		struct hwatt_view_hall hall_then = { .requirement_count = 1, .requirements = &row };
		ok(verdict_history_keep(history, r->store, &hall_then, found[i].at_s, &err), &err);
	}
	verdict_history_free(history);
	const struct hwatt_followup *f = make(r, "c", "2026-Q3", stockholm(2026, 10, 20, 9));
	const struct hwatt_followup_requirement *twelve = requirement(f, "twelve");
	assert_int_equal(twelve->change_count, 3);
	assert_string_equal(twelve->changes[2].reasons, "LIMIT COVERAGE");
	assert_int_equal(twelve->since_s, twelve->verdict.status == HWATT_NOT_MET ? stockholm(2026, 6, 1, 0) : 0);
	assert_int_equal(requirement(f, "cpu")->change_count, 0);
	followup_free(f);
}

static bool has_note(const struct hwatt_followup *f, const char *code)
{
	for (size_t i = 0; i < f->note_count; i++)
		if (strcmp(f->notes[i].code, code) == 0) {
			assert_string_not_equal(f->notes[i].text.sv, f->notes[i].text.en);
			assert_string_not_equal(f->notes[i].text.nb, f->notes[i].text.en);
			return true;
		}
	return false;
}

static void notes_tell_how_it_was_measured(void **state)
{
	struct rig *r = *state;
	const struct hwatt_followup *f = make(r, "c", "2026-Q3", stockholm(2026, 10, 20, 9));
	assert_true(has_note(f, "PROPORTIONAL_ALLOCATION") && has_note(f, "INFORMATIVE_METERS") && !has_note(f, "RESERVED_ALLOCATION"));
	assert_false(has_note(f, "PERIOD_OPEN") || has_note(f, "SHARED_HARDWARE") || has_note(f, "UNCERTAINTY_UNKNOWN"));
	assert_true(has_note(f, "COVERAGE")); /* July */
	assert_string_equal(f->contract.title.sv, "Avtal");
	assert_string_equal(f->timezone, "Europe/Stockholm");
	assert_string_equal(f->period, "2026-Q3");
	assert_int_equal(f->site_count, 1);
	assert_string_equal(f->sites[0], "s1");
	assert_string_equal(f->config_hash, r->config->hash);
	followup_free(f);
	struct config_site *site = (struct config_site *)(uintptr_t)r->inventory->sites[0].site;
	site->allocation.rule = ALLOCATION_RESERVED;
	f = make(r, "c", "2026-Q3", stockholm(2026, 10, 20, 9));
	site->allocation.rule = ALLOCATION_PROPORTIONAL;
	assert_true(has_note(f, "RESERVED_ALLOCATION"));
	assert_false(has_note(f, "PROPORTIONAL_ALLOCATION")); /* it would say what is not so */
	followup_free(f);
	f = make(r, "d", "2026", stockholm(2026, 10, 20, 9));
	assert_true(has_note(f, "PERIOD_OPEN") && has_note(f, "SHARED_HARDWARE") && has_note(f, "UNCERTAINTY_UNKNOWN"));
	followup_free(f);
}

static const char *note(const struct hwatt_followup *f, const char *code)
{
	for (size_t i = 0; i < f->note_count; i++)
		if (strcmp(f->notes[i].code, code) == 0)
			return f->notes[i].text.en;
	return "";
}

static void certificates_are_looked_at_as_an_auditor_would(void **state)
{
	struct rig *r = *state;
	const struct hwatt_followup *f = make(r, "c", "2026", stockholm(2027, 2, 20, 9));
	assert_string_equal(note(f, "CERTIFICATE_CHECK_1"),
			    "Check of the green electricity certificates failed (s1): certificate ids are used once: GO-1, GO-2.");
	assert_int_equal(f->check_count, 16);
	for (size_t i = 0; i < f->check_count; i++) {
		const struct hwatt_followup_check *check = &f->checks[i];
		assert_int_equal(check->number, i + 1);
		assert_string_equal(check->subject, "s1");
		assert_string_equal(check->rows, i == 0 ? "GO-1, GO-2" : i == 3 || i == 12 || i == 14 ? "GO-1, GO-2" : "");
	}
	assert_int_equal(f->checks[1].outcome, HWATT_PASSED);
	assert_string_equal(f->checks[1].what.en, "the beneficiary is the operator or the customer");
	assert_int_equal(f->checks[9].outcome, HWATT_PASSED); /* 3 MWh of some 12 */
	assert_int_equal(f->checks[8].outcome, HWATT_NOT_CHECKED); /* exports */
	assert_int_equal(f->certificate_count, 2);
	assert_int_equal(f->hour_count, 0);
	followup_free(f);
}

static void what_the_supplier_says_stands_beside_the_measured(void **state)
{
	struct rig *r = *state;
	const struct hwatt_followup *f = make(r, "c", "2026-Q3", stockholm(2026, 10, 20, 9));
	const struct hwatt_followup_comparison *c = f->comparisons;
	assert_int_equal(f->comparison_count, 3); /* neither October nor the other contract */
	assert_int_equal(c[0].agreement, HWATT_AGREES);
	assert_int_equal(hwatt_ratio_compare(c[0].theirs, (struct hwatt_ratio){ INT64_C(1015) * 3600000, 1 }), 0);
	assert_true(hwatt_ratio_double(c[0].ours) > 0.95 * 1041.6 * 3.6e6 && hwatt_ratio_double(c[0].ours) < 1041.6 * 3.6e6);
	assert_string_equal(c[0].document, "report-08.pdf");
	assert_int_equal(c[0].from_s, stockholm(2026, 8, 1, -1)); /* summer time */
	assert_int_equal(c[1].agreement, HWATT_DIFFERS); /* by 8 %, where the meter is good to 0.7 */
	assert_int_equal(c[2].agreement, HWATT_NOT_COMPARABLE); /* too little of it was measured on both sides */
	assert_true(c[2].coverage_ppm > 800000 && c[2].coverage_ppm < 950000);
	assert_true(hwatt_ratio_known(c[2].ours));
	followup_free(f);
	f = make(r, "c", "2026-10", stockholm(2026, 10, 20, 9)); /* the month is not over */
	assert_int_equal(f->comparison_count, 1);
	assert_int_equal(f->comparisons[0].agreement, HWATT_NOT_COMPARABLE);
	assert_false(hwatt_ratio_known(f->comparisons[0].ours));
	followup_free(f);
}

static void an_open_period_has_a_forecast(void **state)
{
	struct rig *r = *state; /* 500 W for a year are 4380 kWh */
	const struct hwatt_followup *f = make(r, "c", "2026-Q3", stockholm(2026, 10, 20, 9));
	const struct hwatt_view_forecast *year = &requirement(f, "year")->forecast, *month = &requirement(f, "month")->forecast;
	double kwh = hwatt_ratio_double(year->value) / 3.6e6;
	assert_true(year->known);
	if (kwh < 4380 * 0.999 || kwh > 4380 * 1.001) /* whichever of the two meters was silent when */
		fail_msg("%.1f kWh", kwh);
	assert_int_equal(year->status, HWATT_MET);
	assert_int_equal(year->crosses_s, 0);
	assert_non_null(strstr(year->sentence.en, "This is a forecast, not a verdict."));
	assert_true(strcmp(year->sentence.sv, year->sentence.en) != 0);
	assert_false(month->known); /* October has not begun */
	assert_string_equal(month->sentence.en, "");
	followup_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_month_is_what_a_daemon_said_at_its_end),
		cmocka_unit_test(an_open_period_is_what_the_daemon_says_now),
		cmocka_unit_test(the_verdicts_of_a_period_are_those_at_its_end),
		cmocka_unit_test(parts_add_up_to_the_whole),
		cmocka_unit_test(a_window_that_does_not_end_in_the_period_is_judged_open),
		cmocka_unit_test(regress_5_a_certain_breach_shows_where_missing_data_is_one_too),
		cmocka_unit_test(what_came_after_the_period_does_not_count),
		cmocka_unit_test(periods_are_read),
		cmocka_unit_test(figures_are_by_the_rules_that_were_asked_for),
		cmocka_unit_test(what_cannot_be_reported_is_a_sentence),
		cmocka_unit_test(events_of_the_contracts_hardware_are_told),
		cmocka_unit_test(the_history_of_a_verdict_ends_with_the_period),
		cmocka_unit_test(notes_tell_how_it_was_measured),
		cmocka_unit_test(certificates_are_looked_at_as_an_auditor_would),
		cmocka_unit_test(what_the_supplier_says_stands_beside_the_measured),
		cmocka_unit_test(an_open_period_has_a_forecast),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
