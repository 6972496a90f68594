/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "random.h"
#include "tiles.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define CHAINS 300
#define MOST (20 * TILES_OCTETS)

struct held { /* a chain, and what was put there */
	uint32_t chain;
	size_t length;
	uint8_t octets[MOST];
};

static void check(const struct tiles *tiles, const struct held *held)
{
	uint8_t back[MOST + 1];
	back[held->length] = 77;
	tiles_copy(tiles, held->chain, back, held->length);
	assert_memory_equal(back, held->octets, held->length);
	assert_int_equal(back[held->length], 77);
}

static size_t tiles_of(size_t length)
{
	return (length + TILES_OCTETS - 1) / TILES_OCTETS;
}

static void what_is_put_comes_back_and_no_tile_is_lost(void **state)
{
	(void)state;
	static struct held all[CHAINS];
	struct tiles tiles = { .used = 0 };
	uint64_t random = random_seed();
	size_t used = 0;
	for (unsigned turn = 0; turn < 20000; turn++) {
		struct held *held = &all[random_below(&random, CHAINS)];
		check(&tiles, held);
		used -= tiles_of(held->length);
		held->length = (size_t)random_below(&random, random_below(&random, 8) == 0 ? MOST + 1 : 1 + (int64_t)held->length + 2);
		held->length = held->length < MOST ? held->length : MOST;
		for (size_t i = 0; i < held->length; i++)
			held->octets[i] = (uint8_t)random_next(&random);
		held->chain = tiles_put(&tiles, held->chain, held->octets, held->length);
		used += tiles_of(held->length);
		assert_int_equal(held->chain == 0, held->length == 0);
		assert_int_equal(tiles.used, used);
	}
	for (size_t i = 0; i < CHAINS; i++) {
		check(&tiles, &all[i]);
		assert_int_equal(tiles_put(&tiles, all[i].chain, NULL, 0), 0);
	}
	assert_int_equal(tiles.used, 0);
	tiles_free(&tiles);
}

/* All grow at the same time, as meters do: what they outgrow serves the others. */
static void room_follows_what_is_held(void **state)
{
	(void)state;
	static uint32_t chains[10000];
	static const uint8_t octets[3000] = { 1, 2, 3 };
	struct tiles tiles = { .used = 0 };
	for (size_t length = 300; length <= 700; length += 20) {
		for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++)
			chains[i] = tiles_put(&tiles, chains[i], octets, length);
		assert_int_equal(tiles.used, 10000 * tiles_of(length));
		assert_in_range(tiles.room - tiles.used, 0, 63);
	}
	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++)
		chains[i] = tiles_put(&tiles, chains[i], octets, i % 2 == 0 ? 0 : 700);
	for (size_t i = 0; i < sizeof(chains) / sizeof(*chains); i++)
		chains[i] = tiles_put(&tiles, chains[i], octets, 700);
	assert_in_range(tiles.room - tiles.used, 0, 63);
	tiles_free(&tiles);
	assert_null(tiles.slabs);
}

/* All need much for a while, as when the clock was set; one after the other becomes small again, and what is not needed is freed. */
static void what_came_free_is_given_back(void **state)
{
	(void)state;
	static struct held all[CHAINS];
	struct tiles tiles = { .used = 0 };
	uint64_t random = random_seed();
	for (size_t i = 0; i < CHAINS; i++) {
		for (size_t k = 0; k < MOST; k++)
			all[i].octets[k] = (uint8_t)random_next(&random);
		all[i].length = 100;
		all[i].chain = tiles_put(&tiles, 0, all[i].octets, all[i].length);
	}
	for (size_t turn = 0; turn < 40; turn++)
		for (size_t i = 0; i < CHAINS; i++) {
			all[i].length = MOST / 40 * (turn + 1);
			all[i].chain = tiles_put(&tiles, all[i].chain, all[i].octets, all[i].length);
		}
	assert_in_range(tiles.room, CHAINS * 20, CHAINS * 20 + 63);
	for (size_t turn = 0; turn < 20; turn++)
		for (size_t i = 0; i < CHAINS; i++) {
			all[i].length = 100;
			all[i].chain = tiles_put(&tiles, all[i].chain, all[i].octets, all[i].length);
			check(&tiles, &all[i]);
		}
	for (size_t i = 0; i < CHAINS; i++)
		check(&tiles, &all[i]);
	assert_int_equal(tiles.used, CHAINS * 2);
	assert_in_range(tiles.room, tiles.used, tiles.used + 17 * 64);
	tiles_free(&tiles);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_comes_back_and_no_tile_is_lost),
		cmocka_unit_test(room_follows_what_is_held),
		cmocka_unit_test(what_came_free_is_given_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
