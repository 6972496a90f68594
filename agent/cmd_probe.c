/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd_probe.c - polls one device once and says what it gave: the same code as the daemon, with a scheduler of one. */
#include "access.h"
#include "cmd.h"
#include "target.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_MAX (64u << 20)
#define DEFAULT_TIMEOUT_MS 20000
#define ONCE_MS 60000

static const char help[] =
	"Usage: hallwatt probe ADDRESS [OPTION...]\n"
	"\n"
	"Polls one device once, says which profile was chosen and why, and prints its readings.\n"
	"ADDRESS is a protocol and a host: snmp://192.0.2.7, snmp://[2001:db8::7]:1161, ipmi://192.0.2.8,\n"
	"redfish://bmc.example.net; ipmi-local: is this machine's own BMC.\n"
	"\n"
	ACCESS_HELP_CONFIG
	"      --community TEXT     SNMP v1 and v2c: the community (it is no secret), default \"public\"\n"
	ACCESS_HELP_VERSION_1
	ACCESS_HELP_SNMP_USER
	ACCESS_HELP_BMC_USER
	"      --profile NAME       use this profile instead of the best match\n"
	ACCESS_HELP_PROFILES
	"      --timeout SECONDS    give up after this long (20)\n"
	"      --format text|json   what to print; json has a stable schema\n"
	"      --log.level LEVEL    debug, info, warn (default), error\n"
	"  -h, --help               this text\n"
	"\n"
	"Exit status: 0 readings came, 1 the device did not answer or nothing fits it, 2 misuse.\n";

struct probe { /* the arguments, then the run */
	const char *address, *profile;
	bool json;
	int64_t timeout_ms;
	enum hwatt_level level;
	struct access access;
	struct hwatt_device device;
	const void *settings;
	struct hwatt_arena *arena;
	struct hwatt_log *log;
	uv_loop_t loop;
	void *engine;
	struct hwatt_target *target;
	uv_timer_t deadline;
	uint64_t began_ns, ended_ns;
	bool failed;
	size_t given; /* readings */
	struct hwatt_error error;
	struct hwatt_text out;
};

enum { OPT_PROFILE = 256, OPT_TIMEOUT, OPT_FORMAT, OPT_LEVEL };

static const struct option options[] = {
	ACCESS_OPTIONS,
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "log.level", required_argument, NULL, OPT_LEVEL },
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
	case OPT_PROFILE: p->profile = optarg; return CMD_DONE;
	case OPT_TIMEOUT: return parse_timeout(p, optarg);
	case OPT_LEVEL: return cmd_log_level(optarg, &p->level) < 0 ? misuse("no such log level:", optarg) : CMD_DONE;
	case OPT_FORMAT:
		p->json = strcmp(optarg, "json") == 0;
		return p->json || strcmp(optarg, "text") == 0 ? CMD_DONE : misuse("no such format:", optarg);
	default: return access_take(&p->access, option, optarg) ? CMD_DONE : misuse("see the options", NULL);
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
	p->address = argv[optind];
	return CMD_DONE;
}

static int prepare(struct probe *p)
{
	struct hwatt_report report = { .arena = p->arena };
	struct hwatt_error err = { 0 };
	if (config_address(p->address, p->arena, &p->device.scheme, &p->device.host, &p->device.port, &err) < 0)
		return misuse(err.text, NULL);
	if (access_open(&p->access, p->device.scheme, &report, &err) == 0)
		p->settings = access_settings(&p->access, p->access.collector, &report, &err);
	if (p->settings == NULL)
		return report.count > 0 ? cmd_mistakes(&report) : misuse(err.text, NULL);
	p->device.id = p->address;
	p->device.site = p->device.room = p->device.rack = p->device.credentials = "";
	p->device.profile = p->profile != NULL ? p->profile : "";
	p->device.timeout_ms = p->timeout_ms;
	p->device.interval_ms = p->timeout_ms > ONCE_MS ? p->timeout_ms : ONCE_MS; /* no session needs to be kept */
	return CMD_DONE;
}

static void on_closed(void *arg, struct hwatt_target *t)
{
	struct probe *p = arg;
	(void)t;
	if (p->access.collector->stop != NULL)
		p->access.collector->stop(p->engine);
}

static void put_json(struct probe *p);
static void put_text(struct probe *p);

static void count_given(struct probe *p)
{
	size_t count;
	target_points(p->target, &count);
	for (size_t i = 0; i < count; i++)
		p->given += target_at(target_values(p->target), i) != 0;
}

static void on_done(void *arg, struct hwatt_target *t, const struct hwatt_error *err)
{
	struct probe *p = arg;
	p->ended_ns = uv_hrtime();
	p->failed = err != NULL;
	if (err != NULL)
		p->error = *err;
	if (!uv_is_closing((uv_handle_t *)&p->deadline))
		uv_close((uv_handle_t *)&p->deadline, NULL);
	count_given(p);
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
	if (p->access.collector->start != NULL &&
	    p->access.collector->start(&p->loop, p->log, &p->engine, &p->error) < 0) {
		fprintf(stderr, "hallwatt probe: %s\n", p->error.text);
		return CMD_NO;
	}
	struct target_parts parts = { .loop = &p->loop, .log = p->log, .collector = p->access.collector,
				      .engine = p->engine, .settings = p->settings, .device = &p->device,
				      .profiles = p->access.profile_set,
				      .owner = { .done = on_done, .closed = on_closed, .arg = p } };
	if (target_open(&parts, &p->target, &p->error) < 0) {
		fprintf(stderr, "hallwatt probe: %s: %s\n", p->address, p->error.text);
		if (p->access.collector->stop != NULL)
			p->access.collector->stop(p->engine);
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
	else if (p->given == 0)
		fprintf(stderr, "hallwatt probe: %s: it answers, and there is nothing in it to read: no profile fits, or this user or community may "
				"not see what one reads; hallwatt record writes down what it shows\n", p->address);
	fputs(hwatt_text_string(&p->out), stdout);
	return p->failed || p->given == 0 ? CMD_NO : CMD_DONE;
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

static void put_number(struct hwatt_text *out, const struct target_point *p, struct hwatt_value value)
{
	char number[40];
	if (hwatt_quantity_info(p->quantity)->counter && value.value == INT64_MAX) {
		hwatt_text_uint(out, value.count); /* beyond the signed range: as it stands */
		return;
	}
	hwatt_value_format(p->quantity, value.value, number);
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
		struct target_reading reading;
		if (!target_value(target_values(p->target), r, i, &reading))
			continue;
		hwatt_text_printf(&p->out, "%s\n{\"quantity\":\"%s\",\"unit\":\"%s\",\"value\":", first ? "" : ",",
				  hwatt_quantity_info(r->quantity)->name, hwatt_quantity_info(r->quantity)->unit);
		put_number(&p->out, r, reading.value);
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

/* The parts that have serial numbers of their own. */
static void put_json_parts(struct probe *p)
{
	const struct stock *stock = target_stock(p->target);
	hwatt_text_puts(&p->out, "\"parts\":[");
	for (size_t i = 0; stock != NULL && i < stock->count; i++) {
		const struct stock_part *part = &stock->items[i];
		bool none = false;
		hwatt_text_printf(&p->out, "%s\n{\"kind\":\"%s\"", i > 0 ? "," : "", hwatt_part_word(part->kind));
		put_fact(&p->out, "index", part->index, &none);
		put_fact(&p->out, "model", part->model, &none);
		put_fact(&p->out, "serial", part->serial, &none);
		put_fact(&p->out, "firmware", part->firmware, &none);
		hwatt_text_puts(&p->out, part->gone ? ",\"empty\":true}" : "}");
	}
	hwatt_text_puts(&p->out, "],\n");
}

static void put_json(struct probe *p)
{
	struct target_identity id = target_identity(p->target);
	struct hwatt_text *out = &p->out;
	bool first = true;
	hwatt_text_puts(out, "{\"schema\":1,\"address\":");
	hwatt_text_json(out, p->address);
	hwatt_text_puts(out, ",\"device\":{");
	put_fact(out, "vendor", id.vendor, &first);
	put_fact(out, "model", id.model, &first);
	put_fact(out, "serial", id.serial, &first);
	put_fact(out, "firmware", id.firmware, &first);
	put_fact(out, "profile", id.profile, &first);
	put_fact(out, "profile_reason", id.profile_reason, &first);
	hwatt_text_printf(out, "},\n\"elapsed_s\":%.3f,\"requests\":%lld,\n",
			  (double)(p->ended_ns - p->began_ns) / 1e9, (long long)target_requests(p->target));
	if (p->failed) {
		hwatt_text_puts(out, "\"error\":");
		hwatt_text_json(out, p->error.text);
		hwatt_text_puts(out, ",\n");
	}
	put_json_parts(p);
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

static void put_parts(struct probe *p)
{
	const struct stock *stock = target_stock(p->target);
	char place[2 * STOCK_TEXT];
	for (size_t i = 0; stock != NULL && i < stock->count; i++) {
		const struct stock_part *part = &stock->items[i];
		snprintf(place, sizeof(place), "%s %s", hwatt_part_word(part->kind), part->index);
		hwatt_text_printf(&p->out, "%-10s %s%s%s%s%s\n", place, part->gone ? "empty" : part->model,
				  part->serial[0] == '\0' ? "" : part->model[0] != '\0' ? ", serial " : "serial ", part->serial,
				  part->firmware[0] != '\0' ? ", firmware " : "", part->firmware);
	}
}

/* The end of a line, without blanks behind the last word; ratios and counts have no unit for people. */
static void put_rest(struct hwatt_text *out, const char *unit, const char *name, const char *note)
{
	if (name[0] != '\0' || note[0] != '\0')
		hwatt_text_printf(out, " %-5s %s%s\n", unit, name, note);
	else
		hwatt_text_printf(out, "%s%s\n", unit[0] != '\0' ? " " : "", unit);
}

static void put_text(struct probe *p)
{
	struct target_identity id = target_identity(p->target);
	struct hwatt_text *out = &p->out;
	put_line(out, "address", p->address);
	put_line(out, "vendor", id.vendor);
	put_line(out, "model", id.model);
	put_line(out, "serial", id.serial);
	put_line(out, "firmware", id.firmware);
	if (id.profile != NULL && id.profile[0] != '\0')
		hwatt_text_printf(out, "%-10s %s (%s)\n", "profile", id.profile, id.profile_reason);
	put_parts(p);
	size_t count;
	const struct target_point *points = target_points(p->target, &count);
	long long requests = (long long)target_requests(p->target);
	hwatt_text_printf(out, "%-10s %zu, in %.3f s and %lld request%s\n%s", "readings", p->given,
			  (double)(p->ended_ns - p->began_ns) / 1e9, requests, requests == 1 ? "" : "s", p->given > 0 ? "\n" : "");
	for (size_t i = 0; i < count; i++) {
		const struct target_point *r = &points[i];
		struct target_reading reading;
		if (!target_value(target_values(p->target), r, i, &reading))
			continue;
		struct hwatt_text number;
		hwatt_text_init(&number, 64);
		put_number(&number, r, reading.value);
		const char *unit = hwatt_quantity_info(r->quantity)->unit;
		hwatt_text_printf(out, "%-11s %-8s %-16s %18s", hwatt_role_name(r->role), r->index, hwatt_quantity_info(r->quantity)->name,
				  hwatt_text_string(&number));
		put_rest(out, strcmp(unit, "1") == 0 ? "" : unit, r->name,
			 r->alternative ? " (same as another reading, not counted)" : "");
		hwatt_text_free(&number);
	}
	const char *const *warnings = target_warnings(p->target, &count);
	for (size_t i = 0; i < count; i++)
		hwatt_text_printf(out, "%s%s\n", i == 0 ? "\nwarnings:\n  " : "  ", warnings[i]);
}

int cmd_probe(int argc, char **argv)
{
	struct probe p = { .timeout_ms = DEFAULT_TIMEOUT_MS, .level = HWATT_WARN };
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
	access_close(&p.access);
	hwatt_arena_free(p.arena);
	return code;
}
