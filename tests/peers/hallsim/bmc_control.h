/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_control.h - the Unix socket at which a test asks for counters and adds faults.
 *
 * A client sends one line, reads the answer to its end, and is hung up on:
 *   total        one JSON object: clocks, sessions, all counters added up
 *   bmc N        the same of one BMC
 *   all          one such object a line, of every BMC that has been talked to
 *   fault RULE   adds a fault (bmc_fault.h)       clear   takes all faults away
 *   restart      all BMCs start anew: no sessions, no lockouts; counters stay
 * What cannot be done is answered with {"error":"..."}. */
#ifndef HALLSIM_BMC_CONTROL_H
#define HALLSIM_BMC_CONTROL_H

#include "bmc_farm.h"

#define BMC_CONTROL_CLIENTS 4
#define BMC_CONTROL_LINE 256

struct bmc_control {
	const char *path;
	int listener; /* -1: closed */
	struct bmc_control_client {
		int fd; /* -1: free */
		size_t used;
		char line[BMC_CONTROL_LINE];
	} clients[BMC_CONTROL_CLIENTS];
};

/* Listens at `path`, taking the place of a socket that nobody serves any more. */
int bmc_control_open(struct bmc_control *control, const char *path, struct sim_fault *fault);
void bmc_control_close(struct bmc_control *control);

/* Takes what is readable at `fd`, the listener or a client.  Set the farm's clocks before. */
void bmc_control_turn(struct bmc_control *control, int fd, struct bmc_farm *farm);

#endif
