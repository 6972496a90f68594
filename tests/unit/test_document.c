/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "loading.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Parses `yaml` and expects exactly the mistakes `expected`. */
static void expect_mistakes(const char *yaml, const char *expected)
{
	struct loading l = loading_begin();
	loading_parse(&l, yaml);
	assert_string_equal(loading_mistakes(&l), expected);
	loading_end(&l);
}

static void every_node_knows_where_it_stands(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	const struct hwatt_node *root = loading_parse(&l, "a: 1\nåäö: {b: [x, 'y']}\n");
	assert_non_null(root);
	assert_int_equal(root->count, 2);
	const struct hwatt_node *list = document_get(document_get(root, "åäö"), "b");
	assert_int_equal(list->kind, HWATT_NODE_SEQUENCE);
	assert_int_equal(list->count, 2);
	assert_string_equal(list->items[1]->text, "y");
	assert_true(list->items[1]->quoted);
	assert_false(list->items[0]->quoted);
	assert_int_equal(list->items[1]->mark.line, 2);
	assert_int_equal(list->items[1]->mark.column, 14); /* characters, not octets */
	assert_null(document_get(root, "c"));
	assert_null(document_get(list, "b"));
	struct hwatt_mark at = hwatt_node_mark(root, "åäö");
	assert_int_equal(at.column, 6);
	assert_int_equal(hwatt_node_mark(root, "none").line, 1);
	assert_string_equal(loading_mistakes(&l), "");
	loading_end(&l);
}

static void json_is_yaml(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	const struct hwatt_node *root = loading_parse(&l, "{\"a\": [1, true, null, \"\\u00e5\"], \"b\": {}}");
	assert_non_null(root);
	assert_string_equal(document_get(root, "a")->items[3]->text, "å");
	assert_int_equal(document_get(root, "b")->count, 0);
	loading_end(&l);
}

static void all_that_can_be_read_past_is_reported_at_once(void **state)
{
	(void)state;
	expect_mistakes("a: 1\nb: &x 2\na: 3\nc: *x\nd: !!str 4\n? [k]\n: 5\n",
			"f:2:4: anchors (&x) are not supported; write the value out\n"
			"f:3:1: the key \"a\" stands twice, first at line 1\n"
			"f:4:4: aliases (*x) are not supported; write the value out\n"
			"f:5:4: tags (tag:yaml.org,2002:str) are not supported; leave the tag out\n"
			"f:6:3: a key is a word, not a list or map\n");
	expect_mistakes("a: \"x\\0y\"\n", "f:1:4: a text cannot hold a NUL character\n");
}

static void a_file_holds_one_document(void **state)
{
	(void)state;
	expect_mistakes("a: 1\n---\nb: 2\n", "f:2:1: a second document begins here; a file holds one\n");
	expect_mistakes("# only a remark\n", "f:1:1: the file is empty\n");
	expect_mistakes("", "f:1:1: the file is empty\n");
}

static void what_is_no_yaml_is_reported_where_it_ends_to_be(void **state)
{
	(void)state;
	expect_mistakes("a: [1, 2\nb: 3\n", "f:2:2: not valid YAML: did not find expected ',' or ']' (while parsing a flow sequence "
			"that began at line 1)\n");
	expect_mistakes("a:\n\t- 1\n", "f:2:1: not valid YAML: found character that cannot start any token, while scanning for the "
			"next token\n");
	expect_mistakes("a: x\nb: r\xe4ksm\n", "f:2:5: not a text file in UTF-8: invalid trailing UTF-8 octet\n");
}

static void depth_is_bounded(void **state)
{
	(void)state;
	char deep[2 * DOCUMENT_MAX_DEPTH + 8];
	size_t n = DOCUMENT_MAX_DEPTH;
	memset(deep, '[', n);
	memset(deep + n, ']', n);
	deep[2 * n] = '\0';
	expect_mistakes(deep, "");
	memset(deep, '[', n + 1);
	memset(deep + n + 1, ']', n + 1);
	deep[2 * n + 2] = '\0';
	expect_mistakes(deep, "f:1:65: more than 64 levels deep\n");
}

static void size_is_bounded(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	char *big = hwatt_alloc(DOCUMENT_MAX_OCTETS + 1);
	memset(big, ' ', DOCUMENT_MAX_OCTETS + 1);
	assert_null(document_parse("f", big, DOCUMENT_MAX_OCTETS + 1, l.arena, &l.report));
	assert_string_equal(loading_mistakes(&l), "f:1:1: the file is larger than 16 MiB\n");
	free(big);
	loading_end(&l);
}

static void mistakes_are_sorted_and_bounded(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	for (unsigned i = 0; i < REPORT_MAX_MISTAKES + 5; i++)
		hwatt_report_add(&l.report, &(struct hwatt_mark){ i % 2 == 0 ? "b" : "a", 2000 - i, 1 }, "m%u", i);
	assert_int_equal(l.report.count, REPORT_MAX_MISTAKES);
	assert_int_equal(report_total(&l.report), REPORT_MAX_MISTAKES + 5);
	const char *printed = loading_mistakes(&l);
	assert_memory_equal(printed, "a:1001:1: m999\na:1003:1: m997\n", 30);
	assert_non_null(strstr(printed, "\nb:2000:1: m0\nand 5 more\n"));
	loading_end(&l);
}

static void a_file_that_cannot_be_read_is_a_mistake(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	assert_null(document_load("/nonexistent/x.yaml", l.arena, &l.report));
	assert_null(document_load("/", l.arena, &l.report));
	assert_string_equal(loading_mistakes(&l), "/:1:1: cannot read the file: Is a directory\n"
			    "/nonexistent/x.yaml:1:1: cannot open the file: No such file or directory\n");
	loading_end(&l);
}

static void a_file_is_read_from_disk(void **state)
{
	(void)state;
	char path[] = "/tmp/hallwatt-test-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "a: [1]\n", 7), 7);
	close(fd);
	struct loading l = loading_begin();
	const struct hwatt_node *root = document_load(path, l.arena, &l.report);
	unlink(path);
	assert_non_null(root);
	assert_string_equal(root->mark.file, path);
	assert_string_equal(document_get(root, "a")->items[0]->text, "1");
	loading_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_node_knows_where_it_stands),
		cmocka_unit_test(json_is_yaml),
		cmocka_unit_test(all_that_can_be_read_past_is_reported_at_once),
		cmocka_unit_test(a_file_holds_one_document),
		cmocka_unit_test(what_is_no_yaml_is_reported_where_it_ends_to_be),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(size_is_bounded),
		cmocka_unit_test(mistakes_are_sorted_and_bounded),
		cmocka_unit_test(a_file_that_cannot_be_read_is_a_mistake),
		cmocka_unit_test(a_file_is_read_from_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
