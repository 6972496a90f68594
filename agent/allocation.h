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

enum allocation_rule { ALLOCATION_PROPORTIONAL, ALLOCATION_TWO_PART, ALLOCATION_RESERVED };

struct allocation_site { /* of one window */
	enum allocation_rule rule;
	int64_t fixed_ppm;     /* TWO_PART: the part of the overhead that follows contracted power */
	int64_t dc_wh, it_wh;  /* all energy, and that of the IT equipment */
	int64_t contracted_mw; /* power that the site has to let */
};

struct allocation_tenant { int64_t it_wh, reserved_mw; };

/* The energy of each tenant with its share of cooling and losses, in out[0] to out[count - 1], and in out[count] what is nobody's: the operator's own
 * equipment and power that is not let.  All of them together are dc_wh, exactly; ties go to the lower index.  False, and nothing in
 * `out`, when the tenants use or reserve more than there is, or dc is below it.  domain.md 5.11. */
bool allocation_tenants(const struct allocation_site *site, const struct allocation_tenant *tenants, size_t count, int64_t *out);

#endif
