/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cidr.h"
#include "pace.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void add(struct cidr_list *list, const char *text)
{
	struct hwatt_error err = { 0 };
	if (cidr_add(list, text, &err) < 0)
		fail_msg("%s", err.text);
}

static void expect(const struct cidr_list *list, size_t at, const char *text)
{
	char got[CIDR_TEXT];
	assert_true(at < list->count);
	cidr_format(&list->items[at], got);
	assert_string_equal(got, text);
}

static void refused(const char *text, const char *words)
{
	struct cidr_list list = { 0 };
	struct hwatt_error err = { 0 };
	assert_int_equal(cidr_add(&list, text, &err), -1);
	assert_int_equal(err.code, HWATT_EINVAL);
	if (strstr(err.text, words) == NULL)
		fail_msg("%s: %s", text, err.text);
	assert_int_equal(list.count, 0);
	cidr_free(&list);
}

static void a_range_has_its_devices_addresses(void **state)
{
	(void)state;
	struct cidr_list list = { 0 };
	add(&list, "192.0.2.77/29");
	assert_int_equal(list.count, 6); /* neither .72 nor .79 */
	expect(&list, 0, "192.0.2.73");
	expect(&list, 5, "192.0.2.78");
	cidr_free(&list);
	add(&list, "10.255.0.0/16");
	assert_int_equal(list.count, 65534);
	expect(&list, 0, "10.255.0.1");
	expect(&list, 65533, "10.255.255.254");
	cidr_free(&list);
}

static void small_ranges_and_single_addresses_are_whole(void **state)
{
	(void)state;
	struct cidr_list list = { 0 };
	add(&list, "192.0.2.7");
	add(&list, "192.0.2.8/31");
	add(&list, "2001:db8::fe/127");
	assert_int_equal(list.count, 5);
	expect(&list, 0, "192.0.2.7");
	expect(&list, 2, "192.0.2.9");
	expect(&list, 3, "[2001:db8::fe]");
	expect(&list, 4, "[2001:db8::ff]");
	cidr_free(&list);
}

static void what_stands_twice_is_asked_once(void **state)
{
	(void)state;
	struct cidr_list list = { 0 };
	add(&list, "192.0.2.0/30");
	add(&list, "2001:db8::1");
	add(&list, "192.0.2.2");
	add(&list, "192.0.2.0/29");
	cidr_settle(&list);
	assert_int_equal(list.count, 7);
	for (size_t i = 1; i < list.count; i++)
		assert_true(cidr_compare(&list.items[i - 1], &list.items[i]) < 0);
	cidr_free(&list);
}

static void what_is_no_range_or_too_large_is_refused(void **state)
{
	(void)state;
	struct cidr_list list = { 0 };
	struct hwatt_error err = { 0 };
	refused("192.0.2", "no address range");
	refused("pdu-a1/24", "no address range");
	refused("192.0.2.0/33", "from 0 to 32");
	refused("192.0.2.0/", "from 0 to 32");
	refused("192.0.2.0/-1", "from 0 to 32");
	refused("192.0.2.0/24x", "from 0 to 32");
	refused("2001:db8::/129", "from 0 to 128");
	refused("10.0.0.0/15", "65536");
	refused("2001:db8::/64", "65536");
	add(&list, "10.0.0.0/17");
	add(&list, "10.1.0.0/17");
	assert_int_equal(cidr_add(&list, "10.2.0.0/24", &err), -1); /* together */
	assert_int_equal(list.count, 65532);
	cidr_free(&list);
}

static int64_t sent_in(struct pace *p, int64_t from_ms, int64_t until_ms, int64_t step_ms)
{
	int64_t sent = 0;
	for (int64_t now = from_ms; now <= until_ms; now += step_ms)
		for (; pace_ready(p, now); sent++)
			pace_spend(p, 1);
	return sent;
}

static void a_pace_holds_its_rate_and_saves_up_little(void **state)
{
	(void)state;
	struct pace p;
	pace_start(&p, 200, 1000);
	assert_false(pace_ready(&p, 1000));
	assert_int_equal(sent_in(&p, 1005, 11000, 5), 2000);
	assert_int_equal(sent_in(&p, 61000, 61000, 5), 10); /* 50 ms worth after a long pause */
	pace_spend(&p, 100);
	assert_int_equal(sent_in(&p, 61000, 61500, 5), 0);  /* half a second to pay */
	assert_int_equal(sent_in(&p, 61505, 61505, 5), 1);
	pace_start(&p, 1, 0);
	assert_int_equal(sent_in(&p, 0, 10000, 5), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_has_its_devices_addresses),
		cmocka_unit_test(small_ranges_and_single_addresses_are_whole),
		cmocka_unit_test(what_stands_twice_is_asked_once),
		cmocka_unit_test(what_is_no_range_or_too_large_is_refused),
		cmocka_unit_test(a_pace_holds_its_rate_and_saves_up_little),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
