/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "word.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void equal_words_stand_once_until_all_are_given_back(void **state)
{
	(void)state;
	struct word_shelf shelf = { 0 };
	char again[] = "APC";
	const char *a = word_take(&shelf, "APC"), *b = word_take(&shelf, again), *c = word_take(&shelf, "Raritan");
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(b, again);
	assert_string_equal(c, "Raritan");
	assert_int_equal(shelf.count, 2);
	word_give(&shelf, a);
	assert_string_equal(b, "APC"); /* the other still has it */
	word_give(&shelf, b);
	assert_int_equal(shelf.count, 1);
	word_give(&shelf, c);
	word_shelf_free(&shelf);
}

static void nothing_takes_no_place(void **state)
{
	(void)state;
	struct word_shelf shelf = { 0 };
	assert_string_equal(word_take(&shelf, ""), "");
	assert_string_equal(word_take(&shelf, NULL), "");
	word_give(&shelf, "");
	word_give(&shelf, NULL);
	assert_int_equal(shelf.count, 0);
	word_shelf_free(&shelf);
}

static void without_a_shelf_each_has_its_own(void **state)
{
	(void)state;
	const char *a = word_take(NULL, "x"), *b = word_take(NULL, "x");
	assert_ptr_not_equal(a, b);
	assert_string_equal(b, "x");
	word_give(NULL, a);
	word_give(NULL, b);
}

static void many_words_are_found_again(void **state)
{
	(void)state;
	enum { WORDS = 1000 };
	struct word_shelf shelf = { 0 };
	const char *words[WORDS];
	char text[32];
	for (int i = 0; i < WORDS; i++) {
		snprintf(text, sizeof(text), "serial %d", i);
		words[i] = word_take(&shelf, text);
	}
	for (int i = 0; i < WORDS; i++) {
		snprintf(text, sizeof(text), "serial %d", i);
		const char *found = word_take(&shelf, text);
		assert_ptr_equal(found, words[i]);
		word_give(&shelf, found);
	}
	assert_int_equal(shelf.count, WORDS);
	for (int i = 0; i < WORDS; i += 2)
		word_give(&shelf, words[i]);
	for (int i = 1; i < WORDS; i += 2)
		word_give(&shelf, words[i]);
	word_shelf_free(&shelf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_words_stand_once_until_all_are_given_back),
		cmocka_unit_test(nothing_takes_no_place),
		cmocka_unit_test(without_a_shelf_each_has_its_own),
		cmocka_unit_test(many_words_are_found_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
