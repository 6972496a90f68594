/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* profile.h - what a device family can tell: a data file, so that a new family needs no code.
 *
 * The generic part is here; `match` and each reading's source are structs of the collector, read through its own option
 * tables from the same file.  Several profiles may fit one device: a vendor's and the standards that it also speaks. */
#ifndef HALLWATT_PROFILE_H
#define HALLWATT_PROFILE_H

#include <hallwatt/arena.h>
#include <hallwatt/option.h>
#include <hallwatt/part.h>
#include <hallwatt/reading.h>

enum hwatt_profile_unit { HWATT_UNIT_BASE, HWATT_UNIT_FAHRENHEIT, HWATT_UNIT_KELVIN };

/* A known fault of some agents: the reading counts only for devices whose model and firmware match. */
struct hwatt_profile_quirk {
	const char *model, *firmware; /* regular expressions, "" any; of an unknown model or firmware only "" holds */
	const char *why;        /* what the agent does wrong, and where that is known from: told to the user */
	bool leave_out;         /* what it says is worth nothing: no value at all */
	struct hwatt_mark mark;
};

struct hwatt_profile_reading {
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	const char *index;      /* template of the point's index, "" for the collector's own rule */
	const char *name;       /* fixed name, "" when the device gives one or none */
	int64_t scale_micro;    /* raw x scale / divide + offset = value in the quantity's base unit */
	int64_t divide_micro;
	int64_t offset_micro;
	enum hwatt_profile_unit unit; /* what that value is in, if not the base unit */
	struct hwatt_list absent;     /* int64_t: raw values that mean "not measured" */
	bool has_min, has_max;
	int64_t min_micro, max_micro; /* plausible, in the base unit; beyond them the value is left out */
	int64_t modulus;        /* registers: counts modulo this, 0: as wide as its type */
	bool fixed;             /* read with the names, not with the values: ratings, sizes */
	bool only_if_none;      /* only where no reading before it has this role and quantity */
	const struct hwatt_profile_quirk *quirk; /* NULL: for all devices */
	bool alternative;       /* the same watt as readings before it, the chosen ones; counts where they gave none */
	struct hwatt_mark mark;
	void *source;           /* by the collector's `source` table */
};

enum hwatt_identity_part { HWATT_ID_VENDOR, HWATT_ID_MODEL, HWATT_ID_SERIAL, HWATT_ID_FIRMWARE };

struct hwatt_profile_identity {
	enum hwatt_identity_part part;
	struct hwatt_mark mark;
	void *source;           /* by the collector's `source` table */
};

/* Parts with serial numbers of their own: one for each place. */
struct hwatt_profile_part {
	enum hwatt_part_kind kind;
	const char *index;      /* template of the place, "" for the collector's own rule */
	struct hwatt_mark mark;
	void *source;           /* by the collector's `part` table */
};

struct hwatt_profile {
	const char *name, *vendor;
	const char *source;     /* where its facts come from: MIB and revision */
	int64_t priority;       /* of several that fit, the highest names the device and is asked first */
	bool supplement;        /* a standard that adds to a family's own profile */
	struct hwatt_list without; /* const char *: profiles that do not apply beside this one */
	struct hwatt_mark without_mark;
	void *match;            /* by the collector's `match` table */
	struct hwatt_mark mark;
	/* None of what follows in a set that has texts: hwatt_profile_whole() gives it. */
	size_t identity_count, reading_count, part_count;
	const struct hwatt_profile_identity *identity;
	const struct hwatt_profile_reading *readings; /* of one point (role, index, quantity) the first that answers counts */
	const struct hwatt_profile_part *parts;
};

/* What the profiles of a set were read from, packed. All are read and checked when the set is loaded, but most families are in no
 * hall: what they say beyond who they are for is kept as text, a twentieth of its size. Counted; main loop only. */
struct hwatt_profile_texts;
struct hwatt_profile_texts *hwatt_profile_texts_take(struct hwatt_profile_texts *texts); /* NULL is fine, also below */
void hwatt_profile_texts_release(struct hwatt_profile_texts *texts);
/* Reads the profile with that number in its set again, whole, into `arena`. */
const struct hwatt_profile *hwatt_profile_texts_read(const struct hwatt_profile_texts *texts, size_t number,
						     struct hwatt_arena *arena);

/* The profiles of one collector, the highest priority first, names in order within one priority. */
struct hwatt_profile_set {
	size_t count;
	const struct hwatt_profile *profiles;
	uint64_t hash;          /* of the files' octets: equal for equal sets */
	struct hwatt_profile_texts *texts; /* NULL: the profiles are whole as they are */
};

/* The whole of a set's profile, in `arena` or in the set. */
const struct hwatt_profile *hwatt_profile_whole(const struct hwatt_profile_set *set, size_t number, struct hwatt_arena *arena);

#endif
