/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* hub.h - one UDP socket per address family for all controllers, and one timer for all their deadlines.
 *
 * A peer is found by the address and port that a packet came from; only then its session ids and tags are looked at, as
 * refusals may lack them.  Peers that would ask while too many answers are on their way wait in a queue. */
#ifndef IPMI_HUB_H
#define IPMI_HUB_H

#include "rmcpp.h"
#include <hallwatt/log.h>
#include <hallwatt/udp.h>

struct hub;
struct uv_loop_s;

struct hub_counters {
	int64_t sent, received, retries, timeouts, send_errors;
	int64_t malformed;    /* no RMCP+ packet, or not sealed by the one who was asked */
	int64_t unknown;      /* late, doubled, replayed or never asked for */
	int64_t wrong_source; /* from an address that nobody has asked */
	int64_t kernel_drops; /* lost because the receive buffer was full */
	int64_t opened, closed, lost, refused, full; /* sessions: begun, ended, forgotten by the BMC, denied, no slot free */
};

struct hub_peer { /* within what belongs to one controller; {0}, then the first four */
	union hwatt_udp_address to;
	/* Whether the packet was for this peer. It may be anything that has a sound head, or RMCPP_FOREIGN. */
	bool (*packet)(struct hub_peer *peer, const struct rmcpp_packet *packet);
	void (*due)(struct hub_peer *peer);   /* its deadline has passed */
	void (*go)(struct hub_peer *peer);    /* it may send */

	struct hub_peer *next_same;           /* in its bucket */
	struct hub_peer *before, *behind;     /* in the queue */
	int64_t due_ms;
	uint32_t heap_at;                     /* 0: has no deadline */
	bool listed, queued, running;
};

uint64_t hub_hash(const union hwatt_udp_address *address);

int hub_open(struct uv_loop_s *loop, struct hwatt_log *log, struct hub **out, struct hwatt_error *err);
/* Needs all peers to have left; frees itself when its libuv handles have closed. */
void hub_close(struct hub *hub);

/* Packets from peer->to are the peer's, from now on. */
void hub_join(struct hub *hub, struct hub_peer *peer);
void hub_leave(struct hub *hub, struct hub_peer *peer);

/* Asks for leave to begin an exchange of packets: `go` follows, maybe at once. One who runs already goes on at once. */
void hub_enter(struct hub *hub, struct hub_peer *peer);
/* The exchange is over, or the wait for it. */
void hub_exit(struct hub *hub, struct hub_peer *peer);

void hub_send(struct hub *hub, struct hub_peer *peer, const uint8_t *packet, size_t length);
void hub_set_due(struct hub *hub, struct hub_peer *peer, int64_t due_ms);
void hub_clear_due(struct hub *hub, struct hub_peer *peer);

int64_t hub_now(const struct hub *hub);
struct uv_loop_s *hub_loop(const struct hub *hub);
struct sealer *hub_sealer(const struct hub *hub);
struct hub_counters *hub_counters(struct hub *hub);
/* For tests: fewer exchanges at once than the receive buffer allows. */
void hub_set_limit(struct hub *hub, unsigned limit);

#endif
