/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* mib.h - what one device can tell: rows of OID and value, in lexicographic order.
 *
 * A row's value is fixed, or asked from a getter at the moment of the request.  Rows are added in
 * any order, then sorted once; the set of rows never changes afterwards. */
#ifndef HALLSIM_MIB_H
#define HALLSIM_MIB_H

#include "ber.h"
#include "course.h"

#define MIB_OID_MAX 24
#define MIB_TEXT_MAX 160

/* What an agent counts of itself (SNMPv2-MIB, group snmp). */
struct mib_counts {
	uint32_t in_packets, out_packets, bad_versions, bad_communities, parse_errors, dropped;
};

/* The instant at which a getter is asked. */
struct mib_moment {
	const struct course *course;
	int64_t started_s; /* when the device last started */
	const struct mib_counts *counts;
};

struct mib_value {
	int tag;
	int64_t number; /* INTEGER and all unsigned types; a Counter64 as its bit pattern */
	char text[MIB_TEXT_MAX]; /* OCTETS, IP_ADDRESS: `length` octets */
	size_t length;
	uint32_t oid[MIB_OID_MAX]; /* OID: `length` sub-identifiers */
};

struct mib_row;

/* Fills in `number`, or `text` and `length`; the tag is set already. */
typedef void mib_getter(const struct mib_row *row, const struct mib_moment *moment,
                        struct mib_value *value);

struct mib_row {
	uint32_t oid[MIB_OID_MAX];
	size_t length;
	size_t object_length; /* how much of the OID names the object; the rest is the instance */
	int tag;
	mib_getter *get;   /* NULL: fixed */
	int channel, part; /* for the getter: a channel, and what else it needs */
	int64_t number;    /* fixed number, or the getter's divisor */
	char *text;        /* fixed text; of an OID, dotted */
};

struct mib {
	struct mib_row *rows;
	size_t count, room;
};

/* Adds a row `object`.`instance` and returns it for its value to be set; valid until the next row
 * is added.  `object` is dotted, without a leading dot.  No memory ends the process. */
struct mib_row *mib_add(struct mib *mib, const char *object, uint32_t instance, int tag);

/* Rows with fixed values. */
void mib_number(struct mib *mib, const char *object, uint32_t instance, int tag, int64_t number);
void mib_text(struct mib *mib, const char *object, uint32_t instance, const char *text);
void mib_oid(struct mib *mib, const char *object, uint32_t instance, const char *oid);

/* A row that shows channel `channel` divided by `divisor`, rounded half away from zero. */
void mib_channel(struct mib *mib, const char *object, uint32_t instance, int tag, int channel,
                 int64_t divisor);

/* A row with a getter of its own. */
void mib_live(struct mib *mib, const char *object, uint32_t instance, int tag, mib_getter *get,
              int channel, int part);

/* Puts the rows in order.  Two rows with one OID are a mistake of ours and fail an assertion. */
void mib_sort(struct mib *mib);

void mib_free(struct mib *mib);

/* -1, 0 or 1 as `a` stands before, at or after `b` in lexicographic order. */
int mib_compare(const uint32_t *a, size_t a_length, const uint32_t *b, size_t b_length);

/* The index of the first row at or after `oid` (after it when `beyond`); mib->count at the end. */
size_t mib_find(const struct mib *mib, const uint32_t *oid, size_t length, bool beyond);

/* Whether some row belongs to the object that `oid` would be an instance of, so that it is the
 * instance which is missing, not the object (RFC 3416 section 4.2.1). */
bool mib_has_object(const struct mib *mib, const uint32_t *oid, size_t length);

/* The value of `row` at `moment`. */
void mib_read(const struct mib_row *row, const struct mib_moment *moment, struct mib_value *value);

#endif
