/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What followup.tmpl is filled from: every number and date as it is read in the reader's language. */
#include "page.h"
#include "views.h"
#include "words.h"
#include <hallwatt/chart.h>
#include <hallwatt/local.h>
#include <hallwatt/template.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TITLE_LIMIT 512u
#define DRAWING_LIMIT (1u << 20)

struct page { /* what the parts need */
	const struct hwatt_followup *f;
	enum hwatt_language language;
	struct zone *zone;
	struct hwatt_text number; /* scratch */
};

static void set(json_t *o, const char *key, const char *string)
{
	json_t *json = json_string(string != NULL ? string : "");
	json_object_set_new(o, key, json != NULL ? json : json_string("?"));
}

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void set_day(const struct page *p, json_t *o, const char *key, int64_t utc_s)
{
	char out[32];
	hwatt_local_day(p->zone, utc_s, out);
	set(o, key, out);
}

static void set_share(struct page *p, json_t *o, const char *key, int64_t ppm)
{
	set(o, key, share_text(ppm, p->language, &p->number));
}

static void set_whole_day(json_t *o, const char *key, int64_t day)
{
	char out[32] = "";
	if (day != INT64_MAX)
		hwatt_day_text(day, out);
	set(o, key, out);
}

static const char *in(const struct page *p, const struct hwatt_texts *texts)
{
	return words_in(texts, p->language);
}

/* --- verdicts ---------------------------------------------------------------------------------------------------- */

static void set_status(const struct page *p, json_t *o, enum hwatt_status status)
{
	set(o, "class", hwatt_status_name(status));
	set(o, "symbol", words_symbol(status));
	set(o, "word", words_status(p->language, status));
}

/* A requirement of unit 1 is a ratio when its limit is one: the PUE; other limits are shares. */
static enum measure measure_of_requirement(const struct hwatt_view_requirement *v)
{
	if (strcmp(v->unit, "J") == 0)
		return MEASURE_ENERGY;
	if (strcmp(v->unit, "1") != 0)
		return MEASURE_AMOUNT;
	const struct figure_words *words = figure_words(v->type);
	if (words != NULL && words->measure != MEASURE_AMOUNT) /* an amount has a unit: what is promised is a share of the time */
		return words->measure;
	if (strcmp(v->type, "refrigerant") == 0 || strcmp(v->type, "counter") == 0)
		return MEASURE_AMOUNT;
	return strstr(v->type, "pue") != NULL || strcmp(v->type, "cer") == 0 ? MEASURE_RATIO : MEASURE_SHARE;
}

static void set_numbers(struct page *p, json_t *o, const struct hwatt_view_requirement *v)
{
	struct number_style style = number_style(measure_of_requirement(v), v->unit, v->limited ? v->limit : v->value);
	struct hwatt_ratio unknown = { 0, 0 }, limit = v->limited ? v->limit : unknown;
	set(o, "value", number_text_beside(&style, v->known ? v->value : unknown, limit, p->language, &p->number));
	set(o, "limit", v->limited ? number_text(&style, limit, p->language, &p->number) : "");
	set(o, "side", !v->limited ? "" : v->maximum ? (v->exclusive ? "<" : "≤") : v->exclusive ? ">" : "≥");
	set(o, "margin", "");
	struct hwatt_ratio margin = margin_of(v);
	struct number_style percent = number_style(MEASURE_SHARE, "1", margin);
	if (hwatt_ratio_known(margin))
		set(o, "margin", number_text_beside(&percent, margin, (struct hwatt_ratio){ 0, 1 }, p->language, &p->number));
	set(o, "uncertainty", hwatt_ratio_known(v->uncertainty) ? number_text_beside(&style, v->uncertainty, (struct hwatt_ratio){ 0, 1 },
										   p->language, &p->number) : "");
	set(o, "coverage", "");
	if (v->unit[0] != '\0' && (v->known || v->coverage_ppm > 0)) /* of what has no value, nothing is measured */
		set_share(p, o, "coverage", v->coverage_ppm);
}

static json_t *history(const struct page *p, const struct hwatt_followup_requirement *r)
{
	json_t *a = json_array();
	for (size_t i = 0; i < r->change_count; i++) {
		json_t *o = json_object();
		set_day(p, o, "at", r->changes[i].at_s);
		set_status(p, o, r->changes[i].status);
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *requirement(struct page *p, const struct hwatt_followup_requirement *r)
{
	const struct hwatt_view_requirement *v = &r->verdict;
	json_t *o = json_object();
	const char *title = in(p, &v->title);
	set(o, "id", v->requirement);
	set(o, "title", title[0] != '\0' ? title : v->requirement);
	set_status(p, o, v->status);
	set_numbers(p, o, v);
	set(o, "window", words_window(p->language, v->window));
	bool dated = v->to_s > v->from_s;
	set(o, "from", "");
	set(o, "to", "");
	if (dated) {
		set_day(p, o, "from", v->from_s);
		set_day(p, o, "to", v->to_s - 1);
	}
	json_object_set_new(o, "one_day", json_boolean(dated && strcmp(text_of(o, "from"), text_of(o, "to")) == 0));
	json_object_set_new(o, "open", json_boolean(v->open));
	set(o, "sentence", in(p, &v->sentence));
	set(o, "ask", in(p, &r->ask));
	set(o, "forecast", r->forecast.known ? in(p, &r->forecast.sentence) : "");
	set(o, "since", "");
	if (r->since_s != 0)
		set_day(p, o, "since", r->since_s);
	set(o, "package", r->package);
	set(o, "source", in(p, &r->source));
	set(o, "stage", words_stage(p->language, r->stage));
	set(o, "risk", words_risk(p->language, r->risk));
	set(o, "area", words_area(p->language, r->area));
	set(o, "verification", in(p, &r->verification));
	set(o, "deliver", in(p, &r->deliver));
	json_object_set_new(o, "history", history(p, r));
	return o;
}

static json_t *requirements(struct page *p, bool (*wanted)(const struct hwatt_followup_requirement *r))
{
	json_t *a = json_array();
	for (size_t i = 0; i < p->f->requirement_count; i++)
		if (wanted(&p->f->requirements[i]))
			json_array_append_new(a, requirement(p, &p->f->requirements[i]));
	return a;
}

static bool all(const struct hwatt_followup_requirement *r)
{
	return r != NULL;
}

static bool to_raise(const struct hwatt_followup_requirement *r)
{
	return words_in(&r->ask, HWATT_EN)[0] != '\0';
}

static json_t *counts(const struct page *p)
{
	static const enum hwatt_status order[] = { HWATT_NOT_MET, HWATT_EXPIRED, HWATT_NOT_ENOUGH_DATA, HWATT_MET, HWATT_NOT_APPLICABLE };
	json_t *a = json_array();
	for (size_t s = 0; s < HWATT_STATUSES; s++) {
		json_int_t count = 0;
		for (size_t i = 0; i < p->f->requirement_count; i++)
			count += p->f->requirements[i].verdict.status == order[s];
		if (count == 0)
			continue;
		json_t *o = json_object();
		set_status(p, o, order[s]);
		json_object_set_new(o, "count", json_integer(count));
		json_array_append_new(a, o);
	}
	return a;
}

/* --- figures ----------------------------------------------------------------------------------------------------- */

/* The unit of a column: that of the largest value known in it. */
static struct number_style style_of(const struct hwatt_followup_series *s)
{
	struct hwatt_ratio largest = { 0, 0 };
	for (size_t i = 0; i < s->count; i++)
		if (s->parts[i].known && (!hwatt_ratio_known(largest) || hwatt_ratio_compare(s->parts[i].value, largest) > 0))
			largest = s->parts[i].value;
	if (!hwatt_ratio_known(largest) && s->whole.known)
		largest = s->whole.value;
	return number_style(measure_of(s->kpi, s->unit), s->unit, largest);
}

/* The limit of the requirement that is about this figure, if there is one. */
static const struct hwatt_view_requirement *limit_on(const struct hwatt_followup *f, const struct hwatt_followup_series *s)
{
	for (size_t i = 0; i < f->requirement_count; i++) {
		const struct hwatt_view_requirement *v = &f->requirements[i].verdict;
		bool pue = strncmp(s->kpi, "pue", 3) == 0 && strcmp(v->type, "pue") == 0 && v->category == s->kpi[3] - '0';
		if (v->limited && strcmp(s->subject_kind, "contract") == 0 && strcmp(v->unit, "J") != 0 &&
		    (pue || strcmp(v->type, s->kpi) == 0))
			return v;
	}
	return NULL;
}

/* With enough decimals to tell it from the limit, where there is one. */
static json_t *figure_row(struct page *p, const struct number_style *style, const struct hwatt_view_kpi *k, const char *label,
			  const struct hwatt_view_requirement *v)
{
	json_t *o = json_object();
	struct hwatt_ratio unknown = { 0, 0 };
	set(o, "label", label);
	set(o, "value", number_text_beside(style, k->known ? k->value : unknown, v != NULL ? v->limit : unknown, p->language, &p->number));
	set(o, "uncertainty", "");
	if (k->known && hwatt_ratio_known(k->uncertainty))
		set(o, "uncertainty", number_text_beside(style, k->uncertainty, (struct hwatt_ratio){ 0, 1 }, p->language, &p->number));
	set_share(p, o, "coverage", k->coverage_ppm);
	set(o, "quality", words_quality(p->language, k->quality));
	struct number_style energy = number_style(MEASURE_ENERGY, "J", k->surplus);
	set(o, "surplus", "");
	if (hwatt_ratio_known(k->surplus))
		set(o, "surplus", number_text(&energy, k->surplus, p->language, &p->number));
	return o;
}

static void month_or_day(const struct page *p, int64_t from_s, bool days, char out[64])
{
	int mday, month = hwatt_local_month(p->zone, from_s, &mday);
	char date[32];
	hwatt_local_day(p->zone, from_s, date);
	if (days)
		snprintf(out, 64, "%d", mday);
	else
		snprintf(out, 64, "%s %.4s", words_month(p->language, month), date);
}

static void set_drawing(struct page *p, json_t *o, const struct hwatt_followup_series *s, size_t number,
			const char *title, const struct number_style *style,
			const struct hwatt_view_requirement *v, struct hwatt_chart_point *points)
{
	struct hwatt_text out, limit;
	char id[32];
	hwatt_text_init(&out, DRAWING_LIMIT);
	hwatt_text_init(&limit, 200);
	snprintf(id, sizeof(id), "figure%zu", number);
	if (v != NULL)
		hwatt_text_printf(&limit, "%s %s", hwatt_tr(p->language, HWATT_N("Limit")),
				  number_text_beside(style, v->limit, (struct hwatt_ratio){ 0, 1 }, p->language, &p->number));
	struct hwatt_chart chart = {
		.id = id, .title = title,
		.description = hwatt_tr(p->language, HWATT_N("The same numbers stand in the table below.")), .unit = style->unit,
		.bars = measure_of(s->kpi, s->unit) != MEASURE_RATIO, .limited = v != NULL,
		.limit = v != NULL ? hwatt_ratio_double(v->limit) * style->scale : 0, .limit_label = hwatt_text_string(&limit),
		.count = s->count, .points = points, .language = p->language,
	};
	hwatt_chart_put(&chart, &out);
	set(o, "drawing", hwatt_text_ok(&out) ? hwatt_text_string(&out) : "");
	hwatt_text_free(&out);
	hwatt_text_free(&limit);
}

static json_t *figure(struct page *p, const struct hwatt_followup_series *s, size_t number)
{
	json_t *o = json_object(), *rows = json_array();
	struct number_style style = style_of(s);
	struct hwatt_text title;
	struct hwatt_chart_point *points = calloc(s->count + 1, sizeof(*points));
	char (*labels)[64] = calloc(s->count + 1, sizeof(*labels));
	const struct hwatt_view_requirement *limit = limit_on(p->f, s);
	bool any = false, days = s->count > 0 && s->parts[0].to_s - s->parts[0].from_s < 2 * 86400;
	if (points == NULL || labels == NULL)
		abort();
	hwatt_text_init(&title, TITLE_LIMIT);
	for (size_t i = 0; i < s->count; i++) {
		const struct hwatt_view_kpi *k = &s->parts[i];
		json_t *row;
		month_or_day(p, k->from_s, days, labels[i]);
		row = figure_row(p, &style, k, labels[i], limit);
		points[i] = (struct hwatt_chart_point){ .label = labels[i], .known = k->known,
			.shown = json_string_value(json_object_get(row, "value")), .partial = k->coverage_ppm < 950000,
			.value = k->known ? hwatt_ratio_double(k->value) * style.scale : 0 };
		any |= k->known;
		if (!days && s->count > 6)
			labels[i][3] = '\0'; /* at the axis the month alone; the table has the year */
		json_array_append_new(rows, row);
	}
	set(o, "title", words_series(s, p->language, &title));
	set(o, "notation", s->whole.notation != NULL ? s->whole.notation : "");
	set(o, "subject", s->subject);
	json_object_set_new(o, "site", json_boolean(strcmp(s->subject_kind, "site") == 0));
	json_object_set_new(o, "whole", figure_row(p, &style, &s->whole, "", limit));
	json_object_set_new(o, "rows", rows);
	set(o, "drawing", "");
	if (any) /* what is matched by months has no days */
		set_drawing(p, o, s, number, hwatt_text_string(&title), &style, limit, points);
	hwatt_text_free(&title);
	free(points);
	free(labels);
	return o;
}

static json_t *figures(struct page *p)
{
	json_t *a = json_array();
	for (size_t i = 0; i < p->f->series_count; i++)
		json_array_append_new(a, figure(p, &p->f->series[i], i + 1));
	return a;
}

/* --- lists ------------------------------------------------------------------------------------------------------- */

static json_t *events(const struct page *p)
{
	json_t *a = json_array();
	for (size_t i = 0; i < p->f->event_count; i++) {
		const struct hwatt_followup_event *e = &p->f->events[i];
		json_t *o = json_object();
		set_day(p, o, "at", e->at_s);
		set(o, "what", words_event(p->language, e->kind));
		set(o, "device", e->device);
		set(o, "subject", e->subject);
		set(o, "before", e->before);
		set(o, "after", e->after);
		json_array_append_new(a, o);
	}
	return a;
}

/* The title of the requirement of that id, the id where there is no such one. */
static const char *title_of(const struct page *p, const char *id)
{
	for (size_t i = 0; i < p->f->requirement_count; i++) {
		const struct hwatt_view_requirement *v = &p->f->requirements[i].verdict;
		if (strcmp(v->requirement, id) == 0 && in(p, &v->title)[0] != '\0')
			return in(p, &v->title);
	}
	return id;
}

static json_t *documents(const struct page *p)
{
	json_t *a = json_array();
	for (size_t i = 0; i < p->f->document_count; i++) {
		const struct hwatt_followup_document *d = &p->f->documents[i];
		bool ends = d->to_day != INT64_MAX;
		json_t *o = json_object();
		set(o, "title", d->title[0] != '\0' ? d->title : d->id);
		set(o, "issuer", d->issuer);
		set(o, "requirement", title_of(p, d->requirement));
		set(o, "status", words_document_status(p->language, d->status));
		set_whole_day(o, "from", d->from_day);
		set_whole_day(o, "to", d->to_day);
		json_object_set_new(o, "expired", json_boolean(ends && d->days_left < 0));
		json_object_set_new(o, "soon", json_boolean(ends && d->days_left >= 0 && d->days_left <= 90));
		json_object_set_new(o, "days_left", json_integer(ends && d->days_left >= 0 ? d->days_left : 0));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *comparisons(struct page *p)
{
	static const char *const agreements[] = {
		[HWATT_AGREES] = HWATT_N("Agrees within the uncertainty"), [HWATT_DIFFERS] = HWATT_N("Differs: ask for an explanation"),
		[HWATT_NOT_COMPARABLE] = HWATT_N("Cannot be compared"), [HWATT_IMPOSSIBLE] = HWATT_N("Physically impossible"),
	};
	json_t *a = json_array();
	for (size_t i = 0; i < p->f->comparison_count; i++) {
		const struct hwatt_followup_comparison *c = &p->f->comparisons[i];
		struct number_style style = number_style(measure_of(c->figure, c->unit), c->unit, c->theirs);
		json_t *o = json_object();
		set(o, "figure", words_figure(p->language, c->figure));
		set_day(p, o, "from", c->from_s);
		set_day(p, o, "to", c->to_s - 1);
		set(o, "theirs", number_text_beside(&style, c->theirs, c->ours, p->language, &p->number));
		set(o, "ours", number_text_beside(&style, c->ours, c->theirs, p->language, &p->number));
		set(o, "difference", number_text_beside(&style, c->difference, (struct hwatt_ratio){ 0, 1 }, p->language, &p->number));
		set(o, "uncertainty", number_text_beside(&style, c->uncertainty, (struct hwatt_ratio){ 0, 1 }, p->language, &p->number));
		set(o, "author", c->author);
		set(o, "document", c->document);
		set(o, "agreement", hwatt_tr(p->language, agreements[c->agreement]));
		json_object_set_new(o, "impossible", json_boolean(c->agreement == HWATT_IMPOSSIBLE));
		set(o, "sentence", words_in(&c->sentence, p->language));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *notes(const struct page *p)
{
	json_t *a = json_array();
	for (size_t i = 0; i < p->f->note_count; i++)
		json_array_append_new(a, json_string(in(p, &p->f->notes[i].text)));
	return a;
}

/* --- green electricity ------------------------------------------------------------------------------------------- */

static void set_energy(struct page *p, json_t *o, const char *key, struct hwatt_ratio joule, struct hwatt_ratio like)
{
	struct number_style style = number_style(MEASURE_ENERGY, "J", like);
	set(o, key, number_text_beside(&style, joule, (struct hwatt_ratio){ 0, 1 }, p->language, &p->number));
}

/* The name of what the certificate could count for. */
static const char *use_title(const struct page *p, const struct hwatt_followup_use *u)
{
	return u->requirement[0] != '\0' ? title_of(p, u->requirement) : words_figure(p->language, "renewable_share");
}

static json_t *uses(struct page *p, const struct hwatt_followup_certificate *c)
{
	json_t *a = json_array();
	struct hwatt_text why;
	hwatt_text_init(&why, 4096);
	for (size_t i = 0; i < c->use_count; i++) {
		json_t *o = json_object();
		words_refusals(p->language, c->uses[i].reasons, &why);
		set(o, "title", use_title(p, &c->uses[i]));
		set_energy(p, o, "counted", c->uses[i].counted, c->volume);
		set(o, "why", hwatt_text_string(&why));
		json_array_append_new(a, o);
	}
	hwatt_text_free(&why);
	return a;
}

static json_t *certificates(struct page *p)
{
	json_t *a = json_array();
	for (size_t i = 0; i < p->f->certificate_count; i++) {
		const struct hwatt_followup_certificate *c = &p->f->certificates[i];
		json_t *o = json_object();
		set(o, "id", c->id);
		set(o, "last_id", c->count > 1 ? c->last_id : "");
		set(o, "what", words_certificate(p->language, c->kind));
		set(o, "technology", words_technology(p->language, c->technology));
		set(o, "country", c->country);
		set(o, "zone", c->zone);
		set(o, "subject", c->subject);
		set(o, "beneficiary", c->beneficiary);
		set_whole_day(o, "from", c->from_day);
		set_whole_day(o, "to", c->to_day);
		set_whole_day(o, "cancelled", c->cancelled_day);
		set_energy(p, o, "volume", c->volume, c->volume);
		json_object_set_new(o, "uses", uses(p, c));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *checks(const struct page *p)
{
	static const struct { const char *class, *symbol, *word; } outcomes[] = {
		[HWATT_PASSED] = { "met", "✓", HWATT_N("Passed") }, [HWATT_FAILED] = { "not_met", "✗", HWATT_N("Failed") },
		[HWATT_NOT_CHECKED] = { "not_applicable", "–", HWATT_N("Nothing to check it by") },
	};
	json_t *a = json_array();
	for (size_t i = 0; i < p->f->check_count; i++) {
		const struct hwatt_followup_check *c = &p->f->checks[i];
		json_t *o = json_object();
		json_object_set_new(o, "number", json_integer(c->number));
		set(o, "subject", c->subject);
		set(o, "what", in(p, &c->what));
		set(o, "class", outcomes[c->outcome].class);
		set(o, "symbol", outcomes[c->outcome].symbol);
		set(o, "word", hwatt_tr(p->language, outcomes[c->outcome].word));
		set(o, "rows", c->rows);
		json_array_append_new(a, o);
	}
	return a;
}

static struct hwatt_ratio share_of_hour(const struct hwatt_followup_hour *h)
{
	return h->load.num > 0 ? (struct hwatt_ratio){ h->matched.num, h->load.num } : (struct hwatt_ratio){ 0, 0 };
}

/* A drawing of the hours of the day and the table behind it. */
static void set_hours(struct page *p, json_t *o)
{
	struct hwatt_chart_point points[24] = {{0}};
	char labels[24][8], shown[24][64];
	json_t *rows = json_array();
	for (size_t i = 0; i < p->f->hour_count && i < 24; i++) {
		const struct hwatt_followup_hour *h = &p->f->hours[i];
		struct hwatt_ratio share = share_of_hour(h);
		struct number_style percent = number_style(MEASURE_SHARE, "1", share);
		json_t *row = json_object();
		snprintf(labels[i], sizeof(labels[i]), "%02d", h->hour);
		snprintf(shown[i], sizeof(shown[i]), "%s", number_text_beside(&percent, share, (struct hwatt_ratio){ 1, 1 }, p->language, &p->number));
		points[i] = (struct hwatt_chart_point){ labels[i], shown[i], hwatt_ratio_known(share), false,
							hwatt_ratio_known(share) ? hwatt_ratio_double(share) * 100 : 0 };
		set(row, "label", labels[i]);
		set(row, "share", shown[i]);
		set_energy(p, row, "load", h->load, p->f->hours[0].load);
		set_energy(p, row, "generated", h->generated, p->f->hours[0].load);
		set_energy(p, row, "matched", h->matched, p->f->hours[0].load);
		json_array_append_new(rows, row);
	}
	struct hwatt_text out;
	hwatt_text_init(&out, DRAWING_LIMIT);
	struct hwatt_chart chart = { .id = "hours", .title = hwatt_tr(p->language, HWATT_N("Covered by renewable electricity of the same hour")),
				     .description = hwatt_tr(p->language, HWATT_N("The same numbers stand in the table below.")), .unit = "%",
				     .bars = true, .limit_label = "", .count = p->f->hour_count, .points = points, .language = p->language };
	if (p->f->hour_count > 0)
		hwatt_chart_put(&chart, &out);
	set(o, "hours_drawing", hwatt_text_ok(&out) ? hwatt_text_string(&out) : "");
	json_object_set_new(o, "hours", rows);
	json_object_set_new(o, "has_hours", json_boolean(p->f->hour_count > 0));
	hwatt_text_free(&out);
}

static json_t *rulesets(const struct page *p)
{
	json_t *a = json_array();
	for (size_t i = 0; i < p->f->ruleset_count; i++) {
		json_t *o = json_object();
		set(o, "id", p->f->rulesets[i].id);
		set(o, "hash", p->f->rulesets[i].hash);
		json_array_append_new(a, o);
	}
	return a;
}

static void set_head(const struct page *p, json_t *o)
{
	const struct hwatt_followup *f = p->f;
	char generated[32];
	struct hwatt_text sites;
	const char *title = in(p, &f->contract.title);
	hwatt_text_init(&sites, 4096);
	for (size_t i = 0; i < f->site_count; i++)
		hwatt_text_printf(&sites, "%s%s", i > 0 ? ", " : "", f->sites[i]);
	set(o, "language", hwatt_language_name(p->language));
	set(o, "contract", f->contract.id);
	set(o, "title", title[0] != '\0' ? title : f->contract.id);
	set(o, "buyer", f->contract.buyer);
	set(o, "supplier", f->contract.supplier);
	set_whole_day(o, "valid_from", f->contract.from_day);
	set_whole_day(o, "valid_to", f->contract.to_day);
	set(o, "sites", hwatt_text_string(&sites));
	set(o, "period", f->period);
	set_day(p, o, "period_from", f->from_s);
	set_day(p, o, "period_to", f->to_s - 1);
	json_object_set_new(o, "period_open", json_boolean(f->open));
	hwatt_local_minute(p->zone, f->generated_s, generated);
	set(o, "generated", generated);
	set(o, "timezone", f->timezone);
	set(o, "version", f->version);
	set(o, "config_hash", f->config_hash);
	json_object_set_new(o, "total", json_integer((json_int_t)f->requirement_count));
	hwatt_text_free(&sites);
}

int followup_page(const struct hwatt_followup *f, enum hwatt_language language, struct hwatt_text *out, struct hwatt_error *err)
{
	struct page p = { .f = f, .language = language };
	if (hwatt_local_open(f->timezone, &p.zone, err) < 0)
		return -1;
	hwatt_text_init(&p.number, 256);
	json_t *o = json_object();
	set_head(&p, o);
	json_object_set_new(o, "counts", counts(&p));
	json_object_set_new(o, "requirements", requirements(&p, all));
	json_object_set_new(o, "open_points", requirements(&p, to_raise));
	json_object_set_new(o, "figures", figures(&p));
	json_object_set_new(o, "events", events(&p));
	json_object_set_new(o, "documents", documents(&p));
	json_object_set_new(o, "comparisons", comparisons(&p));
	json_object_set_new(o, "certificates", certificates(&p));
	json_object_set_new(o, "checks", checks(&p));
	set_hours(&p, o);
	json_object_set_new(o, "has_certificates", json_boolean(f->certificate_count + f->check_count > 0));
	json_object_set_new(o, "notes", notes(&p));
	json_object_set_new(o, "rulesets", rulesets(&p));
	json_object_set_new(o, "has_figures", json_boolean(f->series_count > 0));
	json_object_set_new(o, "has_comparisons", json_boolean(f->comparison_count > 0));
	json_object_set_new(o, "has_events", json_boolean(f->event_count > 0));
	json_object_set_new(o, "has_documents", json_boolean(f->document_count > 0));
	json_object_set_new(o, "has_details", json_boolean(f->requirement_count > 0));
	int result = page_fill("followup", o, language, out, err);
	json_decref(o);
	hwatt_text_free(&p.number);
	hwatt_local_close(p.zone);
	return result;
}
