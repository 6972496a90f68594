/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* idstring.h - the strings of SDRs and FRU areas, in the four encodings that a type/length octet names.
 *
 * What comes out is valid, printable UTF-8 without surrounding blanks and padding. Sources: IPMI 2.0, revision 1.1, 43.15
 * (SDR); IPMI Platform Management FRU Information Storage Definition 1.0, revision 1.3, 13. */
#ifndef IPMI_IDSTRING_H
#define IPMI_IDSTRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDSTRING_SIZE 96 /* a string of an SDR fits whole, of a FRU field nearly always */

enum idstring_encoding {
	IDSTRING_OTHER,  /* SDR: UTF-16, least significant octet first; FRU: binary, shown as hexadecimal digits */
	IDSTRING_BCD,    /* digits, blank, dash, dot, colon, comma, underscore: two an octet, the high half first */
	IDSTRING_PACKED, /* 64 characters from the blank on, four in three octets, the low bits first */
	IDSTRING_LATIN1, /* 8-bit ASCII and Latin-1; UTF-8 is taken as such */
};

/* The encoding and the length in a type/length octet: of an SDR (5 bits of length) and of a FRU field (6 bits). */
static inline enum idstring_encoding idstring_encoding(uint8_t type_length)
{
	return (enum idstring_encoding)(type_length >> 6);
}

/* Reads `length` octets as an SDR's string. */
void idstring_read(enum idstring_encoding encoding, const void *bytes, size_t length, char out[IDSTRING_SIZE]);
/* As idstring_read, for a field of a FRU area: OTHER is binary; `foreign`, the area's language is not English, allows
 * LATIN1 to be UTF-16, which it then is when it looks so. */
void idstring_field(enum idstring_encoding encoding, bool foreign, const void *bytes, size_t length,
		    char out[IDSTRING_SIZE]);

#endif
