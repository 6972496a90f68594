/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <hallwatt/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BUFFER (8 << 20)
#define MIN_LIMIT 32u
#define MAX_LIMIT 16384u

socklen_t hwatt_udp_length(const union hwatt_udp_address *a)
{
	return a->any.sa_family == AF_INET6 ? sizeof(a->v6) : sizeof(a->v4);
}

bool hwatt_udp_same(const union hwatt_udp_address *a, const union hwatt_udp_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET)
		return a->v4.sin_port == b->v4.sin_port && a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return a->v6.sin6_port == b->v6.sin6_port &&
	       memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) == 0 &&
	       (a->v6.sin6_scope_id == 0 || b->v6.sin6_scope_id == 0 || a->v6.sin6_scope_id == b->v6.sin6_scope_id);
}

static int receive_buffer(int fd)
{
	int wanted = RECEIVE_BUFFER, got = 0;
	socklen_t size = sizeof(got);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &size) < 0)
		return 0;
	return got;
}

int hwatt_udp_open(struct hwatt_udp *udp, int family, struct hwatt_error *err)
{
	int one = 1, whole = IP_PMTUDISC_DO;
	*udp = (struct hwatt_udp){ .fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) };
	if (udp->fd < 0)
		return hwatt_fail(err, HWATT_EIO, "cannot open a UDP socket: %s", strerror(errno));
	udp->buffer = receive_buffer(udp->fd);
	setsockopt(udp->fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof(one));
	if (family == AF_INET)
		udp->whole = setsockopt(udp->fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof(whole)) == 0;
	else
		setsockopt(udp->fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	return 0;
}

void hwatt_udp_close(struct hwatt_udp *udp)
{
	if (udp->fd >= 0)
		close(udp->fd);
	udp->fd = -1;
}

bool hwatt_udp_let_split(struct hwatt_udp *udp)
{
	int want = IP_PMTUDISC_WANT;
	bool was_whole = udp->whole;
	udp->whole = false;
	return was_whole && setsockopt(udp->fd, IPPROTO_IP, IP_MTU_DISCOVER, &want, sizeof(want)) == 0;
}

uint32_t hwatt_udp_drops(struct hwatt_udp *udp, struct msghdr *packet)
{
	uint32_t before = udp->dropped;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(packet); c != NULL; c = CMSG_NXTHDR(packet, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&udp->dropped, CMSG_DATA(c), sizeof(udp->dropped));
	return udp->dropped - before;
}

unsigned hwatt_udp_limit(const struct hwatt_udp *v4, const struct hwatt_udp *v6, unsigned octets)
{
	int buffer = v6->buffer > 0 && v6->buffer < v4->buffer ? v6->buffer : v4->buffer;
	unsigned limit = (unsigned)buffer / octets;
	return limit < MIN_LIMIT ? MIN_LIMIT : limit > MAX_LIMIT ? MAX_LIMIT : limit;
}
