/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "words.h"
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NBSP "\xc2\xa0"

struct word { const char *name, *text; };

static const struct figure_words figures[] = {
	{ "pue1", HWATT_N("PUE, IT energy metered after the UPS"), MEASURE_RATIO },
	{ "pue2", HWATT_N("PUE, IT energy metered at the PDUs"), MEASURE_RATIO },
	{ "pue3", HWATT_N("PUE, IT energy metered at the equipment"), MEASURE_RATIO },
	{ "ppue", HWATT_N("Partial PUE (pPUE) of a room"), MEASURE_RATIO },
	{ "energy_dc", HWATT_N("Energy of the data hall"), MEASURE_ENERGY },
	{ "energy_it", HWATT_N("Energy of the IT equipment"), MEASURE_ENERGY },
	{ "energy_allocated", HWATT_N("Energy with its share of cooling and losses"), MEASURE_ENERGY },
	{ "energy_cooling", HWATT_N("Energy of the cooling"), MEASURE_ENERGY },
	{ "ups_efficiency", HWATT_N("Efficiency of the UPS"), MEASURE_SHARE },
	{ "cpu_utilisation", HWATT_N("Processor utilisation of the servers"), MEASURE_SHARE },
	{ "memory_utilisation", HWATT_N("Memory in use"), MEASURE_SHARE },
	{ "storage_utilisation", HWATT_N("Storage in use"), MEASURE_SHARE },
	{ "network_utilisation", HWATT_N("Network utilisation"), MEASURE_SHARE },
	{ "inlet_temperature", HWATT_N("Temperature of the air that enters the servers"), MEASURE_AMOUNT },
	{ "rack_utilisation", HWATT_N("Rack power in use"), MEASURE_SHARE },
	{ "it_capacity_use", HWATT_N("IT capacity in use"), MEASURE_SHARE },
	{ "idle_share", HWATT_N("Idle servers"), MEASURE_SHARE },
	{ "comatose_share", HWATT_N("Servers idle for half a year"), MEASURE_SHARE },
	{ "ref", HWATT_N("Renewable energy factor (REF)"), MEASURE_SHARE },
	{ "renewable_share", HWATT_N("Share of renewable electricity"), MEASURE_SHARE },
	{ "erf", HWATT_N("Share of the energy reused (ERF)"), MEASURE_SHARE },
	{ "cer", HWATT_N("Cooling efficiency ratio (CER)"), MEASURE_RATIO },
	{ "wue", HWATT_N("Water usage effectiveness (WUE)"), MEASURE_AMOUNT },
	{ "cue_location", HWATT_N("Carbon usage effectiveness (CUE), by the grid's mix"), MEASURE_AMOUNT },
	{ "cue_market", HWATT_N("Carbon usage effectiveness (CUE), by certificates and residual mix"), MEASURE_AMOUNT },
	{ "renewable_share_monthly", HWATT_N("Share of renewable electricity, month by month"), MEASURE_SHARE },
	{ "renewable_share_hourly", HWATT_N("Share of renewable electricity, hour by hour"), MEASURE_SHARE },
	{ "cfe_score", HWATT_N("Carbon-free electricity hour by hour (CFE score)"), MEASURE_SHARE },
	{ "itee", HWATT_N("Declared performance of the servers per watt (ITEEsv)"), MEASURE_AMOUNT },
	{ "coverage", HWATT_N("Completeness of the metering"), MEASURE_SHARE },
};

static const struct word statuses[HWATT_STATUSES] = {
	[HWATT_MET] = { "met", HWATT_N("Met") },
	[HWATT_NOT_MET] = { "not_met", HWATT_N("Not met") },
	[HWATT_NOT_ENOUGH_DATA] = { "not_enough_data", HWATT_N("Not enough data") },
	[HWATT_EXPIRED] = { "expired", HWATT_N("Expired") },
	[HWATT_NOT_APPLICABLE] = { "not_applicable", HWATT_N("Not applicable") },
};

static const struct word events[] = {
	{ "device_replaced", HWATT_N("Hardware replaced") },
	{ "part_added", HWATT_N("Part added") },
	{ "part_removed", HWATT_N("Part removed") },
	{ "part_moved", HWATT_N("Part moved to another place") },
	{ "asset_added", HWATT_N("Hardware added") },
	{ "asset_replaced", HWATT_N("Hardware replaced") },
	{ "asset_retired", HWATT_N("Hardware taken out of use") },
	{ "register_reset", HWATT_N("Energy register of a meter was reset") },
	{ "refrigerant_refill", HWATT_N("Refrigerant refilled") },
	{ "audit_finding", HWATT_N("Audit finding") },
	{ "audit_closed", HWATT_N("Audit finding closed") },
	{ "clock_step", HWATT_N("The clock was set") },
	{ "incident", HWATT_N("Incident") },
	{ "follow_up", HWATT_N("Follow-up meeting") },
	{ "audit", HWATT_N("Audit") },
	{ "report", HWATT_N("Report handed in") },
	{ "finding", HWATT_N("Audit finding") },
	{ "refill", HWATT_N("Refrigerant refilled") },
};

static const struct word document_statuses[] = {
	{ "submitted", HWATT_N("Submitted") }, { "accepted", HWATT_N("Accepted") }, { "rejected", HWATT_N("Rejected") },
	{ "withdrawn", HWATT_N("Withdrawn") },
};

static const struct word windows[] = {
	{ "interval", HWATT_N("quarter of an hour") }, { "day", HWATT_N("day") }, { "month", HWATT_N("month") },
	{ "year", HWATT_N("calendar year") }, { "12_months", HWATT_N("12 months") }, { "contract", HWATT_N("the whole contract") },
};

static const struct word qualities[] = {
	{ "M", HWATT_N("measured, complete") }, { "P", HWATT_N("measured, with small gaps") }, { "L", HWATT_N("measured, with large gaps") },
	{ "E", HWATT_N("estimated") }, { "R", HWATT_N("a register was reset") }, { "C", HWATT_N("the clock was set") },
	{ "F", HWATT_N("a value stood still") }, { "X", HWATT_N("missing") },
};

static const struct word stages[] = {
	{ "raw_material", HWATT_N("Raw material") }, { "component_manufacturing", HWATT_N("Component manufacturing") },
	{ "final_assembly", HWATT_N("Final assembly") }, { "use", HWATT_N("Use") }, { "end_of_life", HWATT_N("End of life") },
	{ "other", HWATT_N("Other") }, { "any", HWATT_N("All stages of the life cycle") },
};

static const struct word risks[] = {
	{ "human_rights", HWATT_N("Human rights") }, { "workers_rights", HWATT_N("Workers' rights") },
	{ "environment", HWATT_N("Environment") }, { "anti_corruption", HWATT_N("Anti-corruption") },
	{ "any", HWATT_N("All areas of risk") },
};

static const struct word certificates[] = {
	{ "go", HWATT_N("guarantees of origin") }, { "ppa", HWATT_N("delivery under contract") }, { "onsite", HWATT_N("own plant") },
};

static const struct word technologies[] = {
	{ "hydro", HWATT_N("hydropower") }, { "wind", HWATT_N("wind power") }, { "solar", HWATT_N("solar power") },
	{ "biomass", HWATT_N("biomass") }, { "geothermal", HWATT_N("geothermal power") }, { "ocean", HWATT_N("power of the sea") },
	{ "nuclear", HWATT_N("nuclear power") }, { "fossil", HWATT_N("fossil fuels") }, { "waste", HWATT_N("waste") },
	{ "unknown", HWATT_N("unknown source") },
};

static const struct word refusals[] = {
	{ "TECHNOLOGY", HWATT_N("The source does not count.") },
	{ "SOLD", HWATT_N("The guarantees of this energy were sold.") },
	{ "EXPIRED", HWATT_N("It was not cancelled in time.") },
	{ "COUNTRY", HWATT_N("It comes from a country that does not count.") },
	{ "ZONE", HWATT_N("It comes from a bidding zone that does not count.") },
	{ "LABEL", HWATT_N("It lacks the environmental label that was promised.") },
	{ "SUPPORT", HWATT_N("It does not say that the plant had no support.") },
	{ "NOT_RESOLVED", HWATT_N("It does not say when the electricity was produced as finely as it is matched.") },
	{ "STEMS_FROM_DELIVERY", HWATT_N("The same energy is counted as a delivery.") },
	{ "DOUBLE_COUNT", HWATT_N("The same certificates stand in another row too.") },
	{ "OWN_PLANT_METERED", HWATT_N("The own plant is counted by its meter.") },
	{ "OTHER_PERIOD", HWATT_N("The rest belongs to another time.") },
};

static const struct word areas[] = {
	{ "data_hall", HWATT_N("Data halls") }, { "server", HWATT_N("Servers") }, { "network_product", HWATT_N("Network products") },
	{ "it_product", HWATT_N("IT products") }, { "supply_chain", HWATT_N("Supply chain") }, { "any", HWATT_N("All product areas") },
};

/* Units with a name of their own; the others are the same in every language. */
static const struct word units_of_amounts[] = {
	{ "years", HWATT_N("years") }, { "m3/MWh", "L/kWh" }, { "1/W", "/W" }, { "Cel", "°C" }, { "1", "" },
};

static const char *const months[] = {
	HWATT_N("Jan"), HWATT_N("Feb"), HWATT_N("Mar"), HWATT_N("Apr"), HWATT_N("May"), HWATT_N("Jun"),
	HWATT_N("Jul"), HWATT_N("Aug"), HWATT_N("Sep"), HWATT_N("Oct"), HWATT_N("Nov"), HWATT_N("Dec"),
};

static const char *find(const struct word *words, size_t count, enum hwatt_language language, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].name, name) == 0)
			return hwatt_tr(language, words[i].text);
	return name;
}

const struct figure_words *figure_words(const char *kpi)
{
	for (size_t i = 0; i < COUNT(figures); i++)
		if (strcmp(figures[i].kpi, kpi) == 0)
			return &figures[i];
	return NULL;
}

enum measure measure_of(const char *kpi, const char *unit)
{
	const struct figure_words *words = figure_words(kpi);
	if (words != NULL)
		return words->measure;
	return strcmp(unit, "J") == 0 ? MEASURE_ENERGY : strcmp(unit, "1") == 0 ? MEASURE_SHARE : MEASURE_AMOUNT;
}

const char *words_figure(enum hwatt_language language, const char *kpi)
{
	const struct figure_words *words = figure_words(kpi);
	return words != NULL ? hwatt_tr(language, words->name) : kpi;
}

const char *words_series(const struct hwatt_followup_series *series, enum hwatt_language language, struct hwatt_text *out)
{
	hwatt_text_reset(out);
	hwatt_text_puts(out, words_figure(language, series->kpi));
	if (series->part != NULL && series->part[0] != '\0')
		hwatt_text_printf(out, ": %s", series->part);
	return hwatt_text_string(out);
}

const char *words_status(enum hwatt_language language, enum hwatt_status status)
{
	return hwatt_tr(language, statuses[status].text);
}

const char *words_symbol(enum hwatt_status status)
{
	static const char *const symbols[HWATT_STATUSES] = {
		[HWATT_MET] = "✓", [HWATT_NOT_MET] = "✗", [HWATT_NOT_ENOUGH_DATA] = "?", [HWATT_EXPIRED] = "!", [HWATT_NOT_APPLICABLE] = "–",
	};
	return symbols[status];
}

const char *words_event(enum hwatt_language language, const char *kind)
{
	return find(events, COUNT(events), language, kind);
}

const char *words_document_status(enum hwatt_language language, const char *status)
{
	return find(document_statuses, COUNT(document_statuses), language, status);
}

const char *words_window(enum hwatt_language language, const char *window)
{
	return find(windows, COUNT(windows), language, window);
}

const char *words_quality(enum hwatt_language language, char letter)
{
	for (size_t i = 0; i < COUNT(qualities); i++)
		if (qualities[i].name[0] == letter)
			return hwatt_tr(language, qualities[i].text);
	return "";
}

const char *words_stage(enum hwatt_language language, const char *stage)
{
	return find(stages, COUNT(stages), language, stage);
}

const char *words_risk(enum hwatt_language language, const char *risk)
{
	return find(risks, COUNT(risks), language, risk);
}

const char *words_certificate(enum hwatt_language language, const char *kind)
{
	return find(certificates, COUNT(certificates), language, kind);
}

const char *words_technology(enum hwatt_language language, const char *technology)
{
	return find(technologies, COUNT(technologies), language, technology);
}

void words_refusals(enum hwatt_language language, const char *reasons, struct hwatt_text *out)
{
	hwatt_text_reset(out);
	while (*reasons != '\0') {
		char name[32];
		size_t length = strcspn(reasons, " ");
		snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : sizeof(name) - 1), reasons);
		hwatt_text_printf(out, "%s%s", out->length > 0 ? " " : "", find(refusals, COUNT(refusals), language, name));
		reasons += length + (reasons[length] == ' ');
	}
}

const char *words_area(enum hwatt_language language, const char *area)
{
	return find(areas, COUNT(areas), language, area);
}

const char *words_month(enum hwatt_language language, int month)
{
	return hwatt_tr(language, months[month - 1]);
}

const char *words_in(const struct hwatt_texts *texts, enum hwatt_language language)
{
	const char *own = language == HWATT_SV ? texts->sv : language == HWATT_NB ? texts->nb : texts->en;
	const char *any = texts->en != NULL ? texts->en : texts->sv != NULL ? texts->sv : texts->nb;
	return own != NULL ? own : any != NULL ? any : "";
}

/* --- numbers ----------------------------------------------------------------------------------------------------- */

struct number_style number_style(enum measure measure, const char *unit, struct hwatt_ratio value)
{
	static const struct { int64_t joules; const char *name; } units[] = {
		{ INT64_C(3600000000000), "GWh" }, { INT64_C(3600000000), "MWh" }, { INT64_C(3600000), "kWh" },
	};
	if (measure == MEASURE_RATIO)
		return (struct number_style){ 1, 1, 1, 2, "" };
	if (measure == MEASURE_SHARE)
		return (struct number_style){ 100, 100, 1, 1, "%" };
	if (measure == MEASURE_AMOUNT) {
		int decimals = strcmp(unit, "kg/kWh") == 0 ? 3 : strcmp(unit, "years") == 0 || strcmp(unit, "Cel") == 0 ? 1 : 2;
		return (struct number_style){ 1, 1, 1, decimals, find(units_of_amounts, COUNT(units_of_amounts), HWATT_EN, unit) };
	}
	size_t i = 0;
	hwatt_i128 size = value.num < 0 ? -value.num : value.num;
	while (i < 2 && (!hwatt_ratio_known(value) || size < (hwatt_i128)units[i].joules * value.den))
		i++;
	return (struct number_style){ 1.0 / (double)units[i].joules, 1, units[i].joules, 1, units[i].name };
}

/* The value in the style's unit; what rounds to nothing has no sign. */
static void format(const struct number_style *style, struct hwatt_ratio value, int decimals, char out[64])
{
	hwatt_ratio_format((struct hwatt_ratio){ value.num * style->times, value.den * style->over }, decimals, out);
	if (out[0] == '-' && strspn(out + 1, "0.") == strlen(out + 1))
		memmove(out, out + 1, strlen(out));
}

/* Thousands apart from five digits on, by a thin blank, and the language's decimal sign. */
static void put_digits(const char *digits, enum hwatt_language language, struct hwatt_text *out)
{
	size_t sign = digits[0] == '-', whole = strcspn(digits + sign, ".");
	if (sign)
		hwatt_text_puts(out, "\xe2\x88\x92");
	digits += sign;
	for (size_t i = 0; i < whole; i++) {
		if (i > 0 && whole > 4 && (whole - i) % 3 == 0)
			hwatt_text_puts(out, "\xe2\x80\xaf");
		hwatt_text_putc(out, digits[i]);
	}
	if (digits[whole] == '.') {
		hwatt_text_putc(out, language == HWATT_EN ? '.' : ',');
		hwatt_text_puts(out, digits + whole + 1);
	}
}

static const char *write_number(const struct number_style *style, struct hwatt_ratio value, int decimals,
				enum hwatt_language language, struct hwatt_text *out)
{
	char digits[64];
	hwatt_text_reset(out);
	if (!hwatt_ratio_known(value)) {
		hwatt_text_puts(out, "\xe2\x80\x93");
		return hwatt_text_string(out);
	}
	format(style, value, decimals, digits);
	put_digits(digits, language, out);
	bool tight = style->unit[0] == '\0' || style->unit[0] == '/' || (style->unit[0] == '%' && language == HWATT_EN);
	hwatt_text_printf(out, "%s%s", tight ? "" : NBSP, hwatt_tr(language, style->unit));
	return hwatt_text_string(out);
}

const char *number_text(const struct number_style *style, struct hwatt_ratio value, enum hwatt_language language,
			struct hwatt_text *out)
{
	return write_number(style, value, style->decimals, language, out);
}

const char *number_text_beside(const struct number_style *style, struct hwatt_ratio value, struct hwatt_ratio other,
			       enum hwatt_language language, struct hwatt_text *out)
{
	char a[64], b[64];
	int decimals = style->decimals;
	if (hwatt_ratio_known(value) && hwatt_ratio_known(other) && hwatt_ratio_compare(value, other) != 0) {
		for (; decimals < 9; decimals++) {
			format(style, value, decimals, a);
			format(style, other, decimals, b);
			if (strcmp(a, b) != 0)
				break;
		}
	}
	return write_number(style, value, decimals, language, out);
}

const char *share_text(int64_t ppm, enum hwatt_language language, struct hwatt_text *out)
{
	static const struct number_style percent = { 100, 100, 1, 1, "%" };
	/* A share below one is never shown as one. */
	return number_text_beside(&percent, (struct hwatt_ratio){ ppm, 1000000 }, (struct hwatt_ratio){ 1, 1 }, language, out);
}
