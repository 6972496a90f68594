/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* fault.h - why something could not be done, as a sentence for a human. */
#ifndef HALLSIM_FAULT_H
#define HALLSIM_FAULT_H

struct sim_fault {
	char text[240];
};

/* Writes the sentence into `fault`, cut where it is too long.  Returns -1. */
int sim_fail(struct sim_fault *fault, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
