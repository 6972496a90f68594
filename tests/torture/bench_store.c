/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* bench_store.c - how fast rows go into the store and come out again, and how large the file gets.
 *
 *   bench_store FOLDER [POINTS [MONTHS]]      60 points, 13 months: 2.3 million rows
 *
 * The folder must not hold a store yet; it is kept, so that it can be looked at. */
#include "store.h"
#include <hallwatt/number.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define START_S INT64_C(1704067200) /* 2024-01-01 */
#define QUARTERS_A_MONTH 2922
#define QUARTERS_A_COMMIT 96

/* CPU time, so that other work on the machine does not count; what the disk costs comes on top. */
static double now_s(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void must(int rc, const struct hwatt_error *err)
{
	if (rc == 0)
		return;
	fprintf(stderr, "bench_store: %s\n", err->text);
	exit(1);
}

/* What a 3 kW PDU with a register of 0.1 kWh and samples each 30 s leaves; every 200th has a gap. */
static struct interval typical(int64_t quarter, int64_t point)
{
	int64_t mw = 3000000 + (quarter * 7919 + point * 104729) % 500000;
	struct interval interval = {
		.start_s = START_S + quarter * QUARTER_S,
		.kind = INTERVAL_ENERGY,
		.amount = 2 * mw * QUARTER_MS,
		.covered_ms = QUARTER_MS,
		.source = 'D', .quality = 'M', .state = 'G',
		.samples = 30,
		.min = mw - 40000, .max = mw + 40000, .last = mw,
		.has_register = true, .has_integral = true,
		.register_amount = 2 * mw * QUARTER_MS,
		.integral_amount = 2 * mw * QUARTER_MS, .integral_covered_ms = QUARTER_MS,
		.register_first = (uint64_t)(quarter * 7), .register_last = (uint64_t)(quarter * 7 + 7),
		.register_step = 360000000,
	};
	if ((quarter + point) % 200 == 0) {
		interval.gap_count = 1;
		interval.gaps[0] = (struct interval_gap){ 120000, 300000, 'T' };
		interval.covered_ms -= 180000;
		interval.quality = 'L';
	}
	return interval;
}

static void fill(struct store *store, int64_t points, int64_t quarters)
{
	struct hwatt_error err = { 0 };
	int64_t *ids = calloc((size_t)points, sizeof(*ids)), context;
	struct store_context same = { .device = "pdu", .ct_ratio_ppm = 1000000 };
	must(store_context_id(store, &same, &context, &err), &err);
	for (int64_t p = 0; p < points; p++) {
		char index[24];
		snprintf(index, sizeof(index), "%" PRId64, p);
		struct store_point point = { .device = "pdu", .index = index, .role = HWATT_OUTLET,
					     .quantity = HWATT_ENERGY, .kind = INTERVAL_ENERGY };
		must(store_point_id(store, &point, &ids[p], &err), &err);
	}
	double began = now_s();
	for (int64_t q = 0; q < quarters; q++) {
		if (q % QUARTERS_A_COMMIT == 0)
			must(store_begin(store, &err), &err);
		for (int64_t p = 0; p < points; p++) {
			struct interval interval = typical(q, p);
			must(store_append(store, ids[p], context, &interval, &err), &err);
		}
		if (q % QUARTERS_A_COMMIT == QUARTERS_A_COMMIT - 1 || q == quarters - 1)
			must(store_commit(store, &err), &err);
	}
	double took = now_s() - began;
	printf("append:      %9" PRId64 " rows in %6.2f s of CPU, %8.0f rows/s, a commit each %d quarters\n",
	       points * quarters, took, (double)(points * quarters) / took, QUARTERS_A_COMMIT);
	free(ids);
}

struct sum { int64_t rows, last_start; hwatt_i128 amount; };

static int add(void *arg, const struct store_interval *row)
{
	struct sum *sum = arg;
	if (row->interval.start_s < sum->last_start)
		abort();
	sum->last_start = row->interval.start_s;
	sum->rows++;
	sum->amount += row->interval.amount;
	return 0;
}

static void scan(struct store *store, const char *what, const int64_t *points, size_t count)
{
	struct hwatt_error err = { 0 };
	struct sum sum = { 0 };
	double began = now_s();
	must(store_intervals(store, points, count, 0, INT64_MAX, add, &sum, &err), &err);
	double took = now_s() - began;
	printf("%-12s %9" PRId64 " rows in %6.2f s of CPU, %8.0f rows/s\n", what, sum.rows, took,
	       (double)sum.rows / took);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: bench_store FOLDER [POINTS [MONTHS]]\n");
		return 2;
	}
	int64_t points = argc > 2 ? strtoll(argv[2], NULL, 10) : 60;
	int64_t quarters = (argc > 3 ? strtoll(argv[3], NULL, 10) : 13) * QUARTERS_A_MONTH;
	struct hwatt_error err = { 0 };
	struct store *store, *reader;
	must(store_open(argv[1], NULL, &store, &err), &err);
	fill(store, points, quarters);
	must(store_open_reader(argv[1], &reader, &err), &err);
	int64_t some[20];
	for (int64_t i = 0; i < 20; i++)
		some[i] = i * points / 20 + 1;
	scan(reader, "all points:", NULL, 0);
	scan(reader, "one point:", some, 1);
	scan(reader, "8 points:", some, 8);
	scan(reader, "20 points:", some, 20);
	store_close(reader);
	double began = now_s();
	must(store_check(store, &err), &err);
	printf("check:       all in %.2f s of CPU\n", now_s() - began);
	store_close(store);
	char path[4096];
	struct stat st;
	snprintf(path, sizeof(path), "%s/hallwatt.db", argv[1]);
	if (stat(path, &st) == 0)
		printf("file:        %.1f MB, %.1f octets a row\n", (double)st.st_size / 1e6,
		       (double)st.st_size / (double)(points * quarters));
	return 0;
}
