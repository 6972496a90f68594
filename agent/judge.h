/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* judge.h - what a requirement that is not metered is judged by, and what its judges share.
 *
 * Pure: registers, places and events of the past go in, a verdict_question comes out.  Source: domain.md 7.3, 7.4. */
#ifndef HALLWATT_JUDGE_H
#define HALLWATT_JUDGE_H

#include "contract.h"
#include "verdict.h"

struct judge_replacement { /* a device or a part of it whose serial number changed, as it was measured */
	int64_t day;
	const char *device, *before, *after;
	const char *part; /* "psu 1"; "" the device as a whole */
};

struct judge_site { const char *id, *country; };

struct judge_facts {
	const struct contract *contract; /* with its registers */
	int64_t day;                     /* local: all is judged as it stands at the end of this day */
	int64_t from_day, to_day;        /* the period, for what is counted over one; inclusive */
	bool closed;                     /* the period is over */
	size_t replacement_count, site_count;
	const struct judge_replacement *replacements; /* of devices in the contract's scope, oldest first */
	const struct judge_site *sites;  /* of its scope */
	struct hwatt_arena *arena;       /* for names and scratch */
};

enum document_scope { /* what one document covers at least */
	SCOPE_CONTRACT, /* the supplier, once */
	SCOPE_BRAND,    /* each brand owner */
	SCOPE_MODEL,
	SCOPE_ASSET,
};

struct judge_thing { /* one subject of a requirement */
	const char *name;
	const struct register_asset *asset; /* NULL: the contract as a whole */
	int64_t due_day;
};

/* The question of a requirement: whether it is in force, and what its judge found. The one way to ask. */
void judge_ask(const struct judge_facts *facts, const struct requirement *requirement, struct verdict_question *out);

/* What the requirement is about on the day: the contract, or brands, models or assets in use that it selects; with the
 * trigger `replacement` those that came in place of others while it was in force. Returns their number. */
size_t judge_things(const struct judge_facts *facts, const struct requirement *requirement, enum document_scope scope,
		    struct judge_thing **out);
/* Whether the asset is one that the requirement selects. */
bool judge_selects(const struct requirement *requirement, const struct register_asset *asset);
/* By when what the requirement asks for was due, for something that came on `day` (0: that was always there). */
int64_t judge_due(const struct judge_facts *facts, const struct requirement *requirement, int64_t day);
/* Adds what was found of one subject; nothing found counts by its due day. */
void judge_found(const struct judge_facts *facts, struct verdict_evidence *evidence, enum evidence found, const char *name,
		 int64_t due_day);
/* What is to be covered piece by piece: as the type has it; where an accepted document for the contract says that it is about some brands or
 * equipment alone, each of those that there are, as the others are not covered by it. */
enum document_scope judge_scope(const struct judge_facts *facts, const struct requirement *requirement);
/* The accepted document that covers the thing on `day` and says all `claims`; what else is there tells `evidence`. */
enum evidence judge_document(const struct judge_facts *facts, const struct requirement *requirement,
			     const struct judge_thing *thing, struct verdict_evidence *evidence);
/* Keeps what is wrong, unless something else was found wrong before; `detail` NULL: none. */
void judge_tell(struct verdict_evidence *evidence, const char *finding, const char *detail);
/* Whether a list of texts holds `word`, letters of any case. */
bool judge_lists(const struct hwatt_list *texts, const char *word);

#endif
