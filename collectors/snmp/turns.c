/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "turns.h"

#define SHARE 16 /* of the newest survey in what is usual */

size_t turns_limit(const struct turns *turns)
{
	size_t limit = TURNS_OCTETS / (turns->usual > 0 ? turns->usual : TURNS_FIRST_OCTETS);
	return limit < TURNS_LEAST ? TURNS_LEAST : limit > TURNS_MOST ? TURNS_MOST : limit;
}

bool turns_free(const struct turns *turns)
{
	return turns->first == NULL && turns->held < turns_limit(turns);
}

static void join(struct turns *turns, struct turn *turn)
{
	turn->state = TURN_WAITS;
	turn->next = NULL;
	turn->previous = turns->last;
	if (turns->last != NULL)
		turns->last->next = turn;
	else
		turns->first = turn;
	turns->last = turn;
	turns->waiting++;
}

static void leave(struct turns *turns, struct turn *turn)
{
	if (turn->previous != NULL)
		turn->previous->next = turn->next;
	else
		turns->first = turn->next;
	if (turn->next != NULL)
		turn->next->previous = turn->previous;
	else
		turns->last = turn->previous;
	turn->next = turn->previous = NULL;
	turns->waiting--;
}

static void hold(struct turns *turns, struct turn *turn)
{
	turn->state = TURN_HELD;
	turns->held++;
}

bool turns_ask(struct turns *turns, struct turn *turn, void *arg)
{
	turn->arg = arg;
	if (turn->state == TURN_NONE && turns_free(turns)) {
		hold(turns, turn);
	} else if (turn->state == TURN_NONE) {
		join(turns, turn);
		turns->waited++;
	}
	return turn->state == TURN_HELD;
}

void turns_force(struct turns *turns, struct turn *turn)
{
	if (turn->state == TURN_HELD)
		return;
	if (turn->state == TURN_WAITS)
		leave(turns, turn);
	hold(turns, turn);
}

static void learn(struct turns *turns, size_t octets)
{
	if (turns->usual == 0)
		turns->usual = TURNS_FIRST_OCTETS;
	turns->usual += octets / SHARE;
	turns->usual -= turns->usual / (SHARE + 1);
}

void turns_give(struct turns *turns, struct turn *turn, size_t octets)
{
	if (turn->state == TURN_WAITS)
		leave(turns, turn);
	else if (turn->state == TURN_HELD)
		turns->held--;
	turn->state = TURN_NONE;
	if (octets > 0)
		learn(turns, octets);
	while (turns->first != NULL && turns->held < turns_limit(turns)) {
		struct turn *next = turns->first;
		leave(turns, next);
		hold(turns, next);
		turns->call(next->arg);
	}
}
