/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A real snmpd on loopback: read, stopped, started again. */
#include "agent.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Waits until it answers, and polls. */
static void must_poll(const struct agent *d, struct hwatt_target *t)
{
	agent_await(d);
	if (fake_poll(t, 60000) < 0)
		fail_msg("%s", t->err.text);
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
	struct agent d;
	struct hwatt_error err;
	if (agent_program() == NULL) {
		print_message("no snmpd here\n");
		skip();
	}
	agent_make(&d, "rocommunity public 127.0.0.1\nsysDescr a test\n");
	agent_start(&d);
	fake_world_open(&world, NULL);
	struct hwatt_target *t = fake_open(&world, "127.0.0.1", d.port, "{timeout: 10s, retries: 0}", &err);
	must_poll(&d, t);
	assert_host(t);
	assert_non_null(strstr(t->profile_reason, "if-mib"));
	unsigned first = t->requests;
	assert_int_equal(fake_poll(t, 60000), 0);
	assert_true(t->requests < first);
	assert_host(t);

	agent_stop(&d);
	assert_int_equal(fake_poll(t, 600), -1);
	assert_int_equal(t->err.code, HWATT_ETIMEOUT);

	agent_start(&d);
	must_poll(&d, t);
	assert_host(t);
	assert_true(t->uptime_ms >= 0);
	struct hwatt_target *v1 = fake_open(&world, "127.0.0.1", d.port, "{version: 1, timeout: 10s}", &err);
	assert_int_equal(fake_poll(v1, 60000), 0);
	assert_host(v1);
	fake_close(v1);
	fake_close(t);
	fake_world_close(&world);
	agent_remove(&d);
}

/* A script that answers for a counter's discontinuity time of the first interface: what is in the file beside it. */
static void write_file(const struct agent *d, const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", d->folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	chmod(path, 0755);
}

static void a_discontinuity_time_that_moves_is_believed_once(void **state)
{
	(void)state;
	static const char script[] = "#!/bin/sh\n"
				     "case \"$1 $2\" in \"-g .1.3.6.1.2.1.31.1.1.1.19.1\"|\"-n .1.3.6.1.2.1.31.1.1.1.19\")\n"
				     "echo .1.3.6.1.2.1.31.1.1.1.19.1; echo timeticks; cat \"${0%/*}/ticks\";; esac\n";
	struct fake_world world;
	struct agent d;
	struct hwatt_error err;
	char lines[256], ticks[16];
	if (agent_program() == NULL) {
		print_message("no snmpd here\n");
		skip();
	}
	agent_make(&d, "");
	snprintf(lines, sizeof(lines), "rocommunity public 127.0.0.1\npass .1.3.6.1.2.1.31.1.1.1.19 %s/script\n", d.folder);
	agent_configure(&d, lines);
	write_file(&d, "script", script);
	write_file(&d, "ticks", "500\n");
	agent_start(&d);
	fake_world_open(&world, NULL);
	struct hwatt_target *t = fake_open(&world, "127.0.0.1", d.port, "{timeout: 10s, retries: 0}", &err);
	must_poll(&d, t);
	const struct fake_point *in = fake_find(t, "interface", "if_in_octets", "1");
	assert_non_null(in);
	assert_int_equal(in->stamp, 501);
	for (int poll = 1; poll <= 4; poll++) {
		snprintf(ticks, sizeof(ticks), "%d\n", 500 + poll * 10);
		write_file(&d, "ticks", ticks);
		assert_int_equal(fake_poll(t, 60000), 0);
		assert_int_equal(in->times, 1);
		assert_int_equal(in->stamp, 511); /* the first move; then nothing went down */
		assert_int_equal(fake_warned(t, "discontinuity times move"), poll >= 3);
	}
	fake_close(t);
	fake_world_close(&world);
	agent_remove(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snmpd_is_read_stopped_and_started),
		cmocka_unit_test(a_discontinuity_time_that_moves_is_believed_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
