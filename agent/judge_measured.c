/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Requirements that a figure of kpi.h measures.  domain.md 7.3 (M_...). */
#include "judge.h"
#include <hallwatt/language.h>

#define MILLION REQUIREMENT_MILLION

static const char *const guard_words[] = { "simple", "guarded_accept", "guarded_reject", NULL };
static const char *const boundary_words[] = { "it", "allocated", NULL };

#define COVERAGE_KEY \
	{ .name = "min_coverage", .type = HWATT_RATIO, .offset = REQUIREMENT_AT(min_coverage_ppm), .min = 1, .max = HWATT_PPM, \
	  .help = "how much of the period must have been measured for a verdict" }
#define GUARD_KEY \
	{ .name = "guard", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(guard), .words = guard_words, \
	  .help = "what the uncertainty of the meters does to the limit" }

static const struct hwatt_option pue_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_DECIMAL, MILLION, 10 * MILLION, "highest PUE allowed", NULL),
	COVERAGE_KEY,
	GUARD_KEY,
	{ .name = "category", .type = HWATT_INTEGER, .offset = REQUIREMENT_AT(pue.category), .min = 1, .max = 3,
	  .help = "where the IT energy is measured: 1 UPS output, 2 PDU, 3 IT input; the lowest that is metered unless stated" },
};
static const struct hwatt_option energy_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_ENERGY_AMOUNT, HWATT_MJ_PER_WH, HWATT_MJ_PER_WH * 1000000000000, "highest energy allowed, such as 100 MWh", NULL),
	COVERAGE_KEY,
	GUARD_KEY,
	{ .name = "boundary", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(energy.boundary), .words = boundary_words, .fallback = "it",
	  .help = "it: the IT equipment's own energy; allocated: with its share of cooling and losses (times the site's PUE)" },
};
static const struct hwatt_option trend_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_RATIO, -HWATT_PPM, HWATT_PPM, NULL, "lowest reduction, like 10 %"),
	COVERAGE_KEY,
	{ .name = "baseline", .type = HWATT_ENERGY_AMOUNT, .offset = REQUIREMENT_AT(trend.baseline), .min = HWATT_MJ_PER_WH,
	  .max = HWATT_MJ_PER_WH * 1000000000000, .help = "energy of the period of comparison, over as long a window" },
	{ .name = "factor", .type = HWATT_DECIMAL, .offset = REQUIREMENT_AT(trend.factor), .min = 1000, .max = 1000 * MILLION,
	  .help = "agreed change of what is hosted since then, such as servers now over servers then; 1 when none is agreed" },
};
static const struct hwatt_option utilisation_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_RATIO, 0, HWATT_PPM, "highest utilisation allowed, 0 to 1", "lowest utilisation allowed, 0 to 1"),
	COVERAGE_KEY,
};
static const struct hwatt_option rack_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_RATIO, 0, HWATT_PPM, "highest utilisation allowed, 0 to 1", "lowest utilisation allowed, 0 to 1"),
	COVERAGE_KEY,
};
static const struct hwatt_option coverage_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_RATIO, 1, HWATT_PPM, NULL, "share of the quarters of an hour that must be measured"),
};

/* --- types ------------------------------------------------------------------------------------------------------- */

static void measure_pue(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	kpi_pue(period, (int)r->pue.category, out);
}

static void measure_energy(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	if (r->energy.boundary == BOUNDARY_ALLOCATED)
		kpi_energy_allocated(period, out);
	else
		kpi_energy_it(period, out);
}

/* 1 - energy (J) / base (1e-9 J). */
static struct hwatt_ratio change_from(hwatt_i128 base, struct hwatt_ratio energy)
{
	return (struct hwatt_ratio){ base * energy.den - energy.num * 1000000000, base * energy.den };
}

/* 1 - E / (E_base f): f is what both sides agreed that the change in what is hosted does to the energy.  While the period is open, the energy so far is
 * held against as much of the baseline as of the period has passed.  domain.md 5.10. */
static void measure_trend(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	kpi_energy_it(period, out);
	/* mJ x 1e-6 of the base over J of the value: both times 1e9 */
	hwatt_i128 base = (hwatt_i128)r->trend.baseline * r->trend.factor;
	out->bounded = false; /* less measured is less used: no bound on the safe side */
	if (!out->known)
		return;
	if (hwatt_ratio_known(out->expected))
		out->expected = change_from(base, out->expected);
	hwatt_i128 used = out->value.num * 1000000000, allowed = base * out->value.den;
	if (period->span.elapsed < period->span.total && period->span.elapsed > 0) {
		while (allowed > (hwatt_i128)1 << 90 || used > (hwatt_i128)1 << 90) { /* no verdict rests on it yet */
			used /= 2;
			allowed /= 2;
		}
		used *= period->span.total;
		allowed *= period->span.elapsed;
	}
	out->value = (struct hwatt_ratio){ allowed - used, allowed };
	out->certain = false;
	out->u_nano = 0;
}

static void check_trend(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	if (r->trend.baseline == 0)
		hwatt_report_add(report, &at->mark, "state \"baseline\": the energy of the agreed period of comparison, like 120 MWh");
	if (r->trend.factor == 0)
		hwatt_report_add(report, &at->mark, "state \"factor\": by what the baseline is multiplied for what has changed since, as both "
				 "sides agreed; 1 when nothing is");
}

static void measure_cpu(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_cpu_utilisation(period, out);
}

static void measure_storage(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_storage_utilisation(period, out);
}

static void measure_memory(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_memory_utilisation(period, out);
}

static void measure_network(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_network_utilisation(period, out);
}

static void measure_rack(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_rack_utilisation(period, out);
}

static void measure_coverage(const struct kpi_period *period, const struct requirement *r, struct kpi *out)
{
	(void)r;
	kpi_coverage(period, out);
}

const struct requirement_type judge_measured_types[] = {
	{ .name = "pue", REQUIREMENT_KEYS(pue_keys), .unit = UNIT_RATIO, .may_max = true, .window = WINDOW_12_MONTHS,
	  .subject = SUBJECT_SITE, .measure = measure_pue,
	  .noun = { HWATT_N("PUE (the energy of the whole data hall divided by that of its IT equipment)") } },
	{ .name = "energy", REQUIREMENT_KEYS(energy_keys), .unit = UNIT_ENERGY, .may_max = true, .window = WINDOW_YEAR,
	  .subject = SUBJECT_ENERGY, .measure = measure_energy,
	  .noun = { HWATT_N("energy used by the IT equipment of the contract"),
		    HWATT_N("energy used by the IT equipment of the contract, with its share of cooling and power losses") } },
	{ .name = "energy_trend", REQUIREMENT_KEYS(trend_keys), .unit = UNIT_SHARE, .may_min = true, .window = WINDOW_YEAR,
	  .subject = SUBJECT_ENERGY, .measure = measure_trend, .check = check_trend,
	  .noun = { HWATT_N("how much less energy is used than in the agreed year of comparison") } },
	{ .name = "cpu_utilisation", REQUIREMENT_KEYS(utilisation_keys), .unit = UNIT_SHARE, .may_max = true, .may_min = true,
	  .window = WINDOW_MONTH, .subject = SUBJECT_DEVICES, .measure = measure_cpu,
	  .noun = { HWATT_N("average processor utilisation of the servers") } },
	{ .name = "memory_utilisation", REQUIREMENT_KEYS(utilisation_keys), .unit = UNIT_SHARE, .may_max = true, .may_min = true,
	  .window = WINDOW_MONTH, .subject = SUBJECT_DEVICES, .measure = measure_memory,
	  .noun = { HWATT_N("share of the servers' memory that is in use") } },
	{ .name = "storage_utilisation", REQUIREMENT_KEYS(utilisation_keys), .unit = UNIT_SHARE, .may_max = true, .may_min = true,
	  .window = WINDOW_MONTH, .subject = SUBJECT_DEVICES, .measure = measure_storage,
	  .noun = { HWATT_N("share of the storage space that is in use") } },
	{ .name = "network_utilisation", REQUIREMENT_KEYS(utilisation_keys), .unit = UNIT_SHARE, .may_max = true, .may_min = true,
	  .window = WINDOW_MONTH, .subject = SUBJECT_DEVICES, .measure = measure_network,
	  .noun = { HWATT_N("average load of the network links in their busier direction") } },
	{ .name = "rack_utilisation", REQUIREMENT_KEYS(rack_keys), .unit = UNIT_SHARE, .may_max = true, .may_min = true,
	  .window = WINDOW_MONTH, .subject = SUBJECT_RACKS, .measure = measure_rack,
	  .noun = { HWATT_N("share of the available power of the racks that is in use") } },
	{ .name = "coverage", REQUIREMENT_KEYS(coverage_keys), .unit = UNIT_SHARE, .may_min = true, .window = WINDOW_MONTH,
	  .subject = SUBJECT_ENERGY, .measure = measure_coverage,
	  .noun = { HWATT_N("share of the time in which the electricity metering is complete") } },
	{ .name = NULL },
};
