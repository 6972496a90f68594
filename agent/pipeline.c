/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline.h"
#include "history.h"
#include "kept.h"
#include "verdict_history.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <hallwatt/wire.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_MAX_OCTETS (64u << 20)
#define JOURNAL_MAX_OCTETS (32u << 20) /* while the store fails; after that states are saved instead */
#define RECORD_MAX_OCTETS (4u << 20)
#define ROUND_COMMITS 300u     /* in so many commits every state is saved once, and the journal before them dropped */
#define WAITING_MAX 2000000u   /* quarters kept while the store fails */
#define SERIAL_SPACE "serial"

struct quarter { /* closed, not yet in the store */
	struct store_point point; /* `index` belongs to the shelf */
	struct interval interval;
	bool refused;             /* the store will never take it */
};

struct point_id {
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	const char *index; /* as above: equal ones of the devices here have equal addresses */
	int64_t id;
};

struct pipeline_device {
	char *id;
	const struct config_device *config; /* in the present generation */
	struct meterset *set;
	bool unsaved;                       /* among those that the next commit looks at */
	bool recorded;                      /* its saved state is older than its meters: records in the store tell the rest */
	int64_t journal;                    /* while opening: the last row that its state holds */
	bool changed;                       /* since its block was built */
	bool stale_shown;
	int64_t heard_ms;                   /* monotonic: when it last gave something, or was first looked at; 0: neither */
	int64_t context_id;                 /* 0: not known */
	struct point_id *ids;
	size_t id_count, id_next;           /* quarters come in the order of the meters: look there first */
	uint64_t identity_version;
	bool exchanged;                     /* the next poll's registers are another device's */
	char *serial_before, *serial_now;   /* not yet in the store; NULL: nothing new */
	int64_t serial_ms;                  /* when that was seen */
	const struct hwatt_target *target;  /* where its values are; NULL: no poll of the present one has ended */
	struct hwatt_view_device draft;     /* without points: these are put together when it is published */
	char *facts[5];                     /* vendor, model, serial, firmware, profile: strings of the draft */
	struct hwatt_view_device *block;    /* as published */
};

struct pipeline {
	struct pipeline_parts parts;
	struct generation *generation;
	struct history *history;            /* NULL: nothing is judged */
	struct kept kept;                   /* of the generation's inventory */
	struct hwatt_view_hall *hall;
	struct verdict_history *verdicts;   /* what of them was written down */
	struct layout_shelf shelf;
	struct pipeline_device **devices;            /* sorted by id */
	struct pipeline_device **unsaved;            /* those whose meters changed since the last commit */
	size_t count, unsaved_count;
	struct quarter *waiting;
	size_t waiting_count, waiting_capacity;
	struct pipeline_device **waiting_of;         /* whose each is */
	int64_t judged_s;                   /* the quarter that was judged last, or would have been */
	int64_t looked_minute;              /* when quarters were last looked through */
	bool judge_soon;                    /* something came that a verdict may rest on */
	bool new_serials;                   /* some device has one that is not in the store */
	bool failing;                       /* the store: one line when it begins, one when it ends */
	bool published;                     /* since the configuration changed */
	struct hwatt_view_point *points;    /* scratch for a draft's points */
	size_t point_capacity;
	size_t refused;                     /* quarters of the present transaction */
	struct hwatt_error refusal;         /* why, of the first */
	int64_t commits, commit_failures, quarters, lost_quarters;
	int64_t clock_offset_ms;            /* wall - mono */
	bool has_offset;
	struct hwatt_view_counter *counters;
	size_t counter_count, counter_capacity;
	struct hwatt_text state;            /* scratch for open states */
	struct hwatt_text journal;          /* what was fed since the last commit: device, record, device, record ... */
	struct hwatt_text record;           /* scratch for one of them */
	size_t round_at;                    /* the next device whose state is saved because its turn has come */
	int64_t round_row, journal_row;     /* the journal's last row when the round began, and now */
};

static struct pipeline_device *find_device(const struct pipeline *p, const char *id)
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

static struct pipeline_device *device_new(const char *id, struct layout_shelf *shelf)
{
	struct pipeline_device *d = hwatt_alloc(sizeof(*d));
	d->id = hwatt_strdup(id);
	d->set = meterset_new(d->id, (struct meterset_settings){ .interval_ms = 30000 }, shelf);
	return d;
}

static void forget_serial(struct pipeline_device *d)
{
	free(d->serial_before);
	free(d->serial_now);
	d->serial_before = d->serial_now = NULL;
}

static void device_free(struct pipeline_device *d)
{
	forget_serial(d);
	for (size_t i = 0; i < sizeof(d->facts) / sizeof(d->facts[0]); i++)
		free(d->facts[i]);
	snapshot_device_release(d->block);
	meterset_free(d->set);
	free(d->ids);
	free(d->id);
	free(d);
}

static void add_device(struct pipeline *p, struct pipeline_device *d)
{
	p->devices = hwatt_realloc(p->devices, (p->count + 1) * sizeof(*p->devices));
	p->unsaved = hwatt_realloc(p->unsaved, (p->count + 1) * sizeof(*p->unsaved));
	p->devices[p->count++] = d;
}

static void mark_unsaved(struct pipeline *p, struct pipeline_device *d)
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

static void put_part(struct hwatt_text *out, const void *bytes, size_t length)
{
	const char head[4] = { (char)(length >> 24), (char)(length >> 16), (char)(length >> 8), (char)length };
	hwatt_text_put(out, head, sizeof(head));
	hwatt_text_put(out, bytes, length);
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
		struct pipeline_device *d = find_device(p, name);
		if (d == NULL || d->journal >= id)
			continue;
		d->recorded = true;
		if (meterset_replay(d->set, record, record_length, &err) < 0)
			hwatt_log(p->parts.log, HWATT_ERROR, "%s: journal row %" PRId64 ": %s", d->id, id, err.text);
	}
	p->journal_row = id;
	return 0;
}

static void free_pipeline(struct pipeline *p)
{
	for (size_t i = 0; i < p->count; i++)
		device_free(p->devices[i]);
	history_close(p->history);
	layout_shelf_free(&p->shelf);
	kept_free(&p->kept);
	snapshot_hall_release(p->hall);
	verdict_history_free(p->verdicts);
	generation_release(p->generation);
	hwatt_text_free(&p->state);
	hwatt_text_free(&p->journal);
	hwatt_text_free(&p->record);
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
	hwatt_text_init(&p->record, RECORD_MAX_OCTETS);
	if (store_checkpoints(parts->store, load_state, p, err) < 0)
		goto failed;
	sort_devices(p);
	if (store_journal(parts->store, load_records, p, err) < 0)
		goto failed;
	for (size_t i = 0; i < p->count; i++)
		meterset_resume(p->devices[i]->set);
	*out = p;
	return 0;
failed:
	free_pipeline(p);
	return -1;
}

/* Has the next commit save the states of those devices, from place `from` to before `to`, that only records tell of. */
static void unsettle_recorded(struct pipeline *p, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < p->count; i++) {
		if (!p->devices[i]->recorded)
			continue;
		meterset_unsettle(p->devices[i]->set);
		mark_unsaved(p, p->devices[i]);
	}
}

void pipeline_close(struct pipeline *p)
{
	struct hwatt_error err = {0};
	unsettle_recorded(p, 0, p->count); /* the next start needs no journal */
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
			if ((int)t.role == *roles)
				return *roles;
	return -1;
}

/* Whether a point's quarters are kept: totals and what a sum names; all of them when the configuration says so. */
static bool is_kept(struct closing *c, const struct store_point *point)
{
	const struct pipeline_device *d = c->device;
	if (point->kind != INTERVAL_ENERGY || d->config->points == CONFIG_POINTS_ALL)
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
	d->draft.id = d->id;
	d->draft.site = config->device.site;
	d->draft.room = config->device.room;
	d->draft.rack = config->device.rack;
	d->draft.power_role = config->device.power_role;
}

/* Drops the devices that the configuration no longer has; their saved state stays in the store. */
static void drop_leavers(struct pipeline *p)
{
	size_t kept = 0;
	for (size_t i = 0; i < p->count; i++) {
		if (p->devices[i]->config != NULL)
			p->devices[kept++] = p->devices[i];
		else
			device_free(p->devices[i]);
	}
	p->count = kept;
}

/* What the store holds of a newcomer from before it left. */
static int load_newcomer(void *arg, const char *device, const void *bytes, size_t length, int64_t journal)
{
	const struct pipeline *newcomers = arg;
	struct pipeline_device *d = find_device(newcomers, device);
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
static int find_newcomers(const struct pipeline *p, const struct config *config, struct layout_shelf *shelf,
			  struct pipeline *newcomers, struct hwatt_error *err)
{
	for (size_t i = 0; i < config->device_count; i++)
		if (find_device(p, config->devices[i].device.id) == NULL)
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
	unsettle_recorded(p, 0, p->count); /* records of a device that leaves do not last */
	if (pipeline_commit(p, err) < 0)
		return -1;
	if (find_newcomers(p, generation->config, &p->shelf, &newcomers, err) < 0 ||
	    (p->history != NULL && history_change(p->history, generation, wall_ms / 1000, err) < 0)) {
		for (size_t i = 0; i < newcomers.count; i++)
			device_free(newcomers.devices[i]);
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
		configure(find_device(p, config->device.id), config);
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
	struct pipeline_device *d = find_device(p, device);
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
	struct pipeline_device *d = find_device(p, device);
	if (d == NULL)
		return;
	struct closing c = { p, d, NOT_LOOKED };
	meterset_feed(d->set, poll, NULL, on_quarter, &c);
	if (meterset_grew(d->set))
		ask_kept(p, d);
	mark_unsaved(p, d);
}

/* Feeds a poll and notes it in the journal, while that has room. */
static void feed_recorded(struct pipeline *p, struct pipeline_device *d, const struct meterset_poll *poll)
{
	struct closing c = { p, d, NOT_LOOKED };
	hwatt_text_reset(&p->record);
	meterset_feed(d->set, poll, &p->record, on_quarter, &c);
	if (meterset_grew(d->set))
		ask_kept(p, d);
	put_part(&p->journal, d->id, strlen(d->id) + 1);
	put_part(&p->journal, p->record.bytes, p->record.length);
	d->recorded = true;
	mark_unsaved(p, d);
	if (hwatt_text_ok(&p->record) && hwatt_text_ok(&p->journal))
		return;
	unsettle_recorded(p, 0, p->count);
	hwatt_text_reset(&p->journal);
}

static void set_fact(struct pipeline_device *d, int n, const char **field, const char *value)
{
	free(d->facts[n]);
	d->facts[n] = hwatt_strdup(value != NULL ? value : "");
	*field = d->facts[n];
}

/* Holds the serial number against the one known before: another one means another device. What is new waits for the commit that
 * also holds what the meters made of it. */
static void check_serial(struct pipeline *p, struct pipeline_device *d, const char *serial, int64_t wall_ms)
{
	struct hwatt_error err = {0};
	char *known = NULL;
	if (serial == NULL || serial[0] == '\0' || (d->serial_now != NULL && strcmp(d->serial_now, serial) == 0))
		return;
	if (store_get(p->parts.store, SERIAL_SPACE, d->id, &known, &err) < 0) {
		hwatt_log(p->parts.log, HWATT_ERROR, "%s: serial number not known: %s", d->id, err.text);
		return;
	}
	if (known != NULL && strcmp(known, serial) == 0) {
		free(known);
		return;
	}
	if (known != NULL) {
		d->exchanged = true;
		hwatt_log(p->parts.log, HWATT_INFO, "%s: serial number was %s and is %s now: device replaced", d->id,
			  known, serial);
	}
	forget_serial(d);
	d->serial_before = known;
	d->serial_now = hwatt_strdup(serial);
	d->serial_ms = wall_ms;
	p->new_serials = true;
}

static int write_serial(struct pipeline *p, const struct pipeline_device *d, struct hwatt_error *err)
{
	struct store_event event = { .at_ms = d->serial_ms, .kind = "device_replaced", .device = d->id,
				     .subject = "chassis", .before = d->serial_before, .after = d->serial_now };
	if (d->serial_before != NULL && store_event_add(p->parts.store, &event, err) < 0)
		return -1;
	return store_put(p->parts.store, SERIAL_SPACE, d->id, d->serial_now, err);
}

static int write_serials(struct pipeline *p, struct hwatt_error *err)
{
	for (size_t i = 0; i < p->count && p->new_serials; i++)
		if (p->devices[i]->serial_now != NULL && write_serial(p, p->devices[i], err) < 0)
			return -1;
	return 0;
}

static void note_identity(struct pipeline *p, struct pipeline_device *d, const struct hwatt_target *t, int64_t wall_ms)
{
	if (target_identity_version(t) == d->identity_version)
		return;
	const struct target_identity *id = target_identity(t);
	d->identity_version = target_identity_version(t);
	set_fact(d, 0, &d->draft.vendor, id->vendor);
	set_fact(d, 1, &d->draft.model, id->model);
	set_fact(d, 2, &d->draft.serial, id->serial);
	set_fact(d, 3, &d->draft.firmware, id->firmware);
	set_fact(d, 4, &d->draft.profile, id->profile);
	d->context_id = 0;
	check_serial(p, d, id->serial, wall_ms);
}

/* A device that is polled rarely is not stale between its polls. */
static int64_t stale_after_ms(const struct pipeline *p, const struct pipeline_device *d)
{
	int64_t three = 3 * d->config->device.interval_ms, stated = p->generation->config->stale_after_ms;
	return three > stated ? three : stated;
}

/* When the running poll, which broke off, got its last value; 0: none. */
static int64_t last_value_ms(const struct hwatt_target *t)
{
	size_t count;
	const struct target_point *points = target_points(t, &count);
	struct target_reading r;
	int64_t last_ms = 0;
	for (size_t i = 0; i < count; i++)
		if (target_value(target_values(t), &points[i], i, &r) && r.fresh && r.mono_ms > last_ms)
			last_ms = r.mono_ms;
	return last_ms;
}

static void note_outcome(struct pipeline_device *d, const struct hwatt_target *t, const struct hwatt_error *err,
			 int64_t took_us, int64_t wall_ms, int64_t mono_ms)
{
	d->draft.polled = true;
	d->draft.up = err == NULL;
	d->draft.polls++;
	d->draft.dropped = target_dropped(t);
	if (err != NULL) {
		int64_t last_ms = last_value_ms(t);
		d->draft.errors[err->code]++;
		d->heard_ms = last_ms > 0 ? last_ms : d->heard_ms;
		return;
	}
	d->draft.last_success_ms = wall_ms;
	d->draft.poll_duration_us = took_us;
	d->heard_ms = mono_ms;
}

void pipeline_polled(struct pipeline *p, struct pipeline_device *d, struct hwatt_target *t, const struct hwatt_error *err,
		     int64_t took_us, int64_t wall_ms, int64_t mono_ms)
{
	note_identity(p, d, t, wall_ms);
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

static int context_of(struct pipeline *p, struct pipeline_device *d, struct hwatt_error *err)
{
	if (d->context_id != 0)
		return 0;
	const struct ruleset *rules = config_ruleset(p->generation->config, d->config->device.site);
	struct store_context context = {
		.device = d->id, .serial = d->draft.serial, .model = d->draft.model,
		.firmware = d->draft.firmware, .profile = d->draft.profile,
		.power_role = hwatt_power_role_name(d->config->device.power_role), .site = d->config->device.site,
		.config_hash = p->generation->config->hash, .ruleset_hash = rules != NULL ? rules->hash : "",
		.agent_version = HALLWATT_VERSION,
		.clock_source = "system", .accuracy_ppm = d->config->accuracy_ppm, .ct_ratio_ppm = HWATT_PPM };
	const char **texts[] = { &context.serial, &context.model, &context.firmware, &context.profile };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (*texts[i] == NULL)
			*texts[i] = "";
	return store_context_id(p->parts.store, &context, &d->context_id, err);
}

/* The store's number of a point, and whether it is new to us. */
static int id_of(struct pipeline *p, struct pipeline_device *d, const struct store_point *point, int64_t *id,
		 struct hwatt_error *err)
{
	for (size_t i = 0; i < d->id_count; i++) {
		size_t at = (d->id_next + i) % d->id_count;
		if (d->ids[at].index != point->index || d->ids[at].role != point->role ||
		    d->ids[at].quantity != point->quantity)
			continue;
		*id = d->ids[at].id;
		d->id_next = at + 1;
		return 0;
	}
	if (store_point_id(p->parts.store, point, id, err) < 0)
		return -1;
	d->ids = hwatt_realloc(d->ids, (d->id_count + 1) * sizeof(*d->ids));
	d->ids[d->id_count++] = (struct point_id){ point->role, point->quantity, point->index, *id };
	return 0;
}

static int append(struct pipeline *p, size_t n, struct hwatt_error *err)
{
	struct pipeline_device *d = p->waiting_of[n];
	int64_t id;
	if (context_of(p, d, err) < 0 || id_of(p, d, &p->waiting[n].point, &id, err) < 0)
		return -1;
	p->waiting[n].point.id = id;
	return store_append(p->parts.store, id, d->context_id, &p->waiting[n].interval, err);
}

/* Appends all that waits. A row that can never be (its start is there already) is left out, or nothing would be saved again. */
static int append_all(struct pipeline *p, struct hwatt_error *err)
{
	p->refused = 0;
	for (size_t i = 0; i < p->waiting_count; i++) {
		p->waiting[i].refused = append(p, i, err) < 0;
		if (!p->waiting[i].refused)
			continue;
		if (err->code != HWATT_EINVAL)
			return -1;
		if (p->refused++ == 0)
			p->refusal = *err;
	}
	return 0;
}

static int save_state(struct pipeline *p, struct pipeline_device *d, struct hwatt_error *err)
{
	hwatt_text_reset(&p->state);
	meterset_encode(d->set, &p->state);
	if (!hwatt_text_ok(&p->state))
		return hwatt_fail(err, HWATT_EIO, "%s: open state over %u octets", d->id, STATE_MAX_OCTETS);
	return store_checkpoint(p->parts.store, d->id, p->state.bytes, p->state.length, err);
}

/* How many devices have their turn in each commit. */
static size_t turns(const struct pipeline *p)
{
	return p->count / ROUND_COMMITS + 1;
}

/* Everything since the last commit: quarters, the journal, and after it the states that it does not tell of. */
static int write_all(struct pipeline *p, struct hwatt_error *err)
{
	if (append_all(p, err) < 0 || write_serials(p, err) < 0)
		return -1;
	if (p->journal.length > 0 &&
	    store_journal_add(p->parts.store, p->journal.bytes, p->journal.length, &p->journal_row, err) < 0)
		return -1;
	unsettle_recorded(p, p->round_at, p->round_at + turns(p));
	for (size_t i = 0; i < p->unsaved_count; i++)
		if (meterset_unsettled(p->unsaved[i]->set) && save_state(p, p->unsaved[i], err) < 0)
			return -1;
	if (p->round_at + turns(p) < p->count || p->round_row == 0)
		return 0;
	return store_journal_drop(p->parts.store, p->round_row, err);
}

/* Numbers given out in a transaction that was rolled back mean nothing. */
static void forget_ids(struct pipeline *p)
{
	for (size_t i = 0; i < p->count; i++) {
		p->devices[i]->id_count = 0;
		p->devices[i]->context_id = 0;
	}
}

static void after_commit(struct pipeline *p)
{
	for (size_t i = 0; i < p->count && p->new_serials; i++)
		forget_serial(p->devices[i]);
	p->new_serials = false;
	for (size_t i = 0; i < p->waiting_count && p->history != NULL; i++)
		if (!p->waiting[i].refused)
			history_feed(p->history, &p->waiting[i].point, &p->waiting[i].interval);
	if (p->refused > 0)
		hwatt_log(p->parts.log, HWATT_ERROR, "%zu quarter%s left out, as the store refused the first: %s",
			  p->refused, p->refused == 1 ? "" : "s", p->refusal.text);
	p->lost_quarters += (int64_t)p->refused;
	p->quarters += (int64_t)(p->waiting_count - p->refused);
	p->refused = 0;
	p->judge_soon |= p->waiting_count > 0;
	p->waiting_count = 0;
	for (size_t i = 0; i < p->unsaved_count; i++) {
		struct pipeline_device *d = p->unsaved[i];
		d->changed = true;
		d->unsaved = false;
		d->recorded &= !meterset_unsettled(d->set);
		meterset_settle(d->set);
	}
	p->unsaved_count = 0;
	hwatt_text_reset(&p->journal);
	p->round_at += turns(p);
	if (p->round_at >= p->count) {
		p->round_at = 0;
		p->round_row = p->journal_row;
	}
	p->commits++;
}

int pipeline_commit(struct pipeline *p, struct hwatt_error *err)
{
	if (store_begin(p->parts.store, err) < 0)
		return -1;
	if (write_all(p, err) < 0) {
		store_rollback(p->parts.store);
		forget_ids(p);
		return -1;
	}
	if (store_commit(p->parts.store, err) < 0) {
		forget_ids(p);
		return -1;
	}
	after_commit(p);
	return 0;
}

/* Commits, and says so once when the store begins or ends to fail. */
static bool commit_or_log(struct pipeline *p)
{
	struct hwatt_error err = {0};
	bool ok = pipeline_commit(p, &err) == 0;
	if (!ok) {
		p->commit_failures++;
		if (!p->failing)
			hwatt_log(p->parts.log, HWATT_ERROR,
				  "not saved, will be tried again each second: %s", err.text);
	} else if (p->failing) {
		hwatt_log(p->parts.log, HWATT_INFO, p->lost_quarters == 0 ? "saved again; nothing was lost" : "saved again");
	}
	p->failing = !ok;
	return ok;
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
			mark_unsaved(p, p->devices[i]);
	}
}

/* Adds what the points of one role, or of its outlets that the meter covers, draw. False: a part is not known. */
static bool power_of_role(const struct hwatt_view_device *block, const struct inventory_meter *meter, int role,
			  int64_t *mw, bool *any)
{
	for (size_t i = 0; i < block->point_count; i++) {
		const struct hwatt_view_point *v = &block->points[i];
		if ((int)v->role != role || v->quantity != HWATT_ACTIVE_POWER || v->alternative ||
		    (meter->first != 0 && !inventory_covers(meter, v->index)))
			continue;
		*any = true;
		if (!v->present)
			return false;
		*mw += v->value;
	}
	return *any;
}

/* The power that a meter sees now, from the blocks about to be published; false when any part of it is not known. */
static bool power_of(const struct pipeline *p, const struct inventory_meter *meter, hwatt_i128 *mw_ppm)
{
	struct pipeline_device *d = find_device(p, meter->device->device.id);
	if (d == NULL || !d->draft.up)
		return false;
	int one[2] = { meter->role, -1 };
	const int *roles = meter->role >= 0 ? one : inventory_total_roles(meter->device, meter->power_role);
	for (; *roles >= 0; roles++) {
		int64_t mw = 0;
		bool any = false, known = power_of_role(d->block, meter, *roles, &mw, &any);
		if (known)
			*mw_ppm += (hwatt_i128)mw * meter->share_ppm;
		if (any)
			return known;
	}
	return false;
}

static size_t site_powers(const struct pipeline *p, struct hwatt_view_site_power *out)
{
	const struct inventory *inventory = p->generation->inventory;
	size_t n = 0;
	for (size_t s = 0; s < inventory->site_count; s++) {
		for (int r = 0; r < HWATT_POWER_ROLES; r++) {
			const struct inventory_sum *sum = &inventory->sites[s].power[r];
			hwatt_i128 mw_ppm = 0;
			bool known = sum->count > 0;
			for (size_t i = 0; i < sum->count && known; i++)
				known = power_of(p, &sum->meters[i], &mw_ppm);
			if (known)
				out[n++] = (struct hwatt_view_site_power){
					.site = inventory->sites[s].site->id, .role = (enum hwatt_power_role)r,
					.mw = (int64_t)(mw_ppm / HWATT_PPM) };
		}
	}
	return n;
}

void pipeline_count(struct pipeline *p, const char *name, const char *help, const char *label,
		    const char *label_value, double value)
{
	if (p->counter_count == p->counter_capacity) {
		p->counter_capacity = p->counter_capacity == 0 ? 32 : p->counter_capacity * 2;
		p->counters = hwatt_realloc(p->counters, p->counter_capacity * sizeof(*p->counters));
	}
	p->counters[p->counter_count++] = (struct hwatt_view_counter){ .name = name, .help = help, .label = label,
									.label_value = label_value,
									.value = value };
}

static void own_counters(struct pipeline *p)
{
	pipeline_count(p, "store_commits_total", "Transactions written to the store.", NULL, NULL,
		       (double)p->commits);
	pipeline_count(p, "store_commit_failures_total", "Transactions that failed and were tried again.", NULL,
		       NULL, (double)p->commit_failures);
	pipeline_count(p, "intervals_closed_total", "Quarters of an hour written to the store since the start.",
		       NULL, NULL, (double)p->quarters);
	pipeline_count(p, "intervals_lost_total", "Quarters given up because the store failed for too long, or refused them.", NULL,
		       NULL, (double)p->lost_quarters);
	pipeline_count(p, "history_summed", "Whether the stored past is summed: until then there are no figures and verdicts.",
		       NULL, NULL, history_evaluation(p->history) != NULL);
	pipeline_count(p, "intervals_waiting", "Closed quarters that wait to be written.", NULL, NULL,
		       (double)p->waiting_count);
}

/* Whether a device gave nothing for so long that its gauges are to go, once: it is silent, or its session could not be opened. */
static bool grew_stale(const struct pipeline *p, struct pipeline_device *d, int64_t mono_ms)
{
	if (d->heard_ms == 0)
		d->heard_ms = mono_ms;
	if (d->stale_shown || mono_ms - d->heard_ms <= stale_after_ms(p, d))
		return false;
	d->draft.polled = true; /* in vain, even if it could not be tried */
	d->draft.up = false;
	d->stale_shown = true;
	return true;
}

static void add_view_point(struct pipeline *p, struct pipeline_device *d, const struct hwatt_view_point *point)
{
	size_t n = d->draft.point_count++;
	if (n == p->point_capacity) {
		p->point_capacity = n == 0 ? 256 : n * 2;
		p->points = hwatt_realloc(p->points, p->point_capacity * sizeof(*p->points));
	}
	p->points[n] = *point;
}

/* Adds the last values of the target's points; a new target has none until its first poll has ended. */
static void add_readings(struct pipeline *p, struct pipeline_device *d, int64_t wall_ms, int64_t mono_ms)
{
	size_t count = 0;
	const struct target_point *points = d->target != NULL ? target_points(d->target, &count) : NULL;
	for (size_t i = 0; i < count; i++) {
		const struct target_point *t = &points[i];
		struct target_reading r = { .mono_ms = 0 };
		bool known = target_value(target_values(d->target), t, i, &r);
		int64_t age_ms = mono_ms - r.mono_ms;
		if (hwatt_quantity_info(t->quantity)->metric != NULL)
			add_view_point(p, d, &(struct hwatt_view_point){
				.role = t->role, .quantity = t->quantity, .index = t->index, .name = t->name,
				.source = t->source, .alternative = t->alternative, .value = r.value.value,
				.present = known && age_ms <= stale_after_ms(p, d), .at_ms = wall_ms - age_ms });
	}
}

/* Adds the energy totals as they stand in the store: what the meters have when all was saved, else those published. */
static void add_totals(struct pipeline *p, struct pipeline_device *d)
{
	struct meterset_total t;
	for (size_t at = 0; !p->failing && (at = meterset_total(d->set, at, &t)) != 0;)
		add_view_point(p, d, &(struct hwatt_view_point){
			.role = t.role, .quantity = HWATT_ENERGY, .index = t.index, .name = "", .source = "",
			.metered = true, .total_j = t.total.j, .total_uj = t.total.uj2 / 2 });
	for (size_t i = 0; p->failing && d->block != NULL && i < d->block->point_count; i++)
		if (d->block->points[i].metered)
			add_view_point(p, d, &d->block->points[i]);
}

static void build_block(struct pipeline *p, struct pipeline_device *d, int64_t wall_ms, int64_t mono_ms)
{
	d->draft.point_count = 0;
	add_readings(p, d, wall_ms, mono_ms);
	add_totals(p, d);
	d->draft.points = p->points;
	struct hwatt_view_device *block = snapshot_device_build(&d->draft);
	snapshot_device_release(d->block);
	d->block = block;
	d->changed = false;
}

static void publish(struct pipeline *p, int64_t wall_ms, int64_t mono_ms)
{
	struct hwatt_view_device **blocks = hwatt_alloc((p->count + 1) * sizeof(*blocks));
	for (size_t i = 0; i < p->count; i++) {
		struct pipeline_device *d = p->devices[i];
		if (grew_stale(p, d, mono_ms) || d->changed || d->block == NULL)
			build_block(p, d, wall_ms, mono_ms);
		blocks[i] = d->block;
	}
	struct hwatt_view_site_power *powers =
		hwatt_alloc((p->generation->inventory->site_count * HWATT_POWER_ROLES + 1) * sizeof(*powers));
	p->counter_count = 0;
	own_counters(p);
	if (p->parts.counters != NULL)
		p->parts.counters(p->parts.arg, p);
	struct hwatt_snapshot draft = { .taken_ms = wall_ms, .device_count = p->count, .devices = blocks,
					.hall = p->hall, .site_power_count = site_powers(p, powers),
					.site_power = powers, .counter_count = p->counter_count,
					.counters = p->counters, .ready = history_ready(p->history) };
	struct hwatt_snapshot *snap = snapshot_build(&draft);
	snapshot_hub_publish(p->parts.hub, &snap);
	free(powers);
	free(blocks);
	p->published = true;
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
	commit_or_log(p);
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
		publish(p, wall_ms, mono_ms);
}

void pipeline_refresh(struct pipeline *p, int64_t wall_ms, int64_t mono_ms)
{
	turn(p, wall_ms, mono_ms);
	publish(p, wall_ms, mono_ms);
}
