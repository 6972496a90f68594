/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* family.h - profiles made ready for SNMP: OIDs encoded, expressions compiled, every object numbered.
 *
 * One book of families serves all devices; it copies what it keeps, so that it may outlive the profiles it was made from.
 * Who a family is for lies ready; what it can tell is read when a device is found that it fits. */
#ifndef SNMP_FAMILY_H
#define SNMP_FAMILY_H

#include "ber.h"
#include "source.h"
#include <hallwatt/arena.h>
#include <hallwatt/profile.h>
#include <regex.h>

#define NO_OBJECT (-1)

struct object { /* something that can be asked for */
	struct ber_oid oid;   /* the column, or the scalar with its .0 */
	const char *text;     /* the same, dotted */
	bool scalar;
};

struct reference { /* an object as a reading sees it */
	int object;           /* NO_OBJECT: not given */
	const char *row;      /* template of the row, NULL: the reading's own (scalars: none) */
};

struct family_condition {
	struct reference at;
	const struct snmp_condition *is;
	regex_t *matches, *matches_not; /* NULL: not asked */
};

struct family_exponent {
	struct reference at;
	int64_t times, plus;
};

struct family_list { /* references */
	size_t count;
	const struct reference *items;
};

struct family_source {
	int object;
	struct family_list names, plus, minus, counted;
	struct reference index, unit, times, divide, by_sign, zero_with, lines, stamp;
	size_t unit_count, exponent_count, where_count, when_count, row_count;
	const struct snmp_unit *units;
	const struct family_exponent *exponents;
	const struct family_condition *where, *when;
	const int64_t *rows;
	regex_t *row_matches;   /* NULL: any */
	regex_t *index_match; /* NULL: the whole value is the index */
};

struct family_quirk {
	regex_t *model, *firmware; /* NULL: any */
	const char *why;
	bool leave_out;
};

struct family_reading {
	struct hwatt_profile_reading is; /* its `source` and `quirk` are NULL here */
	const struct family_quirk *quirk; /* NULL: for all devices */
	struct family_source source;
};

struct family_identity {
	enum hwatt_identity_part part;
	struct family_source source;
};

struct family_part {
	enum hwatt_part_kind kind;
	const char *index;
	struct family_source source; /* of the serial number */
	struct family_list models, firmwares;
	size_t empty_count;
	const struct family_condition *empty;
};

struct family {
	const char *name, *vendor;
	int64_t priority;
	bool supplement, open;
	size_t without_count, object_id_count, probe_count;
	const char *const *without;
	const struct ber_oid *object_ids;
	regex_t *description;   /* NULL: any */
	const int *probes;      /* objects */
	/* What it can tell; none before it is open. */
	size_t identity_count, reading_count, part_count;
	const struct family_identity *identity;
	const struct family_reading *readings;
	const struct family_part *parts;
};

struct book {
	struct hwatt_arena *arena;
	struct hwatt_profile_texts *texts; /* of the families that are not open */
	uint64_t hash;          /* of the profile set */
	unsigned users;
	size_t object_count, object_capacity, family_count, regex_count, regex_capacity;
	struct object *objects;
	struct family *families; /* by priority, highest first */
	regex_t **regexes;
};

/* Makes a book of one user. Profiles with an OID that does not parse are left out (the tables' checks keep them away). */
struct book *book_new(const struct hwatt_profile_set *set);
struct book *book_take(struct book *book);
void book_release(struct book *book); /* NULL is fine */
const struct family *book_family(const struct book *book, const char *name);
/* Reads what a family of the book can tell, unless it is open: with the first device that it fits. Its objects get new numbers. */
void book_open(struct book *book, const struct family *family);

/* Whether the reading is for a device of this model and firmware (NULL: not known). */
bool family_fits(const struct family_reading *reading, const char *model, const char *firmware);

/* Puts the template with a row's arcs into `out`: {row} all of them, {last}, {1} to {9}, {2-4}, {text} the arcs as characters
 * (a leading length is dropped); {row after 1.1} and {1-2 after 1} without these leading arcs where the row begins so: the
 * outlets of the only or first unit get plain numbers, those of further units theirs with the unit's in front. false when the
 * row lacks an arc or it does not fit. */
bool family_expand(const char *text, struct ber_oid row, char *out, size_t size);

/* Puts the index of a row into `out` whose index object says `says`: the first group of `match` in it (NULL: all of it), at
 * the place of {value} in `index` where it has that. false when `match` does not fit or the result is too long. */
bool family_index(const regex_t *match, const char *index, const char *says, struct ber_oid row, char *out, size_t size);

#endif
