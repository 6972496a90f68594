/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Numbers that are packed come back as they were, in as many octets as promised. */
#include "dense.h"
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
	const int64_t numbers[] = { 0, 1, -1, 63, -64, 64, 0, INT64_MIN, INT64_MAX };
	uint8_t out[DENSE_ROW_MAX(9) + DENSE_SLACK];
	assert_int_equal(dense_put_row(out, numbers, 1), 1); /* its width alone */
	assert_int_equal(dense_put_row(out, numbers, 2), 1 + 1);
	assert_int_equal(dense_put_row(out, numbers, 5), 3 + 4);
	assert_int_equal(dense_put_row(out, numbers, 6), 3 + 5);
	assert_int_equal(dense_put_row(out, numbers, 9), 5 + 5 + 16);
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

static void a_table_comes_back_and_leaves_what_lies_between_its_rows(void **state)
{
	(void)state;
	enum { ROWS = 5, COLUMNS = 6, STRIDE = 8 };
	for (unsigned turn = 0; turn < 200; turn++) {
		int64_t numbers[ROWS * STRIDE], back[ROWS * STRIDE];
		uint8_t *out = malloc(DENSE_TABLE_MAX(ROWS, COLUMNS) + DENSE_SLACK);
		assert_non_null(out);
		fill(numbers, ROWS * STRIDE, turn);
		for (size_t i = 0; i < ROWS * STRIDE; i++)
			back[i] = i % STRIDE < COLUMNS ? 77 : numbers[i];
		size_t length = dense_put_table(out, numbers, ROWS, COLUMNS, STRIDE);
		assert_true(length <= DENSE_TABLE_MAX(ROWS, COLUMNS));
		assert_int_equal(dense_take_table(out, back, ROWS, COLUMNS, STRIDE), length);
		assert_memory_equal(back, numbers, sizeof(back));
		free(out);
	}
}

static void a_column_is_as_wide_as_its_widest_number(void **state)
{
	(void)state;
	const int64_t numbers[] = { 1, 0, 7, -300, 0, 7, 2, 0, 7 };
	uint8_t out[DENSE_TABLE_MAX(3, 3) + DENSE_SLACK];
	assert_int_equal(dense_put_table(out, numbers, 3, 3, 3), 3 + 3 * 2 + 0 + 3 * 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_numbers_take_one_octet_and_zero_none),
		cmocka_unit_test(a_row_comes_back),
		cmocka_unit_test(a_table_comes_back_and_leaves_what_lies_between_its_rows),
		cmocka_unit_test(a_column_is_as_wide_as_its_widest_number),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
