/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* How much room a PDU's meters take between two polls, fresh and after weeks: of ten thousand PDUs it is most of the memory.
 * Packing loses nothing, whatever the numbers: what else is known of them only makes them small. */
#include "meterset.c"
#include "quarters.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define OUTLETS 24
#define PLACES (OUTLETS + 1) /* the first is the inlet */
#define STEP_MS INT64_C(30000)
#define TWO_WEEKS (14 * 2880) /* steps */
#define FRESH_MOST 304u
#define OLD_MOST 704u
#define HALF_OLD_MOST 496u /* when every second outlet is idle */

struct pdu {
	struct target_point points[2 * PLACES];
	char indexes[PLACES][12];
	int64_t kept[2 * PLACES], drawn_uwh[PLACES];
	uint32_t at[2 * PLACES];
	struct target_values values;
	int64_t mono_ms;
	int of_which_one; /* of so many outlets one has something plugged in */
};

static void pdu_init(struct pdu *pdu)
{
	*pdu = (struct pdu){ .mono_ms = 1000, .of_which_one = 1 };
	for (int i = 0; i < 2 * PLACES; i++) {
		snprintf(pdu->indexes[i / 2], sizeof(pdu->indexes[0]), "%d", i / 2);
		pdu->points[i] = (struct target_point){ .role = i < 2 ? HWATT_INLET : HWATT_OUTLET, .index = pdu->indexes[i / 2],
							.name = "", .source = "", .step = 360000000, /* 100 Wh */
							.quantity = i % 2 == 0 ? HWATT_ACTIVE_POWER : HWATT_ENERGY };
		pdu->at[i] = i < PLACES ? 990 : 1000; /* it took two answers */
	}
	pdu->values = (struct target_values){ .kept = pdu->kept, .at = pdu->at, .from = 1 };
}

/* What it says next: outlets of 100 to 340 W that waver, whose registers say 2 % more than the samples. */
static void pdu_go_on(struct pdu *pdu)
{
	pdu->mono_ms += STEP_MS;
	pdu->values.epoch_ms = pdu->mono_ms - 1000;
	int64_t sum_mw = 0;
	for (int i = PLACES - 1; i >= 0; i--) {
		int64_t mw = i == 0 ? sum_mw : i % pdu->of_which_one != 0 ? 0 : 90000 + 10000 * i + pdu->mono_ms / STEP_MS * (37 + i) % 5000;
		sum_mw += mw;
		pdu->drawn_uwh[i] += mw * 102 / 100 * STEP_MS / 3600;
		pdu->kept[2 * i] = mw;
		pdu->kept[2 * i + 1] = 1000000 + pdu->drawn_uwh[i] / 100000000;
	}
}

static void feed_steps(struct meterset *set, struct pdu *pdu, int steps)
{
	struct hwatt_text record;
	hwatt_text_init(&record, 1u << 16);
	for (int i = 0; i < steps; i++) {
		pdu_go_on(pdu);
		struct meterset_poll poll = { .points = pdu->points, .values = &pdu->values, .count = 2 * PLACES,
					      .wall_ms = INT64_C(1800000000000) + pdu->mono_ms, .mono_ms = pdu->mono_ms };
		hwatt_text_reset(&record);
		meterset_feed(set, &poll, &record, quarters_forget, NULL);
		if (meterset_grew(set))
			meterset_keep(set, quarters_of_inlets, NULL);
	}
	hwatt_text_free(&record);
}

/* The octets of a PDU's meters after so many polls, when of so many outlets one is in use. */
static uint32_t octets_after(int steps, int of_which_one)
{
	static struct pdu pdu;
	struct meterset_shelf shelf = { .spread = NULL };
	struct meterset *set = meterset_new("pdu", (struct meterset_settings){ .interval_ms = STEP_MS }, &shelf);
	struct meterset *other = meterset_new("other", (struct meterset_settings){ .interval_ms = STEP_MS }, &shelf);
	pdu_init(&pdu);
	pdu.of_which_one = of_which_one;
	feed_steps(set, &pdu, steps);
	spread(other);
	assert_int_equal(set->cells.tallies, OUTLETS);
	uint32_t octets = set->cells.length;
	print_message("%u octets after %d polls, one of %d outlets in use\n", octets, steps, of_which_one);
	meterset_free(set);
	meterset_free(other);
	meterset_shelf_free(&shelf);
	return octets;
}

static void a_pdu_takes_little_room_between_its_polls(void **state)
{
	(void)state;
	assert_in_range(octets_after(10, 1), 200, FRESH_MOST);
	assert_in_range(octets_after(TWO_WEEKS, 1), 200, OLD_MOST); /* the registers have ticked hundreds of times */
	assert_in_range(octets_after(TWO_WEEKS, 2), 200, HALF_OLD_MOST);
}

static int64_t any_number(uint64_t *random)
{
	static const int64_t ends[] = { INT64_MIN, INT64_MAX, 0, -1, 1, INT64_C(1) << 62, INT64_C(720000000000) };
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % 8 == 0 ? ends[(*random >> 8) % (sizeof(ends) / sizeof(ends[0]))] : (int64_t)(*random >> (*random >> 58));
}

/* A device's cells of such numbers; the meters' too. Of five of them so many are idle. */
static void make_cells(struct cells *cells, size_t count, unsigned wholes, unsigned idle, uint64_t *random)
{
	cells_grow(cells, count);
	for (size_t i = 0; i < count; i++) {
		struct cell *cell = &cells->all[i];
		cell->flags = (uint8_t)any_number(random) & CELL_WANTED;
		if (i % 32 < wholes) {
			cell->flags |= CELL_WHOLE;
			for (size_t k = 0; k < sizeof(struct meter) / sizeof(int64_t); k++)
				cell->meter->opaque[k] = any_number(random);
			meter_state(cell->meter)->step = any_number(random);
			continue;
		}
		free(cell->meter);
		for (size_t k = 0; k < sizeof(struct tally) / sizeof(int64_t); k++)
			(&cell->tally.total)[k] = any_number(random);
		cell->tally.level *= i % 5 < idle ? 0 : 1;
		cell->tally.marks &= TALLY_MARKS;
	}
}

static void any_numbers_come_back(void **state)
{
	(void)state;
	uint64_t random = 88172645463325252u;
	for (unsigned turn = 0; turn < 1000; turn++) {
		struct cells cells = { .all = NULL };
		struct tiles tiles = { .used = 0 };
		size_t count = 1 + turn % 70;
		struct cell before[70];
		struct meter meters[70];
		make_cells(&cells, count, turn % 4, turn / 4 % 6, &random);
		memcpy(before, cells.all, count * sizeof(before[0]));
		for (size_t i = 0; i < count; i++)
			if (cell_is_whole(&before[i]))
				meters[i] = *before[i].meter;
		cells_pack(&cells, &tiles);
		assert_null(cells.all);
		cells_spread(&cells, &tiles);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(cells.all[i].flags, before[i].flags);
			if (cell_is_whole(&before[i]))
				assert_memory_equal(cells.all[i].meter, &meters[i], sizeof(meters[i]));
			else
				assert_memory_equal(&cells.all[i].tally, &before[i].tally, sizeof(before[i].tally));
		}
		cells_free(&cells, &tiles);
		assert_int_equal(tiles.used, 0);
		tiles_free(&tiles);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pdu_takes_little_room_between_its_polls),
		cmocka_unit_test(any_numbers_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
