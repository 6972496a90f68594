/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_serve.h - `hallsim bmc`: thousands of BMCs in one process. */
#ifndef HALLSIM_BMC_SERVE_H
#define HALLSIM_BMC_SERVE_H

#include "fault.h"

#include <stddef.h>
#include <stdint.h>

#define BMC_WORDS_MAX 64

struct bmc_serve_options {
	uint32_t base, count;
	uint16_t port;
	uint64_t seed;
	int64_t now_ms; /* UTC at the start, -1: the wall clock */
	int64_t speed, seconds;
	int64_t slots, idle_s;                /* instead of the profile's; 0: as the profile has it */
	const char *profiles[BMC_WORDS_MAX];  /* NULL after the last */
	const char *faults[BMC_WORDS_MAX];    /* likewise */
	const char *control;                  /* path of the socket, NULL: none */
};

/* Serves until SIGTERM, SIGINT or the end of its time. */
int bmc_serve(const struct bmc_serve_options *options, struct sim_fault *fault);

/* Writes what a BMC must be found to say at `now_ms`, as JSON, to standard output. */
int bmc_table_write(const struct bmc_serve_options *options, uint32_t number,
                    struct sim_fault *fault);

/* Writes the names of all profiles and what they are. */
void bmc_profiles_write(void);

#endif
