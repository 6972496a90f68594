/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* ber.h - the Basic Encoding Rules of ASN.1 as far as SNMP uses them (X.690, RFC 3417 section 8).
 *
 * Reader and writer are cursors whose error sticks: use them field by field, ask once at the end.
 * The reader takes definite lengths only and never looks beyond its end. */
#ifndef HALLSIM_BER_H
#define HALLSIM_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BER_OID_MAX 128 /* sub-identifiers, RFC 3416 section 4.1 */

enum ber_tag {
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_NULL = 0x05,
	BER_OID = 0x06,
	BER_SEQUENCE = 0x30,
	BER_IP_ADDRESS = 0x40,
	BER_COUNTER32 = 0x41,
	BER_GAUGE32 = 0x42,
	BER_TIME_TICKS = 0x43,
	BER_COUNTER64 = 0x46,
	BER_NO_SUCH_OBJECT = 0x80,
	BER_NO_SUCH_INSTANCE = 0x81,
	BER_END_OF_MIB_VIEW = 0x82,
};

struct ber_reader {
	const uint8_t *at, *end;
	bool bad; /* something was not as asked; nothing read since is of use */
};

struct ber_writer {
	uint8_t *buffer;
	size_t room, length;
	bool full; /* something did not fit; `length` stands where it last did */
};

/* A reader of `length` octets at `bytes`. */
struct ber_reader ber_reader(const uint8_t *bytes, size_t length);

/* The tag that comes next, or -1 at the end or after an error. */
int ber_peek(const struct ber_reader *in);

/* Steps over a value with tag `tag` and returns a reader of its content; empty and bad on error. */
struct ber_reader ber_enter(struct ber_reader *in, int tag);

/* Steps over the next value, whatever its tag. */
void ber_skip(struct ber_reader *in);

/* An INTEGER that fits 32 bits; 0 on error. */
int32_t ber_read_int32(struct ber_reader *in);

/* Takes apart the content of an OBJECT IDENTIFIER.  Returns the number of sub-identifiers written
 * to `oid`, or 0 when it is malformed or longer than BER_OID_MAX. */
size_t ber_oid_decode(const uint8_t *bytes, size_t length, uint32_t oid[BER_OID_MAX]);

/* A writer into `room` octets at `buffer`. */
struct ber_writer ber_writer(uint8_t *buffer, size_t room);

/* Octets that tag and length take in front of `length` octets of content, below 65536. */
size_t ber_header_size(size_t length);

/* The tag and length of a value whose content of `length` octets follows. */
void ber_put_header(struct ber_writer *out, int tag, size_t length);

/* A whole value. */
void ber_put(struct ber_writer *out, int tag, const uint8_t *content, size_t length);

/* A signed INTEGER in as few octets as hold it. */
void ber_put_int(struct ber_writer *out, int64_t value);

/* An unsigned number under an application tag: Counter32, Gauge32, TimeTicks, Counter64. */
void ber_put_unsigned(struct ber_writer *out, int tag, uint64_t value);

/* An OBJECT IDENTIFIER of `count` sub-identifiers, at least two. */
void ber_put_oid(struct ber_writer *out, const uint32_t *oid, size_t count);

#endif
