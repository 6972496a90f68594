/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "loading.h"
#include "nearest.h"
#include "scalar.h"
#include <stdlib.h>

struct inner {
	const char *id;
	int64_t size;
	struct hwatt_mark mark;
};

struct named {
	const char *name;
	int64_t size;
};

struct all {
	const char *string, *greeting, *patterned;
	bool flag, on_by_default;
	int64_t integer, decimal, duration, power, energy, ratio, date;
	int word;
	struct hwatt_secret secret;
	struct inner inner;
	struct hwatt_list list, strings, one, dates, map;
	struct hwatt_texts texts;
	const struct hwatt_node *node;
};

static const char *const words[] = { "none", "some", "3", "on", NULL };

static const struct hwatt_option inner_rows[] = {
	{ .name = "id", .type = HWATT_STRING, .offset = offsetof(struct inner, id), .flags = HWATT_REQUIRED, .help = "its name" },
	{ .name = "size", .type = HWATT_INTEGER, .offset = offsetof(struct inner, size), .fallback = "7", .min = 1, .max = 9 },
};

static void check_inner(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct inner *inner = object;
	struct hwatt_mark mark = hwatt_node_mark(at, "size");
	if (inner->size == 5)
		hwatt_report_add(report, &mark, "%s: not five", inner->id);
}

static const struct hwatt_schema inner_schema = {
	.name = "inner", .size = sizeof(struct inner), .options = inner_rows, .count = 2, .check = check_inner,
	.mark_offset = offsetof(struct inner, mark),
};

static const struct hwatt_option named_rows[] = {
	{ .name = "size", .type = HWATT_INTEGER, .offset = offsetof(struct named, size) },
};
static const struct hwatt_schema named_schema = { .name = "named", .size = sizeof(struct named), .options = named_rows, .count = 1 };

#define ROW(field, what) .name = #field, .type = what, .offset = offsetof(struct all, field)
static const struct hwatt_option rows[] = {
	{ ROW(string, HWATT_STRING) },
	{ ROW(greeting, HWATT_STRING), .fallback = "hello" },
	{ ROW(patterned, HWATT_STRING), .pattern = "^[a-z0-9._-]+$" },
	{ ROW(flag, HWATT_BOOL) },
	{ ROW(on_by_default, HWATT_BOOL), .fallback = "true" },
	{ ROW(integer, HWATT_INTEGER), .min = -5, .max = 65535 },
	{ ROW(decimal, HWATT_DECIMAL) },
	{ ROW(duration, HWATT_DURATION), .fallback = "30s", .min = 1000, .max = 3600000 },
	{ ROW(power, HWATT_POWER) },
	{ ROW(energy, HWATT_ENERGY_AMOUNT) },
	{ ROW(ratio, HWATT_RATIO), .min = 0, .max = 1000000 },
	{ ROW(date, HWATT_DATE) },
	{ ROW(word, HWATT_ENUM), .words = words, .fallback = "some" },
	{ ROW(secret, HWATT_SECRET) },
	{ ROW(inner, HWATT_OBJECT), .schema = &inner_schema },
	{ ROW(list, HWATT_LIST), .schema = &inner_schema },
	{ ROW(strings, HWATT_LIST), .item = HWATT_STRING },
	{ ROW(one, HWATT_LIST), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST },
	{ ROW(dates, HWATT_LIST), .item = HWATT_DATE },
	{ ROW(map, HWATT_MAP), .schema = &named_schema, .pattern = "^[a-z]+$" },
	{ ROW(texts, HWATT_TEXTS) },
	{ ROW(node, HWATT_NODE) },
};
static const struct hwatt_schema schema = { .name = "thing", .size = sizeof(struct all), .options = rows,
					    .count = sizeof(rows) / sizeof(rows[0]) };

static int read_all(struct loading *l, const char *yaml, struct all *out)
{
	const struct hwatt_node *root = loading_parse(l, yaml);
	assert_non_null(root);
	return hwatt_option_read(&schema, root, out, l->arena, &l->report);
}

/* Reads `yaml` and expects exactly the mistakes `expected`. */
static void expect(const char *yaml, const char *expected)
{
	struct loading l = loading_begin();
	struct all out;
	int rc = read_all(&l, yaml, &out);
	assert_string_equal(loading_mistakes(&l), expected);
	assert_int_equal(rc, expected[0] == '\0' ? 0 : -1);
	loading_end(&l);
}

static struct all good(struct loading *l, const char *yaml)
{
	struct all out;
	read_all(l, yaml, &out);
	assert_string_equal(loading_mistakes(l), "");
	return out;
}

static void absent_keys_have_their_defaults(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	struct all out = good(&l, "{}");
	assert_string_equal(out.string, "");
	assert_string_equal(out.greeting, "hello");
	assert_true(out.on_by_default);
	assert_false(out.flag);
	assert_int_equal(out.duration, 30000);
	assert_int_equal(out.word, 1);
	assert_int_equal(out.inner.size, 7);
	assert_null(out.inner.mark.file);
	assert_int_equal(out.list.count, 0);
	assert_int_equal(out.secret.kind, HWATT_SECRET_NONE);
	assert_null(out.texts.en);
	assert_null(out.node);
	loading_end(&l);
}

static void numbers_are_exact_in_their_unit(void **state)
{
	(void)state;
	static const struct { const char *yaml; size_t offset; int64_t value; } cases[] = {
		{ "integer: 65535", offsetof(struct all, integer), 65535 },
		{ "integer: -5", offsetof(struct all, integer), -5 },
		{ "integer: 0", offsetof(struct all, integer), 0 },
		{ "decimal: 1.3", offsetof(struct all, decimal), 1300000 },
		{ "decimal: -0.000001", offsetof(struct all, decimal), -1 },
		{ "decimal: 12", offsetof(struct all, decimal), 12000000 },
		{ "decimal: 1.2500000", offsetof(struct all, decimal), 1250000 },
		{ "duration: 30s", offsetof(struct all, duration), 30000 },
		{ "duration: 1500ms", offsetof(struct all, duration), 1500 },
		{ "duration: 5m", offsetof(struct all, duration), 300000 },
		{ "duration: 1h", offsetof(struct all, duration), 3600000 },
		{ "duration: 1m30s", offsetof(struct all, duration), 90000 },
		{ "power: 400 kW", offsetof(struct all, power), 400000000 },
		{ "power: 5.5kW", offsetof(struct all, power), 5500000 },
		{ "power: 1480 W", offsetof(struct all, power), 1480000 },
		{ "power: 2 MW", offsetof(struct all, power), 2000000000 },
		{ "power: '2 MW'", offsetof(struct all, power), 2000000000 },
		{ "energy: 20 Wh", offsetof(struct all, energy), 72000000 },
		{ "energy: 100 MWh", offsetof(struct all, energy), 360000000000000 },
		{ "energy: 0.001 Wh", offsetof(struct all, energy), 3600 },
		{ "ratio: 0.95", offsetof(struct all, ratio), 950000 },
		{ "ratio: 95 %", offsetof(struct all, ratio), 950000 },
		{ "ratio: 99.5%", offsetof(struct all, ratio), 995000 },
		{ "ratio: 1", offsetof(struct all, ratio), 1000000 },
		{ "date: 1970-01-01", offsetof(struct all, date), 0 },
		{ "date: 2026-10-25", offsetof(struct all, date), 20751 },
		{ "date: \"2024-02-29\"", offsetof(struct all, date), 19782 },
		{ "date: 2000-03-01", offsetof(struct all, date), 11017 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct loading l = loading_begin();
		struct all out = good(&l, cases[i].yaml);
		int64_t value;
		memcpy(&value, (const char *)&out + cases[i].offset, sizeof(value));
		if (value != cases[i].value)
			fail_msg("%s gives %lld", cases[i].yaml, (long long)value);
		loading_end(&l);
	}
}

static void texts_lists_maps_and_objects_are_read(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	struct all out = good(&l, "inner: {id: a, size: 3}\nlist: [{id: b}, {id: c, size: 9}]\nstrings: [x, 'NO', SE]\none: z\n"
				  "dates: [2026-01-01]\nmap: {p: {size: 1}, q: {}}\ntexts: {sv: hej, en: hi}\nnode: [1]\nword: 3\n"
				  "flag: true\non_by_default: false\npatterned: pdu-a1\n");
	assert_string_equal(out.inner.id, "a");
	assert_int_equal(out.inner.mark.line, 1);
	assert_int_equal(out.inner.mark.column, 8);
	assert_int_equal(out.list.count, 2);
	const struct inner *list = out.list.items;
	assert_int_equal(list[0].size, 7);
	assert_int_equal(list[1].size, 9);
	assert_string_equal(((const char **)out.strings.items)[1], "NO");
	assert_int_equal(out.one.count, 1);
	assert_string_equal(((const char **)out.one.items)[0], "z");
	assert_int_equal(((const int64_t *)out.dates.items)[0], 20454);
	assert_string_equal(((const struct named *)out.map.items)[1].name, "q");
	assert_int_equal(((const struct named *)out.map.items)[0].size, 1);
	assert_string_equal(out.texts.sv, "hej");
	assert_null(out.texts.nb);
	assert_int_equal(out.node->kind, HWATT_NODE_SEQUENCE);
	assert_int_equal(out.word, 2);
	assert_true(out.flag);
	assert_false(out.on_by_default);
	loading_end(&l);
}

static void yaml_1_1_traps_say_what_to_write(void **state)
{
	(void)state;
	expect("string: NO", "f:1:9: unquoted NO is a boolean in YAML; write \"NO\" in quotes\n");
	expect("string: on", "f:1:9: unquoted on is a boolean in YAML; write \"on\" in quotes\n");
	expect("string: 012", "f:1:9: unquoted 012 is an octal number in YAML; write \"012\" in quotes\n");
	expect("string: 1:20", "f:1:9: unquoted 1:20 is a number to base sixty in YAML; write \"1:20\" in quotes\n");
	expect("string: 1e3", "f:1:9: unquoted 1e3 is a number in YAML; write \"1e3\" in quotes\n");
	expect("string: 12", "f:1:9: unquoted 12 is a number in YAML; write \"12\" in quotes\n");
	expect("string: 2025-01-01", "f:1:9: unquoted 2025-01-01 is a date in YAML; write \"2025-01-01\" in quotes\n");
	expect("string: ~", "f:1:9: \"string\" has no value; give it one or leave it out\n");
	expect("string:", "f:1:8: \"string\" has no value; give it one or leave it out\n");
	expect("strings: [SE, NO, \"NO\"]", "f:1:15: unquoted NO is a boolean in YAML; write \"NO\" in quotes\n");
	expect("word: on", "f:1:7: unquoted on is a boolean in YAML; write \"on\" in quotes\n");
	expect("flag: yes", "f:1:7: yes is not a switch; write true or false\n");
	expect("flag: True", "f:1:7: True is not a switch; write true or false\n");
	expect("flag: \"true\"", "f:1:7: \"true\" in quotes is a text; write true\n");
	expect("integer: 012", "f:1:10: 012 is 10 in YAML 1.1 and 12 in YAML 1.2; write 10 or 12\n");
	expect("integer: -017", "f:1:10: -017 is -15 in YAML 1.1 and -17 in YAML 1.2; write -15 or -17\n");
	expect("integer: 08", "f:1:10: 08 is an octal number; write a decimal number\n");
	expect("integer: 0x1F", "f:1:10: 0x1F is hexadecimal; write 31\n");
	expect("integer: 0b11", "f:1:10: 0b11 is a binary number; write a decimal number\n");
	expect("integer: 1_000", "f:1:10: 1_000 groups its digits; write the number without _\n");
	expect("integer: 1:20", "f:1:10: 1:20 is a number to base sixty in YAML 1.1; write a decimal number\n");
	expect("integer: \"12\"", "f:1:10: \"12\" in quotes is a text; write it without\n");
	expect("ratio: 00.5", "");
	expect("map: {no: {}}", "f:1:7: unquoted no is a boolean in YAML; write \"no\" in quotes\n");
}

static void scalars_resolve_as_in_yaml_1_1(void **state)
{
	(void)state;
	static const struct { const char *text; enum scalar_kind kind; } cases[] = {
		{ "SE", SCALAR_STRING }, { "Null", SCALAR_NULL }, { "NULL", SCALAR_NULL }, { "Off", SCALAR_BOOL },
		{ "oN", SCALAR_STRING }, { "+12", SCALAR_INTEGER }, { "0", SCALAR_INTEGER }, { "00", SCALAR_OCTAL },
		{ "0o17", SCALAR_OCTAL }, { "0x_1", SCALAR_HEX }, { "0xg", SCALAR_STRING }, { "190:20:30", SCALAR_SIXTY },
		{ "20:30.15", SCALAR_SIXTY }, { "1:60", SCALAR_STRING }, { "10:20::1", SCALAR_STRING }, { ".5", SCALAR_FLOAT },
		{ "5.", SCALAR_FLOAT }, { ".", SCALAR_STRING }, { "-.inf", SCALAR_FLOAT }, { ".NaN", SCALAR_FLOAT },
		{ "1.2.3", SCALAR_STRING }, { "1e", SCALAR_STRING }, { "6.8523015e+5", SCALAR_FLOAT }, { "1_0.5", SCALAR_FLOAT },
		{ "2001-12-14t21:59:43.10-05:00", SCALAR_TIMESTAMP }, { "2001-12-14 21:59:43", SCALAR_TIMESTAMP },
		{ "2001-1-1", SCALAR_DATE }, { "2001-12-14x", SCALAR_STRING }, { "2001-12-14 21", SCALAR_STRING }, { "<<", SCALAR_MERGE },
		{ "127.0.0.1:9890", SCALAR_STRING }, { "-", SCALAR_STRING }, { "", SCALAR_NULL }, { "10:20:30:40:50:12", SCALAR_SIXTY },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (scalar_resolve(cases[i].text) != cases[i].kind)
			fail_msg("%s resolves to %d", cases[i].text, (int)scalar_resolve(cases[i].text));
}

static void what_is_no_value_of_its_type_says_what_to_write(void **state)
{
	(void)state;
	expect("duration: 5 parsecs", "f:1:11: \"5 parsecs\" is not a duration; write 30s, 500ms or 5m\n");
	expect("duration: 30", "f:1:11: \"30\" is not a duration; write 30s, 500ms or 5m\n");
	expect("duration: 30s1m", "f:1:11: \"30s1m\" is not a duration; write 30s, 500ms or 5m\n");
	expect("duration: 30s30s", "f:1:11: \"30s30s\" is not a duration; write 30s, 500ms or 5m\n");
	expect("duration: -5s", "f:1:11: \"-5s\" is not a duration; write 30s, 500ms or 5m\n");
	expect("duration: 500ms", "f:1:11: 500ms is out of range; write a value from 1s to 1h\n");
	expect("duration: 999999999999999999d", "f:1:11: 999999999999999999d is too long\n");
	expect("power: 400", "f:1:8: \"400\" is not a power; write 400 kW, 5.5 kW or 1480 W\n");
	expect("power: 400 KW", "f:1:8: \"400 KW\" has no such unit; write kW\n");
	expect("power: 5,5 kW", "f:1:8: \"5,5 kW\" is not a power; write 400 kW, 5.5 kW or 1480 W\n");
	expect("power: 999999999999999999 MW", "f:1:8: 999999999999999999 MW is too large\n");
	expect("power: 0.0001 W", "f:1:8: \"0.0001 W\" is not a power; write 400 kW, 5.5 kW or 1480 W\n");
	expect("energy: 5 kW", "f:1:9: \"5 kW\" is not an amount of energy; write 100 MWh, 5 kWh or 20 Wh\n");
	expect("ratio: 95", "f:1:8: 95 is out of range; write a value from 0 to 1\n");
	expect("ratio: 95 percent", "f:1:8: \"95 percent\" is not a ratio; write 0.95 or 95 %\n");
	expect("ratio: -1 %", "f:1:8: -1 % is out of range; write a value from 0 to 1\n");
	expect("decimal: 1.1234567", "f:1:10: \"1.1234567\" is not a number; write it with at most six decimals, like 1.25\n");
	expect("decimal: 1e3", "f:1:10: \"1e3\" is not a number; write it with at most six decimals, like 1.25\n");
	expect("{decimal: 1,5}", "f:1:13: a comma ends the value before it: write 1.5 with a point\n");
	expect("{string: ,5}", "f:1:9: \"string\" has no value; give it one or leave it out\nf:1:11: unknown key \"5\"\n");
	expect("integer: 1.5", "f:1:10: \"1.5\" is not a whole number; write digits only, like 12\n");
	expect("integer: 65536", "f:1:10: 65536 is out of range; write a value from -5 to 65535\n");
	expect("integer: 9999999999999999999", "f:1:10: \"9999999999999999999\" is not a whole number; write digits only, like 12\n");
	expect("date: 25/10/2026", "f:1:7: \"25/10/2026\" is not a date; write year-month-day, like 2026-10-25\n");
	expect("date: 2026-10-25T12:00:00Z", "f:1:7: \"2026-10-25T12:00:00Z\" is a time; write only the day: 2026-10-25\n");
	expect("date: 2026-13-01", "f:1:7: 2026-13-01: there is no month 13\n");
	expect("date: 2026-02-29", "f:1:7: 2026-02-29: that month has the days 1 to 28\n");
	expect("date: 1969-12-31", "f:1:7: 1969-12-31: the year lies outside 1970 to 2999\n");
	expect("word: sone", "f:1:7: \"sone\" is not known here; did you mean \"none\"?\n");
	expect("word: elephant", "f:1:7: \"elephant\" is not known here; write none, some, 3 or on\n");
	expect("patterned: PDU 1", "f:1:12: \"PDU 1\" has the wrong form; it must match ^[a-z0-9._-]+$\n");
	expect("map: {a1: {}}", "f:1:7: \"a1\" has the wrong form; it must match ^[a-z]+$\n");
}

static void shapes_are_checked(void **state)
{
	(void)state;
	expect("[1]", "f:1:1: a map of keys and values belongs here (thing)\n");
	expect("string: [a]", "f:1:9: \"string\" is a list where a text belongs\n");
	expect("strings: a", "f:1:10: \"strings\" is a single value where a list belongs\n");
	expect("one: {a: b}", "f:1:6: \"one\" is a map where a text belongs\n");
	expect("one:", "f:1:5: \"one\" has no value; give it one or leave it out\n");
	expect("list: {id: a}", "f:1:7: \"list\" is a map where a list belongs\n");
	expect("list: [a]", "f:1:8: a map of keys and values belongs here (inner)\n");
	expect("map: [a]", "f:1:6: \"map\" is a list where a map of keys and values belongs\n");
	expect("integer: {}", "f:1:10: \"integer\" is a map where a single value belongs\n");
	expect("texts: [a]", "f:1:8: a map of keys and values belongs here (text)\n");
	expect("texts: {se: a}", "f:1:9: unknown key \"se\"; did you mean \"sv\"?\n");
}

static void all_mistakes_come_at_once_with_the_nearest_key(void **state)
{
	(void)state;
	expect("strng: a\nflag: maybe\nzzzzzz: 1\nlist:\n  - {size: 10, idd: x}\n",
	       "f:1:1: unknown key \"strng\"; did you mean \"string\"?\n"
	       "f:2:7: maybe is not a switch; write true or false\n"
	       "f:3:1: unknown key \"zzzzzz\"\n"
	       "f:5:5: the inner lacks \"id\": its name\n"
	       "f:5:12: 10 is out of range; write a value from 1 to 9\n"
	       "f:5:16: unknown key \"idd\"; did you mean \"id\"?\n");
}

static void the_first_of_two_equal_keys_counts(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	struct all out;
	assert_int_equal(read_all(&l, "integer: 1\ninteger: 70000\n", &out), 0); /* the document has told */
	assert_int_equal(out.integer, 1);
	assert_string_equal(loading_mistakes(&l), "f:2:1: the key \"integer\" stands twice, first at line 1\n");
	loading_end(&l);
}

static void an_object_is_checked_when_its_fields_are_right(void **state)
{
	(void)state;
	expect("inner: {id: x, size: 5}", "f:1:22: x: not five\n");
	expect("inner: {id: x, size: 5, sice: 1}", "f:1:25: unknown key \"sice\"; did you mean \"size\"?\n");
}

static void a_secret_is_named_not_written(void **state)
{
	(void)state;
	expect("secret: hunter2", "f:1:9: a secret is named, not written here: secret: {file: PATH}, {env: VARIABLE} or "
	       "{credential: NAME}\n");
	expect("secret: {fil: x}", "f:1:10: unknown key \"fil\" in a secret; write file, env or credential\n");
	expect("secret: {file: ''}", "f:1:16: \"file\" names nothing\n");
	expect("secret: {env: 12}", "f:1:15: unquoted 12 is a number in YAML; write \"12\" in quotes\n");
	struct loading l = loading_begin();
	assert_int_equal(good(&l, "secret: {env: PASS}").secret.kind, HWATT_SECRET_ENV);
	struct hwatt_secret file = good(&l, "secret: {file: bmc.pass}").secret;
	assert_int_equal(file.where[0], '/');
	assert_string_equal(strrchr(file.where, '/'), "/bmc.pass");
	assert_int_equal(file.mark.column, 9);
	static const char yaml[] = "secret: {file: bmc.pass}";
	const struct hwatt_node *root = document_parse("/etc/hallwatt/h.yaml", yaml, strlen(yaml), l.arena, &l.report);
	struct all out;
	assert_int_equal(hwatt_option_read(&schema, root, &out, l.arena, &l.report), 0);
	assert_string_equal(out.secret.where, "/etc/hallwatt/bmc.pass");
	loading_end(&l);
}

static void strings_outlive_the_document(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	struct hwatt_arena *document = hwatt_arena_new();
	static const char yaml[] = "{string: abc, secret: {env: V}, texts: t, map: {nn: {}}, strings: [s]}";
	const struct hwatt_node *root = document_parse("f", yaml, strlen(yaml), document, &l.report);
	struct all out;
	assert_int_equal(hwatt_option_read(&schema, root, &out, l.arena, &l.report), 0);
	hwatt_arena_free(document);
	assert_string_equal(out.string, "abc");
	assert_string_equal(out.secret.where, "V");
	assert_string_equal(out.secret.mark.file, "f");
	assert_string_equal(out.texts.en, "t");
	assert_string_equal(((const struct named *)out.map.items)->name, "nn");
	assert_string_equal(*(const char **)out.strings.items, "s");
	loading_end(&l);
}

static void likeness_counts_edits(void **state)
{
	(void)state;
	assert_int_equal(nearest_distance("intervall", "interval", 3), 1);
	assert_int_equal(nearest_distance("itnerval", "interval", 3), 1);
	assert_int_equal(nearest_distance("INTERVAL", "interval", 3), 0);
	assert_int_equal(nearest_distance("kitten", "sitting", 3), 3);
	assert_int_equal(nearest_distance("abcdef", "uvwxyz", 3), 4);
	struct nearest near = { .wanted = "rak" };
	nearest_offer(&near, "rack-2");
	nearest_offer(&near, "room");
	nearest_offer(&near, "rack");
	nearest_offer(&near, "role");
	assert_string_equal(near.best, "rack");
	struct nearest far = { .wanted = "a" };
	nearest_offer(&far, "b");
	assert_null(far.best);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_keys_have_their_defaults),
		cmocka_unit_test(numbers_are_exact_in_their_unit),
		cmocka_unit_test(texts_lists_maps_and_objects_are_read),
		cmocka_unit_test(yaml_1_1_traps_say_what_to_write),
		cmocka_unit_test(scalars_resolve_as_in_yaml_1_1),
		cmocka_unit_test(what_is_no_value_of_its_type_says_what_to_write),
		cmocka_unit_test(shapes_are_checked),
		cmocka_unit_test(all_mistakes_come_at_once_with_the_nearest_key),
		cmocka_unit_test(the_first_of_two_equal_keys_counts),
		cmocka_unit_test(an_object_is_checked_when_its_fields_are_right),
		cmocka_unit_test(a_secret_is_named_not_written),
		cmocka_unit_test(strings_outlive_the_document),
		cmocka_unit_test(likeness_counts_edits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
