/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* bench_ipmi - what a DCMI poll costs in the collector alone: targets and a scheduler, without meters, store and snapshots.
 *
 *   bench_ipmi FIRST-ADDRESS PORT COUNT INTERVAL-MS keep|close PASSWORD-FILE WARM-S SECONDS
 *
 * Prints key=value lines; exit status 1 when a poll failed. */
#include "document.h"
#include "scheduler.h"
#include "target.h"
#include <arpa/inet.h>
#include <hallwatt/arena.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

extern const struct hwatt_collector ipmi_collector;
size_t bmc_octets(void);

struct bench {
	uv_loop_t loop;
	struct scheduler *scheduler;
	struct member *members;
	size_t count, open;
	int64_t good, failed;
	void *engine;
	uv_timer_t timer;
	double seconds, cpu_s, user_s;
	int64_t good_before;
	uint64_t at_ns;
	bool measuring;
};

struct member {
	struct bench *bench;
	struct hwatt_device device;
	struct hwatt_target *target;
	struct scheduler_entry entry;
	char host[32], id[32];
};

static double user_s(void)
{
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	return (double)use.ru_utime.tv_sec + (double)use.ru_utime.tv_usec / 1e6;
}

static double cpu_s(void)
{
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void on_done(void *arg, struct hwatt_target *t, const struct hwatt_error *err)
{
	struct member *m = arg;
	(void)t;
	if (err != NULL && m->bench->failed++ == 0)
		fprintf(stderr, "%s: %s\n", m->host, err->text);
	m->bench->good += err == NULL;
	scheduler_done(m->bench->scheduler, &m->entry, err == NULL);
}

static void on_closed(void *arg, struct hwatt_target *t)
{
	struct member *m = arg;
	(void)t;
	if (--m->bench->open == 0)
		ipmi_collector.stop(m->bench->engine);
}

static struct member *member_of(struct scheduler_entry *e)
{
	return (struct member *)((char *)e - offsetof(struct member, entry));
}

static void on_poll(struct scheduler_entry *e, int64_t limit_ms)
{
	target_poll(member_of(e)->target, limit_ms);
}

static void on_expire(struct scheduler_entry *e)
{
	target_expire(member_of(e)->target);
}

static void stop(struct bench *b)
{
	for (size_t i = 0; i < b->count; i++) {
		scheduler_remove(b->scheduler, &b->members[i].entry);
		target_close(b->members[i].target);
	}
	scheduler_stop(b->scheduler);
	uv_close((uv_handle_t *)&b->timer, NULL);
}

static void on_timer(uv_timer_t *timer)
{
	struct bench *b = timer->data;
	if (!b->measuring) {
		b->measuring = true;
		b->good_before = b->good;
		b->cpu_s = cpu_s();
		b->user_s = user_s();
		b->at_ns = uv_hrtime();
		uv_timer_start(timer, on_timer, (uint64_t)(b->seconds * 1000), 0);
		return;
	}
	double spent = cpu_s() - b->cpu_s, own = user_s() - b->user_s, took = (double)(uv_hrtime() - b->at_ns) / 1e9;
	int64_t polls = b->good - b->good_before;
	struct scheduler_figures f = scheduler_figures(b->scheduler);
	printf("collector_polls=%lld\ncollector_polls_per_s=%.1f\ncollector_cpu_us_per_poll=%.2f\n"
	       "collector_user_us_per_poll=%.2f\ncollector_failed=%lld\n"
	       "collector_late=%lld\n", (long long)polls, (double)polls / took, polls > 0 ? spent * 1e6 / (double)polls : 0,
	       polls > 0 ? own * 1e6 / (double)polls : 0,
	       (long long)b->failed, (long long)f.late);
	stop(b);
}

static void open_members(struct bench *b, const char *first, uint16_t port, int64_t interval_ms, const void *settings)
{
	struct in_addr address;
	inet_pton(AF_INET, first, &address);
	for (size_t i = 0; i < b->count; i++) {
		struct member *m = &b->members[i];
		struct in_addr at = { htonl(ntohl(address.s_addr) + (uint32_t)i) };
		struct hwatt_error err;
		m->bench = b;
		inet_ntop(AF_INET, &at, m->host, sizeof(m->host));
		snprintf(m->id, sizeof(m->id), "d%zu", i);
		m->device = (struct hwatt_device){ .id = m->id, .scheme = "ipmi", .host = m->host, .port = port, .site = "", .room = "",
						   .rack = "", .profile = "", .credentials = "", .interval_ms = interval_ms,
						   .timeout_ms = interval_ms };
		struct target_parts parts = { .loop = &b->loop, .collector = &ipmi_collector, .engine = b->engine, .settings = settings,
					      .device = &m->device, .owner = { .done = on_done, .closed = on_closed, .arg = m } };
		if (target_open(&parts, &m->target, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			exit(2);
		}
		b->open++;
	}
	for (size_t i = 0; i < b->count; i++)
		scheduler_add(b->scheduler, &b->members[i].entry, b->members[i].id, interval_ms, interval_ms, false);
}

int main(int argc, char **argv)
{
	static const struct scheduler_client client = { .poll = on_poll, .expire = on_expire };
	struct bench b = { .open = 0 };
	struct hwatt_error err;
	if (argc != 9) {
		fprintf(stderr, "usage: bench_ipmi FIRST-ADDRESS PORT COUNT INTERVAL-MS keep|close PASSWORD-FILE WARM-S SECONDS\n");
		return 2;
	}
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	char *text = hwatt_arena_printf(arena, "{user: hallwatt, password: {file: \"%s\"}, session: %s, sensors: none}", argv[6], argv[5]);
	const struct hwatt_node *node = document_parse("settings", text, strlen(text), arena, &report);
	void *settings = hwatt_arena_alloc(arena, ipmi_collector.settings.size);
	if (node == NULL || hwatt_option_read(&ipmi_collector.settings, node, settings, arena, &report) < 0)
		return 2;
	b.count = strtoul(argv[3], NULL, 10);
	b.members = hwatt_alloc((b.count + 1) * sizeof(*b.members));
	b.seconds = strtod(argv[8], NULL);
	uv_loop_init(&b.loop);
	b.scheduler = scheduler_start(&b.loop, &client);
	if (ipmi_collector.start(&b.loop, NULL, &b.engine, &err) < 0)
		return 2;
	size_t before = mallinfo2().uordblks;
	open_members(&b, argv[1], (uint16_t)atoi(argv[2]), atoi(argv[4]), settings);
	uv_timer_init(&b.loop, &b.timer);
	b.timer.data = &b;
	uv_timer_start(&b.timer, on_timer, (uint64_t)(strtod(argv[7], NULL) * 1000), 0);
	printf("collector_octets_per_bmc=%zu\n", bmc_octets());
	printf("opened_octets_per_bmc=%zu\n", (mallinfo2().uordblks - before) / b.count);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	uv_loop_close(&b.loop);
	free(b.members);
	hwatt_arena_free(arena);
	return b.failed > 0;
}
