/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "loading.h"
#include "folder.h"

#include "collectors.h"
#include "config.h"
#include "contract.h"
#include "fetch.h"
#include "watch.h"
#include <time.h>
#include <unistd.h>

struct fixture {
	struct folder folder;
	struct loading l;
	struct config *config;
};

static struct fixture begin(const char *main_file)
{
	struct fixture f = { .folder = folder_new(), .l = loading_begin() };
	folder_write(&f.folder, "h.yaml", main_file);
	return f;
}

static void load(struct fixture *f)
{
	char path[64];
	snprintf(path, sizeof(path), "%s/h.yaml", f->folder.path);
	f->config = config_load(path, &f->l.report);
}

static void end(struct fixture *f)
{
	config_free(f->config);
	folder_gone(&f->folder);
	loading_end(&f->l);
}

/* Loads and expects exactly these mistakes, with the folder's name left out of them. */
static void load_expecting(struct fixture *f, const char *expected)
{
	load(f);
	char *mistakes = folder_strip(&f->folder, loading_mistakes(&f->l));
	if (strcmp(mistakes, expected) != 0) /* cmocka cuts long texts */
		fprintf(stderr, "%s", mistakes);
	assert_string_equal(mistakes, expected);
	free(mistakes);
	assert_true((f->config != NULL) == (expected[0] == '\0'));
}

static void expect(const char *main_file, const char *expected)
{
	struct fixture f = begin(main_file);
	load_expecting(&f, expected);
	end(&f);
}

static const char product[] =
	"listen: 127.0.0.1:9891\n"
	"web_config: web.yml\n"
	"state: /var/lib/hallwatt\n"
	"interval: 20s\n"
	"credentials:\n"
	"  rack-pdus: {snmp: {version: 3, community: hallwatt, auth_secret: {credential: pdu-auth}}}\n"
	"  bmcs:      {ipmi: {user: hallwatt, password: {file: bmc.pass}}}\n"
	"sites:\n"
	"  - {id: lulea-1, name: Luleå 1, country: SE, bidding_zone: SE1, timezone: Europe/Stockholm, rated_it_power: 400 kW}\n"
	"racks:\n"
	"  - {id: A1, site: lulea-1, usable_power: 11 kW}\n"
	"devices:\n"
	"  - {id: grid-1, address: snmp://127.0.0.2,   credentials: rack-pdus, site: lulea-1, power_role: grid}\n"
	"  - {id: pdu-a1, address: snmp://127.0.0.3,   credentials: rack-pdus, site: lulea-1, rack: A1, power_role: pdu}\n"
	"  - {id: pdu-b1, address: 'snmp://[::1]:1161', site: lulea-1, rack: A1, u: 42, power_role: pdu, rated_power: 22 kW,\n"
	"     usable_power: 11 kW, accuracy: 1 %, meter: inlet, points: all, interval: 5s, profile: apc-rpdu2, fed_by: grid-1}\n"
	"  - {id: srv-17, address: ipmi://bmc-17.example, credentials: bmcs, site: lulea-1, rack: A1, power_role: it,\n"
	"     fed_by: [pdu-a1/outlet/7, pdu-b1/outlet/7], timeout: 2s}\n"
	"log: {level: debug, format: json}\n"
	"retries: 3\n"
	"enable_lifecycle: false\n"
	"profiles: [more]\n";

static void the_example_of_the_product_page_is_read(void **state)
{
	(void)state;
	struct fixture f = begin(product);
	load_expecting(&f, "");
	const struct config *c = f.config;
	assert_string_equal(c->listen, "127.0.0.1:9891");
	assert_string_equal(c->web_config + strlen(f.folder.path), "/web.yml");
	assert_string_equal(c->state, "/var/lib/hallwatt");
	assert_int_equal(c->interval_ms, 20000);
	assert_int_equal(c->timeout_ms, 10000);
	assert_int_equal(c->stale_after_ms, 60000);
	assert_int_equal(c->retries, 3);
	assert_false(c->enable_lifecycle);
	assert_int_equal(c->log_level, HWATT_DEBUG);
	assert_int_equal(c->log_format, HWATT_LOG_JSON);
	assert_int_equal(c->profiles.count, 1);
	assert_string_equal(*(const char **)c->profiles.items + strlen(f.folder.path), "/more");

	assert_int_equal(c->site_count, 1);
	assert_string_equal(c->sites[0].name, "Luleå 1");
	assert_int_equal(c->sites[0].rated_it_mw, 400000000);
	assert_int_equal(c->rack_count, 1);
	assert_int_equal(c->racks[0].usable_mw, 11000000);
	assert_int_equal(c->credentials_count, 2);
	assert_ptr_equal(c->credentials[0].collector, &fake_snmp);
	const struct fake_settings *bmcs = c->credentials[1].settings;
	assert_string_equal(bmcs->user, "hallwatt");
	assert_string_equal(bmcs->password.where + strlen(f.folder.path), "/bmc.pass");

	assert_int_equal(c->device_count, 4);
	const struct config_device *b = &c->devices[2], *srv = &c->devices[3];
	assert_string_equal(c->devices[0].device.scheme, "snmp");
	assert_string_equal(c->devices[0].device.host, "127.0.0.2");
	assert_int_equal(c->devices[0].device.port, 0);
	assert_int_equal(c->devices[0].device.power_role, HWATT_POWER_GRID);
	assert_int_equal(c->devices[0].device.timeout_ms, 10000);
	assert_ptr_equal(c->devices[0].settings, c->credentials[0].settings);
	assert_int_equal(((const struct fake_settings *)c->devices[0].settings)->version, 2);
	assert_string_equal(b->device.host, "::1");
	assert_int_equal(b->device.port, 1161);
	assert_int_equal(config_details(b)->u, 42);
	assert_int_equal(b->device.rated_mw, 22000000);
	assert_int_equal(config_details(b)->accuracy_ppm, 10000);
	assert_int_equal(config_details(b)->points, CONFIG_POINTS_ALL);
	assert_string_equal(config_details(b)->meter, "inlet");
	assert_int_equal(b->device.interval_ms, 5000);
	assert_int_equal(b->device.timeout_ms, 5000); /* the main timeout, cut to the device's interval */
	assert_string_equal(b->device.profile, "apc-rpdu2");
	assert_string_equal(((const struct fake_settings *)b->settings)->user, "public");
	assert_int_equal(b->mark.line, 15);
	const struct config_feed *feeds = config_details(srv)->fed_by.items;
	assert_int_equal(config_details(srv)->fed_by.count, 2);
	assert_string_equal(feeds[1].device, "pdu-b1");
	assert_int_equal(feeds[1].role, HWATT_OUTLET);
	assert_int_equal(feeds[1].index, 7);
	assert_int_equal(feeds[1].mark.column, 32);
	assert_int_equal(srv->device.timeout_ms, 2000);
	assert_int_equal(srv->device.power_role, HWATT_POWER_IT);
	assert_string_equal(srv->device.rack, "A1");
	feeds = config_details(b)->fed_by.items;
	assert_int_equal(feeds[0].role, -1);
	end(&f);
}

static void an_empty_map_gives_the_defaults(void **state)
{
	(void)state;
	struct fixture f = begin("{}");
	load_expecting(&f, "");
	assert_string_equal(f.config->listen, "127.0.0.1:9890");
	assert_string_equal(f.config->state, "/var/lib/hallwatt");
	assert_int_equal(f.config->interval_ms, 30000);
	assert_int_equal(f.config->stale_after_ms, 90000);
	assert_true(f.config->enable_lifecycle);
	assert_int_equal(f.config->device_count, 0);
	end(&f);
}

static void every_mistake_has_its_place(void **state)
{
	(void)state;
	expect("intervall: 30s\n"
	       "listen: localhost\n"
	       "credentials:\n"
	       "  a: {snpm: {}}\n"
	       "  b: {snmp: {community: x}, ipmi: {user: u}}\n"
	       "  c: {snmp: {auth_secret: hunter2, comunity: x}}\n"
	       "  d: {ipmi: {}}\n"
	       "  e e: {}\n"
	       "sites:\n"
	       "  - {id: s1, country: SW, timezone: Europe/Stokholm}\n"
	       "  - {id: s2, country: \"no\", timezone: ../../etc/passwd}\n"
	       "  - {id: s1, country: NO}\n"
	       "racks:\n"
	       "  - {id: A1, site: s3}\n"
	       "  - {id: 12, site: s1}\n"
	       "devices:\n"
	       "  - {id: PDU 1, address: snmp://127.0.0.1}\n"
	       "  - {id: p2, address: snmp://127.0.0.1, credentials: z, site: s9}\n"
	       "  - {id: p3, address: snpm://127.0.0.1}\n"
	       "  - {id: p4, address: snmp://300.0.0.1, power_role: pdu}\n"
	       "  - {id: p5}\n"
	       "  - {address: snmp://a}\n"
	       "  - p6\n"
	       "  - {id: p2, address: snmp://127.0.0.2, interval: 500ms}\n"
	       "  - {id: p7, address: snmp://127.0.0.2, interval: 5s, timeout: 6s}\n"
	       "  - {id: p8, address: snmp://127.0.0.2, fed_by: [x/outlett/1, y/outlet, [z]], meter: inlett}\n"
	       "  - {id: p9, address: ipmi://127.0.0.2}\n"
	       "  - {id: p10, address: ipmi://127.0.0.2, credentials: c}\n",
	       "h.yaml:1:1: unknown key \"intervall\"; did you mean \"interval\"?\n"
	       "h.yaml:2:9: \"localhost\" has no port; write host:port, like 127.0.0.1:9890\n"
	       "h.yaml:4:7: unknown key \"snpm\"; did you mean \"snmp\"?\n"
	       "h.yaml:5:35: credentials are for one protocol; give ipmi a name of its own\n"
	       "h.yaml:6:27: a secret is named, not written here: auth_secret: {file: PATH}, {env: VARIABLE} or {credential: NAME}\n"
	       "h.yaml:6:36: unknown key \"comunity\"; did you mean \"community\"?\n"
	       "h.yaml:7:13: the ipmi lacks \"user\": user of the BMC\n"
	       "h.yaml:8:3: \"e e\" has the wrong form; it must match ^[A-Za-z0-9._-]+$\n"
	       "h.yaml:8:8: these credentials name no protocol, like {snmp: {...}}\n"
	       "h.yaml:10:23: \"SW\" is not a country of ISO 3166-1; write two capitals, like SE\n"
	       "h.yaml:10:37: there is no time zone \"Europe/Stokholm\"; did you mean \"Europe/Stockholm\"?\n"
	       "h.yaml:11:23: \"no\" is not a country; write NO, in capitals\n"
	       "h.yaml:11:39: there is no time zone \"../../etc/passwd\"; write one like Europe/Stockholm\n"
	       "h.yaml:12:5: the site \"s1\" stands twice, first at h.yaml:10\n"
	       "h.yaml:12:23: unquoted NO is a boolean in YAML; write \"NO\" in quotes\n"
	       "h.yaml:14:20: there is no site \"s3\"; did you mean \"s1\"?\n"
	       "h.yaml:15:10: unquoted 12 is a number in YAML; write \"12\" in quotes\n"
	       "h.yaml:17:10: \"PDU 1\" has the wrong form for: unique name of the device, of a-z, 0-9, dot, underscore and hyphen; "
	       "it must match ^[a-z0-9._-]+$\n"
	       "h.yaml:18:54: there are no credentials \"z\"\n"
	       "h.yaml:18:63: there is no site \"s9\"; did you mean \"s1\"?\n"
	       "h.yaml:19:23: there is no protocol \"snpm\"; did you mean \"snmp\"?\n"
	       "h.yaml:20:5: a device with a power role needs a site, as sums are made by site\n"
	       "h.yaml:20:23: \"300.0.0.1\" is not an IPv4 address; it has four numbers from 0 to 255\n"
	       "h.yaml:21:5: the device lacks \"address\": protocol and host, like snmp://192.0.2.7 or snmp://[2001:db8::7]:1161\n"
	       "h.yaml:22:5: the device lacks \"id\": unique name of the device, of a-z, 0-9, dot, underscore and hyphen\n"
	       "h.yaml:23:5: a map of keys and values belongs here (device)\n"
	       "h.yaml:24:5: the device \"p2\" stands twice, first at h.yaml:18\n"
	       "h.yaml:24:51: 500ms is out of range; write a value from 1s to 1h\n"
	       "h.yaml:25:64: the timeout is longer than the interval\n"
	       "h.yaml:26:50: \"x/outlett/1\" names no part of a device; write it like pdu-a1/outlet/7\n"
	       "h.yaml:26:63: \"y/outlet\" names no part of a device; write it like pdu-a1/outlet/7\n"
	       "h.yaml:26:73: a device belongs here, like ups-1, or an outlet of one, like pdu-a1/outlet/7\n"
	       "h.yaml:26:86: there is no role \"inlett\"; did you mean \"inlet\"?\n"
	       "h.yaml:27:5: a device on ipmi needs credentials: the ipmi lacks \"user\": user of the BMC\n"
	       "h.yaml:28:55: the credentials \"c\" are for snmp, the address is for ipmi\n");
}

static void times_fit_together(void **state)
{
	(void)state;
	expect("interval: 5s\ntimeout: 6s\nstale_after: 4s\n",
	       "h.yaml:2:10: the timeout is longer than the interval\n"
	       "h.yaml:3:14: a reading would be stale before the next one comes; write at least the interval\n");
	struct fixture f = begin("interval: 5s\nstale_after: 1m\n");
	load_expecting(&f, "");
	assert_int_equal(f.config->timeout_ms, 5000);
	assert_int_equal(f.config->stale_after_ms, 60000);
	end(&f);
}

static void included_files_add_to_the_lists(void **state)
{
	(void)state;
	struct fixture f = begin("include: [\"*.yaml\", d/*.yaml, d/a.yaml]\nsites: [{id: s1}]\n");
	folder_write(&f.folder, "d/a.yaml", "credentials: {a: {snmp: {community: a}}}\ndevices: [{id: a, address: 'snmp://a', site: s1}]\n");
	folder_write(&f.folder, "d/b.yaml", "devices: [{id: b, address: 'snmp://b', site: s1, credentials: a}]\n");
	load_expecting(&f, "");
	assert_int_equal(f.config->device_count, 2); /* neither the main file nor a.yaml is read twice */
	assert_string_equal(f.config->devices[1].device.id, "b");
	assert_string_equal(((const struct fake_settings *)f.config->devices[1].settings)->user, "a");
	assert_non_null(strstr(f.config->devices[1].mark.file, "/d/b.yaml"));
	end(&f);
}

static void mistakes_in_included_files_name_them(void **state)
{
	(void)state;
	struct fixture f = begin("include: [d/*.yaml, none.yaml, 'none*.yaml', [x]]\nsites: [{id: s1}]\ncredentials: {a: {snmp: {}}}\n");
	folder_write(&f.folder, "d/a.yaml", "interval: 10s\nsites: [{id: s1}]\ncredentials: {a: {snmp: {}}}\nsite: x\n");
	folder_write(&f.folder, "d/b.yaml", "a: [\n");
	load(&f);
	char *mistakes = folder_strip(&f.folder, loading_mistakes(&f.l));
	assert_string_equal(mistakes,
			    "d/a.yaml:1:1: \"interval\" belongs in the main file; an included file holds credentials, sites, racks and devices\n"
			    "d/a.yaml:2:9: the site \"s1\" stands twice, first at h.yaml:2\n"
			    "d/a.yaml:3:18: the name \"a\" stands twice, first at h.yaml:3\n"
			    "d/a.yaml:4:1: unknown key \"site\"; did you mean \"sites\"?\n"
			    "d/b.yaml:2:1: not valid YAML: did not find expected node content, while parsing a flow node\n"
			    "h.yaml:1:21: there is no file none.yaml\n"
			    "h.yaml:1:46: the name of a file or folder belongs here\n");
	free(mistakes);
	end(&f);
}

static void texts_that_many_devices_have_are_kept_once(void **state)
{
	(void)state;
	struct fixture f = begin("sites: [{id: s1}, {id: \"7\"}]\ncredentials: {c: {snmp: {}}}\ndevices:\n"
				 "- {id: a, address: snmp://h1, credentials: c, site: s1, rack: \"7\"}\n"
				 "- {id: b, address: snmp://h2, credentials: c, site: s1, rack: \"7\"}\n"
				 "- {id: d, address: snmp://h3, credentials: c, site: s1, room: s1}\n");
	load_expecting(&f, "");
	const struct config_device *d = f.config->devices;
	assert_ptr_equal(d[0].device.site, d[1].device.site);
	assert_ptr_equal(d[0].device.rack, d[1].device.rack);
	assert_ptr_equal(d[2].device.site, d[2].device.room);
	assert_string_equal(d[2].device.rack, "");
	assert_string_equal(d[1].device.id, "b");
	end(&f);
	f = begin("sites: [{id: \"7\"}]\ndevices:\n- {id: a, address: snmp://h1, site: \"7\"}\n- {id: b, address: snmp://h2, site: 7}\n");
	load_expecting(&f, "h.yaml:4:37: unquoted 7 is a number in YAML; write \"7\" in quotes\n");
	end(&f);
}

static void targets_of_other_programs_become_devices(void **state)
{
	(void)state;
	struct fixture f = begin("sites: [{id: s1}]\ncredentials: {c: {snmp: {}}}\ndevice_discovery: [{file: 'targets/*.json'}]\n");
	folder_write(&f.folder, "targets/t.json",
		     "[{\"targets\": [\"snmp://10.0.0.1\", \"10.0.0.2:1161\"],\n"
		     "  \"labels\": {\"__scheme__\": \"snmp\", \"site\": \"s1\", \"__meta_netbox_rack\": \"12\", \"credentials\": \"c\",\n"
		     "   \"power_role\": \"pdu\", \"team\": \"x\", \"profile\": \"\", \"rack\": \"\"}},\n"
		     " {\"targets\": [\"snmp://H3\"], \"labels\": {\"id\": \"third\", \"__meta_netbox_rack\": \"a\", \"__meta_hallwatt_rack\": \"b\"}}]\n");
	load_expecting(&f, "");
	assert_int_equal(f.config->device_count, 3);
	const struct config_device *d = f.config->devices;
	assert_string_equal(d[0].device.id, "10.0.0.1");
	assert_string_equal(d[1].device.id, "10.0.0.2");
	assert_int_equal(d[1].device.port, 1161);
	assert_string_equal(d[1].device.rack, "12");
	assert_string_equal(d[1].device.profile, "");
	assert_int_equal(d[1].device.power_role, HWATT_POWER_PDU);
	assert_ptr_equal(d[1].settings, f.config->credentials[0].settings);
	assert_string_equal(d[2].device.id, "third");
	assert_string_equal(d[2].device.rack, "b");
	end(&f);
}

static void wrong_targets_have_their_place(void **state)
{
	(void)state;
	struct fixture f = begin("device_discovery: [{file: [a.json, b.json]}, {http: 'http://127.0.0.1/'}, {}, {http: 'ftp://a'}, {http: 'http://u@a'}]\n");
	folder_write(&f.folder, "a.json", "[{\"targets\": [\"snmp://x\"],\n \"labels\": {\"site\": \"none\", \"power_role\": \"puu\"}},\n {\"labels\": 1}]\n");
	folder_write(&f.folder, "b.json", "{\"targets\": []}\n");
	load_expecting(&f,
		       "a.json:2:21: there is no site \"none\"\n"
		       "a.json:2:43: \"puu\" is not known here; did you mean \"pdu\"?\n"
		       "a.json:3:2: the group of targets lacks \"targets\": list of addresses\n"
		       "b.json:1:1: a file of targets is a list, like [{\"targets\": [...], \"labels\": {...}}]\n"
		       "h.yaml:1:75: say where the devices come from: {file: PATTERN} or {http: URL}\n"
		       "h.yaml:1:86: the address of a list of targets begins with http:// or https://\n"
		       "h.yaml:1:105: a user does not belong in an address\n");
	end(&f);
}

static void targets_are_not_of_what_people_write(void **state)
{
	(void)state;
	char hash[65], own[65];
	const char *main = "state: state\ndevice_discovery: [{file: sub/*.json}, {file: '*/x.json'}, {http: 'http://127.0.0.1/t'}]\n";
	struct fixture f = begin(main);
	folder_write(&f.folder, "sub/a.json", "[]");
	load_expecting(&f, "");
	memcpy(hash, f.config->hash, sizeof(hash));
	memcpy(own, f.config->own_hash, sizeof(own));
	const struct watch_place *places = f.config->target_places.items;
	assert_int_equal(f.config->target_places.count, 1); /* not one whose folder is a pattern */
	assert_string_equal(strrchr(places[0].folder, '/'), "/sub");
	assert_string_equal(places[0].name, "*.json");
	const struct fetch_order *orders = f.config->target_urls.items;
	assert_int_equal(f.config->target_urls.count, 1);
	assert_string_equal(orders[0].url, "http://127.0.0.1/t");
	assert_string_equal(strstr(orders[0].file, "/state/targets-"), "/state/targets-b848d7f71c44.json"); /* of the URL */
	config_free(f.config);
	folder_write(&f.folder, "sub/a.json", "[ ]");
	load_expecting(&f, "");
	assert_string_not_equal(f.config->hash, hash);
	assert_string_equal(f.config->own_hash, own);
	config_free(f.config);
	folder_write(&f.folder, "h.yaml", "state: state\n");
	load_expecting(&f, "");
	assert_string_not_equal(f.config->own_hash, own);
	end(&f);
}

static void the_hash_is_that_of_all_files(void **state)
{
	(void)state;
	struct fixture f = begin("{}\n");
	load_expecting(&f, "");
	/* printf '{}\n' | sha256sum */
	assert_string_equal(f.config->hash, "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356");
	end(&f);
	f = begin("include: a.yaml\n");
	folder_write(&f.folder, "a.yaml", "{}\n");
	load_expecting(&f, "");
	/* printf 'include: a.yaml\n{}\n' | sha256sum */
	assert_string_equal(f.config->hash, "bddc037d0c90ab8df6ead2e8e34929c01ce51af3aaddf59cbccb23eb0ede1d16");
	end(&f);
}

static void a_file_that_is_missing_or_no_map_is_a_mistake(void **state)
{
	(void)state;
	struct loading l = loading_begin();
	assert_null(config_load("/nonexistent/h.yaml", &l.report));
	assert_string_equal(loading_mistakes(&l), "/nonexistent/h.yaml:1:1: cannot open the file: No such file or directory\n");
	loading_end(&l);
	expect("[1]\n", "h.yaml:1:1: a map of keys and values belongs here (hallwatt.yaml)\n");
	expect("", "h.yaml:1:1: the file is empty\n");
}

static void addresses_are_split(void **state)
{
	(void)state;
	static const struct { const char *text, *scheme, *host; uint16_t port; const char *mistake; } cases[] = {
		{ "snmp://127.0.0.2", "snmp", "127.0.0.2", 0, NULL },
		{ "snmp://pdu.example:1161", "snmp", "pdu.example", 1161, NULL },
		{ "redfish://[2001:db8::7]", "redfish", "2001:db8::7", 0, NULL },
		{ "snmp://[fe80::1%eth0]:161", "snmp", "fe80::1%eth0", 161, NULL },
		{ "snmp://pdu_1-a", "snmp", "pdu_1-a", 0, NULL },
		{ "ipmi-local:", "ipmi", "", 0, NULL },
		{ "ipmi-local:12", "ipmi", "", 12, NULL },
		{ "ipmi-local:256", "", "", 0,
		  "\"ipmi-local:256\": what may follow is the driver's number, as in ipmi-local:0 for /dev/ipmi0" },
		{ "ipmi-local://", "", "", 0,
		  "\"ipmi-local://\": what may follow is the driver's number, as in ipmi-local:0 for /dev/ipmi0" },
		{ "127.0.0.2", "", "", 0, "\"127.0.0.2\" does not say the protocol; write snmp://127.0.0.2" },
		{ "SNMP://a", "", "", 0, "\"SNMP://a\" begins with no protocol; write it in small letters, like snmp://" },
		{ "snmp://", "", "", 0, "the address names no host; write it like snmp://192.0.2.7" },
		{ "snmp://:161", "", "", 0, "the address names no host; write it like snmp://192.0.2.7" },
		{ "snmp://a:0", "", "", 0, "\"0\" is not a port; write a number from 1 to 65535" },
		{ "snmp://a:65536", "", "", 0, "\"65536\" is not a port; write a number from 1 to 65535" },
		{ "snmp://a:", "", "", 0, "\"\" is not a port; write a number from 1 to 65535" },
		{ "snmp://::1", "", "", 0, "\"::1\": an IPv6 address stands in brackets, like [2001:db8::7]" },
		{ "snmp://[::g]", "", "", 0, "[::g] is not an IPv6 address" },
		{ "snmp://[::1", "", "", 0, "\"[::1\": an IPv6 address stands in brackets, like [2001:db8::7]" },
		{ "snmp://[::1]x", "", "", 0, "\"[::1]x\": an IPv6 address stands in brackets, like [2001:db8::7]" },
		{ "snmp://1.2.3", "", "", 0, "\"1.2.3\" is not an IPv4 address; it has four numbers from 0 to 255" },
		{ "snmp://-a", "", "", 0, "\"-a\" is neither an IP address nor the name of a host" },
		{ "snmp://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "", "", 0, /* 64 */
		  "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" is neither an IP address nor the name of a host" },
		{ "snmp://a..b", "", "", 0, "\"a..b\" is neither an IP address nor the name of a host" },
		{ "snmp://ö", "", "", 0, "\"ö\" is neither an IP address nor the name of a host" },
		{ "snmp://a/b", "", "", 0, "\"snmp://a/b\": an address ends after host and port" },
		{ "snmp://public@a", "", "", 0, "a user does not belong in an address; name credentials instead" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hwatt_arena *arena = hwatt_arena_new();
		struct hwatt_error err = { .text = "" };
		const char *scheme, *host;
		uint16_t port;
		int rc = config_address(cases[i].text, arena, &scheme, &host, &port, &err);
		if (cases[i].mistake != NULL) {
			assert_int_equal(rc, -1);
			assert_string_equal(err.text, cases[i].mistake);
		} else {
			assert_string_equal(err.text, "");
			assert_string_equal(scheme, cases[i].scheme);
			assert_string_equal(host, cases[i].host);
			assert_int_equal(port, cases[i].port);
		}
		hwatt_arena_free(arena);
	}
}

static void ten_thousand_devices_load_quickly(void **state)
{
	(void)state;
	struct fixture f = begin("include: many.yaml\nsites: [{id: s1}]\ncredentials: {c: {snmp: {}}}\n");
	struct hwatt_text many;
	hwatt_text_init(&many, 8u << 20);
	hwatt_text_puts(&many, "devices:\n");
	for (int i = 0; i < 10000; i++)
		hwatt_text_printf(&many, "  - {id: pdu-%d, address: snmp://10.0.%d.%d, credentials: c, site: s1, rack: A%d, power_role: pdu, "
				  "rated_power: 22 kW, fed_by: [ups-1/outlet/%d]}\n", i, i / 250, i % 250 + 1, i / 2, i + 1);
	folder_write(&f.folder, "many.yaml", hwatt_text_string(&many));
	hwatt_text_free(&many);
	struct timespec before, after;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	load_expecting(&f, "");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	assert_int_equal(f.config->device_count, 10000);
	int64_t took_ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
	print_message("10000 devices in %d ms of CPU\n", (int)took_ms);
	assert_true(took_ms < 5000); /* with the sanitizers; about a fifth of it without */
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_product_page_is_read),
		cmocka_unit_test(an_empty_map_gives_the_defaults),
		cmocka_unit_test(every_mistake_has_its_place),
		cmocka_unit_test(times_fit_together),
		cmocka_unit_test(included_files_add_to_the_lists),
		cmocka_unit_test(mistakes_in_included_files_name_them),
		cmocka_unit_test(texts_that_many_devices_have_are_kept_once),
		cmocka_unit_test(targets_of_other_programs_become_devices),
		cmocka_unit_test(wrong_targets_have_their_place),
		cmocka_unit_test(targets_are_not_of_what_people_write),
		cmocka_unit_test(the_hash_is_that_of_all_files),
		cmocka_unit_test(a_file_that_is_missing_or_no_map_is_a_mistake),
		cmocka_unit_test(addresses_are_split),
		cmocka_unit_test(ten_thousand_devices_load_quickly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
