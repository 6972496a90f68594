/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "uncertainty.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void assert_near(double value, double expected, double within)
{
	if (!(fabs(value - expected) <= within))
		fail_msg("%.12g is not %.12g", value, expected);
}

static void example_29_uncertainty_of_the_register(void **state)
{
	(void)state;
	assert_near(uncertainty_of_step(100), 40.824829, 1e-6);
}

static void example_50_uncertainty_of_one_meter(void **state)
{
	(void)state;
	assert_near(100 * uncertainty_of_limit(0.02), 1.154701, 1e-6);
}

static void example_51_sum_of_two(void **state)
{
	(void)state;
	double u = uncertainty_of_limit(0.02);
	struct uncertain sum = uncertainty_sum((struct uncertain[]){ { 100, 100 * u }, { 50, 50 * u } }, 2);
	assert_near(sum.u, 1.290994, 1e-6);
	assert_near(100 * sum.u / sum.value, 0.860663, 1e-6);
	assert_near(uncertainty_worst((double[]){ 100, 50 }, (double[]){ 0.02, 0.02 }, 2), 3.0, 1e-12);
}

static void example_52_uncertainty_of_pue(void **state)
{
	(void)state;
	struct uncertain dc = { 100, 100 * uncertainty_of_limit(0.007) }, it = { 70, 70 * uncertainty_of_limit(0.02) };
	struct uncertain pue = uncertainty_quotient(dc, it);
	assert_near(pue.value, 1.428571, 1e-6);
	assert_near(2 * pue.u, 0.034954, 1e-6);
	assert_near(100 * pue.u / pue.value, 1.223383, 1e-6);
}

static void example_53_transformer_and_meter(void **state)
{
	(void)state;
	double mpe = uncertainty_combined_limit(0.005, 0.005);
	assert_near(100 * mpe, 0.707107, 1e-6);
	assert_near(100 * uncertainty_of_limit(mpe), 0.408248, 1e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_29_uncertainty_of_the_register),
		cmocka_unit_test(example_50_uncertainty_of_one_meter),
		cmocka_unit_test(example_51_sum_of_two),
		cmocka_unit_test(example_52_uncertainty_of_pue),
		cmocka_unit_test(example_53_transformer_and_meter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
