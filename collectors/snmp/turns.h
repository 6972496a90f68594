/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* turns.h - who may be surveyed now: a survey takes memory, and after a start everybody wants one.
 *
 * First come, first served. As many run at a time as fit in TURNS_OCTETS, reckoned by what the last ones took. A turn is not bound
 * to a poll: who has to wait is called. Pure. */
#ifndef SNMP_TURNS_H
#define SNMP_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TURNS_OCTETS (16u << 20)       /* of all surveys that run */
#define TURNS_FIRST_OCTETS (256u << 10) /* of one, before any is known */
#define TURNS_LEAST 16u
#define TURNS_MOST 1024u

enum turn_state { TURN_NONE, TURN_WAITS, TURN_HELD };

struct turn { /* of one device; {0} is none */
	enum turn_state state;
	struct turn *next, *previous; /* in the queue */
	void *arg;                    /* of `call` */
};

struct turns { /* {0} but for `call` is empty */
	size_t held, waiting;
	size_t usual;         /* octets of a survey; 0: none is known */
	struct turn *first, *last;
	int64_t waited;       /* how often somebody had to wait */
	void (*call)(void *arg); /* the turn that waited is held now; must not come back here */
};

/* How many may run at a time. */
size_t turns_limit(const struct turns *turns);
/* Whether one would be held at once. */
bool turns_free(const struct turns *turns);
/* Asks for a turn: true when it is held, else it waits in the queue, where it may stand already. */
bool turns_ask(struct turns *turns, struct turn *turn, void *arg);
/* Takes one whether there is room or not, past the queue. */
void turns_force(struct turns *turns, struct turn *turn);
/* Gives a turn back, or leaves the queue; none is fine. `octets`: what a whole survey took, 0 when it was none. Calls whose turn it is now. */
void turns_give(struct turns *turns, struct turn *turn, size_t octets);

#endif
