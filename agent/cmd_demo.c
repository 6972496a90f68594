/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd_demo.c - a whole simulated data hall on loopback with real protocol traffic, and the daemon on it. */
#include "cmd.h"
#include "daemon.h"
#include "past.h"
#include "progress.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <hallwatt/arena.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAST_STEP_S 300
#define PAST_INTERVAL_MS 100000 /* holes of three polls are bridged: one step */
#define COMMIT_STEPS (10 * 288) /* ten days */
#define MONTH_S (INT64_C(366) * 86400 / 12)
#define ARGUMENT_SIZE 64
#define SIGNALS 4
#define FIRST_BMC 26 /* the simulated server behind IPMI is so many addresses above the first device */

extern char **environ;

static const char help[] =
	"Usage: hallwatt demo [OPTION...]\n"
	"\n"
	"Runs a simulated data hall on loopback that answers SNMP, IPMI and Redfish as real devices do, meters thirteen months\n"
	"of its past, and starts the daemon on it. Ctrl-C ends everything; the state goes with it.\n"
	"\n"
	"      --listen ADDRESS    where to serve (127.0.0.1:9890)\n"
	"      --base ADDRESS      first address of the simulated devices, in 127.0.0.0/8 (127.9.0.1)\n"
	"      --port PORT         their port, of UDP and TCP (16161)\n"
	"      --months N          months of past to meter, 0 to 24 (13)\n"
	"      --seed N            another hall (1)\n"
	"      --dir DIR           keep configuration and state here instead of a folder that is deleted at the end\n"
	"      --log.level LEVEL   debug, info, warn (default), error\n"
	"  -h, --help              this text\n";

struct demo {
	const char *listen, *base, *port, *seed, *directory;
	int64_t months;
	int64_t origin_s;            /* where the past, and with it every energy register, begins */
	char origin[ARGUMENT_SIZE];
	enum hwatt_level level;
	char folder[PATH_MAX];       /* configuration and state */
	char simulator[PATH_MAX];
	bool temporary;
	pid_t hall;                  /* the simulator, 0: not running */
	struct hwatt_log *log;
	uv_loop_t loop;
	uv_signal_t signals[SIGNALS];
	struct daemon *daemon;
	bool interrupted, hall_died;
};

enum { OPT_LISTEN = 256, OPT_BASE, OPT_PORT, OPT_MONTHS, OPT_SEED, OPT_DIR, OPT_LEVEL };

static const struct option options[] = {
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "web.listen-address", required_argument, NULL, OPT_LISTEN },
	{ "base", required_argument, NULL, OPT_BASE },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "months", required_argument, NULL, OPT_MONTHS },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "dir", required_argument, NULL, OPT_DIR },
	{ "log.level", required_argument, NULL, OPT_LEVEL },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int parse_months(struct demo *d, const char *text)
{
	char *end;
	d->months = strtol(text, &end, 10);
	if (*text == '\0' || *end != '\0' || d->months < 0 || d->months > 24)
		return cmd_misuse("demo", "--months takes 0 to 24, not", text);
	return CMD_DONE;
}

static int parse_listen(struct demo *d, const char *text)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_error err;
	const char *host;
	uint16_t port;
	int code = config_listen(text, arena, &host, &port, &err) < 0 ? cmd_misuse("demo", "--listen:", err.text) : CMD_DONE;
	hwatt_arena_free(arena);
	d->listen = text;
	return code;
}

static int parse(struct demo *d, int argc, char **argv)
{
	int option, code = CMD_DONE;
	while (code == CMD_DONE && (option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case OPT_LISTEN: code = parse_listen(d, optarg); break;
		case OPT_BASE: d->base = optarg; break;
		case OPT_PORT: d->port = optarg; break;
		case OPT_SEED: d->seed = optarg; break;
		case OPT_DIR: d->directory = optarg; break;
		case OPT_MONTHS: code = parse_months(d, optarg); break;
		case OPT_LEVEL:
			if (cmd_log_level(optarg, &d->level) < 0)
				code = cmd_misuse("demo", "no such log level:", optarg);
			break;
		case 'h': fputs(help, stdout); return -1;
		default: code = cmd_misuse("demo", "see the options", NULL);
		}
	}
	if (code == CMD_DONE && optind < argc)
		return cmd_misuse("demo", "takes no argument", argv[optind]);
	return code;
}

/* The simulator lies beside the daemon's binary. */
static int find_simulator(struct demo *d, struct hwatt_error *err)
{
	ssize_t n = readlink("/proc/self/exe", d->simulator, sizeof(d->simulator) - sizeof("hallsim"));
	if (n <= 0)
		return hwatt_fail(err, HWATT_EIO, "where this program lies cannot be read: %s", strerror(errno));
	d->simulator[n] = '\0';
	char *slash = strrchr(d->simulator, '/');
	strcpy(slash != NULL ? slash + 1 : d->simulator, "hallsim");
	if (access(d->simulator, X_OK) < 0)
		return hwatt_fail(err, HWATT_EIO, "%s, which the demo needs, is not there", d->simulator);
	return 0;
}

static int make_folder(struct demo *d, struct hwatt_error *err)
{
	if (d->directory != NULL) {
		/* From the root on, as the configuration names its state, and paths in it begin at its own folder. */
		if ((mkdir(d->directory, 0755) < 0 && errno != EEXIST) || realpath(d->directory, d->folder) == NULL)
			return hwatt_fail(err, HWATT_EIO, "--dir %s: %s", d->directory, strerror(errno));
		return 0;
	}
	const char *tmp = getenv("TMPDIR");
	snprintf(d->folder, sizeof(d->folder), "%s/hallwatt-demo-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(d->folder) == NULL)
		return hwatt_fail(err, HWATT_EIO, "%s: %s", d->folder, strerror(errno));
	d->temporary = true;
	return 0;
}

/* Starts the simulator; with `out` its standard output can be read there. The child has no part of our signals. */
static int spawn_simulator(struct demo *d, char *const arguments[], FILE **out, pid_t *pid, struct hwatt_error *err)
{
	int ends[2] = { -1, -1 };
	sigset_t none;
	sigemptyset(&none);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setpgroup(&attributes, 0); /* Ctrl-C is ours; we tell the child */
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	int rc = out != NULL ? (pipe2(ends, O_CLOEXEC) < 0 ? errno : 0) : 0;
	if (rc == 0 && out != NULL)
		posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn(pid, d->simulator, &actions, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	if (ends[1] >= 0)
		close(ends[1]);
	if (rc == 0 && out != NULL) {
		*out = fdopen(ends[0], "r");
		return *out != NULL ? 0 : hwatt_fail(err, HWATT_EIO, "pipe: %s", strerror(errno));
	}
	if (ends[0] >= 0)
		close(ends[0]);
	return rc == 0 ? 0 : hwatt_fail(err, HWATT_EIO, "%s: %s", d->simulator, strerror(rc));
}

static int wait_for(pid_t pid, struct hwatt_error *err)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return hwatt_fail(err, HWATT_EIO, "waitpid: %s", strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return hwatt_fail(err, HWATT_EIO, "the simulator failed (its words are above)");
	return 0;
}

/* Has the simulator write the configuration of its hall. */
static int write_configuration(struct demo *d, struct hwatt_error *err)
{
	char state[PATH_MAX + 8];
	pid_t pid;
	snprintf(state, sizeof(state), "%s/state", d->folder);
	char *arguments[] = { d->simulator, (char *)"config", (char *)"--dir", d->folder, (char *)"--base",
			      (char *)(uintptr_t)d->base, (char *)"--port", (char *)(uintptr_t)d->port,
			      (char *)"--state", state, (char *)"--listen", (char *)(uintptr_t)d->listen, NULL };
	return spawn_simulator(d, arguments, NULL, &pid, err) < 0 ? -1 : wait_for(pid, err);
}

static struct generation *load_configuration(struct demo *d, struct hwatt_error *err)
{
	char path[PATH_MAX + 16];
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	snprintf(path, sizeof(path), "%s/hallwatt.yaml", d->folder);
	struct generation *g = generation_load(path, &report);
	if (g == NULL) {
		cmd_mistakes(&report);
		hwatt_fail(err, HWATT_EINVAL, "the demo's own configuration is bad");
	}
	hwatt_arena_free(arena);
	return g;
}

struct span { struct demo *demo; int64_t from_s, until_s; struct progress bar; };

static int64_t now_ms(void)
{
	return (int64_t)(uv_hrtime() / 1000000);
}

/* Whether the simulated hall is still there. One that could not begin (its port is taken) has said why. */
static bool hall_lives(struct demo *d)
{
	int status;
	if (d->hall > 0 && waitpid(d->hall, &status, WNOHANG) == d->hall)
		d->hall = 0;
	return d->hall > 0;
}

/* Ctrl-C waits, blocked, until the live part handles it: only look whether it came. */
static bool on_progress(void *arg, int64_t at_ms)
{
	struct span *s = arg;
	sigset_t pending;
	progress_update(&s->bar, at_ms / 1000 - s->from_s, now_ms());
	sigpending(&pending);
	return !sigismember(&pending, SIGINT) && !sigismember(&pending, SIGTERM) && !sigismember(&pending, SIGHUP) &&
	       hall_lives(s->demo);
}

static void block_signals(int how)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(how, &set, NULL);
}

/* Feeds what the simulator says of the past to meters and store. */
static int meter_stream(struct demo *d, struct span *span, struct pipeline *pipeline, struct hwatt_error *err)
{
	char until[ARGUMENT_SIZE], step[ARGUMENT_SIZE];
	snprintf(until, sizeof(until), "%lld", (long long)span->until_s);
	snprintf(step, sizeof(step), "%d", PAST_STEP_S);
	char *arguments[] = { d->simulator, (char *)"history", (char *)"--from", d->origin, (char *)"--until",
			      until, (char *)"--step", step, (char *)"--seed", (char *)(uintptr_t)d->seed,
			      (char *)"--origin", d->origin, NULL };
	FILE *in = NULL;
	pid_t pid;
	struct past_figures figures;
	if (spawn_simulator(d, arguments, &in, &pid, err) < 0)
		return -1;
	int rc = past_meter(in, pipeline, COMMIT_STEPS, on_progress, span, &figures, err);
	if (rc < 0) /* Ctrl-C: it need not complain of a closed pipe */
		kill(pid, SIGTERM);
	fclose(in);
	struct hwatt_error ignored = {0};
	int ended = wait_for(pid, rc == 0 ? err : &ignored);
	if (rc == 0 && ended == 0)
		fprintf(stderr, "metered %lld values of %lld months of the hall's past\n", (long long)figures.values,
			(long long)d->months);
	return rc == 0 ? ended : rc;
}

static int meter_past(struct demo *d, struct hwatt_error *err)
{
	struct generation *g = load_configuration(d, err);
	struct store *store = NULL;
	struct pipeline *pipeline = NULL;
	int64_t now_s = (int64_t)time(NULL);
	struct span span = { .demo = d, .from_s = d->origin_s, .until_s = now_s };
	int rc = -1;
	if (g == NULL)
		return -1;
	for (size_t i = 0; i < g->config->device_count; i++) /* that is how often the past was polled */
		g->config->devices[i].device.interval_ms = PAST_INTERVAL_MS;
	struct pipeline_parts parts = { .log = d->log };
	if (store_open(g->config->state, d->log, &store, err) < 0)
		goto out;
	parts.store = store;
	if (pipeline_open(&parts, &pipeline, err) < 0 ||
	    pipeline_change(pipeline, g, span.from_s * 1000, err) < 0)
		goto out;
	progress_start(&span.bar, stderr, "metering the hall's past", span.until_s - span.from_s, now_ms());
	rc = meter_stream(d, &span, pipeline, err);
	progress_end(&span.bar);
out:
	if (pipeline != NULL)
		pipeline_close(pipeline);
	store_close(store);
	generation_release(g);
	return rc;
}

static int start_hall(struct demo *d, struct hwatt_error *err)
{
	char *arguments[] = { d->simulator, (char *)"serve", (char *)"--base", (char *)(uintptr_t)d->base,
			      (char *)"--port", (char *)(uintptr_t)d->port, (char *)"--seed",
			      (char *)(uintptr_t)d->seed, (char *)"--origin", d->origin,
			      (char *)"--events", (char *)"live",
			      (char *)"--die-with-parent", NULL };
	return spawn_simulator(d, arguments, NULL, &d->hall, err);
}

static void say_what_to_open(const struct demo *d)
{
	char bmc[INET_ADDRSTRLEN] = "";
	struct in_addr address = {0};
	if (inet_pton(AF_INET, d->base, &address) == 1) {
		address.s_addr = htonl(ntohl(address.s_addr) + FIRST_BMC);
		inet_ntop(AF_INET, &address, bmc, sizeof(bmc));
	}
	fprintf(stderr,
		"\nThe hall is live. Open\n"
		"    http://%s/            what there is\n"
		"    http://%s/metrics     readings, energy, ratios and verdicts\n"
		"and ask the devices themselves: snmpwalk -v2c -c public %s:%s\n"
		"    hallwatt probe -c %s/hallwatt.yaml --credentials hall-bmcs ipmi://%s:%s\n"
		"Configuration: %s/hallwatt.yaml    Ctrl-C ends the demo.\n\n",
		d->listen, d->listen, d->base, d->port, d->folder, bmc, d->port, d->folder);
}

static void on_signal(uv_signal_t *signal, int number)
{
	struct demo *d = signal->data;
	if (number == SIGCHLD) {
		int status;
		if (d->hall > 0 && waitpid(d->hall, &status, WNOHANG) != d->hall)
			return;
		d->hall = 0;
		d->hall_died = !d->interrupted;
		if (d->hall_died)
			fprintf(stderr, "hallwatt demo: the simulated hall ended (its words are above)\n");
	} else {
		d->interrupted = true;
		fprintf(stderr, "\nending\n");
	}
	if (!uv_is_closing((uv_handle_t *)&d->signals[0])) {
		for (int i = 0; i < SIGNALS; i++)
			uv_close((uv_handle_t *)&d->signals[i], NULL);
		daemon_stop(d->daemon);
	}
}

static int run_live(struct demo *d, struct hwatt_error *err)
{
	static const int numbers[SIGNALS] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	char path[PATH_MAX + 16];
	snprintf(path, sizeof(path), "%s/hallwatt.yaml", d->folder);
	struct daemon_settings settings = { .config_file = path, .log = d->log };
	uv_loop_init(&d->loop);
	int rc = daemon_start(&d->loop, &settings, &d->daemon, err);
	for (int i = 0; i < SIGNALS && rc == 0; i++) {
		uv_signal_init(&d->loop, &d->signals[i]);
		d->signals[i].data = d;
		uv_signal_start(&d->signals[i], on_signal, numbers[i]);
	}
	/* From here on its end is a signal; one that came before is seen now. */
	if (rc == 0 && hall_lives(d))
		say_what_to_open(d);
	else if (rc == 0)
		kill(getpid(), SIGCHLD);
	block_signals(SIG_UNBLOCK);
	uv_run(&d->loop, UV_RUN_DEFAULT);
	uv_loop_close(&d->loop);
	if (rc == 0 && d->hall_died)
		return hwatt_fail(err, HWATT_EIO, "the simulated hall did not stay");
	return rc;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void clean_up(struct demo *d)
{
	struct hwatt_error err = {0};
	if (d->hall > 0) {
		kill(d->hall, SIGTERM);
		if (wait_for(d->hall, &err) < 0)
			fprintf(stderr, "hallwatt demo: %s\n", err.text);
	}
	if (d->temporary)
		nftw(d->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	hwatt_log_free(d->log);
}

int cmd_demo(int argc, char **argv)
{
	struct demo d = { .listen = "127.0.0.1:9890", .base = "127.9.0.1", .port = "16161", .seed = "1",
			  .months = 13, .level = HWATT_WARN };
	struct hwatt_error err = {0};
	int code = parse(&d, argc, argv);
	if (code != CMD_DONE)
		return code < 0 ? CMD_DONE : code;
	signal(SIGPIPE, SIG_IGN);
	block_signals(SIG_BLOCK);
	d.origin_s = (int64_t)time(NULL) / QUARTER_S * QUARTER_S - d.months * MONTH_S;
	snprintf(d.origin, sizeof(d.origin), "%lld", (long long)d.origin_s);
	d.log = hwatt_log_new(d.level, HWATT_LOGFMT);
	int rc = find_simulator(&d, &err);
	if (rc == 0)
		rc = make_folder(&d, &err);
	if (rc == 0)
		rc = write_configuration(&d, &err);
	if (rc == 0)
		rc = start_hall(&d, &err); /* it is ready when the past is metered */
	if (rc == 0 && d.months > 0)
		rc = meter_past(&d, &err);
	if (rc == 0)
		rc = run_live(&d, &err);
	if (rc < 0 && err.code == HWATT_ENODATA && d.hall == 0) /* the past was not metered to its end */
		hwatt_fail(&err, HWATT_EIO, "the simulated hall ended (its words are above)");
	clean_up(&d);
	if (rc == 0 || err.code == HWATT_ENODATA) /* ended by Ctrl-C, maybe before the hall went live */
		return CMD_DONE;
	fprintf(stderr, "hallwatt demo: %s\n", err.text);
	return CMD_NO;
}
