/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Packed, cells are: the time of the first tally; a table of the tallies' numbers with the flags, in which whole meters have
 * empty rows; then a row for each whole meter. */
#include "cells.h"
#include "dense.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS (sizeof(struct tally) / sizeof(int64_t))
#define STRIDE (sizeof(struct cell) / sizeof(int64_t))
#define METER_NUMBERS (sizeof(struct meter) / sizeof(int64_t))
#define FLAG_SHIFT 5   /* flags ride above a tally's marks */
#define STEP_OCTETS 32u /* of the block's room, which follows its contents only in such steps */
#define SPARE_OCTETS 128u

_Static_assert(TALLY_MARKS < 1 << FLAG_SHIFT, "marks and flags share a number");
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

/* Says a tally by what differs little from one to the next, or from what else it holds. */
static void relate(struct tally *t, int64_t first_at)
{
	t->lead -= t->since_total;
	t->since_total = t->since_integral - t->since_total;
	t->ratio_integral -= t->ratio_register;
	t->moved = t->at - t->moved;
	t->at -= first_at;
}

static void unrelate(struct tally *t, int64_t first_at)
{
	t->at += first_at;
	t->moved = t->at - t->moved;
	t->ratio_integral += t->ratio_register;
	t->since_total = t->since_integral - t->since_total;
	t->lead += t->since_total;
}

static int64_t first_time(const struct cells *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (!cell_is_whole(&c->all[i]))
			return c->all[i].tally.at;
	return 0;
}

/* Puts the whole meters behind each other and frees them; their cells become rows that say only that. */
static uint8_t *put_meters(struct cells *c, uint8_t *at)
{
	int64_t numbers[METER_NUMBERS];
	for (size_t i = 0; i < c->count; i++) {
		struct cell *cell = &c->all[i];
		if (!cell_is_whole(cell))
			continue;
		memcpy(numbers, cell->meter, sizeof(numbers));
		at += dense_put_row(at, numbers, METER_NUMBERS);
		free(cell->meter);
		cell->tally = (struct tally){ 0 };
	}
	return at;
}

static size_t most_octets(const struct cells *c)
{
	size_t wholes = 0;
	for (size_t i = 0; i < c->count; i++)
		wholes += cell_is_whole(&c->all[i]);
	return sizeof(int64_t) + DENSE_TABLE_MAX(c->count, NUMBERS) + wholes * DENSE_ROW_MAX(METER_NUMBERS) + DENSE_SLACK;
}

static void keep(struct cells *c, const uint8_t *head, size_t head_length, const uint8_t *tail, size_t tail_length)
{
	size_t need = head_length + tail_length + DENSE_SLACK;
	if (need > c->room || need + SPARE_OCTETS < c->room) {
		free(c->packed);
		c->room = (uint32_t)((need + STEP_OCTETS - 1) / STEP_OCTETS * STEP_OCTETS);
		c->packed = hwatt_realloc(NULL, c->room);
	}
	memcpy(c->packed, head, head_length);
	memcpy(c->packed + head_length, tail, tail_length);
}

void cells_pack(struct cells *c)
{
	if (c->all == NULL)
		return;
	int64_t first_at = first_time(c);
	for (size_t i = 0; i < c->count; i++)
		if (!cell_is_whole(&c->all[i]))
			relate(&c->all[i].tally, first_at);
	/* The meters' rows come last and are made first, as the table needs the rows that they leave. */
	uint8_t *scratch = hwatt_realloc(NULL, most_octets(c) + DENSE_SLACK);
	uint8_t *head = put_meters(c, scratch);
	size_t tail_length = (size_t)(head - scratch);
	for (size_t i = 0; i < c->count; i++)
		c->all[i].tally.marks |= (int64_t)c->all[i].flags << FLAG_SHIFT;
	head += DENSE_SLACK;
	memcpy(head, &first_at, sizeof(first_at));
	size_t head_length = sizeof(first_at) + dense_put_table(head + sizeof(first_at), &c->all->tally.total, c->count, NUMBERS,
								STRIDE);
	keep(c, head, head_length, scratch, tail_length);
	free(scratch);
	free(c->all);
	c->all = NULL;
}

void cells_spread(struct cells *c)
{
	if (c->all != NULL || c->count == 0)
		return;
	int64_t first_at, numbers[METER_NUMBERS];
	c->all = hwatt_realloc(NULL, c->count * sizeof(*c->all));
	memcpy(&first_at, c->packed, sizeof(first_at));
	const uint8_t *at = c->packed + sizeof(first_at);
	at += dense_take_table(at, &c->all->tally.total, c->count, NUMBERS, STRIDE);
	for (size_t i = 0; i < c->count; i++) {
		struct cell *cell = &c->all[i];
		cell->flags = (uint8_t)(cell->tally.marks >> FLAG_SHIFT);
		cell->tally.marks &= TALLY_MARKS;
		if (!cell_is_whole(cell)) {
			unrelate(&cell->tally, first_at);
			continue;
		}
		at += dense_take_row(at, numbers, METER_NUMBERS);
		cell->meter = hwatt_realloc(NULL, sizeof(*cell->meter));
		memcpy(cell->meter, numbers, sizeof(numbers));
	}
}

void cells_free(struct cells *c)
{
	for (size_t i = 0; c->all != NULL && i < c->count; i++)
		if (cell_is_whole(&c->all[i]))
			free(c->all[i].meter);
	free(c->all);
	free(c->packed);
	*c = (struct cells){ 0 };
}
