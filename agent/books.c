/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "books.h"
#include "sheet.h"
#include <assert.h>
#include <string.h>

static const char *const names[BOOKS_KINDS] = {
	[BOOKS_READINGS] = "readings", [BOOKS_CERTIFICATES] = "certificates", [BOOKS_FACTORS] = "factors", [BOOKS_RULESETS] = "rulesets",
	[BOOKS_BENCHMARKS] = "benchmarks", [BOOKS_SUPPLIER_FIGURES] = "supplier_figures",
	[BOOKS_PRODUCTION] = "production",
};

const struct hwatt_schema *books_schema(enum books_kind kind)
{
	switch (kind) {
	case BOOKS_READINGS: return logbook_schema();
	case BOOKS_CERTIFICATES: return certificate_schema();
	case BOOKS_FACTORS: return factor_schema();
	case BOOKS_RULESETS: return ruleset_schema();
	case BOOKS_BENCHMARKS: return benchmark_schema();
	case BOOKS_SUPPLIER_FIGURES: return supplier_figure_schema();
	case BOOKS_PRODUCTION: return production_schema();
	case BOOKS_KINDS: break;
	}
	return NULL;
}

const char *books_name(enum books_kind kind)
{
	return names[kind];
}

static size_t size_of(enum books_kind kind)
{
	return kind == BOOKS_RULESETS ? sizeof(const struct ruleset *) : books_schema(kind)->size;
}

static void append(struct books_rows *rows, const void *items, size_t count, size_t size, struct hwatt_arena *arena)
{
	if (rows->count + count > rows->capacity) {
		size_t grown = rows->capacity * 2 > rows->count + count ? rows->capacity * 2 : rows->count + count;
		void *moved = hwatt_arena_alloc(arena, grown * size);
		if (rows->count > 0)
			memcpy(moved, rows->items, rows->count * size);
		rows->items = moved;
		rows->capacity = grown;
	}
	if (count > 0)
		memcpy((char *)rows->items + rows->count * size, items, count * size);
	rows->count += count;
}

void books_take(struct books *books, enum books_kind kind, const char *file, const char *bytes, size_t length, struct hwatt_arena *arena,
		struct hwatt_report *report)
{
	if (kind == BOOKS_RULESETS) {
		const struct ruleset *rules = ruleset_read(file, bytes, length, arena, report);
		if (rules != NULL)
			append(&books->rows[kind], &rules, 1, sizeof(rules), arena);
		return;
	}
	struct hwatt_list list = sheet_read(file, bytes, length, books_schema(kind), arena, report);
	append(&books->rows[kind], list.items, list.count, size_of(kind), arena);
}

struct books *books_new(struct hwatt_arena *arena)
{
	struct books *books = hwatt_arena_alloc(arena, sizeof(*books));
	struct hwatt_report report = { .arena = arena };
	for (const struct ruleset_file *file = ruleset_files; file->name != NULL; file++) {
		enum books_kind kind = strncmp(file->name, "factors-", 8) == 0 ? BOOKS_FACTORS : BOOKS_RULESETS;
		books_take(books, kind, file->name, (const char *)file->bytes, file->length, arena, &report);
	}
	assert(report.count == 0); /* what is shipped is ours */
	return books;
}

void books_finish(struct books *books, struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct books_rows *certificates = &books->rows[BOOKS_CERTIFICATES], *production = &books->rows[BOOKS_PRODUCTION];
	certificate_resolve(certificates->items, certificates->count, arena, report);
	production_attach(production->items, production->count, certificates->items, certificates->count, arena, report);
	certificate_link(certificates->items, certificates->count, arena);
	logbook_build(books->rows[BOOKS_READINGS].items, books->rows[BOOKS_READINGS].count, arena, report, &books->logbook);
}

const struct ruleset *books_ruleset(const struct books *books, const char *id)
{
	const struct ruleset *const *all = books->rows[BOOKS_RULESETS].items;
	for (size_t i = books->rows[BOOKS_RULESETS].count; i-- > 0;)
		if (strcmp(all[i]->id, id) == 0)
			return all[i];
	return NULL;
}

struct factor_answer books_factor(const struct books *books, enum factor_kind kind, const char *const *zones, size_t zone_count,
				  int64_t year)
{
	const struct books_rows *rows = &books->rows[BOOKS_FACTORS];
	return factor_find(rows->items, rows->count, kind, zones, zone_count, year, INT64_MAX);
}

const struct certificate *books_certificates(const struct books *books, size_t *count)
{
	*count = books->rows[BOOKS_CERTIFICATES].count;
	return books->rows[BOOKS_CERTIFICATES].items;
}

const struct benchmark *books_benchmarks(const struct books *books, size_t *count)
{
	*count = books->rows[BOOKS_BENCHMARKS].count;
	return books->rows[BOOKS_BENCHMARKS].items;
}

const struct supplier_figure *books_supplier_figures(const struct books *books, size_t *count)
{
	*count = books->rows[BOOKS_SUPPLIER_FIGURES].count;
	return books->rows[BOOKS_SUPPLIER_FIGURES].items;
}
