/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline_private.h"
#include "block.h"
#include <hallwatt/arena.h>
#include <hallwatt/prefetch.h>
#include <hallwatt/text.h>
#include <hallwatt/wire.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOURNAL_MAX_OCTETS (32u << 20) /* while the store fails; after that states are saved instead */
#define WAITING_MAX 2000000u   /* quarters kept while the store fails */

struct pipeline_device *pipeline_find(const struct pipeline *p, const char *id)
{
	size_t low = 0, high = p->count;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = strcmp(p->devices[mid]->id, id);
		if (c == 0)
			return p->devices[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static struct pipeline_device *device_new(const char *id, struct meterset_shelf *shelf)
{
	size_t size = strlen(id) + 1;
	struct pipeline_device *d = hwatt_alloc(offsetof(struct pipeline_device, id) + size);
	memcpy(d->id, id, size);
	d->set = meterset_new(d->id, (struct meterset_settings){ .interval_ms = 30000 }, shelf);
	return d;
}

/* Puts what a target says of itself in place of what was known; NULL: nothing. */
static void set_facts(struct kind_shelf *kinds, struct pipeline_device *d, const struct target_identity *id)
{
	struct kind *old_kind = d->kind;
	const char *old_serial = d->serial;
	d->kind = NULL;
	d->serial = NULL;
	if (id != NULL) {
		d->kind = kind_take(kinds, &(struct hwatt_identity){ .vendor = id->vendor, .model = id->model, .firmware = id->firmware,
								     .profile = id->profile });
		d->serial = word_take(&kinds->words, id->serial);
	}
	kind_give(kinds, old_kind);
	word_give(&kinds->words, old_serial);
}

static void device_free(struct kind_shelf *kinds, struct pipeline_device *d)
{
	if (d->news != NULL) {
		free(d->news->errors);
		d->news->errors = NULL;
	}
	pipeline_forget_serial(d);
	set_facts(kinds, d, NULL);
	block_release(d->block);
	meterset_free(d->set);
	pipeline_forget_ids(d);
	free(d);
}

static void add_device(struct pipeline *p, struct pipeline_device *d)
{
	p->devices = hwatt_realloc(p->devices, (p->count + 1) * sizeof(*p->devices));
	p->unsaved = hwatt_realloc(p->unsaved, (p->count + 1) * sizeof(*p->unsaved));
	p->devices[p->count++] = d;
}

void pipeline_mark_unsaved(struct pipeline *p, struct pipeline_device *d)
{
	if (!d->unsaved)
		p->unsaved[p->unsaved_count++] = d;
	d->unsaved = true;
}

static int by_id(const void *a, const void *b)
{
	const struct pipeline_device *const *x = a, *const *y = b;
	return strcmp((*x)->id, (*y)->id);
}

static void sort_devices(struct pipeline *p)
{
	if (p->count > 0)
		qsort(p->devices, p->count, sizeof(*p->devices), by_id);
}

/* Takes up one device's saved state; damage costs that device its open quarter, not the daemon its start. */
static int load_state(void *arg, const char *device, const void *bytes, size_t length, int64_t journal)
{
	struct pipeline *p = arg;
	struct pipeline_device *d = device_new(device, &p->shelf);
	struct hwatt_error err = {0};
	if (meterset_decode(d->set, bytes, length, &err) < 0)
		hwatt_log(p->parts.log, HWATT_ERROR, "%s: %s; its meters begin anew", device, err.text);
	d->journal = journal;
	d->changed = true;
	add_device(p, d);
	return 0;
}

/* The next text of a journal's row, with its length before it in four octets; NULL at the end or at damage. */
static const void *next_part(struct hwatt_wire *in, size_t *length)
{
	*length = (size_t)hwatt_wire_be(in, 4);
	return hwatt_wire_take(in, *length);
}

/* Begins a part; where it does. */
static size_t begin_part(struct hwatt_text *out)
{
	hwatt_text_put(out, "\0\0\0\0", 4);
	return out->length;
}

/* What was put since then is the part. */
static void end_part(struct hwatt_text *out, size_t began)
{
	size_t length = out->length - began;
	const char head[4] = { (char)(length >> 24), (char)(length >> 16), (char)(length >> 8), (char)length };
	if (hwatt_text_ok(out))
		memcpy(out->bytes + began - sizeof(head), head, sizeof(head));
}

/* Feeds what was fed after the states were saved. A device without a state had nothing metered. */
static int load_records(void *arg, int64_t id, const void *bytes, size_t length)
{
	struct pipeline *p = arg;
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	while (hwatt_wire_left(&in) > 0) {
		size_t name_length, record_length;
		const char *name = next_part(&in, &name_length);
		const void *record = next_part(&in, &record_length);
		if (!hwatt_wire_ok(&in) || name_length == 0 || name[name_length - 1] != '\0') {
			hwatt_log(p->parts.log, HWATT_ERROR, "journal row %" PRId64 " is damaged", id);
			break;
		}
		struct hwatt_error err = {0};
		struct pipeline_device *d = pipeline_find(p, name);
		if (d == NULL || d->journal >= id)
			continue;
		d->recorded = true;
		if (meterset_replay(d->set, record, record_length, &err) == 0)
			continue;
		hwatt_log(p->parts.log, HWATT_ERROR, "%s: journal row %" PRId64 ": %s", d->id, id, err.text);
		d->journal = INT64_MAX; /* what follows tells differences from what is not known */
	}
	p->journal_row = id;
	return 0;
}

static void free_pipeline(struct pipeline *p)
{
	for (size_t i = 0; i < p->count; i++)
		device_free(&p->kinds, p->devices[i]);
	kind_shelf_free(&p->kinds);
	meterset_shelf_free(&p->shelf);
	kept_free(&p->kept);
	history_close(p->history);
	snapshot_hall_release(p->hall);
	verdict_history_free(p->verdicts);
	generation_release(p->generation);
	hwatt_text_free(&p->state);
	hwatt_text_free(&p->journal);
	free(p->devices);
	free(p->unsaved);
	free(p->waiting);
	free(p->waiting_of);
	free(p->counters);
	free(p->points);
	free(p);
}

int pipeline_open(const struct pipeline_parts *parts, struct pipeline **out, struct hwatt_error *err)
{
	struct pipeline *p = hwatt_alloc(sizeof(*p));
	p->parts = *parts;
	p->verdicts = verdict_history_new();
	if (parts->hub != NULL)
		p->history = history_new(parts->loop, parts->store, parts->log);
	hwatt_text_init(&p->state, STATE_MAX_OCTETS);
	hwatt_text_init(&p->journal, JOURNAL_MAX_OCTETS);
	if (store_checkpoints(parts->store, load_state, p, err) < 0)
		goto failed;
	sort_devices(p);
	if (store_journal(parts->store, load_records, p, err) < 0)
		goto failed;
	for (size_t i = 0; i < p->count; i++) {
		p->devices[i]->last_success_ms = 0; /* where the journal's row was */
		meterset_resume(p->devices[i]->set);
	}
	*out = p;
	return 0;
failed:
	free_pipeline(p);
	return -1;
}

/* Has the next commit save the states of those devices, from place `from` to before `to`, that only records tell of. */
void pipeline_unsettle_recorded(struct pipeline *p, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < p->count; i++) {
		if (!p->devices[i]->recorded)
			continue;
		meterset_unsettle(p->devices[i]->set);
		pipeline_mark_unsaved(p, p->devices[i]);
	}
}

void pipeline_close(struct pipeline *p)
{
	struct hwatt_error err = {0};
	pipeline_unsettle_recorded(p, 0, p->count); /* the next start needs no journal */
	if (p->generation != NULL && pipeline_commit(p, &err) < 0)
		hwatt_log(p->parts.log, HWATT_ERROR, "what was measured last is not saved: %s", err.text);
	free_pipeline(p);
}

#define NOT_LOOKED (-2)

struct closing { /* quarters of one device that close together */
	struct pipeline *pipeline;
	struct pipeline_device *device;
	int total_role; /* see total_role(); NOT_LOOKED until it is asked for */
};

/* The role that the device's total is read from; -1: it has no power. */
static int total_role(const struct pipeline_device *d)
{
	const int *roles = inventory_total_roles(d->config, d->config->device.power_role);
	struct meterset_total t;
	for (; *roles >= 0; roles++)
		for (size_t at = 0; (at = meterset_total(d->set, at, &t)) != 0;)
			if (t.quantity == HWATT_ENERGY && (int)t.role == *roles)
				return *roles;
	return -1;
}

/* Whether a point's quarters are kept: totals and what a sum names; all of them when the configuration says so. */
static bool is_kept(struct closing *c, const struct store_point *point)
{
	const struct pipeline_device *d = c->device;
	if (point->quantity != HWATT_ENERGY || config_details(d->config)->points == CONFIG_POINTS_ALL)
		return true;
	if (c->total_role == NOT_LOOKED)
		c->total_role = total_role(d);
	return point->role == HWATT_UPS_INPUT || point->role == HWATT_UPS_OUTPUT ||
	       (int)point->role == c->total_role || kept_by_number(&c->pipeline->kept, d->config, point->role, point->index);
}

static bool is_wanted(void *arg, const struct store_point *point)
{
	return is_kept(arg, point);
}

/* Says to the device's meters whose quarters are kept. */
static void ask_kept(struct pipeline *p, struct pipeline_device *d)
{
	struct closing c = { p, d, NOT_LOOKED };
	meterset_keep(d->set, is_wanted, &c);
}

/* Sets what the configuration says of a device. */
static void configure(struct pipeline_device *d, const struct config_device *config)
{
	d->config = config;
	d->context_id = 0;
	d->changed = true;
	meterset_configure(d->set, (struct meterset_settings){ .interval_ms = config->device.interval_ms,
							       .rated_mw = config->device.rated_mw });
}

/* Drops the devices that the configuration no longer has; their saved state stays in the store. */
static void drop_leavers(struct pipeline *p)
{
	size_t kept = 0;
	for (size_t i = 0; i < p->count; i++) {
		if (p->devices[i]->config != NULL)
			p->devices[kept++] = p->devices[i];
		else
			device_free(&p->kinds, p->devices[i]);
	}
	p->count = kept;
}

/* What the store holds of a newcomer from before it left. */
static int load_newcomer(void *arg, const char *device, const void *bytes, size_t length, int64_t journal)
{
	const struct pipeline *newcomers = arg;
	struct pipeline_device *d = pipeline_find(newcomers, device);
	struct hwatt_error err = {0};
	(void)journal; /* who leaves is saved whole */
	if (d == NULL)
		return 0;
	if (meterset_decode(d->set, bytes, length, &err) < 0)
		hwatt_log(newcomers->parts.log, HWATT_ERROR, "%s: %s; its meters begin anew", device, err.text);
	meterset_resume(d->set);
	return 0;
}

/* Puts the devices of `config` that `p` does not have into `newcomers`. Those that were here before the last change go on with
 * what they had. */
static int find_newcomers(const struct pipeline *p, const struct config *config, struct meterset_shelf *shelf,
			  struct pipeline *newcomers, struct hwatt_error *err)
{
	for (size_t i = 0; i < config->device_count; i++)
		if (pipeline_find(p, config->devices[i].device.id) == NULL)
			add_device(newcomers, device_new(config->devices[i].device.id, shelf));
	sort_devices(newcomers);
	if (newcomers->count == 0 || p->generation == NULL) /* at the start all that is stored has been read */
		return 0;
	return store_checkpoints(p->parts.store, load_newcomer, newcomers, err);
}

static void free_bag(struct pipeline *bag)
{
	free(bag->devices);
	free(bag->unsaved);
}

int pipeline_change(struct pipeline *p, struct generation *generation, int64_t wall_ms, struct hwatt_error *err)
{
	/* The same text again: what was summed over years of quarters stays, as does the generation that it points into. */
	if (p->generation != NULL && strcmp(p->generation->config->hash, generation->config->hash) == 0)
		return 0;
	struct pipeline newcomers = { .parts = p->parts }; /* only a bag of devices */
	pipeline_unsettle_recorded(p, 0, p->count); /* records of a device that leaves do not last */
	if (pipeline_commit(p, err) < 0)
		return -1;
	if (find_newcomers(p, generation->config, &p->shelf, &newcomers, err) < 0 ||
	    (p->history != NULL && history_change(p->history, generation, wall_ms / 1000, err) < 0)) {
		for (size_t i = 0; i < newcomers.count; i++)
			device_free(&p->kinds, newcomers.devices[i]);
		free_bag(&newcomers);
		return -1;
	}
	for (size_t i = 0; i < p->count; i++)
		p->devices[i]->config = NULL;
	for (size_t i = 0; i < newcomers.count; i++)
		add_device(p, newcomers.devices[i]);
	free_bag(&newcomers);
	sort_devices(p);
	for (size_t i = 0; i < generation->config->device_count; i++) {
		const struct config_device *config = &generation->config->devices[i];
		configure(pipeline_find(p, config->device.id), config);
	}
	drop_leavers(p);
	p->round_at = 0;
	p->published = false; /* the next tick shows who came and went */
	generation_release(p->generation);
	p->generation = generation_take(generation);
	kept_free(&p->kept);
	p->kept = kept_of(generation->inventory);
	for (size_t i = 0; i < p->count; i++)
		ask_kept(p, p->devices[i]);
	snapshot_hall_release(p->hall);
	p->hall = NULL; /* judged anew when its past is summed */
	return 0;
}

struct pipeline_device *pipeline_rebind(struct pipeline *p, const char *device)
{
	struct pipeline_device *d = pipeline_find(p, device);
	if (d == NULL)
		return NULL;
	meterset_rebind(d->set);
	d->target = NULL;        /* and the strings of its points */
	d->identity_version = 0; /* the new target counts its own, and may be another device */
	d->changed = true;
	return d;
}

static void on_quarter(void *arg, const struct store_point *point, const struct interval *interval)
{
	struct closing *c = arg;
	struct pipeline *p = c->pipeline;
	if (c->device->config == NULL || !is_kept(c, point))
		return;
	if (p->waiting_count == WAITING_MAX) {
		p->lost_quarters++;
		return;
	}
	if (p->waiting_count == p->waiting_capacity) {
		p->waiting_capacity = p->waiting_capacity == 0 ? 256 : p->waiting_capacity * 2;
		p->waiting = hwatt_realloc(p->waiting, p->waiting_capacity * sizeof(*p->waiting));
		p->waiting_of = hwatt_realloc(p->waiting_of, p->waiting_capacity * sizeof(*p->waiting_of));
	}
	p->waiting[p->waiting_count] = (struct quarter){ .point = *point, .interval = *interval };
	p->waiting_of[p->waiting_count++] = c->device;
}

void pipeline_feed(struct pipeline *p, const char *device, const struct meterset_poll *poll)
{
	struct pipeline_device *d = pipeline_find(p, device);
	if (d == NULL)
		return;
	struct closing c = { p, d, NOT_LOOKED };
	meterset_feed(d->set, poll, NULL, on_quarter, &c);
	if (meterset_grew(d->set))
		ask_kept(p, d);
	pipeline_mark_unsaved(p, d);
}

/* Feeds a poll and notes it in the journal, while that has room. */
static void feed_recorded(struct pipeline *p, struct pipeline_device *d, const struct meterset_poll *poll)
{
	struct closing c = { p, d, NOT_LOOKED };
	size_t part = begin_part(&p->journal);
	hwatt_text_put(&p->journal, d->id, strlen(d->id) + 1);
	end_part(&p->journal, part);
	part = begin_part(&p->journal);
	meterset_feed(d->set, poll, &p->journal, on_quarter, &c);
	end_part(&p->journal, part);
	if (meterset_grew(d->set))
		ask_kept(p, d);
	d->recorded = true;
	if (meterset_unsettled(d->set))
		pipeline_mark_unsaved(p, d);
	if (hwatt_text_ok(&p->journal))
		return;
	pipeline_unsettle_recorded(p, 0, p->count);
	hwatt_text_reset(&p->journal);
}

static void note_identity(struct pipeline *p, struct pipeline_device *d, const struct hwatt_target *t, int64_t wall_ms)
{
	if (target_identity_version(t) == d->identity_version)
		return;
	struct target_identity id = target_identity(t);
	d->identity_version = (uint32_t)target_identity_version(t);
	set_facts(&p->kinds, d, &id);
	d->context_id = 0;
	pipeline_check_serial(p, d, id.serial, wall_ms);
}

/* A device that is polled rarely is not stale between its polls. */
int64_t pipeline_stale_after_ms(const struct pipeline *p, const struct pipeline_device *d)
{
	int64_t three = 3 * d->config->device.interval_ms, stated = p->generation->config->stale_after_ms;
	return three > stated ? three : stated;
}

/* When the running poll, which broke off, got its last value; 0: none. */
static int64_t last_value_ms(const struct hwatt_target *t)
{
	size_t count;
	const struct target_point *points = target_points(t, &count);
	const struct target_values *values = target_values(t);
	struct target_reading r;
	int64_t last_ms = 0;
	for (size_t i = 0; i < count; i++)
		if (target_value(values, &points[i], i, &r) && r.fresh && r.mono_ms > last_ms)
			last_ms = r.mono_ms;
	return last_ms;
}

static void note_outcome(struct pipeline_device *d, const struct hwatt_target *t, const struct hwatt_error *err,
			 int64_t took_us, int64_t wall_ms, int64_t mono_ms)
{
	d->polled = true;
	d->up = err == NULL;
	d->polls++;
	d->dropped = (uint32_t)target_dropped(t);
	if (err != NULL) {
		int64_t last_ms = last_value_ms(t);
		struct pipeline_news *news = pipeline_news(d);
		if (news->errors == NULL)
			news->errors = hwatt_alloc(HWATT_CODES * sizeof(*news->errors));
		news->errors[err->code]++;
		d->heard_ms = last_ms > 0 ? last_ms : d->heard_ms;
		return;
	}
	d->last_success_ms = wall_ms;
	d->poll_duration_us = took_us < UINT32_MAX ? (uint32_t)took_us : UINT32_MAX;
	d->heard_ms = mono_ms;
}

void pipeline_fetch(const struct pipeline_device *d, unsigned step)
{
	if (step > 0)
		meterset_fetch(d->set, step - 1);
	else
		hwatt_prefetch(d, sizeof(*d));
}

void pipeline_polled(struct pipeline *p, struct pipeline_device *d, struct hwatt_target *t, const struct hwatt_error *err,
		     int64_t took_us, int64_t wall_ms, int64_t mono_ms)
{
	note_identity(p, d, t, wall_ms);
	pipeline_check_parts(p, d, t, wall_ms);
	struct meterset_poll poll = { .values = target_values(t), .wall_ms = wall_ms, .mono_ms = mono_ms,
				      .restarted = target_restarted(t), .exchanged = d->exchanged };
	poll.points = target_points(t, &poll.count);
	feed_recorded(p, d, &poll); /* a poll that broke off gave what it gave */
	if (err == NULL)
		d->exchanged = false;
	note_outcome(d, t, err, took_us, wall_ms, mono_ms);
	d->stale_shown = false;
	d->target = t;
	d->changed = true;
}

static void watch_clock(struct pipeline *p, int64_t wall_ms, int64_t mono_ms)
{
	int64_t offset = wall_ms - mono_ms, step = offset - p->clock_offset_ms;
	if (p->has_offset && (step > 1000 || step < -1000)) {
		struct hwatt_error err = {0};
		char text[32];
		snprintf(text, sizeof(text), "%" PRId64, step);
		struct store_event event = { .at_ms = wall_ms, .kind = "clock_step", .device = "", .subject = "ms",
					     .before = "", .after = text };
		hwatt_log(p->parts.log, HWATT_WARN, "the clock was set by %" PRId64 " ms; both quarters are marked",
			  step);
		if (store_event_add(p->parts.store, &event, &err) < 0)
			hwatt_log(p->parts.log, HWATT_ERROR, "clock step not kept: %s", err.text);
	}
	if (!p->has_offset || step > 1000 || step < -1000)
		p->clock_offset_ms = offset;
	p->has_offset = true;
}

/* How long after its end a quarter may still get values: two polls. */
static int64_t grace_ms(const struct pipeline *p)
{
	int64_t grace = 2 * p->generation->config->interval_ms;
	return grace < 60000 ? grace : 60000;
}

static void close_quarters(struct pipeline *p, int64_t until_ms)
{
	for (size_t i = 0; i < p->count; i++) {
		struct closing c = { p, p->devices[i], NOT_LOOKED };
		meterset_close(p->devices[i]->set, until_ms, on_quarter, &c);
		if (meterset_unsettled(p->devices[i]->set))
			pipeline_mark_unsaved(p, p->devices[i]);
	}
}

static void keep_verdicts(struct pipeline *p, int64_t now_s)
{
	struct hwatt_error err;
	if (verdict_history_keep(p->verdicts, p->parts.store, p->hall, now_s, &err) < 0)
		hwatt_log(p->parts.log, HWATT_ERROR, "changes of verdicts are not written down yet: %s", err.text);
}

/* Brings everything up to now but for what is published. */
static void turn(struct pipeline *p, int64_t wall_ms, int64_t mono_ms)
{
	watch_clock(p, wall_ms, mono_ms);
	int64_t over_s = interval_start_s(wall_ms - grace_ms(p));
	bool quarter = over_s != p->judged_s, minute = wall_ms / 60000 != p->looked_minute;
	if (quarter || minute)
		close_quarters(p, wall_ms);
	p->looked_minute = wall_ms / 60000;
	pipeline_commit_or_log(p);
	if (p->history != NULL)
		history_turn(p->history, wall_ms / 1000, mono_ms);
	struct evaluation *evaluation = p->history != NULL ? history_evaluation(p->history) : NULL;
	p->judged_s = over_s;
	if (evaluation != NULL && (quarter || p->hall == NULL || (minute && p->judge_soon))) {
		p->published &= p->hall != NULL; /* the first figures are shown at once */
		snapshot_hall_release(p->hall);
		p->hall = evaluation_judge(evaluation, wall_ms / 1000);
		keep_verdicts(p, wall_ms / 1000);
		p->judge_soon = false;
	}
}

void pipeline_tick(struct pipeline *p, int64_t wall_ms, int64_t mono_ms)
{
	turn(p, wall_ms, mono_ms);
	if (p->parts.hub != NULL && !p->published)
		pipeline_publish(p, wall_ms, mono_ms);
}

void pipeline_refresh(struct pipeline *p, int64_t wall_ms, int64_t mono_ms)
{
	turn(p, wall_ms, mono_ms);
	pipeline_publish(p, wall_ms, mono_ms);
}
