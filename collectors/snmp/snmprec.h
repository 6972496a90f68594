/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* snmprec.h - the rows of a recording, and how they are written: OID|TYPE|VALUE, one a line, sorted by OID.
 *
 * TYPE is the BER tag in decimal; with an x behind it VALUE is in hexadecimal.  The format is snmpsim's. */
#ifndef SNMP_SNMPREC_H
#define SNMP_SNMPREC_H

#include "ber.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>

struct snmprec_row {
	uint8_t *oid;
	size_t oid_length;
	enum ber_type type;
	int64_t number;
	uint8_t *bytes;       /* of texts, OIDs, addresses and opaques */
	size_t length;
};

struct snmprec { /* owned by the caller; {0} is empty */
	struct hwatt_arena *arena; /* of the rows' octets */
	struct snmprec_row *rows;
	size_t count, capacity, octets;
};

/* Adds a copy of a variable; the arena is made with the first. Exceptions are left out. */
void snmprec_add(struct snmprec *rec, const struct ber_varbind *v);
void snmprec_free(struct snmprec *rec);
/* Brings the rows in the order of their OIDs; of equal ones the first stays. */
void snmprec_sort(struct snmprec *rec);
void snmprec_write(const struct snmprec *rec, struct hwatt_text *out);

#endif
