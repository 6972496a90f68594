/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#define EPOCH_BEFORE_MS (INT64_C(1) << 30) /* a register that stood still for longer than that might as well have for ever */

struct tally_clock tally_clock_begin(const struct meter *meter)
{
	const struct meter_state *s = meter_state_of(meter);
	return (struct tally_clock){ .epoch_ms = s->at_now_ms - EPOCH_BEFORE_MS, .shift_ms = s->shift_ms,
				     .wall_ms = s->at_raw_ms - s->at_now_ms };
}

bool tally_clock_was_set(const struct tally_clock *clock, int64_t wall_ms, int64_t mono_ms)
{
	int64_t off_ms = wall_ms - (mono_ms + clock->shift_ms) - clock->wall_ms;
	return off_ms > METER_CLOCK_STEP_MS || off_ms < -METER_CLOCK_STEP_MS;
}

bool tally_has_stamp(const struct tally *t)
{
	return (t->marks & TALLY_STAMP) != 0;
}

struct meter_total tally_total(const struct tally *t)
{
	return (struct meter_total){ t->total / INTERVAL_UJ2_PER_J, t->total % INTERVAL_UJ2_PER_J };
}

int64_t tally_wall_ms(const struct tally *t, const struct tally_clock *clock)
{
	return clock->epoch_ms + t->at + clock->wall_ms;
}

bool tally_age(struct tally *t, uint32_t ms)
{
	if (t->at < ms)
		return false;
	t->at -= ms;
	t->moved = t->moved > ms ? t->moved - ms : 0;
	return true;
}

static bool is_step(const struct meter_settings *settings)
{
	return settings->register_step >= 0 && settings->register_step <= COUNTER_MAX_STEP / INTERVAL_UJ2_PER_MJ;
}

/* Whether the meter has nothing to it but what a tally holds, and the values are small enough. */
static bool is_plain(const struct meter_state *s, const struct meter_settings *settings)
{
	if (s->kind != INTERVAL_ENERGY || !is_step(settings) || !s->primed || s->resumed || s->rejected || s->restarted || s->gap_since_count ||
	    s->waiting_ms >= 0 || s->at_now_ms != s->last_now_ms || s->at_wall_ms != s->at_raw_ms ||
	    s->at_raw_ms != s->last_wall_ms || s->step != meter_amount_per_count(settings))
		return false;
	if (!s->integral.primed && !s->counter.primed)
		return false;
	if (s->integral.primed && (s->integral.last_ms != s->at_now_ms || s->integral.last_level > INT32_MAX))
		return false;
	if (s->counter.primed && s->count_now_ms != s->at_now_ms)
		return false;
	return s->total.j <= TALLY_MAX_TOTAL / INTERVAL_UJ2_PER_J - 1 && s->lead >= -TALLY_MAX_AMOUNT && s->lead <= TALLY_MAX_AMOUNT &&
	       s->since_integral <= TALLY_MAX_AMOUNT && s->since_total <= TALLY_MAX_AMOUNT;
}

bool tally_take(struct tally *t, const struct tally_clock *clock, const struct meter_settings *settings,
		const struct meter *meter, uint64_t *stamp)
{
	const struct meter_state *s = meter_state_of(meter);
	/* Each meter has a time of its own; only differences mean something. */
	int64_t other_ms = clock->shift_ms - s->shift_ms - clock->epoch_ms;
	int64_t at = s->at_now_ms + other_ms, moved = s->moved_now_ms + other_ms;
	int64_t wall_off_ms = s->at_raw_ms - (s->at_now_ms + clock->shift_ms - s->shift_ms) - clock->wall_ms;
	if (!is_plain(s, settings) || at <= 0 || at > UINT32_MAX || wall_off_ms > METER_CLOCK_STEP_MS ||
	    wall_off_ms < -METER_CLOCK_STEP_MS)
		return false;
	*t = (struct tally){
		.total = s->total.j * INTERVAL_UJ2_PER_J + s->total.uj2, .count = s->counter.primed ? s->counter.last : 0,
		.lead = s->lead, .since_integral = s->since_integral, .since_total = s->since_total,
		.ratio_register = s->ratio_register, .ratio_integral = s->ratio_integral, .at = at,
		.moved = moved > 0 ? moved : 0, .level = s->integral.primed ? s->integral.last_level : 0,
		.marks = (s->integral.primed ? TALLY_LEVEL : 0) | (s->counter.primed ? TALLY_COUNT : 0) | (s->in_step ? TALLY_IN_STEP : 0) |
			 (s->stalled ? TALLY_STALLED : 0) | (s->counter.primed && s->counter.has_stamp ? TALLY_STAMP : 0),
	};
	if (tally_has_stamp(t))
		*stamp = s->counter.stamp;
	return true;
}

void tally_give(const struct tally *t, const struct tally_clock *clock, const struct meter_settings *settings, uint64_t stamp,
		struct meter *meter)
{
	struct meter_state *s = meter_state(meter);
	int64_t now_ms = clock->epoch_ms + t->at, wall_ms = now_ms + clock->wall_ms;
	int64_t moved_ms = clock->epoch_ms + t->moved;
	bool level = (t->marks & TALLY_LEVEL) != 0, count = (t->marks & TALLY_COUNT) != 0;
	meter_init(meter);
	*s = (struct meter_state){
		.primed = true, .waiting_ms = -1, .kind = INTERVAL_ENERGY,
		.in_step = (t->marks & TALLY_IN_STEP) != 0, .stalled = (t->marks & TALLY_STALLED) != 0,
		.at_wall_ms = wall_ms, .at_raw_ms = wall_ms, .last_wall_ms = wall_ms, .at_now_ms = now_ms,
		.last_now_ms = now_ms, .shift_ms = clock->shift_ms,
		.integral = { .primed = level, .last_ms = level ? now_ms : 0, .last_level = t->level },
		.counter = { .primed = count, .last = t->count, .has_stamp = tally_has_stamp(t),
			     .stamp = tally_has_stamp(t) ? stamp : 0 },
		.step = meter_amount_per_count(settings), .count_now_ms = count ? now_ms : 0,
		.count_wall_ms = count ? wall_ms : 0, .lead = t->lead, .moved_now_ms = moved_ms > 0 ? moved_ms : 0,
		.since_integral = t->since_integral, .since_total = t->since_total,
		.ratio_register = t->ratio_register, .ratio_integral = t->ratio_integral,
		.total = tally_total(t), .unplaced = tally_total(t),
		.open = quarter_begin(interval_start_s(wall_ms), INTERVAL_ENERGY),
	};
	quarter_gap(&s->open, quarter_start_ms(&s->open), wall_ms, 'D');
}

struct tally_turn tally_turn(const struct tally_clock *clock, const struct meter_settings *settings, const struct meter_sample *in)
{
	if (in->restarted || in->exchanged || !meter_knows_time(in) ||
	    tally_clock_was_set(clock, in->wall_ms, in->mono_ms))
		return (struct tally_turn){ 0 };
	struct tally_turn turn = { .shift_ms = clock->shift_ms - clock->epoch_ms, .max_gap_ms = settings->max_gap_ms };
	int64_t least_ms = in->mono_ms - in->wall_ms, most_ms = METER_MAX_WALL_MS - 1 + least_ms; /* where the wall clock is at its ends */
	turn.first = (least_ms > 0 ? least_ms : 0) + turn.shift_ms;
	turn.last = (most_ms < METER_MAX_MONO_MS ? most_ms : METER_MAX_MONO_MS) + turn.shift_ms;
	if (turn.last > UINT32_MAX)
		turn.last = UINT32_MAX;
	turn.most_level = meter_most_level(settings);
	if (turn.most_level > INT32_MAX)
		turn.most_level = INT32_MAX;
	turn.most_amount_per_ms = (int64_t)meter_most_in(settings, 1);
	return turn;
}

/* What the register counted since the sample before; false when the meter must judge that. */
static bool counted_since(const struct tally *t, const struct tally_turn *turn, const struct tally_sample *in, uint64_t stamp,
			  int64_t dt_ms, int64_t *counted)
{
	if (in->has_stamp && (!tally_has_stamp(t) || stamp != in->stamp))
		return false;
	if (in->count < t->count || in->count > in->modulus - 1)
		return false;
	uint64_t counts = in->count - t->count;
	if (counts > INT32_MAX || __builtin_mul_overflow((int64_t)counts, in->step, counted))
		return false;
	int64_t most = turn->most_amount_per_ms * dt_ms; /* at most 200 GW x an hour: 7.2e17 */
	return *counted == 0 || *counted <= most + most / 20 + in->step;
}

/* A stretch that samples cover, ending with a read of the register: see hold() in meter.c. */
static bool hold(struct tally *t, int64_t integral, int64_t counted, int64_t step, int64_t at)
{
	bool stalled = (t->marks & TALLY_STALLED) != 0;
	if (stalled && counted > 0)
		return false;
	t->since_integral += integral;
	if (stalled) {
		t->total += integral;
		return true;
	}
	if (counted == 0 && at - t->moved > METER_STALL_MS && t->since_integral / METER_STALL_STEPS >= step)
		return false;
	struct meter_ratio ratio = { t->ratio_register, t->ratio_integral };
	int64_t shaped = integral;
	if (t->ratio_register / METER_RATIO_STEPS >= step) /* what is shaped is at most four times as much */
		shaped = (int64_t)meter_scaled(integral, &ratio, step);
	int64_t lead = shaped + t->lead - counted; /* each within TALLY_MAX_AMOUNT */
	lead = lead > step ? step : lead < -step ? -step : lead;
	int64_t amount = counted + lead - t->lead;
	if (amount < 0)
		amount = 0;
	t->lead += amount - counted;
	t->since_total += amount;
	t->total += amount;
	if (counted == 0)
		return true;
	bool in_step = (t->marks & TALLY_IN_STEP) != 0;
	meter_learn(&ratio, in_step ? counted : 0, in_step ? t->since_integral : 0, step);
	t->ratio_register = ratio.by_register;
	t->ratio_integral = ratio.by_integral;
	t->marks |= TALLY_IN_STEP;
	t->since_integral = t->since_total = 0;
	t->moved = at;
	return true;
}

/* A stretch that only the register saw: see fill() in meter.c. */
static bool fill(struct tally *t, int64_t counted, int64_t at)
{
	int64_t amount = counted - t->lead;
	if ((t->marks & TALLY_STALLED) != 0)
		return false;
	if (amount < 0)
		amount = 0;
	t->lead += amount - counted;
	t->total += amount;
	t->marks &= ~(int64_t)TALLY_IN_STEP;
	t->since_integral = t->since_total = 0;
	t->moved = at;
	return true;
}

static bool in_bounds(const struct tally *t)
{
	return t->total <= TALLY_MAX_TOTAL && t->lead <= TALLY_MAX_AMOUNT && t->lead >= -TALLY_MAX_AMOUNT &&
	       t->since_integral <= TALLY_MAX_AMOUNT && t->since_total <= TALLY_MAX_AMOUNT;
}

bool tally_feed(struct tally *tally, const struct tally_turn *turn, const struct tally_sample *in, uint64_t stamp)
{
	int64_t parts = (in->has_level ? TALLY_LEVEL : 0) | (in->has_count ? TALLY_COUNT : 0);
	int64_t at = in->mono_ms + turn->shift_ms, dt_ms = at - tally->at, counted = 0;
	if ((tally->marks & (TALLY_LEVEL | TALLY_COUNT)) != parts || dt_ms <= 0 || dt_ms > turn->max_gap_ms || at < turn->first ||
	    at > turn->last || in->level < 0 || in->level > turn->most_level)
		return false;
	if (in->has_count && !counted_since(tally, turn, in, stamp, dt_ms, &counted))
		return false;
	struct tally t = *tally;
	int64_t integral = (t.level + in->level) * dt_ms;
	if (!in->has_count)
		t.total += integral;
	else if (!(in->has_level ? hold(&t, integral, counted, in->step, at) : fill(&t, counted, at)))
		return false;
	if (!in_bounds(&t))
		return false;
	t.level = in->level;
	t.count = in->has_count ? in->count : t.count;
	t.at = at;
	*tally = t;
	return true;
}

/* ---- octets ---- */

static void put_be(struct hwatt_text *out, uint64_t value, int width)
{
	char octets[8];
	for (int i = 0; i < width; i++)
		octets[i] = (char)(unsigned char)(value >> (8 * (width - 1 - i)));
	hwatt_text_put(out, octets, (size_t)width);
}

void tally_encode(const struct tally *t, uint64_t stamp, struct hwatt_text *out)
{
	put_be(out, (uint64_t)t->marks, 1);
	put_be(out, (uint64_t)t->total, 8);
	put_be(out, t->count, 8);
	put_be(out, (uint64_t)t->lead, 8);
	put_be(out, (uint64_t)t->since_integral, 8);
	put_be(out, (uint64_t)t->since_total, 8);
	put_be(out, (uint64_t)t->ratio_register, 8);
	put_be(out, (uint64_t)t->ratio_integral, 8);
	put_be(out, (uint64_t)t->at, 4);
	put_be(out, (uint64_t)t->moved, 4);
	put_be(out, (uint64_t)t->level, 4);
	if (tally_has_stamp(t))
		put_be(out, stamp, 8);
}

int tally_decode(struct tally *t, const struct meter_settings *settings, uint64_t *stamp, struct hwatt_wire *in,
		 struct hwatt_error *err)
{
	*t = (struct tally){ .marks = hwatt_wire_u8(in) };
	t->total = (int64_t)hwatt_wire_be(in, 8);
	t->count = hwatt_wire_be(in, 8);
	t->lead = (int64_t)hwatt_wire_be(in, 8);
	t->since_integral = (int64_t)hwatt_wire_be(in, 8);
	t->since_total = (int64_t)hwatt_wire_be(in, 8);
	t->ratio_register = (int64_t)hwatt_wire_be(in, 8);
	t->ratio_integral = (int64_t)hwatt_wire_be(in, 8);
	t->at = (int64_t)hwatt_wire_be(in, 4);
	t->moved = (int64_t)hwatt_wire_be(in, 4);
	t->level = (int64_t)hwatt_wire_be(in, 4);
	if (tally_has_stamp(t))
		*stamp = hwatt_wire_be(in, 8);
	const int64_t ratios = INT64_C(1) << 62;
	bool sound = t->marks <= TALLY_MARKS && (t->marks & (TALLY_LEVEL | TALLY_COUNT)) != 0 && in_bounds(t) && t->total >= 0 &&
		     t->since_integral >= 0 && t->since_total >= 0 && t->ratio_register >= 0 && t->ratio_register <= ratios &&
		     t->ratio_integral >= 0 && t->ratio_integral <= ratios && t->moved <= t->at && t->level <= INT32_MAX;
	if (!hwatt_wire_ok(in) || !sound || settings->kind != INTERVAL_ENERGY || !is_step(settings))
		return hwatt_fail(err, HWATT_EPROTO, "a saved total is damaged at octet %zu", in->at);
	return 0;
}
