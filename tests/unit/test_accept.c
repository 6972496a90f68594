/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/accept.h>
#include <hallwatt/text.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/* Writes every element as value{name=value}@q, with blanks between. */
static void assert_read(const char *header, const char *expected)
{
	struct hwatt_accept_item item;
	struct hwatt_text out;
	hwatt_text_init(&out, 4096);
	while (hwatt_accept_next(&header, &item)) {
		hwatt_text_printf(&out, "%s%s", out.length > 0 ? " " : "", item.value);
		for (size_t i = 0; i < item.param_count; i++)
			hwatt_text_printf(&out, "{%s=%s}", item.params[i].name, item.params[i].value);
		hwatt_text_printf(&out, "@%d", item.q);
	}
	assert_string_equal(hwatt_text_string(&out), expected);
	hwatt_text_free(&out);
}

static void elements_come_one_by_one(void **state)
{
	(void)state;
	assert_read("", "");
	assert_read("gzip", "gzip@1000");
	assert_read("gzip, deflate,br", "gzip@1000 deflate@1000 br@1000");
	assert_read(" , ,\tgzip ,, ", "gzip@1000");
	assert_read("text/plain;version=0.0.4;q=0.5, */*;q=0.1", "text/plain{version=0.0.4}@500 */*@100");
	assert_read("sv-SE,nb;q=0.8", "sv-se@1000 nb@800");
}

static void blanks_case_and_quotes_do_not_matter(void **state)
{
	(void)state;
	assert_read("Text/PLAIN ; Version=\"1.0.0\" ;Q=0.25", "text/plain{version=1.0.0}@250");
	assert_read("a;x=\"1,2;3\\\"\", b", "a{x=1,2;3\"}@1000 b@1000");
	assert_read("a;;q=0.1;", "a@100");
	assert_read("text/plain;q=0.5;version=1.0.0", "text/plain{version=1.0.0}@500");
}

static void weights_are_thousandths(void **state)
{
	(void)state;
	assert_read("a;q=0, b;q=0.0, c;q=0.001, d;q=0.9999, e;q=1.000, f;q=1, g;q=.5, h;q=7, i;q=1.5",
		    "a@0 b@0 c@1 d@999 e@1000 f@1000 g@500 h@1000 i@1000");
}

static void malformed_elements_are_passed_over(void **state)
{
	(void)state;
	assert_read("a;q=x, b", "b@1000");
	assert_read("a;q=, b", "b@1000");
	assert_read("a;q=., b", "b@1000");
	assert_read("a;q=-1, b", "b@1000");
	assert_read("a b, c", "c@1000");
	assert_read("(a), c;=3, d;e, f", "f@1000");
	assert_read("a;x=\"1,2", "");          /* the quote is never closed */
	assert_read("a;x=\"1\\", "");
	assert_read("\xff\xfe, b", "b@1000");
}

static void what_is_too_long_is_passed_over(void **state)
{
	(void)state;
	char header[512];
	memset(header, 'a', 200);
	strcpy(header + 200, ", b");
	assert_read(header, "b@1000");
	strcpy(header, "a;v=");
	memset(header + 4, '1', 100);
	strcpy(header + 104, ", b");
	assert_read(header, "b@1000");
	assert_read("a;a=1;b=1;c=1;d=1;e=1;f=1;g=1;h=1;i=1, b", "b@1000");
}

static void parameters_are_found_by_name(void **state)
{
	(void)state;
	const char *header = "text/plain;version=1.0.0;escaping=allow-utf-8";
	struct hwatt_accept_item item;
	assert_true(hwatt_accept_next(&header, &item));
	assert_string_equal(hwatt_accept_param(&item, "escaping"), "allow-utf-8");
	assert_null(hwatt_accept_param(&item, "charset"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_come_one_by_one),
		cmocka_unit_test(blanks_case_and_quotes_do_not_matter),
		cmocka_unit_test(weights_are_thousandths),
		cmocka_unit_test(malformed_elements_are_passed_over),
		cmocka_unit_test(what_is_too_long_is_passed_over),
		cmocka_unit_test(parameters_are_found_by_name),
	};
	return cmocka_run_group_tests_name("accept", tests, NULL, NULL);
}
