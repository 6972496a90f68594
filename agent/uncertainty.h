/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* uncertainty.h - how well a figure is known.
 *
 * Estimates about exact figures, so floating point is right here. Relative values are ratios (0.02 = 2 %).
 * Source: domain.md 5.4 (quantisation), 5.7. */
#ifndef HALLWATT_UNCERTAINTY_H
#define HALLWATT_UNCERTAINTY_H

#include <stddef.h>

struct uncertain { double value, u; }; /* u: standard uncertainty, in the value's unit */

/* Of a limit (MPE), the error being anywhere within it: MPE / sqrt 3. */
double uncertainty_of_limit(double mpe);
/* Of a difference of two reads of a register of step q: q / sqrt 6. */
double uncertainty_of_step(double step);
/* Two limits that act on one reading (current transformer and meter). */
double uncertainty_combined_limit(double mpe_a, double mpe_b);
/* Independent meters added up: roots of sums of squares. */
struct uncertain uncertainty_sum(const struct uncertain *parts, size_t count);
/* The worst case of the same sum: limits added up, in the value's unit. */
double uncertainty_worst(const double *values, const double *mpes, size_t count);
/* A quotient of independent values: relative uncertainties in quadrature. Neither is 0. */
struct uncertain uncertainty_quotient(struct uncertain num, struct uncertain den);

#endif
