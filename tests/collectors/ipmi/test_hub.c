/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The socket, the queue and the deadlines of many controllers; packets are sent from sockets of the test. */
#include "hub.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#define PEERS 200u

struct world {
	uv_loop_t loop;
	struct hub *hub;
	int fd;                  /* plays a controller */
	struct sockaddr_in at;   /* where it is */
	struct test_peer *went[20 * PEERS];
	size_t goes, dues;
	int64_t last_due_ms;
};

struct test_peer {
	struct hub_peer peer;
	struct world *world;
	unsigned packets;
	size_t foreign; /* octets that were no RMCP+ */
	bool refuses;
};

static struct test_peer *of(struct hub_peer *peer)
{
	return (struct test_peer *)((char *)peer - offsetof(struct test_peer, peer));
}

/* A turn of the loop begins with its timers, and goes on with waiting: what came of them may be all there is to wait for. */
static bool on_packet(struct hub_peer *peer, const struct rmcpp_packet *packet)
{
	uv_stop(&of(peer)->world->loop);
	if (packet->type == RMCPP_FOREIGN) {
		of(peer)->foreign += packet->size;
		return false;
	}
	of(peer)->packets++;
	return !of(peer)->refuses;
}

static void on_due(struct hub_peer *peer)
{
	struct world *w = of(peer)->world;
	assert_true(hub_now(w->hub) >= peer->due_ms);
	assert_true(peer->due_ms >= w->last_due_ms);
	w->last_due_ms = peer->due_ms;
	w->dues++;
	uv_stop(&w->loop);
}

static void on_go(struct hub_peer *peer)
{
	struct world *w = of(peer)->world;
	w->went[w->goes++] = of(peer);
}

static void open_world(struct world *w)
{
	struct hwatt_error err;
	socklen_t size = sizeof(w->at);
	memset(w, 0, sizeof(*w));
	uv_loop_init(&w->loop);
	assert_int_equal(hub_open(&w->loop, NULL, &w->hub, &err), 0);
	w->fd = socket(AF_INET, SOCK_DGRAM, 0);
	w->at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(w->fd, (struct sockaddr *)&w->at, size), 0);
	assert_int_equal(getsockname(w->fd, (struct sockaddr *)&w->at, &size), 0);
}

static void close_world(struct world *w)
{
	hub_close(w->hub);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	close(w->fd);
}

static void join(struct world *w, struct test_peer *p, size_t k)
{
	*p = (struct test_peer){ .world = w, .peer = { .packet = on_packet, .due = on_due, .go = on_go } };
	p->peer.to.v4 = w->at;
	if (k > 0) /* elsewhere */
		p->peer.to.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)k);
	hub_join(w->hub, &p->peer);
}

/* Sends `bytes` to where the hub's last packet came from. */
static void answer(struct world *w, const void *bytes, size_t length)
{
	uint8_t asked[64];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	assert_true(recvfrom(w->fd, asked, sizeof(asked), 0, (struct sockaddr *)&from, &size) > 0);
	assert_int_equal(sendto(w->fd, bytes, length, 0, (struct sockaddr *)&from, size), length);
	uv_run(&w->loop, UV_RUN_ONCE);
}

static void no_more_run_than_may_and_in_their_order(void **state)
{
	(void)state;
	static struct test_peer peers[PEERS];
	struct world w;
	open_world(&w);
	hub_set_limit(w.hub, 7);
	for (size_t k = 0; k < PEERS; k++)
		join(&w, &peers[k], k);
	for (size_t k = 0; k < PEERS; k++)
		hub_enter(w.hub, &peers[k].peer);
	assert_int_equal(w.goes, 7);
	hub_enter(w.hub, &peers[3].peer); /* it runs: at once, without another place */
	assert_int_equal(w.goes, 8);
	hub_leave(w.hub, &peers[9].peer); /* while it waits */
	for (size_t k = 0; k < PEERS; k++)
		if (k != 9)
			hub_exit(w.hub, &peers[k].peer);
	assert_int_equal(w.goes, PEERS);
	for (size_t i = 8; i < PEERS; i++)
		assert_ptr_equal(w.went[i], &peers[i < 10 ? i - 1 : i]);
	for (size_t k = 0; k < PEERS; k++)
		if (k != 9)
			hub_leave(w.hub, &peers[k].peer);
	close_world(&w);
}

static void deadlines_come_in_their_order_and_not_before(void **state)
{
	(void)state;
	static struct test_peer peers[PEERS];
	struct world w;
	open_world(&w);
	for (size_t k = 0; k < PEERS; k++) {
		join(&w, &peers[k], k);
		hub_set_due(w.hub, &peers[k].peer, hub_now(w.hub) + (int64_t)(k * 7919 % 50));
	}
	for (size_t k = 0; k < PEERS; k += 5) /* moved, and every tenth taken back */
		hub_set_due(w.hub, &peers[k].peer, hub_now(w.hub) + 60 + (int64_t)(k * 104729 % 40));
	for (size_t k = 0; k < PEERS; k += 10)
		hub_clear_due(w.hub, &peers[k].peer);
	while (w.dues < PEERS - PEERS / 10)
		uv_run(&w.loop, UV_RUN_ONCE);
	for (size_t k = 0; k < PEERS; k++)
		hub_leave(w.hub, &peers[k].peer);
	close_world(&w);
}

static void packets_go_to_whom_they_are_from(void **state)
{
	(void)state;
	static const uint8_t packet[] = { 6, 0, 0xff, 7, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	struct test_peer here, also_here, elsewhere;
	struct world w;
	open_world(&w);
	join(&w, &here, 0);
	join(&w, &also_here, 0);
	join(&w, &elsewhere, 1);
	here.refuses = also_here.refuses = false;
	hub_send(w.hub, &here.peer, packet, sizeof(packet));
	answer(&w, packet, sizeof(packet));
	assert_int_equal(here.packets + also_here.packets, 1);
	here.refuses = also_here.refuses = true; /* both are asked, and it is nobody's */
	hub_send(w.hub, &here.peer, packet, sizeof(packet));
	answer(&w, packet, sizeof(packet));
	assert_int_equal(here.packets + also_here.packets, 3);
	assert_int_equal(elsewhere.packets, 0);
	assert_int_equal(hub_counters(w.hub)->unknown, 1);
	hub_send(w.hub, &here.peer, packet, sizeof(packet));
	answer(&w, "no packet", 9);
	assert_int_equal(hub_counters(w.hub)->malformed, 1);
	assert_int_equal(here.foreign, 9);
	assert_int_equal(elsewhere.foreign, 0);
	hub_leave(w.hub, &here.peer);
	hub_leave(w.hub, &also_here.peer);
	here.peer.to.v4 = w.at; /* it has left, but can still send */
	hub_send(w.hub, &here.peer, packet, sizeof(packet));
	answer(&w, packet, sizeof(packet));
	assert_int_equal(hub_counters(w.hub)->wrong_source, 1);
	assert_int_equal(here.packets + also_here.packets, 3);
	hub_leave(w.hub, &elsewhere.peer);
	close_world(&w);
}

static void send_to_hub(struct world *w, const struct sockaddr_in *hub)
{
	static const uint8_t packet[] = { 6, 0, 0xff, 7, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	assert_int_equal(sendto(w->fd, packet, sizeof(packet), 0, (const struct sockaddr *)hub, sizeof(*hub)), sizeof(packet));
}

/* Where the hub's packets come from. */
static struct sockaddr_in where(struct world *w, struct test_peer *p)
{
	static const uint8_t packet[] = { 0 };
	uint8_t asked[64];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	hub_send(w->hub, &p->peer, packet, sizeof(packet));
	assert_true(recvfrom(w->fd, asked, sizeof(asked), 0, (struct sockaddr *)&from, &size) > 0);
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return from;
}

/* Turns of the loop until a packet that lies there is taken. */
static unsigned turns_for_a_packet(struct world *w, struct test_peer *p, const struct sockaddr_in *hub)
{
	unsigned before = p->packets, turns = 0;
	send_to_hub(w, hub);
	for (; p->packets == before; turns++)
		uv_run(&w->loop, UV_RUN_NOWAIT);
	return turns;
}

/* Whether packets wake it. By the clock one takes a thousand turns; so it may when the kernel is late with it, but most are not. */
static bool is_woken(struct world *w, struct test_peer *p, const struct sockaddr_in *hub)
{
	int soon = 0;
	for (int i = 0; i < 9; i++)
		soon += turns_for_a_packet(w, p, hub) <= 3;
	return soon >= 5;
}

static void one_exchange_is_woken_by_its_packets_and_many_are_looked_at_by_the_clock(void **state)
{
	(void)state;
	static struct test_peer peers[PEERS];
	struct world w;
	open_world(&w);
	for (size_t k = 0; k < 20; k++)
		join(&w, &peers[k], k);
	struct sockaddr_in hub = where(&w, &peers[0]);
	hub_enter(w.hub, &peers[0].peer);
	assert_true(is_woken(&w, &peers[0], &hub));
	bool waited = false;
	for (int attempt = 0; attempt < 100 && !waited; attempt++) { /* this process may be the one that comes late */
		for (size_t k = 1; k < 20; k++) { /* quick ones: none runs any more, but many did lately */
			hub_enter(w.hub, &peers[k].peer);
			hub_exit(w.hub, &peers[k].peer);
		}
		turns_for_a_packet(&w, &peers[0], &hub); /* the last that wakes */
		send_to_hub(&w, &hub);
		unsigned before = peers[0].packets;
		uv_run(&w.loop, UV_RUN_NOWAIT);
		waited = peers[0].packets == before;
		while (peers[0].packets == before)
			uv_run(&w.loop, UV_RUN_ONCE);
	}
	assert_true(waited);
	for (int64_t now = hub_now(w.hub); hub_now(w.hub) < now + 50;) /* the crowd has gone */
		uv_run(&w.loop, UV_RUN_NOWAIT);
	assert_true(is_woken(&w, &peers[0], &hub));
	for (size_t k = 0; k < 20; k++)
		hub_leave(w.hub, &peers[k].peer);
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_more_run_than_may_and_in_their_order),
		cmocka_unit_test(deadlines_come_in_their_order_and_not_before),
		cmocka_unit_test(packets_go_to_whom_they_are_from),
		cmocka_unit_test(one_exchange_is_woken_by_its_packets_and_many_are_looked_at_by_the_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
