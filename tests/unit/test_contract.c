/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"
#include "folder.h"
#include "loading.h"
#include "package.h"

static const char product_example[] =
	"id: hosting-2023\n"
	"title: {sv: Drift av datahall, en: Data hall hosting}\n"
	"buyer: Region Norr\n"
	"supplier: Exempelhall AB\n"
	"valid: {from: 2023-07-01, to: 2027-06-30}\n"
	"scope:\n"
	"  - {rack: A1}\n"
	"  - {device: pdu-b1, outlets: 1-8}\n"
	"  - {device: san-1, share: 0.35}\n"
	"requirements:\n"
	"  - {id: pue,  type: pue, max: 1.30, window: 12 months, category: 2, min_coverage: 0.95}\n"
	"  - {id: util, type: cpu_utilisation, min: 0.40, window: month}\n"
	"  - {id: cap,  type: energy, max: 100 MWh, boundary: allocated, guard: guarded_accept}\n"
	"  - {id: seen, type: coverage, min: 99 %}\n"
	"  - {id: rack, type: rack_utilisation, max: 0.8, window: 12_months, exclusive: true}\n";

struct read { struct hwatt_arena *arena; struct hwatt_report report; struct contract *contract; struct hwatt_text text; };

static void read_text(struct read *r, const char *yaml)
{
	*r = (struct read){ .arena = hwatt_arena_new() };
	r->report.arena = r->arena;
	hwatt_text_init(&r->text, 1 << 16);
	const struct hwatt_node *node = document_parse("c.yaml", yaml, strlen(yaml), r->arena, &r->report);
	if (node != NULL)
		r->contract = contract_read(node, r->arena, &r->report);
	report_print(&r->report, &r->text);
}

static void done(struct read *r)
{
	hwatt_text_free(&r->text);
	hwatt_arena_free(r->arena);
}

static const struct requirement *requirement(const struct read *r, size_t i)
{
	return &((const struct requirement *)r->contract->requirements.items)[i];
}

static void the_example_of_the_product_page_is_read(void **state)
{
	(void)state;
	struct read r;
	read_text(&r, product_example);
	assert_string_equal(hwatt_text_string(&r.text), "");
	assert_string_equal(r.contract->id, "hosting-2023");
	assert_string_equal(r.contract->title.sv, "Drift av datahall");
	assert_null(r.contract->title.nb);
	assert_int_equal(r.contract->valid.from_day, 19539);
	assert_int_equal(r.contract->valid.to_day - r.contract->valid.from_day, 1460);
	const struct contract_scope *scope = r.contract->scope.items;
	assert_int_equal(r.contract->scope.count, 3);
	assert_string_equal(scope[1].outlets, "1-8");
	assert_int_equal(scope[1].share_ppm, HWATT_PPM);
	assert_int_equal(scope[2].share_ppm, 350000);
	assert_int_equal(scope[2].mark.line, 9);
	assert_int_equal(r.contract->requirements.count, 5);
	done(&r);
}

static void requirements_hold_exact_limits_and_defaults(void **state)
{
	(void)state;
	struct read r;
	read_text(&r, product_example);
	const struct requirement *pue = requirement(&r, 0), *cpu = requirement(&r, 1), *cap = requirement(&r, 2);
	const struct requirement *seen = requirement(&r, 3), *rack = requirement(&r, 4);
	assert_string_equal(pue->type->name, "pue");
	assert_true(pue->maximum && !pue->exclusive);
	assert_int_equal(hwatt_ratio_compare(requirement_limit(pue), (struct hwatt_ratio){ 13, 10 }), 0);
	assert_int_equal(pue->window, WINDOW_12_MONTHS);
	assert_int_equal(pue->pue.category, 2);
	assert_int_equal(pue->min_coverage_ppm, 950000);
	assert_false(cpu->maximum);
	assert_int_equal(hwatt_ratio_compare(requirement_limit(cpu), (struct hwatt_ratio){ 4, 10 }), 0);
	assert_int_equal(cpu->window, WINDOW_MONTH);
	assert_int_equal(cpu->min_coverage_ppm, 950000); /* month */
	assert_int_equal(cap->window, WINDOW_YEAR);
	assert_int_equal(cap->min_coverage_ppm, 980000); /* year */
	assert_int_equal(cap->energy.boundary, BOUNDARY_ALLOCATED);
	assert_int_equal(cap->guard, GUARD_GUARDED_ACCEPT);
	assert_int_equal(hwatt_ratio_compare(requirement_limit(cap), (struct hwatt_ratio){ 360000000000, 1 }), 0);
	assert_int_equal(seen->min_coverage_ppm, 0); /* the value is the coverage */
	assert_int_equal(rack->window, WINDOW_12_MONTHS);
	assert_true(rack->exclusive);
	assert_int_equal(rack->mark.line, 15);
	done(&r);
}

static void the_contract_sets_defaults_for_its_requirements(void **state)
{
	(void)state;
	struct read r;
	read_text(&r, "id: c\nvalid: {from: 2026-01-01, to: 2026-01-01}\nscope: [{site: x}]\n"
		      "min_coverage: {month: 0.5}\nmissing_is_breach: true\n"
		      "requirements: [{id: a, type: pue, max: 1.3, window: day}, {id: b, type: pue, max: 1.3}]\n");
	assert_string_equal(hwatt_text_string(&r.text), "");
	assert_int_equal(requirement(&r, 0)->min_coverage_ppm, 500000);
	assert_int_equal(requirement(&r, 1)->min_coverage_ppm, 980000);
	assert_true(requirement(&r, 1)->missing_is_breach);
	done(&r);
}

static void the_class_of_a_label_is_a_limit(void **state)
{
	(void)state;
	struct read r;
	read_text(&r, "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: x}]\n"
		      "requirements: [{id: a, type: pue_class, class: B}, {id: g, type: renewable_share, min: 1.0, technologies: [hydro, wind],\n"
		      "  matching: monthly, countries: [SE, \"NO\"]}]\n");
	assert_string_equal(hwatt_text_string(&r.text), "");
	assert_true(requirement(&r, 0)->limited && requirement(&r, 0)->maximum);
	assert_int_equal(hwatt_ratio_compare(requirement_limit(requirement(&r, 0)), (struct hwatt_ratio){ 125, 100 }), 0);
	assert_int_equal(requirement(&r, 1)->green.technologies.count, 2);
	assert_int_equal(requirement(&r, 1)->green.matching, KPI_MATCH_MONTHLY);
	done(&r);
}

#define HEAD "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: x}]\n"

static void mistakes_say_where_and_what_would_be_right(void **state)
{
	(void)state;
	static const struct { const char *yaml, *mistake; } cases[] = {
		{ HEAD "requirements:\n  - {id: a, type: peu, max: 1.3}\n",
		  "c.yaml:5:19: unknown type \"peu\" of requirement; did you mean \"pue\"?\n" },
		{ HEAD "requirements:\n  - {id: a, type: pue, max: 1.3, min: 1.1}\n",
		  "c.yaml:5:39: a pue requirement has \"max\", not \"min\"\n" },
		{ HEAD "requirements:\n  - {id: a, type: coverage, max: 0.9}\n",
		  "c.yaml:5:34: a coverage requirement has \"min\", not \"max\"\n" },
		{ HEAD "requirements:\n  - {id: a, type: cpu_utilisation, max: 0.9, min: 0.1}\n",
		  "c.yaml:5:51: state \"max\" or \"min\", not both; two limits are two requirements\n" },
		{ HEAD "requirements:\n  - {id: a, type: coverage}\n",
		  "c.yaml:5:5: the requirement has no limit; state \"min\"\n" },
		{ HEAD "requirements:\n  - {id: a, max: 1.3}\n",
		  "c.yaml:5:5: the requirement lacks \"type\": what is promised, such as pue\n" },
		{ HEAD "requirements: [pue]\n", "c.yaml:4:16: a requirement is a map of keys and values\n" },
		{ HEAD "requirements:\n  - {id: a, type: pue, max: 1.3}\n  - {id: a, type: pue, max: 1.2}\n",
		  "c.yaml:6:10: requirement \"a\" stands twice, first at c.yaml:5\n" },
		{ HEAD "packages: [none-such@1066]\n", "c.yaml:4:12: unknown requirement package \"none-such@1066\"\n" },
		{ HEAD "packages: [pact]\n",
		  "c.yaml:4:12: \"pact\" names no package; write NAME@VERSION, like eu-gpp-data-centres@2020\n" },
		{ HEAD "registers: {assets: /none.csv}\n",
		  "c.yaml:4:21: /none.csv: cannot open the file: No such file or directory\n" },
		{ HEAD "requirements:\n  - {id: a, type: idle_ratio, max: 0.1, window: day}\n",
		  "c.yaml:5:49: whether a server idles shows in a month; write month, year, 12_months or contract\n" },
		{ HEAD "requirements:\n  - {id: a, type: idle_ratio, max: 0.1, window: month, state: comatose}\n",
		  "c.yaml:5:49: comatose servers idle for half a year; write year, 12_months or contract\n" },
		{ HEAD "requirements:\n  - {id: a, type: idle_ratio, max: 0.1}\n  - {id: b, type: idle_ratio, max: 0.1, cpu_below: 0.04}\n",
		  "c.yaml:6:5: a contract has one rule for idle servers; that of \"a\" differs\n" },
		{ HEAD "requirements:\n  - {id: a, type: inlet_temperature, min: 0.9, class: A2, low: 15}\n",
		  "c.yaml:5:64: the class has its own range; for another write class: own\n" },
		{ HEAD "requirements:\n  - {id: a, type: inlet_temperature, min: 0.9, class: own, low: 15}\n",
		  "c.yaml:5:5: state \"low\" and \"high\": the temperatures between which the air must be\n" },
		{ HEAD "requirements:\n  - {id: a, type: inlet_temperature, min: 0.9, class: own, low: 25, high: 18}\n",
		  "c.yaml:5:65: \"low\" must be below \"high\"\n" },
		{ HEAD "requirements:\n  - {id: a, type: ppue, max: 1.2}\n", "c.yaml:5:5: the requirement lacks \"room\": the room, as its devices name it\n" },
		{ "id: c\nvalid: {from: 2026-02-01, to: 2026-01-31}\nscope: [{site: x}]\n",
		  "c.yaml:2:31: the contract ends before it begins; \"to\" is its last day\n" },
		{ "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: []\n",
		  "c.yaml:3:8: the scope is empty; name a site, a rack or a device\n" },
		{ "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{share: 0.5}]\n",
		  "c.yaml:3:9: state what is in scope: a site, a rack or a device\n" },
		{ "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{rack: A1, device: d}]\n",
		  "c.yaml:3:9: one row of the scope names one thing: a site, a rack (with its site) or a device; write a row "
		  "for each\n" },
		{ "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{device: d, outlets: 8-1}]\n",
		  "c.yaml:3:30: \"8-1\" is no range of outlets; write \"3\" or 1-8\n" },
		{ "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{rack: A1, outlets: 1-3}]\n",
		  "c.yaml:3:29: \"outlets\" belong to a device; state \"device\" too\n" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct read r;
		read_text(&r, cases[i].yaml);
		assert_null(r.contract);
		assert_string_equal(hwatt_text_string(&r.text), cases[i].mistake);
		done(&r);
	}
}

static void limits_out_of_range_and_keys_of_other_types_are_mistakes(void **state)
{
	(void)state; /* the sentences are the option reader's; here: the place */
	static const struct { const char *yaml, *place; } cases[] = {
		{ HEAD "requirements:\n  - {id: a, type: pue, max: 0.9}\n", "c.yaml:5:29: " },
		{ HEAD "requirements:\n  - {id: a, type: cpu_utilisation, min: 1.1}\n", "c.yaml:5:41: " },
		{ HEAD "requirements:\n  - {id: a, type: energy, max: 0 kWh}\n", "c.yaml:5:32: " },
		{ HEAD "requirements:\n  - {id: a, type: energy, max: 12}\n", "c.yaml:5:32: " },
		{ HEAD "requirements:\n  - {id: a, type: pue, max: 1.3, category: 4}\n", "c.yaml:5:44: " },
		{ HEAD "requirements:\n  - {id: a, type: coverage, min: 0.9, category: 1}\n", "c.yaml:5:39: " },
		{ HEAD "requirements:\n  - {id: a, type: pue, max: 1.3, window: decade}\n", "c.yaml:5:42: " },
		{ HEAD "requirements:\n  - {id: a, type: coverage, min: 0.9, guard: simple}\n", "c.yaml:5:39: " },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct read r;
		read_text(&r, cases[i].yaml);
		assert_null(r.contract);
		if (r.report.count != 1 || strncmp(hwatt_text_string(&r.text), cases[i].place, strlen(cases[i].place)) != 0)
			fail_msg("case %zu: %s", i, hwatt_text_string(&r.text));
		done(&r);
	}
}

static void all_mistakes_come_at_once(void **state)
{
	(void)state;
	struct read r;
	read_text(&r, "id: c\nvalid: {from: 2026-02-01, to: 2026-01-31}\nscope: [{}]\npackages: [p]\n"
		      "requirements: [{id: a, type: x}, {id: b, type: pue}]\n");
	assert_int_equal(r.report.count, 5);
	done(&r);
}

static void a_file_is_read_and_a_missing_one_is_a_mistake(void **state)
{
	(void)state;
	char path[] = "/tmp/hallwatt-contract-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, product_example, sizeof(product_example) - 1), sizeof(product_example) - 1);
	close(fd);
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	struct package_shelf shelf = {0};
	assert_non_null(contract_load(path, &shelf, arena, &report));
	assert_int_equal(report.count, 0);
	unlink(path);
	assert_null(contract_load(path, &shelf, arena, &report));
	assert_int_equal(report.count, 1);
	hwatt_arena_free(arena);
}

static void rows_are_about_requirements_that_there_are(void **state)
{
	(void)state;
	struct folder f = folder_new();
	struct loading l = loading_begin();
	struct package_shelf shelf = {0};
	struct contract *contracts[2];
	static const char *const own[] = { "pue", "follow" };
	folder_write(&f, "shared.yaml", "- {id: t1, kind: follow_up, on: 2026-02-01, requirement: follow}\n");
	folder_write(&f, "one.yaml", "- {id: d1, type: attestation, from: 2026-01-01, status: submitted, requirement: eu}\n"
		     "- {id: d2, type: attestation, from: 2026-01-01, status: submitted, requirement: follow}\n");
	for (int i = 0; i < 2; i++) {
		folder_write(&f, "c.yaml", hwatt_arena_printf(l.arena, "id: c%d\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: s1}]\n"
			     "requirements: [{id: \"%s\", type: follow_up, max_age_months: 6}, {id: ev, type: location, set: EU}]\n"
			     "registers: {activities: shared.yaml%s}\n", i, own[i], i == 0 ? ", documents: one.yaml" : ""));
		contracts[i] = contract_load(hwatt_arena_printf(l.arena, "%s/c.yaml", f.path), &shelf, l.arena, &l.report);
		assert_string_equal(loading_mistakes(&l), "");
	}
	contract_check_rows(contracts, 2, l.arena, &l.report);
	const char *expected = hwatt_arena_printf(l.arena, "%s/one.yaml:1:3: contract c0 has no requirement \"eu\"; did you mean \"ev\"?\n"
						  "%s/one.yaml:2:3: contract c0 has no requirement \"follow\"\n", f.path, f.path);
	assert_string_equal(loading_mistakes(&l), expected); /* the shared row is about the other contract */
	loading_end(&l);
	folder_gone(&f);
}

static void what_is_metered_by_months_is_in_force_for_months(void **state)
{
	(void)state;
	struct read r;
	read_text(&r, "id: c\nvalid: {from: 2026-01-15, to: 2026-12-20}\nscope: [{site: s1}]\nrequirements:\n"
				     "  - {id: a, type: pue, max: 1.3, window: month, from: 2026-01-15, to: 2026-12-20}\n"
				     "  - {id: b, type: pue, max: 1.3, window: month, from: 2026-03-02}\n"
				     "  - {id: c, type: pue, max: 1.3, window: year, to: 2026-06-29}\n"
				     "  - {id: d, type: pue, max: 1.3, window: day, from: 2026-03-02, to: 2026-03-05}\n"
				     "  - {id: e, type: follow_up, max_age_months: 6, from: 2026-03-02}\n");
	assert_int_equal(r.report.count, 2);
	assert_string_equal(hwatt_text_string(&r.text), "c.yaml:6:5: requirement \"b\" is metered by months: \"from\" is the first day of one\n"
			    "c.yaml:7:5: requirement \"c\" is metered by months: \"to\" is the last day of one\n");
	done(&r);
}

static void every_type_is_a_whole_row(void **state)
{
	(void)state;
	const struct requirement_type *type;
	size_t count = 0;
	for (; (type = requirement_type_at(count)) != NULL; count++) {
		assert_ptr_equal(requirement_type_by_name(type->name), type);
		assert_true((type->measure != NULL) != (type->judge != NULL));
		assert_int_equal(type->limits != LIMITS_NONE, type->may_max || type->may_min);
		assert_int_equal(type->unit == UNIT_NONE, type->limits == LIMITS_NONE);
		assert_int_equal(type->judge != NULL, type->deliver != NULL);
		assert_non_null(type->noun[0]);
		assert_true(type->unit != UNIT_ENERGY || type->noun[1] != NULL);
		for (size_t k = 0; k < type->option_count; k++)
			assert_true(type->options[k].offset < sizeof(struct requirement));
	}
	assert_true(count >= 35);
	assert_null(requirement_type_by_name("none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_product_page_is_read),
		cmocka_unit_test(requirements_hold_exact_limits_and_defaults),
		cmocka_unit_test(the_contract_sets_defaults_for_its_requirements),
		cmocka_unit_test(the_class_of_a_label_is_a_limit),
		cmocka_unit_test(mistakes_say_where_and_what_would_be_right),
		cmocka_unit_test(limits_out_of_range_and_keys_of_other_types_are_mistakes),
		cmocka_unit_test(all_mistakes_come_at_once),
		cmocka_unit_test(a_file_is_read_and_a_missing_one_is_a_mistake),
		cmocka_unit_test(rows_are_about_requirements_that_there_are),
		cmocka_unit_test(what_is_metered_by_months_is_in_force_for_months),
		cmocka_unit_test(every_type_is_a_whole_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
