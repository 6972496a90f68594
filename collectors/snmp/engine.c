/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"
#include "head.h"
#include <assert.h>
#include <errno.h>
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <uv.h>

#define BATCH 32u               /* packets per recvmmsg */
#define ROUNDS 8u               /* batches per wake-up, so that timers and others get their turn */
#define CROWD 8u                /* with more requests in flight the sockets are looked at by the clock: a wake-up for */
#define LOOK_MS 2               /* each packet costs more than all else about it */
#define SLOT_BITS 16u
#define MAX_SLOTS (1u << SLOT_BITS)
#define GENERATIONS (1u << 14)
#define NO_SLOT UINT32_MAX
#define OCTETS_PER_ANSWER 4096  /* what the kernel charges for a queued answer of up to 1,400 octets, with a margin */
#define ID_MARK 0x40000000u     /* set in every request id: four octets are then its shortest form */

enum slot_state { SLOT_FREE, SLOT_QUEUED, SLOT_WAITING };

struct slot {
	struct engine_request request; /* `to` points to `address` */
	union hwatt_udp_address address;
	enum slot_state state;
	uint16_t generation;
	unsigned tries, rounds;
	int unsent;          /* errno of the last try that could not be sent, 0 none */
	bool from_elsewhere; /* an answer came from another address */
	bool babble;         /* something came from its address that is no SNMP */
	int64_t due_ms;
	uint32_t heap_at;    /* WAITING: its place in the heap */
	uint32_t next;       /* FREE and QUEUED: the next in its list */
	uint32_t previous;   /* QUEUED */
};

struct port { /* one socket */
	struct hwatt_udp udp;
	uv_poll_t poll;
	struct engine *engine;
};

/* Packets on their way to the kernel: many go in one call, before the loop waits. */
struct outbox {
	unsigned count;
	struct mmsghdr headers[BATCH];
	struct iovec vectors[BATCH];
	union hwatt_udp_address to[BATCH];
	uint32_t ids[BATCH];
	uint8_t packets[BATCH][BER_MAX_PACKET];
};

struct packet_head {
	struct ber_head is;
	bool sound;
};

struct engine {
	uv_loop_t *loop;
	struct hwatt_log *log;
	struct port v4, v6;
	uv_timer_t timer, look;
	uv_prepare_t before_wait;
	unsigned open_handles;
	bool closing;
	struct slot *slots;
	uint32_t slot_count, free_slots;
	uint32_t queue_first, queue_last;
	uint32_t *heap; /* slots by due time */
	uint32_t heap_count;
	uint32_t limit;
	struct engine_counters counters;
	struct ber_message message;
	struct outbox outbox;
	struct packet_head heads[BATCH]; /* of what came */
	struct mmsghdr headers[BATCH];
	struct iovec vectors[BATCH];
	union hwatt_udp_address sources[BATCH];
	uint8_t control[BATCH][64];
	uint8_t packets[BATCH][BER_MAX_PACKET];
};

/* The heap of waiting requests, the next one due at its top. */
static void heap_place(struct engine *e, uint32_t at, uint32_t slot)
{
	e->heap[at] = slot;
	e->slots[slot].heap_at = at;
}

static void heap_up(struct engine *e, uint32_t at)
{
	uint32_t slot = e->heap[at];
	while (at > 0) {
		uint32_t above = (at - 1) / 2;
		if (e->slots[e->heap[above]].due_ms <= e->slots[slot].due_ms)
			break;
		heap_place(e, at, e->heap[above]);
		at = above;
	}
	heap_place(e, at, slot);
}

static void heap_down(struct engine *e, uint32_t at)
{
	uint32_t slot = e->heap[at];
	for (;;) {
		uint32_t child = at * 2 + 1;
		if (child >= e->heap_count)
			break;
		if (child + 1 < e->heap_count &&
		    e->slots[e->heap[child + 1]].due_ms < e->slots[e->heap[child]].due_ms)
			child++;
		if (e->slots[e->heap[child]].due_ms >= e->slots[slot].due_ms)
			break;
		heap_place(e, at, e->heap[child]);
		at = child;
	}
	heap_place(e, at, slot);
}

static void heap_add(struct engine *e, uint32_t slot)
{
	heap_place(e, e->heap_count, slot);
	heap_up(e, e->heap_count++);
}

static void heap_remove(struct engine *e, uint32_t slot)
{
	uint32_t at = e->slots[slot].heap_at;
	uint32_t last = e->heap[--e->heap_count];
	if (last == slot)
		return;
	heap_place(e, at, last);
	heap_up(e, at);
	heap_down(e, e->slots[last].heap_at);
}

static void on_timer(uv_timer_t *timer);

/* Sets the timer for the request that is due first. A timer that stands earlier is left: it finds nothing and sets
 * itself anew, which is cheaper than moving it for every answer. */
static void set_timer(struct engine *e)
{
	if (e->heap_count == 0)
		return;
	int64_t in_ms = e->slots[e->heap[0]].due_ms - (int64_t)uv_now(e->loop);
	uint64_t ms = in_ms > 0 ? (uint64_t)in_ms : 0;
	if (!uv_is_active((uv_handle_t *)&e->timer) || uv_timer_get_due_in(&e->timer) > ms)
		uv_timer_start(&e->timer, on_timer, ms, 0);
}

static uint32_t id_of(uint32_t slot, const struct slot *s)
{
	return ID_MARK | (uint32_t)s->generation << SLOT_BITS | slot;
}

/* The slot of a request that is out, NO_SLOT when none has this id. */
static uint32_t waiting(const struct engine *e, uint32_t id)
{
	uint32_t at = id & (MAX_SLOTS - 1);
	return at < e->slot_count && e->slots[at].state == SLOT_WAITING && id_of(at, &e->slots[at]) == id ? at : NO_SLOT;
}

/* Sends the packets from `first` on that go to the same family; how many those are. */
static unsigned post(struct engine *e, unsigned first)
{
	struct outbox *o = &e->outbox;
	sa_family_t family = o->to[first].any.sa_family;
	struct port *port = family == AF_INET6 ? &e->v6 : &e->v4;
	unsigned count = 1;
	while (first + count < o->count && o->to[first + count].any.sa_family == family)
		count++;
	int n = port->udp.fd < 0 ? -1 : sendmmsg(port->udp.fd, &o->headers[first], count, 0);
	if (n < 0 && port->udp.fd >= 0 && errno == EMSGSIZE && hwatt_udp_let_split(&port->udp))
		n = sendmmsg(port->udp.fd, &o->headers[first], count, 0);
	if (n > 0) {
		e->counters.sent += n;
		return (unsigned)n;
	}
	uint32_t at = waiting(e, o->ids[first]);
	if (at != NO_SLOT)
		e->slots[at].unsent = port->udp.fd < 0 ? EAFNOSUPPORT : errno;
	e->counters.send_errors++; /* as good as lost on the way: the timeout says so */
	return 1;
}

static void flush(struct engine *e)
{
	for (unsigned at = 0; at < e->outbox.count;)
		at += post(e, at);
	e->outbox.count = 0;
}

static void transmit(struct engine *e, uint32_t at)
{
	struct slot *s = &e->slots[at];
	struct outbox *o = &e->outbox;
	if (o->count == BATCH)
		flush(e);
	unsigned n = o->count;
	size_t octets = s->request.length <= sizeof(o->packets[n]) ? s->request.length : 0;
	o->ids[n] = id_of(at, s);
	ber_put_id(s->request.packet, s->request.id_at, o->ids[n]);
	if (s->request.security != NULL)
		octets = s->request.security->seal(s->request.security_arg, o->ids[n], s->request.packet, s->request.length,
						   (int64_t)uv_now(e->loop), o->packets[n], sizeof(o->packets[n]));
	else
		memcpy(o->packets[n], s->request.packet, octets);
	if (octets > 0) {
		o->to[n] = s->address;
		o->vectors[n] = (struct iovec){ o->packets[n], octets };
		o->headers[n].msg_hdr = (struct msghdr){
			.msg_name = &o->to[n], .msg_namelen = hwatt_udp_length(&s->address),
			.msg_iov = &o->vectors[n], .msg_iovlen = 1,
		};
		o->count++;
	} else {
		e->counters.send_errors++;
	}
	s->unsent = 0;
	s->tries++;
	/* By the clock, not the loop's: what the loop does before it sends this must not count as the device's silence. */
	s->due_ms = (int64_t)(uv_hrtime() / 1000000) + s->request.timeout_ms;
}

static void on_before_wait(uv_prepare_t *prepare)
{
	flush(prepare->data);
}

static void queue_remove(struct engine *e, uint32_t at)
{
	struct slot *s = &e->slots[at];
	if (s->previous != NO_SLOT)
		e->slots[s->previous].next = s->next;
	else
		e->queue_first = s->next;
	if (s->next != NO_SLOT)
		e->slots[s->next].previous = s->previous;
	else
		e->queue_last = s->previous;
}

static void start(struct engine *e, uint32_t at)
{
	e->slots[at].state = SLOT_WAITING;
	transmit(e, at);
	heap_add(e, at);
}

/* Lets queued requests go while there is room. */
static void wake(struct engine *e)
{
	while (e->queue_first != NO_SLOT && e->heap_count < e->limit) {
		uint32_t at = e->queue_first;
		queue_remove(e, at);
		start(e, at);
	}
	set_timer(e);
}

static void release(struct engine *e, uint32_t at)
{
	struct slot *s = &e->slots[at];
	if (s->state == SLOT_WAITING)
		heap_remove(e, at);
	else
		queue_remove(e, at);
	s->state = SLOT_FREE;
	s->generation = (uint16_t)((s->generation + 1u) % GENERATIONS);
	s->next = e->free_slots;
	e->free_slots = at;
}

static void finish(struct engine *e, uint32_t at, const struct ber_message *message, const struct hwatt_error *err)
{
	struct engine_request request = e->slots[at].request;
	release(e, at);
	request.done(request.arg, message, err);
}

/* What came is no SNMP: who waits for an answer from there should know. */
static void note_babble(struct engine *e, const union hwatt_udp_address *from)
{
	for (uint32_t i = 0; i < e->heap_count; i++) {
		struct slot *s = &e->slots[e->heap[i]];
		s->babble = s->babble || hwatt_udp_same(from, &s->address);
	}
}

/* The slot that a packet answers, NO_SLOT after counting why there is none. */
static uint32_t match(struct engine *e, const struct packet_head *head, const union hwatt_udp_address *from)
{
	if (!head->sound) {
		e->counters.malformed++;
		note_babble(e, from);
		return NO_SLOT;
	}
	uint32_t at = waiting(e, head->is.id);
	if (at == NO_SLOT) {
		e->counters.unknown_id++;
		return NO_SLOT;
	}
	if (!hwatt_udp_same(from, &e->slots[at].address)) {
		e->counters.wrong_source++;
		e->slots[at].from_elsewhere = true;
		return NO_SLOT;
	}
	return at;
}

static void again(struct engine *e, uint32_t at)
{
	struct hwatt_error err;
	if (++e->slots[at].rounds > ENGINE_MAX_ROUNDS) {
		hwatt_fail(&err, HWATT_EPROTO, "the agent does not come to terms with SNMPv3: %u reports to one request",
			   ENGINE_MAX_ROUNDS + 1);
		finish(e, at, NULL, &err);
		return;
	}
	e->counters.rounds++;
	transmit(e, at);
	e->slots[at].tries--; /* it was no failed try */
	heap_down(e, e->slots[at].heap_at);
}

/* An SNMPv3 message to the request in slot `at`. */
static void take_sealed(struct engine *e, uint32_t at, const uint8_t *packet, size_t length)
{
	const struct slot *s = &e->slots[at];
	struct hwatt_error err = { 0 };
	switch (s->request.security->unseal(s->request.security_arg, id_of(at, s), packet, length, (int64_t)uv_now(e->loop),
					    &e->message, &err)) {
	case ENGINE_ANSWER:
		finish(e, at, &e->message, NULL);
		break;
	case ENGINE_DROP:
		e->counters.malformed++;
		break;
	case ENGINE_AGAIN:
		again(e, at);
		break;
	case ENGINE_REFUSED:
		e->counters.refusals++;
		finish(e, at, NULL, &err);
		break;
	}
}

static void take(struct engine *e, const struct mmsghdr *header, const struct packet_head *head, const uint8_t *packet,
		 const union hwatt_udp_address *from)
{
	e->counters.received++;
	if ((header->msg_hdr.msg_flags & MSG_TRUNC) != 0) {
		e->counters.malformed++;
		return;
	}
	uint32_t at = match(e, head, from);
	if (at == NO_SLOT)
		return;
	if (e->slots[at].request.security != NULL) {
		take_sealed(e, at, packet, header->msg_len);
		return;
	}
	const struct engine_request *request = &e->slots[at].request;
	if (request->taste != NULL && head->is.variables != NULL &&
	    request->taste(request->taste_arg, head->is.variables, head->is.length)) {
		finish(e, at, NULL, NULL);
		return;
	}
	if (ber_decode(packet, header->msg_len, &e->message, NULL) < 0 || e->message.pdu != BER_RESPONSE) {
		e->counters.malformed++; /* the request goes on waiting: a sound answer may follow */
		return;
	}
	finish(e, at, &e->message, NULL);
}

/* Reads the heads of a batch and has the processor fetch what its packets will touch: that of all of them at once takes little
 * longer than that of one. What is found out here may not hold any more when a packet's turn comes. */
static void look_ahead(struct engine *e, unsigned count)
{
	uint32_t slots[BATCH];
	for (unsigned i = 0; i < count; i++) {
		struct packet_head *head = &e->heads[i];
		size_t length = e->headers[i].msg_len;
		head->is = (struct ber_head){ 0 };
		head->sound = ber_read_head(e->packets[i], length, &head->is) || head_peek_id(e->packets[i], length, &head->is.id);
		slots[i] = head->sound ? waiting(e, head->is.id) : NO_SLOT;
	}
	for (unsigned step = 0; step < ENGINE_FETCH_STEPS && count > 1; step++) {
		for (unsigned i = 0; i < count; i++) {
			const struct engine_request *r = slots[i] != NO_SLOT ? &e->slots[slots[i]].request : NULL;
			if (r != NULL && r->fetch != NULL)
				r->fetch(r->arg, step);
		}
	}
}

static void ready_header(struct engine *e, unsigned i)
{
	e->vectors[i] = (struct iovec){ e->packets[i], BER_MAX_PACKET };
	e->headers[i].msg_hdr = (struct msghdr){
		.msg_name = &e->sources[i], .msg_namelen = sizeof(e->sources[i]),
		.msg_iov = &e->vectors[i], .msg_iovlen = 1,
		.msg_control = e->control[i], .msg_controllen = sizeof(e->control[i]),
	};
}

/* Takes what has come; how many packets that was. */
static unsigned receive(struct port *port)
{
	struct engine *e = port->engine;
	unsigned got = 0;
	for (unsigned round = 0; port->udp.fd >= 0 && round < ROUNDS && !e->closing; round++) {
		int n = recvmmsg(port->udp.fd, e->headers, BATCH, MSG_DONTWAIT, NULL);
		if (n > 0)
			look_ahead(e, (unsigned)n);
		for (int i = 0; i < n; i++) {
			e->counters.kernel_drops += hwatt_udp_drops(&port->udp, &e->headers[i].msg_hdr);
			take(e, &e->headers[i], &e->heads[i], e->packets[i], &e->sources[i]);
			ready_header(e, (unsigned)i);
		}
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
	if (port->poll.data == NULL)
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
	struct engine *e = port->engine;
	receive(port);
	wake(e);
	if (e->closing || e->heap_count <= CROWD)
		return;
	port_watch(&e->v4, false);
	port_watch(&e->v6, false);
	uv_timer_start(&e->look, on_look, LOOK_MS, 0);
}

/* Nobody answered; why, where that is known. */
static void give_up(struct engine *e, uint32_t at)
{
	const struct slot *s = &e->slots[at];
	struct hwatt_error err;
	e->counters.timeouts++;
	if (s->unsent != 0)
		hwatt_fail(&err, HWATT_EIO, "cannot send to this address: %s", strerror(s->unsent));
	else
		hwatt_fail(&err, HWATT_ETIMEOUT, "no answer within %" PRId64 " ms, asked %u times%s", s->request.timeout_ms, s->tries,
			   s->from_elsewhere ? "; one came from another address than was asked, and was dropped" :
			   s->babble ? "; what came was no SNMP: is another service at this port?" : "");
	finish(e, at, NULL, &err);
}

static void on_timer(uv_timer_t *timer)
{
	struct engine *e = timer->data;
	/* What lies there came in time: the process may have been asleep, not the device. */
	receive(&e->v4);
	receive(&e->v6);
	int64_t now = (int64_t)uv_now(e->loop);
	while (e->heap_count > 0 && e->slots[e->heap[0]].due_ms <= now) {
		uint32_t at = e->heap[0];
		struct slot *s = &e->slots[at];
		if (s->tries <= s->request.retries) {
			e->counters.retries++;
			transmit(e, at);
			heap_down(e, 0);
			continue;
		}
		give_up(e, at);
	}
	wake(e);
}

/* The crowd goes on: what came meanwhile is read at once. When nothing came, or the crowd has gone, the next packet wakes us. */
static void on_look(uv_timer_t *look)
{
	struct engine *e = look->data;
	unsigned got = receive(&e->v4) + receive(&e->v6);
	wake(e);
	if (e->closing)
		return;
	if (got > 0 && e->heap_count > CROWD) {
		uv_timer_start(&e->look, on_look, LOOK_MS, 0);
		return;
	}
	port_watch(&e->v4, true);
	port_watch(&e->v6, true);
}

static int port_open(struct engine *e, struct port *port, int family, struct hwatt_error *err)
{
	port->engine = e;
	if (hwatt_udp_open(&port->udp, family, err) < 0)
		return -1;
	int rc = uv_poll_init(e->loop, &port->poll, port->udp.fd);
	if (rc == 0) {
		e->open_handles++;
		port->poll.data = port;
		rc = uv_poll_start(&port->poll, UV_READABLE, on_readable);
	}
	if (rc != 0)
		return hwatt_fail(err, HWATT_EIO, "cannot watch a UDP socket: %s", uv_strerror(rc));
	return 0;
}

int engine_open(uv_loop_t *loop, struct hwatt_log *log, struct engine **out, struct hwatt_error *err)
{
	struct engine *e = hwatt_alloc(sizeof(*e)); /* mapped, as large as it is: of few devices most packets' pages are never touched */
	e->loop = loop;
	e->log = log;
	e->v4.udp.fd = e->v6.udp.fd = -1;
	e->free_slots = e->queue_first = e->queue_last = NO_SLOT;
	uv_timer_init(loop, &e->timer);
	uv_timer_init(loop, &e->look);
	uv_prepare_init(loop, &e->before_wait);
	e->timer.data = e->look.data = e->before_wait.data = e;
	e->open_handles = 3;
	for (unsigned i = 0; i < BATCH; i++)
		ready_header(e, i);
	uv_prepare_start(&e->before_wait, on_before_wait);
	if (port_open(e, &e->v4, AF_INET, err) < 0) {
		engine_close(e);
		return -1;
	}
	struct hwatt_error why;
	if (port_open(e, &e->v6, AF_INET6, &why) < 0)
		hwatt_log(log, HWATT_INFO, "no IPv6: %s", why.text);
	e->limit = hwatt_udp_limit(&e->v4.udp, &e->v6.udp, OCTETS_PER_ANSWER);
	hwatt_log(log, HWATT_DEBUG, "receive buffer of %d octets: at most %u requests in flight", e->v4.udp.buffer, e->limit);
	*out = e;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct engine *e = handle->type == UV_POLL ? ((struct port *)handle->data)->engine : handle->data;
	if (--e->open_handles > 0)
		return;
	hwatt_udp_close(&e->v4.udp);
	hwatt_udp_close(&e->v6.udp);
	free(e->slots);
	free(e->heap);
	free(e);
}

static void port_close(struct port *port)
{
	if (port->poll.data != NULL)
		uv_close((uv_handle_t *)&port->poll, on_closed);
}

void engine_close(struct engine *e)
{
	assert(e->heap_count == 0 && e->queue_first == NO_SLOT);
	e->closing = true;
	port_close(&e->v4);
	port_close(&e->v6);
	uv_close((uv_handle_t *)&e->timer, on_closed);
	uv_close((uv_handle_t *)&e->look, on_closed);
	uv_close((uv_handle_t *)&e->before_wait, on_closed);
}

/* A free slot; the table doubles when there is none. */
static uint32_t take_slot(struct engine *e)
{
	if (e->free_slots == NO_SLOT) {
		uint32_t old = e->slot_count, count = old > 0 ? old * 2 : 64;
		if (old >= MAX_SLOTS)
			return NO_SLOT;
		e->slots = hwatt_realloc(e->slots, count * sizeof(*e->slots));
		e->heap = hwatt_realloc(e->heap, count * sizeof(*e->heap));
		memset(e->slots + old, 0, (count - old) * sizeof(*e->slots));
		for (uint32_t i = count; i > old; i--) {
			struct slot *s = &e->slots[i - 1];
			uint16_t random = 0;
			ssize_t ignored = getrandom(&random, sizeof(random), 0);
			(void)ignored;
			s->generation = random % GENERATIONS;
			s->next = e->free_slots;
			e->free_slots = i - 1;
		}
		e->slot_count = count;
	}
	uint32_t at = e->free_slots;
	e->free_slots = e->slots[at].next;
	return at;
}

uint32_t engine_send(struct engine *e, const struct engine_request *request)
{
	uint32_t at = take_slot(e);
	if (at == NO_SLOT)
		return ENGINE_NO_TICKET;
	struct slot *s = &e->slots[at];
	s->request = *request;
	s->address = *request->to;
	s->request.to = NULL;
	s->tries = s->rounds = 0;
	s->unsent = 0;
	s->from_elsewhere = s->babble = false;
	s->state = SLOT_QUEUED;
	s->next = NO_SLOT;
	s->previous = e->queue_last;
	if (e->queue_last != NO_SLOT)
		e->slots[e->queue_last].next = at;
	else
		e->queue_first = at;
	e->queue_last = at;
	uint32_t ticket = id_of(at, s);
	wake(e);
	return ticket;
}

void engine_cancel(struct engine *e, uint32_t ticket)
{
	uint32_t at = ticket & (MAX_SLOTS - 1);
	if (ticket == ENGINE_NO_TICKET || at >= e->slot_count || e->slots[at].state == SLOT_FREE ||
	    id_of(at, &e->slots[at]) != ticket)
		return;
	release(e, at);
	wake(e);
}

const struct engine_counters *engine_counters(const struct engine *e)
{
	return &e->counters;
}

unsigned engine_limit(const struct engine *e)
{
	return e->limit;
}

void engine_set_limit(struct engine *e, unsigned limit)
{
	e->limit = limit;
}
