/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* option.h - option tables: the only place where a configuration or profile key exists.
 *
 * A schema describes a C struct: each row names a key, its type and where the value goes.  Parsing, checks, "did you
 * mean", the JSON Schema, man page and example configuration all come from the rows.
 * Values live in the arena given to the reader; nothing is freed one by one. */
#ifndef HALLWATT_OPTION_H
#define HALLWATT_OPTION_H

#include <hallwatt/arena.h>
#include <hallwatt/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where something stands in a file, for "file:line:column". */
struct hwatt_mark {
	const char *file;
	unsigned line, column; /* from 1 */
};

enum hwatt_type {
	HWATT_STRING,   /* const char *; "" when absent and without default */
	HWATT_BOOL,     /* bool: true or false, nothing else */
	HWATT_INTEGER,  /* int64_t, within min..max when max > min */
	HWATT_DECIMAL,  /* int64_t, value x 10^6 (micro-units) */
	HWATT_DURATION, /* int64_t ms: 500ms, 30s, 5m, 2h, 1d */
	HWATT_POWER,    /* int64_t mW: 400 kW, 5.5 kW, 1480 W, 2 MW */
	HWATT_ENERGY_AMOUNT, /* int64_t mJ: 100 MWh, 5 kWh, 20 Wh */
	HWATT_RATIO,    /* int64_t ppm: 0.95 or 95 % */
	HWATT_DATE,     /* int64_t days since 1970-01-01: 2026-10-25 */
	HWATT_ENUM,     /* int: position in `words` */
	HWATT_SECRET,   /* struct hwatt_secret; never printed, logged or put in a snapshot */
	HWATT_OBJECT,   /* the struct itself, by `schema` */
	HWATT_LIST,     /* struct hwatt_list of `schema` objects, or of scalars of type `item` */
	HWATT_TEXTS,    /* struct hwatt_texts: one string, or {sv: ..., en: ...} */
	HWATT_NODE,     /* const struct hwatt_node *: taken as it stands, read later by another schema (`schema`,
	                 * where it is known); borrowed from the document, which must outlive it */
	HWATT_MAP,      /* struct hwatt_list of `schema` objects under free names; the first member of the object's
	                 * struct is a const char * that receives the name, which must match `pattern` */
};

#define HWATT_REQUIRED 1u    /* its absence is an error */
#define HWATT_ONE_OR_LIST 2u /* HWATT_LIST: a single item stands for a list of one */
#define HWATT_ASIDE 4u       /* `offset` counts in a struct of its own, which is made with the first such key; see hwatt_schema */

struct hwatt_schema;
struct hwatt_node;
struct hwatt_report;

struct hwatt_option {
	const char *name;
	enum hwatt_type type;
	size_t offset;              /* in the struct that the schema describes */
	unsigned flags;
	const char *fallback;       /* default as it would be written; NULL: zero or "" */
	const char *help;           /* one sentence for schema, man page and example */
	const struct hwatt_schema *schema; /* OBJECT, MAP, LIST of objects; NODE: what the JSON Schema says of it */
	enum hwatt_type item;       /* LIST of scalars: the type of each, when schema is NULL */
	const char *const *words;   /* ENUM: the words, ended by NULL */
	int64_t min, max;           /* numbers, in the stored unit; checked when max > min */
	const char *pattern;        /* STRING: POSIX extended regular expression it must match, NULL: any; MAP: for its names */
	const char *form;           /* the pattern in words, for those who do not read such: what to write; NULL: the pattern is shown */
};

struct hwatt_schema {
	const char *name;           /* "device": in messages and as the schema's title */
	const char *help;
	size_t size;                /* sizeof the struct */
	const struct hwatt_option *options;
	size_t count;
	/* Checks an object as a whole, when its fields were read without a mistake; adds mistakes to `report`. NULL: none. */
	void (*check)(const void *object, const struct hwatt_node *at, struct hwatt_report *report);
	/* Offset of a struct hwatt_mark in the struct that receives where the object stands; 0: none (never the first field). */
	size_t mark_offset;
	/* Offset of a pointer to the struct that HWATT_ASIDE keys are put in, and that struct's size; it stays NULL while there is none. */
	size_t aside_offset, aside_size;
};

struct hwatt_list {
	void *items;   /* array of structs or scalars, in the arena */
	size_t count;
};

struct hwatt_texts { /* one sentence in up to three languages; an absent one is NULL */
	const char *sv, *nb, *en;
};

/* A secret by reference, read when it is needed: {file:}, {env:} or {credential:}. */
struct hwatt_secret {
	enum hwatt_secret_kind { HWATT_SECRET_NONE, HWATT_SECRET_FILE, HWATT_SECRET_ENV,
				 HWATT_SECRET_CREDENTIAL } kind;
	const char *where; /* path (absolute), variable or credential name */
	struct hwatt_mark mark;
};

/* Reads the secret into `out` (NUL-terminated, one trailing newline removed). The caller wipes it with
 * explicit_bzero(). Fails with HWATT_EINVAL when it cannot be read, is empty or does not fit. */
int hwatt_secret_read(const struct hwatt_secret *secret, char *out, size_t size, struct hwatt_error *err);

/* Adds a mistake: "file:line:column: sentence". For `check` functions and loaders. */
void hwatt_report_add(struct hwatt_report *report, const struct hwatt_mark *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Where a node, or its value under `key` (or the node itself when the key is absent), stands. */
struct hwatt_mark hwatt_node_mark(const struct hwatt_node *node, const char *key);
/* The text under `key`; NULL where it is absent or no scalar. */
const char *hwatt_node_text(const struct hwatt_node *node, const char *key);

/* Reads `node` by `schema` into `out` (schema->size octets, zeroed here); all mistakes go to `report`.
 * Returns 0, or -1 when at least one mistake was added. */
int hwatt_option_read(const struct hwatt_schema *schema, const struct hwatt_node *node, void *out,
		      struct hwatt_arena *arena, struct hwatt_report *report);

/* Whether the text is a POSIX extended regular expression; none (NULL, "") is sound. For checks of what a file says. */
bool hwatt_expression_sound(const char *text);

#endif
