/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd_record.c - writes down what a device says, so that a profile can be made and tested without it. */
#include "access.h"
#include "cmd.h"
#include "progress.h"
#include "target.h"
#include <errno.h>
#include <hallwatt/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDING_MAX (256u << 20)
#define DEFAULT_TIMEOUT_MS 600000
#define TYPICAL_ROWS 5000 /* how many there will be is not known before */

static const char help[] =
	"Usage: hallwatt record ADDRESS [OPTION...]\n"
	"\n"
	"Walks a device, gently (one request at a time), and writes all that it says as a recording in\n"
	"the snmprec format: OID|TYPE|VALUE. With it a profile can be made and tested without the device.\n"
	"ADDRESS is as for hallwatt probe: snmp://192.0.2.7\n"
	"\n"
	"  -o, --output FILE        write here instead of standard output\n"
	"      --scrub              replace serial numbers, names, contacts, places, hosts, UUIDs, and IP, MAC and\n"
	"                           mail addresses by made-up ones, the same by the same; leave out tables of neighbours,\n"
	"                           connections, programs and users. Look through the file before you give it away.\n"
	"      --all                everything that the device has; otherwise mib-2, the maker's own tree and what\n"
	"                           the profiles that fit it read\n"
	ACCESS_HELP_CONFIG
	"      --community TEXT     SNMP v1 and v2c: the community (it is no secret), default \"public\"\n"
	ACCESS_HELP_VERSION_1
	ACCESS_HELP_SNMP_USER
	ACCESS_HELP_PROFILES
	"      --timeout SECONDS    stop after this long (600)\n"
	"      --log.level LEVEL    debug, info, warn (default), error\n"
	"  -h, --help               this text\n"
	"\n"
	"Exit status: 0 recorded, 1 the device did not answer or not to the end (what came is written), 2 misuse.\n";

struct record { /* the arguments, then the run */
	const char *address, *output;
	int64_t timeout_ms;
	enum hwatt_level level;
	struct access access;
	struct hwatt_device device;
	const void *settings;
	struct hwatt_log *log;
	uv_loop_t loop;
	void *engine;
	struct hwatt_target *target;
	uv_timer_t deadline;
	struct hwatt_recording order;
	struct hwatt_text text;
	struct progress progress;
	long long requests;
	bool failed;
	struct hwatt_error error;
};

enum { OPT_TIMEOUT = 256, OPT_SCRUB, OPT_ALL, OPT_LEVEL };

static const struct option options[] = {
	ACCESS_OPTIONS,
	{ "output", required_argument, NULL, 'o' },
	{ "scrub", no_argument, NULL, OPT_SCRUB },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "log.level", required_argument, NULL, OPT_LEVEL },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int misuse(const char *what, const char *value)
{
	return cmd_misuse("record", what, value);
}

static int parse_timeout(struct record *r, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);
	if (*end != '\0' || !(seconds >= 0.1 && seconds <= 86400))
		return misuse("--timeout takes 0.1 to 86400 seconds, not", text);
	r->timeout_ms = (int64_t)(seconds * 1000);
	return CMD_DONE;
}

static int parse_option(struct record *r, int option)
{
	switch (option) {
	case 'o': r->output = optarg; return CMD_DONE;
	case OPT_SCRUB: r->order.scrub = true; return CMD_DONE;
	case OPT_ALL: r->order.all = true; return CMD_DONE;
	case OPT_TIMEOUT: return parse_timeout(r, optarg);
	case OPT_LEVEL: return cmd_log_level(optarg, &r->level) < 0 ? misuse("no such log level:", optarg) : CMD_DONE;
	default: return access_take(&r->access, option, optarg) ? CMD_DONE : misuse("see the options", NULL);
	}
}

static int parse_arguments(struct record *r, int argc, char **argv)
{
	int option;
	while ((option = getopt_long(argc, argv, "c:o:h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return -1;
		}
		int code = parse_option(r, option);
		if (code != CMD_DONE)
			return code;
	}
	if (optind + 1 != argc)
		return misuse(optind == argc ? "which address?" : "one address at a time", NULL);
	r->address = argv[optind];
	return CMD_DONE;
}

static int prepare(struct record *r, struct hwatt_arena *arena)
{
	struct hwatt_report report = { .arena = arena };
	struct hwatt_error err = { 0 };
	if (config_address(r->address, arena, &r->device.scheme, &r->device.host, &r->device.port, &err) < 0)
		return misuse(err.text, NULL);
	if (access_open(&r->access, r->device.scheme, &report, &err) < 0)
		return report.count > 0 ? cmd_mistakes(&report) : misuse(err.text, NULL);
	if (r->access.collector->record == NULL)
		return misuse("cannot record", r->device.scheme);
	r->settings = access_settings(&r->access, r->access.collector, &report, &err);
	if (r->settings == NULL)
		return report.count > 0 ? cmd_mistakes(&report) : misuse(err.text, NULL);
	r->device.id = r->address;
	r->device.site = r->device.room = r->device.rack = r->device.credentials = r->device.profile = "";
	r->device.interval_ms = r->device.timeout_ms = r->timeout_ms;
	return CMD_DONE;
}

static void on_progress(void *arg, size_t rows)
{
	struct record *r = arg;
	int64_t total = (int64_t)rows * 5 / 4 > TYPICAL_ROWS ? (int64_t)rows * 5 / 4 : TYPICAL_ROWS;
	r->progress.total = r->progress.shown ? total : 0;
	progress_update(&r->progress, (int64_t)rows, (int64_t)uv_now(&r->loop));
}

static void on_closed(void *arg, struct hwatt_target *t)
{
	struct record *r = arg;
	(void)t;
	if (r->access.collector->stop != NULL)
		r->access.collector->stop(r->engine);
}

static void on_done(void *arg, struct hwatt_target *t, const struct hwatt_error *err)
{
	struct record *r = arg;
	size_t count;
	r->failed = err != NULL;
	if (err != NULL)
		r->error = *err;
	progress_end(&r->progress);
	r->requests = target_requests(t);
	const char *const *warnings = target_warnings(t, &count);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "hallwatt record: %s\n", warnings[i]);
	uv_close((uv_handle_t *)&r->deadline, NULL);
	target_close(t);
}

static void on_deadline(uv_timer_t *timer)
{
	struct record *r = timer->data;
	target_expire(r->target);
}

static int run(struct record *r)
{
	const struct hwatt_collector *collector = r->access.collector;
	if (collector->start != NULL && collector->start(&r->loop, r->log, &r->engine, &r->error) < 0)
		return -1;
	struct target_parts parts = { .loop = &r->loop, .log = r->log, .collector = collector, .engine = r->engine,
				      .settings = r->settings, .device = &r->device,
				      .profiles = r->access.profile_set,
				      .owner = { .done = on_done, .closed = on_closed, .arg = r } };
	if (target_open(&parts, &r->target, &r->error) < 0) {
		if (collector->stop != NULL)
			collector->stop(r->engine);
		uv_run(&r->loop, UV_RUN_DEFAULT);
		return -1;
	}
	uv_timer_init(&r->loop, &r->deadline);
	r->deadline.data = r;
	uv_timer_start(&r->deadline, on_deadline, (uint64_t)r->timeout_ms, 0);
	progress_start(&r->progress, stderr, "Recording", TYPICAL_ROWS, (int64_t)uv_now(&r->loop));
	r->order.out = &r->text;
	r->order.progress = on_progress;
	r->order.arg = r;
	target_record(r->target, &r->order, r->timeout_ms);
	uv_run(&r->loop, UV_RUN_DEFAULT);
	return r->failed ? -1 : 0;
}

static int write_file(const struct record *r)
{
	FILE *out = r->output != NULL ? fopen(r->output, "w") : stdout;
	bool good = out != NULL && hwatt_text_ok(&r->text) && fputs(hwatt_text_string(&r->text), out) >= 0;
	int why = errno;
	if (out != NULL && (r->output != NULL ? fclose(out) : fflush(out)) != 0) {
		good = false;
		why = errno;
	}
	if (!good)
		fprintf(stderr, "hallwatt record: cannot write %s: %s\n", r->output != NULL ? r->output : "the recording",
			hwatt_text_ok(&r->text) ? strerror(why) : "it is too large");
	return good ? 0 : -1;
}

static int finish(struct record *r, int ran)
{
	if (ran < 0)
		fprintf(stderr, "hallwatt record: %s: %s\n", r->address, r->error.text);
	if (r->order.rows == 0) {
		if (ran == 0)
			fprintf(stderr, "hallwatt record: %s: the device has nothing to tell\n", r->address);
		return CMD_NO;
	}
	if (write_file(r) < 0)
		return CMD_NO;
	fprintf(stderr, "%zu rows from %lld requests%s%s%s\n", r->order.rows, r->requests,
		r->output != NULL ? " in " : "", r->output != NULL ? r->output : "",
		r->order.cut ? "; the recording is not complete" : "");
	if (r->order.scrub)
		fprintf(stderr, "%zu values replaced and %zu rows left out; look through the file before you give it away\n",
			r->order.replaced, r->order.left_out);
	return ran < 0 || r->order.cut ? CMD_NO : CMD_DONE;
}

int cmd_record(int argc, char **argv)
{
	struct record r = { .timeout_ms = DEFAULT_TIMEOUT_MS, .level = HWATT_WARN };
	int code = parse_arguments(&r, argc, argv);
	if (code != CMD_DONE)
		return code < 0 ? CMD_DONE : code;
	struct hwatt_arena *arena = hwatt_arena_new();
	hwatt_text_init(&r.text, RECORDING_MAX);
	code = prepare(&r, arena);
	if (code == CMD_DONE) {
		r.log = r.level < HWATT_WARN ? hwatt_log_new(r.level, HWATT_LOGFMT) : NULL;
		uv_loop_init(&r.loop);
		code = finish(&r, run(&r));
		uv_loop_close(&r.loop);
		hwatt_log_free(r.log);
	}
	hwatt_text_free(&r.text);
	access_close(&r.access);
	hwatt_arena_free(arena);
	return code;
}
