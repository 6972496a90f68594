/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* main.c - picks the subcommand. */
#include "cmd.h"
#include "nearest.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *does;
} commands[] = {
	{ "run", cmd_run, "the daemon: poll, meter, judge, serve" },
	{ "check", cmd_check, "validate configuration and contracts; print the JSON Schema" },
	{ "probe", cmd_probe, "poll one device once and print its readings" },
	{ "discover", cmd_discover, "find devices in address ranges, write a device file" },
	{ "record", cmd_record, "write down what a device says, for a profile and its test" },
	{ "report", cmd_report, "the follow-up report of a contract, or the yearly one of a data centre" },
	{ "followup", cmd_followup, "lay the reports of many contracts side by side" },
	{ "demo", cmd_demo, "a simulated data hall on loopback, and the daemon on it" },
	{ NULL, NULL, NULL },
};

static void usage(FILE *out)
{
	fprintf(out, "hallwatt: what a data hall really uses, held against what the contract promised\n\n"
		     "Usage: hallwatt COMMAND [OPTION...]\n\nCommands:\n");
	for (size_t i = 0; commands[i].name != NULL; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].does);
	fprintf(out, "\nhallwatt COMMAND --help tells more; hallwatt --version the version.\n");
}

static int version(void)
{
	printf("hallwatt %s\n", HALLWATT_VERSION);
	return CMD_DONE;
}

/* What Net-SNMP would read files by. It is taken away here, before there are threads that may look into the environment. */
static void clear_environment(void)
{
	static const char *const hidden[] = { "MIBS", "MIBDIRS", "MIBFILES", "SNMPCONFPATH", "SNMP_PERSISTENT_DIR", "SNMP_PERSISTENT_FILE" };
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		unsetenv(hidden[i]);
}

static int misuse(const char *name)
{
	if (name[0] != '\0') {
		struct hwatt_arena *arena = hwatt_arena_new();
		struct nearest near = { .wanted = name };
		for (size_t i = 0; commands[i].name != NULL; i++)
			nearest_offer(&near, commands[i].name);
		fprintf(stderr, "hallwatt: there is no command \"%s\"%s\n", name, nearest_hint(&near, arena));
		hwatt_arena_free(arena);
	}
	usage(stderr);
	return CMD_MISUSE;
}

int main(int argc, char **argv)
{
	clear_environment();
	const char *name = argc > 1 ? argv[1] : "";
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		usage(stdout);
		return CMD_DONE;
	}
	if (strcmp(name, "--version") == 0)
		return version();
	for (size_t i = 0; commands[i].name != NULL; i++)
		if (strcmp(commands[i].name, name) == 0)
			return argc == 3 && strcmp(argv[2], "--version") == 0 ? version() :
										commands[i].run(argc - 1, argv + 1);
	return misuse(name);
}
