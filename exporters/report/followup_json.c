/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The schema is followup.schema.json; a change that breaks readers raises its version. */
#include "json_parts.h"
#include "views.h"
#include <jansson.h>

#define LONG_ENOUGH ((hwatt_i128)1 << 90) /* beyond, it could not be scaled for printing */

struct hwatt_ratio margin_of(const struct hwatt_view_requirement *r)
{
	if (!r->known || !r->limited || r->limit.num == 0)
		return (struct hwatt_ratio){ 0, 0 };
	/* (limit - value) / limit = (l w - v m) / (l w), or its negative for a lower limit */
	hwatt_i128 limit_part, value_part, size;
	struct hwatt_ratio out;
	if (__builtin_mul_overflow(r->limit.num, r->value.den, &limit_part) ||
	    __builtin_mul_overflow(r->value.num, r->limit.den, &value_part) ||
	    __builtin_sub_overflow(limit_part, value_part, &size) || limit_part / LONG_ENOUGH != 0 || size / LONG_ENOUGH != 0) {
		double share = 1 - hwatt_ratio_double(r->value) / hwatt_ratio_double(r->limit);
		out = (struct hwatt_ratio){ (hwatt_i128)(share * 1e9), 1000000000 };
	} else {
		out = (struct hwatt_ratio){ size, limit_part };
	}
	if (!r->maximum)
		out.num = -out.num;
	return out;
}

/* --- parts ------------------------------------------------------------------------------------------------------- */

static json_t *contract(const struct hwatt_followup *f)
{
	const struct hwatt_view_contract *c = &f->contract;
	json_t *o = json_object(), *valid = json_object();
	json_put(valid, "from", json_day(c->from_day));
	json_put(valid, "to", json_day(c->to_day));
	json_put(o, "id", json_text(c->id));
	json_put(o, "title", json_texts(&c->title));
	json_put(o, "buyer", json_text(c->buyer));
	json_put(o, "supplier", json_text(c->supplier));
	json_put(o, "valid", valid);
	return o;
}

static json_t *history(const struct hwatt_followup_requirement *r)
{
	json_t *a = json_array();
	for (size_t i = 0; i < r->change_count; i++) {
		const struct hwatt_followup_change *c = &r->changes[i];
		json_t *o = json_object();
		json_put(o, "at", json_utc(c->at_s));
		json_put(o, "status", json_text(hwatt_status_name(c->status)));
		json_put(o, "reasons", json_words(c->reasons));
		json_put(o, "from", json_utc(c->from_s));
		json_put(o, "to", json_utc(c->to_s));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *forecast(const struct hwatt_view_forecast *f)
{
	if (!f->known)
		return json_null();
	json_t *o = json_object();
	json_put(o, "value", json_value(f->value));
	json_put(o, "status", json_text(hwatt_status_name(f->status)));
	json_put(o, "crosses", f->crosses_s != 0 ? json_utc(f->crosses_s) : json_null());
	json_put(o, "from", json_utc(f->from_s));
	json_put(o, "to", json_utc(f->to_s));
	json_put(o, "sentence", json_texts(&f->sentence));
	return o;
}

static json_t *requirement(const void *item)
{
	const struct hwatt_followup_requirement *r = item;
	const struct hwatt_view_requirement *v = &r->verdict;
	json_t *o = json_object();
	json_put(o, "id", json_text(v->requirement));
	json_put(o, "type", json_text(v->type));
	json_put(o, "title", json_texts(&v->title));
	json_put(o, "status", json_text(hwatt_status_name(v->status)));
	json_put(o, "reasons", json_words(v->reasons));
	json_put_value(o, v->known, v->value);
	json_put(o, "unit", json_text(v->unit));
	json_put(o, "limit", v->limited ? json_value(v->limit) : json_null());
	json_put(o, "limit_kind", v->limited ? json_text(v->maximum ? "max" : "min") : json_null());
	json_put(o, "exclusive", json_boolean(v->exclusive));
	json_put(o, "margin", json_value(margin_of(v)));
	json_put(o, "uncertainty", json_value(v->uncertainty));
	json_put(o, "coverage", json_share(v->coverage_ppm));
	json_put(o, "min_coverage", json_share(v->min_coverage_ppm));
	json_put(o, "quality", json_letter(v->quality));
	json_put(o, "category", v->category != 0 ? json_integer(v->category) : json_null());
	json_put(o, "window", json_text(v->window));
	json_put(o, "from", json_utc(v->from_s));
	json_put(o, "to", json_utc(v->to_s));
	json_put(o, "open", json_boolean(v->open));
	json_put(o, "sentence", json_texts(&v->sentence));
	json_put(o, "package", json_text(r->package));
	json_put(o, "template", json_text(r->template_id));
	json_put(o, "source", json_texts(&r->source));
	json_put(o, "stage", json_text(r->stage));
	json_put(o, "risk", json_text(r->risk));
	json_put(o, "area", json_text(r->area));
	json_put(o, "verification", json_texts(&r->verification));
	json_put(o, "deliver", json_texts(&r->deliver));
	json_put(o, "since", r->since_s != 0 ? json_utc(r->since_s) : json_null());
	json_put(o, "history", history(r));
	json_put(o, "forecast", forecast(&r->forecast));
	json_put(o, "ask", json_texts(&r->ask));
	return o;
}

static json_t *figure(const struct hwatt_view_kpi *k)
{
	json_t *o = json_object();
	json_put(o, "from", json_utc(k->from_s));
	json_put(o, "to", json_utc(k->to_s));
	json_put_value(o, k->known, k->value);
	json_put(o, "uncertainty", json_value(k->uncertainty));
	json_put(o, "coverage", json_share(k->coverage_ppm));
	json_put(o, "quality", json_letter(k->quality));
	json_put(o, "category", k->category != 0 ? json_integer(k->category) : json_null());
	json_put(o, "excluded", json_integer(k->excluded));
	json_put(o, "surplus", json_value(k->surplus));
	json_put(o, "notes", json_words(k->notes));
	return o;
}

static json_t *series(const void *item)
{
	const struct hwatt_followup_series *s = item;
	json_t *o = json_object(), *parts = json_array();
	json_put(o, "subject_kind", json_text(s->subject_kind));
	json_put(o, "subject", json_text(s->subject));
	json_put(o, "kpi", json_text(s->kpi));
	json_put(o, "part", json_text(s->part));
	json_put(o, "notation", json_text(s->whole.notation));
	json_put(o, "unit", json_text(s->unit));
	json_put(o, "whole", figure(&s->whole));
	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(parts, figure(&s->parts[i]));
	json_put(o, "parts", parts);
	return o;
}

static json_t *event(const void *item)
{
	const struct hwatt_followup_event *e = item;
	json_t *o = json_object();
	json_put(o, "at", json_utc(e->at_s));
	json_put(o, "kind", json_text(e->kind));
	json_put(o, "device", json_text(e->device));
	json_put(o, "subject", json_text(e->subject));
	json_put(o, "before", json_text(e->before));
	json_put(o, "after", json_text(e->after));
	return o;
}

static json_t *document(const void *item)
{
	const struct hwatt_followup_document *d = item;
	json_t *o = json_object();
	json_put(o, "id", json_text(d->id));
	json_put(o, "type", json_text(d->type));
	json_put(o, "title", json_text(d->title));
	json_put(o, "issuer", json_text(d->issuer));
	json_put(o, "status", json_text(d->status));
	json_put(o, "requirement", json_text(d->requirement));
	json_put(o, "from", json_day(d->from_day));
	json_put(o, "to", json_day(d->to_day));
	json_put(o, "days_left", d->to_day != INT64_MAX ? json_integer(d->days_left) : json_null());
	json_put(o, "sha256", json_text(d->sha256));
	return o;
}

static json_t *comparison(const void *item)
{
	const struct hwatt_followup_comparison *c = item;
	static const char *const agreements[] = { [HWATT_AGREES] = "agrees", [HWATT_DIFFERS] = "differs",
						  [HWATT_NOT_COMPARABLE] = "not_comparable", [HWATT_IMPOSSIBLE] = "impossible" };
	json_t *o = json_object();
	json_put(o, "figure", json_text(c->figure));
	json_put(o, "unit", json_text(c->unit));
	json_put(o, "author", json_text(c->author));
	json_put(o, "document", json_text(c->document));
	json_put(o, "from", json_utc(c->from_s));
	json_put(o, "to", json_utc(c->to_s));
	json_put(o, "theirs", json_value(c->theirs));
	json_put(o, "ours", json_value(c->ours));
	json_put(o, "difference", json_value(c->difference));
	json_put(o, "uncertainty", json_value(c->uncertainty));
	json_put(o, "coverage", json_share(c->coverage_ppm));
	json_put(o, "agreement", json_text(agreements[c->agreement]));
	json_put(o, "sentence", json_texts(&c->sentence));
	return o;
}

static json_t *site(const void *item)
{
	const char *const *name = item;
	return json_text(*name);
}

static json_t *ruleset(const void *item)
{
	const struct hwatt_followup_ruleset *r = item;
	json_t *o = json_object();
	json_put(o, "id", json_text(r->id));
	json_put(o, "hash", json_text(r->hash));
	return o;
}

static json_t *note(const void *item)
{
	const struct hwatt_followup_note *n = item;
	json_t *o = json_object();
	json_put(o, "code", json_text(n->code));
	json_put(o, "text", json_texts(&n->text));
	return o;
}

static json_t *use(const void *item)
{
	const struct hwatt_followup_use *u = item;
	json_t *o = json_object();
	json_put(o, "requirement", u->requirement[0] != '\0' ? json_text(u->requirement) : json_null());
	json_put(o, "counted", json_value(u->counted));
	json_put(o, "reasons", json_words(u->reasons));
	return o;
}

static json_t *certificate(const void *item)
{
	const struct hwatt_followup_certificate *c = item;
	json_t *o = json_object();
	json_put(o, "id", json_text(c->id));
	json_put(o, "last_id", json_text(c->last_id));
	json_put(o, "count", json_integer(c->count));
	json_put(o, "subject_kind", json_text(c->subject_kind));
	json_put(o, "subject", json_text(c->subject));
	json_put(o, "kind", json_text(c->kind));
	json_put(o, "technology", json_text(c->technology));
	json_put(o, "guarantees", json_text(c->guarantees));
	json_put(o, "country", json_text(c->country));
	json_put(o, "zone", json_text(c->zone));
	json_put(o, "device", json_text(c->device));
	json_put(o, "beneficiary", json_text(c->beneficiary));
	json_put(o, "transaction", json_text(c->transaction));
	json_put(o, "cert_id_from", json_text(c->cert_id_from));
	json_put(o, "cert_id_to", json_text(c->cert_id_to));
	json_put(o, "sha256", json_text(c->sha256));
	json_put(o, "from", json_day(c->from_day));
	json_put(o, "to", json_day(c->to_day));
	json_put(o, "consumption_from", json_day(c->consumption_from_day));
	json_put(o, "consumption_to", json_day(c->consumption_to_day));
	json_put(o, "cancelled", json_day(c->cancelled_day));
	json_put(o, "volume", json_value(c->volume));
	json_put(o, "hours", json_value(c->hours));
	json_put(o, "uses", ARRAY(c->uses, c->use_count, use));
	return o;
}

static json_t *check(const void *item)
{
	static const char *const outcomes[] = { [HWATT_PASSED] = "passed", [HWATT_FAILED] = "failed", [HWATT_NOT_CHECKED] = "not_checked" };
	const struct hwatt_followup_check *c = item;
	json_t *o = json_object();
	json_put(o, "subject_kind", json_text(c->subject_kind));
	json_put(o, "subject", json_text(c->subject));
	json_put(o, "number", json_integer(c->number));
	json_put(o, "what", json_texts(&c->what));
	json_put(o, "outcome", json_text(outcomes[c->outcome]));
	json_put(o, "rows", json_text(c->rows));
	return o;
}

static json_t *hour(const void *item)
{
	const struct hwatt_followup_hour *h = item;
	json_t *o = json_object();
	json_put(o, "hour", json_integer(h->hour));
	json_put(o, "load", json_value(h->load));
	json_put(o, "generated", json_value(h->generated));
	json_put(o, "matched", json_value(h->matched));
	return o;
}

json_t *followup_json(const struct hwatt_followup *f)
{
	json_t *o = json_object(), *period = json_object();
	json_put(period, "asked", json_text(f->period));
	json_put(period, "from", json_utc(f->from_s));
	json_put(period, "to", json_utc(f->to_s));
	json_put(period, "open", json_boolean(f->open));
	json_put(o, "schema", json_text(FOLLOWUP_SCHEMA));
	json_put(o, "generated_at", json_utc(f->generated_s));
	json_put(o, "version", json_text(f->version));
	json_put(o, "timezone", json_text(f->timezone));
	json_put(o, "config_hash", json_text(f->config_hash));
	json_put(o, "contract", contract(f));
	json_put(o, "period", period);
	json_put(o, "sites", ARRAY(f->sites, f->site_count, site));
	json_put(o, "rulesets", ARRAY(f->rulesets, f->ruleset_count, ruleset));
	json_put(o, "requirements", ARRAY(f->requirements, f->requirement_count, requirement));
	json_put(o, "figures", ARRAY(f->series, f->series_count, series));
	json_put(o, "events", ARRAY(f->events, f->event_count, event));
	json_put(o, "documents", ARRAY(f->documents, f->document_count, document));
	json_put(o, "comparisons", ARRAY(f->comparisons, f->comparison_count, comparison));
	json_put(o, "certificates", ARRAY(f->certificates, f->certificate_count, certificate));
	json_put(o, "certificate_checks", ARRAY(f->checks, f->check_count, check));
	json_put(o, "hours_of_day", ARRAY(f->hours, f->hour_count, hour));
	json_put(o, "notes", ARRAY(f->notes, f->note_count, note));
	return o;
}
