/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "eu_report.h"
#include "evaluation_state.h"
#include <hallwatt/language.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

struct eu_report {
	struct hwatt_arena *arena;
	struct hwatt_eu_report view;
};

static const struct inventory_site *site_named(const struct inventory *inventory, const char *id)
{
	for (size_t i = 0; i < inventory->site_count; i++)
		if (strcmp(inventory->sites[i].site->id, id) == 0)
			return &inventory->sites[i];
	return NULL;
}

static size_t subject_of(const struct evaluation *e, const char *id)
{
	size_t i = 0;
	while (e->subjects[i].contract != NULL || strcmp(e->subjects[i].id, id) != 0)
		i++;
	return i; /* every site of the inventory is one */
}

/* The meters at which the IT energy was taken. */
static void put_points(struct eu_report *r, const struct inventory_site *site, int category)
{
	static const enum hwatt_power_role roles[] = { HWATT_POWER_NONE, HWATT_POWER_UPS_OUTPUT, HWATT_POWER_PDU, HWATT_POWER_IT };
	const struct inventory_sum *sum = &site->power[roles[category]];
	struct hwatt_eu_point *points = hwatt_arena_alloc(r->arena, (sum->count + 1) * sizeof(*points));
	for (size_t i = 0; i < sum->count && category > 0; i++)
		points[r->view.point_count++] = (struct hwatt_eu_point){
			hwatt_arena_strdup(r->arena, sum->meters[i].device->device.id),
			sum->meters[i].role >= 0 ? hwatt_role_name((enum hwatt_role)sum->meters[i].role) : "total", category };
	r->view.points = points;
}

static void put_notes(struct eu_report *r, const struct ruleset *rules)
{
	const char **notes = hwatt_arena_alloc(r->arena, 4 * sizeof(const char *));
	size_t count = 0;
	if (r->view.open)
		notes[count++] = HWATT_N("The year is not over: the figures are those so far.");
	if (rules->status == RULESET_DRAFT || rules->status == RULESET_ADOPTED)
		notes[count++] = HWATT_N("The rules are not in force yet.");
	notes[count++] = HWATT_N("Meters are informative unless their approval is documented; uncertainties follow from the stated accuracy.");
	r->view.notes = notes;
	r->view.note_count = count;
}

static void fill(struct eu_report *r, struct evaluation *e, const struct inventory_site *site, const struct eu_report_ask *ask,
		 const struct ruleset *rules)
{
	size_t at = subject_of(e, site->site->id);
	const struct subject *s = &e->subjects[at];
	struct window window = { WINDOW_YEAR, zone_day_start(s->zone, civil_day(ask->year, 1, 1)),
				 zone_day_start(s->zone, civil_day(ask->year + 1, 1, 1)) };
	int64_t until_s;
	struct subject_period period;
	evaluation_settle(e, ask->now_s);
	until_s = e->settled_s < window.to_s ? e->settled_s : window.to_s;
	evaluation_period(e, at, &window, until_s, &period);
	period.sites[0].ruleset = rules;
	struct eu_report_facts facts = { .site = site->site, .books = e->inventory->config->books, .ruleset = rules, .period = &period.period,
					 .has_dc = s->sites[0].whole_dc != SUBJECT_NO_PAIR,
					 .has_generator = s->sites[0].whole_generator != SUBJECT_NO_PAIR,
					 .has_onsite = s->sites[0].whole_onsite != SUBJECT_NO_PAIR, .it_category = s->sites[0].it_category,
					 .from_day = civil_day(ask->year, 1, 1), .to_day = civil_day(ask->year + 1, 1, 1) };
	facts.until_day = until_s < window.to_s ? zone_day(s->zone, until_s) : facts.to_day;
	r->view.from_s = window.from_s;
	r->view.to_s = window.to_s;
	r->view.open = until_s < window.to_s;
	eu_report_fill(&facts, r->arena, &r->view);
	put_points(r, site, facts.it_category);
	put_notes(r, rules);
	subject_period_free(&period);
}

int eu_report_make(const struct inventory *inventory, struct store *store, struct hwatt_log *log, const struct eu_report_ask *ask,
		   struct eu_report **out, struct hwatt_error *err)
{
	const struct inventory_site *site = site_named(inventory, ask->site);
	const struct ruleset *rules = NULL;
	struct evaluation *e = NULL;
	struct zone *zone = NULL;
	if (site == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "there is no site \"%.60s\"", ask->site);
	rules = books_ruleset(inventory->config->books, ask->ruleset != NULL && ask->ruleset[0] != '\0' ? ask->ruleset : site->site->ruleset);
	if (rules == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "there is no ruleset \"%.60s\"", ask->ruleset);
	if (zone_load(site->site->timezone[0] != '\0' ? site->site->timezone : "UTC", &zone, err) < 0)
		return -1;
	int64_t begin_s = zone_day_start(zone, civil_day(ask->year, 1, 1)), after_s = zone_day_start(zone, civil_day(ask->year + 1, 1, 2));
	zone_free(zone);
	if (ask->year < 1990 || ask->year > 2999 || begin_s >= ask->now_s)
		return hwatt_fail(err, HWATT_EINVAL, "the year %d has not begun", ask->year);
	/* As it stood a day after the year: a site is summed for the year before. */
	if (evaluation_past(inventory, store, log, after_s < ask->now_s ? after_s : ask->now_s, &e, err) < 0)
		return -1;
	struct eu_report *r = hwatt_alloc(sizeof(*r));
	r->arena = hwatt_arena_new();
	r->view = (struct hwatt_eu_report){ .schema = HWATT_EU_REPORT_SCHEMA, .year = ask->year, .generated_s = ask->now_s,
					    .ruleset_id = hwatt_arena_strdup(r->arena, rules->id),
					    .ruleset_hash = hwatt_arena_strdup(r->arena, rules->hash),
					    .site = hwatt_arena_strdup(r->arena, site->site->id),
					    .timezone = hwatt_arena_strdup(r->arena, site->site->timezone),
					    .generator_version = hwatt_arena_strdup(r->arena, ask->version),
					    .config_hash = hwatt_arena_strdup(r->arena, inventory->config->hash),
					    .merkle_root = "", .timestamp_token_ref = "" };
	fill(r, e, site, ask, rules);
	evaluation_close(e);
	*out = r;
	return 0;
}

const struct hwatt_eu_report *eu_report_view(const struct eu_report *report)
{
	return &report->view;
}

void eu_report_free(struct eu_report *report)
{
	if (report == NULL)
		return;
	hwatt_arena_free(report->arena);
	free(report);
}
