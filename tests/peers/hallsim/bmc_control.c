/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_control.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MAX 8192
#define PATIENCE_S 5

int bmc_control_open(struct bmc_control *control, const char *path, struct sim_fault *fault)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	*control = (struct bmc_control){.path = path, .listener = -1};
	for (int i = 0; i < BMC_CONTROL_CLIENTS; i++)
		control->clients[i].fd = -1;
	if (strlen(path) >= sizeof(address.sun_path))
		return sim_fail(fault, "%s is too long for a socket's name", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)unlink(path); /* bind says what is wrong, if anything */
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, BMC_CONTROL_CLIENTS) < 0) {
		sim_fail(fault, "cannot listen at %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	control->listener = fd;
	return 0;
}

void bmc_control_close(struct bmc_control *control)
{
	if (control->listener < 0)
		return;
	for (int i = 0; i < BMC_CONTROL_CLIENTS; i++)
		if (control->clients[i].fd >= 0)
			close(control->clients[i].fd);
	close(control->listener);
	(void)unlink(control->path);
	control->listener = -1;
}

/* Writes all of `text`; a client that does not read has to do without. */
static void say(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t done = send(fd, text, length, MSG_NOSIGNAL);
		if (done <= 0)
			return;
		text += done;
		length -= (size_t)done;
	}
}

/* The counters with what stands before them, as a line. */
static void say_counts(int fd, const char *head, const struct bmc_counts *counts)
{
	char text[ANSWER_MAX];
	int length = snprintf(text, sizeof(text), "{%s,", head);
	size_t used = (size_t)length;
	used += bmc_count_write(counts, text + used, sizeof(text) - used - 2);
	text[used++] = '}';
	text[used++] = '\n';
	say(fd, text, used);
}

static void say_total(int fd, struct bmc_farm *farm)
{
	char head[160];
	uint64_t live = bmc_farm_live_sessions(farm); /* ages them: before the counters are read */
	snprintf(head, sizeof(head),
	         "\"bmcs\":%" PRIu32 ",\"run_ms\":%" PRId64 ",\"at_ms\":%" PRId64
	         ",\"live_sessions\":%" PRIu64,
	         bmc_farm_known(farm), farm->world.run_ms, farm->world.at_ms, live);
	say_counts(fd, head, &farm->world.total);
}

static void say_bmc(int fd, struct bmc_farm *farm, uint32_t number)
{
	static const struct bmc_counts nothing;
	char head[160];
	struct bmc *bmc = farm->bmcs[number];
	if (bmc != NULL)
		bmc_age(&farm->world, bmc);
	snprintf(head, sizeof(head),
	         "\"bmc\":%" PRIu32 ",\"profile\":\"%s\",\"live_sessions\":%d", number,
	         bmc_farm_profile(farm, number)->name, bmc == NULL ? 0 : bmc_live_sessions(bmc));
	say_counts(fd, head, bmc == NULL ? &nothing : &bmc->counts);
}

/* Says what could not be done; the sentences hold no characters that JSON would mind but quotes. */
static void say_fault(int fd, struct sim_fault *fault)
{
	char text[sizeof(fault->text) + 32];
	for (char *c = fault->text; *c != '\0'; c++)
		if (*c == '"' || *c == '\\' || (unsigned char)*c < 0x20)
			*c = '\'';
	int length = snprintf(text, sizeof(text), "{\"error\":\"%s\"}\n", fault->text);
	say(fd, text, (size_t)length);
}

/* Does what the line asks for. */
static void obey(int fd, const char *line, struct bmc_farm *farm)
{
	struct sim_fault fault = {{0}};
	unsigned number = 0;
	if (strcmp(line, "total") == 0) {
		say_total(fd, farm);
	} else if (sscanf(line, "bmc %9u", &number) == 1 && number < farm->count) {
		say_bmc(fd, farm, number);
	} else if (strcmp(line, "all") == 0) {
		for (uint32_t i = 0; i < farm->count; i++)
			if (farm->bmcs[i] != NULL)
				say_bmc(fd, farm, i);
	} else if (strcmp(line, "clear") == 0) {
		farm->world.faults.count = 0;
		say(fd, "{}\n", 3);
	} else if (strcmp(line, "restart") == 0) {
		for (uint32_t i = 0; i < farm->count; i++)
			if (farm->bmcs[i] != NULL)
				bmc_restart(farm->bmcs[i]);
		say(fd, "{}\n", 3);
	} else if (strncmp(line, "fault ", 6) == 0) {
		if (bmc_fault_add(&farm->world.faults, line + 6, &fault) < 0)
			say_fault(fd, &fault);
		else
			say(fd, "{}\n", 3);
	} else {
		sim_fail(&fault, "%s is unknown; write total, bmc N, all, fault RULE, clear or restart",
		         line);
		say_fault(fd, &fault);
	}
}

/* Lets a client in where there is room. */
static void admit(struct bmc_control *control)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	for (int i = 0; i < BMC_CONTROL_CLIENTS; i++) {
		if (control->clients[i].fd >= 0)
			continue;
		control->clients[i].fd = fd;
		control->clients[i].used = 0;
		return;
	}
	close(fd);
}

/* Reads on from a client; false when it is to be hung up on. */
static bool hear(struct bmc_control_client *client, struct bmc_farm *farm)
{
	ssize_t got = recv(client->fd, client->line + client->used,
	                   sizeof(client->line) - 1 - client->used, MSG_DONTWAIT);
	if (got <= 0)
		return got < 0 && (errno == EAGAIN || errno == EINTR);
	client->used += (size_t)got;
	client->line[client->used] = '\0';
	char *end = strchr(client->line, '\n');
	if (end == NULL)
		return client->used < sizeof(client->line) - 1;
	*end = '\0';
	obey(client->fd, client->line, farm);
	return false;
}

void bmc_control_turn(struct bmc_control *control, int fd, struct bmc_farm *farm)
{
	if (fd == control->listener) {
		admit(control);
		return;
	}
	for (int i = 0; i < BMC_CONTROL_CLIENTS; i++) {
		struct bmc_control_client *client = &control->clients[i];
		if (client->fd != fd || hear(client, farm))
			continue;
		close(client->fd);
		client->fd = -1;
	}
}
