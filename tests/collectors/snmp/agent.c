/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "agent.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* A port that is free, and stays so until the agent has it: below those that the kernel gives to whoever asks for any, and far
 * from those of a test that runs beside this one. */
static uint16_t free_port(void)
{
	static const unsigned first = 10000, count = 20000, each = 16;
	static unsigned asked;
	for (unsigned i = 0; i < count; i++) {
		unsigned port = first + ((unsigned)getpid() * each + asked++) % count;
		struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		int fd = socket(AF_INET, SOCK_DGRAM, 0);
		bool is_free = bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0;
		close(fd);
		if (is_free)
			return (uint16_t)port;
	}
	fail_msg("no port is free");
	return 0;
}

const char *agent_program(void)
{
	static const char *const paths[] = { "/usr/sbin/snmpd", "/usr/local/sbin/snmpd", "/usr/bin/snmpd" };
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

void agent_configure(struct agent *a, const char *lines)
{
	FILE *out = fopen(a->config, "w");
	assert_non_null(out);
	fputs(lines, out);
	assert_int_equal(fclose(out), 0);
}

void agent_make(struct agent *a, const char *lines)
{
	*a = (struct agent){ .folder = "/tmp/hallwatt-snmpd-XXXXXX" };
	assert_non_null(mkdtemp(a->folder));
	snprintf(a->config, sizeof(a->config), "%s/snmpd.conf", a->folder);
	snprintf(a->state, sizeof(a->state), "%s/state", a->folder);
	assert_int_equal(mkdir(a->state, 0700), 0);
	a->port = free_port();
	snprintf(a->address, sizeof(a->address), "udp:127.0.0.1:%u", a->port);
	agent_configure(a, lines);
}

void agent_start(struct agent *a)
{
	const char *program = agent_program();
	a->pid = fork();
	assert_true(a->pid >= 0);
	if (a->pid > 0)
		return;
	char path[192];
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves none behind */
	snprintf(path, sizeof(path), "%s:%s", a->folder, a->state);
	setenv("SNMPCONFPATH", path, 1);
	setenv("SNMP_PERSISTENT_DIR", a->state, 1);
	setenv("MIBS", "", 1);
	if (freopen("/dev/null", "w", stderr) == NULL || freopen("/dev/null", "w", stdout) == NULL)
		_exit(126);
	execl(program, program, "-f", "-Lo", "-r", a->address, (char *)NULL);
	_exit(127);
}

static void end(struct agent *a, int with)
{
	int status;
	if (a->pid <= 0)
		return;
	kill(a->pid, with);
	waitpid(a->pid, &status, 0);
	a->pid = 0;
}

void agent_stop(struct agent *a)
{
	end(a, SIGTERM);
}

void agent_forget(struct agent *a)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/snmpd.conf", a->state);
	unlink(path);
}

void agent_boots(struct agent *a, const char *engine, unsigned boots)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/snmpd.conf", a->state);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, "engineBoots %u\noldEngineID %s\n", boots, engine);
	assert_int_equal(fclose(out), 0);
}

void agent_kill(struct agent *a)
{
	end(a, SIGKILL);
}

void agent_remove(struct agent *a)
{
	char command[128];
	agent_stop(a);
	snprintf(command, sizeof(command), "rm -r %s", a->folder);
	assert_int_equal(system(command), 0);
}

void agent_await(const struct agent *a)
{
	static const uint8_t discovery[] = {
		0x30, 0x38, 2, 1, 3, 0x30, 0x0e, 2, 1, 1, 2, 3, 0, 0xff, 0xe3, 4, 1, 4, 2, 1, 3,
		4, 0x10, 0x30, 0x0e, 4, 0, 2, 1, 0, 2, 1, 0, 4, 0, 4, 0, 4, 0,
		0x30, 0x11, 4, 0, 4, 0, 0xa0, 0x0b, 2, 1, 1, 2, 1, 0, 2, 1, 0, 0x30, 0,
	};
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(a->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval wait = { .tv_usec = 50000 };
	uint8_t answer[1500];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	for (time_t end = time(NULL) + 60; time(NULL) < end;) {
		if (send(fd, discovery, sizeof(discovery), 0) > 0 && recv(fd, answer, sizeof(answer), 0) > 0) {
			close(fd);
			return;
		}
		usleep(10000); /* port unreachable comes at once */
	}
	fail_msg("snmpd does not answer");
}
