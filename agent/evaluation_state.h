/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* evaluation_state.h - what evaluation.c (sums) and evaluation_view.c (figures and verdicts) share. */
#ifndef HALLWATT_EVALUATION_STATE_H
#define HALLWATT_EVALUATION_STATE_H

#include "evaluation.h"
#include "abacus.h"
#include "course.h"
#include "happenings.h"
#include "verdict.h"
#include <hallwatt/arena.h>
#include <hallwatt/followup.h>

struct slot { /* a recent quarter, as all points told it */
	int64_t start_s;
	bool used, dirty;        /* dirty: the subjects' sums do not have all of it yet */
	size_t present, brief_count;
	struct brief *briefs;    /* by place of the point */
	struct sums *applied;    /* by subject: what was added for it */
};

struct evaluation_zone { const char *name; struct zone *zone; };

struct evaluation_books;
struct evaluation_request { /* a window that a report needs */
	size_t subject;
	int64_t from_s, to_s;
	struct sums sums;
};

struct evaluation {
	const struct inventory *inventory;
	struct store *store;
	struct hwatt_log *log;
	size_t zone_count, subject_count;
	struct evaluation_zone *zones;
	struct sources *sources;
	struct subject *subjects; /* sites, then contracts */
	struct abacus *abacus;      /* of the subjects */
	struct courses courses;     /* of the subjects that hours are asked of */
	bool *order_told;         /* by subject: that its PUE categories contradict each other */
	bool *waited;             /* by source, as many as there were at the start: since when is written down */
	size_t waited_count;
	struct slot slots[EVALUATION_RING];
	int64_t newest_s;         /* start of the newest quarter seen; INT64_MIN: none */
	int64_t opened_s;         /* the quarter in which it was made */
	int64_t settled_s;        /* quarters that end by then are in the sums */
	struct sums quarter, fresh, window, half_year; /* scratch */
	struct evaluation_books *books;
	int64_t sites_to_s;       /* sites are summed until then */
	struct happenings happenings; /* devices that were replaced */
	bool by_request;          /* a report: only the windows below are summed, as of settled_s */
	bool gathered;            /* they are */
	int64_t closed_after_s;   /* a report: periods that were over by then are another report's; INT64_MIN: none */
	size_t request_count, request_capacity;
	struct evaluation_request *requests;
};

/* The slot of the quarter, NULL when it is not among the recent ones. */
const struct slot *evaluation_slot(const struct evaluation *evaluation, int64_t start_s);
/* The same with room for the briefs of all points that there are. */
const struct slot *evaluation_recent(struct evaluation *evaluation, int64_t start_s);
/* Asks what documents, registers and events say of a requirement over the window (of a present one: as of its day). Names are in the
 * arena. */
void evaluation_ask(struct evaluation *evaluation, const struct subject *subject, const struct requirement *requirement,
		    const struct window *window, int64_t until_s, struct hwatt_arena *arena, struct verdict_question *out);
/* Whether a calibration of the contract's documents ended before the last day of the window, and no other took its place. */
bool evaluation_calibration_expired(const struct subject *subject, const struct window *window);
/* The day as of which a present requirement is judged: that of `until_s`, within the contract. */
struct window evaluation_present(const struct subject *subject, int64_t until_s);
/* The sums of a subject over `window`, as far as they are in until `until_s`, with what people wrote down. Free it. */
void evaluation_period(struct evaluation *evaluation, size_t subject, const struct window *window, int64_t until_s,
		       struct subject_period *out);
/* --- reports (followup.c) --- */

/* An evaluation of the sites of a contract and, the last subject, of the contract; the caller sets as of when.  Nothing is summed
 * before evaluation_gather: what is asked for until then is noted, and its sums are empty. */
int evaluation_open_report(const struct inventory *inventory, const struct inventory_scope *scope, struct store *store,
			   int64_t now_s, struct evaluation **out, struct hwatt_error *err);
/* Sums the windows that were asked for, from the days that they cover. */
int evaluation_gather(struct evaluation *evaluation, struct hwatt_error *err);
/* The sums of a window, or none when it was not asked for in time. */
const struct sums *evaluation_requested(struct evaluation *evaluation, size_t subject, const struct window *window);
/* All figures that apply to the subject over the window, in the arena. Returns their count. */
size_t evaluation_figures(struct evaluation *evaluation, size_t subject, const struct window *window, struct hwatt_arena *arena,
			  const struct hwatt_view_kpi **out);
/* The verdict of a requirement as of settled_s; strings in the arena or borrowed. */
struct hwatt_view_requirement evaluation_verdict(struct evaluation *evaluation, size_t subject,
						 const struct requirement *requirement, struct hwatt_arena *arena);

/* The figure of that name over the window, and its unit; false when it does not apply to the subject. */
bool evaluation_figure(struct evaluation *evaluation, size_t subject, const char *name, const struct window *window, struct kpi *out,
		       const char **unit);

/* Brings all sums up to `now_s`. */
void evaluation_settle(struct evaluation *evaluation, int64_t now_s);

#endif
