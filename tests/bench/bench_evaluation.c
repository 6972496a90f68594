/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* bench_evaluation.c - how long a start takes to sum the past: all figures and verdicts of many meters, months and contracts.
 *
 *   bench_evaluation [--folder F] [--contracts N] [--rows] [--hours] [--keep] [METERS MONTHS]
 *
 * Without METERS and MONTHS: 500, 1000 and 2000 meters over 3, 6 and 12 months, 200 contracts.  A store is made in the folder
 * (a new one under /tmp), opened by a process of its own, summed and judged; printed are that process's CPU seconds, wall
 * seconds and peak memory.  The store has packs of all days that are over and rows of the last two days; with --rows it has
 * all rows, is packed by the store itself, and is summed before that as well: both must give the same figures.  A site of 2000
 * meters over a year has 70 million rows, which take minutes to make and 8 GB.  With --hours the site has a certificate a month with its
 * hourly production, and all contracts ask for hourly matching. */
#include "calendar.h"
#include "evaluation.h"
#include "pack.h"
#include "snapshot.h"
#include "store_private.h"
#include <ftw.h>
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOW_S (INT64_C(20819) * 86400 + 10 * 3600) /* 2027-01-01 10:00 UTC: all days up to yesterday are packed */
#define HEAD_METERS 3                              /* grid, grid, UPS */
#define ROWS_DAYS 2

struct size {
	int64_t meters, months, contracts;
	bool rows, keep, hours;
};

static void must(int rc, const struct hwatt_error *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_evaluation: %s\n", err->text);
	exit(1);
}

/* --- the hall ---------------------------------------------------------------------------------------------------- */

static void write_file(const char *folder, const char *name, const struct hwatt_text *text)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *out = fopen(path, "we");
	if (out == NULL || fwrite(text->bytes, 1, text->length, out) != text->length || fclose(out) != 0) {
		fprintf(stderr, "bench_evaluation: %s cannot be written\n", path);
		exit(1);
	}
}

/* A certificate a month for the site, and how much of it each hour gave. */
static void write_hours(const char *folder, int64_t kwh)
{
	struct hwatt_text certificates, production;
	hwatt_text_init(&certificates, 1u << 16);
	hwatt_text_init(&production, 4u << 20);
	hwatt_text_puts(&certificates, "statement_id,site,volume,technology,production_start,production_end,transaction_time\n");
	hwatt_text_puts(&production, "statement_id,start,volume\n");
	for (int month = 1; month <= 12; month++) {
		int64_t first = civil_day(2026, month, 1), next = civil_day(month == 12 ? 2027 : 2026, month % 12 + 1, 1);
		hwatt_text_printf(&certificates, "M-%d,hall,%" PRId64 " kWh,wind,2026-%02d-01,2026-%02d-%02d,2026-12-31\n", month,
				  (next - first) * 24 * kwh, month, month, (int)(next - first));
		for (int64_t h = 0; h < (next - first) * 24; h++)
			hwatt_text_printf(&production, "M-%d,2026-%02d-%02dT%02d:00Z,%" PRId64 " kWh\n", month, month, (int)(h / 24) + 1,
					  (int)(h % 24), h % 2 == 0 ? kwh / 2 : kwh + kwh / 2);
	}
	write_file(folder, "certificates.csv", &certificates);
	write_file(folder, "production.csv", &production);
	hwatt_text_free(&certificates);
	hwatt_text_free(&production);
}

/* A hall with PDUs in racks; each contract has a share of the PDUs, a third of one of them among it. */
static void write_hall(const char *folder, const struct size *size)
{
	struct hwatt_text text;
	int64_t pdus = size->meters - HEAD_METERS, each = pdus / size->contracts > 0 ? pdus / size->contracts : 1;
	hwatt_text_init(&text, 8u << 20);
	hwatt_text_printf(&text, "state: %s/state\nsites: [{id: hall, timezone: Europe/Stockholm, rated_it_power: 9 MW}]\n"
			  "contracts: [contract-*.yaml]\n%sdevices:\n", folder,
			  size->hours ? "certificates: [certificates.csv]\nproduction: [production.csv]\n" : "");
	if (size->hours)
		write_hours(folder, size->meters * 4); /* a little less than is used */
	for (int i = 1; i <= 2; i++)
		hwatt_text_printf(&text, "  - {id: grid-%d, address: \"snmp://192.0.2.1\", site: hall, power_role: grid,"
				  " accuracy: 1 %%}\n", i);
	hwatt_text_puts(&text, "  - {id: ups-1, address: \"snmp://192.0.2.1\", site: hall, power_role: ups_output, fed_by: [grid-1],"
			" accuracy: 1 %}\n");
	for (int64_t i = 0; i < pdus; i++)
		hwatt_text_printf(&text, "  - {id: pdu-%" PRId64 ", address: \"snmp://192.0.2.1\", site: hall, power_role: pdu,"
				  " fed_by: [ups-1], accuracy: 2 %%}\n", i);
	write_file(folder, "hall.yaml", &text);
	for (int64_t c = 0; c < size->contracts; c++) {
		char name[64];
		hwatt_text_reset(&text);
		hwatt_text_printf(&text, "id: contract-%" PRId64 "\ntitle: t\nbuyer: b\nsupplier: s\n"
				  "valid: {from: 2020-01-01, to: 2029-12-31}\nscope:\n", c);
		for (int64_t i = 0; i < each; i++)
			hwatt_text_printf(&text, "  - {device: pdu-%" PRId64 "%s}\n", (c * each + i) % pdus,
					  i == 0 ? ", share: 0.33" : "");
		hwatt_text_puts(&text, "requirements:\n  - {id: pue, type: pue, max: 1.3, window: 12 months}\n"
				"  - {id: month, type: pue, max: 1.3, window: month}\n"
				"  - {id: energy, type: energy, max: 900 MWh, window: year}\n"
				"  - {id: year, type: pue, max: 1.4, window: year}\n");
		if (size->hours)
			hwatt_text_puts(&text, "  - {id: hours, type: renewable_share, min: 0.5, matching: hourly, window: year}\n");
		snprintf(name, sizeof(name), "contract-%" PRId64 ".yaml", c);
		write_file(folder, name, &text);
	}
	hwatt_text_free(&text);
}

/* What meter `m` says of a quarter: some 3 kW with noise, what is upstream accordingly; every 200th quarter has a gap. */
static struct interval quarter_of(const struct size *size, int64_t m, int64_t start_s)
{
	uint64_t noise = ((uint64_t)start_s / QUARTER_S * UINT64_C(0x9e3779b97f4a7c15)) ^ ((uint64_t)m * UINT64_C(0xc2b2ae3d27d4eb4f));
	noise = (noise ^ noise >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	int64_t mw = 3000000 + (int64_t)(noise >> 32) % 600000, share = m == 2 ? size->meters : 6 * size->meters / 10;
	mw = m < HEAD_METERS ? mw * share : mw;
	struct interval interval = { .start_s = start_s, .kind = INTERVAL_ENERGY, .amount = 2 * mw * QUARTER_MS, .covered_ms = QUARTER_MS,
				     .source = 'D', .quality = 'M', .state = 'G', .samples = 30, .min = mw - 40000, .max = mw + 40000,
				     .last = mw, .has_integral = true, .integral_amount = 2 * mw * QUARTER_MS,
				     .integral_covered_ms = QUARTER_MS };
	if (noise % 200 == 0) {
		interval.gap_count = 1;
		interval.gaps[0] = (struct interval_gap){ 120000, 300000, 'T' };
		interval.covered_ms -= 180000;
		interval.amount = interval.integral_amount = interval.amount / 10 * 8;
		interval.integral_covered_ms = interval.covered_ms;
		interval.quality = 'L';
	}
	return interval;
}

static void add_points(struct store *store, const struct size *size, int64_t *ids)
{
	struct hwatt_error err = {0};
	must(store_begin(store, &err), &err);
	for (int64_t m = 0; m < size->meters; m++) {
		char device[32];
		snprintf(device, sizeof(device), m < 2 ? "grid-%" PRId64 : m == 2 ? "ups-1" : "pdu-%" PRId64,
			 m < 2 ? m + 1 : m - HEAD_METERS);
		struct store_point point = { .device = device, .index = "1", .quantity = HWATT_ENERGY,
					     .role = m == 2 ? HWATT_UPS_OUTPUT : HWATT_INLET };
		must(store_point_id(store, &point, &ids[m], &err), &err);
	}
	must(store_commit(store, &err), &err);
}

static void add_rows(struct store *store, const struct size *size, const int64_t *ids, int64_t from_s)
{
	struct hwatt_error err = {0};
	struct store_context where = { .device = "bench" };
	int64_t context;
	must(store_context_id(store, &where, &context, &err), &err);
	for (int64_t at_s = from_s; at_s < NOW_S; at_s += QUARTER_S) {
		must(store_begin(store, &err), &err);
		for (int64_t m = 0; m < size->meters; m++) {
			struct interval interval = quarter_of(size, m, at_s);
			must(store_append(store, ids[m], context, &interval, &err), &err);
		}
		must(store_commit(store, &err), &err);
	}
}

static void execute(struct store *store, const char *sql)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return;
	fprintf(stderr, "bench_evaluation: %s\n", sqlite3_errmsg(store->db));
	exit(1);
}

/* Packs of days without their rows, as the store would make them. */
static void add_packs(struct store *store, const struct size *size, const int64_t *ids, int64_t from_s, int64_t to_s)
{
	int64_t amount[PACK_QUARTERS];
	int32_t covered_ms[PACK_QUARTERS];
	char quality[PACK_QUARTERS], text[24];
	uint8_t octets[PACK_MAX_OCTETS];
	struct hwatt_error err = {0};
	sqlite3_stmt *stmt = NULL;
	sqlite3_prepare_v2(store->db, "INSERT INTO pack (day, point, octets) VALUES (?1, ?2, ?3)", -1, &stmt, NULL);
	execute(store, "BEGIN");
	for (int64_t day = from_s / PACK_DAY_S; day < to_s / PACK_DAY_S; day++) {
		for (int64_t m = 0; m < size->meters; m++) {
			for (int q = 0; q < PACK_QUARTERS; q++) {
				struct interval interval = quarter_of(size, m, day * PACK_DAY_S + q * QUARTER_S);
				amount[q] = interval.amount;
				covered_ms[q] = (int32_t)interval.covered_ms;
				quality[q] = interval.quality;
			}
			size_t length = pack_encode(amount, covered_ms, quality, octets);
			sqlite3_reset(stmt);
			sqlite3_bind_int64(stmt, 1, day);
			sqlite3_bind_int64(stmt, 2, ids[m]);
			sqlite3_bind_blob64(stmt, 3, octets, length, SQLITE_STATIC);
			if (sqlite3_step(stmt) != SQLITE_DONE)
				exit(1);
		}
	}
	execute(store, "COMMIT");
	sqlite3_finalize(stmt);
	snprintf(text, sizeof(text), "%" PRId64, to_s / PACK_DAY_S);
	must(store_put(store, "pack", "until", text, &err), &err);
}

static void pack_all(struct store *store, const char *state)
{
	struct hwatt_error err = {0};
	struct store *reader;
	int64_t day;
	must(store_open_reader(state, &reader, &err), &err);
	for (;;) {
		struct store_packs *packs;
		bool done = false;
		must(store_pack_next(store, NOW_S, &day, &err), &err);
		if (day == STORE_NO_DAY)
			break;
		must(store_pack_make(reader, day, &packs, &err), &err);
		must(store_pack_put(store, packs, SIZE_MAX, &done, &err), &err);
		store_packs_free(packs);
	}
	store_close(reader);
}

/* --- measuring --------------------------------------------------------------------------------------------------- */

struct figures { double cpu_s, wall_s, months; long peak_kib; uint64_t sum; };

static double seconds(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t mix(uint64_t sum, uint64_t value)
{
	sum = (sum ^ value) * UINT64_C(1099511628211);
	return sum ^ sum >> 31;
}

/* All figures and verdicts in one number. */
static uint64_t sum_of(const struct hwatt_view_hall *hall)
{
	uint64_t sum = 1;
	for (size_t i = 0; i < hall->kpi_count; i++) {
		const struct hwatt_view_kpi *k = &hall->kpis[i];
		sum = mix(sum, (uint64_t)k->value.num);
		sum = mix(sum, (uint64_t)k->value.den);
		sum = mix(sum, (uint64_t)k->coverage_ppm * 256 + (uint64_t)k->quality);
	}
	for (size_t i = 0; i < hall->requirement_count; i++)
		sum = mix(sum, (uint64_t)hall->requirements[i].status);
	return sum;
}

/* How many months' worth of quarters the first contract's energy over its whole time has. */
static double months_of(const struct hwatt_view_hall *hall)
{
	for (size_t i = 0; i < hall->kpi_count; i++) {
		const struct hwatt_view_kpi *k = &hall->kpis[i];
		if (strcmp(k->kpi, "energy_it") == 0 && strcmp(k->window, "contract") == 0)
			return (double)k->coverage_ppm / 1e6 * (double)(NOW_S - k->from_s) / 86400 / 365 * 12;
	}
	return 0;
}

static struct inventory *load_hall(const char *folder, struct hwatt_arena *arena)
{
	char path[256];
	struct hwatt_report report = { .arena = arena };
	struct hwatt_text text;
	snprintf(path, sizeof(path), "%s/hall.yaml", folder);
	struct config *config = config_load(path, &report);
	struct inventory *inventory = config != NULL ? inventory_build(config, &report) : NULL;
	if (inventory != NULL)
		return inventory;
	hwatt_text_init(&text, 1u << 16);
	report_print(&report, &text);
	fputs(hwatt_text_string(&text), stderr);
	exit(1);
}

static long peak_kib(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static struct figures evaluate(const char *folder)
{
	char state[256];
	struct hwatt_error err = {0};
	struct store *reader;
	struct evaluation *evaluation;
	struct figures f;
	snprintf(state, sizeof(state), "%s/state", folder);
	struct inventory *inventory = load_hall(folder, hwatt_arena_new());
	must(store_open_reader(state, &reader, &err), &err);
	long before_kib = peak_kib();
	double cpu_s = seconds(CLOCK_PROCESS_CPUTIME_ID), wall_s = seconds(CLOCK_MONOTONIC);
	must(evaluation_open(inventory, reader, NULL, NOW_S, &evaluation, &err), &err);
	struct hwatt_view_hall *hall = evaluation_judge(evaluation, NOW_S + EVALUATION_GRACE_S);
	f.cpu_s = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_s;
	f.wall_s = seconds(CLOCK_MONOTONIC) - wall_s;
	f.peak_kib = peak_kib() - before_kib;
	f.sum = sum_of(hall);
	f.months = months_of(hall);
	snapshot_hall_release(hall);
	evaluation_close(evaluation);
	store_close(reader);
	return f; /* the rest goes with the process */
}

/* The same in a process of its own, whose memory is its own. */
static struct figures measure(const char *folder)
{
	struct figures f = {0};
	int ends[2];
	if (pipe(ends) != 0)
		exit(1);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		f = evaluate(folder);
		_exit(write(ends[1], &f, sizeof(f)) == sizeof(f) ? 0 : 1);
	}
	int status;
	if (pid < 0 || read(ends[0], &f, sizeof(f)) != sizeof(f) || waitpid(pid, &status, 0) != pid || status != 0)
		exit(1);
	close(ends[0]);
	close(ends[1]);
	return f;
}

static void print(const struct size *size, const char *what, const struct figures *f, const char *folder)
{
	if (f->months < 0.95 * (double)size->months) {
		fprintf(stderr, "bench_evaluation: only %.1f months were summed\n", f->months);
		exit(1);
	}
	char path[256];
	struct stat st = {0};
	snprintf(path, sizeof(path), "%s/state/hallwatt.db", folder);
	stat(path, &st);
	double quarters = (double)(size->meters * size->months) * 365.0 / 12 * 96;
	printf("%6" PRId64 " %6" PRId64 " %9" PRId64 "  %-6s %8.2f %8.2f %9.0f %8.1f %8.0f\n", size->meters, size->months,
	       size->contracts, what, f->cpu_s, f->wall_s, f->cpu_s * 1e9 / quarters, (double)f->peak_kib / 1024,
	       (double)st.st_size / 1048576);
	fflush(stdout);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void run(const char *folder, const struct size *size)
{
	char state[256];
	struct hwatt_error err = {0};
	struct store *store;
	snprintf(state, sizeof(state), "%s/state", folder);
	write_hall(folder, size);
	int64_t *ids = hwatt_alloc((size_t)size->meters * sizeof(*ids));
	int64_t from_s = (NOW_S - size->months * 365 * PACK_DAY_S / 12) / PACK_DAY_S * PACK_DAY_S;
	int64_t rows_s = size->rows ? from_s : (NOW_S / PACK_DAY_S - ROWS_DAYS) * PACK_DAY_S;
	must(store_open(state, NULL, &store, &err), &err);
	execute(store, "PRAGMA synchronous = OFF");
	add_points(store, size, ids);
	if (!size->rows)
		add_packs(store, size, ids, from_s, NOW_S / PACK_DAY_S * PACK_DAY_S);
	add_rows(store, size, ids, rows_s);
	if (size->rows) {
		struct figures rows = measure(folder);
		print(size, "rows", &rows, folder);
		pack_all(store, state);
		struct figures packs = measure(folder);
		print(size, "packs", &packs, folder);
		if (rows.sum != packs.sum) {
			fprintf(stderr, "bench_evaluation: rows and packs give other figures\n");
			exit(1);
		}
	} else {
		struct figures packs = measure(folder);
		print(size, "packs", &packs, folder);
	}
	store_close(store);
	free(ids);
	if (!size->keep)
		nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void run_in(const char *folder, const struct size *size)
{
	char made[] = "/tmp/hallwatt-bench-XXXXXX";
	if (folder == NULL && (folder = mkdtemp(made)) == NULL)
		exit(1);
	mkdir(folder, 0700);
	run(folder, size);
}

int main(int argc, char **argv)
{
	static const int64_t meters[] = { 500, 1000, 2000 }, months[] = { 3, 6, 12 };
	struct size size = { .contracts = 200 };
	const char *folder = NULL;
	for (; argc > 1 && argv[1][0] == '-'; argc--, argv++) {
		if (strcmp(argv[1], "--rows") == 0)
			size.rows = true;
		else if (strcmp(argv[1], "--hours") == 0)
			size.hours = true;
		else if (strcmp(argv[1], "--keep") == 0)
			size.keep = true;
		else if (argc > 2 && strcmp(argv[1], "--contracts") == 0)
			size.contracts = strtoll(argv[2], NULL, 10), argc--, argv++;
		else if (argc > 2 && strcmp(argv[1], "--folder") == 0)
			folder = argv[2], argc--, argv++;
		else
			return 2;
	}
	printf("meters months contracts  from      CPU s   wall s ns/quarter peak MiB file MiB\n");
	if (argc > 2) {
		size.meters = strtoll(argv[1], NULL, 10);
		size.months = strtoll(argv[2], NULL, 10);
		run_in(folder, &size);
		return 0;
	}
	for (size_t m = 0; m < 3; m++) {
		for (size_t t = 0; t < 3; t++) {
			size.meters = meters[m];
			size.months = months[t];
			run_in(folder, &size);
		}
	}
	return 0;
}
