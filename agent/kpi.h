/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* kpi.h - the sums that ratios are made of, and the ratios: PUE, energies, utilisation, coverage.
 *
 * Energy is summed and ratios are computed last: what a quarter gives is added up in exact integers, and only a
 * whole window's sums are divided.  Pure: no I/O, no clock, no allocation.  Source: domain.md 1, 5.6, 5.7, 5.11, 6.
 *
 * Coverage, where domain.md 5.6 offers several measures:
 *   ratios and `coverage`  interval coverage: quarters whose meters were all covered for at least 0.9 of it, of those
 *                          expected
 *   energies               time coverage: the least covered meter's time, of the time expected
 *   utilisation            time coverage, the mean over the members (each server weighs one) */
#ifndef HALLWATT_KPI_H
#define HALLWATT_KPI_H

#include <stddef.h>
#include "certificate.h"
#include "interval.h"
#include "logbook.h"
#include "ruleset.h"
#include "utilisation.h"
#include <hallwatt/number.h>

/* Energy sums are in 2uJ x ppm, since a meter may count for a share of what it reads. */
#define KPI_PER_J ((hwatt_i128)INTERVAL_UJ2_PER_J * HWATT_PPM)
#define KPI_VALID_MS (QUARTER_MS / 10 * 9) /* a quarter counts as covered from 0.9 on */
#define KPI_LETTERS 8
#define KPI_PER_KWH (KPI_PER_J * 3600000)
#define KPI_PER_MJ ((hwatt_i128)INTERVAL_UJ2_PER_MJ * HWATT_PPM) /* millijoule */

struct kpi_input { /* what one meter says of one quarter */
	bool expected;        /* false: the meter did not exist then; it neither counts nor lacks */
	int64_t amount;       /* ENERGY: 2uJ */
	int64_t covered_ms;
	char quality;
	int64_t share_ppm;    /* how much of it counts */
	int64_t mpe_ppm;      /* maximum permissible error, 0: unknown */
};

struct kpi_pair { /* sums of a numerator and a denominator; {0} is empty */
	hwatt_i128 num, den;         /* 2uJ x ppm */
	hwatt_i128 num_mpe, den_mpe; /* the same, each meter's part weighted by its MPE in ppm */
	int64_t covered_ms;          /* of the least covered meter of each quarter */
	int32_t quarters;            /* covered on both sides: those are the ones in num and den */
	int32_t unrated;             /* quarters in which a meter of unknown accuracy took part */
	int32_t letters[KPI_LETTERS]; /* quarters by their worst quality letter, in the order of QUALITY_LETTERS */
};

struct kpi_side { /* several meters in one quarter, added up */
	hwatt_i128 energy, mpe; /* as in struct kpi_pair */
	int64_t covered_ms;     /* of the least covered meter; 0 when none is expected */
	size_t rank;            /* of the worst quality letter */
	bool unrated;
};

/* What two sides, or one, give. */
void kpi_side_ratio(const struct kpi_side *num, const struct kpi_side *den, struct kpi_pair *out);
void kpi_side_energy(const struct kpi_side *side, struct kpi_pair *out);
/* One quarter of a ratio: counts only when every meter of both sides is covered.  A side with negative energy (more
 * exported than used) does not count either. */
void kpi_quarter_ratio(const struct kpi_input *num, size_t num_count, const struct kpi_input *den, size_t den_count,
		       struct kpi_pair *out);
/* One quarter of an energy: what was measured counts whatever the coverage. */
void kpi_quarter_energy(const struct kpi_input *inputs, size_t count, struct kpi_pair *out);
/* to += from, or -= when `sign` is -1. */
void kpi_pair_add(struct kpi_pair *to, const struct kpi_pair *from, int sign);
/* The worst letter counted; X when there is none. */
char kpi_pair_quality(const struct kpi_pair *pair);

struct kpi_lane { /* the time integral of one quantity of one device; {0} is empty */
	hwatt_i128 amount __attribute__((packed, aligned(8)));
	int64_t covered_ms;
};

enum kpi_flag {
	KPI_NO_DATA = 1,          /* nothing was covered */
	KPI_DIV_ZERO = 2,         /* the denominator is 0 */
	KPI_PHYS_IMPOSSIBLE = 4,  /* PUE or pPUE below 1 by more than its uncertainty */
	KPI_WARN_BELOW_ONE = 8,   /* PUE below 1, within its uncertainty or in a single quarter (batteries) */
	KPI_CATEGORY_MISMATCH = 16, /* no meters of the category asked for */
	KPI_CATEGORY_MIXED = 32,  /* sites of several categories: labelled with the lowest */
	KPI_WARN_ABOVE_ONE = 64,  /* a UPS gave more than it took in a single quarter (batteries) */
	KPI_PROVISIONAL_FACTOR = 128, /* the year's emission factor is not published yet: the last one before it */
	KPI_NO_FACTOR = 256,      /* there is no emission factor for the place */
	KPI_UNVERIFIED_WEIGHT = 512, /* a carrier's weight was not checked in its source */
	KPI_ESTIMATED = 1024,     /* somebody estimated a reading in it */
	KPI_SURPLUS = 2048,       /* more was cancelled than used: cut at 1 */
	KPI_ELECTRICITY_ONLY = 4096, /* emissions of electricity alone: no scope 1 was written down */
	KPI_DOUBLE_COUNT = 16384, /* a certificate in it stands twice */
	KPI_NOT_RESOLVED = 8192,  /* the matching asked for needs finer data than there are */
};

struct kpi { /* one figure over one window */
	bool known;
	struct hwatt_ratio value;    /* energies: J */
	bool bounded;                /* `low` holds, whatever missing or coming data may say */
	struct hwatt_ratio low;
	bool capped;                 /* `high` holds once the window is over, whatever missing data may say */
	struct hwatt_ratio high;
	bool certain;                /* `u_nano` is known: every meter has a stated accuracy */
	hwatt_i128 u_nano;           /* standard uncertainty in 1e-9 of the value's unit, rounded up; report k = 2 */
	struct hwatt_ratio coverage; /* 0..1 */
	int category;                /* of a PUE or an IT energy, 0: none */
	int32_t excluded;            /* members left out, covered less than half */
	char quality;
	unsigned flags;              /* enum kpi_flag */
	struct hwatt_ratio numerator, denominator; /* of a quotient, in the units below; unknown: not one of two sums */
	const char *numerator_unit, *denominator_unit; /* "J", "m3", "MWh" ...; NULL: none */
	const struct ruleset *ruleset; /* that it was computed by; NULL: by none */
	struct hwatt_ratio expected;   /* of the whole window, if each meter goes on as it has; unknown: not told */
	struct hwatt_ratio surplus;  /* of a share of green energy: J that were proved and did not count, since no more was used; unknown: none */
};

struct kpi_span { /* quarters of a window */
	int64_t elapsed, total; /* equal when the window has closed */
};

struct kpi_spell { /* of a track of the logbook, in time */
	int64_t from_s, to_s;
	hwatt_i128 value;         /* 1e-6 of the quantity's base unit */
	bool estimated;
};

struct kpi_track { /* one meter that is read by people */
	enum logbook_quantity quantity;
	const char *meter;        /* a polled one of that name and quantity is the same meter */
	int64_t accuracy_ppm;     /* 0: not stated */
	size_t count;
	const struct kpi_spell *spells;
};

struct kpi_resource { /* a meter whose register is polled */
	enum logbook_quantity quantity;
	const char *meter;        /* its name, as in struct kpi_track */
	int64_t from_s;           /* since when it is expected */
	int64_t micro_num, micro_den; /* what a slice counts, in PPM of its units, x num / den: millionths of the quantity's base unit */
};

struct kpi_factor { int64_t micro; bool known, provisional; }; /* g CO2e per kWh, in millionths */

struct kpi_cell { /* a quarter of an hour of a sum; {0} was not measured */
	hwatt_i128 energy __attribute__((packed, aligned(8))); /* 2uJ x ppm */
	int32_t covered_ms;
};

struct kpi_course { /* the quarters of a sum, one after the other; there is nothing outside */
	int64_t from_s;
	size_t count;
	const struct kpi_cell *cells;
};

struct kpi_slice { /* a month of the window, or what of it lies in the window and has elapsed; a shorter window is one slice */
	int64_t from_s, to_s;
	int64_t from_day, to_day; /* local, to_day exclusive; equal: not whole days */
	struct kpi_pair pue[4];   /* as in kpi_site */
	struct kpi_pair dc, it, grid, onsite, generator, cooling; /* energies of the site as a whole; grid: num from the grid, den IT, paired */
	struct kpi_factor location, residual, carbon_free; /* carbon_free: the grid's share, in ppm */
	const struct kpi_pair *resources; /* num: what each of the site's counted */
};

struct kpi_site { /* a site's sums over the window */
	const char *id;
	const struct ruleset *ruleset; /* NULL: electricity alone, and no labels */
	size_t track_count, slice_count;
	const struct kpi_track *tracks; /* what was written down of it */
	size_t resource_count;
	const struct kpi_resource *resources; /* what was polled */
	const struct kpi_slice *slices; /* in the order of time; none where nothing is written down */
	bool onsite_renewable;    /* what its own plant gives counts */
	bool has_it;              /* the slices' `it` is metered */
	struct kpi_course dc_course, onsite_course; /* of the site as a whole; none where nobody asks for hours */
	struct kpi_course own_course; /* of a contract: its IT energy here */
	bool has_carbon_free;     /* a share of the grid without carbon is known, of whatever year */
	int64_t fixed_ppm, reserved_mw, contracted_mw; /* the part of its overhead that follows reserved power; see allocation.h */
	struct hwatt_ratio pd_it_mw; /* installed IT power demand over the window; unknown */
	int64_t rated_it_mw;      /* 0: unknown */
	bool has_dc, has_pue[4];  /* metered at all; by category */
	struct kpi_pair pue[4];   /* num E_DC, den E_IT: paired; [1] to [3] */
	struct kpi_pair dc;       /* E_DC by itself */
	bool has_cooling, has_ups;
	struct kpi_pair cooling;
	struct kpi_pair ups;      /* num at the output, den at the input: paired */
	int it_category;          /* where the IT energy below is measured; 0: nowhere */
	struct kpi_pair it;       /* IT energy of the subject: the site's, or the contract's at this site */
	struct kpi_pair power;    /* the site's, whoever asks: num IT energy of the quarters in which all its meters are covered */
};

struct kpi_member { /* a device of a group */
	const struct kpi_lane *lanes;
	const struct kpi_lane *links; /* CPU: octets in and out of the same device; NULL: not known */
	int64_t weight_ppm;
	int64_t expected_ms;      /* since it exists, within the elapsed window */
};

struct kpi_group {
	size_t count;
	const struct kpi_member *members;
	hwatt_i128 capacity_mw;   /* racks: usable power of one feed, summed */
	int32_t letters[KPI_LETTERS];
};

struct kpi_servers { /* what makers declare of the servers of a subject */
	hwatt_i128 performance;   /* of those that have a benchmark: millionths of its unit x ppm of the share */
	hwatt_i128 power;         /* mW x ppm */
	int64_t rated, all;       /* servers with a benchmark; all */
	const char *benchmark;    /* its name; NULL: none */
	bool mixed;               /* of several benchmarks: they do not add up */
};

enum { KPI_INLET_A1, KPI_INLET_A2, KPI_INLET_A3, KPI_INLET_A4, KPI_INLET_OWN, KPI_INLET_RANGES };

struct kpi_inlet_range { int64_t low, high; }; /* of the air that enters the equipment, in thousandths of a degree Celsius, inclusive */
/* The allowable ranges of the operating classes, by KPI_INLET_A1 to _A4.  domain.md 3.1. */
extern const struct kpi_inlet_range kpi_inlet_classes[KPI_INLET_OWN];

struct kpi_room { /* a part of a site with its own boundary */
	const char *site, *room;
	int category;             /* where its IT energy is measured; 0: nowhere */
	struct kpi_pair pair;     /* num: its IT and its other loads, den: its IT; paired */
};

struct kpi_period { /* everything a subject's figures over one window are made of */
	struct kpi_span span;
	bool single;              /* one quarter: battery charge shows, so that PUE below 1 is no alarm */
	size_t site_count;
	const struct kpi_site *sites;
	struct kpi_servers servers;
	const char *contract;     /* whose figures these are; NULL: a site's */
	size_t certificate_count;
	const struct certificate *const *certificates; /* its own, and those of its sites */
	bool hourly;              /* hours are kept for it */
	struct kpi_pair metered;  /* all its energy meters: how many quarters are covered */
	bool has_metered;
	struct utilisation_rule idle; /* by which a server does no work */
	size_t room_count;
	const struct kpi_room *rooms;
	struct kpi_group cpu;     /* lanes: utilisation (ppm), time in which a quarter was busy */
	struct kpi_group half_year; /* the same over the last six whole months; none where the window does not ask for it */
	struct kpi_group inlet;   /* lanes: temperature (thousandths of a degree), time within each range */
	struct kpi_group memory;  /* lanes: used, size (MiB) */
	struct kpi_group storage; /* lanes: used, size (MiB) */
	struct kpi_group network; /* lanes: octets in, octets out, speed (Mbit/s) */
	struct kpi_group rack;    /* a member per feed; lane: energy */
	struct kpi_group meter;   /* a member per meter of a contract's IT energy, where it promises an amount; lane: energy */
};

/* PUE = E_DC / E_IT over the quarters covered on both sides, sites summed.  `category` 1 UPS output, 2 PDU, 3 IT input;
 * 0: the lowest that each site has.  Source: ISO/IEC 30134-2, domain.md 1.2. */
void kpi_pue(const struct kpi_period *period, int category, struct kpi *out);
/* E_DC of the sites: grid + on-site generation + generators.  domain.md 1.2. */
void kpi_energy_dc(const struct kpi_period *period, struct kpi *out);
/* What the UPSes give of what they take; 1 - efficiency is their loss.  domain.md 5.8. */
void kpi_ups_efficiency(const struct kpi_period *period, struct kpi *out);
/* Electricity of the cooling. */
void kpi_energy_cooling(const struct kpi_period *period, struct kpi *out);
/* IT energy. `expected`: what each meter read, and its mean power over its own covered time for the rest of the time in which it is
 * expected.  domain.md 5.6. */
void kpi_energy_it(const struct kpi_period *period, struct kpi *out);
/* IT energy with its share of the site's overhead: in proportion to IT energy, or (a part of it) to the power reserved.  domain.md 5.11
 * rules 1 to 3. */
void kpi_energy_allocated(const struct kpi_period *period, struct kpi *out);
/* ITEUsv: each server over its own covered time, then the mean over servers; those covered for less than half are left
 * out.  domain.md 1.4. */
void kpi_cpu_utilisation(const struct kpi_period *period, struct kpi *out);
/* Used of size.  domain.md 6. */
void kpi_memory_utilisation(const struct kpi_period *period, struct kpi *out);
void kpi_storage_utilisation(const struct kpi_period *period, struct kpi *out);
/* Links full duplex: the busier direction.  domain.md 6. */
void kpi_network_utilisation(const struct kpi_period *period, struct kpi *out);
/* Power of all feeds over the usable power of one.  domain.md 6. */
void kpi_rack_utilisation(const struct kpi_period *period, struct kpi *out);
/* Partial PUE of a room: its IT and other loads over its IT. `site` "": of whichever site has such a room.  domain.md 1.2. */
void kpi_ppue(const struct kpi_period *period, const char *site, const char *room, struct kpi *out);

/* --- kpi_servers.c --- */

#define KPI_IDLE_QUARTERS (28 * 96 - 4) /* a window as long as a month; one with a change of the clock is an hour shorter */

/* Servers that did no work over the window as a whole, of those measured: by count, a shared one by its share. A server whose processor
 * idles counts when its links are measured too; those measured for less than half of the time are left out.  domain.md 6. */
void kpi_idle_share(const struct kpi_period *period, struct kpi *out);
/* The same over the last six whole months. */
void kpi_comatose_share(const struct kpi_period *period, struct kpi *out);
/* Mean temperature of the air at the inlets, in degrees Celsius; each device over its own covered time. */
void kpi_inlet_temperature(const struct kpi_period *period, struct kpi *out);
/* Share of the time in which that was within `range` (KPI_INLET_A1 ...), by the means of quarters. */
void kpi_inlet_within(const struct kpi_period *period, int range, struct kpi *out);

/* ITEEsv: greatest performance per W at it, a ratio of sums over the servers that have a benchmark; coverage: of those in scope.  ISO/IEC
 * 30134-4, domain.md 1.4. */
void kpi_itee(const struct kpi_period *period, struct kpi *out);
/* Mean IT power, of the quarters in which all meters are covered, over the installed IT power demand.  domain.md 6. */
void kpi_capacity_use(const struct kpi_period *period, struct kpi *out);

/* --- figures that need more than meters: kpi_resource.c, kpi_green.c ---
 * What was written down, and what registers of water and heat counted, pairs with the energy of the same days: months that one reading
 * spans count together, and only when the readings or registers and the meters cover 0.9 of them.  Of one meter that is polled and written
 * down the register counts; a reading of it where it ends before the first poll, or for months that were not polled at all. */

/* Water / IT energy in m3 per MWh: all water that enters (category 2), else potable water (1); by rules that say so, fresh water.  ISO/IEC
 * 30134-9, domain.md 1.5, 2.5. */
void kpi_wue(const struct kpi_period *period, struct kpi *out);
/* Heat handed over outside, less what the centre's own cooling used of it, over all energy.  domain.md 1.5. */
void kpi_erf(const struct kpi_period *period, struct kpi *out);
/* Heat removed / electricity of the cooling.  domain.md 1.5. */
void kpi_cer(const struct kpi_period *period, struct kpi *out);
/* kg CO2e / kWh of IT energy: electricity from the grid and what was written down as scope 1.  Location-based: at the grid's intensity;
 * market-based: what certificates cover at theirs, the rest at the residual mix.  domain.md 1.5, 4.4. */
void kpi_cue_location(const struct kpi_period *period, struct kpi *out);
void kpi_cue_market(const struct kpi_period *period, struct kpi *out);

enum kpi_matching { KPI_MATCH_ANNUAL, KPI_MATCH_MONTHLY, KPI_MATCH_HOURLY, KPI_MATCH_QUARTER };

/* Share of the electricity that eligible certificates, contracts and own plants cover, matched over the window, or by months, hours or
 * quarters of an hour.  A contract has its own certificates, and of its site's the share that it has of the site's IT energy.
 * Hours are those of UTC, so that no local hour stands twice.  What a contract uses in an hour is its part of the month's energy, by
 * its own IT energy of the hour.  What was produced while the meters were silent counts for as much as they were not; coverage is of
 * the hours that were measured to 0.9.  Finer matching never exceeds coarser.  KPI_NOT_RESOLVED: some of the proofs cannot be placed as
 * finely as asked, and the value is the least that it can be.  domain.md 4.3, 5.6. */
void kpi_renewable_share(const struct kpi_period *period, enum kpi_matching matching, const struct certificate_filter *filter,
			 struct kpi *out);
/* CFE score: what is not covered hour by hour (or quarter by quarter) counts with the carbon-free share of the grid, of the year.  `filter`
 * {0}: what is renewable, and nuclear.  domain.md 4.3. */
void kpi_cfe(const struct kpi_period *period, enum kpi_matching matching, const struct certificate_filter *filter, struct kpi *out);

struct kpi_hour { /* a step of a matching */
	int64_t start_s;
	hwatt_i128 load, generated, matched; /* 2uJ x ppm */
};
/* Tells each hour or quarter of kpi_renewable_share, site by site; several sites have the same hours. */
void kpi_matching_hours(const struct kpi_period *period, enum kpi_matching matching, const struct certificate_filter *filter,
			void (*each)(void *arg, const struct kpi_hour *hour), void *arg);
/* REF: the same over all energy, any renewable source, cut at 1.  domain.md 1.3. */
void kpi_ref(const struct kpi_period *period, struct kpi *out);

/* Covered quarters of those expected. */
void kpi_coverage(const struct kpi_period *period, struct kpi *out);

/* Quotient of two momentary powers: no PUE, and never called so.  Unknown when a side is missing. */
struct hwatt_ratio kpi_power_ratio(int64_t dc_mw, int64_t it_mw);
/* False when a PUE of a higher category lies below one of a lower one by more than both uncertainties: losses only move
 * from IT to overhead. */
bool kpi_order_plausible(const struct kpi *lower, const struct kpi *higher);
/* "PUE2 (2025-01-01:2025-12-31) = 1.31", "iPUE1 (...) = 1.24" when the window is shorter than 12 months, "pPUE3[room-2] (...)" for a part.
 * `name` is the indicator without prefix, `part` NULL or the boundary; days are inclusive.  domain.md 1.2. */
void kpi_notation(const char *name, int category, const char *part, bool interim, int64_t first_day, int64_t last_day,
		  struct hwatt_ratio value, char out[160]);
/* "NO_DATA DIV_ZERO ..." in the order of the flags; "" without any. */
void kpi_flag_names(unsigned flags, char *out, size_t size);

#endif
