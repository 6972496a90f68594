/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* From the sums of an evaluation to figures and verdicts, as snapshots hold them. */
#include "evaluation_books.h"
#include "forecast.h"
#include "kpi_private.h"
#include "snapshot.h"
#include "verdict.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCE_LIMIT 4096u

struct draft { /* the block being written; strings in the arena or borrowed */
	struct hwatt_arena *arena;
	size_t kpi_count, kpi_capacity, requirement_count;
	struct hwatt_view_kpi *kpis;
	struct hwatt_view_requirement *requirements;
};

/* --- windows ----------------------------------------------------------------------------------------------------- */

struct life { /* the time in which a subject or a requirement is in force */
	const struct zone *zone;
	int64_t from_s, to_s;
};

static struct life life_of(const struct subject *s)
{
	return (struct life){ s->zone, s->from_s, s->to_s };
}

/* That of a requirement: the days of its own within those of the contract; none left: to_s is from_s. */
static struct life life_of_requirement(const struct subject *s, const struct requirement *r)
{
	struct life life = life_of(s);
	if (r->valid.from_day != 0 && zone_day_start(s->zone, r->valid.from_day) > life.from_s)
		life.from_s = zone_day_start(s->zone, r->valid.from_day);
	if (r->valid.to_day != 0 && zone_day_start(s->zone, r->valid.to_day + 1) < life.to_s)
		life.to_s = zone_day_start(s->zone, r->valid.to_day + 1);
	life.to_s = life.to_s > life.from_s ? life.to_s : life.from_s;
	return life;
}

static struct window clipped(const struct life *s, struct window w)
{
	w.from_s = w.from_s > s->from_s ? w.from_s : s->from_s;
	w.to_s = w.to_s < s->to_s ? w.to_s : s->to_s;
	w.to_s = w.to_s > w.from_s ? w.to_s : w.from_s;
	return w;
}

static struct window whole(const struct life *s, enum window_kind kind, int64_t utc_s)
{
	return window_containing(s->zone, kind, utc_s, 0, -1);
}

/* The window of a figure at `until_s`; empty: none. */
static struct window figure_window(const struct life *s, enum window_kind kind, int64_t until_s)
{
	switch (kind) {
	case WINDOW_INTERVAL: return clipped(s, (struct window){ kind, until_s - QUARTER_S, until_s });
	case WINDOW_CONTRACT: return (struct window){ kind, s->from_s, s->to_s };
	case WINDOW_12_MONTHS: return clipped(s, whole(s, kind, until_s));
	default: return clipped(s, whole(s, kind, until_s - 1));
	}
}

/* The start of the local month that is `months` (negative: before) after the one beginning at `month_s`. */
static int64_t months_later(const struct zone *zone, int64_t month_s, int months)
{
	struct civil c = zone_civil(zone, month_s);
	int month = c.year * 12 + c.month - 1 + months;
	return zone_day_start(zone, civil_day(month / 12, month % 12 + 1, 1));
}

/* The last period that is over; empty: none yet. */
static struct window closed_period(const struct life *s, enum window_kind kind, int64_t until_s)
{
	struct window none = { kind, s->from_s, s->from_s };
	if (until_s <= s->from_s)
		return none;
	if (kind == WINDOW_INTERVAL)
		return figure_window(s, kind, until_s);
	if (kind == WINDOW_CONTRACT)
		return until_s >= s->to_s ? (struct window){ kind, s->from_s, s->to_s } : none;
	if (kind == WINDOW_12_MONTHS) {
		struct window w = whole(s, kind, until_s);
		if (w.from_s >= s->from_s)
			return w;
		return until_s >= s->to_s ? (struct window){ kind, s->from_s, s->to_s } : none; /* a contract shorter than that */
	}
	struct window w = clipped(s, whole(s, kind, until_s - 1));
	if (w.to_s <= until_s)
		return w;
	return w.from_s > s->from_s ? clipped(s, whole(s, kind, w.from_s - 1)) : none;
}

/* The period that has begun and is not over; empty: none. */
static struct window open_period(const struct life *s, enum window_kind kind, int64_t until_s)
{
	struct window none = { kind, s->from_s, s->from_s };
	if (until_s >= s->to_s || kind == WINDOW_INTERVAL)
		return none;
	int64_t now_s = until_s > s->from_s ? until_s : s->from_s;
	if (kind == WINDOW_CONTRACT)
		return (struct window){ kind, s->from_s, s->to_s };
	if (kind != WINDOW_12_MONTHS)
		return clipped(s, whole(s, kind, now_s));
	struct window first = whole(s, WINDOW_MONTH, s->from_s);
	int64_t first_s = first.from_s >= s->from_s ? first.from_s : first.to_s; /* the first whole month */
	int64_t full_s = months_later(s->zone, first_s, 12);
	struct window w = { kind, first_s < s->to_s ? first_s : s->from_s, full_s };
	if (now_s >= full_s) /* rolls on with each month */
		w = whole(s, kind, whole(s, WINDOW_MONTH, now_s).to_s);
	return clipped(s, w);
}

/* --- sums of a window -------------------------------------------------------------------------------------------- */

static const struct sums no_sums;

static const struct sums *sums_of(struct evaluation *e, size_t subject, const struct window *window)
{
	if (e->by_request)
		return evaluation_requested(e, subject, window);
	if (window->kind == WINDOW_INTERVAL) {
		const struct slot *slot = evaluation_slot(e, window->from_s);
		return slot != NULL ? &slot->applied[subject] : &no_sums;
	}
	bins_window(&e->subjects[subject].bins, window, &e->window);
	return &e->window;
}

/* Where the window is one that idle servers of half a year are asked for: its last six whole months. */
static void add_half_year(struct evaluation *e, size_t subject, const struct window *window, int64_t until_s, struct subject_period *out)
{
	const struct subject *s = &e->subjects[subject];
	int64_t end_s = until_s < window->to_s ? until_s : window->to_s;
	if (window->kind < WINDOW_YEAR || s->groups[GROUP_CPU].count == 0 || end_s <= window->from_s)
		return;
	struct life life = life_of(s);
	struct window half = { WINDOW_12_MONTHS, 0, whole(&life, WINDOW_MONTH, end_s).from_s };
	half.from_s = months_later(s->zone, half.to_s, -6);
	const struct sums *sums = &e->half_year;
	if (e->by_request)
		sums = evaluation_requested(e, subject, &half);
	else
		bins_window(&s->bins, &half, &e->half_year);
	subject_period_half_year(s, e->sources, sums, &half, out);
}

void evaluation_period(struct evaluation *e, size_t subject, const struct window *window, int64_t until_s,
		       struct subject_period *out)
{
	const struct sums *sums = sums_of(e, subject, window);
	subject_period_make(&e->subjects[subject], e->sources, sums, window, until_s, out);
	evaluation_books_add(e, &e->subjects[subject], window, until_s, sums, out);
	add_half_year(e, subject, window, until_s, out);
}

static int64_t ppm_of(struct hwatt_ratio coverage)
{
	return coverage.den > 0 ? (int64_t)(coverage.num * HWATT_PPM / coverage.den) : 0;
}

static struct hwatt_ratio uncertainty_of(const struct kpi *kpi)
{
	bool known = kpi->known && kpi->certain && kpi->u_nano > 0;
	return known ? (struct hwatt_ratio){ 2 * kpi->u_nano, 1000000000 } : (struct hwatt_ratio){ 0, 0 };
}

/* --- figures ----------------------------------------------------------------------------------------------------- */

static void pue1(const struct kpi_period *period, struct kpi *out)
{
	kpi_pue(period, 1, out);
}

static void pue2(const struct kpi_period *period, struct kpi *out)
{
	kpi_pue(period, 2, out);
}

static void pue3(const struct kpi_period *period, struct kpi *out)
{
	kpi_pue(period, 3, out);
}

static const struct certificate_filter renewable;

static void share_annual(const struct kpi_period *period, struct kpi *out)
{
	kpi_renewable_share(period, KPI_MATCH_ANNUAL, &renewable, out);
}

static void share_monthly(const struct kpi_period *period, struct kpi *out)
{
	kpi_renewable_share(period, KPI_MATCH_MONTHLY, &renewable, out);
}

static void share_hourly(const struct kpi_period *period, struct kpi *out)
{
	kpi_renewable_share(period, KPI_MATCH_HOURLY, &renewable, out);
}

static void cfe_hourly(const struct kpi_period *period, struct kpi *out)
{
	kpi_cfe(period, KPI_MATCH_HOURLY, &renewable, out);
}

static const struct figure {
	const char *name, *unit;
	enum figure_needs { NEEDS_DC, NEEDS_COOLING, NEEDS_UPS, NEEDS_IT, NEEDS_ALLOCATION, NEEDS_PUE1, NEEDS_PUE2, NEEDS_PUE3,
			    NEEDS_WATER, NEEDS_HEAT_REUSED, NEEDS_HEAT_REMOVED, NEEDS_LOCATION, NEEDS_RESIDUAL, NEEDS_GREEN, NEEDS_HOURS, NEEDS_CARBON_FREE,
			    NEEDS_DEMAND,
			    NEEDS_BENCHMARKS,
			    NEEDS_CPU, NEEDS_IDLE, NEEDS_MEMORY, NEEDS_STORAGE, NEEDS_NETWORK, NEEDS_INLET, NEEDS_RACK, NEEDS_METERS } needs;
	void (*compute)(const struct kpi_period *period, struct kpi *out);
} figures[] = {
	{ "energy_dc", "J", NEEDS_DC, kpi_energy_dc },
	{ "energy_it", "J", NEEDS_IT, kpi_energy_it },
	{ "energy_cooling", "J", NEEDS_COOLING, kpi_energy_cooling },
	{ "ups_efficiency", "1", NEEDS_UPS, kpi_ups_efficiency },
	{ "energy_allocated", "J", NEEDS_ALLOCATION, kpi_energy_allocated },
	{ "pue1", "1", NEEDS_PUE1, pue1 },
	{ "pue2", "1", NEEDS_PUE2, pue2 },
	{ "pue3", "1", NEEDS_PUE3, pue3 },
	{ "ref", "1", NEEDS_GREEN, kpi_ref },
	{ "renewable_share", "1", NEEDS_GREEN, share_annual },
	{ "renewable_share_monthly", "1", NEEDS_GREEN, share_monthly },
	{ "renewable_share_hourly", "1", NEEDS_HOURS, share_hourly },
	{ "cfe_score", "1", NEEDS_CARBON_FREE, cfe_hourly },
	{ "cue_location", "kg/kWh", NEEDS_LOCATION, kpi_cue_location },
	{ "cue_market", "kg/kWh", NEEDS_RESIDUAL, kpi_cue_market },
	{ "wue", "m3/MWh", NEEDS_WATER, kpi_wue },
	{ "erf", "1", NEEDS_HEAT_REUSED, kpi_erf },
	{ "cer", "1", NEEDS_HEAT_REMOVED, kpi_cer },
	{ "it_capacity_use", "1", NEEDS_DEMAND, kpi_capacity_use },
	{ "itee", "1/W", NEEDS_BENCHMARKS, kpi_itee },
	{ "cpu_utilisation", "1", NEEDS_CPU, kpi_cpu_utilisation },
	{ "idle_share", "1", NEEDS_IDLE, kpi_idle_share },
	{ "comatose_share", "1", NEEDS_IDLE, kpi_comatose_share },
	{ "memory_utilisation", "1", NEEDS_MEMORY, kpi_memory_utilisation },
	{ "storage_utilisation", "1", NEEDS_STORAGE, kpi_storage_utilisation },
	{ "network_utilisation", "1", NEEDS_NETWORK, kpi_network_utilisation },
	{ "inlet_temperature", "Cel", NEEDS_INLET, kpi_inlet_temperature },
	{ "rack_utilisation", "1", NEEDS_RACK, kpi_rack_utilisation },
	{ "coverage", "1", NEEDS_METERS, kpi_coverage },
};

/* Whether every site of the period has it. */
static bool every_site(const struct kpi_period *period, bool (*has)(const struct kpi_site *site))
{
	for (size_t i = 0; i < period->site_count; i++)
		if (!has(&period->sites[i]))
			return false;
	return period->site_count > 0;
}

static bool has_water(const struct kpi_site *site)
{
	return site->has_it && (kpi_has_flow(site, LOGBOOK_WATER) || kpi_has_flow(site, LOGBOOK_WATER_POTABLE) || kpi_has_flow(site, LOGBOOK_WATER_FRESH));
}

static bool has_heat_reused(const struct kpi_site *site)
{
	return kpi_has_flow(site, LOGBOOK_HEAT_REUSED);
}

static bool has_heat_removed(const struct kpi_site *site)
{
	return kpi_has_flow(site, LOGBOOK_HEAT_REMOVED);
}

static bool has_location(const struct kpi_site *site)
{
	return site->has_it && site->slice_count > 0 && site->slices[site->slice_count - 1].location.known;
}

static bool has_residual(const struct kpi_site *site)
{
	return site->has_it && site->slice_count > 0 && site->slices[site->slice_count - 1].residual.known;
}

static bool has_carbon_free(const struct kpi_site *site)
{
	return site->has_carbon_free;
}

static bool has_demand(const struct kpi_site *site)
{
	return site->it_category != 0 && hwatt_ratio_known(site->pd_it_mw);
}

/* Whether somebody proved any green electricity for it. */
static bool has_green(const struct kpi_period *period)
{
	for (size_t i = 0; i < period->site_count; i++) {
		const struct kpi_site *site = &period->sites[i];
		if (site->onsite_renewable && site->slice_count > 0)
			return true;
	}
	return period->certificate_count > 0;
}

static bool has_pue(const struct subject *s, const struct sources *sources, int category)
{
	for (size_t i = 0; i < s->site_count; i++)
		if (!subject_has_pue(s, i, category, sources))
			return false;
	return s->site_count > 0;
}

/* Whether the figure could ever be known of the subject: others are left out. */
static bool applies(const struct subject *s, const struct sources *sources, const struct kpi_period *period, enum figure_needs needs)
{
	bool it = false;
	for (size_t i = 0; i < s->site_count; i++)
		it |= s->sites[i].it != SUBJECT_NO_PAIR;
	switch (needs) {
	case NEEDS_DC: return s->contract == NULL && s->sites[0].dc != SUBJECT_NO_PAIR;
	case NEEDS_COOLING: return s->contract == NULL && s->sites[0].cooling != SUBJECT_NO_PAIR;
	case NEEDS_UPS: return s->contract == NULL && s->sites[0].ups != SUBJECT_NO_PAIR;
	case NEEDS_IT: return it;
	case NEEDS_ALLOCATION: return s->contract != NULL && it && (has_pue(s, sources, 1) || has_pue(s, sources, 2) || has_pue(s, sources, 3));
	case NEEDS_PUE1: return has_pue(s, sources, 1);
	case NEEDS_PUE2: return has_pue(s, sources, 2);
	case NEEDS_PUE3: return has_pue(s, sources, 3);
	case NEEDS_WATER: return every_site(period, has_water);
	case NEEDS_HEAT_REUSED: return s->site_count > 0 && s->sites[0].whole_dc != SUBJECT_NO_PAIR && every_site(period, has_heat_reused);
	case NEEDS_HEAT_REMOVED: return s->site_count > 0 && s->sites[0].whole_cooling != SUBJECT_NO_PAIR && every_site(period, has_heat_removed);
	case NEEDS_LOCATION: return s->site_count > 0 && s->sites[0].whole_grid != SUBJECT_NO_PAIR && every_site(period, has_location);
	case NEEDS_RESIDUAL: return s->site_count > 0 && s->sites[0].whole_grid != SUBJECT_NO_PAIR && every_site(period, has_residual);
	case NEEDS_GREEN: return s->site_count > 0 && s->sites[0].whole_dc != SUBJECT_NO_PAIR && has_green(period);
	case NEEDS_HOURS: return period->hourly && s->site_count > 0 && s->sites[0].whole_dc != SUBJECT_NO_PAIR && has_green(period);
	case NEEDS_CARBON_FREE: return period->hourly && s->site_count > 0 && s->sites[0].whole_dc != SUBJECT_NO_PAIR && every_site(period, has_carbon_free);
	case NEEDS_BENCHMARKS: return period->servers.rated > 0;
	case NEEDS_DEMAND: return s->contract == NULL && every_site(period, has_demand);
	case NEEDS_CPU: return s->groups[GROUP_CPU].count > 0;
	case NEEDS_IDLE: return s->groups[GROUP_CPU].count > 0 && s->groups[GROUP_NETWORK].count > 0;
	case NEEDS_INLET: return s->groups[GROUP_INLET].count > 0;
	case NEEDS_MEMORY: return s->groups[GROUP_MEMORY].count > 0;
	case NEEDS_STORAGE: return s->groups[GROUP_STORAGE].count > 0;
	case NEEDS_NETWORK: return s->groups[GROUP_NETWORK].count > 0;
	case NEEDS_RACK: return s->groups[GROUP_RACK].count > 0;
	case NEEDS_METERS: return s->pairs[s->metered].num.count > 0;
	}
	return false;
}

static struct hwatt_view_kpi *add_kpi(struct draft *d, const struct subject *s, const char *name, const char *unit,
				      const struct window *window)
{
	if (d->kpi_count == d->kpi_capacity) {
		d->kpi_capacity = d->kpi_capacity == 0 ? 64 : d->kpi_capacity * 2;
		d->kpis = hwatt_realloc(d->kpis, d->kpi_capacity * sizeof(*d->kpis));
	}
	struct hwatt_view_kpi *k = &d->kpis[d->kpi_count++];
	*k = (struct hwatt_view_kpi){ .subject_kind = s->contract != NULL ? "contract" : "site", .subject = s->id,
				      .kpi = name, .part = "", .window = window_name(window->kind), .unit = unit,
				      .from_s = window->from_s, .to_s = window->to_s, .quality = 'X', .notes = "", .numerator_unit = "",
				      .denominator_unit = "", .label = "", .notation = "", .ruleset = "", .ruleset_hash = "" };
	return k;
}

/* What standards call it, "" when it has no such name. */
static const char *standard_name(const char *kpi)
{
	static const char *const names[][2] = {
		{ "pue1", "PUE" }, { "pue2", "PUE" }, { "pue3", "PUE" }, { "ppue", "PUE" }, { "ref", "REF" }, { "wue", "WUE" }, { "erf", "ERF" }, { "cer", "CER" },
		{ "cue_location", "CUE" }, { "cue_market", "CUE" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], kpi) == 0)
			return names[i][1];
	return "";
}

/* A year or more that is over and was measured throughout: without "interim" before its name.  domain.md 1.2, 5.6. */
static bool annual(const struct window *window, int64_t until_s, const struct kpi *kpi)
{
	return hwatt_ratio_compare(kpi->coverage, (struct hwatt_ratio){ 98, 100 }) >= 0 && window->to_s <= until_s && window->to_s - window->from_s >= 365 * INT64_C(86400) - 3600;
}

/* The notation of the standards, and the class of the label that whole years have. */
static void put_names(const struct evaluation *e, struct draft *d, const struct subject *s, const struct figure *figure,
		      const struct window *window, int64_t until_s, const struct kpi *kpi, struct hwatt_view_kpi *k)
{
	const struct ruleset *labels = books_ruleset(e->inventory->config->books, RULESET_LABELS);
	const char *name = standard_name(figure->name), *class = NULL;
	char notation[160];
	int64_t end_s = window->to_s < until_s ? window->to_s : until_s;
	if (name[0] == '\0' || !kpi->known || window->kind == WINDOW_INTERVAL || end_s <= window->from_s)
		return;
	const bool year = annual(window, until_s, kpi);
	kpi_notation(name, kpi->category, k->part[0] != '\0' ? k->part : NULL, !year, zone_day(s->zone, window->from_s),
		     zone_day(s->zone, end_s - 1), kpi->value, notation);
	k->notation = hwatt_arena_strdup(d->arena, notation);
	if (labels == NULL || !year || (kpi->flags & KPI_PHYS_IMPOSSIBLE) != 0) /* what is impossible is no value at all */
		return;
	if (strcmp(figure->name, "pue1") == 0)
		class = ruleset_class(&labels->classes.pue, kpi->value);
	if (strcmp(figure->name, "wue") == 0)
		class = ruleset_class(&labels->classes.wue, kpi->value);
	k->label = class != NULL ? class : "";
}

/* "ITEEsv(SERT) = 3750.00": comparable within one benchmark alone. */
static const char *itee_notation(struct draft *d, const char *benchmark, struct hwatt_ratio value)
{
	char number[64];
	hwatt_ratio_format(value, 2, number);
	return hwatt_arena_printf(d->arena, "ITEEsv(%s) = %s", benchmark, number);
}

/* `part`: the boundary of a part of the subject, "" the whole. */
static void put_figure(const struct evaluation *e, struct draft *d, const struct subject *s, const struct figure *figure, const char *part,
		       const struct window *window, int64_t until_s, const char *benchmark, const struct kpi *kpi)
{
	char notes[256];
	struct hwatt_view_kpi *k = add_kpi(d, s, figure->name, figure->unit, window);
	k->part = part;
	kpi_flag_names(kpi->flags, notes, sizeof(notes));
	k->known = kpi->known;
	k->value = kpi->known ? kpi->value : (struct hwatt_ratio){ 0, 0 };
	k->coverage_ppm = ppm_of(kpi->coverage);
	k->quality = kpi->quality;
	k->uncertainty = uncertainty_of(kpi);
	k->surplus = kpi->surplus;
	k->category = kpi->category;
	k->excluded = kpi->excluded;
	k->notes = notes[0] != '\0' ? hwatt_arena_strdup(d->arena, notes) : "";
	k->ruleset = kpi->ruleset != NULL ? kpi->ruleset->id : "";
	k->ruleset_hash = kpi->ruleset != NULL ? kpi->ruleset->hash : "";
	if (kpi->known && kpi->numerator_unit != NULL) {
		k->numerator = kpi->numerator;
		k->denominator = kpi->denominator;
		k->numerator_unit = kpi->numerator_unit;
		k->denominator_unit = kpi->denominator_unit;
	}
	put_names(e, d, s, figure, window, until_s, kpi, k);
	if (kpi->known && strcmp(figure->name, "itee") == 0)
		k->notation = itee_notation(d, benchmark, kpi->value);
}

/* Tells once when the categories of a month contradict each other: a meter is mapped wrongly. */
static void check_order(struct evaluation *e, size_t subject, const struct kpi pue[4])
{
	const struct subject *s = &e->subjects[subject];
	for (int low = 1; low <= 2; low++) {
		for (int high = low + 1; high <= 3; high++) {
			if (e->order_told[subject] || kpi_order_plausible(&pue[low], &pue[high]))
				continue;
			hwatt_log(e->log, HWATT_WARN, "%s: PUE of category %d is below that of category %d this month: check the power "
				  "roles and the wiring", s->id, high, low);
			e->order_told[subject] = true;
		}
	}
}

/* "hall-1", or "site/hall-1" of a subject with several sites. */
static const char *boundary(struct draft *d, const struct subject *s, const struct kpi_room *room)
{
	return s->site_count > 1 ? hwatt_arena_printf(d->arena, "%s/%s", room->site, room->room) : room->room;
}

/* The partial PUE of each room: a figure of its own name, as it is none of the whole. */
static void put_rooms(const struct evaluation *e, struct draft *d, const struct subject *s, const struct kpi_period *period,
		      const struct window *window, int64_t until_s)
{
	static const struct figure ppue = { "ppue", "1", NEEDS_METERS, NULL };
	for (size_t i = 0; i < period->room_count; i++) {
		struct kpi kpi;
		if (period->rooms[i].category == 0)
			continue; /* asked for, and no IT is metered there */
		kpi_ppue(period, period->rooms[i].site, period->rooms[i].room, &kpi);
		put_figure(e, d, s, &ppue, boundary(d, s, &period->rooms[i]), window, until_s, NULL, &kpi);
	}
}

static bool by_registers(enum figure_needs needs)
{
	return needs == NEEDS_WATER || needs == NEEDS_HEAT_REUSED || needs == NEEDS_HEAT_REMOVED;
}

static void put_figures(struct evaluation *e, struct draft *d, size_t subject, const struct window *window, int64_t until_s)
{
	const struct subject *s = &e->subjects[subject];
	struct subject_period period;
	struct kpi pue[4] = {0};
	evaluation_period(e, subject, window, until_s, &period);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		struct kpi kpi;
		if (!applies(s, e->sources, &period.period, figures[i].needs))
			continue;
		if (figures[i].needs == NEEDS_HOURS && window->kind == WINDOW_INTERVAL && !e->by_request)
			continue; /* a quarter has no hour */
		if (figures[i].needs == NEEDS_IDLE && window->kind < WINDOW_MONTH && !e->by_request)
			continue; /* no server is idle for a day; a report keeps the row, so that its parts have the same ones */
		if (by_registers(figures[i].needs) && window->kind == WINDOW_INTERVAL)
			continue; /* a register of water or heat counts in lumps larger than that */
		figures[i].compute(&period.period, &kpi);
		put_figure(e, d, s, &figures[i], "", window, until_s, period.period.servers.benchmark, &kpi);
		if (figures[i].needs >= NEEDS_PUE1 && figures[i].needs <= NEEDS_PUE3)
			pue[1 + (int)(figures[i].needs - NEEDS_PUE1)] = kpi;
	}
	put_rooms(e, d, s, &period.period, window, until_s);
	if (window->kind == WINDOW_MONTH && s->contract == NULL)
		check_order(e, subject, pue);
	subject_period_free(&period);
}

static int64_t power_of(const struct evaluation *e, const struct subject *s, size_t pair, const struct slot *slot)
{
	const struct subject_uses *uses = &s->pairs[pair].num;
	int64_t sum_mw = 0;
	for (size_t i = 0; i < uses->count; i++) {
		struct source_quarter meter = sources_quarter(e->sources, uses->items[i].source, slot->briefs, slot->start_s);
		if (meter.input.covered_ms <= 0)
			return 0; /* one is missing: no sum; a generator at rest is not */
		sum_mw += meter.last_mw;
	}
	return sum_mw;
}

/* The quotient of the powers last seen in the quarter: under its own name, since it is no PUE. */
static void put_power_ratio(struct evaluation *e, struct draft *d, const struct subject *s, const struct window *window)
{
	const struct subject_site *site = &s->sites[0];
	const struct slot *slot = evaluation_recent(e, window->from_s);
	if (s->contract != NULL || site->dc == SUBJECT_NO_PAIR || site->it == SUBJECT_NO_PAIR)
		return;
	struct hwatt_view_kpi *k = add_kpi(d, s, "power_ratio_now", "1", window);
	k->category = site->it_category;
	if (slot == NULL)
		return;
	k->value = kpi_power_ratio(power_of(e, s, site->dc, slot), power_of(e, s, site->it, slot));
	k->known = hwatt_ratio_known(k->value);
	k->coverage_ppm = k->known ? HWATT_PPM : 0;
	k->quality = k->known ? 'M' : 'X';
}

static void put_subject(struct evaluation *e, struct draft *d, size_t subject)
{
	const struct subject *s = &e->subjects[subject];
	const struct life life = life_of(s);
	int64_t until_s = e->settled_s < s->to_s ? e->settled_s : s->to_s;
	if (until_s <= s->from_s)
		return;
	for (int kind = WINDOW_INTERVAL; kind <= (s->contract != NULL ? WINDOW_CONTRACT : WINDOW_12_MONTHS); kind++) {
		struct window window = figure_window(&life, (enum window_kind)kind, until_s);
		if (window.to_s <= window.from_s || (kind == WINDOW_INTERVAL && until_s < e->settled_s))
			continue;
		put_figures(e, d, subject, &window, until_s);
		if (kind == WINDOW_INTERVAL)
			put_power_ratio(e, d, s, &window);
	}
}

/* --- verdicts ---------------------------------------------------------------------------------------------------- */

static bool has_subject(const struct subject *s, enum requirement_subject subject)
{
	switch (subject) {
	case SUBJECT_SITE: return s->site_count > 0;
	case SUBJECT_ENERGY: return s->pairs[s->metered].num.count > 0;
	case SUBJECT_DEVICES: return s->scope->subject_count > 0;
	case SUBJECT_RACKS: return s->rack_count > 0;
	}
	return false;
}

struct judgement {
	struct verdict_question question;
	struct verdict verdict;
	struct window window;
};

static void judge(struct evaluation *e, struct hwatt_arena *arena, size_t subject, const struct requirement *r,
		  const struct window *window, int64_t until_s, struct judgement *out)
{
	const struct subject *s = &e->subjects[subject];
	const struct life life = r->type->present ? life_of(s) : life_of_requirement(s, r);
	bool begun = until_s > life.from_s, any = begun && window->to_s > window->from_s;
	bool within = window->from_s >= life.from_s && window->to_s <= life.to_s; /* all that is not a day was cut to it */
	*out = (struct judgement){ .window = *window };
	out->question = (struct verdict_question){ .requirement = r, .in_force = any && within,
						   .has_subject = r->type->judge != NULL || has_subject(s, r->type->subject),
						   .closed = begun && window->to_s <= until_s };
	out->question.kpi = (struct kpi){ .coverage = { 0, 1 }, .quality = 'X', .flags = KPI_NO_DATA };
	if (r->type->judge != NULL) {
		if (any)
			evaluation_ask(e, s, r, window, until_s, arena, &out->question);
	} else if (out->question.in_force) {
		struct subject_period period;
		evaluation_period(e, subject, window, until_s, &period);
		r->type->measure(&period.period, r, &out->question.kpi);
		out->question.calibration_expired = evaluation_calibration_expired(s, window);
		subject_period_free(&period);
	}
	out->verdict = verdict_judge(&out->question);
}

static const char *day_text(struct hwatt_arena *arena, const struct subject *s, int64_t utc_s, bool clock)
{
	struct civil c = zone_civil(s->zone, utc_s);
	return clock ? hwatt_arena_printf(arena, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute)
		     : hwatt_arena_printf(arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static const char *sentence(struct draft *d, const struct subject *s, const struct judgement *j,
			    enum hwatt_language language)
{
	bool clock = j->window.kind == WINDOW_INTERVAL;
	struct verdict_period period = { "", "" };
	struct hwatt_text text;
	if (j->window.to_s > j->window.from_s) {
		period.from = day_text(d->arena, s, j->window.from_s, clock);
		period.to = day_text(d->arena, s, clock ? j->window.to_s : j->window.to_s - 1, clock);
	}
	hwatt_text_init(&text, SENTENCE_LIMIT);
	verdict_sentence(&j->question, &j->verdict, &period, language, &text);
	const char *copy = hwatt_arena_strdup(d->arena, hwatt_text_string(&text));
	hwatt_text_free(&text);
	return copy;
}

static const char *forecast_text(const struct subject *s, const struct judgement *j, const struct forecast *forecast,
				 enum hwatt_language language, struct hwatt_arena *arena)
{
	struct civil at = zone_civil(s->zone, forecast->crosses_s);
	struct verdict_period period = { day_text(arena, s, j->window.from_s, false), day_text(arena, s, j->window.to_s - 1, false) };
	struct hwatt_text text;
	hwatt_text_init(&text, SENTENCE_LIMIT);
	forecast_sentence(&j->question, forecast, &period, at.month, at.year, language, &text);
	const char *copy = hwatt_arena_strdup(arena, hwatt_text_string(&text));
	hwatt_text_free(&text);
	return copy;
}

/* What the open period that `j` is about will end with. */
static struct hwatt_view_forecast forecast_of(const struct subject *s, const struct judgement *j, int64_t until_s, struct hwatt_arena *arena)
{
	struct forecast forecast = forecast_make(&j->question, j->window.from_s, j->window.to_s, until_s);
	if (!forecast.known)
		return (struct hwatt_view_forecast){ .sentence = { "", "", "" } };
	return (struct hwatt_view_forecast){ true, forecast.value, forecast.status, forecast.crosses_s,
					     { .sv = forecast_text(s, j, &forecast, HWATT_SV, arena),
					       .nb = forecast_text(s, j, &forecast, HWATT_NB, arena),
					       .en = forecast_text(s, j, &forecast, HWATT_EN, arena) },
					     j->window.from_s, j->window.to_s };
}

struct periods { struct window closed, open; }; /* of a requirement; empty: none */

/* Cut to the time in which the requirement is in force.  When that ended before the contract's last period that is over began: that period, over
 * which the requirement is not in force. */
static struct periods periods_of(const struct subject *s, const struct requirement *r, int64_t until_s)
{
	const struct life contract = life_of(s), life = life_of_requirement(s, r);
	int64_t by_s = until_s < life.to_s ? until_s : life.to_s;
	struct periods out = { closed_period(&life, r->window, by_s), open_period(&life, r->window, by_s) };
	struct window last = closed_period(&contract, r->window, until_s);
	if (life.to_s <= last.from_s && last.to_s > last.from_s)
		out = (struct periods){ last, { r->window, last.to_s, last.to_s } };
	return out;
}

/* What is due some days after a period is judged for the last period of which it was due, or is there already. */
static void judge_last_due(struct evaluation *e, struct hwatt_arena *arena, size_t subject, const struct requirement *r,
			   const struct periods *periods, int64_t until_s, struct judgement *out)
{
	const struct life life = life_of_requirement(&e->subjects[subject], r);
	struct window w = periods->closed;
	struct judgement older;
	judge(e, arena, subject, r, w.to_s > w.from_s ? &w : &periods->open, until_s, out);
	if (w.to_s == w.from_s || out->question.evidence.count[EVIDENCE_AWAITED] == 0)
		return;
	do { /* ends: each is before the last, and due days are bounded */
		w = closed_period(&life, r->window, w.from_s);
		if (w.to_s == w.from_s)
			return; /* none was due yet: the last one is awaited */
		judge(e, arena, subject, r, &w, until_s, &older);
	} while (older.question.evidence.count[EVIDENCE_AWAITED] > 0);
	*out = older;
}

static void put_requirement(struct evaluation *e, struct draft *d, size_t subject, const struct requirement *r)
{
	const struct subject *s = &e->subjects[subject];
	int64_t until_s = e->settled_s < s->to_s ? e->settled_s : s->to_s;
	struct periods p = periods_of(s, r, until_s);
	struct judgement j, other;
	if (r->type->present) {
		p.closed = evaluation_present(s, e->by_request ? until_s - 1 : until_s); /* a report's last day, not the one after */
		p.open = (struct window){ r->window, p.closed.to_s, p.closed.to_s };
	}
	bool has_closed = p.closed.to_s > p.closed.from_s && p.closed.to_s > e->closed_after_s;
	bool has_open = !r->type->by_due && p.open.to_s > p.open.from_s;
	if (r->type->by_due)
		judge_last_due(e, d->arena, subject, r, &p, until_s, &j);
	else
		judge(e, d->arena, subject, r, has_closed ? &p.closed : &p.open, until_s, &j);
	other = j;
	if (has_closed && has_open)
		judge(e, d->arena, subject, r, &p.open, until_s, &other);
	struct hwatt_view_forecast forecast = { .sentence = { "", "", "" } };
	if (has_open)
		forecast = forecast_of(s, &other, until_s, d->arena);
	if (has_open && j.verdict.status != HWATT_NOT_MET && (other.verdict.reasons & REASON_LIMIT_CERTAIN) != 0)
		j = other;
	char reasons[VERDICT_REASONS_SIZE];
	const struct kpi *kpi = &j.question.kpi;
	verdict_reasons(j.verdict.reasons, reasons);
	d->requirements[d->requirement_count++] = (struct hwatt_view_requirement){
		.contract = s->id, .requirement = r->id, .type = r->type->name, .status = j.verdict.status,
		.known = kpi->known, .value = kpi->known ? kpi->value : (struct hwatt_ratio){ 0, 0 },
		.limit = r->limited ? requirement_limit(r) : (struct hwatt_ratio){ 0, 0 }, .limited = r->limited,
		.maximum = r->maximum, .unit = requirement_unit_name(r), .coverage_ppm = ppm_of(kpi->coverage),
		.min_coverage_ppm = r->min_coverage_ppm, .from_s = j.window.from_s, .to_s = j.window.to_s,
		.reasons = hwatt_arena_strdup(d->arena, reasons), .title = r->title, .window = window_name(r->window),
		.open = !j.question.closed, .exclusive = r->exclusive,
		.to_review = j.question.by_evidence && verdict_to_review(&j.question.evidence), .quality = kpi->quality, .category = kpi->category,
		.uncertainty = uncertainty_of(kpi), .forecast = forecast,
		.sentence = { .sv = sentence(d, s, &j, HWATT_SV), .nb = sentence(d, s, &j, HWATT_NB),
			      .en = sentence(d, s, &j, HWATT_EN) },
	};
}

size_t evaluation_figures(struct evaluation *e, size_t subject, const struct window *window, struct hwatt_arena *arena,
			  const struct hwatt_view_kpi **out)
{
	struct draft d = { .arena = arena };
	put_figures(e, &d, subject, window, e->settled_s < e->subjects[subject].to_s ? e->settled_s : e->subjects[subject].to_s);
	struct hwatt_view_kpi *kept = hwatt_arena_alloc(arena, (d.kpi_count + 1) * sizeof(*kept));
	if (d.kpi_count > 0)
		memcpy(kept, d.kpis, d.kpi_count * sizeof(*kept));
	free(d.kpis);
	*out = kept;
	return d.kpi_count;
}

struct hwatt_view_requirement evaluation_verdict(struct evaluation *e, size_t subject, const struct requirement *requirement,
						 struct hwatt_arena *arena)
{
	struct hwatt_view_requirement one;
	struct draft d = { .arena = arena, .requirements = &one };
	put_requirement(e, &d, subject, requirement);
	return one;
}

bool evaluation_figure(struct evaluation *e, size_t subject, const char *name, const struct window *window, struct kpi *out,
		       const char **unit)
{
	const struct subject *s = &e->subjects[subject];
	struct subject_period period;
	bool found = false;
	evaluation_period(e, subject, window, e->settled_s < s->to_s ? e->settled_s : s->to_s, &period);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]) && !found; i++) {
		found = strcmp(figures[i].name, name) == 0 && applies(s, e->sources, &period.period, figures[i].needs);
		if (found) {
			figures[i].compute(&period.period, out);
			*unit = figures[i].unit;
		}
	}
	subject_period_free(&period);
	return found;
}

struct hwatt_view_hall *evaluation_judge(struct evaluation *e, int64_t now_s)
{
	struct draft d = { .arena = hwatt_arena_new() };
	size_t requirement_count = 0, contract_count = 0;
	struct hwatt_error err;
	evaluation_settle(e, now_s);
	if (happenings_read(&e->happenings, e->store, now_s, &err) < 0)
		hwatt_log(e->log, HWATT_ERROR, "replaced devices are not looked at: %s", err.text);
	for (size_t i = 0; i < e->subject_count; i++)
		if (e->subjects[i].contract != NULL)
			requirement_count += e->subjects[i].contract->requirements.count;
	d.requirements = hwatt_alloc((requirement_count + 1) * sizeof(*d.requirements));
	struct hwatt_view_contract *contracts = hwatt_alloc((e->subject_count + 1) * sizeof(*contracts));
	for (size_t i = 0; i < e->subject_count; i++) {
		const struct contract *contract = e->subjects[i].contract;
		put_subject(e, &d, i);
		if (contract == NULL)
			continue;
		const struct requirement *requirements = contract->requirements.items;
		for (size_t r = 0; r < contract->requirements.count; r++)
			put_requirement(e, &d, i, &requirements[r]);
		contracts[contract_count++] = (struct hwatt_view_contract){
			.id = contract->id, .buyer = contract->buyer, .supplier = contract->supplier, .title = contract->title,
			.from_day = contract->valid.from_day, .to_day = contract->valid.to_day,
		};
	}
	struct hwatt_view_hall draft = { .kpi_count = d.kpi_count, .requirement_count = d.requirement_count,
					 .contract_count = contract_count, .kpis = d.kpis, .requirements = d.requirements,
					 .contracts = contracts };
	struct hwatt_view_hall *hall = snapshot_hall_build(&draft);
	free(d.kpis);
	free(d.requirements);
	free(contracts);
	hwatt_arena_free(d.arena);
	return hall;
}
