/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline.h"
#include "evaluation.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_MAX_OCTETS (64u << 20)
#define WAITING_MAX 2000000u   /* quarters kept while the store fails */
#define SERIAL_SPACE "serial"

struct quarter { /* closed, not yet in the store */
	struct store_point point; /* `index` belongs to the device's meterset */
	struct interval interval;
	bool refused;             /* the store will never take it */
};

struct point_id {
	const char *index; /* as above: each meter has a string of its own, so the pointer tells which meter */
	int64_t id;
};

struct role_power {
	int64_t mw;
	bool any, whole; /* has points of this role; all of them answered */
};

struct device {
	char *id;
	const struct config_device *config; /* in the present generation */
	struct meterset *set;
	bool unsaved;                       /* its open state changed since the last commit */
	bool changed;                       /* its block must be built anew */
	bool stale_shown;
	int64_t heard_ms;                   /* monotonic: when it last gave something, or was first looked at; 0: neither */
	int64_t context_id;                 /* 0: not known */
	struct point_id *ids;
	size_t id_count, id_next;           /* quarters come in the order of the meters: look there first */
	uint64_t identity_version;
	bool exchanged;                     /* the next poll's registers are another device's */
	struct role_power power[HWATT_ROLES];
	struct hwatt_view_device draft;
	char *facts[5];                     /* vendor, model, serial, firmware, profile: strings of the draft */
	struct hwatt_view_point *points;    /* of the draft: readings first, energy totals after them */
	size_t reading_count, point_capacity;
	struct meterset_total *totals;      /* as they stand in the store */
	size_t total_count;
	struct hwatt_view_device *block;    /* as published */
};

struct pipeline {
	struct pipeline_parts parts;
	struct generation *generation;
	struct evaluation *evaluation;
	struct hwatt_view_hall *hall;
	struct device **devices;            /* sorted by id */
	size_t count;
	struct quarter *waiting;
	size_t waiting_count, waiting_capacity;
	struct device **waiting_of;         /* whose each is */
	int64_t judged_s;                   /* the quarter that was judged last */
	int64_t looked_minute;              /* when quarters were last looked through */
	bool judge_soon;                    /* something came that a verdict may rest on */
	bool failing;                       /* the store: one line when it begins, one when it ends */
	size_t refused;                     /* quarters of the present transaction */
	struct hwatt_error refusal;         /* why, of the first */
	int64_t commits, commit_failures, quarters, lost_quarters;
	int64_t clock_offset_ms;            /* wall - mono */
	bool has_offset;
	struct hwatt_view_counter *counters;
	size_t counter_count, counter_capacity;
	struct hwatt_text state;            /* scratch for open states */
};

static struct device *find_device(const struct pipeline *p, const char *id)
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

static struct device *device_new(const char *id)
{
	struct device *d = hwatt_alloc(sizeof(*d));
	d->id = hwatt_strdup(id);
	d->set = meterset_new(id, (struct meterset_settings){ .interval_ms = 30000 });
	return d;
}

static void device_free(struct device *d)
{
	for (size_t i = 0; i < sizeof(d->facts) / sizeof(d->facts[0]); i++)
		free(d->facts[i]);
	snapshot_device_release(d->block);
	meterset_free(d->set);
	free(d->totals);
	free(d->points);
	free(d->ids);
	free(d->id);
	free(d);
}

static void add_device(struct pipeline *p, struct device *d)
{
	p->devices = hwatt_realloc(p->devices, (p->count + 1) * sizeof(*p->devices));
	p->devices[p->count++] = d;
}

static int by_id(const void *a, const void *b)
{
	const struct device *const *x = a, *const *y = b;
	return strcmp((*x)->id, (*y)->id);
}

static void sort_devices(struct pipeline *p)
{
	if (p->count > 0)
		qsort(p->devices, p->count, sizeof(*p->devices), by_id);
}

/* Takes up one device's saved state; damage costs that device its open quarter, not the daemon its start. */
static int load_state(void *arg, const char *device, const void *bytes, size_t length)
{
	struct pipeline *p = arg;
	struct device *d = device_new(device);
	struct hwatt_error err = {0};
	if (meterset_decode(d->set, bytes, length, &err) < 0)
		hwatt_log(p->parts.log, HWATT_ERROR, "%s: %s; its meters begin anew", device, err.text);
	d->changed = true;
	add_device(p, d);
	return 0;
}

int pipeline_open(const struct pipeline_parts *parts, struct pipeline **out, struct hwatt_error *err)
{
	struct pipeline *p = hwatt_alloc(sizeof(*p));
	p->parts = *parts;
	hwatt_text_init(&p->state, STATE_MAX_OCTETS);
	if (store_checkpoints(parts->store, load_state, p, err) < 0) {
		pipeline_close(p);
		return -1;
	}
	sort_devices(p);
	*out = p;
	return 0;
}

void pipeline_close(struct pipeline *p)
{
	struct hwatt_error err = {0};
	if (p->generation != NULL && pipeline_commit(p, &err) < 0)
		hwatt_log(p->parts.log, HWATT_ERROR, "what was measured last is not saved: %s", err.text);
	for (size_t i = 0; i < p->count; i++)
		device_free(p->devices[i]);
	evaluation_close(p->evaluation);
	snapshot_hall_release(p->hall);
	generation_release(p->generation);
	hwatt_text_free(&p->state);
	free(p->devices);
	free(p->waiting);
	free(p->waiting_of);
	free(p->counters);
	free(p);
}

/* Sets what the configuration says of a device. */
static void configure(struct device *d, const struct config_device *config)
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
static int load_newcomer(void *arg, const char *device, const void *bytes, size_t length)
{
	const struct pipeline *newcomers = arg;
	struct device *d = find_device(newcomers, device);
	struct hwatt_error err = {0};
	if (d != NULL && meterset_decode(d->set, bytes, length, &err) < 0)
		hwatt_log(newcomers->parts.log, HWATT_ERROR, "%s: %s; its meters begin anew", device, err.text);
	return 0;
}

/* Puts the devices of `config` that `p` does not have into `newcomers`. Those that were here before the last change go on with
 * what they had. */
static int find_newcomers(const struct pipeline *p, const struct config *config, struct pipeline *newcomers,
			  struct hwatt_error *err)
{
	for (size_t i = 0; i < config->device_count; i++)
		if (find_device(p, config->devices[i].device.id) == NULL)
			add_device(newcomers, device_new(config->devices[i].device.id));
	sort_devices(newcomers);
	if (newcomers->count == 0 || p->generation == NULL) /* at the start all that is stored has been read */
		return 0;
	return store_checkpoints(p->parts.store, load_newcomer, newcomers, err);
}

int pipeline_change(struct pipeline *p, struct generation *generation, int64_t wall_ms, struct hwatt_error *err)
{
	struct evaluation *evaluation = NULL;
	/* The same text again: what was summed over years of quarters stays, as does the generation that it points into. */
	if (p->generation != NULL && strcmp(p->generation->config->hash, generation->config->hash) == 0)
		return 0;
	struct pipeline newcomers = { .parts = p->parts }; /* only a bag of devices */
	if (pipeline_commit(p, err) < 0) /* the leavers' last quarters */
		return -1;
	if (find_newcomers(p, generation->config, &newcomers, err) < 0 ||
	    (p->parts.hub != NULL && evaluation_open(generation->inventory, p->parts.store, p->parts.log,
						     wall_ms / 1000, &evaluation, err) < 0)) {
		for (size_t i = 0; i < newcomers.count; i++)
			device_free(newcomers.devices[i]);
		free(newcomers.devices);
		return -1;
	}
	for (size_t i = 0; i < p->count; i++)
		p->devices[i]->config = NULL;
	for (size_t i = 0; i < newcomers.count; i++)
		add_device(p, newcomers.devices[i]);
	free(newcomers.devices);
	sort_devices(p);
	for (size_t i = 0; i < generation->config->device_count; i++) {
		const struct config_device *config = &generation->config->devices[i];
		configure(find_device(p, config->device.id), config);
	}
	drop_leavers(p);
	evaluation_close(p->evaluation);
	p->evaluation = evaluation;
	generation_release(p->generation);
	p->generation = generation_take(generation);
	snapshot_hall_release(p->hall);
	p->hall = NULL; /* judged anew at the next tick */
	return 0;
}

void pipeline_rebind(struct pipeline *p, const char *device)
{
	struct device *d = find_device(p, device);
	if (d == NULL)
		return;
	meterset_rebind(d->set);
	d->identity_version = 0; /* the new target counts its own, and may be another device */
	d->reading_count = 0;    /* their strings were the old target's */
	memset(d->power, 0, sizeof(d->power));
	d->changed = true;
}

/* Whether any sum or scope reads this outlet (or other part) of the device by number. */
static bool named_by_a_sum(const struct inventory_sum *sum, const struct device *d, const struct store_point *point)
{
	for (size_t i = 0; i < sum->count; i++) {
		const struct inventory_meter *m = &sum->meters[i];
		if (m->device == d->config && m->role == (int)point->role && inventory_covers(m, point->index))
			return true;
	}
	return false;
}

static bool named_anywhere(const struct pipeline *p, const struct device *d, const struct store_point *point)
{
	const struct inventory *inventory = p->generation->inventory;
	for (size_t s = 0; s < inventory->site_count; s++)
		for (int r = 0; r < HWATT_POWER_ROLES; r++)
			if (named_by_a_sum(&inventory->sites[s].power[r], d, point))
				return true;
	for (size_t s = 0; s < inventory->scope_count; s++)
		if (named_by_a_sum(&inventory->scopes[s].energy, d, point))
			return true;
	return false;
}

#define NOT_LOOKED (-2)

struct closing { /* quarters of one device that close together */
	struct pipeline *pipeline;
	struct device *device;
	int total_role; /* see total_role(); NOT_LOOKED until it is asked for */
};

/* The role that the device's total is read from; -1: it has no power. */
static int total_role(const struct device *d)
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
	const struct device *d = c->device;
	if (point->kind != INTERVAL_ENERGY || d->config->points == CONFIG_POINTS_ALL)
		return true;
	if (c->total_role == NOT_LOOKED)
		c->total_role = total_role(d);
	return point->role == HWATT_UPS_INPUT || point->role == HWATT_UPS_OUTPUT ||
	       (int)point->role == c->total_role || named_anywhere(c->pipeline, d, point);
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
	struct device *d = find_device(p, device);
	if (d == NULL)
		return;
	struct closing c = { p, d, NOT_LOOKED };
	meterset_feed(d->set, poll, on_quarter, &c);
	d->unsaved = true;
}

static void set_fact(struct device *d, int n, const char **field, const char *value)
{
	free(d->facts[n]);
	d->facts[n] = hwatt_strdup(value != NULL ? value : "");
	*field = d->facts[n];
}

/* Holds the serial number against the one known before: another one means another device. */
static void check_serial(struct pipeline *p, struct device *d, const char *serial, int64_t wall_ms)
{
	struct hwatt_error err = {0};
	char *known = NULL;
	if (serial == NULL || serial[0] == '\0')
		return;
	if (store_get(p->parts.store, SERIAL_SPACE, d->id, &known, &err) < 0)
		goto failed;
	if (known != NULL && strcmp(known, serial) != 0) {
		struct store_event event = { .at_ms = wall_ms, .kind = "device_replaced", .device = d->id,
					     .subject = "chassis", .before = known, .after = serial };
		d->exchanged = true;
		hwatt_log(p->parts.log, HWATT_INFO, "%s: serial number was %s and is %s now: device replaced", d->id,
			  known, serial);
		if (store_event_add(p->parts.store, &event, &err) < 0)
			goto failed;
	}
	if ((known == NULL || strcmp(known, serial) != 0) &&
	    store_put(p->parts.store, SERIAL_SPACE, d->id, serial, &err) < 0)
		goto failed;
	free(known);
	return;
failed:
	free(known);
	hwatt_log(p->parts.log, HWATT_ERROR, "%s: serial number not kept: %s", d->id, err.text);
}

static void note_identity(struct pipeline *p, struct device *d, const struct hwatt_target *t, int64_t wall_ms)
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

static struct hwatt_view_point *draft_point(struct device *d, size_t n)
{
	if (n >= d->point_capacity) {
		d->point_capacity = n < 16 ? 16 : n * 2;
		d->points = hwatt_realloc(d->points, d->point_capacity * sizeof(*d->points));
	}
	return &d->points[n];
}

/* A device that is polled rarely is not stale between its polls. */
static int64_t stale_after_ms(const struct pipeline *p, const struct device *d)
{
	int64_t three = 3 * d->config->device.interval_ms, stated = p->generation->config->stale_after_ms;
	return three > stated ? three : stated;
}

/* Copies the target's values into the draft, and sums power by role. */
static void note_values(struct device *d, const struct hwatt_target *t, int64_t wall_ms, int64_t mono_ms, int64_t stale_ms)
{
	size_t count;
	const struct target_point *points = target_points(t, &count);
	memset(d->power, 0, sizeof(d->power));
	d->reading_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct target_point *p = &points[i];
		bool present = p->poll != 0 && mono_ms - p->mono_ms <= stale_ms;
		if (present && p->mono_ms > d->heard_ms)
			d->heard_ms = p->mono_ms;
		if (p->quantity == HWATT_ACTIVE_POWER && !p->alternative) {
			struct role_power *sum = &d->power[p->role];
			sum->whole = sum->any ? sum->whole && present : present;
			sum->any = true;
			sum->mw += present ? p->value.value : 0;
		}
		if (hwatt_quantity_info(p->quantity)->metric == NULL)
			continue;
		*draft_point(d, d->reading_count++) = (struct hwatt_view_point){
			.role = p->role, .quantity = p->quantity, .index = p->index, .name = p->name,
			.source = p->source, .alternative = p->alternative, .present = present,
			.value = p->value.value, .at_ms = wall_ms - (mono_ms - p->mono_ms) };
	}
}

static void note_outcome(struct device *d, const struct hwatt_target *t, const struct hwatt_error *err,
			 int64_t took_us, int64_t wall_ms, int64_t mono_ms)
{
	d->draft.polled = true;
	d->draft.up = err == NULL;
	d->draft.polls++;
	d->draft.dropped = target_dropped(t);
	if (err != NULL) {
		d->draft.errors[err->code]++;
		return;
	}
	d->draft.last_success_ms = wall_ms;
	d->draft.poll_duration_us = took_us;
	d->heard_ms = mono_ms;
}

void pipeline_polled(struct pipeline *p, const char *device, struct hwatt_target *t, const struct hwatt_error *err,
		     int64_t took_us, int64_t wall_ms, int64_t mono_ms)
{
	struct device *d = find_device(p, device);
	if (d == NULL)
		return;
	note_identity(p, d, t, wall_ms);
	struct meterset_poll poll = { .number = target_poll_number(t), .wall_ms = wall_ms, .mono_ms = mono_ms,
				      .restarted = target_restarted(t), .exchanged = d->exchanged };
	poll.points = target_points(t, &poll.count);
	struct closing c = { p, d, NOT_LOOKED };
	meterset_feed(d->set, &poll, on_quarter, &c); /* a poll that broke off gave what it gave */
	if (err == NULL)
		d->exchanged = false;
	note_outcome(d, t, err, took_us, wall_ms, mono_ms);
	note_values(d, t, wall_ms, mono_ms, stale_after_ms(p, d));
	d->stale_shown = false;
	d->unsaved = true;
	d->changed = true;
}

static int context_of(struct pipeline *p, struct device *d, struct hwatt_error *err)
{
	if (d->context_id != 0)
		return 0;
	struct store_context context = {
		.device = d->id, .serial = d->draft.serial, .model = d->draft.model,
		.firmware = d->draft.firmware, .profile = d->draft.profile,
		.power_role = hwatt_power_role_name(d->config->device.power_role), .site = d->config->device.site,
		.config_hash = p->generation->config->hash, .ruleset_hash = "", .agent_version = HALLWATT_VERSION,
		.clock_source = "system", .accuracy_ppm = d->config->accuracy_ppm, .ct_ratio_ppm = HWATT_PPM };
	const char **texts[] = { &context.serial, &context.model, &context.firmware, &context.profile };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (*texts[i] == NULL)
			*texts[i] = "";
	return store_context_id(p->parts.store, &context, &d->context_id, err);
}

/* The store's number of a point, and whether it is new to us. */
static int id_of(struct pipeline *p, struct device *d, const struct store_point *point, int64_t *id,
		 struct hwatt_error *err)
{
	for (size_t i = 0; i < d->id_count; i++) {
		size_t at = (d->id_next + i) % d->id_count;
		if (d->ids[at].index != point->index)
			continue;
		*id = d->ids[at].id;
		d->id_next = at + 1;
		return 0;
	}
	if (store_point_id(p->parts.store, point, id, err) < 0)
		return -1;
	d->ids = hwatt_realloc(d->ids, (d->id_count + 1) * sizeof(*d->ids));
	d->ids[d->id_count++] = (struct point_id){ point->index, *id };
	return 0;
}

static int append(struct pipeline *p, size_t n, struct hwatt_error *err)
{
	struct device *d = p->waiting_of[n];
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

static int write_all(struct pipeline *p, struct hwatt_error *err)
{
	if (append_all(p, err) < 0)
		return -1;
	for (size_t i = 0; i < p->count; i++) {
		struct device *d = p->devices[i];
		if (!d->unsaved)
			continue;
		hwatt_text_reset(&p->state);
		meterset_encode(d->set, &p->state);
		if (!hwatt_text_ok(&p->state))
			return hwatt_fail(err, HWATT_EIO, "%s: open state over %u octets", d->id, STATE_MAX_OCTETS);
		if (store_checkpoint(p->parts.store, d->id, p->state.bytes, p->state.length, err) < 0)
			return -1;
	}
	return 0;
}

/* Numbers given out in a transaction that was rolled back mean nothing. */
static void forget_ids(struct pipeline *p)
{
	for (size_t i = 0; i < p->count; i++) {
		p->devices[i]->id_count = 0;
		p->devices[i]->context_id = 0;
	}
}

/* Notes the totals that are now in the store: only these are published. */
static void note_totals(struct device *d)
{
	struct meterset_total t;
	d->total_count = 0;
	for (size_t at = 0; (at = meterset_total(d->set, at, &t)) != 0;) {
		if ((d->total_count & (d->total_count - 1)) == 0) /* grows by doubling */
			d->totals = hwatt_realloc(d->totals, (2 * d->total_count + 1) * sizeof(*d->totals));
		d->totals[d->total_count++] = t;
	}
}

/* Puts the totals behind the readings of the draft. */
static void compose(struct device *d)
{
	size_t n = d->reading_count;
	for (size_t i = 0; i < d->total_count; i++) {
		const struct meterset_total *t = &d->totals[i];
		*draft_point(d, n++) = (struct hwatt_view_point){
			.role = t->role, .quantity = HWATT_ENERGY, .index = t->index, .name = "", .source = "",
			.metered = true, .total_j = t->total.j, .total_uj = t->total.uj2 / 2 };
	}
	d->draft.points = d->points;
	d->draft.point_count = n;
}

static void after_commit(struct pipeline *p)
{
	for (size_t i = 0; i < p->waiting_count && p->evaluation != NULL; i++) {
		if (p->waiting[i].refused)
			continue;
		evaluation_point(p->evaluation, &p->waiting[i].point);
		evaluation_interval(p->evaluation, p->waiting[i].point.id, &p->waiting[i].interval);
	}
	if (p->refused > 0)
		hwatt_log(p->parts.log, HWATT_ERROR, "%zu quarter%s left out, as the store refused the first: %s",
			  p->refused, p->refused == 1 ? "" : "s", p->refusal.text);
	p->lost_quarters += (int64_t)p->refused;
	p->quarters += (int64_t)(p->waiting_count - p->refused);
	p->refused = 0;
	p->judge_soon |= p->waiting_count > 0;
	p->waiting_count = 0;
	for (size_t i = 0; i < p->count; i++) {
		struct device *d = p->devices[i];
		if ((d->unsaved || d->changed) && p->parts.hub != NULL) {
			note_totals(d);
			d->changed = true;
		}
		d->unsaved = false;
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
		size_t before = p->waiting_count;
		meterset_close(p->devices[i]->set, until_ms, on_quarter, &c);
		p->devices[i]->unsaved |= p->waiting_count != before;
	}
}

/* The power that a meter sees now; false when any part of it is not known. */
static bool power_of(const struct pipeline *p, const struct inventory_meter *meter, hwatt_i128 *mw_ppm)
{
	struct device *d = find_device(p, meter->device->device.id);
	if (d == NULL || !d->draft.up)
		return false;
	if (meter->first != 0) {
		int64_t sum = 0;
		bool any = false;
		for (size_t i = 0; i < d->reading_count; i++) {
			const struct hwatt_view_point *v = &d->points[i];
			if ((int)v->role != meter->role || v->quantity != HWATT_ACTIVE_POWER || v->alternative ||
			    !inventory_covers(meter, v->index))
				continue;
			if (!v->present)
				return false;
			sum += v->value;
			any = true;
		}
		*mw_ppm += (hwatt_i128)sum * meter->share_ppm;
		return any;
	}
	int one[2] = { meter->role, -1 };
	const int *roles = meter->role >= 0 ? one : inventory_total_roles(meter->device, meter->power_role);
	for (; *roles >= 0; roles++) {
		const struct role_power *sum = &d->power[*roles];
		if (!sum->any)
			continue;
		*mw_ppm += (hwatt_i128)sum->mw * meter->share_ppm;
		return sum->whole;
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
	pipeline_count(p, "intervals_waiting", "Closed quarters that wait to be written.", NULL, NULL,
		       (double)p->waiting_count);
}

/* Gauges of a device that gave nothing for so long go, once: it is silent, or its session could not be opened. */
static void watch_staleness(struct pipeline *p, struct device *d, int64_t mono_ms)
{
	if (d->heard_ms == 0)
		d->heard_ms = mono_ms;
	if (d->stale_shown || mono_ms - d->heard_ms <= stale_after_ms(p, d))
		return;
	for (size_t i = 0; i < d->reading_count; i++)
		d->points[i].present = false;
	memset(d->power, 0, sizeof(d->power));
	d->draft.polled = true; /* in vain, even if it could not be tried */
	d->draft.up = false;
	d->stale_shown = true;
	d->changed = true;
}

static void publish(struct pipeline *p, int64_t wall_ms, int64_t mono_ms)
{
	struct hwatt_view_device **blocks = hwatt_alloc((p->count + 1) * sizeof(*blocks));
	for (size_t i = 0; i < p->count; i++) {
		struct device *d = p->devices[i];
		watch_staleness(p, d, mono_ms);
		if (d->changed || d->block == NULL) {
			snapshot_device_release(d->block);
			compose(d);
			d->block = snapshot_device_build(&d->draft);
			d->changed = false;
		}
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
					.counters = p->counters, .ready = true };
	struct hwatt_snapshot *snap = snapshot_build(&draft);
	snapshot_hub_publish(p->parts.hub, &snap);
	free(powers);
	free(blocks);
}

void pipeline_tick(struct pipeline *p, int64_t wall_ms, int64_t mono_ms)
{
	watch_clock(p, wall_ms, mono_ms);
	int64_t over_s = interval_start_s(wall_ms - grace_ms(p));
	bool quarter = over_s != p->judged_s, minute = wall_ms / 60000 != p->looked_minute;
	if (quarter || minute)
		close_quarters(p, wall_ms);
	p->looked_minute = wall_ms / 60000;
	commit_or_log(p);
	if (p->parts.hub == NULL)
		return;
	if (quarter || p->hall == NULL || (minute && p->judge_soon)) {
		snapshot_hall_release(p->hall);
		p->hall = evaluation_judge(p->evaluation, wall_ms / 1000);
		p->judged_s = over_s;
		p->judge_soon = false;
	}
	publish(p, wall_ms, mono_ms);
}
