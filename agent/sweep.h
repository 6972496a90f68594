/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* sweep.h - asks every address of a list whether anybody there speaks a protocol, at a bounded rate.
 *
 * In rounds, the best first: one question to all addresses that have not answered, the next question when the answers are in; then all
 * rounds once more, as packets get lost (a connection is not tried again): then who answered is asked for what comes before it. */
#ifndef HALLWATT_SWEEP_H
#define HALLWATT_SWEEP_H

#include "cidr.h"
#include "pace.h"
#include <hallwatt/collector.h>
#include <uv.h>

#define SWEEP_WAIT_MS 1000 /* for an answer */
#define SWEEP_CONNECT_MS 5000 /* for one over TLS, which a BMC takes its time for */
#define SWEEP_CONNECTIONS 200u /* at once */
#define SWEEP_REPEATS 2u

enum sweep_protocol { SWEEP_SNMP, SWEEP_REDFISH, SWEEP_IPMI, SWEEP_PROTOCOLS };

struct sweep_access { /* one way to ask for it; borrowed */
	enum sweep_protocol protocol; /* a host that answered one of a protocol's is not asked by its others */
	bool presence;                /* it tells only that somebody is there: the host cannot be polled by it */
	const struct hwatt_collector *collector;
	void *engine;
	const void *settings;
	uint16_t port;
};

struct sweep_host {
	union cidr_address at;
	int access[SWEEP_PROTOCOLS];       /* which of each protocol's was answered, -1 none */
	const char *name[SWEEP_PROTOCOLS]; /* what it is called by its owner, "" when it does not say; in the arena */
	const char *version[SWEEP_PROTOCOLS], *trouble[SWEEP_PROTOCOLS]; /* as hwatt_found says, "" for nothing; likewise */
};

/* One that has answered nothing yet. */
struct sweep_host sweep_host_at(const union cidr_address *at);

struct sweep { /* owned by the caller, who sets the first block and all else to 0 */
	uv_loop_t *loop;
	struct hwatt_arena *arena;
	const struct sweep_access *accesses;
	size_t access_count;
	struct sweep_host *hosts; /* as sweep_host_at() makes them */
	size_t host_count;
	struct pace *pace;
	void (*progress)(void *arg, int64_t done, int64_t total);
	void (*done)(void *arg, const struct hwatt_error *err);
	void *arg;

	size_t round, next, waiting;
	uv_timer_t timer;
	struct hwatt_error error;
};

/* Begins; `done` follows once, when its handle is closed. */
void sweep_start(struct sweep *s);

#endif
