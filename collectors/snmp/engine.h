/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* engine.h - one UDP socket per address family for all SNMP devices, with request table, timers and counters.
 *
 * A request is a finished packet; the engine puts the request id in, sends it, sends it again when nothing comes back
 * in time, and hands over the one answer whose id, address and port fit.  Requests above the limit that the receive buffer
 * can take wait in a queue. */
#ifndef SNMP_ENGINE_H
#define SNMP_ENGINE_H

#include "ber.h"
#include <hallwatt/log.h>
#include <hallwatt/udp.h>
#include <stdbool.h>
#include <stdint.h>

struct engine;
struct uv_loop_s;

struct engine_counters {
	int64_t sent, received, retries, timeouts;
	int64_t malformed;    /* no SNMP message, not sound, or not sealed by the one who was asked */
	int64_t unknown_id;   /* late, doubled or never asked for */
	int64_t wrong_source; /* right id from another address or port */
	int64_t kernel_drops; /* lost because the receive buffer was full */
	int64_t send_errors;
	int64_t refusals;     /* SNMPv3 requests that the device refused */
	int64_t rounds;       /* SNMPv3 requests sent again, as the device said who it is or what its clock says */
};

/* How a request ended: `message` when an answer came (any error status), else NULL and `err` says why. The message is
 * valid during the call. */
typedef void engine_done(void *arg, const struct ber_message *message, const struct hwatt_error *err);

/* Looks at the variables of a sound answer before they are decoded: true when it took all of them, and the request then ends with
 * neither message nor error. After false it has taken nothing. */
typedef bool engine_taste(void *arg, const uint8_t *variables, size_t length);

/* An answer has come and will be handed over after others that came with it: has the processor fetch what that will touch. In
 * ENGINE_FETCH_STEPS steps from 0 on, each going on from what the one before fetched. */
typedef void engine_fetch(const void *arg, unsigned step);
#define ENGINE_FETCH_STEPS 11u

enum engine_verdict {
	ENGINE_ANSWER,  /* the message is filled in */
	ENGINE_DROP,    /* not to be believed: the request goes on waiting */
	ENGINE_AGAIN,   /* it taught us something: the request is sealed and sent again */
	ENGINE_REFUSED, /* the request is over, with the error */
};

#define ENGINE_MAX_ROUNDS 6u /* times that one request is sent again for ENGINE_AGAIN */

/* How SNMPv3 messages are made from finished packets, and answers from messages. */
struct engine_security {
	/* Writes the message `id` for a packet whose request id is set; its length, 0 when it cannot be made. */
	size_t (*seal)(void *arg, uint32_t id, const uint8_t *packet, size_t length, int64_t now_ms, uint8_t *out, size_t size);
	/* Reads what came back to it. */
	enum engine_verdict (*unseal)(void *arg, uint32_t id, const uint8_t *packet, size_t length, int64_t now_ms,
				      struct ber_message *out, struct hwatt_error *err);
};

struct engine_request { /* what is asked; copied, but the packet stays the caller's and must live until the end */
	const union hwatt_udp_address *to;
	uint8_t *packet;
	size_t length, id_at;
	int64_t timeout_ms;
	unsigned retries;
	engine_done *done;
	engine_taste *taste; /* NULL: every packet is decoded; sealed ones are in any case */
	void *taste_arg;
	engine_fetch *fetch; /* NULL: nothing is fetched ahead */
	void *arg;
	const struct engine_security *security; /* NULL: the packet is sent as it is */
	void *security_arg;
};

#define ENGINE_NO_TICKET 0u

int engine_open(struct uv_loop_s *loop, struct hwatt_log *log, struct engine **out, struct hwatt_error *err);
/* Needs all requests to be over; frees itself when its libuv handles have closed. */
void engine_close(struct engine *engine);

/* Takes a request and gives its ticket; `done` is called later, never from here. */
uint32_t engine_send(struct engine *engine, const struct engine_request *request);
/* Forgets a request: `done` is not called. A ticket that is over is fine. */
void engine_cancel(struct engine *engine, uint32_t ticket);

const struct engine_counters *engine_counters(const struct engine *engine);
/* Requests that may be in flight at once. */
unsigned engine_limit(const struct engine *engine);
/* For tests: less in flight than the buffer allows. */
void engine_set_limit(struct engine *engine, unsigned limit);

#endif
