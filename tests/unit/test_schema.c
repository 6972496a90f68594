/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "loading.h"

struct child {
	const char *id;
};

struct thing {
	int word;
	bool flag;
	int64_t count, ratio, span, power, days;
	const char *text;
	struct hwatt_list list, map;
	struct hwatt_secret secret;
	struct hwatt_texts texts;
	const struct hwatt_node *any;
};

static const struct hwatt_option child_rows[] = {
	{ .name = "id", .type = HWATT_STRING, .flags = HWATT_REQUIRED, .pattern = "^[a-z.]+$", .help = "its \"name\"" },
};
static const struct hwatt_schema child_schema = { .name = "child", .size = sizeof(struct child), .options = child_rows, .count = 1 };
static const char *const words[] = { "2c", "3", NULL };

#define ROW(field, what) .name = #field, .type = what, .offset = offsetof(struct thing, field)
static const struct hwatt_option rows[] = {
	{ ROW(word, HWATT_ENUM), .words = words, .fallback = "2c" },
	{ ROW(flag, HWATT_BOOL), .fallback = "true" },
	{ ROW(count, HWATT_INTEGER), .min = -1, .max = 9, .fallback = "3" },
	{ ROW(ratio, HWATT_RATIO), .min = 0, .max = 500000 },
	{ ROW(span, HWATT_DURATION), .fallback = "30s" },
	{ ROW(power, HWATT_POWER) },
	{ ROW(text, HWATT_STRING) },
	{ ROW(list, HWATT_LIST), .schema = &child_schema, .flags = HWATT_ONE_OR_LIST },
	{ ROW(map, HWATT_MAP), .schema = &child_schema, .pattern = "^[a-z]+$" },
	{ ROW(secret, HWATT_SECRET) },
	{ ROW(texts, HWATT_TEXTS) },
	{ ROW(any, HWATT_NODE) },
	{ ROW(days, HWATT_INTEGER), .max = 30, .fallback = "-1" },
};
static const struct hwatt_schema schema = { .name = "thing", .help = "a thing", .size = sizeof(struct thing), .options = rows,
					    .count = sizeof(rows) / sizeof(rows[0]) };

/* The schema without its blanks and line ends. */
static const char *printed(struct loading *l)
{
	struct hwatt_text text;
	hwatt_text_init(&text, 1u << 16);
	schema_print(&schema, "urn:x", &text);
	assert_true(hwatt_text_ok(&text));
	hwatt_text_reset(&l->printed);
	for (const char *at = hwatt_text_string(&text); *at != '\0'; at++)
		if (*at != '\t' && *at != '\n')
			hwatt_text_putc(&l->printed, *at);
	hwatt_text_free(&text);
	return hwatt_text_string(&l->printed);
}

static void every_type_has_its_schema(void **state)
{
	(void)state;
	static const char *const parts[] = {
		"{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\"$id\": \"urn:x\",\"title\": \"thing\","
		"\"description\": \"a thing\",\"type\": \"object\",\"properties\": {",
		"\"word\": {\"enum\": [\"2c\",\"3\",3],\"default\": \"2c\"},",
		"\"flag\": {\"type\": \"boolean\",\"default\": true},",
		"\"count\": {\"type\": \"integer\",\"minimum\": -1,\"maximum\": 9,\"default\": 3},",
		"\"ratio\": {\"anyOf\": [{\"type\": \"number\",\"minimum\": 0,\"maximum\": 0.5},{\"type\": \"string\","
		"\"pattern\": \"^-?[0-9]+(\\\\.[0-9]{1,4}0*)? ?%$\"}]},",
		"\"span\": {\"type\": \"string\",\"pattern\": \"^[0-9]+(d|h|m|s|ms)([0-9]+(h|m|s|ms))*$\",\"default\": \"30s\"},",
		"\"power\": {\"type\": \"string\",\"pattern\": \"^-?[0-9]+(\\\\.[0-9]+)? ?(W|kW|MW)$\"},",
		"\"text\": {\"type\": \"string\"},",
		"\"list\": {\"anyOf\": [{\"type\": \"object\",\"properties\": {\"id\": {\"description\": \"its \\\"name\\\"\","
		"\"type\": \"string\",\"pattern\": \"^[a-z.]+$\"}},\"required\": [\"id\"],\"additionalProperties\": false},"
		"{\"type\": \"array\",\"items\": {\"type\": \"object\"",
		"\"map\": {\"type\": \"object\",\"propertyNames\": {\"pattern\": \"^[a-z]+$\"},\"additionalProperties\": {\"type\": "
		"\"object\",\"properties\": {\"id\"",
		"\"secret\": {\"type\": \"object\",\"properties\": {\"file\": {\"description\": \"the file that holds it, relative to this one, "
		"closed to others\",\"type\": \"string\"},\"env\": {\"description\": \"the variable of the environment that holds it\",\"type\": \"string\"},"
		"\"credential\": {\"description\": \"the name of systemd's credential that holds it\",\"type\": \"string\"}},\"minProperties\": 1,\"maxProperties\": 1,\"additionalProperties\": false},",
		"\"texts\": {\"anyOf\": [{\"type\": \"string\"},{\"type\": \"object\",\"properties\": {\"sv\": {\"description\": \"in Swedish\",\"type\": \"string\"},"
		"\"nb\": {\"description\": \"in Norwegian\",\"type\": \"string\"},\"en\": {\"description\": \"in English\",\"type\": \"string\"}},\"minProperties\": 1,\"additionalProperties\": false}]},",
		"\"any\": {},\"days\": {\"type\": \"integer\",\"minimum\": 0,\"maximum\": 30}},\"additionalProperties\": false}",
	};
	struct loading l = loading_begin();
	const char *at = printed(&l);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *found = strstr(at, parts[i]);
		if (found == NULL)
			fail_msg("%s is not in %.2000s", parts[i], at);
		at = found + strlen(parts[i]);
	}
	assert_string_equal(at, "");
	loading_end(&l);
}

static void a_schema_is_json(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	const struct hwatt_node *root = loading_parse(&l, printed(&l)); /* YAML holds JSON, and refuses a key that stands twice */
	assert_string_equal(loading_mistakes(&l), "");
	assert_int_equal(document_get(root, "properties")->count, sizeof(rows) / sizeof(rows[0]));
	loading_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_has_its_schema),
		cmocka_unit_test(a_schema_is_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
