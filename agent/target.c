/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "target.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hwatt_target {
	struct target_parts parts;
	void *session;
	bool polling, closing;
	int64_t deadline_ms, limit_ms;
	uint64_t poll_number;
	struct target_point *points;
	size_t point_count, point_capacity;
	uint32_t *slots;   /* open addressing: point number + 1 */
	size_t slot_count; /* a power of two */
	bool full;         /* HWATT_MAX_POINTS was hit and said */
	struct target_identity identity;
	uint64_t identity_version;
	char *warnings[TARGET_MAX_WARNINGS];
	size_t warning_count;
	int64_t uptime_ms;
	bool has_uptime, restarted;
	int64_t requests, dropped;
};

int target_open(const struct target_parts *parts, struct hwatt_target **out, struct hwatt_error *err)
{
	struct hwatt_target *t = hwatt_alloc(sizeof(*t));
	t->parts = *parts;
	if (parts->collector->open(t, err) < 0) {
		free(t->points);
		free(t->slots);
		free(t);
		return -1;
	}
	*out = t;
	return 0;
}

static void begin(struct hwatt_target *t, int64_t limit_ms)
{
	assert(!t->polling && !t->closing);
	t->polling = true;
	t->restarted = false;
	t->poll_number++;
	t->limit_ms = limit_ms;
	t->deadline_ms = (int64_t)uv_now(t->parts.loop) + limit_ms;
}

void target_poll(struct hwatt_target *t, int64_t limit_ms)
{
	begin(t, limit_ms);
	t->parts.collector->poll(t);
}

/* Points are declared at once and then stay: what the array grew beyond them goes back. */
static void trim(struct hwatt_target *t)
{
	if (t->point_count == 0 || t->point_count == t->point_capacity)
		return;
	t->points = hwatt_realloc(t->points, t->point_count * sizeof(*t->points));
	t->point_capacity = t->point_count;
}

void target_record(struct hwatt_target *t, struct hwatt_recording *order, int64_t limit_ms)
{
	begin(t, limit_ms);
	t->parts.collector->record(t, order);
}

void hwatt_target_done(struct hwatt_target *t, const struct hwatt_error *err)
{
	assert(t->polling);
	t->polling = false;
	trim(t);
	t->parts.owner.done(t->parts.owner.arg, t, err);
}

void target_expire(struct hwatt_target *t)
{
	if (!t->polling)
		return;
	t->parts.collector->abort(t);
	struct hwatt_error err = {0};
	hwatt_fail(&err, HWATT_ETIMEOUT, "no whole answer within %g s",
		   (double)t->limit_ms / 1000);
	hwatt_target_done(t, &err);
}

void target_close(struct hwatt_target *t)
{
	assert(!t->closing);
	t->closing = true;
	t->polling = false;
	t->parts.collector->close(t);
}

static void free_identity(struct target_identity *id)
{
	free(id->vendor);
	free(id->model);
	free(id->serial);
	free(id->firmware);
	free(id->profile);
	free(id->profile_reason);
}

void hwatt_target_closed(struct hwatt_target *t)
{
	t->parts.owner.closed(t->parts.owner.arg, t);
	for (size_t i = 0; i < t->point_count; i++)
		free((char *)(uintptr_t)t->points[i].index);
	for (size_t i = 0; i < t->warning_count; i++)
		free(t->warnings[i]);
	free_identity(&t->identity);
	free(t->points);
	free(t->slots);
	free(t);
}

/* FNV-1a over what tells two points apart. */
static uint64_t point_hash(int role, int quantity, const char *index, const char *source)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ (uint64_t)(role * 64 + quantity);
	for (const char *p = index; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
	h = (h ^ 0x100) * UINT64_C(1099511628211);
	for (const char *p = source; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
	return h;
}

/* The slot where the point stands, or the free one where it belongs. */
static size_t find_slot(const struct hwatt_target *t, enum hwatt_role role, enum hwatt_quantity quantity,
			const char *index, const char *source)
{
	size_t at = (size_t)point_hash((int)role, (int)quantity, index, source) & (t->slot_count - 1);
	while (t->slots[at] != 0) {
		const struct target_point *p = &t->points[t->slots[at] - 1];
		if (p->role == role && p->quantity == quantity && strcmp(p->index, index) == 0 &&
		    strcmp(p->source, source) == 0)
			break;
		at = (at + 1) & (t->slot_count - 1);
	}
	return at;
}

static void grow_slots(struct hwatt_target *t)
{
	if (t->slot_count >= 2 * (t->point_count + 1))
		return;
	free(t->slots);
	t->slot_count = t->slot_count == 0 ? 32 : t->slot_count * 2;
	t->slots = hwatt_alloc(t->slot_count * sizeof(*t->slots));
	for (size_t i = 0; i < t->point_count; i++) {
		const struct target_point *p = &t->points[i];
		t->slots[find_slot(t, p->role, p->quantity, p->index, p->source)] = (uint32_t)i + 1;
	}
}

/* Copies the point's three strings into one allocation. */
static void copy_strings(struct target_point *p, const char *index, const char *name, const char *source)
{
	size_t a = strlen(index) + 1, b = strlen(name) + 1, c = strlen(source) + 1;
	char *all = hwatt_alloc(a + b + c);
	memcpy(all, index, a);
	memcpy(all + a, name, b);
	memcpy(all + a + b, source, c);
	p->index = all;
	p->name = all + a;
	p->source = all + a + b;
}

static void rename_point(struct target_point *p, const char *name)
{
	if (strcmp(p->name, name) == 0)
		return;
	char *old = (char *)(uintptr_t)p->index;
	copy_strings(p, p->index, name, p->source);
	free(old);
}

int hwatt_target_point(struct hwatt_target *t, const struct hwatt_point *point)
{
	const char *index = point->index != NULL ? point->index : "";
	const char *name = point->name != NULL ? point->name : "";
	const char *source = point->source != NULL ? point->source : "";
	grow_slots(t);
	size_t slot = find_slot(t, point->role, point->quantity, index, source);
	if (t->slots[slot] != 0) {
		struct target_point *known = &t->points[t->slots[slot] - 1];
		rename_point(known, name);
		known->modulus = point->modulus;
		known->step = point->step != 0 ? point->step : 1;
		known->alternative = point->alternative;
		return (int)t->slots[slot] - 1;
	}
	if (t->point_count == HWATT_MAX_POINTS) {
		if (!t->full)
			hwatt_target_warn(t, "more than %d points: the rest is left out", HWATT_MAX_POINTS);
		t->full = true;
		return -1;
	}
	if (t->point_count == t->point_capacity) {
		t->point_capacity = t->point_capacity == 0 ? 16 : t->point_capacity * 2;
		t->points = hwatt_realloc(t->points, t->point_capacity * sizeof(*t->points));
	}
	struct target_point *p = &t->points[t->point_count];
	*p = (struct target_point){ .role = point->role, .quantity = point->quantity, .modulus = point->modulus,
				    .step = point->step != 0 ? point->step : 1,
				    .alternative = point->alternative };
	copy_strings(p, index, name, source);
	t->slots[slot] = (uint32_t)++t->point_count;
	return (int)t->point_count - 1;
}

void hwatt_target_add(struct hwatt_target *t, int point, struct hwatt_value value)
{
	assert(t->polling && point >= 0 && (size_t)point < t->point_count);
	struct target_point *p = &t->points[point];
	const struct hwatt_quantity_info *info = hwatt_quantity_info(p->quantity);
	if (value.value < info->min || value.value > info->max) {
		t->dropped++;
		return;
	}
	p->value = value;
	p->mono_ms = (int64_t)uv_now(t->parts.loop);
	p->poll = t->poll_number;
}

void hwatt_target_register_stamp(struct hwatt_target *t, int point, uint64_t stamp)
{
	assert(point >= 0 && (size_t)point < t->point_count);
	t->points[point].stamp = stamp;
	t->points[point].has_stamp = true;
}

void hwatt_target_uptime(struct hwatt_target *t, int64_t uptime_ms)
{
	/* sysUpTime wraps after 497 days: going from near its end to near zero is no restart. */
	const int64_t wrap_ms = INT64_C(42949672960), near_ms = 3600000;
	bool wrapped = t->uptime_ms > wrap_ms - near_ms && t->uptime_ms <= wrap_ms && uptime_ms < near_ms;
	t->restarted = t->has_uptime && uptime_ms < t->uptime_ms && !wrapped;
	t->uptime_ms = uptime_ms;
	t->has_uptime = true;
}

/* Replaces *field by a copy of `value`; true when they differed. */
static bool replace(char **field, const char *value)
{
	const char *text = value != NULL ? value : "";
	if (*field != NULL && strcmp(*field, text) == 0)
		return false;
	free(*field);
	*field = hwatt_strdup(text);
	return true;
}

void hwatt_target_identify(struct hwatt_target *t, const struct hwatt_identity *id)
{
	bool changed = replace(&t->identity.vendor, id->vendor);
	changed |= replace(&t->identity.model, id->model);
	changed |= replace(&t->identity.serial, id->serial);
	changed |= replace(&t->identity.firmware, id->firmware);
	changed |= replace(&t->identity.profile, id->profile);
	changed |= replace(&t->identity.profile_reason, id->profile_reason);
	if (changed)
		t->identity_version++;
}

void hwatt_target_warn(struct hwatt_target *t, const char *fmt, ...)
{
	char text[240];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (size_t i = 0; i < t->warning_count; i++)
		if (strcmp(t->warnings[i], text) == 0)
			return;
	if (t->warning_count == TARGET_MAX_WARNINGS)
		return;
	t->warnings[t->warning_count++] = hwatt_strdup(text);
	hwatt_log(t->parts.log, HWATT_WARN, "%s", text);
}

void hwatt_target_remember(struct hwatt_target *t, const char *key, const char *value)
{
	const struct target_memory *m = &t->parts.memory;
	if (m->remember != NULL)
		m->remember(m->arg, t->parts.device->id, key, value);
}

char *hwatt_target_recall(struct hwatt_target *t, const char *key)
{
	const struct target_memory *m = &t->parts.memory;
	return m->recall != NULL ? m->recall(m->arg, t->parts.device->id, key) : NULL;
}

const struct hwatt_device *hwatt_target_device(const struct hwatt_target *t)
{
	return t->parts.device;
}

const void *hwatt_target_settings(const struct hwatt_target *t)
{
	return t->parts.settings;
}

void *hwatt_target_engine(const struct hwatt_target *t)
{
	return t->parts.engine;
}

struct uv_loop_s *hwatt_target_loop(struct hwatt_target *t)
{
	return t->parts.loop;
}

struct hwatt_log *hwatt_target_log(struct hwatt_target *t)
{
	return t->parts.log;
}

const struct hwatt_profile_set *hwatt_target_profiles(const struct hwatt_target *t)
{
	return t->parts.profiles;
}

int64_t hwatt_target_time_left_ms(const struct hwatt_target *t)
{
	int64_t left = t->deadline_ms - (int64_t)uv_now(t->parts.loop);
	return left > 0 ? left : 0;
}

void hwatt_target_attach(struct hwatt_target *t, void *session)
{
	t->session = session;
}

void *hwatt_target_session(const struct hwatt_target *t)
{
	return t->session;
}

void hwatt_target_count_request(struct hwatt_target *t)
{
	t->requests++;
}

bool target_polling(const struct hwatt_target *t)
{
	return t->polling;
}

uint64_t target_poll_number(const struct hwatt_target *t)
{
	return t->poll_number;
}

const struct target_point *target_points(const struct hwatt_target *t, size_t *count)
{
	*count = t->point_count;
	return t->points;
}

const struct target_identity *target_identity(const struct hwatt_target *t)
{
	return &t->identity;
}

uint64_t target_identity_version(const struct hwatt_target *t)
{
	return t->identity_version;
}

const char *const *target_warnings(const struct hwatt_target *t, size_t *count)
{
	*count = t->warning_count;
	return (const char *const *)t->warnings;
}

bool target_restarted(const struct hwatt_target *t)
{
	return t->restarted;
}

int64_t target_requests(const struct hwatt_target *t)
{
	return t->requests;
}

int64_t target_dropped(const struct hwatt_target *t)
{
	return t->dropped;
}
