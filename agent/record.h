/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* record.h - what one poll brought to a device's meters, in few octets.
 *
 * Flags, the poll's times, a check, then for each meter that was fed: a head, and what the head says that follows. Values are told
 * as differences from what the meter had before, so that a meter whose values stay near takes two or three octets; who reads must
 * stand where the writer stood, which the check is for. Numbers are LEB128, signed ones with the sign in the lowest bit.
 * Records of before had neither check nor differences, and are read too. */
#ifndef HALLWATT_RECORD_H
#define HALLWATT_RECORD_H

#include "octets.h"
#include <hallwatt/text.h>
#include <hallwatt/wire.h>

enum record_flag { RECORD_RESTARTED = 1, RECORD_EXCHANGED = 2, RECORD_DIFFERENCES = 4 };
/* A head: some of these, and above them the meter's number less the one after the meter before. MOVED: the count is not the one
 * before; AGE: it is not as old as the sample before, and that not as new as the poll. */
enum record_part { RECORD_LEVEL = 1, RECORD_COUNT = 2, RECORD_MOVED = 4, RECORD_STAMP = 8, RECORD_AGE = 16, RECORD_PARTS = 32 };

#define RECORD_NUMBER_OCTETS 10
#define RECORD_SAMPLE_OCTETS (5 * RECORD_NUMBER_OCTETS)

struct record_poll {
	int64_t wall_ms, mono_ms;
	uint64_t check; /* tells what the meters had before; its lowest 14 bits count */
	bool restarted, exchanged;
};

struct record_sample {
	uint64_t number;      /* of the meter: below 2^32 */
	unsigned parts;       /* LEVEL, COUNT and STAMP */
	int64_t age_ms;       /* at the poll's time */
	int64_t level;        /* these are differences, unless */
	uint64_t count;
	bool absolute;        /* is set */
	uint64_t stamp;
};

struct record { /* one being written at the end of a text */
	struct hwatt_text *text; /* NULL: nobody keeps it, or it does not fit */
	char *at, *end;
	int64_t age_ms;
	uint64_t next;
};

/* `text` may be NULL. */
struct record record_begin(struct hwatt_text *text, const struct record_poll *poll);
void record_end(struct record *record);

/* Writes a number; where the next one goes. */
static inline char *record_number(char *at, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*at++ = (char)(unsigned char)(value | 0x80);
	*at++ = (char)(unsigned char)value;
	return at;
}

/* `sample` is of differences. */
void record_put(struct record *record, const struct record_sample *sample);

/* Likewise a level beside a count that is the one before. There must be room for RECORD_SAMPLE_OCTETS. */
static inline void record_put_steady(struct record *r, uint64_t number, int64_t age_ms, int64_t level)
{
	uint64_t head = RECORD_LEVEL | RECORD_COUNT;
	if (number == r->next && age_ms == r->age_ms) {
		*r->at++ = (char)head;
	} else {
		head |= octets_fold((int64_t)(number - r->next)) * RECORD_PARTS | (age_ms != r->age_ms ? RECORD_AGE : 0u);
		r->at = record_number(r->at, head);
		if (age_ms != r->age_ms)
			r->at = record_number(r->at, octets_fold(age_ms));
		r->age_ms = age_ms;
	}
	r->at = record_number(r->at, octets_fold(level));
	r->next = number + 1;
}

struct record_reader {
	struct hwatt_wire in;
	struct record_poll poll;
	bool differences;  /* and a check */
	int64_t age_ms;
	uint64_t next;
};

/* Its poll is known then, if `in` is ok. */
struct record_reader record_read(const void *bytes, size_t length);
/* The next sample; false at the end and at damage, which `in` knows. */
bool record_next(struct record_reader *reader, struct record_sample *out);
/* Whether the check of a record is that of what the meters have now. */
bool record_follows(const struct record_reader *reader, uint64_t check);

#endif
