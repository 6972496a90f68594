/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What servers do with their time, and the air they take in. */
#include "fraction.h"
#include "kpi_private.h"

const struct kpi_inlet_range kpi_inlet_classes[KPI_INLET_OWN] = {
	[KPI_INLET_A1] = { 15000, 32000 }, [KPI_INLET_A2] = { 10000, 35000 },
	[KPI_INLET_A3] = { 5000, 40000 }, [KPI_INLET_A4] = { 5000, 45000 },
};

/* --- idle servers ------------------------------------------------------------------------------------------------ */

/* Octets per second over both directions, rounded down; -1: not known. */
static int64_t rate(const struct kpi_member *m)
{
	if (m->links == NULL || m->links[0].covered_ms <= 0 || m->links[1].covered_ms <= 0)
		return -1;
	hwatt_i128 in = m->links[0].amount * 1000 / m->links[0].covered_ms, to = m->links[1].amount * 1000 / m->links[1].covered_ms;
	return in + to < INT64_MAX ? (int64_t)(in + to) : INT64_MAX;
}

/* What is measured of it; for an idle processor the links too, since a server may work without one. */
static int64_t known_ms(const struct kpi_member *m, bool idle)
{
	int64_t ms = m->lanes[0].covered_ms < m->expected_ms ? m->lanes[0].covered_ms : m->expected_ms;
	for (size_t i = 0; idle && i < 2; i++) {
		int64_t links_ms = m->links != NULL ? m->links[i].covered_ms : 0;
		ms = links_ms < ms ? links_ms : ms;
	}
	return ms;
}

static bool idles(const struct kpi_member *m, const struct utilisation_rule *rule, bool with_links)
{
	int64_t ms = m->lanes[0].covered_ms;
	struct utilisation_server server = { .octets_per_s = with_links ? rate(m) : -1 };
	server.cpu_ppm = (int64_t)(m->lanes[0].amount / 2 / ms);
	server.busy_ppm = (int64_t)((m->lanes[1].amount * HWATT_PPM + ms - 1) / ms); /* up: 5 % and a little is more than 5 % */
	return utilisation_idles(&server, rule);
}

static void idle_share(const struct kpi_group *group, const struct utilisation_rule *rule, bool long_enough, struct kpi *out)
{
	hwatt_i128 idle = 0, all = 0, covered = 0, expected = 0;
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = kpi_worst_letter(group->letters), .flags = KPI_NO_DATA };
	for (size_t i = 0; i < group->count; i++) {
		const struct kpi_member *m = &group->members[i];
		bool old = m->expected_ms >= KPI_IDLE_QUARTERS * QUARTER_MS; /* who came yesterday does not idle for a month */
		bool quiet = old && m->lanes[0].covered_ms > 0 && idles(m, rule, false);
		int64_t ms = known_ms(m, quiet);
		covered += ms;
		expected += m->expected_ms;
		if (ms <= 0 || 2 * ms < m->expected_ms) {
			out->excluded++;
			continue;
		}
		all += m->weight_ppm;
		idle += quiet && idles(m, rule, true) ? m->weight_ppm : 0;
	}
	if (expected > 0)
		out->coverage = (struct hwatt_ratio){ covered, expected };
	if (all == 0 || !long_enough)
		return;
	out->flags = 0;
	out->known = true;
	out->value = (struct hwatt_ratio){ idle, all };
	out->numerator = (struct hwatt_ratio){ idle, HWATT_PPM };
	out->denominator = (struct hwatt_ratio){ all, HWATT_PPM };
	out->numerator_unit = out->denominator_unit = "1";
}

void kpi_idle_share(const struct kpi_period *period, struct kpi *out)
{
	idle_share(&period->cpu, &period->idle, period->span.elapsed >= KPI_IDLE_QUARTERS, out);
}

void kpi_comatose_share(const struct kpi_period *period, struct kpi *out)
{
	idle_share(&period->half_year, &period->idle, true, out);
}

/* --- air --------------------------------------------------------------------------------------------------------- */

/* The mean over the devices of a lane's amount over `per` x its time. */
static void mean_of(const struct kpi_group *group, size_t lane, int64_t per, struct kpi *out)
{
	struct hwatt_ratio sum = { 0, 1 };
	hwatt_i128 covered = 0, expected = 0, weight = 0;
	*out = (struct kpi){ .coverage = { 0, 1 }, .quality = kpi_worst_letter(group->letters), .flags = KPI_NO_DATA };
	for (size_t i = 0; i < group->count; i++) {
		const struct kpi_member *m = &group->members[i];
		int64_t ms = m->lanes[lane].covered_ms < m->expected_ms ? m->lanes[lane].covered_ms : m->expected_ms;
		covered += ms;
		expected += m->expected_ms;
		if (ms <= 0 || 2 * ms < m->expected_ms) {
			out->excluded++;
			continue;
		}
		sum = fraction_plus(sum, (struct hwatt_ratio){ m->lanes[lane].amount * m->weight_ppm, m->lanes[lane].covered_ms });
		weight += m->weight_ppm;
	}
	if (expected > 0)
		out->coverage = (struct hwatt_ratio){ covered, expected };
	if (weight == 0)
		return;
	out->flags = 0;
	out->known = true;
	out->value = fraction_product(sum, (struct hwatt_ratio){ 1, weight * per }, FRACTION_SHARE_BITS);
}

void kpi_inlet_temperature(const struct kpi_period *period, struct kpi *out)
{
	mean_of(&period->inlet, 0, 2 * 1000, out);
}

void kpi_inlet_within(const struct kpi_period *period, int range, struct kpi *out)
{
	mean_of(&period->inlet, 1 + (size_t)range, 1, out);
}
