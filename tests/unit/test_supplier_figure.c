/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "loading.h"

#include "books.h"
#include "kpi.h"
#include <stdio.h>
#include <stdlib.h>

static struct hwatt_followup_comparison compare(const char *row, const struct kpi *ours, const char *unit)
{
	struct loading l = loading_begin();
	struct books *books = books_new(l.arena);
	char text[400];
	size_t count;
	snprintf(text, sizeof(text), "- {contract: c, from: 2026-01-01, to: 2026-01-31, author: S, document: d.pdf, %s}\n", row);
	books_take(books, BOOKS_SUPPLIER_FIGURES, "s.yaml", text, strlen(text), l.arena, &l.report);
	assert_string_equal(loading_mistakes(&l), "");
	const struct supplier_figure *figures = books_supplier_figures(books, &count);
	assert_int_equal(count, 1);
	struct hwatt_followup_comparison c = supplier_figure_compare(figures, ours, unit, 0, 2678400, 950000);
	c.figure = c.author = c.document = NULL; /* they go with the arena */
	loading_end(&l);
	return c;
}

static struct kpi pue(int64_t num, int64_t den, int64_t u_nano, int64_t covered_ppm)
{
	return (struct kpi){ .known = true, .value = { num, den }, .certain = u_nano > 0, .u_nano = u_nano,
			     .coverage = { covered_ppm, 1000000 }, .quality = 'M' };
}

static void a_difference_within_both_uncertainties_agrees(void **state)
{
	(void)state;
	struct kpi ours = pue(1286, 1000, 15000000, 1000000); /* 1.286 +- 0.030 */
	struct hwatt_followup_comparison c = compare("figure: pue2, value: 1.31", &ours, "1");
	assert_int_equal(c.agreement, HWATT_AGREES);
	assert_int_equal(hwatt_ratio_compare(c.difference, (struct hwatt_ratio){ 24, 1000 }), 0);
	assert_int_equal(hwatt_ratio_compare(c.uncertainty, (struct hwatt_ratio){ 3, 100 }), 0);
	assert_int_equal(compare("figure: pue2, value: 1.317", &ours, "1").agreement, HWATT_DIFFERS);
	assert_int_equal(compare("figure: pue2, value: 1.2559", &ours, "1").agreement, HWATT_DIFFERS);
	assert_int_equal(compare("figure: pue2, value: 1.256", &ours, "1").agreement, HWATT_AGREES);  /* the edge is within */
	assert_int_equal(compare("figure: pue2, value: 1.326, uncertainty: 0.04", &ours, "1").agreement, HWATT_AGREES); /* 0.05 together */
}

static void what_cannot_be_held_against_each_other_is_not(void **state)
{
	(void)state;
	struct kpi ours = pue(1286, 1000, 15000000, 900000);
	assert_int_equal(compare("figure: pue2, value: 1.286", &ours, "1").agreement, HWATT_NOT_COMPARABLE); /* too little is measured */
	ours = pue(1286, 1000, 0, 1000000);
	struct hwatt_followup_comparison c = compare("figure: pue2, value: 1.5", &ours, "1"); /* the meters state no accuracy */
	assert_int_equal(c.agreement, HWATT_NOT_COMPARABLE);
	assert_true(hwatt_ratio_known(c.difference)); /* and still shown */
	assert_false(hwatt_ratio_known(c.uncertainty));
	ours = (struct kpi){ .coverage = { 0, 1 } };
	assert_false(hwatt_ratio_known(compare("figure: pue2, value: 1.5", &ours, "1").ours));
	ours = pue(1286, 1000, 15000000, 1000000);
	assert_int_equal(compare("figure: energy_it, value: 5, unit: MWh", &ours, "1").agreement, HWATT_NOT_COMPARABLE);
}

static void units_are_those_of_the_figure(void **state)
{
	(void)state;
	struct kpi ours = pue(INT64_C(18000000000), 1, 1000000000, 1000000); /* 5 MWh in J */
	struct hwatt_followup_comparison c = compare("figure: energy_it, value: 5, unit: MWh", &ours, "J");
	assert_int_equal(c.agreement, HWATT_AGREES);
	assert_true(c.difference.num == 0);
	ours = pue(3, 5, 1, 1000000);
	assert_int_equal(compare("figure: ref, value: 60, unit: \"%\"", &ours, "1").agreement, HWATT_AGREES);
	ours = pue(2, 1, 1, 1000000);
	assert_int_equal(compare("figure: wue, value: 2, unit: L/kWh", &ours, "m3/MWh").agreement, HWATT_AGREES);
}

static void what_no_data_centre_can_have_is_impossible(void **state)
{
	(void)state;
	static const struct { const char *row; enum hwatt_agreement is; const char *said; } cases[] = {
		{ "figure: pue2, value: 0.98", HWATT_IMPOSSIBLE, "below 1," },
		{ "figure: pue2, value: 0.99, uncertainty: 0.02", HWATT_DIFFERS, "" }, /* 1 - u: maybe 1 */
		{ "figure: pue2, value: 0.9899, uncertainty: 0.02", HWATT_IMPOSSIBLE, "below 1," },
		{ "figure: ref, value: 1.01", HWATT_IMPOSSIBLE, "outside 0 to 100" },
		{ "figure: cpu_utilisation, value: 101, unit: \"%\"", HWATT_IMPOSSIBLE, "outside 0 to 100" },
		{ "figure: rack_utilisation, value: 101, unit: \"%\"", HWATT_DIFFERS, "" },
		{ "figure: cer, value: 0", HWATT_IMPOSSIBLE, "not above zero" },
		{ "figure: cue_location, value: -0.1", HWATT_IMPOSSIBLE, "below zero" },
		{ "figure: pue2, value: 1.286", HWATT_AGREES, "" },
	};
	struct kpi ours = pue(1286, 1000, 15000000, 1000000);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hwatt_followup_comparison c = compare(cases[i].row, &ours, "1");
		if (c.agreement != cases[i].is || (strstr(c.sentence.en, cases[i].said) == NULL) || (c.sentence.en[0] == '\0') != (cases[i].said[0] == '\0'))
			fail_msg("%s: %d, %s", cases[i].row, (int)c.agreement, c.sentence.en);
		if (c.sentence.en[0] != '\0')
			assert_true(strcmp(c.sentence.sv, c.sentence.en) != 0 && strcmp(c.sentence.nb, c.sentence.en) != 0);
	}
	assert_int_equal(compare("figure: pue2, value: 0.5", &(struct kpi){ .coverage = { 0, 1 } }, "1").agreement, HWATT_IMPOSSIBLE);
	ours = pue(90, 100, 1000000, 1000000);
	ours.flags = KPI_PHYS_IMPOSSIBLE; /* then it is ours that is wrong */
	struct hwatt_followup_comparison c = compare("figure: pue2, value: 1.2", &ours, "1");
	assert_int_equal(c.agreement, HWATT_NOT_COMPARABLE);
	assert_non_null(strstr(c.sentence.en, "What was measured"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_difference_within_both_uncertainties_agrees),
		cmocka_unit_test(what_cannot_be_held_against_each_other_is_not),
		cmocka_unit_test(units_are_those_of_the_figure),
		cmocka_unit_test(what_no_data_centre_can_have_is_impossible),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
