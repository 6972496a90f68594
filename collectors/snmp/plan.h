/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* plan.h - how one device is polled: finished requests, what their answers must hold, and what the values become.
 *
 * Scalars stand in one GET behind sysUpTime.0; the columns of a table stand side by side in GETBULK requests that end with
 * the last row, so that none is spent on seeing the end. An answer that fits is read by comparing octets; nothing is
 * allocated in a poll. */
#ifndef SNMP_PLAN_H
#define SNMP_PLAN_H

#include "scale.h"
#include "survey.h"

#define PLAN_UPTIME 0 /* the input that holds sysUpTime.0 */

/* These have no padding: equal plans are equal octets, see shelf.h. */
struct plan_expect { /* the varbind that must stand at this place of an answer */
	uint32_t oid;         /* in the plan's octets */
	uint32_t oid_length;
	int32_t input;        /* -1: a row between, not wanted */
};

struct plan_request {
	uint32_t packet;      /* in the plan's octets */
	uint16_t length, id_at;
	uint32_t first_expect, expect_count;
	uint32_t first_point, point_count; /* points that are complete with this answer */
};

struct plan_when {
	int64_t input;
	const struct family_condition *is;
};

struct plan_term {
	int32_t input;
	int32_t sign;
};

struct plan_point {
	const struct family_reading *reading;
	struct scale scale;
	int64_t step;         /* registers: fixed units per count */
	int64_t min, max;     /* plausible, fixed unit */
	int32_t input, zero_with; /* zero_with: -1 none */
	uint32_t first_when, first_term; /* first_when: in when_refs */
	uint16_t when_count, term_count, ready;
	int16_t digits;       /* registers told as text: decimals that a count has */
	int64_t handle;       /* of the target */
};

struct plan_fixed { /* told once, given with every poll */
	int64_t handle;
	struct hwatt_value value;
};

_Static_assert(sizeof(struct plan_expect) == 12 && sizeof(struct plan_request) == 24 &&
		       sizeof(struct plan_when) == sizeof(void *) + 8 &&
		       sizeof(struct plan_point) == sizeof(void *) + 80 && sizeof(struct plan_fixed) == 24,
	       "no padding");

struct plan { /* may serve many devices at once: what is learnt in a poll is in struct plan_poll */
	struct plan *next;    /* on the shelf */
	uint64_t digest;
	size_t users;
	struct book *book;    /* the conditions' owner */
	uint8_t *octets;
	size_t octet_count, octet_capacity;
	struct plan_request *requests;
	struct plan_expect *expects;
	struct plan_point *points;
	struct plan_when *whens;  /* by input */
	uint32_t *input_whens;    /* by input: its first when; one more at the end */
	uint32_t *when_refs;      /* by point: the whens it needs */
	struct plan_term *terms;
	struct plan_fixed *fixed;
	size_t request_count, expect_count, point_count, when_count, ref_count, term_count, fixed_count, input_count;
};

struct plan_value {
	struct scale_raw raw;
	bool answered, number;
};

struct plan_poll { /* what a device said so far in one poll */
	struct plan_value *values; /* by input */
	bool *held;                /* by when */
	bool changed;              /* an answer did not fit the plan: the device should be surveyed again */
};

/* Makes the plan of a surveyed device and declares its points to the line's target. */
struct plan *plan_new(const struct survey *survey, struct book *book, struct line *line);
void plan_free(struct plan *plan);

/* A poll's memory lasts as long as the poll: of ten thousand devices few are being polled. Freed twice is fine. */
void plan_poll_start(struct plan_poll *poll, const struct plan *plan);
void plan_poll_free(struct plan_poll *poll);
/* Takes an answer to request `r`. */
void plan_take(const struct plan *plan, size_t r, const struct ber_message *message, struct plan_poll *poll);
/* Takes one varbind that was asked for by itself: the value of `expect`. */
void plan_take_one(const struct plan *plan, const struct plan_expect *expect, const struct ber_varbind *v,
		   struct plan_poll *poll);
/* Gives the values of the points that are complete with request `r` to the target. */
void plan_give(const struct plan *plan, size_t r, const struct plan_poll *poll, struct hwatt_target *target);
void plan_give_fixed(const struct plan *plan, struct hwatt_target *target);

#endif
