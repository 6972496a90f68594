/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "bmc_control.h"
#include "bmc_port.h"

enum wait { WAIT_SIGNAL, WAIT_PORT, WAIT_LISTENER, WAIT_CLIENT, WAITS = WAIT_CLIENT + BMC_CONTROL_CLIENTS };

struct serving {
	const struct bmc_serve_options *options;
	struct bmc_farm farm;
	struct bmc_port *port;
	struct bmc_control control;
	int signals;
	int64_t began_ms, start_ms;
};

/* Milliseconds of a clock. */
static int64_t clock_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Gives the BMCs their profiles and faults. */
static int furnish(struct serving *serving, struct sim_fault *fault)
{
	const struct bmc_serve_options *options = serving->options;
	struct bmc_farm *farm = &serving->farm;
	for (int i = 0; options->profiles[i] != NULL; i++)
		if (bmc_farm_assign(farm, options->profiles[i], fault) < 0)
			return -1;
	for (int i = 0; options->faults[i] != NULL; i++)
		if (bmc_fault_add(&farm->world.faults, options->faults[i], fault) < 0)
			return -1;
	for (size_t i = 0; i < farm->assignment_count; i++) {
		struct bmc_profile *profile = &farm->assignments[i].profile;
		if (options->slots > 0)
			profile->slots = (int)options->slots;
		if (options->idle_s > 0)
			profile->idle_s = (int)options->idle_s;
	}
	return 0;
}

/* Sets the farm's clocks to now. */
static void set_time(struct serving *serving)
{
	int64_t run_ms = clock_ms(CLOCK_MONOTONIC) - serving->began_ms;
	bmc_farm_set_time(&serving->farm, run_ms,
	                  serving->start_ms + run_ms * serving->options->speed);
}

/* Turns SIGTERM and SIGINT into something that poll() sees. */
static int open_signals(struct serving *serving, struct sim_fault *fault)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	serving->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return serving->signals < 0 ? sim_fail(fault, "signalfd: %s", strerror(errno)) : 0;
}

/* Milliseconds until there is something to do without being asked, -1 for never. */
static int patience_ms(const struct serving *serving)
{
	int patience = bmc_port_patience_ms(serving->port);
	if (serving->options->seconds == 0)
		return patience;
	int64_t left_ms = serving->options->seconds * 1000 - serving->farm.world.run_ms;
	int left = left_ms < 0 ? 0 : left_ms > 60000 ? 60000 : (int)left_ms;
	return patience < 0 || left < patience ? left : patience;
}

/* Answers until told to stop. */
static int loop(struct serving *serving, struct sim_fault *fault)
{
	struct pollfd waits[WAITS];
	for (;;) {
		waits[WAIT_SIGNAL] = (struct pollfd){.fd = serving->signals, .events = POLLIN};
		waits[WAIT_PORT] =
			(struct pollfd){.fd = bmc_port_fd(serving->port), .events = POLLIN};
		waits[WAIT_LISTENER] =
			(struct pollfd){.fd = serving->control.listener, .events = POLLIN};
		for (int i = 0; i < BMC_CONTROL_CLIENTS; i++)
			waits[WAIT_CLIENT + i] = (struct pollfd){
				.fd = serving->control.listener < 0 ? -1
			                                            : serving->control.clients[i].fd,
				.events = POLLIN};
		set_time(serving);
		int ready = poll(waits, WAITS, patience_ms(serving));
		if (ready < 0 && errno != EINTR)
			return sim_fail(fault, "poll: %s", strerror(errno));
		set_time(serving);
		if (waits[WAIT_SIGNAL].revents != 0 ||
		    (serving->options->seconds > 0 &&
		     serving->farm.world.run_ms >= serving->options->seconds * 1000))
			return 0;
		bmc_port_turn(serving->port, ready > 0 && waits[WAIT_PORT].revents != 0);
		for (int i = WAIT_LISTENER; ready > 0 && i < WAITS; i++)
			if (waits[i].fd >= 0 && waits[i].revents != 0)
				bmc_control_turn(&serving->control, waits[i].fd, &serving->farm);
	}
}

/* Everything from opening sockets to leaving the loop. */
static int run(struct serving *serving, struct sim_fault *fault)
{
	const struct bmc_serve_options *options = serving->options;
	struct in_addr base = {.s_addr = htonl(options->base)};
	if (furnish(serving, fault) < 0 || open_signals(serving, fault) < 0)
		return -1;
	serving->port = bmc_port_open(&serving->farm, options->base, options->port, fault);
	if (serving->port == NULL)
		return -1;
	if (options->control != NULL &&
	    bmc_control_open(&serving->control, options->control, fault) < 0)
		return -1;
	serving->began_ms = clock_ms(CLOCK_MONOTONIC);
	serving->start_ms = options->now_ms >= 0 ? options->now_ms : clock_ms(CLOCK_REALTIME);
	fprintf(stderr, "hallsim: ready: %" PRIu32 " BMCs at %s..., port %u\n", options->count,
	        inet_ntoa(base), (unsigned)bmc_port_number(serving->port));
	return loop(serving, fault);
}

int bmc_serve(const struct bmc_serve_options *options, struct sim_fault *fault)
{
	struct serving serving = {.options = options, .signals = -1};
	serving.control.listener = -1;
	if (bmc_farm_open(&serving.farm, options->count, options->seed, NULL, fault) < 0)
		return -1;
	int rc = run(&serving, fault);
	bmc_control_close(&serving.control);
	bmc_port_close(serving.port);
	if (serving.signals >= 0)
		close(serving.signals);
	bmc_farm_close(&serving.farm);
	return rc;
}
