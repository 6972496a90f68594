/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* factor.h - emission factors as dated rows: what a kWh of a zone's electricity weighs in a year, and who published it when.
 *
 * A year whose number is not published yet takes the last one before it, and what is computed with it is provisional.
 * Source: domain.md 4.2, 4.4. */
#ifndef HALLWATT_FACTOR_H
#define HALLWATT_FACTOR_H

#include "document.h"

enum factor_kind { FACTOR_GRID, FACTOR_RESIDUAL_MIX, FACTOR_SUPPLIER_MIX, FACTOR_CARBON_FREE, FACTOR_KINDS };

struct factor {
	int kind;                  /* enum factor_kind */
	const char *zone;          /* bidding zone, country, or id of a site */
	int64_t year;
	int64_t value;             /* millionths of the unit */
	int unit;                  /* 0: g/kWh, 1: share */
	int64_t published_day;
	bool provisional;          /* the source itself calls it that */
	const char *source;
	struct hwatt_mark mark;
};

struct factor_answer {
	const struct factor *factor; /* NULL: none */
	bool provisional;            /* of an earlier year, or called so by its source */
};

const struct hwatt_schema *factor_schema(void);
/* "grid", "residual_mix" ... */
const char *factor_kind_name(enum factor_kind kind);
/* The factor of the first of `zones` (NULL or "" are passed over) that has one for the year or before it, as known on `known_day` (rows published later
 * are not there yet; INT64_MAX: all).  Rows of the same zone, kind and year: the one published last. */
struct factor_answer factor_find(const struct factor *rows, size_t count, enum factor_kind kind, const char *const *zones,
				 size_t zone_count, int64_t year, int64_t known_day);

#endif
