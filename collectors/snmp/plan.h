/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* plan.h - how a device is polled: finished requests, what their answers must hold, and what the values become.
 *
 * Devices of one kind have equal plans and share one: it holds nothing of a single device, so that it stays in the
 * processor's cache. What is a device's own (handles, fixed values) is in its plan_hold.
 * Scalars stand in one GET behind sysUpTime.0; the columns of a table stand side by side in GETBULK requests that end with
 * the last row, so that none is spent on seeing the end. Where it spares a GETBULK, the first rows of a table ride along in the
 * GET: its answer names what was asked for, whatever the agent makes of repetitions. An answer that fits is read by comparing octets; nothing is
 * allocated in a poll. */
#ifndef SNMP_PLAN_H
#define SNMP_PLAN_H

#include "lives.h"
#include "scale.h"
#include "survey.h"

#define PLAN_UPTIME 0 /* the input that holds sysUpTime.0 */

#define PLAN_OID_HEAD 2 /* an OID's tag and length stand before it in the plan's octets, so that all can be compared at once */

struct plan_expect { /* the varbind that must stand at this place of an answer */
	uint32_t oid;         /* in the plan's octets */
	uint16_t oid_length;
	uint16_t watched;     /* nobody wants the value, or conditions look at it */
	int32_t input;        /* -1: a row between, not wanted */
};

struct plan_name { /* of an expected varbind with nothing but a number in it: its OID with tag and length, for comparing it at once */
	uint64_t words[3];    /* eight octets each: the first, those from `middle` on, the last */
	uint32_t input;
	uint16_t octets;      /* PLAN_NO_NAME: it is looked at by itself */
	uint16_t middle;
};

#define PLAN_NO_NAME UINT16_MAX

struct plan_request {
	uint32_t packet;      /* in the plan's octets */
	uint16_t length, id_at;
	uint32_t first_expect, expect_count;
	uint32_t first_point, point_count; /* points that are complete with this answer */
	uint32_t riders;      /* cells of tables in a GET, so that a GETBULK is spared: not every agent bears that */
	uint32_t first_run, run_count; /* of its points */
};

struct plan_when {
	int32_t input;
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
	int32_t stamp;        /* of the register's life, -1 when only the survey reads it */
	uint32_t first_when, first_term; /* first_when: in when_refs */
	uint16_t when_count, term_count, ready;
	int16_t digits;       /* registers told as text: decimals that a count has */
	uint32_t slot;        /* its handle in plan_hold */
};

struct plan_kind { /* how plain points are evaluated: a whole raw value from `low` to `low` + `span`, but `absent`, becomes that times `keep` */
	int64_t low;
	uint64_t span;
	int64_t absent;
	int64_t keep;         /* registers: 1 */
};

#define PLAN_NOT_PLAIN UINT32_MAX

struct plan_run { /* points one after the other, of one kind, with one slot after the other */
	uint32_t first_point, count;
	uint32_t slot;        /* of the first */
	uint32_t kind;        /* in the plan's kinds, or PLAN_NOT_PLAIN: each is more than a number times another */
};

struct plan_fixed { /* told once, given with every poll */
	int handle;
	struct hwatt_value value;
};

struct plan_hold { /* what a device adds to its plan */
	int *handles;         /* of the target, by slot; NULL: they are the slots */
	struct plan_fixed *fixed;
	struct lives *lives;  /* of its registers, of whatever plan; NULL: none was told */
	uint32_t fixed_count;
	uint32_t doubted;     /* stamps that were not believed, since somebody took them */
};

struct plan {
	unsigned users;
	uint64_t hash;        /* of all below */
	struct book *book;    /* the conditions' owner */
	uint8_t *octets;
	size_t octet_count, octet_capacity;
	struct plan_request *requests;
	struct plan_expect *expects;
	struct plan_name *names;  /* by expect; made of them */
	struct plan_point *points;
	struct plan_run *runs;    /* made of the points, as are kinds and inputs_of */
	struct plan_kind *kinds;
	uint32_t *inputs_of;      /* by point */
	struct plan_when *whens;  /* by input */
	uint32_t *input_whens;    /* by input: its first when; one more at the end */
	uint32_t *when_refs;      /* by point: the whens it needs */
	struct plan_term *terms;
	size_t request_count, expect_count, point_count, when_count, ref_count, term_count, input_count, kind_count, run_count;
	bool spans;               /* some point needs what different requests bring */
};

struct plan_value {
	struct scale_raw raw;
	bool answered, number;
};

#define PLAN_NO_NUMBER INT64_C(-0x7f7f7f7f7f7f7f80) /* eight equal octets, and outside of every kind */

struct plan_poll { /* what a device said so far: in one poll, or to one request where the plan does not span */
	int64_t *numbers;          /* by input: whole numbers, as most are; PLAN_NO_NUMBER: `values` tell */
	struct plan_value *values; /* by input, where `odd` */
	bool *odd;                 /* by input */
	bool *held;                /* by when */
	bool changed;              /* an answer did not fit the plan: the device should be surveyed again */
	size_t value_room, held_room;
	struct plan_poll *next;    /* in a list of spare ones */
};

struct plan_shelf { /* plans in use, and spare memory for polls */
	struct plan **plans;
	size_t count, capacity;
	struct plan_poll *spare;
};

/* Makes the plan of a surveyed device, or takes an equal one from the shelf, and declares its points to the line's target.
 * `who`: for the quirks of its model and firmware. */
struct plan *plan_new(struct plan_shelf *shelf, const struct survey *survey, const struct hwatt_identity *who, struct book *book,
		      struct line *line, struct plan_hold *hold);
void plan_release(struct plan_shelf *shelf, struct plan *plan); /* NULL is fine */
void plan_hold_free(struct plan_hold *hold);
static inline bool plan_hold_is_empty(const struct plan_hold *hold)
{
	return hold->handles == NULL && hold->fixed == NULL && hold->lives == NULL && hold->doubted == 0;
}
/* Empties it for another plan of the same device: its registers' lives go on. */
void plan_hold_clear(struct plan_hold *hold);
/* Takes over another, which is empty then: that of another plan, or, where `same` is the plan of both, one that is as good as its own. */
void plan_hold_change(struct plan_hold *hold, struct plan_hold *to, const struct plan *same);
/* Tells `target` a register's stamp, if it is to be believed. */
void plan_hold_tell(struct plan_hold *hold, struct hwatt_target *target, int handle, uint64_t stamp, int64_t count);
void plan_shelf_free(struct plan_shelf *shelf);
/* The plan itself becomes shared: an equal one on the shelf is taken in its place. */
struct plan *plan_share(struct plan_shelf *shelf, struct plan *plan);

/* Makes names of what is expected. */
void plan_make_names(struct plan *plan);
/* Makes kinds and runs of the points, which stand in order, request by request. */
void plan_make_runs(struct plan *plan);
/* What was said of an input. */
static inline struct plan_value plan_value(const struct plan_poll *poll, int32_t input)
{
	if (poll->numbers[input] != PLAN_NO_NUMBER)
		return (struct plan_value){ .raw.mantissa = poll->numbers[input], .answered = true, .number = true };
	return poll->odd[input] ? poll->values[input] : (struct plan_value){ 0 };
}

/* Empty memory for one poll, from the spare ones where there are any. */
struct plan_poll *plan_poll_take(struct plan_shelf *shelf, const struct plan *plan);
void plan_poll_give(struct plan_shelf *shelf, struct plan_poll *poll); /* NULL is fine */
/* Takes the variables that answer request `r` as most answers are: all that was expected, in order, short whole numbers and texts.
 * false: they are not, or not sound, and nothing was taken. What it takes is what plan_take() would, in a fraction of the time. */
bool plan_read(const struct plan *plan, size_t r, const uint8_t *variables, size_t length, struct plan_poll *poll);
/* Takes an answer to request `r`; false when something stood elsewhere than expected. */
bool plan_take(const struct plan *plan, size_t r, const struct ber_message *message, struct plan_poll *poll);
/* Takes one varbind that was asked for by itself: the value of `expect`. */
void plan_take_one(const struct plan *plan, const struct plan_expect *expect, const struct ber_varbind *v,
		   struct plan_poll *poll);
/* Gives the values of the points that are complete with request `r` to the target. */
void plan_give(const struct plan *plan, struct plan_hold *hold, size_t r, const struct plan_poll *poll,
	       struct hwatt_target *target);
void plan_give_fixed(const struct plan_hold *hold, struct hwatt_target *target);

#endif
