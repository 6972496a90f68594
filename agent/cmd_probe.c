/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd_probe.c - polls one device once and says what it gave: the same code as the daemon, with a scheduler of one. */
#include "cmd.h"
#include "generation.h"
#include "prompt.h"
#include "target.h"
#include <getopt.h>
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define OUTPUT_MAX (64u << 20)
#define DEFAULT_TIMEOUT_MS 20000
#define TYPED_MAX 256

static const char help[] =
	"Usage: hallwatt probe ADDRESS [OPTION...]\n"
	"\n"
	"Polls one device once, says which profile was chosen and why, and prints its readings.\n"
	"ADDRESS is a protocol and a host: snmp://192.0.2.7, snmp://[2001:db8::7]:1161\n"
	"\n"
	"  -c, --config.file FILE   take credentials from this configuration\n"
	"      --credentials NAME   which of them\n"
	"      --community TEXT     SNMP v1 and v2c: the community (it is no secret), default \"public\"\n"
	"      --version-1          SNMP v1 instead of v2c\n"
	"      --user NAME          SNMP v3: the user; Redfish: the account\n"
	"      --password-file FILE Redfish: the file with its password; - asks for it\n"
	"      --ca FILE            Redfish: certificates that sign the BMC's; without it the key that it shows is taken\n"
	"      --auth NAME          its digest: md5, sha, sha224, sha256, sha384, sha512\n"
	"      --auth-file FILE     the file with its pass phrase; - asks for it\n"
	"      --priv NAME          its cipher: des, aes128, aes192, aes256, aes192c, aes256c\n"
	"      --priv-file FILE     the file with that pass phrase; - asks for it\n"
	"      --context NAME       the context, where the device has several\n"
	"      --profile NAME       use this profile instead of the best match\n"
	"      --profiles DIR       look for further profiles here\n"
	"      --timeout SECONDS    give up after this long (20)\n"
	"      --format text|json   what to print; json has a stable schema\n"
	"      --log.level LEVEL    debug, info, warn (default), error\n"
	"  -h, --help               this text\n"
	"\n"
	"Exit status: 0 readings came, 1 the device did not answer or nothing fits it, 2 misuse.\n";

struct probe { /* the arguments, then the run */
	const char *address, *config_file, *credentials, *community, *profile, *profiles;
	const char *user, *auth, *auth_file, *priv, *priv_file, *context; /* SNMPv3; NULL: not said */
	const char *password_file, *ca; /* Redfish, with `user` */
	bool version_1, json;
	int64_t timeout_ms;
	enum hwatt_level level;
	struct hwatt_device device;
	const struct hwatt_collector *collector;
	void *settings;
	struct hwatt_arena *arena;
	struct generation *generation;     /* with -c */
	const struct hwatt_profile_set *profile_set;
	struct hwatt_log *log;
	uv_loop_t loop;
	void *engine;
	struct hwatt_target *target;
	uv_timer_t deadline;
	uint64_t began_ns, ended_ns;
	bool failed;
	struct hwatt_error error;
	struct hwatt_text out;
};

enum { OPT_CREDENTIALS = 256, OPT_COMMUNITY, OPT_VERSION_1, OPT_PROFILE, OPT_PROFILES, OPT_TIMEOUT, OPT_FORMAT,
       OPT_LEVEL, OPT_USER, OPT_AUTH, OPT_AUTH_FILE, OPT_PRIV, OPT_PRIV_FILE, OPT_CONTEXT,
       OPT_PASSWORD_FILE, OPT_CA };

static const struct option options[] = {
	{ "config.file", required_argument, NULL, 'c' },
	{ "credentials", required_argument, NULL, OPT_CREDENTIALS },
	{ "community", required_argument, NULL, OPT_COMMUNITY },
	{ "version-1", no_argument, NULL, OPT_VERSION_1 },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "profiles", required_argument, NULL, OPT_PROFILES },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "log.level", required_argument, NULL, OPT_LEVEL },
	{ "user", required_argument, NULL, OPT_USER },
	{ "auth", required_argument, NULL, OPT_AUTH },
	{ "auth-file", required_argument, NULL, OPT_AUTH_FILE },
	{ "priv", required_argument, NULL, OPT_PRIV },
	{ "priv-file", required_argument, NULL, OPT_PRIV_FILE },
	{ "context", required_argument, NULL, OPT_CONTEXT },
	{ "password-file", required_argument, NULL, OPT_PASSWORD_FILE },
	{ "ca", required_argument, NULL, OPT_CA },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int misuse(const char *what, const char *value)
{
	return cmd_misuse("probe", what, value);
}

static int parse_timeout(struct probe *p, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);
	if (*end != '\0' || !(seconds >= 0.1 && seconds <= 600))
		return misuse("--timeout takes 0.1 to 600 seconds, not", text);
	p->timeout_ms = (int64_t)(seconds * 1000);
	return CMD_DONE;
}

static int parse_option(struct probe *p, int option)
{
	switch (option) {
	case 'c': p->config_file = optarg; return CMD_DONE;
	case OPT_CREDENTIALS: p->credentials = optarg; return CMD_DONE;
	case OPT_COMMUNITY: p->community = optarg; return CMD_DONE;
	case OPT_USER: p->user = optarg; return CMD_DONE;
	case OPT_AUTH: p->auth = optarg; return CMD_DONE;
	case OPT_AUTH_FILE: p->auth_file = optarg; return CMD_DONE;
	case OPT_PRIV: p->priv = optarg; return CMD_DONE;
	case OPT_PRIV_FILE: p->priv_file = optarg; return CMD_DONE;
	case OPT_CONTEXT: p->context = optarg; return CMD_DONE;
	case OPT_PASSWORD_FILE: p->password_file = optarg; return CMD_DONE;
	case OPT_CA: p->ca = optarg; return CMD_DONE;
	case OPT_VERSION_1: p->version_1 = true; return CMD_DONE;
	case OPT_PROFILE: p->profile = optarg; return CMD_DONE;
	case OPT_PROFILES: p->profiles = optarg; return CMD_DONE;
	case OPT_TIMEOUT: return parse_timeout(p, optarg);
	case OPT_LEVEL: return cmd_log_level(optarg, &p->level) < 0 ? misuse("no such log level:", optarg) : CMD_DONE;
	case OPT_FORMAT:
		p->json = strcmp(optarg, "json") == 0;
		return p->json || strcmp(optarg, "text") == 0 ? CMD_DONE : misuse("no such format:", optarg);
	default: return misuse("see the options", NULL);
	}
}

static int parse_arguments(struct probe *p, int argc, char **argv)
{
	int option;
	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return -1;
		}
		int code = parse_option(p, option);
		if (code != CMD_DONE)
			return code;
	}
	if (optind + 1 != argc)
		return misuse(optind == argc ? "which address?" : "one address at a time", NULL);
	if (p->credentials != NULL && p->config_file == NULL)
		return misuse("--credentials needs --config.file", NULL);
	if (p->user == NULL && (p->auth != NULL || p->auth_file != NULL || p->priv != NULL || p->priv_file != NULL ||
				p->context != NULL))
		return misuse("--auth, --priv and --context need --user", NULL);
	if ((p->auth == NULL) != (p->auth_file == NULL))
		return misuse("--auth and --auth-file need each other; --auth-file - asks for the pass phrase", NULL);
	if ((p->priv == NULL) != (p->priv_file == NULL))
		return misuse("--priv and --priv-file need each other; --priv-file - asks for the pass phrase", NULL);
	if (p->priv != NULL && p->auth == NULL)
		return misuse("--priv needs --auth: SNMPv3 does not encrypt what it does not sign", NULL);
	if (p->user != NULL && (p->version_1 || p->credentials != NULL))
		return misuse("--user is for SNMPv3, in place of --version-1 or --credentials", NULL);
	p->address = argv[optind];
	return CMD_DONE;
}

static int parse_address(struct probe *p)
{
	struct hwatt_error err = {0};
	if (config_address(p->address, p->arena, &p->device.scheme, &p->device.host, &p->device.port, &err) < 0)
		return misuse(err.text, NULL);
	p->collector = generation_collector(p->device.scheme);
	if (p->collector == NULL)
		return misuse("no collector speaks", p->device.scheme);
	p->device.id = p->address;
	p->device.site = p->device.room = p->device.rack = p->device.credentials = "";
	p->device.profile = p->profile != NULL ? p->profile : "";
	p->device.interval_ms = p->device.timeout_ms = p->timeout_ms;
	return CMD_DONE;
}

/* Takes the credentials of the configuration by name. */
static int configured_settings(struct probe *p)
{
	const struct config *config = p->generation->config;
	for (size_t i = 0; i < config->credentials_count && p->credentials != NULL; i++) {
		struct config_credentials *c = &config->credentials[i];
		if (strcmp(c->name, p->credentials) != 0)
			continue;
		if (c->collector != p->collector)
			return misuse("these credentials are for another protocol:", p->credentials);
		p->settings = c->settings;
		return CMD_DONE;
	}
	return p->credentials != NULL ? misuse("the configuration has no credentials called", p->credentials) : CMD_DONE;
}

/* A secret typed at the terminal, in a file that only this process has: its path, NULL after a mistake. */
static const char *typed_secret(struct probe *p, const char *question)
{
	char secret[TYPED_MAX];
	struct hwatt_error err;
	if (prompt_secret(question, secret, sizeof(secret), &err) < 0) {
		misuse(err.text, NULL);
		return NULL;
	}
	int fd = memfd_create("hallwatt-secret", MFD_CLOEXEC); /* stays open until the end */
	size_t length = strlen(secret);
	bool written = fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, secret, length) == (ssize_t)length;
	explicit_bzero(secret, sizeof(secret));
	if (!written) {
		misuse("the pass phrase cannot be kept", NULL);
		return NULL;
	}
	return hwatt_arena_printf(p->arena, "/proc/self/fd/%d", fd);
}

static const char *full_path(struct probe *p, const char *file)
{
	char folder[PATH_MAX];
	return file[0] != '/' && getcwd(folder, sizeof(folder)) != NULL ? hwatt_arena_printf(p->arena, "%s/%s", folder, file) : file;
}

/* Writes `key: word, key_secret: {file: path}`. */
static int put_secret(struct probe *p, struct hwatt_text *text, const char *key, const char *word, const char *file)
{
	if (word == NULL)
		return 0;
	const char *path;
	if (strcmp(file, "-") == 0)
		path = typed_secret(p, key[0] == 'a' ? "Pass phrase of --auth" : "Pass phrase of --priv");
	else
		path = full_path(p, file);
	if (path == NULL)
		return -1;
	hwatt_text_printf(text, ", %s: ", key);
	hwatt_text_json(text, word);
	hwatt_text_printf(text, ", %s_secret: {file: ", key);
	hwatt_text_json(text, path);
	hwatt_text_puts(text, "}");
	return 0;
}

static int put_user(struct probe *p, struct hwatt_text *text)
{
	hwatt_text_puts(text, "version: \"3\", user: ");
	hwatt_text_json(text, p->user);
	if (p->context != NULL) {
		hwatt_text_puts(text, ", context: ");
		hwatt_text_json(text, p->context);
	}
	if (put_secret(p, text, "auth", p->auth, p->auth_file) < 0)
		return -1;
	return put_secret(p, text, "priv", p->priv, p->priv_file);
}

/* An account with a password, and whom to trust. */
static int put_account(struct probe *p, struct hwatt_text *text)
{
	const char *comma = "";
	if (p->user != NULL) {
		const char *path = strcmp(p->password_file, "-") == 0 ? typed_secret(p, "Password") : full_path(p, p->password_file);
		if (path == NULL)
			return -1;
		hwatt_text_puts(text, "user: ");
		hwatt_text_json(text, p->user);
		hwatt_text_puts(text, ", password: {file: ");
		hwatt_text_json(text, path);
		hwatt_text_puts(text, "}");
		comma = ", ";
	}
	if (p->ca != NULL) {
		hwatt_text_printf(text, "%sca: ", comma);
		hwatt_text_json(text, strcmp(p->ca, "system") == 0 ? p->ca : full_path(p, p->ca));
	}
	return 0;
}

/* Reads the options as the collector's table would read a configuration that says the same. */
static int quick_settings(struct probe *p, struct hwatt_report *report)
{
	struct hwatt_text text;
	hwatt_text_init(&text, 4096);
	hwatt_text_puts(&text, "{");
	int rc = 0;
	if (strcmp(p->collector->name, "redfish") == 0) {
		rc = (p->user == NULL) != (p->password_file == NULL) ? -1 : put_account(p, &text);
		if ((p->user == NULL) != (p->password_file == NULL))
			misuse("--user and --password-file need each other; --password-file - asks for the password", NULL);
	} else if (strcmp(p->collector->name, "snmp") != 0) {
		rc = p->user != NULL ? -1 : 0;
		if (rc < 0)
			misuse("--user is for snmp, not for", p->collector->name);
	} else if (p->user != NULL) {
		rc = put_user(p, &text);
	} else {
		hwatt_text_printf(&text, "version: %s, community: ", p->version_1 ? "\"1\"" : "\"2c\"");
		hwatt_text_json(&text, p->community);
	}
	hwatt_text_puts(&text, "}");
	if (rc < 0) {
		hwatt_text_free(&text);
		return CMD_MISUSE;
	}
	const struct hwatt_node *node =
		document_parse("(options)", hwatt_text_string(&text), text.length, p->arena, report);
	hwatt_text_free(&text);
	p->settings = hwatt_arena_alloc(p->arena, p->collector->settings.size);
	if (node == NULL ||
	    hwatt_option_read(&p->collector->settings, node, p->settings, p->arena, report) < 0)
		return cmd_mistakes(report);
	return CMD_DONE;
}

static int load_profiles(struct probe *p, struct hwatt_report *report)
{
	struct hwatt_list more = { .items = &p->profiles, .count = p->profiles != NULL ? 1 : 0 };
	struct profile_catalog catalog;
	if (p->generation != NULL && p->profiles == NULL) {
		p->profile_set = generation_profiles(p->generation, p->collector);
		return CMD_DONE;
	}
	if (generation_load_profiles(&more, &catalog, p->arena, report) < 0)
		return cmd_mistakes(report);
	p->profile_set = profile_set(&catalog, hallwatt_collectors, p->collector);
	return CMD_DONE;
}

static int prepare(struct probe *p)
{
	struct hwatt_report report = { .arena = p->arena };
	int code = parse_address(p);
	if (code != CMD_DONE)
		return code;
	if (p->config_file != NULL) {
		p->generation = generation_load(p->config_file, &report);
		if (p->generation == NULL)
			return cmd_mistakes(&report);
		code = configured_settings(p);
	}
	if (code == CMD_DONE && p->settings == NULL)
		code = quick_settings(p, &report);
	if (code == CMD_DONE)
		code = load_profiles(p, &report);
	return code;
}

static void on_closed(void *arg, struct hwatt_target *t)
{
	struct probe *p = arg;
	(void)t;
	if (p->collector->stop != NULL)
		p->collector->stop(p->engine);
}

static void put_json(struct probe *p);
static void put_text(struct probe *p);

static void on_done(void *arg, struct hwatt_target *t, const struct hwatt_error *err)
{
	struct probe *p = arg;
	p->ended_ns = uv_hrtime();
	p->failed = err != NULL;
	if (err != NULL)
		p->error = *err;
	if (!uv_is_closing((uv_handle_t *)&p->deadline))
		uv_close((uv_handle_t *)&p->deadline, NULL);
	if (p->json)
		put_json(p);
	else
		put_text(p);
	target_close(t);
}

static void on_deadline(uv_timer_t *timer)
{
	struct probe *p = timer->data;
	target_expire(p->target);
}

static int run_probe(struct probe *p)
{
	if (p->collector->start != NULL &&
	    p->collector->start(&p->loop, p->log, &p->engine, &p->error) < 0) {
		fprintf(stderr, "hallwatt probe: %s\n", p->error.text);
		return CMD_NO;
	}
	struct target_parts parts = { .loop = &p->loop, .log = p->log, .collector = p->collector,
				      .engine = p->engine, .settings = p->settings, .device = &p->device,
				      .profiles = p->profile_set,
				      .owner = { .done = on_done, .closed = on_closed, .arg = p } };
	if (target_open(&parts, &p->target, &p->error) < 0) {
		fprintf(stderr, "hallwatt probe: %s: %s\n", p->address, p->error.text);
		if (p->collector->stop != NULL)
			p->collector->stop(p->engine);
		uv_run(&p->loop, UV_RUN_DEFAULT);
		return CMD_NO;
	}
	uv_timer_init(&p->loop, &p->deadline);
	p->deadline.data = p;
	uv_timer_start(&p->deadline, on_deadline, (uint64_t)p->timeout_ms, 0);
	p->began_ns = uv_hrtime();
	target_poll(p->target, p->timeout_ms);
	uv_run(&p->loop, UV_RUN_DEFAULT);
	if (p->failed)
		fprintf(stderr, "hallwatt probe: %s: %s\n", p->address, p->error.text);
	fputs(hwatt_text_string(&p->out), stdout);
	return p->failed ? CMD_NO : CMD_DONE;
}

static void put_fact(struct hwatt_text *out, const char *key, const char *value, bool *first)
{
	if (value == NULL || value[0] == '\0')
		return;
	hwatt_text_printf(out, "%s\"%s\":", *first ? "" : ",", key);
	hwatt_text_json(out, value);
	*first = false;
}

/* Whether another point gives the same watt: then this one, not being the alternative, is the chosen one. */
static bool has_alternative(const struct target_point *points, size_t count, const struct target_point *p)
{
	for (size_t i = 0; i < count; i++)
		if (points[i].alternative && points[i].role == p->role && points[i].quantity == p->quantity &&
		    strcmp(points[i].index, p->index) == 0)
			return true;
	return false;
}

static void put_number(struct hwatt_text *out, const struct target_point *p)
{
	char number[40];
	if (hwatt_quantity_info(p->quantity)->counter && p->value.value == INT64_MAX) {
		hwatt_text_uint(out, p->value.count); /* beyond the signed range: as it stands */
		return;
	}
	hwatt_value_format(p->quantity, p->value.value, number);
	hwatt_text_puts(out, number);
}

static void put_json_readings(struct probe *p)
{
	size_t count;
	const struct target_point *points = target_points(p->target, &count);
	bool first = true;
	hwatt_text_puts(&p->out, "\"readings\":[");
	for (size_t i = 0; i < count; i++) {
		const struct target_point *r = &points[i];
		if (r->poll == 0)
			continue;
		hwatt_text_printf(&p->out, "%s\n{\"quantity\":\"%s\",\"unit\":\"%s\",\"value\":", first ? "" : ",",
				  hwatt_quantity_info(r->quantity)->name, hwatt_quantity_info(r->quantity)->unit);
		put_number(&p->out, r);
		hwatt_text_printf(&p->out, ",\"role\":\"%s\",\"index\":", hwatt_role_name(r->role));
		hwatt_text_json(&p->out, r->index);
		bool none = false;
		put_fact(&p->out, "name", r->name, &none);
		put_fact(&p->out, "source", r->source, &none);
		if (r->alternative)
			hwatt_text_puts(&p->out, ",\"chosen\":false");
		else if (has_alternative(points, count, r))
			hwatt_text_puts(&p->out, ",\"chosen\":true");
		hwatt_text_putc(&p->out, '}');
		first = false;
	}
	hwatt_text_puts(&p->out, "]");
}

static void put_json(struct probe *p)
{
	const struct target_identity *id = target_identity(p->target);
	struct hwatt_text *out = &p->out;
	bool first = true;
	hwatt_text_puts(out, "{\"schema\":1,\"address\":");
	hwatt_text_json(out, p->address);
	hwatt_text_puts(out, ",\"device\":{");
	put_fact(out, "vendor", id->vendor, &first);
	put_fact(out, "model", id->model, &first);
	put_fact(out, "serial", id->serial, &first);
	put_fact(out, "firmware", id->firmware, &first);
	put_fact(out, "profile", id->profile, &first);
	put_fact(out, "profile_reason", id->profile_reason, &first);
	hwatt_text_printf(out, "},\n\"elapsed_s\":%.3f,\"requests\":%lld,\n",
			  (double)(p->ended_ns - p->began_ns) / 1e9, (long long)target_requests(p->target));
	if (p->failed) {
		hwatt_text_puts(out, "\"error\":");
		hwatt_text_json(out, p->error.text);
		hwatt_text_puts(out, ",\n");
	}
	put_json_readings(p);
	size_t count;
	const char *const *warnings = target_warnings(p->target, &count);
	hwatt_text_puts(out, ",\n\"warnings\":[");
	for (size_t i = 0; i < count; i++) {
		hwatt_text_puts(out, i > 0 ? ",\n" : "\n");
		hwatt_text_json(out, warnings[i]);
	}
	hwatt_text_puts(out, "]}\n");
}

static void put_line(struct hwatt_text *out, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		hwatt_text_printf(out, "%-10s %s\n", key, value);
}

static void put_text(struct probe *p)
{
	const struct target_identity *id = target_identity(p->target);
	struct hwatt_text *out = &p->out;
	put_line(out, "address", p->address);
	put_line(out, "vendor", id->vendor);
	put_line(out, "model", id->model);
	put_line(out, "serial", id->serial);
	put_line(out, "firmware", id->firmware);
	if (id->profile != NULL && id->profile[0] != '\0')
		hwatt_text_printf(out, "%-10s %s (%s)\n", "profile", id->profile, id->profile_reason);
	size_t count, given = 0;
	const struct target_point *points = target_points(p->target, &count);
	for (size_t i = 0; i < count; i++)
		given += points[i].poll != 0;
	hwatt_text_printf(out, "%-10s %zu, in %.3f s and %lld requests\n\n", "readings", given,
			  (double)(p->ended_ns - p->began_ns) / 1e9, (long long)target_requests(p->target));
	for (size_t i = 0; i < count; i++) {
		const struct target_point *r = &points[i];
		if (r->poll == 0)
			continue;
		struct hwatt_text number;
		hwatt_text_init(&number, 64);
		put_number(&number, r);
		hwatt_text_printf(out, "%-11s %-8s %-16s %18s %-5s %s%s\n", hwatt_role_name(r->role), r->index,
				  hwatt_quantity_info(r->quantity)->name, hwatt_text_string(&number),
				  hwatt_quantity_info(r->quantity)->unit, r->name,
				  r->alternative ? " (same as another reading, not counted)" : "");
		hwatt_text_free(&number);
	}
	const char *const *warnings = target_warnings(p->target, &count);
	for (size_t i = 0; i < count; i++)
		hwatt_text_printf(out, "%s%s\n", i == 0 ? "\nwarnings:\n  " : "  ", warnings[i]);
}

int cmd_probe(int argc, char **argv)
{
	struct probe p = { .community = "public", .timeout_ms = DEFAULT_TIMEOUT_MS, .level = HWATT_WARN };
	int code = parse_arguments(&p, argc, argv);
	if (code != CMD_DONE)
		return code < 0 ? CMD_DONE : code;
	p.arena = hwatt_arena_new();
	hwatt_text_init(&p.out, OUTPUT_MAX);
	code = prepare(&p);
	if (code == CMD_DONE) {
		/* The output tells the warnings already. */
		p.log = p.level < HWATT_WARN ? hwatt_log_new(p.level, HWATT_LOGFMT) : NULL;
		uv_loop_init(&p.loop);
		code = run_probe(&p);
		uv_loop_close(&p.loop);
		hwatt_log_free(p.log);
	}
	hwatt_text_free(&p.out);
	generation_release(p.generation);
	hwatt_arena_free(p.arena);
	return code;
}
