/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lives.h - what an agent says of the lives of its registers, and whether that is worth anything.
 *
 * A register's stamp (ifCounterDiscontinuityTime, APC's start time of an energy counter) changes when it was set back or lost
 * counts.  Some agents put their present uptime there: a stamp that moves with every read while its register runs on, never
 * going down, tells nothing.  The first move is believed, as it may be true, which costs one difference; at the second in a row
 * it is doubted, at the third no stamp of this agent is believed any more.  Pure but for what it tells the target. */
#ifndef SNMP_LIVES_H
#define SNMP_LIVES_H

#include <hallwatt/collector.h>

#define LIVES_MOVES 3u /* in a row, with a register that did not go down: the agent does not know what it says */
#define LIVES_STAMP(ticks) ((uint64_t)(ticks) + 1) /* of a time: 0 would be none */

struct life {
	int handle;      /* the register's point */
	unsigned moves;  /* of its stamp, in a row */
	uint64_t stamp;
	int64_t count;
};

struct lives { /* of one device; {0} is empty */
	struct life *items; /* by handle, ascending */
	uint32_t count;
	uint32_t capacity : 31, distrusted : 1;
};

void lives_free(struct lives *lives);
/* Takes what was read now, and tells the target the stamp if it is to be believed. True when it was not. */
bool lives_tell(struct lives *lives, struct hwatt_target *target, int handle, uint64_t stamp, int64_t count);

#endif
