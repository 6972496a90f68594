/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* forecast.h - what an open period will end with if it goes on as it has begun.  Never a verdict, and said so.
 *
 * Energies go on as each meter has, at the mean power of its own covered time (struct kpi, `expected`); what else adds up (counts)
 * at the mean rate of the time that was covered; a ratio stays what it is.  Pure: the time is an
 * argument.  Source: domain.md 5.6 (an estimate needs half of the time covered). */
#ifndef HALLWATT_FORECAST_H
#define HALLWATT_FORECAST_H

#include "verdict.h"

#define FORECAST_LEAST_S 86400 /* so much of the period must have passed */

struct forecast {
	bool known;
	struct hwatt_ratio value;    /* expected at the end of the period */
	enum hwatt_status status;    /* met or not_met, by then */
	int64_t crosses_s;           /* UTC: when the limit will be passed; 0: it will not, or that cannot be told */
};

/* The forecast of a question about the open period from_s..to_s as of now_s (UTC).  Unknown for what documents answer, without a limit
 * or value, over a closed period, before a day of it has passed, and with less than half of that covered. */
struct forecast forecast_make(const struct verdict_question *question, int64_t from_s, int64_t to_s, int64_t now_s);
/* Puts a sentence: "If it goes on like this ..."; nothing when it is unknown.  `period`: the days of the open period, which is seldom the one judged;
 * `month` and `year`: the local ones of crosses_s. */
void forecast_sentence(const struct verdict_question *question, const struct forecast *forecast, const struct verdict_period *period, int month,
		       int year, enum hwatt_language language, struct hwatt_text *out);

#endif
