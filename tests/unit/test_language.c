/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <hallwatt/language.h>

static void a_text_is_found_in_each_language(void **state)
{
	(void)state;
	assert_string_equal(hwatt_tr(HWATT_SV, "The requirement is met."), "Kravet är uppfyllt.");
	assert_string_equal(hwatt_tr(HWATT_NB, "The requirement is met."), "Kravet er oppfylt.");
	assert_string_equal(hwatt_tr(HWATT_EN, "The requirement is met."), "The requirement is met.");
}

static void an_unknown_text_stays_as_it_is(void **state)
{
	(void)state;
	assert_string_equal(hwatt_tr(HWATT_SV, "Nobody wrote this."), "Nobody wrote this.");
	assert_string_equal(hwatt_tr(HWATT_SV, "\x01 before all"), "\x01 before all");
	assert_string_equal(hwatt_tr(HWATT_SV, "~ after all"), "~ after all");
	assert_string_equal(hwatt_tr(HWATT_SV, ""), ""); /* that name is the catalogue's own head */
}

static void languages_go_by_their_codes(void **state)
{
	(void)state;
	assert_int_equal(hwatt_language_by_name("sv"), HWATT_SV);
	assert_int_equal(hwatt_language_by_name("sv-FI"), HWATT_SV);
	assert_int_equal(hwatt_language_by_name("no"), HWATT_NB);
	assert_int_equal(hwatt_language_by_name("nb_NO"), HWATT_NB);
	assert_int_equal(hwatt_language_by_name("en-GB"), HWATT_EN);
	assert_int_equal(hwatt_language_by_name("de"), -1);
	assert_int_equal(hwatt_language_by_name("svenska"), -1);
	assert_int_equal(hwatt_language_by_name(""), -1);
	assert_string_equal(hwatt_language_name(HWATT_NB), "nb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_found_in_each_language),
		cmocka_unit_test(an_unknown_text_stays_as_it_is),
		cmocka_unit_test(languages_go_by_their_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
