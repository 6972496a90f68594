/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers that are packed come back as they were, in as many octets as promised. */
#include "dense.h"
#include "random.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT 40

/* Numbers at the ends of every width, of both signs. */
static void fill(int64_t *numbers, size_t count, unsigned turn)
{
	for (size_t i = 0; i < count; i++) {
		unsigned bits = (unsigned)(i + turn) % 64;
		int64_t number = (int64_t)((UINT64_C(1) << bits) - (turn & 1));
		numbers[i] = turn % 3 == 0 && number != INT64_MIN ? -number : number;
	}
}

static void small_numbers_take_one_octet_and_zero_none(void **state)
{
	(void)state;
	const int64_t numbers[] = { 0, 1, -1, 127, -128, 128, 0, INT64_MIN, INT64_MAX };
	uint8_t out[DENSE_ROW_MAX(9) + DENSE_SLACK];
	assert_int_equal(dense_put_row(out, numbers, 1), 1); /* how many are none */
	assert_int_equal(dense_put_row(out, numbers, 2), 1 + 1);
	assert_int_equal(dense_put_row(out, numbers, 5), 4 + 4);
	assert_int_equal(dense_put_row(out, numbers, 6), 5 + 4 + 2);
	assert_int_equal(dense_put_row(out, numbers, 9), 7 + 4 + 2 + 16);
}

static void a_row_of_many_zeroes_comes_back(void **state)
{
	(void)state;
	for (size_t count = 0; count <= 99; count++) {
		for (size_t i = 0; i < 99; i++) {
			int64_t numbers[99] = { 0 }, back[99];
			uint8_t out[DENSE_ROW_MAX(99) + DENSE_SLACK];
			numbers[i] = -300;
			memset(back, 0x55, sizeof(back));
			size_t length = dense_put_row(out, numbers, count);
			assert_in_range(length, count > 0, 3 + 2 * 3 + 1);
			assert_int_equal(dense_take_row(out, back, count), length);
			assert_memory_equal(back, numbers, count * sizeof(numbers[0]));
		}
	}
}

static void a_row_comes_back(void **state)
{
	(void)state;
	for (unsigned turn = 0; turn < 200; turn++) {
		size_t count = turn % (COUNT + 1);
		int64_t numbers[COUNT], back[COUNT];
		uint8_t *out = malloc(DENSE_ROW_MAX(count) + DENSE_SLACK);
		assert_non_null(out);
		fill(numbers, count, turn);
		memset(back, 0x55, sizeof(back));
		size_t length = dense_put_row(out, numbers, count);
		assert_true(length <= DENSE_ROW_MAX(count));
		assert_int_equal(dense_take_row(out, back, count), length);
		assert_memory_equal(back, numbers, count * sizeof(numbers[0]));
		free(out);
	}
}

enum { ROWS = 29, COLUMNS = 6, STRIDE = 8 };

/* Puts `numbers` and takes them back; returns how many octets they were. */
static size_t there_and_back(const int64_t *numbers, const uint64_t *odds, size_t rows)
{
	int64_t back[ROWS * STRIDE];
	uint8_t *out = malloc(DENSE_TABLE_MAX(rows, COLUMNS) + DENSE_SLACK);
	assert_non_null(out);
	for (size_t i = 0; i < ROWS * STRIDE; i++)
		back[i] = i % STRIDE < COLUMNS && i / STRIDE < rows ? 77 : numbers[i];
	size_t length = dense_put_table(out, numbers, rows, COLUMNS, STRIDE, odds);
	assert_true(length <= DENSE_TABLE_MAX(rows, COLUMNS));
	assert_int_equal(dense_take_table(out, back, rows, COLUMNS, STRIDE, odds), length);
	assert_memory_equal(back, numbers, sizeof(back));
	free(out);
	return length;
}

static void a_table_comes_back_and_leaves_what_lies_between_its_rows(void **state)
{
	(void)state;
	const uint64_t odds[COLUMNS] = { 1, 125, 1, 3, 87890625, UINT64_MAX };
	for (unsigned turn = 0; turn < 600; turn++) {
		int64_t numbers[ROWS * STRIDE];
		fill(numbers, ROWS * STRIDE, turn);
		there_and_back(numbers, odds, turn % (ROWS + 1));
	}
}

static void columns_of_every_width_and_any_numbers_come_back(void **state)
{
	(void)state;
	const uint64_t odds[COLUMNS] = { 1, 125, 7, 3, 87890625, UINT64_MAX };
	uint64_t seed = 7;
	for (unsigned turn = 0; turn < 2000; turn++) {
		int64_t numbers[ROWS * STRIDE];
		for (size_t i = 0; i < ROWS * STRIDE; i++) {
			uint64_t random = random_next(&seed);
			unsigned width = (turn + (unsigned)(i % STRIDE) * 11) % 64;
			uint64_t part = random >> width << (turn % 5 == 0 ? width / 2 : 0);
			numbers[i] = (int64_t)(part * (turn % 3 == 0 ? 1 : odds[i % STRIDE % COLUMNS]) + (turn % 2 == 0 ? 0 : UINT64_C(1) << 63));
		}
		numbers[turn % ROWS * STRIDE] = INT64_MIN;
		numbers[turn * 7 % ROWS * STRIDE + 1] = INT64_MAX;
		there_and_back(numbers, odds, ROWS);
	}
}

/* What a table takes whose columns are all 0 but for the first. */
static size_t column_takes(const int64_t *column, size_t rows, uint64_t odd)
{
	const uint64_t odds[COLUMNS] = { odd, 1, 1, 1, 1, 1 };
	int64_t numbers[ROWS * STRIDE] = { 0 };
	for (size_t r = 0; r < rows; r++)
		numbers[r * STRIDE] = column[r];
	return there_and_back(numbers, odds, rows);
}

static void a_column_is_as_wide_as_its_range(void **state)
{
	(void)state;
	const size_t empty = 1 + COLUMNS; /* that the bases are none; widths of columns */
	assert_int_equal(column_takes((const int64_t[]){ 0, 0, 0, 0 }, 4, 1), empty);
	assert_int_equal(column_takes((const int64_t[]){ 100, 100, 100, 100 }, 4, 1), empty + 2);
	assert_int_equal(column_takes((const int64_t[]){ 100, 101, 103, 101 }, 4, 1), empty + 2 + 1 + 1); /* four of two bits */
	assert_int_equal(column_takes((const int64_t[]){ -1, -8, 6, 7 }, 4, 1), empty + 2 + 1 + 2);
	assert_int_equal(column_takes((const int64_t[]){ INT64_MIN, INT64_MAX }, 2, 1), empty + 9 + 1 + 16);
	assert_int_equal(column_takes((const int64_t[]){ 0, 3000, 1000, 2000 }, 4, 1), empty + 1 + 5); /* eighths: four of 9 bits */
	assert_int_equal(column_takes((const int64_t[]){ 0, 3000, 1000, 2000 }, 4, 125), empty + 1 + 1);
	assert_int_equal(column_takes((const int64_t[]){ 0, 3000, 1000, 2001 }, 4, 125), empty + 1 + 6); /* one is no multiple */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_numbers_take_one_octet_and_zero_none),
		cmocka_unit_test(a_row_comes_back),
		cmocka_unit_test(a_row_of_many_zeroes_comes_back),
		cmocka_unit_test(a_table_comes_back_and_leaves_what_lies_between_its_rows),
		cmocka_unit_test(columns_of_every_width_and_any_numbers_come_back),
		cmocka_unit_test(a_column_is_as_wide_as_its_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
