/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "writing.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Pointers into an array of `count` items of `size` octets, sorted by `compare`; equal ones, which would be the same
 * series, are there once. */
static struct sorted sort(const void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	const void **out = hwatt_alloc(count * sizeof(out[0]));
	for (size_t i = 0; i < count; i++)
		out[i] = (const char *)items + i * size;
	if (count > 0)
		qsort(out, count, sizeof(out[0]), compare);
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || compare(&out[kept - 1], &out[i]) != 0)
			out[kept++] = out[i];
	return (struct sorted){ out, kept };
}

static int compare_site_powers(const void *left, const void *right)
{
	const struct hwatt_view_site_power *a = *(const void *const *)left, *b = *(const void *const *)right;
	int c = strcmp(a->site, b->site);
	return c != 0 ? c : (a->role > b->role) - (a->role < b->role);
}

static size_t count_powers(const struct writing *w)
{
	return w->powers.count;
}

static bool begin_powers(struct writing *w, size_t row)
{
	static const struct family family = {
		"site_power_watts", FAMILY_GAUGE,
		"Power of a site's meters of one power role, added up without counting a watt twice.", false
	};
	(void)row;
	exposition_family(&w->x, &family);
	return true;
}

static void put_power(struct writing *w, size_t row, size_t item)
{
	const struct hwatt_view_site_power *power = w->powers.items[item];
	(void)row;
	exposition_sample(&w->x);
	exposition_label(&w->x, "site", power->site);
	exposition_label(&w->x, "power_role", hwatt_power_role_name(power->role));
	exposition_fixed(&w->x, power->mw, 3);
}

const struct group powers_group = { 1, count_powers, begin_powers, put_power };

static const char *part_of(const struct hwatt_view_kpi *kpi)
{
	return kpi->part != NULL ? kpi->part : "";
}

static int compare_kpis(const void *left, const void *right)
{
	const struct hwatt_view_kpi *a = *(const void *const *)left, *b = *(const void *const *)right;
	int c = strcmp(b->subject_kind, a->subject_kind); /* sites first */
	if (c == 0)
		c = strcmp(a->subject, b->subject);
	if (c == 0)
		c = strcmp(a->kpi, b->kpi);
	if (c == 0)
		c = strcmp(part_of(a), part_of(b));
	return c != 0 ? c : strcmp(a->window, b->window);
}

static void kpi_sample(struct exposition *x, const struct hwatt_view_kpi *kpi)
{
	exposition_sample(x);
	exposition_label(x, kpi->subject_kind, kpi->subject);
	exposition_label(x, "kpi", kpi->kpi);
	if (part_of(kpi)[0] != '\0')
		exposition_label(x, "room", kpi->part);
	exposition_label(x, "window", kpi->window);
}

/* A KPI of a further unit is a further row. */
static const struct {
	const char *unit;
	struct family family;
	int64_t divisor; /* from the unit to the base unit; 0: 1 */
} kpi_rows[] = {
	{ "1", { "kpi_ratio", FAMILY_GAUGE,
		 "KPIs without a unit (PUE, utilisation ...) over a window; absent when they cannot be known.", false }, 0 },
	{ "J", { "kpi_energy_joules", FAMILY_GAUGE,
		 "Energies over a window; absent when they cannot be known.", false }, 0 },
	{ "W", { "kpi_power_watts", FAMILY_GAUGE,
		 "Powers over a window; absent when they cannot be known.", false }, 0 },
	{ "By", { "kpi_data_bytes", FAMILY_GAUGE,
		  "Amounts of data over a window; absent when they cannot be known.", false }, 0 },
	{ "m3/MWh", { "kpi_water_cubic_meters_per_joule", FAMILY_GAUGE,
		      "Water per energy of the IT equipment (WUE) over a window; absent when it cannot be known.", false },
	  INT64_C(3600000000) },
	{ "Cel", { "kpi_temperature_celsius", FAMILY_GAUGE, "Mean temperatures over a window; absent when they cannot be known.",
		   false }, 0 },
	{ "1/W", { "kpi_server_performance_per_watt", FAMILY_GAUGE,
		   "Declared performance of the servers per power at it (ITEEsv); of one benchmark alone.", false }, 0 },
	{ "kg/kWh", { "kpi_emissions_kilograms_per_joule", FAMILY_GAUGE,
		      "CO2 equivalents per energy of the IT equipment (CUE) over a window; absent when they cannot be known.", false },
	  INT64_C(3600000) },
};
#define KPI_ROWS (sizeof(kpi_rows) / sizeof(kpi_rows[0]))

static size_t count_kpis(const struct writing *w)
{
	return w->kpis.count;
}

/* The last family is how much of the windows is covered. */
static bool begin_kpis(struct writing *w, size_t row)
{
	static const struct family coverage = {
		"kpi_coverage_ratio", FAMILY_GAUGE, "Share of the window that was measured.", false
	};
	exposition_family(&w->x, row < KPI_ROWS ? &kpi_rows[row].family : &coverage);
	return true;
}

static void put_kpi(struct writing *w, size_t row, size_t item)
{
	const struct hwatt_view_kpi *kpi = w->kpis.items[item];
	struct exposition *x = &w->x;
	if (row == KPI_ROWS) {
		kpi_sample(x, kpi);
		exposition_fixed(x, kpi->coverage_ppm, 6);
		return;
	}
	if (!kpi->known || !hwatt_ratio_known(kpi->value) || strcmp(kpi->unit, kpi_rows[row].unit) != 0)
		return;
	kpi_sample(x, kpi);
	if (kpi_rows[row].divisor > 0)
		exposition_double(x, hwatt_ratio_double(kpi->value) / (double)kpi_rows[row].divisor);
	else
		exposition_ratio(x, kpi->value);
}

const struct group kpis_group = { KPI_ROWS + 1, count_kpis, begin_kpis, put_kpi };

static int compare_contracts(const void *left, const void *right)
{
	const struct hwatt_view_contract *a = *(const void *const *)left, *b = *(const void *const *)right;
	return strcmp(a->id, b->id);
}

/* A day as 2026-10-25. */
static void day_label(struct exposition *x, const char *name, int64_t day)
{
	struct tm utc;
	time_t at = (time_t)(day * 86400);
	char text[32] = "";
	if (gmtime_r(&at, &utc) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d", &utc);
	exposition_label(x, name, text);
}

static size_t count_contracts(const struct writing *w)
{
	return w->contracts.count;
}

static bool begin_contracts(struct writing *w, size_t row)
{
	static const struct family family = { "contract_info", FAMILY_INFO,
					      "Who is bound by a contract, and from when to when; always 1.", false };
	(void)row;
	exposition_family(&w->x, &family);
	return true;
}

static void put_contract(struct writing *w, size_t row, size_t item)
{
	const struct hwatt_view_contract *contract = w->contracts.items[item];
	struct exposition *x = &w->x;
	(void)row;
	exposition_sample(x);
	exposition_label(x, "contract", contract->id);
	exposition_label(x, "buyer", contract->buyer);
	exposition_label(x, "supplier", contract->supplier);
	day_label(x, "valid_from", contract->from_day);
	day_label(x, "valid_to", contract->to_day);
	exposition_int(x, 1);
}

const struct group contracts_group = { 1, count_contracts, begin_contracts, put_contract };

static int compare_requirements(const void *left, const void *right)
{
	const struct hwatt_view_requirement *a = *(const void *const *)left, *b = *(const void *const *)right;
	int c = strcmp(a->contract, b->contract);
	return c != 0 ? c : strcmp(a->requirement, b->requirement);
}

static void requirement_sample(struct exposition *x, const struct hwatt_view_requirement *r)
{
	exposition_sample(x);
	exposition_label(x, "contract", r->contract);
	exposition_label(x, "requirement", r->requirement);
}

static void put_value(struct exposition *x, const struct hwatt_view_requirement *r)
{
	if (!r->known || !hwatt_ratio_known(r->value))
		return;
	requirement_sample(x, r);
	exposition_ratio(x, r->value);
}

static void put_limit(struct exposition *x, const struct hwatt_view_requirement *r)
{
	if (!r->limited || !hwatt_ratio_known(r->limit))
		return;
	requirement_sample(x, r);
	exposition_ratio(x, r->limit);
}

/* The room left to the limit over the limit's size, exact where 128 bits hold it. A limit of 0 has no share: unknown. */
static struct hwatt_ratio margin_of(const struct hwatt_view_requirement *r)
{
	struct hwatt_ratio value = r->value, limit = r->limit, out = { 0, 0 };
	hwatt_i128 limit_part, value_part, size;
	if (!r->known || !r->limited || value.den == 0 || limit.den == 0 || limit.num == 0)
		return out;
	/* (l/m - v/w) / (l/m) = (l w - v m) / (l w) */
	if (__builtin_mul_overflow(limit.num, value.den, &limit_part) ||
	    __builtin_mul_overflow(value.num, limit.den, &value_part) ||
	    __builtin_sub_overflow(limit_part, value_part, &size)) {
		double share = 1 - hwatt_ratio_double(value) / hwatt_ratio_double(limit);
		out = (struct hwatt_ratio){ (hwatt_i128)(share * 1e9), 1000000000 };
	} else {
		out = (struct hwatt_ratio){ size, limit_part };
	}
	/* The size of a negative limit is positive, and below a minimum there is no room. */
	bool turn = !r->maximum != ((limit.num < 0) != (limit.den < 0));
	out.num = turn ? -out.num : out.num;
	return out;
}

static void put_margin(struct exposition *x, const struct hwatt_view_requirement *r)
{
	struct hwatt_ratio margin = margin_of(r);
	if (!hwatt_ratio_known(margin))
		return;
	requirement_sample(x, r);
	exposition_ratio(x, margin);
}

static void put_status(struct exposition *x, const struct hwatt_view_requirement *r)
{
	for (int status = 0; status < HWATT_STATUSES; status++) {
		requirement_sample(x, r);
		exposition_label(x, "status", hwatt_status_name((enum hwatt_status)status));
		exposition_int(x, r->status == (enum hwatt_status)status);
	}
}

static void put_coverage(struct exposition *x, const struct hwatt_view_requirement *r)
{
	requirement_sample(x, r);
	exposition_fixed(x, r->coverage_ppm, 6);
}

/* Forecasts have names of their own, so that nobody takes one for a verdict. */
static void put_forecast_value(struct exposition *x, const struct hwatt_view_requirement *r)
{
	if (!r->forecast.known || !hwatt_ratio_known(r->forecast.value))
		return;
	requirement_sample(x, r);
	exposition_ratio(x, r->forecast.value);
}

static void put_forecast_status(struct exposition *x, const struct hwatt_view_requirement *r)
{
	for (int status = HWATT_MET; status <= HWATT_NOT_MET && r->forecast.known; status++) {
		requirement_sample(x, r);
		exposition_label(x, "status", hwatt_status_name((enum hwatt_status)status));
		exposition_int(x, r->forecast.status == (enum hwatt_status)status);
	}
}

static void put_forecast_crossing(struct exposition *x, const struct hwatt_view_requirement *r)
{
	if (!r->forecast.known || r->forecast.crosses_s == 0)
		return;
	requirement_sample(x, r);
	exposition_int(x, r->forecast.crosses_s);
}

static const struct {
	struct family family;
	void (*put)(struct exposition *x, const struct hwatt_view_requirement *r);
} requirement_rows[] = {
	{ { "requirement_value", FAMILY_GAUGE,
	    "What was measured for a requirement, in its base unit; absent when it cannot be known.", false },
	  put_value },
	{ { "requirement_limit", FAMILY_GAUGE, "The limit that was promised, in the same unit.", false }, put_limit },
	{ { "requirement_margin_ratio", FAMILY_GAUGE,
	    "Room left to the limit as a share of it: negative beyond the limit, whichever side is the wrong one.",
	    false }, put_margin },
	{ { "requirement_status", FAMILY_GAUGE, "1 for the present verdict of a requirement, 0 for the others.", false },
	  put_status },
	{ { "requirement_coverage_ratio", FAMILY_GAUGE,
	    "Share of the judged period that was measured.", false }, put_coverage },
	{ { "requirement_forecast_value", FAMILY_GAUGE,
	    "Forecast, not a verdict: what the open period of a requirement will end with if it goes on as it has, in the unit of "
	    "the limit; absent without ground.", false }, put_forecast_value },
	{ { "requirement_forecast_status", FAMILY_GAUGE,
	    "Forecast, not a verdict: 1 for what the open period's verdict will be if it goes on as it has, 0 for the other; absent "
	    "without ground.", false }, put_forecast_status },
	{ { "requirement_forecast_crossing_timestamp_seconds", FAMILY_GAUGE,
	    "Forecast: when the limit will be passed if it goes on as it has; absent when it will not.", false },
	  put_forecast_crossing },
};

static size_t count_requirements(const struct writing *w)
{
	return w->requirements.count;
}

static bool begin_requirements(struct writing *w, size_t row)
{
	exposition_family(&w->x, &requirement_rows[row].family);
	return true;
}

static void put_requirement(struct writing *w, size_t row, size_t item)
{
	requirement_rows[row].put(&w->x, w->requirements.items[item]);
}

const struct group requirements_group = { sizeof(requirement_rows) / sizeof(requirement_rows[0]), count_requirements,
					  begin_requirements, put_requirement };

void hall_sort(struct writing *w)
{
	const struct hwatt_view_hall *hall = w->snap->hall;
	w->powers = sort(w->snap->site_power, w->snap->site_power_count, sizeof(w->snap->site_power[0]), compare_site_powers);
	w->kpis = sort(hall->kpis, hall->kpi_count, sizeof(hall->kpis[0]), compare_kpis);
	w->contracts = sort(hall->contracts, hall->contract_count, sizeof(hall->contracts[0]), compare_contracts);
	w->requirements = sort(hall->requirements, hall->requirement_count, sizeof(hall->requirements[0]), compare_requirements);
}
