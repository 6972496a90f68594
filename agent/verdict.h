/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* verdict.h - is a requirement met, why, and what to say of it in a follow-up meeting.
 *
 * Pure functions of a question: no I/O, no clock.  Comparisons are exact, before any rounding.  Source: domain.md 7.4. */
#ifndef HALLWATT_VERDICT_H
#define HALLWATT_VERDICT_H

#include "contract.h"
#include "kpi.h"
#include <hallwatt/language.h>
#include <hallwatt/text.h>
#include <hallwatt/view.h>

enum verdict_reason { /* in the order in which they are listed */
	REASON_OK = 1,
	REASON_LIMIT = 2,             /* the value is beyond the limit */
	REASON_LIMIT_CERTAIN = 4,     /* beyond it whatever missing or coming data may say */
	REASON_COVERAGE = 8,
	REASON_PERIOD_OPEN = 16,
	REASON_NO_DATA = 32,          /* nothing was measured */
	REASON_DIV_ZERO = 64,         /* the IT equipment used nothing: the ratio has no value */
	REASON_PHYS_IMPOSSIBLE = 128,
	REASON_CATEGORY_MISMATCH = 256,
	REASON_NO_UNCERTAINTY = 512,  /* a guard band needs the meters' accuracy, which is not stated */
	REASON_DOC_EXPIRED = 1024,    /* a calibration ended within the period */
	REASON_OUTSIDE_PERIOD = 2048, /* nothing of the contract's time has come yet */
	REASON_NO_SUBJECT = 4096,     /* nothing in scope that the requirement could be about */
	REASON_WARN_BELOW_ONE = 8192,
};

struct verdict_question {
	const struct requirement *requirement;
	bool in_force;             /* the period lies within the contract's validity */
	bool has_subject;
	bool closed;               /* the period is over and its data are in */
	bool calibration_expired;  /* during the period */
	struct kpi kpi;
};

struct verdict {
	enum hwatt_status status;
	unsigned reasons;          /* enum verdict_reason */
};

struct verdict verdict_judge(const struct verdict_question *question);
/* The worse of two, to fold several subjects: NOT_MET > EXPIRED > NOT_ENOUGH_DATA > MET; NOT_APPLICABLE counts for
 * nothing. */
enum hwatt_status verdict_worse(enum hwatt_status a, enum hwatt_status b);
/* "LIMIT WARN_BELOW_ONE": at most 160 octets with the NUL. */
#define VERDICT_REASONS_SIZE 160
void verdict_reasons(unsigned reasons, char out[VERDICT_REASONS_SIZE]);

struct verdict_period { /* as it is written in the sentences */
	const char *from, *to; /* first and last day, "2026-10-01"; "" when nothing can be said */
};

/* Puts what was promised, what was measured on how complete data, the outcome, and what to ask the supplier for.  Numbers
 * show enough decimals to tell the value from the limit. */
void verdict_sentence(const struct verdict_question *question, const struct verdict *verdict,
		      const struct verdict_period *period, enum hwatt_language language, struct hwatt_text *out);

#endif
