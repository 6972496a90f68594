/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "synthetic.h"
#include "block.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>

/* 2026-10-25T10:00:00.250Z */
#define NOW_MS INT64_C(1792922400250)

static struct hwatt_view_device *pdu(void)
{
	const struct hwatt_view_point points[] = {
		{ .role = HWATT_INLET, .quantity = HWATT_ACTIVE_POWER, .index = "1", .present = true, .value = 1480500 },
		/* 2^53 + 1 joules and a bit: more than a double can hold */
		{ .role = HWATT_INLET, .quantity = HWATT_ENERGY, .index = "1", .metered = true,
		  .total_j = INT64_C(9007199254740993), .total_uj = 250000 },
		{ .role = HWATT_OUTLET, .quantity = HWATT_ACTIVE_POWER, .index = "1", .name = "web \"1\"\\\n2",
		  .present = true, .value = -5, .metered = true, .total_j = 7, .total_uj = 1 },
		{ .role = HWATT_OUTLET, .quantity = HWATT_CURRENT, .index = "1", .name = "web \"1\"\\\n2",
		  .present = true, .value = 6430 },
		{ .role = HWATT_OUTLET, .quantity = HWATT_ACTIVE_POWER, .index = "2", .name = "Sk\xe5p", .present = false,
		  .value = 99000, .metered = true, .total_j = 12 }, /* silent, and its name is Latin-1 */
		{ .role = HWATT_OUTLET, .quantity = HWATT_ACTIVE_POWER, .index = "1", .present = true,
		  .value = 77000, .source = "another column" }, /* the same labels again */
		{ .role = HWATT_INLET, .quantity = HWATT_VOLTAGE, .index = "1", .present = true, .value = 230000 },
		{ .role = HWATT_INLET, .quantity = HWATT_REACTIVE_POWER, .index = "1", .present = true, .value = -31000 },
		{ .role = HWATT_INLET, .quantity = HWATT_APPARENT_POWER, .index = "1", .present = true, .value = 1500000 },
		{ .role = HWATT_INLET, .quantity = HWATT_POWER_FACTOR, .index = "1", .present = true, .value = 987000 },
		{ .role = HWATT_INLET, .quantity = HWATT_FREQUENCY, .index = "1", .present = true, .value = 49980 },
	};
	struct hwatt_view_device draft = {
		.id = "pdu-a1", .site = "lulea-1", .rack = "A1", .power_role = HWATT_POWER_PDU, .vendor = "APC",
		.model = "AP8932", .serial = "ZA1", .firmware = "6.8.2", .profile = "apc-rpdu2", .polled = true,
		.up = true, .last_success_ms = NOW_MS - 1000, .poll_duration_us = 12345, .polls = 100,
		.dropped = 2,
	};
	draft.errors[HWATT_ETIMEOUT] = 3;
	draft.errors[HWATT_ERANGE] = 1;
	return block_build(&draft, points, sizeof(points) / sizeof(points[0]));
}

static struct hwatt_view_device *server(void)
{
	const struct hwatt_view_point points[] = {
		{ .role = HWATT_CHASSIS, .quantity = HWATT_ACTIVE_POWER, .index = "1", .source = "dcmi", .present = true,
		  .value = 310000, .metered = true, .total_j = 1000 },
		{ .role = HWATT_CHASSIS, .quantity = HWATT_ACTIVE_POWER, .index = "1", .source = "psu sum", .present = true,
		  .value = 318000, .alternative = true, .metered = true, .total_j = 1010 },
		{ .role = HWATT_SENSOR, .quantity = HWATT_FAN_SPEED, .index = "1", .name = "Fan 1", .present = true,
		  .value = 7200000 },
		{ .role = HWATT_SENSOR, .quantity = HWATT_TEMPERATURE, .index = "2", .present = true, .value = -1500 },
		{ .role = HWATT_INTERFACE, .quantity = HWATT_IF_SPEED, .index = "eth0", .present = true,
		  .value = 1000000001 },
		{ .role = HWATT_INTERFACE, .quantity = HWATT_IF_IN_OCTETS, .index = "eth0", .present = true, .value = 4711 },
		{ .role = HWATT_CPU, .quantity = HWATT_CPU_UTILISATION, .index = "0", .present = true, .value = 425000 },
		{ .role = HWATT_MEMORY, .quantity = HWATT_MEMORY_SIZE, .index = "1", .present = true,
		  .value = INT64_C(68719476736) },
		{ .role = HWATT_SENSOR, .quantity = HWATT_WATER_VOLUME, .index = "w", .present = true, .metered = true,
		  .value = 99, .total_j = 12345 },
		{ .role = HWATT_SENSOR, .quantity = HWATT_THERMAL_ENERGY, .index = "h", .present = true, .metered = true,
		  .total_j = 555 },
		{ .role = HWATT_SENSOR, .quantity = HWATT_UPTIME, .index = "1", .present = true, .value = 86400500 },
	};
	struct hwatt_view_device draft = { .id = "srv-17", .site = "lulea-1", .rack = "A1", .polled = true,
					   .last_success_ms = NOW_MS - 90000, .polls = 50 };
	return block_build(&draft, points, sizeof(points) / sizeof(points[0]));
}

static struct hwatt_view_hall *hall(void)
{
	const struct hwatt_view_kpi kpis[] = {
		{ .subject_kind = "site", .subject = "lulea-1", .kpi = "pue2", .window = "month", .known = true,
		  .value = { 13, 10 }, .unit = "1", .coverage_ppm = 998000 },
		{ .subject_kind = "site", .subject = "lulea-1", .kpi = "pue2", .window = "12_months", .unit = "1",
		  .coverage_ppm = 120000 },
		{ .subject_kind = "site", .subject = "lulea-1", .kpi = "ppue", .part = "b", .window = "month", .known = true,
		  .value = { 12, 10 }, .unit = "1", .coverage_ppm = 1000000 },
		{ .subject_kind = "site", .subject = "lulea-1", .kpi = "ppue", .part = "a", .window = "month", .known = true,
		  .value = { 11, 10 }, .unit = "1", .coverage_ppm = 1000000 },
		{ .subject_kind = "contract", .subject = "hosting-2023", .kpi = "energy_it", .window = "month", .known = true,
		  .value = { INT64_C(9007199254740993), 1 }, .unit = "J", .coverage_ppm = 1000000 },
		{ .subject_kind = "contract", .subject = "hosting-2023", .kpi = "energy_it", .window = "day", .known = true,
		  .value = { 10, 3 }, .unit = "J", .coverage_ppm = 1000000 },
	};
	const struct hwatt_view_requirement requirements[] = {
		{ .contract = "hosting-2023", .requirement = "util", .type = "cpu_utilisation", .status = HWATT_MET,
		  .known = true, .value = { 1, 2 }, .limit = { 4, 10 }, .limited = true, .coverage_ppm = 970000,
		  .forecast = { .known = true, .value = { 39, 100 }, .status = HWATT_NOT_MET, .crosses_s = 1789000000 } },
		{ .contract = "hosting-2023", .requirement = "pue", .type = "pue", .status = HWATT_NOT_MET, .known = true,
		  .value = { 156, 100 }, .limit = { 13, 10 }, .limited = true, .maximum = true, .coverage_ppm = 990000 },
		{ .contract = "hosting-2023", .requirement = "zero", .type = "energy", .status = HWATT_NOT_ENOUGH_DATA,
		  .limit = { 0, 1 }, .limited = true, .maximum = true },
		{ .contract = "hosting-2023", .requirement = "zero-used", .type = "energy", .status = HWATT_NOT_MET,
		  .known = true, .value = { 5, 1 }, .limit = { 0, 1 }, .limited = true, .maximum = true,
		  .coverage_ppm = 1000000 },
	};
	const struct hwatt_view_contract contract = { .id = "hosting-2023", .buyer = "Region Norr",
						      .supplier = "Exempelhall AB", .from_day = 19539, .to_day = 20999 };
	struct hwatt_view_hall draft = {
		.kpi_count = sizeof(kpis) / sizeof(kpis[0]), .kpis = kpis,
		.requirement_count = sizeof(requirements) / sizeof(requirements[0]), .requirements = requirements,
		.contract_count = 1, .contracts = &contract,
	};
	return snapshot_hall_build(&draft);
}

struct hwatt_snapshot *synthetic_snapshot(void)
{
	const struct hwatt_view_device unseen = { .id = "new-1" }; /* configured, not polled yet */
	struct hwatt_view_device *devices[] = { pdu(), server(), block_build(&unseen, NULL, 0) };
	const struct hwatt_view_site_power power[] = {
		{ .site = "lulea-1", .role = HWATT_POWER_PDU, .mw = 98500000 },
		{ .site = "lulea-1", .role = HWATT_POWER_GRID, .mw = 150000001 },
	};
	const struct hwatt_view_counter counters[] = {
		{ .name = "snmp_requests_total", .help = "Requests sent.", .value = 12345678 },
		{ .name = "config_last_reload_successful", .help = "Whether the last reload was taken over.", .value = 1 },
		{ .name = "queue_depth", .help = "How many wait, by \"queue\".", .label = "queue", .label_value = "store",
		  .value = 0.1 },
		{ .name = "queue_depth", .help = "How many wait, by \"queue\".", .label = "queue", .label_value = "resolve",
		  .value = 2 },
	};
	struct hwatt_view_hall *in = hall();
	struct hwatt_snapshot draft = {
		.taken_ms = NOW_MS, .device_count = 3, .devices = devices, .hall = in, .site_power_count = 2,
		.site_power = power, .counter_count = 4, .counters = counters, .ready = true,
	};
	struct hwatt_snapshot *snap = snapshot_build(&draft);
	for (size_t i = 0; i < draft.device_count; i++)
		block_release(devices[i]);
	snapshot_hall_release(in);
	return snap;
}

struct hwatt_snapshot *synthetic_hall(size_t devices, size_t points)
{
	struct hwatt_view_device **blocks = hwatt_alloc(devices * sizeof(blocks[0]));
	struct hwatt_view_point *drafts = hwatt_alloc(points * sizeof(drafts[0]));
	struct hwatt_view_page *page = NULL;
	for (size_t d = 0; d < devices; d++) {
		char id[32], (*names)[24] = hwatt_alloc(points * sizeof(names[0]));
		snprintf(id, sizeof(id), "pdu-%zu", d);
		for (size_t p = 0; p < points; p++) {
			snprintf(names[p], sizeof(names[p]), "%zu", p / 3 + 1);
			static const enum hwatt_quantity quantities[] = { HWATT_ACTIVE_POWER, HWATT_CURRENT, HWATT_ENERGY };
			drafts[p] = (struct hwatt_view_point){
				.role = HWATT_OUTLET, .quantity = quantities[p % 3], .index = names[p], .present = true,
				.value = (int64_t)(d * 1000 + p * 77), .metered = p % 3 == 2, .total_j = (int64_t)(d * 999983 + p),
				.total_uj = (int32_t)p * 1000, .source = "1.3.6.1.4.1.318.1.1.26.9.4.3.1.7.1",
			};
		}
		struct hwatt_view_device draft = { .id = id, .site = "lulea-1", .vendor = "APC", .polled = true, .up = true,
						   .polls = 7 };
		blocks[d] = block_build_on(&page, &draft, drafts, points);
		free(names);
	}
	struct hwatt_snapshot draft = { .taken_ms = NOW_MS, .device_count = devices, .devices = blocks, .ready = true };
	struct hwatt_snapshot *snap = snapshot_build(&draft);
	block_page_release(page);
	for (size_t d = 0; d < devices; d++)
		block_release(blocks[d]);
	free(blocks);
	free(drafts);
	return snap;
}

extern const struct hwatt_exporter prometheus_exporter;

int synthetic_render(const struct hwatt_snapshot *snap, const char *accept, struct hwatt_answer *answer, struct hwatt_error *err)
{
	struct hwatt_view view = { .snapshot = snap };
	struct hwatt_request request = { .path = "/metrics", .accept = accept };
	void *pieces;
	int rc = prometheus_exporter.begin(&view, &request, answer, &pieces, err);
	if (rc < 0)
		return -1;
	do
		rc = prometheus_exporter.more(pieces, answer->body, err);
	while (rc > 0);
	prometheus_exporter.end(pieces);
	return rc;
}
