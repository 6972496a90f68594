/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Packed, cells are: the register's step, and how many cells are idle; a bit for each cell, set where it is; a table of the tallies'
 * numbers with the flags, in which whole meters have rows that mean nothing; another table of those that are idle; then a row for
 * each whole meter. Outlets that nothing is plugged in are idle and hardly differ: among the others each would take as much as
 * those. Where they are few there are no bits, and one table of all. What else is known of a number is taken off it before,
 * modulo 2^64, so that any number comes back. */
#include "cells.h"
#include "dense.h"
#include <hallwatt/arena.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS (sizeof(struct tally) / sizeof(int64_t))
#define STRIDE (sizeof(struct cell) / sizeof(int64_t))
#define METER_NUMBERS (sizeof(struct meter) / sizeof(int64_t))
#define FLAG_BITS 2     /* flags ride below a tally's marks */
#define FEW_OCTETS 4096u /* enough for a PDU */
#define FEW_IDLE 32u     /* likewise */
#define LEAST_IDLE 4u    /* that a table of their own is made for: it begins with some 30 octets */

#define COLUMN(field) (offsetof(struct tally, field) / sizeof(int64_t))
#define PLACE(field) (offsetof(struct meter_state, field) / sizeof(int64_t))

_Static_assert(CELL_FLAGS < 1 << FLAG_BITS, "marks and flags share a number");
_Static_assert(NUMBERS <= DENSE_COLUMNS_MAX, "a tally is a row of a table");
_Static_assert(sizeof(struct cell) % sizeof(int64_t) == 0, "cells are rows of numbers");

void cells_grow(struct cells *c, size_t count)
{
	if (count <= c->count)
		return;
	c->all = hwatt_realloc(c->all, count * sizeof(*c->all));
	for (; c->count < count; c->count++) {
		struct meter *meter = hwatt_alloc(sizeof(*meter));
		meter_init(meter);
		memset(&c->all[c->count], 0, sizeof(*c->all));
		c->all[c->count].meter = meter;
		c->all[c->count].flags = CELL_WANTED | CELL_WHOLE;
	}
}

static int64_t plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t times(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a * (uint64_t)b);
}

/* What the samples said since the register moved, had they always said what the last one did. */
static int64_t integral_guess(const struct tally *t)
{
	return (t->marks & TALLY_COUNT) == 0 ? 0 : times(times(2, t->level), minus(t->at, t->moved));
}

/* `integral` by the learned ratio, as meter_scaled() says it but for some units. Any guess will do that is the same both times:
 * this is never put inline, so that it is. */
__attribute__((noinline)) static int64_t scaled_guess(int64_t integral, int64_t r, int64_t i)
{
	if (i <= 0 || r / 4 > i || i / 4 > r || integral < 0 || integral > TALLY_MAX_AMOUNT / 4)
		return integral;
	return (int64_t)((double)integral * ((double)r / (double)i));
}

/* What the total should have advanced by since then. */
static int64_t total_guess(const struct tally *t, int64_t least_ratio)
{
	return t->ratio_register < least_ratio ? t->since_integral : scaled_guess(t->since_integral, t->ratio_register, t->ratio_integral);
}

/* Says a tally by what differs little from one to the next, or from what else it holds. Less its lead a total is what the
 * register counted, and so are the steps that the ratio was learned from. */
static void relate(struct tally *t, int64_t least_ratio)
{
	int64_t guess = total_guess(t, least_ratio);
	t->since_integral = minus(t->since_integral, integral_guess(t));
	t->total = minus(t->total, t->lead);
	t->lead = minus(t->lead, t->since_total);
	t->since_total = minus(guess, t->since_total);
	t->ratio_integral = minus(t->ratio_integral, t->ratio_register);
	t->ratio_register = minus(t->ratio_register, t->total);
	t->moved = minus(t->at, t->moved);
}

static void unrelate(struct tally *t, int64_t least_ratio)
{
	t->moved = minus(t->at, t->moved);
	t->ratio_register = plus(t->ratio_register, t->total);
	t->ratio_integral = plus(t->ratio_integral, t->ratio_register);
	t->since_integral = plus(t->since_integral, integral_guess(t));
	t->since_total = minus(total_guess(t, least_ratio), t->since_total);
	t->lead = plus(t->lead, t->since_total);
	t->total = plus(t->total, t->lead);
}

/* The step of the whole meters' register, which mostly is everybody's; 0: none is known. */
static int64_t step_of(const struct cells *c)
{
	for (size_t i = 0; i < c->count; i++) {
		if (!cell_is_whole(&c->all[i]))
			continue;
		int64_t step = meter_state_of(c->all[i].meter)->step;
		if (step > 0 && step <= COUNTER_MAX_STEP)
			return step;
	}
	return 0;
}

/* From where a register's ratio to the samples counts. */
static int64_t least_ratio_of(int64_t step)
{
	return step == 0 ? INT64_MAX : METER_RATIO_STEPS * step;
}

/* What each column's differences are mostly multiples of. Devices say whole watts, some tenths of them. */
static void choose_odds(uint64_t odds[NUMBERS], int64_t step)
{
	uint64_t odd = step == 0 ? 1 : (uint64_t)step >> __builtin_ctzll((uint64_t)step);
	static const uint64_t usual[NUMBERS] = { [COLUMN(total)] = 1, [COLUMN(count)] = 1, [COLUMN(lead)] = 125, [COLUMN(since_integral)] = 125,
						 [COLUMN(since_total)] = 125, [COLUMN(ratio_register)] = 1, [COLUMN(ratio_integral)] = 125,
						 [COLUMN(at)] = 1, [COLUMN(moved)] = 125, [COLUMN(level)] = 125, [COLUMN(marks)] = 1 };
	memcpy(odds, usual, sizeof(usual));
	odds[COLUMN(total)] = odds[COLUMN(ratio_register)] = odd;
}

/* Numbers of a whole meter that others tell, mostly exactly: `of` is put less `by` times `from`, in this order. */
static const struct { uint32_t by; uint8_t of, from; } relations[] = {
	{ 1, PLACE(last_now_ms), PLACE(at_now_ms) },
	{ 1, PLACE(count_now_ms), PLACE(at_now_ms) },
	{ 1, PLACE(moved_now_ms), PLACE(at_now_ms) },
	{ 1, PLACE(integral.last_ms), PLACE(at_now_ms) },
	{ 1, PLACE(at_raw_ms), PLACE(at_wall_ms) },
	{ 1, PLACE(last_wall_ms), PLACE(at_wall_ms) },
	{ 1, PLACE(count_wall_ms), PLACE(at_wall_ms) },
	{ 1000, PLACE(at_wall_ms), PLACE(open.sum.start_s) },
	{ 1, PLACE(open.sum.integral_covered_ms), PLACE(open.sum.covered_ms) },
	{ 1, PLACE(open.sum.covered_ms), PLACE(at_wall_ms) },
	{ 1, PLACE(open.sum.integral_amount), PLACE(open.sum.amount) },
	{ 1, PLACE(open.sum.max), PLACE(open.sum.min) },
	{ 1, PLACE(open.sum.min), PLACE(integral.last_level) },
	{ 1, PLACE(open.sum.last), PLACE(integral.last_level) },
	{ 1, PLACE(open.sum.register_first), PLACE(counter.last) },
	{ 1, PLACE(open.sum.register_last), PLACE(counter.last) },
	{ INTERVAL_UJ2_PER_MJ, PLACE(step), PLACE(open.sum.register_step) },
	{ 1, PLACE(since_integral), PLACE(since_total) },
	{ 1, PLACE(since_total), PLACE(lead) },
	{ 1, PLACE(ratio_integral), PLACE(ratio_register) },
	{ INTERVAL_UJ2_PER_J, PLACE(ahead_amount), PLACE(total.j) },
	{ 1, PLACE(ahead_amount), PLACE(total.uj2) },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define RELATIONS COUNT(relations)

/* Words of two halves of which the upper one alone says something. */
static const uint8_t turned[] = { PLACE(open), PLACE(open.sum.source) };

/* Flags and the like as they are of nearly every meter: one object for both ways, whatever lies between its fields. */
static const struct meter_state usual = { .primed = true, .in_step = true, .waiting_ms = -1, .integral.primed = true, .counter.primed = true,
					  .open.sum.has_register = true, .open.sum.has_integral = true };
/* Where it is not 0. */
static const uint8_t usual_places[] = { PLACE(primed), PLACE(waiting_ms), PLACE(integral.primed), PLACE(counter.primed),
					PLACE(open.sum.has_register) };

static int64_t usual_at(size_t place)
{
	int64_t number;
	memcpy(&number, (const char *)&usual + place * sizeof(number), sizeof(number));
	return number;
}

static void turn_words(int64_t numbers[METER_NUMBERS])
{
	for (size_t i = 0; i < COUNT(turned); i++) {
		uint64_t word = (uint64_t)numbers[turned[i]];
		numbers[turned[i]] = (int64_t)(word << 32 | word >> 32);
	}
}

static void relate_meter(int64_t numbers[METER_NUMBERS])
{
	for (size_t i = 0; i < COUNT(usual_places); i++)
		numbers[usual_places[i]] = minus(numbers[usual_places[i]], usual_at(usual_places[i]));
	turn_words(numbers);
#pragma GCC unroll 32
	for (size_t i = 0; i < RELATIONS; i++)
		numbers[relations[i].of] = minus(numbers[relations[i].of], times(relations[i].by, numbers[relations[i].from]));
}

static void unrelate_meter(int64_t numbers[METER_NUMBERS])
{
#pragma GCC unroll 32
	for (size_t i = RELATIONS; i-- > 0;)
		numbers[relations[i].of] = plus(numbers[relations[i].of], times(relations[i].by, numbers[relations[i].from]));
	turn_words(numbers);
	for (size_t i = 0; i < COUNT(usual_places); i++)
		numbers[usual_places[i]] = plus(numbers[usual_places[i]], usual_at(usual_places[i]));
}

/* Puts the whole meter and frees it. */
static uint8_t *put_meter(struct meter *meter, uint8_t *at)
{
	int64_t numbers[METER_NUMBERS];
	memcpy(numbers, meter, sizeof(numbers));
	relate_meter(numbers);
	free(meter);
	return at + dense_put_row(at, numbers, METER_NUMBERS);
}

static size_t count_wholes(const struct cells *c)
{
	size_t wholes = 0;
	for (size_t i = 0; i < c->count; i++)
		wholes += cell_is_whole(&c->all[i]);
	return wholes;
}

/* Puts the whole meters behind each other; all cells become rows for the table, of which those of whole meters are like another. */
static uint8_t *put_meters(struct cells *c, size_t wholes, int64_t step, uint8_t *at)
{
	int64_t least_ratio = least_ratio_of(step);
	const struct tally none = { 0 }, *like = &none;
	struct cell *end = c->all + c->count;
	for (struct cell *cell = c->all; cell != end; cell++) {
		if (cell_is_whole(cell)) {
			at = put_meter(cell->meter, at);
			continue;
		}
		relate(&cell->tally, least_ratio);
		cell->tally.marks = times(cell->tally.marks, 1 << FLAG_BITS) | cell->flags;
		like = &cell->tally;
	}
	for (struct cell *cell = c->all; wholes > 0; cell++) {
		if (!cell_is_whole(cell))
			continue;
		cell->tally = *like;
		cell->tally.marks = (like->marks & ~(int64_t)CELL_FLAGS) | cell->flags;
		wholes--;
	}
	return at;
}

/* ---- the idle ones ---- */

static size_t count_idle(const struct cells *c)
{
	size_t idle = 0;
	for (size_t i = 0; i < c->count; i++)
		idle += c->all[i].tally.level == 0;
	return idle >= LEAST_IDLE && idle < c->count ? idle : 0;
}

/* Room for so many cells that stand aside: `few`, or what must be freed. */
static struct cell *room_aside(struct cell few[FEW_IDLE], size_t idle)
{
	return idle <= FEW_IDLE ? few : hwatt_realloc(NULL, idle * sizeof(*few));
}

/* Moves them behind the others and sets their bits. */
static void move_idle(struct cells *c, size_t idle, uint8_t *bits)
{
	struct cell few[FEW_IDLE], *aside = room_aside(few, idle), *to_aside = aside, *to = c->all;
	memset(bits, 0, (c->count + 7) / 8);
	for (size_t i = 0; i < c->count; i++) {
		if (c->all[i].tally.level != 0) {
			*to++ = c->all[i];
			continue;
		}
		bits[i / 8] |= (uint8_t)(1u << i % 8);
		*to_aside++ = c->all[i];
	}
	memcpy(to, aside, idle * sizeof(*to));
	if (aside != few)
		free(aside);
}

/* And back to where they were. */
static void move_idle_back(struct cells *c, size_t idle, const uint8_t *bits)
{
	struct cell few[FEW_IDLE], *aside = room_aside(few, idle), *from_aside = aside + idle, *from = c->all + c->count - idle;
	memcpy(aside, from, idle * sizeof(*from));
	for (size_t i = c->count; i-- > 0;)
		c->all[i] = (bits[i / 8] >> i % 8 & 1) != 0 ? *--from_aside : *--from;
	if (aside != few)
		free(aside);
}

/* ---- packing ---- */

static size_t put_table(uint8_t *at, const struct cell *cells, size_t count, const uint64_t odds[NUMBERS])
{
	return dense_put_table(at, &cells->tally.total, count, NUMBERS, STRIDE, odds);
}

static size_t take_table(const uint8_t *at, struct cell *cells, size_t count, const uint64_t odds[NUMBERS])
{
	return dense_take_table(at, &cells->tally.total, count, NUMBERS, STRIDE, odds);
}

/* All but the whole meters' rows. */
static uint8_t *put_tables(struct cells *c, int64_t step, uint8_t *at)
{
	uint64_t odds[NUMBERS];
	size_t idle = count_idle(c), others = c->count - idle;
	choose_odds(odds, step);
	at += dense_put_row(at, (int64_t[]){ step, (int64_t)idle }, 2);
	if (idle > 0) {
		move_idle(c, idle, at);
		at += (c->count + 7) / 8;
	}
	at += put_table(at, c->all, others, odds);
	return idle > 0 ? at + put_table(at, c->all + others, idle, odds) : at;
}

/* The same back. */
static const uint8_t *take_tables(struct cells *c, int64_t *step, const uint8_t *at)
{
	uint64_t odds[NUMBERS];
	int64_t head[2];
	at += dense_take_row(at, head, 2);
	*step = head[0];
	size_t idle = (size_t)head[1], others = c->count - idle;
	const uint8_t *bits = at;
	choose_odds(odds, *step);
	at += idle > 0 ? (c->count + 7) / 8 : 0;
	at += take_table(at, c->all, others, odds);
	if (idle > 0) {
		at += take_table(at, c->all + others, idle, odds);
		move_idle_back(c, idle, bits);
	}
	return at;
}

static size_t most_octets(const struct cells *c, size_t wholes)
{
	return DENSE_ROW_MAX(2) + c->count / 8 + 1 + DENSE_TABLE_MAX(c->count, NUMBERS) + DENSE_TABLE_MAX(0, NUMBERS) +
	       2 * wholes * DENSE_ROW_MAX(METER_NUMBERS) + 2 * DENSE_SLACK;
}

void cells_pack(struct cells *c, struct tiles *tiles)
{
	if (c->all == NULL)
		return;
	int64_t step = step_of(c);
	size_t wholes = count_wholes(c), most = most_octets(c, wholes);
	uint8_t few[FEW_OCTETS], *scratch = most <= sizeof(few) ? few : hwatt_realloc(NULL, most);
	/* The meters' rows come last and are made first, as the tables need the rows that they leave; then they are copied behind those. */
	uint8_t *head = put_meters(c, wholes, step, scratch) + DENSE_SLACK, *end;
	size_t tail_length = (size_t)(head - scratch) - DENSE_SLACK;
	end = put_tables(c, step, head);
	memcpy(end, scratch, tail_length);
	c->length = (uint32_t)((size_t)(end - head) + tail_length);
	c->packed = tiles_put(tiles, c->packed, head, c->length);
	if (scratch != few)
		free(scratch);
	free(c->all);
	c->all = NULL;
}

static void spread(struct cells *c, const uint8_t *packed)
{
	int64_t step, numbers[METER_NUMBERS];
	c->all = hwatt_realloc(NULL, c->count * sizeof(*c->all));
	const uint8_t *at = take_tables(c, &step, packed);
	int64_t least_ratio = least_ratio_of(step);
	for (size_t i = 0; i < c->count; i++) {
		struct cell *cell = &c->all[i];
		cell->flags = (uint8_t)(cell->tally.marks & CELL_FLAGS);
		cell->tally.marks >>= FLAG_BITS;
		if (!cell_is_whole(cell)) {
			unrelate(&cell->tally, least_ratio);
			continue;
		}
		at += dense_take_row(at, numbers, METER_NUMBERS);
		unrelate_meter(numbers);
		cell->meter = hwatt_realloc(NULL, sizeof(*cell->meter));
		memcpy(cell->meter, numbers, sizeof(numbers));
	}
}

void cells_spread(struct cells *c, const struct tiles *tiles)
{
	if (c->all != NULL || c->count == 0)
		return;
	size_t most = c->length + DENSE_SLACK;
	uint8_t few[FEW_OCTETS], *scratch = most <= sizeof(few) ? few : hwatt_realloc(NULL, most);
	tiles_copy(tiles, c->packed, scratch, c->length);
	memset(scratch + c->length, 0, DENSE_SLACK); /* it is read and does not count */
	spread(c, scratch);
	if (scratch != few)
		free(scratch);
}

void cells_free(struct cells *c, struct tiles *tiles)
{
	for (size_t i = 0; c->all != NULL && i < c->count; i++)
		if (cell_is_whole(&c->all[i]))
			free(c->all[i].meter);
	free(c->all);
	tiles_put(tiles, c->packed, NULL, 0);
	*c = (struct cells){ 0 };
}
