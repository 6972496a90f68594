/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* site_config.h - the hallwatt configuration that fits the hall: devices, wiring, two contracts. */
#ifndef HALLSIM_SITE_CONFIG_H
#define HALLSIM_SITE_CONFIG_H

#include <stdint.h>

#include "fault.h"

struct site_config {
	const char *directory; /* made when it is not there */
	uint32_t base;         /* address of the first device, host order */
	uint16_t port;
	const char *community;
	const char *state; /* NULL: left to hallwatt's default */
	const char *listen;
	int64_t from_s;  /* first day of the contracts, UTC midnight */
	int64_t until_s; /* their last day */
};

/* Writes hallwatt.yaml and contracts.d/hall-{met,missed}.yaml under the directory. */
int site_config_write(const struct site_config *config, struct sim_fault *fault);

#endif
