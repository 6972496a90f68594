/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "utilisation.h"
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

static void example_54_storage(void **state)
{
	(void)state;
	int64_t size = utilisation_storage_bytes(4096, 26214400), used = utilisation_storage_bytes(4096, 19660800);
	assert_int_equal(size, INT64_C(107374182400));
	assert_int_equal(used, INT64_C(80530636800));
	assert_ratio(utilisation_share(used, size), 2, "0.75");
}

static void example_55_storage_overflow(void **state)
{
	(void)state;
	assert_int_equal(utilisation_storage_limit(4096), INT64_C(8796093018112));
	assert_true((INT64_C(16) << 40) / 4096 == INT64_C(4294967296)); /* above every Integer32, even read as unsigned */
	assert_int_equal(utilisation_storage_bytes(4096, INT32_MIN), INT64_C(8796093022208)); /* 8 TiB, shown negative */
	assert_int_equal(utilisation_storage_bytes(0, 5), -1);
	assert_false(hwatt_ratio_known(utilisation_share(5, 0)));
}

static void example_56_network(void **state)
{
	(void)state;
	int64_t octets = INT64_C(112500000000);
	assert_ratio(utilisation_rate(octets, 900000), 0, "1000000000");
	assert_ratio(utilisation_link(octets, 900000, INT64_C(10000000000)), 3, "0.100");
	assert_ratio(utilisation_duplex(octets / 2, octets, 900000, INT64_C(10000000000)), 3, "0.100");
	assert_false(hwatt_ratio_known(utilisation_link(octets, 900000, 0)));
}

static void example_57_wrap_time(void **state)
{
	(void)state;
	assert_ratio(utilisation_wrap_s(INT64_C(1) << 32, INT64_C(1000000000)), 6, "34.359738");
	assert_ratio(utilisation_wrap_s(INT64_C(1) << 32, INT64_C(10000000000)), 6, "3.435974");
}

static void example_58_traffic(void **state)
{
	(void)state;
	int64_t octets = INT64_C(31536000000000000);
	assert_ratio((struct hwatt_ratio){ octets, INT64_C(1000000000000000000) }, 6, "0.031536"); /* EB */
	assert_ratio(utilisation_rate(octets, INT64_C(365) * 86400000), 0, "8000000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_54_storage),
		cmocka_unit_test(example_55_storage_overflow),
		cmocka_unit_test(example_56_network),
		cmocka_unit_test(example_57_wrap_time),
		cmocka_unit_test(example_58_traffic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
