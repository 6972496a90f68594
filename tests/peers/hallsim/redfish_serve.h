/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* redfish_serve.h - `hallsim redfish`: many Redfish services behind one TLS port, told apart by their 127.x address. */
#ifndef HALLSIM_REDFISH_SERVE_H
#define HALLSIM_REDFISH_SERVE_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"

struct redfish_serve_options {
	uint32_t base, count; /* service k answers at base + k */
	uint16_t port;        /* 0: any that is free */
	uint64_t seed;
	int64_t now_ms;       /* UTC at the start, -1: the wall clock */
	int64_t speed, seconds;
	const char *phrase;    /* what the key is made from; NULL: a new one each time */
	int64_t slots, idle_s; /* sessions of each, 0: 16 of 1800 s */
	const char *const *trees;  /* captured trees, one a service, NULL after the last; the rest is made up */
	const char *const *faults; /* rules as in redfish_service.h, NULL after the last */
	const char *profile;       /* "legacy", "modern", "reporting", or "mixed" for the first two in turn; NULL: legacy */
	const char *certificate;   /* file to write the certificate to, NULL: none */
	const char *control;       /* path of the Unix socket for counters and faults, NULL: none */
};

struct bmc_power_source;
struct redfish_server;

/* Starts to listen, for a loop that has other things to do, too.  With `power` (which has to stay) the services
 * draw that; NULL: the function of bmc_power.h. */
struct redfish_server *redfish_open(const struct redfish_serve_options *options, const struct bmc_power_source *power,
                                    struct sim_fault *fault);
void redfish_close(struct redfish_server *server);
/* What to poll for input, and how long at most before the next turn. */
int redfish_fd(const struct redfish_server *server);
int redfish_patience_ms(const struct redfish_server *server);
/* Does what is to be done now. */
void redfish_turn(struct redfish_server *server);

/* Serves until SIGTERM, SIGINT or the end of its time. */
int redfish_serve(const struct redfish_serve_options *options, struct sim_fault *fault);

#endif
