/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Where data lie, hardware stands and staff works.  domain.md 7.3 (L_LOCATION). */
#include "judge.h"
#include "place.h"
#include <hallwatt/language.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum location_set { SET_LIST, SET_EU, SET_EEA, SET_EUROPE };
static const char *const set_words[] = { "list", "EU", "EEA", "EUROPE", NULL };

struct membership { /* days as year * 10000 + month * 100 + day; to 0: still */
	const char country[3];
	int eu_from, eu_to, eea_from, eea_to;
};

/* Sources: the treaties of accession and of withdrawal, and the EEA agreement with its enlargements. */
static const struct membership members[] = {
	{ "AT", 19950101, 0, 19940101, 0 }, { "BE", 19580101, 0, 19940101, 0 }, { "BG", 20070101, 0, 20070801, 0 },
	{ "CY", 20040501, 0, 20040501, 0 }, { "CZ", 20040501, 0, 20040501, 0 }, { "DE", 19580101, 0, 19940101, 0 },
	{ "DK", 19730101, 0, 19940101, 0 }, { "EE", 20040501, 0, 20040501, 0 }, { "ES", 19860101, 0, 19940101, 0 },
	{ "FI", 19950101, 0, 19940101, 0 }, { "FR", 19580101, 0, 19940101, 0 }, { "GR", 19810101, 0, 19940101, 0 },
	{ "HR", 20130701, 0, 20140412, 0 }, { "HU", 20040501, 0, 20040501, 0 }, { "IE", 19730101, 0, 19940101, 0 },
	{ "IT", 19580101, 0, 19940101, 0 }, { "LT", 20040501, 0, 20040501, 0 }, { "LU", 19580101, 0, 19940101, 0 },
	{ "LV", 20040501, 0, 20040501, 0 }, { "MT", 20040501, 0, 20040501, 0 }, { "NL", 19580101, 0, 19940101, 0 },
	{ "PL", 20040501, 0, 20040501, 0 }, { "PT", 19860101, 0, 19940101, 0 }, { "RO", 20070101, 0, 20070801, 0 },
	{ "SE", 19950101, 0, 19940101, 0 }, { "SI", 20040501, 0, 20040501, 0 }, { "SK", 20040501, 0, 20040501, 0 },
	{ "GB", 19730101, 20200131, 19940101, 20200131 }, /* both until the withdrawal */
	{ "IS", 0, 0, 19940101, 0 }, { "LI", 0, 0, 19950501, 0 }, { "NO", 0, 0, 19940101, 0 },
};

/* Europe beyond the EEA. Countries that lie in it only in part, and Belarus and Russia, are left to a list of the contract. */
static const char europe[] = "ADALAXBACHFOGBGGGIIMJEMCMDMEMKRSSJSMUAVA";

static bool within(int from, int to, int at)
{
	return from != 0 && at >= from && (to == 0 || at <= to);
}

static bool in_set(const struct requirement *r, const char *country, int64_t day)
{
	int year, month, mday;
	day_civil(day, &year, &month, &mday);
	int at = year * 10000 + month * 100 + mday;
	if (judge_lists(&r->location.countries, country))
		return true;
	for (size_t i = 0; i < COUNT(members) && r->location.set != SET_LIST; i++) {
		if (strcmp(members[i].country, country) != 0)
			continue;
		bool eu = within(members[i].eu_from, members[i].eu_to, at);
		if (eu || (r->location.set != SET_EU && within(members[i].eea_from, members[i].eea_to, at)))
			return true;
	}
	for (size_t i = 0; europe[i] != '\0' && r->location.set == SET_EUROPE; i += 2)
		if (memcmp(europe + i, country, 2) == 0)
			return true;
	return false;
}

static void found_country(const struct judge_facts *facts, const struct requirement *r, const char *name, const char *country,
			  struct verdict_evidence *evidence)
{
	const char *told = country[0] != '\0' ? hwatt_arena_printf(facts->arena, "%s (%s)", name, country) : name;
	enum evidence found = country[0] == '\0' ? EVIDENCE_UNKNOWN : in_set(r, country, facts->day) ? EVIDENCE_MET : EVIDENCE_FAILED;
	judge_found(facts, evidence, found, told, 0);
}

static void judge_about(const struct judge_facts *facts, const struct requirement *r, enum location_about about,
			struct verdict_evidence *evidence)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_location *rows = registers->locations.items;
	size_t told = 0;
	for (size_t i = 0; about == ABOUT_HARDWARE && i < facts->site_count; i++, told++)
		found_country(facts, r, facts->sites[i].id, facts->sites[i].country, evidence);
	for (size_t i = 0; i < registers->locations.count; i++) {
		const struct register_location *l = &rows[i];
		if (l->about != (int)about || l->from_day > facts->day || (l->to_day != 0 && l->to_day < facts->day))
			continue;
		found_country(facts, r, l->name, l->country, evidence);
		told++;
	}
	if (told == 0) /* nobody has said where */
		judge_found(facts, evidence, EVIDENCE_AWAITED, location_about_words[about], judge_due(facts, r, 0));
}

static void judge_location(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	out->by_evidence = true;
	for (int about = ABOUT_DATA; about <= ABOUT_STAFF; about++)
		if (judge_lists(&r->location.about, location_about_words[about]) ||
		    (r->location.about.count == 0 && about == ABOUT_HARDWARE))
			judge_about(facts, r, (enum location_about)about, &out->evidence);
}

static void check_location(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	struct hwatt_error err;
	struct hwatt_mark mark = hwatt_node_mark(at, "countries");
	const char *const *countries = r->location.countries.items, *const *about = r->location.about.items;
	for (size_t i = 0; i < r->location.countries.count; i++)
		if (place_country(countries[i], &err) < 0)
			hwatt_report_add(report, &mark, "%s", err.text);
	if (r->location.set == SET_LIST && r->location.countries.count == 0)
		hwatt_report_add(report, &at->mark, "state what is allowed: set: EU, EEA or EUROPE, or countries: [SE, \"NO\"]");
	mark = hwatt_node_mark(at, "about");
	for (size_t i = 0; i < r->location.about.count; i++) {
		int known = 0;
		for (int w = ABOUT_DATA; w <= ABOUT_STAFF; w++)
			known |= strcmp(location_about_words[w], about[i]) == 0;
		if (!known)
			hwatt_report_add(report, &mark, "\"%.40s\" has no place; write data, hardware or staff", about[i]);
	}
}

static const struct hwatt_option keys[] = {
	REQUIREMENT_NAME_KEYS,
	{ .name = "due", .type = HWATT_DATE, .offset = REQUIREMENT_AT(due_day), .help = "day by which the places must be told" },
	{ .name = "due_days", .type = HWATT_INTEGER, .offset = REQUIREMENT_AT(due_days), .fallback = "-1", .min = 0, .max = 3660,
	  .help = "or so many days after the contract began" },
	{ .name = "set", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(location.set), .words = set_words,
	  .help = "the countries that are allowed, by their membership on the day; list: only those of countries" },
	{ .name = "countries", .type = HWATT_LIST, .offset = REQUIREMENT_AT(location.countries), .item = HWATT_STRING,
	  .flags = HWATT_ONE_OR_LIST, .help = "countries that are allowed, besides the set" },
	{ .name = "about", .type = HWATT_LIST, .offset = REQUIREMENT_AT(location.about), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST,
	  .help = "what must be there: data, hardware, staff; hardware when absent" },
};

const struct requirement_type judge_location_types[] = {
	{ .name = "location", REQUIREMENT_KEYS(keys), .unit = UNIT_NONE, .present = true, .limits = LIMITS_NONE, .window = WINDOW_DAY,
	  .judge = judge_location, .check = check_location, .document_type = DOC_LOCATION,
	  .noun = { HWATT_N("data, hardware and staff only in the countries agreed") },
	  .deliver = HWATT_N("a statement in which countries the data lie, the hardware stands and the staff works") },
	{ .name = NULL },
};
