/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* eu_report.h - what a data centre reports for one calendar year under Delegated Regulation (EU) 2024/1364.
 *
 * A model to render as a page, JSON or CSV: the field tables say in which order and under which keys.  Immutable once made; all
 * strings live as long as it does.  A field that is not known has the status and the reason in its note, never a 0.
 * Source: domain.md 2.2 to 2.7. */
#ifndef HALLWATT_EU_REPORT_H
#define HALLWATT_EU_REPORT_H

#include <hallwatt/number.h>
#include <stddef.h>

#define HWATT_EU_REPORT_SCHEMA "hallwatt.eu-report/1"

enum hwatt_eu_status { HWATT_EU_NOT_AVAILABLE, HWATT_EU_MEASURED, HWATT_EU_ESTIMATED, HWATT_EU_CUSTOMER_REPORTED,
		       HWATT_EU_NOT_REPORTED, /* the ruleset has no such field */
		       HWATT_EU_STATUSES };
/* "not_available", "measured", "estimated", "customer_reported", "not_reported". */
const char *hwatt_eu_status_name(enum hwatt_eu_status status);

enum hwatt_eu_kind { HWATT_EU_NUMBER, HWATT_EU_TEXT, HWATT_EU_FLAG };

enum hwatt_eu_section { HWATT_EU_ANNEX1, HWATT_EU_ANNEX2, HWATT_EU_ANNEX3, HWATT_EU_LABELS, HWATT_EU_SECTIONS };
/* "annex1", "annex2", "annex3", "labels": the objects of the JSON. */
const char *hwatt_eu_section_name(enum hwatt_eu_section section);

enum hwatt_eu_field {
	/* annex I */
	HWATT_EU_DC_NAME, HWATT_EU_OWNER, HWATT_EU_OPERATOR, HWATT_EU_LOCATION_LAU, HWATT_EU_LOCATION_NUTS3, HWATT_EU_DC_TYPE,
	HWATT_EU_OPERATION_START, HWATT_EU_ELEC_REDUNDANCY, HWATT_EU_ELEC_REDUNDANCY_RACK, HWATT_EU_COOL_REDUNDANCY,
	HWATT_EU_COOL_REDUNDANCY_RACK,
	/* annex II */
	HWATT_EU_PD_IT_KW, HWATT_EU_S_DC_M2, HWATT_EU_S_CR_M2, HWATT_EU_E_DC_KWH, HWATT_EU_E_DC_BG_KWH, HWATT_EU_E_IT_KWH,
	HWATT_EU_GRID_FUNCTIONS, /* flag; the kinds stand in `grid_functions` */
	HWATT_EU_C_BTG_KW, HWATT_EU_W_IN_M3, HWATT_EU_W_IN_CATEGORY, HWATT_EU_W_IN_POT_M3, HWATT_EU_W_IN_FRE_M3,
	HWATT_EU_E_REUSE_KWH, HWATT_EU_T_WH_C, HWATT_EU_T_INTAKE_C,
	HWATT_EU_REFRIGERANTS, /* text: the names, comma separated; with charge and GWP in `refrigerants` */
	HWATT_EU_CDD, HWATT_EU_E_RES_TOT_KWH, HWATT_EU_E_RES_GOO_KWH, HWATT_EU_E_RES_PPA_KWH, HWATT_EU_E_RES_OS_KWH,
	HWATT_EU_C_SERV, HWATT_EU_C_STOR_PB, HWATT_EU_BW_IN_BPS, HWATT_EU_BW_OUT_BPS, HWATT_EU_DATA_IN_BYTES,
	HWATT_EU_DATA_OUT_BYTES,
	/* annex III */
	HWATT_EU_PUE, HWATT_EU_WUE, HWATT_EU_ERF, HWATT_EU_REF,
	/* labels: classes of the ruleset */
	HWATT_EU_PUE_CLASS, HWATT_EU_WUE_CLASS,
	HWATT_EU_FIELDS
};

struct hwatt_eu_field_info {
	enum hwatt_eu_section section;
	const char *key;        /* "e_dc_kwh": in the section's object, in quality.per_field and in the CSV */
	const char *symbol;     /* "E_DC": as the regulation calls it; "" where it has no symbol */
	enum hwatt_eu_kind kind;
	const char *unit;       /* "kWh", "m3", "Cel", "1"; "" for texts and flags */
	int decimals;           /* to print for humans; JSON has more */
	const char *what;       /* a sentence in English */
};

/* The row of `field`; never NULL for a value below HWATT_EU_FIELDS. */
const struct hwatt_eu_field_info *hwatt_eu_field_info(enum hwatt_eu_field field);

struct hwatt_eu_value {
	enum hwatt_eu_status status;
	struct hwatt_ratio number;   /* NUMBER, in the unit of the field; unknown unless the status says it is there */
	const char *text;            /* TEXT; FLAG: "yes" or "no"; "" when not known */
	int64_t coverage_ppm;        /* of the year; of a field that is no quantity: 0 or 1000000 */
	bool u_known;
	struct hwatt_ratio u_rel;    /* relative standard uncertainty, k = 1 */
	char quality;                /* letter of domain.md 8.4 */
	const char *method;          /* "meters", "readings", "cancelled guarantees of origin", "configuration" ... */
	const char *note;            /* why it is missing, or what limits it; "" */
};

struct hwatt_eu_carrier { const char *name; struct hwatt_ratio kwh; int64_t coverage_ppm; };

struct hwatt_eu_point { /* where E_IT was measured */
	const char *device, *point;  /* "ups-1", "ups_output" */
	int category;
};

struct hwatt_eu_refrigerant { const char *name; struct hwatt_ratio kg, gwp; };

struct hwatt_eu_statement { /* a cancellation statement that counted */
	const char *id, *kind, *document_sha256;
	struct hwatt_ratio kwh;      /* what of it counted here */
};

struct hwatt_eu_invariant { /* what must hold between the fields, and whether it does */
	const char *rule;            /* "e_dc_kwh >= e_it_kwh" */
	bool checked, holds;         /* not checked: a side is not known */
	const char *words;        /* in English for hwatt_tr: what it means where it does not hold */
};

struct hwatt_eu_report {
	const char *schema;          /* HWATT_EU_REPORT_SCHEMA */
	const char *ruleset_id, *ruleset_hash;
	const char *site;            /* id */
	int year;
	int64_t from_s, to_s;        /* the local calendar year, UTC bounds */
	bool open;                   /* the year is not over */
	const char *timezone;
	int64_t generated_s;
	const char *generator_version, *config_hash;
	struct hwatt_eu_value values[HWATT_EU_FIELDS];
	size_t carrier_count, point_count, grid_function_count, refrigerant_count, statement_count, invariant_count, note_count;
	const struct hwatt_eu_carrier *carriers;   /* e_dc_by_carrier_kwh */
	const struct hwatt_eu_point *points;       /* e_it_points */
	const char *const *grid_functions;
	const struct hwatt_eu_refrigerant *refrigerants;
	const struct hwatt_eu_statement *statements;
	const struct hwatt_eu_invariant *invariants;
	const char *const *notes;                  /* of the report as a whole */
	const char *merkle_root, *timestamp_token_ref; /* evidence; "" while there is no ledger */
	int64_t tree_size;
};

#endif
