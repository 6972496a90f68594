/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ruleset.h - the rules that a figure is computed by: dated, versioned data with a hash.
 *
 * Shipped ones are compiled in from rulesets/; files under `rulesets` add to them or take the place of one with the same id.  An old period
 * can be computed by its old rules or by newer ones, since both are here.  Source: domain.md 1.2, 2.6, design rule 1. */
#ifndef HALLWATT_RULESET_H
#define HALLWATT_RULESET_H

#include "document.h"
#include "logbook.h"

#define RULESET_DEFAULT "EED-2024"
#define RULESET_LABELS "EED-2026" /* has the classes */
#define RULESET_CARRIERS (LOGBOOK_LAST_CARRIER - LOGBOOK_FIRST_CARRIER + 1)

enum ruleset_status { RULESET_DRAFT, RULESET_ADOPTED, RULESET_IN_FORCE, RULESET_WITHDRAWN };
enum ruleset_water { RULESET_WATER_ALL, RULESET_WATER_POTABLE, RULESET_WATER_FRESH };

struct ruleset_class { const char *name; int64_t max_micro; struct hwatt_mark mark; }; /* up to and including; 0: no bound */

struct ruleset_weight { int carrier; int64_t weight_ppm; bool verified; struct hwatt_mark mark; };

struct ruleset {
	const char *id, *title, *source;
	int64_t published_day;
	int status;                  /* enum ruleset_status */
	int carriers;                /* 0: unweighted, 1: weighted */
	int64_t it_category;         /* of a PUE, 0: any */
	int location;                /* 0: lau, 1: nuts3 */
	int water;                   /* enum ruleset_water: the numerator of WUE */
	struct hwatt_list weights;   /* struct ruleset_weight */
	struct { struct hwatt_list pue, wue; } classes; /* struct ruleset_class, best first */
	struct hwatt_list omits;     /* const char *: fields of the report that it does not have */
	char hash[65];               /* SHA-256 over the file, hex */
	struct hwatt_mark mark;
};

struct ruleset_weighting { int64_t ppm[RULESET_CARRIERS]; bool verified[RULESET_CARRIERS]; };

/* Reads a ruleset; NULL after adding mistakes. */
struct ruleset *ruleset_read(const char *file, const char *bytes, size_t length, struct hwatt_arena *arena, struct hwatt_report *report);
/* For the JSON Schema and the man page. */
const struct hwatt_schema *ruleset_schema(void);
/* The weight of each carrier: 1 for all when the rules sum plainly.  A carrier without weight has 0 and is not verified. */
struct ruleset_weighting ruleset_weighting(const struct ruleset *ruleset);
/* The class of an unrounded value; NULL when the rules have none or the value is not known. */
const char *ruleset_class(const struct hwatt_list *classes, struct hwatt_ratio value);
/* The greatest value of a class, in millionths; 0: no bound, -1: there is no such class. */
int64_t ruleset_class_bound(const struct hwatt_list *classes, const char *name);
bool ruleset_omits(const struct ruleset *ruleset, const char *field);

struct ruleset_file { const char *name; const unsigned char *bytes; size_t length; };
/* What is shipped, ended by a row without name: rulesets, and factors whose names begin with "factors-". */
extern const struct ruleset_file ruleset_files[];

#endif
