/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A real snmpd on loopback: read, stopped, started again. */
#include "agent.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

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
	struct agent d;
	struct hwatt_error err;
	if (agent_program() == NULL) {
		print_message("no snmpd here\n");
		skip();
	}
	agent_make(&d, "rocommunity public 127.0.0.1\nsysDescr a test\n");
	agent_start(&d);
	fake_world_open(&world, NULL);
	struct hwatt_target *t = fake_open(&world, "127.0.0.1", d.port, "{timeout: 300ms, retries: 1}", &err);
	until_up(t);
	assert_host(t);
	assert_non_null(strstr(t->profile_reason, "if-mib"));
	unsigned first = t->requests;
	assert_int_equal(fake_poll(t, 10000), 0);
	assert_true(t->requests < first);
	assert_host(t);

	agent_stop(&d);
	assert_int_equal(fake_poll(t, 10000), -1);
	assert_int_equal(t->err.code, HWATT_ETIMEOUT);

	agent_start(&d);
	until_up(t);
	assert_host(t);
	assert_true(t->uptime_ms >= 0);
	struct hwatt_target *v1 = fake_open(&world, "127.0.0.1", d.port, "{version: 1}", &err);
	assert_int_equal(fake_poll(v1, 20000), 0);
	assert_host(v1);
	fake_close(v1);
	fake_close(t);
	fake_world_close(&world);
	agent_remove(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snmpd_is_read_stopped_and_started),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
