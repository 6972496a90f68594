/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ciphers.h - which cipher suite a controller is asked for: 17, then 3, and never less than it has done.
 *
 * Suite 3 is taken from one that refuses 17 for a week, as firmware learns; from one that was only silent when it was asked for
 * 17, perhaps as it was starting, for a day.  Pure: days are an argument, since 1970. */
#ifndef IPMI_CIPHERS_H
#define IPMI_CIPHERS_H

#include <stdbool.h>
#include <stdint.h>

#define CIPHERS_DAYS 7        /* that 3 is asked for after 17 was refused */
#define CIPHERS_SILENT_DAYS 1 /* and after 17 was not answered */
#define CIPHERS_TEXT 32

struct ciphers { /* {0}: nothing is known, and all that is spoken here may be asked for */
	uint8_t only;    /* by configuration; 0: any */
	uint8_t known;   /* it has done this one; 0: none */
	bool other_turn; /* silence: the other one is asked for the next time */
	bool refused;    /* it said that it does not do 17 */
	int32_t until;   /* the day when 17 is asked for again, though 3 is known */
};

/* What to ask for when a login begins. */
uint8_t ciphers_first(struct ciphers *c, int64_t today);
/* It was refused, or something else agreed to: what to ask for at once instead, 0 nothing. */
uint8_t ciphers_refuse(struct ciphers *c, uint8_t asked);
/* It was not answered: some do not answer to what they cannot do. */
void ciphers_silent(struct ciphers *c);
/* A session stands; true: ciphers_note() has changed. */
bool ciphers_done(struct ciphers *c, uint8_t asked, int64_t today);
/* Whether a session that is kept is better begun anew, to ask for 17. */
bool ciphers_due(const struct ciphers *c, int64_t today);

/* What is to be kept over a restart; false: nothing. */
bool ciphers_note(const struct ciphers *c, char out[CIPHERS_TEXT]);
void ciphers_recall(struct ciphers *c, const char *note, int64_t today); /* NULL is fine */

#endif
