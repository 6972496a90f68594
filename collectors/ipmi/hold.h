/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* hold.h - when a user may log in to a controller: what was refused counts for all who come to it with that user.
 *
 * Controllers lock an account, or the address that asks, after a few refused passwords, so two tries are made, then none for a
 * quarter of an hour, then for half an hour ..., however many devices of the configuration are that one controller.  Credentials
 * that are new to it get one try of their own at once, and those that were taken last are not held up by the others' mistakes.
 *
 * Pure: the time is an argument; `mark` tells credentials apart (account.h). */
#ifndef IPMI_HOLD_H
#define IPMI_HOLD_H

#include "hub.h"

#define HOLD_TRIES 2u              /* logins that are refused */
#define HOLD_MS (15 * 60000)       /* then so long none, doubling */
#define HOLD_MAX_MS (24 * 3600000)
#define HOLD_FULL_MS 60000         /* a controller without a free session is left alone so long, */
#define HOLD_FULL_JITTER_MS 15000u /* and a part of this */
#define HOLD_TEXT 64

struct hold; /* of one user at one controller */
struct hold_book { /* {0} is empty */
	struct hold **buckets;
	size_t bucket_count, count;
};

/* The one of `user` at `at`: shared by all who take it. */
struct hold *hold_take(struct hold_book *book, const union hwatt_udp_address *at, const char *user);
void hold_release(struct hold_book *book, struct hold *hold); /* NULL is fine */
void hold_book_free(struct hold_book *book); /* when all are released */
size_t hold_octets(void);

/* Credentials come to it, with what hold_note() wrote for them another time: NULL, or of other credentials, means that they are new. */
void hold_recall(struct hold *hold, unsigned mark, const char *note, int64_t now_ms, int64_t wall_s);
/* What is to be kept for them over a restart; false: nothing. */
bool hold_note(const struct hold *hold, unsigned mark, int64_t now_ms, int64_t wall_s, char out[HOLD_TEXT]);

enum hold_answer {
	HOLD_GO,
	HOLD_REFUSED, /* not before hold_left_ms() have passed */
	HOLD_FULL,    /* no session was free; not before a minute has passed */
	HOLD_OTHERS   /* the logins under way may use up the tries: in a moment */
};

/* Whether a login may begin. */
enum hold_answer hold_ask(const struct hold *hold, unsigned mark, int64_t now_ms);
/* It begins, and is over, whatever came of it. */
void hold_begin(struct hold *hold);
void hold_end(struct hold *hold);

/* What came of it. */
void hold_accept(struct hold *hold, unsigned mark);
void hold_refuse(struct hold *hold, unsigned mark, uint8_t status, int64_t now_ms);
void hold_fill(struct hold *hold, unsigned random, int64_t now_ms);

int64_t hold_left_ms(const struct hold *hold, int64_t now_ms); /* 0: not held */
unsigned hold_refusals(const struct hold *hold);
uint8_t hold_status(const struct hold *hold); /* of the last refusal, 0: from before a restart */
bool hold_is_of(const struct hold *hold, unsigned mark); /* whether it is these credentials that were refused */

#endif
