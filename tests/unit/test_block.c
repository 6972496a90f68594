/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "block.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static struct hwatt_view_device *block_of(const struct hwatt_view_point *points, size_t count)
{
	return block_build(&(struct hwatt_view_device){ .id = "pdu" }, points, count);
}

static void a_block_outlives_its_draft(void **state)
{
	(void)state;
	char index[] = "7", name[] = "web-1", id[] = "pdu-a1", model[] = "AP8641";
	struct hwatt_view_point point = { .role = HWATT_OUTLET, .index = index, .name = name, .value = 5, .present = true,
					  .metered = true, .total_j = 9, .total_uj = 999999 };
	struct hwatt_view_device draft = { .id = id, .model = model, .up = true };
	draft.errors[HWATT_ETIMEOUT] = 4;
	struct hwatt_view_device *device = block_build(&draft, &point, 1);
	index[0] = name[0] = id[0] = model[0] = 'x';
	point.value = 6;
	assert_string_equal(device->id, "pdu-a1");
	assert_string_equal(device->model, "AP8641");
	assert_string_equal(device->serial, "");
	struct hwatt_view_point back = hwatt_view_point_at(device, 0);
	assert_string_equal(back.index, "7");
	assert_string_equal(back.name, "web-1");
	assert_string_equal(back.source, "");
	assert_int_equal(back.value, 5);
	assert_int_equal(back.total_j, 9);
	assert_int_equal(back.total_uj, 999999);
	assert_true(back.present && back.metered && !back.alternative);
	assert_int_equal(device->errors[HWATT_ETIMEOUT], 4);
	assert_int_equal(device->point_count, 1);
	assert_true(device->up);
	block_release(device);
}

static void values_and_totals_of_every_width_come_back(void **state)
{
	(void)state;
	for (int bits = 0; bits < 64; bits++)
		for (int turn = 0; turn < 4; turn++) {
			int64_t edge = (int64_t)((UINT64_C(1) << bits) - 1);
			int64_t values[] = { edge, -edge, turn % 2 != 0 ? -edge - 1 : 0, 1 };
			struct hwatt_view_point points[8];
			for (size_t i = 0; i < 8; i++) { /* those with totals stand between those with values */
				points[i] = (struct hwatt_view_point){ .role = HWATT_OUTLET, .index = "1", .quantity = HWATT_CURRENT };
				if (i % 2 == 0) {
					points[i].value = values[i / 2];
					points[i].present = i % 4 == 0;
				} else {
					points[i].metered = true;
					points[i].total_j = turn / 2 != 0 ? values[i / 2] : (int64_t)i;
					points[i].total_uj = i == 3 ? 999999 : 0;
				}
			}
			struct hwatt_view_device *device = block_of(points, 8);
			for (size_t i = 0; i < 8; i++) {
				struct hwatt_view_point back = hwatt_view_point_at(device, i);
				if (back.value != points[i].value || back.total_j != points[i].total_j ||
				    back.total_uj != points[i].total_uj || back.present != points[i].present ||
				    back.metered != points[i].metered)
					fail_msg("%d bits, turn %d, point %zu", bits, turn, i);
			}
			block_release(device);
		}
}

static void points_are_found_by_quantity_and_by_place(void **state)
{
	(void)state;
	const struct hwatt_view_point points[] = {
		{ .role = HWATT_OUTLET, .index = "1", .quantity = HWATT_CURRENT },
		{ .role = HWATT_OUTLET, .index = "2", .quantity = HWATT_CURRENT },
		{ .role = HWATT_INLET, .index = "1", .quantity = HWATT_CURRENT },
		{ .role = HWATT_OUTLET, .index = "1", .quantity = HWATT_ACTIVE_POWER, .alternative = true },
		{ .role = HWATT_OUTLET, .index = "1", .quantity = HWATT_ENERGY, .metered = true },
	};
	struct hwatt_view_device *device = block_of(points, 5);
	const uint32_t power = 1u << HWATT_ACTIVE_POWER, energy = 1u << HWATT_ENERGY;
	assert_int_equal(hwatt_view_next(device, 1u << HWATT_CURRENT, 0), 0);
	assert_int_equal(hwatt_view_next(device, power | energy, 0), 3);
	assert_int_equal(hwatt_view_next(device, power | energy, 4), 4);
	assert_int_equal(hwatt_view_next(device, power, 4), 5);
	assert_int_equal(hwatt_view_next(device, 1u << HWATT_VOLTAGE, 0), 5);
	assert_int_equal(hwatt_view_before(device, 4), 3);
	assert_int_equal(hwatt_view_before(device, 3), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(hwatt_view_before(device, i), 5);
	assert_int_equal(hwatt_view_quantities(device, false), 1u << HWATT_CURRENT | energy);
	assert_int_equal(hwatt_view_quantities(device, true), power);
	block_release(device);
	device = block_of(NULL, 0);
	assert_int_equal(hwatt_view_next(device, UINT32_MAX, 0), 0);
	assert_int_equal(hwatt_view_quantities(device, false), 0);
	block_release(device);
}

static void many_different_strings_are_all_found_again(void **state)
{
	(void)state;
	enum { POINTS = 3000 };
	static char names[POINTS][16];
	static struct hwatt_view_point points[POINTS];
	for (int i = 0; i < POINTS; i++) {
		snprintf(names[i], sizeof(names[i]), "%d", i);
		points[i] = (struct hwatt_view_point){ .index = names[i], .name = names[POINTS - 1 - i], .source = "1.3.6.1" };
	}
	struct hwatt_view_device *device = block_of(points, POINTS);
	for (size_t i = 0; i < POINTS; i++) {
		struct hwatt_view_point p = hwatt_view_point_at(device, i);
		assert_string_equal(p.index, names[i]);
		assert_string_equal(p.name, names[POINTS - 1 - i]);
		assert_string_equal(p.source, "1.3.6.1");
	}
	assert_ptr_equal(hwatt_view_point_at(device, 0).name, hwatt_view_point_at(device, POINTS - 1).index);
	block_release(device);
}

static void blocks_share_pages_and_go_in_any_order(void **state)
{
	(void)state;
	enum { BLOCKS = 1500, POINTS = 300 }; /* several pages; the last block is too large for any */
	static struct hwatt_view_device *blocks[BLOCKS];
	static struct hwatt_view_point points[40000];
	struct hwatt_view_page *page = NULL;
	static char ids[BLOCKS][16];
	size_t pages = 0;
	for (size_t i = 0; i < BLOCKS; i++) {
		snprintf(ids[i], sizeof(ids[i]), "pdu-%zu", i);
		struct hwatt_view_device draft = { .id = ids[i], .serial = ids[i] + 4 };
		for (size_t k = 0; k < POINTS; k++)
			points[k].value = (int64_t)(i << 40);
		blocks[i] = block_build_on(&page, &draft, points, i == BLOCKS - 1 ? 40000 : POINTS + i % 7);
		pages += i == 0 || blocks[i]->page != blocks[i - 1]->page;
	}
	assert_null(blocks[BLOCKS - 1]->page);
	assert_ptr_equal(blocks[BLOCKS - 2]->page, page);
	assert_in_range(pages, 3, 5);
	block_page_release(page);
	for (size_t step = 0; step < 3; step++)
		for (size_t i = step; i < BLOCKS; i += 3) {
			assert_string_equal(blocks[i]->id, ids[i]);
			assert_string_equal(blocks[i]->serial, ids[i] + 4);
			assert_true(hwatt_view_point_at(blocks[i], 7).value == (int64_t)(i << 40));
			block_release(blocks[i]);
		}
}

/* Devices with forms of their own, more than a page remembers, between devices that are all alike. */
static void blocks_of_a_page_share_forms_names_and_strings(void **state)
{
	(void)state;
	enum { BLOCKS = 3000, POINTS = 20 };
	static struct hwatt_view_device *blocks[BLOCKS];
	static char ids[BLOCKS][16], indices[POINTS][8];
	struct hwatt_view_point points[POINTS];
	struct hwatt_view_page *page = NULL;
	for (size_t k = 0; k < POINTS; k++) {
		snprintf(indices[k], sizeof(indices[k]), "%zu", k);
		points[k] = (struct hwatt_view_point){ .source = "1.3.6.1.4.1.318.1.1.26.9.4.3.1.7" };
	}
	for (size_t i = 0; i < BLOCKS; i++) {
		snprintf(ids[i], sizeof(ids[i]), "pdu-%zu", i);
		for (size_t k = 0; k < POINTS; k++) {
			points[k].index = i % 3 == 2 ? ids[i] : indices[k];
			points[k].name = i % 3 == 1 ? ids[i] : indices[k];
			points[k].present = i % 2 != 0;
		}
		blocks[i] = block_build_on(&page, &(struct hwatt_view_device){ .id = ids[i], .model = "AP8641" }, points, POINTS);
		if (i < 3 || blocks[i]->page != blocks[i - 3]->page)
			continue;
		assert_ptr_equal(blocks[i]->model, blocks[i - 3]->model);
		assert_int_equal(blocks[i]->form == blocks[i - 3]->form, i % 3 != 2);
		assert_int_equal(blocks[i]->names == blocks[i - 3]->names, i % 3 != 1);
	}
	assert_ptr_equal(blocks[0]->form, blocks[1]->form); /* names of its own do not take a device out */
	assert_ptr_equal(blocks[0]->names, blocks[2]->names);
	block_page_release(page);
	for (size_t i = 0; i < BLOCKS; i += 2) /* what stood in them first stays for the others */
		block_release(blocks[i]);
	for (size_t i = 1; i < BLOCKS; i += 2) {
		assert_string_equal(blocks[i]->id, ids[i]);
		assert_string_equal(blocks[i]->model, "AP8641");
		for (size_t k = 0; k < POINTS; k++) {
			struct hwatt_view_point p = hwatt_view_point_at(blocks[i], k);
			assert_string_equal(p.index, i % 3 == 2 ? ids[i] : indices[k]);
			assert_string_equal(p.name, i % 3 == 1 ? ids[i] : indices[k]);
			assert_string_equal(p.source, "1.3.6.1.4.1.318.1.1.26.9.4.3.1.7");
			assert_true(p.present);
		}
		block_release(blocks[i]);
	}
}

/* One thing that differs makes another form: taken for the same, a device would show another one's. */
static void forms_differ_by_all_that_they_say(void **state)
{
	(void)state;
	const struct hwatt_view_point usual = { .role = HWATT_OUTLET, .quantity = HWATT_CURRENT, .index = "1", .source = "a" };
	struct hwatt_view_point points[7];
	for (size_t i = 0; i < 7; i++)
		points[i] = usual;
	points[1].role = HWATT_INLET;
	points[2].quantity = HWATT_VOLTAGE;
	points[3].index = "2";
	points[4].source = "b";
	points[5].alternative = true;
	points[6].metered = true;
	struct hwatt_view_page *page = NULL;
	struct hwatt_view_device *blocks[7];
	for (size_t i = 0; i < 7; i++) {
		blocks[i] = block_build_on(&page, &(struct hwatt_view_device){ .id = "d" }, &points[i], 1);
		for (size_t k = 0; k < i; k++)
			assert_ptr_not_equal(blocks[i]->form, blocks[k]->form);
	}
	points[0].value = 7; /* a value is no part of it */
	struct hwatt_view_device *same = block_build_on(&page, &(struct hwatt_view_device){ .id = "d" }, &points[0], 1);
	assert_ptr_equal(same->form, blocks[0]->form);
	assert_int_equal(hwatt_view_point_at(blocks[0], 0).value, 0);
	assert_int_equal(hwatt_view_point_at(same, 0).value, 7);
	struct hwatt_view_point pair[2] = { usual, usual }; /* as many values and totals, of others */
	pair[0].present = pair[1].present = true;
	pair[0].metered = true;
	struct hwatt_view_device *left = block_build_on(&page, &(struct hwatt_view_device){ .id = "d" }, pair, 2);
	pair[0].metered = false;
	pair[1].metered = true;
	struct hwatt_view_device *right = block_build_on(&page, &(struct hwatt_view_device){ .id = "d" }, pair, 2);
	assert_true(hwatt_view_point_at(left, 0).metered && !hwatt_view_point_at(left, 1).metered);
	assert_true(hwatt_view_point_at(right, 1).metered && !hwatt_view_point_at(right, 0).metered);
	for (size_t i = 0; i < 7; i++)
		block_release(blocks[i]);
	block_release(same);
	block_release(left);
	block_release(right);
	block_page_release(page);
}

/* 24 outlets with power, current and energy, as a lean poll gives them: what is published of ten thousand counts. */
static void a_lean_pdu_takes_some_five_hundred_octets(void **state)
{
	(void)state;
	enum { BLOCKS = 1000, POINTS = 75 };
	static struct hwatt_view_device *blocks[BLOCKS];
	static char ids[BLOCKS][16], indices[POINTS][8];
	struct hwatt_view_point points[POINTS];
	struct hwatt_view_page *page = NULL;
	for (size_t i = 0; i < BLOCKS; i++) {
		for (size_t k = 0; k < POINTS; k++) {
			static const enum hwatt_quantity quantities[] = { HWATT_ACTIVE_POWER, HWATT_CURRENT, HWATT_ENERGY };
			snprintf(indices[k], sizeof(indices[k]), "%zu", k / 3);
			points[k] = (struct hwatt_view_point){
				.role = HWATT_OUTLET, .quantity = quantities[k % 3], .index = indices[k], .metered = k % 3 == 2,
				.present = k % 3 != 2, .value = k % 3 == 2 ? 0 : 1234567, .total_j = 2000000000, .total_uj = 5 };
		}
		snprintf(ids[i], sizeof(ids[i]), "pdu-%zu", i);
		blocks[i] = block_build_on(&page, &(struct hwatt_view_device){ .id = ids[i] }, points, POINTS);
	}
	assert_ptr_equal(blocks[0]->page, page);
	size_t octets = (size_t)((char *)blocks[BLOCKS - 1] - (char *)blocks[0]) / (BLOCKS - 1);
	assert_in_range(octets, 400, 570);
	block_page_release(page);
	for (size_t i = 0; i < BLOCKS; i++)
		block_release(blocks[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_outlives_its_draft),
		cmocka_unit_test(values_and_totals_of_every_width_come_back),
		cmocka_unit_test(points_are_found_by_quantity_and_by_place),
		cmocka_unit_test(many_different_strings_are_all_found_again),
		cmocka_unit_test(blocks_share_pages_and_go_in_any_order),
		cmocka_unit_test(blocks_of_a_page_share_forms_names_and_strings),
		cmocka_unit_test(forms_differ_by_all_that_they_say),
		cmocka_unit_test(a_lean_pdu_takes_some_five_hundred_octets),
	};
	return cmocka_run_group_tests_name("block", tests, NULL, NULL);
}
