/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64
#define TURNS 8 /* batches before others get a chance */
#define RECEIVE_MAX 2048
#define BUFFER_OCTETS (16 << 20)
#define WAITING_MAX 100000
#define DEVICE "lo"
#define PEER_V6 (UINT64_C(1) << 63) /* came to [::1], from a port there */

/* A packet that leaves later: a heap by time, then by order of sending. */
struct waiting {
	int64_t due_ms;
	uint64_t order;
	uint32_t number;
	uint64_t peer;
	size_t length;
	uint8_t data[];
};

/* Room for one packet with its addresses. */
struct slot {
	struct sockaddr_in peer;
	struct iovec vector;
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in_pktinfo))];
	uint8_t data[RECEIVE_MAX];
};

struct bmc_port {
	struct bmc_farm *farm;
	int fd, fd6; /* fd6: BMC 0 at [::1]; -1 where there is no IPv6 */
	int either;  /* an epoll of both */
	uint16_t number;
	uint32_t base;
	struct waiting **heap;
	size_t heap_count, heap_room;
	uint64_t order;
	struct mmsghdr in[BATCH], out[BATCH];
	struct slot in_slots[BATCH], out_slots[BATCH];
	unsigned out_count;
};

/* Whether `a` leaves before `b`. */
static bool before(const struct waiting *a, const struct waiting *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

/* Adds a packet to the heap; one too many is lost, as on a full queue. */
static void heap_push(struct bmc_port *port, struct waiting *packet)
{
	if (port->heap_count == port->heap_room) {
		size_t room = port->heap_room == 0 ? 64 : port->heap_room * 2;
		struct waiting **heap = NULL;
		if (room < WAITING_MAX)
			heap = realloc(port->heap, room * sizeof(struct waiting *));
		if (heap == NULL) {
			free(packet);
			return;
		}
		port->heap = heap;
		port->heap_room = room;
	}
	size_t at = port->heap_count++;
	for (; at > 0 && before(packet, port->heap[(at - 1) / 2]); at = (at - 1) / 2)
		port->heap[at] = port->heap[(at - 1) / 2];
	port->heap[at] = packet;
}

/* Takes the first packet off the heap, which has one. */
static struct waiting *heap_pop(struct bmc_port *port)
{
	struct waiting *first = port->heap[0];
	struct waiting *last = port->heap[--port->heap_count];
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= port->heap_count)
			break;
		if (child + 1 < port->heap_count &&
		    before(port->heap[child + 1], port->heap[child]))
			child++;
		if (!before(port->heap[child], last))
			break;
		port->heap[at] = port->heap[child];
		at = child;
	}
	port->heap[at] = last;
	return first;
}

/* Sends what has been gathered; what the socket does not take is lost, as on any net. */
static void flush(struct bmc_port *port)
{
	unsigned sent = 0;
	while (sent < port->out_count) {
		int done = sendmmsg(port->fd, port->out + sent, port->out_count - sent, 0);
		sent += done > 0 ? (unsigned)done : 1;
	}
	port->out_count = 0;
}

/* A packet from [::1], behind those that have been gathered. */
static void send_v6(struct bmc_port *port, uint64_t peer, const uint8_t *data, size_t length)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6,
	                          .sin6_addr = IN6ADDR_LOOPBACK_INIT,
	                          .sin6_port = htons((uint16_t)peer)};
	flush(port);
	(void)sendto(port->fd6, data, length, 0, (struct sockaddr *)&to, sizeof(to));
}

/* Prepares a packet from BMC `number`, and sends when the batch is full. */
static void gather(struct bmc_port *port, uint32_t number, uint64_t peer, const uint8_t *data,
                   size_t length)
{
	struct slot *slot = &port->out_slots[port->out_count];
	struct msghdr *header = &port->out[port->out_count].msg_hdr;
	struct cmsghdr *control = (struct cmsghdr *)slot->control;
	struct in_pktinfo from = {.ipi_spec_dst.s_addr = htonl(port->base + number)};

	if ((peer & PEER_V6) != 0) {
		send_v6(port, peer, data, length);
		return;
	}
	memcpy(slot->data, data, length);
	slot->vector = (struct iovec){.iov_base = slot->data, .iov_len = length};
	slot->peer = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl((uint32_t)(peer >> 16)),
		.sin_port = htons((uint16_t)peer),
	};
	memset(slot->control, 0, sizeof(slot->control));
	control->cmsg_level = IPPROTO_IP;
	control->cmsg_type = IP_PKTINFO;
	control->cmsg_len = CMSG_LEN(sizeof(from));
	memcpy(CMSG_DATA(control), &from, sizeof(from));
	*header = (struct msghdr){
		.msg_name = &slot->peer,
		.msg_namelen = sizeof(slot->peer),
		.msg_iov = &slot->vector,
		.msg_iovlen = 1,
		.msg_control = slot->control,
		.msg_controllen = sizeof(slot->control),
	};
	if (++port->out_count == BATCH)
		flush(port);
}

/* A packet leaves a BMC: now, or later. */
static void emit(void *arg, uint32_t number, uint64_t peer, const uint8_t *data, size_t length,
                 int64_t delay_ms)
{
	struct bmc_port *port = arg;
	if (delay_ms <= 0) {
		gather(port, number, peer, data, length);
		return;
	}
	struct waiting *packet = malloc(sizeof(*packet) + length);
	if (packet == NULL)
		return;
	packet->due_ms = port->farm->world.run_ms + delay_ms;
	packet->order = port->order++;
	packet->number = number;
	packet->peer = peer;
	packet->length = length;
	memcpy(packet->data, data, length);
	heap_push(port, packet);
}

/* Which address a packet was sent to, host order; 0 when the kernel does not say. */
static uint32_t destination(struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
		struct in_pktinfo info;
		if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		return ntohl(info.ipi_addr.s_addr);
	}
	return 0;
}

/* Receives a batch and answers it.  False when nothing was waiting. */
static bool receive(struct bmc_port *port)
{
	for (int i = 0; i < BATCH; i++) {
		struct slot *slot = &port->in_slots[i];
		slot->vector = (struct iovec){.iov_base = slot->data, .iov_len = RECEIVE_MAX};
		port->in[i].msg_hdr = (struct msghdr){
			.msg_name = &slot->peer,
			.msg_namelen = sizeof(slot->peer),
			.msg_iov = &slot->vector,
			.msg_iovlen = 1,
			.msg_control = slot->control,
			.msg_controllen = sizeof(slot->control),
		};
	}
	int got = recvmmsg(port->fd, port->in, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++) {
		const struct slot *slot = &port->in_slots[i];
		uint32_t number = destination(&port->in[i].msg_hdr) - port->base;
		uint64_t peer = (uint64_t)ntohl(slot->peer.sin_addr.s_addr) << 16 |
		                ntohs(slot->peer.sin_port);
		bmc_farm_receive(port->farm, number, peer, slot->data, port->in[i].msg_len, emit,
		                 port);
	}
	return got == BATCH;
}

/* Answers what has come to [::1]. */
static void receive_v6(struct bmc_port *port)
{
	uint8_t data[RECEIVE_MAX];
	for (int i = 0; port->fd6 >= 0 && i < BATCH; i++) {
		struct sockaddr_in6 from;
		socklen_t size = sizeof(from);
		ssize_t got = recvfrom(port->fd6, data, sizeof(data), MSG_DONTWAIT,
		                       (struct sockaddr *)&from, &size);
		if (got < 0)
			return;
		bmc_farm_receive(port->farm, 0, PEER_V6 | ntohs(from.sin6_port), data, (size_t)got,
		                 emit, port);
	}
}

void bmc_port_turn(struct bmc_port *port, bool readable)
{
	while (port->heap_count > 0 && port->heap[0]->due_ms <= port->farm->world.run_ms) {
		struct waiting *packet = heap_pop(port);
		gather(port, packet->number, packet->peer, packet->data, packet->length);
		free(packet);
	}
	for (int i = 0; readable && i < TURNS; i++) {
		bool more = receive(port);
		flush(port);
		if (!more)
			break;
	}
	if (readable)
		receive_v6(port);
	flush(port);
}

int bmc_port_patience_ms(const struct bmc_port *port)
{
	if (port->heap_count == 0)
		return -1;
	int64_t left_ms = port->heap[0]->due_ms - port->farm->world.run_ms;
	return left_ms < 0 ? 0 : left_ms > 60000 ? 60000 : (int)left_ms;
}

int bmc_port_fd(const struct bmc_port *port)
{
	return port->either;
}

uint16_t bmc_port_number(const struct bmc_port *port)
{
	return port->number;
}

/* Opens the socket: on the loopback device, so that nobody else can reach it. */
static int open_socket(struct bmc_port *port, uint16_t number, struct sim_fault *fault)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(number)};
	socklen_t length = sizeof(address);
	int on = 1, octets = BUFFER_OCTETS;
	port->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (port->fd < 0 ||
	    setsockopt(port->fd, SOL_SOCKET, SO_BINDTODEVICE, DEVICE, sizeof(DEVICE)) < 0 ||
	    setsockopt(port->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0 ||
	    bind(port->fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(port->fd, (struct sockaddr *)&address, &length) < 0)
		return sim_fail(fault, "cannot listen on UDP port %u of %s: %s", (unsigned)number,
		                DEVICE, strerror(errno));
	/* as large as we are allowed; a small one only loses packets sooner */
	if (setsockopt(port->fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)) < 0)
		(void)setsockopt(port->fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
	if (setsockopt(port->fd, SOL_SOCKET, SO_SNDBUFFORCE, &octets, sizeof(octets)) < 0)
		(void)setsockopt(port->fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof(octets));
	port->number = ntohs(address.sin_port);
	return 0;
}

/* The same port at [::1], where there is IPv6. */
static void open_v6(struct bmc_port *port)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6,
	                               .sin6_addr = IN6ADDR_LOOPBACK_INIT,
	                               .sin6_port = htons(port->number)};
	port->fd6 = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (port->fd6 >= 0 && bind(port->fd6, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(port->fd6);
		port->fd6 = -1;
	}
}

static int open_either(struct bmc_port *port, struct sim_fault *fault)
{
	struct epoll_event event = {.events = EPOLLIN};
	port->either = epoll_create1(EPOLL_CLOEXEC);
	if (port->either < 0 || epoll_ctl(port->either, EPOLL_CTL_ADD, port->fd, &event) < 0 ||
	    (port->fd6 >= 0 && epoll_ctl(port->either, EPOLL_CTL_ADD, port->fd6, &event) < 0))
		return sim_fail(fault, "cannot wait for packets: %s", strerror(errno));
	return 0;
}

struct bmc_port *bmc_port_open(struct bmc_farm *farm, uint32_t base, uint16_t number,
                               struct sim_fault *fault)
{
	struct bmc_port *port = calloc(1, sizeof(*port));
	if (port == NULL) {
		sim_fail(fault, "out of memory");
		return NULL;
	}
	port->farm = farm;
	port->base = base;
	port->fd6 = port->either = -1;
	int rc = open_socket(port, number, fault);
	if (rc == 0) {
		open_v6(port);
		rc = open_either(port, fault);
	}
	if (rc < 0) {
		bmc_port_close(port);
		return NULL;
	}
	return port;
}

void bmc_port_close(struct bmc_port *port)
{
	if (port == NULL)
		return;
	const int fds[] = {port->fd, port->fd6, port->either};
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	for (size_t i = 0; i < port->heap_count; i++)
		free(port->heap[i]);
	free(port->heap);
	free(port);
}
