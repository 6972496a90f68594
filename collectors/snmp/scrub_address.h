/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* scrub_address.h - addresses in a recording: of IPv4, IPv6 and links, and UUIDs, which are made of them; in texts, in octets, in OIDs. */
#ifndef SNMP_SCRUB_ADDRESS_H
#define SNMP_SCRUB_ADDRESS_H

#include "disguise.h"
#include "snmprec.h"

/* Whether four octets are an address that tells whose it is; masks, groups and 127.0.0.1 tell nothing. */
bool scrub_address_of_four(const uint8_t *octets);
/* Whether octets that are no text are an IPv6 address, or the number of a thing in all the world. */
bool scrub_address_of_six(const uint8_t *octets, size_t length);
/* Likewise a MAC address or a WWN. */
bool scrub_address_of_link(const uint8_t *octets, size_t length);

/* Learns what looks like an address in a row that is text, and puts what is made up in its place; true when there was any. */
bool scrub_address_put_in_text(struct disguises *d, struct snmprec_row *row);
/* The same for an OID: a row of a table that is known by addresses, or a value that points at one. */
bool scrub_address_put_in_oid(struct disguises *d, uint8_t **oid, size_t *length);

#endif
