/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "target.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH_MAX_MS (INT64_C(1) << 31)
#define EPOCH_MIN_MS (INT64_C(1) << 30)
#define FEW_MOMENTS 8 /* room for so many at first */
#define MOST_MOMENTS 256
#define CACHE_LINE 64u
#define FETCH_MOST 256u /* values fetched ahead */

struct hwatt_target { /* large things first: there are many, and holes count */
	struct target_parts parts;
	void *session;
	int64_t deadline_ms, limit_ms;
	struct shape *shape;
	struct target_values values;
	struct target_identity identity;
	struct stock *stock; /* the parts as told; NULL: none */
	char **warnings;
	int64_t uptime_ms;
	int64_t requests, dropped;
	uint32_t identity_version;
	uint32_t warning_count;
	uint32_t room;     /* for so many points' values */
	uint32_t last_at;  /* of the last value that came */
	uint16_t moment_count, moment_room;
	bool polling, closing;
	bool full;         /* HWATT_MAX_POINTS was hit and said */
	bool stock_told;   /* they are a whole look */
	bool has_uptime, restarted;
};

static struct word_shelf *words_of(const struct hwatt_target *t)
{
	return t->parts.shelf != NULL ? &t->parts.shelf->words : NULL;
}

static void free_identity(struct hwatt_target *t)
{
	const char *all[] = { t->identity.vendor, t->identity.model, t->identity.serial, t->identity.firmware,
			      t->identity.profile, t->identity.profile_reason };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		word_give(words_of(t), all[i]);
}

static void free_target(struct hwatt_target *t)
{
	shape_release(t->shape, t->parts.shelf);
	for (size_t i = 0; i < t->warning_count; i++)
		free(t->warnings[i]);
	free(t->warnings);
	free_identity(t);
	target_forget_stock(t);
	free(t->values.kept);
	free(t->values.narrow);
	free(t->values.at);
	free(t->values.when);
	free(t->values.moments);
	free(t->values.stamps);
	free(t);
}

static void *resize(void *old, size_t size, size_t from, size_t to)
{
	char *grown = hwatt_realloc(old, (to + 1) * size);
	if (to > from)
		memset(grown + from * size, 0, (to - from) * size);
	return grown;
}

/* Room for the values of `count` points, no more and no less. */
static void fit(struct hwatt_target *t, size_t count)
{
	struct target_values *v = &t->values;
	if (count == t->room)
		return;
	if (v->kept != NULL)
		v->kept = resize(v->kept, sizeof(*v->kept), t->room, count);
	else
		v->narrow = resize(v->narrow, sizeof(*v->narrow), t->room, count);
	if (v->at != NULL)
		v->at = resize(v->at, sizeof(*v->at), t->room, count);
	else
		v->when = resize(v->when, sizeof(*v->when), t->room, count);
	if (v->stamps != NULL)
		v->stamps = resize(v->stamps, sizeof(*v->stamps), t->room, count);
	t->room = (uint32_t)count;
}

/* Room for values that do not fit in 32 bits: few devices have such. */
static void widen(struct hwatt_target *t)
{
	struct target_values *v = &t->values;
	v->kept = hwatt_alloc((t->room + 1) * sizeof(*v->kept));
	for (size_t i = 0; i < t->room; i++)
		v->kept[i] = v->narrow[i];
	free(v->narrow);
	v->narrow = NULL;
}

static inline void keep(struct hwatt_target *t, size_t n, int64_t value)
{
	if (t->values.kept == NULL && value >= INT32_MIN && value <= INT32_MAX) {
		t->values.narrow[n] = (int32_t)value;
		return;
	}
	if (t->values.kept == NULL)
		widen(t);
	t->values.kept[n] = value;
}

int target_open(const struct target_parts *parts, struct hwatt_target **out, struct hwatt_error *err)
{
	struct hwatt_target *t = hwatt_alloc(sizeof(*t));
	t->parts = *parts;
	t->shape = shape_new();
	t->moment_room = FEW_MOMENTS;
	t->moment_count = 1;
	t->values.moments = hwatt_alloc(FEW_MOMENTS * sizeof(uint32_t));
	if (parts->collector->open(t, err) < 0) {
		free_target(t);
		return -1;
	}
	*out = t;
	return 0;
}

/* Whether eight octets are equal. */
static inline bool alike(const uint8_t *octets)
{
	uint64_t word;
	memcpy(&word, octets, sizeof(word));
	return word == octets[0] * UINT64_C(0x0101010101010101);
}

/* Forgets the moments that no value came at any more. Values that came together mostly stand together: eight equal ones are
 * looked at as one. */
static void drop_moments(struct hwatt_target *t)
{
	struct target_values *v = &t->values;
	uint8_t moved[MOST_MOMENTS] = { 0 };
	size_t i = 0;
	for (; i + 8 <= t->room; i += alike(v->when + i) ? 8 : 1)
		moved[v->when[i]] = 1;
	for (; i < t->room; i++)
		moved[v->when[i]] = 1;
	uint16_t kept = 1;
	for (size_t m = 1; m < t->moment_count; m++) {
		if (moved[m] == 0)
			continue;
		v->moments[kept] = v->moments[m];
		moved[m] = (uint8_t)kept++;
	}
	moved[0] = 0;
	for (i = 0; i < t->room;) {
		size_t same = i + 8 <= t->room && alike(v->when + i) ? 8 : 1;
		memset(v->when + i, moved[v->when[i]], same);
		i += same;
	}
	t->moment_count = kept;
}

/* A time of its own for each value: where hundreds come one by one. */
static void spell_out_times(struct hwatt_target *t)
{
	struct target_values *v = &t->values;
	v->at = hwatt_alloc((t->room + 1) * sizeof(*v->at));
	for (size_t i = 0; i < t->room; i++)
		v->at[i] = v->moments[v->when[i]];
	free(v->when);
	free(v->moments);
	v->when = NULL;
	v->moments = NULL;
}

/* Room for one more moment; false: there are too many, and values have times of their own now. */
static bool make_moment_room(struct hwatt_target *t)
{
	drop_moments(t);
	if (t->moment_count <= t->moment_room / 2)
		return true;
	if (t->moment_room == MOST_MOMENTS) {
		spell_out_times(t);
		return false;
	}
	t->moment_room *= 2;
	t->values.moments = hwatt_realloc(t->values.moments, t->moment_room * sizeof(uint32_t));
	return true;
}

/* Notes that the values of `count` points from `first` on came at `last_at`. */
static void note_times(struct hwatt_target *t, size_t first, size_t count)
{
	struct target_values *v = &t->values;
	if (v->at == NULL && v->moments[t->moment_count - 1] != t->last_at &&
	    (t->moment_count < t->moment_room || make_moment_room(t)))
		v->moments[t->moment_count++] = t->last_at;
	if (v->at == NULL)
		memset(v->when + first, t->moment_count - 1, count);
	for (size_t i = first; v->at != NULL && i < first + count; i++)
		v->at[i] = t->last_at;
}

static uint32_t earlier(uint32_t at, int64_t by)
{
	return at > by ? (uint32_t)(at - by) : 1;
}

/* Milliseconds since the epoch, which is moved up every few weeks: what is older than that is as old as can be told. */
static uint32_t moment(struct hwatt_target *t)
{
	struct target_values *v = &t->values;
	int64_t now = (int64_t)uv_now(t->parts.loop);
	if (now - v->epoch_ms > EPOCH_MAX_MS) {
		int64_t shift = now - v->epoch_ms - EPOCH_MIN_MS;
		v->epoch_ms += shift;
		t->last_at = earlier(t->last_at, shift);
		v->from = earlier(v->from, shift);
		for (size_t i = 0; v->at != NULL && i < t->room; i++)
			if (v->at[i] > 0)
				v->at[i] = earlier(v->at[i], shift);
		for (size_t m = 1; v->at == NULL && m < t->moment_count; m++)
			v->moments[m] = earlier(v->moments[m], shift);
	}
	return (uint32_t)(now - v->epoch_ms);
}

static void begin(struct hwatt_target *t, int64_t limit_ms)
{
	assert(!t->polling && !t->closing);
	t->polling = true;
	t->restarted = false;
	t->limit_ms = limit_ms;
	t->deadline_ms = (int64_t)uv_now(t->parts.loop) + limit_ms;
	if (t->last_at == 0)
		t->values.epoch_ms = (int64_t)uv_now(t->parts.loop) - 1;
	uint32_t now = moment(t);
	t->values.from = now > t->last_at ? now : t->last_at + 1; /* later than all that came before */
}

void target_poll(struct hwatt_target *t, int64_t limit_ms)
{
	begin(t, limit_ms);
	t->parts.collector->poll(t);
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
	if (t->parts.shelf != NULL)
		shape_share(&t->shape, t->parts.shelf);
	fit(t, t->shape->count);
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

void hwatt_target_closed(struct hwatt_target *t)
{
	t->parts.owner.closed(t->parts.owner.arg, t);
	free_target(t);
}

int hwatt_target_point(struct hwatt_target *t, const struct hwatt_point *point)
{
	int n = shape_declare(&t->shape, t->parts.shelf, point);
	if (n < 0 && !t->full) {
		t->full = true;
		hwatt_target_warn(t, "more than %d points: the rest is left out", HWATT_MAX_POINTS);
	}
	if (n >= 0 && (size_t)n >= t->room) {
		size_t usual = t->parts.shelf != NULL ? t->parts.shelf->usual : 0;
		size_t more = t->room < 16 ? 16 : (size_t)t->room * 2;
		fit(t, usual > (size_t)n && usual < more * 16 ? usual : more);
	}
	return n;
}

/* Values come now. */
static void come(struct hwatt_target *t)
{
	assert(t->polling);
	uint32_t now = moment(t);
	t->last_at = now > t->values.from ? now : t->values.from;
}

static void put(struct hwatt_target *t, size_t point, int64_t value, int64_t kept)
{
	assert(point < t->shape->count); /* a negative one is larger than any */
	const struct hwatt_quantity_info *info = hwatt_quantity_info(t->shape->points[point].quantity);
	if (value < info->min || value > info->max) {
		t->dropped++;
		return;
	}
	keep(t, point, kept);
	note_times(t, point, 1);
}

void hwatt_target_add(struct hwatt_target *t, int point, struct hwatt_value value)
{
	come(t);
	assert(point >= 0 && (size_t)point < t->shape->count);
	bool counter = hwatt_quantity_info(t->shape->points[point].quantity)->counter;
	put(t, (size_t)point, value.value, counter ? (int64_t)value.count : value.value);
}

/* What a value of the point is in the quantity's fixed unit. */
static int64_t fixed_of(const struct target_point *point, bool counter, int64_t value)
{
	int64_t fixed = value;
	if (counter && __builtin_mul_overflow(value, point->step, &fixed))
		fixed = INT64_MAX;
	return fixed;
}

/* Keeps the values of a run as far as they are in the quantity's range and fit in 32 bits; how many those are. */
static size_t keep_narrow(struct hwatt_target *t, const struct target_point *point, const struct hwatt_quantity_info *info,
			  size_t first, const int64_t *values, size_t count)
{
	int64_t least = info->min > INT32_MIN ? info->min : INT32_MIN, most = info->max < INT32_MAX ? info->max : INT32_MAX;
	if (t->values.kept != NULL || (info->counter && (info->min < 0 || fixed_of(point, true, INT32_MAX) > info->max)))
		return 0;
	if (info->counter)
		most = INT32_MAX;
	int32_t *narrow = t->values.narrow + first;
	uint64_t span = (uint64_t)most - (uint64_t)least;
	size_t i = 0;
	for (; i < count && (uint64_t)values[i] - (uint64_t)least <= span; i++)
		narrow[i] = (int32_t)values[i];
	return i;
}

void hwatt_target_add_run(struct hwatt_target *t, int first, const int64_t *values, size_t count)
{
	if (count == 0)
		return;
	size_t from = (size_t)first; /* a negative one is larger than any */
	assert(from < t->shape->count && count <= t->shape->count - from);
	const struct target_point *point = &t->shape->points[from], *last = point + count - 1;
	assert(point->quantity == last->quantity && point->step == last->step);
	const struct hwatt_quantity_info *info = hwatt_quantity_info(point->quantity);
	come(t);
	size_t kept = keep_narrow(t, point, info, from, values, count);
	if (kept > 0)
		note_times(t, from, kept);
	for (size_t i = kept; i < count; i++)
		put(t, from + i, fixed_of(point, info->counter, values[i]), values[i]);
}

static void fetch(const void *from, size_t octets)
{
	for (size_t at = 0; at < octets; at += CACHE_LINE)
		__builtin_prefetch((const char *)from + at, 1);
}

void hwatt_target_fetch(const struct hwatt_target *t, unsigned step)
{
	if (step == 0) {
		fetch(t, sizeof(*t));
		return;
	}
	size_t count = t->room < FETCH_MOST ? t->room : FETCH_MOST;
	if (t->values.at != NULL)
		fetch(t->values.at, count * sizeof(*t->values.at));
	else
		fetch(t->values.when, count * sizeof(*t->values.when));
	if (t->values.kept != NULL)
		fetch(t->values.kept, count * sizeof(*t->values.kept));
	else
		fetch(t->values.narrow, count * sizeof(*t->values.narrow));
}

void hwatt_target_register_stamp(struct hwatt_target *t, int point, uint64_t stamp)
{
	assert(point >= 0 && (size_t)point < t->shape->count);
	if (t->values.stamps == NULL)
		t->values.stamps = hwatt_alloc(t->room * sizeof(*t->values.stamps));
	t->values.stamps[point] = (struct target_stamp){ .known = true, .stamp = stamp };
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

/* Replaces *field by `value`; true when they differed. */
static bool replace(struct hwatt_target *t, const char **field, const char *value)
{
	const char *text = value != NULL ? value : "";
	if (*field != NULL && strcmp(*field, text) == 0)
		return false;
	const char *old = *field;
	*field = word_take(words_of(t), text);
	word_give(words_of(t), old);
	return true;
}

void hwatt_target_identify(struct hwatt_target *t, const struct hwatt_identity *id)
{
	bool changed = replace(t, &t->identity.vendor, id->vendor);
	changed |= replace(t, &t->identity.model, id->model);
	changed |= replace(t, &t->identity.serial, id->serial);
	changed |= replace(t, &t->identity.firmware, id->firmware);
	changed |= replace(t, &t->identity.profile, id->profile);
	changed |= replace(t, &t->identity.profile_reason, id->profile_reason);
	if (changed)
		t->identity_version++;
}

void hwatt_target_part(struct hwatt_target *t, const struct hwatt_part *part)
{
	if (t->stock_told) /* of another look, that nobody has asked for */
		target_forget_stock(t);
	if (t->stock == NULL)
		t->stock = hwatt_alloc(sizeof(*t->stock));
	stock_put(t->stock, part);
}

void hwatt_target_parts_told(struct hwatt_target *t)
{
	t->stock_told = t->stock != NULL;
}

const struct stock *target_stock(const struct hwatt_target *t)
{
	return t->stock_told ? t->stock : NULL;
}

void target_forget_stock(struct hwatt_target *t)
{
	if (t->stock != NULL)
		stock_free(t->stock);
	free(t->stock);
	t->stock = NULL;
	t->stock_told = false;
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
	t->warnings = hwatt_realloc(t->warnings, (t->warning_count + 1) * sizeof(char *));
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

const struct target_point *target_points(const struct hwatt_target *t, size_t *count)
{
	*count = t->shape->count;
	return t->shape->points;
}

const struct target_values *target_values(const struct hwatt_target *t)
{
	return &t->values;
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
