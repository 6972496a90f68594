/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* document.h - a YAML (or JSON) file as a tree of nodes that know where they stand.
 *
 * Read with libyaml's event interface; bounded in size, depth and number of nodes; aliases and custom
 * tags are refused, duplicate keys are mistakes. YAML 1.1 traps (NO, on, 012, 1:20, 1_000, 0x10) are
 * caught by whoever reads a scalar by type: a plain scalar that YAML 1.1 would turn into something else is a mistake that
 * says which quotes to add. */
#ifndef HALLWATT_DOCUMENT_H
#define HALLWATT_DOCUMENT_H

#include <hallwatt/arena.h>
#include <hallwatt/option.h>
#include <hallwatt/text.h>

#define DOCUMENT_MAX_OCTETS (16u << 20)
#define DOCUMENT_MAX_NODES 2000000u
#define DOCUMENT_MAX_DEPTH 64u

enum hwatt_node_kind { HWATT_NODE_SCALAR, HWATT_NODE_SEQUENCE, HWATT_NODE_MAPPING };

struct hwatt_node {
	enum hwatt_node_kind kind;
	struct hwatt_mark mark;
	bool quoted;                      /* scalar: written with quotes */
	const char *text;                 /* scalar: NUL-terminated */
	size_t length;
	struct hwatt_node **items;        /* sequence: items; mapping: values */
	struct hwatt_node **keys;         /* mapping */
	size_t count;
};

#define REPORT_MAX_MISTAKES 1000u

struct hwatt_report { /* all mistakes of a load; {0} with an arena is fresh */
	struct hwatt_arena *arena;
	struct hwatt_mistake {
		struct hwatt_mark mark;
		const char *text;
	} *mistakes;
	size_t count, capacity;
	size_t more; /* mistakes beyond REPORT_MAX_MISTAKES, which are only counted */
};

/* Parses `length` octets as one YAML document called `file` in messages; the marks borrow `file`, which must live as long as they
 * do. Adds every mistake that it can see past (duplicate keys, aliases, tags) and still gives a tree, so that all are
 * reported together: compare report->count. NULL, after adding a mistake, when there is no tree to give. */
const struct hwatt_node *document_parse(const char *file, const char *bytes, size_t length,
					struct hwatt_arena *arena, struct hwatt_report *report);
/* The same from disk; a file that cannot be read is a mistake at 1:1. */
const struct hwatt_node *document_load(const char *path, struct hwatt_arena *arena,
				       struct hwatt_report *report);
/* Puts the octets of the file into `out`, up to its limit. HWATT_EINVAL with the reason when it cannot. */
int document_read(const char *path, struct hwatt_text *out, struct hwatt_error *err);
/* The value under `key` of a mapping, NULL when absent or not a mapping. */
const struct hwatt_node *document_get(const struct hwatt_node *node, const char *key);

/* Puts all mistakes in the order of files and lines, one per line. */
void report_print(const struct hwatt_report *report, struct hwatt_text *out);

/* The mistakes found so far, also those only counted. */
size_t report_total(const struct hwatt_report *report);

/* Puts the JSON Schema (draft 2020-12) of `schema`. */
void schema_print(const struct hwatt_schema *schema, const char *id, struct hwatt_text *out);

#endif
