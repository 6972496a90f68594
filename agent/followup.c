/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "followup.h"
#include "allocation.h"
#include "ask.h"
#include "books.h"
#include "evaluation_books.h"
#include "followup_private.h"
#include "supplier_figure.h"
#include "verdict_history.h"
#include <assert.h>
#include <hallwatt/text.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_OF_A_MONTH 31      /* a period of at most so many days has a part for each */
#define GOOD_COVERAGE_PPM 950000

/* --- the period -------------------------------------------------------------------------------------------------- */

/* Reads `count` digits; -1 when there are others. */
static int digits(const char **at, int count)
{
	int value = 0;
	for (; count > 0; count--, (*at)++) {
		if (**at < '0' || **at > '9')
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

static int month_days(int year, int month)
{
	return (int)(civil_day(month == 12 ? year + 1 : year, month % 12 + 1, 1) - civil_day(year, month, 1));
}

/* "-MM-DD" behind the year. */
static bool read_day(const char **at, int64_t *day)
{
	int year = digits(at, 4), month = -1, mday = -1;
	if (year >= 1970 && *(*at)++ == '-')
		month = digits(at, 2);
	if (month >= 1 && month <= 12 && *(*at)++ == '-')
		mday = digits(at, 2);
	if (mday < 1 || mday > month_days(year, month))
		return false;
	*day = civil_day(year, month, mday);
	return true;
}

static bool read_period(const char *text, int64_t *from_day, int64_t *to_day)
{
	const char *at = text;
	if (strlen(text) == 22)
		return read_day(&at, from_day) && at[0] == '.' && at[1] == '.' && (at += 2, read_day(&at, to_day)) &&
		       *to_day >= *from_day;
	int year = digits(&at, 4), first = 1, last = 12;
	if (year < 1970)
		return false;
	if (at[0] == '-' && at[1] == 'Q') {
		at += 2;
		first = digits(&at, 1) * 3 - 2;
		last = first + 2;
	} else if (at[0] == '-') {
		at++;
		first = last = digits(&at, 2);
	}
	if (*at != '\0' || first < 1 || last > 12)
		return false;
	*from_day = civil_day(year, first, 1);
	*to_day = civil_day(year, last, month_days(year, last));
	return true;
}

int followup_period(const char *text, int64_t *from_day, int64_t *to_day, struct hwatt_error *err)
{
	if (read_period(text, from_day, to_day))
		return 0;
	return hwatt_fail(err, HWATT_EINVAL, "\"%.40s\" is not a period; write 2026, 2026-Q3, 2026-10 or 2026-01-01..2026-06-30", text);
}

/* --- strings ----------------------------------------------------------------------------------------------------- */

const char *followup_keep(const struct making *m, const char *text)
{
	return text == NULL || text[0] == '\0' ? "" : hwatt_arena_strdup(m->arena, text);
}

/* An absent language stays absent. */
static struct hwatt_texts keep_texts(const struct making *m, struct hwatt_texts texts)
{
	return (struct hwatt_texts){ .sv = texts.sv != NULL ? followup_keep(m, texts.sv) : NULL,
				     .nb = texts.nb != NULL ? followup_keep(m, texts.nb) : NULL,
				     .en = texts.en != NULL ? followup_keep(m, texts.en) : NULL };
}

struct hwatt_texts followup_translated(const char *english)
{
	return (struct hwatt_texts){ .sv = hwatt_tr(HWATT_SV, english), .nb = hwatt_tr(HWATT_NB, english), .en = english };
}

/* --- figures ----------------------------------------------------------------------------------------------------- */

static struct window clip(const struct subject *s, struct window window)
{
	window.from_s = window.from_s > s->from_s ? window.from_s : s->from_s;
	window.to_s = window.to_s < s->to_s ? window.to_s : s->to_s;
	return window;
}

static struct hwatt_view_kpi keep_figure(const struct making *m, const struct hwatt_view_kpi *figure)
{
	struct hwatt_view_kpi kept = *figure;
	kept.subject = followup_keep(m, figure->subject);
	kept.kpi = followup_keep(m, figure->kpi);
	kept.part = followup_keep(m, figure->part);
	kept.unit = followup_keep(m, figure->unit);
	kept.ruleset = followup_keep(m, figure->ruleset);
	kept.ruleset_hash = followup_keep(m, figure->ruleset_hash);
	kept.label = followup_keep(m, figure->label);
	return kept;
}

/* The parts of the period that have begun, for the subject; room for all. */
static size_t cut(const struct making *m, const struct subject *s, struct window *parts)
{
	enum window_kind kind = m->to_day - m->from_day < DAYS_OF_A_MONTH ? WINDOW_DAY : WINDOW_MONTH;
	struct window whole = window_containing(s->zone, WINDOW_CONTRACT, 0, m->from_day, m->to_day);
	size_t count = 0;
	for (int64_t at_s = whole.from_s; at_s < whole.to_s && at_s < m->until_s;) {
		struct window part = window_containing(s->zone, kind, at_s, m->from_day, m->to_day);
		at_s = part.to_s;
		part = clip(s, part);
		if (part.from_s < part.to_s && part.from_s < m->until_s)
			parts[count++] = part;
	}
	return count;
}

/* Puts figure `n` of the whole period and of its parts. */
static struct hwatt_followup_series make_series(const struct making *m, const struct hwatt_view_kpi *whole, size_t n,
						const struct hwatt_view_kpi *const *parts, size_t count)
{
	struct hwatt_view_kpi *kept = hwatt_arena_alloc(m->arena, (count + 1) * sizeof(*kept));
	struct hwatt_followup_series series = { .whole = keep_figure(m, whole), .count = count, .parts = kept };
	series.whole.window = "period";
	series.subject_kind = series.whole.subject_kind;
	series.subject = series.whole.subject;
	series.kpi = series.whole.kpi;
	series.part = series.whole.part;
	series.unit = series.whole.unit;
	for (size_t i = 0; i < count; i++) {
		assert(strcmp(parts[i][n].kpi, whole->kpi) == 0 && strcmp(parts[i][n].part, whole->part) == 0); /* what applies to a subject does not depend on the time */
		kept[i] = keep_figure(m, &parts[i][n]);
	}
	return series;
}

static void add_series(struct making *m, size_t subject)
{
	const struct subject *s = &m->e->subjects[subject];
	size_t room = (size_t)(m->to_day - m->from_day) + 2;
	struct window *windows = hwatt_alloc(room * sizeof(*windows));
	const struct hwatt_view_kpi *whole, **parts = hwatt_alloc(room * sizeof(*parts));
	struct window all = clip(s, window_containing(s->zone, WINDOW_CONTRACT, 0, m->from_day, m->to_day));
	size_t count = cut(m, s, windows);
	size_t figures = count > 0 ? evaluation_figures(m->e, subject, &all, m->arena, &whole) : 0;
	for (size_t i = 0; i < count; i++)
		evaluation_figures(m->e, subject, &windows[i], m->arena, &parts[i]);
	struct hwatt_followup_series *series =
		hwatt_arena_alloc(m->arena, (m->followup.series_count + figures + 1) * sizeof(*series));
	if (m->followup.series_count > 0)
		memcpy(series, m->followup.series, m->followup.series_count * sizeof(*series));
	for (size_t n = 0; n < figures; n++)
		series[m->followup.series_count++] = make_series(m, &whole[n], n, parts, count);
	m->followup.series = series;
	free(windows);
	free(parts);
}

/* --- requirements ------------------------------------------------------------------------------------------------ */

static struct hwatt_texts deliveries(const struct making *m, const struct requirement *r)
{
	return (struct hwatt_texts){ .sv = followup_keep(m, requirement_deliver(r, HWATT_SV)), .nb = followup_keep(m, requirement_deliver(r, HWATT_NB)),
				     .en = followup_keep(m, requirement_deliver(r, HWATT_EN)) };
}

static struct hwatt_followup_requirement make_requirement(const struct making *m, const struct requirement *r)
{
	struct hwatt_followup_requirement out = {
		.verdict = evaluation_verdict(m->e, m->e->subject_count - 1, r, m->arena), .package = followup_keep(m, r->package),
		.template_id = followup_keep(m, r->template_id), .source = keep_texts(m, r->source), .stage = followup_keep(m, r->stage),
		.risk = followup_keep(m, r->risk), .area = followup_keep(m, r->area), .verification = keep_texts(m, r->verification), .deliver = deliveries(m, r),
	};
	out.verdict.contract = followup_keep(m, out.verdict.contract);
	out.verdict.requirement = followup_keep(m, out.verdict.requirement);
	out.verdict.unit = followup_keep(m, out.verdict.unit);
	out.verdict.title = keep_texts(m, r->title);
	out.forecast = out.verdict.forecast;
	out.ask = ask_about(&out.verdict);
	return out;
}

/* What was found up to the end of the period, oldest first, and since when the status is what it was then. */
static int add_changes(const struct making *m, struct hwatt_followup_requirement *out, struct hwatt_error *err)
{
	struct verdict_change *all;
	size_t count;
	if (verdict_history_read(m->e->store, out->verdict.contract, out->verdict.requirement, &all, &count, err) < 0)
		return -1;
	struct hwatt_followup_change *kept = hwatt_arena_alloc(m->arena, (count + 1) * sizeof(*kept));
	for (size_t i = 0; i < count && all[i].at_s < m->until_s + EVALUATION_GRACE_S + QUARTER_S; i++) {
		kept[out->change_count++] = (struct hwatt_followup_change){ all[i].at_s, all[i].status, followup_keep(m, all[i].reasons),
									    all[i].from_s, all[i].to_s };
		bool went_on = i > 0 && all[i - 1].status == all[i].status; /* with other reasons */
		out->since_s = went_on ? out->since_s : all[i].at_s;
	}
	if (out->change_count > 0 && kept[out->change_count - 1].status != out->verdict.status)
		out->since_s = 0; /* what came late has changed it */
	out->changes = kept;
	free(all);
	return 0;
}

static void add_requirements(struct making *m)
{
	const struct contract *contract = m->scope->contract;
	const struct requirement *items = contract->requirements.items;
	struct hwatt_followup_requirement *out =
		hwatt_arena_alloc(m->arena, (contract->requirements.count + 1) * sizeof(*out));
	for (size_t i = 0; i < contract->requirements.count; i++)
		out[i] = make_requirement(m, &items[i]);
	m->followup.requirement_count = contract->requirements.count;
	m->followup.requirements = out;
}

/* --- what the supplier says -------------------------------------------------------------------------------------- */

/* The measured figure of the same days: the contract's, or else that of its only site. */
static bool measured(struct making *m, const struct supplier_figure *row, const struct window *window, struct kpi *out, const char **unit)
{
	if (evaluation_figure(m->e, m->e->subject_count - 1, row->figure, window, out, unit))
		return true;
	return m->scope->site_count == 1 && evaluation_figure(m->e, 0, row->figure, window, out, unit);
}

/* Figures that the supplier reported for days of the period, beside the measured ones. */
static void add_comparisons(struct making *m)
{
	size_t count;
	const struct supplier_figure *rows = books_supplier_figures(m->e->inventory->config->books, &count);
	struct hwatt_followup_comparison *out = hwatt_arena_alloc(m->arena, (count + 1) * sizeof(*out));
	m->followup.comparison_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].contract, m->contract->id) != 0 || rows[i].from_day < m->from_day || rows[i].to_day > m->to_day)
			continue;
		struct window window = window_containing(m->contract->zone, WINDOW_CONTRACT, 0, rows[i].from_day, rows[i].to_day);
		struct kpi ours = { .known = false };
		const char *unit = supplier_figure_unit(&rows[i]);
		struct window held = clip(m->contract, window);
		bool whole = held.from_s == window.from_s && held.to_s == window.to_s && window.to_s <= m->until_s;
		if (whole && !measured(m, &rows[i], &window, &ours, &unit))
			ours = (struct kpi){ .known = false };
		struct hwatt_followup_comparison *c = &out[m->followup.comparison_count++];
		*c = supplier_figure_compare(&rows[i], &ours, unit, window.from_s, window.to_s, GOOD_COVERAGE_PPM);
		c->figure = followup_keep(m, c->figure);
		c->author = followup_keep(m, c->author);
		c->document = followup_keep(m, c->document);
	}
	m->followup.comparisons = out;
}

/* The rules that figures were computed by, each once. */
static void add_rulesets(struct making *m)
{
	struct hwatt_followup_ruleset *out = hwatt_arena_alloc(m->arena, (m->followup.series_count + 1) * sizeof(*out));
	for (size_t i = 0; i < m->followup.series_count; i++) {
		const struct hwatt_view_kpi *figure = &m->followup.series[i].whole;
		bool known = figure->ruleset[0] == '\0';
		for (size_t k = 0; k < m->followup.ruleset_count; k++)
			known |= strcmp(out[k].hash, figure->ruleset_hash) == 0;
		if (!known)
			out[m->followup.ruleset_count++] = (struct hwatt_followup_ruleset){ figure->ruleset, figure->ruleset_hash };
	}
	m->followup.rulesets = out;
}

/* --- events and documents ---------------------------------------------------------------------------------------- */

struct events { struct making *m; size_t count, capacity; struct hwatt_followup_event *items; };

static bool has_device(const struct inventory_sum *sum, const char *device)
{
	for (size_t i = 0; i < sum->count; i++)
		if (strcmp(sum->meters[i].device->device.id, device) == 0)
			return true;
	return false;
}

/* Whether the device measures water or heat of one of the scope's sites. */
static bool measures_for(const struct config *config, const struct inventory_scope *scope, const char *device)
{
	for (size_t i = 0; i < config->device_count; i++) {
		const struct config_device *d = &config->devices[i];
		for (size_t s = 0; s < scope->site_count && config_details(d)->measures.count > 0; s++)
			if (strcmp(d->device.id, device) == 0 && strcmp(d->device.site, scope->sites[s]->site->id) == 0)
				return true;
	}
	return false;
}

/* Whether a device is the contract's, or one that its sites' overhead is measured by. */
static bool concerns(const struct config *config, const struct inventory_scope *scope, const char *device)
{
	static const enum hwatt_power_role common[] = { HWATT_POWER_GRID, HWATT_POWER_ONSITE, HWATT_POWER_GENERATOR,
							HWATT_POWER_UPS_INPUT, HWATT_POWER_UPS_OUTPUT, HWATT_POWER_COOLING };
	if (device[0] == '\0' || has_device(&scope->energy, device)) /* without a device: the clock */
		return true;
	for (size_t i = 0; i < scope->subject_count; i++)
		if (strcmp(scope->subjects[i].device->device.id, device) == 0)
			return true;
	if (measures_for(config, scope, device))
		return true;
	for (size_t i = 0; i < scope->site_count; i++)
		for (size_t r = 0; r < sizeof(common) / sizeof(common[0]); r++)
			if (has_device(&scope->sites[i]->power[common[r]], device))
				return true;
	return false;
}

static void put_event(struct events *events, const struct hwatt_followup_event *event)
{
	if (events->count == events->capacity) {
		events->capacity = events->capacity == 0 ? 16 : events->capacity * 2;
		events->items = hwatt_realloc(events->items, events->capacity * sizeof(*events->items));
	}
	events->items[events->count++] = *event;
}

static int see_event(void *arg, const struct store_event *event)
{
	struct events *events = arg;
	const struct making *m = events->m;
	if (concerns(m->e->inventory->config, m->scope, event->device))
		put_event(events, &(struct hwatt_followup_event){ .at_s = event->at_ms / 1000, .kind = followup_keep(m, event->kind),
								  .device = followup_keep(m, event->device), .subject = followup_keep(m, event->subject),
								  .before = followup_keep(m, event->before), .after = followup_keep(m, event->after) });
	return 0;
}

/* What the contract's register of activities has in the period. */
static void see_activities(struct events *events)
{
	static const char *const kinds[] = { [ACTIVITY_FOLLOW_UP] = "follow_up", [ACTIVITY_AUDIT] = "audit",
					     [ACTIVITY_REPORT] = "report", [ACTIVITY_FINDING] = "finding",
					     [ACTIVITY_REFILL] = "refill", [ACTIVITY_INCIDENT] = "incident" };
	const struct making *m = events->m;
	const struct hwatt_list *list = &m->scope->contract->registers.activities;
	const struct register_activity *items = list->items;
	for (size_t i = 0; i < list->count; i++)
		if (items[i].day >= m->from_day && items[i].day <= m->to_day)
			put_event(events, &(struct hwatt_followup_event){ .at_s = zone_day_start(m->contract->zone, items[i].day),
									  .kind = kinds[items[i].kind], .device = "",
									  .subject = followup_keep(m, items[i].title), .before = "",
									  .after = followup_keep(m, items[i].result) });
}

static int compare_events(const void *left, const void *right)
{
	const struct hwatt_followup_event *a = left, *b = right;
	return (a->at_s > b->at_s) - (a->at_s < b->at_s);
}

static int add_events(struct making *m, struct hwatt_error *err)
{
	struct events events = { .m = m };
	int rc = store_events(m->e->store, m->followup.from_s * 1000, m->followup.to_s * 1000, see_event, &events, err);
	see_activities(&events);
	if (events.count > 0)
		qsort(events.items, events.count, sizeof(*events.items), compare_events);
	struct hwatt_followup_event *kept = hwatt_arena_alloc(m->arena, (events.count + 1) * sizeof(*kept));
	if (events.count > 0)
		memcpy(kept, events.items, events.count * sizeof(*kept));
	free(events.items);
	m->followup.events = kept;
	m->followup.event_count = events.count;
	return rc;
}

static int compare_documents(const void *left, const void *right)
{
	const struct hwatt_followup_document *a = left, *b = right;
	if (a->to_day != b->to_day)
		return a->to_day < b->to_day ? -1 : 1;
	return strcmp(a->id, b->id);
}

static void add_documents(struct making *m)
{
	static const char *const states[] = { [DOC_SUBMITTED] = "submitted", [DOC_ACCEPTED] = "accepted",
					      [DOC_REJECTED] = "rejected", [DOC_WITHDRAWN] = "withdrawn" };
	const struct hwatt_list *list = &m->scope->contract->registers.documents;
	const struct register_document *items = list->items;
	struct hwatt_followup_document *out = hwatt_arena_alloc(m->arena, (list->count + 1) * sizeof(*out));
	int64_t last_day = m->followup.open ? zone_day(m->contract->zone, m->until_s) : m->to_day;
	for (size_t i = 0; i < list->count; i++) {
		const struct register_document *d = &items[i];
		if (d->superseded_day != 0 && d->superseded_day <= last_day)
			continue;
		int64_t to_day = d->to_day != 0 ? d->to_day : INT64_MAX;
		out[m->followup.document_count++] = (struct hwatt_followup_document){
			.id = followup_keep(m, d->id), .type = document_type_words[d->type], .title = followup_keep(m, d->title),
			.issuer = followup_keep(m, d->issuer), .status = states[d->status], .requirement = followup_keep(m, d->requirement),
			.from_day = d->from_day != 0 ? d->from_day : d->issued_day, .to_day = to_day,
			.days_left = to_day != INT64_MAX ? to_day - last_day : INT64_MAX, .sha256 = followup_keep(m, d->sha256) };
	}
	if (m->followup.document_count > 0)
		qsort(out, m->followup.document_count, sizeof(*out), compare_documents);
	m->followup.documents = out;
}

/* --- notes ------------------------------------------------------------------------------------------------------- */

static bool has_series(const struct making *m, const char *kind, const char *kpi)
{
	for (size_t i = 0; i < m->followup.series_count; i++)
		if (strcmp(m->followup.series[i].kpi, kpi) == 0 && strcmp(m->followup.series[i].subject_kind, kind) == 0)
			return true;
	return false;
}

static bool lacks_coverage(const struct making *m)
{
	for (size_t i = 0; i < m->followup.series_count; i++)
		if (strcmp(m->followup.series[i].subject_kind, "contract") == 0 &&
		    m->followup.series[i].whole.coverage_ppm < GOOD_COVERAGE_PPM)
			return true;
	return false;
}

static bool lacks_accuracy(const struct making *m)
{
	for (size_t i = 0; i < m->scope->energy.count; i++)
		if (config_details(m->scope->energy.meters[i].device)->accuracy_ppm == 0)
			return true;
	return false;
}

static bool has_shares(const struct making *m)
{
	for (size_t i = 0; i < m->scope->energy.count; i++)
		if (m->scope->energy.meters[i].share_ppm != HWATT_PPM)
			return true;
	return false;
}

/* Whether a site of the contract shares out its overhead by energy alone, or (not `proportional`) by reserved power too. */
static bool shares_out(const struct making *m, bool proportional)
{
	for (size_t i = 0; i < m->scope->site_count; i++)
		if ((m->scope->sites[i]->site->allocation.rule == ALLOCATION_PROPORTIONAL) == proportional)
			return true;
	return false;
}

static void add_notes(struct making *m)
{
	bool energy = has_series(m, "contract", "energy_it");
	bool pue = has_series(m, "contract", "pue1") || has_series(m, "contract", "pue2") || has_series(m, "contract", "pue3");
	const struct { bool holds; const char *code, *text; } rows[] = {
		{ m->followup.open, "PERIOD_OPEN",
		  HWATT_N("The period is not over: figures are of the part that has passed, and may still change.") },
		{ pue && shares_out(m, true), "PROPORTIONAL_ALLOCATION",
		  HWATT_N("What cooling and losses use is allocated in proportion to IT energy. The PUE of the contract is therefore that of "
			  "its site, whatever its own equipment does.") },
		{ pue && shares_out(m, false), "RESERVED_ALLOCATION",
		  HWATT_N("What cooling and losses use is allocated wholly or in part by reserved power, as agreed for the site. The PUE that is "
			  "shown is nevertheless that of the whole site.") },
		{ has_shares(m), "SHARED_HARDWARE",
		  HWATT_N("Hardware that several customers share counts with the share that the contract states.") },
		{ energy, "INFORMATIVE_METERS",
		  HWATT_N("Energy is measured by the equipment's own meters, which are not approved for billing. The figures are informative.") },
		{ energy && lacks_accuracy(m), "UNCERTAINTY_UNKNOWN",
		  HWATT_N("The accuracy of at least one meter is not stated, so that the uncertainty of what it measures is not known.") },
		{ lacks_coverage(m), "COVERAGE",
		  HWATT_N("Parts of the period were not measured; the coverage stands beside each figure. What is missing is not estimated.") },
	};
	size_t most = sizeof(rows) / sizeof(rows[0]);
	struct hwatt_followup_note *out = hwatt_arena_alloc(m->arena, most * sizeof(*out));
	for (size_t i = 0; i < most; i++)
		if (rows[i].holds)
			out[m->followup.note_count++] = (struct hwatt_followup_note){ rows[i].code, followup_translated(rows[i].text) };
	m->followup.notes = out;
}

/* --- all of it --------------------------------------------------------------------------------------------------- */

static int find_contract(const struct inventory *inventory, const char *id, const struct inventory_scope **out,
			 struct hwatt_error *err)
{
	struct hwatt_text known;
	for (size_t i = 0; i < inventory->scope_count; i++)
		if (strcmp(inventory->scopes[i].contract->id, id) == 0) {
			*out = &inventory->scopes[i];
			return 0;
		}
	hwatt_text_init(&known, 120);
	for (size_t i = 0; i < inventory->scope_count; i++)
		hwatt_text_printf(&known, "%s%s", i > 0 ? ", " : "", inventory->scopes[i].contract->id);
	hwatt_fail(err, HWATT_EINVAL, "there is no contract \"%.60s\"; there %s %s", id, inventory->scope_count == 1 ? "is" : "are",
		   inventory->scope_count == 0 ? "none" : hwatt_text_ok(&known) ? hwatt_text_string(&known) : "others");
	hwatt_text_free(&known);
	return -1;
}

static int64_t settled_by(int64_t now_s)
{
	int64_t at_s = now_s - EVALUATION_GRACE_S;
	return at_s - (at_s % QUARTER_S + QUARTER_S) % QUARTER_S;
}

/* Sets the times, when the period is one that can be reported. */
static int set_period(struct making *m, const char *period, int64_t now_s, struct hwatt_error *err)
{
	const struct subject *s = m->contract;
	struct window window = window_containing(s->zone, WINDOW_CONTRACT, 0, m->from_day, m->to_day);
	int64_t settled_s = settled_by(now_s);
	if (window.to_s <= s->from_s || window.from_s >= s->to_s)
		return hwatt_fail(err, HWATT_EINVAL, "contract %s is not valid in %s", s->id, period);
	if (window.from_s >= settled_s || s->from_s >= settled_s)
		return hwatt_fail(err, HWATT_ENODATA, "%s has not begun, or the contract has not", period);
	m->followup.from_s = window.from_s;
	m->followup.to_s = window.to_s;
	m->followup.open = window.to_s > settled_s;
	m->until_s = window.to_s < settled_s ? window.to_s : settled_s;
	m->e->settled_s = m->until_s;
	m->e->closed_after_s = window.from_s;
	return 0;
}

static void add_head(struct making *m, const char *period, int64_t now_s)
{
	const struct contract *c = m->scope->contract;
	const char **sites = hwatt_arena_alloc(m->arena, (m->scope->site_count + 1) * sizeof(*sites));
	for (size_t i = 0; i < m->scope->site_count; i++)
		sites[i] = followup_keep(m, m->scope->sites[i]->site->id);
	m->followup.sites = sites;
	m->followup.site_count = m->scope->site_count;
	m->followup.contract = (struct hwatt_view_contract){ .id = followup_keep(m, c->id), .buyer = followup_keep(m, c->buyer),
							     .supplier = followup_keep(m, c->supplier), .title = keep_texts(m, c->title),
							     .from_day = c->valid.from_day, .to_day = c->valid.to_day };
	m->followup.period = followup_keep(m, period);
	m->followup.generated_s = now_s;
	m->followup.version = HALLWATT_VERSION;
	m->followup.timezone = m->scope->site_count > 0 ? followup_keep(m, m->scope->sites[0]->site->timezone) : "UTC";
	m->followup.config_hash = followup_keep(m, m->e->inventory->config->hash);
}

/* Figures and verdicts: the first time to learn which windows they need, the second time with their sums. */
static void add_measured(struct making *m)
{
	m->followup.series_count = 0;
	add_series(m, m->e->subject_count - 1);
	for (size_t i = 0; i + 1 < m->e->subject_count; i++)
		add_series(m, i);
	add_requirements(m);
	add_comparisons(m);
}

static int make(struct making *m, const char *period, int64_t now_s, struct hwatt_error *err)
{
	struct hwatt_arena *kept = m->arena;
	m->contract = &m->e->subjects[m->e->subject_count - 1];
	if (set_period(m, period, now_s, err) < 0 || happenings_read(&m->e->happenings, m->e->store, m->until_s, err) < 0)
		return -1;
	m->arena = hwatt_arena_new();
	add_measured(m);
	hwatt_arena_free(m->arena);
	m->arena = kept;
	m->followup.series = NULL;
	if (evaluation_gather(m->e, err) < 0)
		return -1;
	add_measured(m);
	struct hwatt_followup_requirement *requirements = (struct hwatt_followup_requirement *)(uintptr_t)m->followup.requirements;
	for (size_t i = 0; i < m->followup.requirement_count; i++)
		if (add_changes(m, &requirements[i], err) < 0)
			return -1;
	add_head(m, period, now_s);
	add_documents(m);
	add_rulesets(m);
	add_notes(m);
	followup_certificates(m);
	return add_events(m, err);
}

int followup_make(const struct inventory *inventory, struct store *reader, const struct followup_ask *ask,
		  const struct hwatt_followup **out, struct hwatt_error *err)
{
	struct making *m = hwatt_alloc(sizeof(*m));
	const struct ruleset *rules = ask->ruleset != NULL ? books_ruleset(inventory->config->books, ask->ruleset) : NULL;
	int rc = followup_period(ask->period, &m->from_day, &m->to_day, err);
	m->arena = hwatt_arena_new();
	if (rc == 0)
		rc = find_contract(inventory, ask->contract, &m->scope, err);
	if (rc == 0 && rules == NULL && ask->ruleset != NULL)
		rc = hwatt_fail(err, HWATT_EINVAL, "there is no ruleset \"%.60s\"", ask->ruleset);
	if (rc == 0 && (rc = store_begin(reader, err)) == 0) { /* all of it sees one state */
		rc = evaluation_open_report(inventory, m->scope, reader, ask->now_s, &m->e, err);
		if (rc == 0 && rules != NULL)
			evaluation_books_rule(m->e->books, rules);
		if (rc == 0)
			rc = make(m, ask->period, ask->now_s, err);
		store_rollback(reader);
	}
	evaluation_close(m->e);
	m->e = NULL;
	m->scope = NULL;
	m->contract = NULL;
	if (rc == 0)
		*out = &m->followup;
	else
		followup_free(&m->followup);
	return rc;
}

void followup_free(const struct hwatt_followup *followup)
{
	if (followup == NULL)
		return;
	struct making *m = (struct making *)(uintptr_t)followup; /* its first member */
	hwatt_arena_free(m->arena);
	free(m);
}
