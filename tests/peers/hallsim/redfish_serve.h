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
	int64_t slots, idle_s; /* sessions of each, 0: 16 of 1800 s */
	const char *const *trees;  /* captured trees, one a service, NULL after the last; the rest is made up */
	const char *const *faults; /* rules as in redfish_service.h, NULL after the last */
	const char *profile;       /* "legacy" or "modern"; NULL: legacy */
	const char *certificate;   /* file to write the certificate to, NULL: none */
	const char *control;       /* path of the Unix socket for counters and faults, NULL: none */
};

/* Serves until SIGTERM, SIGINT or the end of its time. */
int redfish_serve(const struct redfish_serve_options *options, struct sim_fault *fault);

#endif
