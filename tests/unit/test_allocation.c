/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "allocation.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void assert_ratio(struct hwatt_ratio r, int decimals, const char *expected)
{
	char text[64];
	hwatt_ratio_format(r, decimals, text);
	assert_string_equal(text, expected);
}

static void example_40_allocation_proportional(void **state)
{
	(void)state;
	assert_ratio(allocation_proportional(30, 80, 100), 1, "37.5");
	assert_false(hwatt_ratio_known(allocation_proportional(30, 0, 100)));
}

static void example_41_allocation_two_part(void **state)
{
	(void)state;
	assert_ratio(allocation_two_part(30, 80, 100, 8, 1, 2), 1, "38.5");
}

static void example_42_largest_remainder(void **state)
{
	(void)state;
	int64_t out[3];
	assert_true(allocation_share(1000, (int64_t[]){ 1, 1, 1 }, 3, out));
	assert_memory_equal(out, ((int64_t[]){ 334, 333, 333 }), sizeof(out));
	assert_true(allocation_share(1001, (int64_t[]){ 5, 3, 2 }, 3, out));
	assert_memory_equal(out, ((int64_t[]){ 501, 300, 200 }), sizeof(out));
	assert_false(allocation_share(1001, (int64_t[]){ 0, 0, 0 }, 3, out));
	assert_true(allocation_share(INT64_MAX, (int64_t[]){ INT64_MAX / 3, INT64_MAX / 3, 1 }, 3, out));
	assert_true((hwatt_i128)out[0] + out[1] + out[2] == INT64_MAX);
}

static void example_43_hour_to_quarters(void **state)
{
	(void)state;
	int64_t out[4];
	assert_true(allocation_share(1001, (int64_t[]){ 1, 1, 1, 1 }, 4, out));
	assert_memory_equal(out, ((int64_t[]){ 251, 250, 250, 250 }), sizeof(out));
}

static void tenants_and_what_is_nobodys_are_all_there_is(void **state)
{
	(void)state;
	struct allocation_site site = { ALLOCATION_TWO_PART, 400000, 100, 80, 200 };
	struct allocation_tenant tenants[] = { { 30, 100 }, { 20, 50 } };
	int64_t out[3];
	assert_true(allocation_tenants(&site, tenants, 2, out)); /* example 41's tenant: 30 + 4 + 4.5, in whole Wh */
	assert_memory_equal(out, ((int64_t[]){ 39, 25, 36 }), sizeof(out));
	site.rule = ALLOCATION_RESERVED;
	assert_true(allocation_tenants(&site, tenants, 2, out));
	assert_memory_equal(out, ((int64_t[]){ 40, 25, 35 }), sizeof(out));
	site.rule = ALLOCATION_PROPORTIONAL;
	assert_true(allocation_tenants(&site, tenants, 2, out)); /* 37.5, 25 and 37.5: the tie goes to the first */
	assert_memory_equal(out, ((int64_t[]){ 38, 25, 37 }), sizeof(out));
	tenants[1].it_wh = 51;
	assert_false(allocation_tenants(&site, tenants, 2, out));
	uint64_t seed = 1;
	for (int round = 0; round < 2000; round++) {
		struct allocation_tenant many[5];
		int64_t parts[6], sum = 0, used = 0, let = 0;
		for (int i = 0; i < 5; i++) {
			seed = seed * UINT64_C(6364136223846793005) + 1;
			many[i] = (struct allocation_tenant){ (int64_t)(seed >> 40), (int64_t)(seed >> 20 & 0xffff) };
			used += many[i].it_wh;
			let += many[i].reserved_mw;
		}
		site = (struct allocation_site){ (enum allocation_rule)(round % 3), (int64_t)(seed >> 44) % 1000001, used * 3 / 2, used + 7, let + 3 };
		assert_true(allocation_tenants(&site, many, 5, parts));
		for (int i = 0; i < 6; i++)
			sum += parts[i];
		assert_true(sum == site.dc_wh);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_40_allocation_proportional),
		cmocka_unit_test(example_41_allocation_two_part),
		cmocka_unit_test(example_42_largest_remainder),
		cmocka_unit_test(example_43_hour_to_quarters),
		cmocka_unit_test(tenants_and_what_is_nobodys_are_all_there_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
