/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd_run.c - the daemon. */
#include "cmd.h"
#include "daemon.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static const char help[] =
	"Usage: hallwatt run --config.file FILE [OPTION...]\n"
	"\n"
	"Polls, meters, judges and serves until it is told to stop (SIGTERM, SIGINT). SIGHUP reloads.\n"
	"\n"
	"  -c, --config.file FILE           the configuration\n"
	"      --web.listen-address ADDR    listen here instead of where the configuration says\n"
	"      --log.level LEVEL            debug, info (default), warn, error\n"
	"      --log.format logfmt|json     how log lines look\n"
	"  -h, --help                       this text\n"
	"\n"
	"Exit status: 0 stopped as told, 1 a part could not start, 2 misuse or bad configuration.\n";

enum { OPT_LISTEN = 256, OPT_LEVEL, OPT_FORMAT };

static const struct option options[] = {
	{ "config.file", required_argument, NULL, 'c' },
	{ "web.listen-address", required_argument, NULL, OPT_LISTEN },
	{ "log.level", required_argument, NULL, OPT_LEVEL },
	{ "log.format", required_argument, NULL, OPT_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct arguments {
	const char *config_file, *listen;
	enum hwatt_level level;
	enum hwatt_log_format format;
};

static int parse(struct arguments *a, int argc, char **argv)
{
	int option;
	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (option) {
		case 'c': a->config_file = optarg; break;
		case OPT_LISTEN: a->listen = optarg; break;
		case OPT_LEVEL:
			if (cmd_log_level(optarg, &a->level) < 0)
				return cmd_misuse("run", "no such log level:", optarg);
			break;
		case OPT_FORMAT:
			if (cmd_log_format(optarg, &a->format) < 0)
				return cmd_misuse("run", "no such log format:", optarg);
			break;
		case 'h': fputs(help, stdout); return -1;
		default: return cmd_misuse("run", "see the options", NULL);
		}
	}
	if (optind < argc)
		return cmd_misuse("run", "takes no argument", argv[optind]);
	return a->config_file != NULL ? CMD_DONE : cmd_misuse("run", "needs --config.file", NULL);
}

struct stopper { /* ends the daemon at SIGTERM and SIGINT */
	uv_signal_t signals[2];
	struct daemon *daemon;
};

static void on_stop(uv_signal_t *signal, int number)
{
	struct stopper *s = signal->data;
	(void)number;
	for (int i = 0; i < 2; i++)
		uv_close((uv_handle_t *)&s->signals[i], NULL);
	daemon_stop(s->daemon);
}

static void listen_for_stop(struct stopper *s, uv_loop_t *loop)
{
	static const int numbers[2] = { SIGTERM, SIGINT };
	for (int i = 0; i < 2; i++) {
		uv_signal_init(loop, &s->signals[i]);
		s->signals[i].data = s;
		uv_signal_start(&s->signals[i], on_stop, numbers[i]);
	}
}

/* A SIGHUP that comes while we start waits, rather than end us. */
static void hold_hangup(int how)
{
	sigset_t hangup;
	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	sigprocmask(how, &hangup, NULL);
}

/* Secrets pass through memory: a core dump must not carry them off. */
static void forbid_core_dumps(void)
{
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

int cmd_run(int argc, char **argv)
{
	struct arguments a = { .level = HWATT_INFO };
	int code = parse(&a, argc, argv);
	if (code != CMD_DONE)
		return code < 0 ? CMD_DONE : code;
	forbid_core_dumps();
	signal(SIGPIPE, SIG_IGN);
	hold_hangup(SIG_BLOCK);
	struct hwatt_log *log = hwatt_log_new(a.level, a.format);
	struct daemon_settings settings = { .config_file = a.config_file, .listen = a.listen, .log = log };
	struct stopper stopper = {0};
	struct hwatt_error err = {0};
	uv_loop_t loop;
	int rc = uv_loop_init(&loop);
	if (rc < 0) {
		hwatt_log(log, HWATT_ERROR, "cannot start: %s", uv_strerror(rc));
		hwatt_log_free(log);
		return CMD_NO;
	}
	if (daemon_start(&loop, &settings, &stopper.daemon, &err) < 0) {
		hwatt_log(log, HWATT_ERROR, "%s", err.text);
		code = err.code == HWATT_EINVAL ? CMD_MISUSE : CMD_NO;
	} else {
		listen_for_stop(&stopper, &loop);
	}
	hold_hangup(SIG_UNBLOCK);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	hwatt_log_free(log);
	return code;
}
