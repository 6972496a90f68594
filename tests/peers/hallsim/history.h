/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* history.h - the hall's past as a stream of text, for those who meter it in seconds.
 *
 *   point N DEVICE ROLE INDEX QUANTITY   once for each column, N from 0
 *   register N STEP MODULUS              where column N is a raw register: mJ or litres a count; 0: no modulus
 *   UTC_MS V0 V1 V2 ...                  once for each step, first and last instant included
 *
 * Values are integers: active_power mW, energy register counts, cpu_utilisation millionths,
 * storage By, octets By, if_speed bit/s, temperature thousandths of Cel; "-" where the device was
 * silent. */
#ifndef HALLSIM_HISTORY_H
#define HALLSIM_HISTORY_H

#include <stdint.h>
#include <stdio.h>

#include "fault.h"

struct history_span {
	int64_t from_s, until_s, step_s;
	int64_t origin_s; /* where energy registers start, not after from_s */
	uint64_t seed;
};

/* Writes the stream to `out`.  Fails when the span is empty or writing fails. */
int history_write(const struct history_span *span, FILE *out, struct sim_fault *fault);

#endif
