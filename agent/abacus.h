/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* abacus.h - what some quarters on end give to the sums of sites and contracts.
 *
 * Two hundred contracts at one site share its PUE, and most of their sums: equal sums of meters are found once, when it is made,
 * and added up once for all, source by source, up to a day of quarters at a time.  Only what a subject that is asked for
 * reads is worked out. */
#ifndef HALLWATT_ABACUS_H
#define HALLWATT_ABACUS_H

#include "subject.h"

struct abacus;

/* `sources` and `subjects` are borrowed; the subjects' pairs do not change any more, their groups may grow. */
struct abacus *abacus_new(const struct sources *sources, const struct subject *subjects, size_t count);
void abacus_free(struct abacus *abacus);

/* From now on the span is this one; `rows` is borrowed until the next. */
void abacus_span(struct abacus *abacus, const struct span_rows *rows);
/* Gives back the room that spans took; the next one takes its own. */
void abacus_trim(struct abacus *abacus);
/* What the quarters `first` to before `end` of the span give to the subject together: nothing of those in which none of its
 * sources has an interval, and false when that is all of them. */
bool abacus_subject(struct abacus *abacus, size_t subject, size_t first, size_t end, struct sums *out);

/* The sum that a subject's pair is, as far as its numerator goes: equal ones have the same number. */
size_t abacus_sum(const struct abacus *abacus, size_t subject, size_t pair);
/* What that sum gives in one quarter of the span. */
struct kpi_cell abacus_cell(struct abacus *abacus, size_t sum, size_t quarter);

#endif
