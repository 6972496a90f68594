/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A real snmpd on loopback: read, stopped, started again. */
#include "fake_target.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct daemon {
	char folder[64], config[96], address[64];
	uint16_t port;
	pid_t pid;
};

static uint16_t free_port(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(any);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&any, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &size), 0);
	close(fd);
	return ntohs(any.sin_port);
}

static const char *program(void)
{
	static const char *const paths[] = { "/usr/sbin/snmpd", "/usr/local/sbin/snmpd", "/usr/bin/snmpd" };
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

static void daemon_start(struct daemon *d)
{
	const char *path = program();
	d->pid = fork();
	assert_true(d->pid >= 0);
	if (d->pid > 0)
		return;
	setenv("SNMPCONFPATH", d->folder, 1);
	setenv("SNMP_PERSISTENT_DIR", d->folder, 1);
	setenv("MIBS", "", 1);
	if (freopen("/dev/null", "w", stderr) == NULL || freopen("/dev/null", "w", stdout) == NULL)
		_exit(126);
	execl(path, path, "-f", "-C", "-c", d->config, "-Lo", "-r", d->address, (char *)NULL);
	_exit(127);
}

static void daemon_stop(struct daemon *d)
{
	int status;
	if (d->pid <= 0)
		return;
	kill(d->pid, SIGTERM);
	waitpid(d->pid, &status, 0);
	d->pid = 0;
}

static void daemon_make(struct daemon *d)
{
	*d = (struct daemon){ .folder = "/tmp/hallwatt-snmpd-XXXXXX" };
	assert_non_null(mkdtemp(d->folder));
	snprintf(d->config, sizeof(d->config), "%s/agent.conf", d->folder);
	d->port = free_port();
	snprintf(d->address, sizeof(d->address), "udp:127.0.0.1:%u", d->port);
	FILE *out = fopen(d->config, "w");
	assert_non_null(out);
	fprintf(out, "rocommunity public 127.0.0.1\nsysDescr a test\n");
	fclose(out);
}

static void daemon_remove(struct daemon *d)
{
	char command[128];
	daemon_stop(d);
	snprintf(command, sizeof(command), "rm -r %s", d->folder);
	assert_int_equal(system(command), 0);
}

/* Polls until it answers. */
static void until_up(struct hwatt_target *t)
{
	for (int i = 0; i < 100; i++)
		if (fake_poll(t, 10000) == 0)
			return;
	fail_msg("snmpd does not answer: %s", t->err.text);
}

static void assert_host(struct hwatt_target *t)
{
	unsigned interfaces = 0; /* processors come only when snmpd has run for a minute */
	for (size_t i = 0; i < t->point_count; i++) {
		const struct fake_point *p = &t->points[i];
		interfaces += p->times == 1 && p->is.quantity == HWATT_IF_IN_OCTETS;
	}
	assert_true(interfaces >= 1);
	assert_int_equal(fake_value(t, "memory", "memory_size", "ram"),
			 (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE));
	assert_true(fake_value(t, "memory", "memory_used", "ram") > 0);
}

static void snmpd_is_read_stopped_and_started(void **state)
{
	(void)state;
	struct fake_world world;
	struct daemon d;
	struct hwatt_error err;
	if (program() == NULL) {
		print_message("no snmpd here\n");
		skip();
	}
	daemon_make(&d);
	daemon_start(&d);
	fake_world_open(&world, NULL);
	struct hwatt_target *t = fake_open(&world, "127.0.0.1", d.port, "{timeout: 300ms, retries: 1}", &err);
	until_up(t);
	assert_host(t);
	assert_non_null(strstr(t->profile_reason, "if-mib"));
	unsigned first = t->requests;
	assert_int_equal(fake_poll(t, 10000), 0);
	assert_true(t->requests < first);
	assert_host(t);

	daemon_stop(&d);
	assert_int_equal(fake_poll(t, 10000), -1);
	assert_int_equal(t->err.code, HWATT_ETIMEOUT);

	daemon_start(&d);
	until_up(t);
	assert_host(t);
	assert_true(t->uptime_ms >= 0);
	struct hwatt_target *v1 = fake_open(&world, "127.0.0.1", d.port, "{version: 1}", &err);
	assert_int_equal(fake_poll(v1, 20000), 0);
	assert_host(v1);
	fake_close(v1);
	fake_close(t);
	fake_world_close(&world);
	daemon_remove(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snmpd_is_read_stopped_and_started),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
