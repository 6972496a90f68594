/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "evaluation_books.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAITING "waiting" /* the store's space: meter -> since when it is waited for */
#define WAITING_PUTS 64   /* written down at one judgement */

static int64_t floor_quarter(int64_t utc_s)
{
	int64_t rest = utc_s % QUARTER_S;
	return utc_s - (rest < 0 ? rest + QUARTER_S : rest);
}

/* --- recent quarters --------------------------------------------------------------------------------------------- */

static struct slot *slot_for(struct evaluation *e, int64_t start_s)
{
	int64_t place = start_s / QUARTER_S % EVALUATION_RING;
	return &e->slots[place < 0 ? place + EVALUATION_RING : place];
}

/* Start of the oldest quarter that may be recent. */
static int64_t ring_from(const struct evaluation *e)
{
	return e->newest_s == INT64_MIN ? INT64_MIN : e->newest_s - (EVALUATION_RING - 1) * QUARTER_S;
}

const struct slot *evaluation_slot(const struct evaluation *e, int64_t start_s)
{
	int64_t place = start_s / QUARTER_S % EVALUATION_RING;
	const struct slot *slot = &e->slots[place < 0 ? place + EVALUATION_RING : place];
	return slot->used && slot->start_s == start_s ? slot : NULL;
}

/* What all sources say of a quarter, in e->results. */
static void compute_results(struct evaluation *e, const struct brief *briefs, int64_t start_s)
{
	size_t count = sources_count(e->sources);
	if (count > e->result_capacity) {
		e->results = hwatt_realloc(e->results, count * sizeof(*e->results));
		e->result_capacity = count;
	}
	for (size_t i = 0; i < count; i++)
		e->results[i] = sources_quarter(e->sources, i, briefs, start_s);
}

static void reserve_briefs(struct slot *slot, size_t count)
{
	if (count <= slot->brief_count)
		return;
	slot->briefs = hwatt_realloc(slot->briefs, count * sizeof(*slot->briefs));
	memset(slot->briefs + slot->brief_count, 0, (count - slot->brief_count) * sizeof(*slot->briefs));
	slot->brief_count = count;
}

const struct source_quarter *evaluation_results(struct evaluation *e, int64_t start_s)
{
	struct slot *slot = slot_for(e, start_s);
	if (!slot->used || slot->start_s != start_s)
		return NULL;
	reserve_briefs(slot, sources_point_count(e->sources));
	compute_results(e, slot->briefs, start_s);
	return e->results;
}

/* Puts what the slot tells now in place of what was added for it. */
static void flush(struct evaluation *e, struct slot *slot)
{
	evaluation_results(e, slot->start_s);
	for (size_t i = 0; i < e->subject_count; i++) {
		struct subject *subject = &e->subjects[i];
		if (slot->start_s < subject->from_s || slot->start_s >= subject->to_s)
			continue;
		subject_quarter(subject, e->results, &e->quarter);
		bins_add(&subject->bins, slot->start_s, &slot->applied[i], -1);
		bins_add(&subject->bins, slot->start_s, &e->quarter, 1);
		sums_copy(&slot->applied[i], &e->quarter);
	}
	slot->dirty = false;
}

/* Takes the slot for another quarter. */
static void reuse(struct evaluation *e, struct slot *slot, int64_t start_s)
{
	if (slot->used && slot->dirty)
		flush(e, slot);
	if (slot->brief_count > 0)
		memset(slot->briefs, 0, slot->brief_count * sizeof(*slot->briefs));
	for (size_t i = 0; i < e->subject_count; i++)
		sums_clear(&slot->applied[i]);
	slot->start_s = start_s;
	slot->used = true;
	slot->dirty = false;
	slot->present = 0;
}

/* --- late ones --------------------------------------------------------------------------------------------------- */

/* The sums of quarters from `from_s` to before `to_s`, older than the recent ones, are wrong for all that read the point. */
static void mark(struct evaluation *e, size_t point, int64_t from_s, int64_t to_s)
{
	size_t *scratch = hwatt_alloc((sources_point_count(e->sources) + 1) * sizeof(*scratch));
	for (size_t i = 0; i < e->subject_count; i++) {
		struct subject *subject = &e->subjects[i];
		if (from_s >= subject->to_s || to_s <= subject->from_s || !subject_reads(subject, e->sources, point, scratch))
			continue;
		int64_t first_s = from_s > subject->from_s ? from_s : subject->from_s;
		for (int64_t at_s = first_s; at_s < to_s; at_s += 43200) /* no day is that short */
			bins_mark(&subject->bins, at_s);
		bins_mark(&subject->bins, to_s - QUARTER_S);
	}
	free(scratch);
}

/* The point exists from `start_s` on, not only from `before_s`: quarters between must be looked at again. */
static void starts_earlier(struct evaluation *e, size_t point, int64_t start_s, int64_t before_s)
{
	for (size_t i = 0; i < EVALUATION_RING; i++) {
		struct slot *slot = &e->slots[i];
		if (slot->used && slot->start_s > start_s && slot->start_s < before_s)
			slot->dirty = true;
	}
	int64_t old_s = ring_from(e) < before_s ? ring_from(e) : before_s;
	if (start_s < old_s)
		mark(e, point, start_s, old_s);
}

struct scan { /* rows of one bin of one subject, in the order of their starts */
	struct evaluation *e;
	struct subject *subject;
	struct brief *briefs;
	size_t *places;
	int64_t *ids;
	size_t count;
	int64_t start_s;
	bool any;
};

static struct brief brief_of(const struct interval *interval)
{
	return (struct brief){ .amount = interval->amount, .last = interval->last,
			       .covered_ms = (int32_t)interval->covered_ms, .quality = interval->quality, .present = true };
}

static void end_quarter(struct scan *scan)
{
	if (!scan->any)
		return;
	compute_results(scan->e, scan->briefs, scan->start_s);
	subject_quarter(scan->subject, scan->e->results, &scan->e->quarter);
	sums_add(&scan->e->fresh, &scan->e->quarter, 1);
	for (size_t i = 0; i < scan->count; i++)
		scan->briefs[scan->places[i]] = (struct brief){0};
	scan->any = false;
}

static int scan_row(void *arg, const struct store_interval *row)
{
	struct scan *scan = arg;
	size_t place = sources_find(scan->e->sources, row->point);
	if (place == SIZE_MAX)
		return 0;
	if (scan->any && row->interval.start_s != scan->start_s)
		end_quarter(scan);
	scan->start_s = row->interval.start_s;
	scan->any = true;
	sources_seen(scan->e->sources, place, row->interval.start_s);
	scan->briefs[place] = brief_of(&row->interval);
	return 0;
}

/* Sums a bin anew: what the store holds, and the recent quarters as they were added. */
static int sum_anew(struct evaluation *e, struct subject *subject, size_t subject_at, struct bin *bin, struct hwatt_error *err)
{
	size_t all = sources_point_count(e->sources);
	struct scan scan = { .e = e, .subject = subject, .briefs = hwatt_alloc((all + 1) * sizeof(struct brief)),
			     .places = hwatt_alloc((all + 1) * sizeof(size_t)),
			     .ids = hwatt_alloc((all + 1) * sizeof(int64_t)) };
	scan.count = subject_points(subject, e->sources, scan.places);
	for (size_t i = 0; i < scan.count; i++)
		scan.ids[i] = sources_point_id(e->sources, scan.places[i]);
	int64_t from_s = bin->from_s > subject->from_s ? bin->from_s : subject->from_s;
	int64_t to_s = bin->to_s < subject->to_s ? bin->to_s : subject->to_s;
	to_s = to_s < ring_from(e) ? to_s : ring_from(e);
	sums_clear(&e->fresh);
	int rc = scan.count == 0 || from_s >= to_s
			 ? 0
			 : store_intervals(e->store, scan.ids, scan.count, from_s, to_s, scan_row, &scan, err);
	if (rc == 0) {
		end_quarter(&scan);
		for (size_t i = 0; i < EVALUATION_RING; i++) {
			const struct slot *slot = &e->slots[i];
			if (slot->used && slot->start_s >= ring_from(e) && slot->start_s >= bin->from_s && slot->start_s < bin->to_s)
				sums_add(&e->fresh, &slot->applied[subject_at], 1);
		}
		bins_replace(&subject->bins, bin, &e->fresh);
	}
	free(scan.briefs);
	free(scan.places);
	free(scan.ids);
	return rc;
}

static void correct(struct evaluation *e)
{
	for (size_t i = 0; i < e->subject_count; i++) {
		struct hwatt_error err;
		for (struct bin *bin; (bin = bins_wrong(&e->subjects[i].bins)) != NULL;) {
			if (sum_anew(e, &e->subjects[i], i, bin, &err) == 0)
				continue;
			hwatt_log(e->log, HWATT_ERROR, "%s: late corrections are not counted yet: %s", e->subjects[i].id, err.text);
			return; /* still marked: the next judgement tries again */
		}
	}
}

/* --- feeding ----------------------------------------------------------------------------------------------------- */

void evaluation_point(struct evaluation *e, const struct store_point *point)
{
	const struct config_device *device = sources_device(e->sources, point->device);
	if (device == NULL)
		return;
	bool summary = strcmp(point->index, "total") == 0 && subject_group_of(point->role, point->quantity) >= 0;
	if (summary && !sources_has_summary(e->sources, device, point->role, point->quantity))
		for (size_t i = 0; i < e->subject_count; i++)
			subject_join(&e->subjects[i], e->sources, device, point->role, point->quantity);
	sources_join(e->sources, point);
}

void evaluation_interval(struct evaluation *e, int64_t point_id, const struct interval *interval)
{
	size_t place = sources_find(e->sources, point_id);
	int64_t start_s = interval->start_s;
	if (place == SIZE_MAX)
		return;
	int64_t before_s = sources_seen(e->sources, place, start_s);
	if (e->newest_s != INT64_MIN && start_s < ring_from(e)) {
		if (before_s != start_s)
			starts_earlier(e, place, start_s, before_s);
		mark(e, place, start_s, start_s + QUARTER_S);
		return;
	}
	struct slot *slot = slot_for(e, start_s);
	if (!slot->used || slot->start_s != start_s)
		reuse(e, slot, start_s);
	e->newest_s = start_s > e->newest_s ? start_s : e->newest_s;
	if (before_s != start_s)
		starts_earlier(e, place, start_s, before_s);
	reserve_briefs(slot, sources_point_count(e->sources));
	slot->present += !slot->briefs[place].present;
	slot->briefs[place] = brief_of(interval);
	slot->dirty = true;
}

/* Writes down since when silent meters are waited for, so that a restart does not forgive them. */
static void note_waiting(struct evaluation *e)
{
	size_t puts = 0;
	for (size_t i = 0; i < e->waited_count && e->settled_s > e->opened_s + QUARTER_S && puts < WAITING_PUTS; i++) {
		char name[192], value[32];
		struct hwatt_error err;
		if (e->waited[i] || sources_first(e->sources, i) != SOURCES_NEVER)
			continue;
		sources_name(e->sources, i, name);
		snprintf(value, sizeof(value), "%" PRId64, e->opened_s);
		if (store_put(e->store, WAITING, name, value, &err) < 0) {
			hwatt_log(e->log, HWATT_WARN, "%s: that it is silent is not written down: %s", name, err.text);
			return;
		}
		e->waited[i] = true;
		puts++;
	}
}

/* How far all is in: a quarter is when every point has told it, or EVALUATION_GRACE_S after its end. */
static int64_t settled(const struct evaluation *e, int64_t now_s)
{
	int64_t end_s = floor_quarter(now_s);
	const struct slot *last = evaluation_slot(e, end_s - QUARTER_S);
	bool complete = last != NULL && last->present >= sources_expected(e->sources, last->start_s);
	return complete || now_s >= end_s + EVALUATION_GRACE_S ? end_s : end_s - QUARTER_S;
}

void evaluation_settle(struct evaluation *e, int64_t now_s)
{
	e->settled_s = settled(e, now_s);
	for (size_t i = 0; i < EVALUATION_RING; i++) {
		struct slot *slot = &e->slots[i];
		bool in = slot->start_s + QUARTER_S <= e->settled_s || slot->start_s < ring_from(e);
		if (slot->used && slot->dirty && in)
			flush(e, slot);
	}
	correct(e);
	note_waiting(e);
}

/* --- making ------------------------------------------------------------------------------------------------------ */

static const struct zone *zone_named(struct evaluation *e, const char *name, struct hwatt_error *err)
{
	name = name[0] != '\0' ? name : "UTC";
	for (size_t i = 0; i < e->zone_count; i++)
		if (strcmp(e->zones[i].name, name) == 0)
			return e->zones[i].zone;
	struct zone *zone;
	if (zone_load(name, &zone, err) < 0)
		return NULL;
	e->zones = hwatt_realloc(e->zones, (e->zone_count + 1) * sizeof(*e->zones));
	e->zones[e->zone_count++] = (struct evaluation_zone){ name, zone };
	return zone;
}

/* A contract is judged in the time zone of its first site. */
static const char *zone_of_scope(const struct evaluation *e, const struct inventory_scope *scope)
{
	if (scope->site_count > 0)
		return scope->sites[0]->site->timezone;
	return e->inventory->site_count > 0 ? e->inventory->sites[0].site->timezone : "";
}

static int make_subjects(struct evaluation *e, int64_t now_s, struct hwatt_error *err)
{
	const struct inventory *inventory = e->inventory;
	size_t count = inventory->site_count + inventory->scope_count;
	e->subjects = hwatt_alloc((count + 1) * sizeof(*e->subjects));
	e->order_told = hwatt_alloc(count + 1);
	for (size_t i = 0; i < inventory->site_count; i++) {
		const struct zone *zone = zone_named(e, inventory->sites[i].site->timezone, err);
		if (zone == NULL)
			return hwatt_within(err, "site %s: ", inventory->sites[i].site->id);
		struct window months = window_containing(zone, WINDOW_12_MONTHS, now_s, 0, -1);
		struct window year = window_containing(zone, WINDOW_YEAR, now_s, 0, -1);
		int64_t from_s = months.from_s < year.from_s ? months.from_s : year.from_s;
		subject_init_site(&e->subjects[e->subject_count++], inventory, &inventory->sites[i], zone, from_s,
				  e->sites_to_s, e->sources);
	}
	for (size_t i = 0; i < inventory->scope_count; i++) {
		const struct inventory_scope *scope = &inventory->scopes[i];
		const struct zone *zone = zone_named(e, zone_of_scope(e, scope), err);
		if (zone == NULL)
			return hwatt_within(err, "contract %s: ", scope->contract->id);
		subject_init_contract(&e->subjects[e->subject_count++], inventory, scope, zone, e->sources);
	}
	for (size_t i = 0; i < EVALUATION_RING; i++)
		e->slots[i].applied = hwatt_alloc((count + 1) * sizeof(struct sums));
	e->books = evaluation_books_new(e);
	return 0;
}

static int read_waiting(struct evaluation *e, struct hwatt_error *err)
{
	e->waited_count = sources_count(e->sources);
	e->waited = hwatt_alloc(e->waited_count + 1);
	for (size_t i = 0; i < e->waited_count; i++) {
		char name[192], *value;
		sources_name(e->sources, i, name);
		if (store_get(e->store, WAITING, name, &value, err) < 0)
			return -1;
		e->waited[i] = value != NULL;
		sources_wait(e->sources, i, value != NULL ? strtoll(value, NULL, 10) : e->opened_s);
		free(value);
	}
	return 0;
}

static int load_point(void *arg, const struct store_point *point)
{
	evaluation_point(arg, point);
	return 0;
}

struct loading { struct evaluation *e; const atomic_bool *stop; };

static bool stopped(const struct loading *loading)
{
	return loading->stop != NULL && atomic_load_explicit(loading->stop, memory_order_relaxed);
}

static int load_row(void *arg, const struct store_interval *row)
{
	struct loading *loading = arg;
	evaluation_interval(loading->e, row->point, &row->interval);
	return stopped(loading);
}

static int compare_int64(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return (a > b) - (a < b);
}

static int load(struct evaluation *e, const atomic_bool *stop, struct hwatt_error *err)
{
	struct loading loading = { e, stop };
	if (store_points(e->store, load_point, e, err) < 0)
		return -1;
	size_t count = sources_point_count(e->sources);
	int64_t *ids = hwatt_alloc((count + 1) * sizeof(*ids)), from_s = INT64_MAX, to_s = INT64_MIN;
	for (size_t i = 0; i < count; i++)
		ids[i] = sources_point_id(e->sources, i);
	qsort(ids, count, sizeof(*ids), compare_int64);
	for (size_t i = 0; i < e->subject_count; i++) {
		from_s = e->subjects[i].from_s < from_s ? e->subjects[i].from_s : from_s;
		to_s = e->subjects[i].to_s > to_s ? e->subjects[i].to_s : to_s;
	}
	int rc = count == 0 || from_s >= to_s ? 0
					      : store_intervals(e->store, ids, count, from_s, to_s, load_row, &loading, err);
	free(ids);
	return rc == 0 && stopped(&loading) ? hwatt_fail(err, HWATT_ENODATA, "stopped") : rc;
}

/* Sites are summed until `sites_to_s` alone. */
static int open_until(const struct inventory *inventory, struct store *store, struct hwatt_log *log, int64_t now_s,
		      int64_t sites_to_s, const atomic_bool *stop, struct evaluation **out, struct hwatt_error *err)
{
	struct evaluation *e = hwatt_alloc(sizeof(*e));
	*e = (struct evaluation){ .inventory = inventory, .store = store, .log = log, .newest_s = INT64_MIN,
				  .sites_to_s = sites_to_s, .opened_s = floor_quarter(now_s), .sources = sources_new(inventory->config) };
	if (make_subjects(e, now_s, err) < 0 || read_waiting(e, err) < 0 || load(e, stop, err) < 0) {
		evaluation_close(e);
		return -1;
	}
	*out = e;
	return 0;
}

int evaluation_open(const struct inventory *inventory, struct store *store, struct hwatt_log *log, int64_t now_s,
		    struct evaluation **out, struct hwatt_error *err)
{
	return evaluation_load(inventory, store, log, now_s, NULL, out, err);
}

int evaluation_load(const struct inventory *inventory, struct store *store, struct hwatt_log *log, int64_t now_s,
		    const atomic_bool *stop, struct evaluation **out, struct hwatt_error *err)
{
	return open_until(inventory, store, log, now_s, INT64_MAX, stop, out, err);
}

int evaluation_past(const struct inventory *inventory, struct store *store, struct hwatt_log *log, int64_t at_s,
		    struct evaluation **out, struct hwatt_error *err)
{
	return open_until(inventory, store, log, at_s, at_s, NULL, out, err);
}

void evaluation_store(struct evaluation *e, struct store *store)
{
	e->store = store;
}

void evaluation_close(struct evaluation *e)
{
	if (e == NULL)
		return;
	for (size_t s = 0; s < EVALUATION_RING; s++) {
		for (size_t i = 0; i < e->subject_count && e->slots[s].applied != NULL; i++)
			sums_free(&e->slots[s].applied[i]);
		free(e->slots[s].applied);
		free(e->slots[s].briefs);
	}
	for (size_t i = 0; i < e->subject_count; i++)
		subject_free(&e->subjects[i]);
	for (size_t i = 0; i < e->zone_count; i++)
		zone_free(e->zones[i].zone);
	evaluation_books_free(e->books);
	sums_free(&e->quarter);
	sums_free(&e->fresh);
	sums_free(&e->window);
	sources_free(e->sources);
	happenings_free(&e->happenings);
	free(e->results);
	free(e->waited);
	free(e->order_told);
	free(e->subjects);
	free(e->zones);
	free(e);
}
