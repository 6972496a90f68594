/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* books.h - what people keep beside the meters: readings, certificates and their hours, emission factors, rulesets, benchmarks, suppliers' figures.
 *
 * Filled file by file while a configuration is loaded, then closed: rows are put in order and checked against each other.  All of it
 * lives in the configuration's arena. */
#ifndef HALLWATT_BOOKS_H
#define HALLWATT_BOOKS_H

#include "benchmark.h"
#include "certificate.h"
#include "factor.h"
#include "logbook.h"
#include "production.h"
#include "ruleset.h"
#include "supplier_figure.h"

enum books_kind { BOOKS_READINGS, BOOKS_CERTIFICATES, BOOKS_FACTORS, BOOKS_RULESETS, BOOKS_BENCHMARKS, BOOKS_SUPPLIER_FIGURES, BOOKS_PRODUCTION,
		  BOOKS_KINDS };

struct books_rows { size_t count, capacity; void *items; };

struct books {
	struct books_rows rows[BOOKS_KINDS]; /* structs of the kind; rulesets: const struct ruleset * */
	struct logbook logbook;
};

/* Makes empty books that know what is shipped. A mistake in what is shipped is ours. */
struct books *books_new(struct hwatt_arena *arena);
/* Takes the rows of a file, whose octets may go after the call. */
void books_take(struct books *books, enum books_kind kind, const char *file, const char *bytes, size_t length, struct hwatt_arena *arena,
		struct hwatt_report *report);
/* No more files come: orders and checks. */
void books_finish(struct books *books, struct hwatt_arena *arena, struct hwatt_report *report);
/* The schema of a row, or of a file for rulesets; its name in the configuration and on the command line. */
const struct hwatt_schema *books_schema(enum books_kind kind);
const char *books_name(enum books_kind kind);

/* The ruleset of that id, NULL when there is none: the one taken last. */
const struct ruleset *books_ruleset(const struct books *books, const char *id);
struct factor_answer books_factor(const struct books *books, enum factor_kind kind, const char *const *zones, size_t zone_count,
				  int64_t year);
const struct certificate *books_certificates(const struct books *books, size_t *count);
const struct benchmark *books_benchmarks(const struct books *books, size_t *count);
const struct supplier_figure *books_supplier_figures(const struct books *books, size_t *count);

#endif
