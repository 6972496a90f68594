/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/joint.h>
#include "document.h"
#include "requirement.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct draft {
	struct hwatt_arena *arena;
	size_t report_count, row_count, row_capacity;
	struct hwatt_joint_report *reports;
	struct hwatt_joint_row *rows;
};

/* --- reading ----------------------------------------------------------------------------------------------------- */

static const char *keep(struct draft *d, const json_t *string)
{
	return json_is_string(string) ? hwatt_arena_strdup(d->arena, json_string_value(string)) : "";
}

static const char *keep_or_null(struct draft *d, const json_t *texts, const char *language)
{
	const json_t *text = json_object_get(texts, language);
	return json_is_string(text) ? keep(d, text) : NULL;
}

static struct hwatt_texts keep_texts(struct draft *d, const json_t *texts)
{
	if (json_is_string(texts)) /* one for all languages */
		return (struct hwatt_texts){ .en = keep(d, texts) };
	return (struct hwatt_texts){ .sv = keep_or_null(d, texts, "sv"), .nb = keep_or_null(d, texts, "nb"),
				     .en = keep_or_null(d, texts, "en") };
}

static const char *keep_words(struct draft *d, const json_t *list)
{
	struct hwatt_text words;
	hwatt_text_init(&words, 1000);
	for (size_t i = 0; i < json_array_size(list); i++)
		hwatt_text_printf(&words, "%s%s", i > 0 ? " " : "", keep(d, json_array_get(list, i)));
	const char *copy = hwatt_arena_strdup(d->arena, hwatt_text_string(&words));
	hwatt_text_free(&words);
	return copy;
}

static int status_of(const json_t *name)
{
	for (int s = 0; s < HWATT_STATUSES; s++)
		if (json_is_string(name) && strcmp(json_string_value(name), hwatt_status_name((enum hwatt_status)s)) == 0)
			return s;
	return -1;
}

/* The worse of two, as verdicts are folded. */
static enum hwatt_status worse(enum hwatt_status a, enum hwatt_status b)
{
	static const int rank[HWATT_STATUSES] = { [HWATT_NOT_APPLICABLE] = 0, [HWATT_MET] = 1, [HWATT_NOT_ENOUGH_DATA] = 2,
						  [HWATT_EXPIRED] = 3, [HWATT_NOT_MET] = 4 };
	return rank[a] >= rank[b] ? a : b;
}

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_texts(const struct hwatt_texts *a, const struct hwatt_texts *b)
{
	return same_text(a->sv, b->sv) && same_text(a->nb, b->nb) && same_text(a->en, b->en);
}

/* The row of a requirement: by its template where it comes from a package, else by its type and title: wind by the hour and wind by the year are
 * promises of one type, and neither may answer for the other. */
static struct hwatt_joint_row *row_of(struct draft *d, const json_t *r, size_t report_count)
{
	const char *package = keep(d, json_object_get(r, "package")), *template = keep(d, json_object_get(r, "template"));
	const char *type = keep(d, json_object_get(r, "type"));
	const struct hwatt_texts title = keep_texts(d, json_object_get(r, "title"));
	for (size_t i = 0; i < d->row_count; i++) {
		struct hwatt_joint_row *row = &d->rows[i];
		if (strcmp(row->package, package) == 0 && strcmp(row->template_id, template) == 0 &&
		    (package[0] != '\0' || (strcmp(row->type, type) == 0 && same_texts(&row->title, &title))))
			return row;
	}
	if (d->row_count == d->row_capacity) {
		d->row_capacity = d->row_capacity == 0 ? 64 : d->row_capacity * 2;
		d->rows = hwatt_realloc(d->rows, d->row_capacity * sizeof(*d->rows));
	}
	d->rows[d->row_count] = (struct hwatt_joint_row){
		.package = package, .template_id = template, .type = type, .stage = keep(d, json_object_get(r, "stage")),
		.risk = keep(d, json_object_get(r, "risk")), .area = keep(d, json_object_get(r, "area")),
		.source = keep_texts(d, json_object_get(r, "source")),
		.title = title,
		.cells = hwatt_arena_alloc(d->arena, report_count * sizeof(struct hwatt_joint_cell)),
	};
	return &d->rows[d->row_count++];
}

static int read_requirement(struct draft *d, const json_t *r, size_t column, size_t report_count, struct hwatt_error *err)
{
	struct hwatt_joint_report *report = &d->reports[column];
	int status = status_of(json_object_get(r, "status"));
	if (status < 0 || !json_is_string(json_object_get(r, "type")) || !json_is_string(json_object_get(r, "id")))
		return hwatt_fail(err, HWATT_EINVAL, "%s: a requirement lacks its id, its type or a known status; make the report anew",
				  report->file);
	struct hwatt_joint_row *row = row_of(d, r, report_count);
	struct hwatt_joint_cell *cell = (struct hwatt_joint_cell *)&row->cells[column];
	report->counts[status]++;
	if (cell->present && worse(cell->status, (enum hwatt_status)status) == cell->status)
		return 0;
	*cell = (struct hwatt_joint_cell){
		.present = true, .status = (enum hwatt_status)status, .requirement = keep(d, json_object_get(r, "id")),
		.reasons = keep_words(d, json_object_get(r, "reasons")), .value = keep(d, json_object_get(r, "value")),
		.limit = keep(d, json_object_get(r, "limit")), .unit = keep(d, json_object_get(r, "unit")),
	};
	return 0;
}

static int read_head(struct draft *d, const char *file, const json_t *o, struct hwatt_error *err)
{
	const json_t *contract = json_object_get(o, "contract"), *period = json_object_get(o, "period");
	const char *schema = keep(d, json_object_get(o, "schema"));
	struct hwatt_joint_report *report = &d->reports[d->report_count];
	if (strcmp(schema, "hallwatt.followup/1") != 0)
		return hwatt_fail(err, HWATT_EINVAL, "%s: this is no follow-up report of a version known here%s%.40s; make one with hallwatt "
				  "report --contract ID --period P --format json", file, schema[0] != '\0' ? ", but " : "", schema);
	*report = (struct hwatt_joint_report){
		.file = hwatt_arena_strdup(d->arena, file), .schema = schema, .contract = keep(d, json_object_get(contract, "id")),
		.buyer = keep(d, json_object_get(contract, "buyer")), .supplier = keep(d, json_object_get(contract, "supplier")),
		.title = keep_texts(d, json_object_get(contract, "title")), .period = keep(d, json_object_get(period, "asked")),
		.to = keep(d, json_object_get(period, "to")), .open = json_is_true(json_object_get(period, "open")),
	};
	if (report->contract[0] == '\0' || !json_is_array(json_object_get(o, "requirements")))
		return hwatt_fail(err, HWATT_EINVAL, "%s: the report lacks its contract or its requirements; make it anew", file);
	for (size_t i = 0; i < d->report_count; i++)
		if (strcmp(d->reports[i].contract, report->contract) == 0 && strcmp(d->reports[i].buyer, report->buyer) == 0 &&
		    strcmp(d->reports[i].period, report->period) == 0)
			return hwatt_fail(err, HWATT_EINVAL, "%s: contract %s and period %s stand in %s already", file, report->contract,
					  report->period, d->reports[i].file);
	return 0;
}

static int read_report(struct draft *d, const char *file, size_t report_count, struct hwatt_error *err)
{
	struct hwatt_text bytes;
	json_error_t where;
	hwatt_text_init(&bytes, JOINT_MAX_OCTETS);
	if (document_read(file, &bytes, err) < 0) {
		hwatt_text_free(&bytes);
		return hwatt_within(err, "%s", file);
	}
	json_t *o = json_loadb(hwatt_text_string(&bytes), bytes.length, JSON_REJECT_DUPLICATES, &where);
	hwatt_text_free(&bytes);
	if (o == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "%s:%d:%d: no JSON: %s", file, where.line, where.column, where.text);
	int result = read_head(d, file, o, err);
	const json_t *requirements = json_object_get(o, "requirements");
	for (size_t i = 0; result == 0 && i < json_array_size(requirements); i++)
		result = read_requirement(d, json_array_get(requirements, i), d->report_count, report_count, err);
	d->report_count++;
	json_decref(o);
	return result;
}

/* --- lessons ----------------------------------------------------------------------------------------------------- */

static bool has_reason(const struct hwatt_joint_cell *cell, const char *reason)
{
	size_t length = strlen(reason);
	for (const char *at = cell->reasons; (at = strstr(at, reason)) != NULL; at += length)
		if ((at == cell->reasons || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
			return true;
	return false;
}

/* The most pressing thing first: what cannot be judged teaches nothing of the level. */
static enum hwatt_lesson lesson_of(const struct draft *d, const struct hwatt_joint_row *row)
{
	size_t open = 0, documents = 0, unjudged = 0, later = 0;
	const struct requirement_type *type = requirement_type_by_name(row->type);
	bool kept_by_hand = type != NULL && type->judge != NULL;
	for (size_t i = 0; i < d->report_count; i++) {
		const struct hwatt_joint_cell *cell = &row->cells[i];
		if (!cell->present || !d->reports[i].latest)
			continue;
		later += cell->status == HWATT_NOT_APPLICABLE && has_reason(cell, "OUTSIDE_PERIOD");
		if (cell->status != HWATT_NOT_ENOUGH_DATA)
			continue;
		bool waiting = has_reason(cell, "PERIOD_OPEN") && !has_reason(cell, "COVERAGE") && !has_reason(cell, "NO_DATA");
		bool paper = has_reason(cell, "NO_DOC") || has_reason(cell, "DOC_REJECTED");
		open += waiting;
		documents += !waiting && paper;
		unjudged += !waiting && !paper;
	}
	size_t applies = row->contracts - row->counts[HWATT_NOT_APPLICABLE];
	if (applies == 0)
		return later > 0 ? HWATT_LESSON_WAIT : HWATT_LESSON_SUBJECT;
	if (open == applies)
		return HWATT_LESSON_WAIT;
	size_t judged = applies - open;
	if (unjudged > 0 && 3 * unjudged >= judged)
		return kept_by_hand ? HWATT_LESSON_REGISTERS : HWATT_LESSON_MEASURE;
	if (documents > 0 && 3 * documents >= judged)
		return HWATT_LESSON_DOCUMENTS;
	if (2 * row->counts[HWATT_NOT_MET] >= judged)
		return HWATT_LESSON_BREACHES;
	return row->counts[HWATT_EXPIRED] > 0 && 3 * row->counts[HWATT_EXPIRED] >= judged ? HWATT_LESSON_RENEW : HWATT_LESSON_NONE;
}

static bool same_contract(const struct hwatt_joint_report *a, const struct hwatt_joint_report *b)
{
	return strcmp(a->contract, b->contract) == 0 && strcmp(a->buyer, b->buyer) == 0;
}

/* Of several reports of a contract, the one of the period that ends last. Times of one form sort as texts. */
static size_t mark_latest(struct draft *d)
{
	size_t contracts = 0;
	for (size_t i = 0; i < d->report_count; i++) {
		struct hwatt_joint_report *r = &d->reports[i];
		r->latest = true;
		for (size_t j = 0; j < d->report_count && r->latest; j++) {
			int later = strcmp(d->reports[j].to, r->to);
			r->latest = j == i || !same_contract(r, &d->reports[j]) || later < 0 || (later == 0 && j < i);
		}
		contracts += r->latest;
	}
	return contracts;
}

static void count(struct draft *d)
{
	for (size_t i = 0; i < d->row_count; i++) {
		struct hwatt_joint_row *row = &d->rows[i];
		for (size_t c = 0; c < d->report_count; c++) {
			bool counts = row->cells[c].present && d->reports[c].latest;
			row->contracts += counts;
			if (counts)
				row->counts[row->cells[c].status]++;
		}
		row->lesson = lesson_of(d, row);
	}
}

static int by_package(const void *left, const void *right)
{
	const struct hwatt_joint_row *a = left, *b = right;
	bool own_a = a->package[0] == '\0', own_b = b->package[0] == '\0';
	if (own_a != own_b)
		return own_a ? 1 : -1; /* packages first */
	int c = strcmp(a->package, b->package);
	c = c != 0 ? c : strcmp(a->template_id, b->template_id);
	return c != 0 ? c : strcmp(a->type, b->type);
}

const char *hwatt_lesson_name(enum hwatt_lesson lesson)
{
	static const char *const names[HWATT_LESSONS] = { "none", "measure", "registers", "documents", "renew", "breaches", "subject", "wait" };
	return names[lesson];
}

int hwatt_joint_read(const char *const *files, size_t count_files, struct hwatt_joint *out, struct hwatt_error *err)
{
	struct draft d = { .arena = hwatt_arena_new() };
	int result = 0;
	*out = (struct hwatt_joint){0};
	if (count_files == 0 || count_files > JOINT_MAX_REPORTS)
		result = hwatt_fail(err, HWATT_EINVAL, "between 1 and %u reports can be laid side by side", JOINT_MAX_REPORTS);
	d.reports = hwatt_arena_alloc(d.arena, (count_files + 1) * sizeof(*d.reports));
	for (size_t i = 0; result == 0 && i < count_files; i++)
		result = read_report(&d, files[i], count_files, err);
	if (result < 0) {
		free(d.rows);
		hwatt_arena_free(d.arena);
		return -1;
	}
	size_t contracts = mark_latest(&d);
	count(&d);
	if (d.row_count > 0)
		qsort(d.rows, d.row_count, sizeof(*d.rows), by_package);
	struct hwatt_joint_row *rows = hwatt_arena_alloc(d.arena, (d.row_count + 1) * sizeof(*rows));
	if (d.row_count > 0)
		memcpy(rows, d.rows, d.row_count * sizeof(*rows));
	free(d.rows);
	*out = (struct hwatt_joint){ .report_count = d.report_count, .row_count = d.row_count, .contract_count = contracts, .reports = d.reports, .rows = rows,
				     .memory = d.arena };
	return 0;
}

void hwatt_joint_free(struct hwatt_joint *joint)
{
	if (joint->memory != NULL)
		hwatt_arena_free(joint->memory);
	*joint = (struct hwatt_joint){0};
}
