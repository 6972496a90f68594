/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"
#include "loading.h"
#include "registers.h"
#include <stdlib.h>

static void read_one(struct loading *l, struct registers *out, const char *which, const char *file, const char *text)
{
	*out = (struct registers){0};
	registers_parse(which, file, text, strlen(text), out, l->arena, &l->report);
}

static void yaml_and_csv_give_the_same_rows(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	struct registers yaml, csv;
	read_one(&l, &yaml, "assets", "a.yaml", "- {id: srv-1, kind: server, brand: Acme, purchased: 2025-03-01, labels: [tco-certified, epeat-gold],\n"
		 "   refrigerant: R-32, refrigerant_kg: 1.5, refrigerant_gwp: 675}\n");
	read_one(&l, &csv, "assets", "a.csv", "id,kind,brand,purchased,labels,refrigerant,refrigerant_kg,refrigerant_gwp\n"
		 "srv-1,server,Acme,2025-03-01,tco-certified; epeat-gold,R-32,1.5,675\n");
	assert_string_equal(loading_mistakes(&l), "");
	assert_true(yaml.has_assets && csv.has_assets && !csv.has_documents);
	const struct register_asset *a = yaml.assets.items, *b = csv.assets.items;
	assert_int_equal(yaml.assets.count, 1);
	assert_int_equal(csv.assets.count, 1);
	assert_string_equal(a->brand, b->brand);
	assert_int_equal(a->purchased_day, b->purchased_day);
	assert_int_equal(a->labels.count, 2);
	assert_int_equal(b->labels.count, 2);
	assert_int_equal(a->charge_micro, 1500000);
	assert_int_equal(b->gwp_micro, 675000000);
	loading_end(&l);
}

static void expect(const char *which, const char *text, const char *mistakes, int line)
{
	struct loading l = loading_begin();
	struct registers r;
	read_one(&l, &r, which, "f.yaml", text);
	if (strcmp(loading_mistakes(&l), mistakes) != 0)
		fail_msg("line %d: %s", line, loading_mistakes(&l));
	loading_end(&l);
}
#define EXPECT(which, text, mistakes) expect((which), (text), (mistakes), __LINE__)

static void nonsense_is_rejected_where_it_stands(void **state)
{
	(void)state;
	EXPECT("assets", "- {id: a, kind: sever}\n", "f.yaml:1:17: \"sever\" is not known here; did you mean \"server\"?\n");
	EXPECT("assets", "- {id: a, kind: server, country_of_assembly: SX9}\n",
	       "f.yaml:1:46: \"SX9\" is not a country of ISO 3166-1; write two capitals, like SE\n");
	EXPECT("assets", "- {id: a, kind: server, installed: 2026-02-01, retired: 2026-01-01}\n",
	       "f.yaml:1:57: it was retired before it was installed\n");
	EXPECT("assets", "- {id: a, kind: server, fate: parts}\n",
	       "f.yaml:1:31: an asset with a fate has been retired; state \"retired\" too\n");
	EXPECT("assets", "- {id: a, kind: server, replaces: b}\n",
	       "f.yaml:1:35: a replacement has a day; state \"installed\" too\n");
	EXPECT("assets", "- {id: a, kind: cooling, refrigerant: R-32}\n", "f.yaml:1:39: a refrigerant is stated with its name and its charge: "
	       "\"refrigerant\" and \"refrigerant_kg\"\n");
	EXPECT("assets", "id: a\n", "f.yaml:1:1: a list of rows belongs here, each with the keys of one asset\n");
	EXPECT("documents", "- {id: d, type: minerals, from: 2026-01-01, status: accepted}\n",
	       "f.yaml:1:53: somebody has accepted it; state \"reviewed_by\" and \"reviewed\"\n");
	EXPECT("documents", "- {id: d, type: minerals, from: 2026-02-01, to: 2026-01-31, status: submitted}\n",
	       "f.yaml:1:49: it ends before it begins; \"to\" is its last day\n");
	EXPECT("documents", "- {id: d, type: minerals, from: 2026-02-01, status: submitted, subject: Acme}\n",
	       "f.yaml:1:73: \"Acme\" has the wrong form; write kind:, brand:, model:, asset:, serial:, device: or site: with a name behind, like "
	       "brand:Acme, or *\n");
	EXPECT("activities", "- {id: a, kind: audit, on: 2026-01-01}\n",
	       "f.yaml:1:3: an audit has a level: self_assessment, office_audit or factory_audit\n");
	EXPECT("activities", "- {id: a, kind: refill, on: 2026-01-01}\n", "f.yaml:1:3: a refill has an amount; state \"kg\"\n");
	EXPECT("activities", "- {id: a, kind: report, on: 2026-01-01}\n",
	       "f.yaml:1:3: a report is about a period; state \"period\", like 2026-10\n");
	EXPECT("activities", "- {id: a, kind: audit, on: 2026-01-01, level: office_audit, due: 2026-02-01}\n",
	       "f.yaml:1:66: only a finding is due and closed\n");
	EXPECT("activities", "- {id: a, kind: report, on: 2026-01-01, period: 2026-Q1}\n",
	       "f.yaml:1:49: \"2026-Q1\" has the wrong form; write a year or a month, like 2026 or 2026-10\n");
	EXPECT("activities", "- {id: a, kind: refill, on: 2026-01-01, kg: \"0,5\"}\n",
	       "f.yaml:1:45: \"0,5\" is not a number here; write it with a decimal point and no spaces: 0.5\n");
	EXPECT("activities", "- {id: a, kind: refill, on: 2026-01-01, kg: 1 000}\n",
	       "f.yaml:1:45: \"1 000\" is not a number here; write it with a decimal point and no spaces: 1000\n");
	EXPECT("activities", "- {id: a, kind: refill, on: 2026-01-01, kg: \"1,000\"}\n", /* a thousand, or one */
	       "f.yaml:1:45: \"1,000\" is not a number; write it with at most six decimals, like 1.25\n");
	EXPECT("factories", "- {name: F, country: sx, brand: B}\n", "f.yaml:1:22: \"sx\" is not a country; write SX, in capitals\n");
	EXPECT("counters", "- {counter: prints, from: 2026-01-01, to: 2026-12-31, value: 3}\n",
	       "f.yaml:1:3: the counter lacks \"author\": who entered it\n"
	       "f.yaml:1:3: the counter lacks \"source\": where the figure comes from\n");
	EXPECT("locations", "- {name: backup, about: dta, country: SE}\n",
	       "f.yaml:1:25: \"dta\" is not known here; did you mean \"data\"?\n");
}

struct loaded {
	struct loading l;
	struct folder folder;
	struct registers registers;
	struct hwatt_list files;
};

/* Loads what `spec` names, relative to a file in the folder. */
static void load(struct loaded *x, const char *spec)
{
	char path[100];
	x->l = loading_begin();
	snprintf(path, sizeof(path), "%s/c.yaml", x->folder.path);
	const char *file = hwatt_arena_strdup(x->l.arena, path);
	const struct hwatt_node *node = document_parse(file, spec, strlen(spec), x->l.arena, &x->l.report);
	struct registers_files named;
	assert_int_equal(hwatt_option_read(&registers_schema, node, &named, x->l.arena, &x->l.report), 0);
	x->registers = (struct registers){0};
	x->files = (struct hwatt_list){0};
	registers_load(&named, &x->registers, &x->files, x->l.arena, &x->l.report);
}

static void expect_loaded(struct loaded *x, const char *mistakes)
{
	char *text = folder_strip(&x->folder, loading_mistakes(&x->l));
	assert_string_equal(text, mistakes);
	free(text);
	loading_end(&x->l);
}

static void rows_refer_to_rows_that_are_there(void **state)
{
	(void)state;
	struct loaded x = { .folder = folder_new() };
	folder_write(&x.folder, "a.csv", "id,kind,installed,replaces,certificate\na1,server,2026-01-01,,\na2,server,2026-02-01,a9,doc\n"
		     "a1,server,,,\n");
	folder_write(&x.folder, "d.yaml", "- {id: doc-1, type: minerals, from: 2026-01-01, status: submitted, supersedes: doc-0}\n");
	folder_write(&x.folder, "k.yaml", "- {counter: p, from: 2026-01-01, to: 2026-06-30, value: 1, author: Nils, source: S}\n"
		     "- {counter: p, from: 2026-06-30, to: 2026-12-31, value: 1, author: Nils, source: S}\n");
	load(&x, "{assets: a.csv, documents: [d.yaml], counters: k.yaml}");
	assert_int_equal(x.files.count, 3);
	expect_loaded(&x, "a.csv:3:1: there is no document \"doc\"; did you mean \"doc-1\"?\n"
			  "a.csv:3:1: there is no asset \"a9\" to replace; did you mean \"a1\"?\n"
			  "a.csv:4:1: asset \"a1\" stands twice, first at a.csv:2\n"
			  "d.yaml:1:3: there is no document \"doc-0\" to supersede; did you mean \"doc-1\"?\n"
			  "k.yaml:2:3: these days of \"p\" are counted already at k.yaml:1\n");
	folder_gone(&x.folder);
}

static void a_document_is_the_file_that_was_reviewed(void **state)
{
	(void)state;
	struct loaded x = { .folder = folder_new() };
	folder_write(&x.folder, "policy.txt", "abc");
	folder_write(&x.folder, "d.yaml",
		     "- {id: d, type: minerals, from: 2026-01-01, status: submitted, file: policy.txt,\n   sha256: "
		     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}\n"
		     "- {id: gone, type: minerals, from: 2026-01-01, status: submitted, file: gone.txt,\n   sha256: "
		     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}\n");
	load(&x, "{documents: d.yaml}");
	expect_loaded(&x, ""); /* a file that is not there is not looked at */
	folder_write(&x.folder, "policy.txt", "abcd");
	load(&x, "{documents: d.yaml}");
	expect_loaded(&x, "d.yaml:1:3: policy.txt is not the file that was reviewed: its SHA-256 is "
			  "88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589; review it again and state that\n");
	folder_gone(&x.folder);
}

static void an_accepted_document_takes_the_place_of_another(void **state)
{
	(void)state;
	struct loaded x = { .folder = folder_new() };
	folder_write(&x.folder, "d.yaml",
		     "- {id: a, type: minerals, from: 2025-01-01, status: accepted, reviewed_by: Nils, reviewed: 2025-01-02}\n"
		     "- {id: b, type: minerals, from: 2026-01-01, status: accepted, reviewed_by: Nils, reviewed: 2026-01-02, supersedes: a}\n"
		     "- {id: c, type: minerals, from: 2026-01-01, status: submitted, supersedes: b}\n");
	load(&x, "{documents: d.yaml}");
	const struct register_document *d = x.registers.documents.items;
	assert_int_equal(d[0].superseded_day, d[1].from_day);
	assert_int_equal(d[1].superseded_day, 0); /* nobody has accepted its successor */
	expect_loaded(&x, "");
	folder_gone(&x.folder);
}

static void selectors_name_assets(void **state)
{
	(void)state;
	struct register_asset a = { .id = "a1", .kind = ASSET_NETWORK, .brand = "Acme", .model = "X", .serial = "S", .device = "sw-1",
				    .site = "s1", .installed_day = 10, .retired_day = 20 };
	assert_true(registers_selects("*", &a) && registers_selects("brand:ACME", &a) && registers_selects("kind:network", &a));
	assert_true(registers_selects("device:sw-1", &a) && registers_selects("asset:a1", &a) && registers_selects("site:s1", &a));
	assert_false(registers_selects("brand:Acm", &a) || registers_selects("kind:server", &a) || registers_selects("Acme", &a));
	assert_false(registers_in_use(&a, 9));
	assert_true(registers_in_use(&a, 10) && registers_in_use(&a, 19));
	assert_false(registers_in_use(&a, 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(yaml_and_csv_give_the_same_rows),
		cmocka_unit_test(nonsense_is_rejected_where_it_stands),
		cmocka_unit_test(rows_refer_to_rows_that_are_there),
		cmocka_unit_test(a_document_is_the_file_that_was_reviewed),
		cmocka_unit_test(an_accepted_document_takes_the_place_of_another),
		cmocka_unit_test(selectors_name_assets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
