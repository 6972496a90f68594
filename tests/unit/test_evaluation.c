/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The store is a table in memory here; test_evaluation_store.c uses the real one. */
#include "loading.h"
#include "folder.h"

#include "collectors.h"
#include "eu_report.h"
#include "evaluation.h"
#include "snapshot.h"
#include "subject.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define POINTS 24
#define QUARTERS 40000
#define MW_QUARTER(mw) ((int64_t)(mw) * 2 * QUARTER_MS)

struct cell { int64_t amount, last; int32_t covered_ms; char quality; bool present; };

struct store {
	struct store_point points[POINTS];
	size_t point_count;
	int64_t base_s;
	struct cell *cells; /* by quarter, then point */
	int scans;
	int64_t scanned_s;  /* length of the last scan */
	bool broken, reader;
	char keys[8][200], values[8][32];
	size_t key_count;
	struct store_event events[4];
	size_t event_count;
};

int store_points(struct store *store, int (*each)(void *arg, const struct store_point *point), void *arg,
		 struct hwatt_error *err)
{
	(void)err;
	for (size_t i = 0; i < store->point_count; i++)
		if (each(arg, &store->points[i]) != 0)
			break;
	return 0;
}

int store_intervals(struct store *store, const int64_t *points, size_t count, int64_t from_s, int64_t to_s,
		    int (*each)(void *arg, const struct store_interval *row), void *arg, struct hwatt_error *err)
{
	if (store->broken)
		return hwatt_fail(err, HWATT_EIO, "the disk is gone");
	store->scans++;
	store->scanned_s = to_s - from_s;
	bool wanted[POINTS + 1] = {0};
	for (size_t i = 0; i < count; i++)
		wanted[points[i]] = true;
	for (size_t q = 0; q < QUARTERS; q++) {
		int64_t start_s = store->base_s + (int64_t)q * QUARTER_S;
		for (size_t p = 0; p < store->point_count && start_s >= from_s && start_s < to_s; p++) {
			const struct cell *c = &store->cells[q * POINTS + p];
			struct store_interval row = { .point = (int64_t)p + 1 };
			row.interval = (struct interval){ .start_s = start_s, .kind = store->points[p].kind, .amount = c->amount,
							  .covered_ms = c->covered_ms, .quality = c->quality, .last = c->last };
			if (c->present && wanted[p + 1] && each(arg, &row) != 0)
				return 0;
		}
	}
	return 0;
}

int store_newest(struct store *store, int64_t *start_s, struct hwatt_error *err)
{
	if (store->broken)
		return hwatt_fail(err, HWATT_EIO, "the disk is gone");
	*start_s = INT64_MIN;
	for (int64_t q = 0; q < QUARTERS; q++)
		for (size_t p = 0; p < store->point_count; p++)
			if (store->cells[q * POINTS + (int64_t)p].present)
				*start_s = store->base_s + q * QUARTER_S;
	return 0;
}

int store_firsts(struct store *store, int (*each)(void *arg, int64_t point, int64_t start_s), void *arg, struct hwatt_error *err)
{
	(void)err;
	for (size_t p = 0; p < store->point_count; p++) {
		int64_t q = 0;
		while (q < QUARTERS && !store->cells[q * POINTS + (int64_t)p].present)
			q++;
		if (q < QUARTERS && each(arg, (int64_t)p + 1, store->base_s + q * QUARTER_S) != 0)
			break;
	}
	return 0;
}

struct days { /* from rows to days */
	int (*each)(void *arg, const struct store_day *day);
	void *arg;
	struct store_day day;
	int64_t amount[POINTS * 96];
	int32_t covered_ms[POINTS * 96];
	char quality[POINTS * 96];
	bool any;
};

static int end_day(struct days *d)
{
	int rc = d->any ? d->each(d->arg, &d->day) : 0;
	memset(d->amount, 0, sizeof(d->amount));
	memset(d->covered_ms, 0, sizeof(d->covered_ms));
	memset(d->quality, 0, sizeof(d->quality));
	d->any = false;
	return rc;
}

static int put_row(void *arg, const struct store_interval *row)
{
	struct days *d = arg;
	int64_t day_s = row->interval.start_s / 86400 * 86400;
	if (day_s != d->day.start_s && end_day(d) != 0)
		return 1;
	d->day.start_s = day_s;
	d->any = true;
	for (size_t i = 0; i < d->day.count; i++) {
		size_t at = i * 96 + (size_t)((row->interval.start_s - day_s) / QUARTER_S);
		if (d->day.points[i] != row->point)
			continue;
		d->amount[at] = row->interval.amount;
		d->covered_ms[at] = (int32_t)row->interval.covered_ms;
		d->quality[at] = row->interval.quality;
	}
	return 0;
}

int store_days(struct store *store, const int64_t *points, size_t count, int64_t from_s, int64_t to_s,
	       int (*each)(void *arg, const struct store_day *day), void *arg, struct hwatt_error *err)
{
	struct days *d = hwatt_alloc(sizeof(*d));
	d->each = each;
	d->arg = arg;
	d->day = (struct store_day){ .count = count, .points = points, .amount = d->amount, .covered_ms = d->covered_ms,
				     .quality = d->quality };
	int rc = store_intervals(store, points, count, from_s, to_s, put_row, d, err);
	if (rc == 0)
		end_day(d);
	free(d);
	return rc;
}

bool store_only_reads(const struct store *store)
{
	return store->reader;
}

int store_put(struct store *store, const char *space, const char *key, const char *value, struct hwatt_error *err)
{
	(void)space;
	(void)err;
	assert_true(store->key_count < 8 && !store->reader);
	snprintf(store->keys[store->key_count], sizeof(store->keys[0]), "%s", key);
	snprintf(store->values[store->key_count++], sizeof(store->values[0]), "%s", value);
	return 0;
}

int store_get(struct store *store, const char *space, const char *key, char **value, struct hwatt_error *err)
{
	(void)space;
	(void)err;
	*value = NULL;
	for (size_t i = 0; i < store->key_count; i++)
		if (strcmp(store->keys[i], key) == 0)
			*value = hwatt_strdup(store->values[i]);
	return 0;
}

int store_events(struct store *store, int64_t from_ms, int64_t to_ms, int (*each)(void *arg, const struct store_event *event),
		 void *arg, struct hwatt_error *err)
{
	(void)err;
	for (size_t i = 0; i < store->event_count; i++)
		if (store->events[i].at_ms >= from_ms && store->events[i].at_ms < to_ms && each(arg, &store->events[i]) != 0)
			break;
	return 0;
}

/* --- a hall ------------------------------------------------------------------------------------------------------ */

enum { GRID, UPS, PDU_A, PDU_B, SRV_1, SRV_2, CPU_1, CPU_2, DISK_USED, DISK_SIZE, LINK_IN, LINK_OUT, LINK_SPEED, HALL_POINTS };

static const char hall_devices[] =
	"  - {id: grid-1, address: snmp://a, site: s1, power_role: grid, accuracy: 0.7 %}\n"
	"  - {id: ups-1, address: snmp://a, site: s1, power_role: ups_output, accuracy: 2 %, fed_by: grid-1}\n"
	"  - {id: pdu-a1, address: snmp://a, site: s1, rack: A1, power_role: pdu, accuracy: 2 %, fed_by: ups-1}\n"
	"  - {id: pdu-b1, address: snmp://a, site: s1, rack: A1, power_role: pdu, accuracy: 2 %, fed_by: ups-1}\n"
	"  - {id: srv-1, address: snmp://a, site: s1, rack: A1, power_role: it}\n"
	"  - {id: srv-2, address: snmp://a, site: s1, rack: A1, power_role: it}\n";

static const struct store_point hall_points[HALL_POINTS] = {
	[GRID] = { .device = "grid-1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	[UPS] = { .device = "ups-1", .index = "1", .role = HWATT_UPS_OUTPUT, .quantity = HWATT_ENERGY },
	[PDU_A] = { .device = "pdu-a1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	[PDU_B] = { .device = "pdu-b1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	[SRV_1] = { .device = "srv-1", .index = "1", .role = HWATT_CHASSIS, .quantity = HWATT_ENERGY },
	[SRV_2] = { .device = "srv-2", .index = "1", .role = HWATT_CHASSIS, .quantity = HWATT_ENERGY },
	[CPU_1] = { .device = "srv-1", .index = "total", .role = HWATT_CPU, .quantity = HWATT_CPU_UTILISATION,
		    .kind = INTERVAL_LEVEL },
	[CPU_2] = { .device = "srv-2", .index = "total", .role = HWATT_CPU, .quantity = HWATT_CPU_UTILISATION,
		    .kind = INTERVAL_LEVEL },
	[DISK_USED] = { .device = "srv-1", .index = "total", .role = HWATT_STORAGE, .quantity = HWATT_STORAGE_USED,
			.kind = INTERVAL_LEVEL },
	[DISK_SIZE] = { .device = "srv-1", .index = "total", .role = HWATT_STORAGE, .quantity = HWATT_STORAGE_SIZE,
			.kind = INTERVAL_LEVEL },
	[LINK_IN] = { .device = "srv-1", .index = "total", .role = HWATT_INTERFACE, .quantity = HWATT_IF_IN_OCTETS,
		      .kind = INTERVAL_FLOW },
	[LINK_OUT] = { .device = "srv-1", .index = "total", .role = HWATT_INTERFACE, .quantity = HWATT_IF_OUT_OCTETS,
		       .kind = INTERVAL_FLOW },
	[LINK_SPEED] = { .device = "srv-1", .index = "total", .role = HWATT_INTERFACE, .quantity = HWATT_IF_SPEED,
			 .kind = INTERVAL_LEVEL },
};

/* Amounts of a quarter: 1400 W at the grid, 1000 behind the UPS, 490 on each PDU, 470 in each server; CPU at 20 and 40 %. */
static const int64_t usual[HALL_POINTS] = {
	[GRID] = MW_QUARTER(1400000), [UPS] = MW_QUARTER(1000000), [PDU_A] = MW_QUARTER(490000), [PDU_B] = MW_QUARTER(490000),
	[SRV_1] = MW_QUARTER(470000), [SRV_2] = MW_QUARTER(470000), [CPU_1] = MW_QUARTER(200000),
	[CPU_2] = MW_QUARTER(400000), [DISK_USED] = MW_QUARTER(300000), [DISK_SIZE] = MW_QUARTER(400000),
	[LINK_IN] = INT64_C(112500000000), [LINK_OUT] = 90000000000, [LINK_SPEED] = MW_QUARTER(10000),
};

struct hall {
	struct folder folder;
	struct loading l;
	struct config *config;
	struct inventory *inventory;
	struct store store;
	struct evaluation *e;
	struct hwatt_view_hall *view;
};

static int64_t utc(int year, int month, int day, int hour, int minute)
{
	return civil_day(year, month, day) * 86400 + hour * 3600 + minute * 60;
}

struct register_files { const char *keys, *readings, *certificates, *factors, *benchmarks, *documents, *activities; }; /* files as texts; NULL: none */

/* The hall with further devices and one contract on rack A1; the store begins at `base_s`, which holds no intervals yet. */
static void set_up_with(struct hall *h, const struct register_files *files, const char *devices, const char *valid,
			const char *requirements, int64_t base_s)
{
	struct hwatt_text text;
	char path[64];
	*h = (struct hall){ .folder = folder_new(), .l = loading_begin() };
	hwatt_text_init(&text, 1u << 16);
	hwatt_text_printf(&text, "sites: [{id: s1, timezone: Europe/Stockholm, rated_it_power: 2 kW%s}]\n"
			  "racks: [{id: A1, site: s1, usable_power: 11 kW}]\ncontracts: c.yaml\nreadings: [r*.csv]\ncertificates: [g*.csv]\n"
			  "factors: [f*.csv]\nbenchmarks: [b*.csv]\ndevices:\n%s%s", files->keys, hall_devices, devices);
	if (files->readings != NULL)
		folder_write(&h->folder, "r.csv", files->readings);
	if (files->certificates != NULL)
		folder_write(&h->folder, "g.csv", files->certificates);
	if (files->benchmarks != NULL)
		folder_write(&h->folder, "b.csv", files->benchmarks);
	if (files->factors != NULL)
		folder_write(&h->folder, "f.csv", files->factors);
	folder_write(&h->folder, "h.yaml", hwatt_text_string(&text));
	hwatt_text_reset(&text);
	hwatt_text_printf(&text, "id: c\ntitle: t\nbuyer: b\nsupplier: s\nvalid: {%s}\nscope: [{rack: A1}]\nrequirements:\n%s", valid,
			  requirements);
	if (files->documents != NULL) {
		folder_write(&h->folder, "d.yaml", files->documents);
		hwatt_text_puts(&text, "registers: {documents: d.yaml}\n");
	} else if (files->activities != NULL) {
		folder_write(&h->folder, "a.yaml", files->activities);
		hwatt_text_puts(&text, "registers: {activities: a.yaml}\n");
	}
	folder_write(&h->folder, "c.yaml", hwatt_text_string(&text));
	hwatt_text_free(&text);
	snprintf(path, sizeof(path), "%s/h.yaml", h->folder.path);
	h->config = config_load(path, &h->l.report);
	assert_string_equal(loading_mistakes(&h->l), "");
	h->inventory = inventory_build(h->config, &h->l.report);
	assert_string_equal(loading_mistakes(&h->l), "");
	h->store.base_s = base_s;
	h->store.cells = hwatt_alloc(sizeof(struct cell) * QUARTERS * POINTS);
	for (size_t i = 0; i < HALL_POINTS; i++) {
		h->store.points[i] = hall_points[i];
		h->store.points[i].id = (int64_t)i + 1;
	}
	h->store.point_count = HALL_POINTS;
}

static void set_up(struct hall *h, const char *devices, const char *valid, const char *requirements, int64_t base_s)
{
	static const struct register_files none = { .keys = "" };
	set_up_with(h, &none, devices, valid, requirements, base_s);
}

static void open_at(struct hall *h, int64_t now_s)
{
	struct hwatt_error err;
	evaluation_close(h->e);
	h->e = NULL;
	if (evaluation_open(h->inventory, &h->store, NULL, now_s, &h->e, &err) < 0)
		fail_msg("%s", err.text);
}

static void tear_down(struct hall *h)
{
	snapshot_hall_release(h->view);
	evaluation_close(h->e);
	inventory_free(h->inventory);
	config_free(h->config);
	free(h->store.cells);
	folder_gone(&h->folder);
	loading_end(&h->l);
}

static struct cell *cell(struct hall *h, size_t point, int64_t start_s)
{
	int64_t q = (start_s - h->store.base_s) / QUARTER_S;
	assert_true(q >= 0 && q < QUARTERS);
	return &h->store.cells[(size_t)q * POINTS + point];
}

/* One interval, into the store and the evaluation when there is one. */
static void feed(struct hall *h, size_t point, int64_t start_s, int64_t amount, int32_t covered_ms)
{
	struct cell *c = cell(h, point, start_s);
	struct interval interval = { .start_s = start_s, .amount = amount, .covered_ms = covered_ms, .correction = c->present };
	interval.quality = covered_ms == QUARTER_MS ? 'M' : covered_ms >= KPI_VALID_MS ? 'P' : covered_ms > 0 ? 'L' : 'X';
	interval.last = covered_ms > 0 ? amount / 2 / QUARTER_MS : 0;
	*c = (struct cell){ amount, interval.last, covered_ms, interval.quality, true };
	if (h->e != NULL)
		evaluation_interval(h->e, (int64_t)point + 1, &interval);
}

static size_t add_point(struct hall *h, const char *device, enum hwatt_role role, const char *index, enum hwatt_quantity quantity,
			enum interval_kind kind)
{
	size_t at = h->store.point_count++;
	struct store_point *p = &h->store.points[at];
	*p = (struct store_point){ .id = (int64_t)at + 1, .device = device, .index = index, .role = role, .quantity = quantity, .kind = kind };
	return at;
}

/* The usual quarters of all points from `from_s` to before `to_s`. */
static void run(struct hall *h, int64_t from_s, int64_t to_s)
{
	for (int64_t at_s = from_s; at_s < to_s; at_s += QUARTER_S)
		for (size_t p = 0; p < HALL_POINTS; p++)
			feed(h, p, at_s, usual[p], QUARTER_MS);
}

static void judge_at(struct hall *h, int64_t now_s)
{
	snapshot_hall_release(h->view);
	h->view = evaluation_judge(h->e, now_s);
}

static const struct hwatt_view_kpi *figure(const struct hall *h, const char *kind, const char *kpi, const char *window)
{
	for (size_t i = 0; i < h->view->kpi_count; i++) {
		const struct hwatt_view_kpi *k = &h->view->kpis[i];
		if (strcmp(k->subject_kind, kind) == 0 && strcmp(k->kpi, kpi) == 0 && strcmp(k->window, window) == 0)
			return k;
	}
	return NULL;
}

static void figure_is(const struct hall *h, const char *kind, const char *kpi, const char *window, int64_t num, int64_t den,
		      int64_t coverage_ppm, int line)
{
	const struct hwatt_view_kpi *k = figure(h, kind, kpi, window);
	if (k == NULL || !k->known)
		fail_msg("line %d: %s %s of the %s is not known", line, window, kpi, kind);
	if (hwatt_ratio_compare(k->value, (struct hwatt_ratio){ num, den }) != 0 || k->coverage_ppm != coverage_ppm)
		fail_msg("line %d: %s %s is %.9f on %" PRId64, line, window, kpi, hwatt_ratio_double(k->value), k->coverage_ppm);
}
#define FIGURE(h, kind, kpi, window, num, den, ppm) figure_is((h), (kind), (kpi), (window), (num), (den), (ppm), __LINE__)

static void verdict_is(const struct hall *h, const char *id, enum hwatt_status status, const char *reasons, int64_t from_s,
		       int64_t to_s, int line)
{
	for (size_t i = 0; i < h->view->requirement_count; i++) {
		const struct hwatt_view_requirement *r = &h->view->requirements[i];
		if (strcmp(r->requirement, id) != 0)
			continue;
		if (r->status != status || strcmp(r->reasons, reasons) != 0 || r->from_s != from_s || r->to_s != to_s)
			fail_msg("line %d: %s / %s for %" PRId64 " to %" PRId64 ": %s", line, hwatt_status_name(r->status), r->reasons,
				 r->from_s, r->to_s, r->sentence.en);
		return;
	}
	fail_msg("line %d: no requirement %s", line, id);
}
#define VERDICT(h, id, status, reasons, from, to) verdict_is((h), (id), (status), (reasons), (from), (to), __LINE__)

/* --- figures ----------------------------------------------------------------------------------------------------- */

#define JOULES(watts, quarters) ((int64_t)(watts) * 900 * (quarters))

static void figures_of_all_windows(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 3, 30, 22, 0); /* 31 March, 00:00 in Stockholm */
	set_up(&h, "  - {id: gen-1, address: snmp://a, site: s1, power_role: generator, accuracy: 0.7 %}\n", "from: 2026-03-31, to: 2026-12-31",
	       "  - {id: r, type: pue, max: 1.5}\n", start_s);
	size_t generator = add_point(&h, "gen-1", HWATT_INLET, "1", HWATT_ENERGY, INTERVAL_ENERGY);
	open_at(&h, start_s);
	for (int64_t at_s = start_s; at_s < start_s + 100 * QUARTER_S; at_s += QUARTER_S) { /* a day, and an hour of April */
		feed(&h, generator, at_s, 0, QUARTER_MS);
		run(&h, at_s, at_s + QUARTER_S);
	}
	judge_at(&h, start_s + 100 * QUARTER_S + 5);
	FIGURE(&h, "site", "pue1", "interval", 14, 10, 1000000);
	FIGURE(&h, "site", "pue2", "interval", 14000, 9800, 1000000);
	FIGURE(&h, "site", "pue3", "interval", 1400, 940, 1000000);
	FIGURE(&h, "site", "energy_dc", "interval", JOULES(1400, 1), 1, 1000000);
	FIGURE(&h, "site", "energy_it", "interval", JOULES(1000, 1), 1, 1000000);
	FIGURE(&h, "site", "energy_dc", "day", JOULES(1400, 4), 1, 1000000);
	FIGURE(&h, "site", "energy_dc", "month", JOULES(1400, 4), 1, 1000000);
	const struct hwatt_view_kpi *year = figure(&h, "site", "energy_dc", "year");
	assert_int_equal(hwatt_ratio_compare(year->value, (struct hwatt_ratio){ JOULES(1400, 100), 1 }), 0);
	assert_int_equal(year->from_s, utc(2025, 12, 31, 23, 0));
	assert_int_equal(year->coverage_ppm, 1000000 * 100 / ((start_s - year->from_s) / QUARTER_S + 100));
	const struct hwatt_view_kpi *months = figure(&h, "site", "energy_dc", "12_months"); /* until the end of March */
	assert_int_equal(hwatt_ratio_compare(months->value, (struct hwatt_ratio){ JOULES(1400, 96), 1 }), 0);
	assert_int_equal(months->to_s, utc(2026, 3, 31, 22, 0));
	FIGURE(&h, "contract", "energy_it", "contract", JOULES(980, 100), 1, 1000000);
	FIGURE(&h, "contract", "energy_allocated", "contract", JOULES(1372, 100), 1, 1000000);
	FIGURE(&h, "contract", "pue1", "contract", 14, 10, 1000000);
	FIGURE(&h, "site", "cpu_utilisation", "day", 3, 10, 1000000);
	FIGURE(&h, "contract", "storage_utilisation", "day", 3, 4, 1000000);
	FIGURE(&h, "contract", "network_utilisation", "day", 1, 10, 1000000);
	FIGURE(&h, "contract", "rack_utilisation", "day", 980, 11000, 1000000);
	FIGURE(&h, "site", "rack_utilisation", "month", 980, 11000, 1000000);
	FIGURE(&h, "contract", "coverage", "contract", 1, 1, 1000000);
	FIGURE(&h, "site", "power_ratio_now", "interval", 14, 10, 1000000); /* the generator rests, and its meter says so */
	assert_null(figure(&h, "site", "power_ratio_now", "day"));
	assert_null(figure(&h, "site", "memory_utilisation", "day"));
	assert_null(figure(&h, "site", "energy_cooling", "day"));
	const struct hwatt_view_kpi *pue = figure(&h, "site", "pue1", "day");
	assert_true(hwatt_ratio_double(pue->uncertainty) > 0.034 && hwatt_ratio_double(pue->uncertainty) < 0.036);
	assert_false(hwatt_ratio_known(figure(&h, "site", "pue3", "day")->uncertainty)); /* servers state no accuracy */
	assert_int_equal(h.store.scans, 0); /* there was nothing at the start */
	tear_down(&h);
}

/* In a month of 744 hours the grid gives 1041.6 kWh, the UPS 744. */
static void what_people_write_down_pairs_with_the_months(void **state)
{
	(void)state;
	struct hall h;
	int64_t may_s = utc(2026, 4, 30, 22, 0), june_s = utc(2026, 5, 31, 22, 0), july_s = utc(2026, 6, 30, 22, 0);
	const struct register_files files = {
		.keys = ", country: SE, bidding_zone: SE1, onsite_technology: solar",
		.readings = "site,quantity,from,to,at,value,unit,author\n"
			    "s1,water,2026-05-01,2026-05-31,,1488,L,Kari\n"        /* June is not read yet */
			    "s1,heat_reused,,,2026-05-01,1000.0,kWh,Kari\n"        /* a register: 520.8 kWh in May */
			    "s1,heat_reused,,,2026-06-01,1520.8,kWh,Kari\n"
			    "s1,it_power_demand,,,2026-01-01,4,kW,Kari\n",
		.certificates = "statement_id,site,volume,technology,production_start,production_end,transaction_time\n"
				"a,s1,520.8 kWh,wind,2026-05-01,2026-05-31,2026-06-10\n"
				"b,s1,5000 kWh,nuclear,2026-05-01,2026-05-31,2026-06-10\n"
				"c,s1,1512 kWh,hydro,2026-06-01,2026-06-30,2026-07-10\n", /* half as much again as June used */
		.benchmarks = "vendor,model,benchmark,performance,power,devices,source\nA,B,SERT,1000000,300 W,srv-1,report\n",
		.factors = "kind,zone,year,value,unit,published,source\ngrid,SE1,2025,30,g/kWh,2026-03-01,test\n",
	};
	set_up_with(&h, &files, "", "from: 2026-05-01, to: 2026-12-31",
		    "  - {id: water, type: wue, max: 1.8, window: month}\n  - {id: class, type: wue_class, class: F, window: month}\n"
		    "  - {id: wind, type: renewable_share, min: 0.5, window: month, technologies: [wind]}\n"
		    "  - {id: hydro, type: renewable_share, min: 0.5, window: month, technologies: [hydro]}\n"
		    "  - {id: heat, type: erf, min: 0.5, window: month}\n  - {id: carbon, type: cue, max: 0.05, basis: location, window: month}\n"
		    "  - {id: pue, type: pue_class, class: B, window: month}\n"
		    "  - {id: full, type: it_capacity_use, min: 0.2, window: month}\n", may_s);
	open_at(&h, may_s);
	run(&h, may_s, june_s);
	judge_at(&h, june_s + 5);
	assert_null(figure(&h, "site", "cer", "month"));
	const struct hwatt_view_kpi *wue = figure(&h, "contract", "wue", "contract");
	FIGURE(&h, "site", "wue", "month", 2, 1, 1000000); /* 1.488 m3 on 0.744 MWh */
	FIGURE(&h, "contract", "wue", "contract", 2, 1, 1000000);
	assert_string_equal(wue->unit, "m3/MWh");
	assert_string_equal(wue->ruleset, "EED-2024");
	assert_int_equal(strlen(wue->ruleset_hash), 64);
	assert_string_equal(wue->notation, "iWUE2 (2026-05-01:2026-05-31) = 2.00");
	assert_int_equal(wue->category, 2);
	assert_string_equal(wue->numerator_unit, "m3");
	assert_int_equal(hwatt_ratio_compare(wue->numerator, (struct hwatt_ratio){ 1488, 1000 }), 0);
	FIGURE(&h, "site", "erf", "month", 1, 2, 1000000);
	FIGURE(&h, "site", "ref", "month", 1, 2, 1000000); /* nuclear is not renewable */
	FIGURE(&h, "contract", "ref", "contract", 1, 2, 1000000); /* its share of the site's certificates, on its share of the load */
	FIGURE(&h, "site", "cue_location", "month", 42, 1000, 1000000); /* 1.4 x 30 g */
	assert_string_equal(figure(&h, "site", "cue_location", "month")->notes, "PROVISIONAL_FACTOR ELECTRICITY_ONLY");
	assert_non_null(figure(&h, "site", "cue_market", "month")); /* the residual mix of SE is shipped */
	FIGURE(&h, "site", "it_capacity_use", "month", 1, 4, 1000000);
	assert_null(figure(&h, "contract", "it_capacity_use", "month"));
	FIGURE(&h, "site", "itee", "month", 10000, 3, 500000); /* one of the two servers has a test report */
	assert_string_equal(figure(&h, "site", "itee", "month")->notation, "ITEEsv(SERT) = 3333.33");

	VERDICT(&h, "water", HWATT_NOT_MET, "LIMIT", may_s, june_s);
	VERDICT(&h, "class", HWATT_NOT_MET, "LIMIT", may_s, june_s);
	VERDICT(&h, "wind", HWATT_MET, "OK", may_s, june_s);
	VERDICT(&h, "hydro", HWATT_NOT_MET, "LIMIT", may_s, june_s);
	VERDICT(&h, "heat", HWATT_MET, "OK", may_s, june_s);
	VERDICT(&h, "carbon", HWATT_MET, "OK PROVISIONAL_FACTOR", may_s, june_s);
	VERDICT(&h, "pue", HWATT_NOT_MET, "LIMIT", may_s, june_s); /* 1.4 is above the 1.25 of class B */
	VERDICT(&h, "full", HWATT_MET, "OK", may_s, june_s); /* the hall's 0.25, not the contract's part of it */
	run(&h, june_s, july_s);
	judge_at(&h, july_s + 5);
	VERDICT(&h, "water", HWATT_NOT_ENOUGH_DATA, "COVERAGE NO_DATA", june_s, july_s);
	FIGURE(&h, "contract", "renewable_share", "year", 121, 122, 1000000);        /* 2032.8 of 2049.6 kWh */
	FIGURE(&h, "contract", "renewable_share_monthly", "year", 91, 122, 1000000); /* 520.8 and 1008 of it */
	FIGURE(&h, "contract", "wue", "year", 2, 1, 508196);                         /* May alone, and said so */
	const struct hwatt_view_kpi *june = figure(&h, "site", "wue", "month");
	assert_true(june != NULL && !june->known);
	assert_string_equal(june->notes, "NO_DATA");

	struct eu_report *report;
	struct hwatt_error err;
	struct eu_report_ask ask = { .site = "s1", .year = 2026, .now_s = july_s + 5, .version = "test" };
	assert_int_equal(eu_report_make(h.inventory, &h.store, NULL, &ask, &report, &err), 0);
	const struct hwatt_eu_report *view = eu_report_view(report);
	assert_true(view->open);
	assert_string_equal(view->ruleset_id, "EED-2024");
	assert_int_equal(hwatt_ratio_compare(view->values[HWATT_EU_E_DC_KWH].number, (struct hwatt_ratio){ 20496, 10 }), 0);
	assert_int_equal(view->values[HWATT_EU_E_DC_KWH].coverage_ppm, 1000000 * 1464 / 8760);
	assert_string_equal(view->points[0].device, "ups-1");
	assert_int_equal(hwatt_ratio_compare(view->values[HWATT_EU_PUE].number, (struct hwatt_ratio){ 14, 10 }), 0);
	eu_report_free(report);
	ask.year = 2027;
	assert_int_equal(eu_report_make(h.inventory, &h.store, NULL, &ask, &report, &err), -1);
	assert_string_equal(err.text, "the year 2027 has not begun");
	tear_down(&h);
}

static void a_gap_in_one_meter_does_not_bias_the_ratio(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 3, 31, 22, 0);
	set_up(&h, "", "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5}\n", start_s);
	open_at(&h, start_s);
	run(&h, start_s, start_s + 8 * QUARTER_S);
	for (int q = 0; q < 4; q++)
		feed(&h, GRID, start_s + q * QUARTER_S, usual[GRID] / 10, QUARTER_MS / 10);
	judge_at(&h, start_s + 8 * QUARTER_S + 5);
	FIGURE(&h, "site", "pue1", "day", 14, 10, 500000);
	assert_int_equal(figure(&h, "site", "pue1", "day")->quality, 'L');
	FIGURE(&h, "site", "energy_dc", "day", JOULES(1400, 8) - JOULES(1260, 4), 1, 550000);
	feed(&h, GRID, start_s, usual[GRID], QUARTER_MS); /* and one of them turns out to have been measured */
	judge_at(&h, start_s + 8 * QUARTER_S + 6);
	FIGURE(&h, "site", "pue1", "day", 14, 10, 625000);
	tear_down(&h);
}

static void a_quarter_waits_for_slow_devices(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 3, 31, 22, 0);
	set_up(&h, "", "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5}\n", start_s);
	open_at(&h, start_s);
	run(&h, start_s, start_s + 4 * QUARTER_S);
	for (size_t p = 0; p < HALL_POINTS; p++)
		if (p != UPS)
			feed(&h, p, start_s + 4 * QUARTER_S, usual[p], QUARTER_MS);
	feed(&h, GRID, start_s + 4 * QUARTER_S, usual[GRID], QUARTER_MS); /* said twice is not two */
	judge_at(&h, start_s + 5 * QUARTER_S + EVALUATION_GRACE_S - 1);
	FIGURE(&h, "site", "pue1", "day", 14, 10, 1000000); /* four quarters of four */
	judge_at(&h, start_s + 5 * QUARTER_S + EVALUATION_GRACE_S);
	FIGURE(&h, "site", "pue1", "day", 14, 10, 800000);
	feed(&h, UPS, start_s + 4 * QUARTER_S, usual[UPS], QUARTER_MS);
	judge_at(&h, start_s + 5 * QUARTER_S + EVALUATION_GRACE_S);
	FIGURE(&h, "site", "pue1", "day", 14, 10, 1000000);
	tear_down(&h);
}

/* --- who counts -------------------------------------------------------------------------------------------------- */

static void the_most_trusted_role_that_reports_is_the_total(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 3, 31, 22, 0);
	set_up(&h, "", "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5}\n", start_s);
	h.store.points[GRID].role = HWATT_OUTLET; /* at first only its outlets, 1 and 2 */
	struct store_point more[] = { { .id = HALL_POINTS + 1, .device = "grid-1", .index = "2", .role = HWATT_OUTLET,
					.quantity = HWATT_ENERGY },
				      { .id = HALL_POINTS + 2, .device = "grid-1", .index = "1", .role = HWATT_INLET,
					.quantity = HWATT_ENERGY } };
	open_at(&h, start_s);
	h.store.points[HALL_POINTS] = more[0];
	h.store.points[HALL_POINTS + 1] = more[1];
	h.store.point_count += 2;
	evaluation_point(h.e, &more[0]);
	evaluation_point(h.e, &more[0]); /* known: passed over */
	run(&h, start_s, start_s + 2 * QUARTER_S);
	feed(&h, HALL_POINTS, start_s, usual[GRID], QUARTER_MS);
	feed(&h, HALL_POINTS, start_s + QUARTER_S, usual[GRID], QUARTER_MS);
	judge_at(&h, start_s + 2 * QUARTER_S);
	FIGURE(&h, "site", "energy_dc", "day", JOULES(2800, 2), 1, 1000000);
	evaluation_point(h.e, &more[1]); /* then the inlet itself */
	run(&h, start_s + 2 * QUARTER_S, start_s + 3 * QUARTER_S);
	feed(&h, HALL_POINTS, start_s + 2 * QUARTER_S, usual[GRID], QUARTER_MS);
	feed(&h, HALL_POINTS + 1, start_s + 2 * QUARTER_S, 3 * usual[GRID], QUARTER_MS);
	judge_at(&h, start_s + 3 * QUARTER_S);
	FIGURE(&h, "site", "energy_dc", "day", JOULES(2800, 2) + JOULES(4200, 1), 1, 1000000);
	open_at(&h, start_s + 3 * QUARTER_S); /* and a restart sees the same */
	judge_at(&h, start_s + 3 * QUARTER_S);
	FIGURE(&h, "site", "energy_dc", "day", JOULES(2800, 2) + JOULES(4200, 1), 1, 1000000);
	tear_down(&h);
}

static void a_role_that_fell_silent_gives_way(void **state)
{
	(void)state; /* the device was exchanged for one without an inlet meter */
	struct hall h;
	int64_t start_s = utc(2026, 3, 31, 22, 0);
	set_up(&h, "", "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5}\n", start_s);
	struct store_point outlet = { .id = HALL_POINTS + 1, .device = "grid-1", .index = "1", .role = HWATT_OUTLET,
				      .quantity = HWATT_ENERGY };
	h.store.points[h.store.point_count++] = outlet;
	open_at(&h, start_s);
	run(&h, start_s, start_s + 2 * QUARTER_S);
	for (size_t p = 0; p < HALL_POINTS; p++)
		feed(&h, p == GRID ? HALL_POINTS : p, start_s + 2 * QUARTER_S, usual[p], QUARTER_MS);
	judge_at(&h, start_s + 4 * QUARTER_S);
	FIGURE(&h, "site", "energy_dc", "day", JOULES(1400, 3), 1, 1000000);
	tear_down(&h);
}

static void a_total_of_a_role_goes_before_its_parts(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 3, 31, 22, 0);
	set_up(&h, "", "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5}\n", start_s);
	struct store_point total = { .id = HALL_POINTS + 1, .device = "grid-1", .index = "total", .role = HWATT_INLET,
				     .quantity = HWATT_ENERGY };
	h.store.points[h.store.point_count++] = total;
	open_at(&h, start_s);
	run(&h, start_s, start_s + QUARTER_S);
	feed(&h, HALL_POINTS, start_s, 2 * usual[GRID], QUARTER_MS);
	judge_at(&h, start_s + QUARTER_S);
	FIGURE(&h, "site", "energy_dc", "day", JOULES(2800, 1), 1, 1000000);
	tear_down(&h);
}

static void a_point_is_missing_from_its_first_interval_on(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 3, 31, 22, 0), end_s = start_s + 20 * QUARTER_S;
	set_up(&h, "", "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5}\n", start_s - 86400);
	h.store.points[h.store.point_count++] = (struct store_point){ .id = HALL_POINTS + 1, .device = "grid-1", .index = "2",
								      .role = HWATT_INLET, .quantity = HWATT_ENERGY };
	open_at(&h, start_s);
	run(&h, start_s, end_s);
	judge_at(&h, end_s);
	FIGURE(&h, "site", "pue1", "day", 14, 10, 1000000);
	static const struct { int quarter, valid; } steps[] = { { 15, 16 }, { 13, 15 }, { 2, 5 }, { -40, 3 } };
	for (int i = 0; i < 4; i++) { /* each found to be earlier than known: recently, today, yesterday */
		feed(&h, HALL_POINTS, start_s + steps[i].quarter * QUARTER_S, 0, QUARTER_MS);
		judge_at(&h, end_s + EVALUATION_GRACE_S);
		FIGURE(&h, "site", "pue1", "day", 14, 10, steps[i].valid * 1000000 / 20);
	}
	tear_down(&h);
}

static void shares_and_outlets_count_for_what_they_are(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 3, 31, 22, 0);
	set_up(&h, "", "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: energy, max: 1 MWh}\n", start_s);
	struct contract *contract = h.config->contracts[0];
	struct contract_scope rows[] = { { .site = "", .rack = "", .device = "pdu-a1", .outlets = "", .share_ppm = 250000 },
					 { .site = "", .rack = "", .device = "pdu-b1", .outlets = "2-3", .share_ppm = HWATT_PPM } };
	contract->scope = (struct hwatt_list){ rows, 2 };
	inventory_free(h.inventory);
	h.inventory = inventory_build(h.config, &h.l.report);
	assert_string_equal(loading_mistakes(&h.l), "");
	for (int outlet = 1; outlet <= 4; outlet++)
		h.store.points[h.store.point_count++] =
			(struct store_point){ .id = HALL_POINTS + outlet, .device = "pdu-b1", .role = HWATT_OUTLET,
					      .index = &"1\0002\0003\0004"[2 * (outlet - 1)], .quantity = HWATT_ENERGY };
	open_at(&h, start_s);
	run(&h, start_s, start_s + QUARTER_S);
	for (size_t outlet = 0; outlet < 4; outlet++) /* 100, 200, 300, 400 W */
		feed(&h, HALL_POINTS + outlet, start_s, MW_QUARTER(100000 * (int64_t)(outlet + 1)), QUARTER_MS);
	judge_at(&h, start_s + QUARTER_S);
	FIGURE(&h, "contract", "energy_it", "contract", JOULES(1225 + 2000 + 3000, 1), 10, 1000000);
	FIGURE(&h, "site", "energy_dc", "day", JOULES(1400, 1), 1, 1000000);
	tear_down(&h);
}

static void a_new_meter_does_not_void_the_past_and_a_silent_one_is_missed(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 3, 31, 22, 0), later_s = start_s + 16 * QUARTER_S;
	set_up(&h, "  - {id: pdu-c1, address: snmp://a, site: s1, power_role: pdu, fed_by: ups-1}\n",
	       "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5}\n", start_s);
	run(&h, start_s, later_s);
	open_at(&h, later_s); /* configured now, never answered */
	judge_at(&h, later_s);
	FIGURE(&h, "site", "pue2", "day", 14000, 9800, 1000000);
	run(&h, later_s, later_s + 4 * QUARTER_S);
	h.store.reader = true; /* a report writes nothing down */
	judge_at(&h, later_s + 4 * QUARTER_S);
	h.store.reader = false;
	judge_at(&h, later_s + 4 * QUARTER_S);
	FIGURE(&h, "site", "pue2", "day", 14000, 9800, 800000);
	FIGURE(&h, "site", "pue1", "day", 14, 10, 1000000);
	assert_int_equal(h.store.key_count, 2); /* the new PDU, and the UPS's input, which this hall's UPS does not tell */
	open_at(&h, later_s + 4 * QUARTER_S); /* a restart does not forgive it */
	judge_at(&h, later_s + 4 * QUARTER_S);
	FIGURE(&h, "site", "pue2", "day", 14000, 9800, 800000);
	judge_at(&h, later_s + 8 * QUARTER_S);
	assert_int_equal(h.store.key_count, 2); /* nor does it begin to wait anew */
	struct store_point answer = { .id = HALL_POINTS + 1, .device = "pdu-c1", .index = "1", .role = HWATT_INLET,
				      .quantity = HWATT_ENERGY };
	h.store.points[h.store.point_count++] = answer;
	evaluation_point(h.e, &answer);
	run(&h, later_s + 4 * QUARTER_S, later_s + 20 * QUARTER_S);
	for (int q = 4; q < 20; q++)
		feed(&h, HALL_POINTS, later_s + q * QUARTER_S, 0, QUARTER_MS);
	judge_at(&h, later_s + 20 * QUARTER_S);
	FIGURE(&h, "site", "pue2", "day", 14000, 9800, 32 * 1000000 / 36);
	tear_down(&h);
}

static void a_server_that_tells_no_power_leaves_pue3_unknown(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 3, 31, 22, 0);
	set_up(&h, "  - {id: srv-3, address: snmp://a, site: s1, rack: A1, power_role: it}\n",
	       "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5, category: 3}\n", start_s);
	open_at(&h, start_s);
	run(&h, start_s, start_s + 4 * QUARTER_S);
	judge_at(&h, start_s + 4 * QUARTER_S);
	FIGURE(&h, "site", "pue2", "day", 14000, 9800, 1000000);
	assert_false(figure(&h, "site", "pue3", "day")->known); /* srv-3 has not answered yet: it is missed */
	struct store_point load = { .id = HALL_POINTS + 1, .device = "srv-3", .index = "total", .role = HWATT_CPU,
				    .quantity = HWATT_CPU_UTILISATION, .kind = INTERVAL_LEVEL };
	h.store.points[h.store.point_count++] = load;
	evaluation_point(h.e, &load);
	judge_at(&h, start_s + 8 * QUARTER_S);
	assert_null(figure(&h, "site", "pue3", "day")); /* it answers, and tells no power: E_IT there is unknown */
	assert_non_null(figure(&h, "site", "pue2", "day"));
	tear_down(&h);
}

/* The second server idles, at 4 % and 500 octets a second; its air is at 20 degrees, for 3 days of the month at 33. A room takes 70 W at
 * its PDU, and its cooler 9. */
static void idle_servers_their_air_and_a_room_are_judged(void **state)
{
	(void)state;
	struct hall h;
	int64_t from_s = utc(2025, 12, 31, 23, 0), march = utc(2026, 2, 28, 23, 0), april = utc(2026, 3, 31, 22, 0);
	int64_t july = utc(2026, 6, 30, 22, 0);
	set_up(&h, "  - {id: pdu-r, address: snmp://a, site: s1, room: r1, power_role: pdu, fed_by: ups-1}\n"
		   "  - {id: cool-r, address: snmp://a, site: s1, room: r1, power_role: cooling}\n"
		   "  - {id: cool-2, address: snmp://a, site: s1, power_role: cooling}\n"
		   "  - {id: air-2, address: snmp://a, site: s1, room: r2}\n", "from: 2026-01-01, to: 2026-12-31",
	       "  - {id: idle, type: idle_ratio, max: 0.5, window: month}\n  - {id: some, type: idle_ratio, max: 0.49, window: month}\n"
	       "  - {id: asleep, type: idle_ratio, state: comatose, max: 0.1, window: year}\n"
	       "  - {id: a1, type: inlet_temperature, class: A1, min: 0.91}\n  - {id: a2, type: inlet_temperature, class: A2, min: 1}\n"
	       "  - {id: own, type: inlet_temperature, class: own, low: 32.5, high: 33, min: 0.09}\n"
	       "  - {id: room, type: ppue, room: r1, max: 1.1286, window: month}\n"
	       "  - {id: small, type: ppue, room: r1, max: 1.1285, window: month}\n"
	       "  - {id: none, type: ppue, room: r2, max: 1.2, window: month}\n", from_s);
	size_t in = add_point(&h, "srv-2", HWATT_INTERFACE, "total", HWATT_IF_IN_OCTETS, INTERVAL_FLOW);
	size_t to = add_point(&h, "srv-2", HWATT_INTERFACE, "total", HWATT_IF_OUT_OCTETS, INTERVAL_FLOW);
	size_t speed = add_point(&h, "srv-2", HWATT_INTERFACE, "total", HWATT_IF_SPEED, INTERVAL_LEVEL);
	size_t air = add_point(&h, "srv-2", HWATT_SENSOR, "total", HWATT_TEMPERATURE, INTERVAL_LEVEL);
	size_t pdu = add_point(&h, "pdu-r", HWATT_INLET, "1", HWATT_ENERGY, INTERVAL_ENERGY);
	size_t cool = add_point(&h, "cool-r", HWATT_INLET, "1", HWATT_ENERGY, INTERVAL_ENERGY);
	for (int64_t at_s = from_s; at_s < july + 86400; at_s += QUARTER_S) {
		for (size_t p = 0; p < HALL_POINTS; p++)
			feed(&h, p, at_s, p == CPU_2 ? MW_QUARTER(40000) : usual[p], QUARTER_MS);
		feed(&h, in, at_s, 400 * 900, QUARTER_MS);
		feed(&h, to, at_s, 100 * 900, QUARTER_MS);
		feed(&h, speed, at_s, MW_QUARTER(1000), QUARTER_MS);
		feed(&h, air, at_s, at_s >= march && at_s < march + 3 * 86400 ? MW_QUARTER(33000) : MW_QUARTER(20000), QUARTER_MS);
		feed(&h, pdu, at_s, MW_QUARTER(70000), QUARTER_MS);
		feed(&h, cool, at_s, MW_QUARTER(9000), QUARTER_MS);
	}
	open_at(&h, april + 3600);
	judge_at(&h, april + 3600);
	VERDICT(&h, "idle", HWATT_MET, "OK", march, april);
	VERDICT(&h, "some", HWATT_NOT_MET, "LIMIT", march, april);
	VERDICT(&h, "a1", HWATT_NOT_MET, "LIMIT", march, april); /* 743 - 72 of 743 hours: 0.903 */
	VERDICT(&h, "a2", HWATT_MET, "OK", march, april);
	VERDICT(&h, "own", HWATT_MET, "OK", march, april); /* 72 of 743 */
	VERDICT(&h, "room", HWATT_MET, "OK", march, april); /* 79 / 70 = 1.12857 */
	VERDICT(&h, "small", HWATT_NOT_MET, "LIMIT", march, april);
	VERDICT(&h, "none", HWATT_NOT_ENOUGH_DATA, "COVERAGE NO_DATA", march, april);
	FIGURE(&h, "contract", "idle_share", "contract", 1, 2, 1000000);
	FIGURE(&h, "site", "ppue", "year", 79, 70, 1000000); /* of r1 alone: r2 has no meters */
	assert_string_equal(figure(&h, "site", "ppue", "year")->part, "r1");
	assert_string_equal(figure(&h, "site", "ppue", "year")->notation, "pPUE2[r1] (2026-01-01:2026-04-01) = 1.13");
	assert_string_equal(figure(&h, "contract", "ppue", "contract")->part, "r1");
	assert_null(figure(&h, "contract", "idle_share", "day"));
	assert_false(figure(&h, "contract", "comatose_share", "contract")->known); /* the contract began three months ago */
	open_at(&h, july + 3600);
	judge_at(&h, july + 3600);
	FIGURE(&h, "contract", "comatose_share", "year", 1, 2, 1000000);
	VERDICT(&h, "asleep", HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN", from_s, utc(2026, 12, 31, 23, 0));
	tear_down(&h);
}

static void servers_join_as_they_appear(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 3, 31, 22, 0);
	set_up(&h, "", "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5}\n", start_s);
	size_t known = h.store.point_count;
	h.store.point_count = CPU_2;
	open_at(&h, start_s);
	h.store.point_count = known;
	run(&h, start_s, start_s + 4 * QUARTER_S);
	judge_at(&h, start_s + 4 * QUARTER_S);
	FIGURE(&h, "site", "cpu_utilisation", "day", 2, 10, 1000000);
	assert_null(figure(&h, "site", "storage_utilisation", "day"));
	for (size_t p = CPU_2; p < HALL_POINTS; p++)
		evaluation_point(h.e, &h.store.points[p]);
	run(&h, start_s + 4 * QUARTER_S, start_s + 8 * QUARTER_S);
	judge_at(&h, start_s + 8 * QUARTER_S);
	FIGURE(&h, "site", "cpu_utilisation", "day", 3, 10, 1000000); /* expected since it is there */
	FIGURE(&h, "contract", "storage_utilisation", "day", 3, 4, 1000000);
	FIGURE(&h, "contract", "network_utilisation", "contract", 1, 10, 1000000);
	assert_false(figure(&h, "site", "cpu_utilisation", "12_months")->known); /* March, when there was none */
	assert_int_equal(figure(&h, "site", "cpu_utilisation", "12_months")->excluded, 0);
	tear_down(&h);
}

/* --- verdicts ---------------------------------------------------------------------------------------------------- */

static void example_49_through_the_calendar(void **state)
{
	(void)state; /* a contract from 10 April: 21 days, 2016 quarters */
	struct hall h;
	int64_t from_s = utc(2026, 4, 9, 22, 0), to_s = utc(2026, 4, 30, 22, 0);
	set_up(&h, "", "from: 2026-04-10, to: 2026-12-31", "  - {id: r, type: coverage, min: 0.98}\n", from_s - 10 * QUARTER_S);
	run(&h, from_s - 10 * QUARTER_S, to_s - 36 * QUARTER_S);
	open_at(&h, to_s - 36 * QUARTER_S);
	judge_at(&h, to_s - 36 * QUARTER_S);
	VERDICT(&h, "r", HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN", from_s, to_s);
	judge_at(&h, to_s + EVALUATION_GRACE_S);
	VERDICT(&h, "r", HWATT_MET, "OK", from_s, to_s);
	char text[64];
	hwatt_ratio_format(h.view->requirements[0].value, 9, text);
	assert_string_equal(text, "0.982142857");
	tear_down(&h);
}

static void the_last_closed_month_is_judged(void **state)
{
	(void)state;
	struct hall h;
	int64_t march = utc(2026, 2, 28, 23, 0), april = utc(2026, 3, 31, 22, 0), may = utc(2026, 4, 30, 22, 0);
	set_up(&h, "", "from: 2026-03-01, to: 2026-05-15",
	       "  - {id: pue, type: pue, max: 1.40, window: month, category: 1}\n"
	       "  - {id: low, type: pue, max: 1.39, window: month, category: 1}\n"
	       "  - {id: day, type: pue, max: 1.40, window: day}\n"
	       "  - {id: all, type: energy, max: 10 MWh, window: contract}\n"
	       "  - {id: cpu, type: cpu_utilisation, min: 31 %}\n", march);
	open_at(&h, march);
	run(&h, march, march + 4 * QUARTER_S);
	judge_at(&h, march + 4 * QUARTER_S);
	VERDICT(&h, "pue", HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN", march, april);
	run(&h, march + 4 * QUARTER_S, april);
	judge_at(&h, april);
	VERDICT(&h, "pue", HWATT_MET, "OK", march, april);
	VERDICT(&h, "low", HWATT_NOT_MET, "LIMIT", march, april);
	VERDICT(&h, "day", HWATT_MET, "OK", april - 86400, april);
	VERDICT(&h, "cpu", HWATT_NOT_MET, "LIMIT", march, april);
	VERDICT(&h, "all", HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN", march, utc(2026, 5, 15, 22, 0));
	const struct hwatt_view_forecast *all = &h.view->requirements[3].forecast; /* beside the verdict: 980 W until the end */
	assert_true(all->known && all->status == HWATT_MET && all->from_s == march && all->to_s == utc(2026, 5, 15, 22, 0));
	assert_true(fabs(hwatt_ratio_double(all->value) / (980.0 * (double)(all->to_s - march)) - 1) < 1e-6);
	assert_false(h.view->requirements[0].forecast.known); /* April has not begun */
	judge_at(&h, may + 3600); /* April was not measured at all */
	VERDICT(&h, "pue", HWATT_NOT_ENOUGH_DATA, "COVERAGE NO_DATA", april, may);
	run(&h, may, utc(2026, 5, 15, 22, 0));
	judge_at(&h, utc(2026, 7, 1, 12, 0)); /* after its end the last period stands */
	VERDICT(&h, "pue", HWATT_MET, "OK", may, utc(2026, 5, 15, 22, 0));
	VERDICT(&h, "day", HWATT_MET, "OK", utc(2026, 5, 14, 22, 0), utc(2026, 5, 15, 22, 0));
	VERDICT(&h, "all", HWATT_NOT_ENOUGH_DATA, "COVERAGE", march, utc(2026, 5, 15, 22, 0));
	tear_down(&h);
}

static void regress_5_each_meter_of_a_calibration_is_calibrated_again(void **state)
{
	(void)state;
#define MARCH "- {id: k1, type: calibration, subject: [device:grid-1, device:ups-1], from: 2026-01-01, to: 2026-03-15, status: accepted, reviewed_by: Nils,\n" \
	      "   reviewed: 2026-01-02}\n- {id: k2, type: calibration, subject: device:grid-1, from: 2026-03-10, status: accepted, reviewed_by: Nils,\n" \
	      "   reviewed: 2026-03-09}\n"
	static const struct { const char *documents, *reasons; enum hwatt_status status; } cases[] = {
		{ MARCH, "DOC_EXPIRED", HWATT_EXPIRED }, /* of ups-1 nobody says anything */
		{ MARCH "- {id: k3, type: calibration, subject: device:ups-1, from: 2026-03-16, status: accepted, reviewed_by: Nils, reviewed: 2026-03-09}\n",
		  "OK", HWATT_MET },
	};
	int64_t march = utc(2026, 2, 28, 23, 0), april = utc(2026, 3, 31, 22, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct register_files files = { .keys = ", country: SE", .documents = cases[i].documents };
		struct hall h;
		set_up_with(&h, &files, "", "from: 2026-03-01, to: 2026-05-15", "  - {id: pue, type: pue, max: 1.40, window: month, category: 1}\n", march);
		open_at(&h, march);
		run(&h, march, april);
		judge_at(&h, april + 3600);
		VERDICT(&h, "pue", cases[i].status, cases[i].reasons, march, april);
		tear_down(&h);
	}
}

static void documents_and_events_are_judged_as_of_today(void **state)
{
	(void)state;
	static const struct register_files files = { .keys = ", country: SE", .documents =
		"- {id: d1, type: minerals, subject: serial:new, from: 2026-04-10, status: accepted, reviewed_by: Nils, reviewed: 2026-04-09}\n"
		"- {id: k1, type: calibration, subject: device:grid-1, from: 2026-01-01, to: 2026-03-15, status: accepted, reviewed_by: Nils,\n"
		"   reviewed: 2026-01-02}\n" };
	struct hall h;
	int64_t march = utc(2026, 2, 28, 23, 0), april = utc(2026, 3, 31, 22, 0), day = april - 86400;
	set_up_with(&h, &files, "", "from: 2026-03-01, to: 2026-05-15",
	       "  - {id: min, type: minerals, trigger: replacement, due_days: 30, missing_is_breach: true}\n"
	       "  - {id: env, type: attestation, document: e.pdf, issued: 2026-02-01, expires: 2026-03-31}\n"
	       "  - {id: eu, type: location, set: EU}\n"
	       "  - {id: pue, type: pue, max: 1.40, window: month, category: 1}\n", march);
	open_at(&h, march);
	run(&h, march, april);
	judge_at(&h, april - QUARTER_S);
	VERDICT(&h, "min", HWATT_NOT_APPLICABLE, "NO_SUBJECT", day, april);
	VERDICT(&h, "env", HWATT_MET, "OK", day, april);
	VERDICT(&h, "eu", HWATT_MET, "OK", day, april);
	h.store.events[h.store.event_count++] = (struct store_event){ april * 1000, "device_replaced", "srv-1", "serial", "old", "new" };
	h.store.events[h.store.event_count++] = (struct store_event){ april * 1000, "device_replaced", "ups-1", "serial", "old", "other" };
	judge_at(&h, april + 3600);
	VERDICT(&h, "min", HWATT_NOT_ENOUGH_DATA, "NO_DOC", april, april + 86400); /* a server of the rack; the UPS is not the contract's */
	VERDICT(&h, "env", HWATT_EXPIRED, "DOC_EXPIRED", april, april + 86400);
	VERDICT(&h, "pue", HWATT_EXPIRED, "DOC_EXPIRED", march, april); /* its meter's calibration ended in mid-month */
	judge_at(&h, utc(2026, 4, 10, 12, 0));
	VERDICT(&h, "min", HWATT_MET, "OK", utc(2026, 4, 9, 22, 0), utc(2026, 4, 10, 22, 0));
	judge_at(&h, utc(2026, 7, 1, 12, 0)); /* after its end the last day stands */
	VERDICT(&h, "min", HWATT_MET, "OK", utc(2026, 5, 14, 22, 0), utc(2026, 5, 15, 22, 0));
	for (size_t i = 0; i < h.view->requirement_count; i++) {
		const struct hwatt_view_requirement *r = &h.view->requirements[i];
		assert_int_equal(r->limited, strcmp(r->requirement, "pue") == 0);
		assert_true(strcmp(r->requirement, "pue") == 0 || (!r->known && strcmp(r->unit, "") == 0));
	}
	tear_down(&h);
}

static void twelve_months_are_twelve_months(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 1, 14, 23, 0), first = utc(2026, 1, 31, 23, 0), full = utc(2027, 1, 31, 23, 0);
	set_up(&h, "", "from: 2026-01-15, to: 2027-03-15", "  - {id: pue, type: pue, max: 1.40, category: 1}\n", start_s);
	open_at(&h, start_s);
	run(&h, start_s, utc(2026, 2, 10, 0, 0));
	judge_at(&h, utc(2026, 2, 10, 0, 0));
	VERDICT(&h, "pue", HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN", first, full);
	run(&h, utc(2026, 2, 10, 0, 0), full);
	judge_at(&h, full - QUARTER_S);
	VERDICT(&h, "pue", HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN", first, full);
	judge_at(&h, full);
	VERDICT(&h, "pue", HWATT_MET, "OK", first, full);
	judge_at(&h, utc(2027, 5, 1, 0, 0)); /* ended on 15 March: the 12 months before 1 March; February 2027 was not measured */
	VERDICT(&h, "pue", HWATT_NOT_ENOUGH_DATA, "COVERAGE", utc(2026, 2, 28, 23, 0), utc(2027, 2, 28, 23, 0));
	tear_down(&h);
}

static void periods_are_cut_to_the_time_in_force(void **state)
{
	(void)state;
	struct hall h;
	int64_t jan = utc(2025, 12, 31, 23, 0), feb = utc(2026, 1, 31, 23, 0), mar = utc(2026, 2, 28, 23, 0), apr = utc(2026, 3, 31, 22, 0);
	int64_t may = utc(2026, 4, 30, 22, 0);
	set_up(&h, "", "from: 2026-01-01, to: 2026-12-31",
	       "  - {id: year, type: pue, max: 1.45, window: year, category: 1, from: 2026-02-01, to: 2026-03-31}\n"
	       "  - {id: month, type: pue, max: 1.45, window: month, category: 1, from: 2026-02-01, to: 2026-02-28}\n"
	       "  - {id: rolling, type: pue, max: 1.45, window: 12 months, category: 1, from: 2026-02-01}\n"
	       "  - {id: cap, type: energy, max: 1.5 MWh, window: contract, from: 2026-02-01, to: 2026-02-28}\n"
	       "  - {id: trend, type: energy_trend, min: 0.1, baseline: 8.76 MWh, factor: 1, window: year, from: 2026-02-01}\n", jan);
	open_at(&h, jan);
	for (int64_t at_s = jan; at_s < feb; at_s += QUARTER_S) /* January was bad, and before their time */
		for (size_t p = 0; p < HALL_POINTS; p++)
			feed(&h, p, at_s, p == GRID ? 2 * usual[p] : usual[p], QUARTER_MS);
	judge_at(&h, feb - 86400);
	VERDICT(&h, "month", HWATT_NOT_APPLICABLE, "OUTSIDE_PERIOD", feb, mar); /* the first time that will be judged */
	VERDICT(&h, "year", HWATT_NOT_APPLICABLE, "OUTSIDE_PERIOD", feb, apr);
	run(&h, feb, mar);
	judge_at(&h, mar);
	VERDICT(&h, "month", HWATT_MET, "OK", feb, mar);
	VERDICT(&h, "year", HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN", feb, apr);
	VERDICT(&h, "rolling", HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN", feb, utc(2026, 12, 31, 23, 0)); /* not with January in it */
	VERDICT(&h, "cap", HWATT_MET, "OK", feb, mar);
	VERDICT(&h, "trend", HWATT_NOT_ENOUGH_DATA, "PERIOD_OPEN", feb, utc(2026, 12, 31, 23, 0));
	for (size_t i = 0; i < h.view->requirement_count; i++) /* 980 W against 1000 W: not eleven twelfths of the year saved */
		if (strcmp(h.view->requirements[i].requirement, "trend") == 0)
			assert_true(h.view->requirements[i].value.num * 100 < h.view->requirements[i].value.den * 12);
	run(&h, mar, apr);
	judge_at(&h, apr);
	VERDICT(&h, "year", HWATT_MET, "OK", feb, apr); /* January does not count */
	VERDICT(&h, "month", HWATT_NOT_APPLICABLE, "OUTSIDE_PERIOD", mar, apr);
	run(&h, apr, may);
	judge_at(&h, may);
	VERDICT(&h, "year", HWATT_MET, "OK", feb, apr);
	VERDICT(&h, "month", HWATT_NOT_APPLICABLE, "OUTSIDE_PERIOD", apr, may);
	tear_down(&h);
}

static void a_report_is_judged_when_it_is_due(void **state)
{
	(void)state;
	struct hall h;
	static const struct register_files files = { .keys = "", .activities =
		"- {id: r1, kind: report, on: 2026-02-08, period: 2026-01}\n- {id: r3, kind: report, on: 2026-04-08, period: 2026-03}\n" };
	int64_t jan = utc(2025, 12, 31, 23, 0), feb = utc(2026, 1, 31, 23, 0), mar = utc(2026, 2, 28, 23, 0), apr = utc(2026, 3, 31, 22, 0);
	set_up_with(&h, &files, "", "from: 2026-01-01, to: 2027-12-31",
		    "  - {id: m, type: reporting, due_days: 20}\n  - {id: yearly, type: reporting, window: year, due_days: 120}\n", jan);
	open_at(&h, jan);
	judge_at(&h, utc(2026, 1, 20, 12, 0));
	VERDICT(&h, "m", HWATT_NOT_ENOUGH_DATA, "NO_DOC", jan, feb); /* nothing was due yet */
	judge_at(&h, utc(2026, 2, 5, 12, 0));
	VERDICT(&h, "m", HWATT_NOT_ENOUGH_DATA, "NO_DOC", jan, feb);
	judge_at(&h, utc(2026, 2, 8, 12, 0));
	VERDICT(&h, "m", HWATT_MET, "OK", jan, feb);
	judge_at(&h, utc(2026, 3, 15, 12, 0)); /* that of February is not due: January's was there */
	VERDICT(&h, "m", HWATT_MET, "OK", jan, feb);
	judge_at(&h, utc(2026, 3, 21, 12, 0));
	VERDICT(&h, "m", HWATT_NOT_MET, "OVERDUE", feb, mar);
	judge_at(&h, utc(2026, 4, 2, 12, 0));
	VERDICT(&h, "m", HWATT_NOT_MET, "OVERDUE", feb, mar);
	judge_at(&h, utc(2026, 4, 10, 12, 0));
	VERDICT(&h, "m", HWATT_MET, "OK", mar, apr);
	VERDICT(&h, "yearly", HWATT_NOT_ENOUGH_DATA, "NO_DOC", jan, utc(2026, 12, 31, 23, 0));
	judge_at(&h, utc(2027, 5, 2, 12, 0));
	VERDICT(&h, "yearly", HWATT_NOT_MET, "OVERDUE", jan, utc(2026, 12, 31, 23, 0));
	tear_down(&h);
}

static void a_short_contract_is_judged_as_a_whole(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 1, 14, 23, 0), end_s = utc(2026, 2, 14, 23, 0);
	set_up(&h, "", "from: 2026-01-15, to: 2026-02-14", "  - {id: pue, type: pue, max: 1.40}\n", start_s);
	open_at(&h, start_s);
	judge_at(&h, start_s);
	VERDICT(&h, "pue", HWATT_NOT_APPLICABLE, "OUTSIDE_PERIOD", utc(2026, 1, 31, 23, 0), end_s);
	run(&h, start_s, end_s);
	judge_at(&h, end_s);
	VERDICT(&h, "pue", HWATT_MET, "OK", start_s, end_s);
	tear_down(&h);
}

static void example_74_a_certain_breach_does_not_wait(void **state)
{
	(void)state; /* 980 W: the cap of 1 MWh a year is passed in mid-February, on 80 % of the data */
	struct hall h;
	int64_t start_s = utc(2025, 12, 31, 23, 0), now_s = utc(2026, 2, 28, 23, 0), next = utc(2026, 12, 31, 23, 0);
	set_up(&h, "", "from: 2025-01-01, to: 2026-12-31",
	       "  - {id: cap, type: energy, max: 1 MWh}\n  - {id: rack, type: rack_utilisation, max: 5 %, window: year}\n"
	       "  - {id: pue, type: pue, max: 1.2, window: month}\n", start_s);
	open_at(&h, start_s);
	for (int64_t at_s = start_s; at_s < now_s; at_s += 5 * QUARTER_S)
		run(&h, at_s, at_s + 4 * QUARTER_S);
	judge_at(&h, now_s);
	VERDICT(&h, "cap", HWATT_NOT_MET, "LIMIT_CERTAIN", start_s, next); /* 2025 was closed without data */
	VERDICT(&h, "rack", HWATT_NOT_ENOUGH_DATA, "COVERAGE NO_DATA", utc(2024, 12, 31, 23, 0), start_s);
	/* PUE 1.4 on 80 %: were the rest 2 kW without overhead, it would be (1.4 x 0.8 + 2 x 0.2) / (0.8 + 0.4) = 1.267 */
	VERDICT(&h, "pue", HWATT_NOT_MET, "LIMIT_CERTAIN", utc(2026, 1, 31, 23, 0), now_s);
	assert_non_null(strstr(h.view->requirements[0].sentence.en, "passed already"));
	assert_non_null(strstr(h.view->requirements[2].sentence.en, "would not be kept even if all that is missing")); /* nothing is still to come */
	tear_down(&h);
}

static void a_requirement_without_a_subject_or_meters_says_so(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 2, 28, 23, 0), end_s = utc(2026, 3, 31, 22, 0);
	set_up(&h, "", "from: 2026-03-01, to: 2026-12-31",
	       "  - {id: pue, type: pue, max: 1.5, category: 3, window: month}\n  - {id: disk, type: storage_utilisation, min: 0.5}\n"
	       "  - {id: u, type: pue, max: 1.5, window: month, category: 3, guard: guarded_accept}\n", start_s);
	h.store.point_count = DISK_USED; /* no server tells of its disks */
	open_at(&h, start_s);
	run(&h, start_s, end_s);
	judge_at(&h, end_s);
	VERDICT(&h, "pue", HWATT_MET, "OK", start_s, end_s);
	VERDICT(&h, "u", HWATT_NOT_ENOUGH_DATA, "NO_UNCERTAINTY", start_s, end_s);
	VERDICT(&h, "disk", HWATT_NOT_ENOUGH_DATA, "COVERAGE NO_DATA", start_s, end_s);
	tear_down(&h);
}

static void a_breach_that_was_judged_stands_beside_a_new_one(void **state)
{
	(void)state;
	struct hall h;
	int64_t march = utc(2026, 2, 28, 23, 0), april = utc(2026, 3, 31, 22, 0);
	set_up(&h, "", "from: 2026-03-01, to: 2026-12-31", "  - {id: cap, type: energy, max: 20 kWh, window: month}\n", march);
	open_at(&h, march);
	run(&h, march, april + 10 * 86400); /* 23.5 kWh a day */
	judge_at(&h, march + 10 * 86400);
	VERDICT(&h, "cap", HWATT_NOT_MET, "LIMIT_CERTAIN", march, april);
	judge_at(&h, april + 10 * 86400);
	VERDICT(&h, "cap", HWATT_NOT_MET, "LIMIT", march, april);
	tear_down(&h);
}

/* --- corrections ------------------------------------------------------------------------------------------------- */

static void a_late_correction_reads_one_day_again(void **state)
{
	(void)state;
	struct hall h;
	int64_t start_s = utc(2026, 2, 28, 23, 0), now_s = start_s + 40 * 86400, late_s = now_s - 2 * 86400, old_s = start_s + 86400;
	set_up(&h, "", "from: 2026-03-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5}\n", start_s);
	open_at(&h, start_s);
	run(&h, start_s, now_s);
	judge_at(&h, now_s);
	assert_int_equal(h.store.scans, 0);
	int64_t all_j = JOULES(1400, 40 * 96);
	FIGURE(&h, "site", "energy_dc", "year", all_j, 1, figure(&h, "site", "energy_dc", "year")->coverage_ppm);
	feed(&h, GRID, late_s, usual[GRID] * 2, QUARTER_MS);
	feed(&h, GRID, late_s + QUARTER_S, usual[GRID] * 2, QUARTER_MS);
	judge_at(&h, now_s);
	assert_int_equal(h.store.scans, 2); /* for the site and for the contract */
	assert_true(h.store.scanned_s <= 86400);
	const struct hwatt_view_kpi *year = figure(&h, "site", "energy_dc", "year");
	assert_int_equal(hwatt_ratio_compare(year->value, (struct hwatt_ratio){ all_j + JOULES(1400, 2), 1 }), 0);
	h.store.broken = true; /* what cannot be read now is read at the next judgement */
	feed(&h, GRID, old_s, usual[GRID] * 2, QUARTER_MS);
	judge_at(&h, now_s);
	h.store.broken = false;
	judge_at(&h, now_s);
	year = figure(&h, "site", "energy_dc", "year");
	assert_int_equal(hwatt_ratio_compare(year->value, (struct hwatt_ratio){ all_j + JOULES(1400, 3), 1 }), 0);
	feed(&h, LINK_IN, old_s, usual[LINK_IN] * 2, QUARTER_MS); /* and a point that only the site reads, of a month ago */
	judge_at(&h, now_s);
	tear_down(&h);
}

struct event { int64_t at_s, start_s; size_t point; int64_t amount; int32_t covered_ms; };

static int compare_events(const void *left, const void *right)
{
	const struct event *a = left, *b = right;
	return (a->at_s > b->at_s) - (a->at_s < b->at_s);
}

static void same_halls(const struct hwatt_view_hall *a, const struct hwatt_view_hall *b, int round)
{
	assert_int_equal(a->kpi_count, b->kpi_count);
	for (size_t i = 0; i < a->kpi_count; i++) {
		const struct hwatt_view_kpi *x = &a->kpis[i], *y = &b->kpis[i];
		bool same = strcmp(x->kpi, y->kpi) == 0 && strcmp(x->window, y->window) == 0 && x->known == y->known &&
			    x->value.num == y->value.num && x->value.den == y->value.den && x->coverage_ppm == y->coverage_ppm &&
			    x->quality == y->quality && x->uncertainty.num == y->uncertainty.num && x->excluded == y->excluded;
		if (!same)
			fail_msg("round %d: %s %s %s: %.12f on %" PRId64 " %c, scanned %.12f on %" PRId64 " %c", round, x->subject, x->kpi,
				 x->window, hwatt_ratio_double(x->value), x->coverage_ppm, x->quality, hwatt_ratio_double(y->value),
				 y->coverage_ppm, y->quality);
	}
	assert_int_equal(a->requirement_count, b->requirement_count);
	for (size_t i = 0; i < a->requirement_count; i++)
		assert_string_equal(a->requirements[i].sentence.en, b->requirements[i].sentence.en);
}

/* Property: intervals in any order, gaps and corrections give what reading everything at the end gives. */
static void sums_do_not_depend_on_the_order(void **state)
{
	(void)state;
	for (int round = 0; round < 6; round++) {
		struct hall h;
		unsigned seed = 4711u + (unsigned)round;
		int64_t start_s = utc(2026, 3, 20, 3, 15), end_s = start_s + 16 * 86400; /* over the change to summer time */
		set_up(&h, "", "from: 2026-03-24, to: 2026-12-31",
		       "  - {id: a, type: pue, max: 1.41, window: day}\n  - {id: b, type: cpu_utilisation, min: 0.3, window: month}\n"
		       "  - {id: c, type: energy, max: 300 kWh, window: contract, boundary: allocated}\n", start_s);
		size_t count = 0, most = (size_t)(end_s - start_s) / QUARTER_S * HALL_POINTS * 2;
		struct event *events = hwatt_alloc(most * sizeof(*events));
		for (int64_t at_s = start_s; at_s < end_s; at_s += QUARTER_S) {
			for (size_t p = 0; p < HALL_POINTS; p++) {
				int64_t delay_s = rand_r(&seed) % 100 < 97 ? rand_r(&seed) % 1200 : rand_r(&seed) % (5 * 86400);
				int32_t covered_ms = rand_r(&seed) % 20 == 0 ? rand_r(&seed) % (int32_t)QUARTER_MS : (int32_t)QUARTER_MS;
				struct event event = { at_s + QUARTER_S + delay_s, at_s, p, usual[p] * (90 + rand_r(&seed) % 20) / 100,
						       covered_ms };
				if (rand_r(&seed) % 500 == 0)
					continue; /* never */
				events[count++] = event;
				if (rand_r(&seed) % 200 != 0)
					continue;
				event.at_s += rand_r(&seed) % (13 * 86400); /* a correction */
				event.amount += usual[p] / 3;
				event.covered_ms = QUARTER_MS;
				events[count++] = event;
			}
		}
		qsort(events, count, sizeof(*events), compare_events);
		open_at(&h, start_s);
		int64_t now_s = start_s;
		for (size_t i = 0; i < count; i++) {
			if (events[i].at_s > now_s + 3600 * 7) {
				now_s = events[i].at_s;
				judge_at(&h, now_s);
			}
			feed(&h, events[i].point, events[i].start_s, events[i].amount, events[i].covered_ms);
		}
		now_s = end_s + 8 * 3600;
		judge_at(&h, now_s);
		struct hwatt_view_hall *live = snapshot_hall_take(h.view);
		open_at(&h, now_s);
		judge_at(&h, now_s);
		same_halls(live, h.view, round);
		snapshot_hall_release(live);
		free(events);
		tear_down(&h);
	}
}

static void an_unknown_time_zone_is_a_mistake(void **state)
{
	(void)state;
	struct hall h;
	struct hwatt_error err;
	set_up(&h, "", "from: 2026-04-01, to: 2026-12-31", "  - {id: r, type: pue, max: 1.5}\n", 0);
	h.config->sites[0].timezone = "Europe/Atlantis";
	assert_int_equal(evaluation_open(h.inventory, &h.store, NULL, 0, &h.e, &err), -1);
	assert_int_equal(err.code, HWATT_EINVAL);
	assert_non_null(strstr(err.text, "site s1"));
	h.config->sites[0].timezone = "Europe/Stockholm";
	h.store.broken = true;
	assert_int_equal(evaluation_open(h.inventory, &h.store, NULL, 0, &h.e, &err), -1);
	assert_int_equal(err.code, HWATT_EIO);
	h.e = NULL;
	tear_down(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_all_windows),
		cmocka_unit_test(what_people_write_down_pairs_with_the_months),
		cmocka_unit_test(a_gap_in_one_meter_does_not_bias_the_ratio),
		cmocka_unit_test(a_quarter_waits_for_slow_devices),
		cmocka_unit_test(the_most_trusted_role_that_reports_is_the_total),
		cmocka_unit_test(a_role_that_fell_silent_gives_way),
		cmocka_unit_test(a_total_of_a_role_goes_before_its_parts),
		cmocka_unit_test(a_point_is_missing_from_its_first_interval_on),
		cmocka_unit_test(shares_and_outlets_count_for_what_they_are),
		cmocka_unit_test(a_new_meter_does_not_void_the_past_and_a_silent_one_is_missed),
		cmocka_unit_test(a_server_that_tells_no_power_leaves_pue3_unknown),
		cmocka_unit_test(idle_servers_their_air_and_a_room_are_judged),
		cmocka_unit_test(servers_join_as_they_appear),
		cmocka_unit_test(example_49_through_the_calendar),
		cmocka_unit_test(the_last_closed_month_is_judged),
		cmocka_unit_test(regress_5_each_meter_of_a_calibration_is_calibrated_again),
		cmocka_unit_test(documents_and_events_are_judged_as_of_today),
		cmocka_unit_test(twelve_months_are_twelve_months),
		cmocka_unit_test(periods_are_cut_to_the_time_in_force),
		cmocka_unit_test(a_report_is_judged_when_it_is_due),
		cmocka_unit_test(a_short_contract_is_judged_as_a_whole),
		cmocka_unit_test(example_74_a_certain_breach_does_not_wait),
		cmocka_unit_test(a_requirement_without_a_subject_or_meters_says_so),
		cmocka_unit_test(a_breach_that_was_judged_stands_beside_a_new_one),
		cmocka_unit_test(a_late_correction_reads_one_day_again),
		cmocka_unit_test(sums_do_not_depend_on_the_order),
		cmocka_unit_test(an_unknown_time_zone_is_a_mistake),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
