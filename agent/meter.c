/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One sample goes through four steps: check it, find the time since the cursor (tick), let samples and register say
 * what flowed since then (weigh), and walk the cursor to now, giving each quarter its part (place, walk). */
#include "meter_state.h"
#include <inttypes.h>
#include <string.h>

#define MAX_BACK_S (METER_MAX_BACK * QUARTER_S)
#define MAX_NOW_MS (INT64_C(1) << 60)
#define MAX_HOLE_MS (INT64_C(366) * 86400000) /* nothing is bridged over more than a year */
#define MAX_FLOW_PER_S INT64_C(1000000000000)
#define RATIO_WINDOW 4000

struct run { /* one call's arguments, carried along */
	struct meter_state *s;
	const struct meter_settings *settings;
	meter_emit *emit;
	void *arg;
	hwatt_i128 skipped;  /* of the load: too long ago for any quarter */
	hwatt_i128 lost;     /* beyond the load: nothing can place it */
	int marks;           /* for the quarter in which the cursor comes to rest */
};

struct load { /* what flowed between two instants of wall time */
	int64_t from_ms, to_ms;
	hwatt_i128 amount, register_amount, unknown;
	const struct stretch *stretch; /* the samples' line, which gives the shape; NULL: evenly */
	bool covered, filled, has_register;
	uint64_t count_from, count_to;
	int64_t count_from_ms;
	char gap;                      /* reason, when not covered */
	int marks;                     /* for every quarter it touches */
};

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- quarters ---- */

static void emit(struct run *run, const struct quarter *quarter, bool correction)
{
	struct interval interval = quarter_read(quarter);
	interval.correction = correction || (interval.start_s >= run->s->ahead_from_s &&
					     interval.start_s < run->s->ahead_to_s);
	run->emit(run->arg, &interval);
}

static void finish_open(struct run *run)
{
	struct meter_state *s = run->s;
	emit(run, &s->open, false);
	s->open = quarter_begin(s->open.sum.start_s + QUARTER_S, (enum interval_kind)s->kind);
}

/* Closes every quarter that ended by `wall_ms`, their rest without data. Of a long absence only the last
 * METER_MAX_BACK quarters are said; those before were never emitted. */
static void close_until(struct run *run, int64_t wall_ms)
{
	struct meter_state *s = run->s;
	int64_t oldest_s = interval_start_s(wall_ms) - MAX_BACK_S;
	while (quarter_end_ms(&s->open) <= wall_ms) {
		bool has_cursor = s->at_wall_ms >= quarter_start_ms(&s->open);
		if (has_cursor) {
			s->held = s->open;
			s->has_held = true;
		}
		quarter_gap(&s->open, s->at_wall_ms, quarter_end_ms(&s->open), s->rejected ? 'O' : 'T');
		finish_open(run);
		if (s->open.sum.start_s < oldest_s) {
			s->skip_from_s = s->open.sum.start_s;
			s->skip_to_s = oldest_s;
			s->ahead_amount = 0;
			s->open = quarter_begin(oldest_s, (enum interval_kind)s->kind);
		}
	}
}

/* How much of `whole` lies before `at_ms`, which is not its end; rounded down, so that parts add up and the rest goes to the later one. */
static hwatt_i128 until(const struct load *load, hwatt_i128 whole, int64_t at_ms)
{
	int64_t part_ms = at_ms - load->from_ms, whole_ms = load->to_ms - load->from_ms;
	if (load->stretch != NULL) {
		const struct stretch *line = load->stretch;
		hwatt_i128 span_ms = line->to_ms - line->from_ms;
		int64_t line_ms = line->from_ms + (int64_t)(span_ms * part_ms / whole_ms);
		int64_t below = stretch_until(line, line_ms);
		if (whole == line->amount)
			return below;
		if (line->amount > 0)
			return whole * below / line->amount;
	}
	return whole * part_ms / whole_ms;
}

struct placed { hwatt_i128 amount, register_amount, unknown, integral; };

static struct placed placed_until(const struct load *load, int64_t at_ms)
{
	if (at_ms >= load->to_ms)
		return (struct placed){ load->amount, load->register_amount, load->unknown,
					load->stretch != NULL ? load->stretch->amount : 0 };
	return (struct placed){
		.amount = until(load, load->amount, at_ms),
		/* Nothing has no parts, though a level that crosses zero may add up to nothing and have some. */
		.register_amount = load->register_amount != 0 ? until(load, load->register_amount, at_ms) : 0,
		.unknown = load->unknown != 0 ? until(load, load->unknown, at_ms) : 0,
		.integral = load->stretch != NULL ? until(load, load->stretch->amount, at_ms) : 0,
	};
}

static int64_t add_ms(int64_t sum_ms, int64_t ms)
{
	return sum_ms + ms < QUARTER_MS ? sum_ms + ms : QUARTER_MS;
}

/* Gives `quarter` the part of the load from `from_ms` to `to_ms`. */
static void put(struct quarter *quarter, const struct load *load, int64_t from_ms, int64_t to_ms,
		const struct placed *before, const struct placed *after)
{
	struct interval *sum = &quarter->sum;
	int64_t ms = to_ms - from_ms;
	quarter->marks |= load->marks;
	sum->amount = quarter_saturate(sum->amount, after->amount - before->amount);
	sum->unknown_max = quarter_saturate(sum->unknown_max, after->unknown - before->unknown);
	if (load->covered)
		sum->covered_ms = add_ms(sum->covered_ms, ms);
	else
		quarter_gap(quarter, from_ms, to_ms, load->gap);
	if (load->filled)
		quarter->filled_ms = (int32_t)add_ms(quarter->filled_ms, ms);
	if (load->stretch != NULL) {
		sum->has_integral = true;
		sum->integral_covered_ms = add_ms(sum->integral_covered_ms, ms);
		sum->integral_amount = quarter_saturate(sum->integral_amount, after->integral - before->integral);
	}
	if (load->has_register) {
		sum->has_register = true;
		sum->register_amount =
			quarter_saturate(sum->register_amount, after->register_amount - before->register_amount);
	}
}

static void see_count(struct quarter *quarter, uint64_t count, int64_t step)
{
	if ((quarter->marks & QUARTER_FIRST) == 0)
		quarter->sum.register_first = count;
	quarter->marks |= QUARTER_FIRST;
	quarter->sum.register_last = count;
	quarter->sum.register_step = step;
}

/* The quarter that begins at `start_s`: the open one, or one closed before, which is then in `held`. */
static struct quarter *quarter_at(struct meter_state *s, int64_t start_s)
{
	if (start_s == s->open.sum.start_s)
		return &s->open;
	if (!s->has_held || s->held.sum.start_s != start_s)
		s->held = quarter_begin(start_s, (enum interval_kind)s->kind); /* closed without any data */
	s->has_held = true;
	return &s->held;
}

/* The count of the read nearest to a border. */
static uint64_t count_near(const struct load *load, int64_t at_ms)
{
	return at_ms - load->count_from_ms <= load->to_ms - at_ms ? load->count_from : load->count_to;
}

/* Walks from load->from_ms to load->to_ms and closes or corrects what lies on the way. */
static void walk(struct run *run, const struct load *load)
{
	struct meter_state *s = run->s;
	int64_t at_ms = load->from_ms;
	struct placed done = { 0 };
	int64_t oldest_ms = (interval_start_s(load->to_ms) - MAX_BACK_S) * 1000;
	if (at_ms < oldest_ms) { /* too long ago to be put where it belongs */
		close_until(run, load->to_ms);
		done = placed_until(load, oldest_ms);
		run->skipped += done.amount;
		at_ms = load->covered || load->amount != 0 ? oldest_ms : quarter_start_ms(&s->open);
	}
	for (;;) {
		struct quarter *quarter = quarter_at(s, interval_start_s(at_ms));
		bool closed = quarter != &s->open;
		int64_t end_ms = quarter_end_ms(quarter);
		int64_t to_ms = end_ms < load->to_ms ? end_ms : load->to_ms;
		struct placed after = placed_until(load, to_ms);
		if (load->has_register && at_ms == quarter_start_ms(quarter))
			see_count(quarter, count_near(load, at_ms), run->settings->register_step);
		put(quarter, load, at_ms, to_ms, &done, &after);
		if (quarter->sum.start_s >= s->skip_to_s)
			s->ahead_amount = quarter_saturate(s->ahead_amount, after.amount - done.amount);
		if (load->has_register && to_ms == end_ms)
			see_count(quarter, count_near(load, to_ms), run->settings->register_step);
		done = after;
		at_ms = to_ms;
		if (closed)
			emit(run, quarter, true);
		if (to_ms == end_ms && closed)
			s->has_held = false;
		else if (to_ms == end_ms)
			finish_open(run);
		if (to_ms >= load->to_ms)
			return;
	}
}

/* ---- time ---- */

static int reject(struct meter_state *s, struct hwatt_error *err, const char *what, int64_t value)
{
	s->rejected = true;
	s->open.marks |= QUARTER_REJECT;
	return hwatt_fail(err, HWATT_ERANGE, "%s (%" PRId64 ")", what, value);
}

/* Our monotonic time of the sample. After a restart it goes on by wall time; `*lost` when even that moved back. */
static int64_t tick(const struct meter_state *s, const struct meter_sample *sample, bool *lost)
{
	*lost = false;
	if (!s->resumed)
		return sample->mono_ms + s->shift_ms;
	*lost = sample->wall_ms <= s->last_wall_ms;
	return s->last_now_ms + (*lost ? 1 : sample->wall_ms - s->last_wall_ms);
}

/* A clock that had run far ahead is back: goes on where it left off, in quarters that were never emitted. Those emitted
 * meanwhile are taken back, and what they held goes to the first open quarter. Only while that is no more than
 * METER_MAX_BACK quarters: a hole that old was a hole. */
static void come_back(struct run *run, int64_t wall_ms)
{
	struct meter_state *s = run->s;
	int64_t start_s = max64(interval_start_s(wall_ms), s->skip_from_s), end_s = s->open.sum.start_s + QUARTER_S;
	if (start_s >= s->skip_to_s || start_s - interval_start_s(wall_ms) > MAX_BACK_S ||
	    end_s - s->skip_to_s > 2 * MAX_BACK_S)
		return;
	for (int64_t at_s = s->skip_to_s; at_s < s->open.sum.start_s; at_s += QUARTER_S) {
		struct quarter empty = quarter_begin(at_s, (enum interval_kind)s->kind);
		quarter_gap(&empty, at_s * 1000, (at_s + QUARTER_S) * 1000, 'C');
		emit(run, &empty, true);
	}
	bool before = s->ahead_to_s > s->ahead_from_s;
	s->ahead_from_s = before && s->ahead_from_s < s->skip_to_s ? s->ahead_from_s : s->skip_to_s;
	s->ahead_to_s = max64(s->ahead_to_s, s->open.sum.start_s);
	s->open = quarter_begin(start_s, (enum interval_kind)s->kind);
	s->open.sum.amount = s->ahead_amount;
	s->skip_from_s = s->skip_to_s = s->ahead_amount = 0;
	s->at_wall_ms = quarter_start_ms(&s->open);
	s->has_held = false;
}

/* Moves the cursor to the sample and places the load on the way. Across a clock step the load lies in the `dt_ms`
 * before now, as far as those quarters are still open; what a forward step jumped over is not covered. */
static void place(struct run *run, struct load *load, int64_t wall_ms, int64_t dt_ms)
{
	struct meter_state *s = run->s;
	int64_t step_ms = wall_ms - s->at_raw_ms - dt_ms;
	bool stepped = step_ms > METER_CLOCK_STEP_MS || step_ms < -METER_CLOCK_STEP_MS;
	int64_t from_ms = s->at_wall_ms;
	if (stepped) {
		if (from_ms >= quarter_start_ms(&s->open))
			s->open.marks |= QUARTER_CLOCK;
		run->marks |= QUARTER_CLOCK;
		if (wall_ms < quarter_start_ms(&s->open))
			come_back(run, wall_ms);
		from_ms = max64(s->at_wall_ms, quarter_start_ms(&s->open));
		if (wall_ms - dt_ms > from_ms) {
			walk(run, &(struct load){ .from_ms = from_ms, .to_ms = wall_ms - dt_ms, .gap = 'C' });
			from_ms = wall_ms - dt_ms;
		}
		s->has_held = false;
	} else if (!load->covered && load->amount == 0) {
		from_ms = max64(from_ms, quarter_start_ms(&s->open)); /* closed ones have this gap already */
	}
	load->from_ms = from_ms;
	load->to_ms = max64(from_ms, wall_ms);
	walk(run, load);
	s->at_wall_ms = load->to_ms;
	if (load->to_ms >= quarter_start_ms(&s->open))
		s->has_held = false;
	else
		quarter_at(s, interval_start_s(load->to_ms)); /* also when it stopped on a border */
}

/* ---- samples and register ---- */

static void add_total(struct meter_total *total, int32_t kind, hwatt_i128 amount)
{
	hwatt_i128 sum = amount + total->uj2;
	if (kind != INTERVAL_ENERGY) {
		total->uj2 = quarter_saturate(0, sum);
		return;
	}
	if (sum >= 0 && sum <= INT64_MAX) { /* as it nearly always is, and then quicker */
		total->j = quarter_saturate(total->j, (int64_t)sum / INTERVAL_UJ2_PER_J);
		total->uj2 = (int64_t)sum % INTERVAL_UJ2_PER_J;
		return;
	}
	total->j = quarter_saturate(total->j, sum / INTERVAL_UJ2_PER_J);
	total->uj2 = (int64_t)(sum % INTERVAL_UJ2_PER_J);
}

hwatt_i128 meter_most_in(const struct meter_settings *settings, int64_t ms)
{
	int64_t ceiling = settings->kind == INTERVAL_ENERGY ? METER_MAX_POWER_MW : MAX_FLOW_PER_S;
	int64_t max = settings->max_level > 0 && settings->max_level < ceiling ? settings->max_level : ceiling;
	hwatt_i128 area = (hwatt_i128)max * ms;
	return settings->kind == INTERVAL_ENERGY ? 2 * area : area / 1000 + 1;
}

/* The register is taken up anew from here. */
static void rebase(struct meter_state *s, int64_t now_ms)
{
	s->lead = 0;
	s->stalled = s->in_step = s->gap_since_count = false;
	s->since_integral = s->since_total = 0;
	s->moved_now_ms = now_ms;
}

hwatt_i128 meter_scaled(int64_t integral, const struct meter_ratio *ratio, int64_t step)
{
	int64_t r = ratio->by_register, i = ratio->by_integral;
	if (i <= 0 || r / METER_RATIO_STEPS < step || r / 4 > i || i / 4 > r)
		return integral;
	return (hwatt_i128)integral * r / i;
}

void meter_learn(struct meter_ratio *ratio, hwatt_i128 counted, int64_t integral, int64_t step)
{
	int64_t r = quarter_saturate(ratio->by_register, counted), i = quarter_saturate(ratio->by_integral, integral);
	while (r / RATIO_WINDOW > step || i > INT64_C(1) << 61 || r > INT64_C(1) << 61) {
		r /= 2;
		i /= 2;
	}
	*ratio = (struct meter_ratio){ r, i };
}

static hwatt_i128 scaled(const struct meter_state *s, int64_t integral)
{
	struct meter_ratio ratio = { s->ratio_register, s->ratio_integral };
	return s->counter.primed && !s->stalled ? meter_scaled(integral, &ratio, s->step) : integral;
}

static void learn_ratio(struct meter_state *s, hwatt_i128 counted)
{
	struct meter_ratio ratio = { s->ratio_register, s->ratio_integral };
	meter_learn(&ratio, s->in_step ? counted : 0, s->in_step ? s->since_integral : 0, s->step);
	s->ratio_register = ratio.by_register;
	s->ratio_integral = ratio.by_integral;
	s->in_step = true;
}

/* The register stood still although the samples say it should have moved by many steps: from now on they count
 * alone, and what was held back for its sake is given out. */
static hwatt_i128 stall(struct run *run, hwatt_i128 shaped)
{
	struct meter_state *s = run->s;
	hwatt_i128 owed = scaled(s, s->since_integral) - s->since_total;
	s->stalled = true;
	s->lead = 0;
	run->marks |= QUARTER_FROZEN;
	return owed > shaped ? owed : shaped;
}

/* What the total advances by over a stretch that samples cover and that ends with a read of the register. The
 * register read as B means a true value in (B - q, B + q) since the baseline, and there the total is held. */
static hwatt_i128 hold(struct run *run, hwatt_i128 shaped, int64_t integral, hwatt_i128 counted, int64_t now_ms)
{
	struct meter_state *s = run->s;
	if (s->gap_since_count || (s->stalled && counted > 0)) {
		/* A part of the count belongs to a time that nothing can place, or to one already counted. */
		hwatt_i128 lost = counted - shaped - s->lead;
		if (!s->stalled && lost > 0)
			run->lost += lost;
		rebase(s, now_ms);
		return shaped;
	}
	s->since_integral = quarter_saturate(s->since_integral, integral);
	if (counted == 0 && !s->stalled && now_ms - s->moved_now_ms > METER_STALL_MS &&
	    s->since_integral / METER_STALL_STEPS >= s->step)
		return stall(run, shaped);
	if (s->stalled)
		return shaped;
	hwatt_i128 lead = shaped + s->lead - counted;
	lead = lead > s->step ? s->step : lead < -s->step ? -s->step : lead;
	hwatt_i128 amount = counted + lead - s->lead;
	if (amount < 0)
		amount = 0;
	s->lead = quarter_saturate(s->lead, amount - counted);
	s->since_total = quarter_saturate(s->since_total, amount);
	if (counted > 0) {
		learn_ratio(s, counted);
		s->since_integral = s->since_total = 0;
		s->moved_now_ms = now_ms;
	}
	return amount;
}

/* A stretch that only the register saw: the total goes to its nominal value. */
static void fill(struct run *run, struct load *load, hwatt_i128 counted, int64_t now_ms)
{
	struct meter_state *s = run->s;
	int64_t dt_ms = now_ms - s->at_now_ms, span_ms = now_ms - s->count_now_ms;
	if (s->stalled) {
		load->gap = 'T';
		s->gap_since_count = true;
		return;
	}
	hwatt_i128 amount = counted - s->lead;
	if (amount < 0)
		amount = 0;
	s->lead = quarter_saturate(s->lead, amount - counted);
	load->amount = amount;
	if (s->gap_since_count && span_ms > dt_ms) {
		load->amount = amount * dt_ms / span_ms;
		run->lost += amount - load->amount;
	}
	load->covered = true;
	load->filled = dt_ms > run->settings->max_gap_ms;
	s->gap_since_count = s->in_step = false;
	s->since_integral = s->since_total = 0;
	s->moved_now_ms = now_ms;
}

/* Lets samples (load->stretch, `shaped` after scaling) and register say what flowed since the cursor. */
static void weigh(struct run *run, struct load *load, const struct counter_change *change, int64_t now_ms)
{
	struct meter_state *s = run->s;
	int64_t integral = load->stretch != NULL ? load->stretch->amount : 0;
	hwatt_i128 shaped = s->kind == INTERVAL_ENERGY ? scaled(s, integral) : integral;
	load->amount = shaped;
	load->gap = s->rejected ? 'O' : 'T';
	switch (change->event) {
	case COUNTER_NONE:
		if (!load->covered)
			s->gap_since_count = true;
		else if (s->counter.primed && !s->stalled) {
			s->lead = quarter_saturate(s->lead, shaped);
			s->since_integral = quarter_saturate(s->since_integral, integral);
			s->since_total = quarter_saturate(s->since_total, shaped);
		}
		return;
	case COUNTER_ADVANCED:
	case COUNTER_WRAPPED:
		load->has_register = true;
		load->register_amount = change->amount;
		if (load->covered)
			load->amount = hold(run, shaped, integral, change->amount, now_ms);
		else
			fill(run, load, change->amount, now_ms);
		return;
	case COUNTER_RESET:
		load->has_register = true;
		load->register_amount = change->amount;
		load->gap = 'R';
		load->marks |= QUARTER_RESET;
		if (!load->covered) {
			load->amount = change->amount;
			load->unknown = change->unknown_max;
		}
		break;
	case COUNTER_EXCHANGED:
		load->gap = 'R';
		break;
	case COUNTER_IMPLAUSIBLE:
		load->gap = 'O';
		load->marks |= QUARTER_REJECT;
		break;
	case COUNTER_FIRST:
		break;
	}
	rebase(s, now_ms);
}

static struct counter_change read_counter(struct run *run, const struct meter_sample *sample, int64_t now_ms)
{
	struct meter_state *s = run->s;
	if (now_ms - s->count_now_ms > MAX_HOLE_MS)
		s->counter.primed = false;
	struct counter_read read = {
		.count = sample->count, .restarted = s->restarted, .exchanged = sample->exchanged,
		.has_stamp = sample->has_stamp, .stamp = sample->stamp,
	};
	struct counter_scale scale = {
		.modulus = run->settings->register_modulus, .step = s->step,
		.most = s->counter.primed ? meter_most_in(run->settings, now_ms - s->count_now_ms) : 0,
	};
	struct counter_change change = counter_add(&s->counter, &read, &scale);
	if (change.event != COUNTER_NONE) {
		s->count_now_ms = now_ms;
		s->count_wall_ms = max64(s->at_wall_ms, sample->wall_ms);
		s->restarted = false;
	}
	return change;
}

/* Samples are back, the count is not: waits a while for it rather than call a gap what it can explain. */
static bool may_wait(struct meter_state *s, int64_t now_ms)
{
	if (!s->counter.primed || s->stalled || now_ms - s->at_now_ms > MAX_HOLE_MS)
		return false;
	if (s->waiting_ms < 0)
		s->waiting_ms = now_ms;
	return now_ms - s->waiting_ms <= METER_MAX_WAIT_MS;
}

/* Everything that a sound sample changes; time has moved on to `now_ms`. */
static void account(struct run *run, const struct meter_sample *sample, int64_t now_ms)
{
	struct meter_state *s = run->s;
	const struct meter_settings *settings = run->settings;
	int64_t dt_ms = now_ms - s->at_now_ms;
	s->restarted = s->restarted || sample->restarted;
	if (sample->exchanged)
		s->integral.primed = s->counter.primed = false; /* nothing is bridged over an exchange */
	bool bridges = s->integral.primed && s->integral.last_ms == s->at_now_ms && dt_ms <= settings->max_gap_ms;
	if (bridges && !sample->has_level) { /* the level can still come and cover this */
		quarter_note(&s->open, NULL);
		return;
	}
	uint64_t count_from = s->counter.last;
	int64_t count_from_ms = s->count_wall_ms;
	struct counter_change change = { .event = COUNTER_NONE };
	if (sample->has_count && s->step > 0)
		change = read_counter(run, sample, now_ms);
	if (change.event == COUNTER_NONE && !bridges && may_wait(s, now_ms)) {
		close_until(run, sample->wall_ms);
		quarter_note(&s->open, sample->has_level ? &sample->level : NULL);
		return;
	}
	s->waiting_ms = -1;

	struct stretch stretch = { 0 };
	if (sample->has_level) {
		int64_t level = s->kind == INTERVAL_ENERGY ? max64(0, sample->level) : sample->level;
		integral_add(&s->integral, now_ms, level, settings->max_gap_ms,
			     settings->averages ? INTEGRAL_STEP : INTEGRAL_TRAPEZOID, &stretch, NULL);
	}
	struct load load = { .covered = bridges, .stretch = bridges ? &stretch : NULL,
			     .count_from = count_from, .count_from_ms = count_from_ms, .count_to = sample->count };
	weigh(run, &load, &change, now_ms);
	if (sample->exchanged) {
		load.gap = 'R';
		load.marks |= QUARTER_EXCHANGED;
	}
	if (settings->averages && bridges)
		load.marks |= QUARTER_AVERAGES;
	place(run, &load, sample->wall_ms, dt_ms);

	add_total(&s->total, s->kind, load.amount + run->lost);
	add_total(&s->unplaced, s->kind, run->skipped + run->lost);
	if (run->skipped + run->lost > 0) /* levels below zero hide nothing */
		s->open.sum.unknown_max = quarter_saturate(s->open.sum.unknown_max, run->skipped + run->lost);
	s->open.marks |= run->marks;
	s->at_now_ms = now_ms;
	s->at_raw_ms = sample->wall_ms;
	s->rejected = false;
	if (change.event != COUNTER_NONE)
		see_count(&s->open, sample->count, settings->register_step);
	quarter_note(&s->open, sample->has_level ? &sample->level : NULL);
}

/* The first sample: everything begins here, and what came before in this quarter is not known. */
static void begin(struct run *run, const struct meter_sample *sample)
{
	struct meter_state *s = run->s;
	int64_t now_ms = sample->mono_ms;
	bool rejected = s->rejected;
	*s = (struct meter_state){ .primed = true, .waiting_ms = -1, .kind = (int32_t)run->settings->kind };
	s->step = meter_amount_per_count(run->settings);
	s->open = quarter_begin(interval_start_s(sample->wall_ms), run->settings->kind);
	s->open.marks = rejected ? QUARTER_REJECT : 0;
	quarter_gap(&s->open, quarter_start_ms(&s->open), sample->wall_ms, 'D');
	s->at_wall_ms = s->at_raw_ms = s->last_wall_ms = sample->wall_ms;
	s->at_now_ms = s->last_now_ms = s->moved_now_ms = now_ms;
	if (sample->has_level) {
		struct stretch stretch;
		int64_t level = s->kind == INTERVAL_ENERGY ? max64(0, sample->level) : sample->level;
		integral_add(&s->integral, now_ms, level, run->settings->max_gap_ms, INTEGRAL_TRAPEZOID, &stretch, NULL);
	}
	if (sample->has_count && s->step > 0 && read_counter(run, sample, now_ms).event != COUNTER_NONE)
		see_count(&s->open, sample->count, run->settings->register_step);
	quarter_note(&s->open, sample->has_level ? &sample->level : NULL);
}

/* ---- checks ---- */

static int check_settings(const struct meter_state *s, const struct meter_settings *settings, struct hwatt_error *err)
{
	if (settings->max_gap_ms < 1 || settings->max_gap_ms > INTEGRAL_MAX_GAP_MS)
		return hwatt_fail(err, HWATT_EINVAL, "a gap of %" PRId64 " ms cannot be bridged; at most %" PRId64,
				  settings->max_gap_ms, INTEGRAL_MAX_GAP_MS);
	int64_t most = COUNTER_MAX_STEP / (settings->kind == INTERVAL_ENERGY ? INTERVAL_UJ2_PER_MJ : 1);
	if (settings->register_step < 0 || settings->register_step > most)
		return hwatt_fail(err, HWATT_EINVAL, "a register's step of %" PRId64 " is not within 0 to %" PRId64,
				  settings->register_step, most);
	if (s->primed && s->kind != (int32_t)settings->kind)
		return hwatt_fail(err, HWATT_EINVAL, "a point cannot change its kind from %d to %d", (int)s->kind,
				  (int)settings->kind);
	return 0;
}

/* Takes out of the sample what cannot be; fails when nothing is left. */
static int check_sample(struct meter_state *s, const struct meter_settings *settings, struct meter_sample *sample,
			struct hwatt_error *err)
{
	if (sample->wall_ms < 0 || sample->wall_ms >= METER_MAX_WALL_MS)
		return reject(s, err, "the clock tells no time of ours", sample->wall_ms);
	if (sample->mono_ms < 0 || sample->mono_ms > METER_MAX_MONO_MS)
		return reject(s, err, "the monotonic clock is out of range", sample->mono_ms);
	sample->has_level = sample->has_level && settings->kind != INTERVAL_FLOW;
	sample->has_count = sample->has_count && meter_amount_per_count(settings) > 0;
	if (sample->has_level && !meter_is_load(settings, sample->level)) {
		reject(s, err, "the value is no load", sample->level);
		sample->has_level = false;
		return sample->has_count ? 0 : -1;
	}
	if (!sample->has_level && !sample->has_count)
		return reject(s, err, "the sample holds nothing to meter", 0);
	return 0;
}

/* ---- the interface ---- */

void meter_init(struct meter *meter)
{
	memset(meter, 0, sizeof(*meter));
	meter_state(meter)->waiting_ms = -1;
}

int meter_feed(struct meter *meter, const struct meter_settings *settings, const struct meter_sample *sample,
	       meter_emit *emit_to, void *arg, struct hwatt_error *err)
{
	struct meter_state *s = meter_state(meter);
	struct meter_sample in = *sample;
	if (check_settings(s, settings, err) < 0 || check_sample(s, settings, &in, err) < 0)
		return -1;
	struct run run = { .s = s, .settings = settings, .emit = emit_to, .arg = arg };
	if (!s->primed) {
		begin(&run, &in);
		return 0;
	}
	bool lost;
	int64_t now_ms = tick(s, &in, &lost);
	if (now_ms <= s->last_now_ms || now_ms > MAX_NOW_MS)
		return reject(s, err, "time did not move on since the sample before", now_ms - s->last_now_ms);
	s->shift_ms = now_ms - in.mono_ms;
	s->resumed = false;
	if (lost) /* how long we were away is not known: nothing can be bridged */
		s->integral.primed = s->counter.primed = false;
	int64_t step = meter_amount_per_count(settings);
	if (s->step != step) { /* another profile */
		s->step = step;
		s->counter.primed = false;
		s->ratio_register = s->ratio_integral = 0;
	}
	account(&run, &in, now_ms);
	s->last_now_ms = now_ms;
	s->last_wall_ms = in.wall_ms;
	return 0;
}

void meter_close(struct meter *meter, const struct meter_settings *settings, int64_t wall_ms, meter_emit *emit_to,
		 void *arg)
{
	struct meter_state *s = meter_state(meter);
	if (!s->primed || wall_ms < 0 || wall_ms >= METER_MAX_WALL_MS || check_settings(s, settings, NULL) < 0)
		return;
	/* The sample that completes the quarter can still come. */
	if (wall_ms - s->at_wall_ms <= settings->max_gap_ms + METER_CLOCK_STEP_MS)
		return;
	close_until(&(struct run){ .s = s, .settings = settings, .emit = emit_to, .arg = arg }, wall_ms);
}

void meter_resume(struct meter *meter)
{
	meter_state(meter)->resumed = true;
}

struct meter_total meter_total(const struct meter *meter)
{
	return meter_state_of(meter)->total;
}

struct meter_total meter_unplaced(const struct meter *meter)
{
	return meter_state_of(meter)->unplaced;
}

bool meter_running(const struct meter *meter, struct interval *out)
{
	const struct meter_state *s = meter_state_of(meter);
	if (s->primed)
		*out = quarter_read(&s->open);
	return s->primed;
}
