/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The values of the yearly report, from sums and books. */
#include "eu_report.h"
#include "average.h"
#include "claim.h"
#include "fraction.h"
#include "kpi_private.h"
#include <hallwatt/language.h>
#include <hallwatt/text.h>
#include <math.h>
#include <string.h>

#define MILLION INT64_C(1000000)
#define KWH_MICRO (KPI_PER_KWH / MILLION)
#define DAY_MS INT64_C(86400000)
#define ENERGY_NOTE HWATT_N("a measured share of the year; nothing is added for the rest")

struct filling {
	const struct eu_report_facts *facts;
	const struct kpi_site *site;
	struct hwatt_arena *arena;
	struct hwatt_eu_report *out;
	int64_t days;             /* of the year */
};

static struct hwatt_eu_value *value_of(struct filling *f, enum hwatt_eu_field field)
{
	return &f->out->values[field];
}

static void missing(struct filling *f, enum hwatt_eu_field field, const char *why)
{
	*value_of(f, field) = (struct hwatt_eu_value){ .text = "", .quality = 'X', .method = "", .note = why };
}

static void text(struct filling *f, enum hwatt_eu_field field, const char *words, const char *key)
{
	if (words[0] == '\0') {
		missing(f, field, hwatt_arena_printf(f->arena, "not stated: %s of the site", key));
		return;
	}
	*value_of(f, field) = (struct hwatt_eu_value){ .status = HWATT_EU_MEASURED, .text = words, .coverage_ppm = HWATT_PPM, .quality = 'M',
						       .method = HWATT_N("configuration"), .note = "" };
}

static const char *with_contact(struct filling *f, const char *name, const char *contact)
{
	return contact[0] != '\0' && name[0] != '\0' ? hwatt_arena_printf(f->arena, "%s, %s", name, contact) : name;
}

static void put_annex1(struct filling *f)
{
	const struct config_data_centre *dc = &f->facts->site->data_centre;
	text(f, HWATT_EU_DC_NAME, f->facts->site->name, "name");
	text(f, HWATT_EU_OWNER, with_contact(f, dc->owner, dc->owner_contact), "data_centre.owner");
	text(f, HWATT_EU_OPERATOR, with_contact(f, dc->operator, dc->operator_contact), "data_centre.operator");
	text(f, HWATT_EU_LOCATION_LAU, dc->lau, "data_centre.lau");
	text(f, HWATT_EU_LOCATION_NUTS3, dc->nuts3, "data_centre.nuts3");
	text(f, HWATT_EU_DC_TYPE, config_data_centre_type(dc->type), "data_centre.type");
	text(f, HWATT_EU_OPERATION_START, dc->operation_start, "data_centre.operation_start");
	text(f, HWATT_EU_ELEC_REDUNDANCY, dc->elec_redundancy, "data_centre.electrical_redundancy");
	text(f, HWATT_EU_ELEC_REDUNDANCY_RACK, dc->elec_redundancy_rack, "data_centre.electrical_redundancy_rack");
	text(f, HWATT_EU_COOL_REDUNDANCY, dc->cool_redundancy, "data_centre.cooling_redundancy");
	text(f, HWATT_EU_COOL_REDUNDANCY_RACK, dc->cool_redundancy_rack, "data_centre.cooling_redundancy_rack");
}

/* --- numbers ----------------------------------------------------------------------------------------------------- */

struct amount { /* of the year; {0}: nothing is known */
	bool any, estimated, customer, unrated;
	bool read, polled;        /* by people, by us */
	struct hwatt_ratio number;
	struct hwatt_ratio coverage;
	double u;                 /* in the number's unit */
	char quality;
	const char *method, *note;
};

static void number(struct filling *f, enum hwatt_eu_field field, const struct amount *a, const char *why)
{
	struct hwatt_eu_value *v = value_of(f, field);
	if (!a->any) {
		missing(f, field, why);
		return;
	}
	*v = (struct hwatt_eu_value){ .status = a->estimated ? HWATT_EU_ESTIMATED : a->customer ? HWATT_EU_CUSTOMER_REPORTED : HWATT_EU_MEASURED,
				      .number = a->number, .text = "", .quality = a->quality, .method = a->method,
				      .note = a->note != NULL ? a->note : "" };
	v->coverage_ppm = (int64_t)(a->coverage.num * HWATT_PPM / (a->coverage.den > 0 ? a->coverage.den : 1));
	double whole = hwatt_ratio_double(a->number);
	v->u_known = !a->unrated && whole > 0;
	if (v->u_known)
		v->u_rel = (struct hwatt_ratio){ (hwatt_i128)ceil(a->u / whole * 1e9), 1000000000 };
	if (v->coverage_ppm < HWATT_PPM && v->note[0] == '\0')
		v->note = ENERGY_NOTE;
}

/* Energy of all months, in kWh. */
static struct amount energy(const struct filling *f, const struct kpi_pair *(*of)(const struct kpi_slice *slice))
{
	struct kpi_pair sum = {0};
	for (size_t i = 0; i < f->site->slice_count; i++)
		kpi_pair_add(&sum, of(&f->site->slices[i]), 1);
	struct amount a = { .any = sum.covered_ms > 0, .unrated = sum.unrated > 0, .number = { sum.num, KPI_PER_KWH },
			    .coverage = kpi_part_of(sum.covered_ms, f->facts->period->span.total * QUARTER_MS),
			    .quality = kpi_pair_quality(&sum), .method = HWATT_N("meters") };
	a.u = (double)sum.num_mpe / 1e6 / sqrt(3.0) / (double)KPI_PER_KWH;
	return a;
}

static const struct kpi_pair *dc_of(const struct kpi_slice *slice)
{
	return &slice->dc;
}

static const struct kpi_pair *it_of(const struct kpi_slice *slice)
{
	return &slice->it;
}

static const struct kpi_pair *generator_of(const struct kpi_slice *slice)
{
	return &slice->generator;
}

static const struct kpi_pair *onsite_of(const struct kpi_slice *slice)
{
	return &slice->onsite;
}

static bool is_of(const struct filling *f, const struct logbook_track *track, enum logbook_quantity quantity)
{
	return track->quantity == quantity && strcmp(track->site, f->facts->site->id) == 0;
}

static int64_t overlap(const struct filling *f, const struct logbook_spell *spell)
{
	int64_t from = spell->from_day > f->facts->from_day ? spell->from_day : f->facts->from_day;
	int64_t to = spell->to_day < f->facts->until_day ? spell->to_day : f->facts->until_day;
	return to > from ? to - from : 0;
}

static void note_row(struct amount *a, const struct logbook_spell *spell)
{
	a->any = true;
	a->estimated |= spell->estimated;
	a->customer |= spell->row->customer;
	a->quality = spell->estimated ? 'E' : a->quality;
	a->read = true;
	a->method = a->polled ? HWATT_N("meters and readings") : spell->row->document[0] != '\0' ? spell->row->document : HWATT_N("readings");
}

/* The same track as the figures see it; NULL: they have none. */
static const struct kpi_track *seen_as(const struct filling *f, const struct logbook_track *track)
{
	for (size_t i = 0; i < f->site->track_count; i++)
		if (f->site->tracks[i].quantity == track->quantity && strcmp(f->site->tracks[i].meter, track->meter) == 0)
			return &f->site->tracks[i];
	return NULL;
}

/* What was written down of one meter in the year: spells that lie wholly in it. Returns the days that they cover. */
static int64_t take_track(const struct filling *f, const struct logbook_track *track, struct amount *a)
{
	const struct kpi_track *seen = seen_as(f, track);
	int64_t covered = 0;
	for (size_t i = 0; i < track->count; i++) {
		const struct logbook_spell *spell = &track->spells[i];
		if (spell->from_day < f->facts->from_day || spell->to_day > f->facts->to_day)
			continue;
		if (seen != NULL && !kpi_spell_counts(f->site, seen, &seen->spells[i]))
			continue;
		note_row(a, spell);
		covered += spell->to_day - spell->from_day;
		a->number.num += spell->value;
		a->u += (double)spell->value / 1e6 * (double)track->accuracy_ppm / 1e6 / sqrt(3.0);
		a->unrated |= track->accuracy_ppm == 0;
	}
	return covered;
}

/* What a polled register counted in the year. Returns the time that it covers. */
static int64_t take_register(const struct filling *f, size_t resource, struct amount *a)
{
	const struct kpi_resource *of = &f->site->resources[resource];
	struct kpi_pair sum = {0};
	for (size_t i = 0; i < f->site->slice_count; i++)
		kpi_pair_add(&sum, &f->site->slices[i].resources[resource], 1);
	if (sum.covered_ms == 0)
		return 0;
	a->method = a->read ? HWATT_N("meters and readings") : HWATT_N("meters");
	a->polled = true;
	a->any = true;
	a->number.num += kpi_resource_micro(of, sum.num);
	a->u += (double)kpi_resource_micro(of, sum.num_mpe) / 1e12 / sqrt(3.0);
	a->unrated |= sum.unrated > 0;
	a->quality = quality_worse(a->quality, kpi_pair_quality(&sum));
	return sum.covered_ms;
}

/* The register of the same meter as the track; resource_count: none. */
static size_t polled_as(const struct filling *f, const struct logbook_track *track)
{
	const struct kpi_track as = { .quantity = track->quantity, .meter = track->meter };
	size_t r = 0;
	while (r < f->site->resource_count && !kpi_same_meter(&f->site->resources[r], &as))
		r++;
	return r;
}

static bool is_written(const struct filling *f, size_t resource)
{
	const struct logbook *book = &f->facts->books->logbook;
	for (size_t t = 0; t < book->track_count; t++)
		if (is_of(f, &book->tracks[t], f->site->resources[resource].quantity) && polled_as(f, &book->tracks[t]) == resource)
			return true;
	return false;
}

static void cover(struct amount *a, int64_t covered_ms)
{
	if (covered_ms < (int64_t)a->coverage.num)
		a->coverage.num = covered_ms;
}

/* What was polled and written down of the year, all meters added up. */
static struct amount amount(const struct filling *f, enum logbook_quantity quantity)
{
	const struct logbook *book = &f->facts->books->logbook;
	struct amount a = { .number = { 0, MILLION }, .coverage = { f->days * DAY_MS, f->days * DAY_MS }, .quality = 'M' };
	for (size_t t = 0; t < book->track_count; t++) {
		size_t polled = polled_as(f, &book->tracks[t]);
		if (!is_of(f, &book->tracks[t], quantity))
			continue;
		int64_t covered_ms = take_track(f, &book->tracks[t], &a) * DAY_MS;
		cover(&a, covered_ms + (polled < f->site->resource_count ? take_register(f, polled, &a) : 0));
	}
	for (size_t r = 0; r < f->site->resource_count; r++)
		if (f->site->resources[r].quantity == quantity && !is_written(f, r))
			cover(&a, take_register(f, r, &a));
	return a;
}

/* Mean of one state over the days, in millionths: of those that it is stated for, or (a size) of all, 0 where it is not. */
static struct hwatt_ratio state_mean(const struct filling *f, const struct logbook_track *track, bool size, struct amount *a)
{
	hwatt_i128 sum = 0;
	int64_t days = 0;
	for (size_t i = 0; i < track->count; i++) {
		int64_t inside = overlap(f, &track->spells[i]);
		if (inside == 0)
			continue;
		note_row(a, &track->spells[i]);
		sum += track->spells[i].value * inside;
		days += inside;
	}
	int64_t whole = f->facts->until_day - f->facts->from_day;
	if (days < (int64_t)a->coverage.num)
		a->coverage.num = days;
	return (struct hwatt_ratio){ sum, (hwatt_i128)MILLION * (size ? whole : days) };
}

/* Sizes of all meters (rooms, kinds of equipment) added up; before the first statement they are 0. */
static struct amount state(const struct filling *f, enum logbook_quantity quantity)
{
	const struct logbook *book = &f->facts->books->logbook;
	struct amount a = { .number = { 0, 1 }, .coverage = { f->days, f->days }, .quality = 'M', .unrated = true,
			    .note = HWATT_N("weighted by time, 0 before the first statement") };
	for (size_t t = 0; t < book->track_count && f->facts->until_day > f->facts->from_day; t++)
		if (is_of(f, &book->tracks[t], quantity))
			a.number = fraction_plus(a.number, state_mean(f, &book->tracks[t], true, &a));
	a.coverage = (struct hwatt_ratio){ f->facts->until_day - f->facts->from_day, f->days };
	return a;
}

/* Set points of rooms, weighed by their areas; without areas, each the same. */
static struct amount intake(const struct filling *f)
{
	const struct logbook *book = &f->facts->books->logbook;
	struct amount a = { .coverage = { f->days, f->days }, .quality = 'M', .unrated = true, .note = HWATT_N("weighted by computer-room area") };
	struct hwatt_ratio sum = { 0, 1 }, weights = { 0, 1 };
	for (size_t t = 0; t < book->track_count; t++) {
		if (!is_of(f, &book->tracks[t], LOGBOOK_INTAKE_TEMPERATURE))
			continue;
		struct amount aside = { .coverage = { f->days, f->days } };
		struct hwatt_ratio mean = state_mean(f, &book->tracks[t], false, &a), area = { 1, 1 };
		for (size_t r = 0; r < book->track_count; r++)
			if (is_of(f, &book->tracks[r], LOGBOOK_COMPUTER_ROOM_AREA) && strcmp(book->tracks[r].meter, book->tracks[t].meter) == 0)
				area = state_mean(f, &book->tracks[r], true, &aside);
		if (mean.den == 0 || area.den == 0)
			continue;
		bool negative = mean.num < 0;
		struct hwatt_ratio part = fraction_product((struct hwatt_ratio){ negative ? -mean.num : mean.num, mean.den }, area, FRACTION_ENERGY_BITS);
		sum = fraction_plus(sum, (struct hwatt_ratio){ negative ? -part.num : part.num, part.den });
		weights = fraction_plus(weights, area);
	}
	a.any = a.any && weights.num > 0;
	a.number = fraction_quotient(sum, weights);
	return a;
}

/* What polled meters say of the heat handed over, month by month, at the temperatures written down for them. */
static void weigh_polled(const struct filling *f, const struct logbook_spell *warm, hwatt_i128 *sum, hwatt_i128 *heat, struct amount *a)
{
	for (size_t r = 0; r < f->site->resource_count; r++) {
		if (f->site->resources[r].quantity != LOGBOOK_HEAT_REUSED)
			continue;
		for (size_t i = 0; i < f->site->slice_count; i++) {
			const struct kpi_slice *slice = &f->site->slices[i];
			hwatt_i128 given = kpi_resource_micro(&f->site->resources[r], slice->resources[r].num) / 1000;
			if (given <= 0 || slice->from_day < warm->from_day || slice->from_day >= warm->to_day)
				continue;
			note_row(a, warm);
			*sum += given * warm->value;
			*heat += given;
		}
	}
}

/* Temperature of the heat handed over, weighed by its energy. */
static struct amount waste_heat(const struct filling *f)
{
	const struct logbook *book = &f->facts->books->logbook;
	struct amount a = { .coverage = { f->days, f->days }, .quality = 'M', .unrated = true, .note = HWATT_N("weighted by the heat delivered") };
	hwatt_i128 sum = 0, heat = 0;
	for (size_t t = 0; t < book->track_count; t++) {
		for (size_t i = 0; i < book->tracks[t].count && is_of(f, &book->tracks[t], LOGBOOK_WASTE_HEAT_TEMPERATURE); i++) {
			const struct logbook_spell *warm = &book->tracks[t].spells[i];
			weigh_polled(f, warm, &sum, &heat, &a);
			for (size_t h = 0; h < book->track_count; h++) {
				for (size_t k = 0; k < book->tracks[h].count && is_of(f, &book->tracks[h], LOGBOOK_HEAT_REUSED); k++) {
					const struct logbook_spell *given = &book->tracks[h].spells[k];
					const struct kpi_track *seen = seen_as(f, &book->tracks[h]);
					if (seen != NULL && !kpi_spell_counts(f->site, seen, &seen->spells[k]))
						continue;
					if (given->from_day < f->facts->from_day || given->to_day > f->facts->to_day ||
					    given->from_day < warm->from_day || given->from_day >= warm->to_day)
						continue;
					note_row(&a, warm);
					sum += given->value / 1000 * warm->value;
					heat += given->value / 1000;
				}
			}
		}
	}
	a.any = a.any && heat > 0;
	a.number = (struct hwatt_ratio){ sum, heat * MILLION };
	return a;
}

/* --- energy and water -------------------------------------------------------------------------------------------- */

static void put_carriers(struct filling *f, struct amount *all)
{
	struct hwatt_eu_carrier *rows = hwatt_arena_alloc(f->arena, (RULESET_CARRIERS + 1) * sizeof(*rows));
	size_t count = 0;
	if (all->any)
		rows[count++] = (struct hwatt_eu_carrier){ "electricity", all->number,
							   (int64_t)(all->coverage.num * HWATT_PPM / all->coverage.den) };
	for (int q = LOGBOOK_FIRST_CARRIER; q <= (int)LOGBOOK_LAST_CARRIER; q++) {
		struct amount a = amount(f, (enum logbook_quantity)q);
		if (!a.any)
			continue;
		rows[count++] = (struct hwatt_eu_carrier){ logbook_name((enum logbook_quantity)q), a.number,
							   (int64_t)(a.coverage.num * HWATT_PPM / a.coverage.den) };
		all->number = fraction_plus(all->number, a.number);
		all->estimated |= a.estimated;
		all->unrated |= a.unrated;
		all->u += a.u;
		all->quality = quality_worse(all->quality, a.quality);
		if (hwatt_ratio_compare(a.coverage, all->coverage) < 0)
			all->coverage = a.coverage;
		all->method = HWATT_N("meters and readings");
	}
	f->out->carriers = rows;
	f->out->carrier_count = count;
}

static void put_energy(struct filling *f)
{
	struct amount dc = energy(f, dc_of), it = energy(f, it_of), generator = energy(f, generator_of);
	put_carriers(f, &dc);
	number(f, HWATT_EU_E_DC_KWH, &dc, HWATT_N("no meter has the power role grid"));
	if (f->facts->has_generator)
		number(f, HWATT_EU_E_DC_BG_KWH, &generator, HWATT_N("the generator's meter gave nothing"));
	else
		missing(f, HWATT_EU_E_DC_BG_KWH, HWATT_N("no meter has the power role generator"));
	if (f->facts->it_category > 1)
		it.note = f->facts->it_category == 2 ? HWATT_N("measured at the PDUs, as no UPS is") : HWATT_N("measured at the IT equipment, as neither UPS nor PDU is");
	number(f, HWATT_EU_E_IT_KWH, &it, HWATT_N("no meter has the power role ups_output, pdu or it"));
}

static void put_water(struct filling *f)
{
	struct amount all = amount(f, LOGBOOK_WATER), potable = amount(f, LOGBOOK_WATER_POTABLE), fresh = amount(f, LOGBOOK_WATER_FRESH);
	struct amount category = { .any = all.any || potable.any, .number = { all.any ? 2 : 1, 1 }, .coverage = { 1, 1 }, .quality = 'M',
				   .unrated = true, .method = all.any ? all.method : potable.method };
	if (!all.any && potable.any) {
		all = potable;
		all.note = HWATT_N("potable water alone is read: category 1");
	}
	number(f, HWATT_EU_W_IN_M3, &all, HWATT_N("nobody read the water meters"));
	number(f, HWATT_EU_W_IN_CATEGORY, &category, HWATT_N("nobody read the water meters"));
	number(f, HWATT_EU_W_IN_POT_M3, &potable, HWATT_N("nobody read the potable water"));
	number(f, HWATT_EU_W_IN_FRE_M3, &fresh, HWATT_N("nobody read the freshwater"));
}

static void put_heat(struct filling *f)
{
	struct amount reused = amount(f, LOGBOOK_HEAT_REUSED), own = amount(f, LOGBOOK_HEAT_OWN_USE), warm = waste_heat(f), set = intake(f);
	if (own.any) { /* what is deducted is as uncertain and as complete as it is */
		reused.number = fraction_plus(reused.number, (struct hwatt_ratio){ -own.number.num, own.number.den });
		reused.u += own.u;
		reused.unrated |= own.unrated;
		reused.estimated |= own.estimated;
		reused.quality = quality_worse(reused.quality, own.quality);
		if (hwatt_ratio_compare(own.coverage, reused.coverage) < 0)
			reused.coverage = own.coverage;
	}
	number(f, HWATT_EU_E_REUSE_KWH, &reused, HWATT_N("nobody read a heat meter at the hand-over"));
	number(f, HWATT_EU_T_WH_C, &warm, HWATT_N("no temperature of reused heat is written down"));
	number(f, HWATT_EU_T_INTAKE_C, &set, HWATT_N("no set point is written down"));
}

/* --- renewable energy -------------------------------------------------------------------------------------------- */

static bool counts(const struct filling *f, const struct certificate *row)
{
	static const struct certificate_filter renewable;
	return strcmp(row->site, f->facts->site->id) == 0 && certificate_eligible(row, &renewable) &&
	       certificate_within(row, CERTIFICATE_BY_CONSUMPTION, f->facts->from_day, f->facts->to_day);
}

/* What of the row counts for the year: a guarantee of energy that was delivered under contract, or by the own plant, is that delivery's. */
static struct hwatt_ratio kwh_of(const struct filling *f, const struct certificate *row)
{
	static const struct certificate_filter renewable;
	struct claim claim = { &row, 1, &renewable };
	const struct kpi_slice *slices = f->site->slices;
	size_t last = f->site->slice_count;
	struct claim_span year = { .from_day = f->facts->from_day, .to_day = f->facts->to_day };
	year.from_s = last > 0 ? slices[0].from_s : 0;
	year.to_s = last > 0 ? slices[last - 1].to_s : 0;
	return (struct hwatt_ratio){ row->volume_mj - claim_stems_mj(&claim, row, true, &year), HWATT_MJ_PER_WH * 1000 };
}

static void put_renewable(struct filling *f)
{
	size_t count, kept = 0;
	const struct certificate *rows = books_certificates(f->facts->books, &count);
	struct amount sums[2] = { { .number = { 0, 1 }, .coverage = { 1, 1 }, .quality = 'M', .unrated = true, .any = true,
				    .method = HWATT_N("cancelled guarantees of origin") },
				  { .number = { 0, 1 }, .coverage = { 1, 1 }, .quality = 'M', .unrated = true, .any = true,
				    .method = HWATT_N("deliveries under contract") } };
	struct amount onsite = energy(f, onsite_of), total;
	struct hwatt_eu_statement *statements = hwatt_arena_alloc(f->arena, (count + 1) * sizeof(*statements));
	hwatt_i128 sold_mj = 0;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].kind == CERTIFICATE_ONSITE && rows[i].guarantees == CERTIFICATE_SOLD && strcmp(rows[i].site, f->facts->site->id) == 0 &&
		    certificate_within(&rows[i], CERTIFICATE_BY_PRODUCTION, f->facts->from_day, f->facts->to_day))
			sold_mj += rows[i].volume_mj;
		if (rows[i].kind == CERTIFICATE_ONSITE || !counts(f, &rows[i]))
			continue;
		struct hwatt_ratio kwh = kwh_of(f, &rows[i]);
		struct amount *sum = &sums[rows[i].kind == CERTIFICATE_PPA];
		sum->number = fraction_plus(sum->number, kwh);
		statements[kept++] = (struct hwatt_eu_statement){ rows[i].id, certificate_kind_name((enum certificate_kind)rows[i].kind),
								  rows[i].document_sha256, kwh };
	}
	f->out->statements = statements;
	f->out->statement_count = kept;
	if (!f->site->onsite_renewable || !f->facts->has_onsite)
		onsite = (struct amount){ .any = true, .number = { 0, 1 }, .coverage = { 1, 1 }, .quality = 'M', .unrated = true, .method = HWATT_N("meters"),
					  .note = f->facts->has_onsite ? HWATT_N("nobody states that the own plant is renewable: onsite_technology")
								       : HWATT_N("no meter has the power role onsite") };
	onsite.number = fraction_plus(onsite.number, (struct hwatt_ratio){ -sold_mj, (hwatt_i128)HWATT_MJ_PER_WH * 1000 });
	if (onsite.number.num < 0)
		onsite.number.num = 0;
	total = onsite;
	total.number = fraction_plus(fraction_plus(sums[0].number, sums[1].number), onsite.number);
	total.method = HWATT_N("sum");
	total.note = onsite.any ? NULL : HWATT_N("the own plant's meter gave nothing");
	number(f, HWATT_EU_E_RES_GOO_KWH, &sums[0], "");
	number(f, HWATT_EU_E_RES_PPA_KWH, &sums[1], "");
	number(f, HWATT_EU_E_RES_OS_KWH, &onsite, HWATT_N("the own plant's meter gave nothing"));
	number(f, HWATT_EU_E_RES_TOT_KWH, &total, HWATT_N("the own plant's meter gave nothing"));
}

/* --- the rest of annex II ---------------------------------------------------------------------------------------- */

static void put_grid_functions(struct filling *f)
{
	const struct config_data_centre *dc = &f->facts->site->data_centre;
	f->out->grid_functions = dc->grid_functions.items;
	f->out->grid_function_count = dc->grid_functions.count;
	text(f, HWATT_EU_GRID_FUNCTIONS, dc->grid_functions.count > 0 ? "yes" : dc->no_grid_functions ? "no" : "",
	     "data_centre.grid_functions or data_centre.no_grid_functions");
}

static void put_refrigerants(struct filling *f)
{
	const struct hwatt_list *list = &f->facts->site->data_centre.refrigerants;
	const struct config_refrigerant *all = list->items;
	struct hwatt_eu_refrigerant *rows = hwatt_arena_alloc(f->arena, (list->count + 1) * sizeof(*rows));
	const char *names = "";
	for (size_t i = 0; i < list->count; i++) {
		rows[i] = (struct hwatt_eu_refrigerant){ all[i].name, { all[i].charge, all[i].charge > 0 ? MILLION : 0 }, { all[i].gwp, MILLION } };
		names = i == 0 ? all[i].name : hwatt_arena_printf(f->arena, "%s, %s", names, all[i].name);
	}
	f->out->refrigerants = rows;
	f->out->refrigerant_count = list->count;
	text(f, HWATT_EU_REFRIGERANTS, names, "data_centre.refrigerants");
}

static void put_sizes(struct filling *f)
{
	static const struct { enum hwatt_eu_field field; enum logbook_quantity quantity; int64_t divisor; } states[] = {
		{ HWATT_EU_PD_IT_KW, LOGBOOK_PD_IT, 1 }, { HWATT_EU_S_DC_M2, LOGBOOK_FLOOR_AREA, 1 },
		{ HWATT_EU_S_CR_M2, LOGBOOK_COMPUTER_ROOM_AREA, 1 }, { HWATT_EU_C_BTG_KW, LOGBOOK_BATTERY_OFFERED, 1 },
		{ HWATT_EU_C_SERV, LOGBOOK_SERVER_PERFORMANCE, 1 }, { HWATT_EU_C_STOR_PB, LOGBOOK_STORAGE_CAPACITY, INT64_C(1000000000000000) },
		{ HWATT_EU_BW_IN_BPS, LOGBOOK_BANDWIDTH_IN, 1 }, { HWATT_EU_BW_OUT_BPS, LOGBOOK_BANDWIDTH_OUT, 1 },
	}, amounts[] = { { HWATT_EU_CDD, LOGBOOK_COOLING_DEGREE_DAYS, 1 }, { HWATT_EU_DATA_IN_BYTES, LOGBOOK_TRAFFIC_IN, 1 },
			 { HWATT_EU_DATA_OUT_BYTES, LOGBOOK_TRAFFIC_OUT, 1 } };
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct amount a = state(f, states[i].quantity);
		a.number = fraction_scale(a.number, 1, states[i].divisor);
		number(f, states[i].field, &a, hwatt_arena_printf(f->arena, "nothing is written down: readings of %s", logbook_name(states[i].quantity)));
	}
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		struct amount a = amount(f, amounts[i].quantity);
		number(f, amounts[i].field, &a, hwatt_arena_printf(f->arena, "nothing is written down: readings of %s", logbook_name(amounts[i].quantity)));
	}
	if (value_of(f, HWATT_EU_PD_IT_KW)->status == HWATT_EU_NOT_AVAILABLE && f->facts->site->rated_it_mw > 0) {
		struct amount rated = { .any = true, .number = { f->facts->site->rated_it_mw, MILLION }, .coverage = { 1, 1 }, .quality = 'M',
					.unrated = true, .method = HWATT_N("configuration"), .note = HWATT_N("rated_it_power of the site") };
		number(f, HWATT_EU_PD_IT_KW, &rated, "");
	}
}

/* --- annex III, labels, invariants ------------------------------------------------------------------------------- */

static void put_kpi(struct filling *f, enum hwatt_eu_field field, const struct kpi *kpi)
{
	char notes[256];
	kpi_flag_names(kpi->flags, notes, sizeof(notes));
	struct amount a = { .any = kpi->known, .number = kpi->value, .coverage = kpi->coverage, .quality = kpi->quality, .unrated = !kpi->certain,
			    .u = (double)kpi->u_nano / 1e9, .method = HWATT_N("ratio of sums over the months that both sides cover"),
			    .estimated = (kpi->flags & KPI_ESTIMATED) != 0, .note = hwatt_arena_strdup(f->arena, notes) };
	number(f, field, &a, a.note[0] != '\0' ? a.note : HWATT_N("a side of the ratio is not known"));
}

/* The class of a value that can be; `of` is the field that holds it. */
static void put_class(struct filling *f, enum hwatt_eu_field field, const struct hwatt_list *classes, enum hwatt_eu_field of, bool impossible)
{
	const struct hwatt_eu_value *from = value_of(f, of);
	struct hwatt_eu_value *v = value_of(f, field);
	bool known = !impossible && (from->status == HWATT_EU_MEASURED || from->status == HWATT_EU_ESTIMATED);
	const char *name = known ? ruleset_class(classes, from->number) : NULL;
	missing(f, field, impossible ? HWATT_N("the value that it is the class of is impossible") : HWATT_N("the value that it is the class of is not known"));
	if (classes->count == 0) {
		v->status = HWATT_EU_NOT_REPORTED;
		v->note = HWATT_N("the rules have no classes");
	} else if (name != NULL) {
		*v = *from;
		v->number = (struct hwatt_ratio){ 0, 0 };
		v->text = name;
		v->u_known = false;
		v->method = HWATT_N("bounds of the ruleset, unrounded value");
	}
}

static void put_annex3(struct filling *f)
{
	const struct kpi_period *period = f->facts->period;
	struct kpi pue, kpi;
	int category = f->site->has_pue[1] ? 1 : 0;
	kpi_pue(period, category, &pue);
	put_kpi(f, HWATT_EU_PUE, &pue);
	kpi_wue(period, &kpi);
	put_kpi(f, HWATT_EU_WUE, &kpi);
	kpi_erf(period, &kpi);
	put_kpi(f, HWATT_EU_ERF, &kpi);
	kpi_ref(period, &kpi);
	put_kpi(f, HWATT_EU_REF, &kpi);
	put_class(f, HWATT_EU_PUE_CLASS, &f->facts->ruleset->classes.pue, HWATT_EU_PUE, (pue.flags & KPI_PHYS_IMPOSSIBLE) != 0);
	put_class(f, HWATT_EU_WUE_CLASS, &f->facts->ruleset->classes.wue, HWATT_EU_WUE, false);
}

static bool known(const struct filling *f, enum hwatt_eu_field field)
{
	const struct hwatt_eu_value *v = &f->out->values[field];
	return v->status != HWATT_EU_NOT_AVAILABLE && v->status != HWATT_EU_NOT_REPORTED && hwatt_ratio_known(v->number);
}

/* a <= b. */
static struct hwatt_eu_invariant at_most(const struct filling *f, const char *rule, const char *words, enum hwatt_eu_field a,
					 enum hwatt_eu_field b)
{
	struct hwatt_eu_invariant out = { rule, known(f, a) && known(f, b), false, words };
	out.holds = out.checked && hwatt_ratio_compare(f->out->values[a].number, f->out->values[b].number) <= 0;
	return out;
}

/* No certificate that counts stands twice in the books. */
static struct hwatt_eu_invariant once(const struct filling *f)
{
	struct hwatt_eu_invariant out = { "certificates count once", false, true,
					  HWATT_N("A guarantee of origin counts once: one of those in the report stands in two rows.") };
	size_t count;
	const struct certificate *rows = books_certificates(f->facts->books, &count);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].kind == CERTIFICATE_ONSITE || !counts(f, &rows[i]))
			continue;
		out.checked = true;
		out.holds = out.holds && !rows[i].twice;
	}
	out.holds = out.holds && out.checked;
	return out;
}

/* What cannot be more than what. */
static const struct {
	const char *rule, *words;
	enum hwatt_eu_field less, more;
} parts[] = {
	{ "e_it_kwh <= e_dc_kwh",
	  HWATT_N("The IT equipment cannot use more energy than the whole data centre: a meter is missing, or one is assigned wrongly."),
	  HWATT_EU_E_IT_KWH, HWATT_EU_E_DC_KWH },
	{ "e_dc_bg_kwh <= e_dc_kwh",
	  HWATT_N("The backup generators cannot give more energy than the data centre uses: a meter is missing, or a generator feeds others too."),
	  HWATT_EU_E_DC_BG_KWH, HWATT_EU_E_DC_KWH },
	{ "w_in_pot_m3 <= w_in_m3",
	  HWATT_N("There cannot be more potable water than water: the meter of all water does not see the potable water."),
	  HWATT_EU_W_IN_POT_M3, HWATT_EU_W_IN_M3 },
	{ "w_in_fre_m3 <= w_in_m3",
	  HWATT_N("There cannot be more freshwater than water: the meter of all water does not see the freshwater."),
	  HWATT_EU_W_IN_FRE_M3, HWATT_EU_W_IN_M3 },
	{ "e_reuse_kwh <= e_dc_kwh",
	  HWATT_N("More heat cannot be reused than energy goes in: a heat meter is assigned wrongly, or counts heat of others."),
	  HWATT_EU_E_REUSE_KWH, HWATT_EU_E_DC_KWH },
};

/* Renewable energy is the sum of its three kinds. */
static struct hwatt_eu_invariant adds_up(const struct filling *f)
{
	const struct hwatt_eu_value *v = f->out->values;
	struct hwatt_eu_invariant out = { "e_res_tot_kwh = e_res_goo_kwh + e_res_ppa_kwh + e_res_os_kwh", known(f, HWATT_EU_E_RES_TOT_KWH), false,
					  HWATT_N("Renewable energy in total must be the sum of guarantees of origin, contracts and own plant.") };
	if (out.checked) {
		struct hwatt_ratio sum = fraction_plus(fraction_plus(v[HWATT_EU_E_RES_GOO_KWH].number, v[HWATT_EU_E_RES_PPA_KWH].number),
						       v[HWATT_EU_E_RES_OS_KWH].number);
		out.holds = hwatt_ratio_compare(sum, v[HWATT_EU_E_RES_TOT_KWH].number) == 0;
	}
	return out;
}

static void put_invariants(struct filling *f)
{
	enum { PARTS = sizeof(parts) / sizeof(parts[0]) };
	struct hwatt_eu_invariant *rows = hwatt_arena_alloc(f->arena, (PARTS + 2) * sizeof(*rows));
	for (size_t i = 0; i < PARTS; i++)
		rows[i] = at_most(f, parts[i].rule, parts[i].words, parts[i].less, parts[i].more);
	rows[PARTS] = adds_up(f);
	rows[PARTS + 1] = once(f);
	f->out->invariants = rows;
	f->out->invariant_count = PARTS + 2;
}

void eu_report_fill(const struct eu_report_facts *facts, struct hwatt_arena *arena, struct hwatt_eu_report *out)
{
	struct filling f = { .facts = facts, .site = &facts->period->sites[0], .arena = arena, .out = out,
			     .days = facts->to_day - facts->from_day };
	put_annex1(&f);
	put_sizes(&f);
	put_energy(&f);
	put_grid_functions(&f);
	put_water(&f);
	put_heat(&f);
	put_refrigerants(&f);
	put_renewable(&f);
	put_annex3(&f);
	for (int field = 0; field < HWATT_EU_FIELDS; field++) {
		if (!ruleset_omits(facts->ruleset, hwatt_eu_field_info((enum hwatt_eu_field)field)->key))
			continue;
		missing(&f, (enum hwatt_eu_field)field, HWATT_N("the rules have no such field"));
		out->values[field].status = HWATT_EU_NOT_REPORTED;
	}
	put_invariants(&f);
}
