/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "hub.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

#define BATCH 64u               /* packets per recvmmsg */
#define ROUNDS 8u               /* batches per wake-up, so that timers and others get their turn */
#define CROWD 8u                /* with more exchanges running, or begun lately, the sockets are looked at by the clock: */
#define LOOK_MS 2               /* a wake-up for each packet costs more than all else about it */
#define LATELY_MS 10            /* what an exchange of a whole session takes by the clock */
#define EMPTY_LOOKS 3u          /* in a row, and the next packet wakes us again */
#define OCTETS_PER_ANSWER 1280  /* what the kernel charges for a queued answer of up to 400 octets, with a margin */
#define FIRST_BUCKETS 64u

struct port { /* one socket */
	struct hwatt_udp udp;
	uv_poll_t poll;
	bool used; /* something was sent, or came */
	struct hub *hub;
};

struct hub {
	uv_loop_t *loop;
	struct hwatt_log *log;
	struct sealer *sealer;
	struct port v4, v6;
	uv_timer_t timer, look;
	unsigned open_handles;
	bool closing;
	struct hub_peer **buckets; /* by address; a power of two */
	size_t bucket_count, peer_count;
	struct hub_peer **heap;    /* by deadline, from 1 on */
	uint32_t heap_count, heap_capacity;
	struct hub_peer *first, *last; /* who waits for leave */
	unsigned running, limit;
	int64_t span_ms;           /* since when `begun` counts */
	unsigned begun, begun_before; /* exchanges, in this span of LATELY_MS and in the one before */
	unsigned empty_looks;
	bool waking;
	struct hub_counters counters;
	struct mmsghdr headers[BATCH];
	struct iovec vectors[BATCH];
	union hwatt_udp_address sources[BATCH];
	uint8_t control[BATCH][64];
	uint8_t packets[BATCH][RMCPP_MAX_PACKET];
};

/* Deadlines. */
static void heap_place(struct hub *h, uint32_t at, struct hub_peer *peer)
{
	h->heap[at] = peer;
	peer->heap_at = at;
}

static void heap_up(struct hub *h, uint32_t at)
{
	struct hub_peer *peer = h->heap[at];
	for (; at > 1 && h->heap[at / 2]->due_ms > peer->due_ms; at /= 2)
		heap_place(h, at, h->heap[at / 2]);
	heap_place(h, at, peer);
}

static void heap_down(struct hub *h, uint32_t at)
{
	struct hub_peer *peer = h->heap[at];
	for (;;) {
		uint32_t child = at * 2;
		if (child < h->heap_count && h->heap[child + 1]->due_ms < h->heap[child]->due_ms)
			child++;
		if (child > h->heap_count || h->heap[child]->due_ms >= peer->due_ms)
			break;
		heap_place(h, at, h->heap[child]);
		at = child;
	}
	heap_place(h, at, peer);
}

static void on_timer(uv_timer_t *timer);

/* A timer that stands earlier is left: it finds nothing and sets itself anew, which is cheaper than moving it for every answer. */
static void set_timer(struct hub *h)
{
	if (h->heap_count == 0 || h->closing)
		return;
	int64_t in_ms = h->heap[1]->due_ms - (int64_t)uv_now(h->loop);
	uint64_t ms = in_ms > 0 ? (uint64_t)in_ms : 0;
	if (!uv_is_active((uv_handle_t *)&h->timer) || uv_timer_get_due_in(&h->timer) > ms)
		uv_timer_start(&h->timer, on_timer, ms, 0);
}

void hub_set_due(struct hub *h, struct hub_peer *peer, int64_t due_ms)
{
	peer->due_ms = due_ms;
	if (peer->heap_at == 0) {
		if (h->heap_count + 1 >= h->heap_capacity) {
			h->heap_capacity = h->heap_capacity == 0 ? 64 : h->heap_capacity * 2;
			h->heap = hwatt_realloc(h->heap, h->heap_capacity * sizeof(struct hub_peer *));
		}
		heap_place(h, ++h->heap_count, peer);
	}
	heap_up(h, peer->heap_at);
	heap_down(h, peer->heap_at);
	set_timer(h);
}

void hub_clear_due(struct hub *h, struct hub_peer *peer)
{
	uint32_t at = peer->heap_at;
	if (at == 0)
		return;
	struct hub_peer *last = h->heap[h->heap_count--];
	peer->heap_at = 0;
	if (last == peer)
		return;
	heap_place(h, at, last);
	heap_up(h, at);
	heap_down(h, last->heap_at);
}

/* Addresses. */
uint64_t hub_hash(const union hwatt_udp_address *a)
{
	const uint8_t *bytes = a->any.sa_family == AF_INET6 ? (const uint8_t *)&a->v6.sin6_addr : (const uint8_t *)&a->v4.sin_addr;
	size_t length = a->any.sa_family == AF_INET6 ? 16 : 4;
	uint64_t h = UINT64_C(14695981039346656037) ^ (a->any.sa_family == AF_INET6 ? a->v6.sin6_port : a->v4.sin_port);
	for (size_t i = 0; i < length; i++)
		h = (h ^ bytes[i]) * UINT64_C(1099511628211);
	return h ^ h >> 29;
}

static struct hub_peer **bucket_of(const struct hub *h, const union hwatt_udp_address *address)
{
	return &h->buckets[hub_hash(address) & (h->bucket_count - 1)];
}

static void grow_buckets(struct hub *h)
{
	struct hub_peer **old = h->buckets;
	size_t old_count = h->bucket_count;
	h->bucket_count = old_count == 0 ? FIRST_BUCKETS : old_count * 2;
	h->buckets = hwatt_alloc(h->bucket_count * sizeof(struct hub_peer *));
	for (size_t i = 0; i < old_count; i++) {
		for (struct hub_peer *p = old[i], *next; p != NULL; p = next) {
			struct hub_peer **to = bucket_of(h, &p->to);
			next = p->next_same;
			p->next_same = *to;
			*to = p;
		}
	}
	free(old);
}

void hub_join(struct hub *h, struct hub_peer *peer)
{
	assert(!peer->listed);
	if (h->peer_count >= h->bucket_count)
		grow_buckets(h);
	struct hub_peer **to = bucket_of(h, &peer->to);
	peer->next_same = *to;
	*to = peer;
	peer->listed = true;
	h->peer_count++;
}

void hub_leave(struct hub *h, struct hub_peer *peer)
{
	hub_exit(h, peer);
	hub_clear_due(h, peer);
	if (!peer->listed)
		return;
	struct hub_peer **at = bucket_of(h, &peer->to);
	while (*at != peer)
		at = &(*at)->next_same;
	*at = peer->next_same;
	peer->listed = false;
	h->peer_count--;
}

/* The queue. */
static void queue_add(struct hub *h, struct hub_peer *peer)
{
	peer->queued = true;
	peer->before = h->last;
	peer->behind = NULL;
	if (h->last != NULL)
		h->last->behind = peer;
	else
		h->first = peer;
	h->last = peer;
}

static void queue_remove(struct hub *h, struct hub_peer *peer)
{
	peer->queued = false;
	if (peer->before != NULL)
		peer->before->behind = peer->behind;
	else
		h->first = peer->behind;
	if (peer->behind != NULL)
		peer->behind->before = peer->before;
	else
		h->last = peer->before;
}

/* Counts an exchange that begins. */
static void count_begun(struct hub *h)
{
	int64_t now_ms = (int64_t)uv_now(h->loop), passed_ms = now_ms - h->span_ms;
	if (passed_ms >= LATELY_MS) {
		h->begun_before = passed_ms < 2 * LATELY_MS ? h->begun : 0;
		h->begun = 0;
		h->span_ms = now_ms;
	}
	h->begun++;
}

/* Quick answers leave few exchanges running however many there are, so those that began lately count, too. */
static bool crowded(const struct hub *h)
{
	bool stale = (int64_t)uv_now(h->loop) - h->span_ms >= LATELY_MS;
	return h->running > CROWD || (h->running > 0 && !stale && h->begun_before + h->begun > CROWD);
}

/* Lets those who wait go while there is room. */
static void wake(struct hub *h)
{
	if (h->waking || h->closing)
		return;
	h->waking = true;
	while (h->first != NULL && h->running < h->limit) {
		struct hub_peer *peer = h->first;
		queue_remove(h, peer);
		peer->running = true;
		h->running++;
		count_begun(h);
		peer->go(peer);
	}
	h->waking = false;
}

void hub_enter(struct hub *h, struct hub_peer *peer)
{
	if (peer->running) {
		peer->go(peer);
		return;
	}
	if (!peer->queued)
		queue_add(h, peer);
	wake(h);
}

void hub_exit(struct hub *h, struct hub_peer *peer)
{
	if (peer->queued)
		queue_remove(h, peer);
	if (!peer->running)
		return;
	peer->running = false;
	h->running--;
	wake(h);
}

/* Packets. */
void hub_send(struct hub *h, struct hub_peer *peer, const uint8_t *packet, size_t length)
{
	struct port *port = peer->to.any.sa_family == AF_INET6 ? &h->v6 : &h->v4;
	port->used = true;
	if (port->udp.fd < 0 || sendto(port->udp.fd, packet, length, 0, &peer->to.any, hwatt_udp_length(&peer->to)) < 0)
		h->counters.send_errors++; /* as good as lost on the way: the deadline says so */
	else
		h->counters.sent++;
}

static void take(struct hub *h, const struct mmsghdr *header, const uint8_t *bytes, const union hwatt_udp_address *from)
{
	struct rmcpp_packet packet;
	bool anybody = false;
	h->counters.received++;
	bool foreign = (header->msg_hdr.msg_flags & MSG_TRUNC) != 0 || rmcpp_head(bytes, header->msg_len, &packet, NULL) < 0;
	if (foreign)
		packet = (struct rmcpp_packet){ .type = RMCPP_FOREIGN, .bytes = bytes, .size = header->msg_len };
	for (struct hub_peer *p = h->bucket_count > 0 ? *bucket_of(h, from) : NULL, *next; p != NULL; p = next) {
		next = p->next_same; /* the peer may leave */
		if (!hwatt_udp_same(&p->to, from))
			continue;
		anybody = true;
		if (p->packet(p, &packet))
			return;
	}
	if (foreign)
		h->counters.malformed++;
	else if (anybody)
		h->counters.unknown++;
	else
		h->counters.wrong_source++;
}

/* What receiving changes, as it was. */
static void ready_message(struct hub *h, unsigned i)
{
	h->headers[i].msg_hdr.msg_namelen = sizeof(h->sources[i]);
	h->headers[i].msg_hdr.msg_controllen = sizeof(h->control[i]);
	h->headers[i].msg_hdr.msg_flags = 0;
}

/* Takes what has come; how many packets that was. */
static unsigned receive(struct port *port)
{
	struct hub *h = port->hub;
	unsigned got = 0;
	for (unsigned round = 0; port->used && port->udp.fd >= 0 && round < ROUNDS && !h->closing; round++) {
		int n = recvmmsg(port->udp.fd, h->headers, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < n && !h->closing; i++) {
			h->counters.kernel_drops += hwatt_udp_drops(&port->udp, &h->headers[i].msg_hdr);
			take(h, &h->headers[i], h->packets[i], &h->sources[i]);
		}
		for (int i = 0; i < n; i++)
			ready_message(h, (unsigned)i);
		got += n > 0 ? (unsigned)n : 0;
		if (n < (int)BATCH)
			break;
	}
	return got;
}

static void on_readable(uv_poll_t *poll, int status, int events);

/* Whether a packet on this socket wakes us. */
static void port_watch(struct port *port, bool watch)
{
	if (port->poll.data == NULL || !port->used)
		return;
	if (watch)
		uv_poll_start(&port->poll, UV_READABLE, on_readable);
	else
		uv_poll_stop(&port->poll);
}

static void on_look(uv_timer_t *look);

static void on_readable(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	struct port *port = poll->data;
	struct hub *h = port->hub;
	port->used = true;
	receive(port);
	if (h->closing || !crowded(h))
		return;
	h->empty_looks = 0;
	port_watch(&h->v4, false);
	port_watch(&h->v6, false);
	uv_timer_start(&h->look, on_look, LOOK_MS, 0);
}

/* The crowd goes on: what came meanwhile is read at once. When nothing came, or the crowd has gone, the next packet wakes us. */
static void on_look(uv_timer_t *look)
{
	struct hub *h = look->data;
	unsigned got = receive(&h->v4) + receive(&h->v6);
	if (h->closing)
		return;
	h->empty_looks = got > 0 ? 0 : h->empty_looks + 1;
	if (h->empty_looks < EMPTY_LOOKS && crowded(h)) {
		uv_timer_start(&h->look, on_look, LOOK_MS, 0);
		return;
	}
	port_watch(&h->v4, true);
	port_watch(&h->v6, true);
}

static void on_timer(uv_timer_t *timer)
{
	struct hub *h = timer->data;
	/* What lies there came in time: the process may have been asleep, not the controller. */
	receive(&h->v4);
	receive(&h->v6);
	int64_t now = (int64_t)uv_now(h->loop);
	while (!h->closing && h->heap_count > 0 && h->heap[1]->due_ms <= now) {
		struct hub_peer *peer = h->heap[1];
		hub_clear_due(h, peer);
		peer->due(peer);
	}
	set_timer(h);
}

/* Opening and closing. */
static int port_open(struct hub *h, struct port *port, int family, struct hwatt_error *err)
{
	port->hub = h;
	if (hwatt_udp_open(&port->udp, family, err) < 0)
		return -1;
	int rc = uv_poll_init(h->loop, &port->poll, port->udp.fd);
	if (rc == 0) {
		h->open_handles++;
		port->poll.data = port;
		rc = uv_poll_start(&port->poll, UV_READABLE, on_readable);
	}
	if (rc != 0)
		return hwatt_fail(err, HWATT_EIO, "cannot watch a UDP socket: %s", uv_strerror(rc));
	return 0;
}

static void set_messages(struct hub *h)
{
	for (unsigned i = 0; i < BATCH; i++) {
		h->vectors[i] = (struct iovec){ h->packets[i], RMCPP_MAX_PACKET };
		h->headers[i].msg_hdr = (struct msghdr){ .msg_name = &h->sources[i], .msg_iov = &h->vectors[i], .msg_iovlen = 1,
							 .msg_control = h->control[i] };
		ready_message(h, i);
	}
}

int hub_open(uv_loop_t *loop, struct hwatt_log *log, struct hub **out, struct hwatt_error *err)
{
	struct hub *h = hwatt_alloc(sizeof(*h));
	struct hwatt_error why;
	h->loop = loop;
	h->log = log;
	h->v4.udp.fd = h->v6.udp.fd = -1;
	set_messages(h);
	uv_timer_init(loop, &h->timer);
	uv_timer_init(loop, &h->look);
	h->timer.data = h->look.data = h;
	h->open_handles = 2;
	if (sealer_open(&h->sealer, err) < 0 || port_open(h, &h->v4, AF_INET, err) < 0) {
		hub_close(h);
		return -1;
	}
	if (port_open(h, &h->v6, AF_INET6, &why) < 0)
		hwatt_log(log, HWATT_INFO, "no IPv6: %s", why.text);
	h->limit = hwatt_udp_limit(&h->v4.udp, &h->v6.udp, OCTETS_PER_ANSWER);
	hwatt_log(log, HWATT_DEBUG, "receive buffer of %d octets: at most %u controllers are asked at once", h->v4.udp.buffer, h->limit);
	*out = h;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct hub *h = handle->type == UV_TIMER ? handle->data : ((struct port *)handle->data)->hub;
	if (--h->open_handles > 0)
		return;
	hwatt_udp_close(&h->v4.udp);
	hwatt_udp_close(&h->v6.udp);
	sealer_close(h->sealer);
	free(h->buckets);
	free(h->heap);
	free(h);
}

static void port_close(struct port *port)
{
	if (port->poll.data != NULL)
		uv_close((uv_handle_t *)&port->poll, on_closed);
}

void hub_close(struct hub *h)
{
	assert(h->peer_count == 0 && h->heap_count == 0 && h->first == NULL);
	h->closing = true;
	port_close(&h->v4);
	port_close(&h->v6);
	uv_close((uv_handle_t *)&h->timer, on_closed);
	uv_close((uv_handle_t *)&h->look, on_closed);
}

int64_t hub_now(const struct hub *h)
{
	return (int64_t)uv_now(h->loop);
}

struct uv_loop_s *hub_loop(const struct hub *h)
{
	return h->loop;
}

struct sealer *hub_sealer(const struct hub *h)
{
	return h->sealer;
}

struct hub_counters *hub_counters(struct hub *h)
{
	return &h->counters;
}

void hub_set_limit(struct hub *h, unsigned limit)
{
	h->limit = limit;
}
