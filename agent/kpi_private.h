/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* kpi_private.h - what the files of kpi.h share. */
#ifndef HALLWATT_KPI_PRIVATE_H
#define HALLWATT_KPI_PRIVATE_H

#include "kpi.h"

size_t kpi_letter_rank(char letter);
char kpi_worst_letter(const int32_t letters[KPI_LETTERS]);
/* part / whole, at most 1; 0 for an empty whole. */
struct hwatt_ratio kpi_part_of(int64_t part, int64_t whole);
/* Relative standard uncertainty of a sum from its MPE-weighted twin: the meters of one side are taken to err in the same
 * direction (domain.md 5.7: same type), which is never too small. */
double kpi_relative_u(hwatt_i128 sum, hwatt_i128 mpe);
hwatt_i128 kpi_nano_up(double u);
/* amount x time / covered, where the product alone may not fit. */
hwatt_i128 kpi_at_its_rate(hwatt_i128 amount, int64_t time_ms, int64_t covered_ms);

enum kpi_half { KPI_NUMERATOR, KPI_DENOMINATOR };

struct kpi_flow { /* a quantity of the logbook that takes part in a quotient */
	enum logbook_quantity quantity;
	enum kpi_half side;
	int64_t weight_ppm;       /* may be negative: deducted */
};

struct kpi_flowed { /* sums over the months in which all that takes part is covered */
	hwatt_i128 flow[2];       /* by side: 1e-6 base units x ppm */
	hwatt_i128 flow_mpe[2];   /* each part weighted by its accuracy in ppm */
	struct kpi_pair energy;
	hwatt_i128 location_carbon, residual_carbon; /* energy.num x millionths of g/kWh */
	int64_t paired_ms;
	char quality;             /* the worst letter of the registers polled; M without */
	bool any;                 /* some month counts */
	bool estimated, unrated;  /* a reading was estimated; the accuracy of one is not stated */
	bool no_location, no_residual, provisional_location, provisional_residual;
};

/* Whether a reading of a track counts: false where the polled register of the same meter goes before it. */
bool kpi_spell_counts(const struct kpi_site *site, const struct kpi_track *track, const struct kpi_spell *spell);
/* Whether the polled meter and the track are one. */
bool kpi_same_meter(const struct kpi_resource *resource, const struct kpi_track *track);
/* What a register counted, in millionths of its quantity's base unit; `num` of a pair, or its `num_mpe` (then x ppm). */
hwatt_i128 kpi_resource_micro(const struct kpi_resource *resource, hwatt_i128 num);
/* Whether the site has a track of the quantity, or a register that is polled. */
bool kpi_has_flow(const struct kpi_site *site, enum logbook_quantity quantity);
/* Adds up flows and the energies that `of` names, over the months that count. */
void kpi_flow_sum(const struct kpi_site *site, const struct kpi_flow *flows, size_t count,
		  const struct kpi_pair *(*of)(const struct kpi_slice *slice, int arg), int arg, struct kpi_flowed *out);

bool kpi_has_carriers(const struct kpi_site *site);
/* Appends the carriers that the site has, as part of `side`, with the weights (NULL: 1 each). Returns the new count. */
size_t kpi_add_carriers(const struct kpi_site *site, enum kpi_half side, const struct ruleset_weighting *weights,
			struct kpi_flow *flows, size_t count);
/* E_DC with fuels, heat and cold by the weights of the site's rules, paired with E_IT. */
struct kpi_pair kpi_pue_with_carriers(const struct kpi_site *site, int category, unsigned *flags);

#endif
