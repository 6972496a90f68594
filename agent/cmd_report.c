/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd_report.c - `hallwatt report`: what to bring to the follow-up meeting of a contract; or the yearly report of a data centre. */
#include "cmd.h"
#include "eu_report.h"
#include "followup.h"
#include "generation.h"
#include "report_out.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct report { /* what the arguments say */
	const char *config_file, *contract, *period, *site, *ruleset;
	int year;
	bool eu;
	struct report_out out;
};

static const char help[] =
	"Usage: hallwatt report -c FILE --contract ID --period PERIOD [--ruleset ID] [OPTION...]\n"
	"       hallwatt report -c FILE --eu-2024-1364 --year YEAR --site ID [--ruleset ID] [OPTION...]\n\n"
	"Writes the follow-up report of a contract: each requirement with its verdict, the figures behind it, what to raise in the\n"
	"meeting, what hardware was exchanged and which documents expire. Or the yearly report of a data centre under Delegated\n"
	"Regulation (EU) 2024/1364. It reads what the daemon has stored, and may run beside it.\n\n"
	"  -c, --config.file FILE  the configuration, which says where the state is\n"
	"      --contract ID       of which contract\n"
	"      --period PERIOD     2026, 2026-Q3, 2026-10 or 2026-01-01..2026-06-30\n"
	"      --eu-2024-1364      the yearly report of a data centre\n"
	"      --year YEAR         of which calendar year\n"
	"      --site ID           of which data centre\n"
	"      --ruleset ID        by these rules instead of the site's, such as EED-2026\n"
	REPORT_OUT_HELP
	"  -h, --help              this text\n"
	"      --version           the version\n\n"
	"Exit status: 0 done, 1 there is no such report or it cannot be written, 2 mistakes in the configuration, or misuse.\n";

enum { OPT_CONTRACT = 256, OPT_PERIOD, OPT_EU, OPT_YEAR, OPT_SITE, OPT_RULESET, OPT_VERSION };

static int parse_year(const char *word, int *year)
{
	char *end;
	long value = strtol(word, &end, 10);
	*year = (int)value;
	return *end == '\0' && strlen(word) == 4 && value >= 1970 ? 0 : -1;
}

/* CMD_DONE to go on, -1 when all is said. */
static int parse(int argc, char **argv, struct report *r)
{
	static const struct option options[] = {
		{ "config.file", required_argument, NULL, 'c' },    { "contract", required_argument, NULL, OPT_CONTRACT },
		{ "period", required_argument, NULL, OPT_PERIOD },  { "eu-2024-1364", no_argument, NULL, OPT_EU },
		{ "year", required_argument, NULL, OPT_YEAR },      { "site", required_argument, NULL, OPT_SITE },
		{ "ruleset", required_argument, NULL, OPT_RULESET }, { "format", required_argument, NULL, 'f' },
		{ "lang", required_argument, NULL, 'l' },           { "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },                 { "version", no_argument, NULL, OPT_VERSION },
		{ NULL, 0, NULL, 0 },
	};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "c:o:h", options, NULL)) != -1) {
		switch (option) {
		case 'c': r->config_file = optarg; break;
		case OPT_CONTRACT: r->contract = optarg; break;
		case OPT_PERIOD: r->period = optarg; break;
		case OPT_EU: r->eu = true; break;
		case OPT_SITE: r->site = optarg; break;
		case OPT_RULESET: r->ruleset = optarg; break;
		case OPT_YEAR:
			if (parse_year(optarg, &r->year) < 0)
				return cmd_misuse(argv[0], "--year is a calendar year such as 2026, not", optarg);
			break;
		case 'h': fputs(help, stdout); return -1;
		case OPT_VERSION: printf("hallwatt %s\n", HALLWATT_VERSION); return -1;
		case '?': return CMD_MISUSE;
		default:
			if (report_out_option(&r->out, argv[0], option, optarg) < 0)
				return CMD_MISUSE;
		}
	}
	if (optind < argc)
		return cmd_misuse(argv[0], "takes no argument like", argv[optind]);
	if (r->config_file == NULL)
		return cmd_misuse(argv[0], "say which configuration: -c FILE", NULL);
	if (r->eu && (r->contract != NULL || r->period != NULL))
		return cmd_misuse(argv[0], "--eu-2024-1364 is of a site and a year, not of a contract and a period", NULL);
	if (r->eu && (r->year == 0 || r->site == NULL))
		return cmd_misuse(argv[0], "say which year and site: --year YEAR --site ID", NULL);
	if (!r->eu && (r->year != 0 || r->site != NULL))
		return cmd_misuse(argv[0], "--year and --site go with --eu-2024-1364", NULL);
	if (!r->eu && (r->contract == NULL || r->period == NULL))
		return cmd_misuse(argv[0], "say which contract and period: --contract ID --period 2026-Q3", NULL);
	return CMD_DONE;
}

static int write_eu(const struct report *r, const struct generation *generation, struct store *store, struct hwatt_log *log,
		    struct hwatt_error *err)
{
	struct eu_report *report;
	const struct eu_report_ask ask = { .site = r->site, .year = r->year, .ruleset = r->ruleset, .now_s = time(NULL),
					   .version = HALLWATT_VERSION };
	if (eu_report_make(generation->inventory, store, log, &ask, &report, err) < 0)
		return -1;
	struct hwatt_view view = { .eu_report = eu_report_view(report) };
	int result = report_out_write(&r->out, &view, err);
	eu_report_free(report);
	return result;
}

static int write_followup(const struct report *r, const struct generation *generation, struct store *store, struct hwatt_error *err)
{
	const struct hwatt_followup *followup;
	const struct followup_ask ask = { .contract = r->contract, .period = r->period, .ruleset = r->ruleset, .now_s = time(NULL) };
	if (followup_make(generation->inventory, store, &ask, &followup, err) < 0)
		return -1;
	struct hwatt_view view = { .followup = followup };
	int result = report_out_write(&r->out, &view, err);
	followup_free(followup);
	return result;
}

int cmd_report(int argc, char **argv)
{
	struct report r = { .out = report_out_default() };
	struct hwatt_report mistakes = { .arena = hwatt_arena_new() };
	struct hwatt_error err = {0};
	struct store *store = NULL;
	int code = parse(argc, argv, &r);
	if (code != CMD_DONE) {
		hwatt_arena_free(mistakes.arena);
		return code < 0 ? CMD_DONE : code;
	}
	struct generation *generation = generation_load(r.config_file, &mistakes);
	if (generation == NULL) {
		code = cmd_mistakes(&mistakes);
		hwatt_arena_free(mistakes.arena);
		return code;
	}
	struct hwatt_log *log = hwatt_log_new(HWATT_WARN, HWATT_LOGFMT);
	int result = store_open_reader(generation->config->state, &store, &err);
	if (result == 0)
		result = r.eu ? write_eu(&r, generation, store, log, &err) : write_followup(&r, generation, store, &err);
	if (result < 0)
		fprintf(stderr, "hallwatt report: %s\n", err.text);
	store_close(store);
	hwatt_log_free(log);
	generation_release(generation);
	hwatt_arena_free(mistakes.arena);
	return result < 0 ? CMD_NO : CMD_DONE;
}
