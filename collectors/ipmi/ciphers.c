/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "ciphers.h"
#include <inttypes.h>
#include <stdio.h>

uint8_t ciphers_first(struct ciphers *c, int64_t today)
{
	if (c->only != 0)
		return c->only;
	if (ciphers_due(c, today)) {
		c->known = 0;
		c->other_turn = c->refused = false;
	}
	return c->known != 0 ? c->known : c->other_turn ? 3 : 17;
}

uint8_t ciphers_refuse(struct ciphers *c, uint8_t asked)
{
	if (c->only != 0)
		return 0;
	if (asked == 17 && c->known != 17) {
		c->refused = true;
		return 3;
	}
	if (asked == 17) /* which it has done: never down from there */
		return 0;
	bool ask_17 = c->known == 3 || !c->refused; /* it has learnt better, or was only silent */
	c->known = 0;
	c->other_turn = c->refused = false;
	return ask_17 ? 17 : 0;
}

void ciphers_silent(struct ciphers *c)
{
	if (c->only == 0 && c->known == 0)
		c->other_turn = !c->other_turn;
}

bool ciphers_done(struct ciphers *c, uint8_t asked, int64_t today)
{
	if (c->known == asked || c->known == 17 || (asked == 3 && c->only == 3)) /* who was told to take 3 learns nothing */
		return false;
	c->known = asked;
	c->until = (int32_t)(today + (c->refused ? CIPHERS_DAYS : CIPHERS_SILENT_DAYS));
	return true;
}

bool ciphers_due(const struct ciphers *c, int64_t today)
{
	return c->only == 0 && c->known == 3 && today >= c->until;
}

bool ciphers_note(const struct ciphers *c, char out[CIPHERS_TEXT])
{
	if (c->known == 0)
		return false;
	if (c->known == 17)
		snprintf(out, CIPHERS_TEXT, "17");
	else
		snprintf(out, CIPHERS_TEXT, "3 until %" PRId32, c->until);
	return true;
}

void ciphers_recall(struct ciphers *c, const char *note, int64_t today)
{
	int number;
	int32_t until;
	int read = note != NULL ? sscanf(note, "%d until %" SCNd32, &number, &until) : 0;
	if (read >= 1 && number == 17) {
		c->known = 17;
	} else if (read == 2 && number == 3 && until <= today + CIPHERS_DAYS) { /* else it is from no clock of ours */
		c->known = 3;
		c->until = until;
	}
}
