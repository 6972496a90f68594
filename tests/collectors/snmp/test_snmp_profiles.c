/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Loading profiles: mistakes are named where they stand, folders replace, templates expand. */
#include "fake_target.h"
#include "family.h"
#include <hallwatt/arena.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD "profile: acme\nsource: ACME-MIB\nmatch: {sysObjectID: 1.3.6.1.4.1.99999}\n"

/* All mistakes in a profile's text, "" when there are none. Static. */
static const char *mistakes(const char *yaml)
{
	static char out[4096];
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	struct hwatt_text text;
	const struct hwatt_profile *p = profile_parse("acme.yaml", yaml, strlen(yaml), &snmp_collector, arena, &report);
	hwatt_text_init(&text, sizeof(out) - 1);
	report_print(&report, &text);
	snprintf(out, sizeof(out), "%s", hwatt_text_string(&text));
	assert_int_equal(p == NULL, out[0] != '\0');
	hwatt_text_free(&text);
	hwatt_arena_free(arena);
	return out;
}

#define assert_mistake(yaml, where, what) \
	do { \
		const char *m = mistakes(yaml); \
		if (strstr(m, where) == NULL || strstr(m, what) == NULL) \
			fail_msg("\"%s\" says neither %s nor %s", m, where, what); \
	} while (0)

static void a_sound_profile_has_no_mistakes(void **state)
{
	(void)state;
	assert_string_equal(mistakes(HEAD "readings:\n"
		"  - {role: outlet, quantity: active_power, oid: 1.3.6.1.4.1.99999.9.2.1.7, scale: 0.1, absent: [-1]}\n"), "");
}

static void mistakes_are_named_with_their_place(void **state)
{
	(void)state;
	assert_mistake("profile: acme\nmatch: {}\n", "acme.yaml:1:1", "\"source\"");
	assert_mistake(HEAD "readings:\n  - {role: outlett, quantity: voltage, oid: 1.3.6.1, scale: 1}\n", "acme.yaml:5:12",
		       "outlet");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1}\n", "acme.yaml:5:5", "\"scale\"");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.x, scale: 1}\n", "acme.yaml:5:", "1.3.6.x");
	assert_mistake(HEAD "readings:\n  - {role: interface, quantity: if_count, oid: 1.3.6, scale: 1, count_oid: 1.3.y}\n", "acme.yaml:5:", "1.3.y");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.4294967296, scale: 1}\n", "acme.yaml:5:",
		       "is no OID");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oidd: 1.3.6.1, oid: 1.3.6, scale: 1}\n",
		       "acme.yaml:5:", "did you mean \"oid\"");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 0}\n", "acme.yaml:5:",
		       "cannot be 0");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, unit: fahrenheit}\n",
		       "acme.yaml:5:", "temperatures");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, min: 9, max: 1}\n",
		       "acme.yaml:5:", "above");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, unit_oid: 1.3.6.2}\n",
		       "acme.yaml:5:", "need each other");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, when: {oid: 1.3.6.2, matches: '('}}\n",
		       "acme.yaml:5:", "regular expression");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, when: {oid: 1.3.6.2, min: 2, max: 1}}\n",
		       "acme.yaml:5:", "never holds");
	assert_string_equal(mistakes(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, when: {oid: 1.3.6.2, max: 1}}\n"), "");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, row_matches: '('}\n",
		       "acme.yaml:5:", "regular expression");
	assert_string_equal(mistakes(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, "
		"name_oid: '1.3.6.2.{1-2}', row_matches: '^1[.]'}\n"), "");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, index_oid: 1.3.6.2, index_match: 'PS'}\n",
		       "acme.yaml:5:", "with a group");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, index_match: '(PS)'}\n",
		       "acme.yaml:5:", "on \"index_oid\"");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, quirk: {why: x}}\n", "acme.yaml:5:",
		       "state \"model\" or \"firmware\"");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, quirk: {model: A}}\n", "acme.yaml:5:", "why");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, quirk: {why: x, firmware: '('}}\n",
		       "acme.yaml:5:", "no regular expression");
	assert_mistake("profile: acme\nsource: M\nmatch: {sysDescr: '['}\n", "acme.yaml:3:", "regular expression");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: .1.3.6.1, scale: 1}\n", "acme.yaml:5:", "none in front");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, name_oid: '1.3.6.2.{0}'}\n",
		       "acme.yaml:5:", "behind them {1} to {9}");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, index: 'x{foo}'}\n", "acme.yaml:5:",
		       "\"x{foo}\" has the wrong form; write {row}");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, index: 'x{1'}\n", "acme.yaml:5:", "wrong form");
	assert_mistake(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, index: '{value}'}\n", "acme.yaml:5:",
		       "\"index_oid\", which is not given");
	assert_mistake(HEAD "parts:\n  - {kind: psu, serial_oid: 1.3.6.1, index: '{one}'}\n", "acme.yaml:5:", "wrong form");
	assert_string_equal(mistakes(HEAD "readings:\n  - {role: outlet, quantity: voltage, oid: 1.3.6.1, scale: 1, "
		"index: 'a{row after 1.1}-{1-2 after 1}.{3}.{last}{text}:{value}', index_oid: 1.3.6.2}\n"), "");
	assert_mistake(HEAD "identity:\n  - {part: colour, oid: 1.3.6.1}\n", "acme.yaml:5:", "colour");
	assert_string_equal(mistakes(HEAD "parts:\n  - {kind: psu, index: '{1}', serial_oid: 1.3.6.1.2, model_oid: [1.3.6.1.3, '1.3.6.1.4.{1}'], "
		"where: {oid: 1.3.6.1.5, is: 6}, empty: {oid: 1.3.6.1.6, is: 2}}\n"), "");
	assert_mistake(HEAD "parts:\n  - {kind: flux, serial_oid: 1.3.6.1}\n", "acme.yaml:5:12", "psu");
	assert_mistake(HEAD "parts:\n  - {kind: psu}\n", "acme.yaml:5:5", "\"serial_oid\"");
	assert_mistake(HEAD "parts:\n  - {kind: psu, serial_oid: 1.3.6.1, scale: 1}\n", "acme.yaml:5:", "scale");
	assert_mistake(HEAD "parts:\n  - {kind: psu, serial_oid: 1.3.6.1, model_oid: 1.3.4294967296}\n", "acme.yaml:5:", "is no OID");
	assert_mistake(HEAD "parts:\n  - {kind: psu, serial_oid: 1.3.6.1, index_match: '(a)'}\n", "acme.yaml:5:", "on \"index_oid\"");
	assert_mistake(HEAD "parts:\n  - {kind: psu, serial_oid: 1.3.6.1, row_matches: '('}\n", "acme.yaml:5:", "regular expression");
	assert_mistake(HEAD "parts:\n  - {kind: psu, serial_oid: 1.3.6.1, empty: {oid: 1.3.6.2, matches: '('}}\n", "acme.yaml:5:",
		       "regular expression");
}

static void all_mistakes_come_at_once(void **state)
{
	(void)state;
	const char *m = mistakes("profile: Acme\nsource: M\nmatch: {probe: x}\nreadings:\n  - {role: x, quantity: y}\n");
	unsigned lines = 0;
	for (const char *p = m; *p != '\0'; p++)
		lines += *p == '\n';
	assert_true(lines >= 6);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void a_later_folder_replaces_a_profile(void **state)
{
	(void)state;
	static const struct hwatt_collector *const collectors[] = { &snmp_collector, NULL };
	char one[] = "/tmp/hallwatt-profiles-XXXXXX", two[] = "/tmp/hallwatt-profiles-XXXXXX", path[512];
	assert_non_null(mkdtemp(one));
	assert_non_null(mkdtemp(two));
	const char *folders[] = { one, two };
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/snmp", folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
		write_file(path, "acme.yaml", i == 0 ? HEAD : HEAD "vendor: Mended\n");
	}
	snprintf(path, sizeof(path), "%s/snmp", one);
	write_file(path, "other.yaml", "profile: other\nsource: M\npriority: 90\nmatch: {}\n");
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	struct profile_catalog first, both, bad;
	assert_int_equal(profile_load(&(struct hwatt_list){ folders, 1 }, collectors, &first, arena, &report), 0);
	assert_int_equal(profile_load(&(struct hwatt_list){ folders, 2 }, collectors, &both, arena, &report), 0);
	const struct hwatt_profile_set *set = profile_set(&both, collectors, &snmp_collector);
	assert_int_equal(set->count, 2);
	assert_string_equal(set->profiles[0].name, "other"); /* the highest priority first */
	assert_string_equal(profile_by_name(set, "acme")->vendor, "Mended");
	assert_null(profile_by_name(set, "none"));
	assert_true(set->hash != profile_set(&first, collectors, &snmp_collector)->hash);
	write_file(path, "wrong-name.yaml", HEAD);
	assert_int_equal(profile_load(&(struct hwatt_list){ folders, 1 }, collectors, &bad, arena, &report), -1);
	assert_int_equal(report.count, 1);
	assert_non_null(strstr(report.mistakes[0].text, "called acme.yaml"));
	profile_catalog_free(&first);
	profile_catalog_free(&both);
	profile_catalog_free(&bad);
	hwatt_arena_free(arena);
	for (int i = 0; i < 2; i++) {
		char command[600];
		snprintf(command, sizeof(command), "rm -r %s", folders[i]);
		assert_int_equal(system(command), 0);
	}
}

/* The mistakes of a folder that holds one file. */
static const char *strays(const char *at, const char *text)
{
	static const struct hwatt_collector *const collectors[] = { &snmp_collector, NULL };
	static char out[1024];
	char folder[] = "/tmp/hallwatt-profiles-XXXXXX", path[512];
	assert_non_null(mkdtemp(folder));
	for (const char *slash = strchr(at, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		snprintf(path, sizeof(path), "%s/%.*s", folder, (int)(slash - at), at);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	write_file(folder, at, text);
	const char *folders[] = { folder };
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	struct profile_catalog catalog;
	int rc = profile_load(&(struct hwatt_list){ folders, 1 }, collectors, &catalog, arena, &report);
	assert_int_equal(rc, report.count > 0 ? -1 : 0);
	assert_true(report.count <= 1);
	snprintf(out, sizeof(out), "%s%s%s", report.count > 0 ? report.mistakes[0].mark.file + strlen(folder) : "",
		 report.count > 0 ? ": " : "", report.count > 0 ? report.mistakes[0].text : "");
	profile_catalog_free(&catalog);
	hwatt_arena_free(arena);
	snprintf(path, sizeof(path), "rm -r %s", folder);
	assert_int_equal(system(path), 0);
	return out;
}

static void a_profile_that_nothing_would_read_is_told(void **state)
{
	(void)state;
	assert_string_equal(strays("snmp/acme.yaml", HEAD), "");
	assert_non_null(strstr(strays("acme.yaml", HEAD), "/acme.yaml: a profile belongs in a folder of its protocol, like "));
	assert_non_null(strstr(strays("acme.yml", HEAD), "belongs in a folder"));
	assert_string_equal(strays("hallwatt.yaml", "listen: 127.0.0.1:1\n"), ""); /* other files may lie there */
	assert_string_equal(strays("snmp/acme.yml", HEAD), "/snmp/acme.yml: a profile's file ends in .yaml: rename it");
	assert_string_equal(strays("snpm/acme.yaml", HEAD), "/snpm: there is no protocol \"snpm\"; did you mean \"snmp\"?");
	assert_string_equal(strays("contracts.d/x.yaml", "id: x\n"), "");
	assert_string_equal(strays("snmp/acme.yaml", HEAD "without: [acne]\n"),
			    "/snmp/acme.yaml: there is no profile \"acne\"; did you mean \"acme\"?");
}

static struct ber_oid row(const char *arcs)
{
	static uint8_t bytes[BER_MAX_OID];
	char text[512];
	snprintf(text, sizeof(text), "1.3.%s", arcs);
	size_t n = ber_oid_parse(text, bytes, sizeof(bytes));
	return (struct ber_oid){ bytes + 1, n - 1 };
}

static void templates_take_arcs_of_the_row(void **state)
{
	(void)state;
	char out[64];
	assert_true(family_expand("{row}", row("1.2.300"), out, sizeof(out)));
	assert_string_equal(out, "1.2.300");
	assert_true(family_expand("env.{1}-{last}", row("7.2.300"), out, sizeof(out)));
	assert_string_equal(out, "env.7-300");
	assert_true(family_expand("{text}", row("5.80.111.119.101.114"), out, sizeof(out))); /* with its length */
	assert_string_equal(out, "Power");
	assert_true(family_expand("{text}", row("80.83.49"), out, sizeof(out)));
	assert_string_equal(out, "PS1");
	assert_true(family_expand("{2-3}", row("7.2.300.4"), out, sizeof(out)));
	assert_string_equal(out, "2.300");
	assert_false(family_expand("{4}", row("1.2.3"), out, sizeof(out)));
	assert_false(family_expand("{2-4}", row("1.2.3"), out, sizeof(out)));
	assert_false(family_expand("{3-2}", row("1.2.3"), out, sizeof(out)));
	assert_false(family_expand("{row before 1}", row("1.2.3"), out, sizeof(out)));
	assert_false(family_expand("{row}{row}{row}{row}", row("1.2.3.4.5.6.7.8.9.10.11.12.13"), out, sizeof(out)));
}

static void the_first_unit_s_arcs_can_be_left_out(void **state)
{
	(void)state;
	static const struct { const char *text, *row, *out; } cases[] = {
		{ "{row after 1.1}", "1.1.12", "12" }, { "{row after 1.1}", "1.2.12", "1.2.12" },
		{ "{row after 1.1}", "11.1.12", "11.1.12" }, { "{row after 1.1}", "1.1", "1.1" }, /* something stays */
		{ "{1-2 after 1}", "1.12.5", "12" }, { "{1-2 after 1}", "2.12.5", "2.12" }, { "{1-2 after 1}", "1.1.5", "1" },
		{ "{row after 0}", "0.3", "3" }, { "{row after 0}", "10.3", "10.3" }, { "o{row after 4294967295}", "1.2", "o1.2" },
	};
	char out[64];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(family_expand(cases[i].text, row(cases[i].row), out, sizeof(out)));
		assert_string_equal(out, cases[i].out);
	}
	assert_false(family_expand("{2-3 after 1}", row("1.2"), out, sizeof(out)));
}

static void an_index_can_stand_within_a_name(void **state)
{
	(void)state;
	char out[64], small[8];
	regex_t number, either;
	assert_int_equal(regcomp(&number, "Socket 0*([0-9]+)", REG_EXTENDED), 0);
	assert_int_equal(regcomp(&either, "^PS([0-9])|^Fan", REG_EXTENDED), 0);
	assert_true(family_index(&number, "", "Sockets.Socket 03.Power", row("2.7"), out, sizeof(out)));
	assert_string_equal(out, "3");
	assert_true(family_index(&number, "{1}.{value}.{last}", "Socket 12", row("2.7"), out, sizeof(out)));
	assert_string_equal(out, "2.12.7");
	assert_true(family_index(NULL, "bay.{value}", "{1}", row("2.7"), out, sizeof(out))); /* a name is no template */
	assert_string_equal(out, "bay.{1}");
	assert_true(family_index(NULL, "{row}", "A", row("2.7"), out, sizeof(out))); /* it has no {value} */
	assert_string_equal(out, "A");
	assert_false(family_index(&number, "", "Unit.Power", row("2.7"), out, sizeof(out)));
	assert_false(family_index(&either, "", "Fan 1", row("2.7"), out, sizeof(out))); /* the group took no part */
	assert_false(family_index(&number, "{3}.{value}", "Socket 1", row("2.7"), out, sizeof(out)));
	assert_false(family_index(NULL, "", "a long name", row("2.7"), small, sizeof(small)));
	regfree(&number);
	regfree(&either);
}

static void every_profile_of_the_project_is_whole(void **state)
{
	(void)state;
	struct fake_world world;
	fake_world_open(&world, NULL); /* ends the test with the mistakes */
	struct book *book = book_new(world.profiles);
	assert_true(book->family_count >= 9);
	for (size_t i = 0; i < book->family_count; i++) {
		const struct family *f = &book->families[i];
		assert_false(f->open);
		assert_int_equal(f->reading_count, 0);
		book_open(book, f);
		assert_true(f->open && f->reading_count + f->part_count + f->identity_count > 0);
		for (size_t j = 0; j < f->without_count; j++)
			if (book_family(book, f->without[j]) == NULL)
				fail_msg("%s is without %s, which is no profile", f->name, f->without[j]);
		for (size_t j = 0; j < f->reading_count; j++)
			assert_true(f->readings[j].source.object != NO_OBJECT);
	}
	assert_ptr_equal(book_take(book), book);
	book_release(book);
	book_release(book);
	fake_world_close(&world);
}

static void a_family_is_read_when_a_device_asks_for_it(void **state)
{
	(void)state;
	static const struct hwatt_collector *const collectors[] = { &snmp_collector, NULL };
	char folder[] = "/tmp/hallwatt-profiles-XXXXXX", path[512];
	const char *folders[] = { mkdtemp(folder) };
	assert_non_null(folders[0]);
	snprintf(path, sizeof(path), "%s/snmp", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file(path, "acme.yaml", HEAD "readings:\n"
		   "  - {role: outlet, quantity: active_power, oid: 1.3.6.1.4.1.99999.9.2.1.7, scale: 0.1, absent: [-1]}\n");
	struct hwatt_arena *arena = hwatt_arena_new(), *later = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	struct profile_catalog catalog;
	assert_int_equal(profile_load(&(struct hwatt_list){ folders, 1 }, collectors, &catalog, arena, &report), 0);
	const struct hwatt_profile_set *set = profile_set(&catalog, collectors, &snmp_collector);
	assert_int_equal(set->profiles[0].reading_count, 0);
	assert_int_equal(hwatt_profile_whole(set, 0, later)->readings[0].scale_micro, 100000);
	struct book *book = book_new(set);
	write_file(path, "acme.yaml", "what was in force is not read from here any more\n");
	profile_catalog_free(&catalog); /* a reload */
	hwatt_arena_free(arena);
	const struct family *f = book_family(book, "acme");
	size_t objects = book->object_count;
	book_open(book, f);
	book_open(book, f); /* once only */
	assert_int_equal(f->reading_count, 1);
	assert_int_equal(book->object_count, objects + 1);
	assert_int_equal(((const int64_t *)f->readings[0].is.absent.items)[0], -1);
	assert_string_equal(book->objects[f->readings[0].source.object].text, "1.3.6.1.4.1.99999.9.2.1.7");
	book_release(book);
	hwatt_arena_free(later);
	char command[600];
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_profile_has_no_mistakes),
		cmocka_unit_test(mistakes_are_named_with_their_place),
		cmocka_unit_test(all_mistakes_come_at_once),
		cmocka_unit_test(a_later_folder_replaces_a_profile),
		cmocka_unit_test(a_profile_that_nothing_would_read_is_told),
		cmocka_unit_test(templates_take_arcs_of_the_row),
		cmocka_unit_test(the_first_unit_s_arcs_can_be_left_out),
		cmocka_unit_test(an_index_can_stand_within_a_name),
		cmocka_unit_test(every_profile_of_the_project_is_whole),
		cmocka_unit_test(a_family_is_read_when_a_device_asks_for_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
