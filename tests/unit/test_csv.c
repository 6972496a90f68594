/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"
#include "loading.h"
#include <stdlib.h>

struct row {
	const char *id, *country;
	int64_t count, day;
	int kind;
	struct hwatt_list labels; /* const char * */
	struct hwatt_list nested;
	struct hwatt_mark mark;
};

static const char *const kinds[] = { "server", "no", NULL };
static const struct hwatt_schema empty = { .name = "empty", .size = 1 };
static const struct hwatt_option options[] = {
	{ .name = "id", .type = HWATT_STRING, .offset = offsetof(struct row, id), .flags = HWATT_REQUIRED, .help = "its name" },
	{ .name = "country", .type = HWATT_STRING, .offset = offsetof(struct row, country) },
	{ .name = "count", .type = HWATT_INTEGER, .offset = offsetof(struct row, count), .min = 0, .max = 9 },
	{ .name = "day", .type = HWATT_DATE, .offset = offsetof(struct row, day) },
	{ .name = "kind", .type = HWATT_ENUM, .offset = offsetof(struct row, kind), .words = kinds },
	{ .name = "labels", .type = HWATT_LIST, .offset = offsetof(struct row, labels), .item = HWATT_STRING },
	{ .name = "nested", .type = HWATT_LIST, .offset = offsetof(struct row, nested), .schema = &empty },
};
static const struct hwatt_schema schema = { .name = "row", .size = sizeof(struct row), .options = options, .count = 7,
					    .mark_offset = offsetof(struct row, mark) };

struct read {
	struct loading l;
	struct row rows[8];
	size_t count;
};

static struct read read_table(const char *bytes, size_t length)
{
	struct read r = { .l = loading_begin() };
	const struct hwatt_node *node = csv_parse("t.csv", bytes, length, &schema, r.l.arena, &r.l.report);
	for (size_t i = 0; node != NULL && i < node->count && i < 8; i++)
		hwatt_option_read(&schema, node->items[i], &r.rows[r.count++], r.l.arena, &r.l.report);
	return r;
}

static struct read read_text(const char *text)
{
	return read_table(text, strlen(text));
}

static void expect_mistakes(const char *text, const char *expected)
{
	struct read r = read_text(text);
	assert_string_equal(loading_mistakes(&r.l), expected);
	loading_end(&r.l);
}

static void rows_are_read_by_the_same_tables_as_yaml(void **state)
{
	(void)state;
	struct read r = read_text("id,country,count,day,kind,labels\r\n"
				  "srv-1,NO,3,2026-10-25,no,tco; epeat ;\r\n"
				  "\r\n"
				  "\"a \"\"b\"\",\nc\", SE ,,,server,\r\n");
	assert_string_equal(loading_mistakes(&r.l), "");
	assert_int_equal(r.count, 2);
	assert_string_equal(r.rows[0].country, "NO"); /* no YAML 1.1 in a cell */
	assert_int_equal(r.rows[0].count, 3);
	assert_int_equal(r.rows[0].day, 20751);
	assert_int_equal(r.rows[0].kind, 1);
	assert_int_equal(r.rows[0].labels.count, 2);
	assert_string_equal(((const char *const *)r.rows[0].labels.items)[1], "epeat");
	assert_string_equal(r.rows[1].id, "a \"b\",\nc");
	assert_string_equal(r.rows[1].country, "SE");
	assert_int_equal(r.rows[1].labels.count, 0);
	assert_int_equal(r.rows[1].mark.line, 4);
	loading_end(&r.l);
}

static void what_spreadsheets_write_is_read(void **state)
{
	(void)state;
	struct read r = read_text("\xef\xbb\xbf" "id;labels;count\nsrv-1;\"tco;epeat\";4");
	assert_string_equal(loading_mistakes(&r.l), "");
	assert_int_equal(r.count, 1);
	assert_int_equal(r.rows[0].labels.count, 2);
	assert_int_equal(r.rows[0].count, 4);
	loading_end(&r.l);
}

static void a_header_alone_is_an_empty_table(void **state)
{
	(void)state;
	struct read r = read_text("\n id , count \n\n");
	assert_string_equal(loading_mistakes(&r.l), "");
	assert_int_equal(r.count, 0);
	loading_end(&r.l);
}

static void mistakes_have_their_cell(void **state)
{
	(void)state;
	expect_mistakes("id,count,kind\nåä,12,server\nb,x,serve\n",
			"t.csv:2:4: 12 is out of range; write a value from 0 to 9\n"
			"t.csv:3:3: \"x\" is not a whole number; write digits only, like 12\n"
			"t.csv:3:5: \"serve\" is not known here; did you mean \"server\"?\n");
}

static void columns_are_checked_once(void **state)
{
	(void)state;
	expect_mistakes("cuont,kind,kind,nested,\n1,2,3\n",
			"t.csv:1:1: unknown column \"cuont\"; did you mean \"count\"?\n"
			"t.csv:1:1: the column \"id\" is missing: its name\n"
			"t.csv:1:12: the column \"kind\" stands twice\n"
			"t.csv:1:17: unknown column \"nested\"\n"
			"t.csv:1:24: a column without a name; the first line names the columns\n");
}

static void rows_have_as_many_cells_as_the_header(void **state)
{
	(void)state;
	expect_mistakes("id,count\na\nb,2,3\nc,\n",
			"t.csv:2:1: the row has 1 cell, the header 2\n"
			"t.csv:3:1: the row has 3 cells, the header 2; a text with a comma stands in quotes, like \"Acme, Inc\"\n");
	expect_mistakes("id\tcount\na\t1\n",
			"t.csv:1:1: the columns are parted by tabs; save the table with commas or semicolons between them\n");
}

static void quotes_are_whole(void **state)
{
	(void)state;
	expect_mistakes("id\n\"a\n", "t.csv:2:1: the quotes that begin here are never closed; a quote within a cell is written "
			"twice\n");
	expect_mistakes("id\na\"b\n", "t.csv:2:2: a quote stands amid a cell; put the whole cell in quotes and write the quote "
			"twice\n");
	expect_mistakes("id,count\n\"a\"b,1\n", "t.csv:2:4: only \",\" or the end of the line may follow the closing quote\n");
}

static void what_is_no_text_is_refused(void **state)
{
	(void)state;
	expect_mistakes("", "t.csv:1:1: the table is empty; its first line names the columns\n");
	expect_mistakes("id\n\xc5" "re\n", "t.csv:2:1: not a text file in UTF-8; save the table as \"CSV UTF-8\"\n");
	struct read r = read_table("id\na\0b\n", 7);
	assert_string_equal(loading_mistakes(&r.l), "t.csv:2:2: not a text file in UTF-8; save the table as \"CSV UTF-8\"\n");
	loading_end(&r.l);
}

static void sizes_are_bounded(void **state)
{
	(void)state;
	struct hwatt_text wide, tall;
	hwatt_text_init(&wide, 1u << 20);
	hwatt_text_init(&tall, 1u << 20);
	for (int i = 0; i < 65; i++)
		hwatt_text_puts(&wide, "id,");
	struct read r = read_text(hwatt_text_string(&wide));
	assert_non_null(strstr(loading_mistakes(&r.l), "more than 64 columns"));
	loading_end(&r.l);
	hwatt_text_puts(&tall, "id\n");
	for (int i = 0; i < 70000; i++)
		hwatt_text_putc(&tall, 'a');
	r = read_text(hwatt_text_string(&tall));
	assert_string_equal(loading_mistakes(&r.l), "t.csv:2:1: the cell is longer than 65536 octets\n");
	loading_end(&r.l);
	hwatt_text_free(&wide);
	hwatt_text_free(&tall);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_read_by_the_same_tables_as_yaml),
		cmocka_unit_test(what_spreadsheets_write_is_read),
		cmocka_unit_test(a_header_alone_is_an_empty_table),
		cmocka_unit_test(mistakes_have_their_cell),
		cmocka_unit_test(columns_are_checked_once),
		cmocka_unit_test(rows_have_as_many_cells_as_the_header),
		cmocka_unit_test(quotes_are_whole),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(sizes_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
