/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "uncertainty.h"
#include <math.h>

double uncertainty_of_limit(double mpe)
{
	return mpe / sqrt(3);
}

double uncertainty_of_step(double step)
{
	return step / sqrt(6);
}

double uncertainty_combined_limit(double mpe_a, double mpe_b)
{
	return hypot(mpe_a, mpe_b);
}

struct uncertain uncertainty_sum(const struct uncertain *parts, size_t count)
{
	struct uncertain sum = { 0, 0 };
	for (size_t i = 0; i < count; i++) {
		sum.value += parts[i].value;
		sum.u = hypot(sum.u, parts[i].u);
	}
	return sum;
}

double uncertainty_worst(const double *values, const double *mpes, size_t count)
{
	double worst = 0;
	for (size_t i = 0; i < count; i++)
		worst += fabs(values[i]) * mpes[i];
	return worst;
}

struct uncertain uncertainty_quotient(struct uncertain num, struct uncertain den)
{
	double value = num.value / den.value;
	return (struct uncertain){ value, fabs(value) * hypot(num.u / num.value, den.u / den.value) };
}
