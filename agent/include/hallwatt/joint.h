/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* joint.h - many contracts and suppliers side by side, for who coordinates the follow-up of a region or a country.
 *
 * Rows are what is required: the templates of requirement packages, or types where a contract wrote its own; columns are the reports.
 * Source: followup-sources.md 6, first point. */
#ifndef HALLWATT_JOINT_H
#define HALLWATT_JOINT_H

#include <hallwatt/error.h>
#include <hallwatt/option.h>
#include <hallwatt/view.h>

#define JOINT_MAX_REPORTS 1000u
#define JOINT_MAX_OCTETS (64u << 20) /* of one report */

struct hwatt_joint_report { /* a column */
	const char *file, *contract, *buyer, *supplier, *period, *schema;
	struct hwatt_texts title;
	const char *to;                /* end of the period, UTC, "" not stated */
	bool open;                     /* the period was not over when the report was made */
	bool latest;                   /* no other report of the contract is of a later period: what lessons are drawn from */
	size_t counts[HWATT_STATUSES];
};

struct hwatt_joint_cell { /* what a report says of a row */
	bool present;                  /* the contract has it */
	enum hwatt_status status;      /* the worst, where it has it several times */
	const char *requirement;       /* its id in the contract */
	const char *reasons;           /* "COVERAGE PERIOD_OPEN" */
	const char *value, *limit, *unit; /* decimal numbers, "" not known */
};

/* What the coordinator may change in the requirement package, by what the reports say of the row. */
enum hwatt_lesson {
	HWATT_LESSON_NONE,             /* works: it is judged, and met by most */
	HWATT_LESSON_MEASURE,          /* too often not judged for lack of metering: require the meters */
	HWATT_LESSON_REGISTERS,        /* too often not judged as nobody keeps the register: require who does */
	HWATT_LESSON_DOCUMENTS,        /* too often not judged for lack of documents: require them with the tender */
	HWATT_LESSON_RENEW,            /* documents expire unnoticed: require renewal before the end */
	HWATT_LESSON_BREACHES,         /* judged, and broken by half or more: follow up together, or mend the level */
	HWATT_LESSON_SUBJECT,          /* nothing that it applies to in any contract: drop it, or write it otherwise */
	HWATT_LESSON_WAIT,             /* no period is over yet, or it is not in force yet */
	HWATT_LESSONS
};

struct hwatt_joint_row {
	const char *package, *template_id; /* "" when no package */
	const char *type, *stage, *risk, *area;
	struct hwatt_texts title, source;
	size_t contracts;              /* that have it; these and the lesson are of the latest report of each */
	size_t counts[HWATT_STATUSES];
	enum hwatt_lesson lesson;
	const struct hwatt_joint_cell *cells; /* one a report */
};

struct hwatt_joint {
	size_t report_count, row_count;
	size_t contract_count;         /* contracts may have several reports */
	const struct hwatt_joint_report *reports; /* in the order given */
	const struct hwatt_joint_row *rows;       /* by package and template, then type */
	void *memory;
};

/* "none", "measure", "documents", "renew", "breaches", "subject", "wait". */
const char *hwatt_lesson_name(enum hwatt_lesson lesson);
/* Reads the reports (JSON of `hallwatt report`).  HWATT_EINVAL names the file and what is wrong in it: not a report, of an unknown
 * version, or the same contract and period twice. */
int hwatt_joint_read(const char *const *files, size_t count, struct hwatt_joint *out, struct hwatt_error *err);
void hwatt_joint_free(struct hwatt_joint *joint);

#endif
