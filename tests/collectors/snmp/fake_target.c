/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "fake_target.h"
#include <hallwatt/arena.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(2);
}

static void die_of(const struct hwatt_report *report)
{
	struct hwatt_text text;
	hwatt_text_init(&text, 1 << 20);
	report_print(report, &text);
	die(hwatt_text_string(&text));
}

void fake_world_open(struct fake_world *world, const char *folder)
{
	static const struct hwatt_collector *const collectors[] = { &snmp_collector, NULL };
	struct hwatt_error err;
	const char *folders[] = { folder != NULL ? folder : PROFILE_FOLDER };
	*world = (struct fake_world){ 0 };
	world->arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = world->arena };
	struct hwatt_list list = { folders, 1 };
	if (profile_load(&list, collectors, &world->catalog, world->arena, &report) < 0)
		die_of(&report);
	world->profiles = profile_set(&world->catalog, collectors, &snmp_collector);
	if (uv_loop_init(&world->loop) != 0)
		die("no loop");
	if (snmp_collector.start(&world->loop, NULL, &world->engine, &err) < 0)
		die(err.text);
}

void fake_world_close(struct fake_world *world)
{
	snmp_collector.stop(world->engine);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&world->loop) != 0)
		die("a handle was left open");
	profile_catalog_free(&world->catalog);
	hwatt_arena_free(world->arena);
}

struct hwatt_target *fake_open(struct fake_world *world, const char *host, uint16_t port, const char *settings,
			       struct hwatt_error *err)
{
	return fake_open_again(world, host, port, settings, NULL, err);
}

struct hwatt_target *fake_open_again(struct fake_world *world, const char *host, uint16_t port, const char *settings,
				     const char *memory, struct hwatt_error *err)
{
	struct hwatt_target *t = hwatt_alloc(sizeof(*t));
	t->loop = &world->loop;
	t->collector = &snmp_collector;
	t->profiles = world->profiles;
	t->engine = world->engine;
	t->memory = memory != NULL ? hwatt_strdup(memory) : NULL;
	t->arena = hwatt_arena_new();
	t->device = (struct hwatt_device){ .id = "test", .scheme = "snmp", .host = hwatt_arena_strdup(t->arena, host),
					   .port = port, .timeout_ms = 60000, .profile = "" };
	struct hwatt_report report = { .arena = t->arena };
	t->settings = hwatt_arena_alloc(t->arena, snmp_collector.settings.size);
	const struct hwatt_node *node = document_parse("settings", settings, strlen(settings), t->arena, &report);
	if (node == NULL || hwatt_option_read(&snmp_collector.settings, node, t->settings, t->arena, &report) < 0)
		die_of(&report);
	uv_timer_init(t->loop, &t->deadline);
	t->deadline.data = t;
	if (snmp_collector.open(t, err) == 0)
		return t;
	uv_close((uv_handle_t *)&t->deadline, NULL);
	uv_run(t->loop, UV_RUN_NOWAIT);
	hwatt_arena_free(t->arena);
	free(t->memory);
	free(t);
	return NULL;
}

static void on_deadline(uv_timer_t *timer)
{
	struct hwatt_target *t = timer->data;
	t->collector->abort(t);
	if (t->done)
		return;
	hwatt_fail(&t->err, HWATT_ETIMEOUT, "deadline");
	t->done = t->failed = true;
	uv_stop(t->loop); /* a turn of the loop begins with its timers, and goes on with waiting */
}

static void begin(struct hwatt_target *t, struct hwatt_recording *order, int64_t timeout_ms)
{
	t->done = t->failed = t->put_off = false;
	t->requests = 0;
	for (size_t i = 0; i < t->point_count; i++)
		t->points[i].times = 0;
	uv_update_time(t->loop);
	t->deadline_ms = (int64_t)uv_now(t->loop) + timeout_ms;
	uv_timer_start(&t->deadline, on_deadline, (uint64_t)timeout_ms, 0);
	if (order != NULL)
		t->collector->record(t, order);
	else
		t->collector->poll(t);
}

void fake_start(struct hwatt_target *t, int64_t timeout_ms)
{
	begin(t, NULL, timeout_ms);
}

int fake_wait(struct hwatt_target *t)
{
	while (!t->done)
		uv_run(t->loop, UV_RUN_ONCE);
	return t->failed ? -1 : 0;
}

int fake_poll(struct hwatt_target *t, int64_t timeout_ms)
{
	fake_start(t, timeout_ms);
	return fake_wait(t);
}

int fake_record(struct hwatt_target *t, struct hwatt_recording *order, int64_t timeout_ms)
{
	begin(t, order, timeout_ms);
	return fake_wait(t);
}

static void forget(struct hwatt_target *t)
{
	free(t->vendor);
	free(t->model);
	free(t->serial);
	free(t->firmware);
	free(t->profile);
	free(t->profile_reason);
}

void fake_forget(struct hwatt_target *t)
{
	for (size_t i = 0; i < t->warning_count; i++)
		free(t->warnings[i]);
	free(t->warnings);
	free(t->memory);
	stock_free(&t->parts);
}

void fake_close(struct hwatt_target *t)
{
	t->collector->close(t);
	uv_close((uv_handle_t *)&t->deadline, NULL);
	while (!t->closed)
		uv_run(t->loop, UV_RUN_ONCE);
	uv_run(t->loop, UV_RUN_NOWAIT);
	fake_forget(t);
	free(t->points);
	forget(t);
	hwatt_arena_free(t->arena);
	free(t);
}

const struct fake_point *fake_find(const struct hwatt_target *t, const char *role, const char *quantity, const char *index)
{
	for (size_t i = 0; i < t->point_count; i++)
		if (strcmp(hwatt_role_name(t->points[i].is.role), role) == 0 &&
		    strcmp(hwatt_quantity_info(t->points[i].is.quantity)->name, quantity) == 0 &&
		    strcmp(t->points[i].is.index, index) == 0)
			return &t->points[i];
	return NULL;
}

int64_t fake_value(const struct hwatt_target *t, const char *role, const char *quantity, const char *index)
{
	const struct fake_point *p = fake_find(t, role, quantity, index);
	if (p == NULL || p->times == 0) {
		fprintf(stderr, "no value of %s %s %s\n", role, quantity, index);
		abort();
	}
	return p->value.value;
}

const char *fake_part(const struct hwatt_target *t, const char *kind, const char *index)
{
	for (size_t i = 0; i < t->parts.count; i++) {
		const struct stock_part *p = &t->parts.items[i];
		if (strcmp(hwatt_part_word(p->kind), kind) == 0 && strcmp(p->index, index) == 0)
			return p->gone ? "-" : p->serial;
	}
	return NULL;
}

bool fake_warned(const struct hwatt_target *t, const char *words)
{
	for (size_t i = 0; i < t->warning_count; i++)
		if (strstr(t->warnings[i], words) != NULL)
			return true;
	return false;
}

/* What the core offers to collectors. */
const struct hwatt_device *hwatt_target_device(const struct hwatt_target *t)
{
	return &t->device;
}

const void *hwatt_target_settings(const struct hwatt_target *t)
{
	return t->settings;
}

void *hwatt_target_engine(const struct hwatt_target *t)
{
	return t->engine;
}

struct uv_loop_s *hwatt_target_loop(struct hwatt_target *t)
{
	return t->loop;
}

struct hwatt_log *hwatt_target_log(struct hwatt_target *t)
{
	(void)t;
	return NULL;
}

const struct hwatt_profile_set *hwatt_target_profiles(const struct hwatt_target *t)
{
	return t->profiles;
}

int64_t hwatt_target_time_left_ms(const struct hwatt_target *t)
{
	return t->deadline_ms - (int64_t)uv_now(t->loop);
}

void hwatt_target_attach(struct hwatt_target *t, void *session)
{
	t->session = session;
}

void *hwatt_target_session(const struct hwatt_target *t)
{
	return t->session;
}

static char *kept(const char *text)
{
	return text != NULL ? hwatt_strdup(text) : NULL;
}

void hwatt_target_identify(struct hwatt_target *t, const struct hwatt_identity *id)
{
	forget(t);
	t->vendor = kept(id->vendor);
	t->model = kept(id->model);
	t->serial = kept(id->serial);
	t->firmware = kept(id->firmware);
	t->profile = kept(id->profile);
	t->profile_reason = kept(id->profile_reason);
}

int hwatt_target_point(struct hwatt_target *t, const struct hwatt_point *point)
{
	for (size_t i = 0; i < t->point_count; i++) {
		struct hwatt_point *is = &t->points[i].is;
		if (is->role == point->role && is->quantity == point->quantity && strcmp(is->index, point->index) == 0 &&
		    strcmp(is->source, point->source) == 0)
			return (int)i;
	}
	if (t->point_count == HWATT_MAX_POINTS)
		return -1;
	t->points = hwatt_realloc(t->points, (t->point_count + 1) * sizeof(*t->points));
	struct fake_point *p = &t->points[t->point_count];
	*p = (struct fake_point){ .is = *point };
	p->is.index = hwatt_arena_strdup(t->arena, point->index);
	p->is.name = point->name != NULL ? hwatt_arena_strdup(t->arena, point->name) : NULL;
	p->is.source = hwatt_arena_strdup(t->arena, point->source);
	return (int)t->point_count++;
}

void hwatt_target_add(struct hwatt_target *t, int point, struct hwatt_value value)
{
	struct fake_point *p = &t->points[point];
	const struct hwatt_quantity_info *info = hwatt_quantity_info(p->is.quantity);
	if (value.value < info->min || value.value > info->max) {
		t->dropped++;
		return;
	}
	p->value = value;
	p->times++;
}

void hwatt_target_fetch(const struct hwatt_target *t, unsigned step)
{
	(void)t;
	(void)step;
}

void hwatt_target_add_run(struct hwatt_target *t, int first, const int64_t *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct hwatt_point *is = &t->points[first + (int)i].is;
		struct hwatt_value value = { .value = values[i] };
		if (hwatt_quantity_info(is->quantity)->counter) {
			value.count = (uint64_t)values[i];
			if (__builtin_mul_overflow(values[i], is->step, &value.value))
				value.value = INT64_MAX;
		}
		hwatt_target_add(t, first + (int)i, value);
	}
}

void hwatt_target_uptime(struct hwatt_target *t, int64_t uptime_ms)
{
	t->uptime_ms = uptime_ms;
}

void hwatt_target_register_stamp(struct hwatt_target *t, int point, uint64_t stamp)
{
	t->points[point].stamp = stamp;
}

void hwatt_target_part(struct hwatt_target *t, const struct hwatt_part *part)
{
	stock_put(&t->parts, part);
}

void hwatt_target_parts_told(struct hwatt_target *t)
{
	t->looks++;
}

__attribute__((format(printf, 2, 0)))
static void tell(struct hwatt_target *t, const char *fmt, va_list args)
{
	char text[512];
	vsnprintf(text, sizeof(text), fmt, args);
	if (fake_warned(t, text))
		return;
	t->warnings = hwatt_realloc(t->warnings, (t->warning_count + 1) * sizeof(*t->warnings));
	t->warnings[t->warning_count++] = hwatt_strdup(text);
}

void hwatt_target_warn(struct hwatt_target *t, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	tell(t, fmt, args);
	va_end(args);
}

void hwatt_target_note(struct hwatt_target *t, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	tell(t, fmt, args);
	va_end(args);
}

void hwatt_target_remember(struct hwatt_target *t, const char *key, const char *value)
{
	(void)key;
	free(t->memory);
	t->memory = value != NULL ? hwatt_strdup(value) : NULL;
}

char *hwatt_target_recall(struct hwatt_target *t, const char *key)
{
	(void)key;
	return t->memory != NULL ? hwatt_strdup(t->memory) : NULL;
}

void hwatt_target_count_request(struct hwatt_target *t)
{
	t->requests++;
}

void hwatt_target_done(struct hwatt_target *t, const struct hwatt_error *err)
{
	if (t->done) {
		fprintf(stderr, "done twice\n");
		abort();
	}
	uv_timer_stop(&t->deadline);
	t->done_ms = (int64_t)uv_now(t->loop);
	t->done = true;
	t->failed = err != NULL;
	if (err != NULL)
		t->err = *err;
	uv_stop(t->loop); /* else the loop would wait for what may never come */
}

bool hwatt_target_put_off(struct hwatt_target *t)
{
	if (!t->patient)
		return false;
	uv_timer_stop(&t->deadline);
	t->put_off = t->done = true;
	t->put_offs++;
	uv_stop(t->loop);
	return true;
}

void hwatt_target_ready(struct hwatt_target *t)
{
	t->ready++;
	if (t->on_ready != NULL)
		t->on_ready(t);
}

void hwatt_target_closed(struct hwatt_target *t)
{
	t->closed = true;
}
