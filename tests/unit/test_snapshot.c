/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "snapshot.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct hwatt_view_device *pdu(int64_t mw)
{
	struct hwatt_view_point points[] = {
		{ .role = HWATT_OUTLET, .quantity = HWATT_ACTIVE_POWER, .index = "1", .name = "web-1", .value = mw },
		{ .role = HWATT_OUTLET, .quantity = HWATT_CURRENT, .index = "1", .name = "web-1", .value = 7 },
	};
	struct hwatt_view_device draft = { .id = "pdu-a1", .site = "lulea-1", .vendor = "APC", .polls = 3,
					   .points = points, .point_count = 2 };
	return snapshot_device_build(&draft);
}

static struct hwatt_snapshot *snapshot_of(struct hwatt_view_device *device)
{
	struct hwatt_snapshot draft = { .device_count = 1, .devices = &device, .ready = true };
	return snapshot_build(&draft);
}

static void a_device_block_outlives_its_draft(void **state)
{
	(void)state;
	char index[] = "7", name[] = "web-1", id[] = "pdu-a1";
	struct hwatt_view_point point = { .role = HWATT_OUTLET, .index = index, .name = name, .value = 5,
					  .metered = true, .total_j = 9 };
	struct hwatt_view_device draft = { .id = id, .points = &point, .point_count = 1, .up = true };
	draft.errors[HWATT_ETIMEOUT] = 4;
	struct hwatt_view_device *device = snapshot_device_build(&draft);
	index[0] = name[0] = id[0] = 'x';
	point.value = 6;
	assert_string_equal(device->id, "pdu-a1");
	assert_string_equal(device->points[0].index, "7");
	assert_string_equal(device->points[0].name, "web-1");
	assert_int_equal(device->points[0].value, 5);
	assert_int_equal(device->points[0].total_j, 9);
	assert_int_equal(device->errors[HWATT_ETIMEOUT], 4);
	assert_true(device->up);
	snapshot_device_release(device);
}

static void missing_strings_become_empty_and_equal_ones_stand_once(void **state)
{
	(void)state;
	struct hwatt_view_device *device = pdu(1480);
	assert_string_equal(device->serial, "");
	assert_string_equal(device->points[0].source, "");
	assert_ptr_equal(device->points[0].name, device->points[1].name);
	assert_ptr_equal(device->serial, device->firmware);
	assert_ptr_not_equal(device->id, device->site);
	snapshot_device_release(device);
}

static void many_different_strings_are_all_found_again(void **state)
{
	(void)state;
	enum { POINTS = 3000 };
	static char names[POINTS][16];
	static struct hwatt_view_point points[POINTS];
	for (int i = 0; i < POINTS; i++) {
		snprintf(names[i], sizeof(names[i]), "%d", i);
		points[i] = (struct hwatt_view_point){ .index = names[i], .name = names[POINTS - 1 - i],
						       .source = "1.3.6.1" };
	}
	struct hwatt_view_device draft = { .id = "big", .points = points, .point_count = POINTS };
	struct hwatt_view_device *device = snapshot_device_build(&draft);
	for (int i = 0; i < POINTS; i++) {
		assert_string_equal(device->points[i].index, names[i]);
		assert_string_equal(device->points[i].name, names[POINTS - 1 - i]);
	}
	snapshot_device_release(device);
}

static void blocks_share_pages_and_go_in_any_order(void **state)
{
	(void)state;
	enum { BLOCKS = 700, POINTS = 40 }; /* several pages; the last block is too large for any */
	static struct hwatt_view_device *blocks[BLOCKS];
	static struct hwatt_view_point points[10000];
	struct hwatt_snapshot_page *page = NULL;
	char ids[BLOCKS][16];
	size_t pages = 0;
	for (size_t i = 0; i < BLOCKS; i++) {
		snprintf(ids[i], sizeof(ids[i]), "pdu-%zu", i);
		struct hwatt_view_device draft = { .id = ids[i], .points = points,
						   .point_count = i == BLOCKS - 1 ? 10000 : POINTS + i % 7 };
		blocks[i] = snapshot_device_build_on(&page, &draft);
		pages += i == 0 || blocks[i]->page != blocks[i - 1]->page;
	}
	assert_null(blocks[BLOCKS - 1]->page);
	assert_ptr_equal(blocks[BLOCKS - 2]->page, page);
	assert_in_range(pages, 3, 20);
	snapshot_page_release(page);
	for (size_t step = 0; step < 3; step++)
		for (size_t i = step; i < BLOCKS; i += 3) {
			assert_string_equal(blocks[i]->id, ids[i]);
			snapshot_device_release(blocks[i]);
		}
}

static void blocks_of_a_page_share_their_strings(void **state)
{
	(void)state;
	enum { BLOCKS = 4000, POINTS = 20 }; /* more strings than a page remembers */
	static struct hwatt_view_device *blocks[BLOCKS];
	static char ids[BLOCKS][16], names[BLOCKS][16], indices[POINTS][8];
	struct hwatt_view_point points[POINTS];
	struct hwatt_snapshot_page *page = NULL;
	size_t pages = 0;
	for (size_t i = 0; i < BLOCKS; i++) {
		snprintf(ids[i], sizeof(ids[i]), "pdu-%zu", i);
		snprintf(names[i], sizeof(names[i]), "outlet of %zu", i);
		for (size_t k = 0; k < POINTS; k++) {
			snprintf(indices[k], sizeof(indices[k]), "%zu", k);
			points[k] = (struct hwatt_view_point){ .index = indices[k], .name = names[i], .source = "1.3.6.1.4.1.318.1.1.26.9.4.3.1.7" };
		}
		struct hwatt_view_device draft = { .id = ids[i], .model = "AP8641", .points = points, .point_count = POINTS };
		blocks[i] = snapshot_device_build_on(&page, &draft);
		bool beside = i > 0 && blocks[i]->page == blocks[i - 1]->page;
		pages += !beside;
		assert_int_equal(beside, i > 0 && blocks[i]->model == blocks[i - 1]->model);
		assert_int_equal(beside, i > 0 && blocks[i]->points[3].source == blocks[i - 1]->points[3].source);
	}
	snapshot_page_release(page);
	assert_in_range(pages, 2, (size_t)BLOCKS * (sizeof(struct hwatt_view_device) + POINTS * sizeof(points[0]) + 64) / (1u << 20) + 1);
	for (size_t i = 0; i < BLOCKS; i += 2) /* what stood in them first stays for the others */
		snapshot_device_release(blocks[i]);
	for (size_t i = 1; i < BLOCKS; i += 2) {
		assert_string_equal(blocks[i]->id, ids[i]);
		assert_string_equal(blocks[i]->model, "AP8641");
		assert_string_equal(blocks[i]->serial, "");
		for (size_t k = 0; k < POINTS; k++) {
			assert_string_equal(blocks[i]->points[k].index, indices[k]);
			assert_string_equal(blocks[i]->points[k].name, names[i]);
			assert_string_equal(blocks[i]->points[k].source, "1.3.6.1.4.1.318.1.1.26.9.4.3.1.7");
		}
		snapshot_device_release(blocks[i]);
	}
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
	snapshot_device_release(device);
	assert_int_equal(second->devices[0]->points[0].value, 1480);
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
	assert_int_equal(taken->devices[0]->points[0].value, 1); /* still whole in our hands */
	assert_int_equal(atomic_load(&old_device->refs), 2);
	snapshot_release(taken);
	assert_int_equal(atomic_load(&old_device->refs), 1);
	taken = snapshot_hub_take(hub);
	assert_int_equal(taken->devices[0]->points[0].value, 2);
	snapshot_hub_free(hub);
	assert_int_equal(taken->devices[0]->points[0].value, 2);
	snapshot_release(taken);
	snapshot_device_release(old_device);
	snapshot_device_release(new_device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_block_outlives_its_draft),
		cmocka_unit_test(missing_strings_become_empty_and_equal_ones_stand_once),
		cmocka_unit_test(many_different_strings_are_all_found_again),
		cmocka_unit_test(blocks_share_pages_and_go_in_any_order),
		cmocka_unit_test(blocks_of_a_page_share_their_strings),
		cmocka_unit_test(a_hall_block_outlives_its_draft_and_keeps_absent_languages_absent),
		cmocka_unit_test(a_snapshot_counts_its_devices_and_lets_them_go),
		cmocka_unit_test(a_snapshot_without_a_hall_has_an_empty_one),
		cmocka_unit_test(site_powers_and_counters_are_copied),
		cmocka_unit_test(publishing_swallows_and_replaces),
	};
	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
