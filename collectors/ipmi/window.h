/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* window.h - which numbers of a session's packets have come: the net may swap and double them, and somebody may play them again.
 *
 * The first may be any, as some controllers begin at random.  Source: IPMI 2.0 revision 1.1, 6.12.13. */
#ifndef IPMI_WINDOW_H
#define IPMI_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#define WINDOW_WIDTH 32u /* so far behind the highest a number may come */

struct window { /* {0} has seen none */
	uint32_t top, seen; /* the highest; a bit for each from it down */
	bool any;
};

/* Whether the number comes for the first time and not too late; it has come then. Numbers wrap. */
bool window_take(struct window *w, uint32_t number);

#endif
