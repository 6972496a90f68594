/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* requirement.h - one promise of a contract, and the types of promises there are.
 *
 * A type is one row of a table in one of the judge_*.c files: its keys, its unit, which side its limit is on, and one function, which
 * either measures (a figure of kpi.h) or judges (by documents, registers and events).  Source: domain.md 7.3. */
#ifndef HALLWATT_REQUIREMENT_H
#define HALLWATT_REQUIREMENT_H

#include "calendar.h"
#include "document.h"
#include "kpi.h"
#include <hallwatt/language.h>

enum requirement_unit {
	UNIT_RATIO,  /* PUE: 1.30, two decimals */
	UNIT_SHARE,  /* 0.40, shown as 40.0 % */
	UNIT_ENERGY, /* J, shown as kWh, MWh or GWh */
	UNIT_YEARS,  /* 5.0 years */
	UNIT_PLAIN,  /* a number in the counter's own unit, or none */
	UNIT_MASS,   /* kg */
	UNIT_FACTOR, /* 3.50, no place in the power tree belongs to it */
	UNIT_WATER,  /* m3/MWh, shown as L/kWh */
	UNIT_CARBON, /* kg/kWh */
	UNIT_NONE,   /* no value: documents, places, deadlines */
};

enum requirement_subject { /* what must be in scope for a measured requirement to apply at all */
	SUBJECT_SITE, SUBJECT_ENERGY, SUBJECT_DEVICES, SUBJECT_RACKS,
};

enum requirement_guard { /* what the measurement uncertainty U (k = 2) does; domain.md 7.4 rule 6 */
	GUARD_SIMPLE,          /* nothing */
	GUARD_GUARDED_ACCEPT,  /* met only when the value keeps U away from the limit */
	GUARD_GUARDED_REJECT,  /* not met only when the value is beyond the limit by more than U */
};

enum requirement_boundary { BOUNDARY_IT, BOUNDARY_ALLOCATED };
enum requirement_age { AGE_MEAN, AGE_LEAST, AGE_IN_USE }; /* of what a lifetime requirement is: label.class_word */
enum requirement_trigger { TRIGGER_ALWAYS, TRIGGER_REPLACEMENT };
enum requirement_limits { LIMITS_REQUIRED, LIMITS_OPTIONAL, LIMITS_NONE }; /* of a type */

struct requirement;
struct judge_facts;
struct verdict_question;

struct requirement_type {
	const char *name;
	const struct hwatt_option *options; /* its keys */
	size_t option_count;
	enum requirement_unit unit;
	bool may_max, may_min;
	bool present;                       /* judged as of a day, not over a window */
	bool by_due;                        /* judged for the last period of which it is due, not the last that is over */
	bool matched;                       /* electricity is matched with certificates: the keys `green` */
	bool own;                           /* a contract's value is its own, not that of its site */
	enum requirement_limits limits;
	enum window_kind window;            /* unless stated */
	enum requirement_subject subject;
	void (*measure)(const struct kpi_period *period, const struct requirement *requirement, struct kpi *out);
	/* Instead of `measure`: fills what the verdict rests on; see judge.h. */
	void (*judge)(const struct judge_facts *facts, const struct requirement *requirement, struct verdict_question *out);
	/* What the keys of this type say together; adds mistakes.  NULL: nothing to check. */
	void (*check)(const struct requirement *requirement, const struct hwatt_node *at, struct hwatt_report *report);
	/* Sets what follows from the keys, such as a limit; NULL: nothing. */
	void (*fill)(struct requirement *requirement);
	int document_type;                  /* the documents that it is judged by (enum document_type) */
	int document_scope;                 /* enum document_scope */
	const char *noun[2];                /* what is promised, in English for hwatt_tr; of an energy by its boundary, of an age by whose */
	const char *deliver;                /* what to ask the supplier for; NULL for measured types */
};

struct requirement_document { /* a document stated in the contract itself */
	const char *path, *sha256, *issuer;
	int64_t issued_day, to_day; /* 0: not stated */
};

struct requirement {
	const char *id;
	const struct requirement_type *type;
	const char *type_name;
	struct hwatt_texts title;
	bool maximum;              /* the limit is an upper one */
	bool limited;              /* there is a limit at all */
	bool exclusive;            /* the limit itself is a breach */
	int64_t max, min;          /* as read: 1e-6, energies mJ; see requirement_limit */
	int window_word;           /* as read; see `window` */
	enum window_kind window;
	int64_t min_coverage_ppm;
	int guard;                 /* enum requirement_guard */
	bool missing_is_breach;    /* a closed period without enough data, or a document not there in time, is a breach */
	struct { int64_t from_day, to_day; } valid; /* of the requirement; 0: the contract's */
	int64_t due_day;           /* when documents must be there; 0: from the first day */
	int64_t due_days;          /* or so many days after the trigger; -1: not stated */
	int trigger;               /* enum requirement_trigger */
	struct hwatt_list subjects; /* const char *: selectors of assets; none: all */
	struct requirement_document document;
	union {                    /* by type */
		struct { int state; struct utilisation_rule rule; } idle; /* state: 0 idle, 1 comatose */
		struct { int range; int64_t low_micro, high_micro; struct kpi_inlet_range own; } inlet;
		struct { int64_t category; const char *site, *room; } part; /* category as in pue: 0 */
		struct { int64_t category; } pue; /* 1 to 3; 0: the lowest that is metered */
		struct { int boundary; } energy;  /* enum requirement_boundary */
		struct { int matching; struct hwatt_list technologies, countries, zones, labels; bool unsupported; } green;
		struct { int basis; } cue;        /* 0: location, 1: market */
		struct { int worst; } rating;     /* class: 0 is A */
		struct { int64_t baseline, factor; } trend; /* mJ, 1e-6 */
		struct { struct hwatt_list claims; int64_t conventions, years; bool factories; } paper; /* claims: const char * */
		struct { struct hwatt_list labels; int class_word; } label;
		struct { struct hwatt_list countries, about; int set; } location;
		struct { int level; int64_t max_age_months; struct hwatt_list fields; int64_t due_day_of_period;
			 int64_t days[4]; } event;
		struct { const char *counter, *unit; } counter;
		struct { struct hwatt_list requires; } replacement;
	};
	/* Where it comes from: "" when it is written in the contract. */
	const char *package, *template_id, *stage, *risk, *area;
	struct hwatt_texts source, verification, deliver;
	struct hwatt_mark mark;
};

/* NULL when there is no such type. */
const struct requirement_type *requirement_type_by_name(const char *name);
/* All types, one after the other; NULL behind the last. */
const struct requirement_type *requirement_type_at(size_t i);
/* The limit in the unit of the value: a ratio, or J. */
struct hwatt_ratio requirement_limit(const struct requirement *requirement);
/* The unit of value and limit: "1", "J", "kg", "years", a counter's own; "" where there is no value. */
const char *requirement_unit_name(const struct requirement *requirement);
/* Whether it asks for matching by the hour, or finer. */
bool requirement_hourly(const struct requirement *requirement);
/* Which certificates count for it; false when it is not about certificates of its own choice. Lists are borrowed. */
bool requirement_filter(const struct requirement *requirement, struct certificate_filter *out);
/* What is promised, in English for hwatt_tr. */
const char *requirement_noun(const struct requirement *requirement);
/* What to ask the supplier for, as its package or else its type has it. */
const char *requirement_deliver(const struct requirement *requirement, enum hwatt_language language);
/* Reads a requirement from its map of keys; false after adding mistakes.  Defaults that a contract gives are filled in by the caller. */
bool requirement_read(const struct hwatt_node *node, struct requirement *out, struct hwatt_arena *arena,
		      struct hwatt_report *report);

/* --- for the tables of types --- */

#define REQUIREMENT_AT(field) offsetof(struct requirement, field)
#define REQUIREMENT_KEYS(table) .options = (table), .option_count = sizeof(table) / sizeof((table)[0])
#define REQUIREMENT_MILLION INT64_C(1000000)

extern const char *const requirement_window_words[], *const requirement_trigger_words[];

#define REQUIREMENT_NAME_KEYS \
	{ .name = "id", .type = HWATT_STRING, .offset = REQUIREMENT_AT(id), .flags = HWATT_REQUIRED, \
	  .pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", .help = "name of the requirement, unique in the contract" }, \
	{ .name = "type", .type = HWATT_STRING, .offset = REQUIREMENT_AT(type_name), .flags = HWATT_REQUIRED, \
	  .help = "what is promised" }, \
	{ .name = "title", .type = HWATT_TEXTS, .offset = REQUIREMENT_AT(title), .help = "the requirement in the words of the contract" }, \
	{ .name = "from", .type = HWATT_DATE, .offset = REQUIREMENT_AT(valid.from_day), .help = "first day, when not that of the contract; periods are cut to it; metered by months or longer, the first of a month" }, \
	{ .name = "to", .type = HWATT_DATE, .offset = REQUIREMENT_AT(valid.to_day), .help = "last day, when not that of the contract; periods are cut to it; metered by months or longer, the last of a month" }, \
	{ .name = "missing_is_breach", .type = HWATT_BOOL, .offset = REQUIREMENT_AT(missing_is_breach), \
	  .help = "true when the contract counts missing data, or a document missing after its due date, as a breach" }

/* `limit` is the type of max and min, which must lie within low..high. */
#define REQUIREMENT_LIMIT_KEYS(limit, low, high, max_help, min_help) \
	{ .name = "max", .type = (limit), .offset = REQUIREMENT_AT(max), .min = (low), .max = (high), .help = max_help }, \
	{ .name = "min", .type = (limit), .offset = REQUIREMENT_AT(min), .min = (low), .max = (high), .help = min_help }, \
	{ .name = "exclusive", .type = HWATT_BOOL, .offset = REQUIREMENT_AT(exclusive), \
	  .help = "true when the limit itself is a breach: below max, above min" }

#define REQUIREMENT_WINDOW_KEY \
	{ .name = "window", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(window_word), .words = requirement_window_words, \
	  .help = "the period that is judged as a whole" }

/* When it must be fulfilled, and what starts the clock. */
#define REQUIREMENT_DUE_KEYS \
	{ .name = "due", .type = HWATT_DATE, .offset = REQUIREMENT_AT(due_day), .help = "day by which it must be there; the first day when absent" }, \
	{ .name = "due_days", .type = HWATT_INTEGER, .offset = REQUIREMENT_AT(due_days), .fallback = "-1", .min = 0, .max = 3660, \
	  .help = "or so many days after the contract began, or after the replacement" }, \
	{ .name = "trigger", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(trigger), .words = requirement_trigger_words, \
	  .help = "always, or replacement: only for hardware that comes in during the contract" }

#define REQUIREMENT_SUBJECTS_KEY \
	{ .name = "subjects", .type = HWATT_LIST, .offset = REQUIREMENT_AT(subjects), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST, \
	  .pattern = "^([*]|(kind|brand|model|asset|serial|device|site):.+)$", \
	  .form = "kind:, brand:, model:, asset:, serial:, device: or site: with a name behind, like brand:Acme, or *", \
	  .help = "which assets it is about, like kind:server or brand:Acme; all when absent" }

/* The tables of the judge_*.c files; each ends with a row without a name. */
extern const struct requirement_type judge_measured_types[], judge_resource_types[], judge_server_types[], judge_document_types[],
	judge_asset_types[], judge_location_types[], judge_event_types[], judge_counter_types[];

#endif
