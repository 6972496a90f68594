/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* One table with all columns that any row needs, so that a spreadsheet can filter it; RFC 4180.  Numbers are as in the JSON. */
#include "csv_parts.h"
#include "json_parts.h"
#include "views.h"
#include "words.h"
#include <hallwatt/local.h>
#include <stdio.h>

enum column { RECORD, ID, TYPE, TITLE, STATUS, REASONS, VALUE, UNIT, LIMIT, LIMIT_KIND, MARGIN, UNCERTAINTY, COVERAGE, MIN_COVERAGE,
	      QUALITY, CATEGORY, WINDOW, FROM, TO, OPEN, SINCE, FORECAST, SUBJECT, BEFORE, AFTER, THEIRS, DIFFERENCE, AUTHOR, DOCUMENT,
	      PACKAGE, TEMPLATE, SOURCE, SENTENCE, ASK, PART, REQUIREMENT, VOLUME, COUNT, CANCELLED, BENEFICIARY, LAST_ID, COLUMNS };

static const char *const heads[COLUMNS] = {
	"record", "id", "type", "title", "status", "reasons", "value", "unit", "limit", "limit_kind", "margin", "uncertainty",
	"coverage", "min_coverage", "quality", "category", "window", "from", "to", "open", "since", "forecast", "subject", "before",
	"after", "theirs", "difference", "author", "document", "package", "template", "source", "sentence", "ask", "part",
	"requirement", "volume", "count", "cancelled", "beneficiary", "last_id",
};

#define TITLE_LIMIT 512u

struct row { /* texts are borrowed until it is put */
	const char *cells[COLUMNS];
	char scratch[12][64];
	size_t used;
};

static char *scratch(struct row *row)
{
	return row->scratch[row->used++];
}

static const char *utc(struct row *row, int64_t s)
{
	char *out = scratch(row);
	hwatt_utc_text(s, out);
	return out;
}

static const char *day(struct row *row, int64_t d)
{
	char *out = scratch(row);
	if (d == INT64_MAX)
		return "";
	hwatt_day_text(d, out);
	return out;
}

static const char *value(struct row *row, struct hwatt_ratio v)
{
	return value_text(v, scratch(row));
}

static const char *share(struct row *row, int64_t ppm)
{
	return value(row, (struct hwatt_ratio){ ppm, 1000000 });
}

static void put_requirement(const struct hwatt_followup_requirement *r, enum hwatt_language language, struct hwatt_text *out)
{
	const struct hwatt_view_requirement *v = &r->verdict;
	const char quality[2] = { v->quality, '\0' }, category[2] = { (char)('0' + v->category), '\0' };
	struct row row = {0};
	const char *const cells[COLUMNS] = {
		[RECORD] = "requirement", [ID] = v->requirement, [TYPE] = v->type, [TITLE] = words_in(&v->title, language),
		[STATUS] = hwatt_status_name(v->status), [REASONS] = v->reasons,
		[VALUE] = v->known ? value(&row, v->value) : "", [UNIT] = v->unit, [LIMIT] = v->limited ? value(&row, v->limit) : "",
		[LIMIT_KIND] = !v->limited ? "" : v->maximum ? "max" : "min", [MARGIN] = value(&row, margin_of(v)),
		[UNCERTAINTY] = value(&row, v->uncertainty), [COVERAGE] = share(&row, v->coverage_ppm),
		[MIN_COVERAGE] = share(&row, v->min_coverage_ppm), [QUALITY] = quality, [CATEGORY] = v->category != 0 ? category : "",
		[WINDOW] = v->window, [FROM] = utc(&row, v->from_s), [TO] = utc(&row, v->to_s), [OPEN] = v->open ? "true" : "false",
		[SINCE] = r->since_s != 0 ? utc(&row, r->since_s) : "",
		[FORECAST] = r->forecast.known ? hwatt_status_name(r->forecast.status) : "", [PACKAGE] = r->package,
		[TEMPLATE] = r->template_id, [SOURCE] = words_in(&r->source, language), [SENTENCE] = words_in(&v->sentence, language),
		[ASK] = words_in(&r->ask, language),
	};
	csv_put_row(cells, COLUMNS, out);
}

static void put_figure(const struct hwatt_followup_series *s, const struct hwatt_view_kpi *k, const char *record,
		       enum hwatt_language language, struct hwatt_text *out)
{
	const char quality[2] = { k->quality, '\0' }, category[2] = { (char)('0' + k->category), '\0' };
	struct row row = {0};
	struct hwatt_text title;
	hwatt_text_init(&title, TITLE_LIMIT);
	const char *const cells[COLUMNS] = {
		[RECORD] = record, [ID] = s->kpi, [TYPE] = s->subject_kind, [TITLE] = words_series(s, language, &title),
		[REASONS] = k->notes, [VALUE] = k->known ? value(&row, k->value) : "", [UNIT] = s->unit,
		[UNCERTAINTY] = value(&row, k->uncertainty), [COVERAGE] = share(&row, k->coverage_ppm), [QUALITY] = quality,
		[CATEGORY] = k->category != 0 ? category : "", [FROM] = utc(&row, k->from_s), [TO] = utc(&row, k->to_s),
		[SUBJECT] = s->subject, [PART] = s->part,
	};
	csv_put_row(cells, COLUMNS, out);
	hwatt_text_free(&title);
}

static void put_event(const struct hwatt_followup_event *e, enum hwatt_language language, struct hwatt_text *out)
{
	struct row row = {0};
	const char *const cells[COLUMNS] = {
		[RECORD] = "event", [ID] = e->device, [TYPE] = e->kind, [TITLE] = words_event(language, e->kind),
		[FROM] = utc(&row, e->at_s), [SUBJECT] = e->subject, [BEFORE] = e->before, [AFTER] = e->after,
	};
	csv_put_row(cells, COLUMNS, out);
}

static void put_document(const struct hwatt_followup_document *d, struct hwatt_text *out)
{
	struct row row = {0};
	const char *const cells[COLUMNS] = {
		[RECORD] = "document", [ID] = d->id, [TYPE] = d->type, [TITLE] = d->title, [STATUS] = d->status,
		[FROM] = day(&row, d->from_day), [TO] = day(&row, d->to_day), [SUBJECT] = d->requirement, [AUTHOR] = d->issuer,
		[DOCUMENT] = d->sha256,
	};
	csv_put_row(cells, COLUMNS, out);
}

static void put_comparison(const struct hwatt_followup_comparison *c, enum hwatt_language language, struct hwatt_text *out)
{
	static const char *const agreements[] = { [HWATT_AGREES] = "agrees", [HWATT_DIFFERS] = "differs",
						  [HWATT_NOT_COMPARABLE] = "not_comparable", [HWATT_IMPOSSIBLE] = "impossible" };
	struct row row = {0};
	const char *const cells[COLUMNS] = {
		[RECORD] = "comparison", [ID] = c->figure, [STATUS] = agreements[c->agreement], [VALUE] = value(&row, c->ours),
		[UNIT] = c->unit, [UNCERTAINTY] = value(&row, c->uncertainty), [COVERAGE] = share(&row, c->coverage_ppm),
		[FROM] = utc(&row, c->from_s), [TO] = utc(&row, c->to_s), [THEIRS] = value(&row, c->theirs),
		[DIFFERENCE] = value(&row, c->difference), [AUTHOR] = c->author, [DOCUMENT] = c->document,
		[SENTENCE] = words_in(&c->sentence, language),
	};
	csv_put_row(cells, COLUMNS, out);
}

/* A row for each figure or requirement that the certificate could count for. */
static void put_use(const struct hwatt_followup_certificate *c, const struct hwatt_followup_use *u, struct hwatt_text *out)
{
	struct row row = {0};
	char *count = scratch(&row);
	snprintf(count, 64, "%lld", (long long)c->count);
	const char *const cells[COLUMNS] = {
		[RECORD] = "certificate", [ID] = c->id, [TYPE] = c->kind, [TITLE] = c->technology, [STATUS] = c->guarantees, [REASONS] = u->reasons,
		[VALUE] = value(&row, u->counted), [UNIT] = "J", [FROM] = day(&row, c->from_day), [TO] = day(&row, c->to_day),
		[SUBJECT] = c->subject, [AUTHOR] = c->transaction, [DOCUMENT] = c->sha256, [SOURCE] = c->device, [REQUIREMENT] = u->requirement,
		[VOLUME] = value(&row, c->volume), [COUNT] = count, [CANCELLED] = day(&row, c->cancelled_day), [BENEFICIARY] = c->beneficiary,
		[LAST_ID] = c->last_id,
	};
	csv_put_row(cells, COLUMNS, out);
}

static void put_check(const struct hwatt_followup_check *c, enum hwatt_language language, struct hwatt_text *out)
{
	static const char *const outcomes[] = { [HWATT_PASSED] = "passed", [HWATT_FAILED] = "failed", [HWATT_NOT_CHECKED] = "not_checked" };
	struct row row = {0};
	char *number = scratch(&row);
	snprintf(number, 64, "%d", c->number);
	const char *const cells[COLUMNS] = {
		[RECORD] = "certificate_check", [ID] = number, [TYPE] = c->subject_kind, [TITLE] = words_in(&c->what, language),
		[STATUS] = outcomes[c->outcome], [REASONS] = c->rows, [SUBJECT] = c->subject,
	};
	csv_put_row(cells, COLUMNS, out);
}

/* What was used, produced and matched in an hour of the day. */
static void put_hour(const struct hwatt_followup_hour *h, struct hwatt_text *out)
{
	const struct { const char *type; struct hwatt_ratio amount; } rows[] = {
		{ "load", h->load }, { "generated", h->generated }, { "matched", h->matched },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct row row = {0};
		char *at = scratch(&row);
		snprintf(at, 64, "%02d", h->hour);
		const char *const cells[COLUMNS] = {
			[RECORD] = "hour_of_day", [ID] = at, [TYPE] = rows[i].type, [VALUE] = value(&row, rows[i].amount), [UNIT] = "J",
		};
		csv_put_row(cells, COLUMNS, out);
	}
}

void followup_csv(const struct hwatt_followup *f, enum hwatt_language language, struct hwatt_text *out)
{
	csv_put_row(heads, COLUMNS, out);
	for (size_t i = 0; i < f->requirement_count; i++)
		put_requirement(&f->requirements[i], language, out);
	for (size_t i = 0; i < f->series_count; i++) {
		put_figure(&f->series[i], &f->series[i].whole, "figure", language, out);
		for (size_t j = 0; j < f->series[i].count; j++)
			put_figure(&f->series[i], &f->series[i].parts[j], "figure_part", language, out);
	}
	for (size_t i = 0; i < f->event_count; i++)
		put_event(&f->events[i], language, out);
	for (size_t i = 0; i < f->document_count; i++)
		put_document(&f->documents[i], out);
	for (size_t i = 0; i < f->comparison_count; i++)
		put_comparison(&f->comparisons[i], language, out);
	for (size_t i = 0; i < f->certificate_count; i++)
		for (size_t u = 0; u < f->certificates[i].use_count; u++)
			put_use(&f->certificates[i], &f->certificates[i].uses[u], out);
	for (size_t i = 0; i < f->check_count; i++)
		put_check(&f->checks[i], language, out);
	for (size_t i = 0; i < f->hour_count; i++)
		put_hour(&f->hours[i], out);
}
