/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* registers.h - what a contract manager keeps in tables: assets, documents, activities, factories, counters, places.
 *
 * Plain files, YAML lists or CSV with a header row, named in the contract. Each row is checked; a mistake has its file, line and
 * column. Days are local and inclusive; 0 where none is stated. Source: domain.md 7.2. */
#ifndef HALLWATT_REGISTERS_H
#define HALLWATT_REGISTERS_H

#include "document.h"

#define REGISTERS_MAX_ROWS 200000u

enum asset_kind { ASSET_SERVER, ASSET_STORAGE, ASSET_NETWORK, ASSET_COMPUTER, ASSET_DISPLAY, ASSET_PHONE, ASSET_PRINTER,
		  ASSET_PDU, ASSET_UPS, ASSET_COOLING, ASSET_OTHER };
enum asset_fate { FATE_UNKNOWN, FATE_REUSED_INTERNALLY, FATE_REUSED_EXTERNALLY, FATE_PARTS, FATE_MATERIAL, FATE_DISPOSED };

struct register_asset {
	const char *id;
	int kind;                     /* enum asset_kind */
	const char *brand, *model, *serial, *device, *site, *country, *owner, *replaces, *receiver, *certificate, *refrigerant;
	int64_t purchased_day, installed_day, first_use_day, retired_day;
	int fate;                     /* enum asset_fate */
	struct hwatt_list shared_by;  /* const char * */
	struct hwatt_list labels;     /* const char *: that it carried when it was bought, as "epeat-gold" or "tco-certified/9" */
	int64_t charge_micro;         /* refrigerant, 1e-6 kg */
	int64_t gwp_micro;            /* its global warming potential, 1e-6 */
	struct hwatt_mark mark;
};

enum document_type { /* the words are document_type_words */
	DOC_ATTESTATION, DOC_POLICY, DOC_MINERALS, DOC_FORCED_LABOUR, DOC_ILO_CORE, DOC_CHILD_LABOUR, DOC_LABOUR_LAW,
	DOC_DUE_DILIGENCE, DOC_TEST_REPORT, DOC_REPAIR, DOC_END_OF_LIFE, DOC_ENVIRONMENTAL_MANAGEMENT, DOC_CHEMICALS,
	DOC_ANTI_CORRUPTION, DOC_ELECTRICITY_LABEL, DOC_ECOLABEL, DOC_AUDIT, DOC_REPORT, DOC_CALIBRATION, DOC_LOCATION,
	DOC_OTHER, DOC_TYPES
};
extern const char *const document_type_words[];

enum document_status { DOC_SUBMITTED, DOC_ACCEPTED, DOC_REJECTED, DOC_WITHDRAWN };

struct register_document {
	const char *id;
	int type;                     /* enum document_type */
	const char *title, *issuer, *requirement, *path, *sha256, *language, *reviewed_by, *supersedes;
	struct hwatt_list subjects;   /* const char *: selectors; none: everything */
	int64_t issued_day, from_day, to_day, reviewed_day; /* to_day 0: no end */
	int status;                   /* enum document_status */
	struct hwatt_list claims;     /* const char *: "ilo-29", "iso-14001", "tco-certified" ... */
	bool conforms;                /* it says that the requirement is met */
	int64_t years;                /* that it promises, 0: none */
	int64_t superseded_day;       /* from when on an accepted document takes its place; 0: none does */
	struct hwatt_mark mark;
};

enum activity_kind { ACTIVITY_FOLLOW_UP, ACTIVITY_AUDIT, ACTIVITY_REPORT, ACTIVITY_FINDING, ACTIVITY_REFILL, ACTIVITY_INCIDENT };
enum audit_level { LEVEL_NONE, LEVEL_SELF_ASSESSMENT, LEVEL_OFFICE_AUDIT, LEVEL_FACTORY_AUDIT };
enum finding_severity { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

struct register_activity {
	const char *id;
	int kind;                     /* enum activity_kind */
	const char *title, *subject, *result, *lessons, *owner, *document, *requirement, *period;
	int64_t day, due_day, closed_day;
	int level, severity;
	struct hwatt_list fields;     /* const char *: what a report holds */
	int64_t amount_micro;         /* a refill: 1e-6 kg */
	struct hwatt_mark mark;
};

struct register_factory {
	const char *name, *country, *address, *brand, *products, *document;
	int64_t tier, disclosed_day;
	struct hwatt_mark mark;
};

struct register_counter {
	const char *counter, *unit, *author, *source, *document;
	int64_t from_day, to_day, value_micro, entered_day;
	struct hwatt_mark mark;
};

enum location_about { ABOUT_DATA, ABOUT_HARDWARE, ABOUT_STAFF };

struct register_location {
	const char *name, *country, *document;
	int about;                    /* enum location_about */
	int64_t from_day, to_day;
	struct hwatt_mark mark;
};

struct registers { /* rows of all files, and whether a register is kept at all */
	struct hwatt_list assets, documents, activities, factories, counters, locations;
	bool has_assets, has_documents, has_activities, has_factories, has_counters, has_locations;
};

struct registers_files { /* as a contract names them: const struct hwatt_node * each */
	struct hwatt_list assets, documents, activities, factories, counters, locations;
};
extern const struct hwatt_schema registers_schema; /* of struct registers_files */

/* Reads the files, which stand relative to the one that names them; the paths read are added to `files` (const char *). Mistakes go
 * to `report`. */
void registers_load(const struct registers_files *named, struct registers *out, struct hwatt_list *files, struct hwatt_arena *arena,
		    struct hwatt_report *report);
/* Reads one register from a file's text. `which` is a key of the schema: "assets". For tests and fuzzers. */
void registers_parse(const char *which, const char *file, const char *bytes, size_t length, struct registers *out,
		     struct hwatt_arena *arena, struct hwatt_report *report);
/* The row schema of a register, NULL when there is no such one. */
const struct hwatt_schema *registers_row_schema(const char *which);
/* The words of enum asset_kind and enum location_about. */
extern const char *const asset_kind_words[], *const location_about_words[], *const audit_level_words[];

/* Makes the path absolute, from the file of `at`; a file that is there must have the checksum, when one is stated. */
void registers_check_file(const char **path, const char *sha256, const struct hwatt_mark *at, struct hwatt_arena *arena,
			  struct hwatt_report *report);
/* Whether a selector ("*", "kind:server", "brand:Acme" ...) names the asset; letters of any case. */
bool registers_selects(const char *selector, const struct register_asset *asset);
/* Whether the asset is there on that day. */
bool registers_in_use(const struct register_asset *asset, int64_t day);

#endif
