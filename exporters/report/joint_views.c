/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Many contracts side by side, as JSON (hallwatt.joint/1), CSV and a page. */
#include "csv_parts.h"
#include "json_parts.h"
#include "page.h"
#include "views.h"
#include "words.h"
#include <stdio.h>
#include <string.h>

#define WORDY 4 /* so many columns have room for words on a sheet of paper; more have signs alone */

static const char *const lessons[HWATT_LESSONS] = {
	[HWATT_LESSON_NONE] = HWATT_N("Works as it is."),
	[HWATT_LESSON_MEASURE] = HWATT_N("Cannot be judged in a third of the contracts or more, as the metering is missing or has gaps: require in the "
					 "package which meters must be there from the first day."),
	[HWATT_LESSON_REGISTERS] = HWATT_N("Cannot be judged in a third of the contracts or more, as the registers do not tell: require in the package who "
					   "keeps them, and what is written down."),
	[HWATT_LESSON_DOCUMENTS] = HWATT_N("Cannot be judged in a third of the contracts or more, as the documents are missing: require them with the "
					   "tender, or before the start."),
	[HWATT_LESSON_RENEW] = HWATT_N("Documents have expired in a third of the contracts or more: require renewal before they end."),
	[HWATT_LESSON_BREACHES] = HWATT_N("Broken in half of the contracts or more: follow the suppliers up together, and examine whether the level is "
					  "right."),
	[HWATT_LESSON_SUBJECT] = HWATT_N("Applies to nothing in any contract: write it otherwise, or leave it out."),
	[HWATT_LESSON_WAIT] = HWATT_N("No period is over yet, or the requirement is not in force yet: wait with conclusions."),
};

static json_t *counts(const size_t counts[HWATT_STATUSES])
{
	json_t *o = json_object();
	for (int s = 0; s < HWATT_STATUSES; s++)
		json_put(o, hwatt_status_name((enum hwatt_status)s), json_integer((json_int_t)counts[s]));
	return o;
}

static json_t *report(const void *item)
{
	const struct hwatt_joint_report *r = item;
	json_t *o = json_object();
	json_put(o, "contract", json_text(r->contract));
	json_put(o, "title", json_texts(&r->title));
	json_put(o, "buyer", json_text(r->buyer));
	json_put(o, "supplier", json_text(r->supplier));
	json_put(o, "period", json_text(r->period));
	json_put(o, "open", json_boolean(r->open));
	json_put(o, "latest", json_boolean(r->latest));
	json_put(o, "counts", counts(r->counts));
	return o;
}

static json_t *cell(const struct hwatt_joint_cell *c, const struct hwatt_joint_report *r)
{
	json_t *o = json_object();
	json_put(o, "contract", json_text(r->contract));
	json_put(o, "period", json_text(r->period));
	json_put(o, "requirement", json_text(c->requirement));
	json_put(o, "status", json_text(hwatt_status_name(c->status)));
	json_put(o, "reasons", json_words(c->reasons));
	json_put(o, "value", c->value[0] != '\0' ? json_text(c->value) : json_null());
	json_put(o, "limit", c->limit[0] != '\0' ? json_text(c->limit) : json_null());
	json_put(o, "unit", json_text(c->unit));
	return o;
}

json_t *joint_json(const struct hwatt_joint *j)
{
	json_t *o = json_object(), *rows = json_array();
	for (size_t i = 0; i < j->row_count; i++) {
		const struct hwatt_joint_row *r = &j->rows[i];
		json_t *row = json_object(), *cells = json_array();
		for (size_t c = 0; c < j->report_count; c++)
			if (r->cells[c].present)
				json_array_append_new(cells, cell(&r->cells[c], &j->reports[c]));
		json_put(row, "package", json_text(r->package));
		json_put(row, "template", json_text(r->template_id));
		json_put(row, "type", json_text(r->type));
		json_put(row, "title", json_texts(&r->title));
		json_put(row, "stage", json_text(r->stage));
		json_put(row, "risk", json_text(r->risk));
		json_put(row, "area", json_text(r->area));
		json_put(row, "source", json_texts(&r->source));
		json_put(row, "counts", counts(r->counts));
		json_put(row, "lesson", json_text(hwatt_lesson_name(r->lesson)));
		json_put(row, "contracts", cells);
		json_array_append_new(rows, row);
	}
	json_put(o, "schema", json_text("hallwatt.joint/1"));
	json_put(o, "reports", ARRAY(j->reports, j->report_count, report));
	json_put(o, "requirements", rows);
	return o;
}

void joint_csv(const struct hwatt_joint *j, enum hwatt_language language, struct hwatt_text *out)
{
	enum { PACKAGE, TEMPLATE, TYPE, TITLE, STAGE, RISK, AREA, LESSON, CONTRACT, BUYER, SUPPLIER, PERIOD, REQUIREMENT, STATUS, REASONS, VALUE, LIMIT,
	       UNIT, COLUMNS };
	static const char *const heads[COLUMNS] = { "package", "template", "type", "title", "stage", "risk", "area", "lesson", "contract", "buyer",
						    "supplier", "period", "requirement", "status", "reasons", "value", "limit", "unit" };
	csv_put_row(heads, COLUMNS, out);
	for (size_t i = 0; i < j->row_count; i++) {
		const struct hwatt_joint_row *r = &j->rows[i];
		for (size_t c = 0; c < j->report_count; c++) {
			const struct hwatt_joint_cell *x = &r->cells[c];
			const struct hwatt_joint_report *of = &j->reports[c];
			if (!x->present)
				continue;
			const char *const cells[COLUMNS] = {
				[PACKAGE] = r->package, [TEMPLATE] = r->template_id, [TYPE] = r->type, [TITLE] = words_in(&r->title, language),
				[STAGE] = r->stage, [RISK] = r->risk, [AREA] = r->area,
				[LESSON] = hwatt_lesson_name(r->lesson), [CONTRACT] = of->contract,
				[BUYER] = of->buyer, [SUPPLIER] = of->supplier, [PERIOD] = of->period, [REQUIREMENT] = x->requirement,
				[STATUS] = hwatt_status_name(x->status), [REASONS] = x->reasons, [VALUE] = x->value, [LIMIT] = x->limit,
				[UNIT] = x->unit,
			};
			csv_put_row(cells, COLUMNS, out);
		}
	}
}

/* --- the page ---------------------------------------------------------------------------------------------------- */

static void put_status(json_t *o, enum hwatt_status status, enum hwatt_language language)
{
	json_put(o, "class", json_text(hwatt_status_name(status)));
	json_put(o, "symbol", json_text(words_symbol(status)));
	json_put(o, "word", json_text(words_status(language, status)));
}

static json_t *page_report(const struct hwatt_joint_report *r, size_t number, bool several, enum hwatt_language language)
{
	json_t *o = json_object();
	char met[64];
	const char *title = words_in(&r->title, language);
	size_t judged = r->counts[HWATT_MET] + r->counts[HWATT_NOT_MET] + r->counts[HWATT_EXPIRED] + r->counts[HWATT_NOT_ENOUGH_DATA];
	snprintf(met, sizeof(met), "%zu / %zu", r->counts[HWATT_MET], judged);
	json_put(o, "number", json_integer((json_int_t)number));
	json_put(o, "title", json_text(title[0] != '\0' ? title : r->contract));
	json_put(o, "buyer", json_text(r->buyer));
	json_put(o, "supplier", json_text(r->supplier));
	json_put(o, "period", json_text(r->period));
	json_put(o, "dated", json_text(several ? r->period : ""));
	json_put(o, "open", json_boolean(r->open));
	json_put(o, "met", json_text(met));
	json_put(o, "not_met", json_integer((json_int_t)r->counts[HWATT_NOT_MET]));
	json_put(o, "not_enough_data", json_integer((json_int_t)r->counts[HWATT_NOT_ENOUGH_DATA]));
	json_put(o, "expired", json_integer((json_int_t)r->counts[HWATT_EXPIRED]));
	return o;
}

static json_t *page_row(const struct hwatt_joint *j, const struct hwatt_joint_row *r, enum hwatt_language language)
{
	json_t *o = json_object(), *cells = json_array();
	const char *title = words_in(&r->title, language);
	for (size_t c = 0; c < j->report_count; c++) {
		json_t *x = json_object();
		json_put(x, "present", json_boolean(r->cells[c].present));
		put_status(x, r->cells[c].status, language);
		json_array_append_new(cells, x);
	}
	json_put(o, "title", json_text(title[0] != '\0' ? title : r->type));
	json_put(o, "package", json_text(r->package));
	json_put(o, "stage", json_text(words_stage(language, r->stage)));
	json_put(o, "risk", json_text(words_risk(language, r->risk)));
	json_put(o, "area", json_text(words_area(language, r->area)));
	json_put(o, "cells", cells);
	return o;
}

/* Whether the cell is one that the lesson was drawn from. */
static bool concerned(enum hwatt_lesson lesson, enum hwatt_status status)
{
	switch (lesson) {
	case HWATT_LESSON_MEASURE:
	case HWATT_LESSON_REGISTERS:
	case HWATT_LESSON_DOCUMENTS: return status == HWATT_NOT_ENOUGH_DATA;
	case HWATT_LESSON_RENEW: return status == HWATT_EXPIRED;
	case HWATT_LESSON_BREACHES: return status == HWATT_NOT_MET;
	default: return true;
	}
}

/* "1, 4": the reports that a lesson was drawn from, by their numbers. */
static size_t put_concerned(const struct hwatt_joint *j, const struct hwatt_joint_row *r, struct hwatt_text *numbers)
{
	size_t count = 0;
	for (size_t c = 0; c < j->report_count; c++) {
		if (!r->cells[c].present || !j->reports[c].latest || !concerned(r->lesson, r->cells[c].status))
			continue;
		hwatt_text_printf(numbers, "%s%zu", count > 0 ? ", " : "", c + 1);
		count++;
	}
	return count;
}

/* The requirements that a lesson is about; NULL none. */
static json_t *lesson_group(const struct hwatt_joint *j, enum hwatt_lesson lesson, const json_t *rows, enum hwatt_language language)
{
	json_t *o = json_object(), *items = json_array();
	for (size_t i = 0; i < j->row_count; i++) {
		struct hwatt_text numbers;
		if (j->rows[i].lesson != lesson)
			continue;
		json_t *item = json_copy(json_array_get(rows, i));
		hwatt_text_init(&numbers, JOINT_MAX_REPORTS * 6);
		json_put(item, "count", json_integer((json_int_t)put_concerned(j, &j->rows[i], &numbers)));
		json_put(item, "all", json_integer((json_int_t)j->rows[i].contracts));
		json_put(item, "numbers", json_text(hwatt_text_string(&numbers)));
		json_array_append_new(items, item);
		hwatt_text_free(&numbers);
	}
	json_put(o, "what", json_text(hwatt_tr(language, lessons[lesson])));
	json_put(o, "items", items);
	if (json_array_size(items) > 0)
		return o;
	json_decref(o);
	return NULL;
}

int joint_page(const struct hwatt_joint *j, enum hwatt_language language, struct hwatt_text *out, struct hwatt_error *err)
{
	json_t *o = json_object(), *reports = json_array(), *rows = json_array(), *to_change = json_array(), *legend = json_array();
	bool several = j->contract_count < j->report_count;
	for (size_t i = 0; i < j->report_count; i++)
		json_array_append_new(reports, page_report(&j->reports[i], i + 1, several, language));
	for (size_t i = 0; i < j->row_count; i++)
		json_array_append_new(rows, page_row(j, &j->rows[i], language));
	for (int lesson = HWATT_LESSON_NONE + 1; lesson < HWATT_LESSON_WAIT; lesson++) {
		json_t *group = lesson_group(j, (enum hwatt_lesson)lesson, rows, language);
		if (group != NULL)
			json_array_append_new(to_change, group);
	}
	for (int s = 0; s < HWATT_STATUSES; s++) {
		json_t *one = json_object();
		put_status(one, (enum hwatt_status)s, language);
		json_array_append_new(legend, one);
	}
	json_put(o, "legend", legend);
	json_put(o, "compact", json_boolean(j->report_count > WORDY));
	json_put(o, "several", json_boolean(several));
	json_put(o, "language", json_text(hwatt_language_name(language)));
	json_put(o, "reports", reports);
	json_put(o, "rows", rows);
	json_put(o, "to_change", to_change);
	json_put(o, "contract_count", json_integer((json_int_t)j->contract_count));
	json_put(o, "row_count", json_integer((json_int_t)j->row_count));
	int result = page_fill("joint", o, language, out, err);
	json_decref(o);
	return result;
}
