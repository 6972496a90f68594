/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* contract.h - what was promised: who, when, for which equipment, and the requirements.
 *
 * Requirements are written in the contract or come from packages (package.h); what they are judged by besides measurements stands
 * in registers (registers.h). */
#ifndef HALLWATT_CONTRACT_H
#define HALLWATT_CONTRACT_H

#include "registers.h"
#include "requirement.h"

#define CONTRACT_MAX_REQUIREMENTS 500u

struct contract_scope { /* one of site, rack and device is stated */
	const char *site, *rack, *device;
	const char *outlets;       /* "1-8" or "3", "" none */
	int64_t share_ppm;
	struct hwatt_mark mark;
};

struct contract {
	const char *id;
	struct hwatt_texts title;
	const char *buyer, *supplier;
	struct { int64_t from_day, to_day; } valid; /* local days, both inclusive */
	struct hwatt_list scope;        /* struct contract_scope */
	struct hwatt_list packages;     /* const struct hwatt_node *: as written; see package.h */
	struct hwatt_list nodes;        /* const struct hwatt_node *: requirements as written */
	struct registers_files register_files; /* as written */
	struct registers registers;
	struct hwatt_list files;        /* const char *: packages and registers that were read for it */
	struct hwatt_list requirements; /* struct requirement */
	struct { int64_t month_ppm, year_ppm; } min_coverage; /* unless a requirement states its own */
	bool missing_is_breach;
	int64_t reserved_mw;            /* power that it reserves, 0: not stated */
	struct hwatt_mark mark;
};

struct package_shelf;

/* Reads the contract at `path` with its packages and registers into the arena; NULL after adding mistakes to `report`. Contracts that share a
 * shelf (package.h) and an arena share packages. */
struct contract *contract_load(const char *path, struct package_shelf *shelf, struct hwatt_arena *arena, struct hwatt_report *report);
/* The same from a parsed document, with packages of its own. */
struct contract *contract_read(const struct hwatt_node *node, struct hwatt_arena *arena, struct hwatt_report *report);
/* Adds a mistake for each row of the registers that names a requirement of no contract that keeps it. */
void contract_check_rows(struct contract *const *contracts, size_t count, struct hwatt_arena *arena, struct hwatt_report *report);
/* The schema of a contract file, for the JSON Schema and the man page; made in the arena, as all types have their part in it. */
const struct hwatt_schema *contract_schema(struct hwatt_arena *arena);

#endif
