/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/arena.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define ROUNDS 3000

static void what_is_allocated_is_zeroed_aligned_and_its_own(void **state)
{
	(void)state;
	static unsigned char *rooms[ROUNDS];
	static char *texts[ROUNDS];
	struct hwatt_arena *arena = hwatt_arena_new();
	char text[400];
	for (size_t i = 0; i < ROUNDS; i++) {
		size_t size = i % 97 == 0 ? 40000 : i * 7 % 300; /* some larger than a quarter of a block */
		rooms[i] = hwatt_arena_alloc(arena, size + 1);
		assert_int_equal((uintptr_t)rooms[i] % alignof(max_align_t), 0);
		for (size_t k = 0; k <= size; k++)
			assert_int_equal(rooms[i][k], 0);
		memset(rooms[i], (int)(i % 255) + 1, size + 1);
		snprintf(text, sizeof(text), "%zu %0*d", i, (int)(i * 13 % 350) + 1, 7);
		texts[i] = i % 2 == 0 ? hwatt_arena_strdup(arena, text) : hwatt_arena_printf(arena, "%s", text);
	}
	for (size_t i = 0; i < ROUNDS; i++) {
		size_t size = i % 97 == 0 ? 40000 : i * 7 % 300;
		for (size_t k = 0; k <= size; k++)
			assert_int_equal(rooms[i][k], i % 255 + 1);
		snprintf(text, sizeof(text), "%zu %0*d", i, (int)(i * 13 % 350) + 1, 7);
		assert_string_equal(texts[i], text);
	}
	hwatt_arena_free(arena);
}

static void strings_lie_close(void **state)
{
	(void)state;
	struct hwatt_arena *arena = hwatt_arena_new();
	const char *first = hwatt_arena_strndup(arena, "pdu-a1", 3); /* begins a block */
	const char *next = hwatt_arena_strdup(arena, "s");
	assert_string_equal(first, "pdu");
	const char *third = hwatt_arena_strdup(arena, "s");
	assert_int_equal((uintptr_t)next - (uintptr_t)third, 2);
	hwatt_arena_free(arena);
}

static void one_that_is_apart_gives_all_of_it_back(void **state)
{
	(void)state;
	struct hwatt_arena *arena = hwatt_arena_new_apart();
	unsigned char *rows[200];
	for (size_t i = 0; i < 200; i++) {
		size_t size = i % 10 == 9 ? 100000 : i * 37; /* some larger than a block */
		rows[i] = hwatt_arena_alloc(arena, size);
		assert_int_equal((uintptr_t)rows[i] % alignof(max_align_t), 0);
		for (size_t k = 0; k < size; k++)
			assert_int_equal(rows[i][k], 0);
		memset(rows[i], (int)i + 1, size);
		assert_string_equal(hwatt_arena_printf(arena, "%zu", i), hwatt_arena_printf(arena, "%zu", i));
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t k = 0; k < (i % 10 == 9 ? 100000 : i * 37); k++)
			assert_int_equal(rows[i][k], (unsigned char)(i + 1));
	hwatt_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_allocated_is_zeroed_aligned_and_its_own),
		cmocka_unit_test(strings_lie_close),
		cmocka_unit_test(one_that_is_apart_gives_all_of_it_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
