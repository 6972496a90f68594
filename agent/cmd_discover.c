/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd_discover.c - finds devices in the address ranges that it is given, and writes a device file of them. */
#include "access.h"
#include "cmd.h"
#include "device_file.h"
#include "introduce.h"
#include "progress.h"
#include "sweep.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX (64u << 20)
#define DEFAULT_RATE 200
#define MAX_RATE 100000
#define MAX_COMMUNITIES 16u
#define MAX_ACCESSES (2u * MAX_COMMUNITIES + 4u) /* a user, and the presence of SNMPv3, of Redfish and of IPMI */

static const char help[] =
	"Usage: hallwatt discover RANGE... [OPTION...]\n"
	"\n"
	"Asks every address of the ranges (192.0.2.0/24, 2001:db8::/120, 192.0.2.7; at most 65536 addresses)\n"
	"whether it speaks SNMP, IPMI or Redfish, asks those that it has credentials for (SNMP) who they are, and\n"
	"prints a device file to edit. Of BMCs, and of SNMPv3 speakers without --user, only the presence is told.\n"
	"\n"
	"      --community TEXT     SNMP: ask with this community, v2c first, then v1; may be repeated;\n"
	"                           \"public\" when nothing is said\n"
	ACCESS_HELP_CONFIG
	"                           (SNMP: alone, unless there are communities, too; so is --user)\n"
	"      --user NAME          SNMP v3: the user\n"
	"      --auth NAME          its digest: md5, sha, sha224, sha256, sha384, sha512\n"
	"      --auth-file FILE     the file with its pass phrase; - asks for it\n"
	"      --priv NAME          its cipher: des, aes128, aes192, aes256, aes192c, aes256c\n"
	"      --priv-file FILE     the file with that pass phrase; - asks for it\n"
	"      --context NAME       the context, where the devices have several\n"
	"      --site ID            the site of all that is found\n"
	"      --rate N             at most N packets a second (200); a device's answers about itself are\n"
	"                           asked for in a row, and paid for before the next one is asked\n"
	"      --port N             UDP port of SNMP (161)\n"
	"      --ipmi-port N        UDP port of IPMI (623); 0 does not look for it\n"
	"      --redfish-port N     TCP port of Redfish (443); 0 does not look for it\n"
	ACCESS_HELP_PROFILES
	"      --format yaml|json   what to print; json has a stable schema\n"
	"      --log.level LEVEL    debug, info, warn (default), error\n"
	"  -h, --help               this text\n"
	"\n"
	"Exit status: 0 devices were found, 1 none was, 2 misuse.\n";

struct discover { /* the arguments, then the run */
	const char *communities[MAX_COMMUNITIES], *site;
	size_t community_count;
	long rate, port, bmc_port, redfish_port;
	bool json;
	enum hwatt_level level;
	struct cidr_list ranges;
	struct access access;
	struct sweep_access accesses[MAX_ACCESSES];
	struct device_file_access words[MAX_ACCESSES];
	size_t access_count;
	struct hwatt_log *log;
	uv_loop_t loop;
	void *engines[SWEEP_PROTOCOLS]; /* NULL: not started */
	struct pace pace;
	struct sweep sweep;
	struct introducing introducing;
	struct progress progress;
	bool failed;
	struct hwatt_error error;
};

enum { OPT_SITE = 256, OPT_RATE, OPT_PORT, OPT_BMC_PORT, OPT_REDFISH_PORT, OPT_FORMAT, OPT_LEVEL };

static const struct option options[] = {
	ACCESS_OPTIONS,
	{ "site", required_argument, NULL, OPT_SITE },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "ipmi-port", required_argument, NULL, OPT_BMC_PORT },
	{ "redfish-port", required_argument, NULL, OPT_REDFISH_PORT },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "log.level", required_argument, NULL, OPT_LEVEL },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int misuse(const char *what, const char *value)
{
	return cmd_misuse("discover", what, value);
}

static int parse_number(const char *text, long least, long most, const char *what, long *out)
{
	char *end;
	*out = strtol(text, &end, 10);
	return end == text || *end != '\0' || *out < least || *out > most ? misuse(what, text) : CMD_DONE;
}

static int add_community(struct discover *d, const char *text)
{
	if (d->community_count == MAX_COMMUNITIES)
		return misuse("16 communities are the most", NULL);
	d->communities[d->community_count++] = text;
	return CMD_DONE;
}

static int parse_option(struct discover *d, int option)
{
	switch (option) {
	case ACCESS_OPTION + ACCESS_COMMUNITY: return add_community(d, optarg);
	case ACCESS_OPTION_VERSION_1: return misuse("--version-1 is not needed: both versions are asked", NULL);
	case OPT_SITE: d->site = optarg; return CMD_DONE;
	case OPT_RATE: return parse_number(optarg, 1, MAX_RATE, "--rate takes 1 to 100000 packets a second, not", &d->rate);
	case OPT_PORT: return parse_number(optarg, 1, 65535, "--port takes 1 to 65535, not", &d->port);
	case OPT_BMC_PORT: return parse_number(optarg, 0, 65535, "--ipmi-port takes 0 to 65535, not", &d->bmc_port);
	case OPT_REDFISH_PORT:
		return parse_number(optarg, 0, 65535, "--redfish-port takes 0 to 65535, not", &d->redfish_port);
	case OPT_LEVEL: return cmd_log_level(optarg, &d->level) < 0 ? misuse("no such log level:", optarg) : CMD_DONE;
	case OPT_FORMAT:
		d->json = strcmp(optarg, "json") == 0;
		return d->json || strcmp(optarg, "yaml") == 0 ? CMD_DONE : misuse("no such format:", optarg);
	default: return access_take(&d->access, option, optarg) ? CMD_DONE : misuse("see the options", NULL);
	}
}

static int parse_arguments(struct discover *d, int argc, char **argv)
{
	int option;
	struct hwatt_error err;
	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return -1;
		}
		int code = parse_option(d, option);
		if (code != CMD_DONE)
			return code;
	}
	if (optind == argc)
		return misuse("which range of addresses?", NULL);
	for (int i = optind; i < argc; i++)
		if (cidr_add(&d->ranges, argv[i], &err) < 0)
			return misuse(err.text, NULL);
	cidr_settle(&d->ranges);
	return CMD_DONE;
}

static void add_access(struct discover *d, const void *settings, bool presence, struct device_file_access words)
{
	d->words[d->access_count] = words;
	d->accesses[d->access_count++] = (struct sweep_access){
		.collector = d->access.collector, .settings = settings, .presence = presence, .port = (uint16_t)d->port };
}

/* Whether anybody speaks `protocol` there, which needs no credentials; port 0: is not looked for. */
static int add_presence(struct discover *d, enum sweep_protocol protocol, const char *name, long port, struct hwatt_report *report)
{
	const struct hwatt_collector *collector = port != 0 ? generation_collector(name) : NULL;
	if (collector == NULL || collector->find == NULL)
		return CMD_DONE;
	const void *settings = access_bare(&d->access, collector, report);
	if (settings == NULL)
		return cmd_mistakes(report);
	add_access(d, settings, true, (struct device_file_access){ .said = "" });
	struct sweep_access *last = &d->accesses[d->access_count - 1];
	last->collector = collector;
	last->protocol = protocol;
	last->port = (uint16_t)port;
	return CMD_DONE;
}

static const char *what_was_said(struct discover *d)
{
	struct hwatt_text text;
	hwatt_text_init(&text, 8192);
	access_tell(&d->access, d->access.collector, &text);
	const char *said = hwatt_arena_strdup(d->access.arena, hwatt_text_string(&text));
	hwatt_text_free(&text);
	return said;
}

/* v2c with each community before v1 with each. */
static int add_communities(struct discover *d, struct hwatt_report *report)
{
	for (int version_1 = 0; version_1 < 2; version_1++) {
		for (size_t i = 0; i < d->community_count; i++) {
			const void *settings = access_community(&d->access, version_1, d->communities[i], report);
			if (settings == NULL)
				return cmd_mistakes(report);
			add_access(d, settings, false, (struct device_file_access){ .community = d->communities[i],
											    .version_1 = version_1 });
		}
	}
	return CMD_DONE;
}

/* What needs no credentials. */
static int add_presences(struct discover *d, struct hwatt_report *report)
{
	int code = add_presence(d, SWEEP_SNMP, d->access.collector->name, d->port, report);
	if (code == CMD_DONE)
		code = add_presence(d, SWEEP_REDFISH, "redfish", d->redfish_port, report);
	return code == CMD_DONE ? add_presence(d, SWEEP_IPMI, "ipmi", d->bmc_port, report) : code;
}

/* Credentials, or a user, first; then communities; then who is there at all. */
static int prepare(struct discover *d)
{
	struct hwatt_report report = { 0 };
	struct hwatt_error err = { 0 };
	if (access_open(&d->access, "snmp", &report, &err) < 0)
		return report.count > 0 ? cmd_mistakes(&report) : misuse(err.text, NULL);
	bool user = false;
	for (int i = 0; i < ACCESS_WORDS; i++)
		user = user || d->access.words[i] != NULL;
	if (user || d->access.credentials != NULL) {
		const void *settings = access_settings(&d->access, d->access.collector, &report, &err);
		if (settings == NULL)
			return report.count > 0 ? cmd_mistakes(&report) : misuse(err.text, NULL);
		add_access(d, settings, false, (struct device_file_access){ .credentials = d->access.credentials,
									    .said = user ? what_was_said(d) : NULL });
	} else if (d->community_count == 0) {
		add_community(d, "public");
	}
	int code = add_communities(d, &report);
	return code == CMD_DONE ? add_presences(d, &report) : code;
}

static void on_progress(void *arg, int64_t done, int64_t total)
{
	struct discover *d = arg;
	(void)total;
	progress_update(&d->progress, done, (int64_t)uv_now(&d->loop));
}

static void stop(struct discover *d)
{
	progress_end(&d->progress);
	for (size_t i = 0; i < d->access_count; i++) {
		const struct sweep_access *a = &d->accesses[i];
		if (d->engines[a->protocol] != NULL)
			a->collector->stop(d->engines[a->protocol]);
		d->engines[a->protocol] = NULL;
	}
}

static void on_introduced(void *arg)
{
	stop(arg);
}

static void on_swept(void *arg, const struct hwatt_error *err)
{
	struct discover *d = arg;
	struct introducing *in = &d->introducing;
	progress_end(&d->progress);
	if (err != NULL) {
		d->failed = true;
		d->error = *err;
		stop(d);
		return;
	}
	in->items = hwatt_arena_alloc(d->access.arena, (d->sweep.host_count + 1) * sizeof(*in->items));
	for (size_t i = 0; i < d->sweep.host_count; i++) {
		int access = d->sweep.hosts[i].access[SWEEP_SNMP];
		if (access >= 0 && !d->accesses[access].presence)
			in->items[in->count++] = (struct introduction){ .host = &d->sweep.hosts[i], .access = access };
	}
	progress_start(&d->progress, stderr, "Asking who they are", (int64_t)in->count, (int64_t)uv_now(&d->loop));
	introduce_start(in);
}

/* One engine for each protocol, for all that is asked by it. */
static int start_engines(struct discover *d)
{
	for (size_t i = 0; i < d->access_count; i++) {
		struct sweep_access *a = &d->accesses[i];
		if (d->engines[a->protocol] == NULL &&
		    a->collector->start(&d->loop, d->log, &d->engines[a->protocol], &d->error) < 0) {
			stop(d);
			uv_run(&d->loop, UV_RUN_DEFAULT);
			return -1;
		}
		a->engine = d->engines[a->protocol];
	}
	return 0;
}

static int run(struct discover *d)
{
	if (start_engines(d) < 0)
		return -1;
	struct sweep_host *hosts = hwatt_arena_alloc(d->access.arena, (d->ranges.count + 1) * sizeof(*hosts));
	for (size_t i = 0; i < d->ranges.count; i++)
		hosts[i] = sweep_host_at(&d->ranges.items[i]);
	pace_start(&d->pace, d->rate, (int64_t)uv_now(&d->loop));
	d->sweep = (struct sweep){ .loop = &d->loop, .arena = d->access.arena, .accesses = d->accesses,
				   .access_count = d->access_count, .hosts = hosts, .host_count = d->ranges.count,
				   .pace = &d->pace, .progress = on_progress, .done = on_swept, .arg = d };
	d->introducing = (struct introducing){ .loop = &d->loop, .log = d->log, .arena = d->access.arena,
					       .accesses = d->accesses, .profiles = d->access.profile_set,
					       .pace = &d->pace, .progress = on_progress, .done = on_introduced, .arg = d };
	int64_t total = (int64_t)(d->ranges.count * d->access_count * SWEEP_REPEATS);
	progress_start(&d->progress, stderr, "Looking for devices", total, (int64_t)uv_now(&d->loop));
	sweep_start(&d->sweep);
	uv_run(&d->loop, UV_RUN_DEFAULT);
	return d->failed ? -1 : 0;
}

static int print(struct discover *d)
{
	struct hwatt_text out;
	size_t agents = 0, bmcs = 0, services = 0;
	struct device_file file = { .items = d->introducing.items, .count = d->introducing.count, .hosts = d->sweep.hosts,
				    .host_count = d->sweep.host_count, .accesses = d->accesses, .words = d->words,
				    .access_count = d->access_count, .site = d->site };
	for (size_t i = 0; i < file.host_count; i++) {
		bmcs += file.hosts[i].access[SWEEP_IPMI] >= 0;
		services += file.hosts[i].access[SWEEP_REDFISH] >= 0;
		agents += file.hosts[i].access[SWEEP_SNMP] >= 0;
	}
	fprintf(stderr, "%zu addresses asked: %zu speak SNMP, %zu IPMI, %zu Redfish\n", file.host_count, agents, bmcs, services);
	if (agents > file.count)
		fprintf(stderr, "%zu speak SNMPv3 and answer nothing that was asked: --user, --auth and --priv name a user\n",
			agents - file.count);
	if (agents + bmcs + services == 0 && !d->json)
		return CMD_NO;
	hwatt_text_init(&out, OUTPUT_MAX);
	if (d->json)
		device_file_json(&file, &out);
	else
		device_file_yaml(&file, &out);
	bool good = hwatt_text_ok(&out) && fputs(hwatt_text_string(&out), stdout) >= 0 && fflush(stdout) == 0;
	hwatt_text_free(&out);
	if (!good)
		fprintf(stderr, "hallwatt discover: the device file could not be written\n");
	return good && agents + bmcs + services > 0 ? CMD_DONE : CMD_NO;
}

int cmd_discover(int argc, char **argv)
{
	struct discover d = { .rate = DEFAULT_RATE, .port = 161, .bmc_port = 623, .redfish_port = 443, .level = HWATT_WARN };
	int code = parse_arguments(&d, argc, argv);
	if (code == CMD_DONE)
		code = prepare(&d);
	if (code == CMD_DONE) {
		d.log = d.level < HWATT_WARN ? hwatt_log_new(d.level, HWATT_LOGFMT) : NULL;
		uv_loop_init(&d.loop);
		if (run(&d) == 0) {
			code = print(&d);
		} else {
			fprintf(stderr, "hallwatt discover: %s\n", d.error.text);
			code = d.error.code == HWATT_EINVAL ? CMD_MISUSE : CMD_NO;
		}
		uv_loop_close(&d.loop);
		hwatt_log_free(d.log);
	}
	access_close(&d.access);
	cidr_free(&d.ranges);
	return code < 0 ? CMD_DONE : code;
}
