/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "loading.h"
#include "folder.h"

#include "collectors.h"
#include "contract.h"
#include "inventory.h"
#include <time.h>

struct fixture {
	struct folder folder;
	struct loading l;
	struct config *config;
	struct inventory *inv;
};

/* Two sites; `devices` are flow maps, one a line, whose site is s1 and whose address is given unless they say otherwise. */
static struct fixture begin(const char *devices, const char *scope)
{
	struct fixture f = { .folder = folder_new(), .l = loading_begin() };
	struct hwatt_text text;
	char path[64];
	hwatt_text_init(&text, 1u << 22);
	hwatt_text_printf(&text, "sites: [{id: s1}, {id: s2}]\nracks: [{id: A1, site: s1, usable_power: 11 kW}]\n%sdevices:\n%s",
			  scope != NULL ? "contracts: c.yaml\n" : "", devices);
	folder_write(&f.folder, "h.yaml", hwatt_text_string(&text));
	hwatt_text_reset(&text);
	hwatt_text_printf(&text, "id: c\ntitle: t\nbuyer: b\nsupplier: s\nvalid: {from: 2026-01-01, to: 2026-12-31}\nscope:\n%s",
			  scope != NULL ? scope : "");
	folder_write(&f.folder, "c.yaml", hwatt_text_string(&text));
	hwatt_text_free(&text);
	snprintf(path, sizeof(path), "%s/h.yaml", f.folder.path);
	f.config = config_load(path, &f.l.report);
	if (f.config != NULL)
		f.inv = inventory_build(f.config, &f.l.report);
	return f;
}

static void end(struct fixture *f)
{
	inventory_free(f->inv);
	config_free(f->config);
	folder_gone(&f->folder);
	loading_end(&f->l);
}

static struct fixture good(const char *devices, const char *scope)
{
	struct fixture f = begin(devices, scope);
	assert_string_equal(loading_mistakes(&f.l), "");
	assert_non_null(f.inv);
	return f;
}

static void expect(const char *devices, const char *scope, const char *expected)
{
	struct fixture f = begin(devices, scope);
	assert_non_null(f.config);
	char *mistakes = folder_strip(&f.folder, loading_mistakes(&f.l));
	assert_string_equal(mistakes, expected);
	assert_null(f.inv);
	free(mistakes);
	end(&f);
}

/* The meters of a sum as a text: "pdu-a1 pdu-b1:9:1-8*0.35". */
static const char *meters(struct fixture *f, const struct inventory_sum *sum)
{
	hwatt_text_reset(&f->l.printed);
	for (size_t i = 0; i < sum->count; i++) {
		const struct inventory_meter *m = &sum->meters[i];
		hwatt_text_printf(&f->l.printed, "%s%s", i > 0 ? " " : "", m->device->device.id);
		if (m->role >= 0)
			hwatt_text_printf(&f->l.printed, ":%s", hwatt_role_name((enum hwatt_role)m->role));
		if (m->first != 0)
			hwatt_text_printf(&f->l.printed, ":%d-%d", m->first, m->last);
		if (m->share_ppm != HWATT_PPM)
			hwatt_text_printf(&f->l.printed, "*%d", (int)m->share_ppm);
	}
	return hwatt_text_string(&f->l.printed);
}

static const char *subjects(struct fixture *f, const struct inventory_scope *scope)
{
	hwatt_text_reset(&f->l.printed);
	for (size_t i = 0; i < scope->subject_count; i++) {
		hwatt_text_printf(&f->l.printed, "%s%s", i > 0 ? " " : "", scope->subjects[i].device->device.id);
		if (scope->subjects[i].share_ppm != HWATT_PPM)
			hwatt_text_printf(&f->l.printed, "*%d", (int)scope->subjects[i].share_ppm);
	}
	return hwatt_text_string(&f->l.printed);
}

#define GRID "  - {id: grid-1, address: snmp://a, site: s1, power_role: grid}\n"
#define UPS "  - {id: ups-1, address: snmp://a, site: s1, power_role: ups_output, fed_by: grid-1}\n"
#define PDU_A "  - {id: pdu-a1, address: snmp://a, site: s1, rack: A1, power_role: pdu, fed_by: ups-1}\n"
#define PDU_B "  - {id: pdu-b1, address: snmp://a, site: s1, rack: A1, power_role: pdu, fed_by: ups-1}\n"
#define SRV_17 "  - {id: srv-17, address: snmp://a, site: s1, rack: A1, power_role: it, fed_by: [pdu-a1/outlet/7, pdu-b1/outlet/7]}\n"
#define SRV_18 "  - {id: srv-18, address: snmp://a, site: s1, rack: A1, power_role: it}\n"
#define SRV_19 "  - {id: srv-19, address: snmp://a, site: s1, rack: A2, power_role: it}\n"
#define HALL GRID UPS PDU_A PDU_B SRV_17 SRV_18 SRV_19

static void a_site_is_summed_by_power_role(void **state)
{
	(void)state;
	struct fixture f = good(HALL "  - {id: crac-1, address: snmp://a, site: s1, power_role: cooling, fed_by: grid-1}\n"
				"  - {id: sw-1, address: snmp://a, site: s1}\n"
				"  - {id: grid-2, address: snmp://a, site: s2, power_role: grid}\n", NULL);
	const struct inventory_sum *power = f.inv->sites[0].power;
	assert_string_equal(meters(&f, &power[HWATT_POWER_GRID]), "grid-1");
	assert_string_equal(meters(&f, &power[HWATT_POWER_UPS_INPUT]), "ups-1:ups_input");
	assert_string_equal(meters(&f, &power[HWATT_POWER_UPS_OUTPUT]), "ups-1:ups_output");
	assert_string_equal(meters(&f, &power[HWATT_POWER_PDU]), "pdu-a1 pdu-b1");
	assert_string_equal(meters(&f, &power[HWATT_POWER_IT]), "srv-17 srv-18 srv-19");
	assert_string_equal(meters(&f, &power[HWATT_POWER_COOLING]), "crac-1");
	assert_string_equal(meters(&f, &power[HWATT_POWER_NONE]), "");
	assert_string_equal(meters(&f, &f.inv->sites[1].power[HWATT_POWER_GRID]), "grid-2");
	end(&f);
}

static void only_the_topmost_of_a_role_is_summed(void **state)
{
	(void)state;
	struct fixture f = good(HALL "  - {id: pdu-c1, address: snmp://a, site: s1, power_role: pdu, fed_by: pdu-a1/outlet/3}\n"
				"  - {id: grid-1b, address: snmp://a, site: s1, power_role: grid, fed_by: grid-1}\n"
				"  - {id: ups-2, address: snmp://a, site: s1, power_role: ups_input, fed_by: ups-1}\n"
				"  - {id: chassis, address: snmp://a, site: s1, power_role: it}\n"
				"  - {id: blade, address: snmp://a, site: s1, power_role: it, fed_by: chassis}\n"
				"  - {id: main-ups-panel, address: snmp://a, site: s1, power_role: ups_input, meter: inlet}\n"
				"  - {id: ups-3, address: snmp://a, site: s1, power_role: ups_output, fed_by: main-ups-panel}\n", NULL);
	const struct inventory_sum *power = f.inv->sites[0].power;
	assert_string_equal(meters(&f, &power[HWATT_POWER_PDU]), "pdu-a1 pdu-b1");
	assert_string_equal(meters(&f, &power[HWATT_POWER_GRID]), "grid-1");
	assert_string_equal(meters(&f, &power[HWATT_POWER_UPS_OUTPUT]), "ups-1:ups_output ups-3:ups_output");
	assert_string_equal(meters(&f, &power[HWATT_POWER_UPS_INPUT]), "ups-1:ups_input main-ups-panel");
	assert_string_equal(meters(&f, &power[HWATT_POWER_IT]), "srv-17 srv-18 srv-19 chassis");
	end(&f);
}

static void domain_example_39_grid_and_ups_are_no_sum(void **state)
{
	(void)state;
	struct fixture f = good(HALL, NULL);
	struct inventory_meter both[2] = {
		{ .device = &f.config->devices[0], .power_role = HWATT_POWER_GRID, .role = -1, .share_ppm = HWATT_PPM },
		{ .device = &f.config->devices[1], .power_role = HWATT_POWER_UPS_OUTPUT, .role = HWATT_UPS_OUTPUT, .share_ppm = HWATT_PPM },
	};
	struct hwatt_error err;
	assert_int_equal(inventory_cut(f.inv, both, 2, &err), -1);
	assert_int_equal(err.code, HWATT_EINVAL);
	assert_string_equal(err.text, "DOUBLE_COUNT: ups-1 output lies behind grid-1, whose energy holds it already");
	struct inventory_meter ends[2] = { both[1], both[1] };
	ends[1].role = HWATT_UPS_INPUT;
	assert_int_equal(inventory_cut(f.inv, ends, 2, &err), -1);
	assert_string_equal(err.text, "DOUBLE_COUNT: ups-1 output and ups-1 input measure the same watts");
	struct inventory_meter pdus[2] = { { .device = &f.config->devices[2], .role = -1 }, { .device = &f.config->devices[3], .role = -1 } };
	assert_int_equal(inventory_cut(f.inv, pdus, 2, &err), 0);
	end(&f);
}

static void supply_behind_supply_is_refused(void **state)
{
	(void)state;
	expect(GRID "  - {id: pv-1, address: snmp://a, site: s1, power_role: onsite, fed_by: grid-1}\n", NULL,
	       "h.yaml:1:9: the energy that enters s1: DOUBLE_COUNT: pv-1 lies behind grid-1, whose energy holds it already\n");
}

static void feeds_are_known_and_end(void **state)
{
	(void)state;
	expect("  - {id: a, address: snmp://a, site: s1, power_role: pdu, fed_by: b}\n"
	       "  - {id: b, address: snmp://a, site: s1, power_role: pdu, fed_by: c/outlet/1}\n"
	       "  - {id: c, address: snmp://a, site: s1, power_role: pdu, fed_by: a}\n"
	       "  - {id: self, address: snmp://a, site: s1, power_role: pdu, fed_by: self}\n"
	       "  - {id: ups-10, address: snmp://a, site: s2, power_role: pdu}\n"
	       "  - {id: x, address: snmp://a, site: s1, power_role: it, fed_by: [ups-1, ups-10]}\n", NULL,
	       "h.yaml:6:5: fed_by goes in a circle: a, fed by b, fed by c, fed by a\n"
	       "h.yaml:7:5: fed_by goes in a circle: self, fed by self\n"
	       "h.yaml:9:67: there is no device \"ups-1\"; did you mean \"ups-10\"?\n"
	       "h.yaml:9:74: ups-10 stands at s2, so it cannot feed x at s1\n");
}

static void a_rack_in_scope_is_its_pdus(void **state)
{
	(void)state;
	struct fixture f = good(HALL "  - {id: pdu-c1, address: snmp://a, site: s1, rack: A1, power_role: pdu, fed_by: pdu-a1/outlet/3}\n",
				"  - {rack: A1}\n");
	const struct inventory_scope *scope = &f.inv->scopes[0];
	assert_string_equal(meters(&f, &scope->energy), "pdu-a1 pdu-b1");
	assert_int_equal(scope->category, 2);
	assert_string_equal(subjects(&f, scope), "srv-17 srv-18");
	assert_int_equal(scope->rack_count, 1);
	assert_ptr_equal(scope->racks[0], &f.config->racks[0]);
	assert_int_equal(scope->site_count, 1);
	assert_ptr_equal(scope->sites[0], &f.inv->sites[0]);
	end(&f);
}

static void a_rack_without_pdus_is_its_it_devices(void **state)
{
	(void)state;
	struct fixture f = good(HALL "  - {id: sw-2, address: snmp://a, site: s1, rack: A2}\n", "  - {rack: A2, share: 50 %}\n");
	const struct inventory_scope *scope = &f.inv->scopes[0];
	assert_string_equal(meters(&f, &scope->energy), "srv-19*500000");
	assert_int_equal(scope->category, 3);
	assert_string_equal(subjects(&f, scope), "srv-19*500000 sw-2*500000");
	assert_int_equal(scope->rack_count, 0); /* half of it is not the whole */
	end(&f);
	f = good(HALL, "  - {rack: A2}\n");
	assert_int_equal(f.inv->scopes[0].rack_count, 1);
	assert_string_equal(f.inv->scopes[0].racks[0]->id, "A2");
	assert_int_equal(f.inv->scopes[0].racks[0]->usable_mw, 0);
	end(&f);
}

static void devices_and_outlets_in_scope(void **state)
{
	(void)state;
	struct fixture f = good(HALL, "  - {device: pdu-b1, outlets: 1-8}\n  - {device: srv-19, share: 0.35}\n");
	const struct inventory_scope *scope = &f.inv->scopes[0];
	assert_string_equal(meters(&f, &scope->energy), "pdu-b1:outlet:1-8 srv-19*350000");
	assert_int_equal(scope->category, 3);
	assert_string_equal(subjects(&f, scope), "srv-17 srv-18 srv-19*350000"); /* srv-18 may stand on any outlet */
	end(&f);
	f = good(HALL, "  - {device: pdu-b1, outlets: 8-9}\n  - {device: pdu-a1, outlets: \"1\"}\n  - {device: pdu-b1, outlets: 1-6}\n");
	assert_string_equal(subjects(&f, &f.inv->scopes[0]), "srv-18");
	end(&f);
	f = good(HALL, "  - {device: ups-1}\n");
	assert_string_equal(meters(&f, &f.inv->scopes[0].energy), "ups-1:ups_output");
	assert_int_equal(f.inv->scopes[0].category, 1);
	assert_string_equal(subjects(&f, &f.inv->scopes[0]), "srv-17 srv-18");
	end(&f);
}

static void a_site_in_scope_is_its_lowest_category(void **state)
{
	(void)state;
	struct fixture f = good(HALL, "  - {site: s1}\n");
	const struct inventory_scope *scope = &f.inv->scopes[0];
	assert_string_equal(meters(&f, &scope->energy), "ups-1:ups_output");
	assert_int_equal(scope->category, 1);
	assert_string_equal(subjects(&f, scope), "srv-17 srv-18 srv-19");
	assert_int_equal(scope->rack_count, 2); /* A1 is configured, A2 is only named */
	end(&f);
	f = good(SRV_19, "  - {site: s1}\n");
	assert_string_equal(meters(&f, &f.inv->scopes[0].energy), "srv-19");
	assert_int_equal(f.inv->scopes[0].category, 3);
	end(&f);
	f = good("  - {id: pdu-a1, address: snmp://a, site: s1, rack: A1, power_role: pdu}\n" SRV_19, "  - {site: s1}\n");
	assert_string_equal(meters(&f, &f.inv->scopes[0].energy), "pdu-a1");
	assert_int_equal(f.inv->scopes[0].category, 2);
	end(&f);
}

static void a_watt_that_would_count_twice_is_refused(void **state)
{
	(void)state;
	static const struct { const char *scope, *mistake; } cases[] = {
		{ "  - {rack: A1}\n  - {device: srv-17}\n",
		  "c.yaml:8:5: DOUBLE_COUNT: srv-17 lies behind pdu-a1, whose energy holds it already\n" },
		{ "  - {rack: A1}\n  - {device: srv-18}\n", /* though it states no feed */
		  "c.yaml:8:5: DOUBLE_COUNT: srv-18 lies behind pdu-a1, whose energy holds it already\n" },
		{ "  - {device: srv-17}\n  - {device: pdu-b1, outlets: 1-8}\n",
		  "c.yaml:8:5: DOUBLE_COUNT: srv-17 lies behind pdu-b1 outlets 1-8, whose energy holds it already\n" },
		{ "  - {device: pdu-a1}\n  - {device: ups-1}\n",
		  "c.yaml:8:5: DOUBLE_COUNT: pdu-a1 lies behind ups-1 output, whose energy holds it already\n" },
		{ "  - {device: pdu-b1, outlets: 1-8}\n  - {device: pdu-b1, outlets: \"8\"}\n",
		  "c.yaml:8:5: DOUBLE_COUNT: pdu-b1 outlets 1-8 and pdu-b1 outlet 8 measure the same watts\n" },
		{ "  - {device: pdu-b1, outlets: \"8\"}\n  - {device: pdu-b1}\n",
		  "c.yaml:8:5: DOUBLE_COUNT: pdu-b1 outlet 8 and pdu-b1 measure the same watts\n" },
		{ "  - {rack: A1}\n  - {rack: A1}\n",
		  "c.yaml:8:5: DOUBLE_COUNT: pdu-a1 and pdu-a1 measure the same watts\n" },
		{ "  - {site: s1}\n  - {device: srv-17, share: 0.1}\n",
		  "c.yaml:8:5: DOUBLE_COUNT: srv-17 lies behind ups-1 output, whose energy holds it already\n" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(HALL, cases[i].scope, cases[i].mistake);
}

static void outlets_that_feed_others_do_not_count_twice(void **state)
{
	(void)state;
	struct fixture f = good(HALL, "  - {device: srv-17}\n  - {device: pdu-b1, outlets: 1-6}\n  - {device: pdu-a1, outlets: 8-24}\n");
	assert_string_equal(meters(&f, &f.inv->scopes[0].energy), "srv-17 pdu-b1:outlet:1-6 pdu-a1:outlet:8-24");
	end(&f);
}

static void meters_that_only_look_alike_are_summed(void **state)
{
	(void)state;
	static const char others[] =
		"  - {id: pdu-z, address: snmp://a, site: s2, rack: A1, power_role: pdu}\n" /* a rack of that name elsewhere */
		"  - {id: aux, address: snmp://a, site: s1, power_role: it, fed_by: ups-1/ups_input/1}\n"; /* before the UPS */
	struct hwatt_text devices;
	hwatt_text_init(&devices, 1u << 16);
	hwatt_text_printf(&devices, "%s%s", HALL, others);
	struct fixture f = good(hwatt_text_string(&devices), "  - {device: pdu-z}\n  - {device: srv-18}\n");
	assert_string_equal(meters(&f, &f.inv->scopes[0].energy), "pdu-z srv-18");
	end(&f);
	f = good(hwatt_text_string(&devices), "  - {device: aux}\n  - {device: ups-1}\n");
	assert_string_equal(meters(&f, &f.inv->scopes[0].energy), "aux ups-1:ups_output");
	end(&f);
	hwatt_text_free(&devices);
}

static void a_mixed_scope_has_its_lowest_category_and_largest_shares(void **state)
{
	(void)state;
	struct fixture f = good(HALL, "  - {device: srv-19}\n  - {device: pdu-a1}\n");
	assert_int_equal(f.inv->scopes[0].category, 2);
	end(&f);
	f = good(HALL, "  - {device: pdu-a1, outlets: \"7\", share: 0.5}\n  - {device: pdu-b1, outlets: \"7\", share: 0.2}\n");
	assert_string_equal(subjects(&f, &f.inv->scopes[0]), "srv-17*500000 srv-18*500000");
	assert_string_equal(meters(&f, &f.inv->scopes[0].energy), "pdu-a1:outlet:7-7*500000 pdu-b1:outlet:7-7*200000");
	end(&f);
}

static void a_partial_pue_is_of_a_room_that_is_there(void **state)
{
	(void)state;
	static const char room[] = HALL "  - {id: cool, address: snmp://a, site: s1, room: hall-1, power_role: cooling}\n"
				   "  - {id: far, address: snmp://a, site: s2, room: office}\n";
	expect(room, "  - {rack: A1}\nrequirements:\n  - {id: p, type: ppue, room: hal-1, max: 1.2}\n  - {id: q, type: ppue, room: office, max: 1.2}\n"
		     "  - {id: r, type: ppue, room: hall-1, site: s2, max: 1.2}\n",
	       "c.yaml:9:5: no device of the contract's sites stands in a room \"hal-1\"; did you mean \"hall-1\"?\n"
	       "c.yaml:10:5: no device of the contract's sites stands in a room \"office\"\n"
	       "c.yaml:11:5: no device of site s2 stands in a room \"hall-1\"\n");
	struct fixture f = good(room, "  - {rack: A1}\nrequirements:\n  - {id: p, type: ppue, room: hall-1, max: 1.2}\n");
	end(&f);
}

static void what_is_not_there_is_named_with_the_nearest(void **state)
{
	(void)state;
	expect(HALL, "  - {rack: A11}\n  - {device: pdu-a2}\n  - {site: s3}\n  - {device: srv-17, outlets: 1-2}\n  - {device: grid-1}\n"
	       "  - {rack: A1, site: s2}\n",
	       "c.yaml:7:5: there is no rack \"A11\"; did you mean \"A1\"?\n"
	       "c.yaml:8:5: there is no device \"pdu-a2\"; did you mean \"pdu-a1\"?\n"
	       "c.yaml:9:5: there is no site \"s3\"; did you mean \"s1\"?\n"
	       "c.yaml:10:5: srv-17 is no PDU, so that it has no outlets to choose; leave \"outlets\" out\n"
	       "c.yaml:11:5: grid-1 has the power role grid, which measures no IT equipment; name a UPS, PDU or IT device\n"
	       "c.yaml:12:5: there is no rack \"A1\" at s2\n");
	expect(HALL "  - {id: pdu-z, address: snmp://a, site: s2, rack: A1, power_role: pdu}\n", "  - {rack: A1}\n",
	       "c.yaml:7:5: the rack \"A1\" stands at s1 and at s2; state its site too\n");
	struct fixture f = good(HALL "  - {id: pdu-z, address: snmp://a, site: s2, rack: A1, power_role: pdu}\n",
				"  - {rack: A1, site: s2}\n");
	assert_string_equal(meters(&f, &f.inv->scopes[0].energy), "pdu-z");
	assert_ptr_equal(f.inv->scopes[0].sites[0], &f.inv->sites[1]);
	end(&f);
}

static void totals_come_from_the_stated_role_or_the_first(void **state)
{
	(void)state;
	struct config_details said = { .meter = "bank" };
	struct config_device d = { .device = { .power_role = HWATT_POWER_PDU } };
	assert_int_equal(inventory_total_roles(&d, HWATT_POWER_PDU)[0], HWATT_INLET);
	assert_int_equal(inventory_total_roles(&d, HWATT_POWER_IT)[0], HWATT_CHASSIS);
	d.details = &said;
	assert_int_equal(inventory_total_roles(&d, HWATT_POWER_PDU)[0], HWATT_BANK);
	assert_int_equal(inventory_total_roles(&d, HWATT_POWER_PDU)[1], -1);
	struct config_details output = { .meter = "ups_output" };
	struct config_device ups = { .details = &output, .device = { .power_role = HWATT_POWER_UPS_OUTPUT } };
	assert_int_equal(inventory_total_roles(&ups, HWATT_POWER_UPS_INPUT)[0], HWATT_UPS_INPUT);
	for (int role = 0; role < HWATT_ROLES; role++) {
		said.meter = hwatt_role_name((enum hwatt_role)role);
		assert_int_equal(inventory_total_roles(&d, HWATT_POWER_PDU)[0], role);
	}
}

static void outlets_are_covered_by_number(void **state)
{
	(void)state;
	struct inventory_meter some = { .role = HWATT_OUTLET, .first = 2, .last = 10 }, all = { .role = -1 };
	assert_true(inventory_covers(&some, "2"));
	assert_true(inventory_covers(&some, "10"));
	assert_false(inventory_covers(&some, "1"));
	assert_false(inventory_covers(&some, "11"));
	assert_false(inventory_covers(&some, "2.5"));
	assert_false(inventory_covers(&some, ""));
	assert_false(inventory_covers(&some, "4294967298"));
	assert_true(inventory_covers(&all, "total"));
}

static void ten_thousand_devices_are_placed_quickly(void **state)
{
	(void)state;
	struct hwatt_text devices;
	hwatt_text_init(&devices, 2u << 20);
	hwatt_text_puts(&devices, GRID UPS);
	for (int i = 0; i < 500; i++)
		hwatt_text_printf(&devices, "  - {id: p%d, address: snmp://a, site: s1, rack: R%d, power_role: pdu, fed_by: ups-1}\n", i, i);
	for (int i = 0; i < 9500; i++)
		hwatt_text_printf(&devices, "  - {id: s%d, address: snmp://a, site: s1, rack: R%d, power_role: it}\n", i, i / 19);
	struct fixture f = good(hwatt_text_string(&devices), "  - {site: s1}\n");
	assert_int_equal(f.inv->scopes[0].subject_count, 9500);
	inventory_free(f.inv);
	struct timespec before, after;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	f.inv = inventory_build(f.config, &f.l.report);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	int64_t took_ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
	print_message("10000 devices in %d ms of CPU\n", (int)took_ms);
	assert_true(took_ms < 3000);
	hwatt_text_free(&devices);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_is_summed_by_power_role),
		cmocka_unit_test(only_the_topmost_of_a_role_is_summed),
		cmocka_unit_test(domain_example_39_grid_and_ups_are_no_sum),
		cmocka_unit_test(supply_behind_supply_is_refused),
		cmocka_unit_test(feeds_are_known_and_end),
		cmocka_unit_test(a_rack_in_scope_is_its_pdus),
		cmocka_unit_test(a_rack_without_pdus_is_its_it_devices),
		cmocka_unit_test(devices_and_outlets_in_scope),
		cmocka_unit_test(a_site_in_scope_is_its_lowest_category),
		cmocka_unit_test(a_watt_that_would_count_twice_is_refused),
		cmocka_unit_test(outlets_that_feed_others_do_not_count_twice),
		cmocka_unit_test(meters_that_only_look_alike_are_summed),
		cmocka_unit_test(a_mixed_scope_has_its_lowest_category_and_largest_shares),
		cmocka_unit_test(a_partial_pue_is_of_a_room_that_is_there),
		cmocka_unit_test(what_is_not_there_is_named_with_the_nearest),
		cmocka_unit_test(totals_come_from_the_stated_role_or_the_first),
		cmocka_unit_test(outlets_are_covered_by_number),
		cmocka_unit_test(ten_thousand_devices_are_placed_quickly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
