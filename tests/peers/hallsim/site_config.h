/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* site_config.h - the hallwatt configuration that fits the hall: devices, wiring, five contracts and what they are followed up by. */
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
	int64_t now_s;   /* the day that all books are dated from, UTC */
	int64_t from_s;  /* first day of the contracts, UTC midnight */
	int64_t until_s; /* their last day */
};

/* Writes hallwatt.yaml, contracts.d, and the books, registers and documents they name, under the directory. */
int site_config_write(const struct site_config *config, struct sim_fault *fault);

#endif
