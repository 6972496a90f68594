/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd_followup.c - `hallwatt followup`: the reports of many contracts side by side, and what to change in the requirements. */
#include "cmd.h"
#include "report_out.h"
#include <getopt.h>
#include <hallwatt/joint.h>
#include <stdio.h>

static const char help[] =
	"Usage: hallwatt followup [OPTION...] REPORT.json...\n\n"
	"Lays the follow-up reports of many contracts and suppliers side by side: which requirement is met where, which cannot\n"
	"be judged, and what to change in the requirement packages. The reports are those\n"
	"that hallwatt report writes as JSON. They hold verdicts by the rules of their sites, so there is no --ruleset here: for other\n"
	"rules, make the reports anew.\n\n"
	REPORT_OUT_HELP
	"  -h, --help              this text\n"
	"      --version           the version\n\n"
	"Exit status: 0 done, 1 the answer cannot be written, 2 a report cannot be read, or misuse.\n";

int cmd_followup(int argc, char **argv)
{
	static const struct option options[] = {
		{ "format", required_argument, NULL, 'f' }, { "lang", required_argument, NULL, 'l' },
		{ "output", required_argument, NULL, 'o' }, { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },      { NULL, 0, NULL, 0 },
	};
	struct report_out out = report_out_default();
	struct hwatt_joint joint;
	struct hwatt_error err = {0};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		switch (option) {
		case 'h': fputs(help, stdout); return CMD_DONE;
		case 'v': printf("hallwatt %s\n", HALLWATT_VERSION); return CMD_DONE;
		case '?': return CMD_MISUSE;
		default:
			if (report_out_option(&out, argv[0], option, optarg) < 0)
				return CMD_MISUSE;
		}
	}
	if (optind == argc)
		return cmd_misuse(argv[0], "say which reports (made by hallwatt report --format json)", NULL);
	if (hwatt_joint_read((const char *const *)argv + optind, (size_t)(argc - optind), &joint, &err) < 0) {
		fprintf(stderr, "hallwatt followup: %s\n", err.text);
		return CMD_MISUSE;
	}
	struct hwatt_view view = { .joint = &joint };
	int result = report_out_write(&out, &view, &err);
	hwatt_joint_free(&joint);
	if (result < 0)
		fprintf(stderr, "hallwatt followup: %s\n", err.text);
	return result < 0 ? CMD_NO : CMD_DONE;
}
