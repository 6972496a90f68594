/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "option_equal.h"
#include "loading.h"
#include <stdlib.h>

struct part { const char *name; int64_t power_mw; };
struct whole {
	const char *text;
	bool flag;
	int word;
	int64_t wait_ms;
	struct hwatt_secret secret;
	struct part part;
	struct hwatt_list parts, names;
	struct hwatt_texts title;
};

static const char *const words[] = { "one", "two", NULL };

static const struct hwatt_option part_rows[] = {
	{ .name = "name", .type = HWATT_STRING, .offset = offsetof(struct part, name), .help = "n" },
	{ .name = "power", .type = HWATT_POWER, .offset = offsetof(struct part, power_mw), .help = "p" },
};

static const struct hwatt_schema part_schema = { .name = "part", .size = sizeof(struct part), .options = part_rows,
						 .count = 2 };

static const struct hwatt_option rows[] = {
	{ .name = "text", .type = HWATT_STRING, .offset = offsetof(struct whole, text), .help = "t" },
	{ .name = "flag", .type = HWATT_BOOL, .offset = offsetof(struct whole, flag), .help = "f" },
	{ .name = "word", .type = HWATT_ENUM, .offset = offsetof(struct whole, word), .words = words, .help = "w" },
	{ .name = "wait", .type = HWATT_DURATION, .offset = offsetof(struct whole, wait_ms), .help = "w" },
	{ .name = "secret", .type = HWATT_SECRET, .offset = offsetof(struct whole, secret), .help = "s" },
	{ .name = "part", .type = HWATT_OBJECT, .offset = offsetof(struct whole, part), .schema = &part_schema, .help = "p" },
	{ .name = "parts", .type = HWATT_LIST, .offset = offsetof(struct whole, parts), .schema = &part_schema, .help = "p" },
	{ .name = "names", .type = HWATT_LIST, .offset = offsetof(struct whole, names), .item = HWATT_STRING, .help = "n" },
	{ .name = "title", .type = HWATT_TEXTS, .offset = offsetof(struct whole, title), .help = "t" },
};

static const struct hwatt_schema schema = { .name = "whole", .size = sizeof(struct whole), .options = rows,
					    .count = sizeof(rows) / sizeof(rows[0]) };

#define BASE "text: a\nflag: true\nword: two\nwait: 5s\nsecret: {env: XX}\npart: {name: p, power: 1 kW}\n" \
	     "parts: [{name: q}, {name: r}]\nnames: [x, z]\ntitle: {sv: å, en: o}\n"

static struct whole read(struct loading *l, const char *yaml)
{
	struct whole out;
	assert_int_equal(hwatt_option_read(&schema, loading_parse(l, yaml), &out, l->arena, &l->report), 0);
	return out;
}

static void the_same_text_is_equal_and_each_change_is_seen(void **state)
{
	(void)state;
	static const char *const others[] = {
		"text: b\nflag: true\nword: two\nwait: 5s\nsecret: {env: XX}\npart: {name: p, power: 1 kW}\nparts: [{name: q}, {name: r}]\nnames: [x, z]\ntitle: {sv: å, en: o}\n",
		"text: a\nflag: false\nword: two\nwait: 5s\nsecret: {env: XX}\npart: {name: p, power: 1 kW}\nparts: [{name: q}, {name: r}]\nnames: [x, z]\ntitle: {sv: å, en: o}\n",
		"text: a\nflag: true\nword: one\nwait: 5s\nsecret: {env: XX}\npart: {name: p, power: 1 kW}\nparts: [{name: q}, {name: r}]\nnames: [x, z]\ntitle: {sv: å, en: o}\n",
		"text: a\nflag: true\nword: two\nwait: 6s\nsecret: {env: XX}\npart: {name: p, power: 1 kW}\nparts: [{name: q}, {name: r}]\nnames: [x, z]\ntitle: {sv: å, en: o}\n",
		"text: a\nflag: true\nword: two\nwait: 5s\nsecret: {env: YY}\npart: {name: p, power: 1 kW}\nparts: [{name: q}, {name: r}]\nnames: [x, z]\ntitle: {sv: å, en: o}\n",
		"text: a\nflag: true\nword: two\nwait: 5s\nsecret: {env: XX}\npart: {name: p, power: 2 kW}\nparts: [{name: q}, {name: r}]\nnames: [x, z]\ntitle: {sv: å, en: o}\n",
		"text: a\nflag: true\nword: two\nwait: 5s\nsecret: {env: XX}\npart: {name: p, power: 1 kW}\nparts: [{name: q}, {name: s}]\nnames: [x, z]\ntitle: {sv: å, en: o}\n",
		"text: a\nflag: true\nword: two\nwait: 5s\nsecret: {env: XX}\npart: {name: p, power: 1 kW}\nparts: [{name: q}, {name: r}]\nnames: [x]\ntitle: {sv: å, en: o}\n",
		"text: a\nflag: true\nword: two\nwait: 5s\nsecret: {env: XX}\npart: {name: p, power: 1 kW}\nparts: [{name: q}, {name: r}]\nnames: [x, z]\ntitle: {sv: ä, en: o}\n",
	};
	struct loading l = loading_begin();
	struct whole a = read(&l, BASE), b = read(&l, BASE);
	assert_true(option_equal(&schema, &a, &b));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct whole c = read(&l, others[i]);
		assert_false(option_equal(&schema, &a, &c));
	}
	loading_end(&l);
}

static void a_secret_that_was_written_anew_is_seen(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	struct whole a = read(&l, BASE);
	setenv("XX", "one", 1);
	uint64_t one = option_secrets(&schema, &a);
	assert_int_not_equal(one, 0);
	assert_int_equal(option_secrets(&schema, &a), one);
	setenv("XX", "two", 1);
	assert_int_not_equal(option_secrets(&schema, &a), one);
	assert_int_not_equal(option_secrets(&schema, &a), 0);
	unsetenv("XX");
	assert_int_equal(option_secrets(&schema, &a), 0);
	struct whole none = read(&l, "text: a\n");
	assert_int_not_equal(option_secrets(&schema, &none), 0);
	loading_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_text_is_equal_and_each_change_is_seen),
		cmocka_unit_test(a_secret_that_was_written_anew_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
