/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* evaluation_books.h - puts what people wrote down beside what the meters of a window say. */
#ifndef HALLWATT_EVALUATION_BOOKS_H
#define HALLWATT_EVALUATION_BOOKS_H

#include "evaluation_state.h"

/* What is written down of each site, in UTC; made once, since it does not change. */
struct evaluation_books *evaluation_books_new(const struct evaluation *evaluation);
/* All sites' figures are by these rules from now on, not by the configured ones. */
void evaluation_books_rule(struct evaluation_books *books, const struct ruleset *ruleset);
void evaluation_books_free(struct evaluation_books *books);

/* Whether hours are asked of the subject: by a requirement of the contract, or by certificates of it that tell theirs. */
bool evaluation_books_hourly(const struct evaluation *evaluation, const struct subject *subject);
/* Calls back for each pair of the subject whose quarters matching by the hour needs. */
void evaluation_books_courses(const struct evaluation *evaluation, const struct subject *subject, void (*each)(void *arg, size_t pair), void *arg);
/* Whether anything is written down, cancelled or published that could make a figure of the site. */
bool evaluation_books_any(const struct evaluation *evaluation, const struct subject *subject);
/* Gives the period's sites their rules, tracks and months, in period->arena. Nothing for a subject without any. `sums`: of the window. */
void evaluation_books_add(struct evaluation *evaluation, const struct subject *subject, const struct window *window,
			  int64_t until_s, const struct sums *sums, struct subject_period *period);

#endif
