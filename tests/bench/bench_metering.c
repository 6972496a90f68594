/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What metering a poll costs: sets of a PDU with 24 outlets (power and energy of each and of the whole) are fed values as a target
 * holds them, with records for the journal, and nothing else runs. `bench_metering DEVICES POLLS INTERVAL_MS`; from 5000 ms on the
 * sets are packed between their polls. The time is for people; instructions are counted by running it in callgrind or perf. */
#define _POSIX_C_SOURCE 200809L
#include "../unit/quarters.h"
#include "meterset.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PLACES 25 /* the first is the inlet */
#define STEP_MJ 360000000 /* of a register: 100 Wh */
#define POINTS (2 * PLACES + PLACES - 1) /* currents behind them */

struct device {
	struct meterset *set;
	int64_t drawn_mj[PLACES];
	int32_t narrow[POINTS];
	uint8_t when[POINTS];
	uint32_t moments[4];
	struct target_values values;
};

struct bench {
	struct target_point points[POINTS];
	char indexes[PLACES][12];
	struct meterset_shelf shelf;
	struct hwatt_text journal;
	struct device *devices;
	long count, octets;
	int64_t interval_ms, mono_ms;
};

static void declare(struct bench *b)
{
	for (int i = 0; i < POINTS; i++) {
		int place = i < 2 * PLACES ? i / 2 : i - 2 * PLACES + 1;
		snprintf(b->indexes[place], sizeof(b->indexes[0]), "%d", place);
		b->points[i] = (struct target_point){ .role = place == 0 ? HWATT_INLET : HWATT_OUTLET, .index = b->indexes[place], .name = "",
						      .source = "", .quantity = i >= 2 * PLACES ? HWATT_CURRENT :
						      i % 2 == 0 ? HWATT_ACTIVE_POWER : HWATT_ENERGY, .step = i % 2 == 0 ? 1 : STEP_MJ };
	}
}

static void open_devices(struct bench *b)
{
	b->devices = hwatt_alloc((size_t)b->count * sizeof(*b->devices));
	for (long d = 0; d < b->count; d++) {
		struct device *dev = &b->devices[d];
		dev->set = meterset_new("pdu", (struct meterset_settings){ .interval_ms = b->interval_ms }, &b->shelf);
		for (int i = 0; i < POINTS; i++)
			dev->when[i] = i < POINTS / 2 ? 1 : 2; /* it took two answers */
		dev->values = (struct target_values){ .narrow = dev->narrow, .when = dev->when, .moments = dev->moments, .from = 990 };
		dev->moments[1] = 995;
		dev->moments[2] = 1000;
	}
}

/* Outlets of 100 to 340 W that waver. */
static void speak(struct bench *b, struct device *dev, long d)
{
	int64_t poll = b->mono_ms / b->interval_ms;
	for (int i = 0; i < PLACES; i++) {
		int64_t mw = 90000 + 10000 * i + (poll * (37 + i) + d) % 5000;
		dev->narrow[2 * i] = (int32_t)mw;
		dev->drawn_mj[i] += mw * b->interval_ms / 1000;
		dev->narrow[2 * i + 1] = (int32_t)(1000000 + (dev->drawn_mj[i] + d * 1000000) / STEP_MJ);
	}
	dev->values.epoch_ms = b->mono_ms - 1000;
}

static void feed(struct bench *b, long d)
{
	struct device *dev = &b->devices[d];
	speak(b, dev, d);
	struct meterset_poll poll = { .points = b->points, .values = &dev->values, .count = POINTS,
				      .wall_ms = INT64_C(1800000000000) + b->mono_ms, .mono_ms = b->mono_ms };
	meterset_feed(dev->set, &poll, &b->journal, quarters_forget, NULL);
	if (meterset_grew(dev->set))
		meterset_keep(dev->set, quarters_of_inlets, NULL);
}

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double run(struct bench *b, long polls)
{
	double began_s = now_s();
	for (long i = 0; i < polls; i++) {
		b->mono_ms += b->interval_ms;
		for (long d = 0; d < b->count; d++)
			feed(b, d);
		b->octets += (long)b->journal.length;
		hwatt_text_reset(&b->journal);
	}
	return now_s() - began_s;
}

int main(int argc, char **argv)
{
	static struct bench b;
	b.count = argc > 1 ? atol(argv[1]) : 100;
	long polls = argc > 2 ? atol(argv[2]) : 100;
	b.interval_ms = argc > 3 ? atol(argv[3]) : 1000;
	if (b.count < 1 || polls < 1 || b.interval_ms < 1) {
		fprintf(stderr, "usage: bench_metering DEVICES POLLS INTERVAL_MS\n");
		return 2;
	}
	b.mono_ms = 3600000;
	hwatt_text_init(&b.journal, 256u << 20);
	declare(&b);
	open_devices(&b);
	run(&b, 2); /* they become tallies */
	b.octets = 0;
	double s = run(&b, polls);
	printf("ns_per_poll=%.0f\nrecord_octets_per_poll=%.1f\n", s * 1e9 / (double)(b.count * polls),
	       (double)b.octets / (double)(b.count * polls));
	for (long d = 0; d < b.count; d++)
		meterset_free(b.devices[d].set);
	meterset_shelf_free(&b.shelf);
	hwatt_text_free(&b.journal);
	free(b.devices);
	return 0;
}
