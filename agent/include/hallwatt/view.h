/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* view.h - what is published at one instant, as an exporter sees it: never changed after.
 *
 * A snapshot is an array of immutable, counted blocks, one per device, and one block for sites, KPIs and requirements.
 * Strings live in their block. There are ten thousand devices: their points are packed, and taken out one by one. */
#ifndef HALLWATT_VIEW_H
#define HALLWATT_VIEW_H

#include <hallwatt/device.h>
#include <hallwatt/error.h>
#include <hallwatt/number.h>
#include <hallwatt/option.h>
#include <hallwatt/reading.h>
#include <stdatomic.h>

struct hwatt_view_point {
	const char *index, *name, *source;
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	int64_t value;        /* last value, fixed unit; 0 where the point has a total and is not present */
	int64_t total_j;      /* metered: joules (of water: litres) since the point was first seen, never goes down */
	int32_t total_uj;     /* 0..999999 on top of total_j */
	bool alternative;     /* same watt as a chosen point */
	bool present;         /* answered within stale_after: gauges of absent points are left out */
	bool metered;         /* has an energy total */
};

struct hwatt_view_page;
struct hwatt_view_form;
struct hwatt_view_names;

struct hwatt_view_device {
	atomic_uint refs;
	uint32_t point_count;
	struct hwatt_view_page *page; /* where it lies, with others; NULL: alone */
	const struct hwatt_view_form *form; /* what its points are: devices of one kind share it */
	const struct hwatt_view_names *names; /* NULL: none has one */
	const char *id, *site, *room, *rack;
	const char *vendor, *model, *serial, *firmware, *profile; /* "" when not known */
	enum hwatt_power_role power_role;
	bool polled;          /* at least one poll has ended */
	bool up;              /* the last poll succeeded */
	uint8_t value_octets, total_octets; /* how wide the values and totals are that follow the struct */
	uint32_t errors[HWATT_CODES];
	int64_t last_success_ms; /* UTC, 0: never */
	int64_t poll_duration_us;
	int64_t polls;
	int64_t dropped;      /* values out of range */
};

/* The point `at`, below point_count: in order of declaration. */
struct hwatt_view_point hwatt_view_point_at(const struct hwatt_view_device *device, size_t at);
/* The first from `from` on of one of `quantities`, (1u << quantity) each; point_count: there is none. */
size_t hwatt_view_next(const struct hwatt_view_device *device, uint32_t quantities, size_t from);
/* The nearest before `at` with the same role and index; point_count: there is none. */
size_t hwatt_view_before(const struct hwatt_view_device *device, size_t at);
/* Which quantities its points have that are chosen, or that are alternatives. */
uint32_t hwatt_view_quantities(const struct hwatt_view_device *device, bool alternative);

struct hwatt_view_site_power {
	const char *site;
	enum hwatt_power_role role;
	int64_t mw;
};

struct hwatt_view_kpi {
	const char *subject_kind; /* "site" or "contract" */
	const char *subject;      /* its id */
	const char *kpi;          /* "pue1", "cpu_utilisation", "energy_it", "power_ratio_now" ... */
	const char *window;       /* "interval", "day", "month", "year", "12_months", "contract" */
	int64_t from_s, to_s;     /* UTC bounds of the window */
	bool known;
	struct hwatt_ratio value; /* energies: joules / 1 */
	const char *unit;         /* "1", "J" */
	int64_t coverage_ppm;
	char quality;             /* letter of domain.md 8.4 */
	struct hwatt_ratio uncertainty; /* U, k = 2, in the value's unit; unknown where a meter's accuracy is not stated */
	int category;             /* of a PUE or an IT energy: 1 UPS output, 2 PDU, 3 IT; 0: none */
	int32_t excluded;         /* servers left out, covered less than half */
	const char *notes;        /* "DIV_ZERO", "WARN_BELOW_ONE CATEGORY_MIXED" ...; "" */
	struct hwatt_ratio numerator, denominator; /* of a quotient of two sums, in their units; unknown: it is none */
	const char *numerator_unit, *denominator_unit; /* "J", "m3", "MWh" ...; "" */
	const char *label;        /* class of the label, "B"; "" where there is none */
	const char *notation;     /* as standards print it: "iPUE1 (2026-04-01:2026-09-30) = 1.24"; "" */
	const char *ruleset, *ruleset_hash; /* that it was computed by; "" by none */
	const char *part;         /* of a part alone (ppue): its boundary, a room; "" or NULL: of the whole */
	struct hwatt_ratio surplus; /* of a share cut at 1: energy that was proved and not used, in J; unknown: none */
};

enum hwatt_status { HWATT_MET, HWATT_NOT_MET, HWATT_NOT_ENOUGH_DATA, HWATT_EXPIRED,
		    HWATT_NOT_APPLICABLE, HWATT_STATUSES };
/* "met", "not_met", "not_enough_data", "expired", "not_applicable". */
const char *hwatt_status_name(enum hwatt_status status);

struct hwatt_view_forecast { /* what the open period will end with if it goes on so; never a verdict */
	bool known;
	struct hwatt_ratio value; /* expected at the end of the period */
	enum hwatt_status status; /* met or not_met, by then */
	int64_t crosses_s;        /* UTC: when the limit will be passed; 0: it will not, or that cannot be told */
	struct hwatt_texts sentence; /* says that it is a forecast */
	int64_t from_s, to_s;     /* the open period: not the one judged where that is over */
};

struct hwatt_view_requirement {
	const char *contract, *requirement, *type;
	enum hwatt_status status;
	bool known;               /* value is known */
	struct hwatt_ratio value, limit;
	bool limited;             /* has a limit */
	bool maximum;             /* limit is an upper bound */
	const char *unit;
	int64_t coverage_ppm, min_coverage_ppm;
	int64_t from_s, to_s;     /* the period judged */
	const char *reasons;      /* "COVERAGE PERIOD_OPEN" */
	struct hwatt_texts sentence;
	struct hwatt_texts title;
	const char *window;       /* "month", "12_months" ... */
	bool open;                /* the period judged is not over */
	bool exclusive;           /* the limit itself is a breach */
	bool to_review;           /* what is missing has been handed in, and waits for the buyer's review */
	char quality;
	int category;             /* as in struct hwatt_view_kpi */
	struct hwatt_ratio uncertainty;
	struct hwatt_view_forecast forecast; /* beside the verdict, and no part of it */
};

struct hwatt_view_contract {
	const char *id, *buyer, *supplier;
	struct hwatt_texts title;
	int64_t from_day, to_day; /* days since 1970-01-01, inclusive */
};

struct hwatt_view_counter { /* the daemon's own metrics, and engines' */
	const char *name, *help, *label, *label_value; /* label NULL: none */
	double value;
};

struct hwatt_view_hall { /* sites, KPIs, requirements: rebuilt when an interval closes */
	atomic_uint refs;
	size_t kpi_count, requirement_count, contract_count;
	const struct hwatt_view_kpi *kpis;
	const struct hwatt_view_requirement *requirements;
	const struct hwatt_view_contract *contracts;
};

struct hwatt_snapshot {
	atomic_uint refs;
	int64_t taken_ms;         /* UTC */
	size_t device_count;
	struct hwatt_view_device *const *devices;
	struct hwatt_view_hall *hall;
	size_t site_power_count;
	const struct hwatt_view_site_power *site_power;
	size_t counter_count;
	const struct hwatt_view_counter *counters;
	bool ready;               /* the first round is planned and the stored past is summed; a reload does not take that back */
	bool resting;             /* what devices said was let go, as nobody asked: not to be taken for a hall without devices */
};

#endif
