/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd_check.c - `hallwatt check`: every mistake in the files, and where it stands; or the JSON Schema of the files. */
#include "cmd.h"
#include "contract.h"
#include "generation.h"
#include "package.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA_MAX (1u << 20)
#define REPORT_MAX (4u << 20)
#define SECRET_ROOM 4096

struct check { /* what the arguments say */
	const char *file;
	const char *schema; /* "main", "contract" or the name of a register; NULL: check the file */
	bool json;
	bool help;
};

static const char help[] =
	"Usage: hallwatt check -c FILE\n"
	"       hallwatt check --schema[=contract]\n\n"
	"Reads the configuration with all that belongs to it (included files, contracts with their packages and\n"
	"registers, books, profiles) and tells every mistake\n"
	"as file:line:column: what is wrong, and what would be right; and which of two sources of one meter counts.\n\n"
	"  -c, --config.file FILE  the main file\n"
	"      --schema[=WHICH]    print the JSON Schema instead: of the main file (main), a contract (contract), a requirement\n"
	"                          package (package), a ruleset (rulesets), or a row of a contract's register (assets,\n"
	"                          documents, activities, factories, counters, locations) or of readings, certificates, factors,\n"
	"                          benchmarks or supplier_figures\n"
	"      --format FORMAT     text, or json\n"
	"  -h, --help              this text\n"
	"      --version           the version\n\n"
	"Exit status: 0 no mistake, 2 mistakes or misuse.\n";

static int misuse(const char *what, const char *word)
{
	fprintf(stderr, "hallwatt check: %s%s%s\nhallwatt check --help tells more.\n", what, word != NULL ? " " : "",
		word != NULL ? word : "");
	return CMD_MISUSE;
}

/* The register of that name; BOOKS_KINDS: there is none. */
static enum books_kind book_named(const char *name)
{
	int kind = 0;
	while (kind < BOOKS_KINDS && strcmp(books_name((enum books_kind)kind), name) != 0)
		kind++;
	return (enum books_kind)kind;
}

/* The schema of a package, or of a row of a contract's register; NULL: neither. */
static const struct hwatt_schema *own_schema(const char *name)
{
	return strcmp(name, "package") == 0 ? &package_schema : registers_row_schema(name);
}

static int parse(int argc, char **argv, struct check *check)
{
	static const struct option options[] = {
		{ "config.file", required_argument, NULL, 'c' }, { "schema", optional_argument, NULL, 's' },
		{ "format", required_argument, NULL, 'f' },      { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },           { NULL, 0, NULL, 0 },
	};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (option) {
		case 'c': check->file = optarg; break;
		case 's': check->schema = optarg != NULL ? optarg : "main"; break;
		case 'f':
			check->json = strcmp(optarg, "json") == 0;
			if (!check->json && strcmp(optarg, "text") != 0)
				return misuse("--format is text or json, not", optarg);
			break;
		case 'h':
			fputs(help, stdout);
			check->help = true;
			return CMD_DONE;
		case 'v':
			printf("hallwatt %s\n", HALLWATT_VERSION);
			check->help = true;
			return CMD_DONE;
		default: return misuse("see the message above", NULL);
		}
	}
	if (optind < argc)
		return misuse("takes no argument like", argv[optind]);
	if (check->schema == NULL && check->file == NULL)
		return misuse("say which file: -c FILE", NULL);
	if (check->schema != NULL && strcmp(check->schema, "main") != 0 && strcmp(check->schema, "contract") != 0 &&
	    book_named(check->schema) == BOOKS_KINDS && own_schema(check->schema) == NULL)
		return misuse("--schema is main, contract, package or the name of a register, not", check->schema);
	return CMD_DONE;
}

/* Writes all of `text` to standard output. */
static int put(struct hwatt_text *text)
{
	bool good = hwatt_text_ok(text) && fwrite(hwatt_text_string(text), 1, text->length, stdout) == text->length &&
		    fflush(stdout) == 0;
	hwatt_text_free(text);
	if (!good)
		fprintf(stderr, "hallwatt check: cannot write the answer\n");
	return good ? CMD_DONE : CMD_NO;
}

static int print_schema(const char *which)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_text text;
	hwatt_text_init(&text, SCHEMA_MAX);
	enum books_kind book = book_named(which);
	char id[64];
	snprintf(id, sizeof(id), "urn:hallwatt:schema:%s:1", which);
	if (book != BOOKS_KINDS)
		schema_print(books_schema(book), id, &text);
	else if (own_schema(which) != NULL)
		schema_print(own_schema(which), id, &text);
	else if (strcmp(which, "contract") == 0)
		schema_print(contract_schema(arena), "urn:hallwatt:schema:contract:1", &text);
	else
		schema_print(config_schema(arena), "urn:hallwatt:schema:config:1", &text);
	hwatt_arena_free(arena);
	return put(&text);
}

static void put_counts_json(const struct config *c, struct hwatt_text *out)
{
	hwatt_text_printf(out, ",\"sites\":%zu,\"racks\":%zu,\"devices\":%zu,\"contracts\":%zu,\"hash\":\"%s\"", c->site_count,
			  c->rack_count, c->device_count, c->contract_count, c->hash);
}

static void put_mistake_json(const struct hwatt_mistake *m, size_t number, struct hwatt_text *out)
{
	hwatt_text_puts(out, number > 0 ? ",\n{\"file\":" : "\n{\"file\":");
	hwatt_text_json(out, m->mark.file);
	hwatt_text_printf(out, ",\"line\":%u,\"column\":%u,\"text\":", m->mark.line, m->mark.column);
	hwatt_text_json(out, m->text);
	hwatt_text_putc(out, '}');
}

static void put_json(const struct check *check, const struct config *config, const struct hwatt_report *report,
		     const struct hwatt_report *secrets, struct hwatt_text *out)
{
	hwatt_text_puts(out, "{\"schema\":1,\"file\":");
	hwatt_text_json(out, check->file);
	if (config != NULL)
		put_counts_json(config, out);
	hwatt_text_puts(out, ",\"mistakes\":[");
	for (size_t i = 0; i < report->count; i++)
		put_mistake_json(&report->mistakes[i], i, out);
	hwatt_text_puts(out, "],\"notes\":[");
	size_t notes = config != NULL ? config->notes.count : 0;
	for (size_t i = 0; i < notes; i++)
		put_mistake_json(&config->notes.mistakes[i], i, out);
	for (size_t i = 0; i < secrets->count; i++)
		put_mistake_json(&secrets->mistakes[i], notes + i, out);
	hwatt_text_puts(out, "]}\n");
}

/* Tells secrets in files that cannot be read as they stand: no mistake, as they may be kept elsewhere than the configuration is checked. */
static void note_secrets(const struct config *config, struct hwatt_report *notes)
{
	char secret[SECRET_ROOM];
	for (size_t i = 0; config != NULL && i < config->credentials_count; i++) {
		const struct config_credentials *c = &config->credentials[i];
		for (size_t j = 0; j < c->collector->settings.count; j++) {
			const struct hwatt_option *option = &c->collector->settings.options[j];
			struct hwatt_error err;
			if (option->type != HWATT_SECRET)
				continue;
			const struct hwatt_secret *where = (const struct hwatt_secret *)((const char *)c->settings + option->offset);
			if (where->kind == HWATT_SECRET_FILE && hwatt_secret_read(where, secret, sizeof(secret), &err) < 0)
				hwatt_report_add(notes, &where->mark, "%s of \"%s\": %s", option->name, c->name, err.text);
		}
	}
	explicit_bzero(secret, sizeof(secret));
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void put_human(const struct check *check, const struct config *config, const struct hwatt_report *report,
		      const struct hwatt_report *secrets, struct hwatt_text *out)
{
	size_t mistakes = report_total(report);
	report_print(report, out);
	if (config != NULL)
		report_print(&config->notes, out); /* what should be known, and is no mistake */
	report_print(secrets, out);
	if (mistakes > 0)
		hwatt_text_printf(out, "%s: %zu mistake%s\n", check->file, mistakes, plural(mistakes));
	else
		hwatt_text_printf(out, "%s: no mistakes; %zu site%s, %zu device%s, %zu contract%s\n", check->file, config->site_count,
				  plural(config->site_count), config->device_count, plural(config->device_count),
				  config->contract_count, plural(config->contract_count));
}

/* Reads all that a daemon would read. */
static int check_files(const struct check *check)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena }, secrets = { .arena = arena };
	struct hwatt_text text;
	struct generation *generation = generation_load(check->file, &report);
	const struct config *config = generation != NULL ? generation->config : NULL;
	hwatt_text_init(&text, REPORT_MAX);
	note_secrets(config, &secrets);
	if (check->json)
		put_json(check, config, &report, &secrets, &text);
	else
		put_human(check, config, &report, &secrets, &text);
	bool good = report_total(&report) == 0;
	generation_release(generation);
	hwatt_arena_free(arena);
	int code = put(&text);
	return good ? code : CMD_MISUSE;
}

int cmd_check(int argc, char **argv)
{
	struct check check = {0};
	int code = parse(argc, argv, &check);
	if (code != CMD_DONE || check.help)
		return code;
	return check.schema != NULL ? print_schema(check.schema) : check_files(&check);
}
