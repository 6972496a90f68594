/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* words.h - the names of figures, states and events as contract managers know them, and how numbers are written. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include <hallwatt/followup.h>
#include <hallwatt/language.h>
#include <hallwatt/text.h>

enum measure { /* how values are written */
	MEASURE_RATIO,  /* 1.29 */
	MEASURE_SHARE,  /* 42.0 % */
	MEASURE_ENERGY, /* J as kWh, MWh or GWh */
	MEASURE_AMOUNT, /* a number and its unit */
};

struct figure_words {
	const char *kpi;      /* as in struct hwatt_view_kpi */
	const char *name;     /* English; translate */
	enum measure measure;
};

/* NULL: no figure of that name is known; it is then shown by its own name. */
const struct figure_words *figure_words(const char *kpi);
enum measure measure_of(const char *kpi, const char *unit);
/* In the reader's language. */
const char *words_figure(enum hwatt_language language, const char *kpi);
/* The same, and behind it the room where it is of one; in `out`. */
const char *words_series(const struct hwatt_followup_series *series, enum hwatt_language language, struct hwatt_text *out);
const char *words_status(enum hwatt_language language, enum hwatt_status status);
/* A sign beside the word, so that colour is not all there is: "✓". */
const char *words_symbol(enum hwatt_status status);
const char *words_event(enum hwatt_language language, const char *kind);
const char *words_document_status(enum hwatt_language language, const char *status);
const char *words_window(enum hwatt_language language, const char *window);
const char *words_quality(enum hwatt_language language, char letter);
const char *words_stage(enum hwatt_language language, const char *stage);
const char *words_risk(enum hwatt_language language, const char *risk);
const char *words_certificate(enum hwatt_language language, const char *kind);
const char *words_technology(enum hwatt_language language, const char *technology);
/* Why not all of a certificate counted, as sentences: "LABEL NOT_RESOLVED". `out` is reset first. */
void words_refusals(enum hwatt_language language, const char *reasons, struct hwatt_text *out);
const char *words_area(enum hwatt_language language, const char *area);
/* "jan" .. "dec". */
const char *words_month(enum hwatt_language language, int month);
/* The text in the language; where that is missing, in another that is there; never NULL. */
const char *words_in(const struct hwatt_texts *texts, enum hwatt_language language);

struct number_style {
	double scale;         /* for charts: the value times this is in `unit` */
	hwatt_i128 times, over; /* the same, exactly */
	int decimals;
	const char *unit;     /* "", "%", "MWh" ... */
};

/* How values of about the size of `value` are written, so that a column has one unit. */
struct number_style number_style(enum measure measure, const char *unit, struct hwatt_ratio value);
/* "1,29", "42,0 %", "3 450 kWh": a fresh string in the scratch of `out` (reset first). "–" when not known. */
const char *number_text(const struct number_style *style, struct hwatt_ratio value, enum hwatt_language language,
			struct hwatt_text *out);
/* The same with as many more decimals, up to 9, as it takes to tell it from `other`. */
const char *number_text_beside(const struct number_style *style, struct hwatt_ratio value, struct hwatt_ratio other,
			       enum hwatt_language language, struct hwatt_text *out);
/* A share in ppm as "97,5 %". */
const char *share_text(int64_t ppm, enum hwatt_language language, struct hwatt_text *out);

#endif
