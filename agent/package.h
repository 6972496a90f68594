/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* package.h - requirement packages: dated sets of requirement templates with their sources.
 *
 * A package is the file NAME@VERSION.yaml in the folder `requirements` beside a contract, or in the shipped one. A template is a
 * requirement in the making: a type, and in three languages its title, what it rests on, how it is verified and what the supplier delivers; a
 * limit only where the source gives one. A contract takes templates, sets what is missing, and drops what it does not want. */
#ifndef HALLWATT_PACKAGE_H
#define HALLWATT_PACKAGE_H

#include "requirement.h"

struct package_template {
	const char *id, *type, *level;
	struct hwatt_texts title, source, verification, deliver;
	int stage, risk, area;
	const struct hwatt_node *keys; /* of the requirement, as far as the source gives them; NULL none */
	const struct hwatt_node *node; /* the whole */
	struct hwatt_mark mark;
};

struct package {
	const char *name, *version;
	struct hwatt_texts title, source;
	struct hwatt_list templates;   /* struct package_template */
	struct hwatt_mark mark;
};

extern const char *const package_stage_words[], *const package_risk_words[], *const package_area_words[];

/* Reads a package from a file's text; NULL after adding mistakes. */
const struct package *package_parse(const char *file, const char *bytes, size_t length, struct hwatt_arena *arena,
				    struct hwatt_report *report);
/* The same from the disk. */
const struct package *package_load(const char *path, struct hwatt_arena *arena, struct hwatt_report *report);
/* The schema of a package, for the JSON Schema. */
extern const struct hwatt_schema package_schema;
/* The folder of the packages that come with the program: $HALLWATT_REQUIREMENTS, else beside the binary
 * (../share/hallwatt/requirements), else the installed one. Fits in PATH_MAX. */
void package_folder(char *out, size_t size);

/* Packages that were read for one configuration, so that each is read once however many contracts take it. {0} is empty; lives as long as the
 * arena that it is used with. */
struct package_shelf {
	size_t count, capacity;
	struct package_shelf_row { const char *path; const struct package *package; } *rows; /* NULL: it has mistakes, which were told */
};

struct package_row { /* a requirement to be read, and where it comes from */
	const struct hwatt_node *node;
	struct requirement origin;     /* package, template_id, stage, risk, area, source, verification and deliver only */
};

struct package_rows { size_t count; struct package_row *items; };

/* The requirements of a contract: of its packages (`wanted`: const struct hwatt_node *, a name or a map with `package`, `set`, `drop`
 *, `only` and `areas`), then those `written` in it. Packages are taken from the shelf, or read and put on it; their files are added to `files`.
 * Mistakes go to `report`. */
struct package_rows package_rows(const struct hwatt_list *wanted, const struct hwatt_list *written, const char *contract_file,
				 struct package_shelf *shelf, struct hwatt_list *files, struct hwatt_arena *arena,
				 struct hwatt_report *report);

#endif
