/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "target.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <hallwatt/prefetch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH_MAX_MS (INT64_C(1) << 31)
#define EPOCH_MIN_MS (INT64_C(1) << 30)
#define FETCH_MOST 256u /* values fetched ahead */
#define SESSION_OCTETS 256u /* likewise, of whatever a collector calls one */

struct target_common { /* what targets are made of alike: with one engine, for one owner */
	struct target_common *next;
	size_t users;
	struct target_parts parts; /* without what is a target's own */
	struct hwatt_log *voice;   /* a child of the parent log, under the name of who spoke last; NULL: nobody has */
	const struct hwatt_target *speaker;
};

struct news { /* what few targets have; made when it is first needed */
	struct stock *stock; /* the parts as told; NULL: none */
	bool stock_told;     /* they are a whole look */
	bool full;           /* HWATT_MAX_POINTS was hit and said */
	uint32_t warning_count;
	char **warnings;
	struct target_stamp *stamps; /* NULL: no register has one */
	uint32_t stamp_room;
	uint32_t dropped;    /* values */
};

struct hwatt_target { /* large things first: there are many, and holes count */
	struct target_common *common;
	const void *settings;
	const struct hwatt_device *device;
	void *owner; /* common->parts.owner's argument */
	void *session;
	struct shape *shape;
	struct kind *kind;             /* NULL: it has not said */
	const char *serial;
	union {
		struct values_spread *spread;
		uint8_t *packed;       /* the values rest; NULL: there are none */
	};
	struct news *news;
	int64_t uptime_ms;
	int64_t epoch_ms;              /* monotonic; the values' times count from it */
	int32_t limit_ms;              /* of the poll that began at `from` */
	uint32_t requests;
	uint32_t identity_version;
	uint32_t last_at;              /* of the last value that came */
	uint32_t from;                 /* see struct target_values */
	uint16_t packed_steps;         /* see values_pack() */
	bool is_spread : 1;
	bool polling : 1, closing : 1;
	bool has_uptime : 1, restarted : 1;
	bool put_off : 1;              /* the last poll */
};

_Static_assert(sizeof(struct hwatt_target) <= 120, "there are ten thousand of them");

static struct target_shelf *shelf_of(const struct hwatt_target *t)
{
	return t->common->parts.shelf;
}

static struct shape_shelf *shapes_of(const struct hwatt_target *t)
{
	return shelf_of(t) != NULL ? &shelf_of(t)->shapes : NULL;
}

static struct kind_shelf *kinds_of(const struct hwatt_target *t)
{
	return shelf_of(t) != NULL ? &shelf_of(t)->kinds : NULL;
}

static struct word_shelf *words_of(const struct hwatt_target *t)
{
	return shelf_of(t) != NULL ? &shelf_of(t)->kinds.words : NULL;
}

static uv_loop_t *loop_of(const struct hwatt_target *t)
{
	return t->common->parts.loop;
}

static bool made_alike(const struct target_parts *a, const struct target_parts *b)
{
	return a->loop == b->loop && a->collector == b->collector && a->engine == b->engine && a->profiles == b->profiles &&
	       a->owner.done == b->owner.done && a->owner.closed == b->owner.closed && a->owner.fetch == b->owner.fetch &&
	       a->owner.put_off == b->owner.put_off && a->owner.ready == b->owner.ready &&
	       a->log == b->log && a->parent_log == b->parent_log && a->memory.remember == b->memory.remember &&
	       a->memory.recall == b->memory.recall && a->memory.arg == b->memory.arg;
}

static struct target_common *common_take(const struct target_parts *parts)
{
	struct target_common **first = parts->shelf != NULL ? &parts->shelf->commons : NULL;
	for (struct target_common *c = first != NULL ? *first : NULL; c != NULL; c = c->next) {
		if (!made_alike(&c->parts, parts))
			continue;
		c->users++;
		return c;
	}
	struct target_common *c = hwatt_alloc(sizeof(*c));
	*c = (struct target_common){ .next = first != NULL ? *first : NULL, .users = 1, .parts = *parts };
	c->parts.settings = NULL;
	c->parts.device = NULL;
	c->parts.owner.arg = NULL;
	if (first != NULL)
		*first = c;
	return c;
}

static void common_give(struct target_common *c)
{
	if (--c->users > 0)
		return;
	struct target_common **at = c->parts.shelf != NULL ? &c->parts.shelf->commons : NULL;
	while (at != NULL && *at != c)
		at = &(*at)->next;
	if (at != NULL)
		*at = c->next;
	hwatt_log_free(c->voice);
	free(c);
}

void target_shelf_free(struct target_shelf *shelf)
{
	assert(shelf->commons == NULL);
	while (shelf->spare != NULL) {
		struct values_spread *s = shelf->spare;
		shelf->spare = s->next;
		values_free(s);
		free(s);
	}
	values_free(&shelf->look);
	shape_shelf_free(&shelf->shapes);
	kind_shelf_free(&shelf->kinds);
}

static struct news *news_of(struct hwatt_target *t)
{
	if (t->news == NULL)
		t->news = hwatt_alloc(sizeof(*t->news));
	return t->news;
}

static void free_news(struct news *news)
{
	for (size_t i = 0; i < news->warning_count; i++)
		free(news->warnings[i]);
	free(news->warnings);
	if (news->stock != NULL)
		stock_free(news->stock);
	free(news->stock);
	free(news->stamps);
	free(news);
}

static void free_target(struct hwatt_target *t)
{
	shape_release(t->shape, shapes_of(t));
	kind_give(kinds_of(t), t->kind);
	word_give(words_of(t), t->serial);
	if (t->news != NULL)
		free_news(t->news);
	if (t->is_spread) {
		free(t->spread->block);
		values_free(t->spread);
	}
	free(t->is_spread ? (void *)t->spread : t->packed);
	if (t->common->speaker == t)
		t->common->speaker = NULL;
	common_give(t->common);
	free(t);
}

static struct values_spread *take_spare(struct hwatt_target *t)
{
	struct target_shelf *shelf = shelf_of(t);
	if (shelf == NULL || shelf->spare == NULL)
		return hwatt_alloc(sizeof(struct values_spread));
	struct values_spread *s = shelf->spare;
	shelf->spare = s->next;
	return s;
}

static struct target_stamp *stamps_of(const struct hwatt_target *t)
{
	return t->news != NULL ? t->news->stamps : NULL;
}

/* The values, to be changed. */
static inline struct values_spread *spread_out(struct hwatt_target *t)
{
	if (t->is_spread)
		return t->spread;
	struct values_spread *s = take_spare(t);
	if (t->packed != NULL)
		values_unpack(t->packed, s);
	else
		values_clear(s, t->shape->count);
	s->block = t->packed;
	t->spread = s;
	t->is_spread = true;
	return s;
}

void target_rest(struct hwatt_target *t)
{
	struct target_shelf *shelf = shelf_of(t);
	if (!t->is_spread || shelf == NULL || t->device->interval_ms < TARGET_RESTS_FROM_MS)
		return;
	struct values_spread *s = t->spread;
	values_pack(s, &s->block, &t->packed_steps);
	t->packed = s->block;
	t->is_spread = false;
	s->block = NULL;
	s->next = shelf->spare;
	shelf->spare = s;
}

static void fit(struct hwatt_target *t, size_t count)
{
	values_fit(spread_out(t), count);
	struct news *news = t->news;
	if (news == NULL || news->stamps == NULL || news->stamp_room >= count)
		return;
	news->stamps = hwatt_realloc(news->stamps, count * sizeof(*news->stamps));
	memset(news->stamps + news->stamp_room, 0, (count - news->stamp_room) * sizeof(*news->stamps));
	news->stamp_room = (uint32_t)count;
}

static inline void keep(struct values_spread *s, size_t n, int64_t value)
{
	if (s->v.kept == NULL && value >= INT32_MIN && value <= INT32_MAX) {
		s->v.narrow[n] = (int32_t)value;
		return;
	}
	if (s->v.kept == NULL)
		values_widen(s);
	s->v.kept[n] = value;
}

int target_open(const struct target_parts *parts, struct hwatt_target **out, struct hwatt_error *err)
{
	struct hwatt_target *t = hwatt_alloc(sizeof(*t));
	t->common = common_take(parts);
	t->settings = parts->settings;
	t->device = parts->device;
	t->owner = parts->owner.arg;
	t->shape = shape_new();
	if (shapes_of(t) != NULL)
		shape_share(&t->shape, shapes_of(t)); /* an empty one of its own would be a hole when it goes */
	if (parts->collector->open(t, err) < 0) {
		free_target(t);
		return -1;
	}
	*out = t;
	return 0;
}

/* Notes that the values of `count` points from `first` on came at `last_at`. */
static inline void note_times(const struct hwatt_target *t, struct values_spread *s, size_t first, size_t count)
{
	struct target_values *v = &s->v;
	if (v->at == NULL && v->moments[s->moment_count - 1] != t->last_at)
		values_add_moment(s, t->last_at);
	if (v->at == NULL)
		memset(v->when + first, s->moment_count - 1, count);
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
	int64_t now = (int64_t)uv_now(loop_of(t));
	if (now - t->epoch_ms > EPOCH_MAX_MS) {
		int64_t shift = now - t->epoch_ms - EPOCH_MIN_MS;
		values_move_epoch(spread_out(t), shift);
		t->epoch_ms += shift;
		t->last_at = earlier(t->last_at, shift);
		t->from = earlier(t->from, shift);
	}
	return (uint32_t)(now - t->epoch_ms);
}

static void begin(struct hwatt_target *t, int64_t limit_ms)
{
	assert(!t->polling && !t->closing && limit_ms <= INT32_MAX);
	t->polling = true;
	t->restarted = t->restarted && t->put_off; /* nobody has seen it yet */
	t->put_off = false;
	t->limit_ms = (int32_t)limit_ms;
	if (t->last_at == 0)
		t->epoch_ms = (int64_t)uv_now(loop_of(t)) - 1;
	uint32_t now = moment(t);
	t->from = now > t->last_at ? now : t->last_at + 1; /* later than all that came before */
}

void target_poll(struct hwatt_target *t, int64_t limit_ms)
{
	begin(t, limit_ms);
	t->common->parts.collector->poll(t);
}

void target_record(struct hwatt_target *t, struct hwatt_recording *order, int64_t limit_ms)
{
	begin(t, limit_ms);
	t->common->parts.collector->record(t, order);
}

void hwatt_target_done(struct hwatt_target *t, const struct hwatt_error *err)
{
	assert(t->polling);
	t->polling = false;
	if (shelf_of(t) != NULL)
		shape_share(&t->shape, shapes_of(t));
	if (t->is_spread)
		fit(t, t->shape->count);
	t->common->parts.owner.done(t->owner, t, err);
}

bool hwatt_target_put_off(struct hwatt_target *t)
{
	assert(t->polling);
	const struct target_owner *owner = &t->common->parts.owner;
	if (owner->put_off == NULL)
		return false;
	t->polling = false;
	t->put_off = true;
	owner->put_off(t->owner);
	return true;
}

void hwatt_target_ready(struct hwatt_target *t)
{
	const struct target_owner *owner = &t->common->parts.owner;
	if (owner->ready != NULL && !t->closing)
		owner->ready(t->owner);
}

void target_expire(struct hwatt_target *t)
{
	if (!t->polling)
		return;
	t->common->parts.collector->abort(t);
	if (!t->polling)
		return; /* it has answered */
	struct hwatt_error err = {0};
	hwatt_fail(&err, HWATT_ETIMEOUT, "no whole answer within %g s; where the device is slow and not silent, give it a longer \"timeout\"",
		   (double)t->limit_ms / 1000);
	hwatt_target_done(t, &err);
}

void target_close(struct hwatt_target *t)
{
	assert(!t->closing);
	t->closing = true;
	t->polling = false;
	t->common->parts.collector->close(t);
}

void hwatt_target_closed(struct hwatt_target *t)
{
	t->common->parts.owner.closed(t->owner, t);
	free_target(t);
}

int hwatt_target_point(struct hwatt_target *t, const struct hwatt_point *point)
{
	int n = shape_declare(&t->shape, shapes_of(t), point);
	if (n < 0 && !news_of(t)->full) {
		news_of(t)->full = true;
		hwatt_target_warn(t, "more than %d points: the rest is left out", HWATT_MAX_POINTS);
	}
	size_t room = spread_out(t)->room;
	if (n >= 0 && (size_t)n >= room) {
		size_t usual = shelf_of(t) != NULL ? shapes_of(t)->usual : 0;
		size_t more = room < 16 ? 16 : room * 2;
		fit(t, usual > (size_t)n && usual < more * 16 ? usual : more);
	}
	return n;
}

/* Values come now, and go there. */
static struct values_spread *come(struct hwatt_target *t)
{
	assert(t->polling);
	struct values_spread *spread = spread_out(t);
	uint32_t now = moment(t);
	t->last_at = now > t->from ? now : t->from;
	return spread;
}

static void put(struct hwatt_target *t, struct values_spread *s, size_t point, int64_t value, int64_t kept)
{
	assert(point < t->shape->count); /* a negative one is larger than any */
	const struct hwatt_quantity_info *info = hwatt_quantity_info(t->shape->points[point].quantity);
	if (value < info->min || value > info->max) {
		news_of(t)->dropped++;
		return;
	}
	keep(s, point, kept);
	note_times(t, s, point, 1);
}

void hwatt_target_add(struct hwatt_target *t, int point, struct hwatt_value value)
{
	struct values_spread *s = come(t);
	assert(point >= 0 && (size_t)point < t->shape->count);
	bool counter = hwatt_quantity_info(t->shape->points[point].quantity)->counter;
	put(t, s, (size_t)point, value.value, counter ? (int64_t)value.count : value.value);
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
static size_t keep_narrow(struct values_spread *s, const struct target_point *point, const struct hwatt_quantity_info *info,
			  size_t first, const int64_t *values, size_t count)
{
	int64_t least = info->min > INT32_MIN ? info->min : INT32_MIN, most = info->max < INT32_MAX ? info->max : INT32_MAX;
	if (s->v.kept != NULL || (info->counter && (info->min < 0 || fixed_of(point, true, INT32_MAX) > info->max)))
		return 0;
	if (info->counter)
		most = INT32_MAX;
	int32_t *narrow = s->v.narrow + first;
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
	struct values_spread *s = come(t);
	size_t kept = keep_narrow(s, point, info, from, values, count);
	if (kept > 0)
		note_times(t, s, from, kept);
	for (size_t i = kept; i < count; i++)
		put(t, s, from + i, fixed_of(point, info->counter, values[i]), values[i]);
}

void target_fetch(const struct hwatt_target *t, unsigned step)
{
	if (step == 0)
		hwatt_prefetch(t, sizeof(*t));
	else if (t->session != NULL)
		hwatt_prefetch(t->session, SESSION_OCTETS);
}

void hwatt_target_fetch(const struct hwatt_target *t, unsigned step)
{
	if (step == 0) {
		hwatt_prefetch(t, sizeof(*t));
		return;
	}
	if (t->common->parts.owner.fetch != NULL)
		t->common->parts.owner.fetch(t->owner, step - 1);
	if (step > (t->is_spread ? 2 : 1))
		return;
	if (step == 1 && t->is_spread) {
		hwatt_prefetch(t->spread, sizeof(*t->spread));
		return;
	}
	if (!t->is_spread) {
		size_t octets = t->packed_steps * (size_t)VALUES_STEP;
		hwatt_prefetch(t->packed, octets < FETCH_MOST ? octets : FETCH_MOST);
		return;
	}
	const struct target_values *v = &t->spread->v;
	size_t count = t->spread->room < FETCH_MOST ? t->spread->room : FETCH_MOST;
	if (v->at != NULL)
		hwatt_prefetch(v->at, count * sizeof(*v->at));
	else
		hwatt_prefetch(v->when, count * sizeof(*v->when));
	if (v->kept != NULL)
		hwatt_prefetch(v->kept, count * sizeof(*v->kept));
	else
		hwatt_prefetch(v->narrow, count * sizeof(*v->narrow));
}

void hwatt_target_register_stamp(struct hwatt_target *t, int point, uint64_t stamp)
{
	assert(point >= 0 && (size_t)point < t->shape->count);
	struct news *news = news_of(t);
	if (news->stamps == NULL) {
		news->stamp_room = spread_out(t)->room;
		news->stamps = hwatt_alloc(news->stamp_room * sizeof(*news->stamps));
	}
	news->stamps[point] = (struct target_stamp){ .known = true, .stamp = stamp };
}

void hwatt_target_uptime(struct hwatt_target *t, int64_t uptime_ms)
{
	/* sysUpTime wraps after 497 days: going from near its end to near zero is no restart. */
	const int64_t wrap_ms = INT64_C(42949672960), near_ms = 3600000;
	bool wrapped = t->uptime_ms > wrap_ms - near_ms && t->uptime_ms <= wrap_ms && uptime_ms < near_ms;
	t->restarted = t->restarted || (t->has_uptime && uptime_ms < t->uptime_ms && !wrapped); /* said twice in a poll, it stays */
	t->uptime_ms = uptime_ms;
	t->has_uptime = true;
}

void hwatt_target_identify(struct hwatt_target *t, const struct hwatt_identity *id)
{
	const char *serial = id->serial != NULL ? id->serial : "";
	bool other_kind = t->kind == NULL || !kind_is(t->kind, id), other_serial = t->serial == NULL || strcmp(t->serial, serial) != 0;
	if (other_kind) {
		struct kind *old = t->kind;
		t->kind = kind_take(kinds_of(t), id);
		kind_give(kinds_of(t), old);
	}
	if (other_serial) {
		const char *old = t->serial;
		t->serial = word_take(words_of(t), serial);
		word_give(words_of(t), old);
	}
	if (other_kind || other_serial)
		t->identity_version++;
}

void hwatt_target_part(struct hwatt_target *t, const struct hwatt_part *part)
{
	if (news_of(t)->stock_told) /* of another look, that nobody has asked for */
		target_forget_stock(t);
	struct news *news = news_of(t);
	if (news->stock == NULL)
		news->stock = hwatt_alloc(sizeof(*news->stock));
	stock_put(news->stock, part);
}

void hwatt_target_parts_told(struct hwatt_target *t)
{
	if (t->news != NULL)
		t->news->stock_told = t->news->stock != NULL;
}

const struct stock *target_stock(const struct hwatt_target *t)
{
	return t->news != NULL && t->news->stock_told ? t->news->stock : NULL;
}

void target_forget_stock(struct hwatt_target *t)
{
	struct news *news = t->news;
	if (news == NULL)
		return;
	if (news->stock != NULL)
		stock_free(news->stock);
	free(news->stock);
	news->stock = NULL;
	news->stock_told = false;
	if (news->full || news->warnings != NULL || news->stamps != NULL || news->dropped > 0)
		return;
	free(news);
	t->news = NULL;
}

__attribute__((format(printf, 3, 0)))
static void tell(struct hwatt_target *t, enum hwatt_level level, const char *fmt, va_list args)
{
	char text[240];
	vsnprintf(text, sizeof(text), fmt, args);
	struct news *news = news_of(t);
	for (size_t i = 0; i < news->warning_count; i++)
		if (strcmp(news->warnings[i], text) == 0)
			return;
	if (news->warning_count == TARGET_MAX_WARNINGS)
		return;
	news->warnings = hwatt_realloc(news->warnings, (news->warning_count + 1) * sizeof(char *));
	news->warnings[news->warning_count++] = hwatt_strdup(text);
	hwatt_log(hwatt_target_log(t), level, "%s", text);
}

void hwatt_target_warn(struct hwatt_target *t, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	tell(t, HWATT_WARN, fmt, args);
	va_end(args);
}

void hwatt_target_note(struct hwatt_target *t, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	tell(t, HWATT_INFO, fmt, args);
	va_end(args);
}

void hwatt_target_remember(struct hwatt_target *t, const char *key, const char *value)
{
	const struct target_memory *m = &t->common->parts.memory;
	if (m->remember != NULL)
		m->remember(m->arg, t->device->id, key, value);
}

char *hwatt_target_recall(struct hwatt_target *t, const char *key)
{
	const struct target_memory *m = &t->common->parts.memory;
	return m->recall != NULL ? m->recall(m->arg, t->device->id, key) : NULL;
}

const struct hwatt_device *hwatt_target_device(const struct hwatt_target *t)
{
	return t->device;
}

const void *hwatt_target_settings(const struct hwatt_target *t)
{
	return t->settings;
}

void *hwatt_target_engine(const struct hwatt_target *t)
{
	return t->common->parts.engine;
}

struct uv_loop_s *hwatt_target_loop(struct hwatt_target *t)
{
	return t->common->parts.loop;
}

struct hwatt_log *hwatt_target_log(struct hwatt_target *t)
{
	struct target_common *c = t->common;
	if (c->parts.log != NULL || c->parts.parent_log == NULL)
		return c->parts.log;
	if (c->speaker != t) { /* after an outage each of thousands has something to say, once */
		hwatt_log_free(c->voice);
		c->voice = hwatt_log_child(c->parts.parent_log, t->device->id);
		c->speaker = t;
	}
	return c->voice;
}

const struct hwatt_profile_set *hwatt_target_profiles(const struct hwatt_target *t)
{
	return t->common->parts.profiles;
}

int64_t hwatt_target_time_left_ms(const struct hwatt_target *t)
{
	int64_t left = t->epoch_ms + t->from + t->limit_ms - (int64_t)uv_now(t->common->parts.loop);
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
	struct values_spread *s;
	if (t->is_spread || shelf_of(t) == NULL) {
		s = spread_out((struct hwatt_target *)(uintptr_t)t); /* nothing that is seen from outside changes */
	} else {
		s = &shelf_of(t)->look;
		if (t->packed != NULL)
			values_unpack(t->packed, s);
		else
			values_clear(s, t->shape->count);
	}
	s->v.stamps = stamps_of(t);
	s->v.epoch_ms = t->epoch_ms;
	s->v.from = t->from;
	return &s->v;
}

struct target_identity target_identity(const struct hwatt_target *t)
{
	const struct kind *k = t->kind;
	if (k == NULL)
		return (struct target_identity){ .serial = t->serial };
	return (struct target_identity){ k->vendor, k->model, t->serial, k->firmware, k->profile, k->profile_reason };
}

uint64_t target_identity_version(const struct hwatt_target *t)
{
	return t->identity_version;
}

const char *const *target_warnings(const struct hwatt_target *t, size_t *count)
{
	*count = t->news != NULL ? t->news->warning_count : 0;
	return t->news != NULL ? (const char *const *)t->news->warnings : NULL;
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
	return t->news != NULL ? t->news->dropped : 0;
}
