/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bmc_hall.h"
#include "families.h"
#include "message.h"
#include "redfish_serve.h"

#define PORT_ATTEMPTS 20
#define PACKETS_PER_TURN 32
#define SIGNAL_SLOT HALL_DEVICES
#define REDFISH_SLOT (HALL_DEVICES + 1)
#define SLOTS (HALL_DEVICES + 2)

struct agent {
	const struct agent_options *options;
	struct course *course;
	struct mib mibs[HALL_DEVICES];
	struct mib_counts counts[HALL_DEVICES];
	int64_t installed_s[HALL_DEVICES]; /* when each last started, but for restarts of PDUs */
	struct pollfd waits[SLOTS];
	struct bmc_farm bmcs;
	struct redfish_serve_options redfish_options;
	struct bmc_power_source redfish_power;
	struct redfish_server *redfish;
	uint16_t port;
	int64_t start_ms; /* where simulated time stood ... */
	int64_t began_ms; /* ... when the monotonic clock stood here */
};

/* Milliseconds of a clock. */
static int64_t clock_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The address of device `index`, host order. */
static struct sockaddr_in address_of(const struct agent *agent, int index)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(agent->port),
		.sin_addr.s_addr = htonl(agent->options->base + (uint32_t)index),
	};
}

/* Closes the sockets of all devices. */
static void close_sockets(struct agent *agent)
{
	for (int i = 0; i < HALL_DEVICES; i++) {
		if (agent->waits[i].fd >= 0)
			close(agent->waits[i].fd);
		agent->waits[i].fd = -1;
	}
}

/* Opens the socket of device `index`; the first one settles the port when any will do. */
static int open_socket(struct agent *agent, int index)
{
	if (hall_devices[index].kind == HALL_REDFISH_SERVER)
		return 0; /* they have nothing to say by UDP */
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	struct sockaddr_in address = address_of(agent, index);
	socklen_t length = sizeof(address);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
		int why = errno;
		close(fd);
		errno = why;
		return -1;
	}
	agent->port = ntohs(address.sin_port);
	agent->waits[index] = (struct pollfd){.fd = fd, .events = POLLIN};
	return 0;
}

/* Opens the port of the servers that speak Redfish: the same number, of TCP.  They share one socket. */
static int open_redfish(struct agent *agent, struct sim_fault *fault)
{
	agent->redfish_power = bmc_hall_redfish_power(agent->course);
	agent->redfish_options = (struct redfish_serve_options){
		.base = agent->options->base + HALL_REDFISH_FIRST,
		.count = HALL_REDFISH,
		.port = agent->port,
		.seed = agent->options->seed,
		.now_ms = agent->options->now_ms,
		.speed = agent->options->speed,
		.profile = "mixed",
		.phrase = HALL_REDFISH_PHRASE,
	};
	agent->redfish = redfish_open(&agent->redfish_options, &agent->redfish_power, fault);
	if (agent->redfish == NULL)
		return -1;
	agent->waits[REDFISH_SLOT] = (struct pollfd){.fd = redfish_fd(agent->redfish), .events = POLLIN};
	return 0;
}

/* Opens all sockets on one port; a port of the system's choice may be taken at some address, then
 * another is tried. */
static int open_sockets(struct agent *agent, struct sim_fault *fault)
{
	int attempts = agent->options->port == 0 ? PORT_ATTEMPTS : 1;
	int at = 0;
	for (int i = 0; i < attempts; i++) {
		agent->port = agent->options->port;
		for (at = 0; at < HALL_DEVICES && open_socket(agent, at) == 0; at++)
			continue;
		if (at == HALL_DEVICES && open_redfish(agent, fault) == 0)
			return 0;
		close_sockets(agent);
		if (at == HALL_DEVICES && i + 1 == attempts)
			return -1;
	}
	struct sockaddr_in address = address_of(agent, at);
	return sim_fail(fault, "cannot listen on %s port %u: %s", inet_ntoa(address.sin_addr),
	                (unsigned)agent->options->port, strerror(errno));
}

/* Turns SIGTERM and SIGINT into something that poll() sees. */
static int open_signals(struct agent *agent, struct sim_fault *fault)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return sim_fail(fault, "signalfd: %s", strerror(errno));
	agent->waits[SIGNAL_SLOT] = (struct pollfd){.fd = fd, .events = POLLIN};
	return 0;
}

/* Lets the hall go on to the present. */
static int keep_up(struct agent *agent, struct sim_fault *fault)
{
	int64_t elapsed_ms = (clock_ms(CLOCK_MONOTONIC) - agent->began_ms) * agent->options->speed;
	return course_seek(agent->course, agent->start_ms + elapsed_ms, fault);
}

/* Since when the device at `index` has been up. */
static int64_t started_s(const struct agent *agent, int index)
{
	const struct hall_device *device = &hall_devices[index];
	bool is_pdu = device->kind == HALL_PDU || device->kind == HALL_OLD_PDU;
	if (is_pdu && agent->course->reset_s[device->unit] > agent->course->origin_s)
		return agent->course->reset_s[device->unit];
	return agent->installed_s[index];
}

/* Counts what became of a packet. */
static void count(struct mib_counts *counts, enum message_fate fate)
{
	counts->in_packets++;
	if (fate == MESSAGE_ANSWERED)
		counts->out_packets++;
	else if (fate == MESSAGE_BAD_VERSION)
		counts->bad_versions++;
	else if (fate == MESSAGE_BAD_COMMUNITY)
		counts->bad_communities++;
	else if (fate == MESSAGE_MALFORMED)
		counts->parse_errors++;
	else
		counts->dropped++;
}

/* Where the answer of a BMC goes. */
struct way_back {
	int fd;
	struct sockaddr_in peer;
};

/* Sends the answer of a BMC, at once: the hall's net has no delays. */
static void send_back(void *arg, uint32_t number, uint64_t peer, const uint8_t *data, size_t length,
                      int64_t delay_ms)
{
	const struct way_back *way = arg;
	(void)number;
	(void)peer;
	(void)delay_ms;
	(void)sendto(way->fd, data, length, 0, (const struct sockaddr *)&way->peer,
	             sizeof(way->peer));
}

/* Hands a packet to the BMC that the device at `index` is. */
static void serve_bmc(struct agent *agent, int index, const struct sockaddr_in *peer,
                      const uint8_t *request, size_t length)
{
	struct way_back way = {.fd = agent->waits[index].fd, .peer = *peer};
	uint64_t from = (uint64_t)ntohl(peer->sin_addr.s_addr) << 16 | ntohs(peer->sin_port);
	bmc_farm_set_time(&agent->bmcs, clock_ms(CLOCK_MONOTONIC) - agent->began_ms,
	                  agent->course->at_ms);
	bmc_farm_receive(&agent->bmcs, (uint32_t)(index - HALL_BMC_FIRST), from, request, length,
	                 send_back, &way);
}

/* Reads one packet for device `index` and answers it.  False when none was waiting. */
static bool serve_packet(struct agent *agent, int index)
{
	uint8_t request[65536], answer[MESSAGE_MAX];
	struct sockaddr_in peer;
	socklen_t peer_length = sizeof(peer);
	size_t answer_length = 0;
	int fd = agent->waits[index].fd;

	ssize_t got =
		recvfrom(fd, request, sizeof(request), 0, (struct sockaddr *)&peer, &peer_length);
	if (got < 0)
		return false;
	if (event_silent(&agent->course->plan, index, agent->course->at_ms / 1000))
		return true;
	if (hall_devices[index].kind == HALL_BMC) {
		serve_bmc(agent, index, &peer, request, (size_t)got);
		return true;
	}
	struct mib_moment moment = {
		.course = agent->course,
		.started_s = started_s(agent, index),
		.counts = &agent->counts[index],
	};
	enum message_fate fate =
		message_answer(&agent->mibs[index], &moment, agent->options->community, request,
	                       (size_t)got, answer, &answer_length);
	count(&agent->counts[index], fate);
	if (fate == MESSAGE_ANSWERED) /* a lost answer is the client's to ask for again */
		(void)sendto(fd, answer, answer_length, 0, (struct sockaddr *)&peer, peer_length);
	return true;
}

/* Milliseconds until the time is over, -1 for never. */
static int patience_ms(const struct agent *agent)
{
	if (agent->options->seconds == 0)
		return -1;
	int64_t left_ms =
		agent->began_ms + agent->options->seconds * 1000 - clock_ms(CLOCK_MONOTONIC);
	return left_ms < 0 ? 0 : left_ms > 60000 ? 60000 : (int)left_ms;
}

/* How long poll() may wait. */
static int wait_ms(const struct agent *agent)
{
	int left_ms = patience_ms(agent), theirs_ms = redfish_patience_ms(agent->redfish);
	return left_ms < 0 || theirs_ms < left_ms ? theirs_ms : left_ms;
}

/* Answers until told to stop. */
static int serve(struct agent *agent, struct sim_fault *fault)
{
	for (;;) {
		int ready = poll(agent->waits, SLOTS, wait_ms(agent));
		if (ready < 0 && errno != EINTR)
			return sim_fail(fault, "poll: %s", strerror(errno));
		if (agent->waits[SIGNAL_SLOT].revents != 0 || patience_ms(agent) == 0)
			return 0;
		if (ready < 0)
			continue;
		if (keep_up(agent, fault) < 0)
			return -1;
		redfish_turn(agent->redfish);
		for (int i = 0; i < HALL_DEVICES; i++)
			for (int n = 0; agent->waits[i].revents != 0 && n < PACKETS_PER_TURN; n++)
				if (!serve_packet(agent, i))
					break;
	}
}

/* Brings the hall to the present, about a second for each simulated year, and starts the clock. */
static int begin(struct agent *agent, struct sim_fault *fault)
{
	const struct agent_options *options = agent->options;
	bool given = options->now_ms >= 0;
	int64_t now_ms = given ? options->now_ms : clock_ms(CLOCK_REALTIME);
	struct event_plan plan = {
		.live = options->live_events,
		.live_start_s = (now_ms / 1000 + 59) / 60 * 60,
	};
	if (now_ms / 1000 < options->origin_s)
		return sim_fail(fault,
		                "%" PRId64 " ms lies before the hall was built (%" PRId64 " s)",
		                now_ms, options->origin_s);
	course_open(agent->course, options->seed, &plan, options->origin_s);
	if (course_seek(agent->course, now_ms, fault) < 0)
		return -1;
	agent->began_ms = clock_ms(CLOCK_MONOTONIC);
	agent->start_ms = given ? now_ms : clock_ms(CLOCK_REALTIME);
	if (agent->start_ms < now_ms) /* the wall clock was set back meanwhile */
		agent->start_ms = now_ms;
	return 0;
}

/* Writes down what each device can tell, and since when it has been up. */
static void furnish(struct agent *agent)
{
	for (int i = 0; i < HALL_DEVICES; i++) {
		agent->installed_s[i] = agent->options->origin_s - (i + 1) * INT64_C(3947);
		families_build(&agent->mibs[i], i);
	}
}

/* Everything from opening sockets to leaving the loop. */
static int run(struct agent *agent, struct sim_fault *fault)
{
	if (bmc_hall_open(&agent->bmcs, agent->course, agent->options->seed, fault) < 0 ||
	    open_signals(agent, fault) < 0 || open_sockets(agent, fault) < 0)
		return -1;
	furnish(agent);
	if (begin(agent, fault) < 0)
		return -1;
	struct sockaddr_in address = address_of(agent, 0);
	fprintf(stderr, "hallsim: ready: %d devices at %s..., port %u\n", HALL_DEVICES,
	        inet_ntoa(address.sin_addr), (unsigned)agent->port);
	return serve(agent, fault);
}

int agent_run(const struct agent_options *options, struct sim_fault *fault)
{
	struct agent *agent = calloc(1, sizeof(*agent));
	struct course *course = calloc(1, sizeof(*course));
	int rc = -1;

	if (agent == NULL || course == NULL) {
		sim_fail(fault, "out of memory");
		goto out;
	}
	agent->options = options;
	agent->course = course;
	for (int i = 0; i < SLOTS; i++)
		agent->waits[i].fd = -1;
	rc = run(agent, fault);
	redfish_close(agent->redfish);
	bmc_farm_close(&agent->bmcs);
	close_sockets(agent);
	if (agent->waits[SIGNAL_SLOT].fd >= 0)
		close(agent->waits[SIGNAL_SLOT].fd);
	for (int i = 0; i < HALL_DEVICES; i++)
		mib_free(&agent->mibs[i]);
out:
	free(course);
	free(agent);
	return rc;
}
