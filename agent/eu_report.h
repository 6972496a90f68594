/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* eu_report.h - makes the yearly report of a data centre (hallwatt/eu_report.h) from the store and the books.
 *
 * The rules may be those of the year or newer ones: what they do not have is said so.  Source: domain.md 2. */
#ifndef HALLWATT_EU_REPORT_MAKE_H
#define HALLWATT_EU_REPORT_MAKE_H

#include "inventory.h"
#include "kpi.h"
#include "store.h"
#include <hallwatt/eu_report.h>

struct eu_report;

struct eu_report_ask {
	const char *site;          /* id */
	int year;
	const char *ruleset;       /* id; NULL or "": the site's */
	int64_t now_s;             /* UTC */
	const char *version;       /* of hallwatt */
};

/* Sums the year from `store`.  HWATT_EINVAL: there is no such site or ruleset, or the year has not begun; HWATT_EIO: the store cannot be read. */
int eu_report_make(const struct inventory *inventory, struct store *store, struct hwatt_log *log, const struct eu_report_ask *ask,
		   struct eu_report **out, struct hwatt_error *err);
const struct hwatt_eu_report *eu_report_view(const struct eu_report *report);
void eu_report_free(struct eu_report *report);

struct eu_report_facts { /* what the fields are made of */
	const struct config_site *site;
	const struct books *books;
	const struct ruleset *ruleset;
	const struct kpi_period *period; /* the year of the one site, months as slices */
	bool has_dc, has_generator, has_onsite; /* metered at all */
	int it_category;           /* where the IT energy of the slices is measured; 0: nowhere */
	int64_t from_day, to_day;  /* the year; to_day exclusive */
	int64_t until_day;         /* so far it has elapsed: exclusive */
};

/* Fills values, carriers, refrigerants, grid functions, statements and invariants; strings in the arena or borrowed. */
void eu_report_fill(const struct eu_report_facts *facts, struct hwatt_arena *arena, struct hwatt_eu_report *out);

#endif
