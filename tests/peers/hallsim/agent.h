/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* agent.h - all devices of the hall on loopback, each at an address of its own. */
#ifndef HALLSIM_AGENT_H
#define HALLSIM_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"

struct agent_options {
	uint32_t base; /* address of the first device, host order; inside 127.0.0.0/8 */
	uint16_t port; /* 0: any that is free at all addresses */
	const char *community;
	int64_t seconds; /* how long to serve; 0: until SIGTERM or SIGINT */
	uint64_t seed;
	int64_t now_ms;   /* where simulated time starts, UTC; -1: at the wall clock */
	int64_t origin_s; /* where energy registers start */
	int64_t speed;    /* simulated seconds per second */
	bool live_events;
};

/* Serves until it is told to stop or the time is over.  Says on stderr when it answers.  Returns 0,
 * or -1 when it could not begin. */
int agent_run(const struct agent_options *options, struct sim_fault *fault);

#endif
