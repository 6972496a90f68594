/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What eu.tmpl is filled from. */
#include "json_parts.h"
#include "page.h"
#include "views.h"
#include "words.h"
#include <hallwatt/local.h>
#include <stdio.h>
#include <string.h>

static const char *const section_names[HWATT_EU_SECTIONS] = {
	[HWATT_EU_ANNEX1] = HWATT_N("The data centre (annex I)"),
	[HWATT_EU_ANNEX2] = HWATT_N("Energy, water and equipment (annex II)"),
	[HWATT_EU_ANNEX3] = HWATT_N("Indicators (annex III)"),
	[HWATT_EU_LABELS] = HWATT_N("Classes"),
};

static const char *const status_names[HWATT_EU_STATUSES] = {
	[HWATT_EU_NOT_AVAILABLE] = HWATT_N("Not available"), [HWATT_EU_MEASURED] = HWATT_N("Measured"),
	[HWATT_EU_ESTIMATED] = HWATT_N("Estimated"), [HWATT_EU_CUSTOMER_REPORTED] = HWATT_N("Reported by customers"),
	[HWATT_EU_NOT_REPORTED] = HWATT_N("Not asked for"),
};

/* A text of a field that is one of few words is told in the reader's language. */
static const char *words_of(const char *text, enum hwatt_language language)
{
	static const struct { const char *code, *text; } words[] = {
		{ "enterprise", HWATT_N("Enterprise data centre") }, { "colocation", HWATT_N("Colocation data centre") },
		{ "cohosting", HWATT_N("Co-hosting data centre") }, { "yes", HWATT_N("Yes") }, { "no", HWATT_N("No") },
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].code, text) == 0)
			return hwatt_tr(language, words[i].text);
	return text;
}

/* The unit as people write it, and a size of it that can be read. */
static struct number_style style_of(const struct hwatt_eu_field_info *info)
{
	static const struct { const char *unit, *shown; int64_t over; int decimals; } units[] = {
		{ "1", "", 1, -1 }, { "By", "TB", INT64_C(1000000000000), 1 }, { "bit/s", "Gbit/s", 1000000000, 1 },
		{ "Cel", "°C", 1, -1 }, { "m2", "m²", 1, -1 }, { "m3", "m³", 1, -1 }, { "m3/MWh", "L/kWh", 1, -1 },
		{ "degree-days", HWATT_N("degree-days"), 1, -1 },
	};
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].unit, info->unit) == 0)
			return (struct number_style){ 1, 1, units[i].over, units[i].decimals >= 0 ? units[i].decimals : info->decimals,
						      units[i].shown };
	return (struct number_style){ 1, 1, 1, info->decimals, info->unit };
}

/* A note that names a key of the configuration or a quantity: the reader is told without it. */
static const char *note_of(const char *note, enum hwatt_language language)
{
	static const char *const heads[] = { HWATT_N("nothing is written down"), HWATT_N("not stated") };
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (strncmp(note, heads[i], strlen(heads[i])) == 0 && note[strlen(heads[i])] == ':')
			return hwatt_tr(language, heads[i]);
	return hwatt_tr(language, note);
}

static json_t *row(const struct hwatt_eu_report *r, enum hwatt_eu_field f, enum hwatt_language language, struct hwatt_text *number)
{
	const struct hwatt_eu_field_info *info = hwatt_eu_field_info(f);
	const struct hwatt_eu_value *v = &r->values[f];
	struct number_style style = style_of(info);
	bool there = v->status != HWATT_EU_NOT_AVAILABLE && v->status != HWATT_EU_NOT_REPORTED;
	json_t *o = json_object();
	json_put(o, "symbol", json_text(info->symbol));
	json_put(o, "what", json_text(hwatt_tr(language, info->what)));
	json_put(o, "key", json_text(info->key));
	json_put(o, "value", json_text(info->kind == HWATT_EU_NUMBER ? number_text(&style, v->number, language, number)
				       : v->text[0] == '\0' ? "\xe2\x80\x93" : words_of(v->text, language)));
	json_put(o, "number", json_boolean(info->kind == HWATT_EU_NUMBER));
	json_put(o, "missing", json_boolean(!there));
	bool stated = v->status == HWATT_EU_MEASURED && info->kind != HWATT_EU_NUMBER;
	json_put(o, "status", json_text(hwatt_tr(language, stated ? HWATT_N("Stated") : status_names[v->status])));
	json_put(o, "coverage", json_text(there && info->kind == HWATT_EU_NUMBER ? share_text(v->coverage_ppm, language, number) : ""));
	json_put(o, "method", json_text(hwatt_tr(language, v->method)));
	json_put(o, "note", json_text(note_of(v->note, language)));
	return o;
}

static json_t *sections(const struct hwatt_eu_report *r, enum hwatt_language language, struct hwatt_text *number)
{
	json_t *all = json_array();
	for (enum hwatt_eu_section s = 0; s < HWATT_EU_SECTIONS; s++) {
		json_t *section = json_object(), *rows = json_array();
		for (enum hwatt_eu_field f = 0; f < HWATT_EU_FIELDS; f++)
			if (hwatt_eu_field_info(f)->section == s && r->values[f].status != HWATT_EU_NOT_REPORTED)
				json_array_append_new(rows, row(r, f, language, number));
		json_put(section, "name", json_text(hwatt_tr(language, section_names[s])));
		json_put(section, "rows", rows);
		if (json_array_size(rows) > 0)
			json_array_append(all, section);
		json_decref(section);
	}
	return all;
}

static json_t *broken_rules(const struct hwatt_eu_report *r, enum hwatt_language language)
{
	json_t *a = json_array();
	for (size_t i = 0; i < r->invariant_count; i++) {
		json_t *o;
		if (!r->invariants[i].checked || r->invariants[i].holds)
			continue;
		o = json_object();
		json_put(o, "rule", json_text(r->invariants[i].rule));
		json_put(o, "words", json_text(hwatt_tr(language, r->invariants[i].words)));
		json_array_append_new(a, o);
	}
	return a;
}

static json_t *notes(const struct hwatt_eu_report *r, enum hwatt_language language)
{
	json_t *a = json_array();
	for (size_t i = 0; i < r->note_count; i++)
		json_array_append_new(a, json_text(hwatt_tr(language, r->notes[i])));
	return a;
}

int eu_page(const struct hwatt_eu_report *r, enum hwatt_language language, struct hwatt_text *out, struct hwatt_error *err)
{
	struct zone *zone;
	struct hwatt_text number;
	char generated[32];
	if (hwatt_local_open(r->timezone, &zone, err) < 0)
		return -1;
	hwatt_local_minute(zone, r->generated_s, generated);
	hwatt_local_close(zone);
	hwatt_text_init(&number, 256);
	json_t *o = json_object();
	json_put(o, "language", json_text(hwatt_language_name(language)));
	json_put(o, "site", json_text(r->site));
	json_put(o, "year", json_integer(r->year));
	json_put(o, "open", json_boolean(r->open));
	json_put(o, "timezone", json_text(r->timezone));
	json_put(o, "generated", json_text(generated));
	json_put(o, "version", json_text(r->generator_version));
	json_put(o, "ruleset", json_text(r->ruleset_id));
	json_put(o, "ruleset_hash", json_text(r->ruleset_hash));
	json_put(o, "config_hash", json_text(r->config_hash));
	json_put(o, "sections", sections(r, language, &number));
	json_put(o, "broken_rules", broken_rules(r, language));
	json_put(o, "notes", notes(r, language));
	json_put(o, "has_notes", json_boolean(r->note_count > 0));
	int result = page_fill("eu", o, language, out, err);
	json_decref(o);
	hwatt_text_free(&number);
	return result;
}
