/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* scrub.h - takes out of a recording what tells whose device it is: serials, names, contacts, places, addresses.
 *
 * First it learns what stands in the objects that are known to hold such things, then it replaces that wherever it
 * stands, and whatever looks like an IP, MAC or mail address, the name of a host or a UUID, by something made up of the same length and
 * kind: the same by the same, in texts, octets and the indexes of rows.
 * Tables of neighbours, connections, running programs, users and communities are left out as a whole. */
#ifndef SNMP_SCRUB_H
#define SNMP_SCRUB_H

#include "snmprec.h"

struct scrub_places { /* subtrees that profiles point at; {0} is empty, the OIDs are borrowed */
	struct ber_oid *serials, *names;
	size_t serial_count, name_count;
};

struct scrub_result {
	size_t replaced; /* values changed */
	size_t left_out; /* rows */
	bool full;       /* there was more to hide than can be kept in mind: its rows were left out, but it may stand elsewhere, too */
};

void scrub_serial(struct scrub_places *places, struct ber_oid oid);
void scrub_name(struct scrub_places *places, struct ber_oid oid);
void scrub_places_free(struct scrub_places *places);

/* Changes the rows; sort them afterwards. `community` is one of the things to take out. */
struct scrub_result scrub_rows(struct snmprec *rec, const struct scrub_places *places, const char *community);

#endif
