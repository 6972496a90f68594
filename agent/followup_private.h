/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* followup_private.h - what the files that make a follow-up share. */
#ifndef HALLWATT_FOLLOWUP_PRIVATE_H
#define HALLWATT_FOLLOWUP_PRIVATE_H

#include "followup.h"
#include "books.h"
#include "evaluation_state.h"

struct making {
	struct hwatt_followup followup; /* first: what is handed out is this */
	struct hwatt_arena *arena;
	struct evaluation *e;
	const struct inventory_scope *scope;
	const struct subject *contract;
	int64_t from_day, to_day;
	int64_t until_s;                /* as of */
};

/* A copy in the report's arena, "" for NULL. */
const char *followup_keep(const struct making *m, const char *text);
/* A text of ours in all languages. */
struct hwatt_texts followup_translated(const char *english);
/* Adds the certificates that touch the period and what of them counted, what an auditor would find in them (failures as notes too), and
 * the hours of the day where hours are matched. */
void followup_certificates(struct making *m);

#endif
