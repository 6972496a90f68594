/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* decode.h - from a resource to findings: what is measured, where it stands, how much. No I/O, no clock.
 *
 * The standard's properties are rows of a table (standard.c); a family's profile adds rows and takes others away. */
#ifndef REDFISH_DECODE_H
#define REDFISH_DECODE_H

#include <hallwatt/profile.h>
#include <hallwatt/reading.h>
#include <jansson.h>
#include <regex.h>
#include <stdbool.h>

enum kind { /* what a resource is, by the link that led to it */
	KIND_ROOT, KIND_CHASSIS, KIND_SYSTEM, KIND_MANAGER, KIND_POWER_EQUIPMENT, KIND_POWER, KIND_ENVIRONMENT,
	KIND_POWER_SUBSYSTEM, KIND_SUPPLY, KIND_SUPPLY_METRICS, KIND_SENSOR, KIND_PDU, KIND_PDU_METRICS, KIND_MAINS, KIND_BRANCH,
	KIND_OUTLET, KIND_THERMAL, KIND_THERMAL_SUBSYSTEM, KIND_THERMAL_METRICS, KIND_FAN, KIND_PROCESSOR,
	KIND_PROCESSOR_METRICS, KIND_PROCESSOR_ENVIRONMENT, KIND_MEMORY, KIND_MEMORY_ENVIRONMENT, KIND_STORAGE, KIND_DRIVE, KIND_TELEMETRY, KIND_REPORT, KINDS
};
extern const char *const kind_words[KINDS + 1]; /* "chassis", "power" ...: in profiles */

enum how { /* what a finding has to do with others of its place */
	HOW_PLAIN,
	HOW_TOTAL_SENSOR, HOW_TOTAL_CONTROL, HOW_TOTAL_ENVIRONMENT, HOW_TOTAL_PROFILE, /* the place's total; later is better */
	HOW_SUPPLY_INPUT, HOW_SUPPLY_OUTPUT, /* of one power supply */
	HOW_MAINS,                           /* one of a PDU's inputs: part of its total */
	HOW_COMPONENT,                       /* a part of what another reading measures */
};

enum measure { /* what the JSON number counts */
	MEASURE_BASE, MEASURE_PERCENT, MEASURE_KWH, MEASURE_JOULE, MEASURE_GIB, MEASURE_RPM, MEASURE_SCALED
};

struct rule { /* one property that is a reading */
	enum kind kind;
	const char *pointer;  /* * stands for every member */
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	enum measure measure;
	enum how how;
	const char *prefix;   /* before the element's label in the index */
	bool fixed;           /* an inventory fact */
	bool no_zero;         /* 0 is "not known" */
	/* of profiles only */
	bool ignore;
	int64_t scale_micro, divide_micro, offset_micro;
	struct hwatt_list absent; /* int64_t: raw numbers that mean "not measured" */
	bool has_min, has_max;
	int64_t min_micro, max_micro;
	const char *index;    /* "" the own; else with {id} {1}: Id, first group of `id` */
	const regex_t *id;    /* NULL: any */
	const char *unless_below;
};

struct rule_list {
	size_t count;
	const struct rule *items;
};
extern const struct rule_list standard_rules;

struct link_rule { /* where further resources are */
	enum kind from;
	const char *pointer;  /* to a link, or with a * to links */
	enum kind to;
	bool collection;      /* the link leads to a collection of them */
};
struct link_list {
	size_t count;
	const struct link_rule *items;
};
extern const struct link_list standard_links;

struct place { /* where a resource belongs */
	const char *path;     /* the resource's own */
	const char *prefix;   /* of every index: "" or the chassis' Id and a dot */
	const char *label;    /* the resource's name among its kind: "PSU1" */
	bool contained;       /* the chassis is inside another one: not the device's total */
};

struct finding {
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	enum how how;
	enum kind kind;
	char index[HWATT_INDEX_SIZE], name[HWATT_NAME_SIZE];
	char key[320];        /* tells findings of a device apart: path, # and pointer */
	char source[320];     /* as it is shown; differs from the key where members stand inside their collection */
	const char *via;      /* DataSourceUri, or NULL; borrowed from the JSON */
	bool fixed, register_;
	int64_t value;        /* fixed unit */
	uint64_t stamp;       /* of a resettable register's SensorResetTime, 0: none */
	const char *note;     /* a sentence for a human why nothing was found here, else NULL: then nothing else is valid but source */
};
typedef void decode_emit(void *arg, const struct finding *finding);

struct decode { /* what a decoding needs */
	struct rule_list profile; /* rows of the family */
	decode_emit *emit;
	void *arg;
};

/* Gives the findings of the resource `json` of `kind`. `base` is the pointer to it in its document ("" or "/Members/3"), `shown`
 * the path of that document. */
void decode_resource(const struct decode *d, enum kind kind, const struct place *place, const char *shown, const char *base,
		     const json_t *json);

#endif
