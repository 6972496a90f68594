/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lockout.h - how often an account was refused, and how long it is left alone for that: also over a restart.
 *
 * Two tries, then a quarter of an hour, then ever longer up to a day between single ones, until user or password are others. No
 * I/O and no clock: times are arguments, monotonic ms and, for what is kept, seconds of the day's clock. */
#ifndef REDFISH_LOCKOUT_H
#define REDFISH_LOCKOUT_H

#include <stddef.h>
#include <stdint.h>

#define LOCKOUT_TRIES 2                      /* before the first wait */
#define LOCKOUT_MS (15 * 60 * 1000)          /* that wait; it doubles */
#define LOCKOUT_MAX_MS (24 * 3600 * 1000)
#define LOCKOUT_TEXT 64

struct lockout { /* {0}: never refused */
	unsigned refusals;
	unsigned mark;    /* of user and password, see lockout_mark() */
	int64_t until_ms; /* monotonic */
};

/* Tells accounts apart without telling anything of use about the password: 16 bits. */
unsigned lockout_mark(const char *user, const char *password);
/* One more refusal; how long none is tried now: 0 after the first. */
int64_t lockout_refused(struct lockout *l, int64_t now_ms);
/* What is kept of it. */
void lockout_text(const struct lockout *l, int64_t now_ms, int64_t clock_s, char out[LOCKOUT_TEXT]);
/* Takes over what was kept, if it is of the account of `l->mark`. */
void lockout_recall(struct lockout *l, const char *text, int64_t now_ms, int64_t clock_s);

#endif
