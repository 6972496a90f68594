/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* line.h - the way to one device: address, version, community and what its agent can bear.
 *
 * At most one request is on a line: management cards are slow and drop what comes beside it. */
#ifndef SNMP_LINE_H
#define SNMP_LINE_H

#include "ber.h"
#include "engine.h"
#include "peer.h"
#include <hallwatt/collector.h>

#define LINE_OCTETS 1350u     /* aimed at for an answer: below 1,400, so that it is never a fragment */
#define LINE_LEAST_OCTETS 120u
#define LINE_PACKET 1472u
#define LINE_SEALED 200u      /* what an SNMPv3 message needs more than one of v2c, at most */
#define LINE_QUICK_MS 200     /* who takes less for an answer is asked as the settings say */
#define LINE_SLOWEST_MS 60000 /* no more is learnt */

struct line { /* small: each device has one */
	struct engine *engine;
	struct hwatt_target *target;
	const char *community;          /* "" with SNMPv3 */
	struct peer *peer;              /* SNMPv3; NULL: none */
	union hwatt_udp_address *to;    /* owned; NULL: `near` is it */
	struct in_addr near;            /* most have but this; 0.0.0.0: it is not known yet */
	in_port_t near_port;            /* as on the wire */
	uint8_t retries : 5, version : 2; /* enum ber_version */
	bool apart : 1;       /* the agent did not bear a GET that tables ride along in: scalars and tables are asked for apart */
	uint8_t cut : 1;      /* the last poll was over before all was asked: the next begins where it ended */
	uint8_t cuts : 7;     /* how often that was so since the last survey */
	int32_t timeout_ms;
	uint32_t ticket;      /* of the request that is out */
	uint16_t max_repetitions;
	uint16_t octets;      /* what an answer may take; halved when the agent cannot give as much */
	uint16_t answer_ms;   /* what the device takes for an answer, where that is long; 0: it is quick */
	uint16_t asked;       /* loop time of a request whose answer is timed, as many bits as fit; 0: it is not timed */
};

_Static_assert(sizeof(struct line) <= 64, "there are ten thousand of them");

struct line_eager { /* for an answer that is waited for; both get the request's argument */
	engine_taste *taste;
	engine_fetch *fetch;
};

/* Where the device is from now on. false: it is an address of neither IPv4 nor IPv6. */
bool line_set_address(struct line *line, const struct sockaddr *address, in_port_t wire_port);
/* An address that stays where it is in memory as long as the line, for who keeps a pointer to it. */
const union hwatt_udp_address *line_fix_address(struct line *line);
/* Frees what the line owns. */
void line_clear(struct line *line);
/* Sends a finished packet; one at a time. `done` comes later, never from here, and calls line_over() first. `eager` may be NULL. */
void line_send(struct line *line, uint8_t *packet, size_t length, size_t id_at, const struct line_eager *eager, engine_done *done,
	       void *arg);
/* The same, but waits for no more than `most_ms`. */
void line_send_within(struct line *line, uint8_t *packet, size_t length, size_t id_at, const struct line_eager *eager,
		      int64_t most_ms, engine_done *done, void *arg);
/* The request that was out has ended; returns why, as `err` says it or, in `why`, as the line knows better. */
const struct hwatt_error *line_over(struct line *line, const struct hwatt_error *err, struct hwatt_error *why);
void line_cancel(struct line *line);
/* Learns what the device takes for an answer. Answers are timed but for those of polls of a quick device. */
void line_took(struct line *line, int64_t ms);
/* Whether the device takes its time, and the poll has too little left for one more answer. */
bool line_late(const struct line *line);
/* The agent could not give so much: half of it from now on. false when it cannot be less. */
bool line_shrink(struct line *line);

#endif
