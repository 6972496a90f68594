/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* supplier_figure.h - a figure that the supplier reported, held against the measured one.
 *
 * Rows come from the files under `supplier_figures`.  Both figures are of the same days.  They agree when they differ by no more than
 * their expanded uncertainties together (k = 2); an uncertainty that nobody states is taken to be none on the supplier's side and makes
 * the comparison impossible on ours.  A figure that no data centre can have (domain.md 1.1, 1.2: a PUE below 1 - u, a share outside 0 to
 * 1, a negative amount) is impossible, whatever was measured; where ours is, nothing is compared. */
#ifndef HALLWATT_SUPPLIER_FIGURE_H
#define HALLWATT_SUPPLIER_FIGURE_H

#include "document.h"
#include <hallwatt/followup.h>

struct kpi;

struct supplier_figure {
	const char *contract;        /* id */
	const char *figure;          /* name of a KPI: "pue2", "energy_it", "wue" ... */
	int64_t from_day, to_day;    /* inclusive */
	int64_t value;               /* millionths of the unit */
	int unit;
	int64_t uncertainty;         /* k = 2, in millionths of the unit; 0: not stated */
	const char *author, *document, *document_sha256;
	int64_t received_day;
	struct hwatt_mark mark;
};

const struct hwatt_schema *supplier_figure_schema(void);
/* The value in the unit in which the KPI is kept (energies: J), and the unit's name there. */
struct hwatt_ratio supplier_figure_value(const struct supplier_figure *row);
const char *supplier_figure_unit(const struct supplier_figure *row);
/* Holds it against `ours`, measured over [from_s, to_s), which are the row's days.  Less coverage than `min_coverage_ppm`
 * makes it not comparable. */
struct hwatt_followup_comparison supplier_figure_compare(const struct supplier_figure *row, const struct kpi *ours, const char *unit,
							 int64_t from_s, int64_t to_s, int64_t min_coverage_ppm);

#endif
