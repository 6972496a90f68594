/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sdnotify.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A socket as systemd has it, at a path or, with '@', in the abstract space. */
static int listen_at(const char *where)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	memcpy(at.sun_path, where, strlen(where));
	if (where[0] == '@')
		at.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(where))), 0);
	return fd;
}

static void assert_heard(int fd, const char *expected)
{
	char heard[200] = "";
	ssize_t n = recv(fd, heard, sizeof(heard) - 1, MSG_DONTWAIT);
	assert_int_equal(n, strlen(expected));
	assert_string_equal(heard, expected);
}

static void check_at(const char *where)
{
	struct hwatt_error err = { 0 };
	struct sdnotify n;
	int fd = listen_at(where);
	if (sdnotify_open(&n, where, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(sdnotify_tell(&n, "READY=1", &err), 0);
	assert_heard(fd, "READY=1");
	assert_int_equal(sdnotify_tell_reloading(&n, 123456789, &err), 0);
	assert_heard(fd, "RELOADING=1\nMONOTONIC_USEC=123456789");
	close(fd);
	assert_int_equal(sdnotify_tell(&n, "STOPPING=1", &err), -1);
	assert_int_equal(err.code, HWATT_EIO);
	sdnotify_close(&n);
	assert_int_equal(n.fd, -1);
}

static void systemd_hears_at_a_path(void **state)
{
	(void)state;
	char folder[] = "/tmp/hallwatt-sdnotify-XXXXXX", where[64];
	assert_non_null(mkdtemp(folder));
	snprintf(where, sizeof(where), "%s/notify", folder);
	check_at(where);
	unlink(where);
	rmdir(folder);
}

static void systemd_hears_in_the_abstract_space(void **state)
{
	(void)state;
	char where[64];
	snprintf(where, sizeof(where), "@hallwatt-test-%d", (int)getpid());
	check_at(where);
}

static void without_systemd_nothing_happens(void **state)
{
	(void)state;
	struct sdnotify n;
	struct hwatt_error err;
	assert_int_equal(sdnotify_open(&n, NULL, &err), 0);
	assert_int_equal(sdnotify_tell(&n, "READY=1", &err), 0);
	assert_int_equal(sdnotify_open(&n, "", &err), 0);
	assert_int_equal(sdnotify_tell(&n, "READY=1", &err), 0);
	sdnotify_close(&n);
}

static void what_is_no_socket_is_refused(void **state)
{
	(void)state;
	struct sdnotify n;
	struct hwatt_error err;
	char longer[200];
	memset(longer, 'a', sizeof(longer) - 1);
	longer[0] = '/';
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(sdnotify_open(&n, longer, &err), -1);
	assert_int_equal(err.code, HWATT_EINVAL);
	assert_int_equal(sdnotify_open(&n, "relative", &err), -1);
	assert_int_equal(err.code, HWATT_EINVAL);
	assert_int_equal(sdnotify_open(&n, "/nonexistent/notify", &err), -1);
	assert_int_equal(err.code, HWATT_EIO);
	assert_int_equal(n.fd, -1);
}

static void the_watchdog_is_told_twice_in_its_time(void **state)
{
	(void)state;
	assert_int_equal(sdnotify_watchdog_ms("30000000", "42", 42), 15000);
	assert_int_equal(sdnotify_watchdog_ms("30000000", NULL, 42), 15000);
	assert_int_equal(sdnotify_watchdog_ms("30000000", "43", 42), 0);
	assert_int_equal(sdnotify_watchdog_ms(NULL, "42", 42), 0);
	assert_int_equal(sdnotify_watchdog_ms("nonsense", NULL, 42), 0);
	assert_int_equal(sdnotify_watchdog_ms("-5000000", NULL, 42), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systemd_hears_at_a_path),
		cmocka_unit_test(systemd_hears_in_the_abstract_space),
		cmocka_unit_test(without_systemd_nothing_happens),
		cmocka_unit_test(what_is_no_socket_is_refused),
		cmocka_unit_test(the_watchdog_is_told_twice_in_its_time),
	};
	return cmocka_run_group_tests_name("sdnotify", tests, NULL, NULL);
}
