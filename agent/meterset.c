/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "meterset.h"
#include "cells.h"
#include "meter_state.h"
#include "record.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <hallwatt/number.h>
#include <hallwatt/prefetch.h>
#include <hallwatt/text.h>
#include <hallwatt/wire.h>
#include <stdlib.h>
#include <string.h>

#define STATE_VERSION 4 /* 1: without settings; 2: whole meters alone; 3: without lives */
#define FETCH_MOST 512u /* octets of meters fetched ahead: the others follow as they are gone through */
#define MAX_INTERVAL_MS (INT64_C(49) * 86400000) /* in 32 bits; no configuration says more than an hour */
#define GAP_FLOOR_MS INT64_C(60000)
#define GAP_CEILING_MS INT64_C(300000)
#define AGE_AFTER (UINT32_C(3) << 30) /* a tally's time counts to 4 << 30 milliseconds */
#define AGE_MS (UINT32_C(1) << 31)

struct link { /* what a network interface said last */
	bool primed;
	uint64_t last_in, last_out, stamp;
	int64_t last_ms;
};

struct aside { /* what the meters of few devices need */
	uint64_t *stamps;                  /* of tallies; NULL: no register has one */
	struct link *links;                /* by number of the layout's links */
	uint64_t octets_in, octets_out;    /* our own running counts over all links */
	uint64_t octets_life;              /* how often they began anew */
	uint32_t link_count;
};

struct meterset {
	const char *device;
	struct meterset_shelf *shelf;
	struct layout *layout;
	struct cells cells;                /* by number of the layout's meters; spread out only while shelf->spread is this set, or it is busy */
	struct aside *aside;               /* NULL: made when first needed */
	int64_t close_ms;                  /* while packed: the wall clock until which no meter has a quarter to close */
	struct tally_clock clock;          /* of the tallies */
	int64_t rated_mw;                  /* see struct meterset_settings */
	uint32_t interval_ms;
	bool resumed : 1;                  /* the monotonic clock began anew, and the tallies' has not gone on yet */
	bool unsettled : 1, grew : 1;
	bool lone : 1;                     /* nobody else has the shelf */
};

_Static_assert(MAX_INTERVAL_MS <= UINT32_MAX, "they fit");
_Static_assert(sizeof(struct meterset) <= 104, "there are ten thousand of them");

/* ---- the set ---- */

static int64_t max_gap_ms(int64_t interval_ms)
{
	int64_t gap = 3 * interval_ms > GAP_FLOOR_MS ? 3 * interval_ms : GAP_FLOOR_MS;
	return gap < GAP_CEILING_MS ? gap : GAP_CEILING_MS;
}

static struct meter_settings settings_of(const struct meterset *set, size_t n)
{
	const struct layout_meter *m = &set->layout->meters[n];
	int64_t most = m->quantity == HWATT_ENERGY ? set->rated_mw : m->quantity == HWATT_WATER_VOLUME ? METERSET_MAX_WATER : 0;
	return (struct meter_settings){ .kind = m->kind, .max_gap_ms = max_gap_ms(set->interval_ms), .max_level = most,
					.register_step = m->step, .register_modulus = m->modulus };
}

static struct aside *aside(struct meterset *set)
{
	if (set->aside == NULL)
		set->aside = hwatt_alloc(sizeof(*set->aside));
	return set->aside;
}

static void forget_links(struct meterset *set)
{
	if (set->aside == NULL)
		return;
	free(set->aside->links);
	set->aside->links = NULL;
	set->aside->link_count = 0;
}

/* Until when meterset_close() has nothing to do here. */
static int64_t close_after_ms(const struct meterset *set)
{
	int64_t until_ms = INT64_MAX, wait_ms = max_gap_ms(set->interval_ms) + METER_CLOCK_STEP_MS;
	for (size_t i = 0; i < set->cells.count; i++) {
		if (!cell_is_whole(&set->cells.all[i]))
			continue;
		const struct meter_state *s = meter_state_of(set->cells.all[i].meter);
		int64_t at_ms = s->at_wall_ms + wait_ms, end_ms = quarter_end_ms(&s->open) - 1;
		at_ms = at_ms > end_ms ? at_ms : end_ms;
		until_ms = s->primed && at_ms < until_ms ? at_ms : until_ms;
	}
	return until_ms;
}

static bool is_packed(const struct meterset *set)
{
	return set->cells.all == NULL && set->cells.count > 0;
}

/* Fed so often that packing would cost more than the memory is worth: it stays spread out. */
static bool is_busy(const struct meterset *set)
{
	return set->interval_ms < METERSET_PACKED_FROM_MS;
}

/* Makes ready for a look at the cells, in place of the set that was. */
static void spread(struct meterset *set)
{
	struct meterset *other = set->shelf->spread;
	if (other == set)
		return;
	if (is_busy(set)) {
		cells_spread(&set->cells, &set->shelf->tiles);
		return;
	}
	if (other != NULL) {
		other->close_ms = close_after_ms(other);
		cells_pack(&other->cells, &other->shelf->tiles);
	}
	cells_spread(&set->cells, &set->shelf->tiles);
	set->shelf->spread = set;
}

void meterset_shelf_free(struct meterset_shelf *shelf)
{
	assert(shelf->spread == NULL);
	layout_shelf_free(&shelf->layouts);
	tiles_free(&shelf->tiles);
}

static void set_settings(struct meterset *set, struct meterset_settings settings)
{
	assert(settings.interval_ms >= 0 && settings.interval_ms <= MAX_INTERVAL_MS);
	set->interval_ms = (uint32_t)settings.interval_ms;
	set->rated_mw = settings.rated_mw;
}

struct meterset *meterset_new(const char *device, struct meterset_settings settings, struct meterset_shelf *shelf)
{
	struct meterset *set = hwatt_alloc(sizeof(*set));
	set->device = device;
	set_settings(set, settings);
	set->lone = shelf == NULL;
	set->shelf = shelf != NULL ? shelf : hwatt_alloc(sizeof(*shelf));
	set->layout = layout_new();
	layout_share(&set->layout, &set->shelf->layouts); /* an empty one of its own would be a hole when it goes */
	return set;
}

void meterset_free(struct meterset *set)
{
	if (set == NULL)
		return;
	if (set->shelf->spread == set)
		set->shelf->spread = NULL;
	layout_release(set->layout, &set->shelf->layouts);
	cells_free(&set->cells, &set->shelf->tiles);
	if (set->lone) {
		meterset_shelf_free(set->shelf);
		free(set->shelf);
	}
	forget_links(set);
	if (set->aside != NULL)
		free(set->aside->stamps);
	free(set->aside);
	free(set);
}

void meterset_configure(struct meterset *set, struct meterset_settings settings)
{
	if (settings.interval_ms != set->interval_ms || settings.rated_mw != set->rated_mw)
		set->unsettled = true;
	if (settings.interval_ms != set->interval_ms)
		set->close_ms = INT64_MIN; /* it was told by the old one */
	set_settings(set, settings);
}

void meterset_rebind(struct meterset *set)
{
	layout_unbind(&set->layout, &set->shelf->layouts);
	layout_share(&set->layout, &set->shelf->layouts);
	forget_links(set);
}

/* Cells for the meters that the layout has got, whole ones at first. */
static void grow(struct meterset *set)
{
	size_t count = set->layout->meter_count, before = set->cells.count;
	if (count <= before)
		return;
	cells_grow(&set->cells, count);
	if (set->aside != NULL && set->aside->stamps != NULL) {
		set->aside->stamps = hwatt_realloc(set->aside->stamps, count * sizeof(*set->aside->stamps));
		memset(set->aside->stamps + before, 0, (count - before) * sizeof(*set->aside->stamps));
	}
	set->unsettled = set->grew = true;
}

/* ---- meters and tallies ---- */

static uint64_t stamp_of(const struct meterset *set, size_t n)
{
	return set->aside != NULL && set->aside->stamps != NULL ? set->aside->stamps[n] : 0;
}

static void keep_stamp(struct meterset *set, size_t n, const struct tally *tally, uint64_t stamp)
{
	if (!tally_has_stamp(tally))
		return;
	struct aside *a = aside(set);
	if (a->stamps == NULL)
		a->stamps = hwatt_alloc(set->cells.count * sizeof(*a->stamps));
	a->stamps[n] = stamp;
}

/* The meter of a cell, made whole if need be. */
static struct meter *whole(struct meterset *set, size_t n)
{
	struct cell *cell = &set->cells.all[n];
	if (cell_is_whole(cell))
		return cell->meter;
	struct meter_settings settings = settings_of(set, n);
	struct meter *meter = hwatt_alloc(sizeof(*meter));
	tally_give(&cell->tally, &set->clock, &settings, stamp_of(set, n), meter);
	if (set->resumed)
		meter_resume(meter);
	cell->meter = meter;
	cell->flags |= CELL_WHOLE;
	set->cells.tallies--;
	return meter;
}

/* Makes a tally of the meter if its quarters are not wanted and its state allows it. */
static void shrink(struct meterset *set, size_t n)
{
	struct tally tally;
	uint64_t stamp = 0;
	if ((set->cells.all[n].flags & CELL_FLAGS) != CELL_WHOLE || set->layout->meters[n].kind != INTERVAL_ENERGY)
		return;
	struct meter_settings settings = settings_of(set, n);
	bool first = set->cells.tallies == 0;
	struct tally_clock clock = first ? tally_clock_begin(set->cells.all[n].meter) : set->clock;
	if ((set->resumed && !first) || !tally_take(&tally, &clock, &settings, set->cells.all[n].meter, &stamp))
		return;
	keep_stamp(set, n, &tally, stamp);
	free(set->cells.all[n].meter);
	set->clock = clock;
	set->resumed = false;
	set->cells.all[n].tally = tally;
	set->cells.all[n].flags &= CELL_WANTED;
	set->cells.tallies++;
}

static struct store_point point_of(const struct meterset *set, size_t n)
{
	const struct layout_meter *m = &set->layout->meters[n];
	return (struct store_point){ .device = set->device, .index = m->index, .role = m->role, .quantity = m->quantity,
				     .kind = m->kind };
}

void meterset_keep(struct meterset *set, bool (*wanted)(void *arg, const struct store_point *point), void *arg)
{
	spread(set);
	for (size_t i = 0; i < set->cells.count; i++) {
		struct store_point point = point_of(set, i);
		bool is = wanted(arg, &point);
		struct cell *cell = &set->cells.all[i];
		if (is != ((cell->flags & CELL_WANTED) != 0))
			set->unsettled = true;
		cell->flags = (uint8_t)((cell->flags & CELL_WHOLE) | (is ? CELL_WANTED : 0));
		if (is)
			whole(set, i);
		else
			shrink(set, i);
	}
	set->grew = false;
}

bool meterset_grew(const struct meterset *set)
{
	return set->grew;
}

/* The tallies' clock goes on by wall time after a restart; a wall clock that went back is for whole meters to judge. */
static void resume_clock(struct meterset *set, const struct meterset_poll *poll)
{
	bool lost = false;
	for (size_t i = 0; i < set->cells.count; i++)
		lost |= !cell_is_whole(&set->cells.all[i]) && tally_wall_ms(&set->cells.all[i].tally, &set->clock) >= poll->wall_ms;
	for (size_t i = 0; lost && i < set->cells.count; i++)
		whole(set, i);
	set->clock.shift_ms = poll->wall_ms - poll->mono_ms - set->clock.wall_ms;
	set->resumed = false;
}

/* Makes ready for the samples of a poll: those who stand aside do so before the clock of the others moves. */
static void begin_poll(struct meterset *set, const struct meterset_poll *poll)
{
	struct tally_clock *clock = &set->clock;
	if (set->cells.tallies == 0)
		return;
	if (set->resumed)
		resume_clock(set, poll);
	bool was_set = tally_clock_was_set(clock, poll->wall_ms, poll->mono_ms);
	for (size_t i = 0; was_set && i < set->cells.count; i++)
		whole(set, i);
	if (poll->mono_ms + clock->shift_ms - clock->epoch_ms <= AGE_AFTER)
		return;
	for (size_t i = 0; i < set->cells.count; i++)
		if (!cell_is_whole(&set->cells.all[i]) && set->cells.all[i].tally.at < AGE_MS)
			whole(set, i);
	for (size_t i = 0; i < set->cells.count; i++)
		if (!cell_is_whole(&set->cells.all[i]))
			tally_age(&set->cells.all[i].tally, AGE_MS);
	clock->epoch_ms += AGE_MS;
}

/* The clocks part by some milliseconds from poll to poll. */
static void end_poll(struct meterset *set, const struct meterset_poll *poll)
{
	if (set->cells.tallies > 0)
		set->clock.wall_ms = poll->wall_ms - (poll->mono_ms + set->clock.shift_ms);
}

struct emission { /* carries a quarter from the meter to the set's reader */
	struct meterset *set;
	size_t number;
	meterset_emit *emit;
	void *arg;
};

static void pass_on(void *arg, const struct interval *interval)
{
	const struct emission *out = arg;
	struct store_point point = point_of(out->set, out->number);
	out->emit(out->arg, &point, interval);
}

/* Gives a sample to a tally; false: it is not for one. */
static bool give_tally(const struct meterset *set, size_t n, const struct meter_settings *settings, const struct meter_sample *sample)
{
	if (set->resumed)
		return false;
	struct tally_turn turn = tally_turn(&set->clock, settings, sample);
	bool count = sample->has_count && settings->register_step > 0;
	struct tally_sample in = { .mono_ms = sample->mono_ms, .has_level = sample->has_level,
				   .level = sample->has_level ? sample->level : 0, .has_count = count,
				   .count = count ? sample->count : 0, .has_stamp = count && sample->has_stamp,
				   .stamp = sample->stamp, .step = meter_amount_per_count(settings),
				   .modulus = settings->register_modulus };
	return tally_feed(&set->cells.all[n].tally, &turn, &in, stamp_of(set, n));
}

/* Gives a sample to the tally or the meter in a cell, which is made whole if need be. */
static void give(struct meterset *set, size_t n, const struct meter_sample *sample, meter_emit *emit, void *arg)
{
	struct meter_settings settings = settings_of(set, n);
	if (!cell_is_whole(&set->cells.all[n]) && give_tally(set, n, &settings, sample))
		return;
	meter_feed(whole(set, n), &settings, sample, emit, arg, NULL); /* a reject is noted in the quarter */
	shrink(set, n);
}

/* What a cell's next values are told from. */
static void last_values(const struct cell *cell, int64_t *level, uint64_t *count)
{
	if (!cell_is_whole(cell)) {
		*level = cell->tally.level;
		*count = cell->tally.count;
		return;
	}
	*level = meter_state_of(cell->meter)->integral.last_level;
	*count = meter_state_of(cell->meter)->counter.last;
}

/* Tells one state of the meters from the one a poll later. */
static uint64_t check_of(const struct meterset *set)
{
	if (set->cells.count == 0)
		return 0;
	const struct cell *first = &set->cells.all[0];
	return (uint64_t)(cell_is_whole(first) ? meter_state_of(first->meter)->last_now_ms : first->tally.at);
}

struct feeding { /* one poll on its way to the meters */
	struct meterset *set;
	const struct meterset_poll *poll;
	struct record record;
	struct tally_turn turn; /* of ENERGY tallies */
	meterset_emit *emit;
	void *arg;
};

static void record_sample(struct feeding *f, size_t n, const struct meter_sample *sample)
{
	int64_t level;
	uint64_t count;
	last_values(&f->set->cells.all[n], &level, &count);
	record_put(&f->record, &(struct record_sample){
		.number = n, .age_ms = f->poll->mono_ms - sample->mono_ms, .stamp = sample->stamp,
		.parts = (sample->has_level ? RECORD_LEVEL : 0u) | (sample->has_count ? RECORD_COUNT : 0u) |
			 (sample->has_stamp ? RECORD_STAMP : 0u),
		.level = (int64_t)((uint64_t)sample->level - (uint64_t)level), .count = sample->count - count });
}

static void feed(struct feeding *f, size_t n, struct meter_sample *sample)
{
	struct emission out = { f->set, n, f->emit, f->arg };
	record_sample(f, n, sample);
	/* The value is as old as its answer, on both clocks. */
	sample->wall_ms = f->poll->wall_ms - (f->poll->mono_ms - sample->mono_ms);
	sample->restarted = f->poll->restarted;
	sample->exchanged = f->poll->exchanged;
	give(f->set, n, sample, pass_on, &out);
}

static inline bool is_fresh(const struct meterset_poll *poll, uint32_t number)
{
	if (number >= poll->count)
		return false;
	uint32_t at = target_at(poll->values, number);
	return at != 0 && at >= poll->values->from;
}

static inline int64_t came_ms(const struct meterset_poll *poll, uint32_t number)
{
	return poll->values->epoch_ms + target_at(poll->values, number);
}

static void set_register(struct meterset *set, size_t n, int64_t step, uint64_t modulus)
{
	if (set->layout->meters[n].step == step && set->layout->meters[n].modulus == modulus)
		return;
	whole(set, n); /* it is what it is by the step that it had */
	layout_set_register(&set->layout, &set->shelf->layouts, (uint32_t)n, step, modulus);
	set->unsettled = true;
}

/* feed_energy() for what comes nearly always, see tally_feed_steady(): goes on with cell `n` until something else is due or all cells
 * were fed, and returns which. */
static size_t feed_steady(struct feeding *f, size_t n)
{
	const struct target_values *values = f->poll->values;
	const struct target_point *points = f->poll->points;
	const uint32_t *moments = values->moments, from = values->from > 0 ? values->from : 1;
	size_t count = f->poll->count;
	int64_t shift_ms = values->epoch_ms + f->turn.shift_ms, age_ms = f->poll->mono_ms - values->epoch_ms;
	struct record record = f->record;
	if (n >= f->set->cells.count || values->at != NULL || values->stamps != NULL)
		return n;
	const struct layout_meter *m = &f->set->layout->meters[n];
	struct cell *cell = &f->set->cells.all[n];
	for (; n < f->set->cells.count; n++, m++, cell++) {
		if (cell_is_whole(cell) || m->power >= count || m->energy >= count || record.end - record.at < RECORD_SAMPLE_OCTETS)
			break;
		const struct target_point *point = &points[m->energy];
		uint32_t at = moments[values->when[m->power]];
		uint64_t read = (uint64_t)target_kept(values, m->energy);
		if (at < from || moments[values->when[m->energy]] < from || read != cell->tally.count || read > m->modulus - 1 ||
		    point->step != m->step || point->modulus != m->modulus || m->step <= 0)
			break;
		int64_t level = target_kept(values, m->power), before = cell->tally.level;
		if (!tally_feed_steady(&cell->tally, &f->turn, shift_ms + at, level, m->step * INTERVAL_UJ2_PER_MJ))
			break;
		record_put_steady(&record, n, age_ms - at, level - before);
	}
	f->record = record;
	return n;
}

static void feed_energy(struct feeding *f, size_t n)
{
	const struct meterset_poll *poll = f->poll;
	uint32_t power = f->set->layout->meters[n].power, energy = f->set->layout->meters[n].energy;
	struct meter_sample sample = { .has_level = is_fresh(poll, power), .has_count = is_fresh(poll, energy) };
	if (sample.has_count) {
		sample.count = (uint64_t)target_kept(poll->values, energy);
		sample.mono_ms = came_ms(poll, energy);
		if (poll->values->stamps != NULL) {
			sample.has_stamp = poll->values->stamps[energy].known;
			sample.stamp = poll->values->stamps[energy].stamp;
		}
		set_register(f->set, n, poll->points[energy].step, poll->points[energy].modulus);
	}
	if (sample.has_level) {
		sample.level = target_kept(poll->values, power);
		sample.mono_ms = came_ms(poll, power);
	}
	if (sample.has_level || sample.has_count)
		feed(f, n, &sample);
}

static void feed_level(struct feeding *f, enum layout_summary summary, int64_t level, int64_t mono_ms)
{
	struct meter_sample sample = { .mono_ms = mono_ms, .has_level = true, .level = level };
	feed(f, f->set->layout->summaries[summary], &sample);
}

/* Whether the device gives its own total beside the parts: then the parts alone count. */
static bool is_total_beside_parts(struct feeding *f, enum layout_summary summary, uint32_t number)
{
	return f->set->layout->member_count[summary] > 1 && strcmp(f->poll->points[number].index, "total") == 0;
}

static void feed_summary(struct feeding *f, enum layout_summary summary)
{
	const struct layout *layout = f->set->layout;
	int64_t sum = 0, count = 0, mono_ms = 0;
	for (size_t i = 0; i < layout->member_count[summary]; i++) {
		uint32_t number = layout->members[summary][i];
		if (!is_fresh(f->poll, number) || is_total_beside_parts(f, summary, number))
			continue;
		int64_t value = target_kept(f->poll->values, number);
		int64_t part = summary == LAYOUT_CPU ? value : value / METERSET_BYTES_PER_LEVEL;
		if (sum > INT64_MAX - part)
			return;
		sum += part;
		mono_ms = came_ms(f->poll, number);
		count++;
	}
	if (count > 0)
		feed_level(f, summary, summary == LAYOUT_CPU ? sum / count : sum, mono_ms);
}

/* Of several inlets the warmest: heat is what harms. */
static void feed_inlet(struct feeding *f)
{
	const struct layout *layout = f->set->layout;
	int64_t warmest = INT64_MIN, mono_ms = 0;
	for (size_t i = 0; i < layout->member_count[LAYOUT_INLET]; i++) {
		uint32_t number = layout->members[LAYOUT_INLET][i];
		if (!is_fresh(f->poll, number) || target_kept(f->poll->values, number) <= warmest)
			continue;
		warmest = target_kept(f->poll->values, number);
		mono_ms = came_ms(f->poll, number);
	}
	if (warmest != INT64_MIN)
		feed_level(f, LAYOUT_INLET, warmest, mono_ms);
}

/* What a link's counter moved, 0 when that cannot be: more than the link carries in that time. false: it began anew. */
static bool octets_moved(const struct meterset_poll *poll, uint32_t number, uint64_t last, int64_t speed_bits,
			 int64_t elapsed_ms, uint64_t *moved)
{
	uint64_t count = (uint64_t)target_kept(poll->values, number), counts = count - last;
	if (count < last && poll->points[number].modulus != 0)
		counts += poll->points[number].modulus;
	hwatt_i128 most = (hwatt_i128)speed_bits * elapsed_ms / 8000 * 21 / 20 + 100000;
	bool fits = (hwatt_i128)counts <= most;
	*moved = fits ? counts : 0;
	return fits || count >= last;
}

/* What the device says of the present life of a link's counters, 0 when nothing. */
static uint64_t life_of(const struct meterset_poll *poll, const struct layout_link *of)
{
	const struct target_stamp *stamps = poll->values->stamps;
	if (stamps == NULL)
		return 0;
	return (stamps[of->in].known ? stamps[of->in].stamp * 3 : 0) + (stamps[of->out].known ? stamps[of->out].stamp : 0);
}

/* Whether a link's traffic stays inside the machine. */
static bool is_loopback(const char *name)
{
	if (strncmp(name, "lo", 2) == 0 && (name[2] == '\0' || (name[2] >= '0' && name[2] <= '9')))
		return true;
	return strncmp(name, "Loopback", 8) == 0;
}

struct traffic { /* of all links in one poll */
	uint64_t in, out;
	int64_t mono_ms;
	bool broken; /* what moved on some link is not known */
};

/* Adds what one link moved; its speed when it is up and both counters came, else 0. */
static int64_t feed_link(struct meterset *set, size_t n, const struct meterset_poll *poll, struct traffic *all)
{
	const struct layout_link *of = &set->layout->links[n];
	struct link *link = &set->aside->links[n];
	int64_t speed = is_fresh(poll, of->speed) ? target_kept(poll->values, of->speed) : 0;
	if (!is_fresh(poll, of->in) || !is_fresh(poll, of->out) || speed <= 0 || is_loopback(poll->points[of->in].name)) {
		link->primed = false;
		return 0;
	}
	int64_t now_ms = came_ms(poll, of->in);
	uint64_t life = life_of(poll, of), in = 0, out = 0;
	bool goes_on = !poll->restarted && !poll->exchanged && (life == link->stamp || life == 0 || link->stamp == 0);
	if (link->primed) {
		goes_on = goes_on && octets_moved(poll, of->in, link->last_in, speed, now_ms - link->last_ms, &in) &&
			  octets_moved(poll, of->out, link->last_out, speed, now_ms - link->last_ms, &out);
		all->broken |= !goes_on;
		all->in += goes_on ? in : 0;
		all->out += goes_on ? out : 0;
	}
	*link = (struct link){ .primed = true, .last_in = (uint64_t)target_kept(poll->values, of->in),
			       .last_out = (uint64_t)target_kept(poll->values, of->out), .last_ms = now_ms,
			       .stamp = life != 0 ? life : link->stamp };
	all->mono_ms = now_ms;
	return speed;
}

static void feed_octets(struct feeding *f, enum layout_summary summary, uint64_t count, int64_t mono_ms)
{
	struct meter_sample sample = { .mono_ms = mono_ms, .has_count = true, .count = count, .has_stamp = true,
				       .stamp = f->set->aside->octets_life };
	set_register(f->set, f->set->layout->summaries[summary], 1, 0);
	feed(f, f->set->layout->summaries[summary], &sample);
}

/* Room for all links; whether this is the first look at any, so that nobody knows what moved before it. */
static bool grow_links(struct meterset *set)
{
	struct aside *a = aside(set);
	bool first = a->link_count == 0;
	if (a->link_count < set->layout->link_count) {
		a->links = hwatt_realloc(a->links, set->layout->link_count * sizeof(*a->links));
		for (; a->link_count < set->layout->link_count; a->link_count++)
			a->links[a->link_count] = (struct link){ 0 };
	}
	return first;
}

static void feed_links(struct feeding *f)
{
	struct meterset *set = f->set;
	int64_t capacity = 0;
	struct traffic all = { .broken = grow_links(set) };
	struct aside *a = set->aside;
	for (size_t i = 0; i < a->link_count; i++)
		capacity += feed_link(set, i, f->poll, &all) / METERSET_BITS_PER_LEVEL;
	if (all.broken) { /* our counts begin anew as the device's did: their meters see a gap there */
		a->octets_in = a->octets_out = 0;
		a->octets_life++;
	}
	a->octets_in += all.in;
	a->octets_out += all.out;
	if (capacity == 0) {
		set->unsettled = set->unsettled || all.broken; /* no sample tells of it */
		return;
	}
	for (int s = LAYOUT_LINK_IN; s <= LAYOUT_LINK_SPEED; s++)
		layout_take_summary(&set->layout, &set->shelf->layouts, (enum layout_summary)s);
	grow(set);
	feed_octets(f, LAYOUT_LINK_IN, a->octets_in, all.mono_ms);
	feed_octets(f, LAYOUT_LINK_OUT, a->octets_out, all.mono_ms);
	feed_level(f, LAYOUT_LINK_SPEED, capacity, all.mono_ms);
}

/* What the poll's samples have in common for tallies of ENERGY. */
static struct tally_turn turn_of(const struct meterset *set, const struct meterset_poll *poll)
{
	struct meter_settings settings = { .kind = INTERVAL_ENERGY, .max_gap_ms = max_gap_ms(set->interval_ms),
					   .max_level = set->rated_mw };
	struct meter_sample clocks = { .wall_ms = poll->wall_ms, .mono_ms = poll->mono_ms, .restarted = poll->restarted,
				       .exchanged = poll->exchanged };
	return set->resumed ? (struct tally_turn){ 0 } : tally_turn(&set->clock, &settings, &clocks);
}

void meterset_fetch(const struct meterset *set, unsigned step)
{
	size_t octets = set->cells.count * sizeof(*set->cells.all);
	if (step == 0)
		hwatt_prefetch(set, sizeof(*set));
	else if (is_packed(set))
		tiles_fetch(&set->shelf->tiles, set->cells.packed, step - 1);
	else if (step == 1)
		hwatt_prefetch(set->cells.all, octets < FETCH_MOST ? octets : FETCH_MOST);
}

void meterset_feed(struct meterset *set, const struct meterset_poll *poll, struct hwatt_text *record, meterset_emit *emit,
		   void *arg)
{
	spread(set);
	set->unsettled = set->unsettled || record == NULL;
	layout_bind(&set->layout, &set->shelf->layouts, poll->points, poll->count);
	grow(set);
	struct feeding f = { .set = set, .poll = poll, .emit = emit, .arg = arg };
	f.record = record_begin(record, &(struct record_poll){ poll->wall_ms, poll->mono_ms, check_of(set), poll->restarted,
							       poll->exchanged });
	begin_poll(set, poll);
	f.turn = turn_of(set, poll);
	for (size_t i = feed_steady(&f, 0); i < set->cells.count; i = feed_steady(&f, i + 1))
		if (set->layout->meters[i].kind == INTERVAL_ENERGY || set->layout->meters[i].energy != LAYOUT_NONE)
			feed_energy(&f, i);
	for (int s = LAYOUT_CPU; s <= LAYOUT_STORAGE_SIZE; s++)
		if (set->layout->member_count[s] > 0)
			feed_summary(&f, (enum layout_summary)s);
	if (set->layout->member_count[LAYOUT_INLET] > 0)
		feed_inlet(&f);
	if (set->layout->link_count > 0)
		feed_links(&f);
	record_end(&f.record);
	end_poll(set, poll);
	layout_share(&set->layout, &set->shelf->layouts);
}

static void drop_quarter(void *arg, const struct interval *interval)
{
	(void)arg;
	(void)interval;
}

/* Feeds a sample of a record; false when it cannot be. */
static bool replay_sample(struct meterset *set, const struct record_poll *poll, const struct record_sample *told)
{
	size_t n = (size_t)told->number;
	struct meter_sample sample = { .restarted = poll->restarted, .exchanged = poll->exchanged, .stamp = told->stamp };
	int64_t level = 0;
	uint64_t count = 0;
	if (told->number >= set->cells.count || __builtin_sub_overflow(poll->mono_ms, told->age_ms, &sample.mono_ms) ||
	    __builtin_sub_overflow(poll->wall_ms, told->age_ms, &sample.wall_ms))
		return false;
	if (!told->absolute)
		last_values(&set->cells.all[n], &level, &count);
	sample.has_level = (told->parts & RECORD_LEVEL) != 0;
	sample.has_count = (told->parts & RECORD_COUNT) != 0;
	sample.has_stamp = (told->parts & RECORD_STAMP) != 0;
	sample.level = sample.has_level ? (int64_t)((uint64_t)told->level + (uint64_t)level) : 0;
	sample.count = sample.has_count ? told->count + count : 0;
	give(set, n, &sample, drop_quarter, NULL);
	if (n == set->layout->summaries[LAYOUT_LINK_IN]) {
		aside(set)->octets_in = sample.count;
		aside(set)->octets_life = sample.stamp;
	}
	if (n == set->layout->summaries[LAYOUT_LINK_OUT])
		aside(set)->octets_out = sample.count;
	return true;
}

int meterset_replay(struct meterset *set, const void *record, size_t length, struct hwatt_error *err)
{
	spread(set);
	struct record_reader in = record_read(record, length);
	struct meterset_poll poll = { .wall_ms = in.poll.wall_ms, .mono_ms = in.poll.mono_ms };
	struct record_sample sample;
	set->unsettled = true;
	if (hwatt_wire_ok(&in.in) && !record_follows(&in, check_of(set)))
		return hwatt_fail(err, HWATT_EPROTO, "record of a poll does not follow on what was counted");
	if (hwatt_wire_ok(&in.in))
		begin_poll(set, &poll);
	while (record_next(&in, &sample))
		in.in.failed |= !replay_sample(set, &in.poll, &sample);
	if (!hwatt_wire_ok(&in.in))
		return hwatt_fail(err, HWATT_EPROTO, "record of a poll is damaged at octet %zu", in.in.at);
	end_poll(set, &poll);
	return 0;
}

void meterset_resume(struct meterset *set)
{
	spread(set);
	for (size_t i = 0; i < set->cells.count; i++)
		if (cell_is_whole(&set->cells.all[i]))
			meter_resume(set->cells.all[i].meter);
	set->resumed = set->cells.tallies > 0;
	set->unsettled = true;
}

bool meterset_unsettled(const struct meterset *set)
{
	return set->unsettled;
}

void meterset_unsettle(struct meterset *set)
{
	set->unsettled = true;
}

void meterset_settle(struct meterset *set)
{
	set->unsettled = false;
}

static void pass_on_closed(void *arg, const struct interval *interval)
{
	const struct emission *out = arg;
	out->set->unsettled = true; /* no record tells of it */
	pass_on(arg, interval);
}

void meterset_close(struct meterset *set, int64_t wall_ms, meterset_emit *emit, void *arg)
{
	if (is_packed(set) && wall_ms <= set->close_ms)
		return;
	spread(set);
	for (size_t i = 0; i < set->cells.count; i++) {
		struct emission out = { set, i, emit, arg };
		struct meter_settings settings = settings_of(set, i);
		if (cell_is_whole(&set->cells.all[i]))
			meter_close(set->cells.all[i].meter, &settings, wall_ms, pass_on_closed, &out);
	}
}

size_t meterset_total(struct meterset *set, size_t from, struct meterset_total *out)
{
	spread(set);
	for (size_t i = from; i < set->cells.count; i++) {
		const struct layout_meter *m = &set->layout->meters[i];
		if (m->kind != INTERVAL_ENERGY && m->quantity != HWATT_WATER_VOLUME)
			continue;
		*out = (struct meterset_total){ m->role, m->quantity, m->index,
						cell_is_whole(&set->cells.all[i]) ? meter_total(set->cells.all[i].meter)
									: tally_total(&set->cells.all[i].tally) };
		return i + 1;
	}
	return 0;
}

/* ---- octets ---- */

static void put_be(struct hwatt_text *out, uint64_t value, int width)
{
	char octets[8];
	for (int i = 0; i < width; i++)
		octets[i] = (char)(unsigned char)(value >> (8 * (width - 1 - i)));
	hwatt_text_put(out, octets, (size_t)width);
}

static void encode_cell(const struct meterset *set, size_t n, struct hwatt_text *out)
{
	const struct layout_meter *m = &set->layout->meters[n];
	put_be(out, (uint64_t)m->role, 1);
	put_be(out, (uint64_t)m->quantity, 1);
	put_be(out, (uint64_t)m->kind, 1);
	put_be(out, strlen(m->index), 2);
	hwatt_text_puts(out, m->index);
	put_be(out, (uint64_t)m->step, 8);
	put_be(out, m->modulus, 8);
	put_be(out, set->cells.all[n].flags, 1);
	if (cell_is_whole(&set->cells.all[n])) {
		uint8_t state[METER_ENCODED_MAX];
		size_t length = meter_encode(set->cells.all[n].meter, state);
		put_be(out, length, 2);
		hwatt_text_put(out, (const char *)state, length);
	} else {
		tally_encode(&set->cells.all[n].tally, stamp_of(set, n), out);
	}
}

void meterset_encode(struct meterset *set, struct hwatt_text *out)
{
	spread(set);
	struct aside a = set->aside != NULL ? *set->aside : (struct aside){ 0 };
	put_be(out, STATE_VERSION, 1);
	put_be(out, a.octets_in, 8);
	put_be(out, a.octets_out, 8);
	put_be(out, (uint64_t)set->interval_ms, 8);
	put_be(out, (uint64_t)set->rated_mw, 8);
	struct tally_clock clock = set->cells.tallies > 0 ? set->clock : (struct tally_clock){ 0 };
	put_be(out, (uint64_t)clock.epoch_ms, 8);
	put_be(out, (uint64_t)clock.shift_ms, 8);
	put_be(out, (uint64_t)clock.wall_ms, 8);
	put_be(out, set->cells.tallies > 0 && set->resumed, 1);
	put_be(out, a.octets_life, 8);
	put_be(out, set->cells.count, 4);
	for (size_t i = 0; i < set->cells.count; i++)
		encode_cell(set, i, out);
}

/* What a tally's cell holds. */
static int decode_tally(struct meterset *set, struct hwatt_wire *in, size_t n, struct hwatt_error *err)
{
	uint64_t stamp = 0;
	struct tally tally;
	struct meter_settings settings = settings_of(set, n);
	if (tally_decode(&tally, &settings, &stamp, in, err) < 0)
		return -1;
	keep_stamp(set, n, &tally, stamp);
	free(set->cells.all[n].meter);
	set->cells.all[n].tally = tally;
	set->cells.tallies++;
	return 0;
}

/* Reads one meter into the set. */
static int decode_cell(struct meterset *set, struct hwatt_wire *in, unsigned version, struct hwatt_error *err)
{
	unsigned role = hwatt_wire_u8(in), quantity = hwatt_wire_u8(in), kind = hwatt_wire_u8(in);
	size_t index_length = (size_t)hwatt_wire_be(in, 2);
	const uint8_t *index = hwatt_wire_take(in, index_length);
	int64_t step = version > 1 ? (int64_t)hwatt_wire_be(in, 8) : 0;
	uint64_t modulus = version > 1 ? hwatt_wire_be(in, 8) : 0;
	unsigned flags = version > 2 ? hwatt_wire_u8(in) : CELL_FLAGS;
	size_t length = flags & CELL_WHOLE ? (size_t)hwatt_wire_be(in, 2) : 0;
	const uint8_t *state = hwatt_wire_take(in, length);
	bool tally = !(flags & CELL_WHOLE);
	if (!hwatt_wire_ok(in) || role >= HWATT_ROLES || quantity >= HWATT_QUANTITIES || kind > INTERVAL_FLOW ||
	    flags > (CELL_FLAGS) || (tally && (flags & CELL_WANTED)))
		return hwatt_fail(err, HWATT_EPROTO, "saved meter is damaged at octet %zu", in->at);
	char *name = hwatt_alloc(index_length + 1);
	memcpy(name, index, index_length);
	uint32_t n = layout_take(&set->layout, &set->shelf->layouts, role, quantity, name, (enum interval_kind)kind);
	free(name);
	if (n != set->cells.count)
		return hwatt_fail(err, HWATT_EPROTO, "a meter was saved twice, at octet %zu", in->at);
	layout_set_register(&set->layout, &set->shelf->layouts, n, step, modulus);
	grow(set);
	set->cells.all[n].flags = (uint8_t)(flags | CELL_WHOLE);
	if (!tally)
		return meter_decode(set->cells.all[n].meter, state, length, err);
	if (decode_tally(set, in, n, err) < 0)
		return -1;
	set->cells.all[n].flags = (uint8_t)flags;
	return 0;
}

/* Whether the tallies' times are such that no sum of them overflows. */
static bool is_clock(const struct tally_clock *clock)
{
	const int64_t most = INT64_C(1) << 60;
	return clock->epoch_ms > -most && clock->epoch_ms < most && clock->shift_ms > -most && clock->shift_ms < most &&
	       clock->wall_ms > -most && clock->wall_ms < most;
}

int meterset_decode(struct meterset *set, const void *bytes, size_t length, struct hwatt_error *err)
{
	spread(set);
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	unsigned version = hwatt_wire_u8(&in);
	uint64_t octets_in = hwatt_wire_be(&in, 8), octets_out = hwatt_wire_be(&in, 8), octets_life = 0;
	struct meterset_settings settings = { set->interval_ms, set->rated_mw };
	if (version > 1) {
		settings.interval_ms = (int64_t)hwatt_wire_be(&in, 8);
		settings.rated_mw = (int64_t)hwatt_wire_be(&in, 8);
	}
	if (version > 2) {
		set->clock.epoch_ms = (int64_t)hwatt_wire_be(&in, 8);
		set->clock.shift_ms = (int64_t)hwatt_wire_be(&in, 8);
		set->clock.wall_ms = (int64_t)hwatt_wire_be(&in, 8);
		set->resumed = hwatt_wire_u8(&in) != 0;
	}
	if (version > 3)
		octets_life = hwatt_wire_be(&in, 8);
	if ((octets_in | octets_out | octets_life) != 0) {
		aside(set)->octets_in = octets_in;
		aside(set)->octets_out = octets_out;
		aside(set)->octets_life = octets_life;
	}
	uint64_t count = hwatt_wire_be(&in, 4);
	if (!hwatt_wire_ok(&in) || version < 1 || version > STATE_VERSION || settings.interval_ms < 0 ||
	    settings.interval_ms > MAX_INTERVAL_MS || settings.rated_mw < 0 || !is_clock(&set->clock) || count > HWATT_MAX_POINTS * 2)
		return hwatt_fail(err, HWATT_EPROTO, "saved meters have an unknown form");
	set_settings(set, settings);
	for (uint64_t i = 0; i < count; i++)
		if (decode_cell(set, &in, version, err) < 0)
			return -1;
	layout_share(&set->layout, &set->shelf->layouts);
	set->unsettled = false;
	return 0;
}
