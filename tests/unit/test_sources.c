/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sources.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void absent_is_zero(void **state)
{
	(void)state;
	struct brief none = {0};
	assert_int_equal(brief_quality(&none), '\0');
	assert_int_equal(brief_covered_ms(&none), 0);
	assert_int_equal(brief_last(&none), 0);
}

static void a_brief_tells_what_its_interval_does(void **state)
{
	(void)state;
	static const int64_t lasts[] = { 0, 1, -1, 230000, -230000, BRIEF_MAX_LAST, -BRIEF_MAX_LAST };
	static const int64_t covered[] = { 0, 1, QUARTER_MS - 1, QUARTER_MS };
	for (const char *letter = QUALITY_LETTERS; *letter != '\0'; letter++) {
		for (size_t i = 0; i < sizeof(lasts) / sizeof(lasts[0]); i++) {
			for (size_t k = 0; k < sizeof(covered) / sizeof(covered[0]); k++) {
				struct interval interval = { .amount = i % 2 == 0 ? INT64_MAX : INT64_MIN, .last = lasts[i],
							     .covered_ms = covered[k], .quality = *letter };
				struct brief brief = brief_of(&interval);
				assert_int_equal(brief.amount, interval.amount);
				assert_int_equal(brief_last(&brief), lasts[i]);
				assert_int_equal(brief_covered_ms(&brief), covered[k]);
				assert_int_equal(brief_quality(&brief), *letter);
			}
		}
	}
}

static void what_cannot_be_stops_at_the_bounds(void **state)
{
	(void)state;
	static const char odd[] = { '\0', '@', '[', 'Z', 'm', '\x7f', (char)0xcd };
	struct brief most = brief_of(&(struct interval){ .last = BRIEF_MAX_LAST + 1, .covered_ms = QUARTER_MS + 1, .quality = 'M' });
	struct brief largest = brief_of(&(struct interval){ .last = INT64_MAX, .covered_ms = INT64_MAX, .quality = 'M' });
	struct brief least = brief_of(&(struct interval){ .last = INT64_MIN, .covered_ms = INT64_MIN, .quality = 'X' });
	assert_int_equal(brief_last(&most), BRIEF_MAX_LAST);
	assert_int_equal(brief_covered_ms(&most), QUARTER_MS);
	assert_int_equal(brief_quality(&most), 'M');
	assert_int_equal(brief_last(&largest), BRIEF_MAX_LAST);
	assert_int_equal(brief_covered_ms(&largest), QUARTER_MS);
	assert_int_equal(brief_last(&least), -BRIEF_MAX_LAST);
	assert_int_equal(brief_covered_ms(&least), 0);
	assert_int_equal(brief_quality(&least), 'X');
	for (size_t i = 0; i < sizeof(odd); i++) {
		struct brief brief = brief_of(&(struct interval){ .last = 5, .covered_ms = 7, .quality = odd[i] });
		assert_int_equal(brief_quality(&brief), 'X');
		assert_int_equal(brief_last(&brief), 5);
		assert_int_equal(brief_covered_ms(&brief), 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_is_zero),
		cmocka_unit_test(a_brief_tells_what_its_interval_does),
		cmocka_unit_test(what_cannot_be_stops_at_the_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
