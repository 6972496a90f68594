/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sockets through which nothing goes: what they are set to, and what is told of packets that a test makes. */
#include <hallwatt/udp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <cmocka.h>

static union hwatt_udp_address at(const char *host, uint16_t port, uint32_t scope)
{
	union hwatt_udp_address a = { 0 };
	if (inet_pton(AF_INET, host, &a.v4.sin_addr) == 1) {
		a.v4.sin_family = AF_INET;
		a.v4.sin_port = htons(port);
		return a;
	}
	assert_int_equal(inet_pton(AF_INET6, host, &a.v6.sin6_addr), 1);
	a.v6.sin6_family = AF_INET6;
	a.v6.sin6_port = htons(port);
	a.v6.sin6_scope_id = scope;
	return a;
}

static void addresses_are_the_same_when_host_port_and_scope_are(void **state)
{
	(void)state;
	const struct { union hwatt_udp_address a, b; bool same; } rows[] = {
		{ at("192.0.2.1", 161, 0), at("192.0.2.1", 161, 0), true },
		{ at("192.0.2.1", 161, 0), at("192.0.2.1", 162, 0), false },
		{ at("192.0.2.1", 161, 0), at("192.0.2.2", 161, 0), false },
		{ at("192.0.2.1", 161, 0), at("::ffff:192.0.2.1", 161, 0), false },
		{ at("2001:db8::1", 161, 0), at("2001:db8::1", 161, 0), true },
		{ at("2001:db8::1", 161, 0), at("2001:db8::1", 623, 0), false },
		{ at("2001:db8::1", 161, 0), at("2001:db8::2", 161, 0), false },
		{ at("fe80::1", 161, 2), at("fe80::1", 161, 2), true },
		{ at("fe80::1", 161, 2), at("fe80::1", 161, 3), false },
		{ at("fe80::1", 161, 0), at("fe80::1", 161, 3), true },
		{ at("fe80::1", 161, 2), at("fe80::1", 161, 0), true },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (hwatt_udp_same(&rows[i].a, &rows[i].b) != rows[i].same)
			fail_msg("row %zu", i);
	assert_int_equal(hwatt_udp_length(&rows[0].a), sizeof(struct sockaddr_in));
	assert_int_equal(hwatt_udp_length(&rows[4].a), sizeof(struct sockaddr_in6));
}

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);
	assert_int_equal(getsockopt(fd, level, name, &value, &size), 0);
	return value;
}

static void a_socket_never_blocks_and_its_packets_stay_whole(void **state)
{
	(void)state;
	struct hwatt_udp udp;
	struct hwatt_error err;
	assert_int_equal(hwatt_udp_open(&udp, AF_INET, &err), 0);
	assert_int_equal(fcntl(udp.fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(fcntl(udp.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(option(udp.fd, SOL_SOCKET, SO_RCVBUF), udp.buffer);
	assert_true(udp.buffer > 0);
	assert_int_equal(option(udp.fd, SOL_SOCKET, SO_RXQ_OVFL), 1);
	assert_int_equal(option(udp.fd, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DO);
	assert_true(hwatt_udp_let_split(&udp));
	assert_int_equal(option(udp.fd, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_WANT);
	assert_false(hwatt_udp_let_split(&udp));
	hwatt_udp_close(&udp);
	assert_int_equal(udp.fd, -1);
	hwatt_udp_close(&udp);
}

static void one_of_ipv6_leaves_ipv4_to_the_other(void **state)
{
	(void)state;
	struct hwatt_udp udp;
	struct hwatt_error err;
	if (hwatt_udp_open(&udp, AF_INET6, &err) < 0)
		skip(); /* a machine without */
	assert_int_equal(option(udp.fd, IPPROTO_IPV6, IPV6_V6ONLY), 1);
	assert_false(udp.whole);
	assert_false(hwatt_udp_let_split(&udp));
	hwatt_udp_close(&udp);
}

static void a_socket_that_cannot_be_opened_says_why(void **state)
{
	(void)state;
	struct hwatt_udp udp;
	struct hwatt_error err = { 0 };
	assert_int_equal(hwatt_udp_open(&udp, AF_MAX, &err), -1);
	assert_int_equal(err.code, HWATT_EIO);
	assert_non_null(strstr(err.text, "cannot open a UDP socket: "));
	assert_int_equal(udp.fd, -1);
	assert_int_equal(udp.buffer, 0);
}

/* A packet that came with the kernel's count of those it dropped, and with its time before or behind that. */
static uint32_t drops(struct hwatt_udp *udp, uint32_t count, bool time_first)
{
	union {
		struct cmsghdr align;
		uint8_t bytes[2 * CMSG_SPACE(sizeof(uint32_t))];
	} control = { 0 };
	struct msghdr packet = { .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&packet);
	for (int i = 0; i < 2; i++, c = CMSG_NXTHDR(&packet, c)) {
		uint32_t value = (i == 0) == time_first ? 12345 : count;
		*c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(value)), .cmsg_level = SOL_SOCKET,
				       .cmsg_type = (i == 0) == time_first ? SO_TIMESTAMP : SO_RXQ_OVFL };
		memcpy(CMSG_DATA(c), &value, sizeof(value));
	}
	return hwatt_udp_drops(udp, &packet);
}

static void what_the_kernel_dropped_counts_once(void **state)
{
	(void)state;
	struct hwatt_udp udp = { .fd = -1 };
	struct msghdr bare = { 0 };
	assert_int_equal(hwatt_udp_drops(&udp, &bare), 0);
	assert_int_equal(drops(&udp, 3, true), 3);
	assert_int_equal(hwatt_udp_drops(&udp, &bare), 0);
	assert_int_equal(drops(&udp, 3, false), 0);
	assert_int_equal(drops(&udp, 10, false), 7);
	udp.dropped = UINT32_MAX - 1;
	assert_int_equal(drops(&udp, 4, true), 6); /* it wrapped */
}

static void the_smaller_buffer_limits_what_is_asked(void **state)
{
	(void)state;
	struct hwatt_udp v4 = { .buffer = 1 << 20 }, v6 = { .buffer = 1 << 19 }, none = { 0 }, huge = { .buffer = 1 << 30 };
	assert_int_equal(hwatt_udp_limit(&v4, &v6, 4096), 128);
	assert_int_equal(hwatt_udp_limit(&v4, &huge, 4096), 256);
	assert_int_equal(hwatt_udp_limit(&v4, &none, 4096), 256);
	assert_int_equal(hwatt_udp_limit(&none, &none, 4096), 32); /* some, whatever the kernel says */
	assert_int_equal(hwatt_udp_limit(&huge, &huge, 4096), 16384);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_the_same_when_host_port_and_scope_are),
		cmocka_unit_test(a_socket_never_blocks_and_its_packets_stay_whole),
		cmocka_unit_test(one_of_ipv6_leaves_ipv4_to_the_other),
		cmocka_unit_test(a_socket_that_cannot_be_opened_says_why),
		cmocka_unit_test(what_the_kernel_dropped_counts_once),
		cmocka_unit_test(the_smaller_buffer_limits_what_is_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
