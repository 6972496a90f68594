/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The octets of a meter: version, then every field in the order of visit_state(), integers little-endian.
 * One list of fields serves both ways.  What comes back is checked so that no later sum can overflow. */
#include "meter_state.h"
#include <hallwatt/wire.h>
#include <string.h>

#define VERSION 1
#define MAX_WALL_MS INT64_C(253402300800000) /* year 10000 */
#define MAX_NOW_MS (INT64_C(1) << 60)
#define MAX_AMOUNT INT64_MAX

struct codec {
	uint8_t *out;          /* writing when not NULL */
	size_t at;
	struct hwatt_wire in;
	bool bad;
};

static void visit(struct codec *codec, int64_t *value, int width, int64_t least, int64_t most)
{
	if (codec->out != NULL) {
		for (int i = 0; i < width; i++)
			codec->out[codec->at++] = (uint8_t)((uint64_t)*value >> (8 * i));
		return;
	}
	uint64_t bits = hwatt_wire_le(&codec->in, (size_t)width);
	int64_t got = (int64_t)bits; /* only those of 8 octets may be negative */
	if (got < least || got > most)
		codec->bad = true;
	*value = got;
}

static void visit_i64(struct codec *codec, int64_t *value, int64_t least, int64_t most)
{
	visit(codec, value, 8, least, most);
}

static void visit_u64(struct codec *codec, uint64_t *value)
{
	int64_t bits = (int64_t)*value;
	visit(codec, &bits, 8, INT64_MIN, INT64_MAX);
	*value = (uint64_t)bits;
}

static void visit_i32(struct codec *codec, int32_t *value, int32_t least, int32_t most)
{
	int64_t wide = *value;
	visit(codec, &wide, 4, least, most);
	*value = codec->bad ? 0 : (int32_t)wide;
}

static void visit_bool(struct codec *codec, bool *value)
{
	int64_t wide = *value;
	visit(codec, &wide, 1, 0, 1);
	*value = wide == 1;
}

static void visit_gap(struct codec *codec, struct interval_gap *gap)
{
	visit_i32(codec, &gap->from_ms, 0, (int32_t)QUARTER_MS);
	visit_i32(codec, &gap->to_ms, gap->from_ms, (int32_t)QUARTER_MS);
	int64_t reason = (unsigned char)gap->reason;
	visit(codec, &reason, 1, 'A', 'Z');
	gap->reason = (char)reason;
	if (strchr("TDCRO", gap->reason) == NULL)
		codec->bad = true;
}

static void visit_start(struct codec *codec, int64_t *start_s)
{
	visit_i64(codec, start_s, 0, MAX_WALL_MS / 1000);
	if (*start_s % QUARTER_S != 0)
		codec->bad = true;
}

static void visit_quarter(struct codec *codec, struct quarter *quarter, int32_t kind)
{
	struct interval *sum = &quarter->sum;
	sum->kind = (enum interval_kind)kind;
	visit_start(codec, &sum->start_s);
	visit_i64(codec, &sum->amount, -MAX_AMOUNT, MAX_AMOUNT);
	visit_i64(codec, &sum->covered_ms, 0, QUARTER_MS);
	visit_i32(codec, &sum->samples, 0, INT32_MAX);
	visit_i64(codec, &sum->min, -INTEGRAL_MAX_LEVEL, INTEGRAL_MAX_LEVEL);
	visit_i64(codec, &sum->max, -INTEGRAL_MAX_LEVEL, INTEGRAL_MAX_LEVEL);
	visit_i64(codec, &sum->last, -INTEGRAL_MAX_LEVEL, INTEGRAL_MAX_LEVEL);
	visit_bool(codec, &sum->has_register);
	visit_bool(codec, &sum->has_integral);
	visit_i64(codec, &sum->register_amount, -MAX_AMOUNT, MAX_AMOUNT);
	visit_i64(codec, &sum->integral_amount, -MAX_AMOUNT, MAX_AMOUNT);
	visit_i64(codec, &sum->integral_covered_ms, 0, QUARTER_MS);
	visit_u64(codec, &sum->register_first);
	visit_u64(codec, &sum->register_last);
	visit_i64(codec, &sum->register_step, 0, COUNTER_MAX_STEP);
	visit_i64(codec, &sum->unknown_max, 0, MAX_AMOUNT);
	int32_t gaps = sum->gap_count;
	visit_i32(codec, &gaps, 0, INTERVAL_MAX_GAPS);
	sum->gap_count = gaps;
	for (int i = 0; i < gaps && !codec->bad; i++)
		visit_gap(codec, &sum->gaps[i]);
	visit_i32(codec, &quarter->filled_ms, 0, (int32_t)QUARTER_MS);
	visit_i32(codec, &quarter->marks, 0, QUARTER_MARKS);
}

static void visit_total(struct codec *codec, struct meter_total *total)
{
	visit_i64(codec, &total->j, 0, INT64_MAX);
	visit_i64(codec, &total->uj2, -MAX_AMOUNT, MAX_AMOUNT);
}

static void visit_integral(struct codec *codec, struct integral *integral)
{
	visit_bool(codec, &integral->primed);
	visit_i64(codec, &integral->last_ms, 0, MAX_NOW_MS);
	visit_i64(codec, &integral->last_level, -INTEGRAL_MAX_LEVEL, INTEGRAL_MAX_LEVEL);
}

static void visit_counter(struct codec *codec, struct counter *counter)
{
	visit_bool(codec, &counter->primed);
	visit_bool(codec, &counter->has_stamp);
	visit_u64(codec, &counter->last);
	visit_u64(codec, &counter->stamp);
}

static void visit_state(struct codec *codec, struct meter_state *s)
{
	bool *const flags[] = { &s->primed, &s->resumed, &s->rejected, &s->restarted, &s->gap_since_count,
				&s->in_step, &s->stalled, &s->has_held };
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		visit_bool(codec, flags[i]);
	visit_i32(codec, &s->kind, INTERVAL_ENERGY, INTERVAL_FLOW);
	int64_t *const walls[] = { &s->at_wall_ms, &s->at_raw_ms, &s->last_wall_ms, &s->count_wall_ms };
	for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++)
		visit_i64(codec, walls[i], 0, MAX_WALL_MS);
	int64_t *const starts[] = { &s->skip_from_s, &s->skip_to_s, &s->ahead_from_s, &s->ahead_to_s };
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		visit_start(codec, starts[i]);
	int64_t *const nows[] = { &s->at_now_ms, &s->last_now_ms, &s->count_now_ms, &s->moved_now_ms };
	for (size_t i = 0; i < sizeof(nows) / sizeof(nows[0]); i++)
		visit_i64(codec, nows[i], 0, MAX_NOW_MS);
	visit_i64(codec, &s->shift_ms, -MAX_NOW_MS, MAX_NOW_MS);
	visit_i64(codec, &s->waiting_ms, -1, MAX_NOW_MS);
	visit_integral(codec, &s->integral);
	visit_counter(codec, &s->counter);
	visit_i64(codec, &s->step, 0, COUNTER_MAX_STEP);
	visit_i64(codec, &s->ahead_amount, -MAX_AMOUNT, MAX_AMOUNT);
	visit_i64(codec, &s->lead, -MAX_AMOUNT, MAX_AMOUNT);
	visit_i64(codec, &s->since_integral, 0, MAX_AMOUNT);
	visit_i64(codec, &s->since_total, 0, MAX_AMOUNT);
	visit_i64(codec, &s->ratio_register, 0, INT64_C(1) << 62);
	visit_i64(codec, &s->ratio_integral, 0, INT64_C(1) << 62);
	visit_total(codec, &s->total);
	visit_total(codec, &s->unplaced);
	visit_quarter(codec, &s->open, s->kind);
	if (s->has_held)
		visit_quarter(codec, &s->held, s->kind);
}

static bool is_total(const struct meter_total *total, int32_t kind)
{
	if (kind == INTERVAL_ENERGY)
		return total->uj2 >= 0 && total->uj2 < INTERVAL_UJ2_PER_J;
	return kind == INTERVAL_LEVEL || total->uj2 >= 0;
}

/* What no meter of ours can have written, though each field alone is within its bounds. */
static bool consistent(const struct meter_state *s)
{
	if (!is_total(&s->total, s->kind) || !is_total(&s->unplaced, s->kind))
		return false;
	if (!s->primed)
		return !s->has_held;
	if (s->at_now_ms > s->last_now_ms || s->count_now_ms > s->at_now_ms || s->moved_now_ms > s->at_now_ms ||
	    s->integral.last_ms > s->at_now_ms || s->waiting_ms > s->last_now_ms)
		return false;
	if (s->at_wall_ms >= quarter_end_ms(&s->open))
		return false;
	bool behind = s->at_wall_ms < quarter_start_ms(&s->open);
	return s->has_held == behind && (!behind || s->held.sum.start_s == interval_start_s(s->at_wall_ms));
}

size_t meter_encode(const struct meter *meter, uint8_t out[METER_ENCODED_MAX])
{
	struct meter_state copy = *meter_state_of(meter);
	struct codec codec = { .out = out };
	out[codec.at++] = VERSION;
	visit_state(&codec, &copy);
	return codec.at;
}

int meter_decode(struct meter *meter, const uint8_t *bytes, size_t length, struct hwatt_error *err)
{
	struct codec codec = { .in = hwatt_wire_from(bytes, length) };
	uint8_t version = hwatt_wire_u8(&codec.in);
	if (hwatt_wire_ok(&codec.in) && version != VERSION)
		return hwatt_fail(err, HWATT_EPROTO, "a meter's state of version %u is not known here", version);
	struct meter_state state = { 0 };
	visit_state(&codec, &state);
	if (!hwatt_wire_ok(&codec.in))
		return hwatt_fail(err, HWATT_EPROTO, "a meter's state ends early, after %zu octets", codec.in.at);
	if (codec.bad || hwatt_wire_left(&codec.in) > 0 || !consistent(&state))
		return hwatt_fail(err, HWATT_EPROTO, "a meter's state of %zu octets is damaged", length);
	meter_init(meter);
	*meter_state(meter) = state;
	return 0;
}
