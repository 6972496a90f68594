/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* tsan_snapshot.c - readers take, read and release while the owner publishes; the thread sanitizer is the judge. */
#include "block.h"
#include "snapshot.h"
#include <stdio.h>
#include <string.h>
#include <uv.h>

enum { READERS = 4, ROUNDS = 3000, DEVICES = 8 };

struct reader {
	uv_thread_t thread;
	struct snapshot_hub *hub;
	atomic_bool *stop;
	atomic_long taken;
	long torn, backwards;
};

static struct hwatt_view_device *device_at(int64_t round)
{
	char name[32];
	snprintf(name, sizeof(name), "round %lld", (long long)round);
	struct hwatt_view_point points[2] = {
		{ .index = "1", .name = name, .value = round }, { .index = "2", .name = name, .value = -round },
	};
	struct hwatt_view_device draft = { .id = "pdu" };
	return block_build(&draft, points, 2);
}

/* Every block must be of one round, and rounds must not go back. */
static void read_until_stopped(void *arg)
{
	struct reader *reader = arg;
	int64_t last = 0;
	while (!atomic_load(reader->stop)) {
		const struct hwatt_snapshot *snap = snapshot_hub_take(reader->hub);
		if (snap == NULL)
			continue;
		for (size_t i = 0; i < snap->device_count; i++) {
			const struct hwatt_view_point p[2] = { hwatt_view_point_at(snap->devices[i], 0),
								hwatt_view_point_at(snap->devices[i], 1) };
			char name[32];
			snprintf(name, sizeof(name), "round %lld", (long long)p[0].value);
			reader->torn += p[0].value + p[1].value != 0 || strcmp(name, p[1].name) != 0;
		}
		reader->backwards += snap->taken_ms < last;
		last = snap->taken_ms;
		reader->taken++;
		snapshot_release(snap);
	}
}

static bool all_have_read(const struct reader *readers)
{
	for (int i = 0; i < READERS; i++)
		if (atomic_load(&readers[i].taken) == 0)
			return false;
	return true;
}

int main(void)
{
	struct snapshot_hub *hub = snapshot_hub_new();
	atomic_bool stop = false;
	struct reader readers[READERS];
	for (int i = 0; i < READERS; i++) {
		readers[i] = (struct reader){ .hub = hub, .stop = &stop };
		if (uv_thread_create(&readers[i].thread, read_until_stopped, &readers[i]) != 0)
			return 1;
	}
	struct hwatt_view_device *devices[DEVICES];
	for (int i = 0; i < DEVICES; i++)
		devices[i] = device_at(1);
	int64_t round = 0;
	while (round < ROUNDS || !all_have_read(readers)) { /* a busy machine lets some begin late */
		round++;
		int answered = (int)(round % DEVICES); /* one new block, the rest shared with the last snapshot */
		block_release(devices[answered]);
		devices[answered] = device_at(round);
		struct hwatt_snapshot draft = { .taken_ms = round, .device_count = DEVICES, .devices = devices };
		struct hwatt_snapshot *snap = snapshot_build(&draft);
		snapshot_hub_publish(hub, &snap);
	}
	atomic_store(&stop, true);
	long taken = 0, wrong = 0;
	for (int i = 0; i < READERS; i++) {
		uv_thread_join(&readers[i].thread);
		taken += readers[i].taken;
		wrong += readers[i].torn + readers[i].backwards;
	}
	for (int i = 0; i < DEVICES; i++)
		block_release(devices[i]);
	snapshot_hub_free(hub);
	printf("%ld snapshots read during %lld publications, %ld wrong\n", taken, (long long)round, wrong);
	return wrong == 0 ? 0 : 1;
}
