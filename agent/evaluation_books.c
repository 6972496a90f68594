/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "evaluation_books.h"
#include "average.h"
#include "names.h"
#include <hallwatt/arena.h>
#include <string.h>

struct site_books { /* of one site of the inventory */
	const struct config_site *site;
	const struct zone *zone;
	const struct ruleset *ruleset;
	size_t track_count, state_count;
	struct kpi_track *tracks;
	struct average_state *demand; /* IT power demand in mW, in UTC seconds */
};

struct owned { /* certificates of a subject, and of its sites */
	size_t count;
	const struct certificate **rows;
	bool own, told;              /* any is the contract's own, or a site's; one of those tells its hours */
};

struct evaluation_books {
	struct hwatt_arena *arena;
	struct kpi_servers *servers; /* by subject */
	struct owned *owned;         /* by subject */
	size_t site_count;
	struct site_books *sites;
};

/* --- making ------------------------------------------------------------------------------------------------------ */

static int64_t start_of(const struct zone *zone, int64_t day)
{
	return day == INT64_MAX ? INT64_MAX : zone_day_start(zone, day);
}

static void add_track(struct site_books *site, const struct logbook_track *track, struct hwatt_arena *arena)
{
	struct kpi_spell *spells = hwatt_arena_alloc(arena, (track->count + 1) * sizeof(*spells));
	for (size_t i = 0; i < track->count; i++)
		spells[i] = (struct kpi_spell){ start_of(site->zone, track->spells[i].from_day), start_of(site->zone, track->spells[i].to_day),
						track->spells[i].value, track->spells[i].estimated };
	site->tracks[site->track_count++] = (struct kpi_track){ track->quantity, track->meter, track->accuracy_ppm, track->count, spells };
	if (track->quantity != LOGBOOK_PD_IT || site->demand != NULL)
		return;
	site->demand = hwatt_arena_alloc(arena, (track->count * 2 + 1) * sizeof(*site->demand));
	for (size_t i = 0; i < track->count; i++) { /* kW in millionths are mW */
		site->demand[site->state_count++] = (struct average_state){ spells[i].from_s, (int64_t)spells[i].value };
		if (spells[i].to_s != INT64_MAX)
			site->demand[site->state_count++] = (struct average_state){ spells[i].to_s, 0 };
	}
}

static const struct zone *zone_of(const struct evaluation *e, const char *name)
{
	name = name[0] != '\0' ? name : "UTC";
	for (size_t i = 0; i < e->zone_count; i++)
		if (strcmp(e->zones[i].name, name) == 0)
			return e->zones[i].zone;
	return NULL;
}

static void add_server(struct kpi_servers *servers, const struct config_device *device, int64_t share_ppm, const struct names *rated)
{
	if (device->device.power_role != HWATT_POWER_IT)
		return;
	const struct benchmark *row = names_find(rated, device->device.id);
	servers->all++;
	if (row == NULL)
		return;
	servers->rated++;
	servers->performance += (hwatt_i128)row->performance_micro * share_ppm;
	servers->power += (hwatt_i128)row->full_mw * share_ppm;
	servers->mixed |= servers->benchmark != NULL && strcmp(servers->benchmark, row->name) != 0;
	servers->benchmark = row->name;
}

/* What makers declare of the servers of each subject. */
static void make_servers(const struct evaluation *e, struct evaluation_books *books)
{
	const struct config *config = e->inventory->config;
	struct names rated = {0};
	size_t count;
	const struct benchmark *rows = books_benchmarks(config->books, &count);
	books->servers = hwatt_arena_alloc(books->arena, (e->subject_count + 1) * sizeof(*books->servers));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < rows[i].devices.count; k++)
			names_add(&rated, ((const char *const *)rows[i].devices.items)[k], &rows[i]);
	names_sort(&rated);
	for (size_t i = 0; i < e->subject_count && count > 0; i++) {
		const struct subject *s = &e->subjects[i];
		for (size_t d = 0; s->contract == NULL && d < config->device_count; d++)
			if (strcmp(config->devices[d].device.site, s->id) == 0)
				add_server(&books->servers[i], &config->devices[d], HWATT_PPM, &rated);
		for (size_t d = 0; s->contract != NULL && d < s->scope->subject_count; d++)
			add_server(&books->servers[i], s->scope->subjects[d].device, s->scope->subjects[d].share_ppm, &rated);
	}
	names_free(&rated);
}

static void take_row(struct owned *owned, const struct certificate *row, bool own, size_t pass, size_t *room)
{
	if (pass == 0) {
		(*room)++;
		return;
	}
	owned->rows[owned->count++] = row;
	owned->own |= own;
	owned->told |= own && row->hour_count > 0;
}

/* Which rows are whose, so that no figure looks at those of others; and who wants hours. */
static void find_owned(const struct evaluation *e, struct evaluation_books *books)
{
	struct names sites = {0}, contracts = {0};
	size_t count;
	const struct certificate *rows = books_certificates(e->inventory->config->books, &count);
	books->owned = hwatt_arena_alloc(books->arena, (e->subject_count + 1) * sizeof(*books->owned));
	for (size_t i = 0; i < count; i++)
		names_add(rows[i].site[0] != '\0' ? &sites : &contracts, rows[i].site[0] != '\0' ? rows[i].site : rows[i].contract, &rows[i]);
	names_sort(&sites);
	names_sort(&contracts);
	for (size_t i = 0; i < e->subject_count && count > 0; i++) {
		const struct subject *s = &e->subjects[i];
		struct owned *owned = &books->owned[i];
		size_t room = 0, none = s->contract == NULL ? 0 : names_first(&contracts, s->id);
		for (size_t pass = 0; pass < 2; pass++) {
			if (pass == 1)
				owned->rows = hwatt_arena_alloc(books->arena, (room + 1) * sizeof(*owned->rows));
			for (size_t k = none; s->contract != NULL && k < contracts.count && strcmp(contracts.rows[k].text, s->id) == 0; k++)
				take_row(owned, contracts.rows[k].thing, true, pass, &room);
			for (size_t n = 0; n < s->site_count; n++) {
				const char *id = s->sites[n].site->site->id;
				for (size_t k = names_first(&sites, id); k < sites.count && strcmp(sites.rows[k].text, id) == 0; k++)
					take_row(owned, sites.rows[k].thing, s->contract == NULL, pass, &room);
			}
		}
	}
	names_free(&sites);
	names_free(&contracts);
}

struct evaluation_books *evaluation_books_new(const struct evaluation *e)
{
	const struct inventory *inventory = e->inventory;
	const struct logbook *logbook = &inventory->config->books->logbook;
	struct hwatt_arena *arena = hwatt_arena_new();
	struct evaluation_books *books = hwatt_arena_alloc(arena, sizeof(*books));
	*books = (struct evaluation_books){ .arena = arena, .site_count = inventory->site_count,
					    .sites = hwatt_arena_alloc(arena, (inventory->site_count + 1) * sizeof(*books->sites)) };
	make_servers(e, books);
	find_owned(e, books);
	for (size_t i = 0; i < books->site_count; i++) {
		struct site_books *site = &books->sites[i];
		site->site = inventory->sites[i].site;
		site->zone = zone_of(e, site->site->timezone);
		site->ruleset = books_ruleset(inventory->config->books, site->site->ruleset);
		site->tracks = hwatt_arena_alloc(arena, (logbook->track_count + 1) * sizeof(*site->tracks));
		for (size_t t = 0; t < logbook->track_count && site->zone != NULL; t++)
			if (strcmp(logbook->tracks[t].site, site->site->id) == 0)
				add_track(site, &logbook->tracks[t], arena);
	}
	return books;
}

void evaluation_books_rule(struct evaluation_books *books, const struct ruleset *ruleset)
{
	for (size_t i = 0; i < books->site_count; i++)
		books->sites[i].ruleset = ruleset;
}

void evaluation_books_free(struct evaluation_books *books)
{
	if (books != NULL)
		hwatt_arena_free(books->arena);
}

/* --- a period ---------------------------------------------------------------------------------------------------- */

static const struct site_books *books_of(const struct evaluation *e, const struct inventory_site *site)
{
	for (size_t i = 0; i < e->books->site_count; i++)
		if (e->books->sites[i].site == site->site)
			return &e->books->sites[i];
	return NULL;
}

static struct kpi_factor factor_of(const struct evaluation *e, const struct config_site *site, enum factor_kind kind, int year)
{
	const char *const zones[] = { site->bidding_zone, site->country };
	const char *const own[] = { site->id };
	struct factor_answer answer = {0};
	if (kind == FACTOR_RESIDUAL_MIX) /* what the supplier is known to deliver goes before the mix of all */
		answer = books_factor(e->inventory->config->books, FACTOR_SUPPLIER_MIX, own, 1, year);
	if (answer.factor == NULL)
		answer = books_factor(e->inventory->config->books, kind, zones, 2, year);
	if (answer.factor == NULL)
		return (struct kpi_factor){0};
	return (struct kpi_factor){ answer.factor->value, true, answer.provisional };
}

static bool site_any(const struct evaluation *e, const struct site_books *books)
{
	if (books->track_count > 0 || books->site->onsite <= (int)CERTIFICATE_OCEAN)
		return true;
	return factor_of(e, books->site, FACTOR_GRID, 2999).known || factor_of(e, books->site, FACTOR_RESIDUAL_MIX, 2999).known;
}

bool evaluation_books_hourly(const struct evaluation *e, const struct subject *s)
{
	const struct requirement *all = s->contract != NULL ? s->contract->requirements.items : NULL;
	for (size_t i = 0; all != NULL && i < s->contract->requirements.count; i++)
		if (requirement_hourly(&all[i]))
			return true;
	return e->books->owned[s - e->subjects].told;
}

void evaluation_books_courses(const struct evaluation *e, const struct subject *s, void (*each)(void *arg, size_t pair), void *arg)
{
	if (!evaluation_books_hourly(e, s))
		return;
	for (size_t i = 0; i < s->site_count; i++) {
		const size_t pairs[] = { s->sites[i].whole_dc, s->sites[i].whole_onsite, s->contract != NULL ? s->sites[i].it : SUBJECT_NO_PAIR };
		for (size_t p = 0; p < sizeof(pairs) / sizeof(pairs[0]); p++)
			if (pairs[p] != SUBJECT_NO_PAIR)
				each(arg, pairs[p]);
	}
}

bool evaluation_books_any(const struct evaluation *e, const struct subject *s)
{
	if (s->contract != NULL && e->books->owned[s - e->subjects].own)
		return true;
	for (size_t i = 0; i < s->site_count; i++)
		if (s->sites[i].resource_count > 0 || site_any(e, books_of(e, s->sites[i].site)))
			return true;
	return e->books->owned[s - e->subjects].count > 0;
}

/* The meters that are polled. Litres are thousandths of a m3, and 7.2 million halves of a uJ a millionth of a kWh. */
static void add_registers(const struct evaluation *e, const struct subject_site *of, struct hwatt_arena *arena, struct kpi_site *out)
{
	struct kpi_resource *resources = hwatt_arena_alloc(arena, (of->resource_count + 1) * sizeof(*resources));
	for (size_t i = 0; i < of->resource_count; i++) {
		const struct measure *measure = of->resources[i].measure;
		bool water = measure_register(measure) == HWATT_WATER_VOLUME;
		int64_t first_s = sources_first(e->sources, of->resources[i].source);
		resources[i] = (struct kpi_resource){ measure_quantity(measure), measure->meter,
						      first_s != SOURCES_NEVER ? first_s : sources_since(e->sources, of->resources[i].source),
						      water ? 1000 : 1, water ? 1 : (int64_t)(KPI_PER_KWH / HWATT_PPM / 1000000) };
	}
	out->resource_count = of->resource_count;
	out->resources = resources;
}

static void finish_slice(const struct evaluation *e, const struct site_books *books, struct kpi_slice *slice)
{
	struct civil at = zone_civil(books->zone, slice->from_s);
	slice->location = factor_of(e, books->site, FACTOR_GRID, at.year);
	slice->residual = factor_of(e, books->site, FACTOR_RESIDUAL_MIX, at.year);
	slice->carbon_free = factor_of(e, books->site, FACTOR_CARBON_FREE, at.year);
	slice->from_day = zone_day(books->zone, slice->from_s);
	if (zone_day_start(books->zone, slice->from_day) < slice->from_s)
		slice->from_day++; /* only whole days */
	slice->to_day = zone_day(books->zone, slice->to_s);
	if (slice->to_day < slice->from_day)
		slice->to_day = slice->from_day;
}

static size_t make_slices(struct evaluation *e, const struct subject *s, size_t site, const struct window *window, int64_t end_s,
			  const struct sums *sums, struct hwatt_arena *arena, struct kpi_slice *out)
{
	const struct site_books *books = books_of(e, s->sites[site].site);
	bool months = window->kind == WINDOW_YEAR || window->kind == WINDOW_12_MONTHS || window->kind == WINDOW_CONTRACT;
	size_t count = 0;
	for (int64_t at_s = window->from_s; at_s < end_s; count++) {
		struct window month = window_containing(s->zone, WINDOW_MONTH, at_s, 0, -1);
		struct kpi_slice *slice = &out[count];
		static const struct sums none;
		struct kpi_pair *resources = hwatt_arena_alloc(arena, (s->sites[site].resource_count + 1) * sizeof(*resources));
		slice->from_s = at_s;
		slice->to_s = months && month.to_s < end_s ? month.to_s : end_s;
		struct window part = { WINDOW_MONTH, slice->from_s, slice->to_s };
		const struct sums *of = !months ? sums : e->by_request ? evaluation_requested(e, (size_t)(s - e->subjects), &part)
								       : bins_month(&s->bins, at_s);
		subject_slice(s, site, of != NULL ? of : &none, slice);
		subject_resources(s, site, of != NULL ? of : &none, resources);
		slice->resources = resources;
		finish_slice(e, books, slice);
		at_s = slice->to_s;
	}
	return count;
}

static struct kpi_course course_of(const struct evaluation *e, const struct subject *s, size_t pair, int64_t from_s, int64_t to_s)
{
	const struct course *course = NULL;
	if (pair != SUBJECT_NO_PAIR)
		course = courses_find(&e->courses, abacus_sum(e->abacus, (size_t)(s - e->subjects), pair));
	return course != NULL ? course_window(course, from_s, to_s) : (struct kpi_course){0};
}

void evaluation_books_add(struct evaluation *e, const struct subject *s, const struct window *window, int64_t until_s,
			  const struct sums *sums, struct subject_period *period)
{
	int64_t end_s = until_s < window->to_s ? until_s : window->to_s;
	size_t most = (size_t)((end_s > window->from_s ? end_s - window->from_s : 0) / (27 * INT64_C(86400))) + 2;
	bool any = evaluation_books_any(e, s), hourly = any && evaluation_books_hourly(e, s);
	period->arena = hwatt_arena_new();
	for (size_t i = 0; i < s->site_count; i++) {
		const struct site_books *books = books_of(e, s->sites[i].site);
		struct kpi_site *site = &period->sites[i];
		site->ruleset = books->ruleset;
		if (books->demand != NULL && end_s > window->from_s)
			site->pd_it_mw = average_over_time(books->demand, books->state_count, window->from_s, end_s);
		if (!any)
			continue;
		struct kpi_slice *slices = hwatt_arena_alloc(period->arena, most * sizeof(*slices));
		site->slice_count = make_slices(e, s, i, window, end_s, sums, period->arena, slices);
		add_registers(e, &s->sites[i], period->arena, site);
		site->slices = slices;
		site->track_count = books->track_count;
		site->tracks = books->tracks;
		site->onsite_renewable = certificate_renewable((enum certificate_technology)books->site->onsite);
		site->has_it = s->sites[i].whole_it != SUBJECT_NO_PAIR;
		site->has_carbon_free = hourly && factor_of(e, books->site, FACTOR_CARBON_FREE, 2999).known;
		if (!hourly)
			continue;
		site->dc_course = course_of(e, s, s->sites[i].whole_dc, window->from_s, end_s);
		site->onsite_course = course_of(e, s, s->sites[i].whole_onsite, window->from_s, end_s);
		if (s->contract != NULL)
			site->own_course = course_of(e, s, s->sites[i].it, window->from_s, end_s);
	}
	period->period.hourly = hourly;
	period->period.servers = e->books->servers[s - e->subjects];
	period->period.certificates = e->books->owned[s - e->subjects].rows;
	period->period.certificate_count = e->books->owned[s - e->subjects].count;
}
