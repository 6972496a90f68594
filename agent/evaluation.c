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

static void reserve_briefs(struct slot *slot, size_t count)
{
	if (count <= slot->brief_count)
		return;
	slot->briefs = hwatt_realloc(slot->briefs, count * sizeof(*slot->briefs));
	memset(slot->briefs + slot->brief_count, 0, (count - slot->brief_count) * sizeof(*slot->briefs));
	slot->brief_count = count;
}

const struct slot *evaluation_recent(struct evaluation *e, int64_t start_s)
{
	struct slot *slot = slot_for(e, start_s);
	if (!slot->used || slot->start_s != start_s)
		return NULL;
	reserve_briefs(slot, sources_point_count(e->sources));
	return slot;
}

struct rows { /* span_rows with their memory */
	struct span_rows span;
	int64_t *amount;
	int32_t *covered_ms;
	char *quality;
	uint32_t *places;
};

/* A slot as a span of one quarter: each point has a row. */
static void rows_of_slot(const struct slot *slot, struct rows *rows)
{
	size_t count = slot->brief_count + 1;
	*rows = (struct rows){ .amount = hwatt_alloc(count * sizeof(*rows->amount)),
			       .covered_ms = hwatt_alloc(count * sizeof(*rows->covered_ms)), .quality = hwatt_alloc(count),
			       .places = hwatt_alloc(count * sizeof(*rows->places)) };
	for (size_t i = 0; i < slot->brief_count; i++) {
		const struct brief *brief = &slot->briefs[i];
		rows->places[i] = (uint32_t)i;
		rows->amount[i] = brief->amount;
		rows->covered_ms[i] = brief_covered_ms(brief);
		rows->quality[i] = brief_quality(brief);
	}
	rows->span = (struct span_rows){ .start_s = slot->start_s, .count = 1, .amount = rows->amount,
					 .covered_ms = rows->covered_ms, .quality = rows->quality, .rows = rows->places };
}

static void rows_free(struct rows *rows)
{
	free(rows->amount);
	free(rows->covered_ms);
	free(rows->quality);
	free(rows->places);
}

/* --- hours ------------------------------------------------------------------------------------------------------- */

struct wanting { struct evaluation *e; size_t subject; };

static void want_course(void *arg, size_t pair)
{
	struct wanting *w = arg;
	courses_add(&w->e->courses, abacus_sum(w->e->abacus, w->subject, pair));
}

/* Makes the abacus, and the courses that somebody asks for. */
static void make_abacus(struct evaluation *e)
{
	e->abacus = abacus_new(e->sources, e->subjects, e->subject_count);
	for (size_t i = 0; i < e->subject_count; i++)
		evaluation_books_courses(e, &e->subjects[i], want_course, &(struct wanting){ e, i });
}

/* Puts quarters of the abacus' span into a course. */
static void fill_course(struct evaluation *e, size_t sum, struct course *course, int64_t start_s, size_t first, size_t end)
{
	for (size_t q = first; q < end; q++)
		course_put(course, start_s + (int64_t)q * QUARTER_S, abacus_cell(e->abacus, sum, q));
}

static void fill_courses(struct evaluation *e, int64_t start_s, size_t first, size_t end)
{
	for (size_t i = 0; i < e->courses.count; i++)
		fill_course(e, e->courses.sums[i], &e->courses.items[i], start_s, first, end);
}

struct refilling { struct evaluation *e; size_t subject; int64_t start_s; size_t first, end; };

static void refill_course(void *arg, size_t pair)
{
	const struct refilling *r = arg;
	size_t sum = abacus_sum(r->e->abacus, r->subject, pair);
	fill_course(r->e, sum, courses_add(&r->e->courses, sum), r->start_s, r->first, r->end);
}

/* Puts what the slot tells now in place of what was added for it. */
static void flush(struct evaluation *e, struct slot *slot)
{
	struct rows rows;
	reserve_briefs(slot, sources_point_count(e->sources));
	rows_of_slot(slot, &rows);
	abacus_span(e->abacus, &rows.span);
	for (size_t i = 0; i < e->subject_count; i++) {
		struct subject *subject = &e->subjects[i];
		if (slot->start_s < subject->from_s || slot->start_s >= subject->to_s)
			continue;
		abacus_subject(e->abacus, i, 0, 1, &e->quarter);
		bins_add(&subject->bins, slot->start_s, &slot->applied[i], -1);
		bins_add(&subject->bins, slot->start_s, &e->quarter, 1);
		sums_copy(&slot->applied[i], &e->quarter);
	}
	fill_courses(e, slot->start_s, 0, 1);
	rows_free(&rows);
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

struct reading { /* days of some points, from the store */
	struct evaluation *e;
	size_t count, place_count;
	size_t *places;          /* of the points among all, in the order of their ids */
	int64_t *ids;
	uint32_t *rows;          /* by place: their rows in a day */
	const atomic_bool *stop;
	size_t subject;          /* sum_anew: which */
	int64_t from_s, to_s;    /* what is wanted of the days */
};

/* `subject` SIZE_MAX: the points of all. */
static void begin_reading(struct evaluation *e, size_t subject, struct reading *reading)
{
	size_t all = sources_point_count(e->sources);
	*reading = (struct reading){ .e = e, .subject = subject, .place_count = all,
				     .places = hwatt_alloc((all + 1) * sizeof(size_t)),
				     .ids = hwatt_alloc((all + 1) * sizeof(int64_t)),
				     .rows = hwatt_alloc((all + 1) * sizeof(uint32_t)) };
	reading->count = subject != SIZE_MAX ? subject_points(&e->subjects[subject], e->sources, reading->places)
					     : sources_by_id(e->sources, reading->places);
	memset(reading->rows, 0xff, (all + 1) * sizeof(uint32_t));
	for (size_t i = 0; i < reading->count; i++) {
		reading->ids[i] = sources_point_id(e->sources, reading->places[i]);
		reading->rows[reading->places[i]] = (uint32_t)i;
	}
}

static void end_reading(struct reading *reading)
{
	abacus_trim(reading->e->abacus);
	free(reading->places);
	free(reading->ids);
	free(reading->rows);
}

/* Takes the day for the abacus, and notes from when on its points are there. */
static struct span_rows take_day(struct reading *reading, const struct store_day *day)
{
	for (size_t i = 0; i < day->count; i++) {
		const char *quality = &day->quality[i * SPAN_QUARTERS];
		for (int64_t q = 0; q < SPAN_QUARTERS; q++) {
			if (quality[q] == '\0')
				continue;
			sources_seen(reading->e->sources, reading->places[i], day->start_s + q * QUARTER_S);
			break;
		}
	}
	return (struct span_rows){ .start_s = day->start_s, .count = SPAN_QUARTERS, .amount = day->amount,
				   .covered_ms = day->covered_ms, .quality = day->quality, .rows = reading->rows };
}

/* The quarter of the day at `utc_s`, no less than `first` and no more than all. */
static size_t quarter_at(const struct store_day *day, int64_t utc_s, size_t first)
{
	if (utc_s >= day->start_s + SPAN_QUARTERS * QUARTER_S)
		return SPAN_QUARTERS;
	int64_t q = utc_s > day->start_s ? (utc_s - day->start_s) / QUARTER_S : 0;
	return (size_t)q > first ? (size_t)q : first;
}

static int add_part(void *arg, const struct store_day *day)
{
	struct reading *reading = arg;
	struct evaluation *e = reading->e;
	struct span_rows rows = take_day(reading, day);
	size_t first = quarter_at(day, reading->from_s, 0), end = quarter_at(day, reading->to_s, first);
	abacus_span(e->abacus, &rows);
	if (first < end && abacus_subject(e->abacus, reading->subject, first, end, &e->quarter))
		sums_add(&e->fresh, &e->quarter, 1);
	struct refilling refilling = { e, reading->subject, day->start_s, first, end };
	evaluation_books_courses(e, &e->subjects[reading->subject], refill_course, &refilling);
	return 0;
}

/* Sums a bin anew: what the store holds, and the recent quarters as they were added. */
static int sum_anew(struct evaluation *e, size_t subject_at, struct bin *bin, struct hwatt_error *err)
{
	struct subject *subject = &e->subjects[subject_at];
	struct reading reading;
	begin_reading(e, subject_at, &reading);
	reading.from_s = bin->from_s > subject->from_s ? bin->from_s : subject->from_s;
	reading.to_s = bin->to_s < subject->to_s ? bin->to_s : subject->to_s;
	reading.to_s = reading.to_s < ring_from(e) ? reading.to_s : ring_from(e);
	sums_clear(&e->fresh);
	int rc = reading.count == 0 || reading.from_s >= reading.to_s
			 ? 0
			 : store_days(e->store, reading.ids, reading.count, reading.from_s, reading.to_s, add_part, &reading, err);
	if (rc == 0) {
		for (size_t i = 0; i < EVALUATION_RING; i++) {
			const struct slot *slot = &e->slots[i];
			if (slot->used && slot->start_s >= ring_from(e) && slot->start_s >= bin->from_s && slot->start_s < bin->to_s)
				sums_add(&e->fresh, &slot->applied[subject_at], 1);
		}
		bins_replace(&subject->bins, bin, &e->fresh);
	}
	end_reading(&reading);
	return rc;
}

static void correct(struct evaluation *e)
{
	for (size_t i = 0; i < e->subject_count; i++) {
		struct hwatt_error err;
		for (struct bin *bin; (bin = bins_wrong(&e->subjects[i].bins)) != NULL;) {
			if (sum_anew(e, i, bin, &err) == 0)
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
	slot->present += brief_quality(&slot->briefs[place]) == '\0';
	slot->briefs[place] = brief_of(interval);
	slot->dirty = true;
}

/* Writes down since when silent meters are waited for, so that a restart does not forgive them. */
static void note_waiting(struct evaluation *e)
{
	size_t puts = 0;
	if (store_only_reads(e->store)) /* of a report: the daemon does it */
		return;
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
	bool flushed = false;
	e->settled_s = settled(e, now_s);
	for (size_t i = 0; i < EVALUATION_RING; i++) {
		struct slot *slot = &e->slots[i];
		bool in = slot->start_s + QUARTER_S <= e->settled_s || slot->start_s < ring_from(e);
		if (!slot->used || !slot->dirty || !in)
			continue;
		flush(e, slot);
		flushed = true;
	}
	if (flushed)
		abacus_trim(e->abacus); /* the next quarter is a quarter of an hour off */
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

static bool stopped(const struct reading *reading)
{
	return reading->stop != NULL && atomic_load_explicit(reading->stop, memory_order_relaxed);
}

static int load_row(void *arg, const struct store_interval *row)
{
	struct reading *reading = arg;
	evaluation_interval(reading->e, row->point, &row->interval);
	return stopped(reading);
}

/* Adds a day to all subjects, in parts that lie in one local day each. */
static int load_day(void *arg, const struct store_day *day)
{
	struct reading *reading = arg;
	struct evaluation *e = reading->e;
	struct span_rows rows = take_day(reading, day);
	abacus_span(e->abacus, &rows);
	for (size_t i = 0; i < e->subject_count; i++) {
		struct subject *subject = &e->subjects[i];
		size_t end = quarter_at(day, subject->to_s, 0);
		for (size_t at = quarter_at(day, subject->from_s, 0), next; at < end; at = next) {
			int64_t start_s = day->start_s + (int64_t)at * QUARTER_S;
			next = quarter_at(day, window_containing(subject->zone, WINDOW_DAY, start_s, 0, -1).to_s, at + 1);
			next = next < end ? next : end;
			if (abacus_subject(e->abacus, i, at, next, &e->quarter))
				bins_add(&subject->bins, start_s, &e->quarter, 1);
		}
	}
	fill_courses(e, day->start_s, quarter_at(day, reading->from_s, 0), quarter_at(day, reading->to_s, 0));
	return stopped(reading);
}

/* Sums what is older than the recent quarters by days, and feeds those as if they had just closed. */
static int load_between(struct reading *reading, int64_t from_s, int64_t to_s, struct hwatt_error *err)
{
	struct evaluation *e = reading->e;
	int64_t newest_s;
	if (store_newest(e->store, &newest_s, err) < 0)
		return -1;
	if (newest_s == INT64_MIN || reading->count == 0)
		return 0;
	int64_t recent_s = newest_s - (EVALUATION_RING - 1) * QUARTER_S;
	if (from_s < recent_s && store_days(e->store, reading->ids, reading->count, from_s, to_s < recent_s ? to_s : recent_s,
					    load_day, reading, err) < 0)
		return -1;
	recent_s = recent_s > from_s ? recent_s : from_s;
	if (!stopped(reading) && recent_s < to_s &&
	    store_intervals(e->store, reading->ids, reading->count, recent_s, to_s, load_row, reading, err) < 0)
		return -1;
	e->newest_s = newest_s > e->newest_s ? newest_s : e->newest_s; /* be it another's: what is older was summed by days */
	return 0;
}

static int load_first(void *arg, int64_t point, int64_t start_s)
{
	struct evaluation *e = arg;
	size_t place = sources_find(e->sources, point);
	if (place != SIZE_MAX)
		sources_seen(e->sources, place, start_s);
	return 0;
}

/* Who is there, and since when: also from before the time that is summed. */
static int load_points(struct evaluation *e, struct hwatt_error *err)
{
	return store_points(e->store, load_point, e, err) < 0 || store_firsts(e->store, load_first, e, err) < 0 ? -1 : 0;
}

static int load(struct evaluation *e, const atomic_bool *stop, struct hwatt_error *err)
{
	struct reading reading;
	int64_t from_s = INT64_MAX, to_s = INT64_MIN;
	if (load_points(e, err) < 0)
		return -1;
	for (size_t i = 0; i < e->subject_count; i++) {
		from_s = e->subjects[i].from_s < from_s ? e->subjects[i].from_s : from_s;
		to_s = e->subjects[i].to_s > to_s ? e->subjects[i].to_s : to_s;
	}
	begin_reading(e, SIZE_MAX, &reading);
	reading.stop = stop;
	reading.from_s = from_s;
	reading.to_s = to_s;
	int rc = from_s < to_s ? load_between(&reading, from_s, to_s, err) : 0;
	if (rc == 0 && stopped(&reading))
		rc = hwatt_fail(err, HWATT_ENODATA, "stopped");
	end_reading(&reading);
	return rc;
}

/* --- reports ----------------------------------------------------------------------------------------------------- */

const struct sums *evaluation_requested(struct evaluation *e, size_t subject, const struct window *window)
{
	static const struct sums none;
	for (size_t i = 0; i < e->request_count; i++) {
		const struct evaluation_request *r = &e->requests[i];
		if (r->subject == subject && r->from_s == window->from_s && r->to_s == window->to_s)
			return e->gathered ? &r->sums : &none;
	}
	if (e->gathered)
		return &none;
	if (e->request_count == e->request_capacity) {
		e->request_capacity = e->request_capacity == 0 ? 64 : e->request_capacity * 2;
		e->requests = hwatt_realloc(e->requests, e->request_capacity * sizeof(*e->requests));
	}
	e->requests[e->request_count++] = (struct evaluation_request){ .subject = subject, .from_s = window->from_s,
								       .to_s = window->to_s };
	return &none;
}

static int gather_day(void *arg, const struct store_day *day)
{
	struct reading *reading = arg;
	struct evaluation *e = reading->e;
	struct span_rows rows = take_day(reading, day);
	abacus_span(e->abacus, &rows);
	for (size_t i = 0; i < e->request_count; i++) {
		struct evaluation_request *r = &e->requests[i];
		size_t first = quarter_at(day, r->from_s, 0);
		size_t end = quarter_at(day, r->to_s < e->settled_s ? r->to_s : e->settled_s, first);
		if (first < end && abacus_subject(e->abacus, r->subject, first, end, &e->quarter))
			sums_add(&r->sums, &e->quarter, 1);
	}
	fill_courses(e, day->start_s, quarter_at(day, reading->from_s, 0), quarter_at(day, reading->to_s, 0));
	return 0;
}

int evaluation_gather(struct evaluation *e, struct hwatt_error *err)
{
	struct reading reading;
	int64_t from_s = INT64_MAX, to_s = INT64_MIN;
	for (size_t i = 0; i < e->request_count; i++) {
		from_s = e->requests[i].from_s < from_s ? e->requests[i].from_s : from_s;
		to_s = e->requests[i].to_s > to_s ? e->requests[i].to_s : to_s;
	}
	to_s = to_s < e->settled_s ? to_s : e->settled_s;
	begin_reading(e, SIZE_MAX, &reading);
	reading.from_s = from_s;
	reading.to_s = to_s;
	int rc = reading.count == 0 || from_s >= to_s
			 ? 0
			 : store_days(e->store, reading.ids, reading.count, from_s, to_s, gather_day, &reading, err);
	end_reading(&reading);
	e->gathered = rc == 0;
	return rc;
}

static int make_report_subjects(struct evaluation *e, const struct inventory_scope *scope, struct hwatt_error *err)
{
	e->subjects = hwatt_alloc((scope->site_count + 1) * sizeof(*e->subjects));
	e->order_told = hwatt_alloc(scope->site_count + 1);
	const struct zone *zone = zone_named(e, zone_of_scope(e, scope), err);
	for (size_t i = 0; i < scope->site_count && zone != NULL; i++) {
		const struct zone *own = zone_named(e, scope->sites[i]->site->timezone, err);
		if (own == NULL)
			return -1;
		subject_init_site(&e->subjects[e->subject_count++], e->inventory, scope->sites[i], own, 0, INT64_MAX, e->sources);
	}
	if (zone == NULL)
		return hwatt_within(err, "contract %s: ", scope->contract->id);
	subject_init_contract(&e->subjects[e->subject_count++], e->inventory, scope, zone, e->sources);
	e->books = evaluation_books_new(e);
	return 0;
}

int evaluation_open_report(const struct inventory *inventory, const struct inventory_scope *scope, struct store *store,
			   int64_t now_s, struct evaluation **out, struct hwatt_error *err)
{
	struct evaluation *e = hwatt_alloc(sizeof(*e));
	*e = (struct evaluation){ .inventory = inventory, .store = store, .newest_s = INT64_MIN, .settled_s = floor_quarter(now_s),
				  .opened_s = floor_quarter(now_s), .sites_to_s = INT64_MAX, .closed_after_s = INT64_MIN,
				  .by_request = true,
				  .sources = sources_new(inventory->config) };
	bool made = make_report_subjects(e, scope, err) == 0;
	if (made)
		make_abacus(e);
	if (!made || read_waiting(e, err) < 0 || load_points(e, err) < 0) {
		evaluation_close(e);
		return -1;
	}
	*out = e;
	return 0;
}

/* Sites are summed until `sites_to_s` alone. */
static int open_until(const struct inventory *inventory, struct store *store, struct hwatt_log *log, int64_t now_s,
		      int64_t sites_to_s, const atomic_bool *stop, struct evaluation **out, struct hwatt_error *err)
{
	struct evaluation *e = hwatt_alloc(sizeof(*e));
	*e = (struct evaluation){ .inventory = inventory, .store = store, .log = log, .newest_s = INT64_MIN,
				  .sites_to_s = sites_to_s, .closed_after_s = INT64_MIN, .opened_s = floor_quarter(now_s), .sources = sources_new(inventory->config) };
	bool made = make_subjects(e, now_s, err) == 0;
	if (made)
		make_abacus(e);
	if (!made || read_waiting(e, err) < 0 || load(e, stop, err) < 0) {
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
	abacus_free(e->abacus);
	courses_free(&e->courses);
	for (size_t i = 0; i < e->subject_count; i++)
		subject_free(&e->subjects[i]);
	for (size_t i = 0; i < e->zone_count; i++)
		zone_free(e->zones[i].zone);
	evaluation_books_free(e->books);
	sums_free(&e->quarter);
	sums_free(&e->fresh);
	sums_free(&e->window);
	sums_free(&e->half_year);
	sources_free(e->sources);
	happenings_free(&e->happenings);
	for (size_t i = 0; i < e->request_count; i++)
		sums_free(&e->requests[i].sums);
	free(e->requests);
	free(e->waited);
	free(e->order_told);
	free(e->subjects);
	free(e->zones);
	free(e);
}
