/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* allocation.h - a whole number shared out so that the shares add up to it, exactly.
 *
 * Source: domain.md 5.5, 5.11 (largest remainder). */
#ifndef HALLWATT_ALLOCATION_H
#define HALLWATT_ALLOCATION_H

#include <hallwatt/number.h>
#include <stddef.h>

/* Shares `total` (>= 0) among `count` by `weights` (>= 0, their sum below 2^63): each gets its quota rounded down, and what is
 * left goes one by one to the largest remainders, ties to the lower index (sort by tenant id first). All weights 0: all
 * get 0 and false is returned, since there is nothing to share by. */
bool allocation_share(int64_t total, const int64_t *weights, size_t count, int64_t *out);

/* Energy of tenant k, domain.md 5.11 rule 1: E_k x E_DC / E_IT; unknown when E_IT is 0. */
struct hwatt_ratio allocation_proportional(int64_t tenant, int64_t it, int64_t dc);
/* Rule 2: own energy, `fixed` overhead by contracted power, the rest of the overhead by energy. */
struct hwatt_ratio allocation_two_part(int64_t tenant, int64_t it, int64_t dc, int64_t fixed, int64_t tenant_kw,
				       int64_t contracted_kw);

#endif
