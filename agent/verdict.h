/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* verdict.h - is a requirement met, why, and what to say of it in a follow-up meeting.
 *
 * Pure functions of a question: no I/O, no clock.  Comparisons are exact, before any rounding.  Source: domain.md 7.4. */
#ifndef HALLWATT_VERDICT_H
#define HALLWATT_VERDICT_H

#include "requirement.h"
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
	REASON_NO_DOC = 16384,        /* no document was ever accepted */
	REASON_DOC_REJECTED = 32768,  /* only documents that were rejected */
	REASON_CLAIM = 65536,         /* a document or register says that the promise is not kept */
	REASON_OVERDUE = 131072,      /* a deadline has passed */
	REASON_DOUBLE_COUNT = 262144, /* a watt or a certificate would count twice */
	REASON_PROVISIONAL_FACTOR = 524288, /* a factor in the value is not final */
	REASON_NOT_RESOLVED = 1048576, /* proofs of origin do not tell months, hours or quarters as finely as was promised */
	REASON_NO_FACTOR = 2097152,    /* no factor of the place is known */
};
#define VERDICT_REASON_COUNT 22

enum evidence { /* what was found of one subject, the worst last */
	EVIDENCE_MET,
	EVIDENCE_UNKNOWN,  /* no register tells */
	EVIDENCE_AWAITED,  /* nothing yet, and not due yet */
	EVIDENCE_MISSING,  /* nothing, and it was due */
	EVIDENCE_EXPIRED,
	EVIDENCE_OVERDUE,
	EVIDENCE_FAILED,   /* it says that the promise is not kept */
	EVIDENCE_KINDS
};

struct verdict_evidence { /* what documents, registers and events say; {0} says nothing */
	unsigned count[EVIDENCE_KINDS]; /* subjects by what was found */
	unsigned rejected;     /* of those awaited or missing: documents were handed in and rejected */
	unsigned submitted;    /* of those: documents wait for their review */
	int64_t due_day;       /* the first that is or was due; 0: none */
	int64_t expired_day;   /* since when the first is outdated; 0: none */
	int64_t until_day;     /* the first that will end of those in force; 0: none */
	const char *names;     /* of subjects that fall short, "Acme, Beta"; NULL none */
	const char *finding;   /* what is wrong with the first that is, in English for hwatt_tr; NULL: nothing special */
	const char *detail;    /* put in there for {r}; NULL none */
	bool too_late;         /* all is there, only late: nothing is left to be handed in */
	int64_t part, whole;   /* of a share: how many of how many */
};

struct verdict_question {
	const struct requirement *requirement;
	bool in_force;             /* the period lies within the contract's validity */
	bool has_subject;
	bool closed;               /* the period is over and its data are in */
	bool calibration_expired;  /* during the period */
	struct kpi kpi;
	bool capped;               /* `high` holds, whatever missing data may say */
	struct hwatt_ratio high;
	bool by_evidence;          /* judged by `evidence`; else by `kpi` */
	struct verdict_evidence evidence;
	bool awaited;              /* what is missing is not due yet */
	bool double_count, provisional;
};

struct verdict {
	enum hwatt_status status;
	unsigned reasons;          /* enum verdict_reason */
};

struct verdict verdict_judge(const struct verdict_question *question);
/* Whether all that is missing has been handed in, and waits for the buyer's own review. */
bool verdict_to_review(const struct verdict_evidence *evidence);
/* The worse of two, to fold several subjects: NOT_MET > EXPIRED > NOT_ENOUGH_DATA > MET; NOT_APPLICABLE counts for
 * nothing. */
enum hwatt_status verdict_worse(enum hwatt_status a, enum hwatt_status b);
/* "LIMIT WARN_BELOW_ONE": at most 320 octets with the NUL. */
#define VERDICT_REASONS_SIZE 320
void verdict_reasons(unsigned reasons, char out[VERDICT_REASONS_SIZE]);

struct verdict_period { /* as it is written in the sentences */
	const char *from, *to; /* first and last day, "2026-10-01"; "" when nothing can be said */
};

/* Puts what was promised, what was measured on how complete data, the outcome, and what to ask the supplier for.  Numbers
 * show enough decimals to tell the value from the limit. */
void verdict_sentence(const struct verdict_question *question, const struct verdict *verdict,
		      const struct verdict_period *period, enum hwatt_language language, struct hwatt_text *out);

#endif
