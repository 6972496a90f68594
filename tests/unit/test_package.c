/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "contract.h"
#include "folder.h"
#include "loading.h"
#include "package.h"
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>

static const char *const shipped[] = { "circular-fair-ict@2030", "climate-neutral-data-centre-pact@2025", "eu-code-of-conduct@2024",
				       "eu-gpp-data-centres@2020", "municipal-sustainable-it@2017", "regions-it-platform@2023",
				       "sustainable-supply-chains@2023" };
#define SHIPPED (sizeof(shipped) / sizeof(shipped[0]))

static const struct package *load(struct loading *l, const char *name)
{
	char folder[PATH_MAX];
	package_folder(folder, sizeof(folder));
	const struct package *p = package_load(hwatt_arena_printf(l->arena, "%s/%s.yaml", folder, name), l->arena, &l->report);
	if (p == NULL)
		fail_msg("%s", loading_mistakes(l));
	return p;
}

/* Three languages, and three different texts. */
static void translated(const struct hwatt_texts *t, const char *id)
{
	if (t->sv == NULL || t->nb == NULL || t->en == NULL || strlen(t->sv) < 10 || strlen(t->nb) < 10 || strlen(t->en) < 10)
		fail_msg("%s: a language is missing", id);
	if (strcmp(t->sv, t->nb) == 0 || strcmp(t->nb, t->en) == 0 || strcmp(t->sv, t->en) == 0)
		fail_msg("%s: not translated: %s", id, t->en);
}

static void every_shipped_package_is_whole(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	char folder[PATH_MAX];
	size_t files = 0;
	package_folder(folder, sizeof(folder));
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
		files += strstr(entry->d_name, ".yaml") != NULL;
	closedir(dir);
	assert_int_equal(files, SHIPPED);
	for (size_t i = 0; i < SHIPPED; i++) {
		const struct package *p = load(&l, shipped[i]);
		assert_true(p->templates.count >= 4);
		assert_true(strlen(p->source.en) > 20 && p->source.sv[0] != '\0' && p->source.nb[0] != '\0');
		const struct package_template *t = p->templates.items;
		for (size_t k = 0; k < p->templates.count; k++) {
			assert_non_null(requirement_type_by_name(t[k].type));
			assert_true(strlen(t[k].source.en) > 20);
			translated(&t[k].title, t[k].id);
			translated(&t[k].source, t[k].id);
			translated(&t[k].verification, t[k].id);
			translated(&t[k].deliver, t[k].id);
		}
	}
	loading_end(&l);
}

static void no_two_templates_have_one_name(void **state)
{
	(void)state; /* so that a contract may take any packages together */
	struct loading l = loading_begin();
	const char *names[400];
	size_t count = 0;
	for (size_t i = 0; i < SHIPPED; i++) {
		const struct package *p = load(&l, shipped[i]);
		for (size_t k = 0; k < p->templates.count; k++) {
			names[count] = ((const struct package_template *)p->templates.items)[k].id;
			for (size_t j = 0; j < count; j++)
				assert_string_not_equal(names[j], names[count]);
			count++;
		}
	}
	assert_true(count > 120);
	loading_end(&l);
}

/* A contract over 2026 with these lines after its head. */
static struct contract *read_contract(struct loading *l, const char *lines)
{
	const char *yaml = hwatt_arena_printf(l->arena, "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: s1}]\n%s", lines);
	const struct hwatt_node *node = document_parse("c.yaml", yaml, strlen(yaml), l->arena, &l->report);
	return contract_read(node, l->arena, &l->report);
}

static void a_contract_takes_sets_and_drops_templates(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	struct contract *c = read_contract(&l, "packages:\n"
					       "  - {package: climate-neutral-data-centre-pact@2025, drop: [pact-pue-warm, pact-clean-100],\n"
					       "     set: {pact-pue-cool: {max: 1.25, category: 1, id: pue}}}\n"
					       "  - {package: eu-gpp-data-centres@2020, only: gpp-renewable, set: {gpp-renewable: {min: 0.9}}}\n"
					       "requirements: [{id: own, type: coverage, min: 0.9}]\n");
	assert_string_equal(loading_mistakes(&l), "");
	assert_int_equal(c->files.count, 2);
	const struct requirement *r = c->requirements.items;
	assert_int_equal(c->requirements.count, 7);
	assert_string_equal(r[0].id, "pue");
	assert_int_equal(r[0].max, 1250000); /* the contract's goes before the source's */
	assert_int_equal(r[0].window, WINDOW_YEAR);
	assert_string_equal(r[0].package, "climate-neutral-data-centre-pact@2025");
	assert_string_equal(r[0].template_id, "pact-pue-cool");
	assert_string_equal(r[0].stage, "use");
	assert_string_equal(r[0].risk, "environment");
	assert_non_null(r[0].title.nb);
	assert_int_equal(r[1].min, 750000);
	assert_string_equal(r[5].id, "gpp-renewable");
	assert_string_equal(requirement_deliver(&r[3], HWATT_SV),
			    "ett intyg om att alla använda servrar har bedömts för återbruk, reparation eller återvinning");
	assert_string_equal(r[6].package, "");
	loading_end(&l);
}

static void expect(const char *lines, const char *mistakes, int line)
{
	struct loading l = loading_begin();
	assert_null(read_contract(&l, lines));
	if (strcmp(loading_mistakes(&l), mistakes) != 0)
		fail_msg("line %d: %s", line, loading_mistakes(&l));
	loading_end(&l);
}
#define EXPECT(lines, mistakes) expect((lines), (mistakes), __LINE__)

static void what_a_source_does_not_give_the_contract_must(void **state)
{
	(void)state;
	EXPECT("packages: [{package: eu-gpp-data-centres@2020, only: [gpp-pue]}]\n",
	       "c.yaml:4:22: template \"gpp-pue\" of eu-gpp-data-centres@2020 has no limit, as its source gives none; state what the contract "
	       "says: set: {gpp-pue: {max: ...}}\n");
	EXPECT("packages: [{package: eu-gpp-data-centres@2020, only: [gpp-pue-report]}]\n",
	       "c.yaml:4:22: state \"due_days\": how many days after the end of a period its report must be there\n"
	       "c.yaml:4:22: that is about template \"gpp-pue-report\" of eu-gpp-data-centres@2020: say it under set: {gpp-pue-report: {...}}\n");
}

static void mistakes_name_what_there_is(void **state)
{
	(void)state;
	EXPECT("packages: [eu-gpp-data-centre@2020]\n",
	       "c.yaml:4:12: unknown requirement package \"eu-gpp-data-centre@2020\"; did you mean \"eu-gpp-data-centres@2020\"?\n");
	EXPECT("packages: [{package: eu-gpp-data-centres@2020, only: [gpp-refills], set: {gpp-refils: {max: 1}, gpp-refills: {max: 1}}}]\n",
	       "c.yaml:4:75: package eu-gpp-data-centres@2020 has no template \"gpp-refils\"; did you mean \"gpp-refills\"?\n");
	EXPECT("packages: [{package: eu-gpp-data-centres@2020, only: [gpp-refills], set: {gpp-refills: {type: pue, max: 1}}}]\n",
	       "c.yaml:4:88: the type of a template cannot be changed; drop it and write a requirement\n");
	EXPECT("packages: [{package: eu-gpp-data-centres@2020, only: [gpp-refills], set: {gpp-refills: {maxi: 1, max: 2}}}]\n",
	       "c.yaml:4:89: unknown key \"maxi\"; did you mean \"max\"?\n");
}

static void a_package_of_ones_own_lies_beside_the_contract(void **state)
{
	(void)state;
	struct folder f = folder_new();
	folder_write(&f, "requirements/mine@1.yaml",
		     "package: mine\nversion: \"1\"\ntitle: {sv: a, nb: b, en: c}\nsource: us\ntemplates:\n"
		     "  - {id: pue, type: pue, source: us, title: {sv: a, nb: b, en: c}, keys: {max: 1.5}, verification: {sv: a, nb: b, en: c},\n"
		     "     deliver: {sv: a, nb: b, en: c}}\n");
	folder_write(&f, "c.yaml", "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: s1}]\npackages: mine@1\n");
	struct loading l = loading_begin();
	struct package_shelf shelf = {0};
	char path[100];
	snprintf(path, sizeof(path), "%s/c.yaml", f.path);
	assert_null(contract_load(path, &shelf, l.arena, &l.report)); /* a list */
	l.report.count = 0;
	folder_write(&f, "c.yaml", "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: s1}]\npackages: [mine@1]\n");
	struct contract *c = contract_load(path, &shelf, l.arena, &l.report);
	assert_string_equal(loading_mistakes(&l), "");
	assert_int_equal(((const struct requirement *)c->requirements.items)[0].max, 1500000);
	loading_end(&l);
	folder_gone(&f);
}

/* A package with one template whose source is `source`. */
static const struct package *with_source(struct loading *l, const char *source)
{
	const char *yaml = hwatt_arena_printf(l->arena, "package: p\nversion: \"1\"\ntitle: {sv: a, nb: b, en: c}\nsource: us\ntemplates:\n"
					      "  - {id: a, type: pue, title: {sv: a, nb: b, en: c}, verification: {sv: a, nb: b, en: c},\n"
					      "     deliver: {sv: a, nb: b, en: c}, source: %s}\n", source);
	return package_parse("p.yaml", yaml, strlen(yaml), l->arena, &l->report);
}

static void a_source_is_one_text_for_all_or_one_for_each_language(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	assert_non_null(with_source(&l, "SWD(2020) 55"));
	assert_non_null(with_source(&l, "{sv: lagen, nb: loven, en: the law}"));
	assert_string_equal(loading_mistakes(&l), "");
	assert_null(with_source(&l, "{sv: lagen, en: the law}"));
	assert_null(with_source(&l, "\"\""));
	assert_string_equal(loading_mistakes(&l), "p.yaml:7:46: \"source\" lacks the language nb\n"
			    "p.yaml:7:46: \"source\" lacks the language sv\n"
			    "p.yaml:7:46: \"source\" lacks the language nb\n"
			    "p.yaml:7:46: \"source\" lacks the language en\n");
	loading_end(&l);
}

static void a_contract_takes_a_product_area(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	struct contract *c = read_contract(&l, "packages: [{package: regions-it-platform@2023, areas: [network_product],\n"
					       "  drop: [telecom-staff, network-recycling]}]\n");
	assert_string_equal(loading_mistakes(&l), "");
	assert_true(c->requirements.count > 10);
	for (size_t i = 0; i < c->requirements.count; i++)
		assert_string_equal(((const struct requirement *)c->requirements.items)[i].area, "network_product");
	loading_end(&l);
	EXPECT("packages: [{package: regions-it-platform@2023, areas: [servers]}]\n",
	       "c.yaml:4:55: unknown product area \"servers\"; did you mean \"server\"?\n");
}

static void packages_on_a_shelf_are_read_once(void **state)
{
	(void)state;
	struct folder f = folder_new();
	struct loading l = loading_begin();
	struct package_shelf shelf = {0};
	const struct contract *c[2];
	folder_write(&f, "c.yaml", "id: c\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope: [{site: s1}]\n"
		     "packages: [{package: climate-neutral-data-centre-pact@2025, drop: [pact-pue-warm]}]\n");
	for (int i = 0; i < 2; i++) {
		c[i] = contract_load(hwatt_arena_printf(l.arena, "%s/c.yaml", f.path), &shelf, l.arena, &l.report);
		assert_string_equal(loading_mistakes(&l), "");
		assert_int_equal(c[i]->files.count, 1); /* each is told of the file: it is part of both */
	}
	assert_int_equal(shelf.count, 1);
	const struct requirement *a = c[0]->requirements.items, *b = c[1]->requirements.items;
	assert_ptr_equal(a[0].source.sv, b[0].source.sv);
	assert_ptr_not_equal(a, b);
	loading_end(&l);
	folder_gone(&f);
}

static void a_package_lacks_nothing(void **state)
{
	(void)state;
	static const char yaml[] =
		"package: p\nversion: \"1\"\ntitle: {sv: a, en: c}\nsource: us\ntemplates:\n"
		"  - {id: a, type: peu, source: us, title: {sv: a, nb: b, en: c}, verification: {sv: a, nb: b, en: c}, deliver: {sv: a, nb: b}}\n"
		"  - {id: b, type: pue, source: us, title: {sv: a, nb: b, en: c}, verification: {sv: a, nb: b, en: c},\n"
		"     deliver: {sv: a, nb: b, en: c}, keys: {min_cover: 1, id: x}}\n";
	struct loading l = loading_begin();
	assert_null(package_parse("p.yaml", yaml, strlen(yaml), l.arena, &l.report));
	assert_string_equal(loading_mistakes(&l), "p.yaml:6:19: unknown type \"peu\" of requirement\n"
			    "p.yaml:6:112: \"deliver\" lacks the language en\n"
			    "p.yaml:8:45: a pue requirement has no key \"min_cover\" to set here\n"
			    "p.yaml:8:59: a pue requirement has no key \"id\" to set here\n");
	loading_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shipped_package_is_whole),
		cmocka_unit_test(no_two_templates_have_one_name),
		cmocka_unit_test(a_contract_takes_sets_and_drops_templates),
		cmocka_unit_test(what_a_source_does_not_give_the_contract_must),
		cmocka_unit_test(mistakes_name_what_there_is),
		cmocka_unit_test(a_package_of_ones_own_lies_beside_the_contract),
		cmocka_unit_test(a_source_is_one_text_for_all_or_one_for_each_language),
		cmocka_unit_test(a_contract_takes_a_product_area),
		cmocka_unit_test(packages_on_a_shelf_are_read_once),
		cmocka_unit_test(a_package_lacks_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
