/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "bmc_farm.h"
#include "bmc_serve.h"
#include "calendar.h"
#include "course.h"
#include "history.h"
#include "redfish_serve.h"
#include "site_config.h"

#define EXIT_MISUSE 2
#define CONTRACT_MONTHS_BACK 12
#define CONTRACT_YEARS_AHEAD 2

static const char usage[] =
	"usage: hallsim COMMAND [OPTION]...\n"
	"\n"
	"A simulated data hall that answers SNMP on loopback.\n"
	"\n"
	"  serve      answer as all devices of the hall, each at an address of its own\n"
	"    --base ADDRESS      first address, inside 127.0.0.0/8 (127.9.0.1)\n"
	"    --port PORT         UDP port at all of them, 0 for any free one (16161)\n"
	"    --community NAME    SNMP community (public)\n"
	"    --seconds N         stop after N seconds (never)\n"
	"    --now EPOCH_MS      where simulated time starts (now)\n"
	"    --speed N           simulated seconds per second (1)\n"
	"    --events live       a fan fails and a PDU restarts within minutes\n"
	"    --die-with-parent   end when the parent process does\n"
	"  history    write the hall's past to standard output\n"
	"    --from EPOCH_S --until EPOCH_S --step SECONDS (300)\n"
	"  config     write the hallwatt configuration of the hall\n"
	"    --dir DIRECTORY     where to\n"
	"    --base, --port, --community as for serve\n"
	"    --listen ADDRESS    where hallwatt shall listen (127.0.0.1:9890)\n"
	"    --state DIRECTORY   where hallwatt shall keep its state\n"
	"    --from YYYY-MM-DD   first day of the contracts (12 months back)\n"
	"  bmc        answer IPMI as many BMCs behind one UDP socket\n"
	"    --base ADDRESS      address of BMC 0 (127.30.0.0); BMC k is k addresses further\n"
	"    --count N           how many (16)\n"
	"    --port PORT         UDP port, 0 for any free one (623)\n"
	"    --profile [RANGE:]NAME  what they are (rack); each: all profiles in turn\n"
	"    --fault RULE        what goes wrong, see the README\n"
	"    --control PATH      Unix socket for counters and faults\n"
	"    --slots N, --idle SECONDS  sessions of each, instead of the profile's\n"
	"    --seconds, --now, --speed, --die-with-parent as for serve\n"
	"  redfish    answer Redfish over HTTPS as many BMCs behind one port\n"
	"    --base ADDRESS      address of service 0 (127.31.0.1)\n"
	"    --count N, --slots, --idle, --control, --seconds, --now, --speed as for bmc\n"
	"    --port PORT         TCP port, 0 for any free one (443)\n"
	"    --profile NAME      legacy (Power, Thermal), modern (EnvironmentMetrics, Sensors) or\n"
	"                        reporting (modern, with metric reports)\n"
	"    --tree DIRECTORY    a captured tree for the next service; may be repeated\n"
	"    --certificate FILE  where to write the certificate made at the start\n"
	"    --fault RULE        what goes wrong, see the README\n"
	"  bmc-table  write what BMC --number N must be found to say at --now, as JSON\n"
	"  bmc-profiles  name the profiles\n"
	"\n"
	"  --seed N              another hall with another history (1); serve, history, bmc\n"
	"  --origin EPOCH_S      where energy registers start (1735689600); serve and history\n"
	"  --help, --version\n";

/* What the command line asked for. */
struct options {
	uint32_t base;
	int64_t port, seconds, speed, step_s, now_ms, from_s, until_s, origin_s, seed;
	const char *community, *events, *directory, *listen, *state, *from;
	bool die_with_parent;
	int64_t count, number, slots, idle_s;
	const char *profiles[BMC_WORDS_MAX], *faults[BMC_WORDS_MAX];
	const char *control, *certificate;
	const char *trees[BMC_WORDS_MAX];
};

enum flag {
	FLAG_BASE = 256,
	FLAG_PORT,
	FLAG_COMMUNITY,
	FLAG_SECONDS,
	FLAG_NOW,
	FLAG_SPEED,
	FLAG_EVENTS,
	FLAG_DIE,
	FLAG_FROM,
	FLAG_UNTIL,
	FLAG_STEP,
	FLAG_DIR,
	FLAG_LISTEN,
	FLAG_STATE,
	FLAG_SEED,
	FLAG_ORIGIN,
	FLAG_COUNT,
	FLAG_NUMBER,
	FLAG_PROFILE,
	FLAG_FAULT,
	FLAG_CONTROL,
	FLAG_SLOTS,
	FLAG_IDLE,
	FLAG_TREE,
	FLAG_CERTIFICATE,
	FLAG_HELP,
	FLAG_VERSION,
};

static const struct option long_options[] = {
	{"base", required_argument, NULL, FLAG_BASE},
	{"port", required_argument, NULL, FLAG_PORT},
	{"community", required_argument, NULL, FLAG_COMMUNITY},
	{"seconds", required_argument, NULL, FLAG_SECONDS},
	{"now", required_argument, NULL, FLAG_NOW},
	{"speed", required_argument, NULL, FLAG_SPEED},
	{"events", required_argument, NULL, FLAG_EVENTS},
	{"die-with-parent", no_argument, NULL, FLAG_DIE},
	{"from", required_argument, NULL, FLAG_FROM},
	{"until", required_argument, NULL, FLAG_UNTIL},
	{"step", required_argument, NULL, FLAG_STEP},
	{"dir", required_argument, NULL, FLAG_DIR},
	{"listen", required_argument, NULL, FLAG_LISTEN},
	{"state", required_argument, NULL, FLAG_STATE},
	{"seed", required_argument, NULL, FLAG_SEED},
	{"origin", required_argument, NULL, FLAG_ORIGIN},
	{"count", required_argument, NULL, FLAG_COUNT},
	{"number", required_argument, NULL, FLAG_NUMBER},
	{"profile", required_argument, NULL, FLAG_PROFILE},
	{"fault", required_argument, NULL, FLAG_FAULT},
	{"control", required_argument, NULL, FLAG_CONTROL},
	{"slots", required_argument, NULL, FLAG_SLOTS},
	{"idle", required_argument, NULL, FLAG_IDLE},
	{"tree", required_argument, NULL, FLAG_TREE},
	{"certificate", required_argument, NULL, FLAG_CERTIFICATE},
	{"help", no_argument, NULL, FLAG_HELP},
	{"version", no_argument, NULL, FLAG_VERSION},
	{NULL, 0, NULL, 0},
};

/* Reads a whole number between `low` and `high`. */
static int read_number(const char *name, const char *text, int64_t low, int64_t high, int64_t *out,
                       struct sim_fault *fault)
{
	char *end = NULL;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < low || value > high)
		return sim_fail(fault,
		                "--%s: \"%s\" is not a whole number from %" PRId64 " to %" PRId64,
		                name, text, low, high);
	*out = value;
	return 0;
}

/* Reads the first device's address; all of them must lie on loopback. */
static int read_base(const char *text, uint32_t *base, struct sim_fault *fault)
{
	struct in_addr address;
	if (inet_pton(AF_INET, text, &address) != 1)
		return sim_fail(fault, "--base: \"%s\" is not an IPv4 address", text);
	*base = ntohl(address.s_addr);
	if (*base >> 24 != 127 || (*base + HALL_DEVICES) >> 24 != 127)
		return sim_fail(fault, "--base: %s is not on loopback; write 127.9.0.1", text);
	return 0;
}

/* Adds a word to those of an option that may come more than once. */
static int add_word(const char *name, const char **words, const char *word, struct sim_fault *fault)
{
	int i = 0;
	while (words[i] != NULL)
		i++;
	if (i == BMC_WORDS_MAX - 1)
		return sim_fail(fault, "--%s comes more than %d times", name, BMC_WORDS_MAX - 1);
	words[i] = word;
	return 0;
}

/* Takes one option.  `value` is NULL for a flag. */
static int take_option(struct options *o, enum flag flag, const char *value,
                       struct sim_fault *fault)
{
	const int64_t far_s = INT64_C(4102444800); /* 2100-01-01 */
	switch (flag) {
	case FLAG_BASE:
		return read_base(value, &o->base, fault);
	case FLAG_PORT:
		return read_number("port", value, 0, 65535, &o->port, fault);
	case FLAG_SECONDS:
		return read_number("seconds", value, 0, far_s, &o->seconds, fault);
	case FLAG_NOW:
		return read_number("now", value, 0, far_s * 1000, &o->now_ms, fault);
	case FLAG_SPEED:
		return read_number("speed", value, 0, 100000, &o->speed, fault);
	case FLAG_UNTIL:
		return read_number("until", value, 0, far_s, &o->until_s, fault);
	case FLAG_STEP:
		return read_number("step", value, 1, far_s, &o->step_s, fault);
	case FLAG_SEED:
		return read_number("seed", value, 0, INT64_MAX, &o->seed, fault);
	case FLAG_ORIGIN:
		return read_number("origin", value, 0, far_s, &o->origin_s, fault);
	case FLAG_FROM:
		o->from = value;
		break;
	case FLAG_COMMUNITY:
		o->community = value;
		break;
	case FLAG_EVENTS:
		o->events = value;
		break;
	case FLAG_DIR:
		o->directory = value;
		break;
	case FLAG_LISTEN:
		o->listen = value;
		break;
	case FLAG_STATE:
		o->state = value;
		break;
	case FLAG_COUNT:
		return read_number("count", value, 1, BMC_FARM_MAX, &o->count, fault);
	case FLAG_NUMBER:
		return read_number("number", value, 0, BMC_FARM_MAX - 1, &o->number, fault);
	case FLAG_SLOTS:
		return read_number("slots", value, 1, BMC_SLOTS_MAX, &o->slots, fault);
	case FLAG_IDLE:
		return read_number("idle", value, 1, 86400, &o->idle_s, fault);
	case FLAG_PROFILE:
		return add_word("profile", o->profiles, value, fault);
	case FLAG_FAULT:
		return add_word("fault", o->faults, value, fault);
	case FLAG_CONTROL:
		o->control = value;
		break;
	case FLAG_TREE:
		return add_word("tree", o->trees, value, fault);
	case FLAG_CERTIFICATE:
		o->certificate = value;
		break;
	case FLAG_DIE:
		o->die_with_parent = true;
		break;
	case FLAG_HELP:
	case FLAG_VERSION:
		break;
	}
	return 0;
}

/* Reads all options; those that print and leave do so here. */
static int read_options(int argc, char **argv, struct options *o, struct sim_fault *fault)
{
	for (;;) {
		int found = getopt_long(argc, argv, "", long_options, NULL);
		if (found == -1)
			break;
		if (found == '?')
			return sim_fail(fault, "see hallsim --help");
		if (found == FLAG_HELP || found == FLAG_VERSION) {
			fputs(found == FLAG_HELP ? usage : "hallsim 1\n", stdout);
			exit(EXIT_SUCCESS);
		}
		if (take_option(o, (enum flag)found, optarg, fault) < 0)
			return -1;
	}
	return 0;
}

/* Arranges for SIGTERM when the parent ends, also when it already has. */
static int follow_parent(struct sim_fault *fault)
{
	pid_t parent = getppid();
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		return sim_fail(fault, "prctl: %s", strerror(errno));
	if (parent == 1 || getppid() != parent)
		return sim_fail(fault, "the parent has ended already");
	return 0;
}

/* The hall's first address and its port. */
static uint32_t hall_base(const struct options *o)
{
	return o->base != 0 ? o->base : 0x7f090001; /* 127.9.0.1 */
}

static uint16_t hall_port(const struct options *o)
{
	return o->port < 0 ? 16161 : (uint16_t)o->port;
}

/* hallsim serve. */
static int command_serve(const struct options *o, struct sim_fault *fault)
{
	if (o->events != NULL && strcmp(o->events, "live") != 0)
		return sim_fail(fault, "--events: \"%s\" is unknown; write live", o->events);
	if (o->die_with_parent && follow_parent(fault) < 0)
		return -1;
	struct agent_options options = {
		.base = hall_base(o),
		.port = hall_port(o),
		.community = o->community,
		.seconds = o->seconds,
		.seed = (uint64_t)o->seed,
		.now_ms = o->now_ms,
		.origin_s = o->origin_s,
		.speed = o->speed,
		.live_events = o->events != NULL,
	};
	return agent_run(&options, fault);
}

/* hallsim history. */
static int command_history(const struct options *o, struct sim_fault *fault)
{
	struct history_span span = {
		.until_s = o->until_s,
		.step_s = o->step_s,
		.origin_s = o->origin_s,
		.seed = (uint64_t)o->seed,
	};
	if (o->from == NULL || o->until_s < 0)
		return sim_fail(fault, "history wants --from and --until");
	if (read_number("from", o->from, 0, o->until_s, &span.from_s, fault) < 0)
		return -1;
	return history_write(&span, stdout, fault);
}

/* The first day of the month `months` before that of `at_s`. */
static int64_t months_before_s(int64_t at_s, int months)
{
	struct calendar_date date = calendar_date(at_s);
	int month = date.year * 12 + date.month - 1 - months;
	return calendar_midnight_s(month / 12, month % 12 + 1, 1);
}

/* hallsim config. */
static int command_config(const struct options *o, struct sim_fault *fault)
{
	int64_t now_s = time(NULL);
	struct site_config config = {
		.directory = o->directory,
		.base = hall_base(o),
		.port = hall_port(o),
		.community = o->community,
		.state = o->state,
		.listen = o->listen,
		.now_s = now_s,
		.from_s = months_before_s(now_s, CONTRACT_MONTHS_BACK),
		.until_s = months_before_s(now_s, -12 * CONTRACT_YEARS_AHEAD) - CALENDAR_DAY_S,
	};
	if (o->directory == NULL)
		return sim_fail(fault, "config wants --dir");
	if (o->from != NULL && calendar_parse(o->from, &config.from_s) < 0)
		return sim_fail(fault, "--from: \"%s\" is not a date; write 2025-09-01", o->from);
	return site_config_write(&config, fault);
}

/* What the commands about BMCs take from the command line. */
static struct bmc_serve_options bmc_options(const struct options *o)
{
	struct bmc_serve_options options = {
		.base = o->base != 0 ? o->base : 0x7f1e0000, /* 127.30.0.0 */
		.count = (uint32_t)o->count,
		.port = o->port < 0 ? 623 : (uint16_t)o->port,
		.seed = (uint64_t)o->seed,
		.now_ms = o->now_ms,
		.speed = o->speed,
		.seconds = o->seconds,
		.slots = o->slots,
		.idle_s = o->idle_s,
		.control = o->control,
	};
	memcpy(options.profiles, o->profiles, sizeof(options.profiles));
	memcpy(options.faults, o->faults, sizeof(options.faults));
	return options;
}

/* hallsim bmc. */
static int command_bmc(const struct options *o, struct sim_fault *fault)
{
	struct bmc_serve_options options = bmc_options(o);
	if ((options.base + options.count - 1) >> 24 != 127)
		return sim_fail(fault, "%u BMCs from there on leave the loopback network",
		                (unsigned)options.count);
	if (o->die_with_parent && follow_parent(fault) < 0)
		return -1;
	return bmc_serve(&options, fault);
}

/* hallsim redfish. */
static int command_redfish(const struct options *o, struct sim_fault *fault)
{
	struct redfish_serve_options options = {
		.base = o->base != 0 ? o->base : 0x7f1f0001, /* 127.31.0.1 */
		.count = (uint32_t)o->count,
		.port = o->port < 0 ? 443 : (uint16_t)o->port,
		.seed = (uint64_t)o->seed,
		.now_ms = o->now_ms,
		.speed = o->speed,
		.seconds = o->seconds,
		.slots = o->slots,
		.idle_s = o->idle_s,
		.trees = o->trees,
		.faults = o->faults,
		.profile = o->profiles[0],
		.certificate = o->certificate,
		.control = o->control,
	};
	if ((options.base + options.count - 1) >> 24 != 127)
		return sim_fail(fault, "%u services from there on leave the loopback network",
		                (unsigned)options.count);
	if (o->die_with_parent && follow_parent(fault) < 0)
		return -1;
	return redfish_serve(&options, fault);
}

/* hallsim bmc-table. */
static int command_bmc_table(const struct options *o, struct sim_fault *fault)
{
	struct bmc_serve_options options = bmc_options(o);
	if (o->now_ms < 0)
		return sim_fail(fault, "bmc-table wants --now");
	return bmc_table_write(&options, (uint32_t)o->number, fault);
}

/* hallsim bmc-profiles. */
static int command_bmc_profiles(const struct options *o, struct sim_fault *fault)
{
	(void)o;
	(void)fault;
	bmc_profiles_write();
	return 0;
}

static const struct command {
	const char *name;
	int (*run)(const struct options *o, struct sim_fault *fault);
} commands[] = {
	{"serve", command_serve},
	{"history", command_history},
	{"config", command_config},
	{"bmc", command_bmc},
	{"redfish", command_redfish},
	{"bmc-table", command_bmc_table},
	{"bmc-profiles", command_bmc_profiles},
};

int main(int argc, char **argv)
{
	struct sim_fault fault = {{0}};
	struct options options = {
		.port = -1,
		.count = 16,
		.speed = 1,
		.step_s = 300,
		.now_ms = -1,
		.until_s = -1,
		.origin_s = COURSE_ORIGIN_S,
		.seed = 1,
		.community = "public",
		.listen = "127.0.0.1:9890",
	};
	if (read_options(argc, argv, &options, &fault) < 0 || optind + 1 != argc) {
		fprintf(stderr, "hallsim: %s\n",
		        fault.text[0] == '\0' ? "which command? see hallsim --help" : fault.text);
		return EXIT_MISUSE;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, argv[optind]) != 0)
			continue;
		if (commands[i].run(&options, &fault) == 0)
			return EXIT_SUCCESS;
		fprintf(stderr, "hallsim: %s\n", fault.text);
		return EXIT_FAILURE;
	}
	fprintf(stderr, "hallsim: %s is not a command; see hallsim --help\n", argv[optind]);
	return EXIT_MISUSE;
}
