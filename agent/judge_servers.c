/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Requirements on idle servers, on the air at their inlets, and on a part of a data hall.  domain.md 7.3 (M_IDLE_RATIO, M_INLET_TEMP,
 * M_PPUE). */
#include "judge.h"
#include <hallwatt/language.h>

#define MILLION REQUIREMENT_MILLION

enum { STATE_IDLE, STATE_COMATOSE };

static const char *const guard_words[] = { "simple", "guarded_accept", "guarded_reject", NULL };
static const char *const state_words[] = { "idle", "comatose", NULL };
static const char *const range_words[] = { "A1", "A2", "A3", "A4", "own", NULL };

#define COVERAGE_KEY \
	{ .name = "min_coverage", .type = HWATT_RATIO, .offset = REQUIREMENT_AT(min_coverage_ppm), .min = 1, .max = HWATT_PPM, \
	  .help = "how much of the period must have been measured for a verdict" }

static const struct hwatt_option idle_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_RATIO, 0, HWATT_PPM, "highest share of idle servers allowed, 0 to 1", NULL),
	COVERAGE_KEY,
	{ .name = "state", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(idle.state), .words = state_words, .fallback = "idle",
	  .help = "idle: throughout the period; comatose: throughout the last six whole months of it" },
	{ .name = "cpu_below", .type = HWATT_RATIO, .offset = REQUIREMENT_AT(idle.rule.cpu_ppm), .min = 1, .max = HWATT_PPM, .fallback = "0.05",
	  .help = "mean processor utilisation below which a server may be idle" },
	{ .name = "cpu_p95_below", .type = HWATT_RATIO, .offset = REQUIREMENT_AT(idle.rule.busy_ppm), .min = 1, .max = HWATT_PPM,
	  .fallback = "0.1", .help = "and below which it must stay in 95 % of the quarters of an hour" },
	{ .name = "network_below", .type = HWATT_INTEGER, .offset = REQUIREMENT_AT(idle.rule.octets_per_s), .min = 1,
	  .max = INT64_C(1000000000), .fallback = "1000", .help = "and mean traffic in octets per second, in and out together" },
};
static const struct hwatt_option inlet_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_RATIO, 0, HWATT_PPM, NULL, "lowest share of the time within the range, 0 to 1"),
	COVERAGE_KEY,
	{ .name = "class", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(inlet.range), .words = range_words, .flags = HWATT_REQUIRED,
	  .help = "A1: 15 to 32 degrees Celsius, A2: 10 to 35, A3: 5 to 40, A4: 5 to 45; own: what \"low\" and \"high\" say" },
	{ .name = "low", .type = HWATT_DECIMAL, .offset = REQUIREMENT_AT(inlet.low_micro), .min = -50 * MILLION, .max = 100 * MILLION,
	  .help = "coldest air allowed at the inlets, in degrees Celsius" },
	{ .name = "high", .type = HWATT_DECIMAL, .offset = REQUIREMENT_AT(inlet.high_micro), .min = -50 * MILLION, .max = 100 * MILLION,
	  .help = "warmest" },
};
static const struct hwatt_option ppue_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_DECIMAL, MILLION, 10 * MILLION, "highest pPUE allowed", NULL),
	COVERAGE_KEY,
	{ .name = "guard", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(guard), .words = guard_words,
	  .help = "what the uncertainty of the meters does to the limit" },
	{ .name = "room", .type = HWATT_STRING, .offset = REQUIREMENT_AT(part.room), .flags = HWATT_REQUIRED,
	  .help = "the room, as its devices name it" },
	{ .name = "site", .type = HWATT_STRING, .offset = REQUIREMENT_AT(part.site),
	  .help = "where the room is; needed when several sites have one of that name" },
};

/* --- types ------------------------------------------------------------------------------------------------------- */

static void measure_idle(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	if (r->idle.state == STATE_COMATOSE)
		kpi_comatose_share(period, out);
	else
		kpi_idle_share(period, out);
}

static void check_idle(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	struct hwatt_mark mark = hwatt_node_mark(at, "window");
	if (r->window < WINDOW_MONTH)
		hwatt_report_add(report, &mark, "whether a server idles shows in a month; write month, year, 12_months or contract");
	else if (r->window == WINDOW_MONTH && r->idle.state == STATE_COMATOSE)
		hwatt_report_add(report, &mark, "comatose servers idle for half a year; write year, 12_months or contract");
}

static void measure_inlet(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	kpi_inlet_within(period, r->inlet.range, out);
}

static void fill_inlet(struct requirement *r)
{
	if (r->inlet.range == KPI_INLET_OWN)
		r->inlet.own = (struct kpi_inlet_range){ r->inlet.low_micro / 1000, r->inlet.high_micro / 1000 };
}

static void check_inlet(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	bool low = document_get(at, "low") != NULL, high = document_get(at, "high") != NULL;
	struct hwatt_mark mark = hwatt_node_mark(at, low ? "low" : "high");
	if (r->inlet.range != KPI_INLET_OWN && (low || high))
		hwatt_report_add(report, &mark, "the class has its own range; for another write class: own");
	else if (r->inlet.range == KPI_INLET_OWN && !(low && high))
		hwatt_report_add(report, &at->mark, "state \"low\" and \"high\": the temperatures between which the air must be");
	else if (r->inlet.range == KPI_INLET_OWN && r->inlet.own.low >= r->inlet.own.high)
		hwatt_report_add(report, &mark, "\"low\" must be below \"high\"");
}

static void measure_ppue(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	kpi_ppue(period, r->part.site, r->part.room, out);
}

const struct requirement_type judge_server_types[] = {
	{ .name = "idle_ratio", REQUIREMENT_KEYS(idle_keys), .unit = UNIT_SHARE, .may_max = true, .window = WINDOW_12_MONTHS,
	  .subject = SUBJECT_DEVICES, .measure = measure_idle, .check = check_idle,
	  .noun = { HWATT_N("share of the servers that run without doing any work") } },
	{ .name = "inlet_temperature", REQUIREMENT_KEYS(inlet_keys), .unit = UNIT_SHARE, .may_min = true, .window = WINDOW_MONTH,
	  .subject = SUBJECT_DEVICES, .measure = measure_inlet, .fill = fill_inlet, .check = check_inlet,
	  .noun = { HWATT_N("share of the time in which the air that enters the servers is within the agreed temperatures") } },
	{ .name = "ppue", REQUIREMENT_KEYS(ppue_keys), .unit = UNIT_RATIO, .may_max = true, .window = WINDOW_12_MONTHS,
	  .subject = SUBJECT_SITE, .measure = measure_ppue,
	  .noun = { HWATT_N("partial PUE (pPUE: the energy of a room of the data hall divided by that of the IT equipment in it)") } },
	{ .name = NULL },
};
