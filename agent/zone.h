/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* zone.h - the inside of `struct zone`: the transitions of a TZif file and the rule for the time after them.
 *
 * Source: RFC 8536 (versions 1 to 3; leap seconds are refused, as UTC in POSIX has none). */
#ifndef HALLWATT_ZONE_H
#define HALLWATT_ZONE_H

#include "calendar.h"
#include <stdbool.h>

#define ZONE_MAX_OCTETS (256u << 10)
#define ZONE_MAX_TRANSITIONS 4096u
#define ZONE_MAX_TYPES 256u

struct zone_rule { /* when the clock changes, year by year */
	enum { RULE_MONTH, RULE_JULIAN, RULE_DAY } kind; /* Mm.w.d, Jn, n */
	int month, week, day;
	int32_t at_s; /* local seconds from midnight, -167 h to 167 h */
};

struct zone_tail { /* POSIX TZ string: the time after the last transition */
	bool present, has_dst;
	int32_t standard_s, dst_s; /* offsets from UTC */
	struct zone_rule start, end;
};

struct zone {
	uint32_t transitions, types;
	int64_t *at_s;          /* ascending */
	uint8_t *type;          /* from at_s on */
	int32_t offset_s[ZONE_MAX_TYPES];
	struct zone_tail tail;
};

struct zone_segment { /* a time with one offset: [from_s, to_s) */
	int32_t offset_s;
	int64_t from_s, to_s;
};

struct zone_segment zone_segment(const struct zone *zone, int64_t utc_s);
/* Parses a POSIX TZ string as RFC 8536 has it in its footer; false when it is none. */
bool zone_tail_parse(const char *text, size_t length, struct zone_tail *out);

#endif
