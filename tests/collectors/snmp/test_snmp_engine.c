/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The engine on a network that takes no large packets: one of the test's own, as such need not be asked for twice. */
#include "engine.h"
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

enum { MTU = 600, OIDS = 60 };

struct stage {
	uv_loop_t loop;
	struct engine *engine;
	uv_poll_t agent; /* answers what it is asked by what it is asked */
	int fd;
	size_t id_at;
	uint8_t answer[BER_MAX_PACKET];
	size_t answer_length;
	int answers, failures;
};

/* A network with nothing but a loopback of small packets; false where that may not be made. */
static bool enter_narrow_network(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	lo.ifr_mtu = MTU;
	bool made = ioctl(fd, SIOCSIFMTU, &lo) == 0;
	lo.ifr_flags = IFF_UP;
	made = made && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
	close(fd);
	return made;
}

static size_t message(enum ber_pdu pdu, uint8_t *out, size_t size, size_t *id_at)
{
	static const uint8_t name[] = { 0x2b, 6, 1, 4, 1, 0x82, 0x3e, 1, 1, 26, 9, 4, 3, 1, 7, 1 };
	struct ber_oid oids[OIDS];
	for (int i = 0; i < OIDS; i++)
		oids[i] = (struct ber_oid){ name, sizeof(name) };
	struct ber_request request = { BER_V2C, "public", pdu, 0, oids, OIDS };
	return ber_encode(&request, out, size, id_at);
}

static void on_asked(uv_poll_t *poll, int status, int events)
{
	struct stage *s = poll->data;
	uint8_t packet[BER_MAX_PACKET];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	(void)status;
	(void)events;
	ssize_t n = recvfrom(s->fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &size);
	assert_int_equal(n, s->answer_length); /* a GET is as long as its answer with nothing in it */
	memcpy(s->answer + s->id_at, packet + s->id_at, 4);
	sendto(s->fd, s->answer, s->answer_length, 0, (struct sockaddr *)&from, size);
}

static void on_done(void *arg, const struct ber_message *answer, const struct hwatt_error *err)
{
	struct stage *s = arg;
	s->answers += answer != NULL && answer->count == OIDS;
	s->failures += err != NULL;
	uv_stop(&s->loop); /* a turn of the loop begins with its timers, and goes on with waiting */
}

static void ask(struct stage *s, int times)
{
	static uint8_t packets[4][BER_MAX_PACKET];
	union hwatt_udp_address to = { .v4 = { .sin_family = AF_INET } };
	socklen_t size = sizeof(to.v4);
	getsockname(s->fd, &to.any, &size);
	for (int i = 0; i < times; i++) {
		size_t id_at, length = message(BER_GET, packets[i], sizeof(packets[i]), &id_at);
		assert_true(length > MTU);
		engine_send(s->engine, &(struct engine_request){ .to = &to, .packet = packets[i], .length = length, .id_at = id_at,
								 .timeout_ms = 5000, .done = on_done, .arg = s });
	}
	int all = s->answers + s->failures + times;
	while (s->answers + s->failures < all)
		uv_run(&s->loop, UV_RUN_ONCE);
}

static void a_request_larger_than_the_way_takes_is_split(void **state)
{
	(void)state;
	struct stage s = { .answers = 0 };
	struct hwatt_error err;
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (!enter_narrow_network())
		skip();
	uv_loop_init(&s.loop);
	assert_int_equal(engine_open(&s.loop, NULL, &s.engine, &err), 0);
	s.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(s.fd, (struct sockaddr *)&here, sizeof(here)), 0);
	s.answer_length = message(BER_RESPONSE, s.answer, sizeof(s.answer), &s.id_at);
	uv_poll_init(&s.loop, &s.agent, s.fd);
	s.agent.data = &s;
	uv_poll_start(&s.agent, UV_READABLE, on_asked);
	ask(&s, 3);
	ask(&s, 1);
	assert_int_equal(s.answers, 4);
	assert_int_equal(s.failures, 0);
	assert_int_equal(engine_counters(s.engine)->sent, 4); /* none was lost by it */
	assert_int_equal(engine_counters(s.engine)->send_errors, 0);
	uv_close((uv_handle_t *)&s.agent, NULL);
	engine_close(s.engine);
	uv_run(&s.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s.loop), 0);
	close(s.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_larger_than_the_way_takes_is_split),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
