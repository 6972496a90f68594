/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* contract.h - what was promised: who, when, for which equipment, and the requirements.
 *
 * A requirement type is one row of the table in contract.c: its keys, its unit, which side its limit is on, and the function of kpi.h
 * that measures it. */
#ifndef HALLWATT_CONTRACT_H
#define HALLWATT_CONTRACT_H

#include "calendar.h"
#include "document.h"
#include "kpi.h"

#define CONTRACT_MAX_REQUIREMENTS 500u

enum requirement_unit {
	UNIT_RATIO,  /* PUE: 1.30, two decimals */
	UNIT_SHARE,  /* 0.40, shown as 40.0 % */
	UNIT_ENERGY, /* J, shown as kWh, MWh or GWh */
};

enum requirement_subject { /* what must be in scope for the requirement to apply at all */
	SUBJECT_SITE, SUBJECT_ENERGY, SUBJECT_DEVICES, SUBJECT_RACKS,
};

enum requirement_guard { /* what the measurement uncertainty U (k = 2) does; domain.md 7.4 rule 6 */
	GUARD_SIMPLE,          /* nothing */
	GUARD_GUARDED_ACCEPT,  /* met only when the value keeps U away from the limit */
	GUARD_GUARDED_REJECT,  /* not met only when the value is beyond the limit by more than U */
};

enum requirement_boundary { BOUNDARY_IT, BOUNDARY_ALLOCATED };

struct requirement;

struct requirement_type {
	const char *name;
	const struct hwatt_option *options; /* its keys */
	size_t option_count;
	enum requirement_unit unit;
	bool may_max, may_min;
	enum window_kind window;            /* unless stated */
	enum requirement_subject subject;
	void (*measure)(const struct kpi_period *period, const struct requirement *requirement, struct kpi *out);
	struct hwatt_texts noun[2];         /* what is promised, by boundary */
};

struct requirement {
	const char *id;
	const struct requirement_type *type;
	const char *type_name;
	struct hwatt_texts title;
	bool maximum;              /* the limit is an upper one */
	bool exclusive;            /* the limit itself is a breach */
	int64_t max, min;          /* as read: 1e-6, energies mJ; see requirement_limit */
	int window_word;           /* as read; see `window` */
	enum window_kind window;
	int64_t min_coverage_ppm;
	int guard;                 /* enum requirement_guard */
	bool missing_is_breach;    /* a closed period without enough data is a breach */
	int64_t category;          /* pue: 1 to 3; 0: the lowest that is metered */
	int boundary;              /* energy: enum requirement_boundary */
	struct hwatt_mark mark;
};

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
	struct hwatt_list packages;     /* const char * */
	struct hwatt_list nodes;        /* const struct hwatt_node *: requirements as written */
	struct hwatt_list requirements; /* struct requirement */
	struct { int64_t month_ppm, year_ppm; } min_coverage; /* unless a requirement states its own */
	bool missing_is_breach;
	struct hwatt_mark mark;
};

/* Reads the contract at `path` into the arena; NULL after adding mistakes to `report`. */
struct contract *contract_load(const char *path, struct hwatt_arena *arena, struct hwatt_report *report);
/* The same from a parsed document. */
struct contract *contract_read(const struct hwatt_node *node, struct hwatt_arena *arena, struct hwatt_report *report);
/* The schema of a contract file, for the JSON Schema and the man page. */
const struct hwatt_schema *contract_schema(void);
/* The limit in the unit of the value: a ratio, or J. */
struct hwatt_ratio requirement_limit(const struct requirement *requirement);
/* NULL when there is no such type. */
const struct requirement_type *requirement_type_by_name(const char *name);

#endif
