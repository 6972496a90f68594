/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* chart.h - a figure over time as a drawing (SVG) that needs no script and prints in black and white.
 *
 * Amounts and shares are bars from zero; ratios that live far from zero are a line. What is not known is left out and never bridged.
 * The page puts the same numbers in a table beside it. */
#ifndef HALLWATT_CHART_H
#define HALLWATT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <hallwatt/language.h>
#include <hallwatt/text.h>

struct hwatt_chart_point {
	const char *label;    /* "jan", "14" */
	const char *shown;    /* the value in words, for the tooltip */
	bool known, partial;  /* partial: on incomplete data, drawn paler */
	double value;
};

struct hwatt_chart {
	const char *id;           /* unique in the page, letters and digits */
	const char *title, *description; /* read out instead of the drawing */
	const char *unit;         /* at the axis, "" none */
	bool bars;
	bool limited;
	double limit;
	const char *limit_label;
	size_t count;
	const struct hwatt_chart_point *points;
	enum hwatt_language language; /* of the axis' numbers */
};

/* Puts the svg element; nothing when no point is known. */
void hwatt_chart_put(const struct hwatt_chart *chart, struct hwatt_text *out);

#endif
