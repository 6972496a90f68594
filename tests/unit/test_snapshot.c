/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "snapshot.h"
#include "block.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static struct hwatt_view_device *pdu(int64_t mw)
{
	struct hwatt_view_point points[] = {
		{ .role = HWATT_OUTLET, .quantity = HWATT_ACTIVE_POWER, .index = "1", .name = "web-1", .value = mw },
		{ .role = HWATT_OUTLET, .quantity = HWATT_CURRENT, .index = "1", .name = "web-1", .value = 7 },
	};
	return block_build(&(struct hwatt_view_device){ .id = "pdu-a1", .polls = 3 }, points, 2);
}

static struct hwatt_snapshot *snapshot_of(struct hwatt_view_device *device)
{
	struct hwatt_snapshot draft = { .device_count = 1, .devices = &device, .ready = true };
	return snapshot_build(&draft);
}

static void a_hall_block_outlives_its_draft_and_keeps_absent_languages_absent(void **state)
{
	(void)state;
	char site[] = "lulea-1";
	struct hwatt_view_kpi kpis[] = {
		{ .subject_kind = "site", .subject = site, .kpi = "pue2", .window = "month", .known = true,
		  .value = { 1459854015, 1000000000 }, .unit = "1", .coverage_ppm = 990000 },
		{ .subject_kind = "contract", .subject = "hosting-2023", .kpi = "energy_it", .window = "day",
		  .unit = "J" },
	};
	struct hwatt_view_requirement requirement = {
		.contract = "hosting-2023", .requirement = "pue", .type = "pue", .status = HWATT_NOT_MET,
		.limit = { 13, 10 }, .limited = true, .unit = "1", .reasons = "LIMIT",
		.sentence = { .sv = "Kravet är inte uppfyllt." },
	};
	struct hwatt_view_contract contract = { .id = "hosting-2023", .buyer = "Region Norr",
						.title = { .en = "Data hall hosting" } };
	struct hwatt_view_hall draft = { .kpi_count = 2, .kpis = kpis, .requirement_count = 1,
					 .requirements = &requirement, .contract_count = 1, .contracts = &contract };
	struct hwatt_view_hall *hall = snapshot_hall_build(&draft);
	site[0] = 'x';
	memset(kpis, 0, sizeof(kpis));
	memset(&requirement, 0, sizeof(requirement));
	assert_string_equal(hall->kpis[0].subject, "lulea-1");
	assert_true(hall->kpis[0].value.num == 1459854015);
	assert_string_equal(hall->kpis[1].unit, "J");
	assert_string_equal(hall->requirements[0].sentence.sv, "Kravet är inte uppfyllt.");
	assert_null(hall->requirements[0].sentence.nb);
	assert_int_equal(hall->requirements[0].status, HWATT_NOT_MET);
	assert_string_equal(hall->contracts[0].supplier, "");
	assert_string_equal(hall->contracts[0].title.en, "Data hall hosting");
	assert_null(hall->contracts[0].title.sv);
	snapshot_hall_release(hall);
}

static void a_snapshot_counts_its_devices_and_lets_them_go(void **state)
{
	(void)state;
	struct hwatt_view_device *device = pdu(1480);
	struct hwatt_snapshot *first = snapshot_of(device);
	struct hwatt_snapshot *second = snapshot_of(device);
	assert_int_equal(atomic_load(&device->refs), 3);
	snapshot_release(first);
	assert_int_equal(atomic_load(&device->refs), 2);
	block_release(device);
	assert_int_equal(hwatt_view_point_at(second->devices[0], 0).value, 1480);
	snapshot_release(second);
}

static void a_snapshot_without_a_hall_has_an_empty_one(void **state)
{
	(void)state;
	struct hwatt_snapshot draft = { .taken_ms = 5 };
	struct hwatt_snapshot *snap = snapshot_build(&draft);
	assert_non_null(snap->hall);
	assert_int_equal(snap->hall->kpi_count, 0);
	assert_int_equal(snap->taken_ms, 5);
	assert_false(snap->ready);
	snapshot_release(snap);
}

static void site_powers_and_counters_are_copied(void **state)
{
	(void)state;
	char site[] = "lulea-1", name[] = "queue_depth";
	struct hwatt_view_site_power power = { .site = site, .role = HWATT_POWER_GRID, .mw = 350000000 };
	struct hwatt_view_counter counters[] = {
		{ .name = name, .help = "How many wait.", .value = 3 },
		{ .name = "requests_total", .help = "Sent.", .label = "engine", .label_value = "snmp", .value = 7 },
	};
	struct hwatt_snapshot draft = { .site_power_count = 1, .site_power = &power, .counter_count = 2,
					.counters = counters };
	struct hwatt_snapshot *snap = snapshot_build(&draft);
	site[0] = name[0] = 'x';
	assert_string_equal(snap->site_power[0].site, "lulea-1");
	assert_int_equal(snap->site_power[0].mw, 350000000);
	assert_string_equal(snap->counters[0].name, "queue_depth");
	assert_null(snap->counters[0].label);
	assert_string_equal(snap->counters[1].label_value, "snmp");
	snapshot_release(snap);
}

static void publishing_swallows_and_replaces(void **state)
{
	(void)state;
	struct snapshot_hub *hub = snapshot_hub_new();
	assert_null(snapshot_hub_take(hub));
	struct hwatt_view_device *old_device = pdu(1), *new_device = pdu(2);
	struct hwatt_snapshot *snap = snapshot_of(old_device);
	snapshot_hub_publish(hub, &snap);
	assert_null(snap);
	const struct hwatt_snapshot *taken = snapshot_hub_take(hub);
	snap = snapshot_of(new_device);
	snapshot_hub_publish(hub, &snap);
	assert_int_equal(hwatt_view_point_at(taken->devices[0], 0).value, 1); /* still whole in our hands */
	assert_int_equal(atomic_load(&old_device->refs), 2);
	snapshot_release(taken);
	assert_int_equal(atomic_load(&old_device->refs), 1);
	taken = snapshot_hub_take(hub);
	assert_int_equal(hwatt_view_point_at(taken->devices[0], 0).value, 2);
	snapshot_hub_free(hub);
	assert_int_equal(hwatt_view_point_at(taken->devices[0], 0).value, 2);
	snapshot_release(taken);
	block_release(old_device);
	block_release(new_device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hall_block_outlives_its_draft_and_keeps_absent_languages_absent),
		cmocka_unit_test(a_snapshot_counts_its_devices_and_lets_them_go),
		cmocka_unit_test(a_snapshot_without_a_hall_has_an_empty_one),
		cmocka_unit_test(site_powers_and_counters_are_copied),
		cmocka_unit_test(publishing_swallows_and_replaces),
	};
	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
