/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The schema is followup.schema.json; a change that breaks readers raises its version. */
#include "views.h"
#include <hallwatt/local.h>
#include <hallwatt/text.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const char *value_text(struct hwatt_ratio value, char out[64])
{
	out[0] = '\0';
	if (hwatt_ratio_known(value))
		hwatt_ratio_format(value, 9, out);
	return out;
}

struct hwatt_ratio margin_of(const struct hwatt_view_requirement *r)
{
	if (!r->known || !r->limited || r->limit.num == 0)
		return (struct hwatt_ratio){ 0, 0 };
	/* (limit - value) / limit = 1 - value / limit, or its negative for a lower limit */
	hwatt_i128 den = r->value.den * r->limit.num, num = den - r->value.num * r->limit.den;
	return (struct hwatt_ratio){ r->maximum ? num : -num, den };
}

/* --- pieces ------------------------------------------------------------------------------------------------------ */

static void set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value != NULL ? value : json_null());
}

static json_t *text(const char *string)
{
	json_t *json = json_string(string != NULL ? string : "");
	return json != NULL ? json : json_string("?"); /* not UTF-8 */
}

static json_t *texts(const struct hwatt_texts *t)
{
	json_t *o = json_object();
	if (t->sv != NULL)
		set(o, "sv", text(t->sv));
	if (t->nb != NULL)
		set(o, "nb", text(t->nb));
	if (t->en != NULL)
		set(o, "en", text(t->en));
	return o;
}

static json_t *utc(int64_t s)
{
	char out[32];
	hwatt_utc_text(s, out);
	return json_string(out);
}

static json_t *day(int64_t d)
{
	char out[32];
	if (d == INT64_MAX)
		return json_null();
	hwatt_day_text(d, out);
	return json_string(out);
}

/* A decimal string, or null. */
static json_t *value(struct hwatt_ratio v)
{
	char out[64];
	return hwatt_ratio_known(v) ? json_string(value_text(v, out)) : json_null();
}

static json_t *share(int64_t ppm)
{
	return value((struct hwatt_ratio){ ppm, 1000000 });
}

static json_t *whole(hwatt_i128 v)
{
	char digits[48], *at = digits + sizeof(digits) - 1;
	bool minus = v < 0;
	*at = '\0';
	do {
		*--at = (char)('0' + (int)(v % 10 < 0 ? -(v % 10) : v % 10));
		v /= 10;
	} while (v != 0);
	if (minus)
		*--at = '-';
	return json_string(at);
}

/* The value, and the exact quotient that it is rounded from. */
static void set_value(json_t *o, bool known, struct hwatt_ratio v)
{
	set(o, "value", known ? value(v) : json_null());
	set(o, "numerator", known ? whole(v.num) : json_null());
	set(o, "denominator", known ? whole(v.den) : json_null());
}

static json_t *words(const char *list)
{
	json_t *a = json_array();
	while (*list != '\0') {
		size_t length = strcspn(list, " ");
		if (length > 0)
			json_array_append_new(a, json_stringn(list, length));
		list += length + (list[length] == ' ');
	}
	return a;
}

static json_t *letter(char quality)
{
	return json_stringn(&quality, 1);
}

/* --- parts ------------------------------------------------------------------------------------------------------- */

static json_t *contract(const struct hwatt_followup *f)
{
	const struct hwatt_view_contract *c = &f->contract;
	json_t *o = json_object(), *valid = json_object();
	set(valid, "from", day(c->from_day));
	set(valid, "to", day(c->to_day));
	set(o, "id", text(c->id));
	set(o, "title", texts(&c->title));
	set(o, "buyer", text(c->buyer));
	set(o, "supplier", text(c->supplier));
	set(o, "valid", valid);
	return o;
}

static json_t *history(const struct hwatt_followup_requirement *r)
{
	json_t *a = json_array();
	for (size_t i = 0; i < r->change_count; i++) {
		const struct hwatt_followup_change *c = &r->changes[i];
		json_t *o = json_object();
		set(o, "at", utc(c->at_s));
		set(o, "status", text(hwatt_status_name(c->status)));
		set(o, "reasons", words(c->reasons));
		set(o, "from", utc(c->from_s));
		set(o, "to", utc(c->to_s));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *forecast(const struct hwatt_followup_forecast *f)
{
	if (!f->known)
		return json_null();
	json_t *o = json_object();
	set(o, "value", value(f->value));
	set(o, "status", text(hwatt_status_name(f->status)));
	set(o, "crosses", f->crosses_s != 0 ? utc(f->crosses_s) : json_null());
	set(o, "sentence", texts(&f->sentence));
	return o;
}

static json_t *requirement(const void *item)
{
	const struct hwatt_followup_requirement *r = item;
	const struct hwatt_view_requirement *v = &r->verdict;
	json_t *o = json_object();
	set(o, "id", text(v->requirement));
	set(o, "type", text(v->type));
	set(o, "title", texts(&v->title));
	set(o, "status", text(hwatt_status_name(v->status)));
	set(o, "reasons", words(v->reasons));
	set_value(o, v->known, v->value);
	set(o, "unit", text(v->unit));
	set(o, "limit", v->limited ? value(v->limit) : json_null());
	set(o, "limit_kind", v->limited ? text(v->maximum ? "max" : "min") : json_null());
	set(o, "exclusive", json_boolean(v->exclusive));
	set(o, "margin", value(margin_of(v)));
	set(o, "uncertainty", value(v->uncertainty));
	set(o, "coverage", share(v->coverage_ppm));
	set(o, "min_coverage", share(v->min_coverage_ppm));
	set(o, "quality", letter(v->quality));
	set(o, "category", v->category != 0 ? json_integer(v->category) : json_null());
	set(o, "window", text(v->window));
	set(o, "from", utc(v->from_s));
	set(o, "to", utc(v->to_s));
	set(o, "open", json_boolean(v->open));
	set(o, "sentence", texts(&v->sentence));
	set(o, "package", text(r->package));
	set(o, "template", text(r->template_id));
	set(o, "source", text(r->source));
	set(o, "stage", text(r->stage));
	set(o, "risk", text(r->risk));
	set(o, "verification", texts(&r->verification));
	set(o, "deliver", texts(&r->deliver));
	set(o, "since", r->since_s != 0 ? utc(r->since_s) : json_null());
	set(o, "history", history(r));
	set(o, "forecast", forecast(&r->forecast));
	set(o, "ask", texts(&r->ask));
	return o;
}

static json_t *figure(const struct hwatt_view_kpi *k)
{
	json_t *o = json_object();
	set(o, "from", utc(k->from_s));
	set(o, "to", utc(k->to_s));
	set_value(o, k->known, k->value);
	set(o, "uncertainty", value(k->uncertainty));
	set(o, "coverage", share(k->coverage_ppm));
	set(o, "quality", letter(k->quality));
	set(o, "category", k->category != 0 ? json_integer(k->category) : json_null());
	set(o, "excluded", json_integer(k->excluded));
	set(o, "notes", words(k->notes));
	return o;
}

static json_t *series(const void *item)
{
	const struct hwatt_followup_series *s = item;
	json_t *o = json_object(), *parts = json_array();
	set(o, "subject_kind", text(s->subject_kind));
	set(o, "subject", text(s->subject));
	set(o, "kpi", text(s->kpi));
	set(o, "unit", text(s->unit));
	set(o, "whole", figure(&s->whole));
	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(parts, figure(&s->parts[i]));
	set(o, "parts", parts);
	return o;
}

static json_t *event(const void *item)
{
	const struct hwatt_followup_event *e = item;
	json_t *o = json_object();
	set(o, "at", utc(e->at_s));
	set(o, "kind", text(e->kind));
	set(o, "device", text(e->device));
	set(o, "subject", text(e->subject));
	set(o, "before", text(e->before));
	set(o, "after", text(e->after));
	return o;
}

static json_t *document(const void *item)
{
	const struct hwatt_followup_document *d = item;
	json_t *o = json_object();
	set(o, "id", text(d->id));
	set(o, "type", text(d->type));
	set(o, "title", text(d->title));
	set(o, "issuer", text(d->issuer));
	set(o, "status", text(d->status));
	set(o, "requirement", text(d->requirement));
	set(o, "from", day(d->from_day));
	set(o, "to", day(d->to_day));
	set(o, "days_left", d->to_day != INT64_MAX ? json_integer(d->days_left) : json_null());
	set(o, "sha256", text(d->sha256));
	return o;
}

static json_t *comparison(const void *item)
{
	const struct hwatt_followup_comparison *c = item;
	static const char *const agreements[] = { [HWATT_AGREES] = "agrees", [HWATT_DIFFERS] = "differs",
						  [HWATT_NOT_COMPARABLE] = "not_comparable" };
	json_t *o = json_object();
	set(o, "figure", text(c->figure));
	set(o, "unit", text(c->unit));
	set(o, "author", text(c->author));
	set(o, "document", text(c->document));
	set(o, "from", utc(c->from_s));
	set(o, "to", utc(c->to_s));
	set(o, "theirs", value(c->theirs));
	set(o, "ours", value(c->ours));
	set(o, "difference", value(c->difference));
	set(o, "uncertainty", value(c->uncertainty));
	set(o, "coverage", share(c->coverage_ppm));
	set(o, "agreement", text(agreements[c->agreement]));
	return o;
}

/* An array of what `make` makes of each of `count` items, `size` octets each. */
static json_t *array(const void *items, size_t count, size_t size, json_t *(*make)(const void *item))
{
	json_t *a = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(a, make((const char *)items + i * size));
	return a;
}

#define ARRAY(items, count, make) array(items, count, sizeof(*(items)), make)

static json_t *site(const void *item)
{
	const char *const *name = item;
	return text(*name);
}

static json_t *ruleset(const void *item)
{
	const struct hwatt_followup_ruleset *r = item;
	json_t *o = json_object();
	set(o, "id", text(r->id));
	set(o, "hash", text(r->hash));
	return o;
}

static json_t *note(const void *item)
{
	const struct hwatt_followup_note *n = item;
	json_t *o = json_object();
	set(o, "code", text(n->code));
	set(o, "text", texts(&n->text));
	return o;
}

json_t *followup_json(const struct hwatt_followup *f)
{
	json_t *o = json_object(), *period = json_object();
	set(period, "asked", text(f->period));
	set(period, "from", utc(f->from_s));
	set(period, "to", utc(f->to_s));
	set(period, "open", json_boolean(f->open));
	set(o, "schema", text(FOLLOWUP_SCHEMA));
	set(o, "generated_at", utc(f->generated_s));
	set(o, "version", text(f->version));
	set(o, "timezone", text(f->timezone));
	set(o, "config_hash", text(f->config_hash));
	set(o, "contract", contract(f));
	set(o, "period", period);
	set(o, "sites", ARRAY(f->sites, f->site_count, site));
	set(o, "rulesets", ARRAY(f->rulesets, f->ruleset_count, ruleset));
	set(o, "requirements", ARRAY(f->requirements, f->requirement_count, requirement));
	set(o, "figures", ARRAY(f->series, f->series_count, series));
	set(o, "events", ARRAY(f->events, f->event_count, event));
	set(o, "documents", ARRAY(f->documents, f->document_count, document));
	set(o, "comparisons", ARRAY(f->comparisons, f->comparison_count, comparison));
	set(o, "notes", ARRAY(f->notes, f->note_count, note));
	return o;
}
