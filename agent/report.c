/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "document.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCE_MAX 512

/* The name in the report's own arena, so that it outlives the load; one copy while the file stays the same. */
static const char *keep_file(struct hwatt_report *report, const char *file)
{
	if (file == NULL)
		return "";
	if (report->count > 0 && strcmp(report->mistakes[report->count - 1].mark.file, file) == 0)
		return report->mistakes[report->count - 1].mark.file;
	return hwatt_arena_strdup(report->arena, file);
}

void hwatt_report_add(struct hwatt_report *report, const struct hwatt_mark *at, const char *fmt, ...)
{
	if (report->count == REPORT_MAX_MISTAKES) {
		report->more++;
		return;
	}
	if (report->count == report->capacity) {
		size_t grown = report->capacity == 0 ? 8 : report->capacity * 2;
		struct hwatt_mistake *mistakes = hwatt_arena_alloc(report->arena, grown * sizeof(*mistakes));
		if (report->count > 0)
			memcpy(mistakes, report->mistakes, report->count * sizeof(*mistakes));
		report->mistakes = mistakes;
		report->capacity = grown;
	}
	char sentence[SENTENCE_MAX];
	va_list args;
	va_start(args, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	struct hwatt_mistake *mistake = &report->mistakes[report->count];
	mistake->mark = *at;
	mistake->mark.file = keep_file(report, at->file);
	mistake->text = hwatt_arena_strdup(report->arena, sentence);
	report->count++;
}

size_t report_total(const struct hwatt_report *report)
{
	return report->count + report->more;
}

static int compare(const void *left, const void *right)
{
	const struct hwatt_mistake *a = *(const struct hwatt_mistake *const *)left;
	const struct hwatt_mistake *b = *(const struct hwatt_mistake *const *)right;
	int order = strcmp(a->mark.file, b->mark.file);
	if (order == 0)
		order = (a->mark.line > b->mark.line) - (a->mark.line < b->mark.line);
	if (order == 0)
		order = (a->mark.column > b->mark.column) - (a->mark.column < b->mark.column);
	return order != 0 ? order : (a > b) - (a < b); /* as they were found */
}

void report_print(const struct hwatt_report *report, struct hwatt_text *out)
{
	const struct hwatt_mistake **sorted = hwatt_alloc((report->count + 1) * sizeof(const struct hwatt_mistake *));
	for (size_t i = 0; i < report->count; i++)
		sorted[i] = &report->mistakes[i];
	qsort(sorted, report->count, sizeof(*sorted), compare);
	for (size_t i = 0; i < report->count; i++)
		hwatt_text_printf(out, "%s:%u:%u: %s\n", sorted[i]->mark.file, sorted[i]->mark.line,
				  sorted[i]->mark.column, sorted[i]->text);
	free(sorted);
	if (report->more > 0)
		hwatt_text_printf(out, "and %zu more\n", report->more);
}
