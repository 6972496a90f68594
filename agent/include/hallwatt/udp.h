/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* udp.h - the UDP socket of one address family through which a protocol asks all its devices.
 *
 * It has no port of its own, never blocks, and keeps as many answers as the kernel lets it. Watching, sending and receiving
 * are the protocol's. */
#ifndef HALLWATT_UDP_H
#define HALLWATT_UDP_H

#include <hallwatt/error.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

union hwatt_udp_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

socklen_t hwatt_udp_length(const union hwatt_udp_address *a);
/* Whether a packet from the one is of the other; a scope that is not given is any. */
bool hwatt_udp_same(const union hwatt_udp_address *a, const union hwatt_udp_address *b);

struct hwatt_udp {
	int fd;           /* -1: none */
	int buffer;       /* what the kernel granted for answers, as it counts them: octets; 0: unknown */
	bool whole;       /* packets over IPv4 are never split, which spares the kernel to number their fragments */
	uint32_t dropped; /* the kernel's count at the last packet */
};

/* On failure (HWATT_EIO) there is none. Options that the kernel does not know are done without. */
int hwatt_udp_open(struct hwatt_udp *udp, int family, struct hwatt_error *err);
void hwatt_udp_close(struct hwatt_udp *udp);

/* After EMSGSIZE: some way takes no packet as large as ours, so the kernel may split them from now on. False: it may already. */
bool hwatt_udp_let_split(struct hwatt_udp *udp);
/* How many packets the kernel had to drop since the last one that was asked about; it says so with a packet. */
uint32_t hwatt_udp_drops(struct hwatt_udp *udp, struct msghdr *packet);
/* How many answers may be on their way at once so that the buffers of both families hold them; the kernel charges `octets` for each. */
unsigned hwatt_udp_limit(const struct hwatt_udp *v4, const struct hwatt_udp *v6, unsigned octets);

#endif
